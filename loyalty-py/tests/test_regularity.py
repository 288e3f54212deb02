"""How regular customers are: the statistic in a summary, and the models that read it."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import loyalty

MODELS = [loyalty.BgCnbdK, loyalty.MbgCnbdK]


@pytest.fixture(scope="module")
def split() -> loyalty.CalibrationHoldout:
    return loyalty.datasets.cdnow_orders().calibration_holdout("1997-09-30", unit="week")


def columns(customers: loyalty.CustomerSummary) -> dict[str, np.ndarray]:
    frame = customers.to_frame(sum_ln_gaps=True)
    return {name: np.asarray(frame[name]) for name in ("frequency", "recency", "T", "sum_ln_gaps")}


def test_a_summary_carries_the_statistic_wherever_it_goes(
    split: loyalty.CalibrationHoldout,
) -> None:
    customers = split.calibration
    given = columns(customers)
    np.testing.assert_array_equal(given["sum_ln_gaps"], customers.sum_ln_gaps)
    once, twice = given["frequency"] == 0, given["frequency"] == 1
    assert (given["sum_ln_gaps"][once] == 0).all()
    np.testing.assert_allclose(given["sum_ln_gaps"][twice], np.log(given["recency"][twice]))
    table = loyalty.CustomerSummary(**given, unit="week")
    np.testing.assert_array_equal(table.sum_ln_gaps, customers.sum_ln_gaps)
    again = pickle.loads(pickle.dumps(customers))
    assert again == customers
    assert "sum_ln_gaps" not in customers.to_frame()
    assert loyalty.CustomerSummary(frequency=[0], recency=[0], T=[9]).sum_ln_gaps is None


@pytest.mark.parametrize("model", MODELS)
def test_cdnow_is_not_regular(model: type, split: loyalty.CalibrationHoldout) -> None:
    plain = {loyalty.BgCnbdK: loyalty.BgNbd, loyalty.MbgCnbdK: loyalty.MbgNbd}[model]
    fit, without = model.fit(split.calibration), plain.fit(split.calibration)
    assert fit.model.k == 1
    assert fit.log_likelihood == pytest.approx(without.log_likelihood, rel=1e-12)
    assert fit.aic == pytest.approx(without.aic + 2)
    known = model.fit(split.calibration, priors={"k": loyalty.Prior.known(2)})
    assert known.model.k == 2
    assert known.log_likelihood < fit.log_likelihood
    errors = loyalty.holdout_errors(fit, split)
    assert errors.mae == pytest.approx(loyalty.holdout_errors(without, split).mae, rel=1e-9)


def test_a_table_without_the_statistic_is_refused_with_the_way_out() -> None:
    customers = loyalty.CustomerSummary(frequency=[0, 2], recency=[0, 4], T=[9, 9])
    with pytest.raises(
        loyalty.InputError, match="a summary of a log of orders has it.*sum_ln_gaps"
    ):
        loyalty.MbgCnbdK.fit(customers)
    model = loyalty.MbgCnbdK(r=1.3, alpha=2.8, a=0.4, b=0.8, k=2)
    assert model.expected_purchases(customers, 9.0).shape == (2,)


def test_simulated_customers_bring_it_along() -> None:
    truth = loyalty.MbgCnbdK(r=1.3, alpha=2.8, a=0.4, b=0.8, k=3, unit="week")
    customers = truth.simulate(np.full(3000, 52.0), seed=5)
    fit = loyalty.MbgCnbdK.fit(customers)
    assert fit.model.k == 3
    errors = fit.standard_errors
    assert errors is not None
    assert errors["k"] == 0.0
    assert errors["r"] > 0.0
