//! Intervals of tracking: they hold what customers do where the model is true.

#![expect(clippy::cast_possible_truncation, reason = "days are whole numbers")]

use crate::common::{assert_all_close, cdnow, cdnow_split, instant};
use loyalty_core::estimation::{Estimate, FitOptions};
use loyalty_core::evaluation::{Tracking, TrackingIntervals};
use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{FutureDraws, MbgNbd, PurchaseModel};
use loyalty_core::summary::{CustomerSummary, Occasions, SummaryColumns};
use loyalty_core::time::{Clock, Unit};
use loyalty_core::value::{PredictionKind, PredictionOptions};

fn weekly(orders: &Orders) -> Occasions {
    Occasions::of(orders, Clock::new(Unit::Week, None).unwrap()).unwrap()
}

/// The log of a shop: every customer is born on a day of the first ten weeks and lives for half a year.
fn log_of(model: &MbgNbd, customers: usize, seed: u64) -> Orders {
    let nothing = vec![0.0; customers];
    let newborn = SummaryColumns::new(&nothing, &nothing, &nothing);
    let newborn = CustomerSummary::new(&newborn).unwrap();
    let mut how = FutureDraws::new(26.0, 1);
    how.seed = seed;
    let (mut customer, mut day) = (Vec::new(), Vec::new());
    model
        .each_future(&newborn, &how, &mut |future| {
            let row = i64::try_from(future.row).unwrap();
            let birth = row % 70;
            let purchases = future.purchases.iter().map(|at| birth + (7.0 * at).floor() as i64);
            for day_of in std::iter::once(birth).chain(purchases.filter(|&on| on < 182)) {
                customer.push(row);
                day.push(day_of);
            }
        })
        .unwrap();
    // Somebody buys on the last day, so that all shops are of one length.
    customer.extend([-1, -1]);
    day.extend([0, 181]);
    let columns = OrderColumns {
        customer: Column::new("customer", &customer[..]).into(),
        time: Column::new("day", &day),
        scale: TimeScale::Days,
        amount: None,
    };
    Orders::new(&columns, Invalid::Raise).unwrap()
}

#[test]
fn they_hold_what_happens_where_the_model_is_true() {
    let truth = MbgNbd::new(0.8, 8.0, 0.9, 3.0).unwrap();
    let mut options = PredictionOptions::default();
    (options.level, options.draws) = (0.9, 400);
    let (mut weeks, mut ends, mut within, mut sums_within) = (0_usize, 0, 0, 0);
    for seed in 0..40 {
        let line = weekly(&log_of(&truth, 300, seed));
        options.seed = 1000 + seed;
        let known = Estimate::Model(&truth);
        let found = TrackingIntervals::of(known, &line, 1.0, None, None, &options).unwrap();
        let track = Tracking::of(&truth, &line, 1.0, None, None, options.threads).unwrap();
        let holds = |at: usize, value: f64, lower: &[f64], upper: &[f64]| {
            usize::from(lower[at] <= value && value <= upper[at])
        };
        let up_to = track.cumulative_actual();
        for week in 0..track.actual.len() {
            weeks += 1;
            within += holds(week, track.actual[week], &found.each.lower, &found.each.upper);
        }
        for week in [12, 25] {
            let (lower, upper) = (&found.cumulative.lower, &found.cumulative.upper);
            ends += 1;
            sums_within += holds(week, up_to[week], lower, upper);
        }
    }
    // Counts are whole, so that intervals hold at least their share; 80 sums have a standard deviation of 2.7.
    let share = within as f64 / weeks as f64;
    assert!((0.88..0.96).contains(&share), "{share} of the weeks");
    assert!((66..=79).contains(&sums_within), "{sums_within} of {ends} sums");
}

#[test]
fn the_estimates_are_those_of_the_tracking() {
    let fit = MbgNbd::fit(&cdnow_split().calibration, &FitOptions::default()).unwrap();
    let (line, end) = (weekly(&cdnow()), Some(instant("1997-09-30")));
    let mut options = PredictionOptions::default();
    (options.level, options.draws) = (0.9, 100);
    let known = Estimate::Fit(&fit);
    let found = TrackingIntervals::of(known, &line, 1.0, end, None, &options).unwrap();
    let track = Tracking::of(&fit.model, &line, 1.0, end, None, options.threads).unwrap();
    assert_all_close(&found.each.estimate, &track.expected, 1e-12);
    assert_all_close(&found.cumulative.estimate, &track.cumulative_expected(), 1e-12);
    for found in [&found.each, &found.cumulative] {
        let ends = found.lower.iter().zip(&found.upper);
        let ordered = |((lower, upper), estimate): ((&f64, &f64), &f64)| {
            lower < estimate && estimate < upper && lower.fract() == 0.0
        };
        assert!(ends.zip(&found.estimate).skip(1).all(ordered));
    }
    for threads in [1, 3] {
        options.threads = Threads::new(threads);
        let again = TrackingIntervals::of(known, &line, 1.0, end, None, &options).unwrap();
        assert_eq!(again, found);
    }
    let width = |known, options: &PredictionOptions| {
        let found = TrackingIntervals::of(known, &line, 1.0, end, None, options).unwrap();
        found.cumulative.upper[77] - found.cumulative.lower[77]
    };
    let whole = width(known, &options);
    // Parameters known for sure leave chance; expectations leave it out; a shop that moves adds to both.
    assert!(width(Estimate::Model(&fit.model), &options) < whole);
    options.kind = PredictionKind::Expectation;
    assert!(width(known, &options) < whole);
    options.kind = PredictionKind::Prediction;
    options.levels = vec![1.2, 0.8, 1.1];
    assert!(width(known, &options) > 1.5 * whole);
}

#[test]
fn what_is_out_of_its_domain_is_refused() {
    let (model, line) = (MbgNbd::new(0.5, 6.0, 0.9, 1.6).unwrap(), weekly(&cdnow()));
    let refused = |change: &dyn Fn(&mut PredictionOptions), period: f64| {
        let mut options = PredictionOptions::default();
        change(&mut options);
        let known = Estimate::Model(&model);
        let found = TrackingIntervals::of(known, &line, period, None, None, &options);
        found.unwrap_err().to_string()
    };
    assert!(refused(&|options| options.level = f64::NAN, 1.0).contains("level"));
    assert!(refused(&|options| options.draws = 99, 1.0).contains("draws"));
    assert!(refused(&|options| options.levels = vec![0.0], 1.0).contains("levels"));
    assert!(refused(&|_| (), f64::NAN).contains("period"));
    let many = refused(&|options| options.draws = 1_000_000, 0.5);
    assert!(many.contains("at most 1e8 draws times periods"), "{many}");
}
