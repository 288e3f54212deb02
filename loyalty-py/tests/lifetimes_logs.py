"""Logs on which the summaries are compared with those of lifetimes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd


class Log(NamedTuple):
    lines: pd.DataFrame
    #: A day within the log, and a time within a day.
    ends: tuple[str, str]
    #: The last microsecond of a Sunday: the end of an hour, a day and a week.
    calibration_end: str
    holdout_end: str


def cdnow_sample(folder: Path, _: Callable[[str], Path]) -> Log:
    names = ["master", "id", "time", "discs", "amount"]
    lines = pd.read_csv(folder / "CDNOW_sample.txt", sep=r"\s+", header=None, names=names)
    return cdnow(lines)


def cdnow_master(folder: Path, _: Callable[[str], Path]) -> Log:
    names = ["id", "time", "discs", "amount"]
    lines = pd.read_csv(folder / "CDNOW_master.txt", sep=r"\s+", header=0, names=names)
    assert len(lines) == 69_659
    return cdnow(lines)


def cdnow(lines: pd.DataFrame) -> Log:
    lines["time"] = pd.to_datetime(lines["time"].astype(str), format="%Y%m%d")
    lines["cents"] = (lines["amount"] * 100).round()
    sundays = "1997-09-28 23:59:59.999999", "1998-03-29 23:59:59.999999"
    return Log(lines, ("1997-09-30", "1998-02-03 17:20"), *sundays)


def example_transactions(folder: Path, _: Callable[[str], Path]) -> Log:
    lines = pd.read_csv(folder / "example_transactions.csv", parse_dates=["date"])
    lines = lines.rename(columns={"date": "time"})
    # It has no amounts; any whole number does.
    lines["cents"] = np.arange(len(lines)) % 997 * 7.0
    sundays = "2014-08-31 23:59:59.999999", "2014-11-30 23:59:59.999999"
    return Log(lines, ("2014-09-30", "2014-06-01 09:00"), *sundays)


def online_retail(_: Path, shared_data: Callable[[str], Path]) -> Log:
    """Online Retail II (UCI, CC BY 4.0) without the lines that are no purchases; its times have minutes."""
    path = shared_data("online_retail_ii.parquet")
    lines = pd.read_parquet(path, columns=["cust", "time", "qty", "price"])
    lines = lines[lines["cust"].notna() & (lines["qty"] > 0) & (lines["price"] > 0)]
    lines = lines.rename(columns={"cust": "id"})
    lines["amount"] = lines["qty"] * lines["price"]
    lines["cents"] = (lines["amount"] * 100).round()
    sundays = "2011-10-16 23:59:59.999999", "2011-12-04 23:59:59.999999"
    return Log(lines, ("2011-06-30", "2010-11-29 12:30"), *sundays)


#: Each reads one log, given the folder of lifetimes' data and the finder of those beside the project.
READERS = [cdnow_sample, cdnow_master, example_transactions, online_retail]
