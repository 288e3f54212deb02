"""The command line: the library's scores in files, messages that help, and exit codes."""

from __future__ import annotations

import csv
import fcntl
import os
import resource
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import loyalty
from loyalty.cli import main

END = "1997-09-30"
LOG = "customer,date,amount\n"
#: What is said of the CDNOW log before its scores, under a first line with its name.
CDNOW = """  rows      6,919
  period    1997-01-01 to 1998-06-30
  amounts   244,091.94 in all
  currency  not stated
  customer  customer_id: whole numbers (by its name)
  time      date: dates, the year first (by its name)
  amount    amount: numbers (by its name)
  quantity  quantity: numbers (by its name)
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The CDNOW log as a CSV file in a folder of its own."""
    path = tmp_path / "orders.csv"
    path.write_bytes(loyalty.datasets.cdnow_path().read_bytes())
    return path


@pytest.fixture(scope="module")
def expected() -> pl.DataFrame:
    """What the library gives for the CDNOW log."""
    orders = loyalty.Orders(
        loyalty.datasets.cdnow("polars"), customer="customer_id", time="date", amount="amount"
    )
    frame: pl.DataFrame = loyalty.score(orders, observation_end=END).to_frame()
    return frame


def run(*arguments: Any, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, its output buffered as that of most."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-m", "loyalty", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=environment, **options
    )


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The command line in this process: exit code, standard output and standard error."""

    def call(*arguments: Any) -> tuple[int, str, str]:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def read(path: Path) -> dict[str, list[Any]]:
    """The columns of a file of scores, numbers as numbers."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path).to_dict(as_series=False)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    text = {name: [row[name] for row in rows] for name in rows[0]}
    return {
        name: column if name in ("segment", "customer") else list(map(float, column))
        for name, column in text.items()
    }


@pytest.mark.parametrize("source", ["csv", "parquet"])
@pytest.mark.parametrize("target", ["csv", "parquet"])
def test_score_writes_the_scores_of_the_library_to_the_last_digit(
    log: Path, call: Any, expected: pl.DataFrame, source: str, target: str
) -> None:
    if source == "parquet":
        log = log.with_suffix(".parquet")
        loyalty.datasets.cdnow("polars").write_parquet(log)
    out = log.with_name(f"scores.{target}")
    code, printed, said = call("score", log, "-o", out, "--observation-end", END)
    assert code == 0
    assert read(out) == expected.to_dict(as_series=False)
    assert printed.endswith(f"written to {out}\n")
    assert "6919 of 6919 rows are purchases, observed from 1997-01-01 to 1997-09-30\n" in printed
    assert "MBG/NBD fitted to 2,357 customers: converged, log-likelihood -9582.136" in printed
    kind = "CSV, UTF-8, commas" if source == "csv" else "Parquet"
    understood = CDNOW if source == "csv" else CDNOW.replace("dates, the year first", "times")
    end = "after the observation end: customers 0, occasions 1882\n"
    assert said == f"{log}: {kind}\n{understood}{end}"
    assert sorted(os.listdir(log.parent)) == sorted({"orders.csv", log.name, out.name})


def test_python_m_loyalty_is_the_same_command(log: Path, expected: pl.DataFrame) -> None:
    done = run("score", log, "--observation-end", END, "-o", log.with_name("out.csv"))
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 10), done.stderr
    assert read(log.with_name("out.csv")) == expected.to_dict(as_series=False)


def test_without_an_output_the_most_valuable_customers_are_shown(log: Path, call: Any) -> None:
    _, printed, _ = call("score", log, "--observation-end", END)
    assert "(-o FILE.csv or FILE.parquet writes them all)" in printed
    table = printed[printed.index("Customers (2,357 in all, by clv)") :].splitlines()
    rows = [line.split() for line in table if line and line.split()[0].isdigit()]
    assert len(rows) == 10
    values = [float(row[-1].replace(",", "")) for row in rows]
    assert values == sorted(values, reverse=True)
    assert (rows[0][0], rows[0][-2]) == ("509", "77.60")


@pytest.mark.parametrize("source", ["-", "file"])
def test_a_log_on_standard_input_is_the_same_log(
    log: Path, expected: pl.DataFrame, source: str
) -> None:
    out = log.with_name("out.csv")
    command = ("score", "-", "--observation-end", END, "-o", out)
    if source == "-":
        done = run(*command, input=log.read_text())
    else:
        with log.open() as file:
            done = run(*command, stdin=file)
    assert done.returncode == 0, done.stderr
    assert read(out) == expected.to_dict(as_series=False)


