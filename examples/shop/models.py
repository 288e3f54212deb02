"""The night before the shops of the examples open: fits the models and exports what a shop's database begins with.

python examples/shop/models.py FOLDER [CUSTOMERS]

The shop is simulated. FOLDER gets four model files, orders.csv (customer, day, amount) and ledger.csv, a row for each
customer in the order of the library's ledger.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

import loyalty


def days(times: np.ndarray) -> np.ndarray:
    return times.astype("datetime64[D]").astype(np.int64)


def write(path: Path, header: list[str], rows: zip[tuple[object, ...]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    shop = loyalty.simulate(
        int(sys.argv[2]) if len(sys.argv) > 2 else 5000, seed=4, backend="pandas"
    )
    lines = shop.lines.assign(
        line=np.arange(len(shop.lines)),
        category=shop.lines.category.astype(str),
    )

    orders = lines.groupby(["customer", "order"], as_index=False).agg(
        time=("time", "first"), amount=("amount", "sum")
    )
    customers = loyalty.Orders(orders, customer="customer", time="time", amount="amount").summarize(
        unit="week"
    )
    loyalty.MbgNbd.fit(customers).save(folder / "purchases.json")
    loyalty.GammaGamma.fit(customers).save(folder / "spend.json")
    table = zip(orders.customer, days(orders.time.to_numpy()), orders.amount, strict=True)
    write(folder / "orders.csv", ["customer", "day", "amount"], table)

    returned = loyalty.OrderLines(
        lines[
            [
                "customer",
                "product",
                "order",
                "line",
                "time",
                "amount",
                "category",
                "returned_amount",
                "return_time",
            ]
        ],
        categories=["category"],
    )
    loyalty.ReturnPropensity.fit(returned, horizon_days=30).save(folder / "returns.json")

    ledger = loyalty.Ledger(
        shop.lines,
        contacts=shop.contacts,
        handling=3.0,
        markdown=0.1,
        category_cost=8.0,
        period_days=28,
    )
    loyalty.BehaviourModel.fit(ledger).save(folder / "behaviours.json")
    ledger.to_frame().to_csv(folder / "ledger.csv", index=False)


if __name__ == "__main__":
    main()
