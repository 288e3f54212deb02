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
//! | 1 | orders | columns of an order log, of order lines, of contacts | [`Orders`], [`OrderLines`], [`LedgerLines`], [`Contacts`], what was refused in [`OrdersReport`] |
//! | 1 | simulate | [`ShopOptions`] | a [`Shop`] with known truth |
//! | 2 | summary | [`Orders`] (or [`Occasions`], batch by batch); [`LedgerLines`] | [`CustomerSummary`], [`CalibrationHoldout`]; profit and habits by customer in a [`Ledger`] |
//! | 3 | models | [`CustomerSummary`]; [`OrderLines`]; [`Ledger`] | [`BgNbd`], [`GammaGamma`], each as a [`Fit`]; [`ReturnPropensity`]; a [`TraitModel`] for each [`Behaviour`]; [`ModelFile`] |
//! | 4 | scores | models and [`CustomerSummary`] | P(alive), expected purchases, spend, [`clv_into`], [`Rfm`], [`Losses`]; goodness of fit: [`RepeatCounts`], [`Tracking`], [`HoldoutErrors`], [`FrequencyValueCorrelation`] |
//! | 5 | segments | [`Rfm`]; [`Ledger`] and [`BehaviourModel`] | named segments by a [`SegmentTable`]; costly habits as [`Behaviours`] |
//! | 6 | decisions | values, impacts and labels as [`Facts`] | [`Proposals`] by [`Treatments`], a [`Selection`] within each [`Capacity`] |
//!
//! # Example
//!
//! ```
//! use loyalty_core::*;
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

mod decisions;
mod error;
mod models;
mod orders;
mod parallel;
mod scores;
mod segments;
mod simulate;
mod special;
mod summary;
mod time;

pub use decisions::{
    Amount, Capacity, Choices, Condition, Facts, NotWeighed, Proposals, Selection, Treatment,
    TreatmentSummary, Treatments, Use,
};
pub use error::Error;
pub use models::{
    Behaviour, BgNbd, Covariance, Discounting, Exposure, Fit, FitFacts, FitOptions, GammaGamma,
    Identification, Intervals, LagCurve, LineScores, Model, ModelFile, Parameters, Prior, Progress,
    Propensity, ReturnFacts, ReturnFit, ReturnOptions, ReturnPropensity, Scale, ScoredLine,
    Shrinkage, ShrinkageCriterion, Stop, ThresholdBasis, Towards, TraitColumns, TraitInterval,
    TraitModel, TraitOptions, TraitScore, model_kind,
};
pub use orders::{
    Column, ContactColumns, Contacts, CreditColumns, CreditMatch, CreditMatches, CustomerColumn,
    CustomerId, Customers, Invalid, LedgerLineColumns, LedgerLines, LineColumns, OrderColumns,
    OrderLines, Orders, OrdersReport, Reason, Refusal, Returns, ReturnsReport, TextColumn, TextIds,
    TimeScale, match_credits,
};
pub use parallel::Threads;
pub use scores::{
    AliveGroup, AliveOrder, Bootstrap, BootstrapOptions, Calibration, ChiSquare, Correlation,
    FrequencyValueCorrelation, HoldoutErrors, HoldoutGroup, LossCause, Losses, Margin, MoneyTable,
    Predictions, ReliabilityBin, RepeatCounts, ReturnEconomics, Rfm, RfmAxis, RfmOptions,
    RfmValues, TopShare, Tracking, alive_calibration, clv_bootstrap, clv_intervals, clv_into,
    clv_total_interval, expected_returns, top_shares,
};
pub use segments::{
    BehaviourModel, BehaviourOptions, BehaviourSummary, Behaviours, CustomerBehaviours,
    Persistence, Scores, SegmentRule, SegmentSummary, SegmentTable, persistence,
};
pub use simulate::{
    ContactExposure, Shop, ShopOptions, SimulatedContacts, SimulatedLines, SimulatedTruth,
};
pub use summary::{
    Available, CalibrationHoldout, CustomerSummary, Economics, History, Ledger, LedgerColumns,
    LedgerOptions, LedgerRow, LeftOut, Occasions, Portfolio, SummaryColumns, SummaryOptions,
};
pub use time::{Clock, Occasion, Unit};
