"""A simulated shop with returns, as many tests use it, and where the real lines are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import loyalty

DATA = Path(__file__).resolve().parents[3] / "../shared/data/online_retail_ii_returns.parquet"
DAY = pd.Timedelta(days=1)


def shop_table() -> pd.DataFrame:
    shop = loyalty.simulate(1200, seed=2, backend="pandas", return_rate=0.2)
    lines = shop.lines.reset_index(names="line")
    lines["price"] = lines["amount"] / lines["quantity"]
    lines["age"] = np.where(lines["line"] % 7 == 0, np.nan, lines["customer"] % 50 + 18.0)
    return lines


def order_lines(table: Any, **changes: Any) -> loyalty.OrderLines:
    roles: dict[str, Any] = {
        "customer": "customer",
        "product": "product",
        "time": "time",
        "price": "price",
        "quantity": "quantity",
        "order": "order",
        "line": "line",
        "categories": ["category"],
        "numbers": ["age"],
        "returned": "returned_amount",
        "return_time": "return_time",
    }
    return loyalty.OrderLines(table, **roles | changes)
