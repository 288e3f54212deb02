//! Purchases of a table of order lines, net of what came back.

use super::OrderLines;
use super::by_customer::LinesByCustomer;
use crate::orders::{Customers, Orders, OrdersReport};
use crate::parallel::{Threads, collect, map_chunks};

/// Occasions that came back whole, of which nothing is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CameBack {
    /// How many occasions did.
    pub occasions: usize,
    /// Customers all of whose occasions did, and who are no customers of net purchases.
    pub customers: usize,
}

/// What rounding to cents may leave of a line that came back whole, and of its amount what single
/// precision may.
const HALF_A_CENT: f64 = 0.005_000_1;
const ROUNDING: f64 = 1e-6;

/// One line: its occasion, when it was, what was paid and what of it came back.
type Line = (i64, i64, f64, f64);

impl OrderLines {
    /// Customers, times and amounts of the lines: as paid, or net of what is known at `end` to have come
    /// back. `occasion` is the period of a time; of an occasion that came back whole nothing is left.
    pub(crate) fn purchases(
        &self,
        net: bool,
        occasion: impl Fn(i64) -> i64 + Sync,
        end: i64,
    ) -> (Orders, CameBack) {
        let lines = self.by_customer();
        if !net || !lines.given.returned_amount {
            return (lines.gross(self.report.clone()), CameBack::default());
        }
        let parts = map_chunks(lines.customers.len(), 1 << 12, Threads::default(), |customers| {
            let (mut kept, mut came_back, mut rows) = (Vec::new(), CameBack::default(), Vec::new());
            for customer in customers {
                let before = kept.len();
                rows.clear();
                rows.extend(lines.of_customer(customer).map(|line| -> Line {
                    let known = line.return_time == i64::MAX || line.return_time <= end;
                    let back = if known { line.returned_amount } else { 0.0 };
                    (occasion(line.time), line.time, line.amount, back)
                }));
                came_back.occasions += keep(&mut rows, |time, amount| {
                    kept.push((customer, time, amount));
                });
                came_back.customers += usize::from(kept.len() == before);
            }
            (kept, came_back)
        });
        let came_back = parts.iter().fold(CameBack::default(), |sum, (_, part)| CameBack {
            occasions: sum.occasions + part.occasions,
            customers: sum.customers + part.customers,
        });
        let kept: Vec<(usize, i64, f64)> = parts.into_iter().flat_map(|part| part.0).collect();
        (net_of(&lines.customers, &kept, self.report.clone()), came_back)
    }

    /// The last moment that the table speaks of: that of the last line, or of the last credit.
    pub(crate) fn observed_until(&self) -> i64 {
        self.time_range().1.max(self.last_credit.unwrap_or(i64::MIN))
    }
}

/// Keeps the lines of the occasions of which something is left, and counts the others.
fn keep(rows: &mut [Line], mut put: impl FnMut(i64, f64)) -> usize {
    if rows.iter().all(|row| row.3 == 0.0) {
        rows.iter().for_each(|row| put(row.1, row.2));
        return 0;
    }
    // So that sums do not depend on the order of the rows.
    rows.sort_unstable_by(|a, b| {
        let times = (a.0, a.1).cmp(&(b.0, b.1));
        times.then(a.2.total_cmp(&b.2)).then(a.3.total_cmp(&b.3))
    });
    let mut came_back = 0;
    for occasion in rows.chunk_by(|a, b| a.0 == b.0) {
        let (paid, back, lines) = occasion.iter().fold((0.0, 0.0, 0.0), |sum, row| {
            (sum.0 + row.2, sum.1 + row.3, sum.2 + f64::from(u8::from(row.3 > 0.0)))
        });
        if back > 0.0 && paid - back <= (ROUNDING * paid).max(HALF_A_CENT * lines) {
            came_back += 1;
        } else {
            occasion.iter().for_each(|row| put(row.1, (row.2 - row.3).max(0.0)));
        }
    }
    came_back
}

/// The orders of the lines that are left, of the customers to whom any is.
fn net_of(customers: &Customers, kept: &[(usize, i64, f64)], report: OrdersReport) -> Orders {
    let mut there: Vec<usize> = kept.iter().map(|line| line.0).collect();
    there.dedup();
    let (mut number, mut last) = (0_u32, None);
    let numbers = kept.iter().map(|line| {
        if last.is_some_and(|last| last != line.0) {
            number += 1;
        }
        last = Some(line.0);
        number
    });
    Orders {
        customer: numbers.collect(),
        customers: if there.len() == customers.len() {
            customers.clone()
        } else {
            customers.select(there.iter().copied())
        },
        time: kept.iter().map(|line| line.1).collect(),
        amount: Some(kept.iter().map(|line| line.2).collect()),
        opted_out: None,
        report,
    }
}

impl LinesByCustomer {
    /// The lines as orders, at what was paid.
    fn gross(&self, report: OrdersReport) -> Orders {
        let threads = Threads::default();
        Orders {
            customers: self.customers.clone(),
            customer: collect(self.len(), threads, |line| self.customer_of(line)),
            time: collect(self.len(), threads, |line| self.line(line).time),
            amount: Some(collect(self.len(), threads, |line| self.line(line).amount)),
            opted_out: None,
            report,
        }
    }
}
