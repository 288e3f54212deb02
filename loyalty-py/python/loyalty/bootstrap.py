"""Totals of lifetime values by parametric bootstrap."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loyalty import _check, _display, _frames, _native
from loyalty._discounting import discounting_of
from loyalty._frozen import Record
from loyalty.fit import Fit
from loyalty.purchase import PurchaseModel
from loyalty.spend import SpendModel
from loyalty.summary import CustomerSummary
from loyalty.value import margins_of

__all__ = ["Bootstrap", "clv_bootstrap"]


class Bootstrap(Record):
    """The distribution of a total under the models fitted; made by :func:`clv_bootstrap`.

    Attributes
    ----------
    estimate : float
        The total under the models given.
    lower, upper : float
        The ends of the interval.
    level : float
        Its coverage.
    totals : array
        The totals of the replicates, in the order of their numbers.
    not_converged : int
        Replicates whose fit ended short of a proper maximum; they are counted in.
    failed : int
        Replicates that no model could be fitted to; they are left out.

    Examples
    --------
    >>> import loyalty
    >>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week")
    >>> purchases, spend = loyalty.MbgNbd.fit(customers), loyalty.GammaGamma.fit(customers)
    >>> found = loyalty.clv_bootstrap(customers, purchases, spend, horizon=52, replicates=20)
    >>> bool(found.lower < found.estimate), len(found.totals)
    (True, 20)
    """

    __slots__ = ("estimate", "failed", "level", "lower", "not_converged", "totals", "upper")

    estimate: float
    lower: float
    upper: float
    level: float
    totals: NDArray[np.float64]
    not_converged: int
    failed: int

    def _facts(self) -> list[Any]:
        return [
            ("estimate", self.estimate, "money"),
            (f"interval of {self.level:.0%}", f"{self.lower:,.2f} to {self.upper:,.2f}"),
            ("replicates", len(self.totals)),
            ("not converged", self.not_converged),
            ("failed", self.failed),
        ]

    def __repr__(self) -> str:
        interval = f"{self.lower:.6g} to {self.upper:.6g} at {self.level:.0%}"
        return f"<Bootstrap: {self.estimate:.6g}, {interval}, {len(self.totals)} replicates>"

    def _shown(self) -> _display.Parts:
        return [_display.facts("Bootstrap", self._facts())]


def clv_bootstrap(
    customers: CustomerSummary,
    purchases: PurchaseModel | Fit[PurchaseModel],
    spend: SpendModel | Fit[SpendModel],
    *,
    horizon: float | None = None,
    annual_discount_rate: float | None = None,
    discount_rate: float | None = None,
    periods: int | None = None,
    period_length: float | None = None,
    margin: Any = 1.0,
    replicates: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    threads: int = 0,
) -> Bootstrap:
    """The interval of the customers' lifetime values in total by parametric bootstrap.

    As often as asked, a shop with the same customers, each observed as long, is simulated from the
    models; both are fitted to it anew, and the *real* customers are valued under the parameters
    found. The interval is that of the quantiles of the totals. It knows no linearisation, which is
    what it has over :func:`clv_interval` of the expectation with ``total=True``, at the price of a fit per replicate.

    Parameters
    ----------
    customers : CustomerSummary
        With monetary value; weights are whole numbers of customers.
    purchases : PurchaseModel or a Fit of one
    spend : SpendModel or a Fit of one
    horizon, annual_discount_rate, discount_rate, periods, period_length, margin
        As for :func:`clv`.
    replicates : int
        Shops simulated and fitted, at least 20.
    seed : int
        The same seed gives the same bits, whatever the number of threads.
    level : float
        Coverage of the interval, above 0 and below 1.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    Bootstrap

    Raises
    ------
    InputError
        As :func:`clv`, and for options outside their domain.
    FitError
        Where more than one in ten replicates cannot be fitted.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, §6.5.

    Examples
    --------
    >>> import loyalty
    >>> customers = loyalty.datasets.cdnow_orders().summarize(
    ...     unit="week", observation_end="1997-09-30"
    ... )
    >>> purchases = loyalty.BgNbd.fit(customers)
    >>> spend = loyalty.GammaGamma.fit(customers)
    >>> total = loyalty.clv_bootstrap(
    ...     customers, purchases, spend, horizon=52, annual_discount_rate=0.1, replicates=50
    ... )
    >>> total.lower < total.estimate < total.upper
    True
    """
    customers = CustomerSummary._given("customers", customers)
    model = PurchaseModel._given("purchases", purchases)
    form = (horizon, annual_discount_rate, discount_rate, periods, period_length)
    estimate, lower, upper, totals, not_converged, failed = _native.clv_bootstrap(
        customers._core,
        model._core,
        SpendModel._given("spend", spend)._core,
        discounting_of(model.unit or customers.unit, *form),
        *margins_of(margin),
        _check.whole("replicates", replicates),
        _check.whole("seed", seed),
        level,
        _check.whole("threads", threads),
    )
    bootstrap = Bootstrap.__new__(Bootstrap)
    bootstrap._set(
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        totals=_frames.array(totals),
        not_converged=not_converged,
        failed=failed,
    )
    return bootstrap
