"""The Gamma-Gamma in which what is known of a customer moves how much they spend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalty import _check, _native
from loyalty._model import Model
from loyalty._with_covariates import WithCovariates
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loyalty.spend import SpendModel

__all__ = ["SpendWithCovariates"]


class SpendWithCovariates(WithCovariates):
    """The Gamma-Gamma in which what is known of a customer moves how much they spend: ``v_i = v e^(γ'z)``.

    Made by :meth:`GammaGamma.fit` with ``covariates``. A positive coefficient says: spends more; the mean over
    customers like these is p v/(q−1) · e^(γ'z).

    Examples
    --------
    >>> import loyalty
    >>> customers = loyalty.datasets.cdnow_orders().summarize(observation_end="1997-09-30")
    >>> known = {"customer_id": customers.customer, "early": customers.T > 33}
    >>> fit = loyalty.GammaGamma.fit(customers, covariates=known)
    >>> {name: round(value, 2) for name, value in fit.parameters.items()}
    {'p': 6.31, 'q': 3.74, 'v': 14.93, 'spend:early': 0.05}
    """

    __slots__ = ()

    _intervals = ("expected_spend",)

    _core: _native.SpendWithCovariates

    def _learnt(self) -> tuple[type[Model], dict[str, Any]]:
        return Model._classes[self._core.base], {"spend": self._core.roles[0]}

    def customer(self, covariates: Mapping[str, Any]) -> SpendModel:
        """The model of the customer with these values of the columns.

        Parameters
        ----------
        covariates : mapping of str to value
            A value for each of :attr:`columns`.

        Returns
        -------
        SpendModel
            Of the class that the customers follow: a :class:`GammaGamma`.

        Raises
        ------
        InputError
            Where a column is missing, or a level was not learnt.

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.datasets.cdnow_orders().summarize(observation_end="1997-09-30")
        >>> known = {"customer_id": customers.customer, "early": customers.T > 33}
        >>> fit = loyalty.GammaGamma.fit(customers, covariates=known)
        >>> early, late = (fit.model.customer({"early": early}) for early in (True, False))
        >>> early.p == late.p, round(early.v / late.v, 2)
        (True, 1.05)
        """
        native = self._core.customer(self._read({n: [v] for n, v in covariates.items()}))
        found: SpendModel = Model._classes[native.kind]._of(native)  # type: ignore[assignment]
        return found

    def expected_spend(
        self, customers: CustomerSummary, *, covariates: Any, threads: int = 0
    ) -> Any:
        """:meth:`SpendModel.expected_spend` of every customer by what is known of them.

        Parameters
        ----------
        customers : CustomerSummary
            With monetary value.
        covariates, threads
            As for :meth:`PurchaseWithCovariates.p_alive`.

        Returns
        -------
        data frame or array
            As :meth:`PurchaseModel.p_alive`.

        Raises
        ------
        InputError
            As :meth:`PurchaseWithCovariates.p_alive`, and for a summary without monetary value.
        FitError
            Where a customer's expected spend is infinite.

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.datasets.cdnow_orders().summarize(observation_end="1997-09-30")
        >>> known = {"customer_id": customers.customer, "early": customers.T > 33}
        >>> fit = loyalty.GammaGamma.fit(customers, covariates=known)
        >>> found = fit.model.expected_spend(customers, covariates=known)
        >>> [round(value, 2) for value in found["expected_spend"][:2]]
        [24.79, 19.11]
        """
        customers = CustomerSummary._given("customers", customers)
        threads = _check.whole("threads", threads)
        known = self._read(covariates, customers)
        return customers._answer(self._core.expected_spend(customers._core, known, threads))
