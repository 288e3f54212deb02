"""Frames in and out, columns by name, files, reasons."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from shop_lines import DAY, order_lines

import loyalty


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "dict"])
def test_any_frame_in_and_the_same_kind_out(table: pd.DataFrame, kind: str) -> None:
    frames: dict[str, Any] = {
        "pandas": table,
        "polars": pl.from_pandas(table),
        "pyarrow": pl.from_pandas(table).to_arrow(),
        "dict": {name: table[name].to_numpy() for name in table.columns},
    }
    lines = order_lines(frames[kind])
    fit = loyalty.ReturnPropensity.fit(lines, horizon_days=30)
    scores = fit.model.score(lines, level=0.9)
    assert type(scores) is type(frames[kind])
    probability = np.asarray(scores["probability"])
    assert np.all(np.asarray(scores["lower"]) < probability)
    assert np.all(probability < np.asarray(scores["upper"]))
    expected = loyalty.ReturnPropensity.fit(order_lines(table), horizon_days=30).model
    np.testing.assert_array_equal(probability, expected.score(order_lines(table))["probability"])


def test_columns_are_known_by_name(table: pd.DataFrame, split: pd.Timestamp) -> None:
    table = table.assign(brand=table["product"] % 7, months=table["customer"] % 24 + 0.5)
    known, later = table[table["time"] < split], table[table["time"] >= split]
    roles = {"categories": ["category", "brand"], "numbers": ["age", "months"]}
    swapped = {"categories": ["brand", "category"], "numbers": ["months", "age"]}
    model = loyalty.ReturnPropensity.fit(order_lines(known, **roles), horizon_days=30).model
    other = model.copy()
    expected = model.score(order_lines(later, **roles), level=0.9)
    found = other.score(order_lines(later, **swapped), level=0.9)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    expected = model.update(order_lines(later, **roles))
    found = other.update(order_lines(later, **swapped))
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert other.level == model.level


@pytest.mark.parametrize("kind", ["array", "list", "pandas", "polars", "pyarrow"])
def test_flags_are_numbers_where_they_make_sense(kind: str) -> None:
    truth, gaps = [True, False, True, False], [True, None, False, None]
    base = {"customer": [1, 2, 1, 3], "product": [5, 5, 6, 6], "price": [1.0, 2.0, 3.0, 4.0]}
    times = [f"2024-01-0{day}" for day in range(1, 5)]

    def lines(convert: Any, **roles: Any) -> loyalty.OrderLines:
        columns = {**base, "time": times, "back": convert(truth), "sale": convert(gaps)}
        make = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}.get(kind, dict)
        names = {name: name for name in (*base, "time")}
        return loyalty.OrderLines(make(columns), **{**names, **roles})

    def flags(values: list[bool | None]) -> Any:
        if kind == "array" and None not in values:
            return np.array(values)
        return pd.array(values, dtype="boolean") if kind == "pandas" else values

    def numbers(values: list[bool | None]) -> Any:
        return [None if value is None else float(value) for value in values]

    models = [
        loyalty.ReturnPropensity.fit(
            lines(convert, returned="back", numbers=["sale"]), horizon_days=1
        )
        for convert in (flags, numbers)
    ]
    assert models[0].model._core.to_json() == models[1].model._core.to_json()
    with pytest.raises(loyalty.InputError, match='"back" must hold numbers, got Boolean'):
        lines(flags, price="back")
    with pytest.raises(loyalty.InputError, match='"back" must hold .*, got Boolean'):
        lines(flags, customer="back")


def test_files_and_pickles_go_on_where_the_model_was(
    table: pd.DataFrame, split: pd.Timestamp, model: loyalty.ReturnPropensity, tmp_path: Path
) -> None:
    model.save(tmp_path / "returns.json")
    loaded = loyalty.load(tmp_path / "returns.json")
    assert isinstance(loaded, loyalty.ReturnPropensity)
    facts = loaded.facts
    assert facts.model is loaded and repr(facts) == repr(model.facts)
    assert 0 < facts.returned < facts.settled and facts.log_loss < facts.constant_log_loss
    rest = order_lines(table[table["time"] >= split])
    expected = model.copy().update(rest)
    for other in (loaded, pickle.loads(pickle.dumps(model))):
        pd.testing.assert_frame_equal(other.update(rest), expected)
    with pytest.raises(loyalty.ModelFileError, match='kind "bg-nbd" is not "return-propensity"'):
        loyalty.BgNbd(r=0.2, alpha=4.0, a=0.8, b=2.0).save(tmp_path / "other.json")
        loyalty.ReturnPropensity.load(tmp_path / "other.json")


def test_reasons_add_up(table: pd.DataFrame, model: loyalty.ReturnPropensity) -> None:
    lines = order_lines(table.tail(50))
    parts = model.contributions(lines)
    assert {"base", "customer", "product", "category", "price", "level", "age"} <= set(
        parts.columns
    )
    log_odds = parts.sum(axis=1)
    probability = model.score(lines)["probability"]
    np.testing.assert_allclose(1 / (1 + np.exp(-log_odds)), probability, rtol=1e-12)


def test_without_context_customer_and_product_are_what_counts(table: pd.DataFrame) -> None:
    lines = order_lines(table)
    model = loyalty.ReturnPropensity.fit(lines, horizon_days=30, context=False).model
    assert list(model.histories["history"]) == ["customer", "product"]
    parts = model.contributions(lines)
    assert (parts.drop(columns=["base", "customer", "product", "level"]) == 0).all().all()
    assert parts["customer"].std() > 0 and parts["product"].std() > 0
    with pytest.raises(TypeError, match="context must be a bool"):
        loyalty.ReturnPropensity.fit(lines, context="no")  # type: ignore[arg-type]


def test_customers_and_products_have_a_propensity(
    table: pd.DataFrame, model: loyalty.ReturnPropensity
) -> None:
    found = model.customers(table["customer"].unique())
    assert (found["lower"] < found["propensity"]).all() and (
        found["propensity"] < found["upper"]
    ).all()
    rate = found["returns"] / found["exposure"].clip(lower=1)
    assert np.corrcoef(rate, found["propensity"])[0, 1] > 0.5
    unknown = model.products([-1], level=0.5)
    assert unknown["exposure"].tolist() == [0.0]
    with pytest.raises(loyalty.InputError, match="level must be"):
        model.products([1], level=2.0)


def test_the_horizon_suits_a_short_log_without_times(table: pd.DataFrame) -> None:
    first = table["time"].min().normalize()
    short = table[table["time"] < first + 81 * DAY]
    fit = loyalty.ReturnPropensity.fit(order_lines(short, return_time=None))
    assert fit.horizon_days == 20
    assert "within 20 days" in repr(fit)
    assert loyalty.ReturnPropensity.fit(order_lines(table, return_time=None)).horizon_days == 60
    assert loyalty.ReturnPropensity.fit(order_lines(table)).horizon_days == 60
