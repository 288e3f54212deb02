"""How good predictions are, by definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import loyalty


def test_metrics_equal_their_definitions() -> None:
    rng = np.random.default_rng(5)
    p = np.round(rng.random(500), 2)
    y = rng.random(500) < p
    found = loyalty.Predictions(p, y)
    clipped = np.clip(p, 1e-15, 1 - 1e-15)
    loss = -np.mean(np.where(y, np.log(clipped), np.log1p(-clipped)))
    assert found.log_loss() == pytest.approx(loss, rel=1e-12)
    assert found.brier() == pytest.approx(np.mean((p - y) ** 2), rel=1e-12)
    pairs = p[y][:, None] - p[~y][None, :]
    assert found.auc() == pytest.approx(np.mean((pairs > 0) + 0.5 * (pairs == 0)), rel=1e-12)
    area = before = 0.0
    for cut in np.unique(p)[::-1]:
        taken = p >= cut
        recall, precision = y[taken].sum() / y.sum(), y[taken].mean()
        area += (recall - before) * precision
        before = recall
    assert found.average_precision() == pytest.approx(area, rel=1e-12)
    bins = np.array_split(np.argsort(p, kind="stable"), 20)
    error = sum(len(b) / 500 * abs(y[b].mean() - p[b].mean()) for b in bins)
    assert found.calibration_error(20) == pytest.approx(error, rel=1e-12)
    top = np.argsort(-p, kind="stable")[:50]
    assert found.lift(0.1) == pytest.approx(y[top].mean() / y.mean(), rel=1e-12)
    money = found.expected_money(0.5, hit=-1.0, false_alarm=-3.0, miss=-10.0, correct_pass=2.0)
    acted = p > 0.5
    expected = np.where(acted, np.where(y, -1.0, -3.0), np.where(y, -10.0, 2.0)).mean()
    assert money == pytest.approx(expected, rel=1e-12)


def test_calibration_is_the_logistic_regression_on_the_logit() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    rng = np.random.default_rng(6)
    z = rng.normal(-1, 1.5, 3000)
    y = rng.random(3000) < 1 / (1 + np.exp(-(0.3 + 0.7 * z)))
    found = loyalty.Predictions(1 / (1 + np.exp(-z)), y).calibration()
    assert found is not None

    def loss(w: np.ndarray[Any, Any]) -> float:
        return float(np.mean(np.logaddexp(0, -(2 * y - 1) * (w[0] + w[1] * z))))

    best = optimize.minimize(loss, [0.0, 1.0], method="BFGS", options={"gtol": 1e-10}).x
    assert [found.intercept, found.slope] == pytest.approx(best, abs=1e-5)
    assert loyalty.Predictions([0.2, 0.2], [0, 1]).calibration() is None
    assert loyalty.Predictions([0.2, 0.6], [1, 1]).auc() is None
    with pytest.raises(loyalty.InputError, match="row 1: must be from 0 to 1, got 1.5"):
        loyalty.Predictions([0.2, 1.5], [1, 1])
