"""The two forms in which the future is discounted."""

from __future__ import annotations

import math
from typing import Any

from loyalty import _check, _horizons, _native
from loyalty.errors import InputError


def discounting_of(
    unit: str | None,
    horizon: Any,
    annual_discount_rate: float | None,
    discount_rate: float | None,
    periods: int | None,
    period_length: float | None,
) -> _native.Discounting:
    """Checked arguments of either form of discounting."""
    if horizon is None and periods is not None and period_length is not None:
        if annual_discount_rate is not None:
            raise InputError("periods are discounted by discount_rate, per period")
        periods = _check.whole("periods", periods)
        return _native.Discounting.per_period(periods, period_length, discount_rate or 0.0)
    if horizon is None or periods is not None or period_length is not None:
        raise InputError("give either horizon, or periods and period_length")
    horizon = _horizons.in_unit("horizon", horizon, unit)
    if horizon == math.inf and annual_discount_rate is None and discount_rate is None:
        raise InputError(
            "horizon=math.inf needs a rate of discount, as what is worth the same for ever adds up to "
            "infinity: annual_discount_rate=0.1"
        )
    if annual_discount_rate is None:
        return _native.Discounting.continuous(horizon, discount_rate or 0.0)
    if discount_rate is not None:
        raise InputError("give either annual_discount_rate or discount_rate")
    if unit is None:
        raise InputError("annual_discount_rate needs a model or a summary with a known unit")
    return _native.Discounting.annual(horizon, annual_discount_rate, unit)
