//! One customer's purchases, from their orders in one call.

use super::History;
use super::from_orders::{SummaryOptions, in_range};
use crate::Error;
use crate::math::ExactSum;
use crate::orders::CustomerRecord;
use crate::time::{Clock, DAY};

/// What the models of purchases and spend know of one customer: the row of a [`CustomerSummary`](super::CustomerSummary)
/// made from their orders alone.
///
/// # Examples
/// ```
/// use loyalty_core::summary::{PurchaseWork, Purchases, SummaryOptions};
/// const DAY: i64 = 86_400_000_000;
/// let mut options = SummaryOptions::default();
/// options.observation_end = Some(42 * DAY);
/// let (times, paid) = ([0, 7 * DAY, 28 * DAY, 28 * DAY], [5.0, 20.0, 8.0, 4.0]);
/// let found = Purchases::of(&times, Some(&paid), &options, &mut PurchaseWork::default())?;
/// assert_eq!((found.history.x(), found.history.t_x(), found.history.t()), (2, 4.0, 6.0));
/// // Of the repeat purchases, of which that of day 28 is two lines.
/// assert_eq!((found.monetary_value, found.transactions), (16.0, 2));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Purchases {
    /// Frequency, recency and T, in the unit of the options.
    pub history: History,
    /// Mean amount of the repeat purchases, or of all with [`SummaryOptions::include_first`]; 0 without any, or
    /// without amounts.
    pub monetary_value: f64,
    /// How many purchases that mean is of.
    pub transactions: u32,
}

/// Room to count purchases in, which may be used for one customer after the other.
#[derive(Debug, Clone, Default)]
pub struct PurchaseWork {
    /// Occasion and amount of each line, as the bits of a number that is not negative.
    lines: Vec<(i64, u64)>,
    paid: Vec<(i64, i64, f64, f64)>,
}

impl Purchases {
    /// From the times of a customer's orders or order lines, in microseconds since 1970-01-01T00:00 and in any order,
    /// with what was paid for each. Those after [`SummaryOptions::observation_end`] are left out; the end must be
    /// stated, as one customer's last order is no end of observation.
    ///
    /// # Errors
    /// [`Error::Choice`] where unit and occasion do not fit; [`Error::Parameter`] without an observation end, or with
    /// one outside the years 0001 to 9999; [`Error::Length`] where times and amounts are not as many;
    /// [`Error::Value`] unless times are within these years and amounts from 0 to 1e50; [`Error::Empty`] where
    /// no order is at or before the end.
    pub fn of(
        times: &[i64],
        amounts: Option<&[f64]>,
        options: &SummaryOptions,
        work: &mut PurchaseWork,
    ) -> Result<Self, Error> {
        let (clock, end) = asked(options)?;
        work.lines.clear();
        if let Some(amounts) = amounts {
            crate::error::same_length(times.len(), "amount", amounts.len())?;
        }
        for (row, &time) in times.iter().enumerate() {
            let amount = amounts.map_or(0.0, |amounts| amounts[row]);
            check(row, time, amount)?;
            work.lines.push((clock.key(time), (amount + 0.0).to_bits()));
        }
        counted(&mut work.lines, clock, clock.key(end), options.include_first)
    }

    /// From the record of a customer: as paid, or `net` of what is known at the end of observation's day to have come
    /// back, where of a purchase that came back whole nothing is left.
    ///
    /// # Errors
    /// As [`Purchases::of`]; [`Error::Empty`] too where nothing is left.
    pub fn of_record(
        record: &CustomerRecord,
        net: bool,
        options: &SummaryOptions,
        work: &mut PurchaseWork,
    ) -> Result<Self, Error> {
        let (clock, end) = asked(options)?;
        let PurchaseWork { lines, paid } = work;
        lines.clear();
        let day_end = end.div_euclid(DAY) * DAY + (DAY - 1);
        record.each_purchase(
            net,
            |time| clock.key(time),
            day_end,
            paid,
            |time, amount| {
                lines.push((clock.key(time), amount.to_bits()));
            },
        );
        counted(lines, clock, clock.key(end), options.include_first)
    }
}

fn asked(options: &SummaryOptions) -> Result<(Clock, i64), Error> {
    let clock = Clock::new(options.unit, options.occasion)?;
    let Some(end) = options.observation_end else {
        let expected = "stated, as the last order of one customer is no end of observation";
        return Err(Error::parameter("observation_end", expected, f64::NAN));
    };
    Ok((clock, in_range("observation_end", end)?))
}

fn check(row: usize, time: i64, amount: f64) -> Result<(), Error> {
    let value = |column: &str, expected, value: String| {
        Err(Error::Value { column: column.to_owned(), row, expected, value, more: 0 })
    };
    if !crate::time::RANGE.contains(&time) {
        return value("time", "within the years 0001 to 9999", time.to_string());
    }
    match crate::error::at_least_0(amount) {
        Some(expected) => value("amount", expected, amount.to_string()),
        None => Ok(()),
    }
}

/// The same steps as those of a whole log, so that the numbers are the same to the last bit.
fn counted(
    lines: &mut [(i64, u64)],
    clock: Clock,
    end: i64,
    include_first: bool,
) -> Result<Purchases, Error> {
    lines.sort_unstable();
    let seen = &lines[..lines.partition_point(|line| line.0 <= end)];
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        let expected = "an order at or before the observation end";
        return Err(Error::Empty { what: "the customer's history", expected });
    };
    let (mut occasions, mut transactions, mut total) = (0_u32, 0_u32, ExactSum::default());
    for same in seen.chunk_by(|a, b| a.0 == b.0) {
        if occasions > 0 || include_first {
            let mut money = ExactSum::default();
            same.iter().for_each(|line| money.add(f64::from_bits(line.1)));
            total.add(money.value());
            transactions += 1;
        }
        occasions += 1;
    }
    let t_x = clock.duration(first.0, last.0);
    let mean = if transactions > 0 { total.value() / f64::from(transactions) } else { 0.0 };
    let history = History::trusted(occasions - 1, t_x, clock.duration(first.0, end));
    Ok(Purchases { history, monetary_value: mean, transactions })
}
