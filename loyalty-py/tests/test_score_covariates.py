"""Scores in one call by models that have learnt from what else is known of customers."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import polars as pl
import pytest

import loyalty

END = "1997-09-30"


@pytest.fixture(scope="module")
def log() -> pl.DataFrame:
    return loyalty.datasets.cdnow("polars")


@pytest.fixture(scope="module")
def known(log: pl.DataFrame) -> pl.DataFrame:
    first = log.sort("date").group_by("customer_id", maintain_order=True).first()
    return first.select(
        "customer_id", large=pl.col("amount") > 30, region=pl.col("customer_id") % 3 + 1
    ).reverse()


@pytest.fixture(scope="module")
def scores(log: pl.DataFrame, known: pl.DataFrame) -> loyalty.Scores:
    return loyalty.score(
        log, observation_end=END, covariates=known.drop("region"), margin=0.3, horizon=26
    )


def test_columns_are_those_of_the_fits(known: pl.DataFrame, scores: loyalty.Scores) -> None:
    table = known.drop("region")
    customers = scores.customers
    purchases = loyalty.MbgNbd.fit(customers, covariates=table)
    spend = loyalty.GammaGamma.fit(customers, covariates=table)
    assert scores.purchases == purchases and scores.spend == spend
    frame = scores.to_frame()
    by = {"covariates": table}
    ahead: dict[str, Any] = {"horizon": 26, "annual_discount_rate": 0.1, "margin": 0.3}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", loyalty.LoyaltyWarning)
        value = loyalty.clv(customers, purchases, spend, **by, **ahead)
    expected = {
        "p_alive": purchases.p_alive(customers, **by),
        "expected_purchases": purchases.expected_purchases(customers, 26, **by),
        "expected_spend": spend.expected_spend(customers, **by),
        "clv": value,
    }
    for name, found in expected.items():
        assert frame[name].equals(found[name]), name


def test_all_else_is_as_without_covariates(log: pl.DataFrame, scores: loyalty.Scores) -> None:
    plain = loyalty.score(log, observation_end=END, margin=0.3, horizon=26)
    frame, without = scores.to_frame(), plain.to_frame()
    assert frame.columns == without.columns[:14]
    same = without.columns[:10]
    assert same[-1] == "segment"
    assert frame.select(same).equals(without.select(same), null_equal=True)
    assert not frame["clv"].equals(without["clv"])
    assert str(scores.table_report) == str(plain.table_report)
    assert scores.notes == (
        "after the observation end: 1882 occasions",
        "profit, costly behaviours and treatments are not computed with covariates",
    )
    with pytest.raises(loyalty.InputError, match="a report rests on models without covariates"):
        scores.report()


def test_numbers_may_name_levels(log: pl.DataFrame, known: pl.DataFrame) -> None:
    how = {"observation_end": END, "covariates": known.drop("large")}
    number = loyalty.score(log, **how).purchases
    levels = loyalty.score(log, levels=["region"], **how).purchases
    mapping = {name: known[name].to_list() for name in ("customer_id", "region")}
    same = loyalty.score(log, observation_end=END, covariates=mapping, levels=["region"])
    assert [name for name in number.parameters if ":" in name] == [
        "purchase:region",
        "dropout:region",
    ]
    assert sum("purchase:region=" in name for name in levels.parameters) == 2
    assert same.purchases.parameters == levels.parameters


def test_models_that_are_fitted_are_taken_as_they_are(
    known: pl.DataFrame, scores: loyalty.Scores
) -> None:
    how = {"covariates": known.drop("region"), "margin": 0.3, "horizon": 26}
    for when, amounts in (
        (scores.purchases, scores.spend),
        (scores.purchases.model, scores.spend.model),
    ):
        again = loyalty.score(scores.customers, purchases=when, spend=amounts, **how)
        assert again.to_frame()["clv"].equals(scores.to_frame()["clv"])
    mixed = loyalty.score(scores.customers, purchases=scores.purchases, **how)
    assert mixed.spend == scores.spend


def test_intervals_are_of_what_is_expected(known: pl.DataFrame, scores: loyalty.Scores) -> None:
    customers, table = scores.customers, known.drop("region")
    found = loyalty.score(
        customers,
        covariates=table,
        purchases=scores.purchases,
        spend=scores.spend,
        margin=0.3,
        horizon=26,
        interval=0.9,
        interval_kind="expectation",
    ).to_frame()
    by = {"covariates": table, "level": 0.9, "horizon": 26}
    bought = scores.purchases.interval("expected_purchases", customers, **by)
    value = loyalty.clv_interval(
        customers,
        scores.purchases,
        scores.spend,
        kind="expectation",
        annual_discount_rate=0.1,
        margin=0.3,
        **by,
    )
    for end in ("lower", "upper"):
        assert np.array_equal(found[f"purchases_{end}"], bought[end])
        assert np.array_equal(found[f"clv_{end}"], value[end])


def test_without_amounts_there_is_no_money(log: pl.DataFrame, known: pl.DataFrame) -> None:
    found = loyalty.score(log.select("customer_id", "date"), covariates=known.drop("region"))
    assert found.spend is None and found.rfm is None
    assert found.to_frame().columns[-2:] == ["p_alive", "expected_purchases"]
    assert [one.enabled_by for one in found.not_computed] == [("amount",)] * 2


def test_rows_are_said_once_to_be_in_order(scores: loyalty.Scores) -> None:
    in_order = {"early": scores.customers.T > 33}
    with pytest.warns(loyalty.LoyaltyWarning) as said:
        loyalty.score(scores.customers, covariates=in_order)
    assert ["order of the summary" in str(one.message) for one in said] == [True]


def test_refusals(log: pl.DataFrame, known: pl.DataFrame, scores: loyalty.Scores) -> None:
    table, whose = known.drop("region"), scores.customers
    cases: list[tuple[dict[str, Any], str]] = [
        ({"levels": ["region"]}, "levels are columns of covariates, but there are none"),
        ({"covariates": table, "levels": ["age"]}, 'levels: "age" is none of the covariates'),
        ({"covariates": table, "capacities": {"calls": 3}}, "capacities does not go with covar"),
        ({"covariates": table, "economics": {"handling": 3}}, "economics does not go with covar"),
        ({"covariates": table, "interval": 0.9}, 'interval_kind="expectation"'),
        ({"covariates": table.head(50)}, "customer"),
        (
            {
                "covariates": table,
                "purchases": scores.purchases.model,
                "interval": 0.9,
                "interval_kind": "expectation",
            },
            "come from the errors of fits, got a model",
        ),
    ]
    for options, message in cases:
        with pytest.raises(loyalty.InputError, match=message):
            loyalty.score(whose, **options)
    with pytest.raises(TypeError, match="levels must be a list of names, got the text"):
        loyalty.score(whose, covariates=table, levels="region")
    with pytest.raises(loyalty.InputError, match="the customer summary has no unit"):
        loyalty.score(
            loyalty.CustomerSummary(frequency=[2, 0], recency=[3, 0], T=[9, 4]),
            covariates={"early": [True, False]},
        )
