/* The state of a return propensity: copied and published to readers, told again, asked what it has learnt. */

/* Locks for readers and writers are POSIX's, not C11's, and those that prefer writers are GNU's. */
#define _GNU_SOURCE

#include "check.h"

#include <pthread.h>
#include <stdatomic.h>

enum { LINES = 3, READERS = 3, DAYS = 12 };

static const int64_t CUSTOMERS[LINES] = {3, 3, 99};
static const int64_t PRODUCTS[LINES] = {5, 6, 7};
static const double PRICES[LINES] = {19.5, 7.25, 19.5};

/* Two orders of a day, under ids of the day's own. */
static loyalty_lines *lines_for(int64_t day, double first_price, loyalty_error **mine)
{
    const int64_t time[LINES] = {day, day, day};
    const int64_t orders[LINES] = {10 * day, 10 * day, 10 * day + 1};
    const int64_t ids[LINES] = {10 * day, 10 * day + 1, 10 * day + 2};
    const double prices[LINES] = {first_price, PRICES[1], PRICES[2]};
    loyalty_line_columns columns;
    loyalty_line_columns_init(&columns, sizeof columns);
    columns.rows = LINES;
    columns.customer.numbers = CUSTOMERS;
    columns.product.numbers = PRODUCTS;
    columns.order.numbers = orders;
    columns.line.numbers = ids;
    columns.time = time;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.price = prices;
    loyalty_lines *lines = NULL;
    return loyalty_lines_new(&columns, &lines, mine) == LOYALTY_STATUS_OK ? lines : NULL;
}

static loyalty_lines *lines_of_day(int64_t day, double first_price)
{
    loyalty_lines *lines = lines_for(day, first_price, &error);
    CHECK(lines != NULL);
    return lines;
}

static loyalty_return_propensity *golden_model(const char *root)
{
    loyalty_return_propensity *model = NULL;
    OK(loyalty_return_propensity_load(in_workspace(root, "golden/return_propensity.json"), &model, &error));
    return model;
}

/* Whether two models would be written alike. */
static bool same_state(const loyalty_return_propensity *a, const loyalty_return_propensity *b,
                       const char *folder)
{
    static char texts[2][1 << 18];
    size_t lengths[2] = {0, 0};
    const loyalty_return_propensity *models[2] = {a, b};
    for (int i = 0; i < 2; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/state_%d.json", folder, i);
        OK(loyalty_return_propensity_save(models[i], path, &error));
        FILE *file = fopen(path, "rb");
        CHECK(file != NULL);
        if (file == NULL)
            return false;
        lengths[i] = fread(texts[i], 1, sizeof texts[i], file);
        fclose(file);
    }
    return lengths[0] > 0 && lengths[0] == lengths[1] && memcmp(texts[0], texts[1], lengths[0]) == 0;
}

/* What readers share: the model that is current, and a lock held exclusively for the exchange alone. */
struct shop {
    pthread_rwlock_t lock;
    loyalty_return_propensity *current;
    atomic_bool done;
};

struct reader {
    struct shop *shop;
    const double *expected;
    int32_t first_day;
    size_t seen[DAYS + 1];
    bool good;
};

/* Scores the lines of a day, as the model that is current stands, and checks that it stands on some morning. */
static void *read_on(void *argument)
{
    struct reader *reader = argument;
    loyalty_error *mine = NULL;
    reader->good = true;
    bool last = false;
    while (!last) {
        last = atomic_load(&reader->shop->done);
        double scores[LINES] = {0, 0, 0};
        pthread_rwlock_rdlock(&reader->shop->lock);
        const loyalty_return_propensity *model = reader->shop->current;
        const int32_t day = loyalty_return_propensity_today(model);
        loyalty_lines *lines = lines_for(day, PRICES[0], &mine);
        const loyalty_status scored =
            loyalty_return_propensity_score(model, lines, 1, scores, LINES, &mine);
        pthread_rwlock_unlock(&reader->shop->lock);
        loyalty_lines_free(lines);
        const int32_t morning = day - reader->first_day;
        reader->good = reader->good && scored == LOYALTY_STATUS_OK && morning >= 0 && morning <= DAYS &&
                       same_column(scores, reader->expected + morning * LINES, LINES);
        if (morning >= 0 && morning <= DAYS)
            reader->seen[morning]++;
    }
    loyalty_error_free(mine);
    return NULL;
}

