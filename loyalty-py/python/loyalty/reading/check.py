"""``check``: what is to be known of a table before it is scored, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loyalty import _html
from loyalty._frozen import Frozen
from loyalty.errors import InputError
from loyalty.orders import Orders
from loyalty.reading.orders import OrderTable, read_orders
from loyalty.reading.source import polars
from loyalty.reading.understood import Understood

if TYPE_CHECKING:
    import polars as pl

    from loyalty.report import Refusal

__all__ = ["Check", "Finding", "check", "check_table"]

#: Rows shown of a finding.
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to be known of a table. It prints as sentences.

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


class Check(Frozen):
    """What :func:`check` found. It prints as a report.

    Examples
    --------
    >>> import loyalty
    >>> found = loyalty.check(b"customer,date,amount\\n7,2024-01-02,5\\n7,2024-01-02,5\\n,2024-01-03,1\\n")
    >>> [(finding.kind, finding.rows) for finding in found.findings]
    [('missing_customer', 1), ('duplicates', 1)]
    """

    __slots__ = ("findings", "rows", "understood")

    #: What was understood of the table.
    understood: Understood
    #: Rows read.
    rows: int
    #: What is to be known, what changes most first.
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

    def _repr_html_(self) -> str:
        rows = [(f.what, f.rows, "; ".join(f.examples), f.fix) for f in self.findings]
        header = ("found", "rows", "such as", "what to do")
        return self.understood._repr_html_() + _html.table("Findings", rows, header)


def check(data: Any, **options: Any) -> Check:
    """Looks a table of orders over: what it holds, what is odd about it, and what to do about that.

    Nothing is scored.

    Parameters
    ----------
    data : OrderTable, path, buffer, data frame or mapping of columns
        As for :func:`read_orders`.
    **options
        As for :func:`read_orders`.

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


#: Of reasons for which a row cannot be used: what they mean, and what to do.
_REASONS = {
    "missing_customer": (
        "have no customer",
        "Orders of guests say nothing of a customer; --invalid drop leaves them out and counts them.",
    ),
    "missing_time": ("have no time", "Add it in the file, or leave them out with --invalid drop."),
    "time_out_of_range": ("have an impossible time", "Correct the time in the file."),
    "missing_amount": (
        "have no amount",
        "Write 0 where nothing was paid; --invalid drop leaves such rows out and counts them.",
    ),
    "negative_amount": (
        "have a negative amount",
        "Where they are credit notes, what came back belongs to the order that it was bought with; "
        "--invalid drop leaves them out and counts them.",
    ),
    "amount_out_of_range": ("have an impossible amount", "Correct the amount in the file."),
}


def _refused(table: OrderTable) -> Iterator[Finding]:
    """Rows that no score can use."""
    try:
        report = Orders(table, invalid="drop").report
    except InputError as error:
        yield Finding(
            "unusable", f"No row can be used: {error}.", len(table), (), "See the rows named."
        )
        return
    for refusal in report.refusals:
        yield _reason(table, refusal)


def _reason(table: OrderTable, refusal: Refusal) -> Finding:
    words, fix = _REASONS.get(
        refusal.reason, (f"cannot be used: {refusal.reason}", "Correct them.")
    )
    rows = f"{refusal.rows:,} rows" if refusal.rows != 1 else "1 row"
    what = f'{rows} of {len(table):,} {words} (column "{refusal.column}").'
    if refusal.rows == 1:
        what = what.replace(" have ", " has ")
    return Finding(refusal.reason, what, refusal.rows, (_row(table, refusal.first_row),), fix)


def _row(table: OrderTable, row: int) -> str:
    """Where a row stands and what it holds."""
    cells = ", ".join("–" if cell is None else str(cell) for cell in table.frame.row(row))
    return f"{table.place(row)}: {cells}"


def _some(table: OrderTable, mask: pl.Series) -> tuple[str, ...]:
    return tuple(_row(table, int(row)) for row in mask.arg_true()[:_EXAMPLES])


#: Beginnings of words for orders that were not, or not yet, paid and kept.
_UNSOLD = (
    "cancel", "void", "refund", "fail", "pending", "reject", "expired", "trash", "test", "draft", "on-hold",
    "on hold", "unavailable", "dispute", "abandon", "storn", "abgebrochen", "erstattet", "offen", "wartend",
)  # fmt: skip


def _statuses(table: OrderTable) -> Iterator[Finding]:
    if "status" not in table.columns:
        return
    pl = polars()
    words = table.frame[table.columns["status"]].drop_nulls().str.strip_chars()
    plain = words.str.to_lowercase()
    unsold = pl.Series([False] * len(plain), dtype=pl.Boolean)
    for word in _UNSOLD:
        unsold |= plain.str.starts_with(word) | plain.str.starts_with(f"wc-{word}")
    if not unsold.any():
        return
    counts = words.filter(unsold).value_counts(sort=True).rows()
    listed = ", ".join(f'"{word}" {count:,}' for word, count in counts)
    many = int(unsold.sum())
    rows = "1 row says that it was" if many == 1 else f"{many:,} rows says that they were"
    yield Finding(
        "statuses",
        f"The status of {rows} not, or not yet, sold: {listed}.",
        many,
        (),
        "Export without them, unless they were paid and kept.",
    )


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


#: Amounts are rounded to the cent, and so may differ from the price times the quantity by half a cent a piece.
_ROUNDING = 0.005


def _products(table: OrderTable) -> Iterator[Finding]:
    """Amounts that are not price × quantity."""
    if not {"amount", "price", "quantity"} <= table.columns.keys():
        return
    amount, price, quantity = (
        table.frame[table.columns[role]] for role in ("amount", "price", "quantity")
    )
    differs = ((price * quantity - amount).abs() > _ROUNDING * (1 + quantity.abs())).fill_null(
        False
    )
    many = int(differs.sum())
    if not many:
        return
    yield Finding(
        "products",
        f"In {many:,} of {len(table):,} rows the amount is not the price times the quantity.",
        many,
        _some(table, differs),
        "Say which holds: --without amount counts price × quantity, --without price the amount.",
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


#: What is looked for, in the order in which it is told.
_LOOKS: tuple[Callable[[OrderTable], Iterable[Finding]], ...] = (
    _unreadable,
    _refused,
    _statuses,
    _currencies,
    _products,
    _repeated_totals,
    _duplicates,
)
