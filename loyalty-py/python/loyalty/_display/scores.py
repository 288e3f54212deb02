"""What scores show: the best customers, the segments, labels and treatments, the models, and what is to be
known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _frames
from loyalty._display.record import Parts
from loyalty._display.table import SHOWN, Table, facts, largest, of_arrays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loyalty.fit import Fit
    from loyalty.scoring import Scores

__all__ = ["behaviours", "chosen", "customers", "fitted", "segments", "shown", "treatments"]

#: Labels of behaviours, and the columns of what they cost, which are there where a column tells it.
BEHAVIOURS = {
    "service_demander": "service_impact",
    "revenue_reverser": "reversal_impact",
    "promotion_maximizer": "promotion_impact",
    "fixed_budget": "budget_impact",
}
#: What is shown of order lines, which have too many columns for a page.
_OF_LINES = (
    "frequency", "recency", "T", "segment", "p_alive", "clv", "profit", "primary", "treatment",
)  # fmt: skip
_HIDDEN = (
    "total_amount",
    "recency_score",
    "frequency_score",
    "monetary_score",
    "channel",
    "reason",
)


def shown(scores: Scores) -> Parts:
    """Tables, the customers first, and notes."""
    found: list[Table | None] = [
        customers(scores),
        segments(scores),
        behaviours(scores),
        treatments(scores),
    ]
    parts: Parts = [] if scores.table_report is None else [scores.table_report.sentences[0]]
    parts += [table for table in found if table is not None]
    for fit in (scores.purchases, scores.spend):
        parts += [] if fit is None else fitted(fit)
    if scores.correlation is not None:
        parts += scores.correlation._shown()
    if scores.shadow_prices:
        prices = [(f"one more of {name}", x, "money") for name, x in scores.shadow_prices.items()]
        parts.append(facts("What more capacity would gain", prices))
    return [*parts, *scores.notes]


def fitted(fit: Fit[Any]) -> Parts:
    """The parameters of a model, and what they leave open."""
    said = [] if fit.identification == "interior" else [fit.identification_message]
    return [fit._estimates(), *said]


def column(scores: Scores, name: str) -> Any:
    """A column of the scores as an array, None without it."""
    found = next((column for column in scores._columns if column.name == name), None)
    return None if found is None else _frames.array(found)


def ranked_by(scores: Scores) -> str | None:
    """What customers are ranked by."""
    names = {column.name for column in scores._columns}
    return next((name for name in ("clv", "expected_purchases") if name in names), None)


def customers(scores: Scores, count: int = SHOWN) -> Table:
    """The best customers."""
    by = ranked_by(scores)
    rows = np.arange(min(count, len(scores)))
    if by is not None:
        rows = largest(column(scores, by), count)
    names = chosen([column.name for column in scores._columns])
    columns = {name: column(scores, name) for name in names}
    of = f"{len(scores):,} in all" + ("" if by is None else f", by {by}")
    has_ids = scores.customers._core.customer("") is not None
    kinds: Any = {names[0]: "id"} if has_ids else {}
    return of_arrays(f"Customers ({of})", columns, kinds=kinds, rows=rows)


def chosen(names: Sequence[str]) -> list[str]:
    """The columns that are shown of customers."""
    if "primary" not in names:
        return [name for name in names if name not in _HIDDEN]
    return [names[0], *(name for name in _OF_LINES if name in names)]


def segments(scores: Scores) -> Table | None:
    """The segments without the means of scores' measures."""
    if scores.rfm is None or scores.rfm._segments is None:
        return None
    return scores.rfm._segment_table()


def behaviours(scores: Scores) -> Table | None:
    """How many customers have each label, and what that costs."""
    counts: dict[str, list[Any]] = {"behaviour": [], "customers": [], "cost_a_year": []}
    for name, impact in BEHAVIOURS.items():
        labelled, cost = column(scores, name), column(scores, impact)
        if labelled is None:
            continue
        chosen = np.asarray([bool(x) for x in labelled])
        counts["behaviour"].append(name)
        counts["customers"].append(int(chosen.sum()))
        counts["cost_a_year"].append(None if cost is None else float(np.nansum(cost[chosen])))
    if not counts["behaviour"]:
        return None
    title = "Costly behaviours (customers, and what they cost a year)"
    return of_arrays(title, counts, kinds={"cost_a_year": "money"})


def treatments(scores: Scores) -> Table | None:
    """How many customers get each treatment, and what it is expected to gain."""
    chosen, gains = column(scores, "treatment"), column(scores, "treatment_gain")
    if chosen is None:
        return None
    names = sorted({name for name in chosen if name is not None})
    each = [np.asarray([found == name for found in chosen]) for name in names]
    columns = {
        "treatment": names,
        "customers": [int(rows.sum()) for rows in each],
        "gain": [float(np.nansum(gains[rows])) if gains is not None else None for rows in each],
    }
    return of_arrays("Treatments (customers, and expected gain)", columns)
