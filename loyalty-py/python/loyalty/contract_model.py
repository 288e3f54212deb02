"""Who renews and who leaves: what every model of contracts says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _check, _frames, _native
from loyalty._model import Model
from loyalty.contracts import Contracts
from loyalty.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ContractModel"]


class ContractModel(Model):
    """Who renews: what all models of contracts have in common.

    A customer under contract who leaves is seen to leave: they do not renew. Time is counted in
    renewals, and S(t) is the share of new customers who make t of them; the docstrings of the models
    and docs/models.md have the formulas.

    Every prediction is about the customers of a :class:`Contracts`, of whom those who left have 0, or
    about customers still there by their number of `renewals`: one, or an array.

    Examples
    --------
    >>> import loyalty
    >>> contracts = loyalty.Contracts.from_cohorts(renewals=[0, 1, 2], customers=[1000, 631, 468])
    >>> fit = loyalty.Sbg.fit(contracts)
    >>> isinstance(fit.model, loyalty.ContractModel), round(fit.model.survival(0, 2), 3)
    (True, 0.468)
    """

    __slots__ = ()

    _twin = _native.ContractModel
    _table = Contracts
    _intervals = ("churn", "survival")
    _core: _native.ContractModel

    def _make(self, *values: float) -> None:
        """Sets the parameters, given in the order of the core."""
        self._set(_core=_native.ContractModel(self.kind, list(values)))

    def churn(self, renewals: Any, *, threads: int = 0) -> Any:
        """Probability that a customer leaves instead of renewing once more: 1 − S(n+1)/S(n). Over n it
        is the churn curve of a cohort.

        Parameters
        ----------
        renewals : Contracts, int or array of int
            Renewals made so far.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame, array or float
            A frame keyed by the customers' ids where the contracts came from a frame, an array where
            they came from arrays, and as `renewals` else.

        Examples
        --------
        >>> import loyalty
        >>> regular = loyalty.Sbg(gamma=0.704, delta=1.182)
        >>> regular.churn([0, 1, 5]).round(3)
        array([0.373, 0.244, 0.102])
        """
        native, answer = _asked(renewals)
        return answer(self._core.churn(native, _check.whole("threads", threads)))

    def survival(self, renewals: Any, ahead: int, *, threads: int = 0) -> Any:
        """Probability that a customer makes the next `ahead` renewals: S(n+k)/S(n).

        Parameters
        ----------
        renewals, threads
            As for :meth:`churn`.
        ahead : int
            From 0; of customers with no renewal yet it is the survival curve. 1 gives the retention.

        Returns
        -------
        data frame, array or float
            As :meth:`churn`.

        Examples
        --------
        >>> import loyalty
        >>> regular = loyalty.Sbg(gamma=0.704, delta=1.182)
        >>> round(regular.survival(0, 12), 3), round(regular.survival(5, 1), 3)
        (0.17, 0.898)
        """
        native, answer = _asked(renewals)
        ahead = _check.whole("ahead", ahead)
        return answer(self._core.survival(native, ahead, _check.whole("threads", threads)))

    def expected_renewals(self, renewals: Any, periods: int, *, threads: int = 0) -> Any:
        """Expected number of renewals a customer makes of the next `periods`, from 0 to 10000.

        Parameters
        ----------
        renewals, threads
            As for :meth:`churn`.
        periods : int
            How many renewals to look ahead.

        Returns
        -------
        data frame, array or float
            As :meth:`churn`.

        Examples
        --------
        >>> import loyalty
        >>> regular = loyalty.Sbg(gamma=0.704, delta=1.182)
        >>> round(regular.expected_renewals(5, 10), 3)
        6.599
        """
        return self.discounted_renewals(renewals, periods=periods, discount_rate=0, threads=threads)

    def discounted_renewals(
        self,
        renewals: Any,
        *,
        periods: int | None = None,
        discount_rate: float | None = None,
        annual_discount_rate: float | None = None,
        renewals_per_year: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Renewals to come, discounted to the next one: the discounted expected residual lifetime.

        ::

            DERL(n) = Σ S(n+k)/S(n) (1+d)^−(k−1)        k from 1 to `periods`, or without end

        The customer stands just before their next renewal, which counts in full; right after a renewal
        the value is that divided by 1 + d.

        Parameters
        ----------
        renewals, threads
            As for :meth:`churn`.
        periods : int, optional
            How many renewals count; by default all, which needs a rate above 0.
        discount_rate : float, optional
            d, per renewal period.
        annual_discount_rate, renewals_per_year : float, optional
            The same stated per year: (1 + rate)^(1/renewals) − 1 per period.

        Returns
        -------
        data frame, array or float
            As :meth:`churn`.

        Examples
        --------
        >>> import loyalty
        >>> regular = loyalty.Sbg(gamma=0.704, delta=1.182)
        >>> regular.discounted_renewals([0, 1, 5], discount_rate=0.1).round(2)
        array([2.96, 4.1 , 6.26])
        """
        native, answer = _asked(renewals)
        horizon = _horizon(periods, discount_rate, annual_discount_rate, renewals_per_year)
        threads = _check.whole("threads", threads)
        return answer(self._core.discounted_renewals(native, horizon, threads))

    def discounted_lifetime(
        self,
        *,
        periods: int | None = None,
        discount_rate: float | None = None,
        annual_discount_rate: float | None = None,
        renewals_per_year: float | None = None,
    ) -> float:
        """Discounted periods of a new customer, the first of which is paid at once: 1 + DERL(0)/(1+d).

        Times the margin of a period it is what a customer may cost to win.

        Parameters
        ----------
        periods, discount_rate, annual_discount_rate, renewals_per_year
            As for :meth:`discounted_renewals`.

        Returns
        -------
        float

        Examples
        --------
        >>> import loyalty
        >>> regular = loyalty.Sbg(gamma=0.704, delta=1.182)
        >>> round(regular.discounted_lifetime(discount_rate=0.1), 2)
        3.7
        """
        return self._core.discounted_lifetime(
            _horizon(periods, discount_rate, annual_discount_rate, renewals_per_year)
        )

    def clv(
        self,
        renewals: Any,
        *,
        margin: Any,
        periods: int | None = None,
        discount_rate: float | None = None,
        annual_discount_rate: float | None = None,
        renewals_per_year: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Value of the renewals to come: the margin of a period times :meth:`discounted_renewals`.

        Parameters
        ----------
        renewals, periods, discount_rate, annual_discount_rate, renewals_per_year, threads
            As for :meth:`discounted_renewals`.
        margin : float or array
            What a period brings, one for all or one per contract, in money.

        Returns
        -------
        data frame, array or float
            As :meth:`churn`, in money.

        Examples
        --------
        >>> import loyalty
        >>> monthly = loyalty.Sbg(gamma=0.704, delta=1.182)
        >>> rate = dict(annual_discount_rate=0.1, renewals_per_year=12)
        >>> monthly.clv([0, 12], margin=9.5, **rate).round(2)
        array([ 88.62, 360.22])
        """
        native, answer = _asked(renewals)
        horizon = _horizon(periods, discount_rate, annual_discount_rate, renewals_per_year)
        margins = np.asarray(margin, dtype=np.float64).ravel().tolist()
        return answer(self._core.clv(native, margins, horizon, _check.whole("threads", threads)))

    def forecast(self, contracts: Contracts, periods: int, *, threads: int = 0) -> Any:
        """How many customers are expected to be still there after each of the next renewals.

        Parameters
        ----------
        contracts : Contracts
            Of each row that still runs, which is one per cohort of a table of cohorts.
        periods : int
            Renewals to look ahead, from 1 to 10000.

        Returns
        -------
        data frame or dict of arrays
            Columns with the id or cohort (if there is one), renewals, expected_customers; `periods`
            rows for each contract.

        Examples
        --------
        >>> import loyalty
        >>> cohort = loyalty.Contracts.from_cohorts(renewals=[0, 1], customers=[1000, 631])
        >>> regular = loyalty.Sbg(gamma=0.704, delta=1.182)
        >>> regular.forecast(cohort, 2)["expected_customers"].round(1)
        array([477.1, 390.6])
        """
        table = _check.instance("contracts", contracts, Contracts)
        if not 1 <= _check.whole("periods", periods) <= _MOST:
            raise InputError(f"periods must be from 1 to {_MOST}, got {periods}")
        threads = _check.whole("threads", threads)
        columns = self._core.forecast(table._core, table._customer, periods, threads)
        return _frames.table(columns, table._frame)

    def simulate(self, opportunities: Any, *, seed: int = 0, threads: int = 0) -> Contracts:
        """Contracts of new customers who behave as the model says.

        Parameters
        ----------
        opportunities : array of int
            For how many renewals each customer comes up.
        seed : int
            Row i depends on the seed and i alone.

        Returns
        -------
        Contracts

        Examples
        --------
        >>> import loyalty
        >>> truth = loyalty.Sbg(gamma=0.704, delta=1.182)
        >>> contracts = truth.simulate([12] * 20_000, seed=7)
        >>> round(loyalty.Sbg.fit(contracts).parameters["gamma"], 1)
        0.7
        """
        most = [_check.whole("opportunities", each) for each in np.asarray(opportunities).ravel()]
        seed, threads = _check.whole("seed", seed), _check.whole("threads", threads)
        return Contracts._of(self._core.simulate(most, seed, threads), "customer", None)


#: Most periods to look ahead.
_MOST = 10_000


def _asked(renewals: Any) -> tuple[_native.Contracts, Callable[[_native.Column], Any]]:
    """The contracts that are asked about, and how their answer is given."""
    if isinstance(renewals, Contracts):
        return renewals._core, renewals._answer
    given = np.asarray(renewals)
    whole: list[int | None] = [_check.whole("renewals", n) for n in given.ravel().tolist()]
    native = _native.Contracts(_native.Column.from_integers("renewals", whole))

    def answer(column: _native.Column) -> Any:
        values = _frames.array(column).reshape(given.shape)
        return float(values) if given.ndim == 0 else values

    return native, answer


def _horizon(
    periods: int | None,
    discount_rate: float | None,
    annual_discount_rate: float | None,
    renewals_per_year: float | None,
) -> _native.Renewing:
    """Which renewals count, and what they count today."""
    if (annual_discount_rate is None) != (renewals_per_year is None):
        raise InputError("annual_discount_rate and renewals_per_year go together")
    if annual_discount_rate is not None and renewals_per_year is not None:
        if discount_rate is not None:
            raise InputError("give discount_rate or annual_discount_rate, not both")
        discount_rate = _native.Renewing.rate_of(annual_discount_rate, renewals_per_year)
    if discount_rate is None:
        raise InputError(
            "a discount rate is needed: discount_rate per renewal period, or annual_discount_rate "
            "with renewals_per_year; 0 for none, within so many periods"
        )
    within = None if periods is None else _check.whole("periods", periods)
    return _native.Renewing(within, discount_rate)
