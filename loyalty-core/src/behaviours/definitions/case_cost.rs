//! What a case of service costs, by how often a customer has one.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::non_negative;
use crate::math::elementary::{exp, exp_m1, ln};

/// What a case costs: over a customer's cases ln cost is normal about a mean of their own, and these are normal
/// about a mean that depends on how often they have a case.
///
/// Whoever calls again within days has one case that costs more, so that cases of those who call often are the
/// dearer. With one mean for all, what was not known of a customer's own costs was taken from those who call often
/// and given to the ordinary: these seemed 1.29 times as dear as they are, the others 0.71 times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseCost {
    /// Straight between these, even beyond; one at least.
    knots: Vec<Knot>,
    /// Variance of ln cost over a customer's cases, and of its mean over customers who have cases as often.
    within: f64,
    between: f64,
    /// Cases by exposure in the whole shop.
    rate: f64,
}

/// At ln of cases by exposure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Knot {
    at: f64,
    /// Mean of ln cost.
    mean: f64,
    /// ln of the cost of cases by e to their mean ln cost, as it is drawn to that of the group.
    factor: f64,
}

/// The cases of one customer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cases {
    pub(super) count: f64,
    /// What they are set against.
    pub(super) exposure: f64,
    pub(super) cost: f64,
    /// Sum and sum of squares of ln cost.
    pub(super) ln: f64,
    pub(super) ln_square: f64,
}

/// Groups of customers by how often they have a case, with as many cases each, and fewest of these: the mean ln cost
/// of 200 cases that vary by a standard deviation of 1 is known to 7 %.
const GROUPS: f64 = 8.0;
const FEWEST: f64 = 200.0;

/// Cases by which the rate of a customer is drawn to that of the shop, so that nobody's is 0. A choice; half a case is
/// the weight of Jeffreys' prior of a Poisson rate.
const DRAWN: f64 = 0.5;

/// Most variance of ln cost within a customer by which the sum of costs of a group is weighed: e^5 = 148 times.
const MOST: f64 = 5.0;

impl CaseCost {
    /// From the customers of a shop; `None` where no case cost anything.
    pub(super) fn of(customers: impl Iterator<Item = Cases> + Clone) -> Option<Self> {
        let (mut count, mut exposure, mut cost) = (0.0, 0.0, 0.0);
        for own in customers.clone() {
            (count, exposure, cost) = (count + own.count, exposure + own.exposure, cost + own.cost);
        }
        if !(cost > 0.0 && exposure > 0.0) {
            return None;
        }
        let mut found =
            Self { knots: Vec::new(), within: 0.0, between: 0.0, rate: count / exposure };
        let mut rows: Vec<(f64, Cases)> =
            customers.filter(|own| own.count > 0.0).map(|own| (found.place(&own), own)).collect();
        // Equal ones in an order that does not hang on that of the rows.
        rows.sort_unstable_by(|(a, one), (b, other)| {
            let costs = || one.ln.total_cmp(&other.ln).then(one.cost.total_cmp(&other.cost));
            a.total_cmp(b).then(one.count.total_cmp(&other.count)).then_with(costs)
        });
        let groups = groups(&rows, count);
        found.knots = groups.iter().map(|group| Knot::of(group)).collect();
        found.set_variances(&rows, groups.len() as f64);
        found.set_factors(&groups);
        Some(found)
    }

    /// ln of the customer's cases by exposure, drawn to those of the shop.
    fn place(&self, own: &Cases) -> f64 {
        ln((own.count + DRAWN) / (own.exposure + DRAWN / self.rate))
    }

    /// By the moments of a one-way analysis of variance.
    fn set_variances(&mut self, rows: &[(f64, Cases)], groups: f64) {
        let (mut count, mut squares, mut inside, mut off) = (0.0, 0.0, 0.0, 0.0);
        for (place, own) in rows {
            count += own.count;
            squares += own.count * own.count;
            inside += (own.ln_square - own.ln * own.ln / own.count).max(0.0);
            let residual = own.ln - own.count * self.at(*place).mean;
            off += residual * residual / own.count;
        }
        let customers = rows.len() as f64;
        self.within = if count > customers { inside / (count - customers) } else { 0.0 };
        let room = count - squares / count;
        let excess = off - (customers - groups) * self.within;
        self.between = if room > 0.0 { (excess / room).max(0.0) } else { 0.0 };
    }

    /// What is paid for the cases of a group by what their logarithms say, drawn to that of all by what chance makes
    /// of it, so that the costs of each group add up to what was paid, and those of the shop exactly.
    fn set_factors(&mut self, groups: &[&[(f64, Cases)]]) {
        let sums: Vec<[f64; 3]> = groups
            .iter()
            .map(|group| {
                group.iter().fold([0.0; 3], |sum, (_, own)| {
                    [
                        sum[0] + own.count,
                        sum[1] + own.cost,
                        sum[2] + own.count * self.of_customer(own),
                    ]
                })
            })
            .collect();
        let total = |column: usize| sums.iter().map(|sum| sum[column]).sum::<f64>();
        let count = total(0);
        let usual = ln(total(1) / total(2));
        let own = |sum: &[f64; 3]| if sum[1] > 0.0 { ln(sum[1] / sum[2]) } else { usual };
        let noise = exp_m1(self.within.min(MOST));
        let (mut off, mut squares) = (0.0, 0.0);
        for sum in &sums {
            off += sum[0] * (own(sum) - usual) * (own(sum) - usual);
            squares += sum[0] * sum[0];
        }
        let room = count - squares / count;
        let excess = (off - (sums.len() as f64 - 1.0) * noise).max(0.0);
        let spread = if room > 0.0 { excess / room } else { 0.0 };
        for (knot, sum) in self.knots.iter_mut().zip(&sums) {
            let all = spread + noise / sum[0];
            let part = if all > 0.0 { spread / all } else { 0.0 };
            knot.factor = usual + part * (own(sum) - usual);
        }
        let rows = groups.iter().flat_map(|group| group.iter());
        let paid: f64 = rows.map(|(_, own)| own.count * self.of_customer(own)).sum();
        let left = ln(total(1) / paid);
        self.knots.iter_mut().for_each(|knot| knot.factor += left);
    }

