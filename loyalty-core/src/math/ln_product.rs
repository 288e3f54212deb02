//! The logarithm of a product of many numbers.

use super::elementary::ln;

/// Σ ln of positive numbers by the logarithm of their product: one multiplication a number, a logarithm
/// only where the product leaves the middle of the range.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LnProduct {
    product: f64,
    sum: f64,
}

/// What a factor or the product so far is below, or its reciprocal: their product is a normal number.
const LARGE: f64 = 1e100;

impl LnProduct {
    /// Of no number: 0.
    pub(crate) const EMPTY: Self = Self { product: 1.0, sum: 0.0 };

    /// Multiplies by a number above 0.
    pub(crate) fn add(&mut self, factor: f64) {
        let middle = 1.0 / LARGE..=LARGE;
        if !middle.contains(&factor) {
            self.sum += ln(factor);
            return;
        }
        self.product *= factor;
        if !middle.contains(&self.product) {
            self.sum += ln(self.product);
            self.product = 1.0;
        }
    }

    /// The sum of the logarithms.
    pub(crate) fn value(self) -> f64 {
        self.sum + ln(self.product)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::ExactSum;

    #[test]
    fn is_the_sum_of_the_logarithms_however_many_or_extreme() {
        assert_eq!(LnProduct::EMPTY.value(), 0.0);
        let many = [0.3, 7.0].map(|factor| vec![factor; 5000]);
        for factors in [&[2.5][..], &many[0], &many[1], &[1e-300, 1e300, 1e99, 1e99, 3.0]] {
            let mut product = LnProduct::EMPTY;
            factors.iter().for_each(|&factor| product.add(factor));
            let mut sum = ExactSum::default();
            factors.iter().for_each(|&factor| sum.add(ln(factor)));
            let size: f64 = factors.iter().map(|&factor| ln(factor).abs()).sum();
            assert!((product.value() - sum.value()).abs() <= 1e-15 * size, "{}", product.value());
        }
    }
}
