//! What many draws of futures say, customer by customer and in total.

use super::future::{Future, FutureDraws};
use super::model::PurchaseModel;
use crate::Error;
use crate::parallel::{Threads, map_chunks};
use crate::summary::CustomerSummary;

/// Draws of the futures of customers, counted as they are made: neither memory nor time to read them grows with customers
/// times draws.
///
/// # Examples
/// ```
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::purchase::{BgNbd, FutureDraws, FutureSummary, PurchaseModel};
/// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
/// let columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
/// let customers = CustomerSummary::new(&columns)?;
/// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
/// let how = FutureDraws::new(39.0, 2000);
/// let found = FutureSummary::of(&cdnow, &customers, &how, Threads::default())?;
/// let expected = cdnow.expected_purchases(&customers.history(0), 39.0)?;
/// assert!((found.purchases[0] - expected).abs() < 0.15);
/// assert_eq!((found.alive[1], found.total.len()), (1.0, 2000));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FutureSummary {
    /// Mean purchases within the horizon, by customer.
    pub purchases: Vec<f64>,
    /// The share of the draws without a purchase.
    pub none: Vec<f64>,
    /// The share of the draws in which the customer is alive at the end of observation.
    pub alive: Vec<f64>,
    /// The share in which they are still alive at the horizon.
    pub alive_at_horizon: Vec<f64>,
    /// Purchases of all customers, by draw.
    pub total: Vec<f64>,
}

/// Customers drawn by one thread at a time.
const CHUNK: usize = 256;

impl FutureSummary {
    /// Draws and counts.
    ///
    /// # Errors
    /// As [`PurchaseModel::each_future`], and [`Error::Empty`] without a draw.
    pub fn of(
        model: &dyn PurchaseModel,
        customers: &CustomerSummary,
        how: &FutureDraws,
        threads: Threads,
    ) -> Result<Self, Error> {
        if how.draws.is_empty() {
            return Err(Error::Empty { what: "the future", expected: "at least one draw" });
        }
        let draws = how.draws.len();
        let chunks = map_chunks(customers.len(), CHUNK, threads, |rows| {
            let (mut part, mut how) = (Self::none(rows.len(), draws), how.clone());
            how.first_row += rows.start;
            let first = how.draws.start;
            let see = &mut |future: &Future<'_>| part.add(future, first);
            model.each_future(&customers.slice(rows), &how, see)?;
            Ok(part)
        });
        let mut all = Self::none(0, draws);
        for chunk in chunks {
            all.extend(chunk?);
        }
        for column in all.by_customer() {
            column.iter_mut().for_each(|sum| *sum /= draws as f64);
        }
        Ok(all)
    }

    fn none(customers: usize, draws: usize) -> Self {
        let column = || vec![0.0; customers];
        let [purchases, none, alive, alive_at_horizon] = [column(), column(), column(), column()];
        Self { purchases, none, alive, alive_at_horizon, total: vec![0.0; draws] }
    }

    fn by_customer(&mut self) -> [&mut Vec<f64>; 4] {
        [&mut self.purchases, &mut self.none, &mut self.alive, &mut self.alive_at_horizon]
    }

    fn add(&mut self, future: &Future<'_>, first: u32) {
        let count = future.purchases.len() as f64;
        let flag = |happens: bool| f64::from(u8::from(happens));
        let values = [
            count,
            flag(future.purchases.is_empty()),
            flag(future.alive),
            flag(future.alive_at_horizon),
        ];
        for (column, value) in self.by_customer().into_iter().zip(values) {
            column[future.row] += value;
        }
        self.total[(future.draw - first) as usize] += count;
    }

    /// Further customers.
    fn extend(&mut self, mut more: Self) {
        for (column, more) in self.by_customer().into_iter().zip(more.by_customer()) {
            column.append(more);
        }
        self.total.iter_mut().zip(&more.total).for_each(|(sum, more)| *sum += more);
    }
}
