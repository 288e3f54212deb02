/* From a log to segments: what each stage hands on. */

#include "cdnow.h"
#include "models.h"

#include <math.h>

static const bool PRESENT[] = {true, true, false, true, true};
static const int64_t DAYS[] = {0, 3, 5, 14, 20};
static const double AMOUNTS[] = {5, -1, 9, 7.5, NAN};

static loyalty_order_columns five_rows(void)
{
    loyalty_order_columns columns;
    loyalty_order_columns_init(&columns, sizeof columns);
    columns.rows = 5;
    columns.time = DAYS;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.amount = AMOUNTS;
    return columns;
}

static void refused_rows_are_counted(void)
{
    const int64_t customer[] = {1, 1, 2, 1, 2};
    loyalty_order_columns columns = five_rows();
    columns.customer_present = PRESENT;
    columns.invalid = LOYALTY_INVALID_DROP;
    loyalty_orders *orders = NULL;
    OK(loyalty_orders_new_int(customer, &columns, &orders, &error));
    CHECK(loyalty_orders_rows(orders) == 5);
    CHECK(loyalty_orders_len(orders) == 2);
    CHECK(loyalty_orders_customers(orders) == 1);

    char report[256];
    size_t full = loyalty_orders_report(orders, report, sizeof report);
    CHECK(strcmp(report, "3 of 5 rows cannot be used: "
                         "column \"customer\" is missing in 1 row (first: row 2); "
                         "column \"amount\" is missing in 1 row (first: row 4); "
                         "column \"amount\" is negative in 1 row (first: row 1)") == 0);
    CHECK(full == strlen(report));

    loyalty_refusal refusal;
    CHECK(loyalty_orders_refusals(orders) == 3);
    OK(loyalty_orders_refusal(orders, 2, &refusal, &error));
    CHECK(strcmp(refusal.reason, "negative_amount") == 0);
    CHECK(strcmp(refusal.column, "amount") == 0);
    CHECK(refusal.rows == 1 && refusal.first_row == 1);
    FAILS(loyalty_orders_refusal(orders, 3, &refusal, &error), PARAMETER,
          "row must be below the number of rows, got 3");

    int64_t first = -1, last = -1;
    OK(loyalty_orders_time_range(orders, &first, &last, &error));
    CHECK(first == 0 && last == 14 * LOYALTY_MICROSECONDS_PER_DAY);
    loyalty_orders_free(orders);
}

static void ids_are_text_too(void)
{
    /* grace, ada, (missing), ada, a name of two-byte characters */
    const char data[] = "graceadaada\xc3\xa9\xc3\xa9";
    const int64_t offsets[] = {0, 5, 8, 8, 11, 15};
    const double amounts[] = {1, 2, 3, 4, 5};
    loyalty_order_columns columns = five_rows();
    columns.amount = amounts;
    columns.invalid = LOYALTY_INVALID_DROP;
    loyalty_orders *orders = NULL;
    loyalty_summary *summary = NULL;
    OK(loyalty_orders_new_text(offsets, data, &columns, &orders, &error));
    OK(loyalty_orders_summarize(orders, NULL, &summary, &error));
    CHECK(loyalty_orders_len(orders) == 4 && loyalty_summary_len(summary) == 3);

    char name[8];
    size_t full = 0;
    OK(loyalty_summary_customer_text(summary, 0, name, sizeof name, &full, &error));
    CHECK(strcmp(name, "ada") == 0 && full == 3);
    OK(loyalty_summary_customer_text(summary, 1, name, 4, &full, &error));
    CHECK(strcmp(name, "gra") == 0 && full == 5);
    OK(loyalty_summary_customer_text(summary, 2, name, 4, &full, &error));
    CHECK(strcmp(name, "\xc3\xa9") == 0 && full == 4);
    OK(loyalty_summary_customer_text(summary, 2, NULL, 0, NULL, &error));
    int64_t id = -1;
    FAILS(loyalty_summary_customer_int(summary, 0, &id, &error), TYPE,
          "column \"customer\" must hold whole numbers, got text");
    CHECK(id == -1);

    uint32_t x[3];
    double total[3];
    OK(loyalty_summary_frequency(summary, x, 3, &error));
    OK(loyalty_summary_total_amount(summary, total, 3, &error));
    CHECK(x[0] == 1 && x[1] == 0 && x[2] == 0);
    CHECK(total[0] == 6 && total[1] == 1 && total[2] == 5);
    loyalty_summary_free(summary);
    loyalty_orders_free(orders);
}

