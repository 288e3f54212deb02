"""What a purchase model says of histories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty.errors import InputError
from loyalty.plotting._axes import ACTUAL, axes, in_units, labelled
from loyalty.purchase import PurchaseModel
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from loyalty.fit import Fit

#: Steps of recency in a matrix, and of time in a path.
_STEPS = 200


def plot_frequency_recency_matrix(
    model: PurchaseModel | Fit[PurchaseModel],
    *,
    horizon: float = 1.0,
    T: float = 100.0,
    max_frequency: int = 30,
    ax: Axes | None = None,
    **imshow: Any,
) -> Axes:
    """Expected purchases within a horizon, by frequency and recency of customers of one age.

    Parameters
    ----------
    model : PurchaseModel or a Fit of one
    horizon : float
        In the unit of the model.
    T : float
        Age of the customers, and the largest recency.
    max_frequency : int
        The largest frequency.
    ax : matplotlib axes, optional
        By default new ones.
    **imshow
        For :meth:`matplotlib.axes.Axes.imshow`.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> plotting.plot_frequency_recency_matrix(model, horizon=13, T=39).get_ylabel()
    'recency, in weeks'
    """
    model = PurchaseModel._given("model", model)
    histories = _histories(T, max_frequency)
    values = np.asarray(model.expected_purchases(histories, horizon))
    title = in_units(f"Expected purchases within {horizon:g}", model.unit).replace(", in", "")
    return _matrix(values, T, max_frequency, model, title, ax, imshow)


def plot_probability_alive_matrix(
    model: PurchaseModel | Fit[PurchaseModel],
    *,
    T: float = 100.0,
    max_frequency: int = 30,
    ax: Axes | None = None,
    **imshow: Any,
) -> Axes:
    """P(alive) by frequency and recency of customers of one age.

    Parameters
    ----------
    model : PurchaseModel or a Fit of one
    T : float
        Age of the customers, and the largest recency.
    max_frequency : int
        The largest frequency.
    ax : matplotlib axes, optional
        By default new ones.
    **imshow
        For :meth:`matplotlib.axes.Axes.imshow`.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> axes = plotting.plot_probability_alive_matrix(model, T=39, max_frequency=10)
    >>> axes.images[0].get_array().shape
    (200, 10)
    """
    model = PurchaseModel._given("model", model)
    values = np.asarray(model.p_alive(_histories(T, max_frequency)))
    return _matrix(values, T, max_frequency, model, "P(alive)", ax, imshow)


def plot_alive_history(
    model: PurchaseModel | Fit[PurchaseModel],
    purchases: Sequence[float],
    T: float,
    *,
    ax: Axes | None = None,
) -> Axes:
    """P(alive) of one customer from their first purchase on: it falls while they stay away, and is
    back with every purchase.

    Parameters
    ----------
    model : PurchaseModel or a Fit of one
    purchases : sequence of float
        The times of their repeat purchases since the first, in the unit of the model: above 0, rising.
    T : float
        How long they have been observed.
    ax : matplotlib axes, optional
        By default new ones.

    Raises
    ------
    InputError
        Unless the times rise, from above 0 to at most `T`.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> axes = plotting.plot_alive_history(model, [3.0, 11.5, 12.0], T=39.0)
    >>> round(float(axes.lines[0].get_ydata()[-1]), 6)
    0.192341
    """
    model = PurchaseModel._given("model", model)
    times = np.asarray(purchases, dtype=float)
    if times.ndim != 1 or not (np.diff(times, prepend=0.0) > 0).all() or (times > T).any():
        raise InputError(
            f"purchases must rise from above 0 to at most T = {T:g}, got {purchases!r}"
        )
    # Just before each purchase, at it, and in between.
    at = np.union1d(np.linspace(0.0, T, _STEPS), np.r_[times, np.nextafter(times, 0.0)])
    frequency = np.searchsorted(times, at, side="right")
    recency = np.r_[0.0, times][frequency]
    path = model.p_alive(
        CustomerSummary(frequency=frequency, recency=recency, T=at, unit=model.unit)
    )
    ax = axes(ax)
    ax.plot(at, np.asarray(path), color=ACTUAL)
    ax.vlines(times, 0.0, 1.0, color="0.6", linewidth=1, linestyle="--", zorder=0)
    ax.set_ylim(0.0, 1.05)
    return labelled(
        ax, in_units("time since the first purchase", model.unit), "P(alive)", "P(alive)"
    )


def _histories(T: float, max_frequency: int) -> CustomerSummary:
    recency, frequency = np.meshgrid(
        (np.arange(_STEPS) + 0.5) * (T / _STEPS), np.arange(1, max_frequency + 1), indexing="ij"
    )
    flat = frequency.ravel(), recency.ravel()
    return CustomerSummary(frequency=flat[0], recency=flat[1], T=np.full(flat[0].size, T))


def _matrix(
    values: Any,
    T: float,
    max_frequency: int,
    model: PurchaseModel,
    title: str,
    ax: Axes | None,
    imshow: dict[str, Any],
) -> Axes:
    ax = axes(ax)
    options = {
        "origin": "lower",
        "aspect": "auto",
        "extent": (0.5, max_frequency + 0.5, 0.0, T),
        **imshow,
    }
    image = ax.imshow(values.reshape(_STEPS, max_frequency), **options)
    ax.figure.colorbar(image, ax=ax)
    return labelled(ax, "frequency", in_units("recency", model.unit), title)
