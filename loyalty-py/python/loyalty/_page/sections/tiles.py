"""The few numbers that stand above all else, and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty._page import names, past
from loyalty._page.outlook import LEVEL, Total

if TYPE_CHECKING:
    from loyalty._page.sections.content import Content

__all__ = ["tiles"]


def tiles(content: Content) -> str:
    """The few numbers that matter, above all else."""
    write, outlook, scores = content.write, content.outlook, content.scores
    year, count = content.ahead(), outlook.customers
    repeaters = int((scores.customers.frequency > 0).sum())
    note = write.say("repeaters", count=write.number("repeaters", "count", repeaters))
    found = [_tile(write.say("customers"), write.number("customers", "count", count), note)]
    if outlook.active is not None:
        share = write.number("active_share", "share", outlook.active / max(count, 1.0))
        number = write.number("active", "count", round(outlook.active))
        found.append(
            _tile(write.say("active", year=year), number, write.say("active_share", share=share))
        )
    totals: tuple[tuple[str, Any, Total | None], ...] = (
        ("orders", "count", outlook.orders),
        ("value", "money", outlook.value),
    )
    for name, kind, total in totals:
        if total is not None:
            shown = round(total.estimate) if kind == "count" else total.estimate
            number = write.number(f"{name}_ahead", kind, shown)
            title = write.say(f"{name}_ahead", year=year)
            found.append(_tile(title, number, _range(content, name, kind, total)))
    if isinstance(content.test, past.Test):
        test, unit = content.test, scores.customers.unit
        error = test.expected / max(test.actual, 1.0) - 1
        note = write.say(
            "test_tile_note",
            count=f"{test.duration:g}",
            unit=names.units(unit, write.locale.language, after_preposition=True),
        )
        found.append(
            _tile(write.say("test_tile"), write.number("test_error", "share", error), note)
        )
    return f'<div class="tiles">{"".join(found)}</div>{_meaning(content)}'


def _tile(name: str, number: str, note: str) -> str:
    return (
        f'<div class="tile"><span class="name">{name}</span><span class="big">{number}</span>'
        f'<span class="note">{note}</span></div>'
    )


def _range(content: Content, name: str, kind: Any, total: Total) -> str:
    write = content.write
    if total.low is None or total.high is None:
        return write.say("no_range", why=write.say("not_converged"))
    ends = (("low", total.low), ("high", total.high))
    shown = {
        end: write.number(f"{name}_{end}", kind, round(x) if kind == "count" else x)
        for end, x in ends
    }
    return write.say("range", **shown)


def _meaning(content: Content) -> str:
    """What the ranges and the value are."""
    write, outlook, asked = content.write, content.outlook, content.scores._asked
    said = []
    totals = [total for total in (outlook.orders, outlook.value) if total is not None]
    if any(total.low is None for total in totals):
        said.append(write.say("range_unknown"))
    if any(total.low is not None for total in totals):
        said.append(write.say(f"range_{outlook.kind}", level=write.locale.share(LEVEL, 0)))
    if outlook.value is not None:
        rate = write.locale.share(asked.annual_discount_rate, 0)
        if asked.margin is None:
            said.append(write.say("value_revenue", rate=rate))
        elif np.ndim(asked.margin) == 0:
            margin = write.locale.share(float(asked.margin), 0)
            said.append(write.say("value_margin", rate=rate, margin=margin))
        else:
            said.append(write.say("value_margins", rate=rate))
    return write.paragraph(" ".join(said), "soft") if said else ""
