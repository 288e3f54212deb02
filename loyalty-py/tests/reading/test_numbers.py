"""Numbers in the forms that shops write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import loyalty
from loyalty.cli import main


def log(cells: list[str]) -> bytes:
    rows = "".join(
        f'{7 + row % 2};2024-01-0{1 + row % 9};"{cell}"\n' for row, cell in enumerate(cells)
    )
    return f"customer;date;amount\n{rows}".encode()


def read(cells: list[str], **options: Any) -> list[Any]:
    return loyalty.read_orders(log(cells), **options).frame["amount"].to_list()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["5", "12.5", " 7.25 "], [5, 12.5, 7.25]),
        (["5,5", "12,25"], [5.5, 12.25]),
        (["1.322,18", "6,00"], [1322.18, 6]),
        (["$1,322.18", "$6.00"], [1322.18, 6]),
        (["941.53 €", "1.5 €"], [941.53, 1.5]),
        (["€ 1.322,18", "EUR 6,00", "7,50 EUR"], [1322.18, 6, 7.5]),
        (["R$ 1.322,18", "R$ 6,00"], [1322.18, 6]),
        (["£1,234,567.5", "£3.25"], [1234567.5, 3.25]),
        (["1 322,18", "6,00"], [1322.18, 6]),
        (["1\u00a0322,18", "1\u202f000,50"], [1322.18, 1000.5]),
        (["1'322.18", "1’000.50"], [1322.18, 1000.5]),
        (["12,34,567.89", "1.00"], [1234567.89, 1]),
        (["(12.50)", "3.25"], [-12.5, 3.25]),
        (["($12.50)", "$3.25"], [-12.5, 3.25]),
        (["5.5-", "3.25"], [-5.5, 3.25]),
        (["−5.5", "–3.25", "+2.5"], [-5.5, -3.25, 2.5]),
        (["-$5.50", "$-3.25"], [-5.5, -3.25]),
        (["1.000.000", "950"], [1_000_000, 950]),
        (["1,000,000", "950"], [1_000_000, 950]),
        (["0.125", "12.500"], [0.125, 12.5]),
        (["1.250", "12.5"], [1.25, 12.5]),
        (["1234.500", "950"], [1234.5, 950]),
        (["1.5E3", "2e-1"], [1500, 0.2]),
        (["NULL", "n/a", "-", "", "2.5"], [None, None, None, None, 2.5]),
    ],
)
def test_amounts_are_read_in_every_form(cells: list[str], expected: list[Any]) -> None:
    assert read(cells) == expected


@pytest.mark.parametrize("mark", [".", ","])
def test_three_digits_behind_every_mark_are_asked_about(
    mark: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = [cell.replace(".", mark) for cell in ("950", "1.250", "12.500")]
    word = {".": "point", ",": "comma"}[mark]
    message = (
        f'three digits stand behind every {word}, so "{cells[1]}" (line 3) may be 1.250 or 1250'
    )
    with pytest.raises(loyalty.InputError) as refused:
        read(cells)
    assert message in str(refused.value)
    assert 'decimal="," or decimal="."' in str(refused.value)
    other = {".": ",", ",": "."}[mark]
    assert read(cells, decimal=mark) == [950, 1.25, 12.5]
    assert read(cells, decimal=other) == [950, 1250, 12500]
    path, out = tmp_path / "orders.csv", tmp_path / "out.parquet"
    path.write_bytes(log(cells))
    assert main(["score", str(path), "-o", str(out)]) == 1
    assert f"{message}; --decimal , or --decimal . decides" in capsys.readouterr().err
    assert not out.exists()
    assert main(["score", str(path), "-o", str(out), "--decimal", other]) == 0
    assert pl.read_parquet(out)["total_amount"].sum() == 14700


def test_another_column_of_the_file_decides_and_it_is_said() -> None:
    file = b"customer;date;amount;cost\n7;2024-01-02;1.250;0,50\n7;2024-01-03;950;12,25\n"
    table = loyalty.read_orders(file)
    assert table.frame["amount"].to_list() == [1250, 950]
    assert table.understood.guessed == ('a comma as the decimal mark, by "0,50" (line 2)',)


def test_two_marks_in_one_column_are_asked_about() -> None:
    with pytest.raises(loyalty.InputError) as refused:
        read(["12.50", "3,25"])
    assert str(refused.value).startswith(
        'numbers are written in two ways: "12.50" (column "amount", line 2) has a decimal point, '
        '"3,25" (column "amount", line 3) a decimal comma'
    )


@pytest.mark.parametrize(
    "cell", ["x", "12 34", "1_000", "1.2.3", "5%", "inf", "12,5 Stück", "1,5,2"]
)
def test_what_is_no_number_is_refused_with_its_line(cell: str) -> None:
    with pytest.raises(loyalty.InputError, match='column "amount"'):
        read(["1.5", cell])


def test_currencies_are_told_by_sign_and_by_column() -> None:
    def currency(file: bytes) -> str:
        return dict(loyalty.read_orders(file).understood.facts)["currency"]

    head = b"customer,date,amount"
    assert currency(head + b"\n7,2024-01-02,$5.50\n") == "USD"
    assert currency(head + b"\n7,2024-01-02,5.50\n") == "not stated"
    assert (
        currency(head + b",currency\n7,2024-01-02,5.50,EUR\n8,2024-01-02,1.5,SEK\n") == "EUR, SEK"
    )


def test_percentages_are_shares_in_a_discount_and_no_amount() -> None:
    file = (
        b"customer,date,amount,discount\n7,2024-01-02,80,20%\n8,2024-01-03,50,0%\n9,2024-01-03,5,\n"
    )
    table = loyalty.read_orders(file)
    assert table.frame["discount"].to_list() == [0.2, 0, None]
    with pytest.raises(
        loyalty.InputError, match='column "discount" holds percentages: it is no amount'
    ):
        loyalty.read_orders(file, columns={"amount": "discount"}, without=["discount"])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["SUMMER10", "", "x-mas"], [True, False, True]),
        (["yes", "no", ""], [True, False, False]),
        (["TRUE", "FALSE", "FALSE"], [True, False, False]),
        (["2.50", "0", "1"], [True, False, True]),
    ],
)
def test_codes_and_flags_say_that_a_coupon_was_used(cells: list[str], expected: list[bool]) -> None:
    rows = "".join(f"{row},2024-01-02,5.5,{cell}\n" for row, cell in enumerate(cells))
    table = loyalty.read_orders(f"customer,date,amount,coupon\n{rows}".encode())
    role = "coupon" if cells[0] == "2.50" else "coupon_used"
    assert role in table.columns
    assert (table.frame["coupon"].fill_null(0) > 0).to_list() == expected
    # A code says nothing of money, so that no profit may change by it.
    if role == "coupon_used":
        ledger = loyalty.Ledger(table.frame, columns=table.columns, margin=0.5).to_frame()
        assert ledger["coupon"].to_list() == [0.0, 0.0, 0.0]
        assert ledger["coupon_orders"].to_list() == [float(used) for used in expected]
        # Three customers have no five scores.
        with pytest.warns(loyalty.LoyaltyWarning, match="fewer customers"):
            scores = loyalty.score(table)
        assert all("coupon_used" not in str(missing) for missing in scores.not_computed)


def test_an_optional_column_of_another_kind_is_left_out_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("customer,date,amount,cost\n7,2024-01-02,5.5,cheap\n8,2024-01-03,6.5,dear\n")
    table = loyalty.read_orders(path)
    assert "cost" not in table.columns
    assert table.understood.left_out == (
        'no cost: column "cost", line 2: must be a number, got "cheap" (and 1 more); '
        'without=["cost"] says so',
    )
    assert main(["score", str(path)]) == 0
    assert "--without cost" in capsys.readouterr().err
    assert main(["score", str(path), "--without", "cost"]) == 0
    assert "no cost: column" not in capsys.readouterr().err
