"""Files of every kind: encodings, separators, what stands above the header, compression, line numbers."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import loyalty
from loyalty.cli import main

ROWS = [("7", "2024-01-02", "1322.18"), ("7", "2024-02-02", "6.25"), ("8", "2024-02-05", "9.5")]
HEADER = ("customer", "date", "amount")


def text(separator: str = ",", end: str = "\n", rows: list[Any] | None = None) -> str:
    return end.join(separator.join(row) for row in [HEADER, *(rows or ROWS)]) + end


def is_the_log(table: loyalty.OrderTable) -> bool:
    frame = table.frame.select(table.columns[role] for role in ("customer", "time", "amount"))
    days = [str(day)[:10] for day in frame.to_series(1)]
    return list(
        zip(map(str, frame.to_series(0)), days, frame.to_series(2), strict=True)
    ) == [(who, when, float(paid)) for who, when, paid in ROWS]  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_separators_line_ends_and_encodings(separator: str, end: str, encoding: str) -> None:
    table = loyalty.read_orders(text(separator, end).encode(encoding))
    assert is_the_log(table)
    names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    assert names[separator] in dict(table.understood.facts)["file"]
    if encoding.startswith("utf-16"):
        assert "UTF-16" in dict(table.understood.facts)["file"]


@pytest.mark.parametrize("suffix", ["csv", "tsv", "txt", "csv.gz", "tsv.gz", "zip", "dat", ""])
def test_files_are_told_by_what_is_in_them(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"orders.{suffix}".rstrip(".")
    content = text("\t" if "tsv" in suffix else ",").encode()
    if suffix.endswith("gz"):
        content = gzip.compress(content)
    if suffix == "zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("export/orders.csv", content)
        content = packed.getvalue()
    path.write_bytes(content)
    assert is_the_log(loyalty.read_orders(path))
    assert is_the_log(loyalty.read_orders(str(path)))
    assert is_the_log(loyalty.read_orders(content))
    assert is_the_log(loyalty.read_orders(io.BytesIO(content)))
    assert main(["check", str(path)]) == 0


def test_typed_files_are_read_with_their_types(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "customer": [int(row[0]) for row in ROWS],
            "date": [dt.date.fromisoformat(row[1]) for row in ROWS],
            "amount": [float(row[2]) for row in ROWS],
            "lists": [[1], [2], [3]],
        }
    )
    frame.write_parquet(tmp_path / "orders.parquet")
    flat = frame.drop("lists")
    flat.write_excel(tmp_path / "orders.xlsx")
    frame.write_json(tmp_path / "orders.json")
    frame.write_ndjson(tmp_path / "orders.jsonl")
    (tmp_path / "shop.json").write_text(
        json.dumps({"orders": json.loads(flat.cast({"date": pl.String}).write_json())})
    )
    for path in sorted(tmp_path.iterdir()):
        table = loyalty.read_orders(path)
        assert is_the_log(table), path
        assert is_the_log(loyalty.read_orders(path.read_bytes())), path
    assert is_the_log(loyalty.read_orders(frame))
    assert is_the_log(loyalty.read_orders(frame.lazy()))
    assert is_the_log(loyalty.read_orders(flat.to_pandas()))
    assert is_the_log(loyalty.read_orders(flat.to_arrow()))
    assert is_the_log(loyalty.read_orders(flat.to_dict(as_series=False)))


def test_a_sheet_with_a_title_above_its_header(tmp_path: Path) -> None:
    import xlsxwriter  # type: ignore[import-untyped]

    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Summary").write_row(0, 0, ["nothing", "here"])
        sheet = book.add_worksheet("Bestellungen")
        sheet.write(0, 0, "Bestellungen 2024")
        sheet.write_row(2, 0, ["Kunde", "Bestelldatum", "Betrag"])
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        for at, (who, when, paid) in enumerate(ROWS, 3):
            sheet.write(at, 0, int(who))
            sheet.write_datetime(at, 1, dt.datetime.fromisoformat(when), day)
            sheet.write(at, 2, float(paid))
    table = loyalty.read_orders(path, sheet="Bestellungen")
    assert is_the_log(table)
    assert table.place(0) == "row 4 of the sheet"
    assert is_the_log(loyalty.read_orders(path, sheet=2))
    with pytest.raises(loyalty.InputError, match="which column is the customer"):
        loyalty.read_orders(path)
    with pytest.raises(
        loyalty.InputError, match="there is no sheet 'x'; the file has Summary, Bestellungen"
    ):
        loyalty.read_orders(path, sheet="x")
    assert main(["score", str(path), "--sheet", "Bestellungen"]) == 0


@pytest.mark.parametrize(
    ("above", "passed"),
    [
        ("sep=;\n", "1 line"),
        ('"sep=;"\n', "1 line"),
        ("# made by the shop, 2024\n", "1 line"),
        ("Orders of 2024\n\n", "2 lines"),
        ("Orders of 2024;;\nall of them;;\n;;\n", "3 lines"),
        ('Title;"with a\nline break"\n', "2 lines"),
    ],
)
def test_what_stands_above_the_header_is_passed_over_and_told(above: str, passed: str) -> None:
    table = loyalty.read_orders((above + text(";")).encode())
    assert is_the_log(table)
    assert table.understood.left_out == (f"{passed} above the header passed over",)
    assert table.place(0) == f"line {2 + above.count(chr(10))}"


def test_bytes_of_columns_that_nobody_needs_block_nothing() -> None:
    file = b"customer,date,amount,city\n7,2024-01-02,1322.18,M\xfcnster\n7,2024-02-02,6.25,Bonn\n8,2024-02-05,9.5,\xdflow\n"
    table = loyalty.read_orders(file)
    assert is_the_log(table)
    assert table.understood.guessed == ("the encoding, cp1252: the file is not UTF-8",)
    mixed = file.replace(b"Bonn", "Köln, Übersee".encode().replace(b",", b"")).replace(
        b"\xdflow", b"low"
    )
    table = loyalty.read_orders(mixed)
    assert "UTF-8 with 1 broken byte" in dict(table.understood.facts)["file"]


def test_ids_of_another_encoding_are_the_same_ids() -> None:
    rows = "customer,date,amount\nMüller,2024-01-02,1.5\nGroß & Söhne,2024-01-03,2.5\n"
    for encoding in ("utf-8", "cp1252", "latin-1", "utf-16"):
        table = loyalty.read_orders(rows.encode(encoding))
        assert table.frame["customer"].to_list() == ["Müller", "Groß & Söhne"]
    table = loyalty.read_orders(rows.encode("cp437"), encoding="cp437")
    assert table.frame["customer"].to_list() == ["Müller", "Groß & Söhne"]
    with pytest.raises(loyalty.InputError, match="line 2 has a byte that is not utf-8"):
        loyalty.read_orders(rows.encode("cp1252"), encoding="utf-8")
    with pytest.raises(loyalty.InputError, match="encoding 'klingon' is not known"):
        loyalty.read_orders(rows.encode(), encoding="klingon")


def test_lines_are_those_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = 'customer,date,amount,note\n1,2024-01-02,5.5,"two\nlines"\n\n1,2024-02-02,6,"three\n\nlines"\n2,2024-02-05,{},ok\n'
    for start in ("", "\ufeff", "sep=,\n", "Report\n"):
        before = start.count("\n")
        for cell, message in (
            ("", f"(first: line {8 + before})"),
            ("x", f"line {8 + before}: must be a number"),
        ):
            path = tmp_path / "orders.csv"
            path.write_text(start + rows.format(cell))
            assert main(["score", str(path)]) == 1
            assert message in capsys.readouterr().err
            with pytest.raises(loyalty.InputError) as refused:
                loyalty.score(str(path))
            assert message in str(refused.value)


def test_blank_rows_are_passed_over_and_counted() -> None:
    file = (text() + "\n,,\n").encode()
    table = loyalty.read_orders(file)
    assert is_the_log(table)
    assert table.understood.left_out == ("2 rows are blank",)


def test_rows_that_do_not_fit_the_header() -> None:
    ends = text().replace("\n", ",\n")
    assert is_the_log(loyalty.read_orders(ends.encode()))
    ends = "\n".join([text().splitlines()[0], *(f"{line}," for line in text().splitlines()[1:])])
    assert is_the_log(loyalty.read_orders(ends.encode()))
    with pytest.raises(loyalty.InputError, match="line 3 has 4 cells where the header has 3"):
        loyalty.read_orders(text(rows=[ROWS[0], (*ROWS[1], "x")]).encode())
    inches = 'customer,date,amount,what\n7,2024-01-02,1322.18,5" nail\n7,2024-02-02,6.25,7" nail\n8,2024-02-05,9.5,x\n'
    assert is_the_log(loyalty.read_orders(inches.encode()))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"PK\x03\x04nothing", "zip archive that cannot be opened"),
        (b"\x1f\x8bnothing", "gzip and cannot be unpacked"),
        (b"PAR1", "the Parquet file cannot be read"),
        (b'{"a": ', "the JSON cannot be read as a table"),
        (b"1,2024-01-02,5\n2,2024-01-03,6\n", "the first line holds data and no names of columns"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(
    content: bytes, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(loyalty.InputError, match=message):
        loyalty.read_orders(content)
    path = tmp_path / "orders"
    path.write_bytes(content)
    for command in ("score", "check", "fit"):
        assert main([command, str(path)]) == 1
        said = capsys.readouterr().err
        assert message in said
        assert len(said.splitlines()) == 1
        assert said.count(str(path)) == 1


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(loyalty.InputError, match="there is no such file"):
        loyalty.read_orders(tmp_path / "none.csv")
    with pytest.raises(loyalty.InputError, match="it is a folder"):
        loyalty.read_orders(tmp_path)
    with pytest.raises(TypeError, match="expected a path, a buffer, a data frame"):
        loyalty.read_orders(5)


def test_ids_as_pandas_writes_them_are_whole_numbers_and_zeros_in_front_stay() -> None:
    def customers(*cells: str) -> list[Any]:
        rows = "".join(f"{cell},2024-01-02,5.5\n" for cell in cells)
        return (
            loyalty.read_orders(f"customer,date,amount\n{rows}".encode())
            .frame["customer"]
            .to_list()
        )

    assert customers("59.0", "7.0", "") == [59, 7, None]
    assert customers("59.0", "nan", "7") == [59, None, 7]
    assert customers("007", "7") == ["007", "7"]
    assert customers("007.0", "7.0") == ["007.0", "7.0"]
    assert customers("A-1", "59.0") == ["A-1", "59.0"]
    assert customers(" 7", "8 ") == [7, 8]
    assert customers(" ann", "ann ") == ["ann", "ann"]
    assert customers("NULL", "N/A", "7") == [None, None, 7]


@pytest.mark.parametrize("command", ["score", "predict", "fit", "returns"])
@pytest.mark.parametrize("how", ["same", "symlink", "hardlink", "dotted"])
def test_an_output_does_not_replace_the_input(
    command: str,
    how: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("orders.csv").write_text(
        "customer,date,amount,product,price\n7,2024-01-02,5.5,a,5.5\n7,2024-01-12,5.5,a,5.5\n8,2024-01-02,5.5,b,5.5\n"
    )
    before = Path("orders.csv").read_bytes()
    loyalty.BgNbd(r=0.3, alpha=5.0, a=0.8, b=2.5).save("bg.json")
    target = {
        "same": "orders.csv",
        "symlink": "link.csv",
        "hardlink": "hard.csv",
        "dotted": "./sub/../orders.csv",
    }[how]
    Path("sub").mkdir()
    os.symlink("orders.csv", "link.csv")
    os.link("orders.csv", "hard.csv")
    option = {"fit": "--purchases"}.get(command, "-o")
    more = {"predict": ["--model", "bg.json"]}.get(command, [])
    assert main([command, "orders.csv", *more, option, target]) == 1
    assert "would write over the input: name another file to write" in capsys.readouterr().err
    assert Path("orders.csv").read_bytes() == before


def test_quotes_within_quoted_cells_keep_the_quick_way_and_the_cells() -> None:
    cells = ['say ""hi""', "ends in a comma,", ",begins", '""', 'a ""b"", c', "two\nlines", ""]
    rows = "".join(f'"{cell}",7,2024-01-02,5.5\n' for cell in cells)
    table = loyalty.read_orders(
        f"what,customer,date,amount\n{rows}".encode(), columns={"category": "what"}
    )
    expected = [cell.replace('""', '"') or None for cell in cells]
    assert table.frame["what"].to_list() == expected
    assert table.frame["amount"].to_list() == [5.5] * len(cells)
