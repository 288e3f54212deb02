"""Costly behaviours of customers: who shows them, with what certainty, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from loyalty import _check, _display, _frames, _native
from loyalty._fitted import Fitted
from loyalty._frozen import Frozen
from loyalty.behaviour_distribution import Behaviour, BehaviourDistribution, _given
from loyalty.ledger import Ledger, _day
from loyalty.simulation import ContactExposure

__all__ = ["BehaviourModel", "BehaviourSummary", "Behaviours"]


@dataclass(frozen=True, slots=True)
class BehaviourSummary(_display.Shown):
    """The customers labelled with one behaviour.

    Attributes
    ----------
    behaviour : str
        What they are labelled with.
    customers : int
        How many.
    expected_false : float
        The share of them that is expected to be wrong; 0 where there are none.
    primary : int
        Those of them for whom it is the costliest label.
    impact : float
        What the behaviour costs in a year, over the customers labelled.
    share_of_loss : float
        Their share of the loss of unprofitable customers; those with several labels count under each. 0 without
        profits.
    share_of_loss_as_primary : float
        The same of those for whom it is the costliest label; these shares add up.

    Examples
    --------
    >>> import loyalty
    >>> shop = loyalty.simulate(1500, seed=4, backend="polars")
    >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
    >>> model = loyalty.BehaviourModel.fit(ledger)
    >>> labels = model.classify(ledger)
    >>> row = labels.summary()[0]
    >>> row.behaviour, row.customers > 30, row.expected_false < 0.1
    ('service_demander', True, True)
    """

    behaviour: str
    customers: int
    expected_false: float
    primary: int
    impact: float
    share_of_loss: float
    share_of_loss_as_primary: float


class BehaviourModel(Fitted):
    """The behaviours of a shop's customers, and from where on a customer is labelled.

    Examples
    --------
    >>> import loyalty
    >>> shop = loyalty.simulate(3000, seed=4)
    >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
    >>> model = loyalty.BehaviourModel.fit(ledger)
    >>> model.statements["revenue_reverser"]
    'labelled'
    >>> labels = model.classify(ledger)
    >>> int(labels.to_frame()["revenue_reverser"].sum()) > 100
    True
    """

    __slots__ = ()

    _core: _native.BehaviourModel
    _twin = _native.BehaviourModel

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
        contact_exposure: ContactExposure = "orders",
        selection: float = 1.2,
        level: float | None = None,
        reallocation: float = 0.5,
        ahead: float | None = None,
        least_peers: int = 200,
        threads: int = 0,
    ) -> Self:
        """Fits every behaviour that the ledger shows, and sets the cuts.

        Parameters
        ----------
        ledger : Ledger
            The shop.
        false_discovery_rate : float
            The share of labels that may be wrong, for each behaviour.
        materiality : float
            What a behaviour must cost in a year to be labelled.
        least_p_over : float
            Nobody is labelled whose strength is less likely over the threshold than this.
        least_categories : float
            Fewest categories bought by who is labelled.
        thresholds : mapping, optional
            Thresholds by behaviour, in the unit of its strength.
        contact_exposure, selection, level, reallocation, ahead, least_peers, threads
            As for :meth:`BehaviourDistribution.fit`.

        Returns
        -------
        BehaviourModel

        Examples
        --------
        >>> import loyalty
        >>> shop = loyalty.simulate(1500, seed=4, backend="polars")
        >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
        >>> loyalty.BehaviourModel.fit(ledger, false_discovery_rate=0.05).statements["service_demander"]
        'labelled'
        """
        options = _given(
            false_discovery_rate=false_discovery_rate,
            materiality=materiality,
            least_p_over=least_p_over,
            least_categories=least_categories,
            selection=selection,
            level=level,
            reallocation=reallocation,
            ahead=ahead,
        )
        native = _check.instance("ledger", ledger, Ledger)._core
        given = {name: float(value) for name, value in (thresholds or {}).items()}
        peers, threads = _check.whole("least_peers", least_peers), _check.whole("threads", threads)
        fitted = _native.BehaviourModel.fit(
            native, options, given, contact_exposure, peers, threads
        )
        return cls._of(fitted)

    @property
    def statements(self) -> dict[str, str]:
        """What can be said of each behaviour: ``labelled``, ``nobody over the threshold``, ``no
        difference detectable``, ``not seen to last``, ``steady, but not seen to hold whatever is offered``, or
        which column is missing."""
        return dict(self._core.statements())

    @property
    def distributions(self) -> dict[str, BehaviourDistribution]:
        """The distributions of the behaviours that could be looked at."""
        each = (BehaviourDistribution._of(native) for native, _ in self._core.distributions())
        return {distribution.behaviour: distribution for distribution in each}

    @property
    def cuts(self) -> dict[str, float | None]:
        """The least p_over that is labelled; None where nobody is."""
        return {native.behaviour: cut for native, cut in self._core.distributions()}

    def classify(self, ledger: Ledger, *, threads: int = 0) -> Behaviours:
        """Labels every customer of a ledger, of the shop that was fitted or a later one.

        Parameters
        ----------
        ledger : Ledger
            With the columns of the one that was fitted.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        Behaviours

        Raises
        ------
        InputError
            Where a number of a customer is so far off that a score would not be finite; it names the score and the
            row.

        Examples
        --------
        >>> import loyalty
        >>> shop = loyalty.simulate(1500, seed=4, backend="polars")
        >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
        >>> model = loyalty.BehaviourModel.fit(ledger)
        >>> labels = model.classify(ledger)
        >>> len(labels) == len(ledger)
        True
        """
        native = _check.instance("ledger", ledger, Ledger)._core
        found = self._core.classify(native, _check.whole("threads", threads))
        return Behaviours._of(found, ledger, self)

    def __repr__(self) -> str:
        labelled = [name for name, what in self.statements.items() if what == "labelled"]
        return f"<BehaviourModel: {', '.join(labelled) or 'nobody labelled'}>"

    def _shown(self) -> _display.Parts:
        return [_display.facts("Behaviours", [(n, x, "text") for n, x in self.statements.items()])]


class Behaviours(Frozen):
    """Labels and scores of every customer. Made by :meth:`BehaviourModel.classify`.

    Examples
    --------
    >>> import loyalty
    >>> shop = loyalty.simulate(1500, seed=4, backend="polars")
    >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
    >>> model = loyalty.BehaviourModel.fit(ledger)
    >>> labels = model.classify(ledger)
    >>> labels.to_frame().columns[:3]
    ['customer', 'service_demander', 'revenue_reverser']
    """

    __slots__ = ("_core", "_ledger", "_model")

    _core: _native.Behaviours
    _ledger: Ledger
    _model: BehaviourModel

    @classmethod
    def _of(cls, native: _native.Behaviours, ledger: Ledger, model: BehaviourModel) -> Self:
        behaviours = cls.__new__(cls)
        behaviours._set(_core=native, _ledger=ledger, _model=model)
        return behaviours

    def to_frame(self) -> Any:
        """One row per customer: a label for each behaviour, ``steady`` where spending is (a description, and no
        label), and ``primary``, the costliest label or ``none``; coupon use costs nothing and never is.

        Returns
        -------
        data frame

        Examples
        --------
        >>> import loyalty
        >>> shop = loyalty.simulate(1500, seed=4, backend="polars")
        >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
        >>> model = loyalty.BehaviourModel.fit(ledger)
        >>> labels = model.classify(ledger)
        >>> set(labels.to_frame()["primary"]) >= {"none", "service_demander"}
        True
        """
        return self._ledger._answer(self._core.labels())

    def scores(self, behaviour: Behaviour) -> Any:
        """The scores of a behaviour, or None where it could not be looked at.

        Parameters
        ----------
        behaviour : str
            As for :meth:`BehaviourDistribution.fit`.

        Returns
        -------
        data frame or None
            As :meth:`BehaviourDistribution.score`.

        Examples
        --------
        >>> import loyalty
        >>> shop = loyalty.simulate(1500, seed=4, backend="polars")
        >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
        >>> model = loyalty.BehaviourModel.fit(ledger)
        >>> labels = model.classify(ledger)
        >>> labels.scores("revenue_reverser").columns[:3]
        ['customer', 'estimate', 'threshold']
        """
        columns = self._core.scores(behaviour)
        return None if columns is None else self._ledger._answer(columns)

    def reasons(self) -> Any:
        """One row per label: what it rests on (``events`` in ``orders``), what is expected of the time ahead
        (``estimate`` within ``estimate_low`` and ``estimate_high`` with a probability of 0.9) against the
        ``threshold``, what it costs, ``since`` when and ``until`` when was looked at, when it ``expires``, and
        the ``reason`` in words.

        Returns
        -------
        data frame

        Examples
        --------
        >>> import loyalty
        >>> shop = loyalty.simulate(1500, seed=4, backend="polars")
        >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
        >>> model = loyalty.BehaviourModel.fit(ledger)
        >>> labels = model.classify(ledger)
        >>> reasons = labels.reasons()
        >>> reasons.columns[:4]
        ['customer', 'behaviour', 'events', 'orders']
        >>> min(reasons["orders"]) >= 2
        True
        """
        rows, columns, (since, until, expires) = self._core.reasons(
            self._model._core, self._ledger._core
        )
        ids = _native.take_ids(self._ledger._core.ids(self._ledger._customer), rows)
        days = {"since": since, "until": until, "expires": expires}
        texts = [
            _frames.text_column(name, [str(_day(day)) for day in known])
            for name, known in days.items()
        ]
        return _frames.table([ids, *columns[:-1], *texts, columns[-1]], self._ledger._frame)

    def loss_account(self) -> dict[str, float]:
        """The ``loss`` of unprofitable customers by what explains it: of the ``labelled``, of those whom one order
        sent back made dear (``one_off``, no habit), of those who ``opted_out``, and what is ``unexplained``.

        Returns
        -------
        dict
            Money.

        Examples
        --------
        >>> import loyalty
        >>> shop = loyalty.simulate(1500, seed=4, backend="polars")
        >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
        >>> model = loyalty.BehaviourModel.fit(ledger)
        >>> labels = model.classify(ledger)
        >>> sorted(labels.loss_account())
        ['labelled', 'loss', 'one_off', 'opted_out', 'unexplained']
        """
        return dict(self._core.loss_account(self._ledger._core))

    def summary(self) -> list[BehaviourSummary]:
        """One row for each behaviour that could be looked at.

        Returns
        -------
        list of BehaviourSummary

        Examples
        --------
        >>> import loyalty
        >>> shop = loyalty.simulate(1500, seed=4, backend="polars")
        >>> ledger = loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)
        >>> model = loyalty.BehaviourModel.fit(ledger)
        >>> labels = model.classify(ledger)
        >>> [row.behaviour for row in labels.summary()][:2]
        ['service_demander', 'revenue_reverser']
        """
        rows = self._core.summary(self._ledger._core)
        return _display.Rows(BehaviourSummary(*row) for row in rows)

    def __len__(self) -> int:
        return len(self._core)

    def __repr__(self) -> str:
        counts = ", ".join(f"{row.customers} {row.behaviour}" for row in self.summary())
        return f"<Behaviours of {len(self)} customers: {counts}>"

    def _shown(self) -> _display.Parts:
        account = [(name, x, "money") for name, x in self.loss_account().items()]
        return [
            _display.listed(f"Labels of {len(self):,} customers", self.summary()),
            _display.facts("Loss", account),
        ]

    def __reduce__(self) -> Any:
        raise TypeError("Behaviours cannot be pickled; pickle the model and its frame instead")
