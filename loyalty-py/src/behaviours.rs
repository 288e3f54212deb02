//! Distributions of behaviours, behaviour models and what they say of customers.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{BooleanArray, LargeStringArray};
use loyalty_core::behaviours::{
    Behaviour, BehaviourFitOptions, BehaviourOptions, BehaviourScore, LabelReason,
    PermutationCheck, Persistence,
};
use loyalty_core::parallel::Threads;
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::Result;
use crate::ledger::Ledger;

fn fit_options(
    options: &HashMap<String, f64>,
    contact_exposure: &str,
    threads: usize,
) -> Result<BehaviourFitOptions> {
    let mut found = BehaviourFitOptions::default();
    found.contact_exposure = contact_exposure.parse()?;
    found.threads = Threads::new(threads);
    found.threshold = options.get("threshold").copied();
    found.level = options.get("level").copied();
    found.ahead = options.get("ahead").copied();
    found.selection = options.get("selection").copied().unwrap_or(found.selection);
    found.reallocation = options.get("reallocation").copied().unwrap_or(found.reallocation);
    Ok(found)
}

/// How one behaviour is distributed over customers.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct BehaviourDistribution(loyalty_core::behaviours::BehaviourDistribution);

#[pymethods]
impl BehaviourDistribution {
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        behaviour: &str,
        ledger: &Ledger,
        options: HashMap<String, f64>,
        contact_exposure: &str,
        least_peers: usize,
        threads: usize,
    ) -> Result<Self> {
        let behaviour: Behaviour = behaviour.parse()?;
        let mut options = fit_options(&options, contact_exposure, threads)?;
        options.least_peers = least_peers;
        let fit = || {
            loyalty_core::behaviours::BehaviourDistribution::fit(behaviour, &ledger.table, &options)
        };
        Ok(Self(py.detach(fit)?))
    }

    #[getter]
    fn behaviour(&self) -> &'static str {
        self.0.behaviour().name()
    }

    #[getter]
    fn threshold(&self) -> f64 {
        self.0.threshold()
    }

    #[getter]
    fn basis(&self) -> &'static str {
        self.0.basis().name()
    }

    /// Strengths from small to large, and the share of the customers about each.
    #[getter]
    fn population(&self) -> (Vec<f64>, Vec<f64>) {
        let (points, masses) = self.0.population();
        (points, masses.to_vec())
    }

    #[getter]
    fn customers(&self) -> usize {
        self.0.customers()
    }

    #[getter]
    fn likelihood_ratio(&self) -> f64 {
        self.0.likelihood_ratio()
    }

    #[getter]
    fn variation(&self) -> f64 {
        self.0.variation()
    }

    #[getter]
    fn is_priced(&self) -> bool {
        self.0.is_priced()
    }

    /// What lasts: numbers by name.
    #[getter]
    fn lasting(&self) -> Vec<(&'static str, f64)> {
        let lasting = self.0.lasting();
        vec![
            ("correlation_of_halves", lasting.correlation_of_halves()),
            ("likelihood_ratio", lasting.likelihood_ratio()),
            ("customers", lasting.customers() as f64),
            ("years", lasting.years()),
            ("ahead", lasting.ahead()),
            ("correlation", lasting.correlation()),
            ("level_spread", lasting.level_spread()),
        ]
    }

    #[getter]
    fn detectable(&self) -> bool {
        self.0.detectable()
    }

    #[getter]
    fn peers(&self) -> Vec<(String, f64)> {
        self.0.peers().to_vec()
    }

    fn score(&self, py: Python<'_>, ledger: &Ledger, threads: usize) -> Result<Vec<Column>> {
        let scores = py.detach(|| self.0.score(&ledger.table, Threads::new(threads)))?;
        let each = BehaviourScore::NAMES.iter().zip(scores.each());
        Ok(each.map(|(name, values)| Column::floats(name, values.to_vec())).collect())
    }

    fn intervals(
        &self,
        py: Python<'_>,
        ledger: &Ledger,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let names = ["estimate_low", "estimate_high", "impact_low", "impact_high"];
        let ends = py.detach(|| self.0.intervals(&ledger.table, level, Threads::new(threads)))?;
        Ok(names.iter().zip(ends).map(|(name, values)| Column::floats(name, values)).collect())
    }

    fn predict(
        &self,
        py: Python<'_>,
        ledger: &Ledger,
        persistence: (String, f64, f64),
        ahead: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let mut found = lasted(persistence.1, persistence.2);
        found.behaviour = persistence.0.parse()?;
        let predict = || found.predicted(&self.0, &ledger.table, ahead, Threads::new(threads));
        Ok(vec![Column::floats("predicted", py.detach(predict)?)])
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }

    #[staticmethod]
    fn from_json(text: &str) -> Result<Self> {
        Ok(Self(loyalty_core::behaviours::BehaviourDistribution::from_json(text)?))
    }

    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(self.0.write(path)?)
    }

    #[staticmethod]
    pub(crate) fn load(path: PathBuf) -> Result<Self> {
        Ok(Self(loyalty_core::behaviours::BehaviourDistribution::read(path)?))
    }
}

