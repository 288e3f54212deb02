"""One log in every shape that it can come in: always the same summary, to the last bit."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import loyalty

LINES = 400


def make_log() -> pd.DataFrame:
    """Lines of 50 customers with number and text ids. All amounts are quarters, exact in every type."""
    rng = np.random.default_rng(7)
    who = rng.integers(0, 50, LINES)
    minutes = rng.integers(0, 3 * 365 * 24 * 60, LINES)
    return pd.DataFrame(
        {
            "id": who * 7 + 1000,
            "name": [f"{w:05}" for w in who],
            "time": np.datetime64("2021-03-04", "us") + minutes.astype("timedelta64[m]"),
            "amount": rng.integers(0, 400, LINES) / 4,
        }
    )


LOG = make_log()
DAYS = LOG["time"].dt.floor("D")


def summarize(data: Any, customer: str = "id") -> loyalty.CustomerSummary:
    orders = loyalty.Orders(data, customer=customer, time="time", amount="amount")
    return orders.summarize(unit="week")


@pytest.fixture(scope="module")
def by_number() -> loyalty.CustomerSummary:
    """From plain arrays."""
    return summarize({name: LOG[name].to_numpy() for name in ("id", "time", "amount")})


@pytest.fixture(scope="module")
def by_name() -> loyalty.CustomerSummary:
    return summarize({name: LOG[name].tolist() for name in ("name", "time", "amount")}, "name")


def decimals(scale: int) -> list[Decimal]:
    return [Decimal(f"{amount:.{scale}f}") for amount in LOG["amount"]]


def arrow(**columns: Any) -> pa.Table:
    table = pa.Table.from_pandas(LOG, preserve_index=False)
    for name, column in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table


def cast(name: str, type_: pa.DataType) -> pa.Table:
    return arrow(**{name: pa.array(LOG[name]).cast(type_)})


def pieces(table: pa.Table) -> pa.Table:
    """The same table in chunks of uneven length, one of them empty."""
    cuts = [0, 1, 1, 150, 399, 400]
    return pa.concat_tables([table.slice(a, b - a) for a, b in itertools.pairwise(cuts)])


def polars(**columns: Any) -> pl.DataFrame:
    return pl.from_pandas(LOG).with_columns(**columns)


def duck(query: str) -> duckdb.DuckDBPyRelation:
    log = LOG  # noqa: F841 - the query names it
    return duckdb.sql(query)


STRUCTURED = np.rec.fromarrays(
    [LOG["id"], LOG["time"], LOG["amount"]], names=["id", "time", "amount"]
)

#: Shapes with the ids as numbers.
NUMBERS: dict[str, Callable[[], Any]] = {
    "pandas": lambda: LOG,
    "pandas int32": lambda: LOG.astype({"id": "int32"}),
    "pandas uint16": lambda: LOG.astype({"id": "uint16"}),
    "pandas Int64": lambda: LOG.astype({"id": "Int64", "amount": "Float64"}),
    "pandas whole floats": lambda: LOG.astype({"id": "float64"}),
    "pandas category of int": lambda: LOG.astype({"id": "category"}),
    "pandas object": lambda: LOG.astype(object),
    "pandas arrow types": lambda: LOG.convert_dtypes(dtype_backend="pyarrow"),
    "pandas float32 amounts": lambda: LOG.astype({"amount": "float32"}),
    "pandas Decimal amounts": lambda: LOG.assign(amount=decimals(2)),
    "pandas seconds": lambda: LOG.astype({"time": "datetime64[s]"}),
    "pandas nanoseconds": lambda: LOG.astype({"time": "datetime64[ns]"}),
    "pandas date objects": lambda: LOG.assign(time=LOG["time"].dt.date),
    "pandas ISO text": lambda: LOG.assign(time=LOG["time"].dt.strftime("%Y-%m-%dT%H:%M:%S")),
    "pandas ISO dates": lambda: LOG.assign(time=LOG["time"].dt.strftime("%Y-%m-%d")),
    "pandas shuffled text index": lambda: LOG.set_index(LOG["name"]).sample(frac=1, random_state=1),
    "pandas index named as a column": lambda: LOG.set_index(["id", "time"], drop=False),
    "pandas slice with step": lambda: pd.DataFrame(LOG.iloc[::-1]),
    "pandas with useless columns": lambda: LOG.assign(x=[object()] * LINES, y=[{1}] * LINES),
    "pandas with useless namesakes": lambda: pd.concat([LOG, LOG[["name"]]], axis=1),
    "polars": lambda: polars(),
    "polars milliseconds": lambda: polars(time=pl.col("time").cast(pl.Datetime("ms"))),
    "polars nanoseconds": lambda: polars(time=pl.col("time").cast(pl.Datetime("ns"))),
    "polars dates": lambda: polars(time=pl.col("time").dt.date()),
    "polars Decimal": lambda: polars(amount=pl.Series(decimals(2)), id=pl.col("id").cast(pl.Decimal(20, 0))),
    "polars small types": lambda: polars(id=pl.col("id").cast(pl.UInt16), amount=pl.col("amount").cast(pl.Float32)),
    "polars chunks": lambda: pl.concat([polars()[:100], polars()[100:]], rechunk=False),
    "polars lazy": lambda: polars().lazy(),
    "pyarrow": lambda: arrow(),
    "pyarrow chunks": lambda: pieces(arrow()),
    "pyarrow reader": lambda: arrow().to_reader(max_chunksize=37),
    "pyarrow record batch": lambda: arrow().to_batches()[0],
    "pyarrow slice": lambda: pa.concat_tables([arrow(), arrow()]).slice(123, LINES),
    "pyarrow int16": lambda: pieces(cast("id", pa.int16())),
    "pyarrow float ids": lambda: pieces(cast("id", pa.float32())),
    "pyarrow decimal128": lambda: pieces(arrow(amount=pa.array(decimals(6), pa.decimal128(30, 6)))),
    "pyarrow whole decimals": lambda: cast("id", pa.decimal128(38, 4)),
    "pyarrow dictionary": lambda: pieces(arrow(id=pa.array(LOG["id"]).dictionary_encode())),
    "pyarrow date32": lambda: pieces(arrow(time=pa.array(DAYS).cast(pa.date32()))),
    "pyarrow date64": lambda: arrow(time=pa.array(DAYS).cast(pa.date64())),
    "pyarrow s": lambda: pieces(cast("time", pa.timestamp("s"))),
    "pyarrow ms": lambda: cast("time", pa.timestamp("ms")),
    "pyarrow ns": lambda: cast("time", pa.timestamp("ns")),
    "pyarrow with useless namesakes": lambda: arrow().append_column("name", pa.array(LOG["name"])),
    "duckdb": lambda: duck("select * from log"),
    "duckdb types": lambda: duck("select id::int id, time::timestamp_s time, amount::decimal(9, 2) amount from log"),
    "duckdb sums": lambda: duck("select id::hugeint id, time, sum(amount::decimal(9, 2)) amount from log group by all"),
    "narwhals": lambda: nw.from_native(LOG),
    "dict of series": lambda: {name: LOG[name] for name in LOG},
    "dict of polars series": lambda: {name: polars()[name] for name in LOG},
    "dict of pyarrow arrays": lambda: {name: pa.array(LOG[name]) for name in LOG},
    "dict of pyarrow chunked arrays": lambda: {name: pieces(arrow())[name] for name in LOG},
    "dict of lists": lambda: LOG.to_dict("list"),
    "dict of tuples": lambda: {name: tuple(LOG[name].tolist()) for name in LOG},
    "dict of object arrays": lambda: {name: LOG[name].to_numpy(object) for name in LOG},
    "dict of strided columns": lambda: {name: STRUCTURED[name] for name in ("id", "time", "amount")},
    "dict of big-endian arrays": lambda: {
        "id": LOG["id"].to_numpy().astype(">i4"),
        "time": LOG["time"].to_numpy().astype(">M8[s]"),
        "amount": LOG["amount"].to_numpy().astype(">f4"),
    },
    "dict of half floats": lambda: {**LOG, "amount": LOG["amount"].to_numpy().astype(np.float16)},
    "dict of days": lambda: {**LOG, "time": DAYS.to_numpy().astype("datetime64[D]")},
    "dict of numpy scalars": lambda: {**LOG, "id": list(LOG["id"].to_numpy()), "time": list(LOG["time"].to_numpy())},
    "dict of timestamps": lambda: {**LOG, "time": [pd.Timestamp(time) for time in LOG["time"]]},
    "dict of dates and times": lambda: {
        **LOG, "time": [time.date() if row % 2 else time for row, time in enumerate(LOG["time"].dt.to_pydatetime())]
    },
}  # fmt: skip

#: Shapes with the ids as text with leading zeros.
NAMES: dict[str, Callable[[], Any]] = {
    "pandas str": lambda: LOG,
    "pandas object": lambda: LOG.astype({"name": object}),
    "pandas string[python]": lambda: LOG.astype({"name": "string[python]"}),
    "pandas category": lambda: LOG.astype({"name": "category"}),
    "polars": lambda: polars(),
    "polars categorical": lambda: polars(name=pl.col("name").cast(pl.Categorical)),
    "polars enum": lambda: polars(name=pl.col("name").cast(pl.Enum(sorted(set(LOG["name"]))))),
    "polars lazy": lambda: polars().lazy(),
    "pyarrow string": lambda: pieces(cast("name", pa.string())),
    "pyarrow large_string": lambda: pieces(cast("name", pa.large_string())),
    "pyarrow string_view": lambda: pieces(cast("name", pa.string_view())),
    "pyarrow dictionary": lambda: pieces(arrow(name=pa.array(LOG["name"]).dictionary_encode())),
    "pyarrow small dictionary": lambda: cast("name", pa.dictionary(pa.uint8(), pa.large_string())),
    "pyarrow dictionaries that differ by chunk": lambda: pa.concat_tables(
        [arrow(name=pa.array(LOG["name"]).dictionary_encode()).slice(0, 90), arrow(name=pa.array(LOG["name"][::-1]).dictionary_encode().take(list(range(399, -1, -1)))).slice(90)]
    ),
    "duckdb": lambda: duck("select * from log"),
    "dict of lists": lambda: LOG.to_dict("list"),
    "dict of numpy text": lambda: {**LOG, "name": LOG["name"].to_numpy().astype("U5")},
    "dict of numpy strings": lambda: {**LOG, "name": LOG["name"].to_numpy().astype(np.dtypes.StringDType())},
    "dict of categorical": lambda: {**LOG, "name": pd.Categorical(LOG["name"])},
}  # fmt: skip


@pytest.mark.parametrize("shape", NUMBERS)
def test_a_log_with_number_ids_gives_the_same_summary(
    shape: str, by_number: loyalty.CustomerSummary
) -> None:
    assert summarize(NUMBERS[shape]()) == by_number


@pytest.mark.parametrize("shape", NAMES)
def test_a_log_with_text_ids_gives_the_same_summary(
    shape: str, by_name: loyalty.CustomerSummary
) -> None:
    ours = summarize(NAMES[shape](), "name")
    assert ours == by_name
    assert ours.customer is not None
    assert ours.customer[0] == "00000", "leading zeros stay"


def test_numbers_and_text_are_different_ids(
    by_number: loyalty.CustomerSummary, by_name: loyalty.CustomerSummary
) -> None:
    assert by_number != by_name
    np.testing.assert_array_equal(by_number.frequency, by_name.frequency)
    np.testing.assert_array_equal(by_number.T, by_name.T)


def test_whole_floats_with_gaps_are_ids_where_rows_without_one_are_dropped() -> None:
    log = {"id": [3.0, None, 4.0, 3.0], "time": ["2024-01-01"] * 3 + ["2024-01-08"]}
    for frame in (pd.DataFrame(log), pl.DataFrame(log), log):
        orders = loyalty.Orders(frame, customer="id", time="time", invalid="drop")
        customers = orders.summarize(unit="day")
        assert customers.customer is not None
        assert customers.customer.dtype == np.int64
        assert customers.customer.tolist() == [3, 4]
        assert orders.report.kept == 3


def test_ids_beyond_the_exact_floats_keep_every_digit() -> None:
    big = 2**53 + 1
    for ids in ([big, big + 2], [Decimal(big), Decimal(big + 2)], np.array([big, big + 2])):
        log = {"id": ids, "time": ["2024-01-01", "2024-01-01"]}
        customers = loyalty.Orders(log, customer="id", time="time").summarize(unit="day")
        assert customers.customer is not None
        assert customers.customer.tolist() == [big, big + 2]


@pytest.mark.parametrize(
    "texts",
    [
        ["12.34", "0.1", "99999999.99", "0.07"],
        # Digits beyond 2^53 divided by a power of ten would be rounded twice.
        ["14495820535222.79", "4466737540192532.75", "7578829068899201.85"],
        ["92248.3736325059839815184028746"],
    ],
)
def test_decimals_become_the_nearest_floats(texts: list[str]) -> None:
    log = {
        "id": list(range(len(texts))),
        "time": [dt.date(2024, 1, 1)] * len(texts),
        "amount": [Decimal(text) for text in texts],
    }
    for data in (log, pl.DataFrame(log), pa.table(log), pd.DataFrame(log)):
        total = summarize(data).total_amount
        assert total is not None
        assert total.tolist() == [float(text) for text in texts]


def test_a_mask_of_numpy_is_a_gap() -> None:
    amounts = np.ma.masked_array([1.0, 2.0, 3.0], mask=[False, True, False])
    log = {"id": [1, 1, 2], "time": ["2024-01-01"] * 3, "amount": amounts}
    orders = loyalty.Orders(log, customer="id", time="time", amount="amount", invalid="drop")
    assert str(orders.report) == (
        '1 of 3 rows cannot be used: column "amount" is missing in 1 row (first: row 1)'
    )


def test_a_duckdb_relation_of_many_batches_is_read_whole() -> None:
    relation = duckdb.sql(
        "select i % 1000 id, date '2020-01-01' + (i // 1000)::int time, 0.25 amount from range(300000) t(i)"
    )
    customers = summarize(relation)
    assert len(customers) == 1000
    assert set(customers.frequency.tolist()) == {299}
    assert set(customers.total_amount.tolist() if customers.total_amount is not None else []) == {
        75
    }


def test_customers_come_in_order_of_their_ids() -> None:
    log = {"id": ["b", "a", "É", "Z", "10", "9"], "time": ["2024-01-01"] * 6}
    customers = loyalty.Orders(log, customer="id", time="time").summarize(unit="day")
    assert customers.customer is not None
    assert customers.customer.tolist() == ["10", "9", "Z", "a", "b", "É"]
    log = {"id": [10, -9, 9], "time": ["2024-01-01"] * 3}
    customers = loyalty.Orders(log, customer="id", time="time").summarize(unit="day")
    assert customers.customer is not None
    assert customers.customer.tolist() == [-9, 9, 10]
