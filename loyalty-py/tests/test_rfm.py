"""RFM scores against the rule written out naively, and segment tables with their gaps and overlaps."""

from __future__ import annotations

import datetime as dt
import math
import warnings
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import loyalty

AXES = ("recency", "frequency", "monetary")
SHOPPERS = {
    "who": ["a", "b", "c", "d", "e"],
    "recency": [3, 90, 14, 200, 41],
    "frequency": [8, 1, 5, 2, 3],
    "monetary": [410.0, 25.0, 190.0, 44.0, 87.0],
}


def quietly(data: Any, **options: Any) -> loyalty.Rfm:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", loyalty.LoyaltyWarning)
        return loyalty.rfm(data, **options)


def naive(values: list[float], weights: list[int], bins: int) -> list[int]:
    """1 + ⌊bins · share of customers strictly worse⌋, more being better."""
    total = sum(weights)
    worse = [sum(w for other, w in zip(values, weights, strict=True) if other < v) for v in values]
    return [1 + math.floor(Fraction(bins * less, total)) for less in worse]


def scores(rfm: loyalty.Rfm) -> list[list[int]]:
    frame = rfm.to_frame()
    return [list(map(int, frame[f"{axis}_score"])) for axis in AXES]


people = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 9), st.integers(-3, 30), st.integers(1, 4)),
    min_size=1,
    max_size=40,
)


@given(people=people, bins=st.integers(1, 12))
def test_scores_are_the_rule_written_out(
    people: list[tuple[int, int, int, int]], bins: int
) -> None:
    recency, frequency, monetary, weights = map(list, zip(*people, strict=True))
    table = {"recency": recency, "frequency": frequency, "monetary": monetary, "w": weights}
    ours = scores(quietly(table, weights="w", bins=bins))
    assert ours == [
        naive([-r for r in recency], weights, bins),
        naive(frequency, weights, bins),
        naive(monetary, weights, bins),
    ]


@given(people=people, bins=st.integers(1, 7))
@settings(max_examples=60)
def test_a_weight_is_so_many_equal_rows_and_the_order_of_the_rows_is_nothing(
    people: list[tuple[int, int, int, int]], bins: int
) -> None:
    table = pd.DataFrame(people, columns=["recency", "frequency", "monetary", "w"])
    repeated = table.loc[table.index.repeat(table["w"])]
    weighted = quietly(table, weights="w", bins=bins).to_frame()
    plain = quietly(repeated, bins=bins).to_frame()
    columns = [f"{axis}_score" for axis in AXES]
    assert (
        weighted.loc[weighted.index.repeat(table["w"]), columns].values.tolist()
        == plain[columns].values.tolist()
    )
    backwards = quietly(table[::-1], weights="w", bins=bins).to_frame()
    assert backwards[columns][::-1].values.tolist() == weighted[columns].values.tolist()


@given(people=people, bins=st.integers(1, 5))
@settings(max_examples=60)
def test_nested_scores_rank_within_each_score_before(
    people: list[tuple[int, int, int, int]], bins: int
) -> None:
    table = pd.DataFrame(people, columns=["recency", "frequency", "monetary", "w"])
    r, f, m = scores(quietly(table, bins=bins, nested=True))
    ones = [1] * len(table)
    assert r == naive([-value for value in table["recency"]], ones, bins)
    groups = [[0] * len(r), r, list(zip(r, f, strict=True))]
    for group, found, axis in ((groups[1], f, "frequency"), (groups[2], m, "monetary")):
        for member in set(group):
            rows = [row for row, other in enumerate(group) if other == member]
            values = [float(table[axis].iloc[row]) for row in rows]
            assert [found[row] for row in rows] == naive(values, ones[: len(rows)], bins)


def test_distinct_values_are_cut_into_equal_parts_as_by_quantiles() -> None:
    rng = np.random.default_rng(8)
    table = pd.DataFrame({axis: rng.permutation(1000).astype(float) for axis in AXES})
    frame = loyalty.rfm(table, bins=10).to_frame()
    for axis, labels in (("recency", range(10, 0, -1)), ("monetary", range(1, 11))):
        expected = pd.qcut(table[axis], 10, labels=list(labels)).astype(int)
        assert frame[f"{axis}_score"].tolist() == expected.tolist()


