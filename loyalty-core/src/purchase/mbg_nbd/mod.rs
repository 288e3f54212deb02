//! The MBG/NBD model.

use super::beta_geometric::{BetaGeometric, Dropout};

/// The MBG/NBD model: customers buy at random times at a rate of their own, and after every purchase, the
/// first included, may leave for good with a probability of their own.
///
/// While alive, a customer makes Poisson purchases at rate λ; after each purchase they drop out with
/// probability p. Over the customers λ ~ Gamma(r, rate α) and p ~ Beta(a, b), independently. Unlike under the
/// [`BgNbd`](super::BgNbd), whoever bought once may be gone: their P(alive) falls with the time since.
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
/// use loyalty_core::purchase::{MbgNbd, PurchaseModel};
/// use loyalty_core::summary::History;
/// let cdnow = MbgNbd::new(0.5248, 6.183, 0.8914, 1.614)?;
/// let once = History::new(0, 0.0, 38.86)?;
/// assert!(cdnow.p_alive(&once) < cdnow.p_alive(&History::new(0, 0.0, 5.0)?));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for customer base
/// analysis, International Journal of Research in Marketing 24(3), 201–209; Hoppe & Wagner (2007), Customer
/// base analysis: the case for a central variant of the betageometric/NBD model, Marketing JRM 3(2), 75–90.
pub type MbgNbd = BetaGeometric<AfterEveryPurchase>;

/// The dropout of the MBG/NBD: possible after every purchase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AfterEveryPurchase;

impl Dropout for AfterEveryPurchase {
    const KIND: &'static str = "mbg-nbd";
    const KIND_WITH_COVARIATES: Option<&'static str> = Some("mbg-nbd-with-covariates");
    const TITLE: &'static str = "MBG/NBD";
    const AT_FIRST: u32 = 1;
    const ALL_LEAVE: &'static str =
        "everybody leaves after the first purchase: forecasts are near 0";
    const LEAVE_AT_ONCE_OR_NEVER: &'static str = "customers leave after their first purchase or \
        never; forecasts count on the loyalty of whoever has stayed";
}
