/*
 * Scores the customers of an order log: who will come back, how often, and what are they worth?
 *
 *     cdnow ORDERS.csv [MODEL.json]
 *
 * ORDERS.csv has the columns customer_id, date, quantity, amount. CDNOW, the log that the papers on
 * these models use, comes with the Python package: loyalty-py/python/loyalty/data/cdnow.csv.
 * With the library installed, build this with
 *
 *     cc cdnow.c $(pkg-config --cflags --libs loyalty) -o cdnow
 */

#include <loyalty.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How the example deals with failure: it says what is wrong and ends. `error` keeps the reason. */
static loyalty_error *error = NULL;

static void must(loyalty_status status)
{
    if (status != LOYALTY_STATUS_OK) {
        char message[512];
        loyalty_error_message(error, message, sizeof message);
        fprintf(stderr, "cdnow: %s\n", message);
        exit(1);
    }
}

static void *room(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL) {
        fprintf(stderr, "cdnow: out of memory\n");
        exit(1);
    }
    return memory;
}

/* -------- 1. The log, read with plain C: one array for each column. -------- */

enum { MOST_ROWS = 1000000 };

struct log {
    size_t rows;
    int64_t *customer;
    int64_t *day; /* days since 1970-01-01 */
    double *amount;
};

static int64_t days_since_1970(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;
    return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static struct log read_log(const char *path)
{
    struct log log = {0, room(MOST_ROWS, sizeof(int64_t)), room(MOST_ROWS, sizeof(int64_t)),
                      room(MOST_ROWS, sizeof(double))};
    char line[256];
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        perror(path);
        exit(1);
    }
    while (log.rows < MOST_ROWS && fgets(line, sizeof line, file) != NULL) {
        long long customer;
        int year, month, day, quantity;
        double amount;
        if (sscanf(line, "%lld,%d-%d-%d,%d,%lf", &customer, &year, &month, &day, &quantity,
                   &amount) != 6) {
            fprintf(stderr, "cdnow: %s, line %zu: cannot be read\n", path, log.rows + 2);
            exit(1);
        }
        log.customer[log.rows] = customer;
        log.day[log.rows] = days_since_1970(year, month, day);
        log.amount[log.rows] = amount;
        log.rows++;
    }
    fclose(file);
    return log;
}

/* -------- 2. From the log to one row per customer. -------- */

/* The arrays are checked and copied, so they may be freed afterwards. */
static loyalty_orders *check_orders(const struct log *log)
{
    loyalty_order_columns columns;
    loyalty_order_columns_init(&columns, sizeof columns);
    columns.rows = log->rows;
    columns.time = log->day;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.amount = log->amount;

    loyalty_orders *orders = NULL;
    must(loyalty_orders_new_int(log->customer, &columns, &orders, &error));
    return orders;
}

/* Weeks up to 1997-09-30 to learn from, the rest to see how good the predictions were. */
static loyalty_summary *summarize(const loyalty_orders *orders, loyalty_holdout **holdout)
{
    int64_t calibration_end = days_since_1970(1997, 9, 30) * LOYALTY_MICROSECONDS_PER_DAY;
    loyalty_summary_options options;
    loyalty_summary_options_init(&options, sizeof options);
    options.unit = LOYALTY_UNIT_WEEK;

    loyalty_summary *customers = NULL;
    must(loyalty_orders_calibration_holdout(orders, calibration_end, &options, &customers, holdout,
                                            &error));
    return customers;
}

/* -------- 3. Models: when customers buy, and how much they spend. -------- */

/* Kind and parameters by name, so that this prints a model of any kind. */
static void print_purchases(const loyalty_purchase_model *model)
{
    char name[32];
    double value;
    must(loyalty_purchase_kind_name(loyalty_purchase_model_kind(model), name, sizeof name, NULL,
                                    &error));
    printf("%-12s", name);
    for (size_t i = 0; i < loyalty_purchase_model_parameter_count(model); i++) {
        must(loyalty_purchase_model_parameter_name(model, i, name, sizeof name, NULL, &error));
        must(loyalty_purchase_model_parameter_value(model, i, &value, &error));
        printf("  %s %.3f", name, value);
    }
}

/* What the fit says of itself tells whether it stopped short of a maximum. */
static loyalty_purchase_model *fit_purchases(const loyalty_summary *customers)
{
    loyalty_purchase_model *model = NULL;
    loyalty_fit *fit = NULL;
    must(loyalty_purchase_model_fit(LOYALTY_PURCHASE_KIND_BG_NBD, customers, NULL, &fit, &model,
                                    &error));
    print_purchases(model);
    printf("   ln L %.1f%s\n", loyalty_fit_log_likelihood(fit),
           loyalty_fit_stop(fit) == LOYALTY_STOP_CONVERGED ? "" : "  (not converged)");
    loyalty_fit_free(fit);
    return model;
}

/* Without a place for what the fit says of itself, stopping short of a maximum is an error. */
static loyalty_spend_model *fit_spend(const loyalty_summary *customers)
{
    loyalty_spend_model *model = NULL;
    double p, q, v;
    must(loyalty_spend_model_fit(LOYALTY_SPEND_KIND_GAMMA_GAMMA, customers, NULL, NULL, &model,
                                 &error));
    must(loyalty_spend_model_parameter_value(model, 0, &p, &error));
    must(loyalty_spend_model_parameter_value(model, 1, &q, &error));
    must(loyalty_spend_model_parameter_value(model, 2, &v, &error));
    printf("%-12s  p %.3f  q %.3f  v %.3f\n\n", "gamma-gamma", p, q, v);
    return model;
}

