//! RFM scores and segments against those published for the R package rfm, and their own promises.

use std::collections::BTreeMap;

use crate::common::{cdnow, instant, reference, whole};
use loyalty_core::orders::Column;
use loyalty_core::rfm::{
    Rfm, RfmAxis, RfmBreaks, RfmOptions, RfmValues, SegmentRule, SegmentTable,
};
use loyalty_core::summary::{CustomerSummary, SummaryColumns, SummaryOptions};
use loyalty_core::time::Unit;

const AXES: [RfmAxis; 3] = [RfmAxis::Recency, RfmAxis::Frequency, RfmAxis::Monetary];

/// The 995 customers of `rfm_data_orders`: three measures and the package's three scores.
fn published() -> Vec<[f64; 6]> {
    reference("rfm_orders.csv")
}

fn values_of(rows: &[[f64; 6]]) -> RfmValues {
    let column = |axis: usize| rows.iter().map(|row| row[axis]).collect::<Vec<_>>();
    RfmValues::new(&column(0), &column(1), &column(2), None).unwrap()
}

fn score(values: &RfmValues) -> Rfm {
    Rfm::score(values, &RfmOptions::default()).unwrap()
}

fn counts(scores: impl Iterator<Item = u32>) -> [usize; 5] {
    let mut counts = [0; 5];
    scores.for_each(|score| counts[score as usize - 1] += 1);
    counts
}

#[test]
fn the_reference_has_the_published_counts() {
    let rows = published();
    assert_eq!(rows.len(), 995);
    assert_eq!(rows.iter().map(|row| row[1]).sum::<f64>(), 4906.0);
    let of_package = [0, 1, 2].map(|axis| counts(rows.iter().map(|row| whole(row[3 + axis]))));
    assert_eq!(of_package[0], [197, 200, 199, 199, 200]);
    assert_eq!(of_package[1], [268, 187, 176, 244, 120]);
    assert_eq!(of_package[2], [200, 200, 198, 202, 195]);
}

#[test]
fn scores_differ_from_the_published_ones_only_at_a_threshold() {
    // The package cuts at quantile + 1: recency 115, 181, 297.4, 482 and money 255.8, 382, 506.4, 666.
    // That is meant for whole numbers. Where the quantile is one (114, 180 and 481 days), its holders
    // stay below the cut, while here a score begins with the first customer who has enough others
    // behind. Where it is not (296.4 days; money 254.8 and 505.4), the 1 reaches past the next value.
    let rows = published();
    let rfm = score(&values_of(&rows));
    let mut differences = [BTreeMap::new(), BTreeMap::new(), BTreeMap::new()];
    for (row, cells) in rows.iter().enumerate() {
        for axis in 0..3 {
            let (ours, package) = (rfm.cell(row)[axis], whole(cells[3 + axis]));
            if ours != package {
                *differences[axis].entry((whole(cells[axis]), ours, package)).or_insert(0) += 1;
            }
        }
    }
    // (value, our score, the package's), customers.
    let [recency, frequency, monetary] = differences.map(|map| map.into_iter().collect::<Vec<_>>());
    assert_eq!(recency, [((114, 4, 5), 4), ((180, 3, 4), 4), ((297, 2, 3), 1), ((481, 1, 2), 3)]);
    assert!(frequency.is_empty());
    assert_eq!(monetary, [((255, 2, 1), 1), ((506, 4, 3), 1)]);
    // Counts; the package's are in the test above.
    let [recency, frequency, monetary] = AXES.map(|axis| counts(rfm.scores(axis).iter().copied()));
    assert_eq!(recency, [200, 198, 202, 199, 196]);
    assert_eq!(frequency, [268, 187, 176, 244, 120]);
    assert_eq!(monetary, [199, 201, 197, 203, 195]);
}

