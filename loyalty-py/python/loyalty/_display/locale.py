"""How numbers, money and dates are written in a language."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from loyalty.errors import InputError

__all__ = ["ENGLISH", "Language", "Locale", "in_currency", "locale"]

#: The languages that a report can be in.
Language = Literal["en", "de"]

#: Signs of currencies that everybody knows by them; others are written by their codes.
_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹", "KRW": "₩"}
_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
    "de": (
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
        "Oktober", "November", "Dezember",
    ),
}  # fmt: skip
#: What stands where there is no value.
MISSING = "–"


@dataclass(frozen=True, slots=True)
class Locale:
    """Marks, signs and words of a language, and the currency that money is in."""

    language: Language = "en"
    currency: str | None = None
    thousands: str = ","
    point: str = "."
    percent: str = "%"
    minus: str = "-"

    def number(self, value: float, decimals: int) -> str:
        """A number with so many decimals, thousands apart."""
        text = f"{abs(value):,.{decimals}f}"
        text = text.translate(str.maketrans(",.", self.thousands + self.point))
        negative = value < 0 and any(digit in "123456789" for digit in text)
        return (self.minus if negative else "") + text

    def money(self, value: float, decimals: int) -> str:
        """The same with the currency where it is known: before the number in English, after it in German."""
        text = self.number(value, decimals)
        if self.currency is None:
            return text
        sign = self.sign
        if self.language == "de":
            return f"{text}\u00a0{sign}"
        between = "" if sign in _SIGNS.values() else "\u00a0"
        bare = text.removeprefix(self.minus)
        return f"{text[: len(text) - len(bare)]}{sign}{between}{bare}"

    @property
    def sign(self) -> str:
        """The sign of the currency, or its code; empty where it is not known."""
        known = self.currency or ""
        return _SIGNS.get(known.upper(), known)

    def share(self, value: float, decimals: int = 1) -> str:
        """A share in per cent. What is not quite nothing, or not quite all, is not written as such."""
        if not math.isfinite(value):
            return MISSING
        least = 10.0**-decimals
        said, sign = 100.0 * value, ""
        if 0 < said < least / 2:
            said, sign = least, "<"
        elif 100.0 - least / 2 < said < 100.0:
            said, sign = 100.0 - least, ">"
        return f"{sign}{self.number(said, decimals)}{self.percent}"

    def date(self, moment: object) -> str:
        """A day in words: 9 December 2011."""
        year, month, day = str(np.datetime64(str(moment), "D")).split("-")
        name = _MONTHS[self.language][int(month) - 1]
        return f"{int(day)}{'.' if self.language == 'de' else ''} {name} {year}"

    def month(self, moment: object) -> str:
        """A month in words: December 2011."""
        year, month = str(np.datetime64(str(moment), "M")).split("-")
        return f"{_MONTHS[self.language][int(month) - 1]} {year}"


ENGLISH = Locale()


def in_currency(currency: str | None) -> Locale:
    """English, with money in a currency."""
    return replace(ENGLISH, currency=currency)


_LOCALES = {
    "en": ENGLISH,
    "de": Locale("de", None, thousands=".", point=",", percent="\u00a0%"),
}


def locale(language: str = "en", currency: str | None = None) -> Locale:
    """Of a language, with a currency and a true minus sign."""
    if language not in _LOCALES:
        raise InputError(f"language must be one of {', '.join(_LOCALES)}, got {language!r}")
    if currency is not None and not (isinstance(currency, str) and currency.strip()):
        raise InputError(f"currency must be a code such as EUR, or a sign, got {currency!r}")
    return replace(_LOCALES[language], currency=currency and currency.strip(), minus="−")
