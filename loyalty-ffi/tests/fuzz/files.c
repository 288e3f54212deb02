/*
 * Every loader, on files that are nearly right: those of golden/, one of every kind that a program can make, and
 * those of tests/fuzz/files, with some of their bytes, numbers and words changed. A model that loads is asked
 * what it can tell.
 */

#include "mutate.h"
#include "probes.h"

#include <dirent.h>

enum { MOST_SEEDS = 64, LEDGERS = 8 };

static struct text seeds[MOST_SEEDS];
static size_t seed_count;
static double ledgers[LEDGERS][WIDEST];
static size_t ledger_count;
static char path[4096], saved[4096];
static loyalty_purchase_posterior *posterior;

/* A loader of models: loads the file, asks, saves it and loads that. */
#define LOADER(name, type, probe, save)                                         \
    static void name(void)                                                      \
    {                                                                           \
        type *model = NULL, *again = NULL;                                      \
        if (HELD(type##_load(path, &model, &error))) {                          \
            probe(model);                                                       \
            if (save && HELD(type##_save(model, saved, &error)) &&              \
                !HELD(type##_load(saved, &again, &error)))                      \
                fault("what it saved cannot be loaded", #type);                 \
        }                                                                       \
        type##_free(again);                                                     \
        type##_free(model);                                                     \
    }

static void probe_behaviours(const loyalty_behaviours *model)
{
    for (size_t i = 0; i < ledger_count; i++)
        probe_ledger(model, ledgers[i]);
}

static void probe_spend_with_covariates(const loyalty_spend_with_covariates *model)
{
    double out[CUSTOMERS];
    loyalty_covariates *known = covariates();
    loyalty_summary *summary = customers(LOYALTY_UNIT_NONE);
    GIVES(out, CUSTOMERS,
          loyalty_spend_with_covariates_expected_spend(model, summary, known, 1, out, CUSTOMERS, &error));
    loyalty_summary_free(summary);
    loyalty_covariates_free(known);
}

/* A posterior of spend is asked together with one of purchases. */
static void probe_clv(const loyalty_spend_posterior *spend)
{
    double mean[CUSTOMERS], lower[CUSTOMERS], upper[CUSTOMERS];
    loyalty_discounting *discounting = NULL;
    loyalty_summary *summary = customers(LOYALTY_UNIT_NONE);
    HELD(loyalty_discounting_continuous(52, 0.002, &discounting, &error));
    if (HELD(loyalty_clv_posterior(posterior, spend, summary, discounting, 0.3, 0.9, 1, mean, lower, upper, CUSTOMERS,
                                   &error))) {
        finite(mean, CUSTOMERS, "loyalty_clv_posterior, mean");
        finite(lower, CUSTOMERS, "loyalty_clv_posterior, lower");
        finite(upper, CUSTOMERS, "loyalty_clv_posterior, upper");
    }
    loyalty_summary_free(summary);
    loyalty_discounting_free(discounting);
}

/* Those that are not written by C. */
#define loyalty_purchase_posterior_save(model, path, error) LOYALTY_STATUS_OK
#define loyalty_spend_posterior_save(model, path, error) LOYALTY_STATUS_OK
#define loyalty_behaviours_save(model, path, error) LOYALTY_STATUS_OK

LOADER(load_purchases, loyalty_purchase_model, probe_purchases, true)
LOADER(load_spend, loyalty_spend_model, probe_spend, true)
LOADER(load_contracts, loyalty_contract_model, probe_contracts, true)
LOADER(load_with_covariates, loyalty_purchase_with_covariates, probe_with_covariates, true)
LOADER(load_spend_with_covariates, loyalty_spend_with_covariates, probe_spend_with_covariates, true)
LOADER(load_forecast, loyalty_forecast, probe_forecast, true)
LOADER(load_returns, loyalty_return_propensity, probe_returns, true)
LOADER(load_purchase_posterior, loyalty_purchase_posterior, probe_posterior, false)
LOADER(load_spend_posterior, loyalty_spend_posterior, probe_clv, false)
LOADER(load_behaviours, loyalty_behaviours, probe_behaviours, false)

/* Tables of segments come as text; a NUL within it ends it. */
static void read_segments(const struct text *text)
{
    static char json[MOST_TEXT + 1];
    loyalty_segment_table *table = NULL;
    memcpy(json, text->bytes, text->length);
    json[text->length] = '\0';
    HELD(loyalty_segment_table_from_json(json, 5, &table, &error));
    loyalty_segment_table_free(table);
    table = NULL;
    HELD(loyalty_segment_table_first_match_from_json(json, "others", 5, &table, &error));
    loyalty_segment_table_free(table);
}

/* The word in a file that says which loader it is for. */
static const struct {
    const char *word;
    void (*load)(void);
} loaders[] = {
    {"\"posterior\"", load_purchase_posterior},
    {"\"posterior\"", load_spend_posterior},
    {"anchored", load_forecast},
    {"gamma-gamma-with-covariates", load_spend_with_covariates},
    {"-with-covariates", load_with_covariates},
    {"gamma-gamma", load_spend},
    {"return-propensity", load_returns},
    {"behaviours", load_behaviours},
    {"\"sbg\"", load_contracts},
    {"\"bdw\"", load_contracts},
    {"nbd", load_purchases},
    {"bg-bb", load_purchases},
};

static bool says(const struct text *text, const char *word)
{
    const size_t length = strlen(word);
    for (size_t at = 0; at + length <= text->length && at < 4000; at++) {
        if (memcmp(text->bytes + at, word, length) == 0)
            return true;
    }
    return false;
}

static void write_file(const struct text *text)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(text->bytes, 1, text->length, file) != text->length || fclose(file) != 0) {
        perror(path);
        exit(3);
    }
}

static void run(uint64_t number)
{
    static struct text text;
    const size_t kinds = sizeof loaders / sizeof *loaders;
    const struct text *seed = &seeds[below(seed_count)];
    memcpy(&text, seed, sizeof text.length + seed->length);
    /* The first cases are the files as they are. */
    if (number >= seed_count)
        mutate(&text);
    else
        memcpy(&text, &seeds[number], sizeof text);
    if (says(&text, "segment") || says(&text, "\"name\"")) {
        now.target = "segments";
        read_segments(&text);
    }
    write_file(&text);
    bool known = false;
    for (size_t i = 0; i < kinds; i++) {
        if ((!known || i < 2) && says(seed, loaders[i].word)) {
            known = true;
            now.target = loaders[i].word;
            loaders[i].load();
        }
    }
    /* Now and then by a loader of another kind. */
    if (!known || once_in(20)) {
        const size_t other = below(kinds);
        now.target = loaders[other].word;
        loaders[other].load();
    }
}

static void add_seed(const char *file)
{
    FILE *open = fopen(file, "rb");
    if (open == NULL || seed_count >= MOST_SEEDS) {
        printf("cannot take %s\n", file);
        exit(3);
    }
    struct text *seed = &seeds[seed_count++];
    seed->length = fread(seed->bytes, 1, MOST_TEXT, open);
    fclose(open);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_json(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);
    return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

static void add_folder(const char *root, const char *folder)
{
    struct dirent **entries;
    char name[4096];
    snprintf(name, sizeof name, "%s/%s", root, folder);
    const int count = scandir(name, &entries, is_json, by_name);
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s/%s/%s", root, folder, entries[i]->d_name);
        add_seed(name);
        free(entries[i]);
    }
    if (count > 0)
        free(entries);
}

/* A model of every kind of purchases and of contracts. */
static void add_made(void)
{
    const double values[] = {0.25, 4.5, 0.8, 2.5, 2}, sbg[] = {0.7, 1.2, 1.5};
    for (int32_t kind = 1; kind < 100; kind++) {
        for (size_t count = 2; count <= 5; count++) {
            loyalty_purchase_model *model = NULL;
            if (loyalty_purchase_model_new(kind, values, count, 0, &model, &error) == LOYALTY_STATUS_OK &&
                HELD(loyalty_purchase_model_save(model, path, &error)))
                add_seed(path);
            loyalty_purchase_model_free(model);
        }
        for (size_t count = 2; count <= 3; count++) {
            loyalty_contract_model *model = NULL;
            if (loyalty_contract_model_new(kind, sbg, count, &model, &error) == LOYALTY_STATUS_OK &&
                HELD(loyalty_contract_model_save(model, path, &error)))
                add_seed(path);
            loyalty_contract_model_free(model);
        }
    }
}

int main(int argc, char **argv)
{
    const struct plan plan = plan_of(argc, argv);
    snprintf(path, sizeof path, "%s/fuzzed.json", plan.work);
    snprintf(saved, sizeof saved, "%s/fuzzed-again.json", plan.work);
    add_folder(plan.root, "golden");
    add_folder(plan.root, "loyalty-ffi/tests/fuzz/files");
    add_made();
    ledger_count = read_ledgers(plan.root, ledgers, LEDGERS);
    char golden[4096];
    snprintf(golden, sizeof golden, "%s/golden/posterior_bg_nbd.json", plan.root);
    if (!HELD(loyalty_purchase_posterior_load(golden, &posterior, &error)))
        return 3;
    printf("files: %zu to begin with\n", seed_count);
    const int result = run_cases(&plan, "files", run);
    loyalty_purchase_posterior_free(posterior);
    loyalty_error_free(error);
    return result;
}
