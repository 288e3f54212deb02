/* A summary of two customers, good but for what a test changes. */

#ifndef TWO_CUSTOMERS_H
#define TWO_CUSTOMERS_H

#include "check.h"

static const double X[] = {2, 0}, T_X[] = {30.43, 0}, AGE[] = {38.86, 38.86};

static inline loyalty_summary_columns two_customers(void)
{
    loyalty_summary_columns columns;
    loyalty_summary_columns_init(&columns, sizeof columns);
    columns.rows = 2;
    columns.frequency = X;
    columns.recency = T_X;
    columns.T = AGE;
    return columns;
}

static inline loyalty_summary *weekly(const double *mean)
{
    loyalty_summary *summary = NULL;
    loyalty_summary_columns columns = two_customers();
    columns.monetary_value = mean;
    columns.unit = LOYALTY_UNIT_WEEK;
    OK(loyalty_summary_new(&columns, &summary, &error));
    return summary;
}

#endif