/// The behaviours of a shop.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct BehaviourModel(pub(crate) loyalty_core::behaviours::BehaviourModel);

#[pymethods]
impl BehaviourModel {
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        ledger: &Ledger,
        options: HashMap<String, f64>,
        thresholds: HashMap<String, f64>,
        contact_exposure: &str,
        least_peers: usize,
        threads: usize,
    ) -> Result<Self> {
        let options =
            behaviour_options(&options, &thresholds, contact_exposure, least_peers, threads)?;
        let fit = || loyalty_core::behaviours::BehaviourModel::fit(&ledger.table, &options);
        Ok(Self(py.detach(fit)?))
    }

    /// Each behaviour with what can be said of it.
    fn statements(&self) -> Vec<(&'static str, String)> {
        let one =
            |behaviour: &Behaviour| (behaviour.name(), self.0.statement(*behaviour).to_owned());
        Behaviour::ALL.iter().map(one).collect()
    }

    /// The distributions and their cuts.
    fn distributions(&self) -> Vec<(BehaviourDistribution, Option<f64>)> {
        let each = self.0.distributions();
        each.map(|(one, cut)| (BehaviourDistribution(one.clone()), cut)).collect()
    }

    #[getter]
    fn materiality(&self) -> f64 {
        self.0.materiality()
    }

    fn classify(&self, py: Python<'_>, ledger: &Ledger, threads: usize) -> Result<Behaviours> {
        Ok(Behaviours(py.detach(|| self.0.classify(&ledger.table, Threads::new(threads)))?))
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }

    #[staticmethod]
    fn from_json(text: &str) -> Result<Self> {
        Ok(Self(loyalty_core::behaviours::BehaviourModel::from_json(text)?))
    }

    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(self.0.write(path)?)
    }

    #[staticmethod]
    pub(crate) fn load(path: PathBuf) -> Result<Self> {
        Ok(Self(loyalty_core::behaviours::BehaviourModel::read(path)?))
    }
}

fn behaviour_options(
    options: &HashMap<String, f64>,
    thresholds: &HashMap<String, f64>,
    contact_exposure: &str,
    least_peers: usize,
    threads: usize,
) -> Result<BehaviourOptions> {
    let mut found = BehaviourOptions::default();
    let or = |name: &str, default| options.get(name).copied().unwrap_or(default);
    found.false_discovery_rate = or("false_discovery_rate", found.false_discovery_rate);
    found.least_p_over = or("least_p_over", found.least_p_over);
    found.materiality = or("materiality", found.materiality);
    found.least_categories = or("least_categories", found.least_categories);
    found.fit = fit_options(options, contact_exposure, threads)?;
    found.fit.least_peers = least_peers;
    for (name, &threshold) in thresholds {
        found.set_threshold(name.parse()?, threshold);
    }
    Ok(found)
}

/// What is said of every customer.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct Behaviours(loyalty_core::behaviours::Behaviours);

#[pymethods]
impl Behaviours {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// Labels by behaviour, whether spending is steady, and the costliest label.
    fn labels(&self) -> Vec<Column> {
        let rows = 0..self.0.len();
        let flag = |name: &str, of: &dyn Fn(usize) -> bool| {
            let values: BooleanArray = rows.clone().map(|row| Some(of(row))).collect();
            Column::new(name, Arc::new(values))
        };
        let looked_at = self.0.looked_at();
        let mut columns: Vec<Column> = looked_at
            .map(|behaviour| flag(behaviour.name(), &|row| self.0.has(row, behaviour)))
            .collect();
        if self.0.looked_at().any(|behaviour| behaviour == Behaviour::FixedBudget) {
            columns.push(flag("steady", &|row| self.0.is_steady(row)));
        }
        let names = self.0.primary().iter().map(|first| first.map_or("none", Behaviour::name));
        let primary = LargeStringArray::from_iter_values(names);
        columns.push(Column::new("primary", Arc::new(primary)));
        columns
    }

    fn scores(&self, behaviour: &str) -> Result<Option<Vec<Column>>> {
        let Some(scores) = self.0.scores(behaviour.parse()?) else { return Ok(None) };
        let each = BehaviourScore::NAMES.iter().zip(scores.each());
        Ok(Some(each.map(|(name, values)| Column::floats(name, values.to_vec())).collect()))
    }

