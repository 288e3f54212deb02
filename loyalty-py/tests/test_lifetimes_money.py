"""Monetary values against lifetimes 0.11.3 where the amounts are what shops have: not exact in floats.

The sums here are exact and rounded once (``math.fsum``), so that no order of the rows and no cut of the
log can show. pandas adds in the order of the rows with a running correction, which is good to a few
units in the last place (ulp): of the 2,357 CDNOW customers 43 differ from the rounded exact mean, of
the 23,570 of the whole log 401, of the 5,878 of Online Retail II 1,113, none by more than 3 ulp.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import lifetimes.utils
import numpy as np
import pandas as pd
import pytest
from lifetimes_logs import cdnow_master, cdnow_sample, online_retail

import loyalty


def ulps(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """How many floats lie between two floats of one sign."""
    distance: np.ndarray[Any, Any] = np.abs(a.view(np.int64) - b.view(np.int64))
    return distance


def amounts_of_days(lines: pd.DataFrame) -> list[list[list[float]]]:
    """For each customer in order of id, for each of their days in order, the amounts."""
    lines = lines.assign(time=lines["time"].dt.floor("D")).sort_values(["id", "time"])
    rows = zip(lines["id"].tolist(), lines["time"].tolist(), lines["amount"].tolist(), strict=True)
    return [
        [[row[2] for row in day] for _, day in itertools.groupby(customer, key=lambda row: row[1])]
        for _, customer in itertools.groupby(rows, key=lambda row: row[0])
    ]


def mean(days: list[list[float]]) -> float:
    return math.fsum(math.fsum(day) for day in days) / len(days) if days else 0.0


@pytest.mark.parametrize(
    "read", [cdnow_sample, cdnow_master, online_retail], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("include_first", [False, True])
def test_monetary_values_are_exact_means_rounded_once_and_lifetimes_within_3_ulp(
    read: Any, lifetimes_data: Path, shared_data: Callable[[str], Path], include_first: bool
) -> None:
    lines = read(lifetimes_data, shared_data).lines
    orders = loyalty.Orders(lines, customer="id", time="time", amount="amount")
    ours = orders.summarize(include_first=include_first)
    days = amounts_of_days(lines)
    exact = np.array([mean(customer if include_first else customer[1:]) for customer in days])
    assert ours.monetary_value is not None
    np.testing.assert_array_equal(ours.monetary_value, exact)
    totals = [math.fsum(math.fsum(day) for day in customer) for customer in days]
    assert ours.total_amount is not None
    np.testing.assert_array_equal(ours.total_amount, totals)
    theirs = lifetimes.utils.summary_data_from_transaction_data(
        lines, "id", "time", "amount", include_first_transaction=include_first
    )
    assert ulps(ours.monetary_value, theirs["monetary_value"].to_numpy()).max() <= 3


def test_monetary_values_are_the_rational_means_but_for_three_roundings(
    lifetimes_data: Path,
) -> None:
    """Of the sums of the days, of their sum, and of the quotient."""
    lines = cdnow_sample(lifetimes_data, Path).lines
    ours = loyalty.Orders(lines, customer="id", time="time", amount="amount").summarize(unit="day")
    assert ours.monetary_value is not None
    for value, days in zip(ours.monetary_value.tolist(), amounts_of_days(lines), strict=True):
        total = sum((Fraction(amount) for day in days[1:] for amount in day), Fraction(0))
        true = total / max(len(days) - 1, 1)
        assert abs(Fraction(value) - true) <= 3 * true / 2**53


def test_no_order_of_the_rows_changes_a_bit(lifetimes_data: Path) -> None:
    lines = cdnow_master(lifetimes_data, Path).lines
    shuffled = lines.sample(frac=1, random_state=3)
    roles = {"customer": "id", "time": "time", "amount": "amount"}
    first = loyalty.Orders(lines, **roles).summarize(unit="week")
    assert loyalty.Orders(shuffled, **roles).summarize(unit="week") == first


@pytest.mark.parametrize("parts", [2, 7])
def test_no_cut_of_the_log_into_batches_changes_a_bit(lifetimes_data: Path, parts: int) -> None:
    lines = cdnow_master(lifetimes_data, Path).lines.sample(frac=1, random_state=4)
    roles = {"customer": "id", "time": "time", "amount": "amount"}
    states = [
        loyalty.Orders(lines.iloc[start::parts], **roles).occasions(unit="week")
        for start in range(parts)
    ]
    merged = states[-1]
    for state in states[:-1]:
        merged = merged.merge(state)
    whole = loyalty.Orders(lines, **roles)
    assert merged.summarize() == whole.summarize(unit="week")
    early = merged.summarize(observation_end="1997-09-30", include_first=True)
    assert early == whole.summarize(unit="week", observation_end="1997-09-30", include_first=True)
    assert early.left_out["occasions"] > 0