/* A day's orders, two returns of the day before, and midnight. */
static void live_a_day(loyalty_return_propensity *model, int32_t day)
{
    double scores[LINES];
    loyalty_lines *lines = lines_of_day(day, PRICES[0]);
    OK(loyalty_return_propensity_update(model, lines, scores, LINES, &error));
    loyalty_lines_free(lines);
    const int64_t back[2] = {10 * (int64_t)day, 10 * (int64_t)day + 2}, when[2] = {day, day};
    const loyalty_ids ids = {.numbers = back};
    size_t counted = 0, unknown = 0;
    OK(loyalty_return_propensity_update_returns(model, ids, when, LOYALTY_TIME_SCALE_DAYS, 2,
                                                &counted, &unknown, &error));
    CHECK(counted == 2 && unknown == 0);
    OK(loyalty_return_propensity_advance(model, day + 1, &error));
}

/* Copies the model, updates the copy and puts it in the place of the old one. */
static void publish_a_day(struct shop *shop)
{
    loyalty_return_propensity *next = NULL;
    /* The writer is alone in replacing it, so it may read without the lock. */
    OK(loyalty_return_propensity_copy(shop->current, &next, &error));
    live_a_day(next, loyalty_return_propensity_today(next));
    pthread_rwlock_wrlock(&shop->lock);
    loyalty_return_propensity *old = shop->current;
    shop->current = next;
    pthread_rwlock_unlock(&shop->lock);
    loyalty_return_propensity_free(old);
}

static void readers_go_on_while_a_writer_updates(const char *root)
{
    loyalty_return_propensity *model = golden_model(root), *alone = NULL;
    const int32_t first_day = loyalty_return_propensity_today(model);
    double expected[(DAYS + 1) * LINES];
    OK(loyalty_return_propensity_copy(model, &alone, &error));
    for (int day = 0; day <= DAYS; day++) {
        loyalty_lines *lines = lines_of_day(first_day + day, PRICES[0]);
        OK(loyalty_return_propensity_score(alone, lines, 1, expected + day * LINES, LINES, &error));
        loyalty_lines_free(lines);
        live_a_day(alone, first_day + day);
    }
    loyalty_return_propensity_free(alone);
    CHECK(loyalty_return_propensity_today(model) == first_day);
    CHECK(!same_column(expected, expected + DAYS * LINES, LINES));

    struct shop shop = {.current = model, .done = false};
    /* By default readers that come one after another may keep a writer waiting for ever. */
    pthread_rwlockattr_t fair;
    CHECK(pthread_rwlockattr_init(&fair) == 0);
    CHECK(pthread_rwlockattr_setkind_np(&fair, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) == 0);
    CHECK(pthread_rwlock_init(&shop.lock, &fair) == 0);
    CHECK(pthread_rwlockattr_destroy(&fair) == 0);
    pthread_t threads[READERS];
    struct reader readers[READERS];
    for (int i = 0; i < READERS; i++) {
        readers[i] = (struct reader){.shop = &shop, .expected = expected, .first_day = first_day};
        CHECK(pthread_create(&threads[i], NULL, read_on, &readers[i]) == 0);
    }
    for (int day = 0; day < DAYS; day++)
        publish_a_day(&shop);
    atomic_store(&shop.done, true);
    for (int i = 0; i < READERS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        CHECK(readers[i].good && readers[i].seen[DAYS] > 0);
    }
    loyalty_return_propensity_free(shop.current);
    CHECK(pthread_rwlock_destroy(&shop.lock) == 0);
}

