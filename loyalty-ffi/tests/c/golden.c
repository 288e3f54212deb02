/* The golden models and scores, to the last bit: by the customer, by the column, and fitted. */

#include "cdnow.h"
#include "scores.h"

struct models {
    loyalty_bg_nbd *purchases;
    loyalty_gamma_gamma *spend;
};

static struct models load(const char *root)
{
    struct models models = {NULL, NULL};
    OK(loyalty_bg_nbd_load(in_workspace(root, "golden/bg_nbd.json"), &models.purchases, &error));
    OK(loyalty_gamma_gamma_load(in_workspace(root, "golden/gamma_gamma.json"), &models.spend,
                                &error));
    CHECK(loyalty_bg_nbd_unit(models.purchases) == LOYALTY_UNIT_WEEK);
    return models;
}

static void free_models(struct models models)
{
    loyalty_bg_nbd_free(models.purchases);
    loyalty_gamma_gamma_free(models.spend);
}

static void one_customer(struct models models, const struct scores *scores, size_t row,
                         const loyalty_discounting *year)
{
    uint32_t x = frequency_of(scores, row);
    double t_x = scores->column[RECENCY][row], T = scores->column[AGE][row];
    double p, purchases, spend, discounted, new_customer, exactly;

    OK(loyalty_bg_nbd_p_alive(models.purchases, x, t_x, T, &p, &error));
    CHECK(same_bits(p, scores->column[P_ALIVE][row]));
    OK(loyalty_bg_nbd_expected_purchases(models.purchases, x, t_x, T, 39, &purchases, &error));
    CHECK(same_bits(purchases, scores->column[EXPECTED_PURCHASES_39][row]));
    OK(loyalty_gamma_gamma_expected_spend(models.spend, x, scores->column[MONETARY_VALUE][row],
                                          &spend, &error));
    CHECK(same_bits(spend, scores->column[EXPECTED_SPEND][row]));
    OK(loyalty_bg_nbd_discounted_purchases(models.purchases, x, t_x, T, year, &discounted, &error));
    CHECK(same_bits(spend * (0.3 * discounted), scores->column[CLV_52_ANNUAL_10_PERCENT][row]));
    OK(loyalty_bg_nbd_expected_purchases_new_customer(models.purchases, T, &new_customer, &error));
    CHECK(same_bits(new_customer, scores->column[PURCHASES_OF_NEW_CUSTOMER][row]));
    OK(loyalty_bg_nbd_probability_of_n_purchases(models.purchases, x, 39, &exactly, &error));
    CHECK(same_bits(exactly, scores->column[PROBABILITY_OF_N_PURCHASES_39][row]));
}

static void by_the_column(struct models models, const struct scores *scores, size_t threads,
                          const loyalty_discounting *year, const loyalty_discounting *periods)
{
    size_t rows = scores->rows;
    double *out = room(rows, sizeof *out), *margins = room(rows, sizeof *margins);
    loyalty_summary *summary = summary_of(scores);

    OK(loyalty_bg_nbd_p_alive_batch(models.purchases, summary, threads, out, rows, &error));
    CHECK(same_column(out, scores->column[P_ALIVE], rows));
    OK(loyalty_bg_nbd_expected_purchases_batch(models.purchases, summary, 39, threads, out, rows,
                                               &error));
    CHECK(same_column(out, scores->column[EXPECTED_PURCHASES_39], rows));
    OK(loyalty_gamma_gamma_expected_spend_batch(models.spend, summary, threads, out, rows, &error));
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

static void same_facts(const loyalty_fit_facts *a, const loyalty_fit_facts *b)
{
    CHECK(a->stop == LOYALTY_STOP_CONVERGED && b->stop == LOYALTY_STOP_CONVERGED);
    CHECK(same_bits(a->log_likelihood, b->log_likelihood));
    CHECK(same_bits(a->aic, b->aic) && same_bits(a->bic, b->bic));
    CHECK(same_bits(a->customers, b->customers) && same_bits(a->left_out, b->left_out));
    CHECK(a->iterations == b->iterations && a->parameters == b->parameters);
    CHECK(a->has_standard_errors && b->has_standard_errors);
    CHECK(same_column(a->standard_errors, b->standard_errors, 8));
    CHECK(strcmp(a->boundary_parameter, "") == 0 && strcmp(b->boundary_parameter, "") == 0);
}

static void fitted_purchases(const loyalty_bg_nbd *golden, const loyalty_summary *summary)
{
    loyalty_bg_nbd *model = NULL;
    loyalty_fit_facts facts, saved;
    double ours[4], theirs[4], log_likelihood;
    loyalty_fit_facts_init(&facts, sizeof facts);
    loyalty_fit_facts_init(&saved, sizeof saved);
    OK(loyalty_bg_nbd_fit(summary, NULL, &facts, &model, &error));
    OK(loyalty_bg_nbd_fit_facts(golden, &saved, &error));
    same_facts(&facts, &saved);
    OK(loyalty_bg_nbd_parameters(model, ours, 4, &error));
    OK(loyalty_bg_nbd_parameters(golden, theirs, 4, &error));
    CHECK(same_column(ours, theirs, 4));
    OK(loyalty_bg_nbd_log_likelihood(golden, summary, &log_likelihood, &error));
    CHECK(log_likelihood > -9582.4293 && log_likelihood < -9582.4291);
    loyalty_bg_nbd_free(model);
}

static void fitted_spend(const loyalty_gamma_gamma *golden, const loyalty_summary *summary)
{
    loyalty_gamma_gamma *model = NULL;
    loyalty_fit_facts facts, saved;
    double ours[3], theirs[3], log_likelihood;
    loyalty_fit_facts_init(&facts, sizeof facts);
    loyalty_fit_facts_init(&saved, sizeof saved);
    OK(loyalty_gamma_gamma_fit(summary, NULL, &facts, &model, &error));
    OK(loyalty_gamma_gamma_fit_facts(golden, &saved, &error));
    same_facts(&facts, &saved);
    OK(loyalty_gamma_gamma_parameters(model, ours, 3, &error));
    OK(loyalty_gamma_gamma_parameters(golden, theirs, 3, &error));
    CHECK(same_column(ours, theirs, 3));
    OK(loyalty_gamma_gamma_log_likelihood(golden, summary, &log_likelihood, &error));
    CHECK(log_likelihood > -4055.9178 && log_likelihood < -4055.9176);
    loyalty_gamma_gamma_free(model);
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
