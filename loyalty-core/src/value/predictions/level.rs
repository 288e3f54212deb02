//! How a shop's level moves, which no model of single customers knows.

use crate::Error;
use crate::error::positive;
use crate::math::elementary::{exp, ln};
use crate::math::random::Random;

/// The seed of what is drawn of the level.
const LEVEL: u64 = 0x6c65_7665;

/// A factor for every draw of a total, as forecasts of totals were off before.
///
/// ```text
/// exp(s · t_m),   s² = Σ (ln level)²/m of m past levels, expected over actual,   t_m Student's with m degrees
/// ```
///
/// Past levels are taken as independent and as likely to be too high as too low, so that only their spread is carried
/// on: with few of them Student's distribution knows how little they tell. Without any there is no doubt of the level.
pub(super) fn factors(levels: &[f64], draws: usize, seed: u64) -> Result<Vec<f64>, Error> {
    let mut squares = 0.0;
    for &level in levels {
        let ln_level = ln(positive("levels", level)?);
        squares += ln_level * ln_level;
    }
    if levels.is_empty() {
        return Ok(vec![1.0; draws]);
    }
    let degrees = levels.len() as f64;
    let spread = (squares / degrees).sqrt();
    let factor = |draw| {
        let mut random = Random::of(seed, LEVEL, draw);
        let chi_square = 2.0 * random.gamma(0.5 * degrees);
        let t = random.normal() / (chi_square / degrees).sqrt();
        // One level alone has draws without bounds.
        exp((spread * t).clamp(-FARTHEST, FARTHEST))
    };
    Ok((0..draws).map(factor).collect())
}

/// A level moves by no more than a factor of a thousand.
const FARTHEST: f64 = 6.9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_spread_as_past_levels_did() {
        assert_eq!(factors(&[], 3, 0).unwrap(), [1.0; 3]);
        assert!(factors(&[1.0, 0.0], 3, 0).is_err() && factors(&[f64::NAN], 3, 0).is_err());
        assert!(factors(&[1.0; 5], 100, 0).unwrap().iter().all(|&factor| factor == 1.0));
        let levels = [1.1, 1.0 / 1.1, 1.1, 1.0 / 1.1];
        let mut drawn = factors(&levels, 20_000, 1).unwrap();
        drawn.sort_unstable_by(f64::total_cmp);
        // Quantiles of t with 4 degrees: 2.132 at 95 %.
        for (at, t) in [(1000, -2.132), (10_000, 0.0), (19_000, 2.132)] {
            let got = ln(drawn[at]) / ln(1.1);
            assert!((got - t).abs() < 0.1, "{got} instead of {t}");
        }
    }
}
