"""Customers who can buy at set opportunities only: the BG/BB, its data, and how a log shows it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import loyalty


def donors() -> tuple[loyalty.CustomerSummary, pd.DataFrame]:
    """The donors of Fader, Hardie & Shang (2010), by history, as lifetimes has them."""
    from lifetimes.datasets import load_donations

    table = load_donations()
    return loyalty.CustomerSummary(table, T="periods", weights="weights"), table


def test_the_published_fit_comes_back() -> None:
    fit = loyalty.BgBb.fit(donors()[0])
    assert abs(fit.log_likelihood + 33225.581275) < 1e-6
    assert fit.stop == "converged"
    published = {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}
    assert {name: round(value, 3) for name, value in fit.parameters.items()} == published
    assert fit.customers == 11104


def test_predictions_are_those_of_lifetimes() -> None:
    from lifetimes import BetaGeoBetaBinomFitter

    customers, table = donors()
    model = loyalty.BgBb(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783)
    peer = BetaGeoBetaBinomFitter()
    peer.params_ = pd.Series(model.parameters)
    history = (table["frequency"], table["recency"], table["periods"])
    ours = model.expected_purchases(customers, 5)["expected_purchases"]
    theirs = peer.conditional_expected_number_of_purchases_up_to_time(5, *history)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    for ahead in (0, 1, 4):
        alive = model.p_alive_at(customers, ahead)["p_alive_at"]
        theirs = peer.conditional_probability_alive(ahead, *history)
        np.testing.assert_allclose(alive, theirs, rtol=1e-9)
    # The discounted residual transactions of table 5, at 10 % a year, of who gave each year.
    dert = model.discounted_purchases(
        frequency=6, recency=6, T=6, horizon=float("inf"), discount_rate=0.1
    )
    assert 5 < dert < 7


def test_a_calendar_unit_counts_opportunities() -> None:
    log = pd.DataFrame(
        {
            "donor": [1, 1, 1, 2, 3, 3],
            "day": [
                "2001-03-02",
                "2002-11-30",
                "2004-01-05",
                "2001-07-01",
                "2002-02-02",
                "2003-09-09",
            ],
        }
    )
    orders = loyalty.Orders(log, customer="donor", time="day")
    years = orders.summarize(unit="calendar_year", observation_end="2005-12-31")
    assert years.frequency.tolist() == [2, 0, 1]
    assert years.recency.tolist() == [3, 0, 1]
    assert years.T.tolist() == [4, 4, 3]
    dates = [dt.date(year, 1, 1) for year in range(2001, 2006)]
    listed = orders.opportunities(dates)
    for name in ("frequency", "recency", "T"):
        assert getattr(listed, name).tolist() == getattr(years, name).tolist()
    model = loyalty.BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8)
    assert list(model.p_alive(listed).columns) == ["donor", "p_alive"]
    with pytest.raises(loyalty.InputError, match="opportunities.* must rise"):
        orders.opportunities(dates[::-1])
    with pytest.raises(loyalty.InputError, match="begin at 2002-01-01, after 2 orders"):
        orders.opportunities(dates[1:])
    with pytest.raises(loyalty.InputError, match="the list of opportunities is empty"):
        orders.opportunities([])


def test_time_that_counts_no_opportunities_is_refused() -> None:
    model = loyalty.BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8)
    weeks = loyalty.CustomerSummary(frequency=[2], recency=[30.43], T=[38.86])
    for ask in (model.p_alive, model.log_likelihood, loyalty.BgBb.fit):
        with pytest.raises(loyalty.InputError, match='"T", row 0: must be a whole number'):
            ask(weeks)
    with pytest.raises(loyalty.InputError, match='"recency", row 0: must be at least frequency'):
        model.p_alive(frequency=5, recency=4, T=6)


def test_a_comparison_leaves_it_out_unless_asked() -> None:
    orders = loyalty.datasets.cdnow_orders()
    compared = loyalty.compare(orders, unit="week", origins=1, horizon=26)
    assert "bg-bb" not in compared._core.names


def weekly(rng: np.random.Generator, every: int, late: float) -> pl.DataFrame:
    """A log of shows: of 300 customers each comes to a third of 20."""
    comes = rng.random((300, 20)) < 0.35
    customer, show = np.nonzero(comes)
    days = show * every + (rng.random(len(show)) < late) * rng.integers(1, max(every, 2), len(show))
    start = np.datetime64("2024-01-05")
    return pl.DataFrame({"customer": customer, "date": start + days.astype("timedelta64[D]")})


@pytest.mark.parametrize(("every", "late"), [(7, 0.0), (14, 0.01), (91, 0.0)])
def test_check_says_that_a_log_is_discrete(every: int, late: float) -> None:
    log = weekly(np.random.default_rng(1), every, late)
    found = {finding.kind: finding for finding in loyalty.check(log).findings}
    assert f"20 days, {every} days apart" in found["opportunities"].what
    assert "BgBb" in found["opportunities"].fix


@pytest.mark.parametrize(("every", "late"), [(1, 0.0), (7, 0.5)])
def test_check_is_silent_on_other_logs(every: int, late: float) -> None:
    log: Any = weekly(np.random.default_rng(1), every, late)
    assert "opportunities" not in {finding.kind for finding in loyalty.check(log).findings}
    cdnow = loyalty.check(loyalty.datasets.cdnow("pandas"))
    assert "opportunities" not in {finding.kind for finding in cdnow.findings}
