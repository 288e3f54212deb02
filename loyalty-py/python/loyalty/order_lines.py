"""Order lines and what came back of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, overload

from loyalty import _columns, _display, _frames, _native
from loyalty._frame_types import FrameT
from loyalty._frozen import Frozen
from loyalty.errors import InputError
from loyalty.orders import Moment, _instant
from loyalty.reading.located import located
from loyalty.reading.named import said, take
from loyalty.report import (
    Credits,
    Dates,
    DiscountUnit,
    Guests,
    Invalid,
    OrdersReport,
    how_read,
)

if TYPE_CHECKING:
    from typing import Unpack

    import narwhals as nw
    import polars as pl

    from loyalty._frame_types import Arrays, File, Lazy, LineOptions, NativeT

__all__ = ["CreditMatches", "OrderLines", "match_credits"]


class ReadFrom(NamedTuple):
    """What lines were read from, and how: their scores' report looks at the rows once more."""

    data: Any
    columns: dict[str, _native.Column]
    how: Any
    time_zone: str | None


class OrderLines(Frozen, Generic[FrameT]):
    """Checked order lines: who ordered what, when, at what price, and what became of it.

    One table for the profit ledger (:class:`Ledger`) and for the return model
    (:class:`ReturnPropensity`), which need different columns of it.

    Parameters
    ----------
    data : path, OrderTable, data frame or mapping of columns
        As for :class:`Orders`: where customer and time are both named, no other columns than those named
        are looked at; otherwise columns that are not named are found by their names.
    customer : str, optional
        The column of ids of customers: whole numbers, text or UUIDs.
    time : str, optional
        The column of times, as for :class:`Orders`.
    product : str, optional
        The ids of articles, which the return model needs.
    price, amount : str
        The price of one piece, or what was paid for the line, from 0 to 1e50: one of them is needed
        and says the other with the quantity.
    quantity : str, optional
        Pieces, above 0; 1 where left out.
    order : str, optional
        The order that the line belongs to. Where left out, a customer's lines of one day are one
        order. The lines of an order have one time, or follow each other in time.
    line : str, optional
        The line's own id, by which :meth:`ReturnPropensity.update_returns` finds it later.
    category : str, optional
        The category of the article, of which the ledger counts how many a customer buys; for the
        return model the first of the columns with levels. Missing is a level of its own.
    size, brand : str, optional
        Size and brand of the article, which the ledger cleans return rates of, besides the product or the category;
        another size of a product is known as an exchange by it. The return model takes them in `categories`.
    categories : sequence of str
        Further columns with levels, such as size, brand or country; missing is a level of its own.
    numbers : sequence of str
        Further columns of numbers or flags known at the order, such as an age; they may be missing.
    list_amount, discount, maker_discount, coupon, offered_depth, cost : str, optional
        Money of the line that the ledger uses; see :class:`Ledger`.
    coupon_used : str, optional
        Whether a coupon was used, true or false, 1 or 0, where what it took off is not told.
    returned : str, optional
        Above 0 where the line was sent back: a flag, or how many pieces. It may not be missing.
    returned_amount : str, optional
        What of the amount was paid back; 0 or missing where the line was kept. Where left out, it is
        the amount's share that ``returned`` is of the quantity.
    return_time : str, optional
        When it was, from the day of the order on; looked at only where the line came back, and
        missing where nobody knows.
    status : str, optional
        What became of the order, in a word of a shop, English or German. Cancelled, pending, failed and
        test orders and those on hold are left out and counted, refunded ones came back whole, words that are
        not known are kept and named.
    currency : str, optional
        The currency of the amounts. Where there are several, `only_currency` must say which is looked at.
    opted_out : str, optional
        Whether the customer opted out of labels and treatments: true or false, 1 or 0. One row that says
        so is enough; a blank says nothing, and is counted.
    columns : mapping, optional
        The same by role: ``{"customer": "client"}``; None leaves one out.
    known_later : sequence of str
        Columns that are known only after the order, such as a delivery date: none of the columns
        above that a score may rest on may be among them.
    credits : {"refuse", "match"}
        What rows are that give money back, with a negative quantity, price or amount: rows that cannot be
        used, or credits, which are matched to purchases as :func:`match_credits` does and counted in the
        report. Without products they are matched by customer and order where the order is one of a
        purchase, otherwise by customer and amount.
    guests, dates
        As for :class:`Orders`.
    discount_unit : {"money", "share", "per_cent"}, optional
        What the column of discounts counts; by default what its numbers say, which the report states.
    status_words : mapping, optional
        What further words of the status mean: ``bought``, ``refunded``, ``cancelled``, ``pending``,
        ``on_hold``, ``failed`` or ``test``.
    only_currency : str, optional
        The currency that is looked at; rows of others are left out and counted.
    today : date or time, optional
        The last day that a time may have, with ``dates="refuse"``.
    invalid : {"raise", "drop"}
        As for :class:`Orders`. With ``"drop"`` a line whose discount, list price, depth on offer, cost
        or product is blank stays, as docs/orders.md says, and is counted.
    time_zone : str, optional
        As for :class:`Orders`, for orders and returns.

    Attributes
    ----------
    columns : dict of str to str
        Which column is what, named or found by its name.
    report : OrdersReport
        Rows read, in use and refused.

    Raises
    ------
    InputError
        Where a column is missing, has the wrong type, is known only later, or has rows that cannot
        be used.

    Examples
    --------
    >>> import loyalty
    >>> log = {
    ...     "who": ["ann", "ann", "bob"], "what": ["shoe", "sock", "shoe"], "paid": [60.0, 5.0, 60.0],
    ...     "day": ["2024-01-01", "2024-01-01", "2024-01-05"], "back": [1, 0, 0],
    ... }
    >>> loyalty.OrderLines(
    ...     log, customer="who", product="what", time="day", price="paid", returned="back"
    ... )
    <OrderLines: 3 lines of 2 orders, 1 returned>
    """

    __slots__ = ("_core", "_customer", "_frame", "_read", "columns", "report")

    columns: dict[str, str]
    report: OrdersReport
    _core: _native.OrderLines
    _customer: str
    _frame: nw.Implementation | None
    #: None of lines that have learnt more since.
    _read: ReadFrom | None

    @overload
    def __init__(
        self: OrderLines[pl.DataFrame], data: File, **options: Unpack[LineOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: OrderLines[Arrays], data: Mapping[str, Any], **options: Unpack[LineOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: OrderLines[NativeT], data: Lazy[NativeT], **options: Unpack[LineOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: OrderLines[NativeT], data: NativeT, **options: Unpack[LineOptions]
    ) -> None: ...
    @overload
    def __init__(self: OrderLines[Any], data: object, **options: Unpack[LineOptions]) -> None: ...
    def __init__(
        self,
        data: Any,
        *,
        customer: str | None = None,
        time: str | None = None,
        product: str | None = None,
        price: str | None = None,
        amount: str | None = None,
        quantity: str | None = None,
        order: str | None = None,
        line: str | None = None,
        category: str | None = None,
        size: str | None = None,
        brand: str | None = None,
        categories: Sequence[str] = (),
        numbers: Sequence[str] = (),
        list_amount: str | None = None,
        discount: str | None = None,
        maker_discount: str | None = None,
        coupon: str | None = None,
        coupon_used: str | None = None,
        offered_depth: str | None = None,
        cost: str | None = None,
        returned: str | None = None,
        returned_amount: str | None = None,
        return_time: str | None = None,
        status: str | None = None,
        currency: str | None = None,
        opted_out: str | None = None,
        columns: Mapping[str, str | None] | None = None,
        known_later: Sequence[str] = (),
        credits: Credits = "refuse",
        guests: Guests = "refuse",
        dates: Dates = "allow",
        discount_unit: DiscountUnit | None = None,
        status_words: Mapping[str, str] | None = None,
        only_currency: str | None = None,
        today: Moment | None = None,
        invalid: Invalid = "raise",
        time_zone: str | None = None,
    ) -> None:
        for name, several in (("categories", categories), ("numbers", numbers)):
            if isinstance(several, str):
                raise TypeError(f"{name} must be a sequence of column names, got {several!r}")
        roles = {
            "customer": customer,
            "product": product,
            "time": time,
            "price": price,
            "amount": amount,
            "quantity": quantity,
            "order": order,
            "line": line,
            "category": category,
            "size": size,
            "brand": brand,
            "list_amount": list_amount,
            "discount": discount,
            "maker_discount": maker_discount,
            "coupon": coupon,
            "coupon_used": coupon_used,
            "offered_depth": offered_depth,
            "cost": cost,
            "returned": returned,
            "returned_amount": returned_amount,
            "return_time": return_time,
            "status": status,
            "currency": currency,
            "opted_out": opted_out,
        }
        by_keyword = {role: name for role, name in roles.items() if name is not None}
        taken = take(
            data, said(columns, by_keyword, roles), roles, invalid=invalid, time_zone=time_zone
        )
        named = taken.columns
        if "return_time" in named and not named.keys() & {"returned", "returned_amount"}:
            raise InputError("return_time needs the column returned or returned_amount")
        names = [*named.values(), *categories, *numbers]
        words = {
            "invalid": invalid,
            "credits": credits,
            "guests": guests,
            "dates": dates,
            "currency": only_currency,
            "discount_unit": discount_unit,
        }
        day = None if today is None else _instant("today", today, time_zone)
        with located(taken.source):
            read, frame = _columns.read(taken.data, names)
            found = dict(zip(names, read, strict=True))
            by_role = {role: found[name] for role, name in named.items()}
            how = how_read(words, status_words, day)
            native = _native.OrderLines(
                by_role,
                [found[name] for name in categories],
                [found[name] for name in numbers],
                list(known_later),
                how,
                time_zone,
            )
        report = OrdersReport._of(native.report())
        self._set(
            _core=native,
            _customer=named["customer"],
            _frame=frame,
            _read=ReadFrom(taken.data, by_role, how, time_zone),
            columns=named,
            report=report,
        )

    def with_returns(
        self,
        data: Any,
        *,
        line: str,
        time: str,
        time_zone: str | None = None,
        invalid: Invalid = "raise",
    ) -> tuple[OrderLines[FrameT], dict[str, int]]:
        """The same lines with what became of them, where a table of its own tells it.

        Of several returns of one line the first counts; lines of no return were kept, unless they
        say otherwise themselves.

        Parameters
        ----------
        data : data frame or mapping of columns
            One row per return.
        line, time : str
            The columns of the line's id, as in ``OrderLines(line=...)``, and of the time.
        time_zone : str, optional
            As for :class:`Orders`.
        invalid : {"raise", "drop"}
            As for :class:`Orders`, for the rows of returns.

        Returns
        -------
        The lines, and how many returns were ``counted`` (one a line), of ``unknown`` lines,
        ``repeated`` (the same line again) and ``refused``.

        Raises
        ------
        InputError
            Where the lines have no ids, or a return cannot be used: it has no line or no time, or is
            from before the day of its order.

        Examples
        --------
        >>> import loyalty
        >>> log = {"who": [1, 1, 2], "what": [5, 6, 5], "paid": [60.0, 5.0, 60.0],
        ...        "day": ["2024-01-01", "2024-01-01", "2024-01-05"], "id": [100, 101, 102]}
        >>> lines = loyalty.OrderLines(
        ...     log, customer="who", product="what", time="day", price="paid", line="id"
        ... )
        >>> lines.with_returns({"id": [102, 55], "on": ["2024-01-09"] * 2}, line="id", time="on")
        (<OrderLines: 3 lines of 2 orders, 1 returned>, {'counted': 1, 'unknown': 1, 'repeated': 0, 'refused': 0})
        """
        ids, times = _columns.read(data, [line, time]).columns
        native, found = self._core.with_returns(ids, times, time_zone, invalid)
        lines = object.__new__(OrderLines)
        lines._set(
            _core=native,
            _customer=self._customer,
            _frame=self._frame,
            _read=None,
            columns=self.columns,
            report=self.report,
        )
        # Nothing lies ahead of lines: days to come are a matter of a model that follows them.
        return lines, {name: count for name, count in found if name != "ahead"}

    def refused(self) -> FrameT:
        """The rows that are neither purchases nor credits: ``row`` (counted from 0), ``column``, ``reason``
        and ``value``, in a frame like the table's.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> log = {"who": ["ann", None], "day": ["2024-01-01", "2024-01-02"], "paid": [5.0, 6.0]}
        >>> lines = loyalty.OrderLines(log, customer="who", time="day", amount="paid", invalid="drop")
        >>> lines.refused()["row"]
        array([1])
        """
        frame: FrameT = _frames.table(self._core.refused(), self._frame)
        return frame

    @property
    def orders(self) -> int:
        """The number of orders."""
        return self._core.orders

    @property
    def returned(self) -> int | None:
        """How many lines were sent back; None where that is not known."""
        return self._core.returned

    def __len__(self) -> int:
        return len(self._core)

    def _shown(self) -> _display.Parts:
        rows: list[Any] = [
            ("lines", len(self)),
            ("orders", self.orders),
            ("lines sent back", "not known" if self.returned is None else self.returned),
        ]
        return [_display.facts("Order lines", rows), *self.report._shown()]

    def __reduce__(self) -> Any:
        raise TypeError("OrderLines cannot be pickled; pickle their table instead")

    def __repr__(self) -> str:
        back = "" if self.returned is None else f", {self.returned:,} returned"
        return f"<OrderLines: {len(self):,} lines of {self.orders:,} orders{back}>"


class CreditMatches(NamedTuple):
    """What :func:`match_credits` found.

    Attributes
    ----------
    purchases : frame
        ``returned_quantity`` and ``return_time`` of each purchase, in the order of its rows.
    credits : frame
        The ``rule`` by which each credit note was matched: ``exact``, ``same_quantity``, ``part``,
        ``several``; or why not: ``exceeds``, ``nothing_left``, ``never_bought``, ``refused``.
    share_matched : float
        The share of the notes whose pieces all found a purchase.
    rules : dict
        How many notes there are of each rule.
    reports : (OrdersReport, OrdersReport)
        The rows read, in use and refused, of purchases and of credits. Nothing came back of a purchase
        that was refused.

    Examples
    --------
    >>> import loyalty
    >>> bought = {"customer": [1], "product": ["shoe"], "time": ["2024-01-01"], "quantity": [2], "price": [50.0]}
    >>> found = loyalty.match_credits(bought, {**bought, "time": ["2024-01-08"]})
    >>> found.rules, found.credits["rule"].tolist()
    ({'exact': 1}, ['exact'])
    """

    purchases: Any
    credits: Any
    share_matched: float
    rules: dict[str, int]
    reports: tuple[OrdersReport, OrdersReport]

    def _shown(self) -> _display.Parts:
        counts = {"rule": list(self.rules), "credits": list(self.rules.values())}
        matched = [("matched in full", self.share_matched, "share")]
        return [_display.facts("Credits", matched), _display.of_arrays("By rule", counts)]

    def _repr_html_(self) -> str:
        return _display.page(self._shown())

    def __str__(self) -> str:
        return _display.printed(self._shown())


def match_credits(
    purchases: Any,
    credits: Any,
    *,
    customer: str | None = None,
    product: str | None = None,
    time: str | None = None,
    quantity: str | None = None,
    price: str | None = None,
    columns: Mapping[str, str | None] | None = None,
    credit_columns: Mapping[str, str | None] | None = None,
    time_zone: str | None = None,
    invalid: Invalid = "raise",
) -> CreditMatches:
    """Finds out which purchases came back, from a log in which returns are credit notes of their own.

    Quantities of purchases are above 0; those of credit notes too, or they are all below 0, as in the log
    itself, and then count without the sign. Per customer and product,
    notes in order of time, the newest purchase with pieces left and not later than the note is
    taken that fits by the first of these rules: ``exact`` (as many pieces left, the same price),
    ``same_quantity``, ``part`` (more pieces left), ``several`` (newest first until the note is used
    up). ``exceeds``: a part of the note has no purchase; ``nothing_left``: all purchases are
    credited already or later; ``never_bought``: the customer never bought the product.

    Parameters
    ----------
    purchases, credits : path, OrderTable, data frame or mapping of columns
        One row per line.
    customer, product, time, quantity, price : str, optional
        The columns of both tables; those that are not named are found by their names.
    columns : mapping, optional
        The same by role.
    credit_columns : mapping, optional
        Where a column of the credit notes is called otherwise: ``{"quantity": "qty_back"}``.
    time_zone : str, optional
        As for :class:`Orders`.
    invalid : {"raise", "drop"}
        Rows that cannot be used are refused, or left out and counted in ``reports``.

    Returns
    -------
    CreditMatches

    Raises
    ------
    InputError
        Where rows cannot be used: a missing or impossible cell.

    Examples
    --------
    >>> import loyalty
    >>> bought = {
    ...     "who": [1, 1], "what": ["shoe"] * 2, "day": ["2024-01-01", "2024-01-06"],
    ...     "pieces": [2, 3], "price": [50.0, 45.0],
    ... }
    >>> back = {**bought, "day": ["2024-01-08", "2024-01-10"], "pieces": [2, 1]}
    >>> found = loyalty.match_credits(
    ...     bought, back, customer="who", product="what", time="day", quantity="pieces", price="price"
    ... )
    >>> found.purchases["returned_quantity"], found.share_matched
    (array([2., 1.]), 1.0)
    """
    given = {
        "customer": customer,
        "product": product,
        "time": time,
        "quantity": quantity,
        "price": price,
    }
    named = said(columns, {role: name for role, name in given.items() if name is not None}, given)
    of_credits = named | said(credit_columns, {}, given)

    def read(data: Any, named: Mapping[str, str | None]) -> _columns.Columns:
        taken = take(
            data, named, tuple(given), invalid=invalid, time_zone=time_zone, needed=tuple(given)
        )
        return _columns.read(taken.data, [taken.columns[role] for role in given])

    (bought, frame), (notes, _) = read(purchases, named), read(credits, of_credits)
    quantities, times, rules, reports = _native.match_credits(bought, notes, time_zone, invalid)
    names_of_rules = [rule or "" for rule in rules.to_list()]
    whole = [rule in ("exact", "same_quantity", "part", "several") for rule in names_of_rules]
    return CreditMatches(
        _frames.table([quantities, times], frame),
        _frames.table([rules], frame),
        sum(whole) / max(len(whole), 1),
        {rule: names_of_rules.count(rule) for rule in sorted(set(names_of_rules))},
        (OrdersReport._of(reports[0]), OrdersReport._of(reports[1])),
    )
