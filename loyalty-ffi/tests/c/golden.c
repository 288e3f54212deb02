/* The golden models and scores, to the last bit: by the customer, by the column, and fitted. */

#include "cdnow.h"
#include "scores.h"

struct models {
    loyalty_purchase_model *purchases;
    loyalty_spend_model *spend;
};

static struct models load(const char *root)
{
    struct models models = {NULL, NULL};
    OK(loyalty_purchase_model_load(in_workspace(root, "golden/bg_nbd.json"), &models.purchases,
                                   &error));
    OK(loyalty_spend_model_load(in_workspace(root, "golden/gamma_gamma.json"), &models.spend,
                                &error));
    CHECK(loyalty_purchase_model_unit(models.purchases) == LOYALTY_UNIT_WEEK);
    CHECK(loyalty_purchase_model_kind(models.purchases) == LOYALTY_PURCHASE_KIND_BG_NBD);
    CHECK(loyalty_spend_model_kind(models.spend) == LOYALTY_SPEND_KIND_GAMMA_GAMMA);
    return models;
}

static void free_models(struct models models)
{
    loyalty_purchase_model_free(models.purchases);
    loyalty_spend_model_free(models.spend);
}

static void one_customer(struct models models, const struct scores *scores, size_t row,
                         const loyalty_discounting *year)
{
    uint32_t x = frequency_of(scores, row);
    double t_x = scores->column[RECENCY][row], T = scores->column[AGE][row];
    double p, purchases, spend, discounted, new_customer, exactly;

    OK(loyalty_purchase_model_p_alive(models.purchases, x, t_x, T, &p, &error));
    CHECK(same_bits(p, scores->column[P_ALIVE][row]));
    OK(loyalty_purchase_model_expected_purchases(models.purchases, x, t_x, T, 39, &purchases,
                                                 &error));
    CHECK(same_bits(purchases, scores->column[EXPECTED_PURCHASES_39][row]));
    OK(loyalty_spend_model_expected_spend(models.spend, x, scores->column[MONETARY_VALUE][row],
                                          &spend, &error));
    CHECK(same_bits(spend, scores->column[EXPECTED_SPEND][row]));
    OK(loyalty_purchase_model_discounted_purchases(models.purchases, x, t_x, T, year, &discounted,
                                                   &error));
    CHECK(same_bits(spend * (0.3 * discounted), scores->column[CLV_52_ANNUAL_10_PERCENT][row]));
    OK(loyalty_purchase_model_expected_purchases_new_customer(models.purchases, T, &new_customer,
                                                              &error));
    CHECK(same_bits(new_customer, scores->column[PURCHASES_OF_NEW_CUSTOMER][row]));
    OK(loyalty_purchase_model_p_n_purchases_new_customer(models.purchases, x, 39, &exactly,
                                                         &error));
    CHECK(same_bits(exactly, scores->column[PROBABILITY_OF_N_PURCHASES_39][row]));
}

static void by_the_column(struct models models, const struct scores *scores, size_t threads,
                          const loyalty_discounting *year, const loyalty_discounting *periods)
{
    size_t rows = scores->rows;
    double *out = room(rows, sizeof *out), *margins = room(rows, sizeof *margins);
    loyalty_summary *summary = summary_of(scores);

    OK(loyalty_purchase_model_p_alive_batch(models.purchases, summary, threads, out, rows, &error));
    CHECK(same_column(out, scores->column[P_ALIVE], rows));
    OK(loyalty_purchase_model_expected_purchases_batch(models.purchases, summary, 39, threads, out,
                                                       rows, &error));
    CHECK(same_column(out, scores->column[EXPECTED_PURCHASES_39], rows));
    OK(loyalty_spend_model_expected_spend_batch(models.spend, summary, threads, out, rows, &error));
    CHECK(same_column(out, scores->column[EXPECTED_SPEND], rows));
    OK(loyalty_clv(models.purchases, models.spend, summary, year, 0.3, threads, out, rows, &error));
    CHECK(same_column(out, scores->column[CLV_52_ANNUAL_10_PERCENT], rows));
    OK(loyalty_clv(models.purchases, models.spend, summary, periods, 0.3, threads, out, rows,
                   &error));
    CHECK(same_column(out, scores->column[CLV_12_PERIODS], rows));
    for (size_t row = 0; row < rows; row++) {
        margins[row] = 0.3;
    }
    OK(loyalty_clv_with_margins(models.purchases, models.spend, summary, year, margins, threads,
                                out, rows, &error));
    CHECK(same_column(out, scores->column[CLV_52_ANNUAL_10_PERCENT], rows));

    loyalty_summary_free(summary);
    free(margins);
    free(out);
}

