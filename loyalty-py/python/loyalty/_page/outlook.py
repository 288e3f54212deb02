"""What is expected of all customers together, with a range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _frames, _native
from loyalty._display.scores import column
from loyalty.errors import LoyaltyError
from loyalty.fit import Fit
from loyalty.predictions import PredictionKind, purchase_interval
from loyalty.value import clv_interval

if TYPE_CHECKING:
    from loyalty.scoring import Scores

__all__ = ["LEVEL", "Outlook", "Total", "horizon_of", "model_of", "outlook"]

#: The level of the ranges.
LEVEL = 0.9
#: Draws behind a range, and of how many customers together at most: 1e8 take some seconds. With 200 draws an end
#: of a range lies within a fifth of its half width (twice the standard error of a quantile of a normal), and those of
#: many customers are narrow.
DRAWS, OF_ALL = (200, 1000), 1e8


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
    kind : {"prediction", "expectation"}
        Of what the ranges are: rows that stand for several customers have no predictions.
    """

    horizon: float
    customers: float
    active: float | None
    orders: Total | None
    value: Total | None
    kind: PredictionKind


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
    weighted = scores.customers._core.weights() is not None
    kind: PredictionKind = "expectation" if weighted else "prediction"
    orders, value = _orders(scores, horizon, kind), _value(scores, horizon, kind)
    return Outlook(horizon, customers, active, orders, value, kind)


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


def _orders(scores: Scores, horizon: float, kind: PredictionKind) -> Total | None:
    """What all of them will buy."""
    expected = column(scores, "expected_purchases")
    if expected is None:
        return None
    estimate = _sum(scores, expected)
    if scores.purchases is None:
        return Total(estimate)
    fit, customers = scores.purchases, scores.customers
    try:
        if kind == "expectation":
            # The customers share the errors of the parameters, so the ends of their intervals add up.
            each = fit.interval("expected_purchases", customers, horizon=horizon, level=LEVEL)
            low, high = (_sum(scores, np.asarray(each[end])) for end in ("lower", "upper"))
            return Total(estimate, low, high)
        draws = draws_of(len(scores))
        found = purchase_interval(customers, fit, horizon, total=True, level=LEVEL, draws=draws)
    except LoyaltyError:
        return Total(estimate)
    return Total(estimate, *_ends(found))


def _value(scores: Scores, horizon: float, kind: PredictionKind) -> Total | None:
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
            kind=kind,
            total=True,
            level=LEVEL,
            draws=draws_of(len(scores)),
        )
    except LoyaltyError:
        return Total(estimate)
    return Total(estimate, *_ends(found))


def draws_of(customers: int) -> int:
    """How many draws a range of so many customers rests on."""
    fewest, most = DRAWS
    return int(min(most, max(fewest, OF_ALL // customers)))


def _ends(found: Any) -> tuple[float, float]:
    low, high = (float(np.asarray(found[end])[0]) for end in ("lower", "upper"))
    return low, high
