"""What was read, and what became of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from loyalty import _display

if TYPE_CHECKING:
    from loyalty import _native

__all__ = [
    "CreditReport",
    "Credits",
    "Dates",
    "DiscountUnit",
    "Guests",
    "Invalid",
    "JoinReport",
    "Joins",
    "OrdersReport",
    "Refusal",
    "TableReport",
    "Value",
]

#: What to do with rows that cannot be used.
Invalid = Literal["raise", "drop"]
#: What rows are that give money back: matched to their purchases, or rows that cannot be used.
Credits = Literal["match", "refuse"]
#: What rows without a customer are.
Guests = Literal["leave_out", "refuse", "keep"]
#: What times are that lie far from all others.
Dates = Literal["refuse", "allow"]
#: What is done where most rows of another table name nobody among the customers.
Joins = Literal["refuse", "allow"]
#: What the column of discounts counts.
DiscountUnit = Literal["money", "share", "per_cent"]
#: What purchases are worth: what was paid less what was paid back, or what was paid.
Value = Literal["net", "gross"]


def how_read(
    words: Mapping[str, str | None],
    status_words: Mapping[str, str] | None = None,
    today: int | None = None,
) -> tuple[dict[str, str], dict[str, str], int | None]:
    """How a table is read, as the native module takes it."""
    known = {name: word for name, word in words.items() if word is not None}
    return known, dict(status_words or {}), today


@dataclass(frozen=True, slots=True)
class Refusal(_display.Shown):
    """The rows of an order log that cannot be used for one reason.

    Attributes
    ----------
    reason : str
        Why: ``missing_time``, ``negative_amount``, ``guest``, ``cancelled``, ``implausible_time`` and so
        on. A row counts under the first that applies.
    column : str
        The column at fault.
    rows : int
        How many rows.
    first_row : int
        The first of them, counted from 0.

    Examples
    --------
    >>> import loyalty
    >>> log = {"who": ["ann", "bob"], "day": ["2024-01-01", None]}
    >>> orders = loyalty.Orders(log, customer="who", time="day", invalid="drop")
    >>> refused = orders.report.refusals[0]
    >>> refused.reason, refused.column, refused.rows
    ('missing_time', 'day', 1)
    """

    reason: str
    column: str
    rows: int
    first_row: int


@dataclass(frozen=True, slots=True)
class CreditReport(_display.Shown):
    """Rows that give money back, and what became of them.

    Attributes
    ----------
    rows : int
        How many rows are credits.
    matched, in_part, unmatched : int
        Those that found purchases for all of their pieces and their money, for some, for none.
    by : str
        By what they were matched: ``customer and product``, ``customer and order`` or ``customer and
        amount``.
    money, money_matched, money_unmatched : float
        What they give back, and what of it was taken off purchases and what not. The latter is in no
        customer's value.

    Examples
    --------
    >>> import loyalty
    >>> log = {
    ...     "customer": ["ann", "ann", "bob", "Gast"], "amount": [20.0, -20.0, 50.0, 9.0],
    ...     "time": ["2024-01-01", "2024-01-09", "2024-02-01", "2024-02-02"],
    ... }
    >>> lines = loyalty.OrderLines(
    ...     log, customer="customer", time="time", amount="amount", credits="match", guests="leave_out"
    ... )
    >>> lines.report.credits.rows, lines.report.credits.matched
    (1, 1)
    """

    rows: int
    matched: int
    in_part: int
    unmatched: int
    by: str
    money: float
    money_matched: float
    money_unmatched: float


@dataclass(frozen=True, slots=True)
class OrdersReport(_display.Shown):
    """What became of the rows of a log.

    Attributes
    ----------
    rows : int
        Rows read.
    kept : int
        Rows in use as purchases.
    refusals : tuple of Refusal
        Rows that cannot be used, by reason.
    message : str
        All of it in sentences.
    left_out : tuple of Refusal
        Rows that are in order and no purchases of a customer: guests, cancelled orders, other
        currencies.
    defaulted : tuple of Refusal
        Rows in use of which a cell is missing or was mended.
    credits : CreditReport, optional
        Rows that give money back.
    remarks : tuple of str
        How the columns were understood.

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
    left_out: tuple[Refusal, ...] = ()
    defaulted: tuple[Refusal, ...] = ()
    credits: CreditReport | None = None
    remarks: tuple[str, ...] = ()

    @classmethod
    def _of(cls, report: _native._Report) -> OrdersReport:
        (rows, kept), by_kind, credits, remarks, message = report
        refused, left_out, defaulted = (tuple(Refusal(*r) for r in rows) for rows in by_kind)
        found = None if credits is None else CreditReport(*credits[0], *credits[1])
        return cls(rows, kept, refused, message, left_out, defaulted, found, tuple(remarks))

    def __str__(self) -> str:
        return self.message

    def _shown(self) -> _display.Parts:
        sentences: _display.Parts = [*self.message.splitlines()]
        for title, rows in (
            ("Rows that cannot be used", self.refusals),
            ("Rows left out", self.left_out),
            ("Rows with a cell missing or mended", self.defaulted),
        ):
            if rows:
                sentences.append(_display.listed(title, rows))
        return sentences


