"""The reference: a page for every public name, from its docstring, and one that lists them by room."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import loyalty

DOCS = Path(__file__).resolve().parents[1]

#: Rooms, and the modules below `loyalty` whose names stand in them.
ROOMS = {
    "Everything in one call": ["scoring", "_page.report"],
    "Reading": ["reading.orders", "reading.sql", "reading.check", "reading.table", "reading.understood"],
    "Orders and customers": ["orders", "order_lines", "summary", "report", "datasets"],
    "Purchase models": [
        "purchase", "mbg_nbd", "bg_nbd", "pareto_nbd", "nbd", "bg_cnbd_k", "mbg_cnbd_k", "bg_bb",
        "forecast",
    ],
    "Spend models": ["spend", "gamma_gamma"],
    "Contracts": ["contracts", "contract_model", "sbg", "bdw"],
    "Fits, priors, posteriors, covariates": [
        "fit", "prior", "posterior", "purchase_with_covariates", "spend_with_covariates", "files",
    ],
    "Lifetime value and what customers will do": ["value", "predictions", "bootstrap", "correlation"],
    "RFM": ["rfm"],
    "Goodness of fit": ["goodness", "spend_goodness", "comparison", "metrics"],
    "Returns": ["returns"],
    "Profit and costly behaviours": ["ledger", "records", "check_out", "behaviours", "behaviour_distribution", "persistence"],
    "Decisions": ["treatments", "selection"],
    "Simulation": ["simulation"],
    "Errors": ["errors"],
    "scikit-learn": ["sklearn"],
    "Plots": ["plotting"],
}  # fmt: skip
#: Members that scikit-learn makes for every estimator.
EXCLUDED = "   :exclude-members: set_fit_request, set_score_request, set_predict_request"
#: Modules whose names are called by them, as in ``loyalty.plotting.plot_tracking``.
WHOLE = ("datasets", "plotting", "sklearn")


def names_by_room() -> dict[str, list[str]]:
    """Full names by room; what no room has stands in a last one, so that nothing is left out."""
    room_of = {f"loyalty.{name}": room for room, names in ROOMS.items() for name in names}
    rooms: dict[str, list[tuple[int, str]]] = {room: [] for room in [*ROOMS, "More"]}
    order = {module: place for place, module in enumerate(room_of)}
    for name in loyalty.__all__:
        found = getattr(loyalty, name)
        if inspect.ismodule(found) or name.startswith("__"):
            continue
        module = found.__module__
        rooms[room_of.get(module, "More")].append((order.get(module, 0), f"loyalty.{name}"))
    for name in WHOLE:
        module = importlib.import_module(f"loyalty.{name}")
        place = order[module.__name__]
        full = [(place, f"{module.__name__}.{member}") for member in module.__all__]
        rooms[room_of[module.__name__]] += full
    return {room: [name for _, name in sorted(names)] for room, names in rooms.items() if names}


def resolved(full: str) -> Any:
    """What a full name stands for."""
    module, _, name = full.rpartition(".")
    return getattr(importlib.import_module(module), name)


def summary(full: str) -> str:
    """The first paragraph of its docstring, in a line."""
    first = (inspect.getdoc(resolved(full)) or "").partition("\n\n")[0]
    return " ".join(first.split())


def list_page() -> str:
    """All names by room, with what each is."""
    intro = "Every public name by room, from its docstring; ``help(loyalty.clv)`` shows the same."
    lines = ["API", "===", "", intro, ""]
    for room, names in names_by_room().items():
        module = min((name.rpartition(".")[0] for name in names), key=len)
        lines += [
            room,
            "-" * len(room),
            "",
            f".. currentmodule:: {module}",
            "",
            ".. list-table::",
            "   :class: names",
            "",
        ]
        for name in names:
            role = "class" if inspect.isclass(resolved(name)) else "func"
            shown = name.removeprefix("loyalty.")
            lines += [f"   * - :{role}:`{shown} <{name}>`", f"     - {summary(name)}"]
        lines += ["", ".. toctree::", "   :hidden:", f"   :caption: {room}", ""]
        lines += [f"   {name.removeprefix('loyalty.')} <generated/api/{name}>" for name in names]
        lines.append("")
    return "\n".join(lines) + "\n"


def attributes(found: Any) -> list[str]:
    """The attributes that a class's docstring describes, which are not described again."""
    section = (inspect.getdoc(found) or "").partition("Attributes\n----------\n")[2]
    section = re.split(r"^\w+\n-+\n", section, flags=re.MULTILINE)[0]
    lines = re.findall(r"^(\w[\w, ]*) : ", section, flags=re.MULTILINE)
    return [name for line in lines for name in line.split(", ")]


def name_page(full: str) -> str:
    """The page of one name."""
    shown = full.removeprefix("loyalty.")
    lines = [shown, "=" * len(shown), "", f".. currentmodule:: {full.rpartition('.')[0]}", ""]
    if inspect.isclass(resolved(full)):
        lines += [f".. autoclass:: {full}", "   :members:"]
        # scikit-learn's own members are documented there.
        own = ".sklearn." not in full
        lines += ["   :inherited-members: Exception, object, tuple, dict"] if own else [EXCLUDED]
        told = [*getattr(resolved(full), "_fields", ()), *attributes(resolved(full))]
        lines += [f"   :exclude-members: {', '.join(told)}"] if own and told else []
    else:
        lines += [f".. autofunction:: {full}"]
    return "\n".join(lines) + "\n"


def write(path: Path, text: str) -> None:
    """Written only where it changes, so that only such pages are made anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def write_pages(app: Any, config: Any) -> None:
    folder = DOCS / "generated" / "api"
    names = [name for names in names_by_room().values() for name in names]
    for stale in set(folder.glob("*.rst")) - {folder / f"{name}.rst" for name in names}:
        stale.unlink()
    for name in names:
        write(folder / f"{name}.rst", name_page(name))
    write(DOCS / "api.rst", list_page())


def setup(app: Any) -> dict[str, bool]:
    app.connect("config-inited", write_pages)
    return {"parallel_read_safe": True}
