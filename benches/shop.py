"""Simulated shops for the comparison with the peers, and the peers' way to a summary."""

import numpy as np
import polars as pl

R, ALPHA, A, B = 0.243, 7 * 4.414, 0.793, 2.426  # CDNOW's, in days
P, Q, V = 6.249, 3.744, 15.444
DAYS = 730


def histories(customers: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Customers by whole days over two years: frequency, recency, T, monetary_value."""
    T = rng.integers(1, DAYS + 1, customers).astype(float)
    rate = np.maximum(rng.gamma(R, 1 / ALPHA, customers), 1e-300)
    dropout = rng.beta(A, B, customers)
    now, alive = np.zeros(customers), np.ones(customers, dtype=bool)
    frequency, recency = np.zeros(customers), np.zeros(customers)
    while alive.any():
        now[alive] += rng.exponential(1 / rate[alive])
        alive &= now <= T
        day = np.ceil(now)
        counts = alive & (day > recency) & (day <= T)  # one purchase a day
        recency[counts] = day[counts]
        frequency[counts] += 1
        alive &= rng.random(customers) >= dropout
    spend = rng.gamma(Q, 1 / V, customers)
    repeats = np.maximum(frequency, 1)
    mean = rng.gamma(P * repeats) / (spend * repeats)
    return {
        "frequency": frequency,
        "recency": recency,
        "T": T,
        "monetary_value": np.where(frequency > 0, mean, 0.0),
    }


def scattered(data: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same customers with times of day: hardly two share a history."""
    shift = np.random.default_rng(2).random(len(data["T"]))
    moved = np.where(data["frequency"] > 0, data["recency"] + shift, 0.0)
    return {**data, "recency": moved, "T": data["T"] + shift}


def orders(count: int, kind: str) -> pl.DataFrame:
    """Order lines in random order, eight a customer: customer, time to the second, amount."""
    rng = np.random.default_rng(3)
    number = rng.integers(0, count // 8, count)
    customer = pl.Series("customer", 7 * number + 13)
    if kind == "scattered numbers":
        mixed = number.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        customer = pl.Series("customer", mixed.view(np.int64))
    elif kind == "text":
        customer = customer.cast(pl.String).str.pad_start(10, "c")
    time = 1_600_000_000_000_000 + rng.integers(0, DAYS * 86_400, count) * 1_000_000
    amount = np.round(rng.gamma(2, 20, count), 2)
    time_column = pl.Series("time", time).cast(pl.Datetime("us"))
    return pl.DataFrame([customer, time_column, pl.Series("amount", amount)])


def summary_by_polars(log: pl.DataFrame) -> pl.DataFrame:
    """Occasions by day, then one row per customer."""
    day, amount = pl.col("day"), pl.col("amount")
    first_amount = amount.filter(day == day.min()).first()
    return (
        log.lazy()
        .group_by("customer", pl.col("time").dt.date().alias("day"))
        .agg(amount.sum())
        .group_by("customer")
        .agg(
            (pl.len() - 1).alias("frequency"),
            (day.max() - day.min()).dt.total_days().alias("recency"),
            day.min().alias("first"),
            amount.sum().alias("total_amount"),
            ((amount.sum() - first_amount) / (pl.len() - 1)).alias("monetary_value"),
        )
        .collect()
    )


SUMMARY_IN_SQL = """
with occasions as (
  select customer, cast(time as date) as day, sum(amount) as amount from log group by 1, 2
)
select customer, count(*) - 1 as frequency, max(day) - min(day) as recency, min(day) as first,
       sum(amount) as total_amount,
       (sum(amount) - arg_min(amount, day)) / nullif(count(*) - 1, 0) as monetary_value
from occasions group by customer
"""
