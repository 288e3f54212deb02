"""All scores of a log in one call."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Generic,
    NamedTuple,
    ParamSpec,
    Protocol,
    Unpack,
    cast,
    overload,
)

import narwhals as nw
import numpy as np

from loyalty import _check, _columns, _display, _frames, _horizons, _learnt_scores, _native
from loyalty._display import scores as _scores
from loyalty._frame_types import FrameT
from loyalty._frozen import Record
from loyalty._horizons import Horizon
from loyalty._page.asked import Asked
from loyalty.correlation import Correlation, FrequencyValueCorrelation
from loyalty.covariates import PurchaseWithCovariates, SpendWithCovariates
from loyalty.errors import InputError, LoyaltyWarning
from loyalty.fit import Fit, Kind
from loyalty.gamma_gamma import GammaGamma
from loyalty.ledger import _NEEDED, _OPTIONAL, _contacts, _opted_out
from loyalty.mbg_nbd import MbgNbd
from loyalty.order_lines import OrderLines
from loyalty.orders import DEFAULT_UNIT, Moment, Orders, Unit, _instant
from loyalty.predictions import PredictionKind
from loyalty.purchase import PurchaseModel
from loyalty.reading import roles as _role_names
from loyalty.reading import taking_tables
from loyalty.reading.named import LineColumns, said
from loyalty.report import (
    Credits,
    Dates,
    DiscountUnit,
    Guests,
    Invalid,
    Joins,
    TableReport,
    Value,
    how_read,
)
from loyalty.rfm import Rfm
from loyalty.spend import SpendModel
from loyalty.summary import CustomerSummary
from loyalty.treatments import Treatments, _amounts
from loyalty.value import margins_of

if TYPE_CHECKING:
    from os import PathLike

    import polars as pl

    from loyalty._display.locale import Language
    from loyalty._frame_types import Arrays, File, Lazy, NativeT
    from loyalty._model import Model
    from loyalty._page.report import Report

__all__ = ["NotComputed", "Scores", "score"]

P = ParamSpec("P")

#: What a column of order lines may be.
_ROLES = (*_NEEDED, *_OPTIONAL)
#: The columns of a summary.
_SUMMARY = ("frequency", "recency", "T", "monetary_value", "total_amount", "weights")
#: What order lines do not say of money, and how labels are given.
_ECONOMICS = ("handling", "markdown", "category_cost", "materiality", "false_discovery_rate")


@dataclass(frozen=True, slots=True)
class NotComputed(_display.Shown):
    """A part of the scores that is missing. It prints as a sentence.

    Attributes
    ----------
    what : str
        The part, for instance ``profit`` or the name of a behaviour or a treatment.
    why : str
        The rest of the sentence.
    enabled_by : tuple of str
        The columns that would enable it, by their roles; empty where the data are there and do not
        suffice.

    Examples
    --------
    >>> import loyalty
    >>> log = {"customer": [1, 1, 2], "time": ["2024-01-01", "2024-02-01", "2024-01-15"]}
    >>> missing = loyalty.score(log).not_computed
    >>> print(missing[0])
    no RFM scores and no segments: they need amounts
    >>> missing[0].enabled_by
    ('amount',)
    """

    what: str
    why: str
    enabled_by: tuple[str, ...]
    _sentence: str = field(repr=False)

    def _shown(self) -> _display.Parts:
        return [self._sentence]

    def __str__(self) -> str:
        return self._sentence


class Scores(Record, Generic[FrameT]):
    """What a log says of its customers. Made by :func:`score`.

    Attributes
    ----------
    customers : CustomerSummary
        The summary that was scored.
    table_report : TableReport or None
        What became of the rows of a log or a table; None for a summary.
    purchases : Fit or None
        The fit of the purchase model; None where a model was given, or it could not be fitted.
    spend : Fit or None
        The fit of the spend model; None where a model was given, or it could not be fitted.
    rfm : Rfm or None
        RFM scores and segments; None without amounts.
    correlation : FrequencyValueCorrelation or None
        Of frequency and value, which the lifetime value takes to be independent; None without one.
    shadow_prices : dict of str to float
        What one more unit of each capacity would gain.
    notes : tuple of str
        What is to be known of the scores, and what was not computed and what would enable it.
    not_computed : tuple of NotComputed
        The latter part by part.

    Examples
    --------
    >>> import loyalty
    >>> scores = loyalty.score(loyalty.datasets.cdnow_orders("polars"), observation_end="1997-09-30")
    >>> scores.purchases.model.title, scores.rfm is None
    ('MBG/NBD', False)
    >>> scores.to_frame()["clv"].max() > 100
    True
    """

    __slots__ = (
        "_columns",
        "_left_out",
        "_made_of",
        "_note_kinds",
        "correlation",
        "customers",
        "not_computed",
        "notes",
        "purchases",
        "rfm",
        "shadow_prices",
        "spend",
        "table_report",
    )

    customers: CustomerSummary[FrameT]
    table_report: TableReport | None
    purchases: Fit[Any] | None
    spend: Fit[Any] | None
    rfm: Rfm[FrameT] | None
    correlation: FrequencyValueCorrelation | None
    shadow_prices: dict[str, float]
    notes: tuple[str, ...]
    not_computed: tuple[NotComputed, ...]
    #: None of scores that were pickled: the log stays where it is.
    _made_of: Asked | None
    #: What each note is about, a name each; those on what was not computed come last and have none.
    _note_kinds: tuple[str, ...]
    _columns: tuple[_native.Column, ...]
    _left_out: tuple[_native.Column, ...]

    def to_frame(self) -> FrameT:
        """One row per customer, in the caller's kind of frame.

        Returns
        -------
        data frame or dict of arrays
            In order of id. docs/scoring.md has the columns.

        Examples
        --------
        >>> import loyalty
        >>> scores = loyalty.score(loyalty.datasets.cdnow_orders("polars"), observation_end="1997-09-30")
        >>> scores.to_frame().columns[-5:]
        ['segment', 'p_alive', 'expected_purchases', 'expected_spend', 'clv']
        """
        frame: FrameT = _frames.table(self._columns, self.customers._frame)
        return frame

    def left_out(self) -> FrameT:
        """Customers of a table of order lines who have no row in the scores, in the caller's kind of frame.

        They have bought, and all of it had come back whole by the end of observation: ``customer``,
        ``reason`` (``sent_back_all``), ``orders``, ``revenue`` (what was paid), ``returned_amount`` and,
        where it is known, ``profit``. Orders of guests and other rows that are not in use are in
        ``table_report.rows``.

        Returns
        -------
        data frame or dict of arrays

        Raises
        ------
        InputError
            Where what was scored is no table of order lines.

        Examples
        --------
        >>> import warnings
        >>> import loyalty
        >>> lines = {"customer": ["ann", "ann", "bob"], "time": ["2024-01-01", "2024-02-01", "2024-02-01"]}
        >>> lines |= {"amount": [20.0, 30.0, 50.0], "returned_amount": [0.0, 0.0, 50.0]}
        >>> with warnings.catch_warnings():  # of two customers none has the highest recency score
        ...     warnings.simplefilter("ignore", loyalty.LoyaltyWarning)
        ...     scores = loyalty.score(lines)
        >>> scores.left_out()["customer"].tolist()
        ['bob']
        """
        if not self._left_out:
            raise InputError("customers without scores are known of a table of order lines alone")
        frame: FrameT = _frames.table(self._left_out, self.customers._frame)
        return frame

    def report(
        self,
        path: str | PathLike[str] | None = None,
        *,
        title: str | None = None,
        currency: str | None = None,
        language: Language = "en",
        top: int = 10,
    ) -> Report:
        """One HTML page for who decides: what was in the data, what is expected of the customers, who
        they are, who is about to be lost, how good the forecast was in a test, and the plan.

        The page stands alone, without scripts and without a network, for light, dark, a telephone and paper.
        What the data do not allow is left out, with a sentence each in ``absent``.

        Parameters
        ----------
        path : path, optional
            Where to write it, a .html file.
        title : str, optional
            By default the customers on the last day of the observation.
        currency : str, optional
            A code or a sign, for money; by default that of the rows, where a column says it.
        language : {"en", "de"}
            Of the words and of the numbers.
        top : int
            How many customers the lists of the best and of those about to be lost have.

        Returns
        -------
        Report
            With the page in ``html``.

        Raises
        ------
        InputError
            For another language, a file that cannot be written, or scores that were pickled.

        Examples
        --------
        >>> import loyalty, pathlib, tempfile
        >>> scores = loyalty.score(loyalty.datasets.cdnow_orders(), margin=0.3)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "report.html"
        ...     page = scores.report(path, currency="USD")
        ...     path.read_text(encoding="utf-8") == page.html
        True
        >>> page.title
        'Customers on 30 June 1998'
        """
        from loyalty._page import page as _page

        most = _check.whole("top", top)
        made = _page.report(self, title=title, currency=currency, language=language, top=most)
        if path is not None:
            made.save(path)
        return made

    def __len__(self) -> int:
        return len(self.customers)

    def __repr__(self) -> str:
        names = ", ".join(column.name for column in self._columns)
        return f"<Scores of {len(self)} customers: {names}>"

    def _shown(self) -> _display.Parts:
        return _scores.shown(self)

    def _currency(self) -> str | None:
        return None if self._made_of is None else self._made_of.currency()

    @property
    def _asked(self) -> Asked:
        if "covariates" in self._note_kinds:
            raise InputError("a report rests on models without covariates: score without them")
        if self._made_of is None:
            raise InputError("scores that were pickled have no log to report on: score it again")
        return self._made_of

    def _attributes(self) -> dict[str, Any]:
        return {**super()._attributes(), "_made_of": None}


class _Scoring(Protocol[P]):
    """:func:`score` for a type checker: in whose frame the scores answer."""

    @overload
    def __call__(
        self, data: File, *arguments: P.args, **options: P.kwargs
    ) -> Scores[pl.DataFrame]: ...
    @overload
    def __call__(
        self,
        data: Orders[FrameT] | OrderLines[FrameT] | CustomerSummary[FrameT],
        *arguments: P.args,
        **options: P.kwargs,
    ) -> Scores[FrameT]: ...
    @overload
    def __call__(
        self, data: Mapping[str, Any], *arguments: P.args, **options: P.kwargs
    ) -> Scores[Arrays]: ...
    @overload
    def __call__(
        self, data: Lazy[NativeT], *arguments: P.args, **options: P.kwargs
    ) -> Scores[NativeT]: ...
    @overload
    def __call__(
        self, data: NativeT, *arguments: P.args, **options: P.kwargs
    ) -> Scores[NativeT]: ...
    @overload
    def __call__(self, data: object, *arguments: P.args, **options: P.kwargs) -> Scores[Any]: ...


def _by_frame(scoring: Callable[Concatenate[Any, P], Scores[Any]]) -> _Scoring[P]:
    return cast("_Scoring[P]", scoring)


@_by_frame
@taking_tables(_ROLES)
def score(
    data: Any,
    *,
    columns: Mapping[str, str | None] | None = None,
    contacts: Any = None,
    marketing: Any = None,
    opted_out: Any = None,
    covariates: Any = None,
    levels: Sequence[str] = (),
    unit: Unit = DEFAULT_UNIT,
    observation_end: Moment | None = None,
    value: Value = "net",
    horizon: Horizon | None = None,
    annual_discount_rate: float = 0.1,
    margin: Any = None,
    economics: Mapping[str, float] | None = None,
    treatments: Treatments | None = None,
    capacities: Mapping[str, float] | None = None,
    purchases: PurchaseModel
    | PurchaseWithCovariates
    | Fit[Any]
    | type[PurchaseModel]
    | None = None,
    spend: SpendModel | SpendWithCovariates | Fit[Any] | type[SpendModel] = GammaGamma,
    interval: float | None = None,
    interval_kind: PredictionKind = "prediction",
    credits: Credits = "match",
    guests: Guests = "leave_out",
    dates: Dates = "refuse",
    joins: Joins = "refuse",
    discount_unit: DiscountUnit | None = None,
    status_words: Mapping[str, str] | None = None,
    only_currency: str | None = None,
    today: Moment | None = None,
    invalid: Invalid = "raise",
    time_zone: str | None = None,
    threads: int = 0,
    **by_keyword: Unpack[LineColumns],
) -> Scores:
    """Summary, RFM and segment, P(alive), expected purchases, expected spend and lifetime value of
    every customer; of a table of order lines also profit, returns, costly behaviours and the
    treatment to choose: all that the columns at hand allow.

    Parameters
    ----------
    data : path, OrderTable, data frame, mapping of columns, Orders, OrderLines or CustomerSummary, or a table of one
        A path is read by :func:`read_orders`; order lines are read as they were, and may have no returns from
        :meth:`OrderLines.with_returns`. Of a frame or mapping those columns are taken whose names
        say what they are (docs/reading.md), as do the names of the roles: ``customer``, ``time``,
        ``amount`` (or ``price`` of a piece and ``quantity``), ``status``, ``currency``, ``order``,
        ``product``, ``category``, ``size``, ``brand``, ``list_amount``, ``discount`` (that the firm pays for),
        ``maker_discount``, ``coupon``, ``coupon_used``, ``offered_depth``, ``cost``, ``returned_amount``,
        ``return_time``, ``opted_out``.
    customer, time, amount, price, quantity, … : str, optional
        For a role the name of its column, where that is another; None leaves the role out.
    columns : mapping, optional
        The same by role: ``{"customer": "client"}``.
    contacts : data frame or mapping of columns, optional
        Service contacts: ``customer``, ``time``, ``cost``, ``firm_caused`` and ``opted_out``.
    marketing : data frame or mapping of columns, optional
        Marketing contacts: ``customer``, ``time``, ``cost``.
    joins : {"refuse", "allow"}
        Whether it is an error where less than half of the rows of either name a customer.
    opted_out : sequence of ids, or str, optional
        Customers of the table who get no label and no treatment, besides those of whom a row of a column
        ``opted_out`` of any of the tables says so; or how that column of the table is called.
    covariates : data frame or mapping of columns, optional
        What else is known of customers, as for :meth:`BgNbd.fit`: a row for each, with the column of their ids. The models
        are then those with covariates, of purchases by default the :class:`MbgNbd`; profit, behaviours and treatments, which
        rest on models without, are not computed.
    levels : sequence of str
        Columns of `covariates` that are names of levels although they are numbers.
    unit, observation_end
        As for :meth:`Orders.summarize`; a summary brings its own. The table of a summary, with columns
        ``frequency``, ``recency`` and ``T``, is taken to be in `unit`, and a note says so.
    value : {"net", "gross"}
        Whether purchases of a table count less what came back of them, or as paid. Of net purchases an
        occasion that came back whole is none.
    horizon : float, str or timedelta, optional
        How far expected purchases and lifetime value reach, in the unit, or a length of time such as
        ``"90 days"``; by default a year.
    annual_discount_rate : float
        For the lifetime value.
    margin : float or array, optional
        Contribution margin, a share of the amount, for the lifetime value and for treatments; where it
        is one number also, without costs of goods, for profit. Without it the lifetime value is in
        revenue, and treatments go by the margin of the costs of goods, where there are costs.
    economics : mapping, optional
        ``handling`` (cost of a returned line), ``markdown`` (what returned goods lose, as a share),
        ``category_cost`` (of serving a customer in one category more, a year), ``materiality`` (what a
        behaviour must cost a year to be labelled), ``false_discovery_rate`` (0.1).
    treatments : Treatments, optional
        By default :meth:`Treatments.customary` for a table or where there are capacities, else none.
    capacities : mapping, optional
        How much there is of what, as for :func:`select`.
    purchases, spend : model, Fit or class of a model
        What to score with, those with covariates included where there are covariates. A class, such as :class:`BgNbd`, is fitted to the data. By default purchases
        are the :class:`MbgNbd`'s, in which one-time buyers can have left, unless another model forecasts
        better at three earlier cutoffs, by more than 1 % of deviance; a note says which it was, and why.
    interval : float, optional
        The share of cases that intervals of purchases and lifetime values are to hold, such as 0.9: the columns
        ``purchases_lower``, ``purchases_upper``, ``clv_lower`` and ``clv_upper``. 1,000 draws of every customer
        take some 0.1 ms of processor time; by default there are none.
    interval_kind : {"prediction", "expectation"}
        By default these intervals are of what customers will do, see :func:`purchase_interval` and
        :func:`clv_interval`; else of what is expected of them. With covariates there are the latter alone.
    credits, guests, dates, discount_unit, status_words, only_currency, today
        How the cells of a table are read, as for :class:`OrderLines`, which have been read by their own. By default credits are matched to
        purchases, guests are left out and counted, and times far from all others are refused, those of
        `Orders` too.
    invalid, time_zone
        As for :class:`OrderLines`, where `data` is a table.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    Scores
        With ``notes`` on what is to be known of them and what was not computed, and in
        ``not_computed`` the columns that would enable it.

    Warns
    -----
    LoyaltyWarning
        As :func:`rfm`.

    Raises
    ------
    InputError
        As :meth:`Orders.summarize`, :func:`clv` and :func:`select`, and for a summary without a unit.

    Examples
    --------
    >>> import loyalty
    >>> scores = loyalty.score(loyalty.datasets.cdnow_orders(), observation_end="1997-09-30")
    >>> print(scores.table_report)
    6919 of 6919 rows are purchases, observed from 1997-01-01 to 1997-09-30
    >>> scores.to_frame().shape
    (2357, 14)
    >>> shop = loyalty.simulate(2000, seed=1, backend="polars")
    >>> scores = loyalty.score(shop.lines, contacts=shop.contacts, capacities={"calls": 10})
    >>> frame = scores.to_frame()
    >>> frame["treatment"].eq("personal_call").sum()
    10
    """
    if covariates is not None:
        refused = {"contacts": contacts, "marketing": marketing, "opted_out": opted_out}
        refused |= {"economics": economics, "treatments": treatments, "capacities": capacities}
        _without_decisions(refused)
        if interval is not None and interval_kind != "expectation":
            raise InputError(
                'with covariates there are intervals of what is expected alone: interval_kind="expectation"'
            )
        base = score(
            data,
            columns=columns,
            unit=unit,
            observation_end=observation_end,
            value=value,
            purchases=_of_no_covariates(purchases) or MbgNbd,
            spend=_of_no_covariates(spend) or GammaGamma,
            credits=credits,
            guests=guests,
            dates=dates,
            discount_unit=discount_unit,
            status_words=status_words,
            only_currency=only_currency,
            today=today,
            invalid=invalid,
            time_zone=time_zone,
            threads=threads,
            **by_keyword,
        )
        known_of = _learnt_scores.with_levels(covariates, levels)
        reach = _year(base.customers) if horizon is None else horizon
        asked = _learnt_scores.Asked(
            _horizons.in_unit("horizon", reach, base.customers.unit),
            annual_discount_rate,
            1.0 if margin is None else margin,
            interval,
            _check.whole("threads", threads),
        )
        return _with_covariates(base, known_of, purchases, spend, asked)
    if levels:
        raise InputError("levels are columns of covariates, but there are none")
    table = None
    if by_keyword:
        columns = said(columns, by_keyword, _ROLES)
    if isinstance(opted_out, str):
        columns, opted_out = {**(columns or {}), "opted_out": opted_out}, None
    assumed: list[str] = []
    if _is_summary(data):
        data = CustomerSummary(data, unit=unit)
        assumed.append(
            f"the table of the summary is taken to count {data.unit}s; unit= says otherwise"
        )
    if isinstance(data, OrderLines):
        if columns is not None:
            raise InputError("columns names those of a table, but these are OrderLines already")
        table = _Table.of_lines(data, contacts, marketing)
    elif not isinstance(data, Orders | CustomerSummary):
        table = _Table.read(data, columns, contacts, marketing, time_zone)
    elif any(given is not None for given in (columns, contacts, marketing, opted_out)):
        raise InputError(
            "columns, contacts, marketing and opted_out go with a table of order lines, not with its summary"
        )
    for name in economics or {}:
        if name not in (*_ECONOMICS, "margin"):
            raise InputError(f"economics: {name!r} is none of {', '.join(_ECONOMICS)}")
    if treatments is not None:
        _check.instance("treatments", treatments, Treatments)
    counted = data.unit if isinstance(data, CustomerSummary) else unit
    ahead = None if horizon is None else _horizons.in_unit("horizon", horizon, counted)
    orders = data._core if isinstance(data, Orders) else None
    zone = None if orders is None else orders.time_zone
    if table is not None:
        zone = table.time_zone or table.columns["time"].zone
    end = None
    if observation_end is not None and not isinstance(data, CustomerSummary):
        end = _instant("observation_end", observation_end, zone)
    day = None if today is None else _instant("today", today, zone)
    words = {
        "invalid": invalid,
        "credits": credits,
        "guests": guests,
        "dates": dates,
        "currency": only_currency,
        "discount_unit": discount_unit,
    }
    how = how_read(words, status_words, day)
    if table is not None and table.how is None:
        table = table._replace(how=how)
    same, each = (None, None) if margin is None else margins_of(margin)
    found, rows, fits, scored, correlations, known, without, prices, notes, missing = (
        _native.score_customers(
            data._core if isinstance(data, CustomerSummary) else None,
            orders,
            None
            if table is None
            else (
                table.columns,
                [table.contacts, table.marketing],
                _opted_out(opted_out),
                table.how,
                table.time_zone,
            ),
            unit=unit,
            observation_end=end,
            value=value,
            dates=dates,
            joins_how=joins,
            today=day,
            horizon=ahead,
            annual_discount_rate=annual_discount_rate,
            margin=same if each is None else None,
            margins=each,
            economics={name: float(value) for name, value in (economics or {}).items()},
            treatments=None if treatments is None else treatments._core,
            capacities=_amounts(capacities),
            purchases=None if purchases is None else _model("purchases", purchases, PurchaseModel),
            spend=_model("spend", spend, SpendModel),
            interval=interval,
            interval_kind=interval_kind,
            threads=_check.whole("threads", threads),
        )
    )
    if isinstance(data, CustomerSummary):
        customers = data
    else:
        customer, frame = (
            (data._customer, data._frame) if table is None else (table.customer, table.frame)
        )
        customers = CustomerSummary._of(found, customer, frame)
    ids = customers._core.customer(customers._customer)
    not_computed = tuple(
        NotComputed(what, why, tuple(columns), sentence) for what, why, columns, sentence in missing
    )
    for kind, sentence in notes:
        if kind == "empty_scores":
            warnings.warn(sentence, LoyaltyWarning, stacklevel=3)
    told = [("unit", sentence) for sentence in assumed]
    told += [(kind, sentence) for kind, sentence in notes if kind != "empty_scores"]
    result = Scores.__new__(Scores)
    result._set(
        customers=customers,
        table_report=None if rows is None else TableReport._of(rows),
        purchases=_purchases(fits[0], purchases, customers),
        spend=_fit(fits[1], spend, customers),
        rfm=None if scored is None else Rfm._of(scored, ids, customers._frame),
        correlation=None if correlations is None else _correlation(*correlations),
        shadow_prices=dict(prices),
        notes=(*(sentence for _, sentence in told), *map(str, not_computed)),
        not_computed=not_computed,
        _made_of=Asked(
            data if isinstance(data, Orders) else None,
            None if table is None else table.data,
            {} if table is None else table.columns,
            how if table is None else table.how,
            time_zone if table is None else table.time_zone,
            None if end is None else str(np.datetime64(end, "us")),
            ahead,
            annual_discount_rate,
            margin,
            float((economics or {}).get("false_discovery_rate", 0.1)),
            treatments,
            purchases,
            unit,
            value,
            only_currency if table is None else table.how[0].get("currency"),
        ),
        _note_kinds=tuple(kind for kind, _ in told),
        _columns=tuple(known if ids is None else [ids, *known]),
        _left_out=tuple(without),
    )
    return result


def _without_decisions(given: Mapping[str, Any]) -> None:
    """Refuses what rests on models without covariates."""
    for name, value in given.items():
        if value is not None:
            raise InputError(
                f"{name} does not go with covariates: profit, costly behaviours and treatments rest on models "
                "without them"
            )


def _of_no_covariates(given: Any) -> Any:
    """What the summary is made with: a class is fitted, in place of models with covariates the usual one."""
    return given if isinstance(given, type) else None


def _year(customers: CustomerSummary) -> float:
    """A year in the unit of a summary."""
    if customers.unit is None:
        raise InputError("the customer summary has no unit, which a year and rates need")
    return _native.units_per_year(customers.unit)


#: Columns of scores that no model is behind.
_SUMMED = (*_SUMMARY, "recency_score", "frequency_score", "monetary_score", "segment")
#: Parts that no covariates bring about.
_OF_AMOUNTS = ("RFM scores and no segments", "expected spend and lifetime value")
#: Notes that are about models and what rests on them.
_OF_MODELS = (
    "purchase_model", "one_time_buyers", "margin", "assumed_effects", "purchase_fit", "spend_fit", "infinite_mean",
    "unusual_days", "bursts", "order_threshold", "subscriptions", "opted_out",
)  # fmt: skip


def _with_covariates(
    base: Scores[FrameT], covariates: Any, purchases: Any, spend: Any, asked: _learnt_scores.Asked
) -> Scores[FrameT]:
    """Scores by models that have learnt from covariates, in place of those without."""
    customers = base.customers
    given = _learnt_scores.fits(customers, covariates, purchases, spend)
    scored = _learnt_scores.columns(customers, covariates, given, asked)
    own = None if customers.customer is None else customers._customer
    kept = [column for column in base._columns if column.name in (*_SUMMED, own)]
    told = [
        (kind, note)
        for kind, note in zip(base._note_kinds, base.notes, strict=False)
        if kind not in _OF_MODELS
    ]
    told.append(("covariates", _learnt_scores.LEFT_OUT))
    missing = tuple(one for one in base.not_computed if one.what in _OF_AMOUNTS)
    result = Scores.__new__(Scores)
    result._set(
        **base._attributes()
        | {
            "purchases": given[0] if isinstance(given[0], Fit) else None,
            "spend": given[1] if isinstance(given[1], Fit) else None,
            "shadow_prices": {},
            "notes": (*(note for _, note in told), *map(str, missing)),
            "not_computed": missing,
            "_made_of": None,
            "_note_kinds": tuple(kind for kind, _ in told),
            "_columns": (*kept, *scored),
        }
    )
    return result


class _Table(NamedTuple):
    """A table of order lines: its columns by role, contacts and marketing."""

    data: Any
    columns: dict[str, _native.Column]
    contacts: Any
    marketing: Any
    customer: str
    frame: nw.Implementation | None
    time_zone: str | None
    #: Of lines that were read before.
    how: Any = None

    @classmethod
    def read(
        cls,
        data: Any,
        columns: Mapping[str, str | None] | None,
        contacts: Any,
        marketing: Any,
        time_zone: str | None,
    ) -> _Table:
        roles = _roles(data, dict(columns or {}))
        read, frame = _columns.read(data, list(roles.values()))
        by_role = dict(zip(roles, read, strict=True))
        others = (_contacts(contacts), _contacts(marketing))
        return cls(data, by_role, *others, roles["customer"], frame, time_zone)

    @classmethod
    def of_lines(cls, lines: OrderLines[Any], contacts: Any, marketing: Any) -> _Table:
        if lines._read is None:
            raise InputError(
                "these OrderLines have returns from a table of their own: give score a table with the columns returned "
                "and return_time"
            )
        table, columns, how, zone = lines._read
        others = (_contacts(contacts), _contacts(marketing))
        whose = (lines._customer, lines._frame)
        return cls(table, columns, *others, *whose, zone, how)


def _is_summary(data: Any) -> bool:
    """Whether a table is that of a summary."""
    if isinstance(data, Orders | OrderLines | CustomerSummary):
        return False
    try:
        names = _columns.names(data)
    except TypeError:
        raise TypeError(
            "expected Orders, OrderLines, a CustomerSummary, a data frame (pandas, polars, pyarrow, duckdb) or a "
            f"mapping of columns, got {type(data).__name__}"
        ) from None
    return {"frequency", "recency", "T"} <= {*names}


def _roles(data: Any, named: dict[str, str | None]) -> dict[str, str]:
    """The column of each role: those named, and those whose names say what they are."""
    for role in named:
        if role not in _ROLES:
            raise InputError(f"columns: {role!r} is none of {', '.join(_ROLES)}")
    known = {role: names for role, names in _role_names.ROLES.items() if role in _ROLES}
    return _role_names.choose(_columns.names(data), named, roles=known).columns


def _model(name: str, given: Any, models: type[Model]) -> Any:
    """The native fit or model, or the kind of a class to fit."""
    if isinstance(given, type) and issubclass(given, models) and hasattr(given, "kind"):
        return given.kind
    if isinstance(given, type):
        raise TypeError(f"{name} must be a {models.__name__}, a Fit of one or its class")
    models._given(name, given)
    return given._core


def _purchases(
    native: _native.Fit | None, given: Any, customers: CustomerSummary
) -> Fit[PurchaseModel] | None:
    """The fit of purchases, of the model that was taken where none was named."""
    if native is None or given is not None:
        return _fit(native, given, customers)
    kind = PurchaseModel.kinds()[native.model.kind]
    return Fit._of(native, kind._of(native.model), customers._frame)


def _fit(
    native: _native.Fit | None, given: Kind | Fit[Kind] | type[Kind], customers: CustomerSummary
) -> Fit[Kind] | None:
    """The fit that was given, or the one that was made."""
    if native is None or isinstance(given, Fit):
        return given if isinstance(given, Fit) else None
    kind = given if isinstance(given, type) else type(given)
    return Fit._of(native, kind._of(native.model), customers._frame)


def _correlation(many: float, pearson: Any, spearman: Any) -> FrequencyValueCorrelation:
    return FrequencyValueCorrelation(many, Correlation(*pearson), Correlation(*spearman))
