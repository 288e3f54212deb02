"""The ledger and the behaviours, in frames and out."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import loyalty


@pytest.fixture(scope="module")
def shop() -> loyalty.SimulatedShop:
    return loyalty.simulate(3000, seed=2, backend="pandas")


@pytest.fixture(scope="module")
def ledger(shop: loyalty.SimulatedShop) -> loyalty.Ledger:
    return loyalty.Ledger(
        shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1, period_days=28
    )


@pytest.fixture(scope="module")
def model(ledger: loyalty.Ledger) -> loyalty.BehaviourModel:
    return loyalty.BehaviourModel.fit(ledger)


def test_the_ledger_adds_up(shop: loyalty.SimulatedShop, ledger: loyalty.Ledger) -> None:
    table = ledger.to_frame()
    lines = shop.lines
    assert list(table["customer"]) == sorted(lines["customer"].unique())
    paid = lines.groupby("customer")["amount"].sum()
    np.testing.assert_allclose(table["revenue"], paid)
    service = shop.contacts.groupby("customer")["cost"].sum().reindex(table["customer"]).fillna(0.0)
    np.testing.assert_allclose(table["service_cost"], service)
    losses = ledger.losses()
    assert losses.profit == pytest.approx(table["profit"].sum())
    assert sum(losses.by_cause.values()) == pytest.approx(losses.loss)
    top = ledger.top_shares(shares=[0.2])[0]
    largest = np.sort(paid)[::-1][: round(0.2 * len(paid))].sum() / paid.sum()
    assert top.of_total == pytest.approx(largest)
    assert top.lower < top.of_total < top.upper


def test_the_labelled_are_mostly_right(
    shop: loyalty.SimulatedShop, ledger: loyalty.Ledger, model: loyalty.BehaviourModel
) -> None:
    found = model.classify(ledger)
    labels = found.to_frame()
    for behaviour in ("service_demander", "revenue_reverser", "promotion_maximizer"):
        labelled = labels[behaviour].to_numpy()
        assert labelled.sum() > 30
        assert shop.truth[behaviour].to_numpy()[labelled].mean() > 0.8
    none = labels["primary"] == "none"
    assert (
        not labels.loc[none, ["service_demander", "revenue_reverser", "fixed_budget"]].any().any()
    )
    assert {row.behaviour for row in found.summary()} == set(model.distributions)


def test_nothing_is_found_where_all_are_alike() -> None:
    shop = loyalty.simulate(2000, seed=1, null=True)
    ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
    model = loyalty.BehaviourModel.fit(ledger)
    assert set(model.statements.values()) == {"no difference detectable"}
    assert set(model.classify(ledger).to_frame()["primary"]) == {"none"}


def test_who_caused_a_contact_is_a_flag_or_one_and_zero(
    shop: loyalty.SimulatedShop, model: loyalty.BehaviourModel
) -> None:
    def found(caused: Any) -> loyalty.BehaviourModel:
        contacts = {name: shop.contacts[name].to_numpy() for name in ("customer", "time", "cost")}
        contacts["firm_caused"] = caused
        ledger = loyalty.Ledger(
            shop.lines, contacts=contacts, handling=3.0, markdown=0.1, period_days=28
        )
        return loyalty.BehaviourModel.fit(ledger)

    caused = shop.contacts["firm_caused"].to_numpy()
    for values in (caused, caused.tolist(), caused.astype(int), caused.astype(float)):
        assert found(values) == model
    with pytest.raises(
        loyalty.InputError, match='"firm_caused", row 1: must be true or false, 1 or 0'
    ):
        found(np.where(np.arange(len(caused)) == 1, 2, caused))


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_the_same_in_every_kind_of_frame(backend: str, model: loyalty.BehaviourModel) -> None:
    pytest.importorskip(backend)
    shop = loyalty.simulate(3000, seed=2, backend=backend)
    ledger = loyalty.Ledger(
        shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1, period_days=28
    )
    assert type(ledger.to_frame()).__module__.startswith(backend)
    assert loyalty.BehaviourModel.fit(ledger) == model


def test_models_come_back_from_files_and_pickles(
    tmp_path: Path, ledger: loyalty.Ledger, model: loyalty.BehaviourModel
) -> None:
    model.save(tmp_path / "behaviours.json")
    assert loyalty.BehaviourModel.load(tmp_path / "behaviours.json") == model
    assert pickle.loads(pickle.dumps(model)) == model
    for one in model.distributions.values():
        one.save(tmp_path / "one.json")
        again = loyalty.BehaviourDistribution.load(tmp_path / "one.json")
        assert again == one == pickle.loads(pickle.dumps(one))
        scores = again.score(ledger, interval=0.9)
        assert (scores["estimate_low"] <= scores["estimate_high"]).all()
        assert (scores["impact_low"] <= scores["impact_high"]).all()
    with pytest.raises(loyalty.ModelFileError, match="kind"):
        loyalty.BehaviourModel.load(tmp_path / "one.json")


def test_what_is_missing_is_said() -> None:
    lines = {
        "client": [1, 1, 2],
        "time": ["2024-01-01", "2024-01-05", "2024-02-01"],
        "amount": [1.0, 2, 3],
    }
    ledger = loyalty.Ledger(lines, columns={"customer": "client"})
    table = ledger.to_frame()
    assert "profit" not in table
    assert list(table["client"]) == [1, 2]
    statements = loyalty.BehaviourModel.fit(ledger).statements
    assert "contacts" in statements["service_demander"]
    assert "returned_amount" in statements["revenue_reverser"]
    with pytest.raises(loyalty.InputError, match="cost"):
        ledger.losses()
    with pytest.raises(loyalty.InputError, match="discount"):
        loyalty.BehaviourDistribution.fit("promotion_maximizer", ledger)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"margin": 1.5}, "margin must be from 0 to 1, got 1.5"),
        ({"handling": float("nan")}, "handling must be finite and >= 0, got NaN"),
        ({"period": "exact"}, "period must be hour, day"),
        ({"period_days": 0}, "period_days must be at least 1"),
        ({"columns": {"client": "a"}}, "'client' is none of"),
        ({"end": "2023-01-01"}, "between start and end"),
    ],
)
def test_refused_options(change: dict[str, Any], expected: str) -> None:
    lines = {"customer": [1], "time": ["2024-01-01"], "amount": [1.0]}
    with pytest.raises(loyalty.InputError, match=expected):
        loyalty.Ledger(lines, **change)


def test_refused_rows_are_counted() -> None:
    lines = {
        "customer": [1, 1, None],
        "time": ["2024-01-01"] * 3,
        "amount": [5.0, 2.0, 1.0],
        "returned_amount": [0.0, 3.0, 0.0],
    }
    with pytest.raises(loyalty.InputError, match="above the amount paid"):
        loyalty.Ledger(lines)
    report = loyalty.Ledger(lines, invalid="drop").report
    # More paid back than paid, with carriage: all of it came back, which is counted.
    assert (report.rows, report.kept) == (3, 2)
    assert [refusal.reason for refusal in report.refusals] == ["missing_customer"]
    assert [cells.reason for cells in report.defaulted] == ["returned_more_than_paid"]


def test_one_table_of_order_lines_makes_ledger_and_return_model() -> None:
    shop = loyalty.simulate(300, seed=5, backend="pandas", return_rate=0.2).lines
    shop["price"] = shop["amount"] / shop["quantity"]
    roles: dict[str, Any] = {
        role: role
        for role in ("customer", "time", "product", "order", "category", "discount", "cost")
    }
    back = {"returned_amount": "returned_amount", "return_time": "return_time"}
    by_amount = loyalty.OrderLines(shop, amount="amount", quantity="quantity", **roles, **back)
    by_price = loyalty.OrderLines(shop, price="price", quantity="quantity", **roles, **back)
    ledgers = [loyalty.Ledger(lines).to_frame() for lines in (by_amount, by_price)]
    table = loyalty.Ledger(shop, columns=dict.fromkeys(NOT_NAMED)).to_frame()
    assert ledgers[0].equals(table)
    np.testing.assert_allclose(ledgers[1].to_numpy(), table.to_numpy(), rtol=1e-9, atol=1e-9)
    fits = [loyalty.ReturnPropensity.fit(lines, horizon_days=30) for lines in (by_amount, by_price)]
    scores = [fit.model.score(by_amount)["probability"] for fit in fits]
    np.testing.assert_allclose(scores[0], scores[1], rtol=1e-6)
    with pytest.raises(loyalty.InputError, match="OrderLines already"):
        loyalty.Ledger(by_price, columns={"customer": "customer"})


NOT_NAMED = ("list_amount", "maker_discount", "coupon", "offered_depth")


def test_both_take_a_return_of_the_same_day_and_a_line_without_category() -> None:
    lines = {
        "customer": [1, 1, 2],
        "time": ["2024-01-01T15:00", "2024-02-01T08:00", "2024-02-02T08:00"],
        "amount": [9.0, 20.0, 5.0],
        "category": ["shoes", None, "shoes"],
        "returned_amount": [9.0, 0.0, 0.0],
        "return_time": ["2024-01-01T09:00", None, None],
    }
    assert loyalty.Ledger(lines).to_frame()["categories"].tolist() == [2.0, 1.0]
    named = {name: name for name in lines}
    assert loyalty.OrderLines(lines, **named).returned == 1
    lines["return_time"] = ["2023-12-31T23:00", None, None]
    for refuse in (loyalty.Ledger, lambda lines: loyalty.OrderLines(lines, **named)):
        with pytest.raises(loyalty.InputError, match="is before the day of the order"):
            refuse(lines)


def test_flags_and_pieces_of_returns_are_money() -> None:
    lines: dict[str, Any] = {
        "customer": [1, 2],
        "time": ["2024-01-01"] * 2,
        "price": [10.0, 3.0],
        "quantity": [4, 1],
        "returned": [1, 0],
    }
    assert loyalty.Ledger(lines).to_frame()["returned_amount"].tolist() == [10.0, 0.0]
    lines["returned"] = [True, False]
    assert loyalty.Ledger(lines).to_frame()["returned_amount"].tolist() == [40.0, 0.0]


@pytest.mark.parametrize("column", ["brand", "size"])
def test_nobody_is_blamed_for_a_brand_or_a_size(column: str) -> None:
    draws = np.random.default_rng(3)
    customer = np.repeat(np.arange(1200), 24)
    own = draws.integers(0, 10, 1200)[customer]
    bought = np.where(draws.random(len(customer)) < 0.8, own, draws.integers(0, 10, len(customer)))
    back = draws.random(len(customer)) < np.where(bought == 0, 0.5, 0.07)
    lines: dict[str, Any] = {
        "customer": customer,
        "order": np.arange(len(customer)) // 2,
        "time": np.repeat(draws.integers(0, 700, len(customer) // 2), 2).astype("datetime64[D]"),
        "amount": np.full(len(customer), 40.0),
        "returned_amount": np.where(back, 40.0, 0.0),
        # Sizes come in halves, and some are blank.
        column: np.where(bought == 9, np.nan, 36 + bought / 2) if column == "size" else bought,
    }

    def labelled(columns: dict[str, str | None]) -> int:
        ledger = loyalty.Ledger(lines, columns=columns)
        table = loyalty.BehaviourModel.fit(ledger).classify(ledger).to_frame()
        return int(np.sum(table["revenue_reverser"]))

    assert labelled({}) <= 1
    assert labelled({column: None}) > 30
    named = {"style" if name == column else name: values for name, values in lines.items()}
    ledger = loyalty.Ledger(named, columns={column: "style"})
    expected = loyalty.Ledger(lines).to_frame()["return_expected"]
    np.testing.assert_array_equal(ledger.to_frame()["return_expected"], expected)


def test_what_lasts_is_predicted(ledger: loyalty.Ledger, model: loyalty.BehaviourModel) -> None:
    lasting = {row.behaviour: row for row in loyalty.persistence(ledger)}
    reversal = model.distributions["revenue_reverser"]
    assert lasting["revenue_reverser"].years == pytest.approx(1.0, rel=0.01)
    fading = dataclasses.replace(lasting["revenue_reverser"], recurrence=0.5)
    assert fading.lasting(fading.years, fading.years) == pytest.approx(0.5)
    kappa = np.linspace(0, 20, 200_001)[1:]
    held = (1 - np.exp(-kappa)) ** 2 / (2 * (kappa - 1 + np.exp(-kappa)))
    x = kappa[np.abs(held - 0.5).argmin()]
    both = (1 - np.exp(-2 * x)) ** 2 / (2 * (2 * x - 1 + np.exp(-2 * x)))
    assert fading.lasting(2 * fading.years, 2 * fading.years) == pytest.approx(both, abs=1e-4)
    predicted = reversal.predict(ledger, fading)["predicted"]
    estimate = reversal.score(ledger)["estimate"]
    assert predicted.std() < 0.6 * estimate.std()
    assert predicted.corr(estimate, method="spearman") > 0.9
    with pytest.raises(loyalty.InputError, match="ahead must be finite and > 0, got 0"):
        reversal.predict(ledger, fading, ahead=0.0)
    with pytest.raises(
        loyalty.InputError, match="behaviour must be the behaviour that was looked at"
    ):
        reversal.predict(ledger, lasting["coupon_user"])


def test_peers(shop: loyalty.SimulatedShop, ledger: loyalty.Ledger) -> None:
    groups = {
        "customer": shop.truth["customer"],
        "group": np.where(shop.truth["customer"] % 2, "odd", "even"),
    }
    grouped = ledger.with_peers(groups)
    model = loyalty.BehaviourDistribution.fit("revenue_reverser", grouped)
    assert set(model.peers) == {"even", "odd"}
    assert all(0.7 < ratio < 1.4 for ratio in model.peers.values())


def test_the_golden_labels_to_the_last_bit() -> None:
    golden = Path(__file__).resolve().parents[2] / "golden"
    if not golden.exists():
        pytest.skip("the golden files are not beside an installed package")
    shop = loyalty.simulate(1500, seed=11)
    end = "2025-12-30T23:59:59.999999"
    money = {"handling": 3.0, "markdown": 0.1, "category_cost": 8.0}
    ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, end=end, period_days=28, **money)
    model = loyalty.BehaviourModel.load(golden / "behaviours.json")
    found = model.classify(ledger)
    header, *rows = (golden / "behaviours.csv").read_text().splitlines()
    expected = np.array([[float(cell) for cell in row.split(",")] for row in rows])
    for position, name in enumerate(header.split(",")):
        for score in ("p_over", "impact"):
            if name.startswith(f"{score}_"):
                column = np.asarray(found.scores(name.removeprefix(f"{score}_"))[score])[::30]
                assert column.tolist() == expected[:, position].tolist(), name


@pytest.fixture(scope="module")
def bursts() -> tuple[loyalty.SimulatedShop, loyalty.Ledger]:
    shop = loyalty.simulate(1500, scenario="bursts", seed=1, backend="pandas")
    return shop, loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)


def test_scenarios_are_shops_too(bursts: tuple[loyalty.SimulatedShop, loyalty.Ledger]) -> None:
    shop, _ = bursts
    assert pickle.loads(pickle.dumps(shop)).lines.equals(shop.lines)
    assert shop.options == {"customers": 1500.0, "days": 730.0}
    with pytest.raises(loyalty.InputError, match="scenario must be one of"):
        loyalty.simulate(10, scenario="storms")
    with pytest.raises(loyalty.InputError, match="return_rate is no option of a scenario"):
        loyalty.simulate(10, scenario="bursts", return_rate=0.1)


def test_labels_have_reasons_and_those_who_opted_out_have_none(
    bursts: tuple[loyalty.SimulatedShop, loyalty.Ledger],
) -> None:
    shop, ledger = bursts
    model = loyalty.BehaviourModel.fit(ledger)
    found = model.classify(ledger)
    reasons = found.reasons()
    labels = found.to_frame().set_index("customer")[list(model.distributions)]
    assert len(reasons) == int(labels.to_numpy().sum())
    assert (reasons["orders"] >= 2).all()
    assert (reasons["estimate_low"] < reasons["estimate_high"]).all()
    assert set(reasons["expires"]) == {"2026-12-30"}
    assert reasons["reason"].str.contains("to be looked at again by 2026-12-30").all()
    assert reasons.loc[reasons["behaviour"] == "coupon_user", "impact"].isna().all()
    account = found.loss_account()
    parts = ("labelled", "one_off", "opted_out", "unexplained")
    assert sum(account[part] for part in parts) == pytest.approx(account["loss"])
    objected = reasons["customer"].iloc[:3].tolist()
    without = loyalty.Ledger(
        shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1, opted_out=objected
    )
    again = model.classify(without).to_frame().set_index("customer")
    assert not again.loc[objected, list(model.distributions)].any().any()
    scores = loyalty.score(shop.lines, contacts=shop.contacts, opted_out=objected).to_frame()
    theirs = scores.set_index("customer").loc[objected]
    assert theirs["treatment"].isna().all()
    assert (theirs["treatment_gain"] == 0).all()


def test_a_column_of_any_table_opts_out(
    bursts: tuple[loyalty.SimulatedShop, loyalty.Ledger],
) -> None:
    shop, ledger = bursts
    model = loyalty.BehaviourModel.fit(ledger)
    labels = model.classify(ledger).to_frame().set_index("customer")
    first, second = labels.index[labels["service_demander"]][:2]
    lines = shop.lines.assign(opted_out=shop.lines["customer"] == first)
    calls = shop.contacts.assign(opted_out=(shop.contacts["customer"] == second).astype(int))
    out = loyalty.Ledger(lines, contacts=calls, handling=3.0, markdown=0.1)
    assert out.opted_out == 2
    again = model.classify(out).to_frame().set_index("customer")
    assert not again.loc[[first, second], list(model.distributions)].any().any()
    scores = loyalty.score(lines, contacts=calls)
    assert "2 customers opted out: they get no label and no treatment" in scores.notes
    frame = scores.to_frame().set_index("customer").loc[[first, second]]
    assert frame["treatment"].isna().all()
    assert (frame["primary"] == "none").all()
    # A blank says nothing; another value is no answer.
    blank = lines.astype({"opted_out": "boolean"})
    blank.loc[blank.index[:3], "opted_out"] = None
    report = loyalty.Ledger(blank).report
    assert 'column "opted_out" is blank, taken as not opted out, in 3 rows' in str(report)
    with pytest.raises(loyalty.InputError, match="true or false, 1 or 0"):
        loyalty.Ledger(lines.assign(opted_out=2.0))
    # Without amounts there are no labels, and yet no treatment.
    table = loyalty.Treatments(
        [
            {
                "name": "letter",
                "channel": "mail",
                "gives": "letter",
                "basis": "p_alive",
                "effect": 1.0,
                "reason": "{basis}",
            }
        ]
    )
    bare = lines[["customer", "time", "opted_out"]]
    plan = loyalty.score(bare, treatments=table).to_frame().set_index("customer")
    assert plan["treatment"].isna().sum() == 1
    assert plan["treatment"].isna()[first]


def test_what_lasts_and_what_is_odd_is_said(
    bursts: tuple[loyalty.SimulatedShop, loyalty.Ledger],
) -> None:
    _, ledger = bursts
    reversal = loyalty.BehaviourDistribution.fit("revenue_reverser", ledger)
    assert reversal.lasting["correlation"] > 0.8
    assert reversal.lasting["ahead"] == 1.0
    assert reversal.is_priced
    assert not loyalty.BehaviourDistribution.fit("coupon_user", ledger).is_priced
    outages = loyalty.simulate(1500, scenario="outages", seed=1, backend="pandas")
    days = loyalty.Ledger(outages.lines, contacts=outages.contacts).unusual_days
    assert 4 <= len(days["contacts"]) <= 6
    assert days["returns"] == []
    notes = loyalty.score(outages.lines, contacts=outages.contacts).notes
    assert any("far more customers than usual called" in note for note in notes)
