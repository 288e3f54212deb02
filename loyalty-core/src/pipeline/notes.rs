//! What is to be known of scores: what was not computed, and what speaks for caution.

use std::fmt;

use super::report::TableReport;
use crate::behaviours::Behaviour;
use crate::summary::CustomerSummary;

/// A part of the scores that may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// RFM scores and segments.
    Rfm,
    /// P(alive) and expected purchases, and with them the lifetime value.
    Purchases,
    /// Expected spend, and with it the lifetime value.
    Spend,
    /// Intervals of purchases.
    Intervals,
    /// Intervals of lifetime values.
    ValueIntervals,
    /// Profit, returns and behaviours.
    Ledger,
    /// A costly behaviour.
    Behaviour(Behaviour),
    /// Profit alone.
    Profit,
    /// A treatment, by its name.
    Treatment(String),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rfm => "RFM scores and no segments",
            Self::Purchases => "P(alive), expected purchases and lifetime value",
            Self::Spend => "expected spend and lifetime value",
            Self::Intervals => "intervals of purchases",
            Self::ValueIntervals => "intervals of lifetime values",
            Self::Ledger => "profit, returns and behaviours",
            Self::Behaviour(behaviour) => behaviour.name(),
            Self::Profit => "profit",
            Self::Treatment(name) => name,
        })
    }
}

/// A part that was not computed. It shows as a sentence.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
/// use loyalty_core::pipeline::{Part, ScoreOptions, score};
/// let columns = OrderColumns {
///     customer: Column::new("customer", &[1, 1, 1, 2, 2, 3][..]).into(),
///     time: Column::new("day", &[0, 30, 61, 3, 99, 20]),
///     scale: TimeScale::Days,
///     amount: None,
/// };
/// let orders = Orders::new(&columns, Invalid::Raise)?;
/// let scores = score(&orders, &ScoreOptions::default())?;
/// let missing = &scores.not_computed[0];
/// assert_eq!((&missing.what, &missing.enabled_by[..]), (&Part::Rfm, &["amount".to_owned()][..]));
/// assert_eq!(missing.to_string(), "no RFM scores and no segments: they need amounts");
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotComputed {
    /// What is missing.
    pub what: Part,
    /// Why, as the rest of a sentence.
    pub why: String,
    /// The columns that would enable it, by their roles: all of those missing for a treatment, any one
    /// for a profit. Empty where the data are there and do not suffice.
    pub enabled_by: Vec<String>,
}

impl NotComputed {
    pub(super) fn new(what: Part, why: impl Into<String>, enabled_by: &[&str]) -> Self {
        let enabled_by = enabled_by.iter().map(|&column| column.to_owned()).collect();
        Self { what, why: why.into(), enabled_by }
    }
}

impl fmt::Display for NotComputed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, why, .. } = self;
        match what {
            Part::Treatment(name) => write!(f, "{name} was not weighed: {why}"),
            part => write!(f, "no {part}: {why}"),
        }
    }
}

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoteKind {
    /// Rows of the table could not be used.
    RowsLeftOut,
    /// Cells were missing or mended in rows that are in use.
    CellsDefaulted,
    /// Rows that give money back were matched to purchases.
    Credits,
    /// Occasions came back whole and are no purchases.
    CameBack,
    /// How the columns of the table were understood.
    Understood,
    /// Purchases after the end of observation were left out.
    AfterObservationEnd,
    /// The best or the worst RFM score of an axis is nobody's: too many customers share one value.
    EmptyScores,
    /// Customer ids that are probably no persons.
    Ids,
    /// Rows of contacts name nobody among the customers, or were matched by digits.
    Joins,
    /// Which model of purchases was taken, and why.
    PurchaseModel,
    /// P(alive) of one-time buyers is 1 by assumption.
    OneTimeBuyers,
    /// By what margin treatments are weighed, or that none is known.
    Margin,
    /// The gains of treatments rest on effects that are assumed.
    AssumedEffects,
    /// The fit of the purchase model did not end at a maximum.
    PurchaseFit,
    /// The fit of the spend model did not end at a maximum.
    SpendFit,
    /// The mean spend over all customers is infinite under the spend model.
    InfiniteMean,
    /// Frequency and value are correlated, which lifetime values take them not to be.
    Correlation,
    /// Days on which far more customers than usual called or sent something back.
    UnusualDays,
    /// Contacts come in bursts, so that each counts for less than one.
    Bursts,
    /// Many orders lie just above an amount: a minimum order or free delivery.
    OrderThreshold,
    /// Customers take the same basket after the same time.
    Subscriptions,
    /// Customers who opted out of labels and treatments.
    OptedOut,
}

