"""Files and buffers of any kind, told apart by what is in them."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from loyalty.errors import InputError
from loyalty.reading.roles import ROLES, folded
from loyalty.reading.source import Source, polars
from loyalty.reading.text import decoded, open_text

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Dialect", "is_path", "open_source"]

_PARQUET, _GZIP, _ZIP, _OLE = b"PAR1", b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a caller says of a file; None leaves it to the file."""

    encoding: str | None = None
    separator: str | None = None
    sheet: str | int | None = None


def is_path(data: object) -> bool:
    """Whether data are named by where they lie, rather than given."""
    return isinstance(data, str | os.PathLike)


def open_source(data: Any, dialect: Dialect) -> Source:
    """A path, ``-`` for standard input, a buffer of bytes or text, a frame or a mapping of columns.

    Raises
    ------
    InputError
        Where there is no such file, or it cannot be read.
    """
    if is_path(data):
        name = os.fspath(data)
        if isinstance(name, bytes):
            name = os.fsdecode(name)
        if name == "-":
            return _of_bytes(sys.stdin.buffer.read(), "", dialect)
        return _of_path(Path(name), dialect)
    if isinstance(data, bytes | bytearray | memoryview):
        return _of_bytes(bytes(data), "", dialect)
    if hasattr(data, "read"):
        content = data.read()
        content = content.encode() if isinstance(content, str) else content
        return _of_bytes(content, str(getattr(data, "name", "")), dialect)
    return _of_frame(data)


def _of_path(path: Path, dialect: Dialect) -> Source:
    try:
        if path.is_dir():
            raise InputError("it is a folder: name a file of order lines")
        with path.open("rb") as file:
            start = file.read(8)
        if start.startswith(_PARQUET):
            return _parquet(path)
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("there is no such file") from None
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror or error}") from None
    return _of_bytes(data, path.name, dialect)


def _of_bytes(data: bytes, name: str, dialect: Dialect) -> Source:
    ending = name.lower().rpartition(".")[2] if "." in name else ""
    if data.startswith(_GZIP):
        return _unpacked(_gunzipped(data), "gzip", name.removesuffix(".gz"), dialect)
    if data.startswith(_PARQUET):
        return _parquet(io.BytesIO(data))
    if data.startswith(_ZIP):
        members = _members(data)
        if any(member.startswith(("xl/", "content.xml")) for member in members):
            return _sheet(data, dialect)
        return _unpacked(*_only_member(data, members), dialect)
    if data.startswith(_OLE):
        return _sheet(data, dialect)
    if ending in ("xlsx", "xls", "ods", "parquet", "pq"):
        raise InputError(f"the file ends in .{ending} and is none: its first bytes are others")
    first = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first in (b"{", b"[") and ending not in ("csv", "tsv", "txt"):
        return _json(decoded(data, dialect.encoding).data, ending)
    return open_text(data, dialect.encoding, dialect.separator)


def _unpacked(data: bytes, by: str, name: str, dialect: Dialect) -> Source:
    source = _of_bytes(data, name, dialect)
    source.kind += f" in {by}"
    return source


def _gunzipped(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError) as error:
        raise InputError(f"the file is gzip and cannot be unpacked: {error}") from None


def _members(data: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [info.filename for info in archive.infolist() if not info.is_dir()]
    except zipfile.BadZipFile:
        raise InputError("the file is a zip archive that cannot be opened") from None


def _only_member(data: bytes, members: list[str]) -> tuple[bytes, str, str]:
    if len(members) != 1:
        raise InputError(
            f"the archive has {len(members)} files ({', '.join(members[:5])}): unpack the one of orders"
        )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(members[0]), "zip", members[0]


def _parquet(source: Path | io.BytesIO) -> Source:
    pl = polars()
    try:
        names = list(pl.read_parquet_schema(source))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"the Parquet file cannot be read: {error}") from None

    def load(positions: list[int]) -> Any:
        wanted = sorted(set(positions))
        try:
            if isinstance(source, io.BytesIO):
                source.seek(0)
            frame = pl.read_parquet(source, columns=[names[at] for at in wanted])
        except (pl.exceptions.PolarsError, OSError) as error:
            raise InputError(f"the Parquet file cannot be read: {error}") from None
        frame.columns = [str(at) for at in wanted]
        return frame

    return Source("Parquet", names, load, _row)


def _row(row: int) -> str:
    return f"row {row}"


def held(frame: Any, kind: str, names: list[str], place: Any = _row) -> Source:
    """A source of a frame in memory, whose columns may share names."""

    def load(positions: list[int]) -> Any:
        wanted = sorted(set(positions))
        part = frame[:, wanted]
        part.columns = [str(at) for at in wanted]
        return part

    return Source(kind, names, load, place)


