/* Intervals by posteriors of models with covariates: the golden ones, to the last bit, and what is refused. */

#include "covariate_shop.h"

/* The columns of golden/covariate_intervals.csv: a mean and two ends of each. */
enum { MONEY = T + 1, ALIVE, PURCHASES = ALIVE + 3, SPEND = PURCHASES + 3, CLV = SPEND + 3, ALL = CLV + 3 };

static const char INTERVALS[] =
    "age,channel,frequency,recency,T,monetary_value,p_alive,p_alive_lower,p_alive_upper,"
    "expected_purchases_13,expected_purchases_13_lower,expected_purchases_13_upper,"
    "expected_spend,expected_spend_lower,expected_spend_upper,"
    "clv_52_annual_10_percent,clv_52_annual_10_percent_lower,clv_52_annual_10_percent_upper\n";

static const double LEVEL = 0.9, MARGIN = 0.3;

static loyalty_purchase_posterior_with_covariates *purchases = NULL;
static loyalty_spend_posterior_with_covariates *spend = NULL;
static double mean[MOST], lower[MOST], upper[MOST];

/* The arrays hold the intervals that begin with a column. */
static void same_intervals(int first)
{
    CHECK(same_column(mean, column[first], rows));
    CHECK(same_column(lower, column[first + 1], rows));
    CHECK(same_column(upper, column[first + 2], rows));
}

static loyalty_clv_posteriors of_both(const loyalty_covariates *covariates)
{
    loyalty_clv_posteriors posteriors;
    loyalty_clv_posteriors_init(&posteriors, sizeof posteriors);
    posteriors.purchases_with_covariates = purchases;
    posteriors.spend_with_covariates = spend;
    posteriors.covariates = covariates;
    return posteriors;
}

static void golden(const loyalty_summary *summary, const loyalty_covariates *covariates,
                   const loyalty_discounting *year, size_t threads)
{
    double each[MOST];
    OK(loyalty_purchase_posterior_with_covariates_p_alive(purchases, summary, covariates, LEVEL, threads, mean, lower,
                                                          upper, rows, &error));
    same_intervals(ALIVE);
    OK(loyalty_purchase_posterior_with_covariates_expected_purchases(purchases, summary, covariates, 13, LEVEL, threads,
                                                                     mean, lower, upper, rows, &error));
    same_intervals(PURCHASES);
    OK(loyalty_spend_posterior_with_covariates_expected_spend(spend, summary, covariates, LEVEL, threads, mean, lower,
                                                              upper, rows, &error));
    same_intervals(SPEND);
    const loyalty_clv_posteriors posteriors = of_both(covariates);
    OK(loyalty_clv_posterior_with_covariates(&posteriors, summary, year, &MARGIN, 1, LEVEL, threads, mean, lower, upper,
                                             rows, &error));
    same_intervals(CLV);
    for (size_t row = 0; row < rows; row++) {
        each[row] = MARGIN;
    }
    OK(loyalty_clv_posterior_with_covariates(&posteriors, summary, year, each, rows, LEVEL, threads, mean, lower, upper,
                                             rows, &error));
    same_intervals(CLV);
}

/* A call that is to be refused, of the customers by these models. */
#define P_ALIVE_OF(posterior, summary, known, level, length)                                        \
    loyalty_purchase_posterior_with_covariates_p_alive(posterior, summary, known, level, 0, mean,   \
                                                       lower, upper, length, &error)
#define PURCHASES_OF(summary, known, horizon)                                                       \
    loyalty_purchase_posterior_with_covariates_expected_purchases(                                  \
        purchases, summary, known, horizon, LEVEL, 0, mean, lower, upper, rows, &error)
#define SPEND_OF(posterior, summary, known)                                                         \
    loyalty_spend_posterior_with_covariates_expected_spend(posterior, summary, known, LEVEL, 0,     \
                                                           mean, lower, upper, rows, &error)
#define CLV_OF(posteriors, summary, margin, level)                                                  \
    loyalty_clv_posterior_with_covariates(posteriors, summary, year, margin, 1, level, 0, mean,     \
                                          lower, upper, rows, &error)

