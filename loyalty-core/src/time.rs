//! Units of time, purchase occasions, and the clock that turns times into both.
//!
//! Times are integers: microseconds of wall-clock time since 1970-01-01T00:00. A day is a day on the
//! wall, so the caller converts zones before (the Python package does it from the column's zone).

use crate::Error;
use crate::math::words::words;

pub(crate) const HOUR: i64 = 3_600_000_000;
pub(crate) const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// 30.4375 days, a twelfth of 365.25.
const MONTH: i64 = DAY * 304_375 / 10_000;
/// 365.25 days, as in the Julian calendar.
pub(crate) const YEAR: i64 = DAY * 36_525 / 100;

/// First and last instant accepted: years 0001 to 9999.
pub(crate) const RANGE: std::ops::RangeInclusive<i64> = -719_162 * DAY..=2_932_897 * DAY - 1;

/// The last moment of the day of an instant, all of which counts as observed.
pub(crate) fn end_of_day(end: i64) -> i64 {
    (end.div_euclid(DAY) + 1) * DAY - 1
}

/// The first and the last of some instants; the ends of the range of integers, the wrong way round, of
/// none.
pub(crate) fn bounds(times: &[i64]) -> (i64, i64) {
    let wider = |(first, last): (i64, i64), &time: &i64| (first.min(time), last.max(time));
    times.iter().fold((i64::MAX, i64::MIN), wider)
}

/// The date of an instant as ISO 8601 has it: `2024-02-29`.
///
/// Hinnant (2013), chrono-compatible low-level date algorithms, `civil_from_days`.
pub(crate) fn date(time: i64) -> String {
    let day = time.div_euclid(DAY) + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{of_month:02}")
}

/// The unit in which recency, T, horizons and discount periods are counted.
///
/// | word | length | lifetimes |
/// |---|---|---|
/// | `hour`, `day`, `week` | exact | `freq="h"`, `freq="D"`, `freq="D", freq_multiplier=7` |
/// | `month` | 30.4375 days | – |
/// | `year` | 365.25 days | – |
/// | `calendar_week` (from Monday), `calendar_month`, `calendar_quarter`, `calendar_year` | one period, whatever its length | `freq="W"`, `"M"`, `"Q"`, `"Y"` |
///
/// # Examples
/// ```
/// use loyalty_core::time::Unit;
/// assert_eq!("week".parse::<Unit>()?, Unit::Week);
/// assert_eq!(Unit::Month.days(), 30.4375);
/// assert_eq!(Unit::CalendarMonth.to_string(), "calendar_month");
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// 30.4375 days.
    Month,
    /// 365.25 days.
    Year,
    /// Weeks from Monday to Sunday, counted.
    CalendarWeek,
    /// Months of the calendar, counted.
    CalendarMonth,
    /// Quarters of the calendar, counted.
    CalendarQuarter,
    /// Years of the calendar, counted.
    CalendarYear,
}

