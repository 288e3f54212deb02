"""What else is known of customers: columns of a table of theirs, or of the order log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalty.cli import columns, inputs, report
from loyalty.errors import InputError
from loyalty.reading import cells
from loyalty.reading.files import open_source
from loyalty.reading.roles import ROLES, choose
from loyalty.reading.source import polars

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Sequence

    import polars as pl

    import loyalty
    from loyalty.reading.source import Source


def table(
    options: argparse.Namespace,
    customers: loyalty.CustomerSummary,
    names: Sequence[str] | None,
    levels: Collection[str] | None,
) -> pl.DataFrame:
    """The covariates of the summary's customers, in its order: those asked for, or those of models."""
    source: Source = options.source
    if options.known:
        source = open_source(options.known, inputs.dialect(options))
    where = options.known or inputs.label(options)
    wanted = _wanted(options.covariates, source.names) if names is None else list(names)
    for name in wanted:
        if source.names.count(name) != 1:
            often = "missing" if name not in source.names else "there twice"
            raise InputError(
                f'column "{name}" of {where} is {often}; the table has {", ".join(source.names)}'
            )
    read = _read(options, source, wanted, levels)
    rows = _of_file(options, source, read, where) if options.known else _of_log(options, read)
    joined = _joined(customers, rows, where)
    if names is None:
        report.say("covariates", "; ".join(_said(joined[name]) for name in wanted))
    return joined


def _wanted(given: Sequence[str], names: Sequence[str]) -> list[str]:
    """The columns that were named, several by commas unless a column is called so."""
    parts = [text.split(",") if text not in names else [text] for text in given]
    return list(dict.fromkeys(name.strip() for part in parts for name in part))


def _read(
    options: argparse.Namespace,
    source: Source,
    names: Sequence[str],
    levels: Collection[str] | None,
) -> pl.DataFrame:
    """The cells of the covariates: numbers, or the names of levels."""
    at = [source.names.index(name) for name in names]
    loaded = source.load(at)
    if levels is None:
        levels = _wanted(options.levels, source.names)
        for name in levels:
            if name not in names:
                raise InputError(f'--levels {name}: "{name}" is none of the covariates')
        guess = True
    else:
        guess = False
    read = []
    for name, position in zip(names, at, strict=True):
        own = loaded[str(position)].alias(name)
        text = cells.blanked(own.cast(polars().String))
        if name in levels or (guess and not _numeric(own, text)):
            read.append(text.alias(name))
        else:
            read.append(columns.numbers(own, options.decimal, source.place).alias(name))
    frame: pl.DataFrame = polars().DataFrame(read)
    return frame


def _numeric(column: pl.Series, text: pl.Series) -> bool:
    """Whether a column holds numbers, or yes and no."""
    if column.dtype.is_numeric() or column.dtype == polars().Boolean:
        return True
    number = text.str.contains(r"^[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?$")
    return cells.flags(column) is not None or bool(number.all())


def _of_file(
    options: argparse.Namespace, source: Source, read: pl.DataFrame, where: str
) -> pl.DataFrame:
    """A row for each customer of a table of customers, with their ids."""
    orders: loyalty.OrderTable = options.table
    name = orders.columns["customer"]
    if name not in source.names:
        roles = {"customer": ROLES["customer"]}
        name = choose(source.names, roles=roles, needed=("customer",)).columns["customer"]
    ids = columns.levels(source.load([source.names.index(name)]).to_series().alias(name))
    kind = orders.frame.schema[orders.columns["customer"]]
    try:
        ids = ids.cast(kind)
    except polars().exceptions.PolarsError:
        ours = orders.frame[orders.columns["customer"]]
        raise InputError(
            f'column "{name}" of {where} has ids such as "{ids[0]}" and column "{ours.name}" of the '
            f'orders such as "{ours[0]}": they cannot be joined'
        ) from None
    twice = ids.drop_nulls().filter(ids.drop_nulls().is_duplicated())
    if len(twice):
        raise InputError(f"{where} has several rows for the customer {twice[0]}")
    return read.with_columns(ids.alias(_ID)).drop_nulls(_ID)


#: The column of ids on the way to the summary's customers.
_ID = " id"


def _of_log(options: argparse.Namespace, read: pl.DataFrame) -> pl.DataFrame:
    """The first row of each customer of the order log, by time."""
    orders: loyalty.OrderTable = options.table
    rows = read if orders.rows is None else read[orders.rows]
    frame = rows.with_columns(
        orders.frame[orders.columns["customer"]].alias(_ID),
        orders.frame[orders.columns["time"]].alias(" time"),
    ).drop_nulls(_ID)
    ordered = frame.sort(" time", maintain_order=True).drop(" time")
    for name in read.columns:
        several = int((ordered.group_by(_ID).agg(polars().col(name).n_unique())[name] > 1).sum())
        if several:
            report.say(
                "covariates",
                f'column "{name}" changes within {several:,} customers: the first row of each counts',
            )
    return ordered.unique(_ID, keep="first", maintain_order=True)


def _joined(customers: loyalty.CustomerSummary, rows: pl.DataFrame, where: str) -> pl.DataFrame:
    """The rows of the summary's customers, in its order."""
    ids = polars().Series(_ID, customers.customer, dtype=rows.schema[_ID])
    without = ids.filter(~ids.is_in(rows[_ID].implode()))
    if len(without):
        more = f" (and {len(without) - 1:,} more)" if len(without) > 1 else ""
        raise InputError(f"{where} has no row for the customer {without[0]}{more}")
    joined: pl.DataFrame = ids.to_frame().join(rows, on=_ID, how="left", maintain_order="left")
    for name in joined.columns:
        blank = joined.filter(joined[name].is_null())
        if len(blank):
            more = f" (and {len(blank) - 1:,} more)" if len(blank) > 1 else ""
            raise InputError(
                f'column "{name}" of {where}: the cell of the customer {blank[_ID][0]} is missing{more}'
            )
    return joined.rename({_ID: customers._customer})


def _said(column: pl.Series) -> str:
    """A column of covariates in a few words."""
    if column.dtype != polars().String:
        return f"{column.name}: numbers from {_shown(column.min())} to {_shown(column.max())}"
    counted: list[str] = column.cast(polars().String).value_counts(sort=True)[column.name].to_list()
    more = f" and {len(counted) - 5} more" if len(counted) > 5 else ""
    return f"{column.name}: levels {', '.join(counted[:5])}{more}"


def _shown(number: object) -> str:
    return f"{number:g}" if isinstance(number, float) else str(number)
