"""From the input of a command to the summary of its customers, with what became of the rows said."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import loyalty
from loyalty.cli import inputs, report
from loyalty.errors import LoyaltyWarning
from loyalty.scoring import _ROLES as SCORED

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from loyalty.cli.steps import Steps

#: How the cells of a table are read; each is an option.
READING = (
    "value", "credits", "guests", "dates", "discount_unit", "only_currency", "today", "status_words",
)  # fmt: skip
#: The roles of the columns that a summary rests on.
SUMMARY = (*inputs.COMMON, "price", "quantity", "status", "currency")


def read(
    options: argparse.Namespace, roles: Sequence[str], steps: Steps
) -> tuple[loyalty.OrderTable, loyalty.Orders | None]:
    """The table, and its orders where there is no more to it than who paid what when."""
    steps.begin("read")
    table = inputs.orders(options, roles)
    if _has_lines(options, table):
        return table, None
    cells = {"invalid": options.invalid, "guests": options.guests, "dates": options.dates}
    orders = loyalty.Orders(table, **cells)
    if orders.report.kept < orders.report.rows:
        report.say("left out", table.located(str(orders.report)))
    return table, orders


def _has_lines(options: argparse.Namespace, table: loyalty.OrderTable) -> bool:
    """Whether there is more to a table than who paid what when: a column of order lines, money that
    went back, or other tables."""
    more = {role for role in table.columns if role in SCORED} - {*inputs.COMMON, "quantity"}
    if more or any(getattr(options, name, None) for name in inputs.TABLES):
        return True
    columns = [table.columns[role] for role in ("amount", "quantity") if role in table.columns]
    return any(bool((table.frame[name] < 0).any()) for name in columns)


def customers(options: argparse.Namespace, unit: str, steps: Steps) -> loyalty.CustomerSummary:
    """The summary of the table: of the purchases that scores rest on."""
    table, orders = read(options, SUMMARY, steps)
    steps.begin("summarise")
    if orders is None:
        with warnings.catch_warnings():
            # They are of the scores, which nobody asked for.
            warnings.simplefilter("ignore", LoyaltyWarning)
            scores = loyalty.score(table, **how(options, unit))
        _tell(scores, table)
        return scores.customers
    found = orders.summarize(unit=unit, observation_end=options.observation_end)  # type: ignore[arg-type]
    after_the_end(found)
    return found


def after_the_end(customers: loyalty.CustomerSummary) -> None:
    """Says what came after the observation end."""
    if customers.left_out["occasions"]:
        report.say("after the observation end", report.listed(customers.left_out))


def _tell(scores: loyalty.Scores, table: loyalty.OrderTable) -> None:
    """What became of the rows."""
    if scores.table_report is not None:
        for sentence in scores.table_report.sentences[1:]:
            report.say("rows", table.located(sentence))


def how(options: argparse.Namespace, unit: str | None = None) -> dict[str, Any]:
    """How the cells of a table are read."""
    cells = {name: getattr(options, name) for name in READING}
    end, unit = options.observation_end, unit or options.unit or "week"
    return {**cells, "invalid": options.invalid, "observation_end": end, "unit": unit}
