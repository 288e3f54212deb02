//! The expected number of renewals.

use std::sync::OnceLock;

use super::dropouts::{Dropouts, RENEWALS};
use super::process::Erlang;
use crate::math::positive_series::{PositiveSeries, Terms};

/// The expected number of renewals before the end.
///
/// ```text
/// E = Σ_{i>=1} P(N >= ik − l) S_{i−1}
///   = (1+z)^−s Σ_{n>=1} (s)_n/n! · H(⌊(l+n)/k⌋) · (z/(1+z))^n,   H(m) = Σ_{i<m} S_i
/// ```
///
/// The power series has positive terms only and is used where it is short; so is the sum over renewals, where few are
/// within reach. Else, at a given p and with d = (1−p)^(1/k), ζ_h = d e^(2πih/k), the sum over residues modulo k is a
/// discrete Fourier transform,
///
/// ```text
/// E | p = Σ_{h<k} ζ_h^(l+1) / (k (1−p) (1−ζ_h)) · [1 − (1 + z(1−ζ_h))^−s]
/// ```
///
/// whose first term is the largest unless p is near 1; there it is Σ (1−p)^(i−1) P(N >= ik − l), of few terms. Over
/// p it is the trapezoidal rule in logit p, as for k = 1.
#[derive(Debug, Clone)]
pub(crate) struct ErlangRenewals {
    process: Erlang,
    series: PositiveSeries,
    /// Where the series is long, once.
    dropouts: OnceLock<Dropouts>,
}

impl ErlangRenewals {
    pub(crate) fn new(process: Erlang) -> Self {
        let series = process.series(Terms::Renewals);
        Self { process, series, dropouts: OnceLock::new() }
    }

    /// For many arguments: coefficients are made once.
    pub(crate) fn tabulated(self) -> Self {
        Self { series: self.series.tabulated(), ..self }
    }

    /// E at each argument; the same bits as one at a time, tabulated or not.
    pub(crate) fn each(&self, z: &[f64], out: &mut [f64]) {
        self.series.each(z, out, |z| self.where_series_are_long(z));
    }

    fn where_series_are_long(&self, z: f64) -> f64 {
        let Erlang { k, s, .. } = self.process;
        // A rate that never comes to an event within z has no renewals.
        if s * z == 0.0 {
            return 0.0;
        }
        let reached = || self.process.reached_each::<RENEWALS>(z);
        // Beyond, the last of `reached` is more than e^−20 of the first.
        let may_end = z < 4.0 * f64::from(k) && s * z < 40.0 * f64::from(k);
        if may_end {
            let reached = reached();
            if reached[RENEWALS - 1] <= 1e-17 * reached[0] {
                return self.by_renewals(&reached);
            }
        }
        let dropouts = self.dropouts.get_or_init(|| Dropouts::of(&self.process));
        dropouts.renewals(&self.process, z, reached)
    }

    /// Σ S_{i−1} P(N >= ik − l).
    fn by_renewals(&self, reached: &[f64]) -> f64 {
        let Erlang { a, b, .. } = self.process;
        let (mut sum, mut survived) = (0.0, 1.0);
        for (renewals, reached) in (0..).zip(reached) {
            sum += survived * reached;
            let stays = b + f64::from(renewals);
            survived *= stays / (a + stays);
        }
        sum
    }
}
