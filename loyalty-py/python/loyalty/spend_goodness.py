"""Does a model of spend describe the shop? Amounts expected beside those paid, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from loyalty import _check, _display, _frames, _native
from loyalty.fit import Fit
from loyalty.goodness import ChiSquare
from loyalty.posterior import Posterior
from loyalty.predictions import DRAWS, known_of, predicting
from loyalty.purchase import PurchaseModel
from loyalty.spend import SpendModel
from loyalty.summary import CalibrationHoldout, CustomerSummary

if TYPE_CHECKING:
    import narwhals as nw

__all__ = ["SpendCounts", "spend_calibration", "spend_counts"]


@dataclass(frozen=True, slots=True)
class SpendCounts(_display.Shown):
    """Customers by their mean amount. Made by :func:`spend_counts`.

    Attributes
    ----------
    customers : int
        Customers with an amount above 0.
    tenths : tuple of int
        Customers by the tenth of the model's distribution in which their mean lies, the lowest first: were the
        model true, as many in each.
    chi_square : ChiSquare or None
        The test of the tenths; None below 50 customers.

    Examples
    --------
    >>> import loyalty
    >>> customers = loyalty.datasets.cdnow_orders("polars").summarize(observation_end="1997-09-30")
    >>> counts = loyalty.spend_counts(loyalty.GammaGamma.fit(customers), customers)
    >>> counts.customers, sum(counts.tenths)
    (946, 946)
    """

    customers: int
    tenths: tuple[int, ...]
    chi_square: ChiSquare | None
    _columns: tuple[_native.Column, ...] = field(repr=False)
    _frame: nw.Implementation | None = field(repr=False)

    def to_frame(self) -> Any:
        """Columns ``above`` and ``up_to``, and the ``actual`` and ``expected`` customers whose mean amount lies between.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.datasets.cdnow_orders("polars").summarize(observation_end="1997-09-30")
        >>> counts = loyalty.spend_counts(loyalty.GammaGamma.fit(customers), customers, edges=[20, 40])
        >>> counts.to_frame()["actual"].to_list()
        [325.0, 363.0, 258.0]
        """
        return _frames.table(self._columns, self._frame)

    def _shown(self) -> _display.Parts:
        return [_display.of_columns(f"{self.customers} customers by mean amount", self._columns)]


def spend_counts(
    model: SpendModel | Fit[SpendModel],
    customers: CustomerSummary,
    *,
    edges: Any = None,
    cells: int = 10,
    estimated: int | None = None,
) -> SpendCounts:
    """Customers by their mean amount: how many there are, and how many the spend model expects.

    ::

        expected(from, to) = Σ over customers of P(from < M <= to),   M the mean of as many amounts as theirs

    A mean of many amounts varies less than one of few, so every customer counts with their own number of
    purchases. Who has no amount above 0 is left out, as by a fit. The test is over the tenths of the model's own
    distribution of each customer's mean, where as many customers are expected in each.

    Parameters
    ----------
    model : SpendModel or a Fit of one
    customers : CustomerSummary
        With monetary value.
    edges : array or list, optional
        Amounts between which customers are counted, rising from 0.
    cells : int
        Without edges: cells that hold as many of the customers each, as far as equal amounts allow.
    estimated : int, optional
        How many parameters were estimated from these customers: by default those that the fit estimated, or all
        of a model.

    Returns
    -------
    SpendCounts

    Raises
    ------
    InputError
        For a summary without monetary value, edges that do not rise, or where nobody spent anything.

    References
    ----------
    Fader, Hardie & Lee (2005), RFM and CLV: using iso-value curves for customer base analysis, Journal of
    Marketing Research 42(4), 415–430, figure 5.

    Examples
    --------
    >>> import loyalty
    >>> customers = loyalty.datasets.cdnow_orders().summarize(
    ...     unit="week", observation_end="1997-09-30"
    ... )
    >>> counts = loyalty.spend_counts(loyalty.GammaGamma.fit(customers), customers, edges=[15, 30, 60])
    >>> counts.to_frame().round(0)
       above  up_to  actual  expected
    0    0.0   15.0   209.0     150.0
    1   15.0   30.0   337.0     379.0
    2   30.0   60.0   290.0     304.0
    3   60.0    inf   110.0     113.0
    """
    found = SpendModel._given("model", model)
    if estimated is None:
        estimated = model._core.fitted if isinstance(model, Fit) else len(found.parameters)
    customers_with, columns, tenths, test = _native.spend_counts(
        found._core,
        _check.instance("customers", customers, CustomerSummary)._core,
        None if edges is None else [float(edge) for edge in edges],
        _check.whole("cells", cells),
        _check.whole("estimated", estimated),
    )
    chi_square = None if test is None else ChiSquare(*test)
    counted = tuple(int(count) for count in tenths)
    return SpendCounts(customers_with, counted, chi_square, tuple(columns), customers._frame)


def spend_calibration(
    purchases: PurchaseModel | Fit[PurchaseModel] | Posterior[PurchaseModel],
    spend: SpendModel | Fit[SpendModel] | Posterior[SpendModel],
    split: CalibrationHoldout,
    *,
    groups: int = 10,
    level: float = 0.9,
    draws: int = DRAWS,
    seed: int = 0,
    threads: int = 0,
) -> Any:
    """Customers in groups of equal size by what they are expected to spend in the holdout period, the lowest first: what
    each group was to spend, with an interval, and what it did.

    Parameters
    ----------
    purchases, spend : Fit, Posterior or model
        Fitted to ``split.calibration``; see :func:`clv_interval`.
    split : CalibrationHoldout
        Of a log with amounts.
    groups : int
        Equal expectations are never put into different groups.
    level : float
        The share of cases that an interval is to hold, above 0 and below 1. It knows the errors of the parameters and
        that customers do not do what is expected of them, not how the shop's level moves.
    draws, seed
        As for :func:`clv_interval`.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    data frame or dict of arrays
        One row per group: ``customers``, the ``expected`` and ``actual`` spend of all of them, ``lower`` and
        ``upper``.

    Raises
    ------
    InputError
        Unless `groups` is from 1 to 10000; for a log without amounts or in another unit than the model's.

    Examples
    --------
    >>> import loyalty
    >>> split = loyalty.datasets.cdnow_orders().calibration_holdout("1997-09-30", unit="week")
    >>> purchases = loyalty.BgNbd.fit(split.calibration)
    >>> spend = loyalty.GammaGamma.fit(split.calibration)
    >>> groups = loyalty.spend_calibration(purchases, spend, split, groups=4)
    >>> groups["actual"].round(0).tolist()
    [6816.0, 4752.0, 7950.0, 51458.0]
    """
    how, _ = predicting(
        split.calibration, "prediction", None, False, level, draws, (), seed, threads
    )
    columns = _native.spend_calibration(
        known_of("purchases", purchases, PurchaseModel),
        known_of("spend", spend, SpendModel),
        _check.instance("split", split, CalibrationHoldout)._holdout,
        _check.whole("groups", groups),
        how,
    )
    return _frames.table(columns, split.calibration._frame)
