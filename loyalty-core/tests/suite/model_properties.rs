//! Fits, scores and model files do not depend on what must not matter.

use crate::common::random::Random;
use crate::common::{assert_all_close, assert_close};
use loyalty_core::estimation::{FitOptions, Parameters};
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, SummaryColumns};
use loyalty_core::time::Unit;
use loyalty_core::value::{Margin, clv_into};
use proptest::prelude::*;

/// Columns of a customer summary.
#[derive(Debug, Clone, Default)]
struct Table {
    x: Vec<f64>,
    t_x: Vec<f64>,
    t: Vec<f64>,
    mean: Vec<f64>,
    weight: Option<Vec<f64>>,
}

impl Table {
    fn push(&mut self, x: u32, t_x: f64, t: f64, mean: f64) {
        self.x.push(f64::from(x));
        self.t_x.push(t_x);
        self.t.push(t);
        self.mean.push(mean);
    }

    fn rows(&self, rows: impl Iterator<Item = usize>) -> Self {
        let rows: Vec<usize> = rows.collect();
        let pick = |column: &[f64]| rows.iter().map(|&row| column[row]).collect();
        Self {
            x: pick(&self.x),
            t_x: pick(&self.t_x),
            t: pick(&self.t),
            mean: pick(&self.mean),
            weight: self.weight.as_deref().map(pick),
        }
    }

    fn summary(&self) -> CustomerSummary {
        let mut columns = SummaryColumns::new(&self.x, &self.t_x, &self.t);
        columns.monetary_value = Some(Column::new("mean", &self.mean));
        columns.weights = self.weight.as_deref().map(|weight| Column::new("weight", weight));
        CustomerSummary::new(&columns).unwrap()
    }
}

/// Customers as a shop has them, observed to the day (many alike) or to the instant (all distinct).
fn shop(random: &mut Random, customers: usize, by_the_day: bool) -> Table {
    let mut table = Table::default();
    let round = |time: f64| if by_the_day { (time * 7.0).ceil() / 7.0 } else { time };
    for _ in 0..customers {
        let t = round(20.0 + 30.0 * random.uniform());
        let x = if random.below(3) > 0 { 0 } else { 1 + random.below(4) * random.below(6) };
        let t_x = if x == 0 { 0.0 } else { round(t * (0.05 + 0.9 * random.uniform())).min(t) };
        let usual = 10.0 + 50.0 * random.uniform();
        let mean = if x == 0 { 0.0 } else { random.gamma(6.0, 6.0 / usual) };
        table.push(x, t_x, t, mean);
    }
    table
}

fn fits(summary: &CustomerSummary, threads: Threads) -> (String, String) {
    let mut options = FitOptions::default();
    options.threads = threads;
    let purchases = BgNbd::fit(summary, &options).unwrap();
    let spend = GammaGamma::fit(summary, &options).unwrap();
    // `{:?}` writes floats so that they read back.
    (format!("{purchases:?}"), format!("{spend:?}"))
}

#[test]
fn fits_have_the_same_bits_for_every_number_of_threads() {
    // More distinct histories than one chunk of work holds.
    let summary = shop(&mut Random::new(1), 60_000, false).summary();
    assert!(summary.distinct_histories().unwrap().len() > 40_000);
    let alone = fits(&summary, Threads::ONE);
    for threads in [0, 2, 3, 7] {
        assert_eq!(fits(&summary, Threads::new(threads)), alone, "{threads} threads");
    }
}

#[test]
fn scores_have_the_same_bits_for_every_number_of_threads() {
    let summary = shop(&mut Random::new(2), 60_000, true).summary();
    let purchases = BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap();
    let spend = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let year = Discounting::annual(52.0, 0.1, Unit::Week).unwrap();
    let scores = |threads: Threads| {
        let mut columns = vec![vec![f64::NAN; summary.len()]; 5];
        let [alive, expected, discounted, amount, value] = &mut columns[..] else { unreachable!() };
        purchases.p_alive_into(&summary, alive, threads).unwrap();
        purchases.expected_purchases_into(&summary, 39.0, expected, threads).unwrap();
        purchases.discounted_purchases_into(&summary, &year, discounted, threads).unwrap();
        spend.expected_spend_into(&summary, amount, threads).unwrap();
        let margin = Margin::Same(0.3);
        clv_into(&purchases, &spend, &summary, &year, margin, value, threads).unwrap();
        columns
    };
    let alone = scores(Threads::ONE);
    assert!(alone.iter().flatten().all(|score| score.is_finite()));
    for threads in [0, 2, 3, 7, 64] {
        assert!(scores(Threads::new(threads)) == alone, "{threads} threads");
    }
}

