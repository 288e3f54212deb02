"""The posterior of a BG/NBD given CDNOW, by PyMC-Marketing and by this library, in one process.

    python3 -m venv pm && pm/bin/pip install -r benches/posterior.txt   # and this library
    pm/bin/python benches/posterior.py

Worth is the smallest effective sample size over the four parameters: ArviZ's bulk for chains, σ² over the variance
of the mean for weighted points. PyMC-Marketing has the same priors, so that both sides sample one posterior, and
then its own; its first fit compiles and does not count, of the warm ones the fastest does. Here the median counts.
``--json FILE`` keeps the figures.
"""

import argparse
import json
import math
import statistics
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import arviz
import numpy as np
import pandas as pd
from pymc_extras.prior import Prior
from pymc_marketing.clv import BetaGeoModel

import loyalty

NAMES = ("r", "alpha", "a", "b")


def weak_priors(customers: loyalty.CustomerSummary) -> dict[str, Any]:
    """The library's weak priors in the words of the peer."""
    unit = {"r": 0.5, "alpha": 0.2 * float(np.mean(customers.T)), "a": 0.8, "b": 2.5}
    wide = {"r": 1.2, "alpha": 1.5, "a": 1.2, "b": 1.2}
    return {n: Prior("LogNormal", mu=math.log(unit[n]), sigma=wide[n]) for n in NAMES}


def by_peer(data: pd.DataFrame, priors: dict[str, Any] | None, runs: int) -> dict[str, Any]:
    """The fastest of the warm fits: 2 chains of 1,000 + 1,000 draws."""
    found = []
    for run in range(runs + 1):
        model = BetaGeoModel(model_config=priors)
        start = time.perf_counter()
        trace = model.fit(
            data,
            nuts_sampler="nutpie",
            chains=2,
            tune=1000,
            draws=1000,
            random_seed=run,
            progressbar=False,
        )
        seconds = time.perf_counter() - start
        draws = trace.posterior
        worth = min(float(arviz.ess(draws, var_names=[name])[name]) for name in NAMES)
        # Sampling alone, without building and compiling the model.
        sampling = float(draws.attrs.get("sampling_time", math.nan))
        means = [float(draws[name].mean()) for name in NAMES]
        found.append({"seconds": seconds, "sampling": sampling, "worth": worth, "means": means})
    warm = min(found[1:], key=lambda one: one["seconds"])
    return {**warm, "cold": found[0]["seconds"]}


def here(customers: loyalty.CustomerSummary, runs: int) -> dict[str, Any]:
    """The median of some seeds: 4,000 points each."""
    found = []
    for seed in range(runs):
        start = time.perf_counter()
        posterior = loyalty.BgNbd.posterior(customers, seed=seed)
        seconds = time.perf_counter() - start
        points, weights = posterior.points, posterior.weights
        means = weights @ points
        away = (points - means) ** 2
        worth = float(np.min((weights @ away) / (weights**2 @ away)))
        found.append({"seconds": seconds, "worth": worth, "means": means.tolist()})
    middle = {k: statistics.median(one[k] for one in found) for k in ("seconds", "worth")}
    return {**middle, "means": found[0]["means"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="warm fits of the peer")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    customers = loyalty.datasets.cdnow_orders().summarize(unit="week", observation_end="1997-09-30")
    data = pd.DataFrame(
        {
            "customer_id": np.arange(len(customers)),
            "frequency": customers.frequency,
            "recency": customers.recency,
            "T": customers.T,
        }
    )
    here(customers, 1)
    peer = by_peer(data, weak_priors(customers), options.runs)
    ours = here(customers, 9 * options.runs)
    own = by_peer(data, None, options.runs)
    again = here(customers, 9 * options.runs)
    ours = min(ours, again, key=lambda one: one["worth"] / one["seconds"])
    packages = ("pymc-marketing", "pymc", "nutpie", "loyalty")
    rows = {"PyMC-Marketing, the same priors": peer, "PyMC-Marketing, its priors": own}
    print(", ".join(f"{name} {version(name)}" for name in packages if name != "loyalty"))
    print(f"{'':34}{'s':>9}{'min ESS':>9}{'ESS/s':>9}{'ratio':>7}  means of {', '.join(NAMES)}")
    rate = ours["worth"] / ours["seconds"]
    for name, row in {**rows, "loyalty": ours}.items():
        of = row["worth"] / row["seconds"]
        means = " ".join(f"{mean:.4f}" for mean in row["means"])
        print(
            f"{name:34}{row['seconds']:9.4f}{row['worth']:9.0f}{of:9.0f}{rate / of:7.0f}  {means}"
        )
    for name, row in rows.items():
        print(f"{name}: first fit {row['cold']:.1f} s, sampling alone {row['sampling']:.2f} s")
    if options.json:
        facts = {name: version(name) for name in packages if name != "loyalty"}
        options.json.write_text(
            json.dumps({"versions": facts, **rows, "loyalty": ours, "ratio": rate}, indent=1)
        )


if __name__ == "__main__":
    main()
