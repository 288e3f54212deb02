//! How the distribution of a behaviour is fitted.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::positive;
use crate::orders::ContactExposure;
use crate::parallel::Threads;

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

/// A threshold, and where it comes from. By economics its value is what each customer's own threshold is
/// worked out from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Threshold {
    pub(super) value: f64,
    pub(super) basis: ThresholdBasis,
}

/// How the distribution of a behaviour is fitted.
///
/// # Examples
/// ```
/// use loyalty_core::behaviours::BehaviourFitOptions;
/// use loyalty_core::orders::ContactExposure;
/// let mut options = BehaviourFitOptions::default();
/// options.contact_exposure = ContactExposure::Revenue;
/// options.threshold = Some(0.25);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BehaviourFitOptions {
    /// The threshold in the unit of the behaviour's strength; by default from economics, else a ratio.
    pub threshold: Option<f64>,
    /// What service contacts are set against; orders by default.
    pub contact_exposure: ContactExposure,
    /// A promotion maximizer's discount must also exceed what was on offer so many times; 1.2 by
    /// default, and not asked for without the depth on offer.
    pub selection: f64,
    /// A fixed budget lies below so much per period; by default the mean of the customers.
    pub level: Option<f64>,
    /// Spending that moves by less than this for each unit spent in a new category is reallocated;
    /// 0.5 by default.
    pub reallocation: f64,
    /// The years that scores and labels speak of, from the end of the ledger on; by default one, and no
    /// more than the ledger spans.
    pub ahead: Option<f64>,
    /// Fewest customers of a peer group with a mean of its own; 200 by default.
    pub least_peers: usize,
    /// Threads to use. The result is the same for every number.
    pub threads: Threads,
}

impl Default for BehaviourFitOptions {
    /// `selection` asks for a fifth more discount than was on offer and `reallocation` for half of the
    /// spending in new categories at the cost of others: choices, of how much of a behaviour is worth
    /// naming. 200 peers tell a mean rate of one in twenty to a third of itself.
    fn default() -> Self {
        Self {
            threshold: None,
            contact_exposure: ContactExposure::Orders,
            selection: 1.2,
            level: None,
            reallocation: 0.5,
            ahead: None,
            least_peers: 200,
            threads: Threads::default(),
        }
    }
}

impl BehaviourFitOptions {
    pub(super) fn check(&self) -> Result<(), Error> {
        positive("selection", self.selection)?;
        positive("reallocation", self.reallocation)?;
        if let Some(threshold) = self.threshold {
            positive("threshold", threshold)?;
        }
        if let Some(ahead) = self.ahead {
            positive("ahead", ahead)?;
        }
        if let Some(level) = self.level {
            positive("level", level)?;
        }
        Ok(())
    }
}
