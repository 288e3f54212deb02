"""Queries of SQLite and DuckDB, and what a database refuses."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

import loyalty
from loyalty.cli import main

ROWS = [(7, "2024-01-02", 5.5, "x"), (7, "2024-02-02", 6.25, None), (8, "2024-02-05", 9.5, "y")]
QUERY = "select kunde, bestelldatum, betrag from bestellungen where betrag > 6"


@pytest.fixture(params=["sqlite", "duckdb"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"shop.{request.param}"
    module: Any = sqlite3 if request.param == "sqlite" else duckdb
    connection = module.connect(str(path))
    connection.execute(
        "create table bestellungen (kunde integer, bestelldatum text, betrag double, notiz text)"
    )
    connection.executemany("insert into bestellungen values (?, ?, ?, ?)", ROWS)
    connection.commit()
    connection.close()
    return path


def test_a_query_is_read_as_a_file_is(database: Path) -> None:
    table = loyalty.read_sql(QUERY, database)
    assert table.columns == {"customer": "kunde", "time": "bestelldatum", "amount": "betrag"}
    assert table.frame["betrag"].to_list() == [6.25, 9.5]
    assert str(table.frame["bestelldatum"].to_list()[0]) == "2024-02-02"
    assert table.place(0) == "row 1 of the result"
    everything = loyalty.read_sql("select * from bestellungen", str(database))
    assert len(everything) == 3


def test_the_command_line_reads_a_query(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scores.parquet"
    arguments = ["--sql", QUERY, "--database", str(database)]
    assert main(["score", *arguments, "-o", str(out)]) == 0
    assert "a query of" in capsys.readouterr().err
    assert pl.read_parquet(out)["total_amount"].to_list() == [6.25, 9.5]
    assert main(["check", *arguments]) == 0
    for wrong, message in (
        (
            ["--sql", "select nonsense", "--database", str(database)],
            "the database refuses the query: ",
        ),
        (["--sql", "drop table bestellungen", "--database", str(database)], "the"),
        (["--sql", QUERY], "--sql and --database go together"),
        (["--sql", QUERY, "--database", "none.db"], "there is no database 'none.db'"),
        (
            ["--sql", QUERY, "--database", "mysql://x/y"],
            "databases of the kind mysql are not known",
        ),
        (
            ["x.csv", "--sql", QUERY, "--database", str(database)],
            "take the place of the input file",
        ),
    ):
        assert main(["score", *wrong]) == 1
        said = capsys.readouterr().err
        assert message in said
        assert len(said.strip().splitlines()) == 1
    assert len(loyalty.read_sql("select * from bestellungen", database)) == 3
    assert main(["score", *arguments, "-o", str(database)]) == 1
    assert "would write over the input" in capsys.readouterr().err


def test_an_open_connection_stays_open() -> None:
    shop = sqlite3.connect(":memory:")
    shop.execute("create table orders (customer_id, ordered_at, total)")
    shop.executemany(
        "insert into orders values (?, ?, ?)", [(7, "2024-01-02", 9), ("8", "2024-01-03", 9.5)]
    )
    table = loyalty.read_sql("select * from orders", shop)
    assert table.frame["customer_id"].to_list() == [7, 8]
    assert table.frame["total"].to_list() == [9, 9.5]
    assert shop.execute("select count(*) from orders").fetchone() == (2,)
    assert len(loyalty.read_sql("select * from orders where total > 100", shop)) == 0
    with pytest.raises(loyalty.InputError, match="refuses the query: no such table"):
        loyalty.read_sql("select * from elsewhere", shop)


@pytest.mark.parametrize(("driver", "extra"), [("duckdb", "duckdb"), ("psycopg", "postgres")])
def test_a_driver_that_is_not_installed_is_named(
    driver: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, driver, None)
    (tmp_path / "shop.duckdb").write_bytes(b"\0" * 32)
    address = (
        "postgresql://nobody@localhost/shop" if driver == "psycopg" else tmp_path / "shop.duckdb"
    )
    with pytest.raises(loyalty.InputError, match=rf"pip install 'loyalty\[{extra}\]'"):
        loyalty.read_sql("select 1", address)
