"""What the customers bring, what they cost, and which behaviours they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyalty.errors import InputError
from loyalty.plotting._axes import (
    ACTUAL,
    GUIDE,
    axes,
    counted,
    diagonal,
    factors,
    in_currency,
    labelled,
    money,
    percent,
    thousands,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from loyalty.behaviour_distribution import BehaviourDistribution
    from loyalty.ledger import Ledger

#: The strength of a behaviour, as docs/behaviours.md has it.
_STRENGTHS = {
    "service_demander": "cost of service per order (or unit of revenue, or month)",
    "revenue_reverser": "share of lines sent back, at the average mix of products",
    "promotion_maximizer": "depth of discount that the shop pays for, as a share of the deepest",
    "coupon_user": "share of orders with a coupon",
    "fixed_budget": "steadiness of spending, as a ratio to chance",
}
#: Those that are shares.
_SHARES = ("revenue_reverser", "promotion_maximizer", "coupon_user")


def plot_top_shares(
    ledger: Ledger,
    columns: Sequence[str] = ("revenue",),
    *,
    level: float = 0.95,
    ax: Axes | None = None,
) -> Axes:
    """What the top customers make of a total, from the best one to all, with intervals: the 80/20 picture.

    Where some customers lose money, the curve of ``profit`` rises above 1 before it falls to it.

    Parameters
    ----------
    ledger : Ledger
    columns : sequence of str
        Columns of the ledger: ``revenue``, ``profit`` …
    level : float
        Of the intervals.
    ax : matplotlib axes, optional
        By default new ones.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        For a column that the ledger does not have, and a level outside its domain.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> ledger = loyalty.Ledger(loyalty.simulate(2000, seed=1).lines)
    >>> axes = plotting.plot_top_shares(ledger, ["revenue", "profit"])
    >>> [line.get_label() for line in axes.lines[1:]]
    ['revenue', 'profit']
    """
    ax = axes(ax)
    diagonal(ax, 1.0)
    shares = np.linspace(0.0, 1.0, 51)
    for name in columns:
        found = ledger.top_shares(name, shares=shares[1:].tolist(), level=level)
        (line,) = ax.plot(shares, [0.0, *(top.of_total for top in found)], label=name)
        low, high = [top.lower for top in found], [top.upper for top in found]
        ax.fill_between(shares[1:], low, high, color=line.get_color(), alpha=0.2, linewidth=0)
    percent(ax.xaxis)
    percent(ax.yaxis)
    title = f"What the top customers bring\n{counted(len(ledger), 'customer')}, intervals of {level:.0%}"
    return labelled(
        ax, "share of the customers, the best first", "share of the total", title, legend=True
    )


def plot_losses(ledger: Ledger, *, currency: str | None = None, ax: Axes | None = None) -> Axes:
    """What causes the loss of the unprofitable customers, the largest cause on top.

    Causes that took nothing are left out: some of them the data may not speak of.

    Parameters
    ----------
    ledger : Ledger
        With costs or a margin.
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
        Where the ledger knows no profit, or nobody is unprofitable.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> ledger = loyalty.Ledger(loyalty.simulate(2000, seed=1).lines)
    >>> axes = plotting.plot_losses(ledger)
    >>> [text.get_text() for text in axes.get_yticklabels()]
    ['coupons', 'returns', 'discounts']
    """
    losses = ledger.losses()
    by_cause = {cause: taken for cause, taken in losses.by_cause.items() if taken > 0}
    if not by_cause:
        raise InputError("nobody is unprofitable: there is no loss to share out")
    causes = sorted(by_cause, key=by_cause.__getitem__)
    names = [cause.replace("_", " ") for cause in causes]
    ax = axes(ax, size=(7.0, 1.4 + 0.5 * len(causes)))
    bars = ax.barh(names, [by_cause[cause] for cause in causes], color=ACTUAL)
    ax.bar_label(bars, [money(by_cause[cause]) for cause in causes], padding=3)
    ax.margins(x=0.15)
    thousands(ax.xaxis)
    title = f"Loss of {counted(losses.unprofitable, 'unprofitable customer')}, by its cause"
    return labelled(ax, in_currency("loss", currency), "", title)


def plot_behaviour(distribution: BehaviourDistribution, *, ax: Axes | None = None) -> Axes:
    """How strongly the customers of a shop show a behaviour: the share who show it as much or more.

    The threshold is drawn where all customers share one; one by economics depends on what they buy.

    Parameters
    ----------
    distribution : BehaviourDistribution
    ax : matplotlib axes, optional
        By default new ones.

    Returns
    -------
    matplotlib axes

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> ledger = loyalty.Ledger(loyalty.simulate(3000, seed=4).lines, handling=3.0, markdown=0.1)
    >>> reversal = loyalty.BehaviourDistribution.fit("revenue_reverser", ledger)
    >>> axes = plotting.plot_behaviour(reversal)
    >>> bool(axes.lines[0].get_ydata()[0] == 1 and (axes.lines[0].get_ydata() >= 0).all())
    True
    """
    ax = axes(ax, size=(7.0, 4.5))
    strength, share = map(np.asarray, distribution.population)
    # From the right: the share of the customers who show it as much or more.
    ax.plot(strength, np.cumsum(share[::-1])[::-1].round(12), color=ACTUAL)
    if distribution.basis != "economics":
        threshold = distribution.threshold
        ax.axvline(
            threshold, color=GUIDE, linewidth=1, linestyle="--", label=f"threshold {threshold:.3g}"
        )
        ax.legend(frameon=False)
    factors(ax, shares=distribution.behaviour in _SHARES)
    percent(ax.yaxis)
    ax.set_ylim(0.0, 1.03)
    name = distribution.behaviour.replace("_", " ").capitalize()
    title = f"{name}: {counted(distribution._core.customers, 'customer')}"
    x = _STRENGTHS[distribution.behaviour]
    return labelled(ax, x, "share of the customers with as much or more", title)
