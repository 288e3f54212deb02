//! How far off a lifetime value may be, as the parameters are estimates.

use crate::Error;
use crate::estimation::{Fit, Intervals, Parameters, Scale, two_sided};
use crate::memory;
use crate::parallel::Threads;
use crate::purchase::{AnyPurchaseModel, Discounting, PurchaseModel, PurchaseWithCovariates};
use crate::spend::{AnySpendModel, SpendModel, SpendWithCovariates};
use crate::summary::CustomerSummary;
use crate::value::asked::{Buys, Estimated, Spends, each_way, total, values_into};
use crate::value::margin::Margin;

/// Intervals of every customer's lifetime value by the delta method; see [`clv_into`](crate::value::clv_into) for the
/// value and [`Fit::intervals`] for the method.
///
/// The two models are fitted to different columns and their estimates are independent, so their
/// variances add up. It is the interval of the expectation: what a customer then spends varies around
/// it.
///
/// # Errors
/// As [`clv_into`](crate::value::clv_into) and [`Fit::intervals`].
///
/// # Examples
/// ```
/// use loyalty_core::estimation::FitOptions;
/// use loyalty_core::orders::Column;
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
/// use loyalty_core::spend::{GammaGamma, SpendModel};
/// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
/// use loyalty_core::value::{Margin, clv_intervals, clv_total_interval};
/// let truth = (BgNbd::new(0.8, 5.0, 1.0, 3.0)?, GammaGamma::new(6.0, 4.0, 15.0)?);
/// let bought = truth.0.simulate(&[39.0; 500], 7, Threads::default())?;
/// let spent = truth.1.simulate(&bought, 7, Threads::default());
/// let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
/// let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
/// columns.monetary_value = Some(Column::new("spent", &spent));
/// let customers = CustomerSummary::new(&columns)?;
/// let options = FitOptions::default();
/// let fits = (BgNbd::fit(&customers, &options)?, GammaGamma::fit(&customers, &options)?);
/// let year = Discounting::continuous(52.0, 0.002)?;
/// let margin = Margin::Same(0.3);
/// let value =
///     clv_intervals(&fits.0, &fits.1, &customers, &year, margin, 0.95, Threads::default())?;
/// let total =
///     clv_total_interval(&fits.0, &fits.1, &customers, &year, margin, 0.95, Threads::default())?;
/// assert!((value.estimate.iter().sum::<f64>() / total.estimate[0] - 1.0).abs() < 1e-14);
/// assert!(0.0 < total.lower[0] && total.lower[0] < total.estimate[0]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn clv_intervals<P: PurchaseModel + Parameters, S: SpendModel + Parameters>(
    purchases: &Fit<P>,
    spend: &Fit<S>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    level: f64,
    threads: Threads,
) -> Result<Intervals, Error> {
    let (purchases, spend) = ((purchases, &()), (spend, &()));
    of_each(purchases, spend, customers, discounting, margin, level, threads)
}

/// [`clv_intervals`] where one of the models or both have covariates.
///
/// # Errors
/// As [`clv_intervals`] and [`clv_with_covariates_into`](crate::value::clv_with_covariates_into).
///
/// # Examples
/// ```
/// use loyalty_core::estimation::{CovariateRoles, FitOptions};
/// use loyalty_core::orders::Column;
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::purchase::{BgNbd, Discounting, PurchaseKind, PurchaseWithCovariates};
/// use loyalty_core::spend::{GammaGamma, SpendModel};
/// use loyalty_core::summary::{Covariates, CustomerSummary, SummaryColumns};
/// use loyalty_core::value::{Estimated, Margin, clv_intervals_with_covariates};
/// let member: Vec<f64> = (0..600).map(|row| f64::from(row % 2)).collect();
/// let covariates = Covariates::new(&[Column::new("member", &member[..]).into()])?;
/// let (base, roles) = (BgNbd::new(0.8, 5.0, 1.0, 3.0)?, CovariateRoles::default());
/// let truth = PurchaseWithCovariates::new(base, &covariates, &roles, &[0.5, -0.5])?;
/// let bought = truth.simulate(&covariates, &[39.0; 600], 7, Threads::default())?;
/// let spent = GammaGamma::new(6.0, 4.0, 15.0)?.simulate(&bought, 7, Threads::default());
/// let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
/// let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
/// columns.monetary_value = Some(Column::new("spent", &spent));
/// let customers = CustomerSummary::new(&columns)?;
/// let (kind, options) = (PurchaseKind::BgNbd, FitOptions::default());
/// let purchases = PurchaseWithCovariates::fit(kind, &customers, &covariates, &roles, &options)?;
/// let spend = GammaGamma::fit(&customers, &options)?.map(Into::into);
/// let value = clv_intervals_with_covariates(
///     &Estimated::By(&purchases, &covariates),
///     &Estimated::Alike(&spend),
///     &customers,
///     &Discounting::continuous(52.0, 0.002)?,
///     Margin::Same(0.3),
///     0.95,
///     Threads::default(),
/// )?;
/// assert!((0..600).all(|row| value.lower[row] < value.upper[row]));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn clv_intervals_with_covariates(
    purchases: &Estimated<'_, Fit<AnyPurchaseModel>, Fit<PurchaseWithCovariates>>,
    spend: &Estimated<'_, Fit<AnySpendModel>, Fit<SpendWithCovariates>>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    level: f64,
    threads: Threads,
) -> Result<Intervals, Error> {
    each_way!(purchases, spend, of_each(customers, discounting, margin, level, threads))
}

