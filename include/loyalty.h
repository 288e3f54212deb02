/*
 * loyalty: customer scoring from an order log.
 *
 * Data flow one way, each stage from one checked object that never changes to the next:
 *
 *   order log --> loyalty_orders --+--> loyalty_summary --+--> loyalty_purchase_model  P(alive), purchases
 *     and in batches, loyalty_occasions --^               +--> loyalty_spend_model     spend, lifetime value
 *                                                         +--> loyalty_rfm, loyalty_segment_table
 *     with loyalty_covariates --> loyalty_purchase_with_covariates, loyalty_spend_with_covariates
 *     with intervals          --> loyalty_purchase_posterior, loyalty_spend_posterior
 *     with both               --> loyalty_purchase_posterior_with_covariates,
 *                                 loyalty_spend_posterior_with_covariates
 *     up to a horizon, corrected by what earlier cutoffs taught --> loyalty_forecast
 *   renewals, or tables of cohorts --> loyalty_contracts --> loyalty_contract_model  churn, value
 *   order lines --> loyalty_lines --> loyalty_return_propensity  which lines are sent back
 *   rows of ledgers --> loyalty_behaviours  costly behaviours of customers
 *   gains of treatments, and capacities --> loyalty_selection  whom to treat
 *
 * Contents
 *   Version and codes
 *   Handles
 *   Structs
 *   Version and errors
 *     loyalty_error
 *   Orders
 *     loyalty_orders
 *   Summaries of customers
 *     loyalty_summary, loyalty_holdout, loyalty_occasions
 *   Fits
 *     loyalty_fit
 *   Models of purchases and spend
 *     loyalty_purchase_model, loyalty_spend_model
 *   Contracts
 *     loyalty_contracts, loyalty_contract_model
 *   Forecasts
 *     loyalty_forecast
 *   Order lines and returns
 *     loyalty_lines, loyalty_return_propensity
 *   Discounting
 *     loyalty_discounting
 *   What else is known of customers
 *     loyalty_covariates, loyalty_purchase_with_covariates, loyalty_spend_with_covariates
 *   Lifetime value, and intervals
 *     loyalty_purchase_posterior, loyalty_spend_posterior, loyalty_purchase_posterior_with_covariates
 *     loyalty_spend_posterior_with_covariates
 *   Scores and segments
 *     loyalty_rfm, loyalty_segment_table
 *   Treatments and behaviours
 *     loyalty_selection, loyalty_treatments, loyalty_proposals
 *     loyalty_behaviours, loyalty_customer_record, loyalty_ledger_basis
 *     loyalty_check_out
 *   Models' files
 *     loyalty_bytes
 *
 * The rules below hold for every function, and keeping them is all that a caller must do.
 *
 * Status and errors
 *   A function that can fail returns a loyalty_status: LOYALTY_STATUS_OK, which is 0, or the kind
 *   of reason. "Errors" in a function's comment lists the kinds it has, without their prefix; every
 *   function may also return NULL_ARGUMENT, OUT_OF_MEMORY if it loads a file or works on many rows,
 *   and PANIC if the library has a bug. The last parameter, `loyalty_error **error`, takes the
 *   whole reason; it may be NULL. See loyalty_error. Messages
 *   count rows from 0 and are the same in C, Rust and Python. A function that returns a plain value
 *   cannot fail; it returns 0 for a NULL object.
 *
 * Out-parameters
 *   On failure they are as before, except that an array to be filled (`out` with a `length`) may
 *   hold anything. Arrays must be as long as the result, exactly; otherwise the call fails with
 *   LENGTH.
 *
 * Ownership
 *   What a function stores in a pointer to a pointer belongs to the caller, who frees it with the
 *   _free function of its type, once; freeing NULL does nothing. An object never refers to another
 *   or to the caller's memory: arrays and text may be changed or freed as soon as a call returns.
 *   An _open function may give the same pointer many times; it is freed once for each.
 *
 * Threads
 *   Nothing is global but the files that _open functions keep. Objects never change, so any number
 *   of threads may use one at the same time, each with an error variable of its own; only free it
 *   when no thread uses it any more. A call that uses threads itself has ended them when it returns.
 *   The objects that move on say so: loyalty_return_propensity and loyalty_customer_record, by
 *   functions that take them without const.
 *
 * Columns
 *   A column is an array with one value per row. NULL stands for an optional column that is left
 *   out, and for an empty one. An array that a call fills must not overlap those it reads.
 *   Arrays and structs stand where their type may stand in C, at a multiple of its alignment:
 *   memory of malloc does; an address within a buffer of bytes may not, and is to be copied first.
 *
 * Text
 *   Text that comes in is UTF-8, closed by a NUL where no length goes with it. Text that goes out
 *   is copied into `buffer`, of `length` bytes: as many whole characters as fit in front of a
 *   closing NUL. The full length, the NUL not counted, is returned or stored; the text was cut if
 *   it is `length` or more. Ask for it alone with a buffer of NULL and a length of 0.
 *
 * Structs with a struct_size
 *   Call the _init function with the struct and its size, then set fields:
 *
 *     loyalty_summary_options options;
 *     loyalty_summary_options_init(&options, sizeof options);
 *     options.unit = LOYALTY_UNIT_WEEK;
 *
 *   Later versions append fields. A program keeps working with a later library without being
 *   compiled anew, and NULL in place of options stands for the defaults.
 *
 * Structs without one
 *   They stand in arrays or in other structs, and never change: loyalty_refusal, loyalty_prior,
 *   loyalty_progress, loyalty_ids, loyalty_correlation, loyalty_segment_summary,
 *   loyalty_behaviour_score, loyalty_behaviour_interval.
 *
 * Enumerations
 *   They go in as int32_t, and an unknown number fails with CHOICE. Numbers never change their
 *   meaning.
 *
 * Numbers
 *   The same input gives the same bits in C, Rust and Python, on every machine and for every number
 *   of threads. No result is NaN. A file that is larger than the memory left fails with MODEL_FILE; if
 *   memory runs out elsewhere, the process ends.
 */


#ifndef LOYALTY_H
#define LOYALTY_H

/* Generated from the crate loyalty-ffi; do not edit. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * -----------------------------------------------------------------------------------------------
 * Version and codes
 * -----------------------------------------------------------------------------------------------
 */

/** The version of this header; see also loyalty_version. */
#define LOYALTY_VERSION "0.1.0"
#define LOYALTY_VERSION_MAJOR 0
#define LOYALTY_VERSION_MINOR 1
#define LOYALTY_VERSION_PATCH 0

/**
 * Before every function: it comes from a library. Define LOYALTY_STATIC on Windows to link statically.
 */
#ifndef LOYALTY_API
#if defined(_WIN32) && !defined(LOYALTY_STATIC)
#define LOYALTY_API __declspec(dllimport)
#elif defined(__GNUC__) && !defined(_WIN32)
#define LOYALTY_API __attribute__((visibility("default")))
#else
#define LOYALTY_API
#endif
#endif

/** Before every function that can fail: a compiler warns where its status is not looked at. */
#ifndef LOYALTY_MUST_USE
#if (defined(__cplusplus) && __cplusplus >= 201703L) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define LOYALTY_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define LOYALTY_MUST_USE __attribute__((warn_unused_result))
#else
#define LOYALTY_MUST_USE
#endif
#endif

/** Kinds of models of purchases, with the parameters of each in their order. They go in and out
 * as int32_t; later versions may add some. */
enum loyalty_purchase_kind {
    /** BG/NBD: r, alpha, a, b. */
    LOYALTY_PURCHASE_KIND_BG_NBD = 1,
    /** MBG/NBD: r, alpha, a, b. */
    LOYALTY_PURCHASE_KIND_MBG_NBD = 2,
    /** NBD: r, alpha. */
    LOYALTY_PURCHASE_KIND_NBD = 3,
    /** Pareto/NBD: r, alpha, s, beta. */
    LOYALTY_PURCHASE_KIND_PARETO_NBD = 4,
    /** BG/CNBD-k: r, alpha, a, b, k. */
    LOYALTY_PURCHASE_KIND_BG_CNBD_K = 5,
    /** MBG/CNBD-k: r, alpha, a, b, k. */
    LOYALTY_PURCHASE_KIND_MBG_CNBD_K = 6,
    /** BG/BB: alpha, beta, gamma, delta. */
    LOYALTY_PURCHASE_KIND_BG_BB = 7,
};

/** Kinds of models of spend, with the parameters of each in their order; as above. */
enum loyalty_spend_kind {
    /** Gamma-Gamma: p, q, v. */
    LOYALTY_SPEND_KIND_GAMMA_GAMMA = 1,
};

/** Kinds of models of contracts, with the parameters of each in their order; as above. */
enum loyalty_contract_kind {
    /** sBG: gamma, delta. */
    LOYALTY_CONTRACT_KIND_SBG = 1,
    /** BdW: gamma, delta, c. */
    LOYALTY_CONTRACT_KIND_BDW = 2,
};


/** One day, in the microseconds in which an end of observation or of calibration is given. */
#define LOYALTY_MICROSECONDS_PER_DAY 86400000000

/**
 * Whether a call did what it says and, if not, what kind of reason there is. The error object's
 * message says which parameter, row or file.
 *
 * Later versions may add numbers, so take every number but 0 for a failure.
 */
enum loyalty_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /** Success. */
    LOYALTY_STATUS_OK = 0,
    /** A pointer that must point to something is NULL. */
    LOYALTY_STATUS_NULL_ARGUMENT = 1,
    /** Text is not valid UTF-8. */
    LOYALTY_STATUS_INVALID_UTF8 = 2,
    /** A number lies outside its domain. */
    LOYALTY_STATUS_PARAMETER = 3,
    /** A code is none of those of its enumeration, or two choices do not fit together. */
    LOYALTY_STATUS_CHOICE = 4,
    /** A cell of a column breaks the column's rule. */
    LOYALTY_STATUS_VALUE = 5,
    /** A column holds another type of data than its role allows. */
    LOYALTY_STATUS_TYPE = 6,
    /** An array is not as long as it must be. */
    LOYALTY_STATUS_LENGTH = 7,
    /** A column that this call needs is not there, or one that the model has not learnt from is. */
    LOYALTY_STATUS_MISSING_COLUMN = 8,
    /** An order log has rows that cannot be used. */
    LOYALTY_STATUS_REFUSED = 9,
    /** There is nothing to work on. */
    LOYALTY_STATUS_EMPTY = 10,
    /** Model and data, or two batches, count time in different units. */
    LOYALTY_STATUS_UNIT = 11,
    /** The data cannot determine the model's parameters. */
    LOYALTY_STATUS_DEGENERATE = 12,
    /** The solver stopped before it found a maximum. */
    LOYALTY_STATUS_NOT_CONVERGED = 13,
    /** The progress callback asked the fit to stop. */
    LOYALTY_STATUS_CANCELLED = 14,
    /** The expectation is infinite under the model. */
    LOYALTY_STATUS_INFINITE = 15,
    /** A segment table cannot be read, or leaves a score without a segment or gives it two. */
    LOYALTY_STATUS_SEGMENTS = 16,
    /** A model file cannot be read, written or understood. */
    LOYALTY_STATUS_MODEL_FILE = 17,
    /** The library has a bug. Please report the message. */
    LOYALTY_STATUS_PANIC = 18,
    /** A reason that has no number yet; the message says what it is. */
    LOYALTY_STATUS_OTHER = 19,
    /** A table of treatments, or what they take of the capacities, makes no sense. */
    LOYALTY_STATUS_TREATMENTS = 20,
    /** The model has no such quantity. */
    LOYALTY_STATUS_UNAVAILABLE = 21,
    /** The object is shared with whoever opened the same file, so it cannot be changed. */
    LOYALTY_STATUS_READ_ONLY = 22,
    /** The memory that the call may take cannot be had. Nothing was begun. */
    LOYALTY_STATUS_OUT_OF_MEMORY = 23,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_status loyalty_status;
#else
typedef int32_t loyalty_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/** The unit in which recency, T, horizons and discount periods are counted. */
enum loyalty_unit
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /** No unit is declared; such data and models go with any. */
    LOYALTY_UNIT_NONE = 0,
    /** 60 minutes. */
    LOYALTY_UNIT_HOUR = 1,
    /** 24 hours. */
    LOYALTY_UNIT_DAY = 2,
    /** 7 days. */
    LOYALTY_UNIT_WEEK = 3,
    /** 30.4375 days. */
    LOYALTY_UNIT_MONTH = 4,
    /** 365.25 days. */
    LOYALTY_UNIT_YEAR = 5,
    /** Weeks from Monday to Sunday, counted. */
    LOYALTY_UNIT_CALENDAR_WEEK = 6,
    /** Months of the calendar, counted. */
    LOYALTY_UNIT_CALENDAR_MONTH = 7,
    /** Quarters of the calendar, counted. */
    LOYALTY_UNIT_CALENDAR_QUARTER = 8,
    /** Years of the calendar, counted. */
    LOYALTY_UNIT_CALENDAR_YEAR = 9,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_unit loyalty_unit;
#else
typedef int32_t loyalty_unit;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/** Why the solver of a fit ended. */
enum loyalty_stop
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /** At a maximum with a definite curvature. */
    LOYALTY_STOP_CONVERGED = 0,
    /**
     * The likelihood keeps rising, by ever less, while one parameter runs towards 0 or infinity:
     * predictions within the data hold, the parameter itself means nothing.
     */
    LOYALTY_STOP_BOUNDARY = 1,
    /** The iterations allowed were used up. */
    LOYALTY_STOP_ITERATION_LIMIT = 2,
    /** No step raised the likelihood any further, short of a maximum. */
    LOYALTY_STOP_STALLED = 3,
    /** A reason that has no number yet. */
    LOYALTY_STOP_OTHER = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_stop loyalty_stop;
#else
typedef int32_t loyalty_stop;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/** What a contact with a customer is. */
enum loyalty_contact
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /** The customer asked for service. */
    LOYALTY_CONTACT_SERVICE = 0,
    /** They did because of the shop: a late delivery, a defect. */
    LOYALTY_CONTACT_FIRM_CAUSED = 1,
    /** The shop wrote to them. */
    LOYALTY_CONTACT_MARKETING = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_contact loyalty_contact;
#else
typedef int32_t loyalty_contact;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/** By which rule a credit note found its purchases. */
enum loyalty_credit_match
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /** The newest purchase with as many pieces left, at the same price. */
    LOYALTY_CREDIT_MATCH_EXACT = 0,
    /** The newest with as many pieces left, at another price. */
    LOYALTY_CREDIT_MATCH_SAME_QUANTITY = 1,
    /** The newest with more pieces left: a part of a line came back. */
    LOYALTY_CREDIT_MATCH_PART = 2,
    /** Several, newest first. */
    LOYALTY_CREDIT_MATCH_SEVERAL = 3,
    /** Some of its pieces were never bought before, as far as the purchases tell. */
    LOYALTY_CREDIT_MATCH_EXCEEDS = 4,
    /** The customer bought this product, but all of it is credited already, or was bought later. */
    LOYALTY_CREDIT_MATCH_NOTHING_LEFT = 5,
    /** The customer never bought this product. */
    LOYALTY_CREDIT_MATCH_NEVER_BOUGHT = 6,
    /** The row of the note cannot be used, and was left out. */
    LOYALTY_CREDIT_MATCH_REFUSED = 7,
    /** A rule that has no number yet. */
    LOYALTY_CREDIT_MATCH_OTHER = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_credit_match loyalty_credit_match;
#else
typedef int32_t loyalty_credit_match;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/** The shape of what is known of a parameter. */
enum loyalty_density
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The parameter's logarithm is normal: `centre` is the median, `spread` the standard deviation
     * of the logarithm.
     */
    LOYALTY_DENSITY_LOG_NORMAL = 0,
    /**
     * The parameter is gamma distributed: `centre` is the mean, `spread` the shape, the number of
     * observations that the prior is worth.
     */
    LOYALTY_DENSITY_GAMMA = 1,
    /** The parameter is `centre`, in its own unit, and not fitted; `spread` is not looked at. */
    LOYALTY_DENSITY_KNOWN = 2,
    /**
     * The coefficient of a covariate is normal, for a step of one standard deviation of the covariate, or the
     * log-odds of a probability are: `centre` is the mean, from -1e50 to 1e50, `spread` the standard deviation.
     */
    LOYALTY_DENSITY_NORMAL = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_density loyalty_density;
#else
typedef int32_t loyalty_density;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/** What to do with the rows of an order log that cannot be used. */
enum loyalty_invalid
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /** Refuse the log with an error that counts them by reason. */
    LOYALTY_INVALID_RAISE = 0,
    /** Leave them out and count them by reason in the report. */
    LOYALTY_INVALID_DROP = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_invalid loyalty_invalid;
#else
typedef int32_t loyalty_invalid;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/** What the cells of a column hold. */
enum loyalty_learnt_cells
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /** Ids that are whole numbers: `loyalty_ids.numbers`. */
    LOYALTY_LEARNT_CELLS_WHOLE_NUMBERS = 0,
    /** Ids that are text: `loyalty_ids.offsets` and `data`. */
    LOYALTY_LEARNT_CELLS_TEXT = 1,
    /** Numbers, NaN where missing. */
    LOYALTY_LEARNT_CELLS_NUMBERS = 2,
    /** A kind that has no number yet. */
    LOYALTY_LEARNT_CELLS_OTHER = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_learnt_cells loyalty_learnt_cells;
#else
typedef int32_t loyalty_learnt_cells;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/** What a column is to a return propensity. */
enum loyalty_learnt_role
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /** Who ordered: `loyalty_line_columns.customer`. */
    LOYALTY_LEARNT_ROLE_CUSTOMER = 0,
    /** What was ordered: `loyalty_line_columns.product`. */
    LOYALTY_LEARNT_ROLE_PRODUCT = 1,
    /** One of `loyalty_line_columns.categories`, or `category`, known by its name. */
    LOYALTY_LEARNT_ROLE_CATEGORY = 2,
    /** One of `loyalty_line_columns.numbers`, known by its name. */
    LOYALTY_LEARNT_ROLE_NUMBER = 3,
    /** A role that has no number yet. */
    LOYALTY_LEARNT_ROLE_OTHER = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_learnt_role loyalty_learnt_role;
#else
typedef int32_t loyalty_learnt_role;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/** Which handle a model file is for. Later versions may add numbers. */
enum loyalty_model_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * None of this library: a single behaviour, a posterior of contracts, or a kind of a later version.
     */
    LOYALTY_MODEL_KIND_OTHER = 0,
    /** `loyalty_purchase_model`. */
    LOYALTY_MODEL_KIND_PURCHASE_MODEL = 1,
    /** `loyalty_spend_model`. */
    LOYALTY_MODEL_KIND_SPEND_MODEL = 2,
    /** `loyalty_contract_model`. */
    LOYALTY_MODEL_KIND_CONTRACT_MODEL = 3,
    /** `loyalty_purchase_with_covariates`. */
    LOYALTY_MODEL_KIND_PURCHASE_WITH_COVARIATES = 4,
    /** `loyalty_spend_with_covariates`. */
    LOYALTY_MODEL_KIND_SPEND_WITH_COVARIATES = 5,
    /** `loyalty_purchase_posterior`. */
    LOYALTY_MODEL_KIND_PURCHASE_POSTERIOR = 6,
    /** `loyalty_spend_posterior`. */
    LOYALTY_MODEL_KIND_SPEND_POSTERIOR = 7,
    /** `loyalty_forecast`. */
    LOYALTY_MODEL_KIND_FORECAST = 8,
    /** `loyalty_return_propensity`. */
    LOYALTY_MODEL_KIND_RETURN_PROPENSITY = 9,
    /** `loyalty_behaviours`. */
    LOYALTY_MODEL_KIND_BEHAVIOURS = 10,
    /** `loyalty_ledger_basis`. */
    LOYALTY_MODEL_KIND_LEDGER_BASIS = 11,
    /** `loyalty_purchase_posterior_with_covariates`. */
    LOYALTY_MODEL_KIND_PURCHASE_POSTERIOR_WITH_COVARIATES = 12,
    /** `loyalty_spend_posterior_with_covariates`. */
    LOYALTY_MODEL_KIND_SPEND_POSTERIOR_WITH_COVARIATES = 13,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_model_kind loyalty_model_kind;
#else
typedef int32_t loyalty_model_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What counts as one purchase: all orders of a customer within the same period are one occasion.
 */
enum loyalty_occasion
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /** The day; the hour with `LOYALTY_UNIT_HOUR`, the period itself with a calendar unit. */
    LOYALTY_OCCASION_NATURAL = 0,
    /** Orders at the same microsecond. */
    LOYALTY_OCCASION_EXACT = 1,
    /** Orders within the same hour. */
    LOYALTY_OCCASION_HOUR = 2,
    /** Orders on the same day. */
    LOYALTY_OCCASION_DAY = 3,
    /** Orders within the same week from Monday to Sunday. */
    LOYALTY_OCCASION_WEEK = 4,
    /** Orders within the same calendar month. */
    LOYALTY_OCCASION_MONTH = 5,
    /** Orders within the same calendar quarter. */
    LOYALTY_OCCASION_QUARTER = 6,
    /** Orders within the same calendar year. */
    LOYALTY_OCCASION_YEAR = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_occasion loyalty_occasion;
#else
typedef int32_t loyalty_occasion;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/** Of whom there is an interval each. */
enum loyalty_over
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /** Every customer. */
    LOYALTY_OVER_CUSTOMERS = 0,
    /** All of them together: one interval. */
    LOYALTY_OVER_TOTAL = 1,
    /** Groups of customers. */
    LOYALTY_OVER_GROUPS = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_over loyalty_over;
#else
typedef int32_t loyalty_over;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/** What an interval is of. */
enum loyalty_prediction_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * What customers will do: parameters are estimates, and customers do not do what is expected of them.
     */
    LOYALTY_PREDICTION_KIND_PREDICTION = 0,
    /** What is expected of them, as the parameters are estimates. */
    LOYALTY_PREDICTION_KIND_EXPECTATION = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_prediction_kind loyalty_prediction_kind;
#else
typedef int32_t loyalty_prediction_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/** What is known of how a return propensity was fitted, and of where it stands. */
enum loyalty_return_fact
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * After how many days a line that has not come back counts as kept. So long are orders known again.
     */
    LOYALTY_RETURN_FACT_HORIZON_DAYS = 0,
    /**
     * After how many days what is known of a key weighs half; unavailable where nothing is forgotten.
     */
    LOYALTY_RETURN_FACT_HALF_LIFE_DAYS = 1,
    /** Lines whose fate was settled when the model was fitted: those learnt from. */
    LOYALTY_RETURN_FACT_SETTLED = 2,
    /** How many of them came back. */
    LOYALTY_RETURN_FACT_RETURNED = 3,
    /** Lines after the end of the observation, which were not looked at. */
    LOYALTY_RETURN_FACT_LEFT_OUT = 4,
    /** Rows that the line model rests on. */
    LOYALTY_RETURN_FACT_ROWS = 5,
    /** The penalty of the regression. */
    LOYALTY_RETURN_FACT_PENALTY = 6,
    /** Iterations of Newton's method. */
    LOYALTY_RETURN_FACT_ITERATIONS = 7,
    /** Mean log-loss of the settled lines, each predicted from its past. */
    LOYALTY_RETURN_FACT_LOG_LOSS = 8,
    /** The same for one probability for all. */
    LOYALTY_RETURN_FACT_CONSTANT_LOG_LOSS = 9,
    /**
     * By how much the number of lines overstates what they tell, as those of one order come back together.
     */
    LOYALTY_RETURN_FACT_CLUSTERING = 10,
    /** The same of the level, as those of one order, and of one day, come back together. */
    LOYALTY_RETURN_FACT_DESIGN_EFFECT = 11,
    /** How far the log-odds of all lines are shifted today. */
    LOYALTY_RETURN_FACT_LEVEL = 12,
    /**
     * The share of the value of returned lines that is paid back, of those learnt from; unavailable where
     * lines said only whether they came back.
     */
    LOYALTY_RETURN_FACT_SHARE_PAID_BACK = 13,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_return_fact loyalty_return_fact;
#else
typedef int32_t loyalty_return_fact;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/** The axes of RFM. */
enum loyalty_rfm_axis
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /** Time since the last purchase; the least has the highest score. */
    LOYALTY_RFM_AXIS_RECENCY = 0,
    /** Number of purchases. */
    LOYALTY_RFM_AXIS_FREQUENCY = 1,
    /** Money. */
    LOYALTY_RFM_AXIS_MONETARY = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_rfm_axis loyalty_rfm_axis;
#else
typedef int32_t loyalty_rfm_axis;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/** What the integers of a time column count since 1970-01-01T00:00, wall-clock time. */
enum loyalty_time_scale
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /** Days. */
    LOYALTY_TIME_SCALE_DAYS = 1,
    /** Seconds. */
    LOYALTY_TIME_SCALE_SECONDS = 2,
    /** Milliseconds. */
    LOYALTY_TIME_SCALE_MILLISECONDS = 3,
    /** Microseconds, the library's own resolution. */
    LOYALTY_TIME_SCALE_MICROSECONDS = 4,
    /** Nanoseconds, rounded down to microseconds. */
    LOYALTY_TIME_SCALE_NANOSECONDS = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum loyalty_time_scale loyalty_time_scale;
#else
typedef int32_t loyalty_time_scale;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/*
 * -----------------------------------------------------------------------------------------------
 * Handles
 * -----------------------------------------------------------------------------------------------
 */

/**
 * The behaviours of a shop's customers, fitted in Python or Rust, and from where on a customer is
 * labelled. Immutable, so it may be shared between threads.
 */
typedef struct loyalty_behaviours loyalty_behaviours;

