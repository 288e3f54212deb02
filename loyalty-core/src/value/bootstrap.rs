//! How far off a total of lifetime values may be, by parametric bootstrap.

use std::ops::ControlFlow;

use crate::Error;
use crate::error::Degeneracy;
use crate::estimation::{FitOptions, Progress, Stop, two_sided};
use crate::math::random::Random;
use crate::memory;
use crate::orders::Column;
use crate::parallel::{Threads, map_chunks};
use crate::purchase::{AnyPurchaseModel, Discounting, PurchaseModel};
use crate::spend::{AnySpendModel, SpendModel};
use crate::summary::{CustomerSummary, SummaryColumns};
use crate::value::asked::total as sum;
use crate::value::clv::clv_into;
use crate::value::margin::Margin;

/// How a bootstrap is made.
///
/// # Examples
/// ```
/// let mut options = loyalty_core::value::BootstrapOptions::default();
/// options.replicates = 200;
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BootstrapOptions {
    /// Shops simulated and fitted; 1,000 by default.
    pub replicates: usize,
    /// The seed: the same gives the same bits.
    pub seed: u64,
    /// Coverage of the interval; 0.95 by default.
    pub level: f64,
    /// Threads to use. The result is the same for every number.
    pub threads: Threads,
}

impl Default for BootstrapOptions {
    fn default() -> Self {
        Self { replicates: 1000, seed: 0, level: 0.95, threads: Threads::default() }
    }
}

/// The distribution of a total under the models fitted.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Bootstrap {
    /// The total under the models given.
    pub estimate: f64,
    /// Lower end of the interval.
    pub lower: f64,
    /// Upper end of the interval.
    pub upper: f64,
    /// The totals of the replicates, in the order of their numbers.
    pub totals: Vec<f64>,
    /// Replicates whose fit ended short of a proper maximum; they are counted in.
    pub not_converged: usize,
    /// Replicates that no model could be fitted to, or whose total is infinite; they are left out.
    pub failed: usize,
}

/// The interval of the customers' lifetime values in total by parametric bootstrap.
///
/// As often as asked, a shop with the same customers, each observed as long, is simulated from the
/// models; both are fitted to it anew, and the *real* customers are valued under the parameters found.
/// The interval is that of the quantiles of the totals. It knows no linearisation, which is what it
/// has over [`clv_total_interval`](crate::value::intervals::clv_total_interval), at the price of a fit per replicate.
///
/// # Errors
/// As [`clv_into`](crate::value::clv_into); [`Error::Parameter`] for fewer than 20 replicates, a level that is
/// none, or a weight that is no whole number of customers; [`Error::Degenerate`] where more than one in
/// ten replicates cannot be fitted.
///
/// # Examples
/// ```
/// use loyalty_core::estimation::FitOptions;
/// use loyalty_core::orders::Column;
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
/// use loyalty_core::spend::{GammaGamma, SpendModel};
/// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
/// use loyalty_core::value::{BootstrapOptions, Margin, clv_bootstrap};
/// let truth = (BgNbd::new(0.8, 5.0, 1.0, 3.0)?, GammaGamma::new(6.0, 4.0, 15.0)?);
/// let bought = truth.0.simulate(&[39.0; 500], 7, Threads::default())?;
/// let spent = truth.1.simulate(&bought, 7, Threads::default());
/// let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
/// let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
/// columns.monetary_value = Some(Column::new("spent", &spent));
/// let customers = CustomerSummary::new(&columns)?;
///
/// let purchases = BgNbd::fit(&customers, &FitOptions::default())?.model;
/// let spend = GammaGamma::fit(&customers, &FitOptions::default())?.model;
/// let year = Discounting::continuous(52.0, 0.002)?;
/// let mut options = BootstrapOptions::default();
/// options.replicates = 40;
/// let total =
///     clv_bootstrap(&purchases, &spend, &customers, &year, Margin::Same(0.3), &options)?;
/// assert!(total.lower < total.estimate && total.estimate < total.upper);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Efron & Tibshirani (1993), An Introduction to the Bootstrap, §6.5.
pub fn clv_bootstrap(
    purchases: &dyn PurchaseModel,
    spend: &dyn SpendModel,
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    options: &BootstrapOptions,
) -> Result<Bootstrap, Error> {
    two_sided(options.level)?;
    let value = options.replicates as f64;
    if options.replicates < FEWEST {
        let (name, expected) = ("replicates", "at least 20");
        return Err(Error::parameter(name, expected, value));
    }
    let at_once = options.threads.count().min(options.replicates);
    memory::ask_for_rows("simulated shops", customers.len(), 150 * at_once, 0)?;
    let total =
        |purchases: &dyn PurchaseModel, spend: &dyn SpendModel, threads| -> Result<f64, Error> {
            let mut values = vec![0.0; customers.len()];
            let out = &mut values[..];
            clv_into(purchases, spend, customers, discounting, margin, out, threads)?;
            Ok(sum(customers, &values))
        };
    let estimate = total(purchases, spend, options.threads)?;
    let observed = observed_times(customers)?;
    let replicate = |number: usize| {
        let shop = Shop { purchases, spend, observed: &observed, like: customers };
        let (purchases, spend, converged) = shop.refit(options.seed, number)?;
        Ok((total(&purchases, &spend, Threads::ONE)?, converged))
    };
    let drawn: Vec<Result<(f64, bool), Error>> =
        map_chunks(options.replicates, 1, options.threads, |chunk| replicate(chunk.start));
    let failed = drawn.iter().filter(|drawn| drawn.is_err()).count();
    if failed * 10 > options.replicates {
        let reason = "more than one in ten shops simulated from the models cannot be fitted";
        return Err(Error::degenerate("a bootstrap", Degeneracy::UnstableFits, reason));
    }
    let drawn: Vec<(f64, bool)> = drawn.into_iter().flatten().collect();
    let totals: Vec<f64> = drawn.iter().map(|(total, _)| *total).collect();
    let mut sorted = totals.clone();
    sorted.sort_by(f64::total_cmp);
    Ok(Bootstrap {
        estimate,
        lower: quantile(&sorted, 0.5 * (1.0 - options.level)),
        upper: quantile(&sorted, 0.5 * (1.0 + options.level)),
        not_converged: drawn.iter().filter(|(_, converged)| !converged).count(),
        totals,
        failed,
    })
}

