//! Logarithms and exponentials with the same bits on every machine.
//!
//! glibc chooses a variant of `log` and `exp` by the CPU it runs on, and the variants differ in the
//! last bit. A model file must score alike everywhere, so the core calls the `libm` crate (a port of
//! musl's and FreeBSD's msun, error below 1 ulp) through this module and clippy refuses the methods
//! of `f64`.

/// ln x.
pub(crate) fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// ln(1 + x), accurate for small x.
pub(crate) fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// e^x.
pub(crate) fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// e^x − 1, accurate for small x.
pub(crate) fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// 1 / (1 + e^−x), accurate on both sides and never NaN for a finite x.
pub(crate) fn logistic(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + exp(-x))
    } else {
        let e = exp(x);
        e / (1.0 + e)
    }
}

/// ln(1 + e^x) without overflow.
pub(crate) fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + ln_1p(exp(-x)) } else { ln_1p(exp(x)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logistic_and_softplus_hold_far_out() {
        assert_eq!(logistic(0.0), 0.5);
        assert_eq!(logistic(800.0), 1.0);
        assert_eq!(logistic(-800.0), 0.0);
        assert!((logistic(-700.0) / exp(-700.0) - 1.0).abs() < 1e-15);
        assert_eq!(softplus(800.0), 800.0);
        assert_eq!(softplus(-800.0), 0.0);
        assert!((softplus(1.0) - 1.313_261_687_518_222_8).abs() < 1e-15);
    }
}
