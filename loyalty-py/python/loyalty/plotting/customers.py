"""Who the customers are: segments, scores, cohorts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from loyalty import _check, _frames
from loyalty.errors import InputError
from loyalty.orders import Occasions, Orders
from loyalty.plotting import _time
from loyalty.plotting._axes import (
    ACTUAL,
    EXPECTED,
    axes,
    column,
    counted,
    in_currency,
    labelled,
    money,
    percent,
    thousands,
    written_in_cells,
)
from loyalty.rfm import Rfm

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from loyalty.orders import Moment

#: The most rows or columns of a matrix of which each cell has its number written into it.
_WRITTEN = 15
#: The most periods that a cohort matrix follows: an occasion of every day for a year.
_PERIODS = 400


def plot_segments(scores: Rfm, *, ax: Axes | None = None) -> Axes:
    """The segments by their shares of the customers and of the money, the largest on top.

    Parameters
    ----------
    scores : Rfm
        Of :func:`loyalty.rfm`, with segments.
    ax : matplotlib axes, optional
        By default new ones.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        Where the scores have no segments.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> customers = loyalty.datasets.cdnow_orders().summarize()
    >>> axes = plotting.plot_segments(loyalty.rfm(customers))
    >>> len(axes.patches) == 2 * len(axes.get_yticks())
    True
    """
    frame = _check.instance("scores", scores, Rfm).segments()
    of_customers, of_money = column(frame, "share_of_customers"), column(frame, "share_of_monetary")
    order = np.argsort(of_customers, kind="stable")
    place = np.arange(len(order))
    ax = axes(ax, size=(7.0, 4.8))
    both = (
        (of_customers, 0.2, ACTUAL, "of the customers"),
        (of_money, -0.2, EXPECTED, "of the money"),
    )
    for share, shift, color, label in both:
        bars = ax.barh(place + shift, share[order], 0.4, color=color, label=label)
        ax.bar_label(bars, [_said(value) for value in share[order]], padding=2, fontsize="small")
    ax.set_yticks(place, column(frame, "segment")[order])
    ax.margins(x=0.1)
    percent(ax.xaxis)
    title = f"Segments of {counted(column(frame, 'customers').sum(), 'customer')}"
    return labelled(ax, "share", "", title, legend=True)


def _said(share: float) -> str:
    """A share, with a decimal where it would be little or nothing without."""
    return f"{share:.0%}" if share == 0 or share >= 0.095 else f"{share:.1%}"


def plot_rfm_map(
    scores: Rfm,
    *,
    of: Literal["customers", "monetary"] = "customers",
    currency: str | None = None,
    ax: Axes | None = None,
    **imshow: Any,
) -> Axes:
    """Customers, or their mean money, by recency and frequency score: the best are at the top right.

    Parameters
    ----------
    scores : Rfm
        Of :func:`loyalty.rfm`.
    of : {"customers", "monetary"}
        How many customers there are, or the mean of their money.
    currency : str, optional
        For the label of money.
    ax : matplotlib axes, optional
        By default new ones.
    **imshow
        For :meth:`matplotlib.axes.Axes.imshow`.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        For an `of` that is neither.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> customers = loyalty.datasets.cdnow_orders().summarize()
    >>> axes = plotting.plot_rfm_map(loyalty.rfm(customers))
    >>> int(axes.images[0].get_array().sum()) == len(customers)
    True
    """
    frame = _check.instance("scores", scores, Rfm).to_frame()
    if of not in ("customers", "monetary"):
        raise InputError(f"of must be customers or monetary, got {of!r}")
    size = scores.bins
    place = column(frame, "frequency_score") - 1, column(frame, "recency_score") - 1
    cells = np.zeros((size, size))
    np.add.at(cells, place, 1.0)
    customers = int(cells.sum())
    what = "customers"
    if of == "monetary":
        total = np.zeros((size, size))
        np.add.at(total, place, column(frame, "monetary"))
        cells = np.divide(total, cells, out=np.full_like(total, np.nan), where=cells > 0)
        what = in_currency("mean money of a customer", currency)
    ax = axes(ax)
    options: dict[str, Any] = {"origin": "lower", "cmap": "Blues", "vmin": 0.0} | imshow
    image = ax.imshow(cells, **options)
    thousands(ax.figure.colorbar(image, ax=ax, label=what).ax.yaxis)
    if size <= _WRITTEN:
        said = "{:,.0f}".format if of == "customers" else money
        written_in_cells(ax, image, [[said(x) if x > 0 else "" for x in row] for row in cells])
    ax.set_xticks(np.arange(size), np.arange(1, size + 1))
    ax.set_yticks(np.arange(size), np.arange(1, size + 1))
    ax.grid(False)
    return labelled(
        ax,
        f"recency score ({size}: bought last)",
        f"frequency score ({size}: most often)",
        f"Scores of {counted(customers, 'customer')}",
    )


def plot_cohorts(
    orders: Orders | Occasions,
    *,
    period: Literal["week", "month", "quarter", "year"] = "month",
    observation_end: Moment | None = None,
    ax: Axes | None = None,
    **imshow: Any,
) -> Axes:
    """How many customers of each cohort, those of one first period of the calendar, purchase again in every
    later one.

    Period 0, in which all of them purchase, is left out. A period that the log does not fill is drawn with
    what it has.

    Parameters
    ----------
    orders : Orders or Occasions
        Occasions must be in the period's unit: ``orders.occasions(unit="calendar_month")``.
    period : {"week", "month", "quarter", "year"}
        Of the calendar.
    observation_end : date or time, optional
        By default the last order; the whole period that holds it counts.
    ax : matplotlib axes, optional
        By default new ones.
    **imshow
        For :meth:`matplotlib.axes.Axes.imshow`.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        Where the log fills one period alone, or more than 400, and occasions are in another unit.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty import plotting
    >>> axes = plotting.plot_cohorts(loyalty.datasets.cdnow_orders())
    >>> [text.get_text() for text in axes.get_yticklabels()]
    ['1997-01 (781)', '1997-02 (857)', '1997-03 (719)']
    """
    unit = f"calendar_{period}"
    if period not in ("week", "month", "quarter", "year"):
        raise InputError(f"period must be week, month, quarter or year, got {period!r}")
    first, sizes, active = cohort_counts(orders, unit, observation_end)
    cohorts = np.flatnonzero(sizes)
    periods = active.shape[1]
    with np.errstate(invalid="ignore"):
        share = (active / sizes[:, None])[cohorts, 1:]
    # A cohort is followed for as long as it has existed.
    share[cohorts[:, None] + np.arange(1, periods)[None, :] >= periods] = np.nan
    wide, high = share.shape[1], len(cohorts)
    ax = axes(
        ax, size=(max(6.4, min(0.55 * wide + 3.0, 14.0)), max(3.2, min(0.34 * high + 1.6, 10.0)))
    )
    options: dict[str, Any] = {"aspect": "auto", "cmap": "Blues", "vmin": 0.0} | imshow
    image = ax.imshow(share, **options)
    percent(ax.figure.colorbar(image, ax=ax, label="share who purchased").ax.yaxis)
    if wide <= 2 * _WRITTEN and high <= 2 * _WRITTEN:
        texts = [["" if np.isnan(x) else f"{x:.0%}" for x in row] for row in share]
        written_in_cells(ax, image, texts, size="x-small")
    names = [_period_name(moment, period) for moment in _time.after(first, cohorts, unit)]
    labels = [f"{name} ({sizes[c]:,})" for name, c in zip(names, cohorts, strict=True)]
    step = max(1, -(-high // 30))
    ax.set_yticks(np.arange(high)[::step], labels[::step])
    step = max(1, -(-wide // 18))
    ax.set_xticks(np.arange(wide)[::step], np.arange(1, periods)[::step])
    ax.grid(False)
    title = f"Who purchases again: {counted(int(sizes.sum()), 'customer')} by their first {period}"
    return labelled(ax, f"{period}s after the first", f"first {period} (customers)", title)


def _period_name(moment: np.datetime64, period: str) -> str:
    day = moment.astype("datetime64[D]")
    if period == "year":
        return str(day.astype("datetime64[Y]"))
    if period == "week":
        return str(day)
    month = day.astype("datetime64[M]")
    if period == "month":
        return str(month)
    return f"{str(month)[:4]} Q{(int(str(month)[5:]) - 1) // 3 + 1}"


def cohort_counts(
    orders: Orders | Occasions, unit: str, observation_end: Moment | None
) -> tuple[np.datetime64, NDArray[np.int64], NDArray[np.int64]]:
    """The first period, the customers who began in each, and how many of them purchased how many later.

    Who looks at the log as of the end of a period sees who purchased in it: those whose last purchase
    (t_x) is as old as they are observed (T).
    """
    occasions = orders.occasions(unit=unit) if isinstance(orders, Orders) else orders  # type: ignore[arg-type]
    clock = _check.instance("orders", occasions, Occasions)._clock
    if clock.unit != unit:
        raise InputError(
            f"occasions must be in {unit}s to be cohorts, got {clock.unit}s: make them of Orders"
        )
    last = clock.last if observation_end is None else _time.microseconds(observation_end)
    ends = np.array([clock.first, last]).astype("datetime64[us]")
    first, end = _time.period_of(ends, unit)
    periods = int(_time.since(first, np.array([end]), unit)[0]) + 1
    if not 2 <= periods <= _PERIODS:
        raise InputError(f"cohorts need 2 to {_PERIODS} periods, the log has {periods}")
    active = np.zeros((periods, periods), dtype=np.int64)
    for now, moment in enumerate(_time.after(first, np.arange(periods), unit)):
        native = occasions._core.summarize(int(moment.astype(np.int64)), False)
        T, recency = (
            _frames.array(column).astype(np.int64) for column in (native.t(), native.recency())
        )
        purchased = T[recency == T]
        np.add.at(active, (now - purchased, purchased), 1)
    return first, active[:, 0].copy(), active
