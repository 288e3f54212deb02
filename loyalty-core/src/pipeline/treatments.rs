//! Which treatment each customer gets.

use super::columns::{ScoreColumn, ScoreValues};
use super::ledger::LedgerScores;
use super::models;
use super::notes::{NoteKind, Part, Remarks};
use super::{ScoreOptions, Scores};
use crate::Error;
use crate::decisions::{Capacity, Facts, OPTED_OUT, Proposals, Selection, Treatment, Treatments};

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
    /// For each customer, where what they get goes by rank as nobody knows what it gains: their rank, and
    /// among how many.
    pub ranks: Vec<Option<(usize, usize)>>,
}

impl TreatmentScores {
    /// What one more unit of each capacity would gain, of those of which that is known.
    pub fn shadow_prices(&self) -> impl Iterator<Item = (&str, f64)> {
        let treatments = self.proposals.treatments().treatments();
        let unknown: Vec<&Treatment> =
            self.proposals.ranking().iter().map(|&number| &treatments[number]).collect();
        let prices = self.selection.shadow_prices().iter().copied();
        let all = self.capacities.iter().map(|one| &one.name[..]).zip(prices);
        all.filter(move |(name, _)| !unknown.iter().any(|one| one.uses.contains_key(*name)))
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
        let reason = |row: usize| {
            move |number: u32| match self.ranks[row] {
                None => self.proposals.reason(row, number),
                Some((rank, all)) => format!(
                    "Rank {rank} of the {all} who bought again and are likely to be active, by expected \
                     revenue; what this gains is not known without a margin."
                ),
            }
        };
        choices.map(|(row, choice)| choice.map(reason(row))).collect()
    }
}

pub(super) fn chosen(
    treatments: &Treatments,
    scores: &Scores,
    opted_out: Vec<bool>,
    options: &ScoreOptions,
    remarks: &mut Remarks,
) -> Result<TreatmentScores, Error> {
    let wanted = |name: &str| treatments.treatments().iter().any(|t| t.columns().contains(&name));
    let mut facts = Facts::new(scores.customers.len());
    let value = Worth::of(scores, options);
    for column in scores.columns_with(false).into_iter().filter(|column| wanted(column.name)) {
        let (name, mut values) = (column.name, numbers(column)?);
        if let (VALUE, Worth::OfRevenue(margin)) = (name, value) {
            values.iter_mut().for_each(|value| *value *= margin);
        }
        if name == P_ALIVE && models::one_time_buyers_cannot_leave(scores) {
            let frequency = scores.customers.frequency().iter();
            let once = values.iter_mut().zip(frequency).filter(|(_, frequency)| **frequency == 0);
            // 1 by assumption is not known.
            once.for_each(|(value, _)| *value = f64::NAN);
        }
        facts = facts.with(name, values)?;
    }
    if opted_out.contains(&true) {
        let out = opted_out.into_iter().map(|out| f64::from(u8::from(out))).collect();
        facts = facts.with(OPTED_OUT, out)?;
    }
    let of_shop = || scores.ledger.as_ref().and_then(LedgerScores::margin);
    if let Some(margins) = &options.margins {
        facts = facts.with(MARGIN, margins.clone())?;
    } else if let Some(margin) = options.margin.or_else(of_shop) {
        facts = facts.with_same(MARGIN, margin)?;
    }
    let is_unknown = |treatment: &Treatment| value == Worth::Unknown && treatment.basis == VALUE;
    let proposals = treatments.propose_or_rank(facts, is_unknown, options.threads)?;
    let selection = proposals.choices(&options.capacities)?.select(options.threads)?;
    for one in proposals.not_weighed() {
        let columns: Vec<&str> = one.columns.iter().map(|column| &column[..]).collect();
        let why = format!("it needs the column {}", columns.join(" and "));
        remarks.missing(Part::Treatment(one.treatment.clone()), why, &columns);
    }
    value.tell(&proposals, remarks);
    let (selection, ranks) = by_rank(&proposals, selection, &options.capacities);
    let capacities = options.capacities.clone();
    let found = TreatmentScores { proposals, selection, capacities, ranks };
    if let Some(sentence) = assumed(&found) {
        remarks.note(NoteKind::AssumedEffects, sentence);
    }
    Ok(found)
}

