"""Fits and predictions against lifetimes 0.11.3, and the numbers published with its data.

Published numbers have their source beside them; those with more digits were computed with lifetimes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import lifetimes
import lifetimes.utils
import numpy as np
import pandas as pd
import pytest

import loyalty

#: What lifetimes multiplies a month by, for each of its units.
PERIOD_LENGTHS = {"D": 30, "W": 4.345, "M": 1}


class Pair(NamedTuple):
    """The same customers and the same parameters on both sides."""

    table: pd.DataFrame
    customers: loyalty.CustomerSummary
    theirs: lifetimes.BetaGeoFitter
    ours: loyalty.BgNbd

    def arguments(self) -> tuple[Any, Any, Any]:
        return self.table["frequency"], self.table["recency"], self.table["T"]


def pair(table: pd.DataFrame, unit: str) -> Pair:
    theirs = lifetimes.BetaGeoFitter().fit(table["frequency"], table["recency"], table["T"])
    ours = loyalty.BgNbd(**theirs.params_, unit=unit)
    money = {"monetary_value": table["monetary_value"]} if "monetary_value" in table else {}
    customers = loyalty.CustomerSummary(
        frequency=table["frequency"], recency=table["recency"], T=table["T"], unit=unit, **money
    )
    return Pair(table, customers, theirs, ours)


@pytest.fixture(scope="module")
def cdnow_weeks(lifetimes_data: Path) -> Pair:
    """CDNOW in weeks, recency and T rounded to two decimals, as lifetimes has it."""
    table = pd.read_csv(
        lifetimes_data / "cdnow_customers_summary_with_transactions.csv", index_col=0
    )
    table.columns = pd.Index(["frequency", "recency", "T", "monetary_value"])
    return pair(table, "week")


@pytest.fixture(scope="module")
def example_days(lifetimes_data: Path) -> Pair:
    """The example transactions of lifetimes: 5,000 customers in days, summarised by lifetimes."""
    log = pd.read_csv(lifetimes_data / "example_transactions.csv", parse_dates=["date"])
    table = lifetimes.utils.summary_data_from_transaction_data(
        log, "id", "date", observation_period_end="2014-12-31"
    )
    return pair(table, "day")


@pytest.fixture(scope="module")
def spend_pair(cdnow_weeks: Pair) -> tuple[lifetimes.GammaGammaFitter, loyalty.GammaGamma]:
    repeaters = cdnow_weeks.table[cdnow_weeks.table["frequency"] > 0]
    theirs = lifetimes.GammaGammaFitter().fit(repeaters["frequency"], repeaters["monetary_value"])
    return theirs, loyalty.GammaGamma(**theirs.params_)


@pytest.fixture(params=["cdnow_weeks", "example_days"])
def both(request: Any) -> Pair:
    result: Pair = request.getfixturevalue(request.param)
    return result


@pytest.mark.parametrize("horizon", [1, 7, 39, 520])
def test_expected_purchases_equal_lifetimes(both: Pair, horizon: float) -> None:
    theirs = both.theirs.conditional_expected_number_of_purchases_up_to_time(
        horizon, *both.arguments()
    )
    ours = both.ours.expected_purchases(both.customers, horizon)
    np.testing.assert_allclose(ours, theirs, rtol=1e-11)


def test_p_alive_equals_lifetimes(both: Pair) -> None:
    theirs = both.theirs.conditional_probability_alive(*both.arguments())
    np.testing.assert_allclose(both.ours.p_alive(both.customers), theirs, rtol=1e-12)


def test_expected_purchases_of_a_new_customer_equal_lifetimes(both: Pair) -> None:
    times = np.array([0.1429, 1, 3, 31.8571, 32, 78, 400])
    theirs = both.theirs.expected_number_of_purchases_up_to_time(times)
    np.testing.assert_allclose(both.ours.expected_purchases_new_customer(times), theirs, rtol=1e-11)


def test_expected_purchases_of_a_new_customer_are_the_published_ones(cdnow_weeks: Pair) -> None:
    """lifetimes' own tests, which ask for three decimals."""
    model = loyalty.BgNbd.fit(cdnow_weeks.customers).model
    ours = model.expected_purchases_new_customer([0.1429, 1.0, 3.0, 31.8571, 32.0, 78.0])
    published = [0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576]
    assert ours.tolist() == pytest.approx(published, abs=5e-4)


