"""Models side by side: how well each fits a log, and how well each would have forecast it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalty import _check, _display, _frames, _horizons, _native
from loyalty._covariate_table import of_customers
from loyalty._frozen import Frozen
from loyalty._horizons import Horizon
from loyalty.errors import InputError
from loyalty.fit import native_options
from loyalty.forecast import AnchoredForecast, model_kind
from loyalty.orders import DEFAULT_UNIT, Moment, Occasion, Orders, Unit, _day
from loyalty.purchase import PurchaseModel
from loyalty.purchase_with_covariates import PurchaseWithCovariates

if TYPE_CHECKING:
    from collections.abc import Sequence

    import narwhals as nw

__all__ = ["Comparison", "compare"]


class Comparison(Frozen):
    """Models side by side, the best forecast first. Made by :func:`compare`.

    Attributes
    ----------
    unit : str
        The unit of the horizon.

    Examples
    --------
    >>> import loyalty
    >>> found = loyalty.compare(loyalty.datasets.cdnow_orders("polars"), ["bg-nbd", "nbd"], horizon=26)
    >>> found.origins
    ['1997-12-30', '1997-09-30', '1997-07-01']
    >>> found.to_frame()["model"].to_list()
    ['BG/NBD', 'NBD']
    """

    __slots__ = ("_core", "_frame", "unit")

    unit: str
    _core: _native.Comparison
    _frame: nw.Implementation | None

    @property
    def best(self) -> type[PurchaseModel | PurchaseWithCovariates | AnchoredForecast]:
        """The class of the forecast with the smallest deviance; the first row of :meth:`to_frame` says
        which model of it."""
        name = self._core.names[0]
        if name.endswith("-with-covariates"):
            return PurchaseWithCovariates
        return PurchaseModel.kinds().get(name, AnchoredForecast)

    @property
    def horizon(self) -> float:
        """The length of every holdout period."""
        return self._core.horizon

    @property
    def origins(self) -> list[str]:
        """The days at which models were fitted and forecast, the newest first."""
        return [str(_day(origin)) for origin in self._core.origins]

    def to_frame(self) -> Any:
        """A row for every model: ``model``, ln L, AIC, BIC and how the fit to the whole log ended
        (``stop``), and the geometric means of the forecasts' figures over the cutoffs.

        Returns
        -------
        data frame or dict of arrays
            The best forecast first, like the log's frame.

        Examples
        --------
        >>> import loyalty
        >>> found = loyalty.compare(loyalty.datasets.cdnow_orders("polars"), ["bg-nbd", "nbd"], horizon=26)
        >>> found.to_frame().columns[:7]
        ['model', 'log_likelihood', 'aic', 'bic', 'stop', 'deviance', 'level']
        """
        columns = [_frames.text_column("model", self._core.titles)]
        columns += self._core.fits()
        columns.append(_frames.text_column("stop", self._core.stops))
        return _frames.table(columns + self._core.means(), self._frame)

    def forecasts(self) -> Any:
        """A row for every model and cutoff: the figures, and what is wrong with the forecast
        (``problem``, empty where all is well).

        ==================== ========================================================
        deviance             2/n Σ [y ln(y/p) − (y − p)], of the Poisson distribution
        level                Σp / Σy: above 1 where too much was expected
        shape                the deviance with the level made right
        mae, rmse            mean absolute error, root mean square error
        rank_correlation     Spearman's
        top_decile           the share of the purchases made by the tenth that the
                             model ranks highest
        ``revenue_…``        the same of money: of purchases times the spend of a
                             Gamma-Gamma; its deviance is in the unit of money
        ==================== ========================================================

        Returns
        -------
        data frame or dict of arrays
            Like the log's frame: models as in :meth:`to_frame`, of each the newest cutoff first.

        Examples
        --------
        >>> import loyalty
        >>> found = loyalty.compare(loyalty.datasets.cdnow_orders("polars"), ["bg-nbd", "nbd"], horizon=26)
        >>> found.forecasts().shape
        (6, 22)
        >>> found.forecasts()["level"].round(2).to_list()
        [1.02, 0.84, 0.9, 1.57, 1.41, 1.61]
        """
        count = len(self.origins)
        names = [title for title in self._core.titles for _ in range(count)]
        columns = [
            _frames.text_column("model", names),
            _frames.text_column("origin", self.origins * len(self._core.titles)),
            *self._core.forecasts(),
            _frames.text_column("problem", self._core.problems),
        ]
        return _frames.table(columns, self._frame)

    def __repr__(self) -> str:
        models = ", ".join(self._core.titles)
        return f"<Comparison over {len(self.origins)} cutoffs, the best first: {models}>"

    def _shown(self) -> _display.Parts:
        models = _frames.text_column("model", self._core.titles)
        ahead = f"{self.horizon:g} {self.unit}s ahead"
        title = f"Forecasts of {ahead} at {', '.join(self.origins)}; the best first"
        return [
            _display.of_columns(title, [models, *self._core.means()]),
            _display.of_columns("Fits to the whole log", [models, *self._core.fits()]),
        ]

    def __reduce__(self) -> Any:
        raise TypeError("a Comparison cannot be pickled; pickle its frames instead")


def compare(
    orders: Orders,
    models: Sequence[type[PurchaseModel | AnchoredForecast] | str] | None = None,
    *,
    horizon: Horizon | None = None,
    origins: int = 3,
    unit: Unit = DEFAULT_UNIT,
    occasion: Occasion | None = None,
    observation_end: Moment | None = None,
    covariates: Any = None,
    purchase: Sequence[str] | None = None,
    dropout: Sequence[str] | None = None,
    shared: Sequence[str] = (),
    threads: int = 0,
) -> Comparison:
    """Fits models to a log and lets each forecast what came after several cutoffs.

    The cutoffs lie H, 1.5 H, 2 H, … before the observation end, H being the horizon; at each, the models
    see what was known then and forecast the H that follow, for the customers whose first order was
    before. ln L, AIC and BIC tell how well a model describes the past; one that wins there may lose the
    forecast, so the models are in order of the deviance of their forecasts, in geometric mean over the
    cutoffs.

    Parameters
    ----------
    orders : Orders
    models : sequence of classes or names, optional
        ``loyalty.BgNbd`` or ``"bg-nbd"``; ``loyalty.AnchoredForecast`` or ``"anchored-pareto-nbd"`` for the
        forecast of a model that earlier cutoffs correct; ``"bg-nbd-with-covariates"`` and its like where
        there are covariates. By default all purchase models and the anchored one, and with covariates
        those that take them.
    horizon : float, optional
        In the unit; by default a quarter of the time that the log covers.
    origins : int
        How many cutoffs.
    unit, occasion, observation_end
        As for :meth:`Orders.summarize`.
    covariates : data frame or mapping of columns, optional
        What else is known of customers: a row for each customer of the log, with the log's column of
        their ids, in any order. At every cutoff models learn from those who had bought by then.
    purchase, dropout, shared : sequence of str, optional
        As for the ``fit`` of a :class:`ParetoNbd`.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    Comparison
        A model that cannot be fitted is no error: its rows say why.

    Raises
    ------
    InputError
        Where the log does not reach back to the first cutoff, for an option outside its domain, and where
        a customer of the log has no row of covariates or two.

    Examples
    --------
    >>> import loyalty
    >>> cdnow = loyalty.datasets.cdnow_orders()
    >>> found = loyalty.compare(cdnow, [loyalty.BgNbd, "mbg-nbd", "nbd"], unit="week", horizon=26)
    >>> found
    <Comparison over 3 cutoffs, the best first: BG/NBD, MBG/NBD, NBD>
    >>> found.best
    <class 'loyalty.bg_nbd.BgNbd'>

    With what is known of customers, here whether the first order was a large one:

    >>> log = loyalty.datasets.cdnow("polars").sort("date")
    >>> first = log.group_by("customer_id", maintain_order=True).first()
    >>> known = first.select("customer_id", large=first["amount"] > 30)
    >>> models = ["mbg-nbd", "mbg-nbd-with-covariates"]
    >>> loyalty.compare(cdnow, models, unit="week", horizon=26, covariates=known)
    <Comparison over 3 cutoffs, the best first: MBG/NBD, MBG/NBD with covariates>
    """
    _check.instance("orders", orders, Orders)
    kinds = None if models is None else [_kind(model) for model in models]
    roles = {"purchase": purchase, "dropout": dropout, "shared": shared}
    if covariates is None and any(roles.values()):
        raise InputError("purchase, dropout and shared name columns of covariates: give these too")
    known = None if covariates is None else of_customers(covariates, orders._customer, roles)
    end = orders._moment("observation_end", observation_end)
    native = _native.Comparison(
        orders._core,
        kinds,
        known,
        None if horizon is None else _horizons.in_unit("horizon", horizon, unit),
        _check.whole("origins", origins),
        native_options(threads=threads),
        unit,
        occasion,
        end,
    )
    comparison = Comparison.__new__(Comparison)
    comparison._set(_core=native, _frame=orders._frame, unit=unit)
    return comparison


def _kind(model: type[PurchaseModel | AnchoredForecast] | str) -> str:
    if model is AnchoredForecast:
        return "anchored-pareto-nbd"
    return model_kind(model)
