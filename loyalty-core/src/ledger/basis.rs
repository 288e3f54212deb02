//! What a ledger learns of the whole shop before it makes a row, kept so that the row of one customer can be made alone.

use super::budget::Periods;
use super::build::{Window, profit};
use super::contacts::{Call, day};
use super::customer::{Accountant, Line};
use super::matching::rows_of;
use super::offers::Offers;
use super::priced::Pricing;
use super::returns::{Maturity, ReturnRates};
use super::row::LedgerRow;
use super::shop::Shop;
use super::{Available, Economics, UnusualDays};
use crate::Error;
use crate::math::ExactSum;
use crate::orders::{
    ContactKind, Contacts, CustomerRecord, Customers, Given, IdKind, LedgerLine, OrderLines,
    RecordLine, key,
};
use crate::time::DAY;

/// The basis of a ledger: all that it has learnt of the whole shop, by which the row of one customer is worked out from
/// their [`CustomerRecord`] alone.
///
/// It holds how long returns take and how often each article, size and brand comes back, what was on offer in each
/// category and week, the days of outages and recalls, the mean cost of a contact, the margin, how returns and
/// discounts cluster within orders, and the economics and periods that the ledger was made with. [`Ledger::basis`] has
/// it, [`LedgerBasis::write`] makes a file of it.
///
/// From the same lines and contacts up to the same end the row is that of the ledger to the last bit, all columns of
/// it. Only where text ids of contacts stand for one number twice (`7` and `07`) the sums of costs may differ in their
/// last bit.
///
/// [`Ledger::basis`]: super::Ledger::basis
///
/// # Examples
/// ```
/// use loyalty_core::ledger::{Ledger, LedgerBasis, LedgerOptions, LedgerWork};
/// use loyalty_core::orders::{Column, CustomerRecord, Invalid, LineColumns, OrderLines, TimeScale};
/// let lines = |who: &[i64], day: &[i64], paid: &[f64]| {
///     let customer = Column::new("who", who).into();
///     let mut columns = LineColumns::new(customer, Column::new("day", day), TimeScale::Days)
///         .with_amount(Column::new("paid", paid));
///     columns.discount = Some(Column::new("off", paid));
///     OrderLines::new(&columns, Invalid::Raise)
/// };
/// let log = lines(&[7, 7, 8], &[0, 30, 3], &[9.0, 20.0, 5.0])?;
/// let mut options = LedgerOptions::default();
/// options.economics.margin = Some(0.35);
/// let ledger = Ledger::new(&log, None, None, &options)?;
/// let basis = LedgerBasis::from_json(&ledger.basis().to_json())?;
///
/// let mut record = CustomerRecord::default();
/// record.add_lines(&lines(&[7, 7], &[0, 30], &[9.0, 20.0])?)?;
/// let row = basis.row(&record, None, &mut LedgerWork::default())?;
/// assert_eq!(row, ledger.row(0));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct LedgerBasis {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) periods: Periods,
    pub(super) case_days: u32,
    pub(super) economics: Economics,
    pub(super) given: Given,
    pub(super) charged: Charged,
    pub(super) margin: Option<f64>,
    pub(super) maturity: Maturity,
    pub(super) rates: ReturnRates,
    pub(super) offers: Offers,
    pub(super) unusual: UnusualDays,
    /// Mean cost of a contact.
    pub(super) contact_cost: f64,
    pub(super) shop: Shop,
    /// Products, categories, sizes and brands, where there are such columns.
    pub(super) levels: [Option<LevelKeys>; 4],
}

/// Two are equal where their files are: how strongly articles were drawn to the shop is of no use any more.
impl PartialEq for LedgerBasis {
    fn eq(&self, other: &Self) -> bool {
        self.to_json() == other.to_json()
    }
}

/// Which tables besides the lines the ledger was made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Charged {
    pub(super) contacts: bool,
    pub(super) marketing: bool,
}

