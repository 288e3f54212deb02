//! The log-odds of histories, a column of lines at a time.

use multiversion::multiversion;

use super::shrink::Shrinkage;
use super::tables::keys::Counts;

/// The shrunk log-odds of each.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn shrunk_each(
    prior: &Shrinkage,
    exposure: &[f64],
    returns: &[f64],
    log_odds: &mut [f64],
) {
    for ((z, &exposure), &returns) in log_odds.iter_mut().zip(exposure).zip(returns) {
        *z = prior.log_odds(Counts { exposure, returns });
    }
}

/// Counts of histories at the reference rate: see [`Counts::measured`].
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn measured_each(factor: f64, exposure: &[f64], returns: &mut [f64]) {
    for (returns, &exposure) in returns.iter_mut().zip(exposure) {
        *returns = Counts { exposure, returns: *returns }.measured(factor).returns;
    }
}

/// Log-odds z of histories as far as they are believed: z E / (E + k).
pub(crate) fn believed_each(prior: &Shrinkage, exposure: &[f64], log_odds: &mut [f64]) {
    let each = log_odds.iter_mut().zip(exposure);
    each.for_each(|(z, &exposure)| *z *= prior.belief(exposure));
}
