"""A table as it lies in a file: cells as text or as the file types them, and where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from loyalty.errors import InputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Source", "polars"]


def polars() -> Any:
    """The library that reads and writes files; an optional part of the installation."""
    try:
        import polars
    except ImportError:
        raise InputError("reading files needs polars: pip install 'loyalty[cli]'") from None
    return polars


@dataclass(slots=True)
class Source:
    """A table that is open: its columns are known, its cells are read when they are asked for.

    Attributes
    ----------
    kind : str
        What it is, in a word.
    names : list of str
        The columns as the file names them, twice where it names them twice.
    facts : dict
        Encoding, separator, sheet and the like, for people.
    load : callable
        The cells of the columns of these positions, in the order of the file.
    place : callable
        Where a row stands, for people: ``line 7``.
    notes : list of str
        What was passed over.
    guesses : list of str
        What was guessed.
    """

    kind: str
    names: list[str]
    load: Callable[[list[int]], pl.DataFrame]
    place: Callable[[int], str]
    facts: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)
