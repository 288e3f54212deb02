//! What a return propensity is learnt from: the histories, the features of a line, and their groups.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::orders::{IdKind, LinesByTime};

/// A part of a history's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    Customer,
    Product,
    /// The caller's category of that number.
    Category(usize),
    /// The value of the line, in bands half a unit of its logarithm wide.
    ValueBand,
}

/// What is counted apart, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

/// The features of a line that are no history, in order; those of the caller's columns follow.
pub(crate) const CONTEXT: [(&str, &str); 26] = [
    ("log value", "price"),
    ("log price", "price"),
    ("free of charge", "price"),
    ("log price against the product's mean", "price"),
    ("log price against the product's maximum", "price"),
    ("log price against the customer's mean", "price"),
    ("log quantity against the product's mean", "quantity"),
    ("log quantity against the customer's mean", "quantity"),
    ("log lines in the basket", "basket"),
    ("log value of the basket", "basket"),
    ("log lines of the same product", "basket"),
    ("log variants of the same product", "basket"),
    ("log lines of the customer", "tenure"),
    ("log days since the customer's first order", "tenure"),
    ("log days since the customer's last order", "tenure"),
    ("log number of the order", "tenure"),
    ("log lines of the product", "product age"),
    ("log days since the product's first sale", "product age"),
    ("hour, sine", "calendar"),
    ("hour, cosine", "calendar"),
    ("Monday", "calendar"),
    ("Tuesday", "calendar"),
    ("Wednesday", "calendar"),
    ("Thursday", "calendar"),
    ("Friday", "calendar"),
    ("Saturday", "calendar"),
];

/// Those among them that also get a spline: value, quantity against the product's, the customer's lines.
pub(crate) const SPLINED: [usize; 3] = [0, 6, 12];

/// A feature: what it is called, what it belongs to, and whether it is bent by a spline.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Feature {
    pub(crate) name: String,
    pub(crate) group: String,
    pub(crate) splined: bool,
    /// Whether it is the log-odds of a history, which are shrunk already.
    pub(crate) shrunk: bool,
    /// Whether the line model looks at it.
    pub(crate) used: bool,
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
    fn own_histories() -> [HistorySpec; 2] {
        [Part::Customer, Part::Product].map(|part| HistorySpec::of_lines(&[part]))
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

    /// Refuses lines of other columns than the model has learnt from.
    pub(crate) fn admit(&self, lines: &LinesByTime) -> Result<(), Error> {
        lines.check_product()?;
        let ids = [(&self.customer, &lines.customer), (&self.product, &lines.product)];
        let count = |name: &'static str, expected: usize, got: usize| {
            if expected == got {
                return Ok(());
            }
            Err(Error::Length { column: name.to_owned(), expected, got })
        };
        count("categories", self.categories.len(), lines.categories.len())?;
        count("numbers", self.numbers.len(), lines.numbers.len())?;
        for (column, levels) in ids.into_iter().chain(self.categories.iter().zip(&lines.categories))
        {
            Self::same_kind(column, &levels.name, levels.kind)?;
        }
        Ok(())
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

    /// Features without histories: the context's, one per category, two per number.
    pub(crate) fn context_width(&self) -> usize {
        CONTEXT.len() + self.categories.len() + 2 * self.numbers.len()
    }

    /// The exposure of the customer (0) or the product (1).
    pub(crate) fn exposure_of(&self, history: usize) -> usize {
        self.context_width() + history
    }

    /// The log-odds of the customer (0) or the product (1), as far as they are believed.
    pub(crate) fn believed(&self, history: usize) -> usize {
        self.context_width() + 2 + history
    }

    /// The first feature that is the log-odds of a history.
    pub(crate) fn first_history(&self) -> usize {
        self.context_width() + 4
    }

    /// All features in order: the context, the exposures of customer and product, their log-odds as far
    /// as they are believed, the log-odds of the histories.
    ///
    /// Each history is shrunk as it predicts best alone. Where several of a customer's add up, long ones
    /// would be believed too much and short ones too little; so the weight may differ with what is known.
    pub(crate) fn features(&self) -> Vec<Feature> {
        let feature = |name: String, group: &str, splined| Feature {
            name,
            group: group.to_owned(),
            splined,
            shrunk: false,
            used: true,
        };
        let context = CONTEXT.iter().enumerate();
        let mut features: Vec<Feature> = context
            .map(|(i, (name, group))| feature((*name).to_owned(), group, SPLINED.contains(&i)))
            .collect();
        for column in &self.categories {
            let name = format!("log lines of the same {} in the basket", column.name);
            features.push(feature(name, "basket", false));
        }
        for name in &self.numbers {
            features.push(feature(name.clone(), name, true));
            features.push(feature(format!("{name} is missing"), name, false));
        }
        features.push(feature("log exposure of the customer".to_owned(), "customer", false));
        features.push(feature("log exposure of the product".to_owned(), "product", false));
        for (name, group) in [(&self.customer.name, "customer"), (&self.product.name, "product")] {
            let believed = feature(format!("log-odds of {name}, believed"), group, false);
            features.push(Feature { shrunk: true, ..believed });
        }
        for (number, spec) in self.histories.iter().enumerate() {
            let name = format!("log-odds of {}", self.history_name(spec));
            let of_history = feature(name, &self.joined(spec, false), number < 2);
            features.push(Feature { shrunk: true, ..of_history });
        }
        features
    }
}

/// The categories that products come in several levels of, such as sizes and colours: other than a brand,
/// they differ between lines of one product; other than a country, between lines of one order. By the
/// first lines, where there are many.
fn variants(lines: &LinesByTime, orders: usize) -> Vec<usize> {
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

/// Whether one in four is true, or more.
fn often(all: impl Iterator<Item = bool>) -> bool {
    let (all, those) = all.fold((0, 0), |(all, those), is| (all + 1, those + u32::from(is)));
    those > 0 && 4 * those >= all
}

/// The price that one in a hundred of those above zero does not reach.
fn least_price(prices: &[f64]) -> f64 {
    let mut above_0: Vec<f64> = prices.iter().copied().filter(|&price| price > 0.0).collect();
    if above_0.is_empty() {
        return 1.0;
    }
    let rank = above_0.len() / 100;
    *above_0.select_nth_unstable_by(rank, f64::total_cmp).1
}
