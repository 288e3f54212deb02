//! A trust-region Newton method for up to some dozens of parameters.
//!
//! Moré & Sorensen (1983), SIAM J. Sci. Stat. Comput. 4(3); Nocedal & Wright (2006), §4.3. The step is
//! exact: with so few parameters the eigenvalues of the Hessian cost nothing next to one pass
//! over the data. It knows no model. General-purpose solvers ask for value, gradient and Hessian in
//! separate calls, which would read the data three times.

use std::ops::ControlFlow;

use nalgebra::{DMatrix, SymmetricEigen};

use super::{FitOptions, Maximum, Observer, Parameter, Progress, Stop};
use crate::Error;

/// Value and derivatives at a point; a value that is not finite marks a point outside the domain.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Evaluation {
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f64>,
    pub(crate) hessian: DMatrix<f64>,
}

impl Evaluation {
    /// An empty sum over data, for so many parameters.
    pub(crate) fn zero(parameters: usize) -> Self {
        Self {
            value: 0.0,
            gradient: vec![0.0; parameters],
            hessian: DMatrix::zeros(parameters, parameters),
        }
    }

    /// The same with the upper triangle of the Hessian mirrored to the lower.
    pub(crate) fn mirrored(mut self) -> Self {
        self.hessian.fill_lower_triangle_with_upper_triangle();
        self
    }
}

/// Farthest a parameter may run from 0 on its scale: e^±103 lies within the domain of a positive one.
const FARTHEST: f64 = 103.0;

/// Steps in a row that change nothing before the solver ends.
const PATIENCE: usize = 4;

/// Longest step.
const LONGEST: f64 = 8.0;

/// A standard error beyond this on a parameter's scale says that the data leave the parameter open.
const OPEN: f64 = 10.0;

/// Finds a maximum of a smooth function of parameters on their scales.
pub(crate) fn maximise(
    layout: &[Parameter],
    start: &[f64],
    options: &FitOptions,
    observe: Observer<'_>,
    mut evaluate: impl FnMut(&[f64]) -> Evaluation,
) -> Result<Maximum, Error> {
    let mut point = start.to_vec();
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
            break here.classify(layout);
        }
        if iterations == options.max_iterations {
            break Stop::IterationLimit;
        }
        iterations += 1;
        let step = here.step(radius);
        // Derivatives that are no numbers lead nowhere.
        if !step.gain.is_finite() {
            break Stop::Stalled;
        }
        let moved = point.iter().zip(&step.by).map(|(at, by)| (at + by).clamp(-FARTHEST, FARTHEST));
        let trial: Vec<f64> = moved.collect();
        let there = evaluate(&trial);
        let gain = there.value - here.at.value;
        // Where the function is flat to rounding, its derivatives are noise and would be followed on
        // and on.
        let flat = gain.abs() <= 1e-14 * (1.0 + here.at.value.abs());
        idle = if flat { idle + 1 } else { 0 };
        if idle == PATIENCE {
            break here.classify(layout);
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
                break here.classify(layout);
            }
        } else if radius < 1e-12 {
            break if gap < 1e-6 { here.classify(layout) } else { Stop::Stalled };
        }
    };
    Ok(Maximum {
        value: here.at.value,
        iterations,
        stop,
        gradient_norm: here.at.gradient.iter().fold(0.0, |most, g| most.max(g.abs())),
        covariance: here.covariance(),
        weakest: here.weakest(),
        point,
    })
}

struct Step {
    by: Vec<f64>,
    gain: f64,
}

/// A point with its curvature taken apart: −H = Σ λ_k q_k q_kᵀ.
struct Local {
    at: Evaluation,
    /// λ_k, the information along each direction.
    information: Vec<f64>,
    /// q_k, a column each.
    direction: DMatrix<f64>,
    /// gᵀq_k.
    slope: Vec<f64>,
}

impl Local {
    fn new(at: Evaluation) -> Self {
        let n = at.gradient.len();
        let negated =
            DMatrix::from_fn(n, n, |i, j| -0.5 * (at.hessian[(i, j)] + at.hessian[(j, i)]));
        let SymmetricEigen { eigenvectors: direction, eigenvalues } = SymmetricEigen::new(negated);
        let along =
            |k: usize| at.gradient.iter().enumerate().map(|(i, g)| g * direction[(i, k)]).sum();
        Self {
            information: eigenvalues.iter().copied().collect(),
            slope: (0..n).map(along).collect(),
            direction,
            at,
        }
    }

    fn parameters(&self) -> usize {
        self.information.len()
    }

