/* What each kind of model is asked once it is loaded: all that it gives must be finite. */

#ifndef PROBES_H
#define PROBES_H

#include "engine.h"

enum { CUSTOMERS = 3, LINES = 3, WIDEST = 128, SCORES = 16 };

static loyalty_error *error = NULL;

static const double X[CUSTOMERS] = {0, 2, 40}, T_X[CUSTOMERS] = {0, 30.5, 300}, AGE[CUSTOMERS] = {39, 39, 301};
static const double MEANS[CUSTOMERS] = {0, 35, 1e4};

/* Three customers; `unit` is that of the model, so that it takes them. */
static inline loyalty_summary *customers(int32_t unit)
{
    loyalty_summary *summary = NULL;
    loyalty_summary_columns columns;
    loyalty_summary_columns_init(&columns, sizeof columns);
    columns.rows = CUSTOMERS;
    columns.frequency = X;
    columns.recency = T_X;
    columns.T = AGE;
    columns.monetary_value = MEANS;
    columns.unit = unit;
    HELD(loyalty_summary_new(&columns, &summary, &error));
    return summary;
}

/* An interval of each of the customers. */
static inline void finite_ends(const double *mean, const double *lower, const double *upper, const char *call)
{
    finite(mean, CUSTOMERS, call);
    finite(lower, CUSTOMERS, call);
    finite(upper, CUSTOMERS, call);
}

static inline void probe_purchases(const loyalty_purchase_model *model)
{
    double out[CUSTOMERS];
    loyalty_discounting *discounting = NULL;
    HELD(loyalty_discounting_continuous(52, 0.002, &discounting, &error));
    for (size_t i = 0; i < CUSTOMERS; i++) {
        const uint32_t x = (uint32_t)X[i];
        GIVES(out, 1, loyalty_purchase_model_p_alive(model, x, T_X[i], AGE[i], out, &error));
        GIVES(out, 1, loyalty_purchase_model_expected_purchases(model, x, T_X[i], AGE[i], 39, out, &error));
        GIVES(out, 1, loyalty_purchase_model_p_no_purchase(model, x, T_X[i], AGE[i], 39, out, &error));
        GIVES(out, 1, loyalty_purchase_model_p_n_purchases(model, x, T_X[i], AGE[i], 2, 39, out, &error));
        GIVES(out, 1, loyalty_purchase_model_discounted_purchases(model, x, T_X[i], AGE[i], discounting, out, &error));
    }
    GIVES(out, 1, loyalty_purchase_model_expected_purchases_new_customer(model, 39, out, &error));
    loyalty_summary *summary = customers(loyalty_purchase_model_unit(model));
    GIVES(out, CUSTOMERS, loyalty_purchase_model_p_alive_batch(model, summary, 1, out, CUSTOMERS, &error));
    GIVES(out, 1, loyalty_purchase_model_log_likelihood(model, summary, out, &error));
    loyalty_summary_free(summary);
    loyalty_discounting_free(discounting);
}

static inline void probe_spend(const loyalty_spend_model *model)
{
    double out[CUSTOMERS];
    loyalty_summary *summary = customers(LOYALTY_UNIT_NONE);
    for (size_t i = 0; i < CUSTOMERS; i++)
        GIVES(out, 1, loyalty_spend_model_expected_spend(model, (uint32_t)X[i], MEANS[i], out, &error));
    GIVES(out, CUSTOMERS, loyalty_spend_model_expected_spend_batch(model, summary, 1, out, CUSTOMERS, &error));
    GIVES(out, 1, loyalty_spend_model_log_likelihood(model, summary, out, &error));
    loyalty_summary_free(summary);
}

static inline void probe_contracts(const loyalty_contract_model *model)
{
    double out[1];
    for (uint32_t renewals = 0; renewals < 1000; renewals = renewals * 9 + 1) {
        GIVES(out, 1, loyalty_contract_model_survival(model, renewals, 5, out, &error));
        GIVES(out, 1, loyalty_contract_model_churn(model, renewals, out, &error));
        GIVES(out, 1, loyalty_contract_model_discounted_renewals(model, renewals, 50, 0.1, out, &error));
    }
    GIVES(out, 1, loyalty_contract_model_discounted_lifetime(model, 0, 0.1, out, &error));
}

