/* Data that are refused, with the words of the refusal: the same as in Rust. Out-parameters stay as
 * they were. */

#include "two_customers.h"

#include <math.h>

static const int64_t ONE_ID[] = {7}, ONE_DAY[] = {0};
static const double ONE_AMOUNT[] = {5};

static loyalty_order_columns one_order(void)
{
    loyalty_order_columns columns;
    loyalty_order_columns_init(&columns, sizeof columns);
    columns.rows = 1;
    columns.time = ONE_DAY;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.amount = ONE_AMOUNT;
    return columns;
}

static void order_columns(void)
{
    loyalty_orders *out = UNTOUCHED;
    loyalty_order_columns columns = one_order();
    FAILS(loyalty_orders_new_int(ONE_ID, NULL, &out, &error), NULL_ARGUMENT,
          "columns must not be NULL");
    FAILS(loyalty_orders_new_int(NULL, &columns, &out, &error), NULL_ARGUMENT,
          "customer must not be NULL");
    FAILS(loyalty_orders_new_int(ONE_ID, &columns, NULL, &error), NULL_ARGUMENT,
          "out must not be NULL");
    columns.time = NULL;
    FAILS(loyalty_orders_new_int(ONE_ID, &columns, &out, &error), NULL_ARGUMENT,
          "time must not be NULL");
    columns.rows = 0;
    FAILS(loyalty_orders_new_int(NULL, &columns, &out, &error), EMPTY,
          "the order log is empty: at least one order");
    columns.rows = SIZE_MAX / 4;
    CHECK(loyalty_orders_new_int(ONE_ID, &columns, &out, &error) == LOYALTY_STATUS_PARAMETER);
    columns = one_order();
    columns.time_scale = 0;
    FAILS(loyalty_orders_new_int(ONE_ID, &columns, &out, &error), CHOICE,
          "time_scale must be a code of loyalty_time_scale, got \"0\"");
    columns = one_order();
    columns.invalid = -1;
    FAILS(loyalty_orders_new_int(ONE_ID, &columns, &out, &error), CHOICE,
          "invalid must be a code of loyalty_invalid, got \"-1\"");
    const unsigned char mask[] = {2};
    columns = one_order();
    columns.time_present = (const bool *)mask;
    FAILS(loyalty_orders_new_int(ONE_ID, &columns, &out, &error), VALUE,
          "column \"time_present\", row 0: must be 0 or 1, got 2");
    CHECK(out == UNTOUCHED);
}

static void refuse_amount(double amount, const char *message)
{
    loyalty_orders *out = UNTOUCHED;
    loyalty_order_columns columns = one_order();
    columns.amount = &amount;
    FAILS(loyalty_orders_new_int(ONE_ID, &columns, &out, &error), REFUSED, message);
    columns.invalid = LOYALTY_INVALID_DROP;
    FAILS(loyalty_orders_new_int(ONE_ID, &columns, &out, &error), REFUSED, message);
    CHECK(out == UNTOUCHED);
}

static void orders(void)
{
    refuse_amount(-5, "1 of 1 rows cannot be used: column \"amount\" is negative in 1 row "
                      "(first: row 0)");
    refuse_amount(NAN, "1 of 1 rows cannot be used: column \"amount\" is missing in 1 row "
                       "(first: row 0)");
    const char *infinite = "1 of 1 rows cannot be used: column \"amount\" is not within 0 to 1e50 "
                           "in 1 row (first: row 0)";
    refuse_amount(INFINITY, infinite);
    refuse_amount(-INFINITY, infinite);
    const int64_t beyond[] = {INT64_MAX};
    loyalty_orders *out = UNTOUCHED;
    loyalty_order_columns columns = one_order();
    columns.time = beyond;
    FAILS(loyalty_orders_new_int(ONE_ID, &columns, &out, &error), REFUSED,
          "1 of 1 rows cannot be used: column \"time\" is not within the years 0001 to 9999 in 1 "
          "row (first: row 0)");
    CHECK(out == UNTOUCHED);
}

