//! One customer in one call, while they wait at the check-out.

use std::ffi::c_char;
use std::sync::{Mutex, TryLockError};

use loyalty_core::Error;
use loyalty_core::behaviours::Behaviour;
use loyalty_core::decisions::{ChosenTreatment, Treatments};
use loyalty_core::pipeline::{CheckOut, CheckOutScore, CheckOutWork};
use loyalty_core::purchase::{Discounting, PurchaseModel};

use crate::behaviours::{loyalty_behaviour_score, loyalty_behaviours, width};
use crate::code;
use crate::column::copy_column;
use crate::customer_record::{loyalty_customer_record, loyalty_purchases};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, put};
use crate::ledger_basis::{instant, loyalty_ledger_basis};
use crate::order_lines::loyalty_lines;
use crate::purchase_model::loyalty_purchase_model;
use crate::return_propensity::loyalty_return_propensity;
use crate::spend_model::loyalty_spend_model;
use crate::text::{put_text, read_text};
use crate::versioned::{self, Versioned, through};

/// What a check-out scores by. Set by `loyalty_check_out_options_init`, then field by field. Models that are
/// NULL are left out of the score.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_check_out_options {
    /// Set by `loyalty_check_out_options_init`.
    pub struct_size: usize,
    /// When customers buy; it must have a unit.
    pub purchases: *const loyalty_purchase_model,
    /// How much they spend.
    pub spend: *const loyalty_spend_model,
    /// The basis of the ledger that the behaviours were learnt from.
    pub basis: *const loyalty_ledger_basis,
    /// Who shows which behaviour; it needs the basis.
    pub behaviours: *const loyalty_behaviours,
    /// The table of treatments as JSON, UTF-8 that ends with NUL, as `Treatments.to_json` writes it.
    pub treatments: *const c_char,
    /// The table that comes along, where `treatments` is NULL; false by default.
    pub customary_treatments: bool,
    /// Whether purchases count as paid instead of net of what came back; false by default.
    pub gross: bool,
    /// Whether the mean amount is of all purchases, the first one included, as in the summary that the
    /// models were fitted to; false by default.
    pub include_first: bool,
    /// What counts as one purchase, a `loyalty_occasion`, as there.
    pub occasion: i32,
    /// How far expected purchases and the lifetime value reach, in the unit of the model of purchases; 52 by
    /// default.
    pub horizon: f64,
    /// The effective annual rate by which the lifetime value is discounted; 0 by default.
    pub annual_discount_rate: f64,
    /// The contribution margin that lifetime values are of; `NULL`, the default, for revenue, by which no
    /// treatment is weighed.
    pub margin: *const f64,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_check_out_options {
    const FIRST_SIZE: usize = through!(margin: *const f64);

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            purchases: std::ptr::null(),
            spend: std::ptr::null(),
            basis: std::ptr::null(),
            behaviours: std::ptr::null(),
            treatments: std::ptr::null(),
            customary_treatments: false,
            gross: false,
            include_first: false,
            occasion: code::loyalty_occasion::Natural as i32,
            horizon: 52.0,
            annual_discount_rate: 0.0,
            margin: std::ptr::null(),
        }
    }
}

impl loyalty_check_out_options {
    /// All but the models, to tell two of them apart.
    ///
    /// # Safety
    /// Every pointer is NULL or as the struct says.
    pub(crate) unsafe fn said(&self) -> Result<String, Failure> {
        // SAFETY: this function's contract.
        let (treatments, margin) = unsafe {
            let given = !self.treatments.is_null();
            let text = given.then(|| read_text("treatments", self.treatments)).transpose()?;
            (text, self.margin.as_ref().map(|margin| margin.to_bits()))
        };
        let numbers = (self.horizon.to_bits(), self.annual_discount_rate.to_bits(), margin);
        let flags = (self.customary_treatments, self.gross, self.include_first, self.occasion);
        Ok(format!("{numbers:?} {flags:?} {treatments:?}"))
    }

