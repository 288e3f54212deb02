/* golden/scores.csv: scores that Rust, Python and C must give to the last bit. */

#ifndef SCORES_H
#define SCORES_H

#include "check.h"

enum {
    FREQUENCY,
    RECENCY,
    AGE,
    MONETARY_VALUE,
    P_ALIVE,
    EXPECTED_PURCHASES_39,
    EXPECTED_SPEND,
    CLV_52_ANNUAL_10_PERCENT,
    CLV_12_PERIODS,
    PURCHASES_OF_NEW_CUSTOMER,
    PROBABILITY_OF_N_PURCHASES_39,
    COLUMNS
};

static const char SCORES_HEADER[] =
    "frequency,recency,T,monetary_value,p_alive,expected_purchases_39,expected_spend,"
    "clv_52_annual_10_percent,clv_12_periods_of_4.345_at_1_percent,purchases_of_new_customer_T,"
    "probability_of_n_purchases_39\n";

struct scores {
    size_t rows;
    double *column[COLUMNS];
};

static inline struct scores read_scores(const char *root)
{
    enum { MOST = 1000 };
    struct scores scores = {0, {NULL}};
    for (int c = 0; c < COLUMNS; c++) {
        scores.column[c] = room(MOST, sizeof(double));
    }
    char line[1024];
    FILE *file = fopen(in_workspace(root, "golden/scores.csv"), "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        perror("scores.csv");
        exit(2);
    }
    CHECK(strcmp(line, SCORES_HEADER) == 0);
    while (scores.rows < MOST && fgets(line, sizeof line, file) != NULL) {
        char *cell = line;
        for (int c = 0; c < COLUMNS; c++) {
            char *end;
            scores.column[c][scores.rows] = strtod(cell, &end);
            CHECK(end > cell && *end == (c == COLUMNS - 1 ? '\n' : ','));
            cell = end + 1;
        }
        scores.rows++;
    }
    fclose(file);
    CHECK(scores.rows > 0);
    return scores;
}

static inline uint32_t frequency_of(const struct scores *scores, size_t row)
{
    return (uint32_t)scores->column[FREQUENCY][row];
}

static inline loyalty_summary *summary_of(const struct scores *scores)
{
    loyalty_summary *summary = NULL;
    loyalty_summary_columns columns;
    loyalty_summary_columns_init(&columns, sizeof columns);
    columns.rows = scores->rows;
    columns.frequency = scores->column[FREQUENCY];
    columns.recency = scores->column[RECENCY];
    columns.T = scores->column[AGE];
    columns.monetary_value = scores->column[MONETARY_VALUE];
    columns.unit = LOYALTY_UNIT_WEEK;
    OK(loyalty_summary_new(&columns, &summary, &error));
    return summary;
}

static inline void free_scores(struct scores *scores)
{
    for (int c = 0; c < COLUMNS; c++) {
        free(scores->column[c]);
    }
}

#endif
