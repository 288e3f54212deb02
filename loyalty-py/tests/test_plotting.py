"""Plots show the numbers of the tables, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import polars as pl
import pytest

import loyalty
from loyalty import plotting

MODEL = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def split() -> loyalty.CalibrationHoldout:
    """CDNOW in frames of a library other than the default."""
    log = pl.from_pandas(loyalty.datasets.cdnow("pandas"))
    orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
    return orders.calibration_holdout("1997-09-30", unit="week")


@pytest.fixture(scope="module")
def ledger() -> loyalty.Ledger:
    shop = loyalty.simulate(3000, seed=4)
    return loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)


def heights(axes: Any) -> list[float]:
    return [bar.get_height() for bar in axes.patches]


def test_counts_are_the_bars(split: loyalty.CalibrationHoldout) -> None:
    counts = loyalty.repeat_counts(MODEL, split.calibration)
    frame = counts.to_frame()
    axes = plotting.plot_repeat_counts(counts)
    assert heights(axes) == [*frame["actual"], *frame["expected"]]
    assert [text.get_text() for text in axes.get_xticklabels()] == [*map(str, range(7)), "7+"]


@pytest.mark.parametrize("cumulative", [True, False])
def test_tracking_is_the_lines(orders: loyalty.Orders, cumulative: bool) -> None:
    track = loyalty.tracking(MODEL, orders, calibration_end="1997-09-30")
    frame, prefix = track.to_frame(), "cumulative_" if cumulative else ""
    axes = plotting.plot_tracking(track, cumulative=cumulative, calibration_end=39.0)
    actual, expected, end = axes.lines
    np.testing.assert_array_equal(actual.get_ydata(), frame[f"{prefix}actual"])
    np.testing.assert_array_equal(expected.get_ydata(), frame[f"{prefix}expected"])
    assert list(end.get_xdata()) == [39.0, 39.0]


def test_holdout_is_cut_where_asked(split: loyalty.CalibrationHoldout) -> None:
    errors = loyalty.holdout_errors(MODEL, split)
    axes = plotting.plot_holdout_errors(errors, most=4)
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), range(5))
    np.testing.assert_array_equal(axes.lines[1].get_ydata(), errors.by_frequency()["expected"][:5])


def test_groups_and_bins_are_the_points(split: loyalty.CalibrationHoldout) -> None:
    groups = loyalty.alive_calibration(MODEL, split, by="p_purchase")
    axes = plotting.plot_alive_calibration(groups)
    np.testing.assert_array_equal(axes.lines[-1].get_xdata(), groups["p_purchase"])
    np.testing.assert_array_equal(axes.lines[-1].get_ydata(), groups["purchased"])
    random = np.random.default_rng(5)
    p = random.random(1003)
    found = loyalty.Predictions(p, random.random(1003) < p)
    axes = plotting.plot_reliability(found, bins=7)
    assert [bin.rows for bin in found.reliability(7)] == [144, 144, 143, 143, 143, 143, 143]
    np.testing.assert_array_equal(
        axes.lines[-1].get_ydata(), [bin.happened for bin in found.reliability(7)]
    )
    gaps = [bin.rows / 1003 * abs(bin.probability - bin.happened) for bin in found.reliability(20)]
    assert found.calibration_error(20) == pytest.approx(sum(gaps), rel=1e-12)
    with pytest.raises(loyalty.InputError, match="bins"):
        found.reliability(0)


def test_matrices_are_the_models() -> None:
    axes = plotting.plot_probability_alive_matrix(MODEL, T=40.0, max_frequency=5, cmap="gray")
    image = axes.images[0]
    assert image.get_cmap().name == "gray"
    cell = image.get_array()[29, 2]
    assert cell == MODEL.p_alive(frequency=3, recency=29.5 * 40.0 / 200, T=40.0)
    axes = plotting.plot_frequency_recency_matrix(MODEL, horizon=13.0, T=40.0, max_frequency=5)
    cell = axes.images[0].get_array()[199, 4]
    assert cell == MODEL.expected_purchases(
        horizon=13.0, frequency=5, recency=199.5 * 40.0 / 200, T=40.0
    )
    assert axes.get_title() == "Expected purchases within 13 weeks"


def test_a_history_falls_between_purchases_and_is_back_with_them() -> None:
    axes = plotting.plot_alive_history(MODEL, [3.0, 12.0], 39.0)
    time, path = axes.lines[0].get_xdata(), axes.lines[0].get_ydata()
    assert (path[time < 3.0] == 1.0).all()
    assert path[-1] == MODEL.p_alive(frequency=2, recency=12.0, T=39.0)
    at = np.searchsorted(time, 12.0)
    assert time[at] == 12.0 and path[at] > path[at - 1]
    assert (np.diff(path[time > 12.0]) < 0).all()
    for wrong in ([0.0, 3.0], [3.0, 3.0], [5.0, 3.0], [40.0], [float("nan")]):
        with pytest.raises(loyalty.InputError, match="must rise"):
            plotting.plot_alive_history(MODEL, wrong, 39.0)


def test_shops(ledger: loyalty.Ledger, customers: loyalty.CustomerSummary) -> None:
    segments = loyalty.rfm(customers)
    axes = plotting.plot_segments(segments)
    shares = [bar.get_width() for bar in axes.patches]
    assert sum(shares) == pytest.approx(2.0)
    axes = plotting.plot_top_shares(ledger, ["profit"])
    curve = axes.lines[-1].get_ydata()
    assert (curve[0], curve[-1]) == (0.0, pytest.approx(1.0))
    assert curve[10] == ledger.top_shares("profit", shares=[0.2])[0].of_total
    axes = plotting.plot_losses(ledger)
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == sorted(ledger.losses().by_cause.values())


def test_a_trait_shows_a_threshold_that_all_share(ledger: loyalty.Ledger) -> None:
    by_economics = loyalty.BehaviourDistribution.fit("revenue_reverser", ledger)
    assert len(plotting.plot_behaviour(by_economics).lines) == 1
    given = loyalty.BehaviourDistribution.fit("revenue_reverser", ledger, threshold=0.3)
    curve, threshold = plotting.plot_behaviour(given).lines
    assert list(threshold.get_xdata()) == [0.3, 0.3]
    assert curve.get_ydata()[0] == 1.0 and (np.diff(curve.get_ydata()) <= 0).all()


def test_axes_given_are_drawn_on() -> None:
    _, ax = plt.subplots()
    assert plotting.plot_alive_history(MODEL, [], 39.0, ax=ax) is ax


def test_without_matplotlib_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"loyalty\[plot\]"):
        plotting.plot_alive_history(MODEL, [], 39.0)
