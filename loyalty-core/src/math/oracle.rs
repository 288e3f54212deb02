//! statrs as an independent oracle, and as the measure of what it could take over.
//!
//! docs/numerics.md has the table. What statrs does as well stays here all the same because it takes
//! logarithms and exponentials from the platform, whose last bits differ between machines.

use statrs::distribution::{
    Beta, ChiSquared, ContinuousCDF as _, Discrete as _, DiscreteCDF as _, NegativeBinomial, Normal,
};
use statrs::function::gamma;

use super::cast::whole;
use super::elementary::exp;
use super::negative_binomial::{negative_binomial_ln_pmf, negative_binomial_upper_tail};
use super::normal::normal_quantile;
use super::random::Random;
use super::reference::{Worst, error, rows};
use super::{
    beta_upper, chi_square_upper_tail, correlation_p_value, digamma_rise, gamma_upper, ln_gamma,
    ln_gamma_ratio, normal_upper,
};

/// The largest errors of statrs and of this library over one table.
#[derive(Default)]
struct Both {
    statrs: Worst,
    own: Worst,
}

impl Both {
    fn see(&mut self, [statrs, own]: [f64; 2], exact: f64, least: f64, at: &impl std::fmt::Debug) {
        self.statrs.see(error(statrs, exact, least), at);
        self.own.see(error(own, exact, least), at);
    }

    /// statrs is as good, up to a factor.
    #[track_caller]
    fn are_alike(&self, bound: f64) {
        self.statrs.is_below(bound);
        self.own.is_below(bound);
    }

    /// statrs loses digits that this library keeps.
    #[track_caller]
    fn differ(&self, statrs_above: f64, own_below: f64) {
        assert!(self.statrs.error() > statrs_above, "statrs is down to {:e}", self.statrs.error());
        self.own.is_below(own_below);
    }
}

#[test]
fn what_statrs_does_as_well() {
    let (mut chi_square, mut gamma_tail, mut normal) =
        (Both::default(), Both::default(), Both::default());
    for row @ [x, degrees, exact] in rows(include_str!("../../tests/reference/chi_square.csv")) {
        let statrs = ChiSquared::new(degrees).expect("degrees").sf(x);
        let own = chi_square_upper_tail(x, u32::try_from(whole(degrees)).expect("a count"));
        chi_square.see([statrs, own], exact, f64::MIN_POSITIVE, &row);
    }
    chi_square.are_alike(1e-13);
    for row @ [a, _, x, exact, _] in rows(include_str!("../../tests/reference/upper_tails.csv")) {
        gamma_tail.see([gamma::gamma_ur(a, a * x), gamma_upper(a, a * x)], exact, 1e-12, &row);
    }
    gamma_tail.are_alike(2e-12);
    let standard = Normal::new(0.0, 1.0).expect("standard");
    // By mpmath, as in normal.rs.
    for (probability, exact) in [
        (0.6, 0.253_347_103_135_799_7),
        (0.975, 1.959_963_984_540_053_9),
        (1e-4, -3.719_016_485_455_680_5),
        (1e-15, -7.941_345_326_170_997),
        (1e-300, -37.047_096_299_361_2),
    ] {
        let both = [standard.inverse_cdf(probability), normal_quantile(probability)];
        normal.see(both, exact, 0.0, &probability);
    }
    normal.are_alike(2e-15);
}

