"""Calendar units against the periods of pandas, and fixed units against plain arithmetic."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import loyalty

#: The calendar unit, the alias of pandas and what it counts as one occasion.
CALENDAR = [
    ("calendar_week", "W-SUN", "week"),
    ("calendar_month", "M", "month"),
    ("calendar_quarter", "Q-DEC", "quarter"),
    ("calendar_year", "Y-DEC", "year"),
]
FIXED = [
    ("hour", "h", 1 / 24),
    ("day", "D", 1),
    ("week", "D", 7),
    ("month", "D", 30.4375),
    ("year", "D", 365.25),
]


def log_of(times: list[dt.datetime], ids: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"id": ids, "time": pd.array(times, dtype="datetime64[us]")})


def by_periods(log: pd.DataFrame, freq: str, end: dt.datetime | None = None) -> pd.DataFrame:
    """Frequency, recency and T in periods of pandas."""
    ordinal = pd.Series(pd.PeriodIndex(log["time"], freq=freq).asi8, index=log.index)
    last = ordinal.max() if end is None else pd.Period(end, freq=freq).ordinal
    seen = ordinal[ordinal <= last].groupby(log["id"])
    return pd.DataFrame(
        {
            "frequency": seen.nunique() - 1,
            "recency": seen.max() - seen.min(),
            "T": last - seen.min(),
        }
    )


def assert_same(ours: loyalty.CustomerSummary, theirs: pd.DataFrame, length: float = 1) -> None:
    np.testing.assert_array_equal(ours.customer, theirs.index)
    np.testing.assert_array_equal(ours.frequency, theirs["frequency"])
    for name in ("recency", "T"):
        np.testing.assert_array_equal(getattr(ours, name), theirs[name] / length, err_msg=name)


times = st.datetimes(min_value=dt.datetime(1600, 1, 1), max_value=dt.datetime(2600, 12, 31))
logs = st.lists(st.tuples(times, st.integers(1, 4)), min_size=1, max_size=40)


@pytest.mark.parametrize(("unit", "freq", "occasion"), CALENDAR)
@given(lines=logs)
def test_calendar_units_count_the_periods_of_pandas(
    unit: Any, freq: str, occasion: Any, lines: list[tuple[dt.datetime, int]]
) -> None:
    log = log_of(*map(list, zip(*lines, strict=True)))
    orders = loyalty.Orders(log, customer="id", time="time")
    assert_same(orders.summarize(unit=unit), by_periods(log, freq))
    assert orders.summarize(unit=unit, occasion=occasion) == orders.summarize(unit=unit)
    end = log["time"].median().to_pydatetime()
    end = max(end, log["time"].min().to_pydatetime())
    assert_same(orders.summarize(unit=unit, observation_end=end), by_periods(log, freq, end))


@pytest.mark.parametrize(("unit", "freq", "length"), FIXED)
@given(lines=logs)
def test_fixed_units_are_days_or_hours_divided_by_their_length(
    unit: Any, freq: str, length: float, lines: list[tuple[dt.datetime, int]]
) -> None:
    log = log_of(*map(list, zip(*lines, strict=True)))
    ours = loyalty.Orders(log, customer="id", time="time").summarize(unit=unit)
    assert_same(ours, by_periods(log, freq), 1 if unit == "hour" else length)


@given(lines=logs)
@settings(max_examples=50)
def test_exact_occasions_are_the_distinct_instants(lines: list[tuple[dt.datetime, int]]) -> None:
    log = log_of(*map(list, zip(*lines, strict=True)))
    ours = loyalty.Orders(log, customer="id", time="time").summarize(unit="day", occasion="exact")
    seen = log.groupby("id")["time"]
    np.testing.assert_array_equal(ours.frequency, seen.nunique() - 1)
    microseconds = (seen.max() - seen.min()) / np.timedelta64(1, "us")
    np.testing.assert_array_equal(ours.recency, microseconds / 86_400_000_000)


@pytest.mark.parametrize(
    ("unit", "before", "after"),
    [
        ("calendar_week", "2024-12-29T23:59:59.999999", "2024-12-30"),
        ("calendar_month", "2024-02-29T23:59:59.999999", "2024-03-01"),
        ("calendar_month", "1900-02-28T23:59:59.999999", "1900-03-01"),
        ("calendar_quarter", "1969-12-31T23:59:59.999999", "1970-01-01"),
        ("calendar_year", "1999-12-31T23:59:59.999999", "2000-01-01"),
        ("hour", "1969-12-31T23:59:59.999999", "1970-01-01"),
    ],
)
def test_a_period_ends_a_microsecond_before_the_next(unit: Any, before: str, after: str) -> None:
    log = {"id": [1, 1], "time": [before, after]}
    assert loyalty.Orders(log, customer="id", time="time").summarize(
        unit=unit
    ).recency.tolist() == [1]


def test_months_of_a_log_with_amounts_sum_within_the_month() -> None:
    log = {
        "id": ["a", "a", "a", "a"],
        "time": ["2024-01-31", "2024-02-01", "2024-02-29", "2024-04-30"],
        "paid": [1.0, 2.0, 4.0, 8.0],
    }
    orders = loyalty.Orders(log, customer="id", time="time", amount="paid")
    ours = orders.summarize(unit="calendar_month", observation_end="2024-05-15")
    assert ours.to_frame() == {
        "id": ["a"], "frequency": [2], "recency": [3], "T": [4],
        "monetary_value": [(6 + 8) / 2], "total_amount": [15],
    }  # fmt: skip


@pytest.mark.parametrize("unit", ["hour", "day", "week", "month", "year"])
def test_the_length_of_a_fixed_unit_scales_recency_and_holdout_alike(unit: Any) -> None:
    log = {"id": [1, 1, 1], "time": ["2024-01-01", "2024-03-01", "2024-12-31"]}
    split = loyalty.Orders(log, customer="id", time="time").calibration_holdout(
        "2024-03-01", unit=unit
    )
    days = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30.4375, "year": 365.25}[unit]
    assert split.calibration.recency.tolist() == [60 / days]
    assert split.holdout_duration == 305 / days
