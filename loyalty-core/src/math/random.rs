//! Random numbers: one generator per row, so that no row depends on another or on a thread.

use super::cast::whole;
use super::elementary::{exp, ln};
use super::gamma::stirling_error;
use super::negative_binomial::deviance;

/// A key of some bytes: FNV-1a (Fowler, Noll & Vo) with a last mix, so that keys of like bytes are unlike.
pub(crate) fn key_of(bytes: impl IntoIterator<Item = u8>) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    mix(bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, step))
}

/// SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators"), which
/// passes `BigCrush`. Eight bytes of state make a generator per customer free; distinct rows of a
/// stream start at distinct states, because every step below is a bijection of 64 bits.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Random {
    /// The generator of one row of one stream.
    pub(crate) fn of(seed: u64, stream: u64, row: usize) -> Self {
        let stream = mix(mix(seed).wrapping_add(stream.wrapping_mul(GOLDEN)));
        Self(mix(stream.wrapping_add((row as u64).wrapping_mul(GOLDEN))))
    }

    /// The generator of one draw of what is known by a key rather than by a row.
    pub(crate) fn of_draw(seed: u64, stream: u64, key: u64, draw: u32) -> Self {
        let stream = mix(mix(seed).wrapping_add(stream.wrapping_mul(GOLDEN)));
        let keyed = mix(stream.wrapping_add(key.wrapping_mul(GOLDEN)));
        Self(mix(keyed.wrapping_add(u64::from(draw).wrapping_mul(GOLDEN))))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// The seed of a generator of its own.
    pub(crate) fn seed(mut self) -> u64 {
        self.next()
    }

    /// Uniform in (0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.next() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// Whether something of this probability happens.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// A whole number below `bound`, all alike.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        whole(self.uniform() * bound as f64).min(bound - 1)
    }

    /// A rank below `bound`; the probability of a rank and all before it is √(share of them).
    pub(crate) fn rank(&mut self, bound: usize) -> usize {
        let u = self.uniform();
        whole(u * u * bound as f64).min(bound - 1)
    }

    /// Exponential with mean 1.
    pub(crate) fn exponential(&mut self) -> f64 {
        -ln(self.uniform())
    }

    /// Standard normal, by Marsaglia's polar method (1964), which needs no sine.
    pub(crate) fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let s = x * x + y * y;
            if s < 1.0 && s > 0.0 {
                return x * (-2.0 * ln(s) / s).sqrt();
            }
        }
    }

    /// Log-normal with mean 1, `spread` being the standard deviation of its logarithm.
    pub(crate) fn factor(&mut self, spread: f64) -> f64 {
        exp(spread * self.normal() - 0.5 * spread * spread)
    }

    /// Gamma with rate 1 (Marsaglia & Tsang 2000); shapes below 1 by a power of a uniform.
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = exp(ln(self.uniform()) / shape);
            return boost * self.gamma(shape + 1.0);
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let x = self.normal();
            let root = 1.0 + x / (9.0 * d).sqrt();
            let v = root * root * root;
            if v > 0.0 && ln(self.uniform()) < 0.5 * x * x + d - d * v + d * ln(v) {
                return d * v;
            }
        }
    }

    /// Gamma with mean 1 and this standard deviation; 1 for a deviation of 0.
    pub(crate) fn multiplier(&mut self, spread: f64) -> f64 {
        let shape = 1.0 / (spread * spread);
        if shape.is_finite() { self.gamma(shape) / shape } else { 1.0 }
    }

    /// Beta with these two shapes.
    pub(crate) fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        // Both may underflow where the shapes are tiny: then all mass is at the ends.
        if x + y > 0.0 { x / (x + y) } else { f64::from(u8::from(self.happens(a / (a + b)))) }
    }

    /// Poisson, exact for every mean from 0 to 1e9: up to [`DIRECT`] the number of exponential gaps
    /// that fit, above it by rejection.
    pub(crate) fn poisson(&mut self, mean: f64) -> usize {
        if mean > DIRECT {
            return self.poisson_by_rejection(mean);
        }
        let (floor, mut product, mut count) = (exp(-mean), self.uniform(), 0);
        while product > floor {
            product *= self.uniform();
            count += 1;
        }
        count
    }

    /// Poisson for means of at least 10, by transformed rejection: algorithm PTRS of Hörmann (1993),
    /// "The transformed rejection method for generating Poisson random variables", Insurance:
    /// Mathematics and Economics 12(1), 39–45, whose constants these are.
    ///
    /// The logarithm of the probability comes from the saddle point (Loader 2000), which keeps its
    /// digits where n ln(mean) − mean − ln n! loses six of them at a mean of 1e9.
    fn poisson_by_rejection(&mut self, mean: f64) -> usize {
        let b = 0.931 + 2.53 * mean.sqrt();
        let a = -0.059 + 0.024_83 * b;
        let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
        let squeeze = 0.9277 - 3.6224 / (b - 2.0);
        loop {
            let (u, v) = (self.uniform() - 0.5, self.uniform());
            let edge = 0.5 - u.abs();
            let count = ((2.0 * a / edge + b) * u + mean + 0.43).floor();
            if edge >= 0.07 && v <= squeeze {
                return whole(count);
            }
            // The probability of 0 is below e^−700 here, less than any uniform can hit.
            if count < 1.0 || (edge < 0.013 && v > edge) {
                continue;
            }
            let ln_pmf = -stirling_error(count)
                - deviance(count, mean)
                - 0.5 * ln(std::f64::consts::TAU * count);
            if ln(v * inverse_alpha / (a / (edge * edge) + b)) <= ln_pmf {
                return whole(count);
            }
        }
    }
}