/** Bytes that the library has made. Immutable. */
typedef struct loyalty_bytes loyalty_bytes;

/**
 * Models that score one customer in one call, and room to do so in: a score allocates nothing after the
 * first few. It has copies of the models. Any number of threads may score at the same time; whoever finds
 * the room in use takes memory of their own.
 */
typedef struct loyalty_check_out loyalty_check_out;

/**
 * A model of contracts: who renews and who leaves. It is of one of the kinds of
 * `loyalty_contract_kind`, and all functions go with all kinds; docs/models.md has the formulas.
 *
 * Time is counted in renewals. Functions of one customer are about one who has renewed `renewals`
 * times and is still there; in those of all contracts, who has left has 0.
 */
typedef struct loyalty_contract_model loyalty_contract_model;

/**
 * Contracts, one row each: how often it was renewed, and whether the customer has left.
 *
 * Who has not left may renew again: what is known of them is that they stayed so long.
 */
typedef struct loyalty_contracts loyalty_contracts;

/**
 * What is known of customers besides their purchases: one row per customer, checked once. Immutable.
 */
typedef struct loyalty_covariates loyalty_covariates;

/**
 * All that a shop knows of one customer's order lines, returns and contacts. It is kept between orders as
 * bytes, in the shop's own database, and goes on from them.
 *
 * It moves on by the functions that take it without `const`: while one of these runs, no other
 * thread may use the object.
 */
typedef struct loyalty_customer_record loyalty_customer_record;

/** How far the future reaches and how it is discounted. */
typedef struct loyalty_discounting loyalty_discounting;

/**
 * Why a call failed: a status and a message.
 *
 * Initialise a variable `loyalty_error *error = NULL` and pass `&error` to as many calls as you
 * like: a call that fails frees the error in it and stores its own, a call that succeeds leaves it
 * alone. Free it once, at the end, with `loyalty_error_free`.
 */
typedef struct loyalty_error loyalty_error;

/**
 * How the parameters of a model were found: what a fit says of itself, apart from the model.
 *
 * Free with `loyalty_fit_free`.
 */
typedef struct loyalty_fit loyalty_fit;

/**
 * An anchored forecast: the purchases that a model expects within one horizon, corrected by what earlier
 * cutoffs of the log taught. It is learnt in Python or Rust and scored here; docs/forecast.md has the
 * formula.
 */
typedef struct loyalty_forecast loyalty_forecast;

/**
 * What the customers of a calibration summary did after its end, row by row. Compare predictions
 * with it.
 */
typedef struct loyalty_holdout loyalty_holdout;

/**
 * What a ledger has learnt of the whole shop, made in Rust (`Ledger::basis`) or Python (`Ledger.basis`): how long returns
 * take and how often articles come back, what was on offer, outages, the mean cost of a contact, margin and
 * economics. By it the row of the ledger of one customer is worked out alone, as the behaviours take it.
 */
typedef struct loyalty_ledger_basis loyalty_ledger_basis;

/** Checked order lines. Immutable. */
typedef struct loyalty_lines loyalty_lines;

/**
 * Each customer's purchase occasions: the state of a summary that can be merged.
 *
 * For a log that does not fit in memory, or grows: make one from every batch, merge them in any
 * order, and summarise once. The result does not depend on how the log was cut.
 */
typedef struct loyalty_occasions loyalty_occasions;

/**
 * A checked order log.
 *
 * Rows need no order; two equal rows are two order lines and both count. Customers are sorted by
 * id (numbers ascending, text by its bytes), and so are the rows of every summary made from a log.
 */
typedef struct loyalty_orders loyalty_orders;

/** The expected gain of every treatment with every customer. Immutable. */
typedef struct loyalty_proposals loyalty_proposals;

/**
 * A model of purchases: when customers buy, and whether they still do. It is of one of the kinds of
 * `loyalty_purchase_kind`, and all functions go with all kinds; docs/models.md has the formulas.
 *
 * A kind may lack a quantity, as a model in which nobody ever leaves has no P(alive). Then the
 * function fails with `UNAVAILABLE`; the functions' comments do not say so again.
 */
typedef struct loyalty_purchase_model loyalty_purchase_model;

/**
 * The posterior of a model of purchases: points with weights. It is made in Python or Rust and scored
 * here; docs/models.md says what its intervals are. One of 400 points answers for a customer in some
 * tens of microseconds, and discounted purchases by the few points of a large shop several times that.
 */
typedef struct loyalty_purchase_posterior loyalty_purchase_posterior;

/**
 * The posterior of a model of purchases with covariates: points with weights. It is made in Python or Rust and
 * scored here; see `loyalty_purchase_posterior`, and `loyalty_purchase_with_covariates` for what is asked of
 * the covariates.
 */
typedef struct loyalty_purchase_posterior_with_covariates loyalty_purchase_posterior_with_covariates;

/**
 * A model of purchases in which what is known of a customer moves how often they buy and how soon they
 * leave; docs/models.md has the formulas.
 *
 * Its functions take the columns that it has learnt from, by name, in any order and among others. They
 * fail with `UNIT` where the summary is in another unit than the model, with `LENGTH` unless covariates
 * and results are as many as the summary's customers, with `MISSING_COLUMN` where a column is missing, with
 * `TYPE` where it holds text for numbers or the reverse, with `VALUE` for a level that was not learnt or
 * covariates that move a parameter out of its domain. `threads` is 0 for as many as the machine runs at
 * once; the results are the same for every number.
 */
typedef struct loyalty_purchase_with_covariates loyalty_purchase_with_covariates;

/**
 * A return propensity with its state: what is known of every customer, product and category, the
 * lines whose fate is open, the level of returns today. It is fitted in Python or Rust.
 *
 * It moves on by the functions that take it without `const`: while one of these runs, no other
 * thread may use the object. Between them any number of threads may score.
 */
typedef struct loyalty_return_propensity loyalty_return_propensity;

/**
 * RFM scores from 1 (worst) to the number of bins (best), one per customer and axis, with the
 * measures they rank.
 *
 *     score = 1 + floor(bins * share of customers strictly worse)
 *
 * Equal values have equal scores and a better value never has a lower one. Ties can leave a score
 * that nobody has (`loyalty_rfm_empty_scores`).
 */
typedef struct loyalty_rfm loyalty_rfm;

/** A table that gives every RFM cell a named segment. */
typedef struct loyalty_segment_table loyalty_segment_table;

/**
 * A treatment or none for every customer, within the capacities. Immutable, so it may be shared
 * between threads.
 */
typedef struct loyalty_selection loyalty_selection;

/**
 * A model of spend: the amounts of a customer's purchases. It is of one of the kinds of
 * `loyalty_spend_kind`, and all functions go with all kinds; docs/models.md has the formulas.
 *
 * A kind may lack a quantity. Then the function fails with `UNAVAILABLE`; the functions' comments do
 * not say so again.
 */
typedef struct loyalty_spend_model loyalty_spend_model;

/** The posterior of a model of spend. */
typedef struct loyalty_spend_posterior loyalty_spend_posterior;

/** The posterior of a model of spend with covariates. */
typedef struct loyalty_spend_posterior_with_covariates loyalty_spend_posterior_with_covariates;

/**
 * A Gamma-Gamma in which what is known of a customer moves how much they spend; docs/models.md
 * has the formulas.
 */
typedef struct loyalty_spend_with_covariates loyalty_spend_with_covariates;

/**
 * Frequency, recency, T and monetary value, one row per customer: all that the models need to know
 * of a log.
 *
 * Made from a log, the rows are in order of the customers' ids; made from columns, in the order
 * given.
 */
typedef struct loyalty_summary loyalty_summary;

/**
 * A checked table of treatments: for whom each is meant, by which channel, what it gains and costs, and why.
 * Immutable.
 */
typedef struct loyalty_treatments loyalty_treatments;

/*
 * -----------------------------------------------------------------------------------------------
 * Structs
 * -----------------------------------------------------------------------------------------------
 */

/**
 * The columns of an order log, but for the customers' ids. Set by `loyalty_order_columns_init`,
 * then field by field; `time` and `time_scale` are needed.
 */
typedef struct loyalty_order_columns {
    /** Set by `loyalty_order_columns_init`. */
    size_t struct_size;
    /** The number of order lines, and of values in each column. */
    size_t rows;
    /** When: whole numbers on the scale below, within the years 0001 to 9999. */
    const int64_t *time;
    /** What they count, a `loyalty_time_scale`. There is no default. */
    int32_t time_scale;
    /**
     * What to do with rows that cannot be used, a `loyalty_invalid`; `LOYALTY_INVALID_RAISE` by
     * default.
     */
    int32_t invalid;
    /**
     * How much was paid, in one currency: from 0 to 1e50, NaN where missing. NULL for a log
     * without amounts, which serves the BG/NBD but neither the Gamma-Gamma nor RFM.
     */
    const double *amount;
    /** False where there is no customer id; NULL where all are there. */
    const bool *customer_present;
    /** False where there is no time; NULL where all are there. */
    const bool *time_present;
    /** False where there is no amount; NULL where all are there. */
    const bool *amount_present;
} loyalty_order_columns;

/** The rows of an order log that cannot be used for one reason. */
typedef struct loyalty_refusal {
    /**
     * The reason: `missing_customer`, `missing_time`, `time_out_of_range`, `missing_amount`,
     * `negative_amount` or `amount_out_of_range`.
     */
    char reason[32];
    /** The column at fault: `customer`, `time` or `amount`. */
    char column[32];
    /** How many rows. */
    size_t rows;
    /** The first of them, counted from 0. */
    size_t first_row;
} loyalty_refusal;

/** How an order log is summarised. Set by `loyalty_summary_options_init`, then field by field. */
typedef struct loyalty_summary_options {
    /** Set by `loyalty_summary_options_init`. */
    size_t struct_size;
    /** The unit of recency and T, a `loyalty_unit`; `LOYALTY_UNIT_WEEK` by default. */
    int32_t unit;
    /** What counts as one purchase, a `loyalty_occasion`; `LOYALTY_OCCASION_NATURAL` by default. */
    int32_t occasion;
    /**
     * The end of observation, in microseconds since 1970-01-01T00:00; NULL, the default, for the
     * last order. The whole occasion period that holds it counts as observed.
     */
    const int64_t *observation_end;
    /**
     * Whether the monetary value is the mean of all occasions, the first one included, instead of
     * the mean of the repeat occasions; false by default. Frequency always counts repeats.
     */
    bool include_first;
} loyalty_summary_options;

/**
 * The columns of a customer summary. Set by `loyalty_summary_columns_init`, then field by field;
 * `frequency`, `recency` and `T` are needed, the others may stay NULL.
 */
typedef struct loyalty_summary_columns {
    /** Set by `loyalty_summary_columns_init`. */
    size_t struct_size;
    /** The number of customers, and of values in each column. */
    size_t rows;
    /** Repeat purchases: whole numbers from 0 to 4294967294. */
    const double *frequency;
    /** Time from first to last purchase: from 0 to T, and 0 exactly where frequency is 0. */
    const double *recency;
    /** Time from first purchase to the end of observation: from 0 to 1e50. */
    const double *T;
    /** Mean amount per purchase: from 0 to 1e50; 0 or NaN where no purchase is behind it. */
    const double *monetary_value;
    /** Sum of all amounts: from 0 to 1e50. RFM needs it. */
    const double *total_amount;
    /**
     * Sum of ln of the times between successive purchases, in the unit of recency: 0 where frequency
     * is 0, ln recency where it is 1, at most frequency * ln(recency / frequency). Fits of models that
     * know how regular customers are need it.
     */
    const double *sum_ln_gaps;
    /** How many customers each row stands for: finite, above 0. */
    const double *weights;
    /** The customers' ids, none twice. */
    const int64_t *customer;
    /** The unit of recency and T, a `loyalty_unit`; `LOYALTY_UNIT_NONE` by default. */
    int32_t unit;
    /** Whether the monetary value averages the first purchase too; false by default. */
    bool includes_first;
} loyalty_summary_columns;

/**
 * What is known of one parameter before the data. All fields are to be set.
 *
 * The centre of a parameter in units of time counts in multiples of the customers' mean T, that of one
 * in money in multiples of the mean spend, so that forecasts do not depend on units; with `absolute`
 * it is in the parameter's own unit.
 */
typedef struct loyalty_prior {
    /** The parameter's name, such as "alpha" or "purchase:age". */
    const char *parameter;
    /** Median, mean or value, above 0 unless the density is normal. */
    double centre;
    /** Standard deviation or shape, above 0. */
    double spread;
    /** A code of `loyalty_density`. */
    int32_t density;
    /** Whether the centre is in the parameter's own unit. */
    bool absolute;
} loyalty_prior;

/** A fit in progress. */
typedef struct loyalty_progress {
    /** Iterations made. */
    size_t iteration;
    /** The log-likelihood reached. */
    double log_likelihood;
    /**
     * How far below its maximum that is, by the quadratic model; INFINITY where the curvature is
     * not yet that of a maximum.
     */
    double gap;
} loyalty_progress;

/** How a model is fitted. Set by `loyalty_fit_options_init`, then field by field. */
typedef struct loyalty_fit_options {
    /** Set by `loyalty_fit_options_init`. */
    size_t struct_size;
    /**
     * Where to start, in the order of the model's parameters; NULL, the default, to read it off the
     * data.
     */
    const double *start;
    /** The number of values in `start`. */
    size_t start_length;
    /** What is known of parameters before the data; NULL, the default, for nothing. */
    const struct loyalty_prior *priors;
    /** The number of elements of `priors`. */
    size_t priors_length;
    /**
     * The ridge penalty of lifetimes' `penalizer_coef`, 0 by default: n * penalizer * sum of
     * squares is taken off the log-likelihood of n customers, with parameters in units of time in
     * multiples of the largest T and those in money in units of money.
     */
    double penalizer;
    /**
     * Stop when the log-likelihood is this close to its maximum, by the quadratic model; 1e-16 by
     * default.
     */
    double tolerance;
    /** Most iterations; 200 by default. */
    size_t max_iterations;
    /**
     * Threads to use; 0, the default, for as many as the machine runs at once. The result is the
     * same for every number.
     */
    size_t threads;
    /**
     * Called after every iteration, in the thread of the fit, with a struct that lives as long as
     * the call; NULL by default. If it returns anything but 0, the fit ends with
     * `LOYALTY_STATUS_CANCELLED`. It must return: no longjmp, no C++ exception.
     */
    int (*progress)(const struct loyalty_progress *progress, void *user);
    /** Handed to `progress` as it is. */
    void *user;
} loyalty_fit_options;

/**
 * Ids of a table's rows: either `numbers`, or `offsets` and `data` as Arrow stores text (the id of
 * row i is the bytes `offsets[i]` to `offsets[i + 1]` of `data`). All NULL for a column left out.
 */
typedef struct loyalty_ids {
    /** Whole numbers. */
    const int64_t *numbers;
    /** For text, where each id begins, and behind the last where it ends: one more than rows. */
    const int64_t *offsets;
    /** For text, its bytes, UTF-8. */
    const char *data;
} loyalty_ids;

/**
 * The columns of order lines. Set by `loyalty_line_columns_init`, then field by field; `rows`,
 * `customer`, `time`, `time_scale` and `price` or `amount` are needed, and `product` where returns are to
 * be predicted. All money is from 0 to 1e50.
 */
typedef struct loyalty_line_columns {
    /** Set by `loyalty_line_columns_init`. */
    size_t struct_size;
    /** The number of lines, and of values in each column. */
    size_t rows;
    /** Who ordered. */
    struct loyalty_ids customer;
    /** What; a model of returns needs it. */
    struct loyalty_ids product;
    /** Which order a line belongs to; left out, a customer's lines of one day are one order. */
    struct loyalty_ids order;
    /** The line's own id, by which returns find it later. */
    struct loyalty_ids line;
    /** When: whole numbers on the scale below. */
    const int64_t *time;
    /** Price of one piece; amount / quantity where left out. */
    const double *price;
    /** Pieces, above 0; NULL for 1 everywhere. */
    const double *quantity;
    /** Above 0 where the line was sent back; NULL where that is not known. */
    const double *returned;
    /** When it was, on the same scale as `time`; looked at only where `returned` is above 0. */
    const int64_t *return_time;
    /** False where nobody knows when; NULL where all return times are there. */
    const bool *return_time_present;
    /**
     * Columns with levels, as many as `category_count`, in any order: a model knows them by their names.
     */
    const struct loyalty_ids *categories;
    /** How many there are. */
    size_t category_count;
    /** Columns of numbers, NaN where missing, as many as `number_count`, in any order. */
    const double *const *numbers;
    /** How many there are. */
    size_t number_count;
    /** What the times count, a `loyalty_time_scale`. There is no default. */
    int32_t time_scale;
    /** The name of each of the columns with levels, UTF-8; needed where there are any. */
    const char *const *category_names;
    /** The name of each of the columns of numbers, UTF-8; needed where there are any. */
    const char *const *number_names;
    /** The category of the article. */
    struct loyalty_ids category;
    /** What was paid for the line; price x quantity where left out. */
    const double *amount;
    /** The line at list price. */
    const double *list_amount;
    /** Money off that the shop pays for. */
    const double *discount;
    /** Money off that the maker pays back. */
    const double *maker_discount;
    /** Money off by coupons. */
    const double *coupon;
    /** Whether a coupon was used, where what it took off is not told. */
    const bool *coupon_used;
    /** The share of the list price on offer in the category that day, from 0 to 1. */
    const double *offered_depth;
    /** Cost of the goods. */
    const double *cost;
    /** What of the amount was paid back; the share returned / quantity of it where left out. */
    const double *returned_amount;
} loyalty_line_columns;

/**
 * Purchases or credit notes, one row per line. Set by `loyalty_credit_columns_init`, then field by field; all
 * columns are needed.
 */
typedef struct loyalty_credit_columns {
    /** Set by `loyalty_credit_columns_init`. */
    size_t struct_size;
    /** The number of lines, and of values in each column. */
    size_t rows;
    /** Whose. */
    struct loyalty_ids customer;
    /** What. */
    struct loyalty_ids product;
    /** When: whole numbers on the scale below. */
    const int64_t *time;
    /**
     * Pieces, above 0; those of credit notes may all be below 0 instead, and then count without the sign.
     */
    const double *quantity;
    /** Price of one piece. */
    const double *price;
    /** What the times count, a `loyalty_time_scale`. There is no default. */
    int32_t time_scale;
} loyalty_credit_columns;

/**
 * The columns of covariates, a row for each customer of a summary and in its order. Set by
 * `loyalty_covariate_columns_init`, then field by field; `rows` and at least one column are needed.
 */
typedef struct loyalty_covariate_columns {
    /** Set by `loyalty_covariate_columns_init`. */
    size_t struct_size;
    /** The number of customers, and of values in each column. */
    size_t rows;
    /** Columns of numbers from -1e50 to 1e50, as many as `number_count`, in any order. */
    const double *const *numbers;
    /** The name of each of them, UTF-8. */
    const char *const *number_names;
    /** How many there are. */
    size_t number_count;
    /** Columns of levels as text, as many as `category_count`, in any order. */
    const struct loyalty_ids *categories;
    /** The name of each of them, UTF-8. */
    const char *const *category_names;
    /** How many there are. */
    size_t category_count;
} loyalty_covariate_columns;

/**
 * Which covariates act on what, by the names of their columns. Set by `loyalty_covariate_roles_init`, then
 * field by field. By default every column acts on both purchases and dropout, with a coefficient for each.
 */
typedef struct loyalty_covariate_roles {
    /** Set by `loyalty_covariate_roles_init`. */
    size_t struct_size;
    /**
     * Names of those that act on purchases, or on spend in a model of it, UTF-8; NULL for all that are not
     * shared. For none, any pointer but NULL and a count of 0.
     */
    const char *const *purchase;
    /** How many there are. */
    size_t purchase_count;
    /** Names of those that act on dropout, which a model of spend does not have; NULL as above. */
    const char *const *dropout;
    /** How many there are. */
    size_t dropout_count;
    /** Names of those that act on both with one coefficient; NULL for none. */
    const char *const *shared;
    /** How many there are. */
    size_t shared_count;
} loyalty_covariate_roles;

/**
 * The models of a lifetime value, of which one or both have covariates. Set by `loyalty_clv_models_init`, then
 * field by field: one model of purchases and one of spend, and what they take of customers.
 */
typedef struct loyalty_clv_models {
    /** Set by `loyalty_clv_models_init`. */
    size_t struct_size;
    /** When customers buy, by their histories alone; NULL where the next is not. */
    const struct loyalty_purchase_model *purchases;
    /** When customers buy, by what is known of them too; NULL where the one before is not. */
    const struct loyalty_purchase_with_covariates *purchases_with_covariates;
    /** How much they spend, by what they spent alone; NULL where the next is not. */
    const struct loyalty_spend_model *spend;
    /** How much they spend, by what is known of them too; NULL where the one before is not. */
    const struct loyalty_spend_with_covariates *spend_with_covariates;
    /**
     * What is known of them, a row for each customer of the summary; the columns of both models.
     */
    const struct loyalty_covariates *covariates;
} loyalty_clv_models;

/**
 * The posteriors of a lifetime value, of which one or both are of models with covariates. Set by
 * `loyalty_clv_posteriors_init`, then field by field: one of purchases and one of spend, and what they take of
 * customers.
 */
typedef struct loyalty_clv_posteriors {
    /** Set by `loyalty_clv_posteriors_init`. */
    size_t struct_size;
    /** When customers buy, by their histories alone; NULL where the next is not. */
    const struct loyalty_purchase_posterior *purchases;
    /** When customers buy, by what is known of them too; NULL where the one before is not. */
    const struct loyalty_purchase_posterior_with_covariates *purchases_with_covariates;
    /** How much they spend, by what they spent alone; NULL where the next is not. */
    const struct loyalty_spend_posterior *spend;
    /** How much they spend, by what is known of them too; NULL where the one before is not. */
    const struct loyalty_spend_posterior_with_covariates *spend_with_covariates;
    /**
     * What is known of them, a row for each customer of the summary; the columns of both models.
     */
    const struct loyalty_covariates *covariates;
} loyalty_clv_posteriors;

/** How intervals are made. Set by `loyalty_prediction_options_init`, then field by field. */
typedef struct loyalty_prediction_options {
    /** Set by `loyalty_prediction_options_init`. */
    size_t struct_size;
    /** The share of cases that an interval is to hold, above 0 and below 1; 0.95 by default. */
    double level;
    /** The seed: the same gives the same bits, whatever the threads. 0 by default. */
    uint64_t seed;
    /** Threads, 0 for as many as the machine runs at once. */
    size_t threads;
    /** For `LOYALTY_OVER_GROUPS`, the number of each customer's group, from 0 without a gap. */
    const uint32_t *groups;
    /**
     * Of groups and totals: how far forecasts of totals were off before, expected over actual; may be NULL.
     */
    const double *levels;
    /** How many there are. */
    size_t level_count;
    /** Draws behind an interval, from 100 to 1e6; 1000 by default. */
    uint32_t draws;
    /** What the intervals are of, a `loyalty_prediction_kind`. */
    int32_t kind;
    /** Of whom there is one each, a `loyalty_over`. */
    int32_t over;
} loyalty_prediction_options;

/**
 * What is known of how customers buy and spend. Set by `loyalty_prediction_models_init`, then field by field: a
 * model or a posterior of each. A model that was fitted, here or before it was saved, brings what its fit says of
 * how sure it is; one that was given by its parameters counts as known.
 */
typedef struct loyalty_prediction_models {
    /** Set by `loyalty_prediction_models_init`. */
    size_t struct_size;
    /** When customers buy; NULL where the next is not. */
    const struct loyalty_purchase_model *purchases;
    /** The same by a posterior. */
    const struct loyalty_purchase_posterior *purchase_posterior;
    /** How much they spend, looked at by `loyalty_clv_prediction`; NULL where the next is not. */
    const struct loyalty_spend_model *spend;
    /** The same by a posterior. */
    const struct loyalty_spend_posterior *spend_posterior;
} loyalty_prediction_models;

/** A correlation coefficient with its test. */
typedef struct loyalty_correlation {
    /** From -1 to 1. */
    double coefficient;
    /** The probability of a coefficient as far from 0, were there no relation. */
    double p_value;
    /** Lower end of the interval. */
    double lower;
    /** Upper end of the interval. */
    double upper;
} loyalty_correlation;

/** How RFM scores are made. Set by `loyalty_rfm_options_init`, then field by field. */
typedef struct loyalty_rfm_options {
    /** Set by `loyalty_rfm_options_init`. */
    size_t struct_size;
    /** The scores of each axis run from 1 to this, which is at most 1000; 5 by default. */
    uint32_t bins;
    /**
     * Whether frequency is ranked within each recency score and money within each pair of these,
     * instead of each axis over all customers; false by default.
     */
    bool nested;
    /**
     * Thresholds of one's own in place of ranks, ascending, `breaks` for each axis: scores run from 1 to
     * `breaks` + 1, and `bins` has no part in it. A value that equals a threshold is on its lower side.
     * Time since the last purchase; NULL, the default, for ranks.
     */
    const double *recency_breaks;
    /** Number of purchases; NULL by default. */
    const double *frequency_breaks;
    /** Money; NULL by default. */
    const double *monetary_breaks;
    /** The number of thresholds of each axis, from 1 to 999; 0 by default, for ranks. */
    size_t breaks;
} loyalty_rfm_options;

/** One segment: how many customers, and what they are like. Means of an empty segment are 0. */
typedef struct loyalty_segment_summary {
    /** Customers, counted with their weights. */
    double customers;
    /** Their share of all customers. */
    double share_of_customers;
    /** Mean time since the last purchase. */
    double mean_recency;
    /** Mean number of purchases. */
    double mean_frequency;
    /** Mean money. */
    double mean_monetary;
    /** All their money. */
    double total_monetary;
    /** Its share of everybody's. */
    double share_of_monetary;
} loyalty_segment_summary;

