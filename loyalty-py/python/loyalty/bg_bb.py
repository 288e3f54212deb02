"""The BG/BB model."""

from __future__ import annotations

from loyalty._model import Parameter
from loyalty.purchase import PurchaseModel

__all__ = ["BgBb"]


class BgBb(PurchaseModel):
    """The BG/BB model: customers who can buy at set opportunities only, and leave between them.

    At each opportunity (a year's appeal, a season's fair, a weekly show) a customer who is alive buys
    with probability p; before each they leave for good with probability θ. Over the customers p is
    Beta(alpha, beta) and θ is Beta(gamma, delta). Frequency, recency and T count opportunities and are
    whole numbers: a summary in a calendar unit (``unit="calendar_year"``) has them, and
    :meth:`Orders.opportunities` makes one of a list of dates. A horizon of h holds the ⌊h⌋ next
    opportunities. Parameters are from 1e-50 to 1e50:

    ===== ==================================================================
    alpha with beta: the mean probability to buy is alpha/(alpha + beta)
    beta  with alpha: large together, customers buy alike
    gamma with delta: the mean probability to leave is gamma/(gamma + delta)
    delta with gamma: large together, customers leave alike
    unit  of time, if known; the model then refuses data in another
    ===== ==================================================================

    References
    ----------
    Fader, Hardie & Shang (2010), Customer-base analysis in a discrete-time noncontractual setting,
    Marketing Science 29(6), 1086–1108.

    Examples
    --------
    >>> import loyalty
    >>> donors = loyalty.BgBb(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783)
    >>> customers = loyalty.CustomerSummary(frequency=[5, 2], recency=[6, 3], T=[6, 6])
    >>> donors.p_alive(customers).round(3), donors.expected_purchases(customers, 5).round(2)
    (array([1.   , 0.321]), array([3.23, 0.54]))
    """

    __slots__ = ()
    kind = "bg-bb"

    alpha = Parameter("With beta: the mean probability to buy is alpha/(alpha + beta).")
    beta = Parameter("With alpha: how alike customers are in buying.")
    gamma = Parameter("With delta: the mean probability to leave is gamma/(gamma + delta).")
    delta = Parameter("With gamma: how alike customers are in leaving.")

    def __init__(
        self, *, alpha: float, beta: float, gamma: float, delta: float, unit: str | None = None
    ) -> None:
        self._make(alpha, beta, gamma, delta, unit=unit)
