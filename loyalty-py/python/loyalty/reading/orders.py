"""``read_orders``: from a file of a shop to a typed table whose columns are understood."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from loyalty.errors import InputError
from loyalty.reading import cells, numbers, presets, times
from loyalty.reading.cells import Unreadable
from loyalty.reading.files import Dialect, is_path, open_source
from loyalty.reading.roles import ROLES, Choice, choose
from loyalty.reading.source import Source, polars
from loyalty.reading.table import Options, OrderTable
from loyalty.reading.understood import Understood
from loyalty.report import Invalid

if TYPE_CHECKING:
    import os

    import polars as pl

__all__ = ["read_orders", "table_of"]

IDS = ("customer", "order", "line", "product", "category", "size", "brand")
TIMES = ("time", "return_time")
WORDS = ("status", "currency")
NUMBERS = (*(role for role in ROLES if role not in (*IDS, *TIMES, *WORDS)), "firm_caused")
#: Roles whose cells decide every score; others are left out where they cannot be read.
_ESSENTIAL = ("customer", "time", "amount", "price", "quantity")
#: Yes and no are meant as well.
_FLAGS = ("returned", "firm_caused", "opted_out")
#: More unreadable cells than one in twenty say that the column is not what it is taken for.
_MOST_UNREADABLE = 0.05


def read_orders(
    data: str | os.PathLike[str] | Any,
    *,
    columns: Mapping[str, str | None] | None = None,
    without: Collection[str] = (),
    time_format: str | None = None,
    day_first: bool | None = None,
    decimal: str | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    time_zone: str | None = None,
    preset: str | None = None,
    sheet: str | int | None = None,
    invalid: Invalid = "raise",
) -> OrderTable:
    """Reads an export of a shop: finds out what it is, which column is what, and types the cells.

    What is not said by the options is told by the whole file; what was guessed stands in
    ``understood``, and what can be read in two ways is refused with the option that decides.
    docs/reading.md says how.

    Parameters
    ----------
    data : path, buffer, data frame or mapping of columns
        ``.csv``, ``.tsv``, ``.txt``, ``.xlsx``, ``.parquet``, ``.json``, ``.jsonl``, also in gzip or zip;
        bytes, or anything with ``read``; ``-`` for standard input.
    columns : mapping, optional
        Role to column, where names do not say it: ``{"amount": "Total"}``; None leaves a role out.
    without : collection of str
        Roles to leave out.
    time_format : str, optional
        The form of times, as ``strptime`` has it: ``"%d.%m.%Y %H:%M"``.
    day_first : bool, optional
        Whether ``03/04/2024`` is in April.
    decimal : {".", ","}, optional
        The decimal mark.
    separator, encoding : str, optional
        Of a text file, such as ``";"`` and ``"cp1252"``.
    time_zone : str, optional
        The zone on whose clock days are read, for times that carry a zone.
    preset : str, optional
        The layout: ``"Shopify"``, ``"WooCommerce"`` and others; ``"none"`` for none. By default the one
        whose columns the table has.
    sheet : str or int, optional
        The sheet of an Excel file, by its name or its number from 1; by default the first.
    invalid : {"raise", "drop"}
        What to do where a few cells of a column cannot be read: refuse the file, or count them and
        take them as missing.

    Returns
    -------
    OrderTable

    Raises
    ------
    InputError
        Where the file cannot be read, a column is missing or can be read in two ways.

    Examples
    --------
    >>> import loyalty
    >>> file = b"Order Date,Customer ID,Sales\\n11/8/2018,CG-12520,261.96\\n11/13/2018,CG-12520,9.5\\n"
    >>> table = loyalty.read_orders(file)
    >>> table.columns
    {'customer': 'Customer ID', 'time': 'Order Date', 'amount': 'Sales'}
    >>> table.understood.guessed
    ('the month is first in column "Order Date", by "11/13/2018" in line 3',)
    """
    options = Options(
        columns=columns or {},
        without=without,
        dialect=Dialect(encoding, separator, sheet),
        clock=times.Clock(time_format, day_first, time_zone),
        decimal=decimal,
        preset=preset,
        invalid=invalid,
    )
    source = open_source(data, options.dialect)
    return table_of(source, options, str(data) if is_path(data) and str(data) != "-" else "")


def table_of(source: Source, options: Options, name: str = "") -> OrderTable:
    """The typed table of a source that is open."""
    found = None
    if options.preset != "none" and "time" in options.roles:
        found = presets.find(source.names, options.preset)
    preset, by_preset = found or (None, {})
    without = {*options.without}
    if preset is not None:
        without |= {role for role in preset.not_roles if options.columns.get(role) is None}
    try:
        choice = choose(
            source.names,
            options.columns,
            without & set(options.roles),
            preset=by_preset,
            preset_name="" if preset is None else f"{preset.name} export",
            roles=options.roles,
            needed=options.needed,
            option=options.option,
        )
    except InputError as error:
        if "no column looks so" in str(error) and _is_data(source.names):
            raise InputError(
                "the first line holds data and no names of columns: write their names above them, such "
                "as customer, date and amount"
            ) from None
        raise
    return _Reading(source, options, choice, preset, name).table()


def _is_data(names: list[str]) -> bool:
    """Whether a header is a row of data: most of its cells are numbers or dates."""
    data = [bool(re.fullmatch(r"[-+\d.,:/ T€$]+", name)) for name in names]
    return len(names) > 0 and sum(data) > len(names) / 2


class _Reading:
    """One table on its way from cells to types."""

    def __init__(
        self,
        source: Source,
        options: Options,
        choice: Choice,
        preset: presets.Preset | None,
        name: str,
    ) -> None:
        self.source = source
        self.options = options
        self.choice = choice
        self.preset = preset
        self.name = name
        self.kinds: dict[str, str] = {}
        self.typed: dict[str, pl.Series] = {}
        self.guesses = list(source.guesses)
        self.left_out = [*source.notes, *choice.notes]
        self.unreadable: list[Unreadable] = []
        self.currencies: list[str] = []
        self.rows: pl.Series | None = None

    def table(self) -> OrderTable:
        columns = self._cells()
        self._times(columns)
        self._numbers(columns)
        self._rest(columns)
        roles, frame = self._named()
        table = OrderTable.__new__(OrderTable)
        table._set(
            frame=frame,
            columns=roles,
            currencies=tuple(dict.fromkeys(self.currencies)),
            unreadable=tuple(self.unreadable),
            rows=self.rows,
            understood=self._understood(roles, frame),
            _place=self.place,
        )
        return table

    def place(self, row: int) -> str:
        """Where a row of the table stands in the file."""
        return self.source.place(row if self.rows is None else int(self.rows[row]))

    def _cells(self) -> dict[str, pl.Series]:
        """The cells by role, without the rows that are blank and those that repeat an order."""
        pl = polars()
        at = {role: self.source.names.index(name) for role, name in self.choice.columns.items()}
        frame = self.source.load(list(at.values()))
        present = ~pl.all_horizontal(
            pl.col(name).is_null()
            | (pl.col(name).str.strip_chars() == "" if kind == pl.String else pl.lit(False))
            for name, kind in frame.schema.items()
        )
        keep = frame.select(present).to_series()
        if not keep.all():
            blank = int((~keep).sum())
            rows = "row is" if blank == 1 else "rows are"
            self.left_out.append(f"{blank:,} {rows} blank")
        if self.preset is not None and self.preset.once and {"order", "amount"} <= at.keys():
            keep = self._first_of_order(frame, keep, str(at["order"]), str(at["amount"]))
        if not keep.all():
            self.rows = keep.arg_true()
            frame = frame.filter(keep)
        return {
            role: frame[str(position)].alias(self.choice.columns[role])
            for role, position in at.items()
        }

    def _first_of_order(
        self, frame: pl.DataFrame, keep: pl.Series, order: str, amount: str
    ) -> pl.Series:
        """The row of each order that has its total: the first that has one."""
        totals = frame[amount]
        if totals.dtype == polars().String:
            totals = cells.blanked(totals)
        rows = polars().DataFrame([frame[order].alias("order"), keep.alias("keep")])
        rows = rows.with_columns(has=totals.is_not_null()).with_row_index("at")
        first = (
            rows.filter("keep")
            .sort("has", descending=True, maintain_order=True)
            .unique("order", keep="first")["at"]
        )
        once: pl.Series = rows["at"].is_in(first.implode())
        more = int((keep & ~once).sum())
        if more:
            self.left_out.append(
                f"{more:,} further rows of orders: the order's total is counted once, with its first row"
            )
        return keep & once

    def _times(self, columns: dict[str, pl.Series]) -> None:
        for role in TIMES:
            if role not in columns:
                continue
            name = self.choice.columns[role]
            try:
                found = times.times(columns[role], name, self.options.clock, self.place)
            except InputError as error:
                if role in _ESSENTIAL:
                    raise
                self._leave_out(role, str(error))
                continue
            if self._taken(role, found.values, found.unreadable):
                self.kinds[role] = found.form
                self.guesses += found.guesses

    def _numbers(self, columns: dict[str, pl.Series]) -> None:
        looked: dict[str, numbers.Numbers] = {}
        for role in NUMBERS:
            if role not in columns:
                continue
            name = self.choice.columns[role]
            if role == "coupon_used" or (role == "coupon" and cells.are_codes(columns[role])):
                self._coupon_used(role, columns[role])
                continue
            if role in _FLAGS and (said := cells.flags(columns[role])) is not None:
                self.typed[role], self.kinds[role] = said, "flags"
                continue
            try:
                looked[role] = numbers.inspect(columns[role], name)
            except InputError as error:
                if role in _ESSENTIAL:
                    raise
                self._leave_out(role, str(error))
        if not looked:
            return
        mark, guess = self._mark(looked)
        self.guesses += [guess] if guess else []
        for role, column in looked.items():
            values, bad = column.read(mark)
            if column.percent and role in _ESSENTIAL:
                name = self.choice.columns[role]
                raise InputError(f'column "{name}" holds percentages: it is no {role}')
            if self._taken(role, values, bad):
                self.kinds[role] = "percentages, as shares of 1" if column.percent else "numbers"
                self.currencies += column.currencies

    def _mark(self, looked: dict[str, numbers.Numbers]) -> tuple[str, str | None]:
        """The decimal mark: by the columns that decide, unless only others tell."""
        options = self.options
        deciding = [looked[role] for role in looked if role in _ESSENTIAL] or list(looked.values())
        every = list(looked.values())
        for group in (deciding, every):
            try:
                return numbers.decimal_mark(
                    group, options.decimal, self.place, options.decimal_option
                )
            except cells.Asked:
                if group is every or len(group) == len(every):
                    raise
        raise AssertionError  # The loop has returned or raised.

    def _coupon_used(self, role: str, column: pl.Series) -> None:
        """Takes codes and flags as coupons that were used: they say nothing of money."""
        if role == "coupon" and "coupon_used" in self.choice.columns:
            self.left_out.append(
                f'column "{self.choice.columns[role]}": another says whether a coupon was used'
            )
            return
        self.choice = self.choice.of_role(role, "coupon_used")
        used, kind = cells.coupons(column)
        self.typed["coupon_used"] = used
        self.kinds["coupon_used"] = f"{kind}: a coupon was used, what it took off is not said"

    def _rest(self, columns: dict[str, pl.Series]) -> None:
        for role, column in columns.items():
            if role in IDS:
                values, self.kinds[role] = cells.ids(column)
                self.typed[role] = self._known(role, values, column)
            elif role in WORDS:
                text = cells.blanked(column)
                self.typed[role], self.kinds[role] = text, "text"
                if role == "currency":
                    counted = text.drop_nulls().value_counts(sort=True)
                    self.currencies = [str(code) for code in counted.to_series(0)] + self.currencies

    def _known(self, role: str, values: pl.Series, column: pl.Series) -> pl.Series:
        """Ids without those that stand for nobody, which are counted."""
        if role != "customer":
            return values
        pl = polars()
        nobody = values.is_null() & column.is_not_null()
        if column.dtype == pl.String:
            nobody &= column.str.strip_chars() != ""
        counts = {
            str(cell): int(n) for cell, n in column.filter(nobody).value_counts(sort=True).rows()
        }
        if self.preset is not None and self.preset.guests:
            guest = values.cast(pl.String).is_in(list(self.preset.guests)).fill_null(False)
            if guest.any():
                counts |= dict.fromkeys(self.preset.guests, int(guest.sum()))
                values = values.set(guest, None)
        if counts:
            listed = ", ".join(f'"{cell}" {count:,}' for cell, count in list(counts.items())[:5])
            name = self.choice.columns[role]
            self.left_out.append(f'cells of column "{name}" that stand for no customer: {listed}')
        return values

    def _taken(self, role: str, values: pl.Series, bad: Unreadable | None) -> bool:
        """Takes a column, or refuses or leaves it out for the cells that cannot be read."""
        if bad is not None:
            few = bad.count <= _MOST_UNREADABLE * len(values)
            sentence = bad.sentence(self.place)
            if role not in _ESSENTIAL and not few:
                self._leave_out(role, sentence)
                return False
            if role in _ESSENTIAL and (self.options.invalid != "drop" or not few):
                hint = f"; {self.options.invalid_option} takes such cells as missing" if few else ""
                raise InputError(sentence + hint)
            self.unreadable.append(bad)
            cells_ = "cell" if bad.count == 1 else "cells"
            self.left_out.append(f"{bad.count:,} {cells_} as missing: {sentence}")
        self.typed[role] = values
        return True

    def _leave_out(self, role: str, why: str) -> None:
        self.left_out.append(f"no {role}: {why}; {self.options.without_option(role)} says so")

    def _named(self) -> tuple[dict[str, str], pl.DataFrame]:
        """The typed columns under their names; one that has two roles of different types, twice."""
        held: dict[str, pl.Series] = {}
        roles: dict[str, str] = {}
        for role in self.choice.columns:
            if role not in self.typed:
                continue
            name, values = self.choice.columns[role], self.typed[role]
            if name in held and held[name].dtype != values.dtype:
                name = f"{name} ({role})"
            held.setdefault(name, values.alias(name))
            roles[role] = name
        return roles, polars().DataFrame(list(held.values()))

    def _understood(self, roles: dict[str, str], frame: pl.DataFrame) -> Understood:
        facts = [("file", ", ".join([self.source.kind, *self.source.facts.values()]))]
        if self.preset is not None:
            facts.append(("layout", self.preset.name))
            facts += [("", sentence) for sentence in self.preset.implies]
        facts.append(("rows", f"{frame.height:,}"))
        facts += self._period(roles, frame) + self._amounts(roles, frame)
        how = {"named": "as named", "name": "by its name"}
        columns = tuple(
            (role, self.choice.columns[role], self.kinds.get(role, ""), how.get(by, by))
            for role, by in ((role, self.choice.how[role]) for role in roles)
        )
        return Understood(
            self.name, tuple(facts), columns, tuple(self.guesses), tuple(self.left_out)
        )

    def _period(self, roles: dict[str, str], frame: pl.DataFrame) -> list[tuple[str, str]]:
        if "time" not in roles:
            return []
        when = frame[roles["time"]].drop_nulls()
        if not len(when):
            return [("period", "no row has a time")]
        first, last = str(when.min())[:10], str(when.max())[:10]
        return [("period", first if first == last else f"{first} to {last}")]

    def _amounts(self, roles: dict[str, str], frame: pl.DataFrame) -> list[tuple[str, str]]:
        facts = []
        if "amount" in roles:
            total = float(frame[roles["amount"]].sum() or 0)
            facts.append(("amounts", f"{total:,.2f} in all"))
        elif {"price", "quantity"} <= roles.keys():
            total = float((frame[roles["price"]] * frame[roles["quantity"]]).sum() or 0)
            facts.append(("amounts", f"{total:,.2f} in all, price × quantity"))
        elif "price" in roles:
            total = float(frame[roles["price"]].sum() or 0)
            facts.append(("amounts", f"{total:,.2f} in all, one piece a row"))
        elif "time" in roles:
            return [("amounts", "none")]
        if facts:
            known = list(dict.fromkeys(self.currencies))
            facts.append(("currency", ", ".join(known[:5]) if known else "not stated"))
        return facts
