//! The BG/CNBD-k model.

use super::beta_geometric::Dropout;
use super::regular::RegularBetaGeometric;

/// The BG/CNBD-k model: customers buy at a rate of their own and the more regularly the larger k, and after every repeat purchase
/// may leave for good, with a probability of their own.
///
/// While alive, a customer goes through phases at rate λ and purchases at the end of every k-th: the times between
/// purchases are Erlang-k, of mean k/λ and coefficient of variation 1/√k. After each repeat purchase they drop out with
/// probability p. Over the customers λ ~ Gamma(r, rate α) and p ~ Beta(a, b), independently. With k = 1 it is the
/// [`BgNbd`](super::BgNbd).
///
/// A fit tries k = 1 … 8 and takes the one with the greatest ln L; a [`Prior::known`](crate::estimation::Prior::known)
/// of `k` states it. It needs [`sum_ln_gaps`](crate::summary::CustomerSummary::sum_ln_gaps); predictions do not.
/// A k that wins ln L may lose forecasts: regular customers who are late are declared dead. Compare the errors in
/// a holdout before the model is relied on.
///
/// | field | paper | unit | domain |
/// |---|---|---|---|
/// | `r` | r, shape of the rates | – | > 0 |
/// | `alpha` | α, their scale: the mean time between purchases is k/λ | time | > 0 |
/// | `a` | a | – | > 0 |
/// | `b` | b: the mean dropout probability is a/(a+b) | – | > 0 |
/// | `k` | k, phases between purchases | – | 1, 2, …, 32 |
///
/// # Examples
/// ```
/// use loyalty_core::purchase::{BgCnbdK, PurchaseModel};
/// use loyalty_core::summary::History;
/// let model = BgCnbdK::new(0.75, 3.4, 0.43, 2.6, 2)?;
/// let (recent, late) = (History::new(9, 36.0, 39.0)?, History::new(9, 20.0, 39.0)?);
/// assert!(model.p_alive(&late) < model.p_alive(&recent));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Platzer & Reutterer (2016), Ticking away the moments: timing regularity helps to better predict customer
/// activity, Marketing Science 35(5), 779–799; Reutterer, Platzer & Schröder (2021), Leveraging purchase regularity
/// for predicting customer behavior the easy way, International Journal of Research in Marketing 38(1), 194–215.
pub type BgCnbdK = RegularBetaGeometric<AfterRegularRepeatPurchases>;

/// The dropout of the BG/CNBD-k: possible after every repeat purchase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AfterRegularRepeatPurchases;

impl Dropout for AfterRegularRepeatPurchases {
    const KIND: &'static str = "bg-cnbd-k";
    const TITLE: &'static str = "BG/CNBD-k";
    const AT_FIRST: u32 = 0;
    const ALL_LEAVE: &'static str =
        "everybody leaves after the first repeat purchase: forecasts are near 0";
    const LEAVE_AT_ONCE_OR_NEVER: &'static str = "customers leave after their first repeat purchase \
        or never; forecasts count on the loyalty of whoever has stayed";
}
