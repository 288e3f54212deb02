"""What the BG/NBD says of the future."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import numpy as np

from loyalty import _check, _native
from loyalty._frozen import Frozen
from loyalty.errors import InputError
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EITHER = "expected a CustomerSummary, or frequency, recency and T of one customer"
#: Most purchases that a distribution tells apart.
_MOST = 10_000


class Future(Frozen):
    """Predictions of :class:`loyalty.BgNbd` after the end of observation."""

    __slots__ = ()

    if TYPE_CHECKING:
        _core: _native.BgNbd

        @property
        def unit(self) -> str | None: ...

    @overload
    def p_alive_at(
        self, customers: CustomerSummary, horizon: float, *, threads: int = 0
    ) -> Any: ...
    @overload
    def p_alive_at(self, *, horizon: float, frequency: int, recency: float, T: float) -> float: ...
    def p_alive_at(
        self,
        customers: CustomerSummary | None = None,
        horizon: float | None = None,
        *,
        frequency: int | None = None,
        recency: float | None = None,
        T: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Probability that a customer is still active `horizon` after the end of observation.

        ::

            P(alive at T+t | x, t_x, T) = P(alive) · S(r+x, t/(α+T), a, b+x)
            S(s, z, a, b) = E[(1 + pz)^−s] = ₂F₁(s, a; a+b; −z),  p ~ Beta(a, b)

        A customer who is alive has λ ~ Gamma(r+x, α+T) and p ~ Beta(a, b+x), and stays until t with
        probability e^(−λpt).

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

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(cdnow.p_alive_at(horizon=39, frequency=2, recency=30.43, T=38.86), 6)
        0.567138
        """
        horizon = _horizon(horizon)
        if customers is None:
            one = _one(frequency, recency, T)
            return _native.future_of_one(self._core, *one, horizon, 0)[0]
        native = _many(customers, frequency, recency, T)
        threads = _check.whole("threads", threads)
        return customers._answer(_native.p_alive_at(self._core, native, horizon, threads))

    @overload
    def p_no_purchase(
        self, customers: CustomerSummary, horizon: float, *, threads: int = 0
    ) -> Any: ...
    @overload
    def p_no_purchase(
        self, *, horizon: float, frequency: int, recency: float, T: float
    ) -> float: ...
    def p_no_purchase(
        self,
        customers: CustomerSummary | None = None,
        horizon: float | None = None,
        *,
        frequency: int | None = None,
        recency: float | None = None,
        T: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Probability that a customer makes no purchase within `horizon` after the end of
        observation.

        ::

            P(Y(t)=0 | x, t_x, T) = 1 − P(alive) + P(alive) · ((α+T)/(α+T+t))^(r+x)

        Parameters
        ----------
        customers, horizon, frequency, recency, T, threads
            As for :meth:`p_alive_at`.

        References
        ----------
        Fader, Hardie & Lee (2005), eq. 8 under the posterior of λ and p.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(cdnow.p_no_purchase(horizon=39, frequency=2, recency=30.43, T=38.86), 8)
        0.44537286
        """
        horizon = _horizon(horizon)
        if customers is None:
            one = _one(frequency, recency, T)
            return _native.future_of_one(self._core, *one, horizon, 0)[1]
        native = _many(customers, frequency, recency, T)
        threads = _check.whole("threads", threads)
        return customers._answer(_native.p_no_purchase(self._core, native, horizon, threads))

    def p_n_purchases(
        self, n: Any, *, horizon: float, frequency: int, recency: float, T: float
    ) -> Any:
        """Probability that a customer makes exactly `n` purchases within `horizon` after the end of
        observation. :meth:`probability_of_n_purchases` is that of a new customer.

        ::

            P(Y(t)=n | x, t_x, T) = [n=0] (1 − P(alive)) + P(alive) · P(n of one who is alive)

        Parameters
        ----------
        n : int or array of int
            From 0.
        horizon, frequency, recency, T
            As for :meth:`p_alive_at`.

        References
        ----------
        Fader, Hardie & Lee (2005), eq. 8 under the posterior of λ and p.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> cdnow.p_n_purchases([0, 1, 2], horizon=39, frequency=2, recency=30.43, T=38.86).round(6)
        array([0.445373, 0.239319, 0.144183])
        """
        one = (*_one(frequency, recency, T), _horizon(horizon))
        if np.ndim(n) == 0:
            return _native.future_of_one(self._core, *one, _check.whole("n", n))[2]
        counts = [_check.whole("n", count) for count in np.asarray(n).tolist()]
        return np.array([_native.future_of_one(self._core, *one, count)[2] for count in counts])

    @overload
    def purchase_distribution(
        self, customers: CustomerSummary, horizon: float, *, most: int = 10, threads: int = 0
    ) -> Any: ...
    @overload
    def purchase_distribution(
        self, *, horizon: float, most: int = 10, frequency: int, recency: float, T: float
    ) -> NDArray[np.float64]: ...
    def purchase_distribution(
        self,
        customers: CustomerSummary | None = None,
        horizon: float | None = None,
        *,
        most: int = 10,
        frequency: int | None = None,
        recency: float | None = None,
        T: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Distribution of the number of purchases within `horizon` after the end of observation: the
        probabilities of 0 to `most` purchases, and of more. They add up to 1.

        Parameters
        ----------
        customers, horizon, frequency, recency, T, threads
            As for :meth:`p_alive_at`.
        most : int
            The largest number that has a probability of its own, from 0 to 10000.

        Returns
        -------
        data frame, dict or array
            Columns ``p_0`` … ``p_<most>`` and ``p_more``: a frame keyed by the customers' ids where
            the summary came from a frame, a dict of arrays where it came from arrays, an array of
            ``most + 2`` values for one customer.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> customers = loyalty.CustomerSummary(
        ...     frequency=[2, 0], recency=[30.43, 0.0], T=[38.86, 38.86]
        ... )
        >>> {n: p.round(3) for n, p in cdnow.purchase_distribution(customers, 39, most=1).items()}
        {'p_0': array([0.445, 0.855]), 'p_1': array([0.239, 0.11 ]), 'p_more': array([0.315, 0.035])}
        """
        horizon = _horizon(horizon)
        if not 0 <= _check.whole("most", most) <= _MOST:
            raise InputError(f"most must be from 0 to {_MOST}, got {most}")
        if customers is None:
            one = _one(frequency, recency, T)
            return np.array(_native.purchase_distribution_of_one(self._core, *one, horizon, most))
        native = _many(customers, frequency, recency, T)
        threads = _check.whole("threads", threads)
        columns = _native.purchase_distribution(self._core, native, horizon, most, threads)
        return customers._answers(columns)

    @overload
    def discounted_purchases(
        self,
        customers: CustomerSummary,
        *,
        horizon: float | None = None,
        annual_discount_rate: float | None = None,
        discount_rate: float | None = None,
        periods: int | None = None,
        period_length: float | None = None,
        threads: int = 0,
    ) -> Any: ...
    @overload
    def discounted_purchases(
        self,
        *,
        horizon: float | None = None,
        annual_discount_rate: float | None = None,
        discount_rate: float | None = None,
        periods: int | None = None,
        period_length: float | None = None,
        frequency: int,
        recency: float,
        T: float,
    ) -> float: ...
    def discounted_purchases(
        self,
        customers: CustomerSummary | None = None,
        *,
        horizon: float | None = None,
        annual_discount_rate: float | None = None,
        discount_rate: float | None = None,
        periods: int | None = None,
        period_length: float | None = None,
        frequency: int | None = None,
        recency: float | None = None,
        T: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Discounted expected purchases after the end of observation, in one of the forms of
        :func:`loyalty.clv`.

        With ``horizon=math.inf`` and a rate these are the discounted expected residual transactions
        (DERT) of the whole future::

            DERT = P(alive) · ∫₀^∞ e^(−δt) dE(t) = P(alive) · E[λ/(λp + δ)]

        with λ ~ Gamma(r+x, α+T) and p ~ Beta(a, b+x).

        Parameters
        ----------
        customers : CustomerSummary
            Or one customer by `frequency`, `recency` and `T`.
        horizon, annual_discount_rate, discount_rate, periods, period_length
            As for :func:`loyalty.clv`.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame, array or float
            As :meth:`p_alive`.

        Examples
        --------
        >>> import loyalty, math
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
        >>> dert = cdnow.discounted_purchases(
        ...     horizon=math.inf, annual_discount_rate=0.1, frequency=2, recency=30.43, T=38.86
        ... )
        >>> round(dert, 6)
        6.371743
        """
        from loyalty.value import discounting_of  # which needs the model

        unit = self.unit if customers is None else self.unit or customers.unit
        rates = (horizon, annual_discount_rate, discount_rate)
        discounting = discounting_of(unit, *rates, periods, period_length)
        if customers is None:
            one = _one(frequency, recency, T)
            return _native.discounted_purchases_of_one(self._core, *one, discounting)
        native = _many(customers, frequency, recency, T)
        threads = _check.whole("threads", threads)
        return customers._answer(self._core.discounted_purchases(native, discounting, threads))


def _horizon(horizon: float | None) -> float:
    if horizon is None:
        raise TypeError("expected a horizon, in the unit of the model")
    return horizon


def _one(frequency: int | None, recency: float | None, T: float | None) -> tuple[int, float, float]:
    if frequency is None or recency is None or T is None:
        raise TypeError(_EITHER)
    return _check.whole("frequency", frequency), recency, T


def _many(customers: CustomerSummary, *one: float | None) -> _native.CustomerSummary:
    if any(value is not None for value in one):
        raise TypeError(_EITHER)
    return _check.instance("customers", customers, CustomerSummary)._core
