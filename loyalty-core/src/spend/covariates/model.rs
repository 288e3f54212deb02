//! The Gamma-Gamma with covariates.

use std::ops::ControlFlow;

use super::likelihood::{LINKS, SpendPatterns};
use crate::Error;
use crate::error::same_length;
use crate::estimation::{
    Coding, Coefficient, CovariateRoles, Design, Effects, Features, Fit, FitOptions,
    Likelihood as _, Parameter, Parameters, Posterior, PosteriorOptions, Progress, RawColumn,
    Scale, Towards, as_fitted, fit_standardised, limit_with_effects, posterior_standardised,
};
use crate::memory;
use crate::parallel::{Threads, map_chunks};
use crate::spend::gamma_gamma::{fittable, money, simulate_each};
use crate::spend::predictions::finite_for_all;
use crate::spend::{GammaGamma, SpendKind, SpendModel};
use crate::summary::{Covariates, CustomerSummary};

/// The Gamma-Gamma in which what is known of a customer moves how much they spend.
///
/// ```text
/// v_i = v e^(γ'z_i),    so that the mean over customers like these is p v/(q−1) · e^(γ'z_i)
/// ```
///
/// A positive coefficient says: spends more. Numbers are taken as they are, a category as an indicator of each
/// level but the most frequent; see [`PurchaseWithCovariates`](crate::purchase::PurchaseWithCovariates) for what
/// a fit makes of them. The parameters are those of the [`GammaGamma`] where all features are 0, then
/// `spend:…` for each feature.
///
/// # Examples
/// ```
/// use loyalty_core::estimation::{CovariateRoles, FitOptions};
/// use loyalty_core::orders::Column;
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::purchase::{BgNbd, PurchaseModel};
/// use loyalty_core::spend::{GammaGamma, SpendWithCovariates};
/// use loyalty_core::summary::{Covariates, CustomerSummary, SummaryColumns};
/// let bought = BgNbd::new(1.0, 5.0, 0.8, 3.0)?.simulate(&[50.0; 3000], 3, Threads::ONE)?;
/// let member: Vec<f64> = (0..3000).map(|row| f64::from(row % 2)).collect();
/// let covariates = Covariates::new(&[Column::new("member", &member[..]).into()])?;
/// let (base, roles) = (GammaGamma::new(6.0, 4.0, 15.0)?, CovariateRoles::default());
/// let truth = SpendWithCovariates::new(base, &covariates, &roles, &[0.3])?;
/// let spent = truth.simulate(&bought, &covariates, 3, Threads::default())?;
/// let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
/// let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
/// columns.monetary_value = Some(Column::new("spent", &spent));
/// let customers = CustomerSummary::new(&columns)?;
/// let fit = SpendWithCovariates::fit(&customers, &covariates, &roles, &FitOptions::default())?;
/// assert!((fit.model.coefficients()[0].value - 0.3).abs() < 0.1);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SpendWithCovariates {
    base: GammaGamma,
    effects: Effects,
}

impl SpendWithCovariates {
    /// Its name in files.
    pub(crate) const NAME: &'static str = "gamma-gamma-with-covariates";

    /// A model with known parameters: `base` is that of customers whose features are all 0. Levels, and the spread
    /// of the columns, are read off the table.
    ///
    /// # Errors
    /// [`Error::Columns`] as [`Self::fit`], [`Error::Length`] for too many or too few coefficients,
    /// [`Error::Parameter`] for one outside its domain.
    pub fn new(
        base: GammaGamma,
        covariates: &Covariates,
        roles: &CovariateRoles,
        coefficients: &[f64],
    ) -> Result<Self, Error> {
        let (design, _) = Design::learn(covariates, roles, &LINKS, None)?;
        Ok(Self { base, effects: Effects::new(design, coefficients.to_vec())? })
    }

    /// Fits the model to the customers with purchases behind their monetary value and what is known of them, row
    /// by row.
    ///
    /// # Errors
    /// As [`GammaGamma::fit`], and of covariates as
    /// [`PurchaseWithCovariates::fit`](crate::purchase::PurchaseWithCovariates::fit).
    pub fn fit(
        customers: &CustomerSummary,
        covariates: &Covariates,
        roles: &CovariateRoles,
        options: &FitOptions,
    ) -> Result<Fit<Self>, Error> {
        let quiet = &mut |_: &Progress| ControlFlow::Continue(());
        Self::fit_observed(customers, covariates, roles, options, quiet)
    }

