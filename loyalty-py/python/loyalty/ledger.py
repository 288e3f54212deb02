"""The profit ledger: what every customer brought in and cost, and the evidence on their behaviours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Unpack, overload

import narwhals as nw

from loyalty import _check, _columns, _display, _frames, _native
from loyalty._frame_types import FrameT
from loyalty._frozen import Frozen
from loyalty.errors import InputError
from loyalty.order_lines import OrderLines
from loyalty.orders import Moment, _instant
from loyalty.reading.located import located
from loyalty.reading.named import LineColumns, said, take
from loyalty.report import Invalid, JoinReport, Joins, OrdersReport

if TYPE_CHECKING:
    from typing import Self

    import narwhals as nw
    import polars as pl

    from loyalty._frame_types import Arrays, File, LedgerOptions, LinesIn, NativeT
    from loyalty.records import CustomerRecord, LedgerBasis

__all__ = ["Ledger", "Losses", "TopShare"]

#: The calendar period of a budget.
Period = Literal["day", "week", "month", "quarter", "year"]

_NEEDED = ("customer", "time")
_OPTIONAL = (
    "amount",
    "price",
    "quantity",
    "order",
    "product",
    "category",
    "size",
    "brand",
    "list_amount",
    "discount",
    "maker_discount",
    "coupon",
    "coupon_used",
    "offered_depth",
    "cost",
    "returned",
    "returned_amount",
    "return_time",
    "status",
    "currency",
    "opted_out",
)


_LOSSES = (
    "profit",
    "unprofitable",
    "loss",
    "cross_buyers",
    "unprofitable_cross_buyers",
    "cross_buyers_loss",
)


@dataclass(frozen=True, slots=True)
class TopShare(_display.Shown):
    """What the top customers make of a total, with a confidence interval.

    Attributes
    ----------
    customers : float
        The share of the customers.
    of_total : float
        What they make of the total, as a share.
    lower, upper : float
        The ends of the interval.

    Examples
    --------
    >>> import loyalty
    >>> ledger = loyalty.Ledger(loyalty.simulate(2000, seed=1).lines)
    >>> top, = ledger.top_shares(shares=[0.2])
    >>> top.lower < top.of_total < top.upper
    True
    """

    customers: float
    of_total: float
    lower: float
    upper: float

    _kinds: ClassVar[dict[str, str]] = dict.fromkeys(
        ("customers", "of_total", "lower", "upper"), "share"
    )


@dataclass(frozen=True, slots=True)
class Losses(_display.Shown):
    """The profit of all customers, the loss of the unprofitable ones, and what causes it.

    A customer's loss is shared out over the causes in proportion to what each took from them.

    Attributes
    ----------
    profit : float
        Of all customers.
    unprofitable : int
        How many customers bring less than they cost.
    loss : float
        What these lose the shop.
    cross_buyers, unprofitable_cross_buyers : int
        Customers who buy in several categories, and those of them who are unprofitable.
    cross_buyers_loss : float
        What the latter lose the shop.
    by_cause : dict
        The loss by what causes it.

    Examples
    --------
    >>> import loyalty
    >>> lines = {"customer": ["ann", "ann", "bob"], "time": ["2024-01-01", "2024-02-01", "2024-02-03"]}
    >>> lines |= {"amount": [9.0, 20.0, 5.0], "discount": [1.0, 0.0, 5.0], "cost": [6.0, 13.0, 8.0]}
    >>> ledger = loyalty.Ledger(lines)
    >>> losses = ledger.losses()
    >>> losses.unprofitable, losses.loss, losses.by_cause["discounts"]
    (1, 3.0, 3.0)
    """

    profit: float
    unprofitable: int
    loss: float
    cross_buyers: int
    unprofitable_cross_buyers: int
    cross_buyers_loss: float
    by_cause: dict[str, float]

    def _shown(self) -> _display.Parts:
        facts = [(name.replace("_", " "), getattr(self, name)) for name in _LOSSES]
        causes = [(name, x, "money") for name, x in self.by_cause.items()]
        return [_display.facts("Losses", facts), _display.facts("By cause", causes)]


class Ledger(Frozen, Generic[FrameT]):
    """One row per customer: what they brought in, what they cost, and the evidence on their behaviours.

    ::

        profit = list − cost − discounts − coupons − return losses − service − marketing

    Parameters
    ----------
    lines : OrderLines, path, OrderTable, data frame or mapping of columns
        :class:`OrderLines`, or a table of them with one row per order line, whose columns are found by their
        names as by :func:`score`. ``customer``, ``time`` and
        ``amount`` (what was paid; or ``price`` of a piece and ``quantity``) are needed; ``order``, ``product``, ``category``, ``size``, ``brand``,
        ``list_amount``, ``discount`` (paid for by the shop),
        ``maker_discount``, ``coupon``, ``coupon_used`` (true or false), ``offered_depth`` (share of the list price on offer in the
        category that day), ``cost``, ``returned_amount`` (or ``returned`` pieces), ``return_time`` and ``opted_out``
        are used where they are there. docs/behaviours.md says what each enables.
    contacts : data frame or mapping of columns, optional
        Service contacts: ``customer``, ``time``, ``cost`` and, where known, ``firm_caused`` and
        ``opted_out``: true or false, 1 or 0.
    marketing : data frame or mapping of columns, optional
        Marketing contacts: ``customer``, ``time``, ``cost``.
    customer, time, amount, price, quantity, … : str, optional
        Names in a table of `lines` that differ; None leaves a column out.
    columns : mapping, optional
        The same by role: ``{"customer": "client"}``.
    margin : float, optional
        Margin at list price as a share of it; by default from ``cost``.
    handling, markdown, category_cost : float, optional
        Cost of handling a returned line; share of its value that it loses; what it costs a year to
        serve a customer in one category more.
    start, end : date or time, optional
        What of the log is looked at; what comes back or happens after the end is not yet known.
    period, period_days
        The calendar period of a budget, or its length in days.
    joins : {"refuse", "allow"}
        Whether it is an error where less than half of the rows of contacts, marketing or peers name a
        customer of the lines.
    case_days : int
        Contacts of a customer within so many days of the first are one case.
    opted_out : sequence of ids, or str, optional
        Customers who get no label, besides those of whom a row of a column ``opted_out`` of the lines, the
        contacts or the marketing says so; or how that column of the lines is called.
    invalid : {"raise", "drop"}
        What to do with rows of tables that cannot be used.
    time_zone : str, optional
        The zone on whose clock days are read.
    threads : int
        Threads to use, 0 for all.

    Attributes
    ----------
    report : OrdersReport
        Rows read, in use and refused.

    Raises
    ------
    InputError
        Where a column is missing, has the wrong type, or has rows that cannot be used.

    Examples
    --------
    >>> import loyalty
    >>> lines = {
    ...     "customer": ["ann", "ann", "bob"],
    ...     "time": ["2024-01-01", "2024-02-01", "2024-02-03"],
    ...     "amount": [9.0, 20.0, 5.0],
    ...     "discount": [1.0, 0.0, 5.0],
    ...     "cost": [6.0, 13.0, 8.0],
    ... }
    >>> ledger = loyalty.Ledger(lines)
    >>> ledger
    <Ledger: 3 order lines of 2 customers>
    >>> ledger.to_frame()["profit"]
    array([10., -3.])
    >>> ledger.losses().by_cause["discounts"]
    3.0
    """

    __slots__ = ("_core", "_customer", "_frame", "_zone", "report")

    report: OrdersReport
    _core: _native.Ledger
    _customer: str
    _frame: nw.Implementation | None
    _zone: str | None

    @overload
    def __init__(
        self: Ledger[pl.DataFrame], lines: File, **options: Unpack[LedgerOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: Ledger[Arrays],
        lines: OrderLines[Arrays] | Mapping[str, Any],
        **options: Unpack[LedgerOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Ledger[NativeT], lines: LinesIn[NativeT], **options: Unpack[LedgerOptions]
    ) -> None: ...
    @overload
    def __init__(self: Ledger[Any], lines: object, **options: Unpack[LedgerOptions]) -> None: ...
    def __init__(
        self,
        lines: Any,
        *,
        contacts: Any = None,
        marketing: Any = None,
        columns: Mapping[str, str | None] | None = None,
        margin: float | None = None,
        handling: float | None = None,
        markdown: float | None = None,
        category_cost: float | None = None,
        start: Moment | None = None,
        end: Moment | None = None,
        period: Period = "month",
        period_days: int | None = None,
        joins: Joins = "refuse",
        case_days: int = 7,
        opted_out: Any = None,
        invalid: Invalid = "raise",
        time_zone: str | None = None,
        threads: int = 0,
        **by_keyword: Unpack[LineColumns],
    ) -> None:
        if isinstance(opted_out, str):
            columns, opted_out = {**(columns or {}), "opted_out": opted_out}, None
        if not isinstance(lines, OrderLines):
            named = said(columns, by_keyword, (*_NEEDED, *_OPTIONAL))
            lines = _order_lines(lines, named, invalid, time_zone)
        elif columns is not None or by_keyword:
            raise InputError("columns names those of a table, but lines are OrderLines already")
        money = {
            "margin": margin,
            "handling": handling,
            "markdown": markdown,
            "category_cost": category_cost,
        }
        native = _native.Ledger(
            lines._core,
            _contacts(contacts),
            _contacts(marketing),
            {name: float(value) for name, value in money.items() if value is not None},
            None if start is None else _instant("start", start, time_zone),
            None if end is None else _instant("end", end, time_zone),
            period,
            None if period_days is None else _check.whole("period_days", period_days),
            joins,
            _check.whole("case_days", case_days),
            _opted_out(opted_out),
            invalid,
            time_zone,
            _check.whole("threads", threads),
        )
        self._set(
            _core=native,
            _customer=lines._customer,
            _frame=lines._frame,
            _zone=time_zone,
            report=lines.report,
        )

    def to_frame(self) -> FrameT:
        """The ledger as a frame like the lines', keyed by customer; without profit where neither costs
        nor a margin are known.

        Returns
        -------
        data frame or dict of arrays
            A row per customer in order of id; docs/behaviours.md has the columns.

        Examples
        --------
        >>> import loyalty
        >>> lines = {"customer": ["ann", "ann", "bob"], "time": ["2024-01-01", "2024-02-01", "2024-02-03"]}
        >>> lines |= {"amount": [9.0, 20.0, 5.0], "discount": [1.0, 0.0, 5.0], "cost": [6.0, 13.0, 8.0]}
        >>> ledger = loyalty.Ledger(lines)
        >>> frame = ledger.to_frame()
        >>> frame["customer"], frame["revenue"], frame["profit"]
        (array(['ann', 'bob'], dtype=object), array([29.,  5.]), array([10., -3.]))
        """
        columns = self._core.columns()
        if not self._core.has_profit:
            columns = [column for column in columns if column.name not in ("profit", "cost")]
        frame: FrameT = self._answer(columns)
        return frame

    @property
    def portfolio(self) -> dict[str, float]:
        """Numbers of the whole shop: margins, return rate, clustering within orders, rows left out."""
        return dict(self._core.portfolio())

    @property
    def joins(self) -> tuple[JoinReport, ...]:
        """Whether the rows of contacts, marketing and peers found their customers."""
        return tuple(map(JoinReport._of, self._core.joins()))

    @property
    def opted_out(self) -> int:
        """How many customers opted out: they get no label."""
        return self._core.opted_out

    @property
    def unusual_days(self) -> dict[str, list[date]]:
        """Days on which far more customers than usual had a contact or sent something back: outages,
        recalls. They are not held against any customer."""
        contacts, returns = self._core.unusual_days()
        return {"contacts": [*map(_day, contacts)], "returns": [*map(_day, returns)]}

    def losses(self) -> Losses:
        """What unprofitable customers lose the shop, and by what.

        Returns
        -------
        Losses

        Raises
        ------
        InputError
            Where neither costs nor a margin are known.

        References
        ----------
        Shah & Kumar (2012), The dark side of cross-selling, Harvard Business Review, December.

        Examples
        --------
        >>> import loyalty
        >>> lines = {"customer": ["ann", "ann", "bob"], "time": ["2024-01-01", "2024-02-01", "2024-02-03"]}
        >>> lines |= {"amount": [9.0, 20.0, 5.0], "discount": [1.0, 0.0, 5.0], "cost": [6.0, 13.0, 8.0]}
        >>> ledger = loyalty.Ledger(lines)
        >>> losses = ledger.losses()
        >>> losses.profit, losses.unprofitable, losses.loss
        (7.0, 1, 3.0)
        """
        numbers, by_cause = self._core.losses()
        known = dict(numbers)
        return Losses(
            known["profit"],
            int(known["unprofitable"]),
            known["loss"],
            int(known["cross_buyers"]),
            int(known["unprofitable_cross_buyers"]),
            known["cross_buyers_loss"],
            dict(by_cause),
        )

    def top_shares(
        self,
        column: str = "revenue",
        *,
        shares: Sequence[float] = (0.01, 0.05, 0.1, 0.2),
        level: float = 0.95,
    ) -> list[TopShare]:
        """What the top customers make of a column's total: the 80/20 picture, with intervals.

        Parameters
        ----------
        column : str
            A column of :meth:`to_frame` with amounts.
        shares : sequence of float
            Shares of the customers, above 0 and below 1.
        level : float
            Coverage of the intervals, above 0 and below 1.

        Returns
        -------
        list of TopShare
            In the order of `shares`.

        Raises
        ------
        InputError
            For a column that there is not, a share or level outside its domain, or a total that is not above 0.

        Examples
        --------
        >>> import loyalty
        >>> ledger = loyalty.Ledger(loyalty.simulate(2000, seed=1).lines)
        >>> [round(top.of_total, 2) for top in ledger.top_shares(shares=[0.2])]
        [0.55]

        References
        ----------
        Beach & Davidson (1983), Review of Economic Studies 50(4), 723–735.
        """
        found = self._core.top_shares(column, list(shares), level)
        return _display.Rows(TopShare(*top) for top in found)

    def with_peers(self, data: Any, *, customer: str = "customer", group: str = "group") -> Self:
        """The same ledger with customers put in groups of peers (country, channel, tenure band), whose
        prior means may differ. Customers who are not named have no group.

        Parameters
        ----------
        data : data frame or mapping of columns
            A row per customer.
        customer, group : str
            Its columns of ids and of groups.

        Returns
        -------
        Ledger

        Raises
        ------
        InputError
            Where a column is missing, or less than half of the rows name a customer of the ledger.

        Examples
        --------
        >>> import loyalty
        >>> lines = {"customer": ["ann", "ann", "bob"], "time": ["2024-01-01", "2024-02-01", "2024-02-03"]}
        >>> lines |= {"amount": [9.0, 20.0, 5.0], "discount": [1.0, 0.0, 5.0], "cost": [6.0, 13.0, 8.0]}
        >>> ledger = loyalty.Ledger(lines)
        >>> peers = {"customer": ["ann", "bob"], "group": ["web", "shop"]}
        >>> ledger.with_peers(peers)
        <Ledger: 3 order lines of 2 customers>
        >>> [join.matched for join in ledger.with_peers(peers).joins]
        [2]
        """
        ids, groups = _columns.read(data, [customer, group]).columns
        ledger = type(self).__new__(type(self))
        ledger._set(
            _core=self._core.with_peers(ids, groups),
            _customer=self._customer,
            _frame=self._frame,
            _zone=self._zone,
            report=self.report,
        )
        return ledger

    @property
    def basis(self) -> LedgerBasis:
        """What was learnt of the whole shop to make the rows, by which a customer's row is made alone."""
        from loyalty.records import LedgerBasis

        return LedgerBasis._of(self._core.basis())

    def records(self) -> list[CustomerRecord]:
        """The record of each customer, in the order of the rows: what a shop begins with that has a log and keeps
        records from then on.

        Returns
        -------
        list of CustomerRecord
            One for each row.

        Examples
        --------
        >>> import loyalty
        >>> ledger = loyalty.Ledger(loyalty.simulate(200, seed=4).lines)
        >>> ledger.records()[0]
        <CustomerRecord: 34 order lines, 0 contacts>
        """
        from loyalty.records import CustomerRecord

        return [*map(CustomerRecord._of, self._core.records())]

    def _answer(self, columns: Sequence[_native.Column]) -> Any:
        return _frames.table([self._core.ids(self._customer), *columns], self._frame)

    def __len__(self) -> int:
        return len(self._core)

    def __repr__(self) -> str:
        return f"<Ledger: {self.report.kept} order lines of {len(self)} customers>"

    def _shown(self) -> _display.Parts:
        columns = [self._core.ids(self._customer), *self._core.columns()]
        if not self._core.has_profit:
            columns = [column for column in columns if column.name not in ("profit", "cost")]
        names = [
            self._customer,
            "orders",
            "revenue",
            "profit",
            "discount",
            "return_loss",
            "service_cost",
        ]
        columns = [column for column in columns if column.name in names]
        best = "profit" if self._core.has_profit else "revenue"
        rows = [(name.replace("_", " "), value) for name, value in self.portfolio.items()]
        return [
            _display.of_columns(
                f"{len(self):,} customers, the best first", columns, ids=self._customer, best=best
            ),
            _display.facts("The shop", rows),
        ]

    def __reduce__(self) -> Any:
        raise TypeError("a Ledger cannot be pickled; pickle its frame or a fitted model instead")


