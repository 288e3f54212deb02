//! How customers are scored.

use crate::Error;
use crate::behaviours::BehaviourOptions;
use crate::decisions::{Capacity, Treatments};
use crate::estimation::{Fit, FitOptions};
use crate::ledger::{Economics, Joins};
use crate::math::words::words;
use crate::orders::{Dates, Orders, implausible_times};
use crate::parallel::Threads;
use crate::purchase::{AnyPurchaseModel, PurchaseKind};
use crate::rfm::{RfmOptions, SegmentTable};
use crate::spend::{AnySpendModel, SpendKind};
use crate::summary::SummaryOptions;
use crate::time::Unit;
use crate::value::{Margin, PredictionKind};

/// How customers are scored.
///
/// # Examples
/// ```
/// use loyalty_core::decisions::Capacity;
/// use loyalty_core::pipeline::ScoreOptions;
/// let mut options = ScoreOptions::default();
/// options.margin = Some(0.3);
/// options.economics.handling = Some(4.0);
/// options.capacities = vec![Capacity::new("calls", 250.0)?];
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ScoreOptions {
    /// The unit in which a log is summarised; weeks by default. A summary has its own.
    pub unit: Unit,
    /// The end of observation of a log, in microseconds since 1970-01-01T00:00; by default its last
    /// order. The whole day that holds it counts as observed.
    pub observation_end: Option<i64>,
    /// Whether purchases of a table of order lines count net of what came back; they do by default, and an
    /// occasion that came back whole is none.
    pub value: Value,
    /// What is done where times lie far from all others; they are refused by default.
    pub dates: Dates,
    /// The last moment that a time may be, in microseconds since 1970-01-01T00:00.
    pub today: Option<i64>,
    /// How far expected purchases and lifetime value reach, in the unit; by default a year.
    pub horizon: Option<f64>,
    /// Effective discount rate per year of the lifetime value; 0.1 by default.
    pub annual_discount_rate: f64,
    /// Contribution margin, from −1000 to 1, a share of the amount. By default it is not known: then
    /// lifetime values are in revenue, and treatments go by the margin of the costs of goods, where
    /// there are costs. Without costs it is the margin of the profit too, which takes it from 0 to 1.
    pub margin: Option<f64>,
    /// The same by customer, in the order of the summary, instead of `margin`; of no use for profit.
    pub margins: Option<Vec<f64>>,
    /// What a return and a category cost. Its margin, that at list price, is worked out from the costs
    /// of goods or taken from `margin`, unless it is given here.
    pub economics: Economics,
    /// What is done where most contacts name nobody among the customers; it is refused by default.
    pub joins: Joins,
    /// How behaviours are estimated and labelled. Its threads are not used.
    pub behaviours: BehaviourOptions,
    /// A model of purchases to score with; by default one is fitted.
    pub purchases: Option<GivenModel<AnyPurchaseModel>>,
    /// A model of spend to score with; by default one is fitted.
    pub spend: Option<GivenModel<AnySpendModel>>,
    /// Which model of purchases is fitted. By default the MBG/NBD, in which one-time buyers can have left,
    /// unless another forecasts better: at three cutoffs, each half a quarter of the log before the next, the
    /// BG/NBD, the Pareto/NBD and, of regular customers, the MBG/CNBD-k are held against it by the deviance of their
    /// forecasts.
    /// One is taken whose deviance is lower by more than 1 % in geometric mean. Where the log tells too little,
    /// of a summary, and where the fit has a start or priors, which name parameters, AIC decides between the
    /// MBG/NBD and those with the same parameters. A note says which it was, and why.
    pub purchase_kind: Option<PurchaseKind>,
    /// Which model of spend is fitted; the Gamma-Gamma by default.
    pub spend_kind: SpendKind,
    /// How the model of purchases is fitted. Its threads are not used.
    pub purchase_fit: FitOptions,
    /// How the model of spend is fitted. Its threads are not used.
    pub spend_fit: FitOptions,
    /// How RFM scores are made.
    pub rfm: RfmOptions,
    /// The segments of the scores; by default the customary ones where there are five bins, else none.
    pub segments: Option<SegmentTable>,
    /// What can be done for customers; by default what is customary for a table of order lines or
    /// where there are capacities, and otherwise nothing.
    pub treatments: Option<Treatments>,
    /// How much there is of what treatments take; what is not named is there in plenty.
    pub capacities: Vec<Capacity>,
    /// The probability of the intervals of the correlation of frequency and value; 0.95 by default.
    pub level: f64,
    /// The share of cases that intervals of purchases and lifetime values are to hold, such as 0.9; by default there are
    /// no such columns. See [`clv_prediction`](crate::value::clv_prediction); 1,000 draws of each customer take some
    /// 0.1 ms of processor time.
    pub interval: Option<f64>,
    /// Of what these intervals are: by default of what customers will do.
    pub interval_kind: PredictionKind,
    /// Threads to use. The result is the same for every number.
    pub threads: Threads,
}

/// A model to score with.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum GivenModel<M> {
    /// A model with known parameters.
    Model(M),
    /// A model that was fitted before, of which a note says if it is not at a maximum.
    Fit(Fit<M>),
}

/// What purchases are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Value {
    /// What was paid less what was paid back.
    #[default]
    Net,
    /// What was paid.
    Gross,
}

impl Value {
    const WORDS: [(&'static str, Self); 2] = [("net", Self::Net), ("gross", Self::Gross)];
}

words!(Value, "value", "net or gross");

impl Default for ScoreOptions {
    fn default() -> Self {
        Self {
            unit: Unit::Week,
            observation_end: None,
            value: Value::Net,
            dates: Dates::Refuse,
            today: None,
            horizon: None,
            annual_discount_rate: 0.1,
            margin: None,
            margins: None,
            economics: Economics::default(),
            joins: Joins::default(),
            behaviours: BehaviourOptions::default(),
            purchases: None,
            spend: None,
            purchase_kind: None,
            spend_kind: SpendKind::GammaGamma,
            purchase_fit: FitOptions::default(),
            spend_fit: FitOptions::default(),
            rfm: RfmOptions::default(),
            segments: None,
            treatments: None,
            capacities: Vec::new(),
            level: 0.95,
            interval: None,
            interval_kind: PredictionKind::default(),
            threads: Threads::default(),
        }
    }
}

impl ScoreOptions {
    /// What lifetime values are multiplied with: 1, the value in revenue, where no margin is known.
    pub(super) fn margin_of_values(&self, customers: usize) -> Result<Margin<'_>, Error> {
        let margin = match &self.margins {
            Some(margins) => Margin::PerCustomer(margins),
            None => Margin::Same(self.margin.unwrap_or(1.0)),
        };
        margin.check(customers)?;
        Ok(margin)
    }

    /// How a log is summarised up to an end.
    pub(super) fn summary(&self, observation_end: Option<i64>) -> SummaryOptions {
        SummaryOptions { unit: self.unit, observation_end, ..SummaryOptions::default() }
    }

    /// Accepts a log whose times are plausible.
    pub(super) fn plausible(&self, orders: &Orders) -> Result<(), Error> {
        if self.dates == Dates::Allow {
            return Ok(());
        }
        match implausible_times(orders.time(), self.today) {
            None => Ok(()),
            Some(sentence) => Err(Error::Dates(sentence)),
        }
    }

    /// The segments that scores of so many bins have.
    pub(super) fn segments(&self) -> Option<SegmentTable> {
        let customary = || (self.rfm.highest_score() == 5).then(SegmentTable::customary);
        self.segments.clone().or_else(customary)
    }
}
