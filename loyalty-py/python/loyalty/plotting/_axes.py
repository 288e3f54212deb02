"""What all plots share: axes, numbers on them, and columns of whatever holds the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from numpy.typing import NDArray

#: What happened, and what was expected.
ACTUAL, EXPECTED = "C0", "C1"
#: Lines that help to read: diagonals, dates, thresholds.
GUIDE = "0.6"


def axes(given: Axes | None, *, size: tuple[float, float] | None = None) -> Axes:
    """The axes given, or new ones, of a figure that leaves room for its labels."""
    if given is not None:
        return given
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError("plots need matplotlib: pip install 'loyalty[plot]'") from None
    new = plt.subplots(layout="constrained", figsize=size)[1]
    new.spines[["top", "right"]].set_visible(False)
    return new


def column(frame: Any, name: str) -> NDArray[Any]:
    """A column of a frame of any library, or of a dict of arrays."""
    return np.asarray(frame[name])


def diagonal(ax: Axes, most: float) -> None:
    """Where what was expected is what happened."""
    ax.plot([0, most], [0, most], color=GUIDE, linewidth=1, linestyle="--", zorder=0)


def labelled(ax: Axes, x: str, y: str, title: str, *, legend: bool = False) -> Axes:
    ax.set(xlabel=x, ylabel=y, title=title)
    if legend:
        ax.legend(frameon=False)
    return ax


def percent(axis: Axis) -> None:
    """Shares as percentages, with a decimal only where they are close together."""
    from matplotlib.ticker import PercentFormatter

    axis.set_major_formatter(PercentFormatter(1.0))


def thousands(axis: Axis) -> None:
    """Numbers with separators: 12,000 for 12000."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))


def factors(ax: Axes, *, shares: bool = False) -> None:
    """An x axis on which equal steps are equal factors: over two powers of ten 1, 2 and 5 of each have their
    number, over more the powers alone."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    ax.set_xscale("log")
    low, high = ax.get_xlim()
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < 300 * low else (1.0,)))
    ax.xaxis.set_minor_locator(NullLocator())

    def written(value: float, _: int) -> str:
        return f"{100 * value:.10g}%" if shares else f"{value:,.10g}"

    ax.xaxis.set_major_formatter(FuncFormatter(written))


def whole(axis: Axis) -> None:
    """Ticks at whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True))


def dated(ax: Axes) -> None:
    """Dates along x, each as long as it must be."""
    from matplotlib import dates

    # Neither has types.
    locators: Any = dates
    locator = locators.AutoDateLocator(minticks=3, maxticks=8)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(locators.ConciseDateFormatter(locator))


def edge(ax: Axes) -> Any:
    """The colour of the frame, which stands out from the ground of every style."""
    return ax.spines["left"].get_edgecolor()


def money(value: float) -> str:
    """An amount in a text: no more digits than say something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"


def in_currency(what: str, currency: str | None) -> str:
    """A label with its currency: ``lifetime value, in €``."""
    return what if currency is None else f"{what}, in {currency}"


def counted(number: float, what: str) -> str:
    """``1 customer``, ``2,357 customers``."""
    return f"{number:,.10g} {what}" if number == 1 else f"{number:,.10g} {what}s"


def written_in_cells(ax: Axes, image: Any, texts: list[list[str]], *, size: str = "small") -> None:
    """A text in every cell of an image, light on dark and dark on light."""
    values = image.get_array()
    for row, line in enumerate(texts):
        for place, text in enumerate(line):
            if text:
                red, green, blue, _ = image.cmap(image.norm(values[row, place]))
                # Luma of Rec. 709.
                light = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5
                shade = "black" if light else "white"
                ax.text(place, row, text, ha="center", va="center", color=shade, fontsize=size)
