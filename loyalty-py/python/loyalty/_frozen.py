"""Objects that never change, so that they can be shared, cached and pickled without a thought."""

from __future__ import annotations

from typing import Any, NoReturn, Self

import numpy as np

from loyalty._display import Shown


class Frozen(Shown):
    """An object whose attributes are set once, by :meth:`_set`."""

    __slots__ = ()

    def _set(self, **attributes: Any) -> None:
        for name, value in attributes.items():
            object.__setattr__(self, name, value)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable")


class Record(Frozen):
    """What is the sum of its attributes: equal to another where they are, and pickled by them."""

    __slots__ = ()

    def _attributes(self) -> dict[str, Any]:
        slots = (slot for kind in type(self).__mro__ for slot in getattr(kind, "__slots__", ()))
        return {slot: getattr(self, slot) for slot in slots}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self) or not isinstance(other, Record):
            return False
        mine, theirs = self._attributes(), other._attributes()
        return all(_alike(mine[name], theirs[name]) for name in mine)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return _again, (type(self), self._attributes())


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return bool(np.array_equal(one, other, equal_nan=True))
    return bool(one == other)


def _again(kind: type[Record], attributes: dict[str, Any]) -> Record:
    record = kind.__new__(kind)
    record._set(**attributes)
    return record
