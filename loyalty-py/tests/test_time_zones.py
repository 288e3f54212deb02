"""Days are days on the wall clock of the column's zone, or of the zone asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import loyalty

BERLIN, NEW_YORK, INDIA = "Europe/Berlin", "America/New_York", "+05:30"


def orders(times: Any, **options: Any) -> loyalty.Orders:
    """A log of one order a customer; the customers are numbered in order of the rows."""
    return loyalty.Orders(
        {"id": list(range(len(times))), "time": times}, customer="id", time="time", **options
    )


def instants(texts: list[str], zone: str) -> pa.ChunkedArray:
    """Instants written in UTC, as a column of a zone."""
    times = [dt.datetime.fromisoformat(text) for text in texts]
    return pa.chunked_array([pa.array(times, pa.timestamp("us", tz=zone))])


@pytest.mark.parametrize(
    ("zone", "utc", "local_day"),
    [
        (BERLIN, "2024-01-14T22:59:59.999999+00:00", "2024-01-14"),
        (BERLIN, "2024-01-14T23:00:00+00:00", "2024-01-15"),
        # Summer time, from 2024-03-31T01:00Z to 2024-10-27T01:00Z.
        (BERLIN, "2024-03-30T22:59:59+00:00", "2024-03-30"),
        (BERLIN, "2024-03-30T23:00:00+00:00", "2024-03-31"),
        (BERLIN, "2024-03-31T21:59:59+00:00", "2024-03-31"),
        (BERLIN, "2024-03-31T22:00:00+00:00", "2024-04-01"),
        (BERLIN, "2024-10-26T22:00:00+00:00", "2024-10-27"),
        (BERLIN, "2024-10-27T22:59:59+00:00", "2024-10-27"),
        (BERLIN, "2024-10-27T23:00:00+00:00", "2024-10-28"),
        (NEW_YORK, "2024-03-11T03:59:59+00:00", "2024-03-10"),
        (NEW_YORK, "2024-03-11T04:00:00+00:00", "2024-03-11"),
        (NEW_YORK, "2024-03-10T04:59:59+00:00", "2024-03-09"),
        (NEW_YORK, "2024-11-04T04:59:59+00:00", "2024-11-03"),
        (NEW_YORK, "2024-11-04T05:00:00+00:00", "2024-11-04"),
        (INDIA, "2024-05-01T18:29:59+00:00", "2024-05-01"),
        (INDIA, "2024-05-01T18:30:00+00:00", "2024-05-02"),
        ("-03:30", "2024-05-01T03:29:59+00:00", "2024-04-30"),
        ("UTC", "2024-05-01T23:59:59.999999+00:00", "2024-05-01"),
        # A whole day that the clocks of Samoa jumped over.
        ("Pacific/Apia", "2011-12-30T09:59:59+00:00", "2011-12-29"),
        ("Pacific/Apia", "2011-12-30T10:00:00+00:00", "2011-12-31"),
    ],
)
def test_an_instant_near_midnight_counts_on_the_local_day(
    zone: str, utc: str, local_day: str
) -> None:
    log = orders(instants([utc, "2025-01-01T12:00:00+00:00"], zone))
    customers = log.summarize(unit="day", observation_end="2025-01-01")
    expected = (np.datetime64("2025-01-01") - np.datetime64(local_day)).astype(int)
    assert customers.T[0] == expected


ZONES = [
    BERLIN,
    NEW_YORK,
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "UTC",
]
#: Up to a year about which every release of the time zone data agrees.
moments = st.datetimes(
    dt.datetime(1971, 1, 1), dt.datetime(2023, 12, 31), timezones=st.just(dt.UTC)
)


@given(zone=st.sampled_from(ZONES), times=st.lists(moments, min_size=2, max_size=30))
@settings(max_examples=200)
def test_a_column_of_a_zone_gives_what_its_wall_clock_gives(
    zone: str, times: list[dt.datetime]
) -> None:
    """The clock on the wall by the time zones of Python."""
    wall = [time.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for time in times]
    ids = [row % 3 for row in range(len(times))]
    for unit, occasion in (
        ("day", None),
        ("hour", None),
        ("day", "exact"),
        ("calendar_month", None),
    ):
        ours, expected = (
            loyalty.Orders({"id": ids, "time": column}, customer="id", time="time").summarize(
                unit=unit, occasion=occasion
            )
            for column in (pa.chunked_array([pa.array(times, pa.timestamp("us", tz=zone))]), wall)
        )
        assert ours == expected


def test_an_instant_at_the_change_of_the_clocks_does_not_change_those_before_it() -> None:
    """At 2024-03-31T01:00Z the clocks of Berlin go from 02:00 to 03:00."""
    change, before = "2024-03-31T01:00:00+00:00", "2024-03-31T00:59:59+00:00"
    for texts, expected in (([change, before], [0, 2]), ([before, change], [2, 0])):
        assert orders(instants(texts, BERLIN)).summarize(unit="hour").T.tolist() == expected


def test_every_kind_of_column_with_a_zone_counts_alike() -> None:
    texts = ["2024-03-30T23:30:00+00:00", "2024-07-01T21:59:00+00:00", "2024-12-31T23:00:00+00:00"]
    arrow = instants(texts, BERLIN)
    series = pd.to_datetime(pd.Series(texts)).dt.tz_convert(BERLIN)
    expected = orders(arrow).summarize(unit="day")
    assert expected.T.tolist() == [276, 184, 0]
    columns = {
        "pandas": series,
        "pandas with seconds": series.dt.as_unit("s"),
        "pandas index": pd.DatetimeIndex(series),
        "polars": pl.Series(texts).str.to_datetime(time_zone="UTC").dt.convert_time_zone(BERLIN),
        "pyarrow ns": arrow.cast(pa.timestamp("ns", tz=BERLIN)),
        "pyarrow s": arrow.cast(pa.timestamp("s", tz=BERLIN)),
        "pyarrow array": arrow.combine_chunks(),
        "datetimes": [time.to_pydatetime() for time in series],
        "zoneinfo": [dt.datetime.fromisoformat(t).astimezone(ZoneInfo(BERLIN)) for t in texts],
        "object array": np.array(list(series), dtype=object),
        "with gaps": pd.concat([series, pd.Series([pd.NaT])]).iloc[:3],
    }
    for kind, column in columns.items():
        assert orders(column).summarize(unit="day") == expected, kind


def test_a_duckdb_timestamp_with_time_zone_counts_in_the_zone_asked_for() -> None:
    relation = duckdb.sql(
        "select * from (values (1, timestamptz '2024-01-01 23:30:00+00'), (2, timestamptz '2024-01-05 12:00:00+00'))"
        " log(id, time)"
    )
    log = loyalty.Orders(relation, customer="id", time="time", time_zone=BERLIN)
    assert log.summarize(unit="day").T.tolist() == [3, 0]


def test_a_zone_asked_for_replaces_the_zone_of_the_column() -> None:
    utc = ["2024-07-01T03:00:00+00:00", "2024-07-01T23:00:00+00:00"]
    days = {None: [0, 0], BERLIN: [1, 0], NEW_YORK: [1, 0], "UTC": [0, 0], INDIA: [1, 0]}
    for zone, expected in days.items():
        log = orders(instants(utc, "UTC"), time_zone=zone)
        assert log.summarize(unit="day").T.tolist() == expected, zone
    assert repr(orders(instants(utc, BERLIN), time_zone=NEW_YORK)).endswith(
        "2024-06-30 to 2024-07-01>"
    )


def test_offsets_of_one_length_are_a_zone_and_different_ones_are_refused_with_the_row() -> None:
    early, late = (
        dt.timezone(dt.timedelta(hours=-8)),
        dt.timezone(dt.timedelta(hours=5, minutes=30)),
    )
    midnight = dt.datetime(2024, 1, 1)
    same = [midnight.replace(tzinfo=late), midnight.replace(tzinfo=late, day=2)]
    assert orders(same).summarize(unit="day").T.tolist() == [1, 0]
    mixtures = {
        (late, early): "+05:30, got -08:00",
        (dt.UTC, None): "UTC, got none",
        (None, dt.UTC): "none, got UTC",
        (ZoneInfo(BERLIN), ZoneInfo(NEW_YORK)): f"{BERLIN}, got {NEW_YORK}",
    }
    for (first, other), named in mixtures.items():
        times = [midnight.replace(tzinfo=first), None, midnight.replace(tzinfo=other)]
        for column in (times, pd.Series(times, dtype=object), np.array(times, dtype=object)):
            with pytest.raises(loyalty.InputError) as refused:
                orders(column, invalid="drop")
            assert str(refused.value) == (
                f'column "time", row 2: must be in the time zone of the rows before, {named}'
            )


def test_a_zone_for_times_without_one_is_refused() -> None:
    message = 'time_zone="Europe/Berlin" needs times with a zone, but column "time" has none'
    for column in (
        ["2024-01-01"],
        [dt.date(2024, 1, 1)],
        np.array(["2024-01-01"], "M8[D]"),
        [None],
    ):
        with pytest.raises(loyalty.InputError) as refused:
            orders(column, time_zone=BERLIN)
        assert str(refused.value) == message


@pytest.mark.parametrize("zone", ["Mars/Base", "", "Europe", "25:00"])
def test_an_unknown_zone_is_refused_by_its_name(zone: str) -> None:
    with pytest.raises(loyalty.InputError) as refused:
        orders(instants(["2024-01-01T00:00:00+00:00"], "UTC"), time_zone=zone)
    assert str(refused.value) == f'the time zone "{zone}" is unknown'


def test_text_with_an_offset_is_refused_as_it_could_differ_from_row_to_row() -> None:
    for text in (
        "2024-01-01T00:00:00Z",
        "2024-01-01T00:00:00+02:00",
        "2024-01-01T00:00[Europe/Berlin]",
    ):
        with pytest.raises(
            loyalty.InputError, match="row 1: must be a date or time like .* without a zone"
        ):
            orders(["2024-01-01", text])


LOCAL = ["2024-06-30T21:30:00+00:00", "2024-06-30T22:30:00+00:00", "2024-07-31T12:00:00+00:00"]


@pytest.mark.parametrize(
    "end",
    [
        "2024-07-01",
        dt.date(2024, 7, 1),
        dt.datetime(2024, 7, 1, 5),
        np.datetime64("2024-07-01T23:59"),
        "2024-06-30T23:00:00Z",
        "2024-06-30T18:00:00-05:00",
        dt.datetime(2024, 6, 30, 22, tzinfo=dt.UTC),
        dt.datetime(2024, 7, 1, 23, 59, tzinfo=ZoneInfo(BERLIN)),
        pd.Timestamp("2024-07-01 23:59:59.999999", tz=BERLIN),
        pd.Timestamp("2024-07-02 03:00", tz="Asia/Kolkata"),
    ],
    ids=str,
)
def test_an_end_with_a_zone_is_read_on_the_clock_of_the_log_and_one_without_is_on_it(
    end: Any,
) -> None:
    log = orders(instants(LOCAL, BERLIN))
    customers = log.summarize(unit="day", observation_end=end)
    # In Berlin the first order is of June and the second of the first of July.
    assert customers.T.tolist() == [1, 0]
    assert customers.left_out == {"customers": 1, "occasions": 1}
    split = log.calibration_holdout(end, unit="day")
    assert split.born_in_holdout == 1
    assert split.holdout_duration == 30


def test_an_end_with_a_zone_needs_orders_with_one() -> None:
    log = orders(["2024-01-01", "2024-01-05"])
    for end in ("2024-01-03T00:00:00Z", dt.datetime(2024, 1, 3, tzinfo=dt.UTC)):
        with pytest.raises(loyalty.InputError) as refused:
            log.summarize(unit="day", observation_end=end)
        assert str(refused.value) == (
            "observation_end has a time zone, but the times of the orders have none"
        )
        with pytest.raises(loyalty.InputError, match="^calibration_end has a time zone, but"):
            log.calibration_holdout(end)


def test_batches_of_different_zones_do_not_merge() -> None:
    utc = ["2024-01-01T12:00:00+00:00"]
    states = [orders(instants(utc, zone)).occasions(unit="day") for zone in (BERLIN, NEW_YORK)]
    naive = orders(["2024-01-01"]).occasions(unit="day")
    with pytest.raises(loyalty.InputError) as refused:
        states[0].merge(states[1])
    assert str(refused.value) == f"the batches have different time zones: {BERLIN}, {NEW_YORK}"
    with pytest.raises(loyalty.InputError, match=f"different time zones: {BERLIN}, none"):
        states[0].merge(naive)


def test_the_first_and_last_hours_of_the_calendar_are_read_in_every_zone() -> None:
    first, last = dt.datetime(1, 1, 1, 0, 30), dt.datetime(9999, 12, 31, 23, 30)
    for offset in (dt.timedelta(hours=5), dt.timedelta(hours=-5)):
        zone = dt.timezone(offset)
        log = orders([first.replace(tzinfo=zone), last.replace(tzinfo=zone)])
        assert repr(log).endswith("0001-01-01 to 9999-12-31>")
