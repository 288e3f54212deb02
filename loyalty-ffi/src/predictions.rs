//! What customers will do: intervals of their purchases and of their value, and their futures drawn.

use loyalty_core::Error;
use loyalty_core::estimation::{Estimate, Fit};
use loyalty_core::models::Model;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{AnyPurchaseModel, FutureDraws, PurchaseModel};
use loyalty_core::spend::AnySpendModel;
use loyalty_core::value::{
    Margin, Over, PredictionKind, PredictionOptions, clv_prediction, purchase_prediction,
};

use crate::code;
use crate::column::{column, copy_column};
use crate::discounting::loyalty_discounting;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::borrow;
use crate::model::Fitted;
use crate::posterior::{Ends, loyalty_purchase_posterior, loyalty_spend_posterior};
use crate::purchase_model::loyalty_purchase_model;
use crate::spend_model::loyalty_spend_model;
use crate::summary::loyalty_summary;
use crate::versioned::{self, Versioned, through};

/// What an interval is of.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_prediction_kind {
    /// What customers will do: parameters are estimates, and customers do not do what is expected of them.
    Prediction = 0,
    /// What is expected of them, as the parameters are estimates.
    Expectation = 1,
}

/// Of whom there is an interval each.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_over {
    /// Every customer.
    Customers = 0,
    /// All of them together: one interval.
    Total = 1,
    /// Groups of customers.
    Groups = 2,
}

const KINDS: [(i32, PredictionKind); 2] = [
    (loyalty_prediction_kind::Prediction as i32, PredictionKind::Prediction),
    (loyalty_prediction_kind::Expectation as i32, PredictionKind::Expectation),
];

const OVERS: [(i32, loyalty_over); 3] =
    [(0, loyalty_over::Customers), (1, loyalty_over::Total), (2, loyalty_over::Groups)];

/// How intervals are made. Set by `loyalty_prediction_options_init`, then field by field.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_prediction_options {
    /// Set by `loyalty_prediction_options_init`.
    pub struct_size: usize,
    /// The share of cases that an interval is to hold, above 0 and below 1; 0.95 by default.
    pub level: f64,
    /// The seed: the same gives the same bits, whatever the threads. 0 by default.
    pub seed: u64,
    /// Threads, 0 for as many as the machine runs at once.
    pub threads: usize,
    /// For `LOYALTY_OVER_GROUPS`, the number of each customer's group, from 0 without a gap.
    pub groups: *const u32,
    /// Of groups and totals: how far forecasts of totals were off before, expected over actual; may be NULL.
    pub levels: *const f64,
    /// How many there are.
    pub level_count: usize,
    /// Draws behind an interval, from 100 to 1e6; 1000 by default.
    pub draws: u32,
    /// What the intervals are of, a `loyalty_prediction_kind`.
    pub kind: i32,
    /// Of whom there is one each, a `loyalty_over`.
    pub over: i32,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_prediction_options {
    const FIRST_SIZE: usize = through!(over: i32);

    fn defaults() -> Self {
        let PredictionOptions { level, draws, seed, .. } = PredictionOptions::default();
        Self {
            struct_size: size_of::<Self>(),
            level,
            seed,
            threads: 0,
            groups: std::ptr::null(),
            levels: std::ptr::null(),
            level_count: 0,
            draws,
            kind: loyalty_prediction_kind::Prediction as i32,
            over: loyalty_over::Customers as i32,
        }
    }
}

impl loyalty_prediction_options {
    /// # Safety
    /// The levels are as many as the struct says.
    unsafe fn core(&self) -> Result<PredictionOptions, Failure> {
        let mut options = PredictionOptions::default();
        options.kind =
            code::decode(&KINDS, self.kind, "kind", "a code of loyalty_prediction_kind")?;
        (options.level, options.draws, options.seed) = (self.level, self.draws, self.seed);
        // SAFETY: this function's contract.
        options.levels = unsafe { column("levels", self.levels, self.level_count)? }.to_vec();
        options.threads = Threads::new(self.threads);
        Ok(options)
    }

    /// # Safety
    /// There is a group for each row, where there are groups.
    unsafe fn over<'a>(&self, rows: usize) -> Result<Over<'a>, Failure> {
        Ok(match code::decode(&OVERS, self.over, "over", "a code of loyalty_over")? {
            loyalty_over::Customers => Over::Customers,
            loyalty_over::Total => Over::Total,
            // SAFETY: this function's contract.
            loyalty_over::Groups => Over::Groups(unsafe { column("groups", self.groups, rows)? }),
        })
    }
}

