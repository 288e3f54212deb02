//! Times that are none: far from all others, or written where there was none.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use crate::time::{DAY, RANGE};

/// Days that systems write for no day, counted from 1970-01-01: the first of the calendar, of SQL Server
/// (1753-01-01), zero of Excel (1899-12-30 and -31), 1900-01-01, zero of Unix, 1980-01-01 of DOS, the last of
/// 32-bit Unix time (2038-01-19), 2099-12-31, 2999-12-31, 9999-12-31.
const PLACEHOLDERS: [i64; 11] =
    [-719_162, -79_257, -25_569, -25_568, -25_567, 0, 3_652, 24_855, 47_481, 376_199, 2_932_896];

/// A placeholder must be further than this from every other day, in days.
const FAR_OF_A_PLACEHOLDER: i64 = 183;

/// A gap before a few last or after a few first days is implausible above this, in days, and above half
/// the time that nine rows in ten take up. Measured: the longest gap of any two days with orders next to
/// each other is 24 days, 3 % of that time, among Online Retail II, CDNOW, Superstore, Chinook, Northwind
/// and the Classic Models sales; a shop with orders once a year has gaps of 366.
const FAR: i64 = 366;

/// At most one row in so many lies beyond such a gap, or a single one.
const FEW: usize = 20;

/// The times that are plausible; `None` where all are.
pub(super) fn plausible(
    times: impl Iterator<Item = i64> + Clone,
    today: Option<i64>,
) -> Option<RangeInclusive<i64>> {
    let wide = |(lo, hi): (i64, i64), time: i64| (lo.min(time), hi.max(time));
    let (first, last) = times.clone().fold((i64::MAX, i64::MIN), wide);
    if first > last {
        return None;
    }
    let late = today.map_or(i64::MAX, |today| (today.div_euclid(DAY) + 1) * DAY - 1);
    let late = late.min(*RANGE.end());
    if (last - first) / DAY <= FAR_OF_A_PLACEHOLDER {
        return (last > late).then_some(*RANGE.start()..=late);
    }
    let mut rows_of_day: HashMap<i64, usize> = HashMap::new();
    for time in times.filter(|&time| time <= late) {
        *rows_of_day.entry(time.div_euclid(DAY)).or_default() += 1;
    }
    let mut days: Vec<(i64, usize)> = rows_of_day.into_iter().collect();
    days.sort_unstable();
    let (lo, hi) = (days.first()?.0, days.last()?.0);
    let days = without_far(without_placeholders(&days));
    let (from, to) = (days.first()?.0, days.last()?.0);
    if (from, to) == (lo, hi) && last <= late {
        return None;
    }
    Some(from * DAY..=(to + 1) * DAY - 1)
}

/// The days without first and last ones that stand for none.
fn without_placeholders(mut days: &[(i64, usize)]) -> &[(i64, usize)] {
    let all: usize = days.iter().map(|day| day.1).sum();
    let mut left = all;
    let stands_for_none = |day: i64, next: i64| {
        PLACEHOLDERS.contains(&day) && day.abs_diff(next) > FAR_OF_A_PLACEHOLDER.unsigned_abs()
    };
    while let [first, next, ..] = days
        && stands_for_none(first.0, next.0)
        && 2 * (left - first.1) > all
    {
        left -= first.1;
        days = &days[1..];
    }
    while let [.., next, last] = days
        && stands_for_none(last.0, next.0)
        && 2 * (left - last.1) > all
    {
        left -= last.1;
        days = &days[..days.len() - 1];
    }
    days
}

/// The first day behind a few rows.
fn behind<'a>(mut days: impl Iterator<Item = &'a (i64, usize)>, few: usize) -> i64 {
    let mut seen = 0;
    let found = days.find(|day| {
        seen += day.1;
        seen > few
    });
    found.map_or(0, |day| day.0)
}

/// The days without a few first and last ones that lie far from all others.
fn without_far(days: &[(i64, usize)]) -> &[(i64, usize)] {
    let all: usize = days.iter().map(|day| day.1).sum();
    // Of fewer rows nobody can say which are the odd ones.
    if all < 5 {
        return days;
    }
    let few = (all / FEW).max(1);
    let (low, high) = (behind(days.iter(), few), behind(days.iter().rev(), few));
    let far = FAR.max((high - low) / 2);
    let (mut from, mut to) = (0, days.len());
    for (at, pair) in days.windows(2).enumerate() {
        if pair[1].0 - pair[0].0 > far {
            if pair[1].0 <= low {
                from = at + 1;
            } else if pair[0].0 >= high {
                to = to.min(at + 1);
            }
        }
    }
    &days[from..to]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::date;

    fn found(days: impl IntoIterator<Item = i64>) -> Option<(String, String)> {
        let times: Vec<i64> = days.into_iter().map(|day| day * DAY).collect();
        let range = plausible(times.into_iter(), None)?;
        Some((date(*range.start()), date(*range.end())))
    }

    #[test]
    fn placeholders_are_the_days_they_should_be() {
        let dates = PLACEHOLDERS.map(|day| date(day * DAY));
        let expected = [
            "0001-01-01",
            "1753-01-01",
            "1899-12-30",
            "1899-12-31",
            "1900-01-01",
            "1970-01-01",
            "1980-01-01",
            "2038-01-19",
            "2099-12-31",
            "2999-12-31",
            "9999-12-31",
        ];
        assert_eq!(dates, expected);
    }

    #[test]
    fn days_far_from_all_others_are_found_and_ordinary_logs_left_alone() {
        let log = || (19_000..19_700).step_by(3);
        assert_eq!(found(log()), None);
        assert_eq!(found((0..6).map(|year| 19_000 + 366 * year)), None, "orders once a year");
        assert_eq!(found(0..400), None, "days from 1970 on");
        let ends = Some(("2022-01-08".to_owned(), "2023-12-08".to_owned()));
        assert_eq!(found(log().chain([47_481])), ends, "2099-12-31");
        assert_eq!(found(log().chain([-25_567, -25_567, 2_932_896])), ends);
        assert_eq!(found(log().chain([23_000])), ends, "some day of 2032");
        assert_eq!(found(log().chain([19_000 - 2_000])), ends);
        assert_eq!(found([0; 90].into_iter().chain(log())), ends, "many days of none");
        assert_eq!(found([19_000, 19_100, 47_481]).map(|ends| ends.1), Some("2022-04-18".into()));
        assert_eq!(found([19_000, 19_600, 20_700]), None, "three rows say nothing");
    }

    #[test]
    fn what_is_later_than_today_is_not_plausible() {
        let times = [19_000 * DAY, 19_010 * DAY];
        let range = plausible(times.into_iter(), Some(19_005 * DAY + 7)).unwrap();
        assert!(range.contains(&(19_005 * DAY + 9)) && !range.contains(&times[1]));
        assert_eq!(plausible(times.into_iter(), Some(19_010 * DAY)), None);
    }
}
