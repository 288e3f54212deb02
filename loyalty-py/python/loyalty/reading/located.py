"""Paths and tables that were read, as arguments of functions that take frames."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar

from loyalty.errors import InputError
from loyalty.reading.files import is_path
from loyalty.reading.named import LineColumns, said
from loyalty.reading.orders import read_orders
from loyalty.reading.table import OrderTable

__all__ = ["located", "taking_tables"]

F = TypeVar("F", bound=Callable[..., Any])


@contextlib.contextmanager
def located(data: object) -> Iterator[None]:
    """Errors that name a row of a table that was read name its place in the file instead."""
    try:
        yield
    except InputError as error:
        if not isinstance(data, OrderTable):
            raise
        raise type(error)(data.located(str(error))) from None


def taking_tables(roles: Collection[str]) -> Callable[[F], F]:
    """Lets a function of a frame and ``columns`` take a path or an :class:`OrderTable` as well, and
    columns by keyword."""

    def lets(function: F) -> F:
        @functools.wraps(function)
        def call(data: Any, *arguments: Any, **options: Any) -> Any:
            if is_path(data) or isinstance(data, OrderTable):
                by_keyword = {
                    role: options.pop(role)
                    for role in LineColumns.__annotations__
                    if role in options
                }
                if by_keyword:
                    options["columns"] = said(options.get("columns"), by_keyword, roles)
            if is_path(data):
                data = read_orders(
                    data,
                    columns=options.pop("columns", None),
                    time_zone=options.pop("time_zone", None),
                    invalid=options.get("invalid", "raise"),
                )
            if not isinstance(data, OrderTable):
                return function(data, *arguments, **options)
            known = {role: name for role, name in data.columns.items() if role in roles}
            options["columns"] = known | dict(options.get("columns") or {})
            with located(data):
                result = function(data.frame, *arguments, **options)
            if hasattr(result, "notes"):
                result._set(notes=tuple(map(data.located, result.notes)))
            return result

        return call  # type: ignore[return-value]

    return lets
