"""Every public callable says what it takes and gives, by an example that the doctests run.

Modules that do so are held to it; of the others the names that still lack something are listed, and the
list may only grow shorter.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

import loyalty

SECTION = re.compile(r"^(\w+)\n-{3,}$", re.MULTILINE)

#: What still lacks a section, by module.
LACKING: dict[str, set[str]] = {}


def sections(found: Any) -> set[str]:
    doc = inspect.getdoc(found) or ""
    return set(SECTION.findall(doc)) | ({"Examples"} if ">>>" in doc else set())


def lacks(found: Any) -> set[str]:
    """The sections that a class or function should have and has not."""
    needed = {"Examples"}
    if not inspect.isclass(found):
        signature = inspect.signature(found)
        if set(signature.parameters) - {"self", "cls"}:
            needed.add("Parameters")
        if signature.return_annotation not in (None, "None"):
            needed.add("Returns")
    return needed - sections(found)


def public() -> Iterator[tuple[str, Any]]:
    """Public names, each once under the class that defines it, with their modules."""
    modules = [loyalty, *(importlib.import_module(f"loyalty.{name}") for name in WHOLE)]
    seen = set()
    for module in modules:
        for name in module.__all__:
            found = getattr(module, name)
            if not (inspect.isclass(found) or inspect.isfunction(found)):
                continue
            for each in [found, *methods(found)]:
                if id(each) not in seen:
                    seen.add(id(each))
                    yield each.__qualname__, each


WHOLE = ("datasets", "plotting")


def methods(found: Any) -> list[Any]:
    """The functions that a class of the package has, from wherever it has them."""
    if not inspect.isclass(found):
        return []
    each = [inspect.getattr_static(found, name) for name in dir(found) if name[0] != "_"]
    each = [getattr(one, "__func__", one) for one in each]
    return [f for f in each if inspect.isfunction(f) and f.__module__.startswith("loyalty")]


def found_lacking() -> dict[str, set[str]]:
    lacking: dict[str, set[str]] = {}
    for name, found in public():
        if lacks(found):
            lacking.setdefault(found.__module__.removeprefix("loyalty."), set()).add(name)
    return lacking


def test_no_docstring_lacks_more_than_is_known() -> None:
    lacking = found_lacking()
    for module, names in lacking.items():
        new = names - LACKING.get(module, set())
        assert not new, f"loyalty.{module}: without Parameters, Returns or an example: {sorted(new)}"


def test_the_list_of_what_lacks_grows_shorter() -> None:
    lacking = found_lacking()
    for module, names in LACKING.items():
        done = names - lacking.get(module, set())
        assert not done, f"loyalty.{module}: strike from LACKING, as nothing lacks: {sorted(done)}"


@pytest.mark.parametrize("module", ["sklearn"])
def test_optional_modules_lack_nothing(module: str) -> None:
    pytest.importorskip(module)
    found = importlib.import_module(f"loyalty.{module}")
    for name in found.__all__:
        estimator = getattr(found, name)
        for each in [estimator, *methods(estimator)]:
            assert not lacks(each), each.__qualname__
