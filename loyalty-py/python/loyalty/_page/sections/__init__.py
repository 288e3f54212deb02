"""The sections of a report. Each gives its HTML, or the sentence that says why it is not there."""

from __future__ import annotations

from loyalty._page.sections.conduct import behaviours, returns
from loyalty._page.sections.content import Content
from loyalty._page.sections.customers import best, losing, segments
from loyalty._page.sections.data import data
from loyalty._page.sections.history import cohorts, forecast
from loyalty._page.sections.plan import basis, plan
from loyalty._page.sections.tiles import tiles

__all__ = ["Content", "all_of", "tiles"]


def all_of(content: Content) -> tuple[str, list[str]]:
    """The sections, and the sentences of what is absent."""
    found, absent = [], []
    for section in (
        data,
        segments,
        best,
        losing,
        cohorts,
        forecast,
        returns,
        behaviours,
        plan,
        basis,
    ):
        html = section(content)
        if html.startswith("<"):
            found.append(html)
        elif html:
            absent.append(html)
    write = content.write
    if content.column("clv") is None:
        absent.append(write.say("no_value"))
    return "".join(found), absent
