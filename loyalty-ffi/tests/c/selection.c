/* Treatments chosen within capacities, and choices that are refused. */

#include "check.h"

#include <math.h>

enum { CUSTOMERS = 3, TREATMENTS = 2 };

/* A call and a letter; the letter is nothing for the last customer. */
static const double GAINS[] = {50, 20, 40, 10, 15, 0};
static const double CALLS[] = {2};

static void a_choice(void)
{
    const double uses[] = {1, 0};
    loyalty_selection *selection = NULL;
    OK(loyalty_select(GAINS, CUSTOMERS, TREATMENTS, CALLS, 1, uses, 0, &selection, &error));
    int32_t choice[CUSTOMERS];
    double used = -1, price = -1;
    OK(loyalty_selection_choice(selection, choice, CUSTOMERS, &error));
    OK(loyalty_selection_used(selection, &used, 1, &error));
    OK(loyalty_selection_shadow_prices(selection, &price, 1, &error));
    CHECK(choice[0] == 0 && choice[1] == 1 && choice[2] == 0);
    CHECK(used == 2 && price == 5);
    CHECK(loyalty_selection_gain(selection) == 105);
    CHECK(loyalty_selection_bound(selection) == 105);
    CHECK(loyalty_selection_gap(selection) == 0);

    int32_t untouched = 7;
    FAILS(loyalty_selection_choice(selection, &untouched, 1, &error), LENGTH,
          "column \"out\" has 1 rows, but 3 are expected");
    FAILS(loyalty_selection_choice(selection, NULL, 3, &error), NULL_ARGUMENT,
          "out must not be NULL");
    FAILS(loyalty_selection_used(selection, &used, 2, &error), LENGTH,
          "column \"out\" has 2 rows, but 1 are expected");
    FAILS(loyalty_selection_shadow_prices(NULL, &price, 1, &error), NULL_ARGUMENT,
          "selection must not be NULL");
    CHECK(untouched == 7 && used == 2 && price == 5);
    loyalty_selection_free(selection);
}

static void uses_by_customer(void)
{
    const double uses[] = {1, 1, 2, 0, 0, 0};
    loyalty_selection *selection = NULL;
    OK(loyalty_select_with_uses(GAINS, CUSTOMERS, TREATMENTS, CALLS, 1, uses, 1, &selection,
                                &error));
    int32_t choice[CUSTOMERS];
    OK(loyalty_selection_choice(selection, choice, CUSTOMERS, &error));
    /* Two calls of one unit are worth more than one of two. */
    CHECK(choice[0] == 0 && choice[1] == 0 && choice[2] == -1);
    CHECK(loyalty_selection_gain(selection) == 70);
    loyalty_selection_free(selection);
}

static void without_capacities(void)
{
    loyalty_selection *selection = NULL;
    OK(loyalty_select(GAINS, CUSTOMERS, TREATMENTS, NULL, 0, NULL, 0, &selection, &error));
    CHECK(loyalty_selection_gain(selection) == 110);
    double none = 7;
    OK(loyalty_selection_used(selection, &none, 0, &error));
    CHECK(none == 7);
    loyalty_selection_free(selection);
}

static void refusals(void)
{
    const double uses[] = {1, 0}, negative[] = {-1}, bad_uses[] = {1, NAN};
    const double bad_gains[] = {1, NAN, 3, 4, 5, 6}, each[] = {1, 1, 1, 0, -1, 0};
    loyalty_selection *selection = UNTOUCHED;
    FAILS(loyalty_select(NULL, 3, 2, CALLS, 1, uses, 0, &selection, &error), NULL_ARGUMENT,
          "gains must not be NULL");
    FAILS(loyalty_select(GAINS, 3, 2, NULL, 1, uses, 0, &selection, &error), NULL_ARGUMENT,
          "capacities must not be NULL");
    FAILS(loyalty_select(GAINS, 3, 2, CALLS, 1, NULL, 0, &selection, &error), NULL_ARGUMENT,
          "uses must not be NULL");
    FAILS(loyalty_select(GAINS, 3, 2, CALLS, 1, uses, 0, NULL, &error), NULL_ARGUMENT,
          "out must not be NULL");
    FAILS(loyalty_select(GAINS, 0, 2, CALLS, 1, uses, 0, &selection, &error), EMPTY,
          "the table of gains is empty: at least one treatment and one customer");
    FAILS(loyalty_select(GAINS, 3, 0, CALLS, 1, uses, 0, &selection, &error), EMPTY,
          "the table of gains is empty: at least one treatment and one customer");
    FAILS(loyalty_select(bad_gains, 3, 2, CALLS, 1, uses, 0, &selection, &error), VALUE,
          "column \"gains of 0\", row 1: must be from -1e50 to 1e50, got NaN");
    FAILS(loyalty_select(GAINS, 3, 2, negative, 1, uses, 0, &selection, &error), PARAMETER,
          "capacity must be finite and >= 0, got -1");
    FAILS(loyalty_select(GAINS, 3, 2, CALLS, 1, bad_uses, 0, &selection, &error), PARAMETER,
          "use must be finite and >= 0, got NaN");
    FAILS(loyalty_select_with_uses(GAINS, 3, 2, CALLS, 1, each, 0, &selection, &error), VALUE,
          "column \"use of 0\", row 1: must be finite and >= 0, got -1");
    const double *many = room(1001, sizeof *many);
    FAILS(loyalty_select(many, 1, 1001, NULL, 0, NULL, 0, &selection, &error), TREATMENTS,
          "treatments: 1001 treatments, allowed are 1 to 1000");
    /* As many as no table has: refused before anything is made of them. */
    FAILS(loyalty_select(many, 0, 500000000, NULL, 0, NULL, 0, &selection, &error), TREATMENTS,
          "treatments: 500000000 treatments, allowed are 1 to 1000");
    FAILS(loyalty_select(many, SIZE_MAX, 2, NULL, 0, NULL, 0, &selection, &error), PARAMETER,
          "rows must be as many as fit in memory, got 18446744073709552000");
    free((void *)many);
    CHECK(selection == UNTOUCHED);
    CHECK(loyalty_selection_gain(NULL) == 0 && loyalty_selection_bound(NULL) == 0);
    loyalty_selection_free(NULL);
}

int main(void)
{
    a_choice();
    uses_by_customer();
    without_capacities();
    refusals();
    return finish("selection");
}
