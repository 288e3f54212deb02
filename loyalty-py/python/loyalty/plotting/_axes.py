"""What all plots share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

#: What happened, and what was expected.
ACTUAL, EXPECTED = "C0", "C1"


def axes(given: Axes | None) -> Axes:
    """The axes given, or new ones."""
    if given is not None:
        return given
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError("plots need matplotlib: pip install 'loyalty[plot]'") from None
    return plt.subplots()[1]


def column(frame: Any, name: str) -> NDArray[Any]:
    """A column of a frame of any library, or of a dict of arrays."""
    return np.asarray(frame[name])


def diagonal(ax: Axes, most: float) -> None:
    """Where what was expected is what happened."""
    ax.plot([0, most], [0, most], color="0.6", linewidth=1, linestyle="--", zorder=0)


def labelled(ax: Axes, x: str, y: str, title: str, *, legend: bool = False) -> Axes:
    ax.set(xlabel=x, ylabel=y, title=title)
    if legend:
        ax.legend()
    return ax


def in_units(what: str, unit: str | None) -> str:
    """A label with its unit: ``recency, in weeks``."""
    return what if unit is None else f"{what}, in {unit.replace('_', ' ')}s"
