"""BG/CNBD-k and MBG/CNBD-k: likelihood and its derivatives, predictions, discounted purchases.

Term by term over the number of phases to come, with the phases passed since the last purchase as another sum;
the discounted purchases as an integral over the rate of a hypergeometric function."""

import random

from bg_nbd import ln_beta
from gamma import ln_gamma_ratio
from mpmath import mp, mpf
from precision import derivatives, log_uniform

FIRST = {"bg": 0, "mbg": 1}


def phase_weights(s, q, k):
    weights = [mpf(1)]
    for j in range(1, k):
        weights.append(weights[-1] * (s + j - 1) / j * q)
    return weights


def standings(kind, r, alpha, a, b, k, x, t_x, t):
    """ln of the likelihood's common part, its alive and gone parts, and the weights of the phases."""
    s, m = r + k * x, x + FIRST[kind]
    weights = phase_weights(s, (t - t_x) / (alpha + t), k)
    alive = mp.exp(ln_beta(a, b + m) - ln_beta(a, b)) * sum(weights)
    gone = mpf(0)
    if m > 0:
        ratio = ((alpha + t) / (alpha + t_x)) ** s
        gone = mp.exp(ln_beta(a + 1, b + m - 1) - ln_beta(a, b)) * ratio
    return alive, gone, weights


def ln_likelihood(kind, r, alpha, a, b, k, x, t_x, t, ln_gaps):
    """Reutterer, Platzer & Schröder (2021), with the larger power taken out."""
    alive, gone, _ = standings(kind, r, alpha, a, b, k, x, t_x, t)
    s = r + k * x
    common = (k - 1) * ln_gaps - x * mp.loggamma(k) + ln_gamma_ratio(r, k * x)
    return common + r * mp.log(alpha) - s * mp.log(alpha + t) + mp.log(alive + gone)


def to_come(s, a, b, k, passed, z, n):
    """Expected purchases, P(alive), P(exactly n) and P(n or more) of a customer in a phase."""
    w = z / (1 + z)
    pmf = (1 + z) ** -s
    events, purchases, phase = 0, 0, passed
    stays, value = mpf(1), mpf(0)
    expected, alive, exactly = mpf(0), mpf(0), mpf(0)
    reached = mpf(0)
    survived_n = survived_before = None
    while True:
        if purchases == n and survived_n is None:
            survived_n = stays
        if purchases == n - 1 and survived_before is None:
            survived_before = stays
        expected += pmf * value
        alive += pmf * stays
        if purchases == n:
            exactly += pmf
        if purchases >= n:
            reached += pmf
        if (
            purchases > n
            and events > s * z
            and pmf * (1 + value) < mpf(10) ** -30 * min(expected or 1, alive, reached)
        ):
            break
        pmf *= w * (s + events) / (events + 1)
        events += 1
        phase += 1
        if phase == k:
            phase = 0
            value += stays
            stays *= (b + purchases) / (a + b + purchases)
            purchases += 1
    p_n = survived_n * exactly
    if n > 0:
        p_n += (survived_before - survived_n) * reached
    return expected, alive, p_n


def points(seed, count):
    rng = random.Random(seed)
    found = []
    for k in (2, 3):
        found.append((1.329, 2.813, 0.4247, 0.79, k, 0, 0.0, 52.0, 52.0, 0))
        found.append((1.329, 2.813, 0.4247, 0.79, k, 3, 30.43, 38.86, 39.0, 2))
        found.append((0.5, 5.0, 1.0, 2.0, k, 7, 20.0, 20.0, 30.0, 1))
    while len(found) < count:
        r, a, b = (log_uniform(rng, -3, 3) for _ in range(3))
        alpha, t = log_uniform(rng, -2, 3), log_uniform(rng, -1, 3)
        k = rng.choice((1, 2, 2, 3, 4, 5, 6, 8, 8, 13, 32))
        x = int(log_uniform(rng, -0.3, 3))
        t_x = t * rng.choice((1.0, rng.random(), rng.random(), 1 - log_uniform(rng, -9, 0)))
        t_x = 0.0 if x == 0 else t_x
        horizon = log_uniform(rng, -5, 2.7) * (alpha + t)
        z, s = horizon / (alpha + t), r + k * x
        if s * z > 3e3 or (x > 0 and t_x <= 0.0):
            continue
        n = int(log_uniform(rng, -0.5, 1.7))
        found.append((r, alpha, a, b, k, x, t_x, t, horizon, n))
    return found


