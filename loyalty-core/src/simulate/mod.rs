//! Shops with known truth: order lines, service contacts, and what every customer is really like.
//!
//! [`ShopOptions`] says what a shop is like, a [`Shop`] is its columns and the [`SimulatedTruth`] behind
//! them. It is there for examples and tests: of this library, and of whatever is built on it. The same
//! options give the same bits on every machine.

mod columns;
mod customer;
mod market;
mod options;
mod scenario;
mod truth;

pub use columns::{Shop, SimulatedContacts, SimulatedLines};
pub use options::ShopOptions;
pub use scenario::{Scenario, ScenarioOptions};
pub use truth::SimulatedTruth;
