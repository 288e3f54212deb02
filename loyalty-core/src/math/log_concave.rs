//! Integrals of e^h over an interval, for a function h that is concave.
//!
//! Such an integrand has one top and falls on both sides at least exponentially. So it is cut where it has
//! fallen by e^−[`FALL`], which is nothing against the whole, and what is left is taken by Gauss–Legendre panels
//! narrow enough for what it falls and for the nearest singularities of the functions used here, at ±iπ off
//! the line. All terms are positive, and h is only asked for its rise from the top: nothing overflows, nothing
//! cancels.

use super::elementary::{exp, exp_and_m1, ln, ln_by, logistic};

/// A concave function, by its slope and what it gains by a step.
pub(crate) trait Concave {
    /// h′(w), which falls.
    fn slope(&self, w: f64) -> f64;

    /// h(from + by) − h(from), without the cancellation of the difference.
    fn rise(&self, from: f64, by: f64) -> f64;
}

/// Points of one panel.
pub(crate) const NODES: usize = 20;

/// Nodes and weights of the twenty-point Gauss–Legendre rule on [−1, 1], positive half (DLMF 3.5.v).
const TWENTY_POINTS: [(f64, f64); NODES / 2] = [
    (0.076_526_521_133_497_33, 0.152_753_387_130_725_85),
    (0.227_785_851_141_645_08, 0.149_172_986_472_603_75),
    (0.373_706_088_715_419_56, 0.142_096_109_318_382_05),
    (0.510_867_001_950_827_1, 0.131_688_638_449_176_63),
    (0.636_053_680_726_515, 0.118_194_531_961_518_42),
    (0.746_331_906_460_150_8, 0.101_930_119_817_240_44),
    (0.839_116_971_822_218_8, 0.083_276_741_576_704_75),
    (0.912_234_428_251_326, 0.062_672_048_334_109_06),
    (0.963_971_927_277_913_8, 0.040_601_429_800_386_94),
    (0.993_128_599_185_094_9, 0.017_614_007_139_152_12),
];

/// Points of a panel over which little happens.
pub(crate) const FEW: usize = 12;

/// The same of the twelve-point rule.
const TWELVE_POINTS: [(f64, f64); FEW / 2] = [
    (0.125_233_408_511_468_9, 0.249_147_045_813_402_8),
    (0.367_831_498_998_180_2, 0.233_492_536_538_354_8),
    (0.587_317_954_286_617_4, 0.203_167_426_723_065_92),
    (0.769_902_674_194_304_7, 0.160_078_328_543_346_23),
    (0.904_117_256_370_474_9, 0.106_939_325_995_318_43),
    (0.981_560_634_246_719_3, 0.047_175_336_386_511_83),
];

/// Nodes from −1 to 1, the negative half first, and their weights.
const fn both_halves<const N: usize>(half: &[(f64, f64)]) -> [[f64; N]; 2] {
    let mut rule = [[0.0; N]; 2];
    let mut pair = 0;
    while pair < N / 2 {
        let (node, weight) = half[pair];
        (rule[0][N / 2 - 1 - pair], rule[0][N / 2 + pair]) = (-node, node);
        (rule[1][N / 2 - 1 - pair], rule[1][N / 2 + pair]) = (weight, weight);
        pair += 1;
    }
    rule
}

/// The twenty-point rule.
pub(crate) const RULE: [[f64; NODES]; 2] = both_halves(&TWENTY_POINTS);

/// The twelve-point rule.
pub(crate) const FEW_RULE: [[f64; FEW]; 2] = both_halves(&TWELVE_POINTS);

/// Widths, and falls of h, up to which twelve points do: they miss at most 3e-14 of an integral or a moment
/// (30,000 random panels of the Pareto/NBD, against sixty points).
pub(crate) const EASY: [[f64; 2]; 2] = [[1.6, 8.0], [WIDEST, 2.0]];

/// What h may fall before the integrand no longer counts: e^−37 is 8.5e-17.
const FALL: f64 = 37.0;

/// Falls beyond [`FALL`] up to which the cut is not looked for more closely.
const ENOUGH: f64 = 40.0;

