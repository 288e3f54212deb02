//! Credit notes matched to the lines they give money back for.

use std::collections::HashMap;

use super::super::rows::{
    self, Fault, Used, customer_and_time, missing_id, money_reason, pieces_fault, shown_number,
    shown_time,
};
use super::super::{Column, CustomerColumn, TimeScale};
use super::by_time::instants;
use super::key;
use crate::Error;
use crate::error::countable;
use crate::error::report::{Invalid, OrdersReport, Reason};

/// Purchases or credit notes, one row per line; quantities are above 0. Those of credit notes may all be below 0
/// instead, as logs have them, and then count without the sign.
#[derive(Debug, Clone, Copy)]
pub struct CreditColumns<'a> {
    /// Whose.
    pub customer: CustomerColumn<'a>,
    /// What.
    pub product: CustomerColumn<'a>,
    /// When, on the scale below.
    pub time: Column<'a, [i64]>,
    /// What the time integers count.
    pub scale: TimeScale,
    /// Pieces.
    pub quantity: Column<'a, [f64]>,
    /// Price of one piece.
    pub price: Column<'a, [f64]>,
}

/// By which rule a credit note found its purchases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CreditMatch {
    /// The newest purchase with as many pieces left, at the same price.
    Exact,
    /// The newest with as many pieces left, at another price.
    SameQuantity,
    /// The newest with more pieces left: a part of a line came back.
    Part,
    /// Several, newest first.
    Several,
    /// Some of its pieces were never bought before, as far as the purchases tell.
    Exceeds,
    /// The customer bought this product, but all of it is credited already, or was bought later.
    NothingLeft,
    /// The customer never bought this product.
    NeverBought,
    /// The row of the note cannot be used, and was left out.
    Refused,
}

impl CreditMatch {
    /// Every rule, in the order in which they are tried.
    pub const ALL: [Self; 8] = [
        Self::Exact,
        Self::SameQuantity,
        Self::Part,
        Self::Several,
        Self::Exceeds,
        Self::NothingLeft,
        Self::NeverBought,
        Self::Refused,
    ];

    /// A short name for tables: `exact`, `same_quantity`, …
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::SameQuantity => "same_quantity",
            Self::Part => "part",
            Self::Several => "several",
            Self::Exceeds => "exceeds",
            Self::NothingLeft => "nothing_left",
            Self::NeverBought => "never_bought",
            Self::Refused => "refused",
        }
    }

    /// Whether all pieces of the note found a purchase.
    pub fn is_whole(self) -> bool {
        self <= Self::Several
    }
}

/// What [`match_credits`] found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CreditMatches {
    /// Per purchase, the pieces given back; none of a row that was refused.
    pub returned_quantity: Vec<f64>,
    /// Per purchase, the time of the first credit on the scale of the credit notes; `None` where kept.
    pub return_time: Vec<Option<i64>>,
    /// Per credit note, the rule by which it was matched.
    pub rule: Vec<CreditMatch>,
    /// The rows of purchases read, in use and refused.
    pub purchases: OrdersReport,
    /// The rows of credit notes read, in use and refused.
    pub credits: OrdersReport,
}

impl CreditMatches {
    /// The share of the credit notes, those refused included, whose pieces all found a purchase.
    pub fn share_matched(&self) -> f64 {
        let whole = self.rule.iter().filter(|rule| rule.is_whole()).count();
        whole as f64 / self.rule.len().max(1) as f64
    }

    /// How many credit notes were matched by a rule.
    pub fn count(&self, rule: CreditMatch) -> usize {
        self.rule.iter().filter(|&&of| of == rule).count()
    }
}

