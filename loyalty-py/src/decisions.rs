//! Treatments, and who gets which within capacities.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, LargeStringArray};
use arrow_schema::DataType;
use loyalty_core::decisions::{Capacity, Choices, Facts, Proposals, Selection, Use};
use loyalty_core::interop::arrow::ArrowColumn;
use loyalty_core::parallel::Threads;
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::Result;
use crate::read::{Numbers, numbers};

/// A table of treatments.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct Treatments(pub(crate) loyalty_core::decisions::Treatments);

#[pymethods]
impl Treatments {
    /// A list of treatments as JSON.
    #[new]
    fn new(text: &str) -> Result<Self> {
        Ok(Self(loyalty_core::decisions::Treatments::from_json(text)?))
    }

    #[staticmethod]
    fn customary() -> Self {
        Self(loyalty_core::decisions::Treatments::customary())
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }

    #[getter]
    fn names(&self) -> Vec<&str> {
        self.0.names()
    }

    /// The capacities that treatments take of.
    #[getter]
    fn capacities(&self) -> Vec<&str> {
        self.0.capacities().into_iter().collect()
    }

    /// The columns that treatments need, in order of their names.
    #[getter]
    fn columns(&self) -> Vec<&str> {
        let all = self.0.treatments().iter().flat_map(loyalty_core::decisions::Treatment::columns);
        let mut columns: Vec<&str> = all.collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

/// Gain, bound, gap, and for each capacity name, amount, use and shadow price.
type Outcome = (f64, f64, f64, Vec<(String, f64, f64, f64)>);
/// The rows treated in order of their gains: row, number of the treatment, gain.
type Ranked = (Vec<usize>, Vec<usize>, Column);
/// Treatment, channel, customers, gain, cost.
type Summary = (String, String, usize, f64, f64);
/// The rest of the plan: costs, reasons, the sums by treatment, and the treatments that were not
/// weighed with what they miss.
type Plan = (Column, Column, Vec<Summary>, Vec<(String, Vec<String>)>);

fn outcome(selection: &Selection, capacities: &[Capacity]) -> Outcome {
    let used = selection.used().iter().zip(selection.shadow_prices());
    let row = |(capacity, (&used, &price)): (&Capacity, (&f64, &f64))| {
        (capacity.name.clone(), capacity.amount, used, price)
    };
    let rows = capacities.iter().zip(used).map(row).collect();
    (selection.gain(), selection.bound(), selection.gap(), rows)
}

fn capacities(named: Vec<(String, f64)>) -> Result<Vec<Capacity>> {
    let made = named.into_iter().map(|(name, amount)| Capacity::new(name, amount));
    Ok(made.collect::<std::result::Result<_, _>>()?)
}

fn facts(rows: usize, columns: &[PyRef<'_, Column>], same: Vec<(String, f64)>) -> Result<Facts> {
    let mut facts = Facts::new(rows);
    for column in columns {
        facts = facts.with(column.name(), known(column)?)?;
    }
    for (name, value) in same {
        facts = facts.with_same(name, value)?;
    }
    Ok(facts)
}

/// The numbers of a column, or its flags as 0 and 1; NaN where they are missing.
fn known(column: &Column) -> Result<Vec<f64>> {
    if *column.data_type() != DataType::Boolean {
        return Ok(numbers(column)?.or_nan().into_owned());
    }
    let flags = column.chunks().iter().flat_map(AsArray::as_boolean);
    let number = |flag: Option<bool>| flag.map_or(f64::NAN, |flag| f64::from(u8::from(flag)));
    Ok(flags.map(number).collect())
}

/// Weighs the treatments with customers of whom these columns are known, and chooses.
#[pyfunction]
#[pyo3(signature = (treatments, rows, columns, same, named_capacities, threads))]
pub(crate) fn select_treatments(
    py: Python<'_>,
    treatments: &Treatments,
    rows: usize,
    columns: Vec<PyRef<'_, Column>>,
    same: Vec<(String, f64)>,
    named_capacities: Vec<(String, f64)>,
    threads: usize,
) -> Result<(Outcome, Ranked, Plan)> {
    let facts = facts(rows, &columns, same)?;
    let capacities = capacities(named_capacities)?;
    let table = &treatments.0;
    drop(columns);
    py.detach(|| {
        let threads = Threads::new(threads);
        let proposals = table.propose(facts, threads)?;
        let selection = proposals.choices(&capacities)?.select(threads)?;
        let ranked = ranked(&selection);
        let plan = plan(&proposals, &selection, &ranked)?;
        Ok((outcome(&selection, &capacities), ranked, plan))
    })
}

fn ranked(selection: &Selection) -> Ranked {
    let rows = selection.ranked();
    let treatment = |&row: &usize| selection.choice()[row].unwrap_or_default() as usize;
    let treatments = rows.iter().map(treatment).collect();
    let gains = rows.iter().map(|&row| selection.gains()[row]).collect();
    (rows, treatments, Column::floats("gain", gains))
}

fn plan(
    proposals: &Proposals,
    selection: &Selection,
    (rows, treatments, _): &Ranked,
) -> Result<Plan> {
    let number = |treatment: usize| u32::try_from(treatment).unwrap_or(u32::MAX);
    let treated = || rows.iter().zip(treatments).map(|(&row, &t)| (row, number(t)));
    let costs = treated().map(|(row, treatment)| proposals.cost(row, treatment)).collect();
    let reasons = treated().map(|(row, treatment)| proposals.reason(row, treatment));
    let reasons = Arc::new(LargeStringArray::from_iter_values(reasons));
    let missing = proposals.not_weighed().iter();
    let missing = missing.map(|one| (one.treatment.clone(), one.columns.clone()));
    let summary = proposals.summarize(selection)?.into_iter();
    let summary =
        summary.map(|one| (one.treatment, one.channel, one.customers, one.gain, one.cost));
    let (costs, reasons) = (Column::floats("cost", costs), Column::new("reason", reasons));
    Ok((costs, reasons, summary.collect(), missing.collect()))
}

/// What a treatment takes of a capacity.
#[derive(FromPyObject)]
pub(crate) enum Taken<'py> {
    Same(f64),
    Each(PyRef<'py, Column>),
}

/// Chooses among treatments by columns of gains. For each capacity there is one use per treatment.
#[pyfunction]
#[pyo3(signature = (gains, named_capacities, uses, threads))]
pub(crate) fn choose(
    py: Python<'_>,
    gains: Vec<PyRef<'_, Column>>,
    named_capacities: Vec<(String, f64)>,
    uses: Vec<Vec<Taken<'_>>>,
    threads: usize,
) -> Result<(Outcome, Column, Column)> {
    let gains =
        gains.iter().map(|gain| numbers(gain)).collect::<std::result::Result<Vec<_>, _>>()?;
    let gains: Vec<_> = gains.iter().map(|gain| (gain.as_column().name, gain.or_nan())).collect();
    let gains: Vec<loyalty_core::orders::Column<'_, [f64]>> = gains
        .iter()
        .map(|(name, values)| loyalty_core::orders::Column::new(name, &values[..]))
        .collect();
    let capacities = capacities(named_capacities)?;
    let mut read = Vec::new();
    for taken in uses.iter().flatten() {
        read.push(match taken {
            Taken::Same(_) => None,
            Taken::Each(column) => Some(numbers(column)?),
        });
    }
    let values: Vec<_> = read.iter().map(|column| column.as_ref().map(Numbers::or_nan)).collect();
    let amounts = uses.iter().flatten().zip(&values).map(|(taken, values)| match (taken, values) {
        (Taken::Same(amount), _) => Use::Same(*amount),
        (Taken::Each(_), values) => Use::PerCustomer(values.as_deref().unwrap_or_default()),
    });
    let amounts: Vec<Use<'_>> = amounts.collect();
    let mut rest = &amounts[..];
    let by_capacity = uses.iter().map(|uses| {
        let (first, others) = rest.split_at(uses.len());
        rest = others;
        first
    });
    let by_capacity: Vec<&[Use<'_>]> = by_capacity.collect();
    py.detach(|| {
        let choices = Choices::new(&gains, &capacities, &by_capacity)?;
        let selection = choices.select(Threads::new(threads))?;
        let choice = selection.choice().iter().map(|choice| choice.map_or(-1, i64::from));
        let choice = Column::new("choice", Arc::new(Int64Array::from_iter_values(choice)));
        let gain = Column::floats("gain", selection.gains().to_vec());
        Ok((outcome(&selection, &capacities), choice, gain))
    })
}

/// The values of a column of ids in one piece at these rows.
#[pyfunction]
pub(crate) fn take_ids(ids: &Column, rows: Vec<usize>) -> Result<Column> {
    let taken: Vec<ArrayRef> = ids.chunks().iter().take(1).map(|ids| take(ids, &rows)).collect();
    Ok(ArrowColumn::in_chunks(ids.name(), ids.data_type().clone(), taken)?.into())
}

fn take(ids: &ArrayRef, rows: &[usize]) -> ArrayRef {
    let rows = rows.iter().copied().filter(|&row| row < ids.len());
    if let Some(numbers) = ids.as_primitive_opt::<Int64Type>() {
        return Arc::new(Int64Array::from_iter_values(rows.map(|row| numbers.value(row))));
    }
    let text = ids.as_string::<i64>();
    Arc::new(LargeStringArray::from_iter_values(rows.map(|row| text.value(row))))
}
