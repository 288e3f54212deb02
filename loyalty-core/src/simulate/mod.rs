//! Shops with known truth: order lines, service contacts, and what every customer is really like.

mod columns;
mod customer;
mod market;
mod options;
mod truth;

pub use columns::{Shop, SimulatedContacts, SimulatedLines};
pub use options::ShopOptions;
pub use truth::SimulatedTruth;
