"""Renewals before dropout, and the probability that there is none."""

import itertools
import random
from functools import cache

from mpmath import mp, mpf
from precision import DIGITS, log_uniform


@cache
def gauss_legendre(points):
    """Nodes and weights on [-1, 1], by Newton's method on the Legendre polynomial."""
    rule = []
    for i in range(points):
        x = mp.cos(mp.pi * (i + mpf("0.75")) / (points + mpf("0.5")))
        for _ in range(8):
            p0, p1 = mpf(1), x
            for k in range(2, points + 1):
                p0, p1 = p1, ((2 * k - 1) * x * p1 - (k - 1) * p0) / k
            slope = points * (x * p1 - p0) / (x * x - 1)
            x -= p1 / slope
        rule.append((x, 2 / ((1 - x * x) * slope * slope)))
    return rule


def power_series(exponent, scale, terms):
    """Coefficients of (1 + scale u)^exponent in u."""
    coefficients = [mpf(1)]
    for k in range(terms):
        coefficients.append(coefficients[-1] * (exponent - k) / (k + 1) * scale)
    return coefficients


def product(a, b):
    return [sum(a[i] * b[k - i] for i in range(k + 1)) for k in range(min(len(a), len(b)))]


def renewals(s, z, a, b):
    """G = int_0^1 [1 - (1+pz)^-s] / p dBeta(p; a, b)."""
    s, z = mpf(s), mpf(z)
    kept = mp.exp(-s * mp.log1p(z))

    def ln_renewed(ln_p):
        return mp.log(-mp.expm1(-s * mp.log1p(z * mp.exp(ln_p)))) - ln_p

    def near_0(scale, terms):
        return [-c / scale for c in power_series(-s, z * scale, terms + 1)[1:]]

    def near_1(scale, terms):
        renewed = [-kept * c for c in power_series(-s, -z / (1 + z) * scale, terms)]
        renewed[0] = -mp.expm1(-s * mp.log1p(z))
        return product(power_series(-1, -scale, terms), renewed)

    return beta_mean(s, z, a, b, ln_renewed, near_0, near_1)


def survival(s, z, a, b):
    """S = int_0^1 (1+pz)^-s dBeta(p; a, b)."""
    s, z = mpf(s), mpf(z)
    kept = mp.exp(-s * mp.log1p(z))
    return beta_mean(
        s,
        z,
        a,
        b,
        lambda ln_p: -s * mp.log1p(z * mp.exp(ln_p)),
        lambda scale, terms: power_series(-s, z * scale, terms),
        lambda scale, terms: [kept * c for c in power_series(-s, -z / (1 + z) * scale, terms)],
    )


def beta_mean(s, z, a, b, ln_value, series_near_0, series_near_1):
    """The mean of a function of p with scales 1/z and 1/(s z), for p ~ Beta(a, b).

    Near 0 and 1 by power series in p/scale and (1-p)/scale, between by Gauss-Legendre panels in
    logit p.
    """
    a, b = mpf(a), mpf(b)
    terms = 50

    def ln_integrand(v):
        ln_p, ln_q = -mp.log1p(mp.exp(-v)), -mp.log1p(mp.exp(v))
        return a * ln_p + b * ln_q + ln_value(ln_p)

    near_0 = mpf(1) / (8 * max(1, b, z, s * z))
    near_1 = mpf(1) / (8 * max(1, a, s * z / (1 + z)))
    low, high = mp.log(near_0 / (1 - near_0)), -mp.log(near_1 / (1 - near_1))
    middles = [mp.log(a / b), mp.log(max(a - 1, a / 1000) / b), low, high, (low + high) / 2]
    middles += [mp.log(a / (s * z)), mp.log(a / (b + s * z))]
    middles = [min(max(v, low), high) for v in middles]
    top = max(middles, key=ln_integrand)
    if top not in (low, high):
        top = climb(ln_integrand, top, low, high)
    floor = ln_integrand(top) - 140

    def cut(end):
        """Where the integrand no longer counts, between its top and this end."""
        ends = [top, end]
        for _ in range(60):
            middle = sum(ends) / 2
            ends[ln_integrand(middle) <= floor] = middle
        return ends[1]

    total = mpf(0)
    if ln_integrand(low) > floor:
        series = product(power_series(b - 1, -near_0, terms), series_near_0(near_0, terms))
        total += near_0**a * sum(c / (a + k) for k, c in enumerate(series))
    else:
        low = cut(low)
    if ln_integrand(high) > floor:
        series = product(power_series(a - 1, -near_1, terms), series_near_1(near_1, terms))
        total += near_1**b * sum(c / (b + k) for k, c in enumerate(series))
    else:
        high = cut(high)
    panels = int(mp.ceil((high - low) / min(mpf("0.75"), mp.sqrt(1 / a + 1 / b)))) + 1
    half = (high - low) / (2 * panels)
    for panel in range(panels):
        middle = low + half * (2 * panel + 1)
        for node, weight in gauss_legendre(30):
            total += half * weight * mp.exp(ln_integrand(middle + half * node))
    return total / mp.beta(a, b)


def climb(function, start, low, high):
    """A point near the top of a function with one top, uphill from a start by shrinking steps."""
    at, step = start, (high - low) / 8
    while step > mpf(10) ** -6:
        best = max((at - step, at, at + step), key=lambda v: function(min(max(v, low), high)))
        best = min(max(best, low), high)
        step = step if best != at else step / 2
        at = best
    return at


def renewals_published(s, z, a, b):
    """The closed form of Fader, Hardie & Lee (2005), eq. 9, for a other than 1."""
    with mp.workdps(3 * DIGITS):
        s, z, a, b = (mpf(value) for value in (s, z, a, b))
        return (a + b - 1) / (a - 1) * (1 - mp.hyp2f1(s, a - 1, a + b - 1, -z))


def survival_published(s, z, a, b):
    with mp.workdps(3 * DIGITS):
        s, z, a, b = (mpf(value) for value in (s, z, a, b))
        return mp.hyp2f1(s, a, a + b, -z)


def renewals_rows():
    for point in renewals_points():
        s, z, a, b = point
        value = renewals(*point)
        if a != 1 and s < 100 and a < 100 and b < 100 and z < 1e6:
            published = renewals_published(*point)
            assert abs(value / published - 1) < mpf(10) ** -30, point
        yield *point, value


def survival_rows():
    for point in renewals_points():
        s, z, a, b = point
        value = survival(*point)
        if s < 100 and a < 100 and b < 100 and z < 1e6:
            published = survival_published(*point)
            assert abs(value / published - 1) < mpf(10) ** -30, point
        yield *point, value


def renewals_points():
    rng = random.Random(1)
    ends = [1e-6, 1.0, 1e6]
    points = list(itertools.product(ends, [1e-12, 1.0, 1e12], ends, ends))
    near_1 = [1.0, 1.0 - 1e-9, 1.0 + 1e-9]
    points += itertools.product([0.243, 30.0], [1e-3, 0.9, 1e6], near_1, [2.426, 500.0])
    points += itertools.product([0.243, 2.243, 1000.243], [1e-3, 0.9, 30.0], [0.793], [2.426, 50.0])
    wide = [(-6, 6), (-12, 12), (-6, 6), (-6, 6)]
    points += [tuple(log_uniform(rng, *ends) for ends in wide) for _ in range(100)]
    customary = [(-1, 3), (-3, 2), (-2, 1), (-1, 3)]
    points += [tuple(log_uniform(rng, *ends) for ends in customary) for _ in range(60)]
    return points
