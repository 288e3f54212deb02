"""Axes as lifetimes takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def pyplot() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError("plots need matplotlib: pip install 'loyalty[plot]'") from None
    return plt


def axes(given: Axes | None) -> Axes:
    """The axes given, or those of the current figure."""
    ax: Axes = pyplot().subplot(111) if given is None else given
    return ax
