"""Names of the frames, and units of time, as readers of a report know them."""

from __future__ import annotations

from loyalty._display.locale import Language

__all__ = ["REASONS", "basis", "named", "one", "reason", "table", "units"]

_UNITS = {
    "hour": ("hours", "Stunden"), "day": ("days", "Tage"), "week": ("weeks", "Wochen"),
    "month": ("months", "Monate"), "year": ("years", "Jahre"), "quarter": ("quarters", "Quartale"),
}  # fmt: skip
_OF_UNITS = {"Tage": "Tagen", "Monate": "Monaten", "Jahre": "Jahren", "Quartale": "Quartalen"}
_ONE = {
    "hour": ("hour", "Stunde"), "day": ("day", "Tag"), "week": ("week", "Woche"), "month": ("month", "Monat"),
    "year": ("year", "Jahr"), "quarter": ("quarter", "Quartal"),
}  # fmt: skip

#: Why rows are not in use, in words.
REASONS = {
    "missing_customer": ("no customer", "kein Kunde"),
    "guest": ("no customer (guests)", "kein Kunde (Gäste)"),
    "missing_time": ("no time", "keine Zeit"),
    "time_out_of_range": ("impossible time", "unmögliche Zeit"),
    "implausible_time": ("time far from all others", "Zeit fern von allen anderen"),
    "missing_amount": ("no amount", "kein Betrag"),
    "negative_amount": ("negative amount", "negativer Betrag"),
    "amount_out_of_range": ("impossible amount", "unmöglicher Betrag"),
    "quantity_out_of_range": ("impossible quantity", "unmögliche Menge"),
    "cancelled": ("cancelled", "storniert"),
    "pending": ("not yet paid", "noch nicht bezahlt"),
    "on_hold": ("on hold", "zurückgestellt"),
    "failed": ("failed", "fehlgeschlagen"),
    "test": ("test orders", "Testbestellungen"),
    "other_currency": ("another currency", "andere Währung"),
    "discount_unknown": (
        "no discount stated, taken as none",
        "kein Rabatt angegeben, gilt als keiner",
    ),
    "list_unknown": ("no list price, worked out", "kein Listenpreis, errechnet"),
    "cost_unknown": ("no cost, estimated", "keine Kosten, geschätzt"),
    "depth_unknown": ("no offer stated, taken as none", "kein Angebot angegeben, gilt als keines"),
    "product_unknown": ("no article, one of its own", "kein Artikel, gilt als eigener"),
}
#: Segments, behaviours and treatments, which have English names in the frame.
_NAMES = {
    "Champions": "Champions", "Loyal": "Treue", "Potential loyalists": "Mögliche Treue", "New customers": "Neue",
    "Promising": "Vielversprechende", "Need attention": "Brauchen Zuwendung", "About to sleep": "Schlafen bald ein",
    "Cannot lose them": "Nicht zu verlieren", "At risk": "Gefährdete", "Hibernating": "Schlafende",
    "service_demander": "viel Service", "revenue_reverser": "viele Retouren",
    "promotion_maximizer": "nur im Angebot", "fixed_budget": "festes Budget",
    "self_service": "Selbstbedienung", "chat_bot": "Chatbot", "info_point": "Auskunft",
    "fitting_presentation": "passende Darstellung", "fitting_offers": "passende Angebote",
    "members_offers": "Angebote für Mitglieder", "newsletter": "Newsletter",
    "open_basket_offer": "Angebot am offenen Korb", "up_sell": "besserer Artikel",
    "personal_call": "persönlicher Anruf", "personal_letter": "persönlicher Brief", "calls": "Anrufen",
    "letters": "Briefen",
}  # fmt: skip
_ENGLISH = {
    "service_demander": "much service", "revenue_reverser": "many returns",
    "promotion_maximizer": "only on offer",
}  # fmt: skip
#: What effects are a share of.
_BASES = {
    "clv": ("of the value ahead", "des künftigen Werts"),
    "service_impact": ("of the cost of service", "der Kosten des Service"),
    "reversal_impact": ("of the cost of returns", "der Kosten der Retouren"),
    "promotion_impact": ("of the cost of discounts", "der Kosten der Rabatte"),
    "budget_impact": ("of the cost of further categories", "der Kosten weiterer Kategorien"),
}
#: Tables that go with order lines.
_TABLES = {"contacts": ("contacts", "Kontakte"), "marketing": ("marketing", "Werbung")}


def named(name: str, language: Language) -> str:
    """A name of the frame for readers: of a segment, a behaviour, a treatment; of one's own as it is."""
    if language == "de":
        return _NAMES.get(name, name.replace("_", " "))
    return _ENGLISH.get(name, name.replace("_", " "))


def basis(name: str, language: Language) -> str:
    """What an effect is a share of."""
    known = _BASES.get(name)
    if known is None:
        return f"{'of' if language == 'en' else 'von'} {name.replace('_', ' ')}"
    return known[language == "de"]


def table(name: str, language: Language) -> str:
    """A table that goes with order lines."""
    return _TABLES[name][language == "de"] if name in _TABLES else name


def reason(code: str, language: Language) -> str:
    """Why rows are not in use."""
    known = REASONS.get(code)
    return code.replace("_", " ") if known is None else known[language == "de"]


def units(unit: str | None, language: Language, *, after_preposition: bool = False) -> str:
    """Several of a unit of time: weeks."""
    name = _UNITS.get((unit or "").removeprefix("calendar_"))
    if name is None:
        return "units of time" if language == "en" else "Zeiteinheiten"
    found = name[language == "de"]
    return _OF_UNITS.get(found, found) if after_preposition else found


def one(unit: str | None, language: Language) -> str:
    """One of a unit of time: week."""
    name = _ONE.get((unit or "").removeprefix("calendar_"))
    if name is None:
        return "unit of time" if language == "en" else "Zeiteinheit"
    return name[language == "de"]
