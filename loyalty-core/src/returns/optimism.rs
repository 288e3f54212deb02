//! By how much a fit is too sure of what it has learnt.

use std::ops::Range;

use super::kernel::{NEVER_SINGULAR, Sums};

/// What a penalised fit says of its own slope of calibration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Optimism {
    /// β' Λ β: by so much the penalty keeps the log-odds too close together.
    penalty: f64,
    /// tr H (H + Λ)⁻¹ of the features: the degrees of freedom.
    freedom: f64,
    /// Σ p (1 − p) (z − z̄)².
    spread: f64,
    /// z̄ − β₀, the mean log-odds weighted by p (1 − p), less the intercept.
    centre: f64,
}

impl Optimism {
    /// Of coefficients β with penalties Λ, from the sums there. The intercept is the first; beside `features`
    /// there is the level, which is followed and not foretold.
    pub(crate) fn of(
        sums: &Sums,
        beta: &[f64],
        features: Range<usize>,
        fall: impl Fn(usize) -> f64,
    ) -> Self {
        let penalised = sums.hessian(&fall);
        // Without the penalties, and what keeps columns of padding from being singular.
        let hessian = sums.hessian(|_| -NEVER_SINGULAR);
        let freedom = penalised.cholesky().map_or(0.0, |by| {
            let shares = by.solve(&hessian);
            features.clone().map(|i| shares[(i, i)]).sum()
        });
        let (mut squares, mut along) = (0.0, 0.0);
        for i in features.clone() {
            along += hessian[(0, i)] * beta[i];
            squares += features.clone().map(|j| beta[i] * hessian[(i, j)] * beta[j]).sum::<f64>();
        }
        let centre = if hessian[(0, 0)] > 0.0 { along / hessian[(0, 0)] } else { 0.0 };
        let penalty = features.map(|i| fall(i) * beta[i] * beta[i]).sum();
        Self { penalty, freedom, spread: squares - along * centre, centre }
    }

    /// The slope of calibration to expect of lines to come, from 0 to 1, where lines come back together
    /// with this design effect:
    ///
    /// ```text
    /// γ = 1 + (β' Λ β − D tr H (H + Λ)⁻¹) / Σ p (1 − p) (z − z̄)²
    /// ```
    ///
    /// Without a penalty and with D = 1 it is the heuristic shrinkage of van Houwelingen & Le Cessie (1990),
    /// Statistics in Medicine 9, 1303–1325; D is how much more than its curvature the score of clustered
    /// lines varies (Takeuchi 1976, Suri-Kagaku 153, 12–18).
    pub(crate) fn slope(&self, design_effect: f64) -> f64 {
        let slope = 1.0 + (self.penalty - design_effect * self.freedom) / self.spread;
        // Where nothing varies there is nothing to shrink.
        if self.spread > 0.0 { slope.clamp(0.0, 1.0) } else { 1.0 }
    }

    /// z̄ − β₀.
    pub(crate) fn centre(&self) -> f64 {
        self.centre
    }
}
