/* Models, fits and scores that are refused, with the words of the refusal: the same as in Rust.
 * Out-parameters stay as they were. */

#include "models.h"
#include "two_customers.h"

#include <math.h>

static void models(void)
{
    loyalty_purchase_model *purchases = UNTOUCHED;
    loyalty_spend_model *spend = UNTOUCHED;
    FAILS(new_bg_nbd(0, 4, 1, 2, 0, &purchases, &error), PARAMETER,
          "r must be finite and > 0, got 0");
    FAILS(new_bg_nbd(1, NAN, 1, 2, 0, &purchases, &error), PARAMETER,
          "alpha must be finite and > 0, got NaN");
    FAILS(new_bg_nbd(1, 4, -1, 2, 0, &purchases, &error), PARAMETER,
          "a must be finite and > 0, got -1");
    FAILS(new_bg_nbd(1, 4, 1, INFINITY, 0, &purchases, &error), PARAMETER,
          "b must be finite and > 0, got inf");
    FAILS(new_gamma_gamma(1, 2, -INFINITY, &spend, &error), PARAMETER,
          "v must be finite and > 0, got -inf");
    FAILS(loyalty_purchase_model_new(0, NULL, 0, 0, &purchases, &error), CHOICE,
          "kind must be a code of loyalty_purchase_kind, got \"0\"");
    FAILS(loyalty_spend_model_new(-1, NULL, 0, &spend, &error), CHOICE,
          "kind must be a code of loyalty_spend_kind, got \"-1\"");
    FAILS(loyalty_purchase_model_new(LOYALTY_PURCHASE_KIND_BG_NBD, NULL, 4, 0, &purchases, &error),
          NULL_ARGUMENT, "values must not be NULL");
    FAILS(loyalty_spend_model_new(LOYALTY_SPEND_KIND_GAMMA_GAMMA, NULL, 0, &spend, &error), LENGTH,
          "column \"parameters\" has 0 rows, but 3 are expected");
    CHECK(purchases == UNTOUCHED && spend == UNTOUCHED);
}

static void kinds(void)
{
    int32_t kind = 7;
    size_t length = 7;
    FAILS(loyalty_purchase_kind_of("gamma-gamma", &kind, &error), CHOICE,
          "purchase model must be the name of a purchase model, got \"gamma-gamma\"");
    FAILS(loyalty_spend_kind_of(NULL, &kind, &error), NULL_ARGUMENT, "name must not be NULL");
    FAILS(loyalty_purchase_kind_name(99, NULL, 0, &length, &error), CHOICE,
          "kind must be a code of loyalty_purchase_kind, got \"99\"");
    CHECK(kind == 7 && length == 7);
}

static void parameters(void)
{
    loyalty_purchase_model *model = NULL;
    double value = -1;
    OK(new_bg_nbd(1, 4, 1, 2, 0, &model, &error));
    FAILS(loyalty_purchase_model_parameter_value(model, 4, &value, &error), PARAMETER,
          "index must be below the number of parameters, got 4");
    FAILS(loyalty_purchase_model_parameter_name(model, 4, NULL, 0, NULL, &error), PARAMETER,
          "index must be below the number of parameters, got 4");
    CHECK(value == -1);
    loyalty_purchase_model_free(model);
}