@pytest.mark.parametrize(
    ("options", "summary", "score"),
    [
        (["--unit", "day"], {"unit": "day"}, {}),
        (["--unit", "calendar_month"], {"unit": "calendar_month"}, {}),
        (["--observation-end", "1998-01-01"], {"observation_end": "1998-01-01"}, {}),
        (["--horizon", "26"], {}, {"horizon": 26}),
        (["--discount-rate", "0"], {}, {"annual_discount_rate": 0}),
        (["--margin", "0.25"], {}, {"margin": 0.25}),
        (["--interval", "0.9"], {}, {"interval": 0.9, "interval_kind": "prediction"}),
        (
            ["--interval", "0.8", "--interval-kind", "expectation"],
            {},
            {"interval": 0.8, "interval_kind": "expectation"},
        ),
    ],
    ids=str,
)
def test_every_option_does_what_it_does_in_the_library(
    log: Path, call: Any, options: list[str], summary: dict[str, Any], score: dict[str, Any]
) -> None:
    out = log.with_name("out.parquet")
    orders = loyalty.Orders(
        loyalty.datasets.cdnow("polars"), customer="customer_id", time="date", amount="amount"
    )
    customers = orders.summarize(**{"unit": "week", **summary})
    assert call("score", log, "-o", out, *options)[0] == 0
    assert read(out) == loyalty.score(customers, **score).to_frame().to_dict(as_series=False)


def test_intervals_are_asked_for_by_their_share(log: Path, call: Any) -> None:
    code, _, said = call("score", log, "--interval-kind", "expectation")
    assert code == 1 and "--interval-kind goes with --interval" in said
    code, _, said = call("score", log, "--interval", "90")
    assert code == 1 and "must be above 0 and below 1, got 90" in said


def test_the_zone_decides_on_which_day_an_order_is(tmp_path: Path, call: Any) -> None:
    path = tmp_path / "orders.parquet"
    times = pl.Series(["2024-01-01T23:30:00", "2024-01-02T12:00:00"]).str.to_datetime(
        time_zone="UTC"
    )
    pl.DataFrame({"id": [1, 1], "when": times}).write_parquet(path)
    frequency = {}
    for zone in ("UTC", "Europe/Berlin"):
        out = tmp_path / "out.parquet"
        named = ["--customer", "id", "--time", "when", "--time-zone", zone]
        assert call("score", path, *named, "-o", out)[0] == 0
        frequency[zone] = read(out)["frequency"]
    assert frequency == {"UTC": [1], "Europe/Berlin": [0]}


def test_ids_with_leading_zeros_stay_text_and_whole_numbers_are_numbers(
    tmp_path: Path, call: Any
) -> None:
    for ids, kind in (
        (["007", "7"], pl.String),
        (["8", "-7"], pl.Int64),
        (["7", "+7"], pl.String),
        (["1e3", "x"], pl.String),
        ([str(2**63), "1"], pl.String),
    ):
        path, out = tmp_path / "orders.csv", tmp_path / "out.parquet"
        path.write_text(
            LOG + "".join(f"{who},2024-01-0{day},5\n" for day, who in enumerate(ids, 1))
        )
        assert call("score", path, "-o", out)[0] == 0
        written = pl.read_parquet(out)["customer"]
        assert written.dtype == kind
        assert sorted(map(str, written)) == sorted(ids)


def test_a_csv_with_quotes_a_byte_order_mark_and_windows_line_ends_is_read(
    tmp_path: Path, call: Any
) -> None:
    path, out = tmp_path / "orders.csv", tmp_path / "out.csv"
    path.write_bytes('\ufeffcustomer,date,amount\r\n"Doe, ""Ann""",2024-01-02, 3.5 \r\n'.encode())
    assert call("score", path, "-o", out)[0] == 0
    assert read(out)["customer"] == ['Doe, "Ann"']
    assert read(out)["total_amount"] == [3.5]


