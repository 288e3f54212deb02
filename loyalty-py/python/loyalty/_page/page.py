"""A report for who decides: one HTML page of what scores say."""

from __future__ import annotations

import os
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _native
from loyalty._display.locale import locale
from loyalty._frozen import Frozen
from loyalty._page import past, sections
from loyalty._page.markup import Writer
from loyalty._page.outlook import horizon_of, model_of, outlook
from loyalty._page.style import STYLE
from loyalty.errors import InputError

if TYPE_CHECKING:
    from loyalty._display import Parts
    from loyalty._display.locale import Language
    from loyalty.scoring import Scores

__all__ = ["Report", "checked", "report"]

#: Nothing is fetched: not even where the page is changed by somebody.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class Report(Frozen):
    """One HTML page of what scores say. Made by :meth:`Scores.report`.

    Examples
    --------
    >>> import loyalty
    >>> page = loyalty.score(loyalty.datasets.cdnow_orders()).report(currency="USD")
    >>> page.html.startswith("<!doctype html>"), "https://" in page.html
    (True, False)
    >>> page.absent[0]
    'Returns: no column and no credit says what came back.'
    """

    __slots__ = ("absent", "html", "title")

    #: What stands on top.
    title: str
    #: The page.
    html: str
    #: What it leaves out and why, a sentence each.
    absent: tuple[str, ...]

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the page, whole or not at all.

        Raises
        ------
        InputError
            Where it cannot be written, or is not to be a page.
        """
        name = checked(path)
        beside = f"{name}.{os.getpid()}.partial"
        try:
            Path(beside).write_text(self.html, encoding="utf-8")
            os.replace(beside, name)
        except OSError as error:
            raise InputError(f"{name} cannot be written: {error.strerror or error}") from None
        finally:
            Path(beside).unlink(missing_ok=True)

    def __repr__(self) -> str:
        return f"<Report: {self.title}, {len(self.html.encode()) / 1024:.0f} KiB>"

    def _shown(self) -> Parts:
        return [repr(self)[1:-1], *self.absent]

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{escape(self.html)}" sandbox title="{escape(self.title)}" '
            'style="width:100%;height:42em;border:1px solid rgba(128,128,128,.4)"></iframe>'
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Report) and self.html == other.html

    def __hash__(self) -> int:
        return hash(self.html)

    def __reduce__(self) -> Any:
        return _restore, (self.title, self.html, self.absent)


def checked(path: str | PathLike[str]) -> str:
    """The name of a file that a page may be written to."""
    name = os.fspath(path)
    if Path(name).suffix.lower() not in (".html", ".htm"):
        raise InputError(f"{name}: expected a .html file to write")
    return name


def _restore(title: str, html: str, absent: tuple[str, ...]) -> Report:
    made = Report.__new__(Report)
    made._set(title=title, html=html, absent=absent)
    return made


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
    return _restore(heading, page, tuple(absent))


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
