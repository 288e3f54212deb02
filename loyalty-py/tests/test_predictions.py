"""What customers will do: draws, intervals, and how often they hold what then happened."""

from __future__ import annotations

import pickle
import time

import numpy as np
import pandas as pd
import polars as pl
import pytest

import loyalty
from loyalty.errors import FitError, InputError

WEEKS = 39


@pytest.fixture(scope="module")
def split():
    log = loyalty.datasets.cdnow("pandas")
    orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
    return orders.calibration_holdout("1997-09-30", unit="week")


@pytest.fixture(scope="module")
def purchases(split):
    return loyalty.MbgNbd.fit(split.calibration)


@pytest.fixture(scope="module")
def spend(split):
    return loyalty.GammaGamma.fit(split.calibration)


def test_draws_agree_with_the_exact_distribution(split, purchases):
    futures = purchases.model.simulate_future(split.calibration, WEEKS, n=400, seed=1)
    drawn, n = futures.to_frame(), 400
    exact = pd.DataFrame(
        {
            "alive": purchases.model.p_alive(split.calibration)["p_alive"],
            "alive_at_horizon": purchases.model.p_alive_at(split.calibration, WEEKS)["p_alive_at"],
            "none": purchases.model.p_no_purchase(split.calibration, WEEKS)["p_no_purchase"],
        }
    )
    for name, p in exact.items():
        z = (drawn[name] - p) / np.sqrt(p * (1 - p) / n)
        assert np.abs(z).max() < 5.5, name
        assert z.pow(2).mean() == pytest.approx(1, abs=4 * np.sqrt(2 / len(z))), name
    expected = purchases.model.expected_purchases(split.calibration, WEEKS)["expected_purchases"]
    error = futures.total.std() / np.sqrt(n)
    assert abs(futures.total.mean() - expected.sum()) < 4 * error
    matrix = futures.draws()
    assert matrix.shape == (len(split.calibration), n)
    assert (matrix.sum(axis=0) == futures.total).all()
    assert np.allclose(matrix.mean(axis=1), drawn["purchases"], rtol=1e-12)


def test_a_customer_alone_has_the_future_of_a_customer_among_many(split, purchases):
    many = purchases.model.simulate_future(split.calibration, WEEKS, n=50).draws()
    table = split.calibration.to_frame()
    for row in (0, 7, 2000):
        one = table.iloc[[row]]
        alone = loyalty.CustomerSummary(one, customer="customer_id", unit="week")
        assert (purchases.model.simulate_future(alone, WEEKS, n=50).draws() == many[row]).all()
    for threads in (1, 2, 3):
        again = purchases.model.simulate_future(split.calibration, WEEKS, n=50, threads=threads)
        assert (again.total == many.sum(axis=0)).all()


def test_intervals_of_known_parameters_are_quantiles_of_the_distribution(split, purchases):
    model, level = purchases.model, 0.8
    found = loyalty.purchase_interval(split.calibration, model, WEEKS, level=level)
    table = model.purchase_distribution(split.calibration, WEEKS, most=300)
    up_to = table[[f"p_{n}" for n in range(301)]].to_numpy().cumsum(axis=1)
    lower, upper = (up_to > 0.1).argmax(axis=1), (up_to >= 0.9 - 1e-12).argmax(axis=1)
    assert (found["lower"] == lower).mean() > 0.999
    assert (found["upper"] == upper).mean() > 0.999
    assert (
        found["estimate"]
        == model.expected_purchases(split.calibration, WEEKS)["expected_purchases"]
    ).all()