#[test]
fn a_batch_of_distinct_histories_scores_each_on_its_own() {
    // More of them than a batch remembers at once, so that what it remembers is replaced often.
    let summary = shop(&mut Random::new(10), 100_000, false).summary();
    let model = BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap();
    let mut expected = vec![f64::NAN; summary.len()];
    model.expected_purchases_into(&summary, 39.0, &mut expected, Threads::ONE).unwrap();
    for (row, expected) in expected.into_iter().enumerate() {
        let alone = model.expected_purchases(&summary.history(row), 39.0);
        assert_eq!(alone, Ok(expected), "row {row}");
    }
}

#[test]
fn the_order_of_the_customers_changes_no_bit_of_a_fit() {
    let mut random = Random::new(3);
    let mut table = shop(&mut random, 3_000, true);
    table.weight = Some((0..3_000).map(|_| 0.1 + random.uniform()).collect());
    let forward = fits(&table.summary(), Threads::default());
    let backward = table.rows((0..3_000).rev()).summary();
    // 7 and 3000 have no common factor.
    let strided = table.rows((0..3_000).map(|row| row * 7 % 3_000)).summary();
    assert_eq!(fits(&backward, Threads::default()), forward);
    assert_eq!(fits(&strided, Threads::default()), forward);
}

#[test]
fn the_order_of_many_distinct_customers_changes_a_log_likelihood_by_rounding_only() {
    // More of one frequency than one chunk of work holds, hardly two alike.
    const CUSTOMERS: usize = 60_000;
    let mut random = Random::new(11);
    let table = shop(&mut random, CUSTOMERS, false);
    let mut shuffled: Vec<usize> = (0..CUSTOMERS).collect();
    for last in (1..CUSTOMERS).rev() {
        shuffled.swap(last, random.below(u32::try_from(last + 1).unwrap()) as usize);
    }
    let tables = [
        table.rows(0..CUSTOMERS).summary(),
        table.rows((0..CUSTOMERS).rev()).summary(),
        table.rows(shuffled.into_iter()).summary(),
    ];
    for (r, alpha, a, b) in [(0.3, 5.0, 0.7, 2.0), (1e-3, 1e3, 5.0, 0.1), (50.0, 0.02, 1e-3, 80.0)]
    {
        let model = BgNbd::new(r, alpha, a, b).unwrap();
        let [first, others @ ..] =
            tables.each_ref().map(|table| model.log_likelihood(table).unwrap());
        others.into_iter().for_each(|other| assert_close(other, first, 1e-14));
    }
    for (p, q, v) in [(4.0, 3.0, 20.0), (0.1, 1.5, 500.0), (80.0, 40.0, 0.5)] {
        let model = GammaGamma::new(p, q, v).unwrap();
        let [first, others @ ..] =
            tables.each_ref().map(|table| model.log_likelihood(table).unwrap());
        others.into_iter().for_each(|other| assert_close(other, first, 1e-14));
    }
}

#[test]
fn distinct_histories_have_the_fit_of_their_customers() {
    let summary = shop(&mut Random::new(4), 5_000, true).summary();
    let distinct = summary.distinct_histories().unwrap();
    assert!(distinct.len() < summary.len());
    assert_eq!(distinct.total_weight(), 5_000.0);
    let options = FitOptions::default();
    let fit = BgNbd::fit(&summary, &options).unwrap();
    assert_eq!(BgNbd::fit(&distinct, &options).unwrap(), fit);
    let histories =
        |row| (distinct.history(row).x(), distinct.history(row).t(), distinct.history(row).t_x());
    assert!((1..distinct.len()).all(|row| histories(row - 1) < histories(row)));
}

#[test]
fn a_weight_of_two_is_the_customer_twice() {
    let table = shop(&mut Random::new(5), 2_000, true);
    let mut weighted = table.clone();
    weighted.weight = Some((0..2_000).map(|row| f64::from(1 + row % 3)).collect());
    let repeated = table.rows((0..2_000).flat_map(|row| std::iter::repeat_n(row, 1 + row % 3)));
    let (weighted, repeated) = (weighted.summary(), repeated.summary());
    let options = FitOptions::default();
    let [one, other] = [&weighted, &repeated].map(|table| BgNbd::fit(table, &options).unwrap());
    assert_close(one.log_likelihood, other.log_likelihood, 1e-13);
    assert_all_close(&one.model.values(), &other.model.values(), 1e-9);
    assert_all_close(&one.standard_errors().unwrap(), &other.standard_errors().unwrap(), 1e-9);
    assert_eq!((one.customers, one.bic()), (other.customers, other.bic()));
    let [one, other] =
        [&weighted, &repeated].map(|table| GammaGamma::fit(table, &options).unwrap());
    assert_close(one.log_likelihood, other.log_likelihood, 1e-13);
    assert_all_close(&one.model.values(), &other.model.values(), 1e-9);
    assert_eq!(one.customers, other.customers);
}

