//! How well the data determine the parameters, and what that means for a forecast.

use std::borrow::Cow;
use std::fmt;

use super::layout::Parameter;
use super::scale::Scale;

/// How well the data determine the parameters of a model.
///
/// # Examples
/// ```
/// use loyalty_core::estimation::{FitOptions, Identification};
/// use loyalty_core::purchase::BgNbd;
/// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
/// // everybody buys to the end: nobody is seen to leave
/// let summary = CustomerSummary::new(&SummaryColumns::new(&[3.0; 20], &[30.0; 20], &[30.0; 20]))?;
/// let fit = BgNbd::fit(&summary, &FitOptions::default())?;
/// assert!(matches!(fit.identification, Identification::Boundary { .. }));
/// assert!(fit.identification.to_string().starts_with("boundary"));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Identification {
    /// A maximum with curvature in every direction: estimates, standard errors and intervals hold.
    Interior,
    /// A maximum on a ridge: these parameters can move together, by a factor of e² or more within a
    /// standard error, at hardly any loss of likelihood. Forecasts within the range of the data hold;
    /// single parameters, and forecasts far beyond, do not.
    Ridge {
        /// The parameters that move along the ridge.
        parameters: Vec<Cow<'static, str>>,
    },
    /// No maximum: the likelihood keeps rising, by ever less, on the way to a limit of the model.
    Boundary {
        /// The parameters that run away, and where to.
        parameters: Vec<(Cow<'static, str>, Towards)>,
        /// What the limit says of the customers; empty where the model names none.
        meaning: &'static str,
    },
    /// The solver did not get to a maximum, so nothing can be said.
    Unknown,
}

/// Where a parameter runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Towards {
    /// To 0.
    Zero,
    /// Beyond all bounds.
    Infinity,
    /// To 1, of a probability.
    One,
    /// Below all bounds, of a parameter that may be below 0.
    MinusInfinity,
}

impl Towards {
    const ALL: [Self; 4] = [Self::Zero, Self::Infinity, Self::One, Self::MinusInfinity];

    /// Where that is, as files and sentences say it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Zero => "0",
            Self::Infinity => "infinity",
            Self::One => "1",
            Self::MinusInfinity => "-infinity",
        }
    }

    /// The end of this name.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|towards| towards.name() == name)
    }
}

impl fmt::Display for Towards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A standard deviation of logarithms along a direction beyond this makes a ridge.
const RIDGE: f64 = 2.0;

/// A parameter moves along a direction if its part is this share of the largest.
const MOVES: f64 = 0.3;

impl Identification {
    /// A short name for tables: `interior`, `ridge`, `boundary`, `unknown`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Interior => "interior",
            Self::Ridge { .. } => "ridge",
            Self::Boundary { .. } => "boundary",
            Self::Unknown => "unknown",
        }
    }

    /// Of a maximum, by the direction along which the data say least and the information there.
    pub(crate) fn at_maximum(layout: &[Parameter], direction: &[f64], information: f64) -> Self {
        if is_no_ridge(information) {
            return Self::Interior;
        }
        Self::Ridge {
            parameters: moving(direction).map(|slot| layout[slot].name.clone()).collect(),
        }
    }
}

/// Whether so much information along the direction of which the data say least determines all parameters.
pub(crate) fn is_no_ridge(information: f64) -> bool {
    information * RIDGE * RIDGE >= 1.0
}

/// The parameters that ran away on the way from the start to where the solver gave up.
pub(crate) fn runaways(layout: &[Parameter], way: &[f64]) -> Vec<(Cow<'static, str>, Towards)> {
    let towards = |slot: usize| {
        let Parameter { name, scale, .. } = &layout[slot];
        let towards = match scale {
            Scale::Logit if way[slot] > 0.0 => Towards::One,
            _ if way[slot] > 0.0 => Towards::Infinity,
            Scale::Real => Towards::MinusInfinity,
            Scale::Log | Scale::Logit => Towards::Zero,
        };
        (name.clone(), towards)
    };
    moving(way).map(towards).collect()
}

/// The slots that take part in a direction.
fn moving(direction: &[f64]) -> impl Iterator<Item = usize> {
    let largest = direction.iter().fold(0.0, |most: f64, part| most.max(part.abs()));
    let takes_part = move |slot: &usize| direction[*slot].abs() >= MOVES * largest && largest > 0.0;
    (0..direction.len()).filter(takes_part)
}

impl fmt::Display for Identification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interior => f.write_str("interior: the data determine every parameter"),
            Self::Ridge { parameters } => write!(
                f,
                "ridge: {} can move together at hardly any loss of likelihood; forecasts within the \
                 range of the data hold, single parameters do not",
                parameters.join(", ")
            ),
            Self::Boundary { parameters, meaning } => {
                let run =
                    |(name, towards): &(Cow<'_, str>, Towards)| format!("{name} to {towards}");
                let runs: Vec<String> = parameters.iter().map(run).collect();
                write!(f, "boundary: the likelihood rises with {}", runs.join(", "))?;
                if !meaning.is_empty() {
                    write!(f, "; {meaning}")?;
                }
                Ok(())
            }
            Self::Unknown => f.write_str("unknown: the solver did not get to a maximum"),
        }
    }
}
