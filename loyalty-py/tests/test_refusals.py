"""Logs that cannot be used, each with the message that says why, and logs that only look so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import loyalty

GOOD: dict[str, list[Any]] = {
    "who": ["a", "b", "a"],
    "when": ["2024-01-01", "2024-01-03", "2024-01-15"],
    "paid": [5.0, 20.0, 7.5],
}
NAN, INF = float("nan"), float("inf")
INT64 = "a whole number from -2^63 to 2^63 - 1"
ISO = "a date or time like 1997-09-30 or 1997-09-30T18:30:00, without a zone"


def orders(data: Any, **options: Any) -> loyalty.Orders:
    return loyalty.Orders(data, **{"customer": "who", "time": "when", "amount": "paid", **options})


def refusal(call: Callable[[], Any], error: type[Exception] = loyalty.InputError) -> str:
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


FRAMES: dict[str, Callable[[Any], Any]] = {
    "dict": dict,
    "pandas": pd.DataFrame,
    "polars": lambda data: pl.DataFrame(data, strict=False),
    "pyarrow": lambda data: pa.Table.from_pandas(pd.DataFrame(data)),
    "pyarrow reader": lambda data: pa.Table.from_pandas(pd.DataFrame(data)).to_reader(),
    "duckdb": lambda data: duckdb.from_arrow(pa.Table.from_pandas(pd.DataFrame(data))),
}


@pytest.mark.parametrize("frame", FRAMES)
def test_a_missing_column_is_named_beside_those_that_are_there(frame: str) -> None:
    data = FRAMES[frame](GOOD)
    message = refusal(lambda: orders(data, customer="customer"))
    assert message == 'column "customer" is missing; the table has who, when, paid'


@pytest.mark.parametrize("frame", FRAMES)
def test_a_log_without_rows_is_refused(frame: str) -> None:
    empty = pd.DataFrame(GOOD).iloc[:0].to_dict("list") if frame == "dict" else None
    data = empty or FRAMES[frame]({name: pd.Series(GOOD[name])[:0] for name in GOOD})
    assert refusal(lambda: orders(data)) == "the order log is empty: at least one order"


@pytest.mark.parametrize("frame", FRAMES)
def test_a_log_of_one_order_is_enough(frame: str) -> None:
    customers = orders(
        FRAMES[frame]({name: column[:1] for name, column in GOOD.items()})
    ).summarize(unit="day")
    assert (len(customers), customers.frequency.tolist(), customers.T.tolist()) == (1, [0], [0.0])


def test_a_column_that_stands_in_the_table_twice_is_refused_and_useless_ones_are_not() -> None:
    columns = [pa.array(column) for column in GOOD.values()]
    twice = pa.table([*columns, columns[2]], names=["who", "when", "paid", "paid"])
    namesakes = pa.table(
        [*columns, columns[2], columns[2]], names=["who", "when", "paid", "x", "x"]
    )
    for make in (lambda t: t, pa.Table.to_reader, lambda t: t.to_pandas()):
        assert (
            refusal(lambda make=make: orders(make(twice)))
            == 'column "paid" stands in the table twice'
        )
        assert len(orders(make(namesakes))) == 3
        message = refusal(lambda make=make: orders(make(namesakes), amount="spent"))
        assert message == 'column "spent" is missing; the table has who, when, paid, x, x'


def test_one_column_may_have_two_roles() -> None:
    for frame in FRAMES.values():
        assert len(orders(frame(GOOD), customer="when").summarize(unit="day")) == 3


#: Role, values and what is said of them, whatever holds them.
WRONG_TYPES = [
    ("who", [True, False, True]),
    ("who", [b"a", b"b", b"c"]),
    ("who", [dt.date(2024, 1, 1)] * 3),
    ("who", [("a", 1)] * 3),
    ("who", [1j, 2j, 3j]),
    ("when", [1, 2, 3]),
    ("when", [1.5, 2.0, 3.0]),
    ("when", [True, False, True]),
    ("when", [dt.time(1)] * 3),
    ("when", [dt.timedelta(1)] * 3),
    ("paid", ["1", "2", "3"]),
    ("paid", [True, False, True]),
    ("paid", [dt.datetime(2024, 1, 1)] * 3),
    ("paid", [[1.0], [2.0], [3.0]]),
]
EXPECTED = {"who": "whole numbers or text", "when": "dates or timestamps", "paid": "numbers"}


@pytest.mark.parametrize("frame", ["dict", "pandas", "polars"])
@pytest.mark.parametrize(("role", "values"), WRONG_TYPES, ids=str)
def test_a_column_of_the_wrong_type_is_refused_with_the_type(
    frame: str, role: str, values: list[Any]
) -> None:
    message = refusal(lambda: orders(FRAMES[frame]({**GOOD, role: values}), invalid="drop"))
    hold = f'column "{role}" must hold {EXPECTED[role]}, got '
    kinds = f'column "{role}" must hold numbers, text or times, got '
    complex_ = (
        "the table cannot be read: ('Unsupported numpy type 15', 'Conversion failed for column who"
    )
    assert message.startswith((hold, kinds, complex_)), message


@pytest.mark.parametrize(
    ("role", "values", "message"),
    [
        ("who", [1.5, 2.0, 3.0], f"row 0: must be {INT64}, got 1.5"),
        ("who", [1.0, -INF, 3.0], f"row 1: must be {INT64}, got -inf"),
        ("who", [Decimal("1"), Decimal("2.5"), None], f"row 1: must be {INT64}, got 2.5"),
        ("who", np.array([1, 2**63, 3], dtype=np.uint64), f"row 1: must be {INT64}, got {2**63}"),
        ("who", [1, 2, -(2**63) - 1], f"row 2: must be {INT64}, got {-(2**63) - 1}"),
        ("who", [10**400, 2, 3], f"row 0: must be {INT64}, got one beyond 2^100"),
        ("who", [1, "a", 2], "row 1: must be int as in the rows before, got str"),
        ("who", [None, "a", 2], "row 2: must be str as in the rows before, got int"),
        ("who", ["a", True, "b"], "row 1: must be str as in the rows before, got bool"),
        ("when", ["2024-01-01", "01/02/2024", "x"], f'row 1: must be {ISO}, got "01/02/2024"'),
        ("when", ["2024-02-30", None, None], f'row 0: must be {ISO}, got "2024-02-30"'),
        ("when", ["2024-01-01", "", None], f'row 1: must be {ISO}, got ""'),
        ("when", ["2024-01-01T00:00[Europe/Berlin]"] * 3, f'row 0: must be {ISO}, got "2024-01-01T00:00[Europe/Berlin]"'),
        ("when", ["2024-01-01", dt.date(2024, 1, 1), None], "row 1: must be str as in the rows before, got date"),
        ("paid", [5.0, "6", 7.0], "row 1: must be float as in the rows before, got str"),
    ],
    ids=str,
)  # fmt: skip
def test_a_cell_that_makes_no_sense_is_refused_with_its_row_even_where_rows_are_dropped(
    role: str, values: Any, message: str
) -> None:
    for invalid in ("raise", "drop"):
        found = refusal(lambda invalid=invalid: orders({**GOOD, role: values}, invalid=invalid))
        assert found == f'column "{role}", {message}'
    assert refusal(lambda: orders(pd.DataFrame({**GOOD, role: values}))) == found


def test_an_arrow_id_beyond_64_bits_is_refused_with_its_digits() -> None:
    for table in (
        pa.table({**GOOD, "who": pa.array([1, 2, 2**64 - 1], pa.uint64())}),
        pl.DataFrame({**GOOD, "who": pl.Series([1, 2, 2**64 - 1], dtype=pl.UInt64)}),
    ):
        message = f'column "who", row 2: must be {INT64}, got {2**64 - 1}'
        assert refusal(lambda table=table: orders(table)) == message


MISSING = [
    None,
    NAN,
    pd.NA,
    pd.NaT,
    np.float64("nan"),
    np.datetime64("NaT"),
    Decimal("NaN"),
    Decimal("sNaN"),
]


@pytest.mark.parametrize("gap", MISSING, ids=repr)
@pytest.mark.parametrize("role", ["who", "when", "paid"])
@pytest.mark.parametrize("kind", ["list", "object array", "pandas"])
def test_every_kind_of_gap_is_a_missing_value(gap: Any, role: str, kind: str) -> None:
    values: Any = [GOOD[role][0], gap, GOOD[role][2]]
    if kind == "object array":
        values = np.array(values, dtype=object)
    data = {**GOOD, role: values}
    if kind == "pandas":
        data = pd.DataFrame({**data, role: pd.Series(values, dtype=object)})
    message = f'1 of 3 rows cannot be used: column "{role}" is missing in 1 row (first: row 1)'
    assert refusal(lambda: orders(data)) == message
    assert orders(data, invalid="drop").report.kept == 2


# Not duckdb, which gives a column of nothing but NULL the type of whole numbers.
@pytest.mark.parametrize("frame", ["dict", "pandas", "polars", "pyarrow", "pyarrow reader"])
@pytest.mark.parametrize("role", ["who", "when", "paid"])
def test_a_column_of_nothing_but_gaps_is_missing_in_every_row(frame: str, role: str) -> None:
    message = f'3 of 3 rows cannot be used: column "{role}" is missing in 3 rows (first: row 0)'
    for invalid in ("raise", "drop"):
        data = FRAMES[frame]({**GOOD, role: [None] * 3})
        assert refusal(lambda d=data, i=invalid: orders(d, invalid=i)) == message


@pytest.mark.parametrize(
    ("amounts", "message"),
    [
        ([5.0, -0.01, 0.0], "is negative in 1 row (first: row 1)"),
        ([INF, 1.0, -INF], "is not within 0 to 1e50 in 2 rows (first: row 0)"),
        ([1.1e50, 1e50, 5e-324], "is not within 0 to 1e50 in 1 row (first: row 0)"),
        ([Decimal("Infinity"), 1.0, 1.0], "is not within 0 to 1e50 in 1 row (first: row 0)"),
    ],
    ids=str,
)
def test_amounts_outside_their_domain_are_counted(amounts: list[Any], message: str) -> None:
    found = refusal(lambda: orders({**GOOD, "paid": amounts}))
    assert found.endswith(f'rows cannot be used: column "paid" {message}')


def test_zero_and_minus_zero_are_amounts() -> None:
    customers = orders({**GOOD, "paid": [0.0, -0.0, 1.0]}).summarize(unit="day")
    assert customers.total_amount is not None
    assert customers.total_amount.tolist() == [1.0, 0.0]
    assert not np.signbit(customers.total_amount).any()


@pytest.mark.parametrize(
    "times",
    [
        np.array([2**62, 0, 0], dtype="datetime64[s]"),
        np.array([10**12, 0, 0], dtype="datetime64[D]"),
        np.array([-(2**40), 0, 0], dtype="datetime64[Y]"),
        [np.datetime64(2**62, "s"), np.datetime64(0, "s"), np.datetime64(0, "s")],
        pa.array([2**60, 0, 0], pa.timestamp("s")),
        pa.array([2**62, 0, 0], pa.timestamp("us", tz="Europe/Berlin")),
        pa.array([-(2**50), 0, 0], pa.timestamp("ms")),
    ],
    ids=lambda times: str(getattr(times, "dtype", getattr(times, "type", "list"))),
)
def test_a_time_beyond_the_calendar_is_refused_and_does_not_wrap_around(times: Any) -> None:
    message = refusal(lambda: orders({**GOOD, "when": times}))
    assert message == (
        '1 of 3 rows cannot be used: column "when" is not within the years 0001 to 9999 in 1 row (first: row 0)'
    )


def test_the_report_counts_every_row_once_under_the_first_reason_that_applies() -> None:
    log = {
        "who": ["a", None, "", "b", "b", "b", "b", None],
        "when": ["2024-01-01", None, "2024-01-01", None, *["2024-01-02"] * 4],
        "paid": [1.0, -1.0, NAN, -5.0, None, -1.0, INF, NAN],
    }
    message = (
        '7 of 8 rows cannot be used: column "who" is missing in 3 rows (first: row 1); '
        'column "when" is missing in 1 row (first: row 3); '
        'column "paid" is missing in 1 row (first: row 4); '
        'column "paid" is negative in 1 row (first: row 5); '
        'column "paid" is not within 0 to 1e50 in 1 row (first: row 6)'
    )
    assert refusal(lambda: orders(log)) == message
    report = orders(log, invalid="drop").report
    assert str(report) == message
    assert (report.rows, report.kept) == (8, 1)
    assert [(r.reason, r.column, r.rows, r.first_row) for r in report.refusals] == [
        ("missing_customer", "who", 3, 1),
        ("missing_time", "when", 1, 3),
        ("missing_amount", "paid", 1, 4),
        ("negative_amount", "paid", 1, 5),
        ("amount_out_of_range", "paid", 1, 6),
    ]
    html = report._repr_html_()
    assert '<td>missing_customer</td><td>who</td><td class="r">3</td><td class="r">1</td>' in html


def test_a_clean_log_has_a_report_without_refusals() -> None:
    report = orders(GOOD).report
    assert (report.rows, report.kept, report.refusals) == (3, 3, ())
    assert str(report) == "all 3 rows are in use"


def test_dropping_every_row_is_refused_too() -> None:
    log = {**GOOD, "paid": [-1.0, -2.0, -3.0]}
    message = '3 of 3 rows cannot be used: column "paid" is negative in 3 rows (first: row 0)'
    assert refusal(lambda: orders(log, invalid="drop")) == message


def test_an_unsorted_log_is_the_sorted_one() -> None:
    backwards = {name: column[::-1] for name, column in GOOD.items()}
    assert orders(backwards).summarize() == orders(GOOD).summarize()


def test_two_equal_rows_are_two_order_lines() -> None:
    twice = {name: [column[2], *column] for name, column in GOOD.items()}
    customers = orders(twice).summarize(unit="day")
    assert customers.frequency.tolist() == orders(GOOD).summarize(unit="day").frequency.tolist()
    assert customers.monetary_value is not None
    assert customers.monetary_value.tolist() == [15.0, 0.0]


def test_an_id_of_a_million_characters_is_an_id_and_is_cut_in_messages() -> None:
    long = "x" * 10**6
    customers = orders({**GOOD, "who": [long, "b", long]}).summarize(unit="day")
    assert customers.customer is not None
    assert customers.customer.tolist() == ["b", long]
    assert customers.frequency.tolist() == [0, 1]
    message = refusal(
        lambda: loyalty.CustomerSummary(
            frequency=[0, 0], recency=[0, 0], T=[1, 1], customer=[long, long]
        )
    )
    assert message == (
        'column "customer", row 1: must be different from the ids of all rows before, '
        f'got "{"x" * 60}"… (1000000 characters)'
    )


def test_columns_of_different_lengths_are_refused() -> None:
    message = refusal(lambda: orders({**GOOD, "paid": [1.0, 2.0]}))
    assert message == 'column "paid" has 2 rows, but 3 are expected'
    message = refusal(lambda: orders({**GOOD, "when": GOOD["when"] * 2}))
    assert message == 'column "when" has 6 rows, but 3 are expected'


@pytest.mark.parametrize("data", [None, 3, [1, 2], [{"who": "a"}], np.zeros(3)], ids=repr)
def test_what_is_no_table_is_a_type_error(data: Any) -> None:
    message = refusal(lambda: orders(data), TypeError)
    assert message == (
        "expected a data frame (pandas, polars, pyarrow, duckdb), anything with "
        f"__arrow_c_stream__, or a mapping of columns, got {type(data).__name__}"
    )


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (1.0, "column 'paid' must be an array or a list, got 1.0"),
        ("abc", "column 'paid' must be an array or a list, got 'abc'"),
        (b"abc", "column 'paid' must be an array or a list, got b'abc'"),
        (None, "column 'paid' must be an array or a list, got None"),
    ],
)
def test_what_is_no_column_is_a_type_error(column: Any, message: str) -> None:
    assert refusal(lambda: orders({**GOOD, "paid": column}), TypeError) == message


def test_arrays_of_two_or_no_dimensions_are_refused() -> None:
    for values in (np.zeros((3, 1)), np.array(1.0)):
        message = refusal(lambda values=values: orders({**GOOD, "paid": values}))
        assert message == f'column "paid" must have one dimension, got {values.ndim}'


def test_a_column_is_meant_by_its_name() -> None:
    for role in ("customer", "time", "amount"):
        message = refusal(lambda role=role: orders(GOOD, **{role: 3}), TypeError)
        assert message == "a column of the table is meant by its name, got 3"
    message = refusal(lambda: loyalty.Orders(GOOD, time="when"))
    assert message.startswith("which column is the customer? no column looks so")
    with pytest.raises(TypeError, match="positional"):
        loyalty.Orders(GOOD, "who", "when")  # type: ignore[misc]
