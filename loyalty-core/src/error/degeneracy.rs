//! Why data cannot determine a model, by kind.

/// Why no parameters fit the data better than all others: what a program can act on, where the text of
/// the error is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Degeneracy {
    /// Nobody bought more than once, which leaves the rates of purchase and of dropout open.
    NoRepeatPurchase,
    /// Too few customers or rows have what the model learns from.
    TooFew,
    /// What is to be predicted never happened.
    NoEvent,
    /// All are alike, which leaves the differences between them open.
    NoVariation,
    /// The numbers to fit are not finite.
    NotFinite,
    /// Too many of the fits to simulated data fail.
    UnstableFits,
}

impl Degeneracy {
    /// A short name for tables: `no_repeat_purchase`, `too_few`, `no_event`, `no_variation`,
    /// `not_finite`, `unstable_fits`.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::error::Degeneracy;
    /// assert_eq!(Degeneracy::NoRepeatPurchase.name(), "no_repeat_purchase");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::NoRepeatPurchase => "no_repeat_purchase",
            Self::TooFew => "too_few",
            Self::NoEvent => "no_event",
            Self::NoVariation => "no_variation",
            Self::NotFinite => "not_finite",
            Self::UnstableFits => "unstable_fits",
        }
    }
}