    /// What every label rests on: rows of the ledger, columns, the days since when, until when and to when.
    fn reasons(
        &self,
        py: Python<'_>,
        model: &BehaviourModel,
        ledger: &Ledger,
    ) -> (Vec<usize>, Vec<Column>, [Vec<i64>; 3]) {
        let reasons = py.detach(|| {
            let of = |row: usize| model.0.reasons(&ledger.table, &self.0, row);
            (0..self.0.len())
                .flat_map(|row| of(row).into_iter().map(move |reason| (row, reason)))
                .collect::<Vec<_>>()
        });
        let text = |of: &dyn Fn(&LabelReason) -> String| {
            LargeStringArray::from_iter_values(reasons.iter().map(|(_, reason)| of(reason)))
        };
        let number = |name: &str, of: &dyn Fn(&LabelReason) -> f64| {
            Column::known_floats(name, reasons.iter().map(|(_, reason)| of(reason)).collect())
        };
        let columns = vec![
            Column::new("behaviour", Arc::new(text(&|one| one.behaviour.to_string()))),
            number("events", &|one| one.score.events),
            number("orders", &|one| one.score.orders),
            number("estimate", &|one| one.score.estimate),
            number("estimate_low", &|one| one.interval.0),
            number("estimate_high", &|one| one.interval.1),
            number("threshold", &|one| one.score.threshold),
            number("p_over", &|one| one.score.p_over),
            number("impact", &|one| one.impact.unwrap_or(f64::NAN)),
            Column::new("reason", Arc::new(text(&|one| one.to_string()))),
        ];
        let day = |of: fn(&LabelReason) -> i64| reasons.iter().map(|(_, one)| of(one)).collect();
        let days = [day(|one| one.since), day(|one| one.until), day(|one| one.expires)];
        (reasons.iter().map(|(row, _)| *row).collect(), columns, days)
    }

    /// The loss of unprofitable customers, by what explains it.
    fn loss_account(&self, ledger: &Ledger) -> Result<Vec<(&'static str, f64)>> {
        let account = self.0.loss_account(&ledger.table)?;
        Ok(vec![
            ("loss", account.loss),
            ("labelled", account.labelled),
            ("one_off", account.one_off),
            ("opted_out", account.opted_out),
            ("unexplained", account.unexplained),
        ])
    }

    /// Behaviour, customers, expected false share, primary, impact, share of loss, and as primary.
    #[expect(clippy::type_complexity, reason = "a row of a table")]
    fn summary(
        &self,
        ledger: &Ledger,
    ) -> Result<Vec<(&'static str, usize, f64, usize, f64, f64, f64)>> {
        let rows = self.0.summary(&ledger.table)?.into_iter().map(|row| {
            let shares = (row.share_of_loss, row.share_of_loss_as_primary);
            let name = row.behaviour.name();
            (name, row.customers, row.expected_false, row.primary, row.impact, shares.0, shares.1)
        });
        Ok(rows.collect())
    }
}

/// A behaviour, who could be labelled, who is, and how many are where orders are dealt out at random.
type Permuted = (&'static str, usize, usize, Vec<usize>);

/// Behaviour, customers, labelled, and labelled in each round once orders are dealt out at random.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "what the core takes")]
pub(crate) fn permutation_check(
    py: Python<'_>,
    ledger: &Ledger,
    options: HashMap<String, f64>,
    thresholds: HashMap<String, f64>,
    contact_exposure: &str,
    rounds: usize,
    seed: u64,
    threads: usize,
) -> Result<Vec<Permuted>> {
    let least_peers = BehaviourFitOptions::default().least_peers;
    let options = behaviour_options(&options, &thresholds, contact_exposure, least_peers, threads)?;
    let (lines, contacts) = (&ledger.lines, ledger.contacts.as_deref());
    let found = py.detach(|| {
        let how = &ledger.options;
        loyalty_core::behaviours::permutation_check(lines, contacts, how, &options, rounds, seed)
    })?;
    let row =
        |one: PermutationCheck| (one.behaviour.name(), one.customers, one.labelled, one.by_chance);
    Ok(found.into_iter().map(row).collect())
}

fn lasted(recurrence: f64, years: f64) -> Persistence {
    let mut found = Persistence::default();
    (found.recurrence, found.years) = (recurrence, years);
    found
}

/// What the next years hold of the excess of those seen.
#[pyfunction]
pub(crate) fn lasting(recurrence: f64, years: f64, history: f64, ahead: f64) -> f64 {
    lasted(recurrence, years).lasting(history, ahead)
}

/// Behaviour, customers, rank correlation, labelled, over again, recurrence, years of a half.
#[pyfunction]
#[expect(clippy::type_complexity, reason = "a row of a table")]
pub(crate) fn persistence(
    py: Python<'_>,
    ledger: &Ledger,
    options: HashMap<String, f64>,
    thresholds: HashMap<String, f64>,
    contact_exposure: &str,
    threads: usize,
) -> Result<Vec<(&'static str, usize, f64, usize, f64, f64, f64)>> {
    let least_peers = BehaviourFitOptions::default().least_peers;
    let options = behaviour_options(&options, &thresholds, contact_exposure, least_peers, threads)?;
    let (lines, contacts) = (&ledger.lines, ledger.contacts.as_deref());
    let found = py.detach(|| {
        loyalty_core::behaviours::persistence(lines, contacts, &ledger.options, &options)
    })?;
    let row = |row: Persistence| {
        let (name, ranks) = (row.behaviour.name(), row.rank_correlation);
        let (over, again, years) = (row.over_again, row.recurrence, row.years);
        (name, row.customers, ranks, row.labelled, over, again, years)
    };
    Ok(found.into_iter().map(row).collect())
}
