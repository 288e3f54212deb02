/* Files opened once per process: the same object until the file changes, for any number of threads. */

#include "models.h"

#include <pthread.h>
#include <time.h>

static char path[4096];

static void save_bg_nbd(double r)
{
    loyalty_purchase_model *model = NULL;
    OK(new_bg_nbd(r, 4.414, 0.793, 2.426, 0, &model, &error));
    OK(loyalty_purchase_model_save(model, path, &error));
    loyalty_purchase_model_free(model);
}

static loyalty_purchase_model *opened(void)
{
    loyalty_purchase_model *model = NULL;
    OK(loyalty_purchase_model_open(path, &model, &error));
    return model;
}

static double r_of(const loyalty_purchase_model *model)
{
    double r = 0;
    OK(loyalty_purchase_model_parameter_value(model, 0, &r, &error));
    return r;
}

static void the_same_until_the_file_changes(void)
{
    save_bg_nbd(0.25);
    loyalty_purchase_model *first = opened(), *second = opened();
    CHECK(first == second && r_of(first) == 0.25);
    loyalty_purchase_model_free(second);
    CHECK(r_of(first) == 0.25);

    save_bg_nbd(0.5);
    loyalty_purchase_model *third = opened();
    CHECK(third != first && r_of(third) == 0.5 && r_of(first) == 0.25);
    const uintptr_t kept = (uintptr_t)third;
    loyalty_purchase_model_free(first);
    loyalty_purchase_model_free(third);

    /* Nobody holds it, as after a request of PHP; the library does. */
    loyalty_purchase_model *fourth = opened();
    CHECK((uintptr_t)fourth == kept);
    loyalty_forget_opened();
    loyalty_purchase_model *fifth = opened();
    CHECK(fifth != fourth && r_of(fifth) == r_of(fourth));
    loyalty_purchase_model_free(fourth);
    loyalty_purchase_model_free(fifth);
}

/* A file has many names, and is one of each kind. */
static void by_its_canonical_path(const char *folder)
{
    char roundabout[8300];
    snprintf(roundabout, sizeof roundabout, "%s/./opened.json", folder);
    loyalty_purchase_model *straight = opened(), *other = NULL;
    OK(loyalty_purchase_model_open(roundabout, &other, &error));
    CHECK(straight == other);
    loyalty_purchase_model_free(other);
    loyalty_purchase_model_free(straight);

    loyalty_spend_model *spend = NULL;
    char expected[4200];
    snprintf(expected, sizeof expected,
             "model file \"%s\": holds a bg-nbd model, not one of spend", path);
    FAILS(loyalty_spend_model_open(path, &spend, &error), MODEL_FILE, expected);
    CHECK(spend == NULL);
}

static void a_file_that_fails_is_not_kept(void)
{
    loyalty_purchase_model *model = NULL;
    FAILS(loyalty_purchase_model_open("no/such/file.json", &model, &error), MODEL_FILE,
          "model file \"no/such/file.json\": No such file or directory (os error 2)");
    for (int i = 0; i < 2; i++) {
        FILE *file = fopen(path, "w");
        CHECK(file != NULL && fputs("{", file) >= 0 && fclose(file) == 0);
        CHECK(loyalty_purchase_model_open(path, &model, NULL) == LOYALTY_STATUS_MODEL_FILE);
    }
    CHECK(model == NULL);
    save_bg_nbd(0.75);
    model = opened();
    CHECK(r_of(model) == 0.75);
    loyalty_purchase_model_free(model);
}

enum { THREADS = 8 };

static void *open_it(void *place)
{
    loyalty_purchase_model **model = place;
    loyalty_error *mine = NULL;
    const loyalty_status status = loyalty_purchase_model_open(path, model, &mine);
    loyalty_error_free(mine);
    return status == LOYALTY_STATUS_OK ? place : NULL;
}