    /// The same with an observer that sees every iteration and may end the fit.
    ///
    /// # Errors
    /// As [`Self::fit`], and [`Error::Cancelled`] where the observer ends it.
    pub fn fit_observed(
        customers: &CustomerSummary,
        covariates: &Covariates,
        roles: &CovariateRoles,
        options: &FitOptions,
        observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Fit<Self>, Error> {
        let (data, design) = Self::learnt(customers, covariates, roles, options)?;
        as_fitted(fit_standardised(&data, &design, options, observe)?, Self::of)
    }

    /// The posterior of parameters and coefficients: what the data and the priors leave open of them.
    ///
    /// # Errors
    /// As [`Self::fit`], and of the posterior as
    /// [`PurchaseWithCovariates::posterior`](crate::purchase::PurchaseWithCovariates::posterior).
    ///
    /// # Examples
    /// See [`PurchaseWithCovariates::posterior`](crate::purchase::PurchaseWithCovariates::posterior).
    pub fn posterior(
        customers: &CustomerSummary,
        covariates: &Covariates,
        roles: &CovariateRoles,
        options: &FitOptions,
        how: &PosteriorOptions,
    ) -> Result<Posterior<Self>, Error> {
        let (data, design) = Self::learnt(customers, covariates, roles, options)?;
        posterior_standardised(&data, &design, options, how, Self::of)
    }

    /// The likelihood of customers with the design that what is known of them makes.
    fn learnt(
        customers: &CustomerSummary,
        covariates: &Covariates,
        roles: &CovariateRoles,
        options: &FitOptions,
    ) -> Result<(SpendPatterns, Design), Error> {
        same_length(customers.len(), "covariates", covariates.len())?;
        let all = fittable(customers, options)?;
        covariates.ask_for_patterns("what customers spent")?;
        let (design, features) = Design::learn(covariates, roles, &LINKS, customers.weights())?;
        let mean = money(customers, "the Gamma-Gamma fit")?;
        Ok((SpendPatterns::new(all, &design, customers, mean, &features), design))
    }

    fn of(values: &[f64], effects: Effects) -> Result<Self, Error> {
        Ok(Self { base: GammaGamma::of(values)?, effects })
    }

    /// Which columns act: those that a [`fit`](Self::fit) of the same would be told.
    pub fn roles(&self) -> CovariateRoles {
        let mut roles = CovariateRoles::default();
        roles.purchase = Some(self.effects.design.roles()[0].clone());
        roles
    }

    /// Which model its customers follow.
    pub fn kind(&self) -> SpendKind {
        self.base.kind()
    }

    /// Its name in files: `gamma-gamma-with-covariates`.
    pub fn name(&self) -> &'static str {
        Self::NAME
    }