#[test]
fn scores_begin_at_these_values() {
    let rows = published();
    let rfm = score(&values_of(&rows));
    let ends = |axis: usize, score: u32| {
        let with = (0..rows.len()).filter(|&row| rfm.cell(row)[axis] == score);
        let values: Vec<f64> = with.map(|row| rows[row][axis]).collect();
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        (low, values.iter().copied().fold(0.0, f64::max))
    };
    // The package: 5 below 115 days, 4 below 181, 3 below 297.4, 2 below 482.
    let recency = [5, 4, 3, 2].map(|score| ends(0, score));
    assert_eq!(recency, [(1.0, 113.0), (114.0, 179.0), (180.0, 296.0), (297.0, 480.0)]);
    // The package: 2 from 4 orders, 3 from 5, 4 from 6, 5 from 8.
    assert_eq!([2, 3, 4, 5].map(|score| ends(1, score).0), [4.0, 5.0, 6.0, 8.0]);
    // The package: 2 from 255.8, 3 from 382, 4 from 506.4, 5 from 666.
    assert_eq!([2, 3, 4, 5].map(|score| ends(2, score).0), [255.0, 382.0, 506.0, 668.0]);
}

/// A segment with its scores, and per segment customers, orders and revenue.
type Segment = (&'static str, [[u32; 2]; 3]);

fn segment_sums(segments: &[Segment]) -> BTreeMap<String, [u32; 3]> {
    let rows = published();
    let values = values_of(&rows);
    let rule = |&(name, [recency, frequency, monetary]): &Segment| {
        SegmentRule::new(name, recency, frequency, monetary)
    };
    let table =
        SegmentTable::first_match(segments.iter().map(rule).collect(), "Others", 5).unwrap();
    let assigned = table.assign(&score(&values), &values).unwrap();
    let summary = table.summarize(&assigned, &values).unwrap();
    let shares: f64 = summary.iter().map(|segment| segment.share_of_customers).sum();
    assert!((shares - 1.0).abs() < 1e-14);
    let sums = summary.into_iter().map(|segment| {
        let orders = (segment.mean_frequency * segment.customers).round();
        (segment.name, [segment.customers, orders, segment.total_monetary].map(whole))
    });
    sums.collect()
}

#[test]
fn the_readme_table_gives_the_published_segments_but_for_customers_at_a_threshold() {
    let sums = segment_sums(&[
        ("Champions", [[5, 5], [5, 5], [5, 5]]),
        ("Potential Loyalist", [[3, 5], [3, 5], [2, 5]]),
        ("Loyal Customers", [[2, 4], [2, 4], [2, 4]]),
        ("Promising", [[3, 4], [1, 3], [3, 5]]),
        ("New Customers", [[4, 5], [1, 3], [1, 5]]),
        ("Can't Lose Them", [[1, 2], [3, 4], [4, 5]]),
        ("At Risk", [[1, 2], [2, 5], [4, 5]]),
        ("Need Attention", [[1, 3], [3, 5], [3, 5]]),
        ("About To Sleep", [[2, 3], [1, 3], [1, 4]]),
        ("Lost", [[1, 1], [1, 5], [1, 5]]),
    ]);
    for (name, ours, package) in [
        ("Champions", [35, 316, 31646], [35, 316, 31646]),
        ("Potential Loyalist", [341, 2204, 204_158], [342, 2211, 204_856]),
        ("Loyal Customers", [172, 804, 76712], [170, 799, 76562]),
        ("Promising", [9, 28, 4249], [9, 28, 4249]),
        ("New Customers", [102, 321, 28296], [104, 329, 28837]),
        ("Can't Lose Them", [49, 288, 33790], [47, 274, 32446]),
        ("At Risk", [28, 216, 22227], [28, 216, 22227]),
        ("Need Attention", [10, 57, 4562], [10, 57, 4562]),
        ("About To Sleep", [101, 279, 23194], [102, 283, 23449]),
        ("Lost", [148, 393, 35324], [148, 393, 35324]),
        ("Others", [0, 0, 0], [0, 0, 0]),
    ] {
        assert_eq!(sums[name], ours, "{name}");
        assert!(ours[0].abs_diff(package[0]) <= 2, "{name}");
    }
}

#[test]
fn the_other_table_gives_the_published_segments_but_for_customers_at_a_threshold() {
    // From the package's tests; frequency and money have the same scores in it.
    let rule = |name, recency, others| (name, [recency, others, others]);
    let sums = segment_sums(&[
        rule("Champions", [4, 5], [4, 5]),
        rule("Loyal Customers", [2, 5], [3, 5]),
        rule("Potential Loyalist", [3, 5], [1, 3]),
        rule("New Customers", [4, 5], [1, 1]),
        rule("Promising", [3, 4], [1, 1]),
        rule("Need Attention", [2, 3], [2, 3]),
        rule("About To Sleep", [2, 3], [1, 2]),
        rule("At Risk", [1, 2], [2, 5]),
        rule("Can't Lose Them", [1, 1], [4, 5]),
        rule("Lost", [1, 2], [1, 2]),
    ]);
    for (name, ours, package) in [
        ("Champions", [157, 1223, 119_156], [158, 1234, 120_178]),
        ("Loyal Customers", [276, 1698, 165_391], [278, 1708, 166_712]),
        ("Potential Loyalist", [229, 801, 65873], [229, 801, 65873]),
        ("New Customers", [0, 0, 0], [0, 0, 0]),
        ("Promising", [0, 0, 0], [0, 0, 0]),
        ("Need Attention", [35, 144, 13287], [35, 144, 13287]),
        ("About To Sleep", [50, 127, 10914], [50, 127, 10914]),
        ("At Risk", [89, 459, 46521], [86, 438, 44178]),
        ("Can't Lose Them", [0, 0, 0], [0, 0, 0]),
        ("Lost", [111, 244, 20955], [111, 244, 20955]),
        ("Others", [48, 210, 22061], [48, 210, 22061]),
    ] {
        assert_eq!(sums[name], ours, "{name}");
        assert!(ours[0].abs_diff(package[0]) <= 3, "{name}");
    }
}

/// One customer in each of the 125 cells, and the cells.
fn every_cell() -> (RfmValues, Rfm, Vec<[u32; 3]>) {
    let scores = 1..=5_u32;
    let pairs = scores.clone().flat_map(|r| (1..=5).map(move |f| (r, f)));
    let cells: Vec<[u32; 3]> =
        pairs.flat_map(|(r, f)| scores.clone().map(move |m| [r, f, m])).collect();
    let column = |axis: usize| cells.iter().map(|cell| f64::from(cell[axis])).collect::<Vec<_>>();
    let elapsed: Vec<f64> = column(0).iter().map(|score| 100.0 - score).collect();
    let values = RfmValues::new(&elapsed, &column(1), &column(2), None).unwrap();
    let rfm = score(&values);
    (values, rfm, cells)
}

#[test]
fn equal_parts_have_equal_scores() {
    let (_, rfm, cells) = every_cell();
    assert!((0..125).all(|row| rfm.cell(row) == cells[row]));
}

#[test]
fn the_customary_table_gives_every_cell_its_segment() {
    let table = SegmentTable::customary();
    let (values, rfm, cells) = every_cell();
    let names = table.names();
    let young = values.clone().with_age_days(&[90.0; 125]).unwrap();
    let segments = table.assign(&rfm, &young).unwrap();
    // Frequency 1 to 5 across, which is the number of orders, recency 5 down to 1.
    let grid = [
        ["New customers", "Potential loyalists", "Potential loyalists", "Champions", "Champions"],
        ["Promising", "Potential loyalists", "Potential loyalists", "Loyal", "Loyal"],
        ["About to sleep", "About to sleep", "Need attention", "Loyal", "Loyal"],
        ["Hibernating", "Hibernating", "At risk", "At risk", "Cannot lose them"],
        ["Hibernating", "Hibernating", "At risk", "At risk", "Cannot lose them"],
    ];
    for ([r, f, m], segment) in cells.into_iter().zip(segments) {
        let expected = grid[5 - r as usize][f as usize - 1];
        assert_eq!(names[segment], expected, "recency {r}, frequency {f}, monetary {m}");
    }
    assert_eq!(names.len(), 10);
    // Nobody is new whose first order is longer ago, or of whom nobody knows when it was.
    for values in [values.clone(), values.with_age_days(&[91.0; 125]).unwrap()] {
        let segments = table.assign(&rfm, &values).unwrap();
        assert!(segments.iter().all(|&segment| names[segment] != "New customers"));
    }
}

#[test]
fn who_has_bought_before_is_not_new_and_who_has_not_is_not_loyal() {
    let table = SegmentTable::customary();
    let names = table.names();
    let named = |recency: &[f64], frequency: &[f64], options: &RfmOptions| {
        let money = vec![5.0; recency.len()];
        let values = RfmValues::new(recency, frequency, &money, None).unwrap();
        let values = values.with_age_days(&vec![9.0; recency.len()]).unwrap();
        let segments = table.assign(&Rfm::score(&values, options).unwrap(), &values).unwrap();
        segments.into_iter().map(|segment| names[segment].to_owned()).collect::<Vec<_>>()
    };
    let recency: Vec<f64> = (0..50).map(f64::from).collect();
    let all_seven = named(&recency, &[7.0; 50], &RfmOptions::default());
    assert!(all_seven.iter().all(|name| name != "New customers" && name != "Promising"));
    assert_eq!(all_seven[0], "Potential loyalists");
    // Thresholds of one's own may give one order the best score.
    let mut options = RfmOptions::default();
    options.breaks = Some(RfmBreaks::new([10.0; 4], [0.0; 4], [0.0; 4]).unwrap());
    assert_eq!(named(&[5.0, 5.0], &[1.0, 2.0], &options), ["New customers", "Champions"]);
}

#[test]
fn the_thresholds_found_give_the_same_scores_again() {
    let rows = published();
    let values = values_of(&rows);
    let first = score(&values);
    let breaks = first.breaks().unwrap().clone();
    // As the table of the package has it, but right-closed: score 5 up to 113 days, 2 from 3 orders on.
    assert_eq!(breaks.axis(RfmAxis::Recency), [113.0, 179.0, 296.0, 480.0]);
    assert_eq!(breaks.axis(RfmAxis::Frequency), [3.0, 4.0, 5.0, 7.0]);
    let mut options = RfmOptions::default();
    options.breaks = Some(breaks.clone());
    let again = Rfm::score(&values, &options).unwrap();
    assert!((0..first.len()).all(|row| again.cell(row) == first.cell(row)));
    // Ties leave scores empty: they still are, and whoever is strictly better than all has the best.
    let tied = RfmValues::new(&[3.0; 4], &[1.0; 4], &[9.0; 4], None).unwrap();
    options.breaks = score(&tied).breaks().cloned();
    assert_eq!(Rfm::score(&tied, &options).unwrap().cell(0), [1, 1, 1]);
    let better = RfmValues::new(&[2.9], &[2.0], &[9.5], None).unwrap();
    let better = Rfm::score(&better, &options).unwrap();
    assert_eq!(better.cell(0), [5, 5, 5]);
    let sentence = "no customer has the recency score 1: none is on that side of the threshold";
    assert_eq!(better.remarks()[0], sentence);
}

#[test]
fn the_best_customer_has_the_best_scores_and_the_worst_the_worst() {
    let values = RfmValues::new(
        &[1.0, 50.0, 90.0, 200.0, 400.0],
        &[30.0, 9.0, 5.0, 2.0, 1.0],
        &[5000.0, 800.0, 410.0, 90.0, 10.0],
        None,
    );
    let values = values.unwrap();
    let rfm = score(&values);
    assert_eq!(rfm.cell(0), [5, 5, 5]);
    assert_eq!(rfm.cell(4), [1, 1, 1]);
    assert_eq!(SegmentTable::customary().assign(&rfm, &values).unwrap()[0], 0, "a champion");
}

#[test]
fn scores_that_ties_leave_empty_are_named() {
    // Four in five customers bought once: the usual shop.
    let frequency: Vec<f64> = (0..100_u32).map(|row| f64::from(row.max(80) - 79)).collect();
    let elapsed: Vec<f64> = (0..100_u32).map(f64::from).collect();
    let rfm = score(&RfmValues::new(&elapsed, &frequency, &elapsed, None).unwrap());
    assert_eq!(counts(rfm.scores(RfmAxis::Frequency).iter().copied()), [81, 0, 0, 0, 19]);
    assert_eq!(rfm.empty_scores(RfmAxis::Frequency), [2, 3, 4]);
    assert!(rfm.empty_scores(RfmAxis::Recency).is_empty());
    assert_eq!(counts(rfm.scores(RfmAxis::Monetary).iter().copied()), [20; 5]);
}

#[test]
fn the_unit_of_time_changes_no_score() {
    // Whoever bought on the same day bought equally long ago, in weeks too.
    let end = Some(instant("1997-09-30"));
    let summary = |unit: Unit| {
        let mut options = SummaryOptions::default();
        (options.unit, options.observation_end) = (unit, end);
        cdnow().summarize(&options).unwrap()
    };
    let daily = score(&RfmValues::of(&summary(Unit::Day)).unwrap());
    for unit in [Unit::Week, Unit::Month, Unit::Year] {
        let customers = summary(unit);
        let rfm = score(&RfmValues::of(&customers).unwrap());
        let ids = customers.customers().unwrap();
        let others = (0..rfm.len()).filter(|&row| rfm.cell(row) != daily.cell(row));
        let others: Vec<_> = others.map(|row| ids.get(row).to_string()).collect();
        assert!(others.is_empty(), "{unit}: other scores for customers {}", others.join(", "));
    }
}

#[test]
fn a_summary_is_measured_by_silence_purchases_and_all_money() {
    let mut columns = SummaryColumns::new(&[2.0, 0.0], &[30.0, 0.0], &[38.0, 9.0]);
    columns.total_amount = Some(Column::new("total", &[99.0, 5.0]));
    columns.weights = Some(Column::new("weight", &[3.0, 0.5]));
    let values = RfmValues::of(&CustomerSummary::new(&columns).unwrap()).unwrap();
    assert_eq!(values.recency(), [8.0, 9.0]);
    assert_eq!(values.frequency(), [3.0, 1.0]);
    assert_eq!(values.monetary(), [99.0, 5.0]);
    assert_eq!([values.weight(0), values.weight(1)], [3.0, 0.5]);
}

#[test]
fn a_weight_that_drowns_in_rounding_still_has_a_score() {
    let column = [1.0, 2.0];
    let values = RfmValues::new(&column, &column, &column, Some(&[1.0, 1e-20])).unwrap();
    assert_eq!(score(&values).scores(RfmAxis::Monetary), [1, 5]);
}

#[test]
fn where_all_are_alike_nobody_is_better() {
    let values = RfmValues::new(&[3.0; 7], &[1.0; 7], &[9.0; 7], None).unwrap();
    let rfm = score(&values);
    assert!((0..7).all(|row| rfm.cell(row) == [1, 1, 1]));
    assert_eq!(rfm.empty_scores(RfmAxis::Recency), [2, 3, 4, 5]);
}

#[test]
fn a_segment_summary_adds_up_what_its_customers_have() {
    let table = SegmentTable::from_json(
        r#"[{"name": "Ours", "recency": [2, 2]}, {"name": "Theirs", "recency": [1, 1]}]"#,
        2,
    );
    let weights = [2.0, 1.0, 1.0];
    let values =
        RfmValues::new(&[1.0, 7.0, 9.0], &[4.0, 1.0, 3.0], &[50.0, -10.0, 10.0], Some(&weights));
    let (table, values) = (table.unwrap(), values.unwrap());
    let mut options = RfmOptions::default();
    options.bins = 2;
    let segments = table.assign(&Rfm::score(&values, &options).unwrap(), &values).unwrap();
    assert_eq!(segments, [0, 1, 1]);
    let [ours, theirs] = &table.summarize(&segments, &values).unwrap()[..] else { panic!("two") };
    assert_eq!((ours.customers, ours.share_of_customers), (2.0, 0.5));
    assert_eq!((ours.mean_recency, ours.mean_frequency, ours.mean_monetary), (1.0, 4.0, 50.0));
    assert_eq!((ours.total_monetary, ours.share_of_monetary), (100.0, 1.0));
    assert_eq!((theirs.mean_recency, theirs.mean_frequency, theirs.mean_monetary), (8.0, 2.0, 0.0));
    assert_eq!((theirs.name.as_str(), theirs.share_of_monetary), ("Theirs", 0.0));
}
