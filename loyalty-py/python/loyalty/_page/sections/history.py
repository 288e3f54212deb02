"""What the log tells: who buys again, and how good a forecast would have been."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty._page import chart, names, past
from loyalty._page.markup import Column

if TYPE_CHECKING:
    from loyalty._page.markup import Writer
    from loyalty._page.sections.content import Content

__all__ = ["cohorts", "forecast"]


def cohorts(content: Content) -> str:
    """Retention by the period of the first order."""
    write, found = content.write, content.cohorts
    if found is None:
        key = "no_log" if content.test is None else "no_cohorts"
        return write.say(key)
    period = write.say("calendar_year" if found.period == "year" else found.period)
    wide = max(map(len, found.shares))
    most = max((share for shares in found.shares for share in shares), default=0.0) or 1.0
    head = "".join(f'<th scope="col">{n + 1}</th>' for n in range(wide))
    lines = []
    for start, size, shares in zip(found.starts, found.sizes, found.shares, strict=True):
        name = _period(start, found.period, write)
        cells = "".join(
            f'<td style="--share:{share / most:.2f}" data-name="cohorts.{escape(name)}.{n + 1}" '
            f'data-value="{share!r}">{escape(write.locale.number(100 * share, 0))}</td>'
            for n, share in enumerate(shares)
        )
        cells += '<td class="none"></td>' * (wide - len(shares))
        count = escape(write.locale.number(size, 0))
        lines.append(
            f'<tr><th scope="row">{escape(name)}</th><td class="size" data-name="cohorts.{escape(name)}.customers" '
            f'data-value="{size}">{count}</td>{cells}</tr>'
        )
    title = (
        f'<th scope="col">{write.say("cohort")}</th><th scope="col">{write.say("customers")}</th>'
    )
    table = f"<table><thead><tr>{title}{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    said = write.say("cohorts_note", period=period) + content.returns_note()
    if found.open:
        said += " " + write.say("cohorts_open", period=period)
    return write.section(
        "cohorts", write.paragraph(said), f'<div class="scroll cohorts">{table}</div>'
    )


def _period(start: Any, period: str, write: Writer) -> str:
    month = str(np.datetime64(start, "M"))
    if period == "year":
        return month[:4]
    if period == "quarter":
        return f"{month[:4]} Q{(int(month[5:]) - 1) // 3 + 1}"
    name, year = write.locale.month(start).split(" ")
    return f"{name[:3]} {year}"


def forecast(content: Content) -> str:
    """The test of the forecast, as a sentence and a chart."""
    write, test = content.write, content.test
    if test is None:
        return ""
    if isinstance(test, str):
        why = write.say("few", count=str(past.LEAST)) if test == "few" else escape(test)
        return write.say("no_test", why=why)
    unit, language = content.scores.customers.unit, write.locale.language
    split = escape(write.locale.date(test.split))
    said = write.say(
        "test",
        split=split,
        model=escape(test.model),
        count=f"{test.duration:g}",
        unit=names.units(unit, language),
        **_compared(write, "test", "count", test.expected, test.actual),
    )
    if test.money is not None:
        said += " " + _of_money(write, test.money)
    period = names.one(unit, language)
    if test.period != 1:
        period = f"{test.period:g} {names.units(unit, language)}"
    label = write.say("chart", period=period, split=write.locale.date(test.split))
    said_of = (write.say("actual"), write.say("expected"), write.say("split"))
    drawn = chart.lines(
        label, test.days, test.made, test.forecast, test.split, said_of, write.locale
    )
    days = [str(day.astype("datetime64[D]")) for day in test.days]
    columns = [
        Column("end", "id", days),
        Column("actual", "count", test.made),
        Column("expected", "number", test.forecast),
    ]
    figures = f"<details><summary>{write.say('figures')}</summary>{write.table('tracking', days, columns)}</details>"
    return write.section("forecast", write.paragraph(said + content.returns_note()), drawn, figures)


def _of_money(write: Writer, money: past.Money) -> str:
    """What the test says of money, and of what its error is made."""
    compared = _compared(write, "test_money", "money", money.expected, money.actual)
    each = {
        name: write.number(f"test_money.{name}", "money", getattr(money, name))
        for name in ("expected_each", "actual_each", "each_before")
    }
    few = write.number("test_money.of_few", "share", money.of_few)
    return (
        write.say("test_money", **compared)
        + " "
        + write.say("test_each", few=few, count=str(past.FEW), **each)
    )


def _compared(
    write: Writer, name: str, kind: Any, expected: float, actual: float
) -> dict[str, str]:
    error = expected / max(actual, 1e-300) - 1
    return {
        "expected": write.number(
            f"{name}.expected", kind, round(expected) if kind == "count" else expected
        ),
        "actual": write.number(f"{name}.actual", kind, actual),
        "error": write.number(f"{name}.error", "share", abs(error)),
        "direction": write.say("too_high" if error >= 0 else "too_low"),
    }