/// Finds out which purchases came back, from a log in which returns are credit notes of their own.
///
/// Per customer and product, notes in order of time; a purchase is a candidate while pieces of it are
/// left and it is not later than the note. The first rule of [`CreditMatch`] that applies is taken,
/// each time for the newest candidate: goods come back soon or never. Of rows of one time the one with the
/// higher price, then with more pieces counts as newer.
///
/// The results have a value for every row of the caller's, in its order.
///
/// # Errors
/// [`Error::Length`] where columns differ in length, [`Error::Parameter`] where there are 2³² − 1 rows or
/// more, [`Error::Refused`] with a count by reason where rows of a table cannot be used and `invalid` is
/// [`Invalid::Raise`], or where none of them can.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{Column, CreditColumns, CreditMatch, Invalid, TimeScale, match_credits};
/// let shoe = vec!["shoe", "shoe"];
/// let bought = CreditColumns {
///     customer: Column::new("customer", &[1, 1][..]).into(),
///     product: Column::new("product", &shoe).into(),
///     time: Column::new("day", &[0, 5]),
///     scale: TimeScale::Days,
///     quantity: Column::new("pieces", &[2.0, 3.0]),
///     price: Column::new("price", &[50.0, 45.0]),
/// };
/// let credited = CreditColumns {
///     time: Column::new("day", &[7, 9]),
///     quantity: Column::new("pieces", &[2.0, 1.0]),
///     ..bought
/// };
/// let found = match_credits(&bought, &credited, Invalid::Raise)?;
/// assert_eq!(found.rule, [CreditMatch::Exact, CreditMatch::Part]);
/// assert_eq!(found.returned_quantity, [2.0, 1.0]);
/// assert_eq!(found.share_matched(), 1.0);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn match_credits(
    purchases: &CreditColumns<'_>,
    credits: &CreditColumns<'_>,
    invalid: Invalid,
) -> Result<CreditMatches, Error> {
    let unsigned = without_sign(&credits.quantity);
    let quantity = Column { values: &unsigned[..], ..credits.quantity };
    let credits = &CreditColumns { quantity, ..*credits };
    let (bought, bought_rows, purchases) = Pieces::read(purchases, invalid)?;
    let (notes, note_rows, noted) = Pieces::read(credits, invalid)?;
    let found = bought.matched(&notes);
    let mut returned_quantity = vec![0.0; purchases.rows()];
    let mut return_time: Vec<Option<i64>> = vec![None; purchases.rows()];
    for part in &found.parts {
        let row = bought_rows.row(part.purchase);
        returned_quantity[row] += part.pieces;
        return_time[row].get_or_insert(credits.time.values[note_rows.row(part.note)]);
    }
    let mut rule = vec![CreditMatch::Refused; noted.rows()];
    for (note, of_note) in found.rule.into_iter().enumerate() {
        rule[note_rows.row(note)] = of_note;
    }
    Ok(CreditMatches { returned_quantity, return_time, rule, purchases, credits: noted })
}

/// Quantities of credit notes, which logs have below 0: where all are, they count without the sign.
fn without_sign(quantity: &Column<'_, [f64]>) -> Vec<f64> {
    let below = quantity.values.iter().all(|&pieces| pieces < 0.0 || pieces.is_nan());
    quantity.values.iter().map(|&pieces| if below { -pieces } else { pieces }).collect()
}

/// Purchases or credit notes as they are matched.
pub(super) struct Pieces {
    /// What purchases and notes must share: of customer and product.
    pub(super) key: Vec<u64>,
    pub(super) time: Vec<i64>,
    /// How many, or how much.
    pub(super) quantity: Vec<f64>,
    pub(super) price: Vec<f64>,
    /// What tells rows apart that are alike in all of these, so that no result depends on the order of
    /// the rows.
    pub(super) tie: Vec<u64>,
}

/// Pieces of a note that give back those of a purchase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub(super) note: usize,
    pub(super) purchase: usize,
    pub(super) pieces: f64,
}

/// What was matched: by note the rule, and the parts in order of the notes' times.
pub(super) struct Matched {
    pub(super) rule: Vec<CreditMatch>,
    pub(super) parts: Vec<Part>,
}

impl Pieces {
    /// The rows in use, which they are, and the report.
    fn read(
        columns: &CreditColumns<'_>,
        invalid: Invalid,
    ) -> Result<(Self, Used, OrdersReport), Error> {
        let rows = columns.customer.len();
        countable("the number of rows", rows)?;
        [&columns.customer, &columns.product]
            .into_iter()
            .try_for_each(|ids| ids.same_rows(rows))?;
        columns.time.same_rows(rows)?;
        columns.quantity.same_rows(rows)?;
        columns.price.same_rows(rows)?;
        let (report, used) = rows::check(
            rows,
            invalid,
            |row| columns.fault(row),
            |row, name| columns.shown(row, name),
        )?;
        let key = |row: usize| key::fold(id(&columns.customer, row), id(&columns.product, row));
        let pieces = Self {
            key: used.iter().map(key).collect(),
            time: instants(&columns.time, columns.scale, &used),
            quantity: used.iter().map(|row| columns.quantity.values[row]).collect(),
            price: used.iter().map(|row| columns.price.values[row]).collect(),
            tie: vec![0; used.len()],
        };
        Ok((pieces, used, report))
    }

    /// Rows in order of time, and of all that tells them apart.
    fn in_order(&self, mut rows: Vec<usize>) -> Vec<usize> {
        rows.sort_by(|&a, &b| {
            let time = self.time[a].cmp(&self.time[b]);
            time.then_with(|| self.price[a].total_cmp(&self.price[b]))
                .then_with(|| self.quantity[a].total_cmp(&self.quantity[b]))
                .then_with(|| self.tie[a].cmp(&self.tie[b]))
        });
        rows
    }

