//! The predictions of the Gamma-Gamma.

use super::gamma_gamma::{GammaGamma, draw_amounts, ln_likelihood, simulate};
use super::{SpendKind, SpendModel};
use crate::Error;
use crate::error::{LARGEST, non_negative, same_length};
use crate::math::beta_upper;
use crate::parallel::{Threads, fill};
use crate::summary::CustomerSummary;

impl SpendModel for GammaGamma {
    fn kind(&self) -> SpendKind {
        SpendKind::GammaGamma
    }

    fn has_finite_mean(&self) -> bool {
        self.q() > 1.0
    }

    fn expected_spend(&self, transactions: u32, mean: f64) -> Result<f64, Error> {
        let mean = non_negative("mean", mean)?;
        if self.degrees(transactions) > 0.0 {
            return Ok(self.spend(transactions, mean));
        }
        let reason = format!("q = {} is too small for {transactions} purchases", self.q());
        Err(Error::Infinite { quantity: "the expected spend", reason })
    }

    fn expected_spend_into(
        &self,
        customers: &CustomerSummary,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let needed_by = "the expected spend";
        let mean = customers
            .monetary_value()
            .ok_or(Error::MissingColumn { column: "monetary_value", needed_by })?;
        same_length(customers.len(), "out", out.len())?;
        finite_for_all(self, customers)?;
        fill(out, threads, |row| self.spend(customers.transactions(row), mean[row]));
        Ok(())
    }

    fn log_likelihood(&self, summary: &CustomerSummary) -> Result<f64, Error> {
        ln_likelihood(self, summary)
    }

    fn simulate(&self, customers: &CustomerSummary, seed: u64, threads: Threads) -> Vec<f64> {
        simulate(self, customers, seed, threads)
    }

    fn draw_amounts(&self, transactions: u32, mean: f64, seed: u64, amounts: &mut [f64]) {
        draw_amounts(self, f64::from(transactions), mean, seed, amounts);
    }

    fn p_mean_above(&self, transactions: u32, mean: f64) -> f64 {
        if transactions == 0 || !(0.0..=LARGEST).contains(&mean) {
            return f64::NAN;
        }
        let x = f64::from(transactions);
        beta_upper(self.p() * x, self.q(), x * mean / (x * mean + self.v()))
    }
}

/// Refuses the first customer for whom a model has no finite mean.
pub(super) fn finite_for_all(model: &GammaGamma, customers: &CustomerSummary) -> Result<(), Error> {
    let infinite = |row: &usize| model.degrees(customers.transactions(*row)) <= 0.0;
    let Some(row) = (0..customers.len()).find(infinite) else { return Ok(()) };
    let reason = format!("q = {} is too small for the customer in row {row}", model.q());
    Err(Error::Infinite { quantity: "the expected spend", reason })
}
