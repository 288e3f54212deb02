//! From order lines and contacts to the ledger.

use super::budget::Periods;
use super::customer::Accountant;
use super::matching::Bill;
use super::priced::Pricing;
use super::returns::{Maturity, ReturnRates};
use super::row::LedgerColumns;
use super::shop::{Shop, ShopSums};
use super::{Available, Ledger, LedgerOptions, Portfolio};
use crate::Error;
use crate::math::ExactSum;
use crate::orders::{Contacts, LedgerLine, LinesByCustomer, OrderLines};
use crate::parallel::{Threads, fill_columns, map_chunks};
use crate::time::{DAY, YEAR};

/// Groups by which the shop is known, at most.
const LOOKED_AT: usize = 24;

/// What of the log is looked at.
pub(super) struct Window {
    start: i64,
    pub(super) end: i64,
    periods: Periods,
}

impl Window {
    pub(super) fn holds(&self, time: i64) -> bool {
        (self.start..=self.end).contains(&time)
    }

    /// What is known at the end to have been paid back; it is where there is no time.
    pub(super) fn returned(&self, line: &LedgerLine) -> f64 {
        let known = line.return_time == i64::MAX || line.return_time <= self.end;
        if known { line.returned_amount } else { 0.0 }
    }
}

pub(super) fn build(
    lines: &OrderLines,
    contacts: Option<&Contacts>,
    marketing: Option<&Contacts>,
    options: &LedgerOptions,
) -> Result<Ledger, Error> {
    let lines = lines.by_customer();
    let threads = options.threads.for_rows(lines.len());
    let (first, last) = lines.time_range;
    let start = options.start.unwrap_or(first);
    let end = options.end.unwrap_or(last);
    let origin = start.max(first).div_euclid(DAY) * DAY;
    let periods = match options.period_days {
        None => Periods::Calendar(options.period),
        Some(length) => Periods::Days { length, origin },
    };
    let window = Window { start, end, periods };
    let maturity = Maturity::of(lines, &window, threads);
    let rates = ReturnRates::of(lines, &window, &maturity, threads);
    let margin = options.economics.margin.or_else(|| margin_of(lines, &window, threads));
    let pricing = Pricing { lines, window: &window, maturity, rates: &rates, margin, options };
    let accountant = |shop| Accountant::new(window.end, periods, shop, lines.given.category);
    let shop = shop(&pricing, || accountant(Shop::default()), threads);
    let mut columns = LedgerColumns::zeros(lines.customers.len());
    let ends: Vec<usize> =
        (0..lines.groups.count()).map(|group| lines.groups.members(group).end).collect();
    let used = fill_columns(columns.each_mut(), &ends, threads, |members, columns| {
        let (mut accountant, mut rows, mut used) = (accountant(shop), Vec::new(), 0);
        for (at, customer) in members.enumerate() {
            pricing.of_customer(customer, &mut rows);
            used += rows.len();
            let row = accountant.row(&mut rows).values();
            columns.iter_mut().zip(row).for_each(|(column, value)| column[at] = value);
        }
        used
    });
    let used = used.into_iter().sum::<usize>();
    if used == 0 {
        return Err(Error::Empty { what: "the ledger", expected: "lines between start and end" });
    }
    let mut portfolio = Portfolio {
        years: (end.min(last) - start.max(first)).max(DAY) as f64 / YEAR as f64,
        margin: margin.unwrap_or(0.0),
        return_rate: rates.base,
        intra_order: shop.intra_order,
        intra_discount: shop.intra_discount,
        product_weight: if rates.weight.is_finite() { rates.weight } else { 1e50 },
        returned_share: returned_share(lines, &window, threads),
        lines_outside: lines.len() - used,
        ..Portfolio::default()
    };
    let (known, mut joins) = (&lines.customers, Vec::new());
    if let Some(contacts) = contacts {
        let bill = Bill::of("contacts", contacts, known, &window, threads);
        bill.join.accepted(options.joins)?;
        portfolio.unmatched_contacts += bill.join.unmatched;
        portfolio.contact_scale = bill.scale;
        joins.push(bill.join);
        (columns.service_cost, columns.contact_cost) = (bill.all, bill.own);
    }
    if let Some(contacts) = marketing {
        let bill = Bill::of("marketing", contacts, known, &window, threads);
        bill.join.accepted(options.joins)?;
        portfolio.unmatched_contacts += bill.join.unmatched;
        joins.push(bill.join);
        columns.marketing_cost = bill.all;
    }
    if let Some(margin) = margin {
        close(&mut columns, (!lines.given.cost).then_some(margin), &mut portfolio);
    }
    Ok(Ledger {
        customers: known.clone(),
        columns,
        available: available(lines, contacts.is_some(), margin.is_some()),
        economics: options.economics,
        periods_per_year: window.periods.per_year(),
        portfolio,
        peers: None,
        joins,
        how: options.joins,
    })
}

