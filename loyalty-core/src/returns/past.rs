//! What is remembered of a customer's or a product's lines beside their returns: the usual price and
//! quantity, how many there were, and since when.

/// The past lines of one customer, or of one product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PastLines {
    pub(crate) lines: f64,
    pub(crate) orders: f64,
    pub(crate) log_prices: f64,
    pub(crate) log_quantities: f64,
    pub(crate) most_log_price: f64,
    pub(crate) first_day: i32,
    pub(crate) last_day: i32,
}

impl PastLines {
    /// Nothing yet; the first line is on that day.
    pub(crate) fn new(day: i32) -> Self {
        Self {
            lines: 0.0,
            orders: 0.0,
            log_prices: 0.0,
            log_quantities: 0.0,
            most_log_price: f64::MIN,
            first_day: day,
            last_day: day,
        }
    }

    /// Whether they may be those of a customer or a product.
    pub(crate) fn is_sound(&self) -> bool {
        let Self { lines, orders, log_prices, log_quantities, most_log_price, .. } = *self;
        let sums = [lines, orders, log_prices, log_quantities, most_log_price];
        sums.iter().all(|sum| sum.is_finite()) && lines >= 1.0
    }

    pub(crate) fn add(&mut self, line: &Logs) {
        self.lines += 1.0;
        self.log_prices += line.price;
        self.log_quantities += line.quantity;
        self.most_log_price = self.most_log_price.max(line.price);
    }
}

/// Logarithms of a line's price and quantity.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Logs {
    pub(crate) price: f64,
    pub(crate) quantity: f64,
}
