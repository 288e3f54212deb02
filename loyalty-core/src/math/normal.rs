//! The standard normal distribution.

use super::elementary::ln;

/// The quantile of the standard normal distribution, for a probability in (0, 1).
///
/// Wichura (1988), Algorithm AS 241 (PPND16), Applied Statistics 37(3), 477–484: rational functions
/// with relative error about 1e-16.
pub(crate) fn normal_quantile(probability: f64) -> f64 {
    let q = probability - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * polynomial(&CENTRE, r) / polynomial(&CENTRE_BELOW, r);
    }
    let tail = if q < 0.0 { probability } else { 1.0 - probability };
    let r = (-ln(tail)).sqrt();
    let size = if r <= 5.0 {
        polynomial(&MIDDLE, r - 1.6) / polynomial(&MIDDLE_BELOW, r - 1.6)
    } else {
        polynomial(&FAR, r - 5.0) / polynomial(&FAR_BELOW, r - 5.0)
    };
    if q < 0.0 { -size } else { size }
}

/// z with P(−z < Z < z) = level for a standard normal Z.
pub(crate) fn two_sided(level: f64) -> f64 {
    -normal_quantile(0.5 * (1.0 - level))
}

/// Σ c_i xⁱ by Horner's rule.
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

const CENTRE: [f64; 8] = [
    3.387_132_872_796_366_5,
    1.331_416_678_917_843_8e2,
    1.971_590_950_306_551_3e3,
    1.373_169_376_550_946e4,
    4.592_195_393_154_987e4,
    6.726_577_092_700_87e4,
    3.343_057_558_358_813e4,
    2.509_080_928_730_122_7e3,
];
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    4.231_333_070_160_091e1,
    6.871_870_074_920_579e2,
    5.394_196_021_424_751e3,
    2.121_379_430_158_659_7e4,
    3.930_789_580_009_271e4,
    2.872_908_573_572_194_3e4,
    5.226_495_278_852_854e3,
];
const MIDDLE: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const MIDDLE_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    2.965_605_718_285_048_7e-1,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_BELOW: [f64; 8] = [
    1.0,
    5.998_322_065_558_88e-1,
    1.369_298_809_227_358e-1,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The root of Φ(z) = p at 60 digits, by mpmath.
    #[test]
    #[expect(clippy::excessive_precision, reason = "as mpmath prints them")]
    fn matches_high_precision() {
        for (probability, exact) in [
            (0.5, 0.0),
            (0.6, 0.253_347_103_135_799_7),
            (0.975, 1.959_963_984_540_053_9),
            (0.9, 1.281_551_565_544_600_6),
            (0.995, 2.575_829_303_548_900_5),
            (1e-4, -3.719_016_485_455_680_5),
            (1e-10, -6.361_340_902_404_056_2),
            (1e-15, -7.941_345_326_170_997),
            (1e-300, -37.047_096_299_361_2),
        ] {
            let got = normal_quantile(probability);
            assert!((got - exact).abs() <= 2e-15 * exact.abs(), "{probability}: {got}");
        }
        assert_eq!(normal_quantile(0.25), -normal_quantile(0.75));
    }
}