static void model_files(const char *root)
{
    loyalty_purchase_model *purchases = UNTOUCHED;
    loyalty_spend_model *spend = UNTOUCHED;
    FAILS(loyalty_purchase_model_load("no/such/file.json", &purchases, &error), MODEL_FILE,
          "model file \"no/such/file.json\": No such file or directory (os error 2)");
    FAILS(loyalty_purchase_model_load(NULL, &purchases, &error), NULL_ARGUMENT,
          "path must not be NULL");
    FAILS(loyalty_purchase_model_load("\xff", &purchases, &error), INVALID_UTF8,
          "path must be valid UTF-8");
    char expected[4200];
    const char *path = in_workspace(root, "golden/bg_nbd.json");
    snprintf(expected, sizeof expected,
             "model file \"%s\": holds a bg-nbd model, not one of spend", path);
    FAILS(loyalty_spend_model_load(path, &spend, &error), MODEL_FILE, expected);
    CHECK(purchases == UNTOUCHED && spend == UNTOUCHED);

    loyalty_fit *fit = UNTOUCHED;
    OK(new_bg_nbd(1, 4, 1, 2, 0, &purchases, &error));
    FAILS(loyalty_purchase_model_save(purchases, "no/such/folder/file.json", &error), MODEL_FILE,
          "model file \"no/such/folder/file.json\": No such file or directory (os error 2)");
    FAILS(loyalty_fit_of_purchase_model(purchases, &fit, &error), EMPTY,
          "the report of the fit is empty: the model was given by its parameters");
    CHECK(fit == UNTOUCHED);
    loyalty_purchase_model_free(purchases);
}

static void fits(void)
{
    const double zeros[] = {0, 0}, start[] = {1, 1, 1};
    loyalty_purchase_model *purchases = UNTOUCHED;
    loyalty_spend_model *spend = UNTOUCHED;
    loyalty_fit *fit = UNTOUCHED;
    loyalty_summary *nobody_repeats = NULL, *summary = weekly(NULL);
    loyalty_summary_columns columns = two_customers();
    loyalty_fit_options options;
    loyalty_fit_options_init(&options, sizeof options);
    columns.frequency = columns.recency = zeros;
    OK(loyalty_summary_new(&columns, &nobody_repeats, &error));
    FAILS(fit_bg_nbd(nobody_repeats, NULL, NULL, &purchases, &error), DEGENERATE,
          "BG/NBD cannot be fitted: no customer bought more than once");
    FAILS(fit_gamma_gamma(summary, NULL, NULL, &spend, &error), MISSING_COLUMN,
          "the Gamma-Gamma fit needs the column \"monetary_value\", which is missing");
    options.start = start;
    options.start_length = 3;
    FAILS(fit_bg_nbd(summary, &options, NULL, &purchases, &error), LENGTH,
          "column \"start\" has 3 rows, but 4 are expected");
    loyalty_fit_options_init(&options, sizeof options);
    options.tolerance = NAN;
    FAILS(fit_bg_nbd(summary, &options, NULL, &purchases, &error), PARAMETER,
          "tolerance must be finite and > 0, got NaN");
    FAILS(fit_bg_nbd(NULL, NULL, NULL, &purchases, &error), NULL_ARGUMENT,
          "summary must not be NULL");
    FAILS(fit_bg_nbd(nobody_repeats, NULL, &fit, &purchases, &error), DEGENERATE,
          "BG/NBD cannot be fitted: no customer bought more than once");
    CHECK(purchases == UNTOUCHED && spend == UNTOUCHED && fit == UNTOUCHED);
    loyalty_summary_free(nobody_repeats);
    loyalty_summary_free(summary);
}

static void refuse_history(const loyalty_purchase_model *model, uint32_t x, double t_x, double T,
                           const char *message)
{
    double out = -1;
    FAILS(loyalty_purchase_model_p_alive(model, x, t_x, T, &out, &error), PARAMETER, message);
    FAILS(loyalty_purchase_model_expected_purchases(model, x, t_x, T, 39, &out, &error), PARAMETER,
          message);
    CHECK(out == -1);
}

static void histories(const loyalty_purchase_model *model)
{
    refuse_history(model, 2, 40, 38, "recency must be finite, >= 0 and <= T, got 40");
    refuse_history(model, 2, -1, 38, "recency must be finite, >= 0 and <= T, got -1");
    refuse_history(model, 2, NAN, 38, "recency must be finite, >= 0 and <= T, got NaN");
    refuse_history(model, 2, 0, 38, "recency must be > 0 where frequency is > 0, got 0");
    refuse_history(model, 0, 3, 38, "recency must be 0 where frequency is 0, got 3");
    refuse_history(model, 0, 0, NAN, "T must be finite and >= 0, got NaN");
    refuse_history(model, 0, 0, INFINITY, "T must be finite and >= 0, got inf");
    refuse_history(model, 0, 0, -1, "T must be finite and >= 0, got -1");
}

