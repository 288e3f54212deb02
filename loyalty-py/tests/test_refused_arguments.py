"""Summaries, models and options outside their domain, each with the message that says what is allowed."""

from __future__ import annotations

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
DAYS = loyalty.CustomerSummary(**ROWS, monetary_value=[5.0, 0.0], unit="day")
BG = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
GG = loyalty.GammaGamma(p=6.25, q=3.74, v=15.44)
WHOLE = "must be a whole number from 0 to 4294967295"


def refusal(call: Callable[[], Any], error: type[Exception] = loyalty.InputError) -> str:
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"frequency": [2.5, 0]}, 'column "frequency", row 0: must be a whole number from 0 to 4294967294, got 2.5'),
        ({"frequency": [2, -1]}, 'column "frequency", row 1: must be a whole number from 0 to 4294967294, got -1'),
        ({"frequency": [2**32 - 1, 0]}, 'column "frequency", row 0: must be a whole number from 0 to 4294967294, got 4294967295'),
        ({"frequency": [NAN, None]}, 'column "frequency", row 0: must be a whole number from 0 to 4294967294, got null (and 1 more row)'),
        ({"frequency": ["2", "0"]}, 'column "frequency" must hold numbers, got LargeUtf8'),
        ({"recency": [9.5, 0.0]}, 'column "recency", row 0: must be finite, >= 0 and <= T, got 9.5'),
        ({"recency": [-3.0, 0.0]}, 'column "recency", row 0: must be finite, >= 0 and <= T, got -3'),
        ({"recency": np.array([NAN, 0.0])}, 'column "recency", row 0: must be finite, >= 0 and <= T, got NaN'),
        ({"recency": [0.0, 0.0]}, 'column "recency", row 0: must be > 0 where frequency is > 0, got 0'),
        ({"recency": [3.0, 1.0]}, 'column "recency", row 1: must be 0 where frequency is 0, got 1'),
        ({"T": [-1.0, INF]}, 'column "T", row 0: must be finite and >= 0, got -1 (and 1 more row)'),
        ({"T": [9.0]}, 'column "T" has 1 rows, but 2 are expected'),
        ({"monetary_value": [-5.0, 0.0]}, 'column "monetary_value", row 0: must be finite and >= 0, got -5'),
        ({"monetary_value": [INF, 0.0]}, 'column "monetary_value", row 0: must be finite and >= 0, got inf'),
        ({"monetary_value": [5.0, 1.0]}, 'column "monetary_value", row 1: must be 0 or missing where no purchase is behind it, got 1'),
        ({"monetary_value": np.array([5.0, NAN]), "includes_first": True}, 'column "monetary_value", row 1: must be finite and >= 0, got NaN'),
        ({"total_amount": [5.0, -1.0]}, 'column "total_amount", row 1: must be finite and >= 0, got -1'),
        ({"weights": np.array([1.0, NAN])}, 'column "weights", row 1: must be finite and > 0, got NaN'),
        ({"weights": [0.0, -1.0]}, 'column "weights", row 0: must be finite and > 0, got 0 (and 1 more row)'),
        ({"weights": [1.0, INF]}, 'column "weights", row 1: must be finite and > 0, got inf'),
        ({"customer": ["a", "a"]}, 'column "customer", row 1: must be different from the ids of all rows before, got "a"'),
        ({"customer": [7, None]}, 'column "customer", row 1: must be present in every row, got null'),
        ({"customer": ["", "b"]}, 'column "customer", row 0: must be present in every row, got null'),
        ({"unit": "fortnights"}, f'unit must be {UNITS}, got "fortnights"'),
        ({"frequency": [], "recency": [], "T": []}, "the customer summary is empty: at least one customer"),
    ],
    ids=str,
)  # fmt: skip
def test_a_summary_that_makes_no_sense_is_refused(columns: dict[str, Any], message: str) -> None:
    assert refusal(lambda: loyalty.CustomerSummary(**{**ROWS, **columns})) == message


def test_a_summary_of_a_frame_names_the_columns_as_the_frame_does() -> None:
    table = pd.DataFrame({"x": [2.5], "t_x": [3.0], "age": [9.0]})
    names = {"frequency": "x", "recency": "t_x", "T": "age"}
    message = refusal(lambda: loyalty.CustomerSummary(table, **names))
    assert message == 'column "x", row 0: must be a whole number from 0 to 4294967294, got 2.5'
    message = refusal(lambda: loyalty.CustomerSummary(table, **{**names, "weights": "w"}))
    assert message == 'column "w" is missing; the table has x, t_x, age'


