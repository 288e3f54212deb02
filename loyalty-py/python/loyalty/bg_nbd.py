"""The BG/NBD model: when customers buy."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from loyalty import _check, _columns, _html, _native
from loyalty import fit as fits
from loyalty._future import Future, _many, _one
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from loyalty.fit import Fit
    from loyalty.prior import Prior

__all__ = ["BgNbd"]


class BgNbd(Future):
    """The BG/NBD model: customers buy at random times at a rate of their own, and after every
    purchase may leave for good, with a probability of their own.

    While alive, a customer makes Poisson purchases at rate λ; after each purchase he drops out with
    probability p. Over the customers λ ~ Gamma(r, rate α) and p ~ Beta(a, b), independently. A
    customer who never bought again is alive by definition.

    Parameters
    ----------
    r : float
        Shape of the purchase rates, above 0.
    alpha : float
        Their scale in time units, above 0: the mean rate is r/α.
    a, b : float
        Of the dropout probabilities, above 0: their mean is a/(a+b).
    unit : str, optional
        The unit of time; the model then refuses data in another.

    Raises
    ------
    InputError
        Unless all four are from 1e-50 to 1e50.

    References
    ----------
    Fader, Hardie & Lee (2005), "Counting your customers" the easy way: an alternative to the
    Pareto/NBD model, Marketing Science 24(2), 275–284.

    Examples
    --------
    >>> import loyalty
    >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> customers = loyalty.CustomerSummary(frequency=[2], recency=[30.43], T=[38.86])
    >>> cdnow.p_alive(customers).round(6), cdnow.expected_purchases(customers, 39).round(6)
    (array([0.726579]), array([1.226028]))
    """

    __slots__ = ("_core",)

    _core: _native.BgNbd

    def __init__(
        self, r: float, alpha: float, a: float, b: float, *, unit: str | None = None
    ) -> None:
        self._set(_core=_native.BgNbd(r, alpha, a, b, unit))

    @classmethod
    def _of(cls, native: _native.BgNbd) -> BgNbd:
        model = cls.__new__(cls)
        model._set(_core=native)
        return model

    @classmethod
    def fit(
        cls,
        customers: CustomerSummary,
        *,
        start: Sequence[float] | None = None,
        priors: Mapping[str, Prior] | None = None,
        penalizer: float = 0.0,
        tolerance: float = 1e-16,
        max_iterations: int = 200,
        threads: int = 0,
        progress: Callable[[int, float, float], object] | None = None,
    ) -> Fit[BgNbd]:
        """Fits the model by maximum likelihood.

        Analytic gradient and Hessian in the logarithms of the parameters, over the distinct
        histories. Ctrl-C ends it.

        Parameters
        ----------
        customers : CustomerSummary
            Frequency, recency, T and weights are used.
        start : sequence of 4 floats, optional
            r, alpha, a, b to start from; by default read off the data.
        priors : mapping of str to Prior, optional
            What is known of parameters before the data, by name; see :class:`Prior`.
        penalizer : float
            The ridge penalty of lifetimes' ``penalizer_coef``: n · penalizer · Σ θ² is taken off the
            log-likelihood of n customers, with alpha in multiples of the largest T. Priors say the
            same with a meaning; this is for equal results.
        tolerance : float
            Stop when the log-likelihood is this close to its maximum, by the quadratic model.
        max_iterations : int
            Most iterations.
        threads : int
            Threads to use, 0 for all. The result is the same for every number.
        progress : callable, optional
            Called at the start and after every iteration with the iterations made, the
            log-likelihood and the distance to the maximum; what it raises ends the fit.

        Returns
        -------
        Fit
            A fit without a proper maximum is not an error; ``stop`` names it.

        Raises
        ------
        InputError
            For an option outside its domain, or a prior of no parameter.
        FitError
            Where nobody bought again.
        """
        options = fits.options(start, priors, penalizer, tolerance, max_iterations, threads)
        native = fits.run(_native.BgNbd.fit, customers, options, progress)
        model = native.model
        assert isinstance(model, _native.BgNbd)
        return fits.Fit._of(native, cls._of(model), customers._frame)

    def simulate(self, T: Any, *, seed: int = 0, threads: int = 0) -> CustomerSummary:
        """Histories of new customers who behave as the model says.

        A customer's rate and dropout probability are drawn from their distributions, then the
        purchases one by one.

        Parameters
        ----------
        T : array, list or Arrow column
            How long each customer is observed from the first purchase on.
        seed : int
            Row i depends on the seed and i alone.
        threads : int
            Threads to use, 0 for all.

        Raises
        ------
        InputError
            Where a T is not from 0 to 1e50, or r/α times the longest is beyond 1e6 purchases.

        Examples
        --------
        >>> import loyalty
        >>> truth = loyalty.BgNbd(r=0.8, alpha=5, a=1, b=3, unit="week")
        >>> customers = truth.simulate([39.0] * 5000, seed=7)
        >>> found = loyalty.BgNbd.fit(customers).model
        >>> abs(found.r - 0.8) < 0.1
        True
        """
        native = _native.simulate_purchases(
            self._core,
            _columns.from_values("T", T),
            _check.whole("seed", seed),
            _check.whole("threads", threads),
        )
        return CustomerSummary._of(native, "customer", None)

    @property
    def r(self) -> float:
        """Shape of the purchase rates."""
        return self._core.parameters[0]

    @property
    def alpha(self) -> float:
        """Scale of the purchase rates, in time units."""
        return self._core.parameters[1]

    @property
    def a(self) -> float:
        """First parameter of the dropout probabilities."""
        return self._core.parameters[2]

    @property
    def b(self) -> float:
        """Second parameter of the dropout probabilities."""
        return self._core.parameters[3]

    @property
    def unit(self) -> str | None:
        """The unit of time, where it is known."""
        return self._core.unit

    @overload
    def p_alive(self, customers: CustomerSummary, *, threads: int = 0) -> Any: ...
    @overload
    def p_alive(self, *, frequency: int, recency: float, T: float) -> float: ...
    def p_alive(
        self,
        customers: CustomerSummary | None = None,
        *,
        frequency: int | None = None,
        recency: float | None = None,
        T: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Probability that a customer is still active at the end of observation.

        ::

            P(alive | x, t_x, T) = 1 / (1 + a/(b+x−1) · ((α+T)/(α+t_x))^(r+x)),   x > 0
                                 = 1,                                             x = 0

        Parameters
        ----------
        customers : CustomerSummary
            Or one customer by `frequency`, `recency` and `T`.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame, array or float
            A frame keyed by the customers' ids where the summary came from a frame, an array where
            it came from arrays, a float for one customer.

        Raises
        ------
        InputError
            Where the summary is in another unit than the model.

        References
        ----------
        Fader, Hardie & Lee (2005); Fader & Hardie (2008), note 021.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(cdnow.p_alive(frequency=1, recency=1.71, T=38.86), 9)
        0.212100985
        """
        if customers is None:
            return self._core.p_alive_one(*_one(frequency, recency, T))
        native = _many(customers, frequency, recency, T)
        column = self._core.p_alive(native, _check.whole("threads", threads))
        return customers._answer(column)

    @overload
    def expected_purchases(
        self, customers: CustomerSummary, horizon: float, *, threads: int = 0
    ) -> Any: ...
    @overload
    def expected_purchases(
        self, *, horizon: float, frequency: int, recency: float, T: float
    ) -> float: ...
    def expected_purchases(
        self,
        customers: CustomerSummary | None = None,
        horizon: float | None = None,
        *,
        frequency: int | None = None,
        recency: float | None = None,
        T: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Expected number of purchases within `horizon` after the end of observation.

        ::

            E[Y(t) | x, t_x, T] = P(alive) · G(r+x, t/(α+T), a, b+x)
            G(s, z, a, b) = (a+b−1)/(a−1) · [1 − (1+z)^−s ₂F₁(s, b; a+b−1; z/(1+z))]

        evaluated by positive terms only, at a = 1 too.

        Parameters
        ----------
        customers : CustomerSummary
            Or one customer by `frequency`, `recency` and `T`.
        horizon : float
            In the unit of the model, at least 0.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame, array or float
            As :meth:`p_alive`.

        References
        ----------
        Fader, Hardie & Lee (2005), eq. 10.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(cdnow.expected_purchases(horizon=39, frequency=10, recency=30, T=38.86), 8)
        4.21829888
        """
        if horizon is None:
            raise TypeError("expected a horizon, in the unit of the model")
        if customers is None:
            history = _one(frequency, recency, T)
            return self._core.expected_purchases_one(*history, horizon)
        native = _many(customers, frequency, recency, T)
        threads = _check.whole("threads", threads)
        return customers._answer(self._core.expected_purchases(native, horizon, threads))

    def expected_purchases_new_customer(self, horizon: Any) -> Any:
        """Expected number of purchases of a new customer within `horizon` after the first one,
        which is not counted: E[X(t)] = G(r, t/α, a, b).

        Parameters
        ----------
        horizon : float or array
            In the unit of the model, at least 0.

        References
        ----------
        Fader, Hardie & Lee (2005), eq. 9.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> cdnow.expected_purchases_new_customer([1, 32]).round(4)
        array([0.0533, 1.0452])
        """
        return _each(self._core.expected_purchases_new_customer, horizon)

    def probability_of_n_purchases(self, n: Any, t: float) -> Any:
        """Probability that a new customer makes exactly `n` purchases within `t` after the first
        one, which is not counted.

        ::

            P(X(t)=n) = B(a, b+n)/B(a, b) · [P(N=n) + [n>0] a/(b+n−1) · P(N>=n)]

        with N negative binomial, the purchases of a customer who cannot drop out.

        Parameters
        ----------
        n : int or array of int
            From 0.
        t : float
            In the unit of the model, at least 0.

        References
        ----------
        Fader, Hardie & Lee (2005), eq. 8.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> cdnow.probability_of_n_purchases([0, 1], 39).round(6)
        array([0.573786, 0.199395])
        """
        return _each(lambda n: self._core.probability_of_n_purchases(_check.whole("n", n), t), n)

    def log_likelihood(self, customers: CustomerSummary) -> float:
        """ln L of a summary at these parameters."""
        return self._core.log_likelihood(
            _check.instance("customers", customers, CustomerSummary)._core
        )

    def save(self, path: str | PathLike[str]) -> None:
        """Saves the model; :func:`load` reads it in every language, to the same bits.

        The file is written whole or not at all. :meth:`Fit.save` adds the facts of the fit.

        Raises
        ------
        ModelFileError
            Where it cannot be written.
        """
        self._core.save(path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BgNbd) and self._core == other._core

    def __hash__(self) -> int:
        return hash((BgNbd, self._core.parameters, self.unit))

    def __repr__(self) -> str:
        r, alpha, a, b = self._core.parameters
        unit = "" if self.unit is None else f", unit={self.unit!r}"
        return f"BgNbd(r={r!r}, alpha={alpha!r}, a={a!r}, b={b!r}{unit})"

    def _repr_html_(self) -> str:
        rows = list(zip(("r", "alpha", "a", "b"), self._core.parameters, strict=True))
        return _html.table(f"BG/NBD, unit {self.unit or 'not stated'}", rows)

    def __reduce__(self) -> Any:
        return _restore, (type(self), self._core.parameters, self.unit)


def _restore(
    model: type[BgNbd], parameters: tuple[float, float, float, float], unit: str | None
) -> BgNbd:
    return model._of(_native.BgNbd(*parameters, unit))


def _each(function: Callable[[Any], float], values: Any) -> Any:
    if np.ndim(values) == 0:
        return function(values)
    return np.array([function(value) for value in np.asarray(values).tolist()])