impl Unit {
    const WORDS: [(&'static str, Self); 9] = [
        ("hour", Self::Hour),
        ("day", Self::Day),
        ("week", Self::Week),
        ("month", Self::Month),
        ("year", Self::Year),
        ("calendar_week", Self::CalendarWeek),
        ("calendar_month", Self::CalendarMonth),
        ("calendar_quarter", Self::CalendarQuarter),
        ("calendar_year", Self::CalendarYear),
    ];

    /// The mean length in days.
    pub fn days(self) -> f64 {
        self.microseconds() as f64 / DAY as f64
    }

    /// How many of this unit make a year of 365.25 days.
    ///
    /// ```
    /// assert_eq!(loyalty_core::time::Unit::Month.per_year(), 12.0);
    /// ```
    pub fn per_year(self) -> f64 {
        YEAR as f64 / self.microseconds() as f64
    }

    /// So many of this unit, counted in another: 90 days are 90/7 weeks, 3 months are 91.3125 days.
    ///
    /// In a unit of the calendar, weeks, months and years are its periods, which have no exact length in
    /// other units.
    ///
    /// # Errors
    /// [`Error::Unit`] where only one of the two is of the calendar, or one counts weeks and the other months.
    ///
    /// ```
    /// use loyalty_core::time::Unit;
    /// assert_eq!(Unit::Month.count_in(3.0, Unit::Day)?, 91.3125);
    /// assert_eq!(Unit::Year.count_in(2.0, Unit::CalendarQuarter)?, 8.0);
    /// assert!(Unit::Day.count_in(90.0, Unit::CalendarMonth).is_err());
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn count_in(self, many: f64, unit: Self) -> Result<f64, Error> {
        let lengths = match (self.period(), unit.period()) {
            (None, None) => Some((self.microseconds(), unit.microseconds())),
            (_, None) => None,
            (_, Some(_)) => match (self.in_months(), unit.in_months()) {
                (None, None) if self.microseconds() == unit.microseconds() => Some((1, 1)),
                (mine, theirs) => mine.zip(theirs),
            },
        };
        let Some((mine, theirs)) = lengths else {
            return Err(Error::Unit {
                left: "the length of time",
                left_unit: self.to_string(),
                right: "what it is counted in",
                right_unit: unit.to_string(),
            });
        };
        Ok(many * mine as f64 / theirs as f64)
    }

    /// Months of the calendar in one of its periods.
    fn in_months(self) -> Option<i64> {
        match self {
            Self::Month | Self::CalendarMonth => Some(1),
            Self::CalendarQuarter => Some(3),
            Self::Year | Self::CalendarYear => Some(12),
            _ => None,
        }
    }

    fn microseconds(self) -> i64 {
        match self {
            Self::Hour => HOUR,
            Self::Day => DAY,
            Self::Week | Self::CalendarWeek => WEEK,
            Self::Month | Self::CalendarMonth => MONTH,
            Self::CalendarQuarter => 3 * MONTH,
            Self::Year | Self::CalendarYear => YEAR,
        }
    }

    /// The occasion that a calendar unit brings with it.
    fn period(self) -> Option<Occasion> {
        match self {
            Self::CalendarWeek => Some(Occasion::Week),
            Self::CalendarMonth => Some(Occasion::Month),
            Self::CalendarQuarter => Some(Occasion::Quarter),
            Self::CalendarYear => Some(Occasion::Year),
            _ => None,
        }
    }
}

/// What counts as one purchase: all orders of a customer within the same period are one occasion.
///
/// # Examples
/// ```
/// use loyalty_core::time::Occasion;
/// assert_eq!("exact".parse::<Occasion>()?, Occasion::Exact);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Occasion {
    /// Orders at the same microsecond.
    Exact,
    /// Orders within the same hour.
    Hour,
    /// Orders on the same day.
    #[default]
    Day,
    /// Orders within the same week from Monday to Sunday.
    Week,
    /// Orders within the same calendar month.
    Month,
    /// Orders within the same calendar quarter.
    Quarter,
    /// Orders within the same calendar year.
    Year,
}

impl Occasion {
    const WORDS: [(&'static str, Self); 7] = [
        ("exact", Self::Exact),
        ("hour", Self::Hour),
        ("day", Self::Day),
        ("week", Self::Week),
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("year", Self::Year),
    ];

    /// The number of the period that holds this instant.
    pub(crate) fn key(self, time: i64) -> i64 {
        match self {
            Self::Exact => time,
            Self::Hour => time.div_euclid(HOUR),
            Self::Day => time.div_euclid(DAY),
            // 1970-01-01 was a Thursday.
            Self::Week => (time.div_euclid(DAY) + 3).div_euclid(7),
            Self::Month => months(time),
            Self::Quarter => months(time).div_euclid(3),
            Self::Year => months(time).div_euclid(12),
        }
    }

    /// The first instant of a period.
    pub(crate) fn start(self, key: i64) -> i64 {
        match self {
            Self::Exact => key,
            Self::Hour => key * HOUR,
            Self::Day => key * DAY,
            Self::Week => (key * 7 - 3) * DAY,
            Self::Month => month_start(key),
            Self::Quarter => month_start(key * 3),
            Self::Year => month_start(key * 12),
        }
    }

    /// The length of one period, where all periods are alike.
    fn microseconds(self) -> Option<i64> {
        match self {
            Self::Exact => Some(1),
            Self::Hour => Some(HOUR),
            Self::Day => Some(DAY),
            Self::Week => Some(WEEK),
            Self::Month | Self::Quarter | Self::Year => None,
        }
    }
}

/// Months since year 0 (Hinnant, "chrono-compatible low-level date algorithms", 2013).
fn months(time: i64) -> i64 {
    let from_march_0000 = time.div_euclid(DAY) + 719_468;
    let era = from_march_0000.div_euclid(146_097);
    let day_of_era = from_march_0000.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    (era * 400 + year_of_era) * 12 + month_from_march + 2
}

/// The first instant of a month counted since year 0, by the same source.
fn month_start(months: i64) -> i64 {
    let from_march = months - 2;
    let (year, month) = (from_march.div_euclid(12), from_march.rem_euclid(12));
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + (153 * month + 2) / 5;
    (era * 146_097 + day_of_era - 719_468) * DAY
}

/// How a log is read in time: which orders are one occasion, and in which unit time is counted.
///
/// # Examples
/// ```
/// use loyalty_core::time::{Clock, Occasion, Unit};
/// let clock = Clock::new(Unit::Week, None)?;
/// assert_eq!(clock.occasion(), Occasion::Day);
/// let calendar = Clock::new(Unit::CalendarMonth, None)?;
/// assert_eq!(calendar.occasion(), Occasion::Month);
/// assert!(Clock::new(Unit::CalendarMonth, Some(Occasion::Day)).is_err());
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    unit: Unit,
    occasion: Occasion,
}

