//! What a return propensity is learnt from: the columns of a table, and the histories kept of them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::orders::{IdKind, LinesByTime};

/// A part of a history's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Customer,
    Product,
    /// The caller's category of that number.
    Category(usize),
    /// The value of the line, in bands half a unit of its logarithm wide.
    ValueBand,
}

/// Whose histories come first and have more features than their log-odds: customers and products.
pub(crate) const OWN: [Part; 2] = [Part::Customer, Part::Product];

/// What is counted apart, and how.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HistorySpec {
    pub(crate) parts: Vec<Part>,
    /// Counts orders with any return instead of lines.
    pub(crate) per_order: bool,
}

impl HistorySpec {
    fn of_lines(parts: &[Part]) -> Self {
        Self { parts: parts.into(), per_order: false }
    }
}

/// A column of ids: its name and whether it holds whole numbers or text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IdColumn {
    pub(crate) name: String,
    pub(crate) text: bool,
}

/// Names and kinds of the columns, and the histories kept of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Schema {
    pub(crate) customer: IdColumn,
    pub(crate) product: IdColumn,
    pub(crate) categories: Vec<IdColumn>,
    pub(crate) numbers: Vec<String>,
    /// The first is that of the customers' lines, the second that of the products'.
    pub(crate) histories: Vec<HistorySpec>,
    /// Prices below are taken for this one.
    pub(crate) least_price: f64,
}

impl Schema {
    /// The columns of the lines of so many orders, with the histories asked for crossed keys, beside the
    /// usual ones or those of customer and product alone.
    pub(crate) fn of(
        lines: &LinesByTime,
        orders: usize,
        crossed: &[Vec<String>],
        usual: bool,
    ) -> Result<Self, Error> {
        lines.check_product()?;
        let column = |levels: &crate::orders::Levels| IdColumn {
            name: levels.name.clone(),
            text: levels.kind == IdKind::Text,
        };
        let mut schema = Self {
            customer: column(&lines.customer),
            product: column(&lines.product),
            categories: lines.categories.iter().map(column).collect(),
            numbers: lines.numbers.iter().map(|numbers| numbers.name.clone()).collect(),
            histories: Self::own_histories().into(),
            least_price: least_price(&lines.price[..lines.starts[orders] as usize]),
        };
        if usual {
            schema.add_usual_histories(&variants(lines, orders));
        }
        for names in crossed {
            let parts = names.iter().map(|name| schema.part(name)).collect::<Result<_, _>>()?;
            let spec = HistorySpec { parts, per_order: false };
            if !schema.histories.contains(&spec) {
                schema.histories.push(spec);
            }
        }
        Ok(schema)
    }

    /// Those of the customers' and of the products' lines, which come first.
    fn own_histories() -> [HistorySpec; OWN.len()] {
        OWN.map(|part| HistorySpec::of_lines(&[part]))
    }

    fn add_usual_histories(&mut self, variants: &[usize]) {
        self.histories.extend([
            HistorySpec { per_order: true, ..HistorySpec::of_lines(&[Part::Customer]) },
            HistorySpec::of_lines(&[Part::Customer, Part::Product]),
            HistorySpec::of_lines(&[Part::Customer, Part::ValueBand]),
        ]);
        for category in (0..self.categories.len()).map(Part::Category) {
            self.histories.push(HistorySpec::of_lines(&[category]));
            self.histories.push(HistorySpec::of_lines(&[category, Part::ValueBand]));
        }
        for category in variants.iter().copied().map(Part::Category) {
            self.histories.push(HistorySpec::of_lines(&[Part::Product, category]));
        }
    }

    fn part(&self, name: &str) -> Result<Part, Error> {
        if name == self.customer.name || name == "customer" {
            return Ok(Part::Customer);
        }
        if name == self.product.name || name == "product" {
            return Ok(Part::Product);
        }
        let category = self.categories.iter().position(|column| column.name == name);
        category.map(Part::Category).ok_or_else(|| Error::Choice {
            name: "a crossed key",
            expected: "customer, product or a category of the lines",
            value: name.to_owned(),
        })
    }

