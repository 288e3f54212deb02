//! Time zones and ISO 8601 text, by jiff with the zone data built in.

use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, civil};
use loyalty_core::orders::TimeScale;

use crate::error::{Result, input};

/// A time zone.
pub(crate) struct Zone(TimeZone);

impl Zone {
    /// A zone by its name (`Europe/Berlin`) or offset (`+02:00`), as Arrow has them.
    pub(crate) fn named(name: &str) -> Result<Self> {
        let zone = DateTimeParser::new().parse_time_zone(name);
        zone.map(Self).map_err(|_| input(format!("the time zone {name:?} is unknown")))
    }

    /// Instants as microseconds of wall-clock time; what is missing or out of range stays as it is,
    /// beyond the years the core accepts.
    pub(crate) fn local(
        &self,
        instants: &[i64],
        scale: TimeScale,
        present: Option<&[bool]>,
    ) -> Vec<i64> {
        let mut window = Window::default();
        let convert = |(row, &instant): (usize, &i64)| {
            if present.is_some_and(|present| !present[row]) {
                return 0;
            }
            let Some(time) = microseconds(instant, scale) else { return i64::MAX };
            if !window.holds(time) {
                window = Window::around(&self.0, time);
            }
            time.saturating_add(window.offset)
        };
        instants.iter().enumerate().map(convert).collect()
    }
}

/// The span between two changes of a zone's clock, in which its offset is constant.
#[derive(Default)]
struct Window {
    from: i64,
    until: i64,
    offset: i64,
}

impl Window {
    fn holds(&self, time: i64) -> bool {
        (self.from..self.until).contains(&time)
    }

    fn around(zone: &TimeZone, time: i64) -> Self {
        let Ok(instant) = Timestamp::from_microsecond(time) else {
            return Self { from: time, until: time, offset: 0 };
        };
        // A change at this very instant counts as passed: `preceding` alone would leave it out.
        let next = instant.checked_add(1.nanosecond()).unwrap_or(instant);
        let from = zone.preceding(next).next().map(|change| change.timestamp().as_microsecond());
        let until =
            zone.following(instant).next().map(|change| change.timestamp().as_microsecond());
        let offset = i64::from(zone.to_offset(instant).seconds()) * 1_000_000;
        Self { from: from.unwrap_or(i64::MIN), until: until.unwrap_or(i64::MAX), offset }
    }
}

fn microseconds(time: i64, scale: TimeScale) -> Option<i64> {
    match scale {
        TimeScale::Seconds => time.checked_mul(1_000_000),
        TimeScale::Milliseconds => time.checked_mul(1_000),
        TimeScale::Nanoseconds => Some(time.div_euclid(1_000)),
        _ => Some(time),
    }
}

/// A date or a date with a time as microseconds of wall-clock time; `None` for any other text, one
/// with a zone included.
pub(crate) fn wall_clock(text: &str) -> Option<i64> {
    // An annotation like [Europe/Berlin] would be skipped.
    let has_zone = text.contains('[') || text.parse::<Timestamp>().is_ok();
    let time: civil::DateTime = text.parse().ok().filter(|_| !has_zone)?;
    local_microseconds(time)
}

/// The wall-clock time of an instant written with its offset, in a zone.
pub(crate) fn instant_in(text: &str, zone: &str) -> Result<Option<i64>> {
    let zone = Zone::named(zone)?;
    let Ok(instant) = text.parse::<Timestamp>() else { return Ok(None) };
    Ok(local_microseconds(zone.0.to_datetime(instant)))
}

fn local_microseconds(time: civil::DateTime) -> Option<i64> {
    let instant = TimeZone::UTC.to_timestamp(time).ok()?;
    Some(instant.as_microsecond())
}
