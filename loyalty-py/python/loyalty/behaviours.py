"""Costly habits of customers: who has them, with what certainty, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any, Literal, Self

from loyalty import _check, _html, _native
from loyalty._frozen import Frozen
from loyalty.ledger import Ledger

__all__ = ["BehaviourModel", "BehaviourSummary", "Behaviours", "Persistence", "TraitModel", "persistence"]

#: A costly habit.
Behaviour = Literal[
    "service_demander", "revenue_reverser", "promotion_maximizer", "coupon_user", "fixed_budget"
]
#: What service contacts are set against.
Exposure = Literal["orders", "revenue", "months"]


@dataclass(frozen=True, slots=True)
class BehaviourSummary:
    """The customers labelled with one habit.

    ``expected_false`` is the share of them that is expected to be wrong, ``impact`` what the habit costs
    in a year, ``share_of_loss`` their share of the loss of all unprofitable customers;
    ``share_of_loss_as_primary`` counts every customer under his costliest label only.
    """

    behaviour: str
    customers: int
    expected_false: float
    primary: int
    impact: float
    share_of_loss: float
    share_of_loss_as_primary: float


@dataclass(frozen=True, slots=True)
class Persistence:
    """How a habit lasts from the first half of the history to the second.

    ``recurrence`` is how much of the excess over the mean of those labelled by the first half is found in
    the second: 1 for a trait that lasts, 0 for one that does not. ``years`` is the length of a half.
    """

    behaviour: str
    customers: int
    rank_correlation: float
    labelled: int
    over_again: float
    recurrence: float
    years: float

    def lasting(self, history: float, ahead: float) -> float:
        """How much of the excess shown in so many years of `history` the next `ahead` years hold, for a trait
        that drifts about its mean; the formula stands in docs/behaviours.md."""
        return _native.lasting(self.recurrence, self.years, history, ahead)


class TraitModel(Frozen):
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

    __slots__ = ("_core",)

    _core: _native.TraitModel

    def __init__(self) -> None:
        raise TypeError("a TraitModel is made by fit or load")

    @classmethod
    def _of(cls, native: _native.TraitModel) -> Self:
        model = cls.__new__(cls)
        model._set(_core=native)
        return model

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
        options = _given(threshold=threshold, selection=selection, level=level, reallocation=reallocation)
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
        return ledger._answer(self._core.predict(native, lasts, ahead, _check.whole("threads", threads)))

    def save(self, path: str | PathLike[str]) -> None:
        """Saves the model; the file is written whole or not at all."""
        self._core.save(path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Loads a model saved in any language."""
        return cls._of(_native.TraitModel.load(path))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TraitModel) and self._core == other._core

    def __hash__(self) -> int:
        return hash(self._core.to_json())

    def __repr__(self) -> str:
        found = "detectable" if self.detectable else "no trait detectable"
        return f"<TraitModel: {self.behaviour}, {self._core.customers} customers, {found}>"

    def _repr_html_(self) -> str:
        facts = ("threshold", "basis", "likelihood_ratio", "variation")
        return _html.table(repr(self)[1:-1], ((name, getattr(self, name)) for name in facts))

    def __reduce__(self) -> Any:
        return _restore_trait, (self._core.to_json(),)


