//! How numbers stand in a column.

use super::super::state_codec::wrong;
use crate::Error;

/// How whole numbers stand.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// Each by itself.
    Each,
    /// A bit for each says whether it differs from the one before, and only those that do stand by themselves.
    Repeats,
    /// The same against one more than the one before.
    CountsOn,
}

impl Form {
    pub(super) const ALL: [Self; 3] = [Self::Each, Self::Repeats, Self::CountsOn];

    /// The number expected after another; the one before the first is 0 in either case.
    pub(super) fn next(self, before: u64) -> u64 {
        before.wrapping_add(u64::from(self == Self::CountsOn))
    }

    /// Those of the numbers that stand by themselves.
    pub(super) fn stand(self, numbers: &[u64]) -> impl Iterator<Item = u64> {
        let befores = std::iter::once(&0).chain(numbers);
        let pairs = befores.zip(numbers).map(|(&before, &number)| (before, number));
        let differs = move |&(before, number): &(u64, u64)| number != self.next(before);
        pairs.filter(move |pair| self == Self::Each || differs(pair)).map(|pair| pair.1)
    }
}

/// Columns that no writer has written.
pub(super) fn damaged() -> Error {
    wrong("columns of the compact encoding do not suit each other")
}
