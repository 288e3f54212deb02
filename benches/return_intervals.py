"""How far the intervals of return propensity hold, in blocks of 1,000 lines sorted by score.

usage: return_intervals.py [DATA]

Each line is scored on the morning of its day, with its 90 % interval, and taken in after. On Online Retail II
(DATA, default ../shared/data beside the project) the share of a block that came back is held against the means
of its lower and upper ends. In simulated shops the probability of each line is known, and the share of the
lines of a block is counted whose interval holds it. Needs pandas, pyarrow, scipy.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import returns
from scipy.special import expit

import loyalty

BLOCK = 1000
HORIZON = 30


def followed(fit, lines: pd.DataFrame, days: np.ndarray, order_lines) -> np.ndarray:
    """Probability, lower and upper end of each line, by what was known on the morning of its day."""
    model = fit.model.copy()
    out = np.empty((len(lines), 3))
    for day in np.unique(days):
        rows = np.flatnonzero(days == day)
        of_day = order_lines(lines.iloc[rows])
        model.advance(day)
        out[rows] = model.score(of_day, level=0.9)[["probability", "lower", "upper"]].to_numpy()
        model.update(of_day)
    return out


def report(name: str, found: np.ndarray, happened: np.ndarray, truth: np.ndarray | None) -> None:
    p, lower, upper = found.T
    rows = np.argsort(p, kind="stable")
    blocks = rows[: len(rows) // BLOCK * BLOCK].reshape(-1, BLOCK)
    rate = happened[blocks].mean(axis=1)
    held = (lower[blocks].mean(axis=1) <= rate) & (rate <= upper[blocks].mean(axis=1))
    width = upper - lower
    cells = [name, f"{np.median(width):.4f}", f"{np.mean(width > 0.9):.4f}", f"{held.mean():.3f} of {len(blocks)}"]  # fmt: skip
    if truth is None:
        cells += ["", ""]
    else:
        holds = (lower <= truth) & (truth <= upper)
        of_blocks = holds[blocks].mean(axis=1)
        cells += [f"{holds.mean():.3f}", f"{of_blocks.min():.3f} to {of_blocks.max():.3f}"]
    print("| " + " | ".join(cells) + " |", flush=True)


def retailer(path: Path, name: str) -> None:
    lines = returns.table(path / "online_retail_ii_returns.parquet", name == "or2r")
    split = returns.Split(lines)

    def order_lines(part):
        return loyalty.OrderLines(
            part, customer="cust", product="stock", time="time", price="price", quantity="qty",
            order="invoice", line="line_id", categories=returns.CATEGORIES, returned="y",
            return_time="back",
        )  # fmt: skip

    end = lines.time.min().normalize() + pd.Timedelta(days=split.end)
    past = order_lines(lines.iloc[split.known])
    fit = loyalty.ReturnPropensity.fit(past, horizon_days=returns.HORIZON, observation_end=end)
    later = lines.iloc[split.test]
    days = later.time.dt.normalize().to_numpy()
    report(name, followed(fit, later, days, order_lines), later.y.to_numpy(), None)


def simulated(seed: int) -> None:
    shop = loyalty.simulate(6000, seed=seed, backend="pandas", return_rate=0.15)
    lines = shop.lines.assign(truth=shop.line_truth["return_probability"].to_numpy())
    lines = lines.assign(price=lines.amount / lines.quantity, line=np.arange(len(lines)))
    # A line is back or kept by the horizon, and a good part of these returns takes longer.
    lag = (lines.return_time.dt.normalize() - lines.time.dt.normalize()).dt.days
    in_time = lag[lines.returned_amount > 0] <= HORIZON
    lines = lines.assign(
        truth=in_time.mean() * lines.truth,
        returned=((lines.returned_amount > 0) & (lag <= HORIZON)).astype(int),
    )
    learn(f"loyalty.simulate, seed {seed}", lines, ["category"], HORIZON, "returned", "return_time")


def own(seed: int, order_sd: float) -> None:
    """Customers of two kinds, products that are sold for a time, effects of orders, a rate that moves."""
    random = np.random.default_rng(seed)
    customers, products, orders, days = 8000, 3000, 36_000, 540
    effect = np.where(random.random(customers) < 0.1, 1.3, -0.15) + random.normal(0, 0.5, customers)
    brand = random.integers(0, 60, products)
    worth = random.normal(0, 0.3, 60)[brand] + random.normal(0, 0.5, products)
    price = np.exp(random.normal(3.6, 0.6, products)).round(2)
    born = np.sort(random.integers(-300, days, products))
    share = random.gamma(0.7, 1, customers)
    of_order = random.choice(customers, orders, p=share / share.sum())
    day_of_order = np.sort(random.integers(0, days, orders))
    order = np.repeat(np.arange(orders), 1 + random.poisson(1.4, orders))
    day, customer = day_of_order[order], of_order[order]
    newest, oldest = np.searchsorted(born, day + 1), np.searchsorted(born, day - 250)
    product = oldest + ((newest - oldest) * random.beta(2, 1, len(day))).astype(int)
    product = product.clip(0, products - 1)
    log_odds = -1.4 + effect[customer] + worth[product] + 0.2 * (np.log(price[product]) - 3.6)
    log_odds += random.normal(0, order_sd, orders)[order] + 0.3 * day / days
    back = random.random(len(day)) < expit(log_odds)
    time = np.datetime64("2022-01-01", "us") + day.astype("timedelta64[D]")
    lag = random.gamma(3, 3, len(day)).clip(0, 27).astype("timedelta64[D]")
    lines = pd.DataFrame({
        "line": np.arange(len(day)), "order": order, "time": time, "customer": customer,
        "product": product, "brand": brand[product], "price": price[product], "quantity": 1,
        "returned": back.astype(int), "back": np.where(back, time + lag, np.datetime64("NaT")),
        "truth": expit(log_odds),
    })  # fmt: skip
    learn(f"own, orders {order_sd}, seed {seed}", lines, ["brand"], 28, "returned", "back")


def learn(name, lines, categories, horizon, returned, back) -> None:
    def order_lines(part):
        return loyalty.OrderLines(
            part, customer="customer", product="product", time="time", price="price",
            quantity="quantity", order="order", line="line", categories=categories,
            returned=returned, return_time=back,
        )  # fmt: skip

    days = lines.time.dt.normalize()
    split = days.min() + (days.max() - days.min()) * 0.66
    last = days.max() - pd.Timedelta(days=horizon)
    fit = loyalty.ReturnPropensity.fit(
        order_lines(lines[days <= split]), horizon_days=horizon, observation_end=split
    )
    later = lines[(days > split) & (days <= last)]
    found = followed(fit, later, days[later.index].to_numpy(), order_lines)
    report(name, found, (later[returned] > 0).to_numpy(), later.truth.to_numpy())


def main() -> None:
    path = (
        Path(sys.argv[1])
        if sys.argv[1:]
        else Path(__file__).resolve().parents[2] / "shared" / "data"
    )
    print("| | median width | wider than 0.9 | blocks whose rate lies between the mean ends | lines whose truth is held | by block |")  # fmt: skip
    print("|---|---|---|---|---|---|")
    if (path / "online_retail_ii_returns.parquet").exists():
        for name in ("or2", "or2r"):
            retailer(path, name)
    for seed in (1, 2):
        simulated(seed)
    for seed in (1, 2):
        for order_sd in (0.0, 0.6):
            own(seed, order_sd)


if __name__ == "__main__":
    main()
