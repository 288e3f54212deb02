"""The BG/NBD model."""

from __future__ import annotations

from loyalty._model import Parameter
from loyalty.purchase import PurchaseModel

__all__ = ["BgNbd"]


class BgNbd(PurchaseModel):
    """The BG/NBD model: customers may leave for good after any purchase.

    While alive, a customer makes Poisson purchases at rate λ; after each they drop out with
    probability p. Over the customers λ ~ Gamma(r, rate α) and p ~ Beta(a, b), independently. A
    customer who never bought again is alive by definition. Parameters are from 1e-50 to 1e50:

    ===== ==================================================================
    r     shape of the purchase rates
    alpha their scale in time units: the mean rate is r/α
    a, b  of the dropout probabilities: their mean is a/(a+b)
    unit  of time, if known; the model then refuses data in another
    ===== ==================================================================

    References
    ----------
    Fader, Hardie & Lee (2005), "Counting your customers" the easy way: an alternative to the
    Pareto/NBD model, Marketing Science 24(2), 275–284.

    Examples
    --------
    >>> import loyalty
    >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> customers = loyalty.CustomerSummary(frequency=[2], recency=[30.43], T=[38.86])
    >>> cdnow.p_alive(customers).round(6), cdnow.expected_purchases(customers, 39).round(6)
    (array([0.726579]), array([1.226028]))
    """

    __slots__ = ()
    kind = "bg-nbd"

    r = Parameter("Shape of the purchase rates.")
    alpha = Parameter("Scale of the purchase rates, in time units.")
    a = Parameter("First parameter of the dropout probabilities.")
    b = Parameter("Second parameter of the dropout probabilities.")

    def __init__(
        self, *, r: float, alpha: float, a: float, b: float, unit: str | None = None
    ) -> None:
        self._make(r, alpha, a, b, unit=unit)
