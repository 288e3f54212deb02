"""Does a model describe the shop? What it expects beside what happened, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from loyalty import _check, _display, _frames, _native
from loyalty.fit import Fit
from loyalty.orders import DEFAULT_UNIT, Moment, Occasions, Orders, Unit, _instant
from loyalty.posterior import Posterior
from loyalty.predictions import DRAWS, PredictionKind, prediction_options
from loyalty.purchase import PurchaseModel
from loyalty.spend import SpendModel
from loyalty.summary import CalibrationHoldout, CustomerSummary

if TYPE_CHECKING:
    import narwhals as nw

__all__ = [
    "ChiSquare",
    "HoldoutErrors",
    "RepeatCounts",
    "Tracking",
    "alive_calibration",
    "holdout_errors",
    "repeat_counts",
    "tracking",
]


@dataclass(frozen=True, slots=True)
class ChiSquare(_display.Shown):
    """Pearson's test that counts come from a model.

    Attributes
    ----------
    statistic : float
        Σ (actual − expected)² / expected.
    degrees : int
        Cells, less 1, less the parameters estimated from these customers.
    p_value : float
        The probability of a statistic as large or larger under the model.

    Examples
    --------
    >>> import loyalty
    >>> split = loyalty.datasets.cdnow_orders("polars").calibration_holdout("1997-09-30", unit="week")
    >>> fit = loyalty.BgNbd.fit(split.calibration)
    >>> test = loyalty.repeat_counts(fit, split.calibration).chi_square
    >>> test.degrees, round(test.p_value, 2)
    (3, 0.19)
    """

    statistic: float
    degrees: int
    p_value: float


@dataclass(frozen=True, slots=True)
class RepeatCounts(_display.Shown):
    """Customers by their number of repeat purchases. Made by :func:`repeat_counts`.

    Attributes
    ----------
    chi_square : ChiSquare or None
        None where no degree of freedom is left.

    Examples
    --------
    >>> import loyalty
    >>> split = loyalty.datasets.cdnow_orders("polars").calibration_holdout("1997-09-30", unit="week")
    >>> fit = loyalty.BgNbd.fit(split.calibration)
    >>> loyalty.repeat_counts(fit, split.calibration).to_frame()["actual"][0]
    1411.0
    """

    chi_square: ChiSquare | None
    _columns: tuple[_native.Column, ...] = field(repr=False)
    _frame: nw.Implementation | None = field(repr=False)

    def to_frame(self) -> Any:
        """Columns ``frequency``, ``actual`` and ``expected``: the customers with each number of
        repeat purchases, and in the last row of as many or more.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> split = loyalty.datasets.cdnow_orders("polars").calibration_holdout("1997-09-30", unit="week")
        >>> fit = loyalty.BgNbd.fit(split.calibration)
        >>> loyalty.repeat_counts(fit, split.calibration).to_frame().columns
        ['frequency', 'actual', 'expected']
        """
        return _frames.table(self._columns, self._frame)

    def _shown(self) -> _display.Parts:
        counts = {column.name: _frames.array(column).tolist() for column in self._columns}
        counts["frequency"] = [
            *map(str, counts["frequency"][:-1]),
            f"{counts['frequency'][-1]} or more",
        ]
        shown: _display.Parts = [_display.of_arrays("Customers by repeat purchases", counts)]
        return shown if self.chi_square is None else [*shown, *self.chi_square._shown()]


@dataclass(frozen=True, slots=True)
class Tracking(_display.Shown):
    """Repeat purchases period by period. Made by :func:`tracking`.

    Attributes
    ----------
    customers : int
        The customers followed.
    left_out : int
        Their repeat purchases in the last period, which the log does not fill.
    unit : str
        What the ends of the periods are counted in.
    start : numpy.datetime64
        The first order of the log, from the beginning of whose day (hour, period of the calendar) periods
        are counted.
    calibration_end : numpy.datetime64 or None
        As it was given; customers born later are not followed.
    level : float or None
        The share of cases that the intervals are to hold; None without any.

    Examples
    --------
    >>> import loyalty
    >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> track = loyalty.tracking(cdnow, loyalty.datasets.cdnow_orders(), calibration_end="1997-09-30")
    >>> track.unit, str(track.start), str(track.calibration_end)
    ('week', '1997-01-01T00:00:00', '1997-09-30T00:00:00')
    """

    customers: int
    left_out: int
    unit: str
    start: np.datetime64
    calibration_end: np.datetime64 | None
    level: float | None
    _columns: tuple[_native.Column, ...] = field(repr=False)
    _frame: nw.Implementation | None = field(repr=False)

    def to_frame(self) -> Any:
        """One row per period: its ``end`` in the unit of the log since the first purchase of all,
        ``actual`` and ``expected`` repeat purchases in it, ``cumulative_actual`` and
        ``cumulative_expected`` up to its end; with a level also ``lower``, ``upper``, ``cumulative_lower`` and
        ``cumulative_upper``.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> orders = loyalty.datasets.cdnow_orders("polars")
        >>> fit = loyalty.BgNbd.fit(orders.summarize(unit="week", observation_end="1997-09-30"))
        >>> weeks = loyalty.tracking(fit, orders, calibration_end="1997-09-30").to_frame()
        >>> weeks["actual"].sum()
        4339.0
        """
        return _frames.table(self._columns, self._frame)

    def _shown(self) -> _display.Parts:
        columns = {column.name: _frames.array(column) for column in self._columns}
        count = len(columns["end"])
        rows = range(max(count - _display.SHOWN, 0), count)
        last = f", the last {len(rows)} of {count}" if len(rows) < count else ""
        title = f"Repeat purchases of {self.customers:,} customers by period{last}"
        return [_display.of_arrays(title, columns, rows=rows)]


@dataclass(frozen=True, slots=True)
class HoldoutErrors(_display.Shown):
    """Expected against actual purchases of the holdout period. Made by :func:`holdout_errors`.

    Attributes
    ----------
    customers : int
        Customers of the calibration.
    actual, expected : float
        Their purchases in the holdout period, and those expected.
    bias : float
        Mean error, above 0 where the model expects too much.
    mae : float
        Mean absolute error.
    rmse : float
        Root mean square error.
    spend : HoldoutErrors or None
        The same of what was spent, in money: expected purchases times expected spend against the amounts of the
        holdout period. None where no model of spend was given.

    Examples
    --------
    >>> import loyalty
    >>> split = loyalty.datasets.cdnow_orders("polars").calibration_holdout("1997-09-30", unit="week")
    >>> fit = loyalty.BgNbd.fit(split.calibration)
    >>> errors = loyalty.holdout_errors(fit, split)
    >>> errors.actual, round(errors.expected)
    (1882.0, 1653)
    """

    customers: int
    actual: float
    expected: float
    bias: float
    mae: float
    rmse: float
    _columns: tuple[_native.Column, ...] = field(repr=False)
    _frame: nw.Implementation | None = field(repr=False)
    #: The same of what was spent, in money, where a model of spend was given.
    spend: HoldoutErrors | None = None

    def by_frequency(self) -> Any:
        """One row per frequency of the calibration: ``frequency``, ``customers``, and their mean
        ``actual`` and ``expected`` purchases (of ``spend``, amounts) in the holdout period.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> split = loyalty.datasets.cdnow_orders("polars").calibration_holdout("1997-09-30", unit="week")
        >>> fit = loyalty.BgNbd.fit(split.calibration)
        >>> loyalty.holdout_errors(fit, split).by_frequency().columns
        ['frequency', 'customers', 'actual', 'expected']
        """
        return _frames.table(self._columns, self._frame)

    def _shown(self) -> _display.Parts:
        names = ("customers", "actual", "expected", "bias", "mae", "rmse")
        facts = [_display.facts("Holdout errors", [(name, getattr(self, name)) for name in names])]
        if self.spend is not None:
            of_spend = [(name, getattr(self.spend, name)) for name in names]
            facts.append(_display.facts("Holdout errors of spend", of_spend))
        return [*facts, _display.of_columns("Mean purchases by frequency", self._columns)]


def repeat_counts(
    model: PurchaseModel | Fit[PurchaseModel],
    customers: CustomerSummary,
    *,
    cells: int = 8,
    estimated: int | None = None,
    threads: int = 0,
) -> RepeatCounts:
    """Customers by their number of repeat purchases: how many there are, how many the model expects.

    ::

        expected(n) = Σ over customers of P(X(T) = n)

    Parameters
    ----------
    model : PurchaseModel or a Fit of one
    customers : CustomerSummary
    cells : int
        Rows: 0, 1, 2, …, and in the last that many or more.
    estimated : int, optional
        How many parameters were estimated from these customers, for the chi-square test: by default
        those that the fit estimated, or all of a model. 0 for a model that comes from elsewhere.
        Cells are joined from the last on until five customers or more are expected in each.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    RepeatCounts

    Raises
    ------
    InputError
        Unless `cells` is from 1 to 100000; where the summary is in another unit than the model.

    References
    ----------
    Fader, Hardie & Lee (2005), Marketing Science 24(2), table 2 and figure 2.

    Examples
    --------
    >>> import loyalty
    >>> customers = loyalty.datasets.cdnow_orders().summarize(
    ...     unit="week", observation_end="1997-09-30"
    ... )
    >>> counts = loyalty.repeat_counts(loyalty.BgNbd.fit(customers), customers)
    >>> counts.to_frame()["actual"].tolist()[:4]
    [1411.0, 439.0, 214.0, 100.0]
    >>> round(counts.chi_square.statistic, 2), counts.chi_square.degrees
    (4.82, 3)
    """
    found = PurchaseModel._given("model", model)
    if estimated is None:
        estimated = model._core.fitted if isinstance(model, Fit) else len(found.parameters)
    customers = CustomerSummary._given("customers", customers)
    columns, test = found._core.repeat_counts(
        customers._core,
        _check.whole("cells", cells),
        _check.whole("estimated", estimated),
        _check.whole("threads", threads),
    )
    chi_square = None if test is None else ChiSquare(*test)
    return RepeatCounts(chi_square, tuple(columns), customers._frame)


def tracking(
    model: PurchaseModel | Fit[PurchaseModel] | Posterior[PurchaseModel],
    log: Orders | Occasions,
    *,
    period: float = 1.0,
    calibration_end: Moment | None = None,
    observation_end: Moment | None = None,
    unit: Unit | None = None,
    level: float | None = None,
    kind: PredictionKind = "prediction",
    draws: int = DRAWS,
    levels: Any = (),
    seed: int = 0,
    threads: int = 0,
) -> Tracking:
    """Repeat purchases of all customers, period by period from the first purchase of all: what there
    were and what the model expects.

    ::

        expected up to τ = Σ over births b < τ of customers(b) · E[X(τ − b)]

    A period includes its last day (or other occasion) as a whole: weeks end with their seventh day.

    With a `level` there are intervals besides: each draw takes parameters from what is known of them and lives the life of
    every customer anew from their birth on, as the line of the expectation knows when customers were born and not what
    they did since. Seasons, campaigns and whatever else moves a whole shop are in no such model, so that of the periods
    more lie outside than the level says: docs/intervals.md has measured how many.

    Parameters
    ----------
    model : PurchaseModel, Fit or Posterior of one
        For intervals the parameters of a fit are normal on their scales with its covariance, those of a posterior are
        drawn from its points, those of a model are taken for sure.
    log : Orders or Occasions
    period : float
        The length of a period, in the unit.
    calibration_end : date or time, optional
        Customers born later are not followed, so that the periods after it show how the model
        predicts; by default all are.
    observation_end : date or time, optional
        By default the last order.
    unit : str, optional
        For orders: by default that of the model, or weeks. Occasions bring their own.
    level : float, optional
        The share of cases that an interval is to hold, above 0 and below 1; by default there are no intervals.
    kind : {"prediction", "expectation"}
        Intervals of what customers do, or of what is expected of them.
    draws : int
        From 100; draws times customers take time.
    levels : array or list, optional
        How far forecasts of totals were off before, as in :func:`purchase_interval`.
    seed : int
        The same gives the same bits, whatever the threads.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    Tracking

    Raises
    ------
    InputError
        Where the log is in another unit than the model, does not fill a period, or nobody is born in
        time; for a level or number of draws outside its domain.
    FitError
        With a level, where a fit did not converge.

    References
    ----------
    Fader, Hardie & Lee (2005), Marketing Science 24(2), eq. 13 and figures 3 and 4.

    Examples
    --------
    >>> import loyalty
    >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> orders = loyalty.datasets.cdnow_orders()
    >>> weeks = loyalty.tracking(cdnow, orders, calibration_end="1997-09-30").to_frame()
    >>> weeks[["end", "cumulative_actual", "cumulative_expected"]].round(1).iloc[[38, 77]]
         end  cumulative_actual  cumulative_expected
    38  39.0             2457.0               2505.1
    77  78.0             4339.0               4171.4

    What a year and a half can look like, under parameters that are known for sure:

    >>> track = loyalty.tracking(cdnow, orders, calibration_end="1997-09-30", level=0.9)
    >>> track.to_frame()[["cumulative_lower", "cumulative_upper"]].iloc[77].tolist()
    [3865.0, 4497.0]
    """
    found = PurchaseModel._given("model", model.mode if isinstance(model, Posterior) else model)
    if isinstance(log, Orders):
        log = log.occasions(unit=unit or found.unit or DEFAULT_UNIT)  # type: ignore[arg-type]
    else:
        if not isinstance(log, Occasions):
            raise TypeError(f"log must be Orders or Occasions, got {type(log).__name__}")
        if unit is not None:
            raise TypeError("occasions bring their own unit")
    zone, clock = log._core.time_zone, log._clock
    end = None if calibration_end is None else _instant("calibration_end", calibration_end, zone)
    last = None if observation_end is None else _instant("observation_end", observation_end, zone)
    threads = _check.whole("threads", threads)
    columns, customers, left_out = found._core.tracking(log._core, period, end, last, threads)
    if level is not None:
        how = prediction_options(kind, level, draws, levels, seed, threads)
        columns += _native.tracking_intervals(model._core, log._core, period, end, last, how)
    return Tracking(
        customers,
        left_out,
        clock.unit,
        _second(clock.first),
        None if end is None else _second(end),
        level,
        tuple(columns),
        log._frame,
    )


def _second(microseconds: int) -> np.datetime64:
    return np.datetime64(microseconds // 1_000_000, "s")


def holdout_errors(
    model: PurchaseModel | Fit[PurchaseModel],
    split: CalibrationHoldout,
    *,
    spend: SpendModel | Fit[SpendModel] | None = None,
    threads: int = 0,
) -> HoldoutErrors:
    """Compares the expected purchases of the holdout period, and what customers were to spend, with what happened in it.

    Parameters
    ----------
    model : PurchaseModel or a Fit of one
        Fitted to ``split.calibration``.
    split : CalibrationHoldout
    spend : SpendModel or a Fit of one, optional
        For the errors of money too: ``errors.spend``. Amounts below 0, of returns beyond the purchases, count as
        nothing spent.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    HoldoutErrors

    Raises
    ------
    InputError
        Where the log was summarised in another unit than the model's, or has no amounts for the spend.
    FitError
        Where a customer's expected spend is infinite.

    Examples
    --------
    >>> import loyalty
    >>> split = loyalty.datasets.cdnow_orders().calibration_holdout("1997-09-30", unit="week")
    >>> errors = loyalty.holdout_errors(loyalty.BgNbd.fit(split.calibration), split)
    >>> round(errors.mae, 4), round(errors.rmse, 4), round(errors.bias, 4)
    (0.7855, 1.608, -0.097)
    >>> spend = loyalty.GammaGamma.fit(split.calibration)
    >>> money = loyalty.holdout_errors(loyalty.BgNbd.fit(split.calibration), split, spend=spend).spend
    >>> round(money.actual), round(money.mae, 2)
    (70976, 30.41)
    """
    native = PurchaseModel._given("model", model)._core
    holdout = _check.instance("split", split, CalibrationHoldout)._holdout
    threads, frame = _check.whole("threads", threads), split.calibration._frame
    money = None
    if spend is not None:
        spent = SpendModel._given("spend", spend)._core
        errors, columns = _native.holdout_spend_errors(native, spent, holdout, threads)
        money = HoldoutErrors(*errors, tuple(columns), frame)
    errors, columns = native.holdout_errors(holdout, threads)
    return HoldoutErrors(*errors, tuple(columns), frame, money)


def alive_calibration(
    model: PurchaseModel | Fit[PurchaseModel],
    split: CalibrationHoldout,
    *,
    groups: int = 10,
    by: Literal["p_alive", "p_purchase"] = "p_alive",
    threads: int = 0,
) -> Any:
    """Customers in groups of equal size by a probability, the lowest first: who was said to be alive,
    who was said to buy, and who did.

    Whether somebody is alive cannot be seen, only that they buy. A customer who is alive may well
    not buy in the holdout period, so the share who bought lies below P(alive) by nature; what it should
    equal is the probability of a purchase, 1 − P(no purchase).

    Parameters
    ----------
    model : PurchaseModel or a Fit of one
    split : CalibrationHoldout
    groups : int
        Equal probabilities are never put into different groups: one-time buyers all have
        P(alive) = 1, and there are fewer groups then.
    by : str
        Groups by ``p_alive``, or by ``p_purchase``, the probability of a purchase in the holdout
        period.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    data frame or dict of arrays
        One row per group: ``customers``, mean ``p_alive`` and ``p_purchase``, and the share
        ``purchased`` of those who did buy.

    Raises
    ------
    InputError
        Unless `groups` is from 1 to 10000; where the log was summarised in another unit than the
        model's.

    Examples
    --------
    >>> import loyalty
    >>> split = loyalty.datasets.cdnow_orders().calibration_holdout("1997-09-30", unit="week")
    >>> loyalty.alive_calibration(loyalty.BgNbd.fit(split.calibration), split).round(2)
       customers  p_alive  p_purchase  purchased
    0        236     0.21        0.14       0.31
    1        236     0.46        0.32       0.45
    2        236     0.66        0.48       0.53
    3        235     0.81        0.70       0.78
    4       1414     1.00        0.16       0.14
    """
    columns = PurchaseModel._given("model", model)._core.alive_calibration(
        _check.instance("split", split, CalibrationHoldout)._holdout,
        _check.whole("groups", groups),
        by,
        _check.whole("threads", threads),
    )
    return _frames.table(columns, split.calibration._frame)