@pytest.mark.parametrize(
    ("header", "options", "message"),
    [
        ("customer_id,date,price,total", [], "which column is the amount? several columns may be: price, total; name it with --amount (the table has customer_id, date, price, total)"),
        ("shopper,date,amount", [], "which column is the customer? no column looks so; name it with --customer (the table has shopper, date, amount)"),
        ("customer,user_id,date,amount", [], "which column is the customer? several columns may be: customer, user_id; name it with --customer (the table has customer, user_id, date, amount)"),
        ("customer,Order Date,created_at", [], "which column is the time? several columns may be: Order Date, created_at; name it with --time (the table has customer, Order Date, created_at)"),
        ("customer,date,amount", ["--amount", "paid"], 'column "paid" is missing; the table has customer, date, amount'),
    ],
    ids=["amounts", "no customer", "customers", "times", "named"],
)  # fmt: skip
def test_columns_that_cannot_be_guessed_are_asked_for(
    tmp_path: Path, call: Any, header: str, options: list[str], message: str
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{header}\n{','.join('1' for _ in header.split(','))}\n")
    assert call("score", path, *options) == (1, "", f"loyalty: {path}: {message}\n")


def test_columns_named_are_taken_and_only_guesses_are_told(tmp_path: Path, call: Any) -> None:
    path, out = tmp_path / "orders.csv", tmp_path / "out.csv"
    path.write_text("shopper,Order Date,price,total\n007,2024-01-01,5,50\n")
    code, _, said = call("score", path, "--customer", "shopper", "--amount", "price", "-o", out)
    assert code == 0
    assert said.splitlines()[5:8] == [
        "  customer  shopper: text (as named)",
        "  time      Order Date: dates, the year first (by its name)",
        "  amount    price: numbers (as named)",
    ]
    with out.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["shopper"], float(row["total_amount"])) == ("007", 5)


BROKEN = LOG + "007,2024-01-01,5\n,2024-01-02,3\n7,,1\n7,2024-01-04,2\n"


def test_dirty_rows_are_refused_with_their_line_and_dropped_on_request(
    tmp_path: Path, call: Any
) -> None:
    path, out = tmp_path / "orders.csv", tmp_path / "out.csv"
    path.write_text(BROKEN)
    counted = (
        '1 of 4 rows cannot be used: column "date" is missing in 1 row (first: line 4); '
        '1 of 4 rows is left out: column "customer" names no customer in 1 row (first: line 3; 1 blank)'
    )
    code, printed, said = call("score", path, "-o", out)
    assert (code, printed, out.exists()) == (1, "", False)
    assert said.splitlines()[8:] == [
        f"loyalty: {path}: {counted}",
        "  --invalid drop leaves such rows out and counts them",
    ]
    code, _, said = call("score", path, "-o", out, "--invalid", "drop")
    assert code == 0
    assert f"left out: {counted}" in said.splitlines()
    assert read(out)["customer"] == ["007", "7"]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("a,2024-01-01,x\na,2024-01-01,y", 'column "amount", line 2: must be a number, got "x" (and 1 more)'),
        ("a,2024-02-30,5", 'column "date", line 2: must be a date or time like 1997-09-30 or 1997-09-30 18:30, got "2024-02-30"'),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_is_shown_with_its_line(
    tmp_path: Path, call: Any, cells: str, message: str
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{LOG}{cells}\n")
    code, printed, said = call("score", path, "--invalid", "drop")
    assert (code, printed) == (1, "")
    assert said == f"loyalty: {path}: {message}\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("nothing.csv", None, "there is no such file"),
        ("orders.json", b"{}", "which column is the customer? no column looks so"),
        ("orders", b"", "the file is empty"),
        ("empty.csv", b"", "the file is empty"),
        ("header.csv", LOG.encode(), "the order log is empty: at least one order"),
        ("broken.parquet", b"PAR1", "the Parquet file cannot be read: "),
        (
            "nul.csv",
            b"cust\0omer,date\n1,2024-01-01\n",
            "a column's name cannot have the character NUL",
        ),
    ],
)
def test_a_file_that_holds_no_log_is_refused_in_one_line(
    tmp_path: Path, call: Any, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    code, printed, said = call("score", path)
    assert (code, printed) == (1, "")
    assert said.splitlines()[-1].startswith(f"loyalty: {path}: {message.format(path=path)}")


@pytest.mark.parametrize("target", ["no/such/folder/out.csv", "taken.csv", "out.xlsx"])
def test_an_output_that_cannot_be_written_leaves_nothing_behind(
    log: Path, call: Any, target: str
) -> None:
    (log.parent / "taken.csv").mkdir()
    before = sorted(os.listdir(log.parent))
    code, printed, said = call("score", log, "-o", log.parent / target)
    assert (code, printed) == (1, "")
    assert said.splitlines()[-1].startswith(f"loyalty: {log}: {log.parent / target}")
    assert sorted(os.listdir(log.parent)) == before


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_full_disk_leaves_the_old_output_and_no_half_of_the_new(log: Path, suffix: str) -> None:
    out = log.with_name("out").with_suffix(suffix)
    out.write_text("old")
    full = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))  # noqa: E731
    done = run("score", log, "-o", out, preexec_fn=full)
    assert done.returncode == 1
    assert f"{out} cannot be written: " in done.stderr.splitlines()[-1]
    assert out.read_text() == "old"
    assert sorted(os.listdir(log.parent)) == sorted(["orders.csv", out.name])


