"""How customers differ, as a purchase model has it, and what it expects of a new one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loyalty.errors import InputError
from loyalty.plotting import _densities, _doubt
from loyalty.plotting._axes import ACTUAL, GUIDE, axes, labelled, percent
from loyalty.plotting._time import a_year, in_units, length, spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from loyalty.fit import Fit
    from loyalty.posterior import Posterior
    from loyalty.purchase import PurchaseModel

_STEPS = 400
#: The density is drawn up to so many standard deviations above the mean: of an exponential distribution
#: that leaves out less than 1 %.
_REACH = 4.0
#: A gamma distribution with a smaller shape has less than 1 in 10 customers beyond the first step of the axis, a beta
#: distribution whose parameters add up to less has as few between the first step and the last.
_APART = 0.01
#: A density that runs to infinity at an end is cut at what it has so far into the axis.
_CUT = 0.02


class _Law(NamedTuple):
    """A gamma or beta distribution over the customers, by its two parameters."""

    density: str
    first: float
    second: float

    def mean(self) -> float:
        if self.density == "gamma":
            return self.first / self.second
        return self.first / (self.first + self.second)

    def spread(self) -> float:
        """The standard deviation."""
        if self.density == "gamma":
            return math.sqrt(self.first) / self.second
        mean = self.mean()
        return math.sqrt(mean * (1 - mean) / (self.first + self.second + 1))

    def reach(self) -> float:
        """Where the axis ends."""
        return 1.0 if self.density == "beta" else self.mean() + _REACH * self.spread()

    def points(self) -> NDArray[np.float64]:
        """Where it is drawn, in the middle of equal steps."""
        half = 0.5 * self.reach() / _STEPS
        return np.linspace(half, self.reach() - half, _STEPS)

    def at(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        ln = _densities.ln_gamma if self.density == "gamma" else _densities.ln_beta
        density: NDArray[np.float64] = np.exp(ln(x, self.first, self.second))
        return density

    def unseen(self) -> str | None:
        """What no curve shows, as the steps are too wide for it."""
        if self.spread() < self.reach() / _STEPS:
            return "all customers are about alike"
        if self.density == "gamma" and self.first < _APART:
            return "about all customers are at 0"
        if self.density == "beta" and self.first + self.second < _APART:
            return "about all customers are at one of the two ends"
        return None


def plot_transaction_rate_heterogeneity(
    model: PurchaseModel | Fit[PurchaseModel] | Posterior[PurchaseModel],
    *,
    level: float = 0.9,
    ax: Axes | None = None,
) -> Axes:
    """How often customers buy while they are alive: the density of their rates over the customers.

    ::

        λ ~ Gamma(r, rate α)        of regular buyers λ/k;   at opportunities p ~ Beta(α, β)

    Where about all customers are alike, or at 0, there is no curve to draw, and the title says so.

    Parameters
    ----------
    model : PurchaseModel, a Fit of one, or its Posterior
        Of a posterior the mean density is drawn, with a band.
    level : float
        Of the band, above 0 and below 1.
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
    >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> plotting.plot_transaction_rate_heterogeneity(model).get_title()
    'Purchase rates of the customers\\nmean 0.0551 per week'
    """
    found = _densities.models(model)
    unit = found[0].unit
    mean, law = _drawn_of(found, _rate)
    ax = axes(ax)
    more = _draw(ax, found, _rate, law, mean, level)
    if law.density == "beta":
        title = f"Probability to buy at an opportunity\nmean {mean:.1%}{more}"
        return labelled(ax, "probability to buy while alive", "density over the customers", title)
    title = f"Purchase rates of the customers\nmean {mean:.3g} per {spoken(unit)}{more}"
    label = f"purchases per {spoken(unit)} while alive"
    return labelled(ax, label, "density over the customers", title)


def plot_dropout_rate_heterogeneity(
    model: PurchaseModel | Fit[PurchaseModel] | Posterior[PurchaseModel],
    *,
    level: float = 0.9,
    ax: Axes | None = None,
) -> Axes:
    """How soon customers leave: the density of their probability, or rate, of dropping out.

    ::

        BG and MBG: p ~ Beta(a, b), after a purchase       BG/BB: θ ~ Beta(γ, δ), before an opportunity
        Pareto/NBD: μ ~ Gamma(s, rate β), per unit of time

    Where about all customers are alike, or at an end, there is no curve to draw, and the title says so.

    Parameters
    ----------
    model : PurchaseModel, a Fit of one, or its Posterior
        Of a posterior the mean density is drawn, with a band.
    level : float
        Of the band, above 0 and below 1.
    ax : matplotlib axes, optional
        By default new ones.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        For a model in which nobody leaves (the NBD), and a level outside its domain.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> plotting.plot_dropout_rate_heterogeneity(model).get_xlabel()
    'probability to leave after a purchase'
    """
    found = _densities.models(model)
    mean, law = _drawn_of(found, _dropout)
    ax, unit = axes(ax), spoken(found[0].unit)
    more = _draw(ax, found, _dropout, law, mean, level)
    what = {
        "bg-bb": "probability to leave before an opportunity",
        "pareto-nbd": f"rate of leaving, per {unit}",
    }.get(found[0].kind, "probability to leave after a purchase")
    said = f"{mean:.1%}" if law.density == "beta" else f"{mean:.3g} per {unit}"
    title = f"Dropout of the customers\nmean {said}{more}"
    return labelled(ax, what, "density over the customers", title)


def _rate(model: PurchaseModel) -> _Law:
    """How often customers buy."""
    parameters = model.parameters
    if model.kind == "bg-bb":
        return _Law("beta", parameters["alpha"], parameters["beta"])
    return _Law("gamma", parameters["r"], parameters["alpha"] * parameters.get("k", 1.0))


def _dropout(model: PurchaseModel) -> _Law:
    """How soon they leave."""
    parameters = model.parameters
    if model.kind == "bg-bb":
        return _Law("beta", parameters["gamma"], parameters["delta"])
    if model.kind == "pareto-nbd":
        return _Law("gamma", parameters["s"], parameters["beta"])
    if "a" not in parameters:
        raise InputError(f"nobody leaves in the {model.title} model: it has no dropout to draw")
    return _Law("beta", parameters["a"], parameters["b"])


def _drawn_of(found: list[PurchaseModel], law: object) -> tuple[float, _Law]:
    """The mean over the customers, and the law in the middle of those found."""
    laws = sorted((law(model) for model in found), key=_Law.mean)  # type: ignore[operator]
    return float(np.mean([each.mean() for each in laws])), laws[len(laws) // 2]


def _draw(
    ax: Axes, found: list[PurchaseModel], law: object, middle: _Law, mean: float, level: float
) -> str:
    """The density, where a curve shows it, and the mean; what the title must add."""
    _doubt.quantile(level)
    unseen = middle.unseen()
    if unseen is None:
        _curve(ax, found, law, middle.points(), level)
    else:
        ax.set_yticks([])
    ax.axvline(mean, color=GUIDE, linewidth=1, linestyle="--")
    ax.set_xlim(0.0, middle.reach())
    if middle.density == "beta":
        percent(ax.xaxis)
    return "" if unseen is None else f"\n{unseen}"


def _curve(
    ax: Axes, found: list[PurchaseModel], law: object, x: NDArray[np.float64], level: float
) -> None:
    """The density with its band, cut where it runs to infinity."""
    curve, band = _densities.curves(found, lambda model: law(model).at(x), level)  # type: ignore[operator]
    ax.plot(x, curve, color=ACTUAL)
    if band is not None:
        ax.fill_between(x, *band, color=ACTUAL, alpha=0.25, linewidth=0)
    inner = curve[int(_CUT * _STEPS) : -int(_CUT * _STEPS)]
    if curve.max() > 1.5 * inner.max():
        ax.set_ylim(0.0, 1.1 * inner.max())
    else:
        ax.set_ylim(bottom=0.0)


def plot_expected_repeat_purchases(
    model: PurchaseModel | Fit[PurchaseModel] | Posterior[PurchaseModel],
    *,
    until: float | None = None,
    level: float = 0.9,
    ax: Axes | None = None,
) -> Axes:
    """Repeat purchases expected of a new customer, by the time since their first purchase.

    Parameters
    ----------
    model : PurchaseModel, a Fit of one, or its Posterior
        Of a posterior the mean is drawn, with a band: of the expectation, around which a customer varies.
    until : float, optional
        How far, in the unit of the model; by default a year, or 100 units that the model does not know.
    level : float
        Of the band, above 0 and below 1.
    ax : matplotlib axes, optional
        By default new ones.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        Unless `until` is above 0; for a level outside its domain.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> axes = plotting.plot_expected_repeat_purchases(model, until=32)
    >>> round(float(axes.lines[0].get_ydata()[-1]), 4)
    1.0452
    """
    _doubt.quantile(level)
    found = _densities.models(model)
    unit = found[0].unit
    until = a_year(unit) if until is None else float(until)
    if not until > 0:
        raise InputError(f"until must be above 0, got {until}")
    steps = np.linspace(0.0, until, 101)
    if found[0].kind == "bg-bb":
        steps = np.arange(0.0, until + 1.0)
    curve, band = _densities.curves(
        found, lambda each: np.asarray(each.expected_purchases_new_customer(steps)), level
    )
    ax = axes(ax)
    ax.plot(steps, curve, color=ACTUAL)
    if band is not None:
        ax.fill_between(steps, *band, color=ACTUAL, alpha=0.25, linewidth=0)
    ax.set_xlim(0.0, until)
    ax.set_ylim(bottom=0.0)
    title = f"A new customer: {curve[-1]:.2f} repeat purchases\nexpected in {length(until, unit)}"
    label = in_units("time since the first purchase", unit)
    return labelled(ax, label, "expected repeat purchases", title)
