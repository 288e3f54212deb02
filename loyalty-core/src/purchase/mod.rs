//! When customers buy.

mod bg_nbd;
mod discounting;

pub use bg_nbd::BgNbd;
pub use discounting::Discounting;
