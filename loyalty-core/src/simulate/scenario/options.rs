//! Which shop of the second family.

use crate::Error;
use crate::math::words::words;

/// Declares the scenarios: name in Rust, word, what is broken.
macro_rules! scenarios {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)*) => {
        /// What a simulated shop breaks of that which a model of behaviours assumes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        #[non_exhaustive]
        pub enum Scenario {
            $($(#[$doc])* $variant,)*
        }

        impl Scenario {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),*];
        }

        words!(Scenario, "scenario", concat!("one of" $(, " ", $word)*));
    };
}

scenarios! {
    /// Nothing beyond kinds of customers.
    #[default]
    Calm = "calm",
    /// What one customer has to ask takes 2.5 contacts on average.
    Bursts = "bursts",
    /// It takes four.
    LongBursts = "long_bursts",
    /// Costs of contacts are lognormal with a standard deviation of 1.8 of the logarithm.
    HeavyCosts = "heavy_costs",
    /// On six days one customer in twenty-five calls, and no contact says that the shop caused it.
    Outages = "outages",
    /// The same, half of these contacts marked.
    OutagesHalfMarked = "outages_half_marked",
    /// Four customers in ten become somebody else between a quarter and three quarters of the time.
    ChangingHabits = "changing_habits",
    /// 1.5 orders a year.
    FewOrders = "few_orders",
    /// Who shows one behaviour shows the others: a correlation of 0.8.
    CorrelatedTraits = "correlated_traits",
    /// Orders come in clumps.
    Clumps = "clumps",
    /// Sizes are tried in pairs, orders come back together, products differ much.
    Brackets = "brackets",
    /// One order in twenty is cancelled as a whole, and some returns are exchanges.
    Cancellations = "cancellations",
    /// Every sixth week is a sale, and some customers come in these only.
    SaleWaves = "sale_waves",
    /// Half of the customers fill the basket to just above 50.
    Threshold = "threshold",
    /// One customer in ten takes the same basket every four weeks.
    Subscriptions = "subscriptions",
    /// One order in a hundred is forty times as large.
    Wholesale = "wholesale",
    /// Amounts of orders follow a Pareto distribution with exponent 1.8.
    ParetoAmounts = "pareto_amounts",
    /// Amounts of orders are lognormal with a standard deviation of 2 of the logarithm.
    LognormalAmounts = "lognormal_amounts",
    /// Orders of one customer in five vary three times as much as those of the others.
    MixedSpreads = "mixed_spreads",
    /// Categories of goods differ much in how often they come back.
    Categories = "categories",
}

/// Which shop of the second family.
///
/// # Examples
/// ```
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::simulate::{Scenario, ScenarioOptions, Shop};
/// let mut options = ScenarioOptions::default();
/// (options.scenario, options.customers) = ("bursts".parse()?, 300);
/// let shop = Shop::of_scenario(&options, Threads::default())?;
/// assert_eq!(shop.truth.customer.len(), 300);
/// # assert_eq!(options.scenario, Scenario::Bursts);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ScenarioOptions {
    /// What is broken.
    pub scenario: Scenario,
    /// Customers, each with at least one order; from 1 to 10,000,000.
    pub customers: u32,
    /// Days observed, from 28 to 3,650.
    pub days: u32,
    /// Whether everybody is of one kind, so that every label is false.
    pub null: bool,
    /// The same seed gives the same shop.
    pub seed: u64,
}

impl Default for ScenarioOptions {
    fn default() -> Self {
        Self { scenario: Scenario::Calm, customers: 3000, days: 730, null: false, seed: 0 }
    }
}

impl ScenarioOptions {
    pub(super) fn check(&self) -> Result<(), Error> {
        if !(1..=10_000_000).contains(&self.customers) {
            let expected = "a whole number from 1 to 10000000";
            return Err(Error::parameter("customers", expected, f64::from(self.customers)));
        }
        if !(28..=3650).contains(&self.days) {
            let expected = "a whole number from 28 to 3650";
            return Err(Error::parameter("days", expected, f64::from(self.days)));
        }
        Ok(())
    }
}
