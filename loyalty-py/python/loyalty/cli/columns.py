"""Columns of a table that have no role of an order log: how their cells are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from loyalty.errors import InputError
from loyalty.reading import cells
from loyalty.reading import numbers as of_numbers

if TYPE_CHECKING:
    import polars as pl


def levels(column: pl.Series) -> pl.Series:
    """Levels, whole numbers where all are."""
    return cells.ids(column)[0]


def numbers(column: pl.Series, decimal: str | None, place: Callable[[int], str]) -> pl.Series:
    """Numbers, which may say yes and no; null where a cell is missing."""
    said = cells.flags(column)
    if said is not None:
        return said
    found = of_numbers.inspect(column, column.name)
    mark, _ = of_numbers.decimal_mark([found], decimal, place, "--decimal , or --decimal .")
    values, bad = found.read(mark)
    if bad is not None:
        raise InputError(bad.sentence(place))
    return values


def different(names: list[str]) -> list[str]:
    """Names of which none stands twice."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def located(message: str, place: Callable[[int], str]) -> str:
    """A message with the rows that it names as places in the file."""
    return re.sub(r"\brow (\d+)\b", lambda found: place(int(found[1])), message)
