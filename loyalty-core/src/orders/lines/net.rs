//! Purchases of a table of order lines, net of what came back.

use super::OrderLines;
use super::by_customer::LinesByCustomer;
use crate::Error;
use crate::memory;
use crate::orders::{Customers, Orders, OrdersReport};
use crate::parallel::{Threads, collect, map_chunks};
use crate::time::{Clock, end_of_day};

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

/// One line of a customer: its occasion, when it was, what was paid and what of it came back.
pub(crate) type PaidLine = (i64, i64, f64, f64);

impl OrderLines {
    /// The purchases as they were paid.
    ///
    /// # Errors
    /// [`Error::Memory`] where there is not enough for them.
    ///
    /// # Examples
    /// See [`net_orders`](Self::net_orders).
    pub fn gross_orders(&self) -> Result<Orders, Error> {
        self.ask_by_customer()?;
        let lines = self.by_customer();
        memory::ask_for_rows("the orders of lines", self.len(), 28, lines.customers.size())?;
        Ok(lines.gross(self.report.clone()))
    }

    /// The purchases net of what is known to have come back by the end of the day of `observation_end`, in
    /// microseconds; by default of the last line or credit. Of an occasion that came back whole nothing is left: an
    /// occasion is what the clock takes together, such as a day.
    ///
    /// # Errors
    /// [`Error::Empty`] where everything came back.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TimeScale};
    /// use loyalty_core::time::{Clock, Unit};
    /// let customer = Column::new("customer", &[1, 1, 2][..]).into();
    /// let day = Column::new("day", &[19_723, 19_730, 19_731][..]);
    /// let mut columns = LineColumns::new(customer, day, TimeScale::Days);
    /// columns.amount = Some(Column::new("amount", &[20.0, 30.0, 10.0]));
    /// columns.returned_amount = Some(Column::new("back", &[5.0, 30.0, 0.0]));
    /// let lines = OrderLines::new(&columns, Invalid::Raise)?;
    /// let (orders, came_back) = lines.net_orders(Clock::new(Unit::Week, None)?, None)?;
    /// assert_eq!((orders.len(), came_back.occasions), (2, 1));
    /// assert_eq!(lines.gross_orders()?.len(), 3);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn net_orders(
        &self,
        clock: Clock,
        observation_end: Option<i64>,
    ) -> Result<(Orders, CameBack), Error> {
        let end = end_of_day(observation_end.unwrap_or_else(|| self.observed_until()));
        self.ask_by_customer()?;
        let lines = self.by_customer();
        if !lines.given.returned_amount {
            return Ok((self.gross_orders()?, CameBack::default()));
        }
        memory::ask_for_rows("the orders of lines", self.len(), 128, lines.customers.size())?;
        let parts = map_chunks(lines.customers.len(), 1 << 12, Threads::default(), |customers| {
            let (mut kept, mut came_back, mut rows) = (Vec::new(), CameBack::default(), Vec::new());
            for customer in customers {
                let before = kept.len();
                rows.clear();
                rows.extend(lines.of_customer(customer).map(|line| -> PaidLine {
                    let known = line.return_time == i64::MAX || line.return_time <= end;
                    let back = if known { line.returned_amount } else { 0.0 };
                    (clock.key(line.time), line.time, line.amount, back)
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
        if kept.is_empty() {
            let expected = "an order that was not sent back whole";
            return Err(Error::Empty { what: "the table of purchases", expected });
        }
        Ok((net_of(&lines.customers, &kept, self.report.clone()), came_back))
    }

    /// The last moment that the table speaks of: that of the last line, or of the last credit.
    pub(crate) fn observed_until(&self) -> i64 {
        self.time_range().1.max(self.last_credit.unwrap_or(i64::MIN))
    }
}

/// Keeps the lines of the occasions of which something is left, and counts the others.
pub(crate) fn keep(rows: &mut [PaidLine], mut put: impl FnMut(i64, f64)) -> usize {
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
