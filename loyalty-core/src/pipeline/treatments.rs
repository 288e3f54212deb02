//! Which treatment each customer gets.

use super::columns::{ScoreColumn, ScoreValues};
use super::ledger::LedgerScores;
use super::notes::{Part, Remarks};
use super::{ScoreOptions, Scores};
use crate::Error;
use crate::decisions::{Capacity, Facts, Proposals, Selection, Treatment, Treatments};

/// What each treatment would gain, and which one each customer gets.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TreatmentScores {
    /// The expected gain of every treatment with every customer.
    pub proposals: Proposals,
    /// The choice within the capacities.
    pub selection: Selection,
    /// The capacities.
    pub capacities: Vec<Capacity>,
}

impl TreatmentScores {
    /// What one more unit of each capacity would gain.
    pub fn shadow_prices(&self) -> impl Iterator<Item = (&str, f64)> {
        let prices = self.selection.shadow_prices();
        self.capacities.iter().map(|one| &one.name[..]).zip(prices.iter().copied())
    }

    /// The treatment of each customer.
    pub(super) fn chosen(&self) -> impl Iterator<Item = Option<&Treatment>> {
        let treatments = self.proposals.treatments().treatments();
        let of = |number: u32| &treatments[number as usize];
        self.selection.choice().iter().map(move |choice| choice.map(of))
    }

    /// Why each customer gets it.
    pub(super) fn reasons(&self) -> Vec<Option<String>> {
        let choices = self.selection.choice().iter().enumerate();
        let reason = |row: usize| move |number: u32| self.proposals.reason(row, number);
        choices.map(|(row, choice)| choice.map(reason(row))).collect()
    }
}

pub(super) fn chosen(
    treatments: &Treatments,
    scores: &Scores,
    options: &ScoreOptions,
    remarks: &mut Remarks,
) -> Result<TreatmentScores, Error> {
    let wanted = |name: &str| treatments.treatments().iter().any(|t| t.columns().contains(&name));
    let mut facts = Facts::new(scores.customers.len());
    for column in scores.columns().into_iter().filter(|column| wanted(column.name)) {
        facts = facts.with(column.name, numbers(column)?)?;
    }
    let of_shop = || scores.ledger.as_ref().and_then(LedgerScores::margin);
    if let Some(margins) = &options.margins {
        facts = facts.with(MARGIN, margins.clone())?;
    } else if let Some(margin) = options.margin.or_else(of_shop) {
        facts = facts.with_same(MARGIN, margin)?;
    }
    let proposals = treatments.propose(facts, options.threads)?;
    let selection = proposals.choices(&options.capacities)?.select(options.threads);
    for one in proposals.not_weighed() {
        let columns: Vec<&str> = one.columns.iter().map(|column| &column[..]).collect();
        let why = format!("it needs the column {}", columns.join(" and "));
        remarks.missing(Part::Treatment(one.treatment.clone()), why, &columns);
    }
    Ok(TreatmentScores { proposals, selection, capacities: options.capacities.clone() })
}

/// The fact that treatments with a discount are held to.
const MARGIN: &str = "margin";

/// A column as facts have it: flags as 0 and 1, NaN where a value is missing.
fn numbers(column: ScoreColumn<'_>) -> Result<Vec<f64>, Error> {
    match column.values {
        ScoreValues::Counts(values) => Ok(values.iter().map(|&count| f64::from(count)).collect()),
        ScoreValues::Numbers(values) => Ok(values.into_owned()),
        ScoreValues::Flags(values) => {
            let number =
                |flag: Option<bool>| flag.map_or(f64::NAN, |flag| f64::from(u8::from(flag)));
            Ok(values.into_iter().map(number).collect())
        }
        ScoreValues::Words(_) | ScoreValues::Text(_) => Err(Error::Type {
            column: column.name.to_owned(),
            expected: "numbers",
            got: "text".to_owned(),
        }),
    }
}
