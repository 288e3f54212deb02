//! How far the purchases of a period may be from those expected.

use super::tracking::{expected_up_to, less_before, running_sums};
use crate::Error;
use crate::estimation::{Estimate, Parameters};
use crate::math::cast::whole;
use crate::math::random::Random;
use crate::parallel::{Threads, map_chunks};
use crate::purchase::{FutureDraws, PurchaseModel};
use crate::summary::{CustomerSummary, Occasions, SummaryColumns, Timeline, same_unit};
use crate::value::{PredictionIntervals, PredictionKind, PredictionOptions};

/// Intervals of the repeat purchases that [`Tracking`](super::Tracking) expects, one per period.
///
/// ```text
/// draw i:  parameters from what is known of them;  under these the whole life of every customer from their birth on
/// ```
///
/// Draw i has the same parameters for all customers and periods. As the line of the tracking, the draws know when customers
/// were born and nothing of what they did since. What the whole shop does together, as seasons and campaigns make it, is in
/// no model of single customers: [`PredictionOptions::levels`] adds a factor for every draw, the same in all periods.
///
/// # Examples
/// ```
/// # use loyalty_core::evaluation::TrackingIntervals;
/// # use loyalty_core::estimation::Estimate;
/// # use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
/// # use loyalty_core::purchase::BgNbd;
/// # use loyalty_core::summary::Occasions;
/// # use loyalty_core::time::{Clock, Unit};
/// # use loyalty_core::value::PredictionOptions;
/// # let (customer, day) = ([1, 1, 1, 2, 2, 3], [0, 5, 27, 1, 9, 20]);
/// # let orders = Orders::new(
/// #     &OrderColumns {
/// #         customer: Column::new("customer", &customer[..]).into(),
/// #         time: Column::new("day", &day),
/// #         scale: TimeScale::Days,
/// #         amount: None,
/// #     },
/// #     Invalid::Raise,
/// # )?;
/// let occasions = Occasions::of(&orders, Clock::new(Unit::Week, None)?)?;
/// let model = BgNbd::new(0.3, 4.0, 0.8, 2.4)?;
/// let (known, options) = (Estimate::Model(&model), PredictionOptions::default());
/// let weekly = TrackingIntervals::of(known, &occasions, 1.0, None, None, &options)?;
/// assert_eq!(weekly.each.lower, [0.0; 4]);
/// assert!(weekly.cumulative.upper[3] >= weekly.each.upper[3]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TrackingIntervals {
    /// Of the purchases in each period.
    pub each: PredictionIntervals,
    /// Of those up to its end.
    pub cumulative: PredictionIntervals,
}

/// The seed of what is drawn of the parameters.
const STREAM: u64 = 0x7472_6163;

/// Draws made at once: each goes through all customers.
const CHUNK: usize = 8;

/// Draws times periods that are held together.
const MOST: usize = 100_000_000;

impl TrackingIntervals {
    /// Of the periods that [`Tracking::of`](super::Tracking::of) has with the same arguments.
    ///
    /// # Errors
    /// As [`Tracking::of`](super::Tracking::of), [`Estimate::models`] and [`PurchaseModel::each_future`];
    /// [`Error::Parameter`] unless the level is above 0 and below 1, there are from 100 to 1e6 draws, and at most 1e8
    /// draws times periods.
    pub fn of<P: PurchaseModel + Parameters + Clone>(
        purchases: Estimate<'_, P>,
        occasions: &Occasions,
        period: f64,
        calibration_end: Option<i64>,
        observation_end: Option<i64>,
        options: &PredictionOptions,
    ) -> Result<Self, Error> {
        options.check()?;
        same_unit(purchases.model().unit(), Some(occasions.unit()), "the log")?;
        let line = occasions.timeline(period, calibration_end, observation_end)?;
        let (draws, periods) = (options.draws as usize, line.repeats.len());
        if draws.saturating_mul(periods) > MOST {
            let expected = "long enough for at most 1e8 draws times periods";
            return Err(Error::parameter("period", expected, period));
        }
        let models = purchases.models(draws, Random::of(options.seed, STREAM, 0).seed())?;
        let mut drawn = drawn(&models, &line, period, options)?;
        let mut estimate = expected_up_to(purchases.model(), &line, period, options.threads)?;
        let cumulative = intervals(&drawn, estimate.clone(), options.level);
        drawn.iter_mut().chain([&mut estimate]).for_each(|up_to| less_before(up_to));
        Ok(Self { each: intervals(&drawn, estimate, options.level), cumulative })
    }
}

