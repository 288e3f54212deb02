"""The BG/NBD: likelihood and its derivatives, predictions, the future of a customer."""

import itertools
import random

from dropout import renewals, survival
from gamma import ln_gamma_ratio
from mpmath import mp, mpf
from precision import derivatives, log_uniform
from tails import negative_binomial


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
            yield (
                r,
                alpha,
                a,
                b,
                x,
                t * recent if x else 0.0,
                t,
                horizon,
                n,
                log_uniform(rng, -6, 1),
            )


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
