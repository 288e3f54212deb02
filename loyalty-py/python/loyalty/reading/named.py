"""How callers name the columns of orders: by keyword, by ``columns``, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, TypedDict

from loyalty import _columns
from loyalty.errors import InputError
from loyalty.reading.files import is_path
from loyalty.reading.orders import read_orders
from loyalty.reading.roles import ROLES, choose
from loyalty.reading.table import OrderTable

__all__ = ["LineColumns", "Taken", "said", "take"]


class LineColumns(TypedDict, total=False):
    """The columns of order lines, by keyword; None leaves one out."""

    customer: str | None
    time: str | None
    amount: str | None
    price: str | None
    quantity: str | None
    order: str | None
    product: str | None
    category: str | None
    size: str | None
    brand: str | None
    list_amount: str | None
    discount: str | None
    maker_discount: str | None
    coupon: str | None
    coupon_used: str | None
    offered_depth: str | None
    cost: str | None
    returned: str | None
    returned_amount: str | None
    return_time: str | None
    status: str | None
    currency: str | None


class Taken(NamedTuple):
    """A table of orders, and which of its columns is what."""

    #: The rows: a frame, or a mapping of columns.
    data: Any
    #: Role to column.
    columns: dict[str, str]
    #: What was given or read of a file, which knows where rows stand.
    source: Any


def said(
    columns: Mapping[str, str | None] | None,
    named: Mapping[str, Any],
    roles: Collection[str],
) -> dict[str, str | None]:
    """Role to column, as ``columns`` and keywords name them together.

    Raises
    ------
    InputError
        For a role that there is not, or one that is named differently in both.

    Examples
    --------
    >>> said({"amount": "paid"}, {"customer": "who"}, ["customer", "time", "amount"])
    {'amount': 'paid', 'customer': 'who'}
    """
    both = dict(columns or {})
    for role in both:
        if role not in roles:
            raise InputError(f"columns: {role!r} is none of {', '.join(roles)}")
    for role, name in named.items():
        if role not in roles:
            raise TypeError(f"unexpected keyword {role!r}; columns are {', '.join(roles)}")
        if both.get(role, name) != name:
            raise InputError(
                f"{role} is column {both[role]!r} by columns and {name!r} by keyword: say it once"
            )
        both[role] = name
    return both


def take(
    data: Any,
    named: Mapping[str, str | None],
    roles: Collection[str],
    *,
    invalid: Any = "raise",
    time_zone: str | None = None,
    needed: Collection[str] = ("customer", "time"),
    always: bool = False,
) -> Taken:
    """The table of a path, of an :class:`OrderTable` or of a frame, and the column of each role.

    Where all columns that are needed are named, a frame has those named and no others; else, or `always`, the
    names of its columns say what the others are.

    Examples
    --------
    >>> frame = {"customer_id": [7], "date": ["2024-01-02"], "paid": [5.0]}
    >>> take(frame, {}, ["customer", "time", "amount"]).columns
    {'customer': 'customer_id', 'time': 'date', 'amount': 'paid'}
    >>> take(frame, {"customer": "customer_id", "time": "date"}, ["customer", "time"]).columns
    {'customer': 'customer_id', 'time': 'date'}
    """
    if is_path(data):
        asked = dict(named) or None
        data = read_orders(data, columns=asked, invalid=invalid, time_zone=time_zone)
    if isinstance(data, OrderTable):
        known = {role: name for role, name in data.columns.items() if role in roles} | dict(named)
        return Taken(data.frame, _there(known), data)
    if not always and all(named.get(role) is not None for role in needed):
        return Taken(data, _there(named), data)
    names = {role: ROLES[role] for role in ROLES if role in roles}
    return Taken(
        data,
        choose(_columns.names(data), named, roles=names, needed=needed).columns,
        data,
    )


def _there(named: Mapping[str, str | None]) -> dict[str, str]:
    return {role: name for role, name in named.items() if name is not None}
