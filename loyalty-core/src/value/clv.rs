//! Customer lifetime value.

use crate::Error;
use crate::memory;
use crate::parallel::Threads;
use crate::purchase::{Discounting, PurchaseModel, PurchaseWithCovariates};
use crate::spend::{SpendModel, SpendWithCovariates};
use crate::summary::{Covariates, CustomerSummary};
use crate::value::asked::multiply;
use crate::value::margin::Margin;

/// Expected value of every customer's future purchases, discounted to the end of observation.
///
/// ```text
/// CLV = margin · E[M | x, m] · Σ or ∫ of discounted expected purchases
/// ```
///
/// The spend per purchase is independent of the number of purchases under the two models, so the
/// product of expectations is the expectation. `out` has one value per customer, in row order.
///
/// # Errors
/// [`Error::MissingColumn`] where the summary has no monetary value, [`Error::Infinite`] where a
/// customer's expected spend is, [`Error::Unit`] where the model is in another unit,
/// [`Error::Parameter`] or [`Error::Value`] for a margin that is not from −1000 to 1,
/// [`Error::Length`] where `out` or the margins are not as long as the summary.
///
/// # Examples
/// ```
/// use loyalty_core::orders::Column;
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
/// use loyalty_core::spend::{GammaGamma, SpendModel};
/// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
/// use loyalty_core::value::{Margin, clv_into};
/// let mut columns = SummaryColumns::new(&[2.0], &[30.43], &[38.86]);
/// columns.monetary_value = Some(Column::new("monetary_value", &[22.35]));
/// let customers = CustomerSummary::new(&columns)?;
/// let purchases = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
/// let spend = GammaGamma::new(6.25, 3.74, 15.44)?;
/// let year = Discounting::continuous(52.0, 0.0)?;
/// let mut value = [0.0];
/// clv_into(&purchases, &spend, &customers, &year, Margin::Same(0.3), &mut value, Threads::ONE)?;
/// let expected = 0.3 * spend.expected_spend(2, 22.35)?
///     * purchases.expected_purchases(&customers.history(0), 52.0)?;
/// assert!((value[0] / expected - 1.0).abs() < 1e-15);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Fader, Hardie & Lee (2005), Journal of Marketing Research 42(4), 415–430.
pub fn clv_into(
    purchases: &dyn PurchaseModel,
    spend: &dyn SpendModel,
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    out: &mut [f64],
    threads: Threads,
) -> Result<(), Error> {
    let (buying, spending) = (Buying::Alike(purchases), Spending::Alike(spend));
    clv_with_covariates_into(buying, spending, customers, discounting, margin, out, threads)
}

/// When customers buy, by a model with covariates or without.
#[derive(Debug, Clone, Copy)]
pub enum Buying<'a> {
    /// By their histories alone.
    Alike(&'a dyn PurchaseModel),
    /// By what else is known of them, row by row.
    By(&'a PurchaseWithCovariates, &'a Covariates),
}

/// How much customers spend, by a model with covariates or without.
#[derive(Debug, Clone, Copy)]
pub enum Spending<'a> {
    /// By what they spent alone.
    Alike(&'a dyn SpendModel),
    /// By what else is known of them, row by row.
    By(&'a SpendWithCovariates, &'a Covariates),
}

/// [`clv_into`] where one of the models or both have covariates.
///
/// # Errors
/// As [`clv_into`], and of covariates as
/// [`PurchaseWithCovariates::customer`](crate::purchase::PurchaseWithCovariates::customer).
///
/// # Examples
/// ```
/// use loyalty_core::estimation::CovariateRoles;
/// use loyalty_core::orders::Column;
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::purchase::{BgNbd, Discounting, PurchaseWithCovariates};
/// use loyalty_core::spend::GammaGamma;
/// use loyalty_core::summary::{Covariates, CustomerSummary, SummaryColumns};
/// use loyalty_core::value::{Buying, Margin, Spending, clv_with_covariates_into};
/// let mut columns = SummaryColumns::new(&[2.0, 2.0], &[30.0, 30.0], &[39.0, 39.0]);
/// columns.monetary_value = Some(Column::new("mean", &[22.0, 22.0]));
/// let customers = CustomerSummary::new(&columns)?;
/// let covariates = Covariates::new(&[Column::new("member", &[0.0, 1.0][..]).into()])?;
/// let (base, roles) = (BgNbd::new(0.243, 4.414, 0.793, 2.426)?, CovariateRoles::default());
/// let model = PurchaseWithCovariates::new(base, &covariates, &roles, &[0.5, -0.5])?;
/// let (buying, spend) = (Buying::By(&model, &covariates), GammaGamma::new(6.25, 3.74, 15.44)?);
/// let (year, mut out) = (Discounting::continuous(52.0, 0.0)?, [0.0; 2]);
/// let (spending, threads) = (Spending::Alike(&spend), Threads::default());
/// clv_with_covariates_into(buying, spending, &customers, &year, Margin::Same(0.3), &mut out, threads)?;
/// assert!(out[1] > out[0]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn clv_with_covariates_into(
    buying: Buying<'_>,
    spending: Spending<'_>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    out: &mut [f64],
    threads: Threads,
) -> Result<(), Error> {
    margin.check(customers.len())?;
    buying.same_unit(customers)?;
    match spending {
        Spending::Alike(model) => model.expected_spend_into(customers, out, threads)?,
        Spending::By(model, covariates) => {
            model.expected_spend_into(customers, covariates, out, threads)?;
        }
    }
    memory::ask_for_rows("lifetime values", customers.len(), 8, 0)?;
    let mut count = vec![0.0; customers.len()];
    let counts = &mut count[..];
    match buying {
        Buying::Alike(model) => {
            model.discounted_purchases_into(customers, discounting, counts, threads)?;
        }
        Buying::By(model, covariates) => {
            let (c, d) = (customers, discounting);
            model.discounted_purchases_into(c, covariates, d, counts, threads)?;
        }
    }
    multiply(out, margin, &count, threads);
    Ok(())
}

impl Buying<'_> {
    fn same_unit(&self, customers: &CustomerSummary) -> Result<(), Error> {
        customers.same_unit(match self {
            Self::Alike(model) => model.unit(),
            Self::By(model, _) => model.unit(),
        })
    }
}
