//! The fit of a model at the centre of its covariates, and the way back to these as they are.

use std::ops::ControlFlow;

use super::effects::{Design, Effects};
use crate::Error;
use crate::error::same_length;
use crate::estimation::{
    Covariance, Fit, FitOptions, Likelihood, Parameter, Parameters, Posterior, PosteriorOptions,
    PosteriorParts, Progress, Towards, fit, posterior,
};

/// What it says of the customers that parameters run away, by those of the model without covariates.
type LimitOf = fn(&[f64], &[(&str, Towards)]) -> &'static str;

/// A model at the centre of its covariates, with coefficients of standardised features.
#[derive(Debug, Clone)]
pub(crate) struct Standardised {
    pub(crate) layout: Vec<Parameter>,
    pub(crate) values: Vec<f64>,
    pub(crate) limit: LimitOf,
}

impl Parameters for Standardised {
    fn layout(&self) -> Vec<Parameter> {
        self.layout.clone()
    }

    fn values(&self) -> Vec<f64> {
        self.values.clone()
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        limit_with_effects(runaways).unwrap_or_else(|| (self.limit)(&self.values, runaways))
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        same_length(self.layout.len(), "parameters", values.len())?;
        Ok(Self { values: values.to_vec(), ..self.clone() })
    }
}

/// What it says that a coefficient runs away, if one does.
pub(crate) fn limit_with_effects(runaways: &[(&str, Towards)]) -> Option<&'static str> {
    // Names of other parameters have no colon.
    runaways.iter().any(|(name, _)| name.contains(':')).then_some(
        "the customers of a level, or at one end of a column, all buy or leave alike, or none of them does: how \
         strong that is, is open",
    )
}

/// A fit as its model shows it: the parameters at features of 0, the effects, and the covariance on the scales.
pub(crate) type Found = (Fit<(Vec<f64>, Effects)>, Option<Vec<f64>>);

/// Fits data whose features are standardised by a design.
///
/// # Errors
/// As [`fit`]; [`Error::Parameter`] for a ridge penalty, and where a parameter at features of 0 is outside its
/// domain, as those of a covariate far from 0 may be.
pub(crate) fn fit_standardised<L: Likelihood<Model = Standardised>>(
    data: &L,
    design: &Design,
    options: &FitOptions,
    observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Found, Error> {
    raw(fit(data, &at_the_centre(data, design, options)?, observe)?, design)
}

/// The posterior of data whose features are standardised by a design, of the model that these values and effects make.
///
/// # Errors
/// As [`fit_standardised`] and [`posterior`], and where one of the points is outside the model's domain.
pub(crate) fn posterior_standardised<L, M>(
    data: &L,
    design: &Design,
    options: &FitOptions,
    how: &PosteriorOptions,
    model: impl Fn(&[f64], Effects) -> Result<M, Error>,
) -> Result<Posterior<M>, Error>
where
    L: Likelihood<Model = Standardised>,
    M: Parameters,
{
    let found = posterior(data, &at_the_centre(data, design, options)?, how)?;
    let layout = data.layout();
    let mut points = found.points().clone();
    for mut point in points.rows_mut() {
        let (values, coefficients) = as_shown(&layout, design, &point.to_vec())?;
        let shown = values.into_iter().chain(coefficients);
        point.iter_mut().zip(shown).for_each(|(value, shown)| *value = shown);
    }
    Posterior::of_parts(PosteriorParts {
        mode: as_fitted(raw(found.mode().clone(), design)?, model)?,
        points,
        weights: found.weights().to_vec(),
        method: found.method(),
        rounds: found.rounds(),
        k_hat: found.k_hat(),
        effective: found.effective_draws(),
        priors: found.priors().clone(),
    })
}

/// The fit of the model that the values and effects make.
pub(crate) fn as_fitted<M: Parameters>(
    (found, covariance): Found,
    model: impl Fn(&[f64], Effects) -> Result<M, Error>,
) -> Result<Fit<M>, Error> {
    let (values, effects) = found.model.clone();
    let model = model(&values, effects)?;
    let mut fit = found.map(|_| model);
    fit.covariance = covariance.map(|on_scales| Covariance::new(&fit.model, on_scales));
    Ok(fit)
}

/// Options for the standardised scale.
fn at_the_centre(
    data: &dyn Likelihood,
    design: &Design,
    options: &FitOptions,
) -> Result<FitOptions, Error> {
    if options.penalizer != 0.0 {
        let expected = "0 with covariates, which normal priors hold back";
        return Err(Error::parameter("penalizer", expected, options.penalizer));
    }
    let mut options = options.clone();
    if let Some(start) = &mut options.start {
        *start = standardised(&data.layout(), design, start)?;
    }
    Ok(options)
}

/// A start that was given as the model shows its parameters, on the standardised scale of the fit.
fn standardised(layout: &[Parameter], design: &Design, start: &[f64]) -> Result<Vec<f64>, Error> {
    same_length(layout.len(), "start", start.len())?;
    let place = |(slot, &value): (&Parameter, &f64)| Ok(slot.scale.of(slot.check(value)?));
    let places: Vec<f64> = layout.iter().zip(start).map(place).collect::<Result<_, Error>>()?;
    let moved = design.to_standardised(&places);
    Ok(layout.iter().zip(moved).map(|(slot, place)| slot.scale.value_at(place)).collect())
}

/// The fit with parameters at features of 0 and coefficients of features as they are.
fn raw(found: Fit<Standardised>, design: &Design) -> Result<Found, Error> {
    let layout = found.model.layout();
    let base = layout.len() - design.len();
    let (values, coefficients) = as_shown(&layout, design, &found.model.values())?;
    let covariance = found.covariance.as_ref().map(|covariance| {
        let n = covariance.dimension();
        let entries: Vec<f64> = (0..n * n).map(|at| covariance.on_scale(at / n, at % n)).collect();
        design.raw_covariance(base, &entries)
    });
    let effects = Effects::new(design.clone(), coefficients)?;
    Ok((found.map(|_| (values, effects)), covariance))
}

/// The parameters at features of 0 and the coefficients of features as they are, of those at the centre.
fn as_shown(
    layout: &[Parameter],
    design: &Design,
    values: &[f64],
) -> Result<(Vec<f64>, Vec<f64>), Error> {
    let places: Vec<f64> =
        layout.iter().zip(values).map(|(slot, &value)| slot.scale.of(value)).collect();
    let mut values: Vec<f64> = design.to_raw(&places);
    let coefficients = values.split_off(layout.len() - design.len());
    for (slot, value) in layout.iter().zip(&mut values) {
        *value = slot.check(slot.scale.value_at(*value))?;
    }
    Ok((values, coefficients))
}