impl NoteKind {
    /// A short name for tables: `rows_left_out`, `after_observation_end`, …
    pub fn name(self) -> &'static str {
        match self {
            Self::RowsLeftOut => "rows_left_out",
            Self::CellsDefaulted => "cells_defaulted",
            Self::Credits => "credits",
            Self::CameBack => "came_back",
            Self::Understood => "understood",
            Self::AfterObservationEnd => "after_observation_end",
            Self::EmptyScores => "empty_scores",
            Self::Ids => "ids",
            Self::Joins => "joins",
            Self::PurchaseModel => "purchase_model",
            Self::OneTimeBuyers => "one_time_buyers",
            Self::Margin => "margin",
            Self::AssumedEffects => "assumed_effects",
            Self::PurchaseFit => "purchase_fit",
            Self::SpendFit => "spend_fit",
            Self::InfiniteMean => "infinite_mean",
            Self::Correlation => "correlation",
            Self::UnusualDays => "unusual_days",
            Self::Bursts => "bursts",
            Self::OrderThreshold => "order_threshold",
            Self::Subscriptions => "subscriptions",
            Self::OptedOut => "opted_out",
        }
    }
}

/// Something to know before scores are used. It shows as its sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// What there is to know, with its numbers.
    pub sentence: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

/// Among fewer customers anything may happen to their ids.
const FEWEST_CUSTOMERS: usize = 20;

/// An id is named from so many occasions on, and so many times those of the next. Measured: the busiest id has
/// 1.3 times the days with orders of the next in Online Retail II and Superstore, 1.05 in CDNOW, 1.1 in
/// Northwind, 1 in Chinook, 1.5 in the Classic Models sales.
const LEAST_OCCASIONS: u32 = 30;
const TIMES_THE_NEXT: u32 = 3;

/// What the parts have to say while they are worked out.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    pub(super) notes: Vec<Note>,
    pub(super) not_computed: Vec<NotComputed>,
}

impl Remarks {
    pub(super) fn note(&mut self, kind: NoteKind, sentence: String) {
        self.notes.push(Note { kind, sentence });
    }

    /// How many customers opted out.
    pub(super) fn of_opted_out(&mut self, opted_out: &[bool]) {
        let sentence = match opted_out.iter().filter(|out| **out).count() {
            0 => return,
            1 => "1 customer opted out: they get no label and no treatment".to_owned(),
            many => format!("{many} customers opted out: they get no label and no treatment"),
        };
        self.note(NoteKind::OptedOut, sentence);
    }

    /// What became of the rows of a table, and what lies after the end of observation.
    pub(super) fn of_table(&mut self, report: &TableReport, customers: &CustomerSummary) {
        let rows = &report.rows;
        for sentence in rows.rows_not_in_use() {
            self.note(NoteKind::RowsLeftOut, sentence);
        }
        if let Some(sentence) = rows.cells_defaulted() {
            self.note(NoteKind::CellsDefaulted, sentence);
        }
        if let Some(credits) = rows.credits() {
            self.note(NoteKind::Credits, credits.to_string());
        }
        if let Some(sentence) = report.came_back() {
            self.note(NoteKind::CameBack, sentence);
        }
        for sentence in rows.remarks() {
            self.note(NoteKind::Understood, sentence.clone());
        }
        let later = customers.left_out().occasions;
        if later > 0 {
            let sentence = format!("after the observation end: {later} occasions");
            self.note(NoteKind::AfterObservationEnd, sentence);
        }
    }

    /// Ids that are probably no persons: made anew for each order, or of many.
    pub(super) fn of_ids(&mut self, customers: &CustomerSummary) {
        let (frequency, Some(ids)) = (customers.frequency(), customers.customers()) else { return };
        if frequency.len() < FEWEST_CUSTOMERS {
            return;
        }
        let most = |without: Option<usize>| {
            let others = (0..frequency.len()).filter(|&row| Some(row) != without);
            others.max_by_key(|&row| (frequency[row], std::cmp::Reverse(row)))
        };
        let Some(busiest) = most(None) else { return };
        let occasions = |row: usize| frequency[row].saturating_add(1);
        if frequency[busiest] == 0 {
            let many = frequency.len();
            self.note(
                NoteKind::Ids,
                format!(
                    "each of the {many} customer ids has exactly one order: shops that make an id for every \
                     order have another column that names the person"
                ),
            );
            return;
        }
        let next = most(Some(busiest)).map_or(1, occasions);
        let times = occasions(busiest) / next;
        if occasions(busiest) >= LEAST_OCCASIONS && times >= TIMES_THE_NEXT {
            let (id, many) = (ids.get(busiest), occasions(busiest));
            self.note(
                NoteKind::Ids,
                format!(
                    "customer {id} has {many} occasions, {times} times as many as any other: such an id is \
                     seldom one person, and often that of guests or of the shop itself"
                ),
            );
        }
    }

    pub(super) fn missing(&mut self, what: Part, why: impl Into<String>, enabled_by: &[&str]) {
        self.not_computed.push(NotComputed::new(what, why, enabled_by));
    }
}
