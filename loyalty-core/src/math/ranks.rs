//! Ranks of values.

/// Ranks by weight, from the smallest value up; equal values share the middle of theirs. The rank of a
/// value is the weight of all smaller ones and half of that of its equals.
///
/// With weights of 1 these are the usual ranks less one half, by which Spearman's correlation is the same.
pub(crate) fn mid_ranks(values: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&i, &j| values[i].total_cmp(&values[j]).then(i.cmp(&j)));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0.0;
    for equal in order.chunk_by(|&i, &j| values[i] == values[j]) {
        let together: f64 = equal.iter().map(|&row| weights[row]).sum();
        equal.iter().for_each(|&row| ranks[row] = before + 0.5 * together);
        before += together;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::mid_ranks;

    #[test]
    fn equal_values_share_the_middle_of_their_ranks() {
        let ranks = mid_ranks(&[3.0, 1.0, 3.0, -0.0, 0.0], &[1.0; 5]);
        assert_eq!(ranks, [4.0, 2.5, 4.0, 1.0, 1.0]);
        assert_eq!(mid_ranks(&[2.0, 1.0], &[3.0, 0.5]), [2.0, 0.25]);
    }
}
