/* Objects, errors and options from their making to their end. */

#include "models.h"

#include <math.h>

static void null_is_harmless(void)
{
    loyalty_purchase_model_free(NULL);
    loyalty_discounting_free(NULL);
    loyalty_error_free(NULL);
    loyalty_bytes_free(NULL);
    loyalty_silence_panics(true);
    loyalty_silence_panics(false);
    loyalty_fit_free(NULL);
    loyalty_spend_model_free(NULL);
    loyalty_holdout_free(NULL);
    loyalty_occasions_free(NULL);
    loyalty_orders_free(NULL);
    loyalty_rfm_free(NULL);
    loyalty_segment_table_free(NULL);
    loyalty_summary_free(NULL);
    loyalty_fit_options_init(NULL, sizeof(loyalty_fit_options));

    CHECK(loyalty_error_status(NULL) == LOYALTY_STATUS_OK);
    CHECK(loyalty_error_message(NULL, NULL, 0) == 0);
    CHECK(loyalty_orders_len(NULL) == 0 && loyalty_orders_rows(NULL) == 0);
    CHECK(loyalty_orders_report(NULL, NULL, 0) == 0);
    CHECK(loyalty_summary_len(NULL) == 0 && loyalty_holdout_len(NULL) == 0);
    CHECK(loyalty_purchase_model_unit(NULL) == LOYALTY_UNIT_NONE);
    CHECK(loyalty_purchase_model_kind(NULL) == 0 && loyalty_spend_model_kind(NULL) == 0);
    CHECK(loyalty_purchase_model_parameter_count(NULL) == 0);
    CHECK(loyalty_fit_identification(NULL, NULL, 0) == 0 && loyalty_fit_iterations(NULL) == 0);
    CHECK(loyalty_discounting_horizon(NULL) == 0);
    CHECK(strcmp(loyalty_version(), LOYALTY_VERSION) == 0);
}

static void one_error_serves_many_calls(void)
{
    loyalty_error *mine = NULL;
    loyalty_purchase_model *model = NULL;
    CHECK(new_bg_nbd(-1, 4, 1, 2, 0, &model, NULL) == LOYALTY_STATUS_PARAMETER);
    new_bg_nbd(-1, 4, 1, 2, 0, &model, &mine);
    CHECK(loyalty_error_status(mine) == LOYALTY_STATUS_PARAMETER);
    new_bg_nbd(1, 4, 1, 2, 77, &model, &mine);
    CHECK(loyalty_error_status(mine) == LOYALTY_STATUS_CHOICE);
    CHECK(new_bg_nbd(1, 4, 1, 2, 0, &model, &mine) == LOYALTY_STATUS_OK);
    CHECK(loyalty_error_status(mine) == LOYALTY_STATUS_CHOICE);

    char text[32];
    const char *message = "unit must be a code of loyalty_unit, got \"77\"";
    CHECK(loyalty_error_message(mine, NULL, 0) == strlen(message));
    CHECK(loyalty_error_message(mine, text, sizeof text) == strlen(message));
    CHECK(strlen(text) == sizeof text - 1 && strncmp(text, message, sizeof text - 1) == 0);
    CHECK(loyalty_error_message(mine, text, 1) == strlen(message) && text[0] == '\0');
    text[0] = 'x';
    CHECK(loyalty_error_message(mine, text, 0) == strlen(message) && text[0] == 'x');
    loyalty_error_free(mine);
    loyalty_purchase_model_free(model);
}

static void kinds_go_by_code_and_by_name(void)
{
    int32_t kind = 0;
    char name[16];
    size_t length = 0;
    OK(loyalty_purchase_kind_of("bg-nbd", &kind, &error));
    CHECK(kind == LOYALTY_PURCHASE_KIND_BG_NBD);
    OK(loyalty_purchase_kind_name(kind, name, sizeof name, &length, &error));
    CHECK(strcmp(name, "bg-nbd") == 0 && length == strlen(name));
    OK(loyalty_spend_kind_of("gamma-gamma", &kind, &error));
    CHECK(kind == LOYALTY_SPEND_KIND_GAMMA_GAMMA);
    OK(loyalty_spend_kind_name(kind, name, sizeof name, NULL, &error));
    CHECK(strcmp(name, "gamma-gamma") == 0);
}

