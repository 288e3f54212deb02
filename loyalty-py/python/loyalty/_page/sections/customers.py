"""Who the customers are: segments, the best, and those about to be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyalty._display.table import largest
from loyalty._page.markup import Column

if TYPE_CHECKING:
    from loyalty._page.sections.content import Content

__all__ = ["best", "losing", "segments"]

#: P(alive) of customers who may be about to leave.
_LEAVING = (0.1, 0.6)


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
    return content.write.section("best", content.customers("best", largest(by, content.top), keys))


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
    return write.section("losing", write.paragraph(said), content.customers("losing", rows, keys))
