"""Customer lifetime value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, cast, overload

import numpy as np

from loyalty import _check, _columns, _frames, _horizons, _native
from loyalty._covariate_table import read
from loyalty._discounting import discounting_of
from loyalty._horizons import Horizon
from loyalty.correlation import warn_if_notable
from loyalty.covariates import PurchaseWithCovariates, SpendWithCovariates
from loyalty.errors import InputError
from loyalty.fit import Fit
from loyalty.posterior import Posterior
from loyalty.predictions import DRAWS, PredictionKind, answered, known_of, predicting
from loyalty.purchase import PurchaseModel
from loyalty.spend import SpendModel
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from loyalty._frame_types import Customers, NativeT, OfArrays, OfFrame

__all__ = ["clv", "clv_interval", "clv_posterior"]

P = ParamSpec("P")


class _Valuing(Protocol[P]):
    """:func:`clv` for a type checker: in whose frame the values come."""

    @overload
    def __call__(
        self, customers: OfFrame[NativeT], *arguments: P.args, **options: P.kwargs
    ) -> NativeT: ...
    @overload
    def __call__(self, customers: OfArrays, *arguments: P.args, **options: P.kwargs) -> Any: ...


def _by_frame(valuing: Callable[Concatenate[Any, P], Any]) -> _Valuing[P]:
    return cast("_Valuing[P]", valuing)


@_by_frame
def clv(
    customers: Customers,
    purchases: PurchaseModel | PurchaseWithCovariates | Fit[Any],
    spend: SpendModel | SpendWithCovariates | Fit[Any],
    *,
    covariates: Any = None,
    horizon: Horizon | Sequence[Horizon] | None = None,
    annual_discount_rate: float | None = None,
    discount_rate: float | None = None,
    periods: int | None = None,
    period_length: float | None = None,
    margin: Any = 1.0,
    threads: int = 0,
) -> Any:
    """Expected value of every customer's future purchases, discounted to the end of observation.

    ::

        CLV = margin · E[M | x, m] · discounted expected purchases

    in one of two forms, E(t) being the expected purchases up to t:

    ===========  =========================================================  =====================
    form         discounted expected purchases                              arguments
    ===========  =========================================================  =====================
    continuous   ∫₀ʰ e^(−δt) dE(t)                                          horizon h, and a rate
    per period   Σ_i [E(i·length) − E((i−1)·length)] / (1 + rate)^i         periods, period_length
    ===========  =========================================================  =====================

    The continuous form counts a purchase from the moment it is made. The form per period puts every
    purchase at its period's end; it is the sum that lifetimes makes, with ``period_length`` 30 for
    its ``freq="D"``, 4.345 for ``"W"`` and 1 for ``"M"``, and ``discount_rate`` per period.

    Parameters
    ----------
    customers : CustomerSummary or a table of one
        With monetary value.
    purchases : PurchaseModel, PurchaseWithCovariates or a Fit of one
    spend : SpendModel, SpendWithCovariates or a Fit of one
    covariates : data frame or mapping of columns, optional
        Those that either model has learnt from; see :meth:`PurchaseWithCovariates.p_alive`.
    horizon : float, str or timedelta, or several, optional
        How far the continuous form reaches, in the unit of the model, or a length of time such as
        ``"1 year"``; with a rate it may be ``math.inf``, the whole future. A list gives a column for each.
    annual_discount_rate : float, optional
        Effective rate per year of 365.25 days, δ = ln(1 + rate) / units per year; needs a known
        unit. For the continuous form.
    discount_rate : float, optional
        Effective rate per time unit for the continuous form, δ = ln(1 + rate), or per period for
        the other. Without either rate nothing is discounted.
    periods : int, optional
        Number of periods, for the form per period.
    period_length : float, optional
        Their length in the unit of the model.
    margin : float or array or list
        Contribution margin, from -1000 to 1: one number, or one per customer in row order. 1 gives the
        value in revenue.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    data frame or array
        A frame keyed by the customers' ids where the summary came from a frame, else an array.

    Raises
    ------
    InputError
        For arguments of both forms or of none, a rate or margin outside its domain, a summary
        without monetary value or in another unit.
    FitError
        Where a customer's expected spend is infinite.

    Warns
    -----
    LoyaltyWarning
        Where frequency and value are correlated beyond doubt by more than 0.1; see
        :func:`frequency_value_correlation`.

    References
    ----------
    Fader, Hardie & Lee (2005), RFM and CLV: using iso-value curves for customer base analysis,
    Journal of Marketing Research 42(4), 415–430.

    Examples
    --------
    >>> import loyalty
    >>> customers = loyalty.CustomerSummary(
    ...     frequency=[2], recency=[30.43], T=[38.86], monetary_value=[22.35], unit="week"
    ... )
    >>> purchases = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> spend = loyalty.GammaGamma(p=6.25, q=3.74, v=15.44)
    >>> loyalty.clv(customers, purchases, spend, horizon=52, annual_discount_rate=0.1).round(2)
    array([36.8])
    >>> loyalty.clv(
    ...     customers, purchases, spend, periods=12, period_length=4.345, discount_rate=0.01
    ... ).round(2)
    array([36.29])
    """
    summary = CustomerSummary._given("customers", customers)
    model = _either("purchases", purchases, PurchaseWithCovariates, PurchaseModel)
    amounts = _either("spend", spend, SpendWithCovariates, SpendModel)
    known = learnt_from((model, amounts), covariates, summary)
    unit = model.unit or summary.unit
    form = (annual_discount_rate, discount_rate, periods, period_length)

    def values(ahead: float | None) -> _native.Column:
        discounting = discounting_of(unit, ahead, *form)
        return column(summary, model, amounts, discounting, margin, threads, known)

    if horizon is None:
        found = summary._answer(values(None))
    else:
        found = _horizons.answered(horizon, unit, values, summary._answer, summary._answers)
    warn_if_notable(summary, threads, stacklevel=2)
    return found


def clv_interval(
    customers: CustomerSummary,
    purchases: PurchaseModel
    | Fit[PurchaseModel]
    | Fit[PurchaseWithCovariates]
    | Posterior[PurchaseModel],
    spend: SpendModel | Fit[SpendModel] | Fit[SpendWithCovariates] | Posterior[SpendModel],
    *,
    covariates: Any = None,
    horizon: float | None = None,
    annual_discount_rate: float | None = None,
    discount_rate: float | None = None,
    periods: int | None = None,
    period_length: float | None = None,
    margin: Any = 1.0,
    kind: PredictionKind = "prediction",
    by: Any = None,
    total: bool = False,
    level: float = 0.95,
    draws: int = DRAWS,
    levels: Any = (),
    seed: int = 0,
    threads: int = 0,
) -> Any:
    """Intervals of lifetime values: of what customers will bring, or of what is expected of them.

    A prediction tells what customers will do, who do not do what is expected of them: `draws`
    draws of the parameters and, under each, of the customers' purchases (:meth:`PurchaseModel.simulate_future`) and
    of every amount around a mean of the customer's own. Without a rate and at a margin of 1 that is their spend.

    With ``kind="expectation"`` it tells how far the expectation may be off, as the parameters are estimates: of two
    fits by the delta method on the logarithmic scale, with standard errors, see :meth:`Fit.interval`. The two models
    are fitted to different columns and their estimates are independent, so their variances add up.

    Parameters
    ----------
    customers : CustomerSummary
        With monetary value.
    purchases, spend : Fit, Posterior or model
        Of a fit, the parameters are normal on their scales with its covariance; of a posterior, they are drawn from
        its points; those of a model are taken for sure, which makes sense for a prediction only. Fits with
        covariates have intervals of kind ``"expectation"`` alone.
    covariates : data frame or mapping of columns, optional
        Those that either model has learnt from; see :meth:`PurchaseWithCovariates.p_alive`.
    horizon, annual_discount_rate, discount_rate, periods, period_length, margin
        As for :func:`clv`.
    kind : {"prediction", "expectation"}
        Of what customers will bring, or of what is expected of them.
    by : array, series or list, optional
        The group of each customer, such as their segment: a row per group, in order of the labels.
    total : bool
        One row for all customers together; for an expectation weights are counted. All share the error of
        the parameters, so it is not the sum of independent values.
    level : float
        Coverage of the intervals, above 0 and below 1.
    draws : int
        From 100. At 1,000 the share that an interval at 90 % holds has a standard deviation of a percentage
        point.
    levels : array or list, optional
        How far forecasts of totals were off before; see :func:`purchase_interval`.
    seed : int
        The same gives the same bits, whatever the threads.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    data frame or dict of arrays
        Columns ``estimate``, ``lower``, ``upper``, of the delta method also ``standard_error``; keyed by the customers'
        ids where the summary came from a frame, or by ``group`` with the number of ``customers``.

    Raises
    ------
    InputError
        As :func:`clv`, and for a level outside its domain.
    FitError
        Unless both fits converged, or where a customer's expected spend is infinite.

    Examples
    --------
    >>> import loyalty
    >>> log = loyalty.datasets.cdnow("pandas")
    >>> orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
    >>> customers = orders.summarize(unit="week", observation_end="1997-09-30")
    >>> purchases = loyalty.BgNbd.fit(customers)
    >>> spend = loyalty.GammaGamma.fit(customers)
    >>> loyalty.clv_interval(customers, purchases, spend, horizon=52, level=0.9).round(0).head(2)
       customer_id  estimate  lower  upper
    0            1      38.0    0.0  139.0
    1            2       5.0    0.0   34.0
    >>> year = {"horizon": 52, "annual_discount_rate": 0.1}
    >>> loyalty.clv_interval(
    ...     customers, purchases, spend, kind="expectation", total=True, **year
    ... ).round(0)
       estimate  standard_error    lower    upper
    0   72506.0          3777.0  65468.0  80300.0
    """
    customers = CustomerSummary._given("customers", customers)
    form = (horizon, annual_discount_rate, discount_rate, periods, period_length)
    drawn = by is not None or isinstance(purchases, Posterior) or isinstance(spend, Posterior)
    if kind != "expectation" or drawn:
        _without_covariates(covariates, purchases, spend)
        bought = known_of("purchases", purchases, PurchaseModel)
        spent = known_of("spend", spend, SpendModel)
        unit = _model_of(purchases).unit or customers.unit
        how, groups = predicting(customers, kind, by, total, level, draws, levels, seed, threads)
        discounting, margins = discounting_of(unit, *form), margins_of(margin)
        columns = _native.clv_prediction(customers._core, bought, spent, discounting, *margins, how)
        return answered(customers, columns, groups, total)
    model: Any = _fitted("purchases", purchases, PurchaseWithCovariates, PurchaseModel)
    amounts: Any = _fitted("spend", spend, SpendWithCovariates, SpendModel)
    known = learnt_from((model, amounts), covariates, customers)
    bought, spent = purchases._core, spend._core
    columns = _native.clv_intervals(
        customers._core,
        bought,  # type: ignore[arg-type]
        spent,  # type: ignore[arg-type]
        known,
        discounting_of(model.unit or customers.unit, *form),
        *margins_of(margin),
        total,
        level,
        _check.whole("threads", threads),
    )
    return _frames.table(columns, customers._frame) if total else customers._answers(columns)


def clv_posterior(
    customers: CustomerSummary,
    purchases: Posterior[PurchaseModel] | Posterior[PurchaseWithCovariates],
    spend: Posterior[SpendModel] | Posterior[SpendWithCovariates],
    *,
    covariates: Any = None,
    horizon: float | None = None,
    annual_discount_rate: float | None = None,
    discount_rate: float | None = None,
    periods: int | None = None,
    period_length: float | None = None,
    margin: Any = 1.0,
    level: float = 0.95,
    threads: int = 0,
) -> Any:
    """Lifetime values over the posteriors of both models: mean, standard deviation and interval.

    The two models tell of different columns, so their posteriors are independent: 400 points of each
    are paired by lot. With a quadrature on either side the moments of both are multiplied and the
    interval is normal on the logarithm of the value. It is the interval of the expectation: what a
    customer then spends varies around it.

    Parameters
    ----------
    customers : CustomerSummary
        With monetary value.
    purchases, spend : Posterior
        Of a purchase model and of a spend model, with covariates or without.
    covariates : data frame or mapping of columns, optional
        Those that either model has learnt from; see :meth:`PurchaseWithCovariates.p_alive`.
    horizon, annual_discount_rate, discount_rate, periods, period_length, margin
        As for :func:`clv`.
    level : float
        Probability of the intervals, above 0 and below 1.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    data frame or dict of arrays
        Columns estimate, standard_error, lower, upper; keyed by the customers' ids where the summary
        came from a frame.

    Examples
    --------
    >>> import loyalty
    >>> log = loyalty.datasets.cdnow("pandas")
    >>> orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
    >>> customers = orders.summarize(unit="week", observation_end="1997-09-30")
    >>> purchases = loyalty.MbgNbd.posterior(customers)
    >>> spend = loyalty.GammaGamma.posterior(customers)
    >>> values = loyalty.clv_posterior(customers, purchases, spend, horizon=52, level=0.9)
    >>> bool((values["lower"] < values["estimate"]).all())
    True
    """
    customers = CustomerSummary._given("customers", customers)
    for name, given, kind, by in [
        ("purchases", purchases, PurchaseModel, PurchaseWithCovariates),
        ("spend", spend, SpendModel, SpendWithCovariates),
    ]:
        if not isinstance(given, Posterior) or not isinstance(given.mode.model, kind | by):
            found = type(given).__name__
            raise TypeError(f"{name} must be the Posterior of a {kind.__name__}, got {found}")
    model: Any = purchases.mode.model
    known = learnt_from((model, spend.mode.model), covariates, customers)
    form = (horizon, annual_discount_rate, discount_rate, periods, period_length)
    columns = purchases._core.clv(
        spend._core,
        customers._core,
        known,
        discounting_of(model.unit or customers.unit, *form),
        *margins_of(margin),
        level,
        _check.whole("threads", threads),
    )
    return customers._answers(columns)


def column(
    customers: CustomerSummary,
    purchases: PurchaseModel | PurchaseWithCovariates,
    spend: SpendModel | SpendWithCovariates,
    discounting: _native.Discounting,
    margin: Any,
    threads: int,
    covariates: _native.Covariates | None = None,
) -> _native.Column:
    """Lifetime values as a native column."""
    return _native.clv(
        customers._core,
        purchases._core,
        spend._core,
        covariates,
        discounting,
        *margins_of(margin),
        _check.whole("threads", threads),
    )


def _either(name: str, given: Any, by: type[Any], alike: type[Any]) -> Any:
    """The model of an argument, with covariates or without."""
    model = given.model if isinstance(given, Fit) else given
    return model if isinstance(model, by) else alike._given(name, given)


def _fitted(name: str, given: Any, by: type[Any], alike: type[Any]) -> Any:
    """The model of an argument that must be a fit, with covariates or without."""
    if isinstance(given, Fit) and isinstance(given.model, by):
        return given.model
    return Fit._given(name, given, alike)


def learnt_from(
    models: tuple[Any, Any], covariates: Any, customers: CustomerSummary
) -> _native.Covariates | None:
    """The columns that either model has learnt from."""
    learnt = [m for m in models if isinstance(m, PurchaseWithCovariates | SpendWithCovariates)]
    names = list(dict.fromkeys(name for m in learnt for name in m.columns))
    if learnt and covariates is None:
        raise InputError("covariates must be given, as a model has learnt from " + ", ".join(names))
    return read(covariates, names, customers) if learnt else None


def _without_covariates(covariates: Any, *known: Any) -> None:
    """Refuses models with covariates where futures are drawn."""
    learnt = PurchaseWithCovariates | SpendWithCovariates
    if covariates is not None or any(isinstance(_model_of(each), learnt) for each in known):
        raise TypeError(
            'models with covariates have intervals of what is expected alone: kind="expectation", of two fits '
            "and not by groups"
        )


def _model_of(known: Any) -> Any:
    """The model of a fit, of a posterior, or itself."""
    fit = known.mode if isinstance(known, Posterior) else known
    return fit.model if isinstance(fit, Fit) else fit


def margins_of(margin: Any) -> tuple[float, _native.Column | None]:
    """One margin, or a column of them."""
    one = np.ndim(margin) == 0
    if one and not isinstance(margin, Real | np.ndarray):
        raise TypeError(f"margin must be a number, or one per customer, got {margin!r}")
    return (float(margin), None) if one else (1.0, _columns.from_values("margin", margin))
