/* One handle, many threads: every thread gets the same bits, and errors of its own. */

#include "scores.h"

#include <pthread.h>

enum { THREADS = 8, ROUNDS = 5 };

struct work {
    const loyalty_purchase_model *model;
    const loyalty_summary *summary;
    const struct scores *scores;
    size_t number;
    bool same;
};

static bool scores_again(const struct work *work, double *out, loyalty_error **mine)
{
    const struct scores *scores = work->scores;
    bool same = true;
    for (size_t row = 0; row < scores->rows; row++) {
        double p = -1;
        const loyalty_status status = loyalty_purchase_model_p_alive(
            work->model, frequency_of(scores, row), scores->column[RECENCY][row], scores->column[AGE][row], &p, mine);
        same = same && status == LOYALTY_STATUS_OK && same_bits(p, scores->column[P_ALIVE][row]);
    }
    const loyalty_status status = loyalty_purchase_model_expected_purchases_batch(
        work->model, work->summary, 39, 2, out, scores->rows, mine);
    return same && status == LOYALTY_STATUS_OK && same_column(out, scores->column[EXPECTED_PURCHASES_39], scores->rows);
}

/* The message names a value that only this thread has used. */
static bool fails_alone(const struct work *work, loyalty_error **mine)
{
    char expected[64], message[64];
    double out;
    snprintf(expected, sizeof expected, "horizon must be finite and >= 0, got -%d",
             (int)work->number + 1);
    const loyalty_status status = loyalty_purchase_model_expected_purchases_new_customer(
        work->model, -1.0 - (double)work->number, &out, mine);
    loyalty_error_message(*mine, message, sizeof message);
    return status == LOYALTY_STATUS_PARAMETER && strcmp(message, expected) == 0;
}

static void *run(void *argument)
{
    struct work *work = argument;
    loyalty_error *mine = NULL;
    double *out = room(work->scores->rows, sizeof *out);
    work->same = true;
    for (int round = 0; round < ROUNDS; round++) {
        work->same = work->same && scores_again(work, out, &mine) && fails_alone(work, &mine);
    }
    free(out);
    loyalty_error_free(mine);
    return NULL;
}

int main(int argc, char **argv)
{
    const char *root = argc > 1 ? argv[1] : ".";
    struct scores scores = read_scores(root);
    loyalty_purchase_model *model = NULL;
    OK(loyalty_purchase_model_load(in_workspace(root, "golden/bg_nbd.json"), &model, &error));
    loyalty_summary *summary = summary_of(&scores);

    pthread_t threads[THREADS];
    struct work work[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        work[i] = (struct work){model, summary, &scores, i, false};
        CHECK(pthread_create(&threads[i], NULL, run, &work[i]) == 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        CHECK(work[i].same);
    }

    loyalty_summary_free(summary);
    loyalty_purchase_model_free(model);
    free_scores(&scores);
    return finish("threads");
}
