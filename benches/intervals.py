"""How often do intervals hold what customers then did, on logs that nobody here made?

    .venv/bin/python benches/intervals.py cdnow or2=../shared/data/online_retail_ii.parquet

Models are fitted to what was known at a cutoff; what they predict at 90 % of the time after it is held against what
came. The cutoffs were chosen before the first run: CDNOW's published one, and for Online Retail II every quarter that
leaves a year of history. A customer's interval is of what they will do (`kind="prediction"`). "model" is the share that
the model itself says its intervals of whole counts hold. Segments are those of `loyalty.rfm` at the cutoff.
"""

import sys
import warnings
from typing import Any, NamedTuple

import numpy as np
import polars as pl

import loyalty

LEVEL = 0.9
#: The last day that is known, and the weeks after it.
SPLITS: dict[str, tuple[tuple[str, float], ...]] = {
    "cdnow": (("1997-09-30", 39), ("1997-12-31", 26)),
    "or2": (
        ("2010-11-30", 26),
        ("2011-02-28", 26),
        ("2011-05-31", 26),
        ("2010-11-30", 13),
        ("2011-02-28", 13),
        ("2011-05-31", 13),
        ("2011-08-31", 13),
    ),
}
#: Classes of repeat purchases, by their lower ends.
CLASSES = (0, 1, 2, 4, 8, 16)


class Seen(NamedTuple):
    """Intervals and what happened."""

    lower: np.ndarray[Any, Any]
    upper: np.ndarray[Any, Any]
    actual: np.ndarray[Any, Any]

    def held(self) -> np.ndarray[Any, Any]:
        # Sums of money are added in another order.
        slack = 1e-9 * np.abs(self.actual)
        return (self.lower - slack <= self.actual) & (self.actual <= self.upper + slack)


def read(name: str, path: str | None) -> loyalty.Orders:
    if name == "cdnow":
        return loyalty.datasets.cdnow_orders()
    frame = (
        pl.scan_parquet(path)
        .filter(pl.col("cust").is_not_null() & (pl.col("qty") > 0) & (pl.col("price") > 0))
        .select("cust", "time", amount=pl.col("qty") * pl.col("price"))
        .collect()
    )
    return loyalty.Orders(frame, customer="cust", time="time", amount="amount")


def past_levels(orders: loyalty.Orders, cutoff: str, weeks: float) -> list[float]:
    """How far totals were off at earlier cutoffs with holdout periods of their own, as far as the log goes back."""
    for origins in (7, 5, 3):
        try:
            found = loyalty.compare(
                orders,
                ["mbg-nbd"],
                horizon=weeks,
                origins=origins,
                unit="week",
                observation_end=cutoff,
            )
        except loyalty.InputError:
            continue
        levels = found.forecasts()["level"].to_numpy()[::2]
        return [float(level) for level in levels if np.isfinite(level)]
    return []


def split_at(orders: loyalty.Orders, cutoff: str, weeks: float) -> Any:
    end = np.datetime64(cutoff) + np.timedelta64(round(7 * weeks), "D")
    return orders.calibration_holdout(cutoff, unit="week", observation_end=str(end))


