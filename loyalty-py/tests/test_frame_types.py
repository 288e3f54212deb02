"""Answers come in the caller's kind of frame, and type checkers know it: mypy reads this file too, and refuses
it where a type is not the one asserted (scripts/check-python)."""

from __future__ import annotations

import inspect
from typing import Any, assert_type

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.typing import NDArray

import loyalty
from loyalty._frame_types import LedgerOptions, LineOptions, OrderOptions, SummaryOptions

Arrays = dict[str, NDArray[Any]]

LOG: dict[str, list[str] | list[float]] = {
    "customer": ["ann", "ann", "bob", "cat"] * 20,
    "time": [f"2024-{1 + row % 12:02}-{1 + row % 27:02}" for row in range(80)],
    "amount": [5.0 + row % 7 for row in range(80)],
}
MODEL = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
SPEND = loyalty.GammaGamma(p=6.25, q=3.74, v=15.44)


pytestmark = pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")


def test_pandas_in_and_out() -> None:
    log = pd.DataFrame(LOG)
    orders = assert_type(loyalty.Orders(log), loyalty.Orders[pd.DataFrame])
    customers = assert_type(orders.summarize(), loyalty.CustomerSummary[pd.DataFrame])
    split = orders.calibration_holdout("2024-06-30")
    scores = assert_type(
        loyalty.score(log, purchases=MODEL, spend=SPEND), loyalty.Scores[pd.DataFrame]
    )
    assert scores.rfm is not None
    answers = [
        assert_type(orders.refused(), pd.DataFrame),
        assert_type(orders.occasions().summarize().to_frame(), pd.DataFrame),
        assert_type(split.to_frame(), pd.DataFrame),
        assert_type(split.calibration.to_frame(), pd.DataFrame),
        assert_type(customers.head(), pd.DataFrame),
        assert_type(customers[:1].to_frame(), pd.DataFrame),
        assert_type(customers[["recency", "T"]], pd.DataFrame),
        assert_type(scores.to_frame(), pd.DataFrame),
        assert_type(scores.left_out(), pd.DataFrame),
        assert_type(scores.customers.to_frame(), pd.DataFrame),
        assert_type(scores.rfm.segments(), pd.DataFrame),
        assert_type(loyalty.score(orders, purchases=MODEL, spend=SPEND).to_frame(), pd.DataFrame),
        assert_type(
            loyalty.score(customers, purchases=MODEL, spend=SPEND).to_frame(), pd.DataFrame
        ),
        assert_type(loyalty.rfm(customers).to_frame(), pd.DataFrame),
        assert_type(loyalty.Ledger(log).to_frame(), pd.DataFrame),
        assert_type(loyalty.Ledger(loyalty.OrderLines(log)).to_frame(), pd.DataFrame),
        assert_type(MODEL.p_alive(customers), pd.DataFrame),
        assert_type(MODEL.expected_purchases(customers, ["3 weeks", "1 year"]), pd.DataFrame),
        assert_type(MODEL.purchase_distribution(customers, 3, most=2), pd.DataFrame),
        assert_type(SPEND.expected_spend(customers), pd.DataFrame),
        assert_type(loyalty.clv(customers, MODEL, SPEND, horizon=52), pd.DataFrame),
        assert_type(MODEL.p_alive(customers.to_frame()), pd.DataFrame),
    ]
    assert [type(answer) for answer in answers] == [pd.DataFrame] * len(answers)
    assert type(assert_type(customers["T"], NDArray[Any])) is np.ndarray


def test_polars_in_and_out() -> None:
    log = pl.DataFrame(LOG)
    answers = [
        assert_type(loyalty.Orders(log).summarize().to_frame(), pl.DataFrame),
        assert_type(loyalty.Orders(log.lazy()).summarize().to_frame(), pl.DataFrame),
        assert_type(loyalty.score(log, purchases=MODEL, spend=SPEND).to_frame(), pl.DataFrame),
        assert_type(
            loyalty.score(log.lazy(), purchases=MODEL, spend=SPEND).to_frame(), pl.DataFrame
        ),
        assert_type(loyalty.Ledger(log).to_frame(), pl.DataFrame),
    ]
    assert [type(answer) for answer in answers] == [pl.DataFrame] * len(answers)


def test_files_are_read_into_polars_frames() -> None:
    path = str(loyalty.datasets.cdnow_path())
    table = loyalty.read_orders(path)
    answers = [
        assert_type(loyalty.Orders(path).summarize().to_frame(), pl.DataFrame),
        assert_type(loyalty.Orders(table).summarize().to_frame(), pl.DataFrame),
        assert_type(loyalty.OrderLines(path).refused(), pl.DataFrame),
        assert_type(loyalty.score(path, purchases=MODEL, spend=SPEND).to_frame(), pl.DataFrame),
        assert_type(loyalty.score(table, purchases=MODEL, spend=SPEND).to_frame(), pl.DataFrame),
        assert_type(loyalty.Ledger(path).to_frame(), pl.DataFrame),
    ]
    assert [type(answer) for answer in answers] == [pl.DataFrame] * len(answers)


def test_arrays_in_and_out() -> None:
    orders = assert_type(loyalty.Orders(LOG), loyalty.Orders[Arrays])
    customers = loyalty.CustomerSummary(frequency=[2, 0], recency=[3.0, 0.0], T=[9.0, 4.0])
    assert_type(customers, loyalty.CustomerSummary[Arrays])
    tables = [
        assert_type(orders.summarize().to_frame(), Arrays),
        assert_type(loyalty.score(LOG, purchases=MODEL, spend=SPEND).to_frame(), Arrays),
        assert_type(loyalty.Ledger(LOG).to_frame(), Arrays),
        assert_type(MODEL.expected_purchases(customers, [3, 6]), Arrays),
        assert_type(MODEL.purchase_distribution(customers, 3, most=2), Arrays),
    ]
    assert [type(table) for table in tables] == [dict] * len(tables)
    columns = [
        assert_type(MODEL.p_alive(customers), NDArray[np.float64]),
        assert_type(MODEL.expected_purchases(customers, 3), NDArray[np.float64]),
    ]
    assert [type(column) for column in columns] == [np.ndarray] * len(columns)
    assert_type(MODEL.p_alive(frequency=2, recency=3.0, T=9.0), float)


def test_whatever_else_has_any_type() -> None:
    table: Any = LOG
    orders: loyalty.Orders = loyalty.Orders(table)
    assert_type(orders.summarize().to_frame(), Any)


def test_mistakes_are_found() -> None:
    log = pd.DataFrame(LOG)
    with pytest.raises(TypeError):
        loyalty.score(log, margn=0.3)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        loyalty.Orders(log, custmer="customer")  # type: ignore[call-overload]
    with pytest.raises(AttributeError):
        loyalty.score(log, purchases=MODEL, spend=SPEND).to_frame().with_row_index()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("made", "options"),
    [
        (loyalty.Orders, OrderOptions),
        (loyalty.OrderLines, LineOptions),
        (loyalty.CustomerSummary, SummaryOptions),
        (loyalty.Ledger, LedgerOptions),
    ],
)
def test_typed_options_are_those_of_the_signature(made: type, options: Any) -> None:
    parameters = inspect.signature(made).parameters.values()
    named = {one.name for one in parameters if one.kind is one.KEYWORD_ONLY}
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        named |= set(loyalty.reading.LineColumns.__annotations__)
    assert set(options.__annotations__) == named
