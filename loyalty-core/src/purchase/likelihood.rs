//! The log-likelihood of a purchase model over a summary: sums over runs of equal x.

use std::marker::PhantomData;
use std::ops::{ControlFlow, Range};

use super::opportunities;
use super::process::{Needs, PurchaseProcess, Rows, ShopSize};
use crate::Error;
use crate::error::Degeneracy;
use crate::estimation::{
    Dimension, Evaluation, Fit, FitOptions, Likelihood, Parameter, Posterior, PosteriorOptions,
    Prior, Progress, Scale, fit, posterior,
};
use crate::memory;
use crate::parallel::{Threads, map_chunks};
use crate::summary::{CustomerSummary, Histories, Run};
use crate::time::Unit;

/// Fits a model to a summary by maximum likelihood, over the distinct histories.
pub(super) fn fit_to<M: PurchaseProcess>(
    summary: &CustomerSummary,
    options: &FitOptions,
    observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Fit<M>, Error> {
    let data = fittable::<M>(summary, options)?;
    match M::TRIED {
        None => fit(&data, options, observe),
        Some((name, most)) => fit_trying(&data, name, most, options, observe),
    }
}

/// The posterior of a model given a summary, over the distinct histories; of a parameter that is a whole number,
/// given the value that fits best.
pub(super) fn posterior_of<M: PurchaseProcess>(
    summary: &CustomerSummary,
    options: &FitOptions,
    how: &PosteriorOptions,
) -> Result<Posterior<M>, Error> {
    let data = fittable::<M>(summary, options)?;
    let Some((name, most)) = M::TRIED else { return posterior(&data, options, how) };
    let best = fit_trying(&data, name, most, options, &mut |_| ControlFlow::Continue(()))?.model;
    let mut options = options.clone();
    for (parameter, value) in best.layout().into_iter().zip(best.values()) {
        if parameter.name == name {
            options.priors.insert(name.to_owned(), Prior::known(value)?);
        }
    }
    posterior(&data, &options, how)
}

/// The histories, if the model can be fitted to them.
fn fittable<M: PurchaseProcess>(
    summary: &CustomerSummary,
    options: &FitOptions,
) -> Result<HistoryLikelihood<M>, Error> {
    let sum_ln_gaps = intervals::<M>(summary)?;
    opportunities::check::<M>(summary)?;
    let histories = histories(summary, options.threads)?;
    if let Some(reason) = M::unfit(histories.runs().iter().map(|run| run.x)) {
        return Err(Error::degenerate(M::TITLE, Degeneracy::NoRepeatPurchase, reason));
    }
    Ok(HistoryLikelihood::new(histories, summary.unit()).with_intervals(sum_ln_gaps))
}

/// The best of the fits with each value of a parameter that is a whole number. Where a prior says that it is
/// known, or a start is stated, that is its value.
fn fit_trying<M: PurchaseProcess>(
    data: &HistoryLikelihood<M>,
    name: &'static str,
    most: u32,
    options: &FitOptions,
    observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Fit<M>, Error> {
    let mut options = options.clone();
    if let Some(prior) = options.priors.get(name) {
        let (expected, value) = ("a known value, of a parameter that is a whole number", name);
        if !prior.is_known() {
            return Err(Error::Choice { name: "priors", expected, value: value.to_owned() });
        }
        return fit(data, &options, observe);
    }
    let slot = M::parameters().iter().position(|parameter| parameter.name == name);
    let stated = options.start.as_ref().and_then(|start| start.get(slot?).copied());
    if let Some(value) = stated {
        options.priors.insert(name.to_owned(), Prior::known(value)?);
        return fit(data, &options, observe);
    }
    let mut best: Option<Fit<M>> = None;
    for value in 1..=most {
        options.priors.insert(name.to_owned(), Prior::known(f64::from(value))?);
        let found = fit(data, &options, observe)?;
        let height = |fit: &Fit<M>| fit.log_likelihood + fit.log_prior;
        if best.as_ref().is_none_or(|best| height(&found) > height(best)) {
            best = Some(found);
        }
    }
    let mut best = best.unwrap_or_else(|| unreachable!("{name} has values to try"));
    best.parameters += 1;
    Ok(best)
}

fn histories(summary: &CustomerSummary, threads: Threads) -> Result<Histories, Error> {
    memory::ask_for_rows("the histories of customers", summary.len(), 36, 0)?;
    Ok(Histories::of(summary, threads))
}

/// Σ ln of the times between purchases over all customers, where the model needs it.
fn intervals<M: PurchaseProcess>(summary: &CustomerSummary) -> Result<f64, Error> {
    if !M::NEEDS.contain(Needs::INTERVALS) {
        return Ok(0.0);
    }
    summary.total_ln_gaps().ok_or(Error::MissingColumn {
        column: "sum_ln_gaps",
        needed_by: "a likelihood of regular customers (a summary of a log of orders has it, a table of \
                    customers must bring it: the sum of ln of the times between their purchases)",
    })
}

/// ln L of a summary.
pub(super) fn ln_likelihood<M: PurchaseProcess>(
    model: &M,
    summary: &CustomerSummary,
) -> Result<f64, Error> {
    summary.same_unit(model.time_unit())?;
    let sum_ln_gaps = intervals::<M>(summary)?;
    opportunities::check::<M>(summary)?;
    let histories = histories(summary, Threads::default())?;
    let data = HistoryLikelihood::<M>::new(histories, summary.unit()).with_intervals(sum_ln_gaps);
    let on_scales = scales::<M>().into_iter().zip(model.values());
    let at: Vec<f64> = on_scales.map(|(scale, value)| scale.of(value)).collect();
    Ok(data.evaluate(&at, Threads::default()).value)
}

/// The scales of a model's parameters.
fn scales<M: PurchaseProcess>() -> Vec<Scale> {
    M::parameters().into_iter().map(|parameter| parameter.scale).collect()
}

/// The histories of a summary under a model.
pub(super) struct HistoryLikelihood<M> {
    histories: Histories,
    size: ShopSize,
    /// Σ ln of the times between purchases.
    sum_ln_gaps: f64,
    unit: Option<Unit>,
    model: PhantomData<M>,
}

impl<M> HistoryLikelihood<M> {
    pub(super) fn new(histories: Histories, unit: Option<Unit>) -> Self {
        let mut size = ShopSize { customers: histories.customers(), ..ShopSize::default() };
        for run in histories.runs() {
            size.purchases += run.weight.iter().sum::<f64>() * f64::from(run.x);
            size.time += run.weight.iter().zip(&run.t).map(|(weight, t)| weight * t).sum::<f64>();
            size.longest = run.t.iter().fold(size.longest, |longest, &t| longest.max(t));
        }
        Self { histories, size, sum_ln_gaps: 0.0, unit, model: PhantomData }
    }

    fn with_intervals(self, sum_ln_gaps: f64) -> Self {
        Self { sum_ln_gaps, ..self }
    }
}

/// Histories per piece: fixed, so that sums have one order for every number of threads.
const CHUNK: usize = 8192;

/// The rows of a run, piece by piece.
fn pieces(run: &Run) -> impl Iterator<Item = (&Run, Range<usize>)> {
    let starts = (0..run.len()).step_by(CHUNK);
    starts.map(move |start| (run, start..run.len().min(start + CHUNK)))
}

impl<M: PurchaseProcess> Likelihood for HistoryLikelihood<M> {
    type Model = M;

    fn layout(&self) -> Vec<Parameter> {
        M::parameters()
    }

    fn rows(&self) -> usize {
        self.histories.len()
    }

    fn thinned(&self, step: usize) -> Box<dyn Likelihood + '_> {
        let histories = self.histories.thinned(step);
        Box::new(Self { histories, ..*self })
    }

    fn evaluate(&self, at: &[f64], threads: Threads) -> Evaluation {
        let on_scales = scales::<M>().into_iter().zip(at);
        let values: Vec<f64> = on_scales.map(|(scale, &at)| scale.value_at(at)).collect();
        let pieces: Vec<_> = self.histories.runs().iter().flat_map(pieces).collect();
        let sums = map_chunks(pieces.len(), 1, threads.for_rows(self.rows()), |piece| {
            let (run, rows) = &pieces[piece.start];
            let [t_x, t, weight] =
                [&run.t_x, &run.t, &run.weight].map(|column| &column[rows.clone()]);
            (run.x, M::sums(&values, run.x, Rows { t_x, t, weight }))
        });
        let mut total = Evaluation::zero(values.len());
        for (x, sums) in sums {
            M::add(&values, x, &sums, &mut total);
        }
        total.value += M::of_intervals(&values, self.sum_ln_gaps);
        total.mirrored()
    }

    fn unit_of(&self, dimension: Dimension) -> [f64; 2] {
        match dimension {
            Dimension::Time => [self.size.mean_time(), self.size.longest],
            Dimension::None | Dimension::Money => [1.0; 2],
        }
    }

    fn starts(&self) -> Vec<Vec<f64>> {
        M::starts(&self.size)
    }

    fn customers(&self) -> [f64; 2] {
        [self.size.customers, 0.0]
    }

    fn model(&self, values: &[f64]) -> Result<M, Error> {
        M::of(values, self.unit)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::math::elementary::ln;
    use crate::math::reference::{Worst, error, rows};
    use crate::purchase::{BgBb, BgCnbdK, BgNbd, MbgCnbdK, MbgNbd, ParetoNbd};
    use crate::summary::SummaryColumns;

    fn evaluate<M: PurchaseProcess>(customers: &CustomerSummary, at: &[f64]) -> Evaluation {
        let histories = Histories::of(customers, Threads::ONE);
        HistoryLikelihood::<M>::new(histories, None).evaluate(at, Threads::ONE)
    }

    /// ln L of one customer and its derivatives by the logarithms of the parameters.
    fn evaluate_one<M: PurchaseProcess>(model: &[f64], x: f64, t_x: f64, t: f64) -> Evaluation {
        let (x, t_x, t) = ([x], [t_x], [t]);
        let customer =
            CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t)).expect("a customer");
        let at: Vec<f64> = model.iter().map(|&value| ln(value)).collect();
        evaluate::<M>(&customer, &at)
    }

    /// Each derivative is a difference of terms of the size of these parameters and x, so that is what its
    /// error is measured against.
    fn derivatives_match<M: PurchaseProcess>(table: &str, sizes: &[usize], bounds: [f64; 3]) {
        let (mut value, mut gradient, mut hessian) =
            (Worst::default(), Worst::default(), Worst::default());
        for row in rows::<22>(table) {
            let (model, rest) = row.split_at(4);
            let (customer, exact) = rest.split_at(3);
            let at = evaluate_one::<M>(model, customer[0], customer[1], customer[2]);
            let size = sizes.iter().map(|&slot| model[slot]).sum::<f64>() + customer[0];
            value.see(error(at.value, exact[0], size), &row);
            let mut upper = exact[5..].iter();
            for i in 0..4 {
                gradient.see(error(at.gradient[i], exact[1 + i], size), &(i, row));
                for j in i..4 {
                    let &exact = upper.next().expect("ten second derivatives");
                    hessian.see(error(at.hessian[(i, j)], exact, size), &(i, j, row));
                    assert_eq!(at.hessian[(i, j)], at.hessian[(j, i)]);
                }
            }
        }
        for (worst, bound) in [value, gradient, hessian].into_iter().zip(bounds) {
            worst.is_below(bound);
        }
    }

    #[test]
    fn gradient_and_hessian_match_high_precision() {
        let table = include_str!("../../tests/reference/bg_nbd_derivatives.csv");
        derivatives_match::<BgNbd>(table, &[0], [6.6e-16, 1.8e-16, 4.0e-16]);
        // ln L of a single purchase is a small sum of larger terms.
        let table = include_str!("../../tests/reference/mbg_nbd_derivatives.csv");
        derivatives_match::<MbgNbd>(table, &[0], [3e-15, 1e-15, 3e-15]);
        let table = include_str!("../../tests/reference/pareto_nbd_derivatives.csv");
        derivatives_match::<ParetoNbd>(table, &[0, 2], [1e-14, 1e-14, 1e-13]);
    }

    /// Each derivative is a sum over opportunities, of terms of the size of the parameters and of their number.
    #[test]
    fn derivatives_of_opportunities_match_high_precision() {
        let table = include_str!("../../tests/reference/bg_bb_derivatives.csv");
        let mut worst = [Worst::default(), Worst::default(), Worst::default()];
        for row in rows::<22>(table) {
            let (model, rest) = row.split_at(4);
            let ([x, t_x, t], exact) = rest.split_at(3) else { unreachable!() };
            let at = evaluate_one::<BgBb>(model, *x, *t_x, *t);
            worst[0].see(error(at.value, exact[0], t + 1.0), &row);
            let mut upper = exact[5..].iter();
            for i in 0..4 {
                worst[1].see(error(at.gradient[i], exact[1 + i], t + 1.0), &(i, row));
                for j in i..4 {
                    let &exact = upper.next().expect("ten second derivatives");
                    worst[2]
                        .see(error(at.hessian[(i, j)], exact, (t + 1.0) * (t + 1.0)), &(i, j, row));
                }
            }
        }
        for (worst, bound) in worst.iter().zip([1e-14, 1e-14, 1e-14]) {
            worst.is_below(bound);
        }
    }

    /// The same of regular customers, whose k has no derivative.
    #[test]
    fn derivatives_of_regular_customers_match_high_precision() {
        fn worst<M: PurchaseProcess>(table: &str) -> [Worst; 3] {
            let mut worst = [Worst::default(), Worst::default(), Worst::default()];
            for row in rows::<23>(table) {
                let (model, rest) = row.split_at(5);
                let (customer, exact) = rest.split_at(3);
                let at = evaluate_one::<M>(model, customer[0], customer[1], customer[2]);
                let size = model[0] + model[4] * customer[0] + 1.0;
                worst[0].see(error(at.value, exact[0], size), &row);
                let mut upper = exact[5..].iter();
                for i in 0..4 {
                    worst[1].see(error(at.gradient[i], exact[1 + i], size), &(i, row));
                    for j in i..4 {
                        let &exact = upper.next().expect("ten second derivatives");
                        worst[2].see(error(at.hessian[(i, j)], exact, size), &(i, j, row));
                        assert_eq!(at.hessian[(i, j)], at.hessian[(j, i)]);
                    }
                }
            }
            worst
        }
        let bg = worst::<BgCnbdK>(include_str!("../../tests/reference/bg_cnbd_k_derivatives.csv"));
        let mbg =
            worst::<MbgCnbdK>(include_str!("../../tests/reference/mbg_cnbd_k_derivatives.csv"));
        for worst in [bg, mbg] {
            for (worst, bound) in worst.into_iter().zip([3e-15, 3e-15, 1e-14]) {
                worst.is_below(bound);
            }
        }
    }

    /// The histories of one x may end exactly where a chunk of work does.
    #[test]
    fn a_table_of_several_chunks_is_the_sum_of_its_parts() {
        let model = [0.243, 4.414, 0.793, 2.426];
        let value = |x: &[f64], t: &[f64]| {
            let t_x: Vec<f64> =
                x.iter().zip(t).map(|(x, t)| if *x > 0.0 { t / 2.0 } else { 0.0 }).collect();
            let table = CustomerSummary::new(&SummaryColumns::new(x, &t_x, t)).expect("customers");
            evaluate::<BgNbd>(&table, &model.map(ln)).value
        };
        for zeros in [CHUNK - 1, CHUNK, CHUNK + 1] {
            let x: Vec<f64> = (0..3 * CHUNK).map(|row| f64::from(row >= zeros)).collect();
            let t: Vec<f64> = (0..3 * CHUNK).map(|row| 1.0 + row as f64).collect();
            let parts = value(&x[..zeros], &t[..zeros]) + value(&x[zeros..], &t[zeros..]);
            assert!(error(value(&x, &t), parts, 0.0) < 1e-14, "{zeros} without a repeat purchase");
        }
    }

    #[test]
    fn log_likelihood_matches_high_precision() {
        let table = include_str!("../../tests/reference/bg_nbd.csv");
        let mut worst = Worst::default();
        for row in rows::<13>(table) {
            let at = evaluate_one::<BgNbd>(&row[..4], row[4], row[5], row[6]);
            worst.see(error(at.value, row[9], row[0] + row[4]), &row);
        }
        worst.is_below(1.5e-15);
    }

    proptest! {
        #[test]
        fn derivatives_are_the_slopes_of_a_weighted_table(
            at in proptest::array::uniform4(-2.0..2.0_f64),
            rows in proptest::collection::vec((0..40_u32, 0.01..1.0, 1.0..100.0, 0.1..5.0), 1..20),
        ) {
            let x: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let recency = |row: &(u32, f64, f64, f64)| if row.0 > 0 { row.1 * row.2 } else { 0.0 };
            let t_x: Vec<f64> = rows.iter().map(recency).collect();
            let (t, weight): (Vec<f64>, Vec<f64>) = rows.iter().map(|row| (row.2, row.3)).unzip();
            let mut columns = SummaryColumns::new(&x, &t_x, &t);
            columns.weights = Some(crate::orders::Column::new("weight", &weight));
            let customers = CustomerSummary::new(&columns).expect("customers");
            for evaluate in [evaluate::<BgNbd>, evaluate::<MbgNbd>, evaluate::<ParetoNbd>] {
            let here = evaluate(&customers, &at);
            // The error of a central difference is of the order of step², that of rounding 1e-16/step.
            let step = 1e-4;
            let size: f64 = weight.iter().zip(&x).map(|(weight, x)| weight * (8.0 + x)).sum();
            for i in 0..4 {
                let [up, down] = [step, -step].map(|by| {
                    let mut moved = at;
                    moved[i] += by;
                    evaluate(&customers, &moved)
                });
                let slope = (up.value - down.value) / (2.0 * step);
                prop_assert!((slope - here.gradient[i]).abs() < 1e-7 * size, "{i}: {slope}");
                for j in 0..4 {
                    let slope = (up.gradient[j] - down.gradient[j]) / (2.0 * step);
                    prop_assert!((slope - here.hessian[(i, j)]).abs() < 1e-7 * size, "{i} {j}: {slope}");
                }
            }
            }
        }
    }
}
