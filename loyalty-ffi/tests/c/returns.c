/* Return propensity: load, score, update, save; and how long one line takes in a check-out. */

#include "check.h"

#include <math.h>
#include <time.h>

enum { LINES = 3 };

/* Two orders of one day, for the model of golden/return_propensity.json, which a test in Rust writes. */
static const int64_t CUSTOMERS[LINES] = {3, 3, 99};
static const int64_t PRODUCTS[LINES] = {5, 6, 7};
static const int64_t ORDERS[LINES] = {900, 900, 901};
static const int64_t IDS[LINES] = {9001, 9002, 9003};
static const double PRICES[LINES] = {19.5, 7.25, 19.5};

static loyalty_line_columns columns_of_day(const int64_t *time)
{
    loyalty_line_columns columns;
    loyalty_line_columns_init(&columns, sizeof columns);
    columns.rows = LINES;
    columns.customer.numbers = CUSTOMERS;
    columns.product.numbers = PRODUCTS;
    columns.order.numbers = ORDERS;
    columns.time = time;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.price = PRICES;
    return columns;
}

static loyalty_lines *lines_of_day(int64_t day)
{
    const int64_t time[LINES] = {day, day, day};
    loyalty_line_columns columns = columns_of_day(time);
    columns.line.numbers = IDS;
    loyalty_lines *lines = NULL;
    OK(loyalty_lines_new(&columns, &lines, &error));
    CHECK(loyalty_lines_len(lines) == LINES);
    return lines;
}

static double microseconds_per_line(const loyalty_return_propensity *model)
{
    enum { TIMES = 20000 };
    const int64_t today = loyalty_return_propensity_today(model);
    double probability = 0;
    const clock_t start = clock();
    for (int i = 0; i < TIMES; i++) {
        loyalty_line_columns columns;
        loyalty_line_columns_init(&columns, sizeof columns);
        columns.rows = 1;
        columns.customer.numbers = CUSTOMERS;
        columns.product.numbers = PRODUCTS;
        columns.time = &today;
        columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
        columns.price = PRICES;
        loyalty_lines *lines = NULL;
        OK(loyalty_lines_new(&columns, &lines, &error));
        OK(loyalty_return_propensity_score(model, lines, 1, &probability, 1, &error));
        loyalty_lines_free(lines);
    }
    return (double)(clock() - start) / CLOCKS_PER_SEC * 1e6 / TIMES;
}

static void load_score_update_save(const char *root, const char *folder)
{
    char path[4096], copy[4096];
    snprintf(path, sizeof path, "%s/golden/return_propensity.json", root);
    snprintf(copy, sizeof copy, "%s/return_propensity.json", folder);
    loyalty_return_propensity *model = NULL, *other = NULL;
    OK(loyalty_return_propensity_load(path, &model, &error));
    const int32_t today = loyalty_return_propensity_today(model);

    double scores[LINES], updated[LINES], again[LINES];
    loyalty_lines *lines = lines_of_day(today);
    OK(loyalty_return_propensity_score(model, lines, 1, scores, LINES, &error));
    for (int i = 0; i < LINES; i++)
        CHECK(scores[i] > 0 && scores[i] < 1);
    OK(loyalty_return_propensity_score(model, lines, 0, again, LINES, &error));
    CHECK(same_column(scores, again, LINES));
    /* What was paid for the line says the same as the price of a piece. */
    const int64_t time[LINES] = {today, today, today};
    loyalty_line_columns by_amount = columns_of_day(time);
    by_amount.line.numbers = IDS;
    by_amount.price = NULL;
    by_amount.amount = PRICES;
    loyalty_lines *paid = NULL;
    OK(loyalty_lines_new(&by_amount, &paid, &error));
    OK(loyalty_return_propensity_score(model, paid, 1, again, LINES, &error));
    CHECK(same_column(scores, again, LINES));
    loyalty_lines_free(paid);
    by_amount.amount = NULL;
    FAILS(loyalty_lines_new(&by_amount, &paid, &error), MISSING_COLUMN,
          "a table of order lines needs the column \"amount or price\", which is missing");
    const size_t open = loyalty_return_propensity_open_lines(model);
    OK(loyalty_return_propensity_update(model, lines, updated, LINES, &error));
    CHECK(same_column(scores, updated, LINES));
    CHECK(loyalty_return_propensity_open_lines(model) == open + LINES);
    /* Told twice, they are known. */
    OK(loyalty_return_propensity_update(model, lines, again, LINES, &error));
    CHECK(same_column(scores, again, LINES));
    CHECK(loyalty_return_propensity_open_lines(model) == open + LINES);
    loyalty_lines_free(lines);

    const int64_t back[2] = {9001, 4711}, when[2] = {today, today};
    const loyalty_ids ids = {.numbers = back};
    size_t counted = 0, unknown = 0;
    OK(loyalty_return_propensity_update_returns(model, ids, when, LOYALTY_TIME_SCALE_DAYS, 2,
                                                &counted, &unknown, &error));
    CHECK(counted == 1 && unknown == 1);
    OK(loyalty_return_propensity_save(model, copy, &error));
    OK(loyalty_return_propensity_load(copy, &other, &error));
    OK(loyalty_return_propensity_advance(model, today + 1, &error));
    OK(loyalty_return_propensity_advance(other, today + 1, &error));
    CHECK(loyalty_return_propensity_today(other) == today + 1);

    /* A return makes the same customer's next line more likely to come back. */
    lines = lines_of_day(today + 1);
    OK(loyalty_return_propensity_score(model, lines, 1, updated, LINES, &error));
    OK(loyalty_return_propensity_score(other, lines, 1, again, LINES, &error));
    CHECK(same_column(updated, again, LINES));
    CHECK(updated[0] > scores[0]);
    FAILS(loyalty_return_propensity_score(model, lines, 1, again, 2, &error), LENGTH,
          "column \"out\" has 2 rows, but 3 are expected");
    loyalty_lines_free(lines);
    printf("one line, its table included: %.2f microseconds\n", microseconds_per_line(model));
    loyalty_return_propensity_free(model);
    loyalty_return_propensity_free(other);
}