def test_groups_and_total_share_the_draws(split, purchases, spend):
    segment = loyalty.rfm(split.calibration).to_frame()["segment"]
    how = {"horizon": WEEKS, "level": 0.9}
    by = loyalty.clv_interval(split.calibration, purchases, spend, by=segment, **how)
    assert by["group"].tolist() == sorted(set(segment))
    assert by["customers"].tolist() == segment.value_counts().sort_index().tolist()
    value = loyalty.clv(split.calibration, purchases, spend, horizon=WEEKS)["clv"]
    assert by["estimate"].to_numpy() == pytest.approx(value.groupby(segment).sum().to_numpy())
    total = loyalty.clv_interval(split.calibration, purchases, spend, total=True, **how)
    one = loyalty.clv_interval(split.calibration, purchases, spend, by=[1] * len(segment), **how)
    assert (total[["lower", "upper"]].to_numpy() == one[["lower", "upper"]].to_numpy()).all()
    # The sum of independent customers is far surer than the sum of their intervals, and less than the expectation.
    each = loyalty.clv_interval(split.calibration, purchases, spend, **how)
    narrow = loyalty.clv_interval(
        split.calibration, purchases, spend, kind="expectation", total=True, **how
    )
    width = [float((table["upper"] - table["lower"]).sum()) for table in (narrow, total, each)]
    assert width[0] < width[1] < 0.2 * width[2]


def test_values_are_those_of_a_prediction_unless_the_expectation_is_asked_for(
    split, purchases, spend
):
    known = (split.calibration, purchases, spend)
    by_default = loyalty.clv_interval(*known, horizon=WEEKS)
    prediction = loyalty.clv_interval(*known, horizon=WEEKS, kind="prediction")
    expectation = loyalty.clv_interval(*known, horizon=WEEKS, kind="expectation")
    assert by_default.equals(prediction)
    assert "standard_error" not in by_default and "standard_error" in expectation
    wider = by_default["upper"] - by_default["lower"] > expectation["upper"] - expectation["lower"]
    assert wider.mean() > 0.9


def test_expectations_by_group_are_those_of_the_delta_method(split, purchases, spend):
    how = {"horizon": WEEKS, "level": 0.9, "kind": "expectation"}
    delta = loyalty.clv_interval(split.calibration, purchases, spend, total=True, **how)
    drawn = loyalty.clv_interval(
        split.calibration, purchases, spend, by=["all"] * len(split.calibration), **how
    )
    width = float((delta["upper"] - delta["lower"]).iloc[0])
    assert abs(drawn["lower"][0] - delta["lower"][0]) < 0.1 * width
    assert abs(drawn["upper"][0] - delta["upper"][0]) < 0.1 * width
    posterior = (
        loyalty.MbgNbd.posterior(split.calibration),
        loyalty.GammaGamma.posterior(split.calibration),
    )
    bayes = loyalty.clv_interval(split.calibration, *posterior, total=True, **how)
    assert abs(bayes["upper"][0] - delta["upper"][0]) < 0.2 * width


def test_cdnow_intervals_hold_what_customers_did(split, purchases, spend):
    """Nominal 90 %. Counts are whole, so that the model itself says 96 %: one-time buyers have 0 to 1."""
    customers, bought = split.calibration, split.holdout_frequency
    spent = split.holdout_monetary_value * bought
    counts = loyalty.purchase_interval(customers, purchases, WEEKS, level=0.9)
    values = loyalty.clv_interval(
        customers, purchases, spend, horizon=WEEKS, kind="prediction", level=0.9
    )
    held = (counts["lower"] <= bought) & (bought <= counts["upper"])
    paid = (values["lower"] <= spent) & (spent <= values["upper"] * (1 + 1e-9))
    for low, high in ((0, 0), (1, 1), (2, 3), (4, 7)):
        rows = (low <= customers.frequency) & (customers.frequency <= high)
        assert held[rows].mean() > 0.9 and paid[rows].mean() > 0.88, (low, high)
    assert 0.92 < held.mean() < 0.97
    # The total is not held: customers bought a fifth more than the model expects, and it knows nothing of that.
    total = loyalty.purchase_interval(customers, purchases, WEEKS, total=True, level=0.9)
    assert total["upper"][0] < bought.sum() == 1882
    doubted = loyalty.purchase_interval(
        customers, purchases, WEEKS, total=True, level=0.9, levels=[0.85, 1.1]
    )
    assert doubted["lower"][0] < 1882 < doubted["upper"][0]


