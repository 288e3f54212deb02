/* What the BG/NBD says of the future, and the correlation that lifetime values rest on. */

#include "models.h"
#include "two_customers.h"

#include <math.h>

static bool near(double got, double expected, double tolerance)
{
    return fabs(got - expected) <= tolerance * fabs(expected);
}

static loyalty_purchase_model *cdnow_model(void)
{
    loyalty_purchase_model *model = NULL;
    OK(new_bg_nbd(0.243, 4.414, 0.793, 2.426, LOYALTY_UNIT_WEEK, &model, &error));
    return model;
}

/* 60-digit arithmetic (scripts/reference_values). */
static void one_customer_has_the_high_precision_values(void)
{
    loyalty_purchase_model *model = cdnow_model();
    double later, none, one, counts[4];
    OK(loyalty_purchase_model_p_alive_at(model, 2, 30.43, 38.86, 39, &later, &error));
    OK(loyalty_purchase_model_p_no_purchase(model, 2, 30.43, 38.86, 39, &none, &error));
    OK(loyalty_purchase_model_p_n_purchases(model, 2, 30.43, 38.86, 1, 39, &one, &error));
    OK(loyalty_purchase_model_purchase_distribution(model, 2, 30.43, 38.86, 39, counts, 4, &error));
    CHECK(near(later, 0.56713803562793, 1e-13));
    CHECK(near(none, 0.445372862082995, 1e-13));
    CHECK(near(one, 0.239318937435028, 1e-13));
    CHECK(same_bits(counts[0], none) && same_bits(counts[1], one));
    CHECK(near(counts[3], 0.171124978617392, 1e-13));
    CHECK(near(counts[0] + counts[1] + counts[2] + counts[3], 1, 1e-15));
    loyalty_purchase_model_free(model);
}

static void the_future_may_have_no_end(void)
{
    loyalty_purchase_model *model = cdnow_model();
    loyalty_discounting *whole = NULL;
    double residual;
    OK(loyalty_discounting_annual(INFINITY, 0.1, LOYALTY_UNIT_WEEK, &whole, &error));
    OK(loyalty_purchase_model_discounted_purchases(model, 2, 30.43, 38.86, whole, &residual,
                                                   &error));
    CHECK(near(residual, 6.37174300017801, 1e-13));
    loyalty_discounting_free(whole);
    whole = UNTOUCHED;
    FAILS(loyalty_discounting_continuous(INFINITY, 0, &whole, &error), PARAMETER,
          "discount_rate must be finite and > 0, got 0");
    CHECK((void *)whole == UNTOUCHED);
    loyalty_purchase_model_free(model);
}

static void many_customers_have_the_bits_of_each(void)
{
    enum { COUNTS = 3 };
    loyalty_purchase_model *model = cdnow_model();
    loyalty_summary *summary = weekly(NULL);
    double later[2], none[2], counts[2 * COUNTS], alone[COUNTS], one;
    OK(loyalty_purchase_model_p_alive_at_batch(model, summary, 39, 0, later, 2, &error));
    OK(loyalty_purchase_model_p_no_purchase_batch(model, summary, 39, 0, none, 2, &error));
    OK(loyalty_purchase_model_purchase_distribution_batch(model, summary, 39, COUNTS, 0, counts,
                                                          2 * COUNTS, &error));
    for (int row = 0; row < 2; row++) {
        uint32_t x = (uint32_t)X[row];
        OK(loyalty_purchase_model_p_alive_at(model, x, T_X[row], AGE[row], 39, &one, &error));
        CHECK(same_bits(one, later[row]));
        OK(loyalty_purchase_model_p_no_purchase(model, x, T_X[row], AGE[row], 39, &one, &error));
        CHECK(same_bits(one, none[row]));
        OK(loyalty_purchase_model_purchase_distribution(model, x, T_X[row], AGE[row], 39, alone,
                                                        COUNTS, &error));
        CHECK(same_column(alone, counts + row * COUNTS, COUNTS));
    }
    FAILS(loyalty_purchase_model_p_alive_at_batch(model, summary, 39, 0, later, 1, &error), LENGTH,
          "column \"out\" has 1 rows, but 2 are expected");
    FAILS(loyalty_purchase_model_p_no_purchase_batch(model, NULL, 39, 0, none, 2, &error),
          NULL_ARGUMENT, "summary must not be NULL");
    FAILS(loyalty_purchase_model_purchase_distribution_batch(model, summary, 39, 4, 0, counts, 6,
                                                             &error),
          LENGTH, "column \"out\" has 6 rows, but 8 are expected");
    FAILS(loyalty_purchase_model_purchase_distribution_batch(model, summary, 39, 0, 0, counts, 0,
                                                             &error),
          EMPTY, "the distribution is empty: from 1 to 4294967295 counts");
    loyalty_summary_free(summary);
    loyalty_purchase_model_free(model);
}

