"""The same work by this library and by its peers, in one process, in turn.

    .venv/bin/python benches/peers.py scores     # lifetimes: fits, scores, lifetime value
    .venv/bin/python benches/peers.py summary    # polars and duckdb: from orders to a summary

Both sides see the same columns. A figure is the median of the runs of each side; the ratio is that of
the medians. lifetimes runs once: it needs most of a minute. ``--json FILE`` keeps the figures.
"""

import argparse
import json
import resource
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shop

import loyalty

HORIZON = 180.0  # days


class Table:
    """Seconds by row and side."""

    def __init__(self, peers: list[str]) -> None:
        self.sides = [*peers, "loyalty"]
        self.rows: dict[str, dict[str, float]] = {}

    def measure(self, row: str, side: str, runs: int, work: Callable[[], Any]) -> Any:
        """Runs the work and keeps the median of its wall times."""
        seconds = []
        result = None
        for _ in range(runs):
            result = None
            start = time.perf_counter()
            result = work()
            seconds.append(time.perf_counter() - start)
        self.rows.setdefault(row, {})[side] = statistics.median(seconds)
        return result

    def ratio(self, row: str) -> float | None:
        """How many times faster than the fastest peer."""
        times = dict(self.rows[row])
        mine = times.pop("loyalty")
        return min(times.values()) / mine if times else None

    def add_total(self) -> None:
        """The sum over all rows, for a single peer."""
        self.rows["total"] = {
            side: sum(times.get(side, 0.0) for times in self.rows.values()) for side in self.sides
        }

    def show(self) -> None:
        """The table as text."""
        print(f"{'':34}" + "".join(f"{side + ' s':>14}" for side in self.sides) + f"{'ratio':>8}")
        for row, times in self.rows.items():
            cells = "".join(
                f"{times[side]:14.4f}" if side in times else " " * 14 for side in self.sides
            )
            ratio = self.ratio(row)
            print(f"{row:34}{cells}" + (f"{ratio:8.0f}" if ratio else ""))


def scores(table: Table, customers: int, runs: int) -> None:
    """Fits and scores of a million customers, by day and with hardly two alike."""
    import lifetimes
    import pandas as pd

    data = shop.histories(customers, np.random.default_rng(1))
    frame = pd.DataFrame(data)
    columns = frame["frequency"], frame["recency"], frame["T"]
    repeaters = frame[frame["frequency"] > 0]
    print(f"{customers:,} customers, {len(repeaters):,} with repeat purchases")
    before = peak_megabytes()
    summary = table.measure(
        "columns in", "loyalty", runs, lambda: loyalty.CustomerSummary(**data, unit="day")
    )
    purchases = table.measure("fit BG/NBD", "loyalty", runs, lambda: loyalty.BgNbd.fit(summary))
    spend = table.measure(
        "fit Gamma-Gamma", "loyalty", runs, lambda: loyalty.GammaGamma.fit(summary)
    )
    model, values = purchases.model, spend.model
    table.measure("P(alive)", "loyalty", runs, lambda: model.p_alive(summary))
    table.measure(
        "expected purchases", "loyalty", runs, lambda: model.expected_purchases(summary, HORIZON)
    )
    year = {"periods": 12, "period_length": 30, "discount_rate": 0.01}
    table.measure(
        "CLV of 12 periods", "loyalty", runs, lambda: loyalty.clv(summary, model, values, **year)
    )
    used = peak_megabytes() - before
    distinct = loyalty.CustomerSummary(**shop.scattered(data), unit="day")
    peer = table.measure(
        "fit BG/NBD", "lifetimes", 1, lambda: lifetimes.BetaGeoFitter().fit(*columns)
    )
    gamma = lifetimes.GammaGammaFitter()
    money = repeaters["frequency"], repeaters["monetary_value"]
    table.measure("fit Gamma-Gamma", "lifetimes", 1, lambda: gamma.fit(*money))
    table.measure("P(alive)", "lifetimes", 3, lambda: peer.conditional_probability_alive(*columns))
    expected = peer.conditional_expected_number_of_purchases_up_to_time
    table.measure("expected purchases", "lifetimes", 3, lambda: expected(HORIZON, *columns))
    table.measure(
        "CLV of 12 periods",
        "lifetimes",
        1,
        lambda: gamma.customer_lifetime_value(
            peer, *columns, frame["monetary_value"], time=12, discount_rate=0.01, freq="D"
        ),
    )
    table.add_total()
    row = "fit BG/NBD, all histories distinct"
    table.measure(row, "loyalty", runs, lambda: loyalty.BgNbd.fit(distinct))
    table.rows[row]["lifetimes"] = table.rows["fit BG/NBD"]["lifetimes"]
    pareto(table, summary, distinct, runs)
    cdnow(table, runs)
    table.show()
    print(f"peak memory above the input and all that was loaded: {used:.0f} MB")


