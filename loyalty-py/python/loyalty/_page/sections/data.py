"""What was in the data, and what was left out."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from loyalty._page import names
from loyalty._page.markup import Column

if TYPE_CHECKING:
    from loyalty._page.sections.content import Content
    from loyalty.report import JoinReport

__all__ = ["data"]


def data(content: Content) -> str:
    """What was in the data, and what was left out."""
    write, report = content.write, content.scores.table_report
    if report is None:
        count = write.number("customers", "count", content.outlook.customers)
        return write.section("data", write.paragraph(write.say("data_summary", customers=count)))
    rows = report.rows
    counts = {
        name: write.number(f"data.{name}", "count", getattr(rows, name))
        for name in ("kept", "rows")
    }
    said = [write.say("data_rows", **counts)]
    refusals = [*rows.refusals, *rows.left_out, *rows.defaulted]
    if not refusals and rows.credits is None:
        said.append(write.say("data_all"))
    if rows.credits is not None:
        credits = rows.credits
        said.append(
            write.say(
                "data_credits",
                rows=write.number("credits.rows", "count", credits.rows),
                money=write.number("credits.money", "money", credits.money),
                matched=write.number("credits.money_matched", "money", credits.money_matched),
            )
        )
    if report.came_back:
        said.append(
            write.say(
                "data_came_back",
                count=write.number("came_back", "count", report.came_back),
                customers=write.number("customers_came_back", "count", report.customers_came_back),
            )
        )
    table = ""
    if refusals:
        language = write.locale.language
        columns = [
            Column("reason", "id", [names.reason(r.reason, language) for r in refusals]),
            Column("column", "id", [r.column for r in refusals]),
            Column("rows", "count", [r.rows for r in refusals]),
        ]
        table = write.table("left_out", [r.reason for r in refusals], columns)
    joins = "".join(_join(content, join) for join in report.joins)
    return write.section("data", write.paragraph(" ".join(said)), table, joins)


def _join(content: Content, join: JoinReport) -> str:
    """How many rows of another table found their customers."""
    write = content.write
    counts = {
        name: write.number(f"{join.table}.{name}", "count", getattr(join, name))
        for name in ("matched", "rows")
    }
    name = escape(names.table(join.table, write.locale.language))
    return write.paragraph(write.say("data_join", table=name, **counts))
