"""What was read and what was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from loyalty import _html

__all__ = ["Invalid", "OrdersReport", "Refusal"]

#: What to do with rows that cannot be used.
Invalid = Literal["raise", "drop"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The rows of an order log that cannot be used for one reason.

    Attributes
    ----------
    reason : str
        ``missing_customer``, ``missing_time``, ``time_out_of_range``, ``missing_amount``,
        ``negative_amount`` or ``amount_out_of_range``. A row counts under the first that applies.
    column : str
        The column at fault.
    rows : int
        How many rows.
    first_row : int
        The first of them, counted from 0.
    """

    reason: str
    column: str
    rows: int
    first_row: int


@dataclass(frozen=True, slots=True)
class OrdersReport:
    """How many rows a log had, how many are in use, and why the others are not.

    Attributes
    ----------
    rows : int
        Rows read.
    kept : int
        Rows in use.
    refusals : tuple of Refusal
        The other rows by reason.

    Examples
    --------
    >>> import loyalty
    >>> log = {"who": ["ann", "bob", None], "day": ["2024-01-01"] * 3, "paid": [5.0, -5.0, 7.0]}
    >>> orders = loyalty.Orders(log, customer="who", time="day", amount="paid", invalid="drop")
    >>> orders.report.kept, [refusal.reason for refusal in orders.report.refusals]
    (1, ['missing_customer', 'negative_amount'])
    """

    rows: int
    kept: int
    refusals: tuple[Refusal, ...]
    message: str

    def __str__(self) -> str:
        return self.message

    def _repr_html_(self) -> str:
        rows = [(r.reason, r.column, r.rows, r.first_row) for r in self.refusals]
        return _html.table(self.message, rows, ("reason", "column", "rows", "first row"))
