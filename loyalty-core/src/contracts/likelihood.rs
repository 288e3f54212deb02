//! The log-likelihood of a model of contracts: a sum over renewals.

use std::marker::PhantomData;
use std::ops::ControlFlow;

use super::curve::Jet;
use super::process::ContractProcess;
use super::{Contracts, RenewalCount};
use crate::Error;
use crate::error::Degeneracy;
use crate::estimation::{
    Dimension, Evaluation, Fit, FitOptions, Likelihood, Parameter, Posterior, PosteriorOptions,
    Progress, Scale, fit, posterior,
};
use crate::parallel::Threads;

/// Fits a model to contracts by maximum likelihood.
pub(super) fn fit_to<M: ContractProcess>(
    contracts: &Contracts,
    options: &FitOptions,
    observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Fit<M>, Error> {
    fit(&fittable::<M>(contracts)?, options, observe)
}

/// The posterior of a model given contracts.
pub(super) fn posterior_of<M: ContractProcess>(
    contracts: &Contracts,
    options: &FitOptions,
    how: &PosteriorOptions,
) -> Result<Posterior<M>, Error> {
    posterior(&fittable::<M>(contracts)?, options, how)
}

/// ln L of contracts.
pub(super) fn ln_likelihood<M: ContractProcess>(model: &M, contracts: &Contracts) -> f64 {
    let curve = model.curve();
    contracts
        .renewal_counts()
        .iter()
        .map(|count| of_count(count, &curve.ln_retention(f64::from(count.renewal))).value)
        .sum()
}

/// The counts, if the model can be fitted to them.
fn fittable<M: ContractProcess>(contracts: &Contracts) -> Result<RenewalLikelihood<M>, Error> {
    let counts = contracts.renewal_counts();
    let degenerate = |cause, reason| Err(Error::degenerate(M::TITLE, cause, reason));
    if counts.iter().all(|count| count.lost == 0.0) {
        return degenerate(Degeneracy::NoEvent, "nobody has left");
    }
    if counts.len() < 2 {
        return degenerate(
            Degeneracy::TooFew,
            "nobody came up for a second renewal, which leaves open how the rest will stay",
        );
    }
    let customers = contracts.total_weight();
    Ok(RenewalLikelihood { counts, customers, model: PhantomData })
}

/// What became of customers at each renewal, under a model.
struct RenewalLikelihood<M> {
    counts: Vec<RenewalCount>,
    customers: f64,
    model: PhantomData<M>,
}

/// kept · ln r + lost · ln(1 − r), by ln r of this renewal.
fn of_count(count: &RenewalCount, ln_retention: &Jet) -> Jet {
    let lost = ln_retention.ln_complement();
    let of = |kept_part: f64, lost_part: f64| {
        let part = |customers: f64, part: f64| if customers > 0.0 { customers * part } else { 0.0 };
        part(count.kept, kept_part) + part(count.lost, lost_part)
    };
    let mut sum = Jet {
        value: of(ln_retention.value, lost.value),
        gradient: [0.0; 3],
        hessian: [[0.0; 3]; 3],
    };
    for i in 0..3 {
        sum.gradient[i] = of(ln_retention.gradient[i], lost.gradient[i]);
        for j in 0..3 {
            sum.hessian[i][j] = of(ln_retention.hessian[i][j], lost.hessian[i][j]);
        }
    }
    sum
}

impl<M: ContractProcess> Likelihood for RenewalLikelihood<M> {
    type Model = M;

    fn layout(&self) -> Vec<Parameter> {
        M::parameters()
    }

    fn rows(&self) -> usize {
        self.counts.len()
    }

    fn thinned(&self, step: usize) -> Box<dyn Likelihood + '_> {
        let counts = self.counts.iter().step_by(step).copied().collect();
        Box::new(Self { counts, ..*self })
    }

    fn evaluate(&self, at: &[f64], _: Threads) -> Evaluation {
        let values: Vec<f64> = at.iter().map(|&at| Scale::Log.value_at(at)).collect();
        let curve = M::curve_of(&values);
        let mut total = Evaluation::zero(values.len());
        for count in &self.counts {
            let part = of_count(count, &curve.ln_retention(f64::from(count.renewal)));
            total.value += part.value;
            for i in 0..values.len() {
                let slope = part.gradient[i] * values[i];
                total.gradient[i] += slope;
                total.hessian[(i, i)] += slope;
                for j in i..values.len() {
                    total.hessian[(i, j)] += part.hessian[i][j] * values[i] * values[j];
                }
            }
        }
        let found = total.hessian.iter().chain(&total.gradient).all(|part| part.is_finite());
        if !found {
            // At the end of the range of numbers: outside the domain.
            total.value = f64::NAN;
        }
        total.mirrored()
    }

    fn unit_of(&self, _: Dimension) -> [f64; 2] {
        [1.0; 2]
    }

    fn starts(&self) -> Vec<Vec<f64>> {
        let RenewalCount { kept, lost, .. } = self.counts[0];
        // Within what a start can be read off from; the solver finds the rest.
        M::starts((lost / (kept + lost)).clamp(0.01, 0.99))
    }

    fn customers(&self) -> [f64; 2] {
        [self.customers, 0.0]
    }

    fn model(&self, values: &[f64]) -> Result<M, Error> {
        M::of(values)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::contracts::{Bdw, ContractColumns, Sbg};
    use crate::math::elementary::ln;
    use crate::math::reference::{Worst, error, rows};

    fn likelihood<M: ContractProcess>(renewals: &[f64], left: &[bool]) -> RenewalLikelihood<M> {
        let contracts = Contracts::new(&ContractColumns::new(renewals, left)).expect("contracts");
        let (counts, customers) = (contracts.renewal_counts(), contracts.total_weight());
        RenewalLikelihood { counts, customers, model: PhantomData }
    }

    /// Each derivative is a sum of terms of the size of ln L and of the parameters times the steps of ln Γ, so
    /// that is what its error is measured against.
    #[test]
    fn gradient_and_hessian_match_high_precision() {
        let table = include_str!("../../tests/reference/bdw_derivatives.csv");
        let mut worst = [Worst::default(), Worst::default(), Worst::default()];
        for row in rows::<15>(table) {
            let ([gamma, delta, c, n, left], exact) = row.split_at(5) else { unreachable!() };
            let data = likelihood::<Bdw>(&[*n], &[*left > 0.0]);
            let at = data.evaluate(&[*gamma, *delta, *c].map(ln), Threads::ONE);
            let size = 1.0 + exact[0].abs() + c * ln(n + 1.0) * (1.0 + exact[0].abs());
            worst[0].see(error(at.value, exact[0], 0.0), &row);
            let mut upper = exact[4..].iter();
            for i in 0..3 {
                worst[1].see(error(at.gradient[i], exact[1 + i], size), &(i, row));
                for j in i..3 {
                    let exact = *upper.next().expect("six second derivatives");
                    worst[2].see(error(at.hessian[(i, j)], exact, size * size), &(i, j, row));
                    assert_eq!(at.hessian[(i, j)], at.hessian[(j, i)]);
                }
            }
        }
        for (worst, bound) in worst.iter().zip([1e-13, 1e-13, 1e-13]) {
            worst.is_below(bound);
        }
    }

    proptest! {
        #[test]
        fn derivatives_are_the_slopes(
            at in proptest::array::uniform3(-1.5..1.5_f64),
            customers in proptest::collection::vec((0..30_u32, any::<bool>()), 2..20),
        ) {
            let renewals: Vec<f64> = customers.iter().map(|row| f64::from(row.0)).collect();
            let left: Vec<bool> = customers.iter().map(|row| row.1).collect();
            let size: f64 = renewals.iter().map(|n| 5.0 * (2.0 + n)).sum();
            let sbg = likelihood::<Sbg>(&renewals, &left);
            slopes(&sbg, &at[..2], size)?;
            slopes(&likelihood::<Bdw>(&renewals, &left), &at, size)?;
        }
    }

    /// The error of a central difference is of the order of step², that of rounding 1e-16/step.
    fn slopes(data: &impl Likelihood, at: &[f64], size: f64) -> Result<(), TestCaseError> {
        let (here, step) = (data.evaluate(at, Threads::ONE), 1e-4);
        for i in 0..at.len() {
            let [up, down] = [step, -step].map(|by| {
                let mut moved = at.to_vec();
                moved[i] += by;
                data.evaluate(&moved, Threads::ONE)
            });
            let slope = (up.value - down.value) / (2.0 * step);
            prop_assert!((slope - here.gradient[i]).abs() < 1e-6 * size, "{i}: {slope}");
            for j in 0..at.len() {
                let slope = (up.gradient[j] - down.gradient[j]) / (2.0 * step);
                prop_assert!(
                    (slope - here.hessian[(i, j)]).abs() < 1e-6 * size,
                    "{i} {j}: {slope}"
                );
            }
        }
        Ok(())
    }
}
