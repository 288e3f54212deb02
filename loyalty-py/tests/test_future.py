"""What the BG/NBD says of the future, against the high-precision table that Rust reads too."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import loyalty

REFERENCE = Path(__file__).resolve().parents[2] / "loyalty-core" / "tests" / "reference"
CDNOW = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")


def reference(name: str) -> list[dict[str, float]]:
    path = REFERENCE / name
    if not path.is_file():
        pytest.skip("the high-precision tables are not beside an installed package")
    with path.open(newline="") as file:
        return [{name: float(cell) for name, cell in row.items()} for row in csv.DictReader(file)]


def test_one_customer_has_the_high_precision_values() -> None:
    for row in reference("bg_nbd_future.csv"):
        model = loyalty.BgNbd(r=row["r"], alpha=row["alpha"], a=row["a"], b=row["b"])
        one: dict[str, Any] = {
            "horizon": row["horizon"],
            "frequency": int(row["x"]),
            "recency": row["t_x"],
            "T": row["T"],
        }
        near = {"rel": 3e-13, "abs": 1e-300}
        assert model.p_alive_at(**one) == pytest.approx(row["p_alive_at"], **near)
        assert model.p_no_purchase(**one) == pytest.approx(row["p_no_purchase"], **near)
        assert model.p_n_purchases(int(row["n"]), **one) == pytest.approx(row["p_n"], **near)


def test_the_whole_future_has_the_high_precision_values() -> None:
    for row in reference("bg_nbd_residual.csv"):
        model = loyalty.BgNbd(r=row["r"], alpha=row["alpha"], a=row["a"], b=row["b"])
        residual = model.discounted_purchases(
            horizon=math.inf,
            discount_rate=row["rate"],
            frequency=int(row["x"]),
            recency=row["t_x"],
            T=row["T"],
        )
        assert residual == pytest.approx(row["residual"], rel=1e-12, abs=1e-300)


def test_many_customers_have_the_bits_of_each(customers: loyalty.CustomerSummary) -> None:
    later = CDNOW.p_alive_at(customers, 39, threads=2)
    none = CDNOW.p_no_purchase(customers, 39)
    counts = CDNOW.purchase_distribution(customers, 39, most=4)
    year = {"horizon": 52, "annual_discount_rate": 0.1}
    discounted = CDNOW.discounted_purchases(customers, **year)
    columns = [counts[f"p_{n}"] for n in range(5)] + [counts["p_more"]]
    for row in range(0, len(customers), 50):
        one: dict[str, Any] = {
            "frequency": int(customers.frequency[row]),
            "recency": customers.recency[row],
            "T": customers.T[row],
        }
        assert CDNOW.p_alive_at(horizon=39, **one) == later[row]
        assert CDNOW.p_no_purchase(horizon=39, **one) == none[row]
        alone = CDNOW.purchase_distribution(horizon=39, most=4, **one)
        np.testing.assert_array_equal(alone, [column[row] for column in columns])
        n = CDNOW.p_n_purchases(range(5), horizon=39, **one)
        np.testing.assert_array_equal(n, alone[:5])
        assert CDNOW.discounted_purchases(**year, **one) == discounted[row]
    np.testing.assert_allclose(np.sum(columns, axis=0), 1.0, rtol=1e-14)
    np.testing.assert_array_equal(columns[0], none)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_answers_come_in_the_callers_frame(frame: Any) -> None:
    table = frame({"id": ["a", "b"], "x": [2, 0], "t_x": [30.43, 0.0], "T": [38.86, 38.86]})
    customers = loyalty.CustomerSummary(
        table, frequency="x", recency="t_x", T="T", customer="id", unit="week"
    )
    counts = CDNOW.purchase_distribution(customers, 39, most=1)
    assert isinstance(counts, frame)
    assert list(counts.columns) == ["id", "p_0", "p_1", "p_more"]
    assert list(counts["id"]) == ["a", "b"]
    assert list(CDNOW.p_alive_at(customers, 39).columns) == ["id", "p_alive_at"]
    assert list(CDNOW.p_no_purchase(customers, 39).columns) == ["id", "p_no_purchase"]
    value = CDNOW.discounted_purchases(customers, horizon=math.inf, annual_discount_rate=0.1)
    assert list(value.columns) == ["id", "discounted_purchases"]


def test_bad_questions_are_refused(customers: loyalty.CustomerSummary) -> None:
    one: dict[str, Any] = {"frequency": 2, "recency": 30.43, "T": 38.86}
    for ask in (CDNOW.p_alive_at, CDNOW.p_no_purchase, CDNOW.purchase_distribution):
        for horizon in (-1.0, math.nan, math.inf):
            with pytest.raises(loyalty.InputError, match="horizon must be finite and >= 0"):
                ask(horizon=horizon, **one)
            with pytest.raises(loyalty.InputError, match="horizon must be finite and >= 0"):
                ask(customers, horizon)
        with pytest.raises(TypeError, match="expected a horizon"):
            ask(customers)
        with pytest.raises(TypeError, match="expected a CustomerSummary, or"):
            ask(customers, 39, **one)
        with pytest.raises(TypeError, match="expected a CustomerSummary, or"):
            ask(horizon=39, frequency=2)
        daily = loyalty.BgNbd(r=0.243, alpha=30.9, a=0.793, b=2.426, unit="day")
        with pytest.raises(loyalty.InputError, match="use the same unit"):
            getattr(daily, ask.__name__)(customers, 39)
    for most in (-1, 10_001, 2**32):
        with pytest.raises(loyalty.InputError, match="most must be|whole number"):
            CDNOW.purchase_distribution(horizon=39, most=most, **one)
    with pytest.raises(loyalty.InputError, match="n must be a whole number"):
        CDNOW.p_n_purchases(-1, horizon=39, **one)
    with pytest.raises(loyalty.InputError, match="needs a rate of discount"):
        CDNOW.discounted_purchases(horizon=math.inf, **one)
    with pytest.raises(loyalty.InputError, match="known unit"):
        model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        model.discounted_purchases(horizon=52, annual_discount_rate=0.1, **one)


def test_a_lifetime_value_may_reach_without_end(customers: loyalty.CustomerSummary) -> None:
    spend = loyalty.GammaGamma(p=6.25, q=3.74, v=15.44)
    ends = [
        loyalty.clv(customers, CDNOW, spend, horizon=horizon, annual_discount_rate=0.1)
        for horizon in (math.inf, 1e6)
    ]
    np.testing.assert_array_equal(*ends)
    residual = CDNOW.discounted_purchases(customers, horizon=math.inf, annual_discount_rate=0.1)
    np.testing.assert_allclose(residual * spend.expected_spend(customers), ends[0], rtol=1e-15)
