"""The MBG/NBD: likelihood and its derivatives, predictions. A customer may leave after the first purchase
too, so that k = x + 1 occasions to leave lie behind x repeat purchases."""

import itertools
import random

from bg_nbd import bg_nbd_points, ln_beta, purchases_to_come
from dropout import renewals, survival
from gamma import ln_gamma_ratio
from mpmath import mp, mpf
from precision import derivatives, log_uniform


def mbg_nbd_ln_likelihood(r, alpha, a, b, x, t_x, t):
    """Batislam, Denizel & Filiztekin (2007), eq. 2; Hoppe & Wagner (2007), eq. 3."""
    rate = ln_gamma_ratio(r, x) + r * mp.log(alpha)
    stayed = ln_beta(a, b + x + 1) - ln_beta(a, b) - (r + x) * mp.log(alpha + t)
    left = ln_beta(a + 1, b + x) - ln_beta(a, b) - (r + x) * mp.log(alpha + t_x)
    most = max(stayed, left)
    return rate + most + mp.log(mp.exp(stayed - most) + mp.exp(left - most))


def p_alive(r, alpha, a, b, x, t_x, t):
    odds = a / (b + x) * ((alpha + t) / (alpha + t_x)) ** (r + x)
    return 1 / (1 + odds), odds / (1 + odds)


def mbg_nbd_rows():
    for point in bg_nbd_points():
        r, alpha, a, b, x, t_x, t, horizon, n = (mpf(value) for value in point)
        alive, gone = p_alive(r, alpha, a, b, x, t_x, t)
        z, stays = horizon / (alpha + t), b + x + 1
        expected = alive * renewals(r + x, z, a, stays)
        later = alive * survival(r + x, z, a, stays)
        exactly, _ = purchases_to_come(r + x, a, stays, int(n), z)
        p_n = alive * exactly + (gone if n == 0 else 0)
        new, _ = purchases_to_come(r, a, b + 1, int(n), horizon / alpha)
        p_n_new = b / (a + b) * new + (a / (a + b) if n == 0 else 0)
        likelihood = mbg_nbd_ln_likelihood(r, alpha, a, b, x, t_x, t)
        yield *point, likelihood, alive, later, expected, p_n, p_n_new


def mbg_nbd_derivatives_rows():
    rng = random.Random(7)
    points = [point[:7] for point in itertools.islice(bg_nbd_points(), 14)]
    for _ in range(8):
        model = [log_uniform(rng, -2, 2) for _ in range(4)]
        t = log_uniform(rng, -1, 2)
        points.append((*model, int(log_uniform(rng, 0, 3)), t * rng.random(), t))
    for *model, x, t_x, t in points:
        x, t_x, t = mpf(x), mpf(t_x), mpf(t)
        found = derivatives(lambda *m: mbg_nbd_ln_likelihood(*m, x, t_x, t), model)
        yield *model, int(x), float(t_x), float(t), *found
