//! Models side by side: how well each fits a log, and how well each would have forecast it.

use std::ops::ControlFlow;

use super::ForecastErrors;
use crate::Error;
use crate::estimation::{Fit, FitOptions};
use crate::math::cast::whole;
use crate::math::elementary::{exp, ln};
use crate::orders::Orders;
use crate::purchase::{AnyPurchaseModel, PurchaseKind, PurchaseModel};
use crate::spend::{GammaGamma, SpendModel};
use crate::summary::{CalibrationHoldout, SummaryOptions};
use crate::time::Unit;

/// How models are compared.
///
/// # Examples
/// ```
/// let mut options = loyalty_core::evaluation::ComparisonOptions::default();
/// options.origins = 5;
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ComparisonOptions {
    /// The models; by default all that need nothing but the log.
    pub models: Vec<PurchaseKind>,
    /// Length of every holdout period, in the unit of the summary; a quarter of the log by default.
    pub horizon: Option<f64>,
    /// Cutoffs, each half a horizon before the next; 3 by default.
    pub origins: u32,
    /// How the log is summarised.
    pub summary: SummaryOptions,
    /// How the models are fitted.
    pub fit: FitOptions,
}

impl Default for ComparisonOptions {
    fn default() -> Self {
        Self {
            models: PurchaseKind::ALL.to_vec(),
            horizon: None,
            origins: 3,
            summary: SummaryOptions::default(),
            fit: FitOptions::default(),
        }
    }
}

/// Models side by side, the best forecast first.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// One entry per model, in order of the mean deviance; those without a forecast last.
    pub models: Vec<ComparedModel>,
    /// The cutoffs, in microseconds since 1970, the newest first.
    pub origins: Vec<i64>,
    /// The length of every holdout period.
    pub horizon: f64,
    /// The unit of the horizon.
    pub unit: Unit,
}

/// What is known of one model.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ComparedModel {
    /// Which.
    pub kind: PurchaseKind,
    /// The fit to the whole log, or why there is none.
    pub fit: Result<Fit<AnyPurchaseModel>, Error>,
    /// The forecast made at every cutoff, or why there is none.
    pub forecasts: Vec<Result<Forecast, Error>>,
}

/// What a model fitted at a cutoff said of the time after it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Forecast {
    /// Whether the fit at the cutoff came to a proper maximum.
    pub converged: bool,
    /// Errors of the purchases per customer.
    pub purchases: ForecastErrors,
    /// Errors of the revenue per customer, purchases times the spend of a Gamma-Gamma, or why there are none;
    /// `None` for a log without amounts.
    pub revenue: Option<Result<ForecastErrors, Error>>,
}

impl ComparedModel {
    /// The geometric mean over the cutoffs of a figure of the purchases; `None` unless every cutoff has it.
    ///
    /// # Examples
    /// See [`Comparison::of`].
    pub fn mean(&self, figure: impl Fn(&ForecastErrors) -> Option<f64>) -> Option<f64> {
        let mut sum = 0.0;
        for forecast in &self.forecasts {
            sum += ln(figure(&forecast.as_ref().ok()?.purchases).filter(|value| *value > 0.0)?);
        }
        (!self.forecasts.is_empty()).then(|| exp(sum / self.forecasts.len() as f64))
    }
}