static void threads_get_what_the_first_loads(void)
{
    loyalty_forget_opened();
    pthread_t threads[THREADS];
    loyalty_purchase_model *models[THREADS] = {NULL};
    for (size_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, open_it, &models[i]) == 0);
    for (size_t i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    for (size_t i = 0; i < THREADS; i++) {
        CHECK(models[i] != NULL && models[i] == models[0]);
        loyalty_purchase_model_free(models[i]);
    }
}

static void what_is_shared_stands_still(const char *root)
{
    char returns[4096];
    snprintf(returns, sizeof returns, "%s/golden/return_propensity.json", root);
    loyalty_return_propensity *shared = NULL, *own = NULL;
    OK(loyalty_return_propensity_open(returns, &shared, &error));
    const int32_t today = loyalty_return_propensity_today(shared);
    FAILS(loyalty_return_propensity_advance(shared, today + 1, &error), READ_ONLY,
          "model is shared with whoever opened its file and cannot be changed: load it instead");
    CHECK(loyalty_return_propensity_today(shared) == today);
    /* Also where nobody else holds it any more. */
    loyalty_forget_opened();
    CHECK(loyalty_return_propensity_advance(shared, today + 1, NULL) == LOYALTY_STATUS_READ_ONLY);
    OK(loyalty_return_propensity_load(returns, &own, &error));
    OK(loyalty_return_propensity_advance(own, today + 1, &error));
    loyalty_return_propensity_free(own);
    loyalty_return_propensity_free(shared);
}

/* Opens a file of golden/ by the function of its handle, twice. */
#define OPENS(handle, file)                                                                        \
    do {                                                                                           \
        char golden[4096];                                                                         \
        snprintf(golden, sizeof golden, "%s/golden/%s", root, file);                               \
        loyalty_##handle *first = NULL, *second = NULL;                                            \
        OK(loyalty_##handle##_open(golden, &first, &error));                                       \
        OK(loyalty_##handle##_open(golden, &second, &error));                                      \
        CHECK(first != NULL && first == second);                                                   \
        loyalty_##handle##_free(first);                                                            \
        loyalty_##handle##_free(second);                                                           \
    } while (0)

static void every_handle_that_is_kept_in_a_file(const char *root)
{
    OPENS(purchase_model, "bg_nbd.json");
    OPENS(spend_model, "gamma_gamma.json");
    OPENS(purchase_with_covariates, "pareto_nbd_with_covariates.json");
    OPENS(purchase_posterior, "posterior_bg_nbd.json");
    OPENS(spend_posterior, "posterior_gamma_gamma.json");
    OPENS(purchase_posterior_with_covariates, "posterior_bg_nbd_with_covariates.json");
    OPENS(spend_posterior_with_covariates, "posterior_gamma_gamma_with_covariates.json");
    OPENS(forecast, "anchored_forecast.json");
    OPENS(return_propensity, "return_propensity.json");
    OPENS(return_propensity, "return_propensity.compact");
    OPENS(behaviours, "behaviours.json");
    OPENS(ledger_basis, "ledger_basis.json");
}

static void says_what_an_open_costs(const char *root)
{
    enum { TIMES = 2000 };
    char returns[4096];
    snprintf(returns, sizeof returns, "%s/golden/return_propensity.json", root);
    const clock_t start = clock();
    for (int i = 0; i < TIMES; i++) {
        loyalty_return_propensity *model = NULL;
        OK(loyalty_return_propensity_open(returns, &model, &error));
        loyalty_return_propensity_free(model);
    }
    printf("opened again: %.1f us\n", (double)(clock() - start) / CLOCKS_PER_SEC * 1e6 / TIMES);
}

int main(int argc, char **argv)
{
    const char *root = argc > 1 ? argv[1] : ".", *folder = argc > 2 ? argv[2] : ".";
    snprintf(path, sizeof path, "%s/opened.json", folder);
    the_same_until_the_file_changes();
    by_its_canonical_path(folder);
    a_file_that_fails_is_not_kept();
    threads_get_what_the_first_loads();
    what_is_shared_stands_still(root);
    every_handle_that_is_kept_in_a_file(root);
    says_what_an_open_costs(root);
    loyalty_forget_opened();
    remove(path);
    return finish("opened");
}
