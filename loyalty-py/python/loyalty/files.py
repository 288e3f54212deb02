"""Model files."""

from __future__ import annotations

from os import PathLike
from typing import Any

from loyalty import _model, _native
from loyalty.behaviour_distribution import BehaviourDistribution
from loyalty.behaviours import BehaviourModel
from loyalty.contract_model import ContractModel
from loyalty.covariates import PurchaseWithCovariates, SpendWithCovariates, of_native
from loyalty.fit import Fit
from loyalty.forecast import AnchoredForecast
from loyalty.posterior import Posterior
from loyalty.purchase import PurchaseModel
from loyalty.records import LedgerBasis
from loyalty.returns import ReturnPropensity
from loyalty.spend import SpendModel

__all__ = ["load", "load_fit"]


#: A model of any kind.
Model = (
    PurchaseModel
    | SpendModel
    | AnchoredForecast
    | Posterior[Any]
    | ContractModel
    | PurchaseWithCovariates
    | SpendWithCovariates
    | ReturnPropensity
    | BehaviourModel
    | BehaviourDistribution
    | LedgerBasis
)


def load(path: str | PathLike[str]) -> Model:
    """The model of a file, of whichever kind, saved in any language.

    Parameters
    ----------
    path : path
        Of a model file.

    Returns
    -------
    model
        Of the class of its kind.

    Raises
    ------
    ModelFileError
        Where the file cannot be read, is no model file, has an unknown version or kind, or a parameter outside
        its domain.

    Examples
    --------
    >>> import loyalty, pathlib, tempfile
    >>> model = loyalty.BgNbd(r=0.1 + 0.2, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "model.json"
    ...     model.save(path)
    ...     loyalty.load(path) == model
    True
    """
    model, _ = _native.load(path)
    match model:
        case _native.PurchaseModel() | _native.SpendModel() | _native.ContractModel():
            found: PurchaseModel | SpendModel | ContractModel = _by_kind(model)
            return found
        case _native.AnchoredForecast():
            return AnchoredForecast._of(model)
        case _native.Posterior():
            return Posterior._of(model, Fit._of(model.mode, _by_kind(model.mode.model)))
        case _native.PurchaseWithCovariates() | _native.SpendWithCovariates():
            by: PurchaseWithCovariates | SpendWithCovariates = _by_kind(model)
            return by
        case _native.ReturnPropensity():
            return ReturnPropensity._of(model)
        case _native.LedgerBasis():
            return LedgerBasis._of(model)
        case _native.BehaviourDistribution():
            return BehaviourDistribution._of(model)
        case _:
            return BehaviourModel._of(model)


def load_fit(path: str | PathLike[str]) -> Fit[Any] | None:
    """The fit that a file describes; None for a model that was saved without one.

    Parameters
    ----------
    path : path
        Of a model file.

    Returns
    -------
    Fit or None

    Raises
    ------
    ModelFileError
        As :func:`load`.

    Examples
    --------
    >>> import loyalty, pathlib, tempfile
    >>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week")
    >>> fit = loyalty.BgNbd.fit(customers)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "model.json"
    ...     fit.save(path)
    ...     loyalty.load_fit(path) == fit
    True
    """
    _, fit = _native.load(path)
    if fit is None:
        return None
    return Fit._of(fit, _by_kind(fit.model))


def _by_kind(native: Any) -> Any:
    """The model in the class of its kind."""
    if (by := of_native(native)) is not None:
        return by
    return _model.Model._classes[native.kind]._of(native)