fn available(lines: &LinesByCustomer, contacts: bool, profit: bool) -> Available {
    Available {
        discounts: lines.given.discount,
        offers: lines.given.discount && lines.given.offered_depth,
        coupons: lines.given.coupon,
        returns: lines.given.returned_amount,
        contacts,
        profit,
        categories: lines.given.category,
    }
}

/// Σ of two numbers over the lines looked at.
fn totals(
    lines: &LinesByCustomer,
    window: &Window,
    threads: Threads,
    of: impl Fn(&LedgerLine) -> [f64; 2] + Sync,
) -> [f64; 2] {
    const CHUNK: usize = 1 << 18;
    let chunks = map_chunks(lines.len(), CHUNK, threads, |chunk| {
        let mut sums = [ExactSum::default(); 2];
        for line in chunk.map(|line| lines.line(line)).filter(|line| window.holds(line.time)) {
            sums.iter_mut().zip(of(&line)).for_each(|(sum, term)| sum.add(term));
        }
        sums
    });
    let mut all = [ExactSum::default(); 2];
    for sums in chunks {
        all.iter_mut().zip(sums).for_each(|(all, sum)| all.merge(sum));
    }
    all.map(ExactSum::value)
}

/// Margin at list price from the costs of the lines.
fn margin_of(lines: &LinesByCustomer, window: &Window, threads: Threads) -> Option<f64> {
    if !lines.given.cost {
        return None;
    }
    let [listed, spent] = totals(lines, window, threads, |line| match line.cost {
        cost if cost.is_nan() => [0.0, 0.0],
        cost => [line.list_amount, cost],
    });
    (listed > 0.0).then(|| (1.0 - spent / listed).max(0.0))
}

/// Share of a returned line's amount that is paid back.
fn returned_share(lines: &LinesByCustomer, window: &Window, threads: Threads) -> f64 {
    if !lines.given.returned_amount {
        return 1.0;
    }
    let [back, paid] = totals(lines, window, threads, |line| match window.returned(line) {
        returned if returned > 0.0 => [returned, line.amount],
        _ => [0.0, 0.0],
    });
    if paid > 0.0 { (back / paid).min(1.0) } else { 1.0 }
}

/// What is known of the whole shop, from some of the groups.
fn shop(
    pricing: &Pricing<'_>,
    accountant: impl Fn() -> Accountant + Sync,
    threads: Threads,
) -> Shop {
    let groups = &pricing.lines.groups;
    let step = groups.count().div_ceil(LOOKED_AT);
    let sums = map_chunks(groups.count().div_ceil(step), 1, threads, |number| {
        let (mut accountant, mut rows) = (accountant(), Vec::new());
        groups.members(number.start * step).fold(ShopSums::default(), |sum, customer| {
            pricing.of_customer(customer, &mut rows);
            sum.merge(accountant.shop_sums(&mut rows))
        })
    });
    sums.into_iter().fold(ShopSums::default(), ShopSums::merge).shop()
}

/// Profit, by customer and for the shop.
fn close(columns: &mut LedgerColumns, assumed: Option<f64>, portfolio: &mut Portfolio) {
    let (mut revenue, mut earned) = (ExactSum::default(), ExactSum::default());
    for row in 0..columns.orders.len() {
        let (paid, maker_discount, cost) =
            (columns.revenue[row], columns.maker_discount[row], columns.cost[row]);
        let after =
            columns.return_loss[row] + columns.service_cost[row] + columns.marketing_cost[row];
        columns.profit[row] = paid + maker_discount - cost - after;
        revenue.add(paid);
        earned.add(paid + maker_discount - cost);
    }
    if revenue.value() > 0.0 {
        portfolio.net_margin = (earned.value() / revenue.value()).clamp(0.0, 1.0);
    }
    if let Some(margin) = assumed {
        portfolio.margin = margin;
    }
}
