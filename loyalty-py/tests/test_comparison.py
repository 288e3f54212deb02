"""Models side by side over cutoffs of a log."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

import loyalty
from loyalty.errors import InputError


@pytest.fixture(scope="module")
def orders():
    log = loyalty.datasets.cdnow("pandas")
    return loyalty.Orders(log, customer="customer_id", time="date", amount="amount")


@pytest.fixture(scope="module")
def comparison(orders):
    models = [loyalty.BgNbd, loyalty.MbgNbd, "nbd"]
    return loyalty.compare(orders, models, unit="week", horizon=26)


def test_the_newest_forecast_is_that_of_a_split(orders, comparison):
    split = orders.calibration_holdout(comparison.origins[0], unit="week")
    assert split.holdout_duration == 26.0
    fit = loyalty.BgNbd.fit(split.calibration)
    errors = loyalty.holdout_errors(fit, split)
    table = comparison.forecasts()
    row = table[(table["model"] == "BG/NBD") & (table["origin"] == comparison.origins[0])].iloc[0]
    assert row["expected"] == pytest.approx(errors.expected, rel=1e-12)
    assert (row["mae"], row["rmse"]) == pytest.approx((errors.mae, errors.rmse), rel=1e-12)
    assert row["level"] == pytest.approx(errors.expected / errors.actual, rel=1e-12)


def test_the_deviance_is_that_of_a_poisson_distribution(orders, comparison):
    split = orders.calibration_holdout(comparison.origins[0], unit="week")
    fit = loyalty.BgNbd.fit(split.calibration)
    p = fit.model.expected_purchases(split.calibration, 26.0)["expected_purchases"].to_numpy()
    y = split.to_frame()["frequency_holdout"].to_numpy().astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        surprise = np.where(y > 0, y * np.log(y / p), 0.0)
    deviance = 2 * np.mean(surprise - (y - p))
    table = comparison.forecasts()
    found = table[(table["model"] == "BG/NBD")]["deviance"].iloc[0]
    assert found == pytest.approx(deviance, rel=1e-12)
    tenth = np.argsort(-p, kind="stable")[: math.ceil(len(p) / 10)]
    top = table[(table["model"] == "BG/NBD")]["top_decile"].iloc[0]
    assert top == pytest.approx(y[tenth].sum() / y.sum(), abs=0.01)


def test_models_are_in_order_of_their_deviance(comparison):
    table = comparison.to_frame()
    assert (np.diff(table["deviance"]) >= 0).all()
    assert comparison.best.title == table["model"][0]
    per = (
        comparison.forecasts()
        .groupby("model")["deviance"]
        .apply(lambda d: np.exp(np.log(d).mean()))
    )
    for model, deviance in zip(table["model"], table["deviance"], strict=True):
        assert deviance == pytest.approx(per[model], rel=1e-12)
    assert set(table["stop"]) == {"converged"}
    assert table["aic"].notna().all()


def test_revenue_is_forecast_where_there_are_amounts(orders, comparison):
    table = comparison.forecasts()
    assert table["revenue_actual"].gt(0).all()
    assert (table["revenue_expected"] / table["revenue_actual"]).between(0.3, 3).all()
    plain = loyalty.Orders(loyalty.datasets.cdnow("pandas"), customer="customer_id", time="date")
    without = loyalty.compare(plain, ["bg-nbd"], unit="week", origins=1).forecasts()
    assert without["revenue_actual"].isna().all()
    assert without["problem"][0] == ""


def test_a_model_that_cannot_be_fitted_says_why():
    log = {"id": [1, 2, 3, 1], "day": ["2024-01-01", "2024-01-05", "2024-03-01", "2024-04-30"]}
    orders = loyalty.Orders(log, customer="id", time="day")
    found = loyalty.compare(orders, ["bg-nbd"], horizon=20, origins=1, unit="day")
    assert "nobody" in found.forecasts()["problem"][0] or found.forecasts()["problem"][0]
    assert np.isnan(found.to_frame()["deviance"][0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"origins": 0}, "origins must be from 1 to 100"),
        ({"horizon": -1.0}, "horizon"),
        ({"horizon": 2000.0}, "calibration|order"),
        ({"models": ["weibull"]}, "purchase model"),
    ],
)
def test_refusals(orders, arguments, message):
    with pytest.raises(InputError, match=message):
        loyalty.compare(orders, **arguments)


def test_what_is_no_model(orders):
    with pytest.raises(TypeError, match="models must be classes of purchase models"):
        loyalty.compare(orders, [loyalty.GammaGamma])


@pytest.fixture(scope="module")
def known():
    """Whether the first order was a large one, the last customer first."""
    log = loyalty.datasets.cdnow("pandas").sort_values("date", kind="stable")
    first = log.groupby("customer_id", as_index=False).first()
    return first.assign(large=first["amount"] > 30)[["large", "customer_id"]].iloc[::-1]


def test_covariates_stand_beside_the_models_without(orders, known):
    models = ["mbg-nbd", "mbg-nbd-with-covariates"]
    how = {"unit": "week", "horizon": 26, "origins": 2, "covariates": known}
    found = loyalty.compare(orders, models, **how)
    table = found.to_frame().set_index("model")
    assert set(table.index) == {"MBG/NBD with covariates", "MBG/NBD"}
    classes = {"MBG/NBD": loyalty.MbgNbd, "MBG/NBD with covariates": loyalty.PurchaseWithCovariates}
    assert found.best is classes[table.index[0]]
    by = table.loc["MBG/NBD with covariates"]
    whole = loyalty.MbgNbd.fit(orders.summarize(unit="week"), covariates=known)
    assert by["log_likelihood"] == whole.log_likelihood > table.loc["MBG/NBD", "log_likelihood"]
    assert (by["aic"], by["bic"]) == (whole.aic, whole.bic)

    split = orders.calibration_holdout(found.origins[0], unit="week")
    fit = loyalty.MbgNbd.fit(split.calibration, covariates=known)
    p = fit.model.expected_purchases(split.calibration, 26.0, covariates=known)
    rows = found.forecasts()
    row = rows[rows["model"] == by.name].iloc[0]
    assert row["origin"] == found.origins[0]
    assert row["expected"] == pytest.approx(p["expected_purchases"].sum(), rel=1e-12)

    only_dropout = loyalty.compare(orders, models[1:], purchase=[], dropout=["large"], **how)
    by_dropout = loyalty.MbgNbd.fit(
        orders.summarize(unit="week"), covariates=known, purchase=[], dropout=["large"]
    )
    assert only_dropout.to_frame()["log_likelihood"][0] == by_dropout.log_likelihood


def test_covariates_bring_their_models(orders, known):
    found = loyalty.compare(orders, unit="week", horizon=26, origins=1, covariates=known)
    titles = set(found.to_frame()["model"])
    assert {f"{title} with covariates" for title in ("Pareto/NBD", "BG/NBD", "MBG/NBD")} < titles
    assert {"NBD", "anchored Pareto/NBD"} < titles


def test_covariates_are_refused_by_name(orders, known):
    model = ["bg-nbd-with-covariates"]
    with pytest.raises(InputError, match='no row for the customer "?2357'):
        loyalty.compare(orders, model, covariates=known.iloc[1:])
    with pytest.raises(InputError, match='covariates have no column "customer_id"'):
        loyalty.compare(orders, model, covariates=known[["large"]])
    with pytest.raises(InputError, match="give these too"):
        loyalty.compare(orders, model, dropout=["large"])
    without = loyalty.compare(orders, model, unit="week", horizon=26, origins=1)
    assert "covariates" in without.to_frame()["stop"][0]
    odd = loyalty.compare(orders, ["nbd-with-covariates"], origins=1, covariates=known)
    assert "one that takes covariates" in odd.to_frame()["stop"][0]


def test_what_it_shows(comparison):
    assert "the best first" in repr(comparison)
    assert "deviance" in comparison._repr_html_()
    with pytest.raises(TypeError, match="pickle its frames"):
        pickle.dumps(comparison)
