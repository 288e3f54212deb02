//! What articles, sizes and brands do to the odds of a return, each given the others.

use crate::math::elementary::{exp, ln};
use crate::returns::{Counts, Shrinkage};

/// Article, size and brand.
pub(super) const COLUMNS: usize = 3;

/// Sweeps over the columns at most, and the step of a log-odds by which they are at their end. Where brands differ by
/// a standard deviation of 1 and each article is of one brand, ten sweeps are enough.
const SWEEPS: usize = 30;
const SMALL: f64 = 1e-6;

/// Sweeps in which it is learnt how much the levels of a column differ; after, the strengths stay.
const LEARNING: usize = 3;

/// No step of a log-odds is larger: from far away Newton's would go too far.
const LONGEST: f64 = 1.0;

/// No rate is nearer to 1.
const MOST: f64 = 0.999;

/// Lines of one article, size and brand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub(super) levels: [u32; COLUMNS],
    /// Lines, each counted by the share of returns due; at least as many as came back.
    pub(super) exposure: f64,
    pub(super) returns: f64,
}

/// Factors of the odds of a return by the levels of article, size and brand.
///
/// ```text
/// odds of a line = odds of the shop · f(article) · f(size) · f(brand)
/// ```
///
/// Of each level the returns R are set against the E that its lines have by the other columns (indirect
/// standardisation), and R/E is drawn to 1 by the moments of the column, as the rate of an article alone is to that of
/// the shop: (k m + R)/(k + E/m) · E/m returns are expected. f is the factor at which the lines have so many; the columns
/// follow each other until nothing moves (backfitting; Hastie & Tibshirani 1990, Generalized Additive Models).
///
/// A brand is so known by all its articles: one of which little is known is drawn to its brand, not to the shop.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Odds {
    pub(super) base: f64,
    pub(super) factors: [Vec<f64>; COLUMNS],
    /// How strongly the levels of each column are drawn, in lines; infinite where they do not differ.
    pub(super) weights: [f64; COLUMNS],
}

/// What a level's lines are expected to have: lines, returns by the other columns, by all, and the variance of that.
#[derive(Clone, Copy, Default)]
struct Expected {
    exposure: f64,
    returns: f64,
    others: f64,
    all: f64,
    variance: f64,
}

impl Odds {
    /// From the cells in a fixed order; `levels` says how many there are of each column, 0 of one that was not given.
    pub(super) fn of(cells: &[Cell], levels: [usize; COLUMNS], mean: f64) -> Self {
        let mut odds = Self {
            base: mean / (1.0 - mean),
            factors: levels.map(|count| vec![1.0; count]),
            weights: [f64::INFINITY; COLUMNS],
        };
        if !(mean > 0.0 && mean < 1.0) {
            return odds;
        }
        let mut priors = [None; COLUMNS];
        for sweep in 0..SWEEPS {
            let mut moved: f64 = 0.0;
            // Brands and sizes first: articles explain what is left.
            for column in (0..COLUMNS).rev().filter(|&column| levels[column] > 0) {
                let expected = odds.expected(cells, column);
                if sweep < LEARNING {
                    priors[column] = prior(&expected, mean);
                }
                moved = moved.max(odds.fit(column, &expected, priors[column]));
            }
            if moved < SMALL {
                break;
            }
        }
        odds.weights =
            priors.map(|prior| prior.map_or(f64::INFINITY, |prior: Shrinkage| prior.strength()));
        odds
    }

    /// The rate of lines of these levels.
    pub(super) fn rate(&self, levels: [u32; COLUMNS]) -> f64 {
        let odds = (0..COLUMNS).fold(self.base, |odds, column| odds * self.factor(column, levels));
        if odds.is_finite() { odds / (1.0 + odds) } else { 1.0 }
    }

    fn factor(&self, column: usize, levels: [u32; COLUMNS]) -> f64 {
        self.factors[column].get(levels[column] as usize).copied().unwrap_or(1.0)
    }

    fn expected(&self, cells: &[Cell], column: usize) -> Vec<Expected> {
        let mut sums = vec![Expected::default(); self.factors[column].len()];
        for cell in cells {
            let Some(sum) = sums.get_mut(cell.levels[column] as usize) else { continue };
            let others = (0..COLUMNS)
                .filter(|&other| other != column)
                .fold(self.base, |odds, other| odds * self.factor(other, cell.levels));
            let all = others * self.factor(column, cell.levels);
            let (others, all) = (others / (1.0 + others), all / (1.0 + all));
            sum.exposure += cell.exposure;
            sum.returns += cell.returns;
            sum.others += cell.exposure * others;
            sum.all += cell.exposure * all;
            sum.variance += cell.exposure * all * (1.0 - all);
        }
        sums
    }

