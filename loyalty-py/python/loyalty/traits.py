"""The models of single habits: how a trait varies over the customers of a shop."""

from __future__ import annotations

from typing import Any, Literal, Self

from loyalty import _check, _html, _native
from loyalty._fitted import Fitted
from loyalty.ledger import Ledger
from loyalty.persistence import Exposure, Persistence

__all__ = ["Behaviour", "TraitModel"]

#: A costly habit.
Behaviour = Literal[
    "service_demander", "revenue_reverser", "promotion_maximizer", "coupon_user", "fixed_budget"
]


class TraitModel(Fitted):
    """The model of one habit: how its trait varies over the customers of a shop.

    Examples
    --------
    >>> import loyalty
    >>> shop = loyalty.simulate(3000, seed=4)
    >>> ledger = loyalty.Ledger(shop.lines, handling=3.0, markdown=0.1)
    >>> model = loyalty.TraitModel.fit("revenue_reverser", ledger)
    >>> model.detectable, model.basis
    (True, 'economics')
    >>> list(model.score(ledger))[:4]
    ['customer', 'estimate', 'threshold', 'p_over']
    """

    __slots__ = ()

    _core: _native.TraitModel
    _twin = _native.TraitModel

    @classmethod
    def fit(
        cls,
        behaviour: Behaviour,
        ledger: Ledger,
        *,
        threshold: float | None = None,
        exposure: Exposure = "orders",
        selection: float = 1.2,
        level: float | None = None,
        reallocation: float = 0.5,
        least_peers: int = 200,
        threads: int = 0,
    ) -> Self:
        """Fits the prior over customers by its marginal likelihood.

        Parameters
        ----------
        behaviour : str
            ``service_demander``, ``revenue_reverser``, ``promotion_maximizer``, ``coupon_user`` or
            ``fixed_budget``.
        ledger : Ledger
            The shop.
        threshold : float, optional
            In the unit of the trait; by default from economics, else a ratio to the portfolio.
        exposure : {"orders", "revenue", "months"}
            What service contacts are set against.
        selection, level, reallocation, least_peers
            See docs/behaviours.md.
        threads : int
            Threads to use, 0 for all.

        Raises
        ------
        InputError
            Where the ledger lacks what the habit shows in.
        FitError
            Where nobody shows any of it.
        """
        options = _given(
            threshold=threshold, selection=selection, level=level, reallocation=reallocation
        )
        native = _check.instance("ledger", ledger, Ledger)._core
        peers, threads = _check.whole("least_peers", least_peers), _check.whole("threads", threads)
        return cls._of(_native.TraitModel.fit(behaviour, native, options, exposure, peers, threads))

    @property
    def behaviour(self) -> str:
        """Which habit."""
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
    def prior(self) -> tuple[list[float], list[float]]:
        """The prior over customers: traits from small to large, and the share of the customers about each."""
        return self._core.prior

    @property
    def detectable(self) -> bool:
        """Whether customers differ in this trait beyond chance, and by enough to speak of a trait."""
        return self._core.detectable

    @property
    def likelihood_ratio(self) -> float:
        """Twice the gain in ln L over customers who are all alike."""
        return self._core.likelihood_ratio

    @property
    def variation(self) -> float:
        """Standard deviation of the trait over customers, by its mean."""
        return self._core.variation

    @property
    def peers(self) -> dict[str, float]:
        """How the means of peer groups stand to that of all."""
        return dict(self._core.peers)

    def score(self, ledger: Ledger, *, interval: float | None = None, threads: int = 0) -> Any:
        """What the model says of every customer: ``estimate``, ``threshold``, ``p_over``, ``impact`` (money
        a year), ``evidence``, ``weight``, ``support``; with an `interval` of this probability, the ends of
        the estimate's and of the impact's."""
        native = _check.instance("ledger", ledger, Ledger)._core
        threads = _check.whole("threads", threads)
        columns = self._core.score(native, threads)
        if interval is not None:
            columns = [*columns, *self._core.intervals(native, interval, threads)]
        return ledger._answer(columns)

    def predict(
        self, ledger: Ledger, persistence: Persistence, *, ahead: float = 1.0, threads: int = 0
    ) -> Any:
        """What to expect of every customer's trait in the next `ahead` years, ``predicted``: the mean and what
        lasts of his excess over it.

        Raises
        ------
        InputError
            Where `persistence` is that of another habit or `ahead` is not above 0.
        """
        native = _check.instance("ledger", ledger, Ledger)._core
        found = _check.instance("persistence", persistence, Persistence)
        lasts = (found.behaviour, found.recurrence, found.years)
        return ledger._answer(
            self._core.predict(native, lasts, ahead, _check.whole("threads", threads))
        )

    def __repr__(self) -> str:
        found = "detectable" if self.detectable else "no trait detectable"
        return f"<TraitModel: {self.behaviour}, {self._core.customers} customers, {found}>"

    def _repr_html_(self) -> str:
        facts = ("threshold", "basis", "likelihood_ratio", "variation")
        return _html.table(repr(self)[1:-1], ((name, getattr(self, name)) for name in facts))


def _given(**options: float | None) -> dict[str, float]:
    return {name: float(value) for name, value in options.items() if value is not None}
