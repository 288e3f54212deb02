"""Plots show the numbers of the tables, and nothing else."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import loyalty
from loyalty import plotting

MODEL = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
DONORS = loyalty.BgBb(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783)
END = "1997-09-30"


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def split() -> loyalty.CalibrationHoldout:
    """CDNOW in frames of a library other than the default."""
    log = pl.from_pandas(loyalty.datasets.cdnow("pandas"))
    orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
    return orders.calibration_holdout(END, unit="week")


@pytest.fixture(scope="module")
def ledger() -> loyalty.Ledger:
    shop = loyalty.simulate(3000, seed=4)
    return loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)


def heights(axes: Any) -> list[float]:
    return [bar.get_height() for bar in axes.patches]


def days(dates: Any) -> list[str]:
    return [str(date.astype("datetime64[D]")) for date in np.asarray(dates)]


def ends_of_bars(axes: Any) -> np.ndarray[Any, Any]:
    """Low and high ends of the first error bars of the axes."""
    segments = axes.containers[-1].lines[2][0].get_segments()
    return np.array([[low[1], high[1]] for low, high in segments])


def test_plots_are_there_without_a_second_import_and_matplotlib_waits() -> None:
    asked = (
        "import sys, loyalty; loyalty.plotting.plot_tracking; print('matplotlib' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, text=True)
    assert out.stdout == "False\n"
    assert sorted(plotting.__all__) == plotting.__all__
    for name in plotting.__all__:
        text = getattr(plotting, name).__doc__
        for section in ("Parameters", "Returns", "Examples"):
            assert f"    {section}\n" in text, (name, section)


def test_counts_are_the_bars(split: loyalty.CalibrationHoldout) -> None:
    counts = loyalty.repeat_counts(MODEL, split.calibration)
    frame = counts.to_frame()
    axes = plotting.plot_period_transactions(counts)
    assert heights(axes) == [*frame["actual"], *frame["expected"]]
    assert [text.get_text() for text in axes.get_xticklabels()] == [*map(str, range(7)), "7+"]
    # A count of E among n customers varies by the binomial.
    expected = frame["expected"].to_numpy()
    reach = 1.959963984540054 * np.sqrt(expected * (1 - expected / 2357))
    np.testing.assert_allclose(ends_of_bars(axes)[:, 1], expected + reach, rtol=1e-12)
    again = plotting.plot_period_transactions(MODEL, split.calibration, most=3)
    assert heights(again)[:3] == heights(axes)[:3] and heights(again)[3] == sum(heights(axes)[3:8])
    for wrong in ((MODEL,), (counts, split.calibration)):
        with pytest.raises(TypeError, match="customers"):
            plotting.plot_period_transactions(*wrong)


@pytest.mark.parametrize("cumulative", [True, False])
def test_tracking_is_the_lines(orders: loyalty.Orders, cumulative: bool) -> None:
    track = loyalty.tracking(MODEL, orders, calibration_end=END)
    frame, prefix = track.to_frame(), "cumulative_" if cumulative else ""
    axes = plotting.plot_tracking(track, cumulative=cumulative)
    actual, expected, end = axes.lines
    np.testing.assert_array_equal(actual.get_ydata(), frame[f"{prefix}actual"])
    np.testing.assert_array_equal(expected.get_ydata(), frame[f"{prefix}expected"])
    # Weeks end with their seventh day: the 39th is the last of the calibration.
    assert days(actual.get_xdata())[:1] == ["1997-01-07"]
    assert days(actual.get_xdata())[38] == END
    assert days(end.get_xdata()) == [END, END]
    assert axes.get_xlabel() == "last day of the week"
    named = (
        plotting.plot_cumulative_transactions
        if cumulative
        else plotting.plot_incremental_transactions
    )
    again = named(MODEL, orders, calibration_end=END)
    np.testing.assert_array_equal(again.lines[0].get_xydata(), actual.get_xydata())


@pytest.mark.parametrize("cumulative", [True, False])
def test_the_band_is_the_intervals_of_the_tracking(
    orders: loyalty.Orders, cumulative: bool
) -> None:
    how: dict[str, Any] = {"calibration_end": END, "level": 0.9}
    frame = loyalty.tracking(MODEL, orders, draws=200, **how).to_frame()
    axes = plotting.plot_tracking(MODEL, orders, cumulative=cumulative, draws=200, **how)
    (band,) = axes.collections
    prefix = "cumulative_" if cumulative else ""
    corners = band.get_paths()[0].vertices[:, 1]
    assert {*frame[f"{prefix}lower"], *frame[f"{prefix}upper"]} == {*corners}
    assert "90% band of the model" in axes.get_legend_handles_labels()[1]
    plain = plotting.plot_tracking(MODEL, orders, calibration_end=END, level=None)
    assert len(plain.collections) == 0 and "no band" not in plain.get_title()


@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")
def test_a_fit_without_errors_has_no_band_and_the_title_says_so() -> None:
    # Nobody is seen to leave: everybody buys every week to the end.
    log = {"id": np.repeat(np.arange(30), 20), "day": np.tile(np.arange(20) * 7, 30)}
    days = np.datetime64("2024-01-01") + log["day"].astype("timedelta64[D]")
    orders = loyalty.Orders({"id": log["id"], "day": days}, customer="id", time="day")
    fit = loyalty.BgNbd.fit(orders.summarize(unit="week"))
    assert fit.stop == "boundary"
    axes = plotting.plot_tracking(fit, orders)
    assert len(axes.collections) == 0
    assert axes.get_title().endswith("; no band, as the fit did not converge")


@pytest.mark.parametrize("given", [END, dt.date(1997, 9, 30), pd.Timestamp(END), 39, 39.0])
def test_the_end_of_the_calibration_is_a_date_among_dates(
    orders: loyalty.Orders, given: Any
) -> None:
    axes = plotting.plot_tracking(loyalty.tracking(MODEL, orders), calibration_end=given)
    line = axes.lines[2]
    assert days(line.get_xdata()) == [END, END]
    low, high = axes.get_xlim()
    assert low < mdates.date2num(np.datetime64(END)) < high
    axes.figure.canvas.draw()
    assert [text.get_text() for text in axes.get_xticklabels()] == [
        *("1997", "Apr", "Jul", "Oct", "1998", "Apr", "Jul")
    ]


def test_periods_of_the_calendar_end_with_it(orders: loyalty.Orders) -> None:
    months = loyalty.BgNbd(r=0.24, alpha=1.1, a=0.8, b=2.4, unit="calendar_month")
    occasions = orders.occasions(unit="calendar_month")
    axes = plotting.plot_tracking(months, occasions, calibration_end="1997-09-15")
    assert days(axes.lines[0].get_xdata())[:3] == ["1997-01-31", "1997-02-28", "1997-03-31"]
    # The whole period that holds it belongs to the calibration.
    assert days(axes.lines[2].get_xdata()) == [END, END]
    joined = loyalty.Occasions.join([occasions, occasions])
    assert loyalty.tracking(months, joined.merge(occasions)).start == np.datetime64("1997-01-01")


def test_holdout_groups_are_means(split: loyalty.CalibrationHoldout) -> None:
    draw = plotting.plot_calibration_purchases_vs_holdout_purchases
    by_frequency = loyalty.holdout_errors(MODEL, split).by_frequency()
    axes = draw(MODEL, split, most=4)
    actual, expected = axes.lines[0].get_ydata(), axes.lines[-1].get_ydata()
    np.testing.assert_allclose(actual[:4], by_frequency["actual"][:4], rtol=1e-12)
    np.testing.assert_allclose(expected[:4], by_frequency["expected"][:4], rtol=1e-12)
    # Those beyond are not dropped: the last group is of all of them.
    beyond = by_frequency.filter(pl.col("frequency") >= 4)
    mean = (beyond["actual"] * beyond["customers"]).sum() / beyond["customers"].sum()
    assert actual[4] == pytest.approx(mean, rel=1e-12)
    assert axes.get_xticklabels()[4].get_text() == f"4+\n{beyond['customers'].sum()}"
    bought = split.holdout_frequency[split.calibration.frequency == 2]
    reach = 1.959963984540054 * bought.std(ddof=1) / np.sqrt(len(bought))
    np.testing.assert_allclose(
        ends_of_bars(axes)[2], [bought.mean() - reach, bought.mean() + reach], rtol=1e-9
    )
    for by in ("recency", "T", "time_since_last"):
        axes = draw(MODEL, split, by=by)
        sizes = [
            int(text.get_text().split("\n")[1].replace(",", "")) for text in axes.get_xticklabels()
        ]
        assert sum(sizes) == len(split.calibration) and len(sizes) <= 8
        total = np.dot(axes.lines[0].get_ydata(), sizes)
        assert total == pytest.approx(split.holdout_frequency.sum(), rel=1e-12)
    with pytest.raises(loyalty.InputError, match="by must be"):
        draw(MODEL, split, by="amount")  # type: ignore[arg-type]
    with pytest.raises(loyalty.InputError, match="most must be"):
        draw(MODEL, split, most=0)


def test_groups_stand_in_order_of_what_is_drawn(split: loyalty.CalibrationHoldout) -> None:
    # By P(alive) the one-time buyers, of whom the BG/NBD says 1, come last and buy least.
    groups = loyalty.alive_calibration(MODEL, split)
    axes = plotting.plot_alive_calibration(groups)
    drawn = axes.lines[1]
    assert (np.diff(drawn.get_xdata()) > 0).all()
    rows = sorted(zip(groups["p_purchase"], groups["purchased"], groups["customers"], strict=True))
    np.testing.assert_array_equal(drawn.get_xdata(), [row[0] for row in rows])
    np.testing.assert_array_equal(drawn.get_ydata(), [row[1] for row in rows])
    # Wilson's interval of the group of 1,414, by hand.
    share, many = next((row[1], row[2]) for row in rows if row[2] > 1000)
    z, at = 1.959963984540054, next(n for n, row in enumerate(rows) if row[2] > 1000)
    middle = (share + z**2 / (2 * many)) / (1 + z**2 / many)
    reach = z / (1 + z**2 / many) * np.sqrt(share * (1 - share) / many + z**2 / (4 * many**2))
    np.testing.assert_allclose(ends_of_bars(axes)[at], [middle - reach, middle + reach], rtol=1e-9)


def test_bins_are_the_points() -> None:
    random = np.random.default_rng(5)
    p = random.random(1003)
    found = loyalty.Predictions(p, random.random(1003) < p)
    axes = plotting.plot_reliability(found, bins=7)
    assert [bin.rows for bin in found.reliability(7)] == [144, 144, 143, 143, 143, 143, 143]
    np.testing.assert_array_equal(
        axes.lines[1].get_ydata(), [bin.happened for bin in found.reliability(7)]
    )
    gaps = [bin.rows / 1003 * abs(bin.probability - bin.happened) for bin in found.reliability(20)]
    assert found.calibration_error(20) == pytest.approx(sum(gaps), rel=1e-12)
    with pytest.raises(loyalty.InputError, match="bins"):
        found.reliability(0)
    with pytest.raises(loyalty.InputError, match="level"):
        plotting.plot_reliability(found, level=1.0)
    # A share of 0 is doubtful too.
    never = plotting.plot_reliability(loyalty.Predictions([0.1] * 20, [0] * 20), bins=1)
    np.testing.assert_allclose(
        ends_of_bars(never), [[0.0, 1.959963984540054**2 / (20 + 1.959963984540054**2)]], atol=1e-8
    )


def test_matrices_are_the_models() -> None:
    axes = plotting.plot_probability_alive_matrix(MODEL, T=40.0, max_frequency=5, cmap="gray")
    image = axes.images[0]
    assert image.get_cmap().name == "gray"
    cell = image.get_array()[29, 3]
    assert cell == MODEL.p_alive(frequency=3, recency=29.5 * 40.0 / 200, T=40.0)
    axes = plotting.plot_frequency_recency_matrix(MODEL, horizon=13.0, T=40.0, max_frequency=5)
    cells = axes.images[0].get_array()
    assert cells[199, 5] == MODEL.expected_purchases(
        horizon=13.0, frequency=5, recency=199.5 * 40.0 / 200, T=40.0
    )
    assert axes.get_title().startswith("Expected purchases within 13 weeks")
    # One-time buyers have one value, whatever the height.
    once = MODEL.expected_purchases(horizon=13.0, frequency=0, recency=0.0, T=40.0)
    assert set(cells[:, 0].tolist()) == {once}


def test_matrices_take_their_size_from_the_customers(split: loyalty.CalibrationHoldout) -> None:
    axes = plotting.plot_probability_alive_matrix(MODEL, split.calibration)
    repeated = split.calibration.frequency[split.calibration.frequency > 0]
    most = axes.images[0].get_array().shape[1] - 1
    assert (repeated <= most).mean() >= 0.99 > (repeated < most).mean()
    assert axes.images[0].get_extent()[3] == split.calibration.T.max()
    assert plotting.plot_probability_alive_matrix(MODEL).images[0].get_extent()[3] == 52.0


def test_matrices_of_opportunities_leave_blank_what_cannot_be() -> None:
    axes = plotting.plot_probability_alive_matrix(DONORS, T=6, max_frequency=6)
    cells = np.ma.filled(axes.images[0].get_array(), np.nan)
    assert cells.shape == (7, 7)
    assert cells[6, 5] == DONORS.p_alive(frequency=5, recency=6, T=6)
    # Five purchases at three opportunities.
    assert np.isnan(cells[3, 5]) and not np.isnan(cells[3, 3])


def test_a_history_falls_between_purchases_and_is_back_with_them() -> None:
    axes = plotting.plot_history_alive(MODEL, [3.0, 12.0], 39.0)
    time, path = axes.lines[0].get_xdata(), axes.lines[0].get_ydata()
    assert (path[time < 3.0] == 1.0).all()
    assert path[-1] == MODEL.p_alive(frequency=2, recency=12.0, T=39.0)
    at = np.searchsorted(time, 12.0)
    assert time[at] == 12.0 and path[at] > path[at - 1]
    assert (np.diff(path[time > 12.0]) < 0).all()
    for wrong in ([0.0, 3.0], [3.0, 3.0], [5.0, 3.0], [40.0], [float("nan")]):
        with pytest.raises(loyalty.InputError, match="must rise"):
            plotting.plot_history_alive(MODEL, wrong, 39.0)
    with pytest.raises(TypeError, match="need T"):
        plotting.plot_history_alive(MODEL, [3.0])


def test_a_history_of_dates_is_that_of_the_log(orders: loyalty.Orders) -> None:
    log = loyalty.datasets.cdnow("pandas")
    customer, end = 61, "1998-06-30"
    summary = orders.summarize(unit="week", observation_end=end)
    row = int(np.flatnonzero(summary.customer == customer)[0])
    said = np.asarray(MODEL.p_alive(summary))[row]
    mine = log[log["customer_id"] == customer]
    zoned = mine.assign(date=mine["date"].dt.tz_localize("Europe/Berlin"))
    drawn = [
        plotting.plot_history_alive(MODEL, orders, customer=customer, observation_end=end),
        plotting.plot_history_alive(
            MODEL, orders.occasions(unit="week"), customer=customer, observation_end=end
        ),
        plotting.plot_history_alive(MODEL, mine, time="date", observation_end=end),
        plotting.plot_history_alive(MODEL, pl.from_pandas(mine), time="date", observation_end=end),
        plotting.plot_history_alive(
            MODEL, pa.Table.from_pandas(mine), time="date", observation_end=end
        ),
        plotting.plot_history_alive(MODEL, zoned, time="date", observation_end=end),
        plotting.plot_history_alive(MODEL, mine["date"], observation_end=end),
        plotting.plot_history_alive(MODEL, days(mine["date"]), observation_end=end),
    ]
    bought = sorted(set(days(mine["date"])))
    for axes in drawn:
        assert axes.lines[0].get_ydata()[-1] == pytest.approx(said, rel=1e-12)
        assert days(axes.lines[0].get_xdata())[-1] == end
        lines = axes.collections[0].get_segments()
        assert [str(mdates.num2date(line[0][0]).date()) for line in lines] == bought
    assert drawn[0].get_title() == "P(alive) of customer 61, 7 repeat purchases"


def test_a_history_of_dates_says_what_it_lacks(orders: loyalty.Orders) -> None:
    draw = plotting.plot_history_alive
    with pytest.raises(TypeError, match="id of the customer"):
        draw(MODEL, orders)
    with pytest.raises(loyalty.InputError, match="no order of the customer 'nobody'"):
        draw(MODEL, orders, customer="nobody")
    with pytest.raises(loyalty.InputError, match="knows its unit"):
        draw(loyalty.BgNbd(r=1, alpha=1, a=1, b=1), ["2024-01-01"])
    with pytest.raises(loyalty.InputError, match="no order up to"):
        draw(MODEL, ["2024-01-01"], observation_end="2023-01-01")
    with pytest.raises(loyalty.InputError, match="the occasions are in days"):
        draw(MODEL, orders.occasions(unit="day"), customer=61)


@pytest.mark.parametrize("kind", list(loyalty.PurchaseModel.kinds()))
def test_every_model_is_drawn(kind: str, orders: loyalty.Orders) -> None:
    unit: Any = "calendar_month" if kind == "bg-bb" else "week"
    names = loyalty.PurchaseModel.kinds()[kind]._names
    values = {name: 2.0 if name == "k" else 0.6 + 0.2 * n for n, name in enumerate(names)}
    model: Any = loyalty.PurchaseModel.kinds()[kind](**values, unit=unit)
    some = orders.calibration_holdout(END, unit=unit)
    plotting.plot_period_transactions(model, some.calibration)
    plotting.plot_calibration_purchases_vs_holdout_purchases(model, some)
    plotting.plot_frequency_recency_matrix(model, some.calibration)
    plotting.plot_history_alive(model, orders, customer=61)
    rates = plotting.plot_transaction_rate_heterogeneity(model)
    new = plotting.plot_expected_repeat_purchases(model)
    expected = model.expected_purchases_new_customer(12.0 if kind == "bg-bb" else 52.0)
    assert new.lines[0].get_ydata()[-1] == pytest.approx(expected, rel=1e-12)
    if kind == "nbd":
        with pytest.raises(loyalty.InputError, match="nobody leaves"):
            plotting.plot_dropout_rate_heterogeneity(model)
    else:
        plotting.plot_dropout_rate_heterogeneity(model)
    assert unit.replace("_", " ") in rates.get_xlabel() + new.get_xlabel()


def test_densities_are_of_gamma_and_beta() -> None:
    stats = pytest.importorskip("scipy.stats")
    model = loyalty.ParetoNbd(r=1.7, alpha=3.0, s=2.2, beta=9.0, unit="week")
    rates = plotting.plot_transaction_rate_heterogeneity(model).lines[0]
    np.testing.assert_allclose(
        rates.get_ydata(), stats.gamma.pdf(rates.get_xdata(), 1.7, scale=1 / 3.0), rtol=1e-10
    )
    leaving = plotting.plot_dropout_rate_heterogeneity(model).lines[0]
    np.testing.assert_allclose(
        leaving.get_ydata(), stats.gamma.pdf(leaving.get_xdata(), 2.2, scale=1 / 9.0), rtol=1e-10
    )
    dropout = plotting.plot_dropout_rate_heterogeneity(MODEL).lines[0]
    np.testing.assert_allclose(
        dropout.get_ydata(), stats.beta.pdf(dropout.get_xdata(), 0.793, 2.426), rtol=1e-10
    )
    # Regular buyers go through k phases for a purchase: the rate of purchases is λ/k.
    regular = loyalty.MbgCnbdK(r=1.5, alpha=2.0, a=1.0, b=3.0, k=2, unit="week")
    rates = plotting.plot_transaction_rate_heterogeneity(regular).lines[0]
    np.testing.assert_allclose(
        rates.get_ydata(), stats.gamma.pdf(rates.get_xdata(), 1.5, scale=1 / 4.0), rtol=1e-10
    )


@pytest.mark.parametrize(
    ("draw", "model", "said"),
    [
        ("transaction", loyalty.BgNbd(r=1e20, alpha=1e21, a=1.0, b=2.0, unit="week"), "alike"),
        ("transaction", loyalty.BgNbd(r=1e-6, alpha=1.0, a=1.0, b=2.0, unit="week"), "at 0"),
        ("dropout", loyalty.BgNbd(r=0.2, alpha=4.0, a=1e12, b=1e13, unit="week"), "alike"),
        ("dropout", loyalty.BgNbd(r=0.2, alpha=4.0, a=1e-9, b=1.0, unit="week"), "alike"),
        ("dropout", loyalty.BgNbd(r=0.2, alpha=4.0, a=1e-9, b=1e-9, unit="week"), "two ends"),
        ("dropout", loyalty.ParetoNbd(r=0.5, alpha=9.0, s=1e30, beta=1e33, unit="week"), "alike"),
    ],
)
def test_what_no_curve_shows_is_said(draw: str, model: loyalty.PurchaseModel, said: str) -> None:
    axes = getattr(plotting, f"plot_{draw}_rate_heterogeneity")(model)
    assert said in axes.get_title()
    # The mean alone.
    assert len(axes.lines) == 1


def test_a_posterior_is_drawn_with_its_doubt(split: loyalty.CalibrationHoldout) -> None:
    posterior = loyalty.BgNbd.posterior(split.calibration, draws=1000)
    axes = plotting.plot_expected_repeat_purchases(posterior, until=39)
    band = axes.collections[0].get_paths()[0].vertices
    curve = axes.lines[0]
    at_end = band[np.isclose(band[:, 0], 39.0), 1]
    assert at_end.min() < curve.get_ydata()[-1] < at_end.max()
    fitted = posterior.mode.model.expected_purchases_new_customer(39.0)
    assert curve.get_ydata()[-1] == pytest.approx(fitted, rel=0.02)
    # Some 4 % about it, as the errors of a and b have it: neither nothing nor everything.
    assert 0.05 < (at_end.max() - at_end.min()) / fitted < 0.25
    assert len(plotting.plot_dropout_rate_heterogeneity(posterior).collections) == 1


def test_worth_is_binned_and_added_up() -> None:
    random = np.random.default_rng(3)
    worth = np.r_[random.lognormal(2.0, 1.0, 5000), np.zeros(12)]
    for given in (
        worth,
        pl.DataFrame({"clv": worth}),
        pd.DataFrame({"clv": worth}),
        worth.tolist(),
    ):
        axes = plotting.plot_clv_distribution(given, currency="€")
        assert sum(heights(axes)) == 5000
        assert axes.get_title() == "Lifetime value of 5,012 customers\n12 of them not above 0"
    assert axes.lines[0].get_xdata()[0] == np.median(worth)
    curve = plotting.plot_clv_concentration(pl.DataFrame({"clv": worth})).lines[1]
    best = np.sort(worth)[::-1]
    assert curve.get_ydata()[-1] == pytest.approx(1.0)
    at = 500
    place = curve.get_xdata()[at] * len(worth)
    assert curve.get_ydata()[at] == pytest.approx(best[: round(place)].sum() / worth.sum())
    with pytest.raises(loyalty.InputError, match='"value" is missing'):
        plotting.plot_clv_distribution(pd.DataFrame({"clv": worth}), name="value")
    for draw in (plotting.plot_clv_distribution, plotting.plot_clv_concentration):
        with pytest.raises(loyalty.InputError, match="0"):
            draw([0.0, 0.0])
        with pytest.raises(loyalty.InputError, match="finite"):
            draw([1.0, float("nan")])
    assert heights(plotting.plot_clv_distribution([7.0, 7.0])) == [2.0]


def test_scores_are_worth_what_their_column_says(orders: loyalty.Orders) -> None:
    scores = loyalty.score(orders, observation_end=END)
    axes = plotting.plot_clv_distribution(scores)
    assert sum(heights(axes)) == (np.asarray(scores.to_frame()["clv"]) > 0).sum()


def test_spend_is_that_of_the_customers(split: loyalty.CalibrationHoldout) -> None:
    fit = loyalty.GammaGamma.fit(split.calibration)
    axes = plotting.plot_spend_fit(fit, split.calibration, replicates=20)
    paid = split.calibration.monetary_value
    assert sum(heights(axes)) == (paid > 0).sum()
    assert axes.lines[0].get_ydata().sum() == pytest.approx((paid > 0).sum())
    # A model of twice the amounts is seen to be none of these.
    twice = loyalty.GammaGamma(**fit.parameters | {"v": 2 * fit.parameters["v"]})
    wrong = plotting.plot_spend_fit(twice, split.calibration, replicates=20)
    gap, gap_of_wrong = (
        np.abs(ax.lines[0].get_ydata() - heights(ax)).sum() for ax in (axes, wrong)
    )
    assert gap_of_wrong > 2 * gap
    without = loyalty.CustomerSummary(frequency=[1], recency=[1.0], T=[2.0])
    with pytest.raises(loyalty.InputError, match="monetary"):
        plotting.plot_spend_fit(fit, without)


def test_segments_and_scores(customers: loyalty.CustomerSummary) -> None:
    scores = loyalty.rfm(customers)
    shares = [bar.get_width() for bar in plotting.plot_segments(scores).patches]
    assert sum(shares) == pytest.approx(2.0)
    frame = pd.DataFrame(scores.to_frame())
    axes = plotting.plot_rfm_map(scores)
    cells = axes.images[0].get_array()
    chosen = (frame["recency_score"] == 5) & (frame["frequency_score"] == 4)
    assert cells[3, 4] == chosen.sum() and cells.sum() == len(frame)
    money = plotting.plot_rfm_map(scores, of="monetary").images[0].get_array()
    assert money[3, 4] == pytest.approx(frame.loc[chosen, "monetary"].mean(), rel=1e-12)
    with pytest.raises(loyalty.InputError, match="of must be"):
        plotting.plot_rfm_map(scores, of="recency")  # type: ignore[arg-type]


def test_cohorts_are_those_of_the_log(orders: loyalty.Orders) -> None:
    log = loyalty.datasets.cdnow("pandas")
    month = (log["date"].dt.year - 1997) * 12 + log["date"].dt.month - 1
    born = month.groupby(log["customer_id"]).transform("min")
    pairs = pd.DataFrame({"who": log["customer_id"], "born": born, "age": month - born})
    found = pairs.drop_duplicates().groupby(["born", "age"]).size().unstack(fill_value=0)
    share = found.to_numpy() / found[0].to_numpy()[:, None]
    cells = np.ma.filled(plotting.plot_cohorts(orders).images[0].get_array(), np.nan)
    assert cells.shape == (3, 17)
    for cohort in range(3):
        seen = 17 - cohort
        np.testing.assert_allclose(cells[cohort, :seen], share[cohort, 1 : seen + 1], rtol=1e-12)
        # What has not come yet is no 0 %.
        assert np.isnan(cells[cohort, seen:]).all()
    quarters = plotting.plot_cohorts(orders, period="quarter")
    assert [text.get_text() for text in quarters.get_yticklabels()] == ["1997 Q1 (2,357)"]
    weeks = plotting.plot_cohorts(orders, period="week")
    # Monday of the week of 1 January 1997.
    assert weeks.get_yticklabels()[0].get_text().startswith("1996-12-30")
    with pytest.raises(loyalty.InputError, match="calendar_months"):
        plotting.plot_cohorts(orders.occasions(unit="week"))
    with pytest.raises(loyalty.InputError, match="2 to 400 periods"):
        plotting.plot_cohorts(orders, period="year", observation_end="1997-06-30")


def test_shops(ledger: loyalty.Ledger) -> None:
    axes = plotting.plot_top_shares(ledger, ["profit"])
    curve = axes.lines[-1].get_ydata()
    assert (curve[0], curve[-1]) == (0.0, pytest.approx(1.0))
    assert curve[10] == ledger.top_shares("profit", shares=[0.2])[0].of_total
    axes = plotting.plot_losses(ledger)
    widths = [bar.get_width() for bar in axes.patches]
    by_cause = ledger.losses().by_cause
    # What took nothing, perhaps because no column speaks of it, is no bar of 0.
    assert widths == sorted(taken for taken in by_cause.values() if taken > 0)
    assert len(widths) < len(by_cause)


def test_a_trait_shows_a_threshold_that_all_share(ledger: loyalty.Ledger) -> None:
    by_economics = loyalty.BehaviourDistribution.fit("revenue_reverser", ledger)
    axes = plotting.plot_behaviour(by_economics)
    assert len(axes.lines) == 1 and axes.get_xlabel().startswith("share of lines sent back")
    given = loyalty.BehaviourDistribution.fit("revenue_reverser", ledger, threshold=0.3)
    curve, threshold = plotting.plot_behaviour(given).lines
    assert list(threshold.get_xdata()) == [0.3, 0.3]
    assert curve.get_ydata()[0] == 1.0 and (np.diff(curve.get_ydata()) <= 0).all()


def test_axes_given_are_drawn_on() -> None:
    _, ax = plt.subplots()
    assert plotting.plot_history_alive(MODEL, [], 39.0, ax=ax) is ax


def test_without_matplotlib_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"loyalty\[plot\]"):
        plotting.plot_history_alive(MODEL, [], 39.0)
