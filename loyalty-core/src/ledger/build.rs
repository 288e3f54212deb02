//! From order lines and contacts to the ledger.

use super::basis::{Charged, LedgerBasis, LevelKeys};
use super::budget::Periods;
use super::contacts::{Call, ServiceLog};
use super::customer::{Accountant, Line};
use super::halves::Halves;
use super::matching::Bill;
use super::offers::Offers;
use super::pile_up::pile_up;
use super::priced::Pricing;
use super::returns::{Maturity, ReturnRates};
use super::row::{LedgerColumns, LedgerRow};
use super::shop::{Shop, ShopSums};
use super::unusual::unusual_days;
use super::{Ledger, LedgerOptions, Portfolio, UnusualDays};
use crate::Error;
use crate::math::ExactSum;
use crate::memory;
use crate::orders::{Contacts, LedgerLine, LinesByCustomer, OrderLines};
use crate::parallel::{Threads, fill_columns, map_chunks};
use crate::time::{DAY, YEAR};

/// Groups by which the shop is known, at most.
const LOOKED_AT: usize = 24;

/// What of the log is looked at.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) start: i64,
    pub(super) end: i64,
}

impl Window {
    /// From one time to another.
    pub(super) fn part(start: i64, end: i64) -> Self {
        Self { start, end }
    }

    /// What of a range of time is looked at.
    pub(super) fn within(&self, (first, last): (i64, i64)) -> (i64, i64) {
        (self.start.max(first), self.end.min(last))
    }

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
    lines.ask_by_customer()?;
    let lines = lines.by_customer();
    let (customers, each) = (lines.customers.len(), 450);
    let besides = customers.saturating_mul(each).saturating_add(lines.customers.size());
    memory::ask_for_rows("a ledger", lines.len(), 140, besides)?;
    let threads = options.threads.for_rows(lines.len());
    let (first, last) = lines.time_range;
    let start = options.start.unwrap_or(first);
    let end = options.end.unwrap_or(last);
    let origin = start.max(first).div_euclid(DAY) * DAY;
    let periods = match options.period_days {
        None => Periods::Calendar(options.period),
        Some(length) => Periods::Days { length, origin },
    };
    let window = Window { start, end };
    let known = &lines.customers;
    let service = match contacts {
        Some(contacts) => ServiceLog::of(contacts, known, &window),
        None => ServiceLog::default(),
    };
    let maturity = Maturity::of(lines, &window, threads);
    let rates = ReturnRates::of(lines, &window, &maturity, threads);
    let mut basis = LedgerBasis {
        start,
        end: window.end.min(i64::MAX / 2),
        periods,
        case_days: options.case_days,
        economics: options.economics,
        given: lines.given,
        charged: Charged { contacts: contacts.is_some(), marketing: marketing.is_some() },
        margin: options.economics.margin.or_else(|| margin_of(lines, &window, threads)),
        maturity,
        rates,
        offers: Offers::of(lines, &window, threads),
        unusual: UnusualDays {
            contacts: service.outages.clone(),
            returns: recalls(lines, &window, threads),
        },
        contact_cost: service.mean_cost,
        shop: Shop::default(),
        levels: lines.levels().map(|ids| ids.map(LevelKeys::of)),
    };
    basis.shop = shop(&Pricing { basis: &basis, window: &window }, lines, &service, threads);
    let margin = basis.margin;
    let pricing = Pricing { basis: &basis, window: &window };
    let mut columns = LedgerColumns::zeros(known.len());
    let used = fill(&mut columns, lines, threads, || Books::new(pricing, lines, &service));
    if used == 0 {
        return Err(Error::Empty { what: "the ledger", expected: "lines between start and end" });
    }
    let mut portfolio = Portfolio {
        years: (end.min(last) - start.max(first)).max(DAY) as f64 / YEAR as f64,
        margin: margin.unwrap_or(0.0),
        return_rate: basis.rates.base,
        intra_order: basis.shop.intra_order,
        intra_discount: basis.shop.intra_discount,
        case_dispersion: basis.shop.case_dispersion,
        order_threshold: pile_up(amounts(lines, &window, threads)),
        contact_cost: service.mean_cost,
        product_weight: basis.rates.weight.min(1e50),
        returned_share: returned_share(lines, &window, threads),
        lines_outside: lines.len() - used,
        ..Portfolio::default()
    };
    let mut joins = Vec::new();
    let mut charged = |what, events: Option<&Contacts>| {
        let Some(events) = events else { return Ok(None) };
        let bill = Bill::of(what, events, known, &window, threads);
        bill.join.accepted(options.joins)?;
        portfolio.unmatched_contacts += bill.join.unmatched;
        joins.push(bill.join);
        Ok::<_, Error>(Some(bill.all))
    };
    let [service_cost, marketing_cost] =
        [charged("contacts", contacts)?, charged("marketing", marketing)?];
    columns.service_cost = service_cost.unwrap_or(columns.service_cost);
    columns.marketing_cost = marketing_cost.unwrap_or(columns.marketing_cost);
    if let Some(margin) = margin {
        close(&mut columns, (!lines.given.cost).then_some(margin), &mut portfolio);
    }
    let halves =
        Halves::of(known.len(), &window, lines.time_range, threads, |window, customers| {
            let mut books = Books::new(Pricing { window, ..pricing }, lines, &service);
            customers.map(|customer| books.row(customer)).collect()
        });
    Ok(Ledger {
        customers: known.clone(),
        columns,
        portfolio,
        peers: None,
        joins,
        how: options.joins,
        halves,
        opted_out: Vec::new(),
        basis,
    })
}

