"""The night before the shops of the examples open: fits the models and exports what a shop's database begins with.

python examples/shop/models.py FOLDER [CUSTOMERS]

The shop is simulated. FOLDER gets five files of models and records.csv, each customer's record in hexadecimal digits.
Needs loyalty and polars.
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

    # What the shop knows of each line at its check-out, and later of its return.
    columns = ["customer", "product", "order", "time", "amount", "returned_amount", "return_time"]
    table = shop.lines.select(*columns, pl.col("category").cast(pl.String)).with_row_index("line")
    lines = loyalty.OrderLines(table, line="line", categories=["category"])
    loyalty.ReturnPropensity.fit(lines, horizon_days=30).save(folder / "returns.json")

    money = {"margin": 0.3, "handling": 3.0, "markdown": 0.1, "category_cost": 8.0}
    ledger = loyalty.Ledger(lines, contacts=shop.contacts, period_days=28, **money)
    loyalty.BehaviourModel.fit(ledger).save(folder / "behaviours.json")
    ledger.basis.save(folder / "basis.json")
    records = [record.to_bytes().hex() for record in ledger.records()]
    known = {"customer": ledger.to_frame()["customer"], "record": records}
    pl.DataFrame(known).write_csv(folder / "records.csv")


if __name__ == "__main__":
    main()
