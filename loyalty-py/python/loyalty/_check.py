"""Arguments that the native module would refuse without their names."""

from __future__ import annotations

import operator
from numbers import Integral, Real
from typing import Any, TypeVar

from loyalty.errors import InputError

_LARGEST = 2**32 - 1
#: Most purchases that a distribution tells apart.
_MOST = 10_000

Kind = TypeVar("Kind")


def whole(name: str, value: Any) -> int:
    """A whole number that fits into 32 bits without a sign; 3.0 is one, as rows of a frame have it."""
    if isinstance(value, Real) and not isinstance(value, Integral) and value == value // 1:
        value = int(float(value))
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number, got {value!r}") from None
    if not 0 <= number <= _LARGEST:
        raise InputError(f"{name} must be a whole number from 0 to {_LARGEST}, got {number}")
    return number


def most(value: Any) -> int:
    """The largest number of purchases that has a probability of its own."""
    number = whole("most", value)
    if number > _MOST:
        raise InputError(f"most must be from 0 to {_MOST}, got {number}")
    return number


def instance(name: str, value: object, kind: type[Kind]) -> Kind:
    """An object of the class that is needed."""
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        found = type(value).__name__
        raise TypeError(f"{name} must be {article} {kind.__name__}, got {found}")
    return value
