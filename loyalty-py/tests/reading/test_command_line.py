"""From a raw file to the right number, or to a clear word, on the command line."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import loyalty
from loyalty.cli import main

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """Runs a command on a file of this text, orders.csv, with its output in out.csv."""
    monkeypatch.chdir(tmp_path)

    def call(command: str, text: str, *arguments: str) -> tuple[int, str, str]:
        Path("orders.csv").write_text(text)
        code = main([command, "orders.csv", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def totals() -> dict[str, tuple[int, float]]:
    """Customer to frequency and amount in out.csv."""
    with Path("out.csv").open(newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    first = next(iter(rows[0]))
    return {row[first]: (int(row["frequency"]), float(row["total_amount"])) for row in rows}


INVOICES = """Invoice,Quantity,InvoiceDate,Price,Customer ID
1,120,2024-01-02,0.50,7
2,1,2024-01-03,30.00,8
C3,-120,2024-01-09,0.50,7
4,200,2024-02-02,1.00,7
5,1,2024-02-20,30.00,8
"""


def test_what_was_paid_is_price_times_quantity_less_what_came_back(call: Call) -> None:
    code, printed, said = call("score", INVOICES, "-o", "out.csv")
    assert code == 0, said
    assert totals() == {"7": (0, 200.0), "8": (1, 60.0)}
    assert "amounts   260.00 in all, price × quantity" in said
    assert "1 credit of 60.00" in printed
    assert "4 of 5 rows are purchases, observed from 2024-01-02 to 2024-02-20" in printed
    assert call("score", INVOICES, "-o", "out.csv", "--value", "gross")[0] == 0
    assert totals()["7"] == (1, 260.0)
    assert call("score", INVOICES, "--credits", "refuse")[0] == 1
    assert call("fit", INVOICES.replace("30.00", "35.00"))[0] in (0, 3)


def test_guests_are_nobody(call: Call) -> None:
    rows = "NULL,2024-01-01,10\nNULL,2024-01-08,20\n ,2024-01-15,30\n7,2024-01-02,5\n8,2024-01-03,5\n8,2024-01-20,6\n"
    code, _, said = call("score", f"customer_id,date,amount\n{rows}", "-o", "out.csv")
    assert code == 0
    assert totals() == {"7": (0, 5.0), "8": (1, 11.0)}
    assert 'stand for no customer: "NULL" 2' in said
    assert "names no customer in 3 rows (first: line 2" in said


def test_one_wrong_date_is_refused_with_its_line_unless_allowed(call: Call) -> None:
    log = loyalty.datasets.cdnow_path().read_text()
    names = log.splitlines()[0].split(",")
    cells = {"customer_id": "77", "date": "2099-12-31", "amount": "12.5"}
    wrong = log + ",".join(cells.get(name, "1") for name in names) + "\n"
    code, _, said = call("score", wrong)
    assert code == 1
    assert f"line {len(wrong.splitlines())}" in said
    assert "2099-12-31" in said
    code, printed, _ = call("score", wrong, "--dates", "allow")
    assert code == 0
    assert "to 2099-12-31" in printed


def test_statuses_and_currencies_are_looked_at(call: Call) -> None:
    rows = "".join(
        f"{who},2024-01-{1 + day:02},{10 + who}.5,{status},EUR\n"
        for who in range(4)
        for day, status in enumerate(["paid", "cancelled", "storniert", "mystery"])
    )
    text = f"customer,date,amount,status,currency\n{rows}"
    code, printed, _ = call("score", text, "-o", "out.csv")
    assert code == 0
    assert totals()["0"] == (1, 21.0)
    assert "says cancelled in 8 rows (first: line 3" in printed
    assert '"mystery" in 4 rows, kept as purchases' in printed
    assert call("score", text, "-o", "out.csv", "--status-word", "mystery=test")[0] == 0
    assert totals()["0"] == (0, 10.5)
    mixed = text.replace("paid,EUR", "paid,USD")
    code, _, said = call("score", mixed)
    assert code == 1
    assert "--only-currency" in said
    assert call("score", mixed, "-o", "out.csv", "--only-currency", "USD")[0] == 0
    assert totals()["0"] == (0, 10.5)


def test_contacts_are_read_as_orders_are(call: Call, tmp_path: Path) -> None:
    shop = loyalty.simulate(60, seed=3, backend="polars")
    text = shop.lines.write_csv()
    contacts = shop.contacts.with_columns(kosten=shop.contacts["cost"]).drop("cost")
    contacts.write_csv("contacts.csv", separator=";", decimal_comma=True)
    code, _, said = call("score", text, "--contacts", "contacts.csv", "-o", "out.csv")
    assert code == 0, said
    Path("contacts.csv").write_text("customer;date\n1;2024-01-01\n")
    code, _, said = call("score", text, "--contacts", "contacts.csv")
    assert code == 1
    assert "loyalty: orders.csv: contacts.csv: which column is the cost?" in said
    assert call("score", text, "--contacts", "contacts.csv", "-o", "contacts.csv")[0] == 1


def test_names_of_rows_in_notes_are_places_in_the_file(call: Call, tmp_path: Path) -> None:
    text = "order,customer,date,amount,price,quantity\n1,7,2024-01-02,11.5,5.75,2\n2,8,2024-01-03,9.5,4.5,1\n3,9,2024-01-03,4.5,4.5,1\n"
    _, printed, _ = call("score", text)
    assert "as in line 3: 9.5 is not 4.5 × 1" in printed
    with pytest.warns(loyalty.LoyaltyWarning):
        scores = loyalty.score("orders.csv")
    assert any("as in line 3" in note for note in scores.notes)
