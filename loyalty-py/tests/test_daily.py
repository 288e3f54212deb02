"""Yesterday's orders added without the log: files of occasions keep all that a summary and a plot need."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import loyalty

LOG = loyalty.datasets.cdnow("pandas")
ZONED = pd.DataFrame(
    {
        "who": ["b", "ä", "b", "c"],
        "at": pd.to_datetime(
            ["2024-03-30 23:30", "2024-03-31 00:30", "2024-10-27 01:30", "2024-12-31 23:59"],
            utc=True,
        ).tz_convert("Europe/Berlin"),
        "paid": [0.1, 0.2, 0.3, 1e9],
    }
)


@pytest.mark.parametrize("with_amounts", [True, False])
def test_a_month_of_days_through_a_file_is_the_whole_log(
    with_amounts: bool, tmp_path: Path
) -> None:
    path = tmp_path / "shop.occasions"
    names = {"customer": "customer_id", "time": "date"}
    names |= {"amount": "amount"} if with_amounts else {}
    known = LOG[LOG["date"] < "1998-06-01"]
    loyalty.Orders(known, **names).occasions().save(path)
    for _, batch in LOG[LOG["date"] >= "1998-06-01"].groupby("date"):
        state = loyalty.Occasions.load(path)
        state.merge(loyalty.Orders(batch, **names).occasions()).save(path)
    whole = loyalty.Orders(LOG, **names)
    state = loyalty.Occasions.load(path)
    assert state == whole.occasions()
    for end in (None, "1998-06-15"):
        assert state.summarize(observation_end=end) == whole.summarize(observation_end=end)
    assert [file.name for file in tmp_path.iterdir()] == ["shop.occasions"]


def test_a_file_keeps_the_clock_the_zone_and_the_ids(tmp_path: Path) -> None:
    path = tmp_path / "zoned.occasions"
    orders = loyalty.Orders(ZONED, customer="who", time="at", amount="paid")
    state = orders.occasions(unit="month", occasion="hour")
    state.save(path)
    again = loyalty.Occasions.load(path, backend="polars")
    assert again == state
    assert (again.unit, again.occasion) == ("month", "hour")
    assert (again.first_order, again.last_order) == (state.first_order, state.last_order)
    assert str(again.first_order) == "2024-03-31T00:30:00.000000"
    frame = again.summarize(observation_end="2024-12-31T23:59+01:00").to_frame()
    assert isinstance(frame, pl.DataFrame)
    assert frame["who"].to_list() == ["b", "ä"]
    model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="month")
    assert (
        loyalty.tracking(model, again)
        .to_frame()
        .equals(pl.from_pandas(loyalty.tracking(model, state).to_frame()))
    )
    assert loyalty.tracking(model, again).start == np.datetime64("2024-03-31T00:30:00")
    assert pickle.loads(pickle.dumps(state)) == state
    with pytest.raises(loyalty.InputError, match="different time zones: Europe/Berlin, none"):
        bare = ZONED.assign(at=ZONED["at"].dt.tz_localize(None))
        named = {"customer": "who", "time": "at", "amount": "paid"}
        again.merge(loyalty.Orders(bare, **named).occasions(unit="month", occasion="hour"))
    with pytest.raises(loyalty.InputError, match="the first batch is in month by hour"):
        again.merge(orders.occasions())


def test_batches_know_whether_they_are_in_already() -> None:
    early, late = LOG[LOG["date"] < "1998-06-01"], LOG[LOG["date"] >= "1998-06-01"]
    state, day = (loyalty.Orders(batch).occasions() for batch in (early, late))
    assert day.first_order > state.last_order
    assert not day.first_order > state.merge(day).last_order
    # Twice is no more purchases, and twice the money of them.
    twice = state.merge(day).merge(day).summarize()
    once = state.merge(day).summarize()
    assert (twice.frequency == once.frequency).all()
    assert twice.total_amount.sum() > once.total_amount.sum()


def test_a_damaged_or_another_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "shop.occasions"
    loyalty.Orders(LOG).occasions().save(path)
    sound = path.read_bytes()
    for content, message in [
        (sound[:-1], "the checksum is that of other content"),
        (
            sound.replace(b'"version":1', b'"version":2'),
            "version 2 is unknown, this library reads 1",
        ),
        (sound.replace(b"loyalty-occasions", b"somebody-elses-oc"), "is not"),
        (b"customer,date\n1,2024-01-01\n", "does not begin as a file of occasions does"),
        (b"", "does not begin as a file of occasions does"),
    ]:
        path.write_bytes(content)
        with pytest.raises(loyalty.ModelFileError, match=message) as refused:
            loyalty.Occasions.load(path)
        assert "shop.occasions" in str(refused.value)
    model = tmp_path / "model.json"
    loyalty.BgNbd(r=1, alpha=2, a=3, b=4).save(model)
    with pytest.raises(loyalty.ModelFileError, match="shop.occasions|file of occasions"):
        loyalty.Occasions.load(model)
    with pytest.raises(loyalty.ModelFileError):
        loyalty.Occasions.load(tmp_path / "none")
    with pytest.raises(loyalty.ModelFileError):
        loyalty.Orders(LOG).occasions().save(tmp_path / "no" / "folder")
