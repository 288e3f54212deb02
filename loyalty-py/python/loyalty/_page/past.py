"""What the log of the orders tells: who buys again, and how a forecast would have done."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _frames
from loyalty.errors import InputError, LoyaltyError, LoyaltyWarning
from loyalty.gamma_gamma import GammaGamma
from loyalty.goodness import holdout_errors, tracking
from loyalty.plotting import _time
from loyalty.plotting.customers import cohort_counts

if TYPE_CHECKING:
    from loyalty.orders import Orders
    from loyalty.purchase import PurchaseModel
    from loyalty.summary import CalibrationHoldout

__all__ = ["Cohorts", "Money", "Test", "cohorts", "test"]

#: Periods of a cohort table that a page has room for.
_PERIODS = 25
#: Customers that a test needs.
LEAST = 100
#: Customers who are few.
FEW = 10
#: Points of the chart.
_POINTS = 120


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Customers by the period of their first order: how many, and the share who bought in each period after.

    Attributes
    ----------
    period : str
        ``month``, ``quarter`` or ``year``.
    starts : array of datetime64
        The first days of the periods.
    shares : list of lists
        As long as each cohort has existed.
    open : bool
        Whether the log ends before the last period does.
    """

    period: str
    starts: Any
    sizes: list[int]
    shares: list[list[float]]
    open: bool


@dataclass(frozen=True, slots=True)
class Money:
    """What a test says of money.

    Attributes
    ----------
    expected, actual : float
        Of the holdout period.
    expected_each, actual_each, each_before : float
        Per order: as it was expected, as it was, and as it had been in the calibration.
    of_few : float
        The share of those customers who paid most, :data:`FEW` of them.
    """

    expected: float
    actual: float
    expected_each: float
    actual_each: float
    each_before: float
    of_few: float


@dataclass(frozen=True, slots=True)
class Test:
    """A forecast of what has happened since.

    Attributes
    ----------
    expected, actual : float
        Orders of the holdout period.
    money : Money or None
        What was paid in it.
    days, made, forecast : arrays
        Of the chart: the last days of the periods, and repeat orders in them.
    period : float
        The length of a period of the chart, in the unit.
    """

    model: str
    split: Any
    duration: float
    customers: int
    expected: float
    actual: float
    money: Money | None
    days: Any
    made: Any
    forecast: Any
    period: float


def cohorts(orders: Orders, end: str | None) -> Cohorts | None:
    """By month; by quarter or year where the log is too long for the page."""
    for period in ("month", "quarter", "year"):
        unit = f"calendar_{period}"
        first, last = (np.datetime64(moment, "us") for moment in orders._core.time_range)
        if end is not None:
            last = np.datetime64(end, "us")
        between = _time.since(_time.period_of(first, unit), _time.period_of(last, unit), unit)
        if between >= _PERIODS and period != "year":
            continue
        try:
            start, sizes, active = cohort_counts(orders, unit, None if end is None else end)
        except InputError:
            return None
        known = np.flatnonzero(sizes)
        count = len(sizes)
        shares = [(active[c, 1 : count - c] / sizes[c]).tolist() for c in known]
        starts = _time.after(start, known, unit)
        over = _time.last_day(start, [float(count)], unit)[0]
        not_over = bool(last.astype("datetime64[D]") < over.astype("datetime64[D]"))
        return Cohorts(period, starts, sizes[known].tolist(), shares, not_over)
    return None


def test(
    orders: Orders, model: PurchaseModel, unit: str, end: Any, horizon: float, *, paid: bool
) -> Test | str:
    """Fits the model to the log without its last quarter, and compares; or why that cannot be. Amounts count
    where they were `paid`."""
    first, last = (np.datetime64(moment, "us") for moment in orders._core.time_range)
    last = last if end is None else np.datetime64(end, "us")
    length = float(_time.since(_time.period_of(first, unit), _time.period_of(last, unit), unit))
    ahead = min(max(math.floor(length / 4), 1), math.ceil(horizon))
    day = _time.after(_time.period_of(last, unit), [-float(ahead)], unit)[0]
    split_day = str(day.astype("datetime64[s]"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LoyaltyWarning)
            split = orders.calibration_holdout(
                split_day,
                unit=unit,  # type: ignore[arg-type]
                observation_end=None if end is None else str(end),
            )
            if len(split.calibration) < LEAST:
                return "few"
            fit = type(model).fit(split.calibration)
            errors = holdout_errors(fit, split)
            money = _money(split, fit.model) if paid else None
            chart = _chart(orders, fit.model, unit, split_day, end)
    except LoyaltyError as error:
        return str(error)
    return Test(
        fit.model.title,
        day,
        split.holdout_duration,
        errors.customers,
        errors.expected,
        errors.actual,
        money,
        *chart,
    )


def _money(split: CalibrationHoldout, model: PurchaseModel) -> Money | None:
    """Expected orders times expected spend, and what was paid; None where nothing was or nothing can be expected."""
    means, before = split.holdout_monetary_value, split.calibration
    if means is None or before.monetary_value is None or before.total_amount is None:
        return None
    try:
        spend = GammaGamma.fit(before).model
        amounts = _frames.array(spend._core.expected_spend(before._core, 0))
        orders = _frames.array(
            model._core.expected_purchases(before._core, split.holdout_duration, 0)
        )
    except LoyaltyError:
        return None
    made, paid = split.holdout_frequency, split.holdout_frequency * means
    if not (paid.sum() > 0 and orders.sum() > 0):
        return None
    expected = float((orders * amounts).sum())
    return Money(
        expected,
        float(paid.sum()),
        expected / float(orders.sum()),
        float(paid.sum() / made.sum()),
        float(before.total_amount.sum() / (before.frequency + 1).sum()),
        float(np.sort(paid)[-FEW:].sum() / paid.sum()),
    )


def _chart(
    orders: Orders, model: PurchaseModel, unit: str, split: str, end: Any
) -> tuple[Any, ...]:
    first, last = (np.datetime64(moment, "us") for moment in orders._core.time_range)
    last = last if end is None else np.datetime64(end, "us")
    length = float(_time.since(_time.period_of(first, unit), _time.period_of(last, unit), unit))
    period = float(max(1, math.ceil(length / _POINTS)))
    if unit == "day":
        period = 7.0 * math.ceil(period / 7)
    track = tracking(
        model,
        orders,
        period=period,
        calibration_end=split,
        observation_end=None if end is None else str(end),
        unit=unit,  # type: ignore[arg-type]
    )
    columns = {column.name: _frames.array(column) for column in track._columns}
    start = _time.period_of(first, unit)
    days = _time.last_day(start, columns["end"], unit)
    return days, columns["actual"], columns["expected"], period
