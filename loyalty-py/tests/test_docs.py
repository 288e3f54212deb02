"""The documentation: its code runs and prints what it says, its links lead somewhere.

Blocks of ``python`` are run page by page in one namespace, with the library as it is installed and the kinds
of frames at hand; ``python needs-pandas`` waits for that package. ``text`` or ``json`` that follows one directly
is what it prints. Blocks of ``console`` are run in a shell. ``LOYALTY_UPDATE_DOCS=1`` writes down what is
printed; review what changed.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from doc_blocks import Block, blocks, commands, headings, links, matches, write_output

import loyalty

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted(ROOT.glob("docs/*.md"))
PAGES = [ROOT / "README.md", ROOT / "loyalty-py" / "README.md", *DOCS] if DOCS else []
#: Written by `make bench`.
GENERATED = ROOT / "docs" / "benchmarks.md"
UPDATE = bool(os.environ.get("LOYALTY_UPDATE_DOCS"))

pytestmark = pytest.mark.skipif(
    not PAGES, reason="the documentation is not beside an installed package"
)


def with_blocks(language: str) -> list[Any]:
    """The pages that have blocks of a language."""
    has = [page for page in PAGES if any(b.language == language for b in parsed(page))]
    return [pytest.param(page, id=page.name) for page in has]


def parsed(page: Path) -> list[Block]:
    return blocks(page.read_text("utf-8"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the code of a page runs, with the CDNOW log in it."""
    (tmp_path / "orders.csv").write_bytes(loyalty.datasets.cdnow_path().read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(page: Path, block: Block, printed: str) -> list[tuple[Block, str]]:
    """Compares, or gives back what to write down."""
    if matches(printed, block.text):
        return []
    if UPDATE:
        return [(block, printed)]
    pytest.fail(f"{page.name}, line {block.line}: printed\n{printed}\ninstead of\n{block.text}")


def update(page: Path, found: list[tuple[Block, str]]) -> None:
    for block, printed in reversed(found):
        write_output(page, block, printed)


@pytest.mark.parametrize("page", with_blocks("python"))
def test_python_runs_and_prints_what_the_page_says(page: Path, folder: Path) -> None:
    namespace: dict[str, Any] = {}
    found = []
    for block in parsed(page):
        if block.language != "python" or block.info == "python no-run":
            continue
        for package in block.needs:
            # What follows may rest on it; what came before has been run.
            pytest.importorskip(package, reason=f"line {block.line} needs {package}")
        # Empty lines in front, so that a traceback shows the line of the page.
        code = compile("\n" * (block.line - 1) + block.text, str(page), "exec")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(code, namespace)
        if block.output is not None:
            found += check(page, block.output, printed.getvalue())
    update(page, found)


@pytest.mark.parametrize("page", with_blocks("console"))
def test_commands_print_what_the_page_says(page: Path, folder: Path) -> None:
    pytest.importorskip("polars", reason="the command line reads files by polars")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    found = []
    for block in parsed(page):
        if block.language != "console":
            continue
        said = printed = ""
        for command, output in commands(block):
            done = subprocess.run(
                command,
                shell=True,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=60,
                env=os.environ | {"PATH": path, "COLUMNS": "80"},
            )
            said += f"$ {command}\n{output}"
            # A command whose output the page abbreviates stays as it is.
            kept = output if matches(done.stdout, output) else done.stdout
            printed += f"$ {command}\n{kept}"
        assert said == block.text, f"{page.name}, line {block.line}: not a list of commands"
        found += [] if printed == said else check(page, block, printed)
    update(page, found)


def test_hardly_any_python_is_left_out() -> None:
    python = [block for page in PAGES for block in parsed(page) if block.language == "python"]
    told = {"python", "python no-run", "python needs-pandas", "python needs-sklearn"}
    assert {block.info for block in python} <= told
    assert sum(block.info != "python no-run" for block in python) >= 9 * len(python) / 10


@pytest.mark.parametrize("page", with_blocks("c"))
def test_c_programs_compile(page: Path, tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    for block in parsed(page):
        if block.language != "c" or "int main" not in block.text:
            continue
        source = tmp_path / "page.c"
        source.write_text(f'#line {block.line} "{page.name}"\n{block.text}')
        options = [
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-fsyntax-only",
            f"-I{ROOT / 'include'}",
        ]
        done = subprocess.run([compiler, *options, source], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page.read_text("utf-8")):
        name, _, heading = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if target == GENERATED:
            continue
        assert target.exists(), f"{page.name}: {link}"
        if heading:
            assert heading in headings(target.read_text("utf-8")), f"{page.name}: {link}"