def pareto(table: Table, summary: Any, distinct: Any, runs: int) -> None:
    """The Pareto/NBD, without a peer: lifetimes takes minutes for a fit of this size."""
    for kind, customers in (("by day", summary), ("all distinct", distinct)):
        row = f"fit Pareto/NBD, {kind}"
        fit = table.measure(row, "loyalty", runs, lambda c=customers: loyalty.ParetoNbd.fit(c))
        row = f"P(alive) Pareto/NBD, {kind}"
        table.measure(row, "loyalty", runs, lambda c=customers, m=fit.model: m.p_alive(c))


def cdnow(table: Table, runs: int) -> None:
    """Fits of 2,357 customers."""
    import lifetimes

    summary = loyalty.datasets.cdnow_orders().summarize(unit="week", observation_end="1997-09-30")
    columns = summary.frequency, summary.recency, summary.T
    fit = lifetimes.BetaGeoFitter().fit
    table.measure("fit BG/NBD, CDNOW", "lifetimes", 9, lambda: fit(*columns))
    table.measure("fit BG/NBD, CDNOW", "loyalty", 9 * runs, lambda: loyalty.BgNbd.fit(summary))
    pareto = lifetimes.ParetoNBDFitter().fit
    table.measure("fit Pareto/NBD, CDNOW", "lifetimes", 3, lambda: pareto(*columns))
    row = "fit Pareto/NBD, CDNOW"
    table.measure(row, "loyalty", 9 * runs, lambda: loyalty.ParetoNbd.fit(summary))


def summary(table: Table, orders: int, runs: int) -> None:
    """From order lines to frequency, recency, first purchase and money."""
    import duckdb
    import polars as pl

    print(f"{orders:,} orders")
    for kind in ("whole numbers", "scattered numbers", "text"):
        log = shop.orders(orders, kind)
        row = f"summary, ids are {kind}"

        def ours(log: pl.DataFrame = log) -> loyalty.CustomerSummary:
            read = loyalty.Orders(log, customer="customer", time="time", amount="amount")
            return read.summarize()

        def by_duckdb(log: pl.DataFrame = log) -> Any:
            with duckdb.connect() as connection:
                connection.execute("set threads to 2")
                return connection.sql(shop.SUMMARY_IN_SQL).pl()

        table.measure(row, "loyalty", runs, ours)
        table.measure(row, "polars", runs, lambda log=log: shop.summary_by_polars(log))
        table.measure(row, "duckdb", runs, by_duckdb)
    table.show()


def peak_megabytes() -> float:
    """The largest resident size so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", choices=("scores", "summary"))
    parser.add_argument("--rows", type=int, help="customers or orders")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.work == "scores":
        table = Table(["lifetimes"])
        scores(table, options.rows or 1_000_000, options.runs)
    else:
        table = Table(["polars", "duckdb"])
        summary(table, options.rows or 10_000_000, options.runs)
    if options.json:
        ratios = {row: table.ratio(row) for row in table.rows}
        options.json.write_text(json.dumps({"seconds": table.rows, "ratio": ratios}, indent=1))


if __name__ == "__main__":
    main()