    /// # Safety
    /// Every pointer is NULL or as the struct says.
    pub(crate) unsafe fn core(&self) -> Result<CheckOut, Failure> {
        // SAFETY: this function's contract.
        let (purchases, spend, basis, behaviours, margin) = unsafe {
            (
                self.purchases.as_ref(),
                self.spend.as_ref(),
                self.basis.as_ref(),
                self.behaviours.as_ref(),
                self.margin.as_ref(),
            )
        };
        let unit = purchases.and_then(|model| model.0.model.unit());
        let discounting = match unit {
            Some(unit) => Discounting::annual(self.horizon, self.annual_discount_rate, unit)?,
            None if purchases.is_some() => {
                return Err(Error::NoUnit { table: "the model of purchases" }.into());
            }
            None => Discounting::continuous(self.horizon, 0.0)?,
        };
        let mut core = CheckOut::new(discounting);
        core.purchases = purchases.map(|model| model.0.model.clone());
        core.spend = spend.map(|model| model.0.model.clone());
        core.basis = basis.map(|basis| basis.0.clone());
        core.behaviours = behaviours.map(|model| model.0.clone());
        core.treatments = if self.treatments.is_null() {
            self.customary_treatments.then(Treatments::customary)
        } else {
            // SAFETY: not NULL, and this function's contract.
            let text = unsafe { read_text("treatments", self.treatments)? };
            Some(Treatments::from_json(text)?)
        };
        core.margin = margin.copied();
        core.occasion = code::occasion(self.occasion)?;
        (core.include_first, core.net) = (self.include_first, !self.gross);
        Ok(core)
    }
}

/// Sets the defaults; `size` is `sizeof(loyalty_check_out_options)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_check_out_options_init(
    options: *mut loyalty_check_out_options,
    size: usize,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(options, size) }
}

/// Models that score one customer in one call, and room to do so in: a score allocates nothing after the
/// first few. It has copies of the models. Any number of threads may score at the same time; whoever finds
/// the room in use takes memory of their own.
#[derive(Debug)]
pub struct loyalty_check_out {
    pub(crate) models: CheckOut,
    work: Mutex<CheckOutWork>,
}

impl From<CheckOut> for loyalty_check_out {
    fn from(models: CheckOut) -> Self {
        Self { models, work: Mutex::default() }
    }
}

/// What is said of one customer. Set by `loyalty_customer_score_init`, then filled. Where something is not
/// known its numbers are 0.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_customer_score {
    /// Set by `loyalty_customer_score_init`.
    pub struct_size: usize,
    /// Whether the customer has bought and there is a model of purchases: frequency to `p_alive` are known.
    pub purchases_known: bool,
    /// Whether the purchases within the horizon are known: it is not infinite.
    pub expected_purchases_known: bool,
    /// Whether there is a model of spend too, and it does not say that the expected amount is infinite:
    /// `expected_spend` and `clv` are known.
    pub value_known: bool,
    /// Whether there is a basis: `profit` is that of the ledger, 0 where neither costs nor a margin are known.
    pub ledger_known: bool,
    /// x: repeat purchases.
    pub frequency: u32,
    /// t_x, in the unit of the model.
    pub recency: f64,
    /// T.
    pub T: f64,
    /// Mean amount per purchase.
    pub monetary_value: f64,
    /// Probability to be active; 1 by assumption of who bought once under the BG/NBD and the BG/CNBD-k.
    pub p_alive: f64,
    /// Purchases expected within the horizon.
    pub expected_purchases: f64,
    /// Amount expected per purchase.
    pub expected_spend: f64,
    /// Lifetime value: in margin, or in revenue where no margin is given.
    pub clv: f64,
    /// What the customer has brought so far.
    pub profit: f64,
    /// The position of their costliest label in the order of `loyalty_behaviour_name`, -1 for none.
    pub primary: i32,
    /// The number of the treatment that gains most, in the order of the table; -1 for none.
    pub treatment: i32,
    /// What it is expected to gain.
    pub treatment_gain: f64,
    /// What it works on.
    pub treatment_basis: f64,
    /// What it costs.
    pub treatment_cost: f64,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_customer_score {
    const FIRST_SIZE: usize = through!(treatment_cost: f64);

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            purchases_known: false,
            expected_purchases_known: false,
            value_known: false,
            ledger_known: false,
            frequency: 0,
            recency: 0.0,
            T: 0.0,
            monetary_value: 0.0,
            p_alive: 0.0,
            expected_purchases: 0.0,
            expected_spend: 0.0,
            clv: 0.0,
            profit: 0.0,
            primary: -1,
            treatment: -1,
            treatment_gain: 0.0,
            treatment_basis: 0.0,
            treatment_cost: 0.0,
        }
    }
}

