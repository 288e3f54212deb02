//! The spend models there are, one line each.

use std::ops::ControlFlow;
use std::str::FromStr;

use super::SpendModel;
use super::gamma_gamma::{GammaGamma, fit_to, posterior_of};
use crate::Error;
use crate::estimation::{
    Fit, FitOptions, Parameter, Parameters, Posterior, PosteriorOptions, Progress, Towards,
};
use crate::parallel::Threads;
use crate::summary::CustomerSummary;

/// Which model of spend.
///
/// # Examples
/// ```
/// use loyalty_core::spend::SpendKind;
/// let kind: SpendKind = "gamma-gamma".parse()?;
/// assert_eq!((kind.title(), kind.code()), ("Gamma-Gamma", 1));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum SpendKind {
    /// A customer's amounts are gamma distributed around a mean of their own.
    GammaGamma = 1,
}

/// A model of spend of any kind, such as the one in a file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum AnySpendModel {
    /// A customer's amounts are gamma distributed around a mean of their own.
    GammaGamma(GammaGamma),
}

impl From<GammaGamma> for AnySpendModel {
    fn from(model: GammaGamma) -> Self {
        Self::GammaGamma(model)
    }
}

impl SpendKind {
    /// All kinds, in the order of their codes.
    pub const ALL: &'static [Self] = &[Self::GammaGamma];

    /// Its name in files, in C and on the command line: `gamma-gamma`.
    pub fn name(self) -> &'static str {
        match self {
            Self::GammaGamma => "gamma-gamma",
        }
    }

    /// Its name in messages: `Gamma-Gamma`.
    pub fn title(self) -> &'static str {
        match self {
            Self::GammaGamma => "Gamma-Gamma",
        }
    }

    /// Its number in C, which never changes.
    pub fn code(self) -> u32 {
        self as u32
    }

    /// The kind with this number.
    pub fn of_code(code: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// Its parameters, in order.
    pub fn layout(self) -> Vec<Parameter> {
        match self {
            Self::GammaGamma => GammaGamma::parameters(),
        }
    }

    /// The model with these parameters, in the order of the layout.
    ///
    /// # Errors
    /// [`Error::Parameter`] outside their domain, [`Error::Length`] for too many or too few.
    pub fn build(self, values: &[f64]) -> Result<AnySpendModel, Error> {
        match self {
            Self::GammaGamma => Ok(GammaGamma::of(values)?.into()),
        }
    }

    /// Fits a model of this kind to the customers with purchases behind their monetary value.
    ///
    /// # Errors
    /// As [`GammaGamma::fit`], and [`Error::Cancelled`] where the observer ends it.
    pub fn fit(
        self,
        summary: &CustomerSummary,
        options: &FitOptions,
        observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Fit<AnySpendModel>, Error> {
        match self {
            Self::GammaGamma => Ok(fit_to(summary, options, observe)?.map(Into::into)),
        }
    }

    /// The posterior of a model of this kind.
    ///
    /// # Errors
    /// As [`GammaGamma::posterior`].
    ///
    /// # Examples
    /// See [`Posterior`].
    pub fn posterior(
        self,
        summary: &CustomerSummary,
        options: &FitOptions,
        how: &PosteriorOptions,
    ) -> Result<Posterior<AnySpendModel>, Error> {
        match self {
            Self::GammaGamma => Ok(posterior_of(summary, options, how)?.map(Into::into)),
        }
    }
}

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
        fit_to(summary, options, &mut |_| ControlFlow::Continue(()))
    }

    /// The posterior of the parameters: what the data and the priors leave open of them.
    ///
    /// # Errors
    /// As [`GammaGamma::fit`], [`Error::NotConverged`] where the fit with the priors has no proper maximum,
    /// [`Error::Parameter`] for fewer than 100 draws.
    ///
    /// # Examples
    /// See [`Posterior`].
    pub fn posterior(
        summary: &CustomerSummary,
        options: &FitOptions,
        how: &PosteriorOptions,
    ) -> Result<Posterior<Self>, Error> {
        posterior_of(summary, options, how)
    }

    /// The same with an observer that sees every iteration and may end the fit.
    ///
    /// # Errors
    /// As [`GammaGamma::fit`], and [`Error::Cancelled`] where the observer ends it.
    pub fn fit_observed(
        summary: &CustomerSummary,
        options: &FitOptions,
        observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Fit<Self>, Error> {
        fit_to(summary, options, observe)
    }
}

impl FromStr for SpendKind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let known = Self::ALL.iter().copied().find(|kind| kind.name() == name);
        let (name, value) = ("spend model", name.to_owned());
        known.ok_or(Error::Choice { name, expected: "the name of a spend model", value })
    }
}

impl Parameters for AnySpendModel {
    fn layout(&self) -> Vec<Parameter> {
        self.kind().layout()
    }

    fn values(&self) -> Vec<f64> {
        match self {
            Self::GammaGamma(model) => model.values(),
        }
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        match self {
            Self::GammaGamma(model) => model.limit(runaways),
        }
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        self.kind().build(values)
    }
}

impl SpendModel for AnySpendModel {
    fn kind(&self) -> SpendKind {
        match self {
            Self::GammaGamma(model) => model.kind(),
        }
    }

    fn has_finite_mean(&self) -> bool {
        match self {
            Self::GammaGamma(model) => model.has_finite_mean(),
        }
    }

    fn expected_spend(&self, transactions: u32, mean: f64) -> Result<f64, Error> {
        match self {
            Self::GammaGamma(model) => model.expected_spend(transactions, mean),
        }
    }

    fn expected_spend_into(
        &self,
        customers: &CustomerSummary,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        match self {
            Self::GammaGamma(model) => model.expected_spend_into(customers, out, threads),
        }
    }

    fn log_likelihood(&self, summary: &CustomerSummary) -> Result<f64, Error> {
        match self {
            Self::GammaGamma(model) => model.log_likelihood(summary),
        }
    }

    fn simulate(&self, customers: &CustomerSummary, seed: u64, threads: Threads) -> Vec<f64> {
        match self {
            Self::GammaGamma(model) => model.simulate(customers, seed, threads),
        }
    }

    fn draw_amounts(&self, transactions: u32, mean: f64, seed: u64, amounts: &mut [f64]) {
        match self {
            Self::GammaGamma(model) => model.draw_amounts(transactions, mean, seed, amounts),
        }
    }

    fn p_mean_above(&self, transactions: u32, mean: f64) -> f64 {
        match self {
            Self::GammaGamma(model) => model.p_mean_above(transactions, mean),
        }
    }
}
