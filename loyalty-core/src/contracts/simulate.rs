//! Contracts drawn from a curve.

use super::Contracts;
use super::curve::Curve;
use super::rules::{renewals_rule, whole};
use crate::Error;
use crate::math::elementary::{exp, ln, ln_1p};
use crate::math::random::Random;
use crate::parallel::{Threads, collect};

/// Contracts of new customers, each of whom comes up for so many renewals.
pub(super) fn simulate(
    curve: &Curve,
    opportunities: &[u32],
    seed: u64,
    threads: Threads,
) -> Result<Contracts, Error> {
    if opportunities.is_empty() {
        let expected = "at least one customer";
        return Err(Error::Empty { what: "the column of opportunities", expected });
    }
    for &most in opportunities {
        if let Some(expected) = renewals_rule(f64::from(most)) {
            return Err(Error::parameter("opportunities", expected, f64::from(most)));
        }
    }
    let renewals = collect(opportunities.len(), threads, |row| {
        curve.draw(&mut Random::of(seed, 2, row), f64::from(opportunities[row]))
    });
    let left = renewals.iter().zip(opportunities).map(|(made, most)| made < most).collect();
    Ok(Contracts::drawn(renewals, left))
}

impl Curve {
    /// The renewals that a customer makes of so many.
    fn draw(&self, random: &mut Random, most: f64) -> u32 {
        // (1−θ)^(t^c) falls below a uniform number at t^c = −ln U / −ln(1−θ).
        let force = -ln_1p(-random.beta(self.gamma, self.delta));
        let power = random.exponential() / force;
        let made = if self.c == 1.0 { power } else { exp(ln(power) / self.c) };
        whole(made.floor().clamp(0.0, most))
    }
}
