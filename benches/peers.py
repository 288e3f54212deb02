"""Fit, P(alive), expected purchases and 12-period CLV of a million customers, against lifetimes.

One process, one run: the peer and this library see the same columns. Times are the median of
`--repeat` runs of this library and one run of lifetimes (it needs most of a minute). Run with
`.venv/bin/python benches/peers.py`; needs lifetimes, pandas and scipy beside the package.
"""

import argparse
import resource
import statistics
import time
import warnings

import lifetimes
import numpy as np
import pandas as pd

import loyalty

R, ALPHA, A, B = 0.243, 7 * 4.414, 0.793, 2.426  # CDNOW's, in days
P, Q, V = 6.249, 3.744, 15.444
HORIZON = 180.0


def simulate(customers: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Histories by whole days over two years: frequency, recency, T, monetary_value."""
    T = rng.integers(1, 731, customers).astype(float)
    rate = rng.gamma(R, 1 / ALPHA, customers)
    dropout = rng.beta(A, B, customers)
    time_now, alive = np.zeros(customers), np.ones(customers, dtype=bool)
    frequency, recency = np.zeros(customers), np.zeros(customers)
    while alive.any():
        with np.errstate(divide="ignore"):
            time_now[alive] += rng.exponential(1 / np.maximum(rate[alive], 1e-300))
        alive &= time_now <= T
        day = np.ceil(time_now)
        counts = alive & (day > recency) & (day <= T)  # one purchase a day
        recency[counts] = day[counts]
        frequency[counts] += 1
        alive &= rng.random(customers) >= dropout
    spend = rng.gamma(Q, 1 / V, customers)
    repeats = np.maximum(frequency, 1)
    mean = rng.gamma(P * repeats) / (spend * repeats)
    monetary_value = np.where(frequency > 0, mean, 0.0)
    return {
        "frequency": frequency,
        "recency": recency,
        "T": T,
        "monetary_value": monetary_value,
    }


def ours(data: dict[str, np.ndarray]) -> dict[str, float]:
    """Seconds by step."""
    clock = Clock()
    customers = loyalty.CustomerSummary(**data, unit="day")
    clock.lap("columns in")
    purchases = loyalty.BgNbd.fit(customers).model
    clock.lap("fit BG/NBD")
    spend = loyalty.GammaGamma.fit(customers).model
    clock.lap("fit Gamma-Gamma")
    purchases.p_alive(customers)
    clock.lap("P(alive)")
    purchases.expected_purchases(customers, HORIZON)
    clock.lap("expected purchases")
    loyalty.clv(customers, purchases, spend, periods=12, period_length=30, discount_rate=0.01)
    clock.lap("CLV, 12 periods")
    return clock.laps


def theirs(data: dict[str, np.ndarray]) -> dict[str, float]:
    """Seconds by step."""
    frame = pd.DataFrame(data)
    columns = frame["frequency"], frame["recency"], frame["T"]
    repeaters = frame[frame["frequency"] > 0]
    clock = Clock()
    purchases = lifetimes.BetaGeoFitter().fit(*columns)
    clock.lap("fit BG/NBD")
    spend = lifetimes.GammaGammaFitter()
    spend.fit(repeaters["frequency"], repeaters["monetary_value"])
    clock.lap("fit Gamma-Gamma")
    purchases.conditional_probability_alive(*columns)
    clock.lap("P(alive)")
    purchases.conditional_expected_number_of_purchases_up_to_time(HORIZON, *columns)
    clock.lap("expected purchases")
    spend.customer_lifetime_value(
        purchases, *columns, frame["monetary_value"], time=12, discount_rate=0.01, freq="D"
    )
    clock.lap("CLV, 12 periods")
    return clock.laps


class Clock:
    """Wall time between laps."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = now - self._last
        self._last = now


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    data = simulate(options.customers, np.random.default_rng(1))
    repeaters = int((data["frequency"] > 0).sum())
    before = peak_megabytes()
    runs = [ours(data) for _ in range(options.repeat)]
    used = peak_megabytes() - before
    peer = theirs(data)
    print(f"{options.customers:,} customers, {repeaters:,} with repeat purchases")
    print(f"{'':20}{'lifetimes s':>12}{'loyalty s':>12}{'ratio':>8}")
    for name in [*runs[0], "total"]:
        mine = statistics.median(sum(r.values()) if name == "total" else r[name] for r in runs)
        other = sum(peer.values()) if name == "total" else peer.get(name)
        ratio = "" if other is None else f"{other / mine:8.0f}"
        print(f"{name:20}{'' if other is None else f'{other:.3f}':>12}{mine:12.4f}{ratio}")
    print(f"peak memory above the input and what was loaded before: {used:.0f} MB")


if __name__ == "__main__":
    main()
