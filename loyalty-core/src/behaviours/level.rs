//! How the whole shop moves: what is learnt from the past holds of the time ahead at another level.

use crate::ledger::PARTS;

/// How the level of a whole shop moves, in natural parameters.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Level {
    /// Variance that a year adds to it for good: a random walk.
    pub(super) walk: f64,
    /// Variance of a stretch by which it is off for that stretch alone, times its length in years.
    pub(super) unrest: f64,
}

impl Level {
    /// The variance of the mean of some years ahead against that of the history before them.
    pub(super) fn variance(&self, history: f64, ahead: f64) -> f64 {
        self.walk * (history + ahead) / 3.0 + self.unrest * (1.0 / history + 1.0 / ahead)
    }
}

/// What lasts of the steps of a level and what does not, from its levels in parts of so many years.
///
/// With v the variance of a year and w that of a part of length l, levels that are k parts apart differ by the variance
/// 2 w + (k − 1/3) l v. Both are fitted to the squares at three distances by least squares, neither of them below 0.
pub(super) fn steps(levels: &[Option<(f64, f64)>; PARTS], years: f64) -> Level {
    let length = years / PARTS as f64;
    if years <= 0.0 {
        return Level::default();
    }
    // Sums of 1, x, x², y and x y, with y the excess and x = (k − 1/3) l.
    let mut sums = [0.0; 5];
    for lag in [1, 2, 4] {
        let x = (lag as f64 - 1.0 / 3.0) * length;
        for (before, after) in levels.iter().zip(&levels[lag..]) {
            if let (Some(before), Some(after)) = (before, after) {
                let step = after.0 - before.0;
                let y = step * step - before.1 - after.1;
                let each = [1.0, x, x * x, y, x * y];
                sums.iter_mut().zip(each).for_each(|(sum, one)| *sum += one);
            }
        }
    }
    let [count, x, xx, y, xy] = sums;
    if count < 1.0 {
        return Level::default();
    }
    let determinant = count * xx - x * x;
    let fitted = if determinant > 0.0 {
        ((y * xx - x * xy) / determinant, (count * xy - x * y) / determinant)
    } else {
        (-1.0, 0.0)
    };
    let (twice, walk) = match fitted {
        (twice, walk) if twice >= 0.0 && walk >= 0.0 => (twice, walk),
        (twice, _) if twice < 0.0 => (0.0, (xy / xx).max(0.0)),
        _ => ((y / count).max(0.0), 0.0),
    };
    Level { walk, unrest: 0.5 * twice * length }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(of: [f64; PARTS]) -> [Option<(f64, f64)>; PARTS] {
        of.map(|level| Some((level, 1e-4)))
    }

    #[test]
    fn a_shop_that_stands_still_has_no_steps() {
        let still = [0.01, 0.0, 0.005, 0.01, -0.005, 0.0, 0.01, 0.0];
        assert_eq!(steps(&levels(still), 1.0), Level::default());
        assert_eq!(steps(&[None; PARTS], 1.0), Level::default());
    }

    #[test]
    fn what_lasts_is_told_from_what_does_not() {
        let to_and_fro = steps(&levels([0.1, -0.1, -0.1, 0.1, 0.1, -0.1, -0.1, 0.1]), 2.0);
        let away = steps(&levels([0.0, 0.1, 0.2, 0.1, 0.2, 0.3, 0.4, 0.5]), 2.0);
        assert!(to_and_fro.walk == 0.0 && away.walk > 0.02, "{to_and_fro:?} {away:?}");
        // A level that is off for a quarter of a year alone matters little for a year.
        assert!(away.variance(2.0, 1.0) > 3.0 * to_and_fro.variance(2.0, 1.0));
        let level = Level { walk: 0.04, unrest: 0.02 };
        assert!((level.variance(2.0, 1.0) - (0.04 + 0.02 * 1.5)).abs() < 1e-12);
    }
}
