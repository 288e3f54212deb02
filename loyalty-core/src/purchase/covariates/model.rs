//! The model of purchases with covariates.

use std::ops::ControlFlow;

use super::base;
use super::likelihood::{PATTERNS, fit_to, learnt, ln_likelihood};
use crate::Error;
use crate::error::same_length;
use crate::estimation::{
    BASE, Coding, Coefficient, CovariateRoles, Design, Effects, Features, Fit, FitOptions, Found,
    Parameter, Parameters, Posterior, PosteriorOptions, Progress, RawColumn, Towards, as_fitted,
    limit_with_effects, posterior_standardised,
};
use crate::purchase::kinds::OfModel;
use crate::purchase::process::{Leaving, Moved, PurchaseProcess};
use crate::purchase::{AnyPurchaseModel, PurchaseKind, PurchaseModel};
use crate::summary::{Covariates, CustomerSummary};
use crate::time::Unit;

/// A model of purchases in which what is known of a customer moves how often they buy and how soon they leave.
///
/// Each customer follows the model of the [`kind`](Self::kind), with parameters of their own:
///
/// ```text
/// α_i = α e^(−γ'z_i)                       purchases, of all kinds: the mean rate is r/α · e^(γ'z)
/// β_i = β e^(−γ'z_i)                       dropout of the Pareto/NBD: the mean rate is s/β · e^(γ'z)
/// ln φ_i/(1−φ_i) = ln φ/(1−φ) + γ'z_i      dropout of the BG/NBD and MBG/NBD, of the mean φ = a/(a+b)
/// ```
///
/// A positive coefficient says: buys more often, leaves sooner. κ = a+b, how much customers are alike, is the same
/// for all. One coefficient on both a and b, as CLVTools has it, could not move the mean. A number is taken as it
/// is, a category as an indicator of each level but the most frequent.
///
/// | parameter | unit | domain |
/// |---|---|---|
/// | `r`, `alpha`, `s`, `beta` | of the [`ParetoNbd`](super::super::ParetoNbd), where all features are 0 | > 0 |
/// | `r`, `alpha`, `phi`, `kappa` | of the [`BgNbd`](super::super::BgNbd), with φ = a/(a+b) and κ = a+b, where all features are 0 | > 0, φ < 1 |
/// | `purchase:…`, `dropout:…`, `shared:…` | γ, per unit of the column, or of the level against the most frequent | any |
///
/// A fit centres and scales the features, so it does not depend on their units; coefficients, their covariance and
/// the other parameters are those of the columns as they are. Priors are those of the standardised fit: that of
/// a coefficient is [`Prior::normal`](crate::estimation::Prior::normal) for a step of one standard deviation, that
/// of α the one of a customer in the middle.
///
/// # Examples
/// ```
/// use loyalty_core::estimation::{CovariateRoles, FitOptions};
/// use loyalty_core::orders::Column;
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::purchase::{ParetoNbd, PurchaseKind, PurchaseWithCovariates};
/// use loyalty_core::summary::Covariates;
/// let channel: Vec<&str> = (0..4000).map(|row| if row % 3 == 0 { "web" } else { "shop" }).collect();
/// let covariates = Covariates::new(&[Column::new("channel", &channel).into()])?;
/// // Who came by the web buys 1.65 times as often, and stays as long.
/// let base = ParetoNbd::new(0.8, 6.0, 0.7, 10.0)?;
/// let roles = CovariateRoles::default();
/// let truth = PurchaseWithCovariates::new(base, &covariates, &roles, &[0.5, 0.0])?;
/// let customers = truth.simulate(&covariates, &[40.0; 4000], 7, Threads::default())?;
///
/// let (kind, options) = (PurchaseKind::ParetoNbd, FitOptions::default());
/// let fit = PurchaseWithCovariates::fit(kind, &customers, &covariates, &roles, &options)?;
/// let [buys, leaves] = &fit.model.coefficients()[..] else { unreachable!() };
/// assert_eq!((&*buys.name, &*leaves.name), ("purchase:channel=web", "dropout:channel=web"));
/// assert!((buys.value - 0.5).abs() < 0.2 && leaves.value.abs() < 0.4);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Fader & Hardie (2007), Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD models, note 019.
#[derive(Debug, Clone, PartialEq)]
pub struct PurchaseWithCovariates {
    kind: PurchaseKind,
    moved: Moved,
    /// The parameters where all features are 0.
    values: Vec<f64>,
    effects: Effects,
    unit: Option<Unit>,
}

