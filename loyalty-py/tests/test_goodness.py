"""Goodness of fit in the caller's frames, and the correlation that travels with lifetime values."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.stats

import loyalty

WEEK = loyalty.BgNbd(r=0.2425945, alpha=4.4136019, a=0.7929199, b=2.4258881, unit="week")
SPEND = loyalty.GammaGamma(p=6.25, q=3.74, v=15.44)


@pytest.fixture(scope="module")
def log() -> loyalty.Orders:
    return loyalty.datasets.cdnow_orders()


@pytest.fixture(scope="module")
def split(log: loyalty.Orders) -> loyalty.CalibrationHoldout:
    return log.calibration_holdout("1997-09-30", unit="week")


def test_cdnow_has_the_published_goodness_of_fit(
    log: loyalty.Orders, split: loyalty.CalibrationHoldout
) -> None:
    # Fader, Hardie & Lee (2005), table 2; BTYD walkthrough; CLVTools 0.12.1.
    counts = loyalty.repeat_counts(WEEK, split.calibration)
    assert counts.chi_square is not None
    assert round(counts.chi_square.statistic, 2) == 4.82
    assert (counts.chi_square.degrees, round(counts.chi_square.p_value, 2)) == (3, 0.19)
    frame = counts.to_frame()
    assert frame["frequency"].tolist() == list(range(8))
    assert frame["actual"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert frame["expected"].sum() == pytest.approx(2357, rel=1e-12)
    track = loyalty.tracking(WEEK, log, calibration_end="1997-09-30")
    assert (track.customers, track.left_out) == (2357, 0)
    weeks = track.to_frame()
    published = {
        20: (1359, 1312.458),
        25: (1672, 1669.6),
        39: (2457, 2501.519),
        78: (4339, 4165.629),
    }
    for week, (actual, expected) in published.items():
        row = weeks[weeks["end"] == week].iloc[0]
        assert row["cumulative_actual"] == actual
        assert row["cumulative_expected"] == pytest.approx(expected, rel=1e-5)
    np.testing.assert_array_equal(weeks["actual"].cumsum(), weeks["cumulative_actual"])
    errors = loyalty.holdout_errors(WEEK, split)
    assert (errors.customers, errors.actual) == (2357, 1882)
    assert errors.expected == pytest.approx(1653.41, rel=1e-5)
    assert errors.mae == pytest.approx(0.785454, rel=1e-5)
    assert errors.rmse == pytest.approx(1.607982, rel=1e-5)
    assert errors.bias == pytest.approx((errors.expected - 1882) / 2357)
    groups = errors.by_frequency()
    assert groups["customers"].sum() == 2357
    assert groups["actual"].iloc[0] == pytest.approx(0.23671, rel=1e-4)


def test_a_tracking_has_intervals_on_request(
    log: loyalty.Orders, split: loyalty.CalibrationHoldout
) -> None:
    fit = loyalty.MbgNbd.fit(split.calibration)
    posterior = loyalty.MbgNbd.posterior(split.calibration)
    names = ["lower", "upper", "cumulative_lower", "cumulative_upper"]

    def tracked(model: Any, **how: Any) -> Any:
        how = {"calibration_end": "1997-09-30", "draws": 200, **how}
        return loyalty.tracking(model, log, **how)

    assert tracked(fit).level is None and not {*names} & {*tracked(fit).to_frame()}
    track = tracked(fit, level=0.9)
    frame = track.to_frame()
    assert track.level == 0.9 and {*names} < {*frame}
    assert pickle.loads(pickle.dumps(track)).to_frame().equals(frame)
    for prefix in ("", "cumulative_"):
        below = frame[f"{prefix}lower"] <= frame[f"{prefix}expected"]
        assert (below & (frame[f"{prefix}expected"] <= frame[f"{prefix}upper"])).all()
    assert tracked(fit, level=0.9).to_frame().equals(frame)
    assert not tracked(fit, level=0.9, seed=1).to_frame().equals(frame)

    def width(model: Any, **how: Any) -> float:
        last = tracked(model, level=0.9, **how).to_frame().iloc[-1]
        return float(last["cumulative_upper"] - last["cumulative_lower"])

    known, estimated = width(fit.model), width(fit)
    assert known < estimated and width(fit, kind="expectation") < estimated
    assert abs(width(posterior) / estimated - 1) < 0.15
    assert width(fit, levels=[1.2, 0.8, 1.1]) > 1.5 * estimated
    for wrong, said in (
        ({"level": 1.0}, "level"),
        ({"level": 0.9, "draws": 99}, "draws"),
        ({"level": 0.9, "kind": "x"}, "kind"),
    ):
        with pytest.raises(loyalty.InputError, match=said):
            tracked(fit, **wrong)


def test_groups_are_those_of_the_predictions(split: loyalty.CalibrationHoldout) -> None:
    frame = loyalty.alive_calibration(WEEK, split, by="p_purchase")
    assert list(frame.columns) == ["customers", "p_alive", "p_purchase", "purchased"]
    assert (frame["customers"].sum(), len(frame)) == (2357, 10)
    buyers = (split.holdout_frequency > 0).mean()
    assert np.average(frame["purchased"], weights=frame["customers"]) == pytest.approx(buyers)
    purchase = 1 - WEEK.p_no_purchase(split.calibration, 39.0)["p_no_purchase"]
    assert np.average(frame["p_purchase"], weights=frame["customers"]) == pytest.approx(
        purchase.mean()
    )
    assert frame["p_purchase"].iloc[0] == pytest.approx(
        np.sort(purchase)[: frame["customers"][0]].mean()
    )


def test_answers_come_in_the_callers_frame() -> None:
    log = pl.from_pandas(loyalty.datasets.cdnow("pandas"))
    orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
    split = orders.calibration_holdout("1997-09-30", unit="week")
    occasions = orders.occasions(unit="week")
    for frame in (
        loyalty.repeat_counts(WEEK, split.calibration).to_frame(),
        loyalty.tracking(WEEK, occasions).to_frame(),
        loyalty.holdout_errors(WEEK, split).by_frequency(),
        loyalty.alive_calibration(WEEK, split),
    ):
        assert isinstance(frame, pl.DataFrame)
    lists = loyalty.CustomerSummary(frequency=[0, 2], recency=[0, 3], T=[9, 9])
    assert set(loyalty.repeat_counts(WEEK, lists).to_frame()) == {"frequency", "actual", "expected"}


def test_bad_questions_are_refused(log: loyalty.Orders, split: loyalty.CalibrationHoldout) -> None:
    daily = loyalty.BgNbd(r=0.24, alpha=30.9, a=0.79, b=2.43, unit="day")
    for ask in (
        lambda: loyalty.repeat_counts(daily, split.calibration),
        lambda: loyalty.tracking(daily, log, unit="week"),
        lambda: loyalty.holdout_errors(daily, split),
        lambda: loyalty.alive_calibration(daily, split),
    ):
        with pytest.raises(loyalty.InputError, match="use the same unit for both"):
            ask()
    with pytest.raises(loyalty.InputError, match="cells must be from 1 to 100000, got 0"):
        loyalty.repeat_counts(WEEK, split.calibration, cells=0)
    with pytest.raises(loyalty.InputError, match="groups must be from 1 to 10000, got 0"):
        loyalty.alive_calibration(WEEK, split, groups=0)
    by: Any = "alive"
    with pytest.raises(
        loyalty.InputError, match='by must be "p_alive" or "p_purchase", got "alive"'
    ):
        loyalty.alive_calibration(WEEK, split, by=by)
    with pytest.raises(loyalty.InputError, match="period must be finite and > 0"):
        loyalty.tracking(WEEK, log, period=-1)
    with pytest.raises(loyalty.InputError, match="calibration_end must be a date"):
        loyalty.tracking(WEEK, log, calibration_end="autumn")
    with pytest.raises(TypeError, match="occasions bring their own unit"):
        loyalty.tracking(WEEK, log.occasions(unit="week"), unit="week")
    wrong: Any = split.calibration
    with pytest.raises(TypeError, match="split must be a CalibrationHoldout"):
        loyalty.holdout_errors(WEEK, wrong)
    with pytest.raises(TypeError, match="log must be Orders or Occasions, got"):
        loyalty.tracking(WEEK, wrong)


def shop(slope: float, customers: int = 400) -> loyalty.CustomerSummary:
    """Customers whose spend rises with their frequency, or not."""
    random = np.random.default_rng(1)
    x = random.integers(1, 9, customers)
    mean = random.gamma(6, 5, customers) + 30.0 + slope * x
    return loyalty.CustomerSummary(
        frequency=x,
        recency=np.linspace(1.0, 8.0, customers),
        T=np.full(customers, 9.0),
        monetary_value=mean,
        total_amount=mean * x,
        unit="week",
    )


def test_the_correlation_is_that_of_scipy() -> None:
    customers = shop(1.0)
    found = loyalty.frequency_value_correlation(customers, level=0.9)
    assert found is not None
    pearson = scipy.stats.pearsonr(customers.frequency, customers.monetary_value)
    spearman = scipy.stats.spearmanr(customers.frequency, customers.monetary_value)
    interval = pearson.confidence_interval(0.9)
    assert found.customers == 400
    assert found.pearson.coefficient == pytest.approx(pearson.statistic, rel=1e-12)
    assert found.pearson.p_value == pytest.approx(pearson.pvalue, rel=1e-9)
    assert (found.pearson.lower, found.pearson.upper) == pytest.approx(interval, rel=1e-12)
    assert found.spearman.coefficient == pytest.approx(spearman.statistic, rel=1e-12)
    assert found.spearman.p_value == pytest.approx(spearman.pvalue, rel=1e-9)
    assert pickle.loads(pickle.dumps(found)) == found
    assert "Spearman" in found._repr_html_()
    few = loyalty.CustomerSummary(frequency=[1], recency=[1], T=[2], monetary_value=[5.0])
    assert loyalty.frequency_value_correlation(few) is None
    for level in (0, 1, 95):
        with pytest.raises(loyalty.InputError, match="level must be above 0 and below 1"):
            loyalty.frequency_value_correlation(customers, level=level)


@pytest.mark.parametrize(("slope", "effect"), [(3.0, "too high"), (-3.0, "too low")])
def test_a_lifetime_value_without_independence_says_so(slope: float, effect: str) -> None:
    customers = shop(slope)
    with pytest.warns(loyalty.LoyaltyWarning, match=effect) as caught:
        loyalty.clv(customers, WEEK, SPEND, horizon=52)
    assert caught[0].filename == __file__
    scores = loyalty.score(customers, purchases=WEEK, spend=SPEND)
    assert scores.correlation is not None
    assert scores.correlation.exceeds(0.1)
    assert any(effect in note for note in scores.notes)


def test_a_lifetime_value_with_independence_says_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loyalty.clv(shop(0.0), WEEK, SPEND, horizon=52)
        scores = loyalty.score(shop(0.0), purchases=WEEK, spend=SPEND)
    assert scores.notes == ()
    assert scores.correlation == loyalty.frequency_value_correlation(shop(0.0))


def test_an_infinite_mean_is_flagged() -> None:
    random = np.random.default_rng(3)
    x = random.integers(1, 9, 4000)
    # Amounts as the model makes them, with q = 0.8.
    mean = random.gamma(2.0 * x) / x / random.gamma(0.8, size=4000) * 10.0
    customers = loyalty.CustomerSummary(
        frequency=x,
        recency=np.linspace(1.0, 8.0, 4000),
        T=np.full(4000, 9.0),
        monetary_value=mean,
        total_amount=mean * x,
        unit="week",
    )
    with pytest.warns(loyalty.LoyaltyWarning, match=r"q = 0\.\d+ is not above 1") as caught:
        fit = loyalty.GammaGamma.fit(customers)
    assert caught[0].filename == __file__
    assert not fit.model.has_finite_mean
    assert SPEND.has_finite_mean
    scores = loyalty.score(customers, purchases=WEEK, spend=fit.model)
    assert any("infinite" in note for note in scores.notes)
    # Nobody is given a negative amount, and a customer without purchases none at all.
    assert (np.asarray(fit.model.expected_spend(customers)) > 0).all()
    with pytest.raises(loyalty.FitError, match="infinite"):
        fit.model.expected_spend(transactions=0, mean=0)


def test_frames_of_pandas_keep_whole_numbers(split: loyalty.CalibrationHoldout) -> None:
    frame = loyalty.alive_calibration(WEEK, split)
    assert isinstance(frame, pd.DataFrame)
    assert frame["customers"].dtype == np.int64
