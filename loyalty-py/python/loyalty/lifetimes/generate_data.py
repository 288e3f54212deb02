"""Customers drawn from the models, with what is hidden of real ones: their rates, and whether they left.

Histories alone, in less time and with a seed of their own, come from ``simulate`` of a model of
:mod:`loyalty`. Here NumPy's global generator draws, as in lifetimes: ``numpy.random.seed`` repeats it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loyalty.errors import InputError
from loyalty.lifetimes._histories import Floats
from loyalty.lifetimes._pandas import pd

__all__ = [
    "beta_geometric_beta_binom_model",
    "beta_geometric_nbd_model",
    "beta_geometric_nbd_model_transactional_data",
    "modified_beta_geometric_nbd_model",
    "pareto_nbd_model",
]


def beta_geometric_nbd_model(
    T: Any, r: float, alpha: float, a: float, b: float, size: int = 1
) -> Any:
    """Customers of the BG/NBD model.

    Parameters
    ----------
    T : number or array
        How long each is observed; of an array the first `size` are used.
    r, alpha, a, b : float
        See :class:`loyalty.BgNbd`.
    size : int
        How many.

    Returns
    -------
    DataFrame
        ``frequency``, ``recency``, ``T``, the rate ``lambda``, the dropout probability ``p`` and
        ``alive`` (1 or 0), indexed by ``customer_id``. Frequency counts purchases, where lifetimes counts
        the whole units of time with one.

    Examples
    --------
    >>> import numpy as np
    >>> from loyalty.lifetimes.generate_data import beta_geometric_nbd_model
    >>> np.random.seed(0)
    >>> customers = beta_geometric_nbd_model(52, r=0.24, alpha=4.41, a=0.79, b=2.43, size=1000)
    >>> list(customers.columns)
    ['frequency', 'recency', 'T', 'lambda', 'p', 'alive']
    """
    age, rate, p = _drawn(T, size, r, alpha, a, b)
    return _frame(age, rate, "p", p, _by_purchase(age, rate, p, np.ones(size, dtype=bool))[:3])


def modified_beta_geometric_nbd_model(
    T: Any, r: float, alpha: float, a: float, b: float, size: int = 1
) -> Any:
    """Customers of the MBG/NBD model, who may leave after their first purchase too.

    Parameters and columns are those of :func:`beta_geometric_nbd_model`.

    Examples
    --------
    >>> import numpy as np
    >>> from loyalty.lifetimes.generate_data import modified_beta_geometric_nbd_model
    >>> np.random.seed(0)
    >>> customers = modified_beta_geometric_nbd_model(52, 0.52, 6.18, 0.89, 1.61, size=1000)
    >>> bool((customers["recency"] < 52).all())
    True
    """
    age, rate, p = _drawn(T, size, r, alpha, a, b)
    return _frame(age, rate, "p", p, _by_purchase(age, rate, p, np.random.random(size) >= p)[:3])


def pareto_nbd_model(T: Any, r: float, alpha: float, s: float, beta: float, size: int = 1) -> Any:
    """Customers of the Pareto/NBD model.

    Parameters
    ----------
    T, size
        As for :func:`beta_geometric_nbd_model`.
    r, alpha, s, beta : float
        See :class:`loyalty.ParetoNbd`.

    Returns
    -------
    DataFrame
        As of :func:`beta_geometric_nbd_model`, with the rate of leaving ``mu`` in place of ``p``.

    Examples
    --------
    >>> import numpy as np
    >>> from loyalty.lifetimes.generate_data import pareto_nbd_model
    >>> np.random.seed(0)
    >>> customers = pareto_nbd_model(39, r=0.55, alpha=10.58, s=0.61, beta=11.67, size=1000)
    >>> bool(0.4 < customers["alive"].mean() < 0.5)
    True
    """
    age = _ages(T, size)
    rate = np.random.gamma(r, 1.0 / alpha, size)
    mu = np.random.gamma(s, 1.0 / beta, size)
    leaves = np.random.exponential(size=size) / mu
    stays = np.zeros(size)
    end = np.minimum(age, leaves)
    count, last, _, _ = _by_purchase(end, rate, stays, np.ones(size, dtype=bool))
    return _frame(age, rate, "mu", mu, (count, last, leaves > age))


def beta_geometric_beta_binom_model(
    N: Any, alpha: float, beta: float, gamma: float, delta: float, size: int = 1
) -> Any:
    """Customers of the BG/BB model, who can buy at N opportunities.

    Parameters
    ----------
    N : int or array
        How many opportunities each has; of an array the first `size` are used.
    alpha, beta, gamma, delta : float
        See :class:`loyalty.BgBb`.
    size : int
        How many customers.

    Returns
    -------
    DataFrame
        ``frequency``, ``recency``, ``n_periods``, the probabilities ``p`` to buy and ``theta`` to leave,
        ``alive`` (1 or 0, at the opportunity after the last) and ``customer_id``.

    Examples
    --------
    >>> import numpy as np
    >>> from loyalty.lifetimes.generate_data import beta_geometric_beta_binom_model
    >>> np.random.seed(0)
    >>> donors = beta_geometric_beta_binom_model(6, 1.204, 0.750, 0.657, 2.783, size=1000)
    >>> int(donors["frequency"].max())
    6
    """
    periods = _ages(N, size)
    p, theta = np.random.beta(alpha, beta, size), np.random.beta(gamma, delta, size)
    count, last = np.zeros(size), np.zeros(size)
    alive = np.ones(size, dtype=bool)
    for opportunity in range(1, int(periods.max(initial=0)) + 1):
        offered = opportunity <= periods
        alive &= (np.random.random(size) >= theta) | ~offered
        buys = offered & alive & (np.random.random(size) < p)
        count[buys] += 1
        last[buys] = opportunity
    alive &= np.random.random(size) >= theta
    columns = {"frequency": count, "recency": last, "n_periods": periods, "p": p, "theta": theta}
    ids = np.arange(size, dtype=float)
    return pd.DataFrame(columns | {"alive": alive.astype(float), "customer_id": ids})


def beta_geometric_nbd_model_transactional_data(
    T: Any,
    r: float,
    alpha: float,
    a: float,
    b: float,
    observation_period_end: Any = "2019-1-1",
    freq: str = "D",
    size: int = 1,
) -> Any:
    """An order log of customers of the BG/NBD model.

    Parameters
    ----------
    T, r, alpha, a, b, size
        As for :func:`beta_geometric_nbd_model`.
    observation_period_end : date
        When the observation ends.
    freq : {"D", "W", "h"}
        What T and alpha are counted in.

    Returns
    -------
    DataFrame
        ``customer_id`` and ``date``, the first purchase of each T before the end. A purchase in the course
        of a unit of time has its number, from 1: a summary in whole units rounds recency up, so that
        repeat purchases of the first unit do not fall together with the first purchase.

    Examples
    --------
    >>> import numpy as np
    >>> from loyalty.lifetimes.generate_data import beta_geometric_nbd_model_transactional_data
    >>> np.random.seed(0)
    >>> log = beta_geometric_nbd_model_transactional_data(100, 0.24, 4.41, 0.79, 2.43, size=50)
    >>> int(log["customer_id"].nunique()), str(log["date"].min())
    (50, '2018-09-23 00:00:00')
    """
    unit = {"d": "D", "w": "W", "h": "h"}.get(freq.lower())
    if unit is None:
        raise InputError(f"freq must be D, W or h, got {freq!r}")
    age, rate, p = _drawn(T, size, r, alpha, a, b)
    purchases = _by_purchase(age, rate, p, np.ones(size, dtype=bool))[3]
    who = np.concatenate([np.arange(size), *(customers for customers, _ in purchases)])
    # A unit before the first of T whole units, counted back from the end.
    since = np.concatenate([np.zeros(size), *(1.0 + times for _, times in purchases)])
    end = pd.to_datetime(observation_period_end)
    date = end + pd.to_timedelta(since - age[who], unit=unit).round("us")
    log = pd.DataFrame({"customer_id": who, "date": date})
    return log.sort_values(["customer_id", "date"], kind="stable", ignore_index=True)


def _drawn(
    T: Any, size: int, r: float, alpha: float, a: float, b: float
) -> tuple[Floats, Floats, Floats]:
    """Ages, rates and dropout probabilities."""
    age = _ages(T, size)
    return age, np.random.gamma(r, 1.0 / alpha, size), np.random.beta(a, b, size)


def _ages(T: Any, size: int) -> Floats:
    ages = np.asarray(T, dtype=float)
    if ages.ndim == 0:
        return np.full(size, float(ages))
    if len(ages) < size:
        raise InputError(f"T has {len(ages)} values for {size} customers")
    return ages[:size].copy()


def _by_purchase(
    end: Floats, rate: Floats, p: Floats, alive: NDArray[np.bool_]
) -> tuple[Floats, Floats, NDArray[np.bool_], list[tuple[NDArray[np.intp], Floats]]]:
    """Purchases up to an end of each customer, the next of all who are still there at a time: how many
    there were, the last, who is there at the end, and every one."""
    clock, count, last = np.zeros(len(end)), np.zeros(len(end)), np.zeros(len(end))
    alive = alive.copy()
    there = np.flatnonzero(alive)
    purchases = []
    with np.errstate(
        divide="ignore"
    ):  # Of a rate that is 0 in floats the next purchase never comes.
        while there.size:
            clock[there] += np.random.exponential(size=there.size) / rate[there]
            buyers = there[clock[there] < end[there]]
            count[buyers] += 1
            last[buyers] = clock[buyers]
            purchases.append((buyers, clock[buyers]))
            stay = np.random.random(buyers.size) >= p[buyers]
            alive[buyers[~stay]] = False
            there = buyers[stay]
    return count, last, alive, purchases


def _frame(age: Floats, rate: Floats, name: str, leaving: Floats, history: tuple[Any, ...]) -> Any:
    count, last, alive = history
    columns = {"frequency": count, "recency": last, "T": age, "lambda": rate, name: leaving}
    index = pd.Index(np.arange(len(age), dtype=float), name="customer_id")
    return pd.DataFrame(columns | {"alive": alive.astype(float)}, index=index)
