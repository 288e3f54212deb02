//! Return propensity: how likely is this order line to be sent back?

mod clustering;
mod columns;
mod design;
mod expected;
mod facts;
mod file;
mod file_today;
mod fit;
mod interval;
mod kernel;
mod keys;
mod lag;
mod level;
mod line;
mod newton;
mod observe;
mod open;
mod optimism;
mod propensity;
mod sample;
mod schema;
mod score;
mod settling;
mod shrink;
mod stream;
mod update;

pub use expected::{ReturnEconomics, expected_returns};
pub use facts::ReturnFacts;
pub use fit::{ReturnFit, ReturnOptions};
pub use lag::LagCurve;
pub use propensity::Propensity;
pub use score::{LineScores, ScoredLine};
pub use shrink::{Shrinkage, ShrinkageCriterion};

use clustering::Clustering;
use line::LineModel;
use schema::Schema;
use stream::Stream;

/// The probability that an order line is sent back, known at the time of its order.
///
/// ```text
/// logit p = δ(t) + β₀ + Σ_t w_t (b_t(x) − mean_t)
/// ```
///
/// The features x are shrunk log-odds of histories (of the customer, the product, each category, and
/// crosses of them) and what the order itself says (price against the product's past, basket, quantity
/// against the usual, tenure, calendar, the caller's columns); b_t are these or bends of them. δ is the
/// level of returns today, learnt from lines whose fate is settled.
///
/// The model carries its state: what is known of every key, lines whose fate is open, the level. Lines
/// and returns move it on in order of time, at a constant cost per event; a line is scored by what was
/// known at the end of the day before, and by its own order.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TimeScale};
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::returns::{ReturnOptions, ReturnPropensity};
/// # let rows = 0..4000_i64;
/// # let customer: Vec<i64> = rows.clone().map(|i| (i * 7919) % 97).collect();
/// # let product: Vec<i64> = rows.clone().map(|i| (i * 104_729) % 31).collect();
/// # let day: Vec<i64> = rows.clone().map(|i| i / 10).collect();
/// # let price: Vec<f64> = rows.clone().map(|i| 10.0 + (i % 13) as f64).collect();
/// # let back: Vec<f64> = customer.iter().zip(&product)
/// #     .map(|(c, p)| f64::from((c * 31 + p * 17) % 11 < 2 + (c % 5))).collect();
/// # let back_day: Vec<i64> = day.iter().map(|day| day + 5).collect();
/// let customer = Column::new("customer", &customer[..]).into();
/// let mut columns = LineColumns::new(customer, Column::new("day", &day), TimeScale::Days)
///     .with_price(Column::new("price", &price));
/// columns.product = Some(Column::new("article", &product[..]).into());
/// columns.returned = Some(Column::new("returned", &back));
/// columns.return_time = Some(Column::new("return_day", &back_day));
/// let lines = OrderLines::new(&columns, Invalid::Raise)?;
///
/// let mut options = ReturnOptions::default();
/// options.horizon_days = 30;
/// let model = ReturnPropensity::fit(&lines, &options)?.model;
///
/// let scores = model.score(&lines, Threads::default())?;
/// assert!(scores.probability().iter().all(|p| (0.0..1.0).contains(p)));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Histories and their one-step-ahead strength: docs/returns.md. Prequential choice: Dawid (1984), JRSS
/// A 147, 278–292. Returns as a part of the relationship, and why moderate returners are no problem:
/// Petersen & Kumar (2009), Journal of Marketing 73(3), 35–51.
#[derive(Debug, Clone)]
pub struct ReturnPropensity {
    pub(crate) schema: Schema,
    pub(crate) lag: LagCurve,
    pub(crate) shrinkage: Vec<Shrinkage>,
    pub(crate) line: LineModel,
    pub(crate) clustering: Clustering,
    pub(crate) facts: ReturnFacts,
    pub(crate) stream: Stream,
}

impl ReturnPropensity {
    /// How it was fitted.
    pub fn facts(&self) -> &ReturnFacts {
        &self.facts
    }

    /// How long returns take.
    pub fn lag(&self) -> &LagCurve {
        &self.lag
    }

    /// The histories by name, with their priors.
    pub fn histories(&self) -> Vec<(String, Shrinkage)> {
        let name = |spec| self.schema.history_name(spec);
        self.schema.histories.iter().map(name).zip(self.shrinkage.iter().copied()).collect()
    }

    /// How many keys each history has, in the order of [`ReturnPropensity::histories`].
    pub fn known_keys(&self) -> Vec<usize> {
        self.stream.tables.iter().map(keys::Keys::len).collect()
    }

    /// How many lines are neither returned nor older than the horizon.
    pub fn open_lines(&self) -> usize {
        self.stream.open.iter().filter(|(_, line)| !line.returned).count()
    }

    /// The day whose morning the state is that of, counted from 1970-01-01.
    pub fn today(&self) -> i32 {
        self.stream.today
    }

    /// δ: how far the log-odds of all lines are shifted today.
    pub fn level(&self) -> f64 {
        self.stream.level.shift
    }
}
