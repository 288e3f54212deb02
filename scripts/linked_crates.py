"""The crates that are linked into the C library or the wheel: their licences, and a bill of materials.

    scripts/linked_crates.py [--by-zig LLVM] FOLDER     of the C library
    scripts/linked_crates.py --wheel FOLDER             of the wheel

writes into a folder what must go with the library: the project's own licences, THIRD-PARTY-LICENSES.txt with the
licence of each linked crate and its text as the crate has it, the notices of Rust's standard library, and
loyalty.cdx.json, a bill of materials in CycloneDX 1.5. Where zig links the shared library, for an old glibc, parts of LLVM
of the stated version and of glibc are in it too. The wheel has the project's own licences and a bill of materials by
maturin: for it the notices are written alone.

What runs at compile time only (procedural macros, build scripts) is in none of them: no byte of it is in the library.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tomllib
import uuid
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARY, WHEEL = "loyalty-ffi", "loyalty-py"
TARGET = "x86_64-unknown-linux-gnu"
NOTICES = re.compile(r"^(licen[cs]e|copying|unlicense|notice|copyright)", re.IGNORECASE)
#: The standard texts that stand in for those of a crate that comes without any.
STANDARD = {"MIT": ROOT / "LICENSE-MIT", "Apache-2.0": ROOT / "LICENSE-APACHE"}


@dataclass(frozen=True)
class Crate:
    """A crate, as its manifest and the lock file tell of it."""

    name: str
    version: str
    licence: str
    folder: Path
    checksum: str | None
    uses: tuple[str, ...]

    @property
    def purl(self) -> str:
        return f"pkg:cargo/{self.name}@{self.version}"

    @property
    def own(self) -> bool:
        """Whether it is of this project: what comes from a registry has a checksum."""
        return self.checksum is None

    def notices(self) -> list[Path]:
        return sorted(
            file for file in self.folder.iterdir() if NOTICES.match(file.name) and file.is_file()
        )


def expression(package: dict) -> str:
    """The licence as an SPDX expression; older manifests write "MIT/Apache-2.0"."""
    licence = package["license"]
    if licence is None:
        raise SystemExit(f"{package['name']} {package['version']} states no licence")
    return " OR ".join(sorted(part.strip() for part in licence.split("/")))


def edges(library: str) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Which linked crates each linked crate uses, by name and version.

    `cargo tree` knows the features of the library alone; `cargo metadata` has those of the whole workspace.
    """
    options = [
        "--edges=normal,no-proc-macro",
        "--prefix=depth",
        "--no-dedupe",
        f"--target={TARGET}",
    ]
    command = ["cargo", "tree", "--locked", "--package", library, *options]
    tree = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    uses: dict[tuple[str, str], set[tuple[str, str]]] = {}
    above: list[tuple[str, str]] = []
    for line in tree.splitlines():
        depth, name, version = re.match(r"(\d+)([\w-]+) v(\S+)", line).groups()
        crate = name, version
        uses.setdefault(crate, set())
        del above[int(depth) :]
        if above:
            uses[above[-1]].add(crate)
        above.append(crate)
    return uses


def linked(library: str) -> list[Crate]:
    """The crates whose code is in the C library or the wheel, in order of their names."""
    command = ["cargo", "metadata", "--locked", "--format-version=1"]
    metadata = json.loads(
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    )
    packages = {(package["name"], package["version"]): package for package in metadata["packages"]}
    locked = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    checksums = {(one["name"], one["version"]): one.get("checksum") for one in locked}

    def crate(key: tuple[str, str], uses: set[tuple[str, str]]) -> Crate:
        package = packages[key]
        purls = tuple(sorted(f"pkg:cargo/{name}@{version}" for name, version in uses))
        return Crate(
            *key, expression(package), Path(package["manifest_path"]).parent, checksums[key], purls
        )

    return [crate(key, uses) for key, uses in sorted(edges(library).items())]


def notice(crate: Crate) -> str:
    """A crate's licence, with the texts that it brings or else the standard ones."""
    head = f"{crate.name} {crate.version}: {crate.licence}\n"
    files = crate.notices()
    if not files:
        files = [
            STANDARD[word] for word in re.split(r" OR | AND ", crate.licence) if word in STANDARD
        ][:1]
        if not files:
            raise SystemExit(
                f"{crate.name} brings no text of its licence {crate.licence}, and none is here"
            )
        head += "(It brings no text of its licence; this is the usual one.)\n"
    texts = [f"\n--- {file.name}\n\n{file.read_text(errors='replace').strip()}\n" for file in files]
    return "=" * 100 + "\n" + head + "".join(texts) + "\n"


