"""The data of lifetimes: what this package brings along, and the rest where lifetimes is installed."""

from __future__ import annotations

import os
from importlib import metadata
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from loyalty import datasets
from loyalty.lifetimes._pandas import pd

__all__ = [
    "load_cdnow_summary",
    "load_cdnow_summary_data_with_monetary_value",
    "load_dataset",
    "load_donations",
    "load_transaction_data",
]

#: The variable of the environment that names a folder with the files of lifetimes.
FOLDER = "LOYALTY_LIFETIMES_DATA"


def load_dataset(filename: str, **kwargs: Any) -> Any:
    """A file of lifetimes' data, read by :func:`pandas.read_csv`.

    The files are not part of this package: they are read from an installed lifetimes, which is not
    imported, or from the folder that the environment variable ``LOYALTY_LIFETIMES_DATA`` names.

    Parameters
    ----------
    filename : str
        ``donations.csv``, ``example_transactions.csv``, ``CDNOW_sample.txt``, ``CDNOW_master.txt``,
        ``cdnow_customers_summary.csv`` or ``cdnow_customers_summary_with_transactions.csv``.
    **kwargs
        For :func:`pandas.read_csv`.

    Raises
    ------
    FileNotFoundError
        With the way to get it.

    Examples
    --------
    >>> from loyalty.lifetimes.datasets import load_dataset
    >>> load_dataset("no such file")
    Traceback (most recent call last):
        ...
    FileNotFoundError: 'no such file' is not part of this package: pip install --no-deps lifetimes==0.11.3 \
brings the data of lifetimes along, or name a folder that has the file by LOYALTY_LIFETIMES_DATA
    """
    for folder in _folders():
        path = folder / filename
        if path.is_file():
            return pd.read_csv(path, **kwargs)
    raise FileNotFoundError(
        f"{filename!r} is not part of this package: pip install --no-deps lifetimes==0.11.3 brings the "
        f"data of lifetimes along, or name a folder that has the file by {FOLDER}"
    )


def _folders() -> list[Path]:
    folders = [Path(os.environ[FOLDER])] if os.environ.get(FOLDER) else []
    try:
        installed = metadata.distribution("lifetimes")
    except metadata.PackageNotFoundError:
        return folders
    return [*folders, Path(str(installed.locate_file("lifetimes/datasets")))]


def load_donations(**kwargs: Any) -> Any:
    """The donors of Fader, Hardie & Shang (2010): frequency, recency, periods, weights.

    Needs lifetimes' files; see :func:`load_dataset`.
    """
    return load_dataset("donations.csv", **kwargs)


def load_transaction_data(**kwargs: Any) -> Any:
    """Orders of 5,000 simulated customers: date (text, unless parsed) and id.

    Needs lifetimes' files; see :func:`load_dataset`.
    """
    return load_dataset("example_transactions.csv", **kwargs)


def load_cdnow_summary(**kwargs: Any) -> Any:
    """ID, frequency, recency and T of the CDNOW customers in weeks up to 1997-09-30, to two decimals.

    Summarised from the log that this package brings along; nothing else is needed.

    Examples
    --------
    >>> from loyalty.lifetimes.datasets import load_cdnow_summary
    >>> load_cdnow_summary().head(2)
       ID  frequency  recency      T
    0   1          2    30.43  38.86
    1   2          1     1.71  38.86
    """
    table = _cdnow()[["customer_id", "frequency", "recency", "T"]]
    return _as_file(table.rename(columns={"customer_id": "ID"}), kwargs)


def load_cdnow_summary_data_with_monetary_value(**kwargs: Any) -> Any:
    """frequency, recency, T and monetary_value of the CDNOW customers, indexed by customer_id.

    As :func:`load_cdnow_summary`.

    Examples
    --------
    >>> from loyalty.lifetimes.datasets import load_cdnow_summary_data_with_monetary_value
    >>> load_cdnow_summary_data_with_monetary_value().loc[1].to_dict()
    {'frequency': 2.0, 'recency': 30.43, 'T': 38.86, 'monetary_value': 22.35}
    """
    table = _as_file(_cdnow(), kwargs)
    table.columns = ["customer_id", "frequency", "recency", "T", "monetary_value"]
    return table.set_index("customer_id")


def _cdnow() -> Any:
    orders = datasets.cdnow_orders()
    customers = orders.summarize(unit="week", observation_end="1997-09-30")
    columns = ("frequency", "recency", "T", "monetary_value")
    table = {name: getattr(customers, name) for name in columns}
    frame = pd.DataFrame({"customer_id": customers.customer} | table)
    # Rounded half up, as the file is: a mean of 22.345 is 22.35. Times need no such care.
    frame["monetary_value"] = np.floor(frame["monetary_value"] * 100 + 0.5 + 1e-9) / 100
    return frame.round(2)


def _as_file(table: Any, kwargs: dict[str, Any]) -> Any:
    """A table read as if it were a file, with whatever is asked of the reader."""
    return pd.read_csv(StringIO(table.to_csv(index=False)), **kwargs)
