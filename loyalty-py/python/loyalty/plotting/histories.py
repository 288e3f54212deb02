"""What a purchase model says of histories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _check
from loyalty.bg_bb import BgBb
from loyalty.errors import InputError
from loyalty.orders import Occasions, Orders
from loyalty.plotting import _dates, _time
from loyalty.plotting._axes import ACTUAL, GUIDE, axes, dated, labelled, percent, whole
from loyalty.purchase import PurchaseModel
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from loyalty.fit import Fit
    from loyalty.orders import Moment

#: Steps of recency in a matrix, and of time in a path.
_STEPS = 200
#: The largest frequency of a matrix for which nothing else is said.
_FREQUENT = 30


def plot_frequency_recency_matrix(
    model: PurchaseModel | Fit[PurchaseModel],
    customers: CustomerSummary | None = None,
    *,
    horizon: float = 1.0,
    T: float | None = None,
    max_frequency: int | None = None,
    ax: Axes | None = None,
    **imshow: Any,
) -> Axes:
    """Expected purchases within a horizon, by frequency and recency of customers of one age.

    One-time buyers have recency 0: the column of frequency 0 shows their one value. What cannot be, such as
    three purchases at two opportunities, is left blank.

    Parameters
    ----------
    model : PurchaseModel or a Fit of one
    customers : CustomerSummary, optional
        By default its largest T is taken, and the frequency that 99 of 100 repeat customers do not exceed.
    horizon : float
        In the unit of the model.
    T : float, optional
        Age of the customers, and the largest recency; without customers by default a year, or 100 units that
        the model does not know.
    max_frequency : int, optional
        The largest frequency; without customers by default 30.
    ax : matplotlib axes, optional
        By default new ones.
    **imshow
        For :meth:`matplotlib.axes.Axes.imshow`.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        Unless T, the frequency and the horizon are in their domains.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> plotting.plot_frequency_recency_matrix(model, horizon=13, T=39).get_ylabel()
    'recency (first to last purchase), in weeks'
    """
    model = PurchaseModel._given("model", model)
    grid = _Grid(model, customers, T, max_frequency)
    values = np.asarray(model.expected_purchases(grid.histories, horizon))
    within = _time.length(horizon, model.unit)
    ax = grid.draw(values, ax, imshow, f"purchases expected within {within}")
    return _titled(ax, f"Expected purchases within {within}", grid, model)


def plot_probability_alive_matrix(
    model: PurchaseModel | Fit[PurchaseModel],
    customers: CustomerSummary | None = None,
    *,
    T: float | None = None,
    max_frequency: int | None = None,
    ax: Axes | None = None,
    **imshow: Any,
) -> Axes:
    """P(alive) by frequency and recency of customers of one age.

    One-time buyers have recency 0: the column of frequency 0 shows their one value. What cannot be, such as
    three purchases at two opportunities, is left blank.

    Parameters
    ----------
    model, customers, T, max_frequency, ax, **imshow
        As for :func:`plot_frequency_recency_matrix`.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        Unless T and the frequency are in their domains.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> axes = plotting.plot_probability_alive_matrix(model, T=39, max_frequency=10)
    >>> axes.images[0].get_array().shape
    (200, 11)
    """
    model = PurchaseModel._given("model", model)
    grid = _Grid(model, customers, T, max_frequency)
    values = np.asarray(model.p_alive(grid.histories))
    scale = {"vmin": 0.0, "vmax": 1.0} if "norm" not in imshow else {}
    ax = grid.draw(values, ax, scale | imshow, "P(alive)", shares=True)
    return _titled(ax, "P(alive)", grid, model)


def _titled(ax: Axes, what: str, grid: _Grid, model: PurchaseModel) -> Axes:
    recency = _time.in_units("recency (first to last purchase)", model.unit)
    title = f"{what},\n{_time.length(grid.T, model.unit)} after the first purchase"
    return labelled(ax, "frequency (repeat purchases)", recency, title)


class _Grid:
    """Every frequency with every recency, of customers of one age."""

    def __init__(
        self,
        model: PurchaseModel,
        customers: CustomerSummary | None,
        T: float | None,
        max_frequency: int | None,
    ) -> None:
        if customers is not None:
            CustomerSummary._given("customers", customers)
            T = float(customers.T.max()) if T is None else T
            if max_frequency is None:
                repeated = customers.frequency[customers.frequency > 0]
                many = np.quantile(repeated, 0.99, method="inverted_cdf") if len(repeated) else 1
                max_frequency = int(many)
        self.T = _time.a_year(model.unit) if T is None else T
        most = _FREQUENT if max_frequency is None else _check.whole("max_frequency", max_frequency)
        # Opportunities are counted; else the steps stand in the middle of what they show.
        if isinstance(model, BgBb):
            recency = np.arange(0, int(self.T) + 1, dtype=float)
        else:
            recency = (np.arange(_STEPS) + 0.5) * (self.T / _STEPS)
        self.recency = recency
        frequency, at = np.meshgrid(np.arange(most + 1), recency)
        frequency, at = frequency.ravel(), np.where(frequency == 0, 0.0, at).ravel()
        self.possible = (frequency == 0) | ((at > 0) & (at <= self.T))
        if isinstance(model, BgBb):
            self.possible &= frequency <= at
        self.most, self.counted = most, isinstance(model, BgBb)
        self.histories = CustomerSummary(
            frequency=frequency[self.possible],
            recency=at[self.possible],
            T=np.full(int(self.possible.sum()), self.T),
            unit=model.unit,
        )

    def draw(
        self,
        values: NDArray[np.float64],
        ax: Axes | None,
        imshow: dict[str, Any],
        what: str,
        *,
        shares: bool = False,
    ) -> Axes:
        """The values as an image with its scale."""
        cells = np.full(self.possible.size, np.nan)
        cells[self.possible] = values
        low, high = (-0.5, self.recency[-1] + 0.5) if self.counted else (0.0, self.T)
        ax = axes(ax)
        options = {
            "origin": "lower",
            "aspect": "auto",
            "extent": (-0.5, self.most + 0.5, low, high),
            **imshow,
        }
        image = ax.imshow(cells.reshape(len(self.recency), self.most + 1), **options)
        # Frequency 0 has no recency of its own.
        ax.axvline(0.5, color="white", linewidth=1.5)
        bar = ax.figure.colorbar(image, ax=ax, label=what)
        if shares:
            percent(bar.ax.yaxis)
        whole(ax.xaxis)
        ax.grid(False)
        return ax


def plot_history_alive(
    model: PurchaseModel | Fit[PurchaseModel],
    orders: Any,
    T: float | None = None,
    *,
    customer: Any = None,
    time: str | None = None,
    observation_end: Moment | None = None,
    ax: Axes | None = None,
) -> Axes:
    """P(alive) of one customer from their first purchase on: it falls while they stay away, and is
    back with every purchase.

    Parameters
    ----------
    model : PurchaseModel or a Fit of one
        Dates need one that knows its unit.
    orders : Orders, Occasions, data frame, sequence of dates, or sequence of float
        Orders with the id of a `customer`, which take a summary of the log for each of their purchases; a
        frame of the customer's own orders with its column of `time`; the dates of all their orders; or the
        times of their repeat purchases since the first, in the unit of the model: above 0, rising.
    T : float, optional
        How long they have been observed, in the unit of the model: goes with times.
    customer : optional
        The id, as in the log.
    time : str, optional
        The column of dates.
    observation_end : date or time, optional
        Goes with dates: by default the last order of the log, or of the customer.
    ax : matplotlib axes, optional
        By default new ones.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        Unless times rise, from above 0 to at most `T`; where the log does not know the customer, or has no
        order up to the observation end.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> log = loyalty.datasets.cdnow()
    >>> mine = log[log["customer_id"] == 1]
    >>> axes = plotting.plot_history_alive(
    ...     model, mine, time="date", observation_end="1998-06-30"
    ... )
    >>> axes.get_title()
    'P(alive) of a customer, 3 repeat purchases'
    >>> round(float(axes.lines[0].get_ydata()[-1]), 3)
    0.583
    """
    model = PurchaseModel._given("model", model)
    who = "a customer" if customer is None else f"customer {customer}"
    start = None
    if isinstance(orders, Orders | Occasions):
        if customer is None:
            raise TypeError("expected the id of the customer, as the log has many")
        unit = _dates.known_unit(model)
        start, times, T = _dates.of_customer(orders, customer, unit, observation_end)
    elif time is not None or _dates.are(orders):
        unit = _dates.known_unit(model)
        given = orders if time is None else orders[time]
        start, times, T = _dates.of_dates(given, unit, observation_end)
    else:
        if T is None:
            raise TypeError("times of repeat purchases need T, how long the customer was observed")
        times = np.asarray(orders, dtype=float)
    if times.ndim != 1 or not (np.diff(times, prepend=0.0) > 0).all() or (times > T).any():
        raise InputError(
            f"the times of repeat purchases must rise from above 0 to at most T = {T:g}"
        )
    at, path = _path(model, times, T)
    ax = axes(ax, size=(7.0, 4.0))
    purchases = np.r_[0.0, times]
    if start is not None:
        at, purchases = (_time.after(start, units, unit) for units in (at, purchases))
        dated(ax)
    ax.plot(at, path, color=ACTUAL, label="P(alive)")
    ax.vlines(
        purchases, 0.0, 1.0, color=GUIDE, linewidth=1, linestyle="--", label="purchase", zorder=0
    )
    ax.set_ylim(0.0, 1.05)
    percent(ax.yaxis)
    x = _time.in_units("time since the first purchase", model.unit) if start is None else ""
    many = "repeat purchase" if len(times) == 1 else "repeat purchases"
    title = f"P(alive) of {who}, {len(times)} {many}"
    return labelled(ax, x, "P(alive)", title, legend=True)


def _path(
    model: PurchaseModel, times: NDArray[np.float64], T: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """P(alive) over time: just before each purchase, at it, and in between."""
    if isinstance(model, BgBb):
        at = np.arange(0, int(T) + 1, dtype=float)
    else:
        at = np.union1d(np.linspace(0.0, T, _STEPS), np.r_[times, np.nextafter(times, 0.0)])
    frequency = np.searchsorted(times, at, side="right")
    recency = np.r_[0.0, times][frequency]
    histories = CustomerSummary(frequency=frequency, recency=recency, T=at, unit=model.unit)
    return at, np.asarray(model.p_alive(histories))