@dataclass(frozen=True, slots=True)
class JoinReport(_display.Shown):
    """How many rows of another table found their customers. It prints as a sentence.

    Attributes
    ----------
    table : str
        Which: ``contacts``, ``marketing`` or ``peers``.
    rows, matched, unmatched : int
        Its rows, those that name a customer of the order lines, and the others.
    unmatched_ids, unnamed_customers : tuple of str
        A few ids that are nobody's, and a few customers who are not named.

    Examples
    --------
    >>> import loyalty
    >>> shop = loyalty.simulate(500, seed=1)
    >>> scores = loyalty.score(shop.lines, contacts=shop.contacts)
    >>> join = scores.table_report.joins[0]
    >>> join.table, join.unmatched
    ('contacts', 0)
    """

    table: str
    rows: int
    matched: int
    unmatched: int
    unmatched_ids: tuple[str, ...]
    unnamed_customers: tuple[str, ...]
    _sentence: str

    @classmethod
    def _of(cls, join: _native._Join) -> JoinReport:
        table, rows, nobody, unnamed, sentence = join
        return cls(table, *rows, tuple(nobody), tuple(unnamed), sentence)

    def _shown(self) -> _display.Parts:
        return [self._sentence]

    def __str__(self) -> str:
        return self._sentence


@dataclass(frozen=True, slots=True)
class TableReport(_display.Shown):
    """What became of the rows of a log or a table that was scored. It prints as sentences.

    Attributes
    ----------
    rows : OrdersReport
        Rows in use and not in use, cells that were missing or mended, credits.
    observed_from, observed_until : numpy.datetime64
        The first order and the end of observation.
    came_back : int
        Occasions that came back whole and are no purchases.
    customers_came_back : int
        Customers all of whose occasions did, and who are not scored.
    joins : tuple of JoinReport
        Whether the rows of other tables found their customers.
    sentences : tuple of str
        All of it in words.

    Examples
    --------
    >>> import loyalty
    >>> report = loyalty.score(loyalty.simulate(500, seed=1).lines).table_report
    >>> report.customers_came_back >= 0, len(report.sentences) > 0
    (True, True)
    """

    rows: OrdersReport
    observed_from: Any
    observed_until: Any
    came_back: int
    customers_came_back: int
    joins: tuple[JoinReport, ...]
    sentences: tuple[str, ...]

    @classmethod
    def _of(
        cls,
        report: tuple[
            _native._Report, tuple[int, int], tuple[int, int], list[_native._Join], list[str]
        ],
    ) -> TableReport:
        rows, period, came_back, joins, sentences = report
        first, end = (np.datetime64(time, "us") for time in period)
        joined = tuple(map(JoinReport._of, joins))
        return cls(OrdersReport._of(rows), first, end, *came_back, joined, tuple(sentences))

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    def _shown(self) -> _display.Parts:
        return [*self.sentences]
