"""Notes of the scores for readers of a report in German.

A note has a kind and an English sentence with its numbers. A sentence of a form that is known is said in German with
these numbers; of any other it is said in German what it is about, and the sentence follows as it is, so that nothing is
lost and nothing guessed.
"""

from __future__ import annotations

import re
from html import escape

from loyalty._display.record import sentence as _sentence
from loyalty._page import names

__all__ = ["ABOUT", "german"]

#: What notes of each kind are about.
ABOUT = {
    "rows_left_out": "Zeilen, die nicht zu gebrauchen sind, blieben außen vor.",
    "cells_defaulted": "Fehlende Angaben wurden ergänzt.",
    "credits": "Zeilen, die Geld zurückgeben, wurden Käufen zugeordnet.",
    "came_back": "Käufe, die ganz zurückkamen, zählen nicht.",
    "understood": "So wurde eine Spalte verstanden.",
    "after_observation_end": "Käufe nach dem Ende der Beobachtung zählen nicht.",
    "empty_scores": "Eine der Noten von Aktualität, Häufigkeit oder Umsatz hat niemand.",
    "ids": "Manche Kundennummer steht wohl nicht für eine Person.",
    "joins": "Nicht alle Zeilen einer weiteren Tabelle nennen einen Kunden der Bestellungen.",
    "purchase_model": "Welches Modell der Käufe genommen wurde, und warum.",
    "one_time_buyers": "Wer einmal gekauft hat, gilt in diesem Modell immer noch als Kunde.",
    "margin": "Mit welcher Marge Maßnahmen gewogen werden.",
    "assumed_effects": "Die Erträge der Maßnahmen beruhen auf Wirkungen, die angenommen sind.",
    "purchase_fit": "Die Anpassung des Modells der Käufe endete nicht an einem Maximum.",
    "spend_fit": "Die Anpassung des Modells der Ausgaben endete nicht an einem Maximum.",
    "infinite_mean": "Unter dem Modell der Ausgaben ist der mittlere Betrag unendlich.",
    "correlation": "Häufigkeit und Beträge hängen zusammen, was künftige Werte nicht annehmen.",
    "unusual_days": "An einzelnen Tagen meldeten sich weit mehr Kunden als sonst.",
    "bursts": "Anfragen an den Service kommen in Schüben.",
    "order_threshold": "Viele Bestellungen liegen knapp über einem Betrag.",
    "subscriptions": "Manche Kunden beziehen immer das Gleiche im Abonnement.",
    "opted_out": "Manche Kunden haben Etiketten und Maßnahmen widersprochen.",
    "covariates": "Mit Merkmalen der Kunden werden Gewinn, Verhalten und Maßnahmen nicht berechnet.",
    "unit": "In welcher Zeiteinheit die Tabelle zählt, wurde angenommen.",
}
_NUMBER = r"[-\d.]+"
#: Sentences of known forms and the same in German, the parts by name.
_KNOWN = (
    (
        r"purchases: the (?P<model>.+), in which one-time buyers can have left; no other forecasts better by 1 %: "
        r"at (?P<cutoffs>\d+) cutoffs, (?P<count>\d+) (?P<unit>\w+?)s ahead, the deviance of forecasts is (?P<each>.+)",
        "Bestellungen sagt das {model}-Modell voraus, in dem auch gegangen sein kann, wer einmal gekauft hat; kein anderes "
        "prognostiziert um 1 % besser: An {cutoffs} Stichtagen, {count} {unit} voraus, ist die Devianz {each}.",
    ),
    (
        r"purchases: the (?P<model>.+), which forecasts better by more than 1 %: "
        r"at (?P<cutoffs>\d+) cutoffs, (?P<count>\d+) (?P<unit>\w+?)s ahead, the deviance of forecasts is (?P<each>.+)",
        "Bestellungen sagt das {model}-Modell voraus, das um mehr als 1 % besser prognostiziert: An {cutoffs} Stichtagen, "
        "{count} {unit} voraus, ist die Devianz {each}.",
    ),
    (
        r"purchases: the (?P<model>.+), in which one-time buyers can have left; none has an AIC lower by (?P<least>\d+): "
        r"(?P<each>.+); (?P<because>[^;]+)",
        "Bestellungen sagt das {model}-Modell voraus, in dem auch gegangen sein kann, wer einmal gekauft hat; keines hat ein "
        "AIC, das um {least} kleiner ist: {each}. {because}",
    ),
    (
        r"purchases: the (?P<model>.+), whose AIC is lower by more than (?P<least>\d+): (?P<each>.+); (?P<because>[^;]+)",
        "Bestellungen sagt das {model}-Modell voraus, dessen AIC um mehr als {least} kleiner ist: {each}. {because}",
    ),
    (
        r"the table of the summary is taken to count (?P<unit>\w+?)s; unit= says otherwise",
        "Die Tabelle zählt vermutlich {unit}; unit= sagt es anders.",
    ),
    (
        r"the gains of treatments rest on effects that are assumed and not measured in this shop: (?P<effects>.+); "
        r"a table of treatments with effects of its own replaces them",
        "Die Erträge der Maßnahmen beruhen auf Wirkungen, die angenommen und nicht in diesem Geschäft gemessen sind: {effects}; "
        "eine Tabelle von Maßnahmen mit eigenen Wirkungen ersetzt sie.",
    ),
    (
        r"(?P<count>\d+) occasions? came back whole and (?:is no purchase|are no purchases)",
        "Ganz zurück kamen {count} Käufe, die nicht zählen.",
    ),
    (
        r"(?P<count>\d+) occasions? came back whole and (?:is no purchase|are no purchases); (?P<customers>\d+) customers? "
        r"sent back everything and (?:is|are) not scored",
        "Ganz zurück kamen {count} Käufe, die nicht zählen; alles zurückgeschickt haben {customers} Kunden, die nicht "
        "bewertet sind.",
    ),
    (
        r"P\(alive\) of the (?P<count>\d+) who bought once is 1 by assumption of the (?P<model>.+), however long ago that "
        r"was; treatments take it as not known",
        "Von den {count}, die einmal gekauft haben, ist die Wahrscheinlichkeit, noch Kunde zu sein, nach der Annahme des "
        "{model}-Modells 1, wie lange es auch her ist; Maßnahmen nehmen sie als nicht bekannt.",
    ),
    (
        rf"treatments weigh lifetime values, which are in revenue, at the margin of (?P<share>{_NUMBER}) % that the costs "
        r"of goods leave",
        "Maßnahmen wiegen künftige Werte, die Umsatz sind, mit der Marge von {share} %, die der Wareneinsatz lässt.",
    ),
    (
        r"no gain is stated for (?P<treatments>.+): neither a margin nor costs of goods are known, and revenue is no gain. "
        r"Within capacities that are named they go by rank",
        "Kein Ertrag ist genannt für {treatments}: Weder eine Marge noch der Wareneinsatz ist bekannt, und Umsatz ist kein "
        "Ertrag. Innerhalb der genannten Kapazitäten geht es nach Rang.",
    ),
    (
        rf"those who buy often spend (?P<more>more|less) per purchase: Pearson correlation (?P<size>{_NUMBER}) "
        rf"\((?P<low>{_NUMBER}) to (?P<high>{_NUMBER})\). Lifetime values take the two to be independent and are too "
        r"(?P<wrong>high|low) for those who seldom buy",
        "Wer oft kauft, gibt je Kauf {more} aus: Korrelation nach Pearson {size} ({low} bis {high}). Künftige Werte nehmen "
        "beides als unabhängig an und sind für die, die selten kaufen, zu {wrong}.",
    ),
    (
        rf"cases of service come in bursts: they vary (?P<times>{_NUMBER}) times as much as by chance, and count by that less",
        "Anfragen an den Service kommen in Schüben: Sie schwanken {times}-mal so stark wie durch Zufall und zählen um so viel "
        "weniger.",
    ),
    (
        rf"many orders lie just above (?P<amount>{_NUMBER}): a rule of the shop, and no budget of its customers",
        "Viele Bestellungen liegen knapp über {amount}: eine Regel des Geschäfts und kein Budget der Kunden.",
    ),
    (
        r"(?P<count>\d+) customers take the same basket after the same time: subscriptions, and no budgets",
        "{count} Kunden beziehen nach gleicher Zeit das Gleiche: Abonnements und keine Budgets.",
    ),
    (
        r"1 customer opted out: they get no label and no treatment",
        "Eine Person hat widersprochen: Sie bekommt kein Etikett und keine Maßnahme.",
    ),
    (
        r"(?P<count>\d+) customers opted out: they get no label and no treatment",
        "{count} Kunden haben widersprochen: Sie bekommen kein Etikett und keine Maßnahme.",
    ),
    (
        r"after the observation end: (?P<count>\d+) occasions",
        "Nach dem Ende der Beobachtung liegen {count} Käufe, die nicht zählen.",
    ),
    (
        r"each of the (?P<count>\d+) customer ids has exactly one order: shops that make an id for every order have "
        r"another column that names the person",
        "Jede der {count} Kundennummern hat genau eine Bestellung: Wo jede Bestellung eine neue Nummer bekommt, nennt eine "
        "andere Spalte die Person.",
    ),
)
_PATTERNS = tuple((re.compile(pattern), said) for pattern, said in _KNOWN)
#: Words inside of sentences.
_WORDS = {
    "more": "mehr",
    "less": "weniger",
    "high": "hoch",
    "low": "niedrig",
    "the fit is told of its parameters": "Über die Parameter ist der Anpassung etwas gesagt.",
    "a summary cannot be forecast at earlier cutoffs": "Eine Zusammenfassung lässt sich nicht an früheren Stichtagen "
    "prognostizieren.",
    "the log is too short or small to compare forecasts": "Für einen Vergleich der Prognosen sind es zu wenige "
    "Bestellungen oder zu kurze Zeit.",
}


def german(kind: str, sentence: str) -> str:
    """A note as HTML in German."""
    for pattern, said in _PATTERNS:
        if (found := pattern.fullmatch(sentence)) is not None:
            parts = {name: _part(name, text) for name, text in found.groupdict().items()}
            return escape(said.format(**parts))
    about = escape(ABOUT[kind])
    return f'{about} <span lang="en">{escape(_sentence(sentence))}</span>'


def _part(name: str, text: str) -> str:
    """A part of a sentence in German."""
    if name == "unit":
        return names.units(text, "de")
    if name == "treatments":
        return " und ".join(names.named(one, "de") for one in text.split(" and "))
    if name == "effects":
        return ", ".join(_EFFECT.sub(_effect, one) for one in text.split(", "))
    if name == "each":
        text = text.replace(" for the ", " für das ")
    return _WORDS.get(text, re.sub(r"(?<=\d)\.(?=\d)", ",", text))


#: What a treatment is assumed to do.
_EFFECT = re.compile(r"(\w+) (\d+) % of (\w+)")


def _effect(found: re.Match[str]) -> str:
    treatment, share, basis = found.groups()
    return f"{names.named(treatment, 'de')} {share} % {names.basis(basis, 'de')}"
