"""What shows itself: tables and sentences for notebooks and for print."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, TypeVar

from loyalty._display.locale import ENGLISH, Locale, in_currency
from loyalty._display.style import STYLE
from loyalty._display.table import Table, facts, html, of_arrays, text

__all__ = ["Parts", "Rows", "Shown", "listed", "page", "printed", "record"]

T = TypeVar("T")
#: What a result shows: tables and sentences.
Parts = list[Table | str]


def page(parts: Iterable[Table | str], locale: Locale = ENGLISH) -> str:
    """Tables and sentences as HTML of their own style, which touches nothing else on the page."""
    inner = "".join(
        f"<div>{html(part, locale)}</div>"
        if isinstance(part, Table)
        else f"<p>{escape(sentence(part))}</p>"
        for part in parts
    )
    return f'<div class="loyalty-result"><style>{STYLE}</style>{inner}</div>'


def printed(parts: Iterable[Table | str], locale: Locale = ENGLISH) -> str:
    """The same as text."""
    said = (text(part, locale) if isinstance(part, Table) else sentence(part) for part in parts)
    return "\n\n".join(said)


def sentence(note: str) -> str:
    """A note with a capital letter and a full stop; names of columns stay as they are."""
    first = note.partition(" ")[0]
    begun = note if "_" in first or "(" in first else note[:1].upper() + note[1:]
    return begun if begun.endswith((".", "!", "?", ":", ")")) else f"{begun}."


class Shown:
    """A result that shows itself in notebooks and when it is printed."""

    __slots__ = ()

    def _shown(self) -> Parts:
        """Tables and sentences."""
        return record(self)

    def _currency(self) -> str | None:
        """What money is in, where it is known."""
        return None

    def _repr_html_(self) -> str:
        return page(self._shown(), in_currency(self._currency()))

    def __str__(self) -> str:
        return printed(self._shown(), in_currency(self._currency()))


def record(thing: Any) -> Parts:
    """The fields of a record, each with its name; what is itself a table stays behind its name."""
    return [facts(_title(type(thing)), list(_fields(thing).items()))]


def _fields(thing: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(thing):
        names = [field.name for field in dataclasses.fields(thing)]
    else:
        names = list(getattr(thing, "_fields", ()))
    return {
        name.replace("_", " "): _plain(getattr(thing, name))
        for name in names
        if not name.startswith("_")
    }


def _plain(value: Any) -> Any:
    """A value that a cell can hold."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_short(count)}" for name, count in value.items()) or None
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return ", ".join(map(_short, value)) or None
    return value


def _short(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def _title(kind: type) -> str:
    """``TopShare`` is ``Top share``."""
    apart = "".join(f" {c.lower()}" if c.isupper() else c for c in kind.__name__).strip()
    return apart[:1].upper() + apart[1:]


def listed(title: str, records: Sequence[Any]) -> Table:
    """A table of records of one kind, a row each."""
    rows = [_fields(one) for one in records]
    names = list(rows[0]) if rows else []
    return of_arrays(title, {name.replace(" ", "_"): [row[name] for row in rows] for name in names})


class Rows(list[T]):
    """A list of records that shows itself as a table."""

    __slots__ = ()

    def _shown(self) -> Parts:
        if not self:
            return ["Nothing"]
        return [listed("", self)]

    def _repr_html_(self) -> str:
        return page(self._shown())

    def __str__(self) -> str:
        return printed(self._shown())