/* The columns of the golden model with covariates; another is an error. */
static inline loyalty_covariates *covariates(void)
{
    static const int64_t offsets[] = {0, 3, 8, 11};
    static const double age[CUSTOMERS] = {20, 45, 90};
    static const char *const numbers[] = {"age"}, *const categories[] = {"channel"};
    const double *const columns_of_numbers[] = {age};
    const loyalty_ids levels[] = {{NULL, offsets, "webcaf\xc3\xa9web"}};
    loyalty_covariates *made = NULL;
    loyalty_covariate_columns columns;
    loyalty_covariate_columns_init(&columns, sizeof columns);
    columns.rows = CUSTOMERS;
    columns.numbers = columns_of_numbers;
    columns.number_names = numbers;
    columns.number_count = 1;
    columns.categories = levels;
    columns.category_names = categories;
    columns.category_count = 1;
    HELD(loyalty_covariates_new(&columns, &made, &error));
    return made;
}

static inline void probe_with_covariates(const loyalty_purchase_with_covariates *model)
{
    double out[CUSTOMERS];
    loyalty_covariates *known = covariates();
    loyalty_summary *summary = customers(loyalty_purchase_with_covariates_unit(model));
    GIVES(out, CUSTOMERS, loyalty_purchase_with_covariates_p_alive(model, summary, known, 1, out, CUSTOMERS, &error));
    GIVES(out, CUSTOMERS,
          loyalty_purchase_with_covariates_expected_purchases(model, summary, known, 39, 1, out, CUSTOMERS, &error));
    loyalty_summary_free(summary);
    loyalty_covariates_free(known);
}

static inline void probe_forecast(const loyalty_forecast *forecast)
{
    static const uint32_t recent[] = {0, 0, 1, 1, 2, 3};
    double out[1];
    GIVES(out, 1, loyalty_forecast_expected_purchases(forecast, 2, 30.5, 39, recent, 6, 35, out, &error));
    GIVES(out, 1, loyalty_forecast_expected_purchases(forecast, 40, 300, 301, recent, 6, NAN, out, &error));
}

static inline void probe_posterior(const loyalty_purchase_posterior *posterior)
{
    double out[3];
    GIVES(out, 3, loyalty_purchase_posterior_p_alive(posterior, 2, 30.5, 39, 0.9, out, out + 1, out + 2, &error));
    GIVES(out, 3,
          loyalty_purchase_posterior_expected_purchases(posterior, 2, 30.5, 39, 39, 0.9, out, out + 1, out + 2, &error));
}

static inline void probe_posterior_with_covariates(const loyalty_purchase_posterior_with_covariates *posterior)
{
    double mean[CUSTOMERS], lower[CUSTOMERS], upper[CUSTOMERS];
    loyalty_covariates *known = covariates();
    loyalty_summary *summary = customers(LOYALTY_UNIT_NONE);
    if (HELD(loyalty_purchase_posterior_with_covariates_p_alive(posterior, summary, known, 0.9, 1, mean, lower, upper,
                                                                CUSTOMERS, &error)))
        finite_ends(mean, lower, upper, "loyalty_purchase_posterior_with_covariates_p_alive");
    if (HELD(loyalty_purchase_posterior_with_covariates_expected_purchases(posterior, summary, known, 39, 0.9, 1, mean,
                                                                           lower, upper, CUSTOMERS, &error)))
        finite_ends(mean, lower, upper, "loyalty_purchase_posterior_with_covariates_expected_purchases");
    loyalty_summary_free(summary);
    loyalty_covariates_free(known);
}

/* Scores lines, takes them in, and goes on by a day: what the model is then is saved by the caller. */
static inline void probe_lines(loyalty_return_propensity *model, const loyalty_line_columns *columns)
{
    double out[LINES], upper[LINES], why[LINES * 64];
    loyalty_lines *lines = NULL;
    if (HELD(loyalty_lines_new(columns, &lines, &error))) {
        const size_t groups = loyalty_return_propensity_groups(model) * LINES;
        GIVES(out, LINES, loyalty_return_propensity_score(model, lines, 1, out, LINES, &error));
        if (groups <= sizeof why / sizeof *why)
            GIVES(why, groups, loyalty_return_propensity_contributions(model, lines, 1, why, groups, &error));
        if (HELD(loyalty_return_propensity_intervals(model, lines, 0.9, 1, out, upper, LINES, &error))) {
            finite(out, LINES, "the lower ends of returns");
            finite(upper, LINES, "the upper ends of returns");
        }
        GIVES(out, LINES, loyalty_return_propensity_update(model, lines, out, LINES, &error));
        HELD(loyalty_return_propensity_advance(model, loyalty_return_propensity_today(model) + 1, &error));
    }
    loyalty_lines_free(lines);
}

