"""What a model said, and what then happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from loyalty import _check
from loyalty.errors import InputError
from loyalty.plotting import _doubt
from loyalty.plotting._axes import (
    ACTUAL,
    EXPECTED,
    axes,
    column,
    counted,
    diagonal,
    labelled,
    percent,
)
from loyalty.plotting._time import in_units, length
from loyalty.purchase import PurchaseModel
from loyalty.summary import CalibrationHoldout

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from loyalty.fit import Fit
    from loyalty.metrics import Predictions

#: What customers of a calibration are grouped by.
By = Literal["frequency", "recency", "T", "time_since_last"]
_BY = ("frequency", "recency", "T", "time_since_last")
#: How many groups there are of what is no count.
_GROUPS = 8


def plot_calibration_purchases_vs_holdout_purchases(
    model: PurchaseModel | Fit[PurchaseModel],
    split: CalibrationHoldout,
    *,
    by: By = "frequency",
    most: int = 7,
    level: float = 0.95,
    ax: Axes | None = None,
) -> Axes:
    """Mean purchases of the holdout period, actual and expected, of customers who were alike in the
    calibration.

    The bars are intervals of the actual means, ± z s/√n: a group's mean lies further from what was
    expected than chance brings it where its bar does not reach the expected one.

    Parameters
    ----------
    model : PurchaseModel or a Fit of one
        Fitted to ``split.calibration``.
    split : CalibrationHoldout
    by : {"frequency", "recency", "T", "time_since_last"}
        What makes customers alike: their repeat purchases; the time from first to last purchase; the time
        from the first to the end of the calibration; or from the last one. Times are cut into groups of
        about as many customers, and equal ones are never put into different groups.
    most : int
        Of frequencies: the last one, which stands for as many or more; of times: the most groups.
    level : float
        Of the intervals, above 0 and below 1.
    ax : matplotlib axes, optional
        By default new ones.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        Where the log was summarised in another unit than the model's; for a `by` that is none of the four,
        a `most` below 1, and a level outside its domain.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> split = loyalty.datasets.cdnow_orders().calibration_holdout("1997-09-30", unit="week")
    >>> model = loyalty.BgNbd.fit(split.calibration)
    >>> axes = plotting.plot_calibration_purchases_vs_holdout_purchases(model, split)
    >>> [text.get_text() for text in axes.get_xticklabels()][:2]
    ['0\\n1,411', '1\\n439']
    """
    model = PurchaseModel._given("model", model)
    calibration = _check.instance("split", split, CalibrationHoldout).calibration
    if by not in _BY:
        raise InputError(f"by must be {', '.join(_BY)}, got {by!r}")
    if _check.whole("most", most) < 1:
        raise InputError(f"most must be at least 1, got {most}")
    actual = split.holdout_frequency
    said = model.expected_purchases(calibration, split.holdout_duration)
    expected = said if calibration._frame is None else column(said, "expected_purchases")
    if by == "frequency":
        group = np.minimum(calibration.frequency, most)
        names = [f"{x}+" if x == most else f"{x}" for x in np.unique(group)]
    else:
        values = {
            "recency": calibration.recency,
            "T": calibration.T,
            "time_since_last": calibration.T - calibration.recency,
        }[by]
        group, names = _alike(values, most)
    parts = [group == value for value in np.unique(group)]
    means = np.array([actual[part].mean() for part in parts])
    reach = np.array([_doubt.of_mean(actual[part], level) for part in parts])
    ax, place = axes(ax, size=(7.0, 4.5)), np.arange(len(parts))
    ax.plot(place, means, marker="o", color=ACTUAL, label="actual")
    _doubt.bars(ax, place, means, np.maximum(means - reach, 0.0), means + reach, ACTUAL)
    mean_expected = [expected[part].mean() for part in parts]
    ax.plot(place, mean_expected, marker="s", ls="--", color=EXPECTED, label="expected")
    labels = [f"{name}\n{part.sum():,}" for name, part in zip(names, parts, strict=True)]
    ax.set_xticks(place, labels, fontsize=None if by == "frequency" else "small")
    ax.set_ylim(bottom=0)
    unit = model.unit or calibration.unit
    title = f"Purchases in the {length(split.holdout_duration, unit)} of the holdout\n"
    title += counted(len(actual), "customer")
    return labelled(ax, _asked(by, unit), "mean purchases of a customer", title, legend=True)


def _asked(by: By, unit: str | None) -> str:
    """What the groups are, below the axis."""
    what = {
        "frequency": "repeat purchases in the calibration",
        "recency": in_units("time from first to last purchase", unit),
        "T": in_units("time since the first purchase", unit),
        "time_since_last": in_units("time since the last purchase", unit),
    }[by]
    return f"{what}; below, customers"


def _alike(values: NDArray[np.float64], groups: int) -> tuple[NDArray[np.int64], list[str]]:
    """Groups of about as many customers, and the values in each."""
    cuts = np.unique(np.quantile(values, np.arange(1, groups) / groups, method="lower"))
    group = np.searchsorted(cuts, values, side="left")
    ranges = [
        (values[group == value].min(), values[group == value].max()) for value in np.unique(group)
    ]
    return group, [f"{low:.3g}" if low == high else f"{low:.3g}–{high:.3g}" for low, high in ranges]


def plot_alive_calibration(groups: Any, *, level: float = 0.95, ax: Axes | None = None) -> Axes:
    """Share of the customers who purchased by the mean probability of it, group by group.

    The bars are Wilson's intervals of the shares. The groups are joined in order of the probability of a
    purchase, whatever they were made by.

    Parameters
    ----------
    groups : data frame or dict of arrays
        Of :func:`loyalty.alive_calibration`.
    level : float
        Of the intervals, above 0 and below 1.
    ax : matplotlib axes, optional
        By default new ones.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        For a level outside its domain.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> split = loyalty.datasets.cdnow_orders().calibration_holdout("1997-09-30", unit="week")
    >>> model = loyalty.BgNbd.fit(split.calibration)
    >>> axes = plotting.plot_alive_calibration(loyalty.alive_calibration(model, split))
    >>> axes.lines[1].get_xdata().round(2).tolist()
    [0.14, 0.16, 0.32, 0.48, 0.7]
    """
    said, order = _ascending(column(groups, "p_purchase"))
    happened, rows = (column(groups, name)[order] for name in ("purchased", "customers"))
    ax = _reliability(ax, said, happened, rows, level)
    title = f"Who was said to buy, and who did\n{counted(rows.sum(), 'customer')}"
    return labelled(
        ax,
        "probability of a purchase in the holdout period, mean of a group",
        "share who purchased",
        title,
    )


def plot_reliability(
    predictions: Predictions, *, bins: int = 10, level: float = 0.95, ax: Axes | None = None
) -> Axes:
    """How often it happened by how probable it was said to be, in bins of as many rows.

    The bars are Wilson's intervals of the shares.

    Parameters
    ----------
    predictions : Predictions
    bins : int
        How many bins.
    level : float
        Of the intervals, above 0 and below 1.
    ax : matplotlib axes, optional
        By default new ones.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        Unless `bins` is from 1 to the number of rows; for a level outside its domain.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> found = loyalty.Predictions([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    >>> plotting.plot_reliability(found, bins=2).lines[1].get_ydata().tolist()
    [0.5, 0.5]
    """
    found = predictions.reliability(bins)
    said, order = _ascending(np.array([bin.probability for bin in found]))
    happened = np.array([bin.happened for bin in found])[order]
    rows = np.array([bin.rows for bin in found])[order]
    ax = _reliability(ax, said, happened, rows, level)
    title = f"How often it happened\n{counted(rows.sum(), 'prediction')}"
    return labelled(ax, "probability said, mean of a bin", "share where it happened", title)


def _ascending(said: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    order = np.argsort(said, kind="stable")
    return said[order], order


def _reliability(
    ax: Axes | None, said: NDArray[Any], happened: NDArray[Any], rows: NDArray[Any], level: float
) -> Axes:
    ax = axes(ax)
    low, high = _doubt.of_shares(happened, rows, level)
    diagonal(ax, float(max(said.max(), high.max())))
    ax.plot(said, happened, marker="o", color=ACTUAL)
    _doubt.bars(ax, said, happened, low, high, ACTUAL)
    percent(ax.xaxis)
    percent(ax.yaxis)
    return ax