/**
 * What is known of customers, by column. Set by `loyalty_customer_facts_init`, then field by field. Which
 * columns there are is up to the treatments: `clv`, `p_alive`, `frequency`, `margin`, what behaviours cost, labels
 * as 0 and 1. A customer with `opted_out` above 0 gets no treatment.
 */
typedef struct loyalty_customer_facts {
    /** Set by `loyalty_customer_facts_init`. */
    size_t struct_size;
    /** The number of customers, and of values in each column. */
    size_t rows;
    /** As many columns as `column_count`, from -1e50 to 1e50, NaN where a value is not known. */
    const double *const *columns;
    /** The name of each, UTF-8; of two of one name the later counts. */
    const char *const *column_names;
    /** How many there are. */
    size_t column_count;
} loyalty_customer_facts;

/** What is said of one customer and one behaviour. */
typedef struct loyalty_behaviour_score {
    /** Whether the behaviour could be looked at; otherwise all else is 0. */
    bool known;
    /** Whether they are labelled. */
    bool labelled;
    /** How strongly they are expected to show it in the time ahead. */
    double estimate;
    /** What it is compared with. */
    double threshold;
    /** Probability that the strength of the time ahead lies over its threshold. */
    double p_over;
    /**
     * What it is expected to cost the shop in a year; 0 where no column tells it, and for coupon use, which
     * is no cost.
     */
    double impact;
    /** Events that show it. */
    double events;
    /** Orders in which they lie; cases of service, or periods of a budget. */
    double orders;
} loyalty_behaviour_score;

/**
 * How strongly one customer shows a behaviour, and what it costs in a year, each within an interval.
 */
typedef struct loyalty_behaviour_interval {
    /** Whether the behaviour could be looked at; otherwise all else is 0. */
    bool known;
    /** Lower end of the strength. */
    double estimate_low;
    /** Upper end of the strength. */
    double estimate_high;
    /** Lower end of what it costs. */
    double impact_low;
    /** Upper end of what it costs. */
    double impact_high;
} loyalty_behaviour_interval;

/**
 * What the models of purchases and spend know of one customer. Set by `loyalty_purchases_init`, then
 * filled.
 */
typedef struct loyalty_purchases {
    /** Set by `loyalty_purchases_init`. */
    size_t struct_size;
    /** x: repeat purchases. */
    uint32_t frequency;
    /** How many purchases the mean amount is of. */
    uint32_t transactions;
    /** t_x: from the first purchase to the last, in the unit of the options. */
    double recency;
    /** T: from the first purchase to the end of observation. */
    double T;
    /** Mean amount of the repeat purchases, or of all with `include_first`; 0 without any. */
    double monetary_value;
} loyalty_purchases;

/**
 * What a label rests on, and until when it holds. Set by `loyalty_label_reason_init`, then filled.
 */
typedef struct loyalty_label_reason {
    /** Set by `loyalty_label_reason_init`. */
    size_t struct_size;
    /** How strongly the customer is expected to show the behaviour in the time ahead. */
    double estimate;
    /** Lower end of the interval that holds the strength with a probability of 0.9. */
    double estimate_low;
    /** Its upper end. */
    double estimate_high;
    /** What the strength is compared with. */
    double threshold;
    /** Probability that it lies over the threshold. */
    double p_over;
    /** What it is expected to cost in a year; 0 where no column tells it. */
    double impact;
    /** How much evidence there is: orders, lines, money, months or degrees of freedom. */
    double evidence;
    /** Share of the variance over customers that the evidence removes, from 0 to 1. */
    double weight;
    /** Probability of the second sign: selection of offers, reallocation of a budget; else 1. */
    double support;
    /** Events that show it. */
    double events;
    /** Orders in which they lie; cases of service, or periods of a budget. */
    double orders;
    /** The day of the customer's first order that was looked at, since 1970-01-01. */
    int32_t since;
    /** The last day that was looked at. */
    int32_t until;
    /** The day from which on the label is not to be used. */
    int32_t expires;
} loyalty_label_reason;

/**
 * What a check-out scores by. Set by `loyalty_check_out_options_init`, then field by field. Models that are
 * NULL are left out of the score.
 */
typedef struct loyalty_check_out_options {
    /** Set by `loyalty_check_out_options_init`. */
    size_t struct_size;
    /** When customers buy; it must have a unit. */
    const struct loyalty_purchase_model *purchases;
    /** How much they spend. */
    const struct loyalty_spend_model *spend;
    /** The basis of the ledger that the behaviours were learnt from. */
    const struct loyalty_ledger_basis *basis;
    /** Who shows which behaviour; it needs the basis. */
    const struct loyalty_behaviours *behaviours;
    /**
     * The table of treatments as JSON, UTF-8 that ends with NUL, as `Treatments.to_json` writes it.
     */
    const char *treatments;
    /** The table that comes along, where `treatments` is NULL; false by default. */
    bool customary_treatments;
    /** Whether purchases count as paid instead of net of what came back; false by default. */
    bool gross;
    /**
     * Whether the mean amount is of all purchases, the first one included, as in the summary that the
     * models were fitted to; false by default.
     */
    bool include_first;
    /** What counts as one purchase, a `loyalty_occasion`, as there. */
    int32_t occasion;
    /**
     * How far expected purchases and the lifetime value reach, in the unit of the model of purchases; 52 by
     * default.
     */
    double horizon;
    /** The effective annual rate by which the lifetime value is discounted; 0 by default. */
    double annual_discount_rate;
    /**
     * The contribution margin that lifetime values are of; `NULL`, the default, for revenue, by which no
     * treatment is weighed.
     */
    const double *margin;
} loyalty_check_out_options;

/**
 * What is said of one customer. Set by `loyalty_customer_score_init`, then filled. Where something is not
 * known its numbers are 0.
 */
typedef struct loyalty_customer_score {
    /** Set by `loyalty_customer_score_init`. */
    size_t struct_size;
    /**
     * Whether the customer has bought and there is a model of purchases: frequency to `p_alive` are known.
     */
    bool purchases_known;
    /** Whether the purchases within the horizon are known: it is not infinite. */
    bool expected_purchases_known;
    /**
     * Whether there is a model of spend too, and it does not say that the expected amount is infinite:
     * `expected_spend` and `clv` are known.
     */
    bool value_known;
    /**
     * Whether there is a basis: `profit` is that of the ledger, 0 where neither costs nor a margin are known.
     */
    bool ledger_known;
    /** x: repeat purchases. */
    uint32_t frequency;
    /** t_x, in the unit of the model. */
    double recency;
    /** T. */
    double T;
    /** Mean amount per purchase. */
    double monetary_value;
    /**
     * Probability to be active; 1 by assumption of who bought once under the BG/NBD and the BG/CNBD-k.
     */
    double p_alive;
    /** Purchases expected within the horizon. */
    double expected_purchases;
    /** Amount expected per purchase. */
    double expected_spend;
    /** Lifetime value: in margin, or in revenue where no margin is given. */
    double clv;
    /** What the customer has brought so far. */
    double profit;
    /**
     * The position of their costliest label in the order of `loyalty_behaviour_name`, -1 for none.
     */
    int32_t primary;
    /** The number of the treatment that gains most, in the order of the table; -1 for none. */
    int32_t treatment;
    /** What it is expected to gain. */
    double treatment_gain;
    /** What it works on. */
    double treatment_basis;
    /** What it costs. */
    double treatment_cost;
} loyalty_customer_score;

/**
 * The files of a check-out's models; NULL for what it does without. Set by `loyalty_check_out_files_init`, then
 * field by field.
 */
typedef struct loyalty_check_out_files {
    /** Set by `loyalty_check_out_files_init`. */
    size_t struct_size;
    /** A model of purchases. */
    const char *purchases;
    /** A model of spend. */
    const char *spend;
    /** The basis of the ledger that the behaviours were learnt from. */
    const char *basis;
    /** A model of behaviours. */
    const char *behaviours;
} loyalty_check_out_files;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 * -----------------------------------------------------------------------------------------------
 * Version and errors
 * -----------------------------------------------------------------------------------------------
 */

/**
 * The version of the library in use, such as "0.1.0". `LOYALTY_VERSION` is that of the header.
 *
 * The text is static; do not free it.
 */
LOYALTY_API
const char *loyalty_version(void);

/** The kind of reason; `LOYALTY_STATUS_OK` for NULL. */
LOYALTY_API
loyalty_status loyalty_error_status(const struct loyalty_error *error);

/**
 * Copies the message into `buffer` and returns its full length in bytes, the closing NUL not
 * counted; 0 for NULL. See "Text" above.
 */
LOYALTY_API
size_t loyalty_error_message(const struct loyalty_error *error, char *buffer, size_t length);

/** Frees an error; NULL is allowed. Set the variable to NULL if you pass it on to further calls. */
LOYALTY_API
void loyalty_error_free(struct loyalty_error *error);

/**
 * Whether a panic, which is a bug of the library and becomes the status `PANIC`, stays silent: without this,
 * and after `false`, its text also goes to the standard error of the process. It holds for the whole process;
 * call it once, at the start.
 */
LOYALTY_API
void loyalty_silence_panics(bool silent);

/*
 * -----------------------------------------------------------------------------------------------
 * Orders
 * -----------------------------------------------------------------------------------------------
 */

/** Sets the defaults; `size` is `sizeof(loyalty_order_columns)`. */
LOYALTY_API
void loyalty_order_columns_init(struct loyalty_order_columns *columns, size_t size);

/**
 * Checks an order log whose customer ids are whole numbers, `columns->rows` of them, and takes a
 * copy of the rows in use.
 *
 * Errors: `EMPTY` without rows; `REFUSED` where rows cannot be used and `columns->invalid` is
 * `LOYALTY_INVALID_RAISE`, or where none can, with a count by reason in the message; `VALUE` for a
 * mask that is neither 0 nor 1; `CHOICE` for an unknown code. Free with `loyalty_orders_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_orders_new_int(const int64_t *customer,
                                      const struct loyalty_order_columns *columns,
                                      struct loyalty_orders **out,
                                      struct loyalty_error **error);

/**
 * Checks an order log whose customer ids are text, as Arrow stores it, and takes a copy of the
 * rows in use.
 *
 * The id of row i is the bytes `offsets[i]` to `offsets[i + 1]` of `data`, so there are
 * `columns->rows + 1` offsets. Ids are UTF-8 of any length; an empty id is a missing one.
 *
 * Errors: as `loyalty_orders_new_int`, and `INVALID_UTF8` with the first row at fault; `VALUE`
 * where the offsets fall. Free with `loyalty_orders_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_orders_new_text(const int64_t *offsets,
                                       const char *data,
                                       const struct loyalty_order_columns *columns,
                                       struct loyalty_orders **out,
                                       struct loyalty_error **error);

/** The number of order lines in use. */
LOYALTY_API
size_t loyalty_orders_len(const struct loyalty_orders *orders);

/** The number of order lines read, those in use and those refused. */
LOYALTY_API
size_t loyalty_orders_rows(const struct loyalty_orders *orders);

/** The number of customers. */
LOYALTY_API
size_t loyalty_orders_customers(const struct loyalty_orders *orders);

/**
 * First and last order, in microseconds since 1970-01-01T00:00.
 *
 * Errors: those of every function alone.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_orders_time_range(const struct loyalty_orders *orders,
                                         int64_t *first,
                                         int64_t *last,
                                         struct loyalty_error **error);

/**
 * Copies a sentence on the rows that cannot be used into `buffer` and returns its full length; see
 * "Text" above.
 */
LOYALTY_API
size_t loyalty_orders_report(const struct loyalty_orders *orders, char *buffer, size_t length);

/** The number of reasons for which rows were left out. */
LOYALTY_API
size_t loyalty_orders_refusals(const struct loyalty_orders *orders);

/**
 * The rows left out for one reason, counted from 0.
 *
 * Errors: `PARAMETER` unless `row` is below `loyalty_orders_refusals`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_orders_refusal(const struct loyalty_orders *orders,
                                      size_t row,
                                      struct loyalty_refusal *out,
                                      struct loyalty_error **error);

/** Frees an order log; NULL is allowed. */
LOYALTY_API
void loyalty_orders_free(struct loyalty_orders *orders);

/*
 * -----------------------------------------------------------------------------------------------
 * Summaries of customers
 * -----------------------------------------------------------------------------------------------
 */

/** Sets the defaults; `size` is `sizeof(loyalty_summary_options)`. */
LOYALTY_API
void loyalty_summary_options_init(struct loyalty_summary_options *options, size_t size);

/**
 * Frequency, recency, T and monetary value of each customer, one row per customer in order of id:
 *
 *     x   = number of occasions - 1
 *     t_x = last occasion - first occasion
 *     T   = observation end - first occasion
 *     m   = mean amount of the repeat occasions (0 where x = 0), or of all
 *
 * `options` may be NULL for the defaults. Occasions after the observation end are left out and
 * counted (`loyalty_summary_left_out`).
 *
 * Errors: `CHOICE` for an unknown code, or where unit and occasion do not fit; `EMPTY` where every
 * order lies after the observation end. Free with `loyalty_summary_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_orders_summarize(const struct loyalty_orders *orders,
                                        const struct loyalty_summary_options *options,
                                        struct loyalty_summary **out,
                                        struct loyalty_error **error);

/**
 * A summary up to a calibration end, and what the same customers did from there to the observation
 * end.
 *
 * `calibration_end` is in microseconds since 1970-01-01T00:00; the whole occasion period that
 * holds it belongs to the calibration. Row i of `*holdout` is the customer in row i of
 * `*calibration`.
 *
 * Errors: as `loyalty_orders_summarize`, and `EMPTY` where the calibration end is not before the
 * observation end. Free both, with `loyalty_summary_free` and `loyalty_holdout_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_orders_calibration_holdout(const struct loyalty_orders *orders,
                                                  int64_t calibration_end,
                                                  const struct loyalty_summary_options *options,
                                                  struct loyalty_summary **calibration,
                                                  struct loyalty_holdout **holdout,
                                                  struct loyalty_error **error);

/** Sets the defaults; `size` is `sizeof(loyalty_summary_columns)`. */
LOYALTY_API
void loyalty_summary_columns_init(struct loyalty_summary_columns *columns, size_t size);

/**
 * Checks every row of a customer summary and takes a copy of the columns, in the order given.
 *
 * Errors: `EMPTY` without rows; `VALUE` with the first row that breaks its column's rule and how
 * many more do; `CHOICE` for an unknown unit. Free with `loyalty_summary_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_summary_new(const struct loyalty_summary_columns *columns,
                                   struct loyalty_summary **out,
                                   struct loyalty_error **error);

/** The number of customers (of rows, where rows carry weights). */
LOYALTY_API
size_t loyalty_summary_len(const struct loyalty_summary *summary);

/** The unit of recency and T; `LOYALTY_UNIT_NONE` where it is not known. */
LOYALTY_API
loyalty_unit loyalty_summary_unit(const struct loyalty_summary *summary);

/** Whether the monetary value averages the first purchase too. */
LOYALTY_API
bool loyalty_summary_includes_first(const struct loyalty_summary *summary);

/**
 * What lay after the observation end: customers whose first order did, and occasions, those of
 * these customers included.
 *
 * Errors: those of every function alone.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_summary_left_out(const struct loyalty_summary *summary,
                                        size_t *customers,
                                        size_t *occasions,
                                        struct loyalty_error **error);

/**
 * Copies the repeat purchases x.
 *
 * Errors: `LENGTH` unless `length` is `loyalty_summary_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_summary_frequency(const struct loyalty_summary *summary,
                                         uint32_t *out,
                                         size_t length,
                                         struct loyalty_error **error);

/**
 * Copies the times from first to last purchase, t_x.
 *
 * Errors: `LENGTH` unless `length` is `loyalty_summary_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_summary_recency(const struct loyalty_summary *summary,
                                       double *out,
                                       size_t length,
                                       struct loyalty_error **error);

/**
 * Copies the times from first purchase to the end of observation, T.
 *
 * Errors: `LENGTH` unless `length` is `loyalty_summary_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_summary_T(const struct loyalty_summary *summary,
                                 double *out,
                                 size_t length,
                                 struct loyalty_error **error);

/**
 * Copies the mean amounts per purchase, 0 where no purchase is behind one.
 *
 * Errors: `MISSING_COLUMN` where the summary has none; `LENGTH` unless `length` is
 * `loyalty_summary_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_summary_monetary_value(const struct loyalty_summary *summary,
                                              double *out,
                                              size_t length,
                                              struct loyalty_error **error);

/**
 * Copies the sums of all amounts, the first purchase included.
 *
 * Errors: `MISSING_COLUMN` where the summary has none; `LENGTH` unless `length` is
 * `loyalty_summary_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_summary_total_amount(const struct loyalty_summary *summary,
                                            double *out,
                                            size_t length,
                                            struct loyalty_error **error);

/**
 * Copies the sums of ln of the times between successive purchases, in the unit of recency.
 *
 * Errors: `MISSING_COLUMN` where the summary has none; `LENGTH` unless `length` is
 * `loyalty_summary_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_summary_sum_ln_gaps(const struct loyalty_summary *summary,
                                           double *out,
                                           size_t length,
                                           struct loyalty_error **error);

/**
 * Copies how many customers each row stands for.
 *
 * Errors: `MISSING_COLUMN` where each row is one customer; `LENGTH` unless `length` is
 * `loyalty_summary_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_summary_weights(const struct loyalty_summary *summary,
                                       double *out,
                                       size_t length,
                                       struct loyalty_error **error);

/**
 * The id of the customer in a row, where ids are whole numbers.
 *
 * Errors: `PARAMETER` unless `row` is below `loyalty_summary_len`; `MISSING_COLUMN` where the
 * summary has no ids; `TYPE` where they are text.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_summary_customer_int(const struct loyalty_summary *summary,
                                            size_t row,
                                            int64_t *out,
                                            struct loyalty_error **error);

/**
 * Copies the id of the customer in a row into `buffer` as text and stores its full length in
 * `*full_length`, which may be NULL; see "Text" above. Ids that are numbers are written in
 * decimal.
 *
 * Errors: `PARAMETER` unless `row` is below `loyalty_summary_len`; `MISSING_COLUMN` where the
 * summary has no ids.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_summary_customer_text(const struct loyalty_summary *summary,
                                             size_t row,
                                             char *buffer,
                                             size_t length,
                                             size_t *full_length,
                                             struct loyalty_error **error);

/**
 * The distinct histories (x, t_x, T), each with the number of customers who share it as weight. A
 * fit of the BG/NBD to them equals a fit to the customers.
 *
 * Errors: those of every function alone. Free with `loyalty_summary_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_summary_distinct_histories(const struct loyalty_summary *summary,
                                                  struct loyalty_summary **out,
                                                  struct loyalty_error **error);

/** Frees a summary; NULL is allowed. */
LOYALTY_API
void loyalty_summary_free(struct loyalty_summary *summary);

/** The number of customers, as in the calibration summary. */
LOYALTY_API
size_t loyalty_holdout_len(const struct loyalty_holdout *holdout);

/** The length of the holdout period, in the unit of the summary. */
LOYALTY_API
double loyalty_holdout_duration(const struct loyalty_holdout *holdout);

/** Customers whose first order lies in the holdout period; they are in neither part. */
LOYALTY_API
size_t loyalty_holdout_born(const struct loyalty_holdout *holdout);

/**
 * Copies the number of purchase occasions of each customer in the holdout period.
 *
 * Errors: `LENGTH` unless `length` is `loyalty_holdout_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_holdout_frequency(const struct loyalty_holdout *holdout,
                                         uint32_t *out,
                                         size_t length,
                                         struct loyalty_error **error);

/**
 * Copies the mean amount of these occasions, 0 where there is none.
 *
 * Errors: `MISSING_COLUMN` where the log has no amounts; `LENGTH` unless `length` is
 * `loyalty_holdout_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_holdout_monetary_value(const struct loyalty_holdout *holdout,
                                              double *out,
                                              size_t length,
                                              struct loyalty_error **error);

/** Frees a holdout; NULL is allowed. */
LOYALTY_API
void loyalty_holdout_free(struct loyalty_holdout *holdout);

/**
 * Groups the orders of each customer into occasions; `unit` is a `loyalty_unit`, `occasion` a
 * `loyalty_occasion`.
 *
 * Errors: `CHOICE` for an unknown code, or where the two do not fit. Free with
 * `loyalty_occasions_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_occasions_of(const struct loyalty_orders *orders,
                                    int32_t unit,
                                    int32_t occasion,
                                    struct loyalty_occasions **out,
                                    struct loyalty_error **error);

/**
 * Joins the occasions of two batches of one log into a third object; both stay as they are.
 *
 * Errors: `UNIT` where unit or occasion differ; `CHOICE` where one has ids that are numbers and
 * the other has text; `MISSING_COLUMN` where only one has amounts. Free with
 * `loyalty_occasions_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_occasions_merge(const struct loyalty_occasions *occasions,
                                       const struct loyalty_occasions *other,
                                       struct loyalty_occasions **out,
                                       struct loyalty_error **error);

/** The number of customers. */
LOYALTY_API
size_t loyalty_occasions_len(const struct loyalty_occasions *occasions);

/**
 * Frequency, recency, T and monetary value of each customer, as `loyalty_orders_summarize` makes
 * them of a whole log; see there for `observation_end` (NULL for the last order) and
 * `include_first`.
 *
 * Errors: `EMPTY` where every order lies after the observation end. Free with
 * `loyalty_summary_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_occasions_summarize(const struct loyalty_occasions *occasions,
                                           const int64_t *observation_end,
                                           bool include_first,
                                           struct loyalty_summary **out,
                                           struct loyalty_error **error);

/**
 * A summary up to a calibration end and what came after, as `loyalty_orders_calibration_holdout`
 * makes them of a whole log.
 *
 * Errors: as there. Free both, with `loyalty_summary_free` and `loyalty_holdout_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_occasions_calibration_holdout(const struct loyalty_occasions *occasions,
                                                     int64_t calibration_end,
                                                     const int64_t *observation_end,
                                                     bool include_first,
                                                     struct loyalty_summary **calibration,
                                                     struct loyalty_holdout **holdout,
                                                     struct loyalty_error **error);

/** Frees occasions; NULL is allowed. */
LOYALTY_API
void loyalty_occasions_free(struct loyalty_occasions *occasions);

/*
 * -----------------------------------------------------------------------------------------------
 * Fits
 * -----------------------------------------------------------------------------------------------
 */

/** Sets the defaults; `size` is `sizeof(loyalty_fit_options)`. */
LOYALTY_API
void loyalty_fit_options_init(struct loyalty_fit_options *options, size_t size);

/** ln L at the model, in the units of the data. */
LOYALTY_API
double loyalty_fit_log_likelihood(const struct loyalty_fit *fit);

/** What priors and penalty added to the log-likelihood where the solver ended; 0 without them. */
LOYALTY_API
double loyalty_fit_log_prior(const struct loyalty_fit *fit);

/** Akaike's criterion, 2k - 2 ln L, with k of `loyalty_fit_fitted_parameters`. */
LOYALTY_API
double loyalty_fit_aic(const struct loyalty_fit *fit);

/** The Bayesian criterion, k ln n - 2 ln L, with n of `loyalty_fit_customers`. */
LOYALTY_API
double loyalty_fit_bic(const struct loyalty_fit *fit);

/** The customers whose data entered, n, counted with their weights. */
LOYALTY_API
double loyalty_fit_customers(const struct loyalty_fit *fit);

/** Customers left out as their data say nothing of the parameters, counted with their weights. */
LOYALTY_API
double loyalty_fit_left_out(const struct loyalty_fit *fit);

/** The number of parameters fitted, k: those of the model without those that were known. */
LOYALTY_API
size_t loyalty_fit_fitted_parameters(const struct loyalty_fit *fit);

/** Iterations of the solver. */
LOYALTY_API
size_t loyalty_fit_iterations(const struct loyalty_fit *fit);

/**
 * The largest derivative of ln L, priors and penalty included, by a parameter on the scale that it
 * was fitted on: its logarithm, for one that must be above 0.
 */
LOYALTY_API
double loyalty_fit_gradient_norm(const struct loyalty_fit *fit);

/** Why the solver ended; `LOYALTY_STOP_CONVERGED` for NULL. */
LOYALTY_API
loyalty_stop loyalty_fit_stop(const struct loyalty_fit *fit);

/**
 * Copies the name of the parameter that the data leave open, where the solver ended with
 * `LOYALTY_STOP_BOUNDARY`, and returns its full length; 0 where it ended otherwise. See "Text" above.
 */
LOYALTY_API
size_t loyalty_fit_boundary_parameter(const struct loyalty_fit *fit,
                                      char *buffer,
                                      size_t length);

/**
 * Copies a sentence on how well the data determine the parameters, and what that means for a
 * forecast, and returns its full length; 0 for NULL. It begins with "interior", "ridge", "boundary" or
 * "unknown". See "Text" above.
 */
LOYALTY_API
size_t loyalty_fit_identification(const struct loyalty_fit *fit,
                                  char *buffer,
                                  size_t length);

/**
 * Standard error of a parameter of the model, counted from 0; 0 for one that was known.
 *
 * Errors: `EMPTY` where the curvature is not that of a maximum, which leaves no parameter a standard
 * error; `PARAMETER` unless `index` is below the model's `_parameter_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_fit_standard_error(const struct loyalty_fit *fit,
                                          size_t index,
                                          double *out,
                                          struct loyalty_error **error);

/** Frees a fit; NULL is allowed. */
LOYALTY_API
void loyalty_fit_free(struct loyalty_fit *fit);

