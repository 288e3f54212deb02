"""All scores of a log in one call."""

from __future__ import annotations

from typing import Any

from loyalty import _check, _frames, _html, _native, value
from loyalty._frozen import Frozen
from loyalty.bg_nbd import BgNbd
from loyalty.correlation import (
    NOTABLE,
    FrequencyValueCorrelation,
    frequency_value_correlation,
    told,
)
from loyalty.errors import FitError, InputError
from loyalty.fit import Fit
from loyalty.gamma_gamma import GammaGamma, infinite_mean
from loyalty.orders import Moment, Orders, Unit
from loyalty.rfm import Rfm, rfm
from loyalty.summary import CustomerSummary

__all__ = ["Scores", "score"]


class Scores(Frozen):
    """What a log says of its customers. Made by :func:`score`."""

    __slots__ = ("_columns", "correlation", "customers", "notes", "purchases", "rfm", "spend")

    #: The summary that was scored.
    customers: CustomerSummary
    #: The fit of the BG/NBD, None where it was given or could not be made.
    purchases: Fit[BgNbd] | None
    #: The fit of the Gamma-Gamma, None where it was given or could not be made.
    spend: Fit[GammaGamma] | None
    #: RFM scores and segments, None without amounts.
    rfm: Rfm | None
    #: Of frequency and value, which the lifetime value takes to be independent; None without one.
    correlation: FrequencyValueCorrelation | None
    #: What was not computed, and what would enable it.
    notes: tuple[str, ...]
    _columns: tuple[_native.Column, ...]

    def to_frame(self) -> Any:
        """One row per customer, in the caller's kind of frame."""
        return _frames.table(self._columns, self.customers._frame)

    def __len__(self) -> int:
        return len(self.customers)

    def __repr__(self) -> str:
        names = ", ".join(column.name for column in self._columns)
        return f"<Scores of {len(self)} customers: {names}>"

    def _repr_html_(self) -> str:
        rows = [("columns", ", ".join(column.name for column in self._columns))]
        rows += [("note", note) for note in self.notes]
        fitted = (self.purchases, self.spend, self.correlation, self.rfm)
        parts = [part for part in fitted if part is not None]
        head = _html.table(f"Scores of {len(self):,} customers", rows)
        return head + "".join(part._repr_html_() for part in parts)

    def __reduce__(self) -> Any:
        raise TypeError("Scores cannot be pickled; pickle their frame and customers instead")


def score(
    data: Orders | CustomerSummary,
    *,
    unit: Unit = "week",
    observation_end: Moment | None = None,
    horizon: float | None = None,
    annual_discount_rate: float = 0.1,
    margin: Any = 1.0,
    purchases: BgNbd | None = None,
    spend: GammaGamma | None = None,
    threads: int = 0,
) -> Scores:
    """Summary, RFM and segment, P(alive), expected purchases, expected spend and lifetime value of
    every customer: all that the columns at hand allow.

    Parameters
    ----------
    data : Orders or CustomerSummary
    unit, observation_end
        As for :meth:`Orders.summarize`; a summary brings its own.
    horizon : float, optional
        How far expected purchases and lifetime value reach, in the unit; by default a year.
    annual_discount_rate : float
        For the lifetime value.
    margin : float or array
        Contribution margin, for the lifetime value.
    purchases, spend : optional
        Models to score with; by default they are fitted to the data.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    Scores
        With ``notes`` on what was not computed and what would enable it.

    Raises
    ------
    InputError
        As :meth:`Orders.summarize` and :func:`clv`, and for a summary without a unit.

    Examples
    --------
    >>> import loyalty
    >>> scores = loyalty.score(loyalty.datasets.cdnow_orders(), observation_end="1997-09-30")
    >>> scores.notes
    ()
    >>> scores.to_frame().shape
    (2357, 14)
    """
    if isinstance(data, Orders):
        data = data.summarize(unit=unit, observation_end=observation_end)
    _check.instance("data", data, CustomerSummary)
    if purchases is not None:
        _check.instance("purchases", purchases, BgNbd)
    if spend is not None:
        _check.instance("spend", spend, GammaGamma)
    threads = _check.whole("threads", threads)
    if data.unit is None:
        raise InputError("the customer summary has no unit: state it when you make the summary")
    if horizon is None:
        horizon = _native.units_per_year(data.unit)
    discounting = _native.Discounting.annual(horizon, annual_discount_rate, data.unit)
    native, notes = data._core, list[str]()
    columns = [native.customer(data._customer), native.frequency(), native.recency(), native.t()]
    columns += [native.monetary_value(), native.total_amount()]
    scored = _rfm(data, notes)
    columns += [] if scored is None else scored._columns[-4:]
    purchase_fit, purchases = _purchases(purchases, data, threads, notes)
    if purchases is not None:
        columns.append(purchases._core.p_alive(native, threads))
        columns.append(purchases._core.expected_purchases(native, horizon, threads))
    spend_fit, spend = _spend(spend, data, threads, notes)
    if spend is not None:
        columns.append(spend._core.expected_spend(native, threads))
    correlation = None
    if purchases is not None and spend is not None:
        correlation = frequency_value_correlation(data)
        if correlation is not None and correlation.exceeds(NOTABLE):
            notes.append(told(correlation.pearson))
        columns.append(value.column(data, purchases, spend, discounting, margin, threads))
    result = Scores.__new__(Scores)
    result._set(
        customers=data,
        purchases=purchase_fit,
        spend=spend_fit,
        rfm=scored,
        correlation=correlation,
        notes=tuple(notes),
        _columns=tuple(column for column in columns if column is not None),
    )
    return result


def _rfm(customers: CustomerSummary, notes: list[str]) -> Rfm | None:
    if customers._core.total_amount() is None:
        notes.append("no RFM scores and no segments: they need amounts")
        return None
    return rfm(customers)


def _purchases(
    model: BgNbd | None, customers: CustomerSummary, threads: int, notes: list[str]
) -> tuple[Fit[BgNbd] | None, BgNbd | None]:
    """The fit, where one was made, and the model to score with."""
    if model is not None:
        return None, model
    try:
        fit = BgNbd.fit(customers, threads=threads)
    except FitError as error:
        notes.append(f"no P(alive), expected purchases and lifetime value: {error}")
        return None, None
    if fit.stop != "converged":
        notes.append(f"BG/NBD: {fit.stop_message}")
    return fit, fit.model


def _spend(
    model: GammaGamma | None, customers: CustomerSummary, threads: int, notes: list[str]
) -> tuple[Fit[GammaGamma] | None, GammaGamma | None]:
    """The fit, where one was made, and the model to score with."""
    if customers._core.monetary_value() is None:
        notes.append("no expected spend and lifetime value: they need amounts")
        return None, None
    fit = None
    try:
        if model is None:
            fit = GammaGamma.fit(customers, threads=threads)
            model = fit.model
        # A mean that the model says is infinite shows here, before anything rests on it.
        model._core.expected_spend(customers._core, threads)
    except FitError as error:
        notes.append(f"no expected spend and lifetime value: {error}")
        return fit, None
    if fit is not None and fit.stop != "converged":
        notes.append(f"Gamma-Gamma: {fit.stop_message}")
    if not model.has_finite_mean:
        notes.append(infinite_mean(model.q))
    return fit, model
