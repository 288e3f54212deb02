/* Fits with covariates: the bits of Rust's fit, roles, priors, spend, lifetime value, and what is refused. */

#include "covariate_shop.h"

#include <math.h>

static double mean_spend[MOST];

/* The shop's summary with money: who comes by the web spends more. */
static loyalty_summary *with_money(void)
{
    for (size_t row = 0; row < rows; row++) {
        bool web = channel[offsets[row]] == 'w';
        mean_spend[row] = column[X][row] > 0 ? (10 + (double)(row * 37 % 101)) * (web ? 1.5 : 1) : 0;
    }
    return summary_of(mean_spend, LOYALTY_UNIT_WEEK);
}

static double value_of(const loyalty_purchase_with_covariates *model, const char *wanted)
{
    char name[64];
    double value = NAN;
    for (size_t i = 0; i < loyalty_purchase_with_covariates_parameter_count(model); i++) {
        OK(loyalty_purchase_with_covariates_parameter_name(model, i, name, sizeof name, NULL, &error));
        if (strcmp(name, wanted) == 0) {
            OK(loyalty_purchase_with_covariates_parameter_value(model, i, &value, &error));
        }
    }
    CHECK(!isnan(value));
    return value;
}

static void same_fit(const loyalty_purchase_with_covariates *model,
                     const loyalty_purchase_with_covariates *other)
{
    loyalty_fit *fit = NULL, *theirs = NULL;
    size_t count = loyalty_purchase_with_covariates_parameter_count(model);
    OK(loyalty_fit_of_purchase_with_covariates(model, &fit, &error));
    OK(loyalty_fit_of_purchase_with_covariates(other, &theirs, &error));
    CHECK(loyalty_purchase_with_covariates_parameter_count(other) == count);
    for (size_t i = 0; i < count; i++) {
        double ours, expected;
        OK(loyalty_purchase_with_covariates_parameter_value(model, i, &ours, &error));
        OK(loyalty_purchase_with_covariates_parameter_value(other, i, &expected, &error));
        CHECK(same_bits(ours, expected));
        OK(loyalty_fit_standard_error(fit, i, &ours, &error));
        OK(loyalty_fit_standard_error(theirs, i, &expected, &error));
        CHECK(same_bits(ours, expected) && ours > 0);
    }
    CHECK(same_bits(loyalty_fit_log_likelihood(fit), loyalty_fit_log_likelihood(theirs)));
    CHECK(same_bits(loyalty_fit_bic(fit), loyalty_fit_bic(theirs)));
    CHECK(loyalty_fit_fitted_parameters(fit) == count);
    loyalty_fit_free(fit);
    loyalty_fit_free(theirs);
}

/* The golden model was fitted by Rust to this shop; what is saved is loaded with the same bits. */
static void the_fit_is_that_of_rust(const char *root, const char *work,
                                    const loyalty_summary *summary,
                                    const loyalty_covariates *covariates)
{
    loyalty_purchase_with_covariates *golden = NULL, *model = NULL, *again = NULL;
    loyalty_fit_options options;
    char path[4096], name[16];
    double ln_l;
    snprintf(path, sizeof path, "%s/with_covariates.json", work);
    OK(loyalty_purchase_with_covariates_load(
        in_workspace(root, "golden/pareto_nbd_with_covariates.json"), &golden, &error));
    for (size_t threads = 0; threads < 3; threads++) {
        loyalty_fit_options_init(&options, sizeof options);
        options.threads = threads;
        OK(loyalty_purchase_with_covariates_fit(LOYALTY_PURCHASE_KIND_PARETO_NBD, summary, covariates,
                                                NULL, &options, NULL, &model, &error));
        same_fit(model, golden);
        OK(loyalty_purchase_with_covariates_save(model, path, &error));
        OK(loyalty_purchase_with_covariates_load(path, &again, &error));
        same_fit(again, golden);
        loyalty_purchase_with_covariates_free(again);
        loyalty_purchase_with_covariates_free(model);
    }
    CHECK(loyalty_purchase_with_covariates_column_count(golden) == 2);
    OK(loyalty_purchase_with_covariates_column_name(golden, 1, name, sizeof name, NULL, &error));
    CHECK(strcmp(name, "channel") == 0);
    FAILS(loyalty_purchase_with_covariates_column_name(golden, 2, name, sizeof name, NULL, &error),
          PARAMETER, "index must be below the number of columns, got 2");
    FAILS(loyalty_purchase_with_covariates_parameter_value(golden, 10, &ln_l, &error), PARAMETER,
          "index must be below the number of parameters, got 10");
    OK(loyalty_purchase_with_covariates_log_likelihood(golden, summary, covariates, &ln_l, &error));
    CHECK(fabs(ln_l - -10718.329403761087) < 1e-7);
    loyalty_purchase_with_covariates_free(golden);
}

