//! How much of a total the top customers make: the 80/20 picture.

use crate::Error;
use crate::math::{ExactSum, two_sided};

/// What the top customers make of a total.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TopShare {
    /// Share of the customers, the largest first.
    pub customers: f64,
    /// Their share of the total.
    pub of_total: f64,
    /// Ends of its confidence interval.
    pub interval: (f64, f64),
}

/// Shares of the total that the top customers make, a Lorenz curve seen from its upper end.
///
/// ```text
/// S(p) = Σ of the largest p·n values / Σ of all
/// Var S(p) = 1/n · Var[ ((x − q)⁺ + p q − S x) / x̄ ]        q: the value at the cut
/// ```
///
/// Values may be negative, as profits are; a share of profit then exceeds 1 where the customers below
/// lose money. The interval is normal, cut evenly on both sides.
///
/// # Errors
/// [`Error::Empty`] without a value, [`Error::Parameter`] where a value or share is not finite or a
/// share outside 0 to 1, the level outside 0.5 to 0.9999, or the total not above 0: then there is
/// nothing to share.
///
/// # Examples
/// ```
/// use loyalty_core::portfolio::top_shares;
/// let revenue: Vec<f64> = (1..=100).map(|rank| 1000.0 / rank as f64).collect();
/// let top = top_shares(&revenue, &[0.2], 0.95)?[0];
/// assert!((top.of_total - 0.694).abs() < 1e-3);
/// assert!(top.interval.0 < top.of_total && top.of_total < top.interval.1);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Beach & Davidson (1983), Review of Economic Studies 50(4), 723–735.
pub fn top_shares(values: &[f64], shares: &[f64], level: f64) -> Result<Vec<TopShare>, Error> {
    if values.is_empty() {
        return Err(Error::Empty { what: "the values", expected: "one per customer" });
    }
    let outside = |name, expected, value| Err(Error::parameter(name, expected, value));
    if let Some(&value) = values.iter().find(|value| !value.is_finite()) {
        return outside("values", "finite", value);
    }
    if let Some(&value) = shares.iter().find(|share| !(0.0..=1.0).contains(*share)) {
        return outside("shares", "from 0 to 1", value);
    }
    if !(0.5..=0.9999).contains(&level) {
        return outside("level", "from 0.5 to 0.9999", level);
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let mut running = ExactSum::default();
    let sums: Vec<f64> = sorted
        .iter()
        .map(|&value| {
            running.add(value);
            running.value()
        })
        .collect();
    let (total, count) = (running.value(), values.len() as f64);
    if total <= 0.0 {
        return outside("the total", "above 0", total);
    }
    let z = two_sided(level);
    let one = |&share: &f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to length")]
        let cut = ((share * count).round() as usize).min(values.len());
        let of_total = if cut == 0 { 0.0 } else { sums[cut - 1] / total };
        let at = sorted[cut.min(values.len() - 1)];
        let (mut first, mut second) = (ExactSum::default(), ExactSum::default());
        for &x in &sorted {
            let influence = (x - at).max(0.0) + share * at - of_total * x;
            first.add(influence);
            second.add(influence * influence);
        }
        let mean = first.value() / count;
        let variance = (second.value() / count - mean * mean).max(0.0);
        let error = (variance / count).sqrt() / (total / count);
        let interval = (of_total - z * error, of_total + z * error);
        TopShare { customers: share, of_total, interval }
    };
    Ok(shares.iter().map(one).collect())
}