@pytest.mark.parametrize(
    "columns",
    [{}, {"frequency": None}, {"T": 9.0}, {"unit": 3}, {"data": ROWS, "T": [9.0, 9.0]}],
    ids=str,
)
def test_a_summary_of_no_columns_is_a_type_error(columns: dict[str, Any]) -> None:
    given = {**ROWS, **columns} if columns and "data" not in columns else columns
    refusal(lambda: loyalty.CustomerSummary(**given), TypeError)


@pytest.mark.parametrize("value", [0, -0.0, -1, NAN, INF, -INF])
@pytest.mark.parametrize(
    ("model", "names"),
    [(loyalty.BgNbd, ("r", "alpha", "a", "b")), (loyalty.GammaGamma, ("p", "q", "v"))],
)
def test_a_parameter_outside_its_domain_is_refused_by_name(
    model: type, names: tuple[str, ...], value: float
) -> None:
    shown = {NAN: "NaN"}.get(value, f"{value:g}".replace("nan", "NaN"))
    for name in names:
        given = {**dict.fromkeys(names, 1.5), name: value}
        assert (
            refusal(lambda given=given: model(**given))
            == f"{name} must be finite and > 0, got {shown}"
        )


@pytest.mark.parametrize(("value", "shown"), [(1.1e50, "1100"), (0.9e-50, "0.0000")])
def test_a_number_far_beyond_any_shop_is_refused(value: float, shown: str) -> None:
    """So that products and quotients of a few numbers stay within the range of floats."""
    expected = f"must be from 1e-50 to 1e50, got {shown}"
    assert refusal(lambda: loyalty.BgNbd(r=1, alpha=value, a=1, b=1)).startswith(
        f"alpha {expected}"
    )
    assert refusal(lambda: loyalty.GammaGamma(p=1, q=1, v=value)).startswith(f"v {expected}")
    message = refusal(lambda: loyalty.CustomerSummary(**ROWS, weights=[1.0, value]))
    assert message.startswith(f'column "weights", row 1: {expected}')


def test_a_time_an_amount_or_a_horizon_far_beyond_any_shop_is_refused() -> None:
    for columns in ({"T": [9.0, 1.1e50]}, {"total_amount": [1.0, 1.1e50]}):
        message = refusal(lambda columns=columns: loyalty.CustomerSummary(**{**ROWS, **columns}))
        assert message.startswith(
            f'column "{next(iter(columns))}", row 1: must be at most 1e50, got 110'
        )
    assert refusal(lambda: BG.expected_purchases(CUSTOMERS, 1.1e50)).startswith(
        "horizon must be at most 1e50"
    )


@pytest.mark.parametrize("value", ["1", None, 1j, [1.0]])
def test_a_parameter_that_is_no_number_is_a_type_error(value: Any) -> None:
    refusal(lambda: loyalty.BgNbd(r=value, alpha=1, a=1, b=1), TypeError)
    refusal(lambda: loyalty.GammaGamma(p=1, q=value, v=1), TypeError)


def test_a_model_of_an_unknown_unit_is_refused() -> None:
    message = refusal(lambda: loyalty.BgNbd(r=1, alpha=1, a=1, b=1, unit="fortnight"))
    assert message == f'unit must be {UNITS}, got "fortnight"'


def test_model_and_data_in_different_units_do_not_meet() -> None:
    model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    message = "the model is in week and the customer summary in day: use the same unit for both"
    for call in (
        lambda: model.p_alive(DAYS),
        lambda: model.expected_purchases(DAYS, 39),
        lambda: model.log_likelihood(DAYS),
        lambda: loyalty.clv(DAYS, model, GG, horizon=39),
        lambda: loyalty.score(DAYS, purchases=model),
    ):
        assert refusal(call) == message
    np.testing.assert_array_equal(model.p_alive(CUSTOMERS), BG.p_alive(DAYS))


