"""Whether behaviours last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loyalty import _check, _display, _native
from loyalty.ledger import Ledger
from loyalty.simulation import ContactExposure

__all__ = ["PermutationCheck", "Persistence", "permutation_check", "persistence"]


@dataclass(frozen=True, slots=True)
class Persistence(_display.Shown):
    """How a behaviour lasts from the first half of the history to the second.

    Attributes
    ----------
    behaviour : str
        Which it is.
    customers : int
        Customers with evidence in both halves.
    rank_correlation : float
        Of the estimates of both halves, each from its own evidence.
    labelled : int
        Customers labelled by the first half who have evidence in the second.
    over_again : float
        The mean probability that they are over the threshold in the second half, by the model of the first.
    recurrence : float
        How much of the excess over the mean of those labelled by the first half is found in the second: 1 for a
        behaviour that lasts, 0 for one that does not.
    years : float
        The length of a half.

    Examples
    --------
    >>> import loyalty
    >>> ledger = loyalty.Ledger(loyalty.simulate(4000, seed=4).lines, handling=3.0, markdown=0.1)
    >>> found = loyalty.persistence(ledger)[0]
    >>> found.behaviour, found.years < 1.1
    ('revenue_reverser', True)
    """

    behaviour: str
    customers: int
    rank_correlation: float
    labelled: int
    over_again: float
    recurrence: float
    years: float

    def lasting(self, history: float, ahead: float) -> float:
        """How much of the excess shown in so many years of `history` the next `ahead` years hold, for a strength
        that drifts about its mean; the formula stands in docs/behaviours.md.

        Parameters
        ----------
        history, ahead : float
            In years.

        Returns
        -------
        float

        Examples
        --------
        >>> import loyalty
        >>> ledger = loyalty.Ledger(loyalty.simulate(4000, seed=4).lines, handling=3.0, markdown=0.1)
        >>> found = loyalty.persistence(ledger)[0]
        >>> found.lasting(2.0, 1.0) >= found.lasting(2.0, 5.0)
        True
        """
        return _native.lasting(self.recurrence, self.years, history, ahead)


def persistence(
    ledger: Ledger,
    *,
    thresholds: Mapping[str, float] | None = None,
    contact_exposure: ContactExposure = "orders",
    threads: int = 0,
) -> list[Persistence]:
    """Whether behaviours last: fitted to the first half of the history, looked at in the second.

    Parameters
    ----------
    ledger : Ledger
        The shop.
    thresholds, contact_exposure, threads
        As for :meth:`BehaviourModel.fit`.

    Returns
    -------
    list of Persistence
        One for each behaviour that can be looked at.

    Examples
    --------
    >>> import loyalty
    >>> ledger = loyalty.Ledger(loyalty.simulate(4000, seed=4).lines, handling=3.0, markdown=0.1)
    >>> found = {row.behaviour: row for row in loyalty.persistence(ledger)}
    >>> 0.8 < found["revenue_reverser"].recurrence < 1.2
    True
    """
    native = _check.instance("ledger", ledger, Ledger)._core
    given = {name: float(value) for name, value in (thresholds or {}).items()}
    threads = _check.whole("threads", threads)
    rows = _native.persistence(native, {}, given, contact_exposure, threads)
    return _display.Rows(Persistence(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class PermutationCheck(_display.Shown):
    """The labels of one behaviour, and those by chance.

    Attributes
    ----------
    behaviour : str
        What is labelled.
    customers : int
        Of the ledger.
    labelled : int
        How many of them are labelled.
    by_chance : list of int
        How many are in each round in which the orders were dealt out at random, all of them falsely.

    Examples
    --------
    >>> import loyalty
    >>> shop = loyalty.simulate(1500, seed=1)
    >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
    >>> found = loyalty.permutation_check(ledger, rounds=1)[0]
    >>> found.customers == len(ledger), len(found.by_chance)
    (True, 1)
    """

    behaviour: str
    customers: int
    labelled: int
    by_chance: list[int]


def permutation_check(
    ledger: Ledger,
    *,
    rounds: int = 5,
    seed: int = 0,
    thresholds: Mapping[str, float] | None = None,
    contact_exposure: ContactExposure = "orders",
    threads: int = 0,
) -> list[PermutationCheck]:
    """Labels the shop, and the same shop with its orders dealt out at random among its customers.

    Orders stay whole, and each customer keeps the number of theirs, so that whatever is odd about the log is
    there as before; but nobody has a habit, and every label is false. It is the check of labels that a shop can
    make by itself.

    Parameters
    ----------
    ledger : Ledger
        The shop.
    rounds : int
        How often orders are dealt out.
    seed : int
        Where the random numbers start.
    thresholds, contact_exposure, threads
        As for :meth:`BehaviourModel.fit`.

    Returns
    -------
    list of PermutationCheck
        One for each behaviour that can be looked at.

    Examples
    --------
    >>> import loyalty
    >>> shop = loyalty.simulate(1500, scenario="bursts", seed=1)
    >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
    >>> check = loyalty.permutation_check(ledger, rounds=2)[0]
    >>> check.behaviour, check.labelled > 50, max(check.by_chance) <= 1
    ('service_demander', True, True)
    """
    native = _check.instance("ledger", ledger, Ledger)._core
    given = {name: float(value) for name, value in (thresholds or {}).items()}
    rounds, threads = _check.whole("rounds", rounds), _check.whole("threads", threads)
    seed = _check.whole("seed", seed)
    rows = _native.permutation_check(native, {}, given, contact_exposure, rounds, seed, threads)
    return _display.Rows(PermutationCheck(*row) for row in rows)
