//! Maximum likelihood for the BG/NBD.

use std::ops::ControlFlow;

use super::BgNbd;
use super::likelihood::evaluate;
use crate::Error;
use crate::estimation::{DataScale, Fit, FitOptions, Penalty, best_of, first_look, maximise};
use crate::estimation::{Parameters, Progress};
use crate::math::elementary::ln;
use crate::parallel::Threads;
use crate::summary::{CustomerSummary, Histories};

impl BgNbd {
    /// Fits the model by maximum likelihood, with analytic gradient and Hessian in the logarithms of
    /// the parameters, over the distinct histories.
    ///
    /// # Errors
    /// [`Error::Degenerate`] where nobody bought again, [`Error::Parameter`] for options outside
    /// their domain. A fit without a proper maximum is not an error: [`Fit::stop`] names it.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::estimation::FitOptions;
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let frequency = [0.0, 2.0, 0.0, 1.0, 7.0, 0.0, 3.0, 0.0, 4.0, 1.0, 0.0, 1.0];
    /// let recency = [0.0, 30.0, 0.0, 2.0, 37.0, 0.0, 5.0, 0.0, 33.0, 3.0, 0.0, 1.5];
    /// let t = [38.0, 38.0, 36.0, 38.0, 38.0, 30.0, 31.0, 29.0, 35.0, 36.0, 39.0, 33.0];
    /// let summary = CustomerSummary::new(&SummaryColumns::new(&frequency, &recency, &t))?;
    /// let fit = BgNbd::fit(&summary, &FitOptions::default())?;
    /// assert_eq!(fit.stop.name(), "converged");
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn fit(summary: &CustomerSummary, options: &FitOptions) -> Result<Fit<Self>, Error> {
        Self::fit_observed(summary, options, &mut |_| ControlFlow::Continue(()))
    }

    /// [`BgNbd::fit`] with an observer that sees every iteration and may end the fit.
    ///
    /// # Errors
    /// As [`BgNbd::fit`], and [`Error::Cancelled`] where the observer ends it.
    pub fn fit_observed(
        summary: &CustomerSummary,
        options: &FitOptions,
        observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Fit<Self>, Error> {
        let histories = Histories::of(summary, options.threads);
        let model = "BG/NBD";
        if histories.runs().iter().all(|run| run.x == 0) {
            return Err(Error::Degenerate { model, reason: "no customer bought more than once" });
        }
        let sizes = Sizes::of(&histories);
        let penalty = Penalty::of(options, Self::NAMES, &sizes.scale())?;
        let start = penalty.start(options.checked_start(Self::NAMES, || sizes.start())?);
        let near = first_look(Self::NAMES, histories.len(), start, options, &penalty, |step| {
            let some = histories.thinned(step);
            move |at| evaluate(&some, at, options.threads)
        });
        let mut from = |start| {
            maximise(Self::NAMES, start, options, observe, |at| {
                penalty.added_to(evaluate(&histories, at, options.threads), at)
            })
        };
        // Who states a start wants the maximum near it.
        let others = if options.start.is_none() { sizes.other_starts() } else { Vec::new() };
        let others = others.into_iter().map(|start| penalty.start(start.map(ln)));
        let maximum = best_of(from(near)?, others, from)?;
        maximum.fit(&start, &penalty, sizes.customers, 0.0, |[r, alpha, a, b]| {
            Ok(Self::new(r, alpha, a, b)?.with_unit(summary.unit()))
        })
    }

    /// ln L of a summary at these parameters.
    ///
    /// # Errors
    /// [`Error::Unit`] where the summary is in another unit than the model.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let summary = CustomerSummary::new(&SummaryColumns::new(&[2.0], &[30.43], &[38.86]))?;
    /// let model = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// assert!((model.log_likelihood(&summary)? + 9.4586).abs() < 1e-4);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn log_likelihood(&self, summary: &CustomerSummary) -> Result<f64, Error> {
        summary.same_unit(self.unit)?;
        let ln_parameters = [self.r, self.alpha, self.a, self.b].map(ln);
        let histories = Histories::of(summary, Threads::default());
        Ok(evaluate(&histories, &ln_parameters, Threads::default()).value)
    }
}

/// Sums over the customers, counted with their weights.
#[derive(Default)]
struct Sizes {
    customers: f64,
    purchases: f64,
    time: f64,
    longest: f64,
}

impl Sizes {
    fn of(histories: &Histories) -> Self {
        let mut sizes = Self { customers: histories.customers(), ..Self::default() };
        for run in histories.runs() {
            sizes.purchases += run.weight.iter().sum::<f64>() * f64::from(run.x);
            sizes.time += run.weight.iter().zip(&run.t).map(|(weight, t)| weight * t).sum::<f64>();
            sizes.longest = run.t.iter().fold(sizes.longest, |longest, &t| longest.max(t));
        }
        sizes
    }

    fn mean_time(&self) -> f64 {
        (self.time / self.customers).max(f64::MIN_POSITIVE)
    }

    fn scale(&self) -> DataScale<4> {
        let time = self.mean_time();
        DataScale {
            of_priors: [1.0, time, 1.0, 1.0],
            of_ridge: [1.0, self.longest, 1.0, 1.0],
            customers: self.customers,
        }
    }

    /// Starts from which the likelihood may rise to other limits: nearly everybody or nobody stays, or
    /// all leave with the same probability.
    fn other_starts(&self) -> Vec<[f64; 4]> {
        let [r, alpha, ..] = self.start();
        [(0.05, 0.15), (0.3, 1.0), (5.0, 20.0)].map(|(a, b)| [r, alpha, a, b]).into()
    }

    /// Moments of the data: the rate while active, and the share of customers who never come back.
    fn start(&self) -> [f64; 4] {
        let r: f64 = 0.5;
        // Purchases per unit of time, taken as though everybody stayed a third of the time.
        let rate = 3.0 * self.purchases / self.customers / self.mean_time();
        [r, r / rate, 1.0, 3.0]
    }
}
