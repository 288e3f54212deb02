//! A small shop whose lines come back with known probabilities, clustered by order.

use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::returns::{ReturnOptions, ReturnPropensity};

use super::random::Random;

/// In microseconds.
pub(crate) const DAY: i64 = 24 * HOUR;

/// Columns of a table of lines, and the truth behind it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shop {
    pub(crate) customer: Vec<i64>,
    pub(crate) product: Vec<String>,
    pub(crate) size: Vec<i64>,
    pub(crate) order: Vec<i64>,
    pub(crate) line: Vec<i64>,
    pub(crate) time: Vec<i64>,
    pub(crate) price: Vec<f64>,
    pub(crate) quantity: Vec<f64>,
    pub(crate) age: Vec<f64>,
    pub(crate) returned: Vec<f64>,
    pub(crate) return_time: Vec<i64>,
    pub(crate) truth: Vec<f64>,
    /// Log-odds of each customer and product.
    pub(crate) customers: Vec<f64>,
    pub(crate) products: Vec<f64>,
}

const HOUR: i64 = 3_600_000_000;

/// Box & Muller (1958), with the same bits on every platform: a golden file rests on it.
pub(crate) fn normal(random: &mut Random) -> f64 {
    let radius = (-2.0 * libm::log(random.uniform())).sqrt();
    radius * libm::cos(std::f64::consts::TAU * random.uniform())
}

impl Shop {
    /// So many orders over so many days; `clustered` is the standard deviation of the order's effect.
    pub(crate) fn new(seed: u64, orders: u32, days: u32, base: f64, clustered: f64) -> Self {
        let mut random = Random::new(seed);
        let draw = |n: usize, sd: f64, random: &mut Random| -> Vec<f64> {
            (0..n).map(|_| sd * normal(random)).collect()
        };
        let customers = draw(300, 0.8, &mut random);
        let products = draw(80, 0.8, &mut random);
        let mut shop = Self { customers, products, ..Self::default() };
        for order in 0..orders {
            let customer = random.below(300);
            let day = i64::from(order) * i64::from(days) / i64::from(orders);
            let time = day * DAY + i64::from(random.below(24)) * HOUR;
            let effect = clustered * normal(&mut random);
            for _ in 0..=random.below(4) {
                let product = random.below(80);
                let log_odds = base
                    + effect
                    + shop.customers[customer as usize]
                    + shop.products[product as usize];
                let p = 1.0 / (1.0 + libm::exp(-log_odds));
                let back = random.uniform() < p;
                let lag = DAY * i64::from(random.below(20));
                shop.customer.push(customer.into());
                shop.product.push(format!("P{product}"));
                shop.size.push(random.below(5).into());
                shop.order.push(order.into());
                shop.line.push(shop.line.last().map_or(0, |line| line + 1));
                shop.time.push(time);
                shop.price.push(5.0 + f64::from(random.below(90)));
                shop.quantity.push(1.0 + f64::from(random.below(2)));
                shop.age.push(if random.below(9) == 0 {
                    f64::NAN
                } else {
                    40.0 * random.uniform()
                });
                shop.returned.push(f64::from(back));
                shop.return_time.push(time + lag);
                shop.truth.push(p);
            }
        }
        shop
    }

    pub(crate) fn len(&self) -> usize {
        self.time.len()
    }

    /// The rows named, as lines.
    pub(crate) fn lines(&self, rows: &[usize], outcomes: bool) -> OrderLines {
        self.lines_with(rows, outcomes, [true; 2])
    }

    /// The same with ids of orders, and of lines, or without.
    pub(crate) fn lines_with(
        &self,
        rows: &[usize],
        outcomes: bool,
        [orders, ids]: [bool; 2],
    ) -> OrderLines {
        let take = |values: &[i64]| -> Vec<i64> { rows.iter().map(|&row| values[row]).collect() };
        let floats = |values: &[f64]| -> Vec<f64> { rows.iter().map(|&row| values[row]).collect() };
        let product: Vec<&str> = rows.iter().map(|&row| self.product[row].as_str()).collect();
        let (customer, size, order) = (take(&self.customer), take(&self.size), take(&self.order));
        let (line, time, return_time) =
            (take(&self.line), take(&self.time), take(&self.return_time));
        let (price, quantity, age) =
            (floats(&self.price), floats(&self.quantity), floats(&self.age));
        let returned = floats(&self.returned);
        let customer = Column::new("customer", &customer[..]).into();
        let time = Column::new("time", &time[..]);
        let mut columns = LineColumns::new(customer, time, TimeScale::Microseconds)
            .with_price(Column::new("price", &price));
        columns.product = Some(Column::new("product", &product).into());
        columns.quantity = Some(Column::new("quantity", &quantity));
        columns.order = orders.then(|| Column::new("order", &order[..]).into());
        columns.line = ids.then(|| Column::new("line", &line[..]).into());
        columns.categories = vec![Column::new("size", &size[..]).into()];
        columns.numbers = vec![Column::new("age", &age)];
        if outcomes {
            columns.returned = Some(Column::new("returned", &returned));
            columns.return_time = Some(Column::new("return_time", &return_time));
        }
        OrderLines::new(&columns, Invalid::Raise).expect("a clean table")
    }

    /// The rows of orders of the days given.
    pub(crate) fn rows(&self, days: std::ops::Range<i64>) -> Vec<usize> {
        (0..self.len()).filter(|&row| days.contains(&(self.time[row] / DAY))).collect()
    }
}

/// Three hundred days of a shop.
pub(crate) fn shop() -> Shop {
    Shop::new(7, 1500, 300, -1.5, 0.8)
}

/// How its returns are learnt.
pub(crate) fn options() -> ReturnOptions {
    let mut options = ReturnOptions::default();
    options.horizon_days = Some(25);
    options.threads = Threads::new(2);
    options
}

/// What is learnt by the morning of a day.
pub(crate) fn fitted(shop: &Shop, until: i64) -> ReturnPropensity {
    let mut options = options();
    options.observation_end = Some((until - 1) * DAY);
    ReturnPropensity::fit(&shop.lines(&shop.rows(0..until), true), &options).unwrap().model
}

/// The model with a level that hears lines step by step, and only once they are settled.
pub(crate) fn early_and_late(model: &ReturnPropensity) -> [ReturnPropensity; 2] {
    let (yes, no) = ("\"early\":true", "\"early\":false");
    let with = |from: &str, to| model.to_json().replace(from, to);
    [with(no, yes), with(yes, no)].map(|json| ReturnPropensity::from_json(&json).unwrap())
}