    /// Refuses ids of another kind than those that the model has learnt from.
    pub(crate) fn same_kind(column: &IdColumn, name: &str, kind: IdKind) -> Result<(), Error> {
        if column.text == (kind == IdKind::Text) {
            return Ok(());
        }
        let (expected, got) = if column.text {
            ("text, as when the model was fitted", "whole numbers")
        } else {
            ("whole numbers, as when the model was fitted", "text")
        };
        Err(Error::Type { column: name.to_owned(), expected, got: got.to_owned() })
    }

    /// Whether a history is of a key crossed from parts one of which has a history of its own.
    pub(crate) fn crosses_others(&self, history: usize) -> bool {
        let parts = &self.histories[history].parts;
        let own = |part: &Part| self.histories.iter().any(|spec| spec.parts == [*part]);
        parts.len() > 1 && parts.iter().any(own)
    }

    /// Whether the histories are of these columns, the first two of customers and products.
    pub(crate) fn is_sound(&self) -> bool {
        let known = |part: &Part| match *part {
            Part::Category(number) => number < self.categories.len(),
            _ => true,
        };
        let sound = |spec: &HistorySpec| !spec.parts.is_empty() && spec.parts.iter().all(known);
        self.histories.starts_with(&Self::own_histories())
            && self.histories.iter().all(sound)
            && self.least_price.is_finite()
            && self.least_price > 0.0
    }

    /// The name of a history, from the names of its parts.
    pub(crate) fn history_name(&self, spec: &HistorySpec) -> String {
        let name = self.joined(spec, true);
        if spec.per_order { format!("orders of the {name}") } else { name }
    }

    /// The group of a history's features: its columns, whatever the value of the line.
    pub(crate) fn history_group(&self, spec: &HistorySpec) -> String {
        self.joined(spec, false)
    }

    fn joined(&self, spec: &HistorySpec, with_value: bool) -> String {
        let mut names: Vec<&str> = Vec::new();
        for part in &spec.parts {
            match *part {
                Part::Customer => names.push("customer"),
                Part::Product => names.push("product"),
                Part::Category(number) => names.push(&self.categories[number].name),
                Part::ValueBand if with_value => names.push("value"),
                Part::ValueBand => {}
            }
        }
        names.join(" × ")
    }
}

/// The categories that products come in several levels of, such as sizes and colours: other than a brand,
/// they differ between lines of one product; other than a country, between lines of one order. By the
/// first lines, where there are many.
fn variants(lines: &LinesByTime, orders: usize) -> Vec<usize> {
    /// The share of so many lines is known to a fifth of a percent: more would cost time for nothing.
    const ENOUGH: u32 = 1 << 16;
    let orders = lines.starts[..=orders].partition_point(|&start| start <= ENOUGH) - 1;
    let seen = lines.starts[orders] as usize;
    let differs = |category: &usize| {
        let levels = &lines.categories[*category].keys[..seen];
        let mut last = HashMap::new();
        let of_product = lines.product.keys[..seen].iter().zip(levels);
        let of_product = of_product
            .filter_map(|(product, level)| last.insert(product, level).map(|last| last != level));
        let of_order = (0..orders)
            .flat_map(|order| levels[lines.order(order)].windows(2))
            .map(|pair| pair[0] != pair[1]);
        often(of_product) && often(of_order)
    };
    (0..lines.categories.len()).filter(differs).collect()
}

/// Whether one in four is true, or more. A choice that keeps brands and countries out, which hardly ever
/// differ, and lets sizes in, which mostly do.
fn often(all: impl Iterator<Item = bool>) -> bool {
    let (all, those) = all.fold((0, 0), |(all, those), is| (all + 1, those + u32::from(is)));
    those > 0 && 4 * those >= all
}

/// The price that one in a hundred of those above zero does not reach: a logarithm of a gift at 0.001 would
/// otherwise stand as far from all others as the dearest line. A choice.
fn least_price(prices: &[f64]) -> f64 {
    let mut above_0: Vec<f64> = prices.iter().copied().filter(|&price| price > 0.0).collect();
    if above_0.is_empty() {
        return 1.0;
    }
    let rank = above_0.len() / 100;
    *above_0.select_nth_unstable_by(rank, f64::total_cmp).1
}
