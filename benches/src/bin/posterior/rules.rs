//! The few points of a quadrature against 40,000 draws: parameters, and lifetime values of some customers.

use loyalty_benches::simulate;
use loyalty_core::Error;
use loyalty_core::estimation::{
    FitOptions, Intervals, Parameters, Posterior, PosteriorMethod, PosteriorOptions,
};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, SummaryOptions};
use loyalty_core::value::{Margin, clv_posterior};

const LEVEL: f64 = 0.9;

/// Customers whose values are compared.
const SOME: usize = 200;

pub(crate) fn study(customers: usize) -> Result<(), Error> {
    let count = u32::try_from(customers).expect("a shop");
    let all = simulate(count).orders().summarize(&SummaryOptions::default())?;
    let how = |draws: usize, method| {
        let mut how = PosteriorOptions::default();
        (how.draws, how.method) = (draws, Some(method));
        how
    };
    let options = FitOptions::default();
    let drawn = how(40_000, PosteriorMethod::ImportanceSampling);
    // Draws of another seed, as those of one seed have their random numbers in common.
    let mut apart = drawn.clone();
    apart.seed = 1;
    let few = how(100, PosteriorMethod::Quadrature);
    let drawn =
        (BgNbd::posterior(&all, &options, &drawn)?, GammaGamma::posterior(&all, &options, &apart)?);
    let few =
        (BgNbd::posterior(&all, &options, &few)?, GammaGamma::posterior(&all, &options, &few)?);
    println!(
        "{customers} customers: quadrature against {:.0} and {:.0} effective draws, errors in standard deviations",
        drawn.0.effective_draws().unwrap_or(f64::NAN),
        drawn.1.effective_draws().unwrap_or(f64::NAN)
    );
    let year = Discounting::continuous(365.0, 0.0003)?;
    report("parameters of BG/NBD", &few.0.parameters(LEVEL)?, &drawn.0.parameters(LEVEL)?);
    report("parameters of Gamma-Gamma", &few.1.parameters(LEVEL)?, &drawn.1.parameters(LEVEL)?);
    let step = customers / SOME;
    let rows: Vec<usize> = (0..SOME).map(|row| row * step).collect();
    let (mut by_few, mut by_draws) = (Intervals::default(), Intervals::default());
    for &row in &rows {
        let one = all.slice(row..row + 1);
        let (margin, threads) = (Margin::Same(1.0), Threads::ONE);
        let value = clv_posterior(&few.0, &few.1, &one, &year, margin, LEVEL, threads)?;
        push(&mut by_few, &value);
        push(&mut by_draws, &by_all_draws(&drawn.0, &drawn.1, &one, &year)?);
    }
    report("lifetime values", &by_few, &by_draws);
    Ok(())
}

fn push(all: &mut Intervals, more: &Intervals) {
    all.estimate.extend(&more.estimate);
    all.standard_error.extend(&more.standard_error);
    all.lower.extend(&more.lower);
    all.upper.extend(&more.upper);
}

/// The value of one customer under every draw of the purchases with the draw of the spend beside it.
fn by_all_draws(
    purchases: &Posterior<BgNbd>,
    spend: &Posterior<GammaGamma>,
    one: &CustomerSummary,
    year: &Discounting,
) -> Result<Intervals, Error> {
    let draws = purchases.weights().len();
    let (history, money) = (one.history(0), one.monetary_value().expect("money")[0]);
    let mut values = Vec::with_capacity(draws);
    for draw in 0..draws {
        let model = purchases.mode().model.at(&purchases.points().row(draw).to_vec())?;
        let amounts = spend.mode().model.at(&spend.points().row(draw).to_vec())?;
        let value = model.discounted_purchases(&history, year)
            * amounts.expected_spend(one.frequency()[0], money)?;
        values.push((value, purchases.weights()[draw] * spend.weights()[draw]));
    }
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = values.iter().map(|(_, weight)| weight).sum();
    let mean = values.iter().map(|(value, weight)| value * weight).sum::<f64>() / total;
    let square = values.iter().map(|(value, weight)| (value - mean).powi(2) * weight).sum::<f64>();
    let quantile = |p: f64| {
        let mut below = 0.0;
        let found = values.iter().find(|(_, weight)| {
            below += weight;
            below >= p * total
        });
        found.map_or(f64::NAN, |(value, _)| *value)
    };
    let mut all = Intervals::default();
    all.estimate.push(mean);
    all.standard_error.push((square / total).sqrt());
    all.lower.push(quantile(0.5 - 0.5 * LEVEL));
    all.upper.push(quantile(0.5 + 0.5 * LEVEL));
    Ok(all)
}

/// Largest and root mean square error of means and ends in standard deviations, and of the deviations as
/// shares of themselves.
fn report(what: &str, found: &Intervals, reference: &Intervals) {
    let errors = |found: &[f64], right: &[f64], unit: &[f64]| {
        let all: Vec<f64> =
            (0..right.len()).map(|row| (found[row] - right[row]) / unit[row]).collect();
        let largest = all.iter().fold(0.0_f64, |largest, error| largest.max(error.abs()));
        let square = all.iter().map(|error| error * error).sum::<f64>() / all.len() as f64;
        format!("{largest:.4} ({:.4})", square.sqrt())
    };
    let unit = &reference.standard_error;
    println!(
        "  {what}, largest (root mean square): mean {}, sd {}, 5 % {}, 95 % {}",
        errors(&found.estimate, &reference.estimate, unit),
        errors(&found.standard_error, unit, unit),
        errors(&found.lower, &reference.lower, unit),
        errors(&found.upper, &reference.upper, unit)
    );
}
