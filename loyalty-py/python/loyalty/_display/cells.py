"""Each kind of number as people write it: the digits of a column are chosen for all of its cells together."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np

from loyalty._display.locale import MISSING, Locale

__all__ = ["Kind", "is_number", "kind_of", "texts"]

#: What a column holds. ``estimate`` is a number of a size of its own, in a column of others; of a
#: ``criterion``, such as ln L, differences of tenths count; an ``id`` is a number that counts nothing.
Kind = Literal[
    "text", "id", "count", "number", "estimate", "criterion", "money", "share", "p_value", "date"
]  # fmt: skip

#: From this size of the largest on, the cents of a column say nothing.
_WHOLE_MONEY = 10_000.0
#: Digits of a number that mean something to a reader.
_DIGITS = 4

_MONEY = {
    "amount", "budget_impact", "clv", "contact_cost", "cost", "cross_buyers_loss", "discount", "expected_spend",
    "gain", "handling", "impact", "list", "loss", "lower_clv", "marketing_cost", "mean_monetary", "monetary",
    "monetary_value", "money", "money_matched", "money_unmatched", "profit", "promotion_impact", "return_loss",
    "returned_amount", "revenue", "reversal_impact", "service_cost", "service_impact", "total_amount",
    "total_monetary", "treatment_gain", "upper_clv", "value",
}  # fmt: skip
_SHARES = {
    "budget_p_over", "coupon_p_over", "expected_false", "happened", "margin", "net_margin", "of_total",
    "over_again", "p_alive", "return_rate", "returned_share",
    "p_no_purchase", "p_over", "p_purchase", "probability", "promotion_p_over", "reversal_p_over",
    "service_p_over", "share", "share_matched", "share_of_customers", "share_of_loss",
    "share_of_loss_as_primary", "share_of_monetary", "top_decile",
}  # fmt: skip
_COUNTS = {
    "categories", "customers", "frequency", "labelled", "orders", "primary", "repeat_purchases", "rows",
    "unprofitable",
}  # fmt: skip


def kind_of(name: str, value: object = None) -> Kind:
    """The kind of a column by its name, and of what has none by a value of it."""
    if isinstance(value, bool | np.bool_ | str):
        return "text"
    if name in _MONEY:
        return "money"
    if name in _SHARES:
        return "share"
    if name in _COUNTS or name.endswith("_score"):
        return "count"
    if name in ("log_likelihood", "aic", "bic"):
        return "criterion"
    if name == "p_value":
        return "p_value"
    if isinstance(value, np.datetime64 | dt.date):
        return "date"
    if isinstance(value, int | np.integer):
        return "count"
    return "number" if isinstance(value, float | np.floating) else "text"


def is_number(kind: Kind) -> bool:
    """Whether cells of a kind stand to the right, digit under digit."""
    return kind not in ("text", "id", "date")


def texts(kind: Kind, values: Sequence[Any], locale: Locale) -> list[str]:
    """The cells of a column."""
    if not is_number(kind):
        return [_word(value, locale) for value in values]
    numbers = [_number(value) for value in values]
    known = [abs(x) for x in numbers if x is not None and math.isfinite(x)]
    decimals = _decimals(kind, known)
    return [
        _word(value, locale) if x is None else _written(kind, x, decimals, locale)
        for value, x in zip(values, numbers, strict=True)
    ]


def _number(value: Any) -> float | None:
    if isinstance(value, bool | np.bool_ | str) or value is None:
        return None
    return float(value)


def _decimals(kind: Kind, known: Iterable[float]) -> int:
    """Decimals of all cells: enough for the largest."""
    known = list(known)
    largest = max(known, default=0.0)
    if kind == "criterion":
        return 1
    if kind == "money":
        return 0 if largest >= _WHOLE_MONEY else 2
    if all(x == math.floor(x) for x in known) or largest == 0:
        return 0
    if kind == "count":
        return 1
    most = 2 if largest >= 1 else 6
    return min(max(_DIGITS - 1 - math.floor(math.log10(largest)), 0), most)


def _written(kind: Kind, x: float, decimals: int, locale: Locale) -> str:
    if math.isnan(x):
        return MISSING
    if math.isinf(x):
        return "∞" if x > 0 else f"{locale.minus}∞"
    if kind == "money":
        return locale.money(x, decimals)
    if kind == "share":
        return locale.share(x)
    if kind == "p_value":
        return f"<{locale.number(0.001, 3)}" if x < 0.001 else locale.number(x, 3)
    if kind == "estimate":
        return _estimate(x, locale)
    # What would be 0 with the decimals of its column has digits of its own.
    vanishes = x != 0 and round(x, decimals) == 0
    return _estimate(x, locale) if vanishes else locale.number(x, decimals)


def _estimate(x: float, locale: Locale) -> str:
    """Four significant digits; very small and very large ones by powers of ten."""
    size = abs(x)
    if size and not 1e-4 <= size < 1e9:
        digits, _, power = f"{x:.3g}".partition("e")
        mantissa = digits.replace("-", locale.minus).replace(".", locale.point)
        return f"{mantissa}e{int(power)}" if power else mantissa
    if x == math.floor(x):
        return locale.number(x, 0)
    text = locale.number(x, max(_DIGITS - 1 - math.floor(math.log10(size)), 0))
    return text.rstrip("0").rstrip(locale.point) if locale.point in text else text


def _word(value: Any, locale: Locale) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, np.datetime64):
        return MISSING if np.isnat(value) else _moment(value)
    if isinstance(value, dt.datetime):
        return _moment(np.datetime64(value.replace(tzinfo=None)))
    if isinstance(value, float | np.floating):
        return _estimate(float(value), locale)
    return str(value)


def _moment(value: np.datetime64) -> str:
    """A day, with its time where it has one."""
    day = value.astype("datetime64[D]")
    return str(day) if day == value else str(value.astype("datetime64[s]")).replace("T", " ")
