//! One customer's order lines and contacts, kept so that the next order goes on from them.

mod bytes;
mod lines;
mod told;

pub(crate) use lines::RecordLine;

use super::lines::{OrderLines, PaidLine, keep, key};
use super::{CustomerId, Customers};
use crate::Error;
use crate::error::LARGEST;
use crate::time::RANGE;
use lines::{Table, merged};
use told::Told;

/// What a contact with a customer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContactKind {
    /// The customer asked for service.
    Service,
    /// They did because of the shop: a late delivery, a defect. It costs money, and says nothing of the customer.
    FirmCaused,
    /// The shop wrote to them.
    Marketing,
}

impl ContactKind {
    const WORDS: [(&'static str, Self); 3] = [
        ("service", Self::Service),
        ("firm_caused", Self::FirmCaused),
        ("marketing", Self::Marketing),
    ];
}

crate::math::words::words!(ContactKind, "contact", "service, firm_caused or marketing");

/// A contact of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RecordedContact {
    pub(crate) kind: ContactKind,
    pub(crate) time: i64,
    pub(crate) cost: f64,
}

/// What became of lines that were told to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LinesAdded {
    /// Lines that were not known.
    pub added: usize,
    /// Lines that the record has by their ids: of these nothing but a return is taken.
    pub repeated: usize,
}

/// All that a shop knows of one customer's orders, returns and contacts, in a form that it keeps in a database of its
/// own and goes on from with the next order.
///
/// Two records of the same lines and contacts are equal, and so are their bytes, in whatever order and in how many
/// pieces they were told. [`LedgerBasis::row`](crate::ledger::LedgerBasis::row) makes the customer's row of the ledger
/// of it, [`Purchases::of_record`](crate::summary::Purchases::of_record) their frequency, recency and T.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{
///     Column, ContactKind, CustomerId, CustomerRecord, Invalid, LineColumns, OrderLines, TimeScale,
/// };
/// let lines = |line: &[i64], day: &[i64], paid: &[f64]| {
///     let customer = vec![7_i64; line.len()];
///     let customer = Column::new("customer", &customer[..]).into();
///     let mut columns = LineColumns::new(customer, Column::new("day", day), TimeScale::Days)
///         .with_amount(Column::new("paid", paid));
///     columns.line = Some(Column::new("line", line).into());
///     OrderLines::new(&columns, Invalid::Raise)
/// };
/// let mut record = CustomerRecord::default();
/// record.add_lines(&lines(&[1, 2], &[0, 0], &[20.0, 5.0])?)?;
/// let stored = record.to_bytes();
///
/// let mut record = CustomerRecord::from_bytes(&stored)?;
/// // Line 2 is told again, by a server that was started anew.
/// let found = record.add_lines(&lines(&[2, 3], &[0, 9], &[5.0, 8.0])?)?;
/// assert_eq!((found.added, found.repeated), (1, 1));
/// record.add_return(CustomerId::Int(1), 86_400_000_000, None)?;
/// record.add_contact(ContactKind::Service, 86_400_000_000, 4.5)?;
///
/// let mut at_once = CustomerRecord::default();
/// at_once.add_contact(ContactKind::Service, 86_400_000_000, 4.5)?;
/// at_once.add_lines(&lines(&[3, 1, 2], &[9, 0, 0], &[8.0, 20.0, 5.0])?)?;
/// at_once.add_return(CustomerId::Int(1), 86_400_000_000, None)?;
/// assert_eq!(record.to_bytes(), at_once.to_bytes());
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerRecord {
    told: Told,
    /// The ids of the orders, in order; none where orders have no ids.
    orders: Customers,
    /// In the order of [`RecordLine::compare`].
    lines: Vec<RecordLine>,
    /// In order of time, kind and cost.
    contacts: Vec<RecordedContact>,
    opted_out: bool,
}

impl Default for CustomerRecord {
    fn default() -> Self {
        Self {
            told: Told::default(),
            orders: Customers::Int(Vec::new()),
            lines: Vec::new(),
            contacts: Vec::new(),
            opted_out: false,
        }
    }
}

impl CustomerRecord {
    /// Adds lines of this customer: those of an order, of some, or of all of them. Lines that are known by their own
    /// ids ([`LineColumns::line`](super::LineColumns::line)) are not added again; a return that they tell is.
    ///
    /// All lines of a record have the same columns. Returns may be told later.
    ///
    /// # Errors
    /// [`Error::Parameter`] where the table has lines of several customers; [`Error::Columns`] or [`Error::Type`] where
    /// it has other columns than the lines so far, but for those of returns; [`Error::Value`] where a line of a known
    /// id is another line; the record is then as before.
    pub fn add_lines(&mut self, lines: &OrderLines) -> Result<LinesAdded, Error> {
        let customers = lines.customers().len();
        if customers != 1 {
            let expected = "1, as a record is of one customer";
            return Err(Error::parameter("the number of customers", expected, customers as f64));
        }
        self.add_of(&Table::of(lines), 0, lines.opted_out().is_some())
    }

