//! Whether a table counts opportunities, for models that know no other time.

use super::process::{MOST_OPPORTUNITIES, Needs, PurchaseProcess};
use crate::Error;
use crate::summary::CustomerSummary;

/// Accepts a table whose times are whole numbers of opportunities, where the model asks for them.
pub(super) fn check<M: PurchaseProcess>(customers: &CustomerSummary) -> Result<(), Error> {
    if !M::NEEDS.contain(Needs::OPPORTUNITIES) {
        return Ok(());
    }
    let recency = |row: usize, t_x: f64| {
        if t_x.fract() != 0.0 {
            Some(WHOLE)
        } else if t_x < f64::from(customers.frequency()[row]) {
            Some("at least frequency: one purchase at an opportunity")
        } else {
            None
        }
    };
    let age = |_, t: f64| (t.fract() != 0.0 || t > MOST_OPPORTUNITIES).then_some(WHOLE);
    let column = |name: &str, values: &[f64], rule: &dyn Fn(usize, f64) -> Option<&'static str>| {
        let mut problems = values.iter().enumerate().filter_map(|(row, &value)| {
            rule(row, value).map(|expected| (row, expected, value.to_string()))
        });
        let Some((row, expected, value)) = problems.next() else { return Ok(()) };
        let (column, more) = (name.to_owned(), problems.count());
        Err(Error::Value { column, row, expected, value, more })
    };
    column("T", customers.t(), &age)?;
    column("recency", customers.recency(), &recency)
}

/// What a number of opportunities is.
const WHOLE: &str =
    "a whole number of opportunities, up to a million (a summary in a calendar unit counts them)";
