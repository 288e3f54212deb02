"""The golden files: one fit, its model files, and scores that Rust, Python and C give to the last bit.

What each column of ``scores.csv`` is, loyalty-core/tests/suite/golden.rs says, which writes the files.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import loyalty

KINDS = {"bg_nbd.json": loyalty.BgNbd, "gamma_gamma.json": loyalty.GammaGamma}
#: Every eleventh customer has a row.
STEP = 11


@pytest.fixture(scope="module")
def models(golden: Path) -> tuple[loyalty.BgNbd, loyalty.GammaGamma]:
    purchases, spend = (
        loyalty.load(golden / "bg_nbd.json"),
        loyalty.load(golden / "gamma_gamma.json"),
    )
    assert isinstance(purchases, loyalty.BgNbd)
    assert isinstance(spend, loyalty.GammaGamma)
    return purchases, spend


@pytest.fixture(scope="module")
def expected(golden: Path) -> dict[str, np.ndarray[Any, Any]]:
    with (golden / "scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def scores(
    customers: loyalty.CustomerSummary, models: tuple[loyalty.BgNbd, loyalty.GammaGamma]
) -> dict[str, np.ndarray[Any, Any]]:
    purchases, spend = models
    periods = {"periods": 12, "period_length": 4.345, "discount_rate": 0.01}
    year = {"horizon": 52, "annual_discount_rate": 0.1}
    exactly = [purchases.p_n_purchases_new_customer(n, 39) for n in customers.frequency.tolist()]
    money = customers.monetary_value
    assert money is not None
    return {
        "frequency": customers.frequency,
        "recency": customers.recency,
        "T": customers.T,
        "monetary_value": money,
        "p_alive": purchases.p_alive(customers),
        "expected_purchases_39": purchases.expected_purchases(customers, 39),
        "expected_spend": spend.expected_spend(customers),
        "clv_52_annual_10_percent": loyalty.clv(customers, *models, margin=0.3, **year),
        "clv_12_periods_of_4.345_at_1_percent": loyalty.clv(
            customers, *models, margin=0.3, **periods
        ),
        "purchases_of_new_customer_T": purchases.expected_purchases_new_customer(customers.T),
        "probability_of_n_purchases_39": np.array(exactly),
    }


def same_bits(ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any]) -> None:
    np.testing.assert_array_equal(ours.astype(float).view(np.int64), theirs.view(np.int64))


def test_scores_of_the_cdnow_customers_are_the_golden_ones_to_the_last_bit(
    orders: loyalty.Orders,
    models: tuple[loyalty.BgNbd, loyalty.GammaGamma],
    expected: dict[str, np.ndarray[Any, Any]],
) -> None:
    customers = orders.calibration_holdout("1997-09-30", unit="week").calibration
    ours = scores(customers, models)
    assert list(ours) == list(expected)
    for name, column in ours.items():
        same_bits(column[::STEP], expected[name])


def test_scores_of_a_customer_do_not_depend_on_the_rows_around_him(
    models: tuple[loyalty.BgNbd, loyalty.GammaGamma], expected: dict[str, np.ndarray[Any, Any]]
) -> None:
    some = slice(5, 100, 7)
    customers = loyalty.CustomerSummary(
        frequency=expected["frequency"][some],
        recency=expected["recency"][some],
        T=expected["T"][some],
        monetary_value=expected["monetary_value"][some],
        unit="week",
    )
    for name, column in scores(customers, models).items():
        same_bits(column, expected[name][some])


def test_scores_of_one_customer_without_a_summary_are_the_same_to_the_last_bit(
    models: tuple[loyalty.BgNbd, loyalty.GammaGamma], expected: dict[str, np.ndarray[Any, Any]]
) -> None:
    purchases, spend = models
    for row in range(0, len(expected["T"]), 20):
        cell = {name: float(column[row]) for name, column in expected.items()}
        frequency, recency, T = int(cell["frequency"]), cell["recency"], cell["T"]
        assert purchases.p_alive(frequency=frequency, recency=recency, T=T) == cell["p_alive"]
        ours = purchases.expected_purchases(horizon=39, frequency=frequency, recency=recency, T=T)
        assert ours == cell["expected_purchases_39"]
        ours = spend.expected_spend(transactions=frequency, mean=cell["monetary_value"])
        assert ours == cell["expected_spend"]


@pytest.mark.parametrize("threads", [0, 1, 2, 5])
def test_fitting_cdnow_gives_the_golden_models_to_the_last_bit(
    customers: loyalty.CustomerSummary,
    models: tuple[loyalty.BgNbd, loyalty.GammaGamma],
    threads: int,
) -> None:
    assert loyalty.BgNbd.fit(customers, threads=threads).model == models[0]
    assert loyalty.GammaGamma.fit(customers, threads=threads).model == models[1]


def test_fitting_cdnow_in_any_order_of_rows_gives_the_golden_models(
    cdnow: dict[str, np.ndarray[Any, Any]],
    models: tuple[loyalty.BgNbd, loyalty.GammaGamma],
) -> None:
    order = np.random.default_rng(1).permutation(len(cdnow["date"]))
    shuffled = {name: column[order] for name, column in cdnow.items()}
    orders = loyalty.Orders(shuffled, customer="customer_id", time="date", amount="amount")
    customers = orders.summarize(unit="week", observation_end="1997-09-30")
    assert loyalty.BgNbd.fit(customers).model == models[0]
    assert loyalty.GammaGamma.fit(customers).model == models[1]


@pytest.mark.parametrize("file", KINDS)
def test_a_golden_file_saved_again_is_the_same_text(
    golden: Path, tmp_path: Path, file: str
) -> None:
    fit = loyalty.load_fit(golden / file)
    assert fit is not None
    fit.save(tmp_path / file)
    assert (tmp_path / file).read_text() == (golden / file).read_text()
    assert loyalty.load_fit(tmp_path / file) == fit


@pytest.mark.parametrize("file", KINDS)
def test_a_golden_file_says_what_the_loaded_objects_say(golden: Path, file: str) -> None:
    text = json.loads((golden / file).read_text())
    fit, model = loyalty.load_fit(golden / file), loyalty.load(golden / file)
    assert fit is not None
    assert type(model) is KINDS[file]
    assert fit.model == model
    assert fit.parameters == text["parameters"]
    assert {name: getattr(model, name) for name in text["parameters"]} == text["parameters"]
    facts = text["fit"]
    for name in ("log_likelihood", "customers", "left_out", "iterations", "stop", "gradient_norm"):
        assert getattr(fit, name) == facts[name], name
    np.testing.assert_array_equal(fit.covariance(on_scale=True), facts["covariance_of_logs"])


@pytest.mark.parametrize("file", KINDS)
def test_a_model_saved_without_its_fit_loads_equal_and_has_no_fit(
    golden: Path, tmp_path: Path, file: str
) -> None:
    model = loyalty.load(golden / file)
    model.save(tmp_path / file)
    assert loyalty.load(tmp_path / file) == model
    assert loyalty.load_fit(tmp_path / file) is None
    assert "fit" not in json.loads((tmp_path / file).read_text())


def test_a_model_with_covariates_gives_the_golden_scores(golden: Path) -> None:
    model = loyalty.load(golden / "pareto_nbd_with_covariates.json")
    assert isinstance(model, loyalty.PurchaseWithCovariates)
    with (golden / "covariate_scores.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table = {
        name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name != "channel"
    }
    known = {"age": table["age"], "channel": [row["channel"] for row in rows]}
    customers = loyalty.CustomerSummary(
        frequency=table["frequency"], recency=table["recency"], T=table["T"], unit="week"
    )
    for_ever = {"horizon": float("inf"), "annual_discount_rate": 0.1}
    scores = {
        "p_alive": model.p_alive(customers, covariates=known),
        "expected_purchases_13": model.expected_purchases(customers, 13, covariates=known),
        "p_no_purchase_13": model.p_no_purchase(customers, 13, covariates=known),
        "dert_annual_10_percent": model.discounted_purchases(
            customers, covariates=known, **for_ever
        ),
    }
    for name, values in scores.items():
        assert np.array_equal(values, table[name]), name


def test_posteriors_with_covariates_give_the_golden_intervals(golden: Path) -> None:
    purchases = loyalty.load(golden / "posterior_bg_nbd_with_covariates.json")
    spend = loyalty.load(golden / "posterior_gamma_gamma_with_covariates.json")
    assert isinstance(purchases, loyalty.Posterior)
    assert isinstance(spend, loyalty.Posterior)
    with (golden / "covariate_intervals.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table = {
        name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name != "channel"
    }
    known = {"age": table["age"], "channel": [row["channel"] for row in rows]}
    customers = loyalty.CustomerSummary(
        **{name: table[name] for name in ("frequency", "recency", "T", "monetary_value")},
        unit="week",
    )
    by: dict[str, Any] = {"covariates": known, "level": 0.9}
    year = {"horizon": 52, "annual_discount_rate": 0.1}
    found = {
        "p_alive": purchases.interval("p_alive", customers, **by),
        "expected_purchases_13": purchases.interval(
            "expected_purchases", customers, horizon=13, **by
        ),
        "expected_spend": spend.interval("expected_spend", customers, **by),
        "clv_52_annual_10_percent": loyalty.clv_posterior(
            customers, purchases, spend, margin=0.3, **year, **by
        ),
    }
    for name, intervals in found.items():
        for ours, theirs in (("estimate", ""), ("lower", "_lower"), ("upper", "_upper")):
            same_bits(np.asarray(intervals[ours]), table[name + theirs])
