//! What service contacts grow with.

use serde::{Deserialize, Serialize};

use crate::math::words::words;

/// What service contacts are set against: what makes a customer who orders more also ask more.
///
/// # Examples
/// ```
/// use loyalty_core::orders::ContactExposure;
/// assert_eq!("revenue".parse::<ContactExposure>()?, ContactExposure::Revenue);
/// assert_eq!(ContactExposure::default().to_string(), "orders");
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ContactExposure {
    /// The number of orders.
    #[default]
    Orders,
    /// What was paid.
    Revenue,
    /// Months of 30.4375 days since the first order.
    Months,
}

impl ContactExposure {
    const WORDS: [(&'static str, Self); 3] =
        [("orders", Self::Orders), ("revenue", Self::Revenue), ("months", Self::Months)];
}

words!(ContactExposure, "contact_exposure", "orders, revenue or months");
