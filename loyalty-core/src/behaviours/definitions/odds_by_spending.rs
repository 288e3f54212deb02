//! How the share of the steady changes with what customers spend.

use serde::{Deserialize, Serialize};

use crate::behaviours::population::Link;
use crate::math::elementary::{exp, ln};

/// Groups of customers by their level, and fewest of each. Steadiness without the level left `p_over` 6 to
/// 10 points too high for the frugal and too low for others; with eighths of the customers all tenths of
/// `p_over` were within 5 points, over 200 simulated shops.
const GROUPS: usize = 8;
const FEWEST: usize = 50;

/// Steps of the EM algorithm, and customers by whom a group's share is drawn to that of all, so that no
/// share is 0 or 1.
const STEPS: usize = 20;
const DRAWN: f64 = 2.0;

/// By ln level the log-odds of the share of customers over the threshold, less those of all; straight
/// between. Empty where there are too few customers.
///
/// Whoever is over a threshold is known better by asking among those like them (Efron 2008, Annals of
/// Applied Statistics 2(1), 197–223).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct OddsBySpending(Vec<[f64; 2]>);

impl OddsBySpending {
    /// From the level of each customer and the probability that they are over, `base` on average.
    pub(super) fn learn(mut customers: Vec<(f64, f64)>, base: f64) -> Self {
        customers.retain(|(level, _)| *level > 0.0);
        if customers.len() < GROUPS * FEWEST || !(base > 1e-6 && base < 1.0 - 1e-6) {
            return Self::default();
        }
        customers.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let usual = Link::Logit.natural(base);
        let size = customers.len().div_ceil(GROUPS);
        let group = |group: &[(f64, f64)]| {
            let mut share = base;
            for _ in 0..STEPS {
                let shift = Link::Logit.natural(share) - usual;
                let over: f64 = group.iter().map(|(_, over)| shifted(*over, shift)).sum();
                share = (over + DRAWN * base) / (group.len() as f64 + DRAWN);
            }
            [ln(group[group.len() / 2].0), Link::Logit.natural(share) - usual]
        };
        Self(customers.chunks(size).map(group).collect())
    }

    /// The probability of being over, for a customer of this level.
    pub(super) fn over(&self, over: f64, level: f64) -> f64 {
        let (Some(first), Some(last)) = (self.0.first(), self.0.last()) else { return over };
        let at = if level > 0.0 { ln(level) } else { first[0] };
        let shift = if at <= first[0] {
            first[1]
        } else if at >= last[0] {
            last[1]
        } else {
            let next = self.0.partition_point(|knot| knot[0] <= at);
            let ([x, y], [x_2, y_2]) = (self.0[next - 1], self.0[next]);
            y + (at - x) / (x_2 - x) * (y_2 - y)
        };
        shifted(over, shift)
    }

    /// The numbers, to be checked.
    pub(super) fn numbers(&self) -> impl Iterator<Item = f64> {
        self.0.iter().flatten().copied()
    }

    /// Whether the levels rise.
    pub(super) fn rise(&self) -> bool {
        self.0.is_sorted_by(|a, b| a[0] <= b[0])
    }
}

/// A probability whose log-odds are shifted.
fn shifted(probability: f64, shift: f64) -> f64 {
    let odds = exp(shift);
    let yes = odds * probability;
    yes / (yes + (1.0 - probability))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_the_steady_is_found_by_level() {
        // Of those who spend 1 to 4 one in five is over, of those who spend 4 to 16 one in fifty; their
        // evidence is ten to one either way.
        let customers: Vec<(f64, f64)> = (0..8000)
            .map(|i| {
                let level = exp(f64::from(i) / 8000.0 * ln(16.0));
                let one_in = if i < 4000 { 5 } else { 50 };
                let base = 0.11 / 0.89;
                let odds = if (i * 7919) % one_in == 0 { 10.0 * base } else { 0.1 * base };
                (level, odds / (1.0 + odds))
            })
            .collect();
        let found = OddsBySpending::learn(customers, 0.11);
        let share = |level: f64| found.over(0.11, level);
        assert!((0.12..0.22).contains(&share(1.8)), "{}", share(1.8));
        assert!(share(10.0) < 0.03, "{}", share(10.0));
        assert_eq!((found.over(0.0, 2.0), found.over(1.0, 2.0)), (0.0, 1.0));
        assert_eq!(OddsBySpending::learn(vec![(1.0, 0.5); 20], 0.1).over(0.3, 2.0), 0.3);
    }
}
