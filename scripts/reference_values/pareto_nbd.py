"""The Pareto/NBD: likelihood and its derivatives, predictions, discounted purchases.

Integrals are over the logarithm of the time since the last purchase or since now; the likelihood is also the
printed difference of two hypergeometric functions.
"""

import itertools
import random

from gamma import ln_gamma_ratio
from log_concave import concave_integral
from mpmath import mp, mpf
from precision import derivatives, log_uniform

CDNOW = (0.553, 10.578, 0.606, 11.669)
MODELS = [
    CDNOW,
    (0.5, 5.0, 1.0, 5.0),
    (10.465, 0.00798565181, 3.0516, 2.82),
    (0.05, 0.3, 0.02, 400.0),
]
HISTORIES = [(0, 0.0, 38.86), (1, 1.71, 38.86), (2, 30.43, 38.86), (300, 38.0, 38.86)]
HISTORIES += [(2000, 10.0, 38.86), (5000, 38.8, 38.86), (2, 30.43, 30.43), (0, 0.0, 0.0)]


def pareto_nbd_points(customary, wide):
    """Parameters, history, horizon, n and rate."""
    rng = random.Random(32)
    counts = [0, 1, 7, 10_000]
    for number, (model, history) in enumerate(itertools.product(MODELS, HISTORIES)):
        yield *model, *history, 39.0, counts[number % 4], 0.0018345834154418
    for end, cases in [(2, customary), (6, wide)]:
        for _ in range(cases):
            r, alpha, s, beta, t, horizon = (log_uniform(rng, -end, end) for _ in range(6))
            s = 1.0 if rng.random() < 0.15 else s
            beta = alpha if rng.random() < 0.15 else beta
            x = rng.choice([0, 1, 2, int(log_uniform(rng, 0, max(end, 4)))])
            # Every other frequent buyer bought until just now, some of them to the last moment.
            recent = rng.random()
            if x > 2 and rng.random() < 0.5:
                recent = 1 - 1 / (x + 1)
            elif rng.random() < 0.1:
                recent = 1 - log_uniform(rng, -12, -2)
            n = int(log_uniform(rng, 0, 3)) - 1
            if rng.random() < 0.7:
                n = min(int((r + x) * horizon / (alpha + t) * rng.random() * 2), 10**4)
            t_x = t * recent if x else 0.0
            yield r, alpha, s, beta, x, t_x, t, horizon, n, log_uniform(rng, -6, 1)


def ln_odds_gone(r, alpha, s, beta, x, t_x, t):
    """ln of P(gone)/P(alive): the integral over the time of leaving, counted from the last purchase."""
    if t_x == t:
        return mp.ninf

    def h(v):
        u = mp.exp(v)
        hazard = mp.log(s) - mp.log(beta + t_x + u)
        lived = s * mp.log((beta + t) / (beta + t_x + u))
        bought = (r + x) * mp.log((alpha + t) / (alpha + t_x + u))
        return v + hazard + lived + bought

    return concave_integral(h, mp.ninf, mp.log(t - t_x))


def ln_likelihood(r, alpha, s, beta, x, t_x, t):
    odds = mp.exp(ln_odds_gone(r, alpha, s, beta, x, t_x, t))
    return ln_likelihood_by(odds, r, alpha, s, beta, x, t)


def ln_likelihood_by(odds, r, alpha, s, beta, x, t):
    rate = ln_gamma_ratio(r, x) + r * mp.log(alpha) - (r + x) * mp.log(alpha + t)
    return rate + s * mp.log(beta / (beta + t)) + mp.log1p(odds)


def ln_likelihood_published(r, alpha, s, beta, x, t_x, t):
    """Fader & Hardie (2005), A note on deriving the Pareto/NBD model, eq. 2 and 3, as printed."""
    most, b = max(alpha, beta), s + 1 if alpha >= beta else r + x
    power = r + s + x

    def term(until):
        z = abs(alpha - beta) / (most + until)
        return mp.hyp2f1(power, b, power + 1, z) / (most + until) ** power

    gone = s / power * (term(t_x) - term(t))
    alive = 1 / ((alpha + t) ** (r + x) * (beta + t) ** s)
    return ln_gamma_ratio(r, x) + r * mp.log(alpha) + s * mp.log(beta) + mp.log(alive + gone)


def ln_pmf_of(n, r):
    """ln P(N = n) of a negative binomial, as a function of z."""
    ln_ways = ln_gamma_ratio(r, n) - mp.loggamma(mpf(n + 1))
    return lambda z: ln_ways - r * mp.log1p(z) - (n * mp.log1p(1 / z) if n else 0)


