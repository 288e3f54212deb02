//! What an order itself says of a line, and how it compares with the past of its customer and product:
//! the features that rest on no history of returns.

/// How what [`Observed`](super::observe::Observed) notes of a line becomes its feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// It is the feature.
    Plain,
    /// Counts from 1 and amounts: their logarithm.
    Log,
    /// Counts and days from 0: the logarithm of 1 more.
    LogOnePlus,
}

/// How the line model bends a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Straight,
    /// By a linear spline, whose knots are [`KNOTS`](super::design). Those that gained by it on Online
    /// Retail II are bent (−0.0001 of log-loss); all of them bent at once lost 0.0004.
    Splined,
}

/// Makes the enum of the features and its table; the number of a feature is its place in it.
macro_rules! context {
    ($($feature:ident = $name:literal, $group:literal, $scale:ident, $shape:ident;)*) => {
        /// A feature without history. Its number follows from the table alone; files know its name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Context { $($feature),* }

        impl Context {
            /// All of them, by number.
            pub(crate) const ALL: &[Self] = &[$(Self::$feature),*];

            /// Its name in model files, which never changes.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$feature => $name),* }
            }

            /// The group whose contributions it is counted in.
            pub(crate) const fn group(self) -> &'static str {
                match self { $(Self::$feature => $group),* }
            }

            pub(crate) const fn scale(self) -> Scale {
                match self { $(Self::$feature => Scale::$scale),* }
            }

            pub(crate) const fn shape(self) -> Shape {
                match self { $(Self::$feature => Shape::$shape),* }
            }
        }
    };
}

// One more feature is one more line here, and the place in observe.rs where its value is noted. Models
// that were saved before have no weight for it and read as ever.
context! {
    LogValue = "log value", "price", Plain, Splined;
    LogPrice = "log price", "price", Plain, Straight;
    FreeOfCharge = "free of charge", "price", Plain, Straight;
    PriceAgainstProductMean = "log price against the product's mean", "price", Plain, Straight;
    PriceAgainstProductMaximum = "log price against the product's maximum", "price", Plain, Straight;
    PriceAgainstCustomerMean = "log price against the customer's mean", "price", Plain, Straight;
    QuantityAgainstProductMean = "log quantity against the product's mean", "quantity", Plain, Splined;
    QuantityAgainstCustomerMean = "log quantity against the customer's mean", "quantity", Plain, Straight;
    BasketLines = "log lines in the basket", "basket", Log, Straight;
    BasketValue = "log value of the basket", "basket", Log, Straight;
    LinesOfSameProduct = "log lines of the same product", "basket", Log, Straight;
    VariantsOfSameProduct = "log variants of the same product", "basket", Log, Straight;
    Bracketed = "one of several variants of a product", "basket", Plain, Straight;
    BracketedInBasket = "share of lines in variants of a product", "basket", Plain, Straight;
    PriceAgainstBasketMean = "log price against the basket's mean", "basket", Plain, Straight;
    CustomerLines = "log lines of the customer", "tenure", LogOnePlus, Splined;
    DaysSinceFirstOrder = "log days since the customer's first order", "tenure", LogOnePlus, Straight;
    DaysSinceLastOrder = "log days since the customer's last order", "tenure", LogOnePlus, Straight;
    CustomerOrders = "log number of the order", "tenure", LogOnePlus, Straight;
    ProductLines = "log lines of the product", "product age", LogOnePlus, Straight;
    NewProduct = "new product", "product age", Plain, Straight;
    DaysSinceFirstSale = "log days since the product's first sale", "product age", LogOnePlus, Straight;
    HourSine = "hour, sine", "calendar", Plain, Straight;
    HourCosine = "hour, cosine", "calendar", Plain, Straight;
    Monday = "Monday", "calendar", Plain, Straight;
    Tuesday = "Tuesday", "calendar", Plain, Straight;
    Wednesday = "Wednesday", "calendar", Plain, Straight;
    Thursday = "Thursday", "calendar", Plain, Straight;
    Friday = "Friday", "calendar", Plain, Straight;
    Saturday = "Saturday", "calendar", Plain, Straight;
}

/// The weekdays that have an indicator, from Monday on; Sunday is what they are measured against.
pub(crate) const WEEKDAYS: [Context; 6] = [
    Context::Monday,
    Context::Tuesday,
    Context::Wednesday,
    Context::Thursday,
    Context::Friday,
    Context::Saturday,
];
