//! What a probability of return means in money.

use super::ReturnPropensity;
use crate::Error;
use crate::error::{non_negative, positive};
use crate::orders::OrderLines;
use crate::parallel::Threads;

/// What a return costs the shop, against what a sale that is kept brings.
///
/// # Examples
/// ```
/// use loyalty_core::returns::ReturnEconomics;
/// let shoes = ReturnEconomics::new(0.40, 0.10, 3.0)?;
/// assert!((shoes.break_even(70.0)? - 0.737).abs() < 5e-4);
/// assert!(shoes.expected_margin(0.9, 70.0)? < 0.0);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReturnEconomics {
    pub(crate) margin: f64,
    pub(crate) loss: f64,
    pub(crate) handling: f64,
    pub(crate) share: f64,
}

impl ReturnEconomics {
    /// `margin` m: contribution margin per money of price; `loss` δ: the part of the price that goods
    /// lose by coming back; `handling` h: money per line that comes back. Of a line that comes back all is
    /// paid back; see [`Self::with_share`].
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the margin is above 0 and at most 1, the loss from 0 to 1, and the
    /// handling from 0 to 1e50.
    pub fn new(margin: f64, loss: f64, handling: f64) -> Result<Self, Error> {
        if !(margin > 0.0 && margin <= 1.0) {
            let expected = "above 0 and at most 1";
            return Err(Error::parameter("margin", expected, margin));
        }
        if !(0.0..=1.0).contains(&loss) {
            return Err(Error::parameter("loss", "from 0 to 1", loss));
        }
        let handling = non_negative("handling", handling)?;
        Ok(Self { margin, loss, handling, share: 1.0 })
    }

    /// The same where lines come back in part: g is the share of a returned line's value that is paid back,
    /// as [`ReturnPropensity::share_paid_back`] learns it.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the share is above 0 and at most 1.
    pub fn with_share(self, share: f64) -> Result<Self, Error> {
        if !(share > 0.0 && share <= 1.0) {
            return Err(Error::parameter("share", "above 0 and at most 1", share));
        }
        Ok(Self { share, ..self })
    }

    /// Expected contribution of a line of that value (price × quantity) that comes back with the
    /// probability p:
    ///
    /// ```text
    /// (1 − p g) m P − p (g δ P + h)
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`] unless p is from 0 to 1 and the value from 0 to 1e50.
    pub fn expected_margin(&self, probability: f64, value: f64) -> Result<f64, Error> {
        if !(0.0..=1.0).contains(&probability) {
            let expected = "from 0 to 1";
            return Err(Error::parameter("probability", expected, probability));
        }
        let value = non_negative("value", value)?;
        let kept = (1.0 - probability * self.share) * self.margin * value;
        Ok(kept - probability * self.cost(value))
    }

    /// The probability of return at which a line of that value brings nothing, 1 where there is none:
    ///
    /// ```text
    /// p* = m / (g m + g δ + h/P)
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the value is from 1e-50 to 1e50.
    pub fn break_even(&self, value: f64) -> Result<f64, Error> {
        Ok(self.break_even_of(positive("value", value)?))
    }

    pub(crate) fn break_even_of(&self, value: f64) -> f64 {
        (self.margin / (self.margin * self.share + self.cost(value) / value)).min(1.0)
    }

    /// What a line that comes back costs besides the lost margin: g δ P + h.
    pub(crate) fn cost(&self, value: f64) -> f64 {
        self.loss * value * self.share + self.handling
    }
}

/// What is expected to come back of lines.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct ExpectedReturns {
    /// Σ p: lines.
    pub lines: f64,
    /// Σ p P: what was paid for them, price × quantity.
    pub value: f64,
    /// Σ p g P: what will be paid back, with the share g of lines of as many pieces and of the customer; the
    /// value where the model does not know the shares.
    pub paid_back: f64,
}

impl ReturnPropensity {
    /// What is expected to come back of lines, and to be paid back for it: lines come back in part, and the
    /// share of a line's value is learnt by its pieces and of its customer ([`Self::share_paid_back`] is that
    /// of all).
    ///
    /// # Errors
    /// As [`Self::score`].
    pub fn expected_returns(
        &self,
        lines: &OrderLines,
        threads: Threads,
    ) -> Result<ExpectedReturns, Error> {
        let scores = self.score(lines, threads)?.probability();
        let lines = lines.by_time();
        let mut expected = ExpectedReturns::default();
        for (line, &row) in lines.row.iter().enumerate() {
            let (p, pieces) = (scores[row as usize], lines.quantity[line]);
            let value = p * lines.price[line] * pieces;
            expected.lines += p;
            expected.value += value;
            expected.paid_back += value
                * self.stream.paid_back.as_ref().map_or(1.0, |of| {
                    of.share(self.stream.place(0, lines.customer.keys[line]), pieces)
                });
        }
        Ok(expected)
    }
}

/// Expected returns of a basket: Σ p, and Σ p·value in money. Where lines come back in part, `value` is what
/// would be paid back: see [`ReturnPropensity::expected_returns`].
///
/// # Errors
/// [`Error::Length`] where the columns differ in length, [`Error::Value`] for a probability outside 0
/// to 1 or a value that is not finite.
///
/// # Examples
/// ```
/// use loyalty_core::returns::expected_returns;
/// assert_eq!(expected_returns(&[0.5, 0.25], &[60.0, 20.0])?, (0.75, 35.0));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn expected_returns(probability: &[f64], value: &[f64]) -> Result<(f64, f64), Error> {
    crate::error::same_length(probability.len(), "value", value.len())?;
    let (mut lines, mut money) = (0.0, 0.0);
    for (row, (&p, &v)) in probability.iter().zip(value).enumerate() {
        let (column, expected, value) = match () {
            () if !(0.0..=1.0).contains(&p) => ("probability", "from 0 to 1", p),
            () if !(0.0..=crate::error::LARGEST).contains(&v) => ("value", "from 0 to 1e50", v),
            () => {
                lines += p;
                money += p * v;
                continue;
            }
        };
        let (column, value) = (column.to_owned(), value.to_string());
        return Err(Error::Value { column, row, expected, value, more: 0 });
    }
    Ok((lines, money))
}
