"""Tables of results into files, by polars."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from loyalty.errors import InputError
from loyalty.reading.source import polars

__all__ = ["kind_of", "polars", "write"]


def write(frame: Any, path: str) -> None:
    """Writes a frame whole or not at all."""
    kind = kind_of(path)
    beside = f"{path}.{os.getpid()}.partial"
    try:
        if kind == "parquet":
            frame.write_parquet(beside)
        else:
            frame.write_csv(beside)
        os.replace(beside, path)
    except (polars().exceptions.PolarsError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be written: {reason}") from None
    finally:
        Path(beside).unlink(missing_ok=True)


def kind_of(path: str) -> str:
    """The kind of file to write, by its ending."""
    match Path(path).suffix.lower():
        case ".csv" | ".txt":
            return "csv"
        case ".parquet" | ".pq":
            return "parquet"
        case suffix:
            raise InputError(f"{path}: expected a .csv or .parquet file to write, got {suffix!r}")
