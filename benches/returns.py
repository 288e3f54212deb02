"""Return propensity against LightGBM and scikit-learn on Online Retail II, in one run.

usage: returns.py [DATA] [or2] [or2r]
       returns.py lines [COUNT ...]

DATA (default ../shared/data beside the project) has online_retail_ii_returns.parquet. The peers get the
27 features of the study behind docs/returns.md; making them is timed with their fit, as the histories are
with ours. Times are CPU seconds of one thread, those of scoring the median of five calls. Needs pandas,
pyarrow, scikit-learn, lightgbm, scipy.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, expit, logit

import loyalty

HORIZON = 60
CATEGORIES = ["stock5", "country"]


def table(path: Path, true_returns: bool) -> pd.DataFrame:
    lines = pd.read_parquet(path)
    if true_returns:
        lines = lines[lines.cancelled_1d == 0]
    lines = lines.sort_values(["time", "line_id"], kind="stable").reset_index(drop=True)
    lines["day"] = (lines.time - lines.time.min().normalize()).dt.days
    lines["stock5"] = lines.stock.astype(str).str[:5]
    lines["y"] = ((lines.returned == 1) & (lines.ret_lag_days <= HORIZON)).astype(int)
    lines["back"] = lines.ret_time.where(lines.y == 1)
    return lines


def timed(work):
    start = time.process_time()
    return work(), time.process_time() - start


def timed_five_times(work):
    """What a short call gives, and the median of what it takes."""
    results, seconds = zip(*(timed(work) for _ in range(5)), strict=True)
    return results[0], float(np.median(seconds))


class Split:
    """Lines to learn from, those known by then, and later ones to predict."""

    def __init__(self, lines: pd.DataFrame):
        last = int(lines.day.max())
        whole = lines.day <= last - HORIZON
        self.end = int(np.quantile(lines.day[whole], 0.70))
        self.train = np.flatnonzero(whole & (lines.day <= self.end - HORIZON))
        self.known = np.flatnonzero(lines.day <= self.end)
        self.test = np.flatnonzero(whole & (lines.day > self.end))


def ours(lines: pd.DataFrame, split: Split, **options):
    def order_lines(rows):
        return loyalty.OrderLines(
            lines.iloc[rows], customer="cust", product="stock", time="time", price="price",
            quantity="qty", order="invoice", line="line_id", categories=CATEGORIES, returned="y",
            return_time="back",
        )  # fmt: skip

    end = lines.time.min().normalize() + pd.Timedelta(days=split.end)
    past, checking = timed(lambda: order_lines(split.known))
    fit, seconds = timed(
        lambda: loyalty.ReturnPropensity.fit(
            past, horizon_days=HORIZON, observation_end=end, threads=1, **options
        )
    )
    text = fit.model._core.to_json()
    keys = sum(row[3] for row in fit.model._core.histories())
    print(f"checking and sorting our lines {checking:.2f} s; the file: {len(text):,} bytes, {keys:,} keys, "
          f"{fit.model.open_lines:,} open lines")  # fmt: skip
    sizes(text)
    late = lines.iloc[split.known]
    late = late[late.back >= end + pd.Timedelta(days=1)]
    later = order_lines(split.test)
    _, scoring = timed_five_times(lambda: fit.model.score(later, threads=1))
    fit.model.update_returns(late, line="line_id", time="back")
    scores, _ = timed(lambda: fit.model.update(later))
    return scores["probability"].to_numpy(), seconds, scoring


def two_log_odds(lines: pd.DataFrame, split: Split) -> None:
    """The shrunk log-odds of customer and product alone, each with one weight."""
    p, seconds, _ = ours(lines, split, context=False)
    found = loyalty.Predictions(p, lines.y.to_numpy()[split.test])
    print(f"two shrunk log-odds: log-loss {found.log_loss():.5f}, AUC {found.auc():.4f}, "
          f"ECE {found.calibration_error():.4f}, fit {seconds:.2f} s")  # fmt: skip


def sizes(text: str) -> None:
    """What a key, a customer or product, and an open line take in the file."""
    state = json.loads(text)["state"]
    length = {name: len(json.dumps(part, separators=(",", ":"))) for name, part in state.items()}
    keys = sum(len(history["keys"]) // 16 for history in state["histories"])
    pasts = sum(len(state[name]["lines"]) for name in ("customers", "products"))
    print(f"bytes a key {length['histories'] / keys:.1f}, a customer or product "
          f"{(length['customers'] + length['products']) / pasts:.1f}, an open line "
          f"{length['open'] / max(1, len(state['open']['day'])):.1f}")  # fmt: skip


def lines_of(count: int) -> dict[str, np.ndarray]:
    """So many lines of shops that are alike but for their customers, in order of time."""
    shop = loyalty.simulate(10_000, seed=4, return_rate=0.15, backend="pandas").lines
    rows = np.arange(count) % len(shop)
    copy = np.arange(count) // len(shop)
    columns = {name: shop[name].to_numpy()[rows] for name in ("customer", "order", "product",
               "category", "quantity", "amount", "returned_amount")}  # fmt: skip
    for name in ("customer", "order"):
        columns[name] = columns[name] + copy * (int(shop[name].max()) + 1)
    for name in ("time", "return_time"):
        columns[name] = shop[name].to_numpy()[rows].astype("datetime64[us]")
    columns["price"] = columns.pop("amount") / columns["quantity"]
    return columns


def cost(count: int) -> None:
    """What fitting and scoring cost per line, in a process of its own."""
    import pyarrow as pa

    table = pa.table(lines_of(count))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines, checking = timed(lambda: loyalty.OrderLines(
        table, customer="customer", product="product", time="time", price="price", quantity="quantity",
        order="order", categories=["category"], returned="returned_amount", return_time="return_time",
    ))  # fmt: skip
    options = dict(horizon_days=30, threads=1)
    fit, fitting = timed(lambda: loyalty.ReturnPropensity.fit(lines, **options))
    _, scoring = timed(lambda: fit.model.score(lines, threads=1))
    memory = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    cells = [f"{count:,}", *(f"{1e9 * seconds / count:.0f}" for seconds in (checking, fitting, scoring)),
             f"{memory / count:.0f}"]  # fmt: skip
    print("| " + " | ".join(cells) + " |", flush=True)


def costs(counts: list[int]) -> None:
    print("| lines | check and sort, ns a line | fit | score | most memory, bytes a line |")
    print("|---|---|---|---|---|", flush=True)
    for count in counts:
        subprocess.run([sys.executable, __file__, "cost", str(count)], check=True)


def history(key, day, seen, y, share, days):
    """Exposure and returns of the same key before the day of each line."""
    exposure, returns = np.zeros(len(key)), np.zeros(len(key))
    weight = np.zeros((days, days), np.float32)
    for first in range(days):
        age = np.arange(1, days - first)
        weight[first, first + 1 :] = share[np.minimum(age, len(share) - 1)]
    block = max(1, int(60e6 // days))
    for low in range(0, int(key.max()) + 1, block):
        rows = np.flatnonzero((key >= low) & (key < low + block))
        if not len(rows):
            continue
        local, n = key[rows] - low, int(key[rows].max()) - low + 1
        count, back = np.zeros((n, days), np.float32), np.zeros((n, days + 1), np.float32)
        np.add.at(count, (local, day[rows]), 1)
        hit = (y[rows] == 1) & (seen[rows] < days)
        np.add.at(back, (local[hit], seen[rows][hit] + 1), 1)
        exposure[rows] = (count @ weight)[local, day[rows]]
        returns[rows] = np.cumsum(back, axis=1)[local, day[rows]]
    return exposure, returns


def shrunk(key, exposure, returns, y, train):
    n = np.bincount(key[train], minlength=key.max() + 1).astype(float)
    r = np.bincount(key[train], weights=y[train], minlength=key.max() + 1)
    n, r = n[n > 0], r[n > 0]

    def loss(w):
        m, k = expit(w[0]), np.exp(w[1])
        a, b = m * k, (1 - m) * k
        return -np.mean(betaln(a + r, b + n - r) - betaln(a, b))

    starts = ([logit(r.sum() / n.sum()), np.log(k)] for k in (2.0, 20.0, 200.0))
    best = min((minimize(loss, s, method="Nelder-Mead") for s in starts), key=lambda f: f.fun)
    m, k = expit(best.x[0]), np.exp(best.x[1])
    return logit((m * k + returns) / (k + np.maximum(exposure, returns))) - logit(m)


def peers_features(lines: pd.DataFrame, split: Split) -> np.ndarray:
    """The 27 features of the study: context, shrunk log-odds, log exposures."""
    d, f = lines, {}
    log_quantity, log_price = np.log(d.qty), np.log(d.price)
    value = d.qty * d.price
    f["value"], f["quantity"], f["price"] = np.log(value), log_quantity, log_price
    invoices = d.groupby("invoice", observed=True)
    f["basket"] = np.log(invoices.line_id.transform("size"))
    f["basket value"] = np.log(value.groupby(d.invoice, observed=True).transform("sum"))
    f["share"] = f["value"] - f["basket value"]
    codes = {name: pd.factorize(d[name])[0].astype(np.int64) for name in ("cust", "stock")}
    for name, key in codes.items():
        groups = pd.Series(key).groupby(key)
        number = groups.cumcount().to_numpy()
        for column, x in (("quantity", log_quantity), ("price", log_price)):
            before = x.groupby(key).cumsum().to_numpy() - x.to_numpy()
            mean = before / np.maximum(number, 1)
            f[f"{column} against {name}"] = np.where(number > 0, x - mean, 0.0)
        f[f"lines of {name}"] = np.log1p(number)
        f[f"age of {name}"] = np.log1p(d.day - d.groupby(key).day.transform("min"))
    pair = codes["cust"] * (codes["stock"].max() + 1) + codes["stock"]
    f["lines of both"] = np.log1p(pd.Series(pair).groupby(pair).cumcount().to_numpy())
    orders = d.drop_duplicates("invoice")[["invoice", "cust", "day"]].copy()
    orders["gap"] = orders.groupby("cust").day.diff()
    orders["number"] = orders.groupby("cust").cumcount()
    orders = orders.set_index("invoice")
    f["gap"] = np.log1p(d.invoice.map(orders.gap).astype(float).fillna(400))
    f["order"] = np.log1p(d.invoice.map(orders.number).astype(float))
    f["uk"] = (d.country == "United Kingdom").astype(float)
    f["hour"], f["weekday"] = d.time.dt.hour, d.time.dt.weekday
    y, days = d.y.to_numpy(), int(d.day.max()) + 1
    seen = np.where(y == 1, d.day + np.ceil(d.ret_lag_days.fillna(0)), days + 9).astype(int)
    lag = d.ret_lag_days.to_numpy()[split.train][y[split.train] == 1]
    share = np.array([(lag <= age).mean() for age in range(HORIZON + 1)])
    share[-1] = 1.0
    keys = {
        **codes,
        "stock5": pd.factorize(d.stock5)[0],
        "country": pd.factorize(d.country)[0],
        "pair": pd.factorize(pair)[0],
    }
    for name, key in keys.items():
        exposure, returns = history(key, d.day.to_numpy(), seen, y, share, days)
        f[f"log-odds of {name}"] = shrunk(key, exposure, returns, y, split.train)
        if name in codes:
            f[f"exposure of {name}"] = np.log1p(exposure)
    return np.column_stack([np.asarray(x, dtype=float) for x in f.values()])


def light_gbm(x, y, day, split):
    import lightgbm as lgb

    options = dict(
        objective="binary", learning_rate=0.05, num_leaves=31, min_data_in_leaf=100,
        feature_fraction=0.7, bagging_fraction=0.8, bagging_freq=1, lambda_l2=5.0, num_threads=1,
        verbose=-1, seed=1,
    )  # fmt: skip
    cut = np.quantile(day[split.train], 0.8)
    early, late = split.train[day[split.train] <= cut], split.train[day[split.train] > cut]

    def fit():
        stop = lgb.early_stopping(50, verbose=False)
        valid = [lgb.Dataset(x[late], y[late])]
        first = lgb.Dataset(x[early], y[early])
        trees = lgb.train(options, first, 1500, valid_sets=valid, callbacks=[stop]).best_iteration
        return lgb.train(options, lgb.Dataset(x[split.train], y[split.train]), max(20, trees))

    model, seconds = timed(fit)
    p, scoring = timed_five_times(lambda: model.predict(x[split.test], num_threads=1))
    return p, seconds, scoring


def logistic_regression(x, y, split):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    _, seconds = timed(lambda: model.fit(x[split.train], y[split.train]))
    p, scoring = timed_five_times(lambda: model.predict_proba(x[split.test])[:, 1])
    one = x[split.test[:1]]
    _, once = timed(lambda: [model.predict_proba(one) for _ in range(200)])
    print(f"scikit-learn, predict_proba of one line: {1e6 * once / 200:.0f} µs")
    return p, seconds, scoring


def against(p, other, y, customer):
    """95 % interval of the difference in log-loss, by bootstrap over customers."""

    def loss(p):
        p = np.clip(p, 1e-7, 1 - 1e-7)
        return -np.where(y == 1, np.log(p), np.log1p(-p))

    number = pd.factorize(customer)[0]
    many = number.max() + 1
    lines = np.bincount(number, minlength=many)
    gap = np.bincount(number, weights=loss(p) - loss(other), minlength=many)
    draws = np.random.default_rng(0).multinomial(many, np.full(many, 1 / many), size=1000)
    return np.quantile(draws @ gap / (draws @ lines), [0.025, 0.975])


def run(path: Path, name: str) -> None:
    lines = table(path / "online_retail_ii_returns.parquet", name == "or2r")
    split = Split(lines)
    y, day = lines.y.to_numpy(), lines.day.to_numpy()
    truth, customer = y[split.test], lines.cust.to_numpy()[split.test]
    base = y[split.train].mean()
    constant = loyalty.Predictions(np.full(len(truth), base), truth).log_loss()
    results = {"loyalty": ours(lines, split)}
    two_log_odds(lines, split)
    x, making = timed(lambda: peers_features(lines, split))
    for peer, fit in {
        "LightGBM": lambda: light_gbm(x, y, day, split),
        "scikit-learn": lambda: logistic_regression(x, y, split),
    }.items():
        try:
            p, seconds, scoring = fit()
        except ImportError as missing:
            print(f"{peer} left out: {missing}")
            continue
        results[peer] = (p, seconds, scoring)
    print(f"\n{name}: {len(split.train):,} lines to learn from, {len(truth):,} to predict; "
          f"making the peers' features {making:.2f} s")  # fmt: skip
    print(
        "| | log-loss | skill % | AUC | Brier | ECE | slope | lift at 10 % | fit s | score s | Δ log-loss to LightGBM, 95 % |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for model, (p, seconds, scoring) in results.items():
        found = loyalty.Predictions(p, truth)
        gap = "–"
        if "LightGBM" in results:
            low, high = against(p, results["LightGBM"][0], truth, customer)
            gap = f"{low:+.5f} … {high:+.5f}"
        cells = [
            model, f"{found.log_loss():.5f}", f"{100 * (1 - found.log_loss() / constant):.2f}",
            f"{found.auc():.4f}", f"{found.brier():.5f}", f"{found.calibration_error():.4f}",
            f"{found.calibration().slope:.2f}", f"{found.lift():.2f}", f"{seconds:.2f}",
            f"{scoring:.3f}", gap,
        ]  # fmt: skip
        print("| " + " | ".join(cells) + " |")
    _, our_fit, our_scoring = results.pop("loyalty")
    for peer, (_, seconds, scoring) in results.items():
        share = making * len(split.test) / len(lines)
        print(f"{peer}: fit {seconds / our_fit:.1f} times ours, with its features {(seconds + making) / our_fit:.1f}; "
              f"score {scoring / our_scoring:.1f}, with its features {(scoring + share) / our_scoring:.0f}")  # fmt: skip


def main() -> None:
    if sys.argv[1:2] == ["cost"]:
        return cost(int(sys.argv[2]))
    if sys.argv[1:2] == ["lines"]:
        return costs([int(count) for count in sys.argv[2:]] or [200_000, 2_000_000, 20_000_000])
    names = [name for name in sys.argv[1:] if name in ("or2", "or2r")] or ["or2", "or2r"]
    paths = [Path(name) for name in sys.argv[1:] if name not in ("or2", "or2r")]
    path = paths[0] if paths else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not (path / "online_retail_ii_returns.parquet").exists():
        sys.exit(f"left out: {path} has no online_retail_ii_returns.parquet")
    for name in names:
        run(path, name)


if __name__ == "__main__":
    main()
