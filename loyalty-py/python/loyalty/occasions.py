"""Each customer's purchase occasions: the state between log and summary, in memory and in files."""

from __future__ import annotations

import datetime as dt
from os import PathLike
from typing import TYPE_CHECKING, Any, Generic, NamedTuple

import numpy as np

from loyalty import _check, _columns, _display, _native
from loyalty._frame_types import FrameT
from loyalty._frozen import Frozen
from loyalty.errors import InputError
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import narwhals as nw

    from loyalty._frame_types import NativeT

__all__ = ["Clock", "Moment", "Occasions"]

#: A date or a time: ISO 8601 text, a date, a datetime, a pandas Timestamp or a numpy datetime64.
Moment = str | dt.date | np.datetime64


class Clock(NamedTuple):
    """The first and the last order of occasions, in microseconds on the wall clock, and their unit."""

    first: int
    last: int
    unit: str


class Occasions(Frozen, Generic[FrameT]):
    """Each customer's purchase occasions: the mergeable state between log and summary.

    Make one of every batch of a log with :meth:`Orders.occasions`, merge them in any order,
    summarise once. The result does not depend on how the log was cut. A file keeps them
    (:meth:`save`), so that the orders of a day are added without the log.

    Examples
    --------
    >>> import loyalty
    >>> loyalty.datasets.cdnow_orders().occasions()
    <Occasions of 2357 customers, 1997-01-01 to 1998-06-30, unit week>
    """

    __slots__ = ("_core", "_customer", "_frame")

    _core: _native.Occasions
    _customer: str
    _frame: nw.Implementation | None

    @classmethod
    def _of(
        cls, native: _native.Occasions, customer: str, frame: nw.Implementation | None
    ) -> Occasions:
        occasions = cls.__new__(cls)
        occasions._set(_core=native, _customer=customer, _frame=frame)
        return occasions

    @property
    def _clock(self) -> Clock:
        return Clock(*self._core.time_range, self.unit)

    @property
    def unit(self) -> str:
        """The unit in which summaries of them count time."""
        return self._core.unit

    @property
    def occasion(self) -> str:
        """What counts as one purchase."""
        return self._core.occasion

    @property
    def first_order(self) -> np.datetime64:
        """The first order of all batches, on the wall clock of the log."""
        return np.datetime64(self._core.time_range[0], "us")

    @property
    def last_order(self) -> np.datetime64:
        """The last order of all batches. A batch that begins after it has not been merged yet.

        Examples
        --------
        >>> import loyalty
        >>> loyalty.datasets.cdnow_orders().occasions().last_order
        np.datetime64('1998-06-30T00:00:00.000000')
        """
        return np.datetime64(self._core.time_range[1], "us")

    def merge(self, other: Occasions[Any]) -> Occasions[FrameT]:
        """The occasions of both batches.

        Occasions that both have are one, with the money of both: a batch that is merged twice counts
        its money twice.

        Parameters
        ----------
        other : Occasions

        Returns
        -------
        Occasions

        Raises
        ------
        InputError
            Where the two differ in unit, occasion, kind of ids, time zone, or in having amounts.

        Examples
        --------
        >>> import loyalty
        >>> log = loyalty.datasets.cdnow()
        >>> first, second = (loyalty.Orders(log.iloc[start::2]).occasions() for start in range(2))
        >>> first.merge(second) == loyalty.Orders(log).occasions()
        True
        """
        native = self._core.merge(_check.instance("other", other, Occasions)._core)
        return self._of(native, self._customer, self._frame)

    @classmethod
    def join(cls, batches: Iterable[Occasions[NativeT]]) -> Occasions[NativeT]:
        """The occasions of all batches, as :meth:`merge` joins two.

        Each batch is let go before the next is asked for, so with a generator a log of any number of
        batches needs little more memory than its occasions, 24 bytes each.

        Parameters
        ----------
        batches : iterable of Occasions

        Returns
        -------
        Occasions

        Raises
        ------
        InputError
            As :meth:`merge`, and where there is no batch.

        Examples
        --------
        >>> import loyalty
        >>> log = loyalty.datasets.cdnow()
        >>> batches = (loyalty.Orders(log.iloc[start::3]) for start in range(3))
        >>> loyalty.Occasions.join(batch.occasions() for batch in batches)
        <Occasions of 2357 customers, 1997-01-01 to 1998-06-30, unit week>
        """
        kind: list[tuple[str, nw.Implementation | None]] = []

        def natives() -> Iterator[_native.Occasions]:
            for batch in batches:
                _check.instance("batch", batch, Occasions)
                kind.append((batch._customer, batch._frame))
                yield batch._core

        native = _native.Occasions.join(natives())
        if native is None:
            raise InputError("there is no batch to join")
        return cls._of(native, *kind[0])

    def save(self, path: str | PathLike[str]) -> None:
        """Saves the occasions; :meth:`load` reads them to the same bits.

        The file is written whole or not at all: whoever reads meanwhile reads the one before. It has 24
        bytes for an occasion (8 without amounts) and 16 or so for a customer, a version, and a checksum
        that tells a damaged file.

        Parameters
        ----------
        path : path

        Raises
        ------
        ModelFileError
            Where it cannot be written.

        Examples
        --------
        >>> import loyalty, pathlib, tempfile
        >>> state = loyalty.datasets.cdnow_orders().occasions()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "shop.occasions"
        ...     state.save(path)
        ...     loyalty.Occasions.load(path) == state
        True
        """
        self._core.save(path, self._customer)

    @classmethod
    def load(cls, path: str | PathLike[str], *, backend: str | None = None) -> Occasions:
        """The occasions of a file.

        Parameters
        ----------
        path : path
        backend : {"pandas", "polars", "pyarrow"}, optional
            The kind of frame that answers come in; by default the first of these that is installed,
            and arrays where none is.

        Returns
        -------
        Occasions

        Raises
        ------
        ModelFileError
            Where the file cannot be read, is none of occasions, has an unknown version or is damaged.

        Examples
        --------
        See :meth:`save`.
        """
        native, customer = _native.Occasions.load(path)
        return cls._of(native, customer or "customer", _columns.frame_of(backend))

    def summarize(
        self, *, observation_end: Moment | None = None, include_first: bool = False
    ) -> CustomerSummary[FrameT]:
        """Frequency, recency, T and monetary value of each customer; see :meth:`Orders.summarize`.

        Parameters
        ----------
        observation_end : date or time, optional
            By default the last order of all.
        include_first : bool
            Whether the monetary value averages all occasions instead of the repeat occasions.

        Returns
        -------
        CustomerSummary

        Examples
        --------
        >>> import loyalty
        >>> loyalty.datasets.cdnow_orders().occasions().summarize(observation_end="1997-09-30")
        <CustomerSummary: 2357 rows, 946 with repeat purchases, unit week>
        """
        zone, end = self._core.time_zone, observation_end
        instant = None if end is None else _instant("observation_end", end, zone)
        native = self._core.summarize(instant, include_first)
        return CustomerSummary._of(native, self._customer, self._frame)

    def __len__(self) -> int:
        return len(self._core)

    def _shown(self) -> _display.Parts:
        rows: list[Any] = [
            ("customers", len(self)),
            ("first order", _day(self._core.time_range[0])),
            ("last order", _day(self._core.time_range[1])),
            ("unit", self.unit),
        ]
        return [_display.facts("Occasions", rows)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Occasions) and self._core == other._core

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        first, last = (_day(time) for time in self._core.time_range)
        return f"<Occasions of {len(self)} customers, {first} to {last}, unit {self.unit}>"

    def __reduce__(self) -> Any:
        backend = None if self._frame is None else self._frame.value
        return _restore, (self._core.to_bytes(self._customer), backend)


def _restore(file: bytes, backend: str | None) -> Occasions:
    native, customer = _native.Occasions.from_bytes(file)
    frame = None if backend is None else _columns.frame_of(backend)
    return Occasions._of(native, customer or "customer", frame)


def _instant(name: str, moment: Moment, zone: str | None) -> int:
    """A moment as microseconds of wall-clock time."""
    if isinstance(moment, np.datetime64):
        text = str(moment.astype("datetime64[us]"))
    elif isinstance(moment, dt.date):
        text = moment.isoformat()
    elif isinstance(moment, str):
        text = moment
    else:
        raise TypeError(f"{name} must be a date, a time or ISO 8601 text, got {moment!r}")
    return _native.instant(name, text, zone)


def _day(microseconds: int) -> str:
    return str(np.datetime64(microseconds, "us").astype("datetime64[D]"))
