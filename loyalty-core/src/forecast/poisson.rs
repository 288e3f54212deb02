//! A Poisson regression with an offset and a ridge, in 14 numbers.

use nalgebra::{SMatrix, SVector};

use super::features::{FEATURES, Features};
use crate::math::elementary::exp;

const FEATURE_COUNT: usize = FEATURES.len();
/// The features and the intercept, which comes last.
const WIDTH: usize = FEATURE_COUNT + 1;

type Coefficients = SVector<f64, WIDTH>;
type Information = SMatrix<f64, WIDTH, WIDTH>;

/// A customer at a cutoff, and what they bought after.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) features: Features,
    /// What the model expected.
    pub(super) expected: f64,
    pub(super) actual: f64,
}

/// How much coefficients are drawn to 0, in units of the dispersion. Of 10, 30 and 100 on eight splits of
/// five public logs, 30 had the least deviance; the others came within a tenth of a percent.
const RIDGE: f64 = 30.0;

/// A feature that moves by less is the same for all.
const STILL: f64 = 1e-9;

/// A weight beyond is no correction: features are logarithms.
pub(super) const LARGEST: f64 = 100.0;

/// Steps of Newton's method; five to eight are usual.
const MOST_STEPS: usize = 50;

/// Halvings of a step that does not rise.
const MOST_HALVINGS: usize = 30;

/// Rise of the objective, relative to its size, below which the maximum is found.
const RISE: f64 = 1e-12;

/// Weights of the features as they are; the intercept is left to whoever sets the level.
///
/// ```text
/// y ~ Poisson(p exp(β₀ + z'β)),  z standardised;  ridge 30 φ on β, not on β₀
/// φ = Σ(y − p)²/Σp, from 1 to 20
/// ```
///
/// The penalised likelihood is concave, so that Newton's method with halved steps finds its maximum; `None`
/// where it does not, which only numbers beyond doubles can bring about, or where a weight is beyond 100.
pub(super) fn weights(rows: &[Row]) -> Option<Features> {
    let scale = Standard::of(rows);
    let ridge = RIDGE * dispersion(rows);
    let objective = |at: &Coefficients| {
        let fit: f64 = rows
            .iter()
            .map(|row| {
                let change = at.dot(&scale.of_row(row));
                row.actual * change - row.expected * exp(change)
            })
            .sum();
        fit - 0.5 * ridge * at.fixed_rows::<FEATURE_COUNT>(0).norm_squared()
    };
    let mut at = Coefficients::zeros();
    let mut reached = objective(&at);
    for _ in 0..MOST_STEPS {
        let step = newton_step(rows, &scale, &at, ridge)?;
        let mut length = 1.0;
        let (next, value) = (0..MOST_HALVINGS)
            .map(|_| {
                let next = at + step * length;
                length *= 0.5;
                (next, objective(&next))
            })
            .find(|(_, value)| *value >= reached)?;
        let risen = value - reached;
        (at, reached) = (next, value);
        if risen <= RISE * reached.abs().max(1.0) {
            let weights = std::array::from_fn(|feature| at[feature] * scale.per[feature]);
            return weights.iter().all(|weight: &f64| weight.abs() <= LARGEST).then_some(weights);
        }
    }
    None
}

fn newton_step(
    rows: &[Row],
    scale: &Standard,
    at: &Coefficients,
    ridge: f64,
) -> Option<Coefficients> {
    let (mut slope, mut information) = (Coefficients::zeros(), Information::zeros());
    for row in rows {
        let z = scale.of_row(row);
        let mean = row.expected * exp(at.dot(&z));
        slope += z * (row.actual - mean);
        information.syger(mean, &z, &z, 1.0);
    }
    for feature in 0..FEATURE_COUNT {
        slope[feature] -= ridge * at[feature];
        information[(feature, feature)] += ridge;
    }
    Some(information.cholesky()?.solve(&slope))
}

/// Σ(y − p)²/Σp within 1 to 20: counts of shops vary more than a Poisson's, and a few customers must not
/// make all others certain.
fn dispersion(rows: &[Row]) -> f64 {
    let (mut squares, mut expected) = (0.0, 0.0);
    for row in rows {
        squares += (row.actual - row.expected) * (row.actual - row.expected);
        expected += row.expected;
    }
    if expected > 0.0 { (squares / expected).clamp(1.0, 20.0) } else { 1.0 }
}

/// Features less their mean, over their standard deviation.
struct Standard {
    mean: Features,
    /// 1 over the standard deviation; 0 for a feature that is the same for all.
    per: Features,
}

impl Standard {
    fn of(rows: &[Row]) -> Self {
        let n = rows.len() as f64;
        let mean: Features = std::array::from_fn(|feature| {
            rows.iter().map(|row| row.features[feature]).sum::<f64>() / n
        });
        let per = std::array::from_fn(|feature| {
            let off = |row: &Row| row.features[feature] - mean[feature];
            let deviation = (rows.iter().map(|row| off(row) * off(row)).sum::<f64>() / n).sqrt();
            if deviation > STILL { 1.0 / deviation } else { 0.0 }
        });
        Self { mean, per }
    }

    fn of_row(&self, row: &Row) -> Coefficients {
        Coefficients::from_fn(|feature, _| match row.features.get(feature) {
            Some(value) => (value - self.mean[feature]) * self.per[feature],
            None => 1.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    fn rows(effect: f64) -> Vec<Row> {
        let mut random = Random::of(3, 0, 0);
        let row = |_| {
            let mut features = [0.0; FEATURE_COUNT];
            features.iter_mut().take(4).for_each(|feature| *feature = random.normal());
            let expected = exp(0.3 * random.normal());
            let actual = random.poisson(expected * exp(effect * features[1])) as f64;
            Row { features, expected, actual }
        };
        (0..20_000).map(row).collect()
    }

    #[test]
    fn a_missing_effect_is_found_and_nothing_else() {
        let found = weights(&rows(0.4)).expect("a maximum");
        assert!((found[1] - 0.4).abs() < 0.03, "{found:?}");
        assert!(found.iter().enumerate().all(|(f, weight)| f == 1 || weight.abs() < 0.03));
        let none = weights(&rows(0.0)).expect("a maximum");
        assert!(none.iter().all(|weight| weight.abs() < 0.03), "{none:?}");
    }

    #[test]
    fn the_slope_is_0_at_the_maximum() {
        let rows = rows(0.4);
        let (scale, found) = (Standard::of(&rows), weights(&rows).expect("a maximum"));
        let mut at = Coefficients::from_fn(|f, _| {
            if f < FEATURE_COUNT && scale.per[f] > 0.0 { found[f] / scale.per[f] } else { 0.0 }
        });
        // The intercept that goes with them.
        let free = |row: &Row| row.expected * exp(at.dot(&scale.of_row(row)));
        let (sum, actual) = rows.iter().fold((0.0, 0.0), |s, r| (s.0 + free(r), s.1 + r.actual));
        at[FEATURE_COUNT] = crate::math::elementary::ln(actual / sum);
        let step = newton_step(&rows, &scale, &at, RIDGE * dispersion(&rows)).expect("a step");
        assert!(step.norm() < 1e-6, "{step}");
    }
}
