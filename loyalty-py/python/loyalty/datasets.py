"""Data that the package brings along."""

from __future__ import annotations

import csv
from importlib import resources
from typing import Any

import narwhals as nw
import numpy as np

from loyalty import _columns, _frames
from loyalty.orders import Orders

__all__ = ["cdnow", "cdnow_orders", "cdnow_path"]


def cdnow_path() -> Any:
    """Where the CDNOW log lies: a CSV file with customer_id, date, quantity and amount.

    Returns
    -------
    path

    Examples
    --------
    >>> import loyalty
    >>> loyalty.datasets.cdnow_path().name
    'cdnow.csv'
    """
    return resources.files("loyalty") / "data" / "cdnow.csv"


def cdnow(backend: str | None = None) -> Any:
    """The CDNOW log: 6,919 order lines of 2,357 customers who first bought music in the first
    quarter of 1997, up to 1998-06-30.

    Parameters
    ----------
    backend : {"pandas", "polars", "pyarrow"}, optional
        The kind of frame; by default the first of these that is installed, and a dict of arrays
        where none is.

    Returns
    -------
    data frame
        ``customer_id`` (1 to 2357), ``date``, ``quantity`` (CDs) and ``amount`` (dollars, 0 in 8
        lines).

    Notes
    -----
    The one-in-ten sample used throughout the literature, from http://brucehardie.com/datasets/,
    taken from ``CDNOW_sample.txt`` of the Python package lifetimes 0.11.3 (MIT).

    References
    ----------
    Fader & Hardie (2001), Forecasting repeat sales at CDNOW, Interfaces 31(3), S94–S107.

    Examples
    --------
    >>> import loyalty
    >>> len(loyalty.datasets.cdnow())
    6919
    """
    with cdnow_path().open(encoding="ascii", newline="") as file:
        customer, date, quantity, amount = zip(*list(csv.reader(file))[1:], strict=True)
    columns = {
        "customer_id": np.array(customer, dtype=np.int64),
        "date": np.array(date, dtype="datetime64[us]"),
        "quantity": np.array(quantity, dtype=np.int64),
        "amount": np.array(amount, dtype=np.float64),
    }
    frame = _columns.installed_frame() if backend is None else nw.Implementation(backend)
    return columns if frame is None else _frames.from_arrays(columns, frame)


def cdnow_orders(backend: str | None = None) -> Orders:
    """The CDNOW log as checked :class:`Orders`.

    Parameters
    ----------
    backend : {"pandas", "polars", "pyarrow"}, optional
        The kind of frame that answers come in, as for :func:`cdnow`.

    Returns
    -------
    Orders

    Examples
    --------
    >>> import loyalty
    >>> loyalty.datasets.cdnow_orders()
    <Orders: 6919 order lines of 2357 customers, 1997-01-01 to 1998-06-30>
    """
    return Orders(cdnow(backend), customer="customer_id", time="date", amount="amount")
