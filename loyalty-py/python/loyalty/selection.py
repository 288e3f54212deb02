"""Who gets which treatment within capacities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, cast

import narwhals as nw
import narwhals.selectors as ncs
import numpy as np

from loyalty import _check, _columns, _display, _frames, _native
from loyalty._frozen import Record
from loyalty.errors import InputError
from loyalty.treatments import Treatments, _amounts, _note

__all__ = ["Choice", "Selection", "choose", "select"]


class _Outcome(Record):
    """What a choice gains, and what it takes."""

    __slots__ = ("_capacities", "_frame", "bound", "gain", "gap")

    gain: float
    bound: float
    gap: float
    _capacities: tuple[tuple[str, float, float, float], ...]
    _frame: nw.Implementation | None

    def capacities(self) -> Any:
        """One row per capacity: ``amount``, ``used``, and ``shadow_price``, what one more unit would
        gain.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> chosen = loyalty.choose(
        ...     {"call": [50, 20, 40]}, capacities={"calls": 2}, uses={"calls": {"call": 1}}
        ... )
        >>> float(chosen.capacities()["used"][0])
        2.0
        """
        names, *numbers = zip(*self._capacities, strict=True) if self._capacities else ((),) * 4
        columns = [_frames.text_column("capacity", names)]
        titles = ("amount", "used", "shadow_price")
        columns += [_frames.float_column(*pair) for pair in zip(titles, numbers, strict=True)]
        return _frames.table(columns, self._frame)

    @property
    def shadow_prices(self) -> dict[str, float]:
        """What one more unit of each capacity would gain."""
        return {name: price for name, _, _, price in self._capacities}

    @property
    def used(self) -> dict[str, float]:
        """How much of each capacity is used."""
        return {name: used for name, _, used, _ in self._capacities}

    def _facts(self) -> list[Any]:
        rows: list[Any] = [
            ("gain", self.gain, "money"),
            ("bound", self.bound, "money"),
            ("gap", self.gap, "share"),
        ]
        for name, amount, used, price in self._capacities:
            rows.append((name, f"{used:g} of {amount:g}, one more is worth {price:,.2f}"))
        return rows


class Selection(_Outcome):
    """Who gets which treatment. Made by :func:`select`.

    Attributes
    ----------
    treatments : Treatments
        The table that was weighed.
    notes : tuple of str
        What was not weighed, and which columns would enable it.
    gain : float
        The sum of the expected gains.
    bound : float
        No choice within the capacities gains more.
    gap : float
        How much of the bound is missing at most, as a share of it: 0 is proof of an optimum.

    Examples
    --------
    >>> import loyalty
    >>> customers = {
    ...     "who": ["ann", "bob"], "frequency": [4, 2], "p_alive": [0.9, 0.8], "clv": [900.0, 300.0],
    ... }
    >>> chosen = loyalty.select(customers, customer="who", capacities={"calls": 1}, margin=0.3)
    >>> len(chosen) <= 2, chosen.gap >= 0
    (True, True)
    """

    __slots__ = ("_columns", "_rows", "_summary", "notes", "treatments")

    treatments: Treatments
    notes: tuple[str, ...]
    _columns: tuple[_native.Column, ...]
    _rows: int
    _summary: tuple[tuple[str, str, int, float, float], ...]

    def to_frame(self) -> Any:
        """One row per customer treated, the largest expected gain first: customer, ``treatment``,
        ``channel``, ``gain``, ``cost``, ``reason``.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> customers = {
        ...     "who": ["ann", "bob"], "frequency": [4, 2], "p_alive": [0.9, 0.8], "clv": [900.0, 300.0],
        ... }
        >>> chosen = loyalty.select(customers, customer="who", capacities={"calls": 1}, margin=0.3)
        >>> list(chosen.to_frame())
        ['who', 'treatment', 'channel', 'gain', 'cost', 'reason']
        """
        return _frames.table(self._columns, self._frame)

    def summary(self) -> Any:
        """One row per treatment: ``channel``, ``customers``, ``gain``, ``cost``.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> customers = {
        ...     "who": ["ann", "bob"], "frequency": [4, 2], "p_alive": [0.9, 0.8], "clv": [900.0, 300.0],
        ... }
        >>> chosen = loyalty.select(customers, customer="who", capacities={"calls": 1}, margin=0.3)
        >>> list(chosen.summary())
        ['treatment', 'channel', 'customers', 'gain', 'cost']
        """
        names, channels, *numbers = zip(*self._summary, strict=True)
        columns = [
            _frames.text_column("treatment", names),
            _frames.text_column("channel", channels),
        ]
        titles = ("customers", "gain", "cost")
        columns += [_frames.float_column(*pair) for pair in zip(titles, numbers, strict=True)]
        return _frames.table(columns, self._frame)

    def __len__(self) -> int:
        return len(self._columns[0])

    def __repr__(self) -> str:
        nothing = len(self.notes) == len(self.treatments.treatments)
        weighed = ", no treatment could be weighed: see notes" if nothing else ""
        return (
            f"<Selection: {len(self)} of {self._rows} customers, gain {self.gain:.6g}, "
            f"gap {self.gap:.2g}{weighed}>"
        )

    def _shown(self) -> _display.Parts:
        title = f"{len(self):,} of {self._rows:,} customers"
        return [_display.facts(title, self._facts()), *self.notes]


class Choice(_Outcome):
    """One of the columns of gains, or none, for each row. Made by :func:`choose`.

    Attributes
    ----------
    names : tuple of str
        The columns of gains.
    gain : float
        The sum of the expected gains.
    bound : float
        No choice within the capacities gains more.
    gap : float
        How much of the bound is missing at most, as a share of it: 0 is proof of an optimum.

    Examples
    --------
    >>> import loyalty
    >>> chosen = loyalty.choose(
    ...     {"call": [50, 20, 40], "letter": [10, 15, 0]}, capacities={"calls": 1},
    ...     uses={"calls": {"call": 1}},
    ... )
    >>> chosen.choice, chosen.gains
    (array([ 0,  1, -1]), array([50., 15.,  0.]))
    """

    __slots__ = ("_choice", "_gains", "names")

    names: tuple[str, ...]
    _choice: _native.Column
    _gains: _native.Column

    @property
    def choice(self) -> np.ndarray[Any, Any]:
        """For each row the position of its column in ``names``; -1 for none."""
        return _frames.array(self._choice)

    @property
    def gains(self) -> np.ndarray[Any, Any]:
        """For each row the gain of what was chosen; 0 for none."""
        return _frames.array(self._gains)

    def __len__(self) -> int:
        return len(self._choice)

    def __repr__(self) -> str:
        return f"<Choice: {len(self)} rows, gain {self.gain:.6g}, gap {self.gap:.2g}>"

    def _shown(self) -> _display.Parts:
        return [_display.facts(f"Choice for {len(self):,} rows", self._facts())]


def select(
    data: Any,
    *,
    capacities: Mapping[str, float] | None = None,
    treatments: Treatments | None = None,
    customer: str | None = None,
    columns: Mapping[str, str] | None = None,
    margin: float | None = None,
    threads: int = 0,
) -> Selection:
    """The treatments with the largest expected gain, one at most for each customer, within
    capacities.

    ::

        maximise Σ gain of what is chosen
        subject to, for each capacity, Σ use of what is chosen ≤ amount

    Parameters
    ----------
    data : data frame or mapping of columns
        One row per customer: lifetime value, P(alive), the labels of behaviours as booleans or as 0
        and 1, what they cost a year; ``opted_out``, true for whoever gets no treatment. Other columns are
        not looked at; NaN or missing where unknown.
    capacities : mapping, optional
        How much there is of what, for instance ``{"calls": 250}``. What is not named is there in
        plenty.
    treatments : Treatments, optional
        By default :meth:`Treatments.customary`.
    customer : str, optional
        The column of ids; without it the answer has the row's number.
    columns : mapping, optional
        For a column of the treatments, or ``customer``, its name in `data`, where that is another.
    margin : float, optional
        The contribution margin of every customer, where `data` has no such column. No offer is deeper.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    Selection
        With ``notes`` on the treatments that could not be weighed and the columns they miss, the
        proven ``gap``, and ``capacities()`` with shadow prices.

    Raises
    ------
    InputError
        For a capacity that no treatment takes of, a number outside its domain, or an empty table.

    Examples
    --------
    >>> import loyalty
    >>> customers = {
    ...     "who": ["ann", "bob", "cleo"],
    ...     "frequency": [2, 7, 4],
    ...     "clv": [900.0, 2500.0, 1700.0],
    ...     "p_alive": [0.9, 0.8, 0.1],
    ... }
    >>> selection = loyalty.select(customers, capacities={"calls": 1}, customer="who")
    >>> [str(name) for name in selection.to_frame()["treatment"]]
    ['personal_call', 'personal_letter']
    >>> selection.to_frame()["reason"][0]
    'A loyal customer worth 2500.00; a personal call is expected to gain 117.00.'
    >>> round(selection.shadow_prices["calls"], 2)
    21.0
    """
    table = Treatments.customary() if treatments is None else treatments
    _check.instance("treatments", table, Treatments)
    renamed = dict(columns or {})
    if (by_columns := renamed.pop("customer", None)) is not None:
        if customer not in (None, by_columns):
            raise InputError(
                f"customer is {by_columns!r} by columns and {customer!r} by keyword: say it once"
            )
        customer = by_columns
    unknown = [name for name in renamed if name not in table.columns]
    if unknown:
        listed = ", ".join(table.columns)
        raise InputError(f"no treatment needs the column {unknown[0]!r}; they need {listed}")
    data, known = _with_numbers(data)
    wanted = {name: renamed.get(name, name) for name in table.columns}
    here = {name: own for name, own in wanted.items() if own in known or name in renamed}
    out = {"opted_out": "opted_out"} if "opted_out" in known else {}
    ids = [] if customer is None else [customer]
    if not here and not ids:
        raise InputError(f"the table has none of the columns {', '.join(wanted.values())}")
    here |= out
    read, frame = _columns.read(data, [*here.values(), *ids])
    facts = [column.renamed(name) for name, column in zip(here, read, strict=False)]
    same = [] if margin is None or "margin" in here else [("margin", float(margin))]
    rows = len(read[0])
    outcome, (order, chosen, gains), (costs, reasons, summary, missing) = _native.select_treatments(
        table._core, rows, facts, same, _amounts(capacities), _check.whole("threads", threads)
    )
    who = read[-1].as_ids(rows) if ids else _native.Column.from_int64("row", np.arange(rows))
    named = table.treatments
    selection = Selection.__new__(Selection)
    selection._set(
        **_parts(outcome),
        treatments=table,
        notes=tuple(_note(name, [wanted[one] for one in lacking]) for name, lacking in missing),
        _columns=(
            _native.take_ids(who, order),
            _frames.text_column("treatment", [named[number]["name"] for number in chosen]),
            _frames.text_column("channel", [named[number]["channel"] for number in chosen]),
            gains,
            costs,
            reasons,
        ),
        _frame=frame,
        _rows=rows,
        _summary=tuple(summary),
    )
    return selection


def choose(
    gains: Mapping[str, Any],
    *,
    capacities: Mapping[str, float] | None = None,
    uses: Mapping[str, Mapping[str, Any]] | None = None,
    threads: int = 0,
) -> Choice:
    """For each row the best of several columns of gains, or none, within capacities: the selection
    of :func:`select` for gains of one's own.

    Parameters
    ----------
    gains : mapping
        For each treatment an array of expected gains, a value per row. A gain at or below 0 is never
        chosen.
    capacities : mapping, optional
        How much there is of what.
    uses : mapping, optional
        For each capacity, what the treatments take of it: a number, or an array with a value per row.
        A treatment that is left out takes nothing.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    Choice

    Raises
    ------
    InputError
        For a value outside its domain, columns of different lengths, or a name that is not known.

    References
    ----------
    Sinha & Zoltners (1979), The multiple-choice knapsack problem, Operations Research 27(3), 503–515.

    Examples
    --------
    >>> import loyalty
    >>> chosen = loyalty.choose(
    ...     {"call": [50, 20, 40], "letter": [10, 15, 0]},
    ...     capacities={"calls": 2},
    ...     uses={"calls": {"call": 1}},
    ... )
    >>> chosen.choice
    array([0, 1, 0])
    >>> chosen
    <Choice: 3 rows, gain 105, gap 0>
    """
    names, amounts = list(gains), _amounts(capacities)
    columns = [_columns.from_values(name, gains[name]) for name in names]
    taken = {name: dict(uses[name]) for name in uses} if uses else {}
    _known("uses", taken, [name for name, _ in amounts])
    for capacity in taken:
        _known(f"uses of {capacity}", taken[capacity], names)
    by_capacity = [
        [_taken(capacity, taken.get(capacity, {}).get(name, 0.0)) for name in names]
        for capacity, _ in amounts
    ]
    threads = _check.whole("threads", threads)
    outcome, choice, chosen = _native.choose(columns, amounts, by_capacity, threads)
    result = Choice.__new__(Choice)
    result._set(
        **_parts(outcome),
        names=tuple(names),
        _choice=choice,
        _gains=chosen,
        _frame=_columns.installed_frame(),
    )
    return result


def _taken(capacity: str, use: Any) -> float | _native.Column:
    if isinstance(use, Real):
        return float(use)
    return _columns.from_values(f"use of {capacity}", use)


def _known(what: str, named: Iterable[str], known: Sequence[str]) -> None:
    for name in named:
        if name not in known:
            raise InputError(f"{what}: {name!r} is none of {', '.join(known)}")


def _parts(
    outcome: tuple[float, float, float, list[tuple[str, float, float, float]]],
) -> dict[str, Any]:
    gain, bound, gap, capacities = outcome
    return {"gain": gain, "bound": bound, "gap": gap, "_capacities": tuple(capacities)}


def _with_numbers(data: Any) -> tuple[Any, list[str]]:
    """The same data with booleans as 0 and 1, and the names of its columns."""
    if isinstance(data, Mapping):
        arrays = {name: np.asarray(values) for name, values in data.items()}
        flags = {name: array for name, array in arrays.items() if array.dtype == bool}
        data = {**data, **{name: array.astype(np.float64) for name, array in flags.items()}}
        return data, list(data)
    frame = nw.from_native(data, pass_through=True)
    installed = _columns.installed_frame()
    if hasattr(frame, "__arrow_c_stream__") and not isinstance(frame, nw.DataFrame) and installed:
        frame = nw.from_arrow(frame, backend=cast("Any", installed))
    if not isinstance(frame, nw.DataFrame | nw.LazyFrame):
        raise TypeError(
            "expected a data frame (pandas, polars, pyarrow, duckdb), anything with "
            f"__arrow_c_stream__, or a mapping of columns, got {type(data).__name__}"
        )
    frame = frame.with_columns(ncs.boolean().cast(nw.Int8))
    return frame.to_native(), frame.collect_schema().names()
