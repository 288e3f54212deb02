//! What the model says of a line, and why.

use super::ReturnPropensity;
use super::columns::{ln_1p_each, logistic_each};
use super::interval::ends;
use super::observe::{Observed, order_block};
use super::schema::OWN;
use super::shrunk::{believed_each, shrunk_each};
use crate::Error;
use crate::estimation::two_sided;
use crate::math::elementary::logistic;
use crate::memory;
use crate::orders::OrderLines;
use crate::parallel::{Threads, map_chunks};

/// Orders of one piece of work: a thousand lines or more, which take a fraction of a
/// millisecond, so that handing them out costs next to nothing.
const CHUNK: usize = 512;

/// The scores of a table of lines, in the order of the caller's rows in use.
#[derive(Debug, Clone, PartialEq)]
pub struct LineScores {
    scores: Vec<ScoredLine>,
    before_known: usize,
}

/// The score of one line.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct ScoredLine {
    /// logit p.
    pub log_odds: f64,
    /// Whether nothing is known of the customer, who then counts as average.
    pub new_customer: bool,
    /// Whether nothing is known of the product.
    pub new_product: bool,
    /// Whether the model had taken the line in before and was left as it was.
    pub told_before: bool,
}

impl ScoredLine {
    /// p: the probability that the line is sent back within the horizon.
    pub fn probability(&self) -> f64 {
        logistic(self.log_odds)
    }
}

impl LineScores {
    pub(crate) fn new(scores: Vec<ScoredLine>) -> Self {
        Self { scores, before_known: 0 }
    }

    /// How many lines are from before the first day that the model knows of: they are scored by what became
    /// known after them, and their dates, or the model, are not those meant.
    pub fn before_known(&self) -> usize {
        self.before_known
    }

    /// One score per row.
    pub fn lines(&self) -> &[ScoredLine] {
        &self.scores
    }

    /// p of every row.
    pub fn probability(&self) -> Vec<f64> {
        let mut values: Vec<f64> = self.scores.iter().map(|score| score.log_odds).collect();
        logistic_each(&mut values);
        values
    }
}

impl ReturnPropensity {
    /// The probability of return of every line, by what is known this morning ([`Self::today`]) and by
    /// the line's own order. Nothing is learnt from the lines.
    ///
    /// # Errors
    /// [`Error::Columns`] or [`Error::Type`] where the lines have other categories or numbers, by name or by
    /// type, than the model has learnt from; their order does not matter.
    pub fn score(&self, lines: &OrderLines, threads: Threads) -> Result<LineScores, Error> {
        let scores = self.each(lines, threads, 0, |scorer, line| scorer.scored(self, line))?;
        let lines = lines.by_time();
        let early = |order: &usize| lines.day(*order) < self.stream.origin;
        let first = (0..lines.orders()).find(|order| !early(order)).unwrap_or(lines.orders());
        Ok(LineScores { scores, before_known: lines.starts[first] as usize })
    }

    /// [`ReturnPropensity::score`] of a basket in room that is used again: the probabilities go to `out`, one for each
    /// line in the order of the caller's rows. No thread is started.
    ///
    /// # Errors
    /// As [`ReturnPropensity::score`].
    ///
    /// # Examples
    /// See [`CheckOut`](crate::pipeline::CheckOut).
    pub fn score_basket(
        &self,
        lines: &OrderLines,
        work: &mut BasketWork,
        out: &mut Vec<f64>,
    ) -> Result<(), Error> {
        let lines = lines.by_time();
        let table = self.schema.matched(lines)?;
        let scorer = &mut work.0;
        out.clear();
        out.resize(lines.len(), 0.0);
        let (mut rest, mut line) = (0..lines.orders(), 0);
        while !rest.is_empty() {
            let block = order_block(lines, rest.clone());
            rest.start = block.end;
            scorer.observed.look(&self.schema, &self.stream, &table, block);
            scorer.score(self);
            for number in 0..scorer.observed.lines() {
                out[lines.row[line] as usize] = scorer.scored(self, number).log_odds;
                line += 1;
            }
        }
        logistic_each(out);
        Ok(())
    }