static void parameters_go_by_index(void)
{
    static const char *const names[] = {"r", "alpha", "a", "b"};
    static const double values[] = {0.243, 4.414, 0.793, 2.426};
    loyalty_purchase_model *model = NULL;
    OK(loyalty_purchase_model_new(LOYALTY_PURCHASE_KIND_BG_NBD, values, 4, 0, &model, &error));
    CHECK(loyalty_purchase_model_kind(model) == LOYALTY_PURCHASE_KIND_BG_NBD);
    CHECK(loyalty_purchase_model_parameter_count(model) == 4);
    for (size_t index = 0; index < 4; index++) {
        char name[8];
        size_t length;
        double value;
        OK(loyalty_purchase_model_parameter_name(model, index, name, sizeof name, &length, &error));
        OK(loyalty_purchase_model_parameter_value(model, index, &value, &error));
        CHECK(strcmp(name, names[index]) == 0 && length == strlen(name));
        CHECK(same_bits(value, values[index]));
    }
    loyalty_purchase_model_free(model);
}

/* Twelve customers of a shop that some have left. */
static loyalty_summary *twelve_customers(void)
{
    static const double x[] = {0, 2, 0, 1, 7, 0, 3, 0, 4, 1, 0, 1};
    static const double t_x[] = {0, 30, 0, 2, 37, 0, 5, 0, 33, 3, 0, 1.5};
    static const double T[] = {38, 38, 36, 38, 38, 30, 31, 29, 35, 36, 39, 33};
    static const double mean[] = {0, 22, 0, 50, 31, NAN, 9, 0, 14, 70, 0, 12};
    loyalty_summary *summary = NULL;
    loyalty_summary_columns columns;
    loyalty_summary_columns_init(&columns, sizeof columns);
    columns.rows = 12;
    columns.frequency = x;
    columns.recency = t_x;
    columns.T = T;
    columns.monetary_value = mean;
    columns.unit = LOYALTY_UNIT_WEEK;
    OK(loyalty_summary_new(&columns, &summary, &error));
    return summary;
}

static void defaults_are_what_null_stands_for(const loyalty_summary *summary)
{
    loyalty_fit_options options;
    loyalty_fit_options_init(&options, sizeof options);
    CHECK(options.struct_size == sizeof options && options.tolerance == 1e-16);
    CHECK(options.max_iterations == 200 && options.start == NULL && options.progress == NULL);
    loyalty_purchase_model *one = NULL, *other = NULL;
    double left, right;
    OK(fit_bg_nbd(summary, NULL, NULL, &one, &error));
    OK(fit_bg_nbd(summary, &options, NULL, &other, &error));
    for (size_t index = 0; index < 4; index++) {
        OK(loyalty_purchase_model_parameter_value(one, index, &left, &error));
        OK(loyalty_purchase_model_parameter_value(other, index, &right, &error));
        CHECK(same_bits(left, right));
    }
    CHECK(loyalty_purchase_model_unit(one) == LOYALTY_UNIT_WEEK);
    loyalty_purchase_model_free(one);
    loyalty_purchase_model_free(other);
}

/* A program of a later version, with a struct that is longer, and one that forgot to call _init. */
static void structs_may_grow(const loyalty_summary *summary)
{
    struct {
        loyalty_fit_options options;
        double later;
    } longer;
    loyalty_purchase_model *model = NULL;
    memset(&longer, 0x5a, sizeof longer);
    loyalty_fit_options_init(&longer.options, sizeof longer);
    CHECK(longer.later == 0 && longer.options.struct_size == sizeof longer);
    OK(fit_bg_nbd(summary, &longer.options, NULL, &model, &error));
    loyalty_purchase_model_free(model);
    model = NULL;
    longer.later = 1;
    CHECK(fit_bg_nbd(summary, &longer.options, NULL, &model, &error) ==
          LOYALTY_STATUS_PARAMETER);
    memset(&longer, 0, sizeof longer);
    FAILS(fit_bg_nbd(summary, &longer.options, NULL, &model, &error), PARAMETER,
          "struct_size must be what the _init function has set, got 0");
    CHECK(model == NULL);
}

struct watch {
    size_t calls;
    size_t last;
    double best;
};

