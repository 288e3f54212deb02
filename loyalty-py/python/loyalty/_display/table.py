"""Tables of typed columns, as HTML and as text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _frames
from loyalty._display import cells
from loyalty._display.locale import ENGLISH, Locale

if TYPE_CHECKING:
    from loyalty import _native
    from loyalty._display.cells import Kind

__all__ = ["Table", "facts", "html", "of_arrays", "of_columns", "text"]

#: Names of columns that are symbols.
_TITLES = {
    "p_alive": "P(alive)",
    "p_value": "p-value",
    "log_likelihood": "ln L",
    "aic": "AIC",
    "bic": "BIC",
}
#: Longer cells of text may break.
_LONG = 32
#: Rows of a long table that are shown.
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Table:
    """Columns under a title: their names, their kinds and their values."""

    title: str
    names: tuple[str, ...]
    kinds: tuple[Any, ...]
    columns: tuple[Sequence[Any], ...]
    #: Whether each row is a fact with a name, so that nothing stands above and cells stay to the left.
    of_facts: bool = False

    def texts(self, locale: Locale = ENGLISH) -> list[tuple[str, ...]]:
        """The cells row by row."""
        if self.of_facts:
            names, kinds, values = self.columns
            each = (
                cells.texts(kind, [value], locale)
                for kind, value in zip(kinds, values, strict=True)
            )
            return [(name, one[0]) for name, one in zip(names, each, strict=True)]
        columns = (
            cells.texts(kind, values, locale)
            for kind, values in zip(self.kinds, self.columns, strict=True)
        )
        return list(zip(*columns, strict=True))

    def _right(self) -> list[bool]:
        """Which columns stand to the right."""
        return [] if self.of_facts else [cells.is_number(kind) for kind in self.kinds]


def facts(title: str, rows: Iterable[tuple[Any, ...]]) -> Table:
    """A table of names and values; the kind of a value is told by its name unless it is given."""
    listed = list(rows)
    names = [row[0] for row in listed]
    kinds = [row[2] if len(row) > 2 else _single(row[0], row[1]) for row in listed]
    return Table(
        title, ("", ""), ("text", "text"), (names, kinds, [row[1] for row in listed]), True
    )


def _single(name: str, value: Any) -> Kind:
    kind = cells.kind_of(name.replace(" ", "_"), value)
    return "estimate" if kind == "number" else kind


def of_arrays(
    title: str,
    columns: Mapping[str, Any],
    *,
    kinds: Mapping[str, Any] | None = None,
    rows: Any = None,
) -> Table:
    """A table of some rows of arrays or lists, by default of all; kinds by their names."""
    chosen = {
        name: [values[row] for row in rows] if rows is not None else list(values)
        for name, values in columns.items()
    }
    found = tuple((kinds or {}).get(name) or _kind(name, chosen[name]) for name in chosen)
    names = tuple(_TITLES.get(name) or name.replace("_", " ") for name in chosen)
    return Table(title, names, found, tuple(chosen.values()))


def _kind(name: str, values: Sequence[Any]) -> Kind:
    present = next((x for x in values if not _missing(x)), None)
    return cells.kind_of(name, present)


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float | np.floating) and math.isnan(value))


def of_columns(
    title: str,
    columns: Sequence[_native.Column],
    *,
    ids: str | None = None,
    kinds: Mapping[str, Any] | None = None,
    best: str | None = None,
    shown: int = SHOWN,
) -> Table:
    """The first rows of native columns, or those of the largest values of one; a column of ids counts nothing."""
    arrays = {column.name: _frames.array(column) for column in columns}
    count = len(columns[0]) if columns else 0
    rows = np.arange(min(shown, count))
    if best is not None:
        rows = largest(arrays[best], shown)
    more: dict[str, Any] = {} if ids is None else {ids: "id"}
    return of_arrays(title, arrays, kinds=more | dict(kinds or {}), rows=rows)


def largest(values: Any, count: int) -> Any:
    """The rows of the largest values, the largest first and equal ones in their order."""
    values = np.asarray(values, dtype=float)
    order = np.argsort(np.where(np.isnan(values), np.inf, -values), kind="stable")
    return order[:count]


def html(table: Table, locale: Locale = ENGLISH) -> str:
    """An HTML table; everything is escaped."""
    right = table._right()
    body = table.texts(locale)
    long = [max(map(len, column)) > _LONG for column in zip(*body, strict=True)]

    def cell(tag: str, content: str, column: int, more: str = "") -> str:
        kind = "r" if right and right[column] else "w" if long and long[column] else ""
        side = f' class="{kind}"' if kind else ""
        return f"<{tag}{side}{more}>{escape(content)}</{tag}>"

    rows = []
    for row in body:
        tags = ["th" if table.of_facts and column == 0 else "td" for column in range(len(row))]
        scope = [' scope="row"' if tag == "th" else "" for tag in tags]
        inner = (
            cell(tag, text, n, more)
            for n, (tag, text, more) in enumerate(zip(tags, row, scope, strict=True))
        )
        rows.append(f"<tr>{''.join(inner)}</tr>")
    head = ""
    if not table.of_facts:
        named = (cell("th", name, n, ' scope="col"') for n, name in enumerate(table.names))
        head = f"<thead><tr>{''.join(named)}</tr></thead>"
    caption = f"<caption>{escape(table.title)}</caption>" if table.title else ""
    return f"<table>{caption}{head}<tbody>{''.join(rows)}</tbody></table>"


def text(table: Table, locale: Locale = ENGLISH) -> str:
    """Columns side by side, numbers to the right; long names stand in several lines."""
    body = [list(row) for row in table.texts(locale)]
    titles = [] if table.of_facts else [_wrapped(name) for name in table.names]
    height = max(map(len, titles), default=0)
    lines = [[""] * (height - len(title)) + title for title in titles]
    rows = [[line[i] for line in lines] for i in range(height)] + body
    if not rows:
        return table.title
    right = table._right() or [False] * len(rows[0])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    written = [table.title] if table.title else []
    for row in rows:
        padded = (
            cell.rjust(width) if side else cell.ljust(width)
            for cell, width, side in zip(row, widths, right, strict=True)
        )
        written.append(("  " + "  ".join(padded)).rstrip())
    return "\n".join(written)


def _wrapped(name: str) -> list[str]:
    return name.split(" ") if len(name) > 9 else [name]
