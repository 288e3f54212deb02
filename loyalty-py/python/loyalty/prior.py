"""What is known of a model's parameters before the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loyalty import _display, _native
from loyalty._frozen import Frozen

__all__ = ["Prior"]


class Prior(Frozen):
    """What is known of a parameter θ before the data.

    Made by :meth:`log_normal`, :meth:`gamma`, :meth:`normal` or :meth:`known` and given to a fit by the parameter's
    name. The fit maximises ln L plus the log densities of the priors, taken over ln θ, so that a fit
    to very little data ends at the prior's median or mean and not beside it::

        log-normal   −½ ((ln θ − ln median)/σ)²
        gamma        k ln θ − k θ/mean
        normal       −½ ((θ − mean)/σ)², of a coefficient on its standardised scale

    A parameter with a unit, such as α of the BG/NBD (time) and v of the Gamma-Gamma (money), is
    measured against the data unless the prior is ``absolute``: times in multiples of the customers'
    mean T, money in multiples of the mean spend. Weeks or days, euros or cents, the forecast is then the same.

    ``pm.find_MAP`` of the Bayesian peers takes densities over θ itself: a gamma prior of shape k here
    is one of shape k + 1 and rate k/mean there.

    Examples
    --------
    >>> import loyalty
    >>> customers = loyalty.datasets.cdnow_orders().summarize(
    ...     unit="week", observation_end="1997-09-30"
    ... )
    >>> fit = loyalty.BgNbd.fit(
    ...     customers,
    ...     priors={
    ...         "alpha": loyalty.Prior.log_normal(median=0.2, sigma=0.5),
    ...         "a": loyalty.Prior.gamma(shape=4, mean=0.5),
    ...         "b": loyalty.Prior.known(2.0),
    ...     },
    ... )
    >>> fit.model.b, fit.standard_errors["b"], round(fit.log_prior, 3)
    (2.0, 0.0, -4.497)
    """

    __slots__ = ("_arguments", "_core", "_kind")

    _core: _native.Prior
    _kind: str
    _arguments: dict[str, Any]

    @classmethod
    def _of(cls, kind: str, arguments: dict[str, Any]) -> Prior:
        prior = cls.__new__(cls)
        core = getattr(_native.Prior, kind)(*arguments.values())
        prior._set(_kind=kind, _arguments=arguments, _core=core)
        return prior

    @classmethod
    def log_normal(cls, median: float, sigma: float, *, absolute: bool = False) -> Prior:
        """ln θ is normal around ln ``median`` with standard deviation ``sigma``.

        Parameters
        ----------
        median, sigma : float
            From 1e-50 to 1e50.
        absolute : bool
            The median is in the parameter's own unit, not relative to the data.

        Returns
        -------
        Prior

        Raises
        ------
        InputError
            For a number outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> loyalty.Prior.log_normal(4.0, 0.5, absolute=True)
        Prior.log_normal(median=4.0, sigma=0.5, absolute=True)
        """
        return cls._of("log_normal", {"median": median, "sigma": sigma, "absolute": absolute})

    @classmethod
    def gamma(cls, shape: float, mean: float, *, absolute: bool = False) -> Prior:
        """θ is gamma distributed, worth ``shape`` observations of its mean.

        Parameters
        ----------
        shape, mean : float
            From 1e-50 to 1e50.
        absolute : bool
            The mean is in the parameter's own unit, not relative to the data.

        Returns
        -------
        Prior

        Raises
        ------
        InputError
            For a number outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> loyalty.Prior.gamma(shape=2, mean=0.8)
        Prior.gamma(shape=2, mean=0.8, absolute=False)
        """
        return cls._of("gamma", {"shape": shape, "mean": mean, "absolute": absolute})

    @classmethod
    def normal(cls, mean: float, sigma: float) -> Prior:
        """θ, which may be below 0, is normal around ``mean`` with standard deviation ``sigma``.

        It is that of a coefficient of a covariate, for a step of one standard deviation of the covariate,
        and of the log-odds of a probability. Around 0 it holds coefficients back, the more the smaller
        ``sigma`` is.

        Parameters
        ----------
        mean : float
            From -1e50 to 1e50.
        sigma : float
            From 1e-50 to 1e50.

        Returns
        -------
        Prior

        Raises
        ------
        InputError
            For a number outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> loyalty.Prior.normal(0, 0.5)
        Prior.normal(mean=0, sigma=0.5)
        """
        return cls._of("normal", {"mean": mean, "sigma": sigma})

    @classmethod
    def known(cls, value: float) -> Prior:
        """θ is this value, in the parameter's own unit: it is not fitted.

        Parameters
        ----------
        value : float
            From 1e-50 to 1e50.

        Returns
        -------
        Prior

        Raises
        ------
        InputError
            Unless the value is from 1e-50 to 1e50.

        Examples
        --------
        >>> import loyalty
        >>> loyalty.Prior.known(2.0)
        Prior.known(value=2.0)
        """
        return cls._of("known", {"value": value})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Prior) and self._core == other._core

    def __hash__(self) -> int:
        return hash((self._kind, *self._arguments.values()))

    def _shown(self) -> _display.Parts:
        return [repr(self)]

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self._arguments.items())
        return f"Prior.{self._kind}({arguments})"

    def __reduce__(self) -> Any:
        return Prior._of, (self._kind, self._arguments)


def natives(priors: Mapping[str, Prior] | None) -> dict[str, _native.Prior]:
    """Priors by parameter as the native module takes them."""
    priors = {} if priors is None else priors
    for name, prior in priors.items():
        if not isinstance(prior, Prior):
            raise TypeError(f"the prior of {name!r} must be a Prior, got {type(prior).__name__}")
    return {name: prior._core for name, prior in priors.items()}
