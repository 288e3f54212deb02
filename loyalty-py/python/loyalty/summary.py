"""Stage 2: one row per customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _columns, _display, _frames, _native
from loyalty._frozen import Frozen

if TYPE_CHECKING:
    import narwhals as nw
    from numpy.typing import NDArray

__all__ = ["CalibrationHoldout", "CustomerSummary"]


class CustomerSummary(Frozen):
    """Frequency, recency, T and monetary value, one row per customer.

    Made from a log by :meth:`Orders.summarize`, or from columns.

    Parameters
    ----------
    data : data frame or mapping of columns, optional
        Where the columns are. The other arguments are then names of its columns; without it they
        are the columns themselves: arrays, series or lists.
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
        required = ("frequency", "recency", "T")
        given = {r: values for r, values in given.items() if values is not None or r in required}
        frame = None
        if data is not None:
            read, frame = _columns.read(data, list(given.values()))
            columns: dict[str, Any] = dict(zip(given, read, strict=True))
        else:
            columns = {role: _columns.from_values(role, values) for role, values in given.items()}
        native = _native.CustomerSummary(
            columns.pop("frequency"),
            columns.pop("recency"),
            columns.pop("T"),
            unit=unit,
            includes_first=includes_first,
            **columns,
        )
        name = customer if isinstance(customer, str) else "customer"
        self._set(_core=native, _customer=name, _frame=frame)

    @classmethod
    def _of(
        cls, native: _native.CustomerSummary, customer: str, frame: nw.Implementation | None
    ) -> CustomerSummary:
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
        >>> orders.summarize().sum_ln_gaps.round(6)
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

    def distinct_histories(self) -> CustomerSummary:
        """The distinct (x, t_x, T), with the number of customers that share each as weight.

        A fit of BG/NBD to them equals a fit to the customers.

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.CustomerSummary(frequency=[0, 1, 0], recency=[0, 4, 0], T=[9, 9, 9])
        >>> customers.distinct_histories().weights
        array([2., 1.])
        """
        return self._of(self._core.distinct_histories(), self._customer, self._frame)

    def to_frame(self, *, sum_ln_gaps: bool = False) -> Any:
        """The columns in the caller's kind of frame; a dict of arrays where arrays came in.

        With `sum_ln_gaps` that column too: whoever keeps the table for fits of models that know how
        regular customers are needs it.

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.CustomerSummary(frequency=[2], recency=[3.0], T=[9.0])
        >>> customers.to_frame()
        {'frequency': array([2]), 'recency': array([3.]), 'T': array([9.])}
        """
        native = self._core
        columns = [
            native.customer(self._customer),
            native.frequency(),
            native.recency(),
            native.t(),
            native.monetary_value(),
            native.total_amount(),
            native.sum_ln_gaps() if sum_ln_gaps else None,
            native.weights(),
        ]
        return _frames.table([column for column in columns if column is not None], self._frame)

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


class CalibrationHoldout(Frozen):
    """A summary up to the calibration end, and what the same customers did after it.

    Made by :meth:`Orders.calibration_holdout`.

    Examples
    --------
    >>> import loyalty
    >>> split = loyalty.datasets.cdnow_orders().calibration_holdout("1997-09-30", unit="week")
    >>> int(split.holdout_frequency.sum())
    1882
    """

    __slots__ = ("_holdout", "calibration")

    #: What was known at the calibration end.
    calibration: CustomerSummary
    _holdout: _native.Holdout

    @classmethod
    def _of(cls, calibration: CustomerSummary, holdout: _native.Holdout) -> CalibrationHoldout:
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

    def to_frame(self) -> Any:
        """Calibration and holdout columns side by side, in the caller's kind of frame."""
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
        return _frames.table([c for c in columns if c is not None], self.calibration._frame)

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
        raise TypeError("CalibrationHoldout cannot be pickled; pickle its calibration and arrays")
