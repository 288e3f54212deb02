//! Slice sampling, for posteriors that importance sampling does not reach.
//!
//! Neal (2003), "Slice sampling", Annals of Statistics 31(3), 705–767: one coordinate at a time, with
//! stepping out and shrinkage. It has no tuning that could go wrong; in coordinates in which the posterior
//! is nearly standard normal, a sweep moves nearly independently.

use super::density::Whitened;
use crate::math::elementary::ln;
use crate::math::random::Random;
use crate::parallel::{Threads, map_chunks};

/// Independent chains, by which threads share the work.
const CHAINS: usize = 4;

/// Sweeps of each chain that are thrown away.
const WARM_UP: usize = 200;

/// First width of a slice, in standard deviations of the normal approximation.
const WIDTH: f64 = 2.0;

/// Most steps out to each side: 2^5 standard deviations are more than a posterior is wide.
const STEPS: usize = 16;

const STREAM: u64 = 0x736c_6963;

/// Equally weighted points, and how many independent ones they are worth.
pub(super) fn sample(
    density: &Whitened<'_>,
    draws: usize,
    seed: u64,
    threads: Threads,
) -> (Vec<Vec<f64>>, f64) {
    let length = draws.div_ceil(CHAINS);
    let chains: Vec<Vec<Vec<f64>>> = map_chunks(CHAINS, 1, threads, |range| {
        chain(density, length, Random::of(seed, STREAM, range.start))
    });
    let effective = (0..density.dimension())
        .map(|slot| {
            let of = |chain: &Vec<Vec<f64>>| chain.iter().map(|z| z[slot]).collect();
            effective_draws(&chains.iter().map(of).collect::<Vec<Vec<f64>>>())
        })
        .fold((length * CHAINS) as f64, f64::min);
    let mut points = chains.concat();
    points.truncate(draws);
    (points, effective)
}

fn chain(density: &Whitened<'_>, length: usize, mut random: Random) -> Vec<Vec<f64>> {
    let mut z = vec![0.0; density.dimension()];
    let mut height = density.ln(&z);
    let mut kept = Vec::with_capacity(length);
    for sweep in 0..WARM_UP + length {
        for slot in 0..z.len() {
            height = step(density, &mut z, slot, height, &mut random);
        }
        if sweep >= WARM_UP {
            kept.push(z.clone());
        }
    }
    kept
}

/// Moves one coordinate to a point drawn evenly from the slice, and gives the density there.
fn step(
    density: &Whitened<'_>,
    z: &mut [f64],
    slot: usize,
    height: f64,
    random: &mut Random,
) -> f64 {
    let level = height + ln(random.uniform());
    let from = z[slot];
    let mut at = |value: f64| {
        z[slot] = value;
        density.ln(z)
    };
    let mut low = from - WIDTH * random.uniform();
    let mut high = low + WIDTH;
    for _ in 0..STEPS {
        if at(low) <= level {
            break;
        }
        low -= WIDTH;
    }
    for _ in 0..STEPS {
        if at(high) <= level {
            break;
        }
        high += WIDTH;
    }
    loop {
        let value = low + (high - low) * random.uniform();
        let height = at(value);
        // At its own place the slice holds, whatever rounding says.
        if height >= level || high - low < 1e-12 {
            return height;
        }
        if value < from {
            low = value;
        } else {
            high = value;
        }
    }
}

/// The number of independent draws that chains of one coordinate are worth, by Geyer's initial positive
/// sequence over the autocorrelations of all chains, their means included (Vehtari et al. 2021, "Rank
/// normalization, folding, and localization", Bayesian Analysis 16(2), eq. 10).
fn effective_draws(chains: &[Vec<f64>]) -> f64 {
    let (m, n) = (chains.len() as f64, chains[0].len());
    let means: Vec<f64> = chains.iter().map(|c| c.iter().sum::<f64>() / n as f64).collect();
    let covariance = |lag: usize| {
        let of = |(chain, mean): (&Vec<f64>, &f64)| {
            let pairs = chain.iter().zip(&chain[lag..]);
            pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / n as f64
        };
        chains.iter().zip(&means).map(of).sum::<f64>() / m
    };
    let overall = means.iter().sum::<f64>() / m;
    let between =
        means.iter().map(|mean| (mean - overall) * (mean - overall)).sum::<f64>() / (m - 1.0);
    let within = covariance(0) * n as f64 / (n as f64 - 1.0);
    let variance = covariance(0) + between;
    if variance <= 0.0 {
        return m * n as f64;
    }
    let correlation = |lag: usize| 1.0 - (within - covariance(lag)) / variance;
    let mut sum = 1.0;
    for pair in 0..n / 2 - 1 {
        let both = correlation(2 * pair + 1) + correlation(2 * pair + 2);
        if both <= 0.0 {
            break;
        }
        sum += 2.0 * both;
    }
    m * n as f64 / sum.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_autoregression_is_worth_fewer_draws() {
        for rho in [0.0, 0.5, 0.9] {
            let chains: Vec<Vec<f64>> = (0..4)
                .map(|chain| {
                    let mut random = Random::of(1, 1, chain);
                    let mut at = random.normal();
                    let spread = f64::sqrt(1.0 - rho * rho);
                    (0..5000)
                        .map(|_| {
                            at = rho * at + spread * random.normal();
                            at
                        })
                        .collect()
                })
                .collect();
            let expected = 20_000.0 * (1.0 - rho) / (1.0 + rho);
            let ratio = effective_draws(&chains) / expected;
            assert!((ratio - 1.0).abs() < 0.2, "{rho}: {ratio}");
        }
    }
}
