"""What a model says of customers, one by one and of how they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty.lifetimes import _density, _logs
from loyalty.lifetimes._pandas import pd
from loyalty.lifetimes.fitters._purchases import grid
from loyalty.lifetimes.plotting._axes import axes, pyplot
from loyalty.lifetimes.utils import calculate_alive_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_frequency_recency_matrix(
    model: Any,
    T: float = 1,
    max_frequency: int | None = None,
    max_recency: int | None = None,
    title: str | None = None,
    xlabel: str = "Customer's Historical Frequency",
    ylabel: str = "Customer's Recency",
    **kwargs: Any,
) -> Axes:
    """Expected purchases in the next `T` units of time, by frequency and recency.

    Parameters
    ----------
    model : fitter
        Of frequency, recency and T.
    T : float
        How far to look ahead.
    max_frequency, max_recency : int, optional
        By default the largest frequency and T of the data; all customers are as old as `max_recency`.
    title, xlabel, ylabel : str
    **kwargs
        For ``imshow``.

    Examples
    --------
    >>> from loyalty.lifetimes import BetaGeoFitter, plotting
    >>> bgf = BetaGeoFitter()
    >>> bgf.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    >>> plotting.plot_frequency_recency_matrix(bgf, T=4, max_frequency=9, max_recency=39).get_ylabel()
    "Customer's Recency"
    """
    recency, frequency, oldest = grid(model, max_frequency, max_recency)
    predict = model.conditional_expected_number_of_purchases_up_to_time
    if title is None:
        title = (
            f"Expected Number of Future Purchases for {T} Unit{'s'[T == 1 :]} of Time,"
            "\nby Frequency and Recency of a Customer"
        )
    return _matrix(predict(T, frequency, recency, oldest), title, xlabel, ylabel, kwargs)


def plot_probability_alive_matrix(
    model: Any,
    max_frequency: int | None = None,
    max_recency: int | None = None,
    title: str = "Probability Customer is Alive,\nby Frequency and Recency of a Customer",
    xlabel: str = "Customer's Historical Frequency",
    ylabel: str = "Customer's Recency",
    **kwargs: Any,
) -> Axes:
    """P(alive) by frequency and recency.

    Parameters
    ----------
    model, max_frequency, max_recency, title, xlabel, ylabel, **kwargs
        As for :func:`plot_frequency_recency_matrix`.

    Examples
    --------
    >>> from loyalty.lifetimes import BetaGeoFitter, plotting
    >>> bgf = BetaGeoFitter()
    >>> bgf.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    >>> plotting.plot_probability_alive_matrix(bgf, max_frequency=9, max_recency=39).get_xlabel()
    "Customer's Historical Frequency"
    """
    alive = model.conditional_probability_alive_matrix(max_frequency, max_recency)
    return _matrix(alive, title, xlabel, ylabel, kwargs)


def _matrix(values: Any, title: str, xlabel: str, ylabel: str, imshow: dict[str, Any]) -> Axes:
    """A square picture with its scale."""
    plt = pyplot()
    ax: Axes = plt.subplot(111)
    picture = ax.imshow(values, **{"interpolation": "none", **imshow})
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    left, right, bottom, top = picture.get_extent()
    ax.set_aspect(abs((right - left) / (top - bottom)))
    plt.colorbar(picture, ax=ax)
    return ax


def plot_expected_repeat_purchases(
    model: Any,
    title: str = "Expected Number of Repeat Purchases per Customer",
    xlabel: str = "Time Since First Purchase",
    ax: Axes | None = None,
    label: str | None = None,
    **kwargs: Any,
) -> Axes:
    """Expected repeat purchases of a new customer, dashed beyond the oldest customer.

    Parameters
    ----------
    model : fitter
        Of frequency, recency and T.
    title, xlabel : str
    ax : matplotlib axes, optional
    label : str, optional
        Of the line.
    **kwargs
        For ``plot``; ``c`` or ``color`` is the colour of both parts.

    Examples
    --------
    >>> from loyalty.lifetimes import BetaGeoFitter, plotting
    >>> from loyalty.lifetimes.datasets import load_cdnow_summary
    >>> table = load_cdnow_summary()
    >>> bgf = BetaGeoFitter().fit(table["frequency"], table["recency"], table["T"])
    >>> plotting.plot_expected_repeat_purchases(bgf, label="CDNOW").get_xlabel()
    'Time Since First Purchase'
    """
    ax = axes(ax)
    color = kwargs.pop("c", None) or kwargs.pop("color", None)
    oldest = model.data["T"].max()
    parts: list[tuple[float, float, dict[str, Any]]] = [
        (0, oldest, {"label": label}),
        (oldest, 1.5 * oldest, {"linestyle": "--"}),
    ]
    for start, end, style in parts:
        times = np.linspace(start, end, 100)
        expected = model.expected_number_of_purchases_up_to_time(times)
        (line,) = ax.plot(times, expected, **{"color": color, **style, **kwargs})
        color = line.get_color()
    ax.set(title=title, xlabel=xlabel)
    if label is not None:
        ax.legend(loc="lower right")
    return ax


def plot_history_alive(
    model: Any,
    t: int,
    transactions: Any,
    datetime_col: str,
    freq: str = "D",
    start_date: Any = None,
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """P(alive) of one customer over time, with their purchases.

    Parameters
    ----------
    model : fitter
        Of frequency, recency and T, in units of `freq`.
    t : int
        The last age.
    transactions : DataFrame
        The orders of one customer.
    datetime_col : str
    freq : {"D", "h", "W"}
    start_date : date, optional
        Where the axis begins; by default at the first order.
    ax : matplotlib axes, optional
    **kwargs
        For ``plot``, which draws the line.

    Examples
    --------
    >>> import pandas as pd
    >>> from loyalty.lifetimes import BetaGeoFitter, plotting
    >>> bgf = BetaGeoFitter()
    >>> bgf.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    >>> ann = pd.DataFrame({"day": ["2024-01-01", "2024-01-03", "2024-01-20"]})
    >>> plotting.plot_history_alive(bgf, 60, ann, "day").get_title()
    'History of P_alive'
    """
    ax = axes(ax)
    path = calculate_alive_path(model, transactions, datetime_col, t, freq)
    orders = _logs.times(transactions[datetime_col], None, datetime_col)
    first = orders.min().tz_localize(None) if orders.dt.tz is not None else orders.min()
    period = first.to_period(_logs.unit_of(freq)[1])
    dates = pd.period_range(period, periods=len(path), freq=period.freq).to_timestamp()
    ax.plot(dates, path.to_numpy(), "-", **{"label": "P_alive", **kwargs})
    bought = _logs.periods(orders, period.freqstr).unique().to_timestamp()
    ax.vlines(bought, ymin=0, ymax=1, colors="r", linestyles="dashed", label="purchases")
    start = dates[0] if start_date is None else pd.to_datetime(start_date)
    ax.set(ylim=(0, 1), xlim=(start, dates[-1]), ylabel="P_alive", title="History of P_alive")
    ax.set_yticks(np.linspace(0, 1, 11))
    ax.legend(loc=3)
    return ax


def plot_transaction_rate_heterogeneity(
    model: Any,
    suptitle: str = "Heterogeneity in Transaction Rate",
    xlabel: str = "Transaction Rate",
    ylabel: str = "Density",
    suptitle_fontsize: float = 14,
    **kwargs: Any,
) -> Axes:
    """How purchase rates vary between the customers: the density of Gamma(r, rate alpha).

    Parameters
    ----------
    model : fitter
        Of frequency, recency and T.
    suptitle, xlabel, ylabel : str
    suptitle_fontsize : float
    **kwargs
        For ``plot``.

    Examples
    --------
    >>> from loyalty.lifetimes import BetaGeoFitter, plotting
    >>> bgf = BetaGeoFitter()
    >>> bgf.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    >>> plotting.plot_transaction_rate_heterogeneity(bgf).get_title()
    'mean: 0.055, var: 0.012'
    """
    r, alpha = model._unload_params("r", "alpha")
    title = f"mean: {r / alpha:.3f}, var: {r / alpha**2:.3f}"
    curve = _density.gamma(r, alpha)
    return _heterogeneity(curve, title, suptitle, xlabel, ylabel, suptitle_fontsize, kwargs)


def plot_dropout_rate_heterogeneity(
    model: Any,
    suptitle: str = "Heterogeneity in Dropout Probability",
    xlabel: str = "Dropout Probability p",
    ylabel: str = "Density",
    suptitle_fontsize: float = 14,
    **kwargs: Any,
) -> Axes:
    """How dropout probabilities vary between the customers: the density of Beta(a, b).

    Parameters
    ----------
    model : BetaGeoFitter or ModifiedBetaGeoFitter
    suptitle, xlabel, ylabel, suptitle_fontsize, **kwargs
        As for :func:`plot_transaction_rate_heterogeneity`.

    Examples
    --------
    >>> from loyalty.lifetimes import BetaGeoFitter, plotting
    >>> bgf = BetaGeoFitter()
    >>> bgf.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    >>> plotting.plot_dropout_rate_heterogeneity(bgf).get_title()
    'mean: 0.246, var: 0.044'
    """
    a, b = model._unload_params("a", "b")
    mean = a / (a + b)
    title = f"mean: {mean:.3f}, var: {mean * (1 - mean) / (a + b + 1):.3f}"
    curve = _density.beta(a, b)
    return _heterogeneity(curve, title, suptitle, xlabel, ylabel, suptitle_fontsize, kwargs)


def _heterogeneity(
    curve: tuple[Any, Any],
    title: str,
    suptitle: str,
    xlabel: str,
    ylabel: str,
    suptitle_fontsize: float,
    plot: dict[str, Any],
) -> Axes:
    figure, ax = pyplot().subplots(1)
    figure.suptitle(suptitle, fontsize=suptitle_fontsize, fontweight="bold")
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    figure.tight_layout(rect=(0, 0.03, 1, 0.95))
    ax.plot(*curve, **plot)
    drawn: Axes = ax
    return drawn
