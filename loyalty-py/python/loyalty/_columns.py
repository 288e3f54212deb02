"""Columns in: whatever the caller holds becomes columns of the native module."""

from __future__ import annotations

import datetime as dt
import decimal
import importlib.util
import math
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np

from loyalty import _native
from loyalty.errors import InputError

_EPOCH = dt.datetime(1970, 1, 1)
_MICROSECOND = dt.timedelta(microseconds=1)


class Columns(NamedTuple):
    """Columns in the order asked for, and the library that holds the caller's frame."""

    columns: list[_native.Column]
    #: A narwhals implementation, or None where the caller holds arrays.
    frame: nw.Implementation | None


def read(data: object, names: Sequence[str]) -> Columns:
    """The columns named of a data frame, of anything with ``__arrow_c_stream__``, or of a mapping."""
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"a column of the table is meant by its name, got {name!r}")
        if "\0" in name:
            # Arrow ends names there, and polars ends the process.
            raise InputError(f"a column's name cannot have the character NUL, got {name!r}")
    data = with_index(data, names)
    if isinstance(data, Mapping):
        for name in names:
            _known(name, data)
        return Columns([from_values(name, data[name]) for name in names], None)
    try:
        frame = nw.from_native(data, pass_through=True)
    except nw.exceptions.DuplicateError:
        frame = nw.from_native(_without_namesakes(data, names), pass_through=True)
    if isinstance(frame, nw.DataFrame | nw.LazyFrame):
        known = frame.collect_schema().names()
        for name in names:
            _known(name, known)
        frame = frame.select(list(dict.fromkeys(names)))
        return _from_frame(frame, names)
    if hasattr(data, "__arrow_c_stream__"):
        implementation = nw.Implementation.PYARROW if _is_pyarrow(data) else installed_frame()
        return Columns(_stream(data, names), implementation)
    raise _no_table(data)


def names(data: object) -> list[str]:
    """The names of the columns of whatever :func:`read` takes, and last those of a pandas index."""
    if isinstance(data, Mapping):
        return list(data)
    frame = nw.from_native(data, pass_through=True)
    if isinstance(frame, nw.DataFrame | nw.LazyFrame):
        known = frame.collect_schema().names()
        return known + [name for name in _index_names(data) if name not in known]
    if not hasattr(data, "__arrow_c_stream__"):
        raise _no_table(data)
    import pyarrow as pa  # type: ignore[import-untyped]

    return list(pa.RecordBatchReader.from_stream(data).schema.names)


def with_index(data: Any, names: Sequence[str]) -> Any:
    """A pandas frame with those levels of its index as columns that are asked for and are none."""
    levels = [name for name in _index_names(data) if name in names and name not in data.columns]
    if not levels:
        return data
    return data.assign(**{name: data.index.get_level_values(name) for name in levels})


def _index_names(data: Any) -> list[str]:
    if type(data).__module__.partition(".")[0] != "pandas" or not hasattr(data, "columns"):
        return []
    return [name for name in data.index.names if isinstance(name, str)]


def _no_table(data: object) -> TypeError:
    return TypeError(
        "expected a data frame (pandas, polars, pyarrow, duckdb), anything with "
        f"__arrow_c_stream__, or a mapping of columns, got {type(data).__name__}"
    )


def from_values(name: str, values: Any) -> _native.Column:
    """A column of an array, a series or a list."""
    if _is_pyarrow(values) and hasattr(values, "__arrow_c_array__"):
        import pyarrow as pa

        values = pa.chunked_array([values])
    series = nw.from_native(values, pass_through=True, series_only=True)
    if isinstance(series, nw.Series):
        frame = series.alias(name).to_frame()
        return _from_frame(frame, [name]).columns[0]
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise TypeError(f"column {name!r} must be an array or a list, got {values!r}")
    if isinstance(values, np.ma.MaskedArray):
        return _from_list(name, values.tolist())
    if isinstance(values, np.ndarray):
        return _from_array(name, values)
    if hasattr(values, "__array__"):
        return _from_array(name, np.asarray(values))
    return _from_list(name, list(values))


def _is_pyarrow(value: object) -> bool:
    return type(value).__module__.partition(".")[0] == "pyarrow"


