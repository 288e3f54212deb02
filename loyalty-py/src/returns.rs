//! Return propensity.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use arrow_array::BooleanArray;
use loyalty_core::parallel::Threads;
use loyalty_core::returns::{LineScores, Propensity, ReturnOptions, ScoredLine};
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::Result;
use crate::order_lines::{Counts, OrderLines, counts, read_returns};
use crate::read::Ids;

/// A return propensity with its state.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct ReturnPropensity(RwLock<loyalty_core::returns::ReturnPropensity>);

/// Figures of a fit by name.
type Facts = Vec<(&'static str, f64)>;

impl ReturnPropensity {
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, loyalty_core::returns::ReturnPropensity> {
        // Nothing that holds the lock leaves the state half changed but by a panic, which is a bug.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, loyalty_core::returns::ReturnPropensity> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl ReturnPropensity {
    #[staticmethod]
    #[expect(clippy::too_many_arguments, reason = "one per option")]
    fn fit(
        py: Python<'_>,
        lines: &OrderLines,
        horizon_days: Option<u32>,
        observation_end: Option<i64>,
        crossed: Vec<Vec<String>>,
        context: bool,
        half_life_days: Option<f64>,
        shrinkage: &str,
        penalty: Option<f64>,
        known_at_order: Vec<String>,
        threads: usize,
    ) -> Result<(Self, Facts)> {
        let mut options = ReturnOptions::default();
        options.horizon_days = horizon_days;
        options.observation_end = observation_end;
        options.crossed = crossed;
        options.context = context;
        options.half_life_days = half_life_days;
        options.shrinkage = shrinkage.parse()?;
        options.penalty = penalty;
        options.known_at_order = known_at_order;
        options.threads = Threads::new(threads);
        let fit = py.detach(|| loyalty_core::returns::ReturnPropensity::fit(&lines.0, &options))?;
        let facts = facts(&fit.facts);
        Ok((Self(RwLock::new(fit.model)), facts))
    }

    /// Scores, as columns, and how many lines are from before the first day that the model knows.
    fn score(
        &self,
        py: Python<'_>,
        lines: &OrderLines,
        threads: usize,
    ) -> Result<(Vec<Column>, usize)> {
        let scores = py.detach(|| self.read().score(&lines.0, Threads::new(threads)))?;
        Ok((columns(&scores), scores.before_known()))
    }

    /// Lines, their value and what is paid back, as expected.
    fn expected_returns(
        &self,
        py: Python<'_>,
        lines: &OrderLines,
        threads: usize,
    ) -> Result<(f64, f64, f64)> {
        let found = py.detach(|| self.read().expected_returns(&lines.0, Threads::new(threads)))?;
        Ok((found.lines, found.value, found.paid_back))
    }

    #[getter]
    fn share_paid_back(&self) -> Option<f64> {
        self.read().share_paid_back()
    }

    /// Lower and upper ends, as columns.
    fn intervals(
        &self,
        py: Python<'_>,
        lines: &OrderLines,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let ends = py.detach(|| self.read().intervals(&lines.0, level, Threads::new(threads)))?;
        let end = |side: usize| ends.iter().map(|ends| ends[side]).collect();
        Ok(vec![Column::floats("lower", end(0)), Column::floats("upper", end(1))])
    }

    /// One column per group of features, and the base.
    fn contributions(
        &self,
        py: Python<'_>,
        lines: &OrderLines,
        threads: usize,
    ) -> Result<(f64, Vec<Column>)> {
        let threads = Threads::new(threads);
        let (base, groups, parts) = py.detach(|| {
            let model = self.read();
            let parts = model.contributions(&lines.0, threads)?;
            Ok::<_, loyalty_core::Error>((model.base(), model.groups(), parts))
        })?;
        let column = |(number, name): (usize, &String)| {
            Column::floats(name, parts.iter().map(|parts| parts[number]).collect())
        };
        Ok((base, groups.iter().enumerate().map(column).collect()))
    }

    /// Estimate, ends, exposure and returns of customers, or else of products.
    fn propensities(
        &self,
        py: Python<'_>,
        ids: &Column,
        level: f64,
        of_customers: bool,
    ) -> Result<Vec<Column>> {
        let found = py.detach(|| {
            let (model, ids) = (self.read(), Ids::read(ids)?);
            let column = ids.as_column();
            if of_customers {
                model.customers(&column, level)
            } else {
                model.products(&column, level)
            }
        })?;
        let column = |name: &str, of: fn(&Propensity) -> f64| {
            Column::floats(name, found.iter().map(of).collect())
        };
        Ok(vec![
            column("propensity", |found| found.estimate),
            column("lower", |found| found.lower),
            column("upper", |found| found.upper),
            column("exposure", |found| found.exposure),
            column("returns", |found| found.returns),
        ])
    }

    fn update(&self, py: Python<'_>, lines: &OrderLines) -> Result<Vec<Column>> {
        let scores = py.detach(|| self.write().update(&lines.0))?;
        let mut columns = columns(&scores);
        columns.push(flags(&scores, "told_before", |line| line.told_before));
        Ok(columns)
    }

    /// What became of the returns.
    fn update_returns(
        &self,
        py: Python<'_>,
        line: &Column,
        time: &Column,
        time_zone: Option<&str>,
        invalid: &str,
    ) -> Result<Counts> {
        py.detach(|| {
            let returns = read_returns(line, time, time_zone, invalid)?;
            Ok(counts(&self.write().update_returns(&returns)?))
        })
    }

    fn to_json(&self, py: Python<'_>) -> String {
        py.detach(|| self.read().to_json())
    }

    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> Result<Self> {
        let model = py.detach(|| loyalty_core::returns::ReturnPropensity::from_json(text))?;
        Ok(Self(RwLock::new(model)))
    }

    fn save(&self, py: Python<'_>, path: PathBuf, compact: bool) -> Result<()> {
        let model = || self.read();
        Ok(py.detach(|| if compact { model().write_compact(path) } else { model().write(path) })?)
    }

    #[staticmethod]
    pub(crate) fn load(py: Python<'_>, path: PathBuf) -> Result<Self> {
        let model = py.detach(|| loyalty_core::returns::ReturnPropensity::read(path))?;
        Ok(Self(RwLock::new(model)))
    }

    fn advance(&self, py: Python<'_>, day: i32) -> Result<()> {
        Ok(py.detach(|| self.write().advance(day))?)
    }

    /// Name, mean, strength and keys of each history.
    fn histories(&self) -> Vec<(String, f64, f64, usize)> {
        let model = self.read();
        let keys = model.known_keys();
        let of = |((name, prior), keys): ((String, loyalty_core::returns::Shrinkage), usize)| {
            (name, prior.mean(), prior.strength(), keys)
        };
        model.histories().into_iter().zip(keys).map(of).collect()
    }

    /// How it was fitted.
    fn facts(&self) -> Facts {
        facts(self.read().facts())
    }

    #[getter]
    fn lag(&self) -> Vec<f64> {
        self.read().lag().shares().to_vec()
    }

    #[getter]
    fn today(&self) -> i32 {
        self.read().today()
    }

    #[getter]
    fn level(&self) -> f64 {
        self.read().level()
    }

    #[getter]
    fn open_lines(&self) -> usize {
        self.read().open_lines()
    }
}

fn facts(facts: &loyalty_core::returns::ReturnFacts) -> Facts {
    vec![
        ("horizon_days", f64::from(facts.horizon_days)),
        ("settled", facts.settled as f64),
        ("returned", facts.returned as f64),
        ("left_out", facts.left_out as f64),
        ("rows", facts.rows as f64),
        ("penalty", facts.penalty),
        ("iterations", facts.iterations as f64),
        ("log_loss", facts.log_loss),
        ("constant_log_loss", facts.constant_log_loss),
        ("clustering", facts.clustering),
        ("design_effect", facts.design_effect),
    ]
}

fn columns(scores: &LineScores) -> Vec<Column> {
    vec![
        Column::floats("probability", scores.probability()),
        flags(scores, "new_customer", |line| line.new_customer),
        flags(scores, "new_product", |line| line.new_product),
    ]
}

fn flags(scores: &LineScores, name: &str, of: fn(&ScoredLine) -> bool) -> Column {
    let flags: Vec<bool> = scores.lines().iter().map(of).collect();
    Column::new(name, Arc::new(BooleanArray::from(flags)))
}
