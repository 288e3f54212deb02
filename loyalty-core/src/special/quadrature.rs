//! Integrals over a finite interval.

/// Nodes and weights of the ten-point Gauss–Legendre rule on [−1, 1], positive half (DLMF 3.5.v).
const TEN_POINTS: [(f64, f64); 5] = [
    (0.148_874_338_981_631_21, 0.295_524_224_714_752_87),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];

/// ∫ f over [lo, hi] by `panels` equal panels of ten Gauss–Legendre points each.
pub(crate) fn gauss_legendre(lo: f64, hi: f64, panels: u32, mut f: impl FnMut(f64) -> f64) -> f64 {
    let half = (hi - lo) / (2.0 * f64::from(panels));
    let mut sum = 0.0;
    for panel in 0..panels {
        let middle = lo + half * f64::from(2 * panel + 1);
        for (node, weight) in TEN_POINTS {
            sum += weight * (f(middle - half * node) + f(middle + half * node));
        }
    }
    sum * half
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_for_polynomials_of_degree_19() {
        let area = gauss_legendre(-1.0, 2.0, 1, |x| {
            let cubed = x * x * x;
            cubed * cubed * cubed * cubed * cubed * cubed * x
        });
        assert!((area / ((1_048_576.0 - 1.0) / 20.0) - 1.0).abs() < 1e-14, "{area}");
    }
}
