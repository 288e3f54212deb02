"""Stage 2: one row per customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import numpy as np

from loyalty import _columns, _display, _frames, _native
from loyalty._frame_types import FrameT
from loyalty._rows import Rows
from loyalty.errors import InputError
from loyalty.reading.named import said
from loyalty.reading.roles import ROLES, choose

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self, Unpack

    import narwhals as nw
    from numpy.typing import NDArray

    from loyalty._frame_types import Arrays, Lazy, NativeT, SummaryOptions

__all__ = ["CalibrationHoldout", "CustomerSummary"]


#: Columns that every summary has.
_REQUIRED = ("frequency", "recency", "T")


class CustomerSummary(Rows[FrameT]):
    """Frequency, recency, T and monetary value, one row per customer.

    Made from a log by :meth:`Orders.summarize`, or from columns. It is a table: ``customers["recency"]`` is a
    column, ``customers[["recency", "T"]]`` a frame, ``customers[mask]`` and ``customers[:100]`` are the
    customers of these rows; it has a length, iterates over rows, and whatever reads Arrow reads it.

    Parameters
    ----------
    data : data frame or mapping of columns, optional
        Where the columns are. The other arguments are then names of its columns; without it they
        are the columns themselves: arrays, series or lists. Columns of the table that are called like an
        argument are taken by themselves, and an id of customers by its name.
    frequency
        Repeat purchases x: whole numbers from 0.
    recency
        Time from first to last purchase, t_x: from 0 to T, and 0 exactly where frequency is 0.
    T
        Time from first purchase to the end of observation.
    monetary_value : optional
        Mean amount per purchase; 0 or missing where no purchase is behind it.
    total_amount : optional
        Sum of all amounts; RFM needs it.
    sum_ln_gaps : optional
        Σ ln of the times between a customer's successive purchases: how regular they are. Fits of
        models that know regularity need it; summaries of a log have it. 0 where frequency is 0, ln
        recency where it is 1, at most frequency · ln(recency/frequency).
    weights : optional
        How many customers each row stands for: above 0.
    customer : optional
        Ids, each once.
    columns : mapping, optional
        For a table, the names of its columns once more: ``{"customer": "client"}``; None leaves one out.
    unit : str, optional
        The unit of recency and T. Models fitted to the summary keep it and refuse data in another.
    includes_first : bool
        Whether `monetary_value` averages the first purchase too.

    Raises
    ------
    InputError
        With the column, the first row that breaks its rule, and how many more do.

    Examples
    --------
    >>> import loyalty
    >>> customers = loyalty.CustomerSummary(
    ...     frequency=[2, 0], recency=[30.43, 0.0], T=[38.86, 38.86], monetary_value=[22.35, 0.0]
    ... )
    >>> customers
    <CustomerSummary: 2 rows, 1 with repeat purchases>
    """

    __slots__ = ("_core", "_customer", "_frame")

    _core: _native.CustomerSummary
    _customer: str
    _frame: nw.Implementation | None

    @overload
    def __init__(
        self: CustomerSummary[Arrays],
        data: Mapping[str, Any] | None = None,
        **options: Unpack[SummaryOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: CustomerSummary[NativeT], data: Lazy[NativeT], **options: Unpack[SummaryOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: CustomerSummary[NativeT], data: NativeT, **options: Unpack[SummaryOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: CustomerSummary[Any], data: object, **options: Unpack[SummaryOptions]
    ) -> None: ...
    def __init__(
        self,
        data: Any = None,
        *,
        frequency: Any = "frequency",
        recency: Any = "recency",
        T: Any = "T",
        monetary_value: Any = None,
        total_amount: Any = None,
        sum_ln_gaps: Any = None,
        weights: Any = None,
        customer: Any = None,
        columns: Mapping[str, str | None] | None = None,
        unit: str | None = None,
        includes_first: bool = False,
    ) -> None:
        given = {
            "frequency": frequency,
            "recency": recency,
            "T": T,
            "monetary_value": monetary_value,
            "total_amount": total_amount,
            "sum_ln_gaps": sum_ln_gaps,
            "weights": weights,
            "customer": customer,
        }
        frame = None
        if data is not None:
            named = _named(data, given, columns)
            customer = named.get("customer")
            read, frame = _columns.read(data, list(named.values()))
            found: dict[str, Any] = dict(zip(named, read, strict=True))
        elif columns is not None:
            raise InputError("columns names those of a table, but there is none")
        else:
            present = {
                role: values
                for role, values in given.items()
                if values is not None or role in _REQUIRED
            }
            found = {role: _columns.from_values(role, values) for role, values in present.items()}
        native = _native.CustomerSummary(
            found.pop("frequency"),
            found.pop("recency"),
            found.pop("T"),
            unit=unit,
            includes_first=includes_first,
            **found,
        )
        name = customer if isinstance(customer, str) else "customer"
        self._set(_core=native, _customer=name, _frame=frame)

    @classmethod
    def _given(cls, name: str, given: object) -> CustomerSummary:
        """The summary that an argument is, or is a table of."""
        if isinstance(given, CustomerSummary):
            return given
        try:
            return cls(given)
        except TypeError:
            found = type(given).__name__
            hint = "; orders.summarize() makes one" if found in ("Orders", "Occasions") else ""
            raise TypeError(
                f"{name} must be a CustomerSummary or a table of frequency, recency and T, got {found}{hint}"
            ) from None

    @classmethod
    def _of(
        cls, native: _native.CustomerSummary, customer: str, frame: nw.Implementation | None
    ) -> Self:
        summary = cls.__new__(cls)
        summary._set(_core=native, _customer=customer, _frame=frame)
        return summary

    @property
    def frequency(self) -> NDArray[np.int64]:
        """Repeat purchases x."""
        return _frames.array(self._core.frequency())

    @property
    def recency(self) -> NDArray[np.float64]:
        """Time from first to last purchase, t_x."""
        return _frames.array(self._core.recency())

    @property
    def T(self) -> NDArray[np.float64]:
        """Time from first purchase to the end of observation."""
        return _frames.array(self._core.t())

    @property
    def monetary_value(self) -> NDArray[np.float64] | None:
        """Mean amount per purchase."""
        column = self._core.monetary_value()
        return None if column is None else _frames.array(column)

    @property
    def total_amount(self) -> NDArray[np.float64] | None:
        """Sum of all amounts."""
        column = self._core.total_amount()
        return None if column is None else _frames.array(column)

    @property
    def sum_ln_gaps(self) -> NDArray[np.float64] | None:
        """Σ ln of the times between successive purchases, in the unit of recency.

        At a given frequency x and recency it is greatest, x ln(recency/x), where all times are equal.
        Fits of models that know how regular customers are need it; predictions do not.

        Examples
        --------
        >>> import loyalty
        >>> log = {"id": [1, 1, 1], "day": ["2026-01-01", "2026-01-03", "2026-01-11"]}
        >>> orders = loyalty.Orders(log, customer="id", time="day")
        >>> orders.summarize(unit="day").sum_ln_gaps.round(6)
        array([2.772589])
        """
        column = self._core.sum_ln_gaps()
        return None if column is None else _frames.array(column)

    @property
    def weights(self) -> NDArray[np.float64] | None:
        """How many customers each row stands for; None for one each."""
        column = self._core.weights()
        return None if column is None else _frames.array(column)

    @property
    def customer(self) -> NDArray[Any] | None:
        """The customers' ids."""
        column = self._core.customer(self._customer)
        return None if column is None else _frames.array(column)

    @property
    def first_order(self) -> NDArray[np.datetime64] | None:
        """When each customer first ordered: the beginning of the day, or other occasion, of the first order,
        on the wall clock of the log. None of a summary that was made of columns.

        Examples
        --------
        >>> import loyalty
        >>> log = {"id": [1, 1, 2], "day": ["2026-01-01", "2026-01-03", "2026-01-11"]}
        >>> customers = loyalty.Orders(log).summarize()
        >>> [str(day)[:10] for day in customers.first_order], [str(day)[:10] for day in customers.last_order]
        (['2026-01-01', '2026-01-11'], ['2026-01-03', '2026-01-11'])
        """
        column = self._core.first_order()
        return None if column is None else _frames.array(column)

    @property
    def last_order(self) -> NDArray[np.datetime64] | None:
        """When each customer last ordered up to the end of observation, as `first_order`."""
        column = self._core.last_order()
        return None if column is None else _frames.array(column)

    @property
    def observation_end(self) -> np.datetime64 | None:
        """The beginning of the last day, or other occasion, observed; None of one made of columns."""
        observed = self._core.observed
        return None if observed is None else np.datetime64(observed[1], "us")

    @property
    def unit(self) -> str | None:
        """The unit of recency and T, where it is known."""
        return self._core.unit

    @property
    def includes_first(self) -> bool:
        """Whether the monetary value averages the first purchase too."""
        return self._core.includes_first

    @property
    def left_out(self) -> dict[str, int]:
        """Customers and occasions after the observation end.

        Examples
        --------
        >>> import loyalty
        >>> orders = loyalty.datasets.cdnow_orders()
        >>> orders.summarize(observation_end="1997-09-30").left_out
        {'customers': 0, 'occasions': 1882}
        """
        customers, occasions = self._core.left_out
        return {"customers": customers, "occasions": occasions}

    def distinct_histories(self) -> CustomerSummary[FrameT]:
        """The distinct (x, t_x, T), with the number of customers that share each as weight.

        A fit of BG/NBD to them equals a fit to the customers.

        Returns
        -------
        CustomerSummary

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.CustomerSummary(frequency=[0, 1, 0], recency=[0, 4, 0], T=[9, 9, 9])
        >>> customers.distinct_histories().weights
        array([2., 1.])
        """
        return self._of(self._core.distinct_histories(), self._customer, self._frame)

    def to_frame(self, *, sum_ln_gaps: bool = False, dates: bool = False) -> FrameT:
        """The columns in the caller's kind of frame; a dict of arrays where arrays came in.

        Parameters
        ----------
        sum_ln_gaps : bool
            That column too: whoever keeps the table for fits of models that know how regular customers
            are needs it.
        dates : bool
            ``first_order`` and ``last_order`` too, of a summary of a log.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.CustomerSummary(frequency=[2], recency=[3.0], T=[9.0])
        >>> customers.to_frame()
        {'frequency': array([2]), 'recency': array([3.]), 'T': array([9.])}
        """
        further = {column.name: column for column in self._further()}
        names = ("sum_ln_gaps",) * sum_ln_gaps + ("first_order", "last_order") * dates
        wanted = [further[name] for name in names if name in further]
        table: FrameT = _frames.table([*self._table()[0], *wanted], self._frame)
        return table

    def _table(self) -> tuple[list[_native.Column], nw.Implementation | None]:
        native = self._core
        columns = [
            native.customer(self._customer),
            native.frequency(),
            native.recency(),
            native.t(),
            native.monetary_value(),
            native.total_amount(),
            native.weights(),
        ]
        return [column for column in columns if column is not None], self._frame

    def _further(self) -> list[_native.Column]:
        columns = (self._core.sum_ln_gaps(), self._core.first_order(), self._core.last_order())
        return [column for column in columns if column is not None]

    def _select(self, rows: list[int]) -> Self:
        return self._of(self._core.select(rows), self._customer, self._frame)

    def _answer(self, column: _native.Column) -> Any:
        """A score: an array where arrays came in, else a frame keyed by the customers' ids."""
        if self._frame is None:
            return _frames.array(column)
        ids = self._core.customer(self._customer)
        return _frames.table([column] if ids is None else [ids, column], self._frame)

    def _answers(self, columns: list[_native.Column]) -> Any:
        """Several scores: a dict of arrays where arrays came in, else a frame with the ids."""
        ids = None if self._frame is None else self._core.customer(self._customer)
        return _frames.table(columns if ids is None else [ids, *columns], self._frame)

    def __len__(self) -> int:
        return len(self._core)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CustomerSummary) and self._core == other._core

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        repeaters = int((self.frequency > 0).sum())
        unit = "" if self.unit is None else f", unit {self.unit}"
        return f"<CustomerSummary: {len(self)} rows, {repeaters} with repeat purchases{unit}>"

    def _shown(self) -> _display.Parts:
        repeaters = int((self.frequency > 0).sum())
        unit = f"recency and T in {self.unit}s" if self.unit else "the unit of time not stated"
        shown = _display.SHOWN
        first = "" if len(self) <= shown else f"; the first {shown}"
        title = f"{len(self):,} customers, {repeaters:,} with repeat purchases, {unit}{first}"
        core = self._core
        columns = [
            core.customer(self._customer),
            core.frequency(),
            core.recency(),
            core.t(),
            core.monetary_value(),
            core.total_amount(),
        ]
        known = [column for column in columns if column is not None]
        return [_display.of_columns(title, known, ids=self._customer)]

    def __reduce__(self) -> Any:
        core = self._core
        columns = {
            "frequency": core.frequency(),
            "recency": core.recency(),
            "t": core.t(),
            "monetary_value": core.monetary_value(),
            "total_amount": core.total_amount(),
            "weights": core.weights(),
            "customer": core.customer(self._customer),
            "sum_ln_gaps": core.sum_ln_gaps(),
            "since_last": core.since_last_of_log(),
        }
        arrays = {
            role: _frames.array(values) for role, values in columns.items() if values is not None
        }
        facts = {
            "unit": core.unit,
            "includes_first": core.includes_first,
            "left_out": core.left_out,
            "observed": core.observed,
        }
        backend = None if self._frame is None else self._frame.value
        return _restore, (arrays, facts, self._customer, backend)


