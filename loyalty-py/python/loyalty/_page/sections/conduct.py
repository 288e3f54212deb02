"""What customers cost: returns and costly behaviours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyalty._display.scores import BEHAVIOURS
from loyalty._display.table import largest
from loyalty._page.markup import Column

if TYPE_CHECKING:
    from loyalty._page.sections.content import Content

__all__ = ["behaviours", "returns"]


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
        content.customers("returns", rows, keys),
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
