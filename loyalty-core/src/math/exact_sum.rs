//! Sums of money that do not depend on the order of the terms.

/// A running sum kept as an unevaluated pair `hi + lo` (about 32 significant digits).
///
/// Knuth's error-free `TwoSum` (The Art of Computer Programming 2, §4.2.2), as in
/// Dekker (1971) and Hida, Li & Bailey (2001). For amounts whose sizes differ by less than 2⁵⁰ the
/// pair is the exact sum, so the rounded result is the same for every order of the terms and for
/// every way of cutting a log into batches.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct ExactSum {
    hi: f64,
    lo: f64,
}

impl ExactSum {
    /// Adds one term.
    pub(crate) fn add(&mut self, term: f64) {
        let (sum, error) = two_sum(self.hi, term);
        self.renormalise(sum, self.lo + error);
    }

    /// Adds another sum.
    pub(crate) fn merge(&mut self, other: Self) {
        let (sum, error) = two_sum(self.hi, other.hi);
        self.renormalise(sum, error + (self.lo + other.lo));
    }

    /// The pair, for files.
    pub(crate) fn parts(self) -> [f64; 2] {
        [self.hi, self.lo]
    }

    /// The sum of a pair that `parts` gave; `None` for any other, and for one that is not of amounts, which
    /// are finite and not negative.
    pub(crate) fn from_parts([hi, lo]: [f64; 2]) -> Option<Self> {
        let normal = hi.is_finite() && hi >= 0.0 && lo.is_finite() && hi + lo == hi;
        normal.then_some(Self { hi, lo })
    }

    /// The sum, rounded once.
    pub(crate) fn value(self) -> f64 {
        self.hi
    }

    fn renormalise(&mut self, hi: f64, lo: f64) {
        let sum = hi + lo;
        self.lo = lo - (sum - hi);
        self.hi = sum;
    }
}

fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_rounded = sum - a;
    (sum, (a - (sum - b_rounded)) + (b - b_rounded))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn recovers_what_plain_addition_loses() {
        let mut sum = ExactSum::default();
        for term in [1e16, 1.0, -1e16, 1.0] {
            sum.add(term);
        }
        assert_eq!(sum.value(), 2.0);
    }

    proptest! {
        #[test]
        fn order_and_cut_do_not_matter(
            cents in proptest::collection::vec(0_i64..100_000_000, 0..60), cut in 0_usize..60,
        ) {
            let amounts: Vec<f64> = cents.iter().map(|&c| c as f64 / 100.0).collect();
            let total = |terms: &mut dyn Iterator<Item = &f64>| {
                let mut sum = ExactSum::default();
                terms.for_each(|&term| sum.add(term));
                sum
            };
            let forward = total(&mut amounts.iter());
            let backward = total(&mut amounts.iter().rev());
            let (head, tail) = amounts.split_at(cut.min(amounts.len()));
            let mut merged = total(&mut tail.iter());
            merged.merge(total(&mut head.iter()));
            prop_assert_eq!(forward.value(), backward.value());
            prop_assert_eq!(forward.value(), merged.value());
        }
    }
}