def _without_namesakes(data: Any, names: Sequence[str]) -> Any:
    """The columns named of an eager frame in which others, which nobody asks for, share a name."""
    is_arrow = hasattr(data, "column_names")
    known = list(data.column_names if is_arrow else data.columns)
    for name in names:
        _known(name, known)
        if known.count(name) > 1:
            raise InputError(f'column "{name}" stands in the table twice')
    wanted = list(dict.fromkeys(names))
    return data.select(wanted) if is_arrow else data[wanted]


def _from_frame(frame: nw.DataFrame[Any] | nw.LazyFrame[Any], names: Sequence[str]) -> Columns:
    implementation = frame.implementation
    if isinstance(frame, nw.LazyFrame) and not implementation.is_duckdb():
        frame = frame.collect()
        implementation = frame.implementation
    if isinstance(frame, nw.LazyFrame):
        return Columns(_stream(frame.to_native(), names), implementation)
    # Arrow would settle a mixture of types or time zones silently, and pandas needs pyarrow for it.
    by_hand = implementation.is_pandas_like() and importlib.util.find_spec("pyarrow") is None
    columns: dict[str, _native.Column] = {}
    for name in names:
        dtype = frame.schema[name]
        # A column of nothing but nulls, which polars exports with a buffer too many.
        nothing = implementation.is_polars() and dtype == nw.Unknown
        # An array of numpy has no time zone.
        zoned = by_hand and isinstance(dtype, nw.Datetime) and dtype.time_zone is not None
        if nothing or zoned:
            columns[name] = _from_list(name, frame[name].to_list())
        elif by_hand or dtype == nw.Object:
            columns[name] = _from_array(name, frame[name].to_numpy())
    through_arrow = [name for name in dict.fromkeys(names) if name not in columns]
    if through_arrow:
        selected = frame.select(through_arrow).to_native()
        columns |= zip(through_arrow, _stream(selected, through_arrow), strict=True)
    return Columns([columns[name] for name in names], implementation)


def _stream(table: object, names: Sequence[str]) -> list[_native.Column]:
    try:
        return _native.Column.from_stream(table, list(names))
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"the table cannot be read: {error}") from error


def _known(name: str, known: Iterable[str]) -> None:
    names = list(known)
    if name not in names:
        listed = ", ".join(map(str, names))
        raise InputError(f'column "{name}" is missing; the table has {listed}')


def frame_of(backend: str | None) -> nw.Implementation | None:
    """The frame library of a name, or the first at hand."""
    return installed_frame() if backend is None else nw.Implementation(backend)


def installed_frame() -> nw.Implementation | None:
    """The first frame library at hand, for answers to data that is none of theirs."""
    for name in ("pandas", "polars", "pyarrow"):
        if importlib.util.find_spec(name) is not None:
            return nw.Implementation(name)
    return None


def _from_array(name: str, values: np.ndarray[Any, Any]) -> _native.Column:
    if values.ndim != 1:
        raise InputError(f'column "{name}" must have one dimension, got {values.ndim}')
    match values.dtype.kind:
        case "f":
            floats = np.ascontiguousarray(values, dtype=np.float64)
            return _native.Column.from_float64(name, floats)
        case "i":
            integers = np.ascontiguousarray(values, dtype=np.int64)
            return _native.Column.from_int64(name, integers)
        case "M":
            return _native.Column.from_microseconds(name, _wall_clock(values))
        case "b" | "u" | "U" | "T" | "O":
            return _from_list(name, values.tolist())
        case _:
            raise InputError(
                f'column "{name}" must hold numbers, text or times, got {values.dtype}'
            )


def _from_list(name: str, values: list[Any]) -> _native.Column:
    """A column of Python objects of one type, with None (or NaN, NaT) where one is missing."""
    values = [None if _is_missing(value) else value for value in values]
    first = next((value for value in values if value is not None), None)
    if first is None:
        return _native.Column.from_nulls(name, len(values))
    for types, make in _MAKERS:
        if isinstance(first, types):
            for row, value in enumerate(values):
                # A bool is an int, but no number.
                good = isinstance(value, types) and isinstance(value, _FLAGS) == (types is _FLAGS)
                if value is not None and not good:
                    kind, found = type(first).__name__, type(value).__name__
                    raise InputError(
                        f'column "{name}", row {row}: must be {kind} as in the rows before, '
                        f"got {found}"
                    )
            return make(name, values)
    kind = type(first).__name__
    raise InputError(f'column "{name}" must hold numbers, text or times, got {kind}')


