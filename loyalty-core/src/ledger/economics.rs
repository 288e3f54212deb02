//! What a sale earns and what a return costs.

use crate::Error;
use crate::error::non_negative;
use crate::returns::ReturnEconomics;

/// What the order lines do not say of the whole shop; [`ReturnEconomics`] is the part of it that returns
/// need, where all of it is known. Everything left open is worked out from the lines, or switches
/// the break-even points that need it to a ratio to the portfolio.
///
/// # Examples
/// ```
/// use loyalty_core::ledger::Economics;
/// let mut economics = Economics::default();
/// (economics.handling, economics.markdown) = (Some(3.0), Some(0.1));
/// // A line of 70 with a margin of 40 % earns nothing once it comes back three times in four.
/// assert!((economics.break_even_return_rate(0.4, 70.0, 1.0).unwrap() - 0.737).abs() < 1e-3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Economics {
    /// Margin at list price, as a share of it; by default from the costs of the lines.
    pub margin: Option<f64>,
    /// Cost of handling one returned line, in money.
    pub handling: Option<f64>,
    /// What returned goods lose in value, as a share of the amount.
    pub markdown: Option<f64>,
    /// What it costs a year to serve a customer in one category more, in money.
    pub category_cost: Option<f64>,
}

impl Economics {
    pub(super) fn check(&self) -> Result<(), Error> {
        for (name, share) in [("margin", self.margin), ("markdown", self.markdown)] {
            if let Some(value) = share.filter(|share| !(0.0..=1.0).contains(share)) {
                return Err(Error::parameter(name, "from 0 to 1", value));
            }
        }
        non_negative("handling", self.handling.unwrap_or(0.0))?;
        non_negative("category_cost", self.category_cost.unwrap_or(0.0)).map(|_| ())
    }

    /// Return rate at which a line of this amount earns nothing, at most 1: the
    /// [`ReturnEconomics::break_even`] of what is known here.
    ///
    /// ```text
    /// p* = m / (g m + g δ + h/P)
    /// ```
    ///
    /// m is the margin as a share of what is paid, P the line's amount, δ the markdown, h the handling,
    /// g the share of a returned line's amount that is paid back. `None` where neither handling nor
    /// markdown is known: then a return costs nothing but the sale.
    pub fn break_even_return_rate(&self, margin: f64, amount: f64, share: f64) -> Option<f64> {
        if (self.handling.is_none() && self.markdown.is_none()) || margin <= 0.0 || amount <= 0.0 {
            return None;
        }
        Some(self.of_returns(margin, share).break_even_of(amount))
    }

    /// What a returned line costs besides the lost margin.
    pub(crate) fn return_cost(&self, amount: f64, share: f64) -> f64 {
        self.of_returns(0.0, share).cost(amount)
    }

    fn of_returns(&self, margin: f64, share: f64) -> ReturnEconomics {
        let (loss, handling) = (self.markdown.unwrap_or(0.0), self.handling.unwrap_or(0.0));
        ReturnEconomics { margin, loss, handling, share }
    }
}
