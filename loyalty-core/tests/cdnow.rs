//! CDNOW from the log: the published numbers of the field.

mod common;

use common::{cdnow, instant};
use loyalty_core::{BgNbd, FitOptions, GammaGamma, SummaryOptions, Threads, Unit};

fn weekly() -> SummaryOptions {
    let mut options = SummaryOptions::default();
    options.unit = Unit::Week;
    options
}

#[test]
fn probe() {
    let orders = cdnow();
    let split = orders.calibration_holdout(instant("1997-09-30"), &weekly()).unwrap();
    let customers = &split.calibration;
    println!(
        "{} {} {}",
        customers.len(),
        customers.frequency().iter().sum::<u32>(),
        customers.frequency().iter().filter(|&&x| x > 0).count()
    );
    let fit = BgNbd::fit(customers, &FitOptions::default()).unwrap();
    println!("{fit:#?} {:?}", fit.standard_errors());
    let gg = GammaGamma::fit(customers, &FitOptions::default()).unwrap();
    println!("{gg:#?} {:?}", gg.standard_errors());
    let mut out = vec![0.0; customers.len()];
    fit.model.expected_purchases_into(customers, 39.0, &mut out, Threads::default()).unwrap();
    let actual = &split.holdout_frequency;
    println!("{}", out.iter().sum::<f64>());
    println!("{}", actual.iter().sum::<u32>());
    let mae: f64 = out.iter().zip(actual).map(|(a, &b)| (a - f64::from(b)).abs()).sum::<f64>()
        / out.len() as f64;
    let rmse: f64 = (out.iter().zip(actual).map(|(a, &b)| (a - f64::from(b)) / 1.0).sum::<f64>()
        / out.len() as f64)
        .sqrt();
    println!("{mae} {rmse}");
}
