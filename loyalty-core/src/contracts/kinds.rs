//! The models of contracts there are: one line each, from which dispatch, files, C codes and names follow.

use std::ops::ControlFlow;
use std::str::FromStr;

use super::bdw::Bdw;
use super::likelihood::{fit_to, posterior_of};
use super::process::ContractProcess;
use super::sbg::Sbg;
use super::{ContractModel, Contracts, RenewalHorizon};
use crate::Error;
use crate::estimation::{
    Fit, FitOptions, Parameter, Parameters, Posterior, PosteriorOptions, Progress, Towards,
};
use crate::parallel::Threads;

/// Makes the kinds, the holder of any of them, and the fit of each.
macro_rules! contract_models {
    ($($(#[$doc:meta])* $code:literal => $model:ident),* $(,)?) => {
        /// Which model of contracts.
        ///
        /// # Examples
        /// ```
        /// use loyalty_core::contracts::ContractKind;
        /// let kind: ContractKind = "sbg".parse()?;
        /// assert_eq!((kind.title(), kind.code()), ("sBG", 1));
        /// assert_eq!(ContractKind::of_code(1), Some(kind));
        /// # Ok::<(), loyalty_core::Error>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum ContractKind {
            $($(#[$doc])* $model = $code),*
        }

        /// A model of contracts of any kind, such as the one in a file.
        ///
        /// # Examples
        /// ```
        /// use loyalty_core::contracts::{AnyContractModel, ContractModel, Sbg};
        /// let model = Sbg::new(0.704, 1.182)?;
        /// assert_eq!(AnyContractModel::from(model).retention(3), model.retention(3));
        /// # Ok::<(), loyalty_core::Error>(())
        /// ```
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum AnyContractModel {
            $($(#[$doc])* $model($model)),*
        }

        /// Calls one generic function with the model inside.
        macro_rules! with_model {
            ($any:expr, $inner:ident => $body:expr) => {
                match $any { $(AnyContractModel::$model($inner) => $body),* }
            };
        }

        /// Calls one generic function with the type of the model.
        macro_rules! with_kind {
            ($kind:expr, $type:ident => $body:expr) => {
                match $kind { $(ContractKind::$model => { type $type = $model; $body }),* }
            };
        }

        impl ContractKind {
            /// All kinds, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$model),*];
        }

        impl AnyContractModel {
            /// Which model it is.
            pub fn kind(&self) -> ContractKind {
                match self { $(Self::$model(_) => ContractKind::$model),* }
            }
        }

        $(
            impl From<$model> for AnyContractModel {
                fn from(model: $model) -> Self {
                    Self::$model(model)
                }
            }

            impl $model {
                /// Fits the model by maximum likelihood, with analytic gradient and Hessian by the logarithms
                /// of the parameters.
                ///
                /// # Errors
                /// [`Error::Degenerate`] where nobody has left, or nobody came up for a second renewal;
                /// [`Error::Parameter`] for options outside their domain. A fit without a proper maximum is
                /// not an error: [`Fit::stop`] names it.
                ///
                /// # Examples
                /// ```
                /// use loyalty_core::contracts::{CohortColumns, Contracts, Sbg};
                /// use loyalty_core::estimation::FitOptions;
                /// let (renewals, customers) = ([0.0, 1.0, 2.0, 3.0], [1000.0, 631.0, 468.0, 382.0]);
                /// let contracts = Contracts::of_cohorts(&CohortColumns::new(&renewals, &customers))?;
                /// let fit = Sbg::fit(&contracts, &FitOptions::default())?;
                /// assert_eq!((fit.stop.name(), fit.customers), ("converged", 1000.0));
                /// # Ok::<(), loyalty_core::Error>(())
                /// ```
                pub fn fit(
                    contracts: &Contracts,
                    options: &FitOptions,
                ) -> Result<Fit<Self>, Error> {
                    fit_to(contracts, options, &mut |_| ControlFlow::Continue(()))
                }

                /// The posterior of the parameters: what the data and the priors leave open of them.
                ///
                /// # Errors
                /// As [`Self::fit`], [`Error::NotConverged`] where the fit with the priors has no proper
                /// maximum, [`Error::Parameter`] for fewer than 100 draws.
                ///
                /// # Examples
                /// See [`Posterior`].
                pub fn posterior(
                    contracts: &Contracts,
                    options: &FitOptions,
                    how: &PosteriorOptions,
                ) -> Result<Posterior<Self>, Error> {
                    posterior_of(contracts, options, how)
                }
            }
        )*
    };
}

contract_models! {
    /// Everybody has a chance to leave of their own, which does not change.
    1 => Sbg,
    /// The chance to leave changes as customers stay.
    2 => Bdw,
}

impl ContractKind {
    /// Its name in files, in C and on the command line: `sbg`.
    pub fn name(self) -> &'static str {
        with_kind!(self, M => M::KIND)
    }

    /// Its name in messages: `sBG`.
    pub fn title(self) -> &'static str {
        with_kind!(self, M => M::TITLE)
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
        with_kind!(self, M => M::parameters())
    }

    /// The model with these parameters, in the order of the layout.
    ///
    /// # Errors
    /// [`Error::Parameter`] outside their domain, [`Error::Length`] for too many or too few.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::contracts::{AnyContractModel, ContractKind, Sbg};
    /// let any = ContractKind::Sbg.build(&[0.704, 1.182])?;
    /// assert_eq!(any, Sbg::new(0.704, 1.182)?.into());
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn build(self, values: &[f64]) -> Result<AnyContractModel, Error> {
        with_kind!(self, M => Ok(M::of(values)?.into()))
    }

    /// Fits a model of this kind.
    ///
    /// # Errors
    /// As [`Sbg::fit`], and [`Error::Cancelled`] where the observer ends it.
    pub fn fit(
        self,
        contracts: &Contracts,
        options: &FitOptions,
        observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Fit<AnyContractModel>, Error> {
        with_kind!(self, M => Ok(fit_to::<M>(contracts, options, observe)?.map(Into::into)))
    }

    /// The posterior of a model of this kind.
    ///
    /// # Errors
    /// As [`Sbg::posterior`].
    ///
    /// # Examples
    /// See [`Posterior`].
    pub fn posterior(
        self,
        contracts: &Contracts,
        options: &FitOptions,
        how: &PosteriorOptions,
    ) -> Result<Posterior<AnyContractModel>, Error> {
        with_kind!(self, M => Ok(posterior_of::<M>(contracts, options, how)?.map(Into::into)))
    }
}

impl FromStr for ContractKind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let known = Self::ALL.iter().copied().find(|kind| kind.name() == name);
        let (name, value) = ("contract model", name.to_owned());
        known.ok_or(Error::Choice { name, expected: "the name of a contract model", value })
    }
}

impl Parameters for AnyContractModel {
    fn layout(&self) -> Vec<Parameter> {
        with_model!(self, model => model.layout())
    }

    fn values(&self) -> Vec<f64> {
        with_model!(self, model => model.values())
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        with_model!(self, model => model.limit(runaways))
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        with_model!(self, model => Ok(model.at(values)?.into()))
    }
}

/// Hands every prediction on to the model inside.
macro_rules! handed_on {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        impl ContractModel for AnyContractModel {
            $(fn $name(&self, $($argument: $type),*) -> $result {
                with_model!(self, model => model.$name($($argument),*))
            })*
        }
    };
}

handed_on! {
    retention(renewals: u32) -> f64;
    churn(renewals: u32) -> f64;
    survival(renewals: u32, ahead: u32) -> f64;
    discounted_renewals(renewals: u32, horizon: &RenewalHorizon) -> f64;
    discounted_lifetime(horizon: &RenewalHorizon) -> f64;
    churn_into(contracts: &Contracts, out: &mut [f64], threads: Threads) -> Result<(), Error>;
    survival_into(contracts: &Contracts, ahead: u32, out: &mut [f64], threads: Threads) -> Result<(), Error>;
    discounted_renewals_into(contracts: &Contracts, horizon: &RenewalHorizon, out: &mut [f64], threads: Threads) -> Result<(), Error>;
    clv_into(contracts: &Contracts, margin: &[f64], horizon: &RenewalHorizon, out: &mut [f64], threads: Threads) -> Result<(), Error>;
    forecast_into(contracts: &Contracts, periods: u32, out: &mut [f64], threads: Threads) -> Result<(), Error>;
    log_likelihood(contracts: &Contracts) -> f64;
    simulate(opportunities: &[u32], seed: u64, threads: Threads) -> Result<Contracts, Error>;
}
