//! Models side by side: how well each fits a log, and how well each would have forecast it.

use std::ops::ControlFlow;

use super::contender::Contender;
use super::money::spent;
use crate::Error;
use crate::estimation::{CovariateRoles, Fit, FitOptions, Stop};
use crate::forecast::{AnchorOptions, AnchoredForecast, ForecastErrors};
use crate::math::cast::whole;
use crate::math::elementary::{exp, ln};
use crate::models::Model;
use crate::orders::{CustomerColumn, Orders};
use crate::purchase::{AnyPurchaseModel, PurchaseKind, PurchaseModel, PurchaseWithCovariates};
use crate::spend::{GammaGamma, SpendModel};
use crate::summary::{CalibrationHoldout, Covariates, CustomerSummary, SummaryOptions};
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
    /// The models; by default all that go with any log, which those of set opportunities do not,
    /// and the Pareto/NBD anchored.
    pub models: Vec<Contender>,
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
            models: Contender::all(),
            horizon: None,
            origins: 3,
            summary: SummaryOptions::default(),
            fit: FitOptions::default(),
        }
    }
}

/// What is known of the customers of a log, for models that take covariates.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KnownCustomers<'a> {
    /// Whose row is whose.
    pub ids: CustomerColumn<'a>,
    /// A row for each customer of the log, in any order; rows of others are left aside.
    pub covariates: &'a Covariates,
    /// Which columns act on what; by default each on both purchases and dropout.
    pub roles: CovariateRoles,
}

impl<'a> KnownCustomers<'a> {
    /// Every column acts on purchases and on dropout.
    pub fn new(ids: CustomerColumn<'a>, covariates: &'a Covariates) -> Self {
        Self { ids, covariates, roles: CovariateRoles::default() }
    }

    fn fitted(
        &self,
        kind: PurchaseKind,
        customers: &CustomerSummary,
        options: &FitOptions,
    ) -> Result<(Fit<PurchaseWithCovariates>, Covariates), Error> {
        let (known, _) = self.covariates.joined(&self.ids, customers)?;
        let fit = PurchaseWithCovariates::fit(kind, customers, &known, &self.roles, options)?;
        Ok((fit, known))
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
    pub contender: Contender,
    /// The fit to the whole log, or why there is none.
    pub fit: Result<Fit<Model>, Error>,
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
        self.mean_of(|forecast| figure(&forecast.purchases))
    }

    /// The same of a figure of the revenue; `None` too where the log has no amounts.
    pub fn mean_of_revenue(&self, figure: impl Fn(&ForecastErrors) -> Option<f64>) -> Option<f64> {
        self.mean_of(|forecast| figure(forecast.revenue.as_ref()?.as_ref().ok()?))
    }

    fn mean_of(&self, figure: impl Fn(&Forecast) -> Option<f64>) -> Option<f64> {
        let mut sum = 0.0;
        for forecast in &self.forecasts {
            sum += ln(figure(forecast.as_ref().ok()?).filter(|value| *value > 0.0)?);
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
        Self::by(orders, None, options)
    }

    /// [`Comparison::of`] with models that take what is known of customers, [`Contender::WithCovariates`], among the
    /// others. At every cutoff they learn from the customers who had bought by then.
    ///
    /// # Errors
    /// As [`Comparison::of`], and as [`Covariates::joined`] where a customer of the log has no row or two.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::evaluation::{Comparison, ComparisonOptions, Contender, KnownCustomers};
    /// use loyalty_core::orders::Column;
    /// use loyalty_core::purchase::PurchaseKind;
    /// use loyalty_core::summary::Covariates;
    /// # use loyalty_core::orders::{Invalid, OrderColumns, Orders, TimeScale};
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
    /// let ids: Vec<i64> = (0..60).collect();
    /// let member: Vec<f64> = ids.iter().map(|id| (id % 5 > 2).into()).collect();
    /// let covariates = Covariates::new(&[Column::new("member", &member[..]).into()])?;
    /// let known = KnownCustomers::new(Column::new("customer", &ids[..]).into(), &covariates);
    /// let mut options = ComparisonOptions::default();
    /// let kind = PurchaseKind::MbgNbd;
    /// options.models = vec![Contender::Plain(kind), Contender::WithCovariates(kind)];
    /// let found = Comparison::with_covariates(&orders, &known, &options)?;
    /// assert!(found.models[0].fit.is_ok());
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn with_covariates(
        orders: &Orders,
        known: &KnownCustomers<'_>,
        options: &ComparisonOptions,
    ) -> Result<Self, Error> {
        known.covariates.joined(&known.ids, &orders.summarize(&options.summary)?)?;
        Self::by(orders, Some(known), options)
    }

    fn by(
        orders: &Orders,
        known: Option<&KnownCustomers<'_>>,
        options: &ComparisonOptions,
    ) -> Result<Self, Error> {
        let whole = orders.summarize(&options.summary)?;
        let cutoffs = Cutoffs::of(orders, &whole, options)?;
        let compared = |&contender: &Contender| ComparedModel {
            contender,
            fit: described(contender, &whole, known, &options.fit),
            forecasts: cutoffs.forecasts(contender, orders, known, options),
        };
        let mut models: Vec<ComparedModel> = options.models.iter().map(compared).collect();
        let deviance = |model: &ComparedModel| {
            model.mean(|errors| Some(errors.deviance)).unwrap_or(f64::INFINITY)
        };
        models.sort_by(|a, b| deviance(a).total_cmp(&deviance(b)));
        let origins = cutoffs.splits.iter().map(|(origin, _)| *origin).collect();
        Ok(Self { models, origins, horizon: cutoffs.horizon, unit: options.summary.unit })
    }
}

/// Cutoffs of a log, what was known at each, and what followed.
pub(crate) struct Cutoffs {
    /// The newest first.
    pub(crate) splits: Vec<(i64, CalibrationHoldout)>,
    pub(crate) horizon: f64,
}

impl Cutoffs {
    pub(crate) fn of(
        orders: &Orders,
        whole: &CustomerSummary,
        options: &ComparisonOptions,
    ) -> Result<Self, Error> {
        if !(1..=100).contains(&options.origins) {
            let (name, expected) = ("origins", "from 1 to 100");
            return Err(Error::parameter(name, expected, f64::from(options.origins)));
        }
        let span = whole.t().iter().copied().fold(0.0, f64::max);
        let horizon = crate::error::positive("horizon", options.horizon.unwrap_or(0.25 * span))?;
        let end = options.summary.observation_end.unwrap_or_else(|| orders.time_range().1);
        Ok(Self { splits: cutoffs(orders, options, end, horizon)?, horizon })
    }

