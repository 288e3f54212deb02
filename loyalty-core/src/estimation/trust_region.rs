//! A trust-region Newton method for a handful of parameters.
//!
//! Moré & Sorensen (1983), SIAM J. Sci. Stat. Comput. 4(3); Nocedal & Wright (2006), §4.3. The step is
//! exact: with at most a dozen parameters the eigenvalues of the Hessian cost nothing next to one pass
//! over the data. It knows no model. General-purpose solvers ask for value, gradient and Hessian in
//! separate calls, which would read the data three times.

use std::ops::ControlFlow;

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::{FitOptions, Maximum, Observer, Progress, Stop};
use crate::Error;

/// Value and derivatives at a point; a value that is not finite marks a point outside the domain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evaluation<const N: usize> {
    pub(crate) value: f64,
    pub(crate) gradient: [f64; N],
    pub(crate) hessian: [[f64; N]; N],
}

/// Farthest a logarithm may run from 0, within the domain of every parameter.
const FARTHEST: f64 = 103.0;

/// Steps in a row that change nothing before the solver ends.
const PATIENCE: usize = 4;

/// Longest step.
const LONGEST: f64 = 8.0;

/// A standard error of a logarithm beyond this says that the data leave the parameter open.
const OPEN: f64 = 10.0;

/// Finds a maximum of a smooth function of the logarithms of positive parameters.
pub(crate) fn maximise<const N: usize>(
    names: &'static [&'static str],
    start: [f64; N],
    options: &FitOptions,
    observe: Observer<'_>,
    mut evaluate: impl FnMut(&[f64; N]) -> Evaluation<N>,
) -> Result<Maximum<N>, Error> {
    let mut point = start;
    let mut here = Local::new(evaluate(&point));
    let mut radius: f64 = 1.0;
    let mut iterations = 0;
    let mut idle = 0;
    let stop = loop {
        let gap = here.gap();
        let progress = Progress { iteration: iterations, log_likelihood: here.at.value, gap };
        if observe(&progress) == ControlFlow::Break(()) {
            return Err(Error::Cancelled { iterations });
        }
        if gap <= options.tolerance {
            break here.classify(names);
        }
        if iterations == options.max_iterations {
            break Stop::IterationLimit;
        }
        iterations += 1;
        let step = here.step(radius);
        let trial: [f64; N] =
            std::array::from_fn(|i| (point[i] + step.by[i]).clamp(-FARTHEST, FARTHEST));
        let there = evaluate(&trial);
        let gain = there.value - here.at.value;
        // Where the function is flat to rounding, its derivatives are noise and would be followed on
        // and on.
        let flat = gain.abs() <= 1e-14 * (1.0 + here.at.value.abs());
        idle = if flat { idle + 1 } else { 0 };
        if idle == PATIENCE {
            break here.classify(names);
        }
        // Where the promised gain drowns in rounding, the quadratic model is all there is to go by.
        let rounding = 1e-14 * here.at.value.abs();
        let trust = if step.gain.abs() <= rounding && gain.abs() <= 10.0 * rounding {
            1.0
        } else {
            gain / step.gain
        };
        let length = step.by.iter().map(|s| s * s).sum::<f64>().sqrt();
        radius = match trust {
            trust if trust > 0.75 => radius.max((2.0 * length).min(LONGEST)),
            trust if trust > 0.1 => radius,
            _ => 0.25 * length,
        };
        if trust > 1e-4 {
            let moved = trial != point;
            point = trial;
            here = Local::new(there);
            if !moved {
                break here.classify(names);
            }
        } else if radius < 1e-12 {
            break if gap < 1e-6 { here.classify(names) } else { Stop::Stalled };
        }
    };
    Ok(Maximum {
        ln_parameters: point,
        value: here.at.value,
        iterations,
        stop,
        gradient_norm: here.at.gradient.iter().fold(0.0, |most, g| most.max(g.abs())),
        covariance: here.covariance(),
        weakest: here.weakest(),
    })
}

