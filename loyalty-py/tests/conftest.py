"""The CDNOW log as many tests use it, and where the data lie that the package does not bring along."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

import loyalty

with warnings.catch_warnings():
    # lifetimes is of 2020 and sets an option that pandas has given up since.
    warnings.simplefilter("ignore")
    try:
        import lifetimes
    except ImportError:  # with what the extras bring, which is no pandas
        lifetimes = None

# Tests tell right from wrong, not fast from slow: a busy machine fails none.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[2]

#: The calibration period of the CDNOW literature ends here.
CDNOW_END = "1997-09-30"


@pytest.fixture(scope="session")
def golden() -> Path:
    """The folder of the golden files, which Rust, Python and C share."""
    return ROOT / "golden"


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Finds a file of the data beside the project; skips the test where it is not there."""

    def find(name: str) -> Path:
        path = ROOT.parent / "shared" / "data" / name
        if not path.is_file():
            pytest.skip(f"{name} is not beside the project, in ../shared/data")
        return path

    return find


@pytest.fixture(scope="session")
def cdnow() -> dict[str, np.ndarray[Any, Any]]:
    """The CDNOW log as arrays, read without the package."""
    with loyalty.datasets.cdnow_path().open(encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        "customer_id": np.array([int(row["customer_id"]) for row in rows]),
        "date": np.array([row["date"] for row in rows], dtype="datetime64[D]"),
        "amount": np.array([float(row["amount"]) for row in rows]),
    }


@pytest.fixture(scope="session")
def orders(cdnow: dict[str, np.ndarray[Any, Any]]) -> loyalty.Orders:
    """The CDNOW log, checked; its answers are arrays."""
    return loyalty.Orders(cdnow, customer="customer_id", time="date", amount="amount")


@pytest.fixture(scope="session")
def customers(orders: loyalty.Orders) -> loyalty.CustomerSummary:
    """The CDNOW customers in weeks, up to the end of the calibration."""
    return orders.summarize(unit="week", observation_end=CDNOW_END)


@pytest.fixture(scope="session")
def purchases(customers: loyalty.CustomerSummary) -> loyalty.Fit[loyalty.BgNbd]:
    return loyalty.BgNbd.fit(customers)


@pytest.fixture(scope="session")
def spend(customers: loyalty.CustomerSummary) -> loyalty.Fit[loyalty.GammaGamma]:
    return loyalty.GammaGamma.fit(customers)


@pytest.fixture(scope="session")
def lifetimes_data() -> Path:
    """The folder of the data that lifetimes brings along; its own loaders need setuptools."""
    if lifetimes is None:
        pytest.skip("lifetimes is not installed")
    return Path(lifetimes.__file__).parent / "datasets"
