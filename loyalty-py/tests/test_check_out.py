"""One customer in one call: the same bits as tables of customers have, and as C has."""

from __future__ import annotations

import csv
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import loyalty

BEHAVIOURS = [
    "service_demander", "revenue_reverser", "promotion_maximizer", "coupon_user", "fixed_budget",
]  # fmt: skip
NUMBERS = ("p_alive", "expected_purchases", "expected_spend", "clv")


def test_golden_customers_are_scored_as_in_rust_and_c(golden: Path) -> None:
    basis = loyalty.load(golden / "ledger_basis.json")
    treatments = loyalty.Treatments.customary()
    check_out = loyalty.CheckOut(
        purchases=loyalty.load(golden / "bg_nbd.json"), spend=loyalty.load(golden / "gamma_gamma.json"),
        basis=basis, behaviours=loyalty.load(golden / "behaviours.json"), treatments=treatments,
        horizon=52, annual_discount_rate=0.1, margin=0.3,
    )  # fmt: skip
    csv.field_size_limit(1 << 20)
    with (golden / "check_out.csv").open(encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    # As a back end would, at the end of the ledger.
    now = np.datetime64(basis._core.end, "us")
    for expected in rows:
        record = loyalty.CustomerRecord.from_bytes(bytes.fromhex(expected["record"]))
        found = check_out.score(record, now=now)
        assert [found[name] for name in NUMBERS] == [float(expected[name]) for name in NUMBERS]
        assert found["ledger"] == {
            name: float(expected[name]) for name in basis.row(loyalty.CustomerRecord())
        }
        primary = -1 if found["primary"] is None else BEHAVIOURS.index(found["primary"])
        assert primary == int(expected["primary"])
        if (decision := found["decision"]) is None:
            assert int(expected["treatment"]) == -1
        else:
            assert treatments.names.index(decision["treatment"]) == int(expected["treatment"])
            assert decision["gain"] == float(expected["treatment_gain"])
            assert decision["cost"] == float(expected["treatment_cost"])
        assert json.loads(json.dumps(found)) == found
    assert len(rows) == 10


@pytest.fixture(scope="module")
def shop() -> Any:
    return loyalty.simulate(900, seed=23, backend="pandas")


def test_every_customer_of_a_shop_is_scored_as_their_table(shop: Any) -> None:
    economics = {"handling": 3.0, "markdown": 0.1}
    scores = loyalty.score(shop.lines, contacts=shop.contacts, margin=0.3, economics=economics)
    # The lines have costs, and those of a table are taken before a margin.
    ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, **economics)
    behaviours = loyalty.BehaviourModel.fit(ledger)
    assert scores.purchases is not None and scores.spend is not None
    check_out = loyalty.CheckOut(
        purchases=scores.purchases, spend=scores.spend, basis=ledger.basis, behaviours=behaviours,
        treatments=loyalty.Treatments.customary(), margin=0.3,
    )  # fmt: skip
    records = dict(zip(ledger.to_frame()["customer"], ledger.records(), strict=True))
    now = np.datetime64(ledger.basis._core.end, "us")
    table = scores.to_frame()
    assert len(table) > 800
    for row in table.to_dict("records"):
        found = check_out.score(records[row["customer"]], now=now)
        assert found["purchases"] is not None
        for name in ("frequency", "recency", "T", "monetary_value"):
            assert found["purchases"][name] == row[name], name  # type: ignore[literal-required]
        for name in NUMBERS:
            assert found[name] == row[name], name  # type: ignore[literal-required]
        for name, prefix in zip(
            BEHAVIOURS, ("service", "reversal", "promotion", "coupon", "budget"), strict=True
        ):
            if name in found["behaviours"]:
                one = found["behaviours"][name]
                assert one["labelled"] == row[name]
                assert (one["estimate"], one["p_over"]) == (
                    row[f"{prefix}_estimate"],
                    row[f"{prefix}_p_over"],
                )
        assert (found["primary"] or "none") == row["primary"]
        decision = found["decision"]
        if decision is None:
            assert pd.isna(row["treatment"])
        else:
            known = ("treatment", "channel", "reason")
            assert [decision[name] for name in known] == [row[name] for name in known]
            assert decision["gain"] == row["treatment_gain"]


def test_a_basket_has_the_probabilities_of_its_table(shop: Any) -> None:
    lines = loyalty.OrderLines(
        shop.lines, customer="customer", product="product", time="time", amount="amount", order="order",
        quantity="quantity", returned_amount="returned_amount", return_time="return_time",
    )  # fmt: skip
    fit = loyalty.ReturnPropensity.fit(lines, horizon_days=30)
    last = shop.lines[shop.lines["order"] == shop.lines["order"].iloc[-1]].assign(
        returned_amount=0.0, return_time=pd.NaT
    )
    basket = loyalty.OrderLines(
        last.drop(columns=["returned_amount", "return_time"]), customer="customer", product="product",
        time="time", amount="amount", order="order", quantity="quantity",
    )  # fmt: skip
    found = loyalty.CheckOut().score(
        loyalty.CustomerRecord(), now=last["time"].iloc[0], returns=fit, basket=basket
    )
    expected = fit.model.score(basket)
    assert found["return_probabilities"] == list(expected["probability"])
    assert {name for name, value in found.items() if value} == {"return_probabilities"}


def test_one_of_whom_nothing_is_known_is_scored_as_such() -> None:
    purchases = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    found = loyalty.CheckOut(purchases=purchases).score(loyalty.CustomerRecord(), now="2024-01-01")
    assert found["purchases"] is None and found["p_alive"] is None and found["behaviours"] == {}


@pytest.mark.parametrize(
    ("options", "asked", "error", "words"),
    [
        (
            {"purchases": loyalty.BgNbd(r=0.2, alpha=4.4, a=0.8, b=2.4)},
            {},
            loyalty.InputError,
            "no unit",
        ),
        ({"purchases": "bg_nbd.json"}, {}, TypeError, "purchases must be a PurchaseModel"),
        ({"basis": 3}, {}, TypeError, "basis must be a LedgerBasis, got int"),
        ({"horizon": -1}, {}, loyalty.InputError, "horizon"),
        ({}, {"returns": 1}, loyalty.InputError, "returns and basket go together"),
        ({}, {"record": 1}, TypeError, "record must be a CustomerRecord"),
        ({}, {"now": "soon"}, loyalty.InputError, "now"),
    ],
)
def test_what_cannot_be_scored_is_refused(
    options: dict[str, Any], asked: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        given = {"record": loyalty.CustomerRecord(), "now": "2024-01-01", **asked}
        loyalty.CheckOut(**options).score(given.pop("record"), **given)


def test_behaviours_need_their_basis_and_a_margin_its_domain(golden: Path) -> None:
    record = loyalty.CustomerRecord()
    record.add_lines({"customer": [7], "time": ["2024-01-02"], "amount": [20.0]})
    behaviours = loyalty.load(golden / "behaviours.json")
    with pytest.raises(loyalty.InputError, match="basis"):
        loyalty.CheckOut(behaviours=behaviours).score(record, now="2024-02-01")
    models = {
        "purchases": loyalty.load(golden / "bg_nbd.json"),
        "spend": loyalty.load(golden / "gamma_gamma.json"),
    }
    with pytest.raises(loyalty.InputError, match="margin"):
        loyalty.CheckOut(**models, margin=1.5).score(record, now="2024-02-01")
    with pytest.raises(TypeError, match="made of models"):
        pickle.dumps(loyalty.CheckOut(**models))
