//! The process itself: its events, and how many renewals there are.

use crate::math::elementary::{exp, ln_1p};
use crate::math::negative_binomial::{negative_binomial_ln_pmf, negative_binomial_upper_tail};
use crate::math::positive_series::{Phase, PositiveSeries, Terms};

/// A process after its last renewal: every k-th event is one, `passed` events of the next lie behind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Erlang {
    pub(crate) k: u32,
    pub(crate) passed: u32,
    /// The shape of the rates.
    pub(crate) s: f64,
    pub(crate) a: f64,
    pub(crate) b: f64,
}

impl Erlang {
    pub(super) fn series(&self, terms: Terms) -> PositiveSeries {
        let phase = Phase { k: self.k, passed: self.passed };
        PositiveSeries::new(terms, self.s, self.a, self.b).in_phase(phase)
    }

    /// Events that lie between now and the i-th renewal.
    pub(super) fn events_to(&self, renewal: u32) -> u32 {
        renewal.saturating_mul(self.k).saturating_sub(self.passed)
    }

    /// P(exactly n renewals) = S_n P(n renewals lie within N) + (S_{n−1} − S_n) P(N reaches the n-th), with
    /// S_n at hand.
    pub(crate) fn exactly(&self, n: u32, z: f64, survived: f64) -> f64 {
        let ended = match n {
            0 => 0.0,
            _ => self.a / (self.b + (f64::from(n) - 1.0)) * self.reached(n, z),
        };
        // The largest may be 1 but for rounding.
        (survived * (self.within(n, z) + ended)).min(1.0)
    }

    /// P(n renewals lie within N).
    pub(super) fn within(&self, n: u32, z: f64) -> f64 {
        let (from, to) = (self.events_to(n), self.events_to(n.saturating_add(1)));
        (from..to).map(|events| self.pmf(events, z)).sum()
    }

    /// P(N reaches the n-th renewal), n > 0.
    pub(crate) fn reached(&self, n: u32, z: f64) -> f64 {
        if z == 0.0 { 0.0 } else { negative_binomial_upper_tail(self.events_to(n), self.s, z) }
    }

    /// [`Erlang::reached`] for n = 1, 2, … , z > 0: the last of them, and what lies between added from there. All
    /// terms are positive, and those of one renewal follow from those of the last.
    pub(super) fn reached_each<const N: usize>(&self, z: f64) -> [f64; N] {
        /// Steps of the recurrence between two fresh starts.
        const STEPS: u32 = 64;
        let w = z / (1.0 + z);
        let mut reached = [0.0; N];
        let (mut pmf, mut steps) = (0.0, 0);
        let mut last = 1;
        for within in &mut reached[..N - 1] {
            for events in self.events_to(last)..self.events_to(last + 1) {
                pmf = if steps % STEPS == 0 {
                    self.pmf(events, z)
                } else {
                    pmf * (w * (self.s + f64::from(events - 1)) / f64::from(events))
                };
                *within += pmf;
                steps += 1;
            }
            last += 1;
        }
        reached[N - 1] = self.reached(last, z);
        for at in (1..N).rev() {
            reached[at - 1] = (reached[at - 1] + reached[at]).min(1.0);
        }
        reached
    }

    /// P(N = events).
    fn pmf(&self, events: u32, z: f64) -> f64 {
        match events {
            0 => exp(-self.s * ln_1p(z)),
            _ if z == 0.0 => 0.0,
            _ => exp(negative_binomial_ln_pmf(events, self.s, z)),
        }
    }
}
