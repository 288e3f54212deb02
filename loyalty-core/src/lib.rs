//! Customer scoring from an order log.
//!
//! Who is still a customer, how often will they buy, what are they worth, which order lines will come
//! back, who costs more than they bring, and what should be done about it? Each answer is a function
//! from one checked, immutable table to the next.
//!
//! # From a log to customer values
//!
//! The dates are those of the crate jiff, read by the feature of that name.
//!
#![cfg_attr(feature = "jiff", doc = "```")]
#![cfg_attr(not(feature = "jiff"), doc = "```ignore")]
//! use jiff::civil::date;
//! use loyalty_core::prelude::*;
//!
//! fn main() -> Result<(), Error> {
//!     // One row per order, in any order.
//!     let customer = ["ada", "ada", "grace", "mary", "grace", "ada", "mary"].to_vec();
//!     let day = [(1, 3), (1, 20), (1, 9), (2, 2), (3, 1), (4, 6), (4, 28)];
//!     let price = [20.0, 35.0, 9.5, 60.0, 12.5, 27.5, 44.0];
//!     let times = Times::of(day.map(|(month, day)| date(2025, month, day)));
//!     let columns = OrderColumns {
//!         customer: Column::new("customer", &customer).into(),
//!         time: times.column("date"),
//!         scale: times.scale(),
//!         amount: Some(Column::new("price", &price)),
//!     };
//!     let orders = Orders::new(&columns, Invalid::Raise)?;
//!
//!     // One row per customer.
//!     let mut options = SummaryOptions::default();
//!     options.unit = Unit::Week;
//!     options.observation_end = Some(date(2025, 6, 30).microseconds());
//!     let customers = orders.summarize(&options)?;
//!     assert_eq!(customers.frequency(), [2, 1, 1]);
//!
//!     // Models: fitted to a log of some hundred customers and more, or given by their parameters.
//!     let purchases = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
//!     let spend = GammaGamma::new(6.25, 3.74, 15.44)?;
//!
//!     // Scores: the coming year at a margin of 30 %, discounted at 10 % a year.
//!     let year = Discounting::annual(52.0, 0.10, Unit::Week)?;
//!     let (margin, threads) = (Margin::Same(0.3), Threads::default());
//!     let mut value = vec![0.0; customers.len()];
//!     clv_into(&purchases, &spend, &customers, &year, margin, &mut value, threads)?;
//!     for (row, value) in value.iter().enumerate() {
//!         let p_alive = purchases.p_alive(&customers.history(row));
//!         println!("{} {p_alive:.2} {value:.2}", orders.customers().get(row));
//!     }
//!     Ok(())
//! }
//! ```
//!
//! `BgNbd::fit(&customers, &FitOptions::default())?` gives a [`Fit`](estimation::Fit): the model, its
//! standard errors, and how it was found. [`prelude`] has the names of this program; everything else
//! lives in the room of its subject. Four programs in
//! [`examples/`](https://github.com/loyalty-rs/loyalty/tree/main/loyalty-core/examples) go through one
//! stage each: `log_to_value`, `returns_streamed`, `behaviours`, `plan`.
//!
//! # The rooms
//!
//! ```text
//!            ┌► summary ─► purchase, spend ─► value ──────────┐
//! orders ────┤      └────► rfm          └───► evaluation      ├─► decisions
//!            ├► returns                                       │
//!            └► ledger ──► behaviours ──► portfolio ──────────┘
//! ```
//!
//! A room uses those before it and never one after it.
//!
//! | room | from | to |
//! |---|---|---|
//! | [`time`], [`parallel`] | | units, occasions, the clock; how many threads |
//! | [`orders`] | columns of an order log, of order lines, returns, contacts | checked tables; what was refused, by reason |
//! | [`interop`] | dates of jiff and chrono, columns of Arrow | columns as this library takes them |
//! | `simulate` | what a shop is like | order lines and contacts with known truth |
//! | [`summary`] | an order log, whole or batch by batch | one row per customer; a split into calibration and holdout |
//! | [`estimation`] | | options of a fit, priors, the result with its covariance and intervals |
//! | [`purchase`] | the summary | when customers buy: P(alive), expected purchases, their distribution |
//! | [`spend`] | the summary | how much they spend per purchase |
//! | [`contracts`] | renewals, or tables of cohorts | who renews and who leaves: retention, survival, DERL |
//! | [`models`], [`files`] | models of any kind | files that Rust, Python and C read to the same bits |
//! | [`rfm`] | the summary | scores of recency, frequency and money; named segments |
//! | [`value`] | models and the summary | lifetime value, with intervals and bootstrap |
//! | [`forecast`] | an order log | purchases expected by a model, corrected by what earlier cutoffs teach |
//! | [`evaluation`] | models and the summary | goodness of fit, tracking, holdout errors, calibration |
//! | `returns` | order lines | how likely each line is to be sent back, streamed |
//! | `ledger` | order lines and contacts | what each customer brought in and cost |
//! | `behaviours` | the ledger | costly behaviours, at a bounded share of false labels |
//! | `portfolio` | the ledger | where money is lost, and how few customers make how much of it |
//! | `decisions` | values, impacts and labels | the best plan within capacities and budgets |
//!
//! # Columns, errors, threads
//!
//! A [`Column`](orders::Column) borrows a slice and has the caller's name for it, and a mask where
//! values may be missing. Batches are written into the caller's slice (`*_into`), matrices are those of
//! [`ndarray`]. Every fallible function gives an [`Error`] that names the column, the row, the value and
//! what is allowed; rows are counted from 0. Options are structs to be made by `default()` and changed
//! by field. Nothing is global, no call leaves a thread behind.
//!
//! # Numbers
//!
//! * **The same bits everywhere.** Results do not depend on the number of threads, on the processor or
//!   on the platform's mathematics: logarithms and exponentials are the library's own, sums have one
//!   order or are exact. A model file gives the same scores in Rust, Python and C.
//! * **Exact to 12 digits and more.** Every formula is compared with tables made in 60 digits, over
//!   parameters from 1e-6 to 1e6 and counts to a million; the errors found are listed in
//!   [docs/numerics.md](https://github.com/loyalty-rs/loyalty/blob/main/docs/numerics.md).
//! * **Never NaN or infinity.** What a model says is infinite is an [`Error::Infinite`], what the data
//!   cannot determine an [`Error::Degenerate`].
//! * **Published values are tests**: those of Fader, Hardie & Lee for CDNOW, and those of the package
//!   lifetimes, to the last digit they give.
//!
//! # Features
//!
//! | feature | by default | what it adds |
//! |---|---|---|
//! | `returns` | yes | the room `returns` |
//! | `behaviours` | yes | the rooms `ledger`, `behaviours` and `portfolio`; brings `returns` along |
//! | `decisions` | yes | the room `decisions` |
//! | `simulate` | yes | the room `simulate` |
//! | `jiff` | | dates, times and zones of jiff 1 in [`interop`] |
//! | `chrono` | | dates and times of chrono 0.4 in [`interop`] |
//! | `arrow` | | columns of arrow 60 in [`interop`], with time zones (brings `jiff` and its zone data) |
//!
//! Without any, the crate goes from an order log to RFM segments and lifetime values and reads and
//! writes the models' files.

