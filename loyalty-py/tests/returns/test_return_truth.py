"""Predictions and intervals against the truth of simulated shops, and on real lines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from shop_lines import DATA, DAY, order_lines

import loyalty


def test_simulated_returns_are_predicted_and_calibrated() -> None:
    shop = loyalty.simulate(6000, seed=9, backend="pandas", return_rate=0.15)
    table = shop.lines.reset_index(names="line")
    table["price"], table["age"] = table["amount"] / table["quantity"], 1.0
    split = table["time"].quantile(0.6).normalize()
    end = table["time"].max() - 45 * DAY
    fit = loyalty.ReturnPropensity.fit(order_lines(table[table["time"] < split]), horizon_days=45)
    model = fit.model
    late = table[(table["time"] < split) & (table["return_time"] >= split)]
    model.update_returns(late, line="line", time="return_time")
    later = table[(table["time"] >= split) & (table["time"] <= end)]
    scores = model.update(order_lines(later))
    lag = (later["return_time"] - later["time"]) / DAY
    found = loyalty.Predictions(scores["probability"], lag <= 45)
    calibration = found.calibration()
    assert calibration is not None
    # Over twelve such shops the slope is 0.96 on average, from 0.92 to 1.04.
    assert 0.9 < calibration.slope < 1.1
    assert found.calibration_error() < 0.01
    assert (found.auc() or 0) > 0.6


@pytest.mark.parametrize("seed", [1, 2])
def test_intervals_hold_what_is_true_of_the_order(seed: int) -> None:
    """In blocks of 1,000 lines by score, of coming back within the horizon, as scores have it."""
    shop = loyalty.simulate(4000, seed=seed, backend="pandas", return_rate=0.15)
    lines = shop.lines.reset_index(names="line")
    lines["price"] = lines["amount"] / lines["quantity"]
    lag = (lines["return_time"].dt.normalize() - lines["time"].dt.normalize()).dt.days
    in_time = (lag[lines["returned_amount"] > 0] <= 30).mean()
    truth = in_time * shop.line_truth["return_probability"].to_numpy()
    split = pd.Timestamp(lines["time"].quantile(0.7)).normalize()
    roles = dict(numbers=[], returned=None, return_time=None)
    past = order_lines(lines, numbers=[])
    model = loyalty.ReturnPropensity.fit(past, horizon_days=30, observation_end=split).model
    later = (lines["time"] >= split + DAY).to_numpy()
    scores = model.score(order_lines(lines[later], **roles), level=0.9)
    p, lower, upper = (scores[name].to_numpy() for name in ("probability", "lower", "upper"))
    assert ((lower < p) & (p < upper)).all() and (upper - lower).max() < 0.95
    holds = (lower <= truth[later]) & (truth[later] <= upper)
    by_score = holds[np.argsort(p, kind="stable")]
    blocks = by_score[: len(by_score) // 1000 * 1000].reshape(-1, 1000).mean(axis=1)
    print(f"held {holds.mean():.3f}, by block {blocks.min():.3f} to {blocks.max():.3f}")
    assert 0.87 < holds.mean() < 0.92
    assert blocks.min() > 0.82


@pytest.mark.skipif(not DATA.exists(), reason=f"no {DATA.name} beside the project")
@pytest.mark.parametrize(
    ("name", "log_loss", "auc", "error"),
    [("or2", 0.0812, 0.768, 0.002), ("or2r", 0.0728, 0.788, 0.0022)],
)
def test_real_returns_are_predicted(name: str, log_loss: float, auc: float, error: float) -> None:
    """The temporal split of the study; its LightGBM has 0.08127, 0.768 (or2) and 0.788 (or2r)."""
    lines = pd.read_parquet(DATA)
    if name == "or2r":
        lines = lines[lines["cancelled_1d"] == 0]
    lines = lines.sort_values(["time", "line_id"], kind="stable").reset_index(drop=True)
    day = (lines["time"] - lines["time"].min().normalize()).dt.days
    lines["stock5"] = lines["stock"].astype(str).str[:5]
    lines["y"] = ((lines["returned"] == 1) & (lines["ret_lag_days"] <= 60)).astype(int)
    lines["back"] = lines["ret_time"].where(lines["y"] == 1)
    whole = day <= day.max() - 60
    end = int(np.quantile(day[whole], 0.70))

    def checked(rows: Any) -> loyalty.OrderLines:
        return loyalty.OrderLines(
            lines[rows], customer="cust", product="stock", time="time", price="price",
            quantity="qty", order="invoice", line="line_id", categories=["stock5", "country"],
            returned="y", return_time="back",
        )  # fmt: skip

    last = lines["time"].min().normalize() + end * DAY
    model = loyalty.ReturnPropensity.fit(checked(day <= end), observation_end=last).model
    late = lines[(day <= end) & (lines["back"] >= last + DAY)]
    model.update_returns(late, line="line_id", time="back")
    test = whole & (day > end)
    scores = model.update(checked(test))
    found = loyalty.Predictions(scores["probability"], lines["y"][test])
    assert found.log_loss() < log_loss
    assert (found.auc() or 0) > auc
    assert found.calibration_error() < error
