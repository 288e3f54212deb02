//! Which model of purchases is taken, where none is named.

use std::ops::ControlFlow;

use super::ScoreOptions;
use crate::Error;
use crate::estimation::{Fit, FitOptions};
use crate::evaluation::{ComparisonOptions, Contender, Cutoffs, Forecast};
use crate::math::digamma_rise;
use crate::math::elementary::{exp, ln};
use crate::orders::Orders;
use crate::purchase::{AnyPurchaseModel, PurchaseKind};
use crate::summary::CustomerSummary;

/// The model that stays where no other is better: one-time buyers can have left in it.
const STANDING: PurchaseKind = PurchaseKind::MbgNbd;

/// Those that a forecast may put in its place. In the NBD nobody leaves, so that P(alive) would say nothing.
const BY_FORECAST: [PurchaseKind; 2] = [PurchaseKind::BgNbd, PurchaseKind::ParetoNbd];

/// One more where gaps are [regular](are_regular): it takes eight fits, one for each k.
const OF_REGULARS: PurchaseKind = PurchaseKind::MbgCnbdK;

/// Those that AIC may put in its place. Models of regular customers win it and declare whoever is late dead:
/// the MBG/CNBD-2 has 490 more ln L on Online Retail II and forecasts it worse by 15 % of deviance.
const BY_AIC: [PurchaseKind; 2] = [PurchaseKind::BgNbd, PurchaseKind::ParetoNbd];

/// Those whose parameters have the names of the standing model's.
const ALIKE: [PurchaseKind; 1] = [PurchaseKind::BgNbd];

/// How much lower the deviance of a forecast must be. On 21 splits of three public logs the BG/NBD, the MBG/NBD
/// and the Pareto/NBD differ by 1 % in geometric mean: that is no reason for another P(alive) every month.
const LOWER: f64 = 0.99;

/// How much lower AIC must be: twice 2, which Kass & Raftery (1995, JASA 90(430), 773–795) call positive
/// evidence.
const AIC_LOWER: f64 = 4.0;

/// Fewer customers at a cutoff, or fewer purchases after it, tell no forecasts apart: with 100 the standard
/// error of a mean deviance is about a tenth of it. A choice.
const LEAST: usize = 100;

/// Customers that forecasts are compared by; of more, every so manyth. A choice: two models differ by little in
/// most customers, so that 2,500 tell a difference of 1 %.
const MOST_CUSTOMERS: usize = 2_500;

/// The fit of the model that forecasts best, or else describes best, and why it was taken.
pub(super) fn chosen(
    customers: &CustomerSummary,
    orders: Option<&Orders>,
    options: &ScoreOptions,
    how: &FitOptions,
) -> Result<(Fit<AnyPurchaseModel>, String), Error> {
    let fit = |kind: PurchaseKind| kind.fit(customers, how, &mut |_| ControlFlow::Continue(()));
    if how.start.is_some() || !how.priors.is_empty() {
        return by_aic(fit, &ALIKE, "the fit is told of its parameters");
    }
    let Some(orders) = orders else {
        return by_aic(fit, &BY_AIC, "a summary cannot be forecast at earlier cutoffs");
    };
    match Forecasts::of(orders, options, how) {
        Some(forecasts) => {
            let (kind, sentence) = forecasts.best();
            Ok((fit(kind)?, sentence))
        }
        None => by_aic(fit, &BY_AIC, "the log is too short or small to compare forecasts"),
    }
}

fn by_aic(
    fit: impl Fn(PurchaseKind) -> Result<Fit<AnyPurchaseModel>, Error>,
    others: &[PurchaseKind],
    because: &str,
) -> Result<(Fit<AnyPurchaseModel>, String), Error> {
    let mut best = (STANDING, fit(STANDING)?);
    let mut seen = vec![format!("{:.1} for the {}", best.1.aic(), STANDING.title())];
    let mut least = best.1.aic() - AIC_LOWER;
    for &kind in others {
        // One that cannot be fitted is no better.
        let Ok(other) = fit(kind) else { continue };
        seen.push(format!("{:.1} for the {}", other.aic(), kind.title()));
        if other.aic() < least {
            least = other.aic();
            best = (kind, other);
        }
    }
    let (kind, fit) = best;
    let why = match kind {
        STANDING => {
            format!("in which one-time buyers can have left; none has an AIC lower by {AIC_LOWER}")
        }
        _ => format!("whose AIC is lower by more than {AIC_LOWER}"),
    };
    let sentence =
        format!("purchases: the {}, {why}: {}; {because}", kind.title(), seen.join(", "));
    Ok((fit, sentence))
}

