"""Customers one by one: the record that a shop keeps of each, and their row of the ledger alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self, TypedDict, Unpack

from loyalty import _columns, _native
from loyalty._fitted import Fitted
from loyalty._frozen import Frozen
from loyalty.ledger import _NEEDED, _OPTIONAL, _order_lines
from loyalty.order_lines import OrderLines
from loyalty.orders import Moment, _instant
from loyalty.reading.named import LineColumns, said

__all__ = ["CustomerRecord", "LedgerBasis", "PurchaseHistory"]


class PurchaseHistory(TypedDict):
    """What the models of purchases and spend know of one customer."""

    frequency: int
    recency: float
    T: float
    monetary_value: float
    transactions: int


def _history(found: tuple[int, float, float, float, int]) -> PurchaseHistory:
    x, t_x, t, mean, count = found
    return {
        "frequency": x,
        "recency": t_x,
        "T": t,
        "monetary_value": mean,
        "transactions": count,
    }


class CustomerRecord(Frozen):
    """One customer's order lines, returns and contacts, kept as bytes in the shop's own database.

    Equal records have equal bytes, in whatever order and in how many pieces they were told. Another language
    reads the same bytes. :meth:`Ledger.records` makes the first records of a shop from its log.

    Examples
    --------
    >>> import loyalty
    >>> record = loyalty.CustomerRecord()
    >>> order = {"customer": [7, 7], "time": ["2024-01-02"] * 2, "amount": [20.0, 5.0], "line": [1, 2]}
    >>> record.add_lines(order)
    2
    >>> record = loyalty.CustomerRecord.from_bytes(record.to_bytes())
    >>> record.add_lines(order)
    0
    >>> record.add_return(2, "2024-01-09")
    True
    >>> record.purchases("2024-02-27")["T"]
    8.0
    """

    __slots__ = ("_core",)

    _core: _native.CustomerRecord

    def __init__(self) -> None:
        self._set(_core=_native.CustomerRecord())

    @classmethod
    def _of(cls, native: _native.CustomerRecord) -> Self:
        record = cls.__new__(cls)
        record._set(_core=native)
        return record

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The record of its bytes.

        Parameters
        ----------
        data : bytes
            Made by :meth:`to_bytes`, or in another language.

        Returns
        -------
        CustomerRecord

        Raises
        ------
        ModelFileError
            Where they are not the bytes of a record, or damaged, which a checksum tells.

        Examples
        --------
        >>> import loyalty
        >>> len(loyalty.CustomerRecord.from_bytes(loyalty.CustomerRecord().to_bytes()))
        0
        """
        return cls._of(_native.CustomerRecord.from_bytes(data))

    def to_bytes(self) -> bytes:
        """The record as bytes, some sixty for each line.

        Returns
        -------
        bytes

        Examples
        --------
        >>> import loyalty
        >>> loyalty.CustomerRecord().to_bytes()[:4]
        b'LOYR'
        """
        return self._core.to_bytes()

    def add_lines(
        self,
        lines: Any,
        *,
        columns: Mapping[str, str | None] | None = None,
        time_zone: str | None = None,
        **by_keyword: Unpack[LineColumns],
    ) -> int:
        """Adds lines of this customer: those of an order, of some, or of all of them.

        Parameters
        ----------
        lines : OrderLines, or a table of them
            As :class:`Ledger` takes them. Lines that the record has by their own ids are not added again; a
            return that they tell is. All lines of a record have the same columns; returns may come later.
        columns, customer, time, amount, …
            Names in a table that differ.
        time_zone : str, optional
            The zone on whose clock days are read.

        Returns
        -------
        int
            How many were not known.

        Raises
        ------
        InputError
            Where they are of several customers, have other columns than the lines so far, or a known id is of
            another line; the record is then as before.

        Examples
        --------
        >>> import loyalty
        >>> record = loyalty.CustomerRecord()
        >>> record.add_lines({"customer": ["ann"], "time": ["2024-01-02"], "amount": [20.0]})
        1
        """
        if not isinstance(lines, OrderLines):
            named = dict(said(columns, by_keyword, (*_NEEDED, *_OPTIONAL, "line")))
            # Any column might be called so, but the lines of one order have no other.
            if "line" in _columns.names(lines):
                named.setdefault("line", "line")
            lines = _order_lines(lines, named, "raise", time_zone, more=("line",))
        return self._core.add_lines(lines._core)[0]

    def add_return(
        self,
        line: int | str,
        time: Moment,
        *,
        amount: float | None = None,
        time_zone: str | None = None,
    ) -> bool:
        """Notes that a line came back.

        Parameters
        ----------
        line : int or str
            The line's own id.
        time : date or time
            When it did.
        amount : float, optional
            What was paid back for it; by default all that was paid.
        time_zone : str, optional
            The zone on whose clock the time is read.

        Returns
        -------
        bool
            Whether that is news: a return is told once, and of several the first counts.

        Raises
        ------
        InputError
            Where the customer has no such line, or time or amount do not suit it.

        Examples
        --------
        >>> import loyalty
        >>> record = loyalty.CustomerRecord()
        >>> record.add_lines({"customer": [7], "time": ["2024-01-02"], "amount": [20.0], "line": ["a"]})
        1
        >>> record.add_return("a", "2024-01-05"), record.add_return("a", "2024-01-05")
        (True, False)
        """
        return self._core.add_return(line, _instant("time", time, time_zone), amount)

    def add_contact(
        self,
        contact: Literal["service", "firm_caused", "marketing"],
        time: Moment,
        cost: float,
        *,
        time_zone: str | None = None,
    ) -> None:
        """Adds a contact; one that is told twice counts twice.

        Parameters
        ----------
        contact : {"service", "firm_caused", "marketing"}
            The customer asked for service; they did because of the shop; the shop wrote to them.
        time : date or time
            When it was.
        cost : float
            What it cost.
        time_zone : str, optional
            The zone on whose clock the time is read.

        Raises
        ------
        InputError
            For another word, time or cost.

        Examples
        --------
        >>> import loyalty
        >>> record = loyalty.CustomerRecord()
        >>> record.add_contact("service", "2024-01-05", 4.5)
        >>> record.contacts
        1
        """
        self._core.add_contact(contact, _instant("time", time, time_zone), cost)

    def opt_out(self) -> None:
        """Notes that the customer opted out of labels and treatments, for good.

        Examples
        --------
        >>> import loyalty
        >>> record = loyalty.CustomerRecord()
        >>> record.opt_out()
        >>> record.opted_out
        True
        """
        self._core.opt_out()

    @property
    def opted_out(self) -> bool:
        """Whether the customer opted out."""
        return self._core.opted_out

    @property
    def contacts(self) -> int:
        """The number of contacts."""
        return self._core.contacts

    def purchases(
        self,
        observation_end: Moment,
        *,
        unit: str = "week",
        occasion: str | None = None,
        include_first: bool = False,
        net: bool = True,
        time_zone: str | None = None,
    ) -> PurchaseHistory:
        """Frequency, recency, T and mean amount: what the models know of the customer.

        Parameters
        ----------
        observation_end : date or time
            Until when they were observed; later orders are left out.
        unit, occasion, include_first
            As in the summary that the models were fitted to.
        net : bool
            Net of what came back by then, as :func:`score` takes purchases; otherwise as paid.
        time_zone : str, optional
            The zone on whose clock the end is read.

        Returns
        -------
        dict
            ``frequency``, ``recency``, ``T``, ``monetary_value``, and the number of ``transactions`` that the mean is
            of: to the last bit those of the summary.

        Raises
        ------
        InputError
            Where no purchase is at or before the end.

        Examples
        --------
        >>> import loyalty
        >>> record = loyalty.CustomerRecord()
        >>> paid = {"customer": [7, 7], "time": ["2024-01-01", "2024-01-15"], "amount": [5.0, 9.0]}
        >>> record.add_lines(paid)
        2
        >>> record.purchases("2024-02-12")
        {'frequency': 1, 'recency': 2.0, 'T': 6.0, 'monetary_value': 9.0, 'transactions': 1}
        """
        end = _instant("observation_end", observation_end, time_zone)
        return _history(self._core.purchases(end, unit, occasion, include_first, net))

    def __len__(self) -> int:
        return len(self._core)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.to_bytes() == other.to_bytes()

    #: It moves on, and so has no hash.
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<CustomerRecord: {len(self)} order lines, {self.contacts} contacts>"

    def __reduce__(self) -> Any:
        return type(self).from_bytes, (self.to_bytes(),)