impl Clock {
    /// Joins a unit with an occasion; without one it is the day, or the period of a calendar unit.
    ///
    /// # Errors
    /// [`Error::Choice`] where the two do not fit: a calendar unit counts its own periods, and
    /// calendar periods have no exact length in another unit.
    pub fn new(unit: Unit, occasion: Option<Occasion>) -> Result<Self, Error> {
        let natural = unit.period().unwrap_or(match unit {
            Unit::Hour => Occasion::Hour,
            _ => Occasion::Day,
        });
        let occasion = occasion.unwrap_or(natural);
        let fits = match unit.period() {
            Some(period) => occasion == period,
            None => occasion.microseconds().is_some(),
        };
        if fits {
            return Ok(Self { unit, occasion });
        }
        let expected = match unit.period() {
            Some(_) => "the period of the calendar unit itself (leave it out)",
            None => "\"exact\", \"hour\", \"day\" or \"week\" with a unit of fixed length",
        };
        Err(Error::Choice { name: "occasion", expected, value: occasion.to_string() })
    }

    /// The unit in which durations are given.
    pub fn unit(self) -> Unit {
        self.unit
    }

    /// What counts as one purchase.
    pub fn occasion(self) -> Occasion {
        self.occasion
    }

    /// The number of the occasion period that holds this instant.
    pub(crate) fn key(self, time: i64) -> i64 {
        self.occasion.key(time)
    }

    /// The time from one occasion period to another, in the unit.
    pub(crate) fn duration(self, from: i64, to: i64) -> f64 {
        let periods = (to - from) as f64;
        match (self.unit.period(), self.occasion.microseconds()) {
            (None, Some(length)) => periods * length as f64 / self.unit.microseconds() as f64,
            _ => periods,
        }
    }

    /// The number of occasion periods that a duration is, in the unit: what `duration` was made of.
    #[expect(clippy::cast_possible_truncation, reason = "a time within the calendar")]
    pub(crate) fn periods(self, duration: f64) -> i64 {
        match (self.unit.period(), self.occasion.microseconds()) {
            (None, Some(length)) => {
                (duration * self.unit.microseconds() as f64 / length as f64).round() as i64
            }
            _ => duration.round() as i64,
        }
    }
}

