"""The logarithm of the gamma function, its derivatives, and differences of them."""

import itertools
import random

from mpmath import mp, mpf
from precision import log_uniform


def ratio_points():
    """Pairs z, d: ends, whole and half numbers, and wide random ones."""
    rng = random.Random(2)
    points = list(itertools.product([1e-6, 0.243, 1.0, 11.999, 12.0, 1e6], [1e-9, 0.5, 1.0, 1e6]))
    points += [(0.5, 0.5), (1.0, 1.0), (2.0, 1e-9), (1e-6, 1e-9), (3.0, 7.0), (100.0, 0.1)]
    wide = [(-6, 6), (-9, 6)]
    return points + [tuple(log_uniform(rng, *ends) for ends in wide) for _ in range(150)]


def ln_gamma_ratio(z, d):
    return mp.loggamma(mpf(z) + mpf(d)) - mp.loggamma(mpf(z))


def differences(function):
    """Rows z, d, function(z + d) - function(z)."""
    return lambda: ((z, d, function(mpf(z) + mpf(d)) - function(mpf(z))) for z, d in ratio_points())


def values(function):
    """Rows x, function(x), near the zeros 1 and 2 of ln Gamma too."""
    rng = random.Random(3)
    points = [1e-6, 0.5, 1.0, 1.5, 2.0, 11.999, 12.0, 1e6, 1e8]
    points += [x + sign * 10.0**-k for x in (1, 2) for sign in (1, -1) for k in (1, 3, 6, 9, 12)]
    points += [log_uniform(rng, -6, 8) for _ in range(90)]
    return lambda: ((x, function(mpf(x))) for x in points)


def trigamma(x):
    return mp.polygamma(1, x)
