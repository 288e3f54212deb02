//! The predictions of every model of contracts: they follow from its curve.

use super::lifetime::discounted;
use super::likelihood::ln_likelihood;
use super::process::ContractProcess;
use super::simulate::simulate;
use super::{ContractModel, Contracts, RenewalHorizon};
use crate::Error;
use crate::error::{LARGEST, same_length};
use crate::math::elementary::{exp, exp_m1};
use crate::memory;
use crate::parallel::{Threads, collect};
use crate::summary::Buckets;

impl<M: ContractProcess> ContractModel for M {
    fn retention(&self, renewals: u32) -> f64 {
        exp(self.curve().ln_survival(f64::from(renewals), 1.0))
    }

    fn churn(&self, renewals: u32) -> f64 {
        -exp_m1(self.curve().ln_survival(f64::from(renewals), 1.0))
    }

    fn survival(&self, renewals: u32, ahead: u32) -> f64 {
        exp(self.curve().ln_survival(f64::from(renewals), f64::from(ahead)))
    }

    fn discounted_renewals(&self, renewals: u32, horizon: &RenewalHorizon) -> f64 {
        discounted(&self.curve(), renewals, horizon)
    }

    fn discounted_lifetime(&self, horizon: &RenewalHorizon) -> f64 {
        1.0 + discounted(&self.curve(), 0, horizon) / (1.0 + horizon.discount_rate())
    }

    fn churn_into(
        &self,
        contracts: &Contracts,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        by_renewals(contracts, 1, out, threads, |renewals, _| self.churn(renewals))
    }

    fn survival_into(
        &self,
        contracts: &Contracts,
        ahead: u32,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        by_renewals(contracts, 1, out, threads, |renewals, _| self.survival(renewals, ahead))
    }

    fn discounted_renewals_into(
        &self,
        contracts: &Contracts,
        horizon: &RenewalHorizon,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let curve = self.curve();
        by_renewals(contracts, 1, out, threads, |renewals, _| discounted(&curve, renewals, horizon))
    }

    fn clv_into(
        &self,
        contracts: &Contracts,
        margin: &[f64],
        horizon: &RenewalHorizon,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        if margin.len() != 1 {
            same_length(contracts.len(), "margin", margin.len())?;
        }
        let allowed = |margin: &&f64| margin.abs() <= LARGEST;
        let mut problems = margin.iter().enumerate().filter(|(_, margin)| !allowed(margin));
        if let Some((row, value)) = problems.next() {
            let (column, value) = ("margin".to_owned(), value.to_string());
            let expected = "from -1e50 to 1e50";
            return Err(Error::Value { column, row, expected, value, more: problems.count() });
        }
        self.discounted_renewals_into(contracts, horizon, out, threads)?;
        for (row, out) in out.iter_mut().enumerate() {
            *out *= margin[if margin.len() == 1 { 0 } else { row }];
        }
        Ok(())
    }

    fn forecast_into(
        &self,
        contracts: &Contracts,
        periods: u32,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        by_renewals(contracts, periods as usize, out, threads, |renewals, place| {
            let ahead = u32::try_from(place + 1).unwrap_or(u32::MAX);
            self.survival(renewals, ahead)
        })?;
        for (row, out) in out.chunks_mut((periods as usize).max(1)).enumerate() {
            out.iter_mut().for_each(|out| *out *= contracts.weight(row));
        }
        Ok(())
    }

    fn log_likelihood(&self, contracts: &Contracts) -> f64 {
        ln_likelihood(self, contracts)
    }

    fn simulate(
        &self,
        opportunities: &[u32],
        seed: u64,
        threads: Threads,
    ) -> Result<Contracts, Error> {
        simulate(&self.curve(), opportunities, seed, threads)
    }
}

/// `width` values per contract by its renewals, each worked out once; 0 for who has left.
fn by_renewals(
    contracts: &Contracts,
    width: usize,
    out: &mut [f64],
    threads: Threads,
    value: impl Fn(u32, usize) -> f64 + Sync,
) -> Result<(), Error> {
    same_length(contracts.len().saturating_mul(width), "out", out.len())?;
    if width == 0 {
        return Ok(());
    }
    memory::ask_for_rows("predictions of contracts", contracts.len(), 5, 0)?;
    let buckets = Buckets::of(contracts.renewals());
    let values = collect(buckets.len() * width, threads, |place| {
        value(buckets.get(place / width).0, place % width)
    });
    for ((_, rows), values) in buckets.iter().zip(values.chunks(width)) {
        for &row in rows {
            let row = row as usize;
            let stays = !contracts.left()[row];
            let out = &mut out[row * width..(row + 1) * width];
            out.iter_mut().zip(values).for_each(|(out, value)| {
                *out = if stays { *value } else { 0.0 };
            });
        }
    }
    Ok(())
}