static void scored(struct models models, const struct scores *scores)
{
    loyalty_discounting *year = NULL, *periods = NULL;
    OK(loyalty_discounting_annual(52, 0.1, LOYALTY_UNIT_WEEK, &year, &error));
    OK(loyalty_discounting_per_period(12, 4.345, 0.01, &periods, &error));
    CHECK(same_bits(loyalty_discounting_horizon(periods), 12 * 4.345));
    for (size_t row = 0; row < scores->rows; row++) {
        one_customer(models, scores, row, year);
    }
    for (size_t threads = 0; threads < 3; threads++) {
        by_the_column(models, scores, threads, year, periods);
    }
    loyalty_discounting_free(year);
    loyalty_discounting_free(periods);
}

static void same_standard_errors(const loyalty_fit *a, const loyalty_fit *b, size_t parameters)
{
    double ours, theirs;
    for (size_t index = 0; index < parameters; index++) {
        OK(loyalty_fit_standard_error(a, index, &ours, &error));
        OK(loyalty_fit_standard_error(b, index, &theirs, &error));
        CHECK(same_bits(ours, theirs) && ours > 0);
    }
}

static void same_fit(const loyalty_fit *a, const loyalty_fit *b)
{
    char ours[512], theirs[512];
    CHECK(loyalty_fit_stop(a) == LOYALTY_STOP_CONVERGED);
    CHECK(loyalty_fit_stop(b) == LOYALTY_STOP_CONVERGED);
    CHECK(same_bits(loyalty_fit_log_likelihood(a), loyalty_fit_log_likelihood(b)));
    CHECK(same_bits(loyalty_fit_log_prior(a), loyalty_fit_log_prior(b)));
    CHECK(same_bits(loyalty_fit_aic(a), loyalty_fit_aic(b)));
    CHECK(same_bits(loyalty_fit_bic(a), loyalty_fit_bic(b)));
    CHECK(same_bits(loyalty_fit_customers(a), loyalty_fit_customers(b)));
    CHECK(same_bits(loyalty_fit_left_out(a), loyalty_fit_left_out(b)));
    CHECK(same_bits(loyalty_fit_gradient_norm(a), loyalty_fit_gradient_norm(b)));
    CHECK(loyalty_fit_iterations(a) == loyalty_fit_iterations(b));
    CHECK(loyalty_fit_fitted_parameters(a) == loyalty_fit_fitted_parameters(b));
    CHECK(loyalty_fit_boundary_parameter(a, NULL, 0) == 0);
    CHECK(loyalty_fit_boundary_parameter(b, NULL, 0) == 0);
    CHECK(loyalty_fit_identification(a, ours, sizeof ours) < sizeof ours);
    CHECK(loyalty_fit_identification(b, theirs, sizeof theirs) < sizeof theirs);
    CHECK(strcmp(ours, theirs) == 0);
}

