"""Queries of a PostgreSQL server, which the tests start for themselves where one is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import loyalty
from loyalty.cli import main

psycopg = pytest.importorskip("psycopg")
SHOP = """
create table orders (
  customer_id bigint, ordered_at timestamptz, total numeric(10, 2), status text, number uuid
);
insert into orders values
  (7, '2024-01-02 23:30:00+00', 5.50, 'paid', gen_random_uuid()),
  (7, '2024-02-02 10:00:00+00', 6.25, 'paid', gen_random_uuid()),
  (8, '2024-02-05 12:00:00+00', 9.50, 'cancelled', gen_random_uuid()),
  (null, '2024-02-06 12:00:00+00', 4.00, null, null);
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server on a socket of its own, in a folder that goes with it."""
    # Debian keeps them out of the way of commands.
    places = os.pathsep.join(
        [os.environ["PATH"], *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
    )
    tools = [shutil.which(name, path=places) for name in ("initdb", "pg_ctl")]
    if None in tools:
        pytest.skip("no PostgreSQL server is installed")
    initdb, pg_ctl = map(str, tools)
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    # The server does not run as root.
    other: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
    try:
        if other:
            shutil.chown(folder, "postgres")
        data, log = str(folder / "data"), str(folder / "log")
        quiet: dict[str, Any] = dict(
            check=True, stdout=subprocess.DEVNULL, cwd=folder, timeout=120, **other
        )
        subprocess.run([initdb, "-D", data, "-U", "shop", "-A", "trust", "-E", "UTF8"], **quiet)
        options = f"-k {folder} -c listen_addresses=''"
        subprocess.run([pg_ctl, "-D", data, "-l", log, "-o", options, "-w", "start"], **quiet)
        try:
            found = f"postgresql://shop@/postgres?host={folder}"
            with psycopg.connect(found) as connection:
                connection.execute(SHOP)
            yield found
        finally:
            subprocess.run([pg_ctl, "-D", data, "-m", "immediate", "stop"], **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_query_is_read_with_the_types_of_the_server(address: str) -> None:
    table = loyalty.read_sql("select * from orders order by ordered_at", address)
    assert table.columns == {
        "customer": "customer_id", "time": "ordered_at", "amount": "total", "status": "status",
    }  # fmt: skip
    assert table.frame["total"].to_list() == [5.5, 6.25, 9.5, 4.0]
    assert table.frame["customer_id"].to_list() == [7, 7, 8, None]
    berlin = loyalty.read_sql("select * from orders", address, time_zone="Europe/Berlin")
    with pytest.warns(loyalty.LoyaltyWarning, match="fewer customers than scores"):
        scores = loyalty.score(berlin)
    # The first order is of 3 January there; the cancelled one and that of a guest are left out.
    assert scores.table_report is not None and "from 2024-01-03" in scores.table_report.sentences[0]
    assert scores.to_frame()["total_amount"].to_list() == [11.75]


def test_a_connection_stays_open(address: str) -> None:
    with psycopg.connect(address) as connection:
        found = loyalty.read_sql("select customer_id, ordered_at, total from orders", connection)
        assert len(found) == 4 and not connection.closed


def test_nothing_is_written_and_what_is_refused_is_said(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(loyalty.InputError, match="refuses the query: cannot execute DROP TABLE"):
        loyalty.read_sql("drop table orders", address)
    with pytest.raises(loyalty.InputError, match='refuses the query: relation "nonsense"'):
        loyalty.read_sql("select * from nonsense", address)
    with pytest.raises(loyalty.InputError, match="the database refuses the query: "):
        loyalty.read_sql("select 1", "postgresql://shop@/postgres?host=/nowhere")
    out = tmp_path / "scores.parquet"
    query = "select customer_id, ordered_at, total from orders where customer_id = 7"
    assert main(["score", "--sql", query, "--database", address, "-o", str(out)]) == 0
    assert "a query of PostgreSQL" in capsys.readouterr().err
    assert pl.read_parquet(out)["total_amount"].to_list() == [11.75]
