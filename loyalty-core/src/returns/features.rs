//! The features of a line: what each is, and which number it has.
//!
//! Numbers are places in the columns of one run of the program; they follow from the columns of the table,
//! from [`Context`] and from the histories, and are nowhere else. Files know features by name
//! ([`model_file`](super::model_file)).

use super::context::{Context, Shape};
use super::schema::{OWN, Schema};

/// What a feature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FeatureKind {
    Context(Context),
    /// Lines of the same level of a category in the basket.
    SameInBasket(usize),
    /// A number of the caller.
    Number(usize),
    /// Whether it is missing.
    NumberMissing(usize),
    /// The exposure of the customer (0) or the product (1).
    Exposure(usize),
    /// Their log-odds, as far as they are believed.
    Believed(usize),
    /// The log-odds of a history.
    History(usize),
}

/// A feature: what it is, what it belongs to, and how the line model takes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Feature {
    pub(crate) kind: FeatureKind,
    /// The group whose contributions it is counted in.
    pub(crate) group: String,
    pub(crate) splined: bool,
    /// Whether it is the log-odds of a history, which are shrunk already.
    pub(crate) shrunk: bool,
    /// Whether the line model looks at it.
    pub(crate) used: bool,
}

impl Schema {
    /// The lines like a line in its basket, by a category.
    pub(crate) fn same_in_basket(category: usize) -> usize {
        Context::ALL.len() + category
    }

    /// A number of the caller; whether it is missing comes next.
    pub(crate) fn number(&self, number: usize) -> usize {
        Self::same_in_basket(self.categories.len()) + 2 * number
    }

    /// How many features rest on no history; they come first.
    pub(crate) fn context_width(&self) -> usize {
        self.number(self.numbers.len())
    }

    /// The exposure of the customer (0) or the product (1).
    pub(crate) fn exposure_of(&self, own: usize) -> usize {
        self.context_width() + own
    }

    /// The log-odds of the customer (0) or the product (1), as far as they are believed.
    pub(crate) fn believed(&self, own: usize) -> usize {
        self.exposure_of(OWN.len()) + own
    }

    /// The first feature that is the log-odds of a history.
    pub(crate) fn first_history(&self) -> usize {
        self.believed(OWN.len())
    }

    /// All features, by number.
    ///
    /// Each history is shrunk as it predicts best alone. Where several of a customer's add up, long ones
    /// would be believed too much and short ones too little; so the weight may differ with what is known.
    pub(crate) fn features(&self) -> Vec<Feature> {
        let mut kinds: Vec<FeatureKind> =
            Context::ALL.iter().copied().map(FeatureKind::Context).collect();
        kinds.extend((0..self.categories.len()).map(FeatureKind::SameInBasket));
        for number in 0..self.numbers.len() {
            kinds.extend([FeatureKind::Number(number), FeatureKind::NumberMissing(number)]);
        }
        kinds.extend((0..OWN.len()).map(FeatureKind::Exposure));
        kinds.extend((0..OWN.len()).map(FeatureKind::Believed));
        kinds.extend((0..self.histories.len()).map(FeatureKind::History));
        kinds.into_iter().map(|kind| self.feature(kind)).collect()
    }

    fn feature(&self, kind: FeatureKind) -> Feature {
        let own = |own: usize| if own == 0 { "customer" } else { "product" };
        let (group, splined, shrunk) = match kind {
            FeatureKind::Context(context) => {
                (context.group().to_owned(), context.shape() == Shape::Splined, false)
            }
            FeatureKind::SameInBasket(_) => ("basket".to_owned(), false, false),
            FeatureKind::Number(number) => (self.numbers[number].clone(), true, false),
            FeatureKind::NumberMissing(number) => (self.numbers[number].clone(), false, false),
            FeatureKind::Exposure(of) => (own(of).to_owned(), false, false),
            FeatureKind::Believed(of) => (own(of).to_owned(), false, true),
            FeatureKind::History(number) => {
                (self.history_group(&self.histories[number]), number < OWN.len(), true)
            }
        };
        Feature { kind, group, splined, shrunk, used: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::returns::schema::{HistorySpec, IdColumn, Part};

    #[test]
    fn every_number_is_that_of_its_feature() {
        let column = |name: &str| IdColumn { name: name.to_owned(), text: true };
        let spec = |part: Part| HistorySpec { parts: vec![part], per_order: false };
        let schema = Schema {
            customer: column("customer"),
            product: column("product"),
            categories: vec![column("size"), column("brand")],
            numbers: vec!["age".to_owned(), "discount".to_owned()],
            histories: vec![spec(Part::Customer), spec(Part::Product), spec(Part::Category(1))],
            least_price: 1.0,
        };
        let features = schema.features();
        for (number, &context) in Context::ALL.iter().enumerate() {
            assert_eq!(context as usize, number);
            assert_eq!(features[number].kind, FeatureKind::Context(context));
        }
        for (number, kind) in [
            (Schema::same_in_basket(1), FeatureKind::SameInBasket(1)),
            (schema.number(1), FeatureKind::Number(1)),
            (schema.number(1) + 1, FeatureKind::NumberMissing(1)),
            (schema.exposure_of(1), FeatureKind::Exposure(1)),
            (schema.believed(1), FeatureKind::Believed(1)),
            (schema.first_history() + 2, FeatureKind::History(2)),
        ] {
            assert_eq!(features[number].kind, kind);
        }
        assert_eq!(features.len(), schema.first_history() + 3);
    }
}
