"""Contracts: second differences of ln Gamma, and survival under a beta mixture."""

import itertools
import random

from gamma import trigamma
from mpmath import mp, mpf
from precision import derivatives, log_uniform

#: Digits for differences of what agrees in most of its digits.
MANY = 300


def second_difference_points():
    rng = random.Random(21)
    ends = [1e-50, 1e-6, 0.243, 11.999, 12.0, 1e6, 1e50]
    points = list(itertools.product(ends, [1e-9, 1.0, 1e6], [1e-9, 1.0, 1e6]))
    wide = [(-6, 6), (-9, 6), (-9, 6)]
    return points + [tuple(log_uniform(rng, *ends) for ends in wide) for _ in range(200)]


def second_differences_rows():
    def difference(function, z, a, b):
        return function(z + a + b) - function(z + a) - function(z + b) + function(z)

    for point in second_difference_points():
        with mp.workdps(MANY):
            z, a, b = map(mpf, point)
            functions = (mp.loggamma, mp.digamma, trigamma)
            yield *point, *(+difference(function, z, a, b) for function in functions)


def survival(gamma, delta, c, t):
    """B(gamma, delta + t^c) / B(gamma, delta)."""
    u = mpf(t) ** c if t else mpf(0)
    ln_beta = mp.loggamma(delta + u) - mp.loggamma(gamma + delta + u)
    return mp.exp(ln_beta - mp.loggamma(delta) + mp.loggamma(gamma + delta))


def contract_points():
    """gamma, delta, c, renewals, ahead, rate."""
    rng = random.Random(22)
    published = [(0.704, 1.182, 1.0), (0.668, 3.806, 1.0), (0.455614, 0.779326, 1.283451)]
    published.append((0.214253, 1.426575, 1.723565))
    for model in published:
        for renewals, ahead in itertools.product([0, 1, 5], [1, 4, 30]):
            yield *model, renewals, ahead, 0.1
    for number in range(120):
        gamma, delta = log_uniform(rng, -4, 4), log_uniform(rng, -4, 4)
        c = 1.0 if number % 2 else log_uniform(rng, -0.7, 0.7)
        renewals, ahead = rng.choice([0, 1, 3, 40, 1000]), rng.choice([1, 2, 30, 1000])
        # Where c is 1 there is a closed form; else the terms are added up.
        rate = log_uniform(rng, -8 if c == 1.0 else -2.3, -0.1)
        yield gamma, delta, c, renewals, ahead, rate


def forever(gamma, delta, c, n, rate):
    """The sum over k >= 1 of S(n+k)/S(n) (1+rate)^-(k-1)."""
    if c == 1:
        ratio = mp.hyp2f1(1, delta + n + 1, gamma + delta + n + 1, 1 / (1 + rate))
        return (delta + n) / (gamma + delta + n) * ratio
    start, total, k = survival(gamma, delta, c, n), mpf(0), 0
    while True:
        k += 1
        term = survival(gamma, delta, c, n + k) / start / (1 + rate) ** (k - 1)
        total += term
        if term / rate < total * mpf(10) ** -22:
            return total


def contracts_rows():
    for point in contract_points():
        with mp.workdps(100):
            gamma, delta, c = map(mpf, point[:3])
            n, ahead, rate = point[3], point[4], mpf(point[5])
            start = survival(gamma, delta, c, n)
            if start < mpf(10) ** -60:
                continue
            churn = 1 - survival(gamma, delta, c, n + 1) / start
            later = survival(gamma, delta, c, n + ahead) / start
            terms = (
                survival(gamma, delta, c, n + k) / start / (1 + rate) ** (k - 1)
                for k in range(1, ahead + 1)
            )
            within = mp.fsum(terms)
            row = (churn, later, within, forever(gamma, delta, c, n, rate))
            # A probability below the range of doubles is 0 to them.
            if later > mpf(10) ** -300:
                yield *point, *(+value for value in row)


def bdw_derivatives_rows():
    rng = random.Random(23)
    for number in range(60):
        gamma, delta = log_uniform(rng, -3, 3), log_uniform(rng, -3, 3)
        c = 1.0 if number % 3 == 0 else log_uniform(rng, -0.7, 0.7)
        renewals, left = rng.choice([0, 1, 2, 7, 40]), number % 2
        if renewals + left == 0:
            left = 1

        def ln_likelihood(gamma, delta, c, n=renewals, left=left):
            stays = survival(gamma, delta, c, n)
            return mp.log(stays - survival(gamma, delta, c, n + 1) if left else stays)

        yield gamma, delta, c, renewals, left, *derivatives(ln_likelihood, (gamma, delta, c))