/// Fills the columns customer by customer, and says how many lines were in use.
fn fill<'a>(
    columns: &mut LedgerColumns,
    lines: &LinesByCustomer,
    threads: Threads,
    books: impl Fn() -> Books<'a> + Sync,
) -> usize {
    let ends: Vec<usize> =
        (0..lines.groups.count()).map(|group| lines.groups.members(group).end).collect();
    let used = fill_columns(columns.each_mut(), &ends, threads, |members, columns| {
        let mut books = books();
        let mut used = 0;
        for (at, customer) in members.enumerate() {
            let row = books.row(customer).values();
            used += books.rows.len();
            columns.iter_mut().zip(row).for_each(|(column, value)| column[at] = value);
        }
        used
    });
    used.into_iter().sum()
}

/// One customer after the other.
struct Books<'a> {
    pricing: Pricing<'a>,
    lines: &'a LinesByCustomer,
    service: &'a ServiceLog,
    accountant: Accountant,
    rows: Vec<Line>,
    calls: Vec<Call>,
}

impl<'a> Books<'a> {
    fn new(pricing: Pricing<'a>, lines: &'a LinesByCustomer, service: &'a ServiceLog) -> Self {
        let accountant = pricing.basis.accountant(pricing.window);
        Self { pricing, lines, service, accountant, rows: Vec::new(), calls: Vec::new() }
    }

    fn look_up(&mut self, customer: usize) {
        self.pricing.of_customer(self.lines.of_customer(customer), &mut self.rows);
        self.service.of_customer(customer, self.pricing.window, &mut self.calls);
    }

    fn row(&mut self, customer: usize) -> LedgerRow {
        self.look_up(customer);
        self.accountant.row(&mut self.rows, &self.calls)
    }

    fn shop_sums(&mut self, customer: usize) -> ShopSums {
        self.look_up(customer);
        self.accountant.shop_sums(&mut self.rows, &self.calls)
    }
}

/// Days on which returns jumped: by the groups of customers by which the shop is known.
fn recalls(lines: &LinesByCustomer, window: &Window, threads: Threads) -> Vec<i64> {
    if !lines.given.return_time {
        return Vec::new();
    }
    let parts = map_chunks(looked_at(lines).count(), 1, threads, |number| {
        let mut days = Vec::new();
        for customer in looked_at(lines).nth(number.start).into_iter().flatten() {
            let begin = days.len();
            let back = lines.of_customer(customer).filter(|line| window.holds(line.time));
            days.extend(back.map(|line| line.return_time).filter(|&time| time <= window.end));
            days[begin..].iter_mut().for_each(|time: &mut i64| *time = time.div_euclid(DAY));
            days[begin..].sort_unstable();
            let mut of_customer = days.split_off(begin);
            of_customer.dedup();
            days.append(&mut of_customer);
        }
        days
    });
    unusual_days(parts.into_iter().flatten())
}

/// The amounts of orders of the customers by whom the shop is known.
fn amounts(lines: &LinesByCustomer, window: &Window, threads: Threads) -> Vec<f64> {
    let parts = map_chunks(looked_at(lines).count(), 1, threads, |number| {
        let (mut amounts, mut orders) = (Vec::new(), Vec::new());
        for customer in looked_at(lines).nth(number.start).into_iter().flatten() {
            let own = lines.of_customer(customer).filter(|line| window.holds(line.time));
            orders.clear();
            orders.extend(own.map(|line| (line.order, line.amount)));
            orders.sort_by_key(|order| order.0);
            let each = orders.chunk_by(|a, b| a.0 == b.0);
            amounts.extend(each.map(|lines| lines.iter().map(|line| line.1).sum::<f64>()));
        }
        amounts
    });
    parts.concat()
}

/// The customers by whom the shop is known: those of some groups.
fn looked_at(lines: &LinesByCustomer) -> impl Iterator<Item = std::ops::Range<usize>> {
    let groups = &lines.groups;
    let step = groups.count().div_ceil(LOOKED_AT);
    (0..groups.count()).step_by(step).map(|group| groups.members(group))
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
    lines: &LinesByCustomer,
    service: &ServiceLog,
    threads: Threads,
) -> Shop {
    let sums = map_chunks(looked_at(lines).count(), 1, threads, |number| {
        let mut books = Books::new(*pricing, lines, service);
        let members = looked_at(lines).nth(number.start).into_iter().flatten();
        members.fold(ShopSums::default(), |sum, customer| sum.merge(books.shop_sums(customer)))
    });
    sums.into_iter().fold(ShopSums::default(), ShopSums::merge).shop()
}

/// What remains of a customer's revenue.
pub(super) fn profit(row: &LedgerRow) -> f64 {
    let after = row.return_loss + row.service_cost + row.marketing_cost;
    row.revenue + row.maker_discount - row.cost - after
}

/// Profit, by customer and for the shop.
fn close(columns: &mut LedgerColumns, assumed: Option<f64>, portfolio: &mut Portfolio) {
    let (mut revenue, mut earned) = (ExactSum::default(), ExactSum::default());
    for number in 0..columns.orders.len() {
        let row = columns.row(number);
        columns.profit[number] = profit(&row);
        revenue.add(row.revenue);
        earned.add(row.revenue + row.maker_discount - row.cost);
    }
    if revenue.value() > 0.0 {
        portfolio.net_margin = (earned.value() / revenue.value()).clamp(0.0, 1.0);
    }
    if let Some(margin) = assumed {
        portfolio.margin = margin;
    }
}
