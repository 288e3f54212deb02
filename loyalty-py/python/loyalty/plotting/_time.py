"""Units on labels, and from units since a date to dates and back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _columns, _frames, _native
from loyalty.errors import InputError
from loyalty.orders import _instant

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loyalty.orders import Moment

#: Months of a unit of the calendar; a calendar week begins on Monday.
_MONTHS = {"calendar_month": 1, "calendar_quarter": 3, "calendar_year": 12}
_DAY = 86_400_000_000


def spoken(unit: str | None) -> str:
    """``week`` of ``week``, ``calendar month`` of ``calendar_month``, ``time unit`` of None."""
    return "time unit" if unit is None else unit.replace("_", " ")


def in_units(what: str, unit: str | None) -> str:
    """A label with its unit: ``recency, in weeks``."""
    return what if unit is None else f"{what}, in {spoken(unit)}s"


def length(number: float, unit: str | None) -> str:
    """``13 weeks``, ``1 week``."""
    return f"{number:.4g} {spoken(unit)}" + ("" if number == 1 else "s")


def a_year(unit: str | None) -> float:
    """A year in a unit, rounded to whole ones; 100 of an unknown unit."""
    return 100.0 if unit is None else float(round(_native.units_per_year(unit)))


def microseconds(moment: Moment) -> int:
    """A date or time on the wall clock."""
    return _instant("date", moment, None)


def moments(times: Any) -> NDArray[np.datetime64]:
    """Dates or times of a column, on their wall clock, ascending."""
    column = _columns.from_values("time", times)
    if column.kind == "text" or column.zone is not None:
        found = [microseconds(moment) for moment in _listed(times)]
        return np.sort(np.array(found, dtype="datetime64[us]"))
    values = _frames.array(column)
    if values.dtype.kind != "M" or np.isnat(values).any():
        raise InputError("the times of the orders must be dates, none missing")
    return np.sort(values.astype("datetime64[us]"))


def _listed(times: Any) -> list[Any]:
    """The values as they are on the clock of their zone."""
    values = times.to_list() if hasattr(times, "to_list") else list(times)
    return [
        value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value for value in values
    ]


def period_of(moment: Any, unit: str) -> Any:
    """The beginning of the occasion that holds a moment, or each of several: its day, hour, or period of the calendar."""
    if unit == "hour":
        return moment.astype("datetime64[h]").astype("datetime64[us]")
    day = moment.astype("datetime64[D]")
    if unit == "calendar_week":
        # 1970-01-01 was a Thursday.
        day = day - (day.astype(np.int64) + 3) % 7
    elif unit in _MONTHS:
        month, every = day.astype("datetime64[M]"), _MONTHS[unit]
        day = (month - month.astype(np.int64) % every).astype("datetime64[D]")
    return day.astype("datetime64[us]")


def after(start: Any, units: Any, unit: str) -> Any:
    """The moments so many units after the beginning of an occasion."""
    units = np.asarray(units, dtype=float)
    if unit in _MONTHS:
        month = start.astype("datetime64[M]")
        whole = np.floor(units).astype(np.int64)
        each = [month + (whole + more) * _MONTHS[unit] for more in (0, 1)]
        first, then = (moment.astype("datetime64[us]").astype(np.int64) for moment in each)
        between = first + (units - whole) * (then - first)
        return between.astype(np.int64).astype("datetime64[us]")
    past = np.round(units * _native.unit_days(unit) * _DAY).astype(np.int64)
    return start.astype("datetime64[us]") + past.astype("timedelta64[us]")


def last_day(start: Any, ends: Any, unit: str) -> Any:
    """The last day (or hour) of the periods that end so many units after the beginning of an occasion."""
    step = np.timedelta64(1, "h") if unit == "hour" else np.timedelta64(1, "D")
    return after(start, ends, unit) - step


def since(start: Any, occasions: Any, unit: str) -> Any:
    """The units from one beginning of an occasion to others."""
    if unit in _MONTHS:
        months = occasions.astype("datetime64[M]") - start.astype("datetime64[M]")
        return months.astype(np.int64) / _MONTHS[unit]
    past = (occasions.astype("datetime64[us]") - start.astype("datetime64[us]")).astype(np.int64)
    return past / (_native.unit_days(unit) * _DAY)


def one_occasion(unit: str) -> float:
    """How many units an occasion lasts: a day, an hour, or a period of the calendar."""
    of_calendar = unit == "hour" or unit.startswith("calendar_")
    return 1.0 if of_calendar else 1 / _native.unit_days(unit)