/*
 * -----------------------------------------------------------------------------------------------
 * Models of purchases and spend
 * -----------------------------------------------------------------------------------------------
 */

/**
 * The code of the kind of purchase model with this name, such as "bg-nbd": a number of
 * `loyalty_purchase_kind`, and the name that model files have.
 *
 * Errors: `CHOICE` for an unknown name.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_kind_of(const char *name,
                                        int32_t *out,
                                        struct loyalty_error **error);

/**
 * Copies the name of a `loyalty_purchase_kind` into `buffer` and stores its full length in
 * `*full_length`, which may be NULL; see "Text" above.
 *
 * Errors: `CHOICE` for an unknown kind.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_kind_name(int32_t kind,
                                          char *buffer,
                                          size_t length,
                                          size_t *full_length,
                                          struct loyalty_error **error);

/**
 * The code of the kind of spend model with this name, such as "gamma-gamma": a number of
 * `loyalty_spend_kind`, and the name that model files have.
 *
 * Errors: `CHOICE` for an unknown name.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_kind_of(const char *name, int32_t *out, struct loyalty_error **error);

/**
 * Copies the name of a `loyalty_spend_kind` into `buffer` and stores its full length in
 * `*full_length`, which may be NULL; see "Text" above.
 *
 * Errors: `CHOICE` for an unknown kind.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_kind_name(int32_t kind,
                                       char *buffer,
                                       size_t length,
                                       size_t *full_length,
                                       struct loyalty_error **error);

/**
 * The code of the kind of model of contracts with this name, such as "sbg": a number of
 * `loyalty_contract_kind`, and the name that model files have.
 *
 * Errors: `CHOICE` for an unknown name.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_kind_of(const char *name,
                                        int32_t *out,
                                        struct loyalty_error **error);

/**
 * Copies the name of a `loyalty_contract_kind` into `buffer` and stores its full length in
 * `*full_length`, which may be NULL; see "Text" above.
 *
 * Errors: `CHOICE` for an unknown kind.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_kind_name(int32_t kind,
                                          char *buffer,
                                          size_t length,
                                          size_t *full_length,
                                          struct loyalty_error **error);

/**
 * A model with known parameters: `count` values in the order of its kind, which stands beside the
 * kind in `loyalty_purchase_kind`.
 *
 * `unit` is the `loyalty_unit` that parameters in units of time are in: the model then refuses data in
 * another; `LOYALTY_UNIT_NONE` goes with any.
 *
 * Errors: `CHOICE` for an unknown kind or unit; `LENGTH` unless `count` is the number of the kind's
 * parameters; `PARAMETER` for one outside its domain, from 1e-50 to 1e50 where it must be above 0.
 * Free with `loyalty_purchase_model_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_new(int32_t kind,
                                          const double *values,
                                          size_t count,
                                          int32_t unit,
                                          struct loyalty_purchase_model **out,
                                          struct loyalty_error **error);

/**
 * Fits a model of a `loyalty_purchase_kind` to a summary by maximum likelihood; it takes over the
 * summary's unit.
 *
 * `options` may be NULL for the defaults. `fit` may be NULL, but then a fit that stopped short of a
 * maximum is an error (`NOT_CONVERGED`); with it, see `loyalty_fit_stop`.
 *
 * Errors: `CHOICE` for an unknown kind; `DEGENERATE` where the data cannot determine the parameters,
 * as where nobody bought again; `PARAMETER` or `LENGTH` for options outside their domain; `CANCELLED`.
 * Free with `loyalty_purchase_model_free`, and the fit with `loyalty_fit_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_fit(int32_t kind,
                                          const struct loyalty_summary *summary,
                                          const struct loyalty_fit_options *options,
                                          struct loyalty_fit **fit,
                                          struct loyalty_purchase_model **out,
                                          struct loyalty_error **error);

/**
 * Loads a model of any kind from its file, written in any language. `path` is UTF-8.
 *
 * Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds no model of
 * purchases; `PARAMETER` where a parameter is outside its domain, `CHOICE` where its unit is none. Free with
 * `loyalty_purchase_model_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_load(const char *path,
                                           struct loyalty_purchase_model **out,
                                           struct loyalty_error **error);

/**
 * Writes a model file, whole or not at all, with the report of the fit. `path` is UTF-8. Loading it
 * gives a model that scores alike, to the last bit.
 *
 * Errors: `MODEL_FILE` where the file cannot be written.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_save(const struct loyalty_purchase_model *model,
                                           const char *path,
                                           struct loyalty_error **error);

/** The model's kind, a number of `loyalty_purchase_kind`; 0 for NULL. */
LOYALTY_API
int32_t loyalty_purchase_model_kind(const struct loyalty_purchase_model *model);

/** The unit of time; `LOYALTY_UNIT_NONE` where none is declared. */
LOYALTY_API
loyalty_unit loyalty_purchase_model_unit(const struct loyalty_purchase_model *model);

/** The number of the model's parameters. */
LOYALTY_API
size_t loyalty_purchase_model_parameter_count(const struct loyalty_purchase_model *model);

/**
 * Copies the name of a parameter, counted from 0, into `buffer` and stores its full length in
 * `*full_length`, which may be NULL; see "Text" above.
 *
 * Errors: `PARAMETER` unless `index` is below `loyalty_purchase_model_parameter_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_parameter_name(const struct loyalty_purchase_model *model,
                                                     size_t index,
                                                     char *buffer,
                                                     size_t length,
                                                     size_t *full_length,
                                                     struct loyalty_error **error);

/**
 * The value of a parameter, counted from 0.
 *
 * Errors: `PARAMETER` unless `index` is below `loyalty_purchase_model_parameter_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_parameter_value(const struct loyalty_purchase_model *model,
                                                      size_t index,
                                                      double *out,
                                                      struct loyalty_error **error);

/**
 * What the fit says of itself, for a model that was fitted, now or before it was saved.
 *
 * Errors: `EMPTY` for a model given by its parameters. Free with `loyalty_fit_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_fit_of_purchase_model(const struct loyalty_purchase_model *model,
                                             struct loyalty_fit **out,
                                             struct loyalty_error **error);

/**
 * ln L of a summary under the model.
 *
 * Errors: `UNIT` where the summary is in another unit than the model.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_log_likelihood(const struct loyalty_purchase_model *model,
                                                     const struct loyalty_summary *summary,
                                                     double *out,
                                                     struct loyalty_error **error);

/** Frees a model; NULL is allowed. */
LOYALTY_API
void loyalty_purchase_model_free(struct loyalty_purchase_model *model);

/**
 * Probability that a customer is still active at the end of observation, P(alive).
 *
 * The customer made `x` repeat purchases, the last of them `t_x` after the first purchase, and was
 * observed for `T` since the first purchase; times are in the model's unit. In a model where customers
 * leave after a purchase only, it is 1 for x = 0.
 *
 * Errors: `PARAMETER` unless 0 <= t_x <= T, both finite, and t_x is 0 exactly where x is.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_p_alive(const struct loyalty_purchase_model *model,
                                              uint32_t x,
                                              double t_x,
                                              double T,
                                              double *out,
                                              struct loyalty_error **error);

/**
 * Expected number of purchases of a customer within `horizon` after the end of observation; for x,
 * t_x and T see `loyalty_purchase_model_p_alive`.
 *
 * Errors: `PARAMETER` for a history as there, or unless the horizon is from 0 to 1e50.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_expected_purchases(const struct loyalty_purchase_model *model,
                                                         uint32_t x,
                                                         double t_x,
                                                         double T,
                                                         double horizon,
                                                         double *out,
                                                         struct loyalty_error **error);

/**
 * Discounted expected purchases of a customer after the end of observation; for x, t_x and T see
 * `loyalty_purchase_model_p_alive`. Times a margin and the expected spend per purchase, it is the
 * customer's lifetime value; see `loyalty_clv`.
 *
 * Errors: `PARAMETER` for a history as there.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_discounted_purchases(const struct loyalty_purchase_model *model,
                                                           uint32_t x,
                                                           double t_x,
                                                           double T,
                                                           const struct loyalty_discounting *discounting,
                                                           double *out,
                                                           struct loyalty_error **error);

/**
 * Probability that a customer is still active `horizon` after the end of observation; for x, t_x and
 * T see `loyalty_purchase_model_p_alive`.
 *
 * Errors: `PARAMETER` for a history as there, or unless the horizon is from 0 to 1e50.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_p_alive_at(const struct loyalty_purchase_model *model,
                                                 uint32_t x,
                                                 double t_x,
                                                 double T,
                                                 double horizon,
                                                 double *out,
                                                 struct loyalty_error **error);

/**
 * Probability that a customer makes no purchase within `horizon` after the end of observation.
 *
 * Errors: as `loyalty_purchase_model_p_alive_at`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_p_no_purchase(const struct loyalty_purchase_model *model,
                                                    uint32_t x,
                                                    double t_x,
                                                    double T,
                                                    double horizon,
                                                    double *out,
                                                    struct loyalty_error **error);

/**
 * Probability that a customer makes exactly `n` purchases within `horizon` after the end of
 * observation. `loyalty_purchase_model_p_n_purchases_new_customer` is that of a new customer.
 *
 * Errors: as `loyalty_purchase_model_p_alive_at`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_p_n_purchases(const struct loyalty_purchase_model *model,
                                                    uint32_t x,
                                                    double t_x,
                                                    double T,
                                                    uint32_t n,
                                                    double horizon,
                                                    double *out,
                                                    struct loyalty_error **error);

/**
 * Distribution of a customer's number of purchases within `horizon` after the end of observation:
 * `out[n]` is the probability of n purchases, and the last of the `length` values that of as many or
 * more, so that they add up to 1.
 *
 * Errors: as `loyalty_purchase_model_p_alive_at`, and `EMPTY` where `length` is 0.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_purchase_distribution(const struct loyalty_purchase_model *model,
                                                            uint32_t x,
                                                            double t_x,
                                                            double T,
                                                            double horizon,
                                                            double *out,
                                                            size_t length,
                                                            struct loyalty_error **error);

/**
 * Expected number of purchases of a new customer within `horizon` after the first purchase, which
 * is not counted.
 *
 * Errors: `PARAMETER` unless the horizon is from 0 to 1e50.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_expected_purchases_new_customer(const struct loyalty_purchase_model *model,
                                                                      double horizon,
                                                                      double *out,
                                                                      struct loyalty_error **error);

/**
 * Probability that a new customer makes exactly `n` purchases within `horizon` after the first, which
 * is not counted. `loyalty_purchase_model_p_n_purchases` is that of a customer with a history.
 *
 * Errors: `PARAMETER` unless the horizon is from 0 to 1e50.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_p_n_purchases_new_customer(const struct loyalty_purchase_model *model,
                                                                 uint32_t n,
                                                                 double horizon,
                                                                 double *out,
                                                                 struct loyalty_error **error);

/**
 * `loyalty_purchase_model_p_alive` of every customer of a summary, in row order. `threads` is 0 for as
 * many as the machine runs at once; the results are the same for every number.
 *
 * Errors: `UNIT` where the summary is in another unit than the model; `LENGTH` unless `length` is
 * `loyalty_summary_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_p_alive_batch(const struct loyalty_purchase_model *model,
                                                    const struct loyalty_summary *summary,
                                                    size_t threads,
                                                    double *out,
                                                    size_t length,
                                                    struct loyalty_error **error);

/**
 * `loyalty_purchase_model_expected_purchases` of every customer of a summary; see
 * `loyalty_purchase_model_p_alive_batch`.
 *
 * Errors: as there, and `PARAMETER` unless the horizon is from 0 to 1e50.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_expected_purchases_batch(const struct loyalty_purchase_model *model,
                                                               const struct loyalty_summary *summary,
                                                               double horizon,
                                                               size_t threads,
                                                               double *out,
                                                               size_t length,
                                                               struct loyalty_error **error);

/**
 * `loyalty_purchase_model_discounted_purchases` of every customer of a summary; see
 * `loyalty_purchase_model_p_alive_batch`.
 *
 * Errors: as there.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_discounted_purchases_batch(const struct loyalty_purchase_model *model,
                                                                 const struct loyalty_summary *summary,
                                                                 const struct loyalty_discounting *discounting,
                                                                 size_t threads,
                                                                 double *out,
                                                                 size_t length,
                                                                 struct loyalty_error **error);

/**
 * `loyalty_purchase_model_p_alive_at` of every customer of a summary; see
 * `loyalty_purchase_model_p_alive_batch`.
 *
 * Errors: as there, and `PARAMETER` unless the horizon is from 0 to 1e50.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_p_alive_at_batch(const struct loyalty_purchase_model *model,
                                                       const struct loyalty_summary *summary,
                                                       double horizon,
                                                       size_t threads,
                                                       double *out,
                                                       size_t length,
                                                       struct loyalty_error **error);

/**
 * `loyalty_purchase_model_p_no_purchase` of every customer of a summary; see
 * `loyalty_purchase_model_p_alive_batch`.
 *
 * Errors: as there, and `PARAMETER` unless the horizon is from 0 to 1e50.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_p_no_purchase_batch(const struct loyalty_purchase_model *model,
                                                          const struct loyalty_summary *summary,
                                                          double horizon,
                                                          size_t threads,
                                                          double *out,
                                                          size_t length,
                                                          struct loyalty_error **error);

/**
 * `loyalty_purchase_model_purchase_distribution` of every customer of a summary, `counts` values each,
 * one customer after the other; see `loyalty_purchase_model_p_alive_batch`.
 *
 * Errors: as there, `PARAMETER` unless the horizon is from 0 to 1e50, `EMPTY` where `counts` is 0;
 * `LENGTH` unless `length` is `counts` times `loyalty_summary_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_purchase_distribution_batch(const struct loyalty_purchase_model *model,
                                                                  const struct loyalty_summary *summary,
                                                                  double horizon,
                                                                  size_t counts,
                                                                  size_t threads,
                                                                  double *out,
                                                                  size_t length,
                                                                  struct loyalty_error **error);

/**
 * A model with known parameters: `count` values in the order of its kind, which stands beside the
 * kind in `loyalty_spend_kind`.
 *
 * Errors: `CHOICE` for an unknown kind; `LENGTH` unless `count` is the number of the kind's
 * parameters; `PARAMETER` for one outside its domain, from 1e-50 to 1e50 where it must be above 0.
 * Free with `loyalty_spend_model_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_model_new(int32_t kind,
                                       const double *values,
                                       size_t count,
                                       struct loyalty_spend_model **out,
                                       struct loyalty_error **error);

/**
 * Fits a model of a `loyalty_spend_kind` by maximum likelihood to the customers with purchases behind
 * their monetary value. Those whose purchases were all free are left out; see `loyalty_fit_left_out`.
 *
 * `options` and `fit` as in `loyalty_purchase_model_fit`.
 *
 * Errors: `CHOICE` for an unknown kind; `MISSING_COLUMN` where the summary has no monetary value;
 * `DEGENERATE` where fewer than two customers spent something or all spent the same; `PARAMETER` or
 * `LENGTH` for options outside their domain; `CANCELLED`; `NOT_CONVERGED` where `fit` is NULL. Free
 * with `loyalty_spend_model_free`, and the fit with `loyalty_fit_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_model_fit(int32_t kind,
                                       const struct loyalty_summary *summary,
                                       const struct loyalty_fit_options *options,
                                       struct loyalty_fit **fit,
                                       struct loyalty_spend_model **out,
                                       struct loyalty_error **error);

/**
 * Loads a model of any kind from its file, written in any language. `path` is UTF-8.
 *
 * Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds no model of spend;
 * `PARAMETER` where a parameter is outside its domain. Free with `loyalty_spend_model_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_model_load(const char *path,
                                        struct loyalty_spend_model **out,
                                        struct loyalty_error **error);

/**
 * Writes a model file, whole or not at all, with the report of the fit. `path` is UTF-8. Loading it
 * gives a model that scores alike, to the last bit.
 *
 * Errors: `MODEL_FILE` where the file cannot be written.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_model_save(const struct loyalty_spend_model *model,
                                        const char *path,
                                        struct loyalty_error **error);

/** The model's kind, a number of `loyalty_spend_kind`; 0 for NULL. */
LOYALTY_API
int32_t loyalty_spend_model_kind(const struct loyalty_spend_model *model);

/** The number of the model's parameters. */
LOYALTY_API
size_t loyalty_spend_model_parameter_count(const struct loyalty_spend_model *model);

/**
 * Copies the name of a parameter, counted from 0, into `buffer` and stores its full length in
 * `*full_length`, which may be NULL; see "Text" above.
 *
 * Errors: `PARAMETER` unless `index` is below `loyalty_spend_model_parameter_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_model_parameter_name(const struct loyalty_spend_model *model,
                                                  size_t index,
                                                  char *buffer,
                                                  size_t length,
                                                  size_t *full_length,
                                                  struct loyalty_error **error);

/**
 * The value of a parameter, counted from 0.
 *
 * Errors: `PARAMETER` unless `index` is below `loyalty_spend_model_parameter_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_model_parameter_value(const struct loyalty_spend_model *model,
                                                   size_t index,
                                                   double *out,
                                                   struct loyalty_error **error);

/**
 * What the fit says of itself, for a model that was fitted, now or before it was saved.
 *
 * Errors: `EMPTY` for a model given by its parameters. Free with `loyalty_fit_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_fit_of_spend_model(const struct loyalty_spend_model *model,
                                          struct loyalty_fit **out,
                                          struct loyalty_error **error);

/**
 * ln L of a summary under the model.
 *
 * Errors: `MISSING_COLUMN` where the summary has no monetary value.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_model_log_likelihood(const struct loyalty_spend_model *model,
                                                  const struct loyalty_summary *summary,
                                                  double *out,
                                                  struct loyalty_error **error);

/**
 * Expected amount per purchase of a customer whose `transactions` purchases had the mean amount
 * `mean`; with no purchase it is the mean of a new customer.
 *
 * The purchases are those behind the monetary value: x, or x + 1 where it includes the first.
 *
 * Errors: `PARAMETER` unless the mean is from 0 to 1e50; `INFINITE` where the
 * model has no finite mean for so few purchases.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_model_expected_spend(const struct loyalty_spend_model *model,
                                                  uint32_t transactions,
                                                  double mean,
                                                  double *out,
                                                  struct loyalty_error **error);

/**
 * `loyalty_spend_model_expected_spend` of every customer of a summary, in row order. `threads` is
 * 0 for as many as the machine runs at once; the results are the same for every number.
 *
 * Errors: `MISSING_COLUMN` where the summary has no monetary value; `INFINITE` with the first row
 * where the mean is infinite; `LENGTH` unless `length` is `loyalty_summary_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_model_expected_spend_batch(const struct loyalty_spend_model *model,
                                                        const struct loyalty_summary *summary,
                                                        size_t threads,
                                                        double *out,
                                                        size_t length,
                                                        struct loyalty_error **error);

/** Frees a model; NULL is allowed. */
LOYALTY_API
void loyalty_spend_model_free(struct loyalty_spend_model *model);

/*
 * -----------------------------------------------------------------------------------------------
 * Contracts
 * -----------------------------------------------------------------------------------------------
 */

/**
 * Contracts from columns of `rows` rows: the renewals made, whole numbers from 0 to 100000; whether the
 * customer left instead of renewing once more, NULL where nobody has; and how many contracts a row stands
 * for, NULL for one each.
 *
 * Errors: `EMPTY` without a row; `VALUE` with the first row that breaks its column's rule. Free with
 * `loyalty_contracts_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contracts_new(const double *renewals,
                                     const bool *left,
                                     const double *weights,
                                     size_t rows,
                                     struct loyalty_contracts **out,
                                     struct loyalty_error **error);

/**
 * The contracts of a table of cohorts, a row for each count of who was still there: the cohort, NULL where
 * all rows are of one; after how many renewals it was counted, of each cohort 0, 1, 2, … without a gap; and
 * how many customers were still there, never more than one renewal before.
 *
 * Of each cohort there is a row for every renewal at which some left, and one for those still there, with
 * their number as weight.
 *
 * Errors: `EMPTY` without a customer; `VALUE` with the first row that breaks its column's rule. Free with
 * `loyalty_contracts_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contracts_of_cohorts(const int64_t *cohort,
                                            const double *renewals,
                                            const double *customers,
                                            size_t rows,
                                            struct loyalty_contracts **out,
                                            struct loyalty_error **error);

/** The number of rows. */
LOYALTY_API
size_t loyalty_contracts_len(const struct loyalty_contracts *contracts);

/**
 * Copies the renewals made into `out`, in row order.
 *
 * Errors: `LENGTH` unless `length` is `loyalty_contracts_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contracts_renewals(const struct loyalty_contracts *contracts,
                                          uint32_t *out,
                                          size_t length,
                                          struct loyalty_error **error);

/**
 * Copies who has left into `out`, in row order.
 *
 * Errors: `LENGTH` unless `length` is `loyalty_contracts_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contracts_left(const struct loyalty_contracts *contracts,
                                      bool *out,
                                      size_t length,
                                      struct loyalty_error **error);

/** Frees contracts; NULL is allowed. */
LOYALTY_API
void loyalty_contracts_free(struct loyalty_contracts *contracts);

/**
 * A model with known parameters: `count` values in the order of its kind, which stands beside the
 * kind in `loyalty_contract_kind`.
 *
 * Errors: `CHOICE` for an unknown kind; `LENGTH` unless `count` is the number of the kind's
 * parameters; `PARAMETER` for one outside its domain, from 1e-50 to 1e50 where it must be above 0.
 * Free with `loyalty_contract_model_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_new(int32_t kind,
                                          const double *values,
                                          size_t count,
                                          struct loyalty_contract_model **out,
                                          struct loyalty_error **error);

/**
 * Fits a model of a `loyalty_contract_kind` by maximum likelihood.
 *
 * `options` and `fit` as in `loyalty_purchase_model_fit`.
 *
 * Errors: `CHOICE` for an unknown kind; `DEGENERATE` where nobody has left or nobody came up for a
 * second renewal; `PARAMETER` or `LENGTH` for options outside their domain; `CANCELLED`;
 * `NOT_CONVERGED` where `fit` is NULL. Free
 * with `loyalty_contract_model_free`, and the fit with `loyalty_fit_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_fit(int32_t kind,
                                          const struct loyalty_contracts *contracts,
                                          const struct loyalty_fit_options *options,
                                          struct loyalty_fit **fit,
                                          struct loyalty_contract_model **out,
                                          struct loyalty_error **error);

/**
 * Loads a model of any kind from its file, written in any language. `path` is UTF-8.
 *
 * Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds no model of contracts;
 * `PARAMETER` where a parameter is outside its domain. Free with `loyalty_contract_model_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_load(const char *path,
                                           struct loyalty_contract_model **out,
                                           struct loyalty_error **error);

/**
 * Writes a model file, whole or not at all, with the report of the fit. `path` is UTF-8. Loading it
 * gives a model that scores alike, to the last bit.
 *
 * Errors: `MODEL_FILE` where the file cannot be written.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_save(const struct loyalty_contract_model *model,
                                           const char *path,
                                           struct loyalty_error **error);

/** The model's kind, a number of `loyalty_contract_kind`; 0 for NULL. */
LOYALTY_API
int32_t loyalty_contract_model_kind(const struct loyalty_contract_model *model);

/** The number of the model's parameters. */
LOYALTY_API
size_t loyalty_contract_model_parameter_count(const struct loyalty_contract_model *model);

/**
 * Copies the name of a parameter, counted from 0, into `buffer` and stores its full length in
 * `*full_length`, which may be NULL; see "Text" above.
 *
 * Errors: `PARAMETER` unless `index` is below `loyalty_contract_model_parameter_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_parameter_name(const struct loyalty_contract_model *model,
                                                     size_t index,
                                                     char *buffer,
                                                     size_t length,
                                                     size_t *full_length,
                                                     struct loyalty_error **error);

/**
 * The value of a parameter, counted from 0.
 *
 * Errors: `PARAMETER` unless `index` is below `loyalty_contract_model_parameter_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_parameter_value(const struct loyalty_contract_model *model,
                                                      size_t index,
                                                      double *out,
                                                      struct loyalty_error **error);

/**
 * What the fit says of itself, for a model that was fitted, now or before it was saved.
 *
 * Errors: `EMPTY` for a model given by its parameters. Free with `loyalty_fit_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_fit_of_contract_model(const struct loyalty_contract_model *model,
                                             struct loyalty_fit **out,
                                             struct loyalty_error **error);

/**
 * ln L of contracts under the model.
 *
 * Errors: those of every function alone.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_log_likelihood(const struct loyalty_contract_model *model,
                                                     const struct loyalty_contracts *contracts,
                                                     double *out,
                                                     struct loyalty_error **error);

/**
 * The probability that a customer makes the next `ahead` renewals; of new ones, by `renewals` 0, the
 * survival curve.
 *
 * Errors: those of every function alone.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_survival(const struct loyalty_contract_model *model,
                                               uint32_t renewals,
                                               uint32_t ahead,
                                               double *out,
                                               struct loyalty_error **error);

/**
 * The probability that a customer leaves instead of renewing once more; over `renewals`, the churn curve.
 *
 * Errors: those of every function alone.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_churn(const struct loyalty_contract_model *model,
                                            uint32_t renewals,
                                            double *out,
                                            struct loyalty_error **error);

/**
 * The renewals to come, discounted at `discount_rate` per renewal period to the next one, which counts
 * in full: the discounted expected residual lifetime (DERL). `periods` is how many renewals count, 0
 * for all. Times the margin of a period it is the value of a contract.
 *
 * Errors: `PARAMETER` unless the rate is from 0 to below 1, and above 0 where all count, or for more than
 * 10000 periods.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_discounted_renewals(const struct loyalty_contract_model *model,
                                                          uint32_t renewals,
                                                          uint32_t periods,
                                                          double discount_rate,
                                                          double *out,
                                                          struct loyalty_error **error);

/**
 * The discounted periods of a new customer, the first of which is paid at once: 1 + DERL / (1 +
 * `discount_rate`).
 *
 * Errors: as `loyalty_contract_model_discounted_renewals`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_discounted_lifetime(const struct loyalty_contract_model *model,
                                                          uint32_t periods,
                                                          double discount_rate,
                                                          double *out,
                                                          struct loyalty_error **error);

/**
 * `loyalty_contract_model_survival` of every contract, in row order. `threads` is 0 for as many as the
 * machine runs at once; the results are the same for every number.
 *
 * Errors: `LENGTH` unless `length` is `loyalty_contracts_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_survival_batch(const struct loyalty_contract_model *model,
                                                     const struct loyalty_contracts *contracts,
                                                     uint32_t ahead,
                                                     size_t threads,
                                                     double *out,
                                                     size_t length,
                                                     struct loyalty_error **error);

/**
 * `loyalty_contract_model_churn` of every contract, in row order; `threads` as in the function above.
 *
 * Errors: `LENGTH` unless `length` is `loyalty_contracts_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_churn_batch(const struct loyalty_contract_model *model,
                                                  const struct loyalty_contracts *contracts,
                                                  size_t threads,
                                                  double *out,
                                                  size_t length,
                                                  struct loyalty_error **error);

/**
 * The value of every contract's renewals to come, in row order: the margin of a period, one in `margin`
 * for all or `margins` of them for a row each, times
 * `loyalty_contract_model_discounted_renewals`; `threads` as above.
 *
 * Errors: `LENGTH` unless `length` is `loyalty_contracts_len` and `margins` is that or 1; `VALUE` for a
 * margin that is not from -1e50 to 1e50; `PARAMETER` as that function.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_clv_batch(const struct loyalty_contract_model *model,
                                                const struct loyalty_contracts *contracts,
                                                const double *margin,
                                                size_t margins,
                                                uint32_t periods,
                                                double discount_rate,
                                                size_t threads,
                                                double *out,
                                                size_t length,
                                                struct loyalty_error **error);

/** Frees a model; NULL is allowed. */
LOYALTY_API
void loyalty_contract_model_free(struct loyalty_contract_model *model);

