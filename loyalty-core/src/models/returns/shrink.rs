//! Shrinkage: how far the rate of one key is believed against the rate of all.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::keys::Counts;
use crate::Error;
use crate::models::fit::{Evaluation, FitOptions, maximise};
use crate::special::elementary::ln;
use crate::special::{digamma_rise, ln_gamma_ratio, trigamma, trigamma_drop};

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

/// A history that tells nothing is shrunk by this much, and is then as good as left out.
const STRONGEST: f64 = 1e6;

/// What was known of a key before a line, what became of the line, and for how many lines it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) known: Counts,
    pub(crate) returned: bool,
    pub(crate) weight: f64,
}

impl Shrinkage {
    /// # Errors
    /// [`Error::Parameter`] unless `mean` is between 0 and 1 and `strength` from 1e-3 to 1e6.
    pub fn new(mean: f64, strength: f64) -> Result<Self, Error> {
        if !(mean > 0.0 && mean < 1.0) {
            let expected = "between 0 and 1";
            return Err(Error::Parameter { name: "mean", expected, value: mean });
        }
        if !(1e-3..=STRONGEST).contains(&strength) {
            let expected = "from 0.001 to 1000000";
            return Err(Error::Parameter { name: "strength", expected, value: strength });
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

    /// The Beta posterior of a key: m k + R, (1 − m) k + E − R.
    pub(crate) fn posterior(&self, counts: Counts) -> (f64, f64) {
        let kept = counts.exposed() - counts.returns;
        (self.mean * self.strength + counts.returns, (1.0 - self.mean) * self.strength + kept)
    }

    /// z; 0 for a key of which nothing is known.
    pub(crate) fn log_odds(&self, counts: Counts) -> f64 {
        if counts.exposure == 0.0 && counts.returns == 0.0 {
            return 0.0;
        }
        let (a, b) = self.posterior(counts);
        ln(a / b) - self.logit
    }

    /// The posterior variance of z, ψ′(a/D) + ψ′(b/D), where D lines tell as much as an independent one.
    ///
    /// The strength that predicts best has weighed lines so already: k is D times that of the prior.
    pub(crate) fn variance(&self, counts: Counts, design_effect: f64) -> f64 {
        let (a, b) = self.posterior(counts);
        trigamma(a / design_effect) + trigamma(b / design_effect)
    }

    /// Everybody alike.
    pub(crate) fn none(mean: f64) -> Result<Self, Error> {
        Self::new(mean, STRONGEST)
    }

    /// The prior that predicts the next line best.
    pub(crate) fn one_step_ahead(steps: &[Step], mean: f64) -> Result<Self, Error> {
        let steps: Vec<&Step> = steps.iter().filter(|step| step.known.exposed() > 0.0).collect();
        let both = [true, false].map(|y| steps.iter().any(|step| step.returned == y));
        if both.contains(&false) {
            return Self::none(mean);
        }
        Self::maximise(mean, |a, b| {
            let mut at = Evaluation { value: 0.0, gradient: [0.0; 2], hessian: [[0.0; 2]; 2] };
            let mut product = Product::default();
            for step in &steps {
                let kept = step.known.exposed() - step.known.returns;
                let n = a + b + step.known.exposed();
                let (i, shape, seen) =
                    if step.returned { (0, a, step.known.returns) } else { (1, b, kept) };
                let (w, own) = (step.weight, shape + seen);
                product.take(w, own / n);
                at.gradient[i] += w * shape / own;
                at.hessian[i][i] += w * shape * seen / (own * own);
                let (share_a, share_b) = (a / n, b / n);
                at.gradient[0] -= w * share_a;
                at.gradient[1] -= w * share_b;
                at.hessian[0][0] -= w * share_a * (1.0 - share_a);
                at.hessian[1][1] -= w * share_b * (1.0 - share_b);
                at.hessian[0][1] += w * share_a * share_b;
            }
            at.hessian[1][0] = at.hessian[0][1];
            at.value = product.ln();
            at
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
        Self::maximise(mean, |a, b| {
            let mut at = Evaluation { value: 0.0, gradient: [0.0; 2], hessian: [[0.0; 2]; 2] };
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

    fn maximise(
        mean: f64,
        mut evaluate: impl FnMut(f64, f64) -> Evaluation<2>,
    ) -> Result<Self, Error> {
        let exp = crate::special::elementary::exp;
        let start = [10.0, 100.0].map(|k| [ln(mean * k), ln((1.0 - mean) * k)]);
        let better = |a: [f64; 2], b: [f64; 2], evaluate: &mut dyn FnMut(f64, f64) -> f64| {
            let value =
                |of: [f64; 2], e: &mut dyn FnMut(f64, f64) -> f64| e(exp(of[0]), exp(of[1]));
            if value(a, evaluate) >= value(b, evaluate) { a } else { b }
        };
        let start = better(start[0], start[1], &mut |a, b| evaluate(a, b).value);
        // In units of the log-likelihood: no score moves by what is left.
        let options = FitOptions { tolerance: 1e-3, max_iterations: 60, ..FitOptions::default() };
        let observe = &mut |_: &_| ControlFlow::Continue(());
        let found = maximise(&["a", "b"], start, &options, observe, |at| {
            // Beyond the strongest prior nothing changes; the box keeps sums of exposures exact.
            evaluate(exp(at[0].clamp(-20.0, 20.0)), exp(at[1].clamp(-20.0, 20.0)))
        })?;
        let [a, b] = found.ln_parameters.map(|at| exp(at.clamp(-20.0, 20.0)));
        Self::new(a / (a + b), (a + b).clamp(1e-3, STRONGEST))
    }
}

/// A sum of weighted logarithms, of products as long as they stay within range. Weights come in runs of
/// few values, so it keeps one product each for the last two.
#[derive(Debug, Default)]
struct Product {
    sum: f64,
    running: [(f64, f64); 2],
}

impl Product {
    fn take(&mut self, weight: f64, factor: f64) {
        let place = usize::from(self.running[0].0 != weight);
        let (of, product) = &mut self.running[place];
        if *of != weight || *product < 1e-200 {
            self.sum += if *product > 0.0 { *of * ln(*product) } else { 0.0 };
            (*of, *product) = (weight, 1.0);
        }
        *product *= factor;
    }

    fn ln(&self) -> f64 {
        let rest = self.running.iter().filter(|(_, product)| *product > 0.0);
        self.sum + rest.map(|(weight, product)| weight * ln(*product)).sum::<f64>()
    }
}
