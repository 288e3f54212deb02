//! How much of the time to the next purchase has passed, of a customer who is alive.

/// Most phases between two purchases.
pub(crate) const MOST: usize = 32;

/// Where a sum is scaled down, so that it stays finite.
const LARGE: f64 = 1e200;

/// The weights of the phases passed since the last purchase and their moments.
///
/// ```text
/// w_j = Γ(s+j)/(Γ(s) j!) q^j,  j < k,     q = (T−t_x)/(α+T)
/// R_j = Σ_{i<j} r/(s+i),   R′_j = Σ_{i<j} (r/(s+i))²
/// ```
///
/// R_j is ∂ln w_j/∂ln r; the expectations are by the weights over their sum.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Phases {
    /// ln Σ w_j.
    pub(super) ln_sum: f64,
    /// E j, Var j.
    pub(super) mean: f64,
    pub(super) variance: f64,
    /// E R, Var R, Cov(R, j), E R′.
    pub(super) by_r: f64,
    pub(super) variance_by_r: f64,
    pub(super) covariance: f64,
    pub(super) squares: f64,
}

impl Phases {
    pub(super) fn of(k: u32, r: f64, s: f64, q: f64) -> Self {
        if k == 1 {
            return Self::default();
        }
        let (mut weight, mut sum, mut ln_scale) = (1.0, 1.0, 0.0);
        let (mut rise, mut square) = (0.0, 0.0);
        // Σ w times j, j², R, R², Rj, R′.
        let mut moments = [0.0; 6];
        for j in 1..k {
            let before = s + f64::from(j - 1);
            weight *= before / f64::from(j) * q;
            let step = r / before;
            rise += step;
            square += step * step;
            sum += weight;
            let j = f64::from(j);
            let terms = [j, j * j, rise, rise * rise, rise * j, square];
            moments.iter_mut().zip(terms).for_each(|(moment, term)| *moment += weight * term);
            if sum > LARGE {
                ln_scale += crate::math::elementary::ln(sum);
                weight /= sum;
                moments.iter_mut().for_each(|moment| *moment /= sum);
                sum = 1.0;
            }
        }
        let [j, jj, rise, rise_rise, rise_j, square] = moments.map(|moment| moment / sum);
        Self {
            ln_sum: ln_scale + crate::math::elementary::ln(sum),
            mean: j,
            variance: jj - j * j,
            by_r: rise,
            variance_by_r: rise_rise - rise * rise,
            covariance: rise_j - rise * j,
            squares: square,
        }
    }
}

/// ln Σ w_j.
#[inline]
pub(super) fn ln_sum(k: u32, s: f64, q: f64) -> f64 {
    let (mut weight, mut sum, mut ln_scale) = (1.0, 1.0, 0.0);
    for j in 1..k {
        weight *= (s + f64::from(j - 1)) / f64::from(j) * q;
        sum += weight;
        if sum > LARGE {
            ln_scale += crate::math::elementary::ln(sum);
            weight /= sum;
            sum = 1.0;
        }
    }
    ln_scale + crate::math::elementary::ln(sum)
}

/// w_j over their sum; there are k places.
pub(super) fn shares(s: f64, q: f64, out: &mut [f64]) {
    let (mut weight, mut sum) = (1.0, 1.0);
    out[0] = 1.0;
    for j in 1..out.len() {
        weight *= (s + (j - 1) as f64) / j as f64 * q;
        out[j] = weight;
        sum += weight;
        if sum > LARGE {
            out[..=j].iter_mut().for_each(|share| *share /= sum);
            weight /= sum;
            sum = 1.0;
        }
    }
    out.iter_mut().for_each(|share| *share /= sum);
}