static void text_ids(void)
{
    loyalty_orders *out = UNTOUCHED;
    loyalty_order_columns columns = one_order();
    const int64_t offsets[] = {0, 3}, falling[] = {3, 0}, negative[] = {-1, 3};
    FAILS(loyalty_orders_new_text(NULL, "ada", &columns, &out, &error), NULL_ARGUMENT,
          "offsets must not be NULL");
    FAILS(loyalty_orders_new_text(offsets, NULL, &columns, &out, &error), NULL_ARGUMENT,
          "data must not be NULL");
    FAILS(loyalty_orders_new_text(falling, "ada", &columns, &out, &error), VALUE,
          "column \"offsets\", row 1: must be >= 0 and >= the offset before, got 0");
    FAILS(loyalty_orders_new_text(negative, "ada", &columns, &out, &error), VALUE,
          "column \"offsets\", row 0: must be >= 0 and >= the offset before, got -1");
    FAILS(loyalty_orders_new_text(offsets, "a\xff\xfe", &columns, &out, &error), INVALID_UTF8,
          "column \"customer\", row 0: must be valid UTF-8");
    columns.rows = 0;
    FAILS(loyalty_orders_new_text(NULL, NULL, &columns, &out, &error), EMPTY,
          "the order log is empty: at least one order");
    CHECK(out == UNTOUCHED);
}

/* A million characters are an id like any other. */
static void a_long_id(void)
{
    enum { LENGTH = 1000000 };
    char *id = room(LENGTH + 1, 1), *back = room(LENGTH + 1, 1);
    memset(id, 'x', LENGTH);
    const int64_t offsets[] = {0, LENGTH};
    loyalty_order_columns columns = one_order();
    loyalty_orders *made = NULL;
    loyalty_summary *summary = NULL;
    size_t full = 0;
    OK(loyalty_orders_new_text(offsets, id, &columns, &made, &error));
    OK(loyalty_orders_summarize(made, NULL, &summary, &error));
    OK(loyalty_summary_customer_text(summary, 0, back, LENGTH + 1, &full, &error));
    CHECK(full == LENGTH && memcmp(id, back, LENGTH + 1) == 0);
    loyalty_summary_free(summary);
    loyalty_orders_free(made);
    free(back);
    free(id);
}

static void summary_options(void)
{
    loyalty_orders *made = NULL;
    loyalty_order_columns columns = one_order();
    loyalty_summary *out = UNTOUCHED;
    loyalty_holdout *holdout = UNTOUCHED;
    loyalty_occasions *occasions = UNTOUCHED;
    loyalty_summary_options options;
    loyalty_summary_options_init(&options, sizeof options);
    OK(loyalty_orders_new_int(ONE_ID, &columns, &made, &error));
    FAILS(loyalty_orders_summarize(NULL, &options, &out, &error), NULL_ARGUMENT,
          "orders must not be NULL");
    options.unit = LOYALTY_UNIT_NONE;
    FAILS(loyalty_orders_summarize(made, &options, &out, &error), CHOICE,
          "unit must be a unit other than LOYALTY_UNIT_NONE, got \"0\"");
    options.unit = LOYALTY_UNIT_CALENDAR_MONTH;
    options.occasion = LOYALTY_OCCASION_DAY;
    FAILS(loyalty_orders_summarize(made, &options, &out, &error), CHOICE,
          "occasion must be the period of the calendar unit itself (leave it out), got \"day\"");
    FAILS(loyalty_occasions_of(made, LOYALTY_UNIT_DAY, 8, &occasions, &error), CHOICE,
          "occasion must be a code of loyalty_occasion, got \"8\"");
    int64_t end = -LOYALTY_MICROSECONDS_PER_DAY;
    loyalty_summary_options_init(&options, sizeof options);
    options.observation_end = &end;
    FAILS(loyalty_orders_summarize(made, &options, &out, &error), EMPTY,
          "the customer summary is empty: an order at or before the observation end");
    FAILS(loyalty_orders_calibration_holdout(made, 0, NULL, &out, &holdout, &error), EMPTY,
          "the holdout period is empty: a calibration end before the observation end");
    CHECK(out == UNTOUCHED && holdout == UNTOUCHED && occasions == UNTOUCHED);
    loyalty_orders_free(made);
}

static void batches(void)
{
    loyalty_order_columns columns = one_order();
    loyalty_orders *priced = NULL, *bare = NULL;
    loyalty_occasions *days = NULL, *weeks = NULL, *unpriced = NULL, *out = UNTOUCHED;
    OK(loyalty_orders_new_int(ONE_ID, &columns, &priced, &error));
    columns.amount = NULL;
    OK(loyalty_orders_new_int(ONE_ID, &columns, &bare, &error));
    OK(loyalty_occasions_of(priced, LOYALTY_UNIT_DAY, LOYALTY_OCCASION_NATURAL, &days, &error));
    OK(loyalty_occasions_of(priced, LOYALTY_UNIT_WEEK, LOYALTY_OCCASION_NATURAL, &weeks, &error));
    OK(loyalty_occasions_of(bare, LOYALTY_UNIT_DAY, LOYALTY_OCCASION_NATURAL, &unpriced, &error));
    FAILS(loyalty_occasions_merge(days, weeks, &out, &error), UNIT,
          "the first batch is in day by day and the second in week by day: use the same unit for "
          "both");
    FAILS(loyalty_occasions_merge(days, unpriced, &out, &error), MISSING_COLUMN,
          "one of the batches needs the column \"amount\", which is missing");
    FAILS(loyalty_occasions_merge(days, NULL, &out, &error), NULL_ARGUMENT,
          "other must not be NULL");
    CHECK(out == UNTOUCHED);
    loyalty_occasions_free(unpriced);
    loyalty_occasions_free(weeks);
    loyalty_occasions_free(days);
    loyalty_orders_free(bare);
    loyalty_orders_free(priced);
}

