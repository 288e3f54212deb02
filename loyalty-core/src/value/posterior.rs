//! Lifetime values over the posteriors of both models.

use std::ops::Range;

use crate::Error;
use crate::estimation::{
    Ends, Intervals, Moments, Parameters, Points, Posterior, PosteriorMethod, Scale, normal_ends,
    two_sided,
};
use crate::math::random::Random;
use crate::parallel::Threads;
use crate::purchase::{AnyPurchaseModel, Discounting, PurchaseModel, PurchaseWithCovariates};
use crate::spend::{AnySpendModel, SpendModel, SpendWithCovariates};
use crate::summary::CustomerSummary;
use crate::value::asked::{Buys, Estimated, Known as _, Spends, each_way, values_into};
use crate::value::margin::Margin;

/// Pairs of points behind an interval: its ends then have an error of an eighth of a standard deviation.
const PAIRS: usize = 400;

const STREAM: u64 = 0x636c_7670;

/// Posterior mean, standard deviation and interval of every customer's lifetime value; see
/// [`clv_into`](crate::value::clv_into) for the value.
///
/// The two models tell of different columns, so their posteriors are independent: 400 points of each are
/// paired by lot, and the interval's ends are quantiles over the pairs. With a quadrature on either side the
/// moments of both are multiplied and the interval is normal on the logarithm of the value. Customers are
/// taken block by block, so memory does not grow with the points.
///
/// It is the interval of the expectation: what a customer then spends varies around it.
///
/// # Errors
/// As [`clv_into`](crate::value::clv_into), and [`Error::Parameter`] unless the level is above 0 and below 1.
///
/// # Examples
/// ```
/// use loyalty_core::estimation::{FitOptions, PosteriorOptions};
/// use loyalty_core::orders::Column;
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
/// use loyalty_core::spend::{GammaGamma, SpendModel};
/// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
/// use loyalty_core::value::{Margin, clv_posterior};
/// let truth = (BgNbd::new(0.8, 5.0, 1.0, 3.0)?, GammaGamma::new(6.0, 4.0, 15.0)?);
/// let bought = truth.0.simulate(&[39.0; 200], 7, Threads::default())?;
/// let spent = truth.1.simulate(&bought, 7, Threads::default());
/// let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
/// let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
/// columns.monetary_value = Some(Column::new("spent", &spent));
/// let customers = CustomerSummary::new(&columns)?;
/// let (options, mut how) = (FitOptions::default(), PosteriorOptions::default());
/// how.draws = 500;
/// let purchases = BgNbd::posterior(&customers, &options, &how)?;
/// let spend = GammaGamma::posterior(&customers, &options, &how)?;
/// let year = Discounting::continuous(52.0, 0.002)?;
/// let margin = Margin::Same(0.3);
/// let value = clv_posterior(&purchases, &spend, &customers, &year, margin, 0.9, Threads::default())?;
/// assert!((0..200).all(|row| value.lower[row] <= value.upper[row]));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn clv_posterior<P, S>(
    purchases: &Posterior<P>,
    spend: &Posterior<S>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    level: f64,
    threads: Threads,
) -> Result<Intervals, Error>
where
    P: PurchaseModel + Parameters + Clone,
    S: SpendModel + Parameters + Clone,
{
    let (purchases, spend) = ((purchases, &()), (spend, &()));
    of_each(purchases, spend, customers, discounting, margin, level, threads)
}

/// [`clv_posterior`] where one of the models or both have covariates.
///
/// # Errors
/// As [`clv_posterior`] and [`clv_with_covariates_into`](crate::value::clv_with_covariates_into).
///
/// # Examples
/// ```
/// use loyalty_core::estimation::{CovariateRoles, FitOptions, PosteriorOptions};
/// use loyalty_core::orders::Column;
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::purchase::{BgNbd, Discounting, PurchaseKind, PurchaseWithCovariates};
/// use loyalty_core::spend::{GammaGamma, SpendKind, SpendModel};
/// use loyalty_core::summary::{Covariates, CustomerSummary, SummaryColumns};
/// use loyalty_core::value::{Estimated, Margin, clv_posterior_with_covariates};
/// let member: Vec<f64> = (0..200).map(|row| f64::from(row % 2)).collect();
/// let covariates = Covariates::new(&[Column::new("member", &member[..]).into()])?;
/// let (base, roles) = (BgNbd::new(0.8, 5.0, 1.0, 3.0)?, CovariateRoles::default());
/// let truth = PurchaseWithCovariates::new(base, &covariates, &roles, &[0.5, -0.5])?;
/// let bought = truth.simulate(&covariates, &[39.0; 200], 7, Threads::default())?;
/// let spent = GammaGamma::new(6.0, 4.0, 15.0)?.simulate(&bought, 7, Threads::default());
/// let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
/// let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
/// columns.monetary_value = Some(Column::new("spent", &spent));
/// let customers = CustomerSummary::new(&columns)?;
/// let (kind, options, mut how) =
///     (PurchaseKind::BgNbd, FitOptions::default(), PosteriorOptions::default());
/// how.draws = 500;
/// let purchases =
///     PurchaseWithCovariates::posterior(kind, &customers, &covariates, &roles, &options, &how)?;
/// let spend = SpendKind::GammaGamma.posterior(&customers, &options, &how)?;
/// let value = clv_posterior_with_covariates(
///     &Estimated::By(&purchases, &covariates),
///     &Estimated::Alike(&spend),
///     &customers,
///     &Discounting::continuous(52.0, 0.002)?,
///     Margin::Same(0.3),
///     0.9,
///     Threads::default(),
/// )?;
/// assert!((0..200).all(|row| value.lower[row] <= value.upper[row]));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn clv_posterior_with_covariates(
    purchases: &Estimated<'_, Posterior<AnyPurchaseModel>, Posterior<PurchaseWithCovariates>>,
    spend: &Estimated<'_, Posterior<AnySpendModel>, Posterior<SpendWithCovariates>>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    level: f64,
    threads: Threads,
) -> Result<Intervals, Error> {
    each_way!(purchases, spend, of_each(customers, discounting, margin, level, threads))
}