/// The effects on which stated gains rest that are those of the table that comes along: nobody has measured
/// them in this shop.
fn assumed(found: &TreatmentScores) -> Option<String> {
    let (customary, treatments) = (Treatments::customary(), found.proposals.treatments());
    let comes_along = |one: &Treatment| {
        let same = |other: &Treatment| other.name == one.name && other.effect == one.effect;
        customary.treatments().iter().any(same)
    };
    let choices = found.selection.choice().iter().zip(&found.ranks);
    let gains: Vec<u32> =
        choices.filter(|(_, rank)| rank.is_none()).filter_map(|(choice, _)| *choice).collect();
    let numbered = (0..).zip(treatments.treatments());
    let used = numbered.filter(|(number, one)| gains.contains(number) && comes_along(one));
    let said: Vec<String> = used
        .map(|(_, one)| format!("{} {:.0} % of {}", one.name, 100.0 * one.effect, one.basis))
        .collect();
    (!said.is_empty()).then(|| {
        format!(
            "the gains of treatments rest on effects that are assumed and not measured in this shop: {}; \
             a table of treatments with effects of its own replaces them",
            said.join(", ")
        )
    })
}

/// What lifetime values are of.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Worth {
    /// Margin.
    OfMargin,
    /// Revenue, of which this share is margin by the costs of goods.
    OfRevenue(f64),
    /// Revenue, and nobody knows what of it is margin.
    Unknown,
}

impl Worth {
    fn of(scores: &Scores, options: &ScoreOptions) -> Self {
        let of_shop = || scores.ledger.as_ref().and_then(LedgerScores::net_margin);
        match () {
            () if options.margin.is_some() || options.margins.is_some() => Self::OfMargin,
            () => of_shop().map_or(Self::Unknown, Self::OfRevenue),
        }
    }

    fn tell(self, proposals: &Proposals, remarks: &mut Remarks) {
        let treatments = proposals.treatments().treatments();
        match self {
            Self::OfRevenue(margin) if treatments.iter().any(|one| one.basis == VALUE) => {
                let sentence = format!(
                    "treatments weigh lifetime values, which are in revenue, at the margin of {:.1} % that \
                     the costs of goods leave",
                    100.0 * margin
                );
                remarks.note(NoteKind::Margin, sentence);
            }
            Self::Unknown if !proposals.ranking().is_empty() => {
                let names = proposals.ranking().iter().map(|&number| &treatments[number].name[..]);
                let names: Vec<&str> = names.collect();
                let sentence = format!(
                    "no gain is stated for {}: neither a margin nor costs of goods are known, and revenue \
                     is no gain. Within capacities that are named they go by rank",
                    names.join(" and ")
                );
                remarks.note(NoteKind::Margin, sentence);
            }
            _ => (),
        }
    }
}

/// A selection, and by customer their rank and among how many.
type ByRank = (Selection, Vec<Option<(usize, usize)>>);

/// Gives treatments whose gain is not known to those without another, by rank, as far as capacities go.
/// One that takes of no capacity that is named has no end, so nobody gets it.
fn by_rank(proposals: &Proposals, selection: Selection, capacities: &[Capacity]) -> ByRank {
    let mut ranks = vec![None; proposals.rows()];
    let mut taken: Vec<bool> = selection.choice().iter().map(Option::is_some).collect();
    let (mut chosen, mut used) = (Vec::new(), vec![0.0; capacities.len()]);
    for &treatment in proposals.ranking() {
        let uses = &proposals.treatments().treatments()[treatment].uses;
        let is_limited = |name: &String| capacities.iter().any(|one| one.name == *name);
        if uses.is_empty() || !uses.keys().all(is_limited) {
            continue;
        }
        let ranked = proposals.ranked(treatment);
        for (rank, &row) in ranked.iter().enumerate() {
            let takes: Option<Vec<f64>> =
                capacities.iter().map(|one| proposals.use_of(row, treatment, &one.name)).collect();
            let Some(takes) = takes.filter(|_| !taken[row]) else { continue };
            let already = used.iter().zip(selection.used());
            let left =
                capacities.iter().zip(already).map(|(one, (more, used))| one.amount - used - more);
            if takes.iter().zip(left).any(|(take, left)| *take > left) {
                continue;
            }
            used.iter_mut().zip(&takes).for_each(|(used, take)| *used += take);
            taken[row] = true;
            ranks[row] = Some((rank + 1, ranked.len()));
            chosen.push((row, u32::try_from(treatment).unwrap_or(u32::MAX)));
        }
    }
    (selection.with_unknown_gains(&chosen, used), ranks)
}

/// The column of lifetime values.
const VALUE: &str = "clv";
/// The column of the probability to be active.
const P_ALIVE: &str = "p_alive";

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