static int watch(const loyalty_progress *progress, void *user)
{
    struct watch *watch = user;
    watch->calls++;
    watch->best = progress->log_likelihood;
    return progress->iteration >= watch->last;
}

static void a_fit_can_be_watched(const loyalty_summary *summary)
{
    struct watch watched = {0, 1000, -INFINITY};
    loyalty_purchase_model *model = NULL;
    loyalty_fit *fit = NULL;
    loyalty_fit_options options;
    loyalty_fit_options_init(&options, sizeof options);
    options.progress = watch;
    options.user = &watched;
    OK(fit_bg_nbd(summary, &options, &fit, &model, &error));
    CHECK(watched.calls >= loyalty_fit_iterations(fit) && loyalty_fit_iterations(fit) > 2);
    CHECK(fabs(watched.best - loyalty_fit_log_likelihood(fit)) < 1e-6);
    CHECK(loyalty_fit_fitted_parameters(fit) == 4);
    loyalty_fit_free(fit);
    loyalty_purchase_model_free(model);

    model = NULL;
    fit = NULL;
    watched.last = 2;
    FAILS(fit_bg_nbd(summary, &options, &fit, &model, &error), CANCELLED,
          "cancelled after 2 iterations");
    CHECK(model == NULL && fit == NULL);
}

/* Who does not ask how the fit ended is told by an error. */
static void a_fit_that_stops_short_is_not_silent(const loyalty_summary *summary)
{
    const double start[] = {1, 1, 1, 1};
    loyalty_purchase_model *model = NULL;
    loyalty_fit *fit = NULL;
    loyalty_fit_options options;
    loyalty_fit_options_init(&options, sizeof options);
    options.max_iterations = 1;
    options.start = start;
    options.start_length = 4;
    FAILS(fit_bg_nbd(summary, &options, NULL, &model, &error), NOT_CONVERGED,
          "not converged after 1 iterations: iteration limit reached");
    CHECK(model == NULL);
    OK(fit_bg_nbd(summary, &options, &fit, &model, &error));
    CHECK(loyalty_fit_stop(fit) == LOYALTY_STOP_ITERATION_LIMIT);
    CHECK(loyalty_fit_iterations(fit) == 1);
    loyalty_fit_free(fit);
    loyalty_purchase_model_free(model);
}

static bool identified_as(const loyalty_fit *fit, const char *name)
{
    char sentence[512];
    return loyalty_fit_identification(fit, sentence, sizeof sentence) < sizeof sentence &&
           strncmp(sentence, name, strlen(name)) == 0;
}

static void priors_enter_a_fit(const loyalty_summary *summary)
{
    const loyalty_prior priors[] = {
        {"alpha", 0.2, 0.5, LOYALTY_DENSITY_LOG_NORMAL, false},
        {"a", 0.5, 4.0, LOYALTY_DENSITY_GAMMA, false},
        {"b", 2.0, 0.0, LOYALTY_DENSITY_KNOWN, true},
    };
    const loyalty_prior unknown[] = {{"v", 2.0, 0.0, LOYALTY_DENSITY_KNOWN, true}};
    const loyalty_prior wrong[] = {{"a", 2.0, 0.0, 7, true}};
    loyalty_purchase_model *model = NULL;
    loyalty_fit *fit = NULL;
    loyalty_fit_options options;
    double b, standard_error;
    loyalty_fit_options_init(&options, sizeof options);
    options.priors = priors;
    options.priors_length = 3;
    OK(fit_bg_nbd(summary, &options, &fit, &model, &error));
    OK(loyalty_purchase_model_parameter_value(model, 3, &b, &error));
    OK(loyalty_fit_standard_error(fit, 3, &standard_error, &error));
    CHECK(b == 2.0 && loyalty_fit_fitted_parameters(fit) == 3 && standard_error == 0.0);
    CHECK(loyalty_fit_log_prior(fit) < 0.0);
    CHECK(identified_as(fit, "interior"));
    loyalty_fit_free(fit);
    loyalty_purchase_model_free(model);

    model = NULL;
    fit = NULL;
    options.priors = unknown;
    options.priors_length = 1;
    FAILS(fit_bg_nbd(summary, &options, &fit, &model, &error), CHOICE,
          "priors must be of the model's parameters, got \"v\"");
    options.priors = wrong;
    FAILS(fit_bg_nbd(summary, &options, &fit, &model, &error), CHOICE,
          "density must be a code of loyalty_density, got \"7\"");
    CHECK(model == NULL && fit == NULL);
}

