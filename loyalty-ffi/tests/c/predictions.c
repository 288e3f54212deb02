/* Intervals of what customers will do, and their futures drawn. */

#include "models.h"
#include "two_customers.h"

enum { DRAWS = 400 };

static const double MEAN[] = {30, 0}, MARGIN = 0.3;

struct shop {
    loyalty_purchase_model *purchases;
    loyalty_spend_model *spend;
    loyalty_summary *summary;
    loyalty_discounting *year;
    loyalty_prediction_models models;
};

static struct shop open_shop(void)
{
    struct shop shop = {0};
    OK(new_bg_nbd(0.243, 4.414, 0.793, 2.426, LOYALTY_UNIT_WEEK, &shop.purchases, &error));
    OK(new_gamma_gamma(6.25, 3.74, 15.44, &shop.spend, &error));
    OK(loyalty_discounting_annual(52, 0.1, LOYALTY_UNIT_WEEK, &shop.year, &error));
    shop.summary = weekly(MEAN);
    loyalty_prediction_models_init(&shop.models, sizeof shop.models);
    shop.models.purchases = shop.purchases;
    shop.models.spend = shop.spend;
    return shop;
}

static void close_shop(struct shop *shop)
{
    loyalty_purchase_model_free(shop->purchases);
    loyalty_spend_model_free(shop->spend);
    loyalty_summary_free(shop->summary);
    loyalty_discounting_free(shop->year);
}

static loyalty_prediction_options options_of(double level, int32_t over)
{
    loyalty_prediction_options options;
    loyalty_prediction_options_init(&options, sizeof options);
    CHECK(options.level == 0.95 && options.draws == 1000);
    options.level = level;
    options.over = over;
    return options;
}

static void purchases_have_intervals_of_counts(void)
{
    struct shop shop = open_shop();
    double estimate[2], lower[3], upper[3], total[3], expected, again[3];
    const loyalty_prediction_options each = options_of(0.9, LOYALTY_OVER_CUSTOMERS);
    OK(loyalty_purchase_prediction(&shop.models, shop.summary, 39, &each, estimate, lower, upper, 2, &error));
    OK(loyalty_purchase_model_expected_purchases(shop.purchases, 2, 30.43, 38.86, 39, &expected, &error));
    CHECK(same_bits(estimate[0], expected));
    for (int i = 0; i < 2; i++)
        CHECK(lower[i] == 0 && upper[i] >= 1 && upper[i] == (double)(int)upper[i]);
    loyalty_prediction_options all = options_of(0.9, LOYALTY_OVER_TOTAL);
    OK(loyalty_purchase_prediction(&shop.models, shop.summary, 39, &all, &total[0], &total[1], &total[2], 1,
                                   &error));
    CHECK(total[1] <= total[0] && total[0] <= total[2] && total[2] <= upper[0] + upper[1]);

    const uint32_t groups[2] = {1, 0}, beyond[2] = {1, 2};
    all.over = LOYALTY_OVER_GROUPS;
    all.groups = groups;
    OK(loyalty_purchase_prediction(&shop.models, shop.summary, 39, &all, again, lower, upper, 2, &error));
    CHECK(same_bits(again[1], estimate[0]) && same_bits(again[0], estimate[1]));
    all.groups = beyond;
    FAILS(loyalty_purchase_prediction(&shop.models, shop.summary, 39, &all, again, lower, upper, 3, &error),
          VALUE, "column \"by\", row 1: must be the number of a group, below the number of customers, got 2");
    all.over = 9;
    CHECK(loyalty_purchase_prediction(&shop.models, shop.summary, 39, &all, again, lower, upper, 2, &error) ==
          LOYALTY_STATUS_CHOICE);
    close_shop(&shop);
}

