"""High-precision values that the Rust tests compare with.

    python3 scripts/reference_values.py [name ...]

writes loyalty-core/tests/reference/<name>.csv for every name given, or all of them (half a
minute). Needs Python 3.11 and mpmath 1.3. The output is the same on every run.

Inputs are doubles, written so that they read back to the same bits; results have 20 digits of 60
or more. No formula here is the one that the library evaluates: it works with differences taken term
by term, continued fractions and trapezoidal sums, this script with plain logarithms of gamma
functions, term-by-term sums, Gauss-Legendre panels and power series.
"""

import itertools
import random
import sys
from functools import cache
from pathlib import Path

import mpmath
from mpmath import mp, mpf

OUT = Path(__file__).resolve().parent.parent / "loyalty-core" / "tests" / "reference"
DIGITS = 60
mp.dps = DIGITS


def log_uniform(rng, low, high):
    """A double between two powers of ten, uniform in the exponent."""
    return 10.0 ** rng.uniform(low, high)


# -- Expected renewals -----------------------------------------------------------------------------


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


# -- Gamma functions -------------------------------------------------------------------------------


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


# -- p-values --------------------------------------------------------------------------------------


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
    points += [(rng.uniform(-3, 3) / n**0.5, n) for n in (log_uniform(rng, 1, 6) for _ in range(40))]
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


# -- Negative binomial -----------------------------------------------------------------------------


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


# -- BG/NBD ----------------------------------------------------------------------------------------


def bg_nbd_ln_likelihood(r, alpha, a, b, x, t_x, t):
    """Fader, Hardie & Lee (2005), eq. 6, as it is printed."""
    rate = ln_gamma_ratio(r, x) + r * mp.log(alpha)
    dropout = ln_beta(a, b + x) - ln_beta(a, b)
    # Both powers over the larger one, so that none underflows to a logarithm of 0.
    alive = -(r + x) * mp.log(alpha + t)
    if x == 0:
        return rate + dropout + alive
    gone = mp.log(a / (b + x - 1)) - (r + x) * mp.log(alpha + t_x)
    most = max(alive, gone)
    return rate + dropout + most + mp.log(mp.exp(alive - most) + mp.exp(gone - most))


def ln_beta(a, b):
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def p_alive(r, alpha, a, b, x, t_x, t):
    if x == 0:
        return mpf(1)
    return 1 / (1 + a / (b + x - 1) * ((alpha + t) / (alpha + t_x)) ** (r + x))


def n_purchases(r, alpha, a, b, n, t):
    """P(X(t) = n), eq. 8."""
    ln_pmf, upper = negative_binomial(n, r, t / alpha)
    survived = mp.exp(ln_beta(a, b + n) - ln_beta(a, b))
    ended = a / (b + n - 1) * upper if n else mpf(0)
    return survived * (mp.exp(ln_pmf) + ended)


def bg_nbd_points():
    rng = random.Random(5)
    cdnow, a_is_1 = (0.243, 4.414, 0.793, 2.426), (0.5, 5.0, 1.0, 2.0)
    histories = [(0, 0.0, 38.86), (1, 1.71, 38.86), (2, 30.43, 38.86), (300, 38.0, 38.86)]
    histories += [(2000, 10.0, 38.86), (5000, 38.8, 38.86), (2, 30.43, 30.43)]
    for model, history in itertools.product([cdnow, a_is_1], histories):
        yield *model, *history, 39.0, min(history[0], 200)
    for shape, scale in [((-2, 2), (-2, 2))] * 90 + [((-6, 6), (-6, 6))] * 40:
        model = [log_uniform(rng, *ends) for ends in (shape, scale, shape, shape)]
        t = log_uniform(rng, *scale)
        x = rng.choice([0, 1, 2, int(log_uniform(rng, 0, 4 if scale[1] == 2 else 6))])
        t_x = t * rng.random() if x else 0.0
        yield *model, x, t_x, t, log_uniform(rng, *scale), int(log_uniform(rng, 0, 3)) - 1


