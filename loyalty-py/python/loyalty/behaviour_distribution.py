"""How one behaviour is distributed over the customers of a shop."""

from __future__ import annotations

from typing import Any, Literal, Self

from loyalty import _check, _display, _native
from loyalty._fitted import Fitted
from loyalty.ledger import Ledger
from loyalty.persistence import Persistence
from loyalty.simulation import ContactExposure

__all__ = ["Behaviour", "BehaviourDistribution"]

#: A costly behaviour.
Behaviour = Literal[
    "service_demander", "revenue_reverser", "promotion_maximizer", "coupon_user", "fixed_budget"
]


class BehaviourDistribution(Fitted):
    """How strongly the customers of a shop show one behaviour, and from where on it costs money.

    Examples
    --------
    >>> import loyalty
    >>> shop = loyalty.simulate(3000, seed=4)
    >>> ledger = loyalty.Ledger(shop.lines, handling=3.0, markdown=0.1)
    >>> reversal = loyalty.BehaviourDistribution.fit("revenue_reverser", ledger)
    >>> reversal.detectable, reversal.basis
    (True, 'economics')
    >>> list(reversal.score(ledger))[:4]
    ['customer', 'estimate', 'threshold', 'p_over']
    """

    __slots__ = ()

    _core: _native.BehaviourDistribution
    _twin = _native.BehaviourDistribution

    @classmethod
    def fit(
        cls,
        behaviour: Behaviour,
        ledger: Ledger,
        *,
        threshold: float | None = None,
        contact_exposure: ContactExposure = "orders",
        selection: float = 1.2,
        level: float | None = None,
        reallocation: float = 0.5,
        ahead: float | None = None,
        least_peers: int = 200,
        threads: int = 0,
    ) -> Self:
        """Fits the distribution over customers by its marginal likelihood.

        Parameters
        ----------
        behaviour : str
            ``service_demander``, ``revenue_reverser``, ``promotion_maximizer``, ``coupon_user`` or
            ``fixed_budget``.
        ledger : Ledger
            The shop.
        threshold : float, optional
            In the unit of the strength; by default from economics, else a ratio to the portfolio.
        contact_exposure : {"orders", "revenue", "months"}
            What service contacts are set against.
        selection, level, reallocation, least_peers
            See docs/behaviours.md.
        ahead : float, optional
            The years that scores and labels speak of; by default one, and no more than the ledger spans.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        BehaviourDistribution

        Raises
        ------
        InputError
            Where the ledger lacks what the behaviour shows in.
        FitError
            Where nobody shows any of it.

        Examples
        --------
        >>> import loyalty
        >>> shop = loyalty.simulate(1500, seed=4, backend="polars")
        >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
        >>> reversers = loyalty.BehaviourDistribution.fit("revenue_reverser", ledger)
        >>> reversers.detectable, reversers.basis
        (True, 'economics')
        """
        options = _given(
            threshold=threshold,
            selection=selection,
            level=level,
            reallocation=reallocation,
            ahead=ahead,
        )
        native = _check.instance("ledger", ledger, Ledger)._core
        peers, threads = _check.whole("least_peers", least_peers), _check.whole("threads", threads)
        fitted = _native.BehaviourDistribution.fit(
            behaviour, native, options, contact_exposure, peers, threads
        )
        return cls._of(fitted)

    @property
    def behaviour(self) -> str:
        """Which behaviour."""
        return self._core.behaviour

    @property
    def threshold(self) -> float:
        """The threshold, or the number that it is worked out from by economics."""
        return self._core.threshold

    @property
    def basis(self) -> str:
        """Where the threshold comes from: ``economics``, ``ratio`` or ``given``."""
        return self._core.basis

    @property
    def population(self) -> tuple[list[float], list[float]]:
        """The customers: strengths from small to large, and the share of the customers about each."""
        return self._core.population

    @property
    def lasting(self) -> dict[str, float]:
        """What lasts: the correlation of strengths in both halves of the history, the likelihood ratio against
        none, the customers by whom it is known, the years of a half, the correlation with the years ahead, and
        how far the shop's level of that time may be off (``level_spread``, as a standard deviation of the
        logarithm or the log-odds)."""
        return dict(self._core.lasting)

    @property
    def is_priced(self) -> bool:
        """Whether the columns at hand tell what it costs; otherwise there is no impact."""
        return self._core.is_priced

    @property
    def detectable(self) -> bool:
        """Whether customers differ in this behaviour beyond chance, and by enough to speak of one."""
        return self._core.detectable

    @property
    def likelihood_ratio(self) -> float:
        """Twice the gain in ln L over customers who are all alike."""
        return self._core.likelihood_ratio

    @property
    def variation(self) -> float:
        """Standard deviation of the strength over customers, by its mean."""
        return self._core.variation

    @property
    def peers(self) -> dict[str, float]:
        """How the means of peer groups stand to that of all."""
        return dict(self._core.peers)

    def score(self, ledger: Ledger, *, interval: float | None = None, threads: int = 0) -> Any:
        """What is said of every customer: ``estimate``, ``threshold``, ``p_over``, ``impact`` (money
        a year), ``evidence``, ``weight``, ``support``, ``events`` that show it in so many ``orders``; all but the last
        two are of the time ahead. With an `interval` of this probability, the ends of
        the estimate's and of the impact's.

        Parameters
        ----------
        ledger : Ledger
            With the columns of the one that was fitted.
        interval : float, optional
            Between 0 and 1.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame
            One row per customer.

        Examples
        --------
        >>> import loyalty
        >>> shop = loyalty.simulate(1500, seed=4, backend="polars")
        >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
        >>> reversers = loyalty.BehaviourDistribution.fit("revenue_reverser", ledger)
        >>> scores = reversers.score(ledger, interval=0.9)
        >>> bool((scores["estimate_low"] <= scores["estimate_high"]).all())
        True
        """
        native = _check.instance("ledger", ledger, Ledger)._core
        threads = _check.whole("threads", threads)
        columns = self._core.score(native, threads)
        if interval is not None:
            columns = [*columns, *self._core.intervals(native, interval, threads)]
        return ledger._answer(columns)

    def predict(
        self, ledger: Ledger, persistence: Persistence, *, ahead: float = 1.0, threads: int = 0
    ) -> Any:
        """How strongly every customer is expected to show it in the next `ahead` years, ``predicted``: the mean and what
        lasts of their excess over it.

        Parameters
        ----------
        ledger : Ledger
            As for :meth:`score`.
        persistence : Persistence
            Of the same behaviour, from :func:`persistence`.
        ahead : float
            In years.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame
            One row per customer.

        Raises
        ------
        InputError
            Where `persistence` is that of another behaviour or `ahead` is not above 0.

        Examples
        --------
        >>> import loyalty
        >>> shop = loyalty.simulate(1500, seed=4, backend="polars")
        >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
        >>> reversers = loyalty.BehaviourDistribution.fit("revenue_reverser", ledger)
        >>> found = {row.behaviour: row for row in loyalty.persistence(ledger)}
        >>> reversers.predict(ledger, found["revenue_reverser"]).columns
        ['customer', 'predicted']
        """
        native = _check.instance("ledger", ledger, Ledger)._core
        found = _check.instance("persistence", persistence, Persistence)
        lasts = (found.behaviour, found.recurrence, found.years)
        return ledger._answer(
            self._core.predict(native, lasts, ahead, _check.whole("threads", threads))
        )

    def __repr__(self) -> str:
        found = "detectable" if self.detectable else "no difference detectable"
        return (
            f"<BehaviourDistribution: {self.behaviour}, {self._core.customers} customers, {found}>"
        )

    def _shown(self) -> _display.Parts:
        names = ("threshold", "basis", "likelihood_ratio", "variation")
        rows = [(name.replace("_", " "), getattr(self, name)) for name in names]
        return [_display.facts(f"{self.behaviour} of {self._core.customers:,} customers", rows)]


def _given(**options: float | None) -> dict[str, float]:
    return {name: float(value) for name, value in options.items() if value is not None}
