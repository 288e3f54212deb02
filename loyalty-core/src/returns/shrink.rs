//! Shrinkage: how far the rate of one key is believed against the rate of all.

use multiversion::multiversion;
use serde::{Deserialize, Serialize};

use super::columns::sums_of;
use super::tables::keys::Counts;
use crate::Error;
use crate::estimation::{FitOptions, FixedEvaluation, maximise_fixed};
use crate::math::elementary::{ln, ln_1p};
use crate::math::{digamma_rise, ln_gamma_ratio, trigamma_drop};

/// By which criterion the strength of the shrinkage is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShrinkageCriterion {
    /// The log-loss of every line given what was known before its order.
    #[default]
    OneStepAhead,
    /// The beta-binomial likelihood of the counts by key. It takes the lines of one order for
    /// independent and so shrinks too little where they come back together.
    BetaBinomial,
}

impl std::str::FromStr for ShrinkageCriterion {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        match word {
            "one_step_ahead" => Ok(Self::OneStepAhead),
            "beta_binomial" => Ok(Self::BetaBinomial),
            _ => Err(Error::Choice {
                name: "shrinkage",
                expected: "one_step_ahead or beta_binomial",
                value: word.to_owned(),
            }),
        }
    }
}

/// The prior of a history: a Beta distribution of that mean, worth `strength` lines.
///
/// With E lines due and R of them returned a key's rate has mean and log-odds
///
/// ```text
/// (m k + R) / (k + E)        z = logit((m k + R) / (k + E)) − logit(m)
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Shrinkage {
    mean: f64,
    strength: f64,
    logit: f64,
}

/// The strength that the search begins with.
const START: f64 = 30.0;

/// About so many lines are looked at first.
const FEW: usize = 1 << 14;

/// A history that tells nothing is shrunk by this much, and is then as good as left out.
const STRONGEST: f64 = 1e6;

/// What was known of keys before lines, what became of the lines, and for how many each stands. Lines
/// whose key was unknown tell nothing of the strength, and are left out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Steps {
    /// What was known: lines of the fate that the line had, returns before a return, kept before kept; and
    /// of the other.
    alike: [Vec<f64>; 2],
    other: [Vec<f64>; 2],
    /// By how much the odds of the other fate were greater at the time of the line than they are at the
    /// reference rate.
    tilt: [Vec<f64>; 2],
    weight: [Vec<f64>; 2],
}

impl Steps {
    /// A line of a time at which the odds of return were by `odds` those at the reference rate.
    pub(crate) fn push(&mut self, known: Counts, returned: bool, odds: f64, weight: f64) {
        if known.exposed() > 0.0 {
            let kept = known.exposed() - known.returns;
            let (fate, alike, other, tilt) = if returned {
                (0, known.returns, kept, 1.0 / odds)
            } else {
                (1, kept, known.returns, odds)
            };
            self.alike[fate].push(alike);
            self.other[fate].push(other);
            self.tilt[fate].push(tilt);
            self.weight[fate].push(weight);
        }
    }

    /// Every so-manyth line of each fate, [`FEW`] or more in all.
    fn thinned(&self) -> Self {
        let step = (self.weight.iter().map(Vec::len).sum::<usize>() / FEW).max(1);
        let some = |columns: &[Vec<f64>; 2]| {
            columns.each_ref().map(|column| column.iter().copied().step_by(step).collect())
        };
        Self {
            alike: some(&self.alike),
            other: some(&self.other),
            tilt: some(&self.tilt),
            weight: some(&self.weight),
        }
    }
}

/// Smallest rate that is known: odds and the variance of their logarithms, which grows as the square of a rate falls,
/// stay numbers.
pub(crate) const SMALLEST: f64 = 1e-100;

impl Shrinkage {
    /// # Errors
    /// [`Error::Parameter`] unless `mean` is from 1e-100 to below 1 and `strength` from 1e-3 to 1e6.
    pub fn new(mean: f64, strength: f64) -> Result<Self, Error> {
        if !(SMALLEST..1.0).contains(&mean) {
            let expected = "from 1e-100 to below 1";
            return Err(Error::parameter("mean", expected, mean));
        }
        if !(1e-3..=STRONGEST).contains(&strength) {
            let expected = "from 0.001 to 1000000";
            return Err(Error::parameter("strength", expected, strength));
        }
        Ok(Self { mean, strength, logit: ln(mean / (1.0 - mean)) })
    }

    /// m: the rate of a key of which nothing is known.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// k: the lines that the prior is worth.
    pub fn strength(&self) -> f64 {
        self.strength
    }

    /// E / (E + k): how much of what is said of a key comes from its own lines.
    pub(crate) fn belief(&self, exposure: f64) -> f64 {
        exposure / (exposure + self.strength)
    }