struct Step<const N: usize> {
    by: [f64; N],
    gain: f64,
}

/// A point with its curvature taken apart: −H = Σ λ_k q_k q_kᵀ.
struct Local<const N: usize> {
    at: Evaluation<N>,
    /// λ_k, the information along each direction.
    information: [f64; N],
    /// q_k.
    direction: [[f64; N]; N],
    /// gᵀq_k.
    slope: [f64; N],
}

impl<const N: usize> Local<N> {
    fn new(at: Evaluation<N>) -> Self {
        let negated = DMatrix::from_fn(N, N, |i, j| -0.5 * (at.hessian[i][j] + at.hessian[j][i]));
        let eigen = SymmetricEigen::new(negated);
        let direction: [[f64; N]; N] =
            std::array::from_fn(|k| std::array::from_fn(|i| eigen.eigenvectors[(i, k)]));
        let gradient = DVector::from_column_slice(&at.gradient);
        let along = |k: usize| gradient.iter().zip(direction[k]).map(|(g, q)| g * q).sum();
        Self {
            at,
            information: std::array::from_fn(|k| eigen.eigenvalues[k]),
            direction,
            slope: std::array::from_fn(along),
        }
    }

    /// ½ gᵀ(−H)⁻¹g, the distance to the maximum of the quadratic model; infinite where it has none.
    ///
    /// A direction whose curvature drowns in the rounding of the others' is flat: along it, a step as
    /// long as steps may be promises no more than its slope.
    fn gap(&self) -> f64 {
        let flat = 1e-13 * self.information.iter().fold(0.0, |most: f64, i| most.max(i.abs()));
        let share = |(slope, information): (&f64, &f64)| {
            if *information > flat {
                0.5 * slope * slope / information
            } else if information.abs() <= flat {
                LONGEST * slope.abs()
            } else {
                f64::INFINITY
            }
        };
        self.slope.iter().zip(&self.information).map(share).sum()
    }

    /// The maximum of the quadratic model within the radius: (−H + μI) p = g with the smallest μ >= 0
    /// that makes the matrix positive definite and |p| <= radius.
    fn step(&self, radius: f64) -> Step<N> {
        let least = self.information.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self.information.iter().copied().fold(0.0, |a: f64, b| a.max(b.abs()));
        let floor = 1e-15 * most + f64::MIN_POSITIVE;
        if least > floor && self.length(0.0) <= radius {
            return self.shifted(0.0);
        }
        // |p(μ)| falls from infinity (or, in the hard case, from too short) to 0 as μ grows.
        let slope = self.slope.iter().map(|s| s * s).sum::<f64>().sqrt();
        let (mut lo, mut hi) =
            ((-least).max(0.0) + floor, (-least).max(0.0) + floor + slope / radius);
        if self.length(lo) <= radius {
            return self.along_lowest(lo, radius);
        }
        for _ in 0..200 {
            let middle = 0.5 * (lo + hi);
            if self.length(middle) > radius {
                lo = middle;
            } else {
                hi = middle;
            }
            if hi - lo <= 1e-10 * hi {
                break;
            }
        }
        self.shifted(hi)
    }

    fn length(&self, shift: f64) -> f64 {
        let part = |(slope, information): (&f64, &f64)| slope / (information + shift);
        self.slope.iter().zip(&self.information).map(part).map(|p| p * p).sum::<f64>().sqrt()
    }

    fn shifted(&self, shift: f64) -> Step<N> {
        self.combine(std::array::from_fn(|k| self.slope[k] / (self.information[k] + shift)))
    }

    /// The hard case: no slope along the lowest curvature, so any step along it up to the radius.
    fn along_lowest(&self, shift: f64, radius: f64) -> Step<N> {
        let mut parts: [f64; N] =
            std::array::from_fn(|k| self.slope[k] / (self.information[k] + shift));
        let lowest =
            (0..N).fold(0, |a, b| if self.information[b] < self.information[a] { b } else { a });
        let others: f64 = (0..N).filter(|&k| k != lowest).map(|k| parts[k] * parts[k]).sum();
        let rest = (radius * radius - others).max(0.0).sqrt();
        parts[lowest] = if parts[lowest] < 0.0 { -rest } else { rest };
        self.combine(parts)
    }

