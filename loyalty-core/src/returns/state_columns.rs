//! The columns of a state: everything of which there is one for each key, customer, product or open line, whichever
//! encoding it was read from.

use super::line_keys::KeysOfLines;
use super::open::{Open, OpenLines};
use super::past::PastLines;
use super::state_codec::check;
use super::tables::Table;
use crate::Error;

pub(super) struct StateColumns {
    pub(super) tables: Vec<Table>,
    pub(super) customers: Vec<PastLines>,
    pub(super) products: Vec<PastLines>,
    pub(super) open: OpenColumns,
}

/// The open lines, oldest first.
pub(super) struct OpenColumns {
    pub(super) lines: Vec<Open>,
    pub(super) keys: KeysOfLines,
    /// Whether no id stands twice.
    pub(super) have_own_ids: bool,
    /// The place of the key of each line, history by history.
    pub(super) places: Vec<Vec<u32>>,
    /// Whether it is said of all of them by what they are known when they are told again, or of none.
    pub(super) all_told: bool,
}

impl OpenColumns {
    /// Lines that are open today, with keys in these tables.
    pub(super) fn open(
        self,
        tables: &[Table],
        today: i32,
        horizon: i32,
    ) -> Result<OpenLines, Error> {
        let Self { lines, keys, have_own_ids, places, all_told } = self;
        let (mut sound, mut day) = (true, today.saturating_sub(horizon));
        for (at, line) in lines.iter().enumerate() {
            let first = lines.get(at.wrapping_sub(line.behind_first as usize));
            sound &= first.is_some_and(|first| first.day == line.day);
            sound &= (day..=today).contains(&line.day);
            sound &= (line.returned || !line.heard) && line.log_odds.is_finite();
            day = line.day;
        }
        for (places, table) in places.iter().zip(tables) {
            let most = places.iter().max();
            sound &= most.is_none_or(|&most| (most as usize) < table.len());
        }
        check(sound && have_own_ids, "open lines")?;
        check(all_told, "open lines and orders told")?;
        Ok(OpenLines::of(lines, keys, places))
    }
}
