//! The BG/NBD model.

use super::beta_geometric::{BetaGeometric, Dropout};

/// The BG/NBD model: customers buy at random times at a rate of their own, and after every purchase
/// may leave for good, with a probability of their own.
///
/// While alive, a customer makes Poisson purchases at rate λ; after each repeat purchase they drop out
/// with probability p. Over the customers λ ~ Gamma(r, rate α) and p ~ Beta(a, b), independently. A customer
/// who never bought again is alive by definition.
///
/// | field | paper | unit | domain |
/// |---|---|---|---|
/// | `r` | r, shape of the purchase rates | – | > 0 |
/// | `alpha` | α, their scale: the mean rate is r/α | time | > 0 |
/// | `a` | a | – | > 0 |
/// | `b` | b: the mean dropout probability is a/(a+b) | – | > 0 |
///
/// # Examples
/// ```
/// use loyalty_core::purchase::{BgNbd, PurchaseModel};
/// use loyalty_core::summary::History;
/// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
/// let customer = History::new(2, 30.43, 38.86)?;
/// assert!((cdnow.p_alive(&customer) - 0.7265785701).abs() < 1e-10);
/// assert!((cdnow.expected_purchases(&customer, 39.0)? - 1.226028175).abs() < 1e-9);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Fader, Hardie & Lee (2005), "Counting your customers" the easy way: an alternative to the
/// Pareto/NBD model, Marketing Science 24(2), 275–284.
pub type BgNbd = BetaGeometric<AfterRepeatPurchases>;

/// The dropout of the BG/NBD: possible after every repeat purchase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AfterRepeatPurchases;

impl Dropout for AfterRepeatPurchases {
    const KIND: &'static str = "bg-nbd";
    const KIND_WITH_COVARIATES: Option<&'static str> = Some("bg-nbd-with-covariates");
    const TITLE: &'static str = "BG/NBD";
    const AT_FIRST: u32 = 0;
    const ALL_LEAVE: &'static str =
        "everybody leaves after the first repeat purchase: forecasts are near 0";
    const LEAVE_AT_ONCE_OR_NEVER: &'static str = "customers leave after their first repeat purchase \
        or never; forecasts count on the loyalty of whoever has stayed";
}
