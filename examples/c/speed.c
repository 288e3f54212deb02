/*
 * What scoring one customer costs, in nanoseconds: the fastest of several runs; and with the folder of
 * the golden files what a whole check-out costs, from the bytes of a record to the decision: the median
 * of all calls.
 *
 *     cc -O2 speed.c $(pkg-config --cflags --libs loyalty) -o speed
 *     ./speed golden
 */

#define _POSIX_C_SOURCE 199309L

#include <loyalty.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CALLS = 100000, RUNS = 9 };

struct models {
    loyalty_purchase_model *purchases;
    loyalty_spend_model *spend;
};

/* A score, or NaN where the call failed, which the checksum then shows. */
static double scored(loyalty_status status, const double *out)
{
    return status == LOYALTY_STATUS_OK ? *out : NAN;
}

/* Customers of CDNOW's kind, all different: x from 1 to 8, t_x and T in weeks. */
static double p_alive(const struct models *models, unsigned i)
{
    double out = 0;
    return scored(loyalty_purchase_model_p_alive(models->purchases, 1 + i % 8, 1 + i % 30,
                                                 31 + i % 9, &out, NULL),
                  &out);
}

static double expected_purchases(const struct models *models, unsigned i)
{
    double out = 0;
    return scored(loyalty_purchase_model_expected_purchases(models->purchases, 1 + i % 8,
                                                            1 + i % 30, 31 + i % 9, 39, &out, NULL),
                  &out);
}

static double expected_spend(const struct models *models, unsigned i)
{
    double out = 0;
    return scored(loyalty_spend_model_expected_spend(models->spend, 1 + i % 8, 20 + i % 50, &out,
                                                     NULL),
                  &out);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void measure(const char *name, double (*score)(const struct models *, unsigned),
                    const struct models *models)
{
    double best = 1e300, sum = 0;
    for (int run = 0; run < RUNS; run++) {
        double start = now();
        for (unsigned i = 0; i < CALLS; i++) {
            sum += score(models, i);
        }
        double each = (now() - start) / CALLS;
        best = each < best ? each : best;
    }
    /* The sum is printed, so that no compiler leaves the calls out. */
    printf("%-20s %8.1f ns   (checksum %.6g)\n", name, best, sum);
}

/* The longest line of check_out.csv, its customers, and the rounds over all of them. */
enum { LONGEST = 1 << 20, MOST = 32, ROUNDS = 300, BASKET = 3 };

struct record {
    unsigned char *bytes;
    size_t length;
};

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static const char *in_folder(const char *folder, const char *file)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return path;
}

/* The records of check_out.csv, in hexadecimal digits up to the first comma; gives their number. */
static size_t read_records(const char *folder, struct record *records)
{
    static char line[LONGEST];
    FILE *file = fopen(in_folder(folder, "check_out.csv"), "r");
    size_t count = 0;
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        return 0;
    }
    while (count < MOST && fgets(line, sizeof line, file) != NULL) {
        struct record *record = &records[count++];
        record->length = strcspn(line, ",") / 2;
        record->bytes = malloc(record->length);
        for (size_t at = 0; at < record->length; at++) {
            const char digits[3] = {line[2 * at], line[2 * at + 1], 0};
            record->bytes[at] = (unsigned char)strtoul(digits, NULL, 16);
        }
    }
    fclose(file);
    return count;
}

static loyalty_lines *basket_of_today(const loyalty_return_propensity *returns)
{
    const int64_t customers[BASKET] = {3, 3, 3}, products[BASKET] = {5, 6, 7};
    const int64_t today = loyalty_return_propensity_today(returns);
    const int64_t times[BASKET] = {today, today, today};
    const double prices[BASKET] = {19.5, 7.25, 19.5};
    loyalty_line_columns columns;
    loyalty_lines *lines = NULL;
    loyalty_line_columns_init(&columns, sizeof columns);
    columns.rows = BASKET;
    columns.customer.numbers = customers;
    columns.product.numbers = products;
    columns.time = times;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.price = prices;
    return loyalty_lines_new(&columns, &lines, NULL) ? NULL : lines;
}

