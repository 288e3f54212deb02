"""Whether behaviours last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loyalty import _check, _native
from loyalty.ledger import Ledger
from loyalty.simulation import ContactExposure

__all__ = ["Persistence", "persistence"]


@dataclass(frozen=True, slots=True)
class Persistence:
    """How a behaviour lasts from the first half of the history to the second.

    ``recurrence`` is how much of the excess over the mean of those labelled by the first half is found in
    the second: 1 for a behaviour that lasts, 0 for one that does not. ``years`` is the length of a half.
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
        that drifts about its mean; the formula stands in docs/behaviours.md."""
        return _native.lasting(self.recurrence, self.years, history, ahead)


def persistence(
    ledger: Ledger,
    *,
    thresholds: Mapping[str, float] | None = None,
    contact_exposure: ContactExposure = "orders",
    threads: int = 0,
) -> list[Persistence]:
    """Whether behaviours last: fitted to the first half of the history, looked at in the second.

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
    return [Persistence(*row) for row in rows]
