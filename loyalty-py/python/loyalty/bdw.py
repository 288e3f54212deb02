"""The beta-discrete-Weibull model."""

from __future__ import annotations

from loyalty._model import Parameter
from loyalty.contract_model import ContractModel

__all__ = ["Bdw"]


class Bdw(ContractModel):
    """The beta-discrete-Weibull model (BdW): a customer's chance to leave may change as they stay.

    A customer makes t renewals with probability (1 − θ)^(t^c); over the customers θ is Beta(gamma,
    delta). ``S(t) = B(gamma, delta + t^c) / B(gamma, delta)``; at c = 1 it is the sBG. Parameters are
    from 1e-50 to 1e50:

    ===== ==================================================================
    gamma with delta: the mean chance to leave at once is gamma/(gamma + delta)
    delta with gamma: large together, customers are alike
    c     above 1 a customer's chance to leave rises with time, below it falls
    ===== ==================================================================

    References
    ----------
    Fader, Hardie, Liu, Davin & Steenburgh (2018), "How to project customer retention" revisited,
    Journal of Interactive Marketing 43, 1–16.

    Examples
    --------
    >>> import loyalty
    >>> high_end = [1000, 869, 743, 653, 593, 551, 517, 491]
    >>> cohort = loyalty.Contracts.from_cohorts(renewals=range(8), customers=high_end)
    >>> fit = loyalty.Bdw.fit(cohort)
    >>> {name: round(value, 3) for name, value in fit.parameters.items()}
    {'gamma': 0.214, 'delta': 1.427, 'c': 1.724}
    """

    __slots__ = ()
    kind = "bdw"

    gamma = Parameter("With delta: the mean chance to leave at once is gamma/(gamma + delta).")
    delta = Parameter("With gamma: how alike customers are.")
    c = Parameter("How a customer's chance to leave changes with time: it rises where above 1.")

    def __init__(self, *, gamma: float, delta: float, c: float) -> None:
        self._make(gamma, delta, c)
