"""What all objects promise: they never change, compare by value, pickle, and show themselves."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import loyalty
from loyalty import BgNbd, GammaGamma  # noqa: F401 - their repr names them

BG = loyalty.BgNbd(r=0.1 + 0.2, alpha=4.414, a=1e-30, b=2.0**70, unit="week")
GG = loyalty.GammaGamma(p=6.25, q=1 / 3, v=15.44)
TABLE = loyalty.SegmentTable(
    [{"name": "<best> & 'rest'", "recency": (4, 5)}, {"name": "loyal", "frequency": (2, 5)}],
    otherwise="others",
)


@pytest.fixture(scope="module")
def made(
    orders: loyalty.Orders,
    customers: loyalty.CustomerSummary,
    purchases: loyalty.Fit[loyalty.BgNbd],
    spend: loyalty.Fit[loyalty.GammaGamma],
) -> dict[str, Any]:
    """One object of every class."""
    return {
        "BgNbd": BG,
        "GammaGamma": GG,
        "Fit of BgNbd": purchases,
        "Fit of GammaGamma": spend,
        "CustomerSummary": customers,
        "SegmentTable": TABLE,
        "OrdersReport": orders.report,
        "Orders": orders,
        "Occasions": orders.occasions(),
        "CalibrationHoldout": orders.calibration_holdout("1997-09-30"),
        "Rfm": loyalty.rfm(customers),
        "Scores": loyalty.score(customers, purchases=purchases.model, spend=spend.model),
    }


NAMES = [
    "BgNbd", "GammaGamma", "Fit of BgNbd", "Fit of GammaGamma", "CustomerSummary", "SegmentTable",
    "OrdersReport", "Orders", "Occasions", "CalibrationHoldout", "Rfm", "Scores",
]  # fmt: skip
#: Too big or too close to the log to be worth a pickle, and what to pickle instead.
UNPICKLABLE = {
    "Orders": "Orders cannot be pickled; pickle its occasions() or CustomerSummary instead",
}


@pytest.mark.parametrize("name", NAMES)
def test_no_attribute_can_be_set_or_deleted(made: dict[str, Any], name: str) -> None:
    thing = made[name]
    public = [attribute for attribute in dir(thing) if not attribute.startswith("__")]
    if name == "OrdersReport":
        # A dataclass: Python before 3.13 has a TypeError for what is no field of it.
        public = ["rows", "kept", "refusals", "message"]
    for attribute in public:
        with pytest.raises(AttributeError):
            setattr(thing, attribute, 1)
        with pytest.raises(AttributeError):
            delattr(thing, attribute)
    if name != "OrdersReport":
        with pytest.raises(AttributeError, match=f"^{type(thing).__name__} is immutable$"):
            thing.something_new = 1
    assert not hasattr(thing, "__dict__")


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in UNPICKLABLE and name != "CustomerSummary"]
)
def test_a_pickle_comes_back_equal_in_every_protocol(made: dict[str, Any], name: str) -> None:
    thing = made[name]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(thing, protocol))
        assert type(again) is type(thing)
        assert again == thing
        assert repr(again) == repr(thing)


@pytest.mark.parametrize("name", UNPICKLABLE)
def test_what_cannot_be_pickled_says_what_to_pickle_instead(
    made: dict[str, Any], name: str
) -> None:
    with pytest.raises(TypeError) as refused:
        pickle.dumps(made[name])
    assert str(refused.value) == UNPICKLABLE[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_of_what_never_changes_is_the_same(made: dict[str, Any], name: str) -> None:
    thing = made[name]
    for again in (copy.copy(thing), copy.deepcopy(thing)):
        assert again is thing or (name == "OrdersReport" and again == thing)


COLUMNS: dict[str, Any] = {
    "frequency": [2, 0],
    "recency": [30.43, 0.0],
    "T": [38.86, 38.9],
    "monetary_value": [22.35, 0.0],
    "total_amount": [50.0, 7.0],
    "weights": [1.5, 3.0],
    "customer": ["007", "b"],
    "unit": "week",
}


@pytest.mark.parametrize("kind", [dict, pd.DataFrame, pl.DataFrame, pa.table])
@pytest.mark.filterwarnings("ignore:.*not converged:loyalty.LoyaltyWarning")
def test_a_summary_comes_back_from_a_pickle_in_its_kind_of_frame(
    kind: Callable[[Any], Any],
) -> None:
    columns = {**COLUMNS, "monetary_value": [22.35, 7.0]}
    del columns["unit"]
    table = kind(columns)
    names = {name: name for name in COLUMNS if name != "unit"}
    summary = loyalty.CustomerSummary(table, unit="week", includes_first=True, **names)
    fit = loyalty.GammaGamma.fit(summary, max_iterations=2)
    assert type(pickle.loads(pickle.dumps(fit)).summary()) is type(summary.to_frame())
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(summary, protocol))
        assert again == summary
        assert again.includes_first
        assert type(again.to_frame()) is type(summary.to_frame())
        assert str(again.to_frame()) == str(summary.to_frame())
        assert type(BG.p_alive(again)) is type(BG.p_alive(summary))


def test_the_columns_of_a_summary_of_a_log_come_back_from_a_pickle(
    customers: loyalty.CustomerSummary,
) -> None:
    again = pickle.loads(pickle.dumps(customers))
    for name in ("frequency", "recency", "T", "monetary_value", "total_amount", "customer"):
        np.testing.assert_array_equal(getattr(again, name), getattr(customers, name))
    assert (again.unit, again.includes_first) == ("week", False)


def test_a_summary_of_a_log_comes_back_from_a_pickle_whole(
    customers: loyalty.CustomerSummary,
) -> None:
    again = pickle.loads(pickle.dumps(customers))
    scores = [loyalty.rfm(summary).to_frame()["recency_score"] for summary in (again, customers)]
    np.testing.assert_array_equal(*scores)
    assert again.left_out == customers.left_out
    assert again == customers


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("frequency", [3, 0]),
        ("recency", [30.44, 0.0]),
        ("T", [38.86, 38.86]),
        ("monetary_value", [22.36, 0.0]),
        ("monetary_value", None),
        ("total_amount", [50.0, 7.1]),
        ("total_amount", None),
        ("weights", [1.5, 2.0]),
        ("weights", None),
        ("customer", ["007", "c"]),
        ("customer", [7, 8]),
        ("customer", None),
        ("unit", "day"),
        ("unit", None),
        ("includes_first", True),
    ],
)
def test_summaries_that_differ_in_one_cell_are_unequal(column: str, other: Any) -> None:
    summary = loyalty.CustomerSummary(**COLUMNS)
    assert summary == loyalty.CustomerSummary(**COLUMNS)
    assert summary != loyalty.CustomerSummary(**{**COLUMNS, column: other})
    assert summary != COLUMNS


def test_models_compare_by_parameters_and_unit_and_equal_ones_hash_alike() -> None:
    same = loyalty.BgNbd(r=0.1 + 0.2, alpha=4.414, a=1e-30, b=2.0**70, unit="week")
    assert (same == BG, hash(BG) == hash(same), len({BG, same})) == (True, True, 1)
    others = [
        loyalty.BgNbd(r=0.3, alpha=4.414, a=1e-30, b=2.0**70, unit="week"),
        loyalty.BgNbd(r=0.1 + 0.2, alpha=4.414, a=1e-30, b=2.0**70, unit="day"),
        loyalty.BgNbd(r=0.1 + 0.2, alpha=4.414, a=1e-30, b=2.0**70),
    ]
    assert all(other != BG for other in others)
    assert len({BG, *others}) == 4
    assert loyalty.GammaGamma(p=6.25, q=1 / 3, v=15.44) == GG
    assert hash(loyalty.GammaGamma(p=6.25, q=1 / 3, v=15.44)) == hash(GG)
    assert loyalty.GammaGamma(p=6.25, q=0.34, v=15.44) != GG
    assert GG != BG
    assert (BG.r, BG.alpha, BG.a, BG.b) != BG


@pytest.mark.parametrize("name", ["CustomerSummary", "Fit of BgNbd", "SegmentTable"])
def test_what_is_compared_column_by_column_has_no_hash(made: dict[str, Any], name: str) -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(made[name])


def test_the_text_of_a_model_is_python_that_makes_it_again() -> None:
    for model in (BG, GG, loyalty.BgNbd(r=1, alpha=2, a=3, b=4)):
        assert eval(repr(model)) == model
    assert repr(loyalty.BgNbd(r=1, alpha=2, a=3, b=4)) == "BgNbd(r=1.0, alpha=2.0, a=3.0, b=4.0)"
    assert (
        repr(BG)
        == "BgNbd(r=0.30000000000000004, alpha=4.414, a=1e-30, b=1.1805916207174113e+21, unit='week')"
    )


def test_the_text_of_the_other_objects_says_what_they_are(made: dict[str, Any]) -> None:
    texts = {name: repr(made[name]) for name in NAMES}
    assert (
        texts["Orders"] == "<Orders: 6919 order lines of 2357 customers, 1997-01-01 to 1998-06-30>"
    )
    assert texts["Occasions"] == (
        "<Occasions of 2357 customers, 1997-01-01 to 1998-06-30, unit week>"
    )
    assert (
        texts["CustomerSummary"]
        == "<CustomerSummary: 2357 rows, 946 with repeat purchases, unit week>"
    )
    assert texts["CalibrationHoldout"] == (
        "<CalibrationHoldout: 2357 customers, holdout of 39 weeks, 0 born in it>"
    )
    assert texts["SegmentTable"] == "<SegmentTable: <best> & 'rest', loyal, others>"
    assert texts["Rfm"] == "<Rfm: 2357 customers, scores 1 to 5>"
    assert texts["Scores"].startswith(
        "<Scores of 2357 customers: customer_id, frequency, recency, T, mon"
    )
    assert texts["Fit of BgNbd"].startswith("<Fit: BgNbd(r=0.24259")
    assert texts["Fit of BgNbd"].endswith("log-likelihood -9582.429207, converged>")


class Checker(HTMLParser):
    """Fails on tags that are not closed in order, and collects the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert tag in {"div", "style", "p", "table", "caption", "thead", "tbody", "tr", "th", "td"}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("name", NAMES)
