"""Treatments and their selection in Python: tables, frames, capacities and refusals."""

from __future__ import annotations

import itertools
import json
import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import loyalty


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    rows = 4000
    return pd.DataFrame(
        {
            "id": [f"c{number:05}" for number in range(rows)],
            "clv": rng.gamma(0.8, 400.0, rows),
            "p_alive": rng.random(rows),
            "frequency": np.ones(rows),
            "service_demander": rng.random(rows) < 0.05,
            "service_impact": rng.gamma(1.0, 100.0, rows),
            "promotion_maximizer": rng.random(rows) < 0.05,
            "promotion_impact": rng.gamma(1.0, 80.0, rows),
        }
    )


CAPACITIES = {"calls": 20, "letters": 200}


def test_the_plan_keeps_to_the_capacities_and_says_why(customers: pd.DataFrame) -> None:
    selection = loyalty.select(customers, customer="id", capacities=CAPACITIES, margin=0.3)
    plan = selection.to_frame()
    assert list(plan.columns) == ["id", "treatment", "channel", "gain", "cost", "reason"]
    assert plan["id"].is_unique
    assert plan["gain"].is_monotonic_decreasing
    counts = plan["treatment"].value_counts()
    assert counts["personal_call"] == 20
    assert counts["personal_letter"] == 200
    assert selection.used == {"calls": 20.0, "letters": 200.0}
    assert np.isclose(plan["gain"].sum(), selection.gain, rtol=1e-12)
    assert selection.gap < 1e-3
    by_id = customers.set_index("id").loc[plan["id"]].reset_index()
    called = (plan["treatment"] == "personal_call").to_numpy()
    assert (by_id["p_alive"][called] >= 0.5).all()
    assert np.allclose(plan["gain"][called], 0.05 * by_id["clv"][called] - 8, rtol=1e-12)
    for reason, clv in zip(plan["reason"][called], by_id["clv"][called], strict=True):
        assert reason.startswith(f"A loyal customer worth {clv:.2f};")
    served = plan["treatment"].isin(["self_service", "chat_bot", "info_point"]).to_numpy()
    assert served.any()
    assert by_id["service_demander"][served].all()
    assert len(selection.notes) == 4
    assert any(
        note == "up_sell was not weighed: it needs the column budget_impact and fixed_budget"
        for note in selection.notes
    )
    summary = selection.summary().set_index("treatment")
    assert summary["customers"]["personal_letter"] == 200
    assert np.isclose(summary["gain"].sum(), selection.gain, rtol=1e-12)
    capacities = selection.capacities().set_index("capacity")
    assert (capacities["shadow_price"] > 0).all()


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "arrays", "stream", "lazy"])
def test_every_kind_of_table_gives_the_same_plan(customers: pd.DataFrame, kind: str) -> None:
    class Stream:
        def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
            return pa.table(customers).__arrow_c_stream__(requested_schema)

    data = {
        "pandas": customers,
        "polars": pl.from_pandas(customers),
        "pyarrow": pa.Table.from_pandas(customers),
        "arrays": {name: customers[name].to_numpy() for name in customers},
        "stream": Stream(),
        "lazy": pl.from_pandas(customers).lazy(),
    }[kind]
    expected = loyalty.select(customers, customer="id", capacities=CAPACITIES, margin=0.3)
    selection = loyalty.select(data, customer="id", capacities=CAPACITIES, margin=0.3, threads=1)
    assert selection.gain == expected.gain
    assert list(map(str, selection.to_frame()["id"])) == list(expected.to_frame()["id"])
    kinds = {"polars": pl.DataFrame, "lazy": pl.DataFrame, "pyarrow": pa.Table, "arrays": dict}
    assert isinstance(selection.to_frame(), kinds.get(kind, pd.DataFrame))


def test_own_columns_own_table_and_missing_values() -> None:
    table = loyalty.Treatments(
        [
            {
                "name": "coupon",
                "channel": "mail",
                "gives": "credit",
                "when": {"worth": {"at_most": 100}},
                "basis": "worth",
                "effect": 0.5,
                "cost": {"share": 0.1, "of": "worth"},
                "uses": {"budget": {"fixed": 1, "share": 0.1, "of": "worth"}},
                "reason": "{cost} for {gain}.",
            }
        ]
    )
    data = {"money": [50.0, np.nan, 100.0, 101.0], "id": [7, 8, 9, 10]}
    selection = loyalty.select(
        data, customer="id", treatments=table, columns={"worth": "money"}, capacities={"budget": 12}
    )
    plan = selection.to_frame()
    assert plan["id"].tolist() == [9]
    assert plan["reason"].tolist() == ["10.00 for 40.00."]
    everything = loyalty.select(data, treatments=table, columns={"worth": "money"})
    assert everything.to_frame()["row"].tolist() == [2, 0]
    assert everything.gap == 0.0
    assert everything.shadow_prices == {}


def test_whoever_opted_out_gets_no_treatment(customers: pd.DataFrame) -> None:
    out = np.arange(len(customers)) % 3 == 0
    plan = loyalty.select(customers.assign(opted_out=out), customer="id").to_frame()
    assert len(plan) > 500
    assert not set(plan["id"]) & set(customers["id"][out])


