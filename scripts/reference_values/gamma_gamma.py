"""The Gamma-Gamma: density and its derivatives."""

import itertools
import random

from mpmath import mp, mpf
from precision import derivatives, log_uniform


def gamma_gamma_ln_density(p, q, v, x, mean):
    """Fader & Hardie (2013), note 025, eq. 1, as it is printed."""
    own = p * x
    shapes = mp.loggamma(own + q) - mp.loggamma(own) - mp.loggamma(q)
    powers = q * mp.log(v) + (own - 1) * mp.log(mean) + own * mp.log(x)
    return shapes + powers - (own + q) * mp.log(v + x * mean)


def gamma_gamma_points():
    rng = random.Random(6)
    yield 6.0, 4.0, 16.0, 3, 35.0
    for shape, money, most in [((-1, 2), (-1, 3), 2)] * 60 + [((-6, 6), (-6, 6), 6)] * 60:
        p, q = log_uniform(rng, *shape), log_uniform(rng, *shape)
        v, mean = log_uniform(rng, *money), log_uniform(rng, *money)
        yield p, q, v, int(log_uniform(rng, 0, most)), mean


def gamma_gamma_rows():
    for point in gamma_gamma_points():
        yield *point, gamma_gamma_ln_density(*(mpf(value) for value in point))


def gamma_gamma_derivatives_rows():
    for p, q, v, x, mean in itertools.islice(gamma_gamma_points(), 20):
        whole, money = mpf(x), mpf(mean)
        found = derivatives(lambda *m: gamma_gamma_ln_density(*m, whole, money), (p, q, v))
        yield p, q, v, x, mean, *found