/// A posterior, and what its model knows of the customers.
type Over<'a, M, K> = (&'a Posterior<M>, &'a K);

fn of_each<P: Buys + Clone, S: Spends + Clone>(
    purchases: Over<'_, P, P::Known>,
    spend: Over<'_, S, S::Known>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    level: f64,
    threads: Threads,
) -> Result<Intervals, Error> {
    two_sided(level)?;
    margin.check(customers.len())?;
    customers.same_unit(purchases.0.mode().model.time_unit())?;
    purchases.1.same_rows(customers)?;
    spend.1.same_rows(customers)?;
    let methods = [purchases.0.method(), spend.0.method()];
    let mut intervals = if methods.contains(&PosteriorMethod::Quadrature) {
        by_moments(purchases, spend, customers, discounting, level, threads)?
    } else {
        by_pairs(purchases, spend, customers, discounting, level, threads)?
    };
    for row in 0..customers.len() {
        intervals.scale(row, margin.of(row));
    }
    Ok(intervals)
}

/// E, sd and a log-normal interval of the product of two independent factors.
fn by_moments<P: Buys + Clone, S: Spends + Clone>(
    (purchases, known): Over<'_, P, P::Known>,
    (spend, spent): Over<'_, S, S::Known>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    level: f64,
    threads: Threads,
) -> Result<Intervals, Error> {
    let z = two_sided(level)?;
    let (purchases, spend) = (purchases.thinned(PAIRS)?, spend.thinned(PAIRS)?);
    let count = counted((&purchases, known), customers, discounting, threads)?;
    let amount = spend.as_points()?.moments(
        customers.len(),
        Scale::Log,
        threads,
        |range| (customers.slice(range.clone()), spent.of_rows(range)),
        |model, (some, spent), out| model.spend_into(some, spent, out, Threads::ONE),
    )?;
    let mut all = Intervals::default();
    for row in 0..customers.len() {
        let (n, m) = (count.mean[row], amount.mean[row]);
        let (of_n, of_m) = (count.variance[row], amount.variance[row]);
        let mean = n * m;
        let spread = (count.variance_on_scale[row] + amount.variance_on_scale[row]).sqrt();
        let centre = count.mean_on_scale[row] + amount.mean_on_scale[row];
        let [lower, upper] = normal_ends(mean, centre, spread, Scale::Log, z);
        all.estimate.push(mean);
        all.standard_error.push((n * n * of_m + m * m * of_n + of_n * of_m).sqrt());
        all.lower.push(lower);
        all.upper.push(upper);
    }
    Ok(all)
}

/// The moments of every customer's discounted purchases.
fn counted<P: Buys>(
    (purchases, known): Over<'_, P, P::Known>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    threads: Threads,
) -> Result<Moments, Error> {
    let points = purchases.as_points()?;
    let few = purchases.method() == PosteriorMethod::Quadrature;
    if few || !P::BY_HISTORY {
        let part = |range: Range<usize>| (customers.slice(range.clone()), known.of_rows(range));
        let rows = customers.len();
        return points.moments(rows, Scale::Log, threads, part, |model, (some, known), out| {
            // The few points are those of many customers, whose ages are close together.
            if few {
                model.discounted_by_age_into(some, known, discounting, out, Threads::ONE)
            } else {
                model.discounted_into(some, known, discounting, out, Threads::ONE)
            }
        });
    }
    // Purchases depend on the history alone, which many customers share.
    let (distinct, of_row) = customers.by_history();
    let part = |range| distinct.slice(range);
    let found = points.moments(distinct.len(), Scale::Log, threads, part, |model, some, out| {
        model.discounted_into(some, known, discounting, out, Threads::ONE)
    })?;
    Ok(found.of_rows(&of_row))
}

/// Quantiles over pairs of points.
fn by_pairs<P: Buys + Clone, S: Spends + Clone>(
    (purchases, known): Over<'_, P, P::Known>,
    (spend, spent): Over<'_, S, S::Known>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    level: f64,
    threads: Threads,
) -> Result<Intervals, Error> {
    let points = PAIRS.min(purchases.weights().len()).min(spend.weights().len());
    let (purchases, spend) = (purchases.thinned(points)?, spend.thinned(points)?);
    let mut partners = spend.models()?;
    shuffle(&mut partners);
    let models = purchases.models()?.into_iter().zip(partners).collect();
    let points = Points { models, weights: purchases.weights(), ends: Ends::Quantiles };
    points.predict(
        customers.len(),
        Scale::Log,
        level,
        threads,
        |range: Range<usize>| {
            (customers.slice(range.clone()), known.of_rows(range.clone()), spent.of_rows(range))
        },
        |(purchases, spend): &(P, S), (some, known, spent), out| {
            let (whole, threads) = (Margin::Same(1.0), Threads::ONE);
            let (purchases, spend) = ((purchases, known), (spend, spent));
            values_into(purchases, spend, some, discounting, whole, out, threads)
        },
    )
}

/// A seeded order (Fisher and Yates): resampled points lie beside their copies.
fn shuffle<T>(models: &mut [T]) {
    let mut random = Random::of(0, STREAM, 0);
    for last in (1..models.len()).rev() {
        models.swap(last, random.below(last + 1));
    }
}