@pytest.mark.parametrize("horizon", [-1.0, NAN, INF])
def test_a_horizon_outside_its_domain_is_refused(horizon: float) -> None:
    shown = "NaN" if np.isnan(horizon) else f"{horizon:g}"
    for name, call in (
        ("horizon", lambda: BG.expected_purchases(CUSTOMERS, horizon)),
        ("horizon", lambda: BG.expected_purchases(horizon=horizon, frequency=1, recency=2, T=3)),
        ("horizon", lambda: BG.expected_purchases_new_customer(horizon)),
        ("horizon", lambda: BG.expected_purchases_new_customer([1.0, horizon])),
        ("horizon", lambda: loyalty.score(DAYS, horizon=horizon)),
        ("t", lambda: BG.p_n_purchases_new_customer(1, horizon)),
    ):
        assert refusal(call) == f"{name} must be finite and >= 0, got {shown}"


@pytest.mark.parametrize("horizon", [-1.0, NAN, INF])
def test_a_value_needs_a_horizon_or_a_rate(horizon: float) -> None:
    shown = "NaN" if np.isnan(horizon) else f"{horizon:g}"
    expected = f"horizon must be finite and >= 0, got {shown}"
    if horizon == INF:
        expected = (
            "horizon=math.inf needs a rate of discount, as what is worth the same for ever adds up to "
            "infinity: annual_discount_rate=0.1"
        )
    assert refusal(lambda: loyalty.clv(CUSTOMERS, BG, GG, horizon=horizon)) == expected


def test_without_a_horizon_there_are_no_expected_purchases() -> None:
    for call in (
        lambda: BG.expected_purchases(CUSTOMERS),  # type: ignore[call-overload]
        lambda: BG.expected_purchases(frequency=1, recency=2, T=3),  # type: ignore[call-overload]
    ):
        assert refusal(call, TypeError) == "expected a horizon, in the unit of the model"


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ({"frequency": 1, "recency": 2.0, "T": 1.0}, "recency must be finite, >= 0 and <= T, got 2"),
        ({"frequency": 0, "recency": 1.0, "T": 2.0}, "recency must be 0 where frequency is 0, got 1"),
        ({"frequency": 1, "recency": 0.0, "T": 2.0}, "recency must be > 0 where frequency is > 0, got 0"),
        ({"frequency": 1, "recency": NAN, "T": 2.0}, "recency must be finite, >= 0 and <= T, got NaN"),
        ({"frequency": -1, "recency": 0.0, "T": 2.0}, f"frequency {WHOLE}, got -1"),
        ({"frequency": 2**32, "recency": 1.0, "T": 2.0}, f"frequency {WHOLE}, got 4294967296"),
    ],
    ids=str,
)  # fmt: skip
def test_one_customer_that_makes_no_sense_is_refused(history: dict[str, Any], message: str) -> None:
    assert refusal(lambda: BG.p_alive(**history)) == message
    assert refusal(lambda: BG.expected_purchases(horizon=1, **history)) == message


def test_half_a_customer_or_a_customer_beside_a_summary_is_a_type_error() -> None:
    either = "expected a CustomerSummary, or frequency, recency and T of one customer"
    assert refusal(lambda: BG.p_alive(frequency=1, recency=2.0), TypeError) == either  # type: ignore[call-overload]
    assert refusal(lambda: BG.p_alive(CUSTOMERS, frequency=1), TypeError) == either  # type: ignore[call-overload]
    assert refusal(lambda: BG.p_alive(frequency=1.5, recency=1.0, T=2.0), TypeError)  # type: ignore[call-overload]
    either = "expected a CustomerSummary, or transactions and mean of one customer"
    assert refusal(lambda: GG.expected_spend(transactions=1), TypeError) == either  # type: ignore[call-overload]
    assert refusal(lambda: GG.expected_spend(CUSTOMERS, mean=3.0), TypeError) == either  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("n", "error", "message"),
    [
        (-1, loyalty.InputError, f"n {WHOLE}, got -1"),
        ([0, 2**32], loyalty.InputError, f"n {WHOLE}, got 4294967296"),
        (1.5, TypeError, "n must be a whole number, got 1.5"),
        ([0.5], TypeError, "n must be a whole number, got 0.5"),
        ("1", TypeError, "n must be a whole number, got '1'"),
    ],
)
def test_a_number_of_purchases_outside_its_domain_is_refused(
    n: Any, error: Any, message: str
) -> None:
    assert refusal(lambda: BG.p_n_purchases_new_customer(n, 39), error) == message


