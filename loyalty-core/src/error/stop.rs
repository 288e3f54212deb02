//! Why a solver ended.

use std::borrow::Cow;
use std::fmt;

/// Why the solver ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// At a maximum with a definite curvature.
    Converged,
    /// The likelihood keeps rising, by ever less, while this parameter runs towards 0 or infinity (or
    /// it is flat along it): predictions within the data hold, the parameter itself means nothing.
    Boundary {
        /// The parameter that the data leave open.
        parameter: Cow<'static, str>,
    },
    /// The iterations allowed were used up.
    IterationLimit,
    /// No step raised the likelihood any further, short of a maximum.
    Stalled,
}

impl Stop {
    /// A short name for tables: `converged`, `boundary`, `iteration_limit`, `stalled`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Converged => "converged",
            Self::Boundary { .. } => "boundary",
            Self::IterationLimit => "iteration_limit",
            Self::Stalled => "stalled",
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Converged => f.write_str("converged"),
            Self::Boundary { parameter } => {
                write!(f, "boundary: the data do not bound the parameter {parameter}")
            }
            Self::IterationLimit => f.write_str("iteration limit reached"),
            Self::Stalled => f.write_str("stalled: no step raised the likelihood"),
        }
    }
}
