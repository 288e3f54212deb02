"""Text files: their encoding, what stands above the header, their separator."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from loyalty.errors import InputError
from loyalty.reading.roles import ROLES, folded
from loyalty.reading.source import Source, polars

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

__all__ = ["decoded", "open_text"]

#: How much of a file tells its shape.
_HEAD = 1 << 16
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class _Encoding:
    """The bytes of a text in UTF-8, and what it was in before."""

    data: bytes
    label: str
    guess: str | None = None


def decoded(data: bytes, encoding: str | None) -> _Encoding:
    """A text in UTF-8: by the encoding given, by its byte order mark, or by what its bytes allow.

    Raises
    ------
    InputError
        For an unknown encoding, or bytes that it does not have.
    """
    if encoding is not None:
        return _as_given(data, encoding)
    for mark, name, label in _MARKS:
        if data.startswith(mark):
            rest = data[len(mark) :]
            if name == "utf-8" and _is_utf8(rest):
                return _Encoding(rest, label)
            if name != "utf-8":
                return _Encoding(_recoded(rest, name, label), label)
    if data.isascii() or _is_utf8(data):
        wide = _unmarked_utf16(data[:_HEAD])
        if wide is not None:
            label = "UTF-16 without a byte order mark"
            return _Encoding(_recoded(data, wide, label), label, f"the encoding, {label}")
        return _Encoding(data, "UTF-8")
    if (wide := _unmarked_utf16(data[:_HEAD])) is not None:
        label = "UTF-16 without a byte order mark"
        return _Encoding(_recoded(data, wide, label), label, f"the encoding, {label}")
    return _by_bytes(data)


def _as_given(data: bytes, encoding: str) -> _Encoding:
    try:
        name = codecs.lookup(encoding).name
        if name == "utf-8":
            name = "utf-8-sig"
        text = data.decode(name)
    except LookupError:
        raise InputError(
            f"encoding {encoding!r} is not known; names are utf-8, cp1252, latin-1, utf-16 and those "
            "of Python's codecs"
        ) from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"line {line} has a byte that is not {encoding} (0x{data[error.start]:02X}): name the "
            "encoding of the file, such as cp1252"
        ) from None
    return _Encoding(text.removeprefix("\ufeff").encode(), encoding)


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(view[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 shows in Latin text: every other byte is 0."""
    if len(head) < 8:
        return None
    half = len(head) // 2
    odd, even = head[1::2].count(0), head[::2].count(0)
    if odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def _recoded(data: bytes, name: str, label: str) -> bytes:
    try:
        return data.decode(name).removeprefix("\ufeff").encode()
    except UnicodeDecodeError:
        raise InputError(
            f"the file looks like {label} and ends or breaks within a character: save it anew, or "
            "name its encoding"
        ) from None