def measured(orders: loyalty.Orders, cutoff: str, weeks: float) -> None:
    split = split_at(orders, cutoff, weeks)
    customers, weeks = split.calibration, split.holdout_duration
    bought = split.holdout_frequency.astype(float)
    spent = np.maximum(split.holdout_monetary_value * bought, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", loyalty.LoyaltyWarning)
        # Of a shop where nobody is seen to leave a fit ends at a boundary, and the priors of a posterior hold it.
        model = loyalty.MbgNbd.posterior(customers)
        spend = loyalty.GammaGamma.posterior(customers)
        segment = column(loyalty.rfm(customers).to_frame(), "segment")
    how: dict[str, Any] = {"level": LEVEL}
    value: dict[str, Any] = {"horizon": weeks, **how}
    counts = seen(loyalty.purchase_interval(customers, model, weeks, **how), bought)
    money = seen(loyalty.clv_interval(customers, model, spend, **value), spent)
    said = by_the_model(model, customers, weeks, counts)
    print(
        f"\n{cutoff}, {weeks:.1f} weeks: {len(bought)} customers, {bought.sum():.0f} purchases, {spent.sum():.0f} spent"
    )
    print(
        f"  {'repeat purchases':18}{'customers':>10}{'purchases':>11}{'model':>7}{'spend':>7}{'width':>7}"
    )
    x = customers.frequency
    for low, high in zip(CLASSES, (*CLASSES[1:], np.inf), strict=True):
        rows = (low <= x) & (x < high)
        if rows.any():
            print(f"  {low:>4} to {high - 1:<10.0f}{row(counts, money, said, rows)}")
    print(f"  {'all':18}{row(counts, money, said, x >= 0)}")
    totals(orders, cutoff, (customers, model, spend), segment, (bought, spent), weeks)
    tracked(orders, cutoff, weeks, model)


def totals(
    orders: loyalty.Orders, cutoff: str, known: Any, segment: Any, came: Any, weeks: float
) -> None:
    customers, model, spend = known
    names = np.unique(segment)
    sums = [np.array([actual[segment == name].sum() for name in names]) for actual in came]
    levels = past_levels(orders, cutoff, weeks)
    shown = ", ".join(f"{level:.2f}" for level in levels) or "none"
    print(f"  past levels, expected over actual: {shown}")
    for title, doubt in (("as the models know", []), ("with the level's doubt", levels)):
        if title != "as the models know" and not doubt:
            continue
        how: dict[str, Any] = {"level": LEVEL, "levels": doubt}
        value: dict[str, Any] = {"horizon": weeks, **how}
        for name, actual, by, total in (
            (
                "purchases",
                sums[0],
                loyalty.purchase_interval(customers, model, weeks, by=segment, **how),
                loyalty.purchase_interval(customers, model, weeks, total=True, **how),
            ),
            (
                "spend",
                sums[1],
                loyalty.clv_interval(customers, model, spend, by=segment, **value),
                loyalty.clv_interval(customers, model, spend, total=True, **value),
            ),
        ):
            groups, all_of_them = seen(by, actual), seen(total, np.array([actual.sum()]))
            inside = "held" if all_of_them.held()[0] else "not held"
            ends = f"{all_of_them.lower[0]:.0f} to {all_of_them.upper[0]:.0f}"
            print(
                f"  {title}: {name} of {groups.held().sum()} of {len(names)} segments; total "
                f"{actual.sum():.0f} {inside}, {ends}"
            )


def tracked(orders: loyalty.Orders, cutoff: str, weeks: float, model: Any) -> None:
    """The weeks of those born by the cutoff, and up to their ends: before it and after."""
    end = np.datetime64(cutoff) + np.timedelta64(round(7 * weeks), "D")
    track = loyalty.tracking(
        model, orders, calibration_end=cutoff, observation_end=str(end), level=LEVEL
    )
    frame, known = track.to_frame(), len(track.to_frame()["end"]) - round(weeks)
    for name, prefix in (("weeks", ""), ("up to their ends", "cumulative_")):
        ends = [column(frame, f"{prefix}{of}") for of in ("lower", "upper", "actual")]
        held = Seen(*ends).held()
        print(
            f"  tracking, {name}: {held[:known].sum()} of {known} before, {held[known:].sum()} of {len(held) - known} after"
        )


def column(table: Any, name: str) -> np.ndarray[Any, Any]:
    return np.asarray(table[name])


def seen(table: Any, actual: np.ndarray[Any, Any]) -> Seen:
    return Seen(column(table, "lower"), column(table, "upper"), actual)


def by_the_model(model: Any, customers: Any, weeks: float, counts: Seen) -> np.ndarray[Any, Any]:
    """The probability of each customer's interval, which is above the level, as counts are whole."""
    most = int(counts.upper.max())
    table = model.mode.model.purchase_distribution(customers, weeks, most=most)
    distribution = np.column_stack([column(table, f"p_{n}") for n in range(most + 1)])
    up_to = np.concatenate([np.zeros((len(distribution), 1)), distribution.cumsum(axis=1)], axis=1)
    rows = np.arange(len(up_to))
    return up_to[rows, counts.upper.astype(int) + 1] - up_to[rows, counts.lower.astype(int)]


def row(counts: Seen, money: Seen, said: Any, rows: Any) -> str:
    shares = (counts.held()[rows].mean(), said[rows].mean(), money.held()[rows].mean())
    width = (counts.upper - counts.lower)[rows].mean()
    return "{:>10}{:>10.1%}{:>8.1%}{:>7.1%}{:>7.1f}".format(rows.sum(), *shares, width)


def main() -> None:
    for given in sys.argv[1:] or ["cdnow"]:
        name, _, path = given.partition("=")
        orders = read(name, path or None)
        print(f"\n{name}: intervals at {LEVEL:.0%}, posteriors of MBG/NBD and Gamma-Gamma")
        for cutoff, weeks in SPLITS[name]:
            measured(orders, cutoff, weeks)


if __name__ == "__main__":
    main()
