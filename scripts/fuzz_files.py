"""Writes the model files that the random cases of the C library begin with, of the kinds that golden/ lacks.

    python scripts/fuzz_files.py

They are small, and fitted to made-up customers: only their shape matters.
"""

import random
from pathlib import Path

import pandas as pd

import loyalty

FOLDER = Path(__file__).resolve().parent.parent / "loyalty-ffi/tests/fuzz/files"


def lines_of_a_shop(rows: int, draws: random.Random) -> pd.DataFrame:
    """Order lines with text ids, a category, a number, and returns of which one article has most."""
    days = sorted(draws.randrange(300) for _ in range(rows))
    back = [draws.random() < 0.2 + 0.03 * (row % 9) for row in range(rows)]
    start = pd.Timestamp("2025-01-01")
    return pd.DataFrame(
        {
            "customer": [f"c{draws.randrange(6)}" for _ in days],
            "time": [start + pd.Timedelta(days=day) for day in days],
            "product": [f"p{row % 9}" for row in range(rows)],
            "price": [float(draws.randrange(5, 90)) for _ in days],
            "line": [f"l{row}" for row in range(rows)],
            "category": [draws.choice(["shirts", "café"]) for _ in days],
            "age": [float(draws.randrange(60)) for _ in days],
            "returned": [float(one) for one in back],
            "return_time": [
                start + pd.Timedelta(days=day + draws.randrange(1, 30)) if one else pd.NaT
                for day, one in zip(days, back, strict=True)
            ],
        }
    )


def returns(draws: random.Random) -> None:
    lines = loyalty.OrderLines(
        lines_of_a_shop(120, draws), categories=["category"], numbers=["age"]
    )
    fit = loyalty.ReturnPropensity.fit(
        lines, horizon_days=30, half_life_days=180.0, crossed=[["customer", "category"]]
    )
    fit.model.save(FOLDER / "return_propensity_text.json")
    fit.model.save(FOLDER / "return_propensity_text.compact", compact=True)


def spend_with_covariates(draws: random.Random) -> None:
    rows = 60
    frequency = [1 + draws.randrange(5) for _ in range(rows)]
    summary = loyalty.CustomerSummary(
        frequency=frequency,
        recency=[float(5 + draws.randrange(20)) for _ in range(rows)],
        T=[30.0] * rows,
        monetary_value=[float(draws.randrange(10, 90)) for _ in range(rows)],
    )
    known = pd.DataFrame(
        {
            "age": [float(draws.randrange(18, 80)) for _ in range(rows)],
            "channel": [draws.choice(["web", "café"]) for _ in range(rows)],
        }
    )
    loyalty.GammaGamma.fit(summary, covariates=known).save(
        FOLDER / "gamma_gamma_with_covariates.json"
    )


if __name__ == "__main__":
    returns(random.Random(7))
    spend_with_covariates(random.Random(7))
