//! Dates, times and time zones of the crate jiff, and ISO 8601 text read by it.
//!
//! `civil::Date`, `civil::DateTime` and `ZonedDateTime` are a [`WallClock`]; a `ZonedDateTime` is read off the clock of
//! its own zone. A `Timestamp` hangs on no wall: [`Times::in_zone`] takes the zone with it.
//!
//! ```
//! use jiff::civil::date;
//! use jiff::tz::{TimeZone, offset};
//! use loyalty_core::interop::{Times, WallClock};
//! let berlin = TimeZone::fixed(offset(1));
//! let instants: Vec<jiff::Timestamp> = vec!["2024-12-31T23:30:00Z".parse()?];
//! let times = Times::in_zone(&instants, &berlin);
//! let new_year = date(2025, 1, 1).at(0, 30, 0, 0);
//! assert_eq!(times.values(), [new_year.microseconds()]);
//! assert_eq!(new_year.to_zoned_datetime(berlin)?.microseconds(), new_year.microseconds());
//! # Ok::<(), jiff::Error>(())
//! ```

use ::jiff::civil::{Date, DateTime};
use ::jiff::tz::TimeZone;
use ::jiff::{Timestamp, ZonedDateTime};

use super::zone::Zone;
use super::{Times, WallClock};
use crate::Error;
use crate::orders::TimeScale;

/// 1970-01-01T00:00.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

impl WallClock for Date {
    fn microseconds(&self) -> i64 {
        self.at(0, 0, 0, 0).microseconds()
    }
}

impl WallClock for DateTime {
    fn microseconds(&self) -> i64 {
        let time = self.duration_since(EPOCH);
        // Seconds and nanoseconds have the same sign; the years -9999 to 9999 fit by far.
        time.as_secs() * 1_000_000 + i64::from(time.subsec_nanos()).div_euclid(1_000)
    }
}

impl WallClock for ZonedDateTime {
    fn microseconds(&self) -> i64 {
        self.datetime().microseconds()
    }
}

impl Times<'static> {
    /// Instants, read off the clock on the wall of a zone.
    pub fn in_zone(instants: &[Timestamp], zone: &TimeZone) -> Self {
        let instants: Vec<i64> = instants
            .iter()
            // Rounded down, so that the last nanosecond of a day stays on it.
            .map(|instant| {
                instant.as_second() * 1_000_000
                    + i64::from(instant.subsec_nanosecond()).div_euclid(1_000)
            })
            .collect();
        let scale = TimeScale::Microseconds;
        let local = Zone::from(zone.clone()).local(&instants, scale, None);
        Self { values: local.into(), present: None, scale }
    }
}

/// The date and time of day that the library's microseconds mean; `None` outside the years -9999 to
/// 9999.
///
/// ```
/// use jiff::civil::date;
/// use loyalty_core::interop::{WallClock, jiff::date_time};
/// assert_eq!(date_time(date(1997, 9, 30).microseconds()), Some(date(1997, 9, 30).into()));
/// ```
pub fn date_time(microseconds: i64) -> Option<DateTime> {
    let instant = Timestamp::from_microsecond(microseconds).ok()?;
    Some(TimeZone::UTC.to_datetime(instant))
}

/// A date, or a date with a time of day, in ISO 8601 as microseconds of wall-clock time; `None` for any
/// other text, one with a zone or an offset included.
///
/// ```
/// use loyalty_core::interop::jiff::parse_wall_clock;
/// assert_eq!(parse_wall_clock("1970-01-02"), Some(86_400_000_000));
/// assert_eq!(parse_wall_clock("1970-01-01T00:00:01.5"), Some(1_500_000));
/// assert_eq!(parse_wall_clock("1970-01-02T00:00Z"), None);
/// ```
pub fn parse_wall_clock(text: &str) -> Option<i64> {
    // An annotation like [Europe/Berlin] would be skipped.
    let has_zone = text.contains('[') || text.parse::<Timestamp>().is_ok();
    let time: DateTime = text.parse().ok().filter(|_| !has_zone)?;
    Some(time.microseconds())
}

/// An instant in ISO 8601 with its offset, as microseconds on the wall clock of a zone; `None` for any
/// other text. The zone has a name (`Europe/Berlin`, where jiff has zone data) or is an offset
/// (`+02:00`).
///
/// # Errors
/// [`Error::TimeZone`] where the zone is unknown.
///
/// ```
/// use loyalty_core::interop::jiff::parse_instant;
/// assert_eq!(parse_instant("1970-01-01T00:00Z", "+02:00")?, Some(7_200_000_000));
/// assert_eq!(parse_instant("1970-01-01", "+02:00")?, None);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn parse_instant(text: &str, zone: &str) -> Result<Option<i64>, Error> {
    let zone = Zone::named(zone)?;
    Ok(text.parse::<Timestamp>().ok().map(|instant| zone.wall_clock(instant).microseconds()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::jiff::civil::date;

    #[test]
    fn times_before_1970_are_rounded_down() {
        assert_eq!(date(1969, 12, 31).microseconds(), -86_400_000_000);
        assert_eq!(date(1969, 12, 31).at(23, 59, 59, 999_999_999).microseconds(), -1);
        assert_eq!(date(9999, 12, 31).microseconds(), 2_932_896 * 86_400_000_000);
        let last: Timestamp = "1969-12-31T23:59:59.999999999Z".parse().unwrap();
        assert_eq!(Times::in_zone(&[last], &TimeZone::UTC).values(), [-1]);
    }

    #[test]
    fn a_slice_of_instants_reads_the_clock_as_each_instant_does() {
        // Hour by hour over a change of the clock, written as a POSIX rule so as to need no data.
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let first: Timestamp = "2024-03-30T12:00:00Z".parse().unwrap();
        let hours = (0..5000).map(|hour| Timestamp::from_second(first.as_second() + hour * 3600));
        let instants: Vec<Timestamp> = hours.map(Result::unwrap).collect();
        let one_by_one: Vec<i64> = instants
            .iter()
            .map(|instant| instant.to_zoned_datetime(zone.clone()).microseconds())
            .collect();
        assert_eq!(Times::in_zone(&instants, &zone).values(), one_by_one);
    }
}
