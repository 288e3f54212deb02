//! How often customers ordered of late.

use super::Occasions;
use crate::Error;
use crate::memory;

/// Days that the windows of [`Activity`] reach back.
pub const WINDOWS: [f64; 6] = [14.0, 30.0, 60.0, 91.0, 182.0, 365.0];

/// What one customer ordered of late: occasions within the last 14, 30, 60, 91, 182 and 365 days up to
/// the end of observation, and the mean amount of all their occasions.
///
/// # Examples
/// ```
/// use loyalty_core::summary::Recent;
/// let recent = Recent::new([0, 1, 1, 2, 2, 4], Some(25.0))?;
/// assert_eq!(recent.occasions()[5], 4);
/// assert!(Recent::new([1, 0, 0, 0, 0, 0], None).is_err());
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recent {
    occasions: [u32; WINDOWS.len()],
    mean_amount: Option<f64>,
}

impl Recent {
    /// Occasions by window, the shortest first, and the mean amount where amounts are known.
    ///
    /// # Errors
    /// [`Error::Value`] where a longer window holds fewer occasions than a shorter one,
    /// [`Error::Parameter`] unless the amount is from 0 to 1e50.
    pub fn new(occasions: [u32; WINDOWS.len()], mean_amount: Option<f64>) -> Result<Self, Error> {
        if let Some(window) = (1..WINDOWS.len()).find(|&w| occasions[w] < occasions[w - 1]) {
            return Err(Error::Value {
                column: format!("occasions within {} days", WINDOWS[window]),
                row: 0,
                expected: "no fewer than within fewer days",
                value: occasions[window].to_string(),
                more: 0,
            });
        }
        let in_domain = |amount: &f64| (0.0..=1e50).contains(amount);
        if let Some(amount) = mean_amount.filter(|amount| !in_domain(amount)) {
            return Err(Error::parameter("mean_amount", "from 0 to 1e50", amount));
        }
        Ok(Self { occasions, mean_amount })
    }

    /// Occasions by window, the shortest first.
    pub fn occasions(&self) -> [u32; WINDOWS.len()] {
        self.occasions
    }

    /// The mean amount of all occasions; `None` where amounts are not known.
    pub fn mean_amount(&self) -> Option<f64> {
        self.mean_amount
    }
}

/// What customers ordered of late, one row for each customer of the summary to the same end.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
/// use loyalty_core::summary::Occasions;
/// use loyalty_core::time::{Clock, Unit};
/// let columns = OrderColumns {
///     customer: Column::new("customer", &[1, 1, 1, 2][..]).into(),
///     time: Column::new("day", &[0, 80, 100, 50]),
///     scale: TimeScale::Days,
///     amount: None,
/// };
/// let orders = Orders::new(&columns, Invalid::Raise)?;
/// let activity = Occasions::of(&orders, Clock::new(Unit::Week, None)?)?.activity(None)?;
/// assert_eq!(activity.row(0).occasions(), [1, 2, 2, 2, 3, 3]);
/// assert_eq!(activity.row(1).occasions(), [0, 0, 1, 1, 1, 1]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    rows: Vec<Recent>,
}

impl Activity {
    /// Customers one by one, in the order of a summary.
    pub fn new(rows: Vec<Recent>) -> Self {
        Self { rows }
    }

    /// The number of customers.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no customers.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One customer.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> Recent {
        self.rows[row]
    }
}

impl Occasions {
    /// What customers ordered of late, up to the end of observation: a row for each customer of
    /// [`Occasions::summarize`] to the same end.
    ///
    /// # Errors
    /// As [`Occasions::summarize`].
    pub fn activity(&self, observation_end: Option<i64>) -> Result<Activity, Error> {
        let end = self.end(observation_end)?;
        memory::ask_for_rows("the activity of customers", self.len(), 3 * size_of::<Recent>(), 0)?;
        let days = self.clock.unit().days();
        let mut rows = Vec::new();
        for customer in 0..self.len() {
            let (seen, _) = self.grouped.customer(customer).split_after(end);
            if seen.key.is_empty() {
                continue;
            }
            let since = |key: i64| self.clock.duration(key, end) * days;
            let within = |window: f64| {
                seen.key.len() - seen.key.partition_point(|&key| since(key) >= window)
            };
            rows.push(Recent {
                occasions: WINDOWS.map(|days| u32::try_from(within(days)).unwrap_or(u32::MAX)),
                mean_amount: self.has_amounts().then(|| seen.mean()),
            });
        }
        if rows.is_empty() {
            let expected = "an order at or before the observation end";
            return Err(Error::Empty { what: "the activity", expected });
        }
        Ok(Activity { rows })
    }
}