#[test]
fn the_likelihood_of_a_table_is_the_sum_over_its_customers() {
    let table = shop(&mut Random::new(6), 500, true);
    let purchases = BgNbd::new(0.3, 5.0, 0.7, 2.0).unwrap();
    let spend = GammaGamma::new(4.0, 3.0, 20.0).unwrap();
    let alone = |row| table.rows(row..=row).summary();
    let sum: f64 = (0..500).map(|row| purchases.log_likelihood(&alone(row)).unwrap()).sum();
    assert_close(purchases.log_likelihood(&table.summary()).unwrap(), sum, 1e-13);
    let sum: f64 = (0..500).map(|row| spend.log_likelihood(&alone(row)).unwrap()).sum();
    assert_close(spend.log_likelihood(&table.summary()).unwrap(), sum, 1e-13);
}

#[test]
fn another_currency_scales_the_spend_and_nothing_else() {
    let table = shop(&mut Random::new(7), 2_000, true);
    let mut cents = table.clone();
    cents.mean.iter_mut().for_each(|mean| *mean *= 100.0);
    let options = FitOptions::default();
    let [euro, cents] =
        [&table, &cents].map(|table| GammaGamma::fit(&table.summary(), &options).unwrap());
    let [p, q, v] = euro.model.values()[..] else { panic!("three parameters") };
    assert_all_close(&cents.model.values(), &[p, q, 100.0 * v], 1e-8);
}

fn positive() -> impl Strategy<Value = f64> {
    // All bits of floats within the domain.
    (1e-50_f64.to_bits()..=1e50_f64.to_bits()).prop_map(f64::from_bits)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_model_file_keeps_every_bit(
        bg in (positive(), positive(), positive(), positive()),
        gg in (positive(), positive(), positive()),
        unit in proptest::option::of(proptest::sample::select(vec![Unit::Day, Unit::CalendarMonth])),
    ) {
        let purchases = BgNbd::new(bg.0, bg.1, bg.2, bg.3).unwrap().with_unit(unit);
        let spend = GammaGamma::new(gg.0, gg.1, gg.2).unwrap();
        for model in [Model::from(purchases), Model::from(spend)] {
            let file = ModelFile::from(model.clone());
            let read = ModelFile::from_json(&file.to_json()).unwrap();
            prop_assert_eq!(&read, &file);
            let bits = |model: &Model| model.values().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&read.model), bits(&model));
            prop_assert_eq!(read.model.unit(), model.unit());
        }
    }
}

#[test]
fn a_file_on_disk_keeps_the_fit() {
    let summary = shop(&mut Random::new(8), 2_000, true).summary();
    let options = FitOptions::default();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("model_properties");
    std::fs::create_dir_all(&folder).unwrap();
    let purchases = ModelFile::from(&BgNbd::fit(&summary, &options).unwrap());
    let spend = ModelFile::from(&GammaGamma::fit(&summary, &options).unwrap());
    for (name, file) in [("purchases.json", purchases), ("spend.json", spend)] {
        let path = folder.join(name);
        std::fs::write(&path, "an older file").unwrap();
        file.write(&path).unwrap();
        let read = ModelFile::read(&path).unwrap();
        assert_eq!(read, file);
        assert_eq!(read.to_json(), file.to_json());
        assert!(read.fit.is_some());
        let beside = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(beside.into_iter().all(|name| !name.to_string_lossy().ends_with(".partial")));
    }
}

#[test]
fn a_file_with_a_fit_gives_the_fit_back() {
    let summary = shop(&mut Random::new(9), 2_000, true).summary();
    let fit = BgNbd::fit(&summary, &FitOptions::default()).unwrap();
    let file = ModelFile::from_json(&ModelFile::from(&fit).to_json()).unwrap();
    let read = file.as_fit().unwrap().expect("a fit");
    assert_eq!(read.model, Model::from(fit.model));
    assert_eq!((read.stop, read.iterations, read.parameters), (fit.stop, fit.iterations, 4));
    assert_eq!((read.customers, read.left_out), (fit.customers, fit.left_out));
    let facts = |fit_log: f64, norm: f64| (fit_log.to_bits(), norm.to_bits());
    assert_eq!(
        facts(read.log_likelihood, read.gradient_norm),
        facts(fit.log_likelihood, fit.gradient_norm)
    );
    assert_eq!(read.covariance, fit.covariance);
    assert_eq!(ModelFile::from(fit.model).as_fit().unwrap(), None);
}
