"""Rows of a database, by the driver of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyalty.errors import InputError
from loyalty.reading import times
from loyalty.reading.files import held
from loyalty.reading.orders import table_of
from loyalty.reading.source import Source, polars
from loyalty.reading.table import Options, OrderTable
from loyalty.report import Invalid

if TYPE_CHECKING:
    import polars as pl

__all__ = ["query_source", "read_sql"]

_SQLITE = b"SQLite format 3\x00"


def read_sql(
    query: str,
    database: Any,
    *,
    columns: Mapping[str, str | None] | None = None,
    without: Collection[str] = (),
    time_format: str | None = None,
    day_first: bool | None = None,
    decimal: str | None = None,
    time_zone: str | None = None,
    preset: str | None = None,
    invalid: Invalid = "raise",
) -> OrderTable:
    """Reads what a query gives, as :func:`read_orders` reads a file.

    Parameters
    ----------
    query : str
        A query in the dialect of the database.
    database : str, path or connection
        A file of SQLite or DuckDB, an address such as ``postgresql://user@host/shop``, or an open
        connection of Python's DB-API, which stays open. Files are opened for reading only.
    columns, without, time_format, day_first, decimal, time_zone, preset, invalid
        As for :func:`read_orders`.

    Returns
    -------
    OrderTable

    Raises
    ------
    InputError
        As :func:`read_orders`, and where the driver is not installed or the database refuses.

    Examples
    --------
    >>> import loyalty, sqlite3
    >>> shop = sqlite3.connect(":memory:")
    >>> _ = shop.execute("create table orders (customer_id, ordered_at, total)")
    >>> _ = shop.execute("insert into orders values (7, '2024-01-02', 9.5)")
    >>> loyalty.read_sql("select * from orders", shop)
    <OrderTable: 1 rows, customer customer_id, time ordered_at, amount total>
    """
    options = Options(
        columns=columns or {},
        without=without,
        clock=times.Clock(time_format, day_first, time_zone),
        decimal=decimal,
        preset=preset,
        invalid=invalid,
    )
    return table_of(query_source(query, database), options)


def query_source(query: str, database: Any) -> Source:
    """The rows of a query."""
    if hasattr(database, "cursor"):
        return _rows(database, query, "SQL", (Exception,))
    address = str(database)
    if address.startswith(("postgresql://", "postgres://")):
        return _postgres(query, address)
    if "://" in address:
        kind = address.partition("://")[0]
        raise InputError(
            f"databases of the kind {kind} are not known: give a file of SQLite or DuckDB, a postgresql:// "
            "address, or in Python an open connection"
        )
    path = Path(address)
    if not path.is_file():
        raise InputError(f"there is no database {address!r}")
    with path.open("rb") as file:
        start = file.read(16)
    return _sqlite(query, path) if start == _SQLITE else _duckdb(query, path)


def _sqlite(query: str, path: Path) -> Source:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        return _rows(connection, query, "SQLite", (sqlite3.Error, sqlite3.Warning))
    finally:
        connection.close()


def _duckdb(query: str, path: Path) -> Source:
    try:
        import duckdb
    except ImportError:
        raise InputError("reading DuckDB needs its driver: pip install 'loyalty[duckdb]'") from None
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            return _told(connection.sql(query).pl(), "DuckDB")
    except duckdb.Error as error:
        raise _refused(error) from None
    except AttributeError:
        raise InputError("the query gives no rows: write a select") from None


def _postgres(query: str, address: str) -> Source:
    try:
        import psycopg  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise InputError(
            "reading PostgreSQL needs its driver: pip install 'loyalty[postgres]'"
        ) from None
    try:
        with psycopg.connect(address) as connection:
            connection.read_only = True
            return _rows(connection, query, "PostgreSQL", (psycopg.Error,))
    except psycopg.Error as error:
        raise _refused(error) from None


def _rows(connection: Any, query: str, kind: str, errors: tuple[type[Exception], ...]) -> Source:
    """All rows by the DB-API, column by column."""
    pl = polars()
    cursor = connection.cursor()
    try:
        cursor.execute(query)
        if cursor.description is None:
            raise InputError("the query gives no rows: write a select")
        names = [str(column[0]) for column in cursor.description]
        rows = cursor.fetchall()
    except InputError:
        raise
    except errors as error:
        raise _refused(error) from None
    finally:
        cursor.close()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    frame = pl.DataFrame([_series(str(at), values) for at, values in enumerate(columns)])
    return _told(frame, kind, names)


def _series(name: str, values: Any) -> pl.Series:
    """A column of one type; SQLite lets cells of different types stand in one, which are then text."""
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) > 1 and not kinds <= {int, float}:
        values = [None if value is None else str(value) for value in values]
    column: pl.Series
    try:
        column = polars().Series(name, values, strict=False)
    except (TypeError, ValueError, polars().exceptions.PolarsError):
        text = [None if value is None else str(value) for value in values]
        column = polars().Series(name, text)
    return column


def _told(frame: pl.DataFrame, kind: str, names: list[str] | None = None) -> Source:
    place: Callable[[int], str] = lambda row: f"row {row + 1} of the result"  # noqa: E731
    return held(frame, f"a query of {kind}", names or frame.columns, place)


def _refused(error: Exception) -> InputError:
    return InputError(f"the database refuses the query: {str(error).splitlines()[0]}")
