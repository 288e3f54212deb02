"""HTML of a report: every number carries its value and the name it has in the frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from loyalty._display import cells
from loyalty._display.cells import Kind
from loyalty._display.locale import Locale
from loyalty._page import names, words

__all__ = ["Column", "Writer"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its key in the words and in the frame, its kind and values."""

    key: str
    kind: Kind
    values: Sequence[Any]
    #: Whether a bar as long as the value stands behind it.
    bar: bool = False
    #: Whether a narrow screen does without.
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes sentences, numbers and tables in a language."""

    locale: Locale

    def say(self, key: str, **parts: str) -> str:
        """A sentence; the parts are HTML already."""
        return words.WORDS[key][self.locale.language].format(**parts)

    def number(self, name: str, kind: Kind, value: float) -> str:
        """A number that knows its name and its value."""
        text = escape(cells.texts(kind, [value], self.locale)[0])
        return f'<span data-name="{escape(name)}" data-value="{_value(value)}">{text}</span>'

    def named(self, name: str) -> str:
        """A name of the frame for readers."""
        return escape(names.named(name, self.locale.language))

    def paragraph(self, html: str, kind: str = "") -> str:
        return f'<p class="{kind}">{html}</p>' if kind else f"<p>{html}</p>"

    def table(self, name: str, rows: Sequence[Any], columns: Sequence[Column]) -> str:
        """A table whose first column names its rows; cells are named by table, row and column."""
        head = "".join(
            f'<th scope="col" class="{_classes(column)}">{self.say(column.key)}</th>'
            for column in columns
        )
        texts = [cells.texts(column.kind, column.values, self.locale) for column in columns]
        body = []
        for at, row in enumerate(rows):
            line = "".join(
                self._cell(f"{name}.{row}.{column.key}", column, at, texts[place][at], place == 0)
                for place, column in enumerate(columns)
            )
            body.append(f"<tr>{line}</tr>")
        inner = f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody>"
        small = ' class="small"' if len(columns) < 4 else ""
        return f'<div class="scroll"><table{small}>{inner}</table></div>'

    def _cell(self, name: str, column: Column, at: int, text: str, first: bool) -> str:
        classes, value = _classes(column), column.values[at]
        if not cells.is_number(column.kind):
            said = names.named(text, self.locale.language) if column.kind == "text" else text
            tag = 'th scope="row"' if first else "td"
            return f'<{tag} class="{classes}">{escape(said)}</{tag.split()[0]}>'
        known = "" if value is None else f' data-name="{escape(name)}" data-value="{_value(value)}"'
        bar = ""
        if column.bar:
            largest = max((abs(float(x)) for x in column.values if x is not None), default=0.0)
            long = 100 * abs(float(value or 0)) / largest if largest else 0.0
            bar = f' style="--bar:{long / 100:.3f}"'
        return f'<td class="{classes}"{bar}{known}>{escape(text)}</td>'

    def section(self, key: str, *parts: str) -> str:
        return f'<section id="{key}"><h2>{self.say(key)}</h2>{"".join(parts)}</section>'


def _classes(column: Column) -> str:
    found = ["n"] if cells.is_number(column.kind) else []
    found += ["bar"] if column.bar else []
    found += ["minor"] if column.minor else []
    found += ["long"] if column.key == "label_reason" else []
    return " ".join(found)


def _value(value: Any) -> str:
    """A number as a program reads it, to the last bit."""
    return str(int(value)) if isinstance(value, int | np.integer) else repr(float(value))
