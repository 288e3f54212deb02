//! What covariates act on, and which parameters of a model that moves.

/// What a covariate acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Acts {
    /// How often customers buy: a positive coefficient, more often.
    Purchase,
    /// How soon they leave: a positive coefficient, sooner.
    Dropout,
    /// Both, with one coefficient.
    Shared,
    /// How much they spend: a positive coefficient, more.
    Spend,
}

impl Acts {
    /// The first part of the coefficient's name: `purchase`, `dropout`, `shared`, `spend`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Dropout => "dropout",
            Self::Shared => "shared",
            Self::Spend => "spend",
        }
    }
}

/// Parameters of a model without covariates, at most.
pub(crate) const BASE: usize = 4;

/// A parameter that covariates move on its scale, and which way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Link {
    pub(crate) slot: usize,
    pub(crate) sign: f64,
}

/// The parameters of a model that covariates move: of its purchases, or of its spend, and of its dropout.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Links {
    pub(crate) first: Link,
    pub(crate) dropout: Option<Link>,
}

impl Links {
    /// How far an effect moves each place of the model for a step of its feature.
    pub(super) fn direction(&self, acts: Acts) -> [f64; BASE] {
        let mut direction = [0.0; BASE];
        if acts != Acts::Dropout {
            direction[self.first.slot] = self.first.sign;
        }
        if let (Acts::Dropout | Acts::Shared, Some(link)) = (acts, self.dropout) {
            direction[link.slot] = link.sign;
        }
        direction
    }
}