/// The purchases up to the end of every period, of every draw.
fn drawn<P: PurchaseModel>(
    models: &[P],
    line: &Timeline,
    period: f64,
    options: &PredictionOptions,
) -> Result<Vec<Vec<f64>>, Error> {
    let cohorts = match options.kind {
        PredictionKind::Prediction => cohorts(&models[0], line, period)?,
        PredictionKind::Expectation => Vec::new(),
    };
    let chunks = map_chunks(models.len(), CHUNK, options.threads, |draws| {
        let draw = |draw: usize| match options.kind {
            PredictionKind::Expectation => {
                expected_up_to(&models[draw], line, period, Threads::ONE)
            }
            PredictionKind::Prediction => {
                let lives = Lives { cohorts: &cohorts, period, periods: line.repeats.len() };
                lives.up_to(&models[draw], draw, options.seed)
            }
        };
        draws.map(draw).collect::<Result<Vec<Vec<f64>>, Error>>()
    });
    let mut drawn = chunks.into_iter().collect::<Result<Vec<_>, Error>>()?.concat();
    if options.kind == PredictionKind::Prediction {
        let factors = options.level_factors()?;
        for (up_to, factor) in drawn.iter_mut().zip(factors) {
            up_to.iter_mut().for_each(|count| *count *= factor);
        }
    }
    Ok(drawn)
}

/// Customers of one birth, who have done nothing yet.
struct Cohort {
    birth: f64,
    newborn: CustomerSummary,
}

/// Those who are born before the last period ends.
fn cohorts<P: PurchaseModel>(
    model: &P,
    line: &Timeline,
    period: f64,
) -> Result<Vec<Cohort>, Error> {
    let end = line.repeats.len() as f64 * period;
    let born = line.births.iter().take_while(|&&(birth, _)| birth < end);
    let cohort = |&(birth, customers): &(f64, u64)| {
        let nothing = vec![0.0; whole(customers as f64)];
        let mut columns = SummaryColumns::new(&nothing, &nothing, &nothing);
        columns.unit = model.unit();
        Ok(Cohort { birth, newborn: CustomerSummary::new(&columns)? })
    };
    born.map(cohort).collect()
}

/// The lives of all customers.
struct Lives<'a> {
    cohorts: &'a [Cohort],
    period: f64,
    periods: usize,
}

impl Lives<'_> {
    /// The purchases up to the end of every period, in one draw.
    fn up_to<P: PurchaseModel>(
        &self,
        model: &P,
        draw: usize,
        seed: u64,
    ) -> Result<Vec<f64>, Error> {
        let mut counts = vec![0.0; self.periods];
        let number = u32::try_from(draw).unwrap_or(u32::MAX);
        let (mut first_row, end) = (0, self.periods as f64 * self.period);
        for Cohort { birth, newborn } in self.cohorts {
            let mut how = FutureDraws::new(end - birth, 0);
            how.draws = number..number + 1;
            (how.seed, how.first_row) = (seed, first_row);
            model.each_future(newborn, &how, &mut |future| {
                for at in future.purchases {
                    let period = whole(((birth + at) / self.period).floor());
                    counts[period.min(self.periods - 1)] += 1.0;
                }
            })?;
            first_row += newborn.len();
        }
        Ok(running_sums(&counts))
    }
}

/// The ends of every period over the draws.
fn intervals(drawn: &[Vec<f64>], estimate: Vec<f64>, level: f64) -> PredictionIntervals {
    let mut values = vec![0.0; drawn.len()];
    let mut found = PredictionIntervals::of_estimates(estimate);
    for period in 0..found.estimate.len() {
        values.iter_mut().zip(drawn).for_each(|(value, draw)| *value = draw[period]);
        found.push(&mut values, level);
    }
    found
}
