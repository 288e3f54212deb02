//! What the model says of a line, and why.

use super::ReturnPropensity;
use super::keys::Counts;
use super::observe::Observed;
use super::sample::features;
use crate::Error;
use crate::models::fit::two_sided;
use crate::orders::OrderLines;
use crate::parallel::{Threads, map_chunks};
use crate::special::elementary::logistic;

/// Orders of one piece of work.
const CHUNK: usize = 512;

/// The scores of a table of lines, in the order of the caller's rows in use.
#[derive(Debug, Clone, PartialEq)]
pub struct LineScores {
    scores: Vec<ScoredLine>,
}

/// The score of one line.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct ScoredLine {
    /// logit p.
    pub log_odds: f64,
    /// The same without today's level.
    pub(crate) unshifted: f64,
    /// Whether nothing is known of the customer, who then counts as average.
    pub new_customer: bool,
    /// Whether nothing is known of the product.
    pub new_product: bool,
}

impl ScoredLine {
    /// p: the probability that the line is sent back within the horizon.
    pub fn probability(&self) -> f64 {
        logistic(self.log_odds)
    }
}

impl LineScores {
    pub(crate) fn new(scores: Vec<ScoredLine>) -> Self {
        Self { scores }
    }

    /// One score per row.
    pub fn lines(&self) -> &[ScoredLine] {
        &self.scores
    }

    /// p of every row.
    pub fn probability(&self) -> Vec<f64> {
        self.scores.iter().map(ScoredLine::probability).collect()
    }
}

impl ReturnPropensity {
    /// The probability of return of every line, by what is known this morning ([`Self::today`]) and by
    /// the line's own order. Nothing is learnt from the lines.
    ///
    /// # Errors
    /// [`Error::Length`] or [`Error::Type`] where the lines have other columns than those that the
    /// model has learnt from.
    pub fn score(&self, lines: &OrderLines, threads: Threads) -> Result<LineScores, Error> {
        let scores = self.each(lines, threads, |_, scored, _| scored)?;
        Ok(LineScores { scores })
    }

    /// Lower and upper ends of the interval that holds the line's probability with a probability of
    /// `level`, given the histories.
    ///
    /// ```text
    /// logit p ± z √( Σ_groups (Σ_h |∂z/∂z_h| sd(z_h))² + Var(δ) )       Var(z_h) = ψ′(a_h/D) + ψ′(b_h/D)
    /// ```
    ///
    /// with the Beta posterior (a_h, b_h) of each history and the design effect D of orders. Histories of one group (say, of the
    /// customer) count the same lines, so their doubts add up; those of different groups are
    /// independent. The weights of the line model are taken as known.
    ///
    /// # Errors
    /// As [`Self::score`], and [`Error::Parameter`] unless `level` is between 0 and 1.
    pub fn intervals(
        &self,
        lines: &OrderLines,
        level: f64,
        threads: Threads,
    ) -> Result<Vec<[f64; 2]>, Error> {
        let quantile = two_sided(level)?;
        let groups = self.history_groups();
        self.each(lines, threads, |features, scored, counts| {
            let spread = quantile * self.deviation(features, counts, &groups);
            [scored.log_odds - spread, scored.log_odds + spread].map(logistic)
        })
    }

    /// The names of the groups of features, in the order of [`Self::contributions`].
    pub fn groups(&self) -> Vec<String> {
        let mut groups: Vec<String> = Vec::new();
        for feature in self.schema.features() {
            if !groups.contains(&feature.group) {
                groups.push(feature.group);
            }
        }
        groups.push("level".to_owned());
        groups
    }

    /// What each group of features adds to the log-odds of each line against an average line: first by
    /// row, then by group. They add up to logit p with [`Self::base`].
    ///
    /// # Errors
    /// As [`Self::score`].
    pub fn contributions(
        &self,
        lines: &OrderLines,
        threads: Threads,
    ) -> Result<Vec<Vec<f64>>, Error> {
        let (names, features) = (self.groups(), self.schema.features());
        let group = |feature: usize| names.iter().position(|name| *name == features[feature].group);
        let of_term: Vec<usize> =
            self.line.terms.iter().map(|term| group(term.feature).unwrap_or(0)).collect();
        self.each(lines, threads, |features, _, _| {
            let mut parts = vec![0.0; names.len()];
            for (term, &group) in self.line.terms.iter().zip(&of_term) {
                parts[group] += self.line.part(term, features);
            }
            parts[names.len() - 1] = self.stream.level.shift;
            parts
        })
    }

    /// The log-odds of an average line, before the level.
    pub fn base(&self) -> f64 {
        self.line.intercept
    }

    /// Something of every line, by row.
    fn each<T: Clone + Default + Send>(
        &self,
        lines: &OrderLines,
        threads: Threads,
        of: impl Fn(&[f64], ScoredLine, &[Counts]) -> T + Sync,
    ) -> Result<Vec<T>, Error> {
        self.schema.admit(lines)?;
        let chunks = map_chunks(lines.orders(), CHUNK, threads, |orders| {
            let (mut observed, mut buffer) = (Observed::default(), Vec::new());
            let mut values = Vec::new();
            for order in orders {
                let range = lines.order(order);
                let day = lines.day(order);
                observed.look(&self.schema, &self.stream, lines, range.clone(), day);
                for number in 0..range.len() {
                    let scored = self.scored(&observed, number, &mut buffer);
                    values.push(of(&buffer, scored, self.counts_of(&observed, number)));
                }
            }
            values
        });
        let by_line = chunks.concat();
        let mut by_row = vec![T::default(); by_line.len()];
        for (&row, value) in lines.row.iter().zip(by_line) {
            by_row[row as usize] = value;
        }
        Ok(by_row)
    }

    pub(crate) fn counts_of<'a>(&self, observed: &'a Observed, number: usize) -> &'a [Counts] {
        let histories = self.shrinkage.len();
        &observed.counts[number * histories..(number + 1) * histories]
    }

    /// The score of a line that was looked at; its features stay in the buffer.
    pub(crate) fn scored(
        &self,
        observed: &Observed,
        number: usize,
        buffer: &mut Vec<f64>,
    ) -> ScoredLine {
        let width = self.schema.context_width();
        let context = &observed.context[number * width..(number + 1) * width];
        buffer.clear();
        features(context, self.counts_of(observed, number), &self.shrinkage, buffer);
        let keys = &observed.keys[number * self.shrinkage.len()..];
        let unshifted = self.line.log_odds(buffer);
        ScoredLine {
            log_odds: unshifted + self.stream.level.shift,
            unshifted,
            new_customer: keys[0].1.is_none(),
            new_product: keys[1].1.is_none(),
        }
    }
}
