//! Treatments: what can be done for customers, weighed with what is known of them, and why.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::decisions::{Capacity, Facts, Proposals, Treatment, Treatments};
use loyalty_core::parallel::Threads;

use crate::column::{below, column, copy_column, in_table};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, look, put};
use crate::order_lines::names;
use crate::selection::loyalty_selection;
use crate::text::{put_text, read_text};
use crate::versioned::{self, Versioned, through};

/// A checked table of treatments: for whom each is meant, by which channel, what it gains and costs, and why.
/// Immutable.
#[derive(Debug)]
pub struct loyalty_treatments(Treatments);

/// The expected gain of every treatment with every customer. Immutable.
#[derive(Debug)]
pub struct loyalty_proposals(Proposals);

/// The table that comes along; docs/decisions.md lists it. Its effects are assumptions: measure yours.
///
/// Errors: none but those of every function. Free with `loyalty_treatments_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_treatments_customary(
    out: *mut *mut loyalty_treatments,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || give(out, loyalty_treatments(Treatments::customary()))) }
}

/// A table of your own as JSON, a list of treatments as `loyalty_treatments_to_json` writes them.
///
/// Errors: `TREATMENTS` with the first treatment that makes no sense, such as one that bans or charges, for a
/// name used twice, without any, or where the text is not such a list; `INVALID_UTF8`. Free with
/// `loyalty_treatments_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_treatments_from_json(
    json: *const c_char,
    out: *mut *mut loyalty_treatments,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let treatments = Treatments::from_json(read_text("json", json)?)?;
            give(out, loyalty_treatments(treatments))
        })
    }
}

/// Copies the table as JSON into `buffer` and stores its full length in `*full_length`, which may be NULL; see
/// "Text" above.
///
/// Errors: none but those of every function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_treatments_to_json(
    treatments: *const loyalty_treatments,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            put_text(&borrow("treatments", treatments)?.0.to_json(), buffer, length, full_length);
            Ok(())
        })
    }
}

/// The number of treatments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_treatments_count(treatments: *const loyalty_treatments) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(treatments, |treatments| treatments.0.treatments().len()) }
}

/// Copies the name of a treatment, counted from 0; see "Text" above. `full_length` may be NULL.
///
/// Errors: `PARAMETER` unless `treatment` is below `loyalty_treatments_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_treatments_name(
    treatments: *const loyalty_treatments,
    treatment: usize,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let found = treatment_of(&borrow("treatments", treatments)?.0, treatment)?;
            put_text(&found.name, buffer, length, full_length);
            Ok(())
        })
    }
}

/// Copies the channel by which a treatment reaches the customer; see "Text" above. `full_length` may be NULL.
///
/// Errors: `PARAMETER` unless `treatment` is below `loyalty_treatments_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_treatments_channel(
    treatments: *const loyalty_treatments,
    treatment: usize,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let found = treatment_of(&borrow("treatments", treatments)?.0, treatment)?;
            put_text(&found.channel, buffer, length, full_length);
            Ok(())
        })
    }
}

/// Frees treatments; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_treatments_free(treatments: *mut loyalty_treatments) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(treatments) }
}

/// What is known of customers, by column. Set by `loyalty_customer_facts_init`, then field by field. Which
/// columns there are is up to the treatments: `clv`, `p_alive`, `frequency`, `margin`, what behaviours cost, labels
/// as 0 and 1. A customer with `opted_out` above 0 gets no treatment.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_customer_facts {
    /// Set by `loyalty_customer_facts_init`.
    pub struct_size: usize,
    /// The number of customers, and of values in each column.
    pub rows: usize,
    /// As many columns as `column_count`, from -1e50 to 1e50, NaN where a value is not known.
    pub columns: *const *const f64,
    /// The name of each, UTF-8; of two of one name the later counts.
    pub column_names: *const *const c_char,
    /// How many there are.
    pub column_count: usize,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_customer_facts {
    const FIRST_SIZE: usize = through!(column_count: usize);

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            rows: 0,
            columns: std::ptr::null(),
            column_names: std::ptr::null(),
            column_count: 0,
        }
    }
}

impl loyalty_customer_facts {
    /// # Safety
    /// Every column has as many values as the struct says, and as many names.
    unsafe fn facts(&self) -> Result<Facts, Failure> {
        // SAFETY: this function's contract.
        let (names, columns) = unsafe {
            (
                names("column_names", self.column_names, self.column_count)?,
                column("columns", self.columns, self.column_count)?,
            )
        };
        let mut named = names.into_iter().zip(columns);
        named.try_fold(Facts::new(self.rows), |facts, (name, &values)| {
            // SAFETY: this function's contract.
            let values = unsafe { column("columns", values, self.rows)? };
            Ok(facts.with(name, values.to_vec())?)
        })
    }
}

/// Sets the defaults; `size` is `sizeof(loyalty_customer_facts)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_customer_facts_init(
    facts: *mut loyalty_customer_facts,
    size: usize,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(facts, size) }
}

/// Weighs every treatment with every customer, one or millions: effect x basis - cost where the customer meets the
/// treatment's conditions, 0 where not. A treatment whose columns are missing is left out, see
/// `loyalty_proposals_missing`. `threads` is 0 for as many as the machine runs at once; the results are the same
/// for every number.
///
/// Errors: `EMPTY` without customers; `VALUE` with the first value that is not from -1e50 to 1e50 or NaN;
/// `INVALID_UTF8`. Free with `loyalty_proposals_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_proposals_new(
    treatments: *const loyalty_treatments,
    facts: *const loyalty_customer_facts,
    threads: usize,
    out: *mut *mut loyalty_proposals,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let treatments = borrow("treatments", treatments)?;
            let facts = versioned::read_required("facts", facts)?.facts()?;
            give(out, loyalty_proposals(treatments.0.propose(facts, Threads::new(threads))?))
        })
    }
}

