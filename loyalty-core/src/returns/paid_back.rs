//! How much of a line's value is paid back where it comes back.

use serde::{Deserialize, Serialize};

/// Bands of pieces: 1, 2 to 3, 4 to 7, … A line of one piece comes back whole; of ten pieces a part may.
const BANDS: usize = 12;

/// How strongly the share of a band is drawn to that of all, in returned lines of average value: as many
/// lines again before a band speaks for itself. A choice.
const STRENGTH: f64 = 20.0;

/// The share of the value of returned lines that was paid back, of all and by pieces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PaidBack {
    pub(crate) all: f64,
    by_pieces: Vec<f64>,
}

impl PaidBack {
    /// From lines that came back: pieces, value and what was paid back. `None` where nothing of value did.
    pub(crate) fn of(lines: impl Iterator<Item = [f64; 3]>) -> Option<Self> {
        let (mut sums, mut count) = ([[0.0; 2]; BANDS], 0.0);
        for [pieces, value, back] in lines.filter(|[_, value, _]| *value > 0.0) {
            let [values, paid] = &mut sums[band(pieces)];
            *values += value;
            *paid += back.min(value);
            count += 1.0;
        }
        let [value, back] = sums.iter().fold([0.0; 2], |all, of| [all[0] + of[0], all[1] + of[1]]);
        if value <= 0.0 {
            return None;
        }
        let (all, prior) = (back / value, STRENGTH * value / count);
        let share = |[value, back]: &[f64; 2]| (back + prior * all) / (value + prior);
        Some(Self { all, by_pieces: sums.iter().map(share).collect() })
    }

    /// The share of a line of so many pieces.
    pub(crate) fn share(&self, pieces: f64) -> f64 {
        self.by_pieces.get(band(pieces)).copied().unwrap_or(self.all)
    }

    pub(crate) fn is_sound(&self) -> bool {
        let share = |share: &f64| (0.0..=1.0).contains(share);
        share(&self.all) && self.by_pieces.len() == BANDS && self.by_pieces.iter().all(share)
    }
}

fn band(pieces: f64) -> usize {
    let mut band = 0;
    while band + 1 < BANDS && pieces >= f64::from(2_u32 << band) {
        band += 1;
    }
    band
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_by_pieces_and_drawn_to_that_of_all() {
        assert_eq!([0.5, 1.0, 2.0, 3.0, 4.0, 1e9].map(band), [0, 0, 1, 1, 2, BANDS - 1]);
        let lines =
            (0..2000).map(|line| if line % 2 == 0 { [1.0, 10.0, 10.0] } else { [10.0, 10.0, 2.0] });
        let paid = PaidBack::of(lines).unwrap();
        assert!((paid.all - 0.6).abs() < 1e-12);
        assert!((paid.share(1.0) - 1.0).abs() < 0.01 && (paid.share(9.0) - 0.2).abs() < 0.01);
        assert_eq!(paid.share(500.0), paid.all);
        assert_eq!(PaidBack::of(std::iter::empty()), None);
    }
}
