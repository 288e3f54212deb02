"""What is known against a version of a crate: advisories, from supply/advisories.toml and from RustSec's database, and
whether the registry yanked it.
"""

import json
import os
import re
import subprocess
import time
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = "supply/advisories.toml"
CARGO = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))


def numbers(version: str) -> tuple[tuple[int, ...], bool, str]:
    """A version in its order: one that is not released yet comes before the one that is."""
    plain, _, early = version.partition("+")[0].partition("-")
    return tuple(map(int, [*plain.split("."), "0", "0"][:3])), not early, early


def matches(version: str, requirement: str) -> bool:
    """Whether a version meets all parts of a requirement such as ">= 1.2.3, < 2"."""

    def part(text: str) -> bool:
        operator, bound = re.fullmatch(r"\s*(>=|<=|[><=^~]?)\s*([\w.+-]+)\s*", text).groups()
        mine, other = numbers(version), numbers(bound)
        if operator in ("", "^", "~"):
            given = bound.partition("-")[0].count(".")
            fixed = (
                min(given, 1)
                if operator == "~"
                else next((at for at, number in enumerate(other[0]) if number), given)
            )
            return mine >= other and mine[0][: fixed + 1] == other[0][: fixed + 1]
        return {
            ">=": mine >= other,
            "<=": mine <= other,
            ">": mine > other,
            "<": mine < other,
            "=": mine == other,
        }[operator]

    return all(part(text) for text in requirement.split(","))


@dataclass(frozen=True)
class Advisory:
    """An advisory: the versions that it leaves out are all that it does not hold for."""

    id: str
    crate: str
    kind: str
    left_out: frozenset[str]

    def holds(self, version: str) -> bool:
        return not any(matches(version, one) for one in self.left_out)


def advisory(told: dict, crate: str, kind: str | None, versions: dict) -> Advisory:
    left_out = (*versions.get("patched", []), *versions.get("unaffected", []))
    # Blanks are no part of a requirement; the database writes them now and then.
    return Advisory(
        told["id"],
        crate,
        kind or "vulnerability",
        frozenset("".join(one.split()) for one in left_out),
    )


@dataclass(frozen=True)
class Record:
    """What supply/advisories.toml says, and of when it is."""

    crates: frozenset[str]
    advisories: list[Advisory]
    looked_up: date
    newest: str


def recorded() -> Record:
    told = tomllib.loads((ROOT / FILE).read_text())
    return Record(
        frozenset(told["crates"]),
        [advisory(one, one["crate"], one.get("kind"), one) for one in told["advisory"]],
        told["looked_up"],
        told["newest"],
    )


def in_database(database: Path, crates: set[str]) -> list[Advisory]:
    """The advisories of a copy of RustSec's database that name one of some crates and were not withdrawn."""
    found = []
    for file in sorted(database.glob("crates/*/RUSTSEC-[1-9]*.md")):
        if (crate := file.parent.name) in crates:
            head = tomllib.loads(file.read_text().split("```toml", 1)[1].split("```", 1)[0])
            told = head["advisory"]
            if "withdrawn" not in told:
                found.append(
                    advisory(told, crate, told.get("informational"), head.get("versions", {}))
                )
    return found


def database() -> Path | None:
    """A copy of RustSec's database: in the folder that is stated, or where cargo-deny and cargo-audit keep theirs."""
    stated = [Path(os.environ["ADVISORY_DB"])] if "ADVISORY_DB" in os.environ else []
    places = [*stated, CARGO / "advisory-db", *sorted(CARGO.glob("advisory-dbs/*"))]
    return next((place for place in places if (place / "crates").is_dir()), None)


def days_old(folder: Path) -> float:
    """How old a copy is, by its last commit or else by its newest file."""
    command = ["git", "-C", str(folder), "log", "-1", "--format=%ct"]
    told = (
        subprocess.run(command, capture_output=True, text=True)
        if (folder / ".git").exists()
        else None
    )
    when = (
        int(told.stdout)
        if told and told.stdout.strip()
        else max(file.stat().st_mtime for file in folder.rglob("*.md"))
    )
    return (time.time() - when) / 86400


def differences(record: Record, copy: list[Advisory]) -> list[str]:
    """What a copy of the database says otherwise than the record, of the crates that were looked up."""
    mine = {one.id: one for one in record.advisories}
    return [
        f"{one.id} ({one.crate}) is not in {FILE} as the database has it"
        for one in copy
        if one.crate in record.crates and mine.get(one.id) != one
    ]


def in_index(crate: str) -> dict[str, bool] | None:
    """Which versions of a crate were yanked, as cargo last heard from the registry; nothing if it never asked."""
    folder = {1: "1", 2: "2", 3: f"3/{crate[:1]}"}.get(len(crate), f"{crate[:2]}/{crate[2:4]}")
    files = sorted(CARGO.glob(f"registry/index/*/.cache/{folder}/{crate}"))
    if not files:
        return None
    # Zero bytes stand between a head, the versions, and what the registry says of each in JSON.
    entries = [json.loads(part) for part in files[0].read_bytes().split(b"\0") if part[:1] == b"{"]
    return {one["vers"]: one["yanked"] for one in entries}


def ask_registry() -> bool:
    """Has cargo ask the registry for the crates of Cargo.lock anew; whether it could."""
    # Offline, cargo works with what it has and says nothing: only the line tells that it asked.
    environment = os.environ | {"CARGO_NET_RETRY": "0", "CARGO_HTTP_TIMEOUT": "20"}
    command = ["cargo", "update", "--dry-run", "--color=never"]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    return told.returncode == 0 and re.search(r"Updating .* index", told.stderr) is not None
