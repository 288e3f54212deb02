"""Stage 1: an order log, checked once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, overload

from loyalty import _columns, _display, _frames, _native
from loyalty._frame_types import FrameT
from loyalty._frozen import Frozen
from loyalty.errors import InputError
from loyalty.occasions import Moment, Occasions, _day, _instant
from loyalty.reading.located import located
from loyalty.reading.named import said, take
from loyalty.report import Dates, Guests, Invalid, OrdersReport, how_read
from loyalty.summary import CalibrationHoldout, CustomerSummary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    import narwhals as nw
    import polars as pl

    from loyalty._frame_types import Arrays, File, Lazy, NativeT, OrderOptions

__all__ = ["DEFAULT_UNIT", "Moment", "Occasion", "Occasions", "Orders", "Unit", "_day", "_instant"]

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
#: Everywhere, unless the data or a model bring their own.
DEFAULT_UNIT: Unit = "week"
#: What counts as one purchase.
Occasion = Literal["exact", "hour", "day", "week", "month", "quarter", "year"]


class Orders(Frozen, Generic[FrameT]):
    """A checked order log: one row per order line, in any order.

    Parameters
    ----------
    data : path, OrderTable, data frame or mapping of columns
        A file, which :func:`read_orders` reads, or what that gives; or pandas, polars, pyarrow, duckdb,
        anything with ``__arrow_c_stream__``, or a mapping of names to arrays or lists. Other columns
        are not looked at.
    customer : str, optional
        The column of customer ids: whole numbers, text or UUIDs. A level of a pandas index is a column too.
    time : str, optional
        The column of times: dates, timestamps of any unit, or ISO 8601 text. Days are days on the
        wall clock of the column's zone, or of `time_zone`.
    amount : str, optional
        The column of amounts in one currency: from 0 to 1e50. Where customer and time are both named,
        there are no amounts unless this is; otherwise columns that are not named are found by their
        names, as by :func:`score`, and `columns` says which they are.
    columns : mapping, optional
        The same: ``{"customer": "client"}``. ``{"amount": None}`` leaves amounts out.
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

    Attributes
    ----------
    columns : dict of str to str
        Which column is what, named or found by its name.
    report : OrdersReport
        Rows read, in use and refused.

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
    >>> loyalty.Orders(log).columns
    {'customer': 'customer', 'time': 'day', 'amount': 'paid'}
    """

    __slots__ = ("_core", "_customer", "_frame", "columns", "report")

    columns: dict[str, str]
    report: OrdersReport
    _core: _native.Orders
    _customer: str
    _frame: nw.Implementation | None

    @overload
    def __init__(
        self: Orders[pl.DataFrame], data: File, **options: Unpack[OrderOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: Orders[Arrays], data: Mapping[str, Any], **options: Unpack[OrderOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: Orders[NativeT], data: Lazy[NativeT], **options: Unpack[OrderOptions]
    ) -> None: ...
    @overload
    def __init__(self: Orders[NativeT], data: NativeT, **options: Unpack[OrderOptions]) -> None: ...
    @overload
    def __init__(self: Orders[Any], data: object, **options: Unpack[OrderOptions]) -> None: ...
    def __init__(
        self,
        data: Any,
        *,
        customer: str | None = None,
        time: str | None = None,
        amount: str | None = None,
        columns: Mapping[str, str | None] | None = None,
        guests: Guests = "refuse",
        dates: Dates = "allow",
        invalid: Invalid = "raise",
        time_zone: str | None = None,
    ) -> None:
        given = {"customer": customer, "time": time, "amount": amount}
        named = said(
            columns, {role: name for role, name in given.items() if name is not None}, given
        )
        taken = take(
            data, named, (*given, "price", "quantity"), invalid=invalid, time_zone=time_zone
        )
        found = {role: taken.columns[role] for role in given if role in taken.columns}
        if "price" in taken.columns and not {"amount"} & {*found, *named}:
            raise InputError(_of_a_piece(taken.columns))
        how = how_read({"invalid": invalid, "guests": guests, "dates": dates})
        with located(taken.source):
            read, frame = _columns.read(taken.data, list(found.values()))
            customers, times, *amounts = read
            paid = amounts[0] if amounts else None
            native = _native.Orders(customers, times, paid, how, time_zone, strict=True)
        report = OrdersReport._of(native.report())
        self._set(
            _core=native, _customer=found["customer"], _frame=frame, columns=found, report=report
        )

    def refused(self) -> FrameT:
        """The rows not in use: ``row`` (counted from 0), ``column``, ``reason`` and ``value``, in a frame
        like the log's.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> log = {"who": ["ann", "NULL"], "day": ["2024-01-01", "2024-01-02"]}
        >>> loyalty.Orders(log, customer="who", time="day", invalid="drop").refused()["value"]
        array(['NULL'], dtype=object)
        """
        frame: FrameT = _frames.table(self._core.refused(), self._frame)
        return frame

    def summarize(
        self,
        *,
        unit: Unit = DEFAULT_UNIT,
        occasion: Occasion | None = None,
        observation_end: Moment | None = None,
        include_first: bool = False,
    ) -> CustomerSummary[FrameT]:
        """Frequency, recency, T and monetary value of each customer.

        ::

            x   = number of occasions − 1
            t_x = last occasion − first occasion
            T   = observation end − first occasion
            m   = mean amount of the repeat occasions (0 where x = 0), or of all

        Parameters
        ----------
        unit : str
            The unit of recency and T, weeks by default as everywhere: ``hour``, ``day``, ``week`` (7 days), ``month`` (30.4375
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
        >>> orders.summarize(observation_end="2024-01-29").T
        array([4., 3.])
        """
        end = self._moment("observation_end", observation_end)
        native = self._core.summarize(unit, occasion, end, include_first)
        return CustomerSummary._of(native, self._customer, self._frame)

    def opportunities(self, at: Iterable[Moment]) -> CustomerSummary[FrameT]:
        """Frequency, recency and T of a log whose customers could buy at set opportunities only,
        counted in these: for :class:`BgBb`.

        An order belongs to the last opportunity at or before it, and all customers are observed to the
        last one. Where the opportunities are periods of the calendar,
        ``summarize(unit="calendar_year")`` and its like do the same.

        Parameters
        ----------
        at : list of dates or times
            The opportunities in order, from the first order on.

        Returns
        -------
        CustomerSummary
            One row per customer in order of id, without a unit of time.

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
        unit: Unit = DEFAULT_UNIT,
        occasion: Occasion | None = None,
        observation_end: Moment | None = None,
        include_first: bool = False,
    ) -> CalibrationHoldout[FrameT]:
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

    def occasions(
        self, *, unit: Unit = DEFAULT_UNIT, occasion: Occasion | None = None
    ) -> Occasions[FrameT]:
        """Each customer's purchase occasions, to be merged with those of other batches of the log.

        Parameters
        ----------
        unit, occasion
            As for :meth:`summarize`; only occasions of one unit can be merged.

        Returns
        -------
        Occasions

        Raises
        ------
        InputError
            Where unit and occasion do not fit.

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
        return Occasions._of(native, self._customer, self._frame)

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
        raise TypeError(
            "Orders cannot be pickled; pickle its occasions() or CustomerSummary instead"
        )


def _of_a_piece(columns: Mapping[str, str]) -> str:
    """Why a table of prices is not taken without a word on amounts."""
    price, quantity = columns["price"], columns.get("quantity")
    times = "" if quantity is None else f' × column "{quantity}"'
    return (
        f'what was paid is column "{price}"{times}, which OrderLines and score work out; Orders takes '
        'amounts alone: name their column with amount=..., or go without by columns={"amount": None}'
    )
