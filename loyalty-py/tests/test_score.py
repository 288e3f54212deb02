"""``score``: all that the columns at hand allow, each column as the single functions give it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import loyalty

BG = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
GG = loyalty.GammaGamma(p=6.25, q=3.74, v=15.44)


def test_every_column_is_what_the_single_functions_give(
    customers: loyalty.CustomerSummary,
    purchases: loyalty.Fit[loyalty.BgNbd],
    spend: loyalty.Fit[loyalty.GammaGamma],
) -> None:
    scores = loyalty.score(
        customers, horizon=39, annual_discount_rate=0.15, margin=0.3, purchases=loyalty.BgNbd
    )
    assert scores.purchases == purchases
    assert scores.spend == spend
    assert scores.customers is customers
    assert scores.table_report is None
    assert scores.notes == (
        "P(alive) of the 1411 who bought once is 1 by assumption of the BG/NBD, however long ago that "
        "was; treatments take it as not known",
    )
    assert len(scores) == 2357
    clv = loyalty.clv(
        customers, purchases.model, spend.model, horizon=39, annual_discount_rate=0.15, margin=0.3
    )
    expected = {
        **customers.to_frame(),
        **{
            name: column
            for name, column in loyalty.rfm(customers).to_frame().items()
            if name.endswith("score") or name == "segment"
        },
        "p_alive": purchases.model.p_alive(customers),
        "expected_purchases": purchases.model.expected_purchases(customers, 39),
        "expected_spend": spend.model.expected_spend(customers),
        "clv": clv,
    }
    frame = scores.to_frame()
    assert list(frame) == list(expected)
    for name, column in expected.items():
        np.testing.assert_array_equal(frame[name], column, err_msg=name)


def test_a_log_is_summarised_in_weeks_unless_another_unit_is_asked_for(
    orders: loyalty.Orders,
) -> None:
    for unit in ("week", "day", "calendar_month"):
        options: dict[str, Any] = {} if unit == "week" else {"unit": unit}
        scores = loyalty.score(
            orders, observation_end="1997-09-30", purchases=loyalty.BgNbd, **options
        )
        assert scores.customers == orders.summarize(unit=unit, observation_end="1997-09-30")
        assert scores.purchases is not None
        assert scores.purchases.model.unit == unit


@pytest.mark.parametrize(
    ("unit", "year"),
    [
        ("hour", 8766),
        ("day", 365.25),
        ("week", 365.25 / 7),
        ("month", 12),
        ("year", 1),
        ("calendar_quarter", 4),
    ],
)
def test_without_a_horizon_the_scores_reach_a_year_in_the_unit(unit: Any, year: float) -> None:
    customers = loyalty.CustomerSummary(
        frequency=[2], recency=[3.0], T=[9.0], monetary_value=[5.0], unit=unit
    )
    model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    frame = loyalty.score(customers, purchases=model, spend=GG).to_frame()
    np.testing.assert_array_equal(
        frame["expected_purchases"], model.expected_purchases(customers, year)
    )
    discounted = loyalty.clv(customers, model, GG, horizon=year, annual_discount_rate=0.1)
    np.testing.assert_array_equal(frame["clv"], discounted)


def test_models_that_are_given_score_and_are_not_fitted_again(
    customers: loyalty.CustomerSummary,
) -> None:
    scores = loyalty.score(customers, purchases=BG, spend=GG)
    assert scores.purchases is None
    assert scores.spend is None
    np.testing.assert_array_equal(scores.to_frame()["p_alive"], BG.p_alive(customers))
    np.testing.assert_array_equal(scores.to_frame()["expected_spend"], GG.expected_spend(customers))


def test_a_margin_may_differ_by_customer(customers: loyalty.CustomerSummary) -> None:
    margins = np.linspace(-0.2, 1, len(customers))
    by_customer = loyalty.score(customers, purchases=BG, spend=GG, margin=margins).to_frame()["clv"]
    revenue = loyalty.score(customers, purchases=BG, spend=GG).to_frame()["clv"]
    np.testing.assert_allclose(by_customer, margins * revenue, rtol=1e-15)


def test_without_amounts_the_notes_say_what_is_missing_and_why(cdnow: dict[str, Any]) -> None:
    orders = loyalty.Orders(cdnow, customer="customer_id", time="date")
    scores = loyalty.score(orders)
    assert scores.notes[0].startswith(
        "purchases: the MBG/NBD, in which one-time buyers can have left"
    )
    assert scores.notes[1:] == (
        "no RFM scores and no segments: they need amounts",
        "no expected spend and lifetime value: they need amounts",
    )
    assert scores.rfm is None
    assert scores.spend is None
    assert list(scores.to_frame()) == [
        "customer_id", "frequency", "recency", "T", "p_alive", "expected_purchases",
    ]  # fmt: skip
    assert "they need amounts" in scores._repr_html_()


@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")
def test_one_customer_is_scored_with_what_one_customer_can_tell() -> None:
    log = {
        "who": ["ann"] * 3,
        "when": ["2024-01-01", "2024-02-01", "2024-03-01"],
        "paid": [5.0, 6.0, 9.0],
    }
    orders = loyalty.Orders(log, customer="who", time="when", amount="paid")
    scores = loyalty.score(orders, observation_end="2024-06-01")
    frame = scores.to_frame()
    assert list(frame["segment"]) == ["Hibernating"]
    assert 0 <= frame["p_alive"][0] <= 1
    assert "clv" not in frame
    assert scores.notes[-1] == (
        "no expected spend and lifetime value: Gamma-Gamma cannot be fitted: "
        "fewer than two customers have repeat purchases with an amount"
    )


def test_a_fit_without_a_maximum_is_noted() -> None:
    """Everybody bought again right before the end: nothing speaks of leaving."""
    customers = loyalty.CustomerSummary(
        frequency=[2, 3, 4], recency=[9.0, 9.0, 9.0], T=[9.0, 9.0, 9.0], unit="week"
    )
    scores = loyalty.score(customers)
    assert scores.purchases is not None
    assert scores.purchases.stop != "converged"
    title = "MBG/NBD" if isinstance(scores.purchases.model, loyalty.MbgNbd) else "BG/NBD"
    assert f"{title}: {scores.purchases.stop_message}" in scores.notes
    with pytest.raises(loyalty.FitError):
        scores.purchases.converged()


def test_a_fit_to_distinct_histories_is_the_fit_to_the_customers(
    customers: loyalty.CustomerSummary, purchases: loyalty.Fit[loyalty.BgNbd]
) -> None:
    distinct = customers.distinct_histories()
    assert distinct.weights is not None
    assert distinct.weights.sum() == len(customers)
    seen = set(zip(distinct.frequency, distinct.recency, distinct.T, strict=True))
    assert len(seen) == len(distinct)
    assert seen == set(zip(customers.frequency, customers.recency, customers.T, strict=True))
    assert loyalty.BgNbd.fit(distinct).model == purchases.model
    assert purchases.model.log_likelihood(distinct) == pytest.approx(
        purchases.log_likelihood, rel=1e-14
    )


def test_the_likelihood_in_days_is_that_in_weeks_but_for_the_unit(orders: loyalty.Orders) -> None:
    """ln L in days = ln L in weeks − Σx ln 7, and alpha is seven times as large."""
    fits = {
        unit: loyalty.BgNbd.fit(orders.summarize(unit=unit, observation_end="1997-09-30"))
        for unit in ("day", "week")
    }
    shift = 2457 * np.log(7)
    assert fits["day"].log_likelihood == pytest.approx(
        fits["week"].log_likelihood - shift, rel=1e-13
    )
    assert fits["day"].model.alpha == pytest.approx(7 * fits["week"].model.alpha, rel=1e-8)
    assert fits["day"].model.b == pytest.approx(fits["week"].model.b, rel=1e-7)


def test_an_undiscounted_value_is_spend_times_purchases_and_a_period_of_any_length_agrees(
    customers: loyalty.CustomerSummary,
) -> None:
    product = BG.expected_purchases(customers, 52) * GG.expected_spend(customers)
    whole = loyalty.clv(customers, BG, GG, horizon=52)
    np.testing.assert_allclose(whole, product, rtol=1e-13)
    weekly = loyalty.clv(customers, BG, GG, periods=52, period_length=1)
    np.testing.assert_allclose(weekly, product, rtol=1e-11)
    # With short periods the sum at their ends becomes the integral.
    rate = 1.1 ** (7 / 365.25) - 1
    integral = loyalty.clv(customers, BG, GG, horizon=52, annual_discount_rate=0.1)
    np.testing.assert_array_equal(
        loyalty.clv(customers, BG, GG, horizon=52, discount_rate=rate).round(9), integral.round(9)
    )
    hourly = loyalty.clv(
        customers,
        BG,
        GG,
        periods=52 * 24,
        period_length=1 / 24,
        discount_rate=(1 + rate) ** (1 / 24) - 1,
    )
    np.testing.assert_allclose(hourly, integral, rtol=1e-4)
    assert (hourly < integral).all()
