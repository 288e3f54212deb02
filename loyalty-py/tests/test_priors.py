"""Priors, known parameters and the penalty of lifetimes."""

from __future__ import annotations

import pickle
from typing import Any

import lifetimes
import numpy as np
import pandas as pd
import pytest

import loyalty
from loyalty import Prior


@pytest.fixture(scope="module")
def customers() -> loyalty.CustomerSummary:
    orders = loyalty.datasets.cdnow_orders()
    return orders.summarize(unit="week", observation_end="1997-09-30")


# The strongest penalty draws q below 1, which is flagged.
@pytest.mark.filterwarnings("ignore:Gamma-Gamma. q:loyalty.LoyaltyWarning")
@pytest.mark.parametrize("penalizer", [0.0, 1e-4, 0.001, 0.01])
def test_penalizer_is_that_of_lifetimes(
    customers: loyalty.CustomerSummary, penalizer: float
) -> None:
    columns = [pd.Series(c) for c in (customers.frequency, customers.recency, customers.T)]
    peer = lifetimes.BetaGeoFitter(penalizer_coef=penalizer).fit(*columns, tol=1e-8)
    ours = loyalty.BgNbd.fit(customers, penalizer=penalizer)
    np.testing.assert_allclose(list(ours.parameters.values()), peer.params_, rtol=1e-4)

    spent = customers.monetary_value
    assert spent is not None
    repeat = customers.frequency > 0
    money = [pd.Series(c[repeat]) for c in (customers.frequency, spent)]
    peer = lifetimes.GammaGammaFitter(penalizer_coef=penalizer).fit(*money, tol=1e-7)
    spend = loyalty.GammaGamma.fit(customers, penalizer=penalizer)
    np.testing.assert_allclose(list(spend.parameters.values()), peer.params_, rtol=1e-4)


def test_a_tight_prior_wins_and_a_wide_one_gives_way(customers: loyalty.CustomerSummary) -> None:
    free = loyalty.BgNbd.fit(customers)
    tight = loyalty.BgNbd.fit(customers, priors={"b": Prior.log_normal(9.0, 1e-6)})
    assert tight.model.b == pytest.approx(9.0, rel=1e-4)
    wide = loyalty.BgNbd.fit(customers, priors={"b": Prior.gamma(1e-9, 9.0)})
    assert wide.model.b == pytest.approx(free.model.b, rel=1e-6)
    assert tight.log_likelihood < free.log_likelihood
    assert free.log_prior == 0.0


def test_known_parameters_are_not_fitted(customers: loyalty.CustomerSummary) -> None:
    fit = loyalty.BgNbd.fit(customers, priors={"a": Prior.known(0.5), "r": Prior.known(0.25)})
    assert (fit.model.a, fit.model.r) == (0.5, 0.25)
    errors = fit.standard_errors
    assert errors is not None
    assert (errors["a"], errors["r"]) == (0.0, 0.0)
    assert errors["b"] > 0
    assert fit.aic == 2 * 2 - 2 * fit.log_likelihood
    assert loyalty.load_fit is not None


def test_a_fit_with_priors_comes_back_from_its_file(
    customers: loyalty.CustomerSummary, tmp_path: Any
) -> None:
    fit = loyalty.BgNbd.fit(customers, priors={"a": Prior.known(0.5)})
    fit.save(tmp_path / "model.json")
    again = loyalty.load_fit(tmp_path / "model.json")
    assert again == fit
    assert (again.aic, again.log_prior) == (fit.aic, fit.log_prior)
    assert pickle.loads(pickle.dumps(fit)) == fit


@pytest.mark.parametrize(
    "prior", [Prior.log_normal(2, 0.5), Prior.gamma(3, 0.5, absolute=True), Prior.known(4)]
)
def test_priors_are_values(prior: Prior) -> None:
    again = pickle.loads(pickle.dumps(prior))
    assert again == prior
    assert hash(again) == hash(prior)
    assert eval(repr(prior)) == prior
    with pytest.raises(AttributeError, match="immutable"):
        prior.median = 3


def test_what_is_no_prior_is_refused(customers: loyalty.CustomerSummary) -> None:
    for bad in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(loyalty.InputError, match="median must be"):
            Prior.log_normal(bad, 1.0)
        with pytest.raises(loyalty.InputError, match="mean must be"):
            Prior.gamma(1.0, bad)
        with pytest.raises(loyalty.InputError, match="value must be"):
            Prior.known(bad)
    with pytest.raises(loyalty.InputError, match="priors must be of the model's parameters"):
        loyalty.BgNbd.fit(customers, priors={"v": Prior.known(1.0)})
    with pytest.raises(TypeError, match="the prior of 'a' must be a Prior, got float"):
        loyalty.BgNbd.fit(customers, priors={"a": 0.5})  # type: ignore[dict-item]
    with pytest.raises(loyalty.InputError, match="penalizer must be finite and >= 0"):
        loyalty.BgNbd.fit(customers, penalizer=-0.1)


def test_days_and_weeks_give_the_same_forecast() -> None:
    orders = loyalty.datasets.cdnow_orders()
    priors = {"alpha": Prior.log_normal(0.1, 0.3), "a": Prior.gamma(5, 1)}
    forecasts = []
    for unit, horizon in (("day", 273.0), ("week", 39.0), ("month", 273 / 30.4375)):
        customers = orders.summarize(unit=unit, observation_end="1997-09-30")
        model = loyalty.BgNbd.fit(customers, priors=priors).model
        forecasts.append(model.expected_purchases(customers, horizon))
    np.testing.assert_allclose(forecasts[1], forecasts[0], rtol=1e-8)
    np.testing.assert_allclose(forecasts[2], forecasts[0], rtol=1e-8)