    fn combine(&self, parts: [f64; N]) -> Step<N> {
        let gain =
            (0..N).map(|k| parts[k] * (self.slope[k] - 0.5 * self.information[k] * parts[k]));
        Step {
            by: std::array::from_fn(|i| (0..N).map(|k| parts[k] * self.direction[k][i]).sum()),
            gain: gain.sum(),
        }
    }

    /// (−H)⁻¹ where −H is positive definite.
    fn covariance(&self) -> Option<[[f64; N]; N]> {
        let definite = self.information.iter().all(|&information| information > 0.0);
        let entry = |i: usize, j: usize| -> f64 {
            let part = |k: usize| self.direction[k][i] * self.direction[k][j] / self.information[k];
            (0..N).map(part).sum()
        };
        definite.then(|| std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j))))
    }

    /// The direction of least information, and the information.
    fn weakest(&self) -> ([f64; N], f64) {
        let least = |a: usize, b: usize| {
            if self.information[b] < self.information[a] { b } else { a }
        };
        let lowest = (0..N).fold(0, least);
        (self.direction[lowest], self.information[lowest])
    }

    /// A stationary point: a proper maximum, or flat along some parameter?
    fn classify(&self, names: &'static [&'static str]) -> Stop {
        let Some(covariance) = self.covariance() else {
            let (direction, _) = self.weakest();
            let largest =
                |a: usize, b: usize| if direction[b].abs() > direction[a].abs() { b } else { a };
            return Stop::Boundary { parameter: names[(0..N).fold(0, largest)] };
        };
        let widest = (0..N).fold(0, |a, b| if covariance[b][b] > covariance[a][a] { b } else { a });
        if covariance[widest][widest] > OPEN * OPEN {
            Stop::Boundary { parameter: names[widest] }
        } else {
            Stop::Converged
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::elementary::{exp, ln};

    const NAMES: &[&str] = &["first", "second"];

    fn maximum_of(
        start: [f64; 2],
        options: &FitOptions,
        evaluate: impl FnMut(&[f64; 2]) -> Evaluation<2>,
    ) -> Maximum<2> {
        let mut observe = |_: &Progress| ControlFlow::Continue(());
        maximise(NAMES, start, options, &mut observe, evaluate).expect("nobody cancels")
    }

    /// −½ (p − c)ᵀ A (p − c) with c = (3, −20) and A = [[4, 1], [1, 0.5]].
    fn quadratic([x, y]: &[f64; 2]) -> Evaluation<2> {
        let (dx, dy) = (x - 3.0, y + 20.0);
        Evaluation {
            value: -0.5 * (4.0 * dx * dx + 2.0 * dx * dy + 0.5 * dy * dy),
            gradient: [-(4.0 * dx + dy), -(dx + 0.5 * dy)],
            hessian: [[-4.0, -1.0], [-1.0, -0.5]],
        }
    }

    #[test]
    fn finds_the_top_of_a_quadratic_and_its_covariance() {
        let maximum = maximum_of([0.0, 0.0], &FitOptions::default(), quadratic);
        assert_eq!(maximum.stop, Stop::Converged);
        let [x, y] = maximum.ln_parameters;
        assert!((x - 3.0).abs() < 1e-9 && (y + 20.0).abs() < 1e-9, "{x} {y}");
        // A⁻¹ = [[0.5, −1], [−1, 4]].
        let covariance = maximum.covariance.expect("a proper maximum");
        for (got, expected) in covariance.concat().iter().zip([0.5, -1.0, -1.0, 4.0]) {
            assert!((got - expected).abs() < 1e-12, "{covariance:?}");
        }
    }

    #[test]
    fn leaves_a_saddle_where_the_slope_is_nothing() {
        // −(x² − 1)² − y²: flat at the origin, with maxima at x = ±1.
        let maximum = maximum_of([0.0, 0.0], &FitOptions::default(), |&[x, y]| {
            let inner = x * x - 1.0;
            Evaluation {
                value: -inner * inner - y * y,
                gradient: [-4.0 * x * inner, -2.0 * y],
                hessian: [[-4.0 * (3.0 * x * x - 1.0), 0.0], [0.0, -2.0]],
            }
        });
        assert_eq!(maximum.stop, Stop::Converged);
        assert!((maximum.ln_parameters[0].abs() - 1.0).abs() < 1e-7, "{:?}", maximum.ln_parameters);
    }

    #[test]
    fn comes_back_from_outside_the_domain() {
        // ln(3 − x) + x − y²: a full Newton step from 0.5 lands beyond 3.
        let mut outside = 0;
        let maximum = maximum_of([-6.5, 1.0], &FitOptions::default(), |&[x, y]| {
            let rest = 3.0 - x;
            outside += usize::from(rest <= 0.0);
            let value = if rest > 0.0 { ln(rest) + x - y * y } else { f64::NAN };
            Evaluation {
                value,
                gradient: [1.0 - 1.0 / rest, -2.0 * y],
                hessian: [[-1.0 / (rest * rest), 0.0], [0.0, -2.0]],
            }
        });
        assert_eq!(maximum.stop, Stop::Converged);
        assert!((maximum.ln_parameters[0] - 2.0).abs() < 1e-6, "{:?}", maximum.ln_parameters);
        assert!(outside > 0, "the domain was never left, so nothing was tested");
    }

    #[test]
    fn names_the_parameter_that_runs_away() {
        // −e^y − (x − 1)²: rises, by ever less, as y falls.
        let maximum = maximum_of([0.0, 0.0], &FitOptions::default(), |&[x, y]| Evaluation {
            value: -exp(y) - (x - 1.0) * (x - 1.0),
            gradient: [-2.0 * (x - 1.0), -exp(y)],
            hessian: [[-2.0, 0.0], [0.0, -exp(y)]],
        });
        assert_eq!(maximum.stop, Stop::Boundary { parameter: "second" });
        assert!((maximum.ln_parameters[0] - 1.0).abs() < 1e-6, "{:?}", maximum.ln_parameters);
    }

    #[test]
    fn names_the_parameter_that_changes_nothing() {
        let maximum = maximum_of([0.0, 0.0], &FitOptions::default(), |&[_, y]| Evaluation {
            value: -y * y,
            gradient: [0.0, -2.0 * y],
            hessian: [[0.0, 0.0], [0.0, -2.0]],
        });
        assert_eq!(maximum.stop, Stop::Boundary { parameter: "first" });
        assert_eq!(maximum.covariance, None);
    }

    #[test]
    fn stops_at_the_iterations_allowed() {
        let options = FitOptions { max_iterations: 2, ..FitOptions::default() };
        let maximum = maximum_of([0.0, 0.0], &options, quadratic);
        assert_eq!((maximum.stop, maximum.iterations), (Stop::IterationLimit, 2));
    }

    #[test]
    fn the_observer_sees_every_iteration_and_may_end_the_fit() {
        let mut seen = Vec::new();
        let mut observe = |progress: &Progress| {
            seen.push((progress.iteration, progress.log_likelihood));
            if seen.len() == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = FitOptions::default();
        let ended = maximise(NAMES, [0.0, 0.0], &options, &mut observe, quadratic);
        assert_eq!(ended.map(|_| ()), Err(Error::Cancelled { iterations: 2 }));
        assert_eq!(seen.iter().map(|(iteration, _)| *iteration).collect::<Vec<_>>(), [0, 1, 2]);
        assert!(seen.windows(2).all(|pair| pair[0].1 < pair[1].1), "{seen:?}");
    }
}
