"""Whether the intervals of coefficients of covariates hold, and what is found of them.

usage: covariates.py [SHOPS]

Shops (500 by default) of 2,000 customers are drawn from a Pareto/NBD, BG/NBD or MBG/NBD, each with parameters of its
own around those of a middling shop, a number and a category of three levels, whose coefficients are drawn anew for
every shop. Counted is how often the 95 % intervals hold the truth. Then a flag moves the mean dropout alone, from
10 % to as much as its coefficient says: counted is how often the BG/NBD finds it (|γ| above 1.96 standard errors),
and how often it sees an effect on purchases where there is none.
"""

import sys
import warnings

import numpy as np

import loyalty

ROWS = 2000
Z = 1.959963984540054


def table(rng: np.random.Generator) -> dict[str, np.ndarray]:
    channel = rng.choice(["shop", "web", "app"], size=ROWS, p=[0.5, 0.3, 0.2])
    return {"age": rng.normal(45, 12, ROWS).round(), "channel": channel}


def base(kind: type, rng: np.random.Generator) -> loyalty.PurchaseModel:
    vary = np.exp(rng.normal(0, 0.25, 4))
    if kind is loyalty.ParetoNbd:
        r, alpha, s, beta = vary * (0.9, 9.0, 0.8, 12.0)
        return kind(r=r, alpha=alpha, s=s, beta=beta, unit="week")
    r, alpha, a, b = vary * (0.9, 9.0, 0.9, 2.5)
    return kind(r=r, alpha=alpha, a=a, b=b, unit="week")


def coverage(kind: type, shops: int) -> None:
    held: dict[str, list[bool]] = {}
    stops: dict[str, int] = {}
    for shop in range(shops):
        rng = np.random.default_rng([shop, len(kind.__name__)])
        known, start = table(rng), base(kind, rng)
        levels = sorted({"shop", "web", "app"})
        most = max(levels, key=lambda level: ((known["channel"] == level).sum(), level))
        names = [
            f"{acts}:{feature}"
            for acts in ("purchase", "dropout")
            for feature in ("age", *(f"channel={level}" for level in levels if level != most))
        ]
        size = {"age": 0.3 / 12}
        truth = {n: rng.normal(0, size.get(n.partition(":")[2], 0.5)) for n in names}
        model = loyalty.PurchaseWithCovariates(start, known, coefficients=truth)
        customers = model.simulate(known, rng.uniform(40, 90, ROWS), seed=shop)
        fit = fitted(kind, customers, known)
        stops[fit.stop] = stops.get(fit.stop, 0) + 1
        if fit.stop != "converged":
            continue
        errors = fit.standard_errors
        for name, gamma in truth.items():
            hit = abs(fit.parameters[name] - gamma) <= Z * errors[name]
            held.setdefault(name.partition("=")[0], []).append(hit)
    print(f"{kind.title}: {shops} shops, {stops}")
    for name, hits in held.items():
        print(f"  {name:18} {100 * np.mean(hits):.1f} % of {len(hits)}")
    every = [hit for hits in held.values() for hit in hits]
    print(f"  {'all':18} {100 * np.mean(every):.1f} % of {len(every)}")


def fitted(kind: type, customers: loyalty.CustomerSummary, known: dict) -> loyalty.Fit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", loyalty.errors.LoyaltyWarning)
        return kind.fit(customers, covariates=known)


def power(gamma: float, shops: int) -> None:
    found, false = [], []
    for shop in range(shops):
        rng = np.random.default_rng([shop, 99])
        known = {"flag": rng.integers(0, 2, ROWS).astype(float)}
        start = loyalty.BgNbd(r=0.9, alpha=9.0, a=0.25, b=2.25, unit="week")
        truth = {"purchase:flag": 0.0, "dropout:flag": gamma}
        model = loyalty.PurchaseWithCovariates(start, known, coefficients=truth)
        customers = model.simulate(known, np.full(ROWS, 78.0), seed=shop)
        fit = fitted(loyalty.BgNbd, customers, known)
        if fit.stop != "converged":
            found.append(False)
            continue
        wald = {name: abs(fit.parameters[name]) > Z * fit.standard_errors[name] for name in truth}
        found.append(wald["dropout:flag"])
        false.append(wald["purchase:flag"])
    moved = 1 / (1 + np.exp(-(np.log(0.1 / 0.9) + gamma)))
    print(
        f"BG/NBD, mean dropout 10 % and {100 * moved:.0f} % (γ = {gamma}): found in "
        f"{100 * np.mean(found):.0f} % of {shops} shops, an effect on purchases in {100 * np.mean(false):.0f} %"
    )


if __name__ == "__main__":
    shops = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    for kind in (loyalty.ParetoNbd, loyalty.BgNbd, loyalty.MbgNbd):
        coverage(kind, shops)
    for gamma in (0.3, 0.5, 0.8):
        power(gamma, shops)
