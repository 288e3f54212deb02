//! A process whose renewals are every k-th event of a gamma–Poisson process, until a beta–geometric dropout ends it.
//!
//! ```text
//! λ ~ Gamma(s, rate 1),  N | λ ~ Poisson(λz),  p ~ Beta(a, b);  l events lie behind the last renewal, l < k
//! renewals up to z:  M = ⌊(l + N)/k⌋, and after each the process ends with probability p
//! S_i = (b)_i/(a+b)_i, the probability to go on after i renewals
//! ```
//!
//! With k = 1 they are [`Renewals`](super::Renewals) and [`Survival`](super::Survival).

mod dropouts;
mod process;
mod renewals;
mod residual;
mod residues;
mod survival;

pub(crate) use process::Erlang;
pub(crate) use renewals::ErlangRenewals;
pub(super) use residual::Dropout;
pub(crate) use residual::ErlangResidual;
pub(crate) use survival::ErlangSurvival;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::cast::whole;
    use crate::math::elementary::exp;
    use crate::math::reference::{Worst, error, rows};

    const TABLE: &str = include_str!("../../../tests/reference/erlang.csv");

    fn process(&[s, a, b, k, passed, ..]: &[f64; 8]) -> Erlang {
        let count = |x: f64| u32::try_from(whole(x)).expect("a count");
        Erlang { k: count(k), passed: count(passed), s, a, b }
    }

    #[test]
    fn expectation_and_survival_match_high_precision_over_the_extreme_range() {
        let mut worst = [Worst::default(), Worst::default()];
        for row in rows::<8>(TABLE) {
            let ([.., z, expected, alive], mut found) = (row, [0.0; 2]);
            ErlangRenewals::new(process(&row)).each(&[z], &mut found[..1]);
            ErlangSurvival::new(process(&row)).each(&[z], &mut found[1..]);
            worst[0].see(error(found[0], expected, f64::MIN_POSITIVE), &row);
            if alive > 0.0 {
                worst[1].see(error(found[1], alive, f64::MIN_POSITIVE), &row);
            }
        }
        worst[0].is_below(1e-12);
        worst[1].is_below(1e-12);
    }

    #[test]
    fn one_at_a_time_many_at_once_and_tabulated_have_the_same_bits() {
        let z: Vec<f64> = (0..40).map(|i| 1e-9 * exp(1.4 * f64::from(i))).collect();
        for row in rows::<8>(TABLE) {
            let made = ErlangRenewals::new(process(&row));
            let (mut at_once, mut tabulated) = (vec![0.0; z.len()], vec![0.0; z.len()]);
            made.each(&z, &mut at_once);
            made.clone().tabulated().each(&z, &mut tabulated);
            assert_eq!(at_once, tabulated, "{row:?}");
            for (&z, &at_once) in z.iter().zip(&at_once) {
                let mut alone = [0.0];
                ErlangRenewals::new(process(&row)).each(&[z], &mut alone);
                assert_eq!(alone[0].to_bits(), at_once.to_bits(), "{row:?}: {z}");
            }
        }
    }

    #[test]
    fn a_rate_as_good_as_known_is_known() {
        for s in [2e16, 1e30, 2.4e44] {
            let at = |s: f64, force| {
                ErlangResidual(Erlang { k: 9, passed: 2, s, a: 0.4, b: 3.0 }).at(force)
            };
            // The same mean rate against the force of interest.
            let (known, nearly) = (at(s, 0.1 * s), at(5e15, 5e14));
            assert!((known / nearly - 1.0).abs() < 1e-12, "{s}: {known} {nearly}");
        }
    }
}
