"""Columns out: answers in the caller's kind of frame."""

from __future__ import annotations

import copyreg
from collections.abc import Sequence
from typing import Any, cast

import narwhals as nw
import numpy as np

from loyalty import _native


def array(column: _native.Column) -> np.ndarray[Any, Any]:
    """A column as an array of the caller's own."""
    if column.kind == "text":
        return np.array(column.to_list(), dtype=object)
    if column.kind == "bool":
        return np.frombuffer(column.to_bytes(), dtype=bool).copy()
    # The stub cannot say before Python 3.12 that a column is a buffer.
    return np.frombuffer(cast("Any", column), dtype=column.kind).copy()


def _parts(column: _native.Column) -> Any:
    """What a pickle keeps of a column."""
    if column.kind == "text":
        return _of_text, (column.name, column.to_list())
    values = column.to_bytes() if column.kind == "bool" else bytes(cast("Any", column))
    return _of_bytes, (column.name, column.kind, values, column.known())


def _of_text(name: str, values: list[str | None]) -> _native.Column:
    return _native.Column.from_text(name, values)


def _of_bytes(name: str, kind: str, values: bytes, known: bytes | None) -> _native.Column:
    return _native.Column.from_bytes(name, kind, values, known)


copyreg.pickle(cast("Any", _native.Column), _parts)


def table(columns: Sequence[_native.Column], frame: nw.Implementation | None) -> Any:
    """A frame of the library named, or a dict of arrays where the caller holds arrays."""
    if frame is None:
        return {column.name: array(column) for column in columns}
    if frame.is_polars():
        import polars as pl

        return pl.DataFrame(_native.Table(list(columns)))
    if frame.is_pyarrow() or frame.is_duckdb():
        import pyarrow as pa  # type: ignore[import-untyped]

        return pa.table(_native.Table(list(columns)))
    return from_arrays({column.name: array(column) for column in columns}, frame)


def from_arrays(columns: dict[str, Any], frame: nw.Implementation) -> Any:
    """A frame of the library named, made of arrays."""
    return nw.from_dict(columns, backend=cast("Any", frame)).to_native()


def text_column(name: str, values: Sequence[str]) -> _native.Column:
    """A column of text."""
    return _native.Column.from_text(name, list(values))


def float_column(name: str, values: Sequence[float]) -> _native.Column:
    """A column of floats."""
    return _native.Column.from_float64(name, np.array(values, dtype=np.float64))