/// The widest panel: singularities at ±iπ leave an error of 1e-17 with twenty points.
pub(crate) const WIDEST: f64 = 3.0;

/// What h may fall over one panel. Twenty points take an exponential that falls by e^20 to 2e-14, and half a
/// bell curve that falls as far to 4e-15; by e^42 they miss 8e-14 and 2e-13.
pub(crate) const STEEPEST: f64 = 20.0;

/// A stretch of an integral, as steps from where the integrand is highest, and the equal panels it takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) from: f64,
    pub(crate) width: f64,
    pub(crate) panels: u32,
}

impl Stretch {
    /// One over which h falls by so much.
    fn of(from: f64, width: f64, fall: f64) -> Self {
        // None over nothing.
        let least = if width > 0.0 { 1.0 } else { 0.0 };
        let panels = (width / WIDEST).max(fall / STEEPEST).ceil().max(least);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 1000")]
        let panels = panels as u32;
        Self { from, width, panels }
    }

    /// The middle of each panel, and half of its width.
    pub(crate) fn middles(self) -> impl Iterator<Item = (f64, f64)> {
        let half = self.width / (2.0 * f64::from(self.panels));
        (0..self.panels).map(move |panel| (self.from + half * f64::from(2 * panel + 1), half))
    }
}

/// The stretches over which e^h counts, left and right of its top in [lo, hi]. One end may be infinite.
pub(crate) fn stretches(h: &impl Concave, top: f64, lo: f64, hi: f64) -> [Stretch; 2] {
    let (left, fall) = cut(h, top, lo - top);
    let of_left = Stretch::of(left, -left, fall);
    let (right, fall) = cut(h, top, hi - top);
    [of_left, Stretch::of(0.0, right, fall)]
}

/// How far h counts from its top towards a step `end`, and what it falls until there.
fn cut(h: &impl Concave, top: f64, end: f64) -> (f64, f64) {
    if end == 0.0 {
        return (0.0, 0.0);
    }
    let fall = |by: f64| -h.rise(top, by);
    let mut outer = end;
    if end.is_infinite() {
        outer = end.signum();
        while fall(outer) < FALL {
            outer *= 2.0;
        }
    }
    // h falls at least by its slope at the top.
    let by_slope = FALL / h.slope(top).abs();
    if by_slope < outer.abs() && fall(by_slope.copysign(end)) >= FALL {
        outer = by_slope.copysign(end);
    }
    let mut fallen = fall(outer);
    let mut inner = 0.0;
    while fallen > ENOUGH {
        let middle = 0.5 * (inner + outer);
        let there = fall(middle);
        if middle == inner || middle == outer {
            break;
        }
        if there < FALL {
            inner = middle;
        } else {
            (outer, fallen) = (middle, there);
        }
    }
    (outer, fallen.max(0.0))
}

/// ln ∫ e^(h(w) − h(top)) dw over [lo, hi], where h is highest at `top` or near it; one end may be infinite.
///
/// Absolute error below 1e-13, but for the rounding of h.
pub(crate) fn ln_integral(h: &impl Concave, top: f64, lo: f64, hi: f64) -> f64 {
    let mut sum = 0.0;
    for (middle, half) in stretches(h, top, lo, hi).into_iter().flat_map(Stretch::middles) {
        let mut panel = 0.0;
        for (node, weight) in RULE[0].iter().zip(RULE[1]) {
            panel += weight * exp(h.rise(top, middle + half * node));
        }
        sum += half * panel;
    }
    if sum > 0.0 { ln(sum) } else { f64::NEG_INFINITY }
}

/// a·w − b·ln(1 + e^w) − c·ln(1 + k·e^w), concave for b, c, k >= 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Powers {
    pub(crate) a: f64,
    /// b − a, which may be far smaller than either.
    pub(crate) b_less_a: f64,
    pub(crate) c: f64,
    pub(crate) ln_k: f64,
}

