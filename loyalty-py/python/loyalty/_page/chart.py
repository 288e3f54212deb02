"""A chart of two lines as inline SVG, whose words are text beside it and keep their size on any screen."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from loyalty._display.locale import Locale

__all__ = ["lines"]

#: Dates that stand below.
_DATES = 5


def lines(
    label: str,
    days: Any,
    made: Any,
    forecast: Any,
    split: Any,
    names: tuple[str, str, str],
    locale: Locale,
) -> str:
    """What was made and what was expected, by day; a line where the forecast begins."""
    at = (days - days[0]).astype("timedelta64[s]").astype(float)
    across = at / (at[-1] or 1.0) * 100
    most = _nice(float(max(np.max(made), np.max(forecast), 1.0)))

    def path(values: Any) -> str:
        points = zip(across, 100 - np.asarray(values, dtype=float) / most * 100, strict=True)
        return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)

    ticks = [most * part / 4 for part in range(5)]
    grid = "".join(
        f'<line x1="0" x2="100" y1="{25 * n}" y2="{25 * n}" class="grid"/>' for n in range(5)
    )
    begin = float((split - days[0]).astype("timedelta64[s]").astype(float) / (at[-1] or 1.0) * 100)
    svg = (
        f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="{escape(label)}">'
        f'{grid}<line x1="{begin:.2f}" x2="{begin:.2f}" y1="0" y2="100" class="split"/>'
        f'<polyline points="{path(made)}" class="made"/><polyline points="{path(forecast)}" class="forecast"/></svg>'
    )
    heights = "".join(
        f'<span style="bottom:{25 * n}%">{escape(locale.number(tick, 0 if most >= 4 else 1))}</span>'
        for n, tick in enumerate(ticks)
    )
    chosen = np.unique(np.linspace(0, len(days) - 1, min(_DATES, len(days))).astype(int))
    dates = "".join(
        f'<span style="left:{across[n]:.2f}%">{escape(_short(days[n], locale))}</span>'
        for n in chosen
    )
    side = "right" if begin > 60 else "left"
    place = f"{side}:{100 - begin if side == 'right' else begin:.2f}%"
    made_name, forecast_name, split_name = map(escape, names)
    return (
        f'<figure class="chart"><figcaption>{escape(label)}</figcaption>'
        f'<div class="key"><span class="made">{made_name}</span><span class="forecast">{forecast_name}</span></div>'
        f'<div class="plot"><div class="y">{heights}</div><div class="area">{svg}'
        f'<span class="here" style="{place}">{split_name}</span></div><div class="x">{dates}</div></div></figure>'
    )


def _nice(most: float) -> float:
    """The next round number that four steps lead to."""
    size = 10.0 ** math.floor(math.log10(most))
    return float(
        next(step * size for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * size >= most)
    )


def _short(day: Any, locale: Locale) -> str:
    """Month and year, short."""
    name, year = locale.month(day).split(" ")
    return f"{name[:3]} {year[2:]}" if len(name) > 3 else f"{name} {year[2:]}"
