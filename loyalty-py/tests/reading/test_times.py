"""Dates and times in the forms that shops write them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

import loyalty
from loyalty.cli import main


def log(cells: list[str]) -> bytes:
    """A log of one order per cell; cells with commas are quoted."""
    rows = "".join(f'{7 + row % 2},"{cell}",5\n' for row, cell in enumerate(cells))
    return f"customer,date,amount\n{rows}".encode()


def read(cells: list[str], **options: Any) -> list[Any]:
    return loyalty.read_orders(log(cells), **options).frame["date"].to_list()


D = dt.date
T = dt.datetime


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2024-01-02", "2024-12-31"], [D(2024, 1, 2), D(2024, 12, 31)]),
        (["1997-1-1", "1997-10-2"], [D(1997, 1, 1), D(1997, 10, 2)]),
        (["2024/01/02", "2024/3/4"], [D(2024, 1, 2), D(2024, 3, 4)]),
        (["20240306", "20241231"], [D(2024, 3, 6), D(2024, 12, 31)]),
        (["31.12.2014", "08.03.2014"], [D(2014, 12, 31), D(2014, 3, 8)]),
        (["08.03.2014", "01.02.2014"], [D(2014, 3, 8), D(2014, 2, 1)]),
        (["08/03/2014", "25/03/2014"], [D(2014, 3, 8), D(2014, 3, 25)]),
        (["03/06/2024", "03/26/2024"], [D(2024, 3, 6), D(2024, 3, 26)]),
        (["11/8/2018", "6/16/2018"], [D(2018, 11, 8), D(2018, 6, 16)]),
        (["2/24/03", "5/7/03"], [D(2003, 2, 24), D(2003, 5, 7)]),
        (["24.2.99", "5.7.03"], [D(1999, 2, 24), D(2003, 7, 5)]),
        (["11-Feb-17", "05-Mar-18"], [D(2017, 2, 11), D(2018, 3, 5)]),
        (["06-Mar-2024", "6 March 2024"], [D(2024, 3, 6), D(2024, 3, 6)]),
        (["1. Dezember 2023", "15. März 2024"], [D(2023, 12, 1), D(2024, 3, 15)]),
        (["March 6, 2024", "Dec 31st, 2024"], [D(2024, 3, 6), D(2024, 12, 31)]),
        (["Mon, 01 Jan 2024", "Tue, 02 Jan 2024"], [D(2024, 1, 1), D(2024, 1, 2)]),
    ],
)  # fmt: skip
def test_dates_are_read_in_every_form(cells: list[str], expected: list[Any]) -> None:
    assert read(cells) == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2024-01-02 09:59:00", "2024-01-03 23:00:01"], [T(2024, 1, 2, 9, 59), T(2024, 1, 3, 23, 0, 1)]),
        (["2024-01-02T09:59:00.250", "2024-01-03T23:00:01.5"], [T(2024, 1, 2, 9, 59, 0, 250_000), T(2024, 1, 3, 23, 0, 1, 500_000)]),
        (["2024-03-06 08:26", "2024-03-06"], [T(2024, 3, 6, 8, 26), T(2024, 3, 6)]),
        (["12/1/2010 8:26", "12/13/2010 14:01"], [T(2010, 12, 1, 8, 26), T(2010, 12, 13, 14, 1)]),
        (["13.12.2010 14:01 Uhr", "01.12.2010 8:26 Uhr"], [T(2010, 12, 13, 14, 1), T(2010, 12, 1, 8, 26)]),
        (["12/13/2010 8:26 PM", "12/14/2010 12:05 AM"], [T(2010, 12, 13, 20, 26), T(2010, 12, 14, 0, 5)]),
        (["12/13/2010, 12:05:09 p.m.", "12/14/2010, 1:00:00 a.m."], [T(2010, 12, 13, 12, 5, 9), T(2010, 12, 14, 1)]),
        (["1996-07-04 00:00:00.000", "1996-07-05 00:00:00.000"], [T(1996, 7, 4), T(1996, 7, 5)]),
    ],
)  # fmt: skip
def test_times_of_day_are_read_in_every_form(cells: list[str], expected: list[Any]) -> None:
    assert read(cells) == expected


@pytest.mark.parametrize(
    ("cells", "expected", "what"),
    [
        (["45293", "45324"], [D(2024, 1, 2), D(2024, 2, 2)], "days as Excel counts them"),
        (["45293.5", "45324.25"], [T(2024, 1, 2, 12), T(2024, 2, 2, 6)], "days as Excel counts them"),
        (["1704189600", "1706868000"], [T(2024, 1, 2, 10), T(2024, 2, 2, 10)], "seconds since 1970"),
        (["1704189600500", "1706868000000"], [T(2024, 1, 2, 10, 0, 0, 500_000), T(2024, 2, 2, 10)], "milliseconds since 1970"),
    ],
)  # fmt: skip
def test_counts_of_time_are_read_and_told(cells: list[str], expected: list[Any], what: str) -> None:
    table = loyalty.read_orders(log(cells))
    zone = None if what.startswith("days") else dt.UTC
    want = [
        each.replace(tzinfo=zone) if isinstance(each, dt.datetime) else each for each in expected
    ]
    assert table.frame["date"].to_list() == want
    assert what in table.understood.guessed[0]
    numbers = pl.DataFrame({"customer": [7, 8], "date": list(map(float, cells)), "amount": [5, 5]})
    assert loyalty.read_orders(numbers).frame["date"].to_list() == want


@pytest.mark.parametrize(
    "cells",
    [["2024-01-02T23:30:00Z", "2024-02-02T23:30:00Z"], ["2024-01-02 23:30:00 UTC"] * 2],
)
def test_times_in_utc_are_of_the_zone_asked_for(cells: list[str]) -> None:
    assert [time.day for time in read(cells)] == [2, 2]
    assert [time.day for time in read(cells, time_zone="Europe/Berlin")] == [3, 3]
    assert read(cells)[0].utcoffset() == dt.timedelta(0)


def test_times_with_an_offset_are_on_the_clock_of_the_log_or_of_the_zone() -> None:
    cells = ["2024-01-02 09:59:00 +0100", "2024-07-02 00:30:00 +0200"]
    table = loyalty.read_orders(log(cells))
    assert table.frame["date"].to_list() == [T(2024, 1, 2, 9, 59), T(2024, 7, 2, 0, 30)]
    assert "as the clock showed (zones +0100, +0200)" in table.understood.guessed[0]
    utc = read(cells, time_zone="UTC")
    assert [time.replace(tzinfo=None) for time in utc] == [
        T(2024, 1, 2, 8, 59),
        T(2024, 7, 1, 22, 30),
    ]
    assert [str(time)[:16] for time in read(cells, time_zone="Europe/Berlin")] == [
        "2024-01-02 09:59",
        "2024-07-02 00:30",
    ]


def test_negative_offsets_are_to_the_west() -> None:
    utc = read(["2024-01-02T20:00:00-05:00", "2024-01-03T20:00:00-05:00"], time_zone="UTC")
    assert [time.replace(tzinfo=None) for time in utc] == [T(2024, 1, 3, 1), T(2024, 1, 4, 1)]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["03/04/2024", "05/06/2024"], 'column "date": "03/04/2024" in line 2 may be 3 April 2024 or 4 March 2024'),
        (["01-02-2024", "05-06-2024"], 'column "date": "01-02-2024" in line 2 may be 1 February 2024 or 2 January 2024'),
        (["13/04/2024", "05/16/2024"], 'the day is first in "13/04/2024" in line 2 and second in "05/16/2024" in line 3'),
        (["2024-01-02", "2024-01-03", "04/13/2024"], 'dates are written in two forms, as "2024-01-02" in line 2 and "04/13/2024" in line 4'),
        (["2024-01-02", "2024-02-30"], 'column "date", line 3: must be a date or time like 1997-09-30 or 1997-09-30 18:30, got "2024-02-30"'),
        (["2024-01-02 24:00:00"], 'column "date", line 2: must be a date or time'),
        (["12/13/2024 13:00 PM"], 'column "date", line 2: must be a date or time'),
        ([f"24-0{month}-{day:02}" for month in (1, 2) for day in range(1, 29)], 'may have its year in front'),
        (["yesterday", "today"], 'column "date", line 2: must be a date or time'),
        (["5", "6"], "it holds numbers such as 5 that are neither days as Excel counts them nor seconds"),
        (["2024-01-02 10:00 +0100", "2024-01-02 10:00"], "some times have a zone and some have none"),
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_or_none_is_refused_with_the_cell(
    cells: list[str], message: str, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(loyalty.InputError) as refused:
        read(cells)
    assert message in str(refused.value)
    path = tmp_path / "orders.csv"
    path.write_bytes(log(cells))
    assert main(["score", str(path)]) == 1
    said = capsys.readouterr().err
    assert message in said
    assert said.count(str(path)) == 1


@pytest.mark.parametrize(
    ("options", "arguments", "expected"),
    [
        ({"day_first": True}, ["--day-first"], [D(2024, 4, 3), D(2024, 6, 5)]),
        ({"day_first": False}, ["--no-day-first"], [D(2024, 3, 4), D(2024, 5, 6)]),
        ({"time_format": "%d/%m/%Y"}, ["--time-format", "%d/%m/%Y"], [D(2024, 4, 3), D(2024, 6, 5)]),
    ],
)  # fmt: skip
def test_an_option_decides_between_two_readings(
    options: dict[str, Any],
    arguments: list[str],
    expected: list[Any],
    tmp_path: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cells = ["03/04/2024", "05/06/2024"]
    assert read(cells, **options) == expected
    path = tmp_path / "orders.csv"
    path.write_bytes(log(cells))
    assert main(["score", str(path), *arguments]) == 0
    assert f"{expected[0]} to {expected[1]}" in capsys.readouterr().err


def test_a_format_that_does_not_fit_is_refused_with_the_cell() -> None:
    with pytest.raises(loyalty.InputError, match='line 3: must be like %d.%m.%Y, got "2024-01-03"'):
        read(["01.02.2024", "2024-01-03"], time_format="%d.%m.%Y")
    assert (
        read(["5. 3 2024 10h30"] * 2, time_format="%d. %m %Y %Hh%M") == [T(2024, 3, 5, 10, 30)] * 2
    )


def test_a_zone_is_asked_of_times_that_have_one() -> None:
    with pytest.raises(
        loyalty.InputError, match='needs times with a zone, but column "date" has none'
    ):
        read(["2024-01-02", "2024-01-03"], time_zone="Europe/Berlin")
    with pytest.raises(loyalty.InputError, match="time zone 'Berlin' is not known"):
        read(["2024-01-02T00:00:00Z"] * 2, time_zone="Berlin")


def test_missing_times_are_missing() -> None:
    assert read(["01.02.2024", "", "NULL", "-", "13.02.2024"]) == [
        D(2024, 2, 1), None, None, None, D(2024, 2, 13)
    ]  # fmt: skip


def test_a_few_broken_dates_are_missing_where_rows_may_be_dropped() -> None:
    cells = ["2024-01-02"] * 40 + ["2024-02-30"]
    with pytest.raises(loyalty.InputError, match="takes such cells as missing"):
        read(cells)
    table = loyalty.read_orders(log(cells), invalid="drop")
    assert table.frame["date"].null_count() == 1
    assert table.unreadable[0].count == 1
    assert "line 42: must be a date" in table.understood.left_out[0]
    with pytest.raises(loyalty.InputError, match="must be a date or time"):
        read(["2024-01-02", "x", "y"], invalid="drop")