static void refuse_summary(const double *x, const double *t_x, const double *T, const char *message)
{
    loyalty_summary *out = UNTOUCHED;
    loyalty_summary_columns columns = two_customers();
    columns.frequency = x;
    columns.recency = t_x;
    columns.T = T;
    FAILS(loyalty_summary_new(&columns, &out, &error), VALUE, message);
    CHECK(out == UNTOUCHED);
}

static void summary_columns(void)
{
    const double half[] = {0.5, NAN}, before[] = {-1, 0}, late[] = {39, 0}, at_once[] = {0, 0};
    const double never[] = {INFINITY, NAN}, zero[] = {0, 0};
    refuse_summary(half, T_X, AGE, "column \"frequency\", row 0: must be a whole number from 0 to "
                                   "4294967294, got 0.5 (and 1 more row)");
    refuse_summary(X, late, AGE,
                   "column \"recency\", row 0: must be finite, >= 0 and <= T, got 39");
    refuse_summary(X, before, AGE,
                   "column \"recency\", row 0: must be finite, >= 0 and <= T, got -1");
    refuse_summary(X, at_once, AGE,
                   "column \"recency\", row 0: must be > 0 where frequency is > 0, got 0");
    refuse_summary(zero, T_X, AGE,
                   "column \"recency\", row 0: must be 0 where frequency is 0, got 30.43");
    refuse_summary(X, T_X, never,
                   "column \"T\", row 0: must be finite and >= 0, got inf (and 1 more row)");

    const int64_t twice[] = {4, 4};
    loyalty_summary *out = UNTOUCHED;
    loyalty_summary_columns columns = two_customers();
    FAILS(loyalty_summary_new(NULL, &out, &error), NULL_ARGUMENT, "columns must not be NULL");
    columns.customer = twice;
    FAILS(loyalty_summary_new(&columns, &out, &error), VALUE,
          "column \"customer\", row 1: must be different from the ids of all rows before, got 4");
    columns = two_customers();
    columns.unit = 99;
    FAILS(loyalty_summary_new(&columns, &out, &error), CHOICE,
          "unit must be a code of loyalty_unit, got \"99\"");
    columns.rows = 0;
    columns.unit = LOYALTY_UNIT_WEEK;
    FAILS(loyalty_summary_new(&columns, &out, &error), EMPTY,
          "the customer summary is empty: at least one customer");
    CHECK(out == UNTOUCHED);
}

static void summary_reads(void)
{
    loyalty_summary *summary = weekly(NULL);
    loyalty_rfm *rfm = UNTOUCHED;
    double out[3] = {-1, -1, -1};
    int64_t id = -1;
    FAILS(loyalty_summary_recency(summary, out, 3, &error), LENGTH,
          "column \"out\" has 3 rows, but 2 are expected");
    FAILS(loyalty_summary_recency(summary, NULL, 2, &error), NULL_ARGUMENT, "out must not be NULL");
    FAILS(loyalty_summary_recency(NULL, out, 2, &error), NULL_ARGUMENT,
          "summary must not be NULL");
    FAILS(loyalty_summary_monetary_value(summary, out, 2, &error), MISSING_COLUMN,
          "loyalty_summary_monetary_value needs the column \"monetary_value\", which is missing");
    FAILS(loyalty_summary_customer_int(summary, 0, &id, &error), MISSING_COLUMN,
          "the customer id needs the column \"customer\", which is missing");
    FAILS(loyalty_rfm_of(summary, NULL, &rfm, &error), MISSING_COLUMN,
          "RFM needs the column \"total_amount\", which is missing");
    CHECK(out[0] == -1 && out[1] == -1 && id == -1 && rfm == UNTOUCHED);
    loyalty_summary_free(summary);
}

int main(void)
{
    order_columns();
    orders();
    text_ids();
    a_long_id();
    summary_options();
    batches();
    summary_columns();
    summary_reads();
    return finish("refused_data");
}
