"""Lengths of time as callers have them: numbers, text such as ``"90 days"``, and timedeltas; one or several."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np

from loyalty import _native
from loyalty.errors import InputError

__all__ = ["Horizon", "answered", "in_unit", "label", "several"]

#: How far ahead: a number in the unit, text such as ``"90 days"`` or ``"3 months"``, or a timedelta.
Horizon = float | str | dt.timedelta | np.timedelta64

_TEXT = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([A-Za-z_]+)\s*")
#: Units of numpy's timedelta that are of no fixed length to it.
_CALENDAR = {"Y": "year", "M": "month"}


def in_unit(name: str, length: Any, unit: str | None) -> float:
    """A length of time, in a unit.

    Examples
    --------
    >>> in_unit("horizon", "90 days", "week") == 90 / 7
    True
    >>> in_unit("horizon", dt.timedelta(days=14), "week")
    2.0
    """
    if isinstance(length, Real) and not isinstance(length, bool | np.timedelta64):
        return float(length)
    many, of = _taken_apart(name, length)
    if unit is None:
        raise InputError(
            f"{name} is {length!r}, but the model and the customers have no unit: give it to one of them"
        )
    return _native.count_in(many, of, unit)


def answered(
    horizon: Any,
    unit: str | None,
    ask: Callable[[float], _native.Column],
    one: Callable[[_native.Column], Any],
    many: Callable[[list[_native.Column]], Any],
) -> Any:
    """What is asked up to a horizon, or a column for each of several, called after it."""
    if (horizons := several(horizon)) is None:
        return one(ask(in_unit("horizon", horizon, unit)))
    columns = [ask(in_unit("horizon", ahead, unit)) for ahead in horizons]
    names = [
        f"{column.name}_{label(ahead)}" for column, ahead in zip(columns, horizons, strict=True)
    ]
    return many([column.renamed(name) for column, name in zip(columns, names, strict=True)])


def several(horizon: Any) -> list[Any] | None:
    """The horizons of a list, an array or a series; None for one."""
    if isinstance(horizon, str | dt.timedelta | np.timedelta64 | Real) or horizon is None:
        return None
    if np.ndim(horizon) == 0 and not hasattr(horizon, "__iter__"):
        return None
    found = list(horizon)
    if not found:
        raise InputError("there is no horizon in the list")
    return found


def label(horizon: Any) -> str:
    """What a column of this horizon is called: ``13``, ``90_days``.

    Examples
    --------
    >>> [label(horizon) for horizon in (13, 0.5, "3 months", np.timedelta64(2, "W"))]
    ['13', '0.5', '3_months', '14_days']
    """
    if isinstance(horizon, str):
        return "_".join(horizon.split())
    if isinstance(horizon, Real) and not isinstance(horizon, np.timedelta64):
        return f"{float(horizon):g}"
    many, of = _taken_apart("horizon", horizon)
    return f"{many:g}_{of}s"


def _taken_apart(name: str, length: Any) -> tuple[float, str]:
    """So many of a unit of the library."""
    if isinstance(length, np.timedelta64):
        of, many = np.datetime_data(length.dtype)
        if of in _CALENDAR:
            return float(length.astype(np.int64)) * many, _CALENDAR[of]
        if of != "generic" and not np.isnat(length):
            return float(length / np.timedelta64(1, "D")), "day"
    elif isinstance(length, dt.timedelta):
        return length / dt.timedelta(days=1), "day"
    elif isinstance(length, str) and (found := _TEXT.fullmatch(length)):
        return float(found[1]), found[2].lower()
    raise TypeError(
        f'{name} must be a number in the unit of the model, text such as "90 days" or "3 months", or a '
        f"timedelta, got {length!r}"
    )
