//! What a trait model knows of the shop besides the prior.

use serde::{Deserialize, Serialize};

use super::grid::Prior;
use super::levels::Levels;
use super::options::Exposure;

/// The constants by which a customer's ledger becomes evidence, a threshold and money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Terms {
    ServiceDemander(Service),
    RevenueReverser(Reversal),
    PromotionMaximizer(Promotion),
    CouponUser(Coupon),
    FixedBudget(Budget),
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Service {
    pub(super) exposure: Exposure,
    /// Cost of a contact, weighted by cost.
    pub(super) contact_scale: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Reversal {
    /// Return rate of the shop.
    pub(super) base: f64,
    /// Margin on what is paid, by which lines break even.
    pub(super) margin: f64,
    /// Whether margins are known; otherwise the impact is the revenue taken back.
    pub(super) known_margin: bool,
    /// Share of a returned line's amount that is paid back.
    pub(super) returned_share: f64,
    pub(super) handling: Option<f64>,
    pub(super) markdown: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Promotion {
    /// The deepest discount there is, D.
    pub(super) ceiling: f64,
    /// φ: an order's depth varies by φ d (D − d) around that of its customer, d.
    pub(super) dispersion: f64,
    pub(super) funding: Funding,
    pub(super) selection: Option<Selection>,
}

/// Who pays for discounts: beta over customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Funding {
    /// The part of discounts that the shop pays for, above 0 and at most 1; the makers pay for the rest.
    pub(super) share: f64,
    /// How alike customers are in it.
    pub(super) concentration: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Selection {
    /// Variance of what is taken of an order's offers, by its mean.
    pub(super) dispersion: f64,
    pub(super) threshold: f64,
    pub(super) prior: Prior,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Coupon {
    /// Money off by coupons, per order with one.
    pub(super) worth: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Budget {
    /// Margin on what is paid; 1 where it is not known, and the impact is then revenue.
    pub(super) margin: f64,
    /// Spending per period that a limited budget lies below.
    pub(super) level: f64,
    /// Mean spending per period.
    pub(super) mean: f64,
    pub(super) periods_per_year: f64,
    /// What it costs a year to serve a customer in one category more; where it is not known, the
    /// impact is the margin on what he spends less than others.
    pub(super) category_cost: Option<f64>,
    pub(super) reallocation: Option<Reallocation>,
    /// How the share of steady customers changes with what they spend.
    pub(super) by_level: Levels,
}

/// How all spending moves with that in new categories, over customers: normal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Reallocation {
    pub(super) threshold: f64,
    pub(super) mean: f64,
    pub(super) variance: f64,
}