def _is_missing(value: object) -> bool:
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return True
    if isinstance(value, np.datetime64):
        return bool(np.isnat(value))
    if isinstance(value, decimal.Decimal):
        return value.is_nan()
    return isinstance(value, float | np.floating) and bool(value != value)


def _text(name: str, values: list[str | None]) -> _native.Column:
    try:
        return _native.Column.from_text(name, values)
    except UnicodeEncodeError as error:
        row = values.index(error.object)
        raise InputError(
            f'column "{name}", row {row}: must be text that UTF-8 can hold, got {error.object!a}'
        ) from None


def _numbers(name: str, values: list[Any]) -> _native.Column:
    present = [(row, value) for row, value in enumerate(values) if value is not None]
    if all(isinstance(value, int | np.integer) for _, value in present):
        for row, value in present:
            if not _is_int64(value):
                found = value if abs(value) < 2**100 else "one beyond 2^100"
                raise InputError(
                    f'column "{name}", row {row}: must be a whole number from -2^63 to 2^63 - 1, '
                    f"got {found}"
                )
    # As floats, ids beyond 2^53 would be rounded.
    elif not all(_is_int64(value) for _, value in present):
        floats = np.full(len(values), np.nan)
        for row, value in present:
            floats[row] = _float(value)
        return _native.Column.from_float64(name, floats)
    whole = [None if value is None else int(value) for value in values]
    return _native.Column.from_integers(name, whole)


def _is_int64(value: Any) -> bool:
    return bool(-(2**63) <= value < 2**63) and int(value) == value


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _times(name: str, values: list[Any]) -> _native.Column:
    zones = [None if value is None else _zone(value) for value in values]
    present = [row for row, value in enumerate(values) if value is not None]
    zone = zones[present[0]]
    for row in present:
        if zones[row] != zone:
            before, found = zone or "none", zones[row] or "none"
            raise InputError(
                f'column "{name}", row {row}: must be in the time zone of the rows before, '
                f"{before}, got {found}"
            )
    least = np.iinfo(np.int64).min
    times = np.array([least if value is None else _microseconds(value) for value in values])
    return _native.Column.from_microseconds(name, times.astype(np.int64), zone or None)


def _zone(value: object) -> str:
    """The name of a time's zone, or its offset; empty for none."""
    zone = getattr(value, "tzinfo", None)
    if zone is None:
        return ""
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if name is not None:
        return str(name)
    if zone is dt.UTC:
        return "UTC"
    minutes = zone.utcoffset(value) // dt.timedelta(minutes=1)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _microseconds(value: Any) -> int:
    """Microseconds since 1970: of the instant where there is a zone, else of the wall clock."""
    if isinstance(value, np.datetime64):
        return int(_wall_clock(np.array([value]))[0])
    if not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)
    # The first and last hours of the calendar have no UTC time that datetime could hold.
    offset = value.utcoffset() or dt.timedelta(0)
    return int((value.replace(tzinfo=None) - _EPOCH - offset) // _MICROSECOND)


def _wall_clock(times: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Microseconds since 1970; the least integer where a time is missing, the largest where it is
    outside the calendar, which numpy would wrap around."""
    microseconds = times.astype("datetime64[us]").view(np.int64)
    years = times.astype("datetime64[Y]").view(np.int64) + 1970
    outside = ~np.isnat(times) & ((years < 1) | (years > 9999))
    return np.where(outside, np.iinfo(np.int64).max, microseconds)


def _uuids(name: str, values: list[Any]) -> _native.Column:
    return _text(name, [None if value is None else str(value) for value in values])


def _flags(name: str, values: list[Any]) -> _native.Column:
    flags = [None if value is None else bool(value) for value in values]
    return _native.Column.from_flags(name, flags)


_FLAGS = (bool, np.bool_)

_MAKERS: list[tuple[tuple[type, ...], Callable[[str, list[Any]], _native.Column]]] = [
    (_FLAGS, _flags),
    ((str,), _text),
    ((uuid.UUID,), _uuids),
    ((dt.date, np.datetime64), _times),
    ((int, float, np.integer, np.floating, decimal.Decimal), _numbers),
]
