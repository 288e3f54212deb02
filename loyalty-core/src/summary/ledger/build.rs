//! From order lines and contacts to the ledger.

use super::budget::Periods;
use super::customer::{Accountant, Line};
use super::deal::Dealt;
use super::look::{Look, Shop};
use super::matching::Bill;
use super::returns::{Maturity, ReturnRates};
use super::row::{LedgerColumns, LedgerRow};
use super::{Available, Ledger, LedgerOptions, Portfolio};
use crate::Error;
use crate::orders::{Contacts, LedgerLines};
use crate::parallel::{Threads, map_chunks};
use crate::special::ExactSum;

const DAY: i64 = 86_400_000_000;

/// Groups by which the shop is known, at most.
const LOOKED_AT: usize = 24;

/// What of the log is looked at.
pub(super) struct Window {
    start: i64,
    pub(super) end: i64,
    /// The first day, from which days are counted.
    origin: i64,
    periods: Periods,
}

impl Window {
    pub(super) fn holds(&self, time: i64) -> bool {
        (self.start..=self.end).contains(&time)
    }

    /// Whether a line's return is known at the end; one without a time is.
    pub(super) fn knows(&self, lines: &LedgerLines, row: usize) -> bool {
        let back = lines.return_time.as_ref().map_or(i64::MAX, |back| back[row]);
        back == i64::MAX || back <= self.end
    }

    /// Lines of a customer's day are one order where orders have no ids.
    fn day(&self, time: i64) -> u32 {
        u32::try_from((time - self.origin).div_euclid(DAY)).unwrap_or(0)
    }
}

pub(super) fn build(
    lines: &LedgerLines,
    contacts: Option<&Contacts>,
    marketing: Option<&Contacts>,
    options: &LedgerOptions,
) -> Result<Ledger, Error> {
    let threads = options.threads.for_rows(lines.len());
    let (first, last) = lines.time_range();
    let start = options.start.unwrap_or(first);
    let end = options.end.unwrap_or(last);
    let origin = start.max(first).div_euclid(DAY) * DAY;
    let periods = match options.period_days {
        None => Periods::Calendar(options.period),
        Some(length) => Periods::Days { length, origin },
    };
    let window = Window { start, end, origin, periods };
    let maturity = Maturity::of(lines, &window, threads);
    let rates = ReturnRates::of(lines, &window, &maturity, threads);
    let margin = options.economics.margin.or_else(|| margin_of(lines, &window, threads));
    let maker = Maker { lines, window: &window, maturity, rates: &rates, margin, options };
    let customers = lines.customers().len();
    let dealt = Dealt::of(&lines.customer, customers, threads, |row| maker.line(row));
    if dealt.rows() == 0 {
        return Err(Error::Empty { what: "the ledger", expected: "lines between start and end" });
    }
    let has_categories = lines.category.is_some();
    let accountant = |shop| Accountant::new(window.end, periods, shop, has_categories);
    let shop = look(&dealt, || accountant(Shop::default()), threads);
    let parts = map_chunks(dealt.groups(), 1, threads, |group| {
        let (mut rows, starts) = dealt.together(group.start, |line| line.customer);
        let mut accountant = accountant(shop);
        let mut columns = LedgerColumns::default();
        columns.reserve(starts.len() - 1);
        for bounds in starts.windows(2) {
            columns.push(&accountant.row(&mut rows[bounds[0]..bounds[1]]));
        }
        columns
    });
    let mut columns = LedgerColumns::default();
    columns.reserve(customers);
    parts.into_iter().for_each(|part| columns.append(part));
    let mut portfolio = Portfolio {
        years: (end.min(last) - start.max(first)).max(DAY) as f64 / (365.25 * DAY as f64),
        margin: margin.unwrap_or(0.0),
        return_rate: rates.base,
        intra_order: shop.intra_order,
        intra_discount: shop.intra_discount,
        product_weight: if rates.weight.is_finite() { rates.weight } else { 1e50 },
        returned_share: returned_share(lines, &window),
        lines_outside: lines.len() - dealt.rows(),
        ..Portfolio::default()
    };
    let known = lines.customers();
    if let Some(contacts) = contacts {
        let bill = Bill::of(contacts, known, &window)?;
        portfolio.unmatched_contacts += bill.unmatched;
        portfolio.contact_scale = bill.scale;
        (columns.service_cost, columns.contact_cost) = (bill.all, bill.own);
    }
    if let Some(contacts) = marketing {
        let bill = Bill::of(contacts, known, &window)?;
        portfolio.unmatched_contacts += bill.unmatched;
        columns.marketing_cost = bill.all;
    }
    if let Some(margin) = margin {
        close(&mut columns, lines.cost.is_none().then_some(margin), &mut portfolio);
    }
    Ok(Ledger {
        customers: known.clone(),
        columns,
        available: available(lines, contacts.is_some(), margin.is_some()),
        economics: options.economics,
        periods_per_year: window.periods.per_year(),
        portfolio,
        peers: None,
    })
}

