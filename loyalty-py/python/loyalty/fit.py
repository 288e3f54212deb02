"""A fitted model and how it was found."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from loyalty import _check, _frames, _html, _native
from loyalty._frozen import Frozen
from loyalty.errors import FitError

if TYPE_CHECKING:
    from collections.abc import Callable

    import narwhals as nw
    from numpy.typing import NDArray

    from loyalty.bg_nbd import BgNbd
    from loyalty.gamma_gamma import GammaGamma

__all__ = ["Fit"]

Model = TypeVar("Model", "BgNbd", "GammaGamma")


class Fit(Frozen, Generic[Model]):
    """A fitted model, how well it fits and how well the data determine it.

    Made by :meth:`BgNbd.fit` and :meth:`GammaGamma.fit`.

    Examples
    --------
    >>> import loyalty
    >>> customers = loyalty.datasets.cdnow_orders().summarize(
    ...     unit="week", observation_end="1997-09-30"
    ... )
    >>> fit = loyalty.BgNbd.fit(customers)
    >>> round(fit.log_likelihood, 6), fit.stop
    (-9582.429207, 'converged')
    >>> {name: round(error, 5) for name, error in fit.standard_errors.items()}
    {'r': 0.01256, 'alpha': 0.37822, 'a': 0.18573, 'b': 0.70541}
    """

    __slots__ = ("_frame", "_core", "model")

    #: The model found.
    model: Model
    _core: _native.Fit
    _frame: nw.Implementation | None

    @classmethod
    def _of(
        cls, native: _native.Fit, model: Model, frame: nw.Implementation | None = None
    ) -> Fit[Model]:
        fit = cls.__new__(cls)
        fit._set(_core=native, model=model, _frame=frame)
        return fit

    @property
    def log_likelihood(self) -> float:
        """ln L at the model."""
        return self._core.log_likelihood

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2k − 2 ln L."""
        return self._core.aic

    @property
    def bic(self) -> float:
        """The Bayesian criterion, k ln n − 2 ln L, n the customers whose data entered."""
        return self._core.bic

    @property
    def customers(self) -> float:
        """The customers whose data entered, counted with their weights."""
        return self._core.customers

    @property
    def left_out(self) -> float:
        """Customers whose data say nothing of the parameters, such as free orders only."""
        return self._core.left_out

    @property
    def iterations(self) -> int:
        """Iterations of the solver."""
        return self._core.iterations

    @property
    def stop(self) -> str:
        """Why the solver ended: ``converged``, ``boundary``, ``iteration_limit``, ``stalled``."""
        return self._core.stop

    @property
    def stop_message(self) -> str:
        """The same in a sentence, with the parameter that the data leave open."""
        return self._core.stop_message

    @property
    def gradient_norm(self) -> float:
        """The largest derivative of ln L by the logarithm of a parameter."""
        return self._core.gradient_norm

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return dict(zip(self._core.names, self._core.values, strict=True))

    @property
    def standard_errors(self) -> dict[str, float] | None:
        """Standard errors of the parameters; None where the curvature is not that of a maximum."""
        errors = self._core.standard_errors
        return None if errors is None else dict(zip(self._core.names, errors, strict=True))

    def covariance(self, *, of_logs: bool = False) -> NDArray[np.float64] | None:
        """Covariance matrix of the parameters, or of their logarithms.

        ::

            Cov(ln θ) = (−∂² ln L / ∂ ln θ²)⁻¹        Cov(θ)_ij = θ_i θ_j Cov(ln θ)_ij
        """
        rows = self._core.covariance(of_logs)
        return None if rows is None else np.array(rows)

    def converged(self) -> Model:
        """The model, if the solver ended at a maximum.

        Raises
        ------
        FitError
            With the reason, otherwise.
        """
        if not self._core.converged:
            raise FitError(f"not converged after {self.iterations} iterations: {self.stop_message}")
        return self.model

    def summary(self) -> Any:
        """Parameters and their standard errors, in the caller's kind of frame.

        Standard errors are NaN where there are none.
        """
        names = self._core.names
        errors = self._core.standard_errors or [float("nan")] * len(names)
        columns = [
            _frames.text_column("parameter", names),
            _frames.float_column("estimate", self._core.values),
            _frames.float_column("standard_error", errors),
        ]
        return _frames.table(columns, self._frame)

    def save(self, path: str | PathLike[str]) -> None:
        """Saves the model with the facts of its fit; :func:`load` reads it in every language.

        The file is written whole or not at all.

        Raises
        ------
        ModelFileError
            Where it cannot be written.
        """
        self._core.save(path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fit) and self._core == other._core

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Fit: {self.model!r}, log-likelihood {self.log_likelihood:.6f}, {self.stop}>"

    def _repr_html_(self) -> str:
        errors = self._core.standard_errors
        names = self._core.names
        shown: list[object] = ["–"] * len(names) if errors is None else list(errors)
        rows = list(zip(self._core.names, self._core.values, shown, strict=True))
        title = f"{type(self.model).__name__}: {self.stop_message}"
        facts = [
            ("log-likelihood", f"{self.log_likelihood:.6f}"),
            ("AIC", f"{self.aic:.3f}"),
            ("BIC", f"{self.bic:.3f}"),
            ("customers", self.customers),
            ("left out", self.left_out),
            ("iterations", self.iterations),
        ]
        parameters = _html.table(title, rows, ("parameter", "estimate", "standard error"))
        return parameters + _html.table("Fit", facts)

    def __reduce__(self) -> Any:
        backend = None if self._frame is None else self._frame.value
        return _restore, (self._core.to_json(), type(self.model), backend)


def _restore(json: str, model: Any, backend: str | None) -> Fit[Any]:
    import narwhals as nw

    native = _native.Fit.from_json(json)
    assert native is not None
    frame = None if backend is None else nw.Implementation(backend)
    return Fit._of(native, model._of(native.model), frame)


def run(
    fit: Callable[..., _native.Fit],
    customers: Any,
    start: Any,
    tolerance: float,
    max_iterations: int,
    threads: int,
    progress: Callable[[int, float, float], object] | None,
) -> _native.Fit:
    """Calls a native fit with checked arguments."""
    from loyalty.summary import CustomerSummary

    native = _check.instance("customers", customers, CustomerSummary)._core
    start = None if start is None else list(start)
    max_iterations = _check.whole("max_iterations", max_iterations)
    threads = _check.whole("threads", threads)
    return fit(native, start, tolerance, max_iterations, threads, progress)
