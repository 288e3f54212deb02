/* Memory that runs out is a status: at every limit of the address space a load and a batch end with success or with
 * OUT_OF_MEMORY, and never the process. */

#define _DEFAULT_SOURCE

#include "check.h"

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CUSTOMERS = 1000000, LINES = 40000, DRAWS = 4 };

static const size_t MEBIBYTE = (size_t)1 << 20;

/* What the calls work on, made before memory is short. */
static double *x, *t_x, *age;
static loyalty_purchase_model *purchases;
static loyalty_summary *customers;
static uint32_t *counts;
static loyalty_bytes *returns;

static loyalty_status load_returns(void)
{
    loyalty_return_propensity *model = NULL;
    loyalty_status status = loyalty_return_propensity_from_bytes(
        loyalty_bytes_data(returns), loyalty_bytes_length(returns), &model, &error);
    loyalty_return_propensity_free(model);
    return status;
}

static loyalty_status read_summary(void)
{
    loyalty_summary_columns columns;
    loyalty_summary_columns_init(&columns, sizeof columns);
    columns.rows = CUSTOMERS;
    columns.frequency = x;
    columns.recency = t_x;
    columns.T = age;
    loyalty_summary *read = NULL;
    loyalty_status status = loyalty_summary_new(&columns, &read, &error);
    loyalty_summary_free(read);
    return status;
}

static loyalty_status draw_futures(void)
{
    return loyalty_purchase_model_simulate_future(purchases, customers, 39, DRAWS, 7, 1, counts, NULL,
                                                  NULL, (size_t)DRAWS * CUSTOMERS, &error);
}

