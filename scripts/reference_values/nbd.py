"""The NBD: likelihood and the purchases to come of customers who never leave."""

from bg_nbd import bg_nbd_points
from gamma import ln_gamma_ratio
from mpmath import mp, mpf
from tails import negative_binomial


def nbd_rows():
    for r, alpha, _, _, x, t_x, t, horizon, n in bg_nbd_points():
        point = (r, alpha, x, t_x, t, horizon, n)
        r, alpha, x, t, horizon = (mpf(value) for value in (r, alpha, x, t, horizon))
        likelihood = ln_gamma_ratio(r, x) + r * mp.log(alpha) - (r + x) * mp.log(alpha + t)
        z = horizon / (alpha + t)
        ln_pmf, _ = negative_binomial(int(n), r + x, z)
        yield *point, likelihood, (r + x) * z, mp.exp(ln_pmf)
