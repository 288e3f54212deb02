"""Summaries against lifetimes 0.11.3, which many come from: equal to the last digit in every cell.

Amounts are whole cents here. Sums of cents are exact in floats whatever the order, so that two
correct means must be the same float; test_lifetimes_money.py has the amounts as they stand.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import lifetimes.utils
import numpy as np
import pandas as pd
import pytest
from lifetimes_logs import READERS, Log, cdnow_sample

import loyalty

COLUMNS = ("frequency", "recency", "T", "monetary_value")


class Counting(NamedTuple):
    """How lifetimes is asked to count time, and how this package is."""

    freq: str
    freq_multiplier: int
    unit: Any
    occasion: Any


COUNTINGS = [
    Counting("D", 1, "day", None),
    Counting("D", 7, "week", None),
    Counting("W", 1, "calendar_week", None),
    Counting("h", 1, "hour", None),
    Counting("h", 24, "day", "hour"),
    Counting("h", 168, "week", "hour"),
]


@pytest.fixture(
    scope="module",
    params=READERS,
    ids=lambda read: read.__name__,
)
def log(request: Any, lifetimes_data: Path, shared_data: Callable[[str], Path]) -> Log:
    result: Log = request.param(lifetimes_data, shared_data)
    return result


def check_orders(lines: pd.DataFrame, amount: str | None = "cents") -> loyalty.Orders:
    return loyalty.Orders(lines, customer="id", time="time", amount=amount)


def assert_equal_cells(ours: np.ndarray[Any, Any] | None, theirs: pd.Series) -> None:
    assert ours is not None
    np.testing.assert_array_equal(ours.astype(float), theirs.to_numpy(float), strict=True)


@pytest.mark.parametrize("counting", COUNTINGS, ids=lambda c: f"{c.freq}x{c.freq_multiplier}")
@pytest.mark.parametrize(
    ("end", "include_first"),
    [(None, False), ("a day", True), ("a time", False)],
    ids=["to the last order", "to a day with the first purchase", "to a time within a day"],
)
def test_every_cell_of_a_summary_equals_lifetimes(
    log: Log, counting: Counting, end: str | None, include_first: bool
) -> None:
    observation_end = None if end is None else log.ends[end == "a time"]
    theirs = lifetimes.utils.summary_data_from_transaction_data(
        log.lines,
        "id",
        "time",
        "cents",
        observation_period_end=observation_end,
        freq=counting.freq,
        freq_multiplier=counting.freq_multiplier,
        include_first_transaction=include_first,
    )
    ours = check_orders(log.lines).summarize(
        unit=counting.unit,
        occasion=counting.occasion,
        observation_end=observation_end,
        include_first=include_first,
    )
    assert ours.includes_first == include_first
    np.testing.assert_array_equal(ours.customer, theirs.index)
    # They count the first purchase in the frequency too, where it is in the mean.
    assert_equal_cells(ours.frequency + include_first, theirs["frequency"])
    for name in COLUMNS[1:]:
        assert_equal_cells(getattr(ours, name), theirs[name])


def test_without_an_amount_column_the_other_cells_are_the_same_and_there_is_no_money(
    log: Log,
) -> None:
    theirs = lifetimes.utils.summary_data_from_transaction_data(log.lines, "id", "time")
    ours = check_orders(log.lines, None).summarize(unit="day")
    assert ours.monetary_value is None
    assert ours.total_amount is None
    for name in COLUMNS[:3]:
        assert_equal_cells(getattr(ours, name), theirs[name])


def test_the_total_amount_is_the_sum_of_all_lines(log: Log) -> None:
    ours = check_orders(log.lines).summarize(unit="day")
    assert_equal_cells(ours.total_amount, log.lines.groupby("id")["cents"].sum())


@pytest.mark.parametrize("counting", COUNTINGS[1:4], ids=lambda c: f"{c.freq}x{c.freq_multiplier}")
@pytest.mark.parametrize("ends_early", [False, True], ids=["to the last order", "to an end"])
def test_every_cell_of_calibration_and_holdout_equals_lifetimes(
    log: Log, counting: Counting, ends_early: bool
) -> None:
    """Where lifetimes is right: the ends lie at the end of a period, and it is given one line per
    occasion, as its mean over a holdout is one over lines (see below)."""
    period = log.lines["time"].dt.to_period(counting.freq)
    # The last microsecond of the period, so that an occasion stays on its side of both ends.
    time = np.minimum(period.dt.end_time.dt.floor("us"), log.lines["time"].max())
    occasions = log.lines.assign(time=time).groupby(["id", "time"], as_index=False)["cents"].sum()
    end = log.holdout_end if ends_early else None
    theirs = lifetimes.utils.calibration_and_holdout_data(
        occasions,
        "id",
        "time",
        log.calibration_end,
        observation_period_end=end,
        freq=counting.freq,
        freq_multiplier=counting.freq_multiplier,
        monetary_value_col="cents",
    )
    ours = check_orders(log.lines).calibration_holdout(
        log.calibration_end, unit=counting.unit, occasion=counting.occasion, observation_end=end
    )
    np.testing.assert_array_equal(ours.calibration.customer, theirs.index)
    for name in COLUMNS:
        assert_equal_cells(getattr(ours.calibration, name), theirs[f"{name}_cal"])
    assert_equal_cells(ours.holdout_frequency, theirs["frequency_holdout"])
    assert_equal_cells(ours.holdout_monetary_value, theirs["monetary_value_holdout"])
    assert set(theirs["duration_holdout"]) == {ours.holdout_duration}
    assert ours.holdout_frequency.sum() > 0
    first = log.lines.groupby("id")["time"].min()
    born = (first > log.calibration_end) & (first <= (end or log.lines["time"].max()))
    assert ours.born_in_holdout == born.sum()


def test_calibration_and_holdout_with_the_first_purchase_equals_lifetimes(
    lifetimes_data: Path,
) -> None:
    lines = cdnow_sample(lifetimes_data, Path).lines
    days = lines.groupby(["id", "time"], as_index=False)["cents"].sum()
    theirs = lifetimes.utils.calibration_and_holdout_data(
        days, "id", "time", "1997-09-30", monetary_value_col="cents", include_first_transaction=True
    )
    ours = check_orders(lines).calibration_holdout("1997-09-30", include_first=True)
    assert_equal_cells(ours.calibration.frequency + 1, theirs["frequency_cal"])
    assert_equal_cells(ours.calibration.monetary_value, theirs["monetary_value_cal"])
    assert_equal_cells(ours.holdout_monetary_value, theirs["monetary_value_holdout"])


def test_lifetimes_averages_a_holdout_over_lines_and_we_over_occasions() -> None:
    """Issues 322 and 431 of lifetimes: its holdout has the mean of raw lines, its calibration the mean of
    occasions, so that the two cannot be compared. Ours is the mean of occasions in both."""
    days = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-02-01", "2024-02-02"])
    log = pd.DataFrame({"id": 1, "time": days, "cents": [5.0, 10.0, 30.0, 60.0]})
    theirs = lifetimes.utils.calibration_and_holdout_data(
        log, "id", "time", "2024-01-31", monetary_value_col="cents"
    )
    ours = check_orders(log).calibration_holdout("2024-01-31")
    assert theirs["monetary_value_holdout"].tolist() == [(10 + 30 + 60) / 3]
    assert ours.holdout_monetary_value is not None
    assert ours.holdout_monetary_value.tolist() == [(40 + 60) / 2]


def test_lifetimes_splits_a_day_that_we_leave_whole() -> None:
    """With a split at noon lifetimes counts the day on both sides of it: one occasion too many."""
    times = ["2024-01-01 08:00", "2024-01-05 09:00", "2024-01-05 15:00", "2024-01-09 10:00"]
    log = pd.DataFrame({"id": 1, "time": pd.to_datetime(times), "cents": [1.0, 2.0, 4.0, 8.0]})
    split = lifetimes.utils.calibration_and_holdout_data
    theirs = split(log, "id", "time", "2024-01-05 12:00", monetary_value_col="cents")
    assert theirs[["frequency_cal", "frequency_holdout"]].values.tolist() == [[1, 2]]
    ours = check_orders(log).calibration_holdout("2024-01-05 12:00")
    assert ours.calibration.frequency.tolist() == [1]
    assert ours.holdout_frequency.tolist() == [1]
    assert ours.calibration.monetary_value is not None
    assert ours.calibration.monetary_value.tolist() == [2 + 4]
    # A date is read as its midnight by lifetimes: all orders of that day are in the holdout.
    theirs = split(log, "id", "time", "2024-01-05", monetary_value_col="cents")
    assert theirs[["frequency_cal", "frequency_holdout"]].values.tolist() == [[0, 2]]


@pytest.mark.parametrize("freq", ["M", "Q", "Y"])
def test_lifetimes_cannot_count_months_quarters_or_years_on_this_pandas(freq: str) -> None:
    """Why test_calendar.py compares these units with the periods of pandas itself."""
    log = pd.DataFrame({"id": [1, 1], "time": pd.to_datetime(["2024-01-01", "2024-05-01"])})
    with pytest.raises((ValueError, TypeError), match=f"(?i)unit.*{freq}"):
        lifetimes.utils.summary_data_from_transaction_data(log, "id", "time", freq=freq)
