"""The Gamma-Gamma model."""

from __future__ import annotations

from loyalty._model import Parameter
from loyalty.spend import SpendModel

__all__ = ["GammaGamma"]


class GammaGamma(SpendModel):
    """The Gamma-Gamma model: a customer's amounts are gamma distributed around a mean of their own.

    Amounts of one customer are Gamma(p, rate ν), independent of how often they buy; over the
    customers ν ~ Gamma(q, rate v). The mean m of x amounts is all that matters of them:
    ``E[M | x, m] = p (v + x m) / (p x + q − 1)``. A fit leaves out customers whose purchases were all
    free, as they have no place under a gamma distribution. Parameters are from 1e-50 to 1e50:

    = ======================================================================
    p shape of a customer's amounts
    q shape of the customers' rates; at q <= 1 their mean is infinite
    v scale of the customers' rates in money (γ in the papers)
    = ======================================================================

    References
    ----------
    Fader & Hardie (2013), The Gamma-Gamma model of monetary value, note 025; Fader, Hardie & Lee
    (2005), Journal of Marketing Research 42(4), 415–430.

    Examples
    --------
    >>> import loyalty
    >>> cdnow = loyalty.GammaGamma(p=6.25, q=3.74, v=15.44)
    >>> round(cdnow.expected_spend(transactions=2, mean=22.35), 2)
    24.66
    """

    __slots__ = ()
    kind = "gamma-gamma"
    _infinite = "q = {q:.4g} is not above 1"

    p = Parameter("Shape of a customer's amounts.")
    q = Parameter("Shape of the customers' rates.")
    v = Parameter("Scale of the customers' rates, in money.")

    def __init__(self, *, p: float, q: float, v: float) -> None:
        self._make(p, q, v)
