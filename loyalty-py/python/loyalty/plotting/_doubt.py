"""How far a share or a mean that was counted can be from the one behind it."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


def quantile(level: float) -> float:
    """z of a two-sided interval of a level."""
    if not 0 < level < 1:
        raise InputError(f"level must be above 0 and below 1, got {level!r}")
    return NormalDist().inv_cdf((1 + level) / 2)


def of_shares(
    share: NDArray[Any], rows: NDArray[Any], level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's interval of a share s of n rows, (s + z²/2n ± z √(s(1 − s)/n + z²/4n²)) / (1 + z²/n).

    It holds for few rows and for shares near 0 and 1, where s ± z·SE leaves [0, 1] (Wilson 1927;
    Brown, Cai & DasGupta 2001, Statistical Science 16(2), 101–133).
    """
    z = quantile(level)
    share, rows = np.asarray(share, dtype=float), np.asarray(rows, dtype=float)
    middle = share + z * z / (2 * rows)
    reach = z * np.sqrt(share * (1 - share) / rows + (z / (2 * rows)) ** 2)
    scale = 1 + z * z / rows
    return np.maximum((middle - reach) / scale, 0.0), np.minimum((middle + reach) / scale, 1.0)


def of_counts(expected: NDArray[Any], of: float, level: float) -> NDArray[np.float64]:
    """Half the width of the interval of a count that is expected among `of` customers: z √(E (1 − E/n)).

    That is the binomial's, at most a little too wide where the customers' probabilities differ.
    """
    expected = np.asarray(expected, dtype=float)
    return quantile(level) * np.sqrt(np.maximum(expected * (1 - expected / of), 0.0))


def of_mean(values: NDArray[Any], level: float) -> float:
    """Half the width of the interval of a mean, z s/√n; NaN of a single value."""
    if len(values) < 2:
        return math.nan
    return quantile(level) * float(np.std(values, ddof=1)) / math.sqrt(len(values))


def bars(
    ax: Axes,
    x: NDArray[Any],
    y: NDArray[Any],
    low: NDArray[Any],
    high: NDArray[Any],
    color: Any,
    *,
    on_bars: bool = False,
) -> None:
    """Points with intervals; on bars, whose colour may be as light or dark as theirs, with a rim of the ground."""
    from matplotlib import patheffects

    reach = np.abs(np.array([y - low, high - y]))
    rim = [patheffects.withStroke(linewidth=3.0, foreground=ax.get_facecolor())]
    drawn = ax.errorbar(
        x, y, yerr=reach, fmt="none", ecolor=color, elinewidth=1.2, capsize=2.5, alpha=0.8
    )
    if on_bars:
        for line in (*drawn.lines[1], *drawn.lines[2]):
            line.set(path_effects=rim, alpha=1.0)
