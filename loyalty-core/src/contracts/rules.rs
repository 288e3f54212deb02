//! What a number of renewals may be.

/// Most renewals of a contract: daily for 270 years.
const MOST_RENEWALS: f64 = 1e5;

/// What a number of renewals must be, if it is not.
pub(super) fn renewals_rule(value: f64) -> Option<&'static str> {
    let allowed = (0.0..=MOST_RENEWALS).contains(&value) && value.fract() == 0.0;
    (!allowed).then_some("a whole number from 0 to 100000")
}

/// A number of renewals that has kept the rule.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked before")]
pub(super) fn whole(value: f64) -> u32 {
    value as u32
}
