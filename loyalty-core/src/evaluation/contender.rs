//! The models that a comparison sets side by side.

use std::fmt;
use std::str::FromStr;

use crate::Error;
use crate::purchase::{Needs, PurchaseKind, PurchaseWithCovariates};

/// A model that forecasts, as it is, anchored (see [`AnchoredForecast`](crate::forecast::AnchoredForecast)), or by
/// what else is known of customers (see [`PurchaseWithCovariates`]).
///
/// # Examples
/// ```
/// use loyalty_core::evaluation::Contender;
/// use loyalty_core::purchase::PurchaseKind;
/// let contender: Contender = "anchored-pareto-nbd".parse()?;
/// assert_eq!(contender, Contender::Anchored(PurchaseKind::ParetoNbd));
/// assert_eq!(contender.to_string(), "anchored Pareto/NBD");
/// let contender: Contender = "bg-nbd-with-covariates".parse()?;
/// assert_eq!(contender, Contender::WithCovariates(PurchaseKind::BgNbd));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Contender {
    /// The forecast of the model.
    Plain(PurchaseKind),
    /// The same, corrected by what earlier cutoffs teach.
    Anchored(PurchaseKind),
    /// The model with what is known of customers as covariates.
    WithCovariates(PurchaseKind),
}

/// What the names of anchored forecasts begin with.
const ANCHORED: &str = "anchored-";
/// What the names of models with covariates end with.
const KNOWN: &str = "-with-covariates";

impl Contender {
    /// All that go with any log, and the Pareto/NBD anchored.
    pub(super) fn all() -> Vec<Self> {
        let any_log = |kind: &PurchaseKind| !kind.needs().contain(Needs::OPPORTUNITIES);
        let plain = PurchaseKind::ALL.iter().copied().filter(any_log).map(Self::Plain);
        plain.chain([Self::Anchored(PurchaseKind::ParetoNbd)]).collect()
    }

    /// The models that take covariates, with them.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::evaluation::Contender;
    /// let names: Vec<String> = Contender::with_covariates().map(Contender::name).collect();
    /// assert!(names.contains(&"pareto-nbd-with-covariates".to_owned()));
    /// ```
    pub fn with_covariates() -> impl Iterator<Item = Self> {
        PurchaseWithCovariates::names().map(|(kind, _)| Self::WithCovariates(kind))
    }

    /// The model.
    pub fn kind(self) -> PurchaseKind {
        match self {
            Self::Plain(kind) | Self::Anchored(kind) | Self::WithCovariates(kind) => kind,
        }
    }

    /// Its name in tables and options: `pareto-nbd`, `anchored-pareto-nbd`.
    pub fn name(self) -> String {
        match self {
            Self::Plain(kind) => kind.name().to_owned(),
            Self::Anchored(kind) => format!("{ANCHORED}{}", kind.name()),
            Self::WithCovariates(kind) => format!("{}{KNOWN}", kind.name()),
        }
    }
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(kind) => f.write_str(kind.title()),
            Self::Anchored(kind) => write!(f, "anchored {}", kind.title()),
            Self::WithCovariates(kind) => write!(f, "{} with covariates", kind.title()),
        }
    }
}

impl FromStr for Contender {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        if let Some(kind) = name.strip_prefix(ANCHORED) {
            return kind.parse().map(Self::Anchored);
        }
        match name.strip_suffix(KNOWN) {
            Some(kind) => kind.parse().map(Self::WithCovariates),
            None => name.parse().map(Self::Plain),
        }
    }
}
