//! What unprofitable customers lose the shop, and by what.

use crate::Error;
use crate::ledger::{Ledger, LedgerRow};
use crate::math::ExactSum;

/// What takes the margin of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LossCause {
    /// Goods that cost more than their list price.
    Goods,
    /// Discounts that the shop paid for.
    Discounts,
    /// Coupons.
    Coupons,
    /// Returns.
    Returns,
    /// Service contacts.
    Service,
    /// Marketing contacts.
    Marketing,
}

impl LossCause {
    /// All of them, in order.
    pub const ALL: &'static [Self] = &[
        Self::Goods,
        Self::Discounts,
        Self::Coupons,
        Self::Returns,
        Self::Service,
        Self::Marketing,
    ];

    /// A short name for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Goods => "goods",
            Self::Discounts => "discounts",
            Self::Coupons => "coupons",
            Self::Returns => "returns",
            Self::Service => "service",
            Self::Marketing => "marketing",
        }
    }

    /// What it took from a customer.
    fn taken(self, row: &LedgerRow) -> f64 {
        match self {
            Self::Goods => (row.cost - row.list_amount).max(0.0),
            Self::Discounts => row.discount,
            Self::Coupons => row.coupon,
            Self::Returns => row.return_loss.max(0.0),
            Self::Service => row.service_cost,
            Self::Marketing => row.marketing_cost,
        }
    }
}

const CAUSES: usize = LossCause::ALL.len();

/// The profit of a shop's customers, the loss of the unprofitable ones, and what causes it.
///
/// A customer's loss is shared out over the causes in proportion to what each took from them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Losses {
    /// Profit of all customers together.
    pub profit: f64,
    /// Customers whose profit is negative.
    pub unprofitable: usize,
    /// What they lose together, above 0.
    pub loss: f64,
    /// Customers who bought in two categories or more.
    pub cross_buyers: usize,
    /// Those of them whose profit is negative.
    pub unprofitable_cross_buyers: usize,
    /// What these lose together.
    pub cross_buyers_loss: f64,
    by_cause: [f64; CAUSES],
}

impl Losses {
    /// Adds up a ledger.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where neither costs nor a margin are known.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::ledger::{Ledger, LedgerOptions};
    /// use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TimeScale};
    /// use loyalty_core::portfolio::{LossCause, Losses};
    /// let customer = Column::new("who", &[7, 8][..]).into();
    /// let paid = Column::new("paid", &[20.0, 5.0][..]);
    /// let day = Column::new("day", &[0, 3][..]);
    /// let mut columns = LineColumns::new(customer, day, TimeScale::Days).with_amount(paid);
    /// columns.discount = Some(Column::new("off", &[1.0, 5.0]));
    /// columns.cost = Some(Column::new("cost", &[13.0, 8.0]));
    /// let lines = OrderLines::new(&columns, Invalid::Raise)?;
    /// let losses = Losses::of(&Ledger::new(&lines, None, None, &LedgerOptions::default())?)?;
    /// assert_eq!((losses.profit, losses.unprofitable, losses.loss), (4.0, 1, 3.0));
    /// assert_eq!(losses.by_cause(LossCause::Discounts), 3.0);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Shah & Kumar (2012), The dark side of cross-selling, Harvard Business Review, December: customer
    /// loss, and the share of it that cross-buyers make.
    pub fn of(ledger: &Ledger) -> Result<Self, Error> {
        if !ledger.available().profit {
            let needed_by = "the loss of customers";
            return Err(Error::MissingColumn { column: "cost", needed_by });
        }
        let mut found = Self::default();
        let (mut profit, mut loss, mut cross) =
            (ExactSum::default(), ExactSum::default(), ExactSum::default());
        let mut by_cause = [ExactSum::default(); CAUSES];
        for row in (0..ledger.len()).map(|row| ledger.row(row)) {
            profit.add(row.profit);
            let lost = (-row.profit).max(0.0);
            let cross_buyer = row.categories >= 2.0;
            found.cross_buyers += usize::from(cross_buyer);
            if lost <= 0.0 {
                continue;
            }
            found.unprofitable += 1;
            loss.add(lost);
            if cross_buyer {
                found.unprofitable_cross_buyers += 1;
                cross.add(lost);
            }
            let taken: [f64; CAUSES] =
                std::array::from_fn(|cause| LossCause::ALL[cause].taken(&row));
            let all: f64 = taken.iter().sum();
            if all > 0.0 {
                by_cause.iter_mut().zip(taken).for_each(|(sum, one)| sum.add(lost * one / all));
            }
        }
        found.profit = profit.value();
        found.loss = loss.value();
        found.cross_buyers_loss = cross.value();
        found.by_cause = by_cause.map(ExactSum::value);
        Ok(found)
    }

    /// The part of [`Losses::loss`] that a cause took.
    pub fn by_cause(&self, cause: LossCause) -> f64 {
        self.by_cause[cause as usize]
    }
}
