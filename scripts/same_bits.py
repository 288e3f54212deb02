"""Compares the columns of a table with those of the same name in the golden file, bit by bit.

python3 scripts/same_bits.py GOLDEN.csv SCORES.csv
"""

import csv
import struct
import sys
from pathlib import Path


def table(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(path).read_text().splitlines()))


def main() -> None:
    golden, scores = table(sys.argv[1]), table(sys.argv[2])
    if len(golden) != len(scores):
        sys.exit(f"{sys.argv[2]}: {len(scores)} rows, not {len(golden)}")
    for number, (expected, found) in enumerate(zip(golden, scores, strict=True)):
        for name, text in found.items():
            if struct.pack("<d", float(text)) != struct.pack("<d", float(expected[name])):
                sys.exit(f"{sys.argv[2]}, row {number}, {name}: {text}, not {expected[name]}")


if __name__ == "__main__":
    main()