static void fitted_purchases(const loyalty_purchase_model *golden, const loyalty_summary *summary)
{
    loyalty_purchase_model *model = NULL;
    loyalty_fit *fit = NULL, *saved = NULL;
    double ours, theirs, log_likelihood;
    size_t count = loyalty_purchase_model_parameter_count(golden);
    OK(loyalty_purchase_model_fit(loyalty_purchase_model_kind(golden), summary, NULL, &fit, &model,
                                  &error));
    OK(loyalty_fit_of_purchase_model(golden, &saved, &error));
    same_fit(fit, saved);
    CHECK(count == loyalty_fit_fitted_parameters(fit));
    same_standard_errors(fit, saved, count);
    for (size_t index = 0; index < count; index++) {
        OK(loyalty_purchase_model_parameter_value(model, index, &ours, &error));
        OK(loyalty_purchase_model_parameter_value(golden, index, &theirs, &error));
        CHECK(same_bits(ours, theirs));
    }
    OK(loyalty_purchase_model_log_likelihood(golden, summary, &log_likelihood, &error));
    CHECK(log_likelihood > -9582.4293 && log_likelihood < -9582.4291);
    loyalty_fit_free(fit);
    loyalty_fit_free(saved);
    loyalty_purchase_model_free(model);
}

static void fitted_spend(const loyalty_spend_model *golden, const loyalty_summary *summary)
{
    loyalty_spend_model *model = NULL;
    loyalty_fit *fit = NULL, *saved = NULL;
    double ours, theirs, log_likelihood;
    size_t count = loyalty_spend_model_parameter_count(golden);
    OK(loyalty_spend_model_fit(loyalty_spend_model_kind(golden), summary, NULL, &fit, &model,
                               &error));
    OK(loyalty_fit_of_spend_model(golden, &saved, &error));
    same_fit(fit, saved);
    CHECK(count == loyalty_fit_fitted_parameters(fit));
    same_standard_errors(fit, saved, count);
    for (size_t index = 0; index < count; index++) {
        OK(loyalty_spend_model_parameter_value(model, index, &ours, &error));
        OK(loyalty_spend_model_parameter_value(golden, index, &theirs, &error));
        CHECK(same_bits(ours, theirs));
    }
    OK(loyalty_spend_model_log_likelihood(golden, summary, &log_likelihood, &error));
    CHECK(log_likelihood > -4055.9178 && log_likelihood < -4055.9176);
    loyalty_fit_free(fit);
    loyalty_fit_free(saved);
    loyalty_spend_model_free(model);
}

/* From the log: the summary's rows are those of the golden file, the fits its models. */
static void fitted(struct models models, const struct scores *scores, const char *root)
{
    struct log log = read_cdnow(root);
    loyalty_orders *orders = orders_of(&log, 0, log.rows);
    loyalty_summary *summary = NULL;
    loyalty_holdout *holdout = NULL;
    loyalty_summary_options options;
    loyalty_summary_options_init(&options, sizeof options);
    options.unit = LOYALTY_UNIT_WEEK;
    OK(loyalty_orders_calibration_holdout(orders, calibration_end(), &options, &summary, &holdout,
                                          &error));
    size_t rows = loyalty_summary_len(summary);
    double *T = room(rows, sizeof *T), *mean = room(rows, sizeof *mean);
    OK(loyalty_summary_T(summary, T, rows, &error));
    OK(loyalty_summary_monetary_value(summary, mean, rows, &error));
    for (size_t row = 0; row < scores->rows; row++) {
        CHECK(same_bits(T[11 * row], scores->column[AGE][row]));
        CHECK(same_bits(mean[11 * row], scores->column[MONETARY_VALUE][row]));
    }
    fitted_purchases(models.purchases, summary);
    fitted_spend(models.spend, summary);

    free(T);
    free(mean);
    loyalty_holdout_free(holdout);
    loyalty_summary_free(summary);
    loyalty_orders_free(orders);
    free_log(&log);
}

int main(int argc, char **argv)
{
    const char *root = argc > 1 ? argv[1] : ".";
    struct models models = load(root);
    struct scores scores = read_scores(root);
    scored(models, &scores);
    fitted(models, &scores, root);
    free_scores(&scores);
    free_models(models);
    return finish("golden");
}
