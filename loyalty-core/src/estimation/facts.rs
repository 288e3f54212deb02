//! How a saved model was fitted.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Covariance, Fit, Identification, Parameter, Parameters, Stop, Towards};
use crate::Error;
use crate::files::problem;

/// How the parameters of a saved model were found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FitFacts {
    /// ln L at the model.
    pub log_likelihood: f64,
    /// What priors and penalty added to it; absent where there were none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub log_prior: f64,
    /// The customers whose data entered.
    pub customers: f64,
    /// Customers left out as their data say nothing of the parameters.
    pub left_out: f64,
    /// Iterations of the solver.
    pub iterations: usize,
    /// Why the solver ended: `converged`, `boundary`, `iteration_limit` or `stalled`.
    pub stop: String,
    /// With `boundary`, the parameter that the data leave open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary_parameter: Option<String>,
    /// How well the data determine the parameters: `interior`, `ridge`, `boundary` or `unknown`; absent
    /// in files of before it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identification: Option<String>,
    /// The parameters that run to `0`, `1`, `infinity` or `-infinity` at a boundary, or move along a `ridge`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub open_parameters: BTreeMap<String, String>,
    /// The largest derivative of ln L by the logarithm of a parameter.
    pub gradient_norm: f64,
    /// The number of parameters fitted; where it is absent, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<usize>,
    /// Covariance of the logarithms of the parameters, row by row; 0 for a parameter that was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariance_of_logs: Option<Vec<Vec<f64>>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

impl<M> From<&Fit<M>> for FitFacts {
    fn from(fit: &Fit<M>) -> Self {
        let rows = |covariance: &Covariance| {
            let n = covariance.dimension();
            let row = |i| (0..n).map(|j| covariance.on_scale(i, j)).collect();
            (0..n).map(row).collect()
        };
        Self {
            log_likelihood: fit.log_likelihood,
            log_prior: fit.log_prior,
            parameters: Some(fit.parameters),
            customers: fit.customers,
            left_out: fit.left_out,
            iterations: fit.iterations,
            stop: fit.stop.name().to_owned(),
            boundary_parameter: match &fit.stop {
                Stop::Boundary { parameter } => Some(parameter.clone().into_owned()),
                _ => None,
            },
            identification: Some(fit.identification.name().to_owned()),
            open_parameters: open_parameters(&fit.identification),
            gradient_norm: fit.gradient_norm,
            covariance_of_logs: fit.covariance.as_ref().map(rows),
        }
    }
}

/// How files write that a parameter moves along a ridge; where else it goes is the name of that end.
const RIDGE: &str = "ridge";

fn open_parameters(identification: &Identification) -> BTreeMap<String, String> {
    let open = |name: &str, limit: &str| (name.to_owned(), limit.to_owned());
    match identification {
        Identification::Ridge { parameters } => {
            parameters.iter().map(|name| open(name, RIDGE)).collect()
        }
        Identification::Boundary { parameters, .. } => {
            parameters.iter().map(|(name, to)| open(name, to.name())).collect()
        }
        Identification::Interior | Identification::Unknown => BTreeMap::new(),
    }
}

impl FitFacts {
    /// The fit that these are the facts of.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where they do not suit the model.
    pub(crate) fn fit_of<M: Parameters>(&self, model: M) -> Result<Fit<M>, Error> {
        let wrong = |what: &str| problem(Path::new(""), &format!("fit: {what}"));
        let layout = model.layout();
        let stop = self.stop_of(&layout)?;
        let n = layout.len();
        let covariance = self.covariance_of_logs.as_ref().map(|rows| rows.concat());
        let possible = |entries: &Vec<f64>| {
            entries.len() == n * n && (0..n).all(|i| entries[i * n + i] >= 0.0)
        };
        if !covariance.as_ref().is_none_or(possible) {
            return Err(wrong("covariance_of_logs is not one of these parameters"));
        }
        let parameters = self.parameters.unwrap_or(n);
        if parameters > n {
            return Err(wrong(&format!("parameters is {parameters}, the model has {n}")));
        }
        if !(self.customers > 0.0 && self.left_out >= 0.0 && self.gradient_norm >= 0.0) {
            return Err(wrong("customers, left_out or gradient_norm is out of range"));
        }
        Ok(Fit {
            log_likelihood: self.log_likelihood,
            log_prior: self.log_prior,
            customers: self.customers,
            left_out: self.left_out,
            parameters,
            iterations: self.iterations,
            identification: self.identification_of(&model, &layout, &stop)?,
            stop,
            gradient_norm: self.gradient_norm,
            covariance: covariance.map(|on_scales| Covariance::new(&model, on_scales)),
            model,
        })
    }

    fn stop_of(&self, layout: &[Parameter]) -> Result<Stop, Error> {
        let parameter = self.boundary_parameter.as_deref().unwrap_or_default();
        let known = layout.iter().find(|known| known.name == parameter);
        match (self.stop.as_str(), known) {
            ("converged", _) => Ok(Stop::Converged),
            ("iteration_limit", _) => Ok(Stop::IterationLimit),
            ("stalled", _) => Ok(Stop::Stalled),
            ("boundary", Some(known)) => Ok(Stop::Boundary { parameter: known.name.clone() }),
            (stop, _) => {
                let what = format!("fit: stop {stop:?} of {parameter:?} is unknown");
                Err(problem(Path::new(""), &what))
            }
        }
    }

    fn identification_of(
        &self,
        model: &impl Parameters,
        layout: &[Parameter],
        stop: &Stop,
    ) -> Result<Identification, Error> {
        let open = layout.iter().filter_map(|slot| {
            self.open_parameters.get(&*slot.name).map(|limit| (slot.name.clone(), limit.as_str()))
        });
        match (self.identification.as_deref(), stop) {
            (Some("interior"), _) | (None, Stop::Converged) => Ok(Identification::Interior),
            (Some("ridge"), _) => {
                Ok(Identification::Ridge { parameters: open.map(|(name, _)| name).collect() })
            }
            (Some("boundary"), _) => {
                let end = |limit| Towards::of_name(limit).unwrap_or(Towards::Infinity);
                let parameters: Vec<_> = open.map(|(name, limit)| (name, end(limit))).collect();
                let named: Vec<_> = parameters.iter().map(|(name, to)| (&**name, *to)).collect();
                let meaning = model.limit(&named);
                Ok(Identification::Boundary { parameters, meaning })
            }
            (Some("unknown") | None, _) => Ok(Identification::Unknown),
            (Some(name), _) => {
                let what = format!("fit: identification {name:?} is unknown");
                Err(problem(Path::new(""), &what))
            }
        }
    }
}