    /// A record of each customer of a table, in order of their ids.
    pub(crate) fn of_each(lines: &OrderLines) -> Result<Vec<Self>, Error> {
        let table = Table::of(lines);
        let each = (0..lines.customers().len()).map(|customer| {
            let mut record = Self::default();
            record.add_of(&table, customer, false)?;
            Ok(record)
        });
        each.collect()
    }

    fn add_of(
        &mut self,
        table: &Table<'_>,
        customer: usize,
        opted_out: bool,
    ) -> Result<LinesAdded, Error> {
        if !self.lines.is_empty() {
            self.told.same(table.told)?;
        }
        let (mut new, ids) = table.of_customer(customer);
        let (mut orders, mut known) = (self.orders.clone(), self.lines.clone());
        if let Some(ids) = ids {
            let of_first = if self.lines.is_empty() { ids.empty_like() } else { orders };
            let (all, [ours, theirs]) = merged(&of_first, &ids);
            known.iter_mut().for_each(|line| line.order = ours[line.order as usize]);
            new.iter_mut().for_each(|line| line.order = theirs[line.order as usize]);
            orders = all;
        }
        let mut found = LinesAdded::default();
        for (row, line) in new.into_iter().enumerate() {
            let same = known.iter_mut().find(|known| line.has_id() && known.line == line.line);
            match same {
                None => {
                    known.push(line);
                    found.added += 1;
                }
                Some(known) => {
                    known.told_again(&line, row)?;
                    found.repeated += 1;
                }
            }
        }
        known.sort_unstable_by(RecordLine::compare);
        (self.told, self.orders, self.lines) = (table.told, orders, known);
        self.opted_out |= opted_out;
        Ok(found)
    }

    /// A line came back, at a time in microseconds since 1970-01-01T00:00; `amount` was paid back for it, by default all
    /// that was paid. Returns whether that is news: a return is told once, and of several the first counts.
    ///
    /// # Errors
    /// [`Error::Value`] where the record has no line of this id, where the time is outside the years 0001 to 9999 or
    /// before the day of the order, or the amount is not from 0 (exclusive) to what was paid.
    pub fn add_return(
        &mut self,
        line: CustomerId<'_>,
        time: i64,
        amount: Option<f64>,
    ) -> Result<bool, Error> {
        let key = key::of_id(line);
        let found = self.lines.iter_mut().find(|known| known.has_id() && known.line == key);
        let Some(found) = found else {
            let (column, value) = ("line".to_owned(), line.to_string());
            let expected = "one of the customer's lines";
            return Err(Error::Value { column, row: 0, expected, value, more: 0 });
        };
        let news = found.take_back(time, amount)?;
        self.lines.sort_unstable_by(RecordLine::compare);
        Ok(news)
    }

    /// Adds a contact, at a time in microseconds since 1970-01-01T00:00. Contacts have no ids: one that is told twice
    /// counts twice.
    ///
    /// # Errors
    /// [`Error::Value`] unless the time is within the years 0001 to 9999 and the cost from 0 to 1e50.
    pub fn add_contact(&mut self, kind: ContactKind, time: i64, cost: f64) -> Result<(), Error> {
        let value = |column: &str, expected, value: String| {
            Err(Error::Value { column: column.to_owned(), row: 0, expected, value, more: 0 })
        };
        if !RANGE.contains(&time) {
            return value("time", "within the years 0001 to 9999", time.to_string());
        }
        if !(0.0..=LARGEST).contains(&cost) {
            return value("cost", "from 0 to 1e50", cost.to_string());
        }
        let contact = RecordedContact { kind, time, cost: cost + 0.0 };
        let place = self.contacts.partition_point(|other| other.compare(&contact).is_le());
        self.contacts.insert(place, contact);
        Ok(())
    }

    /// Notes that the customer opted out of labels and treatments, for good.
    pub fn opt_out(&mut self) {
        self.opted_out = true;
    }

    /// Whether the customer opted out.
    pub fn is_opted_out(&self) -> bool {
        self.opted_out
    }

    /// The number of lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The number of contacts.
    pub fn contacts(&self) -> usize {
        self.contacts.len()
    }

    /// Tells time and amount of each line: as paid, or net of what is known at `end` to have come back, as
    /// [`OrderLines::purchases`] does.
    pub(crate) fn each_purchase(
        &self,
        net: bool,
        occasion: impl Fn(i64) -> i64,
        end: i64,
        rows: &mut Vec<PaidLine>,
        put: impl FnMut(i64, f64),
    ) {
        rows.clear();
        rows.extend(self.lines.iter().map(|line| line.paid(net, &occasion, end)));
        keep(rows, put);
    }

    pub(crate) fn told(&self) -> Told {
        self.told
    }

    pub(crate) fn lines(&self) -> &[RecordLine] {
        &self.lines
    }

    pub(crate) fn each_contact(&self) -> &[RecordedContact] {
        &self.contacts
    }
}

impl RecordedContact {
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let by = |one: &Self| (one.time, one.kind as u8);
        by(self).cmp(&by(other)).then_with(|| self.cost.total_cmp(&other.cost))
    }
}
