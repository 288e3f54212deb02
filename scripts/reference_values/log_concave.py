"""Integrals of e^h for concave h, by Gauss-Legendre panels between the places where e^h no longer counts."""

import itertools
import random

from dropout import gauss_legendre
from mpmath import mp, mpf
from precision import log_uniform

FALL = 70
PANELS = 24
POINTS = 30


def concave_integral(h, low, high):
    """ln of the integral of e^h over [low, high], to 28 digits; one end may be infinite."""
    low, high = mpf(low), mpf(high)
    if low == high:
        return mp.ninf
    if mp.isinf(low):
        low = expanded(h, high, -1)
    if mp.isinf(high):
        high = expanded(h, low, 1)
    top = highest(h, low, high)
    most = h(top)
    total = mpf(0)
    for end in (low, high):
        near, far = top, end
        if h(end) < most - FALL:
            for _ in range(80):
                middle = (near + far) / 2
                if h(middle) < most - FALL:
                    far = middle
                else:
                    near = middle
        # Panels no wider than 1/2: the functions here are analytic to pi on either side of the line.
        panels = max(PANELS, int(mp.ceil(2 * abs(far - top))))
        half = (far - top) / (2 * panels)
        for panel in range(panels):
            middle = top + half * (2 * panel + 1)
            for node, weight in gauss_legendre(POINTS):
                total += abs(half) * weight * mp.exp(h(middle + half * node) - most)
    return most + mp.log(total)


def expanded(h, end, direction):
    """A place so far from an end that nothing behind it counts."""
    step = mpf(1)
    while h(end + direction * 2 * step) > h(end + direction * step) - 4 * FALL:
        step *= 2
    return end + direction * 2 * step


def highest(h, low, high):
    """Where a concave function is highest, by golden sections, to 40 digits of the interval."""
    golden = (mp.sqrt(5) - 1) / 2
    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = h(left), h(right)
    for _ in range(190):
        if at_left > at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = h(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = h(right)
    return (low + high) / 2


def powers_rows():
    """ln of the integral over w in [low, high] of exp(a w - b ln(1 + e^w) - c ln(1 + k e^w)), relative to
    the integrand where it is highest."""
    rng = random.Random(31)
    points = list(
        itertools.product([0.01, 1.0, 1000.0], [0.02, 30.0, 1e6], [1.0, 50.0], [1e-3, 1.0])
    )
    points = [(a, a + b, c, k) for a, b, c, k in points]
    for _ in range(90):
        a, more, c, k = (log_uniform(rng, *ends) for ends in [(-2, 6), (-3, 6), (-3, 6), (-6, 6)])
        points.append((a, a + more, c, k))
    for a, b, c, k in points:
        low, high = sorted(rng.uniform(-12, 12) for _ in range(2))
        if rng.random() < 0.2:
            high = low + log_uniform(rng, -12, -2)

        def h(w, of=tuple(map(mpf, (a, b, c, k)))):  # noqa: B008, those of this round
            a, b, c, k = of
            return a * w - b * mp.log1p(mp.exp(w)) - c * mp.log1p(k * mp.exp(w))

        top = highest(h, mpf(low), mpf(high))
        yield a, b, c, k, low, high, concave_integral(h, low, high) - h(top)