static void one_customer(const loyalty_purchase_model *model, const loyalty_spend_model *heavy)
{
    double out = -1;
    FAILS(loyalty_purchase_model_p_alive(NULL, 2, 30, 38, &out, &error), NULL_ARGUMENT,
          "model must not be NULL");
    FAILS(loyalty_purchase_model_p_alive(model, 2, 30, 38, NULL, &error), NULL_ARGUMENT,
          "out must not be NULL");
    FAILS(loyalty_purchase_model_expected_purchases(model, 2, 30, 38, NAN, &out, &error), PARAMETER,
          "horizon must be finite and >= 0, got NaN");
    FAILS(loyalty_purchase_model_expected_purchases_new_customer(model, -1, &out, &error),
          PARAMETER, "horizon must be finite and >= 0, got -1");
    FAILS(loyalty_purchase_model_p_n_purchases_new_customer(model, 1, INFINITY, &out, &error),
          PARAMETER, "t must be finite and >= 0, got inf");
    FAILS(loyalty_purchase_model_discounted_purchases(model, 2, 30, 38, NULL, &out, &error),
          NULL_ARGUMENT, "discounting must not be NULL");
    FAILS(loyalty_spend_model_expected_spend(heavy, 1, -2, &out, &error), PARAMETER,
          "mean must be finite and >= 0, got -2");
    FAILS(loyalty_spend_model_expected_spend(heavy, 0, 0, &out, &error), INFINITE,
          "the expected spend is infinite: q = 0.9 is too small for 0 purchases");
    CHECK(out == -1);
}

static void discountings(void)
{
    loyalty_discounting *out = UNTOUCHED;
    FAILS(loyalty_discounting_annual(52, 0.1, LOYALTY_UNIT_NONE, &out, &error), CHOICE,
          "unit must be a unit other than LOYALTY_UNIT_NONE, got \"0\"");
    FAILS(loyalty_discounting_annual(52, NAN, LOYALTY_UNIT_WEEK, &out, &error), PARAMETER,
          "annual_discount_rate must be finite and >= 0, got NaN");
    FAILS(loyalty_discounting_continuous(-1, 0.1, &out, &error), PARAMETER,
          "horizon must be finite and >= 0, got -1");
    FAILS(loyalty_discounting_per_period(0, 4.345, 0.01, &out, &error), PARAMETER,
          "periods must be from 1 to 10000, got 0");
    CHECK(out == UNTOUCHED);
}

static void by_the_column(const loyalty_purchase_model *purchases, const loyalty_spend_model *heavy)
{
    const double mean[] = {22.35, 0};
    loyalty_summary *summary = weekly(mean);
    loyalty_purchase_model *daily = NULL;
    loyalty_discounting *year = NULL;
    double out[3];
    const double margins[] = {0.3, 1.5};
    OK(new_bg_nbd(1, 4, 1, 2, LOYALTY_UNIT_DAY, &daily, &error));
    OK(loyalty_discounting_continuous(52, 0, &year, &error));
    FAILS(loyalty_purchase_model_p_alive_batch(daily, summary, 0, out, 2, &error), UNIT,
          "the model is in day and the customer summary in week: use the same unit for both");
    FAILS(loyalty_purchase_model_p_alive_batch(purchases, summary, 0, out, 3, &error), LENGTH,
          "column \"out\" has 3 rows, but 2 are expected");
    FAILS(loyalty_purchase_model_p_alive_batch(purchases, summary, 0, NULL, 2, &error),
          NULL_ARGUMENT, "out must not be NULL");
    FAILS(loyalty_spend_model_expected_spend_batch(heavy, summary, 0, out, 2, &error), INFINITE,
          "the expected spend is infinite: q = 0.9 is too small for the customer in row 1");
    FAILS(loyalty_clv(purchases, heavy, summary, year, NAN, 0, out, 2, &error), PARAMETER,
          "margin must be from -1000 to 1, got NaN");
    FAILS(loyalty_clv_with_margins(purchases, heavy, summary, year, margins, 0, out, 2, &error),
          VALUE, "column \"margin\", row 1: must be from -1000 to 1, got 1.5");
    FAILS(loyalty_clv_with_margins(purchases, heavy, summary, year, NULL, 0, out, 2, &error),
          NULL_ARGUMENT, "margins must not be NULL");
    loyalty_discounting_free(year);
    loyalty_purchase_model_free(daily);
    loyalty_summary_free(summary);
}

