//! Enumerations. They come in as `int32_t`, since any number may come from C.

use crate::customer_record::loyalty_contact;
use crate::prior::loyalty_density;
use loyalty_core::Error;
use loyalty_core::estimation::Stop;
use loyalty_core::orders::{ContactKind, Invalid, TimeScale};
use loyalty_core::rfm::RfmAxis;
use loyalty_core::time::{Occasion, Unit};

/// The unit in which recency, T, horizons and discount periods are counted.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum loyalty_unit {
    /// No unit is declared; such data and models go with any.
    #[default]
    None = 0,
    /// 60 minutes.
    Hour = 1,
    /// 24 hours.
    Day = 2,
    /// 7 days.
    Week = 3,
    /// 30.4375 days.
    Month = 4,
    /// 365.25 days.
    Year = 5,
    /// Weeks from Monday to Sunday, counted.
    CalendarWeek = 6,
    /// Months of the calendar, counted.
    CalendarMonth = 7,
    /// Quarters of the calendar, counted.
    CalendarQuarter = 8,
    /// Years of the calendar, counted.
    CalendarYear = 9,
}

/// What counts as one purchase: all orders of a customer within the same period are one occasion.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_occasion {
    /// The day; the hour with `LOYALTY_UNIT_HOUR`, the period itself with a calendar unit.
    Natural = 0,
    /// Orders at the same microsecond.
    Exact = 1,
    /// Orders within the same hour.
    Hour = 2,
    /// Orders on the same day.
    Day = 3,
    /// Orders within the same week from Monday to Sunday.
    Week = 4,
    /// Orders within the same calendar month.
    Month = 5,
    /// Orders within the same calendar quarter.
    Quarter = 6,
    /// Orders within the same calendar year.
    Year = 7,
}

/// What the integers of a time column count since 1970-01-01T00:00, wall-clock time.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_time_scale {
    /// Days.
    Days = 1,
    /// Seconds.
    Seconds = 2,
    /// Milliseconds.
    Milliseconds = 3,
    /// Microseconds, the library's own resolution.
    Microseconds = 4,
    /// Nanoseconds, rounded down to microseconds.
    Nanoseconds = 5,
}

/// What to do with the rows of an order log that cannot be used.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_invalid {
    /// Refuse the log with an error that counts them by reason.
    Raise = 0,
    /// Leave them out and count them by reason in the report.
    Drop = 1,
}

/// Why the solver of a fit ended.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_stop {
    /// At a maximum with a definite curvature.
    Converged = 0,
    /// The likelihood keeps rising, by ever less, while one parameter runs towards 0 or infinity:
    /// predictions within the data hold, the parameter itself means nothing.
    Boundary = 1,
    /// The iterations allowed were used up.
    IterationLimit = 2,
    /// No step raised the likelihood any further, short of a maximum.
    Stalled = 3,
    /// A reason that has no number yet.
    Other = 4,
}

/// The axes of RFM.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_rfm_axis {
    /// Time since the last purchase; the least has the highest score.
    Recency = 0,
    /// Number of purchases.
    Frequency = 1,
    /// Money.
    Monetary = 2,
}

const UNITS: [(i32, Option<Unit>); 10] = [
    (loyalty_unit::None as i32, None),
    (loyalty_unit::Hour as i32, Some(Unit::Hour)),
    (loyalty_unit::Day as i32, Some(Unit::Day)),
    (loyalty_unit::Week as i32, Some(Unit::Week)),
    (loyalty_unit::Month as i32, Some(Unit::Month)),
    (loyalty_unit::Year as i32, Some(Unit::Year)),
    (loyalty_unit::CalendarWeek as i32, Some(Unit::CalendarWeek)),
    (loyalty_unit::CalendarMonth as i32, Some(Unit::CalendarMonth)),
    (loyalty_unit::CalendarQuarter as i32, Some(Unit::CalendarQuarter)),
    (loyalty_unit::CalendarYear as i32, Some(Unit::CalendarYear)),
];

const OCCASIONS: [(i32, Option<Occasion>); 8] = [
    (loyalty_occasion::Natural as i32, None),
    (loyalty_occasion::Exact as i32, Some(Occasion::Exact)),
    (loyalty_occasion::Hour as i32, Some(Occasion::Hour)),
    (loyalty_occasion::Day as i32, Some(Occasion::Day)),
    (loyalty_occasion::Week as i32, Some(Occasion::Week)),
    (loyalty_occasion::Month as i32, Some(Occasion::Month)),
    (loyalty_occasion::Quarter as i32, Some(Occasion::Quarter)),
    (loyalty_occasion::Year as i32, Some(Occasion::Year)),
];