    /// The Beta posterior of a key: m k + R, (1 − m) k + E − R.
    #[inline(always)]
    pub(crate) fn posterior(&self, counts: Counts) -> (f64, f64) {
        let kept = counts.exposed() - counts.returns;
        (self.mean * self.strength + counts.returns, (1.0 - self.mean) * self.strength + kept)
    }

    /// z; 0 for a key of which nothing is known.
    #[inline(always)]
    pub(crate) fn log_odds(&self, counts: Counts) -> f64 {
        let (a, b) = self.posterior(counts);
        let z = ln(a / b) - self.logit;
        if counts.exposure == 0.0 && counts.returns == 0.0 { 0.0 } else { z }
    }

    /// The posterior variance of z where D lines tell as much as an independent one:
    ///
    /// ```text
    /// ln(1 + D/a) + ln(1 + D/b)
    /// ```
    ///
    /// The odds of a Beta variable are the ratio of two of Gamma; each is taken for a lognormal of the same
    /// mean and variance. Where much is known this is the variance ψ′(a/D) + ψ′(b/D) of the log-odds. Where
    /// little is, that is (D/a)², as most of a Beta of a small a is next to 0: how near does not matter to
    /// the odds, and what it may be at most would be lost in it.
    ///
    /// The strength that predicts best has weighed lines so already: k is D times that of the prior.
    pub(crate) fn variance(&self, counts: Counts, design_effect: f64) -> f64 {
        let (a, b) = self.posterior(counts);
        ln_1p(design_effect / a) + ln_1p(design_effect / b)
    }

    /// Everybody alike.
    pub(crate) fn none(mean: f64) -> Result<Self, Error> {
        Self::new(mean, STRONGEST)
    }

    /// The prior that predicts the next line best, at the level of its time: where the odds of return were θ
    /// times those at the reference rate, a line came back with the probability
    ///
    /// ```text
    /// θ (a + R) / (b + E − R + θ (a + R))        a = m k        b = (1 − m) k
    /// ```
    pub(crate) fn one_step_ahead(steps: &Steps, mean: f64) -> Result<Self, Error> {
        if steps.weight.iter().any(Vec::is_empty) {
            return Self::none(mean);
        }
        // Some of the lines lead near the end.
        let few = steps.thinned();
        Self::maximise(mean, |first_look, a, b| {
            let steps = if first_look { &few } else { steps };
            let [returned, kept] = [(0, [a, b]), (1, [b, a])].map(|(fate, shapes)| {
                let Steps { alike, other, tilt, weight, .. } = steps;
                step_sums([&alike[fate], &other[fate], &tilt[fate], &weight[fate]], shapes)
            });
            // By ln a and ln b.
            let own = |shape: f64, of: &StepSums, against: &StepSums| {
                let squares = of.all_squared + against.tilted_squared;
                let all = shape * (of.all + against.tilted);
                [shape * of.own - all, shape * of.own_bend - all + shape * shape * squares]
            };
            let [[rise_a, bend_a], [rise_b, bend_b]] =
                [own(a, &returned, &kept), own(b, &kept, &returned)];
            let cross = a * b * (returned.cross + kept.cross);
            FixedEvaluation {
                value: returned.value + kept.value,
                gradient: [rise_a, rise_b],
                hessian: [[bend_a, cross], [cross, bend_b]],
            }
        })
    }

    /// The prior of maximal beta-binomial likelihood of all keys' counts.
    pub(crate) fn beta_binomial(keys: &[Counts], mean: f64) -> Result<Self, Error> {
        let keys: Vec<(f64, f64)> = keys
            .iter()
            .filter(|counts| counts.exposed() > 0.0)
            .map(|counts| (counts.returns, counts.exposed() - counts.returns))
            .collect();
        let returns: f64 = keys.iter().map(|key| key.0).sum();
        let kept: f64 = keys.iter().map(|key| key.1).sum();
        if !(returns > 0.0 && kept > 0.0) {
            return Self::none(mean);
        }
        Self::maximise(mean, |_, a, b| {
            let mut at = FixedEvaluation { value: 0.0, gradient: [0.0; 2], hessian: [[0.0; 2]; 2] };
            let k = a + b;
            for &(r, s) in &keys {
                let n = r + s;
                at.value += ln_gamma_ratio(a, r) + ln_gamma_ratio(b, s) - ln_gamma_ratio(k, n);
                let all = digamma_rise(k, n);
                let (da, db) = (digamma_rise(a, r) - all, digamma_rise(b, s) - all);
                let drop = trigamma_drop(k, n);
                at.gradient[0] += a * da;
                at.gradient[1] += b * db;
                at.hessian[0][0] += a * da + a * a * (drop - trigamma_drop(a, r));
                at.hessian[1][1] += b * db + b * b * (drop - trigamma_drop(b, s));
                at.hessian[0][1] += a * b * drop;
            }
            at.hessian[1][0] = at.hessian[0][1];
            at
        })
    }