impl Comparison {
    /// Fits models to a log, and to what was known of it at each of several cutoffs.
    ///
    /// The cutoffs lie H, 1.5 H, 2 H, … before the observation end, H being the horizon; at each, the
    /// models see what was known then and forecast the H that follow, for the customers whose first order
    /// was before. ln L, AIC and BIC tell how well a model describes the past; models that win there may
    /// lose the forecast, so the models are in order of the deviance of their forecasts, in geometric mean
    /// over the cutoffs.
    ///
    /// A model that cannot be fitted is no error: its entry says why.
    ///
    /// # Errors
    /// As [`Orders::summarize`], [`Error::Parameter`] unless the horizon is above 0 and there are 1 to 100
    /// cutoffs, [`Error::Empty`] where the log does not reach back to the first one.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::evaluation::{Comparison, ComparisonOptions};
    /// # use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
    /// # let mut customer = Vec::new();
    /// # let mut day = Vec::new();
    /// # for id in 0..60_i64 {
    /// #     for order in 0..(1 + id % 5) {
    /// #         customer.push(id);
    /// #         day.push((id * 3 + order * order * 9 + order * 11) % 365);
    /// #     }
    /// # }
    /// # let orders = Orders::new(
    /// #     &OrderColumns {
    /// #         customer: Column::new("customer", &customer[..]).into(),
    /// #         time: Column::new("day", &day),
    /// #         scale: TimeScale::Days,
    /// #         amount: None,
    /// #     },
    /// #     Invalid::Raise,
    /// # )?;
    /// let found = Comparison::of(&orders, &ComparisonOptions::default())?;
    /// assert_eq!(found.origins.len(), 3);
    /// let best = &found.models[0];
    /// let worst = &found.models[found.models.len() - 1];
    /// assert!(best.mean(|e| Some(e.deviance)) <= worst.mean(|e| Some(e.deviance)));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn of(orders: &Orders, options: &ComparisonOptions) -> Result<Self, Error> {
        if !(1..=100).contains(&options.origins) {
            let (name, expected) = ("origins", "from 1 to 100");
            return Err(Error::parameter(name, expected, f64::from(options.origins)));
        }
        let whole = orders.summarize(&options.summary)?;
        let unit = options.summary.unit;
        let span = whole.t().iter().copied().fold(0.0, f64::max);
        let horizon = crate::error::positive("horizon", options.horizon.unwrap_or(0.25 * span))?;
        let end = options.summary.observation_end.unwrap_or_else(|| orders.time_range().1);
        let splits = cutoffs(orders, options, end, horizon)?;
        let compared = |&kind: &PurchaseKind| ComparedModel {
            kind,
            fit: fitted(kind, &whole, &options.fit),
            forecasts: splits
                .iter()
                .map(|(_, split)| forecast(kind, split, &options.fit))
                .collect(),
        };
        let mut models: Vec<ComparedModel> = options.models.iter().map(compared).collect();
        let deviance = |model: &ComparedModel| {
            model.mean(|errors| Some(errors.deviance)).unwrap_or(f64::INFINITY)
        };
        models.sort_by(|a, b| deviance(a).total_cmp(&deviance(b)));
        let origins = splits.iter().map(|(origin, _)| *origin).collect();
        Ok(Self { models, origins, horizon, unit })
    }
}

/// Microseconds of a day.
const DAY: f64 = 86_400e6;

/// What was known at each cutoff, the newest first, and what followed.
fn cutoffs(
    orders: &Orders,
    options: &ComparisonOptions,
    end: i64,
    horizon: f64,
) -> Result<Vec<(i64, CalibrationHoldout)>, Error> {
    let instants = |units: f64| {
        let micros = units * options.summary.unit.days() * DAY;
        i64::try_from(whole(micros.round())).map_err(|_| {
            Error::parameter("horizon", "within the time that instants can tell", units)
        })
    };
    let at = |step: u32| {
        let until = end - instants(0.5 * horizon * f64::from(step))?;
        let origin = until - instants(horizon)?;
        let mut known = options.summary;
        known.observation_end = Some(until);
        Ok((origin, orders.calibration_holdout(origin, &known)?))
    };
    (0..options.origins).map(at).collect()
}

fn fitted(
    kind: PurchaseKind,
    customers: &crate::summary::CustomerSummary,
    options: &FitOptions,
) -> Result<Fit<AnyPurchaseModel>, Error> {
    kind.fit(customers, options, &mut |_| ControlFlow::Continue(()))
}

fn forecast(
    kind: PurchaseKind,
    split: &CalibrationHoldout,
    options: &FitOptions,
) -> Result<Forecast, Error> {
    let customers = &split.calibration;
    let fit = fitted(kind, customers, options)?;
    let mut expected = vec![0.0; customers.len()];
    let (horizon, threads) = (split.holdout_duration, options.threads);
    fit.model.expected_purchases_into(customers, horizon, &mut expected, threads)?;
    let actual: Vec<f64> = split.holdout_frequency.iter().map(|&n| f64::from(n)).collect();
    Ok(Forecast {
        converged: fit.stop == crate::estimation::Stop::Converged,
        purchases: ForecastErrors::of(&expected, &actual)?,
        revenue: revenue(split, &expected, &actual, options),
    })
}

/// Purchases times expected spend against what was spent; amounts below 0, of returns beyond the purchases,
/// count as nothing spent.
fn revenue(
    split: &CalibrationHoldout,
    expected: &[f64],
    actual: &[f64],
    options: &FitOptions,
) -> Option<Result<ForecastErrors, Error>> {
    let mean = split.holdout_monetary_value.as_ref()?;
    let spent: Vec<f64> = mean.iter().zip(actual).map(|(mean, n)| (mean * n).max(0.0)).collect();
    let forecast = || {
        let plain = FitOptions { threads: options.threads, ..FitOptions::default() };
        let spend = GammaGamma::fit(&split.calibration, &plain)?.converged()?;
        let mut forecast = vec![0.0; expected.len()];
        spend.expected_spend_into(&split.calibration, &mut forecast, options.threads)?;
        forecast.iter_mut().zip(expected).for_each(|(spend, count)| *spend *= count);
        ForecastErrors::of(&forecast, &spent)
    };
    Some(forecast())
}
