/* The golden behaviour model labels customers by their ledgers, to the last bit. */

#include "check.h"

#include <math.h>

enum { MOST = 100, BEHAVIOURS = 5, WIDEST = 128, LINE = 8192 };

/* The rows of golden/behaviours.csv; gives their number. */
static size_t read_golden(const char *root, double table[MOST][WIDEST], size_t width)
{
    FILE *file = fopen(in_workspace(root, "golden/behaviours.csv"), "r");
    static char line[LINE];
    size_t rows = 0;
    CHECK(file != NULL);
    if (file == NULL) {
        return 0;
    }
    CHECK(fgets(line, sizeof line, file) != NULL);
    while (rows < MOST && fgets(line, sizeof line, file) != NULL) {
        char *at = line;
        for (size_t cell = 0; cell < width; cell++) {
            char *end;
            table[rows][cell] = strtod(at, &end);
            CHECK(end != at);
            at = end + 1;
        }
        rows++;
    }
    fclose(file);
    return rows;
}

/* A ledger in other proportions than any customer's: every number is finite, or the row is an error. */
static bool finite_or_refused(const loyalty_behaviours *model, const double *row, size_t columns)
{
    loyalty_behaviour_score scores[BEHAVIOURS];
    loyalty_behaviour_interval intervals[BEHAVIOURS];
    int32_t primary = 0;
    bool good = true;
    loyalty_status status = loyalty_behaviours_classify(model, row, 1, columns, NULL, NULL, scores,
                                                        BEHAVIOURS, &primary, NULL);
    for (size_t at = 0; status == LOYALTY_STATUS_OK && at < BEHAVIOURS; at++) {
        good = good && isfinite(scores[at].estimate) && isfinite(scores[at].threshold) &&
               isfinite(scores[at].p_over) && isfinite(scores[at].impact);
    }
    good = good && (status == LOYALTY_STATUS_OK || status == LOYALTY_STATUS_VALUE);
    status = loyalty_behaviours_intervals(model, row, 1, columns, NULL, 0.9, intervals, BEHAVIOURS,
                                          NULL);
    for (size_t at = 0; status == LOYALTY_STATUS_OK && at < BEHAVIOURS; at++) {
        good = good && isfinite(intervals[at].estimate_low) &&
               isfinite(intervals[at].estimate_high) && isfinite(intervals[at].impact_low) &&
               isfinite(intervals[at].impact_high);
    }
    return good && (status == LOYALTY_STATUS_OK || status == LOYALTY_STATUS_VALUE);
}

static void no_number_is_missing(const loyalty_behaviours *model, const double *row, size_t columns)
{
    static const double factors[] = {1e-50, 1e-20, 1e-5, 1e5, 1e20, 1e50};
    double other[WIDEST];
    for (size_t column = 0; column < columns; column++) {
        for (size_t at = 0; at < sizeof factors / sizeof *factors; at++) {
            memcpy(other, row, columns * sizeof *other);
            other[column] *= factors[at];
            CHECK(finite_or_refused(model, other, columns));
        }
    }
}

