"""A table as it was understood, and what a caller says of one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from loyalty import _display
from loyalty._frozen import Frozen
from loyalty.reading import times
from loyalty.reading.cells import Unreadable
from loyalty.reading.files import Dialect
from loyalty.reading.roles import NEEDED, ROLES, Names
from loyalty.reading.understood import Understood
from loyalty.report import Invalid

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Options", "OrderTable"]


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller says of a file, and how they would say it."""

    columns: Mapping[str, str | None] = field(default_factory=dict)
    without: Collection[str] = ()
    dialect: Dialect = field(default_factory=Dialect)
    clock: times.Clock = field(default_factory=times.Clock)
    decimal: str | None = None
    preset: str | None = None
    invalid: Invalid = "raise"
    roles: Mapping[str, Names] = field(default_factory=lambda: ROLES)
    needed: Collection[str] = NEEDED
    #: How the caller names the column of a role, for messages.
    option: Callable[[str], str] | None = None
    decimal_option: str = 'decimal="," or decimal="."'
    invalid_option: str = 'invalid="drop"'
    without_option: Callable[[str], str] = lambda role: f'without=["{role}"]'


class OrderTable(Frozen):
    """A table of order lines as it was understood. Made by :func:`read_orders` and :func:`read_sql`.

    ``loyalty.score``, ``check``, ``Orders`` and ``OrderLines`` take it as it is.

    Attributes
    ----------
    frame : pl.DataFrame
        The rows as a polars frame: the columns that have a role, under the names of the file.
    columns : dict of str to str
        Role to column.
    understood : Understood
        What was understood; prints as a table.
    currencies : tuple of str
        Currencies that are named or signed in the file, the most frequent first.
    unreadable : tuple of Unreadable
        Cells that could not be read and count as missing.
    rows : pl.Series or None
        The rows of the source that the frame has; None where it has all.

    Examples
    --------
    >>> import loyalty
    >>> table = loyalty.read_orders(loyalty.datasets.cdnow_path())
    >>> table
    <OrderTable: 6,919 rows, customer customer_id, time date, amount amount, quantity quantity>
    >>> table.frame.schema["date"]
    Date
    """

    __slots__ = ("_place", "columns", "currencies", "frame", "rows", "understood", "unreadable")

    frame: pl.DataFrame
    columns: dict[str, str]
    understood: Understood
    currencies: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]
    rows: pl.Series | None
    _place: Callable[[int], str]

    def place(self, row: int) -> str:
        r"""Where a row of the frame stands in the file: ``line 7``.

        Parameters
        ----------
        row : int
            Counted from 0.

        Returns
        -------
        str

        Examples
        --------
        >>> import loyalty
        >>> table = loyalty.read_orders(b"Customer ID,Order Date,Sales\n7,2024-01-31,9.5\n8,2024-02-13,2\n")
        >>> table.place(1)
        'line 3'
        """
        return self._place(row)

    def located(self, message: str) -> str:
        r"""A message with the rows that it names as places in the file.

        Parameters
        ----------
        message : str
            Such as that of an error.

        Returns
        -------
        str

        Examples
        --------
        >>> import loyalty
        >>> table = loyalty.read_orders(b"Customer ID,Order Date,Sales\n7,2024-01-31,9.5\n8,2024-02-13,2\n")
        >>> table.located("row 0: no amount")
        'line 2: no amount'
        """
        return re.sub(r"\brow (\d+)\b", lambda found: self._place(int(found[1])), message)

    def __len__(self) -> int:
        return self.frame.height

    def __repr__(self) -> str:
        listed = ", ".join(f"{role} {name}" for role, name in self.columns.items())
        return f"<OrderTable: {len(self):,} rows, {listed}>"

    def _shown(self) -> _display.Parts:
        return self.understood._shown()

    def __reduce__(self) -> Any:
        raise TypeError("OrderTable cannot be pickled; pickle its frame and columns instead")