def test_tables_are_values() -> None:
    table = loyalty.Treatments.customary()
    assert loyalty.Treatments(table.treatments) == table
    assert loyalty.Treatments.from_json(table.to_json()) == table
    assert pickle.loads(pickle.dumps(table)) == table
    assert len(table) == len(table.names) == 11
    assert "clv" in table.columns
    assert "personal_call" in repr(table)
    assert "personal_call" in table._repr_html_()
    other = table.treatments
    other[0]["effect"] = 0.5
    assert loyalty.Treatments(other) != table
    with pytest.raises(AttributeError):
        table.names = []  # type: ignore[misc]


def test_refusals(customers: pd.DataFrame) -> None:
    good = json.loads(loyalty.Treatments.customary().to_json())[0]
    for change, expected in [
        ({"effect": 0}, "effect must be above 0 and at most 10, got 0"),
        ({"effect": float("nan")}, "treatments: "),
        ({"cost": -1}, "cost must be finite and >= 0, got -1"),
        ({"gives": "fee"}, "what charges, bans or withholds is no treatment"),
        ({"gives": None}, "treatments: "),
        ({"gives": "discount"}, "has its depth in the field discount"),
        ({"reason": "{who}"}, "the reason may have"),
        ({"surprise": 1}, "unknown field `surprise`"),
        ({"effect": object()}, "not JSON serializable"),
        ({"when": {"clv": {"at_least": 2, "at_most": 1}}}, "allows no value"),
    ]:
        with pytest.raises(loyalty.InputError, match=expected):
            loyalty.Treatments([{**good, **change}])
    with pytest.raises(loyalty.InputError, match="there are 0, allowed are 1 to 100"):
        loyalty.Treatments([])
    select = loyalty.select
    with pytest.raises(loyalty.InputError, match='none takes of the capacity "cals"'):
        select(customers, capacities={"cals": 1})
    with pytest.raises(loyalty.InputError, match="capacity must be finite and >= 0, got NaN"):
        select(customers, capacities={"calls": float("nan")})
    with pytest.raises(loyalty.InputError, match="no treatment needs the column 'value'"):
        select(customers, columns={"value": "clv"})
    with pytest.raises(loyalty.InputError, match='column "worth" is missing'):
        select(customers, columns={"clv": "worth"})
    with pytest.raises(loyalty.InputError, match="has none of the columns"):
        select({"other": [1.0]})
    with pytest.raises(loyalty.InputError, match='column "clv", row 0: must be from -1e50'):
        select({"clv": [np.inf], "p_alive": [1.0]})
    with pytest.raises(loyalty.InputError, match="is empty"):
        select({"clv": np.array([]), "p_alive": np.array([])})
    with pytest.raises(TypeError, match="expected a data frame"):
        select([1, 2, 3])
    with pytest.raises(TypeError, match="treatments must be a Treatments"):
        select(customers, treatments=[good])  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps(select(customers))) == select(customers)
    choose = loyalty.choose
    with pytest.raises(loyalty.InputError, match="uses: 'calls' is none of visits"):
        choose({"a": [1.0]}, capacities={"visits": 1}, uses={"calls": {"a": 1}})
    with pytest.raises(loyalty.InputError, match="uses of calls: 'b' is none of a"):
        choose({"a": [1.0]}, capacities={"calls": 1}, uses={"calls": {"b": 1}})
    with pytest.raises(loyalty.InputError, match='column "b" has 2 rows, but 1 are expected'):
        choose({"a": [1.0], "b": [1.0, 2.0]})
    with pytest.raises(loyalty.InputError, match='column "a", row 1: must be from'):
        choose({"a": [1.0, np.nan]})
    with pytest.raises(loyalty.InputError, match='column "use of calls", row 0: must be finite'):
        choose({"a": [1.0]}, capacities={"calls": 1}, uses={"calls": {"a": [-1.0]}})


@given(
    gains=st.lists(
        st.lists(st.integers(-3, 20).map(float), min_size=4, max_size=4), min_size=1, max_size=3
    ),
    uses=st.lists(
        st.lists(st.integers(0, 4).map(float), min_size=4, max_size=4), min_size=3, max_size=3
    ),
    amount=st.integers(0, 10).map(float),
)
def test_choices_are_as_good_as_they_say(
    gains: list[list[float]], uses: list[list[float]], amount: float
) -> None:
    names = [str(number) for number in range(len(gains))]
    chosen = loyalty.choose(
        dict(zip(names, gains, strict=True)),
        capacities={"c": amount},
        uses={"c": dict(zip(names, uses, strict=False))},
    )
    best = 0.0
    for picks in itertools.product(range(-1, len(gains)), repeat=4):
        used = sum(uses[pick][row] for row, pick in enumerate(picks) if pick >= 0)
        if used <= amount:
            gain = sum(gains[pick][row] for row, pick in enumerate(picks) if pick >= 0)
            best = max(best, gain)
    assert chosen.used["c"] <= amount
    assert chosen.gain <= best <= chosen.bound * (1 + 1e-12)
    assert chosen.gain == sum(chosen.gains)
