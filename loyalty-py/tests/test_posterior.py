"""The posterior of a model: what the core found, in the caller's kind of frame."""

from __future__ import annotations

import numpy as np
import pytest

import loyalty
from loyalty.errors import FitError, InputError


@pytest.fixture(scope="module")
def customers():
    log = loyalty.datasets.cdnow("pandas")
    orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
    return orders.summarize(unit="week", observation_end="1997-09-30")


@pytest.fixture(scope="module")
def posterior(customers):
    return loyalty.BgNbd.posterior(customers, draws=2000)


def test_points_and_weights(posterior):
    assert posterior.points.shape == (2000, 4)
    assert posterior.weights.sum() == pytest.approx(1.0)
    assert posterior.method == "importance-sampling"
    assert posterior.k_hat < 0.7
    assert 1000 < posterior.effective_draws <= 2000
    assert posterior.names == ["r", "alpha", "a", "b"]
    assert posterior.mode.stop == "converged"


def test_the_mean_lies_near_the_fit_and_the_deviation_near_its_error(customers, posterior):
    fit = loyalty.BgNbd.fit(customers)
    table = posterior.summary(0.9)
    for row, name in enumerate(posterior.names):
        error = fit.standard_errors[name]
        assert abs(table["estimate"][row] - fit.parameters[name]) < 0.5 * error
        assert table["standard_error"][row] == pytest.approx(error, rel=0.2)


def test_a_seed_gives_the_same_bits_for_every_number_of_threads(customers):
    one = loyalty.MbgNbd.posterior(customers, draws=200, seed=3, threads=1)
    two = loyalty.MbgNbd.posterior(customers, draws=200, seed=3, threads=2)
    assert one == two
    assert one != loyalty.MbgNbd.posterior(customers, draws=200, seed=4)


def test_predictions_are_frames_of_the_callers_kind(customers, posterior):
    alive = posterior.interval("p_alive", customers, level=0.9)
    assert list(alive.columns) == ["customer_id", "estimate", "standard_error", "lower", "upper"]
    assert ((alive["lower"] <= alive["upper"]) & (alive["upper"] <= 1)).all()
    plain = posterior.mode.model.expected_purchases(customers, 39)["expected_purchases"]
    expected = posterior.interval("expected_purchases", customers, horizon=39)
    away = (expected["estimate"] - plain).abs() / expected["standard_error"]
    assert away.max() < 1.0


def test_values_over_both_posteriors(customers, posterior):
    spend = loyalty.GammaGamma.posterior(customers, draws=500)
    values = loyalty.clv_posterior(customers, posterior, spend, horizon=52, margin=0.3)
    plain = loyalty.clv(customers, posterior.mode, spend.mode, horizon=52, margin=0.3)["clv"]
    assert values["estimate"].sum() == pytest.approx(plain.sum(), rel=0.05)
    with pytest.raises(
        TypeError, match="spend must be the Posterior of a SpendModel, got Posterior"
    ):
        loyalty.clv_posterior(customers, posterior, posterior, horizon=52)


def test_priors_are_named(customers):
    prior = loyalty.Prior.log_normal(0.3, 0.01)
    posterior = loyalty.BgNbd.posterior(customers, draws=200, priors={"r": prior})
    assert posterior.priors["r"] == "log-normal(median 0.3, sigma 0.01)"
    assert posterior.priors["b"] == "log-normal(median 2.5, sigma 1.2)"
    assert posterior.summary()["estimate"][0] == pytest.approx(0.3, rel=0.05)


def test_a_fit_leads_to_the_posterior_of_its_kind(customers):
    fit = loyalty.Nbd.fit(customers)
    assert fit.posterior(customers, draws=200) == loyalty.Nbd.posterior(customers, draws=200)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"draws": 50}, "draws must be at least 100, got 50"),
        ({"method": "laplace"}, "method must be importance-sampling"),
        ({"priors": {"q": loyalty.Prior.known(1.0)}}, "priors must be of the model's parameters"),
    ],
)
def test_what_makes_no_posterior(customers, arguments, message):
    with pytest.raises(InputError, match=message):
        loyalty.BgNbd.posterior(customers, **arguments)


def test_nobody_who_came_back():
    nobody = loyalty.CustomerSummary(frequency=[0, 0], recency=[0, 0], T=[9, 9])
    with pytest.raises(FitError):
        loyalty.BgNbd.posterior(nobody)


