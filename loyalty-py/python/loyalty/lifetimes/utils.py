"""Summaries of order logs, and what a fitted model says over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from loyalty.errors import FitError, InputError
from loyalty.goodness import tracking
from loyalty.lifetimes import _logs
from loyalty.lifetimes._pandas import pd

__all__ = [
    "ConvergenceError",
    "calculate_alive_path",
    "calibration_and_holdout_data",
    "expected_cumulative_transactions",
    "summary_data_from_transaction_data",
]


class ConvergenceError(FitError, ValueError):
    """A fit without a result: the data cannot determine the model, or the solver ran out of iterations.

    Examples
    --------
    >>> from loyalty.lifetimes import BetaGeoFitter
    >>> BetaGeoFitter().fit(frequency=[0, 0], recency=[0, 0], T=[5, 9])
    Traceback (most recent call last):
        ...
    loyalty.lifetimes.utils.ConvergenceError: BG/NBD cannot be fitted: no customer bought more than once
    """


def summary_data_from_transaction_data(
    transactions: Any,
    customer_id_col: str,
    datetime_col: str,
    monetary_value_col: str | None = None,
    datetime_format: str | None = None,
    observation_period_end: Any = None,
    freq: str = "D",
    freq_multiplier: float = 1,
    include_first_transaction: bool = False,
) -> Any:
    """Frequency, recency, T and monetary value of each customer of a log.

    Parameters
    ----------
    transactions : DataFrame
        One row per order line, in any order.
    customer_id_col, datetime_col, monetary_value_col : str
        Its columns.
    datetime_format : str, optional
        Of text and numbers, as :func:`pandas.to_datetime` has it.
    observation_period_end : date or time, optional
        By default the last order. The whole period that holds it is observed.
    freq : {"D", "h", "W", "M", "Q", "Y"}
        The period in which orders are one purchase, and the unit of time.
    freq_multiplier : float
        Recency and T are divided by it: ``freq="D", freq_multiplier=7`` counts weeks.
    include_first_transaction : bool
        Whether frequency and monetary value include the first purchase. Not for fitters.

    Returns
    -------
    DataFrame
        ``frequency``, ``recency``, ``T`` and ``monetary_value`` as floats, indexed by customer.

    Raises
    ------
    InputError
        Where nothing was ordered up to the end, or times are numbers without a format.

    Warns
    -----
    LoyaltyWarning
        Where rows are left out: those without id or time, with a missing, negative or infinite amount.

    Examples
    --------
    >>> import pandas as pd
    >>> from loyalty.lifetimes.utils import summary_data_from_transaction_data
    >>> days = ["2024-01-01", "2024-01-15", "2024-01-08"]
    >>> log = pd.DataFrame({"id": ["ann", "ann", "bob"], "day": days, "paid": [5.0, 7.0, 9.0]})
    >>> summary = summary_data_from_transaction_data(
    ...     log, "id", "day", "paid", observation_period_end="2024-01-29"
    ... )
    >>> summary.loc["ann"].to_dict()
    {'frequency': 1.0, 'recency': 14.0, 'T': 28.0, 'monetary_value': 7.0}
    """
    roles = (customer_id_col, datetime_col, monetary_value_col, datetime_format)
    log = _logs.read(transactions, *roles, freq)
    end = _end(observation_period_end, datetime_format, "observation_period_end")
    customers = log.orders.summarize(
        unit=log.unit, observation_end=end, include_first=include_first_transaction
    )
    columns = _counted(customers, freq_multiplier, include_first_transaction)
    if monetary_value_col:
        columns["monetary_value"] = customers.monetary_value
    return pd.DataFrame(columns, index=log.rows(customers.customer, customer_id_col))


def calibration_and_holdout_data(
    transactions: Any,
    customer_id_col: str,
    datetime_col: str,
    calibration_period_end: Any,
    observation_period_end: Any = None,
    freq: str = "D",
    freq_multiplier: float = 1,
    datetime_format: str | None = None,
    monetary_value_col: str | None = None,
    include_first_transaction: bool = False,
) -> Any:
    """A summary up to the end of the calibration, and what the same customers did after it.

    Parameters
    ----------
    calibration_period_end : date or time
        The whole period that holds it belongs to the calibration.
    transactions, customer_id_col, datetime_col, observation_period_end, freq, freq_multiplier, \