words!(
    Unit,
    "unit",
    "hour, day, week, month, year, calendar_week, calendar_month, calendar_quarter or calendar_year",
    |word| word.strip_suffix('s').unwrap_or(word)
);
words!(Occasion, "occasion", "exact, hour, day, week, month, quarter or year");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar_periods_begin_where_the_calendar_says() {
        // Days since the epoch of 1999-12-31, 2000-02-29, 2000-03-01, 1969-12-31, 2024-12-30.
        let at = |day: i64| day * DAY + 5 * HOUR;
        assert_eq!(Occasion::Month.key(at(10_956)), 1999 * 12 + 11);
        assert_eq!(Occasion::Month.key(at(11_016)), 2000 * 12 + 1);
        assert_eq!(Occasion::Month.key(at(11_017)), 2000 * 12 + 2);
        assert_eq!(Occasion::Month.key(at(-1)), 1969 * 12 + 11);
        assert_eq!(Occasion::Quarter.key(at(-1)), 1969 * 4 + 3);
        assert_eq!(Occasion::Year.key(at(10_956)), 1999);
        // 2024-12-30 is a Monday.
        assert_eq!(Occasion::Week.key(at(20_087)), Occasion::Week.key(at(20_086)) + 1);
        assert_eq!(Occasion::Week.key(at(20_087)), Occasion::Week.key(at(20_093)));
        assert_eq!(Occasion::Week.key(0), Occasion::Week.key(-3 * DAY));
        assert_eq!(Occasion::Week.key(0), Occasion::Week.key(-4 * DAY) + 1);
    }

    #[test]
    fn durations_are_rounded_once() {
        let weeks = Clock::new(Unit::Week, None).unwrap();
        assert_eq!(weeks.duration(100, 372), 272.0 / 7.0);
        let exact = Clock::new(Unit::Day, Some(Occasion::Exact)).unwrap();
        assert_eq!(exact.duration(0, DAY / 3), (DAY / 3) as f64 / DAY as f64);
        let months = Clock::new(Unit::Month, Some(Occasion::Week)).unwrap();
        assert_eq!(months.duration(0, 1), 7.0 / 30.4375);
        let quarters = Clock::new(Unit::CalendarQuarter, None).unwrap();
        assert_eq!(quarters.duration(7999, 8003), 4.0);
    }

    #[test]
    fn a_period_begins_where_the_one_before_it_ends() {
        let all = Occasion::WORDS.map(|(_, occasion)| occasion);
        for occasion in all.into_iter().skip(1) {
            for time in (-719_162..2_932_896).step_by(1_009).map(|day| day * DAY + 7 * HOUR) {
                let start = occasion.start(occasion.key(time));
                assert_eq!(occasion.key(start), occasion.key(time), "{occasion} {time}");
                assert_eq!(occasion.key(start - 1), occasion.key(time) - 1, "{occasion} {time}");
                let next = occasion.start(occasion.key(time) + 1);
                assert!(start <= time && time < next, "{occasion} {time}");
            }
        }
        assert_eq!(Occasion::Exact.start(17), 17);
    }

    #[test]
    fn a_duration_tells_the_periods_that_it_was_made_of() {
        for (unit, occasion) in [
            (Unit::Week, None),
            (Unit::Year, Some(Occasion::Hour)),
            (Unit::Month, Some(Occasion::Week)),
            (Unit::Hour, None),
            (Unit::CalendarQuarter, None),
        ] {
            let clock = Clock::new(unit, occasion).unwrap();
            for periods in (0..80_000).step_by(17) {
                assert_eq!(clock.periods(clock.duration(5, 5 + periods)), periods);
            }
        }
        // A microsecond is told over half a century.
        let exact = Clock::new(Unit::Year, Some(Occasion::Exact)).unwrap();
        for periods in (0..50 * YEAR).step_by(977_777_777_777) {
            assert_eq!(exact.periods(exact.duration(0, periods)), periods);
        }
    }

    #[test]
    fn units_of_the_calendar_count_its_periods_and_nothing_else() {
        assert_eq!(Unit::Day.count_in(90.0, Unit::Week), Ok(90.0 / 7.0));
        assert_eq!(Unit::Week.count_in(5.0, Unit::CalendarWeek), Ok(5.0));
        assert_eq!(Unit::CalendarQuarter.count_in(2.0, Unit::CalendarMonth), Ok(6.0));
        assert_eq!(Unit::Month.count_in(18.0, Unit::CalendarYear), Ok(1.5));
        for (from, into) in [
            (Unit::CalendarMonth, Unit::Day),
            (Unit::Week, Unit::CalendarMonth),
            (Unit::Month, Unit::CalendarWeek),
            (Unit::Hour, Unit::CalendarWeek),
        ] {
            assert!(from.count_in(1.0, into).is_err(), "{from} in {into}");
        }
    }

    #[test]
    fn words_go_both_ways() {
        for (word, unit) in Unit::WORDS {
            assert_eq!((word.parse(), unit.to_string().as_str()), (Ok(unit), word));
            assert_eq!(format!("{word}s").parse(), Ok(unit));
        }
        for (word, occasion) in Occasion::WORDS {
            assert_eq!((word.parse(), occasion.to_string().as_str()), (Ok(occasion), word));
        }
        let error = "fortnight".parse::<Unit>().unwrap_err();
        assert!(error.to_string().starts_with("unit must be hour, day,"), "{error}");
        assert!(error.to_string().ends_with("got \"fortnight\""), "{error}");
    }
}