/* ln(p / (1 - p)) = 2 artanh(2 p - 1), by its series: a test links no mathematics of the platform. */
static double log_odds(double p)
{
    const double u = 2 * p - 1;
    double sum = 0, power = u;
    for (int k = 1; k < 20000; k += 2, power *= u * u)
        sum += power / k;
    return 2 * sum;
}

static void scores_have_reasons_and_intervals(const char *root)
{
    enum { MOST = 32 };
    char path[4096], name[64];
    snprintf(path, sizeof path, "%s/golden/return_propensity.json", root);
    loyalty_return_propensity *model = NULL;
    OK(loyalty_return_propensity_load(path, &model, &error));
    loyalty_lines *lines = lines_of_day(loyalty_return_propensity_today(model));

    double scores[LINES], lower[LINES], upper[LINES], narrow[LINES], wide[LINES];
    OK(loyalty_return_propensity_score(model, lines, 1, scores, LINES, &error));
    OK(loyalty_return_propensity_intervals(model, lines, 0.9, 1, lower, upper, LINES, &error));
    OK(loyalty_return_propensity_intervals(model, lines, 0.5, 0, narrow, wide, LINES, &error));
    for (int i = 0; i < LINES; i++) {
        CHECK(0 < lower[i] && lower[i] < narrow[i] && narrow[i] < scores[i]);
        CHECK(scores[i] < wide[i] && wide[i] < upper[i] && upper[i] < 1);
    }
    FAILS(loyalty_return_propensity_intervals(model, lines, 1.5, 1, lower, upper, LINES, &error),
          PARAMETER, "level must be above 0 and below 1, got 1.5");

    const size_t groups = loyalty_return_propensity_groups(model);
    CHECK(groups > 3 && groups <= MOST);
    double parts[LINES * MOST];
    OK(loyalty_return_propensity_contributions(model, lines, 1, parts, LINES * groups, &error));
    for (size_t i = 0; i < LINES; i++) {
        double sum = loyalty_return_propensity_base(model);
        for (size_t group = 0; group < groups; group++)
            sum += parts[i * groups + group];
        CHECK(fabs(sum - log_odds(scores[i])) < 1e-12);
    }
    size_t full_length = 0;
    OK(loyalty_return_propensity_group_name(model, groups - 1, name, sizeof name, &full_length, &error));
    CHECK(strcmp(name, "level") == 0 && full_length == 5);
    CHECK(loyalty_return_propensity_group_name(model, groups, name, sizeof name, NULL, &error) ==
          LOYALTY_STATUS_PARAMETER);
    CHECK(loyalty_return_propensity_contributions(model, lines, 1, parts, LINES, &error) ==
          LOYALTY_STATUS_LENGTH);
    CHECK(loyalty_return_propensity_groups(NULL) == 0);
    loyalty_lines_free(lines);
    loyalty_return_propensity_free(model);
}

/* Copies a file, with one text that is there replaced by another. */
static void replace_in_file(const char *from, const char *to, const char *found, const char *instead)
{
    static char text[1 << 18];
    FILE *file = fopen(from, "rb");
    CHECK(file != NULL);
    if (file == NULL)
        return;
    const size_t length = fread(text, 1, sizeof text - 1, file);
    text[length] = 0;
    fclose(file);
    const char *at = strstr(text, found);
    CHECK(at != NULL);
    file = fopen(to, "wb");
    CHECK(file != NULL);
    if (at == NULL || file == NULL)
        return;
    fwrite(text, 1, (size_t)(at - text), file);
    fputs(instead, file);
    fputs(at + strlen(found), file);
    fclose(file);
}

