//! What lifetime values ask of a model, with covariates or without.

use std::ops::Range;

use crate::Error;
use crate::error::same_length;
use crate::estimation::Parameters;
use crate::parallel::{Threads, fill_parts};
use crate::purchase::{Discounting, PurchaseModel, PurchaseWithCovariates};
use crate::spend::{SpendModel, SpendWithCovariates};
use crate::summary::{Covariates, CustomerSummary};
use crate::time::Unit;
use crate::value::margin::Margin;

/// What was found of a model, a [`Fit`](crate::estimation::Fit) or a [`Posterior`](crate::estimation::Posterior).
///
/// # Examples
/// See [`clv_posterior_with_covariates`](crate::value::clv_posterior_with_covariates).
#[derive(Debug)]
pub enum Estimated<'a, A, B> {
    /// Of a model without covariates.
    Alike(&'a A),
    /// Of one with covariates, and what is known of the customers, row by row.
    By(&'a B, &'a Covariates),
}

/// Calls a function with what was found of either model and what is known of the customers for it.
macro_rules! each_way {
    ($purchases:expr, $spend:expr, $function:ident($($argument:expr),*)) => {
        match ($purchases, $spend) {
            (&Estimated::Alike(p), &Estimated::Alike(s)) => {
                $function((p, &()), (s, &()), $($argument),*)
            }
            (&Estimated::Alike(p), &Estimated::By(s, known)) => {
                $function((p, &()), (s, known), $($argument),*)
            }
            (&Estimated::By(p, known), &Estimated::Alike(s)) => {
                $function((p, known), (s, &()), $($argument),*)
            }
            (&Estimated::By(p, known), &Estimated::By(s, spent)) => {
                $function((p, known), (s, spent), $($argument),*)
            }
        }
    };
}
pub(super) use each_way;

/// What a model knows of customers besides their summary.
pub(super) trait Known: Sync + Sized {
    /// What of it is known of these rows.
    fn of_rows(&self, rows: Range<usize>) -> Self;

    /// Refuses a table of other customers.
    fn same_rows(&self, customers: &CustomerSummary) -> Result<(), Error>;
}

impl Known for () {
    fn of_rows(&self, _: Range<usize>) {}

    fn same_rows(&self, _: &CustomerSummary) -> Result<(), Error> {
        Ok(())
    }
}

impl Known for Covariates {
    fn of_rows(&self, rows: Range<usize>) -> Self {
        self.slice(rows)
    }

    fn same_rows(&self, customers: &CustomerSummary) -> Result<(), Error> {
        same_length(customers.len(), "covariates", self.len())
    }
}

/// A model of purchases.
pub(super) trait Buys: Parameters + Sync {
    /// What it reads besides the summary.
    type Known: Known;
    /// Whether customers of one history are alike.
    const BY_HISTORY: bool;

    fn time_unit(&self) -> Option<Unit>;

    fn discounted_into(
        &self,
        customers: &CustomerSummary,
        known: &Self::Known,
        discounting: &Discounting,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;

    /// The same of many customers whose ages are close together.
    fn discounted_by_age_into(
        &self,
        customers: &CustomerSummary,
        known: &Self::Known,
        discounting: &Discounting,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        self.discounted_into(customers, known, discounting, out, threads)
    }
}

impl<M: PurchaseModel + Parameters> Buys for M {
    type Known = ();
    const BY_HISTORY: bool = true;

    fn time_unit(&self) -> Option<Unit> {
        self.unit()
    }

    fn discounted_into(
        &self,
        customers: &CustomerSummary,
        (): &(),
        discounting: &Discounting,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        self.discounted_purchases_into(customers, discounting, out, threads)
    }

    fn discounted_by_age_into(
        &self,
        customers: &CustomerSummary,
        (): &(),
        discounting: &Discounting,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        self.discounted_purchases_by_age_into(customers, discounting, out, threads)
    }
}

impl Buys for PurchaseWithCovariates {
    type Known = Covariates;
    const BY_HISTORY: bool = false;

    fn time_unit(&self) -> Option<Unit> {
        self.unit()
    }

    fn discounted_into(
        &self,
        customers: &CustomerSummary,
        known: &Covariates,
        discounting: &Discounting,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        self.discounted_purchases_into(customers, known, discounting, out, threads)
    }
}

/// A model of spend.
pub(super) trait Spends: Parameters + Sync {
    /// What it reads besides the summary.
    type Known: Known;

    fn spend_into(
        &self,
        customers: &CustomerSummary,
        known: &Self::Known,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;
}

impl<M: SpendModel + Parameters> Spends for M {
    type Known = ();

    fn spend_into(
        &self,
        customers: &CustomerSummary,
        (): &(),
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        self.expected_spend_into(customers, out, threads)
    }
}

impl Spends for SpendWithCovariates {
    type Known = Covariates;

    fn spend_into(
        &self,
        customers: &CustomerSummary,
        known: &Covariates,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        self.expected_spend_into(customers, known, out, threads)
    }
}

/// Lifetime values by models of which each knows what it needs.
pub(super) fn values_into<P: Buys, S: Spends>(
    (purchases, known): (&P, &P::Known),
    (spend, spent): (&S, &S::Known),
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    out: &mut [f64],
    threads: Threads,
) -> Result<(), Error> {
    spend.spend_into(customers, spent, out, threads)?;
    let mut count = vec![0.0; customers.len()];
    purchases.discounted_into(customers, known, discounting, &mut count, threads)?;
    multiply(out, margin, &count, threads);
    Ok(())
}

/// Makes values of what is spent each time.
pub(super) fn multiply(out: &mut [f64], margin: Margin<'_>, count: &[f64], threads: Threads) {
    fill_parts(out, threads, |start, out| {
        for (row, value) in (start..).zip(out) {
            *value *= margin.of(row) * count[row];
        }
    });
}

/// The sum of customers' values, weights counted.
pub(super) fn total(customers: &CustomerSummary, values: &[f64]) -> f64 {
    match customers.weights() {
        None => values.iter().sum(),
        Some(weights) => values.iter().zip(weights).map(|(value, weight)| value * weight).sum(),
    }
}
