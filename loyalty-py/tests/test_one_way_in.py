"""What a newcomer types, row by row: every spelling comes to the same, or says what to do."""

from __future__ import annotations

import copy
import datetime as dt
import importlib
import math
import pickle
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import loyalty

LOG = loyalty.datasets.cdnow("pandas")
PATH = loyalty.datasets.cdnow_path()
ORDERS = loyalty.datasets.cdnow_orders()
END = "1997-09-30"
CUSTOMERS = ORDERS.summarize(observation_end=END)
FIT = loyalty.MbgNbd.fit(CUSTOMERS)
SPEND = loyalty.GammaGamma.fit(CUSTOMERS)
NAMES = {"customer": "customer_id", "time": "date", "amount": "amount"}
ANSWERS = loyalty.clv(CUSTOMERS, FIT, SPEND, horizon=52)


def frame(summary: loyalty.CustomerSummary) -> pd.DataFrame:
    return summary.to_frame()


@pytest.mark.parametrize(
    "data",
    [
        PATH,
        str(PATH),
        LOG,
        LOG.set_index("customer_id"),
        LOG.set_index(["date", "customer_id"]),
        pl.from_pandas(LOG),
        pa.Table.from_pandas(LOG),
        {name: LOG[name].to_numpy() for name in LOG},
        loyalty.read_orders(PATH),
        ORDERS,
    ],
    ids=lambda data: type(data).__name__,
)
def test_whatever_holds_a_log_is_scored_alike(data: Any) -> None:
    expected = loyalty.score(ORDERS, observation_end=END)
    scores = loyalty.score(data, observation_end=END)
    assert scores.customers == expected.customers
    assert scores.customers.unit == "week"
    np.testing.assert_array_equal(scores.to_frame()["clv"], expected.to_frame()["clv"])
    if not isinstance(data, loyalty.Orders):
        assert loyalty.Orders(data).summarize(observation_end=END) == CUSTOMERS
        assert loyalty.Orders(data).columns == NAMES


@pytest.mark.parametrize(
    "make",
    [
        loyalty.Orders,
        loyalty.OrderLines,
        loyalty.Ledger,
        lambda data, **named: loyalty.score(data, observation_end=END, **named),
    ],
    ids=["Orders", "OrderLines", "Ledger", "score"],
)
def test_columns_are_named_by_keyword_or_by_columns_or_not_at_all(make: Callable[..., Any]) -> None:
    odd = LOG.rename(columns={"customer_id": "wer", "date": "wann", "amount": "wieviel"})
    named = {"customer": "wer", "time": "wann", "amount": "wieviel"}
    answers = [
        make(LOG, **NAMES),
        make(LOG, columns=NAMES),
        make(LOG, **{**NAMES, "amount": "amount"}, columns={"amount": "amount"}),
        make(odd, **named),
        make(odd, columns=named),
        make(odd, customer="wer", columns={"time": "wann", "amount": "wieviel"}),
        make(LOG),
    ]
    found = [len(answer) for answer in answers]
    assert len(set(found)) == 1
    with pytest.raises(loyalty.InputError, match="say it once"):
        make(LOG, customer="customer_id", columns={"customer": "date"})
    with pytest.raises(loyalty.InputError, match="'client' is none of customer"):
        make(LOG, columns={"client": "customer_id"})


def test_credits_and_selections_spell_columns_the_same_way() -> None:
    log = pd.DataFrame(
        {
            "who": [1, 1, 1],
            "what": ["shoe"] * 3,
            "day": ["2024-01-01", "2024-01-06", "2024-01-08"],
            "pieces": [2, 3, -2],
            "each": [50.0, 45.0, 50.0],
        }
    )
    bought, back = log[log["pieces"] > 0], log[log["pieces"] < 0]
    named = {
        "customer": "who", "product": "what", "time": "day", "quantity": "pieces", "price": "each",
    }  # fmt: skip
    other = back.rename(columns={"pieces": "returned"})
    for found in (
        loyalty.match_credits(bought, back, **named),
        loyalty.match_credits(bought, back, columns=named),
        loyalty.match_credits(
            bought, other, columns=named, credit_columns={"quantity": "returned"}
        ),
        loyalty.match_credits(
            bought.rename(columns={**{v: k for k, v in named.items()}}),
            back.rename(columns={**{v: k for k, v in named.items()}}),
        ),
    ):
        assert found.purchases["returned_quantity"].tolist() == [2.0, 0.0]
        assert found.rules == {"exact": 1}
    mixed = pd.concat([back, back.assign(pieces=2)])
    with pytest.raises(loyalty.InputError, match="is not above 0"):
        loyalty.match_credits(bought, mixed, **named)
    table = {"who": [1, 2], "frequency": [5, 6], "clv": [900.0, 100.0], "p_alive": [0.9, 0.9]}
    one = loyalty.select(table, customer="who", capacities={"calls": 1})
    assert loyalty.select(table, columns={"customer": "who"}, capacities={"calls": 1}) == one
    nothing = loyalty.select({"who": [1]}, customer="who")
    assert "no treatment could be weighed" in repr(nothing)