static const char *const NAMES[] = {"age", "channel"};

static loyalty_covariate_roles shared_channel(void)
{
    loyalty_covariate_roles roles;
    loyalty_covariate_roles_init(&roles, sizeof roles);
    roles.purchase = NAMES, roles.purchase_count = 1;
    roles.dropout = NAMES, roles.dropout_count = 0;
    roles.shared = NAMES + 1, roles.shared_count = 1;
    return roles;
}

static void roles_and_priors_are_kept(const loyalty_summary *summary,
                                      const loyalty_covariates *covariates)
{
    const int32_t kinds[] = {LOYALTY_PURCHASE_KIND_BG_NBD, LOYALTY_PURCHASE_KIND_MBG_NBD};
    const loyalty_prior prior = {"purchase:age", 0, 0.01, LOYALTY_DENSITY_NORMAL, false};
    loyalty_covariate_roles roles = shared_channel();
    loyalty_fit_options options;
    loyalty_fit_options_init(&options, sizeof options);
    options.priors = &prior, options.priors_length = 1;
    for (int i = 0; i < 2; i++) {
        loyalty_purchase_with_covariates *model = NULL, *held = NULL;
        loyalty_fit *fit = NULL;
        OK(loyalty_purchase_with_covariates_fit(kinds[i], summary, covariates, &roles, NULL, &fit,
                                                &model, &error));
        CHECK(loyalty_purchase_with_covariates_kind(model) == kinds[i]);
        CHECK(loyalty_purchase_with_covariates_unit(model) == LOYALTY_UNIT_WEEK);
        CHECK(loyalty_purchase_with_covariates_parameter_count(model) == 7);
        CHECK(loyalty_fit_log_prior(fit) == 0);
        loyalty_fit_free(fit);
        OK(loyalty_purchase_with_covariates_fit(kinds[i], summary, covariates, &roles, &options, &fit,
                                                &held, &error));
        CHECK(fabs(value_of(held, "purchase:age")) < 0.5 * fabs(value_of(model, "purchase:age")));
        CHECK(!same_bits(value_of(held, "shared:channel=web"), value_of(model, "shared:channel=web")));
        CHECK(loyalty_fit_log_prior(fit) < 0);
        loyalty_fit_free(fit);
        loyalty_purchase_with_covariates_free(model);
        loyalty_purchase_with_covariates_free(held);
    }
}

