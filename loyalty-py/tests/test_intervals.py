"""Intervals of parameters, predictions and lifetime values."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import loyalty


@pytest.fixture(scope="module")
def customers() -> loyalty.CustomerSummary:
    log = loyalty.datasets.cdnow("pandas")
    orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
    return orders.summarize(unit="week", observation_end="1997-09-30")


def test_parameters_have_intervals_above_0(customers: loyalty.CustomerSummary) -> None:
    table = loyalty.BgNbd.fit(customers).summary(level=0.9999)
    assert list(table.columns) == ["parameter", "estimate", "standard_error", "lower", "upper"]
    assert (table.lower > 0).all()
    assert ((table.lower < table.estimate) & (table.estimate < table.upper)).all()
    # The interval of ln θ is symmetric.
    np.testing.assert_allclose(table.lower * table.upper, table.estimate**2, rtol=1e-12)


def test_predictions_agree_with_the_model(customers: loyalty.CustomerSummary) -> None:
    fit = loyalty.BgNbd.fit(customers)
    alive = fit.interval("p_alive", customers)
    assert (alive.estimate == fit.model.p_alive(customers).p_alive).all()
    assert (alive.upper <= 1).all()
    assert (alive.lower >= 0).all()
    bought = fit.interval("expected_purchases", customers, horizon=39)
    expected = fit.model.expected_purchases(customers, 39)
    assert (bought.estimate == expected.expected_purchases).all()
    assert list(bought.customer_id) == list(expected.customer_id)
    spend = loyalty.GammaGamma.fit(customers)
    amounts = spend.interval("expected_spend", customers)
    assert (amounts.estimate == spend.model.expected_spend(customers).expected_spend).all()


def test_values_scale_with_the_margin(customers: loyalty.CustomerSummary) -> None:
    purchases, spend = loyalty.BgNbd.fit(customers), loyalty.GammaGamma.fit(customers)
    year = {"horizon": 52, "kind": "expectation"}
    whole = loyalty.clv_interval(customers, purchases, spend, total=True, **year)
    third = loyalty.clv_interval(customers, purchases, spend, margin=0.25, total=True, **year)
    np.testing.assert_allclose(third.to_numpy(), 0.25 * whole.to_numpy(), rtol=1e-9)
    each = loyalty.clv_interval(customers, purchases, spend, **year)
    np.testing.assert_allclose(each.estimate.sum(), whole.estimate[0], rtol=1e-12)
    plain = loyalty.clv(customers, purchases.model, spend.model, horizon=52)
    np.testing.assert_allclose(each.estimate, plain.clv, rtol=1e-15)


def test_refusals(customers: loyalty.CustomerSummary) -> None:
    fit = loyalty.BgNbd.fit(customers)
    for level in (0.0, 1.0, 95.0, float("nan")):
        with pytest.raises(loyalty.InputError, match="level must be above 0 and below 1"):
            fit.interval("p_alive", customers, level=level)
        with pytest.raises(loyalty.InputError, match="level must be above 0 and below 1"):
            fit.summary(level)
    with pytest.raises(loyalty.InputError, match="quantity must be"):
        fit.interval("expected_spend", customers)
    with pytest.raises(loyalty.InputError, match="a horizon goes with the expected purchases"):
        fit.interval("expected_purchases", customers)
    with pytest.raises(loyalty.InputError, match="a horizon goes with the expected purchases"):
        fit.interval("p_alive", customers, horizon=9)
    with pytest.raises(TypeError, match="spend must be the Fit of a SpendModel, .* got BgNbd"):
        loyalty.clv_interval(customers, fit, fit.model, horizon=1, kind="expectation")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="spend must be the Fit of a SpendModel, .* Fit of BgNbd"):
        loyalty.clv_interval(customers, fit, fit, horizon=1, kind="expectation")  # type: ignore[arg-type]


def test_boundary_fits_say_what_they_mean() -> None:
    stayed = loyalty.CustomerSummary(frequency=[3] * 20, recency=[30.0] * 20, T=[30.0] * 20)
    with pytest.warns(loyalty.LoyaltyWarning, match="BG/NBD: not converged after .* boundary: "):
        fit = loyalty.BgNbd.fit(stayed)
    assert fit.identification == "boundary"
    assert "nobody is seen to leave" in fit.identification_message
    assert fit.identification_message in fit._repr_html_()


def test_a_bootstrap_is_a_value_that_depends_on_its_seed(
    customers: loyalty.CustomerSummary,
) -> None:
    purchases, spend = loyalty.BgNbd.fit(customers), loyalty.GammaGamma.fit(customers)

    def total(seed: int, threads: int = 0) -> loyalty.Bootstrap:
        return loyalty.clv_bootstrap(
            customers,
            purchases.model,
            spend.model,
            horizon=52,
            replicates=40,
            seed=seed,
            threads=threads,
        )

    first = total(1)
    np.testing.assert_array_equal(first.totals, total(1, threads=1).totals)
    assert not np.array_equal(first.totals, total(2).totals)
    delta = loyalty.clv_interval(
        customers, purchases, spend, horizon=52, kind="expectation", total=True
    )
    assert first.estimate == pytest.approx(delta.estimate[0], rel=1e-12)
    assert first.lower < first.estimate < first.upper
    again = pickle.loads(pickle.dumps(first))
    np.testing.assert_array_equal(again.totals, first.totals)
    assert "40 replicates" in repr(first)
    assert "not converged" in first._repr_html_()
    with pytest.raises(loyalty.InputError, match="replicates must be at least 20, got 3"):
        loyalty.clv_bootstrap(customers, purchases.model, spend.model, horizon=1, replicates=3)


def test_simulated_customers_are_the_models_own() -> None:
    truth, spend = (
        loyalty.BgNbd(r=0.8, alpha=5.0, a=1.0, b=3.0, unit="week"),
        loyalty.GammaGamma(p=6, q=4, v=15),
    )
    customers = truth.simulate([39.0] * 20_000, seed=3)
    assert customers.unit == "week"
    none = (customers.frequency == 0).mean()
    assert none == pytest.approx(truth.p_n_purchases_new_customer(0, 39.0), abs=0.015)
    spent = spend.simulate(customers, seed=3)
    assert ((spent > 0) == (customers.frequency > 0)).all()
    np.testing.assert_array_equal(spent, spend.simulate(customers, seed=3, threads=1))
    with pytest.raises(loyalty.InputError, match="t must be finite and >= 0"):
        truth.simulate([float("nan")])