fn available(lines: &LedgerLines, contacts: bool, profit: bool) -> Available {
    Available {
        discounts: lines.discount.is_some(),
        offers: lines.discount.is_some() && lines.offered_depth.is_some(),
        coupons: lines.coupon.is_some(),
        returns: lines.returned_amount.is_some(),
        contacts,
        profit,
        categories: lines.category.is_some(),
    }
}

/// Makes lines as the ledger needs them.
struct Maker<'a> {
    lines: &'a LedgerLines,
    window: &'a Window,
    maturity: Maturity,
    rates: &'a ReturnRates,
    margin: Option<f64>,
    options: &'a LedgerOptions,
}

impl Maker<'_> {
    fn line(&self, row: usize) -> Option<Line> {
        let (lines, time) = (self.lines, self.lines.time[row]);
        if !self.window.holds(time) {
            return None;
        }
        let number = |column: &Option<Vec<f64>>| column.as_ref().map_or(0.0, |values| values[row]);
        let amount = lines.amount[row];
        let (discount, maker_discount, coupon) =
            (number(&lines.discount), number(&lines.maker_discount), number(&lines.coupon));
        let list = match &lines.list_amount {
            Some(list) => list[row],
            None => amount + discount + maker_discount + coupon,
        };
        let cost = match (&lines.cost, self.margin) {
            (Some(cost), _) => cost[row],
            (None, Some(margin)) => list * (1.0 - margin),
            (None, None) => 0.0,
        };
        let known = self.window.knows(lines, row);
        let returned = if known { number(&lines.returned_amount) } else { 0.0 };
        let mut loss = 0.0;
        if returned > 0.0 {
            let share = (returned / amount).min(1.0);
            let margin = if self.margin.is_some() { amount + maker_discount - cost } else { 0.0 };
            loss = margin * share + self.options.economics.return_cost(amount, share);
        }
        Some(Line {
            customer: lines.customer[row],
            order: lines.order.as_ref().map_or_else(|| self.window.day(time), |ids| ids.of[row]),
            product: lines.product.as_ref().map_or(0, |ids| ids.of[row]),
            category: lines.category.as_ref().map_or(0, |ids| ids.of[row]),
            time,
            amount,
            list,
            discount,
            maker_discount,
            coupon,
            offered: number(&lines.offered_depth),
            cost,
            returned,
            hit: f64::from(u8::from(returned > 0.0)),
            due: self.maturity.due(self.window.end - time),
            rate: self.rates.of_line(lines, row),
            loss,
        })
    }
}

/// Margin at list price from the costs of the lines.
fn margin_of(lines: &LedgerLines, window: &Window, threads: Threads) -> Option<f64> {
    const CHUNK: usize = 1 << 18;
    let cost = lines.cost.as_ref()?;
    let taken = [&lines.discount, &lines.maker_discount, &lines.coupon];
    let chunks = map_chunks(lines.len(), CHUNK, threads, |rows| {
        let (mut listed, mut spent) = (ExactSum::default(), ExactSum::default());
        for row in rows.filter(|&row| window.holds(lines.time[row])) {
            let off = taken.into_iter().flatten().map(|values| values[row]).sum::<f64>();
            let list = lines.list_amount.as_ref().map_or(lines.amount[row] + off, |list| list[row]);
            listed.add(list);
            spent.add(cost[row]);
        }
        (listed, spent)
    });
    let (mut listed, mut spent) = (ExactSum::default(), ExactSum::default());
    for (list, cost) in chunks {
        listed.merge(list);
        spent.merge(cost);
    }
    (listed.value() > 0.0).then(|| (1.0 - spent.value() / listed.value()).max(0.0))
}

/// Share of a returned line's amount that is paid back.
fn returned_share(lines: &LedgerLines, window: &Window) -> f64 {
    let Some(returned) = &lines.returned_amount else { return 1.0 };
    let (mut back, mut paid) = (ExactSum::default(), ExactSum::default());
    for row in (0..lines.len()).filter(|&row| returned[row] > 0.0) {
        if window.holds(lines.time[row]) && window.knows(lines, row) {
            back.add(returned[row]);
            paid.add(lines.amount[row]);
        }
    }
    if paid.value() > 0.0 { (back.value() / paid.value()).min(1.0) } else { 1.0 }
}

/// What is known of the whole shop, from some of the groups.
fn look(dealt: &Dealt<Line>, accountant: impl Fn() -> Accountant + Sync, threads: Threads) -> Shop {
    let step = dealt.groups().div_ceil(LOOKED_AT);
    let looks = map_chunks(dealt.groups().div_ceil(step), 1, threads, |number| {
        let (mut rows, starts) = dealt.together(number.start * step, |line| line.customer);
        let mut accountant = accountant();
        starts.windows(2).fold(Look::default(), |sum, bounds| {
            sum.merge(accountant.look(&mut rows[bounds[0]..bounds[1]]))
        })
    });
    looks.into_iter().fold(Look::default(), Look::merge).shop()
}

/// Profit, by customer and for the shop.
fn close(columns: &mut LedgerColumns, assumed: Option<f64>, portfolio: &mut Portfolio) {
    let (mut revenue, mut earned) = (ExactSum::default(), ExactSum::default());
    for row in 0..columns.orders.len() {
        let LedgerRow { revenue: paid, maker_discount, cost, .. } = columns.row(row);
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