/// The ids of a column with levels, by their keys.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LevelKeys {
    pub(super) kind: IdKind,
    /// In order of the ids, which is that of their numbers.
    pub(super) keys: Vec<u64>,
    /// Keys in order, and the number of each.
    sorted: Vec<(u64, u32)>,
}

impl LevelKeys {
    pub(super) fn of(ids: &Customers) -> Self {
        let keys = (0..ids.len()).map(|row| key::of_id(ids.get(row))).collect();
        Self::new(IdKind::of(ids), keys)
    }

    pub(super) fn new(kind: IdKind, keys: Vec<u64>) -> Self {
        let mut sorted: Vec<(u64, u32)> = keys.iter().copied().zip(0..).collect();
        sorted.sort_unstable();
        Self { kind, keys, sorted }
    }

    /// The number of a level; a missing one is behind all others, and those that the ledger has not seen behind that,
    /// in order of their keys.
    fn number(&self, key: u64, unknown: &[u64]) -> u32 {
        let place = self.sorted.partition_point(|known| known.0 < key);
        let all = self.keys.len();
        match self.sorted.get(place) {
            Some(&(known, number)) if known == key => number,
            _ if key == key::MISSING => narrow(all),
            _ => narrow(all + 1 + unknown.partition_point(|other| *other < key)),
        }
    }

    fn knows(&self, key: u64) -> bool {
        key == key::MISSING || self.sorted.binary_search_by_key(&key, |known| known.0).is_ok()
    }
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Room to work out rows in. It may be used for one customer after the other, of any basis: after the first few nothing
/// is allocated any more.
#[derive(Default)]
pub struct LedgerWork {
    accountant: Option<Accountant>,
    lines: Vec<LedgerLine>,
    rows: Vec<Line>,
    calls: Vec<Call>,
    /// Keys that the ledger has not seen, of each column with levels.
    unknown: [Vec<u64>; 4],
}

impl std::fmt::Debug for LedgerWork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LedgerWork").finish_non_exhaustive()
    }
}

impl LedgerBasis {
    pub(super) fn is_recall(&self, day: i64) -> bool {
        self.unusual.returns.binary_search(&day).is_ok()
    }

    pub(super) fn accountant(&self, window: &Window) -> Accountant {
        let mut accountant = Accountant::default();
        self.brief(&mut accountant, window);
        accountant
    }

    /// Tells an accountant what they go by.
    fn brief(&self, accountant: &mut Accountant, window: &Window) {
        accountant.end = window.end;
        accountant.periods = self.periods;
        accountant.shop = self.shop;
        accountant.has_categories = self.given.category;
        accountant.has_products = self.given.product;
        accountant.has_sizes = self.given.size;
        accountant.case_length = i64::from(self.case_days) * DAY;
        accountant.contact_cost = self.contact_cost;
    }

    /// The end of observation of the ledger, in microseconds since 1970-01-01T00:00.
    pub fn end(&self) -> i64 {
        self.end
    }

    /// What the columns at hand allow, as the ledger says.
    pub fn available(&self) -> Available {
        let Given { discount, offered_depth, coupon, returned_amount, category, .. } = self.given;
        Available {
            discounts: discount,
            offers: discount && offered_depth,
            coupons: coupon,
            returns: returned_amount,
            contacts: self.charged.contacts,
            profit: self.margin.is_some(),
            categories: category,
        }
    }

    /// What a sale earns and what a return costs, as given.
    pub fn economics(&self) -> &Economics {
        &self.economics
    }

    /// How many articles the ledger has seen, or categories where it has no articles.
    pub fn articles(&self) -> usize {
        let [product, category, ..] = &self.levels;
        product.as_ref().or(category.as_ref()).map_or(0, |levels| levels.keys.len())
    }

