"""E and Φ of a process whose renewals are every k-th event, over the extreme range.

Term by term over the events where these are few; else, for E, over logit p by a step finer than the library's, with
all residues at every p, so that what cancels there cancels at 60 digits."""

import random

from mpmath import mp, mpf
from precision import log_uniform

FEW = 20_000


def by_events(s, a, b, k, passed, z):
    w, pmf = z / (1 + z), (1 + z) ** -s
    events, renewals, phase = 0, 0, passed
    stays, value = mpf(1), mpf(0)
    expected, alive = mpf(0), mpf(0)
    while True:
        expected += pmf * value
        alive += pmf * stays
        rest = pmf * (1 + value)
        if events > s * z and renewals > 0 and rest < mpf(10) ** -30 * min(expected, alive):
            return expected, alive
        pmf *= w * (s + events) / (events + 1)
        events, phase = events + 1, phase + 1
        if phase == k:
            value += stays
            stays *= (b + renewals) / (a + b + renewals)
            renewals, phase = renewals + 1, 0


def at_logit(s, k, passed, z, v):
    """E at one p, all residues."""
    ln_stays = -mp.log1p(mp.exp(v))
    root, rest = mp.exp(ln_stays / k), -mp.expm1(ln_stays / k)
    scale, total = 1 / (k * mp.exp(ln_stays)), mpf(0)
    for h in range(k // 2 + 1):
        zeta = root * mp.expjpi(mpf(2 * h) / k)
        short = rest if h == 0 else 1 - zeta
        top = -mp.expm1(-s * mp.log1p(z * rest)) if h == 0 else 1 - (1 + z * short) ** -s
        twice = 1 if h == 0 or 2 * h == k else 2
        total += twice * mp.re(scale * zeta ** (passed + 1) / short * top)
    return total


def over_logits(s, a, b, k, passed, z):
    mode, step = mp.log(a / b), min(mp.sqrt(1 / a + 1 / b) * mpf("0.45"), mpf("0.17"))

    def ln_weight(v):
        return -a * mp.log1p(mp.exp(-v)) - b * mp.log1p(mp.exp(v))

    peak = ln_weight(mode)
    weights, values = mpf(1), at_logit(s, k, passed, z, mode)
    ends = ((-1, a, 60 + mp.log(1 + a + b + z * (1 + s))), (1, b, 60 + mp.log(1 + a + b)))
    for direction, exponent, limit in ends:
        number, behind = 0, False
        while not behind:
            number += 1
            v = mode + direction * step * number
            weight = mp.exp(ln_weight(v) - peak)
            far = direction * v > limit
            if far:
                weight += weight / mp.expm1(exponent * step)
            value = weight * at_logit(s, k, passed, z, v)
            weights, values = weights + weight, values + value
            small = mpf(10) ** -28
            behind = far or (weight < small * weights and value < small * values)
    return values / weights


# Parameters that a fit ran away to, and others at which a way of working it out came to its end.
HARD = (
    (25217575825156.844, 364850961033.96643, 3.2084391438602224e24, 8, 0, 4.0865e-14),
    (2.4e44, 7e-7, 3.2e4, 9, 0, 1.5e-43),
    (1e30, 0.4, 0.8, 3, 1, 2e-30),
    (1e-6, 1e-6, 1e-6, 32, 31, 1e12),
    (1e6, 1e6, 1e-3, 32, 0, 1.0),
)


def erlang_rows():
    """Φ is 0 where it was not worked out."""
    rng = random.Random(29)
    points = list(HARD)
    while len(points) < 80:
        size = rng.choice((1, 3, 6, 12))
        s, a, b = (log_uniform(rng, -size, size) for _ in range(3))
        k = rng.choice((2, 2, 3, 5, 8, 8, 32))
        z = log_uniform(rng, -8, 8) if rng.random() < 0.5 else log_uniform(rng, -2, 2) / s * k
        points.append((s, a, b, k, rng.randrange(k), z))
    for s, a, b, k, passed, z in points:
        exact = [mpf(value) for value in (s, a, b)]
        reach = s * z + 80 * (1 + z) + 12 * (s * z * (1 + z)) ** 0.5
        if reach < FEW:
            expected, alive = by_events(*exact, k, passed, mpf(z))
        else:
            expected, alive = over_logits(*exact, k, passed, mpf(z)), mpf(0)
        yield s, a, b, k, passed, z, expected, alive