const TIME_SCALES: [(i32, TimeScale); 5] = [
    (loyalty_time_scale::Days as i32, TimeScale::Days),
    (loyalty_time_scale::Seconds as i32, TimeScale::Seconds),
    (loyalty_time_scale::Milliseconds as i32, TimeScale::Milliseconds),
    (loyalty_time_scale::Microseconds as i32, TimeScale::Microseconds),
    (loyalty_time_scale::Nanoseconds as i32, TimeScale::Nanoseconds),
];

const INVALIDS: [(i32, Invalid); 2] = [
    (loyalty_invalid::Raise as i32, Invalid::Raise),
    (loyalty_invalid::Drop as i32, Invalid::Drop),
];

const AXES: [(i32, RfmAxis); 3] = [
    (loyalty_rfm_axis::Recency as i32, RfmAxis::Recency),
    (loyalty_rfm_axis::Frequency as i32, RfmAxis::Frequency),
    (loyalty_rfm_axis::Monetary as i32, RfmAxis::Monetary),
];

const CONTACTS: [(i32, ContactKind); 3] = [
    (loyalty_contact::Service as i32, ContactKind::Service),
    (loyalty_contact::FirmCaused as i32, ContactKind::FirmCaused),
    (loyalty_contact::Marketing as i32, ContactKind::Marketing),
];

const DENSITIES: [(i32, loyalty_density); 4] = [
    (0, loyalty_density::LogNormal),
    (1, loyalty_density::Gamma),
    (2, loyalty_density::Known),
    (3, loyalty_density::Normal),
];

/// A unit, or none declared.
pub(crate) fn optional_unit(code: i32) -> Result<Option<Unit>, Error> {
    decode(&UNITS, code, "unit", "a code of loyalty_unit")
}

/// A unit where one is needed.
pub(crate) fn unit(code: i32) -> Result<Unit, Error> {
    let needed = || choice("unit", "a unit other than LOYALTY_UNIT_NONE", code);
    optional_unit(code)?.ok_or_else(needed)
}

/// An occasion, or the natural one of the unit.
pub(crate) fn occasion(code: i32) -> Result<Option<Occasion>, Error> {
    decode(&OCCASIONS, code, "occasion", "a code of loyalty_occasion")
}

pub(crate) fn time_scale(code: i32) -> Result<TimeScale, Error> {
    decode(&TIME_SCALES, code, "time_scale", "a code of loyalty_time_scale")
}

pub(crate) fn invalid(code: i32) -> Result<Invalid, Error> {
    decode(&INVALIDS, code, "invalid", "a code of loyalty_invalid")
}

pub(crate) fn axis(code: i32) -> Result<RfmAxis, Error> {
    decode(&AXES, code, "axis", "a code of loyalty_rfm_axis")
}

pub(crate) fn of_unit(unit: Option<Unit>) -> loyalty_unit {
    match unit {
        Some(Unit::Hour) => loyalty_unit::Hour,
        Some(Unit::Day) => loyalty_unit::Day,
        Some(Unit::Week) => loyalty_unit::Week,
        Some(Unit::Month) => loyalty_unit::Month,
        Some(Unit::Year) => loyalty_unit::Year,
        Some(Unit::CalendarWeek) => loyalty_unit::CalendarWeek,
        Some(Unit::CalendarMonth) => loyalty_unit::CalendarMonth,
        Some(Unit::CalendarQuarter) => loyalty_unit::CalendarQuarter,
        Some(Unit::CalendarYear) => loyalty_unit::CalendarYear,
        _ => loyalty_unit::None,
    }
}

pub(crate) fn of_stop(stop: &Stop) -> loyalty_stop {
    match stop {
        Stop::Converged => loyalty_stop::Converged,
        Stop::Boundary { .. } => loyalty_stop::Boundary,
        Stop::IterationLimit => loyalty_stop::IterationLimit,
        Stop::Stalled => loyalty_stop::Stalled,
        _ => loyalty_stop::Other,
    }
}

pub(crate) fn contact(code: i32) -> Result<ContactKind, Error> {
    decode(&CONTACTS, code, "contact", "a code of loyalty_contact")
}

pub(crate) fn density(code: i32) -> Result<loyalty_density, Error> {
    decode(&DENSITIES, code, "density", "a code of loyalty_density")
}

pub(crate) fn decode<T: Copy>(
    known: &[(i32, T)],
    code: i32,
    name: &'static str,
    expected: &'static str,
) -> Result<T, Error> {
    let found = known.iter().find(|(number, _)| *number == code);
    found.map(|&(_, meaning)| meaning).ok_or_else(|| choice(name, expected, code))
}

fn choice(name: &'static str, expected: &'static str, code: i32) -> Error {
    Error::Choice { name, expected, value: code.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_go_both_ways() {
        for (number, unit) in UNITS {
            assert_eq!((of_unit(unit) as i32, optional_unit(number)), (number, Ok(unit)));
        }
        assert_eq!(
            unit(10).unwrap_err().to_string(),
            "unit must be a code of loyalty_unit, got \"10\""
        );
    }
}