def _restore(
    arrays: dict[str, Any], facts: dict[str, Any], customer: str, backend: str | None
) -> CustomerSummary:
    import narwhals as nw

    columns: dict[str, Any] = {
        role: _columns.from_values(role, values) for role, values in arrays.items()
    }
    frame = None if backend is None else nw.Implementation(backend)
    return CustomerSummary._of(_native.CustomerSummary(**columns, **facts), customer, frame)


class CalibrationHoldout(Rows[FrameT]):
    """A summary up to the calibration end, and what the same customers did after it.

    Made by :meth:`Orders.calibration_holdout`.

    Attributes
    ----------
    calibration : CustomerSummary
        What was known at the calibration end.

    Examples
    --------
    >>> import loyalty
    >>> split = loyalty.datasets.cdnow_orders().calibration_holdout("1997-09-30", unit="week")
    >>> int(split.holdout_frequency.sum())
    1882
    """

    __slots__ = ("_holdout", "calibration")

    calibration: CustomerSummary[FrameT]
    _holdout: _native.Holdout

    @classmethod
    def _of(cls, calibration: CustomerSummary[Any], holdout: _native.Holdout) -> Self:
        split = cls.__new__(cls)
        split._set(calibration=calibration, _holdout=holdout)
        return split

    @property
    def holdout_frequency(self) -> NDArray[np.int64]:
        """Purchase occasions in the holdout period, one value per customer."""
        return _frames.array(self._holdout.frequency())

    @property
    def holdout_monetary_value(self) -> NDArray[np.float64] | None:
        """Mean amount of these occasions, 0 for none."""
        column = self._holdout.monetary_value()
        return None if column is None else _frames.array(column)

    @property
    def holdout_duration(self) -> float:
        """The length of the holdout period, in the unit of the summary."""
        return self._holdout.duration

    @property
    def born_in_holdout(self) -> int:
        """Customers whose first order lies in the holdout period; they are in neither part."""
        return self._holdout.born_in_holdout

    def to_frame(self) -> FrameT:
        """Calibration and holdout columns side by side, in the caller's kind of frame.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> split = loyalty.datasets.cdnow_orders().calibration_holdout("1997-09-30")
        >>> [*split.to_frame()][-2:]
        ['frequency_holdout', 'monetary_value_holdout']
        """
        table: FrameT = _frames.table(*self._table())
        return table

    def _table(self) -> tuple[list[_native.Column], nw.Implementation | None]:
        native = self.calibration._core
        columns = [
            native.customer(self.calibration._customer),
            native.frequency(),
            native.recency(),
            native.t(),
            native.monetary_value(),
            self._holdout.frequency(),
            self._holdout.monetary_value(),
        ]
        return [column for column in columns if column is not None], self.calibration._frame

    def _further(self) -> list[_native.Column]:
        return self.calibration._further()

    def _select(self, rows: list[int]) -> Self:
        calibration, holdout = self._holdout.select(rows)
        known = self.calibration
        summary = CustomerSummary._of(calibration, known._customer, known._frame)
        return self._of(summary, holdout)

    def __len__(self) -> int:
        return len(self.calibration)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CalibrationHoldout) and self._holdout == other._holdout

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return (
            f"<CalibrationHoldout: {len(self.calibration)} customers, holdout of "
            f"{self.holdout_duration:g} {self.calibration.unit}s, "
            f"{self.born_in_holdout} born in it>"
        )

    def _shown(self) -> _display.Parts:
        rows = [
            ("customers", len(self.calibration)),
            ("holdout duration", self.holdout_duration),
            ("purchases in the holdout", int(self.holdout_frequency.sum())),
            ("customers born in the holdout", self.born_in_holdout),
        ]
        return [_display.facts("Calibration and holdout", rows), *self.calibration._shown()]

    def __reduce__(self) -> Any:
        holdout = self._holdout
        parts = (
            holdout.frequency(),
            holdout.monetary_value(),
            holdout.duration,
            holdout.born_in_holdout,
        )
        return _restore_split, (self.calibration, *parts)


def _restore_split(calibration: CustomerSummary, *parts: Any) -> CalibrationHoldout:
    return CalibrationHoldout._of(calibration, _native.Holdout(calibration._core, *parts))


def _named(
    data: Any, given: Mapping[str, Any], columns: Mapping[str, str | None] | None
) -> dict[str, str]:
    """Role to column of a table: those named, and those that are called like their roles."""
    explicit = {role: name for role, name in given.items() if name not in (None, role)}
    named = said(columns, explicit, given)
    there = _columns.names(data)
    for role in given:
        if role not in named and (role in there or role in _REQUIRED):
            named[role] = role
    if "customer" not in named:
        others = [name for name in there if name not in named.values()]
        found = choose(others, roles={"customer": ROLES["customer"]}, needed=())
        named |= found.columns
    wanted = {role: named.get(role) for role in given}
    return {role: name for role, name in wanted.items() if name is not None}