static void a_boundary_is_named(void)
{
    const double x[] = {1, 20, 3, 50}, t_x[] = {10, 10, 10, 10}, T[] = {10, 10, 10, 10};
    loyalty_summary *summary = NULL;
    loyalty_purchase_model *model = NULL;
    loyalty_summary_columns columns;
    loyalty_fit *fit = NULL;
    char name[16];
    loyalty_summary_columns_init(&columns, sizeof columns);
    columns.rows = 4;
    columns.frequency = x;
    columns.recency = t_x;
    columns.T = T;
    OK(loyalty_summary_new(&columns, &summary, &error));
    OK(fit_bg_nbd(summary, NULL, &fit, &model, &error));
    CHECK(loyalty_fit_stop(fit) == LOYALTY_STOP_BOUNDARY);
    CHECK(loyalty_fit_boundary_parameter(fit, name, sizeof name) > 0 && strlen(name) > 0);
    CHECK(identified_as(fit, "boundary"));
    loyalty_fit_free(fit);
    loyalty_purchase_model_free(model);
    loyalty_summary_free(summary);
}

static void saved_purchases_score_alike(const loyalty_summary *summary, const char *path)
{
    loyalty_purchase_model *model = NULL, *loaded = NULL;
    loyalty_fit *fit = NULL;
    double one[12], other[12], standard_error;
    OK(fit_bg_nbd(summary, NULL, NULL, &model, &error));
    OK(loyalty_purchase_model_save(model, path, &error));
    OK(loyalty_purchase_model_load(path, &loaded, &error));
    OK(loyalty_purchase_model_p_alive_batch(model, summary, 1, one, 12, &error));
    OK(loyalty_purchase_model_p_alive_batch(loaded, summary, 0, other, 12, &error));
    CHECK(same_column(one, other, 12));
    OK(loyalty_fit_of_purchase_model(loaded, &fit, &error));
    OK(loyalty_fit_standard_error(fit, 3, &standard_error, &error));
    CHECK(loyalty_fit_customers(fit) == 12 && standard_error > 0);
    loyalty_fit_free(fit);
    loyalty_purchase_model_free(loaded);
    loyalty_purchase_model_free(model);
}

static void saved_spend_scores_alike(const loyalty_summary *summary, const char *path)
{
    loyalty_spend_model *model = NULL, *loaded = NULL;
    loyalty_fit *fit = NULL;
    double one, other;
    OK(fit_gamma_gamma(summary, NULL, &fit, &model, &error));
    OK(loyalty_spend_model_save(model, path, &error));
    OK(loyalty_spend_model_load(path, &loaded, &error));
    OK(loyalty_spend_model_expected_spend(model, 3, 9, &one, &error));
    OK(loyalty_spend_model_expected_spend(loaded, 3, 9, &other, &error));
    CHECK(same_bits(one, other) && loyalty_fit_fitted_parameters(fit) == 3);
    loyalty_fit_free(fit);
    loyalty_purchase_model *wrong = NULL;
    CHECK(loyalty_purchase_model_load(path, &wrong, &error) == LOYALTY_STATUS_MODEL_FILE && wrong ==
          NULL);
    loyalty_spend_model_free(loaded);
    loyalty_spend_model_free(model);
}

/* The second argument is a directory to write to. */
int main(int argc, char **argv)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/model.json", argc > 2 ? argv[2] : ".");
    null_is_harmless();
    one_error_serves_many_calls();
    kinds_go_by_code_and_by_name();
    parameters_go_by_index();
    loyalty_summary *summary = twelve_customers();
    defaults_are_what_null_stands_for(summary);
    structs_may_grow(summary);
    a_fit_can_be_watched(summary);
    a_fit_that_stops_short_is_not_silent(summary);
    priors_enter_a_fit(summary);
    a_boundary_is_named();
    saved_purchases_score_alike(summary, path);
    saved_spend_scores_alike(summary, path);
    loyalty_summary_free(summary);
    remove(path);
    return finish("lifecycle");
}
