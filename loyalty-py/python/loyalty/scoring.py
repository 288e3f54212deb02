"""All scores of a log in one call."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

from loyalty import _check, _frames, _html, _native, shop_scores, value
from loyalty._frozen import Frozen
from loyalty.bg_nbd import BgNbd
from loyalty.correlation import (
    NOTABLE,
    FrequencyValueCorrelation,
    frequency_value_correlation,
    told,
)
from loyalty.errors import FitError, InputError
from loyalty.fit import Fit, Kind, native_options
from loyalty.gamma_gamma import GammaGamma
from loyalty.orders import Moment, Orders, Unit
from loyalty.purchase import PurchaseModel
from loyalty.report import Invalid
from loyalty.rfm import Rfm, rfm
from loyalty.spend import SpendModel
from loyalty.summary import CustomerSummary
from loyalty.treatments import Treatments

__all__ = ["Scores", "score"]


class Scores(Frozen):
    """What a log says of its customers. Made by :func:`score`."""

    __slots__ = (
        "_columns",
        "correlation",
        "customers",
        "notes",
        "purchases",
        "rfm",
        "shadow_prices",
        "spend",
    )

    #: The summary that was scored.
    customers: CustomerSummary
    #: The fit of the purchase model; None where a model was given, or it could not be fitted.
    purchases: Fit[PurchaseModel] | None
    #: The fit of the spend model; None where a model was given, or it could not be fitted.
    spend: Fit[SpendModel] | None
    #: RFM scores and segments, None without amounts.
    rfm: Rfm | None
    #: Of frequency and value, which the lifetime value takes to be independent; None without one.
    correlation: FrequencyValueCorrelation | None
    #: What one more unit of each capacity would gain.
    shadow_prices: dict[str, float]
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
    data: Any,
    *,
    columns: Mapping[str, str] | None = None,
    contacts: Any = None,
    unit: Unit = "week",
    observation_end: Moment | None = None,
    horizon: float | None = None,
    annual_discount_rate: float = 0.1,
    margin: Any = 1.0,
    economics: Mapping[str, float] | None = None,
    treatments: Treatments | None = None,
    capacities: Mapping[str, float] | None = None,
    purchases: PurchaseModel | Fit[PurchaseModel] | type[PurchaseModel] = BgNbd,
    spend: SpendModel | Fit[SpendModel] | type[SpendModel] = GammaGamma,
    invalid: Invalid = "raise",
    time_zone: str | None = None,
    threads: int = 0,
) -> Scores:
    """Summary, RFM and segment, P(alive), expected purchases, expected spend and lifetime value of
    every customer; of a table of order lines also profit, returns, costly behaviours and the
    treatment to choose: all that the columns at hand allow.

    Parameters
    ----------
    data : Orders, CustomerSummary, data frame or mapping of columns
        Of a frame or mapping the columns that are called like a role: ``customer``, ``time``,
        ``amount``, ``order``, ``product``, ``category``, ``list_amount``, ``discount`` (that the firm
        pays for), ``maker_discount``, ``coupon``, ``offered_depth``, ``cost``, ``returned_amount``,
        ``return_time``.
    columns : mapping, optional
        For a role the name of its column, where that is another.
    contacts : data frame or mapping of columns, optional
        Service contacts: ``customer``, ``time``, ``cost`` and ``firm_caused``.
    unit, observation_end
        As for :meth:`Orders.summarize`; a summary brings its own.
    horizon : float, optional
        How far expected purchases and lifetime value reach, in the unit; by default a year.
    annual_discount_rate : float
        For the lifetime value.
    margin : float or array
        Contribution margin, for the lifetime value; where it is one number below 1, for treatments and,
        without costs of goods, for profit too.
    economics : mapping, optional
        ``handling`` (cost of a returned line), ``markdown`` (what returned goods lose, as a share),
        ``category_cost`` (of serving a customer in one category more, a year), ``materiality`` (what a
        behaviour must cost a year to be labelled), ``false_discovery_rate`` (0.1).
    treatments : Treatments, optional
        By default :meth:`Treatments.customary` for a table or where there are capacities, else none.
    capacities : mapping, optional
        How much there is of what, as for :func:`select`.
    purchases, spend : model, Fit or class of a model
        What to score with. A class, such as :class:`BgNbd`, is fitted to the data.
    invalid, time_zone
        As for :class:`Orders`, where `data` is a table.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    Scores
        With ``notes`` on what was not computed and what would enable it.

    Raises
    ------
    InputError
        As :meth:`Orders.summarize`, :func:`clv` and :func:`select`, and for a summary without a unit.

    Examples
    --------
    >>> import loyalty
    >>> scores = loyalty.score(loyalty.datasets.cdnow_orders(), observation_end="1997-09-30")
    >>> scores.notes
    ()
    >>> scores.to_frame().shape
    (2357, 14)
    >>> shop = loyalty.simulate(2000, seed=1, backend="polars")
    >>> scores = loyalty.score(shop.lines, contacts=shop.contacts, capacities={"calls": 10})
    >>> frame = scores.to_frame()
    >>> frame["treatment"].eq("personal_call").sum()
    10
    """
    log, orders = None, None
    if isinstance(data, Orders):
        data = data.summarize(unit=unit, observation_end=observation_end)
    elif not isinstance(data, CustomerSummary):
        log = shop_scores.log(data, columns, invalid, time_zone)
        orders = log.orders()
        data = orders.summarize(unit=unit, observation_end=observation_end)
    if log is None and (columns is not None or contacts is not None):
        raise InputError(
            "columns and contacts go with a table of order lines, not with its summary"
        )
    if not isinstance(purchases, type):
        PurchaseModel._given("purchases", purchases)
    if not isinstance(spend, type):
        SpendModel._given("spend", spend)
    threads = _check.whole("threads", threads)
    if data.unit is None:
        raise InputError("the customer summary has no unit: state it when you make the summary")
    if horizon is None:
        horizon = _native.units_per_year(data.unit)
    discounting = _native.Discounting.annual(horizon, annual_discount_rate, data.unit)
    native, notes = data._core, list[str]()
    if orders is not None and orders.report.kept < orders.report.rows:
        notes.append(f"rows left out: {orders.report}")
    if log is not None and data.left_out["occasions"]:
        notes.append(f"after the observation end: {data.left_out['occasions']} occasions")
    found = [native.customer(data._customer), native.frequency(), native.recency(), native.t()]
    found += [native.monetary_value(), native.total_amount()]
    scored = _rfm(data, notes)
    found += [] if scored is None else scored._columns[-4:]
    purchase_fit, when = _purchases(purchases, data, threads, notes)
    if when is not None:
        found.append(when._core.p_alive(native, threads))
        found.append(when._core.expected_purchases(native, horizon, threads))
    spend_fit, amounts = _spend(spend, data, threads, notes)
    if amounts is not None:
        found.append(amounts._core.expected_spend(native, threads))
    correlation = None
    if when is not None and amounts is not None:
        correlation = frequency_value_correlation(data)
        if correlation is not None and correlation.exceeds(NOTABLE):
            notes.append(told(correlation.pearson))
        found.append(value.column(data, when, amounts, discounting, margin, threads))
    known = [column for column in found if column is not None]
    share = float(margin) if isinstance(margin, Real) and float(margin) < 1.0 else None
    if log is not None:
        given = dict(economics or {})
        if share is not None and "cost" not in log.roles:
            given["margin"] = share
        more, shop_margin, missing = shop_scores.columns(
            log, data, contacts, given, observation_end, threads
        )
        known += more
        notes += missing
        share = shop_margin if share is None else share
    prices: dict[str, float] = {}
    if log is not None or treatments is not None or capacities is not None:
        table = Treatments.customary() if treatments is None else treatments
        _check.instance("treatments", table, Treatments)
        more, prices, missing = table._columns(known, share, capacities, threads)
        known += more
        notes += missing
    result = Scores.__new__(Scores)
    result._set(
        customers=data,
        purchases=purchase_fit,
        spend=spend_fit,
        rfm=scored,
        correlation=correlation,
        shadow_prices=prices,
        notes=tuple(notes),
        _columns=tuple(known),
    )
    return result


def _rfm(customers: CustomerSummary, notes: list[str]) -> Rfm | None:
    if customers._core.total_amount() is None:
        notes.append("no RFM scores and no segments: they need amounts")
        return None
    return rfm(customers)


def _purchases(
    given: PurchaseModel | Fit[PurchaseModel] | type[PurchaseModel],
    customers: CustomerSummary,
    threads: int,
    notes: list[str],
) -> tuple[Fit[PurchaseModel] | None, PurchaseModel | None]:
    """The fit, where there is one, and the model to score with."""
    if isinstance(given, PurchaseModel):
        return None, given
    try:
        fit = given if isinstance(given, Fit) else _fitted(given, customers, threads)
    except FitError as error:
        notes.append(f"no P(alive), expected purchases and lifetime value: {error}")
        return None, None
    if fit.stop != "converged":
        notes.append(f"{fit.model.title}: {fit.stop_message}")
    return fit, fit.model


def _spend(
    given: SpendModel | Fit[SpendModel] | type[SpendModel],
    customers: CustomerSummary,
    threads: int,
    notes: list[str],
) -> tuple[Fit[SpendModel] | None, SpendModel | None]:
    """The fit, where there is one, and the model to score with."""
    if customers._core.monetary_value() is None:
        notes.append("no expected spend and lifetime value: they need amounts")
        return None, None
    fit: Fit[SpendModel] | None = None
    try:
        if isinstance(given, SpendModel):
            model = given
        else:
            fit = given if isinstance(given, Fit) else _fitted(given, customers, threads)
            model = fit.model
        # A mean that the model says is infinite shows here, before anything rests on it.
        model._core.expected_spend(customers._core, threads)
    except FitError as error:
        notes.append(f"no expected spend and lifetime value: {error}")
        return fit, None
    if fit is not None and fit.stop != "converged":
        notes.append(f"{model.title}: {fit.stop_message}")
    if (concern := model._concern()) is not None:
        notes.append(f"{model.title}: {concern}")
    return fit, model


def _fitted(kind: type[Kind], customers: CustomerSummary, threads: int) -> Fit[Kind]:
    """A fit whose concerns become notes."""
    return kind._fit(customers, native_options(threads=threads))
