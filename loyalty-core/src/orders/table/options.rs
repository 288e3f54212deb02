//! How the cells of a table are read.

use std::collections::BTreeMap;

use crate::error::report::{Invalid, Reason};
use crate::math::words::words;

/// What rows are that give money back: those with a negative quantity or a negative amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Credits {
    /// Credits, matched to the purchases that they give back.
    #[default]
    Match,
    /// Rows that cannot be used.
    Refuse,
}

impl Credits {
    const WORDS: [(&'static str, Self); 2] = [("match", Self::Match), ("refuse", Self::Refuse)];
}

words!(Credits, "credits", "match or refuse");

/// What rows are whose customer is missing, or stands for none (`NULL`, `nan`, `guest`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Guests {
    /// Orders of guests, which are left out and counted.
    #[default]
    LeaveOut,
    /// Rows that cannot be used.
    Refuse,
    /// Customers of that name; a missing id is still none.
    Keep,
}

impl Guests {
    const WORDS: [(&'static str, Self); 3] =
        [("leave_out", Self::LeaveOut), ("refuse", Self::Refuse), ("keep", Self::Keep)];
}

words!(Guests, "guests", "leave_out, refuse or keep");

/// What times are that lie far from all others or stand for none, such as 2099-12-31.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dates {
    /// Times that cannot be used.
    #[default]
    Refuse,
    /// Times like all others.
    Allow,
}

impl Dates {
    const WORDS: [(&'static str, Self); 2] = [("refuse", Self::Refuse), ("allow", Self::Allow)];
}

words!(Dates, "dates", "refuse or allow");

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OrderStatus {
    /// It is a purchase.
    Bought,
    /// It came back whole.
    Refunded,
    /// It was cancelled.
    Cancelled,
    /// It is not paid or not confirmed.
    Pending,
    /// It is held back.
    OnHold,
    /// Its payment failed.
    Failed,
    /// Somebody tried the shop out.
    Test,
}

impl OrderStatus {
    const WORDS: [(&'static str, Self); 7] = [
        ("bought", Self::Bought),
        ("refunded", Self::Refunded),
        ("cancelled", Self::Cancelled),
        ("pending", Self::Pending),
        ("on_hold", Self::OnHold),
        ("failed", Self::Failed),
        ("test", Self::Test),
    ];

    /// Why such an order is no purchase, if it is none.
    pub(super) fn reason(self) -> Option<Reason> {
        match self {
            Self::Bought | Self::Refunded => None,
            Self::Cancelled => Some(Reason::Cancelled),
            Self::Pending => Some(Reason::Pending),
            Self::OnHold => Some(Reason::OnHold),
            Self::Failed => Some(Reason::Failed),
            Self::Test => Some(Reason::Test),
        }
    }
}

words!(OrderStatus, "status", "bought, refunded, cancelled, pending, on_hold, failed or test");

/// What the column of discounts counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiscountUnit {
    /// Money.
    Money,
    /// A share of the list price, from 0 to 1.
    Share,
    /// Per cent of the list price.
    PerCent,
}

impl DiscountUnit {
    const WORDS: [(&'static str, Self); 3] =
        [("money", Self::Money), ("share", Self::Share), ("per_cent", Self::PerCent)];

    /// What 1 of it is as a share.
    pub(super) fn of_list(self) -> f64 {
        if self == Self::PerCent { 0.01 } else { 1.0 }
    }
}

words!(DiscountUnit, "discount_unit", "money, share or per_cent");

/// How the cells of a shop's table are read.
///
/// `TableOptions::default()` reads a table as a shop exports it. An [`Invalid`] alone reads a table in
/// which every row is a purchase by a known customer: other rows cannot be used.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TableOptions, TimeScale};
/// let who = Column::new("who", &[7, 7][..]).into();
/// let columns = LineColumns::new(who, Column::new("day", &[0, 3]), TimeScale::Days);
/// let mut columns = columns.with_price(Column::new("price", &[5.0, 5.0]));
/// columns.quantity = Some(Column::new("pieces", &[4.0, -1.0]));
/// assert!(OrderLines::new(&columns, Invalid::Raise).is_err());
/// let lines = OrderLines::new(&columns, TableOptions::default())?;
/// let credits = lines.report().credits().unwrap();
/// assert_eq!((lines.len(), credits.money_matched), (1, 5.0));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct TableOptions {
    /// What to do with rows that cannot be used.
    pub invalid: Invalid,
    /// What rows are that give money back.
    pub credits: Credits,
    /// What words of the column of status mean, besides those known.
    pub status: BTreeMap<String, OrderStatus>,
    /// The currency that is looked at, where a table has several.
    pub currency: Option<String>,
    /// What the column of discounts counts; by default what its numbers say.
    pub discount_unit: Option<DiscountUnit>,
    /// What rows without a customer are.
    pub guests: Guests,
    /// What times far from all others are.
    pub dates: Dates,
    /// The last moment that a time may be, in microseconds since 1970-01-01T00:00.
    pub today: Option<i64>,
}

impl TableOptions {
    /// Whether rows that cannot be used are left out, so that cells can be mended instead.
    pub(super) fn mends(&self) -> bool {
        self.invalid == Invalid::Drop
    }

    /// A table as a shop exports it.
    pub fn new(invalid: Invalid) -> Self {
        Self { invalid, ..Self::default() }
    }
}

impl From<Invalid> for TableOptions {
    fn from(invalid: Invalid) -> Self {
        Self {
            invalid,
            credits: Credits::Refuse,
            guests: Guests::Refuse,
            dates: Dates::Allow,
            ..Self::default()
        }
    }
}
