//! Purchases from week to week: what there were and what the model expects.

use std::ops::Range;

use hashbrown::HashMap;

use crate::Error;
use crate::parallel::{Threads, map_chunks};
use crate::purchase::PurchaseModel;
use crate::summary::{Occasions, Timeline, same_unit};

/// Repeat purchases of all customers, period by period from the first purchase of all.
///
/// ```text
/// expected up to τ = Σ over births b < τ of customers(b) · E[X(τ − b)]
/// ```
///
/// A period includes its last day (or other occasion) as a whole: weeks end with their seventh day.
/// The customers are those born up to the calibration end, so that the periods after it show how the
/// model predicts.
///
/// # Examples
/// ```
/// # use loyalty_core::evaluation::Tracking;
/// # use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
/// # use loyalty_core::parallel::Threads;
/// # use loyalty_core::purchase::BgNbd;
/// # use loyalty_core::summary::Occasions;
/// # use loyalty_core::time::{Clock, Unit};
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
/// let weekly = Tracking::of(&model, &occasions, 1.0, None, None, Threads::default())?;
/// assert_eq!(weekly.actual, [1.0, 1.0, 0.0, 1.0]);
/// assert_eq!(weekly.cumulative_actual(), [1.0, 2.0, 2.0, 3.0]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Fader, Hardie & Lee (2005), Marketing Science 24(2), eq. 13 and figures 3 and 4.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Tracking {
    /// The length of a period, in the unit of the log.
    pub period: f64,
    /// The customers followed.
    pub customers: u64,
    /// Repeat purchases in each period.
    pub actual: Vec<f64>,
    /// Those expected.
    pub expected: Vec<f64>,
    /// Repeat purchases after the last whole period.
    pub left_out: u64,
}

impl Tracking {
    /// Follows the customers born up to `calibration_end` (by default all) to `observation_end` (by
    /// default the last order), in periods of this length. Times are in microseconds.
    ///
    /// # Errors
    /// [`Error::Unit`] where the log is in another unit than the model, [`Error::Parameter`] for a
    /// period that is not above 0 or shorter than a 100,000th of the log, or a time outside the years
    /// 0001 to 9999, [`Error::Empty`] where the log does not fill a period or nobody is born in time.
    pub fn of(
        model: &dyn PurchaseModel,
        occasions: &Occasions,
        period: f64,
        calibration_end: Option<i64>,
        observation_end: Option<i64>,
        threads: Threads,
    ) -> Result<Self, Error> {
        same_unit(model.unit(), Some(occasions.unit()), "the log")?;
        let line = occasions.timeline(period, calibration_end, observation_end)?;
        let mut expected = expected_up_to(model, &line, period, threads)?;
        less_before(&mut expected);
        Ok(Self {
            period,
            customers: line.births.iter().map(|(_, customers)| customers).sum(),
            actual: line.repeats.iter().map(|&count| count as f64).collect(),
            expected,
            left_out: line.left_out,
        })
    }

    /// The end of each period, in the unit of the log from the first purchase of all.
    pub fn ends(&self) -> Vec<f64> {
        (1..=self.actual.len()).map(|number| number as f64 * self.period).collect()
    }

    /// Repeat purchases up to the end of each period.
    pub fn cumulative_actual(&self) -> Vec<f64> {
        running_sums(&self.actual)
    }

    /// Those expected.
    pub fn cumulative_expected(&self) -> Vec<f64> {
        running_sums(&self.expected)
    }
}

/// Different ages worked out at a time: a bound on memory that a log by day reaches after centuries.
const KEPT: usize = 1 << 20;

/// The purchases expected from the first of all to the end of each period.
pub(super) fn expected_up_to(
    model: &dyn PurchaseModel,
    line: &Timeline,
    period: f64,
    threads: Threads,
) -> Result<Vec<f64>, Error> {
    let mut expected = Vec::with_capacity(line.repeats.len());
    while expected.len() < line.repeats.len() {
        let curve = Curve::of(model, line, period, expected.len(), threads)?;
        let periods = curve.periods.clone();
        expected.extend(
            map_chunks(periods.len(), 16, threads, |chunk| {
                let up_to = |at: usize| curve.expected_up_to(line, period, periods.start + at);
                chunk.map(up_to).collect::<Vec<f64>>()
            })
            .into_iter()
            .flatten(),
        );
    }
    Ok(expected)
}

/// E[X(t)] at the ages that customers have at the ends of some periods.
///
/// It depends on the age t alone, and customers of different births reach the same ages: by day, n
/// periods and n births have n ages, not n². Each is worked out once.
struct Curve {
    periods: Range<usize>,
    /// Where the value of an age stands, by the bits of the age.
    number: HashMap<u64, usize>,
    values: Vec<f64>,
}

impl Curve {
    /// From this period on, as many periods as have few enough ages, but at least one.
    fn of(
        model: &dyn PurchaseModel,
        line: &Timeline,
        period: f64,
        first: usize,
        threads: Threads,
    ) -> Result<Self, Error> {
        // Ages in one go: enough that threads are worth it, few enough that all have work.
        const CHUNK: usize = 64;
        let (mut number, mut ages, mut last) = (HashMap::new(), Vec::new(), first);
        while last < line.repeats.len() && ages.len() < KEPT {
            for (age, _) in ages_at_end(line, period, last) {
                number.entry(age.to_bits()).or_insert_with(|| {
                    ages.push(age);
                    ages.len() - 1
                });
            }
            last += 1;
        }
        let values = map_chunks(ages.len(), CHUNK, threads, |chunk| {
            let mut values = vec![0.0; chunk.len()];
            model.expected_purchases_new_customer_into(&ages[chunk], &mut values)?;
            Ok(values)
        });
        let values = values.into_iter().collect::<Result<Vec<Vec<f64>>, Error>>()?.concat();
        Ok(Self { periods: first..last, number, values })
    }

    /// The purchases expected from the first of all to the end of a period, summed in order of birth.
    fn expected_up_to(&self, line: &Timeline, period: f64, number: usize) -> f64 {
        let expected = |age: f64| self.values[self.number[&age.to_bits()]];
        ages_at_end(line, period, number).map(|(age, customers)| expected(age) * customers).sum()
    }
}

/// For each birth before the end of a period the age then, and how many customers have it.
fn ages_at_end(line: &Timeline, period: f64, number: usize) -> impl Iterator<Item = (f64, f64)> {
    let end = (number + 1) as f64 * period;
    let born = line.births.iter().take_while(move |&&(birth, _)| birth < end);
    born.map(move |&(birth, customers)| (end - birth, customers as f64))
}

/// From what there is up to each end to what there is in each period.
pub(super) fn less_before(up_to: &mut [f64]) {
    for later in (1..up_to.len()).rev() {
        up_to[later] -= up_to[later - 1];
    }
}

/// From what there is in each period to what there is up to each end.
pub(super) fn running_sums(column: &[f64]) -> Vec<f64> {
    let add = |sum: &mut f64, &value: &f64| {
        *sum += value;
        Some(*sum)
    };
    column.iter().scan(0.0, add).collect()
}
