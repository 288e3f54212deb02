"""Numbers as shops write them: decimal marks, thousands, signs of currencies, minus signs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loyalty.errors import InputError
from loyalty.reading.cells import Asked, Unreadable, blanked, over_values, where
from loyalty.reading.source import polars

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Evidence", "Numbers", "inspect"]

#: Signs and codes that stand before or behind an amount.
_CURRENCIES = {
    "€": "EUR", "EUR": "EUR", "Euro": "EUR", "US$": "USD", "R$": "BRL", "$": "USD", "USD": "USD",
    "£": "GBP", "GBP": "GBP", "¥": "JPY", "JPY": "JPY", "₹": "INR", "INR": "INR", "CHF": "CHF",
    "BRL": "BRL", "SEK": "SEK", "NOK": "NOK", "DKK": "DKK", "PLN": "PLN", "zł": "PLN", "CZK": "CZK",
    "Kč": "CZK", "CAD": "CAD", "AUD": "AUD", "kr": "", "Fr.": "CHF",
}  # fmt: skip
_SIGN = "|".join(sorted(map(re.escape, _CURRENCIES), key=len, reverse=True))
_AROUND = rf"(?i)^([-+(]*)\s*(?:{_SIGN})\s*|\s*(?:{_SIGN})\s*([-)]?)$"
#: Between groups of three digits: a blank of any width, an apostrophe.
_GAPS = r"[ \u00a0\u202f\u2009'’]"
_MINUS = r"^[−–‐‑]|[−–‐‑]$"
_PLAIN = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"

_WORDS = {".": "a point", ",": "a comma"}
_OTHER = {".": ",", ",": "."}


@dataclass(slots=True)
class Evidence:
    """What the numbers of a file say of their decimal mark: per mark the column and row where it is
    seen to be one, and where three digits behind a mark leave it open."""

    decimal: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    open: dict[str, tuple[str, int, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Numbers:
    """A column of numbers: done where the file types them, or text that waits for a decimal mark."""

    name: str
    values: pl.Series | None
    text: pl.Series | None = None
    original: pl.Series | None = None
    evidence: Evidence = field(default_factory=Evidence)
    #: What currency the signs beside the numbers say.
    currencies: tuple[str, ...] = ()
    #: Whether cells have a percent sign.
    percent: bool = False

    def read(self, decimal: str) -> tuple[pl.Series, Unreadable | None]:
        """The numbers with this decimal mark, percentages as shares of 1; and what are none."""
        if self.values is not None:
            return self.values, None
        assert self.text is not None
        assert self.original is not None
        values = over_values(self.text, lambda text: _parsed(text, decimal))
        bad = values.is_null() & self.text.is_not_null()
        if self.percent:
            shares = self.original.str.contains("%", literal=True).fill_null(False)
            values = where(shares, values / 100, values)
        if not bad.any():
            return values.alias(self.name), None
        first = str(self.original[int(bad.arg_true()[0])])
        return values.alias(self.name), Unreadable(self.name, "a number", bad, first)


def inspect(column: pl.Series, name: str) -> Numbers:
    """A column as numbers, as far as it goes without knowing the file's decimal mark."""
    pl = polars()
    if column.dtype == pl.Boolean or column.dtype.is_numeric() or column.dtype == pl.Null:
        values = column.cast(pl.Float64, strict=False).fill_nan(None)
        return Numbers(name, values.alias(name))
    if column.dtype != pl.String and not column.dtype.is_temporal():
        column = column.cast(pl.String, strict=False)
    if column.dtype != pl.String:
        raise InputError(f'column "{name}" must hold numbers; it holds dates or times')
    quick = column.str.strip_chars().cast(pl.Float64, strict=False)
    whole = quick.null_count() == column.null_count() and not quick.is_infinite().any()
    if whole and _says_point(column.head(1000)):
        return Numbers(name, _finite(quick).alias(name), evidence=_point_of(name, column))
    if whole and not column.str.contains(".", literal=True).any():
        return Numbers(name, _finite(quick).alias(name))
    text = blanked(column, dashes=True)
    numbers = Numbers(name, None, text, column)
    if not (text.str.contains(_PLAIN).fill_null(True)).all():
        cleaned = over_values(text, _cleaned)
        numbers.text = cleaned
        numbers.percent = bool(text.str.ends_with("%").any())
        numbers.currencies = _currencies(text)
    _look(numbers)
    return numbers


def _finite(values: pl.Series) -> pl.Series:
    """Null for NaN and infinity, which text can say and which no cell means."""
    return values.set(~values.is_finite().fill_null(True), None)


#: A point behind which other than three digits stand, or before which there is no group of three.
_POINT = r"^[-+]?(\d*\.(\d{1,2}|\d{4,})|(0|\d{4,})\.\d{3}|\.\d+)$"


def _says_point(head: pl.Series) -> bool:
    return bool(head.str.strip_chars().str.contains(_POINT).any())