def test_money_is_held_against_the_holdout(split, purchases, spend):
    errors = loyalty.holdout_errors(purchases, split, spend=spend)
    spent = np.maximum(split.holdout_monetary_value * split.holdout_frequency, 0)
    expected = loyalty.clv(split.calibration, purchases, spend, horizon=WEEKS)["clv"].to_numpy()
    money = errors.spend
    assert money.spend is None and errors.mae == loyalty.holdout_errors(purchases, split).mae
    assert money.actual == pytest.approx(spent.sum())
    assert money.mae == pytest.approx(np.abs(expected - spent).mean())
    assert money.rmse == pytest.approx(np.sqrt(((expected - spent) ** 2).mean()))
    assert money.bias == pytest.approx((expected - spent).mean())
    groups = money.by_frequency()
    assert groups["actual"][0] == pytest.approx(spent[split.calibration.frequency == 0].mean())
    table = loyalty.spend_calibration(purchases, spend, split)
    assert len(table) == 10 and table["customers"].sum() == len(split.calibration)
    assert table["actual"].sum() == pytest.approx(spent.sum())
    assert table["expected"].to_numpy() == pytest.approx(np.sort(table["expected"]))
    assert ((table["lower"] < table["expected"]) & (table["expected"] < table["upper"])).all()


def test_spend_counts_are_those_of_a_beta_prime(split, spend):
    from scipy import stats

    customers, model = split.calibration, spend.model
    edges = [15.0, 30.0, 60.0]
    counts = loyalty.spend_counts(spend, customers, edges=edges)
    rows = (customers.frequency > 0) & (customers.monetary_value > 0)
    x, mean = customers.frequency[rows], customers.monetary_value[rows]
    assert counts.customers == rows.sum()
    actual = np.histogram(mean, [0, *(np.nextafter(edges, np.inf)), np.inf])[0]
    up_to = np.array([0.0, *edges, np.inf])
    with np.errstate(invalid="ignore"):
        share = np.where(np.isinf(up_to), 1.0, x[:, None] * up_to / (x[:, None] * up_to + model.v))
    cdf = stats.beta.cdf(share, model.p * x[:, None], model.q)
    table = counts.to_frame()
    assert table["actual"].tolist() == actual.tolist()
    assert table["expected"].to_numpy() == pytest.approx(np.diff(cdf, axis=1).sum(axis=0), rel=1e-9)
    assert sum(counts.tenths) == counts.customers
    pit = stats.beta.cdf(x * mean / (x * mean + model.v), model.p * x, model.q)
    assert list(counts.tenths) == np.histogram(pit, np.linspace(0, 1, 11))[0].tolist()
    assert counts.chi_square.degrees == 6
    even = loyalty.spend_counts(spend, customers, cells=5).to_frame()
    # Many means are the price of one CD.
    assert even["actual"].tolist() == [205, 174, 189, 189, 189]


def test_compare_shows_money_beside_counts():
    orders = loyalty.datasets.cdnow_orders()
    found = loyalty.compare(orders, ["mbg-nbd", "nbd"], unit="week", horizon=26)
    means, each = found.to_frame(), found.forecasts()
    for figure in ("deviance", "level", "shape", "mae", "rmse", "rank_correlation", "top_decile"):
        assert figure in means.columns
        of_best = each[each["model"] == means["model"][0]][f"revenue_{figure}"]
        geometric = np.exp(np.log(of_best).mean())
        assert means[f"revenue_{figure}"][0] == pytest.approx(geometric, rel=1e-12)
    assert means["revenue_top_decile"].min() > 0 and means["revenue_rank_correlation"].max() < 1


