//! The customer base as a whole: where money is lost, and how few customers make how much of it.
//!
//! [`Losses`] splits the money lost with unprofitable customers by cause, [`top_shares`] says what share
//! of a total the best customers make, with an interval.

mod concentration;
mod losses;

pub use concentration::{TopShare, top_shares};
pub use losses::{LossCause, Losses};
