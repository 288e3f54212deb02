"""One customer in one call, while they wait at the check-out."""

from __future__ import annotations

from typing import Any, TypedDict

from loyalty import _check, _native
from loyalty._discounting import discounting_of
from loyalty._frozen import Frozen
from loyalty._horizons import Horizon
from loyalty.behaviours import BehaviourModel
from loyalty.errors import InputError
from loyalty.fit import Fit
from loyalty.order_lines import OrderLines
from loyalty.orders import Moment, _instant
from loyalty.purchase import PurchaseModel
from loyalty.records import CustomerRecord, LedgerBasis, PurchaseHistory, _history
from loyalty.returns import ReturnFit, ReturnPropensity
from loyalty.spend import SpendModel
from loyalty.treatments import Treatments

__all__ = ["CheckOut", "CustomerScore", "Decision"]


class Decision(TypedDict):
    """The treatment that gains most with a customer, and why."""

    treatment: str
    channel: str
    gain: float
    cost: float
    reason: str


class CustomerScore(TypedDict):
    """What is said of one customer; None of what nothing is known of."""

    purchases: PurchaseHistory | None
    p_alive: float | None
    expected_purchases: float | None
    expected_spend: float | None
    clv: float | None
    ledger: dict[str, float] | None
    behaviours: dict[str, dict[str, float | bool]]
    primary: str | None
    decision: Decision | None
    return_probabilities: list[float] | None


class CheckOut(Frozen):
    """The models that score one customer in one call: what a back end calls in C, with the same bits.

    Each number is to the last bit what :func:`score` says of the same customer in a table, by the same models.
    Here a shop's back end can be tried, tested and replayed before it is written. What is None is left out.

    Parameters
    ----------
    purchases : PurchaseModel or Fit of one, optional
        When customers buy; it must have a unit.
    spend : SpendModel or Fit of one, optional
        How much they spend.
    basis : LedgerBasis, optional
        The :attr:`Ledger.basis` that the behaviours were learnt from.
    behaviours : BehaviourModel, optional
        Who shows which behaviour; it needs the basis.
    treatments : Treatments, optional
        What is done for customers, such as :meth:`Treatments.customary`. Capacities are shared out among all
        customers, by :func:`select`, and not here.
    horizon : float, str or timedelta, optional
        How far expected purchases and the lifetime value reach, in the unit of the model of purchases, or a length
        of time such as ``"90 days"``; by default a year.
    annual_discount_rate : float
        For the lifetime value.
    margin : float, optional
        The contribution margin that lifetime values are of. Without it they are in revenue, and no treatment is
        weighed by one.
    occasion, include_first
        As in the summary that the models were fitted to.
    net : bool
        Whether purchases are net of what came back.

    Raises
    ------
    InputError
        For behaviours without a basis, a model of purchases without a unit, a horizon, rate or margin outside its
        domain.

    Notes
    -----
    The defaults are those of :func:`score`: a year and a rate of 0.1. C and the packages begin with a horizon of 52 of
    the model's units and no discount; whoever compares states both.

    What is to be said of a fit is said by it, and by the notes of :func:`score`, and not again with each customer: a
    model that ended at a boundary, say, in which nobody leaves.

    Examples
    --------
    >>> import loyalty
    >>> check_out = loyalty.CheckOut(
    ...     purchases=loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week"),
    ...     spend=loyalty.GammaGamma(p=6.25, q=3.74, v=15.44),
    ...     treatments=loyalty.Treatments.customary(),
    ...     horizon=52,
    ...     margin=0.3,
    ... )
    >>> record = loyalty.CustomerRecord()
    >>> days = ["2024-01-01", "2024-01-31", "2024-05-30"]
    >>> record.add_lines({"customer": [7, 7, 7], "time": days, "amount": [900.0, 750.0, 800.0]})
    3
    >>> said = check_out.score(record, now="2024-06-29")
    >>> round(said["p_alive"], 4), round(said["clv"], 2)
    (0.7538, 398.25)
    >>> said["decision"]["reason"]
    'A loyal customer worth 398.25; ...'
    """

    __slots__ = ("_core",)

    _core: _native.CheckOut

    def __init__(
        self,
        *,
        purchases: PurchaseModel | Fit[Any] | None = None,
        spend: SpendModel | Fit[Any] | None = None,
        basis: LedgerBasis | None = None,
        behaviours: BehaviourModel | None = None,
        treatments: Treatments | None = None,
        horizon: Horizon | None = None,
        annual_discount_rate: float = 0.1,
        margin: float | None = None,
        occasion: str | None = None,
        include_first: bool = False,
        net: bool = True,
    ) -> None:
        model = None if purchases is None else PurchaseModel._given("purchases", purchases)
        amounts = None if spend is None else SpendModel._given("spend", spend)
        self._set(
            _core=_native.CheckOut(
                None if model is None else model._core,
                None if amounts is None else amounts._core,
                _twin("basis", basis, LedgerBasis),
                _twin("behaviours", behaviours, BehaviourModel),
                _twin("treatments", treatments, Treatments),
                _discounting(model, horizon, annual_discount_rate),
                margin,
                occasion,
                include_first,
                net,
            )
        )

    def score(
        self,
        record: CustomerRecord,
        *,
        now: Moment,
        group: str | None = None,
        returns: ReturnPropensity | ReturnFit | None = None,
        basket: OrderLines[Any] | None = None,
        time_zone: str | None = None,
    ) -> CustomerScore:
        """What is said of a customer at a time, and of the lines of their basket.

        Parameters
        ----------
        record : CustomerRecord
            What is known of them.
        now : date or time
            Up to and with when they were observed.
        group : str, optional
            Their group of peers, if the behaviours know any.
        returns : ReturnPropensity or ReturnFit, optional
            By which the lines of the basket are scored; it is not changed.
        basket : OrderLines, optional
            The lines of the order to be. Either of the two needs the other.
        time_zone : str, optional
            The zone on whose clock the time is read.

        Returns
        -------
        dict
            ``purchases`` as :meth:`CustomerRecord.purchases` has them, ``p_alive``, ``expected_purchases``,
            ``expected_spend``, ``clv``; ``ledger``, the row by column; ``behaviours`` by name, each with its
            ``labelled``, ``estimate``, ``threshold``, ``p_over``, ``impact``, …; ``primary``, the costliest label;
            ``decision`` with ``treatment``, ``channel``, ``gain``, ``cost`` and ``reason``;
            ``return_probabilities`` of each line. None of what nothing is known of: of customers without a purchase
            the models of purchases say nothing.

        Raises
        ------
        InputError
            For behaviours without a basis, a model of purchases without a unit, a margin outside its domain, a
            basket without returns or the other way round, and as :meth:`CustomerRecord.purchases`,
            :meth:`LedgerBasis.row` and :meth:`ReturnPropensity.score` do.

        Examples
        --------
        >>> import loyalty
        >>> lines = {"customer": [7], "time": ["2024-01-02"], "amount": [20.0]}
        >>> ledger = loyalty.Ledger(lines, margin=0.3)
        >>> check_out = loyalty.CheckOut(basis=ledger.basis)
        >>> record = ledger.records()[0]
        >>> check_out.score(record, now="2024-01-02")["ledger"]["revenue"]
        20.0
        """
        _check.instance("record", record, CustomerRecord)
        if (returns is None) != (basket is None):
            raise InputError("returns and basket go together: give both, or neither")
        asked = None
        if returns is not None and basket is not None:
            model = returns.model if isinstance(returns, ReturnFit) else returns
            asked = (
                _check.instance("returns", model, ReturnPropensity)._core,
                _check.instance("basket", basket, OrderLines)._core,
            )
        at = _instant("now", now, time_zone)
        return _named(self._core.score(record._core, group, at, asked))

    def __repr__(self) -> str:
        return "<CheckOut>"

    def __reduce__(self) -> Any:
        raise TypeError("a CheckOut is made of models: keep those, and make it again")


