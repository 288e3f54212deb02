"""The BG/CNBD-k model."""

from __future__ import annotations

from loyalty._model import Parameter
from loyalty.purchase import PurchaseModel

__all__ = ["BgCnbdK"]


class BgCnbdK(PurchaseModel):
    """The BG/CNBD-k model: customers buy more or less regularly and may leave after every repeat purchase.

    While alive, a customer goes through phases at rate λ and purchases at the end of every k-th, so that
    the times between purchases are Erlang-k: the larger k, the more regular. After each repeat purchase they
    drop out with probability p. Over the customers λ ~ Gamma(r, rate α) and p ~ Beta(a, b),
    independently. With k = 1 it is :class:`BgNbd`.

    A fit tries k = 1 … 8 and takes the one with the greatest ln L; ``priors={"k": Prior.known(2)}``
    states it. It needs ``sum_ln_gaps``, which summaries of a log have; predictions do not. A k that wins
    ln L may lose forecasts, as regular customers who are late are declared dead: compare
    :func:`holdout_errors` before relying on it.

    Parameters are from 1e-50 to 1e50, k from 1 to 32:

    ===== ==================================================================
    r     shape of the rates
    alpha their scale in time units: the mean time between purchases is k/λ
    a, b  of the dropout probabilities: their mean is a/(a+b)
    k     phases between purchases, a whole number
    unit  of time, if known; the model then refuses data in another
    ===== ==================================================================

    References
    ----------
    Platzer & Reutterer (2016), Marketing Science 35(5), 779–799; Reutterer, Platzer & Schröder (2021),
    International Journal of Research in Marketing 38(1), 194–215.

    Examples
    --------
    >>> import loyalty
    >>> model = loyalty.BgCnbdK(r=0.75, alpha=3.4, a=0.43, b=2.6, k=2)
    >>> customers = loyalty.CustomerSummary(frequency=[9, 9], recency=[36, 20], T=[39, 39])
    >>> model.p_alive(customers).round(3)
    array([0.935, 0.003])
    """

    __slots__ = ()
    kind = "bg-cnbd-k"

    r = Parameter("Shape of the rates.")
    alpha = Parameter("Scale of the rates, in time units.")
    a = Parameter("First parameter of the dropout probabilities.")
    b = Parameter("Second parameter of the dropout probabilities.")
    k = Parameter("Phases between purchases: the larger, the more regular.")

    def __init__(
        self, *, r: float, alpha: float, a: float, b: float, k: float, unit: str | None = None
    ) -> None:
        self._make(r, alpha, a, b, k, unit=unit)
