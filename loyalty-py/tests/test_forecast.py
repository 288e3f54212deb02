"""Forecasts of purchase models that earlier cutoffs correct."""

from __future__ import annotations

import csv
import pickle
from pathlib import Path

import numpy as np
import pytest

import loyalty
from loyalty.errors import InputError, ModelFileError


@pytest.fixture(scope="module")
def orders():
    return loyalty.datasets.cdnow_orders()


@pytest.fixture(scope="module")
def forecast(orders):
    return loyalty.AnchoredForecast.fit(
        orders, horizon=13, unit="week", observation_end="1998-03-31"
    )


def test_the_golden_forecast_is_learnt_and_scored_to_the_last_bit(
    golden: Path, orders, forecast
) -> None:
    stored = loyalty.load(golden / "anchored_forecast.json")
    assert isinstance(stored, loyalty.AnchoredForecast)
    assert stored == forecast
    table = stored.expected_purchases(orders, observation_end="1998-03-31")
    with (golden / "forecasts.csv").open(newline="") as file:
        expected = [float(row["expected_purchases"]) for row in csv.DictReader(file)]
    assert np.asarray(table["expected_purchases"])[::11].tolist() == expected


def test_orders_and_their_occasions_are_forecast_alike(orders, forecast) -> None:
    of_orders = forecast.expected_purchases(orders)
    of_state = forecast.expected_purchases(orders.occasions(unit="week"))
    assert np.array_equal(of_orders["expected_purchases"], of_state["expected_purchases"])
    assert np.array_equal(of_orders["customer_id"], orders.summarize(unit="week").customer)
    with pytest.raises(InputError, match="day"):
        forecast.expected_purchases(orders.occasions(unit="day"))


def test_the_sum_is_that_of_the_model(orders, forecast) -> None:
    customers = orders.summarize(unit="week", observation_end="1998-03-31")
    base = np.asarray(forecast.base.expected_purchases(customers, 13)["expected_purchases"])
    table = forecast.expected_purchases(orders, observation_end="1998-03-31")
    total = np.asarray(table["expected_purchases"]).sum()
    assert total == pytest.approx(base.sum(), rel=1e-12)


def test_how_it_was_learnt_is_told(forecast) -> None:
    assert forecast.cutoffs == ["1997-12-30", "1997-12-07", "1997-11-14"]
    assert forecast.gate.passed and forecast.gate.corrected < forecast.gate.model
    assert forecast.model_fit.stop == "converged"
    assert set(forecast.weights) >= {"ln_expected", "ln_orders_91_days", "intercept"}
    assert forecast.last_year.actual > 800
    assert "corrected" in repr(forecast) and "ln_lateness" in forecast._repr_html_()


def test_files_and_pickles_keep_it(tmp_path: Path, forecast) -> None:
    path = tmp_path / "forecast.json"
    forecast.save(path)
    again = loyalty.load(path)
    assert again == forecast and hash(again) == hash(forecast)
    assert (again.gate, again.cutoffs, again.model_fit) == (None, None, None)
    assert pickle.loads(pickle.dumps(forecast)) == forecast
    path.write_text(
        path.read_text().replace('"version": 1,\n  "kind": "anch', '"version": 9,\n  "kind": "anch')
    )
    with pytest.raises(ModelFileError, match="version 9"):
        loyalty.load(path)


def test_any_purchase_model_can_be_anchored(orders) -> None:
    of_class = loyalty.AnchoredForecast.fit(orders, horizon=13, unit="week", model=loyalty.MbgNbd)
    of_name = loyalty.AnchoredForecast.fit(orders, horizon=13, unit="week", model="mbg-nbd")
    assert of_class == of_name
    assert isinstance(of_class.base, loyalty.MbgNbd)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"horizon": 0}, InputError, "horizon"),
        ({"horizon": float("nan")}, InputError, "horizon"),
        ({"horizon": 13, "model": "gamma-gamma"}, InputError, "purchase model"),
        ({"horizon": 13, "model": loyalty.GammaGamma}, TypeError, "classes of purchase models"),
        ({"horizon": 13, "level": "same"}, ValueError, "last_year"),
        ({"horizon": 60, "level": "last_year"}, InputError, "last year"),
        ({"horizon": 13, "observation_end": "1990-01-01"}, InputError, "order"),
    ],
)
def test_what_cannot_be_learnt_is_refused(orders, arguments, error, message) -> None:
    with pytest.raises(error, match=message):
        loyalty.AnchoredForecast.fit(orders, unit="week", **arguments)


def test_it_stands_beside_the_models(orders) -> None:
    models = [loyalty.ParetoNbd, loyalty.AnchoredForecast]
    found = loyalty.compare(orders, models, unit="week", horizon=13, origins=2)
    assert found.best is loyalty.AnchoredForecast
    assert list(found.to_frame()["model"]) == ["anchored Pareto/NBD", "Pareto/NBD"]


def test_a_fit_that_did_not_converge_warns() -> None:
    # Everybody buys every ten days: customers do not differ in their rate, and nobody is seen to leave.
    rows = [(customer, day) for customer in range(60) for day in range(customer % 10, 360, 10)]
    log = {
        "id": [row[0] for row in rows],
        "day": [str(np.datetime64("2024-01-01") + row[1]) for row in rows],
    }
    orders = loyalty.Orders(log, customer="id", time="day")
    with pytest.warns(loyalty.LoyaltyWarning, match="Pareto/NBD: not converged"):
        loyalty.AnchoredForecast.fit(orders, horizon=60, unit="day")
