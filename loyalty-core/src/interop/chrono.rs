//! Dates and times of the crate chrono.
//!
//! `NaiveDate`, `NaiveDateTime` and `DateTime<Tz>` are a [`WallClock`]. A `DateTime` is read off the
//! clock of its own zone, so that instants in UTC belong into the zone of the shop first:
//!
//! ```
//! use chrono::{FixedOffset, TimeZone, Utc};
//! use loyalty_core::interop::{Times, WallClock};
//! let utc = Utc.with_ymd_and_hms(2024, 12, 31, 23, 30, 0).unwrap();
//! let berlin = FixedOffset::east_opt(3600).unwrap();
//! let there = utc.with_timezone(&berlin);
//! assert_eq!(there.microseconds() - utc.microseconds(), 3_600_000_000);
//! let times = Times::of([utc].iter().map(|time| time.with_timezone(&berlin)));
//! assert_eq!(times.values(), [there.microseconds()]);
//! ```

use ::chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};

use super::WallClock;

impl WallClock for NaiveDate {
    fn microseconds(&self) -> i64 {
        self.and_time(NaiveTime::MIN).microseconds()
    }
}

impl WallClock for NaiveDateTime {
    fn microseconds(&self) -> i64 {
        self.and_utc().timestamp_micros()
    }
}

impl<Tz: TimeZone> WallClock for DateTime<Tz> {
    fn microseconds(&self) -> i64 {
        self.naive_local().microseconds()
    }
}

/// The date and time of day that the library's microseconds mean; `None` far outside the years that
/// it accepts.
///
/// ```
/// use chrono::NaiveDate;
/// use loyalty_core::interop::{WallClock, chrono::date_time};
/// let date = NaiveDate::from_ymd_opt(1997, 9, 30).unwrap();
/// assert_eq!(date_time(date.microseconds()), date.and_hms_opt(0, 0, 0));
/// ```
pub fn date_time(microseconds: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_micros(microseconds).map(|time| time.naive_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_1970_are_rounded_down() {
        let date = NaiveDate::from_ymd_opt(1969, 12, 31).unwrap();
        assert_eq!(date.microseconds(), -86_400_000_000);
        let late = date.and_hms_nano_opt(23, 59, 59, 999_999_999).unwrap();
        assert_eq!(late.microseconds(), -1);
        let last = NaiveDate::MAX.and_hms_nano_opt(23, 59, 59, 0).unwrap();
        assert!(last.microseconds() > NaiveDate::MIN.microseconds());
    }
}
