//! What service contacts grow with.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

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

impl FromStr for ContactExposure {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        let known = Self::WORDS.iter().find(|(known, _)| *known == word);
        known.map(|&(_, value)| value).ok_or_else(|| Error::Choice {
            name: "contact_exposure",
            expected: "orders, revenue or months",
            value: word.to_owned(),
        })
    }
}

impl fmt::Display for ContactExposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Self::WORDS.iter().find(|(_, value)| value == self);
        f.write_str(known.map_or("unknown", |(word, _)| word))
    }
}