impl PurchaseWithCovariates {
    /// A model with known parameters: `base` is that of customers whose features are all 0, the coefficients stand
    /// in the order of [`Self::coefficients`]. Levels, and the spread of the columns, are read off the table.
    ///
    /// # Errors
    /// [`Error::Choice`] for a model that takes no covariates, [`Error::Columns`] as [`Self::fit`],
    /// [`Error::Length`] for too many or too few coefficients, [`Error::Parameter`] outside their domain.
    pub fn new(
        base: impl Into<AnyPurchaseModel>,
        covariates: &Covariates,
        roles: &CovariateRoles,
        coefficients: &[f64],
    ) -> Result<Self, Error> {
        let base = base.into();
        let (kind, unit) = (base.kind(), base.unit());
        let moved = moved(kind)?;
        let (design, _) = Design::learn(covariates, roles, &base::links(moved.leaving), None)?;
        let effects = Effects::new(design, coefficients.to_vec())?;
        Self::of(kind, base::of_model(moved.leaving, &base.values()), effects, unit)
    }

    /// The names of the coefficients that a model of this kind has with these covariates, in their order.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn names_of(
        kind: PurchaseKind,
        covariates: &Covariates,
        roles: &CovariateRoles,
    ) -> Result<Vec<String>, Error> {
        let links = base::links(moved(kind)?.leaving);
        let (design, _) = Design::learn(covariates, roles, &links, None)?;
        Ok(design.layout().map(|slot| slot.name.into_owned()).collect())
    }

    fn of(
        kind: PurchaseKind,
        values: Vec<f64>,
        effects: Effects,
        unit: Option<Unit>,
    ) -> Result<Self, Error> {
        let moved = moved(kind)?;
        let layout = kind.dispatch(BaseLayout(moved.leaving));
        same_length(layout.len(), "parameters", values.len())?;
        for (slot, &value) in layout.iter().zip(&values) {
            slot.check(value)?;
        }
        Ok(Self { kind, moved, values, effects, unit })
    }

    /// Fits a model of a kind to customers and what is known of them, row by row, by maximum likelihood with
    /// analytic gradient and Hessian over the distinct pairs of history and covariates.
    ///
    /// # Errors
    /// [`Error::Choice`] for a kind that takes no covariates, [`Error::Length`] where the tables differ in length,
    /// [`Error::Columns`] for a covariate that is missing, has one value only, follows from others, or is both
    /// shared and not; [`Error::Parameter`] for options outside their domain, among them any `penalizer`;
    /// [`Error::Degenerate`] where nobody bought again. A fit without a proper maximum is not an error:
    /// [`Fit::stop`] names it.
    pub fn fit(
        kind: PurchaseKind,
        customers: &CustomerSummary,
        covariates: &Covariates,
        roles: &CovariateRoles,
        options: &FitOptions,
    ) -> Result<Fit<Self>, Error> {
        let quiet = &mut |_: &Progress| ControlFlow::Continue(());
        Self::fit_observed(kind, customers, covariates, roles, options, quiet)
    }

    /// The same with an observer that sees every iteration and may end the fit.
    ///
    /// # Errors
    /// As [`Self::fit`], and [`Error::Cancelled`] where the observer ends it.
    pub fn fit_observed(
        kind: PurchaseKind,
        customers: &CustomerSummary,
        covariates: &Covariates,
        roles: &CovariateRoles,
        options: &FitOptions,
        observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Fit<Self>, Error> {
        let leaving = moved(kind)?.leaving;
        let found =
            kind.dispatch(Fitting { leaving, customers, covariates, roles, options, observe })?;
        let unit = customers.unit();
        as_fitted(found, |values, effects| Self::of(kind, values.to_vec(), effects, unit))
    }

    /// The posterior of parameters and coefficients: what the data and the priors leave open of them. A
    /// coefficient without a prior has the weak one, a standard normal for a step of one standard deviation of its
    /// column.
    ///
    /// # Errors
    /// As [`Self::fit`], [`Error::NotConverged`] where the fit with the priors has no proper maximum,
    /// [`Error::Parameter`] for fewer than 100 draws.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::estimation::{CovariateRoles, FitOptions, PosteriorOptions, Scale};
    /// use loyalty_core::orders::Column;
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, PurchaseKind, PurchaseWithCovariates};
    /// use loyalty_core::summary::Covariates;
    /// let member: Vec<f64> = (0..400).map(|row| f64::from(row % 2)).collect();
    /// let covariates = Covariates::new(&[Column::new("member", &member[..]).into()])?;
    /// let (base, roles) = (BgNbd::new(0.8, 5.0, 1.0, 3.0)?, CovariateRoles::default());
    /// let truth = PurchaseWithCovariates::new(base, &covariates, &roles, &[0.7, 0.0])?;
    /// let customers = truth.simulate(&covariates, &[39.0; 400], 7, Threads::default())?;
    /// let (kind, options, mut how) =
    ///     (PurchaseKind::BgNbd, FitOptions::default(), PosteriorOptions::default());
    /// how.draws = 500;
    /// let posterior =
    ///     PurchaseWithCovariates::posterior(kind, &customers, &covariates, &roles, &options, &how)?;
    /// let table = posterior.parameters(0.99)?;
    /// assert_eq!(posterior.names()[4], "purchase:member");
    /// assert!(table.lower[4] < 0.7 && 0.7 < table.upper[4]);
    /// let expected = posterior.thinned(100)?.predict(
    ///     400,
    ///     Scale::Log,
    ///     0.9,
    ///     Threads::default(),
    ///     |rows| (customers.slice(rows.clone()), covariates.slice(rows)),
    ///     |model, (some, known), out| {
    ///         model.expected_purchases_into(some, known, 52.0, out, Threads::ONE)
    ///     },
    /// )?;
    /// assert!((0..400).all(|row| expected.lower[row] < expected.upper[row]));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn posterior(
        kind: PurchaseKind,
        customers: &CustomerSummary,
        covariates: &Covariates,
        roles: &CovariateRoles,
        options: &FitOptions,
        how: &PosteriorOptions,
    ) -> Result<Posterior<Self>, Error> {
        let leaving = moved(kind)?.leaving;
        kind.dispatch(Sampling { kind, leaving, customers, covariates, roles, options, how })
    }

    /// Which columns act on what: those that a [`fit`](Self::fit) of the same would be told.
    pub fn roles(&self) -> CovariateRoles {
        let [purchase, dropout, shared] = self.effects.design.roles().clone();
        let mut roles = CovariateRoles::default();
        (roles.purchase, roles.dropout, roles.shared) = (Some(purchase), Some(dropout), shared);
        roles
    }

    /// Which model its customers follow.
    pub fn kind(&self) -> PurchaseKind {
        self.kind
    }

    /// Its name in files: that of the kind, with `-with-covariates`.
    pub fn name(&self) -> &'static str {
        self.moved.kind
    }

    /// The unit of time, where it is known: the model then refuses data in another.
    pub fn unit(&self) -> Option<Unit> {
        self.unit
    }

    /// The columns that the model has learnt from, which scoring needs, by name.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.effects.design.coding().names()
    }

    /// The coefficients, one by one.
    pub fn coefficients(&self) -> Vec<Coefficient> {
        self.effects.coefficients()
    }

    /// The model of the customer in a row of a table: every prediction of
    /// [`PurchaseModel`](super::super::PurchaseModel) goes with it.
    ///
    /// # Errors
    /// [`Error::Columns`] where a column is missing, [`Error::Type`] where it holds text for numbers or the
    /// reverse, [`Error::Value`] for a level that the model has not learnt from, or where the covariates move a
    /// parameter out of its domain; [`Error::Parameter`] unless the table has the row.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::estimation::CovariateRoles;
    /// use loyalty_core::orders::Column;
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel, PurchaseWithCovariates};
    /// use loyalty_core::summary::{Covariates, History};
    /// let covariates = Covariates::new(&[Column::new("member", &[0.0, 1.0][..]).into()])?;
    /// let (base, roles) = (BgNbd::new(0.5, 6.0, 0.8, 2.4)?, CovariateRoles::default());
    /// let model = PurchaseWithCovariates::new(base, &covariates, &roles, &[0.7, -0.5])?;
    /// let customer = History::new(2, 20.0, 30.0)?;
    /// let [other, member] = [0, 1].map(|row| model.customer(&covariates, row));
    /// assert!(member?.expected_purchases(&customer, 10.0)? > other?.expected_purchases(&customer, 10.0)?);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn customer(&self, covariates: &Covariates, row: usize) -> Result<AnyPurchaseModel, Error> {
        if row >= covariates.len() {
            let expected = "below the number of rows of the covariates";
            return Err(Error::parameter("row", expected, row as f64));
        }
        let features = self.features(covariates)?;
        self.of_features(&self.places(), features.row(row), row)
    }

    /// The features of a table.
    pub(super) fn features(&self, covariates: &Covariates) -> Result<Features, Error> {
        self.effects.design.coding().read(covariates)
    }

    /// The places of the parameters where all features are 0.
    pub(super) fn places(&self) -> Vec<f64> {
        let layout = self.kind.dispatch(BaseLayout(self.moved.leaving));
        layout.iter().zip(&self.values).map(|(slot, &value)| slot.scale.of(value)).collect()
    }

    /// The parameters of the customer with these features.
    pub(super) fn values_of(&self, places: &[f64], features: &[f64]) -> [f64; BASE] {
        let Effects { design, coefficients } = &self.effects;
        base::model_of(self.moved.leaving, design.places_of(places, coefficients, features))
    }

    /// Their model.
    pub(super) fn of_features(
        &self,
        places: &[f64],
        features: &[f64],
        row: usize,
    ) -> Result<AnyPurchaseModel, Error> {
        let model = self.kind.build(&self.values_of(places, features), self.unit);
        model.map_err(|error| out_of_reach(error, row))
    }

    /// ln L of customers and what is known of them.
    ///
    /// # Errors
    /// [`Error::Unit`] where the summary is in another unit than the model, [`Error::Length`] where the tables
    /// differ in length, and as [`Self::customer`].
    pub fn log_likelihood(
        &self,
        customers: &CustomerSummary,
        covariates: &Covariates,
    ) -> Result<f64, Error> {
        customers.same_unit(self.unit)?;
        same_length(customers.len(), "covariates", covariates.len())?;
        covariates.ask_for_patterns(PATTERNS)?;
        let features = self.features(covariates)?;
        let places = self.places();
        let (leaving, effects) = (self.moved.leaving, &self.effects);
        Ok(self.kind.dispatch(LnLikelihood { leaving, places, effects, customers, features }))
    }

    /// The kinds that take covariates, and their names in files.
    pub(crate) fn names() -> impl Iterator<Item = (PurchaseKind, &'static str)> {
        PurchaseKind::ALL.iter().filter_map(|&kind| Some((kind, kind.moved()?.kind)))
    }

    /// What a file has of it besides its parameters: the coding, and the columns in each role.
    pub(crate) fn parts(&self) -> (Vec<RawColumn>, [Vec<String>; 3]) {
        let design = &self.effects.design;
        (design.coding().to_raw(), design.roles().clone())
    }

    /// The model of a file: the values in the order of the layout are looked up by `value`.
    pub(crate) fn of_parts(
        kind: PurchaseKind,
        coding: Coding,
        roles: [Vec<String>; 3],
        value: impl Fn(&Parameter) -> Result<f64, Error>,
        unit: Option<Unit>,
    ) -> Result<Self, Error> {
        let leaving = moved(kind)?.leaving;
        let design = Design::new(coding, roles, &base::links(leaving))?;
        let layout = kind.dispatch(BaseLayout(leaving));
        let values = layout.iter().map(&value).collect::<Result<_, _>>()?;
        let coefficients =
            design.layout().map(|slot| value(&slot)).collect::<Result<_, Error>>()?;
        Self::of(kind, values, Effects::new(design, coefficients)?, unit)
    }
}

