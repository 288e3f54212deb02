/*
 * What scoring one customer costs, in nanoseconds: the fastest of several runs.
 *
 *     cc -O2 speed.c $(pkg-config --cflags --libs loyalty) -o speed
 */

#define _POSIX_C_SOURCE 199309L

#include <loyalty.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CALLS = 100000, RUNS = 9 };

struct models {
    loyalty_purchase_model *purchases;
    loyalty_spend_model *spend;
};

/* A score, or NaN where the call failed, which the checksum then shows. */
static double scored(loyalty_status status, const double *out)
{
    return status == LOYALTY_STATUS_OK ? *out : NAN;
}

/* Customers of CDNOW's kind, all different: x from 1 to 8, t_x and T in weeks. */
static double p_alive(const struct models *models, unsigned i)
{
    double out = 0;
    return scored(loyalty_purchase_model_p_alive(models->purchases, 1 + i % 8, 1 + i % 30,
                                                 31 + i % 9, &out, NULL),
                  &out);
}

static double expected_purchases(const struct models *models, unsigned i)
{
    double out = 0;
    return scored(loyalty_purchase_model_expected_purchases(models->purchases, 1 + i % 8,
                                                            1 + i % 30, 31 + i % 9, 39, &out, NULL),
                  &out);
}

static double expected_spend(const struct models *models, unsigned i)
{
    double out = 0;
    return scored(loyalty_spend_model_expected_spend(models->spend, 1 + i % 8, 20 + i % 50, &out,
                                                     NULL),
                  &out);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void measure(const char *name, double (*score)(const struct models *, unsigned),
                    const struct models *models)
{
    double best = 1e300, sum = 0;
    for (int run = 0; run < RUNS; run++) {
        double start = now();
        for (unsigned i = 0; i < CALLS; i++) {
            sum += score(models, i);
        }
        double each = (now() - start) / CALLS;
        best = each < best ? each : best;
    }
    /* The sum is printed, so that no compiler leaves the calls out. */
    printf("%-20s %8.1f ns   (checksum %.6g)\n", name, best, sum);
}

int main(void)
{
    const double bg_nbd[] = {0.243, 4.414, 0.793, 2.426}, gamma_gamma[] = {6.25, 3.74, 15.44};
    struct models models = {NULL, NULL};
    if (loyalty_purchase_model_new(LOYALTY_PURCHASE_KIND_BG_NBD, bg_nbd, 4, LOYALTY_UNIT_WEEK,
                                   &models.purchases, NULL)
        || loyalty_spend_model_new(LOYALTY_SPEND_KIND_GAMMA_GAMMA, gamma_gamma, 3, &models.spend,
                                   NULL)) {
        return 1;
    }
    measure("p_alive", p_alive, &models);
    measure("expected_purchases", expected_purchases, &models);
    measure("expected_spend", expected_spend, &models);
    loyalty_spend_model_free(models.spend);
    loyalty_purchase_model_free(models.purchases);
    return 0;
}