    fn at(&self, place: f64) -> Knot {
        let next = self.knots.partition_point(|knot| knot.at <= place);
        match (self.knots.get(next.wrapping_sub(1)), self.knots.get(next)) {
            (Some(left), Some(right)) => {
                let part = (place - left.at) / (right.at - left.at);
                let between = |a: f64, b: f64| a + part * (b - a);
                let (mean, factor) =
                    (between(left.mean, right.mean), between(left.factor, right.factor));
                Knot { at: place, mean, factor }
            }
            (Some(edge), None) | (None, Some(edge)) => Knot { at: place, ..*edge },
            (None, None) => Knot { at: place, mean: 0.0, factor: 0.0 },
        }
    }

    /// The cost of a customer's case: the mean logarithm of theirs, drawn to that of those who have cases as often.
    pub(super) fn of_customer(&self, own: &Cases) -> f64 {
        let Knot { mean, factor, .. } = self.at(self.place(own));
        let total = self.within + own.count * self.between;
        let off = own.ln - own.count * mean;
        let drawn = if total > 0.0 { self.between * off / total } else { 0.0 };
        exp(factor + mean + drawn)
    }

    /// The cost of a case of somebody who has so many by exposure, of whose costs nothing is known.
    pub(super) fn of_rate(&self, rate: f64) -> f64 {
        let Knot { mean, factor, .. } = self.at(ln(rate));
        exp(factor + mean)
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        non_negative("within", self.within)?;
        non_negative("between", self.between)?;
        crate::error::positive("rate", self.rate)?;
        for knot in &self.knots {
            for (name, value) in [("at", knot.at), ("mean", knot.mean), ("factor", knot.factor)] {
                non_negative(name, value.abs())?;
            }
        }
        let rise = self.knots.is_sorted_by(|a, b| a.at < b.at);
        if !rise || self.knots.is_empty() {
            return Err(Error::parameter("knots", "rising", self.knots.len() as f64));
        }
        Ok(())
    }
}

impl Knot {
    /// In the middle of a group's cases.
    fn of(group: &[(f64, Cases)]) -> Self {
        let (mut count, mut at, mut ln) = (0.0, 0.0, 0.0);
        for (place, own) in group {
            (count, at, ln) = (count + own.count, at + own.count * place, ln + own.ln);
        }
        Self { at: at / count, mean: ln / count, factor: 0.0 }
    }
}

/// Customers in order, in groups of as many cases; those who have cases as often stay together.
fn groups(rows: &[(f64, Cases)], cases: f64) -> Vec<&[(f64, Cases)]> {
    let wanted = (cases / FEWEST).floor().clamp(1.0, GROUPS);
    let size = cases / wanted;
    let (mut found, mut first, mut sum) = (Vec::new(), 0, 0.0);
    for (number, (place, own)) in rows.iter().enumerate() {
        sum += own.count;
        let is_last = rows.get(number + 1).is_none_or(|next| next.0 > *place);
        if is_last && sum >= size * (found.len() as f64 + 1.0) * (1.0 - 1e-9) {
            found.push(&rows[first..=number]);
            first = number + 1;
        }
    }
    if first < rows.len() {
        found.push(&rows[first..]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One in ten has ten times the cases of the others, and each costs three times as much; costs of a customer vary.
    fn shop() -> Vec<Cases> {
        (0..4000)
            .map(|customer| {
                let (often, dear) = if customer % 10 == 0 { (10, 3.0) } else { (1, 1.0) };
                let mut own =
                    Cases { count: 0.0, exposure: 10.0, cost: 0.0, ln: 0.0, ln_square: 0.0 };
                for case in 0..often {
                    let cost = dear * exp(0.5 * f64::from((customer / 10 + case) % 5 - 2));
                    own.count += 1.0;
                    own.cost += cost;
                    own.ln += ln(cost);
                    own.ln_square += ln(cost) * ln(cost);
                }
                own
            })
            .collect()
    }

    #[test]
    fn no_cost_moves_from_those_who_call_often_to_the_others() {
        let shop = shop();
        let found = CaseCost::of(shop.iter().copied()).unwrap();
        for often in [false, true] {
            let part = || shop.iter().filter(|own| (own.count > 1.0) == often);
            let estimated: f64 = part().map(|own| own.count * found.of_customer(own)).sum();
            let paid: f64 = part().map(|own| own.cost).sum();
            assert!((estimated / paid - 1.0).abs() < 0.01, "{often} {}", estimated / paid);
        }
        let ratio = found.of_rate(1.0) / found.of_rate(0.1);
        assert!((2.8..3.2).contains(&ratio), "{ratio}");
        let mut back = shop.clone();
        back.reverse();
        assert_eq!(CaseCost::of(back.into_iter()), Some(found));
        assert_eq!(CaseCost::of(std::iter::empty()), None);
    }
}