/*
 * -----------------------------------------------------------------------------------------------
 * Forecasts
 * -----------------------------------------------------------------------------------------------
 */

/**
 * Loads a forecast from its file, written in any language. `path` is UTF-8.
 *
 * Errors: `MODEL_FILE` where the file cannot be read or is no such file; `PARAMETER` where a number in
 * it is outside its domain, `CHOICE` where the unit is none. Free with `loyalty_forecast_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_forecast_load(const char *path,
                                     struct loyalty_forecast **out,
                                     struct loyalty_error **error);

/**
 * Writes a file, whole or not at all. `path` is UTF-8. Loading it gives a forecast that scores alike, to
 * the last bit.
 *
 * Errors: `MODEL_FILE` where the file cannot be written.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_forecast_save(const struct loyalty_forecast *forecast,
                                     const char *path,
                                     struct loyalty_error **error);

/** The unit of the horizon and of the times of customers. */
LOYALTY_API
loyalty_unit loyalty_forecast_unit(const struct loyalty_forecast *forecast);

/** How far the forecast reaches; 0 for NULL. */
LOYALTY_API
double loyalty_forecast_horizon(const struct loyalty_forecast *forecast);

/** Whether the forecast of the model is corrected; otherwise none was found to help. */
LOYALTY_API
bool loyalty_forecast_is_corrected(const struct loyalty_forecast *forecast);

/**
 * Expected number of purchases of a customer within the horizon after the end of observation; for x,
 * t_x and T see `loyalty_purchase_model_p_alive`.
 *
 * `recent` has the customer's purchase occasions, the first purchase included, within the last 14, 30,
 * 60, 91, 182 and 365 days up to the end of observation: `count` is 6. `mean_amount` is the mean amount of
 * all their occasions, NaN where amounts are not known.
 *
 * Errors: `PARAMETER` for a history as there or an amount that is not from 0 to 1e50; `LENGTH` unless
 * `count` is 6; `VALUE` where a longer time holds fewer occasions, or one more than x + 1; `MISSING_COLUMN` where the amount is NaN
 * and the correction was learnt with amounts.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_forecast_expected_purchases(const struct loyalty_forecast *forecast,
                                                   uint32_t x,
                                                   double t_x,
                                                   double T,
                                                   const uint32_t *recent,
                                                   size_t count,
                                                   double mean_amount,
                                                   double *out,
                                                   struct loyalty_error **error);

/**
 * The same of every customer of a log, in the order of `loyalty_occasions_summarize` to the same end;
 * `observation_end` is NULL for the last order. `threads` is 0 for as many as the machine runs at once.
 *
 * Errors: `EMPTY` where every order lies after the observation end; `UNIT` where the occasions have
 * another unit; `LENGTH` unless `length` is the number of customers of that summary; `MISSING_COLUMN`
 * where the correction was learnt with amounts and the log has none.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_forecast_expected_purchases_batch(const struct loyalty_forecast *forecast,
                                                         const struct loyalty_occasions *occasions,
                                                         const int64_t *observation_end,
                                                         size_t threads,
                                                         double *out,
                                                         size_t length,
                                                         struct loyalty_error **error);

/** Frees a forecast; NULL is allowed. */
LOYALTY_API
void loyalty_forecast_free(struct loyalty_forecast *forecast);

/*
 * -----------------------------------------------------------------------------------------------
 * Order lines and returns
 * -----------------------------------------------------------------------------------------------
 */

/** Sets the defaults; `size` is `sizeof(loyalty_line_columns)`. */
LOYALTY_API
void loyalty_line_columns_init(struct loyalty_line_columns *columns, size_t size);

/**
 * Checks order lines and takes a copy of them.
 *
 * Errors: `EMPTY` without rows; `MISSING_COLUMN` where there is neither price nor amount; `REFUSED` where rows cannot be used, with a count by reason in the
 * message; `VALUE` where two lines have one id; `INVALID_UTF8`; `CHOICE` for an unknown code. Free
 * with `loyalty_lines_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_lines_new(const struct loyalty_line_columns *columns,
                                 struct loyalty_lines **out,
                                 struct loyalty_error **error);

/** The number of lines. */
LOYALTY_API
size_t loyalty_lines_len(const struct loyalty_lines *lines);

/** Frees lines; NULL is allowed. */
LOYALTY_API
void loyalty_lines_free(struct loyalty_lines *lines);

/** Sets the defaults; `size` is `sizeof(loyalty_credit_columns)`. */
LOYALTY_API
void loyalty_credit_columns_init(struct loyalty_credit_columns *columns, size_t size);

/**
 * Finds out which purchases came back, from a log in which returns are credit notes of their own: per customer
 * and product, notes in order of time, each for the newest purchase that it fits.
 *
 *     returned[purchase]              pieces given back: loyalty_line_columns.returned
 *     return_time[purchase]           the time of the first credit on the scale of the notes, 0 where kept
 *     return_time_present[purchase]   whether there is one
 *     rule[note]                      the loyalty_credit_match by which the note was matched
 *
 * The first three take `purchase_length` values, the rows of the purchases, `rule` as many as there are notes.
 * `invalid` is a `loyalty_invalid`: what to do with rows that cannot be used.
 *
 * Errors: `REFUSED` where rows of a table cannot be used and are not to be dropped, or where none of them can,
 * with a count by reason in the message; `LENGTH`; `INVALID_UTF8`; `CHOICE` for an unknown code; `PARAMETER` where
 * there are 2^32 - 1 rows or more.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_match_credits(const struct loyalty_credit_columns *purchases,
                                     const struct loyalty_credit_columns *credits,
                                     int32_t invalid,
                                     double *returned,
                                     int64_t *return_time,
                                     bool *return_time_present,
                                     size_t purchase_length,
                                     int32_t *rule,
                                     size_t rule_length,
                                     struct loyalty_error **error);

/**
 * Loads a model with its state, written in any language and in either encoding. `path` is UTF-8.
 *
 * Errors: `MODEL_FILE` where the file cannot be read, holds another kind of model or contradicts
 * itself; `PARAMETER` where a number in it is outside its domain. Free with `loyalty_return_propensity_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_load(const char *path,
                                              struct loyalty_return_propensity **out,
                                              struct loyalty_error **error);

/**
 * Writes the model with its state, whole or not at all. `path` is UTF-8. A model that is loaded
 * from it goes on to the last bit as this one does.
 *
 * Errors: `MODEL_FILE` where the file cannot be written.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_save(const struct loyalty_return_propensity *model,
                                              const char *path,
                                              struct loyalty_error **error);

/**
 * The same in the compact encoding of docs/model-file.md, which is four to seven times shorter than JSON and
 * some ten times faster to load. Every function that reads a model takes both, and gives the same bits of both.
 *
 * Errors: as `loyalty_return_propensity_save`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_save_compact(const struct loyalty_return_propensity *model,
                                                      const char *path,
                                                      struct loyalty_error **error);

/**
 * The probability of return of every line, in row order, by what is known this morning and by the
 * line's own order. Nothing is learnt from the lines. `threads` is 0 for as many as the machine
 * runs at once; the results are the same for every number.
 *
 * Errors: `MISSING_COLUMN` or `TYPE` where the lines have other categories or numbers, by name or by type,
 * than those that the model has learnt from (their order does not matter); `LENGTH` where `length` is not
 * `loyalty_lines_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_score(const struct loyalty_return_propensity *model,
                                               const struct loyalty_lines *lines,
                                               size_t threads,
                                               double *out,
                                               size_t length,
                                               struct loyalty_error **error);

/**
 * Lower and upper ends of the interval that holds the probability of each line with a probability of
 * `level`, given the histories; in row order. The weights of the line model are taken as known.
 *
 * Errors: as `loyalty_return_propensity_score`, and `PARAMETER` unless `level` is between 0 and 1.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_intervals(const struct loyalty_return_propensity *model,
                                                   const struct loyalty_lines *lines,
                                                   double level,
                                                   size_t threads,
                                                   double *lower,
                                                   double *upper,
                                                   size_t length,
                                                   struct loyalty_error **error);

/** The number of groups of features, for `loyalty_return_propensity_contributions`. */
LOYALTY_API
size_t loyalty_return_propensity_groups(const struct loyalty_return_propensity *model);

/**
 * Copies the name of a group of features, counted from 0, into `buffer` and stores its full length in
 * `*full_length`, which may be NULL; see "Text" above.
 *
 * Errors: `PARAMETER` unless `group` is below `loyalty_return_propensity_groups`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_group_name(const struct loyalty_return_propensity *model,
                                                    size_t group,
                                                    char *buffer,
                                                    size_t length,
                                                    size_t *full_length,
                                                    struct loyalty_error **error);

/** The log-odds of an average line, before the level. */
LOYALTY_API
double loyalty_return_propensity_base(const struct loyalty_return_propensity *model);

/**
 * Why: what each group of features adds to the log-odds of each line against an average line. `out`
 * takes `loyalty_lines_len` rows of `loyalty_return_propensity_groups` numbers, row by row; with
 * `loyalty_return_propensity_base` a row adds up to logit p.
 *
 * Errors: as `loyalty_return_propensity_score`; `LENGTH` where `length` is another number of numbers.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_contributions(const struct loyalty_return_propensity *model,
                                                       const struct loyalty_lines *lines,
                                                       size_t threads,
                                                       double *out,
                                                       size_t length,
                                                       struct loyalty_error **error);

/**
 * Scores lines by what is known before the day of each, as `loyalty_return_propensity_score` does,
 * and takes them in, at a constant cost per line. Lines come in order of their days, an order whole
 * in one call; the orders of a day may come in any order and be cut into calls anywhere, with the same
 * result to the last bit. An order that was told before, the same lines under the same id, changes nothing; its
 * lines have their score of then at today's level. `loyalty_return_propensity_told_before` tells which these are.
 *
 * Errors: as `loyalty_return_propensity_score`, and `VALUE` where a new order is from a day that is over,
 * or where one was told before with other lines; the model is then as before.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_update(struct loyalty_return_propensity *model,
                                                const struct loyalty_lines *lines,
                                                double *out,
                                                size_t length,
                                                struct loyalty_error **error);

/**
 * Takes in returns, at a constant cost each: the ids of lines, as in `loyalty_line_columns.line`,
 * and when they came back, on a `loyalty_time_scale`. A return counts from the day after it on.
 * `counted` takes how many open lines are known to have come back by these returns and were not before,
 * `unknown` how many returns were of other lines: of lines older than the horizon, or not told yet; either may be
 * NULL. The rest is of lines whose return was known already, such as returns told twice.
 *
 * Errors: `REFUSED` for a time outside the years 0001 to 9999, before the day of the line's order, or in
 * days to come more than a year after it; the model is unchanged. `CHOICE` for an unknown code.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_update_returns(struct loyalty_return_propensity *model,
                                                        struct loyalty_ids lines,
                                                        const int64_t *time,
                                                        int32_t time_scale,
                                                        size_t rows,
                                                        size_t *counted,
                                                        size_t *unknown,
                                                        struct loyalty_error **error);

/**
 * Goes on to the morning of a day, counted from 1970-01-01, so that what is due by then counts.
 *
 * Errors: `PARAMETER` for a day more than 3660 days after the one that the model has reached.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_advance(struct loyalty_return_propensity *model,
                                                 int32_t day,
                                                 struct loyalty_error **error);

/** The day whose morning the state is that of, counted from 1970-01-01. */
LOYALTY_API
int32_t loyalty_return_propensity_today(const struct loyalty_return_propensity *model);

/** How many lines are neither back nor older than the horizon. */
LOYALTY_API
size_t loyalty_return_propensity_open_lines(const struct loyalty_return_propensity *model);

/** Frees a model; NULL is allowed. */
LOYALTY_API
void loyalty_return_propensity_free(struct loyalty_return_propensity *model);

/**
 * A copy of a model with its state, which goes on by itself.
 *
 * So readers score while a writer updates: the writer copies the model, updates the copy, and then puts its
 * pointer where readers look for one, under a lock held for that exchange alone; a reader holds the same lock,
 * shared, while it scores, and the old model is freed after the exchange. Readers see the state before or after,
 * never one in between; several calls of `_update`, `_update_returns` and `_advance` may lie between copy and
 * exchange. docs/c.md has the program.
 *
 * Errors: none but those of every function. Free with `loyalty_return_propensity_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_copy(const struct loyalty_return_propensity *model,
                                              struct loyalty_return_propensity **out,
                                              struct loyalty_error **error);

/**
 * Whether each line was told before, in row order: those that `loyalty_return_propensity_update` would leave as
 * they are. So a log may be told again from an earlier point, as after a crash between saving the state and
 * committing what was told: orders are known by customer and order id, lines of orders without one by their own
 * ids, from the day of the order to the end of the horizon, `LOYALTY_RETURN_FACT_HORIZON_DAYS`.
 *
 * Errors: as `loyalty_return_propensity_score`, and `VALUE` where an order, or a line, was told before otherwise.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_told_before(const struct loyalty_return_propensity *model,
                                                     const struct loyalty_lines *lines,
                                                     bool *out,
                                                     size_t length,
                                                     struct loyalty_error **error);

/**
 * One thing that is known of how the model was fitted, or of where it stands, a `loyalty_return_fact`.
 *
 * Errors: `CHOICE` for an unknown code; `UNAVAILABLE` where the model has no such quantity.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_fact(const struct loyalty_return_propensity *model,
                                              int32_t fact,
                                              double *out,
                                              struct loyalty_error **error);

/**
 * The number of columns that a table needs beside time and price: customer, product, categories, numbers.
 */
LOYALTY_API
size_t loyalty_return_propensity_column_count(const struct loyalty_return_propensity *model);

/**
 * What a column is to the model and what it holds, counted from 0 in the order in which the model has learnt
 * from them; a table may have them in any. `role` takes a `loyalty_learnt_role`, `cells` a
 * `loyalty_learnt_cells`; the name is copied into `buffer` and its full length stored in `*full_length`, see
 * "Text" above. `role`, `cells` and `full_length` may be NULL. Customer and product are known by their roles,
 * whatever their names.
 *
 * Errors: `PARAMETER` unless `column` is below `loyalty_return_propensity_column_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_column(const struct loyalty_return_propensity *model,
                                                size_t column,
                                                int32_t *role,
                                                int32_t *cells,
                                                char *buffer,
                                                size_t length,
                                                size_t *full_length,
                                                struct loyalty_error **error);

/**
 * The number of histories: what is counted apart, such as customers, products, customers by product.
 */
LOYALTY_API
size_t loyalty_return_propensity_history_count(const struct loyalty_return_propensity *model);

/**
 * A history, counted from 0: its name, see "Text" above; the prior of a key of which nothing is known, `mean`
 * the rate of return and `strength` the lines that the prior is worth; and how many `keys` are known. Each may
 * be NULL. The first history is that of the customers, the second that of the products.
 *
 * Errors: `PARAMETER` unless `history` is below `loyalty_return_propensity_history_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_history(const struct loyalty_return_propensity *model,
                                                 size_t history,
                                                 double *mean,
                                                 double *strength,
                                                 size_t *keys,
                                                 char *buffer,
                                                 size_t length,
                                                 size_t *full_length,
                                                 struct loyalty_error **error);

/**
 * The lag curve: the share of returns that are on file 0, 1, … days after the order, up to the horizon, where
 * it is 1.
 *
 * Errors: `LENGTH` unless `length` is the horizon in days and one.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_lag(const struct loyalty_return_propensity *model,
                                             double *out,
                                             size_t length,
                                             struct loyalty_error **error);

/**
 * The propensity of customers: how often their lines come back, at the average product mix, cleaned of what
 * they buy as far as the model can, with the interval that holds it with a probability of `level`. `exposure`
 * takes how many lines of each are known, by their maturity, `returns` how many of them came back. A customer
 * who is unknown to the model has the prior and an exposure of 0. All arrays are `rows` long; `lower`, `upper`,
 * `exposure` and `returns` may be NULL.
 *
 * Errors: `PARAMETER` unless `level` is between 0 and 1; `TYPE` where the ids are of another kind than the
 * model's; `INVALID_UTF8`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_customers(const struct loyalty_return_propensity *model,
                                                   struct loyalty_ids customers,
                                                   size_t rows,
                                                   double level,
                                                   double *estimate,
                                                   double *lower,
                                                   double *upper,
                                                   double *exposure,
                                                   double *returns,
                                                   struct loyalty_error **error);

/**
 * The propensity of products at the average of customers; as `loyalty_return_propensity_customers`.
 *
 * Errors: as `loyalty_return_propensity_customers`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_products(const struct loyalty_return_propensity *model,
                                                  struct loyalty_ids products,
                                                  size_t rows,
                                                  double level,
                                                  double *estimate,
                                                  double *lower,
                                                  double *upper,
                                                  double *exposure,
                                                  double *returns,
                                                  struct loyalty_error **error);

/**
 * Whether the customer, and the product, of each line is new: nothing is known of them, and they count as
 * average. Either array may be NULL.
 *
 * Errors: as `loyalty_return_propensity_score`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_is_new(const struct loyalty_return_propensity *model,
                                                const struct loyalty_lines *lines,
                                                size_t threads,
                                                bool *new_customer,
                                                bool *new_product,
                                                size_t length,
                                                struct loyalty_error **error);

/*
 * -----------------------------------------------------------------------------------------------
 * Discounting
 * -----------------------------------------------------------------------------------------------
 */

/**
 * Everything up to `horizon`, discounted from the moment it happens at an effective `annual_rate`
 * (0.1 for 10 %): a purchase after the time t counts (1 + annual_rate)^-(t in years of 365.25
 * days). `horizon` is in `unit`, a `loyalty_unit`, which is the unit of the model.
 *
 * With a rate above 0 the horizon may be `INFINITY`: the whole future, whose discounted purchases are
 * known as DERT.
 *
 * Errors: `PARAMETER` unless horizon and rate are from 0 to 1e50, or the horizon is infinite and the
 * rate from 1e-50; `CHOICE` for an unknown unit or none. Free with `loyalty_discounting_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_discounting_annual(double horizon,
                                          double annual_rate,
                                          int32_t unit,
                                          struct loyalty_discounting **out,
                                          struct loyalty_error **error);

/**
 * The same with an effective `rate` per time unit of the model.
 *
 * With a rate above 0 the horizon may be `INFINITY`: the whole future.
 *
 * Errors: `PARAMETER` unless both are from 0 to 1e50, or the horizon is infinite and the rate from
 * 1e-50. Free with `loyalty_discounting_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_discounting_continuous(double horizon,
                                              double rate,
                                              struct loyalty_discounting **out,
                                              struct loyalty_error **error);

/**
 * `periods` periods of `length` time units each, every purchase discounted at `rate` per period as
 * though it were paid at its period's end: the sum that lifetimes and PyMC-Marketing make.
 *
 * Errors: `PARAMETER` unless `periods` and `length` are above 0 and the rate at least 0, all
 * finite. Free with `loyalty_discounting_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_discounting_per_period(uint32_t periods,
                                              double length,
                                              double rate,
                                              struct loyalty_discounting **out,
                                              struct loyalty_error **error);

/** How far it reaches, in the model's unit of time. */
LOYALTY_API
double loyalty_discounting_horizon(const struct loyalty_discounting *discounting);

/** Frees a discounting; NULL is allowed. */
LOYALTY_API
void loyalty_discounting_free(struct loyalty_discounting *discounting);

/*
 * -----------------------------------------------------------------------------------------------
 * What else is known of customers
 * -----------------------------------------------------------------------------------------------
 */

/** Sets the defaults; `size` is `sizeof(loyalty_covariate_columns)`. */
LOYALTY_API
void loyalty_covariate_columns_init(struct loyalty_covariate_columns *columns, size_t size);

/**
 * Checks covariates and takes a copy of them.
 *
 * Errors: `EMPTY` without rows or columns; `MISSING_COLUMN` where a name is there twice; `TYPE` for levels that
 * are whole numbers; `VALUE` with the first cell that is missing (NaN, empty text) or outside its domain;
 * `INVALID_UTF8`. Free with `loyalty_covariates_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_covariates_new(const struct loyalty_covariate_columns *columns,
                                      struct loyalty_covariates **out,
                                      struct loyalty_error **error);

/** The number of rows; 0 for NULL. */
LOYALTY_API
size_t loyalty_covariates_len(const struct loyalty_covariates *covariates);

/** Frees covariates; NULL is allowed. */
LOYALTY_API
void loyalty_covariates_free(struct loyalty_covariates *covariates);

/** Sets the defaults; `size` is `sizeof(loyalty_covariate_roles)`. */
LOYALTY_API
void loyalty_covariate_roles_init(struct loyalty_covariate_roles *roles, size_t size);

/**
 * Fits a model of a `loyalty_purchase_kind` to a summary and what is known of its customers, row by row, by
 * maximum likelihood: `LOYALTY_PURCHASE_KIND_PARETO_NBD`, `…_BG_NBD` or `…_MBG_NBD`. It takes over the
 * summary's unit.
 *
 * `roles` may be NULL: every column acts on purchases and on dropout. `options` may be NULL for the defaults; a
 * prior of a coefficient is `LOYALTY_DENSITY_NORMAL` and named as the coefficient is. `fit` may be NULL, but
 * then a fit that stopped short of a maximum is an error (`NOT_CONVERGED`); with it, see `loyalty_fit_stop`.
 *
 * Errors: `CHOICE` for an unknown kind, one that takes no covariates, or a prior that does not go with its
 * parameter; `LENGTH` where covariates and summary differ in length, or for a `start` of another length than
 * the parameters; `MISSING_COLUMN` for a column that is not there, has one value only, follows from others, or
 * is both shared and not; `EMPTY` where none acts on anything; `DEGENERATE` where nobody bought again;
 * `PARAMETER` for options outside their domain, among them any `penalizer`; `CANCELLED`. Free with
 * `loyalty_purchase_with_covariates_free`, and the fit with `loyalty_fit_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_fit(int32_t kind,
                                                    const struct loyalty_summary *summary,
                                                    const struct loyalty_covariates *covariates,
                                                    const struct loyalty_covariate_roles *roles,
                                                    const struct loyalty_fit_options *options,
                                                    struct loyalty_fit **fit,
                                                    struct loyalty_purchase_with_covariates **out,
                                                    struct loyalty_error **error);

/**
 * Loads a model of purchases with covariates from its file, written in any language. `path` is UTF-8.
 *
 * Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds no such model;
 * `PARAMETER` where a parameter is outside its domain, `CHOICE` where its unit is none. Free with `loyalty_purchase_with_covariates_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_load(const char *path,
                                                     struct loyalty_purchase_with_covariates **out,
                                                     struct loyalty_error **error);

/**
 * Writes a model file, whole or not at all, with the report of the fit. `path` is UTF-8. Loading it gives a
 * model that scores alike, to the last bit.
 *
 * Errors: `MODEL_FILE` where the file cannot be written.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_save(const struct loyalty_purchase_with_covariates *model,
                                                     const char *path,
                                                     struct loyalty_error **error);

/** The kind of model that its customers follow, a number of `loyalty_purchase_kind`; 0 for NULL. */
LOYALTY_API
int32_t loyalty_purchase_with_covariates_kind(const struct loyalty_purchase_with_covariates *model);

/** The unit of time; `LOYALTY_UNIT_NONE` where none is declared. */
LOYALTY_API
loyalty_unit loyalty_purchase_with_covariates_unit(const struct loyalty_purchase_with_covariates *model);

/** The number of columns that the model has learnt from, which scoring needs. */
LOYALTY_API
size_t loyalty_purchase_with_covariates_column_count(const struct loyalty_purchase_with_covariates *model);

