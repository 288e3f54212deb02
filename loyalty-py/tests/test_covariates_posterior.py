"""Intervals and posteriors of models with covariates, in the caller's kind of frame."""

import pickle

import numpy as np
import pandas as pd
import pytest

import loyalty
from loyalty import _frames
from loyalty.errors import InputError

N = 600
TABLE = {"age": 20.0 + (np.arange(N) * 7919 % 1000) / 20, "member": np.arange(N) % 2 == 1}
BASE = loyalty.BgNbd(r=0.9, alpha=9, a=0.9, b=2.5, unit="week")
GAMMA = {
    "purchase:age": 0.02,
    "purchase:member": 0.4,
    "dropout:age": -0.015,
    "dropout:member": 0.5,
}


@pytest.fixture(scope="module")
def customers() -> loyalty.CustomerSummary:
    truth = loyalty.PurchaseWithCovariates(BASE, TABLE, coefficients=GAMMA)
    bought = truth.simulate(TABLE, [60.0] * N, seed=11)
    spent = _frames.array(loyalty.GammaGamma(p=6, q=4, v=15)._core.simulate(bought._core, 5, 0))
    return loyalty.CustomerSummary(
        frequency=bought.frequency,
        recency=bought.recency,
        T=bought.T,
        monetary_value=np.where(TABLE["member"], np.exp(0.3), 1.0) * spent,
        unit="week",
    )


@pytest.fixture(scope="module")
def fit(customers):
    return loyalty.BgNbd.fit(customers, covariates=TABLE)


@pytest.fixture(scope="module")
def posterior(customers, fit):
    return fit.posterior(customers, covariates=TABLE, draws=400)


def test_a_posterior_holds_the_coefficients(customers, fit, posterior) -> None:
    assert isinstance(posterior.mode.model, loyalty.PurchaseWithCovariates)
    assert posterior == loyalty.BgNbd.posterior(customers, covariates=TABLE, draws=400)
    assert posterior.names[4:] == list(GAMMA)
    assert posterior.priors["dropout:member"] == "normal(mean 0, sigma 1)"
    table = pd.DataFrame(posterior.summary(0.9)).set_index("parameter")
    for name, truth in GAMMA.items():
        assert abs(table["estimate"][name] - truth) < 4 * table["standard_error"][name]
        error = fit.standard_errors[name]
        assert table["standard_error"][name] == pytest.approx(error, rel=0.25)
    assert "BG/NBD with covariates" in repr(posterior)


def test_roles_of_a_fit_go_on_to_its_posterior(customers) -> None:
    fit = loyalty.MbgNbd.fit(
        customers, covariates=TABLE, purchase=["member"], dropout=[], shared=["age"]
    )
    posterior = fit.posterior(customers, covariates=TABLE, draws=200)
    assert posterior.names == list(fit.parameters)
    assert posterior.names[4:] == ["purchase:member", "shared:age"]


def test_predictions_are_means_over_the_points_of_each_customers_own_model(
    customers, posterior
) -> None:
    few = posterior.thinned(40)
    expected = few.interval("expected_purchases", customers, covariates=TABLE, horizon=13)
    alive = few.interval("p_alive", customers, covariates=TABLE)
    counts = few.purchase_distribution(customers, 13, covariates=TABLE, most=1)
    np.testing.assert_allclose(sum(counts.values()), 1, rtol=1e-12)
    models = [
        loyalty.PurchaseWithCovariates(
            loyalty.BgNbd(r=r, alpha=alpha, a=phi * kappa, b=(1 - phi) * kappa, unit="week"),
            TABLE,
            coefficients=dict(zip(GAMMA, map(float, gamma), strict=True)),
        )
        for r, alpha, phi, kappa, *gamma in few.points.tolist()
    ]
    for name, found in (("expected_purchases", expected), ("p_alive", alive)):
        asked = (customers, 13) if name == "expected_purchases" else (customers,)
        each = [getattr(model, name)(*asked, covariates=TABLE) for model in models]
        np.testing.assert_allclose(found["estimate"], np.mean(each, axis=0), rtol=1e-9)
        assert (found["lower"] <= found["upper"]).all()


