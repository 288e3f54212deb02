"""Tails of distributions: p-values, the negative binomial, gamma and beta."""

import itertools
import random

from gamma import ln_gamma_ratio
from mpmath import mp, mpf
from precision import log_uniform


def chi_square_rows():
    rng = random.Random(9)
    points = list(itertools.product([1e-6, 0.5, 3.84, 50.0, 1300.0], [1, 2, 3, 10, 101]))
    points += [(log_uniform(rng, -2, 3), int(log_uniform(rng, 0, 3))) for _ in range(60)]
    for x, degrees in points:
        yield x, degrees, mp.gammainc(mpf(degrees) / 2, mpf(x) / 2, mp.inf, regularized=True)


def correlation_rows():
    """One less the probability below |r|, by the series of the incomplete beta function in r^2."""
    rng = random.Random(10)
    points = list(itertools.product([1e-6, 0.01, 0.1146, 0.5, 0.99], [3.5, 4.0, 10.0, 946.0, 1e6]))
    points += [(rng.uniform(-1, 1), log_uniform(rng, 0.6, 3)) for _ in range(40)]
    points += [
        (rng.uniform(-3, 3) / n**0.5, n) for n in (log_uniform(rng, 1, 6) for _ in range(40))
    ]
    for r, n in points:
        if n * r * r > 300:
            continue
        with mp.workdps(250):
            a, y, total, term = (mpf(n) - 2) / 2, mpf(r) ** 2, mpf(0), mpf(1)
            for k in itertools.count():
                total += term
                term *= y * (a + mpf(1) / 2 + k) / (mpf(3) / 2 + k)
                if term < total * mpf(10) ** -240:
                    break
            below = 2 * abs(mpf(r)) * (1 - y) ** a * total / mp.beta(a, mpf(1) / 2)
            yield r, n, +(1 - below)


def negative_binomial(n, r, z):
    """ln P(N = n) and P(N >= n), summed term by term upwards or, where that is long, downwards."""
    r, z = mpf(r), mpf(z)

    def ln_pmf(n):
        ln_ways = ln_gamma_ratio(r, n) - mp.loggamma(mpf(n + 1))
        return ln_ways - r * mp.log1p(z) - (n * mp.log1p(1 / z) if n else 0)

    if n == 0:
        return ln_pmf(0), mpf(1)
    bits = 220
    w = z / (1 + z)

    def fixed(value):
        return int(mp.floor(value * mpf(2) ** bits + mpf("0.5")))

    one = term = total = 1 << bits
    if max(w, w * (r + n) / (n + 1)) < mpf("0.9995"):
        w_fixed, wr, k = fixed(w), fixed(w * r), n
        while term > total >> (bits - 12):
            term = term * (wr + w_fixed * k) // (k + 1) >> bits
            total += term
            k += 1
        return ln_pmf(n), mp.exp(ln_pmf(n)) * (mpf(total) / one)
    by_w, less_1 = fixed(1 / w), fixed(r - 1)
    for k in range(n - 1, 0, -1):
        term = term * k * by_w // (less_1 + (k << bits))
        total += term
        if term < total >> (bits - 12):
            break
    upper = 1 - mp.exp(ln_pmf(n - 1)) * (mpf(total) / one)
    assert upper > mpf(10) ** -35, (n, r, z)
    return ln_pmf(n), upper


def negative_binomial_rows():
    rng = random.Random(4)
    points = list(itertools.product([0, 1, 2, 30], [1e-6, 0.243, 1e4], [1e-6, 8.8, 1e6]))
    points += itertools.product([100_000], [1e-6, 0.243, 50.0, 1e4], [1e-6, 1.0, 10.0, 1e6])
    for _ in range(130):
        r, z = log_uniform(rng, -6, 4), log_uniform(rng, -6, 6)
        points.append((int(log_uniform(rng, 0, 4)), r, z))
    # Near the mean, where neither side of the distribution is small.
    for _ in range(60):
        r, z = log_uniform(rng, -2, 3), log_uniform(rng, -1, 2)
        points.append((1 + int(r * z * rng.uniform(0.5, 2.0)), r, z))
    # The same of rates that hardly differ.
    for _ in range(60):
        r, mean = log_uniform(rng, 2, 6), log_uniform(rng, -1, 4)
        points.append((1 + int(mean * rng.uniform(0.5, 2.0)), r, mean / r))
    for n, r, z in points:
        yield n, r, z, *negative_binomial(n, r, z)


def upper_tails(a, b, x):
    """P(Gamma(a) > x a) and P(Beta(a, b) > x a / (x a + b)), at the arguments as floats."""
    at = x * a
    share = mpf(at / (at + b))
    gamma = mp.gammainc(mpf(a), mpf(at), mp.inf, regularized=True)
    return gamma, mp.betainc(mpf(b), mpf(a), 0, 1 - share, regularized=True)


def upper_tails_rows():
    shapes = (1e-3, 0.2, 1.0, 2.5, 17.0, 350.0)
    others = (0.05, 1.0, 8.0, 90.0, 2500.0)
    for a, b, x in itertools.product(shapes, others, (0.3, 0.97, 1.02, 1.6, 4.0)):
        yield a, b, x, *upper_tails(a, b, x)