/// The error of a customer whose covariates move a parameter out of its domain.
pub(super) fn out_of_reach(error: Error, row: usize) -> Error {
    match error {
        Error::Parameter { name, value, .. } => Error::Value {
            column: "covariates".to_owned(),
            row,
            expected: "within reach of the model, every parameter of the customer from 1e-50 to 1e50",
            value: format!("{name} = {value}"),
            more: 0,
        },
        other => other,
    }
}

/// How a kind takes covariates.
fn moved(kind: PurchaseKind) -> Result<Moved, Error> {
    let (name, expected) = ("model", "one that takes covariates: Pareto/NBD, BG/NBD or MBG/NBD");
    let refused = || Error::Choice { name, expected, value: kind.title().to_owned() };
    kind.moved().ok_or_else(refused)
}

impl Parameters for PurchaseWithCovariates {
    fn layout(&self) -> Vec<Parameter> {
        let base = self.kind.dispatch(BaseLayout(self.moved.leaving));
        base.into_iter().chain(self.effects.design.layout()).collect()
    }

    fn values(&self) -> Vec<f64> {
        self.values.iter().chain(&self.effects.coefficients).copied().collect()
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        let base = &self.values[..];
        limit_with_effects(runaways).unwrap_or_else(|| self.kind.dispatch(Limit { base, runaways }))
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        same_length(self.layout().len(), "parameters", values.len())?;
        let (base, coefficients) = values.split_at(self.values.len());
        let effects = Effects::new(self.effects.design.clone(), coefficients.to_vec())?;
        Self::of(self.kind, base.to_vec(), effects, self.unit)
    }
}

