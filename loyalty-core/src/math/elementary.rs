//! Logarithms and exponentials with the same bits on every machine.
//!
//! glibc chooses a variant of `log` and `exp` by the CPU it runs on, and the variants differ in the
//! last bit. A model file must score alike everywhere, so the core uses its own: the algorithms and
//! coefficients of FreeBSD's msun, error below 1 ulp, written without branches so that the compiler
//! turns a loop over them into vector instructions. Nothing is fused (`mul_add`), so scalar and vector
//! code, old and new processors give the same bits. Clippy refuses the methods of `f64`.
//!
//! The coefficients are Copyright (C) 1993 and 2004 by Sun Microsystems, Inc. All rights reserved.
//! Permission to use, copy, modify, and distribute them is freely granted, provided that this notice
//! is preserved.

const LN_2_HI: f64 = 6.931_471_803_691_238e-1;
const LN_2_LO: f64 = 1.908_214_929_270_587_7e-10;

/// ln x for x > 0, subnormal numbers included (e_log.c).
#[inline(always)]
pub(crate) fn ln(x: f64) -> f64 {
    const TWO_54: f64 = 18_014_398_509_481_984.0;
    let subnormal = x < f64::MIN_POSITIVE;
    let (f, k) = split(if subnormal { x * TWO_54 } else { x });
    ln_of(f, if subnormal { k - 54.0 } else { k }, 0.0)
}

/// ln(1 + x) for x > −1, accurate for small x (s_log1p.c).
#[inline(always)]
pub(crate) fn ln_1p(x: f64) -> f64 {
    let u = 1.0 + x;
    let (f, k) = split(u);
    // What rounding 1 + x lost, as a share of it.
    let lost = if u >= 2.0 { 1.0 - (u - x) } else { x - (u - 1.0) } / u;
    // Between √½ and √2 x itself is the reduced argument, and nothing is lost.
    let near = (-0.292..0.414).contains(&x);
    let (f, k) = if near { (x, 0.0) } else { (f, k) };
    ln_of(f, k, if near { 0.0 } else { lost })
}

/// ln u of a normal u = 1 + x, where both are known: nothing is lost near x = 0, nor near x = −1.
#[inline(always)]
pub(crate) fn ln_by(u: f64, x: f64) -> f64 {
    let (f, k) = split(u);
    let near = (-0.292..0.414).contains(&x);
    ln_of(if near { x } else { f }, if near { 0.0 } else { k }, 0.0)
}

/// x = 2^k · (1 + f) with 1 + f from √½ to √2.
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
    let bits = x.to_bits().wrapping_add(ONE - SQRT_HALF);
    let mantissa = f64::from_bits((bits & MANTISSA) + SQRT_HALF);
    (mantissa - 1.0, small_integer(bits >> 52) - 1023.0)
}

/// An integer below 2⁵² as a float, by placing it in the mantissa of 2⁵²: vector units without a
/// conversion from 64-bit integers can do it.
#[inline(always)]
fn small_integer(n: u64) -> f64 {
    const TWO_52: f64 = 4_503_599_627_370_496.0;
    f64::from_bits(TWO_52.to_bits() | n) - TWO_52
}

/// k ln 2 + ln(1 + f) + correction.
#[inline(always)]
fn ln_of(f: f64, k: f64, correction: f64) -> f64 {
    const ODD: [f64; 4] = [
        6.666_666_666_666_735e-1,
        2.857_142_874_366_239e-1,
        1.818_357_216_161_805e-1,
        1.479_819_860_511_658_6e-1,
    ];
    const EVEN: [f64; 3] =
        [3.999_999_999_940_942e-1, 2.222_219_843_214_978_4e-1, 1.531_383_769_920_937_3e-1];
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let odd = z * (ODD[0] + w * (ODD[1] + w * (ODD[2] + w * ODD[3])));
    let even = w * (EVEN[0] + w * (EVEN[1] + w * EVEN[2]));
    let half_square = 0.5 * f * f;
    s * (half_square + (odd + even)) + (k * LN_2_LO + correction) - half_square + f + k * LN_2_HI
}

/// e^x (e_exp.c); 0 and infinity where the result is out of range.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let (rest, powers) = exp_parts(x);
    (1.0 + rest) * powers[0] * powers[1]
}

/// e^x and e^x − 1, the second accurate for small x too: what [`exp`] and [`exp_m1`] give but for the last
/// bit, at the price of one and without a branch. From −745 to 709.
#[inline(always)]
pub(crate) fn exp_and_m1(x: f64) -> (f64, f64) {
    let (rest, powers) = exp_parts(x);
    let power = powers[0] * powers[1];
    ((1.0 + rest) * power, rest * power + (power - 1.0))
}