/**
 * Copies the name of a column that the model has learnt from, counted from 0, into `buffer` and stores its
 * full length in `*full_length`, which may be NULL; see "Text" above.
 *
 * Errors: `PARAMETER` unless `index` is below `loyalty_purchase_with_covariates_column_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_column_name(const struct loyalty_purchase_with_covariates *model,
                                                            size_t index,
                                                            char *buffer,
                                                            size_t length,
                                                            size_t *full_length,
                                                            struct loyalty_error **error);

/**
 * The number of the model's parameters: those of a customer whose covariates are all 0, then a coefficient for
 * each feature of each acting column.
 */
LOYALTY_API
size_t loyalty_purchase_with_covariates_parameter_count(const struct loyalty_purchase_with_covariates *model);

/**
 * Copies the name of a parameter, counted from 0, into `buffer` and stores its full length in
 * `*full_length`, which may be NULL; see "Text" above. Coefficients are called `purchase:age` (of a number),
 * `dropout:channel=web` (of a level against the most frequent one), `shared:…`.
 *
 * Errors: `PARAMETER` unless `index` is below `loyalty_purchase_with_covariates_parameter_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_parameter_name(const struct loyalty_purchase_with_covariates *model,
                                                               size_t index,
                                                               char *buffer,
                                                               size_t length,
                                                               size_t *full_length,
                                                               struct loyalty_error **error);

/**
 * The value of a parameter, counted from 0; of a coefficient, for a step of 1 of the column as it is.
 *
 * Errors: `PARAMETER` unless `index` is below `loyalty_purchase_with_covariates_parameter_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_parameter_value(const struct loyalty_purchase_with_covariates *model,
                                                                size_t index,
                                                                double *out,
                                                                struct loyalty_error **error);

/**
 * What the fit says of itself, for a model that was fitted, now or before it was saved.
 *
 * Errors: `EMPTY` for a model whose file has no report of a fit. Free with `loyalty_fit_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_fit_of_purchase_with_covariates(const struct loyalty_purchase_with_covariates *model,
                                                       struct loyalty_fit **out,
                                                       struct loyalty_error **error);

/**
 * ln L of a summary and what is known of its customers under the model.
 *
 * Errors: as the functions of `loyalty_purchase_with_covariates`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_log_likelihood(const struct loyalty_purchase_with_covariates *model,
                                                               const struct loyalty_summary *summary,
                                                               const struct loyalty_covariates *covariates,
                                                               double *out,
                                                               struct loyalty_error **error);

/** Frees a model; NULL is allowed. */
LOYALTY_API
void loyalty_purchase_with_covariates_free(struct loyalty_purchase_with_covariates *model);

/**
 * The probability that each customer is still active at the end of observation.
 *
 * Errors: those of `loyalty_purchase_with_covariates`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_p_alive(const struct loyalty_purchase_with_covariates *model,
                                                        const struct loyalty_summary *summary,
                                                        const struct loyalty_covariates *covariates,
                                                        size_t threads,
                                                        double *out,
                                                        size_t length,
                                                        struct loyalty_error **error);

/**
 * The probability that each customer is still active `horizon` after the end of observation.
 *
 * Errors: those of `loyalty_purchase_with_covariates`, and `PARAMETER` unless the horizon is from 0 to 1e50.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_p_alive_at(const struct loyalty_purchase_with_covariates *model,
                                                           const struct loyalty_summary *summary,
                                                           const struct loyalty_covariates *covariates,
                                                           double horizon,
                                                           size_t threads,
                                                           double *out,
                                                           size_t length,
                                                           struct loyalty_error **error);

/**
 * The expected purchases of each customer within `horizon` after the end of observation.
 *
 * Errors: those of `loyalty_purchase_with_covariates`, and `PARAMETER` unless the horizon is from 0 to 1e50.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_expected_purchases(const struct loyalty_purchase_with_covariates *model,
                                                                   const struct loyalty_summary *summary,
                                                                   const struct loyalty_covariates *covariates,
                                                                   double horizon,
                                                                   size_t threads,
                                                                   double *out,
                                                                   size_t length,
                                                                   struct loyalty_error **error);

/**
 * The probability that each customer makes no purchase within `horizon` after the end of observation.
 *
 * Errors: those of `loyalty_purchase_with_covariates`, and `PARAMETER` unless the horizon is from 0 to 1e50.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_p_no_purchase(const struct loyalty_purchase_with_covariates *model,
                                                              const struct loyalty_summary *summary,
                                                              const struct loyalty_covariates *covariates,
                                                              double horizon,
                                                              size_t threads,
                                                              double *out,
                                                              size_t length,
                                                              struct loyalty_error **error);

/**
 * The discounted expected purchases of each customer after the end of observation.
 *
 * Errors: those of `loyalty_purchase_with_covariates`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_discounted_purchases(const struct loyalty_purchase_with_covariates *model,
                                                                     const struct loyalty_summary *summary,
                                                                     const struct loyalty_covariates *covariates,
                                                                     const struct loyalty_discounting *discounting,
                                                                     size_t threads,
                                                                     double *out,
                                                                     size_t length,
                                                                     struct loyalty_error **error);

/**
 * The distribution of each customer's purchases within `horizon`, `counts` values each, one customer after
 * the other: the probabilities of 0, 1, 2, … purchases, and in the last place of as many or more.
 *
 * Errors: those of `loyalty_purchase_with_covariates`, and `PARAMETER` unless the horizon is from 0 to 1e50; `EMPTY` where `counts` is 0; `LENGTH` unless
 * `length` is `counts` times `loyalty_summary_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_purchase_distribution(const struct loyalty_purchase_with_covariates *model,
                                                                      const struct loyalty_summary *summary,
                                                                      const struct loyalty_covariates *covariates,
                                                                      double horizon,
                                                                      size_t counts,
                                                                      size_t threads,
                                                                      double *out,
                                                                      size_t length,
                                                                      struct loyalty_error **error);

/**
 * Fits a Gamma-Gamma by maximum likelihood to the customers with purchases behind their monetary value and
 * what is known of them, row by row. Those whose purchases were all free are left out; see
 * `loyalty_fit_left_out`.
 *
 * `roles` may be NULL: every column acts on spend; otherwise `roles->purchase` names those that do. `options`
 * and `fit` as in `loyalty_purchase_with_covariates_fit`.
 *
 * Errors: `MISSING_COLUMN` where the summary has no monetary value, and for a column that is not there, has one
 * value only, follows from others, or is to act on dropout; `EMPTY` where none acts on spend; `LENGTH` where
 * covariates and summary differ in length, or for a `start` of another length than the parameters;
 * `DEGENERATE` where fewer than two customers spent something or all spent the same; `CHOICE` for a prior that
 * does not go with its parameter; `PARAMETER` for options outside their domain, among them any `penalizer`;
 * `CANCELLED`; `NOT_CONVERGED` where `fit` is NULL. Free with `loyalty_spend_with_covariates_free`, and the
 * fit with `loyalty_fit_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_with_covariates_fit(const struct loyalty_summary *summary,
                                                 const struct loyalty_covariates *covariates,
                                                 const struct loyalty_covariate_roles *roles,
                                                 const struct loyalty_fit_options *options,
                                                 struct loyalty_fit **fit,
                                                 struct loyalty_spend_with_covariates **out,
                                                 struct loyalty_error **error);

/**
 * Loads a model of spend with covariates from its file, written in any language. `path` is UTF-8.
 *
 * Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds no such model;
 * `PARAMETER` where a parameter is outside its domain. Free with `loyalty_spend_with_covariates_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_with_covariates_load(const char *path,
                                                  struct loyalty_spend_with_covariates **out,
                                                  struct loyalty_error **error);

/**
 * Writes a model file, whole or not at all, with the report of the fit. `path` is UTF-8. Loading it gives a
 * model that scores alike, to the last bit.
 *
 * Errors: `MODEL_FILE` where the file cannot be written.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_with_covariates_save(const struct loyalty_spend_with_covariates *model,
                                                  const char *path,
                                                  struct loyalty_error **error);

/** The number of columns that the model has learnt from, which scoring needs. */
LOYALTY_API
size_t loyalty_spend_with_covariates_column_count(const struct loyalty_spend_with_covariates *model);

/**
 * Copies the name of a column that the model has learnt from, counted from 0, into `buffer` and stores its
 * full length in `*full_length`, which may be NULL; see "Text" above.
 *
 * Errors: `PARAMETER` unless `index` is below `loyalty_spend_with_covariates_column_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_with_covariates_column_name(const struct loyalty_spend_with_covariates *model,
                                                         size_t index,
                                                         char *buffer,
                                                         size_t length,
                                                         size_t *full_length,
                                                         struct loyalty_error **error);

/**
 * The number of the model's parameters: those of a customer whose covariates are all 0, then a coefficient for
 * each feature of each acting column.
 */
LOYALTY_API
size_t loyalty_spend_with_covariates_parameter_count(const struct loyalty_spend_with_covariates *model);

/**
 * Copies the name of a parameter, counted from 0, into `buffer` and stores its full length in
 * `*full_length`, which may be NULL; see "Text" above. Coefficients are called `spend:age` (of a number) and
 * `spend:channel=web` (of a level against the most frequent one).
 *
 * Errors: `PARAMETER` unless `index` is below `loyalty_spend_with_covariates_parameter_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_with_covariates_parameter_name(const struct loyalty_spend_with_covariates *model,
                                                            size_t index,
                                                            char *buffer,
                                                            size_t length,
                                                            size_t *full_length,
                                                            struct loyalty_error **error);

/**
 * The value of a parameter, counted from 0; of a coefficient, for a step of 1 of the column as it is.
 *
 * Errors: `PARAMETER` unless `index` is below `loyalty_spend_with_covariates_parameter_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_with_covariates_parameter_value(const struct loyalty_spend_with_covariates *model,
                                                             size_t index,
                                                             double *out,
                                                             struct loyalty_error **error);

/**
 * What the fit says of itself, for a model that was fitted, now or before it was saved.
 *
 * Errors: `EMPTY` for a model whose file has no report of a fit. Free with `loyalty_fit_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_fit_of_spend_with_covariates(const struct loyalty_spend_with_covariates *model,
                                                    struct loyalty_fit **out,
                                                    struct loyalty_error **error);

/**
 * ln L of a summary and what is known of its customers under the model.
 *
 * Errors: `MISSING_COLUMN` where the summary has no monetary value; `DEGENERATE` where fewer than two
 * customers spent something; of covariates as the functions of `loyalty_purchase_with_covariates`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_with_covariates_log_likelihood(const struct loyalty_spend_with_covariates *model,
                                                            const struct loyalty_summary *summary,
                                                            const struct loyalty_covariates *covariates,
                                                            double *out,
                                                            struct loyalty_error **error);

/**
 * The expected amount per purchase of each customer; see `loyalty_spend_model_expected_spend_batch`, and
 * `loyalty_purchase_with_covariates` for what is asked of the covariates.
 *
 * Errors: as both.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_with_covariates_expected_spend(const struct loyalty_spend_with_covariates *model,
                                                            const struct loyalty_summary *summary,
                                                            const struct loyalty_covariates *covariates,
                                                            size_t threads,
                                                            double *out,
                                                            size_t length,
                                                            struct loyalty_error **error);

/** Frees a model; NULL is allowed. */
LOYALTY_API
void loyalty_spend_with_covariates_free(struct loyalty_spend_with_covariates *model);

/*
 * -----------------------------------------------------------------------------------------------
 * Lifetime value, and intervals
 * -----------------------------------------------------------------------------------------------
 */

/**
 * Expected value of every customer's future purchases, discounted to the end of observation, in
 * row order and in the currency of the amounts:
 *
 *     CLV = margin * expected spend per purchase * discounted expected purchases
 *
 * `margin` is the contribution margin, the share of the amount that is left after all that grows
 * with it: from -1000 to 1, and 1 gives the value in revenue. `threads` is 0 for as many as
 * the machine runs at once; the results are the same for every number.
 *
 * Errors: `MISSING_COLUMN` where the summary has no monetary value; `INFINITE` where a customer's
 * expected spend is; `UNIT` where the model of purchases is in another unit than the summary;
 * `PARAMETER` for the margin; `LENGTH` unless `length` is `loyalty_summary_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_clv(const struct loyalty_purchase_model *purchases,
                           const struct loyalty_spend_model *spend,
                           const struct loyalty_summary *summary,
                           const struct loyalty_discounting *discounting,
                           double margin,
                           size_t threads,
                           double *out,
                           size_t length,
                           struct loyalty_error **error);

/**
 * `loyalty_clv` with a margin for each customer: `length` values in row order, in an array other
 * than `out`.
 *
 * Errors: as there, and `VALUE` with the first row whose margin is not finite or above 1.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_clv_with_margins(const struct loyalty_purchase_model *purchases,
                                        const struct loyalty_spend_model *spend,
                                        const struct loyalty_summary *summary,
                                        const struct loyalty_discounting *discounting,
                                        const double *margins,
                                        size_t threads,
                                        double *out,
                                        size_t length,
                                        struct loyalty_error **error);

/** Sets the defaults; `size` is `sizeof(loyalty_clv_models)`. */
LOYALTY_API
void loyalty_clv_models_init(struct loyalty_clv_models *models, size_t size);

/**
 * `loyalty_clv` where one of the models or both have covariates. `margin` is one for all, with `margins` 1, or a
 * row each, with `margins` of `loyalty_summary_len`; in an array other than `out`.
 *
 * Errors: as `loyalty_clv_with_margins`, of covariates as the functions of `loyalty_purchase_with_covariates`,
 * and `CHOICE` for two models of purchases or of spend.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_clv_with_covariates(const struct loyalty_clv_models *models,
                                           const struct loyalty_summary *summary,
                                           const struct loyalty_discounting *discounting,
                                           const double *margin,
                                           size_t margins,
                                           size_t threads,
                                           double *out,
                                           size_t length,
                                           struct loyalty_error **error);

/**
 * Loads a posterior of a model of purchases from its file, written in any language. `path` is UTF-8.
 *
 * Errors: `MODEL_FILE` where the file cannot be read or is no such file; `PARAMETER` where a number in it
 * is outside its domain; `CHOICE` where its model is another, or a word in it is unknown. Free with
 * `loyalty_purchase_posterior_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_posterior_load(const char *path,
                                               struct loyalty_purchase_posterior **out,
                                               struct loyalty_error **error);

/** The number of points, whose models every prediction is averaged over; 0 for NULL. */
LOYALTY_API
size_t loyalty_purchase_posterior_points(const struct loyalty_purchase_posterior *posterior);

/** Whether the points stand for the posterior; false for NULL. */
LOYALTY_API
bool loyalty_purchase_posterior_is_believed(const struct loyalty_purchase_posterior *posterior);

/**
 * P(alive) of a customer: posterior mean, and the ends of an interval of probability `level`. For x, t_x
 * and T see `loyalty_purchase_model_p_alive`.
 *
 * Errors: `PARAMETER` for a history as there, or unless the level is above 0 and below 1.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_posterior_p_alive(const struct loyalty_purchase_posterior *posterior,
                                                  uint32_t x,
                                                  double t_x,
                                                  double T,
                                                  double level,
                                                  double *mean,
                                                  double *lower,
                                                  double *upper,
                                                  struct loyalty_error **error);

/**
 * `loyalty_purchase_posterior_p_alive` of every customer of a summary, in row order. `threads` is 0 for as
 * many as the machine runs at once; the results are the same for every number.
 *
 * Errors: `UNIT` where the model is in another unit than the summary; `PARAMETER` unless the level is above
 * 0 and below 1; `LENGTH` unless `length` is `loyalty_summary_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_posterior_p_alive_batch(const struct loyalty_purchase_posterior *posterior,
                                                        const struct loyalty_summary *summary,
                                                        double level,
                                                        size_t threads,
                                                        double *mean,
                                                        double *lower,
                                                        double *upper,
                                                        size_t length,
                                                        struct loyalty_error **error);

/**
 * Expected purchases of a customer within `horizon`: posterior mean, and the ends of an interval of the
 * expectation; what the customer then does varies around it.
 *
 * Errors: as `loyalty_purchase_posterior_p_alive`, and `PARAMETER` unless the horizon is from 0 to 1e50.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_posterior_expected_purchases(const struct loyalty_purchase_posterior *posterior,
                                                             uint32_t x,
                                                             double t_x,
                                                             double T,
                                                             double horizon,
                                                             double level,
                                                             double *mean,
                                                             double *lower,
                                                             double *upper,
                                                             struct loyalty_error **error);

/**
 * `loyalty_purchase_posterior_expected_purchases` of every customer of a summary, in row order.
 *
 * Errors: as `loyalty_purchase_posterior_p_alive_batch`, and `PARAMETER` unless the horizon is from 0 to
 * 1e50.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_posterior_expected_purchases_batch(const struct loyalty_purchase_posterior *posterior,
                                                                   const struct loyalty_summary *summary,
                                                                   double horizon,
                                                                   double level,
                                                                   size_t threads,
                                                                   double *mean,
                                                                   double *lower,
                                                                   double *upper,
                                                                   size_t length,
                                                                   struct loyalty_error **error);

/** Frees a posterior; NULL is allowed. */
LOYALTY_API
void loyalty_purchase_posterior_free(struct loyalty_purchase_posterior *posterior);

/**
 * Loads a posterior of a model of spend from its file, written in any language. `path` is UTF-8.
 *
 * Errors: `MODEL_FILE` where the file cannot be read or is no such file; `PARAMETER` where a number in it
 * is outside its domain; `CHOICE` where its model is another, or a word in it is unknown. Free with
 * `loyalty_spend_posterior_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_posterior_load(const char *path,
                                            struct loyalty_spend_posterior **out,
                                            struct loyalty_error **error);

/** Frees a posterior; NULL is allowed. */
LOYALTY_API
void loyalty_spend_posterior_free(struct loyalty_spend_posterior *posterior);

/**
 * Lifetime value of every customer of a summary, over the posteriors of both models: posterior mean, and
 * the ends of an interval of the expectation. For the value, `margin` and `threads` see `loyalty_clv`.
 *
 * Errors: as there, and `PARAMETER` unless the level is above 0 and below 1.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_clv_posterior(const struct loyalty_purchase_posterior *purchases,
                                     const struct loyalty_spend_posterior *spend,
                                     const struct loyalty_summary *summary,
                                     const struct loyalty_discounting *discounting,
                                     double margin,
                                     double level,
                                     size_t threads,
                                     double *mean,
                                     double *lower,
                                     double *upper,
                                     size_t length,
                                     struct loyalty_error **error);

/**
 * Loads a posterior of a model of purchases with covariates from its file, written in any language. `path` is
 * UTF-8.
 *
 * Errors: `MODEL_FILE` where the file cannot be read or is no such file; `PARAMETER` where a number in it
 * is outside its domain; `CHOICE` where its model is another, or a word in it is unknown. Free with
 * `loyalty_purchase_posterior_with_covariates_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_posterior_with_covariates_load(const char *path,
                                                               struct loyalty_purchase_posterior_with_covariates **out,
                                                               struct loyalty_error **error);

/** The number of points, whose models every prediction is averaged over; 0 for NULL. */
LOYALTY_API
size_t loyalty_purchase_posterior_with_covariates_points(const struct loyalty_purchase_posterior_with_covariates *posterior);

/** Whether the points stand for the posterior; false for NULL. */
LOYALTY_API
bool loyalty_purchase_posterior_with_covariates_is_believed(const struct loyalty_purchase_posterior_with_covariates *posterior);

/**
 * P(alive) of every customer of a summary, in row order: posterior mean, and the ends of an interval of
 * probability `level`. `threads` is 0 for as many as the machine runs at once; the results are the same for
 * every number.
 *
 * Errors: those of `loyalty_purchase_with_covariates`, and `PARAMETER` unless the level is above 0 and below 1.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_posterior_with_covariates_p_alive(const struct loyalty_purchase_posterior_with_covariates *posterior,
                                                                  const struct loyalty_summary *summary,
                                                                  const struct loyalty_covariates *covariates,
                                                                  double level,
                                                                  size_t threads,
                                                                  double *mean,
                                                                  double *lower,
                                                                  double *upper,
                                                                  size_t length,
                                                                  struct loyalty_error **error);

/**
 * Expected purchases of every customer within `horizon` after the end of observation, in row order: posterior
 * mean, and the ends of an interval of the expectation; what the customer then does varies around it.
 *
 * Errors: as `loyalty_purchase_posterior_with_covariates_p_alive`, and `PARAMETER` unless the horizon is from 0
 * to 1e50.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_posterior_with_covariates_expected_purchases(const struct loyalty_purchase_posterior_with_covariates *posterior,
                                                                             const struct loyalty_summary *summary,
                                                                             const struct loyalty_covariates *covariates,
                                                                             double horizon,
                                                                             double level,
                                                                             size_t threads,
                                                                             double *mean,
                                                                             double *lower,
                                                                             double *upper,
                                                                             size_t length,
                                                                             struct loyalty_error **error);

/** Frees a posterior; NULL is allowed. */
LOYALTY_API
void loyalty_purchase_posterior_with_covariates_free(struct loyalty_purchase_posterior_with_covariates *posterior);

/**
 * Loads a posterior of a model of spend with covariates from its file, written in any language. `path` is
 * UTF-8.
 *
 * Errors: `MODEL_FILE` where the file cannot be read or is no such file; `PARAMETER` where a number in it
 * is outside its domain; `CHOICE` where its model is another, or a word in it is unknown. Free with
 * `loyalty_spend_posterior_with_covariates_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_posterior_with_covariates_load(const char *path,
                                                            struct loyalty_spend_posterior_with_covariates **out,
                                                            struct loyalty_error **error);

/** The number of points, whose models every prediction is averaged over; 0 for NULL. */
LOYALTY_API
size_t loyalty_spend_posterior_with_covariates_points(const struct loyalty_spend_posterior_with_covariates *posterior);

/** Whether the points stand for the posterior; false for NULL. */
LOYALTY_API
bool loyalty_spend_posterior_with_covariates_is_believed(const struct loyalty_spend_posterior_with_covariates *posterior);

/**
 * The expected amount per purchase of every customer, in row order: posterior mean, and the ends of an interval
 * of the expectation. See `loyalty_spend_with_covariates_expected_spend`, and
 * `loyalty_purchase_posterior_with_covariates_p_alive` for `threads`.
 *
 * Errors: as both.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_posterior_with_covariates_expected_spend(const struct loyalty_spend_posterior_with_covariates *posterior,
                                                                      const struct loyalty_summary *summary,
                                                                      const struct loyalty_covariates *covariates,
                                                                      double level,
                                                                      size_t threads,
                                                                      double *mean,
                                                                      double *lower,
                                                                      double *upper,
                                                                      size_t length,
                                                                      struct loyalty_error **error);

/** Frees a posterior; NULL is allowed. */
LOYALTY_API
void loyalty_spend_posterior_with_covariates_free(struct loyalty_spend_posterior_with_covariates *posterior);

/** Sets the defaults; `size` is `sizeof(loyalty_clv_posteriors)`. */
LOYALTY_API
void loyalty_clv_posteriors_init(struct loyalty_clv_posteriors *posteriors, size_t size);

/**
 * `loyalty_clv_posterior` where one of the models or both have covariates. `margin` is one for all, with
 * `margins` 1, or a row each, with `margins` of `loyalty_summary_len`.
 *
 * Errors: as `loyalty_clv_with_covariates`, and `PARAMETER` unless the level is above 0 and below 1.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_clv_posterior_with_covariates(const struct loyalty_clv_posteriors *posteriors,
                                                     const struct loyalty_summary *summary,
                                                     const struct loyalty_discounting *discounting,
                                                     const double *margin,
                                                     size_t margins,
                                                     double level,
                                                     size_t threads,
                                                     double *mean,
                                                     double *lower,
                                                     double *upper,
                                                     size_t length,
                                                     struct loyalty_error **error);

/** Sets the defaults; `size` is `sizeof(loyalty_prediction_options)`. */
LOYALTY_API
void loyalty_prediction_options_init(struct loyalty_prediction_options *options, size_t size);

/** Sets the defaults; `size` is `sizeof(loyalty_prediction_models)`. */
LOYALTY_API
void loyalty_prediction_models_init(struct loyalty_prediction_models *models, size_t size);