def test_the_html_for_notebooks_is_well_formed(made: dict[str, Any], name: str) -> None:
    checker = Checker()
    checker.feed(made[name]._repr_html_())
    assert checker.open == []
    assert checker.text


def test_the_html_for_notebooks_escapes_what_users_wrote() -> None:
    html = TABLE._repr_html_()
    assert "&lt;best&gt; &amp; &#x27;rest&#x27;" in html
    assert "<best>" not in html
    log = {"<i>who": ["a", None], "<b>when</b>": ["2024-01-01"] * 2}
    orders = loyalty.Orders(log, customer="<i>who", time="<b>when</b>", invalid="drop")
    for html in (orders.report._repr_html_(), orders._repr_html_()):
        Checker().feed(html)
        assert "<i>" not in html
    scores = loyalty.score(orders)._repr_html_()
    assert "&lt;i&gt;who" in scores


def test_arrays_given_out_are_the_callers_own_to_write_in(
    customers: loyalty.CustomerSummary,
) -> None:
    before = customers.to_frame()
    for values in (
        customers.frequency,
        customers.recency,
        customers.T,
        customers.monetary_value,
        customers.total_amount,
        customers.customer,
        BG.p_alive(customers),
        *customers.to_frame().values(),
    ):
        assert values is not None
        assert values.flags.writeable
        assert values.flags.owndata
        values[:] = 7
    for name, column in customers.to_frame().items():
        np.testing.assert_array_equal(column, before[name])


