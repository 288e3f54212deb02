"""Does what the README of a package tells a shop's developer to do, and says how many commands and seconds it took.

LOYALTY=PREFIX python3 scripts/readme_minutes.py packages/php [WAY]

The program stands in the first block of code, under the name in front of it; then the commands, in one way or in more, of
which the first is taken where no other is asked for; then what they print.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: What the README calls the files, and the golden files that stand for them.
FILES = {
    "purchases.json": "bg_nbd.json",
    "spend.json": "gamma_gamma.json",
    "returns.json": "return_propensity.json",
    "behaviours.json": "behaviours.json",
    "basis.json": "ledger_basis.json",
}


def main() -> None:
    package = ROOT / sys.argv[1]
    text = (package / "README.md").read_text()
    program = re.search(r"^`([\w.]+)`,.*?```\w+\n(.*?)```", text, re.M | re.S)
    ways = re.findall(r"```sh\n(.*?)```", text, re.S)
    way = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    printed = re.search(r"```text\n(.*?)```", text, re.S)
    if program is None or way > len(ways) or printed is None:
        sys.exit(f"{package.name}: a block of the README is missing")
    commands = ways[way - 1]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, program[1]).write_text(program[2])
        for name, golden in FILES.items():
            shutil.copy(ROOT / "golden" / golden, Path(folder, name))
        first = (ROOT / "golden/check_out.csv").read_text().splitlines()[1]
        Path(folder, "customer.record").write_bytes(bytes.fromhex(first.partition(",")[0]))
        started = time.monotonic()
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=folder,
            env={"LOYALTY_PACKAGES": str(ROOT / "packages")} | os.environ,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - started
    if done.returncode or done.stdout != printed[1]:
        sys.exit(f"{package.name}: the README's commands printed\n{done.stdout}")
    count = len(commands.strip().splitlines())
    print(
        f"{package.name}: from nothing to a check-out score by {count} commands in {seconds:.1f} s"
    )


if __name__ == "__main__":
    main()