    /// The direction along which the data say least.
    fn lowest(&self) -> usize {
        let lower = |a: usize, b: usize| {
            if self.information[b] < self.information[a] { b } else { a }
        };
        (0..self.parameters()).fold(0, lower)
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
    fn step(&self, radius: f64) -> Step {
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

    fn shifted(&self, shift: f64) -> Step {
        self.combine(&self.parts(shift))
    }

    /// How far (−H + μI)⁻¹g goes along each direction.
    fn parts(&self, shift: f64) -> Vec<f64> {
        self.slope.iter().zip(&self.information).map(|(slope, i)| slope / (i + shift)).collect()
    }

    /// The hard case: no slope along the lowest curvature, so any step along it up to the radius.
    fn along_lowest(&self, shift: f64, radius: f64) -> Step {
        let mut parts = self.parts(shift);
        let lowest = self.lowest();
        let squares = parts.iter().enumerate().filter(|(k, _)| *k != lowest).map(|(_, p)| p * p);
        let rest = (radius * radius - squares.sum::<f64>()).max(0.0).sqrt();
        parts[lowest] = if parts[lowest] < 0.0 { -rest } else { rest };
        self.combine(&parts)
    }

    fn combine(&self, parts: &[f64]) -> Step {
        let n = self.parameters();
        let gain =
            (0..n).map(|k| parts[k] * (self.slope[k] - 0.5 * self.information[k] * parts[k])).sum();
        let by = |i: usize| (0..n).map(|k| parts[k] * self.direction[(i, k)]).sum();
        Step { by: (0..n).map(by).collect(), gain }
    }

    /// (−H)⁻¹ where −H is positive definite.
    fn covariance(&self) -> Option<DMatrix<f64>> {
        let n = self.parameters();
        let definite = self.information.iter().all(|&information| information > 0.0);
        let entry = |i: usize, j: usize| -> f64 {
            let part =
                |k: usize| self.direction[(i, k)] * self.direction[(j, k)] / self.information[k];
            (0..n).map(part).sum()
        };
        definite.then(|| DMatrix::from_fn(n, n, entry))
    }

    /// The direction of least information, and the information.
    fn weakest(&self) -> (Vec<f64>, f64) {
        let lowest = self.lowest();
        (self.direction.column(lowest).iter().copied().collect(), self.information[lowest])
    }

    /// A stationary point: a proper maximum, or flat along some parameter?
    fn classify(&self, layout: &[Parameter]) -> Stop {
        let boundary = |slot: usize| Stop::Boundary { parameter: layout[slot].name.clone() };
        let slots = 0..self.parameters();
        let Some(covariance) = self.covariance() else {
            let (direction, _) = self.weakest();
            let largest =
                |a: usize, b: usize| if direction[b].abs() > direction[a].abs() { b } else { a };
            return boundary(slots.fold(0, largest));
        };
        let wider =
            |a: usize, b: usize| if covariance[(b, b)] > covariance[(a, a)] { b } else { a };
        let widest = slots.fold(0, wider);
        if covariance[(widest, widest)] > OPEN * OPEN { boundary(widest) } else { Stop::Converged }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimation::Dimension;
    use crate::math::elementary::{exp, ln};

    fn layout() -> [Parameter; 2] {
        ["first", "second"].map(|name| Parameter::positive(name, Dimension::None))
    }

    fn evaluation(value: f64, gradient: [f64; 2], hessian: [[f64; 2]; 2]) -> Evaluation {
        let hessian = DMatrix::from_fn(2, 2, |i, j| hessian[i][j]);
        Evaluation { value, gradient: gradient.to_vec(), hessian }
    }

    fn maximum_of(
        start: [f64; 2],
        options: &FitOptions,
        mut evaluate: impl FnMut([f64; 2]) -> Evaluation,
    ) -> Maximum {
        let mut observe = |_: &Progress| ControlFlow::Continue(());
        maximise(&layout(), &start, options, &mut observe, |at| evaluate([at[0], at[1]]))
            .expect("nobody cancels")
    }

    /// −½ (p − c)ᵀ A (p − c) with c = (3, −20) and A = [[4, 1], [1, 0.5]].
    fn quadratic([x, y]: [f64; 2]) -> Evaluation {
        let (dx, dy) = (x - 3.0, y + 20.0);
        evaluation(
            -0.5 * (4.0 * dx * dx + 2.0 * dx * dy + 0.5 * dy * dy),
            [-(4.0 * dx + dy), -(dx + 0.5 * dy)],
            [[-4.0, -1.0], [-1.0, -0.5]],
        )
    }

    #[test]
    fn derivatives_that_are_no_numbers_end_the_search() {
        for [slope, curvature] in [[f64::NAN, -1.0], [1.0, f64::NAN], [f64::INFINITY, -1.0]] {
            let maximum = maximum_of([0.5, 0.5], &FitOptions::default(), |_| {
                evaluation(-1.0, [slope, 0.0], [[curvature, 0.0], [0.0, -1.0]])
            });
            assert_eq!(maximum.stop, Stop::Stalled);
            assert_eq!(maximum.point, [0.5, 0.5]);
        }
    }

    #[test]
    fn finds_the_top_of_a_quadratic_and_its_covariance() {
        let maximum = maximum_of([0.0, 0.0], &FitOptions::default(), quadratic);
        assert_eq!(maximum.stop, Stop::Converged);
        let (x, y) = (maximum.point[0], maximum.point[1]);
        assert!((x - 3.0).abs() < 1e-9 && (y + 20.0).abs() < 1e-9, "{x} {y}");
        // A⁻¹ = [[0.5, −1], [−1, 4]].
        let covariance = maximum.covariance.expect("a proper maximum");
        for (got, expected) in covariance.iter().zip([0.5, -1.0, -1.0, 4.0]) {
            assert!((got - expected).abs() < 1e-12, "{covariance:?}");
        }
    }

    #[test]
    fn leaves_a_saddle_where_the_slope_is_nothing() {
        // −(x² − 1)² − y²: flat at the origin, with maxima at x = ±1.
        let maximum = maximum_of([0.0, 0.0], &FitOptions::default(), |[x, y]| {
            let inner = x * x - 1.0;
            evaluation(
                -inner * inner - y * y,
                [-4.0 * x * inner, -2.0 * y],
                [[-4.0 * (3.0 * x * x - 1.0), 0.0], [0.0, -2.0]],
            )
        });
        assert_eq!(maximum.stop, Stop::Converged);
        assert!((maximum.point[0].abs() - 1.0).abs() < 1e-7, "{:?}", maximum.point);
    }

    #[test]
    fn comes_back_from_outside_the_domain() {
        // ln(3 − x) + x − y²: a full Newton step from 0.5 lands beyond 3.
        let mut outside = 0;
        let maximum = maximum_of([-6.5, 1.0], &FitOptions::default(), |[x, y]| {
            let rest = 3.0 - x;
            outside += usize::from(rest <= 0.0);
            let value = if rest > 0.0 { ln(rest) + x - y * y } else { f64::NAN };
            evaluation(
                value,
                [1.0 - 1.0 / rest, -2.0 * y],
                [[-1.0 / (rest * rest), 0.0], [0.0, -2.0]],
            )
        });
        assert_eq!(maximum.stop, Stop::Converged);
        assert!((maximum.point[0] - 2.0).abs() < 1e-6, "{:?}", maximum.point);
        assert!(outside > 0, "the domain was never left, so nothing was tested");
    }

    #[test]
    fn names_the_parameter_that_runs_away() {
        // −e^y − (x − 1)²: rises, by ever less, as y falls.
        let maximum = maximum_of([0.0, 0.0], &FitOptions::default(), |[x, y]| {
            evaluation(
                -exp(y) - (x - 1.0) * (x - 1.0),
                [-2.0 * (x - 1.0), -exp(y)],
                [[-2.0, 0.0], [0.0, -exp(y)]],
            )
        });
        assert_eq!(maximum.stop, Stop::Boundary { parameter: "second".into() });
        assert!((maximum.point[0] - 1.0).abs() < 1e-6, "{:?}", maximum.point);
    }

    #[test]
    fn names_the_parameter_that_changes_nothing() {
        let maximum = maximum_of([0.0, 0.0], &FitOptions::default(), |[_, y]| {
            evaluation(-y * y, [0.0, -2.0 * y], [[0.0, 0.0], [0.0, -2.0]])
        });
        assert_eq!(maximum.stop, Stop::Boundary { parameter: "first".into() });
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
        let ended = maximise(&layout(), &[0.0, 0.0], &options, &mut observe, |at| {
            quadratic([at[0], at[1]])
        });
        assert_eq!(ended.map(|_| ()), Err(Error::Cancelled { iterations: 2 }));
        assert_eq!(seen.iter().map(|(iteration, _)| *iteration).collect::<Vec<_>>(), [0, 1, 2]);
        assert!(seen.windows(2).all(|pair| pair[0].1 < pair[1].1), "{seen:?}");
    }
}
