//! What a customer gets of a treatment.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::math::words::words;

/// What a customer gets of a treatment: a closed set, in which there is nothing that charges, bans or withholds.
///
/// # Examples
/// ```
/// use loyalty_core::decisions::Gives;
/// assert_eq!("call".parse::<Gives>()?, Gives::Call);
/// let refused = "fee".parse::<Gives>().unwrap_err().to_string();
/// assert!(refused.contains("what charges, bans or withholds is no treatment"), "{refused}");
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Gives {
    /// Answers, sizes, photos, comparisons: what helps to choose or to use.
    Information,
    /// Help, repair, fitting, or a shorter way to them.
    Service,
    /// Somebody who calls or visits.
    Call,
    /// A letter or another personal message.
    Letter,
    /// Articles proposed, at their price.
    Offer,
    /// Money off a price: the only kind with a depth, [`Treatment::discount`](super::Treatment::discount).
    Discount,
    /// Money or points on the customer's account, or a coupon of a fixed amount.
    Credit,
    /// An article, a sample, free delivery.
    Gift,
}

impl Gives {
    /// The words, and what they mean.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("information", Self::Information),
        ("service", Self::Service),
        ("call", Self::Call),
        ("letter", Self::Letter),
        ("offer", Self::Offer),
        ("discount", Self::Discount),
        ("credit", Self::Credit),
        ("gift", Self::Gift),
    ];

    /// Its word in tables.
    pub fn name(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }
}

words!(
    Gives,
    "gives",
    "one of information service call letter offer discount credit gift (a treatment is what a customer gets; what \
     charges, bans or withholds is no treatment)"
);

impl TryFrom<String> for Gives {
    type Error = Error;

    fn try_from(word: String) -> Result<Self, Error> {
        word.parse()
    }
}

impl From<Gives> for String {
    fn from(kind: Gives) -> Self {
        kind.name().to_owned()
    }
}
