"""The plots of lifetimes, of what this package computes. More, with dates and doubt: :mod:`loyalty.plotting`.

As there, a plot without ``ax`` goes to the current figure of pyplot, and every function returns its axes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty.errors import InputError
from loyalty.goodness import repeat_counts
from loyalty.lifetimes import _density, _logs
from loyalty.lifetimes._histories import summary
from loyalty.lifetimes._pandas import pd
from loyalty.lifetimes.utils import calculate_alive_path, expected_cumulative_transactions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "plot_calibration_purchases_vs_holdout_purchases",
    "plot_cumulative_transactions",
    "plot_dropout_rate_heterogeneity",
    "plot_expected_repeat_purchases",
    "plot_frequency_recency_matrix",
    "plot_history_alive",
    "plot_incremental_transactions",
    "plot_period_transactions",
    "plot_probability_alive_matrix",
    "plot_transaction_rate_heterogeneity",
]

#: What the holdout can be drawn by.
KINDS = {
    "frequency_cal": "Purchases in calibration period",
    "recency_cal": "Age of customer at last purchase",
    "T_cal": "Age of customer at the end of calibration period",
    "time_since_last_purchase": "Time since user made last purchase",
}


def plot_period_transactions(
    model: Any,
    max_frequency: int = 7,
    title: str = "Frequency of Repeat Transactions",
    xlabel: str = "Number of Calibration Period Transactions",
    ylabel: str = "Customers",
    **kwargs: Any,
) -> Axes:
    """Customers by their number of repeat purchases: those there are, and those the model expects.

    lifetimes draws a random sample of the model in place of the expectation, and counts rows where these
    stand for several customers.

    Parameters
    ----------
    model : fitter
        Of frequency, recency and T.
    max_frequency : int
        How many numbers, from 0.
    title, xlabel, ylabel : str
    **kwargs
        For the plot of a pandas frame; ``label`` has the names of both columns.

    Examples
    --------
    >>> from loyalty.lifetimes import BetaGeoFitter, plotting
    >>> from loyalty.lifetimes.datasets import load_cdnow_summary
    >>> table = load_cdnow_summary()
    >>> bgf = BetaGeoFitter().fit(table["frequency"], table["recency"], table["T"])
    >>> plotting.plot_period_transactions(bgf).get_ylabel()
    'Customers'
    """
    labels = kwargs.pop("label", ["Actual", "Model"])
    data = model.data
    arrays = (data[name].to_numpy(dtype=float) for name in ("frequency", "recency", "T"))
    customers = summary(*arrays, weights=data["weights"].to_numpy(dtype=float))
    counts = repeat_counts(model._model(), customers, cells=max_frequency + 1).to_frame()
    # Without the last row, which has as many purchases or more.
    shown = pd.DataFrame(counts).iloc[:-1].set_index("frequency")
    shown.columns = labels
    ax: Axes = shown.plot(kind="bar", **kwargs)
    ax.legend()
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    return ax


def plot_calibration_purchases_vs_holdout_purchases(
    model: Any,
    calibration_holdout_matrix: Any,
    kind: str = "frequency_cal",
    n: int = 7,
    **kwargs: Any,
) -> Axes:
    """Mean purchases in the holdout period, actual and predicted, by what was known before it.

    Parameters
    ----------
    model : fitter
        Of frequency, recency and T of the calibration.
    calibration_holdout_matrix : DataFrame
        Of :func:`calibration_and_holdout_data`.
    kind : {"frequency_cal", "recency_cal", "T_cal", "time_since_last_purchase"}
    n : int
        How many values of it, from the smallest.
    **kwargs
        For the plot of a pandas frame.

    Raises
    ------
    InputError
        For another kind.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty.lifetimes import BetaGeoFitter, plotting, utils
    >>> log = loyalty.datasets.cdnow("pandas")
    >>> split = utils.calibration_and_holdout_data(log, "customer_id", "date", "1997-09-30")
    >>> bgf = BetaGeoFitter().fit(split["frequency_cal"], split["recency_cal"], split["T_cal"])
    >>> plotting.plot_calibration_purchases_vs_holdout_purchases(bgf, split).get_xlabel()
    'Purchases in calibration period'
    """
    if kind not in KINDS:
        raise InputError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    table = calibration_holdout_matrix.copy()
    table["model_predictions"] = model.conditional_expected_number_of_purchases_up_to_time(
        table["duration_holdout"], table["frequency_cal"], table["recency_cal"], table["T_cal"]
    )
    table["time_since_last_purchase"] = table["T_cal"] - table["recency_cal"]
    means = table.groupby(kind)[["frequency_holdout", "model_predictions"]].mean()
    ax: Axes = means.iloc[:n].plot(**kwargs)
    ax.legend()
    ax.set(
        title="Actual Purchases in Holdout Period vs Predicted Purchases",
        xlabel=KINDS[kind],
        ylabel="Average of Purchases in Holdout Period",
    )
    return ax


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
    from loyalty.lifetimes.fitters._purchases import grid

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
    plt = _pyplot()
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
    ax = _axes(ax)
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
    ax = _axes(ax)
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


def plot_cumulative_transactions(
    model: Any,
    transactions: Any,
    datetime_col: str,
    customer_id_col: str,
    t: int,
    t_cal: float,
    datetime_format: str | None = None,
    freq: str = "D",
    set_index_date: bool = False,
    title: str = "Tracking Cumulative Transactions",
    xlabel: str = "day",
    ylabel: str = "Cumulative Transactions",
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Repeat purchases of all customers up to each time, actual and predicted.

    Parameters
    ----------
    model, transactions, datetime_col, customer_id_col, t, datetime_format, freq, set_index_date
        As for :func:`expected_cumulative_transactions`.
    t_cal : float
        Where the calibration ends, in periods of `freq`: a vertical line.
    title, xlabel, ylabel : str
    ax : matplotlib axes, optional
    **kwargs
        For the plot of a pandas frame.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty.lifetimes import BetaGeoFitter, plotting
    >>> bgf = BetaGeoFitter()
    >>> bgf.params_ = {"r": 0.243, "alpha": 30.9, "a": 0.793, "b": 2.426}  # in days
    >>> log = loyalty.datasets.cdnow("pandas")
    >>> plotting.plot_cumulative_transactions(bgf, log, "date", "customer_id", 546, 273).get_xlabel()
    'day'
    """
    asked = (model, transactions, datetime_col, customer_id_col, t, datetime_format, freq)
    table = expected_cumulative_transactions(*asked, set_index_date=set_index_date)
    return _tracked(table, t_cal, set_index_date, title, xlabel, ylabel, ax, kwargs)


