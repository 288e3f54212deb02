"""Fits to many simulated shops: does any solver find a better optimum?

    .venv/bin/python benches/fits.py --shops 1000

Shops from 20 to 100,000 customers, parameters drawn wide, the published sets included. Each is fitted by
this library, by scipy with this library's likelihood from three starts (L-BFGS-B in the logarithms of the
parameters, finite differences), and by lifetimes from three starts. A fit counts as best if no other is
above it by more than 1e-6 in the log-likelihood, or by 1e-12 of it where that is more. The rest is named
by how the fit says that it ended.
"""

import argparse
import collections
import contextlib
import io
import json
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

import loyalty

#: r, alpha in weeks, a, b: CDNOW (Fader, Hardie & Lee 2005), and the shops of the tests.
PUBLISHED = (
    (0.243, 4.414, 0.793, 2.426),
    (2.0, 10.0, 0.5, 6.0),
    (1.2, 3.0, 2.0, 1.5),
    (5.0, 2.0, 1.0, 30.0),
)

#: Where scipy and lifetimes start, as logarithms in units of the largest T.
STARTS = ((-2.3, -2.3, -2.3, -2.3), (0.0, -2.0, 0.0, 1.0), (-1.0, -1.0, -1.0, 1.0))


def shops(count: int) -> Iterator[tuple[tuple[float, ...], loyalty.CustomerSummary]]:
    """Parameters and customers of each shop."""
    rng = np.random.default_rng(20)
    for number in range(count):
        size = int(np.exp(rng.uniform(np.log(20), np.log(100_000))))
        truth = tuple(
            np.exp(rng.uniform(np.log(low), np.log(high)))
            for low, high in ((0.05, 10), (0.5, 100), (0.05, 10), (0.2, 50))
        )
        if number % 5 == 0:
            truth = PUBLISHED[number // 5 % len(PUBLISHED)]
        longest = np.exp(rng.uniform(np.log(10), np.log(200)))
        observed = longest * (1 - 0.5 * rng.random(size))
        yield truth, loyalty.BgNbd(*truth).simulate(observed, seed=number)


def by_scipy(customers: loyalty.CustomerSummary) -> list[float]:
    """ln L that scipy ends at, from each start."""
    scale = float(customers.T.max())

    def loss(logs: np.ndarray) -> float:
        r, alpha, a, b = np.exp(np.clip(logs, -100, 100))
        return -loyalty.BgNbd(r=r, alpha=alpha * scale, a=a, b=b).log_likelihood(customers)

    ends = []
    for start in STARTS:
        found = minimize(loss, start, method="L-BFGS-B", options={"ftol": 1e-15, "gtol": 1e-9})
        ends.append(-float(found.fun))
    return ends


def by_lifetimes(customers: loyalty.CustomerSummary) -> list[float]:
    """ln L, by this library, where lifetimes ends from each start; nothing where it fails."""
    import lifetimes

    columns = customers.frequency, customers.recency, customers.T
    ends = []
    for start in STARTS:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            try:
                peer = lifetimes.BetaGeoFitter().fit(*columns, initial_params=np.array(start))
                found = [float(value) for value in peer.params_]
                ends.append(loyalty.BgNbd(*found).log_likelihood(customers))
            except (lifetimes.utils.ConvergenceError, loyalty.InputError, ValueError):
                continue
    return ends


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shops", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    count: collections.Counter[str] = collections.Counter()
    seconds: collections.Counter[str] = collections.Counter()
    for number, (truth, customers) in enumerate(shops(options.shops)):
        try:
            start = time.perf_counter()
            fit = loyalty.BgNbd.fit(customers)
            seconds["loyalty"] += time.perf_counter() - start
        except loyalty.FitError as error:
            count[str(error)] += 1
            continue
        ends = {}
        for name, run in (("scipy", by_scipy), ("lifetimes", by_lifetimes)):
            start = time.perf_counter()
            ends[name] = max(run(customers), default=-np.inf)
            seconds[name] += time.perf_counter() - start
        most = max(ends.values())
        near = max(1e-6, 1e-12 * abs(most))
        count["fitted"] += 1
        for name, end in ends.items():
            count[f"{name} is within 1e-6"] += end >= max(fit.log_likelihood, most) - near
        if fit.log_likelihood >= most - near:
            count[f"best: {fit.stop}, {fit.identification}"] += 1
        else:
            count[f"beaten: {fit.stop}, {fit.identification}"] += 1
            print(number, len(customers), truth, fit, ends, most - fit.log_likelihood)
    for name, value in sorted(count.items()):
        print(f"{value:6} {name}")
    print({name: round(value, 2) for name, value in seconds.items()})
    if options.json:
        options.json.write_text(json.dumps({"count": count, "seconds": seconds}, indent=1))


if __name__ == "__main__":
    main()