/// Whether gaps between purchases vary less than at random: less than half-way to those of k = 2.
///
/// ```text
/// D = ln(mean gap) − mean of ln gap;   E D = ψ(xk) − ψ(k) − ln x   of x gaps that are Gamma(k)
/// ```
///
/// whatever the customer's rate (Wheat & Morrison 1990, Journal of Marketing Research 27(1), 87–93, count pairs of
/// gaps to the same end); customers with one gap say nothing.
fn are_regular(customers: &CustomerSummary) -> bool {
    let Some(sums) = customers.sum_ln_gaps() else { return false };
    let (mut found, mut half_way) = (0.0, 0.0);
    for (row, sum) in sums.iter().enumerate().filter(|(row, _)| customers.frequency()[*row] > 1) {
        let (x, t_x) = (f64::from(customers.frequency()[row]), customers.recency()[row]);
        found += x * ln(t_x / x) - sum;
        let expected = |k: f64| digamma_rise(k, (x - 1.0) * k) - ln(x);
        half_way += 0.5 * x * (expected(1.0) + expected(2.0));
    }
    found < half_way
}

/// What the models would have forecast.
struct Forecasts {
    /// Geometric means of the deviances, the standing model's first.
    deviances: Vec<(PurchaseKind, f64)>,
    cutoffs: usize,
    horizon: String,
}

impl Forecasts {
    /// `None` where the log tells too little.
    fn of(orders: &Orders, options: &ScoreOptions, how: &FitOptions) -> Option<Self> {
        let step = orders.customers().len().div_ceil(MOST_CUSTOMERS);
        // Without amounts: forecasts of revenue are not asked for.
        let orders = &orders.of_every(step);
        let end = options.observation_end.unwrap_or_else(|| orders.time_range().1);
        let compared = ComparisonOptions {
            summary: options.summary(Some(end)),
            fit: how.clone(),
            ..ComparisonOptions::default()
        };
        let whole = orders.summarize(&compared.summary).ok()?;
        let cutoffs = Cutoffs::of(orders, &whole, &compared).ok()?;
        let tells =
            |purchases: u32, customers: usize| customers >= LEAST && purchases as usize >= LEAST;
        let enough = cutoffs
            .splits
            .iter()
            .all(|(_, split)| tells(split.holdout_frequency.iter().sum(), split.calibration.len()));
        if !enough {
            return None;
        }
        let deviance = |kind: PurchaseKind| {
            mean_deviance(&cutoffs.forecasts(Contender::Plain(kind), orders, None, &compared))
        };
        let mut deviances = vec![(STANDING, deviance(STANDING)?)];
        let regular = are_regular(&whole).then_some(OF_REGULARS);
        let others = BY_FORECAST.into_iter().chain(regular);
        deviances.extend(others.filter_map(|kind| Some((kind, deviance(kind)?))));
        let horizon = format!("{:.0} {}s", cutoffs.horizon, options.unit);
        Some(Self { deviances, cutoffs: cutoffs.splits.len(), horizon })
    }

    fn best(&self) -> (PurchaseKind, String) {
        let (standing, needed) = (self.deviances[0], LOWER * self.deviances[0].1);
        let mut best = standing;
        for &(kind, deviance) in &self.deviances[1..] {
            if deviance < needed && deviance < best.1 {
                best = (kind, deviance);
            }
        }
        let why = match best.0 {
            STANDING => "in which one-time buyers can have left; no other forecasts better by 1 %"
                .to_owned(),
            _ => "which forecasts better by more than 1 %".to_owned(),
        };
        let each: Vec<String> = self
            .deviances
            .iter()
            .map(|(kind, deviance)| format!("{deviance:.4} for the {}", kind.title()))
            .collect();
        let sentence = format!(
            "purchases: the {}, {why}: at {} cutoffs, {} ahead, the deviance of forecasts is {}",
            best.0.title(),
            self.cutoffs,
            self.horizon,
            each.join(", ")
        );
        (best.0, sentence)
    }
}

/// The geometric mean over the cutoffs; `None` unless every one has a forecast.
fn mean_deviance(forecasts: &[Result<Forecast, Error>]) -> Option<f64> {
    let mut sum = 0.0;
    for forecast in forecasts {
        sum += ln(forecast.as_ref().ok()?.purchases.deviance).max(f64::MIN);
    }
    Some(exp(sum / forecasts.len() as f64))
}