def test_a_summary_is_measured_by_time_since_purchases_and_total() -> None:
    customers = loyalty.CustomerSummary(
        frequency=[2, 0, 5],
        recency=[30.0, 0.0, 9.0],
        T=[38.0, 40.0, 50.0],
        total_amount=[9.0, 7.0, 8.0],
    )
    frame = quietly(customers).to_frame()
    assert frame["recency"].tolist() == [8.0, 40.0, 41.0]
    assert frame["frequency"].tolist() == [3.0, 1.0, 6.0]
    assert frame["monetary"].tolist() == [9.0, 7.0, 8.0]
    with pytest.raises(loyalty.InputError) as refused:
        loyalty.rfm(loyalty.CustomerSummary(frequency=[1], recency=[1.0], T=[2.0]))
    assert str(refused.value) == 'RFM needs the column "total_amount", which is missing'


def test_a_summary_and_a_frame_of_its_measures_score_alike(
    customers: loyalty.CustomerSummary,
) -> None:
    of_summary = loyalty.rfm(customers).to_frame()
    of_frame = loyalty.rfm(of_summary, customer="customer_id").to_frame()
    assert list(of_frame) == list(of_summary)
    for name, column in of_summary.items():
        np.testing.assert_array_equal(of_frame[name], column)


def test_customers_who_bought_last_on_one_day_have_one_recency_score(
    orders: loyalty.Orders,
) -> None:
    """In weeks T − t_x is rounded; the days behind it are not."""
    days = loyalty.rfm(orders.summarize(unit="day")).to_frame()
    weeks = loyalty.rfm(orders.summarize(unit="week")).to_frame()
    np.testing.assert_array_equal(weeks["recency_score"], days["recency_score"])


def test_segments_count_every_customer_and_every_dollar_once(
    customers: loyalty.CustomerSummary,
) -> None:
    rfm = loyalty.rfm(customers)
    segments, frame = rfm.segments(), rfm.to_frame()
    assert list(segments["segment"]) == loyalty.SegmentTable.customary().names
    assert segments["customers"].sum() == len(customers)
    assert segments["share_of_customers"].sum() == pytest.approx(1, abs=1e-14)
    assert segments["share_of_monetary"].sum() == pytest.approx(1, abs=1e-14)
    table = pd.DataFrame(frame).groupby("segment")
    means = table[["recency", "frequency", "monetary"]].mean()
    for row, name in enumerate(segments["segment"]):
        assert segments["customers"][row] == table.size().get(name, 0)
        if name in means.index:
            assert segments["total_monetary"][row] == pytest.approx(table["monetary"].sum()[name])
            ours = [segments[f"mean_{axis}"][row] for axis in AXES]
            assert ours == pytest.approx(means.loc[name].tolist())


CUSTOMARY = {
    "Champions": {(5, 4), (5, 5)},
    "Loyal": {(3, 4), (3, 5), (4, 4), (4, 5)},
    "Potential loyalists": {(4, 2), (4, 3), (5, 2), (5, 3)},
    "New customers": {(5, 1)},
    "Promising": {(4, 1), (5, 1)},
    "Need attention": {(3, 3)},
    "About to sleep": {(3, 1), (3, 2)},
    "Cannot lose them": {(1, 5), (2, 5)},
    "At risk": {(1, 3), (1, 4), (2, 3), (2, 4)},
    "Hibernating": {(1, 1), (1, 2), (2, 1), (2, 2)},
}


def test_the_customary_table_gives_every_cell_its_segment() -> None:
    """The ten segments over recency and frequency of the customary 5 × 5 grid."""
    people = [(-r, f) for r in range(5) for f in range(5)]
    table = {
        "recency": [r + 4 for r, _ in people],
        "frequency": [f + 1 for _, f in people],
        "monetary": [1.0] * 25,
    }
    frame = quietly(table).to_frame()
    for r, f, segment in zip(
        frame["recency_score"], frame["frequency_score"], frame["segment"], strict=True
    ):
        assert (r, f) in CUSTOMARY[segment]
    assert loyalty.SegmentTable.customary().names == list(CUSTOMARY)


def test_scores_without_a_table_have_no_segments() -> None:
    rfm = loyalty.rfm(SHOPPERS, customer="who", bins=3)
    assert "segment" not in rfm.to_frame()
    with pytest.raises(loyalty.InputError) as refused:
        rfm.segments()
    assert (
        str(refused.value) == "these scores have no segments: give a table for this number of bins"
    )
    with pytest.raises(loyalty.InputError) as refused:
        loyalty.rfm(SHOPPERS, bins=3, segments=loyalty.SegmentTable.customary())
    assert str(refused.value) == "segment table: is for scores of 1 to 5, these run to 3"