def test_one_unit_is_the_default_everywhere() -> None:
    assert ORDERS.summarize().unit == "week"
    assert ORDERS.occasions().unit == "week"
    assert ORDERS.calibration_holdout(END).calibration.unit == "week"
    assert loyalty.score(ORDERS).customers.unit == "week"
    model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    assert loyalty.tracking(model, ORDERS).unit == "week"
    assert loyalty.compare(ORDERS, ["nbd"], horizon=26).unit == "week"
    assert ORDERS.summarize(unit="weeks") == ORDERS.summarize()  # type: ignore[arg-type]


def test_a_summary_is_a_table() -> None:
    table = CUSTOMERS
    np.testing.assert_array_equal(table["frequency"], table.frequency)
    np.testing.assert_array_equal(table["customer_id"], table.customer)
    assert list(table[["recency", "T"]]) == ["recency", "T"]
    assert table.head(3).equals(frame(table).head(3))
    repeaters = table[table.frequency > 0]
    assert repeaters == table.filter(lambda rows: rows.frequency > 0)
    assert repeaters == table[pd.Series(table.frequency > 0)]
    assert repeaters == table[pl.Series(table.frequency > 0)]
    assert len(repeaters) == (table.frequency > 0).sum()
    assert frame(table[10:20:3]).equals(frame(table)[10:20:3].reset_index(drop=True))
    assert table[-1] == list(table)[-1]
    first = next(iter(table))
    assert (first.frequency, first.customer_id) == (2, 1)
    assert pd.DataFrame(table).equals(frame(table))
    assert pl.DataFrame(table).equals(pl.from_pandas(frame(table)))
    assert pa.table(table).column_names == list(frame(table))
    assert np.asarray(table[:2]).shape == (2, 6)
    with pytest.raises(KeyError, match="no column 'spend'; there are"):
        table["spend"]
    with pytest.raises(IndexError):
        table[len(table)]
    with pytest.raises(loyalty.InputError, match="the mask has 2 values"):
        table[[True, False]]
    with pytest.raises(loyalty.InputError, match="at least one customer"):
        table[table.frequency < 0]
    with pytest.raises(TypeError, match="a mask of booleans"):
        table[table.recency]


def test_a_summary_knows_dates() -> None:
    dates = CUSTOMERS.to_frame(dates=True)
    log = LOG[LOG["date"] <= END].groupby("customer_id")["date"]
    assert (dates["first_order"].to_numpy() == log.min().to_numpy()).all()
    assert (dates["last_order"].to_numpy() == log.max().to_numpy()).all()
    assert str(CUSTOMERS.observation_end)[:10] == END
    some = CUSTOMERS[CUSTOMERS.frequency > 3]
    assert (some.first_order == CUSTOMERS.first_order[CUSTOMERS.frequency > 3]).all()
    made = loyalty.CustomerSummary(frequency=[0], recency=[0], T=[1])
    assert made.first_order is made.last_order is made.observation_end is None
    again = pickle.loads(pickle.dumps(CUSTOMERS))
    assert (again == CUSTOMERS, again.observation_end) == (True, CUSTOMERS.observation_end)


def test_a_split_is_a_table_of_both_parts() -> None:
    split = ORDERS.calibration_holdout(END)
    some = split[split.calibration.frequency > 0]
    assert len(some) == 946
    np.testing.assert_array_equal(
        some.holdout_frequency, split.holdout_frequency[split.calibration.frequency > 0]
    )
    np.testing.assert_array_equal(some["frequency_holdout"], some.holdout_frequency)
    assert some.calibration == split.calibration[split.calibration.frequency > 0]
    assert loyalty.holdout_errors(FIT, some).customers == 946
    assert pickle.loads(pickle.dumps(split)) == split != some