def mean_gap_sum(x, t_x):
    """A sum of logarithms that customers with these purchases can have."""
    return float(x * mp.log(mpf(t_x) / x) - x / 10) if x > 1 else (float(mp.log(t_x)) if x else 0.0)


def rows(kind):
    def make():
        for point in points(17, 100):
            *model, k, x, t_x, t, horizon, n = point
            ln_gaps = mean_gap_sum(x, t_x)
            r, alpha, a, b = (mpf(value) for value in model)
            t_x, t, horizon = mpf(t_x), mpf(t), mpf(horizon)
            alive, gone, weights = standings(kind, r, alpha, a, b, k, x, t_x, t)
            p_alive = alive / (alive + gone)
            z, s, stays = horizon / (alpha + t), r + k * x, b + x + FIRST[kind]
            come = [to_come(s + j, a, stays, k, j, z, n) for j in range(k)]
            mean = [
                sum(w * of[i] for w, of in zip(weights, come, strict=True)) / sum(weights)
                for i in range(3)
            ]
            expected, later, p_n = (p_alive * value for value in mean)
            p_n += gone / (alive + gone) if n == 0 else 0
            value = ln_likelihood(kind, r, alpha, a, b, k, x, t_x, t, mpf(ln_gaps))
            yield *point, ln_gaps, value, p_alive, later, expected, p_n

    return make


def residual(s, a, b, k, passed, force):
    """E over the rate of L^(k−l) F(L^k), F(y) = ₂F₁(1, b; a+b; y)."""

    def at(u):
        rate = mp.exp(u)
        event = rate / (rate + force)
        weight = mp.exp(s * u - rate - mp.loggamma(s))
        return weight * event ** (k - passed) * mp.hyp2f1(1, b, a + b, event**k)

    middle, spread = mp.log(s), 1 / mp.sqrt(s)
    low = min(middle, mp.log(force)) - 60 / (s + k - passed) - 12 * spread - 3
    high = middle + 12 * spread if s > 50 else mp.log(s + 120)
    panels = int(mp.ceil((high - low) / min(mpf(2), 3 * spread)))
    panels = min(panels, 60)
    return mp.quad(at, [low + (high - low) * i / panels for i in range(panels + 1)])


def residual_rows():
    rng = random.Random(5)
    with mp.workdps(30):
        for number in range(16):
            r, a, b = (log_uniform(rng, -2, 2) for _ in range(3))
            k, x = rng.choice((2, 2, 2, 3, 5)), int(log_uniform(rng, -0.5, 2))
            alpha, t = log_uniform(rng, -1, 2), log_uniform(rng, -1, 2)
            t_x = t * rng.random() if x else 0.0
            rate = log_uniform(rng, -5, 0)
            if number == 0:
                r, alpha, a, b, k, x, t_x, t, rate = 1.3, 2.8, 0.42, 0.79, 2, 3, 30.0, 39.0, 0.0018
            model = [mpf(value) for value in (r, alpha, a, b)]
            alive, gone, weights = standings("mbg", *model, k, x, mpf(t_x), mpf(t))
            force = mp.log(1 + mpf(rate)) * (model[1] + mpf(t))
            s, stays = model[0] + k * x, model[3] + x + 1
            come = [residual(s + j, model[2], stays, k, j, force) for j in range(k)]
            mean = sum(w * c for w, c in zip(weights, come, strict=True)) / sum(weights)
            yield r, alpha, a, b, k, x, t_x, t, rate, alive / (alive + gone) * mean


def derivatives_rows(kind):
    def make():
        for *model, k, x, t_x, t, _, _ in points(23, 40):
            exact = derivatives(
                lambda *m: ln_likelihood(kind, *m, k, x, mpf(t_x), mpf(t), mpf(0)), model
            )
            yield *model, k, x, t_x, t, *exact

    return make
