//! Logs of which nearly all orders fall on a few set days, and summaries that count these.

use std::collections::BTreeMap;

use super::{CustomerSummary, SummaryOptions};
use crate::Error;
use crate::memory;
use crate::orders::Orders;
use crate::time::{DAY, Unit, date};

/// The days on which nearly all orders of a log fall: opportunities to buy, at set intervals.
///
/// Models of purchases at random times say little of such a log; [`BgBb`](crate::purchase::BgBb) is made for it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OpportunityDays {
    /// The days, in microseconds since 1970-01-01T00:00, in order.
    pub days: Vec<i64>,
    /// The usual number of days from one to the next.
    pub gap: f64,
    /// The share of all orders on these days.
    pub share: f64,
}

/// Days that hold this share of the orders: a few come late.
const NEARLY_ALL: f64 = 0.98;

/// Fewest days that make a rule, and the most that are few.
const DAYS: std::ops::RangeInclusive<usize> = 4..=60;

/// Fewest days from one to the next: orders on all weekdays are no set opportunities.
const SHORTEST: f64 = 6.0;

/// How far intervals may be off their median: months and quarters differ by less.
const UNEVEN: f64 = 0.15;

impl Orders {
    /// The customer summary of a log whose customers could buy at set opportunities only, in microseconds and
    /// in order: frequency, recency and T count these.
    ///
    /// An order belongs to the last opportunity at or before it. All customers are observed to the last one.
    ///
    /// # Errors
    /// [`Error::Empty`] without an opportunity, [`Error::Unclear`] where they are not in order or an order lies
    /// before the first.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
    /// let columns = OrderColumns {
    ///     customer: Column::new("customer", &[1_i64, 1, 2, 1][..]).into(),
    ///     time: Column::new("day", &[0, 9, 12, 31]),
    ///     scale: TimeScale::Days,
    ///     amount: None,
    /// };
    /// let fairs = [0, 10, 20, 30].map(|day| day * 86_400_000_000);
    /// let customers = Orders::new(&columns, Invalid::Raise)?.opportunities(&fairs)?;
    /// assert_eq!(customers.frequency(), [1, 0]);
    /// assert_eq!((customers.recency(), customers.t()), (&[3.0, 0.0][..], &[3.0, 2.0][..]));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn opportunities(&self, at: &[i64]) -> Result<CustomerSummary, Error> {
        let Some(&first) = at.first() else {
            let expected = "at least one opportunity";
            return Err(Error::Empty { what: "the list of opportunities", expected });
        };
        let unclear = |problem| Err(Error::Unclear { column: "opportunities".to_owned(), problem });
        if let Some(pair) = at.windows(2).find(|pair| pair[0] >= pair[1]) {
            let [before, after] = [pair[0], pair[1]].map(date);
            return unclear(format!("must rise, but {before} stands before {after}"));
        }
        let early = self.time().iter().filter(|&&time| time < first).count();
        if early > 0 {
            let start = date(first);
            return unclear(format!("begin at {start}, after {early} orders: add the ones before"));
        }
        let day = |number: usize| i64::try_from(number).unwrap_or(i64::MAX / DAY) * DAY;
        let number = |time: &i64| at.partition_point(|opportunity| opportunity <= time) - 1;
        memory::ask_for_rows("orders by opportunities", self.len(), 40, self.customers().size())?;
        let numbered = self.at(self.time().iter().map(|time| day(number(time))).collect());
        let options = SummaryOptions {
            unit: Unit::Day,
            observation_end: Some(day(at.len() - 1)),
            ..SummaryOptions::default()
        };
        let mut summary = numbered.summarize(&options)?;
        (summary.unit, summary.observed) = (None, None);
        Ok(summary)
    }

    /// The set days on which nearly all orders fall, if there are such: from 4 to 60 days that hold at least 98 %
    /// of the orders, at intervals that are alike and no shorter than six days.
    ///
    /// ```
    /// use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
    /// let customer: Vec<i64> = (0..200).map(|row| row % 40).collect();
    /// let day: Vec<i64> = (0..200).map(|row| 7 * (row / 40)).collect();
    /// let columns = OrderColumns {
    ///     customer: Column::new("customer", &customer[..]).into(),
    ///     time: Column::new("day", &day),
    ///     scale: TimeScale::Days,
    ///     amount: None,
    /// };
    /// let found = Orders::new(&columns, Invalid::Raise)?.opportunity_days().expect("weekly shows");
    /// assert_eq!((found.days.len(), found.gap, found.share), (5, 7.0, 1.0));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn opportunity_days(&self) -> Option<OpportunityDays> {
        let mut orders = BTreeMap::<i64, usize>::new();
        for time in self.time() {
            *orders.entry(time.div_euclid(DAY)).or_default() += 1;
        }
        // The fullest days first; of equals, the earlier one.
        let mut fullest: Vec<(i64, usize)> = orders.into_iter().collect();
        fullest.sort_by_key(|&(day, count)| (std::cmp::Reverse(count), day));
        let (total, mut held, mut days) = (self.len() as f64, 0, Vec::new());
        for (day, count) in fullest {
            if held as f64 >= NEARLY_ALL * total {
                break;
            }
            held += count;
            days.push(day);
        }
        // With hardly more orders than days, any days hold them.
        if !DAYS.contains(&days.len()) || held < 10 * days.len() {
            return None;
        }
        days.sort_unstable();
        let mut gaps: Vec<f64> = days.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect();
        gaps.sort_by(f64::total_cmp);
        let gap = gaps[gaps.len() / 2];
        let alike = gaps.iter().all(|other| (other - gap).abs() <= UNEVEN * gap);
        (alike && gap >= SHORTEST).then(|| OpportunityDays {
            days: days.iter().map(|day| day * DAY).collect(),
            gap,
            share: held as f64 / total,
        })
    }
}
