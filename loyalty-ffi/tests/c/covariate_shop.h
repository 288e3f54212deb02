/* The shops of golden/covariate_scores.csv and its like: customers known by an age and a channel. */

#ifndef COVARIATE_SHOP_H
#define COVARIATE_SHOP_H

#include "check.h"

enum { MOST = 1000, TEXT = 64 * MOST, WIDEST = 24 };

enum { AGE, X, T_X, T, P_ALIVE, EXPECTED_13, NONE_13, DERT, COLUMNS };

static double column[WIDEST][MOST];
static char channel[TEXT];
static int64_t offsets[MOST + 1];
static size_t rows;

static const char HEADER[] = "age,channel,frequency,recency,T,p_alive,expected_purchases_13,"
                             "p_no_purchase_13,dert_annual_10_percent\n";

/* Reads a shop's file: as many columns of numbers, the channel not counted. */
static inline void read_shop(const char *root, const char *golden, const char *header, int columns)
{
    char line[1024];
    FILE *file = fopen(in_workspace(root, golden), "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        perror(golden);
        exit(2);
    }
    CHECK(strcmp(line, header) == 0);
    while (rows < MOST && fgets(line, sizeof line, file) != NULL) {
        char *cell;
        column[AGE][rows] = strtod(line, &cell);
        size_t length = strcspn(++cell, ",");
        memcpy(channel + offsets[rows], cell, length);
        offsets[rows + 1] = offsets[rows] + (int64_t)length;
        cell += length + 1;
        for (int c = X; c < columns; c++) {
            column[c][rows] = strtod(cell, &cell);
            cell++;
        }
        rows++;
    }
    fclose(file);
    CHECK(rows > 0);
}

static inline void read_scores(const char *root)
{
    read_shop(root, "golden/covariate_scores.csv", HEADER, COLUMNS);
}

/* The shop's summary; `monetary_value` may be NULL. */
static inline loyalty_summary *summary_of(const double *monetary_value, int32_t unit)
{
    loyalty_summary *summary = NULL;
    loyalty_summary_columns columns;
    loyalty_summary_columns_init(&columns, sizeof columns);
    columns.rows = rows;
    columns.frequency = column[X];
    columns.recency = column[T_X];
    columns.T = column[T];
    columns.monetary_value = monetary_value;
    columns.unit = unit;
    OK(loyalty_summary_new(&columns, &summary, &error));
    return summary;
}

static const char *const AGE_NAME = "age", *const CHANNEL_NAME = "channel";
static const double *const AGES = column[AGE];

/* Covariates of so many rows, with the levels given by their offsets. */
static inline loyalty_covariate_columns known(size_t count, const loyalty_ids *levels)
{
    loyalty_covariate_columns columns;
    loyalty_covariate_columns_init(&columns, sizeof columns);
    columns.rows = count;
    columns.numbers = &AGES;
    columns.number_names = &AGE_NAME;
    columns.number_count = 1;
    columns.categories = levels;
    columns.category_names = &CHANNEL_NAME;
    columns.category_count = 1;
    return columns;
}

static inline loyalty_covariates *covariates_of(size_t count, const loyalty_ids *levels)
{
    loyalty_covariates *covariates = NULL;
    loyalty_covariate_columns columns = known(count, levels);
    OK(loyalty_covariates_new(&columns, &covariates, &error));
    CHECK(loyalty_covariates_len(covariates) == count);
    return covariates;
}

#endif