def _day(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)


def _opted_out(ids: Any) -> _native.Column | None:
    """A column of ids: numbers or text."""
    if ids is None:
        return None
    known = [*ids]
    if not known:
        return None
    return _columns.read({"opted_out": known}, ["opted_out"]).columns[0]


def _order_lines(
    data: Any,
    named: Mapping[str, str | None],
    invalid: Invalid,
    time_zone: str | None,
    more: tuple[str, ...] = (),
) -> OrderLines:
    """A table's lines, by the columns that are there."""
    roles = (*_NEEDED, *_OPTIONAL, *more)
    taken = take(data, named, roles, invalid=invalid, time_zone=time_zone, always=True)
    found = dict(taken.columns)

    def drop(role: str, says_nothing: bool) -> None:
        """Drops a column that stands in the table but says nothing more."""
        if role not in named and says_nothing:
            found.pop(role, None)

    drop("price", "amount" in found)
    drop("returned", "returned_amount" in found)
    drop("quantity", not found.keys() & {"price", "returned"})
    drop("return_time", not found.keys() & {"returned", "returned_amount"})
    with located(taken.source):
        return OrderLines(taken.data, columns=found, invalid=invalid, time_zone=time_zone)


def _contacts(data: Any) -> Any:
    if data is None:
        return None
    names = ["customer", "time", "cost"]
    there = _columns.names(data)
    more = [name for name in ("firm_caused", "opted_out") if name in there]
    columns = _columns.read(data, [*names, *more]).columns
    known = dict(zip(more, columns[len(names) :], strict=True))
    return (*columns[: len(names)], known.get("firm_caused"), known.get("opted_out"))