def test_quantities_a_model_does_not_predict(customers, posterior):
    with pytest.raises(InputError, match="for a BG/NBD posterior"):
        posterior.interval("expected_spend", customers)
    with pytest.raises(InputError, match="a horizon goes with"):
        posterior.interval("p_alive", customers, horizon=3)


def test_what_it_shows(posterior):
    assert repr(posterior).startswith("<Posterior: BG/NBD, 2000 points by importance-sampling")
    page = posterior._repr_html_()
    assert "k-hat" in page and "log-normal" in page


def test_arviz_gets_equally_weighted_draws(posterior):
    pytest.importorskip("arviz")
    tree = posterior.to_arviz(draws=800)
    r = np.asarray(tree["posterior"]["r"])  # by either release of ArviZ
    assert r.shape == (1, 800)
    assert r.mean() == pytest.approx(posterior.summary()["estimate"][0], rel=0.02)


def test_the_few_points_of_a_large_shop_give_draws_for_arviz(customers):
    pytest.importorskip("arviz")
    few = loyalty.BgNbd.posterior(customers, method="quadrature")
    assert len(few.weights) == 8
    tree, again = few.to_arviz(draws=20_000, seed=1), few.to_arviz(draws=20_000, seed=1)
    for slot, name in enumerate(few.names):
        draws = np.log(np.asarray(tree["posterior"][name])[0])
        assert (draws == np.log(np.asarray(again["posterior"][name])[0])).all()
        points = np.log(few.points[:, slot])
        assert draws.mean() == pytest.approx(points.mean(), abs=0.03 * points.std())
        assert draws.std() == pytest.approx(points.std(), rel=0.03)
    with pytest.raises(InputError, match="draws"):
        few.to_arviz(draws=0)


def test_posterior_predictive_counts_are_means_over_the_points(customers, posterior):
    found = posterior.purchase_distribution(customers, 39, most=3, points=50)
    assert list(found.columns) == ["customer_id", "p_0", "p_1", "p_2", "p_3", "p_more"]
    total = found.drop(columns="customer_id").sum(axis=1)
    np.testing.assert_allclose(total, 1, rtol=1e-12)
    points = posterior.thinned(50).points.tolist()
    models = [loyalty.BgNbd(r=r, alpha=alpha, a=a, b=b) for r, alpha, a, b in points]
    by_hand = [m.purchase_distribution(customers, 39, most=3)["p_1"] for m in models]
    np.testing.assert_allclose(found["p_1"], np.mean(by_hand, axis=0), rtol=1e-12)
    spend = loyalty.GammaGamma.posterior(customers, draws=200)
    with pytest.raises(InputError, match="purchase"):
        spend.purchase_distribution(customers, 39)
    with pytest.raises(InputError, match="most must be from 0 to 10000"):
        posterior.purchase_distribution(customers, 39, most=10_001)


def test_files_keep_every_bit_in_every_language(golden, tmp_path) -> None:
    import csv
    import pickle

    orders = loyalty.datasets.cdnow_orders()
    customers = orders.calibration_holdout("1997-09-30", unit="week").calibration
    purchases = loyalty.load(golden / "posterior_bg_nbd.json")
    spend = loyalty.load(golden / "posterior_gamma_gamma.json")
    assert isinstance(purchases, loyalty.Posterior) and purchases.mode.stop == "converged"
    with (golden / "intervals.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = {
        "p_alive": purchases.interval("p_alive", customers, level=0.9),
        "expected_purchases_39": purchases.interval(
            "expected_purchases", customers, horizon=39, level=0.9
        ),
        "clv_52_annual_10_percent": loyalty.clv_posterior(
            customers, purchases, spend, horizon=52, annual_discount_rate=0.1, margin=0.3, level=0.9
        ),
    }
    for name, table in found.items():
        for ours, theirs in (("estimate", ""), ("lower", "_lower"), ("upper", "_upper")):
            expected = [float(row[name + theirs]) for row in rows]
            assert np.asarray(table[ours])[::31].tolist() == expected
    path = tmp_path / "posterior.json"
    purchases.save(path)
    assert loyalty.load(path) == purchases == pickle.loads(pickle.dumps(purchases))
    with pytest.raises(InputError, match="spend"):
        purchases.interval("expected_spend", customers)