def test_ties_that_empty_the_best_or_worst_score_are_warned_of() -> None:
    tied = {"recency": [1, 2, 3, 4, 5], "frequency": [1, 1, 1, 1, 2], "monetary": [5.0] * 5}
    with pytest.warns(loyalty.LoyaltyWarning) as warned:
        rfm = loyalty.rfm(tied)
    # Where most share the least value, nobody is above enough of the others to be the best.
    assert [str(warning.message) for warning in warned] == [
        "no customer has the monetary score 5: too many share one value"
    ]
    assert warned[0].filename == __file__
    assert rfm.empty_scores == {"recency": [], "frequency": [2, 3, 4], "monetary": [2, 3, 4, 5]}


def test_where_no_score_is_empty_nothing_is_warned_of() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rfm = loyalty.rfm(SHOPPERS)
    assert rfm.empty_scores == {axis: [] for axis in AXES}


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ([], "segment table: has 0 rules, allowed are 1 to 100"),
        ([{"name": "a", "recency": (2, 5)}], "segment table: no segment for recency 1, frequency 1, monetary 1"),
        ([{"name": "a", "monetary": (1, 4)}], "segment table: no segment for recency 1, frequency 1, monetary 5"),
        ([{"name": "a"}, {"name": "b", "recency": (5, 5), "frequency": (2, 3)}],
         'segment table: both "a" and "b" have recency 5, frequency 2, monetary 1'),
        ([{"name": "a", "orders_at_least": 2}], "segment table: no segment for recency 1, frequency 1, monetary 1, 0 orders"),
        ([{"name": "a", "recency": (5, 1)}], 'segment table: "a" has scores 5 to 1, allowed are 1 to 5'),
        ([{"name": "a", "recency": (0, 5)}], 'segment table: "a" has scores 0 to 5, allowed are 1 to 5'),
        ([{"name": "a", "recency": (1, 6)}], 'segment table: "a" has scores 1 to 6, allowed are 1 to 5'),
        ([{"name": "a", "recency": (-1, 5)}], "recency must be a whole number from 0 to 4294967295, got -1"),
        ([{"name": "a", "recency": (1,)}], "recency must be a pair of first and last score, got (1,)"),
        ([{"name": "a", "recent": (1, 5)}], "a segment rule has name, recency, frequency, monetary, orders_at_least, orders_at_most, first_order_within_days, first_order_not_within_days, got name, recent"),
        ([{"recency": (1, 5)}], "a segment rule has name, recency, frequency, monetary, orders_at_least, orders_at_most, first_order_within_days, first_order_not_within_days, got recency"),
    ],
    ids=str,
)  # fmt: skip
def test_a_table_that_makes_no_sense_is_refused(rules: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(loyalty.InputError) as refused:
        loyalty.SegmentTable(rules)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "rules", [[{"name": 3}], [{"name": "a", "recency": 3}], [{"name": "a", "recency": (1.5, 5)}], 7]
)
def test_rules_of_the_wrong_type_are_a_type_error(rules: Any) -> None:
    with pytest.raises(TypeError):
        loyalty.SegmentTable(rules)


def test_with_otherwise_the_first_match_wins_and_gaps_have_its_name() -> None:
    rules = [
        {"name": "best", "recency": (3, 3), "monetary": [2, 3]},
        {"name": "recent", "recency": (2, 3)},
    ]
    table = loyalty.SegmentTable(rules, bins=3, otherwise="gone")
    assert table.names == ["best", "recent", "gone"]
    assert table.rules == [
        {"name": "best", "recency": (3, 3), "frequency": (1, 3), "monetary": (2, 3)},
        {"name": "recent", "recency": (2, 3), "frequency": (1, 3), "monetary": (1, 3)},
    ]
    people = {"recency": [1, 2, 3], "frequency": [3, 2, 1], "monetary": [9.0, 1.0, 5.0]}
    rfm = loyalty.rfm(people, bins=3, segments=table)
    assert list(rfm.to_frame()["segment"]) == ["best", "recent", "gone"]
    assert rfm.segments()["customers"].tolist() == [1, 1, 1]
    with pytest.raises(loyalty.InputError, match='the name "best" stands twice'):
        loyalty.SegmentTable(rules, bins=3, otherwise="best")


def test_tables_compare_by_what_they_say() -> None:
    customary = loyalty.SegmentTable.customary()
    assert loyalty.SegmentTable(customary.rules) == customary
    assert loyalty.SegmentTable(customary.rules, otherwise="x") != customary
    everybody = [{"name": "all"}]
    assert loyalty.SegmentTable(everybody) == loyalty.SegmentTable(
        [{"name": "all", "recency": (1, 5)}]
    )
    assert loyalty.SegmentTable(everybody, bins=4) != loyalty.SegmentTable(everybody)
    assert customary != "customary"