static void a_log_told_again_changes_nothing(const char *root, const char *folder)
{
    loyalty_return_propensity *model = golden_model(root), *saved = NULL;
    const int32_t day = loyalty_return_propensity_today(model);
    live_a_day(model, day);
    double once[LINES], again[LINES];
    bool told[LINES] = {true, true, true};
    loyalty_lines *lines = lines_of_day(day + 1, PRICES[0]);
    OK(loyalty_return_propensity_told_before(model, lines, told, LINES, &error));
    CHECK(!told[0] && !told[1] && !told[2]);
    OK(loyalty_return_propensity_update(model, lines, once, LINES, &error));
    OK(loyalty_return_propensity_copy(model, &saved, &error));

    /* After a crash: the day before, its returns, and today. */
    loyalty_lines *yesterday = lines_of_day(day, PRICES[0]);
    OK(loyalty_return_propensity_told_before(saved, yesterday, told, LINES, &error));
    CHECK(told[0] && told[1] && told[2]);
    OK(loyalty_return_propensity_update(saved, yesterday, again, LINES, &error));
    const int64_t back[2] = {10 * (int64_t)day, 10 * (int64_t)day + 2}, when[2] = {day, day};
    const loyalty_ids ids = {.numbers = back};
    size_t counted = 7, unknown = 7;
    OK(loyalty_return_propensity_update_returns(saved, ids, when, LOYALTY_TIME_SCALE_DAYS, 2,
                                                &counted, &unknown, &error));
    CHECK(counted == 0 && unknown == 0);
    OK(loyalty_return_propensity_advance(saved, day + 1, &error));
    OK(loyalty_return_propensity_update(saved, lines, again, LINES, &error));
    CHECK(same_column(once, again, LINES));
    CHECK(same_state(model, saved, folder));

    /* The same orders with another price. */
    loyalty_lines *other = lines_of_day(day + 1, PRICES[0] + 1);
    FAILS(loyalty_return_propensity_update(saved, other, again, LINES, &error), VALUE,
          "column \"order\", row 0: must be one not told before, or the lines told before, got "
          "others (and 1 more row)");
    FAILS(loyalty_return_propensity_told_before(saved, other, told, LINES, &error), VALUE,
          "column \"order\", row 0: must be one not told before, or the lines told before, got "
          "others (and 1 more row)");
    FAILS(loyalty_return_propensity_told_before(saved, lines, told, 2, &error), LENGTH,
          "column \"out\" has 2 rows, but 3 are expected");

    /* A return from before its order. */
    const int64_t before[2] = {day, day - 1};
    CHECK(loyalty_return_propensity_update_returns(saved, ids, before, LOYALTY_TIME_SCALE_DAYS, 2,
                                                   &counted, &unknown, &error) ==
          LOYALTY_STATUS_REFUSED);
    CHECK(same_state(model, saved, folder));
    loyalty_lines_free(lines);
    loyalty_lines_free(yesterday);
    loyalty_lines_free(other);
    loyalty_return_propensity_free(model);
    loyalty_return_propensity_free(saved);
}

static double fact_of(const loyalty_return_propensity *model, int32_t fact)
{
    double value = -1;
    OK(loyalty_return_propensity_fact(model, fact, &value, &error));
    return value;
}

static void a_model_says_what_it_has_learnt(const char *root)
{
    loyalty_return_propensity *model = golden_model(root);
    CHECK(loyalty_return_propensity_column_count(model) == 2);
    int32_t role = -1, cells = -1;
    char name[64];
    size_t full_length = 0;
    for (int32_t column = 0; column < 2; column++) {
        OK(loyalty_return_propensity_column(model, (size_t)column, &role, &cells, name, sizeof name,
                                            &full_length, &error));
        CHECK(role == (column == 0 ? LOYALTY_LEARNT_ROLE_CUSTOMER : LOYALTY_LEARNT_ROLE_PRODUCT));
        CHECK(cells == LOYALTY_LEARNT_CELLS_WHOLE_NUMBERS && full_length == strlen(name));
    }
    FAILS(loyalty_return_propensity_column(model, 2, &role, &cells, NULL, 0, NULL, &error), PARAMETER,
          "column must be below the number of columns, got 2");

    CHECK(fact_of(model, LOYALTY_RETURN_FACT_SETTLED) > fact_of(model, LOYALTY_RETURN_FACT_RETURNED));
    CHECK(fact_of(model, LOYALTY_RETURN_FACT_LOG_LOSS) > 0);
    CHECK(fact_of(model, LOYALTY_RETURN_FACT_LEVEL) == fact_of(model, LOYALTY_RETURN_FACT_LEVEL));
    double value = 7;
    FAILS(loyalty_return_propensity_fact(model, LOYALTY_RETURN_FACT_HALF_LIFE_DAYS, &value, &error),
          UNAVAILABLE, "the return propensity has no half-life");
    FAILS(loyalty_return_propensity_fact(model, 99, &value, &error), CHOICE,
          "fact must be a code of loyalty_return_fact, got \"99\"");
    CHECK(value == 7);

    const size_t days = (size_t)fact_of(model, LOYALTY_RETURN_FACT_HORIZON_DAYS);
    double *lag = room(days + 1, sizeof *lag);
    OK(loyalty_return_propensity_lag(model, lag, days + 1, &error));
    CHECK(lag[days] == 1 && lag[0] <= lag[1]);
    CHECK(loyalty_return_propensity_lag(model, lag, days, &error) == LOYALTY_STATUS_LENGTH);
    free(lag);

    double mean = 0, strength = 0;
    size_t keys = 0;
    OK(loyalty_return_propensity_history(model, 0, &mean, &strength, &keys, name, sizeof name, NULL,
                                         &error));
    CHECK(strcmp(name, "customer") == 0 && mean > 0 && mean < 1 && strength > 0 && keys > 1);
    OK(loyalty_return_propensity_history(model, 1, NULL, NULL, NULL, name, sizeof name, NULL, &error));
    CHECK(strcmp(name, "product") == 0);
    const size_t histories = loyalty_return_propensity_history_count(model);
    CHECK(histories >= 2);
    CHECK(loyalty_return_propensity_history(model, histories, &mean, &strength, &keys, name,
                                            sizeof name, NULL, &error) == LOYALTY_STATUS_PARAMETER);
    loyalty_return_propensity_free(model);
}

