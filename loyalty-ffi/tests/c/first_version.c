/*
 * A program of the first version: compiled with a copy of the first header, kept as it was, and run with the
 * library of today. When 0.1.0 is released, first/loyalty.h is its header, and never changes again.
 */

#include "first/loyalty.h"

#include "check.h"

#include <math.h>

#define DAY LOYALTY_MICROSECONDS_PER_DAY

/* Orders of three customers, summarised by options that end with what was the last field then. */
static loyalty_summary *summarised(void)
{
    const int64_t customer[] = {7, 7, 7, 8, 8, 9}, time[] = {0, 20, 90, 10, 60, 30};
    const double amount[] = {10, 12, 14, 30, 36, 5};
    const int64_t end = 100 * DAY;
    loyalty_order_columns columns;
    loyalty_summary_options options;
    loyalty_orders *orders = NULL;
    loyalty_summary *summary = NULL;
    loyalty_order_columns_init(&columns, sizeof columns);
    columns.rows = 6;
    columns.time = time;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.amount = amount;
    OK(loyalty_orders_new_int(customer, &columns, &orders, &error));
    loyalty_summary_options_init(&options, sizeof options);
    options.unit = LOYALTY_UNIT_DAY;
    options.observation_end = &end;
    options.include_first = true;
    OK(loyalty_orders_summarize(orders, &options, &summary, &error));
    loyalty_orders_free(orders);
    return summary;
}

static void from_orders_to_value(void)
{
    const double purchases[] = {0.25, 4.5, 0.8, 2.5}, spend[] = {6, 4, 15};
    uint32_t x[3];
    double money[3], value[3];
    loyalty_summary *summary = summarised();
    loyalty_purchase_model *buys = NULL;
    loyalty_spend_model *pays = NULL;
    loyalty_discounting *discounting = NULL;
    CHECK(loyalty_summary_len(summary) == 3 && loyalty_summary_includes_first(summary));
    CHECK(loyalty_summary_unit(summary) == LOYALTY_UNIT_DAY);
    OK(loyalty_summary_frequency(summary, x, 3, &error));
    OK(loyalty_summary_monetary_value(summary, money, 3, &error));
    CHECK(x[0] == 2 && x[1] == 1 && x[2] == 0);
    CHECK(money[0] == 12 && money[1] == 33 && money[2] == 5);

    OK(loyalty_purchase_model_new(LOYALTY_PURCHASE_KIND_BG_NBD, purchases, 4, LOYALTY_UNIT_DAY, &buys, &error));
    OK(loyalty_spend_model_new(LOYALTY_SPEND_KIND_GAMMA_GAMMA, spend, 3, &pays, &error));
    OK(loyalty_discounting_annual(365, 0.1, LOYALTY_UNIT_DAY, &discounting, &error));
    OK(loyalty_clv(buys, pays, summary, discounting, 0.5, 1, value, 3, &error));
    CHECK(value[0] > 0 && value[1] > 0 && value[2] > 0 && isfinite(value[0] + value[1] + value[2]));
    loyalty_discounting_free(discounting);
    loyalty_spend_model_free(pays);
    loyalty_purchase_model_free(buys);
    loyalty_summary_free(summary);
}

static void options_of_fits_and_scores(void)
{
    const loyalty_prior known = {"a", 0.8, 1, LOYALTY_DENSITY_KNOWN, true};
    const double breaks[] = {50};
    uint32_t scores[3];
    loyalty_summary *summary = summarised();
    loyalty_purchase_model *model = UNTOUCHED;
    loyalty_fit_options options;
    loyalty_rfm_options axes;
    loyalty_rfm *rfm = NULL;
    loyalty_fit_options_init(&options, sizeof options);
    options.priors = &known;
    options.priors_length = 1;
    options.max_iterations = 0;
    FAILS(loyalty_purchase_model_fit(LOYALTY_PURCHASE_KIND_BG_NBD, summary, &options, NULL, &model, &error),
          PARAMETER, "max_iterations must be finite and > 0, got 0");
    CHECK(model == UNTOUCHED);
    loyalty_rfm_options_init(&axes, sizeof axes);
    axes.recency_breaks = breaks;
    axes.frequency_breaks = breaks;
    axes.monetary_breaks = breaks;
    axes.breaks = 1;
    OK(loyalty_rfm_of(summary, &axes, &rfm, &error));
    CHECK(loyalty_rfm_bins(rfm) == 2);
    OK(loyalty_rfm_scores(rfm, LOYALTY_RFM_AXIS_RECENCY, scores, 3, &error));
    CHECK(scores[0] == 2 && scores[1] == 2 && scores[2] == 1);
    loyalty_rfm_free(rfm);
    loyalty_summary_free(summary);
}

/* The shortest struct of all: it ends with what was the last field then. */
static void the_shortest_struct(void)
{
    const double x[] = {0, 2}, t_x[] = {0, 5}, T[] = {9, 9};
    loyalty_summary *summary = NULL;
    loyalty_summary_columns columns;
    size_t first = offsetof(loyalty_summary_columns, includes_first) + sizeof(bool);
    memset(&columns, 0xFF, sizeof columns);
    loyalty_summary_columns_init(&columns, first);
    CHECK(columns.struct_size == first);
    columns.rows = 2;
    columns.frequency = x;
    columns.recency = t_x;
    columns.T = T;
    OK(loyalty_summary_new(&columns, &summary, &error));
    CHECK(loyalty_summary_len(summary) == 2);
    loyalty_summary_free(summary);

    /* One that is shorter than that was not made by _init. */
    summary = UNTOUCHED;
    columns.struct_size = first - 1;
    FAILS(loyalty_summary_new(&columns, &summary, &error), PARAMETER,
          "struct_size must be what the _init function has set, got 84");
    CHECK(summary == UNTOUCHED);
}

int main(void)
{
    from_orders_to_value();
    options_of_fits_and_scores();
    the_shortest_struct();
    return finish("first_version");
}
