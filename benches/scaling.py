"""What a customer and an order cost, from small shops to large ones.

    .venv/bin/python benches/scaling.py

Customers: nanoseconds per customer for 10,000 to 10 million of them, the best of some runs. Orders: 100
million in batches of 5 million, each a frame of its own, summarised at the end; the peak memory is that
of the whole process.
"""

import argparse
import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shop

import loyalty

BATCH = 5_000_000


def best(runs: int, work: Callable[[], Any]) -> tuple[float, float]:
    """The shortest of some runs in seconds, and the processors' seconds in the kernel."""
    seconds = []
    for _ in range(runs):
        start, kernel = time.perf_counter(), os.times().system
        work()
        seconds.append((time.perf_counter() - start, os.times().system - kernel))
    return min(seconds)


def customers(sizes: list[int]) -> dict[str, dict[str, float]]:
    """Nanoseconds per customer by size and work."""
    data = shop.histories(1_000_000, np.random.default_rng(1))
    table: dict[str, dict[str, float]] = {}
    for size in sizes:
        rows = np.random.default_rng(5).integers(0, 1_000_000, size)
        some = {name: column[rows] for name, column in data.items()}
        runs = max(3, 2_000_000 // size)
        summary = loyalty.CustomerSummary(**some, unit="day")
        purchases = loyalty.BgNbd.fit(summary).model
        spend = loyalty.GammaGamma.fit(summary).model
        year = {"periods": 12, "period_length": 30, "discount_rate": 0.01}
        work = {
            "columns in": lambda some=some: loyalty.CustomerSummary(**some, unit="day"),
            "fit BG/NBD": lambda summary=summary: loyalty.BgNbd.fit(summary),
            "fit Gamma-Gamma": lambda summary=summary: loyalty.GammaGamma.fit(summary),
            "P(alive)": lambda s=summary, m=purchases: m.p_alive(s),
            "expected purchases": lambda s=summary, m=purchases: m.expected_purchases(s, 180),
            "CLV of 12 periods": lambda s=summary, m=purchases, g=spend: loyalty.clv(
                s, m, g, **year
            ),
        }
        costs = table[f"{size:,}"] = {}
        for name, one in work.items():
            wall, kernel = best(runs, one)
            costs[name] = 1e9 * wall / size
            if name == "columns in":
                costs["of that in the kernel"] = 1e9 * kernel / size
    return table


def orders(count: int) -> dict[str, float]:
    """Seconds and memory of a log that comes in batches."""
    rng = np.random.default_rng(3)
    made = 0.0

    def frame(rows: int) -> pl.DataFrame:
        seconds = 1_600_000_000_000_000 + rng.integers(0, shop.DAYS * 86_400, rows) * 1_000_000
        return pl.DataFrame(
            {
                "customer": rng.integers(0, count // 8, rows),
                "time": pl.Series(seconds).cast(pl.Datetime("us")),
                "amount": np.round(rng.gamma(2, 20, rows), 2),
            }
        )

    def batches() -> Iterator[loyalty.Occasions]:
        nonlocal made
        for start in range(0, count, BATCH):
            begin = time.perf_counter()
            log = frame(min(BATCH, count - start))
            made += time.perf_counter() - begin
            yield loyalty.Orders(log, customer="customer", time="time", amount="amount").occasions()

    begin = time.perf_counter()
    summary = loyalty.Occasions.join(batches()).summarize()
    spent = time.perf_counter() - begin - made
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"orders": count, "customers": len(summary), "seconds": spent, "peak_gigabytes": peak}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=10_000_000, help="most customers")
    parser.add_argument("--orders", type=int, default=100_000_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    log = orders(options.orders)
    print(log)
    sizes = [size for size in (10_000, 100_000, 1_000_000, 10_000_000) if size <= options.most]
    table = customers(sizes)
    for size, times in table.items():
        print(size, {name: round(nanoseconds, 1) for name, nanoseconds in times.items()})
    if options.json:
        options.json.write_text(json.dumps({"orders": log, "customers": table}, indent=1))


if __name__ == "__main__":
    main()