def exactly_to_come(r, alpha, s, beta, n, t):
    """P(n) purchases within t of a customer who is alive: who stays and makes n, and who leaves at u after n."""
    if t == 0:
        return mpf(n == 0)
    ln_pmf = ln_pmf_of(n, r)

    def gone(v):
        u = mp.exp(v)
        return v + ln_pmf(u / alpha) + mp.log(s / (beta + u)) - s * mp.log1p(u / beta)

    stays = mp.exp(ln_pmf(t / alpha) - s * mp.log1p(t / beta))
    return stays + mp.exp(concave_integral(gone, mp.ninf, mp.log(t)))


def or_more_to_come(r, alpha, s, beta, n, t):
    """P(n or more): the n-th comes at u, before the customer leaves."""
    if n == 0 or t == 0:
        return mpf(n == 0)
    ln_pmf = ln_pmf_of(n, r)

    def nth(v):
        u = mp.exp(v)
        return mp.log(n) + ln_pmf(u / alpha) - s * mp.log1p(u / beta)

    return mp.exp(concave_integral(nth, mp.ninf, mp.log(t)))


def expected_if_alive(rate, s, beta, t):
    """Fader & Hardie (2005), the conditional expectation as printed, and its limit at s = 1."""
    with mp.workdps(200):
        s, beta, t = mpf(s), mpf(beta), mpf(t)
        if s == 1:
            return rate * beta * mp.log1p(t / beta)
        return rate * beta / (s - 1) * (1 - (beta / (beta + t)) ** (s - 1))


def pareto_nbd_rows():
    for point in pareto_nbd_points(80, 60):
        r, alpha, s, beta, x, t_x, t, horizon, n, _ = (mpf(value) for value in point)
        n, x = int(n), int(x)
        ln_odds = ln_odds_gone(r, alpha, s, beta, x, t_x, t)
        odds = mp.exp(ln_odds)
        alive, gone = 1 / (1 + odds), odds / (1 + odds)
        rate = (r + x) / (alpha + t)
        later = alive * mp.exp(-s * mp.log1p(horizon / (beta + t)))
        expected = alive * expected_if_alive(rate, s, beta + t, horizon)
        later_self = (r + x, alpha + t, s, beta + t, n, horizon)
        p_n = alive * exactly_to_come(*later_self) + (gone if n == 0 else 0)
        p_n_or_more = alive * or_more_to_come(*later_self) if n else mpf(1)
        new = exactly_to_come(r, alpha, s, beta, n, horizon)
        likelihood = ln_likelihood_by(odds, r, alpha, s, beta, x, t)
        yield *point[:9], likelihood, alive, gone, later, expected, p_n, p_n_or_more, new


def discounted_if_alive(rate, s, beta, delta, horizon):
    def h(v):
        u = mp.exp(v)
        return v - delta * u - s * mp.log1p(u / beta)

    return rate * mp.exp(concave_integral(h, mp.ninf, mp.log(horizon)))


def pareto_nbd_discounted_rows():
    """Within the horizon, and without end."""
    for point in pareto_nbd_points(50, 40):
        r, alpha, s, beta, x, t_x, t, horizon, _, rate = (mpf(value) for value in point)
        alive = 1 / (1 + mp.exp(ln_odds_gone(r, alpha, s, beta, int(x), t_x, t)))
        delta, bought = mp.log1p(rate), (r + x) / (alpha + t)
        within = discounted_if_alive(bought, s, beta + t, delta, horizon)
        ever = discounted_if_alive(bought, s, beta + t, delta, 5000 / delta)
        yield *point[:7], horizon, float(rate), alive * within, alive * ever


def pareto_nbd_derivatives_rows():
    rng = random.Random(33)
    points = [point[:7] for point in itertools.islice(pareto_nbd_points(0, 0), 32)]
    points = [point for point in points if point[4] <= 300 and point[5] < point[6]]
    for number in range(24):
        end = 1 if number < 12 else 2
        r, alpha, s, beta = (log_uniform(rng, -end, end) for _ in range(4))
        s = 1.0 if number % 6 == 0 else s
        beta = alpha if number % 6 == 1 else beta
        t = log_uniform(rng, -1, 2)
        x = int(log_uniform(rng, 0, 2)) - 1
        points.append((r, alpha, s, beta, x, t * rng.random() if x else 0.0, t))
    for *model, x, t_x, t in points:
        x, t_x, t = mpf(x), mpf(t_x), mpf(t)
        found = derivatives(lambda *m: ln_likelihood_published(*m, x, t_x, t), model)
        by_integral = ln_likelihood(*(mpf(value) for value in model), x, t_x, t)
        assert abs(found[0] - by_integral) < mpf(10) ** -22 * (1 + abs(by_integral)), model
        yield *model, int(x), float(t_x), float(t), *found
