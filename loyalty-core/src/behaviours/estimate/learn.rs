//! The prior of a trait, learnt from what customers show.

use super::beta_binomial::{BetaBinomial, Share, with_odds};
use super::conjugate::Conjugate;
use super::gamma_poisson::{Count, GammaPoisson};
use super::grid::Prior;
use super::link::{Evidence, Link};
use crate::Error;
use crate::math::elementary::exp;
use crate::math::{beta_upper, gamma_upper};
use crate::parallel::Threads;

/// Most customers whose evidence roughens the prior.
const ROUGHENING: usize = 1 << 14;

/// A prior that was learnt.
pub(super) struct Learnt {
    pub(super) prior: Prior,
    pub(super) customers: usize,
    /// Twice the gain in ln L over customers who are all alike.
    pub(super) ratio: f64,
}

/// Fits the conjugate prior and roughens it; `base` is the mean share that shifts are from.
pub(super) fn learn(
    link: Link,
    rows: &[Evidence],
    base: f64,
    threads: Threads,
) -> Result<Learnt, Error> {
    let (fitted, start) = match link {
        Link::Log => counts(rows, threads)?,
        Link::Logit => shares(rows, base, threads)?,
    };
    let step = rows.len().div_ceil(ROUGHENING);
    let some: Vec<Evidence> = rows.iter().step_by(step).copied().collect();
    let prior = start.roughened(&some, threads);
    Ok(Learnt { prior, customers: rows.len(), ratio: fitted.ratio })
}

fn counts(rows: &[Evidence], threads: Threads) -> Result<(Conjugate, Prior), Error> {
    let count = |row: &Evidence| Count { count: row.hits, exposure: row.trials * exp(row.shift) };
    let rows: Vec<Count> = rows.iter().map(count).collect();
    let fitted = Conjugate::fit::<GammaPoisson>(&rows, threads)?;
    let Conjugate { mean, concentration: a, .. } = fitted;
    Ok((fitted, Prior::start(Link::Log, mean, |x| gamma_upper(a, a / mean * x))))
}

fn shares(rows: &[Evidence], base: f64, threads: Threads) -> Result<(Conjugate, Prior), Error> {
    let fitted = beta(rows, base, threads)?;
    let Conjugate { mean, concentration: k, .. } = fitted;
    let upper = |x| beta_upper(k * mean, k * (1.0 - mean), x);
    Ok((fitted, Prior::start(Link::Logit, mean, upper)))
}

/// The beta distribution of shares.
pub(super) fn beta(rows: &[Evidence], base: f64, threads: Threads) -> Result<Conjugate, Error> {
    let share = |row: &Evidence| Share {
        hits: row.hits,
        trials: row.trials,
        expected: with_odds(base, exp(row.shift)),
    };
    let rows: Vec<Share> = rows.iter().map(share).collect();
    let fitted = Conjugate::fit::<BetaBinomial>(&rows, threads)?;
    // Its mean is that of the odds by those of the base.
    Ok(Conjugate { mean: with_odds(base, fitted.mean), ..fitted })
}
