"""The forecast of a purchase model, corrected by what earlier cutoffs teach."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from loyalty import _check, _display, _frames, _horizons, _native
from loyalty._frozen import Frozen
from loyalty._horizons import Horizon
from loyalty.errors import LoyaltyWarning
from loyalty.fit import Fit, native_options
from loyalty.orders import DEFAULT_UNIT, Moment, Occasion, Occasions, Orders, Unit, _day, _instant
from loyalty.pareto_nbd import ParetoNbd
from loyalty.purchase import PurchaseModel

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["AnchoredForecast", "Gate", "LastYear"]


@dataclass(frozen=True, slots=True)
class Gate:
    """Learnt from the older cutoffs alone, tried on the newest: Poisson deviances per customer."""

    model: float
    corrected: float
    #: Of their difference, over the customers.
    standard_error: float
    #: Whether the correction helped by more than that, so that it is used.
    passed: bool


@dataclass(frozen=True, slots=True)
class LastYear:
    """The model as of a year ago: what it expected of the same season, and what came."""

    expected: float
    actual: float


class AnchoredForecast(Frozen):
    """Purchases expected of customers within a horizon: those of a purchase model, times a correction.

    A purchase model knows of a customer how often they bought, when last and for how long. The
    correction is learnt by going back in the log: at the horizon before the end, and a quarter and a half
    of it further back, the model is fitted to what was known and forecasts the horizon that followed; a
    Poisson regression learns from orders of the last 14, 30, 60, 91, 182 and 365 days, lateness and
    amounts what it missed. Half of that is used, at the level of the model: it says who buys, not how
    much is bought in all. Where it does not lower the deviance at the newest of those cutoffs, learnt from
    the older ones alone, by more than the standard error of the difference, the forecast stays the model's.

    ::

        E = p · exp(w₀ + Σ w_j f_j),   |Σ w_j f_j| ≤ 3

    Made by :meth:`fit`. docs/forecast.md has what it gains on public logs.

    Examples
    --------
    >>> import loyalty
    >>> cdnow = loyalty.datasets.cdnow_orders()
    >>> forecast = loyalty.AnchoredForecast.fit(cdnow, horizon=13)
    >>> forecast.base.title, forecast.horizon, forecast.unit
    ('Pareto/NBD', 13.0, 'week')
    >>> forecast.gate.corrected < forecast.gate.model
    True
    """

    __slots__ = ("_base", "_core")

    _core: _native.AnchoredForecast
    _base: PurchaseModel

    @classmethod
    def fit(
        cls,
        orders: Orders,
        *,
        horizon: Horizon,
        model: type[PurchaseModel] | str = ParetoNbd,
        level: Literal["model", "last_year"] = "model",
        unit: Unit = DEFAULT_UNIT,
        occasion: Occasion | None = None,
        observation_end: Moment | None = None,
        threads: int = 0,
    ) -> AnchoredForecast:
        """Fits the model, goes back in the log, and learns what the model missed there.

        Parameters
        ----------
        orders : Orders
        horizon : float
            How far the forecast reaches, in the unit.
        model : class or name
            The purchase model that is corrected.
        level : {"model", "last_year"}
            Where the sum of the forecasts comes from: the model, or the model times the root of the
            ratio by which it was wrong in the same season a year ago.
        unit, occasion, observation_end
            As for :meth:`Orders.summarize`.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        AnchoredForecast

        Warns
        -----
        LoyaltyWarning
            Where the fit of the model to the whole log did not converge.

        Raises
        ------
        InputError
            As :meth:`PurchaseModel.fit`, and where ``level="last_year"`` and the log does not tell of it.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.datasets.cdnow_orders()
        >>> forecast = loyalty.AnchoredForecast.fit(cdnow, horizon=13, unit="week")
        >>> forecast
        <AnchoredForecast of the Pareto/NBD, 13 weeks ahead, corrected>
        >>> forecast.gate.passed
        True
        """
        _check.instance("orders", orders, Orders)
        if level not in ("model", "last_year"):
            raise ValueError(f'level must be "model" or "last_year", got {level!r}')
        native = _native.AnchoredForecast(
            orders._core,
            _horizons.in_unit("horizon", horizon, unit),
            model_kind(model),
            level == "last_year",
            native_options(threads=threads),
            unit,
            occasion,
            orders._moment("observation_end", observation_end),
        )
        forecast = cls._of(native)
        fit = forecast.model_fit
        if fit is not None and (concern := fit._concern()) is not None:
            warnings.warn(f"{forecast.base.title}: {concern}", LoyaltyWarning, stacklevel=2)
        return forecast

    @classmethod
    def _of(cls, native: _native.AnchoredForecast) -> AnchoredForecast:
        forecast = cls.__new__(cls)
        base = PurchaseModel.kinds()[native.base.kind]._of(native.base)
        forecast._set(_core=native, _base=base)
        return forecast

    def expected_purchases(
        self,
        log: Orders | Occasions,
        *,
        observation_end: Moment | None = None,
        occasion: Occasion | None = None,
        threads: int = 0,
    ) -> Any:
        """A frame with the customers of a log and the purchases expected of each.

        Parameters
        ----------
        log : Orders or Occasions
            Occasions in the unit of the forecast; orders are brought into it.
        observation_end : date or time, optional
            By default the last order.
        occasion : str, optional
            What counts as one purchase, of orders.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame or array

        Raises
        ------
        InputError
            Where the units differ, or where the correction was learnt with amounts and the log has none.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.datasets.cdnow_orders()
        >>> forecast = loyalty.AnchoredForecast.fit(cdnow, horizon=13, unit="week")
        >>> table = forecast.expected_purchases(cdnow)
        >>> table.shape
        (2357, 2)
        """
        if isinstance(log, Orders):
            state = log.occasions(unit=self.unit, occasion=occasion)
            end = log._moment("observation_end", observation_end)
        else:
            state = _check.instance("log", log, Occasions)
            zone = state._core.time_zone
            end = (
                None
                if observation_end is None
                else _instant("observation_end", observation_end, zone)
            )
        customers, expected = self._core.of_occasions(state._core, end, threads)
        ids = customers.customer(state._customer)
        columns = [] if ids is None else [ids]
        return _frames.table([*columns, expected], state._frame)

    @property
    def base(self) -> PurchaseModel:
        """The purchase model."""
        return self._base

    @property
    def model_fit(self) -> Fit[Any] | None:
        """The fit of the purchase model to the whole log; None for one from a file or a pickle."""
        native = self._core.fit
        return None if native is None else Fit._of(native, self._base)

    @property
    def unit(self) -> Any:
        """The unit of the horizon."""
        return self._core.unit

    @property
    def horizon(self) -> float:
        """How far the forecast reaches."""
        return self._core.horizon

    @property
    def weights(self) -> dict[str, float] | None:
        """The weights of the features and the ``intercept``; None without a correction."""
        known = self._core.weights
        return None if known is None else dict(known)

    @property
    def cutoffs(self) -> list[str] | None:
        """The days that were learnt from, the newest first; None for one from a file or a pickle."""
        known = self._core.cutoffs
        return None if known is None else [str(_day(cutoff)) for cutoff in known]

    @property
    def gate(self) -> Gate | None:
        """The test at the newest cutoff; None where there were too few for one, or of a forecast from a file or a pickle."""
        known = self._core.gate
        return None if known is None else Gate(*known)

    @property
    def last_year(self) -> LastYear | None:
        """How the model did in the same season a year ago; None where the log does not tell, or of a forecast from a file or a pickle."""
        known = self._core.last_year
        return None if known is None else LastYear(*known)

    def save(self, path: str | PathLike[str]) -> None:
        """Writes a model file, which :func:`loyalty.load` and the C library read to the same bits.

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
        >>> forecast = loyalty.AnchoredForecast.fit(loyalty.datasets.cdnow_orders(), horizon=13)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "forecast.json"
        ...     forecast.save(path)
        ...     loyalty.load(path) == forecast
        True
        """
        self._core.save(path)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AnchoredForecast):
            return NotImplemented
        return self._core.to_json() == other._core.to_json()

    def __hash__(self) -> int:
        return hash(self._core.to_json())

    def __reduce__(self) -> Any:
        return _from_json, (self._core.to_json(),)

    def __repr__(self) -> str:
        how = "corrected" if self.weights is not None else "as the model has it"
        ahead = f"{self.horizon:g} {self.unit}s ahead"
        return f"<AnchoredForecast of the {self.base.title}, {ahead}, {how}>"

    def _shown(self) -> _display.Parts:
        rows = [(name, x, "estimate") for name, x in (self.weights or {}).items()]
        said = f"{repr(self)[1:-1]}."
        return [said, _display.facts("Weights of what corrects it", rows)] if rows else [said]


def model_kind(model: Any) -> str:
    """The name of a purchase model, given by its class or by its name."""
    if isinstance(model, str):
        return model
    if isinstance(model, type) and issubclass(model, PurchaseModel) and hasattr(model, "kind"):
        return model.kind
    raise TypeError(f"models must be classes of purchase models or their names, got {model!r}")


def _from_json(text: str) -> AnchoredForecast:
    return AnchoredForecast._of(_native.AnchoredForecast.from_json(text))
