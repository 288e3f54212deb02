//! Who gets which treatment, within capacities.

use loyalty_core::Error;
use loyalty_core::decisions::{Capacity, Choices, Selection, Use};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;

use crate::column::{column, copy_column};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, look};

/// A treatment or none for every customer, within the capacities. Immutable, so it may be shared
/// between threads.
#[derive(Debug)]
pub struct loyalty_selection {
    selection: Selection,
    choice: Vec<i32>,
}

impl loyalty_selection {
    pub(crate) fn of(selection: Selection) -> Self {
        let number = |treatment: u32| i32::try_from(treatment).unwrap_or(i32::MAX);
        let choice = selection.choice().iter().map(|choice| choice.map_or(-1, number)).collect();
        Self { selection, choice }
    }
}

/// What both forms ask for, as it comes from C.
struct Question {
    gains: *const f64,
    rows: usize,
    treatments: usize,
    capacities: *const f64,
    capacity_count: usize,
    uses: *const f64,
    threads: usize,
}

impl Question {
    /// # Safety
    /// The arrays are NULL or have as many values as the header says; `out` is NULL or writable.
    unsafe fn answer(
        &self,
        per_customer: bool,
        out: *mut *mut loyalty_selection,
    ) -> Result<(), Failure> {
        Choices::countable(self.treatments, self.capacity_count)?;
        let each = if per_customer { self.rows } else { 1 };
        let cells = product(self.capacity_count, self.treatments)?;
        // SAFETY: this function's contract.
        let (gains, amounts, uses) = unsafe {
            (
                column("gains", self.gains, product(self.treatments, self.rows)?)?,
                column("capacities", self.capacities, self.capacity_count)?,
                column("uses", self.uses, product(cells, each)?)?,
            )
        };
        let names: Vec<String> = (0..self.treatments).map(|t| format!("gains of {t}")).collect();
        let gains = names.iter().zip(gains.chunks_exact(self.rows.max(1)));
        let gains: Vec<Column<'_, [f64]>> =
            gains.map(|(name, values)| Column::new(name, values)).collect();
        let named = amounts.iter().enumerate();
        let capacities = named.map(|(number, &amount)| Capacity::new(number.to_string(), amount));
        let capacities = capacities.collect::<Result<Vec<_>, _>>()?;
        let use_of = |values| if per_customer { Use::PerCustomer(values) } else { first(values) };
        let uses: Vec<Use<'_>> = uses.chunks_exact(each.max(1)).map(use_of).collect();
        let by_capacity: Vec<&[Use<'_>]> = uses.chunks_exact(self.treatments.max(1)).collect();
        let choices = Choices::new(&gains, &capacities, &by_capacity)?;
        let selection = choices.select(Threads::new(self.threads))?;
        // SAFETY: this function's contract.
        unsafe { give(out, loyalty_selection::of(selection)) }
    }
}

fn first(values: &[f64]) -> Use<'_> {
    Use::Same(values.first().copied().unwrap_or_default())
}

/// The cells of a table of `columns`, each as long as `rows`.
fn product(columns: usize, rows: usize) -> Result<usize, Failure> {
    columns.checked_mul(rows).ok_or_else(|| {
        let (name, expected, value) = ("rows", "as many as fit in memory", rows as f64);
        Error::parameter(name, expected, value).into()
    })
}

/// Chooses for each customer one treatment or none, so that the gains add up to as much as the
/// capacities allow.
///
/// ```text
///     gains[treatment * rows + row]           expected gain; at or below 0 it is never chosen
///     capacities[capacity]                    how much there is
///     uses[capacity * treatments + treatment] what the treatment takes of it with any customer
/// ```
///
/// The choice always fits, and `loyalty_selection_gap` proves how good it is. `threads` is 0 for as
/// many as the machine runs at once; the results are the same for every number.
///
/// Errors: `EMPTY` without customers or treatments; `VALUE` with the first gain that is not from
/// -1e50 to 1e50; `PARAMETER` for a capacity or a use that is not finite and at least 0;
/// `TREATMENTS` for more than 1000 treatments or 50 capacities. Free with `loyalty_selection_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_select(
    gains: *const f64,
    rows: usize,
    treatments: usize,
    capacities: *const f64,
    capacity_count: usize,
    uses: *const f64,
    threads: usize,
    out: *mut *mut loyalty_selection,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let question = Question { gains, rows, treatments, capacities, capacity_count, uses, threads };
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || question.answer(false, out)) }
}

/// `loyalty_select` where a treatment takes another amount with each customer:
///
/// ```text
///     uses[(capacity * treatments + treatment) * rows + row]
/// ```
///
/// Errors: as there, and `VALUE` with the first row whose use is not finite and at least 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_select_with_uses(
    gains: *const f64,
    rows: usize,
    treatments: usize,
    capacities: *const f64,
    capacity_count: usize,
    uses: *const f64,
    threads: usize,
    out: *mut *mut loyalty_selection,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let question = Question { gains, rows, treatments, capacities, capacity_count, uses, threads };
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || question.answer(true, out)) }
}

/// Copies for each customer the number of the treatment chosen, counted from 0, or -1 for none.
///
/// Errors: `LENGTH` unless `length` is the number of customers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_selection_choice(
    selection: *const loyalty_selection,
    out: *mut i32,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || copy_column(&borrow("selection", selection)?.choice, out, length)) }
}

/// The sum of the gains chosen; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_selection_gain(selection: *const loyalty_selection) -> f64 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(selection, |selection| selection.selection.gain()) }
}

/// What no choice within the capacities exceeds; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_selection_bound(selection: *const loyalty_selection) -> f64 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(selection, |selection| selection.selection.bound()) }
}

/// How much of the bound is missing at most, as a share of it; 0 is proof of an optimum.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_selection_gap(selection: *const loyalty_selection) -> f64 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(selection, |selection| selection.selection.gap()) }
}

/// Copies how much of each capacity is used.
///
/// Errors: `LENGTH` unless `length` is the number of capacities.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_selection_used(
    selection: *const loyalty_selection,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || copy_column(borrow("selection", selection)?.selection.used(), out, length))
    }
}

/// Copies what one more unit of each capacity would gain; 0 where there is enough.
///
/// Errors: `LENGTH` unless `length` is the number of capacities.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_selection_shadow_prices(
    selection: *const loyalty_selection,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let prices = borrow("selection", selection)?.selection.shadow_prices();
            copy_column(prices, out, length)
        })
    }
}

/// Frees a selection; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_selection_free(selection: *mut loyalty_selection) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(selection) }
}
