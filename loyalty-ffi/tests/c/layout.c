/*
 * The layout of every struct as this version has it. One with a struct_size may become longer, and then its
 * number grows here; where its last field of old stands never changes. The others never change at all.
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
HOLDS(loyalty_clv_posteriors, covariates, 40, 48);
HOLDS(loyalty_correlation, upper, 24, 32);
HOLDS(loyalty_rfm_options, breaks, 40, 48);
HOLDS(loyalty_segment_summary, share_of_monetary, 48, 56);
HOLDS(loyalty_behaviour_score, orders, 48, 56);
HOLDS(loyalty_behaviour_interval, impact_high, 32, 40);
#endif

int main(void)
{
    return finish("layout");
}
