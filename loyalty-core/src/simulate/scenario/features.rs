//! What each scenario changes of a calm shop.

use super::options::Scenario;

/// How the amounts of orders are spread, beyond what is bought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Amounts {
    Tame,
    Lognormal(f64),
    Pareto(f64),
    Wholesale,
    Mixed,
}

/// One shop, in numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Features {
    pub(super) null: bool,
    pub(super) margin: f64,
    pub(super) orders_a_year: f64,
    /// Mean number of orders that follow one at once.
    pub(super) clumps: f64,
    /// Mean contacts of what one customer has to ask.
    pub(super) contacts_per_issue: f64,
    pub(super) cost_spread: f64,
    /// Days on which the shop fails.
    pub(super) outages: u32,
    /// Share of the contacts of an outage that are marked as the shop's.
    pub(super) marked: f64,
    pub(super) amounts: Amounts,
    /// Share of customers who fill the basket to a threshold.
    pub(super) to_threshold: f64,
    pub(super) subscribers: f64,
    pub(super) budgets: f64,
    pub(super) waves: bool,
    /// Share of lines that are tried in two sizes.
    pub(super) brackets: f64,
    /// Share of orders cancelled as a whole.
    pub(super) cancelled: f64,
    /// Share of returns that are exchanges.
    pub(super) exchanged: f64,
    /// Standard deviations of the log-odds of a return.
    pub(super) order_shock: f64,
    pub(super) product_spread: f64,
    pub(super) category_spread: f64,
    /// Share of customers who change.
    pub(super) changing: f64,
    /// Correlation of the traits.
    pub(super) correlation: f64,
}

impl Features {
    pub(super) fn of(scenario: Scenario, null: bool) -> Self {
        let calm = Self {
            null,
            margin: 0.3,
            orders_a_year: 8.0,
            clumps: 0.0,
            contacts_per_issue: 1.0,
            cost_spread: 0.5,
            outages: 0,
            marked: 0.0,
            amounts: Amounts::Tame,
            to_threshold: 0.0,
            subscribers: 0.0,
            budgets: if null { 0.0 } else { 0.05 },
            waves: false,
            brackets: 0.0,
            cancelled: 0.0,
            exchanged: 0.0,
            order_shock: 1.0,
            product_spread: 0.5,
            category_spread: 0.0,
            changing: 0.0,
            correlation: 0.0,
        };
        match scenario {
            Scenario::Calm => calm,
            Scenario::Bursts => Self { contacts_per_issue: 2.5, cost_spread: 1.1, ..calm },
            Scenario::LongBursts => Self { contacts_per_issue: 4.0, cost_spread: 1.1, ..calm },
            Scenario::HeavyCosts => Self { cost_spread: 1.8, ..calm },
            Scenario::Outages => Self { outages: 6, ..calm },
            Scenario::OutagesHalfMarked => Self { outages: 6, marked: 0.5, ..calm },
            Scenario::ChangingHabits => Self { changing: 0.4, ..calm },
            Scenario::FewOrders => Self { orders_a_year: 1.5, ..calm },
            Scenario::CorrelatedTraits => Self { correlation: 0.8, ..calm },
            Scenario::Clumps => Self { clumps: 0.8, ..calm },
            Scenario::Brackets => {
                Self { brackets: 0.15, order_shock: 2.0, product_spread: 1.2, ..calm }
            }
            Scenario::Cancellations => Self { cancelled: 0.05, exchanged: 0.3, ..calm },
            Scenario::SaleWaves => Self { waves: true, margin: 0.25, ..calm },
            Scenario::Threshold => Self { to_threshold: 0.5, ..calm },
            Scenario::Subscriptions => Self { subscribers: 0.1, ..calm },
            Scenario::Wholesale => Self { amounts: Amounts::Wholesale, ..calm },
            Scenario::ParetoAmounts => Self { amounts: Amounts::Pareto(1.8), ..calm },
            Scenario::LognormalAmounts => Self { amounts: Amounts::Lognormal(2.0), ..calm },
            Scenario::MixedSpreads => Self { amounts: Amounts::Mixed, ..calm },
            Scenario::Categories => Self { category_spread: 2.5, product_spread: 0.3, ..calm },
        }
    }
}