def bg_nbd_rows():
    for point in bg_nbd_points():
        r, alpha, a, b, x, t_x, t, horizon, n = (mpf(value) for value in point)
        alive = p_alive(r, alpha, a, b, x, t_x, t)
        expected = alive * renewals(r + x, horizon / (alpha + t), a, b + x)
        pmf = n_purchases(r, alpha, a, b, int(n), horizon)
        likelihood = bg_nbd_ln_likelihood(r, alpha, a, b, x, t_x, t)
        yield *point, likelihood, alive, expected, pmf


# -- The future of a customer under the BG/NBD -----------------------------------------------------


def purchases_to_come(s, a, b, n, z):
    """P(n) and P(n or more) purchases of a customer who is alive, lambda ~ Gamma(s, 1)."""
    ln_pmf, upper = negative_binomial(n, s, z)
    if n == 0:
        return mp.exp(ln_pmf), mpf(1)
    survived = [mp.exp(ln_beta(a, b + k) - ln_beta(a, b)) for k in (n, n - 1)]
    exactly = survived[0] * (mp.exp(ln_pmf) + a / (b + n - 1) * upper)
    return exactly, survived[1] * upper


def residual_purchases(s, a, b, delta):
    """E[lambda / (lambda p + delta)] for lambda ~ Gamma(s, 1) and p ~ Beta(a, b): the discounted
    purchases without end of a customer who is alive, by the trapezoidal rule in ln lambda, to 24
    digits."""
    step = min(mpf("0.18"), mpf("0.58") / mp.sqrt(s + 1))

    def mean_of_share(y):
        """E[1 / (1 + p y)]; mpmath's 2F1(1, a; a+b; -y) is wrong where a and b are large."""
        if a + b > 300:
            return survival(1, y, a, b)
        return mp.hyp2f1(1, a, a + b, -y)

    def value(u):
        rate = mp.exp(u)
        return mp.exp((s + 1) * u - rate - ln_top) * mean_of_share(rate / delta) / delta

    middle = mp.log(s + 1)
    ln_top = (s + 1) * middle - (s + 1)
    total = value(middle)
    for direction in (1, -1):
        for j in itertools.count(1):
            term = value(middle + direction * j * step)
            total += term
            if term < total * mpf(10) ** -27:
                break
    return total * step * mp.exp(ln_top - mp.loggamma(s))


def bg_nbd_future_points(customary, wide):
    rng = random.Random(8)
    cdnow, a_is_1 = (0.243, 4.414, 0.793, 2.426), (0.5, 5.0, 1.0, 2.0)
    histories = [(0, 0.0, 38.86), (1, 1.71, 38.86), (2, 30.43, 38.86), (300, 38.0, 38.86)]
    histories += [(2000, 10.0, 38.86), (5000, 38.8, 38.86), (1_000_000, 38.8599, 38.86)]
    for model, (number, history) in itertools.product([cdnow, a_is_1], enumerate(histories)):
        yield *model, *history, 39.0, 3 ** (number + 1) - 3, 0.0018345834154418
    for ends, cases in [((-2, 2), customary), ((-6, 6), wide)]:
        for _ in range(cases):
            r, alpha, a, b, t, horizon = (log_uniform(rng, *ends) for _ in range(6))
            x = rng.choice([0, 1, 2, int(log_uniform(rng, 0, ends[1] if ends[1] > 2 else 4))])
            # Every other frequent buyer bought until just now, so that he may well be alive.
            recent = 1 - 1 / (x + 1) if x > 2 and rng.random() < 0.5 else rng.random()
            n = int(log_uniform(rng, 0, 3)) - 1
            if rng.random() < 0.7:
                n = min(int((r + x) * horizon / (alpha + t) * rng.random() * 2), 10**5)
            yield r, alpha, a, b, x, t * recent if x else 0.0, t, horizon, n, log_uniform(rng, -6, 1)


