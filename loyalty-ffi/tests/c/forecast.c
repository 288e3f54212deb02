/* The golden forecast, to the last bit: by the customer and by the log. */

#include "cdnow.h"
#include "check.h"

#include <math.h>

enum { FREQUENCY, RECENCY, AGE, RECENT, AMOUNT = RECENT + 6, EXPECTED, COLUMNS };
enum { MOST = 1000, STEP = 11 };

static size_t read_forecasts(const char *root, double (*rows)[COLUMNS])
{
    char line[1024];
    size_t count = 0;
    FILE *file = fopen(in_workspace(root, "golden/forecasts.csv"), "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        perror("forecasts.csv");
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

static void by_the_customer(const loyalty_forecast *forecast, const double *row)
{
    uint32_t recent[6];
    double expected;
    for (int w = 0; w < 6; w++) {
        recent[w] = (uint32_t)row[RECENT + w];
    }
    OK(loyalty_forecast_expected_purchases(forecast, (uint32_t)row[FREQUENCY], row[RECENCY],
                                           row[AGE], recent, 6, row[AMOUNT], &expected, &error));
    CHECK(same_bits(expected, row[EXPECTED]));
}

static void by_the_log(const char *root, const loyalty_forecast *forecast,
                       double (*rows)[COLUMNS], size_t count)
{
    struct log log = read_cdnow(root);
    loyalty_orders *orders = orders_of(&log, 0, log.rows);
    loyalty_occasions *occasions = NULL;
    const int64_t end = days_since_1970(1998, 3, 31) * LOYALTY_MICROSECONDS_PER_DAY;
    OK(loyalty_occasions_of(orders, LOYALTY_UNIT_WEEK, LOYALTY_OCCASION_DAY, &occasions, &error));
    size_t customers = loyalty_occasions_len(occasions);
    double *expected = room(customers, sizeof *expected);
    OK(loyalty_forecast_expected_purchases_batch(forecast, occasions, &end, 0, expected, customers,
                                                 &error));
    for (size_t row = 0; row < count; row++) {
        CHECK(same_bits(expected[row * STEP], rows[row][EXPECTED]));
    }
    CHECK(loyalty_forecast_expected_purchases_batch(forecast, occasions, &end, 0, expected, 1,
                                                    &error) == LOYALTY_STATUS_LENGTH);
    free(expected);
    loyalty_occasions_free(occasions);
    loyalty_orders_free(orders);
    free_log(&log);
}

static void refused(const char *root, const loyalty_forecast *forecast)
{
    const uint32_t recent[6] = {0, 0, 1, 1, 2, 3}, fewer[6] = {2, 1, 1, 1, 1, 1};
    double out;
    loyalty_forecast *none = NULL;
    FAILS(loyalty_forecast_expected_purchases(forecast, 2, 30, 38, recent, 5, 20, &out, &error),
          LENGTH, "column \"recent\" has 5 rows, but 6 are expected");
    CHECK(loyalty_forecast_expected_purchases(forecast, 2, 30, 38, fewer, 6, 20, &out, &error) ==
          LOYALTY_STATUS_VALUE);
    CHECK(loyalty_forecast_expected_purchases(forecast, 1, 30, 38, recent, 6, 20, &out, &error) ==
          LOYALTY_STATUS_VALUE);
    CHECK(loyalty_forecast_expected_purchases(forecast, 2, 30, 38, recent, 6, NAN, &out, &error) ==
          LOYALTY_STATUS_MISSING_COLUMN);
    CHECK(loyalty_forecast_expected_purchases(forecast, 2, 40, 38, recent, 6, 20, &out, &error) ==
          LOYALTY_STATUS_PARAMETER);
    CHECK(loyalty_forecast_load(in_workspace(root, "golden/bg_nbd.json"), &none, &error) ==
          LOYALTY_STATUS_MODEL_FILE);
    CHECK(none == NULL);
}

int main(int argc, char **argv)
{
    const char *root = argc > 1 ? argv[1] : ".";
    static double rows[MOST][COLUMNS];
    size_t count = read_forecasts(root, rows);
    loyalty_forecast *forecast = NULL;
    OK(loyalty_forecast_load(in_workspace(root, "golden/anchored_forecast.json"), &forecast,
                             &error));
    CHECK(loyalty_forecast_horizon(forecast) == 13);
    CHECK(loyalty_forecast_unit(forecast) == LOYALTY_UNIT_WEEK);
    CHECK(loyalty_forecast_is_corrected(forecast));
    for (size_t row = 0; row < count; row++) {
        by_the_customer(forecast, rows[row]);
    }
    by_the_log(root, forecast, rows, count);
    refused(root, forecast);
    loyalty_forecast_free(forecast);
    return finish("forecast");
}
