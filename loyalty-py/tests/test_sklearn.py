"""The estimators of scikit-learn: its own checks, and the numbers of the functions behind them."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import loyalty

pytest.importorskip("sklearn", reason="scikit-learn is not installed")

import pandas as pd
import polars as pl
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from loyalty.sklearn import CLVRegressor, ReturnClassifier, RFMTransformer


class OfAnyNumbers(CLVRegressor):  # type: ignore[misc]
    """A CLVRegressor whose histories are made of whatever numbers a check brings along."""

    def _summary(self, X: Any, *, reset: bool) -> loyalty.CustomerSummary:
        from sklearn.utils.validation import validate_data

        matrix = validate_data(self, X, reset=reset, dtype=np.float64, ensure_min_features=1)
        frequency = np.floor(np.abs(matrix[:, 0]) * 7) % 5
        share = np.abs(matrix[:, -1] * 3.7) % 1 * 0.9 + 0.05
        return loyalty.CustomerSummary(
            frequency=frequency,
            recency=np.where(frequency > 0, 20 * share, 0.0),
            T=np.full(len(matrix), 20.0),
            monetary_value=np.where(frequency > 0, 5 + 30 * share, 0.0),
            unit="day",
        )


#: Why a check of scikit-learn does not apply.
TWO_COLUMNS = "RFM has three measures, and the check brings two columns"
WORDS = "a negative measure is refused by column, row and value, and not by the words of the check"
NEGATIVE = "the numbers of the check are made histories here, and negative ones then are none"
ALIKE = "customers who all spend the same, or a single one, cannot determine a model"


def not_for_rfm(estimator: Any) -> dict[str, str]:
    two_columns = (
        "estimators_overwrite_params",
        "estimators_fit_returns_self",
        "readonly_memmap_input",
        "fit_idempotent",
        "fit_check_is_fitted",
        "n_features_in",
    )
    reasons = {f"check_{name}": TWO_COLUMNS for name in two_columns}
    return reasons | {"check_positive_only_tag_during_fit": WORDS}


def not_for_clv(estimator: Any) -> dict[str, str]:
    return {
        "check_positive_only_tag_during_fit": NEGATIVE,
        "check_fit2d_1sample": ALIKE,
        "check_fit_non_negative": ALIKE,
    }


@parametrize_with_checks([RFMTransformer(bins=2)], expected_failed_checks=not_for_rfm)
@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")
def test_rfm_passes_the_checks_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)


@parametrize_with_checks([OfAnyNumbers()], expected_failed_checks=not_for_clv)
@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")
def test_clv_passes_the_checks_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)


@parametrize_with_checks([ReturnClassifier()])
def test_returns_pass_the_checks_that_need_no_matrix(estimator: Any, check: Any) -> None:
    check(estimator)


def test_it_is_imported_only_where_it_is_asked_for() -> None:
    code = "import loyalty, sys; assert 'sklearn' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


# RFM


@pytest.fixture(scope="module")
def measures() -> dict[str, Any]:
    scored = loyalty.rfm(loyalty.datasets.cdnow_orders().summarize(unit="week")).to_frame()
    return {name: np.asarray(scored[name]) for name in ("recency", "frequency", "monetary")}


@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")
@pytest.mark.parametrize("library", [pd, pl])
def test_scores_are_those_of_rfm(measures: dict[str, Any], library: Any) -> None:
    scored = loyalty.rfm(measures).to_frame()
    expected = np.column_stack([scored[f"{axis}_score"] for axis in measures])
    frame = library.DataFrame({"other": np.zeros(len(expected))} | measures)
    transformer = RFMTransformer().fit(frame)
    assert np.array_equal(transformer.transform(frame), expected)
    assert transformer.feature_names_in_.tolist() == ["other", *measures]
    # Customers of next month are measured by the thresholds of this one, one at a time too.
    assert np.array_equal(transformer.transform(frame[:1]), expected[:1])
    assert transformer.set_output(transform="pandas").transform(frame).columns.tolist() == [
        "recency_score",
        "frequency_score",
        "monetary_score",
    ]


@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")
def test_columns_are_found_by_number(measures: dict[str, Any]) -> None:
    matrix = np.column_stack([measures["monetary"], measures["recency"], measures["frequency"]])
    swapped = RFMTransformer(monetary=0, recency=1, frequency=2).fit_transform(matrix)
    assert np.array_equal(swapped, RFMTransformer().fit_transform(matrix[:, [1, 2, 0]]))
    with pytest.raises(loyalty.InputError, match="monetary must be the name or number of one of 3"):
        RFMTransformer(monetary=3).fit(matrix)
    with pytest.raises(loyalty.InputError, match=r'column "money" is missing \(monetary=\)'):
        RFMTransformer(monetary="money").fit(pd.DataFrame(measures))


@pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")
def test_scores_go_through_a_pipeline(measures: dict[str, Any]) -> None:
    frame = pd.DataFrame(measures)
    y = frame["recency"] < 20
    search = GridSearchCV(
        make_pipeline(RFMTransformer(), LogisticRegression()),
        {"rfmtransformer__bins": [3, 5]},
        cv=3,
    )
    assert search.fit(frame, y).best_score_ > 0.8
    own = {"recency": [30.0], "frequency": [1.0], "monetary": [50.0]}
    assert clone(RFMTransformer(breaks=own)).fit(frame).breaks_ == own


# CLV


@pytest.fixture(scope="module")
def split() -> loyalty.CalibrationHoldout:
    return loyalty.datasets.cdnow_orders().calibration_holdout("1997-09-30", unit="week")


def test_values_are_those_of_clv(split: loyalty.CalibrationHoldout) -> None:
    X, customers = split.calibration.to_frame(), split.calibration
    model = CLVRegressor(
        unit="week", horizon=52, annual_discount_rate=0.1, margin=0.3, purchases=loyalty.BgNbd
    ).fit(X)
    purchases, spend = loyalty.BgNbd.fit(customers), loyalty.GammaGamma.fit(customers)
    assert (model.purchases_.model, model.spend_.model) == (purchases.model, spend.model)
    expected = loyalty.clv(
        customers, purchases, spend, horizon=52, annual_discount_rate=0.1, margin=0.3
    )
    assert np.array_equal(model.predict(X), np.asarray(expected["clv"]))
    assert np.array_equal(pickle.loads(pickle.dumps(model)).predict(X), model.predict(X))


def test_purchases_are_judged_by_a_holdout(split: loyalty.CalibrationHoldout) -> None:
    X, y = split.calibration.to_frame(), split.holdout_frequency
    model = CLVRegressor(target="purchases", unit="week", horizon=split.holdout_duration)
    scores = cross_val_score(model, X[["frequency", "recency", "T"]], y, cv=5)
    assert (scores > 0.2).all()
    assert clone(model).fit(X).spend_ is None
    with pytest.raises(loyalty.InputError, match="target must be one of value, purchases"):
        clone(model).set_params(target="spend").fit(X)


# Returns


@pytest.fixture(scope="module")
def lines() -> Any:
    shop = loyalty.simulate(600, seed=3, return_rate=0.2, backend="pandas").lines
    return shop.sort_values("time", kind="stable", ignore_index=True)


ROLES = {"amount": "amount", "quantity": "quantity", "order": "order", "categories": ["category"]}


def classifier(**options: Any) -> ReturnClassifier:
    return ReturnClassifier(price=None, horizon_days=30, **ROLES, **options)


def test_probabilities_are_those_of_the_model(lines: Any) -> None:
    y = lines["returned_amount"] > 0
    fitted = classifier().fit(lines, y, return_time=lines["return_time"])
    roles = {"customer": "customer", "product": "product", "time": "time", **ROLES}
    told = loyalty.OrderLines(
        lines.assign(returned=y), **roles, returned="returned", return_time="return_time"
    )
    expected = loyalty.ReturnPropensity.fit(told, horizon_days=30)
    assert fitted.fit_.log_loss == expected.log_loss
    known = loyalty.OrderLines(lines, **roles)
    probabilities = fitted.predict_proba(lines)
    assert np.array_equal(probabilities[:, 1], expected.model.score(known)["probability"])
    assert np.array_equal(probabilities.sum(axis=1), np.ones(len(lines)))


@pytest.mark.parametrize("words", [("kept", "returned"), (0, 1)])
def test_classes_have_the_callers_names(lines: Any, words: tuple[Any, Any]) -> None:
    y = np.where(lines["returned_amount"] > 0, words[1], words[0])
    fitted = classifier().fit(lines, y)
    assert fitted.classes_.tolist() == list(words)
    likelier = fitted.predict_proba(lines)[:, 1] > 0.5
    assert np.array_equal(fitted.predict(lines) == words[1], likelier)


def test_rows_may_stand_in_any_order_and_frame(lines: Any) -> None:
    y = (lines["returned_amount"] > 0).to_numpy()
    shuffled = np.random.default_rng(1).permutation(len(lines))
    columns = ["customer", "product", "time", *ROLES.keys() - {"categories"}, "category"]
    frame = pl.from_pandas(lines[columns])
    one = classifier().fit(lines[columns], y).predict_proba(lines[columns])
    other = classifier().fit(frame[shuffled], y[shuffled]).predict_proba(frame[shuffled])
    assert np.allclose(other, one[shuffled], rtol=1e-9, atol=0)


def test_returns_are_tested_ahead_in_time(lines: Any) -> None:
    y = lines["returned_amount"] > 0
    auc = cross_val_score(
        classifier(),
        lines,
        y,
        cv=TimeSeriesSplit(3),
        scoring="roc_auc",
        params={"return_time": lines["return_time"]},
    )
    assert (auc > 0.55).all()
    assert clone(classifier(half_life_days=90.0)).get_params()["half_life_days"] == 90.0


def test_what_is_no_table_of_lines_is_refused(lines: Any) -> None:
    y = lines["returned_amount"] > 0
    with pytest.raises(loyalty.InputError, match="X must be a data frame .* got ndarray"):
        classifier().fit(np.zeros((3, 2)), [0, 1, 0])
    with pytest.raises(loyalty.InputError, match='column "article" is missing; the table has'):
        classifier(product="article").fit(lines, y)
    with pytest.raises(loyalty.InputError, match="two classes, kept and returned, got 1"):
        classifier().fit(lines, np.zeros(len(lines)))
    told = lines.assign(returned=y)
    with pytest.raises(loyalty.InputError, match='"returned" of X tells the outcome'):
        classifier().set_params(numbers=["returned"]).fit(told, y)
