//! Columns that tell what became of a line, and so cannot have been known at its order.

use crate::Error;
use crate::math::elementary::ln;
use crate::orders::{LinesByTime, Outcome};

/// The share of what is uncertain of a line's fate, in log-loss, that a column may take away by itself. A
/// copy of the outcome takes all, a date or an amount of the refund, or a status, nearly all. What is known
/// at an order takes little: on Online Retail II and simulated fashion 0.01 to 0.08 for all columns together,
/// and a mark of goods that nobody may send back, on half of the lines, a third.
const TELLS: f64 = 0.5;

/// Lines of either fate without which nothing is said: by chance alone a column of two levels separates three
/// lines from three others once in ten.
const FEWEST: usize = 20;

/// Lines looked at, about: a share of what they tell is known to a fraction of a percent.
const LOOKED_AT: usize = 1 << 16;

/// Numbers with more values are taken in as many bins; those of codes, flags and refunds have fewer, or have
/// most lines at one value, which is then a bin of its own.
const BINS: usize = 64;

/// Refuses categories and numbers that all but tell whether lines came back, but for those allowed.
///
/// # Errors
/// [`Error::Columns`] that names the first.
pub(crate) fn check(
    lines: &LinesByTime,
    outcomes: &[Outcome],
    orders: usize,
    allowed: &[String],
) -> Result<(), Error> {
    let end = lines.starts[orders] as usize;
    let looked_at: Vec<usize> = (0..end).step_by((end / LOOKED_AT).max(1)).collect();
    let returned: Vec<bool> = looked_at.iter().map(|&l| outcomes[l] != Outcome::Kept).collect();
    let back = returned.iter().filter(|&&returned| returned).count();
    if back < FEWEST || returned.len() - back < FEWEST {
        return Ok(());
    }
    let tells =
        |levels: Vec<u64>| share_told(levels.into_iter().zip(returned.iter().copied())) > TELLS;
    let is_allowed = |name: &String| allowed.contains(name);
    for levels in lines.categories.iter().filter(|levels| !is_allowed(&levels.name)) {
        if tells(looked_at.iter().map(|&line| levels.keys[line]).collect()) {
            return Err(refused("the category", &levels.name));
        }
    }
    for numbers in lines.numbers.iter().filter(|numbers| !is_allowed(&numbers.name)) {
        let values: Vec<f64> = looked_at.iter().map(|&line| numbers.values[line]).collect();
        if tells(binned(&values, &returned)) {
            return Err(refused("the number", &numbers.name));
        }
    }
    Ok(())
}

fn refused(role: &'static str, column: &str) -> Error {
    let problem = "tells by itself whether lines came back, as if it were known only after the order: \
                   leave it out, or name it in known_at_order";
    Error::Columns { role, column: column.to_owned(), problem }
}

/// The bin of each number: its place among at most [`BINS`] values, half of them of lines that came back,
/// so that few returns have bins of their own. What is missing is one more.
fn binned(values: &[f64], returned: &[bool]) -> Vec<u64> {
    let of_fate = |fate: bool| {
        let rows = values.iter().zip(returned).filter(|(x, back)| **back == fate && !x.is_nan());
        let mut sorted: Vec<f64> = rows.map(|(&x, _)| x).collect();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        let step = sorted.len().div_ceil(BINS / 2).max(1);
        sorted.into_iter().step_by(step).collect::<Vec<f64>>()
    };
    let mut edges = of_fate(true);
    edges.extend(of_fate(false));
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    let bin = |&x: &f64| match x {
        x if x.is_nan() => u64::MAX,
        x => edges.partition_point(|&edge| edge <= x) as u64,
    };
    values.iter().map(bin).collect()
}

/// 1 − the log-loss of lines, each predicted by the other lines of its level, against that of one rate for
/// all. Levels of one line have the rate of all, so that ids tell nothing.
fn share_told(lines: impl Iterator<Item = (u64, bool)>) -> f64 {
    let mut lines: Vec<(u64, bool)> = lines.collect();
    lines.sort_unstable();
    let count = |lines: &[(u64, bool)]| {
        let back = lines.iter().filter(|(_, back)| *back).count();
        (lines.len() as f64, back as f64)
    };
    let (all, back) = count(&lines);
    let rate = back / all;
    let constant = -(back * ln(rate) + (all - back) * ln(1.0 - rate));
    let mut loss = 0.0;
    for level in lines.chunk_by(|a, b| a.0 == b.0) {
        let (n, back) = count(level);
        // The other lines of the level, and one that has the rate of all.
        if back > 0.0 {
            loss -= back * ln((back - 1.0 + rate) / n);
        }
        if back < n {
            loss -= (n - back) * ln((n - back - rate) / n);
        }
    }
    1.0 - loss / constant
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_tell_all_and_ids_nothing() {
        let returned: Vec<bool> = (0..2000).map(|line| line % 7 == 0).collect();
        let told = |level: &dyn Fn(usize) -> u64| {
            share_told((0..2000).map(|line| (level(line), returned[line])))
        };
        assert!(told(&|line| u64::from(returned[line])) > 0.98);
        assert!(told(&|line| line as u64) < 1e-9);
        assert!(told(&|line| (line % 5) as u64) < 0.01);
    }

    #[test]
    fn a_refund_is_told_from_an_age() {
        let returned: Vec<bool> = (0..4000).map(|line| line % 50 == 0).collect();
        let told = |number: &dyn Fn(usize) -> f64| {
            let values: Vec<f64> = (0..4000).map(number).collect();
            share_told(binned(&values, &returned).into_iter().zip(returned.iter().copied()))
        };
        let price = |line: usize| 5.0 + (line * 7919 % 997) as f64;
        assert!(told(&|line| if returned[line] { price(line) } else { 0.0 }) > 0.9);
        assert!(told(&|line| if returned[line] { price(line) } else { f64::NAN }) > 0.9);
        assert!(told(&price) < 0.1);
        // A prime, which shares no period with the returns.
        assert!(told(&|line| (line % 61) as f64) < 0.1);
    }
}
