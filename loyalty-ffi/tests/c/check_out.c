/* A customer at the check-out: their record as bytes, their row of the ledger, one call for all. */

#include "check.h"

#include <math.h>

enum { BEHAVIOURS = 5, WIDEST = 64, LONGEST = 1 << 20, SCORES = 8 };

static char line[LONGEST];
static uint8_t bytes[LONGEST / 2];

struct shop {
    loyalty_purchase_model *purchases;
    loyalty_spend_model *spend;
    loyalty_ledger_basis *basis;
    loyalty_behaviours *behaviours;
    loyalty_return_propensity *returns;
    loyalty_check_out *check_out;
};

/* Hexadecimal digits up to a comma; gives the number of bytes and moves on behind it. */
static size_t read_record(char **at)
{
    size_t length = 0;
    while ((*at)[0] != ',' && (*at)[0] != 0) {
        const char digits[3] = {(*at)[0], (*at)[1], 0};
        bytes[length++] = (uint8_t)strtoul(digits, NULL, 16);
        *at += 2;
    }
    *at += 1;
    return length;
}

static loyalty_check_out_options options_of(const struct shop *shop, const double *margin)
{
    loyalty_check_out_options options;
    loyalty_check_out_options_init(&options, sizeof options);
    options.purchases = shop->purchases;
    options.spend = shop->spend;
    options.basis = shop->basis;
    options.behaviours = shop->behaviours;
    options.customary_treatments = true;
    options.horizon = 52;
    options.annual_discount_rate = 0.1;
    options.margin = margin;
    return options;
}

static void open_shop(const char *root, struct shop *shop)
{
    const double margin = 0.3;
    OK(loyalty_purchase_model_load(in_workspace(root, "golden/bg_nbd.json"), &shop->purchases, &error));
    OK(loyalty_spend_model_load(in_workspace(root, "golden/gamma_gamma.json"), &shop->spend, &error));
    OK(loyalty_ledger_basis_load(in_workspace(root, "golden/ledger_basis.json"), &shop->basis, &error));
    OK(loyalty_behaviours_load(in_workspace(root, "golden/behaviours.json"), &shop->behaviours, &error));
    OK(loyalty_return_propensity_load(in_workspace(root, "golden/return_propensity.json"),
                                      &shop->returns, &error));
    CHECK(loyalty_ledger_basis_articles(shop->basis) > 10);
    loyalty_check_out_options options = options_of(shop, &margin);
    OK(loyalty_check_out_new(&options, &shop->check_out, &error));
}

static void close_shop(struct shop *shop)
{
    loyalty_check_out_free(shop->check_out);
    loyalty_return_propensity_free(shop->returns);
    loyalty_behaviours_free(shop->behaviours);
    loyalty_ledger_basis_free(shop->basis);
    loyalty_spend_model_free(shop->spend);
    loyalty_purchase_model_free(shop->purchases);
}

static loyalty_lines *basket_of_today(const loyalty_return_propensity *returns)
{
    const int64_t customers[3] = {3, 3, 3}, products[3] = {5, 6, 7};
    const int64_t today = loyalty_return_propensity_today(returns), time[3] = {today, today, today};
    const double prices[3] = {19.5, 7.25, 19.5};
    loyalty_line_columns columns;
    loyalty_line_columns_init(&columns, sizeof columns);
    columns.rows = 3;
    columns.customer.numbers = customers;
    columns.product.numbers = products;
    columns.time = time;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.price = prices;
    loyalty_lines *lines = NULL;
    OK(loyalty_lines_new(&columns, &lines, &error));
    return lines;
}

