//! Days on which something happened to many customers at once: outages, recalls.

use hashbrown::HashMap;

/// A day since 1970.
pub(super) type Day = i64;

/// Days on either side that say what is usual, and weeks on either side of a weekday.
const AROUND: i64 = 28;
const WEEKS: i64 = 8;

/// A day is unusual with so many standard deviations more customers than usual, at least twice as many, and
/// at least so many. With five, chance makes one in 3.5 million days unusual; the others are choices: of what
/// is worth being named.
const DEVIATIONS: f64 = 5.0;
const TIMES: f64 = 2.0;
const FEWEST: f64 = 10.0;

/// Where more than this share of the days is unusual, it is the shop's rhythm.
const RHYTHM: f64 = 0.05;

/// The median of a χ² with one degree of freedom.
const MEDIAN_SQUARE: f64 = 0.454_936_423_119_572_8;

/// Days of which there are far more than of the days around them and of the same weekday, in order. Each item
/// is one customer's event on a day.
pub(super) fn unusual_days(events: impl Iterator<Item = Day>) -> Vec<Day> {
    let mut counts: HashMap<Day, f64> = HashMap::new();
    events.for_each(|day| *counts.entry(day).or_default() += 1.0);
    let (Some(&first), Some(&last)) = (counts.keys().min(), counts.keys().max()) else {
        return Vec::new();
    };
    let count = |day: Day| counts.get(&day).copied().unwrap_or(0.0);
    // Days outside the log are not looked at: there is nothing on them, and no usual day either.
    let usual = |day: Day| {
        let within = |days: &mut dyn Iterator<Item = Day>| {
            let mut around: Vec<f64> = days
                .filter(|&other| other != day && (first..=last).contains(&other))
                .map(count)
                .collect();
            median(&mut around)
        };
        let near = within(&mut (day - AROUND..=day + AROUND));
        let weekday = within(&mut (-WEEKS..=WEEKS).map(|week| day + 7 * week));
        near.max(weekday)
    };
    let days: Vec<(Day, f64, f64)> =
        counts.iter().map(|(&day, &count)| (day, count, usual(day))).collect();
    let mut squares: Vec<f64> = days
        .iter()
        .map(|(_, count, usual)| (count - usual) * (count - usual) / usual.max(1.0))
        .collect();
    // How much more days vary than by chance, by the median day, which an outage does not move.
    let spread = (median(&mut squares) / MEDIAN_SQUARE).max(1.0);
    let far = |&(_, count, usual): &(Day, f64, f64)| {
        let beyond = usual + DEVIATIONS * (spread * usual.max(1.0)).sqrt();
        count >= FEWEST && count >= TIMES * usual && count >= beyond
    };
    let mut found: Vec<Day> = days.iter().filter(|day| far(day)).map(|day| day.0).collect();
    found.sort_unstable();
    if found.len() as f64 > RHYTHM * (last - first + 1) as f64 { Vec::new() } else { found }
}

/// 0 of nothing.
fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_found_and_mondays_are_not() {
        // Seven a day, thirty on Mondays, and sixty on day 200.
        let of = |day: Day| {
            if day == 200 {
                60
            } else if day % 7 == 4 {
                30
            } else {
                6 + day % 3
            }
        };
        let events = || {
            (0..400).flat_map(|day| std::iter::repeat_n(day, usize::try_from(of(day)).unwrap_or(0)))
        };
        assert_eq!(unusual_days(events()), [200]);
        assert!(unusual_days(events().filter(|day| *day != 200)).is_empty());
        assert!(unusual_days(std::iter::empty()).is_empty());
    }

    #[test]
    fn a_rhythm_is_no_outage() {
        // Everything is booked on the tenth of a month of 15 days.
        let days = (0..40).flat_map(|month| std::iter::repeat_n(15 * month + 10, 50));
        assert!(unusual_days(days).is_empty());
    }
}