    /// The prior of that mean whose strength is by the moments of the beta-binomial (Kleinman 1973, JASA
    /// 68, 46–54): in one pass, for what is described and not predicted. `None` where keys do not differ by
    /// more than chance, or all have one fate.
    pub(crate) fn by_moments(keys: &[Counts], mean: f64) -> Option<Self> {
        let exposed = |key: &&Counts| key.exposure > 0.0;
        let due = keys.iter().fold(0.0, |due, key| due + key.exposure);
        let (mut squares, mut due_squares, mut count) = (0.0, 0.0, 0.0);
        for &Counts { exposure, returns } in keys.iter().filter(exposed) {
            let off = returns / exposure - mean;
            squares += exposure * off * off;
            due_squares += exposure * exposure;
            count += 1.0;
        }
        let spread = mean * (1.0 - mean);
        let excess = squares / spread - (count - 1.0);
        let room = due - due_squares / due - (count - 1.0);
        // The correlation within keys, 1 / (1 + k); NaN where nothing came back or everything did.
        let share = excess / room;
        let differ = share > 1.0 / STRONGEST && room > 0.0;
        differ.then(|| Self::new(mean, 1.0 / share.min(0.99) - 1.0).ok()).flatten()
    }

    /// (m k + R) / (k + E): the rate of a key.
    pub(crate) fn rate(&self, counts: Counts) -> f64 {
        (self.strength * self.mean + counts.returns) / (self.strength + counts.exposure)
    }

    /// The prior under which `evaluate` is greatest; the flag says that some of the lines are enough.
    fn maximise(
        mean: f64,
        mut evaluate: impl FnMut(bool, f64, f64) -> FixedEvaluation<2>,
    ) -> Result<Self, Error> {
        let exp = crate::math::elementary::exp;
        let around = ln(mean / (1.0 - mean));
        // Beyond the strongest prior nothing changes; the box keeps sums of exposures exact.
        let shape = |at: f64| exp(at.clamp(-20.0, 20.0));
        let mut solve = |start: [f64; 2], first_look: bool| {
            // In units of the log-likelihood: no score moves by what is left.
            let tolerance = if first_look { 0.1 } else { 1e-3 };
            let options = FitOptions { tolerance, max_iterations: 60, ..FitOptions::default() };
            maximise_fixed(["a", "b"], start, &options, |at| {
                let mut sum = evaluate(first_look, shape(at[0]), shape(at[1]));
                // A few lines of keys that came again would have any mean: a normal prior, one wide in
                // log-odds, around that of all lines.
                let off = at[0] - at[1] - around;
                sum.value -= 0.5 * off * off;
                for (i, j, sign) in [(0, 0, 1.0), (0, 1, -1.0), (1, 0, -1.0), (1, 1, 1.0)] {
                    sum.hessian[i][j] -= sign;
                }
                sum.gradient[0] -= off;
                sum.gradient[1] += off;
                sum
            })
        };
        let start = [ln(mean * START), ln((1.0 - mean) * START)];
        let near = solve(start, true)?.ln_parameters;
        let [a, b] = solve(near, false)?.ln_parameters.map(shape);
        Self::new(a / (a + b), (a + b).clamp(1e-3, STRONGEST))
    }
}

/// Sums over steps of one fate, with own = shape + alike, n = own + τ (other shape + other): w ln(own/n), w/own,
/// w alike/own², w/n, w/n², τ w/n, τ² w/n² and τ w/n².
struct StepSums {
    value: f64,
    own: f64,
    own_bend: f64,
    all: f64,
    all_squared: f64,
    tilted: f64,
    tilted_squared: f64,
    cross: f64,
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn step_sums(columns: [&[f64]; 4], [shape, other_shape]: [f64; 2]) -> StepSums {
    let sums = sums_of(columns, |[alike, other, tilt, w]| {
        let own = shape + alike;
        let (by_own, by_all) = (1.0 / own, 1.0 / (own + tilt * (other_shape + other)));
        let (all, tilted) = (w * by_all, w * tilt * by_all);
        let ends = [all, all * by_all, tilted, tilted * tilt * by_all, tilted * by_all];
        let [all, all_squared, tilted, tilted_squared, cross] = ends;
        let value = w * ln(own * by_all);
        let (by_own, bend) = (w * by_own, w * alike * by_own * by_own);
        [value, by_own, bend, all, all_squared, tilted, tilted_squared, cross]
    });
    let [value, own, own_bend, all, all_squared, tilted, tilted_squared, cross] = sums;
    StepSums { value, own, own_bend, all, all_squared, tilted, tilted_squared, cross }
}
