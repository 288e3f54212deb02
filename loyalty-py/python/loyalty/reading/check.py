"""``check``: what is to be known of a table before it is scored, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loyalty import _display
from loyalty._frozen import Record
from loyalty.errors import InputError
from loyalty.order_lines import OrderLines
from loyalty.orders import Orders
from loyalty.reading.orders import read_orders
from loyalty.reading.source import polars
from loyalty.reading.table import OrderTable
from loyalty.reading.understood import Understood

if TYPE_CHECKING:
    import polars as pl

    from loyalty.report import CreditReport, OrdersReport, Refusal

__all__ = ["Check", "Finding", "check", "check_table"]

#: Rows shown of a finding.
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Finding(_display.Shown):
    r"""One thing to be known of a table. It prints as sentences.

    Attributes
    ----------
    kind : str
        A word for programs: ``unreadable``, ``duplicates``, ``currencies`` and others.
    what : str
        What was found.
    rows : int
        How many rows it concerns; 0 where it concerns the table.
    examples : tuple of str
        Where it stands, and what stands there.
    fix : str
        What to do about it.

    Examples
    --------
    >>> import loyalty
    >>> found = loyalty.check(b"customer,date,total\n7,2024-01-02,5.5\n,2024-01-03,4\n").findings[0]
    >>> found.rows
    1
    """

    kind: str
    what: str
    rows: int
    examples: tuple[str, ...]
    fix: str

    def __str__(self) -> str:
        lines = [self.what]
        if self.examples:
            lines.append("  such as " + "; ".join(self.examples))
        return "\n".join([*lines, f"  {self.fix}"])


class Check(Record):
    """What :func:`check` found. It prints as a report.

    Attributes
    ----------
    understood : Understood
        What was understood of the table.
    rows : int
        Rows read.
    findings : tuple of Finding
        What is to be known, what changes most first.

    Examples
    --------
    >>> import loyalty
    >>> found = loyalty.check(b"customer,date,amount\\n7,2024-01-02,5\\n7,2024-01-02,5\\n,2024-01-03,1\\n")
    >>> [(finding.kind, finding.rows) for finding in found.findings]
    [('guest', 1), ('duplicates', 1)]
    """

    __slots__ = ("findings", "rows", "understood")

    understood: Understood
    rows: int
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        head = str(self.understood)
        if not self.findings:
            return f"{head}\n\nNothing to mend was found in {self.rows:,} rows."
        many = "1 finding" if len(self.findings) == 1 else f"{len(self.findings)} findings"
        said = "\n\n".join(f"{at}. {finding}" for at, finding in enumerate(self.findings, 1))
        return f"{head}\n\n{many} in {self.rows:,} rows\n\n{said}"

    def __repr__(self) -> str:
        return f"<Check of {self.rows:,} rows: {len(self.findings)} findings>"

    def _shown(self) -> _display.Parts:
        columns = {
            "found": [f.what for f in self.findings],
            "rows": [f.rows for f in self.findings],
            "such as": ["; ".join(f.examples) for f in self.findings],
            "what to do": [f.fix for f in self.findings],
        }
        return [*self.understood._shown(), _display.of_arrays("Findings", columns)]


def check(data: Any, **options: Any) -> Check:
    """Looks a table of orders over: what it holds, what is odd about it, and what to do about that.

    Nothing is scored.

    Parameters
    ----------
    data : OrderTable, path, buffer, data frame or mapping of columns
        As for :func:`read_orders`.
    **options
        As for :func:`read_orders`.

    Returns
    -------
    Check

    Raises
    ------
    InputError
        Where the table cannot be read at all.

    Examples
    --------
    >>> import loyalty
    >>> print(loyalty.check({"customer": [7, 8], "time": ["2024-01-02", "2024-01-03"]}))
    columns in memory
      rows      2
      period    2024-01-02 to 2024-01-03
      amounts   none
      customer  customer: whole numbers (by its name)
      time      time: dates, the year first (by its name)
    <BLANKLINE>
    Nothing to mend was found in 2 rows.
    """
    table = (
        data
        if isinstance(data, OrderTable)
        else read_orders(data, **{"invalid": "drop", **options})
    )
    return check_table(table)


def check_table(table: OrderTable) -> Check:
    """The report on a table that was read."""
    found = [finding for look in _LOOKS for finding in look(table)]
    report = Check.__new__(Check)
    report._set(understood=table.understood, rows=len(table), findings=tuple(found))
    return report


def _unreadable(table: OrderTable) -> Iterator[Finding]:
    for bad in table.unreadable:
        name = table.columns[next(role for role, n in table.columns.items() if n == bad.column)]
        yield Finding(
            "unreadable",
            f'{bad.count:,} cells of column "{name}" cannot be read: a cell must be {bad.must}.',
            bad.count,
            (f'{table.place(bad.first)}: "{bad.example}"',),
            "Correct them in the file; --invalid drop takes them as missing.",
        )


_GUEST = "names no customer"
_OF_GUESTS = "Orders of guests say nothing of a customer; they are left out and counted."
_UNSOLD = "Such orders are left out and counted; --status-word WORD=bought keeps them."
#: What is said of rows that are not in use, or were mended, by the reason of the report: what they are
#: (with "a cell" as the subject), and what to do.
_REASONS = {
    "missing_time": (
        "is blank",
        "Add the time in the file, or leave such rows out with --invalid drop.",
    ),
    "time_out_of_range": ("is impossible", "Correct the time in the file."),
    "implausible_time": (
        "is far from all other times, or stands for no time",
        "Correct it; --dates allow takes it as it is, and then the observation lasts until then.",
    ),
    "missing_amount": (
        "is blank",
        "Write 0 where nothing was paid, or leave such rows out with --invalid drop.",
    ),
    "negative_amount": ("is negative", "Correct it, or leave such rows out with --invalid drop."),
    "missing_customer": (_GUEST, _OF_GUESTS),
    "guest": (_GUEST, _OF_GUESTS),
    "cancelled": ("says cancelled", _UNSOLD),
    "pending": ("says not yet paid", _UNSOLD),
    "on_hold": ("says on hold", _UNSOLD),
    "failed": ("says failed", _UNSOLD),
    "test": ("says test", _UNSOLD),
    "other_currency": ("is another currency", "Such rows are left out and counted."),
    "discount_unknown": ("is blank and taken as nothing off", "Write 0, or what was taken off."),
    "list_unknown": ("is blank and worked out from the other columns", "Add the list price."),
    "cost_unknown": ("is blank and estimated by the margin of the other lines", "Add the cost."),
    "depth_unknown": ("is blank and taken as no offer", "Add the depth of the offer."),
    "product_unknown": ("is blank and taken as an article of its own", "Add the article."),
}


def _rows(table: OrderTable) -> Iterator[Finding]:
    """What scores would make of the rows."""
    report = _report(table, dates="refuse")
    if isinstance(report, str):
        kind = "dates" if "--dates" in report or "far from" in report else "unusable"
        yield Finding(
            kind, f"{report}.", len(table), (), "See the sentence; nothing is scored until then."
        )
        report = _report(table, dates="allow")
        if isinstance(report, str):
            return
    for refusal in (*report.refusals, *report.left_out, *report.defaulted):
        yield _reason(table, refusal)
    if report.credits is not None:
        yield _credits(report.credits)
    for remark in report.remarks:
        said = table.located(remark)
        yield Finding(
            "remark",
            f"{said[0].upper()}{said[1:]}.",
            0,
            (),
            "Say otherwise where that is not so.",
        )


def _report(table: OrderTable, **how: Any) -> OrdersReport | str:
    """The report on the rows as scores read them, or why there is none."""
    how |= {"invalid": "drop", "guests": "leave_out"}
    lines: dict[str, Any] = {}
    if len(table.currencies) > 1 and "currency" in table.columns:
        lines["only_currency"] = table.currencies[0]
    try:
        if table.columns.keys() & {"amount", "price"}:
            return OrderLines(table, credits="match", **lines, **how).report
        return Orders(table, **how).report
    except InputError as error:
        return str(error)


def _reason(table: OrderTable, refusal: Refusal) -> Finding:
    words, fix = _REASONS.get(
        refusal.reason,
        (f"cannot be used ({refusal.reason.replace('_', ' ')})", "Correct it in the file."),
    )
    rows = "1 row" if refusal.rows == 1 else f"{refusal.rows:,} rows"
    what = f'In {rows} of {len(table):,} column "{refusal.column}" {words}.'
    return Finding(refusal.reason, what, refusal.rows, (_row(table, refusal.first_row),), fix)


def _credits(found: CreditReport) -> Finding:
    rows = "1 row gives" if found.rows == 1 else f"{found.rows:,} rows give"
    placed = (
        "all of it found its purchase"
        if not found.unmatched and not found.in_part
        else f"{found.money_unmatched:,.2f} found no purchase and is in no value"
    )
    return Finding(
        "credits",
        f"{rows} {found.money:,.2f} back, matched by {found.by}: {placed}.",
        found.rows,
        (),
        "Products and orders in columns of their own match them more surely.",
    )


def _row(table: OrderTable, row: int) -> str:
    """Where a row stands and what it holds."""
    cells = ", ".join("–" if cell is None else str(cell) for cell in table.frame.row(row))
    return f"{table.place(row)}: {cells}"


def _some(table: OrderTable, mask: pl.Series) -> tuple[str, ...]:
    return tuple(_row(table, int(row)) for row in mask.arg_true()[:_EXAMPLES])


def _currencies(table: OrderTable) -> Iterator[Finding]:
    if len(table.currencies) < 2:
        return
    listed = ", ".join(table.currencies)
    yield Finding(
        "currencies",
        f"Amounts are in several currencies: {listed}. Their sum means nothing.",
        0,
        (),
        "Convert them into one, or export one shop at a time.",
    )


def _duplicates(table: OrderTable) -> Iterator[Finding]:
    """Rows that repeat another in every column that was read."""
    repeats = ~table.frame.select(polars().struct(polars().all()).is_first_distinct()).to_series()
    many = int(repeats.sum())
    if not many:
        return
    yield Finding(
        "duplicates",
        f"{many:,} {'row repeats' if many == 1 else 'rows repeat'} another in every column read; all count.",
        many,
        _some(table, repeats),
        "Two pieces of one article are two lines; a file joined from two that overlap has them twice, and "
        "then remove one.",
    )


def _repeated_totals(table: OrderTable) -> Iterator[Finding]:
    """What belongs to the order, written on each of its lines."""
    if not {"amount", "order"} <= table.columns.keys():
        return
    pl = polars()
    order, amount = table.columns["order"], table.columns["amount"]
    several = table.frame.group_by(order).agg(rows=pl.len(), different=pl.col(amount).n_unique())
    several = several.filter(pl.col("rows") > 1)
    same = several.filter(pl.col("different") == 1)
    if several.height < 10 or same.height < 0.95 * several.height:
        return
    yield Finding(
        "repeated_totals",
        f"In {same.height:,} of {several.height:,} orders of several rows every row has the same amount: it "
        "looks like the order's total, written on each line, and would count several times.",
        int(same["rows"].sum()),
        (),
        "Name the column of the line's own amount, or keep one row per order.",
    )


def _opportunities(table: OrderTable) -> Iterator[Finding]:
    """Orders on a few set days, which purchases at random times do not have."""
    try:
        orders = Orders(table, dates="allow", invalid="drop", guests="leave_out")
    except InputError:
        return
    found = orders._core.opportunity_days()
    if found is None:
        return
    days, gap, share = found
    yield Finding(
        "opportunities",
        f"{share:.0%} of the orders fall on {days} days, {gap:g} days apart: customers seem to buy at set "
        "opportunities, and not at any time.",
        len(orders),
        (),
        "BgBb is the model for that: fit it to Orders.opportunities(days), or to a summary in a calendar "
        "unit.",
    )


#: What is looked for, in the order in which it is told.
_LOOKS: tuple[Callable[[OrderTable], Iterable[Finding]], ...] = (
    _unreadable,
    _rows,
    _currencies,
    _repeated_totals,
    _duplicates,
    _opportunities,
)
