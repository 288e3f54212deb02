//! The solver for a number of positive parameters that is known at compile time, whose likelihood has terms
//! row by row: those of a row lie on the stack.

use std::ops::ControlFlow;

use nalgebra::DMatrix;

use super::trust_region::maximise;
use super::{Dimension, Evaluation, FitOptions, Parameter};
use crate::Error;

/// Value and derivatives by the logarithms of `N` parameters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FixedEvaluation<const N: usize> {
    pub(crate) value: f64,
    pub(crate) gradient: [f64; N],
    pub(crate) hessian: [[f64; N]; N],
}

/// Where a function of the logarithms of `N` parameters is greatest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FixedMaximum<const N: usize> {
    pub(crate) ln_parameters: [f64; N],
    pub(crate) value: f64,
}

/// The maximum near a start. Where the solver ended short of one, the best point it saw.
pub(crate) fn maximise_fixed<const N: usize>(
    names: [&'static str; N],
    start: [f64; N],
    options: &FitOptions,
    mut evaluate: impl FnMut(&[f64; N]) -> FixedEvaluation<N>,
) -> Result<FixedMaximum<N>, Error> {
    let layout = names.map(|name| Parameter::positive(name, Dimension::None));
    let array = |at: &[f64]| std::array::from_fn(|slot| at[slot]);
    let quiet = &mut |_: &_| ControlFlow::Continue(());
    let found = maximise(&layout, &start, options, quiet, |at| {
        let FixedEvaluation { value, gradient, hessian } = evaluate(&array(at));
        let hessian = DMatrix::from_fn(N, N, |i, j| hessian[i][j]);
        Evaluation { value, gradient: gradient.to_vec(), hessian }
    })?;
    Ok(FixedMaximum { ln_parameters: array(&found.point), value: found.value })
}