    /// The row of the ledger of a customer, up to an end in microseconds since 1970-01-01T00:00; by default that of the
    /// ledger.
    ///
    /// Later lines, returns and contacts are not yet known, and those before the start of the ledger are left out, as
    /// there. Articles, sizes and brands that it has not seen come back as often as those of the shop. Returns, sizes, costs
    /// and contacts without which the ledger was made are not looked at.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where the ledger's lines have a column that those of the record have not,
    /// [`Error::Columns`] where these have a discount or coupons and those have none, [`Error::Type`] where ids are text in one and numbers in the other, [`Error::Parameter`] where the end is before
    /// the start of the ledger or beyond the year 9999.
    pub fn row(
        &self,
        record: &CustomerRecord,
        end: Option<i64>,
        work: &mut LedgerWork,
    ) -> Result<LedgerRow, Error> {
        let end = end.unwrap_or(self.end);
        let known = end == self.end || end <= *crate::time::RANGE.end();
        if !(end >= self.start && known) {
            let expected = "at or after the start of the ledger, before the year 10000";
            return Err(Error::parameter("end", expected, end as f64));
        }
        self.suits(record)?;
        let window = Window::part(self.start, end);
        self.take_lines(record, &window, work);
        self.take_calls(record, &window, &mut work.calls);
        let accountant = work.accountant.get_or_insert_default();
        self.brief(accountant, &window);
        let mut row = accountant.row(&mut work.rows, &work.calls);
        if self.charged.contacts {
            let asked = [ContactKind::Service, ContactKind::FirmCaused];
            row.service_cost = spent(record, &window, |kind| asked.contains(&kind));
        }
        if self.charged.marketing {
            row.marketing_cost = spent(record, &window, |kind| kind == ContactKind::Marketing);
        }
        if self.margin.is_some() {
            row.profit = profit(&row);
        }
        Ok(row)
    }

    /// Whether a record has the columns of the ledger's lines.
    fn suits(&self, record: &CustomerRecord) -> Result<(), Error> {
        if record.is_empty() {
            return Ok(());
        }
        let needed_by = "the row of this ledger, whose lines have it,";
        let (told, names) = (record.told(), ["product", "category", "size", "brand"]);
        for ((levels, kind), column) in self.levels.iter().zip(&told.ids[2..]).zip(names) {
            match (levels, kind) {
                (Some(_), None) => return Err(Error::MissingColumn { column, needed_by }),
                (Some(levels), Some(kind)) if levels.kind != *kind => {
                    let (column, got) = (column.to_owned(), kind.name().to_owned());
                    return Err(Error::Type { column, expected: levels.kind.name(), got });
                }
                _ => (),
            }
        }
        let given = self.given;
        let needed = [
            (given.discount, "discount"),
            (given.coupon, "coupon"),
            (given.offered_depth, "offered_depth"),
            (given.cost, "cost"),
        ];
        for ((needed, column), told) in needed.into_iter().zip(told.money) {
            if needed && !told {
                return Err(Error::MissingColumn { column, needed_by });
            }
            // Money off is part of a list price that is worked out.
            if told && !needed && matches!(column, "discount" | "coupon") {
                let problem = "is there, and the lines of this ledger have none";
                return Err(Error::Columns { role: "column", column: column.to_owned(), problem });
            }
        }
        Ok(())
    }

    /// Puts the record's lines in `work.rows`, as the ledger has them.
    fn take_lines(&self, record: &CustomerRecord, window: &Window, work: &mut LedgerWork) {
        for (at, (levels, unknown)) in self.levels.iter().zip(&mut work.unknown).enumerate() {
            unknown.clear();
            let Some(levels) = levels else { continue };
            let keys = record.lines().iter().map(|line| line.levels[at]);
            unknown.extend(keys.filter(|&key| !levels.knows(key)));
            unknown.sort_unstable();
            unknown.dedup();
        }
        work.lines.clear();
        let unknown = &work.unknown;
        work.lines.extend(record.lines().iter().map(|line| self.ledger_line(line, unknown)));
        Pricing { basis: self, window }.of_customer(work.lines.iter().copied(), &mut work.rows);
    }

