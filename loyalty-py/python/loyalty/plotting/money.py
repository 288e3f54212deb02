"""What customers spend, and what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _check
from loyalty.errors import InputError
from loyalty.plotting import _doubt
from loyalty.plotting._axes import (
    ACTUAL,
    EXPECTED,
    GUIDE,
    axes,
    column,
    counted,
    diagonal,
    factors,
    in_currency,
    labelled,
    money,
    percent,
    thousands,
)
from loyalty.scoring import Scores
from loyalty.spend import SpendModel
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from loyalty.fit import Fit

_BINS = 40
#: The share of the customers at an end of a distribution who stand in its last bin, so that a few cents do
#: not take half of a scale of factors.
_TAIL = 0.005
#: The share of the customers that the concentration names: the 20 of the 80/20 rule.
_TOP = 0.2


def plot_clv_distribution(
    values: Any, *, name: str = "clv", currency: str | None = None, ax: Axes | None = None
) -> Axes:
    """Customers by their lifetime value, on a scale of factors, with the median and the mean.

    Values that are not above 0 have no place on such a scale; they are counted in the title. The lowest 0.5 % of
    the others stand in the first bin.

    Parameters
    ----------
    values : Scores, data frame, dict of arrays, array or list
        Of :func:`loyalty.score` or :func:`loyalty.clv`.
    name : str
        The column of a frame.
    currency : str, optional
        For the label.
    ax : matplotlib axes, optional
        By default new ones.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        Where the column is missing, or no value is above 0.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> axes = plotting.plot_clv_distribution([5.0, 10.0, 40.0, 0.0], currency="€")
    >>> axes.get_xlabel(), axes.get_title()
    ('lifetime value, in € (scale of factors)', 'Lifetime value of 4 customers\\n1 of them not above 0')
    """
    found = _values(values, name)
    above = found[found > 0]
    if not above.size:
        raise InputError(f'no value of "{name}" is above 0')
    ax = axes(ax)
    edges = _edges(float(np.quantile(above, _TAIL)), float(above.max()))
    face = ax.get_facecolor()
    ax.bar(
        edges[:-1],
        _binned(above, edges),
        np.diff(edges),
        align="edge",
        color=ACTUAL,
        edgecolor=face,
        linewidth=0.4,
    )
    for value, said, style in (
        (float(np.median(found)), "median", "--"),
        (float(found.mean()), "mean", "-"),
    ):
        if value > 0:
            ax.axvline(value, color="C3", linestyle=style, label=f"{said} {money(value)}")
    factors(ax)
    thousands(ax.yaxis)
    title = f"Lifetime value of {counted(len(found), 'customer')}"
    if len(above) < len(found):
        title += f"\n{len(found) - len(above):,} of them not above 0"
    label = in_currency("lifetime value", currency) + " (scale of factors)"
    return labelled(ax, label, "customers", title, legend=True)


def plot_clv_concentration(values: Any, *, name: str = "clv", ax: Axes | None = None) -> Axes:
    """What the customers of the highest lifetime value make of all of it, from the best one to all.

    Parameters
    ----------
    values : Scores, data frame, dict of arrays, array or list
        Of :func:`loyalty.score` or :func:`loyalty.clv`.
    name : str
        The column of a frame.
    ax : matplotlib axes, optional
        By default new ones.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        Where the column is missing, or the values do not add up to more than 0.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> axes = plotting.plot_clv_concentration([1.0, 2.0, 3.0, 4.0, 10.0])
    >>> axes.get_title()
    'The best 20% of 5 customers\\nhave 50% of the lifetime value'
    """
    found = np.sort(_values(values, name))[::-1]
    total = found.sum()
    if not total > 0:
        raise InputError(f'the values of "{name}" must add up to more than 0')
    customers = np.arange(len(found) + 1) / len(found)
    share = np.r_[0.0, np.cumsum(found) / total]
    top = float(np.interp(_TOP, customers, share))
    # More points than pixels only make files large.
    shown = np.unique(np.linspace(0, len(found), min(len(found), 1000) + 1).astype(int))
    ax = axes(ax)
    diagonal(ax, 1.0)
    ax.plot(customers[shown], share[shown], color=ACTUAL)
    ax.plot([_TOP, _TOP, 0.0], [0.0, top, top], color=GUIDE, linewidth=1, linestyle=":")
    ax.plot([_TOP], [top], marker="o", color="C3")
    percent(ax.xaxis)
    percent(ax.yaxis)
    ax.set(xlim=(0.0, 1.0), ylim=(0.0, max(1.02, 1.02 * float(share.max()))))
    title = f"The best {_TOP:.0%} of {counted(len(found), 'customer')}\nhave {top:.0%} of the lifetime value"
    return labelled(ax, "share of the customers, the best first", "share of the value", title)


def _values(values: Any, name: str) -> NDArray[np.float64]:
    """The numbers of a column, or what was given in its place."""
    if isinstance(values, Scores):
        values = values.to_frame()
    if not isinstance(values, np.ndarray | list | tuple) and getattr(values, "ndim", 2) != 1:
        known = list(values.keys() if isinstance(values, dict) else _names(values))
        if name not in known:
            raise InputError(f'column "{name}" is missing; there are {", ".join(map(str, known))}')
        values = column(values, name)
    found = np.asarray(values, dtype=float)
    if found.ndim != 1 or not found.size or not np.isfinite(found).all():
        raise InputError(f'the values of "{name}" must be finite numbers, one for each customer')
    return found


def _names(frame: Any) -> list[str]:
    return list(frame.column_names if hasattr(frame, "column_names") else frame.columns)


def plot_spend_fit(
    model: SpendModel | Fit[SpendModel],
    customers: CustomerSummary,
    *,
    replicates: int = 50,
    seed: int = 0,
    level: float = 0.9,
    currency: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Customers by their mean amount per purchase: how many there are, and how many in logs that the model
    makes of the same numbers of purchases.

    Each replicate is one :meth:`loyalty.SpendModel.simulate`; the line is their mean in a bin, the band their
    quantiles. Customers without a purchase behind their monetary value, or with 0, are left out. The few
    of the 0.5 % at each end stand in the first and the last bin.

    Parameters
    ----------
    model : SpendModel or a Fit of one
    customers : CustomerSummary
        With monetary values.
    replicates : int
        How many logs are made, at least 2.
    seed : int
        Of the first; the others have the next ones.
    level : float
        Of the band, above 0 and below 1.
    currency : str, optional
        For the label.
    ax : matplotlib axes, optional
        By default new ones.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        Where the summary has no monetary values above 0; for a level or replicates outside their domain.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week", observation_end="1997-09-30")
    >>> axes = plotting.plot_spend_fit(loyalty.GammaGamma.fit(customers), customers, currency="$")
    >>> axes.get_xlabel()
    'mean amount per purchase, in $ (scale of factors)'
    """
    model = SpendModel._given("model", model)
    paid = CustomerSummary._given("customers", customers).monetary_value
    if paid is None or not (paid > 0).any():
        raise InputError("the spend of customers needs monetary values above 0")
    if _check.whole("replicates", replicates) < 2:
        raise InputError(f"replicates must be at least 2, got {replicates}")
    _doubt.quantile(level)
    actual, rows = paid[paid > 0], paid > 0
    low, high = np.quantile(actual, [_TAIL, 1 - _TAIL])
    edges = _edges(float(low), float(high))
    made = np.array(
        [
            _binned(_simulated(model, customers, seed + n)[rows], edges)
            for n in range(int(replicates))
        ]
    )
    middle = np.sqrt(edges[1:] * edges[:-1])
    ax = axes(ax)
    ax.bar(
        edges[:-1],
        _binned(actual, edges),
        np.diff(edges),
        align="edge",
        color=ACTUAL,
        alpha=0.6,
        label="actual",
    )
    ax.plot(middle, made.mean(axis=0), color=EXPECTED, label=model.title)
    band = np.quantile(made, [(1 - level) / 2, (1 + level) / 2], axis=0)
    ax.fill_between(
        middle,
        *band,
        color=EXPECTED,
        alpha=0.3,
        linewidth=0,
        label=f"{level:.0%} of the replicates",
    )
    factors(ax)
    thousands(ax.yaxis)
    label = in_currency("mean amount per purchase", currency) + " (scale of factors)"
    title = f"Mean amounts of {counted(len(actual), 'customer')}"
    return labelled(ax, label, "customers", title, legend=True)


def _simulated(model: SpendModel, customers: CustomerSummary, seed: int) -> NDArray[np.float64]:
    """One replicate of the monetary values."""
    made = model.simulate(customers, seed=seed)
    return np.asarray(made if customers._frame is None else column(made, "monetary_value"))


def _edges(low: float, high: float) -> NDArray[np.float64]:
    """Bins of equal factors."""
    return np.geomspace(low, high, _BINS + 1) if high > low else np.array([low / 1.5, low * 1.5])


def _binned(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """Counts between the edges; what lies beyond stands in the bins at the ends."""
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    return np.bincount(place, minlength=len(edges) - 1)
