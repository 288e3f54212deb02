//! Maximum likelihood for the Gamma-Gamma.

use std::ops::ControlFlow;

use super::GammaGamma;
use super::likelihood::Spenders;
use crate::Error;
use crate::estimation::{DataScale, Fit, FitOptions, Penalty, best_of, first_look, maximise};
use crate::estimation::{Parameters, Progress};
use crate::math::elementary::ln;
use crate::parallel::Threads;
use crate::summary::CustomerSummary;

impl GammaGamma {
    /// Fits the model by maximum likelihood to the customers with purchases behind their monetary
    /// value.
    ///
    /// Customers without any are not part of the likelihood. Those whose purchases were all free have
    /// no place under a gamma distribution; [`Fit::left_out`] counts them.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where the summary has no monetary value, [`Error::Degenerate`] where
    /// fewer than two customers spent something or all spent the same, [`Error::Parameter`] for
    /// options outside their domain.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::estimation::FitOptions;
    /// use loyalty_core::orders::Column;
    /// use loyalty_core::spend::GammaGamma;
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let (x, t_x, t) = ([2.0, 1.0, 4.0, 1.0, 3.0], [9.0, 4.0, 8.0, 2.0, 7.0], [10.0; 5]);
    /// let mut columns = SummaryColumns::new(&x, &t_x, &t);
    /// columns.monetary_value = Some(Column::new("mean", &[22.0, 50.0, 31.0, 9.0, 14.0]));
    /// let fit = GammaGamma::fit(&CustomerSummary::new(&columns)?, &FitOptions::default())?;
    /// assert_eq!((fit.customers, fit.left_out), (5.0, 0.0));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn fit(summary: &CustomerSummary, options: &FitOptions) -> Result<Fit<Self>, Error> {
        Self::fit_observed(summary, options, &mut |_| ControlFlow::Continue(()))
    }

    /// [`GammaGamma::fit`] with an observer that sees every iteration and may end the fit.
    ///
    /// # Errors
    /// As [`GammaGamma::fit`], and [`Error::Cancelled`] where the observer ends it.
    pub fn fit_observed(
        summary: &CustomerSummary,
        options: &FitOptions,
        observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Fit<Self>, Error> {
        let spenders =
            Spenders::of(summary, money(summary, "the Gamma-Gamma fit")?, options.threads);
        let degenerate = |reason| Err(Error::Degenerate { model: "Gamma-Gamma", reason });
        if spenders.len() < 2 {
            return degenerate("fewer than two customers have repeat purchases with an amount");
        }
        let (mean, square) = spenders.moments();
        if square - mean * mean <= 1e-12 * square {
            return degenerate("all customers spend the same");
        }
        let scale = DataScale {
            of_priors: [1.0, 1.0, mean],
            of_ridge: [1.0; 3],
            customers: spenders.customers(),
        };
        let penalty = Penalty::of(options, Self::NAMES, &scale)?;
        let start = penalty.start(options.checked_start(Self::NAMES, || start(mean, square))?);
        let near = first_look(Self::NAMES, spenders.len(), start, options, &penalty, |step| {
            let some = spenders.thinned(step);
            move |at| some.evaluate(at, options.threads)
        });
        let mut from = |start| {
            maximise(Self::NAMES, start, options, observe, |at| {
                penalty.added_to(spenders.evaluate(at, options.threads), at)
            })
        };
        // Who states a start wants the maximum near it.
        let others = if options.start.is_none() { other_starts(mean) } else { Vec::new() };
        let others = others.into_iter().map(|start| penalty.start(start.map(ln)));
        let maximum = best_of(from(near)?, others, from)?;
        maximum.fit(&start, &penalty, scale.customers, spenders.without_money, |[p, q, v]| {
            Self::new(p, q, v)
        })
    }

    /// ln L of a summary at these parameters.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where the summary has no monetary value.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::orders::Column;
    /// use loyalty_core::spend::GammaGamma;
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let mut columns = SummaryColumns::new(&[3.0], &[5.0], &[9.0]);
    /// columns.monetary_value = Some(Column::new("mean", &[35.0]));
    /// let customers = CustomerSummary::new(&columns)?;
    /// let ln_density = GammaGamma::new(6.0, 4.0, 16.0)?.log_likelihood(&customers)?;
    /// assert!((ln_density - 0.0162804074_f64.ln()).abs() < 1e-8);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn log_likelihood(&self, summary: &CustomerSummary) -> Result<f64, Error> {
        let spenders =
            Spenders::of(summary, money(summary, "the log-likelihood")?, Threads::default());
        let ln_parameters = [self.p, self.q, self.v].map(ln);
        Ok(spenders.evaluate(&ln_parameters, Threads::default()).value)
    }
}

fn money<'a>(summary: &'a CustomerSummary, needed_by: &'static str) -> Result<&'a [f64], Error> {
    summary.monetary_value().ok_or(Error::MissingColumn { column: "monetary_value", needed_by })
}

/// Shapes of a middling shop, and the scale that gives the mean of the data.
fn start(mean: f64, square: f64) -> [f64; 3] {
    let variation = (square - mean * mean) / (mean * mean);
    let q = 2.0 + 1.0 / variation.clamp(0.05, 5.0);
    let p = 3.0;
    [p, q, mean * (q - 1.0) / p]
}

/// Starts from which the likelihood may rise to other limits: heavy tails, or customers hardly unlike.
fn other_starts(mean: f64) -> Vec<[f64; 3]> {
    [(0.5, 1.5), (1.0, 20.0), (20.0, 3.0)].map(|(p, q)| [p, q, mean * (q - 1.0) / p]).into()
}