@pytest.mark.parametrize("t", [30.0, 39.0, 200.0])
def test_probabilities_of_fewer_than_100_purchases_equal_lifetimes(both: Pair, t: float) -> None:
    """To 1e-9, or to what is left of lifetimes' difference 1 − Σ of almost equal terms, which near 170
    purchases is NaN."""
    n = np.arange(100)
    theirs = [both.theirs.probability_of_n_purchases_up_to_time(t, k) for k in n.tolist()]
    ours = both.ours.p_n_purchases_new_customer(n, t)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-14)
    with np.errstate(invalid="ignore"):
        assert np.isnan(both.theirs.probability_of_n_purchases_up_to_time(t, 200))
    assert 0 < both.ours.p_n_purchases_new_customer(200, t) < ours[-1]


def test_log_likelihood_at_their_parameters_is_theirs(both: Pair) -> None:
    """Theirs is the mean over the customers, with time scaled so that the longest T is 10."""
    mean = both.theirs._negative_log_likelihood_
    x = both.table["frequency"]
    theirs = -len(x) * mean + x.sum() * np.log(both.theirs._scale)
    assert both.ours.log_likelihood(both.customers) == pytest.approx(theirs, rel=1e-12)


def test_our_maximum_is_not_below_theirs_and_at_the_same_parameters(both: Pair) -> None:
    fit = loyalty.BgNbd.fit(both.customers)
    assert fit.stop == "converged"
    rounding = 4 * np.spacing(abs(fit.log_likelihood))
    assert fit.log_likelihood >= both.ours.log_likelihood(both.customers) - rounding
    for name, value in fit.parameters.items():
        assert value == pytest.approx(both.theirs.params_[name], rel=2e-6)


def test_standard_errors_equal_lifetimes(both: Pair) -> None:
    errors = loyalty.BgNbd.fit(both.customers).standard_errors
    assert errors is not None
    for name, error in errors.items():
        assert error == pytest.approx(both.theirs.standard_errors_[name], rel=1e-3)


@pytest.mark.filterwarnings("ignore:.*not converged")
def test_a_fit_with_weights_equals_lifetimes(lifetimes_data: Path) -> None:
    rows = pd.DataFrame(
        {"frequency": [0, 1, 2, 5], "recency": [0, 3, 8, 9.5], "T": [10, 9, 11, 12.0]}
    )
    weights = pd.Series([40, 20, 10, 5])
    # At its usual tolerance their solver gives up under some versions of scipy.
    theirs = lifetimes.BetaGeoFitter().fit(**rows, weights=weights, tol=1e-6)
    customers = loyalty.CustomerSummary(rows, weights=None)
    weighted = loyalty.CustomerSummary(rows.assign(w=weights), weights="w")
    ours = loyalty.BgNbd.fit(weighted)
    at_theirs = loyalty.BgNbd(**theirs.params_)
    assert ours.log_likelihood >= at_theirs.log_likelihood(weighted)
    assert ours.customers == weights.sum()
    repeated = rows.loc[rows.index.repeat(weights)]
    assert loyalty.BgNbd.fit(loyalty.CustomerSummary(repeated)).model == ours.model
    assert loyalty.BgNbd.fit(customers).model != ours.model


def test_expected_spend_equals_lifetimes(
    cdnow_weeks: Pair, spend_pair: tuple[lifetimes.GammaGammaFitter, loyalty.GammaGamma]
) -> None:
    theirs, ours = spend_pair
    table = cdnow_weeks.table
    expected = theirs.conditional_expected_average_profit(
        table["frequency"], table["monetary_value"]
    )
    np.testing.assert_allclose(ours.expected_spend(cdnow_weeks.customers), expected, rtol=1e-14)


