"""What returns cost, and how much of a line is paid back."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from shop_lines import DATA, DAY, order_lines

import loyalty


def test_what_is_paid_back_is_a_part(table: pd.DataFrame) -> None:
    several = table["quantity"] > 1
    part = table["returned_amount"].where(~several, 0.4 * table["returned_amount"])
    money = dict(returned=None, returned_amount="returned_amount")
    past = order_lines(table.assign(returned_amount=part), **money)
    fit = loyalty.ReturnPropensity.fit(past, horizon_days=30)
    lines = order_lines(table)
    expected = fit.model.expected_returns(lines)
    p = fit.model.score(lines)["probability"].to_numpy()
    assert expected.lines == pytest.approx(p.sum())
    assert expected.value == pytest.approx((p * table["amount"]).sum())
    share = np.where(several, 0.4, 1.0)
    assert expected.paid_back == pytest.approx((p * share * table["amount"]).sum(), rel=0.03)
    assert expected.share_known and 0.4 < (fit.model.share_paid_back or 0) < 1.0
    flags = order_lines(
        table.assign(back=table["returned_amount"] > 0), returned="back", returned_amount=None
    )
    whole = loyalty.ReturnPropensity.fit(flags, horizon_days=30).model.expected_returns(lines)
    assert not whole.share_known and whole.paid_back == whole.value
    saved = loyalty.ReturnPropensity._of(fit.model._core.from_json(fit.model._core.to_json()))
    assert saved.expected_returns(lines) == expected


def test_what_is_paid_back_is_the_customers_in_batch_and_stream(
    table: pd.DataFrame, split: pd.Timestamp
) -> None:
    """Every third customer keeps a part of what they send back."""
    keeps = (table["customer"] % 3 == 0).to_numpy()
    part = table["returned_amount"].where(~keeps, 0.3 * table["returned_amount"])
    money = dict(returned=None, returned_amount="returned_amount")
    shop = table.assign(returned_amount=part)
    # All lines alike: their pieces and prices say nothing of the part.
    model = loyalty.ReturnPropensity.fit(order_lines(shop, **money), horizon_days=30).model
    alike = table.assign(time=table["time"].max(), quantity=1.0, price=20.0)

    def share(model: loyalty.ReturnPropensity, rows: pd.DataFrame) -> float:
        found = model.expected_returns(order_lines(rows, returned=None, return_time=None))
        return found.paid_back / found.value

    often = table[table["returned_amount"] > 0].groupby("customer").size()
    known = alike["customer"].isin(often[often > 8].index)
    assert share(model, alike[known & keeps]) < 0.5 < 0.8 < share(model, alike[known & ~keeps])
    # Day by day as at once, also through a file.
    past, later = shop[shop["time"] < split], shop[shop["time"] >= split]
    streamed = loyalty.ReturnPropensity.fit(order_lines(past, **money), horizon_days=30).model
    batch = streamed.copy()
    before = share(streamed, alike[keeps])
    for _, lines in later.groupby(later["time"].dt.date, sort=True):
        streamed.update(order_lines(lines, **money))
        streamed = loyalty.ReturnPropensity._of(streamed._core.from_json(streamed._core.to_json()))
    batch.update(order_lines(later, **money))
    assert streamed._core.to_json() == batch._core.to_json()
    assert share(batch, alike[keeps]) < before


@pytest.mark.skipif(not DATA.exists(), reason=f"no {DATA.name} beside the project")
def test_what_is_paid_back_on_real_lines_and_how_sure_it_is() -> None:
    """March to October 2011; of the returned lines 60 % of the value was paid back."""
    lines = pd.read_parquet(DATA).sort_values(["time", "line_id"], kind="stable")
    within = (lines["returned"] == 1) & (lines["ret_lag_days"] <= 60)
    pieces = lines[["ret_qty", "qty"]].min(axis=1).where(within, 0.0)
    lines = lines.assign(
        paid_back=pieces * lines["price"], back=lines["ret_time"].where(within),
        stock5=lines["stock"].astype(str).str[:5],
    )  # fmt: skip
    begin, end = pd.Timestamp("2011-03-01"), pd.Timestamp("2011-11-01")
    roles = dict(
        customer="cust", product="stock", time="time", price="price", quantity="qty",
        order="invoice", line="line_id", categories=["stock5", "country"],
    )  # fmt: skip
    past = loyalty.OrderLines(
        lines[lines["time"] < begin], **roles, returned_amount="paid_back", return_time="back"
    )
    model = loyalty.ReturnPropensity.fit(past, observation_end=begin - DAY).model
    later = lines[(lines["time"] >= begin) & (lines["time"] < end)]
    checked = loyalty.OrderLines(later, **roles)
    expected, came_back = model.expected_returns(checked), later[later["paid_back"] > 0]
    value = (came_back["qty"] * came_back["price"]).sum()
    assert expected.value == pytest.approx(value, rel=0.1)
    assert expected.paid_back == pytest.approx(came_back["paid_back"].sum(), rel=0.1)
    assert came_back["paid_back"].sum() < 0.65 * value
    # With the posterior variance of log-odds, 98 % of the intervals were wider than 0.9.
    scores = model.score(checked, level=0.9)
    width = scores["upper"] - scores["lower"]
    assert width.median() < 0.1 and (width > 0.9).mean() < 0.001


def test_money() -> None:
    shoes = loyalty.ReturnEconomics(margin=0.4, loss=0.1, handling=3.0)
    p = shoes.break_even(70.0)
    assert p == pytest.approx(0.4 / (0.5 + 3 / 70), rel=1e-15)
    assert shoes.expected_margin(p, 70.0) == pytest.approx(0.0, abs=1e-12)
    both = shoes.expected_margin([0.1, 0.9], [70.0, 10.0])
    assert both == pytest.approx([0.9 * 28 - 0.1 * 10, 0.1 * 4 - 0.9 * 4])
    assert pickle.loads(pickle.dumps(shoes)).break_even(70.0) == p
    with pytest.raises(loyalty.InputError, match="margin must be above 0 and at most 1"):
        loyalty.ReturnEconomics(margin=0.0)
