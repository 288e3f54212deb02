//! The axes of RFM.

/// The axes of RFM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RfmAxis {
    /// Time since the last purchase; the least has the highest score.
    Recency,
    /// Number of purchases.
    Frequency,
    /// Money.
    Monetary,
}

impl RfmAxis {
    /// Every axis, in order.
    pub const ALL: [Self; 3] = [Self::Recency, Self::Frequency, Self::Monetary];

    /// Its name: `recency`, `frequency`, `monetary`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recency => "recency",
            Self::Frequency => "frequency",
            Self::Monetary => "monetary",
        }
    }
}