/// The number of customers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_proposals_rows(proposals: *const loyalty_proposals) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(proposals, |proposals| proposals.0.rows()) }
}

/// The expected gain of a treatment with every customer, in row order; 0 where it is not meant for them.
///
/// Errors: `PARAMETER` unless `treatment` is below the number of treatments; `LENGTH` unless `length` is
/// `loyalty_proposals_rows`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_proposals_gains(
    proposals: *const loyalty_proposals,
    treatment: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let proposals = &borrow("proposals", proposals)?.0;
            let treatment = known_treatment(proposals.treatments(), treatment)?;
            copy_column(proposals.gains(treatment), out, length)
        })
    }
}

/// The treatments that would gain something with one customer, the largest gain first, equal ones in the order of
/// the table: their numbers into `treatment`, which holds `length` of them, and their count into `*count`, which
/// may be more than `length`.
///
/// Errors: `PARAMETER` unless `row` is below the number of rows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_proposals_of_customer(
    proposals: *const loyalty_proposals,
    row: usize,
    treatment: *mut i32,
    length: usize,
    count: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let proposals = &borrow("proposals", proposals)?.0;
            let found = proposals.of_customer(in_table(row, proposals.rows())?);
            let numbers = found.iter().take(length).filter_map(|&one| i32::try_from(one).ok());
            let numbers: Vec<i32> = numbers.collect();
            if !numbers.is_empty() {
                copy_column(&numbers, treatment, numbers.len())?;
            }
            put(count, found.len())
        })
    }
}

/// What a treatment is expected to gain with one customer, and what it costs; either may be NULL. The gain has
/// the cost taken off.
///
/// Errors: `PARAMETER` unless `row` and `treatment` are below their numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_proposals_gain(
    proposals: *const loyalty_proposals,
    row: usize,
    treatment: usize,
    gain: *mut f64,
    cost: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let proposals = &borrow("proposals", proposals)?.0;
            let (row, treatment) = known_pair(proposals, row, treatment)?;
            if !gain.is_null() {
                put(gain, proposals.gains(treatment as usize)[row])?;
            }
            if !cost.is_null() {
                put(cost, proposals.cost(row, treatment))?;
            }
            Ok(())
        })
    }
}

/// Why a treatment is meant for a customer, in one sentence with their numbers; see "Text" above. `full_length`
/// may be NULL.
///
/// Errors: `PARAMETER` unless `row` and `treatment` are below their numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_proposals_reason(
    proposals: *const loyalty_proposals,
    row: usize,
    treatment: usize,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let proposals = &borrow("proposals", proposals)?.0;
            let (row, treatment) = known_pair(proposals, row, treatment)?;
            put_text(&proposals.reason(row, treatment), buffer, length, full_length);
            Ok(())
        })
    }
}

/// The columns without which a treatment could not be weighed, with a comma and a space between them; no text where
/// it was. See "Text" above; `full_length` may be NULL.
///
/// Errors: `PARAMETER` unless `treatment` is below the number of treatments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_proposals_missing(
    proposals: *const loyalty_proposals,
    treatment: usize,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let proposals = &borrow("proposals", proposals)?.0;
            let table = proposals.treatments();
            let name = &treatment_of(table, treatment)?.name;
            let missing = proposals.not_weighed().iter().find(|one| one.treatment == *name);
            let columns = missing.map_or_else(String::new, |one| one.columns.join(", "));
            put_text(&columns, buffer, length, full_length);
            Ok(())
        })
    }
}

/// Chooses for each customer one treatment or none, so that the gains add up to as much as the capacities allow.
/// The capacities go by the names that the treatments use, such as `calls`; what is not named is there in plenty.
/// What `loyalty_selection_choice` gives are treatments, for `loyalty_proposals_reason`.
///
/// Errors: `TREATMENTS` for a capacity that no treatment takes of, or that stands twice; `PARAMETER` for an amount
/// that is not finite and at least 0; `VALUE` where a treatment would take more than 1e50 of one; `INVALID_UTF8`.
/// Free with `loyalty_selection_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_proposals_select(
    proposals: *const loyalty_proposals,
    capacity_names: *const *const c_char,
    capacities: *const f64,
    capacity_count: usize,
    threads: usize,
    out: *mut *mut loyalty_selection,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let proposals = borrow("proposals", proposals)?;
            let names = names("capacity_names", capacity_names, capacity_count)?;
            let amounts = column("capacities", capacities, capacity_count)?;
            let named = names.into_iter().zip(amounts);
            let capacities = named.map(|(name, &amount)| Capacity::new(name, amount));
            let capacities = capacities.collect::<Result<Vec<_>, _>>()?;
            let selection = proposals.0.choices(&capacities)?.select(Threads::new(threads))?;
            give(out, loyalty_selection::of(selection))
        })
    }
}

/// Frees proposals; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_proposals_free(proposals: *mut loyalty_proposals) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(proposals) }
}

fn treatment_of(table: &Treatments, treatment: usize) -> Result<&Treatment, Error> {
    Ok(&table.treatments()[known_treatment(table, treatment)?])
}

fn known_treatment(table: &Treatments, treatment: usize) -> Result<usize, Error> {
    below("treatment", treatment, table.treatments().len(), "below the number of treatments")
}

fn known_pair(
    proposals: &Proposals,
    row: usize,
    treatment: usize,
) -> Result<(usize, u32), Failure> {
    let treatment = known_treatment(proposals.treatments(), treatment)?;
    // A table has at most a hundred.
    Ok((in_table(row, proposals.rows())?, u32::try_from(treatment).unwrap_or(u32::MAX)))
}
