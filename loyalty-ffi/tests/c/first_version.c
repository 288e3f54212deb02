/*
 * What programs were compiled with: the layout of every struct in its first version. A struct with a
 * struct_size may have become longer, and then its number grows here; where its last field of old stands
 * never changes. The others never change at all.
 */

#include "check.h"

#include <stdint.h>

#if UINTPTR_MAX == UINT64_MAX
#define HOLDS(type, last, offset, size) \
    _Static_assert(offsetof(type, last) == (offset) && sizeof(type) == (size), "the layout of " #type)

HOLDS(loyalty_order_columns, amount_present, 56, 64);
HOLDS(loyalty_refusal, first_row, 72, 80);
HOLDS(loyalty_summary_options, include_first, 24, 32);
HOLDS(loyalty_summary_columns, includes_first, 84, 88);
HOLDS(loyalty_prior, absolute, 28, 32);
HOLDS(loyalty_progress, gap, 16, 24);
HOLDS(loyalty_fit_options, user, 80, 88);
HOLDS(loyalty_ids, data, 16, 24);
HOLDS(loyalty_line_columns, returned_amount, 304, 312);
HOLDS(loyalty_covariate_columns, category_count, 56, 64);
HOLDS(loyalty_covariate_roles, shared_count, 48, 56);
HOLDS(loyalty_clv_models, covariates, 40, 48);
HOLDS(loyalty_correlation, upper, 24, 32);
HOLDS(loyalty_rfm_options, breaks, 40, 48);
HOLDS(loyalty_segment_summary, share_of_monetary, 48, 56);
HOLDS(loyalty_behaviour_score, orders, 48, 56);
HOLDS(loyalty_behaviour_interval, impact_high, 32, 40);
#endif

/* A program of the first version: its struct ends with what was the last field then. */
int main(void)
{
    const double x[] = {0, 2}, t_x[] = {0, 5}, T[] = {9, 9};
    loyalty_summary *summary = NULL;
    loyalty_summary_columns columns;
    size_t first = offsetof(loyalty_summary_columns, includes_first) + sizeof(bool);
    memset(&columns, 0xFF, sizeof columns);
    loyalty_summary_columns_init(&columns, first);
    CHECK(columns.struct_size == first);
    columns.rows = 2;
    columns.frequency = x;
    columns.recency = t_x;
    columns.T = T;
    OK(loyalty_summary_new(&columns, &summary, &error));
    CHECK(loyalty_summary_len(summary) == 2);
    loyalty_summary_free(summary);

    /* One that is shorter than that was not made by _init. */
    summary = UNTOUCHED;
    columns.struct_size = first - 1;
    FAILS(loyalty_summary_new(&columns, &summary, &error), PARAMETER,
          "struct_size must be what the _init function has set, got 84");
    CHECK(summary == UNTOUCHED);
    return finish("first_version");
}
