"""What has a row per customer is a table: columns by name, rows by mask, slice or iteration."""

from __future__ import annotations

from abc import abstractmethod
from collections import namedtuple
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, Self, overload

import numpy as np

from loyalty import _columns, _frames, _native
from loyalty._frame_types import FrameT
from loyalty._frozen import Frozen
from loyalty.errors import InputError

if TYPE_CHECKING:
    import narwhals as nw
    from numpy.typing import NDArray

__all__ = ["Rows"]


class Rows(Frozen, Generic[FrameT]):
    """A table of customers, that indexing, iteration and Arrow know."""

    __slots__ = ()

    @abstractmethod
    def _table(self) -> tuple[list[_native.Column], nw.Implementation | None]:
        """The columns of ``to_frame``, and the caller's library."""

    @abstractmethod
    def _further(self) -> list[_native.Column]:
        """Columns that can be asked for besides."""

    @abstractmethod
    def _select(self, rows: list[int]) -> Self:
        """The customers of these rows."""

    @abstractmethod
    def __len__(self) -> int: ...

    @overload
    def __getitem__(self, key: str) -> NDArray[Any]: ...
    @overload
    def __getitem__(self, key: list[str]) -> FrameT: ...
    @overload
    def __getitem__(self, key: slice) -> Self: ...
    @overload
    def __getitem__(self, key: Any) -> Any: ...
    def __getitem__(self, key: Any) -> Any:
        """A column by its name, a frame of columns by a list of names, one row by its number, or the customers
        of a mask of booleans or of a slice."""
        if isinstance(key, str):
            return _frames.array(self._named([key])[0])
        if isinstance(key, slice):
            return self._select(list(range(len(self)))[key])
        if isinstance(key, int | np.integer) and not isinstance(key, bool | np.bool_):
            return self._row(int(key))
        if isinstance(key, list | tuple) and key and all(isinstance(name, str) for name in key):
            return _frames.table(self._named(key), self._table()[1])
        return self._select(np.flatnonzero(_mask(key, len(self))).tolist())

    def filter(self, keep: Any) -> Self:
        """The customers for whom a condition holds.

        Parameters
        ----------
        keep : array, list or series of bool, or callable
            A value per customer, or what makes them of this table.

        Returns
        -------
        table of the same class

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.datasets.cdnow_orders().summarize()
        >>> customers.filter(lambda table: table.frequency >= 10)
        <CustomerSummary: 88 rows, 88 with repeat purchases, unit week>
        """
        return self._select(
            np.flatnonzero(_mask(keep(self) if callable(keep) else keep, len(self))).tolist()
        )

    def head(self, n: int = 5) -> FrameT:
        """The first rows, in the caller's kind of frame.

        Parameters
        ----------
        n : int
            How many.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.CustomerSummary(frequency=[2, 0], recency=[3.0, 0.0], T=[9.0, 4.0])
        >>> customers.head(1)
        {'frequency': array([2]), 'recency': array([3.]), 'T': array([9.])}
        """
        columns, frame = self[:n]._table()
        first: FrameT = _frames.table(columns, frame)
        return first

    def __iter__(self) -> Iterator[Any]:
        """A named tuple for every row of ``to_frame``; a name that is no identifier is ``_0`` and so on."""
        columns, _ = self._table()
        row = namedtuple("Row", [column.name for column in columns], rename=True)  # type: ignore[misc]
        values = [_frames.array(column).tolist() for column in columns]
        return (row(*cells) for cells in zip(*values, strict=True))

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        """The table of ``to_frame`` as Arrow: polars, pyarrow, duckdb and pandas read it."""
        return _native.Table(self._table()[0]).__arrow_c_stream__(requested_schema)

    def _row(self, number: int) -> Any:
        if not -len(self) <= number < len(self):
            raise IndexError(f"there are {len(self)} rows, got {number}")
        return next(iter(self._select([number % len(self)])))

    def _named(self, names: Sequence[str]) -> list[_native.Column]:
        columns = {column.name: column for column in [*self._further(), *self._table()[0]]}
        for name in names:
            if name not in columns:
                raise KeyError(f"no column {name!r}; there are {', '.join(columns)}")
        return [columns[name] for name in names]


def _mask(keep: Any, rows: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """A value per row; a missing one is none."""
    column = _columns.from_values("keep", keep)
    values = _frames.array(column) if len(column) else np.zeros(0, dtype=bool)
    if values.dtype != np.bool_:
        raise TypeError(
            "expected a column's name, a list of names, a slice, or a mask of booleans with a value "
            f"per customer, got {keep!r:.60}"
        )
    if len(values) != rows:
        raise InputError(f"the mask has {len(values)} values, but there are {rows} customers")
    return values
