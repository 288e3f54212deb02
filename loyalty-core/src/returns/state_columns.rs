//! The columns of a state: everything of which there is one for each key, customer, product or open line, whichever
//! encoding it was read from.

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
        let Self { lines, places, all_told } = self;
        let is_sound = |at: usize, line: &Open| {
            let first = at.checked_sub(line.behind_first as usize);
            let of_order = first.is_some_and(|first| lines[first].day == line.day);
            let in_order = at.checked_sub(1).is_none_or(|before| lines[before].day <= line.day);
            let is_open = line.day <= today && line.day >= today.saturating_sub(horizon);
            let heard = line.returned || !line.heard;
            of_order && in_order && is_open && heard && line.log_odds.is_finite()
        };
        let mut sound = lines.iter().enumerate().all(|(at, line)| is_sound(at, line));
        for (places, table) in places.iter().zip(tables) {
            let most = places.iter().max();
            sound &= most.is_none_or(|&most| (most as usize) < table.len());
        }
        let open = OpenLines::of(lines, places);
        check(sound && open.have_ids_of_their_own(), "open lines")?;
        check(all_told, "open lines and orders told")?;
        Ok(open)
    }
}
