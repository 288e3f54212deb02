"""When customers buy: what every purchase model says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

from loyalty import _check, _columns, _display, _frames, _horizons, _native
from loyalty._discounting import discounting_of
from loyalty._model import Model
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from loyalty._frame_types import Arrays, Customers, NativeT, OfArrays, OfFrame
    from loyalty._horizons import Horizon
    from loyalty.predictions import Futures

__all__ = ["PurchaseModel"]

_EITHER = "expected a CustomerSummary, or frequency, recency and T of one customer"


class PurchaseModel(Model):
    """When customers buy: what all purchase models have in common.

    Customers buy at random times at a rate of their own while they are alive, and at some time leave
    for good, unseen. How rates and lifetimes vary between the customers is what the models differ in;
    their own docstrings and docs/models.md have the formulas.

    Every prediction is about many customers, given by a summary, or about one, given by `frequency`
    (repeat purchases), `recency` (the time of the last one since the first) and `T` (how long they
    have been observed since the first), all in the unit of the model.

    Examples
    --------
    >>> import loyalty
    >>> sorted(loyalty.PurchaseModel.kinds())
    ['bg-bb', 'bg-cnbd-k', 'bg-nbd', 'mbg-cnbd-k', 'mbg-nbd', 'nbd', 'pareto-nbd']
    >>> isinstance(loyalty.MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614), loyalty.PurchaseModel)
    True
    """

    __slots__ = ()

    _twin = _native.PurchaseModel
    _intervals = ("p_alive", "expected_purchases")
    _instead = (
        "expected_purchases(customers, horizon) is how often they will buy, p_alive(customers) whether "
        "they are still there; loyalty.clv what they are worth"
    )
    _core: _native.PurchaseModel

    def _make(self, *values: float, unit: str | None) -> None:
        """Sets the parameters, given in the order of the core."""
        self._set(_core=_native.PurchaseModel(self.kind, list(values), unit))

    def _arguments(self) -> tuple[Any, ...]:
        return *super()._arguments(), self.unit

    def _ahead(
        self,
        asked: _Asked,
        horizon: Any,
        ask: Callable[[_native.CustomerSummary, float], _native.Column],
    ) -> Any:
        """What is asked of customers up to one horizon, or several."""
        return _horizons.answered(
            _needed(horizon),
            self.unit or asked.unit,
            lambda ahead: ask(asked.native, ahead),
            asked.answer,
            asked.answers,
        )

    @property
    def unit(self) -> str | None:
        """The unit of time, where it is known."""
        return self._core.unit

    @overload
    def p_alive(self, customers: OfFrame[NativeT], *, threads: int = 0) -> NativeT: ...
    @overload
    def p_alive(self, customers: OfArrays, *, threads: int = 0) -> NDArray[np.float64]: ...
    @overload
    def p_alive(self, *, frequency: int, recency: float, T: float) -> float: ...
    def p_alive(
        self,
        customers: Customers | None = None,
        *,
        frequency: int | None = None,
        recency: float | None = None,
        T: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Probability that a customer is still active at the end of observation.

        Parameters
        ----------
        customers : CustomerSummary or a table of one
            Or one customer by `frequency`, `recency` and `T`, or several by arrays of these.
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

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(cdnow.p_alive(frequency=1, recency=1.71, T=38.86), 9)
        0.212100985
        """
        asked = _asked(customers, frequency, recency, T)
        return asked.answer(self._core.p_alive(asked.native, _check.whole("threads", threads)))

    @overload
    def p_alive_at(
        self,
        customers: OfFrame[NativeT],
        horizon: Horizon | Sequence[Horizon],
        *,
        threads: int = 0,
    ) -> NativeT: ...
    @overload
    def p_alive_at(
        self, customers: OfArrays, horizon: Horizon, *, threads: int = 0
    ) -> NDArray[np.float64]: ...
    @overload
    def p_alive_at(
        self, customers: OfArrays, horizon: list[Any] | tuple[Any, ...], *, threads: int = 0
    ) -> Arrays: ...
    @overload
    def p_alive_at(
        self, *, horizon: Horizon, frequency: int, recency: float, T: float
    ) -> float: ...
    def p_alive_at(
        self,
        customers: Customers | None = None,
        horizon: Horizon | Sequence[Horizon] | None = None,
        *,
        frequency: int | None = None,
        recency: float | None = None,
        T: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Probability that a customer is still active `horizon` after the end of observation.

        Parameters
        ----------
        customers : CustomerSummary or a table of one
            Or one customer by `frequency`, `recency` and `T`, or several by arrays of these.
        horizon : float, str or timedelta, or several
            In the unit of the model, at least 0; or a length of time such as ``"90 days"``, ``"3 months"``
            or ``timedelta(days=90)``. A list gives a column for each.
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
        ask, threads = self._core.p_alive_at, _check.whole("threads", threads)
        asked = _asked(customers, frequency, recency, T)
        return self._ahead(asked, horizon, lambda native, ahead: ask(native, ahead, threads))

    @overload
    def expected_purchases(
        self,
        customers: OfFrame[NativeT],
        horizon: Horizon | Sequence[Horizon],
        *,
        threads: int = 0,
    ) -> NativeT: ...
    @overload
    def expected_purchases(
        self, customers: OfArrays, horizon: Horizon, *, threads: int = 0
    ) -> NDArray[np.float64]: ...
    @overload
    def expected_purchases(
        self, customers: OfArrays, horizon: list[Any] | tuple[Any, ...], *, threads: int = 0
    ) -> Arrays: ...
    @overload
    def expected_purchases(
        self, *, horizon: Horizon, frequency: int, recency: float, T: float
    ) -> float: ...
    def expected_purchases(
        self,
        customers: Customers | None = None,
        horizon: Horizon | Sequence[Horizon] | None = None,
        *,
        frequency: int | None = None,
        recency: float | None = None,
        T: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Expected number of purchases within `horizon` after the end of observation.

        Parameters
        ----------
        customers, horizon, frequency, recency, T, threads
            As for :meth:`p_alive_at`.

        Returns
        -------
        data frame, array or float
            As :meth:`p_alive`.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(cdnow.expected_purchases(horizon=39, frequency=10, recency=30, T=38.86), 8)
        4.21829888

        Several horizons at once, as lengths of time where the unit is known:

        >>> weekly = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
        >>> customers = loyalty.CustomerSummary(frequency=[10, 0], recency=[30, 0], T=[38.86, 38.86])
        >>> found = weekly.expected_purchases(customers, ["90 days", "1 year"])
        >>> {name: values.round(2).tolist() for name, values in found.items()}
        {'expected_purchases_90_days': [1.61, 0.07], 'expected_purchases_1_year': [5.31, 0.25]}
        """
        ask, threads = self._core.expected_purchases, _check.whole("threads", threads)
        asked = _asked(customers, frequency, recency, T)
        return self._ahead(asked, horizon, lambda native, ahead: ask(native, ahead, threads))

    def expected_purchases_new_customer(self, horizon: Any) -> Any:
        """Expected number of purchases of a new customer within `horizon` after their first one,
        which is not counted.

        Parameters
        ----------
        horizon : float or array
            In the unit of the model, at least 0.

        Returns
        -------
        float or array
            A number for one horizon.

        Raises
        ------
        InputError
            For a horizon outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> cdnow.expected_purchases_new_customer([1, 32]).round(4)
        array([0.0533, 1.0452])
        """
        several = _horizons.several(horizon)
        asked = [_needed(horizon)] if several is None else several
        ahead = [_horizons.in_unit("horizon", one, self.unit) for one in asked]
        found = _frames.array(self._core.expected_purchases_new_customer(ahead))
        return float(found[0]) if several is None else found

    @overload
    def p_no_purchase(
        self,
        customers: OfFrame[NativeT],
        horizon: Horizon | Sequence[Horizon],
        *,
        threads: int = 0,
    ) -> NativeT: ...
    @overload
    def p_no_purchase(
        self, customers: OfArrays, horizon: Horizon, *, threads: int = 0
    ) -> NDArray[np.float64]: ...
    @overload
    def p_no_purchase(
        self, customers: OfArrays, horizon: list[Any] | tuple[Any, ...], *, threads: int = 0
    ) -> Arrays: ...
    @overload
    def p_no_purchase(
        self, *, horizon: Horizon, frequency: int, recency: float, T: float
    ) -> float: ...
    def p_no_purchase(
        self,
        customers: Customers | None = None,
        horizon: Horizon | Sequence[Horizon] | None = None,
        *,
        frequency: int | None = None,
        recency: float | None = None,
        T: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Probability that a customer makes no purchase within `horizon` after the end of
        observation: they have left, or they are alive and do not buy.

        Parameters
        ----------
        customers, horizon, frequency, recency, T, threads
            As for :meth:`p_alive_at`.

        Returns
        -------
        data frame, array or float
            As :meth:`p_alive`.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> round(cdnow.p_no_purchase(horizon=39, frequency=2, recency=30.43, T=38.86), 8)
        0.44537286
        """
        ask, threads = self._core.p_no_purchase, _check.whole("threads", threads)
        asked = _asked(customers, frequency, recency, T)
        return self._ahead(asked, horizon, lambda native, ahead: ask(native, ahead, threads))

    def p_n_purchases(
        self, n: Any, *, horizon: Horizon, frequency: int, recency: float, T: float
    ) -> Any:
        """Probability that a customer makes exactly `n` purchases within `horizon` after the end of
        observation. :meth:`p_n_purchases_new_customer` is that of a new one.

        ::

            P(Y = n) = [n = 0] (1 − P(alive)) + P(alive) · P(n purchases of one who is alive)

        Parameters
        ----------
        n : int or array of int
            From 0.
        horizon, frequency, recency, T
            As for :meth:`p_alive_at`.

        Returns
        -------
        float or array
            A number for one `n`.

        Raises
        ------
        InputError
            For an `n`, a horizon or a history outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> cdnow.p_n_purchases([0, 1, 2], horizon=39, frequency=2, recency=30.43, T=38.86).round(6)
        array([0.445373, 0.239319, 0.144183])
        """
        one = (_check.whole("frequency", frequency), recency, T)
        ahead = _horizons.in_unit("horizon", horizon, self.unit)
        return _shaped(n, self._core.p_n_purchases(*one, _counts(n), ahead))

    def p_n_purchases_new_customer(self, n: Any, t: float) -> Any:
        """Probability that a new customer makes exactly `n` purchases within `t` after their first one,
        which is not counted. :meth:`p_n_purchases` is that of one with a history.

        Parameters
        ----------
        n : int or array of int
            From 0.
        t : float
            In the unit of the model, at least 0.

        Returns
        -------
        float or array
            A number for one `n`.

        Raises
        ------
        InputError
            For an `n` or a time outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> cdnow.p_n_purchases_new_customer([0, 1], 39).round(6)
        array([0.573786, 0.199395])
        """
        within = _horizons.in_unit("t", t, self.unit)
        return _shaped(n, self._core.p_n_purchases_new_customer(_counts(n), within))

    @overload
    def purchase_distribution(
        self, customers: OfFrame[NativeT], horizon: Horizon, *, most: int = 10, threads: int = 0
    ) -> NativeT: ...
    @overload
    def purchase_distribution(
        self, customers: OfArrays, horizon: Horizon, *, most: int = 10, threads: int = 0
    ) -> Arrays: ...
    @overload
    def purchase_distribution(
        self, *, horizon: Horizon, most: int = 10, frequency: int, recency: float, T: float
    ) -> NDArray[np.float64]: ...
    def purchase_distribution(
        self,
        customers: Customers | None = None,
        horizon: Horizon | Sequence[Horizon] | None = None,
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
        most = _check.most(most)
        asked = _asked(customers, frequency, recency, T)
        ahead = _horizons.in_unit("horizon", _needed(horizon), self.unit or asked.unit)
        threads = _check.whole("threads", threads)
        return asked.answers(self._core.purchase_distribution(asked.native, ahead, most, threads))

    @overload
    def discounted_purchases(
        self,
        customers: CustomerSummary,
        *,
        horizon: Horizon | Sequence[Horizon] | None = None,
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
        horizon: Horizon | Sequence[Horizon] | None = None,
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
        customers: Customers | None = None,
        *,
        horizon: Horizon | Sequence[Horizon] | None = None,
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

            DERT = P(alive) · ∫₀^∞ e^(−δt) dE(t)

        with E(t) the expected purchases up to t of one who is alive.

        Parameters
        ----------
        customers : CustomerSummary or a table of one
            Or one customer by `frequency`, `recency` and `T`, or several by arrays of these.
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
        asked = _asked(customers, frequency, recency, T)
        unit = self.unit or asked.unit
        rates = (horizon, annual_discount_rate, discount_rate)
        discounting = discounting_of(unit, *rates, periods, period_length)
        threads = _check.whole("threads", threads)
        return asked.answer(self._core.discounted_purchases(asked.native, discounting, threads))

    def simulate(self, T: Any, *, seed: int = 0, threads: int = 0) -> CustomerSummary:
        """Histories of new customers who behave as the model says.

        What varies between the customers is drawn first, then their purchases one by one.

        Parameters
        ----------
        T : array, list or Arrow column
            How long each customer is observed from the first purchase on.
        seed : int
            Row i depends on the seed and i alone.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        CustomerSummary
            One row per T, in their order, in the unit of the model.

        Raises
        ------
        InputError
            Where a T is not from 0 to 1e50, or more than 1e6 purchases are to be expected within the
            longest.

        Examples
        --------
        >>> import loyalty
        >>> truth = loyalty.BgNbd(r=0.8, alpha=5, a=1, b=3, unit="week")
        >>> customers = truth.simulate([39.0] * 5000, seed=7)
        >>> found = loyalty.BgNbd.fit(customers).model
        >>> abs(found.r - 0.8) < 0.1
        True
        """
        native = self._core.simulate(
            _columns.from_values("T", T),
            _check.whole("seed", seed),
            _check.whole("threads", threads),
        )
        return CustomerSummary._of(native, "customer", None)

    def simulate_future(
        self,
        customers: CustomerSummary,
        horizon: float,
        n: int = 1000,
        *,
        seed: int = 0,
        threads: int = 0,
    ) -> Futures:
        """Draws what every customer will do within the horizon.

        Whether a customer is alive is drawn with P(alive); the rate and the dropout of who is alive from their
        posterior given frequency, recency and T (of regular customers also the phase since the last purchase); then
        their purchases one by one, until the horizon or until they leave. The draws are exact: they have the
        distribution of :meth:`purchase_distribution`.

        A customer's draws depend on the seed and their id alone (without ids, on their row), so that a customer alone
        has the same future as among a million. Draws are counted as they are made; the matrix of all draws is
        there when asked for, by ``draws()``.

        Parameters
        ----------
        customers : CustomerSummary
        horizon : float
            In the unit of the model, from 0.
        n : int
            Draws of every customer.
        seed : int
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        Futures
            ``to_frame()`` has a row per customer, ``total`` the purchases of all in every draw.

        Raises
        ------
        InputError
            For a horizon outside its domain or so long that more than 1e6 purchases of a customer are to be
            expected; where the summary is in another unit than the model.

        Examples
        --------
        >>> import loyalty
        >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> customers = loyalty.CustomerSummary(frequency=[2, 0], recency=[30.43, 0], T=[38.86, 38.86])
        >>> futures = model.simulate_future(customers, 39, n=10_000)
        >>> futures.to_frame()["alive"].round(1), round(float(futures.total.mean()), 1)
        (array([0.7, 1. ]), 1.4)
        """
        from loyalty.predictions import simulate_future

        return simulate_future(self, customers, horizon, n, seed, threads)

    def __repr__(self) -> str:
        text = super().__repr__()
        return text if self.unit is None else f"{text[:-1]}, unit={self.unit!r})"

    def _shown(self) -> _display.Parts:
        title = f"{self.title}, unit {self.unit or 'not stated'}"
        return [
            _display.facts(title, [(name, x, "estimate") for name, x in self.parameters.items()])
        ]


def _needed(horizon: Any) -> Any:
    if horizon is None:
        raise TypeError("expected a horizon, in the unit of the model")
    return horizon


class _Asked(NamedTuple):
    """Whom a question is about, and what makes an answer of one column or of several."""

    native: _native.CustomerSummary
    unit: str | None
    answer: Callable[[_native.Column], Any]
    answers: Callable[[list[_native.Column]], Any]


def _asked(customers: Any, frequency: Any, recency: Any, T: Any) -> _Asked:
    if customers is None:
        if frequency is None or recency is None or T is None:
            raise TypeError(_EITHER)
        if np.ndim(frequency) == 0:
            one = _native.CustomerSummary.one(_check.whole("frequency", frequency), recency, T)
            return _Asked(one, None, _single, lambda columns: np.array([*map(_single, columns)]))
        found = CustomerSummary(frequency=frequency, recency=recency, T=T)
    elif not frequency is recency is T is None:
        raise TypeError(_EITHER)
    else:
        found = CustomerSummary._given("customers", customers)
    return _Asked(found._core, found.unit, found._answer, found._answers)


def _single(column: _native.Column) -> float:
    return float(_frames.array(column)[0])


def _counts(n: Any) -> list[int]:
    return [_check.whole("n", count) for count in np.atleast_1d(n).tolist()]


def _shaped(asked: Any, column: _native.Column) -> Any:
    """A column as it was asked for: a float for one number, an array for several."""
    values = _frames.array(column)
    return float(values[0]) if np.ndim(asked) == 0 else values