/* The address space in use, in bytes. */
static size_t in_use(void)
{
    unsigned long pages = 0;
    FILE *opened = fopen("/proc/self/statm", "r");
    CHECK(opened != NULL && fscanf(opened, "%lu", &pages) == 1);
    fclose(opened);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Leaves so much of the address space, and gives the limit that was. */
static struct rlimit leave(size_t bytes)
{
    struct rlimit before, limit;
    CHECK(getrlimit(RLIMIT_AS, &before) == 0);
    limit = before;
    limit.rlim_cur = in_use() + bytes;
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    return before;
}

/* The status of a call in a process of its own with so much left; -1 where that process was ended. */
static int status_with(loyalty_status (*call)(void), size_t left)
{
    int ended = 0;
    pid_t child = fork();
    if (child == 0) {
        leave(left);
        _exit((int)call());
    }
    CHECK(child > 0 && waitpid(child, &ended, 0) == child);
    return WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
}

/* From nothing left to plenty: first there is not enough, then there is, and nothing else in between. */
static void no_limit_ends_the_process(loyalty_status (*call)(void))
{
    size_t left = 0;
    int status = LOYALTY_STATUS_OUT_OF_MEMORY;
    for (; status == LOYALTY_STATUS_OUT_OF_MEMORY && left < 1024 * MEBIBYTE; left += MEBIBYTE) {
        status = status_with(call, left);
    }
    CHECK(status == LOYALTY_STATUS_OK && left > 2 * MEBIBYTE);
    for (size_t more = 0; more < 16 * MEBIBYTE; more += MEBIBYTE) {
        CHECK(status_with(call, left + more) == LOYALTY_STATUS_OK);
    }
}

/* The message says what was asked for; and once there is enough, the same call succeeds. */
static void a_call_succeeds_once_there_is_enough(loyalty_status (*call)(void), const char *what)
{
    char message[256], expected[256];
    /* What earlier calls gave back may still be held by the allocator, which would take from it. */
    malloc_trim(0);
    struct rlimit before = leave(2 * MEBIBYTE);
    loyalty_status status = call();
    CHECK(setrlimit(RLIMIT_AS, &before) == 0);
    loyalty_error_message(error, message, sizeof message);
    snprintf(expected, sizeof expected, "not enough memory: %s may take ", what);
    CHECK(status == LOYALTY_STATUS_OUT_OF_MEMORY);
    CHECK(loyalty_error_status(error) == LOYALTY_STATUS_OUT_OF_MEMORY);
    CHECK(strncmp(message, expected, strlen(expected)) == 0);
    OK(call());
}

/* A return model that has learnt many keys, from that of golden/ and strangers who bought on one day. */
static void learn_returns(const char *root)
{
    loyalty_return_propensity *model = NULL;
    loyalty_lines *lines = NULL;
    OK(loyalty_return_propensity_load(in_workspace(root, "golden/return_propensity.json"), &model, &error));
    int64_t *ids = room(LINES, sizeof *ids), *days = room(LINES, sizeof *days);
    double *prices = room(LINES, sizeof *prices), *scores = room(LINES, sizeof *scores);
    for (size_t row = 0; row < LINES; row++) {
        ids[row] = 1000000 + (int64_t)row;
        days[row] = loyalty_return_propensity_today(model);
        prices[row] = 19.5;
    }
    loyalty_line_columns columns;
    loyalty_line_columns_init(&columns, sizeof columns);
    columns.rows = LINES;
    columns.customer.numbers = columns.product.numbers = columns.order.numbers = ids;
    columns.time = days;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.price = prices;
    OK(loyalty_lines_new(&columns, &lines, &error));
    OK(loyalty_return_propensity_update(model, lines, scores, LINES, &error));
    OK(loyalty_return_propensity_to_bytes(model, &returns, &error));
    loyalty_lines_free(lines);
    loyalty_return_propensity_free(model);
    free(ids), free(days), free(prices), free(scores);
}

static void make_customers(const char *root)
{
    OK(loyalty_purchase_model_load(in_workspace(root, "golden/bg_nbd.json"), &purchases, &error));
    x = room(CUSTOMERS, sizeof *x), t_x = room(CUSTOMERS, sizeof *t_x);
    age = room(CUSTOMERS, sizeof *age), counts = room((size_t)DRAWS * CUSTOMERS, sizeof *counts);
    for (size_t row = 0; row < CUSTOMERS; row++) {
        x[row] = (double)(row % 3);
        t_x[row] = row % 3 ? 1 + (double)(row % 30) : 0;
        age[row] = 39;
    }
    loyalty_summary_columns columns;
    loyalty_summary_columns_init(&columns, sizeof columns);
    columns.rows = CUSTOMERS;
    columns.frequency = x, columns.recency = t_x, columns.T = age;
    OK(loyalty_summary_new(&columns, &customers, &error));
}

/* Sanitizers and valgrind need an address space without a limit. */
static bool is_watched(void)
{
    const char *preloaded = getenv("LD_PRELOAD");
#if defined(__SANITIZE_ADDRESS__)
    return true;
#endif
    return preloaded != NULL && strstr(preloaded, "vgpreload") != NULL;
}

int main(int argc, char **argv)
{
    (void)argc;
    if (is_watched()) {
        printf("memory: not limited under a sanitizer or valgrind\n");
        return 0;
    }
    /* Else each thread reserves 64 MiB of the address space, which such a limit counts. */
    CHECK(mallopt(M_ARENA_MAX, 1) == 1);
    learn_returns(argv[1]);
    make_customers(argv[1]);

    no_limit_ends_the_process(load_returns);
    no_limit_ends_the_process(read_summary);
    no_limit_ends_the_process(draw_futures);
    a_call_succeeds_once_there_is_enough(load_returns, "a model in JSON");
    a_call_succeeds_once_there_is_enough(read_summary, "a summary of customers");
    a_call_succeeds_once_there_is_enough(draw_futures, "futures of customers");

    loyalty_bytes_free(returns);
    loyalty_summary_free(customers);
    loyalty_purchase_model_free(purchases);
    free(x), free(t_x), free(age), free(counts);
    return finish("memory");
}
