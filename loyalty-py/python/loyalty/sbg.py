"""The shifted beta-geometric model."""

from __future__ import annotations

from loyalty._model import Parameter
from loyalty.contract_model import ContractModel

__all__ = ["Sbg"]


class Sbg(ContractModel):
    """The shifted beta-geometric model (sBG): at each renewal a customer leaves with a chance of their
    own.

    The chance does not change with time; over the customers it is Beta(gamma, delta). That the retention
    of a cohort rises is then no loyalty that grows: who is likely to leave has left.
    ``S(t) = B(gamma, delta + t) / B(gamma, delta)``, and the retention after n renewals is
    ``(delta + n) / (gamma + delta + n)``. Parameters are from 1e-50 to 1e50:

    ===== ==================================================================
    gamma with delta: the mean chance to leave is gamma/(gamma + delta)
    delta with gamma: large together, customers are alike
    ===== ==================================================================

    References
    ----------
    Fader & Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1),
    76–90; Fader & Hardie (2010), Marketing Science 29(1), 85–93.

    Examples
    --------
    >>> import loyalty
    >>> regular = [1000, 631, 468, 382, 326, 289, 262, 241]
    >>> cohort = loyalty.Contracts.from_cohorts(renewals=range(8), customers=regular)
    >>> fit = loyalty.Sbg.fit(cohort)
    >>> {name: round(value, 3) for name, value in fit.parameters.items()}
    {'gamma': 0.704, 'delta': 1.182}
    """

    __slots__ = ()
    kind = "sbg"

    gamma = Parameter("With delta: the mean chance to leave is gamma/(gamma + delta).")
    delta = Parameter("With gamma: how alike customers are.")

    def __init__(self, *, gamma: float, delta: float) -> None:
        self._make(gamma, delta)