    /// The columns that the model has learnt from, which scoring needs, by name.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.effects.design.coding().names()
    }

    /// The coefficients, one by one.
    pub fn coefficients(&self) -> Vec<Coefficient> {
        self.effects.coefficients()
    }

    /// The model of the customer in a row of a table.
    ///
    /// # Errors
    /// As [`PurchaseWithCovariates::customer`](crate::purchase::PurchaseWithCovariates::customer).
    pub fn customer(&self, covariates: &Covariates, row: usize) -> Result<GammaGamma, Error> {
        if row >= covariates.len() {
            let expected = "below the number of rows of the covariates";
            return Err(Error::parameter("row", expected, row as f64));
        }
        self.of_features(&self.features(covariates)?, row)
    }

    fn features(&self, covariates: &Covariates) -> Result<Features, Error> {
        self.effects.design.coding().read(covariates)
    }

    fn of_features(&self, features: &Features, row: usize) -> Result<GammaGamma, Error> {
        let places = self.base.values().into_iter().map(|value| Scale::Log.of(value));
        let places: Vec<f64> = places.collect();
        let Effects { design, coefficients } = &self.effects;
        let own = design.places_of(&places, coefficients, features.row(row));
        // p and q are the same for all, to the last bit.
        let v = Scale::Log.value_at(own[LINKS.first.slot]);
        GammaGamma::new(self.base.p(), self.base.q(), v).map_err(|_| Error::Value {
            column: "covariates".to_owned(),
            row,
            expected: "within reach of the model, v of the customer from 1e-50 to 1e50",
            value: format!("v = {v}"),
            more: 0,
        })
    }

    /// [`SpendModel::expected_spend`] of every customer by what is known of them; `out` has one value per customer.
    ///
    /// # Errors
    /// As [`SpendModel::expected_spend_into`] and [`Self::customer`], [`Error::Length`] where the covariates are
    /// not as long as the summary.
    pub fn expected_spend_into(
        &self,
        customers: &CustomerSummary,
        covariates: &Covariates,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        const CHUNK: usize = 4096;
        let mean = money(customers, "the expected spend")?;
        same_length(customers.len(), "covariates", covariates.len())?;
        same_length(customers.len(), "out", out.len())?;
        finite_for_all(&self.base, customers)?;
        let each = 12 + 8 * covariates.features();
        memory::ask_for_rows("what customers spend", customers.len(), each, 0)?;
        let features = self.features(covariates)?;
        let parts = map_chunks(out.len(), CHUNK, threads.for_rows(out.len()), |rows| {
            let of_row = |row: usize| {
                let model = self.of_features(&features, row)?;
                model.expected_spend(customers.transactions(row), mean[row])
            };
            rows.map(of_row).collect::<Result<Vec<f64>, Error>>()
        });
        for (out, part) in out.chunks_mut(CHUNK).zip(parts) {
            out.copy_from_slice(&part?);
        }
        Ok(())
    }

    /// ln L of customers and what is known of them.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where the summary has no monetary value, [`Error::Length`] where the tables differ
    /// in length, [`Error::Degenerate`] where fewer than two customers spent something, and as [`Self::customer`].
    pub fn log_likelihood(
        &self,
        customers: &CustomerSummary,
        covariates: &Covariates,
    ) -> Result<f64, Error> {
        same_length(customers.len(), "covariates", covariates.len())?;
        covariates.ask_for_patterns("what customers spent")?;
        let (features, design) = (self.features(covariates)?, &self.effects.design);
        let mean = money(customers, "the log-likelihood")?;
        let all = fittable(customers, &FitOptions::default())?;
        let data = SpendPatterns::new(all, design, customers, mean, &features);
        let layout = self.layout();
        let at = layout.iter().zip(self.values()).map(|(slot, value)| slot.scale.of(value));
        let at = design.to_standardised(&at.collect::<Vec<f64>>());
        Ok(data.evaluate(&at, Threads::default()).value)
    }

    /// Monetary values of customers who spend as the model says; see [`SpendModel::simulate`].
    ///
    /// # Errors
    /// As [`Self::customer`], [`Error::Length`] where the covariates are not as long as the summary.
    pub fn simulate(
        &self,
        customers: &CustomerSummary,
        covariates: &Covariates,
        seed: u64,
        threads: Threads,
    ) -> Result<Vec<f64>, Error> {
        same_length(customers.len(), "covariates", covariates.len())?;
        let features = self.features(covariates)?;
        let of_row = |row| self.of_features(&features, row);
        let models = (0..customers.len()).map(of_row).collect::<Result<Vec<_>, _>>()?;
        Ok(simulate_each(|row| models[row], customers, seed, threads))
    }

    /// What a file has of it besides its parameters: the coding, and the columns that act.
    pub(crate) fn parts(&self) -> (Vec<RawColumn>, Vec<String>) {
        let design = &self.effects.design;
        let [spend, ..] = design.roles().clone();
        (design.coding().to_raw(), spend)
    }

    /// The model of a file, whose parameters are looked up by `value`.
    pub(crate) fn of_parts(
        coding: Coding,
        spend: Vec<String>,
        value: impl Fn(&Parameter) -> Result<f64, Error>,
    ) -> Result<Self, Error> {
        let design = Design::new(coding, [spend, Vec::new(), Vec::new()], &LINKS)?;
        let values: Vec<f64> =
            GammaGamma::parameters().iter().map(&value).collect::<Result<_, Error>>()?;
        let coefficients =
            design.layout().map(|slot| value(&slot)).collect::<Result<_, Error>>()?;
        Ok(Self { base: GammaGamma::of(&values)?, effects: Effects::new(design, coefficients)? })
    }
}

impl Parameters for SpendWithCovariates {
    fn layout(&self) -> Vec<Parameter> {
        GammaGamma::parameters().into_iter().chain(self.effects.design.layout()).collect()
    }

    fn values(&self) -> Vec<f64> {
        let base = self.base.values();
        base.into_iter().chain(self.effects.coefficients.iter().copied()).collect()
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        limit_with_effects(runaways).unwrap_or_else(|| self.base.limit(runaways))
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        same_length(self.layout().len(), "parameters", values.len())?;
        let (base, coefficients) = values.split_at(values.len() - self.effects.coefficients.len());
        let effects = Effects::new(self.effects.design.clone(), coefficients.to_vec())?;
        Ok(Self { base: GammaGamma::of(base)?, effects })
    }
}