/// e^x = (1 + rest) · powers, the rest by itself: 1 + rest is from √½ to √2.
#[inline(always)]
fn exp_parts(x: f64) -> (f64, [f64; 2]) {
    const INV_LN_2: f64 = std::f64::consts::LOG2_E;
    const P: [f64; 5] = [
        1.666_666_666_666_660_2e-1,
        -2.777_777_777_701_559_3e-3,
        6.613_756_321_437_934e-5,
        -1.653_390_220_546_525_2e-6,
        4.138_136_797_057_238_5e-8,
    ];
    // Adding 1.5·2⁵² rounds to an integer and leaves it in the last bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let x = if x < -746.0 { -746.0 } else { x };
    let x = if x > 710.0 { 710.0 } else { x };
    let rounded = x * INV_LN_2 + ROUND;
    let k = rounded - ROUND;
    let (hi, lo) = (x - k * LN_2_HI, k * LN_2_LO);
    let r = hi - lo;
    let t = r * r;
    let c = r - t * (P[0] + t * (P[1] + t * (P[2] + t * (P[3] + t * P[4]))));
    let rest = r * c / (2.0 - c) - lo + hi;
    // 2^k in two halves, so that results below the normal range are rounded once.
    let biased = rounded.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(2048);
    let half = biased >> 1;
    let power = |biased: u64| f64::from_bits(biased.wrapping_sub(1) << 52);
    (rest, [power(half), power(biased - half)])
}

/// e^x − 1, accurate for small x.
pub(crate) fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// 1 / (1 + e^−x), accurate on both sides and never NaN for a finite x.
#[inline(always)]
pub(crate) fn logistic(x: f64) -> f64 {
    let e = exp(-x.abs());
    (if x >= 0.0 { 1.0 } else { e }) / (1.0 + e)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ulps(a: f64, b: f64) -> i64 {
        (a.to_bits().cast_signed() - b.to_bits().cast_signed()).abs()
    }

    #[test]
    fn equal_to_msun() {
        // A full-period generator over the exponents and mantissas that matter.
        let mut state = 88_172_645_463_325_252_u64;
        let mut uniform = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / 9_007_199_254_740_992.0
        };
        for _ in 0..200_000 {
            let x = libm::exp2(uniform() * 2098.0 - 1074.0);
            assert_eq!(ulps(ln(x), libm::log(x)), 0, "ln {x:e}");
            let y = uniform() * 1460.0 - 750.0;
            assert_eq!(ulps(exp(y), libm::exp(y)), 0, "exp {y:e}");
            let z = libm::exp2(uniform() * 120.0 - 70.0);
            assert!(ulps(ln_1p(z), libm::log1p(z)) <= 1, "ln_1p {z:e}");
            let z = -uniform();
            assert!(ulps(ln_1p(z), libm::log1p(z)) <= 1, "ln_1p {z:e}");
        }
        assert_eq!((exp(-800.0), exp(800.0)), (0.0, f64::INFINITY));
        assert_eq!((ln(1.0), ln_1p(0.0), exp(0.0)), (0.0, 0.0, 1.0));
        assert_eq!(ln(5e-324), libm::log(5e-324));
    }

    #[test]
    fn an_exponential_and_one_less_and_a_logarithm_by_both_sides() {
        for i in -6000..6000 {
            let x = f64::from(i) * 0.117;
            let (e, less) = exp_and_m1(x);
            assert!(ulps(e, libm::exp(x)) <= 1 && ulps(less, libm::expm1(x)) <= 2, "{x}");
            let near = x * 1e-9;
            assert!(ulps(exp_and_m1(near).1, libm::expm1(near)) <= 1, "{near}");
            // The logarithm of what was one exponential times a share, plus the rest of the share.
            if x > 0.0 {
                let (e, less) = exp_and_m1(-x);
                assert!((ln_by(e, less) / -x - 1.0).abs() < 5e-16, "{x}");
                assert!(ulps(ln_by(1.0 + near, near), libm::log1p(near)) <= 1, "{near}");
            }
        }
    }

    #[test]
    fn logistic_holds_far_out() {
        assert_eq!(logistic(0.0), 0.5);
        assert_eq!(logistic(800.0), 1.0);
        assert_eq!(logistic(-800.0), 0.0);
        assert!((logistic(-700.0) / exp(-700.0) - 1.0).abs() < 1e-15);
    }
}