class BehaviourModel(Frozen):
    """The habits of a shop's customers, and from where on they are called by name.

    Examples
    --------
    >>> import loyalty
    >>> shop = loyalty.simulate(3000, seed=4)
    >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
    >>> model = loyalty.BehaviourModel.fit(ledger)
    >>> model.statements["revenue_reverser"]
    'labelled'
    >>> labels = model.classify(ledger)
    >>> int(labels.table()["revenue_reverser"].sum()) > 100
    True
    """

    __slots__ = ("_core",)

    _core: _native.BehaviourModel

    def __init__(self) -> None:
        raise TypeError("a BehaviourModel is made by fit or load")

    @classmethod
    def _of(cls, native: _native.BehaviourModel) -> Self:
        model = cls.__new__(cls)
        model._set(_core=native)
        return model

    @classmethod
    def fit(
        cls,
        ledger: Ledger,
        *,
        false_discovery_rate: float = 0.1,
        materiality: float = 0.0,
        least_p_over: float = 0.5,
        least_categories: float = 0.0,
        thresholds: Mapping[str, float] | None = None,
        exposure: Exposure = "orders",
        selection: float = 1.2,
        level: float | None = None,
        reallocation: float = 0.5,
        least_peers: int = 200,
        threads: int = 0,
    ) -> Self:
        """Fits every habit that the ledger shows, and sets the cuts.

        Parameters
        ----------
        ledger : Ledger
            The shop.
        false_discovery_rate : float
            The share of labels that may be wrong, for each habit.
        materiality : float
            What a habit must cost in a year to be labelled.
        least_p_over : float
            Nobody is labelled whose trait is less likely over the threshold than this.
        least_categories : float
            Fewest categories bought by who is labelled.
        thresholds : mapping, optional
            Thresholds by habit, in the unit of its trait.
        exposure, selection, level, reallocation, least_peers, threads
            As for :meth:`TraitModel.fit`.
        """
        options = _given(
            false_discovery_rate=false_discovery_rate,
            materiality=materiality,
            least_p_over=least_p_over,
            least_categories=least_categories,
            selection=selection,
            level=level,
            reallocation=reallocation,
        )
        native = _check.instance("ledger", ledger, Ledger)._core
        given = {name: float(value) for name, value in (thresholds or {}).items()}
        peers, threads = _check.whole("least_peers", least_peers), _check.whole("threads", threads)
        return cls._of(_native.BehaviourModel.fit(native, options, given, exposure, peers, threads))

    @property
    def statements(self) -> dict[str, str]:
        """What can be said of each habit: ``labelled``, ``nobody over the threshold``, ``no trait
        detectable``, or which column is missing."""
        return dict(self._core.statements())

    @property
    def traits(self) -> dict[str, TraitModel]:
        """The models of the habits that could be looked at."""
        models = (TraitModel._of(native) for native, _ in self._core.traits())
        return {model.behaviour: model for model in models}

    @property
    def cuts(self) -> dict[str, float | None]:
        """The least p_over that is labelled; None where nobody is."""
        return {native.behaviour: cut for native, cut in self._core.traits()}

    def classify(self, ledger: Ledger, *, threads: int = 0) -> Behaviours:
        """Labels every customer of a ledger, of the shop that was fitted or a later one."""
        native = _check.instance("ledger", ledger, Ledger)._core
        found = self._core.classify(native, _check.whole("threads", threads))
        return Behaviours._of(found, ledger)

    def save(self, path: str | PathLike[str]) -> None:
        """Saves the model; the file is written whole or not at all."""
        self._core.save(path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Loads a model saved in any language."""
        return cls._of(_native.BehaviourModel.load(path))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BehaviourModel) and self._core == other._core

    def __hash__(self) -> int:
        return hash(self._core.to_json())

    def __repr__(self) -> str:
        labelled = [name for name, what in self.statements.items() if what == "labelled"]
        return f"<BehaviourModel: {', '.join(labelled) or 'nobody labelled'}>"

    def _repr_html_(self) -> str:
        return _html.table("Behaviours", self.statements.items())

    def __reduce__(self) -> Any:
        return _restore_model, (self._core.to_json(),)


class Behaviours(Frozen):
    """Labels and scores of every customer. Made by :meth:`BehaviourModel.classify`."""

    __slots__ = ("_core", "_ledger")

    _core: _native.Behaviours
    _ledger: Ledger

    @classmethod
    def _of(cls, native: _native.Behaviours, ledger: Ledger) -> Self:
        behaviours = cls.__new__(cls)
        behaviours._set(_core=native, _ledger=ledger)
        return behaviours

    def table(self) -> Any:
        """One row per customer: a label for each habit, ``suspected`` where a fixed budget is but a
        suspicion, and ``primary``, the costliest label or ``none``."""
        return self._ledger._answer(self._core.labels())

    def scores(self, behaviour: Behaviour) -> Any:
        """The scores of a habit, or None where it could not be looked at."""
        columns = self._core.scores(behaviour)
        return None if columns is None else self._ledger._answer(columns)

    def summary(self) -> list[BehaviourSummary]:
        """One row for each habit that could be looked at."""
        return [BehaviourSummary(*row) for row in self._core.summary(self._ledger._core)]

    def __len__(self) -> int:
        return len(self._core)

    def __repr__(self) -> str:
        counts = ", ".join(f"{row.customers} {row.behaviour}" for row in self.summary())
        return f"<Behaviours of {len(self)} customers: {counts}>"

    def _repr_html_(self) -> str:
        rows = [(row.behaviour, row.customers, row.impact, row.share_of_loss) for row in self.summary()]
        return _html.table(
            f"{len(self)} customers", rows, ("habit", "customers", "cost a year", "share of loss")
        )

    def __reduce__(self) -> Any:
        raise TypeError("Behaviours cannot be pickled; pickle the model and its table instead")


def persistence(
    ledger: Ledger,
    *,
    thresholds: Mapping[str, float] | None = None,
    exposure: Exposure = "orders",
    threads: int = 0,
) -> list[Persistence]:
    """Whether habits last: fitted to the first half of the history, looked at in the second.

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
    rows = _native.persistence(native, {}, given, exposure, _check.whole("threads", threads))
    return [Persistence(*row) for row in rows]


def _given(**options: float | None) -> dict[str, float]:
    return {name: float(value) for name, value in options.items() if value is not None}


def _restore_trait(text: str) -> TraitModel:
    return TraitModel._of(_native.TraitModel.from_json(text))


def _restore_model(text: str) -> BehaviourModel:
    return BehaviourModel._of(_native.BehaviourModel.from_json(text))
