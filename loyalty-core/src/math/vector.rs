//! Sums in a fixed number of lanes.
//!
//! The lanes are part of the definition of the sum: every instruction set, and code without vector
//! instructions, adds in the same order and gives the same bits.

/// Values added side by side: as many as the widest vector unit in use, AVX-512, holds.
pub(crate) const LANES: usize = 8;

/// The sum of lanes in a fixed order.
#[inline(always)]
pub(crate) fn total([a, b, c, d, e, f, g, h]: [f64; LANES]) -> f64 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// Σ aᵢ bᵢ of two slices of one length.
#[inline(always)]
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (a_rows, a_rest) = a.as_chunks::<LANES>();
    let (b_rows, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_rows.iter().zip(b_rows) {
        for lane in 0..LANES {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    for (lane, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        lanes[lane] += a * b;
    }
    total(lanes)
}
