//! What covariates move, and by how much.

use super::coding::{Coding, Feature, Features, Spread};
use super::links::{Acts, BASE, Links};
use crate::Error;
use crate::error::same_length;
use crate::estimation::Parameter;
use crate::math::elementary::exp;
use crate::summary::Covariates;

/// Which covariates act on what, by the names of their columns.
///
/// By default every column acts on both purchases and dropout, with a coefficient for each. A model of spend
/// takes the columns of `purchase` and has no dropout.
///
/// # Examples
/// ```
/// use loyalty_core::estimation::CovariateRoles;
/// let mut roles = CovariateRoles::default();
/// roles.purchase = Some(vec!["age".to_owned()]);
/// roles.dropout = Some(Vec::new());
/// roles.shared = vec!["channel".to_owned()];
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CovariateRoles {
    /// Those that act on purchases; `None` for all that are not shared.
    pub purchase: Option<Vec<String>>,
    /// Those that act on dropout; `None` for all that are not shared.
    pub dropout: Option<Vec<String>>,
    /// Those that act on both with one coefficient.
    pub shared: Vec<String>,
}

/// One feature and what it moves.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Effect {
    pub(super) acts: Acts,
    pub(super) feature: usize,
    pub(super) spread: Spread,
    pub(super) direction: [f64; BASE],
    name: String,
}

/// All effects of a model, without their size.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Design {
    coding: Coding,
    pub(super) effects: Vec<Effect>,
    roles: [Vec<String>; 3],
}

impl Design {
    /// The design of a fit to the customers of a table.
    ///
    /// # Errors
    /// [`Error::Columns`] for a covariate that is not there, acts twice on the same, has one value only or
    /// follows from the others; [`Error::Empty`] where none acts on anything.
    pub(crate) fn learn(
        covariates: &Covariates,
        roles: &CovariateRoles,
        links: &Links,
        weights: Option<&[f64]>,
    ) -> Result<(Self, Features), Error> {
        let roles = roles.of_columns(covariates, links)?;
        let names: Vec<&str> = covariates
            .names()
            .filter(|name| roles.iter().flatten().any(|used| used == name))
            .collect();
        if names.is_empty() {
            let expected = "at least one must act on something";
            return Err(Error::Empty { what: "the list of covariates", expected });
        }
        let coding = Coding::learn(covariates, &names, weights)?;
        let features = coding.read(covariates)?;
        let design = Self::new(coding, roles, links)?;
        design.independent(&features, weights)?;
        Ok((design, features))
    }

    /// The effects of a coding in these roles: on purchases or spend, on dropout, shared.
    ///
    /// # Errors
    /// [`Error::Columns`] where the coding lacks a column, or two coefficients have one name.
    pub(crate) fn new(
        coding: Coding,
        roles: [Vec<String>; 3],
        links: &Links,
    ) -> Result<Self, Error> {
        let unknown = |name: &&String| !coding.names().any(|known| known == name.as_str());
        if let Some(name) = roles.iter().flatten().find(unknown) {
            let (role, column) = ("the covariate", name.clone());
            return Err(Error::Columns { role, column, problem: "is missing" });
        }
        let features = coding.features();
        let first = if links.dropout.is_some() { Acts::Purchase } else { Acts::Spend };
        let acting = [first, Acts::Dropout, Acts::Shared].into_iter().zip(&roles);
        let of_role = |(acts, names): (Acts, &Vec<String>)| -> Vec<Effect> {
            let acts_here = |(_, feature): &(usize, &Feature)| names.contains(&feature.column);
            let effect = |(number, feature): (usize, &Feature)| Effect {
                acts,
                feature: number,
                spread: feature.spread,
                direction: links.direction(acts),
                name: format!("{}:{}", acts.name(), feature.name()),
            };
            features.iter().enumerate().filter(acts_here).map(effect).collect()
        };
        let effects: Vec<Effect> = acting.flat_map(of_role).collect();
        for (number, effect) in effects.iter().enumerate() {
            if effects[..number].iter().any(|other| other.name == effect.name) {
                let (role, column) = ("the coefficient", effect.name.clone());
                let problem = "is there twice: rename the column or the level";
                return Err(Error::Columns { role, column, problem });
            }
        }
        Ok(Self { coding, effects, roles })
    }

    pub(crate) fn coding(&self) -> &Coding {
        &self.coding
    }

    /// The columns that act on purchases or spend, on dropout, and on both with one coefficient.
    pub(crate) fn roles(&self) -> &[Vec<String>; 3] {
        &self.roles
    }

    /// The number of coefficients.
    pub(crate) fn len(&self) -> usize {
        self.effects.len()
    }

    /// The coefficients as parameters.
    pub(crate) fn layout(&self) -> impl Iterator<Item = Parameter> {
        self.effects.iter().map(|effect| Parameter::real(effect.name.clone()))
    }

    /// The features of a customer at the scale on which they have mean 0 and standard deviation 1.
    pub(crate) fn standardise(&self, features: &mut [f64]) {
        for (feature, value) in self.coding.features().iter().zip(features) {
            *value = (*value - feature.spread.centre) / feature.spread.scale;
        }
    }