#[test]
fn where_statrs_loses_digits() {
    let mut correlation = Both::default();
    for row @ [r, n, exact] in rows(include_str!("../../tests/reference/correlation.csv")) {
        let statrs = Beta::new(0.5, 0.5 * (n - 2.0)).expect("shapes").sf(r * r);
        correlation.see([statrs, correlation_p_value(r, n)], exact, f64::MIN_POSITIVE, &row);
    }
    correlation.differ(1e-9, 3.2e-11);

    let mut beta = Both::default();
    for row @ [a, b, x, _, exact] in rows(include_str!("../../tests/reference/upper_tails.csv")) {
        let share = x * a / (x * a + b);
        let statrs = Beta::new(a, b).expect("shapes").sf(share);
        beta.see([statrs, beta_upper(a, b, share)], exact, 1e-12, &row);
    }
    beta.differ(1e-11, 2e-12);

    let mut of_ln_gamma = Both::default();
    for row @ [x, exact] in rows(include_str!("../../tests/reference/ln_gamma.csv")) {
        of_ln_gamma.see([gamma::ln_gamma(x), ln_gamma(x)], exact, 0.0, &row);
    }
    // Not 0 at 1 and 2, where it must be.
    of_ln_gamma.differ(1e9, 2.2e-16);

    let (mut ratio, mut rise) = (Both::default(), Both::default());
    for row @ [z, d, exact] in rows(include_str!("../../tests/reference/ln_gamma_ratio.csv")) {
        let statrs = gamma::ln_gamma(z + d) - gamma::ln_gamma(z);
        ratio.see([statrs, ln_gamma_ratio(z, d)], exact, d, &row);
    }
    for row @ [z, d, exact] in rows(include_str!("../../tests/reference/digamma_rise.csv")) {
        let statrs = gamma::digamma(z + d) - gamma::digamma(z);
        rise.see([statrs, digamma_rise(z, d)], exact, 0.0, &row);
    }
    ratio.differ(0.1, 8.3e-16);
    rise.differ(0.1, 5.9e-16);

    let (mut ln_pmf, mut tail) = (Both::default(), Both::default());
    let table = include_str!("../../tests/reference/negative_binomial.csv");
    for row @ [n, r, z, exact, exact_tail] in rows(table) {
        let statrs = NegativeBinomial::new(r, 1.0 / (1.0 + z)).expect("a distribution");
        let count = whole(n);
        let own = u32::try_from(count).expect("a count");
        let both = [statrs.ln_pmf(count as u64), negative_binomial_ln_pmf(own, r, z)];
        ln_pmf.see(both, exact, 1.0, &row);
        if exact_tail > 0.0 && count > 0 {
            let both = [statrs.sf(count as u64 - 1), negative_binomial_upper_tail(own, r, z)];
            tail.see(both, exact_tail, f64::MIN_POSITIVE, &row);
        }
    }
    ln_pmf.differ(1e-10, 2.4e-15);
    tail.differ(1e-5, 2.4e-13);
}

/// Arguments that no table has.
#[test]
fn statrs_agrees_off_the_tables() {
    let mut random = Random::of(7, 0, 0);
    let standard = Normal::new(0.0, 1.0).expect("standard");
    let mut worst: [Worst; 5] = std::array::from_fn(|_| Worst::default());
    for _ in 0..2000 {
        let mut size = |most: f64| exp(most * random.uniform());
        let (a, b) = (size(6.0) - 0.9, size(6.0) - 0.9);
        let (gamma_at, degrees) = (a * size(1.5), whole(size(5.0)));
        let probability = random.uniform();
        let x = random.beta(a, b).clamp(1e-12, 1.0 - 1e-12);
        let deviations = 4.0 * random.normal();
        let pairs = [
            (gamma_upper(a, gamma_at), gamma::gamma_ur(a, gamma_at)),
            (beta_upper(a, b, x), Beta::new(a, b).expect("shapes").sf(x)),
            (
                chi_square_upper_tail(gamma_at, u32::try_from(degrees).expect("few")),
                ChiSquared::new(degrees as f64).expect("degrees").sf(gamma_at),
            ),
            (normal_upper(deviations), standard.sf(deviations)),
            (normal_quantile(probability), standard.inverse_cdf(probability)),
        ];
        for (worst, (own, statrs)) in worst.iter_mut().zip(pairs) {
            worst.see(error(own, statrs, 1e-6), &(a, b, x, gamma_at, degrees, deviations));
        }
    }
    worst.iter().for_each(|worst| worst.is_below(1e-9));
}
