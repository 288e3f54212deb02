//! How much customers spend per purchase.

mod gamma_gamma;

pub use gamma_gamma::GammaGamma;
