"""Links out of this folder: on the site they lead to pages made of those files, or to the repository."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[1]
ROOT = DOCS.parent
REPOSITORY = "https://github.com/loyalty-rs/loyalty/blob/main/"

#: Files of the project that are pages of the site.
PAGES = {"README.md": "readme", "CONTRIBUTING.md": "contributing", "CHANGELOG.md": "changes"}
_LINK = re.compile(r"\]\((?P<target>[^)\s:]+?)(?P<anchor>#[^)\s]*)?\)")


def page_of(target: Path) -> str | None:
    """The page of the site that shows a file, as a path below this folder."""
    if target.is_relative_to(DOCS):
        return str(target.relative_to(DOCS))
    inside = str(target.relative_to(ROOT))
    return f"generated/{PAGES[inside]}.md" if inside in PAGES else None


def on_the_site(text: str, folder: Path, depth: int) -> str:
    """The text with its relative links as seen from a page so many folders deep."""

    def moved(link: re.Match[str]) -> str:
        target = (folder / link["target"]).resolve()
        if not target.exists() or (target.is_relative_to(DOCS) and folder.is_relative_to(DOCS)):
            return link[0]
        page = page_of(target)
        place = REPOSITORY + str(target.relative_to(ROOT)) if page is None else "../" * depth + page
        return f"]({place}{link['anchor'] or ''})"

    return _LINK.sub(moved, text)


def change_links(app: Any, docname: str, source: list[str]) -> None:
    path = Path(app.env.doc2path(docname))
    if path.suffix == ".md" and "generated" not in path.parts:
        source[0] = on_the_site(source[0], path.parent, len(path.relative_to(DOCS).parts) - 1)


def write_pages(app: Any, config: Any) -> None:
    folder = DOCS / "generated"
    folder.mkdir(exist_ok=True)
    for file, page in PAGES.items():
        text = on_the_site((ROOT / file).read_text("utf-8"), ROOT, 1)
        # What rustdoc is told of a block is no part of its language.
        text = text.replace("```rust,no_run", "```rust")
        written = folder / f"{page}.md"
        if not written.exists() or written.read_text("utf-8") != text:
            written.write_text(text, "utf-8")


def setup(app: Any) -> dict[str, bool]:
    app.connect("config-inited", write_pages)
    app.connect("source-read", change_links)
    return {"parallel_read_safe": True}
