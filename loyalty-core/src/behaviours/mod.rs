//! Costly behaviours: who shows them, with how much evidence, and what they cost.
//!
//! [`estimate`] learns one behaviour from a ledger; a [`BehaviourModel`] holds all of them and labels
//! customers at a bounded share of false labels. [`BehaviourSummary`] adds up what each behaviour costs
//! the shop, and [`persistence`] asks whether customers keep theirs from one period to the next.

mod classify;
pub mod estimate;
mod file;
mod persistence;
mod report;

pub use classify::{BehaviourModel, BehaviourOptions, Behaviours, CustomerBehaviours};
pub use estimate::{
    Behaviour, Exposure, ThresholdBasis, TraitColumns, TraitInterval, TraitModel, TraitOptions,
    TraitScore,
};
pub use persistence::{Persistence, persistence};
pub use report::BehaviourSummary;
