/* The golden posteriors and the intervals of customers, to the last bit: by the customer and by the column. */

#include "cdnow.h"

enum { FREQUENCY, RECENCY, AGE, AMOUNT, P_ALIVE, PURCHASES = P_ALIVE + 3, CLV = PURCHASES + 3,
       COLUMNS = CLV + 3 };
enum { MOST = 200, STEP = 31 };

static const double LEVEL = 0.9;

static size_t read_intervals(const char *root, double (*rows)[COLUMNS])
{
    char line[1024];
    size_t count = 0;
    FILE *file = fopen(in_workspace(root, "golden/intervals.csv"), "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        perror("intervals.csv");
        exit(2);
    }
    while (count < MOST && fgets(line, sizeof line, file) != NULL) {
        char *cell = line;
        for (int c = 0; c < COLUMNS; c++) {
            char *end;
            rows[count][c] = strtod(cell, &end);
            CHECK(end > cell && *end == (c == COLUMNS - 1 ? '\n' : ','));
            cell = end + 1;
        }
        count++;
    }
    fclose(file);
    CHECK(count > 0);
    return count;
}

static void by_the_customer(const loyalty_purchase_posterior *purchases, const double *row)
{
    uint32_t x = (uint32_t)row[FREQUENCY];
    double ends[3];
    OK(loyalty_purchase_posterior_p_alive(purchases, x, row[RECENCY], row[AGE], LEVEL, &ends[0],
                                          &ends[1], &ends[2], &error));
    CHECK(same_column(ends, row + P_ALIVE, 3));
    OK(loyalty_purchase_posterior_expected_purchases(purchases, x, row[RECENCY], row[AGE], 39,
                                                     LEVEL, &ends[0], &ends[1], &ends[2], &error));
    CHECK(same_column(ends, row + PURCHASES, 3));
}

static void same_rows(double *const ends[3], double (*rows)[COLUMNS], size_t count, int column)
{
    for (size_t row = 0; row < count; row++) {
        for (int end = 0; end < 3; end++) {
            CHECK(same_bits(ends[end][row * STEP], rows[row][column + end]));
        }
    }
}

static loyalty_summary *calibration_of(const char *root)
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
    loyalty_holdout_free(holdout);
    loyalty_orders_free(orders);
    free_log(&log);
    return summary;
}

static void by_the_column(const char *root, const loyalty_purchase_posterior *purchases,
                          const loyalty_spend_posterior *spend, double (*rows)[COLUMNS],
                          size_t count)
{
    loyalty_summary *summary = calibration_of(root);
    size_t length = loyalty_summary_len(summary);
    loyalty_discounting *year = NULL;
    double *ends[3];
    for (int end = 0; end < 3; end++) {
        ends[end] = room(length, sizeof **ends);
    }
    OK(loyalty_purchase_posterior_p_alive_batch(purchases, summary, LEVEL, 0, ends[0], ends[1],
                                                ends[2], length, &error));
    same_rows(ends, rows, count, P_ALIVE);
    OK(loyalty_purchase_posterior_expected_purchases_batch(purchases, summary, 39, LEVEL, 0,
                                                           ends[0], ends[1], ends[2], length,
                                                           &error));
    same_rows(ends, rows, count, PURCHASES);
    OK(loyalty_discounting_annual(52, 0.1, LOYALTY_UNIT_WEEK, &year, &error));
    OK(loyalty_clv_posterior(purchases, spend, summary, year, 0.3, LEVEL, 0, ends[0], ends[1],
                             ends[2], length, &error));
    same_rows(ends, rows, count, CLV);
    CHECK(loyalty_purchase_posterior_p_alive_batch(purchases, summary, LEVEL, 0, ends[0], ends[1],
                                                   ends[2], 1, &error) == LOYALTY_STATUS_LENGTH);
    for (int end = 0; end < 3; end++) {
        free(ends[end]);
    }
    loyalty_discounting_free(year);
    loyalty_summary_free(summary);
}

static void refused(const char *root, const loyalty_purchase_posterior *purchases)
{
    loyalty_purchase_posterior *none = NULL;
    double ends[3];
    CHECK(loyalty_purchase_posterior_load(in_workspace(root, "golden/posterior_gamma_gamma.json"),
                                          &none, &error) == LOYALTY_STATUS_CHOICE);
    CHECK(loyalty_purchase_posterior_load(in_workspace(root, "golden/bg_nbd.json"), &none,
                                          &error) == LOYALTY_STATUS_MODEL_FILE);
    CHECK(none == NULL);
    CHECK(loyalty_purchase_posterior_p_alive(purchases, 2, 30, 38, 1, &ends[0], &ends[1], &ends[2],
                                             &error) == LOYALTY_STATUS_PARAMETER);
    CHECK(loyalty_purchase_posterior_p_alive(purchases, 2, 40, 38, LEVEL, &ends[0], &ends[1],
                                             &ends[2], &error) != LOYALTY_STATUS_OK);
}

int main(int argc, char **argv)
{
    const char *root = argc > 1 ? argv[1] : ".";
    static double rows[MOST][COLUMNS];
    size_t count = read_intervals(root, rows);
    loyalty_purchase_posterior *purchases = NULL;
    loyalty_spend_posterior *spend = NULL;
    OK(loyalty_purchase_posterior_load(in_workspace(root, "golden/posterior_bg_nbd.json"),
                                       &purchases, &error));
    OK(loyalty_spend_posterior_load(in_workspace(root, "golden/posterior_gamma_gamma.json"),
                                    &spend, &error));
    CHECK(loyalty_purchase_posterior_points(purchases) == 50);
    CHECK(loyalty_purchase_posterior_is_believed(purchases));
    for (size_t row = 0; row < count; row++) {
        by_the_customer(purchases, rows[row]);
    }
    by_the_column(root, purchases, spend, rows, count);
    refused(root, purchases);
    loyalty_purchase_posterior_free(purchases);
    loyalty_spend_posterior_free(spend);
    return finish("posterior");
}
