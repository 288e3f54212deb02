//! When customers ordered, as far as their summary knows.

use super::CustomerSummary;
use super::from_orders::in_range;
use crate::Error;
use crate::time::Clock;

/// How the log of a summary was read, and to which end: with T it tells the dates of customers.
///
/// # Examples
/// ```
/// use loyalty_core::summary::Observed;
/// use loyalty_core::time::{Clock, Unit};
/// let days = Clock::new(Unit::Week, None)?;
/// let noon = 43_200_000_000;
/// assert_eq!(Observed::new(days, noon)?.end(), 0);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observed {
    clock: Clock,
    /// The last period observed.
    end: i64,
}

impl Observed {
    /// A log read by a clock up to the whole period that holds an instant, in microseconds since
    /// 1970-01-01T00:00.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless it is within the years 0001 to 9999.
    pub fn new(clock: Clock, end: i64) -> Result<Self, Error> {
        Ok(Self::until(clock, clock.key(in_range("observation_end", end)?)))
    }

    pub(super) fn until(clock: Clock, end: i64) -> Self {
        Self { clock, end }
    }

    /// How the log was read.
    pub fn clock(self) -> Clock {
        self.clock
    }

    /// The beginning of the last period observed, in microseconds.
    pub fn end(self) -> i64 {
        self.clock.occasion().start(self.end)
    }

    /// The beginning of the period that lies so long before the end.
    fn before(self, duration: f64) -> i64 {
        self.clock.occasion().start(self.end - self.clock.periods(duration))
    }
}

impl CustomerSummary {
    /// How the log was read, and to which end; `None` of a summary that was made of columns.
    pub fn observed(&self) -> Option<Observed> {
        self.observed
    }

    /// When each customer first ordered: the beginning of the period of the first occasion, in microseconds since
    /// 1970-01-01T00:00. `None` of a summary that was made of columns.
    ///
    /// It is the observation end less T, exact where occasions are periods; with exact occasions as far
    /// as 64 bits tell T, to the microsecond over half a century.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
    /// use loyalty_core::summary::SummaryOptions;
    /// let columns = OrderColumns {
    ///     customer: Column::new("customer", &[1_i64, 1, 2][..]).into(),
    ///     time: Column::new("day", &[3, 10, 5]),
    ///     scale: TimeScale::Days,
    ///     amount: None,
    /// };
    /// let customers = Orders::new(&columns, Invalid::Raise)?.summarize(&SummaryOptions::default())?;
    /// let day = 86_400_000_000;
    /// assert_eq!(customers.first_orders(), Some(vec![3 * day, 5 * day]));
    /// assert_eq!(customers.last_orders(), Some(vec![10 * day, 5 * day]));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn first_orders(&self) -> Option<Vec<i64>> {
        let observed = self.observed?;
        Some(self.t.iter().map(|&t| observed.before(t)).collect())
    }

    /// When each customer last ordered up to the end of observation, as [`CustomerSummary::first_orders`].
    pub fn last_orders(&self) -> Option<Vec<i64>> {
        let observed = self.observed?;
        Some(self.since_last().iter().map(|&since| observed.before(since)).collect())
    }
}