def _by_bytes(data: bytes) -> _Encoding:
    """Bytes that are no UTF-8: mostly UTF-8 with some broken, or the encoding of Western Windows."""
    loose = data.decode("utf-8", errors="surrogateescape")
    broken = sum(1 for char in loose if "\udc80" <= char <= "\udcff")
    whole = sum(1 for char in loose if char > "\x7f") - broken
    if whole > broken:
        label = f"UTF-8 with {broken:,} broken byte{'s' if broken > 1 else ''}"
        text = data.decode("utf-8", errors="replace")
        return _Encoding(text.removeprefix("\ufeff").encode(), label, f"the encoding, {label}")
    try:
        text, label = data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        text, label = data.decode("latin-1"), "latin-1"
    return _Encoding(text.encode(), label, f"the encoding, {label}: the file is not UTF-8")


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where the header of a text stands, and what separates its cells."""

    separator: str
    names: list[str]
    #: Lines above the header.
    above: int


def open_text(
    data: bytes, encoding: str | None, separator: str | None, kind: str = "CSV"
) -> Source:
    """A delimited text, its header found and its rows not yet read.

    Raises
    ------
    InputError
        For an empty file, one that is no text, or an encoding or separator that cannot be.
    """
    if separator is not None and (len(separator) != 1 or not separator.isascii()):
        words = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";"}
        if separator not in words:
            raise InputError(f"the separator must be one character or tab, got {separator!r}")
        separator = words[separator]
    found = decoded(data, encoding)
    body = found.data
    if b"\n" not in body[:_HEAD] and b"\r" in body[:_HEAD]:
        body = body.replace(b"\r", b"\n")
    if not body.strip():
        raise InputError("the file is empty")
    shape = _shape(body, separator)
    start = _offset(body, shape.above)
    table = _Text(body[start:] if start else body, shape)
    source = Source(
        kind,
        shape.names,
        table.load,
        table.place,
        {"encoding": found.label, "separator": _SEPARATORS.get(shape.separator, shape.separator)},
        guesses=[] if found.guess is None else [found.guess],
    )
    if shape.above:
        lines = "line" if shape.above == 1 else "lines"
        source.notes.append(f"{shape.above} {lines} above the header passed over")
    return source


def _offset(body: bytes, lines: int) -> int:
    start = 0
    for _ in range(lines):
        start = body.index(b"\n", start) + 1
    return start


def _shape(body: bytes, separator: str | None) -> _Shape:
    head = body[:_HEAD].decode("utf-8", errors="ignore")
    whole = len(body) <= _HEAD
    first, _, rest = head.partition("\n")
    stated = first.strip().strip('"')
    above = 0
    if stated.lower().startswith("sep=") and len(stated) == 5:
        # Excel's own first line.
        separator, head, above = separator or stated[4], rest, 1
    candidates = [separator] if separator else list(_SEPARATORS)
    shapes = [_with(head, candidate, whole) for candidate in candidates]
    best = max(shapes, key=lambda shape: shape[0])[1]
    return _Shape(best.separator, best.names, best.above + above)


#: Records of the head that the shape is judged by.
_LOOKED_AT = 500
#: Records that may stand above the header.
_ABOVE = 50


def _with(head: str, separator: str, whole: bool) -> tuple[tuple[int, float, int], _Shape]:
    """How well a separator fits, and the header that it gives."""
    records: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    line = 0
    try:
        for record in itertools.islice(reader, _LOOKED_AT):
            records.append((line, record))
            line = reader.line_num
    except csv.Error:
        pass
    if not whole and len(records) > 1 and len(records) < _LOOKED_AT:
        records.pop()  # Cut off in its midst.
    filled = [(at, record) for at, record in records if any(cell.strip() for cell in record)]
    if not filled:
        raise InputError("the file is empty")
    counts = Counter(len(record) for _, record in filled)
    width = max(counts, key=lambda many: (counts[many] * (many > 1), many))
    headers = [(at, record) for at, record in filled[:_ABOVE] if _is_header(record, width)]
    # The row with the most names of roles, of several alike the first.
    at, header = max(headers or filled[:1], key=lambda each: _known(each[1]))
    names = [cell.strip().strip("\ufeff").strip() for cell in header]
    known = _known(names)
    share = counts[width] / len(filled)
    score = (known if len(names) > 1 else 0, round(share, 1), len(names))
    return score, _Shape(separator, names, at)


def _known(cells: list[str]) -> int:
    """How many cells are names of roles."""
    return sum(
        any(role.rank(folded(cell)) is not None for role in ROLES.values()) for cell in cells
    )


def _is_header(record: list[str], width: int) -> bool:
    """As wide as the rows are, and hardly a cell blank."""
    # A header may miss the name of a last, blank column, and rows may end in a separator.
    blank = sum(not cell.strip() for cell in record)
    return abs(len(record) - width) <= 1 and len(record) > 1 and blank <= len(record) // 3


class _Text:
    """The rows of a text, read by polars."""

    def __init__(self, body: bytes, shape: _Shape) -> None:
        self.body = body
        self.shape = shape
        self._lines: list[int] = []
        self._rest: Iterator[tuple[int, list[str]]] | None = None

    def load(self, positions: list[int]) -> pl.DataFrame:
        wanted = sorted(set(positions))
        if not self._well_quoted():
            return self._from_records(wanted)
        try:
            return self._read(wanted)
        except polars().exceptions.PolarsError:
            return self._from_records(wanted)

    def _well_quoted(self) -> bool:
        """Whether every quote opens a cell, closes one, or is doubled within one.

        polars takes a sign of inches in the midst of a cell for the beginning of a quoted one, and rows
        would vanish in it.
        """
        body = self.body
        if b'"' not in body:
            return True
        if b'""' in body:
            body = body.replace(b'""', b"")
        sep = self.shape.separator.encode()
        before, after = (sep, b"\n"), (sep, b"\n", b"\r")
        opening = sum(body.count(x + b'"') for x in before) + body.startswith(b'"')
        closing = sum(body.count(b'"' + x) for x in after) + body.endswith(b'"')
        # A quote between two of them is one of the two, as in a cell that ends in a comma.
        both = sum(body.count(x + b'"' + y) for x in before for y in after)
        return opening + closing - both == body.count(b'"')

    def _read(self, wanted: list[int]) -> pl.DataFrame:
        frame: pl.DataFrame = polars().read_csv(
            self.body,
            separator=self.shape.separator,
            infer_schema=False,
            columns=wanted,
            raise_if_empty=False,
        )
        frame.columns = [str(position) for position in wanted]
        return frame

    def _from_records(self, wanted: list[int]) -> pl.DataFrame:
        """Rows by the reader that minds no quotes within cells; those that are too long are named."""
        width = len(self.shape.names)
        try:
            records = [record for _, record in self._records()]
        except csv.Error as broken:
            raise InputError(f"the file cannot be read: {broken}") from None
        for row, record in enumerate(records):
            if len(record) > width and any(cell.strip() for cell in record[width:]):
                raise InputError(
                    f"{self.place(row)} has {len(record)} cells where the header has {width}: a cell "
                    "with a separator in it needs quotes around it"
                )
        columns = {
            str(position): [
                record[position] if position < len(record) else None for record in records
            ]
            for position in wanted
        }
        schema = dict.fromkeys(columns, polars().String)
        return cast("pl.DataFrame", polars().DataFrame(columns, schema=schema))

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """The rows under the header with the lines that they begin on."""
        text = io.TextIOWrapper(io.BytesIO(self.body), "utf-8", errors="replace", newline="")
        reader = csv.reader(text, delimiter=self.shape.separator)
        next(reader, None)
        begin = reader.line_num
        for record in reader:
            yield begin + 1 + self.shape.above, record
            begin = reader.line_num

    def place(self, row: int) -> str:
        """The line of the file that a row begins on; the text is read as far as that."""
        if self._rest is None:
            self._rest = self._records()
        more = itertools.islice(self._rest, max(0, row + 1 - len(self._lines)))
        self._lines.extend(line for line, _ in more)
        return f"line {self._lines[row]}" if row < len(self._lines) else f"row {row}"
