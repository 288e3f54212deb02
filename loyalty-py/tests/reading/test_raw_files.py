"""Public order files as they are found, against totals that Python's csv module gives."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import loyalty
from loyalty.cli import main

Find = Callable[[str], Path]


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a file, read without the package."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return list(csv.DictReader(file))


def total(table: loyalty.OrderTable) -> float:
    paid = table.columns.get("amount")
    if paid is not None:
        return float(table.frame[paid].sum())
    price, quantity = (table.frame[table.columns[role]] for role in ("price", "quantity"))
    return float((price * quantity).sum())


FILES: list[tuple[str, str, Callable[[dict[str, str]], Any], str, str, list[str]]] = [
    ("superstore.csv", "Customer ID", lambda row: row["Sales"], "2016-01-03", "2019-12-30", ["--without", "discount"]),
    ("sales_data_sample.csv", "CUSTOMERNAME", lambda row: row["SALES"], "2003-01-06", "2005-05-31", []),
    ("chinook_invoice.csv", "CustomerId", lambda row: row["Total"], "2021-01-01", "2025-12-22", []),
    ("chinook_lines.csv", "CustomerId", lambda row: Decimal(row["UnitPrice"]) * int(row["Quantity"]), "2021-01-01", "2025-12-22", []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "customer", "paid", "first", "last", "options"), FILES)
def test_totals_customers_and_periods_are_those_of_the_file(
    name: str,
    customer: str,
    paid: Callable[[dict[str, str]], Any],
    first: str,
    last: str,
    options: list[str],
    shared_data: Find,
) -> None:
    path = shared_data(f"raw/{name}")
    table = loyalty.read_orders(path)
    found = rows(path)
    assert len(table) == len(found)
    assert total(table) == pytest.approx(float(sum(Decimal(paid(row)) for row in found)), rel=1e-12)
    expected = Counter(row[customer].strip() for row in found)
    ids = table.frame[table.columns["customer"]]
    assert Counter(map(str, ids.to_list())) == expected
    assert dict(table.understood.facts)["period"] == f"{first} to {last}"


@pytest.mark.parametrize(("name", "customer", "paid", "first", "last", "options"), FILES)
def test_each_is_scored_with_at_most_one_option(
    name: str,
    customer: str,
    paid: Any,
    first: str,
    last: str,
    options: list[str],
    shared_data: Find,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = shared_data(f"raw/{name}")
    code = main(["score", str(path), "-o", str(tmp_path / "scores.csv")])
    if code != 0:
        capsys.readouterr()
        code = main(["score", str(path), "-o", str(tmp_path / "scores.csv"), *options])
    said = capsys.readouterr().err
    assert code == 0, said
    assert f"{first} to {last}" in said
    with (tmp_path / "scores.csv").open(newline="") as file:
        scored = {row[customer] for row in csv.DictReader(file)}
    assert scored <= {row[customer].strip() for row in rows(path)}
    assert len(scored) > 40


def test_orders_without_amounts_are_scored_without_money(
    shared_data: Find, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shared_data("raw/nw_orders.csv")
    assert main(["score", str(path)]) == 0
    captured = capsys.readouterr()
    assert "amounts   none" in captured.err
    assert "no expected spend and lifetime value: they need amounts" in captured.out


def test_lines_without_customers_end_in_one_sentence(
    shared_data: Find, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shared_data("raw/nw_order_details.csv")
    assert main(["score", str(path)]) == 1
    said = capsys.readouterr().err
    assert said == (
        f"loyalty: {path}: which column is the customer? no column looks so; name it with --customer "
        "(the table has OrderID, ProductID, UnitPrice, Quantity, Discount)\n"
    )


@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")
def test_online_retail_is_scored_raw_in_one_call(shared_data: Find) -> None:
    path = shared_data("online_retail_ii.parquet")
    raw = pl.read_parquet(path)
    paid = raw["qty"] * raw["price"]
    table = loyalty.read_orders(path)
    assert total(table) == pytest.approx(paid.sum(), rel=1e-12)
    scores = loyalty.score(table)
    assert scores.table_report is not None
    rows, known = scores.table_report.rows, raw["cust"].is_not_null()
    assert {refusal.reason: refusal.rows for refusal in rows.left_out} == {
        "guest": int((~known).sum())
    }
    assert rows.credits is not None
    assert rows.credits.rows == int((known & (raw["qty"] < 0)).sum())
    assert rows.credits.money == pytest.approx(
        -paid.filter(known & (raw["qty"] < 0)).sum(), rel=1e-9
    )
    bought = paid.filter(known & (raw["qty"] > 0)).sum()
    net = scores.to_frame()["total_amount"].sum()
    assert net == pytest.approx(bought - rows.credits.money_matched, rel=1e-6)