impl From<&CheckOutScore> for loyalty_customer_score {
    fn from(found: &CheckOutScore) -> Self {
        let bought = found.purchases.map(loyalty_purchases::from);
        let chosen = found.decision;
        Self {
            purchases_known: bought.is_some(),
            expected_purchases_known: found.expected_purchases.is_some(),
            value_known: found.clv.is_some(),
            ledger_known: found.ledger.is_some(),
            frequency: bought.map_or(0, |bought| bought.frequency),
            recency: bought.map_or(0.0, |bought| bought.recency),
            T: bought.map_or(0.0, |bought| bought.T),
            monetary_value: bought.map_or(0.0, |bought| bought.monetary_value),
            p_alive: found.p_alive.unwrap_or_default(),
            expected_purchases: found.expected_purchases.unwrap_or_default(),
            expected_spend: found.expected_spend.unwrap_or_default(),
            clv: found.clv.unwrap_or_default(),
            profit: found.ledger.map_or(0.0, |row| row.profit),
            primary: found.primary.map_or(-1, |behaviour| behaviour as i32),
            treatment: chosen.and_then(|one| i32::try_from(one.treatment).ok()).unwrap_or(-1),
            treatment_gain: chosen.map_or(0.0, |one| one.gain),
            treatment_basis: chosen.map_or(0.0, |one| one.basis),
            treatment_cost: chosen.map_or(0.0, |one| one.cost),
            ..Self::defaults()
        }
    }
}

/// Sets everything to 0, and to none; `size` is `sizeof(loyalty_customer_score)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_customer_score_init(
    score: *mut loyalty_customer_score,
    size: usize,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(score, size) }
}

/// Copies the models for one-call scores.
///
/// Errors: `OTHER` where the model of purchases has no unit; `PARAMETER` unless horizon and rate are from 0 to
/// 1e50, or the horizon is infinite and the rate from 1e-50; `TREATMENTS` where the table of treatments makes no
/// sense; `INVALID_UTF8`; `CHOICE` for an unknown code. Free with `loyalty_check_out_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_check_out_new(
    options: *const loyalty_check_out_options,
    out: *mut *mut loyalty_check_out,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let models = versioned::read_required("options", options)?.core()?;
            give(out, loyalty_check_out::from(models))
        })
    }
}