def plot_incremental_transactions(
    model: Any,
    transactions: Any,
    datetime_col: str,
    customer_id_col: str,
    t: int,
    t_cal: float,
    datetime_format: str | None = None,
    freq: str = "D",
    set_index_date: bool = False,
    title: str = "Tracking Daily Transactions",
    xlabel: str = "day",
    ylabel: str = "Transactions",
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Repeat purchases of all customers in each period, actual and predicted.

    Parameters
    ----------
    model, transactions, datetime_col, customer_id_col, t, t_cal, datetime_format, freq, \
set_index_date, title, xlabel, ylabel, ax, **kwargs
        As for :func:`plot_cumulative_transactions`.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty.lifetimes import BetaGeoFitter, plotting
    >>> bgf = BetaGeoFitter()
    >>> bgf.params_ = {"r": 0.243, "alpha": 30.9, "a": 0.793, "b": 2.426}  # in days
    >>> log = loyalty.datasets.cdnow("pandas")
    >>> plotting.plot_incremental_transactions(bgf, log, "date", "customer_id", 546, 273).get_ylabel()
    'Transactions'
    """
    asked = (model, transactions, datetime_col, customer_id_col, t, datetime_format, freq)
    table = expected_cumulative_transactions(*asked, set_index_date=set_index_date).diff()
    return _tracked(table, t_cal, set_index_date, title, xlabel, ylabel, ax, kwargs)


def _tracked(
    table: Any,
    t_cal: float,
    by_date: bool,
    title: str,
    xlabel: str,
    ylabel: str,
    ax: Axes | None,
    plot: dict[str, Any],
) -> Axes:
    drawn: Axes = table.plot(ax=_axes(ax), title=title, **plot)
    at = table.index[int(t_cal)] if by_date else t_cal
    drawn.axvline(x=at, color="r", linestyle="--")
    drawn.set(xlabel="date" if by_date else xlabel, ylabel=ylabel)
    return drawn


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
    figure, ax = _pyplot().subplots(1)
    figure.suptitle(suptitle, fontsize=suptitle_fontsize, fontweight="bold")
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    figure.tight_layout(rect=(0, 0.03, 1, 0.95))
    ax.plot(*curve, **plot)
    drawn: Axes = ax
    return drawn


def _pyplot() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError("plots need matplotlib: pip install 'loyalty[plot]'") from None
    return plt


def _axes(given: Axes | None) -> Axes:
    """The axes given, or those of the current figure."""
    ax: Axes = _pyplot().subplot(111) if given is None else given
    return ax
