"""Lines and returns as they come."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from shop_lines import DAY, order_lines

import loyalty


def test_days_one_by_one_equal_all_at_once(
    table: pd.DataFrame, split: pd.Timestamp, model: loyalty.ReturnPropensity
) -> None:
    rest = table[table["time"] >= split]
    at_once = model.copy().update(order_lines(rest))
    known = {"returned": None, "return_time": None}
    pieces = []
    for day, lines in rest.groupby("time", sort=True):
        pieces.append(model.update(order_lines(lines, **known)))
        back = rest[(rest["return_time"] >= day) & (rest["return_time"] < day + DAY)]
        # What is older than the horizon counts as kept.
        back = back[back["return_time"] - back["time"] <= 30 * DAY]
        assert model.update_returns(back, line="line", time="return_time")["unknown"] == 0
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), at_once)


def test_returns_in_a_table_of_their_own(table: pd.DataFrame, split: pd.Timestamp) -> None:
    back = table.loc[table["returned_amount"] > 0, ["line", "return_time"]]
    again = back.assign(return_time=back["return_time"] + DAY)
    strange = pd.DataFrame({"line": [-5, -6], "return_time": [split, split]})
    bare = order_lines(table, returned=None, return_time=None)
    assert bare.returned is None
    events = pd.concat([again, back, strange])
    lines, found = bare.with_returns(events, line="line", time="return_time")
    assert found == {"counted": len(back), "unknown": 2, "repeated": len(back), "refused": 0}
    assert lines.returned == len(back) and len(lines) == len(table) and bare.returned is None
    fits = [
        loyalty.ReturnPropensity.fit(known, horizon_days=30)
        for known in (lines, order_lines(table))
    ]
    assert fits[0].model._core.to_json() == fits[1].model._core.to_json()
    early = events.assign(return_time=table["time"].min() - DAY)
    words = 'column "return_time" is before the day of the order in'
    with pytest.raises(loyalty.InputError, match=words):
        bare.with_returns(early, line="line", time="return_time")
    some = pd.concat([back, early.head(3)])
    _, found = bare.with_returns(some, line="line", time="return_time", invalid="drop")
    assert found == {"counted": len(back), "unknown": 0, "repeated": 0, "refused": 3}
    without = order_lines(table, line=None, returned=None, return_time=None)
    with pytest.raises(loyalty.InputError, match="line"):
        without.with_returns(events, line="line", time="return_time")


def test_returns_that_cannot_be_are_refused_and_told_once(
    table: pd.DataFrame, split: pd.Timestamp
) -> None:
    past = order_lines(table[table["time"] < split])
    model = loyalty.ReturnPropensity.fit(past, horizon_days=30).model
    line = int(
        table.loc[(table["time"] < split) & (table["returned_amount"] == 0), "line"].iloc[-1]
    )

    def told(*days: Any, **options: Any) -> dict[str, int]:
        frame = pd.DataFrame({"line": [line] * len(days), "on": pd.to_datetime(list(days))})
        return model.copy().update_returns(frame, line="line", time="on", **options)

    for day, words in [
        ("2001-05-01", "before the day of the order"),
        ("2099-01-01", "more than a year after"),
    ]:
        with pytest.raises(loyalty.InputError, match=words):
            told(day)
        found = told(day, split, invalid="drop")
        assert (found["counted"], found["refused"]) == (1, 1)
    found = told(split, split + DAY)
    assert (found["counted"], found["repeated"], found["ahead"]) == (1, 1, 0)
    with pytest.raises(loyalty.InputError, match="at most 3660 days"):
        model.advance("2099-01-01")
    early = order_lines(table.head(3).assign(time=pd.Timestamp("2001-01-01")))
    with pytest.warns(loyalty.LoyaltyWarning, match="3 of 3 lines are dated before the first day"):
        model.score(early)


def test_a_log_told_again_ends_with_the_same_bits(
    table: pd.DataFrame, split: pd.Timestamp, model: loyalty.ReturnPropensity
) -> None:
    known = {"returned": None, "return_time": None}
    days = [split + DAY * day for day in range(6)]

    def tell(model: loyalty.ReturnPropensity, days: list[pd.Timestamp]) -> pd.DataFrame:
        scores = []
        for day in days:
            of_day = (table["time"] >= day) & (table["time"] < day + DAY)
            scores.append(model.update(order_lines(table[of_day], **known)))
            back = (table["return_time"] >= day) & (table["return_time"] < day + DAY)
            model.update_returns(table[back], line="line", time="return_time")
        return pd.concat(scores, ignore_index=True)

    once = model.copy()
    first = tell(once, days)
    assert not first["told_before"].any()
    crashed = model.copy()
    tell(crashed, days[:4])
    again = tell(crashed, days[1:])
    of_days = table[(table["time"] >= days[1]) & (table["time"] < days[5] + DAY)]
    before = int((of_days["time"] < days[4]).sum())
    assert again["told_before"].tolist() == [True] * before + [False] * (len(of_days) - before)
    assert crashed._core.to_json() == once._core.to_json()
    dearer = table[(table["time"] >= days[2]) & (table["time"] < days[3])].copy()
    dearer["price"] = dearer["price"] + 1
    with pytest.raises(loyalty.InputError, match='"order", row 0: must be one not told before'):
        crashed.update(order_lines(dearer, **known))
    assert crashed._core.to_json() == once._core.to_json()