static void bad_questions_are_refused(void)
{
    loyalty_purchase_model *model = cdnow_model();
    double out = 7;
    FAILS(loyalty_purchase_model_p_alive_at(model, 2, 30.43, 38.86, -1, &out, &error), PARAMETER,
          "horizon must be finite and >= 0, got -1");
    FAILS(loyalty_purchase_model_p_no_purchase(model, 2, 30.43, 38.86, NAN, &out, &error),
          PARAMETER, "horizon must be finite and >= 0, got NaN");
    FAILS(loyalty_purchase_model_p_n_purchases(model, 2, 40, 38.86, 1, 39, &out, &error), PARAMETER,
          "recency must be finite, >= 0 and <= T, got 40");
    FAILS(loyalty_purchase_model_p_alive_at(NULL, 2, 30.43, 38.86, 1, &out, &error), NULL_ARGUMENT,
          "model must not be NULL");
    FAILS(loyalty_purchase_model_p_alive_at(model, 2, 30.43, 38.86, 1, NULL, &error), NULL_ARGUMENT,
          "out must not be NULL");
    CHECK(out == 7);
    FAILS(loyalty_purchase_model_purchase_distribution(model, 2, 30.43, 38.86, 1, NULL, 3, &error),
          NULL_ARGUMENT, "out must not be NULL");
    loyalty_purchase_model_free(model);
}

static void frequency_and_value_have_their_correlation(void)
{
    const double x[] = {1, 2, 3, 4}, t_x[] = {5, 5, 5, 5}, age[] = {9, 9, 9, 9};
    const double mean[] = {10, 30, 20, 40};
    loyalty_summary *summary = NULL, *two = weekly(NULL);
    loyalty_summary_columns columns;
    loyalty_correlation pearson = {7, 7, 7, 7}, spearman;
    loyalty_summary_columns_init(&columns, sizeof columns);
    columns.rows = 4;
    columns.frequency = x;
    columns.recency = t_x;
    columns.T = age;
    columns.monetary_value = mean;
    OK(loyalty_summary_new(&columns, &summary, &error));
    FAILS(loyalty_frequency_value_correlation(two, 0.95, &pearson, &spearman, &error),
          MISSING_COLUMN,
          "the frequency-value correlation needs the column \"monetary_value\", which is missing");
    FAILS(loyalty_frequency_value_correlation(summary, 1, &pearson, &spearman, &error), PARAMETER,
          "level must be above 0 and below 1, got 1");
    FAILS(loyalty_frequency_value_correlation(summary, 0.95, &pearson, NULL, &error), NULL_ARGUMENT,
          "spearman must not be NULL");
    CHECK(pearson.coefficient == 7 && pearson.upper == 7);
    OK(loyalty_frequency_value_correlation(summary, 0.95, &pearson, &spearman, &error));
    CHECK(near(pearson.coefficient, 0.8, 1e-14) && near(spearman.coefficient, 0.8, 1e-14));
    /* With four customers Student's t makes the p-value 1 - |r|. */
    CHECK(near(pearson.p_value, 0.2, 1e-12) && pearson.lower < 0 && pearson.upper > 0.9);
    loyalty_summary_free(summary);
    loyalty_summary_free(two);
    two = weekly((const double[]){30, 0});
    FAILS(loyalty_frequency_value_correlation(two, 0.95, &pearson, &spearman, &error), EMPTY,
          "the frequency-value correlation is empty: four customers who differ in frequency and in "
          "value");
    loyalty_summary_free(two);
}

int main(void)
{
    one_customer_has_the_high_precision_values();
    the_future_may_have_no_end();
    many_customers_have_the_bits_of_each();
    bad_questions_are_refused();
    frequency_and_value_have_their_correlation();
    return finish("future");
}
