//! A smooth function of a positive number that is asked for at many places.

use std::cell::RefCell;

/// Nodes of a panel.
const NODES: usize = 16;

/// The last two coefficients of a panel, as a share of the function's least value among the nodes: beyond what
/// rounding leaves of functions that are good to a few units of the fifteenth digit.
const RESOLVED: f64 = 2e-13;

/// Halvings of an octave after which the function itself is asked.
const HALVINGS: u32 = 5;

/// The function by Chebyshev polynomials, on panels that are made where it is asked for: each octave
/// [2ⁿ, 2ⁿ⁺¹) halved until a polynomial of 16 nodes has converged.
///
/// The panels depend on the function alone, so a place has the same bits whatever else is asked for. A
/// function that is analytic to the right of 0 needs one or two panels an octave: the nearest singularity lies at
/// three half-lengths of a panel from its middle, and the coefficients fall by 3 + √8 from one to the next. Relative
/// error below 1e-11 where the function has none; where no polynomial converges, the function's own value.
///
/// Trefethen (2013), Approximation Theory and Approximation Practice, chapters 3 and 8.
pub(crate) struct Interpolated<F> {
    function: F,
    nodes: [f64; NODES],
    /// The octaves seen so far, by their exponents.
    octaves: RefCell<Vec<(u64, Panel)>>,
}

enum Panel {
    /// Coefficients of the Chebyshev polynomials, the first halved.
    Series([f64; NODES]),
    Halves(Box<[Self; 2]>),
    Unresolved,
}

impl<F: Fn(f64) -> f64> Interpolated<F> {
    pub(crate) fn new(function: F) -> Self {
        Self { function, nodes: nodes(), octaves: RefCell::default() }
    }

    /// The function at a place from 0; below 1e-300 its own value.
    pub(crate) fn at(&self, place: f64) -> f64 {
        if !(place.is_normal() && place > 0.0) {
            return (self.function)(place);
        }
        let exponent = place.to_bits() >> 52;
        let start = f64::from_bits(exponent << 52);
        let mut octaves = self.octaves.borrow_mut();
        let known = octaves.iter().position(|(seen, _)| *seen == exponent);
        let number = known.unwrap_or_else(|| {
            octaves.push((exponent, self.panel(start, start, 0)));
            octaves.len() - 1
        });
        let mut panel = &octaves[number].1;
        // Both differences are exact, and so are the doublings.
        let mut within = (place - start) / start;
        loop {
            match panel {
                Panel::Series(coefficients) => return sum(coefficients, 2.0 * within - 1.0),
                Panel::Unresolved => return (self.function)(place),
                Panel::Halves(halves) => {
                    within *= 2.0;
                    let later = within >= 1.0;
                    within -= if later { 1.0 } else { 0.0 };
                    panel = &halves[usize::from(later)];
                }
            }
        }
    }

    fn panel(&self, start: f64, length: f64, halvings: u32) -> Panel {
        let values = self.nodes.map(|node| (self.function)(start + length * (0.5 + 0.5 * node)));
        let coefficients = series(&values, &self.nodes);
        let least = values.iter().fold(f64::INFINITY, |least, value| least.min(value.abs()));
        let last = coefficients[NODES - 1].abs() + coefficients[NODES - 2].abs();
        if last <= RESOLVED * least {
            Panel::Series(coefficients)
        } else if halvings == HALVINGS || !last.is_finite() {
            Panel::Unresolved
        } else {
            let half = 0.5 * length;
            let part = |start| self.panel(start, half, halvings + 1);
            Panel::Halves(Box::new([part(start), part(start + half)]))
        }
    }
}

/// The zeros of the Chebyshev polynomial of degree 16, falling.
fn nodes() -> [f64; NODES] {
    let step = std::f64::consts::PI / (2 * NODES) as f64;
    std::array::from_fn(|j| libm::cos(step * (2 * j + 1) as f64))
}

/// The coefficients of the polynomial through values at the nodes.
fn series(values: &[f64; NODES], nodes: &[f64; NODES]) -> [f64; NODES] {
    let mut coefficients = [0.0; NODES];
    for (value, node) in values.iter().zip(nodes) {
        // T₀, T₁, T₂, … at the node.
        let (mut now, mut next) = (1.0, *node);
        for coefficient in &mut coefficients {
            *coefficient += value * now * (2.0 / NODES as f64);
            (now, next) = (next, 2.0 * node * next - now);
        }
    }
    coefficients[0] *= 0.5;
    coefficients
}

/// Σ c_k T_k(x) (Clenshaw 1955).
fn sum(coefficients: &[f64; NODES], x: f64) -> f64 {
    let (mut later, mut last) = (0.0, 0.0);
    for coefficient in coefficients[1..].iter().rev() {
        (later, last) = (coefficient + 2.0 * x * later - last, later);
    }
    coefficients[0] + x * later - last
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::math::elementary::{exp, ln_1p};
    use crate::math::random::Random;

    /// The largest relative error at 2,000 places from `low` to `high`, and how often the function was asked.
    fn worst(function: impl Fn(f64) -> f64, [low, high]: [f64; 2]) -> (f64, usize) {
        let asked = Cell::new(0);
        let found = Interpolated::new(|x| {
            asked.set(asked.get() + 1);
            function(x)
        });
        let mut random = Random::of(1, 2, 3);
        let error = (0..2000).fold(0.0_f64, |worst, _| {
            let place = low + (high - low) * random.uniform();
            worst.max((found.at(place) / function(place) - 1.0).abs())
        });
        (error, asked.get())
    }

    #[test]
    fn smooth_functions_are_followed_to_eleven_digits() {
        for shape in [0.3, 2.0, 30.0, 400.0] {
            // What a customer buys in a year who never leaves, and one who may, by their age.
            let decline = |t: f64| -(-shape * ln_1p(365.0 / (30.0 + t))).min(0.0);
            let (error, asked) = worst(decline, [1.0, 730.0]);
            assert!(error < 1e-11 && asked < 1200, "{shape}: {error:e} of {asked}");
            let steep = |t: f64| 1.0 - exp(-shape * ln_1p(365.0 / (30.0 + t)));
            let (error, asked) = worst(steep, [1.0, 730.0]);
            assert!(error < 1e-11 && asked < 1500, "{shape}: {error:e} of {asked}");
        }
    }

    #[test]
    fn what_no_polynomial_follows_is_asked_itself() {
        let (error, asked) = worst(|x| if x < 3.3 { 1.0 } else { 2.0 }, [2.0, 5.0]);
        // Beside the panel of the jump constants are followed, to a few units of the last digit.
        assert!(error < 1e-13 && asked > 0, "{error:e}");
        let nan = Interpolated::new(|_| f64::NAN);
        assert!(nan.at(2.0).is_nan());
        let own = Interpolated::new(|x: f64| x.sqrt());
        assert_eq!([own.at(0.0), own.at(5e-324)], [0.0, f64::sqrt(5e-324)]);
    }

    #[test]
    fn a_place_has_the_same_bits_whatever_was_asked_before() {
        let function = |x: f64| 1.0 / (3.0 + x);
        let all = Interpolated::new(function);
        let places: Vec<f64> = (1..500).map(|place| 0.37 * f64::from(place)).collect();
        let values: Vec<f64> = places.iter().rev().map(|&place| all.at(place)).collect();
        for (place, value) in places.iter().rev().zip(values) {
            assert_eq!(Interpolated::new(function).at(*place).to_bits(), value.to_bits());
        }
    }
}