def _twin(name: str, given: Any, kind: type[Any]) -> Any:
    """The native twin of what may be left out."""
    return None if given is None else _check.instance(name, given, kind)._core


def _discounting(
    model: PurchaseModel | None, horizon: Horizon | None, rate: float
) -> _native.Discounting:
    """Of a check-out without a model of purchases nothing is asked by it."""
    unit = "week" if model is None else model.unit
    if unit is None:
        raise InputError("the model of purchases has no unit, which a year and rates need")
    reach = _native.units_per_year(unit) if horizon is None else horizon
    return discounting_of(unit, reach, rate, None, None, None)


def _named(found: _native._CustomerScore) -> CustomerScore:
    """The parts of a score by name."""
    history, ledger, decision = found["purchases"], found["ledger"], found["decision"]
    judged: dict[str, dict[str, float | bool]] = {
        name: {"labelled": labelled, **dict(numbers)}
        for name, numbers, labelled in found["behaviours"]
    }
    return {
        "purchases": None if history is None else _history(history),
        "p_alive": found["p_alive"],
        "expected_purchases": found["expected_purchases"],
        "expected_spend": found["expected_spend"],
        "clv": found["clv"],
        "ledger": None if ledger is None else dict(ledger),
        "behaviours": judged,
        "primary": found["primary"],
        "decision": None if decision is None else _decision(decision),
        "return_probabilities": found["returns"],
    }


def _decision(chosen: tuple[str, str, float, float, str]) -> Decision:
    treatment, channel, gain, cost, reason = chosen
    return {
        "treatment": treatment,
        "channel": channel,
        "gain": gain,
        "cost": cost,
        "reason": reason,
    }
