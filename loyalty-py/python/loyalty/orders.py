"""Stage 1: an order log, checked once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from loyalty import _check, _columns, _display, _frames, _native
from loyalty._frozen import Frozen
from loyalty.errors import InputError
from loyalty.reading import OrderTable, located
from loyalty.report import Dates, Guests, Invalid, OrdersReport, how_read
from loyalty.summary import CalibrationHoldout, CustomerSummary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import narwhals as nw

__all__ = ["Moment", "Occasion", "Occasions", "Orders", "Unit"]

#: The unit in which recency, T, horizons and discount periods are counted.
Unit = Literal[
    "hour",
    "day",
    "week",
    "month",
    "year",
    "calendar_week",
    "calendar_month",
    "calendar_quarter",
    "calendar_year",
]
#: What counts as one purchase.
Occasion = Literal["exact", "hour", "day", "week", "month", "quarter", "year"]
#: A date or a time: ISO 8601 text, a date, a datetime, a pandas Timestamp or a numpy datetime64.
Moment = str | dt.date | np.datetime64


class Orders(Frozen):
    """A checked order log: one row per order line, in any order.

    Parameters
    ----------
    data : OrderTable, data frame or mapping of columns
        What :func:`read_orders` gives, which knows its columns; or pandas, polars, pyarrow, duckdb,
        anything with ``__arrow_c_stream__``, or a mapping of names to arrays or lists. Other columns
        than those named are not looked at.
    customer : str
        The column of customer ids: whole numbers or text.
    time : str
        The column of times: dates, timestamps of any unit, or ISO 8601 text. Days are days on the
        wall clock of the column's zone, or of `time_zone`.
    amount : str, optional
        The column of amounts in one currency: from 0 to 1e50.
    guests : {"refuse", "leave_out", "keep"}
        What rows are whose customer is missing or stands for none (``NULL``, ``nan``, ``guest``, a
        blank): rows that cannot be used, orders of guests that are left out and counted, or, where it
        is not missing, a customer of that name.
    dates : {"allow", "refuse"}
        Whether times may lie far from all others or stand for none, such as 2099-12-31.
        :func:`score` refuses them.
    invalid : {"raise", "drop"}
        What to do with rows that cannot be used: refuse the log with an error that counts them by
        reason, or leave them out and count them in `report`.
    time_zone : str, optional
        The zone on whose clock days are read, for times that carry a zone; by default their own.

    Raises
    ------
    InputError
        Where a column is missing, has the wrong type, or has rows that cannot be used.

    Notes
    -----
    Two equal rows are two order lines and both count. Nothing computed from a log depends on the
    order of its rows.

    Examples
    --------
    >>> import loyalty
    >>> log = {
    ...     "customer": ["ann", "bob", "ann"],
    ...     "day": ["2024-01-01", "2024-01-03", "2024-01-15"],
    ...     "paid": [5.0, 20.0, 7.5],
    ... }
    >>> orders = loyalty.Orders(log, customer="customer", time="day", amount="paid")
    >>> orders
    <Orders: 3 order lines of 2 customers, 2024-01-01 to 2024-01-15>
    """

    __slots__ = ("_core", "_customer", "_frame", "report")

    #: Rows read, in use and refused.
    report: OrdersReport
    _core: _native.Orders
    _customer: str
    _frame: nw.Implementation | None

    def __init__(
        self,
        data: Any,
        *,
        customer: str | None = None,
        time: str | None = None,
        amount: str | None = None,
        guests: Guests = "refuse",
        dates: Dates = "allow",
        invalid: Invalid = "raise",
        time_zone: str | None = None,
    ) -> None:
        given = data
        if isinstance(data, OrderTable):
            customer = customer or data.columns["customer"]
            time = time or data.columns["time"]
            amount = amount or data.columns.get("amount")
            data = data.frame
        if customer is None or time is None:
            raise TypeError("Orders needs the names of the columns: customer=..., time=...")
        names = [customer, time] if amount is None else [customer, time, amount]
        how = how_read({"invalid": invalid, "guests": guests, "dates": dates})
        with located(given):
            columns, frame = _columns.read(data, names)
            customers, times, *amounts = columns
            paid = amounts[0] if amounts else None
            native = _native.Orders(customers, times, paid, how, time_zone, strict=True)
        report = OrdersReport._of(native.report())
        self._set(_core=native, _customer=customer, _frame=frame, report=report)

    def refused(self) -> Any:
        """The rows not in use: ``row`` (counted from 0), ``column``, ``reason`` and ``value``, in a frame
        like the log's.

        Examples
        --------
        >>> import loyalty
        >>> log = {"who": ["ann", "NULL"], "day": ["2024-01-01", "2024-01-02"]}
        >>> loyalty.Orders(log, customer="who", time="day", invalid="drop").refused()["value"]
        array(['NULL'], dtype=object)
        """
        return _frames.table(self._core.refused(), self._frame)

    def summarize(
        self,
        *,
        unit: Unit = "day",
        occasion: Occasion | None = None,
        observation_end: Moment | None = None,
        include_first: bool = False,
    ) -> CustomerSummary:
        """Frequency, recency, T and monetary value of each customer.

        ::

            x   = number of occasions − 1
            t_x = last occasion − first occasion
            T   = observation end − first occasion
            m   = mean amount of the repeat occasions (0 where x = 0), or of all

        Parameters
        ----------
        unit : str
            The unit of recency and T: ``hour``, ``day``, ``week`` (7 days), ``month`` (30.4375
            days), ``year`` (365.25 days), or ``calendar_week``, ``calendar_month``,
            ``calendar_quarter``, ``calendar_year``, which count periods of the calendar.
        occasion : str, optional
            What counts as one purchase: ``exact``, ``hour``, ``day``, ``week``; by default the day,
            the hour with ``unit="hour"``, the period itself with a calendar unit.
        observation_end : date or time, optional
            By default the last order. The whole occasion period that holds it counts as observed;
            later orders are left out and counted in ``left_out``.
        include_first : bool
            Whether the monetary value averages all occasions instead of the repeat occasions.
            Frequency always counts repeats.

        Returns
        -------
        CustomerSummary
            One row per customer in order of id.

        Raises
        ------
        InputError
            Where unit and occasion do not fit, or every order lies after the observation end.

        References
        ----------
        Fader & Hardie (2005), note 004; the numbers of lifetimes'
        ``summary_data_from_transaction_data``.

        Examples
        --------
        >>> import loyalty
        >>> log = {"id": [7, 7, 8], "day": ["2024-01-01", "2024-01-15", "2024-01-08"]}
        >>> orders = loyalty.Orders(log, customer="id", time="day")
        >>> orders.summarize(unit="week", observation_end="2024-01-29").T
        array([4., 3.])
        """
        end = self._moment("observation_end", observation_end)
        native = self._core.summarize(unit, occasion, end, include_first)
        return CustomerSummary._of(native, self._customer, self._frame)

    def opportunities(self, at: Iterable[Moment]) -> CustomerSummary:
        """Frequency, recency and T of a log whose customers could buy at set opportunities only,
        counted in these: for :class:`BgBb`.

        An order belongs to the last opportunity at or before it, and all customers are observed to the
        last one. Where the opportunities are periods of the calendar,
        ``summarize(unit="calendar_year")`` and its like do the same.

        Parameters
        ----------
        at : list of dates or times
            The opportunities in order, from the first order on.

        Raises
        ------
        InputError
            Where they are not in order, or an order lies before the first.

        Examples
        --------
        >>> import loyalty
        >>> log = {"id": [1, 1, 2], "day": ["2024-05-02", "2026-05-01", "2025-05-03"]}
        >>> orders = loyalty.Orders(log, customer="id", time="day")
        >>> fairs = orders.opportunities(["2024-05-01", "2025-05-01", "2026-05-01"])
        >>> fairs.frequency.tolist(), fairs.recency.tolist(), fairs.T.tolist()
        ([1, 0], [2.0, 0.0], [2.0, 1.0])
        """
        zone = self._core.time_zone
        instants = [_instant("opportunities", moment, zone) for moment in at]
        native = self._core.opportunities(instants)
        return CustomerSummary._of(native, self._customer, self._frame)

    def calibration_holdout(
        self,
        calibration_end: Moment,
        *,
        unit: Unit = "day",
        occasion: Occasion | None = None,
        observation_end: Moment | None = None,
        include_first: bool = False,
    ) -> CalibrationHoldout:
        """A summary up to `calibration_end` and what the same customers did after it.

        Parameters
        ----------
        calibration_end : date or time
            The whole occasion period that holds it belongs to the calibration.
        unit, occasion, observation_end, include_first
            As for :meth:`summarize`.

        Returns
        -------
        CalibrationHoldout

        Raises
        ------
        InputError
            As :meth:`summarize`, and where the calibration end is not before the observation end.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.datasets.cdnow_orders()
        >>> split = cdnow.calibration_holdout("1997-09-30", unit="week")
        >>> len(split.calibration), split.holdout_duration
        (2357, 39.0)
        """
        split = _instant("calibration_end", calibration_end, self._core.time_zone)
        end = self._moment("observation_end", observation_end)
        native, holdout = self._core.calibration_holdout(split, unit, occasion, end, include_first)
        summary = CustomerSummary._of(native, self._customer, self._frame)
        return CalibrationHoldout._of(summary, holdout)

    def occasions(self, *, unit: Unit = "day", occasion: Occasion | None = None) -> Occasions:
        """Each customer's purchase occasions, to be merged with those of other batches of the log.

        Examples
        --------
        >>> import loyalty
        >>> june = {"id": [1, 2], "day": ["2024-06-01", "2024-06-30"]}
        >>> july = {"id": [2, 1], "day": ["2024-06-30", "2024-07-31"]}
        >>> batches = [loyalty.Orders(b, customer="id", time="day") for b in (june, july)]
        >>> states = [batch.occasions() for batch in batches]
        >>> states[0].merge(states[1]).summarize().frequency
        array([1, 0])
        """
        native = self._core.occasions(unit, occasion)
        clock = Clock(*self._core.time_range, unit)
        return Occasions._of(native, self._customer, self._frame, clock)

    def _moment(self, name: str, moment: Moment | None) -> int | None:
        return None if moment is None else _instant(name, moment, self._core.time_zone)

    def __len__(self) -> int:
        return len(self._core)

    def __repr__(self) -> str:
        first, last = (_day(time) for time in self._core.time_range)
        customers = self._core.customers
        return f"<Orders: {len(self)} order lines of {customers} customers, {first} to {last}>"

    def _shown(self) -> _display.Parts:
        first, last = (_day(time) for time in self._core.time_range)
        rows = [
            ("order lines in use", len(self)),
            ("order lines refused", self.report.rows - self.report.kept),
            ("customers", self._core.customers),
            ("first order", first),
            ("last order", last),
            ("amounts", "yes" if self._core.has_amounts else "no"),
        ]
        return [_display.facts("Orders", rows)]

    def __reduce__(self) -> Any:
        raise TypeError("Orders cannot be pickled; pickle its CustomerSummary instead")


class Clock(NamedTuple):
    """The first and the last order of occasions, in microseconds on the wall clock, and their unit."""

    first: int
    last: int
    unit: str

    @classmethod
    def join(cls, clocks: Sequence[Clock | None]) -> Clock | None:
        """Of all together; None where one does not say."""
        known = [clock for clock in clocks if clock is not None]
        if len(known) < len(clocks):
            return None
        first = min(clock.first for clock in known)
        return cls(first, max(clock.last for clock in known), known[0].unit)


class Occasions(Frozen):
    """Each customer's purchase occasions: the mergeable state between log and summary.

    Make one of every batch of a log with :meth:`Orders.occasions`, merge them in any order,
    summarise once. The result does not depend on how the log was cut.

    Examples
    --------
    >>> import loyalty
    >>> loyalty.datasets.cdnow_orders().occasions(unit="week")
    <Occasions of 2357 customers>
    """

    __slots__ = ("_clock", "_core", "_customer", "_frame")

    _core: _native.Occasions
    _customer: str
    _frame: nw.Implementation | None
    #: None where it is not known.
    _clock: Clock | None

    @classmethod
    def _of(
        cls,
        native: _native.Occasions,
        customer: str,
        frame: nw.Implementation | None,
        clock: Clock | None = None,
    ) -> Occasions:
        occasions = cls.__new__(cls)
        occasions._set(_core=native, _customer=customer, _frame=frame, _clock=clock)
        return occasions

    def merge(self, other: Occasions) -> Occasions:
        """The occasions of both batches.

        Raises
        ------
        InputError
            Where the two differ in unit, occasion, kind of ids, time zone, or in having amounts.
        """
        native = self._core.merge(_check.instance("other", other, Occasions)._core)
        clock = Clock.join([self._clock, other._clock])
        return self._of(native, self._customer, self._frame, clock)

    @classmethod
    def join(cls, batches: Iterable[Occasions]) -> Occasions:
        """The occasions of all batches, as :meth:`merge` joins two.

        Each batch is let go before the next is asked for, so with a generator a log of any number of
        batches needs little more memory than its occasions, 24 bytes each.

        Raises
        ------
        InputError
            As :meth:`merge`, and where there is no batch.

        Examples
        --------
        >>> import loyalty
        >>> log = loyalty.datasets.cdnow()
        >>> columns = {"customer": "customer_id", "time": "date", "amount": "amount"}
        >>> batches = (
        ...     loyalty.Orders(log.iloc[start::3], **columns)
        ...     for start in range(3)
        ... )
        >>> loyalty.Occasions.join(batch.occasions(unit="week") for batch in batches)
        <Occasions of 2357 customers>
        """
        kind: list[tuple[str, nw.Implementation | None]] = []
        clocks: list[Clock | None] = []

        def natives() -> Iterator[_native.Occasions]:
            for batch in batches:
                _check.instance("batch", batch, Occasions)
                kind.append((batch._customer, batch._frame))
                clocks.append(batch._clock)
                yield batch._core

        native = _native.Occasions.join(natives())
        if native is None:
            raise InputError("there is no batch to join")
        return cls._of(native, *kind[0], Clock.join(clocks))

    def summarize(
        self, *, observation_end: Moment | None = None, include_first: bool = False
    ) -> CustomerSummary:
        """Frequency, recency, T and monetary value of each customer; see :meth:`Orders.summarize`."""
        zone, end = self._core.time_zone, observation_end
        instant = None if end is None else _instant("observation_end", end, zone)
        native = self._core.summarize(instant, include_first)
        return CustomerSummary._of(native, self._customer, self._frame)

    def __len__(self) -> int:
        return len(self._core)

    def _shown(self) -> _display.Parts:
        clock = self._clock
        rows: list[Any] = [("customers", len(self))]
        if clock is not None:
            rows += [
                ("first order", _day(clock.first)),
                ("last order", _day(clock.last)),
                ("unit", clock.unit),
            ]
        return [_display.facts("Occasions", rows)]

    def __repr__(self) -> str:
        return f"<Occasions of {len(self)} customers>"

    def __reduce__(self) -> Any:
        raise TypeError("Occasions cannot be pickled; pickle a CustomerSummary instead")


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
