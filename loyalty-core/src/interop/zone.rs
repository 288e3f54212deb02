//! The clocks of time zones, by jiff.

use ::jiff::civil::DateTime;
use ::jiff::fmt::temporal::DateTimeParser;
use ::jiff::tz::TimeZone;
use ::jiff::{Timestamp, ToSpan as _};

use crate::Error;
use crate::orders::TimeScale;

/// A time zone.
pub(super) struct Zone(TimeZone);

impl From<TimeZone> for Zone {
    fn from(zone: TimeZone) -> Self {
        Self(zone)
    }
}

impl Zone {
    /// A zone by its name (`Europe/Berlin`) or offset (`+02:00`), as Arrow has them.
    pub(super) fn named(name: &str) -> Result<Self, Error> {
        let zone = DateTimeParser::new().parse_time_zone(name);
        zone.map(Self).map_err(|_| Error::TimeZone { name: name.to_owned() })
    }

    /// What the clock on the wall shows at an instant.
    pub(super) fn wall_clock(&self, instant: Timestamp) -> DateTime {
        self.0.to_datetime(instant)
    }

    /// Instants as microseconds of wall-clock time; what is missing or out of range stays as it is,
    /// beyond the years the core accepts.
    pub(super) fn local(
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
