//! The behaviours: one file each, and the table of them.
//!
//! A further behaviour is a file that implements [`BehaviourDefinition`] and [`BehaviourTerms`], its `mod`,
//! and its line in the table below; its name, its file's kind, its place in [`Behaviour::ALL`], its labels,
//! its scores and its cost follow.

mod case_cost;
mod coupon_user;
mod fixed_budget;
mod odds_by_spending;
mod product_mix;
mod promotion_maximizer;
mod revenue_reverser;
mod service_demander;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::definition::{BehaviourDefinition, BehaviourTerms, Fitted};
use super::learning::LearningSample;
use super::population::{Link, Population};
use crate::Error;
use crate::ledger::Available;

/// The threshold of rates and shares where economics give none, as a ratio to the portfolio. It is no
/// estimate but a choice of what "more than others" means: with it a label says "twice the mean".
const RATE_RATIO: f64 = 2.0;

/// The behaviours in order: the name in Rust, the file (and with it the name in tables), and the terms.
macro_rules! behaviours {
    ($($(#[$doc:meta])* $variant:ident: $file:ident::$terms:ident,)*) => {
        /// A behaviour; all but coupon use are costly.
        ///
        /// | behaviour | strength θ | evidence | population | threshold |
        /// |---|---|---|---|---|
        /// | service demander | cost of service per order (or revenue, or month) | cases the shop did not cause, and what one costs | gamma | margin on what they pay, and twice the portfolio |
        /// | revenue reverser | return rate at the average product mix | lines by number and value, thinned by clustering within orders | beta | break-even return rate, and twice the portfolio |
        /// | promotion maximizer | discount depth; and against what was on offer | orders | beta; gamma | margin at list price and 1.5 times the portfolio; and 1.2 |
        /// | coupon user | share of orders with a coupon | orders | beta | twice the portfolio |
        /// | fixed budget | steadiness: chance variance of spending by its own | periods | gamma | 2, and below average spending |
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Behaviour {
            $($(#[$doc])* $variant,)*
        }

        impl Behaviour {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// A short name for tables: `service_demander`, `revenue_reverser`, …
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($file),)*
                }
            }

            /// The name in model files: `service-demander`, …
            pub fn kind(self) -> &'static str {
                match self {
                    $(Self::$variant => $file::$terms::KIND,)*
                }
            }

            /// What messages call it: `the service demander`, …
            pub(super) fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $file::$terms::TITLE,)*
                }
            }

            /// The column that it shows in, and whether the ledger was made of it.
            pub(super) fn column(self, available: Available) -> (&'static str, bool) {
                match self {
                    $(Self::$variant => ($file::$terms::COLUMN, $file::$terms::shows_in(available)),)*
                }
            }

            /// Whether its strength is a rate or a share.
            pub(super) fn link(self) -> Link {
                match self {
                    $(Self::$variant => $file::$terms::LINK,)*
                }
            }

            /// The least variation over customers at which it is spoken of.
            pub(super) fn least_variation(self) -> f64 {
                match self {
                    $(Self::$variant => $file::$terms::LEAST_VARIATION,)*
                }
            }

            pub(super) fn learn(self, sample: &LearningSample<'_>) -> Result<Fitted<Terms>, Error> {
                match self {
                    $(Self::$variant => Ok($file::$terms::learn(sample)?.map(Terms::$variant)),)*
                }
            }
        }

        impl Behaviour {
            /// Whether it costs the shop money; coupon use is a neutral trait: a coupon is a price.
            pub fn is_costly(self) -> bool {
                self != Self::CouponUser
            }
        }

        impl FromStr for Behaviour {
            type Err = Error;

            fn from_str(word: &str) -> Result<Self, Error> {
                const EXPECTED: &str = concat!("one of" $(, " ", stringify!($file))*);
                let known = Self::ALL.iter().find(|behaviour| behaviour.name() == word);
                known.copied().ok_or_else(|| {
                    let (name, value) = ("behaviour", word.to_owned());
                    Error::Choice { name, expected: EXPECTED, value }
                })
            }
        }

        /// What a fitted behaviour knows of the shop besides the population.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub(super) enum Terms {
            $($variant($file::$terms),)*
        }

        impl Terms {
            /// Which behaviour they are of.
            pub(super) fn behaviour(&self) -> Behaviour {
                match self {
                    $(Self::$variant(_) => Behaviour::$variant,)*
                }
            }

            /// What they say of a customer.
            pub(super) fn of(&self) -> &dyn BehaviourTerms {
                match self {
                    $(Self::$variant(terms) => terms,)*
                }
            }
        }
    };
}

behaviours! {
    /// Asks for more service than their orders pay for.
    ServiceDemander: service_demander::ServiceTerms,
    /// Sends back what they order.
    RevenueReverser: revenue_reverser::ReversalTerms,
    /// Buys at deep discounts only.
    PromotionMaximizer: promotion_maximizer::PromotionTerms,
    /// Pays with coupons; a behaviour apart from the depth of discounts.
    CouponUser: coupon_user::CouponTerms,
    /// Spends a fixed amount, however much they are offered.
    FixedBudget: fixed_budget::BudgetTerms,
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Refuses a population of shares where rates are meant, or the other way round.
pub(super) fn of_link(population: &Population, link: Link) -> Result<(), Error> {
    if population.link == link {
        return Ok(());
    }
    let value = format!("{:?}", population.link).to_lowercase();
    Err(Error::Choice { name: "link", expected: "that of its behaviour", value })
}