/// Scores one customer in one call: P(alive), expected purchases and spend, lifetime value, behaviours and
/// labels, the probability of return of each line of a basket, and the treatment to choose.
///
/// The customer is taken as observed until `now`, a time on a `loyalty_time_scale`. `group` names their group
/// of peers, or is NULL. `returns` and `basket` go together, or are both NULL: `return_probabilities` gets
/// `lines` numbers, one for each line of the basket, by what the model knows this morning. `behaviours` gets
/// `behaviour_count` scores in the order of `loyalty_behaviour_name`; it may be NULL. Each number is that of
/// the calls for all customers, to the last bit.
///
/// Errors: `MISSING_COLUMN` where behaviours come without a basis, and, with `TYPE`, as
/// `loyalty_ledger_basis_row`; `PARAMETER` for a time outside the years 0001 to 9999 or before the start of
/// the ledger, a margin that is not from -1000 to 1, or unless `behaviour_count` is `loyalty_behaviour_count()`;
/// `CHOICE` where unit and occasion do not fit, or for an unknown code; `INFINITE` where the expected spend is;
/// of a basket as `loyalty_return_propensity_score`, and `LENGTH` unless `lines` is their number;
/// `INVALID_UTF8`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_check_out_score(
    check_out: *const loyalty_check_out,
    record: *const loyalty_customer_record,
    group: *const c_char,
    now: i64,
    time_scale: i32,
    returns: *const loyalty_return_propensity,
    basket: *const loyalty_lines,
    score: *mut loyalty_customer_score,
    behaviours: *mut loyalty_behaviour_score,
    behaviour_count: usize,
    return_probabilities: *mut f64,
    lines: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let check_out = borrow("check_out", check_out)?;
            let (record, now) = (borrow("record", record)?, instant("now", now, time_scale)?);
            let group = if group.is_null() { None } else { Some(read_text("group", group)?) };
            let basket = match (returns.as_ref(), basket.as_ref()) {
                (None, None) => None,
                (returns, basket) => Some((
                    &returns.ok_or(Failure::Null("returns"))?.0,
                    &basket.ok_or(Failure::Null("basket"))?.0,
                )),
            };
            check_out.with_room(|models, work| {
                let found = match basket {
                    None => models.score(&record.0, group, now, work)?,
                    Some(basket) => {
                        let found = models.score_basket(&record.0, group, now, basket, work)?;
                        copy_column(work.returns(), return_probabilities, lines)?;
                        found
                    }
                };
                if !behaviours.is_null() {
                    put_behaviours(&found, behaviours, behaviour_count)?;
                }
                versioned::write("score", score, (&found).into())
            })
        })
    }
}

impl loyalty_check_out {
    /// Works in the room that is there, or in some of its own where another thread is in it.
    fn with_room<T>(&self, score: impl FnOnce(&CheckOut, &mut CheckOutWork) -> T) -> T {
        match self.work.try_lock() {
            Ok(mut work) => score(&self.models, &mut work),
            // What a panic has left there is written over.
            Err(TryLockError::Poisoned(work)) => score(&self.models, &mut work.into_inner()),
            Err(TryLockError::WouldBlock) => score(&self.models, &mut CheckOutWork::default()),
        }
    }
}

/// # Safety
/// `out` is writable for `count` scores.
unsafe fn put_behaviours(
    found: &CheckOutScore,
    out: *mut loyalty_behaviour_score,
    count: usize,
) -> Result<(), Failure> {
    width("behaviour_count", "loyalty_behaviour_count()", Behaviour::ALL.len(), count)?;
    for (number, one) in found.behaviours.iter().enumerate() {
        let score = one.map(loyalty_behaviour_score::from).unwrap_or_default();
        // SAFETY: this function's contract.
        unsafe { put(out.add(number), score)? };
    }
    Ok(())
}

/// Why a treatment was chosen, in one sentence with the customer's numbers, and which it is: `name`, `channel`
/// and `reason` are each cut to what fits in front of a closing NUL; any may be NULL with a length of 0.
///
/// Errors: `PARAMETER` where the score has no treatment of the table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_check_out_treatment(
    check_out: *const loyalty_check_out,
    score: *const loyalty_customer_score,
    name: *mut c_char,
    name_length: usize,
    channel: *mut c_char,
    channel_length: usize,
    reason: *mut c_char,
    reason_length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let check_out = borrow("check_out", check_out)?;
            let score = versioned::read_required("score", score)?;
            let table = check_out.models.treatments.as_ref();
            let number = usize::try_from(score.treatment).ok();
            let known = number.zip(table).filter(|(number, table)| *number < table.names().len());
            let (number, table) = known.ok_or_else(|| {
                let expected = "that of a treatment of the table";
                Error::parameter("treatment", expected, f64::from(score.treatment))
            })?;
            let treatment = &table.treatments()[number];
            let chosen = ChosenTreatment {
                treatment: number,
                gain: score.treatment_gain,
                basis: score.treatment_basis,
                cost: score.treatment_cost,
            };
            put_text(&treatment.name, name, name_length, std::ptr::null_mut());
            put_text(&treatment.channel, channel, channel_length, std::ptr::null_mut());
            put_text(&table.reason(&chosen), reason, reason_length, std::ptr::null_mut());
            Ok(())
        })
    }
}

/// Frees a check-out; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_check_out_free(check_out: *mut loyalty_check_out) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(check_out) }
}