    fn ledger_line(&self, line: &RecordLine, unknown: &[Vec<u64>; 4]) -> LedgerLine {
        let number = |at: usize| {
            let levels = self.levels[at].as_ref();
            levels.map_or(0, |levels| levels.number(line.levels[at], &unknown[at]))
        };
        let category = number(1);
        let [amount, list_amount, discount, maker_discount, coupon, offered_depth, cost, back] =
            line.money;
        let when = |given: bool, value: f64| if given { value } else { 0.0 };
        LedgerLine {
            order: line.order,
            // Rates of articles are those of the finest column there is.
            product: if self.levels[0].is_some() { number(0) } else { category },
            category,
            size: number(2),
            brand: number(3),
            time: line.time,
            return_time: if self.given.return_time { line.return_time } else { i64::MAX },
            amount,
            list_amount,
            discount: when(self.given.discount, discount),
            maker_discount,
            coupon: when(self.given.coupon, coupon),
            offered_depth: when(self.given.offered_depth, offered_depth),
            cost: when(self.given.cost, cost),
            returned_amount: when(self.given.returned_amount, back),
        }
    }

    /// The customer's own contacts: those that the shop did not cause, on days without an outage.
    fn take_calls(&self, record: &CustomerRecord, window: &Window, calls: &mut Vec<Call>) {
        calls.clear();
        if !self.charged.contacts {
            return;
        }
        let contacts = record.each_contact().iter();
        let own = contacts.filter(|one| one.kind == ContactKind::Service);
        let within = own.filter(|one| window.holds(one.time));
        let each = within.map(|one| Call { time: one.time, cost: one.cost });
        let outage = |call: &Call| self.unusual.contacts.binary_search(&day(call)).is_ok();
        calls.extend(each.filter(|call| !outage(call)));
    }
}

/// What contacts of some kinds cost.
fn spent(record: &CustomerRecord, window: &Window, of: impl Fn(ContactKind) -> bool) -> f64 {
    let mut sum = ExactSum::default();
    let contacts = record.each_contact().iter();
    contacts.filter(|one| of(one.kind) && window.holds(one.time)).for_each(|one| sum.add(one.cost));
    sum.value()
}

/// The record of each customer of a log, in order of their ids: with it a shop begins that has a log and keeps records
/// from then on.
///
/// Contacts of nobody among the customers of the lines are left out, as [`Ledger::new`](super::Ledger::new) does.
///
/// # Errors
/// Those of [`CustomerRecord::add_contact`], which checked contacts do not have.
pub fn customer_records(
    lines: &OrderLines,
    contacts: Option<&Contacts>,
    marketing: Option<&Contacts>,
) -> Result<Vec<CustomerRecord>, Error> {
    let mut records = CustomerRecord::of_each(lines)?;
    for (table, is_service) in [(contacts, true), (marketing, false)] {
        let Some(table) = table else { continue };
        let rows = rows_of(table.customers(), lines.customers());
        for contact in 0..table.len() {
            let Some(row) = rows[table.customer[contact] as usize] else { continue };
            let caused = table.firm_caused.as_ref().is_some_and(|caused| caused[contact]);
            let kind = match (is_service, caused) {
                (false, _) => ContactKind::Marketing,
                (true, true) => ContactKind::FirmCaused,
                (true, false) => ContactKind::Service,
            };
            records[row].add_contact(kind, table.time[contact], table.cost[contact])?;
        }
        for row in
            table.opted_out().map(|ids| rows_of(ids, lines.customers())).into_iter().flatten()
        {
            row.into_iter().for_each(|row| records[row].opt_out());
        }
    }
    for row in lines.opted_out().map(|ids| rows_of(ids, lines.customers())).into_iter().flatten() {
        row.into_iter().for_each(|row| records[row].opt_out());
    }
    Ok(records)
}
