"""Which column is what: names in English and German, of public files, and what is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import loyalty
from loyalty.cli import main
from loyalty.reading.roles import NEEDED, ROLES, choose, folded


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("customer,date,amount", {"customer": "customer", "time": "date", "amount": "amount"}),
        ("Kunde,Bestelldatum,Betrag", {"customer": "Kunde", "time": "Bestelldatum", "amount": "Betrag"}),
        ("Kundennummer,Datum,Summe (€)", {"customer": "Kundennummer", "time": "Datum", "amount": "Summe (€)"}),
        ("Kunden-ID,Rechnungsdatum,Einzelpreis,Menge,Artikelnummer,Bestellnummer", {"customer": "Kunden-ID", "time": "Rechnungsdatum", "price": "Einzelpreis", "quantity": "Menge", "order": "Bestellnummer", "product": "Artikelnummer"}),
        ("KUNDEN_NR,BESTELLT_AM,Stückpreis,Stück", {"customer": "KUNDEN_NR", "price": "Stückpreis", "quantity": "Stück"}),
        ("Kdnr.,Datum,Anzahl,Preis,Artikel,Warengruppe,Status,Währung", {"customer": "Kdnr.", "time": "Datum", "price": "Preis", "quantity": "Anzahl", "product": "Artikel", "category": "Warengruppe", "status": "Status", "currency": "Währung"}),
        ("Kunde,Datum,Betrag,Artikel,Größe,Marke", {"customer": "Kunde", "time": "Datum", "amount": "Betrag", "product": "Artikel", "size": "Größe", "brand": "Marke"}),
        ("customer_id,order_date,amount,sku,Shoe Size,Brand Name,manufacturer", {"customer": "customer_id", "time": "order_date", "amount": "amount", "product": "sku", "size": "Shoe Size", "brand": "Brand Name"}),
        ("Id,Date,Price", {"customer": "Id", "time": "Date", "amount": "Price"}),
        ("customer_id,trans_date,tran_amount", {"customer": "customer_id", "time": "trans_date", "amount": "tran_amount"}),
        ("cust,date,sales", {"customer": "cust", "time": "date", "amount": "sales"}),
        ("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country", {"customer": "CustomerID", "time": "InvoiceDate", "price": "UnitPrice", "quantity": "Quantity", "order": "InvoiceNo", "product": "StockCode"}),
        ("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country", {"customer": "Customer ID", "time": "InvoiceDate", "price": "Price", "quantity": "Quantity", "order": "Invoice", "product": "StockCode"}),
        ("ORDERNUMBER,QUANTITYORDERED,PRICEEACH,SALES,ORDERDATE,STATUS,PRODUCTLINE,PRODUCTCODE,CUSTOMERNAME", {"customer": "CUSTOMERNAME", "time": "ORDERDATE", "amount": "SALES", "price": "PRICEEACH", "quantity": "QUANTITYORDERED", "order": "ORDERNUMBER", "product": "PRODUCTCODE", "category": "PRODUCTLINE", "status": "STATUS"}),
        ("Order ID,Order Date,Ship Date,Customer ID,Customer Name,Product ID,Category,Sub-Category,Sales,Quantity,Discount,Profit", {"customer": "Customer ID", "time": "Order Date", "amount": "Sales", "quantity": "Quantity", "order": "Order ID", "product": "Product ID", "category": "Category", "discount": "Discount"}),
        ("order_id,user_id,email,created_at,total,currency", {"customer": "user_id", "time": "created_at", "amount": "total", "order": "order_id", "currency": "currency"}),
        ("id,Email,Date,Total", {"customer": "Email", "time": "Date", "amount": "Total"}),
        ("customer,customer_id,date,amount", {"customer": "customer_id", "time": "date", "amount": "amount"}),
        ("date,InvoiceDate,client,value,total", {"customer": "client", "time": "InvoiceDate", "amount": "total"}),
        ("cliente,data_compra,valor_total", {"customer": "cliente", "time": "data_compra", "amount": "valor_total"}),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_names(header: str, expected: dict[str, str]) -> None:
    found = choose(header.split(","), needed=()).columns
    assert {role: found.get(role) for role in expected} == expected
    if "time" in expected:
        assert found == expected


def test_no_name_says_two_roles_for_sure() -> None:
    seen: dict[str, str] = {}
    for role, names in ROLES.items():
        for name in names.sure.split():
            assert name == folded(name), name
            assert name not in seen, (name, role, seen.get(name))
            seen[name] = role


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("date,amount", "which column is the customer? no column looks so"),
        ("customer,amount", "which column is the time? no column looks so"),
        ("customer_id,user_id,date", "which column is the customer? several columns may be: customer_id, user_id"),
        ("customer,Order Date,Invoice Date", "which column is the time? several columns may be: Order Date, Invoice Date"),
        ("customer,date,total,revenue", "which column is the amount? several columns may be: total, revenue"),
        ("customer,date,quantity,unit price,item price", "which column is the price? several columns may be: unit price, item price"),
        ("customer,date,amount,amount", 'column "amount" stands in the table 2 times'),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_asked_with_the_option_that_decides(
    header: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = header.split(",")
    with pytest.raises(loyalty.InputError) as refused:
        choose(names)
    assert message in str(refused.value)
    path = tmp_path / "orders.csv"
    path.write_text(f"{header}\n{','.join('1' for _ in names)}\n")
    assert main(["score", str(path)]) == 1
    said = capsys.readouterr().err
    assert message in said
    if "which column" in message:
        role = message.split()[4].rstrip("?")
        option = f"--{role}" if role in ("customer", "time", "amount") else f"--columns {role}=NAME"
        assert f"name it with {option} (the table has" in said
        assert f'columns={{"{role}": ...}}' in str(refused.value)


def test_a_duplicate_that_nobody_uses_is_no_matter() -> None:
    file = b"customer,note,date,note,amount\n7,a,2024-01-02,b,5.5\n"
    assert loyalty.read_orders(file).frame.row(0)[2] == 5.5
    with pytest.raises(loyalty.InputError, match='column "note" stands in the table 2 times'):
        loyalty.read_orders(file, columns={"category": "note"})


def test_columns_and_without_in_python_and_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "orders.csv", tmp_path / "out.parquet"
    path.write_text("who,date,total,revenue,status\n007,2024-01-02,5.5,50.5,paid\n")
    columns = {"customer": "who", "amount": "revenue"}
    table = loyalty.read_orders(path, columns=columns, without=["status"])
    assert table.columns == {"customer": "who", "time": "date", "amount": "revenue"}
    assert loyalty.read_orders(path, columns={**columns, "status": None}).columns == table.columns
    arguments = ["--columns", "customer=who", "--columns", "amount=revenue", "--without", "status"]
    assert main(["score", str(path), *arguments, "-o", str(out)]) == 0
    assert pl.read_parquet(out)["total_amount"].to_list() == [50.5]
    assert "  customer  who: text (as named)" in capsys.readouterr().err
    assert main(["score", str(path), "--customer", "who", "--amount", "revenue"]) == 0
    assert main(["score", str(path), "--customer", "date", "--columns", "customer=who"]) == 1
    assert 'the customer is named twice, "date" and "who"' in capsys.readouterr().err
    assert main(["score", str(path), "--columns", "colour=who"]) == 1
    assert (
        "'colour' is no role of a column; the roles are customer, time" in capsys.readouterr().err
    )
    assert main(["score", str(path), "--columns", "customer=nobody"]) == 1
    assert 'column "nobody" is missing; the table has who, date' in capsys.readouterr().err
    assert main(["score", str(path), *arguments[:4], "--without", "time"]) == 1
    assert "which column is the time?" in capsys.readouterr().err


ROWS = "id,who,what,day,price,back,brand\n1,7,a,2024-01-01,5.5,0,x\n2,7,b,2024-01-02,6,1,y\n3,8,a,2024-04-01,5,0,x\n4,8,b,2024-06-01,5,0,\n"  # fmt: skip


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--number", "price"], 0),
        (["--line", "id", "--order", "id"], 0),
        (["--number", "price", "--category", "price"], 0),
        (["--category", "what"], 0),
        (["--number", "brand", "--category", "brand"], 1),
        (["--quantity", "back"], 1),
    ],
)
def test_a_column_in_two_roles_of_returns(
    options: list[str], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(ROWS)
    named = ["--customer=who", "--product=what", "--time=day", "--price=price", "--returned=back"]
    assert main(["returns", str(path), *named, *options]) == code
    captured = capsys.readouterr()
    if code == 0:
        assert "settled lines returned" in captured.out
    else:
        last = captured.err.strip().splitlines()
        assert any(line.startswith(f"loyalty: {path}: ") for line in last)


@pytest.mark.parametrize(
    "role", ["list-amount", "cost", "discount", "order", "product", "category"]
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_column_in_two_roles_of_scores(role: str, kind: str, tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "customer": [7, 7, 8],
            "date": ["2024-01-02", "2024-02-02", "2024-02-05"],
            "amount": [5.5, 1.25, 12.5],
        }
    )
    path = tmp_path / f"orders.{kind}"
    frame.write_csv(path) if kind == "csv" else frame.write_parquet(path)
    assert main(["score", str(path), f"--{role}", "amount"]) == 0
    assert main(["score", str(path), f"--{role}", "amount", "--margin", "0.5"]) == 0
    table = loyalty.read_orders(path, columns={role.replace("-", "_"): "amount"})
    assert table.frame[table.columns["amount"]].to_list() == [5.5, 1.25, 12.5]
    assert table.columns[role.replace("-", "_")].startswith("amount")


@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")
def test_frames_are_scored_by_the_names_that_files_are(cdnow: dict[str, Any]) -> None:
    by_name = loyalty.score(pd.DataFrame(cdnow)).to_frame()
    named = {"customer": "customer_id", "time": "date", "amount": "amount"}
    expected = loyalty.score(pd.DataFrame(cdnow), columns=named).to_frame()
    pd.testing.assert_frame_equal(by_name, expected)
    with pytest.raises(loyalty.InputError, match="several columns may be: total, revenue"):
        loyalty.score({"customer": [1], "time": ["2024-01-01"], "total": [1.0], "revenue": [2.0]})
    assert NEEDED == ("customer", "time")


@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")
def test_paths_and_tables_are_taken_where_frames_are() -> None:
    path = loyalty.datasets.cdnow_path()
    table = loyalty.read_orders(path, without=["quantity"])
    expected = loyalty.score(table.frame, columns=table.columns).to_frame()
    for data in (str(path), path, table):
        more = {} if data is table else {"columns": {"quantity": None}}
        assert loyalty.score(data, **more).to_frame().equals(expected)
    orders = loyalty.Orders(table)
    assert len(orders) == 6919
    assert len(loyalty.OrderLines(table)) == 6919
    assert (
        orders.summarize(unit="week").frequency.sum()
        == loyalty.datasets.cdnow_orders().summarize(unit="week").frequency.sum()
    )
    for make in (loyalty.Orders, loyalty.OrderLines):
        assert make(table.frame).columns == table.columns
        assert (
            make(path, columns={"quantity": None} if make is loyalty.OrderLines else None).columns
            == table.columns
        )