def parts_of_zig(llvm: str | None) -> list[dict]:
    """What zig links in beside the crates, for the bill of materials: what unwinds, and functions that an old glibc lacks."""
    if llvm is None:
        return []
    exception = {"name": "LGPL-2.1-or-later, with glibc's exception for files that are linked so"}
    return [
        {
            "type": "library",
            "bom-ref": f"llvm-libunwind@{llvm}",
            "name": "llvm-libunwind",
            "version": llvm,
            "licenses": [{"expression": "Apache-2.0 WITH LLVM-exception"}],
        },
        {
            "type": "library",
            "bom-ref": "libc_nonshared",
            "name": "libc_nonshared",
            "licenses": [{"license": exception}],
        },
    ]


def notice_of_zig(llvm: str | None) -> str:
    if llvm is None:
        return ""
    return (
        f"The shared library also holds LLVM's libunwind {llvm} (Apache-2.0 WITH LLVM-exception) and functions of the GNU C\n"
        "library that come with zig (stat64 and fstat64; LGPL-2.1-or-later). The exceptions of both let what was compiled be\n"
        "passed on without a notice.\n\n"
    )


def third_party(crates: list[Crate], llvm: str | None) -> str:
    others = [crate for crate in crates if not crate.own]
    without_choice = [
        f"  {crate.name} ({crate.licence})\n" for crate in others if " OR " not in crate.licence
    ]
    return (
        "loyalty itself is licensed under MIT or Apache-2.0, at your choice. The library also holds code of the\n"
        f"{len(others)} crates below and of Rust's standard library. Of these, the following leave no choice, so that\n"
        f"who passes the library on keeps to their licences too:\n\n{''.join(without_choice)}\n"
        + notice_of_zig(llvm)
        + "".join(map(notice, others))
    )


def bill_of_materials(crates: list[Crate], rust: str, llvm: str | None) -> dict:
    """CycloneDX 1.5. It has no time and no random number, so that the same crates give the same bytes."""
    main = next(crate for crate in crates if crate.name == LIBRARY)

    def component(crate: Crate) -> dict:
        entry = {
            "type": "library",
            "bom-ref": crate.purl,
            "name": crate.name,
            "version": crate.version,
            "licenses": [{"expression": crate.licence}],
            "purl": crate.purl,
        }
        return (
            entry
            if crate.own
            else entry | {"hashes": [{"alg": "SHA-256", "content": crate.checksum}]}
        )

    std = {"type": "library", "bom-ref": f"rust-std@{rust}", "name": "rust-std", "version": rust}
    others = [component(crate) for crate in crates if crate is not main]
    zig = parts_of_zig(llvm)
    uses = [{"ref": crate.purl, "dependsOn": [*crate.uses, std["bom-ref"]]} for crate in crates]
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": component(main)},
        "components": [*others, std | {"licenses": [{"expression": "MIT OR Apache-2.0"}]}, *zig],
        "dependencies": [
            *uses,
            {"ref": std["bom-ref"]}
            | ({"dependsOn": [part["bom-ref"] for part in zig]} if zig else {}),
            *({"ref": part["bom-ref"]} for part in zig),
        ],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bill, sort_keys=True))
    return {"serialNumber": f"urn:uuid:{serial}"} | bill


def told_by_rustc(*what: str) -> str:
    return subprocess.run(
        ["rustc", *what], check=True, capture_output=True, text=True
    ).stdout.strip()


def write_notices(folder: Path, crates: list[Crate], llvm: str | None = None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "THIRD-PARTY-LICENSES.txt").write_text(third_party(crates, llvm))
    notices = Path(told_by_rustc("--print", "sysroot")) / "share/doc/rust/COPYRIGHT-library.html"
    if notices.exists():
        shutil.copyfile(notices, folder / "RUST-STANDARD-LIBRARY.html")
    else:
        print(
            f"this toolchain lacks {notices.name}: the notices of Rust's standard library are not there",
            file=sys.stderr,
        )


def write(folder: Path, llvm: str | None) -> None:
    """All that goes with the C library."""
    crates = linked(LIBRARY)
    write_notices(folder, crates, llvm)
    for text in STANDARD.values():
        shutil.copyfile(text, folder / text.name)
    bill = bill_of_materials(crates, told_by_rustc("--version").split()[1], llvm)
    (folder / "loyalty.cdx.json").write_text(json.dumps(bill, indent=1) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--by-zig", metavar="LLVM", help="the version of LLVM, where zig links")
    parser.add_argument("--wheel", action="store_true", help="the notices of the wheel")
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    if chosen.wheel:
        write_notices(chosen.folder, linked(WHEEL))
    else:
        write(chosen.folder, chosen.by_zig)