static void same_summaries(const loyalty_summary *a, const loyalty_summary *b)
{
    size_t rows = loyalty_summary_len(a);
    uint32_t *x = room(2 * rows, sizeof *x);
    double *left = room(rows, sizeof *left), *right = room(rows, sizeof *right);
    CHECK(loyalty_summary_len(b) == rows);
    OK(loyalty_summary_frequency(a, x, rows, &error));
    OK(loyalty_summary_frequency(b, x + rows, rows, &error));
    CHECK(memcmp(x, x + rows, rows * sizeof *x) == 0);
    OK(loyalty_summary_recency(a, left, rows, &error));
    OK(loyalty_summary_recency(b, right, rows, &error));
    CHECK(same_column(left, right, rows));
    OK(loyalty_summary_monetary_value(a, left, rows, &error));
    OK(loyalty_summary_monetary_value(b, right, rows, &error));
    CHECK(same_column(left, right, rows));
    free(x);
    free(left);
    free(right);
}

static loyalty_occasions *occasions_of(const struct log *log, size_t first, size_t end)
{
    loyalty_occasions *occasions = NULL;
    loyalty_orders *orders = orders_of(log, first, end);
    OK(loyalty_occasions_of(orders, LOYALTY_UNIT_WEEK, LOYALTY_OCCASION_DAY, &occasions, &error));
    loyalty_orders_free(orders);
    return occasions;
}

/* A log in two batches gives what the whole gives, to the last bit. */
static void batches_merge(const struct log *log, const loyalty_summary *whole,
                          const loyalty_summary *calibration)
{
    loyalty_occasions *early = occasions_of(log, 0, log->rows / 2);
    loyalty_occasions *late = occasions_of(log, log->rows / 2, log->rows);
    loyalty_occasions *both = NULL;
    loyalty_summary *summary = NULL, *first_part = NULL;
    loyalty_holdout *holdout = NULL;
    OK(loyalty_occasions_merge(late, early, &both, &error));
    CHECK(loyalty_occasions_len(both) == loyalty_summary_len(whole));
    OK(loyalty_occasions_summarize(both, NULL, false, &summary, &error));
    same_summaries(summary, whole);
    OK(loyalty_occasions_calibration_holdout(both, calibration_end(), NULL, false, &first_part,
                                             &holdout, &error));
    same_summaries(first_part, calibration);
    loyalty_holdout_free(holdout);
    loyalty_summary_free(first_part);
    loyalty_summary_free(summary);
    loyalty_occasions_free(both);
    loyalty_occasions_free(late);
    loyalty_occasions_free(early);
}

/* Calibration and holdout together hold every occasion of the log. */
static void holdout_is_the_rest(const loyalty_orders *orders, const loyalty_summary *whole,
                                const loyalty_summary *calibration, const loyalty_holdout *holdout)
{
    size_t rows = loyalty_summary_len(whole);
    uint32_t *all = room(rows, sizeof *all), *before = room(rows, sizeof *before);
    uint32_t *after = room(rows, sizeof *after);
    double *mean = room(rows, sizeof *mean);
    CHECK(loyalty_orders_customers(orders) == rows && loyalty_holdout_len(holdout) == rows);
    CHECK(loyalty_holdout_born(holdout) == 0);
    CHECK(same_bits(loyalty_holdout_duration(holdout), 39));
    OK(loyalty_summary_frequency(whole, all, rows, &error));
    OK(loyalty_summary_frequency(calibration, before, rows, &error));
    OK(loyalty_holdout_frequency(holdout, after, rows, &error));
    OK(loyalty_holdout_monetary_value(holdout, mean, rows, &error));
    for (size_t row = 0; row < rows; row++) {
        CHECK(all[row] == before[row] + after[row]);
        CHECK((after[row] > 0) || same_bits(mean[row], 0));
    }
    free(all);
    free(before);
    free(after);
    free(mean);
}

static void an_end_leaves_out(const loyalty_orders *orders)
{
    int64_t end = days_since_1970(1997, 2, 28) * LOYALTY_MICROSECONDS_PER_DAY;
    size_t customers = 0, occasions = 0;
    loyalty_summary *summary = NULL;
    loyalty_summary_options options;
    loyalty_summary_options_init(&options, sizeof options);
    options.observation_end = &end;
    options.include_first = true;
    OK(loyalty_orders_summarize(orders, &options, &summary, &error));
    OK(loyalty_summary_left_out(summary, &customers, &occasions, &error));
    CHECK(loyalty_summary_len(summary) + customers == loyalty_orders_customers(orders));
    CHECK(customers > 0 && occasions > customers);
    CHECK(loyalty_summary_unit(summary) == LOYALTY_UNIT_WEEK);
    CHECK(loyalty_summary_includes_first(summary));
    int64_t id = 0;
    OK(loyalty_summary_customer_int(summary, 9, &id, &error));
    CHECK(id == 10);
    loyalty_summary_free(summary);
}

