//! How many of the next opportunities a customer takes.

use crate::math::SecondDifferences;
use crate::math::elementary::{exp, ln};

/// A customer who is alive, and the opportunities ahead.
///
/// Those who are alive are again of the model: a = α+x, b = β+T−x, γ and d = δ+T.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead {
    a: f64,
    b: f64,
    gamma: f64,
    d: f64,
    /// Opportunities ahead.
    m: f64,
}

/// Beyond this a product gives way to its logarithm.
const LARGE: f64 = 1e100;

/// A product whose first factor is known by its logarithm.
struct Product {
    ln_first: f64,
    first: f64,
    rest: f64,
}

impl Product {
    fn of(ln_first: f64) -> Self {
        Self { ln_first, first: exp(ln_first), rest: 1.0 }
    }

    fn times(&mut self, factor: f64) {
        self.rest *= factor;
        if !(1.0 / LARGE..=LARGE).contains(&self.rest) && self.rest > 0.0 {
            *self = Self::of(self.ln_first + ln(self.rest));
        }
    }

    fn value(&self) -> f64 {
        self.first * self.rest
    }
}

impl Ahead {
    pub(super) fn new([a, b, gamma, d]: [f64; 4], m: f64) -> Self {
        Self { a, b, gamma, d, m }
    }

    /// ln of the probability to buy at each of n opportunities, B(a+n, b)/B(a, b).
    fn ln_always(&self, n: f64) -> f64 {
        if n == 0.0 { 0.0 } else { -SecondDifferences::of_ln_gamma(self.a, self.b, n) }
    }

    /// The probability of n purchases:
    ///
    /// ```text
    /// C(m, n) B(a+n, b+m−n)/B(a, b) S(m) + Σ_{i=n}^{m−1} C(i, n) B(a+n, b+i−n)/B(a, b) · B(γ+1, d+i)/B(γ, d)
    /// ```
    pub(super) fn exactly(&self, n: f64) -> f64 {
        if n > self.m {
            return 0.0;
        }
        let (mut bought, mut sum, mut i) = (Product::of(self.ln_always(n)), 0.0, n);
        let mut stays = Product::of(self.ln_stays(n));
        while i < self.m {
            sum += bought.value() * stays.value() * (self.gamma / (self.gamma + self.d + i));
            bought.times((i + 1.0) / (i + 1.0 - n) * ((self.b + i - n) / (self.a + self.b + i)));
            stays.times((self.d + i) / (self.gamma + self.d + i));
            i += 1.0;
        }
        (sum + bought.value() * stays.value()).min(1.0)
    }

    /// The probability of n purchases or more, by when the n-th is made:
    ///
    /// ```text
    /// Σ_{i=n}^m C(i−1, n−1) B(a+n, b+i−n)/B(a, b) S(i)
    /// ```
    pub(super) fn at_least(&self, n: f64) -> f64 {
        if n == 0.0 {
            return 1.0;
        }
        let (mut bought, mut sum, mut i) = (Product::of(self.ln_always(n)), 0.0, n);
        let mut stays = Product::of(self.ln_stays(n));
        while i <= self.m {
            sum += bought.value() * stays.value();
            bought.times(i / (i + 1.0 - n) * ((self.b + i - n) / (self.a + self.b + i)));
            stays.times((self.d + i) / (self.gamma + self.d + i));
            i += 1.0;
        }
        sum.min(1.0)
    }

    /// ln of the probability to stay for i opportunities.
    fn ln_stays(&self, i: f64) -> f64 {
        if i == 0.0 { 0.0 } else { -SecondDifferences::of_ln_gamma(self.d, self.gamma, i) }
    }
}