/// With fewer replicates there is no tail to take a quantile of.
const FEWEST: usize = 20;

/// How long every customer was observed; a row of weight w stands for w customers.
fn observed_times(customers: &CustomerSummary) -> Result<Vec<f64>, Error> {
    let Some(weights) = customers.weights() else { return Ok(customers.t().to_vec()) };
    let mut observed = Vec::new();
    for (&t, &weight) in customers.t().iter().zip(weights) {
        if weight != weight.trunc() || weight > f64::from(u32::MAX) {
            let expected = "a whole number of customers, for a bootstrap";
            return Err(Error::parameter("weight", expected, weight));
        }
        observed.extend(std::iter::repeat_n(t, crate::math::cast::whole(weight)));
    }
    Ok(observed)
}

/// The models of a shop and the customers it has.
struct Shop<'a> {
    purchases: &'a dyn PurchaseModel,
    spend: &'a dyn SpendModel,
    observed: &'a [f64],
    like: &'a CustomerSummary,
}

impl Shop<'_> {
    /// The models of a replicate, and whether both fits converged.
    fn refit(
        &self,
        seed: u64,
        number: usize,
    ) -> Result<(AnyPurchaseModel, AnySpendModel, bool), Error> {
        let seed = Random::of(seed, 2, number).seed();
        let bought = self.purchases.simulate(self.observed, seed, Threads::ONE)?;
        let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
        let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
        let ln_gaps = bought.sum_ln_gaps().map(|sums| Column::new("sum_ln_gaps", sums));
        columns.sum_ln_gaps = ln_gaps;
        columns.includes_first = self.like.includes_first();
        columns.unit = self.like.unit();
        let bought = CustomerSummary::new(&columns)?;
        let spent = self.spend.simulate(&bought, seed, Threads::ONE);
        columns.monetary_value = Some(Column::new("monetary_value", &spent));
        let customers = CustomerSummary::new(&columns)?;
        let options = FitOptions { threads: Threads::ONE, ..FitOptions::default() };
        let quiet = &mut |_: &Progress| ControlFlow::Continue(());
        let purchases = self.purchases.kind().fit(&customers, &options, quiet)?;
        let spend = self.spend.kind().fit(&customers, &options, quiet)?;
        let converged = purchases.stop == Stop::Converged && spend.stop == Stop::Converged;
        Ok((purchases.model, spend.model, converged))
    }
}

/// The quantile of sorted values by linear interpolation (Hyndman & Fan 1996, type 7).
fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let place = probability * (sorted.len() - 1) as f64;
    let below = crate::math::cast::whole(place).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}