    /// What a model would have forecast at each.
    pub(crate) fn forecasts(
        &self,
        contender: Contender,
        orders: &Orders,
        known: Option<&KnownCustomers<'_>>,
        options: &ComparisonOptions,
    ) -> Vec<Result<Forecast, Error>> {
        let at = |(origin, split): &(i64, CalibrationHoldout)| match contender {
            Contender::Plain(kind) => plain(kind, split, options),
            Contender::Anchored(kind) => anchored(kind, orders, *origin, split, options),
            Contender::WithCovariates(kind) => {
                by_covariates(kind, known_of(known)?, split, options)
            }
        };
        self.splits.iter().map(at).collect()
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
    customers: &CustomerSummary,
    options: &FitOptions,
) -> Result<Fit<AnyPurchaseModel>, Error> {
    kind.fit(customers, options, &mut |_| ControlFlow::Continue(()))
}

/// The fit to the whole log.
fn described(
    contender: Contender,
    customers: &CustomerSummary,
    known: Option<&KnownCustomers<'_>>,
    options: &FitOptions,
) -> Result<Fit<Model>, Error> {
    match contender {
        Contender::Plain(kind) | Contender::Anchored(kind) => {
            Ok(fitted(kind, customers, options)?.map(Model::from))
        }
        Contender::WithCovariates(kind) => {
            Ok(known_of(known)?.fitted(kind, customers, options)?.0.map(Model::from))
        }
    }
}

/// What a model with covariates cannot do without.
fn known_of<'a, 'b>(
    known: Option<&'a KnownCustomers<'b>>,
) -> Result<&'a KnownCustomers<'b>, Error> {
    known.ok_or(Error::MissingColumn { column: "covariates", needed_by: "a model with covariates" })
}

/// The forecast of a model as it is.
fn plain(
    kind: PurchaseKind,
    split: &CalibrationHoldout,
    options: &ComparisonOptions,
) -> Result<Forecast, Error> {
    let customers = &split.calibration;
    let fit = fitted(kind, customers, &options.fit)?;
    let mut expected = vec![0.0; customers.len()];
    let (horizon, threads) = (split.holdout_duration, options.fit.threads);
    fit.model.expected_purchases_into(customers, horizon, &mut expected, threads)?;
    Forecast::of(&fit, &expected, split, &options.fit)
}

/// The forecast of a model by what else was known of those who had bought by the cutoff.
fn by_covariates(
    kind: PurchaseKind,
    known: &KnownCustomers<'_>,
    split: &CalibrationHoldout,
    options: &ComparisonOptions,
) -> Result<Forecast, Error> {
    let customers = &split.calibration;
    let (fit, known) = known.fitted(kind, customers, &options.fit)?;
    let mut expected = vec![0.0; customers.len()];
    let (horizon, threads) = (split.holdout_duration, options.fit.threads);
    fit.model.expected_purchases_into(customers, &known, horizon, &mut expected, threads)?;
    Forecast::of(&fit, &expected, split, &options.fit)
}

/// The same, corrected by what was known at the cutoff of those before it.
fn anchored(
    kind: PurchaseKind,
    orders: &Orders,
    origin: i64,
    split: &CalibrationHoldout,
    options: &ComparisonOptions,
) -> Result<Forecast, Error> {
    let mut how = AnchorOptions::new(split.holdout_duration);
    (how.model, how.fit, how.summary) = (kind, options.fit.clone(), options.summary);
    how.summary.observation_end = Some(origin);
    let learned = AnchoredForecast::fit(orders, &how)?;
    let expected = learned.expected;
    Forecast::of(&learned.fit, &expected, split, &options.fit)
}

impl Forecast {
    fn of<M>(
        fit: &Fit<M>,
        expected: &[f64],
        split: &CalibrationHoldout,
        options: &FitOptions,
    ) -> Result<Self, Error> {
        let actual: Vec<f64> = split.holdout_frequency.iter().map(|&n| f64::from(n)).collect();
        Ok(Self {
            converged: fit.stop == Stop::Converged,
            purchases: ForecastErrors::of(expected, &actual)?,
            revenue: revenue(split, expected, options),
        })
    }
}

/// Purchases times expected spend against what was spent.
fn revenue(
    split: &CalibrationHoldout,
    expected: &[f64],
    options: &FitOptions,
) -> Option<Result<ForecastErrors, Error>> {
    let spent = spent(split).ok()?;
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
