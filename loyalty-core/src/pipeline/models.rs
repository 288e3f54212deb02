//! The models that customers are scored with: those given, or those fitted to the data.

use std::ops::ControlFlow;

use super::choice;
use super::notes::{NoteKind, Part, Remarks};
use super::{GivenModel, ScoreOptions, Scores};
use crate::Error;
use crate::estimation::{Fit, FitOptions, Stop};
use crate::orders::Orders;
use crate::purchase::{AnyPurchaseModel, PurchaseKind, PurchaseModel};
use crate::spend::{AnySpendModel, SpendModel};
use crate::summary::CustomerSummary;

/// The fit, where there is one, and the model to score with, where there is one.
pub(super) struct Found<M> {
    pub(super) fit: Option<Fit<M>>,
    pub(super) model: Option<M>,
}

impl<M: Clone> Found<M> {
    fn none() -> Self {
        Self { fit: None, model: None }
    }

    /// What was given or, without it, what a fit finds: `None` with a remark where the data do not allow
    /// one.
    fn of(
        part: Part,
        given: Option<&GivenModel<M>>,
        fit: impl FnOnce() -> Result<Fit<M>, Error>,
        remarks: &mut Remarks,
    ) -> Result<Self, Error> {
        let fit = match given {
            Some(GivenModel::Model(model)) => {
                return Ok(Self { fit: None, model: Some(model.clone()) });
            }
            Some(GivenModel::Fit(fit)) => Some(fit.clone()),
            None => allowed(part, fit(), remarks)?,
        };
        Ok(Self { model: fit.as_ref().map(|fit| fit.model.clone()), fit })
    }

    /// Says why the fit ended, unless it is at a maximum.
    fn tell_stop(&self, kind: NoteKind, title: &str, remarks: &mut Remarks) {
        let stop = self.fit.as_ref().map(|fit| &fit.stop);
        if let Some(stop) = stop.filter(|stop| **stop != Stop::Converged) {
            remarks.note(kind, format!("{title}: {stop}"));
        }
    }
}

/// A part that was computed, or `None` with a remark where the data do not allow it. What was asked for
/// in a wrong way stays an error.
pub(super) fn allowed<T>(
    part: Part,
    result: Result<T, Error>,
    remarks: &mut Remarks,
) -> Result<Option<T>, Error> {
    match result {
        Ok(computed) => Ok(Some(computed)),
        Err(
            error @ (Error::Degenerate { .. }
            | Error::Infinite { .. }
            | Error::NotConverged { .. }
            | Error::Cancelled { .. }),
        ) => {
            remarks.missing(part, error.to_string(), &[]);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn with_threads(fit: &FitOptions, options: &ScoreOptions) -> FitOptions {
    FitOptions { threads: options.threads, ..fit.clone() }
}

/// The model of purchases.
pub(super) fn purchases(
    customers: &CustomerSummary,
    orders: Option<&Orders>,
    options: &ScoreOptions,
    remarks: &mut Remarks,
) -> Result<Found<AnyPurchaseModel>, Error> {
    let how = with_threads(&options.purchase_fit, options);
    let mut note = None;
    let fit = || {
        if let Some(kind) = options.purchase_kind {
            return kind.fit(customers, &how, &mut |_| ControlFlow::Continue(()));
        }
        let (fit, sentence) = choice::chosen(customers, orders, options, &how)?;
        note = Some(sentence);
        Ok(fit)
    };
    let found = Found::of(Part::Purchases, options.purchases.as_ref(), fit, remarks)?;
    if let Some(sentence) = note {
        remarks.note(NoteKind::PurchaseModel, sentence);
    }
    if let Some(model) = &found.model {
        found.tell_stop(NoteKind::PurchaseFit, model.kind().title(), remarks);
        tell_one_time_buyers(model.kind(), customers, remarks);
    }
    Ok(found)
}

fn tell_one_time_buyers(kind: PurchaseKind, customers: &CustomerSummary, remarks: &mut Remarks) {
    let once = customers.frequency().iter().filter(|&&frequency| frequency == 0).count();
    if !kind.can_have_left(0) && once > 0 {
        let title = kind.title();
        let sentence = format!(
            "P(alive) of the {once} who bought once is 1 by assumption of the {title}, however long ago that \
             was; treatments take it as not known"
        );
        remarks.note(NoteKind::OneTimeBuyers, sentence);
    }
}

/// Whether P(alive) of one-time buyers is 1 by assumption.
pub(super) fn one_time_buyers_cannot_leave(scores: &Scores) -> bool {
    scores.purchase_kind.is_some_and(|kind| !kind.can_have_left(0))
}

/// The model of spend, and where there is one the expected spend of every customer.
pub(super) fn spend(
    customers: &CustomerSummary,
    options: &ScoreOptions,
    remarks: &mut Remarks,
) -> Result<(Found<AnySpendModel>, Option<Vec<f64>>), Error> {
    if customers.monetary_value().is_none() {
        remarks.missing(Part::Spend, "they need amounts", &["amount"]);
        return Ok((Found::none(), None));
    }
    let how = with_threads(&options.spend_fit, options);
    let fit = || options.spend_kind.fit(customers, &how, &mut |_| ControlFlow::Continue(()));
    let found = Found::of(Part::Spend, options.spend.as_ref(), fit, remarks)?;
    let Some(model) = &found.model else { return Ok((found, None)) };
    let mut expected = vec![0.0; customers.len()];
    // A mean that the model says is infinite shows here, before anything rests on it.
    let filled = model.expected_spend_into(customers, &mut expected, options.threads);
    if allowed(Part::Spend, filled, remarks)?.is_none() {
        return Ok((Found { model: None, ..found }, None));
    }
    found.tell_stop(NoteKind::SpendFit, model.kind().title(), remarks);
    if !model.has_finite_mean() {
        remarks.note(NoteKind::InfiniteMean, infinite_mean(model));
    }
    Ok((found, Some(expected)))
}

/// What a mean that is not finite means, and the parameter that makes it so.
fn infinite_mean(model: &AnySpendModel) -> String {
    let because = match model {
        AnySpendModel::GammaGamma(model) => format!("q = {} is not above 1", shown(model.q())),
    };
    format!(
        "{}: {because}, so the mean spend over the customers is infinite: the amounts have too long a \
         tail for expected values",
        model.kind().title()
    )
}

/// Four digits say all that a fit knows of a parameter.
fn shown(parameter: f64) -> f64 {
    format!("{parameter:.3e}").parse().unwrap_or(parameter)
}
