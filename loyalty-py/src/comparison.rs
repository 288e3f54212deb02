//! Models side by side.

use loyalty_core::estimation::{Fit, Stop};
use loyalty_core::evaluation::{ComparedModel, ComparisonOptions, Contender, KnownCustomers};
use loyalty_core::forecast::ForecastErrors;
use loyalty_core::interop::arrow::Ids;
use loyalty_core::models::Model;
use pyo3::prelude::*;

use crate::column::Column;
use crate::covariates::{Covariates, roles};
use crate::error::Result;
use crate::fits::Options;
use crate::orders::{Orders, options};

/// Models side by side, the best forecast first.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct Comparison(loyalty_core::evaluation::Comparison);

/// A figure of a forecast and the name of its column.
type Figure = (&'static str, fn(&ForecastErrors) -> Option<f64>);

/// What is known of customers: their ids, the columns, and which act on purchases, on dropout, on both alike.
#[derive(FromPyObject)]
pub(crate) struct Known(
    Py<Column>,
    Py<Covariates>,
    Option<Vec<String>>,
    Option<Vec<String>>,
    Vec<String>,
);

/// The figures of a forecast.
const FIGURES: [Figure; 10] = [
    ("customers", |errors| Some(errors.customers as f64)),
    ("expected", |errors| Some(errors.expected)),
    ("actual", |errors| Some(errors.actual)),
    ("deviance", |errors| Some(errors.deviance)),
    ("level", |errors| errors.level),
    ("shape", |errors| errors.shape),
    ("mae", |errors| Some(errors.mae)),
    ("rmse", |errors| Some(errors.rmse)),
    ("rank_correlation", |errors| errors.rank_correlation),
    ("top_decile", |errors| errors.top_decile),
];

/// Those of a forecast of revenue.
const REVENUE: [Figure; 9] = [
    ("revenue_expected", |errors| Some(errors.expected)),
    ("revenue_actual", |errors| Some(errors.actual)),
    ("revenue_deviance", |errors| Some(errors.deviance)),
    ("revenue_level", |errors| errors.level),
    ("revenue_shape", |errors| errors.shape),
    ("revenue_mae", |errors| Some(errors.mae)),
    ("revenue_rmse", |errors| Some(errors.rmse)),
    ("revenue_rank_correlation", |errors| errors.rank_correlation),
    ("revenue_top_decile", |errors| errors.top_decile),
];

#[pymethods]
impl Comparison {
    /// Of models by their kinds, over cutoffs of a log; with what is known of customers, where models take it.
    #[new]
    #[expect(clippy::too_many_arguments, reason = "what the core takes")]
    fn new(
        py: Python<'_>,
        orders: &Orders,
        models: Option<Vec<String>>,
        known: Option<Known>,
        horizon: Option<f64>,
        origins: u32,
        fit: &Options,
        unit: &str,
        occasion: Option<&str>,
        observation_end: Option<i64>,
    ) -> Result<Self> {
        let mut how = ComparisonOptions::default();
        if let Some(models) = models {
            let kinds: std::result::Result<_, _> = models.iter().map(|kind| kind.parse()).collect();
            how.models = kinds?;
        } else if known.is_some() {
            how.models.extend(Contender::with_covariates());
        }
        how.horizon = horizon;
        how.origins = origins;
        how.fit = fit.0.clone();
        how.summary = options(unit, occasion, observation_end, false)?;
        let log = &orders.orders;
        let Some(Known(ids, covariates, purchase, dropout, shared)) = known else {
            return Ok(Self(py.detach(|| loyalty_core::evaluation::Comparison::of(log, &how))?));
        };
        py.detach(|| {
            let ids = Ids::read(ids.get())?;
            let mut known = KnownCustomers::new(ids.as_column(), &covariates.get().0);
            known.roles = roles(purchase, dropout, shared);
            let found = loyalty_core::evaluation::Comparison::with_covariates(log, &known, &how)?;
            Ok(Self(found))
        })
    }

    #[getter]
    fn horizon(&self) -> f64 {
        self.0.horizon
    }

    #[getter]
    fn origins(&self) -> Vec<i64> {
        self.0.origins.clone()
    }

    #[getter]
    fn names(&self) -> Vec<String> {
        self.0.models.iter().map(|model| model.contender.name()).collect()
    }

    #[getter]
    fn titles(&self) -> Vec<String> {
        self.0.models.iter().map(|model| model.contender.to_string()).collect()
    }

    /// How each fit to the whole log ended, or why there is none.
    #[getter]
    fn stops(&self) -> Vec<String> {
        let stop = |model: &ComparedModel| match &model.fit {
            Ok(fit) if fit.stop == Stop::Converged => "converged".to_owned(),
            Ok(fit) => fit.stop.to_string(),
            Err(error) => error.to_string(),
        };
        self.0.models.iter().map(stop).collect()
    }

    /// ln L and both criteria of the fits to the whole log; NaN where there is none.
    fn fits(&self) -> Vec<Column> {
        type Criterion = (&'static str, fn(&Fit<Model>) -> f64);
        let criteria: [Criterion; 3] = [
            ("log_likelihood", |fit| fit.log_likelihood),
            ("aic", |fit| fit.aic()),
            ("bic", |fit| fit.bic()),
        ];
        let column = |(name, of): Criterion| {
            let value = |model: &ComparedModel| model.fit.as_ref().map_or(f64::NAN, of);
            Column::floats(name, self.0.models.iter().map(value).collect())
        };
        criteria.into_iter().map(column).collect()
    }

    /// Geometric means of the figures over the cutoffs; NaN where a cutoff has none.
    fn means(&self) -> Vec<Column> {
        let means = FIGURES[3..].iter().map(|(name, of)| {
            let value = |model: &ComparedModel| model.mean(of).unwrap_or(f64::NAN);
            Column::floats(name, self.0.models.iter().map(value).collect())
        });
        let of_revenue = REVENUE[2..].iter().map(|(name, of)| {
            let value = |model: &ComparedModel| model.mean_of_revenue(of).unwrap_or(f64::NAN);
            Column::floats(name, self.0.models.iter().map(value).collect())
        });
        means.chain(of_revenue).collect()
    }

    /// A row for every model and cutoff.
    fn forecasts(&self) -> Vec<Column> {
        let all = || self.0.models.iter().flat_map(|model| &model.forecasts);
        let mut columns: Vec<Column> = FIGURES
            .iter()
            .map(|(name, of)| {
                let values = all().map(|forecast| {
                    let errors = forecast.as_ref().ok();
                    errors.and_then(|forecast| of(&forecast.purchases)).unwrap_or(f64::NAN)
                });
                Column::floats(name, values.collect())
            })
            .collect();
        columns.extend(REVENUE.iter().map(|(name, of)| {
            let values = all().map(|forecast| {
                let revenue =
                    forecast.as_ref().ok().and_then(|found| found.revenue.as_ref()?.as_ref().ok());
                revenue.and_then(of).unwrap_or(f64::NAN)
            });
            Column::floats(name, values.collect())
        }));
        columns
    }

    /// Why a model has no forecast at a cutoff, or a doubt of it; empty where all is well.
    #[getter]
    fn problems(&self) -> Vec<String> {
        let all = self.0.models.iter().flat_map(|model| &model.forecasts);
        all.map(|forecast| match forecast {
            Ok(forecast) => {
                let fit = (!forecast.converged).then(|| "the fit did not converge".to_owned());
                let revenue = forecast.revenue.as_ref().and_then(|found| found.as_ref().err());
                let revenue = revenue.map(|error| format!("no revenue: {error}"));
                fit.into_iter().chain(revenue).collect::<Vec<String>>().join("; ")
            }
            Err(error) => error.to_string(),
        })
        .collect()
    }
}
