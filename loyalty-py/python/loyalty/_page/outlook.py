"""What is expected of all customers together, with a range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _frames, _native
from loyalty._display.scores import column
from loyalty.errors import LoyaltyError
from loyalty.fit import Fit
from loyalty.value import clv_interval

if TYPE_CHECKING:
    from loyalty.scoring import Scores

__all__ = ["LEVEL", "Outlook", "Total", "horizon_of", "model_of", "outlook"]

#: The level of the ranges.
LEVEL = 0.9


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over all customers; without a range where the models know no errors."""

    estimate: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of the horizon.

    Attributes
    ----------
    customers : float
        How many there are, by their weights.
    active : float or None
        Customers expected to buy at least once, Σ 1 − P(no purchase).
    orders, value : Total or None
        Σ of ``expected_purchases`` and of ``clv``.
    """

    horizon: float
    customers: float
    active: float | None
    orders: Total | None
    value: Total | None


def horizon_of(scores: Scores) -> float:
    """How far the scores reach, in their unit."""
    asked, unit = scores._asked, scores.customers.unit
    if asked.horizon is not None:
        return float(asked.horizon)
    return 1.0 if unit is None else _native.units_per_year(unit)


def outlook(scores: Scores) -> Outlook:
    """What the scores add up to."""
    horizon, model = horizon_of(scores), model_of(scores)
    active = None
    if model is not None:
        silent = _array(model.p_no_purchase(scores.customers, horizon), "p_no_purchase")
        active = _sum(scores, 1.0 - silent)
    customers = _sum(scores, np.ones(len(scores)))
    return Outlook(horizon, customers, active, _orders(scores, horizon), _value(scores, horizon))


def model_of(scores: Scores) -> Any:
    """The model of purchases, fitted or given; None without one."""
    if scores.purchases is not None:
        return scores.purchases.model
    given = scores._asked.model
    return given.model if isinstance(given, Fit) else given


def _sum(scores: Scores, values: Any) -> float:
    """Over all customers, each counted with their weight."""
    weights = scores.customers._core.weights()
    return float(values.sum() if weights is None else values @ _frames.array(weights))


def _array(answer: Any, name: str) -> Any:
    return np.asarray(answer if isinstance(answer, np.ndarray) else answer[name], dtype=float)


def _orders(scores: Scores, horizon: float) -> Total | None:
    """The customers share the error of the parameters, so the ends of their intervals add up."""
    expected = column(scores, "expected_purchases")
    if expected is None:
        return None
    estimate = _sum(scores, expected)
    if scores.purchases is None:
        return Total(estimate)
    try:
        found = scores.purchases.interval(
            "expected_purchases", scores.customers, horizon=horizon, level=LEVEL
        )
    except LoyaltyError:
        return Total(estimate)
    low, high = (_sum(scores, np.asarray(found[end])) for end in ("lower", "upper"))
    return Total(estimate, low, high)


def _value(scores: Scores, horizon: float) -> Total | None:
    values = column(scores, "clv")
    if values is None:
        return None
    estimate, asked = _sum(scores, values), scores._asked
    if scores.purchases is None or scores.spend is None:
        return Total(estimate)
    try:
        found = clv_interval(
            scores.customers,
            scores.purchases,
            scores.spend,
            horizon=horizon,
            annual_discount_rate=asked.annual_discount_rate,
            margin=1.0 if asked.margin is None else asked.margin,
            total=True,
            level=LEVEL,
        )
    except LoyaltyError:
        return Total(estimate)
    return Total(estimate, *(float(np.asarray(found[end])[0]) for end in ("lower", "upper")))
