"""When one customer bought, in units since their first purchase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _frames
from loyalty.errors import InputError
from loyalty.orders import Orders
from loyalty.plotting import _time

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loyalty.orders import Moment, Occasions
    from loyalty.purchase import PurchaseModel

#: The first purchase, the times of the others since then, and how long the customer was observed.
History = tuple[np.datetime64, "NDArray[np.float64]", float]


def known_unit(model: PurchaseModel) -> str:
    """The unit that dates are counted in."""
    if model.unit is None:
        raise InputError("dates need a model that knows its unit: fit it to a summary that has one")
    return model.unit


def are(orders: Any) -> bool:
    """Whether these are dates, or text that stands for them, and no numbers."""
    values = np.asarray(orders)
    return values.size > 0 and values.dtype.kind not in "iufb"


def of_dates(dates: Any, unit: str, observation_end: Moment | None) -> History:
    """The history of the customer who made these orders."""
    found = np.unique(_time.period_of(_time.moments(dates), unit))
    end = found[-1]
    if observation_end is not None:
        end = _time.period_of(np.datetime64(_time.microseconds(observation_end), "us"), unit)
        found = found[found <= end]
    if not found.size:
        raise InputError("the customer has no order up to the observation end")
    since = _time.since(found[0], np.r_[found, end], unit)
    return found[0], since[1:-1], float(since[-1])


def of_customer(
    orders: Orders | Occasions, customer: Any, unit: str, observation_end: Moment | None
) -> History:
    """The history of a customer of a log: who looks at it up to the day before a purchase sees the one
    before."""
    occasions = orders.occasions(unit=unit) if isinstance(orders, Orders) else orders  # type: ignore[arg-type]
    clock = occasions._clock
    if clock.unit != unit:
        raise InputError(f"the occasions are in {clock.unit}s, the model in {unit}s")
    end = np.datetime64(clock.last, "us")
    if observation_end is not None:
        end = np.datetime64(_time.microseconds(observation_end), "us")
    end = _time.period_of(end, unit)
    observed, last = _state(occasions, customer, end)
    # A second, so that what is rounded stays within its day.
    about = _time.after(end, [-observed], unit) + np.timedelta64(1, "s")
    first = _time.period_of(about, unit)[0]
    times: list[float] = []
    while last > 0:
        times.append(last)
        before = _time.period_of(_time.after(first, [last], unit) + np.timedelta64(1, "s"), unit)
        _, last = _state(occasions, customer, before[0] - np.timedelta64(1, "us"))
    return first, np.array(times[::-1]), observed


def _state(occasions: Occasions, customer: Any, end: np.datetime64) -> tuple[float, float]:
    """A customer's T and recency as of a moment."""
    native = occasions._core.summarize(int(end.astype(np.int64)), False)
    ids = native.customer("customer")
    known = np.array([]) if ids is None else _frames.array(ids)
    rows = np.flatnonzero(known == customer)
    if not rows.size:
        raise InputError(f"the log has no order of the customer {customer!r} up to {end}")
    T, recency = (_frames.array(column)[rows[0]] for column in (native.t(), native.recency()))
    return float(T), float(recency)