def _json(data: bytes, ending: str) -> Source:
    pl = polars()
    lines = data.lstrip()[:1] == b"{" and (
        ending in ("jsonl", "ndjson") or b"\n{" in data.replace(b"\r", b"")[: 1 << 20]
    )
    try:
        if lines:
            frame = pl.read_ndjson(data, infer_schema_length=None)
        else:
            frame = pl.read_json(data, infer_schema_length=None)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise InputError(f"the JSON cannot be read as a table: {error}") from None
    frame, note = _rows_of(frame)
    source = held(frame, "JSON lines" if lines else "JSON", frame.columns)
    source.notes += note
    return source


def _rows_of(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """The records of ``{"orders": [...]}``, as interfaces of shops answer."""
    pl = polars()
    lists = [name for name, kind in frame.schema.items() if kind == pl.List(pl.Struct)]
    if frame.height != 1 or len(lists) != 1 or frame.width > 3:
        return frame, []
    name = lists[0]
    return frame.select(name).explode(name).unnest(name), [f'the rows are those of "{name}"']


def _sheet(data: bytes, dialect: Dialect) -> Source:
    pl = polars()
    try:
        import fastexcel
    except ImportError:
        raise InputError(
            "reading Excel files needs fastexcel: pip install 'loyalty[excel]'"
        ) from None
    try:
        book = fastexcel.read_excel(data)
        name = _sheet_name(book.sheet_names, dialect.sheet)
        raw = book.load_sheet(name, header_row=None, n_rows=100, dtypes="string").to_polars()
        header = _header_row(raw.rows())
        table = book.load_sheet(name, header_row=header, schema_sample_rows=None)
        frame = table.to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        raise InputError(f"the Excel file cannot be read: {str(error).splitlines()[0]}") from None
    cells = [] if not raw.height else list(raw.row(header))
    names = [
        str(cell).strip() if cell is not None else column
        for cell, column in zip(cells, frame.columns, strict=False)
    ] + frame.columns[len(cells) :]
    source = held(frame, "Excel", names, lambda row: f"row {row + header + 2} of the sheet")
    source.facts["sheet"] = name
    if header:
        source.notes.append(f"{header} rows above the header passed over")
    if dialect.sheet is None and len(book.sheet_names) > 1:
        others = [other for other in book.sheet_names if other != name]
        source.guesses.append(f'the sheet "{name}"; there are also {", ".join(others)}')
    return source


def _sheet_name(names: list[str], wanted: str | int | None) -> str:
    if not names:
        raise InputError("the Excel file has no sheet")
    if wanted is None:
        return names[0]
    if isinstance(wanted, int) or (wanted not in names and wanted.isdigit()):
        at = int(wanted)
        if 1 <= at <= len(names):
            return names[at - 1]
    elif wanted in names:
        return wanted
    raise InputError(f"there is no sheet {wanted!r}; the file has {', '.join(names)}")


def _header_row(rows: list[tuple[Any, ...]]) -> int:
    """The first row with names of roles, or else the first that is as wide as the table."""
    for at, row in enumerate(rows):
        cells = [str(cell) for cell in row if cell is not None]
        known = sum(
            any(role.rank(folded(cell)) is not None for role in ROLES.values()) for cell in cells
        )
        if known >= 2:
            return at
    widths = [sum(cell is not None for cell in row) for row in rows]
    return next((at for at, width in enumerate(widths) if width == max(widths)), 0)


def _of_frame(data: Any) -> Source:
    """A frame of any library, or a mapping of columns."""
    pl = polars()
    if isinstance(data, Mapping):
        try:
            frame = pl.DataFrame(dict(data), strict=False)
        except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
            raise InputError(f"the table cannot be read: {error}") from None
        return held(frame, "columns in memory", frame.columns)
    try:
        native = nw.from_native(data, pass_through=True)
    except nw.exceptions.DuplicateError as error:
        raise InputError(f"the table cannot be read: {str(error).splitlines()[0]}") from None
    if isinstance(native, nw.LazyFrame):
        native = native.collect()
    if isinstance(native, nw.DataFrame):
        frame = native.to_polars()
    elif hasattr(data, "__arrow_c_stream__"):
        frame = pl.DataFrame(data)
    else:
        raise TypeError(
            "expected a path, a buffer, a data frame (pandas, polars, pyarrow, duckdb) or a mapping of "
            f"columns, got {type(data).__name__}"
        )
    return held(frame, "a frame", frame.columns)
