"""Simulated shops in Python: the tables of the core, in the kind of frame asked for."""

from __future__ import annotations

import datetime as dt
import pickle
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import loyalty
from loyalty import _native

DOCS = Path(__file__).resolve().parents[2] / "docs" / "simulation.md"


@pytest.mark.parametrize(
    ("backend", "kind"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame), ("pyarrow", pa.Table)]
)
def test_every_kind_of_frame_holds_the_same_shop(backend: str, kind: type) -> None:
    shop = loyalty.simulate(300, seed=3, backend=backend)
    expected = loyalty.simulate(300, seed=3, backend="polars")
    for name in ("lines", "line_truth", "contacts", "truth"):
        frame, same = getattr(shop, name), getattr(expected, name)
        assert isinstance(frame, kind)
        got = pl.DataFrame(frame) if backend != "pandas" else pl.from_pandas(frame)
        assert got.columns == same.columns
        for column in got.columns:
            assert got[column].null_count() == same[column].null_count(), column
            assert got[column].equals(same[column].cast(got[column].dtype)), column


def test_missing_values_are_missing() -> None:
    shop = loyalty.simulate(300, backend="polars")
    lines, truth = shop.lines, shop.truth
    returned = lines["return_time"].is_not_null()
    assert 0 < returned.sum() < len(lines)
    assert (lines["returned_amount"] > 0).sum() == returned.sum()
    assert (truth["budget"].is_not_null() == truth["fixed_budget"]).all()
    assert dt.datetime(2024, 1, 1) <= lines["time"].min() < dt.datetime(2024, 1, 15)


def test_threads_change_nothing_and_a_shop_survives_pickling() -> None:
    shop = loyalty.simulate(9000, seed=2**64 - 1, threads=1, days=200, acquisition_days=100)
    again = pickle.loads(pickle.dumps(shop))
    other = loyalty.simulate(9000, seed=2**64 - 1, threads=3, days=200, acquisition_days=100)
    for same in (again, other):
        assert shop.lines.equals(same.lines)
        assert shop.truth.equals(same.truth)
    assert repr(again) == repr(shop)
    assert "reverser_share" in shop._repr_html_()


def test_a_shop_goes_through_the_library() -> None:
    shop = loyalty.simulate(2000, seed=5)
    scores = loyalty.score(shop.orders(), observation_end="2025-12-31")
    assert len(scores) == 2000
    assert [note.split(",")[0] for note in scores.notes] == [
        "purchases: the BG/NBD",
        "P(alive) of the 50 who bought once is 1 by assumption of the BG/NBD",
    ]
    shop_alone = loyalty.simulate(2000, seed=5, contact_exposure="months")
    assert len(shop_alone.contacts) != len(shop.contacts)


def test_options_are_typed_documented_and_complete() -> None:
    names = [name for name, _, _ in _native.shop_options()]
    assert names == ["customers", *get_type_hints(loyalty.ShopOptions)]
    shop = loyalty.simulate(50, null=True, contact_spread=0.25)
    assert shop.options["contact_spread"] == 0.25
    assert shop.options["demander_share"] == 0.0
    if DOCS.exists():
        page = DOCS.read_text("utf-8").partition("## Options")[2]
        for name, default, _ in _native.shop_options()[1:]:
            assert f"`{name}`" in page, name
            row = next(
                line for line in page.split("\n") if line.startswith("|") and f"`{name}`" in line
            )
            assert f"{default:g}" in row, (name, default)


def test_refusals() -> None:
    simulate = loyalty.simulate
    with pytest.raises(loyalty.InputError, match="margin must be from 0 to 1, got 2"):
        simulate(10, margin=2)
    with pytest.raises(loyalty.InputError, match="margin must be .* got NaN"):
        simulate(10, margin=np.nan)
    with pytest.raises(loyalty.InputError, match="option of a shop must be"):
        simulate(10, margins=0.2)  # type: ignore[call-arg]
    with pytest.raises(
        loyalty.InputError, match="contact_exposure must be orders, revenue or months"
    ):
        simulate(10, contact_exposure="weeks")  # type: ignore[arg-type]
    with pytest.raises(loyalty.InputError, match="seed must be"):
        simulate(10, seed=-1)
    with pytest.raises(loyalty.InputError, match="customers must be"):
        simulate(0)
    with pytest.raises(TypeError, match="margin must be a number"):
        simulate(10, margin="0.3")  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        simulate(10).lines = None  # type: ignore[misc]
