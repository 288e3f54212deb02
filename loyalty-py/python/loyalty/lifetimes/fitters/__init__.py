"""What all fitters have in common."""

from __future__ import annotations

import pickle
from os import PathLike
from typing import Any, ClassVar, Self

import numpy as np

from loyalty._model import Model
from loyalty.errors import InputError, ModelFileError
from loyalty.fit import Fit
from loyalty.lifetimes._fitting import Asked, fit
from loyalty.lifetimes._pandas import pd
from loyalty.summary import CustomerSummary

__all__ = ["BaseFitter"]

#: What begins a file of a fitter; the number is raised when its layout changes.
MAGIC = b"loyalty.lifetimes 1\n"
#: Attributes that are methods of the fitter itself, made again when a file is loaded.
OWN = {
    "predict": "conditional_expected_number_of_purchases_up_to_time",
    "generate_new_data": "_generate_new_data",
}
#: The quantile of lifetimes' 95 % bounds.
Z = 1.96


class BaseFitter:
    """A fitter: made empty, filled by ``fit``, with attributes ending in ``_`` then.

    Attributes
    ----------
    penalizer_coef : float
        The weight of the penalty Σ θ² on the parameters, times in multiples of the largest T.
    params_ : Series
        The parameters by name. They may be set instead of fitted.
    data : DataFrame
        What was fitted to.
    variance_matrix_, standard_errors_ : DataFrame, Series
        Of the parameters. Theirs is not symmetric off the diagonal; this one is the covariance.
    confidence_intervals_ : DataFrame
        Estimate ± 1.96 standard errors. An end can lie below 0; ``loyalty_fit.summary()`` has intervals
        that cannot.
    loyalty_fit : Fit
        What :mod:`loyalty` found: the way on to intervals, posteriors and model files.

    Examples
    --------
    >>> from loyalty.lifetimes import BaseFitter
    >>> BaseFitter()
    <lifetimes.BaseFitter>
    """

    #: The model of this package behind the fitter.
    _kind: ClassVar[type[Model]]
    penalizer_coef: float
    params_: Any
    data: Any
    loyalty_fit: Fit[Any]

    def __repr__(self) -> str:
        rows = getattr(getattr(self, "data", None), "shape", None)
        subjects = "" if rows is None else f" fitted with {rows[0]:d} subjects,"
        try:
            found = sorted(self.params_.items())
        except AttributeError:
            return f"<lifetimes.{type(self).__name__}>"
        values = ", ".join(f"{name}: {value:.2f}" for name, value in found)
        return f"<lifetimes.{type(self).__name__}:{subjects} {values}>"

    def _unload_params(self, *args: str) -> list[float]:
        """Parameters in the order asked for."""
        if not hasattr(self, "params_"):
            raise ValueError("Model has not been fit yet: call fit, or set params_.")
        return [self.params_[name] for name in args]

    def _model(self) -> Any:
        """The model of this package with the parameters as they are now."""
        names = self._kind._names
        values = zip(names, self._unload_params(*names), strict=True)
        kind: Any = self._kind
        return kind(**{name: float(value) for name, value in values})

    def _estimate(self, customers: CustomerSummary, scale: float, asked: Asked) -> Self:
        """Fits, and sets all that lifetimes sets; ``scale`` makes the largest T one, as its penalty and
        its likelihood have it."""
        self._scale = scale
        found = self.loyalty_fit = fit(self._kind, customers, asked)
        self.params_ = pd.Series(found.parameters, dtype=float)
        weights = self.data["weights"]
        # A density of x times in a unit 1/scale is scale^x times as large.
        moved = float((weights * self.data["frequency"]).sum()) * np.log(scale)
        total = found.log_likelihood + found.log_prior - moved
        self._negative_log_likelihood_ = float(-total / self._per(weights))
        self._set_errors(found)
        for attribute, method in OWN.items():
            if hasattr(type(self), method):
                setattr(self, attribute, getattr(self, method))
        return self

    @staticmethod
    def _per(weights: Any) -> float:
        """What lifetimes divides the log-likelihood by."""
        return float(weights.sum())

    def _set_errors(self, found: Fit[Any]) -> None:
        names = list(found.parameters)
        rows = found.covariance() if found._core.converged else None
        rows = np.full((len(names), len(names)), np.nan) if rows is None else rows
        errors = pd.Series(np.sqrt(np.diag(rows)), index=names)
        self.variance_matrix_ = pd.DataFrame(rows, index=names, columns=names)
        self.standard_errors_ = errors
        bounds = {
            "lower 95% bound": self.params_ - Z * errors,
            "upper 95% bound": self.params_ + Z * errors,
        }
        self.confidence_intervals_ = pd.DataFrame(bounds, index=names)

    @property
    def summary(self) -> Any:
        """Parameters with standard errors and 95 % bounds, a frame of one row each.

        Examples
        --------
        >>> from loyalty.lifetimes import BetaGeoFitter
        >>> from loyalty.lifetimes.datasets import load_cdnow_summary
        >>> table = load_cdnow_summary()
        >>> BetaGeoFitter().fit(table["frequency"], table["recency"], table["T"]).summary.round(2)
               coef  se(coef)  lower 95% bound  upper 95% bound
        r      0.24      0.01             0.22             0.27
        alpha  4.41      0.38             3.67             5.15
        a      0.79      0.19             0.43             1.16
        b      2.43      0.71             1.04             3.81
        """
        frame = pd.DataFrame({"coef": self.params_, "se(coef)": self.standard_errors_})
        return frame.join(self.confidence_intervals_)

    def save_model(
        self,
        path: str | PathLike[str],
        save_data: bool = True,
        save_generate_data_method: bool = True,
        values_to_save: list[Any] | None = None,
    ) -> None:
        """Saves the fitter, with its data unless told otherwise.

        The file is Python's pickle, as lifetimes' is dill's: load only what you trust. The model alone
        goes into a small file that every language reads by ``loyalty_fit.save(path)``.

        Parameters
        ----------
        path : str
        save_data, save_generate_data_method : bool
            Whether ``data`` and ``generate_new_data`` go along.
        values_to_save : list, optional
            What stands for the first and the second of these where it does not; by default None.

        Examples
        --------
        >>> import tempfile
        >>> from loyalty.lifetimes import BetaGeoFitter
        >>> bgf = BetaGeoFitter()
        >>> bgf.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     bgf.save_model(f"{folder}/bgf.pkl")
        ...     loaded = BetaGeoFitter()
        ...     loaded.load_model(f"{folder}/bgf.pkl")
        >>> loaded
        <lifetimes.BetaGeoFitter: a: 0.79, alpha: 4.41, b: 2.43, r: 0.24>
        """
        state = {name: value for name, value in vars(self).items() if name not in OWN}
        left_out = {"data": not save_data, "generate_new_data": not save_generate_data_method}
        instead = [*(values_to_save or []), None, None][:2]
        for (name, out), value in zip(left_out.items(), instead, strict=True):
            if out and name in vars(self):
                state[name] = value
        with open(path, "wb") as file:
            file.write(MAGIC)
            pickle.dump((type(self).__name__, state), file)

    def load_model(self, path: str | PathLike[str]) -> None:
        """Loads what :meth:`save_model` of a fitter of the same class saved.

        Raises
        ------
        ModelFileError
            For any other file, those of lifetimes among them: they need dill and the classes of
            lifetimes. Load one there and set ``params_`` here.
        """
        with open(path, "rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise ModelFileError(
                    f"{path} is not of loyalty.lifetimes: load a file of lifetimes there, and set "
                    "params_ of a fitter here"
                )
            kind, state = pickle.load(file)
        if type(self) is not BaseFitter and kind != type(self).__name__:
            raise ModelFileError(f"{path} is of a {kind}, this is a {type(self).__name__}")
        vars(self).update(state)
        if "loyalty_fit" in state:
            for attribute, method in OWN.items():
                if attribute not in state and hasattr(type(self), method):
                    setattr(self, attribute, getattr(self, method))


def one_index(index: Any, rows: int) -> Any:
    """An index for ``data``, of as many rows."""
    if index is not None and len(index) != rows:
        raise InputError(f"index has {len(index)} entries for {rows} customers")
    return index
