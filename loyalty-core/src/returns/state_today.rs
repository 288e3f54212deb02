//! The orders of a day that is not over, as a file holds them.

use serde::{Deserialize, Serialize};

use super::open::{Open, OpenLines};
use super::past::Logs;
use super::state_codec::{check, hexadecimal, keys_of};
use super::stream::{OrderOfToday, Today};
use crate::Error;

#[derive(Default, Serialize, Deserialize)]
pub(super) struct RawToday {
    /// In microseconds since 1970-01-01T00:00.
    time: Vec<i64>,
    /// 16 hexadecimal digits each.
    order: String,
    /// How many lines each order has.
    lines: Vec<usize>,
    log_price: Vec<f64>,
    log_quantity: Vec<f64>,
}

impl RawToday {
    pub(super) fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    pub(super) fn of(today: &Today) -> Self {
        Self {
            time: today.orders.iter().map(|order| order.time).collect(),
            order: hexadecimal(today.orders.iter().map(|order| Some(order.key))),
            lines: today.orders.iter().map(|order| order.lines).collect(),
            log_price: today.logs.iter().map(|logs| logs.price).collect(),
            log_quantity: today.logs.iter().map(|logs| logs.quantity).collect(),
        }
    }

    pub(super) fn today(&self, open: &OpenLines, today: i32) -> Result<Today, Error> {
        let keys = keys_of(&self.order)?;
        let orders = keys.iter().zip(self.time.iter().zip(&self.lines));
        let orders: Vec<OrderOfToday> = orders
            .filter_map(|(&key, (&time, &lines))| Some(OrderOfToday { time, key: key?, lines }))
            .collect();
        let prices = self.log_price.iter().zip(&self.log_quantity);
        let logs: Vec<Logs> = prices.map(|(&price, &quantity)| Logs { price, quantity }).collect();
        let lengths = [keys.len(), self.time.len(), self.lines.len()];
        let good = lengths == [orders.len(); 3]
            && [self.log_price.len(), self.log_quantity.len()] == [logs.len(); 2]
            && logs.iter().all(|logs| logs.price.is_finite() && logs.quantity.is_finite());
        let mut number = open.next().checked_sub(logs.len() as u64).filter(|&n| n >= open.first());
        let before = number.filter(|&first| first > open.first()).map(|first| open.get(first - 1));
        let mut of_today = good && before.is_none_or(|line| line.day < today);
        for order in &orders {
            let lines = number.map(|first| first..first.saturating_add(order.lines as u64));
            let lines = lines.filter(|lines| of_today && lines.end <= open.next());
            number = lines.as_ref().map(|lines| lines.end);
            of_today = order.lines > 0
                && lines.is_some_and(|lines| {
                    let is_next = |(behind, line): (u32, &Open)| {
                        line.day == today && line.behind_first == behind
                    };
                    (0..).zip(open.lines(lines)).all(is_next)
                });
        }
        check(of_today && number == Some(open.next()), "orders of the day and open lines")?;
        Ok(Today { orders, logs })
    }
}
