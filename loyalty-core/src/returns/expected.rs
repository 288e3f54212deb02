//! What a probability of return means in money.

use crate::Error;
use crate::error::{non_negative, positive};

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
    margin: f64,
    loss: f64,
    handling: f64,
}

impl ReturnEconomics {
    /// `margin` m: contribution margin per money of price; `loss` δ: the part of the price that goods
    /// lose by coming back; `handling` h: money per line that comes back.
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
        Ok(Self { margin, loss, handling: non_negative("handling", handling)? })
    }

    /// Expected contribution of a line of that value (price × quantity) that comes back with the
    /// probability p:
    ///
    /// ```text
    /// (1 − p) m P − p (δ P + h)
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
        let kept = (1.0 - probability) * self.margin * value;
        Ok(kept - probability * (self.loss * value + self.handling))
    }

    /// The probability of return at which a line of that value brings nothing:
    ///
    /// ```text
    /// p* = m / (m + δ + h/P)
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the value is from 1e-50 to 1e50.
    pub fn break_even(&self, value: f64) -> Result<f64, Error> {
        let value = positive("value", value)?;
        Ok(self.margin / (self.margin + self.loss + self.handling / value))
    }
}

/// Expected returns of a basket: Σ p, and Σ p·value in money.
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
