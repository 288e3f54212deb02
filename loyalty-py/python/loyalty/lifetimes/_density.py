"""Densities of what varies between customers, up to where 99 in 100 of them lie, for two plots."""

from __future__ import annotations

import math

import numpy as np

from loyalty.lifetimes._histories import Floats
from loyalty.plotting._densities import ln_beta, ln_gamma

#: Points of a curve, and of the sum that finds its end.
POINTS, STEPS = 100, 20_000
#: The share of the customers who are in the picture.
SHOWN = 0.99


def gamma(shape: float, rate: float) -> tuple[Floats, Floats]:
    """Gamma(shape, rate): points and densities."""
    # With u = x^shape the density is bounded, whatever the shape. Far beyond the mean there is nothing.
    far = (shape + 10 * math.sqrt(shape) + 50) / rate
    x = far * np.linspace(0, 1, STEPS) ** (1 / min(shape, 1))
    with np.errstate(divide="ignore"):
        return _up_to_most(x, ln_gamma(x, shape, rate), shape)


def beta(a: float, b: float) -> tuple[Floats, Floats]:
    """Beta(a, b): points and densities."""
    x = np.linspace(0, 1, STEPS) ** (1 / min(a, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return _up_to_most(x, ln_beta(x, a, b), a)


def _up_to_most(x: Floats, ln_density: Floats, shape: float) -> tuple[Floats, Floats]:
    """The curve from 0, or next to it where it is infinite there, to the quantile."""
    density = np.exp(np.minimum(ln_density, 700.0))
    inner = np.isfinite(ln_density)
    x, density = x[inner], density[inner]
    # Below the first point the density goes as x^(shape-1).
    below = x[0] * density[0] / shape
    mass = below + np.concatenate([[0], np.cumsum(np.diff(x) * (density[1:] + density[:-1]) / 2)])
    end = np.interp(SHOWN * mass[-1], mass, x)
    points = np.linspace(0, end, POINTS)
    return points[1:], np.interp(points[1:], x, density)