    /// Refuses a feature that others of the same role determine: their coefficients could not be told apart.
    fn independent(&self, features: &Features, weights: Option<&[f64]>) -> Result<(), Error> {
        for role in [0, 1] {
            let acts = |effect: &&Effect| match effect.acts {
                Acts::Purchase | Acts::Spend => role == 0,
                Acts::Dropout => role == 1,
                Acts::Shared => true,
            };
            let together: Vec<&Effect> = self.effects.iter().filter(acts).collect();
            if let Some(effect) = first_dependent(&together, features, weights) {
                let (_, name) = effect.name.split_once(':').unwrap_or_default();
                let problem = "follows from the other covariates: leave one of them out";
                let role = "the covariate";
                return Err(Error::Columns { role, column: name.to_owned(), problem });
            }
        }
        Ok(())
    }
}

/// The share of a feature's variance, not told by those before it, below which it is taken as told: rounding
/// leaves some 1e-14.
const TOLD: f64 = 1e-9;

/// The first effect whose feature is a linear combination of those before, by a Cholesky factor of their
/// correlations.
fn first_dependent<'a>(
    effects: &[&'a Effect],
    features: &Features,
    weights: Option<&[f64]>,
) -> Option<&'a Effect> {
    let n = effects.len();
    let mut correlation = vec![vec![0.0; n]; n];
    let mut total = 0.0;
    let mut at = vec![0.0; n];
    for row in 0..features.rows() {
        let (own, weight) = (features.row(row), weights.map_or(1.0, |weights| weights[row]));
        for (at, effect) in at.iter_mut().zip(effects) {
            *at = (own[effect.feature] - effect.spread.centre) / effect.spread.scale;
        }
        total += weight;
        for i in 0..n {
            for j in 0..=i {
                correlation[i][j] += weight * at[i] * at[j];
            }
        }
    }
    let mut factor = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let done: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
            let left = correlation[i][j] / total - done;
            if i == j {
                if left <= TOLD {
                    return Some(effects[i]);
                }
                factor[i][i] = left.sqrt();
            } else {
                factor[i][j] = left / factor[j][j];
            }
        }
    }
    None
}

impl CovariateRoles {
    /// The columns in each role, where the table has them.
    fn of_columns(
        &self,
        covariates: &Covariates,
        links: &Links,
    ) -> Result<[Vec<String>; 3], Error> {
        let with_dropout = links.dropout.is_some();
        let refused = |column: &str, problem| {
            Err(Error::Columns { role: "the covariate", column: column.to_owned(), problem })
        };
        if !with_dropout {
            let others = self.dropout.iter().flatten().chain(&self.shared);
            if let Some(name) = others.into_iter().next() {
                return refused(
                    name,
                    "cannot act on dropout, which a model of spend does not have",
                );
            }
        }
        let all =
            || covariates.names().filter(|name| !self.shared.iter().any(|shared| shared == name));
        let of = |names: &Option<Vec<String>>| -> Vec<String> {
            names.clone().unwrap_or_else(|| all().map(str::to_owned).collect())
        };
        let dropout = if with_dropout { of(&self.dropout) } else { Vec::new() };
        let roles = [of(&self.purchase), dropout, self.shared.clone()];
        for names in &roles {
            for (number, name) in names.iter().enumerate() {
                if covariates.column(name).is_none() {
                    return refused(name, "is missing");
                }
                if names[..number].contains(name) {
                    return refused(name, "is there twice");
                }
            }
        }
        let [purchase, dropout, shared] = &roles;
        if let Some(name) =
            shared.iter().find(|&name| purchase.contains(name) || dropout.contains(name))
        {
            return refused(name, "is shared, so it cannot have a coefficient of its own too");
        }
        Ok(roles)
    }
}

/// The covariates of a model with their coefficients.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Effects {
    pub(crate) design: Design,
    pub(crate) coefficients: Vec<f64>,
}

/// A coefficient of a model with covariates.
///
/// # Examples
/// See [`PurchaseWithCovariates`](crate::purchase::PurchaseWithCovariates).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Coefficient {
    /// Its name among the parameters: `purchase:age`, `dropout:channel=web`.
    pub name: String,
    /// What it acts on.
    pub acts: Acts,
    /// The column.
    pub column: String,
    /// The level, measured against the most frequent one; `None` of a number.
    pub level: Option<String>,
    /// γ, for a step of 1 of the column as it is.
    pub value: f64,
    /// e^γ: what a step multiplies by, the rate to buy or to leave, the odds to leave after a purchase, or the
    /// mean spend.
    pub factor: f64,
    /// γ for a step of one standard deviation of the customers in the fit.
    pub standardised: f64,
}

impl Effects {
    /// # Errors
    /// [`Error::Length`] for too many or too few coefficients, [`Error::Parameter`] for one outside its domain.
    pub(crate) fn new(design: Design, coefficients: Vec<f64>) -> Result<Self, Error> {
        same_length(design.len(), "coefficients", coefficients.len())?;
        for (slot, &value) in design.layout().zip(&coefficients) {
            slot.check(value)?;
        }
        Ok(Self { design, coefficients })
    }

    /// The coefficients, one by one.
    pub(crate) fn coefficients(&self) -> Vec<Coefficient> {
        let features = self.design.coding.features();
        let of = |(effect, &value): (&Effect, &f64)| {
            let Feature { column, level, spread } = features[effect.feature].clone();
            let (name, acts) = (effect.name.clone(), effect.acts);
            let (factor, standardised) = (exp(value).min(f64::MAX), value * spread.scale);
            Coefficient { name, acts, column, level, value, factor, standardised }
        };
        self.design.effects.iter().zip(&self.coefficients).map(of).collect()
    }
}
