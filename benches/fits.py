"""Fits to many simulated shops: does any solver find a better optimum?

    .venv/bin/python benches/fits.py --shops 1000 --model bg-nbd

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
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

import loyalty


class Kind(NamedTuple):
    """A model, the shops that are drawn from it, and where the others start."""

    model: type[loyalty.PurchaseModel]
    #: The name of its fitter in lifetimes.
    peer: str
    #: The parameters that are times.
    times: tuple[str, ...]
    #: The range of each parameter of the shops.
    ranges: dict[str, tuple[float, float]]
    #: Published parameters, time in weeks, and those of the tests.
    published: tuple[tuple[float, ...], ...]
    #: Where scipy and lifetimes start, as logarithms in units of the largest T.
    starts: tuple[tuple[float, ...], ...]

    def make(self, values: Iterable[float]) -> loyalty.PurchaseModel:
        return self.model(**dict(zip(self.ranges, values, strict=True)))


KINDS = {
    "bg-nbd": Kind(
        loyalty.BgNbd,
        "BetaGeoFitter",
        ("alpha",),
        {"r": (0.05, 10), "alpha": (0.5, 100), "a": (0.05, 10), "b": (0.2, 50)},
        (
            (0.243, 4.414, 0.793, 2.426),
            (2.0, 10.0, 0.5, 6.0),
            (1.2, 3.0, 2.0, 1.5),
            (5.0, 2.0, 1.0, 30.0),
        ),
        ((-2.3, -2.3, -2.3, -2.3), (0.0, -2.0, 0.0, 1.0), (-1.0, -1.0, -1.0, 1.0)),
    ),
    "pareto-nbd": Kind(
        loyalty.ParetoNbd,
        "ParetoNBDFitter",
        ("alpha", "beta"),
        {"r": (0.05, 10), "alpha": (0.5, 100), "s": (0.05, 10), "beta": (0.5, 200)},
        (
            (0.553, 10.578, 0.606, 11.669),
            (0.5143, 2.8845, 0.2856, 14.1087),
            (1.4489768, 48.6360845, 0.5612598, 46.8843635),
            (0.8, 5.0, 1e6, 3e7),
        ),
        ((-0.7, -1.5, -0.7, -1.5), (0.0, -2.0, 2.0, 2.0), (-1.0, -1.0, -1.5, 0.0)),
    ),
}


def shops(kind: Kind, count: int) -> Iterator[tuple[tuple[float, ...], loyalty.CustomerSummary]]:
    """Parameters and customers of each shop."""
    rng = np.random.default_rng(20)
    for number in range(count):
        size = int(np.exp(rng.uniform(np.log(20), np.log(100_000))))
        truth = tuple(
            np.exp(rng.uniform(np.log(low), np.log(high))) for low, high in kind.ranges.values()
        )
        if number % 5 == 0:
            truth = kind.published[number // 5 % len(kind.published)]
        longest = np.exp(rng.uniform(np.log(10), np.log(200)))
        observed = longest * (1 - 0.5 * rng.random(size))
        yield truth, kind.make(truth).simulate(observed, seed=number)


def by_scipy(kind: Kind, customers: loyalty.CustomerSummary) -> list[float]:
    """ln L that scipy ends at, from each start."""
    scale = np.where(np.isin(list(kind.ranges), kind.times), float(customers.T.max()), 1.0)

    def loss(logs: np.ndarray) -> float:
        return -kind.make(np.exp(np.clip(logs, -100, 100)) * scale).log_likelihood(customers)

    ends = []
    for start in kind.starts:
        found = minimize(loss, start, method="L-BFGS-B", options={"ftol": 1e-15, "gtol": 1e-9})
        ends.append(-float(found.fun))
    return ends


def by_lifetimes(kind: Kind, customers: loyalty.CustomerSummary) -> list[float]:
    """ln L, by this library, where lifetimes ends from each start; nothing where it fails."""
    import lifetimes

    columns = customers.frequency, customers.recency, customers.T
    ends = []
    for start in kind.starts:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            try:
                peer = getattr(lifetimes, kind.peer)().fit(*columns, initial_params=np.array(start))
                found = [float(value) for value in peer.params_]
                ends.append(kind.make(found).log_likelihood(customers))
            except (lifetimes.utils.ConvergenceError, loyalty.InputError, ValueError):
                continue
    return ends


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shops", type=int, default=1000)
    parser.add_argument("--model", choices=KINDS, default="bg-nbd")
    parser.add_argument("--peers", nargs="*", default=["scipy", "lifetimes"])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    kind = KINDS[options.model]
    count: collections.Counter[str] = collections.Counter()
    seconds: collections.Counter[str] = collections.Counter()
    for number, (truth, customers) in enumerate(shops(kind, options.shops)):
        try:
            start = time.perf_counter()
            fit = kind.model.fit(customers)
            seconds["loyalty"] += time.perf_counter() - start
        except loyalty.FitError as error:
            count[str(error)] += 1
            continue
        ends = {}
        for name, run in (("scipy", by_scipy), ("lifetimes", by_lifetimes)):
            if name not in options.peers:
                continue
            start = time.perf_counter()
            ends[name] = max(run(kind, customers), default=-np.inf)
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