static void lifetime_values_have_intervals_of_what_is_spent(void)
{
    struct shop shop = open_shop();
    double estimate[2], lower[2], upper[2], value[2], narrow[2], wide[2];
    loyalty_prediction_options options = options_of(0.9, LOYALTY_OVER_CUSTOMERS);
    OK(loyalty_clv_prediction(&shop.models, shop.summary, shop.year, &MARGIN, 1, &options, estimate, lower,
                              upper, 2, &error));
    OK(loyalty_clv(shop.purchases, shop.spend, shop.summary, shop.year, MARGIN, 1, value, 2, &error));
    CHECK(same_column(estimate, value, 2));
    CHECK(lower[0] == 0 && lower[0] < estimate[0] && estimate[0] < upper[0]);
    options.threads = 2;
    OK(loyalty_clv_prediction(&shop.models, shop.summary, shop.year, &MARGIN, 1, &options, estimate, narrow,
                              wide, 2, &error));
    CHECK(same_column(upper, wide, 2));
    /* Parameters that are known leave nothing open of what is expected. */
    options.kind = LOYALTY_PREDICTION_KIND_EXPECTATION;
    OK(loyalty_clv_prediction(&shop.models, shop.summary, shop.year, &MARGIN, 1, &options, estimate, narrow,
                              wide, 2, &error));
    CHECK(narrow[0] > lower[0] && wide[0] < upper[0]);
    OK(loyalty_clv_prediction(&shop.models, shop.summary, shop.year, &MARGIN, 1, NULL, estimate, narrow,
                              wide, 2, &error));
    CHECK(wide[0] >= upper[0]);

    FAILS(loyalty_clv_prediction(&shop.models, shop.summary, shop.year, &MARGIN, 1, NULL, estimate, narrow,
                                 wide, 1, &error),
          LENGTH, "column \"out\" has 1 rows, but 2 are expected");
    options.draws = 3;
    FAILS(loyalty_clv_prediction(&shop.models, shop.summary, shop.year, &MARGIN, 1, &options, estimate,
                                 narrow, wide, 2, &error),
          PARAMETER, "draws must be from 100 to 1e6, got 3");
    shop.models.spend = NULL;
    FAILS(loyalty_clv_prediction(&shop.models, shop.summary, shop.year, &MARGIN, 1, NULL, estimate, narrow,
                                 wide, 2, &error),
          NULL_ARGUMENT, "spend must not be NULL");
    close_shop(&shop);
}

/* A posterior in place of the model; both at once are one too many. */
static void a_posterior_says_how_sure_it_is(const char *root)
{
    struct shop shop = open_shop();
    loyalty_purchase_posterior *posterior = NULL;
    OK(loyalty_purchase_posterior_load(in_workspace(root, "golden/posterior_bg_nbd.json"), &posterior, &error));
    double estimate[2], lower[2], upper[2];
    shop.models.purchase_posterior = posterior;
    FAILS(loyalty_purchase_prediction(&shop.models, shop.summary, 39, NULL, estimate, lower, upper, 2, &error),
          CHOICE, "purchases must be a model or its posterior, got \"both\"");
    shop.models.purchases = NULL;
    OK(loyalty_purchase_prediction(&shop.models, shop.summary, 39, NULL, estimate, lower, upper, 2, &error));
    CHECK(lower[0] == 0 && estimate[0] > 0 && upper[0] > estimate[0]);
    loyalty_purchase_posterior_free(posterior);
    close_shop(&shop);
}

static void futures_are_drawn(void)
{
    struct shop shop = open_shop();
    static uint32_t purchases[2 * DRAWS], again[2 * DRAWS];
    static bool alive[2 * DRAWS], at_horizon[2 * DRAWS];
    OK(loyalty_purchase_model_simulate_future(shop.purchases, shop.summary, 39, DRAWS, 7, 2, purchases, alive,
                                              at_horizon, 2 * DRAWS, &error));
    double expected, mean = 0;
    OK(loyalty_purchase_model_expected_purchases(shop.purchases, 2, 30.43, 38.86, 39, &expected, &error));
    for (int draw = 0; draw < DRAWS; draw++) {
        mean += purchases[draw] / (double)DRAWS;
        CHECK(alive[draw] || (!at_horizon[draw] && purchases[draw] == 0));
        CHECK(alive[DRAWS + draw]);
    }
    CHECK(mean > 0.7 * expected && mean < 1.3 * expected);
    OK(loyalty_purchase_model_simulate_future(shop.purchases, shop.summary, 39, DRAWS, 7, 1, again, NULL, NULL,
                                              2 * DRAWS, &error));
    CHECK(memcmp(purchases, again, sizeof purchases) == 0);
    FAILS(loyalty_purchase_model_simulate_future(shop.purchases, shop.summary, 39, 4000000000u, 7, 1, again,
                                                 NULL, NULL, 2, &error),
          LENGTH, "column \"purchases\" has 2 rows, but 8000000000 are expected");
    CHECK(loyalty_purchase_model_simulate_future(shop.purchases, shop.summary, -1, 1, 7, 1, again, NULL, NULL,
                                                 2, &error) == LOYALTY_STATUS_PARAMETER);
    close_shop(&shop);
}

int main(int argc, char **argv)
{
    const char *root = argc > 1 ? argv[1] : ".";
    purchases_have_intervals_of_counts();
    lifetime_values_have_intervals_of_what_is_spent();
    a_posterior_says_how_sure_it_is(root);
    futures_are_drawn();
    return finish("predictions");
}
