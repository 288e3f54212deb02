"""Treatments: what can be done for whom, as a table held as data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from loyalty import _display, _native
from loyalty._frozen import Frozen
from loyalty.errors import InputError

__all__ = ["Treatments"]


class Treatments(Frozen):
    """A table of treatments: what is done for whom, by which channel, what it gains and costs.

    ::

        expected gain = effect · basis − cost

    Parameters
    ----------
    treatments : sequence of mappings
        Each with

        - ``name`` and ``channel``;
        - ``gives``: what the customer gets, one of ``information``, ``service``, ``call``, ``letter``,
          ``offer``, ``discount``, ``credit`` and ``gift``. What charges, bans or withholds is none of
          them, and refused;
        - ``when``: for each column named the values of customers it is meant for, as
          ``{"at_least": …, "at_most": …}``; labels are 0 and 1. With ``"where_known": True`` also
          customers of whom it is not known, and tables without the column;
        - ``basis``: the column of money that it works on, a lifetime value or what a behaviour costs;
        - ``effect``: the share of it that is expected to be gained, above 0 and at most 10;
        - ``discount``: of what gives a discount, and of nothing else, its depth from 0 to 1. It is never
          proposed to a customer whose ``margin`` is lower;
        - ``cost`` and, by capacity, ``uses``: a number, or ``{"fixed": …, "share": …, "of": column}``;
        - ``reason``: one sentence, in which ``{basis}``, ``{effect}``, ``{gain}``, ``{cost}`` and
          ``{discount}`` stand for the customer's numbers.

    Raises
    ------
    InputError
        With the first treatment that makes no sense.

    Notes
    -----
    The effects of :meth:`customary` are assumptions. Measure yours with customers held out.

    Examples
    --------
    >>> import loyalty
    >>> table = loyalty.Treatments.customary()
    >>> table.names[:3]
    ['self_service', 'chat_bot', 'info_point']
    >>> own = [*table.treatments, {"name": "visit", "channel": "field", "gives": "call",
    ...                            "basis": "clv", "effect": 0.2, "cost": 90, "uses": {"visits": 1},
    ...                            "reason": "Worth {basis}; a visit is expected to gain {gain}."}]
    >>> loyalty.Treatments(own).capacities
    ['calls', 'letters', 'visits']
    """

    __slots__ = ("_core",)

    _core: _native.Treatments

    def __init__(self, treatments: Sequence[Mapping[str, Any]]) -> None:
        try:
            text = json.dumps(list(treatments), allow_nan=True)
        except (TypeError, ValueError) as error:
            raise InputError(f"treatments: {error}") from None
        self._set(_core=_native.Treatments(text))

    @classmethod
    def customary(cls) -> Treatments:
        """Self-service, chat bot and information point for service demanders; presentation and offers
        that fit for revenue reversers; members' offers and a newsletter for promotion maximizers; an
        offer on the open basket and up-selling for a fixed budget; a personal call or letter for the
        loyal and valuable.

        Returns
        -------
        Treatments

        Examples
        --------
        >>> import loyalty
        >>> len(loyalty.Treatments.customary())
        11
        """
        table = cls.__new__(cls)
        table._set(_core=_native.Treatments.customary())
        return table

    @property
    def treatments(self) -> list[dict[str, Any]]:
        """The treatments, as they can be given to the constructor."""
        treatments: list[dict[str, Any]] = json.loads(self._core.to_json())
        return treatments

    @property
    def names(self) -> list[str]:
        """The treatments' names, in order."""
        return self._core.names

    @property
    def capacities(self) -> list[str]:
        """The capacities that treatments take of."""
        return self._core.capacities

    @property
    def columns(self) -> list[str]:
        """The columns that treatments need; one whose columns are missing is left out."""
        return self._core.columns

    def to_json(self) -> str:
        """The table as JSON text.

        Returns
        -------
        str

        Examples
        --------
        >>> import loyalty
        >>> table = loyalty.Treatments.customary()
        >>> loyalty.Treatments.from_json(table.to_json()) == table
        True
        """
        return self._core.to_json()

    @classmethod
    def from_json(cls, text: str) -> Treatments:
        """A table from JSON text.

        Parameters
        ----------
        text : str
            As :meth:`to_json` writes it.

        Returns
        -------
        Treatments

        Raises
        ------
        InputError
            As the constructor, and for text that is no JSON.

        Examples
        --------
        >>> import loyalty
        >>> loyalty.Treatments.from_json("[]")
        Traceback (most recent call last):
            ...
        loyalty.errors.InputError: treatments: there are 0, allowed are 1 to 100
        """
        table = cls.__new__(cls)
        table._set(_core=_native.Treatments(text))
        return table

    def __len__(self) -> int:
        return len(self.names)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Treatments) and self._core == other._core

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Treatments: {', '.join(self.names)}>"

    def _shown(self) -> _display.Parts:
        names = ("name", "channel", "gives", "basis", "effect", "cost", "reason")
        columns = {name: [one.get(name) for one in self.treatments] for name in names}
        kinds: dict[str, Any] = {"effect": "share", "cost": "money"}
        return [_display.of_arrays("Treatments", columns, kinds=kinds)]

    def __reduce__(self) -> Any:
        return _restore, (self.to_json(),)


def _restore(text: str) -> Treatments:
    return Treatments.from_json(text)


def _amounts(capacities: Mapping[str, float] | None) -> list[tuple[str, float]]:
    return [(str(name), float(amount)) for name, amount in (capacities or {}).items()]


def _note(treatment: str, columns: list[str]) -> str:
    return f"{treatment} was not weighed: it needs the column {' and '.join(columns)}"
