"""One treatment of six for each of a million customers, within capacities, against HiGHS.

The same problem, in one run: this library chooses whole treatments; HiGHS, a leading open solver, solves
only the linear relaxation, whose optimum bounds every choice, by the simplex method and by its
interior-point method without crossover, each for `--limit` seconds at most. Gains are correlated over treatments, as
they are in a shop: all grow with the customer's value. Times are the median of `--repeat` runs of this
library and one run of HiGHS, both from columns in memory; building the problem is part of this library's
time and not of HiGHS's. Run with `.venv/bin/python benches/selection.py`; needs highspy beside the
package.
"""

import argparse
import statistics
import time
from collections.abc import Mapping
from typing import Any

import highspy
import numpy as np

import loyalty

TREATMENTS = ("call", "letter", "coupon", "newsletter", "chat_bot", "self_service")
#: Share of the value that each treatment gains at most, and its cost.
EFFECTS = {"call": (0.10, 8.0), "letter": (0.04, 2.0), "coupon": (0.06, 1.0)}
EFFECTS |= {"newsletter": (0.01, 0.2), "chat_bot": (0.02, 0.5), "self_service": (0.03, 1.0)}

Uses = dict[str, dict[str, Any]]


def problem(customers: int, several: bool) -> tuple[dict[str, Any], dict[str, float], Uses]:
    """Gains, capacities and uses: 250 calls for every million customers, and, where there are
    several, letters and a budget for coupons that depends on what the customer spends."""
    rng = np.random.default_rng(1)
    value = rng.gamma(0.8, 300.0, customers)
    gains = {
        name: share * value * rng.beta(2.0, 2.0, customers) - cost
        for name, (share, cost) in EFFECTS.items()
    }
    scale = customers / 1_000_000
    capacities, uses = {"calls": 250.0 * scale}, {"calls": {"call": 1.0}}
    if several:
        capacities |= {"letters": 50_000.0 * scale, "coupons": 200_000.0 * scale}
        uses |= {"letters": {"letter": 1.0}, "coupons": {"coupon": 0.02 * value}}
    return gains, capacities, uses


def relaxation(
    gains: Mapping[str, Any], capacities: Mapping[str, float], uses: Uses
) -> highspy.HighsLp:
    """The relaxation; options without a gain are left out, as nobody would choose them."""
    rows = len(gains[TREATMENTS[0]])
    matrix = np.column_stack([gains[name] for name in TREATMENTS])
    row, treatment = np.nonzero(matrix > 0.0)
    indices, values = [row], [np.ones(len(row))]
    columns = [np.arange(len(row))]
    for number, capacity in enumerate(capacities):
        amounts = np.zeros_like(matrix)
        for name, amount in uses[capacity].items():
            amounts[:, TREATMENTS.index(name)] = amount
        taken = amounts[row, treatment]
        here = np.flatnonzero(taken)
        columns.append(here)
        indices.append(np.full(len(here), rows + number))
        values.append(taken[here])
    column = np.concatenate(columns)
    order = np.argsort(column, kind="stable")
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(row), rows + len(capacities)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = matrix[row, treatment]
    lp.col_lower_, lp.col_upper_ = np.zeros(len(row)), np.full(len(row), highspy.kHighsInf)
    lp.row_lower_ = np.full(lp.num_row_, -highspy.kHighsInf)
    lp.row_upper_ = np.concatenate([np.ones(rows), list(capacities.values())])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(column))]).astype(np.int32)
    lp.a_matrix_.index_ = np.concatenate(indices)[order].astype(np.int32)
    lp.a_matrix_.value_ = np.concatenate(values)[order]
    return lp


def solve(lp: highspy.HighsLp, method: str, limit: float) -> tuple[float | None, float]:
    """Optimum, None where the time did not suffice, and seconds of HiGHS."""
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("solver", method)
    solver.setOptionValue("run_crossover", "off")
    solver.setOptionValue("time_limit", limit)
    solver.passModel(lp)
    start = time.perf_counter()
    solver.run()
    seconds = time.perf_counter() - start
    optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return solver.getInfo().objective_function_value if optimal else None, seconds


def compare(customers: int, several: bool, repeat: int, limit: float) -> None:
    gains, capacities, uses = problem(customers, several)
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        chosen = loyalty.choose(gains, capacities=capacities, uses=uses)
        times.append(time.perf_counter() - start)
    ours = statistics.median(times)
    names = ", ".join(f"{name} {amount:,.0f}" for name, amount in capacities.items())
    print(f"{customers:,} customers, 6 treatments, {names}")
    print(f"  loyalty   {ours:9.3f} s   gain  {chosen.gain:18,.2f}   gap {chosen.gap:.1e}")
    print(f"            {'':9}     bound {chosen.bound:18,.2f}")
    lp = relaxation(gains, capacities, uses)
    for method in ("simplex", "ipm"):
        optimum, theirs = solve(lp, method, limit)
        said = f"bound {optimum:18,.2f}" if optimum else f"{'not solved':>24}"
        print(f"  {method:9} {theirs:9.3f} s   {said}   {theirs / ours:.0f} times", flush=True)
        assert optimum is None or chosen.gain <= optimum * (1 + 1e-6), "no choice gains more"
    for name, price in chosen.shadow_prices.items():
        print(f"  one more of {name} is worth {price:.4f}; {chosen.used[name]:,.1f} used")
    assert chosen.gap <= 1e-3, "the gap is above 0.1 %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for each run of HiGHS")
    options = parser.parse_args()
    for several in (False, True):
        compare(options.customers, several, options.repeat, options.limit)


if __name__ == "__main__":
    main()
