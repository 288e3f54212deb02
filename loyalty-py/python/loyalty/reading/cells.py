"""Cells that are not there, cells that cannot be read, ids and flags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loyalty.errors import InputError
from loyalty.reading.source import polars

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "Asked",
    "Unreadable",
    "are_codes",
    "blanked",
    "coupons",
    "flags",
    "ids",
    "over_values",
    "where",
]

#: What databases, spreadsheets and pandas write for a cell that is not there. Case counts: a customer
#: may be called "Nan".
MISSING = (
    "", "NULL", "null", "(null)", "nan", "NaN", "NAN", "N/A", "n/a", "#N/A", "NA", "<NA>", "None",
    "none", "NaT", "nil", "undefined", "\\N",
)  # fmt: skip
#: In numbers and dates a dash says the same.
_DASHES = ("-", "--", "–", "—")


class Asked(InputError):
    """A question that the file leaves open, and the options that answer it."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Cells of a column that are none of what its role holds."""

    column: str
    must: str
    mask: pl.Series
    example: str

    @property
    def first(self) -> int:
        """The row of the first of them."""
        return int(self.mask.arg_true()[0])

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.mask.sum())

    def sentence(self, place: Callable[[int], str]) -> str:
        """What was found, and where."""
        more = f" (and {self.count - 1:,} more)" if self.count > 1 else ""
        return (
            f'column "{self.column}", {place(self.first)}: must be {self.must}, '
            f'got "{self.example}"{more}'
        )


def blanked(text: pl.Series, *, dashes: bool = False) -> pl.Series:
    """Text without blanks around it, null where a cell says that it is missing."""
    pl = polars()
    bare = text.cast(pl.String).str.strip_chars()
    missing = [*MISSING, *_DASHES] if dashes else list(MISSING)
    return bare.set(bare.is_in(missing), None)


def over_values(text: pl.Series, parse: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """A function of text, worked out once per different text where they repeat."""
    values = text.unique()
    if len(values) > len(text) // 3:
        return parse(text)
    parsed = parse(values)
    return text.replace_strict(values, parsed, default=None, return_dtype=parsed.dtype)


def where(mask: pl.Series, then: pl.Series, otherwise: pl.Series) -> pl.Series:
    """The cells of one column where a mask holds, else those of another."""
    return then.zip_with(mask, otherwise)


def ids(column: pl.Series) -> tuple[pl.Series, str]:
    """Whole numbers where every id is one as it would be printed, or as pandas prints it beside
    missing ones (``59.0``); text otherwise, so that ``007`` stays what it is."""
    pl = polars()
    if column.dtype.is_float():
        whole = column.fill_nan(None).cast(pl.Int64, strict=False)
        if (whole.cast(column.dtype) == column).fill_null(True).all():
            return whole, "whole numbers"
        return column.cast(pl.String), "text"
    if column.dtype.is_integer() or column.dtype == pl.Null:
        return column, "whole numbers"
    if column.dtype in (pl.Categorical, pl.Enum, pl.Binary, pl.Boolean, pl.Date) or (
        column.dtype.is_temporal() or column.dtype.is_decimal()
    ):
        column = column.cast(pl.String, strict=False)
    if column.dtype != pl.String:
        return column, str(column.dtype)
    text = blanked(column)
    whole = text.cast(pl.Int64, strict=False)
    if whole.null_count() == text.null_count() and (whole.cast(pl.String) == text).all():
        return whole, "whole numbers"
    if whole.null_count() - text.null_count() < len(text) or len(text) == text.null_count():
        pandas = text.str.contains(r"^-?(0|[1-9]\d{0,17})\.0+$")
        plain = text.str.contains(r"^-?(0|[1-9]\d{0,17})$")
        if (pandas | plain).all() and text.null_count() < len(text):
            whole = text.str.replace(r"\.0+$", "").cast(pl.Int64)
            return whole, "whole numbers, written with .0"
    return text, "text"


_TRUE = ("true", "t", "yes", "y", "1", "1.0", "ja", "j", "wahr", "x", "returned", "retourniert")
_FALSE = ("false", "f", "no", "n", "0", "0.0", "nein", "falsch", "not")


def flags(column: pl.Series) -> pl.Series | None:
    """Yes and no as 1 and 0, in English and German; None where there are other cells."""
    pl = polars()
    if column.dtype == pl.Boolean:
        return column.cast(pl.Float64)
    if column.dtype != pl.String:
        return None
    text = blanked(column).str.to_lowercase()
    words = [*_TRUE, *_FALSE]
    used = set(text.drop_nulls().unique().head(5).to_list())
    # One word says yes and one no: "x" and "y" are levels of something else.
    if not used <= set(words) or len(used & set(_TRUE)) > 1 or len(used & set(_FALSE)) > 1:
        return None
    numbers = [1.0] * len(_TRUE) + [0.0] * len(_FALSE)
    return text.replace_strict(words, numbers, default=None, return_dtype=pl.Float64)


def are_codes(column: pl.Series) -> bool:
    """Whether a column of coupons says which was used, or whether one was; and not what it took off."""
    pl = polars()
    if column.dtype != pl.String:
        return bool(column.dtype == pl.Boolean)
    text = blanked(column, dashes=True)
    number = text.str.contains(r"^[-+]?[\d.,\s€$£]+$")
    return not (text.null_count() == len(text) or number.all())


def coupons(column: pl.Series) -> tuple[pl.Series, str]:
    """Codes of coupons, or flags, as coupons that were used; what they took off is not known."""
    known = flags(column)
    if known is not None:
        return known.fill_null(0) > 0, "flags"
    if column.dtype.is_numeric():
        return column.fill_null(0) > 0, "numbers, as used where above 0"
    text = blanked(column, dashes=True)
    used: Any = text.is_not_null() & ~text.str.to_lowercase().is_in(list(_FALSE)).fill_null(False)
    return used, "codes"