datetime_format, monetary_value_col, include_first_transaction
        As for :func:`summary_data_from_transaction_data`.

    Returns
    -------
    DataFrame
        The columns of a summary with ``_cal``, then ``frequency_holdout``, ``monetary_value_holdout``
        (the mean of the purchases, not of the lines) and ``duration_holdout``.

    Raises
    ------
    InputError
        Where the calibration end is not before the observation end, or nobody ordered between.

    Warns
    -----
    LoyaltyWarning
        As :func:`summary_data_from_transaction_data`.

    Examples
    --------
    >>> import pandas as pd
    >>> from loyalty.lifetimes.utils import calibration_and_holdout_data
    >>> log = pd.DataFrame({"id": [1, 1, 2], "day": ["2024-01-01", "2024-01-15", "2024-01-08"]})
    >>> calibration_and_holdout_data(log, "id", "day", "2024-01-08").loc[1].to_dict()
    {'frequency_cal': 0.0, 'recency_cal': 0.0, 'T_cal': 7.0, 'frequency_holdout': 1.0, 'duration_holdout': 7.0}
    """
    roles = (customer_id_col, datetime_col, monetary_value_col, datetime_format)
    log = _logs.read(transactions, *roles, freq)
    split = log.orders.calibration_holdout(
        _end(calibration_period_end, datetime_format, "calibration_period_end") or "",
        unit=log.unit,
        observation_end=_end(observation_period_end, datetime_format, "observation_period_end"),
        include_first=include_first_transaction,
    )
    bought = split.holdout_frequency
    if not bought.any() and split.born_in_holdout == 0:
        raise InputError("nobody ordered between calibration_period_end and observation_period_end")
    columns = _counted(split.calibration, freq_multiplier, include_first_transaction)
    if monetary_value_col:
        columns["monetary_value"] = split.calibration.monetary_value
    columns = {f"{name}_cal": values for name, values in columns.items()}
    columns["frequency_holdout"] = bought.astype(float)
    if monetary_value_col:
        columns["monetary_value_holdout"] = split.holdout_monetary_value
    columns["duration_holdout"] = split.holdout_duration / freq_multiplier
    return pd.DataFrame(columns, index=log.rows(split.calibration.customer, customer_id_col))


def _end(value: Any, datetime_format: str | None, name: str) -> str | None:
    return None if value is None else _logs.end_text(_logs.moment(value, datetime_format, name))


def _counted(customers: Any, freq_multiplier: float, include_first: bool) -> dict[str, Any]:
    return {
        "frequency": customers.frequency.astype(float) + include_first,
        "recency": customers.recency / freq_multiplier,
        "T": customers.T / freq_multiplier,
    }


def calculate_alive_path(
    model: Any, transactions: Any, datetime_col: str, t: int, freq: str = "D"
) -> Any:
    """P(alive) of one customer at every age from 0 to `t`, by what they had bought until then.

    Parameters
    ----------
    model : fitter
        Of frequency, recency and T, in units of `freq`.
    transactions : DataFrame
        The orders of one customer.
    datetime_col : str
    t : int
        The last age; the last order's, if that is later.
    freq : str
        As for :func:`summary_data_from_transaction_data`.

    Returns
    -------
    Series
        Indexed by age.

    Examples
    --------
    >>> import pandas as pd
    >>> from loyalty.lifetimes import BetaGeoFitter
    >>> from loyalty.lifetimes.utils import calculate_alive_path
    >>> bgf = BetaGeoFitter()
    >>> bgf.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    >>> ann = pd.DataFrame({"day": ["2024-01-01", "2024-01-03"]})
    >>> calculate_alive_path(bgf, ann, "day", 4).round(3).tolist()
    [1.0, 1.0, 0.754, 0.719, 0.686]
    """
    period = _logs.unit_of(freq)[1]
    bought = _logs.periods(_logs.times(transactions[datetime_col], None, datetime_col), period)
    purchases = np.unique(bought.astype("int64").to_numpy()).astype(float)
    purchases -= purchases[0]
    age = np.arange(max(t, purchases[-1]) + 1)
    frequency = np.searchsorted(purchases, age, side="right") - 1
    alive = model.conditional_probability_alive(frequency, purchases[frequency], age)
    return pd.Series(np.asarray(alive, dtype=float))


def expected_cumulative_transactions(
    model: Any,
    transactions: Any,
    datetime_col: str,
    customer_id_col: str,
    t: int,
    datetime_format: str | None = None,
    freq: str = "D",
    freq_multiplier: int = 1,
    set_index_date: bool = False,
) -> Any:
    """Repeat purchases of all customers up to each time: those there were, and those expected.

    Parameters
    ----------
    model : fitter
        Of frequency, recency and T, in units of ``freq_multiplier`` times `freq`.
    transactions, datetime_col, customer_id_col, datetime_format
        As for :func:`summary_data_from_transaction_data`.
    t : int
        How many periods of `freq` to follow, from the first order of all.
    freq : {"D", "h", "W", "M", "Q", "Y"}
    freq_multiplier : int
        How many of them make a row.
    set_index_date : bool
        Whether the rows have dates instead of numbers.

    Returns
    -------
    DataFrame
        ``actual`` and ``predicted``.

    Warns
    -----
    LoyaltyWarning
        As :func:`summary_data_from_transaction_data`.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty.lifetimes import BetaGeoFitter
    >>> from loyalty.lifetimes.utils import expected_cumulative_transactions
    >>> bgf = BetaGeoFitter()
    >>> bgf.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    >>> log = loyalty.datasets.cdnow("pandas")
    >>> expected_cumulative_transactions(
    ...     bgf, log, "date", "customer_id", 78 * 7, freq_multiplier=7
    ... ).iloc[[38, 77]].round(1)
        actual  predicted
    38    2457     2505.1
    77    4339     4171.4
    """
    log = _logs.read(transactions, customer_id_col, datetime_col, None, datetime_format, freq)
    rows = t // freq_multiplier
    first = pd.Timestamp(log.orders._core.time_range[0], unit="us").to_period(log.period)
    index = pd.period_range(first, periods=rows * freq_multiplier, freq=log.period)
    index = index[freq_multiplier - 1 :: freq_multiplier]
    found = tracking(
        in_periods(model, freq_multiplier),
        log.orders,
        period=float(freq_multiplier),
        observation_end=_logs.end_text(index[-1].to_timestamp()),
        unit=log.unit,
    ).to_frame()
    return pd.DataFrame(
        {
            "actual": found["cumulative_actual"].to_numpy(dtype=np.int64),
            "predicted": found["cumulative_expected"].to_numpy(),
        },
        index=index if set_index_date else range(rows),
    )


def in_periods(model: Any, freq_multiplier: float) -> Any:
    """The model of a fitter, its time counted in periods instead of multiples of them."""
    names = [name for name in ("alpha", "beta") if name in getattr(model, "params_", {})]
    if not hasattr(model, "_model") or "alpha" not in names or "gamma" in model.params_:
        found = type(model).__name__
        raise InputError(f"model must be fitted to frequency, recency and T, got {found}")
    found = model._model()
    scaled = {
        name: value * freq_multiplier for name, value in found.parameters.items() if name in names
    }
    return type(found)(**found.parameters | scaled)
