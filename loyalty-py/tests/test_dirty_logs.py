"""Properties over random logs: dirty ones, senseless ones, and scores of any customers under any model."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import loyalty

DAY = dt.datetime(2024, 1, 1)
ids = st.sampled_from(["a", "b", "c", "", None])
times = st.none() | st.integers(0, 900).map(lambda hours: DAY + dt.timedelta(hours=hours))
amounts = st.sampled_from(
    [0.0, 0.1, 2.5, 1e50, -0.5, -1e9, math.inf, -math.inf, math.nan, 1.1e50, None]
)
rows = st.lists(st.tuples(ids, times, amounts), min_size=1, max_size=25)
Row = tuple[str | None, dt.datetime | None, float | None]


def is_clean(row: Row) -> bool:
    who, when, paid = row
    return bool(who) and when is not None and paid is not None and 0 <= paid <= 1e50


def frames(log: list[Row]) -> list[Any]:
    columns = dict(zip(("who", "when", "paid"), map(list, zip(*log, strict=True)), strict=True))
    schema = {"who": pl.String, "when": pl.Datetime("us"), "paid": pl.Float64}
    return [columns, pd.DataFrame(columns), pl.DataFrame(columns, schema=schema)]


def orders(data: Any, **options: Any) -> loyalty.Orders:
    return loyalty.Orders(data, customer="who", time="when", amount="paid", **options)


@given(log=rows)
@settings(max_examples=150)
def test_dropping_dirty_rows_is_cleaning_by_hand_and_the_counts_add_up(log: list[Row]) -> None:
    clean = [row for row in log if is_clean(row)]
    for data in frames(log):
        if not clean:
            with pytest.raises(
                loyalty.InputError, match=f"^{len(log)} of {len(log)} rows cannot be used"
            ):
                orders(data, invalid="drop")
            continue
        ours = orders(data, invalid="drop")
        assert (ours.report.rows, ours.report.kept, len(ours)) == (len(log), len(clean), len(clean))
        assert sum(refusal.rows for refusal in ours.report.refusals) == len(log) - len(clean)
        by_hand = orders(frames(clean)[0])
        for unit in ("day", "calendar_month"):
            assert ours.summarize(unit=unit) == by_hand.summarize(unit=unit)
        for refusal in ours.report.refusals:
            assert not is_clean(log[refusal.first_row])
        if len(clean) < len(log):
            with pytest.raises(loyalty.InputError) as refused:
                orders(data)
            assert str(refused.value) == str(ours.report)


@given(log=rows.filter(lambda log: any(map(is_clean, log))), cut=st.integers(1, 24))
@settings(max_examples=100)
def test_two_batches_merge_to_the_log_whatever_is_dirty_in_them(log: list[Row], cut: int) -> None:
    parts = [part for part in (log[:cut], log[cut:]) if any(map(is_clean, part))]
    states = [orders(frames(part)[0], invalid="drop").occasions(unit="day") for part in parts]
    merged = states[0] if len(states) == 1 else states[1].merge(states[0])
    assert merged.summarize() == orders(frames(log)[0], invalid="drop").summarize(unit="day")


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**500), 10**500),
    st.floats(),
    st.text(max_size=3),
    st.text(st.characters(categories=["Cs", "Lu"]), max_size=2),
    st.binary(max_size=2),
    st.decimals(),
    st.fractions(),
    st.complex_numbers(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.datetimes(),
    st.datetimes(timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=14))])),
    st.uuids(),
    st.sampled_from(
        [pd.NaT, pd.NA, np.datetime64("NaT"), np.float32("inf"), np.uint64(2**64 - 1), object()]
    ),
)
SIZE = 3
one_kind = st.sampled_from(
    [
        st.integers(),
        st.floats(),
        st.text(),
        st.datetimes(),
        st.dates(),
        st.decimals(),
        st.booleans(),
    ]
).flatmap(lambda kind: st.lists(kind | st.none(), min_size=SIZE, max_size=SIZE))
lists = one_kind | st.lists(cells, min_size=SIZE, max_size=SIZE)
arrays = hnp.arrays(hnp.scalar_dtypes() | hnp.unicode_string_dtypes(), SIZE)


def usable(make: Any) -> None:
    """What comes of a log is an answer, an error of the package, or a type error; and no NaN."""
    try:
        customers = make().summarize(unit="day")
    except (loyalty.LoyaltyError, TypeError):
        return
    for values in (customers.frequency, customers.recency, customers.T, customers.monetary_value):
        assert values is not None
        assert np.isfinite(values).all()


@given(who=lists | arrays, when=lists | arrays, paid=lists | arrays)
@settings(max_examples=300)
def test_columns_without_sense_are_refused_in_the_words_of_the_package(
    who: Any, when: Any, paid: Any
) -> None:
    usable(lambda: orders({"who": who, "when": when, "paid": paid}, invalid="drop"))
    good = {"who": ["a", "b", "a"], "when": [DAY] * 3, "paid": [1.0, 2.0, 3.0]}
    for role, column in (("who", who), ("when", when), ("paid", paid)):
        usable(lambda role=role, column=column: orders({**good, role: column}, invalid="drop"))


@given(who=lists, when=lists, paid=lists)
@settings(max_examples=150)
def test_pandas_columns_without_sense_are_refused_in_the_words_of_the_package(
    who: Any, when: Any, paid: Any
) -> None:
    good = {"who": ["a", "b", "a"], "when": [DAY] * 3, "paid": [1.0, 2.0, 3.0]}
    for role, column in (("who", who), ("when", when), ("paid", paid)):
        frame = pd.DataFrame({**good, role: pd.Series(column, dtype=object)})
        usable(lambda frame=frame: orders(frame, invalid="drop"))


def magnitude(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(math.log10(low), math.log10(high)).map(lambda digits: 10**digits)


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, float, float, float]:
    frequency = draw(st.integers(0, 3) | st.integers(0, 5000))
    age = draw(magnitude(1e-3, 1e4))
    recency = age * draw(st.floats(1e-6, 1.0)) if frequency else 0.0
    return frequency, recency, age, draw(magnitude(1e-2, 1e5)) if frequency else 0.0


parameter = magnitude(1e-2, 1e3)


# A handful of random customers may well be correlated, or have too long a tail.
@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")
@given(
    customers=st.lists(histories(), min_size=1, max_size=8),
    bg=st.tuples(parameter, parameter, parameter, parameter),
    gg=st.tuples(parameter, parameter, parameter),
    horizon=magnitude(1e-3, 1e4),
)
@settings(max_examples=200)
def test_no_score_of_any_customer_is_nan_or_outside_its_range(
    customers: list[tuple[int, float, float, float]],
    bg: tuple[float, float, float, float],
    gg: tuple[float, float, float],
    horizon: float,
) -> None:
    frequency, recency, age, money = map(list, zip(*customers, strict=True))
    summary = loyalty.CustomerSummary(
        frequency=frequency, recency=recency, T=age, monetary_value=money, unit="day"
    )
    purchases = loyalty.BgNbd(r=bg[0], alpha=bg[1], a=bg[2], b=bg[3])
    spend = loyalty.GammaGamma(p=gg[0], q=gg[1] + 1, v=gg[2])
    alive = purchases.p_alive(summary)
    assert ((alive >= 0) & (alive <= 1)).all()
    assert (alive[np.array(frequency) == 0] == 1).all()
    near, far = (purchases.expected_purchases(summary, h) for h in (horizon / 2, horizon))
    assert np.isfinite(far).all()
    assert (near >= 0).all()
    assert (near <= far * (1 + 1e-12)).all()
    expected = spend.expected_spend(summary)
    assert (np.isfinite(expected) & (expected > 0)).all()
    value = loyalty.clv(summary, purchases, spend, horizon=horizon, annual_discount_rate=0.1)
    undiscounted = loyalty.clv(summary, purchases, spend, horizon=horizon)
    assert np.isfinite(value).all()
    assert (value >= 0).all()
    assert (value <= undiscounted * (1 + 1e-9)).all()
    np.testing.assert_allclose(undiscounted, expected * far, rtol=1e-9)
    assert math.isfinite(purchases.log_likelihood(summary))


@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")
@given(customers=st.lists(histories(), min_size=1, max_size=12))
@settings(max_examples=100)
def test_a_fit_to_any_customers_is_finite_or_refused_with_the_reason(
    customers: list[tuple[int, float, float, float]],
) -> None:
    frequency, recency, age, money = map(list, zip(*customers, strict=True))
    summary = loyalty.CustomerSummary(
        frequency=frequency, recency=recency, T=age, monetary_value=money
    )
    for fit in (loyalty.BgNbd.fit, loyalty.GammaGamma.fit):
        try:
            found = fit(summary)
        except loyalty.FitError as error:
            assert "cannot be fitted" in str(error)
            continue
        assert all(math.isfinite(value) and value > 0 for value in found.parameters.values())
        assert math.isfinite(found.log_likelihood)
        assert found.stop in ("converged", "boundary", "iteration_limit", "stalled")
        errors = found.standard_errors
        assert errors is None or all(error >= 0 for error in errors.values())
        assert found.stop != "converged" or errors is not None