static void scores(void)
{
    loyalty_purchase_model *purchases = NULL;
    loyalty_spend_model *heavy = NULL;
    OK(new_bg_nbd(0.243, 4.414, 0.793, 2.426, LOYALTY_UNIT_WEEK, &purchases, &error));
    OK(new_gamma_gamma(1, 0.9, 20, &heavy, &error));
    histories(purchases);
    one_customer(purchases, heavy);
    discountings();
    by_the_column(purchases, heavy);
    loyalty_spend_model_free(heavy);
    loyalty_purchase_model_free(purchases);
}

static void segments(void)
{
    const double ones[] = {1}, broken[] = {NAN};
    loyalty_rfm *out = UNTOUCHED, *rfm = NULL;
    loyalty_segment_table *table = UNTOUCHED;
    uint32_t score = 9;
    loyalty_rfm_options options;
    loyalty_rfm_options_init(&options, sizeof options);
    options.bins = 1001;
    FAILS(loyalty_rfm_new(ones, ones, ones, NULL, 1, &options, &out, &error), PARAMETER,
          "bins must be from 1 to 1000, got 1001");
    FAILS(loyalty_rfm_new(ones, ones, broken, NULL, 1, NULL, &out, &error), VALUE,
          "column \"monetary\", row 0: must be finite, at most 1e50 in size, got NaN");
    FAILS(loyalty_rfm_new(NULL, NULL, NULL, NULL, 0, NULL, &out, &error), EMPTY,
          "the RFM table is empty: at least one customer");
    OK(loyalty_rfm_new(ones, ones, ones, NULL, 1, NULL, &rfm, &error));
    FAILS(loyalty_rfm_scores(rfm, 3, &score, 1, &error), CHOICE,
          "axis must be a code of loyalty_rfm_axis, got \"3\"");
    FAILS(loyalty_segment_table_from_json("[]", 5, &table, &error), SEGMENTS,
          "segment table: has 0 rules, allowed are 1 to 100");
    FAILS(loyalty_segment_table_from_json("[{\"name\": \"Best\", \"recency\": [2, 2]}]", 2, &table,
                                          &error),
          SEGMENTS, "segment table: no segment for recency 1, frequency 1, monetary 1");
    FAILS(loyalty_segment_table_first_match_from_json("[{\"name\": \"Best\"}]", "Best", 2, &table,
                                                      &error),
          SEGMENTS, "segment table: the name \"Best\" stands twice");
    FAILS(loyalty_segment_table_from_json("\xff", 5, &table, &error), INVALID_UTF8,
          "json must be valid UTF-8");
    CHECK(out == UNTOUCHED && table == UNTOUCHED && score == 9);
    loyalty_rfm_free(rfm);
}

int main(int argc, char **argv)
{
    models();
    kinds();
    parameters();
    model_files(argc > 1 ? argv[1] : ".");
    fits();
    scores();
    segments();
    return finish("refused_scores");
}