def test_intervals_of_a_fit_lie_near_those_of_the_posterior(customers, fit, posterior) -> None:
    by_fit = fit.interval("expected_purchases", customers, covariates=TABLE, horizon=13)
    plain = fit.model.expected_purchases(customers, 13, covariates=TABLE)
    np.testing.assert_array_equal(by_fit["estimate"], plain)
    asked = {"covariates": TABLE, "horizon": 13}
    by_posterior = posterior.interval("expected_purchases", customers, **asked)
    ratio = by_posterior["standard_error"] / by_fit["standard_error"]
    assert 0.85 < np.median(ratio) < 1.15


def test_lifetime_values_with_their_intervals(customers, fit, posterior) -> None:
    spend = loyalty.GammaGamma.fit(customers, covariates=TABLE, spend=["member"])
    over = spend.posterior(customers, covariates=TABLE, draws=400)
    assert over.names[3:] == ["spend:member"]
    low = over.interval("expected_spend", customers, covariates=TABLE)
    assert low["estimate"][1] > 0
    asked = {"horizon": 52, "annual_discount_rate": 0.1, "margin": 0.3}
    plain = loyalty.clv(customers, fit, spend, covariates=TABLE, **asked)
    expected = {**asked, "kind": "expectation", "covariates": TABLE}
    by_fits = loyalty.clv_interval(customers, fit, spend, **expected)
    np.testing.assert_allclose(by_fits["estimate"], plain, rtol=1e-12)
    total = loyalty.clv_interval(customers, fit, spend, total=True, **expected)
    assert total["estimate"][0] == pytest.approx(plain.sum())
    values = loyalty.clv_posterior(customers, posterior, over, covariates=TABLE, **asked)
    assert (values["lower"] <= values["estimate"]).all()
    assert values["estimate"].sum() == pytest.approx(plain.sum(), rel=0.1)
    alike = loyalty.GammaGamma.posterior(customers, draws=400)
    mixed = loyalty.clv_posterior(customers, posterior, alike, covariates=TABLE, **asked)
    assert mixed["estimate"].sum() == pytest.approx(plain.sum(), rel=0.15)


def test_files_and_pickles_keep_the_bits(customers, posterior, tmp_path) -> None:
    posterior.save(tmp_path / "posterior.json")
    again = loyalty.load(tmp_path / "posterior.json")
    assert again == posterior == pickle.loads(pickle.dumps(posterior))
    assert again.mode.model == posterior.mode.model
    asked = {"covariates": TABLE, "points": 50}
    expected = posterior.interval("p_alive", customers, **asked)["upper"]
    assert np.array_equal(again.interval("p_alive", customers, **asked)["upper"], expected)


def test_what_is_refused_by_name(customers, fit, posterior) -> None:
    missing = "covariates must be given, as the model has learnt from age, member"
    for ask in (fit.interval, posterior.interval):
        with pytest.raises(InputError, match=missing):
            ask("p_alive", customers)
    with pytest.raises(InputError, match=missing):
        fit.posterior(customers)
    amounts = loyalty.GammaGamma.fit(customers)
    with pytest.raises(InputError, match="covariates must be given"):
        loyalty.clv_interval(customers, fit, amounts, horizon=52, kind="expectation")
    for known in (None, TABLE):
        with pytest.raises(TypeError, match='what is expected alone: kind="expectation"'):
            loyalty.clv_interval(customers, fit, amounts, horizon=52, covariates=known)
    plain = loyalty.BgNbd.fit(customers)
    with pytest.raises(TypeError, match="covariates are not for a BG/NBD model"):
        plain.interval("p_alive", customers, covariates=TABLE)
    with pytest.raises(TypeError, match="posterior of the model that its customers follow"):
        fit.model.posterior(customers)
    short = {name: column[:-1] for name, column in TABLE.items()}
    with pytest.raises(InputError, match="covariates"):
        posterior.interval("p_alive", customers, covariates=short)
    with pytest.raises(InputError, match="for a BG/NBD with covariates posterior"):
        posterior.interval("expected_spend", customers, covariates=TABLE)
    with pytest.raises(TypeError, match="dropout names columns of covariates"):
        loyalty.BgNbd.posterior(customers, dropout=["age"])
