"""What every purchase and spend model promises, and that a fit stands for its model."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import loyalty
from loyalty import _native, plotting

BASES: dict[type[Any], Any] = {
    loyalty.PurchaseModel: _native.PurchaseModel,
    loyalty.SpendModel: _native.SpendModel,
    loyalty.ContractModel: _native.ContractModel,
}
MODELS = [model for base in BASES for model in base.kinds().values()]
VALUE: dict[str, Any] = {"horizon": 52, "annual_discount_rate": 0.1}


def example(model: type[Any]) -> Any:
    """A model with a value of its own for every parameter."""
    return model(**{name: 2.0 + slot for slot, name in enumerate(model._names)})


@pytest.mark.parametrize("base", BASES)
def test_every_kind_of_the_core_has_a_class_and_every_class_a_kind(base: type[Any]) -> None:
    found = {kind: model.title for kind, model in base.kinds().items()}
    assert found == dict(BASES[base].kinds())
    for kind, model in base.kinds().items():
        assert model.kind == kind
        assert getattr(loyalty, model.__name__) is model


@pytest.mark.parametrize("model", MODELS)
def test_a_model_is_its_story_and_its_parameters(model: type[Any]) -> None:
    signature = inspect.signature(model)
    given = [name for name in signature.parameters if name != "unit"]
    assert given == list(model._names)
    assert all(
        parameter.kind is inspect.Parameter.KEYWORD_ONLY
        for parameter in signature.parameters.values()
    )
    assert "References" in (model.__doc__ or "")
    for name in given:
        assert getattr(model, name).__doc__.endswith(".")
        assert f"{name}" in model.__doc__


@pytest.mark.parametrize("model", MODELS)
def test_a_model_is_loaded_in_its_own_class(model: type[Any], tmp_path: Path) -> None:
    made = example(model)
    assert [getattr(made, name) for name in model._names] == list(made.parameters.values())
    made.save(tmp_path / "model.json")
    loaded = loyalty.load(tmp_path / "model.json")
    assert type(loaded) is model
    assert loaded == made
    assert loyalty.load_fit(tmp_path / "model.json") is None


@pytest.mark.parametrize("base", BASES)
def test_what_models_have_in_common_is_no_model(
    base: Any, customers: loyalty.CustomerSummary
) -> None:
    with pytest.raises(TypeError, match=f"{base.__name__} is what models have in common"):
        base.fit(customers)


def test_a_class_must_declare_the_parameters_of_its_kind() -> None:
    with pytest.raises(TypeError, match=r"declares \(\), bg-nbd has \('r', 'alpha', 'a', 'b'\)"):
        type("Wrong", (loyalty.PurchaseModel,), {"__slots__": (), "kind": "bg-nbd"})
    with pytest.raises(loyalty.InputError, match='got "no-such"'):
        type("Unknown", (loyalty.PurchaseModel,), {"__slots__": (), "kind": "no-such"})
    assert loyalty.PurchaseModel.kinds()["bg-nbd"] is loyalty.BgNbd


Ask = Callable[[Any, Any], Any]
ASKED: dict[str, Ask] = {
    "clv": lambda p, s: loyalty.clv(weeks(), p, s, **VALUE),
    "clv_bootstrap": lambda p, s: (
        loyalty.clv_bootstrap(weeks(), p, s, replicates=20, **VALUE).totals
    ),
    "score": lambda p, s: loyalty.score(weeks(), purchases=p, spend=s).to_frame()["clv"],
    "repeat_counts": lambda p, _: loyalty.repeat_counts(p, weeks()).to_frame()["expected"],
    "tracking": lambda p, _: loyalty.tracking(p, log()).to_frame()["expected"],
    "holdout_errors": lambda p, _: loyalty.holdout_errors(p, split()).mae,
    "alive_calibration": lambda p, _: loyalty.alive_calibration(p, split())["p_alive"],
    "plot_history_alive": lambda p, _: (
        plotting.plot_history_alive(p, [3.0, 11.5], 39.0).lines[0].get_ydata()
    ),
    "plot_probability_alive_matrix": lambda p, _: (
        plotting.plot_probability_alive_matrix(p, T=39).images[0].get_array()
    ),
    "plot_frequency_recency_matrix": lambda p, _: (
        plotting.plot_frequency_recency_matrix(p, T=39).images[0].get_array()
    ),
}


def log() -> loyalty.Orders:
    return loyalty.datasets.cdnow_orders()


def weeks() -> loyalty.CustomerSummary:
    return log().summarize(unit="week", observation_end="1997-09-30")


def split() -> loyalty.CalibrationHoldout:
    return log().calibration_holdout("1997-09-30", unit="week")


@pytest.mark.parametrize("name", ASKED)
def test_a_fit_is_taken_wherever_a_model_is(
    name: str, purchases: loyalty.Fit[loyalty.BgNbd], spend: loyalty.Fit[loyalty.GammaGamma]
) -> None:
    ask = ASKED[name]
    np.testing.assert_array_equal(ask(purchases, spend), ask(purchases.model, spend.model))


@pytest.mark.parametrize("name", ASKED)
def test_what_is_no_purchase_model_is_refused_in_a_sentence(
    name: str, spend: loyalty.Fit[loyalty.GammaGamma]
) -> None:
    wrongs = [(spend, "Fit of GammaGamma"), (spend.model, "GammaGamma")]
    # For scores None is the model that fits the data better.
    for wrong, found in wrongs if name == "score" else [*wrongs, (None, "Non")]:
        with pytest.raises(TypeError) as refused:
            ASKED[name](wrong, spend)
        assert "must be a PurchaseModel or a Fit of one, got " + found in str(refused.value)


def test_where_a_fit_is_needed_a_model_is_refused_in_a_sentence(
    purchases: loyalty.Fit[loyalty.BgNbd], spend: loyalty.Fit[loyalty.GammaGamma]
) -> None:
    expected = (
        "spend must be the Fit of a SpendModel, as intervals come from the errors of its "
        "parameters, got "
    )
    for wrong, found in ((spend.model, "GammaGamma"), (purchases, "Fit of BgNbd")):
        with pytest.raises(TypeError) as refused:
            loyalty.clv_interval(weeks(), purchases, wrong, horizon=9, kind="expectation")  # type: ignore[arg-type]
        assert str(refused.value) == expected + found


def test_the_test_of_counts_knows_how_many_parameters_a_fit_estimated(
    customers: loyalty.CustomerSummary, purchases: loyalty.Fit[loyalty.BgNbd]
) -> None:
    def degrees(model: Any, **options: int) -> int:
        test = loyalty.repeat_counts(model, customers, **options).chi_square
        assert test is not None
        return test.degrees

    known = loyalty.BgNbd.fit(customers, priors={"b": loyalty.Prior.known(2.4)})
    assert degrees(purchases) == degrees(purchases.model) == 3
    assert degrees(known) == 4
    assert degrees(purchases, estimated=0) == 7


def test_a_fit_that_did_not_converge_warns_where_it_is_made(
    customers: loyalty.CustomerSummary,
) -> None:
    for model, title in ((loyalty.BgNbd, "BG/NBD"), (loyalty.GammaGamma, "Gamma-Gamma")):
        with pytest.warns(
            loyalty.LoyaltyWarning, match=f"^{title}: not converged after 1 iterations: "
        ) as caught:
            fit = model.fit(customers, max_iterations=1)
        assert fit.stop == "iteration_limit"
        assert [Path(warning.filename).name for warning in caught] == ["test_models.py"]
