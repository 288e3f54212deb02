//! Integrals over a finite interval.

/// Nodes and weights of the ten-point Gauss–Legendre rule on [−1, 1], positive half (DLMF 3.5.v).
const TEN_POINTS: [(f64, f64); 5] = [
    (0.148_874_338_981_631_21, 0.295_524_224_714_752_87),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];

/// Points of one panel.
pub(crate) const POINTS: usize = 2 * TEN_POINTS.len();

/// The points and weights of `panels` equal panels over [lo, hi], panel by panel: Σ weight·f(point)
/// is ∫ f.
pub(crate) fn gauss_legendre(
    lo: f64,
    hi: f64,
    panels: u32,
    mut panel: impl FnMut([f64; POINTS], [f64; POINTS]),
) {
    let half = (hi - lo) / (2.0 * f64::from(panels));
    for number in 0..panels {
        let middle = lo + half * f64::from(2 * number + 1);
        let (mut points, mut weights) = ([0.0; POINTS], [0.0; POINTS]);
        for (pair, (node, weight)) in TEN_POINTS.into_iter().enumerate() {
            points[2 * pair] = middle - half * node;
            points[2 * pair + 1] = middle + half * node;
            weights[2 * pair] = half * weight;
            weights[2 * pair + 1] = half * weight;
        }
        panel(points, weights);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_for_polynomials_of_degree_19() {
        let mut area = 0.0;
        gauss_legendre(-1.0, 2.0, 1, |points, weights| {
            for (x, weight) in points.into_iter().zip(weights) {
                let cubed = x * x * x;
                area += weight * cubed * cubed * cubed * cubed * cubed * cubed * x;
            }
        });
        assert!((area / ((1_048_576.0 - 1.0) / 20.0) - 1.0).abs() < 1e-14, "{area}");
    }
}