/* The labels, and why; gives how many there are. */
static int reasons(const struct shop *shop, const double *ledger,
                   const loyalty_behaviour_score *scores, int64_t end)
{
    const size_t columns = loyalty_ledger_column_count();
    int labels = 0;
    for (size_t behaviour = 0; behaviour < BEHAVIOURS; behaviour++) {
        loyalty_label_reason reason;
        loyalty_label_reason_init(&reason, sizeof reason);
        char said[512];
        size_t length = 0;
        OK(loyalty_behaviours_reason(shop->behaviours, behaviour, ledger, columns, NULL, end,
                                     LOYALTY_TIME_SCALE_MICROSECONDS, &reason, said, sizeof said,
                                     &length, &error));
        CHECK(same_bits(reason.p_over, scores[behaviour].p_over));
        CHECK(same_bits(reason.estimate, scores[behaviour].estimate));
        CHECK(reason.estimate_low <= reason.estimate_high && reason.weight >= 0 && reason.weight <= 1);
        CHECK(reason.since <= reason.until && reason.until < reason.expires);
        CHECK(length > 40 && length < sizeof said && strstr(said, "with a probability of") != NULL);
        labels += scores[behaviour].labelled;
    }
    return labels;
}

/* Every number of golden/check_out.csv, to the last bit. */
static void golden_customers(const char *root, const struct shop *shop)
{
    const size_t columns = loyalty_ledger_column_count();
    FILE *file = fopen(in_workspace(root, "golden/check_out.csv"), "r");
    CHECK(file != NULL && columns <= WIDEST);
    if (file == NULL) {
        return;
    }
    loyalty_customer_record *record = NULL;
    loyalty_lines *basket = basket_of_today(shop->returns);
    OK(loyalty_customer_record_new(&record, &error));
    double back[3], alone[3];
    OK(loyalty_return_propensity_score(shop->returns, basket, 1, alone, 3, &error));
    int customers = 0, labels = 0, treated = 0;
    /* The end of the golden ledger: the last microsecond of a day. */
    const int64_t end = INT64_C(1767139199999999);
    CHECK(fgets(line, sizeof line, file) != NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        double ledger[WIDEST], expected[SCORES];
        char *at = line;
        const size_t length = read_record(&at);
        OK(loyalty_customer_record_read(record, bytes, length, &error));
        size_t full = 0;
        static uint8_t again[LONGEST / 2];
        OK(loyalty_customer_record_write(record, again, sizeof again, &full, &error));
        CHECK(full == length && memcmp(bytes, again, length) == 0);
        OK(loyalty_ledger_basis_row(shop->basis, record, end, LOYALTY_TIME_SCALE_MICROSECONDS,
                                    ledger, columns, &error));
        for (size_t column = 0; column < columns; column++, at++) {
            CHECK(same_bits(ledger[column], strtod(at, &at)));
        }
        for (size_t score = 0; score < SCORES; score++, at++) {
            expected[score] = strtod(at, &at);
        }
        loyalty_customer_score score;
        loyalty_behaviour_score behaviours[BEHAVIOURS];
        loyalty_customer_score_init(&score, sizeof score);
        OK(loyalty_check_out_score(shop->check_out, record, NULL, end,
                                   LOYALTY_TIME_SCALE_MICROSECONDS, shop->returns, basket, &score,
                                   behaviours, BEHAVIOURS, back, 3, &error));
        CHECK(score.purchases_known && score.value_known && score.ledger_known);
        CHECK(same_bits(score.p_alive, expected[0]));
        CHECK(same_bits(score.expected_purchases, expected[1]));
        CHECK(same_bits(score.expected_spend, expected[2]) && same_bits(score.clv, expected[3]));
        CHECK(score.primary == (int32_t)expected[4] && score.treatment == (int32_t)expected[5]);
        CHECK(same_bits(score.treatment_gain, expected[6]));
        CHECK(same_bits(score.treatment_cost, expected[7]));
        CHECK(same_column(back, alone, 3));
        labels += reasons(shop, ledger, behaviours, end);
        char name[64] = "", channel[64] = "", reason[256] = "";
        if (score.treatment >= 0) {
            OK(loyalty_check_out_treatment(shop->check_out, &score, name, sizeof name, channel,
                                           sizeof channel, reason, sizeof reason, &error));
            CHECK(name[0] != 0 && channel[0] != 0 && strlen(reason) > 20);
            treated++;
        }
        customers++;
    }
    CHECK(customers == 10 && treated > 0 && labels >= 0);
    fclose(file);
    loyalty_lines_free(basket);
    loyalty_customer_record_free(record);
}

