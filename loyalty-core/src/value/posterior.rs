//! Lifetime values over the posteriors of both models.

use crate::Error;
use crate::estimation::{
    Ends, Intervals, Moments, Parameters, Points, Posterior, PosteriorMethod, Scale, normal_ends,
    two_sided,
};
use crate::math::random::Random;
use crate::parallel::Threads;
use crate::purchase::{Discounting, PurchaseModel};
use crate::spend::SpendModel;
use crate::summary::CustomerSummary;
use crate::value::clv::{Margin, clv_into};

/// Pairs of points behind an interval: its ends then have an error of an eighth of a standard deviation.
const PAIRS: usize = 400;

const STREAM: u64 = 0x636c_7670;

/// Posterior mean, standard deviation and interval of every customer's lifetime value; see [`clv_into`] for
/// the value.
///
/// The two models tell of different columns, so their posteriors are independent: 400 points of each are
/// paired by lot, and the interval's ends are quantiles over the pairs. With a quadrature on either side the
/// moments of both are multiplied and the interval is normal on the logarithm of the value. Customers are
/// taken block by block, so memory does not grow with the points.
///
/// It is the interval of the expectation: what a customer then spends varies around it.
///
/// # Errors
/// As [`clv_into`], and [`Error::Parameter`] unless the level is above 0 and below 1.
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
    two_sided(level)?;
    margin.check(customers.len())?;
    customers.same_unit(purchases.mode().model.unit())?;
    let quadrature = [purchases.method(), spend.method()].contains(&PosteriorMethod::Quadrature);
    let mut intervals = if quadrature {
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
fn by_moments<P, S>(
    purchases: &Posterior<P>,
    spend: &Posterior<S>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    level: f64,
    threads: Threads,
) -> Result<Intervals, Error>
where
    P: PurchaseModel + Parameters + Clone,
    S: SpendModel + Parameters + Clone,
{
    let z = two_sided(level)?;
    let (purchases, spend) = (purchases.thinned(PAIRS)?, spend.thinned(PAIRS)?);
    let count = counted(&purchases, customers, discounting, threads)?;
    let amount = spend.as_points()?.moments(
        customers.len(),
        Scale::Log,
        threads,
        |range| customers.slice(range),
        |model, some, out| model.expected_spend_into(some, out, Threads::ONE),
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
fn counted<P: PurchaseModel + Parameters>(
    purchases: &Posterior<P>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    threads: Threads,
) -> Result<Moments, Error> {
    let points = purchases.as_points()?;
    if purchases.method() == PosteriorMethod::Quadrature {
        // Of many customers, whose ages are close together.
        let part = |range| customers.slice(range);
        return points.moments(customers.len(), Scale::Log, threads, part, |model, some, out| {
            model.discounted_purchases_by_age_into(some, discounting, out, Threads::ONE)
        });
    }
    // Purchases depend on the history alone, which many customers share.
    let (distinct, of_row) = customers.by_history();
    let part = |range| distinct.slice(range);
    let found = points.moments(distinct.len(), Scale::Log, threads, part, |model, some, out| {
        model.discounted_purchases_into(some, discounting, out, Threads::ONE)
    })?;
    Ok(found.of_rows(&of_row))
}

/// Quantiles over pairs of points.
fn by_pairs<P, S>(
    purchases: &Posterior<P>,
    spend: &Posterior<S>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    level: f64,
    threads: Threads,
) -> Result<Intervals, Error>
where
    P: PurchaseModel + Parameters + Clone,
    S: SpendModel + Parameters + Clone,
{
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
        |range| customers.slice(range),
        |(purchases, spend): &(P, S), some, out| {
            let whole = Margin::Same(1.0);
            clv_into(purchases, spend, some, discounting, whole, out, Threads::ONE)
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