impl Powers {
    /// Where it is highest, for a > 0 and b + c > a: the positive root E = e^w of
    /// k(b+c−a) E² + (b−a + (c−a)k) E = a.
    pub(crate) fn top(&self) -> f64 {
        let Self { a, b_less_a, c, ln_k } = *self;
        let k = exp(ln_k);
        let (square, linear) = (k * (b_less_a + c), b_less_a + (c - a) * k);
        // Scaled, so that no square overflows.
        let scale = linear.abs().max((square.sqrt() * a.sqrt()).max(f64::MIN_POSITIVE));
        let half = 0.5 * linear / scale;
        let root = (half * half + (square / scale) * (a / scale)).sqrt();
        let at =
            if half >= 0.0 { a / scale / (half + root) } else { (root - half) / (square / scale) };
        ln(at.clamp(f64::MIN_POSITIVE, f64::MAX))
    }
}

impl Concave for Powers {
    fn slope(&self, w: f64) -> f64 {
        let rise = logistic(w);
        self.a * logistic(-w) - self.b_less_a * rise - self.c * logistic(w + self.ln_k)
    }

    /// By a·ln(e^w/(1+e^w)) − (b−a)·ln(1+e^w) − c·ln(1+k·e^w): far out, a and b would cancel.
    fn rise(&self, from: f64, by: f64) -> f64 {
        let (up, down) = (exp_and_m1(by), exp_and_m1(-by));
        let [left, right] = [logistic(-from), logistic(from)];
        let [of_c, not_of_c] = [logistic(from + self.ln_k), logistic(-from - self.ln_k)];
        let ln_grown =
            |share: f64, rest: f64, (e, less): (f64, f64)| ln_by(rest + share * e, share * less);
        -self.a * ln_grown(left, right, down)
            - self.b_less_a * ln_grown(right, left, up)
            - self.c * ln_grown(of_c, not_of_c, up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::reference::{Worst, error, rows};

    #[test]
    fn matches_high_precision_over_the_extreme_range() {
        let table = include_str!("../../tests/reference/log_concave.csv");
        let mut worst = Worst::default();
        for row @ [a, b, c, k, lo, hi, exact] in rows(table) {
            let h = Powers { a, b_less_a: b - a, c, ln_k: ln(k) };
            let top = h.top().clamp(lo, hi);
            worst.see(error(ln_integral(&h, top, lo, hi), exact, 1.0), &row);
        }
        worst.is_below(1e-13);
    }

    /// ∫ e^(−w²/2s²) over half of the line, and e^(−w/s): the two shapes that a panel takes worst.
    #[test]
    fn a_bell_and_an_exponential_of_any_width() {
        struct Bell(f64);
        impl Concave for Bell {
            fn slope(&self, w: f64) -> f64 {
                -w / (self.0 * self.0)
            }
            fn rise(&self, from: f64, by: f64) -> f64 {
                -(from + 0.5 * by) * by / (self.0 * self.0)
            }
        }
        struct Exponential(f64);
        impl Concave for Exponential {
            fn slope(&self, _: f64) -> f64 {
                -1.0 / self.0
            }
            fn rise(&self, _: f64, by: f64) -> f64 {
                -by / self.0
            }
        }
        for i in -200..10 {
            let s = exp(f64::from(i) * 0.31);
            let half_bell = ln_integral(&Bell(s), 0.0, 0.0, f64::INFINITY);
            let exact = ln(s) + 0.5 * ln(0.5 * std::f64::consts::PI);
            assert!((half_bell - exact).abs() < 2e-14 * (1.0 + exact.abs()), "{s}: {half_bell}");
            let bell = ln_integral(&Bell(s), 0.0, f64::NEG_INFINITY, 1e9 * s);
            assert!((bell - exact - std::f64::consts::LN_2).abs() < 3e-14 * (1.0 + exact.abs()));
            let falling = ln_integral(&Exponential(s), 0.0, 0.0, f64::INFINITY);
            assert!((falling - ln(s)).abs() < 5e-14 * (1.0 + ln(s).abs()), "{s}: {falling}");
        }
    }

    #[test]
    fn nothing_is_the_integral_over_nothing() {
        let h = Powers { a: 1.0, b_less_a: 1.0, c: 1.0, ln_k: 0.0 };
        assert_eq!(ln_integral(&h, 2.0, 2.0, 2.0), f64::NEG_INFINITY);
    }
}
