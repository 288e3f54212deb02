"""Who the customers are, what they bring, and which behaviours they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loyalty.plotting._axes import ACTUAL, EXPECTED, axes, column, diagonal, labelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from loyalty.behaviour_distribution import BehaviourDistribution
    from loyalty.ledger import Ledger
    from loyalty.rfm import Rfm


def plot_segments(scores: Rfm, *, ax: Axes | None = None) -> Axes:
    """The segments by their shares of the customers and of the money, the largest on top.

    Parameters
    ----------
    scores : Rfm
        Of :func:`loyalty.rfm`, with segments.
    ax : matplotlib axes, optional
        By default new ones.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> customers = loyalty.datasets.cdnow_orders().summarize()
    >>> axes = plotting.plot_segments(loyalty.rfm(customers))
    >>> len(axes.patches) == 2 * len(axes.get_yticks())
    True
    """
    ax, frame = axes(ax), scores.segments()
    of_customers, of_money = column(frame, "share_of_customers"), column(frame, "share_of_monetary")
    order = np.argsort(of_customers)
    place = np.arange(len(order))
    ax.barh(place + 0.2, of_customers[order], 0.4, color=ACTUAL, label="of the customers")
    ax.barh(place - 0.2, of_money[order], 0.4, color=EXPECTED, label="of the money")
    ax.set_yticks(place, column(frame, "segment")[order])
    return labelled(ax, "share", "", "Segments", legend=True)


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
        low, high = [top.low for top in found], [top.high for top in found]
        ax.fill_between(shares[1:], low, high, color=line.get_color(), alpha=0.2, linewidth=0)
    return labelled(
        ax, "share of the customers", "share of the total", "Top customers", legend=True
    )


def plot_losses(ledger: Ledger, *, ax: Axes | None = None) -> Axes:
    """What causes the loss of the unprofitable customers, the largest cause on top.

    Parameters
    ----------
    ledger : Ledger
        With costs or a margin.
    ax : matplotlib axes, optional
        By default new ones.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> ledger = loyalty.Ledger(loyalty.simulate(2000, seed=1).lines)
    >>> plotting.plot_losses(ledger).get_xlabel()
    'loss'
    """
    ax, by_cause = axes(ax), ledger.losses().by_cause
    causes = sorted(by_cause, key=by_cause.__getitem__)
    names = [cause.replace("_", " ") for cause in causes]
    ax.barh(names, [by_cause[cause] for cause in causes], color=ACTUAL)
    return labelled(ax, "loss", "", "Loss of unprofitable customers by cause")


def plot_behaviour(distribution: BehaviourDistribution, *, ax: Axes | None = None) -> Axes:
    """How strongly the customers of a shop show a behaviour: the share who show it as much or more.

    The threshold is drawn where all customers share one; one by economics depends on what they buy.

    Parameters
    ----------
    distribution : BehaviourDistribution
    ax : matplotlib axes, optional
        By default new ones.

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
    ax = axes(ax)
    strength, share = map(np.asarray, distribution.population)
    # From the right: the share of the customers who show it as much or more.
    ax.plot(strength, np.cumsum(share[::-1])[::-1].round(12), color=ACTUAL)
    if distribution.basis != "economics":
        ax.axvline(distribution.threshold, color="0.6", linewidth=1, linestyle="--")
    ax.set_xscale("log")
    title = distribution.behaviour.replace("_", " ").capitalize()
    return labelled(ax, "strength", "share of the customers with as much or more", title)
