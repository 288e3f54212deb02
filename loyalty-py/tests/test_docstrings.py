"""Every public callable says what it takes and gives, by an example that the doctests run; every public class
says what its attributes are."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any, is_typeddict

import pytest

import loyalty

#: Modules whose names are called by them.
WHOLE = ("datasets", "plotting")
SECTION = re.compile(r"^(\w+)\n-{3,}$", re.MULTILINE)


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


def methods(found: Any) -> list[Any]:
    """The functions that a class of the package has, from wherever it has them."""
    if not inspect.isclass(found):
        return []
    each = [inspect.getattr_static(found, name) for name in dir(found) if name[0] != "_"]
    each = [getattr(one, "__func__", one) for one in each]
    return [f for f in each if inspect.isfunction(f) and f.__module__.startswith("loyalty")]


LACKING: dict[str, list[str]] = {}
for _name, _found in public():
    _names = LACKING.setdefault(_found.__module__.removeprefix("loyalty."), [])
    if lacks(_found):
        _names.append(f"{_name} ({', '.join(sorted(lacks(_found)))})")


@pytest.mark.parametrize("module", sorted(LACKING))
def test_docstrings_have_every_section(module: str) -> None:
    assert not LACKING[module]


@pytest.mark.parametrize("module", ["sklearn"])
def test_optional_modules_lack_nothing(module: str) -> None:
    pytest.importorskip(module)
    found = importlib.import_module(f"loyalty.{module}")
    for name in found.__all__:
        estimator = getattr(found, name)
        for each in [estimator, *methods(estimator)]:
            assert not lacks(each), each.__qualname__


def stored(found: type) -> set[str]:
    """The public attributes that objects of a class hold, as it and what it is made of declare them."""
    own = [base for base in found.__mro__ if base.__module__.startswith("loyalty")]
    return {
        name
        for base in own
        for name, kind in vars(base).get("__annotations__", {}).items()
        if not name.startswith("_") and "ClassVar" not in str(kind)
    }


def described(found: type) -> set[str]:
    """The attributes that a docstring names in its section."""
    doc = inspect.getdoc(found) or ""
    section = re.split(r"^\w+\n-{3,}$", doc.partition("Attributes\n----------\n")[2], flags=re.M)[0]
    lines = re.findall(r"^(\w[\w, ]*) : ", section, flags=re.MULTILINE)
    return {name for line in lines for name in line.split(", ")}


CLASSES = [found for name in loyalty.__all__ if inspect.isclass(found := getattr(loyalty, name))]


@pytest.mark.parametrize("found", CLASSES, ids=lambda found: found.__name__)
def test_docstrings_describe_the_attributes(found: type) -> None:
    if is_typeddict(found):
        pytest.skip("its keys are the options of a function, which docs/simulation.md has")
    assert stored(found) - described(found) == set()


@pytest.mark.parametrize("found", CLASSES, ids=lambda found: found.__name__)
def test_properties_say_what_they_are(found: type) -> None:
    for name in dir(found):
        each = inspect.getattr_static(found, name)
        if isinstance(each, property) and not name.startswith("_"):
            assert inspect.getdoc(each), name