/* The golden model, as if it had learnt from two categories and two numbers. */
static void columns_are_known_by_name(const char *root, const char *folder)
{
    char golden[4096], path[4096];
    snprintf(golden, sizeof golden, "%s/golden/return_propensity.json", root);
    snprintf(path, sizeof path, "%s/return_columns.json", folder);
    replace_in_file(golden, path, "\"categories\":[]",
                    "\"categories\":[{\"name\":\"size\",\"text\":false},{\"name\":\"color\",\"text\":false}]");
    replace_in_file(path, path, "\"numbers\":[]", "\"numbers\":[\"age\",\"months\"]");
    replace_in_file(path, path, "\"features\":[",
                    "\"features\":[{\"feature\":{\"number\":\"age\"},\"low\":0,\"high\":99,\"mean\":40,"
                    "\"terms\":[{\"mean\":40,\"weight\":0.03}]},");
    loyalty_return_propensity *model = NULL;
    OK(loyalty_return_propensity_load(path, &model, &error));
    const int64_t today = loyalty_return_propensity_today(model);
    const int64_t time[LINES] = {today, today, today};
    static const int64_t SIZES[LINES] = {36, 38, 40}, COLORS[LINES] = {1, 2, 2};
    static const double AGES[LINES] = {20, 20, 65}, MONTHS[LINES] = {3, 3, 70};
    const loyalty_ids size = {.numbers = SIZES}, color = {.numbers = COLORS};

    const loyalty_ids categories[3] = {size, color, color}, swapped_categories[2] = {color, size};
    const double *const numbers[2] = {AGES, MONTHS}, *const swapped_numbers[2] = {MONTHS, AGES};
    const char *const category_names[3] = {"size", "color", "brand"};
    const char *const swapped_category_names[2] = {"color", "size"};
    const char *const number_names[2] = {"age", "months"};
    const char *const swapped_number_names[2] = {"months", "age"};
    double scores[LINES], again[LINES];

    loyalty_line_columns columns = columns_of_day(time);
    columns.categories = categories;
    columns.category_names = category_names;
    columns.category_count = 2;
    columns.numbers = numbers;
    columns.number_names = number_names;
    columns.number_count = 2;
    loyalty_lines *lines = NULL;
    OK(loyalty_lines_new(&columns, &lines, &error));
    OK(loyalty_return_propensity_score(model, lines, 1, scores, LINES, &error));
    loyalty_lines_free(lines);

    columns.categories = swapped_categories;
    columns.category_names = swapped_category_names;
    columns.numbers = swapped_numbers;
    columns.number_names = swapped_number_names;
    OK(loyalty_lines_new(&columns, &lines, &error));
    OK(loyalty_return_propensity_score(model, lines, 1, again, LINES, &error));
    CHECK(same_column(scores, again, LINES));
    loyalty_lines_free(lines);

    columns.number_names = number_names;
    OK(loyalty_lines_new(&columns, &lines, &error));
    OK(loyalty_return_propensity_score(model, lines, 1, again, LINES, &error));
    CHECK(!same_column(scores, again, LINES));
    loyalty_lines_free(lines);

    columns.number_count = 1;
    OK(loyalty_lines_new(&columns, &lines, &error));
    FAILS(loyalty_return_propensity_score(model, lines, 1, again, LINES, &error), MISSING_COLUMN,
          "the number \"months\" is missing: the model has learnt from it");
    loyalty_lines_free(lines);
    columns.categories = categories;
    columns.category_names = category_names;
    columns.category_count = 3;
    OK(loyalty_lines_new(&columns, &lines, &error));
    FAILS(loyalty_return_propensity_update(model, lines, again, LINES, &error), MISSING_COLUMN,
          "the category \"brand\" is unknown: the model has not learnt from it");
    loyalty_lines_free(lines);

    lines = UNTOUCHED;
    columns.category_names = NULL;
    FAILS(loyalty_lines_new(&columns, &lines, &error), NULL_ARGUMENT, "category_names must not be NULL");
    CHECK(lines == UNTOUCHED);
    loyalty_return_propensity_free(model);
}

static void what_cannot_be_used_is_refused(const char *root)
{
    char path[4096];
    loyalty_return_propensity *model = UNTOUCHED;
    snprintf(path, sizeof path, "%s/golden/bg_nbd.json", root);
    CHECK(loyalty_return_propensity_load(path, &model, &error) == LOYALTY_STATUS_MODEL_FILE);
    CHECK(model == UNTOUCHED);
    loyalty_line_columns columns;
    loyalty_line_columns_init(&columns, sizeof columns);
    loyalty_lines *lines = UNTOUCHED;
    FAILS(loyalty_lines_new(NULL, &lines, &error), NULL_ARGUMENT, "columns must not be NULL");
    FAILS(loyalty_lines_new(&columns, &lines, &error), NULL_ARGUMENT, "customer must not be NULL");
    CHECK(lines == UNTOUCHED);
    FAILS(loyalty_return_propensity_advance(NULL, 3, &error), NULL_ARGUMENT, "model must not be NULL");
    CHECK(loyalty_return_propensity_today(NULL) == 0);
    loyalty_return_propensity_free(NULL);
    loyalty_lines_free(NULL);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: returns ROOT FOLDER\n");
        return 1;
    }
    load_score_update_save(argv[1], argv[2]);
    scores_have_reasons_and_intervals(argv[1]);
    columns_are_known_by_name(argv[1], argv[2]);
    what_cannot_be_used_is_refused(argv[1]);
    loyalty_error_free(error);
    return failures != 0;
}