    /// Purchases matched to notes.
    pub(super) fn matched(&self, notes: &Self) -> Matched {
        let mut of_key: HashMap<u64, Vec<usize>> =
            notes.key.iter().map(|&key| (key, Vec::new())).collect();
        for (row, key) in self.key.iter().enumerate() {
            if let Some(rows) = of_key.get_mut(key) {
                rows.push(row);
            }
        }
        for rows in of_key.values_mut() {
            *rows = self.in_order(std::mem::take(rows));
        }
        let mut matching =
            Matching { left: self.quantity.clone(), bought: self, parts: Vec::new() };
        let mut rule = vec![CreditMatch::NeverBought; notes.key.len()];
        for note in notes.in_order((0..notes.key.len()).collect()) {
            if let Some(candidates) = of_key.get(&notes.key[note]).filter(|rows| !rows.is_empty()) {
                let credit = (notes.time[note], notes.quantity[note], notes.price[note]);
                rule[note] = matching.settle(candidates, note, credit);
            }
        }
        Matched { rule, parts: matching.parts }
    }
}

pub(super) fn id(column: &CustomerColumn<'_>, row: usize) -> u64 {
    match column {
        CustomerColumn::Int(ids) => key::of_integer(ids.values[row]),
        CustomerColumn::Text(ids) => key::of_text(ids.values.text(row)),
    }
}

impl<'a> CreditColumns<'a> {
    /// The cell of a column as a report shows it.
    fn shown(&self, row: usize, name: &str) -> String {
        if let Some(ids) = [&self.customer, &self.product].into_iter().find(|c| c.name() == name) {
            return ids.shown(row);
        }
        if self.time.name == name {
            return shown_time(&self.time, self.scale, row);
        }
        let numbers = [&self.quantity, &self.price].into_iter().find(|c| c.name == name);
        numbers.map_or_else(String::new, |column| shown_number(column, row))
    }

    /// Why a row cannot be used, if it cannot.
    fn fault(&self, row: usize) -> Option<Fault<'a>> {
        let fault = customer_and_time(&self.customer, &self.time, self.scale, row);
        fault
            .or_else(|| missing_id(Some(&self.product), Reason::MissingProduct, row))
            .or_else(|| pieces_fault(&self.quantity, row))
            .or_else(|| money_reason(&self.price, row).map(|reason| (reason, self.price.name)))
    }
}

struct Matching<'a> {
    bought: &'a Pieces,
    left: Vec<f64>,
    parts: Vec<Part>,
}

/// What rounding may add to a number of pieces, or to money taken as such.
const ROUNDING: f64 = 1e-9;

impl Matching<'_> {
    fn settle(
        &mut self,
        candidates: &[usize],
        note: usize,
        (time, pieces, price): (i64, f64, f64),
    ) -> CreditMatch {
        let (bought, left) = (self.bought, &self.left);
        let open: Vec<usize> = candidates
            .iter()
            .rev()
            .copied()
            .filter(|&row| bought.time[row] <= time && left[row] > 0.0)
            .collect();
        let newest = |good: &dyn Fn(usize) -> bool| open.iter().copied().find(|&row| good(row));
        let as_many = |row: usize| (left[row] - pieces).abs() <= ROUNDING * pieces;
        let same_price = |row: usize| (bought.price[row] - price).abs() < ROUNDING;
        let found = newest(&|row| as_many(row) && same_price(row))
            .map(|row| (CreditMatch::Exact, row))
            .or_else(|| newest(&as_many).map(|row| (CreditMatch::SameQuantity, row)))
            .or_else(|| newest(&|row| left[row] > pieces).map(|row| (CreditMatch::Part, row)));
        if let Some((rule, purchase)) = found {
            self.take(Part { note, purchase, pieces });
            return rule;
        }
        let mut rest = pieces;
        for &purchase in &open {
            let pieces = rest.min(self.left[purchase]);
            self.take(Part { note, purchase, pieces });
            rest -= pieces;
        }
        match () {
            () if open.is_empty() => CreditMatch::NothingLeft,
            () if rest > ROUNDING * pieces => CreditMatch::Exceeds,
            () => CreditMatch::Several,
        }
    }

    fn take(&mut self, part: Part) {
        if part.pieces > 0.0 {
            let left = &mut self.left[part.purchase];
            *left = (*left - part.pieces).max(0.0);
            self.parts.push(part);
        }
    }
}
