"""Contracts in every kind of frame, and the models of them through Python."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import loyalty

REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
MODELS = [loyalty.Sbg(gamma=0.704, delta=1.182), loyalty.Bdw(gamma=0.26, delta=1.72, c=1.58)]


def cohorts() -> dict[str, list[Any]]:
    return {
        "kind": ["regular"] * 8 + ["high end"] * 8,
        "renewals": [*range(8), *range(8)],
        "customers": REGULAR + HIGH_END,
    }


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_frames_of_every_kind_are_the_same_contracts(make: Any) -> None:
    given = loyalty.Contracts.from_cohorts(make(cohorts()), cohort="kind")
    assert given == loyalty.Contracts.from_cohorts(cohorts(), cohort="kind")
    answer = MODELS[0].churn(given)
    assert type(answer) is type(make(cohorts()))
    assert list(pd.DataFrame(pa.table(answer).to_pydict()).columns) == ["kind", "churn"]
    ahead = pa.table(MODELS[0].forecast(given, 5))
    assert ahead.column_names == ["kind", "renewals", "expected_customers"]
    assert ahead["kind"].to_pylist() == ["regular"] * 5 + ["high end"] * 5
    assert ahead["renewals"].to_pylist() == [8, 9, 10, 11, 12] * 2
    np.testing.assert_allclose(
        ahead["expected_customers"][:5].to_numpy(),
        [241 * MODELS[0].survival(7, k) for k in range(1, 6)],
    )


def test_customers_come_from_a_query() -> None:
    relation = duckdb.sql(
        "select * from (values ('ada', 3, false), ('grace', 0, true)) as t(id, made, gone)"
    )
    contracts = loyalty.Contracts(relation, renewals="made", left="gone", customer="id")
    assert contracts.customer is not None
    assert contracts.customer.tolist() == ["ada", "grace"]
    assert MODELS[0].churn(contracts).column_names == ["id", "churn"]


def test_published_fits() -> None:
    for counts, ln_l in ((REGULAR, -1680.265188), (HIGH_END, -1611.158147)):
        cohort = loyalty.Contracts.from_cohorts(renewals=range(8), customers=counts)
        fit = loyalty.Sbg.fit(cohort)
        assert abs(fit.log_likelihood - ln_l) < 1e-6
        assert fit.model.log_likelihood(cohort) == pytest.approx(fit.log_likelihood, rel=1e-14)
        assert fit.customers == 1000
    assert loyalty.Bdw.fit(cohort).aic < fit.aic


@pytest.mark.parametrize("model", MODELS)
def test_answers_have_the_shape_of_the_question(model: Any) -> None:
    contracts = loyalty.Contracts(renewals=[0, 5, 5], left=[False, False, True])
    rate = {"discount_rate": 0.1}
    for ask in (
        model.churn,
        lambda n: model.survival(n, 3),
        lambda n: model.expected_renewals(n, 3),
        lambda n: model.discounted_renewals(n, **rate),
        lambda n: model.clv(n, margin=1.0, **rate),
    ):
        alone, many, table = ask(5), ask([[0, 5]]), ask(contracts)
        assert isinstance(alone, float)
        assert many.shape == (1, 2)
        assert table.tolist() == [many[0, 0], alone, 0.0]
    one = model.discounted_renewals(2, annual_discount_rate=0.1, renewals_per_year=1)
    assert one == pytest.approx(model.discounted_renewals(2, **rate), rel=1e-14)
    assert model.clv(contracts, margin=[1.0, 2.0, 3.0], **rate)[1] == pytest.approx(
        2 * model.discounted_renewals(5, **rate)
    )
    lifetime = model.discounted_lifetime(**rate)
    assert lifetime == pytest.approx(1 + model.discounted_renewals(0, **rate) / 1.1)


def test_horizons_are_stated_whole() -> None:
    ask = MODELS[0].discounted_renewals
    for wrong, message in (
        ({}, "a discount rate is needed"),
        ({"discount_rate": 0}, "discount_rate must be finite and > 0"),
        ({"discount_rate": 10, "periods": 3}, "a share below 1"),
        ({"annual_discount_rate": 0.1}, "go together"),
        ({"annual_discount_rate": 0.1, "renewals_per_year": 12, "discount_rate": 0.1}, "not both"),
        ({"annual_discount_rate": 0.1, "renewals_per_year": 0}, "renewals_per_year must be"),
        ({"discount_rate": 0, "periods": 10_001}, "from 0 to 10000"),
    ):
        with pytest.raises(loyalty.InputError, match=message):
            ask(1, **wrong)
    with pytest.raises(loyalty.InputError, match="periods must be from 1"):
        MODELS[0].forecast(loyalty.Contracts(renewals=[1]), 0)


def test_tables_are_refused_by_row() -> None:
    refused: list[tuple[Callable[[], object], str]] = [
        (lambda: loyalty.Contracts(renewals=[1, 1.5]), '"renewals", row 1: must be a whole'),
        (lambda: loyalty.Contracts(renewals=[1, None]), '"renewals", row 1'),
        (lambda: loyalty.Contracts(renewals=[1, 2], left=[True]), '"left" has 1 rows'),
        (lambda: loyalty.Contracts(renewals=[1], left=[None]), '"left"'),
        (lambda: loyalty.Contracts(renewals=[]), "is empty"),
        (
            lambda: loyalty.Contracts.from_cohorts(renewals=[0, 1], customers=[5, 6]),
            '"customers", row 1: must be at most',
        ),
    ]
    for make, message in refused:
        with pytest.raises(loyalty.InputError, match=message):
            make()
    with pytest.raises(TypeError, match="customers must be a Contracts"):
        loyalty.Sbg.fit(loyalty.CustomerSummary(frequency=[1], recency=[1], T=[2]))
    with pytest.raises(TypeError, match="customers must be a CustomerSummary"):
        loyalty.BgNbd.fit(loyalty.Contracts(renewals=[1]))
    with pytest.raises(loyalty.FitError, match="nobody has left"):
        loyalty.Sbg.fit(loyalty.Contracts(renewals=[1, 2, 3]))


def test_intervals_of_a_fit_and_of_a_posterior() -> None:
    cohort = loyalty.Contracts.from_cohorts(renewals=range(8), customers=REGULAR)
    fit = loyalty.Sbg.fit(cohort)
    posterior = fit.posterior(cohort, draws=1000)
    for source in (fit, posterior):
        churn = source.interval("churn", cohort)
        last = {name: values[-1] for name, values in churn.items()}
        assert last["lower"] < fit.model.churn(7) < last["upper"]
        ahead = source.interval("survival", cohort, horizon=5)
        assert ahead["lower"][-1] < fit.model.survival(7, 5) < ahead["upper"][-1]
        with pytest.raises(loyalty.InputError, match="a horizon goes with the survival"):
            source.interval("churn", cohort, horizon=5)
        with pytest.raises(loyalty.InputError, match='must be "churn" or "survival"'):
            source.interval("p_alive", cohort)
    means = posterior.points.T @ posterior.weights
    errors = fit.standard_errors
    assert errors is not None
    assert abs(means[0] - fit.model.parameters["gamma"]) < errors["gamma"]


def test_a_boundary_is_warned_of() -> None:
    alike = loyalty.Contracts.from_cohorts(renewals=range(4), customers=[10000, 7500, 5625, 4219])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit = loyalty.Sbg.fit(alike)
    assert "all customers are equally likely to leave" in fit.identification_message
    assert any(warning.category is loyalty.LoyaltyWarning for warning in caught)


def test_objects_travel(tmp_path: Path) -> None:
    frame = pl.DataFrame(cohorts())
    contracts = loyalty.Contracts.from_cohorts(frame, cohort="kind")
    again = pickle.loads(pickle.dumps(contracts))
    assert again == contracts
    assert type(again.to_frame()) is pl.DataFrame
    assert repr(contracts) == "<Contracts: 16 rows, 2000 contracts, 732 still running>"
    assert "732" in contracts._repr_html_()
    fit = loyalty.Bdw.fit(contracts)
    fit.save(tmp_path / "fit.json")
    assert loyalty.load(tmp_path / "fit.json") == fit.model
    loaded = loyalty.load_fit(tmp_path / "fit.json")
    assert loaded == fit
    assert pickle.loads(pickle.dumps(fit)) == fit


def test_simulated_customers_come_back_by_one() -> None:
    truth = loyalty.Bdw(gamma=0.6, delta=2.0, c=1.6)
    contracts = truth.simulate(np.full(40_000, 10), seed=3)
    found = loyalty.Bdw.fit(contracts)
    assert found.standard_errors is not None
    for name, value in truth.parameters.items():
        assert abs(found.parameters[name] - value) < 4 * found.standard_errors[name]
    assert int(contracts.renewals.max()) == 10
    assert not contracts.left[contracts.renewals == 10].any()
