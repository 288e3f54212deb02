//! Return propensity: how likely is this order line to be sent back?
//!
//! [`ReturnPropensity`] is fitted to order lines whose fate is known and then lives on with the shop: it
//! scores lines as they come, learns from returns as they come, and can be saved on any evening.
//! [`expected_returns`] turns probabilities into the money that returns of a basket will cost.
//!
//! # How the parts work together
//! The statistics stand in docs/returns.md; this is where each part of them is. A fit is one pass over the
//! lines in order of time, and then a regression over what the pass has seen.
//!
//! 1. **Columns.** `schema` keeps the names of the columns and decides which histories are counted: of
//!    customers, products, categories, crosses of them. `matched` holds a table against these names, for a
//!    fit as for every score.
//! 2. **The stream of lines** (`stream`). A line is entered on its day, under one key per history (`tables`),
//!    and is open (`open`) until it is settled. As it ages it gives its keys *exposure*, in the steps of the
//!    lag curve F (`lag`): E = Σ F(age); as it comes back, a return. Counts change at midnight only. `past`
//!    keeps the usual price and quantity of customers and products, `overall` the level of all lines so far,
//!    against which histories are measured.
//! 3. **What was known of a line** (`observe`): the counts of its keys that morning, and what its order says
//!    (`context` lists these features, `features` numbers all). Nothing that became known later is in it, so
//!    a line can be predicted as it will be in use.
//! 4. **The sample** (`sample`). The pass keeps these columns for settled lines, thinned where there are very
//!    many, and for the open ones, whose fate the level needs later.
//! 5. **The level of the past** (`drift`). Everybody's rate moved while these lines were sold, and what they tell
//!    is told against all lines of their time: by a path of the level, learnt from the rates for 6 and together with
//!    the line model in 8.
//! 6. **Shrinkage** (`shrink`, by column in `shrunk`). Each history's Beta prior (mean m, strength k) is that
//!    under which the counts before each sampled line predict its fate best. It turns counts into log-odds
//!    z = logit((m k + R) / (k + E)) − logit(m), which are features like the others.
//! 7. **The design** (`design`): features within the bounds seen, bent by splines where it pays,
//!    standardised, in blocks that `kernel` sums over.
//! 8. **Newton's method** (`newton`) finds the coefficients of the penalised logistic regression, and the
//!    penalty λ that predicts the last fifth of the rows best. `line` is the model that comes of it:
//!    β₀ + Σ w (b(x) − mean).
//! 9. **Optimism** (`optimism`). From the same Hessian: by how much log-odds learnt from so few returns stand
//!    too far apart; all weights are multiplied by that slope γ. It needs the design effect of orders
//!    (`clustering`): lines of an order come back together, and tell less than their number says.
//! 10. **The level** (`level`). δ shifts all log-odds and follows what becomes known of lines as they age.
//!     `settling` replays the past under several drifts, with open lines heard or not, and takes what
//!     predicted best; the replay ends with the level of today.
//! 11. **Scores** (`score`): logit p = δ + the line model on what `observe` finds; `interval` adds the doubt
//!     of the histories' posteriors and of the level, `propensity` asks for a customer or a product alone.
//!     `update` scores lines and enters them into the stream, which `fit` has left where the past ends.
//!
//! `telling` refuses columns that cannot have been known at the order, `told_before` knows orders that are told
//! twice, `paid_back` learns how much of a line
//! that comes back is paid back. `fit` runs 1 to 10 in this order. `model_file` writes the model with everything under its name,
//! `state_file` the stream, `compact` its columns (`state_columns`) in a
//! fifth of the bytes or less. `columns` has the loops over columns that 3 to 10 share; `expected` turns
//! probabilities into money, `facts` says how a fit went and `learnt` from which columns.

mod clustering;
mod columns;
mod compact;
mod context;
mod design;
mod drift;
mod expected;
mod facts;
mod features;
mod fit;
mod interval;
mod kernel;
mod lag;
mod learnt;
mod level;
mod line;
mod line_keys;
mod matched;
mod model_file;
mod newton;
mod observe;
mod open;
mod optimism;
mod overall;
mod paid_back;
mod past;
mod propensity;
mod sample;
mod schema;
mod score;
mod settling;
mod shrink;
mod shrunk;
mod state_codec;
mod state_columns;
mod state_file;
mod state_today;
mod stream;
mod tables;
mod telling;
mod told;
mod told_before;
mod update;

pub use expected::{ExpectedReturns, ReturnEconomics, expected_returns};
pub use facts::ReturnFacts;
pub use fit::{ReturnFit, ReturnOptions};
pub use lag::LagCurve;
pub use learnt::{LearntCells, LearntColumn, LearntRole};
pub use propensity::Propensity;
pub use score::{BasketWork, LineScores, ScoredLine};
pub use shrink::{Shrinkage, ShrinkageCriterion};

pub(crate) use lag::LagCounts;
pub(crate) use state_codec::{hexadecimal, keys_of};
pub(crate) use tables::keys::Counts;

use crate::{Error, memory};
use clustering::Clustering;
use line::LineModel;
use paid_back::PaidBack;
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
/// options.horizon_days = Some(30);
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

    /// A copy of the model and its state.
    ///
    /// # Errors
    /// [`Error::Memory`] where there is not enough for it.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::returns::ReturnPropensity;
    /// let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../golden/return_propensity.json");
    /// let model = ReturnPropensity::read(golden)?;
    /// assert_eq!(model.copied()?.to_json(), model.to_json());
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn copied(&self) -> Result<Self, Error> {
        // Packed tables are shared.
        let keys: usize = self.stream.tables.iter().map(|of| of.len() - of.packed()).sum();
        let pasts = 56 * (self.stream.customers.len() + self.stream.products.len());
        let open = (160 + 4 * self.stream.tables.len()) * self.stream.open.iter().count();
        memory::ask_for_rows("a copy of a return model", keys, 56, pasts + open)?;
        Ok(self.clone())
    }

    /// How many keys each history has, in the order of [`ReturnPropensity::histories`].
    pub fn known_keys(&self) -> Vec<usize> {
        self.stream.tables.iter().map(tables::Table::len).collect()
    }

    /// How many lines are neither returned nor older than the horizon.
    pub fn open_lines(&self) -> usize {
        self.stream.open.iter().filter(|(_, line)| !line.returned).count()
    }

    /// The day whose morning the state is that of, counted from 1970-01-01.
    pub fn today(&self) -> i32 {
        self.stream.today
    }

    /// g: the share of the value of returned lines that is paid back, of those learnt from; `None` where the
    /// lines did not say how much, but only whether, or nothing of value came back.
    pub fn share_paid_back(&self) -> Option<f64> {
        self.stream.paid_back.as_ref().and_then(PaidBack::all)
    }

    /// δ: how far the log-odds of all lines are shifted today.
    pub fn level(&self) -> f64 {
        self.stream.level.shift
    }
}