def test_arrays_given_in_are_copied() -> None:
    arrays = {name: np.array(COLUMNS[name], dtype=float) for name in ("frequency", "recency", "T")}
    summary = loyalty.CustomerSummary(**arrays)
    before = BG.p_alive(summary)
    for column in arrays.values():
        column[:] = -1
    np.testing.assert_array_equal(BG.p_alive(summary), before)


def test_a_frame_given_out_can_be_written_in(orders: loyalty.Orders) -> None:
    log = loyalty.datasets.cdnow("pandas")
    customers = loyalty.Orders(log, customer="customer_id", time="date").summarize()
    frame = BG.expected_purchases(loyalty.CustomerSummary(customers.to_frame()), 9)
    frame.iloc[0, 0] = -1.0
    frame["more"] = 1
    assert customers.frequency[0] != -1


class OwnModel(loyalty.BgNbd):
    """A model that somebody derived, with a score of their own."""

    __slots__ = ()

    def p_gone(self, customers: loyalty.CustomerSummary) -> Any:
        return 1 - self.p_alive(customers)


class OwnSpend(loyalty.GammaGamma):
    def __init__(self) -> None:
        super().__init__(p=6.25, q=3.74, v=15.44)


def test_a_derived_model_stays_what_it_is(customers: loyalty.CustomerSummary) -> None:
    model = OwnModel(r=0.243, alpha=4.414, a=0.793, b=2.426)
    again = pickle.loads(pickle.dumps(model))
    assert type(again) is OwnModel
    assert again == model == loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    fit = OwnModel.fit(customers)
    assert type(fit.model) is OwnModel
    restored = pickle.loads(pickle.dumps(fit))
    assert type(restored.model) is OwnModel
    np.testing.assert_array_equal(
        restored.model.p_gone(customers), 1 - fit.model.p_alive(customers)
    )
    spend = pickle.loads(pickle.dumps(OwnSpend()))
    assert type(spend) is OwnSpend
    assert spend == loyalty.GammaGamma(p=6.25, q=3.74, v=15.44)