/* A model can be kept in a file and scores without the data it was fitted to. */
static loyalty_purchase_model *save_and_load(loyalty_purchase_model *model, const char *path)
{
    loyalty_purchase_model *loaded = NULL;
    must(loyalty_purchase_model_save(model, path, &error));
    must(loyalty_purchase_model_load(path, &loaded, &error));
    loyalty_purchase_model_free(model);
    return loaded;
}

/* -------- 4. Scores, one column after the other. -------- */

struct scores {
    uint32_t *recency, *frequency, *monetary; /* from 1, worst, to 5, best */
    size_t *segment;
    double *p_alive;
    double *expected;  /* purchases in the 39 weeks after the calibration end */
    uint32_t *actual;  /* what they were */
    double *clv;       /* value of the year after the calibration end */
};

static void score_rfm(const loyalty_summary *customers, const loyalty_segment_table *table,
                      struct scores *scores, size_t rows)
{
    loyalty_rfm *rfm = NULL;
    must(loyalty_rfm_of(customers, NULL, &rfm, &error));
    must(loyalty_rfm_scores(rfm, LOYALTY_RFM_AXIS_RECENCY, scores->recency, rows, &error));
    must(loyalty_rfm_scores(rfm, LOYALTY_RFM_AXIS_FREQUENCY, scores->frequency, rows, &error));
    must(loyalty_rfm_scores(rfm, LOYALTY_RFM_AXIS_MONETARY, scores->monetary, rows, &error));
    must(loyalty_segment_table_assign(table, rfm, scores->segment, rows, &error));
    loyalty_rfm_free(rfm);
}

/* A margin of 30 % of the amount, discounted at 10 % a year. */
static void score_value(const loyalty_summary *customers, const loyalty_purchase_model *purchases,
                        const loyalty_spend_model *spend, struct scores *scores, size_t rows)
{
    const size_t all_threads = 0;
    loyalty_discounting *year = NULL;
    must(loyalty_discounting_annual(52, 0.10, LOYALTY_UNIT_WEEK, &year, &error));
    must(loyalty_purchase_model_p_alive_batch(purchases, customers, all_threads, scores->p_alive,
                                              rows, &error));
    must(loyalty_purchase_model_expected_purchases_batch(purchases, customers, 39, all_threads,
                                                         scores->expected, rows, &error));
    must(loyalty_clv(purchases, spend, customers, year, 0.30, all_threads, scores->clv, rows,
                     &error));
    loyalty_discounting_free(year);
}

static struct scores make_scores(size_t rows)
{
    struct scores scores = {
        .recency = room(rows, sizeof(uint32_t)),
        .frequency = room(rows, sizeof(uint32_t)),
        .monetary = room(rows, sizeof(uint32_t)),
        .segment = room(rows, sizeof(size_t)),
        .p_alive = room(rows, sizeof(double)),
        .expected = room(rows, sizeof(double)),
        .actual = room(rows, sizeof(uint32_t)),
        .clv = room(rows, sizeof(double)),
    };
    return scores;
}

static void free_scores(struct scores *scores)
{
    free(scores->recency);
    free(scores->frequency);
    free(scores->monetary);
    free(scores->segment);
    free(scores->p_alive);
    free(scores->expected);
    free(scores->actual);
    free(scores->clv);
}

/* -------- 5. The table. -------- */

static void print_table(const loyalty_summary *customers, const loyalty_segment_table *table,
                        const struct scores *scores, size_t rows)
{
    printf("customer  RFM  segment              P(alive)  expected  actual     CLV\n");
    for (size_t row = 0; row < rows; row++) {
        int64_t customer;
        char segment[32];
        must(loyalty_summary_customer_int(customers, row, &customer, &error));
        must(loyalty_segment_table_name(table, scores->segment[row], segment, sizeof segment, NULL,
                                        &error));
        printf("%8lld  %u%u%u  %-20s %8.3f  %8.2f  %6u  %6.2f\n", (long long)customer,
               (unsigned)scores->recency[row], (unsigned)scores->frequency[row],
               (unsigned)scores->monetary[row], segment, scores->p_alive[row],
               scores->expected[row], (unsigned)scores->actual[row], scores->clv[row]);
    }
    printf("Under the BG/NBD customers leave after a purchase, so who never came back has\n"
           "P(alive) 1; that they are worth little shows in the expected purchases.\n");
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: cdnow ORDERS.csv [MODEL.json]\n");
        return 2;
    }
    struct log log = read_log(argv[1]);
    loyalty_orders *orders = check_orders(&log);
    printf("loyalty %s: %zu orders of %zu customers\n", loyalty_version(),
           loyalty_orders_len(orders), loyalty_orders_customers(orders));

    loyalty_holdout *holdout = NULL;
    loyalty_summary *customers = summarize(orders, &holdout);
    loyalty_purchase_model *purchases = fit_purchases(customers);
    loyalty_spend_model *spend = fit_spend(customers);
    purchases = save_and_load(purchases, argc > 2 ? argv[2] : "cdnow-model.json");

    loyalty_segment_table *table = NULL;
    must(loyalty_segment_table_customary(&table, &error));
    size_t rows = loyalty_summary_len(customers);
    struct scores scores = make_scores(rows);
    score_rfm(customers, table, &scores, rows);
    score_value(customers, purchases, spend, &scores, rows);
    must(loyalty_holdout_frequency(holdout, scores.actual, rows, &error));
    print_table(customers, table, &scores, rows < 12 ? rows : 12);

    /* Whatever the library made is freed with the function of its type. */
    free_scores(&scores);
    loyalty_segment_table_free(table);
    loyalty_spend_model_free(spend);
    loyalty_purchase_model_free(purchases);
    loyalty_holdout_free(holdout);
    loyalty_summary_free(customers);
    loyalty_orders_free(orders);
    loyalty_error_free(error);
    free(log.customer);
    free(log.day);
    free(log.amount);
    return 0;
}
