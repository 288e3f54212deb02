/* Scores by a model with covariates: named columns, to the last bit, and what is refused. */

#include "covariate_shop.h"

static void golden(const loyalty_purchase_with_covariates *model, const loyalty_summary *summary,
                   const loyalty_covariates *covariates, size_t threads)
{
    double *out = room(rows, sizeof *out), *counts = room(3 * rows, sizeof *counts);
    loyalty_discounting *residual = NULL;
    OK(loyalty_discounting_annual(1.0 / 0.0, 0.1, LOYALTY_UNIT_WEEK, &residual, &error));
    OK(loyalty_purchase_with_covariates_p_alive(model, summary, covariates, threads, out, rows,
                                                &error));
    CHECK(same_column(out, column[P_ALIVE], rows));
    OK(loyalty_purchase_with_covariates_p_alive_at(model, summary, covariates, 0, threads, out,
                                                   rows, &error));
    CHECK(same_column(out, column[P_ALIVE], rows));
    OK(loyalty_purchase_with_covariates_expected_purchases(model, summary, covariates, 13, threads,
                                                           out, rows, &error));
    CHECK(same_column(out, column[EXPECTED_13], rows));
    OK(loyalty_purchase_with_covariates_p_no_purchase(model, summary, covariates, 13, threads, out,
                                                      rows, &error));
    CHECK(same_column(out, column[NONE_13], rows));
    OK(loyalty_purchase_with_covariates_discounted_purchases(model, summary, covariates, residual,
                                                             threads, out, rows, &error));
    CHECK(same_column(out, column[DERT], rows));
    OK(loyalty_purchase_with_covariates_purchase_distribution(model, summary, covariates, 13, 3,
                                                              threads, counts, 3 * rows, &error));
    for (size_t row = 0; row < rows; row++) {
        CHECK(same_bits(counts[3 * row], column[NONE_13][row]));
    }
    loyalty_discounting_free(residual);
    free(counts);
    free(out);
}

static void refused(const loyalty_purchase_with_covariates *model, const loyalty_summary *summary)
{
    double *out = room(rows, sizeof *out);
    loyalty_covariates *covariates = NULL;
    const int64_t fax[] = {0, 3};
    const loyalty_ids unknown = {NULL, fax, "fax"}, numbers = {offsets, NULL, NULL};
    loyalty_covariate_columns columns = known(1, &unknown);

    covariates = covariates_of(1, &unknown);
    FAILS(loyalty_purchase_with_covariates_p_alive(model, summary, covariates, 0, out, rows, &error),
          LENGTH, "column \"covariates\" has 1 rows, but 600 are expected");
    loyalty_covariates_free(covariates);

    covariates = UNTOUCHED;
    columns.category_names = &AGE_NAME;
    FAILS(loyalty_covariates_new(&columns, &covariates, &error), MISSING_COLUMN,
          "the covariate \"age\" is there twice");
    columns = known(1, &numbers);
    FAILS(loyalty_covariates_new(&columns, &covariates, &error), TYPE,
          "column \"channel\" must hold text, got whole numbers");
    columns = known(0, &unknown);
    FAILS(loyalty_covariates_new(&columns, &covariates, &error), EMPTY,
          "the table of covariates is empty: at least one customer");
    CHECK(covariates == UNTOUCHED);

    /* Without the category. */
    columns = known(rows, NULL);
    columns.category_count = 0;
    OK(loyalty_covariates_new(&columns, &covariates, &error));
    FAILS(loyalty_purchase_with_covariates_p_alive(model, summary, covariates, 0, out, rows, &error),
          MISSING_COLUMN, "the covariate \"channel\" is missing: the model has learnt from it");
    loyalty_covariates_free(covariates);

    /* A level that was not learnt: the first row's "shop" is cut to "sho". */
    int64_t *cut = room(rows + 1, sizeof *cut);
    memcpy(cut, offsets, (rows + 1) * sizeof *cut);
    cut[1]--;
    const loyalty_ids other = {NULL, cut, channel};
    covariates = covariates_of(1, &other);
    loyalty_summary *one = NULL;
    loyalty_summary_columns first;
    loyalty_summary_columns_init(&first, sizeof first);
    first.rows = 1;
    first.frequency = column[X];
    first.recency = column[T_X];
    first.T = column[T];
    OK(loyalty_summary_new(&first, &one, &error));
    FAILS(loyalty_purchase_with_covariates_p_alive(model, one, covariates, 0, out, 1, &error), VALUE,
          "column \"channel\", row 0: must be a level that the model has learnt from, got \"sho\"");
    loyalty_summary_free(one);
    loyalty_covariates_free(covariates);
    free(cut);
    free(out);
}

int main(int count, char **arguments)
{
    const char *root = count > 1 ? arguments[1] : ".";
    loyalty_purchase_with_covariates *model = NULL;
    loyalty_purchase_model *plain = UNTOUCHED;
    loyalty_spend_with_covariates *spend = UNTOUCHED;
    const char *path = in_workspace(root, "golden/pareto_nbd_with_covariates.json");

    OK(loyalty_purchase_with_covariates_load(path, &model, &error));
    CHECK(loyalty_purchase_with_covariates_kind(model) == LOYALTY_PURCHASE_KIND_PARETO_NBD);
    CHECK(loyalty_purchase_with_covariates_unit(model) == LOYALTY_UNIT_WEEK);
    CHECK(loyalty_purchase_model_load(path, &plain, &error) == LOYALTY_STATUS_MODEL_FILE);
    CHECK(loyalty_spend_with_covariates_load(path, &spend, &error) == LOYALTY_STATUS_MODEL_FILE);
    CHECK(plain == UNTOUCHED && spend == UNTOUCHED);

    read_scores(root);
    const loyalty_ids levels = {NULL, offsets, channel};
    loyalty_summary *summary = summary_of(NULL, LOYALTY_UNIT_WEEK);
    loyalty_covariates *covariates = covariates_of(rows, &levels);
    for (size_t threads = 0; threads < 4; threads++) {
        golden(model, summary, covariates, threads);
    }
    refused(model, summary);

    loyalty_covariates_free(covariates);
    loyalty_covariates_free(NULL);
    loyalty_summary_free(summary);
    loyalty_purchase_with_covariates_free(model);
    loyalty_purchase_with_covariates_free(NULL);
    loyalty_spend_with_covariates_free(NULL);
    return finish("covariates");
}
