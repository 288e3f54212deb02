//! By what lines are known that may be told again, as after a crash.
//!
//! An order is known by its customer and its id, a line without one by its own id. What was told of a line is kept
//! as a hash, so that the same order told twice is told from another under one id.

use super::matched::MatchedLines;
use crate::orders::key;

/// By what a line is known when it is told again.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Told {
    /// The key of customer and order, where the order has an id.
    pub(crate) order: Option<u64>,
    /// A hash of all that was told of the line but for its fate; `None` where that is not known.
    pub(crate) print: Option<u64>,
}

impl MatchedLines<'_> {
    /// By what the lines of an order are known.
    ///
    /// The hashes are in the files of models and must not change.
    pub(crate) fn told(&self, order: usize) -> impl Iterator<Item = Told> {
        let lines = self.lines;
        let id = lines.order_keys[order];
        let has_id = lines.has_order && id != key::MISSING;
        lines.order(order).map(move |line| {
            let of = has_id.then(|| key::fold(lines.customer.keys[line], id));
            let levels = self.categories.iter().map(|levels| levels.keys[line]);
            let numbers = self.numbers.iter().map(|numbers| bits(numbers.values[line]));
            let own = [
                of.unwrap_or(key::MISSING),
                lines.line.as_ref().map_or(key::MISSING, |ids| ids[line]),
                lines.time[line].cast_unsigned(),
                lines.customer.keys[line],
                lines.product.keys[line],
                bits(lines.price[line]),
                bits(lines.quantity[line]),
            ];
            let print = own.into_iter().chain(levels).chain(numbers).fold(4, key::fold);
            Told { order: of, print: Some(print) }
        })
    }
}

/// The bits of a number, the same for all that compare equal, and for all that are missing.
fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() }
}
