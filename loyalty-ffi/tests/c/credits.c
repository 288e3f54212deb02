/* Credit notes matched to purchases, and what comes of it read as order lines. */

#include "check.h"

enum { BOUGHT = 4, NOTES = 4 };

static const int64_t CUSTOMERS[BOUGHT] = {1, 1, 2, 3}, DAYS[BOUGHT] = {0, 5, 6, 7};
static const int64_t PRODUCTS[BOUGHT] = {10, 10, 10, 11};
static const double PIECES[BOUGHT] = {2, 3, 1, 1}, PRICES[BOUGHT] = {50, 45, 50, 20};
static const int64_t CREDITED[NOTES] = {1, 1, 2, 4}, CREDIT_DAYS[NOTES] = {7, 9, 3, 9};
static const int64_t CREDITED_PRODUCTS[NOTES] = {10, 10, 10, 10};
static const double BACK[NOTES] = {-2, -1, -1, -1}, CREDIT_PRICES[NOTES] = {50, 45, 50, 50};

static loyalty_credit_columns table(size_t rows, const int64_t *customer, const int64_t *product,
                                    const int64_t *day, const double *pieces, const double *price)
{
    loyalty_credit_columns columns;
    loyalty_credit_columns_init(&columns, sizeof columns);
    columns.rows = rows;
    columns.customer.numbers = customer;
    columns.product.numbers = product;
    columns.time = day;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.quantity = pieces;
    columns.price = price;
    return columns;
}

static loyalty_credit_columns purchases(void)
{
    return table(BOUGHT, CUSTOMERS, PRODUCTS, DAYS, PIECES, PRICES);
}

static loyalty_credit_columns notes(const double *pieces)
{
    return table(NOTES, CREDITED, CREDITED_PRODUCTS, CREDIT_DAYS, pieces, CREDIT_PRICES);
}

static void notes_find_their_purchases(void)
{
    const loyalty_credit_columns bought = purchases(), credited = notes(BACK);
    double returned[BOUGHT];
    int64_t when[BOUGHT];
    bool is_known[BOUGHT];
    int32_t rule[NOTES];
    OK(loyalty_match_credits(&bought, &credited, LOYALTY_INVALID_RAISE, returned, when, is_known,
                             BOUGHT, rule, NOTES, &error));
    CHECK(returned[0] == 2 && returned[1] == 1 && returned[2] == 0 && returned[3] == 0);
    CHECK(is_known[0] && when[0] == 7 && is_known[1] && when[1] == 9);
    CHECK(!is_known[2] && when[2] == 0 && !is_known[3]);
    CHECK(rule[0] == LOYALTY_CREDIT_MATCH_EXACT && rule[1] == LOYALTY_CREDIT_MATCH_PART);
    CHECK(rule[2] == LOYALTY_CREDIT_MATCH_NOTHING_LEFT && rule[3] == LOYALTY_CREDIT_MATCH_NEVER_BOUGHT);

    /* As the columns of order lines. */
    loyalty_line_columns columns;
    loyalty_line_columns_init(&columns, sizeof columns);
    columns.rows = BOUGHT;
    columns.customer.numbers = CUSTOMERS;
    columns.product.numbers = PRODUCTS;
    columns.time = DAYS;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.price = PRICES;
    columns.quantity = PIECES;
    columns.returned = returned;
    columns.return_time = when;
    columns.return_time_present = is_known;
    loyalty_lines *lines = NULL;
    OK(loyalty_lines_new(&columns, &lines, &error));
    CHECK(loyalty_lines_len(lines) == BOUGHT);
    loyalty_lines_free(lines);
}

static void what_cannot_be_used_is_refused_or_counted(void)
{
    static const double BROKEN[NOTES] = {-2, 0, -1, -1};
    loyalty_credit_columns bought = purchases();
    const loyalty_credit_columns credited = notes(BROKEN), good = notes(BACK);
    double returned[BOUGHT];
    int64_t when[BOUGHT];
    bool is_known[BOUGHT];
    int32_t rule[NOTES];
    CHECK(loyalty_match_credits(&bought, &credited, LOYALTY_INVALID_RAISE, returned, when, is_known,
                                BOUGHT, rule, NOTES, &error) == LOYALTY_STATUS_REFUSED);
    FAILS(loyalty_match_credits(&bought, &good, LOYALTY_INVALID_RAISE, returned, when, is_known,
                                BOUGHT, rule, 3, &error),
          LENGTH, "column \"out\" has 3 rows, but 4 are expected");
    CHECK(loyalty_match_credits(&bought, &good, 7, returned, when, is_known, BOUGHT, rule, NOTES,
                                &error) == LOYALTY_STATUS_CHOICE);
    FAILS(loyalty_match_credits(NULL, &good, LOYALTY_INVALID_RAISE, returned, when, is_known, BOUGHT,
                                rule, NOTES, &error),
          NULL_ARGUMENT, "purchases must not be NULL");
    bought.product.numbers = NULL;
    FAILS(loyalty_match_credits(&bought, &good, LOYALTY_INVALID_RAISE, returned, when, is_known,
                                BOUGHT, rule, NOTES, &error),
          NULL_ARGUMENT, "product must not be NULL");
}

int main(void)
{
    notes_find_their_purchases();
    what_cannot_be_used_is_refused_or_counted();
    return finish("credits");
}
