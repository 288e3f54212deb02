"""Order logs as lifetimes takes them: a pandas frame, column names, a frequency of pandas."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np

from loyalty.errors import InputError, LoyaltyWarning
from loyalty.lifetimes._pandas import pd
from loyalty.orders import Orders

#: The unit of this package for a frequency of pandas, and its name there in full.
UNITS = {
    "D": ("day", "D"),
    "H": ("hour", "h"),
    "W": ("calendar_week", "W"),
    "W-SUN": ("calendar_week", "W"),
    "M": ("calendar_month", "M"),
    "Q": ("calendar_quarter", "Q"),
    "Y": ("calendar_year", "Y"),
    "A": ("calendar_year", "Y"),
}
#: The calls from a user's line to the warning: one function of utils, and of this file.
TO_THE_USER = 3


class Log(NamedTuple):
    """An order log, checked, and the ids that its customers had."""

    orders: Orders
    ids: Any
    unit: Any
    period: str

    def rows(self, customers: Any, name: str) -> Any:
        """The ids of customers as the log had them."""
        return pd.Index(self.ids[customers], name=name)


def unit_of(freq: str) -> tuple[str, str]:
    """The unit of a frequency, and the frequency in pandas' own letters.

    Raises
    ------
    InputError
        For another than days, hours, weeks to Sunday, months, quarters and years.
    """
    found = UNITS.get(freq.upper())
    if found is None:
        raise InputError(
            f"freq must be D, h, W, M, Q or Y, got {freq!r}; other lengths come by freq_multiplier"
        )
    return found


def times(values: Any, datetime_format: str | None, name: str) -> Any:
    """Times as pandas reads them; numbers have no meaning without a format."""
    if not pd.api.types.is_numeric_dtype(getattr(values, "dtype", type(values))):
        return pd.to_datetime(values, format=datetime_format)
    if datetime_format is None:
        raise InputError(
            f'"{name}" has numbers, which pandas would read as nanoseconds since 1970: give a '
            "datetime_format such as %Y%m%d"
        )
    text = values.astype(str) if hasattr(values, "astype") else str(values)
    return pd.to_datetime(text, format=datetime_format)


def moment(value: Any, datetime_format: str | None, name: str) -> Any:
    """An end of observation."""
    if isinstance(value, pd.Period):
        return value.to_timestamp()
    if isinstance(value, pd.Timestamp):
        return value
    return times(value, datetime_format, name)


def read(
    transactions: Any,
    customer_id_col: str,
    datetime_col: str,
    monetary_value_col: str | None,
    datetime_format: str | None,
    freq: str,
) -> Log:
    """Checks a log. Rows that cannot be used are left out, as lifetimes does, and a warning counts them."""
    unit, period = unit_of(freq)
    names = [customer_id_col, datetime_col, *([monetary_value_col] if monetary_value_col else [])]
    for name in names:
        if name not in transactions.columns:
            columns = ", ".join(map(str, transactions.columns))
            raise KeyError(f"column {name!r} is missing; the frame has {columns}")
    codes, ids = _codes(transactions[customer_id_col])
    # Named as the log has them, so that a warning does too.
    numbers = pd.array(codes, dtype="Int64")
    numbers[codes < 0] = pd.NA
    frame = pd.DataFrame({str(customer_id_col): numbers})
    frame[str(datetime_col)] = times(
        transactions[datetime_col], datetime_format, datetime_col
    ).array
    amount = None
    if monetary_value_col:
        amount = str(monetary_value_col)
        frame[amount] = transactions[monetary_value_col].array
    roles: Any = {"customer": str(customer_id_col), "time": str(datetime_col), "amount": amount}
    orders = Orders(frame, **roles, invalid="drop")
    if orders.report.refusals:
        warnings.warn(f"left out: {orders.report.message}", LoyaltyWarning, stacklevel=TO_THE_USER)
    return Log(orders, ids, unit, period)


def _codes(column: Any) -> tuple[Any, Any]:
    """Ids as numbers in order, -1 for none: ids of any type are taken, and given back as they were."""
    try:
        codes, ids = pd.factorize(column, sort=True)
    except TypeError:
        # Ids of several types have no order but that of their first rows.
        codes, ids = pd.factorize(column)
    return np.asarray(codes), ids


def end_text(end: Any) -> str:
    """An end of observation as the orders read it, to the microsecond."""
    return str(end.floor("us").isoformat())


def periods(values: Any, period: str) -> Any:
    """Times as periods, on the clock that they were written by."""
    found = pd.DatetimeIndex(values).dropna()
    return found.tz_localize(None).to_period(period)