#![forbid(unsafe_code)]
// The ground rooms also hold what only the rooms left out would use.
#![cfg_attr(
    not(all(
        feature = "behaviours",
        feature = "decisions",
        feature = "returns",
        feature = "simulate"
    )),
    allow(dead_code, unused_imports, unused_macros)
)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// The Rust block of the README is a program that compiles.
#![cfg_attr(all(doctest, feature = "jiff"), doc = include_str!("../../README.md"))]

#[cfg(feature = "behaviours")]
pub mod behaviours;
pub mod contracts;
#[cfg(feature = "decisions")]
pub mod decisions;
pub mod error;
pub mod estimation;
pub mod evaluation;
pub mod files;
pub mod forecast;
pub mod interop;
#[cfg(feature = "behaviours")]
pub mod ledger;
mod math;
pub mod memory;
pub mod models;
pub mod orders;
pub mod parallel;
#[cfg(all(feature = "behaviours", feature = "decisions", feature = "returns"))]
pub mod pipeline;
#[cfg(feature = "behaviours")]
pub mod portfolio;
pub mod prelude;
pub mod purchase;
#[cfg(feature = "returns")]
pub mod returns;
pub mod rfm;
#[cfg(feature = "simulate")]
pub mod simulate;
pub mod spend;
pub mod summary;
pub mod time;
pub mod value;

pub use ::ndarray;
pub use error::Error;
