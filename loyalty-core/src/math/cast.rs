//! From floats to counts.

/// The whole part of a number that is at least 0 and far below 2^53.
pub(crate) fn whole(x: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "by contract")]
    let whole = x as usize;
    whole
}