def test_score_has_intervals_when_asked_for():
    orders = loyalty.datasets.cdnow_orders()
    plain = loyalty.score(orders, observation_end="1997-09-30")
    began = time.perf_counter()
    scores = loyalty.score(orders, observation_end="1997-09-30", interval=0.9)
    # Well under a second on a quiet machine; here with room for a busy one.
    assert time.perf_counter() - began < 10
    table, before = scores.to_frame(), plain.to_frame()
    ends = ["purchases_lower", "purchases_upper", "clv_lower", "clv_upper"]
    assert [name for name in table.columns if name not in before.columns] == ends
    assert (table[list(before.columns)] == before).all(axis=None)
    counts = loyalty.purchase_interval(scores.customers, scores.purchases, 365.25 / 7, level=0.9)
    assert (table["purchases_upper"].to_numpy() == counts["upper"].to_numpy()).all()
    assert (table["clv_lower"] <= table["clv"]).all()
    narrow = loyalty.score(
        orders, observation_end="1997-09-30", interval=0.9, interval_kind="expectation"
    ).to_frame()
    assert (narrow["clv_upper"] - narrow["clv_lower"]).sum() < (
        table["clv_upper"] - table["clv_lower"]
    ).sum()
    with pytest.raises(InputError, match="level must be above 0 and below 1"):
        loyalty.score(orders, interval=90)


def test_answers_are_of_the_callers_kind(split, purchases):
    log = pl.DataFrame(loyalty.datasets.cdnow("polars"))
    orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
    customers = orders.summarize(unit="week", observation_end="1997-09-30")
    by = pl.Series(["a", "b"] * (len(customers) // 2) + ["a"] * (len(customers) % 2))
    table = loyalty.purchase_interval(customers, purchases, WEEKS, by=by)
    assert isinstance(table, pl.DataFrame) and table["group"].to_list() == ["a", "b"]
    numbers = loyalty.purchase_interval(
        customers, purchases, WEEKS, by=np.arange(len(customers)) % 3
    )
    assert numbers["group"].to_list() == [0, 1, 2]


def test_what_cannot_be_predicted_is_refused(split, purchases, spend):
    customers = split.calibration
    with pytest.raises(TypeError, match="either groups, by=, or the total"):
        loyalty.purchase_interval(customers, purchases, WEEKS, by=[1], total=True)
    with pytest.raises(InputError, match='column "by" has 1 rows'):
        loyalty.purchase_interval(customers, purchases, WEEKS, by=[1])
    with pytest.raises(InputError, match='column "by", row 1: must be a group'):
        loyalty.purchase_interval(customers, purchases, WEEKS, by=["a", None])
    with pytest.raises(InputError, match="kind must be"):
        loyalty.purchase_interval(customers, purchases, WEEKS, kind="guess")
    with pytest.raises(InputError, match="draws must be from 100"):
        loyalty.clv_interval(customers, purchases, spend, horizon=9, kind="prediction", draws=10)
    with pytest.raises(InputError, match="levels must be"):
        loyalty.purchase_interval(customers, purchases, WEEKS, total=True, levels=[0.0])
    with pytest.raises(TypeError, match="purchases must be a PurchaseModel, or a Fit or Posterior"):
        loyalty.purchase_interval(customers, spend, WEEKS)
    with pytest.raises(InputError, match="1e6 purchases"):
        purchases.model.simulate_future(customers, 1e12)
    loyal = loyalty.CustomerSummary(frequency=[2, 5, 9], recency=[30, 30, 30], T=[30, 30, 30])
    with pytest.warns(loyalty.LoyaltyWarning):
        boundary = loyalty.BgNbd.fit(loyal)
    with pytest.raises(FitError):
        loyalty.purchase_interval(loyal, boundary, WEEKS)
    assert (loyalty.purchase_interval(loyal, boundary.model, WEEKS)["upper"] > 0).all()
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(purchases.model.simulate_future(loyal, 1.0, n=2))