@pytest.mark.parametrize(
    "ask",
    [
        lambda table: loyalty.BgNbd.fit(table).parameters,
        lambda table: loyalty.GammaGamma.fit(table).model,
        lambda table: FIT.model.p_alive(table),
        lambda table: FIT.model.expected_purchases(table, 13),
        lambda table: FIT.model.log_likelihood(table),
        lambda table: SPEND.model.expected_spend(table),
        lambda table: FIT.interval("p_alive", table),
        lambda table: loyalty.clv(table, FIT, SPEND, horizon=52),
        lambda table: loyalty.clv_interval(table, FIT, SPEND, horizon=52),
        lambda table: loyalty.frequency_value_correlation(table),
        lambda table: loyalty.repeat_counts(FIT, table).to_frame(),
        lambda table: loyalty.rfm(table).to_frame()["frequency_score"],
        lambda table: loyalty.score(table, purchases=FIT, spend=SPEND).to_frame()["clv"],
    ],
)
def test_the_table_of_a_summary_is_taken_where_a_summary_is(ask: Callable[[Any], Any]) -> None:
    expected = ask(CUSTOMERS)
    for table in (frame(CUSTOMERS), frame(CUSTOMERS).set_index("customer_id")):
        found = ask(table)
        if isinstance(expected, pd.DataFrame | pd.Series):
            assert found.equals(expected)
        else:
            assert found == expected


def test_the_unit_that_a_table_of_a_summary_is_taken_to_have_is_said() -> None:
    daily = ORDERS.summarize(unit="day", observation_end=END)
    found = loyalty.score(frame(daily), unit="day")
    assert found.notes[0] == "the table of the summary is taken to count days; unit= says otherwise"
    assert not any("is taken to count" in note for note in loyalty.score(daily).notes)
    assert found.customers.unit == "day"


def test_what_is_no_table_says_what_makes_one() -> None:
    with pytest.raises(TypeError, match=r"got Orders; orders.summarize\(\) makes one"):
        FIT.model.p_alive(ORDERS)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="must be a CustomerSummary or a table"):
        FIT.model.p_alive([1, 2, 3])  # type: ignore[call-overload]
    with pytest.raises(loyalty.InputError, match='column "recency" is missing'):
        FIT.model.p_alive({"frequency": [1], "T": [3.0]})  # type: ignore[call-overload]


def test_a_fit_predicts_as_its_model_does() -> None:
    fit: Any = FIT
    assert fit.p_alive(CUSTOMERS).equals(FIT.model.p_alive(CUSTOMERS))
    assert fit.expected_purchases(CUSTOMERS, 13).equals(FIT.model.expected_purchases(CUSTOMERS, 13))
    assert (fit.unit, fit.r) == ("week", FIT.model.r)
    assert "p_alive" in dir(fit)
    for asked in (fit, FIT.model):
        with pytest.raises(AttributeError, match=r"expected_purchases\(customers, horizon\)"):
            asked.predict(CUSTOMERS)
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            asked.nothing  # noqa: B018
    assert copy.deepcopy(fit) == fit == pickle.loads(pickle.dumps(fit))
    plots = loyalty.plotting
    assert plots.plot_frequency_recency_matrix(FIT).get_title()
    assert plots.plot_probability_alive_matrix(FIT.model).get_title()
    assert loyalty.clv(CUSTOMERS, FIT.model, SPEND.model, horizon=52).equals(ANSWERS)
    assert loyalty.score(CUSTOMERS, purchases=FIT, spend=SPEND.model).spend is None


LENGTHS = [
    "91 days",
    "13 weeks",
    dt.timedelta(days=91),
    pd.Timedelta(days=91),
    np.timedelta64(91, "D"),
]


@pytest.mark.parametrize("length", [*LENGTHS, 13, 13.0, np.float64(13), np.int64(13)])
def test_a_horizon_is_a_number_or_a_length_of_time(length: Any) -> None:
    for ask in ("expected_purchases", "p_alive_at", "p_no_purchase", "purchase_distribution"):
        method = getattr(FIT.model, ask)
        assert method(CUSTOMERS, length).equals(method(CUSTOMERS, 13))
    one = {"frequency": 2, "recency": 30.0, "T": 38.0}
    assert FIT.model.expected_purchases(horizon=length, **one) == FIT.model.expected_purchases(
        horizon=13, **one
    )
    assert FIT.model.discounted_purchases(CUSTOMERS, horizon=length).equals(
        FIT.model.discounted_purchases(CUSTOMERS, horizon=13)
    )
    values = loyalty.clv(CUSTOMERS, FIT, SPEND, horizon=length)
    assert values.equals(loyalty.clv(CUSTOMERS, FIT, SPEND, horizon=13))
    assert FIT.interval("expected_purchases", CUSTOMERS, horizon=length).equals(
        FIT.interval("expected_purchases", CUSTOMERS, horizon=13)
    )


