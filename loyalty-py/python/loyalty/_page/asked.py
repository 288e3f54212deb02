"""What scores were made of and with, as far as a report needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from loyalty import _native
from loyalty.errors import LoyaltyError
from loyalty.orders import Orders, _instant
from loyalty.report import OrdersReport

if TYPE_CHECKING:
    from loyalty.treatments import Treatments

__all__ = ["Asked"]


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
    unit: str
    value: str
    only_currency: str | None = None

    def log(self) -> Orders | None:
        """The orders that were scored; those of a table are its purchases, net of what came back where the scores are."""
        if self.orders is not None or not self.columns:
            return self.orders
        end = self.observation_end
        try:
            native = _native.purchases_of_table(
                self.columns,
                self.how,
                self.time_zone,
                unit=self.unit,
                observation_end=None if end is None else _instant("observation_end", end, None),
                value=self.value,
            )
        except LoyaltyError:
            return None
        orders = Orders.__new__(Orders)
        report = OrdersReport._of(native.report())
        orders._set(_core=native, _customer="customer", _frame=None, report=report)
        return orders

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