static loyalty_lines *order_of(const int64_t *line, const int64_t *day, const double *paid,
                               const int64_t *customer, size_t rows)
{
    loyalty_line_columns columns;
    loyalty_line_columns_init(&columns, sizeof columns);
    columns.rows = rows;
    columns.customer.numbers = customer;
    columns.line.numbers = line;
    columns.time = day;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.amount = paid;
    loyalty_lines *lines = NULL;
    OK(loyalty_lines_new(&columns, &lines, &error));
    return lines;
}

/* Orders one by one, stored in between, told twice; a return; purchases by both ways. */
static void a_record_goes_on(void)
{
    const int64_t customer[4] = {7, 7, 7, 7}, line_ids[4] = {1, 2, 3, 4}, day[4] = {0, 7, 28, 28};
    const double paid[4] = {5, 20, 8, 4};
    loyalty_customer_record *record = NULL;
    OK(loyalty_customer_record_new(&record, &error));
    for (size_t order = 0; order < 3; order++) {
        const size_t rows = order == 2 ? 2 : 1;
        loyalty_lines *lines =
            order_of(line_ids + order, day + order, paid + order, customer, rows);
        size_t added = 0, repeated = 9;
        OK(loyalty_customer_record_add_lines(record, lines, &added, &repeated, &error));
        CHECK(added == rows && repeated == 0);
        OK(loyalty_customer_record_add_lines(record, lines, &added, &repeated, &error));
        CHECK(added == 0 && repeated == rows);
        loyalty_lines_free(lines);
        size_t full = 0;
        OK(loyalty_customer_record_write(record, NULL, 0, &full, &error));
        CHECK(full > 20 && full < sizeof bytes);
        OK(loyalty_customer_record_write(record, bytes, full, &full, &error));
        OK(loyalty_customer_record_read(record, bytes, full, &error));
    }
    CHECK(loyalty_customer_record_len(record) == 4);

    const int64_t end = INT64_C(42) * 86400 * 1000000;
    loyalty_summary_options options;
    loyalty_summary_options_init(&options, sizeof options);
    loyalty_purchases purchases, alone;
    loyalty_purchases_init(&purchases, sizeof purchases);
    loyalty_purchases_init(&alone, sizeof alone);
    FAILS(loyalty_purchases_of_orders(day, LOYALTY_TIME_SCALE_DAYS, paid, 4, &options, &alone, &error),
          PARAMETER,
          "observation_end must be stated, as the last order of one customer is no end of "
          "observation, got NaN");
    options.observation_end = &end;
    OK(loyalty_purchases_of_orders(day, LOYALTY_TIME_SCALE_DAYS, paid, 4, &options, &alone, &error));
    CHECK(alone.frequency == 2 && alone.recency == 4 && alone.T == 6);
    CHECK(alone.monetary_value == 16 && alone.transactions == 2);
    OK(loyalty_customer_record_purchases(record, true, &options, &purchases, &error));
    CHECK(memcmp(&purchases, &alone, sizeof alone) == 0);

    /* What came back whole was no purchase. */
    const int64_t back[1] = {2}, when[1] = {9}, unknown[1] = {77};
    const loyalty_ids ids = {.numbers = back}, others = {.numbers = unknown};
    size_t news = 0;
    OK(loyalty_customer_record_add_returns(record, ids, when, LOYALTY_TIME_SCALE_DAYS, NULL, 1, &news,
                                           &error));
    CHECK(news == 1);
    OK(loyalty_customer_record_purchases(record, true, &options, &purchases, &error));
    CHECK(purchases.frequency == 1 && purchases.monetary_value == 12);
    FAILS(loyalty_customer_record_add_returns(record, others, when, LOYALTY_TIME_SCALE_DAYS, NULL, 1,
                                              &news, &error),
          VALUE, "column \"line\", row 0: must be one of the customer's lines, got 77");
    OK(loyalty_customer_record_add_contact(record, LOYALTY_CONTACT_SERVICE, 30,
                                           LOYALTY_TIME_SCALE_DAYS, 4.5, &error));
    FAILS(loyalty_customer_record_add_contact(record, 9, 30, LOYALTY_TIME_SCALE_DAYS, 4.5, &error),
          CHOICE, "contact must be a code of loyalty_contact, got \"9\"");
    FAILS(loyalty_customer_record_add_contact(record, LOYALTY_CONTACT_SERVICE, 30,
                                              LOYALTY_TIME_SCALE_DAYS, NAN, &error),
          VALUE, "column \"cost\", row 0: must be from 0 to 1e50, got NaN");
    OK(loyalty_customer_record_opt_out(record, &error));
    loyalty_customer_record_free(record);
}

