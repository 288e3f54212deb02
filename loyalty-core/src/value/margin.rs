//! What is left of an amount.

use crate::Error;
use crate::error::same_length;

/// Contribution margin: the share of the amount that is left after all that grows with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Margin<'a> {
    /// The same for every customer; 1 gives the value in revenue.
    Same(f64),
    /// One value per customer, in row order.
    PerCustomer(&'a [f64]),
}

impl Margin<'_> {
    pub(super) fn of(&self, row: usize) -> f64 {
        match self {
            Self::Same(margin) => *margin,
            Self::PerCustomer(margins) => margins[row],
        }
    }

    pub(crate) fn check(&self, customers: usize) -> Result<(), Error> {
        const EXPECTED: &str = "from -1000 to 1";
        let allowed = |margin: f64| (-1000.0..=1.0).contains(&margin);
        match *self {
            Self::Same(margin) if allowed(margin) => Ok(()),
            Self::Same(value) => Err(Error::parameter("margin", EXPECTED, value)),
            Self::PerCustomer(margins) => {
                same_length(customers, "margin", margins.len())?;
                let mut broken = (0..customers).filter(|&row| !allowed(margins[row]));
                let Some(row) = broken.next() else { return Ok(()) };
                let (value, column) = (margins[row].to_string(), "margin".to_owned());
                let more = broken.count();
                Err(Error::Value { column, row, expected: EXPECTED, value, more })
            }
        }
    }
}
