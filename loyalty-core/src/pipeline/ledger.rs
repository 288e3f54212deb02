//! What a table of order lines says beyond orders and amounts: profit, returns and costly behaviours.

use super::notes::{NoteKind, Part, Remarks};
use super::{OrderTable, ScoreOptions};
use crate::Error;
use crate::behaviours::{Behaviour, BehaviourModel, Behaviours};
use crate::ledger::{Available, Ledger, LedgerOptions};
use crate::orders::Customers;
use crate::time::{DAY, date, end_of_day};

/// The ledger of a table of order lines, and the behaviours seen in it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LedgerScores {
    /// Profit and its parts; one row per customer with order lines, in order of the ids.
    pub ledger: Ledger,
    /// What was learned of the behaviours.
    pub model: BehaviourModel,
    /// Scores and labels; one row per customer of the ledger.
    pub behaviours: Behaviours,
    /// For each customer of the summary the row of the ledger; `None` for one without order lines.
    pub rows: Vec<Option<usize>>,
}

impl LedgerScores {
    /// The margin of the shop as a share of what was paid, where costs of goods or a margin are known.
    pub fn net_margin(&self) -> Option<f64> {
        self.ledger.available().profit.then_some(self.ledger.portfolio().net_margin)
    }

    /// The margin of the shop at list price, where costs of goods or a margin are known.
    pub fn margin(&self) -> Option<f64> {
        self.ledger.available().profit.then_some(self.ledger.portfolio().margin)
    }
}

pub(super) fn scored(
    table: &OrderTable<'_>,
    customers: Option<&Customers>,
    options: &ScoreOptions,
    remarks: &mut Remarks,
) -> Result<Option<LedgerScores>, Error> {
    let Some(lines) = table.lines() else {
        remarks.missing(Part::Ledger, "they need amounts", &["amount"]);
        return Ok(None);
    };
    let mut economics = options.economics;
    if !lines.has_costs() {
        economics.margin = economics.margin.or(options.margin);
    }
    // By default the last line ends the observation, unless a credit is later.
    let later = Some(lines.observed_until()).filter(|&end| end > lines.time_range().1);
    let how = LedgerOptions {
        economics,
        // The whole day of the end counts, as in a summary.
        end: options.observation_end.or(later).map(end_of_day),
        joins: options.joins,
        threads: options.threads,
        ..LedgerOptions::default()
    };
    let mut ledger = Ledger::new(lines, table.contacts, table.marketing, &how)?;
    for join in ledger.joins().iter().filter(|join| join.unmatched > 0 || join.by_digits) {
        remarks.note(NoteKind::Joins, format!("column \"customer\" {join}"));
    }
    for (name, contacts) in [("contacts", table.contacts), ("marketing", table.marketing)] {
        for sentence in contacts.iter().flat_map(|contacts| contacts.report().sentences()) {
            remarks.note(NoteKind::RowsLeftOut, format!("{name}: {sentence}"));
        }
    }
    if let Some(customers) = &table.opted_out {
        ledger = ledger.with_opted_out(customers)?;
    }
    note_what_is_odd(&ledger, remarks);
    let mut learn = options.behaviours.clone();
    learn.fit.threads = options.threads;
    let model = BehaviourModel::fit(&ledger, &learn)?;
    let behaviours = model.classify(&ledger, options.threads)?;
    for (behaviour, why) in model.absent() {
        let enabled_by = column_missing(*behaviour, ledger.available());
        remarks.missing(Part::Behaviour(*behaviour), &why[..], enabled_by);
    }
    if !ledger.available().profit {
        let why = "it needs the column cost, or a margin";
        remarks.missing(Part::Profit, why, &["cost"]);
    }
    let rows = match customers {
        Some(customers) => rows_of(customers, ledger.customers()),
        None => (0..ledger.len()).map(Some).collect(),
    };
    Ok(Some(LedgerScores { ledger, model, behaviours, rows }))
}

/// Cases that vary so many times as much as by chance are worth a note. A choice.
const BURSTS: f64 = 1.25;

/// Says what of the log breaks what is usual: days on which many customers called or sent something back at
/// once, bursts of contacts, orders just above an amount, subscriptions.
fn note_what_is_odd(ledger: &Ledger, remarks: &mut Remarks) {
    /// Days that are named; the others are counted.
    const NAMED: usize = 5;
    let unusual = ledger.unusual_days();
    for (days, what) in [(&unusual.contacts, "called"), (&unusual.returns, "sent something back")] {
        if days.is_empty() {
            continue;
        }
        let named: Vec<String> = days.iter().take(NAMED).map(|&day| date(day * DAY)).collect();
        let more = match days.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more days"),
        };
        let days = named.join(", ");
        let sentence = format!(
            "far more customers than usual {what} on {days}{more}: this is not held against them"
        );
        remarks.note(NoteKind::UnusualDays, sentence);
    }
    let portfolio = ledger.portfolio();
    if portfolio.case_dispersion >= BURSTS {
        let times = portfolio.case_dispersion;
        let sentence = format!(
            "cases of service come in bursts: they vary {times:.1} times as much as by chance, and count by that less"
        );
        remarks.note(NoteKind::Bursts, sentence);
    }
    if portfolio.order_threshold > 0.0 {
        let sentence = format!(
            "many orders lie just above {:.2}: a rule of the shop, and no budget of its customers",
            portfolio.order_threshold
        );
        remarks.note(NoteKind::OrderThreshold, sentence);
    }
    let subscribers = ledger.columns().subscription.iter().filter(|own| **own > 0.0).count();
    if subscribers > 0 {
        let sentence = format!(
            "{subscribers} customers take the same basket after the same time: subscriptions, and no budgets"
        );
        remarks.note(NoteKind::Subscriptions, sentence);
    }
}

/// The column without which a behaviour does not show, where it is that one which is missing.
fn column_missing(behaviour: Behaviour, available: Available) -> &'static [&'static str] {
    match behaviour {
        Behaviour::ServiceDemander if !available.contacts => &["contacts"],
        Behaviour::RevenueReverser if !available.returns => &["returned_amount"],
        Behaviour::PromotionMaximizer if !available.discounts => &["discount"],
        Behaviour::CouponUser if !available.coupons => &["coupon"],
        _ => &[],
    }
}

/// The row in which each of the customers stands among those known. Both are in order of their ids.
fn rows_of(customers: &Customers, known: &Customers) -> Vec<Option<usize>> {
    let mut next = 0;
    let row = |at: usize| {
        let id = customers.get(at);
        while next < known.len() && known.get(next) < id {
            next += 1;
        }
        (next < known.len() && known.get(next) == id).then_some(next)
    };
    (0..customers.len()).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_are_found_by_their_ids_and_others_are_not() {
        let known = Customers::Int(vec![-1, 3, 4, 9]);
        let rows = |ids| rows_of(&Customers::Int(ids), &known);
        assert_eq!(rows(vec![-1, 3, 4, 9]), [Some(0), Some(1), Some(2), Some(3)]);
        assert_eq!(rows(vec![-2, 3, 5, 9, 10]), [None, Some(1), None, Some(3), None]);
        let text = rows_of(&Customers::from_text(["b"]), &Customers::from_text(["a", "b"]));
        assert_eq!(text, [Some(1)]);
    }
}