def test_several_horizons_are_several_columns() -> None:
    found = FIT.model.expected_purchases(CUSTOMERS, [13, 26.0, "1 year"])
    names = [f"expected_purchases_{label}" for label in ("13", "26", "1_year")]
    assert list(found) == ["customer_id", *names]
    for name, horizon in zip(names, (13, 26, 365.25 / 7), strict=True):
        alone = FIT.model.expected_purchases(CUSTOMERS, horizon)["expected_purchases"]
        np.testing.assert_array_equal(found[name], alone)
    values = loyalty.clv(CUSTOMERS, FIT, SPEND, horizon=[13, 52], annual_discount_rate=0.1)
    assert list(values) == ["customer_id", "clv_13", "clv_52"]
    several = FIT.model.p_alive_at(horizon=[0, 13], frequency=2, recency=30.0, T=38.0)
    assert several.shape == (2,)
    months = loyalty.BgNbd(r=1, alpha=2, a=1, b=2, unit="calendar_month")
    assert months.expected_purchases_new_customer("1 year") == (
        months.expected_purchases_new_customer(12)
    )


@pytest.mark.parametrize(
    ("horizon", "error", "message"),
    [
        ("52", TypeError, 'text such as "90 days"'),
        ("three months", TypeError, 'text such as "90 days"'),
        ("3 fortnights", loyalty.InputError, "unit must be hour, day"),
        ("1 calendar_month", loyalty.InputError, "the length of time"),
        (None, TypeError, "expected a horizon"),
        ([], loyalty.InputError, "no horizon in the list"),
        (np.timedelta64("NaT"), TypeError, 'text such as "90 days"'),
    ],
)
def test_what_is_no_horizon_says_what_is(
    horizon: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        FIT.model.expected_purchases(CUSTOMERS, horizon)


def test_a_length_of_time_needs_a_unit() -> None:
    model = loyalty.BgNbd(r=1, alpha=2, a=1, b=2)
    with pytest.raises(loyalty.InputError, match="have no unit"):
        model.expected_purchases(horizon="90 days", frequency=0, recency=0, T=1)
    with pytest.raises(loyalty.InputError, match=r"math.inf needs a rate of discount"):
        loyalty.clv(CUSTOMERS, FIT, SPEND, horizon=math.inf)
    with pytest.raises(loyalty.InputError, match="a share below 1"):
        loyalty.clv(CUSTOMERS, FIT, SPEND, horizon=52, annual_discount_rate=10)


def test_numbers_of_a_row_of_a_frame_are_numbers() -> None:
    row = frame(CUSTOMERS).iloc[20].astype(float)
    found = FIT.model.p_alive(frequency=row.frequency, recency=row.recency, T=row["T"])
    assert found == FIT.model.p_alive(CUSTOMERS)["p_alive"][20]
    assert found == FIT.model.p_alive(CUSTOMERS[20:21])["p_alive"][0]
    several = FIT.model.p_alive(
        frequency=CUSTOMERS.frequency, recency=CUSTOMERS.recency, T=CUSTOMERS.T
    )
    np.testing.assert_array_equal(several, FIT.model.p_alive(CUSTOMERS)["p_alive"])
    assert loyalty.BgNbd.fit(CUSTOMERS, max_iterations=np.float64(200.0)).stop == "converged"  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"frequency must be a whole number, got 2\.5"):
        FIT.model.p_alive(frequency=2.5, recency=3.0, T=4.0)  # type: ignore[call-overload]


IDS = [uuid.UUID(int=7), uuid.UUID(int=3), uuid.UUID(int=7)]
DAYS = ["2024-01-01", "2024-01-02", "2024-01-09"]


@pytest.mark.parametrize(
    "log",
    [
        {"customer": IDS, "time": DAYS},
        pd.DataFrame({"customer": IDS, "time": DAYS}),
        pl.DataFrame({"customer": pl.Series(IDS, dtype=pl.Object), "time": DAYS}),
        pa.table({"customer": pa.array([i.bytes for i in IDS], pa.uuid()), "time": DAYS}),
    ],
    ids=["dict", "pandas", "polars", "pyarrow"],
)
def test_uuids_are_ids(log: Any) -> None:
    customers = loyalty.Orders(log).summarize(unit="day")
    assert customers.customer.tolist() == [str(IDS[1]), str(IDS[0])]
    assert customers.frequency.tolist() == [0, 1]