def _point_of(name: str, column: pl.Series) -> Evidence:
    seen = column.head(1000).str.strip_chars().str.contains(_POINT).fill_null(False)
    row = int(seen.arg_true()[0])
    return Evidence({".": (name, row, str(column[row]))})


def _cleaned(text: pl.Series) -> pl.Series:
    """Without signs of currencies and gaps between thousands, with the minus in front."""
    bare = text.str.replace_all(_MINUS, "-").str.replace_all(r"\s*%$", "")
    bare = bare.str.replace_all(_AROUND, "${1}${2}")
    bare = bare.str.replace(r"^\((.*)\)$", "-${1}").str.replace(r"^(.*\d)\s*-$", "-${1}")
    bare = bare.str.replace(r"^([-+])\s+", "${1}").str.strip_chars()
    grouped = bare.str.contains(rf"^[-+]?\d{{1,3}}(?:{_GAPS}\d{{3}})+(?:[.,]\d+)?$").fill_null(
        False
    )
    joined = bare.str.replace_all(_GAPS, "")
    return where(grouped, joined, bare)


def _currencies(text: pl.Series) -> tuple[str, ...]:
    """What the signs say, the most frequent first."""
    signs = text.str.extract(rf"(?i)({_SIGN})").drop_nulls()
    if not len(signs):
        return ()
    counted = signs.value_counts(sort=True)
    known = {sign.lower(): code for sign, code in _CURRENCIES.items()}
    codes = [known.get(sign.lower(), "") for sign in counted.to_series(0).to_list()]
    return tuple(dict.fromkeys(code for code in codes if code))


def _look(numbers: Numbers) -> None:
    """Which mark is seen to be the decimal one."""
    text = numbers.text
    assert text is not None
    found = numbers.evidence
    for mark in (".", ","):
        m, o = re.escape(mark), re.escape(_OTHER[mark])
        sure = (
            rf"^[-+]?(?:\d*{m}(?:\d{{1,2}}|\d{{4,}})|(?:0+|\d{{4,}}){m}\d{{3}}"
            rf"|\d{{1,3}}(?:{o}\d{{2,3}})*{o}\d{{3}}{m}\d+|\d{{1,3}}(?:{o}\d{{3}}){{2,}})$"
        )
        leaves = rf"^[-+]?[1-9]\d{{0,2}}{m}\d{{3}}$"
        for pattern, into in ((sure, found.decimal), (leaves, found.open)):
            rows = text.str.contains(pattern).fill_null(False).arg_true()
            if len(rows):
                assert numbers.original is not None
                at = int(rows[0])
                into[mark] = (numbers.name, at, str(numbers.original[at]))


def _parsed(text: pl.Series, decimal: str) -> pl.Series:
    """Text as numbers; thousands in groups of three (or two, as in India) with three at the end."""
    pl = polars()
    other = _OTHER[decimal]
    o, d = re.escape(other), re.escape(decimal)
    grouped = text.str.contains(
        rf"^[-+]?\d{{1,3}}(?:{o}\d{{2,3}})*{o}\d{{3}}(?:{d}\d*)?$"
    ).fill_null(False)
    joined = text.str.replace_all(other, "", literal=True)
    chosen = where(grouped, joined, text)
    if decimal == ",":
        chosen = chosen.set(chosen.str.contains(".", literal=True).fill_null(False), None)
        chosen = chosen.str.replace(",", ".", literal=True)
    return _finite(chosen.cast(pl.Float64, strict=False))


def decimal_mark(
    columns: list[Numbers], given: str | None, place: Callable[[int], str], option: str
) -> tuple[str, str | None]:
    """The decimal mark of a file, and a sentence where it was guessed.

    Raises
    ------
    Asked
        Where three digits always stand behind the mark, or columns contradict each other.
    """
    if given is not None:
        if given not in _OTHER:
            raise InputError(f"the decimal mark must be a point or a comma, got {given!r}")
        return given, None
    seen = {mark: at for column in columns for mark, at in column.evidence.decimal.items()}
    left = {mark: at for column in columns for mark, at in column.evidence.open.items()}
    if len(seen) == 2:
        (point, comma) = seen["."], seen[","]
        raise Asked(
            f'numbers are written in two ways: "{point[2]}" (column "{point[0]}", {place(point[1])}) has '
            f'a decimal point, "{comma[2]}" (column "{comma[0]}", {place(comma[1])}) a decimal comma; '
            f"{option} says which holds, and cells of the other kind are then refused"
        )
    if seen:
        mark = next(iter(seen))
        name, row, cell = seen[mark]
        sure = mark == "." and not left
        return (
            mark,
            None if sure else f'{_WORDS[mark]} as the decimal mark, by "{cell}" ({place(row)})',
        )
    if not left:
        return ".", None
    mark = next(iter(left))
    name, row, cell = left[mark]
    whole = cell.strip().replace(mark, "")
    part = cell.strip().replace(",", ".")
    raise Asked(
        f'column "{name}": three digits stand behind every {_WORDS[mark][2:]}, so "{cell}" ({place(row)}) '
        f"may be {part} or {whole}; {option} decides"
    )
