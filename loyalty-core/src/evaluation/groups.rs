//! Customers in groups of like values.

use crate::Error;

/// Rows in order of a value, cut where a further share of them is full and the value changes.
///
/// # Errors
/// [`Error::Parameter`] unless there are from 1 to 10000 groups.
pub(super) fn in_groups<G>(
    value: &[f64],
    groups: u32,
    group: impl Fn(&[usize]) -> G,
) -> Result<Vec<G>, Error> {
    if !(1..=10_000).contains(&groups) {
        let (name, expected) = ("groups", "from 1 to 10000");
        return Err(Error::parameter(name, expected, f64::from(groups)));
    }
    let groups = groups as usize;
    let mut order: Vec<usize> = (0..value.len()).collect();
    order.sort_unstable_by(|&i, &j| value[i].total_cmp(&value[j]).then(i.cmp(&j)));
    let (mut found, mut start, mut end) = (Vec::new(), 0, 0);
    for equal in order.chunk_by(|&i, &j| value[i] == value[j]) {
        end += equal.len();
        // The share that the rows so far fill, and the one that those before this group filled.
        let full = |rows: usize| rows * groups / value.len();
        if full(end) > full(start) {
            found.push(group(&order[start..end]));
            start = end;
        }
    }
    if start < end {
        found.push(group(&order[start..end]));
    }
    Ok(found)
}
