//! Purchases from week to week: what there were and what the model expects.

use crate::Error;
use crate::parallel::{Threads, map_chunks};
use crate::purchase::PurchaseModel;
use crate::summary::{Occasions, same_unit};

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
/// let occasions = Occasions::of(&orders, Clock::new(Unit::Week, None)?);
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
        let up_to = map_chunks(line.repeats.len(), 1, threads, |chunk| {
            let end = (chunk.start + 1) as f64 * period;
            let born = line.births.partition_point(|&(birth, _)| birth < end);
            let ages: Vec<f64> =
                line.births[..born].iter().map(|&(birth, _)| end - birth).collect();
            let mut each = vec![0.0; born];
            model.expected_purchases_new_customer_into(&ages, &mut each)?;
            let customers = line.births.iter().map(|&(_, customers)| customers as f64);
            Ok(each.into_iter().zip(customers).map(|(expected, many)| expected * many).sum())
        });
        let mut expected = up_to.into_iter().collect::<Result<Vec<f64>, Error>>()?;
        for later in (1..expected.len()).rev() {
            expected[later] -= expected[later - 1];
        }
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

fn running_sums(column: &[f64]) -> Vec<f64> {
    let add = |sum: &mut f64, &value: &f64| {
        *sum += value;
        Some(*sum)
    };
    column.iter().scan(0.0, add).collect()
}
