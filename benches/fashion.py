"""Return propensity on simulated fashion shops, of which no times of returns are known, in one run.

usage: fashion.py [SHOPS]

Against logistic regression and LightGBM on the features of the study behind docs/returns.md, with the shop's
sizes and products × sizes, and its intercept over the settled lines of the last 42 days. Needs pandas,
scikit-learn, lightgbm, scipy.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import returns
from scipy.optimize import brentq
from scipy.special import expit, logit

import loyalty

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "loyalty-py" / "tests" / "returns"))
from test_return_seasons import DAYS, HORIZON, shop

DRIFTS = (-0.4, -0.2, 0.0, 0.2, 0.5)
WINDOW = 42


class Split:
    """The first two thirds to learn from; lines whose fate is known by the end of the table to predict."""

    def __init__(self, day: np.ndarray):
        end = int(0.68 * DAYS)
        self.train = np.flatnonzero(day <= end - HORIZON)
        self.known = np.flatnonzero(day <= end)
        self.later = np.flatnonzero((day > end) & (day < DAYS - HORIZON))
        # The peers score all lines: their intercept needs the past ones.
        self.test = np.arange(len(day))


def features(table: pd.DataFrame, split: Split) -> np.ndarray:
    """Those of the study; a brand and a category take the places of its groups."""
    y, day = table.returned.to_numpy(), table.day.to_numpy()
    lines = pd.DataFrame(
        {
            "cust": table.customer, "stock": table["product"], "invoice": table.order,
            "line_id": table.line, "qty": 1, "price": table.price, "time": table.time, "day": day,
            "y": y, "ret_lag_days": np.where(y == 1, HORIZON, np.nan), "stock5": table.brand,
            "country": table.category,
        }
    )  # fmt: skip
    returns.HORIZON = HORIZON
    columns = [returns.peers_features(lines, split)]
    seen, share = np.where(y == 1, day + HORIZON, DAYS + 9), np.zeros(HORIZON + 1)
    share[-1] = 1.0
    for key in (table["size"], table["product"] * 10 + table["size"]):
        codes = pd.factorize(key)[0]
        exposure, back = returns.history(codes, day, seen, y, share, DAYS)
        columns.append(returns.shrunk(codes, exposure, back, y, split.train))
    columns.append(np.log(table.groupby(["order", "product"]).line.transform("size")))
    all_columns = np.column_stack(columns)
    return all_columns[:, all_columns.std(axis=0) > 0]


def with_rolling_intercept(p: np.ndarray, table: pd.DataFrame, split: Split) -> np.ndarray:
    day, y, z = table.day.to_numpy(), table.returned.to_numpy(), logit(p)
    for today in np.unique(day[split.later]):
        settled = (day < today - HORIZON) & (day >= today - HORIZON - WINDOW)
        now = day == today

        def gap(shift, settled=settled):
            return (expit(z[settled] + shift) - y[settled]).sum()

        p[now] = expit(z[now] + brentq(gap, -5, 5))
    return p[split.later]


def ours(table: pd.DataFrame, split: Split) -> np.ndarray:
    def lines(rows):
        return loyalty.OrderLines(
            table.iloc[rows], customer="customer", product="product", time="time", price="price",
            order="order", line="line", categories=["brand", "category", "size"],
            returned="returned",
        )  # fmt: skip

    model = loyalty.ReturnPropensity.fit(lines(split.known), horizon_days=HORIZON).model
    return model.update(lines(split.later))["probability"].to_numpy()


def main() -> None:
    found: dict[str, list[tuple[float, ...]]] = {}
    for seed in range(1, 1 + int((sys.argv[1:] or ["8"])[0])):
        table = shop(seed, DRIFTS[seed % len(DRIFTS)])
        table = table.sort_values(["time", "line"], kind="stable").reset_index(drop=True)
        day, y = table.day.to_numpy(), table.returned.to_numpy()
        split = Split(day)
        x = features(table, split)
        peers = {
            "logistic": returns.logistic_regression(x, y, split)[0],
            "LightGBM": returns.light_gbm(x, y, day, split)[0],
        }
        scores = {"loyalty": ours(table, split)} | {
            f"{name}, {WINDOW} days": with_rolling_intercept(p.copy(), table, split)
            for name, p in peers.items()
        }
        for name, p in scores.items():
            f = loyalty.Predictions(p, y[split.later])
            found.setdefault(name, []).append((f.log_loss(), f.auc(), f.calibration_error()))
    print("| | log-loss | AUC | calibration error |\n|---|---|---|---|")
    for name, figures in found.items():
        log_loss, auc, error = np.mean(figures, axis=0)
        print(f"| {name} | {log_loss:.5f} | {auc:.3f} | {error:.4f} |")


if __name__ == "__main__":
    main()
