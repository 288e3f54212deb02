"""The fenced blocks of Markdown pages: what can be run, and what it is said to print."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

#: A line of output that stands for any number of lines.
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block.

    Attributes
    ----------
    info : str
        What stands behind the fence: ``python``, ``python no-run``, ``python needs-pandas``, ``console``.
    text : str
        The lines between the fences.
    line : int
        The line of the page on which `text` begins, counted from 1.
    output : Block or None
        The ``text`` or ``json`` block that follows a ``python`` block with nothing between them.
    """

    info: str
    text: str
    line: int
    output: Block | None = None

    @property
    def language(self) -> str:
        return self.info.partition(" ")[0]

    @property
    def needs(self) -> list[str]:
        """The packages without which it cannot run: ``needs-pandas``."""
        return re.findall(r" needs-(\w+)", self.info)


def blocks(page: str) -> list[Block]:
    """The blocks of a page, each with its output."""
    found: list[Block] = []
    last_end = None
    for fence in re.finditer(r"^```(.*)\n((?:.*\n)*?)```$", page, re.MULTILINE):
        block = Block(fence[1], fence[2], page.count("\n", 0, fence.start()) + 2)
        follows = last_end is not None and not page[last_end : fence.start()].strip()
        if follows and block.language in ("text", "json") and found[-1].language == "python":
            found[-1] = replace(found[-1], output=block)
        else:
            found.append(block)
        last_end = fence.end()
    return found


def matches(printed: str, said: str) -> bool:
    """Whether this was printed, an ellipsis standing for any lines."""
    parts = re.split(f"^{ELLIPSIS}\n", said, flags=re.MULTILINE)
    return re.fullmatch(r"(?:.*\n)*?".join(map(re.escape, parts)), printed) is not None


def commands(console: Block) -> list[tuple[str, str]]:
    """The commands of a ``console`` block, each with what it is said to print."""
    pairs = re.findall(r"^\$ (.*\n)((?:(?!\$ ).*\n)*)", console.text, re.MULTILINE)
    return [(command.rstrip("\n"), output) for command, output in pairs]


def headings(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    without_code = re.sub(r"^```.*\n(?:.*\n)*?```$", "", page, flags=re.MULTILINE)
    titles = re.findall(r"^#+ (.*)$", without_code, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links(page: str) -> list[str]:
    """The targets of a page's links to files of the project and to headings."""
    without_code = re.sub(r"^```.*\n(?:.*\n)*?```$|`[^`\n]*`", "", page, flags=re.MULTILINE)
    targets = re.findall(r"\]\(([^)\s]+)\)", without_code)
    return [target for target in targets if "://" not in target]


def write_output(page: Path, block: Block, printed: str) -> None:
    """Puts what was printed in place of the lines of a block, as long as the block before did not move."""
    lines = page.read_text("utf-8").split("\n")
    start = block.line - 1
    lines[start : start + block.text.count("\n")] = printed.rstrip("\n").split("\n")
    page.write_text("\n".join(lines), "utf-8")