/**
 * Intervals of the purchases within `horizon`: of what customers will do, unless `options` ask for what is expected
 * of them. `estimate` takes what is expected under the likeliest parameters. The arrays are `loyalty_summary_len`
 * long, 1 for the total, or as many as there are groups. `options` may be NULL for the defaults.
 *
 * Of a single customer intervals are exact, and ends are whole numbers; of groups and totals they are quantiles
 * over draws, which keep the error that all customers have in common. docs/intervals.md has more.
 *
 * Errors: `PARAMETER` for a horizon, a level or draws outside their domain, or where a customer makes more
 * purchases than can be drawn; `UNIT` where the model is in another unit than the summary; `MISSING_COLUMN` where
 * the summary has weights; `VALUE` for the number of a group that is not below that of customers; `CHOICE` for an unknown code, or for a model and a posterior of it; `LENGTH`;
 * `DEGENERATE` where the fit does not say how sure it is.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_prediction(const struct loyalty_prediction_models *models,
                                           const struct loyalty_summary *summary,
                                           double horizon,
                                           const struct loyalty_prediction_options *options,
                                           double *estimate,
                                           double *lower,
                                           double *upper,
                                           size_t length,
                                           struct loyalty_error **error);

/**
 * Intervals of lifetime values: of what customers will spend within the horizon of `discounting`, discounted,
 * times the margin, unless `options` ask for what is expected of them. `margin` is one for all, with `margins` 1,
 * or a row each, with `margins` of `loyalty_summary_len`. For the arrays and `options` see
 * `loyalty_purchase_prediction`.
 *
 * Errors: as there and as `loyalty_clv_with_margins`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_clv_prediction(const struct loyalty_prediction_models *models,
                                      const struct loyalty_summary *summary,
                                      const struct loyalty_discounting *discounting,
                                      const double *margin,
                                      size_t margins,
                                      const struct loyalty_prediction_options *options,
                                      double *estimate,
                                      double *lower,
                                      double *upper,
                                      size_t length,
                                      struct loyalty_error **error);

/**
 * Draws what every customer will do within `horizon`: `draws` futures of each under the model's parameters, those
 * of one customer after those of the other.
 *
 *     purchases[row * draws + draw]           purchases within the horizon
 *     alive[row * draws + draw]               whether the customer is alive at the end of observation
 *     alive_at_horizon[row * draws + draw]    whether they still are at the horizon
 *
 * Each array takes `length` values; the last two may be NULL. A customer alone has the same future as among a
 * million: the generator is of `seed`, the number of the draw and the id, or the row where the summary has none.
 *
 * Errors: `UNIT` where the model is in another unit than the summary; `PARAMETER` for a horizon that is not from 0
 * to 1e50, or too long to draw; `LENGTH` unless `length` is customers times draws.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_simulate_future(const struct loyalty_purchase_model *model,
                                                      const struct loyalty_summary *summary,
                                                      double horizon,
                                                      uint32_t draws,
                                                      uint64_t seed,
                                                      size_t threads,
                                                      uint32_t *purchases,
                                                      bool *alive,
                                                      bool *alive_at_horizon,
                                                      size_t length,
                                                      struct loyalty_error **error);

/*
 * -----------------------------------------------------------------------------------------------
 * Scores and segments
 * -----------------------------------------------------------------------------------------------
 */

/**
 * The correlation of customers' numbers of purchases with their mean amounts, over the customers that
 * the Gamma-Gamma is fitted to, with intervals of the probability `level`. Every lifetime value takes
 * the two to be independent: where Pearson's interval lies well beyond 0, values are too high or too
 * low for those who seldom buy.
 *
 * Pearson's is tested by Student's t, with an interval by Fisher's z; Spearman's, that of the ranks,
 * likewise.
 *
 * Errors: `MISSING_COLUMN` where the summary has no monetary value; `PARAMETER` unless the level is
 * between 0 and 1; `EMPTY` where there is no correlation: with fewer than four customers, or where
 * all buy equally often or spend the same.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_frequency_value_correlation(const struct loyalty_summary *summary,
                                                   double level,
                                                   struct loyalty_correlation *pearson,
                                                   struct loyalty_correlation *spearman,
                                                   struct loyalty_error **error);

/** Sets the defaults; `size` is `sizeof(loyalty_rfm_options)`. */
LOYALTY_API
void loyalty_rfm_options_init(struct loyalty_rfm_options *options, size_t size);

/**
 * Scores the customers of a summary by T - t_x, x + 1 and the sum of all amounts. `options` may be
 * NULL for the defaults.
 *
 * Errors: `MISSING_COLUMN` where the summary has no total amounts; `PARAMETER` unless the number
 * of bins is from 1 to 1000, for more than 999 thresholds, or for nested scores with thresholds; `VALUE` for
 * thresholds that do not ascend. Free with `loyalty_rfm_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_rfm_of(const struct loyalty_summary *summary,
                              const struct loyalty_rfm_options *options,
                              struct loyalty_rfm **out,
                              struct loyalty_error **error);

/**
 * Scores customers by columns of `rows` values: time since the last purchase, number of purchases,
 * money, and how many customers each row stands for (NULL for one each).
 *
 * Errors: `EMPTY` without rows; `VALUE` unless times and numbers are from 0 to 1e50, money from
 * -1e50 to 1e50 and weights from 1e-50 to 1e50; `PARAMETER` unless the number of bins is from 1 to 1000. Free with
 * `loyalty_rfm_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_rfm_new(const double *recency,
                               const double *frequency,
                               const double *monetary,
                               const double *weights,
                               size_t rows,
                               const struct loyalty_rfm_options *options,
                               struct loyalty_rfm **out,
                               struct loyalty_error **error);

/** The number of customers (of rows, where rows carry weights). */
LOYALTY_API
size_t loyalty_rfm_len(const struct loyalty_rfm *rfm);

/** The number of scores on each axis. */
LOYALTY_API
uint32_t loyalty_rfm_bins(const struct loyalty_rfm *rfm);

/**
 * Copies the scores on one axis, a `loyalty_rfm_axis`, in row order.
 *
 * Errors: `CHOICE` for an unknown axis; `LENGTH` unless `length` is `loyalty_rfm_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_rfm_scores(const struct loyalty_rfm *rfm,
                                  int32_t axis,
                                  uint32_t *out,
                                  size_t length,
                                  struct loyalty_error **error);

/**
 * Counts the scores of an axis that no customer has: too many share one value, or there are too few.
 *
 * Errors: `CHOICE` for an unknown axis.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_rfm_empty_scores_len(const struct loyalty_rfm *rfm,
                                            int32_t axis,
                                            size_t *out,
                                            struct loyalty_error **error);

/**
 * Copies the scores of an axis that no customer has, ascending.
 *
 * Errors: `CHOICE` for an unknown axis; `LENGTH` unless `length` is
 * `loyalty_rfm_empty_scores_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_rfm_empty_scores(const struct loyalty_rfm *rfm,
                                        int32_t axis,
                                        uint32_t *out,
                                        size_t length,
                                        struct loyalty_error **error);

/**
 * Copies the thresholds between the scores of an axis, ascending: one fewer than `loyalty_rfm_bins`. As
 * `loyalty_rfm_options` they score other customers in the same way.
 *
 * Errors: `CHOICE` for an unknown axis; `LENGTH` unless `length` is `loyalty_rfm_bins` - 1;
 * `UNAVAILABLE` for nested scores, which have no thresholds that hold for all customers.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_rfm_breaks(const struct loyalty_rfm *rfm,
                                  int32_t axis,
                                  double *out,
                                  size_t length,
                                  struct loyalty_error **error);

/** Frees RFM scores; NULL is allowed. */
LOYALTY_API
void loyalty_rfm_free(struct loyalty_rfm *rfm);

/**
 * The customary ten segments over recency and frequency scores of 1 to 5: Champions, Loyal,
 * Potential loyalists, New customers, Promising, Need attention, About to sleep, Cannot lose them,
 * At risk, Hibernating.
 *
 * Errors: those of every function alone. Free with `loyalty_segment_table_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_segment_table_customary(struct loyalty_segment_table **out,
                                               struct loyalty_error **error);

/**
 * A table for scores of 1 to `bins`, from JSON: a list of objects with `name` and, as pairs of
 * first and last score, `recency`, `frequency`, `monetary`. An axis left out allows every score:
 *
 *     [{"name": "Active", "recency": [3, 5]}, {"name": "Lapsed", "recency": [1, 2]}]
 *
 * Where a name states a fact, a rule asks for it by `orders_at_least`, `orders_at_most`,
 * `first_order_within_days` and `first_order_not_within_days` (longer ago, or nobody knows when: scores
 * made by `loyalty_rfm_new` do not). A name may stand in several rules.
 *
 * `json` is UTF-8 and ends with NUL.
 *
 * Errors: `SEGMENTS` where the text is not such a list, with the first cell that has no segment or
 * two, with a range that ends before it starts or reaches beyond the scores, or where there is no
 * rule. Free with `loyalty_segment_table_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_segment_table_from_json(const char *json,
                                               uint32_t bins,
                                               struct loyalty_segment_table **out,
                                               struct loyalty_error **error);

/**
 * The same, but the first rule that matches wins, and cells without one are called `otherwise`,
 * UTF-8 that ends with NUL.
 *
 * Errors: `SEGMENTS` as for `loyalty_segment_table_from_json`, but for gaps and overlaps. Free with
 * `loyalty_segment_table_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_segment_table_first_match_from_json(const char *json,
                                                           const char *otherwise,
                                                           uint32_t bins,
                                                           struct loyalty_segment_table **out,
                                                           struct loyalty_error **error);

/** The number of segments. */
LOYALTY_API
size_t loyalty_segment_table_len(const struct loyalty_segment_table *table);

/**
 * Copies the name of a segment, counted from 0, into `buffer` and stores its full length in
 * `*full_length`, which may be NULL; see "Text" above.
 *
 * Errors: `PARAMETER` unless `row` is below `loyalty_segment_table_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_segment_table_name(const struct loyalty_segment_table *table,
                                          size_t row,
                                          char *buffer,
                                          size_t length,
                                          size_t *full_length,
                                          struct loyalty_error **error);

/**
 * Stores the number of each customer's segment, for `loyalty_segment_table_name`, in row order.
 *
 * Errors: `SEGMENTS` where the scores have another number of bins than the table; `LENGTH` unless
 * `length` is `loyalty_rfm_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_segment_table_assign(const struct loyalty_segment_table *table,
                                            const struct loyalty_rfm *rfm,
                                            size_t *out,
                                            size_t length,
                                            struct loyalty_error **error);

/**
 * Size and value of each segment, empty ones included, in the order of their numbers.
 *
 * Errors: `SEGMENTS` where the scores have another number of bins than the table; `LENGTH` unless
 * `length` is `loyalty_segment_table_len`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_segment_table_summarize(const struct loyalty_segment_table *table,
                                               const struct loyalty_rfm *rfm,
                                               struct loyalty_segment_summary *out,
                                               size_t length,
                                               struct loyalty_error **error);

/** Frees a segment table; NULL is allowed. */
LOYALTY_API
void loyalty_segment_table_free(struct loyalty_segment_table *table);

/*
 * -----------------------------------------------------------------------------------------------
 * Treatments and behaviours
 * -----------------------------------------------------------------------------------------------
 */

/**
 * Chooses for each customer one treatment or none, so that the gains add up to as much as the
 * capacities allow.
 *
 *     gains[treatment * rows + row]           expected gain; at or below 0 it is never chosen
 *     capacities[capacity]                    how much there is
 *     uses[capacity * treatments + treatment] what the treatment takes of it with any customer
 *
 * The choice always fits, and `loyalty_selection_gap` proves how good it is. `threads` is 0 for as
 * many as the machine runs at once; the results are the same for every number.
 *
 * Errors: `EMPTY` without customers or treatments; `VALUE` with the first gain that is not from
 * -1e50 to 1e50; `PARAMETER` for a capacity or a use that is not finite and at least 0;
 * `TREATMENTS` for more than 1000 treatments or 50 capacities. Free with `loyalty_selection_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_select(const double *gains,
                              size_t rows,
                              size_t treatments,
                              const double *capacities,
                              size_t capacity_count,
                              const double *uses,
                              size_t threads,
                              struct loyalty_selection **out,
                              struct loyalty_error **error);

/**
 * `loyalty_select` where a treatment takes another amount with each customer:
 *
 *     uses[(capacity * treatments + treatment) * rows + row]
 *
 * Errors: as there, and `VALUE` with the first row whose use is not finite and at least 0.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_select_with_uses(const double *gains,
                                        size_t rows,
                                        size_t treatments,
                                        const double *capacities,
                                        size_t capacity_count,
                                        const double *uses,
                                        size_t threads,
                                        struct loyalty_selection **out,
                                        struct loyalty_error **error);

/**
 * Copies for each customer the number of the treatment chosen, counted from 0, or -1 for none.
 *
 * Errors: `LENGTH` unless `length` is the number of customers.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_selection_choice(const struct loyalty_selection *selection,
                                        int32_t *out,
                                        size_t length,
                                        struct loyalty_error **error);

/** The sum of the gains chosen; 0 for NULL. */
LOYALTY_API
double loyalty_selection_gain(const struct loyalty_selection *selection);

/** What no choice within the capacities exceeds; 0 for NULL. */
LOYALTY_API
double loyalty_selection_bound(const struct loyalty_selection *selection);

/** How much of the bound is missing at most, as a share of it; 0 is proof of an optimum. */
LOYALTY_API
double loyalty_selection_gap(const struct loyalty_selection *selection);

/**
 * Copies how much of each capacity is used.
 *
 * Errors: `LENGTH` unless `length` is the number of capacities.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_selection_used(const struct loyalty_selection *selection,
                                      double *out,
                                      size_t length,
                                      struct loyalty_error **error);

/**
 * Copies what one more unit of each capacity would gain; 0 where there is enough.
 *
 * Errors: `LENGTH` unless `length` is the number of capacities.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_selection_shadow_prices(const struct loyalty_selection *selection,
                                               double *out,
                                               size_t length,
                                               struct loyalty_error **error);

/** Frees a selection; NULL is allowed. */
LOYALTY_API
void loyalty_selection_free(struct loyalty_selection *selection);

/**
 * The table that comes along; docs/decisions.md lists it. Its effects are assumptions: measure yours.
 *
 * Errors: none but those of every function. Free with `loyalty_treatments_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_treatments_customary(struct loyalty_treatments **out,
                                            struct loyalty_error **error);

/**
 * A table of your own as JSON, a list of treatments as `loyalty_treatments_to_json` writes them.
 *
 * Errors: `TREATMENTS` with the first treatment that makes no sense, such as one that bans or charges, for a
 * name used twice, without any, or where the text is not such a list; `INVALID_UTF8`. Free with
 * `loyalty_treatments_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_treatments_from_json(const char *json,
                                            struct loyalty_treatments **out,
                                            struct loyalty_error **error);

/**
 * Copies the table as JSON into `buffer` and stores its full length in `*full_length`, which may be NULL; see
 * "Text" above.
 *
 * Errors: none but those of every function.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_treatments_to_json(const struct loyalty_treatments *treatments,
                                          char *buffer,
                                          size_t length,
                                          size_t *full_length,
                                          struct loyalty_error **error);

/** The number of treatments. */
LOYALTY_API
size_t loyalty_treatments_count(const struct loyalty_treatments *treatments);

/**
 * Copies the name of a treatment, counted from 0; see "Text" above. `full_length` may be NULL.
 *
 * Errors: `PARAMETER` unless `treatment` is below `loyalty_treatments_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_treatments_name(const struct loyalty_treatments *treatments,
                                       size_t treatment,
                                       char *buffer,
                                       size_t length,
                                       size_t *full_length,
                                       struct loyalty_error **error);

/**
 * Copies the channel by which a treatment reaches the customer; see "Text" above. `full_length` may be NULL.
 *
 * Errors: `PARAMETER` unless `treatment` is below `loyalty_treatments_count`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_treatments_channel(const struct loyalty_treatments *treatments,
                                          size_t treatment,
                                          char *buffer,
                                          size_t length,
                                          size_t *full_length,
                                          struct loyalty_error **error);

/** Frees treatments; NULL is allowed. */
LOYALTY_API
void loyalty_treatments_free(struct loyalty_treatments *treatments);

/** Sets the defaults; `size` is `sizeof(loyalty_customer_facts)`. */
LOYALTY_API
void loyalty_customer_facts_init(struct loyalty_customer_facts *facts, size_t size);

/**
 * Weighs every treatment with every customer, one or millions: effect x basis - cost where the customer meets the
 * treatment's conditions, 0 where not. A treatment whose columns are missing is left out, see
 * `loyalty_proposals_missing`. `threads` is 0 for as many as the machine runs at once; the results are the same
 * for every number.
 *
 * Errors: `EMPTY` without customers; `VALUE` with the first value that is not from -1e50 to 1e50 or NaN;
 * `INVALID_UTF8`. Free with `loyalty_proposals_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_proposals_new(const struct loyalty_treatments *treatments,
                                     const struct loyalty_customer_facts *facts,
                                     size_t threads,
                                     struct loyalty_proposals **out,
                                     struct loyalty_error **error);

/** The number of customers. */
LOYALTY_API
size_t loyalty_proposals_rows(const struct loyalty_proposals *proposals);

/**
 * The expected gain of a treatment with every customer, in row order; 0 where it is not meant for them.
 *
 * Errors: `PARAMETER` unless `treatment` is below the number of treatments; `LENGTH` unless `length` is
 * `loyalty_proposals_rows`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_proposals_gains(const struct loyalty_proposals *proposals,
                                       size_t treatment,
                                       double *out,
                                       size_t length,
                                       struct loyalty_error **error);

/**
 * The treatments that would gain something with one customer, the largest gain first, equal ones in the order of
 * the table: their numbers into `treatment`, which holds `length` of them, and their count into `*count`, which
 * may be more than `length`.
 *
 * Errors: `PARAMETER` unless `row` is below the number of rows.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_proposals_of_customer(const struct loyalty_proposals *proposals,
                                             size_t row,
                                             int32_t *treatment,
                                             size_t length,
                                             size_t *count,
                                             struct loyalty_error **error);

/**
 * What a treatment is expected to gain with one customer, and what it costs; either may be NULL. The gain has
 * the cost taken off.
 *
 * Errors: `PARAMETER` unless `row` and `treatment` are below their numbers.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_proposals_gain(const struct loyalty_proposals *proposals,
                                      size_t row,
                                      size_t treatment,
                                      double *gain,
                                      double *cost,
                                      struct loyalty_error **error);

/**
 * Why a treatment is meant for a customer, in one sentence with their numbers; see "Text" above. `full_length`
 * may be NULL.
 *
 * Errors: `PARAMETER` unless `row` and `treatment` are below their numbers.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_proposals_reason(const struct loyalty_proposals *proposals,
                                        size_t row,
                                        size_t treatment,
                                        char *buffer,
                                        size_t length,
                                        size_t *full_length,
                                        struct loyalty_error **error);

/**
 * The columns without which a treatment could not be weighed, with a comma and a space between them; no text where
 * it was. See "Text" above; `full_length` may be NULL.
 *
 * Errors: `PARAMETER` unless `treatment` is below the number of treatments.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_proposals_missing(const struct loyalty_proposals *proposals,
                                         size_t treatment,
                                         char *buffer,
                                         size_t length,
                                         size_t *full_length,
                                         struct loyalty_error **error);

/**
 * Chooses for each customer one treatment or none, so that the gains add up to as much as the capacities allow.
 * The capacities go by the names that the treatments use, such as `calls`; what is not named is there in plenty.
 * What `loyalty_selection_choice` gives are treatments, for `loyalty_proposals_reason`.
 *
 * Errors: `TREATMENTS` for a capacity that no treatment takes of, or that stands twice; `PARAMETER` for an amount
 * that is not finite and at least 0; `VALUE` where a treatment would take more than 1e50 of one; `INVALID_UTF8`.
 * Free with `loyalty_selection_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_proposals_select(const struct loyalty_proposals *proposals,
                                        const char *const *capacity_names,
                                        const double *capacities,
                                        size_t capacity_count,
                                        size_t threads,
                                        struct loyalty_selection **out,
                                        struct loyalty_error **error);

/** Frees proposals; NULL is allowed. */
LOYALTY_API
void loyalty_proposals_free(struct loyalty_proposals *proposals);

/** The number of columns of a ledger, in the order of `loyalty_ledger_column_name`. */
LOYALTY_API
size_t loyalty_ledger_column_count(void);

/**
 * The name of a ledger's column, cut to what fits in front of a closing NUL; `full_length`, which may
 * be NULL, gets its length.
 *
 * Errors: `PARAMETER` where there is no such column.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_ledger_column_name(size_t position,
                                          char *buffer,
                                          size_t length,
                                          size_t *full_length,
                                          struct loyalty_error **error);

/**
 * The number of behaviours, in the order of `loyalty_behaviour_name`. A later library may know more.
 */
LOYALTY_API
size_t loyalty_behaviour_count(void);

/**
 * The name of a behaviour, such as `service_demander`, cut to what fits in front of a closing NUL;
 * `full_length`, which may be NULL, gets its length.
 *
 * Errors: `PARAMETER` where there is no such behaviour.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_behaviour_name(size_t position,
                                      char *buffer,
                                      size_t length,
                                      size_t *full_length,
                                      struct loyalty_error **error);

/**
 * Loads a model file of the kind "behaviours", written in any language. `path` is UTF-8.
 *
 * Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds another kind of
 * model; `PARAMETER` or `CHOICE` where a number or a word in it is outside its domain. Free with
 * `loyalty_behaviours_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_behaviours_load(const char *path,
                                       struct loyalty_behaviours **out,
                                       struct loyalty_error **error);

/**
 * Labels customers by their rows of a ledger: `ledger` has `columns` values for each of `rows` customers,
 * customer by customer, in the order of `loyalty_ledger_column_name`. `groups` names the group of peers of
 * each customer; it may be NULL, and so may each name: the customer is then measured against all, as is
 * one whose group the model does not know. `opted_out` says of each customer whether they opted out, who then have no
 * label; it may be NULL. `scores` gets `behaviours` of them for each customer, in
 * the order of `loyalty_behaviour_name`. `primary` gets for each the position of their costliest label in this
 * order, or -1 for none. One customer is `rows` = 1; the same numbers come out.
 *
 * The widths are those that the program was written for: its arrays are read and written by these and no
 * further.
 *
 * Errors: `PARAMETER` unless `columns` is `loyalty_ledger_column_count()` and `behaviours` is
 * `loyalty_behaviour_count()`, or for more rows than fit in memory; `VALUE` where a value of the ledger is not
 * finite or, except for `profit`, `return_loss`, `new_spend` and `contact_log_cost`, below 0; `INVALID_UTF8` where
 * a name is not UTF-8; then `primary` is as before. `VALUE` also where a value is so far from those of any shop
 * that a score would not be finite; it names the score and the row, and the arrays may hold anything.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_behaviours_classify(const struct loyalty_behaviours *model,
                                           const double *ledger,
                                           size_t rows,
                                           size_t columns,
                                           const char *const *groups,
                                           const bool *opted_out,
                                           struct loyalty_behaviour_score *scores,
                                           size_t behaviours,
                                           int32_t *primary,
                                           struct loyalty_error **error);

/**
 * Intervals that hold how strongly a customer shows each behaviour, and what it costs, with probability
 * `level`, cut evenly on both sides: `intervals` gets `behaviours` of them for each customer, in the order of `loyalty_behaviours_classify`, whose other parameters these are.
 *
 * Errors: as there, and `PARAMETER` unless the level is from 0.5 to 0.9999.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_behaviours_intervals(const struct loyalty_behaviours *model,
                                            const double *ledger,
                                            size_t rows,
                                            size_t columns,
                                            const char *const *groups,
                                            double level,
                                            struct loyalty_behaviour_interval *intervals,
                                            size_t behaviours,
                                            struct loyalty_error **error);

/** Frees a model; NULL is allowed. */
LOYALTY_API
void loyalty_behaviours_free(struct loyalty_behaviours *model);

/** Sets everything to 0; `size` is `sizeof(loyalty_purchases)`. */
LOYALTY_API
void loyalty_purchases_init(struct loyalty_purchases *purchases, size_t size);

/**
 * Frequency, recency, T and mean amount of one customer from the times of their orders, or order lines,
 * in any order: `rows` numbers on a `loyalty_time_scale`, and what was paid for each. `amounts` may be NULL. All
 * orders of a customer within an occasion period are one purchase: the commonest mistake is to count orders.
 *
 * `options` are those of the summary that the models were fitted to, with the `observation_end`, which is
 * needed: the last order of one customer is no end of observation. Orders after it are left out. The
 * numbers are those of `loyalty_orders_summarize` to the last bit.
 *
 * Errors: `PARAMETER` without an observation end, or with one outside the years 0001 to 9999; `VALUE` where a
 * time is, or an amount is not from 0 to 1e50; `EMPTY` where no order is at or before the end; `CHOICE` for
 * an unknown code, or where unit and occasion do not fit.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchases_of_orders(const int64_t *times,
                                           int32_t time_scale,
                                           const double *amounts,
                                           size_t rows,
                                           const struct loyalty_summary_options *options,
                                           struct loyalty_purchases *out,
                                           struct loyalty_error **error);

/**
 * A record of a customer of whom nothing is known yet.
 *
 * Errors: none besides those that every function has. Free with `loyalty_customer_record_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_customer_record_new(struct loyalty_customer_record **out,
                                           struct loyalty_error **error);

/**
 * Reads a record from its bytes into one that is there, in place of what it held; its memory is used
 * again, so that a program that serves one customer after the other needs one record.
 *
 * Errors: `MODEL_FILE` where the bytes are not those of a record, of a version that this library does not
 * know, or damaged, which a checksum tells; the record is then empty.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_customer_record_read(struct loyalty_customer_record *record,
                                            const uint8_t *bytes,
                                            size_t length,
                                            struct loyalty_error **error);

/**
 * The record as bytes, to be kept in a database: `buffer`, which has room for `length`, gets all of
 * them, and `full_length` their number. Ask for that alone with a buffer of NULL. Equal records have
 * equal bytes, in whatever order and in how many pieces they were told.
 *
 * Errors: `LENGTH` where the buffer is too short; `full_length` is set all the same.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_customer_record_write(const struct loyalty_customer_record *record,
                                             uint8_t *buffer,
                                             size_t length,
                                             size_t *full_length,
                                             struct loyalty_error **error);

/**
 * Adds lines of this customer: those of an order, of some, or of all of them. Lines that the record has by
 * their own ids (`loyalty_line_columns.line`) are not added again; a return that they tell is. `added`
 * and `repeated` get how many are which; either may be NULL. All lines of a record have the same columns;
 * returns may come later.
 *
 * Errors: `PARAMETER` where the lines are of several customers; `MISSING_COLUMN` or `TYPE` where they have other
 * columns than the lines so far; `VALUE` where a line of a known id is another line; the record is then as
 * before.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_customer_record_add_lines(struct loyalty_customer_record *record,
                                                 const struct loyalty_lines *lines,
                                                 size_t *added,
                                                 size_t *repeated,
                                                 struct loyalty_error **error);

/**
 * Notes that lines came back: `rows` ids as in `loyalty_line_columns.line`, when on a
 * `loyalty_time_scale`, and what was paid back for each, which is all that was paid where `amounts` is NULL. A
 * return is told once, and of several the first counts. `news` gets how many were not known; it may be
 * NULL.
 *
 * Errors: `VALUE` where the record has no such line, where a time is before the day of the order or outside
 * the years 0001 to 9999, or an amount not above 0 and at most what was paid; `CHOICE` for an unknown code;
 * `INVALID_UTF8`; the record is then as before.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_customer_record_add_returns(struct loyalty_customer_record *record,
                                                   struct loyalty_ids lines,
                                                   const int64_t *times,
                                                   int32_t time_scale,
                                                   const double *amounts,
                                                   size_t rows,
                                                   size_t *news,
                                                   struct loyalty_error **error);

/**
 * Adds a contact of a kind of `loyalty_contact`, at a time on a `loyalty_time_scale`. Contacts have no
 * ids: one that is told twice counts twice.
 *
 * Errors: `CHOICE` for an unknown code; `PARAMETER` for a time outside the years 0001 to 9999; `VALUE` for a
 * cost that is not from 0 to 1e50; the record is then as before.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_customer_record_add_contact(struct loyalty_customer_record *record,
                                                   int32_t contact,
                                                   int64_t time,
                                                   int32_t time_scale,
                                                   double cost,
                                                   struct loyalty_error **error);

/**
 * Notes that the customer opted out of labels and treatments, for good.
 *
 * Errors: none besides those that every function has.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_customer_record_opt_out(struct loyalty_customer_record *record,
                                               struct loyalty_error **error);

/** The number of order lines. */
LOYALTY_API
size_t loyalty_customer_record_len(const struct loyalty_customer_record *record);

