//! A second way from a log to its summary: sorted maps, dates by counting, no clock.

use std::collections::BTreeMap;

use loyalty_core::time::{Occasion, Unit};

pub(crate) const DAY: i64 = 86_400_000_000;

/// One order line: customer, microseconds, amount.
pub(crate) type Line = (i64, i64, f64);

/// One customer: x, t_x, T, mean amount, sum of the amounts, sum of the logarithms of the gaps.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) customer: i64,
    pub(crate) x: u32,
    pub(crate) t_x: f64,
    pub(crate) t: f64,
    pub(crate) mean: f64,
    pub(crate) total: f64,
    pub(crate) ln_gaps: f64,
    pub(crate) later: u32,
}

/// Year, month from 0 and weekday from Monday = 0 of a day, by counting from 1970-01-01, a Thursday.
fn calendar(day: i64) -> (i64, i64, i64) {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = |year: i64| if leap(year) { 366 } else { 365 };
    let (mut year, mut rest) = (1970, day);
    while rest < 0 {
        year -= 1;
        rest += length(year);
    }
    while rest >= length(year) {
        rest -= length(year);
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 0;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if rest < days {
            break;
        }
        rest -= days;
        month += 1;
    }
    (year, month, (day + 3).rem_euclid(7))
}

/// A number that is the same for all instants of one period and grows by one from period to period.
pub(crate) fn period(occasion: Occasion, time: i64) -> i64 {
    let day = time.div_euclid(DAY);
    let (year, month, weekday) = calendar(day);
    match occasion {
        Occasion::Exact => time,
        Occasion::Hour => time.div_euclid(DAY / 24),
        Occasion::Day => day,
        Occasion::Week => (day - weekday).div_euclid(7),
        Occasion::Month => 12 * year + month,
        Occasion::Quarter => 4 * year + month / 3,
        Occasion::Year => year,
        other => panic!("unknown occasion {other}"),
    }
}

/// How many units there are from one period to another.
fn duration(unit: Unit, occasion: Occasion, periods: i64) -> f64 {
    let days = match occasion {
        Occasion::Exact => 1.0 / DAY as f64,
        Occasion::Hour => 1.0 / 24.0,
        Occasion::Day => 1.0,
        _ => 7.0,
    };
    match unit {
        Unit::Hour => periods as f64 * days * 24.0,
        Unit::Day => periods as f64 * days,
        Unit::Week => periods as f64 * days / 7.0,
        Unit::Month => periods as f64 * days / 30.4375,
        Unit::Year => periods as f64 * days / 365.25,
        _ => periods as f64,
    }
}

/// The customers known at `split`, summarised there, with their occasions up to `end` after it.
pub(crate) fn summarize(
    lines: &[Line],
    unit: Unit,
    occasion: Occasion,
    split: i64,
    end: i64,
    include_first: bool,
) -> Vec<Row> {
    let mut customers: BTreeMap<i64, BTreeMap<i64, f64>> = BTreeMap::new();
    for &(customer, time, amount) in lines {
        let occasions = customers.entry(customer).or_default();
        *occasions.entry(period(occasion, time)).or_default() += amount;
    }
    let (split, end) = (period(occasion, split), period(occasion, end));
    let mut rows = Vec::new();
    for (customer, occasions) in customers {
        let known: Vec<(i64, f64)> =
            occasions.iter().filter(|(key, _)| **key <= split).map(|(k, v)| (*k, *v)).collect();
        let Some(&(first, _)) = known.first() else { continue };
        let last = known[known.len() - 1].0;
        let averaged = if include_first { &known[..] } else { &known[1..] };
        let sum: f64 = averaged.iter().map(|(_, amount)| amount).sum();
        rows.push(Row {
            customer,
            x: u32::try_from(known.len() - 1).expect("a count"),
            t_x: duration(unit, occasion, last - first),
            t: duration(unit, occasion, split - first),
            mean: if averaged.is_empty() { 0.0 } else { sum / averaged.len() as f64 },
            total: known.iter().map(|(_, amount)| amount).sum(),
            ln_gaps: known
                .windows(2)
                .map(|pair| duration(unit, occasion, pair[1].0 - pair[0].0).ln())
                .sum(),
            later: u32::try_from(occasions.keys().filter(|&&k| split < k && k <= end).count())
                .expect("a count"),
        });
    }
    rows
}