static void predictions_refuse(const loyalty_summary *summary, const loyalty_covariates *covariates)
{
    const loyalty_ids levels = {NULL, offsets, channel};
    loyalty_covariates *few = covariates_of(rows - 1, &levels);
    FAILS(P_ALIVE_OF(purchases, summary, few, LEVEL, rows), LENGTH,
          "column \"covariates\" has 199 rows, but 200 are expected");
    FAILS(PURCHASES_OF(summary, few, 13), LENGTH,
          "column \"covariates\" has 199 rows, but 200 are expected");
    FAILS(SPEND_OF(spend, summary, few), LENGTH,
          "column \"covariates\" has 199 rows, but 200 are expected");
    loyalty_covariates_free(few);
    FAILS(P_ALIVE_OF(purchases, summary, covariates, LEVEL, rows - 1), LENGTH,
          "column \"out\" has 199 rows, but 200 are expected");
    FAILS(P_ALIVE_OF(purchases, summary, covariates, 1, rows), PARAMETER,
          "level must be above 0 and below 1, got 1");
    FAILS(PURCHASES_OF(summary, covariates, -1), PARAMETER,
          "horizon must be finite and >= 0, got -1");
    FAILS(P_ALIVE_OF(NULL, summary, covariates, LEVEL, rows), NULL_ARGUMENT,
          "posterior must not be NULL");
    FAILS(PURCHASES_OF(NULL, covariates, 13), NULL_ARGUMENT, "summary must not be NULL");
    FAILS(PURCHASES_OF(summary, NULL, 13), NULL_ARGUMENT, "covariates must not be NULL");
    FAILS(SPEND_OF(NULL, summary, covariates), NULL_ARGUMENT, "posterior must not be NULL");

    loyalty_summary *days = summary_of(NULL, LOYALTY_UNIT_DAY);
    FAILS(P_ALIVE_OF(purchases, days, covariates, LEVEL, rows), UNIT,
          "the model is in week and the customer summary in day: use the same unit for both");
    FAILS(SPEND_OF(spend, days, covariates), MISSING_COLUMN,
          "the expected spend needs the column \"monetary_value\", which is missing");
    loyalty_summary_free(days);
}

static void columns_are_refused(const loyalty_summary *summary)
{
    const loyalty_ids levels = {NULL, offsets, channel};
    loyalty_covariate_columns columns = known(rows, &levels);
    loyalty_covariates *covariates = NULL;
    columns.category_count = 0;
    OK(loyalty_covariates_new(&columns, &covariates, &error));
    FAILS(P_ALIVE_OF(purchases, summary, covariates, LEVEL, rows), MISSING_COLUMN,
          "the covariate \"channel\" is missing: the model has learnt from it");
    FAILS(SPEND_OF(spend, summary, covariates), MISSING_COLUMN,
          "the covariate \"channel\" is missing: the model has learnt from it");
    loyalty_covariates_free(covariates);

    /* A level that was not learnt: the first row's "shop" is "chop". */
    channel[0] = 'c';
    covariates = covariates_of(rows, &levels);
    channel[0] = 's';
    FAILS(P_ALIVE_OF(purchases, summary, covariates, LEVEL, rows), VALUE,
          "column \"channel\", row 0: must be a level that the model has learnt from, got \"chop\"");
    loyalty_covariates_free(covariates);
}

static void values_are_refused(const loyalty_summary *summary, const loyalty_covariates *covariates,
                               const loyalty_discounting *year)
{
    const loyalty_purchase_posterior *plain = UNTOUCHED;
    loyalty_clv_posteriors posteriors = of_both(covariates);
    double margin = MARGIN;
    FAILS(CLV_OF(NULL, summary, &margin, LEVEL), NULL_ARGUMENT, "posteriors must not be NULL");
    FAILS(CLV_OF(&posteriors, NULL, &margin, LEVEL), NULL_ARGUMENT, "summary must not be NULL");
    FAILS(CLV_OF(&posteriors, summary, &margin, 0), PARAMETER,
          "level must be above 0 and below 1, got 0");
    margin = 2;
    FAILS(CLV_OF(&posteriors, summary, &margin, LEVEL), PARAMETER,
          "margin must be from -1000 to 1, got 2");
    margin = MARGIN;
    posteriors.covariates = NULL;
    FAILS(CLV_OF(&posteriors, summary, &margin, LEVEL), NULL_ARGUMENT, "covariates must not be NULL");
    posteriors.covariates = covariates;
    posteriors.purchases = plain;
    FAILS(CLV_OF(&posteriors, summary, &margin, LEVEL), CHOICE,
          "purchases must be one model, with covariates or without, got \"both\"");
    posteriors.purchases = NULL;
    posteriors.spend_with_covariates = NULL;
    FAILS(CLV_OF(&posteriors, summary, &margin, LEVEL), NULL_ARGUMENT, "spend must not be NULL");
    posteriors.struct_size = 1;
    CHECK(CLV_OF(&posteriors, summary, &margin, LEVEL) == LOYALTY_STATUS_PARAMETER);

    const loyalty_ids levels = {NULL, offsets, channel};
    loyalty_covariates *few = covariates_of(1, &levels);
    posteriors = of_both(few);
    FAILS(CLV_OF(&posteriors, summary, &margin, LEVEL), LENGTH,
          "column \"covariates\" has 1 rows, but 200 are expected");
    loyalty_covariates_free(few);

    loyalty_summary *days = summary_of(column[MONEY], LOYALTY_UNIT_DAY);
    posteriors = of_both(covariates);
    FAILS(CLV_OF(&posteriors, days, &margin, LEVEL), UNIT,
          "the model is in week and the customer summary in day: use the same unit for both");
    loyalty_summary_free(days);
}

