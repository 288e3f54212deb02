"""The simulated shop of the tests of returns, and a model of its past."""

from __future__ import annotations

import pandas as pd
import pytest
from shop_lines import order_lines, shop_table

import loyalty


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    return shop_table()


@pytest.fixture(scope="session")
def split(table: pd.DataFrame) -> pd.Timestamp:
    return pd.Timestamp(table["time"].quantile(0.7)).normalize()


@pytest.fixture
def model(table: pd.DataFrame, split: pd.Timestamp) -> loyalty.ReturnPropensity:
    past = order_lines(table[table["time"] < split])
    return loyalty.ReturnPropensity.fit(past, horizon_days=30).model
