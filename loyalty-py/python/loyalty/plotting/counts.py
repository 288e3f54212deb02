"""Purchases counted: by customer, and as time goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty.errors import FitError
from loyalty.goodness import RepeatCounts, Tracking, repeat_counts, tracking
from loyalty.plotting import _doubt, _time
from loyalty.plotting._axes import (
    ACTUAL,
    EXPECTED,
    GUIDE,
    axes,
    column,
    counted,
    dated,
    edge,
    labelled,
    thousands,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from loyalty.fit import Fit
    from loyalty.orders import Moment, Occasions, Orders
    from loyalty.posterior import Posterior
    from loyalty.purchase import PurchaseModel
    from loyalty.summary import CustomerSummary

_WIDTH = 0.4
#: Draws behind a band: the share that one at 95 % holds then has a standard deviation of a percentage point.
DRAWS = 400


def plot_period_transactions(
    model: PurchaseModel | Fit[PurchaseModel] | RepeatCounts,
    customers: CustomerSummary | None = None,
    *,
    most: int = 7,
    level: float = 0.95,
    ax: Axes | None = None,
) -> Axes:
    """Customers by their number of repeat purchases: how many there are, how many the model expects.

    The bars on what is expected are how far chance alone would move the counts, z √(E (1 − E/n)).

    Parameters
    ----------
    model : PurchaseModel, a Fit of one, or RepeatCounts
        The latter as :func:`loyalty.repeat_counts` made them.
    customers : CustomerSummary, optional
        Goes with a model.
    most : int
        The last number of purchases, which stands for that many or more.
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
        As :func:`loyalty.repeat_counts`, and for a level outside its domain.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week", observation_end="1997-09-30")
    >>> axes = plotting.plot_period_transactions(loyalty.BgNbd.fit(customers), customers)
    >>> [text.get_text() for text in axes.get_xticklabels()][-1]
    '7+'
    """
    if isinstance(model, RepeatCounts):
        if customers is not None:
            raise TypeError("customers go with a model; the counts have theirs")
        counts = model
    elif customers is None:
        raise TypeError(
            "expected a model and its customers, or the counts of loyalty.repeat_counts"
        )
    else:
        counts = repeat_counts(model, customers, cells=most + 1)
    frame = counts.to_frame()
    frequency, actual = column(frame, "frequency"), column(frame, "actual")
    expected = column(frame, "expected")
    reach = _doubt.of_counts(expected, actual.sum(), level)
    ax, place = axes(ax), np.arange(len(frequency))
    ax.bar(place - _WIDTH / 2, actual, _WIDTH, color=ACTUAL, label="actual")
    ax.bar(place + _WIDTH / 2, expected, _WIDTH, color=EXPECTED, label="expected")
    low, high = np.maximum(expected - reach, 0.0), expected + reach
    _doubt.bars(ax, place + _WIDTH / 2, expected, low, high, edge(ax), on_bars=True)
    ax.set_xticks(place, [*(f"{x:.0f}" for x in frequency[:-1]), f"{frequency[-1]:.0f}+"])
    thousands(ax.yaxis)
    title = f"Repeat purchases of {counted(actual.sum(), 'customer')}"
    if counts.chi_square is not None:
        test = counts.chi_square
        title += (
            f"\nχ² = {test.statistic:.1f}, {test.degrees} degrees of freedom, p {_p(test.p_value)}"
        )
    return labelled(ax, "repeat purchases of a customer", "customers", title, legend=True)


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def plot_tracking(
    model: PurchaseModel | Fit[PurchaseModel] | Posterior[PurchaseModel] | Tracking,
    orders: Orders | Occasions | None = None,
    *,
    cumulative: bool = True,
    period: float = 1.0,
    calibration_end: Moment | float | None = None,
    observation_end: Moment | None = None,
    level: float | None = 0.95,
    draws: int = DRAWS,
    ax: Axes | None = None,
) -> Axes:
    """Repeat purchases period by period: what there were, what the model expects, and in a band what it holds
    possible.

    Periods stand at their last day where it is known, else at their number. The band is the prediction of
    :func:`loyalty.tracking`: of the parameters' doubt and of chance, but not of seasons and whatever else moves a
    whole shop. Beside it lie more periods than its level says (docs/intervals.md), and what lies far off is no chance.

    Parameters
    ----------
    model : PurchaseModel, Fit or Posterior of one, or Tracking
        The latter as :func:`loyalty.tracking` made it.
    orders : Orders or Occasions, optional
        Goes with a model.
    cumulative : bool
        Up to the end of each period, or in each.
    period : float
        With a model: the length of a period, in its unit.
    calibration_end : date or time, optional
        The last day of the calibration, where a line is drawn; with a model, customers born later are not
        followed. Of a :class:`Tracking` it is by default that which it was made with. A number counts
        units from the first purchase.
    observation_end : date or time, optional
        With a model: by default the last order.
    level : float, optional
        With a model: the share of cases that the band is to hold; None draws none. A tracking brings its own. A fit
        that ended at a boundary knows no errors: the title says that there is no band, and a posterior has one.
    draws : int
        Behind the band; draws times customers take time: 400 of 100,000 customers some seconds.
    ax : matplotlib axes, optional
        By default new ones.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        As :func:`loyalty.tracking`, and where a date is given and those of the periods are not known.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> orders = loyalty.datasets.cdnow_orders()
    >>> axes = plotting.plot_tracking(model, orders, calibration_end="1997-09-30")
    >>> actual, expected, end = axes.lines
    >>> str(actual.get_xdata()[38].astype("datetime64[D]")), int(actual.get_ydata()[38])
    ('1997-09-30', 2457)
    """
    unknown = False
    if isinstance(model, Tracking):
        if orders is not None:
            raise TypeError("orders go with a model; a tracking has been made of its own")
        track = model
    elif orders is None:
        raise TypeError("expected a model and its orders, or what loyalty.tracking made of them")
    else:
        track = _tracked(model, orders, period, calibration_end, observation_end, level, draws)
        unknown = level is not None and track.level is None
    ax, frame = axes(ax), track.to_frame()
    prefix = "cumulative_" if cumulative else ""
    x = _places(track, column(frame, "end"))
    ax.plot(x, column(frame, f"{prefix}actual"), color=ACTUAL, label="actual")
    expected = column(frame, f"{prefix}expected")
    ax.plot(x, expected, color=EXPECTED, linestyle="--", label="expected")
    if track.level is not None:
        low, high = (column(frame, f"{prefix}{end}") for end in ("lower", "upper"))
        label = f"{track.level:.0%} band of the model"
        ax.fill_between(x, low, high, color=EXPECTED, alpha=0.25, linewidth=0, label=label)
    if (line := _line_at(track, calibration_end)) is not None:
        ax.axvline(line, color=GUIDE, linewidth=1, label="end of the calibration")
    ax.set_ylim(bottom=0)
    thousands(ax.yaxis)
    unit, step = _time.spoken(track.unit), float(column(frame, "end")[0])
    each = unit if step == 1 else _time.length(step, track.unit)
    dated(ax)
    label = f"last day of the {unit}" if step == 1 else f"last day of the {each}"
    title = (
        "Repeat purchases up to each date" if cumulative else f"Repeat purchases in every {each}"
    )
    title += f"\n{counted(track.customers, 'customer')} followed"
    if unknown:
        title += "; no band, as the fit did not converge"
    y = "repeat purchases so far" if cumulative else f"repeat purchases per {each}"
    return labelled(ax, label, y, title, legend=True)


def plot_cumulative_transactions(
    model: PurchaseModel | Fit[PurchaseModel] | Posterior[PurchaseModel] | Tracking,
    orders: Orders | Occasions | None = None,
    *,
    period: float = 1.0,
    calibration_end: Moment | float | None = None,
    observation_end: Moment | None = None,
    level: float | None = 0.95,
    draws: int = DRAWS,
    ax: Axes | None = None,
) -> Axes:
    """Repeat purchases up to each date, actual and expected: :func:`plot_tracking` by the name that users
    of lifetimes know.

    Parameters
    ----------
    model, orders, period, calibration_end, observation_end, level, draws, ax
        As for :func:`plot_tracking`.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        As :func:`plot_tracking`.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> axes = plotting.plot_cumulative_transactions(model, loyalty.datasets.cdnow_orders())
    >>> axes.get_ylabel()
    'repeat purchases so far'
    """
    return plot_tracking(
        model,
        orders,
        cumulative=True,
        period=period,
        calibration_end=calibration_end,
        observation_end=observation_end,
        level=level,
        draws=draws,
        ax=ax,
    )


def plot_incremental_transactions(
    model: PurchaseModel | Fit[PurchaseModel] | Posterior[PurchaseModel] | Tracking,
    orders: Orders | Occasions | None = None,
    *,
    period: float = 1.0,
    calibration_end: Moment | float | None = None,
    observation_end: Moment | None = None,
    level: float | None = 0.95,
    draws: int = DRAWS,
    ax: Axes | None = None,
) -> Axes:
    """Repeat purchases of every period, actual and expected: :func:`plot_tracking` by the name that users
    of lifetimes know.

    Parameters
    ----------
    model, orders, period, calibration_end, observation_end, level, draws, ax
        As for :func:`plot_tracking`.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        As :func:`plot_tracking`.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> axes = plotting.plot_incremental_transactions(model, loyalty.datasets.cdnow_orders())
    >>> axes.get_ylabel()
    'repeat purchases per week'
    """
    return plot_tracking(
        model,
        orders,
        cumulative=False,
        period=period,
        calibration_end=calibration_end,
        observation_end=observation_end,
        level=level,
        draws=draws,
        ax=ax,
    )


def _tracked(
    model: PurchaseModel | Fit[PurchaseModel] | Posterior[PurchaseModel],
    orders: Orders | Occasions,
    period: float,
    calibration_end: Moment | float | None,
    observation_end: Moment | None,
    level: float | None,
    draws: int,
) -> Tracking:
    """A tracking to draw, without intervals where a fit knows no errors; a number of units is only drawn, as
    customers are born on dates."""
    how: dict[str, Any] = {
        "period": period,
        "calibration_end": None if isinstance(calibration_end, int | float) else calibration_end,
        "observation_end": observation_end,
    }
    if level is None:
        return tracking(model, orders, **how)
    try:
        return tracking(model, orders, level=level, draws=draws, **how)
    except FitError:
        return tracking(model, orders, **how)


def _places(track: Tracking, ends: Any) -> Any:
    """Where the periods stand on the axis: at their last days."""
    start = _time.period_of(track.start, track.unit)
    return _time.last_day(start, ends, track.unit)


def _line_at(track: Tracking, given: Moment | float | None) -> Any:
    """Where the line of the end of the calibration stands."""
    if isinstance(given, int | float):
        return _places(track, np.array([float(given)]))[0]
    end = track.calibration_end
    if given is not None:
        end = np.datetime64(_time.microseconds(given), "us")
    if end is None:
        return None
    # A date means the whole occasion that holds it.
    return _time.last_day(
        _time.period_of(end, track.unit), _time.one_occasion(track.unit), track.unit
    )