/**
 * Frequency, recency, T and mean amount from the record, as `loyalty_purchases_of_orders` has them: as
 * paid, or `net` of what is known on the day of the observation end to have come back, where of a purchase that
 * came back whole nothing is left.
 *
 * Errors: as there, and `EMPTY` too where nothing is left.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_customer_record_purchases(const struct loyalty_customer_record *record,
                                                 bool net,
                                                 const struct loyalty_summary_options *options,
                                                 struct loyalty_purchases *out,
                                                 struct loyalty_error **error);

/** Frees a record; NULL is allowed. */
LOYALTY_API
void loyalty_customer_record_free(struct loyalty_customer_record *record);

/**
 * Loads a file of the kind "ledger-basis", written in Rust or Python. `path` is UTF-8.
 *
 * Errors: `MODEL_FILE` where the file cannot be read, is no file of this kind or contradicts itself;
 * `PARAMETER` or `CHOICE` where a number or a word in it is outside its domain. Free with
 * `loyalty_ledger_basis_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_ledger_basis_load(const char *path,
                                         struct loyalty_ledger_basis **out,
                                         struct loyalty_error **error);

/** How many articles the ledger has seen, or categories where its lines have no articles. */
LOYALTY_API
size_t loyalty_ledger_basis_articles(const struct loyalty_ledger_basis *basis);

/**
 * The row of the ledger of a customer as they are known at `end`, a time on a `loyalty_time_scale`: `out`
 * gets `columns` numbers in the order of `loyalty_ledger_column_name`, as `loyalty_behaviours_classify`
 * takes them. Of the same lines and contacts up to the same end they are those of the ledger to the
 * last bit. Articles that the ledger has not seen come back as often as those of the shop.
 *
 * Errors: `PARAMETER` where the end is before the start of the ledger or outside the years 0001 to 9999;
 * `MISSING_COLUMN` where the ledger's lines have a column that those of the record have not, or the other
 * way round with discounts and coupons; `TYPE` where ids are text in one and numbers in the other;
 * `CHOICE` for an unknown code; `LENGTH` unless `columns` is `loyalty_ledger_column_count()`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_ledger_basis_row(const struct loyalty_ledger_basis *basis,
                                        const struct loyalty_customer_record *record,
                                        int64_t end,
                                        int32_t time_scale,
                                        double *out,
                                        size_t columns,
                                        struct loyalty_error **error);

/** Frees a basis; NULL is allowed. */
LOYALTY_API
void loyalty_ledger_basis_free(struct loyalty_ledger_basis *basis);

/** Sets everything to 0; `size` is `sizeof(loyalty_label_reason)`. */
LOYALTY_API
void loyalty_label_reason_init(struct loyalty_label_reason *reason, size_t size);

/**
 * What is said of one customer and one behaviour, by the position in the order of `loyalty_behaviour_name`,
 * as evidence and as a sentence for people. `ledger` is their row, `columns` numbers, as
 * `loyalty_ledger_basis_row` makes it, looked at up to `end`, a time on a `loyalty_time_scale`. `group` names
 * their group of peers, or is NULL. `out` may be NULL; the sentence goes to `buffer`, and its full length to
 * `full_length`, which may be NULL. It is said whether or not the customer is labelled.
 *
 * Errors: `PARAMETER` where there is no such behaviour or the model could not look at it, for a time outside the
 * years 0001 to 9999, or unless `columns` is `loyalty_ledger_column_count()`; `VALUE` and `INVALID_UTF8` as
 * `loyalty_behaviours_classify`; `CHOICE` for an unknown code.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_behaviours_reason(const struct loyalty_behaviours *model,
                                         size_t behaviour,
                                         const double *ledger,
                                         size_t columns,
                                         const char *group,
                                         int64_t end,
                                         int32_t time_scale,
                                         struct loyalty_label_reason *out,
                                         char *buffer,
                                         size_t length,
                                         size_t *full_length,
                                         struct loyalty_error **error);

/** Sets the defaults; `size` is `sizeof(loyalty_check_out_options)`. */
LOYALTY_API
void loyalty_check_out_options_init(struct loyalty_check_out_options *options, size_t size);

/** Sets everything to 0, and to none; `size` is `sizeof(loyalty_customer_score)`. */
LOYALTY_API
void loyalty_customer_score_init(struct loyalty_customer_score *score, size_t size);

/**
 * Copies the models for one-call scores.
 *
 * Errors: `OTHER` where the model of purchases has no unit; `PARAMETER` unless horizon and rate are from 0 to
 * 1e50, or the horizon is infinite and the rate from 1e-50; `TREATMENTS` where the table of treatments makes no
 * sense; `INVALID_UTF8`; `CHOICE` for an unknown code. Free with `loyalty_check_out_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_check_out_new(const struct loyalty_check_out_options *options,
                                     struct loyalty_check_out **out,
                                     struct loyalty_error **error);

/**
 * Scores one customer in one call: P(alive), expected purchases and spend, lifetime value, behaviours and
 * labels, the probability of return of each line of a basket, and the treatment to choose.
 *
 * The customer is taken as observed until `now`, a time on a `loyalty_time_scale`. `group` names their group
 * of peers, or is NULL. `returns` and `basket` go together, or are both NULL: `return_probabilities` gets
 * `lines` numbers, one for each line of the basket, by what the model knows this morning. `behaviours` gets
 * `behaviour_count` scores in the order of `loyalty_behaviour_name`; it may be NULL. Each number is that of
 * the calls for all customers, to the last bit.
 *
 * Errors: `MISSING_COLUMN` where behaviours come without a basis, and, with `TYPE`, as
 * `loyalty_ledger_basis_row`; `PARAMETER` for a time outside the years 0001 to 9999 or before the start of
 * the ledger, a margin that is not from -1000 to 1, or unless `behaviour_count` is `loyalty_behaviour_count()`;
 * `CHOICE` where unit and occasion do not fit, or for an unknown code; `INFINITE` where the expected spend is;
 * of a basket as `loyalty_return_propensity_score`, and `LENGTH` unless `lines` is their number;
 * `INVALID_UTF8`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_check_out_score(const struct loyalty_check_out *check_out,
                                       const struct loyalty_customer_record *record,
                                       const char *group,
                                       int64_t now,
                                       int32_t time_scale,
                                       const struct loyalty_return_propensity *returns,
                                       const struct loyalty_lines *basket,
                                       struct loyalty_customer_score *score,
                                       struct loyalty_behaviour_score *behaviours,
                                       size_t behaviour_count,
                                       double *return_probabilities,
                                       size_t lines,
                                       struct loyalty_error **error);

/**
 * Why a treatment was chosen, in one sentence with the customer's numbers, and which it is: `name`, `channel`
 * and `reason` are each cut to what fits in front of a closing NUL; any may be NULL with a length of 0.
 *
 * Errors: `PARAMETER` where the score has no treatment of the table.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_check_out_treatment(const struct loyalty_check_out *check_out,
                                           const struct loyalty_customer_score *score,
                                           char *name,
                                           size_t name_length,
                                           char *channel,
                                           size_t channel_length,
                                           char *reason,
                                           size_t reason_length,
                                           struct loyalty_error **error);

/** Frees a check-out; NULL is allowed. */
LOYALTY_API
void loyalty_check_out_free(struct loyalty_check_out *check_out);

/** Sets every file to none; `size` is `sizeof(loyalty_check_out_files)`. */
LOYALTY_API
void loyalty_check_out_files_init(struct loyalty_check_out_files *files, size_t size);

/**
 * Opens the models of a check-out by their files, as `loyalty_purchase_model_open` does, and makes the
 * check-out once: the library keeps the last one for the whole process, until one of its files changes, or other
 * files or options are asked for. The models of the options are those of the files, whatever they point to.
 *
 * For programs that forget their handles, as PHP does after every request; making a check-out copies its
 * models, which takes longer than a score.
 *
 * Errors: as the `_open` functions of the files, and as `loyalty_check_out_new`. Free with
 * `loyalty_check_out_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_check_out_open(const struct loyalty_check_out_files *files,
                                      const struct loyalty_check_out_options *options,
                                      struct loyalty_check_out **out,
                                      struct loyalty_error **error);

/*
 * -----------------------------------------------------------------------------------------------
 * Models' files
 * -----------------------------------------------------------------------------------------------
 */

/**
 * Opens a model of purchases of any kind: loads its file the first time, and afterwards gives the same
 * object again, in microseconds, until the file changes.
 *
 * For programs that forget their handles, as PHP does after every request; the _open functions of all
 * handles work alike. The library keeps, for the whole process, the last version of every file that was
 * opened, by its canonical path, and looks at each call whether the file is still of the same inode,
 * length and times of change. If not, it is loaded anew; objects opened before go on with what they
 * hold. Any number of threads may open a file at once, and all get what the first has loaded. An object
 * that was opened is freed with its `_free` function like any other, which leaves what the library
 * keeps in place; see `loyalty_forget_opened`.
 *
 * `_save` writes a new file, which is always told from the last. One that is written in place, with as
 * many bytes and within the few milliseconds that the file system's clock takes to move on, is not.
 *
 * Errors: as `loyalty_purchase_model_load`; nothing is kept of a file that fails. Free with
 * `loyalty_purchase_model_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_open(const char *path,
                                           struct loyalty_purchase_model **out,
                                           struct loyalty_error **error);

/**
 * Opens a model of spend; see `loyalty_purchase_model_open`.
 *
 * Errors: as `loyalty_spend_model_load`. Free with `loyalty_spend_model_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_model_open(const char *path,
                                        struct loyalty_spend_model **out,
                                        struct loyalty_error **error);

/**
 * Opens a model of contracts; see `loyalty_purchase_model_open`.
 *
 * Errors: as `loyalty_contract_model_load`. Free with `loyalty_contract_model_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_open(const char *path,
                                           struct loyalty_contract_model **out,
                                           struct loyalty_error **error);

/**
 * Opens a model of purchases with covariates; see `loyalty_purchase_model_open`.
 *
 * Errors: as `loyalty_purchase_with_covariates_load`. Free with `loyalty_purchase_with_covariates_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_open(const char *path,
                                                     struct loyalty_purchase_with_covariates **out,
                                                     struct loyalty_error **error);

/**
 * Opens a model of spend with covariates; see `loyalty_purchase_model_open`.
 *
 * Errors: as `loyalty_spend_with_covariates_load`. Free with `loyalty_spend_with_covariates_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_with_covariates_open(const char *path,
                                                  struct loyalty_spend_with_covariates **out,
                                                  struct loyalty_error **error);

/**
 * Opens a posterior of a model of purchases; see `loyalty_purchase_model_open`.
 *
 * Errors: as `loyalty_purchase_posterior_load`. Free with `loyalty_purchase_posterior_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_posterior_open(const char *path,
                                               struct loyalty_purchase_posterior **out,
                                               struct loyalty_error **error);

/**
 * Opens a posterior of a model of spend; see `loyalty_purchase_model_open`.
 *
 * Errors: as `loyalty_spend_posterior_load`. Free with `loyalty_spend_posterior_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_posterior_open(const char *path,
                                            struct loyalty_spend_posterior **out,
                                            struct loyalty_error **error);

/**
 * Opens a posterior of a model of purchases with covariates; see `loyalty_purchase_model_open`.
 *
 * Errors: as `loyalty_purchase_posterior_with_covariates_load`. Free with
 * `loyalty_purchase_posterior_with_covariates_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_posterior_with_covariates_open(const char *path,
                                                               struct loyalty_purchase_posterior_with_covariates **out,
                                                               struct loyalty_error **error);

/**
 * Opens a posterior of a model of spend with covariates; see `loyalty_purchase_model_open`.
 *
 * Errors: as `loyalty_spend_posterior_with_covariates_load`. Free with
 * `loyalty_spend_posterior_with_covariates_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_posterior_with_covariates_open(const char *path,
                                                            struct loyalty_spend_posterior_with_covariates **out,
                                                            struct loyalty_error **error);

/**
 * Opens a forecast; see `loyalty_purchase_model_open`.
 *
 * Errors: as `loyalty_forecast_load`. Free with `loyalty_forecast_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_forecast_open(const char *path,
                                     struct loyalty_forecast **out,
                                     struct loyalty_error **error);

/**
 * Opens a return propensity with its state; see `loyalty_purchase_model_open`.
 *
 * The object is shared, so it only scores: the functions that move it on fail with `READ_ONLY`. Whoever
 * moves it on loads it, and saves it for those who opened it.
 *
 * Errors: as `loyalty_return_propensity_load`. Free with `loyalty_return_propensity_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_open(const char *path,
                                              struct loyalty_return_propensity **out,
                                              struct loyalty_error **error);

/**
 * Opens a model of behaviours; see `loyalty_purchase_model_open`.
 *
 * Errors: as `loyalty_behaviours_load`. Free with `loyalty_behaviours_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_behaviours_open(const char *path,
                                       struct loyalty_behaviours **out,
                                       struct loyalty_error **error);

/**
 * Opens the basis of a ledger; see `loyalty_purchase_model_open`.
 *
 * Errors: as `loyalty_ledger_basis_load`. Free with `loyalty_ledger_basis_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_ledger_basis_open(const char *path,
                                         struct loyalty_ledger_basis **out,
                                         struct loyalty_error **error);

/**
 * Forgets the files that were opened, which frees what no object holds any more. The next call of an
 * _open function loads its file. Objects that were opened go on as before.
 */
LOYALTY_API
void loyalty_forget_opened(void);

/** The first of the bytes, valid until the object is freed; NULL for NULL. */
LOYALTY_API
const uint8_t *loyalty_bytes_data(const struct loyalty_bytes *bytes);

/** How many there are; 0 for NULL. */
LOYALTY_API
size_t loyalty_bytes_length(const struct loyalty_bytes *bytes);

/** Frees bytes; NULL is allowed. */
LOYALTY_API
void loyalty_bytes_free(struct loyalty_bytes *bytes);

/**
 * Makes a model of purchases of any kind of `length` bytes that its file holds, from wherever the program keeps them.
 *
 * Errors: as `loyalty_purchase_model_load`; messages name no file. Free with `loyalty_purchase_model_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_from_bytes(const uint8_t *bytes,
                                                 size_t length,
                                                 struct loyalty_purchase_model **out,
                                                 struct loyalty_error **error);

/**
 * What the file of a model of purchases holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
 *
 * Errors: none of its own. Free with `loyalty_bytes_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_model_to_bytes(const struct loyalty_purchase_model *model,
                                               struct loyalty_bytes **out,
                                               struct loyalty_error **error);

/**
 * Makes a model of spend of any kind of `length` bytes that its file holds, from wherever the program keeps them.
 *
 * Errors: as `loyalty_spend_model_load`; messages name no file. Free with `loyalty_spend_model_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_model_from_bytes(const uint8_t *bytes,
                                              size_t length,
                                              struct loyalty_spend_model **out,
                                              struct loyalty_error **error);

/**
 * What the file of a model of spend holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
 *
 * Errors: none of its own. Free with `loyalty_bytes_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_model_to_bytes(const struct loyalty_spend_model *model,
                                            struct loyalty_bytes **out,
                                            struct loyalty_error **error);

/**
 * Makes a model of contracts of any kind of `length` bytes that its file holds, from wherever the program keeps them.
 *
 * Errors: as `loyalty_contract_model_load`; messages name no file. Free with `loyalty_contract_model_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_from_bytes(const uint8_t *bytes,
                                                 size_t length,
                                                 struct loyalty_contract_model **out,
                                                 struct loyalty_error **error);

/**
 * What the file of a model of contracts holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
 *
 * Errors: none of its own. Free with `loyalty_bytes_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_contract_model_to_bytes(const struct loyalty_contract_model *model,
                                               struct loyalty_bytes **out,
                                               struct loyalty_error **error);

/**
 * Makes a model of purchases with covariates of `length` bytes that its file holds, from wherever the program keeps them.
 *
 * Errors: as `loyalty_purchase_with_covariates_load`; messages name no file. Free with `loyalty_purchase_with_covariates_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_from_bytes(const uint8_t *bytes,
                                                           size_t length,
                                                           struct loyalty_purchase_with_covariates **out,
                                                           struct loyalty_error **error);

/**
 * What the file of a model of purchases with covariates holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
 *
 * Errors: none of its own. Free with `loyalty_bytes_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_with_covariates_to_bytes(const struct loyalty_purchase_with_covariates *model,
                                                         struct loyalty_bytes **out,
                                                         struct loyalty_error **error);

/**
 * Makes a model of spend with covariates of `length` bytes that its file holds, from wherever the program keeps them.
 *
 * Errors: as `loyalty_spend_with_covariates_load`; messages name no file. Free with `loyalty_spend_with_covariates_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_with_covariates_from_bytes(const uint8_t *bytes,
                                                        size_t length,
                                                        struct loyalty_spend_with_covariates **out,
                                                        struct loyalty_error **error);

/**
 * What the file of a model of spend with covariates holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
 *
 * Errors: none of its own. Free with `loyalty_bytes_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_with_covariates_to_bytes(const struct loyalty_spend_with_covariates *model,
                                                      struct loyalty_bytes **out,
                                                      struct loyalty_error **error);

/**
 * Makes a posterior of a model of purchases of `length` bytes that its file holds, from wherever the program keeps them.
 *
 * Errors: as `loyalty_purchase_posterior_load`; messages name no file. Free with `loyalty_purchase_posterior_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_posterior_from_bytes(const uint8_t *bytes,
                                                     size_t length,
                                                     struct loyalty_purchase_posterior **out,
                                                     struct loyalty_error **error);

/**
 * What the file of a posterior of a model of purchases holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
 *
 * Errors: none of its own. Free with `loyalty_bytes_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_posterior_to_bytes(const struct loyalty_purchase_posterior *posterior,
                                                   struct loyalty_bytes **out,
                                                   struct loyalty_error **error);

/**
 * Makes a posterior of a model of spend of `length` bytes that its file holds, from wherever the program keeps them.
 *
 * Errors: as `loyalty_spend_posterior_load`; messages name no file. Free with `loyalty_spend_posterior_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_posterior_from_bytes(const uint8_t *bytes,
                                                  size_t length,
                                                  struct loyalty_spend_posterior **out,
                                                  struct loyalty_error **error);

/**
 * What the file of a posterior of a model of spend holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
 *
 * Errors: none of its own. Free with `loyalty_bytes_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_posterior_to_bytes(const struct loyalty_spend_posterior *posterior,
                                                struct loyalty_bytes **out,
                                                struct loyalty_error **error);

/**
 * Makes a posterior of a model of purchases with covariates of `length` bytes that its file holds, from wherever the program keeps them.
 *
 * Errors: as `loyalty_purchase_posterior_with_covariates_load`; messages name no file. Free with
 * `loyalty_purchase_posterior_with_covariates_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_posterior_with_covariates_from_bytes(const uint8_t *bytes,
                                                                     size_t length,
                                                                     struct loyalty_purchase_posterior_with_covariates **out,
                                                                     struct loyalty_error **error);

/**
 * What the file of a posterior of a model of purchases with covariates holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
 *
 * Errors: none of its own. Free with `loyalty_bytes_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_purchase_posterior_with_covariates_to_bytes(const struct loyalty_purchase_posterior_with_covariates *posterior,
                                                                   struct loyalty_bytes **out,
                                                                   struct loyalty_error **error);

/**
 * Makes a posterior of a model of spend with covariates of `length` bytes that its file holds, from wherever the program keeps them.
 *
 * Errors: as `loyalty_spend_posterior_with_covariates_load`; messages name no file. Free with
 * `loyalty_spend_posterior_with_covariates_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_posterior_with_covariates_from_bytes(const uint8_t *bytes,
                                                                  size_t length,
                                                                  struct loyalty_spend_posterior_with_covariates **out,
                                                                  struct loyalty_error **error);

/**
 * What the file of a posterior of a model of spend with covariates holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
 *
 * Errors: none of its own. Free with `loyalty_bytes_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_spend_posterior_with_covariates_to_bytes(const struct loyalty_spend_posterior_with_covariates *posterior,
                                                                struct loyalty_bytes **out,
                                                                struct loyalty_error **error);

/**
 * Makes a forecast of `length` bytes that its file holds, from wherever the program keeps them.
 *
 * Errors: as `loyalty_forecast_load`; messages name no file. Free with `loyalty_forecast_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_forecast_from_bytes(const uint8_t *bytes,
                                           size_t length,
                                           struct loyalty_forecast **out,
                                           struct loyalty_error **error);

/**
 * What the file of a forecast holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
 *
 * Errors: none of its own. Free with `loyalty_bytes_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_forecast_to_bytes(const struct loyalty_forecast *forecast,
                                         struct loyalty_bytes **out,
                                         struct loyalty_error **error);

/**
 * Makes a return propensity with its state of `length` bytes that its file holds, from wherever the program keeps them.
 *
 * Errors: as `loyalty_return_propensity_load`; messages name no file. Free with `loyalty_return_propensity_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_from_bytes(const uint8_t *bytes,
                                                    size_t length,
                                                    struct loyalty_return_propensity **out,
                                                    struct loyalty_error **error);

/**
 * What the file of a return propensity with its state holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
 *
 * Errors: none of its own. Free with `loyalty_bytes_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_to_bytes(const struct loyalty_return_propensity *model,
                                                  struct loyalty_bytes **out,
                                                  struct loyalty_error **error);

/**
 * The same in the compact encoding; see `loyalty_return_propensity_save_compact`.
 *
 * Errors: none of its own. Free with `loyalty_bytes_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_return_propensity_to_compact_bytes(const struct loyalty_return_propensity *model,
                                                          struct loyalty_bytes **out,
                                                          struct loyalty_error **error);

/**
 * Makes a model of behaviours of `length` bytes that its file holds, from wherever the program keeps them.
 *
 * Errors: as `loyalty_behaviours_load`; messages name no file. Free with `loyalty_behaviours_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_behaviours_from_bytes(const uint8_t *bytes,
                                             size_t length,
                                             struct loyalty_behaviours **out,
                                             struct loyalty_error **error);

/**
 * What the file of a model of behaviours holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
 *
 * Errors: none of its own. Free with `loyalty_bytes_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_behaviours_to_bytes(const struct loyalty_behaviours *model,
                                           struct loyalty_bytes **out,
                                           struct loyalty_error **error);

/**
 * Makes the basis of a ledger of `length` bytes that its file holds, from wherever the program keeps them.
 *
 * Errors: as `loyalty_ledger_basis_load`; messages name no file. Free with `loyalty_ledger_basis_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_ledger_basis_from_bytes(const uint8_t *bytes,
                                               size_t length,
                                               struct loyalty_ledger_basis **out,
                                               struct loyalty_error **error);

/**
 * What the file of such a basis holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
 *
 * Errors: none of its own. Free with `loyalty_bytes_free`.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_ledger_basis_to_bytes(const struct loyalty_ledger_basis *basis,
                                             struct loyalty_bytes **out,
                                             struct loyalty_error **error);

/**
 * Which handle loads a model file, a number of `loyalty_model_kind`, into `*handle`, and the name of its
 * kind, such as "bg-nbd", into `buffer`, its full length into `*full_length`, which may be NULL; see "Text"
 * above. `path` is UTF-8.
 *
 * Errors: `MODEL_FILE` where the file cannot be read or is no model file. Whether its version is known is for
 * the _load function to say.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_model_kind_of_file(const char *path,
                                          int32_t *handle,
                                          char *buffer,
                                          size_t length,
                                          size_t *full_length,
                                          struct loyalty_error **error);

/**
 * The same of `size` bytes that such a file holds.
 *
 * Errors: `MODEL_FILE` where they are not those of a model file.
 */
LOYALTY_MUST_USE LOYALTY_API
loyalty_status loyalty_model_kind_of_bytes(const uint8_t *bytes,
                                           size_t size,
                                           int32_t *handle,
                                           char *buffer,
                                           size_t length,
                                           size_t *full_length,
                                           struct loyalty_error **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LOYALTY_H */
