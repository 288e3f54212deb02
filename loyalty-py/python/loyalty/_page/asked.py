"""What scores were made of and with, as far as a report needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from loyalty import _frames, _native
from loyalty.errors import LoyaltyError
from loyalty.orders import Orders
from loyalty.report import OrdersReport, how_read

if TYPE_CHECKING:
    from loyalty.treatments import Treatments

__all__ = ["Asked"]

#: The columns that say which rows are purchases, and of how much.
_READ = (
    "customer",
    "time",
    "amount",
    "price",
    "quantity",
    "order",
    "product",
    "status",
    "currency",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The data, and the arguments of :func:`loyalty.score`.

    Attributes
    ----------
    orders : Orders or None
        Of a log.
    data : data frame or mapping of columns
        A table.
    columns : dict
        Its columns by role; empty without a table.
    """

    orders: Orders | None
    data: Any
    columns: dict[str, _native.Column]
    how: Any
    time_zone: str | None
    observation_end: str | None
    horizon: float | None
    annual_discount_rate: float
    margin: Any
    false_discovery_rate: float
    treatments: Treatments | None
    model: Any
    only_currency: str | None = None

    def log(self) -> Orders | None:
        """The orders; those of a table are its purchases as they were paid, of 1 where no column says it."""
        if self.orders is not None or not self.columns:
            return self.orders
        try:
            return _of_table(self)
        except LoyaltyError:
            return None

    def currency(self) -> str | None:
        """The one that the rows are in, where there is one."""
        if self.only_currency is not None:
            return self.only_currency
        column = self.columns.get("currency")
        if column is None:
            return None
        known = {str(value) for value in _distinct(self.data, column)}
        return known.pop() if len(known) == 1 else None


def _series(data: Any, column: _native.Column) -> nw.Series[Any] | None:
    """A column of a frame; None of a mapping. What is read once only comes from what was read."""
    frame = nw.from_native(data, pass_through=True)
    if isinstance(frame, nw.DataFrame):
        return frame[column.name]
    if isinstance(data, Mapping):
        return None
    import pyarrow as pa  # type: ignore[import-untyped]

    read: nw.DataFrame[Any] = nw.from_native(pa.table(_native.Table([column])), eager_only=True)
    return read[column.name]


def _distinct(data: Any, column: _native.Column) -> list[Any]:
    """The values of a column that are there."""
    series = _series(data, column)
    if series is None:
        return list({value for value in data[column.name] if value is not None})
    return series.drop_nulls().unique().to_list()


def _numbers(data: Any, column: _native.Column) -> Any:
    """A column of numbers of any kind as floats of their own."""
    series = _series(data, column)
    if series is None:
        return np.array(data[column.name], dtype=float)
    return series.cast(nw.Float64).to_numpy().copy()


def _of_table(asked: Asked) -> Orders:
    """The rows of a table that are purchases; all others have an amount that is refused."""
    known = {role: asked.columns[role] for role in _READ if role in asked.columns}
    amounts = np.ones(len(known["customer"]))
    if "amount" in known:
        amounts = _numbers(asked.data, known["amount"])
    elif "price" in known:
        amounts = _numbers(asked.data, known["price"])
        if "quantity" in known:
            amounts = amounts * _numbers(asked.data, known["quantity"])
    else:
        known["amount"] = _native.Column.from_float64("amount", amounts)
    lines = _native.OrderLines(known, [], [], [], asked.how, asked.time_zone)
    refused = {column.name: column for column in lines.refused()}
    amounts[_frames.array(refused["row"]).astype(np.int64)] = -1.0
    amounts[~np.isfinite(amounts)] = -1.0
    column = _native.Column.from_float64("amount", amounts)
    how = how_read({"invalid": "drop", "guests": "leave_out", "dates": "allow"})
    native = _native.Orders(
        known["customer"], known["time"], column, how, asked.time_zone, strict=False
    )
    orders = Orders.__new__(Orders)
    report = OrdersReport._of(native.report())
    orders._set(_core=native, _customer="customer", _frame=None, report=report)
    return orders