@pytest.mark.parametrize("bins", [0, -1, 1001, 2**32])
def test_a_number_of_bins_outside_its_domain_is_refused(bins: int) -> None:
    with pytest.raises(loyalty.InputError, match="^bins must be "):
        loyalty.rfm(SHOPPERS, bins=bins)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"recency": [-1, 1, 1, 1, 1]}, 'column "recency", row 0: must be .*, got -1'),
        (
            {"monetary": [1.0, math.nan, 1.0, 1.0, 1.0]},
            'column "monetary", row 1: must be .*, got NaN',
        ),
        ({"frequency": [1, 2, 3, 4, None]}, 'column "frequency", row 4: must be .*, got NaN'),
        ({"monetary": [1.0, 2.0]}, 'column "monetary" has 2 rows, but 5 are expected'),
        ({"who": ["a", "b"]}, 'column "who" has 2 rows, but 5 are expected'),
        (
            {"who": ["a", None, "c", "d", "e"]},
            'column "who", row 1: must be present in every row, got null',
        ),
        ({"who": [1.5] * 5}, 'column "who", row 0: must be a whole number .*, got 1.5'),
        ({"frequency": list("abcde")}, 'column "frequency" must hold numbers, got LargeUtf8'),
    ],
)
def test_measures_that_make_no_sense_are_refused(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(loyalty.InputError, match=f"^{message}$"):
        loyalty.rfm({**SHOPPERS, **columns}, customer="who")
    with pytest.raises(loyalty.InputError, match='column "weights", row 0: must be .*, got 0$'):
        loyalty.rfm({**SHOPPERS, "w": [0, 1, 1, 1, 1]}, weights="w")


def test_money_may_be_negative_for_the_rfm_of_profits() -> None:
    frame = loyalty.rfm({**SHOPPERS, "monetary": [-5.0, -1.0, 0.0, 2.0, -9.0]}).to_frame()
    assert list(frame["monetary_score"]) == [2, 3, 4, 5, 1]


def test_names_that_state_facts_are_true_of_everybody_who_has_them() -> None:
    # A shop in which everybody bought seven times: the least frequent and latest are not new.
    log: dict[str, list[Any]] = {"c": [], "t": [], "a": []}
    for customer in range(60):
        for order in range(7):
            log["c"].append(customer)
            log["t"].append(str(dt.date(2020, 1, 1) + dt.timedelta(200 * order + 3 * customer)))
            log["a"].append(10.0 + customer)
    regulars = loyalty.Orders(log, customer="c", time="t", amount="a").summarize(unit="week")
    with pytest.warns(loyalty.LoyaltyWarning, match="frequency score 5"):
        segments = set(loyalty.rfm(regulars).to_frame()["segment"])
    assert segments & {"New customers", "Promising"} == set()
    # One order each: who bought last has the best score, however long ago that is.
    silence = [10, 95, *range(300, 380, 10)]
    once = {"recency": silence, "frequency": [1] * 10, "monetary": [5.0] * 10, "age": silence}
    named = quietly(once, age_days="age").to_frame()["segment"]
    unknown = quietly(once).to_frame()["segment"]
    assert list(named)[:3] == ["New customers", "Promising", "Promising"]
    assert list(unknown)[:2] == ["Promising", "Promising"]


def test_the_thresholds_of_one_month_score_the_next() -> None:
    orders = loyalty.datasets.cdnow_orders()
    june = loyalty.rfm(orders.summarize(unit="day", observation_end="1997-06-30"))
    assert june.breaks is not None
    again = loyalty.rfm(
        orders.summarize(unit="day", observation_end="1997-06-30"), breaks=june.breaks
    )
    pd.testing.assert_frame_equal(june.to_frame(), again.to_frame())
    later = loyalty.rfm(
        orders.summarize(unit="day", observation_end="1997-09-30"), breaks=june.breaks
    )
    frame, breaks = later.to_frame(), june.breaks
    # By hand: right-closed bins.
    for axis, sign in (("recency", -1), ("frequency", 1), ("monetary", 1)):
        above = sum((frame[axis] > threshold).astype(int) for threshold in breaks[axis])
        expected = 1 + above if sign > 0 else 5 - above
        assert (frame[f"{axis}_score"] == expected).all()
    with pytest.raises(loyalty.InputError, match="breaks are given for recency, frequency"):
        loyalty.rfm(SHOPPERS, breaks={"recency": [1]})
    assert quietly(SHOPPERS, nested=True).breaks is None