def test_exit_codes_tell_input_from_arguments_and_models(log: Path, call: Any) -> None:
    once = log.with_name("once.csv")
    once.write_text(LOG + "a,2024-01-01,5\nb,2024-01-02,3\n")
    assert call("score", once)[0] == 0
    code, printed, said = call("fit", once)
    assert (code, printed) == (3, "")
    assert said.endswith("BG/NBD cannot be fitted: no customer bought more than once\n")
    for wrong in ([], ["scores"], ["score"], ["score", once, "--unit", "fortnight"], ["predict", once],
                  ["score", once, "--margin", "much"], ["score", once, "--invalid", "keep"]):  # fmt: skip
        code, printed, said = call(*wrong)
        assert (code, printed) == (2, "")
        assert said.startswith("usage: loyalty")
    for refused in (["--horizon", "-1"], ["--margin", "2"], ["--discount-rate", "nan"],
                    ["--observation-end", "x"], ["--observation-end", "1996-12-31"], ["--time-zone", "UTC"]):  # fmt: skip
        code, printed, said = call("score", log, *refused)
        assert (code, printed) == (1, ""), refused
        assert said.splitlines()[-1].startswith(f"loyalty: {log}: ")


def test_warnings_are_one_line_without_the_place_in_the_code(tmp_path: Path, call: Any) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(LOG + "a,2024-01-01,5\n")
    _, _, said = call("score", path)
    axes = ("recency", "frequency", "monetary")
    assert said.splitlines()[8:] == [
        f"warning: no customer has the {axis} score 5: there are fewer customers than scores"
        for axis in axes
    ]


def test_help_and_version_are_there_for_every_command(call: Any) -> None:
    assert call("--version") == (0, f"loyalty {loyalty.__version__}\n", "")
    for command in ([], ["score"], ["fit"], ["predict"]):
        code, printed, said = call(*command, "--help")
        assert (code, said) == (0, "")
        assert printed.startswith(" ".join(["usage: loyalty", *command]))
        assert max(map(len, printed.splitlines())) < 130


def test_a_reader_that_has_seen_enough_is_no_error(log: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "loyalty", "score", str(log)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    assert process.wait(timeout=60) == 0
    assert said == f"{log}: CSV, UTF-8, commas\n{CDNOW}"
    process.stderr.close()


def test_ctrl_c_ends_with_the_exit_code_of_shells() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "loyalty", "score", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    for _ in range(100):
        # Once polars is loaded, the command waits for its input.
        maps = Path(f"/proc/{process.pid}/maps")
        if not maps.exists() or "polars" in maps.read_text():
            break
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, "loyalty: interrupted\n")


def read_terminal(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""  # Its other end is closed.


def test_progress_is_shown_on_a_terminal_only(log: Path) -> None:
    terminal, its_end = os.openpty()
    fcntl.ioctl(its_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    done = subprocess.run(
        [sys.executable, "-m", "loyalty", "score", str(log)],
        stdout=subprocess.PIPE,
        stderr=its_end,
        timeout=60,
    )
    os.close(its_end)
    shown = b"".join(iter(lambda: read_terminal(terminal), b"")).decode()
    os.close(terminal)
    assert done.returncode == 0
    steps = ["read", "fit and score", "write"]
    places = [shown.index(f"\r{step:15}") for step in steps]
    assert places == sorted(places)
    # What is said meanwhile has a line of its own, and the bar is gone at the end.
    assert f"\r{log}: CSV, UTF-8, commas\r\n" in shown
    assert shown.rpartition("\r")[0].endswith(" " * 70)
    assert "fit and score" not in run("score", log).stderr