def test_gamma_gamma_fits_lifetimes_csv_with_the_published_likelihood(
    cdnow_weeks: Pair, spend_pair: tuple[lifetimes.GammaGammaFitter, loyalty.GammaGamma]
) -> None:
    """lifetimes' documentation: p 6.25, q 3.74, v 15.45. ln L −4055.9232 was computed with it."""
    fit = loyalty.GammaGamma.fit(cdnow_weeks.customers)
    assert round(fit.log_likelihood, 4) == -4055.9232
    assert fit.customers == 946
    assert {name: round(value, 2) for name, value in fit.parameters.items()} == {
        "p": 6.25, "q": 3.74, "v": 15.45,
    }  # fmt: skip
    theirs, at_theirs = spend_pair
    reached = at_theirs.log_likelihood(cdnow_weeks.customers)
    assert reached == pytest.approx(-946 * theirs._negative_log_likelihood_, rel=1e-12)
    assert fit.log_likelihood >= reached - 8 * np.spacing(4056)


def test_bg_nbd_fits_lifetimes_csv_with_the_published_parameters(lifetimes_data: Path) -> None:
    """Fader, Hardie & Lee (2005): r 0.243, alpha 4.414, a 0.793, b 2.426; lifetimes' tests have them too."""
    table = pd.read_csv(lifetimes_data / "cdnow_customers_summary.csv", index_col="ID")
    fit = loyalty.BgNbd.fit(loyalty.CustomerSummary(table))
    published = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    assert {name: round(value, 3) for name, value in fit.parameters.items()} == published


def test_example_transactions_give_the_published_predictions(
    lifetimes_data: Path, example_days: Pair
) -> None:
    """From the log to a month's expected purchases, as computed with lifetimes."""
    log = pd.read_csv(lifetimes_data / "example_transactions.csv", parse_dates=["date"])
    orders = loyalty.Orders(log, customer="id", time="date")
    customers = orders.summarize(unit="day", observation_end="2014-12-31")
    fit = loyalty.BgNbd.fit(customers)
    published = {"r": 0.1638509, "alpha": 1.8642808, "a": 1.8503431, "b": 3.1810588}
    assert fit.parameters == pytest.approx(published, rel=1e-6)
    ours = fit.model.expected_purchases(customers, 30)
    first = ours["expected_purchases"].head(5).round(6).tolist()
    assert first == [0.016053, 0.021171, 0.030461, 0.031686, 0.001607]
    theirs = example_days.theirs.predict(30, *example_days.arguments())
    np.testing.assert_allclose(ours["expected_purchases"], theirs, rtol=1e-5)


@pytest.mark.parametrize(("freq", "length"), PERIOD_LENGTHS.items())
@pytest.mark.parametrize(("months", "rate"), [(12, 0.01), (3, 0.0), (24, 0.05)])
def test_lifetime_values_per_period_equal_lifetimes(
    cdnow_weeks: Pair,
    spend_pair: tuple[lifetimes.GammaGammaFitter, loyalty.GammaGamma],
    freq: str,
    length: float,
    months: int,
    rate: float,
) -> None:
    theirs = spend_pair[0].customer_lifetime_value(
        cdnow_weeks.theirs,
        *cdnow_weeks.arguments(),
        cdnow_weeks.table["monetary_value"],
        time=months,
        discount_rate=rate,
        freq=freq,
    )
    ours = loyalty.clv(
        cdnow_weeks.customers,
        cdnow_weeks.ours,
        spend_pair[1],
        periods=months,
        period_length=length,
        discount_rate=rate,
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)


def test_lifetime_values_with_our_own_fits_are_the_published_ones(cdnow_weeks: Pair) -> None:
    """Computed with lifetimes, from its fits too, with time=12, discount_rate=0.01, freq="W"."""
    customers = cdnow_weeks.customers
    values = loyalty.clv(
        customers,
        loyalty.BgNbd.fit(customers).model,
        loyalty.GammaGamma.fit(customers).model,
        periods=12,
        period_length=4.345,
        discount_rate=0.01,
    )
    assert values[:3].round(4).tolist() == [36.2785, 4.6375, 8.3441]
    assert round(values.sum(), 2) == 71_509.90
    assert values.mean() == pytest.approx(30.33937, abs=1e-5)
