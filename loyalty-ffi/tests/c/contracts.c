/* Contracts and the models of them: published fits, one customer and many, refusals. */

#include "check.h"

#include <math.h>

enum { COUNTS = 8 };
static const double RENEWALS[COUNTS] = {0, 1, 2, 3, 4, 5, 6, 7};
static const double REGULAR[COUNTS] = {1000, 631, 468, 382, 326, 289, 262, 241};

static bool near(double got, double expected, double tolerance)
{
    return fabs(got - expected) <= tolerance;
}

static loyalty_contracts *regular(void)
{
    loyalty_contracts *contracts = NULL;
    OK(loyalty_contracts_of_cohorts(NULL, RENEWALS, REGULAR, COUNTS, &contracts, &error));
    return contracts;
}

/* Fader & Hardie (2007). */
static void the_published_fit_comes_back(void)
{
    loyalty_contracts *contracts = regular();
    loyalty_contract_model *model = NULL;
    loyalty_fit *fit = NULL;
    double gamma, delta, ln_l;
    int32_t kind;
    char name[16];
    OK(loyalty_contract_kind_of("sbg", &kind, &error));
    CHECK(kind == LOYALTY_CONTRACT_KIND_SBG);
    OK(loyalty_contract_kind_name(LOYALTY_CONTRACT_KIND_BDW, name, sizeof name, NULL, &error));
    CHECK(strcmp(name, "bdw") == 0);
    OK(loyalty_contract_model_fit(kind, contracts, NULL, &fit, &model, &error));
    OK(loyalty_contract_model_parameter_value(model, 0, &gamma, &error));
    OK(loyalty_contract_model_parameter_value(model, 1, &delta, &error));
    OK(loyalty_contract_model_log_likelihood(model, contracts, &ln_l, &error));
    CHECK(near(gamma, 0.704, 5e-4) && near(delta, 1.182, 5e-4));
    CHECK(near(ln_l, -1680.265188, 1e-6));
    CHECK(loyalty_fit_stop(fit) == LOYALTY_STOP_CONVERGED);
    CHECK(loyalty_contract_model_kind(model) == kind);
    CHECK(loyalty_contract_model_parameter_count(model) == 2);
    loyalty_fit_free(fit);
    loyalty_contract_model_free(model);
    loyalty_contracts_free(contracts);
}

static void many_contracts_have_the_bits_of_each(void)
{
    const double values[] = {0.6, 2.0, 1.6}, renewals[] = {0, 5, 5}, margin = 24;
    const bool left[] = {false, false, true};
    loyalty_contract_model *model = NULL;
    loyalty_contracts *contracts = NULL;
    double churn[3], later[3], clv[3], one;
    uint32_t made[3];
    bool gone[3];
    OK(loyalty_contract_model_new(LOYALTY_CONTRACT_KIND_BDW, values, 3, &model, &error));
    OK(loyalty_contracts_new(renewals, left, NULL, 3, &contracts, &error));
    CHECK(loyalty_contracts_len(contracts) == 3);
    OK(loyalty_contracts_renewals(contracts, made, 3, &error));
    OK(loyalty_contracts_left(contracts, gone, 3, &error));
    CHECK(made[1] == 5 && !gone[1] && gone[2]);
    OK(loyalty_contract_model_churn_batch(model, contracts, 0, churn, 3, &error));
    OK(loyalty_contract_model_survival_batch(model, contracts, 4, 0, later, 3, &error));
    OK(loyalty_contract_model_clv_batch(model, contracts, &margin, 1, 0, 0.1, 0, clv, 3, &error));
    for (int row = 0; row < 2; row++) {
        OK(loyalty_contract_model_churn(model, made[row], &one, &error));
        CHECK(same_bits(one, churn[row]));
        OK(loyalty_contract_model_survival(model, made[row], 4, &one, &error));
        CHECK(same_bits(one, later[row]));
        OK(loyalty_contract_model_discounted_renewals(model, made[row], 0, 0.1, &one, &error));
        CHECK(same_bits(24 * one, clv[row]));
    }
    CHECK(churn[2] == 0 && later[2] == 0 && clv[2] == 0);
    OK(loyalty_contract_model_discounted_lifetime(model, 1, 0.1, &one, &error));
    OK(loyalty_contract_model_survival(model, 0, 1, &later[0], &error));
    CHECK(near(one, 1 + later[0] / 1.1, 1e-15));
    FAILS(loyalty_contract_model_discounted_renewals(model, 0, 0, 0, &one, &error), PARAMETER,
          "discount_rate must be finite and > 0, got 0");
    FAILS(loyalty_contract_model_churn_batch(model, contracts, 0, churn, 2, &error), LENGTH,
          "column \"out\" has 2 rows, but 3 are expected");
    FAILS(loyalty_contract_model_clv_batch(model, contracts, values, 2, 0, 0.1, 0, clv, 3, &error),
          LENGTH, "column \"margin\" has 2 rows, but 3 are expected");
    loyalty_contracts_free(contracts);
    loyalty_contract_model_free(model);
}

static void tables_are_refused_by_row(void)
{
    const double rises[] = {10, 11}, half[] = {0, 0.5};
    loyalty_contracts *contracts = UNTOUCHED;
    FAILS(loyalty_contracts_of_cohorts(NULL, RENEWALS, rises, 2, &contracts, &error), VALUE,
          "column \"customers\", row 1: must be at most the customers one renewal before, got 11");
    FAILS(loyalty_contracts_new(half, NULL, NULL, 2, &contracts, &error), VALUE,
          "column \"renewals\", row 1: must be a whole number from 0 to 100000, got 0.5");
    FAILS(loyalty_contracts_new(NULL, NULL, NULL, 0, &contracts, &error), EMPTY,
          "the table of contracts is empty: at least one customer");
    CHECK((void *)contracts == UNTOUCHED);
}

int main(void)
{
    the_published_fit_comes_back();
    many_contracts_have_the_bits_of_each();
    tables_are_refused_by_row();
    return finish("contracts");
}
