//! The golden forecast: learnt from CDNOW, its file, and what it expects of some customers, which Rust, Python
//! and C must give to the last bit. `LOYALTY_UPDATE_GOLDEN=1 cargo test --test suite golden_forecast` writes it anew.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::common::{cdnow, instant, weekly};
use loyalty_core::forecast::{AnchorOptions, AnchoredForecast};
use loyalty_core::parallel::Threads;
use loyalty_core::summary::Occasions;
use loyalty_core::time::{Clock, Unit};

const HEADER: &str = "frequency,recency,T,orders_14_days,orders_30_days,orders_60_days,orders_91_days,\
                      orders_182_days,orders_365_days,mean_amount,expected_purchases";

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../golden").join(file)
}

fn learnt() -> AnchoredForecast {
    let mut options = AnchorOptions::new(13.0);
    options.summary = weekly();
    options.summary.observation_end = Some(instant("1998-03-31"));
    AnchoredForecast::fit(&cdnow(), &options).unwrap().forecast
}

/// Every eleventh customer.
fn forecasts(forecast: &AnchoredForecast) -> String {
    let occasions = Occasions::of(&cdnow(), Clock::new(Unit::Week, None).unwrap()).unwrap();
    let end = Some(instant("1998-03-31"));
    let (customers, expected) = forecast.of_occasions(&occasions, end, Threads::default()).unwrap();
    let activity = occasions.activity(end).unwrap();
    let mut text = format!("{HEADER}\n");
    for row in (0..customers.len()).step_by(11) {
        let (history, recent) = (customers.history(row), activity.row(row));
        write!(text, "{},{:?},{:?}", history.x(), history.t_x(), history.t()).unwrap();
        recent.occasions().iter().for_each(|count| write!(text, ",{count}").unwrap());
        writeln!(text, ",{:?},{:?}", recent.mean_amount().unwrap(), expected[row]).unwrap();
    }
    text
}

#[test]
fn the_golden_forecast_is_learnt_and_scored_to_the_last_bit() {
    let (model, scores) = (path("anchored_forecast.json"), path("forecasts.csv"));
    let learnt = learnt();
    assert!(learnt.is_corrected());
    if std::env::var_os("LOYALTY_UPDATE_GOLDEN").is_some() {
        learnt.write(&model).unwrap();
        std::fs::write(&scores, forecasts(&learnt)).unwrap();
    }
    assert_eq!(AnchoredForecast::read(&model).expect("the golden forecast"), learnt);
    let golden = std::fs::read_to_string(&scores).expect("the golden forecasts");
    assert_eq!(forecasts(&learnt), golden);
}