struct BaseLayout(Leaving);

impl OfModel for BaseLayout {
    type Output = Vec<Parameter>;

    fn of<M: PurchaseProcess>(self) -> Vec<Parameter> {
        base::parameters::<M>(self.0)
    }
}

struct Fitting<'a> {
    leaving: Leaving,
    customers: &'a CustomerSummary,
    covariates: &'a Covariates,
    roles: &'a CovariateRoles,
    options: &'a FitOptions,
    observe: &'a mut dyn FnMut(&Progress) -> ControlFlow<()>,
}

impl OfModel for Fitting<'_> {
    type Output = Result<Found, Error>;

    fn of<M: PurchaseProcess>(self) -> Self::Output {
        let Self { leaving, customers, covariates, roles, options, observe } = self;
        fit_to::<M>(leaving, customers, covariates, roles, options, observe)
    }
}

struct Sampling<'a> {
    kind: PurchaseKind,
    leaving: Leaving,
    customers: &'a CustomerSummary,
    covariates: &'a Covariates,
    roles: &'a CovariateRoles,
    options: &'a FitOptions,
    how: &'a PosteriorOptions,
}

impl OfModel for Sampling<'_> {
    type Output = Result<Posterior<PurchaseWithCovariates>, Error>;

    fn of<M: PurchaseProcess>(self) -> Self::Output {
        let Self { kind, leaving, customers, covariates, roles, options, how } = self;
        let (data, design) = learnt::<M>(leaving, customers, covariates, roles)?;
        let unit = customers.unit();
        posterior_standardised(&data, &design, options, how, |values, effects| {
            PurchaseWithCovariates::of(kind, values.to_vec(), effects, unit)
        })
    }
}

struct LnLikelihood<'a> {
    leaving: Leaving,
    places: Vec<f64>,
    effects: &'a Effects,
    customers: &'a CustomerSummary,
    features: Features,
}

impl OfModel for LnLikelihood<'_> {
    type Output = f64;

    fn of<M: PurchaseProcess>(self) -> f64 {
        let Self { leaving, places, effects, customers, features } = self;
        ln_likelihood::<M>(leaving, &places, effects, customers, &features)
    }
}

struct Limit<'a> {
    base: &'a [f64],
    runaways: &'a [(&'a str, Towards)],
}

impl OfModel for Limit<'_> {
    type Output = &'static str;

    fn of<M: PurchaseProcess>(self) -> &'static str {
        base::limit::<M>(self.base, self.runaways)
    }
}
