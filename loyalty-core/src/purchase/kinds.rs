//! The models there are: one line each, from which dispatch, files, C codes and names follow.

use std::any::TypeId;
use std::ops::ControlFlow;
use std::str::FromStr;

use super::bg_bb::BgBb;
use super::bg_cnbd_k::BgCnbdK;
use super::bg_nbd::BgNbd;
use super::likelihood::{fit_to, posterior_of};
use super::mbg_cnbd_k::MbgCnbdK;
use super::mbg_nbd::MbgNbd;
use super::nbd::Nbd;
use super::pareto_nbd::ParetoNbd;
use super::process::{Moved, Needs, PurchaseProcess};
use super::{Discounting, Future, FutureDraws, Futures, PurchaseModel};
use crate::Error;
use crate::estimation::{
    Fit, FitOptions, Parameter, Parameters, Posterior, PosteriorOptions, Progress, Towards,
};
use crate::parallel::Threads;
use crate::summary::{CustomerSummary, History};
use crate::time::Unit;

/// Makes the kinds, the holder of any of them, and the fit of each.
macro_rules! purchase_models {
    ($($(#[$doc:meta])* $code:literal => $model:ident),* $(,)?) => {
        /// Which model of purchases.
        ///
        /// # Examples
        /// ```
        /// use loyalty_core::purchase::PurchaseKind;
        /// let kind: PurchaseKind = "bg-nbd".parse()?;
        /// assert_eq!((kind.title(), kind.code()), ("BG/NBD", 1));
        /// assert_eq!(PurchaseKind::of_code(1), Some(kind));
        /// # Ok::<(), loyalty_core::Error>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum PurchaseKind {
            $($(#[$doc])* $model = $code),*
        }

        /// A model of purchases of any kind, such as the one in a file.
        ///
        /// # Examples
        /// ```
        /// use loyalty_core::purchase::{AnyPurchaseModel, BgNbd, PurchaseModel};
        /// use loyalty_core::summary::History;
        /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
        /// let any = AnyPurchaseModel::from(cdnow);
        /// let customer = History::new(2, 30.43, 38.86)?;
        /// assert_eq!(any.p_alive(&customer), cdnow.p_alive(&customer));
        /// # Ok::<(), loyalty_core::Error>(())
        /// ```
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum AnyPurchaseModel {
            $($(#[$doc])* $model($model)),*
        }

        /// Calls one generic function with the model inside: the only dispatch there is, per call and
        /// never per customer.
        macro_rules! with_model {
            ($any:expr, $inner:ident => $body:expr) => {
                match $any { $(AnyPurchaseModel::$model($inner) => $body),* }
            };
        }

        /// Calls one generic function with the type of the model.
        macro_rules! with_kind {
            ($kind:expr, $type:ident => $body:expr) => {
                match $kind { $(PurchaseKind::$model => { type $type = $model; $body }),* }
            };
        }

        impl PurchaseKind {
            /// All kinds, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$model),*];
        }

        $(
            impl From<$model> for AnyPurchaseModel {
                fn from(model: $model) -> Self {
                    Self::$model(model)
                }
            }

            impl $model {
                /// Fits the model by maximum likelihood, with analytic gradient and Hessian on the scales
                /// of the parameters, over the distinct histories.
                ///
                /// # Errors
                /// [`Error::Degenerate`] where nobody bought again, [`Error::Parameter`] for options
                /// outside their domain. A fit without a proper maximum is not an error: [`Fit::stop`]
                /// names it.
                ///
                /// # Examples
                /// ```
                /// use loyalty_core::estimation::FitOptions;
                /// use loyalty_core::purchase::BgNbd;
                /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
                /// let x = [0.0, 2.0, 0.0, 1.0, 7.0, 0.0, 3.0, 0.0, 4.0, 1.0, 0.0, 1.0];
                /// let t_x = [0.0, 30.0, 0.0, 2.0, 37.0, 0.0, 5.0, 0.0, 33.0, 3.0, 0.0, 1.5];
                /// let t = [38.0, 38.0, 36.0, 38.0, 38.0, 30.0, 31.0, 29.0, 35.0, 36.0, 39.0, 33.0];
                /// let summary = CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t))?;
                /// let fit = BgNbd::fit(&summary, &FitOptions::default())?;
                /// assert_eq!(fit.stop.name(), "converged");
                /// # Ok::<(), loyalty_core::Error>(())
                /// ```
                pub fn fit(
                    summary: &CustomerSummary,
                    options: &FitOptions,
                ) -> Result<Fit<Self>, Error> {
                    Self::fit_observed(summary, options, &mut |_| ControlFlow::Continue(()))
                }

                /// The same with an observer that sees every iteration and may end the fit.
                ///
                /// # Errors
                /// As [`Self::fit`], and [`Error::Cancelled`] where the observer ends it.
                pub fn fit_observed(
                    summary: &CustomerSummary,
                    options: &FitOptions,
                    observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
                ) -> Result<Fit<Self>, Error> {
                    fit_to(summary, options, observe)
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
                    summary: &CustomerSummary,
                    options: &FitOptions,
                    how: &PosteriorOptions,
                ) -> Result<Posterior<Self>, Error> {
                    posterior_of(summary, options, how)
                }
            }
        )*
    };
}

purchase_models! {
    /// Customers may leave after every repeat purchase.
    1 => BgNbd,
    /// Customers may leave after every purchase, the first included.
    2 => MbgNbd,
    /// Nobody leaves.
    3 => Nbd,
    /// Customers may leave at any time.
    4 => ParetoNbd,
    /// Regular customers, who may leave after every repeat purchase.
    5 => BgCnbdK,
    /// Regular customers, who may leave after every purchase, the first included.
    6 => MbgCnbdK,
    /// Customers who can buy at set opportunities only, and leave between them.
    7 => BgBb,
}

/// The kind of a model's type.
pub(super) fn kind_of<M: PurchaseProcess>() -> PurchaseKind {
    let same =
        |kind: &&PurchaseKind| with_kind!(**kind, K => TypeId::of::<K>()) == TypeId::of::<M>();
    *PurchaseKind::ALL.iter().find(same).unwrap_or_else(|| unreachable!("{} is listed", M::KIND))
}

/// A function of the type of a model.
pub(super) trait OfModel {
    type Output;

    fn of<M: PurchaseProcess>(self) -> Self::Output;
}

impl PurchaseKind {
    /// A function of the type of this kind's models.
    pub(super) fn dispatch<F: OfModel>(self, function: F) -> F::Output {
        with_kind!(self, M => function.of::<M>())
    }

    /// How it takes covariates, if it does.
    pub(super) fn moved(self) -> Option<Moved> {
        with_kind!(self, M => M::MOVED)
    }

    /// Whether it takes covariates; see [`PurchaseWithCovariates`](super::PurchaseWithCovariates).
    ///
    /// ```
    /// use loyalty_core::purchase::PurchaseKind;
    /// assert!(PurchaseKind::ParetoNbd.takes_covariates() && !PurchaseKind::Nbd.takes_covariates());
    /// ```
    pub fn takes_covariates(self) -> bool {
        self.moved().is_some()
    }

    /// Its name in files, in C and on the command line: `bg-nbd`.
    pub fn name(self) -> &'static str {
        with_kind!(self, M => M::KIND)
    }

    /// Its name in messages: `BG/NBD`.
    pub fn title(self) -> &'static str {
        with_kind!(self, M => M::TITLE)
    }

    /// What it reads of a customer.
    pub fn needs(self) -> Needs {
        with_kind!(self, M => M::NEEDS)
    }

    /// Whether a customer with x repeat purchases can have left. Who cannot has a P(alive) of 1 by
    /// assumption, however long ago they bought: one-time buyers under the BG/NBD, everybody under the NBD.
    ///
    /// ```
    /// use loyalty_core::purchase::PurchaseKind;
    /// let one_time_buyers = [PurchaseKind::BgNbd, PurchaseKind::MbgNbd, PurchaseKind::Nbd];
    /// assert_eq!(one_time_buyers.map(|kind| kind.can_have_left(0)), [false, true, false]);
    /// ```
    pub fn can_have_left(self, x: u32) -> bool {
        with_kind!(self, M => M::can_have_left(x))
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
    /// use loyalty_core::purchase::{AnyPurchaseModel, BgNbd, PurchaseKind};
    /// let any = PurchaseKind::BgNbd.build(&[0.243, 4.414, 0.793, 2.426], None)?;
    /// assert_eq!(any, BgNbd::new(0.243, 4.414, 0.793, 2.426)?.into());
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn build(self, values: &[f64], unit: Option<Unit>) -> Result<AnyPurchaseModel, Error> {
        with_kind!(self, M => Ok(M::of(values, unit)?.into()))
    }

    /// Fits a model of this kind.
    ///
    /// # Errors
    /// [`Error::Degenerate`] where the data cannot determine it, [`Error::Parameter`] for options outside
    /// their domain, [`Error::Cancelled`] where the observer ends the fit.
    ///
    /// # Examples
    /// ```
    /// use std::ops::ControlFlow;
    /// use loyalty_core::estimation::FitOptions;
    /// use loyalty_core::purchase::{PurchaseKind, PurchaseModel};
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let (x, t_x, t) = ([0.0, 2.0, 1.0, 0.0], [0.0, 30.0, 2.0, 0.0], [38.0, 38.0, 36.0, 30.0]);
    /// let customers = CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t))?;
    /// let options = FitOptions::default();
    /// let fit = PurchaseKind::BgNbd.fit(&customers, &options, &mut |_| ControlFlow::Continue(()))?;
    /// assert_eq!(fit.model.kind(), PurchaseKind::BgNbd);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn fit(
        self,
        summary: &CustomerSummary,
        options: &FitOptions,
        observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Fit<AnyPurchaseModel>, Error> {
        with_kind!(self, M => Ok(fit_to::<M>(summary, options, observe)?.map(Into::into)))
    }

    /// The posterior of a model of this kind.
    ///
    /// # Errors
    /// As [`Self::fit`], [`Error::NotConverged`] where the fit with the priors has no proper maximum,
    /// [`Error::Parameter`] for fewer than 100 draws.
    ///
    /// # Examples
    /// See [`Posterior`].
    pub fn posterior(
        self,
        summary: &CustomerSummary,
        options: &FitOptions,
        how: &PosteriorOptions,
    ) -> Result<Posterior<AnyPurchaseModel>, Error> {
        with_kind!(self, M => Ok(posterior_of::<M>(summary, options, how)?.map(Into::into)))
    }
}

impl FromStr for PurchaseKind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let known = Self::ALL.iter().copied().find(|kind| kind.name() == name);
        let (name, value) = ("purchase model", name.to_owned());
        known.ok_or(Error::Choice { name, expected: "the name of a purchase model", value })
    }
}

impl Parameters for AnyPurchaseModel {
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
        impl PurchaseModel for AnyPurchaseModel {
            $(fn $name(&self, $($argument: $type),*) -> $result {
                with_model!(self, model => model.$name($($argument),*))
            })*
        }
    };
}

handed_on! {
    kind() -> PurchaseKind;
    unit() -> Option<Unit>;
    p_alive(history: &History) -> f64;
    p_alive_at(history: &History, horizon: f64) -> Result<f64, Error>;
    expected_purchases(history: &History, horizon: f64) -> Result<f64, Error>;
    discounted_purchases(history: &History, discounting: &Discounting) -> f64;
    p_no_purchase(history: &History, horizon: f64) -> Result<f64, Error>;
    p_n_purchases(history: &History, n: u32, horizon: f64) -> Result<f64, Error>;
    purchase_distribution(history: &History, horizon: f64, out: &mut [f64]) -> Result<(), Error>;
    expected_purchases_new_customer(horizon: f64) -> Result<f64, Error>;
    p_n_purchases_new_customer(n: u32, t: f64) -> Result<f64, Error>;
    p_alive_into(c: &CustomerSummary, out: &mut [f64], threads: Threads) -> Result<(), Error>;
    p_alive_at_into(c: &CustomerSummary, horizon: f64, out: &mut [f64], threads: Threads) -> Result<(), Error>;
    expected_purchases_into(c: &CustomerSummary, horizon: f64, out: &mut [f64], threads: Threads) -> Result<(), Error>;
    discounted_purchases_into(c: &CustomerSummary, discounting: &Discounting, out: &mut [f64], threads: Threads) -> Result<(), Error>;
    discounted_purchases_by_age_into(c: &CustomerSummary, discounting: &Discounting, out: &mut [f64], threads: Threads) -> Result<(), Error>;
    p_no_purchase_into(c: &CustomerSummary, horizon: f64, out: &mut [f64], threads: Threads) -> Result<(), Error>;
    purchase_distribution_into(c: &CustomerSummary, horizon: f64, counts: usize, out: &mut [f64], threads: Threads) -> Result<(), Error>;
    expected_purchases_new_customer_into(horizons: &[f64], out: &mut [f64]) -> Result<(), Error>;
    log_likelihood(summary: &CustomerSummary) -> Result<f64, Error>;
    simulate(t: &[f64], seed: u64, threads: Threads) -> Result<CustomerSummary, Error>;
    each_future(c: &CustomerSummary, how: &FutureDraws, see: &mut dyn FnMut(&Future<'_>)) -> Result<(), Error>;
    simulate_future(c: &CustomerSummary, how: &FutureDraws, threads: Threads) -> Result<Futures, Error>;
}
