"""Writes docs/benchmarks.md from what the other programs here have measured.

    .venv/bin/python benches/report.py FOLDER > docs/benchmarks.md

scripts/bench fills the folder and calls this.
"""

import json
import platform
import re
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

INTRODUCTION = """# Benchmarks

`make bench` measures all of this and writes this page. A ratio is that of two medians of one process, the
peer and this library in turn on the same columns; seconds alone say little about another machine.

| | |
|---|---|
| date | {date} |
| processor | {processor}, {cores} |
| versions | loyalty {loyalty}, lifetimes {lifetimes}, polars {polars}, duckdb {duckdb}, NumPy {numpy}, Python {python} |
"""

SCORES = """
## Fits and scores

A million customers of a simulated shop, observed for two years by day, 42 % of them with repeat
purchases. *All histories distinct* has times of day, so that no two customers share a history.
"""

SUMMARY = """
## From orders to a summary

Ten million orders in random order, 1.25 million customers, times to the microsecond, occasions by day:
frequency, recency, first purchase, total and mean amount. polars and duckdb do the same with
`group_by`; the ratio is to the faster of the two. With whole numbers as ids two thirds of our processor time
go into the summary (dealing the lines out, ordering them, adding them up) and one third into checking and
copying the log; a quarter of all is the kernel's, which clears 420 MB of fresh pages.
"""

SCALING = """
## Cost with size

Nanoseconds per customer, the best of some runs. Fits get cheaper with size because more and more customers
share their histories. Columns are copied at a constant cost; from 32 MB on the C library's allocator maps
fresh pages for every column, which the kernel clears, and a column of ten million rows is that large.
"""

KERNELS = """
## Instructions

Instructions per row by callgrind, one thread, AVX2: the same on every run, so that a change can be judged
on a busy machine. The floor is one logarithm and one exponential of the C library.
"""

TITLES = {
    "floor": "the floor",
    "p_alive": "P(alive)",
    "expected_purchases": "expected purchases, by day",
    "expected_purchases_distinct": "expected purchases, all ages distinct",
    "expected_spend": "expected spend",
    "clv": "CLV of 12 periods",
    "fit_bg_nbd": "fit BG/NBD, by day",
    "fit_bg_nbd_distinct": "fit BG/NBD, all histories distinct",
    "fit_gamma_gamma": "fit Gamma-Gamma",
    "orders": "check orders, number customers",
    "summarize": "summarise, per order",
}


def processor() -> str:
    """What the kernel calls it."""
    text = Path("/proc/cpuinfo").read_text()
    found = re.search(r"model name\s*: (.*)", text)
    return found.group(1) if found else platform.machine()


def cores() -> str:
    """How many of them."""
    count = len(re.findall(r"^processor", Path("/proc/cpuinfo").read_text(), re.MULTILINE))
    return f"{count} cores"


def comparison(file: Path) -> list[str]:
    """The table of one comparison with peers."""
    measured = json.loads(file.read_text())
    sides = list(dict.fromkeys(side for times in measured["seconds"].values() for side in times))
    peers = [side for side in sides if side != "loyalty"]
    lines = ["", "| | " + " | ".join(f"{side}, s" for side in [*peers, "loyalty"]) + " | ratio |"]
    lines.append("|---|" + "---:|" * (len(peers) + 2))
    for row, times in measured["seconds"].items():
        cells = [f"{times[s]:.4g}" if s in times else "" for s in [*peers, "loyalty"]]
        ratio = measured["ratio"][row]
        shown = "" if not ratio else f"{ratio:.0f}×" if ratio >= 10 else f"{ratio:.1f}×"
        lines.append(f"| {row} | " + " | ".join(cells) + f" | {shown} |")
    return lines


def scaling(file: Path) -> list[str]:
    """Cost per customer by size, and the log in batches."""
    measured = json.loads(file.read_text())
    sizes = measured["customers"]
    lines = ["", "| | " + " | ".join(sizes) + " |", "|---|" + "---:|" * len(sizes)]
    for work in next(iter(sizes.values())):
        cells = " | ".join(f"{times[work]:.1f}" for times in sizes.values())
        lines.append(f"| {work} | {cells} |")
    log = measured["orders"]
    lines += [
        "",
        f"{log['orders']:,} orders in batches of five million, {log['customers']:,} customers: "
        f"{log['seconds']:.1f} s to read, merge and summarise, at most {log['peak_gigabytes']:.1f} GB "
        "in the process.",
    ]
    return lines


def kernels(folder: Path) -> list[str]:
    """Instructions per row by kernel."""
    lines = ["", "| | instructions per row | of the floor |", "|---|---:|---:|"]
    counts = {}
    for name in TITLES:
        total = re.search(
            r"^(?:summary|totals): (\d+)", (folder / f"{name}.callgrind").read_text(), re.M
        )
        rows = int((folder / f"{name}.rows").read_text())
        assert total is not None
        counts[name] = int(total.group(1)) / rows
    for name, title in TITLES.items():
        lines.append(f"| {title} | {counts[name]:.0f} | {counts[name] / counts['floor']:.1f} |")
    return lines


def main() -> None:
    folder = Path(sys.argv[1])
    packages = ("loyalty", "lifetimes", "polars", "duckdb", "numpy")
    facts = {package: version(package) for package in packages}
    page = [
        INTRODUCTION.format(
            date=date.today(),
            processor=processor(),
            cores=cores(),
            python=platform.python_version(),
            **facts,
        ).rstrip()
    ]
    page += ["", SCORES.strip(), *comparison(folder / "scores.json")]
    page += ["", SUMMARY.strip(), *comparison(folder / "summary.json")]
    page += ["", SCALING.strip(), *scaling(folder / "scaling.json")]
    page += ["", KERNELS.strip(), *kernels(folder)]
    print("\n".join(page))


if __name__ == "__main__":
    main()
