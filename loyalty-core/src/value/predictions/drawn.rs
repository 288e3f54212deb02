//! Draws of what customers do and spend.

use std::ops::Range;

use super::options::{Over, PredictionIntervals, PredictionKind, PredictionOptions, ends};
use super::sums::{self, Sums};
use crate::Error;
use crate::math::random::Random;
use crate::memory;
use crate::parallel::{Threads, map_chunks};
use crate::purchase::{Discounting, Future, FutureDraws, PurchaseModel};
use crate::spend::SpendModel;
use crate::summary::CustomerSummary;
use crate::value::clv::clv_into;
use crate::value::margin::Margin;

/// The seed of what is drawn of spend.
pub(super) const SPEND: u64 = 0x7370_656e;

/// Customers drawn at once: their draws are held together.
const CHUNK: usize = 512;

/// What is drawn: purchases, or their value.
pub(super) struct Drawing<'a> {
    /// The model of each draw.
    pub(super) purchases: Vec<&'a dyn PurchaseModel>,
    pub(super) money: Option<Money<'a>>,
    pub(super) customers: &'a CustomerSummary,
    pub(super) horizon: f64,
    pub(super) options: &'a PredictionOptions,
}

/// What purchases are worth.
pub(super) struct Money<'a> {
    /// The model of each draw.
    pub(super) spend: Vec<&'a dyn SpendModel>,
    pub(super) discounting: &'a Discounting,
    pub(super) margin: Margin<'a>,
}

impl Drawing<'_> {
    /// The ends of the intervals.
    pub(super) fn intervals(&self, over: Over<'_>) -> Result<PredictionIntervals, Error> {
        let (level, threads) = (self.options.level, self.options.threads);
        let mut found = PredictionIntervals::default();
        let (rows, draws) = (self.customers.len(), self.purchases.len());
        let block = 10 * CHUNK.min(rows) * draws * threads.count().min(rows.div_ceil(CHUNK));
        let each = if over == Over::Customers { 40 } else { 0 };
        memory::ask_for_rows("intervals of customers", rows, each, block)?;
        if over == Over::Customers {
            let chunks = map_chunks(self.customers.len(), CHUNK, threads, |rows| {
                let mut values = self.values(rows)?;
                let each = values.chunks_mut(self.purchases.len());
                Ok(each.map(|values| ends(values, level)).collect::<Vec<[f64; 2]>>())
            });
            for chunk in chunks {
                found.extend(&chunk?);
            }
            return Ok(found);
        }
        let (groups, draws) = (sums::groups(over), self.purchases.len());
        let chunks = map_chunks(self.customers.len(), CHUNK, threads, |rows| {
            let mut sums = Sums::none(groups, draws);
            sums.add_rows(&self.values(rows.clone())?, rows, over);
            Ok(sums)
        });
        let mut sums = Sums::none(groups, draws);
        for chunk in chunks {
            sums.add(&chunk?);
        }
        if self.options.kind == PredictionKind::Prediction {
            sums.scale(&self.options.level_factors()?);
        }
        found.extend(&sums.each().map(|values| ends(values, level)).collect::<Vec<_>>());
        Ok(found)
    }

    /// All draws of some customers, those of one after those of the other.
    fn values(&self, rows: Range<usize>) -> Result<Vec<f64>, Error> {
        let (draws, some) = (self.purchases.len(), self.customers.slice(rows.clone()));
        let mut values = vec![0.0; some.len() * draws];
        let (mut one, mut amounts) = (vec![0.0; some.len()], Vec::new());
        for (number, (draw, model)) in (0_u32..).zip(self.purchases.iter().enumerate()) {
            match self.options.kind {
                PredictionKind::Expectation => self.expected(draw, &some, rows.start, &mut one)?,
                PredictionKind::Prediction => {
                    let mut how = FutureDraws::new(self.horizon, 0);
                    how.draws = number..number + 1;
                    (how.seed, how.first_row) = (self.options.seed, rows.start);
                    model.each_future(&some, &how, &mut |future| {
                        one[future.row] = self.worth(future, &some, rows.start, &mut amounts);
                    })?;
                }
            }
            let places = values.iter_mut().skip(draw).step_by(draws);
            places.zip(&one).for_each(|(place, value)| *place = *value);
        }
        Ok(values)
    }

    /// What is expected of some customers under the parameters of one draw.
    fn expected(
        &self,
        draw: usize,
        some: &CustomerSummary,
        first_row: usize,
        out: &mut [f64],
    ) -> Result<(), Error> {
        let purchases = self.purchases[draw];
        let Some(money) = &self.money else {
            return purchases.expected_purchases_into(some, self.horizon, out, Threads::ONE);
        };
        let (spend, whole) = (money.spend[draw], Margin::Same(1.0));
        clv_into(purchases, spend, some, money.discounting, whole, out, Threads::ONE)?;
        for (row, value) in (first_row..).zip(out) {
            *value *= money.margin.of(row);
        }
        Ok(())
    }

    /// Purchases of a future, or their value.
    fn worth(
        &self,
        future: &Future<'_>,
        some: &CustomerSummary,
        first_row: usize,
        amounts: &mut Vec<f64>,
    ) -> f64 {
        let count = future.purchases.len();
        let Some(money) = self.money.as_ref().filter(|_| count > 0) else { return count as f64 };
        let (row, key) = (future.row, some.key(future.row, first_row));
        let seed = Random::of_draw(self.options.seed, SPEND, key, future.draw).seed();
        let mean = some.monetary_value().map_or(0.0, |mean| mean[row]);
        amounts.clear();
        amounts.resize(count, 0.0);
        let spend = money.spend[future.draw as usize];
        spend.draw_amounts(some.transactions(row), mean, seed, amounts);
        let purchases = future.purchases.iter().zip(amounts.iter());
        let counts = |(at, amount): (&f64, &f64)| money.discounting.of_purchase(*at) * amount;
        money.margin.of(first_row + row) * purchases.map(counts).sum::<f64>()
    }
}

impl PredictionIntervals {
    fn extend(&mut self, ends: &[[f64; 2]]) {
        self.lower.extend(ends.iter().map(|ends| ends[0]));
        self.upper.extend(ends.iter().map(|ends| ends[1]));
    }
}
