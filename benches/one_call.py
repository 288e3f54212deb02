"""`loyalty score` of a simulated shop of 100,000 customers from CSV, against the sum of its parts.

The command runs in a process of its own; its peak memory is that of the operating system's account. The
parts run one after the other in this process: reading, the summary and its models, the ledger and the
behaviours, the treatments, writing. Run with `.venv/bin/python benches/one_call.py`.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import loyalty
from loyalty.cli import report, tables
from loyalty.reading.files import Dialect, open_source
from loyalty.reading.orders import table_of
from loyalty.reading.roles import CONTACTS
from loyalty.reading.table import Options

ECONOMICS = {"handling": 3.0, "markdown": 0.1, "category_cost": 8.0}
CAPACITIES = {"calls": 250.0, "letters": 2000.0}


def command(orders: Path, contacts: Path, output: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of the command."""
    options = [f"--{name.replace('_', '-')}={value}" for name, value in ECONOMICS.items()]
    options += [f"--capacity={name}={amount}" for name, amount in CAPACITIES.items()]
    arguments = ["-m", "loyalty", "score", orders, "--contacts", contacts, "-o", output, *options]
    start = time.perf_counter()
    subprocess.run([sys.executable, *map(str, arguments)], check=True, capture_output=True)
    seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def parts(orders: Path, contacts: Path, output: Path) -> dict[str, float]:
    """Seconds by part."""
    seconds: dict[str, float] = {}
    start = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal start
        now = time.perf_counter()
        seconds[name], start = now - start, now

    table = loyalty.read_orders(orders)
    lines, roles = table.frame, table.columns
    read = table_of(open_source(contacts, Dialect()), Options(roles=CONTACTS))
    called = read.frame.rename({name: role for role, name in read.columns.items()})
    lap("read")
    customer = roles["customer"]
    log = loyalty.Orders(lines, customer=customer, time=roles["time"], amount=roles["amount"])
    frame = loyalty.score(log.summarize(unit="week")).to_frame()
    lap("summary, models, scores")
    ledger = loyalty.Ledger(lines, contacts=called, columns=roles, **ECONOMICS)
    labels = loyalty.BehaviourModel.fit(ledger).classify(ledger)
    found = [ledger.to_frame(), labels.to_frame()]
    for behaviour, impact in report.BEHAVIOURS.items():
        found.append(labels.scores(behaviour).rename({"impact": impact}))
    for more in found:
        new = [name for name in more.columns if name not in frame.columns]
        frame = frame.join(more.select(customer, *new), on=customer, how="left")
    lap("ledger, behaviours")
    margin = ledger.portfolio["margin"]
    loyalty.select(frame, customer=customer, capacities=CAPACITIES, margin=margin)
    lap("treatments")
    tables.write(frame, str(output))
    lap("write")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--customers", type=int, default=100_000)
    options = parser.parse_args()
    shop = loyalty.simulate(options.customers, seed=2, b=4.0, backend="polars")
    with tempfile.TemporaryDirectory() as folder:
        orders, contacts = Path(folder, "orders.csv"), Path(folder, "contacts.csv")
        shop.lines.write_csv(orders)
        shop.contacts.write_csv(contacts)
        megabytes = (orders.stat().st_size + contacts.stat().st_size) / 2**20
        print(f"{shop!r}, {megabytes:.0f} MiB of CSV")
        wall, peak = command(orders, contacts, Path(folder, "scores.parquet"))
        print(f"loyalty score: {wall:.2f} s, peak {peak:.0f} MiB")
        seconds = parts(orders, contacts, Path(folder, "parts.parquet"))
        for name, part in seconds.items():
            print(f"  {name:36} {part:6.2f} s")
        total = sum(seconds.values())
        print(f"  {'sum':36} {total:6.2f} s; the command takes {wall / total:.2f} of it")


if __name__ == "__main__":
    main()
