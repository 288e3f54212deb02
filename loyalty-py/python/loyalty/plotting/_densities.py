"""The distributions over customers that purchase models are made of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from loyalty import _native
from loyalty.posterior import Posterior
from loyalty.purchase import PurchaseModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from loyalty.fit import Fit

#: Points of a posterior that a band is drawn of: its ends at 5 % then have three points or more beyond.
_POINTS = 100


def ln_gamma(x: NDArray[np.float64], shape: float, rate: float) -> NDArray[np.float64]:
    """ln of the density of a gamma distribution, rate^shape x^(shape − 1) e^(−rate x) / Γ(shape)."""
    scale = shape * math.log(rate) - math.lgamma(shape)
    return scale + (shape - 1) * np.log(x) - rate * x


def ln_beta(x: NDArray[np.float64], a: float, b: float) -> NDArray[np.float64]:
    """ln of the density of a beta distribution, x^(a − 1) (1 − x)^(b − 1) / B(a, b)."""
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return scale + (a - 1) * np.log(x) + (b - 1) * np.log1p(-x)


def models(
    given: PurchaseModel | Fit[PurchaseModel] | Posterior[PurchaseModel],
) -> list[PurchaseModel]:
    """The model given; of a posterior as many as a band needs, each as probable as another."""
    if not isinstance(given, Posterior):
        return [PurchaseModel._given("model", given)]
    mode = PurchaseModel._given("model", given.mode)
    chosen = given.thinned(_POINTS)
    # Those of a quadrature have weights: by them, at equal steps of their sum.
    steps = (np.arange(_POINTS) + 0.5) / _POINTS
    rows = np.searchsorted(np.cumsum(chosen.weights), steps).clip(max=len(chosen.weights) - 1)
    return [
        mode._of(_native.PurchaseModel(mode.kind, point.tolist(), mode.unit))
        for point in chosen.points[rows]
    ]


def curves(
    found: list[PurchaseModel], of: Callable[[PurchaseModel], NDArray[np.float64]], level: float
) -> tuple[NDArray[np.float64], tuple[NDArray[np.float64], NDArray[np.float64]] | None]:
    """What a function makes of the models on average, and the band of the level around it."""
    each = np.array([of(model) for model in found])
    if len(each) == 1:
        return each[0], None
    low, high = np.quantile(each, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return each.mean(axis=0), (low, high)
