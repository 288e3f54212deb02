"""Customers one by one: records as bytes, and the row of the ledger alone."""

from __future__ import annotations

import csv
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import loyalty


def same_rows(ledger: loyalty.Ledger) -> int:
    """Every customer's row, by a record that was bytes and a basis that was text."""
    basis = pickle.loads(pickle.dumps(ledger.basis))
    frame = ledger.to_frame()
    columns = [name for name in frame if name in basis.row(loyalty.CustomerRecord())]
    table = np.column_stack([np.asarray(frame[name]) for name in columns])
    records = ledger.records()
    assert len(records) == len(ledger)
    for record, expected in zip(records, table, strict=True):
        row = basis.row(loyalty.CustomerRecord.from_bytes(record.to_bytes()))
        found = np.array([row[name] for name in columns])
        assert found.tobytes() == expected.tobytes(), (found, expected)
    return len(records)


def test_golden_customers_have_the_rows_of_rust_and_c(golden: Path) -> None:
    basis = loyalty.load(golden / "ledger_basis.json")
    assert isinstance(basis, loyalty.LedgerBasis)
    csv.field_size_limit(1 << 20)
    with (golden / "check_out.csv").open(encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 10
    for expected in rows:
        record = loyalty.CustomerRecord.from_bytes(bytes.fromhex(expected["record"]))
        found = basis.row(record)
        assert {name: float(expected[name]) for name in found} == found


def test_a_simulated_shop_with_sizes_contacts_and_mailings() -> None:
    shop = loyalty.simulate(800, seed=21, backend="pandas")
    lines = shop.lines.assign(
        size=lambda t: (t["order"] % 4).astype(str), brand=lambda t: t["product"] % 9
    )
    mail = shop.contacts.assign(cost=0.25)[["customer", "time", "cost"]]
    ledger = loyalty.Ledger(
        lines, contacts=shop.contacts, marketing=mail, handling=3.0, markdown=0.1, period="week"
    )
    assert same_rows(ledger) == 800 or len(ledger) < 800


def test_the_real_lines_of_online_retail_ii(shared_data: Callable[[str], Path]) -> None:
    table = pd.read_parquet(shared_data("online_retail_ii_returns.parquet"))
    ledger = loyalty.Ledger(table, margin=0.4, handling=3.0)
    assert same_rows(ledger) > 4000


def order(number: int) -> dict[str, list[Any]]:
    return {
        "customer": ["ann"] * 2,
        "time": [f"2024-0{number}-11"] * 2,
        "amount": [20.0 * number, 5.0],
        "line": [f"{number}-a", f"{number}-b"],
    }


def test_orders_told_in_any_order_and_twice_leave_the_same_bytes() -> None:
    one, other = loyalty.CustomerRecord(), loyalty.CustomerRecord()
    for number in (1, 2, 3):
        assert one.add_lines(order(number)) == 2
    for number in (3, 1, 3, 2, 1):
        other.add_lines(order(number))
    assert one.add_return("2-b", "2024-03-01") and other.add_return("2-b", "2024-03-01", amount=5.0)
    one.add_contact("firm_caused", "2024-03-02", 4.0)
    other.add_contact("firm_caused", "2024-03-02", 4.0)
    assert one == other and one.to_bytes() == other.to_bytes() and len(one) == 6
    assert pickle.loads(pickle.dumps(one)) == one
    one.opt_out()
    assert one != other and one.opted_out and not other.opted_out


def test_purchases_are_those_of_the_summary() -> None:
    shop = loyalty.simulate(300, seed=5, backend="pandas")
    ledger = loyalty.Ledger(shop.lines)
    end = shop.lines["time"].max()
    summary = loyalty.Orders(shop.lines[["customer", "time", "amount"]]).summarize(unit="week")
    frame = summary.to_frame()
    for row, record in enumerate(ledger.records()):
        found = record.purchases(end, net=False)
        for name in ("frequency", "recency", "T", "monetary_value"):
            assert found[name] == np.asarray(frame[name])[row]


@pytest.mark.parametrize("how", ["cut", "flip", "tail", "nothing"])
def test_damaged_bytes_are_an_error(how: str) -> None:
    record = loyalty.CustomerRecord()
    record.add_lines(order(1))
    stored = record.to_bytes()
    middle = len(stored) // 2
    broken = {
        "cut": stored[:middle],
        "flip": stored[:middle] + bytes([stored[middle] ^ 4]) + stored[middle + 1 :],
        "tail": stored + b"\0",
        "nothing": b"",
    }[how]
    with pytest.raises(loyalty.ModelFileError, match="the record of a customer"):
        loyalty.CustomerRecord.from_bytes(broken)


def test_refusals_name_what_is_wrong() -> None:
    record = loyalty.CustomerRecord()
    record.add_lines(order(1))
    with pytest.raises(loyalty.InputError, match="number of customers must be 1"):
        record.add_lines({**order(2), "customer": ["ann", "bob"]})
    with pytest.raises(loyalty.InputError, match='column "line" is missing'):
        record.add_lines({name: order(2)[name] for name in ("customer", "time", "amount")})
    with pytest.raises(loyalty.InputError, match="one of the customer's lines, got 9-z"):
        record.add_return("9-z", "2024-02-01")
    with pytest.raises(loyalty.InputError, match="service, firm_caused or marketing"):
        record.add_contact("call", "2024-02-01", 1.0)  # type: ignore[arg-type]
    ledger = loyalty.Ledger({**order(1), "product": [1, 2]}, margin=0.3)
    with pytest.raises(loyalty.InputError, match='needs the column "product", which is missing'):
        ledger.basis.row(record)
    with pytest.raises(loyalty.InputError, match="at or after the start of the ledger"):
        ledger.basis.row(ledger.records()[0], end="1999-01-01")
