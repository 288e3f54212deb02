"""Answers come in the caller's kind of frame, keyed by the customers' own ids."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import loyalty

LOG = pd.DataFrame(
    {
        "shopper": ["0007", "b", "0007", "c", "b", "0007", "d", "c"],
        "day": pd.to_datetime([f"2024-01-{day:02}" for day in (1, 3, 9, 4, 20, 25, 5, 6)]),
        "paid": [5.0, 20.0, 7.5, 1.0, 3.0, 9.0, 4.0, 6.0],
    }
)
PURCHASES = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
SPEND = loyalty.GammaGamma(p=6.25, q=3.74, v=15.44)


def duck() -> duckdb.DuckDBPyRelation:
    log = LOG  # noqa: F841 - the query names it
    return duckdb.sql("select * from log")


#: What comes in, and the kind of frame that the answers have.
KINDS: dict[str, tuple[Callable[[], Any], type]] = {
    "pandas": (lambda: LOG, pd.DataFrame),
    "polars": (lambda: pl.from_pandas(LOG), pl.DataFrame),
    "polars lazy": (lambda: pl.from_pandas(LOG).lazy(), pl.DataFrame),
    "pyarrow": (lambda: pa.Table.from_pandas(LOG), pa.Table),
    "pyarrow reader": (lambda: pa.Table.from_pandas(LOG).to_reader(), pa.Table),
    "duckdb": (duck, pa.Table),
    "dict": (lambda: LOG.to_dict("list"), dict),
}


def to_lists(frame: Any) -> dict[str, list[Any]]:
    if isinstance(frame, pd.DataFrame):
        return {str(name): column for name, column in frame.to_dict("list").items()}
    if isinstance(frame, pl.DataFrame):
        return frame.to_dict(as_series=False)
    if isinstance(frame, pa.Table):
        return {name: frame[name].to_pylist() for name in frame.column_names}
    return {name: column.tolist() for name, column in frame.items()}


@pytest.fixture(scope="module", params=KINDS)
def kind(request: Any) -> tuple[loyalty.CustomerSummary, type]:
    make, answer = KINDS[request.param]
    orders = loyalty.Orders(make(), customer="shopper", time="day", amount="paid")
    return orders.summarize(unit="week"), answer


IDS = ["0007", "b", "c", "d"]


def test_a_summary_goes_back_into_the_callers_frame(
    kind: tuple[loyalty.CustomerSummary, type],
) -> None:
    customers, answer = kind
    frame = customers.to_frame()
    assert type(frame) is answer
    assert to_lists(frame) == {
        "shopper": IDS,
        "frequency": [2, 1, 1, 0],
        "recency": [24 / 7, 17 / 7, 2 / 7, 0],
        "T": [24 / 7, 22 / 7, 3, 20 / 7],
        "monetary_value": [8.25, 3, 6, 0],
        "total_amount": [21.5, 23, 7, 4],
    }


@pytest.mark.parametrize(
    ("name", "score"),
    [
        ("p_alive", PURCHASES.p_alive),
        ("expected_purchases", lambda customers: PURCHASES.expected_purchases(customers, 39)),
        ("expected_spend", SPEND.expected_spend),
        ("clv", lambda customers: loyalty.clv(customers, PURCHASES, SPEND, horizon=52)),
    ],
)
def test_a_score_is_keyed_by_the_customers_ids(
    kind: tuple[loyalty.CustomerSummary, type], name: str, score: Callable[[Any], Any]
) -> None:
    customers, answer = kind
    scored = score(customers)
    if answer is dict:
        assert type(scored) is np.ndarray
        assert len(scored) == len(IDS)
        return
    assert type(scored) is answer
    columns = to_lists(scored)
    assert list(columns) == ["shopper", name]
    assert columns["shopper"] == IDS
    arrays = loyalty.CustomerSummary(
        frequency=customers.frequency,
        recency=customers.recency,
        T=customers.T,
        monetary_value=customers.monetary_value,
        unit="week",
    )
    assert columns[name] == score(arrays).tolist()


@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")
def test_rfm_scores_segments_and_all_scores_are_in_the_callers_frame(
    kind: tuple[loyalty.CustomerSummary, type],
) -> None:
    customers, answer = kind
    rfm = loyalty.rfm(customers)
    scores = loyalty.score(customers, purchases=PURCHASES, spend=SPEND)
    for frame in (rfm.to_frame(), rfm.segments(), scores.to_frame()):
        assert type(frame) is answer
    assert to_lists(rfm.to_frame())["shopper"] == IDS
    every = to_lists(scores.to_frame())
    assert every["shopper"] == IDS
    assert every["segment"] == to_lists(rfm.to_frame())["segment"]
    assert list(every) == [
        "shopper", "frequency", "recency", "T", "monetary_value", "total_amount",
        "recency_score", "frequency_score", "monetary_score", "segment",
        "p_alive", "expected_purchases", "expected_spend", "clv",
    ]  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*not converged:loyalty.LoyaltyWarning")
def test_a_fit_and_a_split_are_in_the_callers_frame() -> None:
    for make, answer in KINDS.values():
        orders = loyalty.Orders(make(), customer="shopper", time="day", amount="paid")
        split = orders.calibration_holdout("2024-01-10")
        assert type(split.to_frame()) is answer
        assert to_lists(split.to_frame())["frequency_holdout"] == [1, 1, 0, 0]
        assert to_lists(split.to_frame())["monetary_value_holdout"] == [9, 3, 0, 0]
        fit = loyalty.GammaGamma.fit(orders.summarize(unit="day"), max_iterations=3)
        assert type(fit.summary()) is answer
        assert to_lists(fit.summary())["parameter"] == ["p", "q", "v"]
        assert to_lists(fit.summary())["estimate"] == list(fit.parameters.values())


def test_without_ids_a_score_is_one_column_of_the_callers_frame() -> None:
    table = pl.DataFrame({"x": [2, 0], "t_x": [30.43, 0.0], "age": [38.86, 38.86]})
    customers = loyalty.CustomerSummary(table, frequency="x", recency="t_x", T="age")
    assert PURCHASES.p_alive(customers).columns == ["p_alive"]


def test_a_summary_of_a_frame_takes_ids_and_money_by_name(kind: tuple[Any, type]) -> None:
    customers, answer = kind
    names = {name: name for name in ("monetary_value", "total_amount")}
    again = loyalty.CustomerSummary(customers.to_frame(), customer="shopper", unit="week", **names)
    assert to_lists(again.to_frame()) == to_lists(customers.to_frame())
    assert type(again.to_frame()) is answer


def test_rfm_of_a_frame_takes_ids_of_every_arrow_type() -> None:
    measures = {"recency": [3, 90, 14], "frequency": [8, 1, 5], "monetary": [410.0, 25.0, 190.0]}
    texts = pd.DataFrame({"who": ["a", "b", "c"], **measures})
    table = pa.Table.from_pandas(texts)
    frames = [
        texts,
        texts.astype({"who": "category"}),
        pl.from_pandas(texts).with_columns(pl.col("who").cast(pl.Categorical)),
        pa.concat_tables([table.slice(0, 2), table.slice(2)]),
        table.to_reader(max_chunksize=1),
        {**texts, "who": pl.Series(["a", "b", "c"])},
    ]
    for frame in frames:
        answer = loyalty.rfm(frame, customer="who", bins=3).to_frame()
        assert to_lists(answer)["who"] == ["a", "b", "c"]
        assert to_lists(answer)["monetary_score"] == [3, 1, 2]
    numbers = loyalty.rfm(
        {"who": pd.Series([7, 8, 9], dtype="int8"), **measures}, customer="who", bins=3
    )
    assert numbers.to_frame()["who"].tolist() == [7, 8, 9]


def run(code: str) -> str:
    """Runs Python code in an interpreter of its own and gives what it prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