def test_a_fit_says_how_good_it_is(purchases: loyalty.Fit[loyalty.BgNbd]) -> None:
    """AIC 19172.858, BIC 19195.919, the errors and the covariance: R package CLVTools 0.12.1."""
    assert round(purchases.aic, 3) == 19172.858
    assert round(purchases.bic, 3) == 19195.919
    assert purchases.standard_errors is not None
    errors = np.array(list(purchases.standard_errors.values()))
    np.testing.assert_allclose(errors, [0.0125574, 0.3782239, 0.1857328, 0.7054068], rtol=2e-4)
    covariance = purchases.covariance()
    assert covariance is not None
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), errors, rtol=1e-14)
    np.testing.assert_array_equal(covariance, covariance.T)
    np.testing.assert_allclose(
        covariance[0, 1:], [0.003706417, -8.784718e-5, 6.563233e-5], rtol=5e-3
    )
    logs = purchases.covariance(on_scale=True)
    parameters = np.array(list(purchases.parameters.values()))
    np.testing.assert_allclose(logs * np.outer(parameters, parameters), covariance, rtol=1e-14)
    assert purchases.converged() == purchases.model


@pytest.mark.filterwarnings("ignore:.*not converged:loyalty.LoyaltyWarning")
def test_a_fit_that_did_not_converge_has_a_model_but_does_not_vouch_for_it(
    customers: loyalty.CustomerSummary,
) -> None:
    fit = loyalty.BgNbd.fit(customers, max_iterations=1)
    assert (fit.stop, fit.iterations) == ("iteration_limit", 1)
    assert isinstance(fit.model, loyalty.BgNbd)
    with pytest.raises(loyalty.FitError) as refused:
        fit.converged()
    assert str(refused.value) == f"not converged after 1 iterations: {fit.stop_message}"


def test_joined_batches_are_merged_ones_and_the_whole_log() -> None:
    log = loyalty.datasets.cdnow("pandas")
    columns: dict[str, Any] = {"customer": "customer_id", "time": "date", "amount": "amount"}
    parts = [loyalty.Orders(log.iloc[start::7], **columns).occasions() for start in range(7)]
    whole = loyalty.Orders(log, **columns).summarize()
    assert loyalty.Occasions.join(parts).summarize() == whole
    assert loyalty.Occasions.join(reversed(parts)).summarize() == whole
    merged = parts[0]
    for part in parts[1:]:
        merged = merged.merge(part)
    assert merged.summarize() == whole
    # What was joined is as it was.
    assert len(parts[0]) < len(merged)
    with pytest.raises(loyalty.InputError, match="there is no batch to join"):
        loyalty.Occasions.join([])
    with pytest.raises(TypeError, match="batch must be an Occasions, got Orders"):
        loyalty.Occasions.join([loyalty.Orders(log, **columns)])  # type: ignore[list-item]
    daily = loyalty.Orders(log, **columns).occasions(unit="day")
    with pytest.raises(loyalty.InputError, match="week"):
        loyalty.Occasions.join([parts[0], daily])