def test_a_table_of_prices_is_not_taken_without_amounts() -> None:
    table = {"customer": [1], "time": ["2024-01-01"], "price": [3.0], "quantity": [2]}
    with pytest.raises(loyalty.InputError, match='column "price" × column "quantity"'):
        loyalty.Orders(table)
    bare = loyalty.Orders(table, columns={"amount": None})
    assert bare.columns == {"customer": "customer", "time": "time"}
    assert loyalty.Orders(table, customer="customer", time="time").summarize().total_amount is None
    assert loyalty.OrderLines(table).columns == {name: name for name in table}


def made() -> dict[str, Any]:
    split = ORDERS.calibration_holdout(END)
    shop = loyalty.datasets.simulated_shop()
    ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, margin=0.3)
    table = {"who": [1, 2], "frequency": [5, 6], "clv": [900.0, 100.0], "p_alive": [0.9, 0.9]}
    return {
        "Occasions": ORDERS.occasions(),
        "CustomerSummary": CUSTOMERS,
        "CalibrationHoldout": split,
        "Fit": FIT,
        "BgNbd": FIT.model,
        "Rfm": loyalty.rfm(CUSTOMERS),
        "Scores": loyalty.score(shop.lines, contacts=shop.contacts, margin=0.3),
        "Tracking": loyalty.tracking(FIT, ORDERS),
        "RepeatCounts": loyalty.repeat_counts(FIT, CUSTOMERS),
        "HoldoutErrors": loyalty.holdout_errors(FIT, split),
        "Bootstrap": loyalty.clv_bootstrap(CUSTOMERS, FIT, SPEND, horizon=52, replicates=20),
        "Selection": loyalty.select(table, customer="who"),
        "Choice": loyalty.choose({"call": [5.0, 2.0]}),
        "SimulatedShop": loyalty.simulate(50, seed=3),
        "Check": loyalty.check(PATH),
        "Treatments": loyalty.Treatments.customary(),
        "Prior": loyalty.Prior.known(1.0),
        "Posterior": FIT.posterior(CUSTOMERS, draws=200),
        "SegmentTable": loyalty.SegmentTable.customary(),
        "OrdersReport": ORDERS.report,
        "Correlation": loyalty.frequency_value_correlation(CUSTOMERS),
        "Losses": ledger.losses(),
    }


def test_what_is_made_is_pickled_copied_and_compared() -> None:
    for name, thing in made().items():
        for again in (pickle.loads(pickle.dumps(thing)), copy.deepcopy(thing), copy.copy(thing)):
            assert type(again) is type(thing)
            assert again == thing, name
            assert repr(again) == repr(thing)
        assert thing != "something else"


def test_what_is_as_large_as_its_table_says_so_in_a_sentence() -> None:
    shop = loyalty.datasets.simulated_shop()
    ledger = loyalty.Ledger(shop.lines, margin=0.3)
    for thing in (ORDERS, loyalty.OrderLines(shop.lines), ledger, loyalty.read_orders(PATH)):
        with pytest.raises(TypeError, match="cannot be pickled; pickle"):
            pickle.dumps(thing)


def test_completion_shows_what_is_public() -> None:
    assert dir(loyalty) == sorted(loyalty.__all__)
    assert all(hasattr(loyalty, name) for name in loyalty.__all__)
    for module in (loyalty.datasets, loyalty.plotting):
        assert dir(module) == sorted(module.__all__)


def test_the_modules_behind_can_still_be_imported() -> None:
    for name in ("fit", "prior", "orders", "rfm", "persistence", "plotting.counts"):
        assert importlib.import_module(f"loyalty.{name}").__name__ == f"loyalty.{name}"
    # Functions that are called as their modules stay functions after it.
    assert callable(loyalty.rfm) and callable(loyalty.persistence)


def test_frames_are_made_by_to_frame() -> None:
    public = [getattr(loyalty, name) for name in loyalty.__all__]
    kinds = [kind for kind in public if isinstance(kind, type)]
    assert not [kind for kind in kinds if callable(getattr(kind, "table", None))]
    top = loyalty.Ledger(LOG).top_shares(shares=[0.1])[0]
    assert top.lower < top.of_total < top.upper


def test_a_path_may_be_any(tmp_path: Path) -> None:
    log = tmp_path / "orders.csv"
    LOG.to_csv(log, index=False, sep=";", decimal=",")
    for make in (loyalty.Orders, loyalty.OrderLines, loyalty.Ledger):
        assert make(log).report.rows == 6919
    with pytest.raises(loyalty.InputError, match="no such file"):
        loyalty.Orders(tmp_path / "none.csv")
