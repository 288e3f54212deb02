//! One customer in one call, while they wait at the check-out.

use loyalty_core::behaviours::{Behaviour, BehaviourScore};
use loyalty_core::ledger::LedgerRow;
use loyalty_core::pipeline::{CheckOutScore, CheckOutWork};
use pyo3::prelude::*;

use crate::behaviours::BehaviourModel;
use crate::decisions::Treatments;
use crate::error::Result;
use crate::order_lines::OrderLines;
use crate::purchase::PurchaseModel;
use crate::records::{CustomerRecord, LedgerBasis};
use crate::returns::ReturnPropensity;
use crate::spend::SpendModel;
use crate::value::Discounting;

/// What a check-out scores by.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct CheckOut(loyalty_core::pipeline::CheckOut);

/// Frequency, recency, T, mean amount and how many purchases it is of.
type History = (u32, f64, f64, f64, u32);
/// Numbers by name.
type Named = Vec<(&'static str, f64)>;
/// A behaviour, its numbers and whether it is labelled.
type Judged = (&'static str, Named, bool);
/// The treatment, its channel, what it gains and costs, and why.
type Decision = (String, String, f64, f64, String);

/// What is said of one customer, as a dict.
#[derive(IntoPyObject)]
struct CustomerScore {
    purchases: Option<History>,
    p_alive: Option<f64>,
    expected_purchases: Option<f64>,
    expected_spend: Option<f64>,
    clv: Option<f64>,
    ledger: Option<Named>,
    behaviours: Vec<Judged>,
    primary: Option<&'static str>,
    decision: Option<Decision>,
    returns: Option<Vec<f64>>,
}

#[pymethods]
impl CheckOut {
    #[new]
    #[expect(clippy::too_many_arguments, reason = "one per field")]
    fn new(
        purchases: Option<&PurchaseModel>,
        spend: Option<&SpendModel>,
        basis: Option<&LedgerBasis>,
        behaviours: Option<&BehaviourModel>,
        treatments: Option<&Treatments>,
        discounting: &Discounting,
        margin: Option<f64>,
        occasion: Option<&str>,
        include_first: bool,
        net: bool,
    ) -> Result<Self> {
        let mut core = loyalty_core::pipeline::CheckOut::new(discounting.0);
        core.purchases = purchases.map(|model| model.0.clone());
        core.spend = spend.map(|model| model.0.clone());
        core.basis = basis.map(|basis| basis.0.clone());
        core.behaviours = behaviours.map(|model| model.0.clone());
        core.treatments = treatments.map(|table| table.0.clone());
        core.occasion = occasion.map(str::parse).transpose()?;
        (core.margin, core.include_first, core.net) = (margin, include_first, net);
        Ok(Self(core))
    }

    fn score(
        &self,
        record: &CustomerRecord,
        group: Option<&str>,
        now: i64,
        basket: Option<(PyRef<'_, ReturnPropensity>, PyRef<'_, OrderLines>)>,
    ) -> Result<CustomerScore> {
        let (record, mut work) = (record.held(), CheckOutWork::default());
        let Some((returns, basket)) = basket else {
            return Ok(self.said(&self.0.score(&record, group, now, &mut work)?, None));
        };
        let lines = (&*returns.read(), &*basket.0);
        let score = self.0.score_basket(&record, group, now, lines, &mut work)?;
        Ok(self.said(&score, Some(work.returns().to_vec())))
    }
}

impl CheckOut {
    fn said(&self, score: &CheckOutScore, returns: Option<Vec<f64>>) -> CustomerScore {
        let history = |found: &loyalty_core::summary::Purchases| {
            let of = found.history;
            (of.x(), of.t_x(), of.t(), found.monetary_value, found.transactions)
        };
        let row = |row: &LedgerRow| LedgerRow::NAMES.iter().copied().zip(row.values()).collect();
        let judged = score.behaviours.iter().flatten().map(|one| {
            let numbers = BehaviourScore::NAMES.iter().copied().zip(one.score.values());
            (one.behaviour.name(), numbers.collect(), one.labelled)
        });
        let chosen = score.decision.zip(self.0.treatments.as_ref());
        CustomerScore {
            purchases: score.purchases.as_ref().map(history),
            p_alive: score.p_alive,
            expected_purchases: score.expected_purchases,
            expected_spend: score.expected_spend,
            clv: score.clv,
            ledger: score.ledger.as_ref().map(row),
            behaviours: judged.collect(),
            primary: score.primary.map(Behaviour::name),
            decision: chosen.map(|(chosen, table)| {
                let treatment = &table.treatments()[chosen.treatment];
                let (name, channel) = (treatment.name.clone(), treatment.channel.clone());
                (name, channel, chosen.gain, chosen.cost, table.reason(&chosen))
            }),
            returns,
        }
    }
}