/* A file of another kind, or of none. */
static void files_are_refused(const char *root)
{
    loyalty_purchase_posterior_with_covariates *by_history = UNTOUCHED;
    loyalty_spend_posterior_with_covariates *by_spend = UNTOUCHED;
    loyalty_purchase_posterior *plain = UNTOUCHED;
    loyalty_spend_posterior *plain_spend = UNTOUCHED;
    FAILS(loyalty_purchase_posterior_with_covariates_load(
              in_workspace(root, "golden/posterior_bg_nbd.json"), &by_history, &error),
          CHOICE, "posterior must be a model of purchases with covariates, got \"bg-nbd\"");
    FAILS(loyalty_purchase_posterior_with_covariates_load(
              in_workspace(root, "golden/posterior_gamma_gamma_with_covariates.json"), &by_history, &error),
          CHOICE,
          "posterior must be a model of purchases with covariates, got \"gamma-gamma-with-covariates\"");
    FAILS(loyalty_spend_posterior_with_covariates_load(
              in_workspace(root, "golden/posterior_bg_nbd_with_covariates.json"), &by_spend, &error),
          CHOICE, "posterior must be a model of spend with covariates, got \"bg-nbd-with-covariates\"");
    CHECK(loyalty_purchase_posterior_load(in_workspace(root, "golden/posterior_bg_nbd_with_covariates.json"), &plain,
                                          &error) == LOYALTY_STATUS_CHOICE);
    CHECK(loyalty_spend_posterior_load(in_workspace(root, "golden/posterior_gamma_gamma_with_covariates.json"),
                                       &plain_spend, &error) == LOYALTY_STATUS_CHOICE);
    CHECK(loyalty_purchase_posterior_with_covariates_load(
              in_workspace(root, "golden/pareto_nbd_with_covariates.json"), &by_history, &error) ==
          LOYALTY_STATUS_MODEL_FILE);
    CHECK(loyalty_spend_posterior_with_covariates_open(in_workspace(root, "golden/none.json"), &by_spend, &error) ==
          LOYALTY_STATUS_MODEL_FILE);
    FAILS(loyalty_purchase_posterior_with_covariates_load(NULL, &by_history, &error), NULL_ARGUMENT,
          "path must not be NULL");
    FAILS(loyalty_spend_posterior_with_covariates_load(
              in_workspace(root, "golden/posterior_gamma_gamma_with_covariates.json"), NULL, &error),
          NULL_ARGUMENT, "out must not be NULL");
    CHECK(by_history == UNTOUCHED && by_spend == UNTOUCHED && plain == UNTOUCHED && plain_spend == UNTOUCHED);
}

int main(int argc, char **argv)
{
    const char *root = argc > 1 ? argv[1] : ".";
    loyalty_discounting *year = NULL;
    OK(loyalty_purchase_posterior_with_covariates_load(
        in_workspace(root, "golden/posterior_bg_nbd_with_covariates.json"), &purchases, &error));
    OK(loyalty_spend_posterior_with_covariates_load(
        in_workspace(root, "golden/posterior_gamma_gamma_with_covariates.json"), &spend, &error));
    CHECK(loyalty_purchase_posterior_with_covariates_points(purchases) == 30);
    CHECK(loyalty_purchase_posterior_with_covariates_points(NULL) == 0);
    CHECK(loyalty_purchase_posterior_with_covariates_is_believed(purchases));
    CHECK(!loyalty_purchase_posterior_with_covariates_is_believed(NULL));
    CHECK(loyalty_spend_posterior_with_covariates_points(spend) == 30);
    CHECK(loyalty_spend_posterior_with_covariates_points(NULL) == 0);
    CHECK(loyalty_spend_posterior_with_covariates_is_believed(spend));
    CHECK(!loyalty_spend_posterior_with_covariates_is_believed(NULL));
    OK(loyalty_discounting_annual(52, 0.1, LOYALTY_UNIT_WEEK, &year, &error));

    read_shop(root, "golden/covariate_intervals.csv", INTERVALS, ALL);
    const loyalty_ids levels = {NULL, offsets, channel};
    loyalty_summary *summary = summary_of(column[MONEY], LOYALTY_UNIT_WEEK);
    loyalty_covariates *covariates = covariates_of(rows, &levels);
    for (size_t threads = 0; threads < 3; threads++) {
        golden(summary, covariates, year, threads);
    }
    predictions_refuse(summary, covariates);
    columns_are_refused(summary);
    values_are_refused(summary, covariates, year);
    files_are_refused(root);

    loyalty_covariates_free(covariates);
    loyalty_summary_free(summary);
    loyalty_discounting_free(year);
    loyalty_purchase_posterior_with_covariates_free(purchases);
    loyalty_purchase_posterior_with_covariates_free(NULL);
    loyalty_spend_posterior_with_covariates_free(spend);
    loyalty_spend_posterior_with_covariates_free(NULL);
    return finish("covariate_posterior");
}