static void customers_and_products_have_a_propensity(const char *root)
{
    loyalty_return_propensity *model = golden_model(root);
    const int64_t ids[2] = {3, 987654321};
    const loyalty_ids customers = {.numbers = ids};
    double estimate[2], lower[2], upper[2], exposure[2], returns[2], alone[2];
    OK(loyalty_return_propensity_customers(model, customers, 2, 0.9, estimate, lower, upper, exposure,
                                           returns, &error));
    for (int i = 0; i < 2; i++)
        CHECK(0 < lower[i] && lower[i] < estimate[i] && estimate[i] < upper[i] && upper[i] < 1);
    CHECK(exposure[0] > 0 && exposure[1] == 0 && returns[1] == 0);
    OK(loyalty_return_propensity_customers(model, customers, 2, 0.9, alone, NULL, NULL, NULL, NULL, &error));
    CHECK(same_column(estimate, alone, 2));
    OK(loyalty_return_propensity_products(model, customers, 2, 0.9, estimate, NULL, NULL, exposure, NULL,
                                          &error));
    CHECK(exposure[0] > 0 && exposure[1] == 0);
    FAILS(loyalty_return_propensity_customers(model, customers, 2, 1.5, estimate, NULL, NULL, NULL, NULL,
                                              &error),
          PARAMETER, "level must be above 0 and below 1, got 1.5");
    FAILS(loyalty_return_propensity_customers(model, customers, 2, 0.9, NULL, lower, NULL, NULL, NULL,
                                              &error),
          NULL_ARGUMENT, "estimate must not be NULL");
    const int64_t offsets[2] = {0, 1};
    const loyalty_ids text = {.offsets = offsets, .data = "3"};
    CHECK(loyalty_return_propensity_customers(model, text, 1, 0.9, estimate, NULL, NULL, NULL, NULL,
                                              &error) == LOYALTY_STATUS_TYPE);

    loyalty_lines *lines = lines_of_day(loyalty_return_propensity_today(model), PRICES[0]);
    bool new_customer[LINES], new_product[LINES];
    OK(loyalty_return_propensity_is_new(model, lines, 1, new_customer, new_product, LINES, &error));
    CHECK(!new_customer[0] && !new_customer[1] && !new_product[0]);
    CHECK(loyalty_return_propensity_is_new(model, lines, 1, NULL, new_product, 2, &error) ==
          LOYALTY_STATUS_LENGTH);
    loyalty_lines_free(lines);
    loyalty_return_propensity_free(model);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: return_state ROOT FOLDER\n");
        return 1;
    }
    readers_go_on_while_a_writer_updates(argv[1]);
    a_log_told_again_changes_nothing(argv[1], argv[2]);
    a_model_says_what_it_has_learnt(argv[1]);
    customers_and_products_have_a_propensity(argv[1]);
    return finish("return_state");
}
