"""A fitted model and how it was found."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import numpy as np

from loyalty import _check, _display, _frames, _horizons, _native
from loyalty._frozen import Frozen
from loyalty.contracts import Contracts
from loyalty.errors import FitError, InputError
from loyalty.prior import natives
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from collections.abc import Mapping

    import narwhals as nw
    from numpy.typing import NDArray

    from loyalty._model import Model
    from loyalty.posterior import Posterior
    from loyalty.prior import Prior

__all__ = ["Fit"]

M = TypeVar("M", bound="Model", covariant=True)
Kind = TypeVar("Kind", bound="Model")


class Fit(Frozen, Generic[M]):
    """A fitted model, how well it fits and how well the data determine it.

    Made by the ``fit`` of a model. Wherever a model is asked for, its fit can be given; and what the model
    predicts, its fit predicts: ``fit.p_alive(customers)`` is ``fit.model.p_alive(customers)``.

    Attributes
    ----------
    model : Model
        The model found.

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

    __slots__ = ("_core", "_frame", "model")

    model: M
    _core: _native.Fit
    _frame: nw.Implementation | None

    @classmethod
    def _of(
        cls, native: _native.Fit, model: Kind, frame: nw.Implementation | None = None
    ) -> Fit[Kind]:
        fit = Fit.__new__(Fit)
        fit._set(_core=native, model=model, _frame=frame)
        return fit

    @staticmethod
    def _given(name: str, given: object, kind: type[Kind]) -> Kind:
        """The model of an argument that must be a fit, as intervals need the errors of a fit."""
        model = given.model if isinstance(given, Fit) else None
        if isinstance(model, kind):
            return model
        found = type(given).__name__ if model is None else f"Fit of {type(model).__name__}"
        raise TypeError(
            f"{name} must be the Fit of a {kind.__name__}, as intervals come from the errors of its "
            f"parameters, got {found}"
        )

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """What the model answers, its fit answers too."""
            if name.startswith("_") or name == "model":
                raise AttributeError(name)
            return getattr(self.model, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self.model)})

    def _concern(self) -> str | None:
        """That it did not converge."""
        if self._core.converged:
            return None
        return f"not converged after {self.iterations} iterations: {self.stop_message}"

    @property
    def log_likelihood(self) -> float:
        """ln L at the model."""
        return self._core.log_likelihood

    @property
    def log_prior(self) -> float:
        """What priors and penalty added to it where the solver ended; 0 without them."""
        return self._core.log_prior

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
    def identification(self) -> str:
        """How well the data determine the parameters.

        ``interior``, ``ridge`` (parameters can move together at hardly any loss), ``boundary`` (they
        run away) or ``unknown`` (the solver did not get to a maximum).
        """
        return self._core.identification

    @property
    def identification_message(self) -> str:
        """The same in a sentence, with the parameters and what it means for a forecast."""
        return self._core.identification_message

    @property
    def gradient_norm(self) -> float:
        """The largest derivative of ln L by a parameter on its scale."""
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

    def covariance(self, *, on_scale: bool = False) -> NDArray[np.float64] | None:
        """Covariance matrix of the parameters, or on the scales on which they are free: of their
        logarithms where they are above 0.

        ::

            Cov(ln θ) = (−∂² ln L / ∂ ln θ²)⁻¹        Cov(θ)_ij = θ_i θ_j Cov(ln θ)_ij

        Parameters
        ----------
        on_scale : bool
            Of the ln θ, and of parameters that may be below 0 themselves, instead of the θ.

        Returns
        -------
        array or None
            Square, in the order of ``parameters``; None where the curvature is not that of a maximum.

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.datasets.cdnow_orders().summarize(observation_end="1997-09-30")
        >>> fit = loyalty.BgNbd.fit(customers)
        >>> fit.covariance().shape
        (4, 4)
        >>> float(fit.covariance()[0, 0] ** 0.5) == fit.standard_errors["r"]
        True
        """
        rows = self._core.covariance(on_scale)
        return None if rows is None else np.array(rows)

    def converged(self) -> M:
        """The model, if the solver ended at a maximum.

        Returns
        -------
        Model

        Raises
        ------
        FitError
            With the reason, otherwise.

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.datasets.cdnow_orders().summarize(observation_end="1997-09-30")
        >>> loyalty.Nbd.fit(customers).converged().parameters.keys()
        dict_keys(['r', 'alpha'])
        """
        if (concern := self._concern()) is not None:
            raise FitError(concern)
        return self.model

    def summary(self, level: float = 0.95) -> Any:
        """Parameters, their standard errors and intervals, in the caller's kind of frame.

        The intervals θ · exp(±z · SE(ln θ)) are normal on the logarithmic scale, so no end is below
        0. Unless the fit converged, errors and ends are NaN.

        Parameters
        ----------
        level : float
            Coverage of the intervals, above 0 and below 1.

        Returns
        -------
        data frame or dict of arrays
            Columns ``parameter``, ``estimate``, ``standard_error``, ``lower`` and ``upper``, a row per parameter.

        Raises
        ------
        InputError
            For a level outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> log = loyalty.datasets.cdnow("pandas")
        >>> orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
        >>> customers = orders.summarize(unit="week", observation_end="1997-09-30")
        >>> loyalty.BgNbd.fit(customers).summary().round(3)
          parameter  estimate  standard_error  lower  upper
        0         r     0.243           0.013  0.219  0.268
        1     alpha     4.414           0.378  3.731  5.221
        2         a     0.793           0.186  0.501  1.255
        3         b     2.426           0.705  1.372  4.289
        """
        names = self._core.names
        columns = [_frames.text_column("parameter", names)]
        if not self._core.converged:
            columns.append(_frames.float_column("estimate", self._core.values))
            nothing = [float("nan")] * len(names)
            rest = ("standard_error", "lower", "upper")
            columns.extend(_frames.float_column(name, nothing) for name in rest)
        else:
            columns.extend(self._core.parameter_intervals(level))
        return _frames.table(columns, self._frame)

    def interval(
        self,
        quantity: Literal["p_alive", "expected_purchases", "expected_spend", "churn", "survival"],
        customers: CustomerSummary | Contracts,
        *,
        covariates: Any = None,
        horizon: float | None = None,
        level: float = 0.95,
        threads: int = 0,
    ) -> Any:
        """Every customer's prediction with standard error and interval, by the delta method.

        With Σ the covariance of the ln θ and g(f) the logarithm of a prediction f, or its logit for
        a probability::

            SE(g)² = ∇gᵀ Σ ∇g        interval = g⁻¹(g(f) ± z · SE(g))

        It is the interval of the expectation: what the customers then do varies around it.

        Parameters
        ----------
        quantity : {"p_alive", "expected_purchases", "expected_spend", "churn", "survival"}
            What to predict: the first two from the fit of a purchase model, the third from that of a
            spend model, the last two from that of a model of contracts.
        customers : CustomerSummary, or Contracts for the last two
        covariates : data frame or mapping of columns, optional
            Those that the model has learnt from; see :meth:`PurchaseWithCovariates.p_alive`.
        horizon : float, optional
            For the expected purchases, in the unit of the model; for the survival, in renewals.
        level : float
            Coverage of the intervals, above 0 and below 1.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame or dict of arrays
            Columns estimate, standard_error, lower, upper.

        Raises
        ------
        InputError
            For a quantity that the model does not predict, or a level outside its domain.
        FitError
            Unless the fit converged.

        Examples
        --------
        >>> import loyalty
        >>> log = loyalty.datasets.cdnow("pandas")
        >>> orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
        >>> customers = orders.summarize(unit="week", observation_end="1997-09-30")
        >>> fit = loyalty.BgNbd.fit(customers)
        >>> fit.interval("expected_purchases", customers, horizon=39).round(3).head(2)
           customer_id  estimate  standard_error  lower  upper
        0            1     1.226           0.045  1.141  1.318
        1            2     0.203           0.021  0.166  0.249
        """
        customers = self.model._table._given("customers", customers)
        horizon = check_quantity(
            self.model, "fit", quantity, horizon, getattr(customers, "unit", None)
        )
        ask = getattr(self._core, f"{quantity}_intervals")
        given = asked(self.model, customers, covariates, horizon)
        return customers._answers(ask(*given, level, _check.whole("threads", threads)))

    def posterior(
        self,
        customers: CustomerSummary | Contracts,
        *,
        covariates: Any = None,
        draws: int = 4000,
        seed: int = 0,
        method: str | None = None,
        priors: Mapping[str, Prior] | None = None,
        threads: int = 0,
    ) -> Posterior[M]:
        """What the data and the priors leave open of the parameters of a model of this kind.

        A fit does not keep its data nor its priors: give the same, and the covariates of a model that has
        learnt from them. See the ``posterior`` of the model.

        Parameters
        ----------
        customers : CustomerSummary or Contracts
            Those that the model was fitted to.
        covariates, draws, seed, method, priors, threads
            As for the ``posterior`` of the model.

        Returns
        -------
        Posterior

        Raises
        ------
        InputError, FitError
            As the ``posterior`` of the model, and where a model with covariates gets none.

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week")
        >>> loyalty.Nbd.fit(customers).posterior(customers, draws=500).effective_draws > 300
        True
        """
        kind, roles = self.model._learnt()
        if roles and covariates is None:
            names = ", ".join(self.model.columns)  # type: ignore[attr-defined]
            raise InputError(f"covariates must be given, as the model has learnt from {names}")
        how: Any = {"draws": draws, "seed": seed, "method": method, "priors": priors}
        make: Any = kind.posterior
        found: Posterior[M] = make(
            customers, covariates=covariates, **roles, **how, threads=threads
        )
        return found

    def save(self, path: str | PathLike[str]) -> None:
        """Saves the model with the facts of its fit; :func:`load` reads it in every language.

        The file is written whole or not at all.

        Parameters
        ----------
        path : str or path
            A file of JSON, written over where it is there.

        Raises
        ------
        ModelFileError
            Where it cannot be written.

        Examples
        --------
        >>> import loyalty, pathlib, tempfile
        >>> customers = loyalty.datasets.cdnow_orders().summarize(observation_end="1997-09-30")
        >>> fit = loyalty.BgNbd.fit(customers)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "fit.json"
        ...     fit.save(path)
        ...     loyalty.load(path) == fit.model, loyalty.load_fit(path).aic == fit.aic
        (True, True)
        """
        self._core.save(path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fit) and self._core == other._core

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Fit: {self.model!r}, log-likelihood {self.log_likelihood:.6f}, {self.stop}>"

    def _shown(self) -> _display.Parts:
        unit = getattr(self.model, "unit", None)
        facts = [
            ("log-likelihood", f"{self.log_likelihood:,.3f}"),
            ("AIC", f"{self.aic:,.1f}"),
            ("BIC", f"{self.bic:,.1f}"),
            ("identification", self.identification_message),
            ("unit of time", unit or "not stated"),
            ("customers", self.customers, "count"),
            ("left out", self.left_out, "count"),
            ("iterations", self.iterations),
        ]
        return [self._estimates(), _display.facts("How it was fitted", facts)]

    def _estimates(self) -> _display.Table:
        """The parameters, with errors and intervals where the fit converged."""
        names = ("estimate", "standard_error", "lower", "upper")
        columns: dict[str, Any] = {"parameter": self._core.names, "estimate": self._core.values}
        if self._core.converged:
            found = map(_frames.array, self._core.parameter_intervals(0.95))
            columns |= dict(zip(names, found, strict=True))
        else:
            columns |= {name: [None] * len(self._core.names) for name in names[1:]}
        title = f"{self.model.title}: {self.stop_message}; intervals of 95 %"
        return _display.of_arrays(title, columns, kinds=dict.fromkeys(names, "estimate"))

    def __reduce__(self) -> Any:
        backend = None if self._frame is None else self._frame.value
        return _restore, (self._core.to_json(), type(self.model), backend)


