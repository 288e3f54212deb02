//! What models of purchases and of spend have in common.

use loyalty_core::Error;
use loyalty_core::estimation::Fit;
use loyalty_core::files::text_of;
use loyalty_core::models::{Model, ModelFile};

use crate::error::Failure;
use crate::fit::loyalty_fit;
use crate::handle::give;

/// A model and, where it was fitted, what the fit says of itself.
#[derive(Debug)]
pub(crate) struct Fitted<M> {
    pub(crate) model: M,
    fit: Option<Fit<()>>,
}

impl<M> From<M> for Fitted<M> {
    fn from(model: M) -> Self {
        Self { model, fit: None }
    }
}

impl<M: Clone + Into<Model>> Fitted<M> {
    /// The model of a fit, whose report goes to a caller who asks for it.
    ///
    /// A caller who does not would not see that the solver stopped short of a maximum, so for them
    /// that is an error.
    ///
    /// # Safety
    /// `report` is NULL or writable.
    pub(crate) unsafe fn found(
        found: Fit<M>,
        report: *mut *mut loyalty_fit,
    ) -> Result<Self, Failure> {
        let model = found.model.clone();
        let fit = found.map(|_| ());
        if report.is_null() {
            fit.clone().converged()?;
        } else {
            // SAFETY: this function's contract.
            unsafe { give(report, loyalty_fit(fit.clone()))? };
        }
        Ok(Self { model, fit: Some(fit) })
    }

    /// Reads a file with a model of this family.
    pub(crate) fn load(
        path: &str,
        family: &str,
        member: impl FnOnce(Model) -> Option<M>,
    ) -> Result<Self, Error> {
        Self::of(ModelFile::read(path)?, path, family, member)
    }

    /// Reads what such a file holds.
    pub(crate) fn from_bytes(
        bytes: &[u8],
        family: &str,
        member: impl FnOnce(Model) -> Option<M>,
    ) -> Result<Self, Error> {
        Self::of(ModelFile::from_json(text_of(bytes)?)?, "", family, member)
    }

    fn of(
        file: ModelFile,
        path: &str,
        family: &str,
        member: impl FnOnce(Model) -> Option<M>,
    ) -> Result<Self, Error> {
        let fit = file.as_fit()?.map(|fit| fit.map(|_| ()));
        let kind = file.model.kind();
        let other_family = || {
            let problem = format!("holds a {kind} model, not one of {family}");
            Error::ModelFile { path: path.to_owned(), problem, source: None }
        };
        let model = member(file.model).ok_or_else(other_family)?;
        Ok(Self { model, fit })
    }

    /// The model as its fit found it, where it was fitted.
    pub(crate) fn as_fit(&self) -> Option<Fit<M>> {
        self.fit.as_ref().map(|fit| fit.clone().map(|()| self.model.clone()))
    }

    /// Writes the model's file, with what is known of its fit.
    pub(crate) fn save(&self, path: &str) -> Result<(), Error> {
        self.file().write(path)
    }

    /// What such a file holds.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.file().to_json().into_bytes()
    }

    fn file(&self) -> ModelFile {
        match self.as_fit() {
            Some(fit) => ModelFile::from(&fit),
            None => ModelFile::from(self.model.clone()),
        }
    }

    /// Hands what the fit says of itself to the caller.
    ///
    /// # Safety
    /// `out` is NULL or writable.
    pub(crate) unsafe fn give_fit(&self, out: *mut *mut loyalty_fit) -> Result<(), Failure> {
        let expected = "the model was given by its parameters";
        let missing = Error::Empty { what: "the report of the fit", expected };
        // SAFETY: this function's contract.
        unsafe { give(out, loyalty_fit(self.fit.clone().ok_or(missing)?)) }
    }
}
