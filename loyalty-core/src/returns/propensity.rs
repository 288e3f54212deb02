//! The propensity of a customer, or of a product, apart from what else is in the line.

use super::ReturnPropensity;
use super::interval::{Doubt, ends};
use super::schema::{HistorySpec, Part, Schema};
use super::tables::keys::Counts;
use crate::Error;
use crate::estimation::two_sided;
use crate::math::elementary::{ln_1p, logistic};
use crate::memory;
use crate::orders::key;
use crate::orders::{CustomerColumn, IdKind};

/// How often lines of one customer, or of one product, come back, everything else being average.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Propensity {
    /// The probability of return of a line that is average but for its customer (or product).
    pub estimate: f64,
    /// The lower end of its interval.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
    /// E: lines known, by their maturity.
    pub exposure: f64,
    /// R: how many of them came back.
    pub returns: f64,
}

impl ReturnPropensity {
    /// The propensity of customers: their own effect at the average product mix, cleaned of what they
    /// buy as far as the line model can.
    ///
    /// ```text
    /// logit θ = δ + β₀ + Σ_t w_t (b_t(x) − mean_t)      t: terms of the customer's own histories
    /// ```
    ///
    /// The interval has the width of [`Self::intervals`], the doubt of the customer's histories alone.
    /// Unknown customers are average, with the doubt of the prior.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `level` is between 0 and 1, [`Error::Type`] where the ids are of
    /// another kind than the model's.
    pub fn customers(
        &self,
        ids: &CustomerColumn<'_>,
        level: f64,
    ) -> Result<Vec<Propensity>, Error> {
        self.propensities(ids, level, Part::Customer)
    }

    /// The propensity of products at the average of customers; as [`Self::customers`].
    ///
    /// # Errors
    /// As [`Self::customers`].
    pub fn products(&self, ids: &CustomerColumn<'_>, level: f64) -> Result<Vec<Propensity>, Error> {
        self.propensities(ids, level, Part::Product)
    }

    fn propensities(
        &self,
        ids: &CustomerColumn<'_>,
        level: f64,
        part: Part,
    ) -> Result<Vec<Propensity>, Error> {
        let quantile = two_sided(level)?;
        let column = match part {
            Part::Customer => &self.schema.customer,
            _ => &self.schema.product,
        };
        let kind = match ids {
            CustomerColumn::Int(_) => IdKind::Integer,
            CustomerColumn::Text(_) => IdKind::Text,
        };
        Schema::same_kind(column, ids.name(), kind)?;
        let each = size_of::<Propensity>();
        memory::ask_for_rows("propensities", ids.len(), each, 0)?;
        let key = |row: usize| match ids {
            _ if !ids.is_present(row) => key::MISSING,
            CustomerColumn::Int(ids) => key::of_integer(ids.values[row]),
            CustomerColumn::Text(ids) => key::of_text(ids.values.text(row)),
        };
        Ok((0..ids.len()).map(|row| self.propensity(key(row), quantile, part)).collect())
    }

    fn propensity(&self, key: u64, quantile: f64, part: Part) -> Propensity {
        let first = self.schema.first_history();
        let own = |spec: &HistorySpec| spec.parts == [part];
        let product = usize::from(part == Part::Product);
        let mut found = Propensity::default();
        let mut log_odds = self.line.intercept + self.stream.level.shift;
        let mut doubt = Doubt::default();
        let mut add = |feature: usize, value: f64| {
            let terms = self.line.terms_of(feature);
            log_odds += terms.map(|(listed, term)| listed.part_of(term, value)).sum::<f64>();
        };
        for (history, spec) in self.schema.histories.iter().enumerate().filter(|(_, s)| own(s)) {
            let place = self.stream.place(history, key);
            let counts =
                place.map_or(Counts::default(), |place| self.stream.counts(history, place));
            let prior = &self.shrinkage[history];
            let as_counted = counts;
            let counts = counts.measured(self.stream.factor(history));
            let z = prior.log_odds(counts);
            add(first + history, z);
            doubt.add(self.effect_of_doubt(history, counts));
            if !spec.per_order {
                add(self.schema.exposure_of(product), ln_1p(counts.exposure));
                add(self.schema.believed(product), z * prior.belief(counts.exposure));
                (found.exposure, found.returns) = (as_counted.exposure, as_counted.returns);
            }
        }
        found.estimate = logistic(log_odds);
        [found.lower, found.upper] = ends(log_odds, doubt.variance().sqrt(), quantile);
        found
    }
}
