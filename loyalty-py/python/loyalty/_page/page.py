"""A report for who decides: one HTML page of what scores say."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from loyalty import _native
from loyalty._display.locale import locale
from loyalty._page import past, sections
from loyalty._page.markup import Writer
from loyalty._page.outlook import horizon_of, model_of, outlook
from loyalty._page.report import Report, made
from loyalty._page.style import STYLE

if TYPE_CHECKING:
    from loyalty._display.locale import Language
    from loyalty.scoring import Scores

__all__ = ["report"]

#: Nothing is fetched: not even where the page is changed by somebody.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def report(
    scores: Scores, *, title: str | None, currency: str | None, language: Language, top: int
) -> Report:
    """The page."""
    asked = scores._asked
    write = Writer(locale(language, currency if currency is not None else asked.currency()))
    until = None if scores.table_report is None else scores.table_report.observed_until
    heading = title
    if heading is None:
        heading = write.say("title_undated")
        if until is not None:
            heading = write.say("title", day=write.locale.date(until))
    content = _content(scores, write, top)
    inner, absent = sections.all_of(content)
    gone = "".join(f"<li>{sentence}</li>" for sentence in absent)
    if gone:
        inner += write.section("absent", f"<ul>{gone}</ul>")
    body = (
        f"<main><header><h1>{escape(heading)}</h1><p>{_subtitle(scores, write)}</p></header>"
        f"{sections.tiles(content)}{inner}"
        f"<footer>{write.say('made_by', version=escape(_native.__version__))}</footer></main>"
    )
    style = " ".join(STYLE.split())
    page = (
        f'<!doctype html>\n<html lang="{write.locale.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(heading)}</title><style>{style}</style></head><body>{body}</body></html>\n"
    )
    return made(heading, page, tuple(absent))


def _content(scores: Scores, write: Writer, top: int) -> sections.Content:
    log, model, unit = scores._asked.log(), model_of(scores), scores.customers.unit
    end = scores._asked.observation_end
    found = None if log is None else past.cohorts(log, end)
    tested: past.Test | str | None = None
    if log is not None:
        tested = "few"
        if model is not None and unit is not None:
            paid = scores.customers.monetary_value is not None
            tested = past.test(log, model, unit, end, horizon_of(scores), paid=paid)
    return sections.Content(scores, write, outlook(scores), found, tested, top)


def _subtitle(scores: Scores, write: Writer) -> str:
    """The period, the currency, and that money is net."""
    said, table = [], scores.table_report
    if table is not None:
        first, last = (
            np.datetime64(day, "D") for day in (table.observed_from, table.observed_until)
        )
        said.append(
            write.say("period", first=write.locale.date(first), last=write.locale.date(last))
        )
    if scores.customers.total_amount is not None:
        known = write.locale
        if known.currency is None:
            said.append(write.say("money_unknown"))
        else:
            said.append(write.say("money_in", currency=escape(known.sign)))
        if table is not None and table.came_back:
            said.append(write.say("net"))
    return "; ".join(said)
