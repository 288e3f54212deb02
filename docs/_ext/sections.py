"""The sections of the site: which page stands under which.

In the repository a page is found by its name, so the pages do not carry it.
"""

from __future__ import annotations

from typing import Any

#: The pages under a page, in their order.
SECTIONS = {
    "index": ["tutorials", "howto", "concepts", "api", "plots", "comparison", "project"],
    "tutorials": [
        "tutorials/cdnow",
        "tutorials/raw-export",
        "tutorials/returns",
        "tutorials/behaviours",
        "tutorials/experiments",
    ],
    "howto": [
        "reading",
        "orders",
        "scoring",
        "daily",
        "rfm",
        "diagnostics",
        "forecast",
        "decisions",
        "report",
        "command-line",
        "scikit-learn",
        "c",
        "backends",
        "rust",
    ],
    "concepts": [
        "definitions",
        "choosing",
        "models",
        "intervals",
        "returns",
        "behaviours",
        "simulation",
        "numerics",
        "model-file",
    ],
    "comparison": ["migration", "lifetimes", "benchmarks"],
    "project": ["generated/readme", "design", "generated/contributing", "generated/changes"],
}

#: What the navigation calls a page whose heading is longer.
SHORT = {"plots": "Gallery", "api": "API", "generated/readme": "README"}


def toctree(pages: list[str]) -> str:
    """A hidden table of contents."""
    names = [f"{SHORT[p]} <{p}>" if p in SHORT else p for p in pages]
    return "\n\n```{toctree}\n:hidden:\n\n" + "\n".join(names) + "\n```\n"


def add_contents(app: Any, docname: str, source: list[str]) -> None:
    if docname in SECTIONS:
        source[0] += toctree(SECTIONS[docname])


def setup(app: Any) -> dict[str, bool]:
    app.connect("source-read", add_contents)
    return {"parallel_read_safe": True}