static void lifetime_value(const loyalty_spend_with_covariates *by, const loyalty_summary *summary,
                           const loyalty_covariates *covariates)
{
    const double parameters[] = {0.5, 6, 0.8, 2.4}, margin = 0.3;
    double *each = room(rows, sizeof *each), *clv = room(rows, sizeof *clv);
    double *spent = room(rows, sizeof *spent), *bought = room(rows, sizeof *bought);
    loyalty_purchase_model *purchases = NULL;
    loyalty_purchase_with_covariates *known = NULL;
    loyalty_discounting *year = NULL;
    loyalty_clv_models models;
    OK(loyalty_discounting_annual(52, 0.1, LOYALTY_UNIT_WEEK, &year, &error));
    OK(loyalty_purchase_model_new(LOYALTY_PURCHASE_KIND_BG_NBD, parameters, 4, LOYALTY_UNIT_WEEK,
                                  &purchases, &error));
    OK(loyalty_purchase_with_covariates_fit(LOYALTY_PURCHASE_KIND_MBG_NBD, summary, covariates, NULL,
                                            NULL, NULL, &known, &error));
    OK(loyalty_spend_with_covariates_expected_spend(by, summary, covariates, 0, spent, rows, &error));
    loyalty_clv_models_init(&models, sizeof models);
    models.purchases = purchases;
    models.spend_with_covariates = by;
    FAILS(loyalty_clv_with_covariates(&models, summary, year, &margin, 1, 0, clv, rows, &error),
          NULL_ARGUMENT, "covariates must not be NULL");
    models.covariates = covariates;
    OK(loyalty_clv_with_covariates(&models, summary, year, &margin, 1, 0, clv, rows, &error));
    OK(loyalty_purchase_model_discounted_purchases_batch(purchases, summary, year, 0, bought, rows,
                                                         &error));
    for (size_t row = 0; row < rows; row++) {
        CHECK(fabs(clv[row] - 0.3 * spent[row] * bought[row]) <= 1e-12 * clv[row]);
        each[row] = 0.3;
    }
    OK(loyalty_clv_with_covariates(&models, summary, year, each, rows, 2, bought, rows, &error));
    CHECK(same_column(clv, bought, rows));
    models.purchases_with_covariates = known;
    FAILS(loyalty_clv_with_covariates(&models, summary, year, &margin, 1, 0, clv, rows, &error), CHOICE,
          "purchases must be one model, with covariates or without, got \"both\"");
    models.purchases = NULL;
    OK(loyalty_clv_with_covariates(&models, summary, year, &margin, 1, 0, clv, rows, &error));
    CHECK(!same_column(clv, bought, rows));
    models.spend_with_covariates = NULL;
    FAILS(loyalty_clv_with_covariates(&models, summary, year, &margin, 1, 0, clv, rows, &error),
          NULL_ARGUMENT, "spend must not be NULL");
    loyalty_purchase_with_covariates_free(known);
    loyalty_purchase_model_free(purchases);
    loyalty_discounting_free(year);
    free(each), free(clv), free(spent), free(bought);
}

static void spend_is_moved(const char *work, const loyalty_covariates *covariates)
{
    loyalty_summary *summary = with_money();
    loyalty_spend_with_covariates *model = NULL, *again = NULL;
    loyalty_covariate_roles roles;
    loyalty_fit *fit = NULL;
    char path[4096], name[32];
    double web, error_of_web, ln_l;
    loyalty_covariate_roles_init(&roles, sizeof roles);
    roles.purchase = NAMES + 1, roles.purchase_count = 1;
    OK(loyalty_spend_with_covariates_fit(summary, covariates, &roles, NULL, &fit, &model, &error));
    CHECK(loyalty_fit_stop(fit) == LOYALTY_STOP_CONVERGED);
    CHECK(loyalty_spend_with_covariates_parameter_count(model) == 5);
    CHECK(loyalty_spend_with_covariates_column_count(model) == 1);
    OK(loyalty_spend_with_covariates_column_name(model, 0, name, sizeof name, NULL, &error));
    CHECK(strcmp(name, "channel") == 0);
    OK(loyalty_spend_with_covariates_parameter_name(model, 4, name, sizeof name, NULL, &error));
    CHECK(strcmp(name, "spend:channel=web") == 0);
    OK(loyalty_spend_with_covariates_parameter_value(model, 4, &web, &error));
    OK(loyalty_fit_standard_error(fit, 4, &error_of_web, &error));
    const double ln_of_a_half_more = 0.4054651081081644;
    CHECK(fabs(web - ln_of_a_half_more) < 3 * error_of_web && error_of_web < 0.2);
    OK(loyalty_spend_with_covariates_log_likelihood(model, summary, covariates, &ln_l, &error));
    CHECK(fabs(ln_l - loyalty_fit_log_likelihood(fit)) < 1e-7);
    lifetime_value(model, summary, covariates);

    snprintf(path, sizeof path, "%s/spend_with_covariates.json", work);
    OK(loyalty_spend_with_covariates_save(model, path, &error));
    OK(loyalty_spend_with_covariates_load(path, &again, &error));
    OK(loyalty_spend_with_covariates_parameter_value(again, 4, &ln_l, &error));
    CHECK(same_bits(web, ln_l));
    loyalty_fit_free(fit);
    OK(loyalty_fit_of_spend_with_covariates(again, &fit, &error));
    OK(loyalty_fit_standard_error(fit, 4, &ln_l, &error));
    CHECK(same_bits(error_of_web, ln_l));
    loyalty_spend_with_covariates_free(again);
    loyalty_fit_free(fit);

    again = UNTOUCHED;
    roles.dropout = NAMES, roles.dropout_count = 1;
    FAILS(loyalty_spend_with_covariates_fit(summary, covariates, &roles, NULL, NULL, &again, &error),
          MISSING_COLUMN,
          "the covariate \"age\" cannot act on dropout, which a model of spend does not have");
    FAILS(loyalty_spend_with_covariates_fit(summary, NULL, NULL, NULL, NULL, &again, &error),
          NULL_ARGUMENT, "covariates must not be NULL");
    CHECK(again == UNTOUCHED);
    loyalty_spend_with_covariates_free(model);
    loyalty_summary_free(summary);
}

