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
/* The file of this case. */
static struct text current;
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

static void probe_basis(const loyalty_ledger_basis *basis)
{
    if (loyalty_ledger_basis_articles(basis) > MOST_TEXT)
        fault("more articles than bytes", "loyalty_ledger_basis_articles");
}

/* A posterior of spend is asked together with one of purchases. */
static void probe_clv(const loyalty_spend_posterior *spend)
{
    double mean[CUSTOMERS], lower[CUSTOMERS], upper[CUSTOMERS];
    loyalty_discounting *discounting = NULL;
    loyalty_summary *summary = customers(LOYALTY_UNIT_NONE);
    HELD(loyalty_discounting_continuous(52, 0.002, &discounting, &error));
    if (HELD(loyalty_clv_posterior(posterior, spend, summary, discounting, 0.3, 0.9, 1, mean, lower, upper, CUSTOMERS,
                                   &error)))
        finite_ends(mean, lower, upper, "loyalty_clv_posterior");
    loyalty_summary_free(summary);
    loyalty_discounting_free(discounting);
}

static void probe_clv_with_covariates(const loyalty_spend_posterior_with_covariates *spend)
{
    const double margin = 0.3;
    double mean[CUSTOMERS], lower[CUSTOMERS], upper[CUSTOMERS];
    loyalty_discounting *discounting = NULL;
    loyalty_covariates *known = covariates();
    loyalty_summary *summary = customers(LOYALTY_UNIT_NONE);
    loyalty_clv_posteriors posteriors;
    loyalty_clv_posteriors_init(&posteriors, sizeof posteriors);
    posteriors.purchases = posterior;
    posteriors.spend_with_covariates = spend;
    posteriors.covariates = known;
    HELD(loyalty_discounting_continuous(52, 0.002, &discounting, &error));
    if (HELD(loyalty_spend_posterior_with_covariates_expected_spend(spend, summary, known, 0.9, 1, mean, lower, upper,
                                                                    CUSTOMERS, &error)))
        finite_ends(mean, lower, upper, "loyalty_spend_posterior_with_covariates_expected_spend");
    if (HELD(loyalty_clv_posterior_with_covariates(&posteriors, summary, discounting, &margin, 1, 0.9, 1, mean, lower,
                                                   upper, CUSTOMERS, &error)))
        finite_ends(mean, lower, upper, "loyalty_clv_posterior_with_covariates");
    loyalty_summary_free(summary);
    loyalty_covariates_free(known);
    loyalty_discounting_free(discounting);
}

/* Those that are not written by C. */
#define loyalty_purchase_posterior_save(model, path, error) LOYALTY_STATUS_OK
#define loyalty_spend_posterior_save(model, path, error) LOYALTY_STATUS_OK
#define loyalty_purchase_posterior_with_covariates_save(model, path, error) LOYALTY_STATUS_OK
#define loyalty_spend_posterior_with_covariates_save(model, path, error) LOYALTY_STATUS_OK
#define loyalty_behaviours_save(model, path, error) LOYALTY_STATUS_OK
#define loyalty_ledger_basis_save(model, path, error) LOYALTY_STATUS_OK

/* The basis of a ledger by its other ways in, and a return propensity that is saved in the compact encoding. */
typedef loyalty_ledger_basis opened_basis;
typedef loyalty_ledger_basis basis_of_bytes;
typedef loyalty_return_propensity compact_returns;
#define opened_basis_load loyalty_ledger_basis_open
#define opened_basis_save loyalty_ledger_basis_save
#define opened_basis_free loyalty_ledger_basis_free
#define basis_of_bytes_load(path, out, error) \
    loyalty_ledger_basis_from_bytes((const uint8_t *)current.bytes, current.length, out, error)
#define basis_of_bytes_save loyalty_ledger_basis_save
#define basis_of_bytes_free loyalty_ledger_basis_free
#define compact_returns_load loyalty_return_propensity_load
#define compact_returns_save loyalty_return_propensity_save_compact
#define compact_returns_free loyalty_return_propensity_free