static void refusals(const struct shop *shop)
{
    loyalty_customer_record *record = NULL;
    OK(loyalty_customer_record_new(&record, &error));
    FAILS(loyalty_customer_record_read(record, (const uint8_t *)"LOYR", 4, &error), MODEL_FILE,
          "model file \"the record of a customer\": it does not begin as one does, or is cut off");
    size_t full = 0;
    FAILS(loyalty_customer_record_write(record, bytes, 3, &full, &error), LENGTH,
          "column \"buffer\" has 3 rows, but 19 are expected");
    CHECK(full == 19);
    OK(loyalty_customer_record_write(record, bytes, full, &full, &error));
    bytes[7] ^= 1;
    FAILS(loyalty_customer_record_read(record, bytes, full, &error), MODEL_FILE,
          "model file \"the record of a customer\": it is damaged: its checksum is another");

    double row[WIDEST];
    FAILS(loyalty_ledger_basis_row(shop->basis, record, -9999999, LOYALTY_TIME_SCALE_DAYS, row, WIDEST,
                                   &error),
          PARAMETER, "end must be within the years 0001 to 9999, got -9999999");
    loyalty_customer_score score;
    loyalty_customer_score_init(&score, sizeof score);
    OK(loyalty_check_out_score(shop->check_out, record, NULL, 20453, LOYALTY_TIME_SCALE_DAYS, NULL, NULL,
                               &score, NULL, 0, NULL, 0, &error));
    CHECK(!score.purchases_known && !score.value_known && score.ledger_known && score.profit == 0);
    CHECK(score.primary == -1 && score.treatment == -1);
    char name[8];
    FAILS(loyalty_check_out_treatment(shop->check_out, &score, name, sizeof name, NULL, 0, NULL, 0,
                                      &error),
          PARAMETER, "treatment must be that of a treatment of the table, got -1");
    loyalty_behaviour_score behaviours[1];
    FAILS(loyalty_check_out_score(shop->check_out, record, NULL, 20453, LOYALTY_TIME_SCALE_DAYS, NULL,
                                  NULL, &score, behaviours, 1, NULL, 0, &error),
          PARAMETER, "behaviour_count must be loyalty_behaviour_count(), got 1");
    FAILS(loyalty_check_out_score(shop->check_out, record, NULL, 20453, LOYALTY_TIME_SCALE_DAYS,
                                  shop->returns, NULL, &score, NULL, 0, NULL, 0, &error),
          NULL_ARGUMENT, "basket must not be NULL");
    loyalty_check_out *none = UNTOUCHED;
    loyalty_check_out_options options = options_of(shop, NULL);
    options.treatments = "[]";
    FAILS(loyalty_check_out_new(&options, &none, &error), TREATMENTS,
          "treatments: there are 0, allowed are 1 to 100");
    CHECK(none == UNTOUCHED);
    loyalty_customer_record_free(record);
}

