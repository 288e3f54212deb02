/* Models from memory: what a file holds makes the same model, and the model the same bytes. */

#include "models.h"

#include <stdint.h>

/* All of a file of golden/; the caller frees it. */
static uint8_t *content(const char *root, const char *file, size_t *length)
{
    FILE *opened = fopen(in_workspace(root, file), "rb");
    CHECK(opened != NULL && fseek(opened, 0, SEEK_END) == 0);
    *length = (size_t)ftell(opened);
    rewind(opened);
    uint8_t *bytes = room(*length, 1);
    CHECK(fread(bytes, 1, *length, opened) == *length);
    fclose(opened);
    return bytes;
}

/* A handle from the bytes of a file of golden/, and its bytes: those of the file. */
#define RETURNS_AS_IT_CAME(handle, file) RETURNS_BY(handle, file, to_bytes)
#define RETURNS_BY(handle, file, to)                                                               \
    do {                                                                                           \
        size_t length = 0;                                                                         \
        uint8_t *bytes = content(root, "golden/" file, &length);                                   \
        loyalty_##handle *made = NULL;                                                             \
        loyalty_bytes *back = NULL;                                                                \
        OK(loyalty_##handle##_from_bytes(bytes, length, &made, &error));                           \
        OK(loyalty_##handle##_##to(made, &back, &error));                                          \
        CHECK(loyalty_bytes_length(back) == length);                                               \
        CHECK(loyalty_bytes_length(back) == length &&                                              \
              memcmp(loyalty_bytes_data(back), bytes, length) == 0);                               \
        loyalty_##handle##_free(made);                                                             \
        loyalty_bytes_free(back);                                                                  \
        made = UNTOUCHED;                                                                          \
        CHECK(loyalty_##handle##_from_bytes(bytes, length / 2, &made, NULL) ==                     \
              LOYALTY_STATUS_MODEL_FILE);                                                          \
        CHECK(loyalty_##handle##_from_bytes(NULL, 0, &made, NULL) == LOYALTY_STATUS_MODEL_FILE);   \
        CHECK(loyalty_##handle##_from_bytes(NULL, 1, &made, NULL) ==                               \
              LOYALTY_STATUS_NULL_ARGUMENT);                                                       \
        CHECK(made == UNTOUCHED);                                                                  \
        CHECK(loyalty_##handle##_##to(NULL, &back, NULL) == LOYALTY_STATUS_NULL_ARGUMENT);         \
        free(bytes);                                                                               \
    } while (0)

static void every_handle_returns_as_it_came(const char *root)
{
    RETURNS_AS_IT_CAME(purchase_model, "bg_nbd.json");
    RETURNS_AS_IT_CAME(spend_model, "gamma_gamma.json");
    RETURNS_AS_IT_CAME(purchase_with_covariates, "pareto_nbd_with_covariates.json");
    RETURNS_AS_IT_CAME(purchase_posterior, "posterior_bg_nbd.json");
    RETURNS_AS_IT_CAME(spend_posterior, "posterior_gamma_gamma.json");
    RETURNS_AS_IT_CAME(purchase_posterior_with_covariates, "posterior_bg_nbd_with_covariates.json");
    RETURNS_AS_IT_CAME(spend_posterior_with_covariates,
                       "posterior_gamma_gamma_with_covariates.json");
    RETURNS_AS_IT_CAME(forecast, "anchored_forecast.json");
    RETURNS_AS_IT_CAME(return_propensity, "return_propensity.json");
    RETURNS_BY(return_propensity, "return_propensity.compact", to_compact_bytes);
    RETURNS_AS_IT_CAME(behaviours, "behaviours.json");
    RETURNS_AS_IT_CAME(ledger_basis, "ledger_basis.json");
}

/* Both encodings are of one model, and either is written from what the other was read from. */
static void either_encoding_makes_the_other(const char *root, const char *folder)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/model_bytes.compact", folder);
    size_t length = 0;
    uint8_t *json = content(root, "golden/return_propensity.json", &length);
    loyalty_return_propensity *of_json = NULL, *of_compact = NULL;
    loyalty_bytes *back = NULL;
    OK(loyalty_return_propensity_from_bytes(json, length, &of_json, &error));
    OK(loyalty_return_propensity_save_compact(of_json, path, &error));
    OK(loyalty_return_propensity_load(path, &of_compact, &error));
    OK(loyalty_return_propensity_to_bytes(of_compact, &back, &error));
    CHECK(loyalty_bytes_length(back) == length &&
          memcmp(loyalty_bytes_data(back), json, length) == 0);
    loyalty_bytes_free(back);
    loyalty_return_propensity_free(of_json);
    loyalty_return_propensity_free(of_compact);
    free(json);

    /* A model of another kind has no such file, and says so by the file's name. */
    char expected[4300];
    loyalty_behaviours *behaviours = UNTOUCHED;
    snprintf(expected, sizeof expected,
             "model file \"%s\": is in the compact encoding, which files of return-propensity alone have", path);
    FAILS(loyalty_behaviours_load(path, &behaviours, &error), MODEL_FILE, expected);
    CHECK(behaviours == UNTOUCHED);
    remove(path);
}

static void says_which_handle(const char *root, const char *file, int32_t expected,
                              const char *kind)
{
    char path[4096], name[32];
    snprintf(path, sizeof path, "golden/%s", file);
    int32_t handle = -1;
    size_t length = 0, full = 0;
    uint8_t *bytes = content(root, path, &length);
    OK(loyalty_model_kind_of_bytes(bytes, length, &handle, name, sizeof name, &full, &error));
    CHECK(handle == expected && strcmp(name, kind) == 0 && full == strlen(kind));
    handle = -1;
    OK(loyalty_model_kind_of_file(in_workspace(root, path), &handle, NULL, 0, NULL, &error));
    CHECK(handle == expected);
    free(bytes);
}

static void a_file_says_what_it_is(const char *root)
{
    says_which_handle(root, "bg_nbd.json", LOYALTY_MODEL_KIND_PURCHASE_MODEL, "bg-nbd");
    says_which_handle(root, "gamma_gamma.json", LOYALTY_MODEL_KIND_SPEND_MODEL, "gamma-gamma");
    says_which_handle(root, "pareto_nbd_with_covariates.json",
                      LOYALTY_MODEL_KIND_PURCHASE_WITH_COVARIATES, "pareto-nbd-with-covariates");
    says_which_handle(root, "posterior_bg_nbd.json", LOYALTY_MODEL_KIND_PURCHASE_POSTERIOR,
                      "posterior");
    says_which_handle(root, "posterior_gamma_gamma.json", LOYALTY_MODEL_KIND_SPEND_POSTERIOR,
                      "posterior");
    says_which_handle(root, "posterior_bg_nbd_with_covariates.json",
                      LOYALTY_MODEL_KIND_PURCHASE_POSTERIOR_WITH_COVARIATES, "posterior");
    says_which_handle(root, "posterior_gamma_gamma_with_covariates.json",
                      LOYALTY_MODEL_KIND_SPEND_POSTERIOR_WITH_COVARIATES, "posterior");
    says_which_handle(root, "anchored_forecast.json", LOYALTY_MODEL_KIND_FORECAST,
                      "anchored-forecast");
    says_which_handle(root, "return_propensity.json", LOYALTY_MODEL_KIND_RETURN_PROPENSITY,
                      "return-propensity");
    says_which_handle(root, "return_propensity.compact", LOYALTY_MODEL_KIND_RETURN_PROPENSITY,
                      "return-propensity");
    says_which_handle(root, "behaviours.json", LOYALTY_MODEL_KIND_BEHAVIOURS, "behaviours");
    says_which_handle(root, "ledger_basis.json", LOYALTY_MODEL_KIND_LEDGER_BASIS, "ledger-basis");

    const char *later = "{\"format\": \"loyalty-model\", \"version\": 9, \"kind\": \"oracle\"}";
    int32_t handle = -1;
    OK(loyalty_model_kind_of_bytes((const uint8_t *)later, strlen(later), &handle, NULL, 0, NULL,
                                   &error));
    CHECK(handle == LOYALTY_MODEL_KIND_OTHER);
    FAILS(loyalty_model_kind_of_bytes((const uint8_t *)"\xff", 1, &handle, NULL, 0, NULL, &error),
          MODEL_FILE,
          "model file \"\": invalid utf-8 sequence of 1 bytes from index 0");
    FAILS(loyalty_model_kind_of_file("/dev/zero", &handle, NULL, 0, NULL, &error), MODEL_FILE,
          "model file \"/dev/zero\": is no regular file");
}

/* What a file holds is refused by the file's name, with the status of what it holds. */
static void a_loader_names_the_file(const char *folder)
{
    char path[4096], expected[4300];
    snprintf(path, sizeof path, "%s/model_bytes.json", folder);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    fputs("{\"format\": \"loyalty-model\", \"version\": 1, \"kind\": \"gamma-gamma\","
          " \"parameters\": {\"p\": -6.25, \"q\": 3.74, \"v\": 15.44}}", file);
    CHECK(fclose(file) == 0);
    loyalty_spend_model *model = UNTOUCHED;
    snprintf(expected, sizeof expected,
             "model file \"%s\": p must be finite and > 0, got -6.25", path);
    FAILS(loyalty_spend_model_load(path, &model, &error), PARAMETER, expected);
    CHECK(model == UNTOUCHED);
    remove(path);
}

int main(int argc, char **argv)
{
    const char *root = argc > 1 ? argv[1] : ".", *folder = argc > 2 ? argv[2] : ".";
    every_handle_returns_as_it_came(root);
    either_encoding_makes_the_other(root, folder);
    a_file_says_what_it_is(root);
    a_loader_names_the_file(folder);
    CHECK(loyalty_bytes_data(NULL) == NULL && loyalty_bytes_length(NULL) == 0);
    return finish("model_bytes");
}