def _restore(json: str, model: Any, backend: str | None) -> Fit[Any]:
    import narwhals as nw

    native = _native.Fit.from_json(json)
    assert native is not None
    frame = None if backend is None else nw.Implementation(backend)
    return Fit._of(native, model._of(native.model), frame)


#: Predictions up to a horizon.
_AHEAD = ("expected_purchases", "survival")


def check_quantity(
    model: Model, of: str, quantity: str, horizon: Any, unit: str | None = None
) -> float | int | None:
    """Refuses what the model does not predict, and a horizon that does not go with it."""
    if quantity not in model._intervals:
        known = " or ".join(f'"{name}"' for name in model._intervals)
        raise InputError(f"quantity must be {known} for a {model.title} {of}, got {quantity!r}")
    if (quantity in _AHEAD) != (horizon is not None):
        named = "the survival" if "survival" in model._intervals else "the expected purchases"
        raise InputError(f"a horizon goes with {named}, and with nothing else")
    if horizon is None:
        return None
    if quantity == "expected_purchases":
        return _horizons.in_unit("horizon", horizon, getattr(model, "unit", None) or unit)
    return _check.whole("horizon", horizon)


def asked(
    model: Model, customers: CustomerSummary | Contracts, covariates: Any, horizon: float | None
) -> tuple[Any, ...]:
    """What a prediction with its interval takes."""
    table = model._table._given("customers", customers)
    given: tuple[Any, ...] = (table._core,)
    if isinstance(table, CustomerSummary):
        given = (table._core, model._known(covariates, table))
    elif covariates is not None:
        raise TypeError("covariates are not for contracts")
    return given if horizon is None else (*given, horizon)


def native_options(
    start: Any = None,
    priors: Mapping[str, Prior] | None = None,
    penalizer: float = 0.0,
    tolerance: float = 1e-16,
    max_iterations: int = 200,
    threads: int = 0,
) -> _native.Options:
    """Checked options of a fit."""
    return _native.Options(
        None if start is None else list(start),
        natives(priors),
        penalizer,
        tolerance,
        _check.whole("max_iterations", max_iterations),
        _check.whole("threads", threads),
    )