/// Sets the defaults; `size` is `sizeof(loyalty_prediction_options)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_prediction_options_init(
    options: *mut loyalty_prediction_options,
    size: usize,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(options, size) }
}

/// What is known of how customers buy and spend. Set by `loyalty_prediction_models_init`, then field by field: a
/// model or a posterior of each. A model that was fitted, here or before it was saved, brings what its fit says of
/// how sure it is; one that was given by its parameters counts as known.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_prediction_models {
    /// Set by `loyalty_prediction_models_init`.
    pub struct_size: usize,
    /// When customers buy; NULL where the next is not.
    pub purchases: *const loyalty_purchase_model,
    /// The same by a posterior.
    pub purchase_posterior: *const loyalty_purchase_posterior,
    /// How much they spend, looked at by `loyalty_clv_prediction`; NULL where the next is not.
    pub spend: *const loyalty_spend_model,
    /// The same by a posterior.
    pub spend_posterior: *const loyalty_spend_posterior,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_prediction_models {
    const FIRST_SIZE: usize = through!(spend_posterior: *const loyalty_spend_posterior);

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            purchases: std::ptr::null(),
            purchase_posterior: std::ptr::null(),
            spend: std::ptr::null(),
            spend_posterior: std::ptr::null(),
        }
    }
}

/// Sets the defaults; `size` is `sizeof(loyalty_prediction_models)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_prediction_models_init(
    models: *mut loyalty_prediction_models,
    size: usize,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(models, size) }
}

/// What is known of a model: itself, its fit, or its posterior.
enum Known<'a, M> {
    Model(&'a M),
    Fit(Box<Fit<M>>),
    Posterior(&'a loyalty_core::estimation::Posterior<M>),
}

impl<'a, M: Clone + Into<Model>> Known<'a, M> {
    /// One of the two.
    fn of(
        name: &'static str,
        model: Option<&'a Fitted<M>>,
        posterior: Option<&'a loyalty_core::estimation::Posterior<M>>,
    ) -> Result<Self, Failure> {
        match (model, posterior) {
            (None, None) => Err(Failure::Null(name)),
            (Some(_), Some(_)) => {
                let expected = "a model or its posterior";
                Err(Error::Choice { name, expected, value: "both".to_owned() }.into())
            }
            (None, Some(posterior)) => Ok(Self::Posterior(posterior)),
            (Some(model), None) => Ok(match model.as_fit() {
                Some(fit) => Self::Fit(Box::new(fit)),
                None => Self::Model(&model.model),
            }),
        }
    }

    fn estimate(&self) -> Estimate<'_, M> {
        match self {
            Self::Model(model) => Estimate::Model(model),
            Self::Fit(fit) => Estimate::Fit(fit),
            Self::Posterior(posterior) => Estimate::Posterior(posterior),
        }
    }
}

impl loyalty_prediction_models {
    /// # Safety
    /// The handles are NULL or live objects.
    unsafe fn buying<'a>(&self) -> Result<Known<'a, AnyPurchaseModel>, Failure> {
        // SAFETY: this function's contract.
        let (model, posterior) =
            unsafe { (self.purchases.as_ref(), self.purchase_posterior.as_ref()) };
        Known::of("purchases", model.map(|model| &model.0), posterior.map(|found| &found.0))
    }

    /// # Safety
    /// The handles are NULL or live objects.
    unsafe fn spending<'a>(&self) -> Result<Known<'a, AnySpendModel>, Failure> {
        // SAFETY: this function's contract.
        let (model, posterior) = unsafe { (self.spend.as_ref(), self.spend_posterior.as_ref()) };
        Known::of("spend", model.map(|model| &model.0), posterior.map(|found| &found.0))
    }
}

