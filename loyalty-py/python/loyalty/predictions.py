"""What customers will do: intervals of it, and draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from loyalty import _check, _columns, _display, _frames, _native
from loyalty.errors import InputError
from loyalty.fit import Fit
from loyalty.posterior import Posterior
from loyalty.purchase import PurchaseModel
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loyalty._model import Model

__all__ = ["Futures", "purchase_interval", "simulate_future"]

#: Of what an interval is.
PredictionKind = Literal["prediction", "expectation"]

#: Draws behind an interval.
DRAWS = 1000


def purchase_interval(
    customers: CustomerSummary,
    purchases: PurchaseModel | Fit[PurchaseModel] | Posterior[PurchaseModel],
    horizon: float,
    *,
    kind: PredictionKind = "prediction",
    by: Any = None,
    total: bool = False,
    level: float = 0.95,
    draws: int = DRAWS,
    levels: Any = (),
    seed: int = 0,
    threads: int = 0,
) -> Any:
    """Intervals of the purchases that customers will make within the horizon.

    A prediction knows that the parameters are estimates and that customers do not do what is expected of them. For a
    single customer it is exact: quantiles of :meth:`PurchaseModel.purchase_distribution` in mean over 32 draws of the
    parameters. Counts are whole, so such an interval holds at least its share. For groups and totals the
    ends are quantiles over `draws` draws, each with the same parameters for all customers.

    What no model of single customers knows is how the level of a shop moves from year to year, so that totals lie outside
    more often than their share: docs/intervals.md has measured how often, and `levels` adds the doubt.

    Parameters
    ----------
    customers : CustomerSummary
        One customer a row.
    purchases : PurchaseModel, Fit or Posterior of one
        Of a fit, the parameters are normal on their scales with its covariance; of a posterior, they are drawn
        from its points; those of a model are taken for sure.
    horizon : float
        In the unit of the model.
    kind : {"prediction", "expectation"}
        Of what customers will do, or of what is expected of them; the latter is also
        :meth:`Fit.interval` and :meth:`Posterior.interval`, with standard errors.
    by : array, series or list, optional
        The group of each customer, such as their segment: a row per group, in order of the labels.
    total : bool
        One row for all customers together.
    level : float
        The share of cases that an interval is to hold, above 0 and below 1.
    draws : int
        From 100. At 1,000 the share that an interval at 90 % holds has a standard deviation of a percentage
        point.
    levels : array or list, optional
        Of groups and totals: how far forecasts of totals were off before, expected over actual, such as every second
        ``level`` of ``loyalty.compare(…).forecasts()``, whose holdout periods do not overlap. The
        prediction then spreads as these did, by Student's distribution, besides what the models know.
    seed : int
        The same gives the same bits, whatever the threads.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    data frame or dict of arrays
        Columns ``estimate``, ``lower``, ``upper``, keyed by the customers' ids where the summary came from a frame, or
        by ``group`` with the number of ``customers``. The estimate is the expectation at the fitted parameters.

    Raises
    ------
    InputError
        For a level, horizon or number of draws outside its domain, groups of another length, a summary
        with weights or in another unit.
    FitError
        Where a fit did not converge.

    Examples
    --------
    >>> import loyalty
    >>> log = loyalty.datasets.cdnow("pandas")
    >>> orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
    >>> customers = orders.summarize(unit="week", observation_end="1997-09-30")
    >>> fit = loyalty.MbgNbd.fit(customers)
    >>> loyalty.purchase_interval(customers, fit, 39, level=0.9).round(2).head(3)
       customer_id  estimate  lower  upper
    0            1      1.26    0.0    4.0
    1            2      0.19    0.0    1.0
    2            3      0.15    0.0    1.0
    """
    _check.instance("customers", customers, CustomerSummary)
    known = known_of("purchases", purchases, PurchaseModel)
    how, groups = predicting(customers, kind, by, total, level, draws, levels, seed, threads)
    columns = _native.purchase_prediction(customers._core, known, horizon, how)
    return answered(customers, columns, groups, total)


@dataclass(frozen=True, slots=True, eq=False)
class Futures(_display.Shown):
    """Draws of what customers will do. Made by :meth:`PurchaseModel.simulate_future`.

    Attributes
    ----------
    n : int
        How many draws there are of every customer.
    horizon : float
        How far they reach, in the unit of the model.
    total : array
        The purchases of all customers together in every draw.

    Examples
    --------
    >>> import loyalty
    >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> customers = loyalty.CustomerSummary(frequency=[2, 0], recency=[30.43, 0], T=[38.86, 38.86])
    >>> model.simulate_future(customers, 39, n=200).total.shape
    (200,)
    """

    n: int
    horizon: float
    total: NDArray[np.float64]
    _model: PurchaseModel = field(repr=False)
    _customers: CustomerSummary = field(repr=False)
    _columns: tuple[_native.Column, ...] = field(repr=False)
    _seed: int = field(repr=False)

    def to_frame(self) -> Any:
        """A row for every customer: the mean of their ``purchases``, and the shares of the draws with ``none``, in which
        they are ``alive`` at the end of observation, and ``alive_at_horizon``.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        See :meth:`PurchaseModel.simulate_future`.
        """
        return self._customers._answers(list(self._columns))

    def draws(self, *, threads: int = 0) -> NDArray[np.int64]:
        """The purchases of every customer in every draw, shape (customers, n).

        They are drawn again, to the same bits; a million customers times a thousand draws are 8 GB.

        Parameters
        ----------
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        array of int

        Examples
        --------
        >>> import loyalty
        >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> customers = loyalty.CustomerSummary(frequency=[2, 0], recency=[30.43, 0], T=[38.86, 38.86])
        >>> futures = model.simulate_future(customers, 39, n=100)
        >>> futures.draws().shape, bool((futures.draws().sum(axis=0) == futures.total).all())
        ((2, 100), True)
        """
        column = _native.simulate_future(
            self._model._core,
            self._customers._core,
            self.horizon,
            self.n,
            self._seed,
            _check.whole("threads", threads),
        )
        return _frames.array(column).reshape(-1, self.n)

    def _shown(self) -> _display.Parts:
        low, high = np.quantile(self.total, [0.05, 0.95])
        rows = [
            ("draws", self.n),
            ("horizon", self.horizon),
            ("customers", len(self._customers.frequency)),
            ("purchases in total, mean", float(self.total.mean())),
            ("5 %", float(low)),
            ("95 %", float(high)),
        ]
        return [_display.facts(f"Futures under the {self._model.title}", rows)]

    def __reduce__(self) -> Any:
        raise TypeError("Futures cannot be pickled; pickle the model and the seed, or the frame")


def simulate_future(
    model: PurchaseModel,
    customers: CustomerSummary,
    horizon: float,
    n: int,
    seed: int,
    threads: int,
) -> Futures:
    """See :meth:`PurchaseModel.simulate_future`."""
    _check.instance("customers", customers, CustomerSummary)
    n, seed = _check.whole("n", n), _check.whole("seed", seed)
    threads = _check.whole("threads", threads)
    columns, total = _native.summarize_future(
        model._core, customers._core, horizon, n, seed, threads
    )
    drawn = _frames.array(total)
    return Futures(n, float(horizon), drawn, model, customers, tuple(columns), seed)


def known_of(name: str, given: object, kind: type[Model]) -> Any:
    """What is known of a model: the native model, fit or posterior."""
    inner = given
    if isinstance(given, Posterior):
        inner = given.mode.model
    elif isinstance(given, Fit):
        inner = given.model
    if isinstance(inner, kind):
        return given._core  # type: ignore[attr-defined]
    found = type(inner).__name__
    raise TypeError(f"{name} must be a {kind.__name__}, or a Fit or Posterior of one, got {found}")


def predicting(
    customers: CustomerSummary,
    kind: str,
    by: Any,
    total: bool,
    level: float,
    draws: int,
    levels: Any,
    seed: int,
    threads: int,
) -> tuple[_native.Predicting, list[_native.Column] | None]:
    """How predictions are made, and the columns that name their groups."""
    _check.instance("customers", customers, CustomerSummary)
    if by is not None and total:
        raise TypeError("expected either groups, by=, or the total")
    codes, groups = (None, None) if by is None else _groups(by)
    how = prediction_options(kind, level, draws, levels, seed, threads, total=total, groups=codes)
    return how, groups


def prediction_options(
    kind: str,
    level: float,
    draws: int,
    levels: Any,
    seed: int,
    threads: int,
    *,
    total: bool = False,
    groups: list[int] | None = None,
) -> _native.Predicting:
    """How predictions are made, checked."""
    return _native.Predicting(
        kind,
        total,
        groups,
        level,
        _check.whole("draws", draws),
        [float(level) for level in levels],
        _check.whole("seed", seed),
        _check.whole("threads", threads),
    )


def answered(
    customers: CustomerSummary,
    columns: list[_native.Column],
    groups: list[_native.Column] | None,
    total: bool,
) -> Any:
    """Intervals of customers, of groups with their names, or of the total."""
    if groups is None and not total:
        return customers._answers(columns)
    return _frames.table([*(groups or []), *columns], customers._frame)


def _groups(by: Any) -> tuple[list[int], list[_native.Column]]:
    """The number of each customer's group, and the columns of the groups' labels and sizes."""
    labels = np.asarray(by)
    if labels.ndim != 1:
        raise InputError(f'column "by" must have one dimension, got {labels.ndim}')
    missing = [row for row, label in enumerate(labels.tolist()) if label is None or label != label]
    if missing:
        raise InputError(f'column "by", row {missing[0]}: must be a group, got none')
    if not len(labels):
        raise InputError('column "by" has no rows')
    names, codes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    return codes.tolist(), [
        _columns.from_values("group", names),
        _columns.from_values("customers", sizes),
    ]
