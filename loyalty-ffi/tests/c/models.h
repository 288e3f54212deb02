/* Models that the tests make, by their parameters. */

#ifndef MODELS_H
#define MODELS_H

#include "check.h"

static inline loyalty_status new_bg_nbd(double r, double alpha, double a, double b, int32_t unit,
                                        loyalty_purchase_model **out, loyalty_error **mine)
{
    const double values[] = {r, alpha, a, b};
    return loyalty_purchase_model_new(LOYALTY_PURCHASE_KIND_BG_NBD, values, 4, unit, out, mine);
}

static inline loyalty_status new_gamma_gamma(double p, double q, double v,
                                             loyalty_spend_model **out, loyalty_error **mine)
{
    const double values[] = {p, q, v};
    return loyalty_spend_model_new(LOYALTY_SPEND_KIND_GAMMA_GAMMA, values, 3, out, mine);
}

static inline loyalty_status fit_bg_nbd(const loyalty_summary *summary,
                                        const loyalty_fit_options *options, loyalty_fit **fit,
                                        loyalty_purchase_model **out, loyalty_error **mine)
{
    return loyalty_purchase_model_fit(LOYALTY_PURCHASE_KIND_BG_NBD, summary, options, fit, out,
                                      mine);
}

static inline loyalty_status fit_gamma_gamma(const loyalty_summary *summary,
                                             const loyalty_fit_options *options, loyalty_fit **fit,
                                             loyalty_spend_model **out, loyalty_error **mine)
{
    return loyalty_spend_model_fit(LOYALTY_SPEND_KIND_GAMMA_GAMMA, summary, options, fit, out,
                                   mine);
}

#endif