/// Intervals of the purchases within `horizon`: of what customers will do, unless `options` ask for what is expected
/// of them. `estimate` takes what is expected under the likeliest parameters. The arrays are `loyalty_summary_len`
/// long, 1 for the total, or as many as there are groups. `options` may be NULL for the defaults.
///
/// Of a single customer intervals are exact, and ends are whole numbers; of groups and totals they are quantiles
/// over draws, which keep the error that all customers have in common. docs/intervals.md has more.
///
/// Errors: `PARAMETER` for a horizon, a level or draws outside their domain, or where a customer makes more
/// purchases than can be drawn; `UNIT` where the model is in another unit than the summary; `MISSING_COLUMN` where
/// the summary has weights; `VALUE` for the number of a group that is not below that of customers; `CHOICE` for an unknown code, or for a model and a posterior of it; `LENGTH`;
/// `DEGENERATE` where the fit does not say how sure it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_prediction(
    models: *const loyalty_prediction_models,
    summary: *const loyalty_summary,
    horizon: f64,
    options: *const loyalty_prediction_options,
    estimate: *mut f64,
    lower: *mut f64,
    upper: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let models = versioned::read_required("models", models)?;
            let (known, options) = (models.buying()?, versioned::read(options)?);
            let summary = &borrow("summary", summary)?.0;
            let ends = Ends::new(estimate, lower, upper, length)?;
            let found = purchase_prediction(
                known.estimate(),
                summary,
                horizon,
                options.over(summary.len())?,
                &options.core()?,
            )?;
            ends.fill([&found.estimate, &found.lower, &found.upper])
        })
    }
}

/// Intervals of lifetime values: of what customers will spend within the horizon of `discounting`, discounted,
/// times the margin, unless `options` ask for what is expected of them. `margin` is one for all, with `margins` 1,
/// or a row each, with `margins` of `loyalty_summary_len`. For the arrays and `options` see
/// `loyalty_purchase_prediction`.
///
/// Errors: as there and as `loyalty_clv_with_margins`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_clv_prediction(
    models: *const loyalty_prediction_models,
    summary: *const loyalty_summary,
    discounting: *const loyalty_discounting,
    margin: *const f64,
    margins: usize,
    options: *const loyalty_prediction_options,
    estimate: *mut f64,
    lower: *mut f64,
    upper: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let models = versioned::read_required("models", models)?;
            let (buying, spending) = (models.buying()?, models.spending()?);
            let (summary, options) = (&borrow("summary", summary)?.0, versioned::read(options)?);
            let margin = match column("margin", margin, margins)? {
                &[same] => Margin::Same(same),
                each => Margin::PerCustomer(each),
            };
            let ends = Ends::new(estimate, lower, upper, length)?;
            let found = clv_prediction(
                buying.estimate(),
                spending.estimate(),
                summary,
                &borrow("discounting", discounting)?.0,
                margin,
                options.over(summary.len())?,
                &options.core()?,
            )?;
            ends.fill([&found.estimate, &found.lower, &found.upper])
        })
    }
}

/// Draws what every customer will do within `horizon`: `draws` futures of each under the model's parameters, those
/// of one customer after those of the other.
///
/// ```text
///     purchases[row * draws + draw]           purchases within the horizon
///     alive[row * draws + draw]               whether the customer is alive at the end of observation
///     alive_at_horizon[row * draws + draw]    whether they still are at the horizon
/// ```
///
/// Each array takes `length` values; the last two may be NULL. A customer alone has the same future as among a
/// million: the generator is of `seed`, the number of the draw and the id, or the row where the summary has none.
///
/// Errors: `UNIT` where the model is in another unit than the summary; `PARAMETER` for a horizon that is not from 0
/// to 1e50, or too long to draw; `LENGTH` unless `length` is customers times draws.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_simulate_future(
    model: *const loyalty_purchase_model,
    summary: *const loyalty_summary,
    horizon: f64,
    draws: u32,
    seed: u64,
    threads: usize,
    purchases: *mut u32,
    alive: *mut bool,
    alive_at_horizon: *mut bool,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, summary) = (borrow("model", model)?, borrow("summary", summary)?);
            let expected = summary.0.len().saturating_mul(draws as usize);
            if length != expected {
                let column = "purchases".to_owned();
                return Err(Error::Length { column, expected, got: length }.into());
            }
            let mut how = FutureDraws::new(horizon, draws);
            how.seed = seed;
            let model = &model.0.model;
            let found = model.simulate_future(&summary.0, &how, Threads::new(threads))?;
            copy_column(&found.purchases, purchases, length)?;
            let flags = [(alive, &found.alive), (alive_at_horizon, &found.alive_at_horizon)];
            let wanted = flags.into_iter().filter(|(out, _)| !out.is_null());
            wanted.into_iter().try_for_each(|(out, values)| copy_column(values, out, length))
        })
    }
}
