"""Purchases counted: by customer, and as time goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalty.errors import InputError
from loyalty.goodness import repeat_counts
from loyalty.lifetimes._histories import summary
from loyalty.lifetimes._pandas import pd
from loyalty.lifetimes.plotting._axes import axes
from loyalty.lifetimes.utils import expected_cumulative_transactions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
    drawn: Axes = table.plot(ax=axes(ax), title=title, **plot)
    at = table.index[int(t_cal)] if by_date else t_cal
    drawn.axvline(x=at, color="r", linestyle="--")
    drawn.set(xlabel="date" if by_date else xlabel, ylabel=ylabel)
    return drawn
