"""Customers as lifetimes takes them: numbers, lists, arrays of any shape and series, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loyalty.errors import InputError
from loyalty.lifetimes._pandas import pd
from loyalty.summary import CustomerSummary

Floats = NDArray[np.float64]

#: What a recency of 0 of a customer who did buy again is taken as: the formulas of continuous time have
#: a limit there, and in floats this is it, as nothing that is added to it changes.
AT_ONCE = 1e-300


class Arguments:
    """Arguments of one question, brought to one length, and the answer brought back to their shape.

    Series must have one index, as their rows are meant to be the same customers; the answer has it too.
    """

    def __init__(self, **given: Any) -> None:
        series = {name: values for name, values in given.items() if isinstance(values, pd.Series)}
        self.index = next((values.index for values in series.values()), None)
        for name, values in series.items():
            if not values.index.equals(self.index):
                raise InputError(
                    f"{name} and {next(iter(series))} are series with different indices: give series "
                    "of the same rows, or arrays"
                )
        arrays = [_floats(name, values) for name, values in given.items()]
        try:
            grid = np.broadcast_arrays(*arrays)
        except ValueError:
            shapes = ", ".join(f"{n}: {a.shape}" for n, a in zip(given, arrays, strict=True))
            raise InputError(f"these arguments are not of one length: {shapes}") from None
        self.shape = grid[0].shape
        self.columns = [column.ravel() for column in grid]

    def answer(self, values: Floats) -> Any:
        """A series where series were given, a number where only numbers were, else an array."""
        if self.index is not None:
            return pd.Series(values, index=self.index)
        return values[0] if self.shape == () else values.reshape(self.shape)

    def array(self, values: Floats) -> Floats:
        """An array in any case, of one element at least."""
        return np.atleast_1d(values.reshape(self.shape))


def _floats(name: str, values: Any) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be numbers, got {values!r}") from None


def summary(
    frequency: Floats, recency: Floats, T: Floats, *, given: bool = False, **columns: Any
) -> CustomerSummary:
    """Customers of continuous time: who bought again at once has a recency of hardly more than 0, and,
    unless it is to be as `given`, who never bought again has one of 0, as grids of both need it.

    Raises
    ------
    InputError
        For what no history can be, such as a recency above T.
    """
    at_once = (frequency > 0) & (recency == 0)
    recency = np.where(at_once, AT_ONCE, recency)
    if not given:
        recency = np.where(frequency == 0, 0.0, recency)
    T = np.where(at_once & (T == 0), AT_ONCE, T)
    return CustomerSummary(frequency=frequency, recency=recency, T=T, **columns)


def by_value(values: Floats, ask: Callable[[float, NDArray[np.intp]], Floats]) -> Floats:
    """Answers row by row where one question is asked of each distinct value, with its rows."""
    answers = np.empty(len(values))
    for value, rows in _groups(values):
        answers[rows] = ask(value, rows)
    return answers


def _groups(values: Floats) -> Iterator[tuple[float, NDArray[np.intp]]]:
    order = np.argsort(values, kind="stable")
    distinct, first = np.unique(values[order], return_index=True)
    for value, rows in zip(distinct, np.split(order, first[1:]), strict=bool(len(distinct))):
        yield float(value), rows