LOADER(load_purchases, loyalty_purchase_model, probe_purchases, true)
LOADER(load_spend, loyalty_spend_model, probe_spend, true)
LOADER(load_contracts, loyalty_contract_model, probe_contracts, true)
LOADER(load_with_covariates, loyalty_purchase_with_covariates, probe_with_covariates, true)
LOADER(load_spend_with_covariates, loyalty_spend_with_covariates, probe_spend_with_covariates, true)
LOADER(load_forecast, loyalty_forecast, probe_forecast, true)
LOADER(load_returns, loyalty_return_propensity, probe_returns, true)
LOADER(load_purchase_posterior, loyalty_purchase_posterior, probe_posterior, false)
LOADER(load_spend_posterior, loyalty_spend_posterior, probe_clv, false)
LOADER(load_purchase_posterior_by, loyalty_purchase_posterior_with_covariates, probe_posterior_with_covariates, false)
LOADER(load_spend_posterior_by, loyalty_spend_posterior_with_covariates, probe_clv_with_covariates, false)
LOADER(load_behaviours, loyalty_behaviours, probe_behaviours, false)
LOADER(load_basis, loyalty_ledger_basis, probe_basis, false)
LOADER(open_basis, opened_basis, probe_basis, false)
LOADER(load_basis_bytes, basis_of_bytes, probe_basis, false)
LOADER(load_compact, compact_returns, probe_returns, true)

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
    {"\"posterior\"", load_purchase_posterior_by},
    {"\"posterior\"", load_spend_posterior_by},
    {"anchored", load_forecast},
    {"gamma-gamma-with-covariates", load_spend_with_covariates},
    {"-with-covariates", load_with_covariates},
    {"gamma-gamma", load_spend},
    {"return-propensity", load_returns},
    {"return-propensity", load_compact},
    {"ledger-basis", load_basis},
    {"ledger-basis", open_basis},
    {"ledger-basis", load_basis_bytes},
    {"behaviours", load_behaviours},
    {"\"sbg\"", load_contracts},
    {"\"bdw\"", load_contracts},
    {"nbd", load_purchases},
    {"bg-bb", load_purchases},
};

/* The checksum of the compact encoding, as docs/model-file.md has it: a changed file would go no further. */
static uint64_t folded(uint64_t key, uint64_t word)
{
    uint64_t z = ((key << 23 | key >> 41) + 0x9e3779b97f4a7c15u) ^ word;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint64_t word_at(const struct text *file, size_t at)
{
    uint64_t word = 0;
    for (size_t i = 0; i < 8 && at + i < file->length; i++)
        word |= (uint64_t)(unsigned char)file->bytes[at + i] << 8 * i;
    return word;
}

static void seal(struct text *file)
{
    enum { CHECKSUM = 16, CHECKED = 24, KEYS = 4 };
    if (file->length < CHECKED || memcmp(file->bytes, "\x89LOYALTY", 8) != 0)
        return;
    uint64_t keys[KEYS];
    for (size_t i = 0; i < KEYS; i++)
        keys[i] = folded(2, i);
    size_t at = CHECKED;
    for (; at + 8 * KEYS <= file->length; at += 8 * KEYS) {
        for (size_t i = 0; i < KEYS; i++)
            keys[i] = folded(keys[i], word_at(file, at + 8 * i));
    }
    uint64_t key = file->length - CHECKED;
    for (size_t i = 0; i < KEYS; i++)
        key = folded(key, keys[i]);
    key = folded(key, file->length - at);
    for (; at < file->length; at += 8)
        key = folded(key, word_at(file, at));
    for (size_t i = 0; i < 8; i++)
        file->bytes[CHECKSUM + i] = (char)(key >> 8 * i);
}

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
    const size_t kinds = sizeof loaders / sizeof *loaders;
    const struct text *seed = &seeds[below(seed_count)];
    memcpy(&current, seed, sizeof current.length + seed->length);
    /* The first cases are the files as they are. */
    if (number >= seed_count) {
        mutate(&current);
        if (!once_in(8))
            seal(&current);
    } else {
        memcpy(&current, &seeds[number], sizeof current);
        /* Were it sealed otherwise, no changed file would be read beyond its checksum. */
        seal(&current);
        if (memcmp(&current, &seeds[number], sizeof current) != 0) {
            fprintf(stderr, "a file has another checksum than the fuzzer gives it\n");
            exit(3);
        }
    }
    if (says(&current, "segment") || says(&current, "\"name\"")) {
        now.target = "segments";
        read_segments(&current);
    }
    write_file(&current);
    const char *known = NULL;
    for (size_t i = 0; i < kinds; i++) {
        if ((known == NULL || strcmp(known, loaders[i].word) == 0) && says(seed, loaders[i].word)) {
            now.target = known = loaders[i].word;
            loaders[i].load();
        }
    }
    /* Now and then by a loader of another kind. */
    if (known == NULL || once_in(20)) {
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

static int is_model(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    return end != NULL && (strcmp(end, ".json") == 0 || strcmp(end, ".compact") == 0);
}

static void add_folder(const char *root, const char *folder)
{
    struct dirent **entries;
    char name[4096];
    snprintf(name, sizeof name, "%s/%s", root, folder);
    const int count = scandir(name, &entries, is_model, by_name);
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
    loyalty_forget_opened();
    loyalty_error_free(error);
    return result;
}
