"""The sections of a report. Each gives its HTML, or the key of the sentence that says why it is not there."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _frames, _native
from loyalty._display.record import sentence
from loyalty._display.scores import BEHAVIOURS, column
from loyalty._display.table import largest
from loyalty._page import chart, past, words
from loyalty._page.markup import Column, Writer
from loyalty._page.outlook import LEVEL, Outlook, Total, _model

if TYPE_CHECKING:
    from loyalty._page.past import Cohorts, Test
    from loyalty.report import JoinReport
    from loyalty.scoring import Scores

__all__ = ["Content", "all_of"]

#: P(alive) of customers who may be about to leave.
_LEAVING = (0.1, 0.6)


@dataclass(frozen=True, slots=True)
class Content:
    """What a report says, and how.

    Attributes
    ----------
    test : Test, str or None
        The test of the forecast; a sentence why there is none; None without a log.
    """

    scores: Scores
    write: Writer
    outlook: Outlook
    cohorts: Cohorts | None
    test: Test | str | None
    top: int

    def column(self, name: str) -> Any:
        """A column of the scores, None without it."""
        return column(self.scores, name)

    def ids(self, rows: Any) -> list[str]:
        """The customers of some rows, by their ids or their numbers."""
        first = self.scores._columns[0]
        known = self.scores.customers._core.customer("") is not None
        values = _frames.array(first) if known else np.arange(len(self.scores))
        return [str(values[row]) for row in rows]

    def ahead(self) -> str:
        """The horizon in words."""
        unit, language = self.scores.customers.unit, self.write.locale.language
        year = None if unit is None else _native.units_per_year(unit)
        if year is not None and abs(self.outlook.horizon / year - 1) < 0.01:
            return self.write.say("year")
        count = f"{self.outlook.horizon:g}"
        return self.write.say(
            "ahead", count=count, unit=words.units(unit, language, after_preposition=True)
        )


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
            unit=words.units(unit, write.locale.language, after_preposition=True),
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
    if outlook.orders is not None and outlook.orders.low is not None:
        said.append(write.say("range_expectation", level=write.locale.share(LEVEL, 0)))
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
            Column("reason", "id", [words.reason(r.reason, language) for r in refusals]),
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
    name = escape(words.table(join.table, write.locale.language))
    return write.paragraph(write.say("data_join", table=name, **counts))


def segments(content: Content) -> str:
    """The segments, what they have paid and what is expected of them."""
    write, rfm = content.write, content.scores.rfm
    if rfm is None or rfm._segments is None:
        return write.say("no_segments")
    rows = [row for row in rfm._segments if row[1]]
    names, customers, shares, _, orders, _, money, of_money = zip(*rows, strict=True)
    columns = [
        Column("segment", "text", names),
        Column("customers", "count", customers),
        Column("share_of_customers", "share", shares, bar=True, minor=True),
        Column("orders", "number", orders, minor=True),
        Column("total_monetary", "money", money, minor=True),
        Column("share_of_monetary", "share", of_money, bar=True),
    ]
    values, said = content.column("clv"), [write.say("segments_note")]
    if values is not None:
        of = np.asarray(content.column("segment"))
        sums = [float(values[of == name].sum()) for name in names]
        columns.append(Column("value", "money", sums))
        best = np.sort(values)[::-1]
        if best.sum() > 0 and len(best) >= 10:
            share = float(best[: len(best) // 10].sum() / best.sum())
            said.append(write.say("top_share", share=write.number("top_share", "share", share)))
    return write.section(
        "segments", write.paragraph(" ".join(said)), write.table("segments", names, columns)
    )


def _customers(
    content: Content, name: str, rows: Any, keys: tuple[tuple[str, Any, bool], ...]
) -> str:
    """A table of some customers by columns of the scores, those that are there."""
    ids = content.ids(rows)
    columns = [Column("customer", "id", ids)]
    for key, kind, minor in keys:
        values = content.column({"value": "clv"}.get(key, key))
        if values is not None:
            columns.append(Column(key, kind, [values[row] for row in rows], minor=minor))
    return content.write.table(name, ids, columns)


def best(content: Content) -> str:
    """The customers of the largest value, or of the most orders to come."""
    by = content.column("clv")
    by = content.column("expected_purchases") if by is None else by
    if by is None:
        return content.write.say("no_model")
    keys = (
        ("segment", "text", True), ("p_alive", "share", False), ("expected_purchases", "number", False),
        ("expected_spend", "money", True), ("total_amount", "money", True), ("value", "money", False),
    )  # fmt: skip
    return content.write.section(
        "best", _customers(content, "best", largest(by, content.top), keys)
    )


def losing(content: Content) -> str:
    """Good customers of whom it is open whether they are still there."""
    write, alive, paid = content.write, content.column("p_alive"), content.column("total_amount")
    if alive is None:
        return ""
    frequency = content.scores.customers.frequency
    open_ = (alive >= _LEAVING[0]) & (alive <= _LEAVING[1]) & (frequency > 0)
    count = write.number("losing", "count", int(open_.sum()))
    if not open_.any():
        return write.section("losing", write.paragraph(write.say("nobody")))
    rank = np.where(open_, frequency if paid is None else paid, np.nan)
    rows = largest(rank, min(content.top, int(open_.sum())))
    keys = (
        ("segment", "text", True), ("p_alive", "share", False), ("total_amount", "money", False),
        ("expected_purchases", "number", False), ("value", "money", True),
    )  # fmt: skip
    if paid is None:
        said = write.say("losing_note_plain", count=count)
    else:
        money = write.number("losing_paid", "money", float(paid[open_].sum()))
        said = write.say("losing_note", count=count, money=money)
    return write.section("losing", write.paragraph(said), _customers(content, "losing", rows, keys))


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
    said = write.say("cohorts_note", period=period) + _gross(content)
    if found.open:
        said += " " + write.say("cohorts_open", period=period)
    return write.section(
        "cohorts", write.paragraph(said), f'<div class="scroll cohorts">{table}</div>'
    )


def _gross(content: Content) -> str:
    report = content.scores.table_report
    came_back = report is not None and (report.came_back or report.rows.credits is not None)
    return f" {content.write.say('gross_note')}" if came_back else ""


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
        unit=words.units(unit, language),
        **_compared(write, "test", "count", test.expected, test.actual),
    )
    if test.expected_money is not None and test.actual_money is not None:
        compared = _compared(write, "test_money", "money", test.expected_money, test.actual_money)
        said += " " + write.say("test_money", **compared)
    period = words.one(unit, language)
    if test.period != 1:
        period = f"{test.period:g} {words.units(unit, language)}"
    label = write.say("chart", period=period, split=write.locale.date(test.split))
    names = (write.say("actual"), write.say("expected"), write.say("split"))
    drawn = chart.lines(label, test.days, test.made, test.forecast, test.split, names, write.locale)
    days = [str(day.astype("datetime64[D]")) for day in test.days]
    columns = [
        Column("end", "id", days),
        Column("actual", "count", test.made),
        Column("expected", "number", test.forecast),
    ]
    figures = f"<details><summary>{write.say('figures')}</summary>{write.table('tracking', days, columns)}</details>"
    return write.section("forecast", write.paragraph(said + _gross(content)), drawn, figures)


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


def returns(content: Content) -> str:
    """What came back, and of whom."""
    write, back, loss = (
        content.write,
        content.column("returned_amount"),
        content.column("return_loss"),
    )
    if back is None or not (np.nansum(back) > 0):
        return write.say("no_returns")
    back = np.nan_to_num(back)
    paid = content.column("total_amount")
    all_back = float(back.sum())
    # Purchases are net of what came back.
    whole = all_back + float(np.nansum(paid)) if paid is not None else all_back
    share = write.number("returned_share", "share", all_back / whole if whole else 0.0)
    said = write.say("returns_note", back=write.number("returned", "money", all_back), share=share)
    if loss is not None and np.nansum(loss) > 0:
        number = write.number("return_loss", "money", float(np.nansum(loss)))
        said += " " + write.say("returns_loss", loss=number)
    rows = largest(back, min(5, int((back > 0).sum())))
    keys = (
        ("segment", "text", True), ("returned_amount", "money", False), ("total_amount", "money", False),
        ("profit", "money", False),
    )  # fmt: skip
    return write.section(
        "returns",
        write.paragraph(said),
        f"<h3>{write.say('returns_top')}</h3>",
        _customers(content, "returns", rows, keys),
    )


def behaviours(content: Content) -> str:
    """How many customers have which label, what that costs, and on what evidence."""
    write, scores = content.write, content.scores
    rows = []
    for name, impact in BEHAVIOURS.items():
        labelled, cost = content.column(name), content.column(impact)
        if labelled is not None:
            chosen = np.asarray([bool(x) for x in labelled])
            known = None if cost is None else float(np.nansum(cost[chosen]))
            rows.append((name, int(chosen.sum()), known))
    if not rows:
        return write.say("no_behaviours")
    names, counts, costs = zip(*rows, strict=True)
    columns = [
        Column("behaviour", "text", names),
        Column("labelled", "count", counts),
        Column("impact", "money", costs),
    ]
    rate = write.locale.share(scores._asked.false_discovery_rate, 0)
    parts = [
        write.paragraph(write.say("behaviours_note", share=rate)),
        write.table("behaviours", names, columns),
    ]
    evidence = _evidence(content)
    return write.section("behaviours", *parts, evidence)


def _evidence(content: Content) -> str:
    """The dearest customers with a label."""
    write, primary = content.write, content.column("primary")
    if primary is None:
        return ""
    over = {
        name: content.column(f"{impact.removesuffix('_impact')}_p_over")
        for name, impact in BEHAVIOURS.items()
    }
    costs = {name: content.column(impact) for name, impact in BEHAVIOURS.items()}
    cost = np.full(len(primary), np.nan)
    sure = np.full(len(primary), np.nan)
    for row, name in enumerate(primary):
        if name in costs and costs[name] is not None:
            cost[row] = costs[name][row]
            sure[row] = over[name][row]
    known = int(np.isfinite(cost).sum())
    if not known:
        return ""
    rows = largest(cost, min(5, known))
    columns = [
        Column("customer", "id", content.ids(rows)),
        Column("behaviour", "text", [primary[row] for row in rows]),
        Column("impact", "money", cost[rows]),
        Column("p_over", "share", sure[rows]),
    ]
    reasons = content.column("label_reason")
    if reasons is not None and write.locale.language == "en":
        columns.append(Column("label_reason", "id", [reasons[row] for row in rows]))
    return f"<h3>{write.say('evidence')}</h3>" + write.table("evidence", content.ids(rows), columns)


def plan(content: Content) -> str:
    """Who is treated how, and what that rests on."""
    write, chosen, gains = (
        content.write,
        content.column("treatment"),
        content.column("treatment_gain"),
    )
    if chosen is None:
        return write.say("no_plan")
    names = sorted({name for name in chosen if name is not None})
    if not names:
        return write.section("plan", write.paragraph(write.say("plan_nobody")))
    each = [np.asarray([name == one for one in chosen]) for name in names]
    counts = [int(rows.sum()) for rows in each]
    sums = [None if gains is None else float(np.nansum(gains[rows])) for rows in each]
    columns = [
        Column("treatment", "text", names),
        Column("customers", "count", counts),
        Column("gain", "money", sums),
    ]
    total = float(np.nansum([x for x in sums if x is not None])) if gains is not None else 0.0
    said = write.say(
        "plan_note",
        count=write.number("plan.customers", "count", sum(counts)),
        all=write.number("plan.all", "count", len(content.scores)),
        gain=write.number("plan.gain", "money", total),
    )
    prices = [
        write.say(
            "price", name=write.named(name), money=write.number(f"price.{name}", "money", price)
        )
        for name, price in content.scores.shadow_prices.items()
    ]
    return write.section(
        "plan",
        write.paragraph(said),
        write.table("plan", names, columns),
        write.paragraph(" ".join(prices)) if prices else "",
        _assumed(content, names),
    )


def _assumed(content: Content, names: list[str]) -> str:
    """The effects that the gains rest on."""
    from loyalty.treatments import Treatments

    write, given = content.write, content.scores._asked.treatments
    effects = []
    for one in (given or Treatments.customary()).treatments:
        if one["name"] in names and isinstance(one.get("effect"), int | float):
            effect = write.locale.share(float(one["effect"]), 0)
            of = escape(words.basis(str(one.get("basis", "")), write.locale.language))
            effects.append(
                write.say("effect", name=write.named(one["name"]), effect=effect, basis=of)
            )
    listed = "".join(f"<li>{effect}</li>" for effect in effects)
    key = "plan_assumed" if given is None else "plan_given"
    said = write.paragraph(write.say(key))
    return f"{said}<ul>{listed}</ul>{write.paragraph(write.say('plan_test'))}"


def basis(content: Content) -> str:
    """The models, and what is to be known of the scores."""
    write, scores = content.write, content.scores
    found = []
    model = _model(scores)
    if model is not None and content.column("expected_purchases") is not None:
        spend = ""
        if scores.spend is not None:
            spend = write.say("models_spend", spend=escape(scores.spend.model.title))
        found.append(
            write.paragraph(write.say("models", purchases=escape(model.title), spend=spend))
        )
    missing = {str(one) for one in scores.not_computed}
    notes = "".join(
        f"<li>{escape(sentence(note))}</li>" for note in scores.notes if note not in missing
    )
    if notes:
        found.append(f'{write.paragraph(write.say("notes"))}<ul lang="en">{notes}</ul>')
    return write.section("basis_notes", *found) if found else ""
