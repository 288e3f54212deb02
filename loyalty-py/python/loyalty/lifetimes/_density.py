"""Densities of what varies between customers, up to where 99 in 100 of them lie, for two plots."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from loyalty.lifetimes._histories import Floats
from loyalty.plotting._densities import ln_beta, ln_gamma

if TYPE_CHECKING:
    from collections.abc import Callable

#: Points of a curve, and of the sum that finds its end.
POINTS, STEPS = 100, 20_000
#: The share of the customers who are in the picture.
SHOWN = 0.99


def gamma(shape: float, rate: float) -> tuple[Floats, Floats]:
    """Gamma(shape, rate): points and densities."""
    # With u = x^shape the density is bounded, whatever the shape. Far beyond the mean there is nothing.
    far = (shape + 10 * math.sqrt(shape) + 50) / rate
    x = far * np.linspace(0, 1, STEPS) ** (1 / min(shape, 1))
    return _up_to_most(x, lambda at: ln_gamma(at, shape, rate), shape)


def beta(a: float, b: float) -> tuple[Floats, Floats]:
    """Beta(a, b): points and densities."""
    x = np.linspace(0, 1, STEPS) ** (1 / min(a, 1))
    return _up_to_most(x, lambda at: ln_beta(at, a, b), a)


def _up_to_most(
    x: Floats, ln_density: Callable[[Floats], Floats], shape: float
) -> tuple[Floats, Floats]:
    """The curve from 0 to the quantile. At 0 it is what it tends to: infinity for a shape below 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ln = ln_density(x)
    inner = np.isfinite(ln)
    x, density = x[inner], np.exp(np.minimum(ln[inner], 700.0))
    # Below the first point the density goes as x^(shape-1).
    below = x[0] * density[0] / shape
    mass = below + np.concatenate([[0], np.cumsum(np.diff(x) * (density[1:] + density[:-1]) / 2)])
    points = np.linspace(0, np.interp(SHOWN * mass[-1], mass, x), POINTS)
    curve = np.interp(points, x, density)
    if shape != 1:
        curve[0] = math.inf if shape < 1 else 0.0
    return points, curve
