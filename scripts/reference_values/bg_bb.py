"""The BG/BB: customers who can buy at set opportunities only."""

import itertools
import random

from mpmath import mp, mpf
from precision import derivatives, log_uniform


def ln_beta(a, b):
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def beta_ratio(a, b, more_a, more_b):
    """B(a + more_a, b + more_b) / B(a, b)."""
    return mp.exp(ln_beta(a + more_a, b + more_b) - ln_beta(a, b))


def parts(model, x, t_x, t):
    """The likelihood of who is alive, and of who left after each opportunity."""
    alpha, beta, gamma, delta = model
    alive = beta_ratio(alpha, beta, x, t - x) * beta_ratio(gamma, delta, 0, t)
    left = (
        beta_ratio(alpha, beta, x, i - x) * beta_ratio(gamma, delta, 1, i) for i in range(t_x, t)
    )
    return alive, mp.fsum(left)


def stays(model, t, ahead):
    _, _, gamma, delta = model
    return beta_ratio(gamma, delta + t, 0, ahead)


def exactly(model, x, t, ahead, n):
    """n purchases of who is alive at t."""
    alpha, beta, gamma, delta = model
    a, b, d = alpha + x, beta + t - x, delta + t

    def bought(i):
        return mp.binomial(i, n) * beta_ratio(a, b, n, i - n)

    if n > ahead:
        return mpf(0)
    gone = (bought(i) * beta_ratio(gamma, d, 1, i) for i in range(n, ahead))
    return bought(ahead) * stays(model, t, ahead) + mp.fsum(gone)


def bg_bb_points():
    rng = random.Random(31)
    published = (1.204, 0.750, 0.657, 2.783)
    for x, t_x in ((0, 0), (1, 2), (3, 6), (6, 6)):
        yield published, x, t_x, 6, 5, 2, 0.1
    for model in itertools.product([1e-3, 1e3], repeat=4):
        yield model, 2, 5, 9, 4, 1, 0.1
    for _ in range(60):
        model = tuple(log_uniform(rng, -3, 3) for _ in range(4))
        t = rng.choice([0, 1, 6, 50, 300])
        t_x = rng.randint(0, t)
        x = rng.randint(min(1, t_x), t_x)
        t_x = 0 if x == 0 else t_x
        ahead = rng.choice([1, 5, 40, 200])
        yield model, x, t_x, t, ahead, rng.randint(0, min(ahead, 8)), log_uniform(rng, -3, -0.1)


def bg_bb_rows():
    for model, x, t_x, t, ahead, n, rate in bg_bb_points():
        with mp.workdps(100):
            model_, rate_ = tuple(map(mpf, model)), mpf(rate)
            alpha, beta, gamma, delta = model_
            alive, gone = parts(model_, x, t_x, t)
            p_alive = alive / (alive + gone)
            share = (alpha + x) / (alpha + beta + t)
            expected = p_alive * share * mp.fsum(stays(model_, t, k) for k in range(1, ahead + 1))
            # The hypergeometric function of the paper.
            series = mp.hyp2f1(1, delta + t + 1, gamma + delta + t + 1, 1 / (1 + rate_))
            first = (delta + t) / (gamma + delta + t) / (1 + rate_)
            dert = p_alive * share * first * series
            p_n = p_alive * exactly(model_, x, t, ahead, n) + (
                gone / (alive + gone) if n == 0 else 0
            )
            below = mp.fsum(exactly(model_, x, t, ahead, y) for y in range(3))
            found = (mp.log(alive + gone), p_alive, gone / (alive + gone))
            found += (p_alive * stays(model_, t, ahead), expected, dert, p_n)
            found += (p_alive * (1 - below) if ahead >= 3 else mpf(0),)
            yield *model, x, t_x, t, ahead, n, rate, *(+value for value in found)


def bg_bb_derivatives_rows():
    rng = random.Random(32)
    for _ in range(24):
        model = tuple(log_uniform(rng, -2, 2) for _ in range(4))
        t = rng.choice([1, 4, 12])
        t_x = rng.randint(0, t)
        x = rng.randint(min(1, t_x), t_x)
        t_x = 0 if x == 0 else t_x

        def ln_likelihood(*model, x=x, t_x=t_x, t=t):
            return mp.log(sum(parts(model, x, t_x, t)))

        yield *model, x, t_x, t, *derivatives(ln_likelihood, model)