static void fit_is_refused(const loyalty_summary *summary, const loyalty_covariates *covariates)
{
    loyalty_purchase_with_covariates *model = UNTOUCHED;
    loyalty_fit *fit = UNTOUCHED;
    loyalty_covariate_roles roles = shared_channel();
    loyalty_fit_options options;
    const int32_t pareto = LOYALTY_PURCHASE_KIND_PARETO_NBD;
    const char *const fax = "fax";
    const loyalty_ids levels = {NULL, offsets, channel};
    loyalty_fit_options_init(&options, sizeof options);

    FAILS(loyalty_purchase_with_covariates_fit(LOYALTY_PURCHASE_KIND_NBD, summary, covariates, NULL,
                                               NULL, &fit, &model, &error),
          CHOICE,
          "model must be one that takes covariates: Pareto/NBD, BG/NBD or MBG/NBD, got \"NBD\"");
    roles.purchase = &fax;
    FAILS(loyalty_purchase_with_covariates_fit(pareto, summary, covariates, &roles, NULL, &fit, &model,
                                               &error),
          MISSING_COLUMN, "the covariate \"fax\" is missing");
    roles = shared_channel();
    roles.purchase_count = 2;
    FAILS(loyalty_purchase_with_covariates_fit(pareto, summary, covariates, &roles, NULL, &fit, &model,
                                               &error),
          MISSING_COLUMN,
          "the covariate \"channel\" is shared, so it cannot have a coefficient of its own too");
    roles.shared_count = 0, roles.purchase_count = 0;
    FAILS(loyalty_purchase_with_covariates_fit(pareto, summary, covariates, &roles, NULL, &fit, &model,
                                               &error),
          EMPTY, "the list of covariates is empty: at least one must act on something");
    options.penalizer = 0.1;
    FAILS(loyalty_purchase_with_covariates_fit(pareto, summary, covariates, NULL, &options, &fit, &model,
                                               &error),
          PARAMETER, "penalizer must be 0 with covariates, which normal priors hold back, got 0.1");
    loyalty_covariates *few = covariates_of(2, &levels);
    FAILS(loyalty_purchase_with_covariates_fit(pareto, summary, few, NULL, NULL, &fit, &model, &error),
          LENGTH, "column \"covariates\" has 2 rows, but 600 are expected");
    loyalty_covariates_free(few);
    FAILS(loyalty_purchase_with_covariates_fit(pareto, NULL, covariates, NULL, NULL, &fit, &model,
                                               &error),
          NULL_ARGUMENT, "summary must not be NULL");
    FAILS(loyalty_purchase_with_covariates_fit(pareto, summary, covariates, NULL, NULL, &fit, NULL,
                                               &error),
          NULL_ARGUMENT, "out must not be NULL");
    CHECK(model == UNTOUCHED && fit == UNTOUCHED);
    CHECK(loyalty_purchase_with_covariates_parameter_count(NULL) == 0);
    CHECK(loyalty_spend_with_covariates_column_count(NULL) == 0);
}

int main(int count, char **arguments)
{
    const char *root = count > 1 ? arguments[1] : ".", *work = count > 2 ? arguments[2] : "/tmp";
    read_scores(root);
    const loyalty_ids levels = {NULL, offsets, channel};
    loyalty_summary *summary = summary_of(NULL, LOYALTY_UNIT_WEEK);
    loyalty_covariates *covariates = covariates_of(rows, &levels);

    the_fit_is_that_of_rust(root, work, summary, covariates);
    roles_and_priors_are_kept(summary, covariates);
    spend_is_moved(work, covariates);
    fit_is_refused(summary, covariates);

    loyalty_covariates_free(covariates);
    loyalty_summary_free(summary);
    return finish("covariate_fits");
}
