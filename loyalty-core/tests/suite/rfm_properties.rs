//! Any customers: RFM scores are the naive ones and keep their promises.

use loyalty_core::rfm::{Rfm, RfmAxis, RfmOptions, RfmValues};
use proptest::prelude::*;

const AXES: [RfmAxis; 3] = [RfmAxis::Recency, RfmAxis::Frequency, RfmAxis::Monetary];

/// Recency, frequency, money and weight; few distinct values, so that there are ties.
type Row = (u32, u32, i32, u32);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0..30_u32, prop_oneof![Just(1_u32), 1..6_u32], -20..200_i32, 1..5_u32);
    proptest::collection::vec(row, 1..80)
}

fn bins() -> impl Strategy<Value = u32> {
    prop_oneof![2..8_u32, Just(1), Just(5), Just(1000)]
}

/// The scores, one measure at a time changed by a function.
fn score_mapped(rows: &[Row], options: &RfmOptions, weighted: bool, map: fn(f64) -> f64) -> Rfm {
    let column = |get: fn(&Row) -> f64| rows.iter().map(get).collect::<Vec<_>>();
    let mapped = |get: fn(&Row) -> f64| rows.iter().map(|row| map(get(row))).collect::<Vec<_>>();
    let weights = column(|row| f64::from(row.3));
    let values = RfmValues::new(
        &mapped(|row| f64::from(row.0)),
        &mapped(|row| f64::from(row.1)),
        &mapped(|row| f64::from(row.2)),
        weighted.then_some(&weights),
    );
    Rfm::score(&values.unwrap(), options).unwrap()
}

fn score(rows: &[Row], options: &RfmOptions) -> Rfm {
    score_mapped(rows, options, false, |value| value)
}

fn options(bins: u32, nested: bool) -> RfmOptions {
    let mut options = RfmOptions::default();
    (options.bins, options.nested) = (bins, nested);
    options
}

/// What each axis ranks, better being larger.
fn measures(row: &Row) -> [i64; 3] {
    [-i64::from(row.0), i64::from(row.1), i64::from(row.2)]
}

/// 1 + ⌊k · (share of customers strictly worse)⌋ in whole numbers.
fn naive(measure: &[i64], row: usize, bins: u32) -> u32 {
    let worse = measure.iter().filter(|&&other| other < measure[row]).count();
    1 + u32::try_from(bins as usize * worse / measure.len()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_thresholds_found_give_the_same_scores(rows in rows(), bins in 2..1000_u32) {
        let mut options = options(bins, false);
        let ranked = score(&rows, &options);
        options.breaks = ranked.breaks().cloned();
        let again = score(&rows, &options);
        for row in 0..rows.len() {
            prop_assert_eq!(again.cell(row), ranked.cell(row));
        }
    }

    #[test]
    fn scores_are_one_plus_the_share_of_customers_strictly_worse(rows in rows(), bins in bins()) {
        let rfm = score(&rows, &options(bins, false));
        prop_assert_eq!((rfm.bins(), rfm.len()), (bins, rows.len()));
        for (axis, place) in AXES.into_iter().zip(0..) {
            let measure: Vec<i64> = rows.iter().map(|row| measures(row)[place]).collect();
            for row in 0..rows.len() {
                prop_assert_eq!(rfm.scores(axis)[row], naive(&measure, row, bins));
                prop_assert_eq!(rfm.cell(row)[place], rfm.scores(axis)[row]);
            }
        }
    }

    #[test]
    fn better_is_never_scored_lower_and_equal_is_scored_equal(rows in rows(), bins in bins()) {
        let rfm = score(&rows, &options(bins, false));
        for a in 0..rows.len() {
            for b in 0..rows.len() {
                for axis in 0..3 {
                    let order = measures(&rows[a])[axis].cmp(&measures(&rows[b])[axis]);
                    let scored = rfm.cell(a)[axis].cmp(&rfm.cell(b)[axis]);
                    prop_assert!(scored == order || (scored.is_eq() && order.is_ne()));
                }
            }
        }
    }

    #[test]
    fn scores_run_from_one_to_the_number_of_bins(rows in rows(), bins in bins(), nested: bool) {
        let rfm = score(&rows, &options(bins, nested));
        for axis in AXES {
            let scores = rfm.scores(axis);
            prop_assert!(scores.iter().all(|score| (1..=bins).contains(score)));
            prop_assert!(scores.contains(&1), "the worst have the worst score");
            let missing: Vec<u32> = (1..=bins).filter(|score| !scores.contains(score)).collect();
            prop_assert_eq!(rfm.empty_scores(axis), missing);
        }
    }

    #[test]
    fn a_monotone_change_of_scale_changes_no_score(rows in rows(), bins in bins(), nested: bool) {
        let options = options(bins, nested);
        let cents = score_mapped(&rows, &options, false, |value| 100.0 * value + 3000.0);
        let cubes = score_mapped(&rows, &options, false, |value| value * value * value + 8000.0);
        let plain = score(&rows, &options);
        for row in 0..rows.len() {
            prop_assert_eq!(cents.cell(row), plain.cell(row));
            prop_assert_eq!(cubes.cell(row), plain.cell(row));
        }
    }

    #[test]
    fn a_whole_weight_is_that_many_customers(rows in rows(), bins in bins(), nested: bool) {
        let options = options(bins, nested);
        let weighted = score_mapped(&rows, &options, true, |value| value);
        let copies = rows.iter().flat_map(|row| std::iter::repeat_n(*row, row.3 as usize));
        let repeated = score(&copies.collect::<Vec<_>>(), &options);
        let mut first = 0;
        for (row, copy) in rows.iter().enumerate() {
            prop_assert_eq!(weighted.cell(row), repeated.cell(first));
            first += copy.3 as usize;
        }
    }

    #[test]
    fn the_order_of_the_customers_does_not_matter(
        (rows, shuffled) in rows().prop_flat_map(|rows| {
            let numbered: Vec<usize> = (0..rows.len()).collect();
            (Just(rows), Just(numbered).prop_shuffle())
        }),
        bins in bins(), nested: bool,
    ) {
        let straight = score(&rows, &options(bins, nested));
        let moved: Vec<Row> = shuffled.iter().map(|&row| rows[row]).collect();
        let moved = score(&moved, &options(bins, nested));
        for (place, &row) in shuffled.iter().enumerate() {
            prop_assert_eq!(moved.cell(place), straight.cell(row));
        }
    }

    #[test]
    fn nested_scores_rank_within_the_scores_before(rows in rows(), bins in bins()) {
        let rfm = score(&rows, &options(bins, true));
        for row in 0..rows.len() {
            for axis in 0..3 {
                // The customers who share all earlier scores, ranked among themselves.
                let peers = (0..rows.len()).filter(|&p| rfm.cell(p)[..axis] == rfm.cell(row)[..axis]);
                let peers: Vec<usize> = peers.collect();
                let measure: Vec<i64> = peers.iter().map(|&p| measures(&rows[p])[axis]).collect();
                let place = peers.iter().position(|&p| p == row).unwrap();
                prop_assert_eq!(rfm.cell(row)[axis], naive(&measure, place, bins));
            }
        }
        let independent = score(&rows, &options(bins, false));
        prop_assert_eq!(rfm.scores(RfmAxis::Recency), independent.scores(RfmAxis::Recency));
    }
}