/* Lines with numbers as ids, and with text, a category and a number: a model takes the one it was fitted to. */
static inline void probe_returns(loyalty_return_propensity *model)
{
    static const int64_t customer[LINES] = {3, 3, 99}, product[LINES] = {5, 6, 7}, offsets[LINES + 1] = {0, 2, 4, 6};
    static const double price[LINES] = {19.5, 7.25, 1e6}, age[LINES] = {0, 30, NAN};
    static const char *const category_name[] = {"category"}, *const number_name[] = {"age"};
    const double *const numbers[] = {age};
    const int64_t today = loyalty_return_propensity_today(model), time[LINES] = {today, today, today};
    const loyalty_ids customers_text = {NULL, offsets, "c0c1zz"}, products_text = {NULL, offsets, "p0p8p1"};
    const loyalty_ids categories[] = {products_text};
    loyalty_line_columns columns;
    loyalty_line_columns_init(&columns, sizeof columns);
    columns.rows = LINES;
    columns.customer.numbers = customer;
    columns.product.numbers = product;
    columns.line.numbers = product;
    columns.time = time;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.price = price;
    probe_lines(model, &columns);
    columns.customer = customers_text;
    columns.product = products_text;
    columns.line = products_text;
    columns.categories = categories;
    columns.category_names = category_name;
    columns.category_count = 1;
    columns.numbers = numbers;
    columns.number_names = number_name;
    columns.number_count = 1;
    probe_lines(model, &columns);
}

static inline void finite_scores(const loyalty_behaviour_score *scores, size_t count, const char *call)
{
    for (size_t i = 0; i < count; i++) {
        const double values[] = {scores[i].estimate, scores[i].threshold, scores[i].p_over,
                                 scores[i].impact,   scores[i].events,    scores[i].orders};
        finite(values, sizeof values / sizeof *values, call);
    }
}

static inline void finite_intervals(const loyalty_behaviour_interval *intervals, size_t count, const char *call)
{
    for (size_t i = 0; i < count; i++) {
        const double values[] = {intervals[i].estimate_low, intervals[i].estimate_high, intervals[i].impact_low,
                                 intervals[i].impact_high};
        finite(values, sizeof values / sizeof *values, call);
    }
}

/* Labels one customer by a row of a ledger. */
static inline void probe_ledger(const loyalty_behaviours *model, const double *ledger)
{
    const size_t columns = loyalty_ledger_column_count(), behaviours = loyalty_behaviour_count();
    loyalty_behaviour_score scores[SCORES];
    loyalty_behaviour_interval intervals[SCORES];
    int32_t primary;
    if (HELD(loyalty_behaviours_classify(model, ledger, 1, columns, NULL, NULL, scores, behaviours, &primary, &error)))
        finite_scores(scores, behaviours, "loyalty_behaviours_classify");
    if (HELD(loyalty_behaviours_intervals(model, ledger, 1, columns, NULL, 0.9, intervals, behaviours, &error)))
        finite_intervals(intervals, behaviours, "loyalty_behaviours_intervals");
}

/* The rows of golden/behaviours.csv: what is in a ledger. Gives their number. */
static inline size_t read_ledgers(const char *root, double ledgers[][WIDEST], size_t most)
{
    static char path[4096], line[8192];
    size_t rows = 0;
    snprintf(path, sizeof path, "%s/golden/behaviours.csv", root);
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL)
        return 0;
    while (rows < most && fgets(line, sizeof line, file) != NULL) {
        char *at = line;
        for (size_t i = 0; i < loyalty_ledger_column_count(); i++, at++)
            ledgers[rows][i] = strtod(at, &at);
        rows++;
    }
    fclose(file);
    return rows;
}

#endif