class LedgerBasis(Fitted):
    """What a ledger has learnt of the whole shop, by which the row of one customer is made alone.

    :attr:`Ledger.basis` has it; its file is read in every language. From the same lines and contacts up to the
    same end the row is that of the ledger to the last bit.

    Examples
    --------
    >>> import loyalty
    >>> shop = loyalty.simulate(300, seed=4)
    >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
    >>> record = ledger.records()[17]
    >>> row = ledger.basis.row(record)
    >>> row["return_expected"] == float(ledger.to_frame()["return_expected"][17])
    True
    """

    __slots__ = ()

    _core: _native.LedgerBasis
    _twin: ClassVar[Any] = _native.LedgerBasis

    @property
    def articles(self) -> int:
        """How many articles the ledger has seen, or categories where its lines have no articles."""
        return self._core.articles

    def row(
        self,
        record: CustomerRecord,
        *,
        end: Moment | None = None,
        time_zone: str | None = None,
    ) -> dict[str, float]:
        """The customer's row of the ledger.

        Parameters
        ----------
        record : CustomerRecord
            What is known of them.
        end : date or time, optional
            Until when they were observed; by default the end of the ledger.
        time_zone : str, optional
            The zone on whose clock the end is read.

        Returns
        -------
        dict
            The columns of :meth:`Ledger.to_frame` by name.

        Raises
        ------
        InputError
            Where the record lacks a column of the ledger's lines, ids are text in one and numbers in the
            other, or the end is before the start of the ledger.

        Examples
        --------
        >>> import loyalty
        >>> lines = {"customer": [7], "time": ["2024-01-02"], "amount": [20.0]}
        >>> ledger = loyalty.Ledger(lines, margin=0.3)
        >>> record = loyalty.CustomerRecord()
        >>> ledger.basis.row(record)["revenue"]
        0.0
        >>> record.add_lines(lines)
        1
        >>> ledger.basis.row(record)["revenue"]
        20.0
        """
        at = None if end is None else _instant("end", end, time_zone)
        return dict(self._core.row(record._core, at))

    def __repr__(self) -> str:
        return f"<LedgerBasis: {self.articles} articles>"
