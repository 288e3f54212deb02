//! From the derivatives of a customer's parameters to those of the model's, and from standardised coefficients
//! to those of the features as they are.

use super::effects::Design;
use super::links::BASE;
use crate::estimation::Evaluation;

impl Design {
    /// The places of the model of a customer: those at features of 0, moved by the coefficients.
    pub(crate) fn places_of(
        &self,
        places: &[f64],
        coefficients: &[f64],
        features: &[f64],
    ) -> [f64; BASE] {
        let mut moved = [0.0; BASE];
        moved.iter_mut().zip(places).for_each(|(moved, &place)| *moved = place);
        let mut by = [0.0; BASE];
        for (effect, coefficient) in self.effects.iter().zip(coefficients) {
            let step = coefficient * features[effect.feature];
            by.iter_mut().zip(effect.direction).for_each(|(by, towards)| *by += towards * step);
        }
        // The coefficients add up first: a customer's places do not depend on how far the centre is.
        moved.iter_mut().zip(by).for_each(|(moved, by)| *moved += by);
        moved
    }

    /// Adds a customer's part of ln L with its derivatives: of the first parameters those that the customer's own
    /// have, of the coefficients what follows; of the Hessian, the upper triangle.
    pub(crate) fn add_customer(&self, own: &Evaluation, features: &[f64], total: &mut Evaluation) {
        let base = own.gradient.len();
        total.value += own.value;
        for i in 0..base {
            total.gradient[i] += own.gradient[i];
            for j in i..base {
                total.hessian[(i, j)] += own.hessian[(i, j)];
            }
        }
        // ∂²·d of each effect, times its feature.
        let bend = |step: f64, direction: &[f64; BASE]| {
            let entry = |i: usize| {
                (0..base).map(|j| own.hessian[(i, j)] * direction[j]).sum::<f64>() * step
            };
            std::array::from_fn::<f64, BASE, _>(|i| if i < base { entry(i) } else { 0.0 })
        };
        for (e, effect) in self.effects.iter().enumerate() {
            let step = features[effect.feature];
            if step == 0.0 {
                continue;
            }
            let along = |of: &dyn Fn(usize) -> f64, direction: &[f64; BASE]| {
                (0..base).map(|i| of(i) * direction[i]).sum::<f64>()
            };
            total.gradient[base + e] += step * along(&|i| own.gradient[i], &effect.direction);
            let bent = bend(step, &effect.direction);
            for (i, bent) in bent.iter().enumerate().take(base) {
                total.hessian[(i, base + e)] += bent;
            }
            for (f, other) in self.effects.iter().enumerate().skip(e) {
                let by = along(&|i| bent[i], &other.direction);
                total.hessian[(base + e, base + f)] += features[other.feature] * by;
            }
        }
    }

    /// Places and coefficients at features of 0, as they are, from those at the centre and standardised.
    pub(crate) fn to_raw(&self, standardised: &[f64]) -> Vec<f64> {
        self.moved_by(standardised, |spread| 1.0 / spread.1, |spread| -spread.0 / spread.1)
    }

    /// The reverse.
    pub(crate) fn to_standardised(&self, raw: &[f64]) -> Vec<f64> {
        self.moved_by(raw, |spread| spread.1, |spread| spread.0)
    }

    /// The same places with every coefficient multiplied, and the centre moved along it.
    fn moved_by(
        &self,
        from: &[f64],
        factor: impl Fn((f64, f64)) -> f64,
        shift: impl Fn((f64, f64)) -> f64,
    ) -> Vec<f64> {
        let base = from.len() - self.effects.len();
        let mut to = from.to_vec();
        for (e, effect) in self.effects.iter().enumerate() {
            let spread = (effect.spread.centre, effect.spread.scale);
            let coefficient = from[base + e];
            to[base + e] = coefficient * factor(spread);
            for (place, direction) in to.iter_mut().take(base).zip(effect.direction) {
                *place += direction * (coefficient * shift(spread));
            }
        }
        to
    }

    /// The covariance of what [`Design::to_raw`] gives, from that of what it takes, row by row.
    pub(crate) fn raw_covariance(&self, base: usize, standardised: &[f64]) -> Vec<f64> {
        let n = base + self.effects.len();
        let unit = |j: usize| {
            let mut unit = vec![0.0; n];
            unit[j] = 1.0;
            self.to_raw(&unit)
        };
        // Column j of the linear way from one to the other.
        let ways: Vec<Vec<f64>> = (0..n).map(unit).collect();
        let half = |i: usize, l: usize| -> f64 {
            (0..n).map(|k| ways[k][i] * standardised[k * n + l]).sum()
        };
        let halves: Vec<f64> = (0..n * n).map(|at| half(at / n, at % n)).collect();
        let entry =
            |i: usize, j: usize| -> f64 { (0..n).map(|l| halves[i * n + l] * ways[l][j]).sum() };
        // Symmetric to the last bit.
        (0..n * n).map(|at| entry((at / n).min(at % n), (at / n).max(at % n))).collect()
    }
}
