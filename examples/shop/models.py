"""The night before the shops of the examples open: fits the models and exports what a shop's database begins with.

python examples/shop/models.py FOLDER [CUSTOMERS]

The shop is simulated. FOLDER gets four model files, orders.csv (customer, day, amount) and ledger.csv, a row for each
customer. Needs loyalty and polars.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

import loyalty


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    customers = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    shop = loyalty.simulate(customers, seed=4, backend="polars")

    orders = shop.lines.group_by("customer", "order", maintain_order=True).agg(
        pl.col("time").first(), pl.col("amount").sum()
    )
    histories = loyalty.Orders(orders, customer="customer", time="time", amount="amount")
    summary = histories.summarize(unit="week")
    loyalty.MbgNbd.fit(summary).save(folder / "purchases.json")
    loyalty.GammaGamma.fit(summary).save(folder / "spend.json")
    day = pl.col("time").cast(pl.Date).cast(pl.Int32).alias("day")
    orders.select("customer", day, "amount").write_csv(folder / "orders.csv")

    columns = ["customer", "product", "order", "time", "amount", "returned_amount", "return_time"]
    lines = loyalty.OrderLines(
        shop.lines.select(*columns, pl.col("category").cast(pl.String)).with_row_index("line"),
        categories=["category"],
    )
    loyalty.ReturnPropensity.fit(lines, horizon_days=30).save(folder / "returns.json")

    money = {"handling": 3.0, "markdown": 0.1, "category_cost": 8.0}
    ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, period_days=28, **money)
    loyalty.BehaviourModel.fit(ledger).save(folder / "behaviours.json")
    ledger.to_frame().write_csv(folder / "ledger.csv")


if __name__ == "__main__":
    main()
