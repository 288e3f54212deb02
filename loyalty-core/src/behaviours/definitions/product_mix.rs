//! What articles do to the return rate of a customer, whoever they are, and what a rate is at what others buy.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::behaviours::population::{Link, Population};
use crate::error::non_negative;
use crate::math::elementary::logistic;

/// A curve over the log-odds from −12 to 12, as log-odds again: rising, and so nearly straight that a quarter is fine
/// enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Curve(Vec<f64>);

const STEPS: usize = 97;
const FIRST: f64 = -12.0;
const WIDTH: f64 = 0.25;

/// How what is bought shifts a customer's log-odds of a return, and how their rate at what all customers buy stands to
/// that at a purchase like the mean.
///
/// Articles of which customers send back the share p on average do not shift each of them by the log-odds of p: where
/// customers differ, the mean over them is flatter in its shift than each of them is (Zeger, Liang & Albert 1988,
/// Biometrics 44(4), 1049–1060). So the shift d is the one at which the customers' mean is p, and a customer's rate at
/// what all buy is the mean over the shifts of all customers. With log-odds of p in place of d, customers who were odd
/// only in what they bought made one false label in seven where categories differ by a standard deviation of 2.5.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductMix {
    /// By d, the customers' mean.
    customers: Curve,
    /// By the log-odds at a purchase like the mean, the customer's rate at what all buy.
    purchases: Curve,
}

impl ProductMix {
    /// Of a shop whose customers are so distributed; of each the rate that is expected of their lines, and how many.
    pub(super) fn of(population: &Population, expected: &[(f64, f64)]) -> Self {
        let customers = Curve::of(|shift| population.mean(shift));
        let rates = parts(expected);
        let shifts: Vec<f64> = rates.iter().map(|&rate| customers.inverse(rate)).collect();
        let purchases = Curve::of(|own| {
            let sum: f64 = shifts.iter().map(|shift| logistic(own + shift)).sum();
            sum / shifts.len() as f64
        });
        Self { customers, purchases }
    }

    /// Of a shop whose articles are all alike, by the log-odds themselves.
    pub(super) fn plain(base: f64) -> Self {
        let base = Link::Logit.natural(base);
        Self {
            customers: Curve::of(|shift| logistic(base + shift)),
            purchases: Curve::of(logistic),
        }
    }

    /// The shift of lines that customers send back at this rate.
    pub(super) fn shift(&self, rate: f64) -> f64 {
        self.customers.inverse(rate)
    }

    /// The rate at what all buy of who has this one at a purchase like the mean.
    pub(super) fn over_all(&self, own: f64) -> f64 {
        logistic(self.purchases.at(Link::Logit.natural(own)))
    }

    /// The rate at a purchase like the mean of who has this one at what all buy.
    pub(super) fn of_all(&self, rate: f64) -> f64 {
        if rate >= 1.0 { 1.0 } else { logistic(self.purchases.inverse(rate)) }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        for curve in [&self.customers, &self.purchases] {
            curve.0.iter().try_for_each(|one| non_negative("curve", one.abs()).map(|_| ()))?;
            if curve.0.len() != STEPS || !curve.0.is_sorted() {
                return Err(Error::parameter("curve", "97 rising numbers", curve.0.len() as f64));
            }
        }
        Ok(())
    }
}

/// Parts in which the lines of all customers are looked at, by what is expected of them. A choice.
const PARTS: usize = 8;

/// The mean rates of parts with as many lines each; of customers their rate and their lines.
fn parts(customers: &[(f64, f64)]) -> [f64; PARTS] {
    let mut sorted = customers.to_vec();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let size = sorted.iter().map(|(_, lines)| lines).sum::<f64>() / PARTS as f64;
    let (mut sums, mut below) = ([0.0; PARTS], 0.0);
    for (rate, lines) in sorted {
        for (part, sum) in sums.iter_mut().enumerate() {
            let (from, to) = (size * part as f64, size * (part as f64 + 1.0));
            *sum += rate * ((below + lines).min(to) - from.max(below)).max(0.0);
        }
        below += lines;
    }
    sums.map(|sum| sum / size)
}

impl Curve {
    fn of(rate: impl Fn(f64) -> f64) -> Self {
        // Log-odds of a rate that is next to 0 or 1 are kept finite.
        let step = |step: usize| {
            Link::Logit.natural(rate(FIRST + WIDTH * step as f64).clamp(1e-12, 1.0 - 1e-12))
        };
        let mut curve: Vec<f64> = (0..STEPS).map(step).collect();
        for next in 1..STEPS {
            curve[next] = curve[next].max(curve[next - 1]);
        }
        Self(curve)
    }

    fn at(&self, log_odds: f64) -> f64 {
        let place = ((log_odds - FIRST) / WIDTH).clamp(0.0, (STEPS - 1) as f64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in bounds")]
        let left = (place as usize).min(STEPS - 2);
        let part = place - left as f64;
        (1.0 - part) * self.0[left] + part * self.0[left + 1]
    }

    /// Where the curve has this rate.
    fn inverse(&self, rate: f64) -> f64 {
        let sought = Link::Logit.natural(rate);
        let next = self.0.partition_point(|one| *one <= sought).clamp(1, STEPS - 1);
        let (low, high) = (self.0[next - 1], self.0[next]);
        let part = if high > low { ((sought - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
        FIRST + WIDTH * ((next - 1) as f64 + part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::beta_upper;

    #[test]
    fn an_article_shifts_customers_by_more_than_the_log_odds_of_their_mean() {
        let population = Population::with_tail(Link::Logit, 0.2, |x| beta_upper(0.4, 1.6, x));
        let expected = [(0.1, 20.0), (0.05, 20.0), (0.45, 20.0), (0.2, 20.0)];
        let mix = ProductMix::of(&population, &expected);
        assert_eq!(parts(&expected)[..4], [0.05, 0.05, 0.1, 0.1]);
        let plain = |rate: f64| Link::Logit.natural(rate) - Link::Logit.natural(0.2);
        for rate in [0.05, 0.45, 0.7] {
            let shift = mix.shift(rate);
            assert!((population.mean(shift) - rate).abs() < 2e-3, "{rate}");
            assert!(shift.abs() > 1.2 * plain(rate).abs(), "{rate}: {shift}");
        }
        assert!(mix.shift(0.2).abs() < 0.02);
        let over_all = mix.over_all(0.8);
        assert!(over_all < 0.75 && (mix.of_all(over_all) - 0.8).abs() < 1e-9, "{over_all}");
        assert!(mix.check().is_ok());
    }

    #[test]
    fn where_articles_are_alike_nothing_changes() {
        let mix = ProductMix::plain(0.2);
        for rate in [0.01, 0.2, 0.9] {
            let plain = Link::Logit.natural(rate) - Link::Logit.natural(0.2);
            assert!((mix.shift(rate) - plain).abs() < 1e-9);
            assert!((mix.over_all(rate) - rate).abs() < 1e-12);
        }
    }
}