def test_one_customers_spend_outside_its_domain_is_refused() -> None:
    for mean, shown in ((NAN, "NaN"), (-1.0, "-1"), (INF, "inf")):
        message = refusal(lambda mean=mean: GG.expected_spend(transactions=1, mean=mean))
        assert message == f"mean must be finite and >= 0, got {shown}"
    message = refusal(lambda: GG.expected_spend(transactions=-1, mean=1.0))
    assert message == f"transactions {WHOLE}, got -1"


def test_a_mean_that_the_model_says_is_infinite_is_a_fit_error_and_never_a_number() -> None:
    heavy = loyalty.GammaGamma(p=1.0, q=0.5, v=15.0)
    edge = loyalty.GammaGamma(p=1.0, q=1.0, v=15.0)
    message = "the expected spend is infinite: q = 0.5 is too small for the customer in row 1"
    assert refusal(lambda: heavy.expected_spend(CUSTOMERS), loyalty.FitError) == message
    assert (
        refusal(lambda: loyalty.clv(CUSTOMERS, BG, heavy, horizon=9), loyalty.FitError) == message
    )
    message = refusal(lambda: edge.expected_spend(transactions=0, mean=0.0), loyalty.FitError)
    assert message == "the expected spend is infinite: q = 1 is too small for 0 purchases"
    assert edge.expected_spend(transactions=1, mean=20.0) == 35.0
    scores = loyalty.score(DAYS, purchases=BG, spend=heavy)
    assert scores.notes[-1].startswith(
        "no expected spend and lifetime value: the expected spend is inf"
    )


def test_spend_needs_monetary_values() -> None:
    bare = loyalty.CustomerSummary(**ROWS)
    message = 'the expected spend needs the column "monetary_value", which is missing'
    assert refusal(lambda: GG.expected_spend(bare)) == message
    assert refusal(lambda: loyalty.clv(bare, BG, GG, horizon=9)) == message
    message = 'the Gamma-Gamma fit needs the column "monetary_value", which is missing'
    assert refusal(lambda: loyalty.GammaGamma.fit(bare)) == message


@pytest.mark.parametrize(
    "wrong",
    [None, 5, [1], {"x": [1]}, pd.DataFrame({"x": [1]}), BG],
    ids=lambda w: type(w).__name__,
)
def test_what_is_no_summary_is_a_type_error(wrong: Any) -> None:
    found = type(wrong).__name__
    expected = (
        f"customers must be a CustomerSummary or a table of frequency, recency and T, got {found}"
    )
    for call in (
        lambda: loyalty.BgNbd.fit(wrong),
        lambda: loyalty.GammaGamma.fit(wrong),
        lambda: BG.log_likelihood(wrong),
        lambda: GG.log_likelihood(wrong),
        lambda: loyalty.clv(wrong, BG, GG, horizon=9),
    ):
        if isinstance(wrong, dict | pd.DataFrame):
            missing = 'column "frequency" is missing; the table has x'
            assert refusal(call) == missing
        else:
            assert refusal(call, TypeError) == expected
    # A frame or a mapping is a table of order lines to it.
    if isinstance(wrong, dict | pd.DataFrame):
        message = refusal(lambda: loyalty.score(wrong))
        assert message.startswith("which column is the customer? no column looks so")
    else:
        message = refusal(lambda: loyalty.score(wrong), TypeError)
        assert message.startswith("expected Orders, OrderLines, a CustomerSummary, a data frame")
        assert message.endswith(f"got {found}")
    for score in (BG.p_alive, GG.expected_spend, lambda c: BG.expected_purchases(c, 9)):
        if isinstance(wrong, dict | pd.DataFrame):
            assert refusal(lambda score=score: score(wrong)) == missing
            continue
        message = refusal(lambda score=score: score(wrong), TypeError)
        assert message == expected or (wrong is None and message.startswith("expected a Cust"))


def test_models_in_each_others_place_are_a_type_error() -> None:
    message = refusal(lambda: loyalty.clv(CUSTOMERS, GG, BG, horizon=9), TypeError)  # type: ignore[arg-type]
    assert message == "purchases must be a PurchaseModel or a Fit of one, got GammaGamma"
    message = refusal(lambda: loyalty.score(DAYS, spend=BG), TypeError)  # type: ignore[arg-type]
    assert message == "spend must be a SpendModel or a Fit of one, got BgNbd"
