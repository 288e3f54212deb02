"""Who is treated how, and what all of it rests on."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from loyalty._display.record import sentence
from loyalty._page import names as _names
from loyalty._page.markup import Column
from loyalty._page.notes import german
from loyalty._page.outlook import model_of
from loyalty.treatments import Treatments

if TYPE_CHECKING:
    from loyalty._page.sections.content import Content

__all__ = ["basis", "plan"]


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
    write, given = content.write, content.scores._asked.treatments
    effects = []
    for one in (given or Treatments.customary()).treatments:
        if one["name"] in names and isinstance(one.get("effect"), int | float):
            effect = write.locale.share(float(one["effect"]), 0)
            of = escape(_names.basis(str(one.get("basis", "")), write.locale.language))
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
    model = model_of(scores)
    if model is not None and content.column("expected_purchases") is not None:
        spend = ""
        if scores.spend is not None:
            spend = write.say("models_spend", spend=escape(scores.spend.model.title))
        found.append(
            write.paragraph(write.say("models", purchases=escape(model.title), spend=spend))
        )
    # Notes on what was not computed have no kind: what is absent has a section of its own.
    told = zip(scores._note_kinds, scores.notes, strict=False)
    if write.locale.language == "de":
        notes = [german(kind, note) for kind, note in told]
    else:
        notes = [escape(sentence(note)) for _, note in told]
    if notes:
        items = "".join(f"<li>{note}</li>" for note in notes)
        found.append(f"{write.paragraph(write.say('notes'))}<ul>{items}</ul>")
    return write.section("basis_notes", *found) if found else ""