def bg_nbd_future_rows():
    for point in bg_nbd_future_points(100, 100):
        r, alpha, a, b, x, t_x, t, horizon, n, _ = (mpf(value) for value in point)
        alive, gone = p_alive(r, alpha, a, b, x, t_x, t), p_gone(r, alpha, a, b, x, t_x, t)
        s, z, survivors = r + x, horizon / (alpha + t), b + x
        later = alive * survival(s, z, a, survivors)
        none = gone + alive * mp.exp(-s * mp.log1p(z))
        exactly, at_least = purchases_to_come(s, a, survivors, int(n), z)
        if n == 0:
            yield *point[:9], later, none, none, mpf(1)
        else:
            yield *point[:9], later, none, alive * exactly, alive * at_least


def p_gone(r, alpha, a, b, x, t_x, t):
    """1 - P(alive), without the cancellation."""
    odds = a / (b + x - 1) * ((alpha + t) / (alpha + t_x)) ** (r + x) if x else mpf(0)
    return odds / (1 + odds)


def bg_nbd_residual_rows():
    for point in bg_nbd_future_points(70, 16):
        r, alpha, a, b, x, t_x, t, _, _, rate = (mpf(value) for value in point)
        delta = mp.log1p(rate) * (alpha + t)
        alive = p_alive(r, alpha, a, b, x, t_x, t)
        yield *point[:7], point[9], alive * residual_purchases(r + x, a, b + x, delta)


# -- Where others fail -----------------------------------------------------------------------------


def hard_cases_rows():
    """Each a quantity of the BG/NBD at which some library fails; scripts/peer_failures.py shows them."""
    cdnow = ("CDNOW", 0.243, 4.414, 0.793, 2.426)
    histories = [(0, 0.0), (1, 1.71), (2, 30.43), (10, 30.0), (100, 38.0), (300, 38.0), (500, 30.0)]
    histories += [(1000, 38.8), (2000, 10.0), (5000, 38.8)]
    for x, t_x in histories:
        yield hard_case("p_alive", cdnow, x, t_x, 38.86)
    points = [(cdnow, x, t_x, 38.86, 39.0) for x, t_x in histories]
    points += [(cdnow, 2, 30.43, 38.86, 1e-12), (("young", 0.11, 2.24, 0.31, 0.5), 0, 0.0, 1.0, 30.0)]
    points += [((f"a = {a!r}", 0.5, 5.0, a, 2.0), 2, 10.0, 20.0, 30.0) for a in (1.0, 1 + 1e-15)]
    for point in points:
        yield hard_case("expected_purchases", *point)
    for x, t_x in histories[:3]:
        yield hard_case("p_no_purchase", cdnow, x, t_x, 38.86, 39.0)
    for n in [0, 1, 10, 100, 160, 170, 171, 200, 1000]:
        yield hard_case("probability_of_n_purchases", cdnow, n, 0.0, 0.0, 39.0)


def hard_case(quantity, model, x, t_x, t, horizon=0.0):
    r, alpha, a, b, n, recent, age, ahead = (mpf(value) for value in (*model[1:], x, t_x, t, horizon))
    alive, z = p_alive(r, alpha, a, b, n, recent, age), ahead / (alpha + age)
    match quantity:
        case "p_alive":
            exact = alive
        case "expected_purchases":
            exact = alive * renewals(r + n, z, a, b + n)
        case "p_no_purchase":
            gone = p_gone(r, alpha, a, b, n, recent, age)
            exact = gone + alive * mp.exp(-(r + n) * mp.log1p(z))
        case _:
            exact = n_purchases(r, alpha, a, b, x, ahead)
    return (quantity, *model, x, t_x, t, horizon, exact)


# -- Gamma-Gamma -----------------------------------------------------------------------------------


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


# -- Derivatives by the logarithms of the parameters -----------------------------------------------


def derivatives(function, parameters):
    """Value, gradient and upper triangle of the Hessian, by central differences at 120 digits."""
    size = len(parameters)
    with mp.workdps(120):
        step = mpf(10) ** -30
        logs = [mp.log(mpf(value)) for value in parameters]

        def at(*moves):
            moved = list(logs)
            for i, sign in moves:
                moved[i] += sign * step
            return function(*(mp.exp(value) for value in moved))

        here = at()
        gradient = [(at((i, 1)) - at((i, -1))) / (2 * step) for i in range(size)]
        hessian = []
        for i in range(size):
            for j in range(i, size):
                corners = sum(p * q * at((i, p), (j, q)) for p in (1, -1) for q in (1, -1))
                hessian.append(corners / (4 * step * step))
        return [here, *gradient, *hessian]


