//! Stage 4: what the customers' histories and the models say of each customer.

mod clv;
mod rfm;

pub use clv::{Margin, clv_into};
pub use rfm::{Rfm, RfmAxis, RfmOptions, RfmValues};
