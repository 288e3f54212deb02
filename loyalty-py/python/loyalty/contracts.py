"""Contracts: how often each was renewed, and whether it still runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _check, _columns, _display, _frames, _native
from loyalty._frozen import Frozen

if TYPE_CHECKING:
    import narwhals as nw
    from numpy.typing import NDArray

__all__ = ["Contracts"]


class Contracts(Frozen):
    """Contracts, one row each: how often it was renewed, and whether the customer has left.

    Who has not left may renew again: what is known of them is that they stayed so long. Customers who
    joined at different times stand side by side. A table of cohorts is read by
    :meth:`Contracts.from_cohorts`.

    Parameters
    ----------
    data : data frame or mapping of columns, optional
        Where the columns are. The other arguments are then names of its columns; without it they are
        the columns themselves: arrays, series or lists.
    renewals
        Renewals made: whole numbers from 0 to 100,000.
    left : optional
        True where the customer left instead of renewing once more; without it nobody has.
    weights : optional
        How many contracts each row stands for: above 0.
    customer : optional
        Ids; who has several contracts stands in several rows.

    Raises
    ------
    InputError
        With the column, the first row that breaks its rule, and how many more do.

    Examples
    --------
    >>> import loyalty
    >>> loyalty.Contracts(renewals=[0, 3, 3], left=[True, True, False])
    <Contracts: 3 rows, 3 contracts, 1 still running>
    """

    __slots__ = ("_core", "_customer", "_frame")

    _core: _native.Contracts
    _customer: str
    _frame: nw.Implementation | None

    def __init__(
        self,
        data: Any = None,
        *,
        renewals: Any = "renewals",
        left: Any = None,
        weights: Any = None,
        customer: Any = None,
    ) -> None:
        given = {"renewals": renewals, "left": left, "weights": weights, "customer": customer}
        columns, frame = _read(data, given, ("renewals",))
        native = _native.Contracts(columns.pop("renewals"), **columns)
        name = customer if isinstance(customer, str) else "customer"
        self._set(_core=native, _customer=name, _frame=frame)

    @classmethod
    def from_cohorts(
        cls,
        data: Any = None,
        *,
        cohort: Any = None,
        renewals: Any = "renewals",
        customers: Any = "customers",
    ) -> Contracts:
        """The contracts of a table of cohorts: a row for each count of who is still there.

        Of each cohort there is a row for every renewal at which some left, and one for those still
        there, with their number as weight; the cohort stands as customer. Cohorts may be of different
        lengths: each is known up to its last count.

        Parameters
        ----------
        data : data frame or mapping of columns, optional
            As for :class:`Contracts`.
        cohort : optional
            Which cohort; without it all rows are of one.
        renewals
            After how many renewals the cohort was counted: of each 0, 1, 2, … without a gap.
        customers
            How many customers were still there; never more than one renewal before.

        Returns
        -------
        Contracts

        Examples
        --------
        >>> import loyalty
        >>> table = {"renewals": [0, 1, 2], "customers": [1000, 631, 468]}
        >>> loyalty.Contracts.from_cohorts(table)
        <Contracts: 3 rows, 1000 contracts, 468 still running>
        """
        given = {"renewals": renewals, "customers": customers, "cohort": cohort}
        columns, frame = _read(data, given, ("renewals", "customers"))
        native = _native.Contracts.of_cohorts(
            columns.pop("renewals"), columns.pop("customers"), **columns
        )
        return cls._of(native, cohort if isinstance(cohort, str) else "cohort", frame)

    @classmethod
    def _given(cls, name: str, given: object) -> Contracts:
        """The contracts that an argument is."""
        return _check.instance(name, given, Contracts)

    @classmethod
    def _of(
        cls, native: _native.Contracts, customer: str, frame: nw.Implementation | None
    ) -> Contracts:
        contracts = cls.__new__(cls)
        contracts._set(_core=native, _customer=customer, _frame=frame)
        return contracts

    @property
    def renewals(self) -> NDArray[np.int64]:
        """Renewals made."""
        return _frames.array(self._core.renewals())

    @property
    def left(self) -> NDArray[np.bool_]:
        """Who has left."""
        return np.array(self._core.left(), dtype=bool)

    @property
    def weights(self) -> NDArray[np.float64] | None:
        """How many contracts each row stands for; None for one each."""
        column = self._core.weights()
        return None if column is None else _frames.array(column)

    @property
    def customer(self) -> NDArray[Any] | None:
        """The customers' ids, or the names of the cohorts."""
        column = self._core.customer(self._customer)
        return None if column is None else _frames.array(column)

    def renewal_counts(self) -> Any:
        """Of each renewal, how many customers made it and how many left: all that a model learns from.

        Returns
        -------
        data frame or dict of arrays
            Columns renewal (from 1), kept, lost.

        Examples
        --------
        >>> import loyalty
        >>> contracts = loyalty.Contracts(renewals=[0, 3, 3], left=[True, True, False])
        >>> contracts.renewal_counts()["lost"]
        array([1., 0., 0., 1.])
        """
        return _frames.table(self._core.renewal_counts(), self._frame)

    def to_frame(self) -> Any:
        """The columns in the caller's kind of frame; a dict of arrays where arrays came in.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> loyalty.Contracts(renewals=[3], left=[True]).to_frame()
        {'renewals': array([3]), 'left': array([ True])}
        """
        native = self._core
        left = _native.Column.from_flags("left", [*native.left()])
        columns = [native.customer(self._customer), native.renewals(), left, native.weights()]
        return _frames.table([column for column in columns if column is not None], self._frame)

    def _answer(self, column: _native.Column) -> Any:
        """A score: an array where arrays came in, else a frame keyed by the customers' ids."""
        if self._frame is None:
            return _frames.array(column)
        return self._answers([column])

    def _answers(self, columns: list[_native.Column]) -> Any:
        """Several scores: a dict of arrays where arrays came in, else a frame with the ids."""
        ids = None if self._frame is None else self._core.customer(self._customer)
        return _frames.table(columns if ids is None else [ids, *columns], self._frame)

    def __len__(self) -> int:
        return len(self._core)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Contracts) and self._core == other._core

    __hash__ = None  # type: ignore[assignment]

    def _running(self) -> float:
        weights = self.weights
        running = ~self.left
        return float(running.sum() if weights is None else weights[running].sum())

    def __repr__(self) -> str:
        total, running = self._core.total_weight, self._running()
        return f"<Contracts: {len(self)} rows, {total:g} contracts, {running:g} still running>"

    def _shown(self) -> _display.Parts:
        rows = [
            ("rows", len(self)),
            ("contracts", self._core.total_weight),
            ("still running", self._running()),
            ("most renewals", int(self.renewals.max())),
        ]
        return [_display.facts("Contracts", rows)]

    def __reduce__(self) -> Any:
        columns = {
            "renewals": self.renewals,
            "left": self.left,
            "weights": self.weights,
            "customer": self.customer,
        }
        given = {role: values for role, values in columns.items() if values is not None}
        backend = None if self._frame is None else self._frame.value
        return _restore, (given, self._customer, backend)


def _restore(arrays: dict[str, Any], customer: str, backend: str | None) -> Contracts:
    import narwhals as nw

    columns: dict[str, Any] = {
        role: _columns.from_values(role, values) for role, values in arrays.items()
    }
    native = _native.Contracts(columns.pop("renewals"), **columns)
    frame = None if backend is None else nw.Implementation(backend)
    return Contracts._of(native, customer, frame)


def _read(
    data: Any, given: dict[str, Any], required: tuple[str, ...]
) -> tuple[dict[str, Any], nw.Implementation | None]:
    """The columns by role, and the library of the caller's frame."""
    given = {role: at for role, at in given.items() if at is not None or role in required}
    if data is None:
        return {role: _columns.from_values(role, at) for role, at in given.items()}, None
    read, frame = _columns.read(data, list(given.values()))
    return dict(zip(given, read, strict=True)), frame
