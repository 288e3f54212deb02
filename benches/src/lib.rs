//! Simulated data for the benchmarks: a BG/NBD shop with Gamma-Gamma amounts, fixed seed.

use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
use loyalty_core::summary::{CustomerSummary, SummaryColumns};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, Exp, Gamma};

/// Length of the simulated log in days.
const DAYS: f64 = 730.0;

/// An order log: customer, day of order, amount.
#[derive(Debug, Default)]
pub struct Log {
    /// Customer ids, in order of birth.
    pub customer: Vec<i64>,
    /// Days since the start.
    pub time: Vec<f64>,
    /// Amounts.
    pub amount: Vec<f64>,
}

/// Simulates customers born evenly over two years with the parameters of CDNOW, in days.
///
/// # Panics
/// Never: the parameters are constants inside their domains.
pub fn simulate(customers: u32) -> Log {
    let mut rng = ChaCha8Rng::seed_from_u64(20_050_401);
    let rates = Gamma::new(0.243, 1.0 / (7.0 * 4.414)).expect("constants");
    let dropouts = Beta::new(0.793, 2.426).expect("constants");
    let spenders = Gamma::new(3.744, 1.0 / 15.444).expect("constants");
    let mut log = Log::default();
    for customer in 0..customers {
        let (rate, dropout): (f64, f64) = (rates.sample(&mut rng), dropouts.sample(&mut rng));
        let amounts = Gamma::new(6.249, 1.0 / spenders.sample(&mut rng)).expect("above 0");
        let mut time = rng.random_range(0.0..DAYS);
        let mut repeats = 0;
        while time < DAYS {
            log.customer.push(i64::from(customer));
            log.time.push(time);
            log.amount.push(amounts.sample(&mut rng));
            // The first purchase is no chance to drop out.
            if repeats > 0 && rng.random::<f64>() < dropout {
                break;
            }
            repeats += 1;
            time += Exp::new(rate.max(1e-12)).expect("above 0").sample(&mut rng);
        }
    }
    log
}

impl Log {
    /// The log as checked orders, times to the microsecond.
    ///
    /// # Panics
    /// Never: the simulated log is clean.
    pub fn orders(&self) -> Orders {
        #[expect(clippy::cast_possible_truncation, reason = "two years of microseconds")]
        let time: Vec<i64> = self.time.iter().map(|day| (day * 86_400e6) as i64).collect();
        let columns = OrderColumns {
            customer: Column::new("customer", &self.customer[..]).into(),
            time: Column::new("time", &time),
            scale: TimeScale::Microseconds,
            amount: Some(Column::new("amount", &self.amount)),
        };
        Orders::new(&columns, Invalid::Raise).expect("a clean log")
    }
}

/// The same customers with times to the microsecond instead of the day: hardly two share a history.
///
/// # Panics
/// Never: the columns come from a checked summary.
pub fn scattered(customers: &CustomerSummary) -> CustomerSummary {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let frequency: Vec<f64> = customers.frequency().iter().map(|&x| f64::from(x)).collect();
    let shift: Vec<f64> = frequency.iter().map(|_| rng.random_range(0.0..1.0)).collect();
    let moved = |column: &[f64], x: &[f64]| -> Vec<f64> {
        column
            .iter()
            .zip(&shift)
            .zip(x)
            .map(|((t, by), x)| if *x > 0.0 { t + by } else { *t })
            .collect()
    };
    let recency = moved(customers.recency(), &frequency);
    let t: Vec<f64> = customers.t().iter().zip(&shift).map(|(t, by)| t + by).collect();
    let mut columns = SummaryColumns::new(&frequency, &recency, &t);
    columns.monetary_value = customers.monetary_value().map(|m| Column::new("monetary_value", m));
    columns.unit = customers.unit();
    CustomerSummary::new(&columns).expect("checked before")
}
