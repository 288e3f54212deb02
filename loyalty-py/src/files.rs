//! Model files of every kind.

use std::path::PathBuf;

use loyalty_core::behaviours::Behaviour;
use loyalty_core::models::ModelFile;
use pyo3::prelude::*;

use crate::behaviours::{BehaviourDistribution, BehaviourModel};
use crate::error::Result;
use crate::fits::{Fit, as_object};
use crate::forecast::AnchoredForecast;
use crate::posteriors::Posterior;
use crate::records::LedgerBasis;
use crate::returns::ReturnPropensity;

/// The model of a file, of whichever kind, and how it was fitted.
#[pyfunction]
pub(crate) fn load(py: Python<'_>, path: PathBuf) -> Result<(Bound<'_, PyAny>, Option<Fit>)> {
    let model = match py.detach(|| loyalty_core::files::model_kind(&path))?.as_str() {
        loyalty_core::returns::ReturnPropensity::KIND => {
            Bound::new(py, ReturnPropensity::load(py, path)?)?.into_any()
        }
        loyalty_core::behaviours::BehaviourModel::KIND => {
            Bound::new(py, BehaviourModel::load(path)?)?.into_any()
        }
        loyalty_core::ledger::LedgerBasis::KIND => {
            Bound::new(py, LedgerBasis::load(path)?)?.into_any()
        }
        loyalty_core::forecast::AnchoredForecast::KIND => {
            Bound::new(py, AnchoredForecast::load(path)?)?.into_any()
        }
        loyalty_core::estimation::Posterior::<loyalty_core::models::Model>::KIND => {
            Bound::new(py, Posterior::load(path)?)?.into_any()
        }
        kind if Behaviour::ALL.iter().any(|behaviour| behaviour.kind() == kind) => {
            Bound::new(py, BehaviourDistribution::load(path)?)?.into_any()
        }
        _ => {
            let file = py.detach(|| ModelFile::read(path))?;
            return Ok((as_object(py, file.model.clone())?, file.as_fit()?.map(Fit)));
        }
    };
    Ok((model, None))
}
