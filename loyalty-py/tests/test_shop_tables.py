"""Tables as shops export them: each case of a public bug report with its right value."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import loyalty

pytestmark = pytest.mark.filterwarnings("ignore:no customer has:loyalty.LoyaltyWarning")

IDS = {"customer": "customer_id", "time": "date"}


def table(text: str) -> pl.DataFrame:
    return pl.read_csv(io.StringIO(text), try_parse_dates=True)


def report(scores: loyalty.Scores) -> loyalty.TableReport:
    assert scores.table_report is not None
    return scores.table_report


INVOICES = """Invoice,Quantity,InvoiceDate,Price,Customer ID
1,120,2024-01-02,0.50,7
2,1,2024-01-03,30.00,8
C3,-120,2024-01-09,0.50,7
4,200,2024-02-02,1.00,7
5,1,2024-02-20,30.00,8
"""
ROLES: dict[str, str | None] = {
    "customer": "Customer ID",
    "time": "InvoiceDate",
    "price": "Price",
    "quantity": "Quantity",
}


def test_what_was_paid_is_price_times_quantity_and_cancellations_give_it_back() -> None:
    scores = loyalty.score(table(INVOICES), columns=ROLES)
    frame = scores.to_frame().select("Customer ID", "frequency", "total_amount")
    assert frame.rows() == [(7, 0, 200.0), (8, 1, 60.0)]
    credits = report(scores).rows.credits
    assert credits is not None
    assert (credits.rows, credits.matched, credits.money, credits.money_unmatched) == (1, 1, 60, 0)
    assert (report(scores).came_back, str(report(scores).observed_until)[:10]) == (1, "2024-02-20")
    assert "1 occasion came back whole and is no purchase" in scores.notes
    gross = loyalty.score(table(INVOICES), columns=ROLES, value="gross").to_frame()
    assert gross["total_amount"].to_list() == [260.0, 60.0]
    with pytest.raises(loyalty.InputError, match="is not above 0"):
        loyalty.score(table(INVOICES), columns=ROLES, credits="refuse")


def test_a_price_of_a_piece_is_not_taken_for_what_was_paid() -> None:
    roles = {**ROLES, "price": None, "amount": "Price"}
    with pytest.raises(loyalty.InputError, match="looks like the price of a piece"):
        loyalty.score(table(INVOICES), columns=roles)


def test_blank_discounts_keep_their_lines_in_every_kind_of_frame() -> None:
    lines: dict[str, list[Any]] = {
        "customer": ["ann", "ann", "bob", "bob", "cy"],
        "time": ["2024-01-01", "2024-02-01", "2024-02-03", "2024-03-03", "2024-03-01"],
        "amount": [90.0, 20.0, 50.0, 60.0, 40.0],
        "discount": [1.0, None, 5.0, None, None],
    }
    for make in (pd.DataFrame, pl.DataFrame, dict):
        scores = loyalty.score(make(lines), invalid="drop", margin=0.5)
        assert list(scores.to_frame()["profit"]) == [54.5, 52.5, 20.0]
        [cells] = report(scores).rows.defaulted
        assert (cells.reason, cells.column, cells.rows) == ("discount_unknown", "discount", 3)
        assert any("taken as nothing off, in 3 rows" in note for note in scores.notes)
    with pytest.raises(loyalty.InputError, match='"discount" is missing in 3 rows'):
        loyalty.score(lines, margin=0.5)


@pytest.fixture(scope="module")
def shop() -> loyalty.SimulatedShop:
    return loyalty.simulate(500, seed=8, backend="pandas")


def test_contacts_of_another_system_are_refused_or_counted(shop: loyalty.SimulatedShop) -> None:
    contacts = shop.contacts.assign(customer=shop.contacts["customer"] + 100_000)
    with pytest.raises(loyalty.InputError, match="names a customer of the order lines in 0 of"):
        loyalty.score(shop.lines, contacts=contacts, margin=0.3)
    scores = loyalty.score(shop.lines, contacts=contacts, margin=0.3, joins="allow")
    [join] = report(scores).joins
    assert (join.matched, join.unmatched) == (0, len(contacts))
    assert join.unmatched_ids[0] == str(contacts["customer"].min())
    assert any("in 0 of" in note for note in scores.notes)
    half = contacts.assign(
        customer=np.where(np.arange(len(contacts)) % 4 > 0, contacts["customer"] - 100_000, -7)
    )
    [join] = loyalty.Ledger(shop.lines, contacts=half).joins
    assert join.unmatched == len(contacts[::4])
    text = shop.contacts.assign(customer=shop.contacts["customer"].astype(str))
    scores = loyalty.score(shop.lines, contacts=text, margin=0.3)
    assert scores.to_frame()["service_cost"].sum() == pytest.approx(shop.contacts["cost"].sum())
    assert any("ids being text in one and numbers in the other" in note for note in scores.notes)
    with pytest.raises(loyalty.InputError, match="rows of the peers"):
        loyalty.Ledger(shop.lines).with_peers({"customer": [-5, -6], "group": ["a", "b"]})


def test_no_gain_is_stated_that_no_column_supports(shop: loyalty.SimulatedShop) -> None:
    calls = ["personal_call", "personal_letter"]

    def treated(**options: Any) -> tuple[pd.DataFrame, loyalty.Scores]:
        scores = loyalty.score(options.pop("lines", shop.lines), **options)
        frame = scores.to_frame()
        return frame[frame["treatment"].isin(calls)], scores

    capacities = {"calls": 20}
    by_costs, scores = treated(capacities=capacities)
    assert any("at the margin of 2" in note for note in scores.notes)
    margin = loyalty.Ledger(shop.lines).portfolio["net_margin"]
    given, _ = treated(capacities=capacities, margin=margin)
    assert by_costs["treatment_gain"].sum() == pytest.approx(
        given["treatment_gain"].sum(), rel=1e-9
    )
    few = shop.lines[["customer", "time", "amount"]]
    ranked, scores = treated(lines=few, capacities=capacities)
    assert ranked["treatment"].tolist() == ["personal_call"] * 20
    assert ranked["treatment_gain"].isna().all()
    assert ranked["reason"].str.startswith("Rank ").all()
    assert scores.shadow_prices == {}
    frame = scores.to_frame()
    loyal = frame[(frame["frequency"] >= 1) & (frame["p_alive"] >= 0.5)]
    assert set(ranked["customer"]) == set(loyal.nlargest(20, "clv")["customer"])
    assert any("revenue is no gain" in note for note in scores.notes)
    # Without a capacity that ends it, a ranking ends nowhere.
    assert len(treated(lines=few)[0]) == 0


def cdnow_with(*rows: tuple[str, float]) -> pl.DataFrame:
    log = loyalty.datasets.cdnow("polars").select(
        pl.col("customer_id").cast(pl.Int64), pl.col("date").cast(pl.Date), pl.col("amount")
    )
    more = pl.DataFrame(
        {
            "customer_id": [77] * len(rows),
            "date": [r[0] for r in rows],
            "amount": [r[1] for r in rows],
        },
        schema={"customer_id": pl.Int64, "date": pl.String, "amount": pl.Float64},
    )
    return pl.concat([log, more.with_columns(pl.col("date").str.to_date())])


def test_a_date_that_is_none_does_not_end_the_observation() -> None:
    expected = loyalty.score(cdnow_with(), columns=IDS).to_frame()
    wrong = cdnow_with(("2099-12-31", 12.5))
    with pytest.raises(loyalty.InputError, match=r'in 1 row \(first: row 6919; 1 "2099-12-31"\)'):
        loyalty.score(wrong, columns=IDS)
    orders = loyalty.Orders(wrong, customer="customer_id", time="date", amount="amount")
    with pytest.raises(loyalty.InputError, match='2099-12-31; dates="allow"'):
        loyalty.score(orders)
    dropped = loyalty.score(wrong, columns=IDS, invalid="drop")
    assert dropped.to_frame().equals(expected)
    assert "observed from 1997-01-01 to 1998-06-30" in str(dropped.table_report)
    allowed = loyalty.score(wrong, columns=IDS, dates="allow")
    assert str(report(allowed).observed_until)[:10] == "2099-12-31"
    later = cdnow_with(("1998-07-02", 12.5))
    with pytest.raises(loyalty.InputError, match="1998-07-02"):
        loyalty.score(later, columns=IDS, today="1998-07-01")


def test_discounts_that_are_shares_are_turned_into_money() -> None:
    shares = table(
        "customer,time,amount,discount\nann,2024-01-01,80,0.2\nann,2024-02-01,50,0\n"
        "bob,2024-02-03,100,0.5\nbob,2024-03-03,60,0\n"
    )
    scores = loyalty.score(shares, margin=0.4)
    assert scores.to_frame()["discount"].to_list() == pytest.approx([20, 100])
    assert any("holds shares of the list price" in note for note in scores.notes)
    money = loyalty.score(shares, margin=0.4, discount_unit="money").to_frame()
    assert money["discount"].to_list() == [0.2, 0.5]
    listed = shares.with_columns(
        pl.Series("list_amount", [100.0, 50, 200, 60]), pl.Series("discount", [20.0, 0, 50, 0])
    )
    scores = loyalty.score(listed, margin=0.4)
    assert scores.to_frame()["discount"].to_list() == pytest.approx([20, 100])
    assert any("holds per cent of the list price" in note for note in scores.notes)
    off = listed.with_columns(pl.Series("discount", [20.0, 0, 100, 7]))
    notes = loyalty.score(off, margin=0.4).notes
    assert any("in 1 of 4 rows, as in row 3: 60 less 7 is not 60" in note for note in notes), notes


def test_flags_of_returns_are_not_money() -> None:
    lines = table(
        "customer,time,amount,returned_amount\n1,2024-01-01,80,1\n1,2024-02-01,50,0\n"
        "2,2024-02-03,100,0\n2,2024-03-03,60,1\n"
    )
    scores = loyalty.score(lines)
    assert scores.to_frame()["total_amount"].to_list() == [50, 100]
    assert any("it says which of them came back, 2 lines" in note for note in scores.notes)


def test_ids_that_stand_for_nobody_are_guests() -> None:
    log = table(
        "customer_id,date,amount\nNULL,2024-01-01,10\nNULL,2024-01-08,20\nNULL,2024-01-15,30\n"
        "7,2024-01-02,5\n8,2024-01-03,5\n8,2024-01-20,6\n"
    )
    scores = loyalty.score(log, columns=IDS)
    assert scores.to_frame()["customer_id"].to_list() == ["7", "8"]
    [left] = report(scores).rows.left_out
    assert (left.reason, left.rows, left.first_row) == ("guest", 3, 0)
    assert '3 "NULL"' in scores.notes[0]
    kept = loyalty.score(log, columns=IDS, guests="keep").to_frame()
    assert kept["customer_id"].to_list() == ["7", "8", "NULL"]
    with pytest.raises(loyalty.InputError, match='"customer_id" is missing in 3 rows'):
        loyalty.score(log, columns=IDS, guests="refuse")
    lines = loyalty.OrderLines(
        log, customer="customer_id", time="date", amount="amount", invalid="drop"
    )
    refused = lines.refused()
    assert refused["row"].to_list() == [0, 1, 2]
    assert refused.row(0) == (0, "customer_id", "missing_customer", "NULL")
    shop = pl.DataFrame(
        {"customer": [0, 0, 0, 41, 42, 42], "time": ["2024-01-01"] * 6, "amount": [53.0] * 6}
    )
    scores = loyalty.score(shop)
    assert scores.to_frame()["customer"].to_list() == [41, 42]
    assert any("the customer 0 is taken for guests" in note for note in scores.notes)


def test_status_and_currency_are_looked_at() -> None:
    orders = pl.DataFrame(
        {
            "customer": [1, 1, 1, 2, 2],
            "time": ["2024-01-01", "2024-01-09", "2024-02-01", "2024-01-05", "2024-01-06"],
            "amount": [10.0, 11.0, 12.0, 13.0, 14.0],
            "status": ["Completed", "storniert", "wc-refunded", "Disputed", "Test"],
        }
    )
    scores = loyalty.score(orders)
    assert scores.to_frame()["total_amount"].to_list() == [10, 13]
    reasons = {one.reason: one.rows for one in report(scores).rows.left_out}
    assert reasons == {"cancelled": 1, "test": 1}
    assert any('"Disputed" in 1 row, kept' in note for note in scores.notes)
    scores = loyalty.score(orders, status_words={"Disputed": "cancelled"})
    assert scores.to_frame()["customer"].to_list() == [1]
    ignored = loyalty.score(orders, columns={"status": None}).to_frame()
    assert ignored["total_amount"].to_list() == [33, 27]
    several = orders.drop("status").with_columns(
        pl.Series("currency", ["EUR", "EUR", "USD", "EUR", "USD"])
    )
    with pytest.raises(
        loyalty.InputError, match="EUR in 3, USD in 2 rows. Choose one by only_currency"
    ):
        loyalty.score(several)
    scores = loyalty.score(several, only_currency="eur")
    assert scores.to_frame()["total_amount"].to_list() == [21, 13]


def test_who_bought_once_is_not_called_loyal() -> None:
    log = loyalty.datasets.cdnow("pandas")
    log["amount"] *= 20
    orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
    for purchases in (None, loyalty.BgNbd):
        scores = loyalty.score(
            orders, treatments=loyalty.Treatments.customary(), margin=1, purchases=purchases
        )
        frame = scores.to_frame()
        treated = frame[frame["treatment"].notna()]
        assert len(treated) > 100
        assert (treated["frequency"] >= 1).all()
        assert any("1 by assumption" in note for note in scores.notes) == (purchases is not None)
    assert isinstance(loyalty.score(orders).purchases.model, loyalty.MbgNbd)  # type: ignore[union-attr]


def test_rates_are_no_per_cent() -> None:
    log = cdnow_with()
    with pytest.raises(loyalty.InputError, match=r"a share below 1 \(10 % is 0.1\), got 10"):
        loyalty.score(log, columns=IDS, annual_discount_rate=10)


RETAIL = Path(__file__).parents[3] / "shared" / "data" / "online_retail_ii.parquet"


@pytest.mark.skipif(not RETAIL.exists(), reason="Online Retail II is not there")
def test_online_retail_adds_up_to_an_independent_computation() -> None:
    log = pl.read_parquet(RETAIL).with_columns(pl.col("stock", "invoice").cast(pl.String))
    roles: dict[str, str | None] = {
        "customer": "cust", "time": "time", "price": "price", "quantity": "qty",
        "product": "stock", "order": "invoice",
    }  # fmt: skip
    scores = loyalty.score(log, columns=roles, capacities={"calls": 250})
    known = log.filter(pl.col("cust").is_not_null())
    money = pl.col("qty") * pl.col("price")
    credits = report(scores).rows.credits
    assert credits is not None
    net = known.select(money.sum()).item()
    frame = scores.to_frame()
    assert frame["total_amount"].sum() - credits.money_unmatched == pytest.approx(net, abs=1)
    assert credits.rows == len(known.filter(pl.col("qty") < 0))
    [guests] = report(scores).rows.left_out
    assert guests.rows == log["cust"].null_count()
    worst = frame.filter(pl.col("cust") == 16446)
    assert (worst["frequency"][0], worst["treatment"][0]) == (0, None)
    assert worst["total_amount"][0] == pytest.approx(2.9)