/* Fewer rows, the same customers, the same likelihood up to rounding. */
static void histories_are_shared(const loyalty_summary *summary)
{
    loyalty_summary *distinct = NULL;
    loyalty_purchase_model *model = NULL;
    OK(loyalty_summary_distinct_histories(summary, &distinct, &error));
    size_t rows = loyalty_summary_len(distinct);
    double *weights = room(rows, sizeof *weights), customers = 0, one = 0, other = 0;
    OK(loyalty_summary_weights(distinct, weights, rows, &error));
    for (size_t row = 0; row < rows; row++) {
        customers += weights[row];
    }
    CHECK(rows < loyalty_summary_len(summary));
    CHECK(same_bits(customers, (double)loyalty_summary_len(summary)));
    OK(new_bg_nbd(0.243, 4.414, 0.793, 2.426, LOYALTY_UNIT_WEEK, &model, &error));
    OK(loyalty_purchase_model_log_likelihood(model, summary, &one, &error));
    OK(loyalty_purchase_model_log_likelihood(model, distinct, &other, &error));
    CHECK(fabs(one - other) < 1e-9 * fabs(one));
    free(weights);
    loyalty_purchase_model_free(model);
    loyalty_summary_free(distinct);
}

static void cdnow(const char *root)
{
    struct log log = read_cdnow(root);
    loyalty_orders *orders = orders_of(&log, 0, log.rows);
    loyalty_summary *whole = NULL, *calibration = NULL;
    loyalty_holdout *holdout = NULL;
    loyalty_summary_options options;
    loyalty_summary_options_init(&options, sizeof options);
    options.unit = LOYALTY_UNIT_WEEK;
    OK(loyalty_orders_summarize(orders, &options, &whole, &error));
    OK(loyalty_orders_calibration_holdout(orders, calibration_end(), &options, &calibration,
                                          &holdout, &error));
    batches_merge(&log, whole, calibration);
    holdout_is_the_rest(orders, whole, calibration, holdout);
    an_end_leaves_out(orders);
    histories_are_shared(calibration);
    loyalty_holdout_free(holdout);
    loyalty_summary_free(calibration);
    loyalty_summary_free(whole);
    loyalty_orders_free(orders);
    free_log(&log);
}

static loyalty_rfm *four_customers(bool nested)
{
    const double recency[] = {1, 40, 90, 200}, frequency[] = {9, 1, 1, 1};
    const double monetary[] = {500, 20, 90, 10};
    loyalty_rfm *rfm = NULL;
    loyalty_rfm_options options;
    loyalty_rfm_options_init(&options, sizeof options);
    options.bins = 2;
    options.nested = nested;
    OK(loyalty_rfm_new(recency, frequency, monetary, NULL, 4, &options, &rfm, &error));
    CHECK(loyalty_rfm_len(rfm) == 4 && loyalty_rfm_bins(rfm) == 2);
    return rfm;
}