/* Record, basket and score of every golden customer, over and over: the median of all, and of the score alone. */
static int measure_check_outs(const char *folder, const struct models *models)
{
    static double whole[ROUNDS * MOST], alone[ROUNDS * MOST];
    static struct record records[MOST];
    const size_t customers = read_records(folder, records);
    const double margin = 0.3;
    loyalty_ledger_basis *basis = NULL;
    loyalty_behaviours *behaviours = NULL;
    loyalty_return_propensity *returns = NULL;
    loyalty_check_out *check_out = NULL;
    loyalty_customer_record *record = NULL;
    loyalty_check_out_options options;
    loyalty_check_out_options_init(&options, sizeof options);
    if (loyalty_ledger_basis_load(in_folder(folder, "ledger_basis.json"), &basis, NULL)
        || loyalty_behaviours_load(in_folder(folder, "behaviours.json"), &behaviours, NULL)
        || loyalty_return_propensity_load(in_folder(folder, "return_propensity.json"), &returns, NULL)
        || loyalty_customer_record_new(&record, NULL)) {
        return 1;
    }
    options.purchases = models->purchases;
    options.spend = models->spend;
    options.basis = basis;
    options.behaviours = behaviours;
    options.customary_treatments = true;
    options.margin = &margin;
    if (loyalty_check_out_new(&options, &check_out, NULL)) {
        return 1;
    }
    size_t calls = 0;
    double sum = 0, lines = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t customer = 0; customer < customers; customer++, calls++) {
            loyalty_customer_score score;
            loyalty_behaviour_score labels[8];
            double back[BASKET];
            const double start = now();
            if (loyalty_customer_record_read(record, records[customer].bytes,
                                             records[customer].length, NULL)) {
                return 1;
            }
            loyalty_lines *basket = basket_of_today(returns);
            const double ready = now();
            loyalty_customer_score_init(&score, sizeof score);
            if (loyalty_check_out_score(check_out, record, NULL, 20453, LOYALTY_TIME_SCALE_DAYS,
                                        returns, basket, &score, labels, loyalty_behaviour_count(),
                                        back, BASKET, NULL)) {
                return 1;
            }
            const double end = now();
            loyalty_lines_free(basket);
            alone[calls] = end - ready;
            whole[calls] = end - start;
            sum += score.clv + back[0];
            lines += (double)loyalty_customer_record_len(record);
        }
    }
    qsort(alone, calls, sizeof *alone, by_size);
    qsort(whole, calls, sizeof *whole, by_size);
    printf("%-20s %8.1f ns   (median of %zu calls; %.0f lines a customer)\n", "check-out", alone[calls / 2],
           calls, lines / (double)calls);
    printf("%-20s %8.1f ns   (with record and basket; checksum %.6g)\n", "", whole[calls / 2], sum);
    loyalty_check_out_free(check_out);
    loyalty_customer_record_free(record);
    loyalty_return_propensity_free(returns);
    loyalty_behaviours_free(behaviours);
    loyalty_ledger_basis_free(basis);
    for (size_t customer = 0; customer < customers; customer++) {
        free(records[customer].bytes);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const double bg_nbd[] = {0.243, 4.414, 0.793, 2.426}, gamma_gamma[] = {6.25, 3.74, 15.44};
    struct models models = {NULL, NULL};
    if (loyalty_purchase_model_new(LOYALTY_PURCHASE_KIND_BG_NBD, bg_nbd, 4, LOYALTY_UNIT_WEEK,
                                   &models.purchases, NULL)
        || loyalty_spend_model_new(LOYALTY_SPEND_KIND_GAMMA_GAMMA, gamma_gamma, 3, &models.spend,
                                   NULL)) {
        return 1;
    }
    measure("p_alive", p_alive, &models);
    measure("expected_purchases", expected_purchases, &models);
    measure("expected_spend", expected_spend, &models);
    const int failed = argc > 1 ? measure_check_outs(argv[1], &models) : 0;
    loyalty_spend_model_free(models.spend);
    loyalty_purchase_model_free(models.purchases);
    return failed;
}
