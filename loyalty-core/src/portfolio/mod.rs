//! The customer base as a whole: where money is lost, and how few customers make how much of it.

mod concentration;
mod losses;

pub use concentration::{TopShare, top_shares};
pub use losses::{LossCause, Losses};