static void scores_are_ranks(void)
{
    loyalty_rfm *rfm = four_customers(false);
    uint32_t recency[4], frequency[4], monetary[4], empty[1];
    size_t count = 9;
    OK(loyalty_rfm_scores(rfm, LOYALTY_RFM_AXIS_RECENCY, recency, 4, &error));
    OK(loyalty_rfm_scores(rfm, LOYALTY_RFM_AXIS_FREQUENCY, frequency, 4, &error));
    OK(loyalty_rfm_scores(rfm, LOYALTY_RFM_AXIS_MONETARY, monetary, 4, &error));
    CHECK(memcmp(recency, (uint32_t[]){2, 2, 1, 1}, sizeof recency) == 0);
    CHECK(memcmp(frequency, (uint32_t[]){2, 1, 1, 1}, sizeof frequency) == 0);
    CHECK(memcmp(monetary, (uint32_t[]){2, 1, 2, 1}, sizeof monetary) == 0);
    OK(loyalty_rfm_empty_scores_len(rfm, LOYALTY_RFM_AXIS_FREQUENCY, &count, &error));
    CHECK(count == 0);
    double breaks[3];
    OK(loyalty_rfm_breaks(rfm, LOYALTY_RFM_AXIS_RECENCY, &breaks[0], 1, &error));
    OK(loyalty_rfm_breaks(rfm, LOYALTY_RFM_AXIS_FREQUENCY, &breaks[1], 1, &error));
    OK(loyalty_rfm_breaks(rfm, LOYALTY_RFM_AXIS_MONETARY, &breaks[2], 1, &error));
    CHECK(breaks[0] == 40 && breaks[1] == 1 && breaks[2] == 20);
    loyalty_rfm_free(rfm);

    /* The next month by the thresholds of this one. */
    const double silence[] = {41}, orders[] = {2}, money[] = {20};
    loyalty_rfm_options options;
    loyalty_rfm_options_init(&options, sizeof options);
    options.recency_breaks = &breaks[0];
    options.frequency_breaks = &breaks[1];
    options.monetary_breaks = &breaks[2];
    options.breaks = 1;
    OK(loyalty_rfm_new(silence, orders, money, NULL, 1, &options, &rfm, &error));
    CHECK(loyalty_rfm_bins(rfm) == 2);
    for (int axis = 0; axis < 3; axis++)
        OK(loyalty_rfm_scores(rfm, axis, &recency[axis], 1, &error));
    CHECK(memcmp(recency, (uint32_t[]){1, 2, 1}, 3 * sizeof *recency) == 0);
    loyalty_rfm_free(rfm);
    rfm = four_customers(true);
    FAILS(loyalty_rfm_breaks(rfm, LOYALTY_RFM_AXIS_RECENCY, breaks, 1, &error), UNAVAILABLE,
          "RFM with nested scores has no thresholds for all customers");
    loyalty_rfm_free(rfm);

    const double same[] = {3, 3, 3};
    OK(loyalty_rfm_new(same, same, same, same, 3, NULL, &rfm, &error));
    OK(loyalty_rfm_empty_scores_len(rfm, LOYALTY_RFM_AXIS_MONETARY, &count, &error));
    CHECK(count == 4);
    FAILS(loyalty_rfm_empty_scores(rfm, LOYALTY_RFM_AXIS_MONETARY, empty, 1, &error), LENGTH,
          "column \"out\" has 1 rows, but 4 are expected");
    loyalty_rfm_free(rfm);
}

static void segments_have_names(void)
{
    const char *json = "[{\"name\": \"Active\", \"recency\": [2, 2]},"
                       " {\"name\": \"Lapsed\", \"recency\": [1, 1]}]";
    loyalty_rfm *rfm = four_customers(true);
    loyalty_segment_table *table = NULL, *customary = NULL;
    size_t segment[4], full = 0;
    char name[16];
    loyalty_segment_summary summary[2];
    OK(loyalty_segment_table_from_json(json, 2, &table, &error));
    CHECK(loyalty_segment_table_len(table) == 2);
    OK(loyalty_segment_table_assign(table, rfm, segment, 4, &error));
    CHECK(segment[0] == 0 && segment[1] == 0 && segment[2] == 1 && segment[3] == 1);
    OK(loyalty_segment_table_name(table, segment[3], name, sizeof name, &full, &error));
    CHECK(strcmp(name, "Lapsed") == 0 && full == 6);
    OK(loyalty_segment_table_summarize(table, rfm, summary, 2, &error));
    CHECK(summary[0].customers == 2 && summary[0].mean_recency == 20.5);
    CHECK(summary[0].mean_frequency == 5 && summary[0].total_monetary == 520);
    CHECK(summary[1].share_of_customers == 0.5 && summary[1].mean_monetary == 50);
    CHECK(summary[0].share_of_monetary + summary[1].share_of_monetary == 1);

    loyalty_segment_table_free(table);
    OK(loyalty_segment_table_first_match_from_json("[{\"name\": \"Active\", \"recency\": [2, 2]}]",
                                                   "Others", 2, &table, &error));
    CHECK(loyalty_segment_table_len(table) == 2);
    OK(loyalty_segment_table_assign(table, rfm, segment, 4, &error));
    CHECK(segment[0] == 0 && segment[1] == 0 && segment[2] == 1 && segment[3] == 1);

    OK(loyalty_segment_table_customary(&customary, &error));
    CHECK(loyalty_segment_table_len(customary) == 10);
    FAILS(loyalty_segment_table_assign(customary, rfm, segment, 4, &error), SEGMENTS,
          "segment table: is for scores of 1 to 5, these run to 2");
    loyalty_segment_table_free(customary);
    loyalty_segment_table_free(table);
    loyalty_rfm_free(rfm);
}

int main(int argc, char **argv)
{
    refused_rows_are_counted();
    ids_are_text_too();
    cdnow(argc > 1 ? argv[1] : ".");
    scores_are_ranks();
    segments_have_names();
    return finish("pipeline");
}
