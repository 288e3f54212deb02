/* Treatments: weighed with one customer and with many, chosen within capacities, with their reasons. */

#include "check.h"

enum { ROWS = 3 };

static const double CLV[ROWS] = {900, 2500, 1700}, FREQUENCY[ROWS] = {3, 3, 3};
static const double P_ALIVE[ROWS] = {0.9, 0.8, 0.1};
static const double *const COLUMNS[3] = {CLV, FREQUENCY, P_ALIVE};
static const char *const NAMES[3] = {"clv", "frequency", "p_alive"};

static loyalty_customer_facts facts_of(size_t rows)
{
    loyalty_customer_facts facts;
    loyalty_customer_facts_init(&facts, sizeof facts);
    facts.rows = rows;
    facts.columns = COLUMNS;
    facts.column_names = NAMES;
    facts.column_count = 3;
    return facts;
}

static loyalty_treatments *customary(void)
{
    loyalty_treatments *treatments = NULL;
    OK(loyalty_treatments_customary(&treatments, &error));
    return treatments;
}

static bool is_called(const loyalty_treatments *treatments, int32_t treatment, const char *name)
{
    char found[64];
    OK(loyalty_treatments_name(treatments, (size_t)treatment, found, sizeof found, NULL, &error));
    return strcmp(found, name) == 0;
}

static void a_campaign_has_reasons_and_channels(void)
{
    loyalty_treatments *treatments = customary();
    const loyalty_customer_facts facts = facts_of(ROWS);
    loyalty_proposals *proposals = NULL;
    OK(loyalty_proposals_new(treatments, &facts, 0, &proposals, &error));
    CHECK(loyalty_proposals_rows(proposals) == ROWS);

    const char *const names[1] = {"calls"};
    const double amounts[1] = {1};
    loyalty_selection *selection = NULL;
    int32_t choice[ROWS];
    OK(loyalty_proposals_select(proposals, names, amounts, 1, 0, &selection, &error));
    OK(loyalty_selection_choice(selection, choice, ROWS, &error));
    CHECK(is_called(treatments, choice[0], "personal_letter"));
    CHECK(is_called(treatments, choice[1], "personal_call"));
    CHECK(choice[2] == -1);

    char text[256];
    size_t full_length = 0;
    OK(loyalty_proposals_reason(proposals, 1, (size_t)choice[1], text, sizeof text, &full_length, &error));
    CHECK(strcmp(text, "A loyal customer worth 2500.00; a personal call is expected to gain 117.00.") == 0);
    CHECK(full_length == strlen(text));
    OK(loyalty_treatments_channel(treatments, (size_t)choice[1], text, sizeof text, NULL, &error));
    CHECK(strcmp(text, "phone") == 0);
    double gain = 0, cost = 0, gains[ROWS];
    OK(loyalty_proposals_gain(proposals, 1, (size_t)choice[1], &gain, &cost, &error));
    CHECK(gain == 117 && cost > 0);
    OK(loyalty_proposals_gains(proposals, (size_t)choice[1], gains, ROWS, &error));
    CHECK(gains[1] == gain && gains[2] == 0);

    /* What needs columns that are not there says which. */
    OK(loyalty_proposals_missing(proposals, (size_t)choice[1], text, sizeof text, &full_length, &error));
    CHECK(full_length == 0);
    OK(loyalty_proposals_missing(proposals, 0, text, sizeof text, &full_length, &error));
    CHECK(full_length > 0);
    loyalty_selection_free(selection);
    loyalty_proposals_free(proposals);
    loyalty_treatments_free(treatments);
}