    /// Lower and upper ends of the interval that holds the line's probability with a probability of
    /// `level`, given the histories.
    ///
    /// ```text
    /// s² = Σ_groups (Σ_h ∂z/∂z_h sd(z_h))² + Var(δ) + τ²        Var(z_h) = ln(1 + D/a_h) + ln(1 + D/b_h)
    /// logit p − ½ s² (1 − 2p) ± z s
    /// ```
    ///
    /// with the Beta posterior (a_h, b_h) of each history and its design effect D. Of a history that crosses
    /// others, such as customer × product, Var(z_h) counts with E / (E + k): a pair that was never seen adds
    /// nothing to a score, and takes nothing from its certainty. Histories of one group (say, of the
    /// customer) count the same lines, so their doubts add up; those of different groups are
    /// independent. τ² is what lines of an order have in common, which nobody knows before. The middle of the interval lies so far from the score that the score is its mean, at
    /// most half-way to its end. The weights of the line model are taken as known.
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
        self.each(lines, threads, 0, |scorer, line| {
            let scored = scorer.scored(self, line);
            ends(scored.log_odds, self.deviation(scorer, line, &groups), quantile)
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
        let group_of: Vec<usize> =
            self.line.features.iter().map(|listed| group(listed.feature).unwrap_or(0)).collect();
        self.each(lines, threads, 8 * names.len(), |scorer, line| {
            let mut parts = vec![0.0; names.len()];
            for (listed, &group) in self.line.features.iter().zip(&group_of) {
                let value = scorer.feature(listed.feature)[line];
                for term in &listed.terms {
                    parts[group] += listed.part_of(term, value);
                }
            }
            parts[names.len() - 1] = self.stream.level.shift;
            parts
        })
    }

    /// The log-odds of an average line, before the level.
    pub fn base(&self) -> f64 {
        self.line.intercept
    }

    /// Something of every line, by row, which has so many bytes `besides`.
    fn each<T: Clone + Default + Send>(
        &self,
        lines: &OrderLines,
        threads: Threads,
        besides: usize,
        of: impl Fn(&Scorer, usize) -> T + Sync,
    ) -> Result<Vec<T>, Error> {
        lines.ask_by_time()?;
        let lines = lines.by_time();
        let table = self.schema.matched(lines)?;
        let room = 2 * size_of::<T>() + besides;
        memory::ask_for_rows("scores of order lines", lines.len(), room + room / 16, 0)?;
        let chunks = map_chunks(lines.orders(), CHUNK, threads, |orders| {
            let (mut scorer, mut rest) = (Scorer::default(), orders.clone());
            let mut values = Vec::with_capacity(
                (lines.starts[orders.end] - lines.starts[orders.start]) as usize,
            );
            while !rest.is_empty() {
                let block = order_block(lines, rest.clone());
                rest.start = block.end;
                scorer.observed.look(&self.schema, &self.stream, &table, block);
                scorer.score(self);
                values.extend((0..scorer.observed.lines()).map(|line| of(&scorer, line)));
            }
            values
        });
        let mut by_row = vec![T::default(); lines.len()];
        for (&row, value) in lines.row.iter().zip(chunks.into_iter().flatten()) {
            by_row[row as usize] = value;
        }
        Ok(by_row)
    }
}

/// Room to score baskets in, one after the other.
#[derive(Debug, Clone, Default)]
pub struct BasketWork(Scorer);

/// Lines that are scored together: what was known of them, and what follows from it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scorer {
    pub(crate) observed: Observed,
    /// Log-odds without today's level.
    pub(crate) log_odds: Vec<f64>,
    /// Features that rest on the histories, one column after the other.
    histories: Vec<f64>,
    context: usize,
}

impl Scorer {
    /// Scores the lines that were looked at.
    pub(crate) fn score(&mut self, model: &ReturnPropensity) {
        let lines = self.observed.lines();
        self.context = model.schema.context_width();
        self.histories.clear();
        for own in 0..OWN.len() {
            self.histories.extend_from_slice(self.observed.history(own).0);
        }
        ln_1p_each(&mut self.histories);
        let own_features = model.schema.first_history() - self.context;
        self.histories.resize((own_features + model.shrinkage.len()) * lines, 0.0);
        let (own_columns, log_odds) = self.histories.split_at_mut(own_features * lines);
        let columns = log_odds.chunks_exact_mut(lines);
        for (history, (prior, column)) in model.shrinkage.iter().zip(columns).enumerate() {
            let (exposure, returns) = self.observed.history(history);
            shrunk_each(prior, exposure, returns, column);
            if history < OWN.len() {
                let first = (model.schema.believed(history) - self.context) * lines;
                let believed = &mut own_columns[first..first + lines];
                believed.copy_from_slice(column);
                believed_each(prior, exposure, believed);
            }
        }
        let mut log_odds = std::mem::take(&mut self.log_odds);
        log_odds.resize(lines, 0.0);
        model.line.log_odds(|feature| self.feature(feature), &mut log_odds);
        self.log_odds = log_odds;
    }

    /// One feature of every line.
    pub(crate) fn feature(&self, feature: usize) -> &[f64] {
        match feature.checked_sub(self.context) {
            None => self.observed.context(feature),
            Some(of_history) => {
                let lines = self.observed.lines();
                &self.histories[of_history * lines..(of_history + 1) * lines]
            }
        }
    }

    pub(crate) fn scored(&self, model: &ReturnPropensity, line: usize) -> ScoredLine {
        let [customer, product] = self.observed.known[line];
        ScoredLine {
            log_odds: self.log_odds[line] + model.stream.level.shift,
            new_customer: !customer,
            new_product: !product,
            told_before: false,
        }
    }
}