    /// One step towards the factors at which each level has as many returns as are expected of it; the longest step.
    fn fit(&mut self, column: usize, expected: &[Expected], prior: Option<Shrinkage>) -> f64 {
        let mut longest: f64 = 0.0;
        for (factor, level) in self.factors[column].iter_mut().zip(expected) {
            let step = match prior {
                Some(prior) if level.variance > 0.0 => {
                    let drawn = prior.rate(standardised(level, prior.mean())) / prior.mean();
                    let sought = (drawn * level.others).min(MOST * level.exposure);
                    ((sought - level.all) / level.variance).clamp(-LONGEST, LONGEST)
                }
                _ => -ln(*factor),
            };
            *factor *= exp(step);
            longest = longest.max(step.abs());
        }
        longest
    }
}

/// The lines of a level as so many of the shop's mean rate.
fn standardised(level: &Expected, mean: f64) -> Counts {
    Counts { exposure: level.others / mean, returns: level.returns }
}

fn prior(expected: &[Expected], mean: f64) -> Option<Shrinkage> {
    let counts: Vec<Counts> = expected.iter().map(|level| standardised(level, mean)).collect();
    Shrinkage::by_moments(&counts, mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six brands of twenty articles each, five sizes; brand 0 comes back often, and size 4.
    fn cells(of: impl Fn(usize, usize) -> f64, lines: f64) -> Vec<Cell> {
        let mut cells = Vec::new();
        for article in 0..120_usize {
            for size in 0..5_usize {
                let brand = article % 6;
                let rate = of(brand, size);
                let exposure = lines * (1.0 + (article % 7) as f64);
                // Rounded to whole returns, now down, now up.
                let part = ((article * 31 + size * 17) % 10) as f64 / 10.0;
                let returns = (exposure * rate + part).floor();
                let levels = [article, size, brand].map(|level| u32::try_from(level).unwrap());
                cells.push(Cell { levels, exposure: exposure.max(returns), returns });
            }
        }
        cells
    }

    fn mean(cells: &[Cell]) -> f64 {
        let sum = |of: fn(&Cell) -> f64| cells.iter().map(of).sum::<f64>();
        sum(|cell| cell.returns) / sum(|cell| cell.exposure)
    }

    fn odds_rate(log_odds: f64) -> f64 {
        1.0 / (1.0 + exp(-log_odds))
    }

    #[test]
    fn brand_and_size_are_found_beside_each_other() {
        let truth = |brand: usize, size: usize| {
            let (of_brand, of_size) = (f64::from(brand == 0), f64::from(size == 4));
            odds_rate(-2.4 + 2.2 * of_brand + 1.2 * of_size)
        };
        let cells = cells(truth, 12.0);
        let odds = Odds::of(&cells, [120, 5, 6], mean(&cells));
        for (brand, size) in [(0, 0), (0, 4), (3, 0), (3, 4)] {
            let level = |number: usize| u32::try_from(number).unwrap();
            let found = odds.rate([level(brand), level(size), level(brand)]);
            let true_rate = truth(brand, size);
            assert!((found - true_rate).abs() < 0.035, "{brand} {size}: {found} {true_rate}");
        }
        // All that came back is expected, brand by brand.
        let expected = odds.expected(&cells, 2);
        for level in expected {
            assert!(
                (level.all / level.returns - 1.0).abs() < 0.03,
                "{} {}",
                level.all,
                level.returns
            );
        }
        // Articles of a brand do not differ beyond it.
        assert!(odds.weights[0] > 100.0 && odds.weights[2] < 60.0, "{:?}", odds.weights);
    }

    #[test]
    fn an_article_of_which_little_is_known_is_drawn_to_its_brand() {
        let truth = |brand: usize, _| if brand == 0 { 0.5 } else { 0.08 };
        let mut all = cells(truth, 12.0);
        all.push(Cell { levels: [120, 0, 0], exposure: 1.0, returns: 0.0 });
        let base = mean(&all);
        let (with, without) =
            (Odds::of(&all, [121, 5, 6], base), Odds::of(&all, [121, 5, 0], base));
        assert!((with.rate([120, 0, 0]) - 0.5).abs() < 0.05, "{}", with.rate([120, 0, 0]));
        assert!(without.rate([120, 0, 0]) < 0.2);
        assert!((without.rate([6, 0, 0]) - 0.5).abs() < 0.06, "{}", without.rate([6, 0, 0]));
    }

    #[test]
    fn where_nothing_differs_or_nothing_came_back_every_line_is_ordinary() {
        let alike = cells(|_, _| 0.2, 20.0);
        let base = mean(&alike);
        let odds = Odds::of(&alike, [120, 5, 6], base);
        for levels in [[0, 0, 0], [7, 4, 1], [900, 900, 900]] {
            assert!((odds.rate(levels) - base).abs() < 0.02, "{levels:?}");
        }
        assert_eq!(
            Odds::of(&alike, [0; COLUMNS], base).rate([1, 2, 3]),
            Odds::of(&[], [0; COLUMNS], base).rate([0; 3])
        );
        let none: Vec<Cell> = alike.iter().map(|cell| Cell { returns: 0.0, ..*cell }).collect();
        assert_eq!(Odds::of(&none, [120, 5, 6], 0.0).rate([0, 0, 0]), 0.0);
    }
}
