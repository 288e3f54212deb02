"""The NBD model."""

from __future__ import annotations

from loyalty._model import Parameter
from loyalty.purchase import PurchaseModel

__all__ = ["Nbd"]


class Nbd(PurchaseModel):
    """The NBD model: customers buy at a rate of their own and never leave.

    Customers make Poisson purchases at rate λ; over the customers λ ~ Gamma(r, rate α). It is what
    models with dropout are held against. Parameters are from 1e-50 to 1e50:

    ===== ==================================================================
    r     shape of the purchase rates
    alpha their scale in time units: the mean rate is r/α
    unit  of time, if known; the model then refuses data in another
    ===== ==================================================================

    References
    ----------
    Ehrenberg (1959), Applied Statistics 8(1), 26–41.

    Examples
    --------
    >>> import loyalty
    >>> model = loyalty.Nbd(r=0.5, alpha=10.0)
    >>> customers = loyalty.CustomerSummary(frequency=[2], recency=[30.0], T=[40.0])
    >>> model.expected_purchases(customers, 25)
    array([1.25])
    """

    __slots__ = ()
    kind = "nbd"

    r = Parameter("Shape of the purchase rates.")
    alpha = Parameter("Scale of the purchase rates, in time units.")

    def __init__(self, *, r: float, alpha: float, unit: str | None = None) -> None:
        self._make(r, alpha, unit=unit)
