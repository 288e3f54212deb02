"""Models with covariates: joined by customer, refused by name, the same in files and pickles."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest

import loyalty
from loyalty.errors import InputError, LoyaltyWarning

N = 1200
AGE = 20.0 + (np.arange(N) * 7919 % 1000) / 20
CHANNEL = np.array(["shop", "web", "shop", "app", "web", "shop"])[np.arange(N) * 31 % 6]
TABLE = {"age": AGE, "channel": CHANNEL}
GAMMA = {
    "purchase:age": 0.02,
    "purchase:channel=app": 0.5,
    "purchase:channel=web": -0.3,
    "dropout:age": -0.015,
    "dropout:channel=app": 0.6,
    "dropout:channel=web": -0.4,
}
BASES = {
    loyalty.ParetoNbd: loyalty.ParetoNbd(r=0.9, alpha=9, s=0.8, beta=12, unit="week"),
    loyalty.BgNbd: loyalty.BgNbd(r=0.9, alpha=9, a=0.9, b=2.5, unit="week"),
    loyalty.MbgNbd: loyalty.MbgNbd(r=0.9, alpha=9, a=0.9, b=2.5, unit="week"),
}


def drawn(base: loyalty.PurchaseModel) -> loyalty.CustomerSummary:
    truth = loyalty.PurchaseWithCovariates(base, TABLE, coefficients=GAMMA)
    return truth.simulate(TABLE, [60.0] * N, seed=11)


@pytest.mark.parametrize("kind", BASES)
def test_a_fit_finds_the_coefficients_and_shows_them_with_their_errors(kind: type) -> None:
    customers = drawn(BASES[kind])
    fit = kind.fit(customers, covariates=TABLE)
    assert fit.stop == "converged"
    assert isinstance(fit.model, loyalty.PurchaseWithCovariates)
    summary = fit.summary()
    assert list(summary["parameter"][4:]) == list(GAMMA)
    found = dict(zip(summary["parameter"], summary["estimate"], strict=True))
    errors = dict(zip(summary["parameter"], summary["standard_error"], strict=True))
    for name, gamma in GAMMA.items():
        assert abs(found[name] - gamma) < 4 * errors[name], name
    coefficients = fit.model.coefficients()
    assert list(coefficients["level"])[1:3] == ["app", "web"]
    assert np.allclose(coefficients["factor"], np.exp(coefficients["value"]))
    assert fit.model.log_likelihood(customers, covariates=TABLE) == pytest.approx(
        fit.log_likelihood, rel=1e-12
    )


def test_predictions_are_those_of_the_customers_own_models() -> None:
    customers = drawn(BASES[loyalty.BgNbd])
    model = loyalty.BgNbd.fit(customers, covariates=TABLE).model
    year = {"horizon": 52, "annual_discount_rate": 0.1}
    answers = {
        "p_alive": model.p_alive(customers, covariates=TABLE),
        "p_alive_at": model.p_alive_at(customers, 13, covariates=TABLE),
        "expected_purchases": model.expected_purchases(customers, 13, covariates=TABLE),
        "p_no_purchase": model.p_no_purchase(customers, 13, covariates=TABLE),
        "discounted_purchases": model.discounted_purchases(customers, covariates=TABLE, **year),
    }
    distribution = model.purchase_distribution(customers, 13, covariates=TABLE, most=2)
    assert list(distribution) == ["p_0", "p_1", "p_2", "p_more"]
    new = model.expected_purchases_new_customer(TABLE, 13)
    for row in range(0, N, 97):
        one = model.customer({"age": AGE[row], "channel": CHANNEL[row]})
        assert isinstance(one, loyalty.BgNbd)
        history = {
            "frequency": int(customers.frequency[row]),
            "recency": customers.recency[row],
            "T": customers.T[row],
        }
        assert answers["p_alive"][row] == one.p_alive(**history)
        for name in ("p_alive_at", "expected_purchases", "p_no_purchase"):
            assert answers[name][row] == getattr(one, name)(horizon=13, **history), name
        assert answers["discounted_purchases"][row] == one.discounted_purchases(**year, **history)
        expected = one.purchase_distribution(horizon=13, most=2, **history)
        assert [distribution[name][row] for name in distribution] == list(expected)
        assert new[row] == one.expected_purchases_new_customer(13)


def as_summary(customers: loyalty.CustomerSummary, ids: list[str]) -> loyalty.CustomerSummary:
    frame = pd.DataFrame(
        {
            "customer": ids,
            "frequency": customers.frequency,
            "recency": customers.recency,
            "T": customers.T,
        }
    )
    return loyalty.CustomerSummary(frame, customer="customer", unit="week")


def test_rows_are_found_by_the_column_of_the_customers() -> None:
    drawn_customers = drawn(BASES[loyalty.ParetoNbd])
    ids = [f"c{row:05}" for row in range(N)]
    customers = as_summary(drawn_customers, ids)
    table = pl.DataFrame({"customer": ids, **TABLE})
    fit = loyalty.ParetoNbd.fit(customers, covariates=table)
    same = loyalty.ParetoNbd.fit(drawn_customers, covariates=TABLE)
    assert fit.parameters == same.parameters
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=3)
    assert loyalty.ParetoNbd.fit(customers, covariates=shuffled).parameters == fit.parameters
    more = pl.concat(
        [shuffled, pl.DataFrame({"customer": ["new"], "age": [1.0], "channel": ["web"]})]
    )
    with pytest.warns(LoyaltyWarning, match="1 row of the covariates"):
        scores = fit.model.p_alive(customers, covariates=more)
    assert np.array_equal(scores["p_alive"], same.model.p_alive(drawn_customers, covariates=TABLE))
    with pytest.raises(InputError, match='no row for the customer "c00000" .and 1 more row'):
        fit.model.p_alive(customers, covariates=table[2:])
    twice = pl.concat([table, table[:1]])
    with pytest.raises(InputError, match="must be there once, got c00000"):
        loyalty.ParetoNbd.fit(customers, covariates=twice)


def test_scoring_takes_columns_by_name_and_refuses_what_was_not_learnt() -> None:
    customers = drawn(BASES[loyalty.MbgNbd])
    model = loyalty.MbgNbd.fit(
        customers, covariates=TABLE, purchase=["age"], dropout=["channel"]
    ).model
    assert model.columns == ("age", "channel")
    frames = (pd.DataFrame, pl.DataFrame)
    expected = model.p_alive(customers, covariates=TABLE)
    for frame in frames:
        table = frame({"further": np.arange(N), "channel": CHANNEL, "age": AGE})
        assert np.array_equal(model.p_alive(customers, covariates=table), expected)
    categories = pd.DataFrame({"age": AGE, "channel": pd.Categorical(CHANNEL)})
    assert np.array_equal(model.p_alive(customers, covariates=categories), expected)
    fax = CHANNEL.astype(object).copy()
    fax[5] = "fax"
    gap = CHANNEL.astype(object).copy()
    gap[7] = None
    late = AGE.copy()
    late[3] = np.nan
    for table, message in [
        ({"age": AGE}, 'column "channel" is missing'),
        (
            {"age": AGE, "channel": fax},
            'row 5: must be a level that the model has learnt from, got "fax"',
        ),
        ({"age": AGE, "channel": gap}, 'column "channel", row 7: must be the name of a level'),
        ({"age": late, "channel": CHANNEL}, 'column "age", row 3: must be a number'),
        ({"age": AGE, "channel": AGE}, 'column "channel" must hold text'),
        ({"age": CHANNEL, "channel": CHANNEL}, 'column "age" must hold numbers'),
        ({"age": AGE[1:], "channel": CHANNEL[1:]}, "has 1199 rows, but 1200"),
    ]:
        with pytest.raises(InputError, match=message):
            model.p_alive(customers, covariates=table)


def test_a_fit_refuses_columns_that_tell_nothing() -> None:
    customers = drawn(BASES[loyalty.BgNbd])
    fit = loyalty.BgNbd.fit
    with pytest.raises(InputError, match='"same" has one value only'):
        fit(customers, covariates={"age": AGE, "same": np.ones(N)})
    with pytest.raises(InputError, match='"months" follows from the other covariates'):
        fit(customers, covariates={"age": AGE, "months": 12 * AGE})
    with pytest.raises(InputError, match='column "agee" is missing'):
        fit(customers, covariates=TABLE, purchase=["agee"], dropout=[])
    with pytest.raises(InputError, match="is shared"):
        fit(customers, covariates=TABLE, purchase=["age"], dropout=[], shared=["age"])
    with pytest.raises(TypeError, match="but there are none"):
        fit(customers, purchase=["age"])
    with pytest.raises(TypeError, match="list of names"):
        fit(customers, covariates=TABLE, purchase="age")
    with pytest.raises(TypeError, match="spend is not for a BG/NBD"):
        fit(customers, covariates=TABLE, spend=["age"])
    with pytest.raises(InputError, match="takes covariates"):
        loyalty.Nbd.fit(customers, covariates=TABLE)
    with pytest.raises(InputError, match="penalizer must be 0 with covariates"):
        fit(customers, covariates=TABLE, penalizer=0.1)
    with pytest.raises(InputError, match="coefficients must be of purchase:age"):
        loyalty.PurchaseWithCovariates(BASES[loyalty.BgNbd], TABLE, coefficients={"age": 1.0})


def test_shared_coefficients_and_priors() -> None:
    customers = drawn(BASES[loyalty.ParetoNbd])
    fit = loyalty.ParetoNbd.fit(
        customers,
        covariates=TABLE,
        purchase=["channel"],
        dropout=[],
        shared=["age"],
        priors={"shared:age": loyalty.Prior.normal(0, 0.01)},
    )
    assert list(fit.parameters)[4:] == [
        "purchase:channel=app",
        "purchase:channel=web",
        "shared:age",
    ]
    assert abs(fit.parameters["shared:age"]) < 0.002
    assert fit.log_prior < 0


def test_files_and_pickles_keep_the_bits(tmp_path) -> None:
    customers = drawn(BASES[loyalty.ParetoNbd])
    fit = loyalty.ParetoNbd.fit(customers, covariates=TABLE)
    fit.save(tmp_path / "model.json")
    model = loyalty.load(tmp_path / "model.json")
    assert model == fit.model
    assert loyalty.load_fit(tmp_path / "model.json") == fit
    assert pickle.loads(pickle.dumps(model)) == model
    assert pickle.loads(pickle.dumps(fit)) == fit
    expected = fit.model.expected_purchases(customers, 13, covariates=TABLE)
    assert np.array_equal(model.expected_purchases(customers, 13, covariates=TABLE), expected)
    assert "with covariates" in fit._repr_html_() and "purchase:age" in repr(fit.model)


def test_spend_and_lifetime_value() -> None:
    bought = drawn(BASES[loyalty.ParetoNbd])
    low = loyalty.GammaGamma(p=6, q=4, v=15)
    # Members spend e^0.3 times as much.
    member = (np.arange(N) % 2).astype(bool)
    spent = low._core.simulate(bought._core, 5, 0)
    amounts = np.frombuffer(spent, dtype=np.float64) * np.where(member, np.exp(0.3), 1.0)
    customers = loyalty.CustomerSummary(
        frequency=bought.frequency,
        recency=bought.recency,
        T=bought.T,
        monetary_value=amounts,
        unit="week",
    )
    table = {**TABLE, "member": member}
    spend = loyalty.GammaGamma.fit(customers, covariates=table, spend=["member"])
    assert abs(spend.parameters["spend:member"] - 0.3) < 4 * spend.standard_errors["spend:member"]
    purchases = loyalty.ParetoNbd.fit(
        customers, covariates=table, purchase=["age"], dropout=["channel"]
    )
    value = loyalty.clv(customers, purchases, spend, covariates=table, horizon=52)
    count = purchases.model.discounted_purchases(customers, covariates=table, horizon=52)
    mean = spend.model.expected_spend(customers, covariates=table)
    assert np.allclose(value, count * mean, rtol=1e-14)
    plain = loyalty.clv(customers, purchases, low, covariates=table, horizon=52)
    assert np.allclose(plain, count * low.expected_spend(customers), rtol=1e-14)
    with pytest.raises(InputError, match="covariates must be given"):
        loyalty.clv(customers, purchases, spend, horizon=52)
    with pytest.raises(TypeError, match="dropout is not for a Gamma-Gamma"):
        loyalty.GammaGamma.fit(customers, covariates=table, dropout=["age"])


def test_rows_without_the_ids_of_the_summary_are_said_to_stand_in_its_order() -> None:
    orders = loyalty.datasets.cdnow_orders()
    customers = orders.summarize(unit="week", observation_end="1997-09-30")
    half = {"half": [float(row % 2) for row in range(len(customers.frequency))]}
    with pytest.warns(loyalty.LoyaltyWarning, match='no column "customer_id": their rows'):
        fit = loyalty.MbgNbd.fit(customers, covariates=half)
    with pytest.warns(loyalty.LoyaltyWarning, match='no column "customer_id": their rows'):
        fit.model.p_alive(customers, covariates=half)
