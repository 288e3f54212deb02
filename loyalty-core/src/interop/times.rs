//! Times as they are on the wall, as the library counts them.

use std::borrow::Cow;

use crate::orders::{Column, TimeScale};

/// A date, or a date with a time of day, as it stands on the wall where it was written down.
///
/// The features `jiff` and `chrono` bring it for the types of those crates; a type of one's own needs
/// one function.
///
/// # Examples
/// ```
/// use loyalty_core::interop::{Times, WallClock};
/// /// Days since 1970-01-01, as a ledger of ours has them.
/// struct Day(i32);
///
/// impl WallClock for Day {
///     fn microseconds(&self) -> i64 {
///         i64::from(self.0) * 86_400_000_000
///     }
/// }
/// let times = Times::of(&[Day(0), Day(19_723)]);
/// assert_eq!(times.values()[1], Day(19_723).microseconds());
/// ```
pub trait WallClock {
    /// Microseconds of wall-clock time since 1970-01-01T00:00, rounded down.
    fn microseconds(&self) -> i64;
}

impl<T: WallClock + ?Sized> WallClock for &T {
    fn microseconds(&self) -> i64 {
        (**self).microseconds()
    }
}

/// Wall-clock times of many rows, ready to be a column.
///
/// # Examples
#[cfg_attr(feature = "jiff", doc = "```")]
#[cfg_attr(not(feature = "jiff"), doc = "```ignore")]
/// use jiff::civil::date;
/// use loyalty_core::interop::Times;
/// use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders};
/// let days = [date(1997, 1, 1), date(1997, 1, 18), date(1997, 9, 30)];
/// let times = Times::of(&days);
/// let columns = OrderColumns {
///     customer: Column::new("customer", &[1, 1, 2][..]).into(),
///     time: times.column("date"),
///     scale: times.scale(),
///     amount: None,
/// };
/// assert_eq!(Orders::new(&columns, Invalid::Raise)?.customers().len(), 2);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Times<'a> {
    pub(super) values: Cow<'a, [i64]>,
    pub(super) present: Option<Vec<bool>>,
    pub(super) scale: TimeScale,
}

impl Times<'_> {
    /// The wall-clock times of rows that all have one.
    pub fn of<T: WallClock>(times: impl IntoIterator<Item = T>) -> Self {
        let values: Vec<i64> = times.into_iter().map(|time| time.microseconds()).collect();
        Self { values: values.into(), present: None, scale: TimeScale::Microseconds }
    }

    /// The wall-clock times of rows of which some may lack one.
    ///
    /// ```
    /// # struct Day(i64);
    /// # impl loyalty_core::interop::WallClock for Day {
    /// #     fn microseconds(&self) -> i64 { self.0 }
    /// # }
    /// use loyalty_core::interop::Times;
    /// let times = Times::with_missing([Some(Day(7)), None]);
    /// assert_eq!(times.present(), Some(&[true, false][..]));
    /// ```
    pub fn with_missing<T: WallClock>(times: impl IntoIterator<Item = Option<T>>) -> Self {
        let known = times.into_iter().map(|time| time.map(|time| time.microseconds()));
        let (values, present): (Vec<i64>, Vec<bool>) =
            known.map(|time| (time.unwrap_or_default(), time.is_some())).unzip();
        let scale = TimeScale::Microseconds;
        Self { values: values.into(), present: Some(present), scale }
    }

    /// The column, under the caller's name for it.
    pub fn column<'t>(&'t self, name: &'t str) -> Column<'t, [i64]> {
        Column::new(name, &self.values[..]).with_present(self.present.as_deref())
    }

    /// What the integers count.
    pub fn scale(&self) -> TimeScale {
        self.scale
    }

    /// One integer per row.
    pub fn values(&self) -> &[i64] {
        &self.values
    }

    /// `false` where a time is missing; `None` where all are there.
    pub fn present(&self) -> Option<&[bool]> {
        self.present.as_deref()
    }

    /// The same times, as far as they are borrowed copied.
    pub fn into_owned(self) -> Times<'static> {
        let values = Cow::Owned(self.values.into_owned());
        Times { values, present: self.present, scale: self.scale }
    }
}
