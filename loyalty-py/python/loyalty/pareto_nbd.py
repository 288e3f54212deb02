"""The Pareto/NBD model."""

from __future__ import annotations

from loyalty._model import Parameter
from loyalty.purchase import PurchaseModel

__all__ = ["ParetoNbd"]


class ParetoNbd(PurchaseModel):
    """The Pareto/NBD model: customers may leave for good at any time, whether they buy or not.

    While alive, a customer makes Poisson purchases at rate λ; they stay for an exponential time at rate
    μ. Over the customers λ ~ Gamma(r, rate α) and μ ~ Gamma(s, rate β), independently. A customer who
    bought once may be gone. Parameters are from 1e-50 to 1e50:

    ===== ==================================================================
    r     shape of the purchase rates
    alpha their scale in time units: the mean rate is r/α
    s     shape of the rates to leave
    beta  their scale in time units: alive at t with probability (β/(β+t))ˢ
    unit  of time, if known; the model then refuses data in another
    ===== ==================================================================

    References
    ----------
    Schmittlein, Morrison & Colombo (1987), Management Science 33(1), 1–24; Fader & Hardie (2005), A note
    on deriving the Pareto/NBD model and related expressions.

    Examples
    --------
    >>> import loyalty
    >>> cdnow = loyalty.ParetoNbd(r=0.553, alpha=10.578, s=0.606, beta=11.669)
    >>> customers = loyalty.CustomerSummary(frequency=[0, 2], recency=[0, 30.43], T=[38.86, 38.86])
    >>> cdnow.p_alive(customers).round(3)
    array([0.295, 0.869])
    """

    __slots__ = ()
    kind = "pareto-nbd"

    r = Parameter("Shape of the purchase rates.")
    alpha = Parameter("Scale of the purchase rates, in time units.")
    s = Parameter("Shape of the rates to leave.")
    beta = Parameter("Scale of the rates to leave, in time units.")

    def __init__(
        self, *, r: float, alpha: float, s: float, beta: float, unit: str | None = None
    ) -> None:
        self._make(r, alpha, s, beta, unit=unit)
