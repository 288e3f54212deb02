"""Options of summaries, fits and lifetime values outside their domain, and data that determine no model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import loyalty

NAN, INF = float("nan"), float("inf")
UNITS = (
    "hour, day, week, month, year, calendar_week, calendar_month, calendar_quarter or calendar_year"
)
ROWS: dict[str, Any] = {"frequency": [2, 0], "recency": [3.0, 0.0], "T": [9.0, 9.0]}
CUSTOMERS = loyalty.CustomerSummary(**ROWS, monetary_value=[5.0, 0.0])
WEEKS = loyalty.CustomerSummary(**ROWS, monetary_value=[5.0, 0.0], unit="week")
BG = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
GG = loyalty.GammaGamma(p=6.25, q=3.74, v=15.44)
LOG = loyalty.Orders(
    {"who": ["a", "b", "a"], "when": ["2024-01-01", "2024-01-03", "2024-01-15"]},
    customer="who",
    time="when",
)
EITHER = "give either horizon, or periods and period_length"
WHOLE = "must be a whole number from 0 to 4294967295"


def refusal(call: Callable[[], Any], error: type[Exception] = loyalty.InputError) -> str:
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, EITHER),
        ({"discount_rate": 0.1}, EITHER),
        ({"periods": 12}, EITHER),
        ({"period_length": 4.345}, EITHER),
        ({"horizon": 52, "periods": 12}, EITHER),
        ({"horizon": 52, "periods": 12, "period_length": 4.345}, EITHER),
        ({"horizon": 52, "annual_discount_rate": 0.1, "discount_rate": 0.1}, "give either annual_discount_rate or discount_rate"),
        ({"horizon": 52, "annual_discount_rate": 0.1}, "annual_discount_rate needs a model or a summary with a known unit"),
        ({"periods": 12, "period_length": 4, "annual_discount_rate": 0.1}, "periods are discounted by discount_rate, per period"),
        ({"periods": 0, "period_length": 4}, "periods must be from 1 to 10000, got 0"),
        ({"periods": 10_001, "period_length": 4}, "periods must be from 1 to 10000, got 10001"),
        ({"periods": -1, "period_length": 4}, f"periods {WHOLE}, got -1"),
        ({"periods": 12, "period_length": 0}, "period_length must be finite and > 0, got 0"),
        ({"periods": 12, "period_length": NAN}, "period_length must be finite and > 0, got NaN"),
        ({"horizon": 52, "discount_rate": -0.5}, "discount_rate must be finite and >= 0, got -0.5"),
        ({"horizon": 52, "discount_rate": NAN}, "discount_rate must be finite and >= 0, got NaN"),
        ({"periods": 2, "period_length": 1, "discount_rate": INF}, "discount_rate must be finite and >= 0, got inf"),
        ({"horizon": 52, "margin": 1.01}, "margin must be from -1000 to 1, got 1.01"),
        ({"horizon": 52, "margin": NAN}, "margin must be from -1000 to 1, got NaN"),
        ({"horizon": 52, "margin": -INF}, "margin must be from -1000 to 1, got -inf"),
        ({"horizon": 52, "margin": [0.1]}, 'column "margin" has 1 rows, but 2 are expected'),
        ({"horizon": 52, "margin": [0.1, 0.2, 0.3]}, 'column "margin" has 3 rows, but 2 are expected'),
        ({"horizon": 52, "margin": [0.1, NAN]}, 'column "margin", row 1: must be from -1000 to 1, got NaN'),
        ({"horizon": 52, "margin": [0.1, None]}, 'column "margin", row 1: must be from -1000 to 1, got NaN'),
        ({"horizon": 52, "margin": pd.Series([2.0, 3.0])}, 'column "margin", row 0: must be from -1000 to 1, got 2 (and 1 more row)'),
        ({"horizon": 52, "margin": ["0.1", "0.2"]}, 'column "margin" must hold numbers, got LargeUtf8'),
        ({"horizon": 52, "threads": -1}, f"threads {WHOLE}, got -1"),
    ],
    ids=str,
)  # fmt: skip
def test_a_lifetime_value_that_makes_no_sense_is_refused(
    options: dict[str, Any], message: str
) -> None:
    assert refusal(lambda: loyalty.clv(CUSTOMERS, BG, GG, **options)) == message


@pytest.mark.parametrize("margin", [None, "0.3", {"a": 1}, object])
def test_a_margin_that_is_no_number_is_a_type_error(margin: Any) -> None:
    message = refusal(lambda: loyalty.clv(CUSTOMERS, BG, GG, horizon=1, margin=margin), TypeError)
    assert message == f"margin must be a number, or one per customer, got {margin!r}"


@pytest.mark.parametrize(
    "options",
    [{"horizon": "52"}, {"periods": 1.5, "period_length": 1}, {"horizon": 1, "threads": 1.5}],
)
def test_options_of_the_wrong_type_are_a_type_error(options: dict[str, Any]) -> None:
    refusal(lambda: loyalty.clv(CUSTOMERS, BG, GG, **options), TypeError)


def test_a_loss_is_a_margin() -> None:
    gain, loss = (loyalty.clv(CUSTOMERS, BG, GG, horizon=9, margin=m) for m in (0.1, [-0.1, -0.1]))
    np.testing.assert_array_equal(gain, -loss)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unit": "fortnights"}, f'unit must be {UNITS}, got "fortnights"'),
        ({"unit": ""}, f'unit must be {UNITS}, got ""'),
        ({"occasion": "minute"}, 'occasion must be exact, hour, day, week, month, quarter or year, got "minute"'),
        ({"occasion": "month"}, 'occasion must be "exact", "hour", "day" or "week" with a unit of fixed length, got "month"'),
        ({"unit": "calendar_month", "occasion": "day"}, 'occasion must be the period of the calendar unit itself (leave it out), got "day"'),
    ],
)  # fmt: skip
def test_an_unknown_way_of_counting_is_refused(options: dict[str, Any], message: str) -> None:
    assert refusal(lambda: LOG.summarize(**options)) == message
    assert refusal(lambda: LOG.calibration_holdout("2024-01-10", **options)) == message
    assert refusal(lambda: LOG.occasions(**options)) == message


@pytest.mark.parametrize("invalid", ["ignore", "", "Drop"])
def test_an_unknown_way_with_invalid_rows_is_refused(invalid: Any) -> None:
    log = {"who": [1], "when": ["2024-01-01"]}
    message = refusal(lambda: loyalty.Orders(log, customer="who", time="when", invalid=invalid))
    assert message == f'invalid must be raise or drop, got "{invalid}"'


@pytest.mark.parametrize(
    "end",
    [
        "",
        "x",
        "2024-13-01",
        "2024-02-30",
        "01/02/2024",
        "2024-01",
        "12:30",
        "2024-01-01[UTC]",
        "NaT",
    ],
)
def test_an_end_that_is_no_date_is_refused(end: str) -> None:
    message = refusal(lambda: LOG.summarize(observation_end=end))
    assert message == f'observation_end must be a date or time like 1997-09-30, got "{end}"'
    message = refusal(lambda: LOG.calibration_holdout(end))
    assert message == f'calibration_end must be a date or time like 1997-09-30, got "{end}"'


def test_a_missing_end_is_refused_and_does_not_mean_the_last_order() -> None:
    for gap in (pd.NaT, np.datetime64("NaT")):
        message = refusal(lambda gap=gap: LOG.summarize(observation_end=gap))
        assert message == 'observation_end must be a date or time like 1997-09-30, got "NaT"'


@pytest.mark.parametrize("end", [3, 20240115, 1.5, ("2024", 1)], ids=repr)
def test_an_end_of_the_wrong_type_is_a_type_error(end: Any) -> None:
    message = refusal(lambda: LOG.summarize(observation_end=end), TypeError)
    assert message == f"observation_end must be a date, a time or ISO 8601 text, got {end!r}"
    refusal(lambda: LOG.calibration_holdout(end), TypeError)


def test_a_split_without_an_end_of_the_calibration_is_a_type_error() -> None:
    message = refusal(lambda: LOG.calibration_holdout(None), TypeError)  # type: ignore[arg-type]
    assert message == "calibration_end must be a date, a time or ISO 8601 text, got None"


@pytest.mark.parametrize(
    "end", ["2023-12-31", dt.date(2023, 12, 31), np.datetime64("2023-12-31T23:59:59.9")]
)
def test_an_end_before_all_orders_leaves_nothing(end: Any) -> None:
    message = "the customer summary is empty: an order at or before the observation end"
    assert refusal(lambda: LOG.summarize(observation_end=end)) == message


@pytest.mark.parametrize(
    ("split", "end"),
    [("2024-01-15", None), ("2024-01-10", "2024-01-10"), ("2024-01-10", "2024-01-02")],
)
def test_a_calibration_that_ends_after_the_observation_is_refused(
    split: str, end: str | None
) -> None:
    message = refusal(lambda: LOG.calibration_holdout(split, observation_end=end))
    assert message == "the holdout period is empty: a calibration end before the observation end"


def test_batches_that_do_not_fit_together_do_not_merge() -> None:
    def batch(unit: Any = "day", **columns: Any) -> loyalty.Occasions:
        log = {"who": ["a"], "when": ["2024-01-01"], **columns}
        amount = "paid" if "paid" in columns else None
        return loyalty.Orders(log, customer="who", time="when", amount=amount).occasions(unit=unit)

    assert len(batch().merge(batch(who=["b"]))) == 2
    assert refusal(lambda: batch().merge(batch("week"))) == (
        "the first batch is in day by day and the second in week by day: use the same unit for both"
    )
    assert refusal(lambda: batch().merge(batch(who=[1]))) == (
        'customer must be of one kind in all batches, numbers or text, got "both"'
    )
    assert refusal(lambda: batch().merge(batch(paid=[1.0]))) == (
        'one of the batches needs the column "amount", which is missing'
    )
    message = refusal(lambda: batch().merge({"who": "a"}), TypeError)  # type: ignore[arg-type]
    assert message == "other must be an Occasions, got dict"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"start": [1.0, 2.0]},
            loyalty.InputError,
            'column "start" has 2 rows, but 4 are expected',
        ),
        ({"start": [1.0, 2.0, 3.0, NAN]}, loyalty.InputError, "b must be finite and > 0, got NaN"),
        ({"start": [0.0, 2.0, 3.0, 4.0]}, loyalty.InputError, "r must be finite and > 0, got 0"),
        ({"start": "1234"}, TypeError, "must be real number, not str"),
        ({"start": 3}, TypeError, "'int' object is not iterable"),
        ({"tolerance": 0.0}, loyalty.InputError, "tolerance must be finite and > 0, got 0"),
        ({"tolerance": NAN}, loyalty.InputError, "tolerance must be finite and > 0, got NaN"),
        ({"max_iterations": 0}, loyalty.InputError, "max_iterations must be finite and > 0, got 0"),
        ({"max_iterations": -1}, loyalty.InputError, f"max_iterations {WHOLE}, got -1"),
        ({"max_iterations": 1.5}, TypeError, "max_iterations must be a whole number, got 1.5"),
        ({"threads": -1}, loyalty.InputError, f"threads {WHOLE}, got -1"),
        ({"progress": 3}, TypeError, "'int' object is not callable"),
    ],
    ids=str,
)
def test_an_option_of_a_fit_outside_its_domain_is_refused(
    customers: loyalty.CustomerSummary,
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    assert refusal(lambda: loyalty.BgNbd.fit(customers, **options), error) == message


@pytest.mark.parametrize("frequency", [[0, 0, 0], [0]])
def test_where_nobody_bought_again_there_is_no_fit(frequency: list[int]) -> None:
    nothing = [0.0] * len(frequency)
    ages = [9.0] * len(frequency)
    customers = loyalty.CustomerSummary(
        frequency=frequency, recency=nothing, T=ages, monetary_value=nothing, unit="week"
    )
    message = "BG/NBD cannot be fitted: no customer bought more than once"
    assert refusal(lambda: loyalty.BgNbd.fit(customers), loyalty.FitError) == message
    spend = "Gamma-Gamma cannot be fitted: fewer than two customers have repeat purchases with an amount"
    assert refusal(lambda: loyalty.GammaGamma.fit(customers), loyalty.FitError) == spend
    scores = loyalty.score(customers)
    assert scores.purchases is None
    assert scores.spend is None
    assert scores.notes == (
        "no RFM scores and no segments: they need amounts",
        f"no P(alive), expected purchases and lifetime value: M{message}",
        f"no expected spend and lifetime value: {spend}",
    )
    assert list(scores.to_frame()) == ["frequency", "recency", "T", "monetary_value"]


def test_where_all_spend_the_same_there_is_no_fit_of_spend() -> None:
    customers = loyalty.CustomerSummary(
        frequency=[1, 2, 3],
        recency=[1.0, 2.0, 3.0],
        T=[9.0, 9.0, 9.0],
        monetary_value=[5.0, 5.0, 5.0],
    )
    message = refusal(lambda: loyalty.GammaGamma.fit(customers), loyalty.FitError)
    assert message == "Gamma-Gamma cannot be fitted: all customers spend the same"


def test_scores_of_a_summary_without_a_unit_are_refused() -> None:
    message = "the customer summary has no unit: state it when you make the summary"
    assert refusal(lambda: loyalty.score(CUSTOMERS)) == message


@pytest.mark.parametrize("rate", [-0.1, NAN, INF])
def test_an_annual_rate_outside_its_domain_is_refused(rate: float) -> None:
    shown = "NaN" if np.isnan(rate) else f"{rate:g}"
    message = f"annual_discount_rate must be finite and >= 0, got {shown}"
    assert (
        refusal(lambda: loyalty.clv(WEEKS, BG, GG, horizon=1, annual_discount_rate=rate)) == message
    )
    assert refusal(lambda: loyalty.score(WEEKS, annual_discount_rate=rate)) == message


def test_every_error_of_the_package_is_a_loyalty_error_and_a_customary_one() -> None:
    assert issubclass(loyalty.InputError, loyalty.LoyaltyError)
    assert issubclass(loyalty.InputError, ValueError)
    assert issubclass(loyalty.FitError, loyalty.LoyaltyError)
    assert issubclass(loyalty.FitError, RuntimeError)
    assert issubclass(loyalty.ModelFileError, loyalty.LoyaltyError)
    assert issubclass(loyalty.ModelFileError, OSError)