/* The same check-out until a file changes or others are asked for; its scores are those of the models. */
static void opened_by_files(const char *root, const char *workspace, const struct shop *shop)
{
    const double margin = 0.3, other = 0.4;
    char spend[4096];
    snprintf(spend, sizeof spend, "%s/check_out_spend.json", workspace);
    loyalty_spend_model *model = NULL;
    OK(loyalty_spend_model_load(in_workspace(root, "golden/gamma_gamma.json"), &model, &error));
    OK(loyalty_spend_model_save(model, spend, &error));
    char purchases[4096], basis[4096], behaviours[4096];
    snprintf(purchases, sizeof purchases, "%s", in_workspace(root, "golden/bg_nbd.json"));
    snprintf(basis, sizeof basis, "%s", in_workspace(root, "golden/ledger_basis.json"));
    snprintf(behaviours, sizeof behaviours, "%s", in_workspace(root, "golden/behaviours.json"));
    loyalty_check_out_files files;
    loyalty_check_out_files_init(&files, sizeof files);
    files.purchases = purchases;
    files.spend = spend;
    files.basis = basis;
    files.behaviours = behaviours;
    loyalty_check_out_options options = options_of(shop, &margin);
    loyalty_check_out *first = NULL, *second = NULL, *third = NULL, *fourth = NULL;
    OK(loyalty_check_out_open(&files, &options, &first, &error));
    OK(loyalty_check_out_open(&files, &options, &second, &error));
    CHECK(first == second);
    options.margin = &other;
    OK(loyalty_check_out_open(&files, &options, &third, &error));
    CHECK(third != first);
    options.margin = &margin;
    OK(loyalty_spend_model_save(model, spend, &error));
    OK(loyalty_check_out_open(&files, &options, &fourth, &error));
    CHECK(fourth != first && fourth != third);

    loyalty_customer_record *record = NULL;
    OK(loyalty_customer_record_new(&record, &error));
    const int64_t customer[2] = {7, 7}, product[2] = {5, 6}, day[2] = {20400, 20440};
    const double paid[2] = {20, 30};
    loyalty_line_columns columns;
    loyalty_line_columns_init(&columns, sizeof columns);
    columns.rows = 2;
    columns.customer.numbers = customer;
    columns.product.numbers = product;
    columns.time = day;
    columns.time_scale = LOYALTY_TIME_SCALE_DAYS;
    columns.amount = paid;
    loyalty_lines *lines = NULL;
    OK(loyalty_lines_new(&columns, &lines, &error));
    OK(loyalty_customer_record_add_lines(record, lines, NULL, NULL, &error));
    loyalty_check_out_options plain = options_of(shop, &margin);
    plain.basis = NULL;
    plain.behaviours = NULL;
    files.basis = NULL;
    files.behaviours = NULL;
    loyalty_check_out *alone = NULL, *by_file = NULL;
    OK(loyalty_check_out_new(&plain, &alone, &error));
    OK(loyalty_check_out_open(&files, &plain, &by_file, &error));
    loyalty_customer_score expected, found;
    loyalty_customer_score_init(&expected, sizeof expected);
    loyalty_customer_score_init(&found, sizeof found);
    OK(loyalty_check_out_score(alone, record, NULL, 20453, LOYALTY_TIME_SCALE_DAYS, NULL, NULL, &expected,
                               NULL, 0, NULL, 0, &error));
    OK(loyalty_check_out_score(by_file, record, NULL, 20453, LOYALTY_TIME_SCALE_DAYS, NULL, NULL, &found,
                               NULL, 0, NULL, 0, &error));
    CHECK(same_bits(found.clv, expected.clv) && found.clv > 0);
    CHECK(same_bits(found.p_alive, expected.p_alive));

    files.purchases = "absent.json";
    loyalty_check_out *none = UNTOUCHED;
    FAILS(loyalty_check_out_open(&files, &plain, &none, &error), MODEL_FILE,
          "model file \"absent.json\": No such file or directory (os error 2)");
    CHECK(none == UNTOUCHED);
    loyalty_forget_opened();
    loyalty_lines_free(lines);
    loyalty_customer_record_free(record);
    loyalty_check_out_free(by_file);
    loyalty_check_out_free(alone);
    loyalty_check_out_free(fourth);
    loyalty_check_out_free(third);
    loyalty_check_out_free(second);
    loyalty_check_out_free(first);
    loyalty_spend_model_free(model);
}

int main(int argc, char **argv)
{
    const char *root = argc > 1 ? argv[1] : ".";
    struct shop shop = {0};
    open_shop(root, &shop);
    golden_customers(root, &shop);
    a_record_goes_on();
    refusals(&shop);
    opened_by_files(root, argc > 2 ? argv[2] : ".", &shop);
    close_shop(&shop);
    return finish("check_out");
}
