"""Does the model describe what happened?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty.plotting._axes import ACTUAL, EXPECTED, axes, column, diagonal, labelled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from loyalty.goodness import HoldoutErrors, RepeatCounts, Tracking
    from loyalty.metrics import Predictions

_WIDTH = 0.4


def plot_repeat_counts(counts: RepeatCounts, *, ax: Axes | None = None) -> Axes:
    """Customers by their number of repeat purchases: how many there are, how many the model expects.

    Parameters
    ----------
    counts : RepeatCounts
        Of :func:`loyalty.repeat_counts`.
    ax : matplotlib axes, optional
        By default new ones.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week", observation_end="1997-09-30")
    >>> counts = loyalty.repeat_counts(loyalty.BgNbd.fit(customers), customers)
    >>> [text.get_text() for text in plotting.plot_repeat_counts(counts).get_xticklabels()][-1]
    '7+'
    """
    ax, frame = axes(ax), counts.to_frame()
    frequency = column(frame, "frequency")
    place = np.arange(len(frequency))
    ax.bar(place - _WIDTH / 2, column(frame, "actual"), _WIDTH, color=ACTUAL, label="actual")
    ax.bar(place + _WIDTH / 2, column(frame, "expected"), _WIDTH, color=EXPECTED, label="expected")
    ax.set_xticks(place, [*(f"{x:.0f}" for x in frequency[:-1]), f"{frequency[-1]:.0f}+"])
    return labelled(ax, "repeat purchases", "customers", "Repeat purchases", legend=True)


def plot_tracking(
    track: Tracking,
    *,
    cumulative: bool = True,
    calibration_end: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Repeat purchases period by period: what there were, what the model expects.

    Parameters
    ----------
    track : Tracking
        Of :func:`loyalty.tracking`.
    cumulative : bool
        Up to the end of each period, or in each.
    calibration_end : float, optional
        Where to draw the end of the calibration, in the unit of the log since the first purchase.
    ax : matplotlib axes, optional
        By default new ones.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> orders = loyalty.datasets.cdnow_orders()
    >>> track = loyalty.tracking(model, orders, calibration_end="1997-09-30")
    >>> axes = plotting.plot_tracking(track, calibration_end=39)
    >>> int(axes.lines[0].get_ydata()[38])
    2457
    """
    ax, frame = axes(ax), track.to_frame()
    prefix = "cumulative_" if cumulative else ""
    end = column(frame, "end")
    ax.plot(end, column(frame, f"{prefix}actual"), color=ACTUAL, label="actual")
    ax.plot(
        end, column(frame, f"{prefix}expected"), color=EXPECTED, linestyle="--", label="expected"
    )
    if calibration_end is not None:
        ax.axvline(calibration_end, color="0.6", linewidth=1)
    title = "Repeat purchases up to each period" if cumulative else "Repeat purchases by period"
    return labelled(ax, "end of the period", "repeat purchases", title, legend=True)


def plot_holdout_errors(errors: HoldoutErrors, *, most: int = 7, ax: Axes | None = None) -> Axes:
    """Mean purchases of the holdout period by the frequency in the calibration, actual and expected.

    Parameters
    ----------
    errors : HoldoutErrors
        Of :func:`loyalty.holdout_errors`.
    most : int
        The largest frequency drawn; beyond, few customers share one.
    ax : matplotlib axes, optional
        By default new ones.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> split = loyalty.datasets.cdnow_orders().calibration_holdout("1997-09-30", unit="week")
    >>> model = loyalty.BgNbd.fit(split.calibration)
    >>> axes = plotting.plot_holdout_errors(loyalty.holdout_errors(model, split))
    >>> len(axes.lines[0].get_xdata())
    8
    """
    ax, frame = axes(ax), errors.by_frequency()
    frequency = column(frame, "frequency")
    shown = frequency <= most
    for name, color in (("actual", ACTUAL), ("expected", EXPECTED)):
        ax.plot(frequency[shown], column(frame, name)[shown], marker="o", color=color, label=name)
    title = "Purchases of the holdout period"
    return labelled(ax, "frequency in the calibration", "mean purchases", title, legend=True)


def plot_alive_calibration(groups: Any, *, ax: Axes | None = None) -> Axes:
    """Share of the customers who purchased by the mean probability of it, group by group.

    Parameters
    ----------
    groups : data frame or dict of arrays
        Of :func:`loyalty.alive_calibration`.
    ax : matplotlib axes, optional
        By default new ones.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> split = loyalty.datasets.cdnow_orders().calibration_holdout("1997-09-30", unit="week")
    >>> model = loyalty.BgNbd.fit(split.calibration)
    >>> groups = loyalty.alive_calibration(model, split, by="p_purchase")
    >>> plotting.plot_alive_calibration(groups).get_xlabel()
    'mean probability of a purchase'
    """
    return _reliability(
        ax,
        column(groups, "p_purchase"),
        column(groups, "purchased"),
        "mean probability of a purchase",
        "share who purchased",
    )


def plot_reliability(predictions: Predictions, *, bins: int = 10, ax: Axes | None = None) -> Axes:
    """How often it happened by how probable it was said to be, in bins of equal size.

    Parameters
    ----------
    predictions : Predictions
    bins : int
        How many bins.
    ax : matplotlib axes, optional
        By default new ones.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> found = loyalty.Predictions([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    >>> plotting.plot_reliability(found, bins=2).lines[-1].get_ydata().tolist()
    [0.5, 0.5]
    """
    found = predictions.reliability(bins)
    return _reliability(
        ax,
        np.array([bin.probability for bin in found]),
        np.array([bin.happened for bin in found]),
        "mean probability",
        "share where it happened",
    )


def _reliability(ax: Axes | None, said: Any, happened: Any, x: str, y: str) -> Axes:
    ax = axes(ax)
    diagonal(ax, float(max(said.max(), happened.max())))
    ax.plot(said, happened, marker="o", color=ACTUAL)
    return labelled(ax, x, y, "Reliability")
