"""Options that say how a file is read, and the reading."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from loyalty.cli.steps import beside
from loyalty.errors import InputError
from loyalty.reading.files import Dialect, open_source
from loyalty.reading.orders import table_of
from loyalty.reading.roles import CONTACTS, NEEDED, ROLES, Names
from loyalty.reading.source import polars
from loyalty.reading.sql import query_source
from loyalty.reading.table import Options, OrderTable
from loyalty.reading.times import Clock

if TYPE_CHECKING:
    import polars as pl

    from loyalty.reading.source import Source

#: Roles without which nothing can be scored; the others are columns of order lines.
COMMON = ("customer", "time", "amount")
#: Further columns that a command has an option for.
LINES = tuple(role for role in ROLES if role not in {*COMMON, "line", "returned"})


def add(command: argparse.ArgumentParser, roles: Iterable[str]) -> None:
    """Adds an order log and how it is read to a command."""
    group = _named(command, "order log", roles)
    group.add_argument(
        "--columns",
        metavar="ROLE=COL",
        action="append",
        default=[],
        type=pair,
        help=f"the column of a role: {', '.join(ROLES)}; may be repeated",
    )
    group.add_argument(
        "--without",
        metavar="ROLE",
        action="append",
        default=[],
        help="take no column for this role",
    )
    written = command.add_argument_group("how the file is written")
    _times(written)
    _dialect(written)
    written.add_argument(
        "--preset", metavar="NAME", help="the layout, such as Shopify; none for none"
    )


def add_table(command: argparse.ArgumentParser, what: str, roles: Iterable[str]) -> None:
    """Adds another table and how it is read to a command."""
    _named(command, what, roles)
    _dialect(command.add_argument_group("how the file is written"))


def _named(
    command: argparse.ArgumentParser, what: str, roles: Iterable[str]
) -> argparse._ArgumentGroup:
    """The input, and an option for the column of each role."""
    command.add_argument(
        "input",
        metavar="INPUT",
        nargs="?",
        help=f"{what}: .csv, .tsv, .txt, .xlsx, .parquet, .json, .jsonl, also in gzip; - for standard "
        "input",
    )
    group = command.add_argument_group("columns")
    for role in roles:
        group.add_argument(
            f"--{role.replace('_', '-')}",
            metavar="COL",
            help=f"the column of the {role.replace('_', ' ')}",
        )
    return group


def _times(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--time-format", metavar="FORM", help='such as "%%d.%%m.%%Y %%H:%%M"')
    group.add_argument(
        "--day-first",
        action=argparse.BooleanOptionalAction,
        help="whether 03/04/2024 is in April",
    )


def _dialect(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--decimal", choices=(",", "."), help="the decimal mark of numbers")
    group.add_argument("--separator", metavar="CHAR", help="between the cells of a text file")
    group.add_argument("--encoding", metavar="NAME", help="of a text file, such as cp1252")
    group.add_argument("--sheet", metavar="NAME", help="of an Excel file; by default the first")
    group.add_argument("--sql", metavar="QUERY", help="read what this query gives, with --database")
    group.add_argument(
        "--database", metavar="DB", help="a file of SQLite or DuckDB, or a postgresql:// address"
    )


#: Options of Python that messages name, as options of the command line.
_NAMED = re.compile(
    r"\b(dates|discount_unit|only_currency|guests|joins|credits|value|invalid|interval_kind)=\\?\"([^\"]*)\\?\""
)


def in_options(message: str) -> str:
    """A message with the options of Python that it names as those of the command line."""
    return _NAMED.sub(lambda found: f"--{found[1].replace('_', '-')} {found[2]}", message)


def pair(text: str) -> tuple[str, str]:
    role, sign, name = text.partition("=")
    if not sign or not role or not name:
        raise argparse.ArgumentTypeError(f"expected ROLE=COLUMN, got {text!r}")
    return role.replace("-", "_"), name


def label(options: argparse.Namespace) -> str:
    """What the input is called in messages."""
    if options.input is None:
        return str(options.database or "loyalty")
    return "standard input" if options.input == "-" else str(options.input)


def source(options: argparse.Namespace) -> Source:
    """The input of a command, open."""
    if options.sql is not None or options.database is not None:
        if options.input is not None:
            raise InputError(
                "--sql and --database take the place of the input file: give one of both"
            )
        if options.sql is None or options.database is None:
            raise InputError("--sql and --database go together")
        return query_source(options.sql, options.database)
    return open_source(options.input, dialect(options))


def dialect(options: argparse.Namespace) -> Dialect:
    """How the caller says that a text or a sheet is written."""
    return Dialect(options.encoding, options.separator, options.sheet)


def reading(
    options: argparse.Namespace,
    named: Mapping[str, str | None],
    roles: Mapping[str, Names] = ROLES,
    needed: Iterable[str] = NEEDED,
) -> Options:
    """How the caller says that a table is read."""
    columns = {role: name for role, name in named.items() if name is not None}
    for role, name in options.columns:
        if columns.setdefault(role, name) != name:
            raise InputError(f'the {role} is named twice, "{columns[role]}" and "{name}"')
    return Options(
        columns=columns,
        without=[role.replace("-", "_") for role in options.without],
        dialect=dialect(options),
        clock=Clock(
            options.time_format,
            options.day_first,
            options.time_zone,
            option="--day-first or --no-day-first",
            form_option="--time-format, such as %y-%m-%d",
        ),
        decimal=options.decimal,
        preset=options.preset,
        invalid=getattr(options, "invalid", "raise"),
        roles=roles,
        needed=tuple(needed),
        option=_option,
        decimal_option="--decimal , or --decimal .",
        invalid_option="--invalid drop",
        without_option=lambda role: f"--without {role}",
    )


def _option(role: str) -> str:
    return f"--{role}" if role in COMMON else f"--columns {role}=NAME"


def orders(options: argparse.Namespace, roles: Iterable[str]) -> OrderTable:
    """The order lines of the input, with what was understood of them said."""
    roles = tuple(roles)
    refuse_overwriting(options)
    named = {role: getattr(options, role, None) for role in roles}
    known = {role: ROLES[role] for role in ROLES if role in roles}
    options.source = source(options)
    table = table_of(options.source, reading(options, named, known), label(options))
    options.table = table
    tell(table)
    return table


#: Further tables, each with customers, times and costs.
TABLES = ("contacts", "marketing")


def other(options: argparse.Namespace, which: str, table: OrderTable) -> pl.DataFrame | None:
    """The table of ``--contacts`` or ``--marketing``, its columns called like their roles."""
    path = getattr(options, which, None)
    if path is None:
        return None
    found = beside_lines(options, path, CONTACTS, ("customer", "time", "cost"))
    return found.frame.rename({name: role for role, name in found.columns.items()})


def beside_lines(
    options: argparse.Namespace,
    path: str,
    roles: Mapping[str, Names],
    needed: tuple[str, ...],
    named: Mapping[str, str | None] | None = None,
) -> OrderTable:
    """A further table, written as the first is, with columns of its own."""
    plain = argparse.Namespace(**vars(options) | {"columns": [], "without": [], "preset": "none"})
    how = reading(plain, named or {}, roles, needed)
    try:
        return table_of(open_source(path, how.dialect), how, path)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def with_ids_of(table: OrderTable, role: str, found: OrderTable, its: str) -> pl.DataFrame:
    """A further table with ids of the type that the first has: whole numbers may be text in another."""
    name = found.columns[its]
    kind = table.frame.schema[table.columns[role]]
    try:
        return found.frame.cast({name: kind})
    except polars().exceptions.PolarsError:
        ours, theirs = table.frame[table.columns[role]], found.frame[name]
        raise InputError(
            f'column "{name}" of {found.understood.source} has ids such as "{theirs[0]}" and column '
            f'"{ours.name}" of the orders such as "{ours[0]}": they cannot be joined'
        ) from None


def tell(table: OrderTable) -> None:
    """Says what was understood, before anything is made of it."""
    for line in str(table.understood).splitlines():
        beside(line)


#: Options that name files to write.
_WRITTEN = ("output", "purchases", "spend", "save")
#: Options that name files to read.
_READ = ("input", "contacts", "marketing", "treatments", "returns", "known", "database")


def refuse_overwriting(options: argparse.Namespace) -> None:
    """Nothing that is read may be written over, by whatever name it goes."""
    for written in _WRITTEN:
        target = getattr(options, written, None)
        if not target:
            continue
        for read in _READ:
            given = getattr(options, read, None)
            if given and _same(str(given), str(target)):
                option = "-o" if written == "output" else f"--{written}"
                raise InputError(
                    f"{option} {target} would write over the {_what(read)}: name another file to write"
                )


def _what(read: str) -> str:
    if read in ("input", "database"):
        return "input"
    return f"{'customers' if read == 'known' else read} that are read"


def _same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return Path(os.path.realpath(one)) == Path(os.path.realpath(other))
