/* The CDNOW log that the Python package bundles: 6,919 orders of 2,357 customers. */

#ifndef CDNOW_H
#define CDNOW_H

#include "check.h"

struct log {
    size_t rows;
    int64_t *customer;
    int64_t *day;
    double *amount;
};

/* Days since 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms"). */
static inline int64_t days_since_1970(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;
    return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static inline struct log read_cdnow(const char *root)
{
    enum { MOST = 10000 };
    struct log log = {0, room(MOST, sizeof(int64_t)), room(MOST, sizeof(int64_t)),
                      room(MOST, sizeof(double))};
    char line[128];
    FILE *file = fopen(in_workspace(root, "loyalty-py/python/loyalty/data/cdnow.csv"), "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        perror("cdnow.csv");
        exit(2);
    }
    while (log.rows < MOST && fgets(line, sizeof line, file) != NULL) {
        int year, month, day, quantity;
        long long customer;
        double amount;
        CHECK(sscanf(line, "%lld,%d-%d-%d,%d,%lf", &customer, &year, &month, &day, &quantity,
                     &amount) == 6);
        log.customer[log.rows] = customer;
        log.day[log.rows] = days_since_1970(year, month, day);
        log.amount[log.rows] = amount;
        log.rows++;
    }
    fclose(file);
    return log;
}

/* The rows from `first` to before `end`, as columns of the library. */
static inline loyalty_order_columns columns_of(const struct log *log, size_t first, size_t end)
{
    loyalty_order_columns columns;
    loyalty_order_columns_init(&columns, sizeof columns);
    columns.rows = end - first;
    columns.time = log->day + first;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.amount = log->amount + first;
    return columns;
}

static inline loyalty_orders *orders_of(const struct log *log, size_t first, size_t end)
{
    loyalty_orders *orders = NULL;
    loyalty_order_columns columns = columns_of(log, first, end);
    OK(loyalty_orders_new_int(log->customer + first, &columns, &orders, &error));
    return orders;
}

static inline void free_log(struct log *log)
{
    free(log->customer);
    free(log->day);
    free(log->amount);
}

/* The last day of the calibration period, as the papers have it. */
static inline int64_t calibration_end(void)
{
    return days_since_1970(1997, 9, 30) * LOYALTY_MICROSECONDS_PER_DAY;
}

#endif
