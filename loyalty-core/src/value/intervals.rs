//! How far off a lifetime value may be, as the parameters are estimates.

use crate::Error;
use crate::estimation::{Fit, Intervals, Parameters, Scale, two_sided};
use crate::parallel::Threads;
use crate::purchase::{Discounting, PurchaseModel};
use crate::spend::SpendModel;
use crate::summary::CustomerSummary;
use crate::value::clv::{Margin, clv_into};

/// Intervals of every customer's lifetime value by the delta method; see [`clv_into`] for the value and
/// [`Fit::intervals`] for the method.
///
/// The two models are fitted to different columns and their estimates are independent, so their
/// variances add up. It is the interval of the expectation: what a customer then spends varies around
/// it.
///
/// # Errors
/// As [`clv_into`] and [`Fit::intervals`].
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
    let z = two_sided(level)?;
    // The margin is no estimate, and its sign must not matter to the logarithm.
    let revenue = |purchases: &P, spend: &S, out: &mut [f64]| {
        clv_into(purchases, spend, customers, discounting, Margin::Same(1.0), out, threads)
    };
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
    let z = two_sided(level)?;
    margin.check(customers.len())?;
    let total = |purchases: &P, spend: &S, out: &mut [f64]| {
        clv_total(purchases, spend, customers, discounting, margin, threads).map(|sum| out[0] = sum)
    };
    let negative = (0..customers.len()).any(|row| margin.of(row) < 0.0);
    let scale = if negative { Scale::Real } else { Scale::Log };
    let (mut value, mut variance) = (vec![0.0], vec![0.0]);
    total(&purchases.model, &spend.model, &mut value)?;
    purchases.add_variance(scale, &mut variance, |model, out| total(model, &spend.model, out))?;
    spend.add_variance(scale, &mut variance, |model, out| total(&purchases.model, model, out))?;
    Ok(Intervals::new(value, &variance, scale, z))
}

/// The sum of the customers' lifetime values, weights counted.
pub(super) fn clv_total(
    purchases: &dyn PurchaseModel,
    spend: &dyn SpendModel,
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    threads: Threads,
) -> Result<f64, Error> {
    let mut value = vec![0.0; customers.len()];
    clv_into(purchases, spend, customers, discounting, margin, &mut value, threads)?;
    Ok(match customers.weights() {
        None => value.iter().sum(),
        Some(weights) => value.iter().zip(weights).map(|(value, weight)| value * weight).sum(),
    })
}
