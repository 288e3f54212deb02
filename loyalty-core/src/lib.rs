//! Customer scoring from an order log.
//!
//! Data flows one way, each stage a function from one checked, immutable table to the next:
//!
//! ```text
//! orders ──► customer summary ──► models ──► scores ──► segments ──► decisions
//! ```
//!
//! | stage | module | from | to |
//! |---|---|---|---|
//! | 1 | orders | columns of an order log, of order lines, of contacts | [`Orders`], [`OrderLines`], [`Contacts`], what was refused in [`OrdersReport`] |
//! | 1 | simulate | [`ShopOptions`] | a [`Shop`] with known truth |
//! | 2 | summary | [`Orders`] (or [`Occasions`], batch by batch); [`OrderLines`] | [`CustomerSummary`], [`CalibrationHoldout`]; profit and habits by customer in a [`Ledger`] |
//! | 3 | models | [`CustomerSummary`]; [`OrderLines`]; [`Ledger`] | [`BgNbd`], [`GammaGamma`], each as a [`Fit`]; [`ReturnPropensity`]; a [`TraitModel`] for each [`Behaviour`]; [`ModelFile`] |
//! | 4 | scores | models and [`CustomerSummary`] | P(alive), expected purchases, spend, [`clv_into`], [`Rfm`], [`Losses`]; goodness of fit: [`RepeatCounts`], [`Tracking`], [`HoldoutErrors`], [`FrequencyValueCorrelation`] |
//! | 5 | segments | [`Rfm`]; [`Ledger`] and [`BehaviourModel`] | named segments by a [`SegmentTable`]; costly habits as [`Behaviours`] |
//! | 6 | decisions | values, impacts and labels as [`Facts`] | [`Proposals`] by [`Treatments`], a [`Selection`] within each [`Capacity`] |
//!
//! # Example
//!
//! ```
//! use loyalty_core::estimation::FitOptions;
//! use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
//! use loyalty_core::parallel::Threads;
//! use loyalty_core::purchase::{BgNbd, Discounting};
//! use loyalty_core::rfm::{Rfm, RfmOptions, RfmValues, SegmentTable};
//! use loyalty_core::spend::GammaGamma;
//! use loyalty_core::summary::SummaryOptions;
//! use loyalty_core::time::Unit;
//! use loyalty_core::value::{Margin, clv_into};
//!
//! # let customer: Vec<i64> = (0..40).flat_map(|c| vec![c; 1 + (c * c % 7) as usize]).collect();
//! # let day: Vec<i64> = (0..customer.len() as i64).map(|i| (i * 37) % 270).collect();
//! # let price: Vec<f64> = (0..customer.len()).map(|i| 5.0 + ((i * 13) % 60) as f64).collect();
//! let orders = Orders::new(
//!     &OrderColumns {
//!         customer: Column::new("customer", &customer[..]).into(),
//!         time: Column::new("day", &day),
//!         scale: TimeScale::Days,
//!         amount: Some(Column::new("price", &price)),
//!     },
//!     Invalid::Raise,
//! )?;
//! let mut options = SummaryOptions::default();
//! options.unit = Unit::Week;
//! let customers = orders.summarize(&options)?;
//!
//! let purchases = BgNbd::fit(&customers, &FitOptions::default())?.model;
//! let spend = GammaGamma::fit(&customers, &FitOptions::default())?.model;
//!
//! let mut value = vec![0.0; customers.len()];
//! let year = Discounting::annual(52.0, 0.10, Unit::Week)?;
//! let margin = Margin::Same(0.3);
//! clv_into(&purchases, &spend, &customers, &year, margin, &mut value, Threads::default())?;
//!
//! let rfm = Rfm::score(&RfmValues::of(&customers)?, &RfmOptions::default())?;
//! let segments = SegmentTable::customary().assign(&rfm)?;
//! assert_eq!((value.len(), segments.len()), (customers.len(), customers.len()));
//! # Ok::<(), loyalty_core::Error>(())
//! ```

#![forbid(unsafe_code)]

pub mod behaviours;
pub mod decisions;
pub mod error;
pub mod estimation;
pub mod evaluation;
pub mod files;
pub mod ledger;
mod math;
pub mod models;
pub mod orders;
pub mod parallel;
pub mod portfolio;
pub mod purchase;
pub mod returns;
pub mod rfm;
pub mod simulate;
pub mod spend;
pub mod summary;
pub mod time;
pub mod value;

pub use error::Error;