int main(int argc, char **argv)
{
    static double table[MOST][WIDEST], ledger[MOST * WIDEST];
    static loyalty_behaviour_score scores[MOST * BEHAVIOURS];
    static loyalty_behaviour_interval intervals[MOST * BEHAVIOURS];
    static int32_t primary[MOST];
    /* Neither names a group that the model knows. */
    const char *groups[2] = {NULL, "elsewhere"}, *broken[1] = {"\xff"};
    const char *root = argc > 1 ? argv[1] : ".";
    size_t columns = loyalty_ledger_column_count(), length = 0;
    loyalty_behaviours *model = NULL;
    char name[8];

    CHECK(columns + 2 * BEHAVIOURS + 1 <= WIDEST);
    OK(loyalty_ledger_column_name(0, name, sizeof name, &length, &error));
    CHECK(strcmp(name, "orders") == 0 && length == 6);
    FAILS(loyalty_ledger_column_name(1000, name, sizeof name, NULL, &error), PARAMETER,
          "position must be below the number of columns, got 1000");

    CHECK(loyalty_behaviour_count() == BEHAVIOURS);
    char last[16];
    OK(loyalty_behaviour_name(BEHAVIOURS - 1, last, sizeof last, &length, &error));
    CHECK(strcmp(last, "fixed_budget") == 0 && length == 12);
    FAILS(loyalty_behaviour_name(BEHAVIOURS, last, sizeof last, NULL, &error), PARAMETER,
          "position must be below the number of behaviours, got 5");

    OK(loyalty_behaviours_load(in_workspace(root, "golden/behaviours.json"), &model, &error));
    size_t rows = read_golden(root, table, columns + 2 * BEHAVIOURS + 1);
    CHECK(rows > 10);
    for (size_t row = 0; row < rows; row++) {
        memcpy(ledger + row * columns, table[row], columns * sizeof *ledger);
    }
    OK(loyalty_behaviours_classify(model, ledger, rows, columns, NULL, NULL, scores, BEHAVIOURS, primary, &error));
    for (size_t row = 0; row < rows; row++) {
        const double *expected = table[row] + columns;
        loyalty_behaviour_score alone[BEHAVIOURS];
        int32_t first = 9;
        OK(loyalty_behaviours_classify(model, ledger + row * columns, 1, columns, groups, NULL, alone, BEHAVIOURS,
                                       &first, &error));
        CHECK(first == primary[row] && first == (int32_t)expected[2 * BEHAVIOURS]);
        CHECK(first < 0 || alone[first].labelled);
        for (size_t behaviour = 0; behaviour < BEHAVIOURS; behaviour++) {
            const loyalty_behaviour_score *score = &scores[row * BEHAVIOURS + behaviour];
            CHECK(score->known && same_bits(score->p_over, expected[2 * behaviour]));
            CHECK(same_bits(score->impact, expected[2 * behaviour + 1]));
            CHECK(same_bits(score->estimate, alone[behaviour].estimate));
        }
    }

    /* Whoever opted out has the same scores and no label. */
    size_t named = 0;
    while (named + 1 < rows && primary[named] < 0) {
        named++;
    }
    const bool out[] = {true}, odd[] = {false};
    loyalty_behaviour_score apart[BEHAVIOURS];
    int32_t none = 9;
    const double *theirs = ledger + named * columns;
    OK(loyalty_behaviours_classify(model, theirs, 1, columns, NULL, out, apart, BEHAVIOURS, &none, &error));
    CHECK(none == -1);
    for (size_t behaviour = 0; behaviour < BEHAVIOURS; behaviour++) {
        CHECK(!apart[behaviour].labelled);
        CHECK(same_bits(apart[behaviour].p_over, scores[named * BEHAVIOURS + behaviour].p_over));
    }
    OK(loyalty_behaviours_classify(model, theirs, 1, columns, NULL, odd, apart, BEHAVIOURS, &none, &error));
    CHECK(none == primary[named]);

    OK(loyalty_behaviours_intervals(model, ledger, rows, columns, NULL, 0.98, intervals, BEHAVIOURS, &error));
    for (size_t cell = 0; cell < rows * BEHAVIOURS; cell++) {
        const loyalty_behaviour_interval *of = &intervals[cell];
        CHECK(of->known && of->estimate_low <= scores[cell].estimate);
        CHECK(scores[cell].estimate <= of->estimate_high && of->impact_low <= of->impact_high);
        /* A budget costs all or nothing, so that the mean may lie outside. */
        CHECK(cell % BEHAVIOURS == BEHAVIOURS - 1 ||
              (of->impact_low <= scores[cell].impact && scores[cell].impact <= of->impact_high));
    }
    loyalty_behaviour_interval wide[2 * BEHAVIOURS];
    OK(loyalty_behaviours_intervals(model, ledger, 2, columns, groups, 0.999, wide, BEHAVIOURS, &error));
    for (size_t cell = 0; cell < 2 * BEHAVIOURS; cell++) {
        CHECK(wide[cell].estimate_low <= intervals[cell].estimate_low);
        CHECK(wide[cell].estimate_high >= intervals[cell].estimate_high);
    }
    FAILS(loyalty_behaviours_intervals(model, ledger, 1, columns, NULL, 0.2, intervals, BEHAVIOURS,
                                       &error),
          PARAMETER, "level must be from 0.5 to 0.9999, got 0.2");
    FAILS(loyalty_behaviours_intervals(model, ledger, 1, columns, NULL, 0.9, NULL, BEHAVIOURS, &error),
          NULL_ARGUMENT, "intervals must not be NULL");
    /* A program that was written for another ledger, or for other behaviours. */
    FAILS(loyalty_behaviours_classify(model, ledger, 1, 7, NULL, NULL, scores, BEHAVIOURS, primary,
                                      &error),
          PARAMETER, "columns must be loyalty_ledger_column_count(), got 7");
    FAILS(loyalty_behaviours_intervals(model, ledger, 1, columns, NULL, 0.9, intervals, BEHAVIOURS + 1,
                                       &error),
          PARAMETER, "behaviours must be loyalty_behaviour_count(), got 6");
    primary[0] = 77;
    FAILS(loyalty_behaviours_classify(model, ledger, 1, columns, broken, NULL, scores, BEHAVIOURS,
                                      primary, &error),
          INVALID_UTF8, "groups must be valid UTF-8");
    CHECK(primary[0] == 77);

    for (size_t row = 0; row < rows; row += 5)
        no_number_is_missing(model, ledger + row * columns, columns);

    ledger[0] = NAN;
    primary[0] = 77;
    FAILS(loyalty_behaviours_classify(model, ledger, 1, columns, NULL, NULL, scores, BEHAVIOURS, primary, &error), VALUE,
          "column \"orders\", row 0: must be from 0 to 1e50, got NaN");
    CHECK(primary[0] == 77);
    FAILS(loyalty_behaviours_classify(NULL, ledger, 1, columns, NULL, NULL, scores, BEHAVIOURS, primary, &error),
          NULL_ARGUMENT, "model must not be NULL");
    FAILS(loyalty_behaviours_classify(model, ledger, 1, columns, NULL, NULL, NULL, BEHAVIOURS, primary, &error),
          NULL_ARGUMENT, "scores must not be NULL");
    loyalty_behaviours_free(model);
    loyalty_behaviours_free(NULL);
    return finish("behaviours");
}
