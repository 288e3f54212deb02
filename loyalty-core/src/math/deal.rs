//! Rows dealt out to groups: a counting sort, in two steps so that callers place what they like.

/// Where the rows of each group begin once they lie together, and behind the last their number.
pub(crate) fn starts(groups: usize, of_rows: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut starts = vec![0; groups + 1];
    of_rows.for_each(|group| starts[group + 1] += 1);
    for group in 0..groups {
        starts[group + 1] += starts[group];
    }
    starts
}

/// The next free place of each group; rows keep their order within one.
#[derive(Debug)]
pub(crate) struct Places(Vec<usize>);

impl Places {
    /// All places free, the groups beginning at these.
    pub(crate) fn from(starts: &[usize]) -> Self {
        Self(starts.to_vec())
    }

    /// The place of the next row of a group.
    #[inline(always)]
    pub(crate) fn next(&mut self, group: usize) -> usize {
        let place = self.0[group];
        self.0[group] += 1;
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_lie_together_in_the_order_of_the_rows() {
        let group = [2, 0, 2, 1, 0, 2];
        let starts = starts(4, group.into_iter());
        assert_eq!(starts, [0, 2, 3, 6, 6]);
        let mut places = Places::from(&starts);
        assert_eq!(group.map(|group| places.next(group)), [3, 0, 4, 2, 1, 5]);
    }
}