/// Largest mean for which e^−mean, with which products of uniforms are compared, keeps all its digits:
/// the smallest normal number is e^−708.
const DIRECT: f64 = 700.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{chi_square_upper_tail, gamma_upper};

    /// Mean and variance of many draws.
    fn moments(mut draw: impl FnMut(&mut Random) -> f64) -> (f64, f64) {
        let mut random = Random::of(1, 2, 3);
        let draws: Vec<f64> = (0..200_000).map(|_| draw(&mut random)).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let square = |x: &f64| (x - mean) * (x - mean);
        (mean, draws.iter().map(square).sum::<f64>() / draws.len() as f64)
    }

    #[test]
    fn the_distributions_have_their_moments() {
        let close = |(mean, variance): (f64, f64), expected: (f64, f64)| {
            let error = (mean - expected.0).abs() / expected.1.sqrt();
            assert!(error < 0.01, "mean {mean} instead of {}", expected.0);
            let ratio = variance / expected.1;
            assert!((ratio - 1.0).abs() < 0.06, "variance {variance} instead of {}", expected.1);
        };
        close(moments(Random::uniform), (0.5, 1.0 / 12.0));
        close(moments(Random::normal), (0.0, 1.0));
        close(moments(Random::exponential), (1.0, 1.0));
        close(moments(|r| r.gamma(0.3)), (0.3, 0.3));
        close(moments(|r| r.gamma(7.0)), (7.0, 7.0));
        close(moments(|r| r.multiplier(0.5)), (1.0, 0.25));
        close(moments(|r| r.beta(2.0, 3.0)), (0.4, 0.04));
        close(moments(|r| r.poisson(3.7) as f64), (3.7, 3.7));
        close(moments(|r| r.factor(0.5)), (1.0, crate::math::elementary::exp_m1(0.25)));
        assert_eq!(moments(|r| r.multiplier(0.0)), (1.0, 0.0));
    }

    #[test]
    fn poisson_has_its_moments_at_every_size() {
        for mean in [0.1, 1.0, 20.0, 650.0, 700.5, 2e3, 1e4, 1e6, 1e9] {
            let (mut random, n) = (Random::of(5, 0, 0), 20_000);
            let draws: Vec<f64> =
                (0..n).map(|_| (random.poisson(mean) as f64 - mean) / mean.sqrt()).collect();
            let n = f64::from(n);
            let first = draws.iter().sum::<f64>() / n;
            let second = draws.iter().map(|draw| draw * draw).sum::<f64>() / n;
            // The mean of n draws has variance 1/n, their mean square (2 + 1/mean)/n.
            assert!(first.abs() * n.sqrt() < 4.0, "mean {mean}: {first} deviations off");
            let error = (second - 1.0) * (n / (2.0 + 1.0 / mean)).sqrt();
            assert!(error.abs() < 4.0, "variance at {mean}: {second} times what it must be");
        }
    }

    /// Pearson's χ² over up to 24 classes, with the probabilities from the incomplete gamma function:
    /// P(N <= n) = Q(n + 1, mean).
    #[test]
    fn poisson_has_its_distribution_at_every_size() {
        for mean in [0.1, 1.0, 20.0, 650.0, 700.5, 2e3, 1e4, 1e6, 1e9_f64] {
            let up_to = |n: f64| if n < 0.0 { 0.0 } else { gamma_upper(n + 1.0, mean) };
            let mut ends: Vec<f64> = (-12_i8..12)
                .map(|step| (mean + 0.25 * f64::from(step) * mean.sqrt()).floor())
                .filter(|&end| up_to(end) > 1e-3)
                .collect();
            ends.dedup();
            let (mut random, draws) = (Random::of(6, 0, 0), 20_000);
            let mut seen = vec![0.0; ends.len() + 1];
            for _ in 0..draws {
                let draw = random.poisson(mean) as f64;
                seen[ends.partition_point(|&end| end < draw)] += 1.0;
            }
            let bounds: Vec<f64> = ends.iter().map(|&end| up_to(end)).collect();
            let below = std::iter::once(0.0).chain(bounds.iter().copied());
            let shares = below.zip(bounds.iter().copied().chain([1.0])).map(|(a, b)| b - a);
            let statistic: f64 = seen
                .iter()
                .zip(shares)
                .map(|(seen, share)| {
                    let expected = share * f64::from(draws);
                    (seen - expected) * (seen - expected) / expected
                })
                .sum();
            let degrees = u32::try_from(ends.len()).expect("few");
            let p = chi_square_upper_tail(statistic, degrees);
            assert!(p > 1e-4, "mean {mean}: {statistic} at {degrees} degrees, p {p}");
        }
    }

    #[test]
    fn rows_and_streams_differ() {
        let first = |seed, stream, row| Random::of(seed, stream, row).next();
        let draws = [first(0, 0, 0), first(0, 0, 1), first(0, 1, 0), first(1, 0, 0)];
        for (at, draw) in draws.iter().enumerate() {
            assert!(!draws[..at].contains(draw));
        }
    }
}