static void one_customer_at_the_check_out(void)
{
    loyalty_treatments *treatments = customary();
    const loyalty_customer_facts facts = facts_of(1);
    loyalty_proposals *proposals = NULL;
    OK(loyalty_proposals_new(treatments, &facts, 1, &proposals, &error));
    int32_t best[8] = {-1, -1};
    size_t count = 0;
    OK(loyalty_proposals_of_customer(proposals, 0, best, 8, &count, &error));
    CHECK(count >= 2 && is_called(treatments, best[0], "personal_call"));
    double first = 0, second = 0;
    OK(loyalty_proposals_gain(proposals, 0, (size_t)best[0], &first, NULL, &error));
    OK(loyalty_proposals_gain(proposals, 0, (size_t)best[1], &second, NULL, &error));
    CHECK(first >= second && second > 0);
    best[0] = best[1] = -1;
    OK(loyalty_proposals_of_customer(proposals, 0, best, 1, &count, &error));
    CHECK(best[0] >= 0 && best[1] == -1 && count >= 2);
    OK(loyalty_proposals_of_customer(proposals, 0, NULL, 0, &count, &error));
    FAILS(loyalty_proposals_of_customer(proposals, 1, best, 8, &count, &error), PARAMETER,
          "row must be below the number of rows, got 1");
    loyalty_proposals_free(proposals);
    loyalty_treatments_free(treatments);
}

static void a_table_goes_through_json(void)
{
    static char json[1 << 16];
    loyalty_treatments *treatments = customary(), *read = NULL;
    size_t full_length = 0;
    OK(loyalty_treatments_to_json(treatments, json, sizeof json, &full_length, &error));
    CHECK(full_length > 0 && full_length < sizeof json);
    OK(loyalty_treatments_from_json(json, &read, &error));
    CHECK(loyalty_treatments_count(read) == loyalty_treatments_count(treatments));
    CHECK(loyalty_treatments_count(NULL) == 0);
    loyalty_treatments_free(read);
    read = UNTOUCHED;
    FAILS(loyalty_treatments_from_json("[]", &read, &error), TREATMENTS,
          "treatments: there are 0, allowed are 1 to 100");
    CHECK(loyalty_treatments_from_json("{", &read, &error) == LOYALTY_STATUS_TREATMENTS);
    CHECK((void *)read == UNTOUCHED);
    loyalty_treatments_free(treatments);
}

static void what_makes_no_sense_is_refused(void)
{
    loyalty_treatments *treatments = customary();
    loyalty_customer_facts facts = facts_of(0);
    loyalty_proposals *proposals = UNTOUCHED;
    FAILS(loyalty_proposals_new(treatments, &facts, 1, &proposals, &error), EMPTY,
          "the table of customers is empty: at least one");
    FAILS(loyalty_proposals_new(treatments, NULL, 1, &proposals, &error), NULL_ARGUMENT,
          "facts must not be NULL");
    facts = facts_of(1);
    const double beyond[1] = {1e60};
    const double *const columns[1] = {beyond};
    facts.columns = columns;
    facts.column_count = 1;
    FAILS(loyalty_proposals_new(treatments, &facts, 1, &proposals, &error), VALUE,
          "column \"clv\", row 0: must be from -1e50 to 1e50, or missing, got "
          "1000000000000000000000000000000000000000000000000000000000000");
    CHECK((void *)proposals == UNTOUCHED);
    facts = facts_of(1);
    OK(loyalty_proposals_new(treatments, &facts, 1, &proposals, &error));
    const char *const names[1] = {"horses"};
    const double amounts[1] = {1};
    loyalty_selection *selection = UNTOUCHED;
    CHECK(loyalty_proposals_select(proposals, names, amounts, 1, 1, &selection, &error) ==
          LOYALTY_STATUS_TREATMENTS);
    FAILS(loyalty_proposals_select(proposals, NULL, amounts, 1, 1, &selection, &error), NULL_ARGUMENT,
          "capacity_names must not be NULL");
    CHECK((void *)selection == UNTOUCHED);
    double gain = 0;
    FAILS(loyalty_proposals_gain(proposals, 0, 99, &gain, NULL, &error), PARAMETER,
          "treatment must be below the number of treatments, got 99");
    loyalty_proposals_free(proposals);
    loyalty_proposals_free(NULL);
    loyalty_treatments_free(treatments);
    loyalty_treatments_free(NULL);
}

int main(void)
{
    a_campaign_has_reasons_and_channels();
    one_customer_at_the_check_out();
    a_table_goes_through_json();
    what_makes_no_sense_is_refused();
    return finish("treatments");
}