WITHOUT = """
import sys
for name in {missing}:
    sys.modules[name] = None  # importing it fails, and nobody finds it
"""

WITHOUT_PYARROW = (
    WITHOUT.format(missing=["pyarrow"])
    + """
import datetime as dt, pandas as pd, loyalty
log = pd.DataFrame({
    "id": [1.0, 2.0, None, 1.0], "name": ["007", "b", "c", "007"], "amount": [1.5, None, 3.0, 4.0],
    "time": pd.to_datetime(["2024-01-01 23:30"] + [f"2024-01-0{day} 00:00" for day in (2, 3, 9)]),
})
frames = [
    log, log.astype({"name": "category"}), log.astype({"name": "string[python]", "id": "Int64"}),
    log.astype({"name": object, "time": object}), log.assign(time=log["time"].dt.tz_localize("UTC")),
    log.assign(time=log["time"].dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")),
]
for frame in frames:
    for customer in ("id", "name"):
        orders = loyalty.Orders(frame, customer=customer, time="time", amount="amount", invalid="drop")
        answer = orders.summarize(unit="day").to_frame()
        assert type(answer) is pd.DataFrame
        print(answer.values.tolist(), orders.report.kept, sorted(r.reason for r in orders.report.refusals))
"""
)


def test_pandas_without_pyarrow_gives_the_same_answers() -> None:
    lines = run(WITHOUT_PYARROW).splitlines()
    missing = "['missing_amount', 'missing_customer']"
    utc = [
        f"[[1.0, 1.0, 8.0, 8.0, 4.0, 5.5]] 2 {missing}",
        "[['007', 1, 8.0, 8.0, 4.0, 5.5], ['c', 0, 0.0, 6.0, 0.0, 3.0]] 3 ['missing_amount']",
    ]
    # In Berlin the first order is on the second of January.
    berlin = [
        f"[[1.0, 1.0, 7.0, 7.0, 4.0, 5.5]] 2 {missing}",
        "[['007', 1, 7.0, 7.0, 4.0, 5.5], ['c', 0, 0.0, 6.0, 0.0, 3.0]] 3 ['missing_amount']",
    ]
    assert lines == utc * 5 + berlin


def test_without_a_frame_library_answers_are_dicts_of_arrays() -> None:
    missing = ["pandas", "polars", "pyarrow", "duckdb"]
    code = WITHOUT.format(missing=missing) + (
        "import loyalty\n"
        "customers = loyalty.datasets.cdnow_orders().summarize(unit='week')\n"
        "print(type(loyalty.datasets.cdnow()).__name__, sorted(customers.to_frame())[:2])\n"
        "print(type(loyalty.score(customers).to_frame()).__name__, len(customers))\n"
        "print(type(loyalty.BgNbd.fit(customers).model.p_alive(customers)).__name__)\n"
    )
    assert run(code) == "dict ['T', 'customer_id']\ndict 2357\nndarray\n"


def test_importing_the_package_loads_no_frame_library() -> None:
    code = "import loyalty, sys; print([m for m in ('pandas', 'polars', 'pyarrow', 'duckdb') if m in sys.modules])"
    assert run(code) == "[]\n"


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_the_cdnow_log_comes_in_the_kind_of_frame_asked_for(
    backend: str, cdnow: dict[str, Any]
) -> None:
    frame = loyalty.datasets.cdnow(backend)
    assert type(frame).__module__.partition(".")[0] == backend
    assert to_lists(frame)["amount"] == cdnow["amount"].tolist()
    assert to_lists(frame)["customer_id"] == cdnow["customer_id"].tolist()