fn of_each<P: Buys, S: Spends>(
    (purchases, known): (&Fit<P>, &P::Known),
    (spend, spent): (&Fit<S>, &S::Known),
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    level: f64,
    threads: Threads,
) -> Result<Intervals, Error> {
    let z = two_sided(level)?;
    customers.same_unit(purchases.model.time_unit())?;
    // The margin is no estimate, and its sign must not matter to the logarithm.
    let revenue = |purchases: &P, spend: &S, out: &mut [f64]| {
        let (models, whole) = (((purchases, known), (spend, spent)), Margin::Same(1.0));
        values_into(models.0, models.1, customers, discounting, whole, out, threads)
    };
    memory::ask_for_rows("intervals of customers", customers.len(), 64, 0)?;
    let mut value = vec![0.0; customers.len()];
    revenue(&purchases.model, &spend.model, &mut value)?;
    let mut variance = vec![0.0; customers.len()];
    purchases
        .add_variance(Scale::Log, &mut variance, |model, out| revenue(model, &spend.model, out))?;
    spend.add_variance(Scale::Log, &mut variance, |model, out| {
        revenue(&purchases.model, model, out)
    })?;
    margin.check(customers.len())?;
    let mut intervals = Intervals::new(value, &variance, Scale::Log, z);
    for row in 0..customers.len() {
        intervals.scale(row, margin.of(row));
    }
    Ok(intervals)
}

/// The interval of the customers' lifetime values in total, weights counted: one row; see
/// [`clv_intervals`].
///
/// # Errors
/// As [`clv_intervals`].
///
/// # Examples
/// See [`clv_intervals`].
pub fn clv_total_interval<P: PurchaseModel + Parameters, S: SpendModel + Parameters>(
    purchases: &Fit<P>,
    spend: &Fit<S>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    level: f64,
    threads: Threads,
) -> Result<Intervals, Error> {
    let (purchases, spend) = ((purchases, &()), (spend, &()));
    of_all(purchases, spend, customers, discounting, margin, level, threads)
}

/// [`clv_total_interval`] where one of the models or both have covariates.
///
/// # Errors
/// As [`clv_intervals_with_covariates`].
///
/// # Examples
/// See [`clv_intervals_with_covariates`].
pub fn clv_total_interval_with_covariates(
    purchases: &Estimated<'_, Fit<AnyPurchaseModel>, Fit<PurchaseWithCovariates>>,
    spend: &Estimated<'_, Fit<AnySpendModel>, Fit<SpendWithCovariates>>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    level: f64,
    threads: Threads,
) -> Result<Intervals, Error> {
    each_way!(purchases, spend, of_all(customers, discounting, margin, level, threads))
}

fn of_all<P: Buys, S: Spends>(
    (purchases, known): (&Fit<P>, &P::Known),
    (spend, spent): (&Fit<S>, &S::Known),
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    level: f64,
    threads: Threads,
) -> Result<Intervals, Error> {
    let z = two_sided(level)?;
    customers.same_unit(purchases.model.time_unit())?;
    margin.check(customers.len())?;
    let sum = |purchases: &P, spend: &S, out: &mut [f64]| -> Result<(), Error> {
        let (purchases, spend) = ((purchases, known), (spend, spent));
        memory::ask_for_rows("lifetime values", customers.len(), 8, 0)?;
        let mut values = vec![0.0; customers.len()];
        values_into(purchases, spend, customers, discounting, margin, &mut values, threads)?;
        out[0] = total(customers, &values);
        Ok(())
    };
    let negative = (0..customers.len()).any(|row| margin.of(row) < 0.0);
    let scale = if negative { Scale::Real } else { Scale::Log };
    let (mut value, mut variance) = (vec![0.0], vec![0.0]);
    sum(&purchases.model, &spend.model, &mut value)?;
    purchases.add_variance(scale, &mut variance, |model, out| sum(model, &spend.model, out))?;
    spend.add_variance(scale, &mut variance, |model, out| sum(&purchases.model, model, out))?;
    Ok(Intervals::new(value, &variance, scale, z))
}
