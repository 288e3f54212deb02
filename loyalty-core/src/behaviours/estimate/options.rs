//! The habits, and how their models are fitted.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::positive;
use crate::parallel::Threads;

/// A costly habit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Behaviour {
    /// Habitually asks for more service than his orders pay for.
    ServiceDemander,
    /// Habitually sends back what he orders.
    RevenueReverser,
    /// Habitually buys at deep discounts only.
    PromotionMaximizer,
    /// Habitually pays with coupons; a habit apart from the depth of discounts.
    CouponUser,
    /// Spends a fixed amount, however much he is offered.
    FixedBudget,
}

impl Behaviour {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [
        Self::ServiceDemander,
        Self::RevenueReverser,
        Self::PromotionMaximizer,
        Self::CouponUser,
        Self::FixedBudget,
    ];

    /// A short name for tables: `service_demander`, `revenue_reverser`, …
    pub fn name(self) -> &'static str {
        match self {
            Self::ServiceDemander => "service_demander",
            Self::RevenueReverser => "revenue_reverser",
            Self::PromotionMaximizer => "promotion_maximizer",
            Self::CouponUser => "coupon_user",
            Self::FixedBudget => "fixed_budget",
        }
    }

    /// The name in model files: `service-demander`, …
    pub fn kind(self) -> &'static str {
        match self {
            Self::ServiceDemander => "service-demander",
            Self::RevenueReverser => "revenue-reverser",
            Self::PromotionMaximizer => "promotion-maximizer",
            Self::CouponUser => "coupon-user",
            Self::FixedBudget => "fixed-budget",
        }
    }
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Behaviour {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|behaviour| behaviour.name() == word).ok_or_else(|| {
            Error::Choice {
                name: "behaviour",
                expected: "service_demander, revenue_reverser, promotion_maximizer, coupon_user or \
                           fixed_budget",
                value: word.to_owned(),
            }
        })
    }
}

/// What service contacts are set against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Exposure {
    /// The number of orders.
    #[default]
    Orders,
    /// What was paid.
    Revenue,
    /// Months since the first order, at least one.
    Months,
}

impl FromStr for Exposure {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        match word {
            "orders" => Ok(Self::Orders),
            "revenue" => Ok(Self::Revenue),
            "months" => Ok(Self::Months),
            _ => Err(Error::Choice {
                name: "exposure",
                expected: "orders, revenue or months",
                value: word.to_owned(),
            }),
        }
    }
}

/// Where a threshold comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ThresholdBasis {
    /// From margins and costs: beyond it the shop loses money.
    Economics,
    /// A documented ratio to the portfolio.
    Ratio,
    /// Given by the caller.
    Given,
}

impl ThresholdBasis {
    /// A short name for tables: `economics`, `ratio`, `given`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Economics => "economics",
            Self::Ratio => "ratio",
            Self::Given => "given",
        }
    }
}

/// How a trait model is fitted.
///
/// # Examples
/// ```
/// use loyalty_core::behaviours::{Exposure, TraitOptions};
/// let mut options = TraitOptions::default();
/// options.exposure = Exposure::Revenue;
/// options.threshold = Some(0.25);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TraitOptions {
    /// The threshold in the unit of the trait; by default from economics, else a ratio.
    pub threshold: Option<f64>,
    /// What service contacts are set against; orders by default.
    pub exposure: Exposure,
    /// A promotion maximizer's discount must also exceed what was on offer so many times; 1.2 by
    /// default, and not asked for without the depth on offer.
    pub selection: f64,
    /// A fixed budget lies below so much per period; by default the mean of the customers.
    pub level: Option<f64>,
    /// Spending that moves by less than this for each unit spent in a new category is reallocated;
    /// 0.5 by default.
    pub reallocation: f64,
    /// Fewest customers of a peer group with a mean of its own; 200 by default.
    pub least_peers: usize,
    /// Threads to use. The result is the same for every number.
    pub threads: Threads,
}

impl Default for TraitOptions {
    fn default() -> Self {
        Self {
            threshold: None,
            exposure: Exposure::Orders,
            selection: 1.2,
            level: None,
            reallocation: 0.5,
            least_peers: 200,
            threads: Threads::default(),
        }
    }
}

impl TraitOptions {
    pub(super) fn check(&self) -> Result<(), Error> {
        positive("selection", self.selection)?;
        positive("reallocation", self.reallocation)?;
        self.threshold.map_or(Ok(0.0), |value| positive("threshold", value))?;
        self.level.map_or(Ok(0.0), |value| positive("level", value)).map(|_| ())
    }
}