def bg_nbd_derivatives_rows():
    rng = random.Random(7)
    points = [point[:7] for point in itertools.islice(bg_nbd_points(), 14)]
    for _ in range(8):
        model = [log_uniform(rng, -2, 2) for _ in range(4)]
        t = log_uniform(rng, -1, 2)
        points.append((*model, int(log_uniform(rng, 0, 3)), t * rng.random(), t))
    for *model, x, t_x, t in points:
        x, t_x, t = mpf(x), mpf(t_x), mpf(t)
        found = derivatives(lambda *m: bg_nbd_ln_likelihood(*m, x, t_x, t), model)
        yield *model, int(x), float(t_x), float(t), *found


def gamma_gamma_derivatives_rows():
    for p, q, v, x, mean in itertools.islice(gamma_gamma_points(), 20):
        whole, money = mpf(x), mpf(mean)
        found = derivatives(lambda *m: gamma_gamma_ln_density(*m, whole, money), (p, q, v))
        yield p, q, v, x, mean, *found


def triangle(names):
    pairs = itertools.combinations_with_replacement(names, 2)
    return ["ln_l", *(f"d_{name}" for name in names), *(f"d_{i}_{j}" for i, j in pairs)]


BG_NBD = ["r", "alpha", "a", "b", "x", "t_x", "T"]
FUTURE = ["p_alive_at", "p_no_purchase", "p_n", "p_n_or_more"]
GAMMA_GAMMA = ["p", "q", "v", "x", "mean"]
FILES = {
    "renewals": (renewals_rows, ["s", "z", "a", "b", "G"]),
    "survival": (survival_rows, ["s", "z", "a", "b", "S"]),
    "ln_gamma": (values(mp.loggamma), ["x", "value"]),
    "ln_gamma_ratio": (differences(mp.loggamma), ["z", "d", "value"]),
    "digamma_rise": (differences(mp.digamma), ["z", "d", "value"]),
    "trigamma_drop": (differences(lambda x: -trigamma(x)), ["z", "d", "value"]),
    "trigamma": (values(trigamma), ["x", "value"]),
    "chi_square": (chi_square_rows, ["x", "degrees", "upper_tail"]),
    "correlation": (correlation_rows, ["r", "n", "p_value"]),
    "negative_binomial": (negative_binomial_rows, ["n", "r", "z", "ln_pmf", "upper_tail"]),
    "bg_nbd": (bg_nbd_rows, [*BG_NBD, "horizon", "n", "ln_l", "p_alive", "expected", "pmf"]),
    "bg_nbd_future": (bg_nbd_future_rows, [*BG_NBD, "horizon", "n", *FUTURE]),
    "bg_nbd_residual": (bg_nbd_residual_rows, [*BG_NBD, "rate", "residual"]),
    "hard_cases": (hard_cases_rows, ["quantity", "model", *BG_NBD, "horizon", "exact"]),
    "gamma_gamma": (gamma_gamma_rows, [*GAMMA_GAMMA, "ln_density"]),
    "bg_nbd_derivatives": (bg_nbd_derivatives_rows, [*BG_NBD, *triangle(BG_NBD[:4])]),
    "gamma_gamma_derivatives": (
        gamma_gamma_derivatives_rows,
        [*GAMMA_GAMMA, *triangle(GAMMA_GAMMA[:3])],
    ),
}


def written(value):
    if isinstance(value, str):
        return value
    return mpmath.nstr(value, 20) if isinstance(value, mpf) else repr(value)


def main(names):
    for name in names or FILES:
        rows, header = FILES[name]
        lines = [",".join(header)] + [",".join(map(written, row)) for row in rows()]
        (OUT / f"{name}.csv").write_text("\n".join(lines) + "\n")
        print(f"{name}: {len(lines) - 1} rows")


if __name__ == "__main__":
    main(sys.argv[1:])
