"""The MBG/NBD model."""

from __future__ import annotations

from loyalty._model import Parameter
from loyalty.purchase import PurchaseModel

__all__ = ["MbgNbd"]


class MbgNbd(PurchaseModel):
    """The MBG/NBD model: customers may leave for good after any purchase, the first included.

    While alive, a customer makes Poisson purchases at rate λ; after each purchase they drop out with
    probability p. Over the customers λ ~ Gamma(r, rate α) and p ~ Beta(a, b), independently. Unlike
    under the BG/NBD, a customer who bought once may be gone. Parameters are from 1e-50 to 1e50:

    ===== ==================================================================
    r     shape of the purchase rates
    alpha their scale in time units: the mean rate is r/α
    a, b  of the dropout probabilities: their mean is a/(a+b)
    unit  of time, if known; the model then refuses data in another
    ===== ==================================================================

    References
    ----------
    Batislam, Denizel & Filiztekin (2007), International Journal of Research in Marketing 24(3), 201–209;
    Hoppe & Wagner (2007), Marketing JRM 3(2), 75–90.

    Examples
    --------
    >>> import loyalty
    >>> cdnow = loyalty.MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614)
    >>> customers = loyalty.CustomerSummary(frequency=[0, 0], recency=[0, 0], T=[5, 38.86])
    >>> cdnow.p_alive(customers).round(3)
    array([0.57, 0.39])
    """

    __slots__ = ()
    kind = "mbg-nbd"

    r = Parameter("Shape of the purchase rates.")
    alpha = Parameter("Scale of the purchase rates, in time units.")
    a = Parameter("First parameter of the dropout probabilities.")
    b = Parameter("Second parameter of the dropout probabilities.")

    def __init__(
        self, *, r: float, alpha: float, a: float, b: float, unit: str | None = None
    ) -> None:
        self._make(r, alpha, a, b, unit=unit)
