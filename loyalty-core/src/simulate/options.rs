//! What a simulated shop is like.

use crate::Error;
use crate::orders::ContactExposure;

/// A type that an option may have.
trait Setting: Copy + Sized {
    fn from_number(value: f64) -> Option<Self>;
    fn number(self) -> f64;
}

impl Setting for f64 {
    fn from_number(value: f64) -> Option<Self> {
        Some(value)
    }

    fn number(self) -> f64 {
        self
    }
}

impl Setting for u32 {
    fn from_number(value: f64) -> Option<Self> {
        let allowed = (0.0..=f64::from(Self::MAX)).contains(&value) && value.fract() == 0.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
        allowed.then_some(value as Self)
    }

    fn number(self) -> f64 {
        f64::from(self)
    }
}

/// Declares the options: documentation, name, type, default, value in the null shop, domain.
macro_rules! options {
    ($($(#[$doc:meta])* $name:ident: $type:ident = $default:expr, $null:expr, $low:literal to $high:literal;)*) => {
        /// What a simulated shop is like: its customers, its assortment, and the four costly
        /// behaviours with their shares, effects and noise.
        ///
        /// Every number is checked by [`Shop::simulate`](crate::simulate::columns::Shop::simulate). Money is in one
        /// currency, time in days.
        ///
        /// # Examples
        /// ```
        /// use loyalty_core::simulate::ShopOptions;
        /// let mut options = ShopOptions::default();
        /// options.customers = 500;
        /// options.set("reverser_share", 0.1)?;
        /// assert_eq!(options.get("reverser_share"), Some(0.1));
        /// assert!(options.set("reverser_shares", 0.1).is_err());
        /// # Ok::<(), loyalty_core::Error>(())
        /// ```
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct ShopOptions {
            $($(#[$doc])* pub $name: $type,)*
            /// Where the random numbers start; the same seed gives the same shop.
            pub seed: u64,
            /// What the contacts of a customer grow with.
            pub contact_exposure: ContactExposure,
        }

        impl Default for ShopOptions {
            fn default() -> Self {
                let contact_exposure = ContactExposure::default();
                Self { $($name: $default,)* seed: 0, contact_exposure }
            }
        }

        impl ShopOptions {
            /// A shop in which everybody is alike: no costly behaviour and no differences in return
            /// rate, contact rate or taste for offers, and regular trips, which make spending even
            /// without any budget. What is found in such a shop is noise.
            pub fn null() -> Self {
                let contact_exposure = ContactExposure::default();
                Self { $($name: $null,)* seed: 0, contact_exposure }
            }

            /// The names of the numeric options, in the order of the fields.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// Sets a numeric option by its name.
            ///
            /// # Errors
            /// [`Error::Choice`] where there is no such option, [`Error::Parameter`] where the value
            /// is outside its domain.
            pub fn set(&mut self, name: &str, value: f64) -> Result<(), Error> {
                match name {
                    $(stringify!($name) => {
                        const EXPECTED: &str =
                            expected!($type, $low, $high);
                        let set = <$type as Setting>::from_number(value);
                        match set.filter(|_| (f64::from($low)..=f64::from($high)).contains(&value)) {
                            Some(value) => self.$name = value,
                            None => {
                                let name = stringify!($name);
                                return Err(Error::parameter(name, EXPECTED, value));
                            }
                        }
                    })*
                    _ => {
                        let (name, value) = ("option of a shop", name.to_owned());
                        let expected = "the name of a numeric option";
                        return Err(Error::Choice { name, expected, value });
                    }
                }
                Ok(())
            }

            /// A numeric option by its name.
            pub fn get(&self, name: &str) -> Option<f64> {
                match name {
                    $(stringify!($name) => Some(self.$name.number()),)*
                    _ => None,
                }
            }
        }
    };
}

macro_rules! expected {
    (u32, $low:literal, $high:literal) => {
        concat!("a whole number from ", $low, " to ", $high)
    };
    (f64, $low:literal, $high:literal) => {
        concat!("from ", $low, " to ", $high)
    };
}

options! {
    /// Customers. All of them order at least once.
    customers: u32 = 10_000, 10_000, 1 to 100_000_000;
    /// The first day, counted from 1970-01-01.
    start: u32 = 19_723, 19_723, 0 to 2_000_000;
    /// Days observed.
    days: u32 = 730, 730, 1 to 36_500;
    /// The days from the first on in which customers place their first order, evenly.
    acquisition_days: u32 = 365, 365, 1 to 36_500;
    /// BG/NBD: shape of the distribution of purchase rates.
    r: f64 = 1.5, 1.5, 1e-3 to 1e3;
    /// BG/NBD: rate of that distribution, in days.
    alpha: f64 = 50.0, 50.0, 1e-3 to 1e6;
    /// BG/NBD: first shape of the distribution of dropout probabilities.
    a: f64 = 1.0, 1.0, 1e-3 to 1e3;
    /// BG/NBD: second shape of it.
    b: f64 = 12.0, 12.0, 1e-3 to 1e3;
    /// Erlang shape of the time between orders: 1 is the BG/NBD, above it trips are more regular.
    regularity: u32 = 1, 6, 1 to 100;
    /// Product categories.
    categories: u32 = 20, 20, 1 to 1000;
    /// Products, the same number in each category.
    products: u32 = 1_000, 1_000, 1 to 100_000;
    /// The most categories in which one customer ever buys; each has 1 to this many, evenly.
    breadth: u32 = 8, 8, 1 to 1000;
    /// Mean order lines, 1 at least; the excess over 1 grows with the categories that the customer has
    /// taken up.
    lines_per_order: f64 = 2.5, 2.5, 1 to 100;
    /// Mean list price of a unit.
    mean_price: f64 = 25.0, 25.0, 0.1 to 1e3;
    /// Standard deviation of the logarithm of prices.
    price_spread: f64 = 0.5, 0.5, 0 to 2;
    /// Mean units of a line beyond the first; it varies over customers as an exponential.
    extra_quantity: f64 = 0.3, 0.3, 0 to 10;
    /// Contribution margin at list price.
    margin: f64 = 0.3, 0.3, 0 to 1;
    /// Cost of handling one returned line.
    handling: f64 = 3.0, 3.0, 0 to 1e6;
    /// What a returned article loses, as a share of the price paid.
    markdown: f64 = 0.1, 0.1, 0 to 1;

    /// Share of service demanders.
    demander_share: f64 = 0.05, 0.0, 0 to 1;
    /// Contacts of a service demander, as a multiple of other customers'.
    demander_effect: f64 = 40.0, 1.0, 0 to 1e3;
    /// Mean contacts that a customer causes, per unit of the exposure.
    contact_rate: f64 = 0.15, 0.15, 0 to 100;
    /// Standard deviation of the contact rate among customers of a kind, relative to its mean.
    contact_spread: f64 = 0.5, 0.0, 0 to 10;
    /// Contacts that the firm causes, per order.
    firm_caused_rate: f64 = 0.05, 0.05, 0 to 100;
    /// Mean cost of a contact.
    contact_cost: f64 = 6.0, 6.0, 0 to 1e4;
    /// Standard deviation of the logarithm of that cost.
    contact_cost_spread: f64 = 0.5, 0.5, 0 to 2;

    /// Share of revenue reversers.
    reverser_share: f64 = 0.05, 0.0, 0 to 1;
    /// What a reverser adds to the log-odds of a return.
    reverser_effect: f64 = 4.0, 0.0, 0 to 20;
    /// Probability that an ordinary customer returns an ordinary line of an ordinary order.
    return_rate: f64 = 0.06, 0.06, 1e-6 to 0.999;
    /// Standard deviation over customers of a kind of the log-odds of a return.
    return_spread: f64 = 0.4, 0.0, 0 to 10;
    /// Standard deviation over products.
    product_return_spread: f64 = 0.5, 0.5, 0 to 10;
    /// Standard deviation over orders: lines of one order go back together.
    order_return_spread: f64 = 1.0, 1.0, 0 to 10;
    /// Median days from order to return.
    return_lag: f64 = 11.0, 11.0, 1 to 1e4;
    /// Standard deviation of the logarithm of that lag.
    return_lag_spread: f64 = 1.2, 1.2, 0 to 5;

    /// Share of promotion maximizers.
    maximizer_share: f64 = 0.05, 0.0, 0 to 1;
    /// Probability that a maximizer looks for the best offer when they take a product.
    maximizer_effect: f64 = 0.95, 0.0, 0 to 1;
    /// Mean of that probability among other customers, over whom it varies as a beta distribution
    /// with shapes that add up to 4.
    seeking: f64 = 0.05, 0.0, 0 to 1;
    /// How many products somebody who looks for the best offer compares.
    compared: u32 = 15, 15, 1 to 1000;
    /// Share of products on offer in a week.
    offered_share: f64 = 0.25, 0.25, 0 to 1;
    /// Depth of the shallowest offers, as a share of the list price; there are four, evenly spaced.
    shallowest_offer: f64 = 0.1, 0.1, 0 to 1;
    /// Depth of the deepest offers.
    deepest_offer: f64 = 0.5, 0.5, 0 to 1;
    /// Share of offers that the maker pays for.
    maker_share: f64 = 0.1, 0.1, 0 to 1;
    /// Mean probability that an order brings a coupon.
    coupon_rate: f64 = 0.02, 0.02, 0 to 1;
    /// Sum of the shapes of the beta distribution of that probability over customers; a small one
    /// makes few customers use most coupons.
    coupon_concentration: f64 = 3.5, 1e3, 1e-3 to 1e6;
    /// What a coupon takes off one line, as a share of its list price.
    coupon_depth: f64 = 0.2, 0.2, 0 to 1;

    /// Share of customers with a fixed budget.
    budget_share: f64 = 0.05, 0.0, 0 to 1;
    /// Mean budget of a period.
    budget_amount: f64 = 100.0, 100.0, 1 to 1e5;
    /// Standard deviation of the logarithm of budgets over customers.
    budget_spread: f64 = 0.3, 0.3, 0 to 2;
    /// Standard deviation of the logarithm of what is spent around the budget.
    budget_noise: f64 = 0.1, 0.1, 0 to 2;
    /// Days of a budget period, counted from the first day.
    budget_period: u32 = 28, 28, 1 to 3650;
    /// What it costs a year to serve a customer in one category more.
    category_cost: f64 = 8.0, 8.0, 0 to 1e6;
}

impl ShopOptions {
    /// Refuses numbers outside their domains, and numbers that contradict each other.
    pub(super) fn check(&self) -> Result<(), Error> {
        for name in Self::NAMES {
            // Setting a copy says what is allowed.
            self.clone().set(name, self.get(name).unwrap_or(f64::NAN))?;
        }
        let at_most = |name, expected, value: u32, most: u32| {
            let value = (value > most).then_some(f64::from(value));
            value.map_or(Ok(()), |value| Err(Error::parameter(name, expected, value)))
        };
        at_most("acquisition_days", "at most days", self.acquisition_days, self.days)?;
        at_most("breadth", "at most categories", self.breadth, self.categories)?;
        at_most("categories", "at most products", self.categories, self.products)?;
        if self.shallowest_offer > self.deepest_offer {
            let (name, expected) = ("shallowest_offer", "at most deepest_offer");
            return Err(Error::parameter(name, expected, self.shallowest_offer));
        }
        Ok(())
    }
}
