"""A model of purchases in which what is known of a customer moves how often they buy and how soon they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _check, _columns, _frames, _horizons, _native
from loyalty._covariate_table import names_in, read, used
from loyalty._discounting import discounting_of
from loyalty._model import Model
from loyalty._with_covariates import WithCovariates
from loyalty.errors import InputError
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from loyalty._horizons import Horizon
    from loyalty.purchase import PurchaseModel

__all__ = ["PurchaseWithCovariates"]


class PurchaseWithCovariates(WithCovariates):
    """A model of purchases in which what is known of a customer moves how often they buy and how soon they leave.

    Made by the ``fit`` of a :class:`ParetoNbd`, :class:`BgNbd` or :class:`MbgNbd` with ``covariates``. Each
    customer follows that model with parameters of their own::

        α_i = α e^(−γ'z)                     purchases: the mean rate is r/α · e^(γ'z)
        β_i = β e^(−γ'z)                     dropout of the Pareto/NBD: the mean rate is s/β · e^(γ'z)
        logit φ_i = logit φ + γ'z            dropout of the BG/NBD and MBG/NBD, of the mean φ = a/(a+b)

    A positive coefficient says: buys more often, leaves sooner. κ = a+b is the same for all. Text is a category, an
    indicator of each level but the most frequent; numbers and bools are taken as they are.

    Predictions take the same columns by name, in any order and among others, and refuse a level that was not
    learnt. :meth:`customer` gives the model of one customer, with every prediction of that model.

    Examples
    --------
    >>> import loyalty, numpy as np
    >>> channel = np.where(np.arange(4000) % 3 == 0, "web", "shop")
    >>> truth = loyalty.PurchaseWithCovariates(
    ...     loyalty.ParetoNbd(r=0.8, alpha=6, s=0.7, beta=10, unit="week"),
    ...     {"channel": channel},
    ...     coefficients={"purchase:channel=web": 0.5, "dropout:channel=web": 0.0},
    ... )
    >>> customers = truth.simulate({"channel": channel}, [40.0] * 4000, seed=7)
    >>> fit = loyalty.ParetoNbd.fit(customers, covariates={"channel": channel})
    >>> abs(fit.parameters["purchase:channel=web"] - 0.5) < 0.2
    True
    >>> fit.model.expected_purchases(customers, 13, covariates={"channel": channel}).shape
    (4000,)
    >>> fit.model.customer({"channel": "web"}).r == fit.parameters["r"]
    True

    References
    ----------
    Fader & Hardie (2007), Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD models, note 019.
    """

    __slots__ = ()

    _intervals = ("p_alive", "expected_purchases")

    _core: _native.PurchaseWithCovariates

    def __init__(
        self,
        base: PurchaseModel,
        covariates: Any,
        *,
        coefficients: Mapping[str, float],
        purchase: Sequence[str] | None = None,
        dropout: Sequence[str] | None = None,
        shared: Sequence[str] = (),
    ) -> None:
        from loyalty.purchase import PurchaseModel as Base

        model = _check.instance("base", base, Base)._core
        roles = (names_in("purchase", purchase), names_in("dropout", dropout), list(shared))
        table = read(covariates, used(covariates, *roles), None)
        given = dict(coefficients)
        # The order of the coefficients is the core's.
        layout = _native.PurchaseWithCovariates.names_of(model, table, *roles)
        for name in given:
            if name not in layout:
                known = ", ".join(layout)
                raise InputError(f"coefficients must be of {known}, got {name!r}")
        missing = [name for name in layout if name not in given]
        if missing:
            raise InputError(f"coefficients must have {', '.join(missing)} too")
        values = [float(given[name]) for name in layout]
        self._set(_core=_native.PurchaseWithCovariates(model, table, *roles, values))

    @property
    def unit(self) -> str | None:
        """The unit of time, where it is known."""
        return self._core.unit

    def _learnt(self) -> tuple[type[Model], dict[str, Any]]:
        purchase, dropout, shared = self._core.roles
        roles = {"purchase": purchase, "dropout": dropout, "shared": shared}
        return Model._classes[self._core.base], roles

    def customer(self, covariates: Mapping[str, Any]) -> PurchaseModel:
        """The model of the customer with these values of the columns.

        Parameters
        ----------
        covariates : mapping of str to value
            A value for each of :attr:`columns`.

        Returns
        -------
        PurchaseModel
            Of the class that the customers follow, such as :class:`BgNbd`.

        Raises
        ------
        InputError
            Where a column is missing, or a level was not learnt.

        Examples
        --------
        >>> import loyalty
        >>> model = loyalty.PurchaseWithCovariates(
        ...     loyalty.BgNbd(r=0.8, alpha=6, a=1, b=3, unit="week"),
        ...     {"channel": ["web", "shop", "shop"]},
        ...     coefficients={"purchase:channel=web": 0.5, "dropout:channel=web": 0.0},
        ... )
        >>> shop, web = (model.customer({"channel": channel}) for channel in ("shop", "web"))
        >>> type(web), shop.alpha, round(web.alpha, 4)
        (<class 'loyalty.bg_nbd.BgNbd'>, 6.0, 3.6392)
        """
        native = self._core.customer(self._read({n: [v] for n, v in covariates.items()}))
        found: PurchaseModel = Model._classes[native.kind]._of(native)  # type: ignore[assignment]
        return found

    def _ahead(
        self,
        customers: CustomerSummary,
        covariates: Any,
        horizon: Any,
        ask: Callable[..., _native.Column],
    ) -> Any:
        """What is asked of customers up to one horizon, or several."""
        customers = CustomerSummary._given("customers", customers)
        native, known = customers._core, self._read(covariates, customers)
        return _horizons.answered(
            horizon,
            self.unit or customers.unit,
            lambda ahead: ask(native, known, ahead),
            customers._answer,
            customers._answers,
        )

    def p_alive(self, customers: CustomerSummary, *, covariates: Any, threads: int = 0) -> Any:
        """:meth:`PurchaseModel.p_alive` of every customer by what is known of them.

        Parameters
        ----------
        customers : CustomerSummary
        covariates : data frame or mapping of columns
            The columns of :attr:`columns`, by name. Where the table has the column of the summary's
            customers, rows are found by it; else they stand in the summary's order.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame or array
            As :meth:`PurchaseModel.p_alive`.

        Raises
        ------
        InputError
            Where a column is missing or of another type than in the fit, a cell is missing, a level was
            not learnt, or a customer has no row.

        Examples
        --------
        >>> import loyalty
        >>> model = loyalty.PurchaseWithCovariates(
        ...     loyalty.BgNbd(r=0.8, alpha=6, a=1, b=3, unit="week"),
        ...     {"channel": ["web", "shop", "shop"]},
        ...     coefficients={"purchase:channel=web": 0.5, "dropout:channel=web": 0.0},
        ... )
        >>> customers = loyalty.CustomerSummary(frequency=[2, 2], recency=[30, 30], T=[39, 39], unit="week")
        >>> known = {"channel": ["web", "shop"]}
        >>> model.p_alive(customers, covariates=known).round(4)
        array([0.6731, 0.6817])
        """
        customers = CustomerSummary._given("customers", customers)
        known, threads = self._read(covariates, customers), _check.whole("threads", threads)
        return customers._answer(self._core.p_alive(customers._core, known, threads))

    def p_alive_at(
        self,
        customers: CustomerSummary,
        horizon: Horizon | Sequence[Horizon],
        *,
        covariates: Any,
        threads: int = 0,
    ) -> Any:
        """Probability that a customer is still active `horizon` after the end of observation, by what is known of them:
        :meth:`PurchaseModel.p_alive_at` at parameters of their own.

        Parameters
        ----------
        customers : CustomerSummary or a table of one
        horizon : float, str or timedelta, or several
            How far after the end of observation, in the unit of the model or as a length of time; a list gives a
            column for each.
        covariates, threads
            As for :meth:`p_alive`.

        Returns
        -------
        data frame or array
            As :meth:`PurchaseModel.p_alive`.

        Raises
        ------
        InputError
            As :meth:`p_alive`, and for a horizon outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> model = loyalty.PurchaseWithCovariates(
        ...     loyalty.BgNbd(r=0.8, alpha=6, a=1, b=3, unit="week"),
        ...     {"channel": ["web", "shop", "shop"]},
        ...     coefficients={"purchase:channel=web": 0.5, "dropout:channel=web": 0.0},
        ... )
        >>> customers = loyalty.CustomerSummary(frequency=[2, 2], recency=[30, 30], T=[39, 39], unit="week")
        >>> known = {"channel": ["web", "shop"]}
        >>> model.p_alive_at(customers, "13 weeks", covariates=known).round(4)
        array([0.5908, 0.6021])
        """
        ask, threads = self._core.p_alive_at, _check.whole("threads", threads)
        return self._ahead(
            customers,
            covariates,
            horizon,
            lambda native, known, ahead: ask(native, known, ahead, threads),
        )

    def expected_purchases(
        self,
        customers: CustomerSummary,
        horizon: Horizon | Sequence[Horizon],
        *,
        covariates: Any,
        threads: int = 0,
    ) -> Any:
        """Expected number of purchases within `horizon` after the end of observation, by what is known of a customer:
        :meth:`PurchaseModel.expected_purchases` at parameters of their own.

        Parameters
        ----------
        customers : CustomerSummary or a table of one
        horizon : float, str or timedelta, or several
            How far after the end of observation, in the unit of the model or as a length of time; a list gives a
            column for each.
        covariates, threads
            As for :meth:`p_alive`.

        Returns
        -------
        data frame or array
            As :meth:`PurchaseModel.p_alive`.

        Raises
        ------
        InputError
            As :meth:`p_alive`, and for a horizon outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> model = loyalty.PurchaseWithCovariates(
        ...     loyalty.BgNbd(r=0.8, alpha=6, a=1, b=3, unit="week"),
        ...     {"channel": ["web", "shop", "shop"]},
        ...     coefficients={"purchase:channel=web": 0.5, "dropout:channel=web": 0.0},
        ... )
        >>> customers = loyalty.CustomerSummary(frequency=[2, 2], recency=[30, 30], T=[39, 39], unit="week")
        >>> known = {"channel": ["web", "shop"]}
        >>> model.expected_purchases(customers, 52, covariates=known).round(4)
        array([1.7141, 1.665 ])
        """
        ask, threads = self._core.expected_purchases, _check.whole("threads", threads)
        return self._ahead(
            customers,
            covariates,
            horizon,
            lambda native, known, ahead: ask(native, known, ahead, threads),
        )

    def p_no_purchase(
        self,
        customers: CustomerSummary,
        horizon: Horizon | Sequence[Horizon],
        *,
        covariates: Any,
        threads: int = 0,
    ) -> Any:
        """Probability of no purchase within `horizon` after the end of observation, by what is known of a customer:
        :meth:`PurchaseModel.p_no_purchase` at parameters of their own.

        Parameters
        ----------
        customers : CustomerSummary or a table of one
        horizon : float, str or timedelta, or several
            How far after the end of observation, in the unit of the model or as a length of time; a list gives a
            column for each.
        covariates, threads
            As for :meth:`p_alive`.

        Returns
        -------
        data frame or array
            As :meth:`PurchaseModel.p_alive`.

        Raises
        ------
        InputError
            As :meth:`p_alive`, and for a horizon outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> model = loyalty.PurchaseWithCovariates(
        ...     loyalty.BgNbd(r=0.8, alpha=6, a=1, b=3, unit="week"),
        ...     {"channel": ["web", "shop", "shop"]},
        ...     coefficients={"purchase:channel=web": 0.5, "dropout:channel=web": 0.0},
        ... )
        >>> customers = loyalty.CustomerSummary(frequency=[2, 2], recency=[30, 30], T=[39, 39], unit="week")
        >>> known = {"channel": ["web", "shop"]}
        >>> model.p_no_purchase(customers, 52, covariates=known).round(4)
        array([0.3991, 0.3977])
        """
        ask, threads = self._core.p_no_purchase, _check.whole("threads", threads)
        return self._ahead(
            customers,
            covariates,
            horizon,
            lambda native, known, ahead: ask(native, known, ahead, threads),
        )

    def purchase_distribution(
        self,
        customers: CustomerSummary,
        horizon: Horizon,
        *,
        covariates: Any,
        most: int = 10,
        threads: int = 0,
    ) -> Any:
        """Distribution of the number of purchases within `horizon` after the end of observation, by what is known of a
        customer: :meth:`PurchaseModel.purchase_distribution` at parameters of their own.

        Parameters
        ----------
        customers : CustomerSummary or a table of one
        horizon : float, str or timedelta
            How far after the end of observation, in the unit of the model or as a length of time.
        most : int
            The largest number that has a probability of its own, from 0 to 10000.
        covariates, threads
            As for :meth:`p_alive`.

        Returns
        -------
        data frame or dict of arrays
            Columns ``p_0`` … ``p_<most>`` and ``p_more``, which add up to 1.

        Raises
        ------
        InputError
            As :meth:`p_alive`, and for a horizon outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> model = loyalty.PurchaseWithCovariates(
        ...     loyalty.BgNbd(r=0.8, alpha=6, a=1, b=3, unit="week"),
        ...     {"channel": ["web", "shop", "shop"]},
        ...     coefficients={"purchase:channel=web": 0.5, "dropout:channel=web": 0.0},
        ... )
        >>> customers = loyalty.CustomerSummary(frequency=[2, 2], recency=[30, 30], T=[39, 39], unit="week")
        >>> known = {"channel": ["web", "shop"]}
        >>> found = model.purchase_distribution(customers, 13, covariates=known, most=1)
        >>> {name: values.round(3).tolist() for name, values in found.items()}
        {'p_0': [0.646, 0.653], 'p_1': [0.233, 0.233], 'p_more': [0.12, 0.114]}
        """
        most = _check.most(most)
        customers = CustomerSummary._given("customers", customers)
        ahead = _horizons.in_unit("horizon", horizon, self.unit or customers.unit)
        asked = (customers._core, self._read(covariates, customers), ahead, most)
        threads = _check.whole("threads", threads)
        return customers._answers(self._core.purchase_distribution(*asked, threads))

    def discounted_purchases(
        self,
        customers: CustomerSummary,
        *,
        covariates: Any,
        horizon: Horizon | None = None,
        annual_discount_rate: float | None = None,
        discount_rate: float | None = None,
        periods: int | None = None,
        period_length: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Expected purchases ahead, discounted to the end of observation, by what is known of a customer:
        :meth:`PurchaseModel.discounted_purchases` at parameters of their own.

        Parameters
        ----------
        customers : CustomerSummary or a table of one
        horizon, annual_discount_rate, discount_rate, periods, period_length
            As for :meth:`PurchaseModel.discounted_purchases`.
        covariates, threads
            As for :meth:`p_alive`.

        Returns
        -------
        data frame or array
            As :meth:`PurchaseModel.p_alive`.

        Raises
        ------
        InputError
            As :meth:`p_alive`, and for arguments of both forms of discounting or of none.

        Examples
        --------
        >>> import loyalty
        >>> model = loyalty.PurchaseWithCovariates(
        ...     loyalty.BgNbd(r=0.8, alpha=6, a=1, b=3, unit="week"),
        ...     {"channel": ["web", "shop", "shop"]},
        ...     coefficients={"purchase:channel=web": 0.5, "dropout:channel=web": 0.0},
        ... )
        >>> customers = loyalty.CustomerSummary(frequency=[2, 2], recency=[30, 30], T=[39, 39], unit="week")
        >>> known = {"channel": ["web", "shop"]}
        >>> year = {"horizon": "1 year", "annual_discount_rate": 0.1}
        >>> model.discounted_purchases(customers, covariates=known, **year).round(4)
        array([1.6465, 1.5991])
        """
        customers = CustomerSummary._given("customers", customers)
        rates = (horizon, annual_discount_rate, discount_rate)
        unit = self.unit or customers.unit
        discounting = discounting_of(unit, *rates, periods, period_length)
        asked = (customers._core, self._read(covariates, customers), discounting)
        threads = _check.whole("threads", threads)
        return customers._answer(self._core.discounted_purchases(*asked, threads))

    def expected_purchases_new_customer(
        self, covariates: Any, horizon: Horizon
    ) -> NDArray[np.float64]:
        """Expected number of purchases of a new customer of every row within `horizon` after their first
        one, which is not counted.

        Parameters
        ----------
        covariates : data frame or mapping of columns
            A row for each new customer, with the columns of :attr:`columns`.
        horizon : float, str or timedelta
            In the unit of the model from 0, or a length of time.

        Returns
        -------
        array
            In the order of the rows.

        Raises
        ------
        InputError
            As :meth:`p_alive`, and for a horizon outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> model = loyalty.PurchaseWithCovariates(
        ...     loyalty.BgNbd(r=0.8, alpha=6, a=1, b=3, unit="week"),
        ...     {"channel": ["web", "shop", "shop"]},
        ...     coefficients={"purchase:channel=web": 0.5, "dropout:channel=web": 0.0},
        ... )
        >>> model.expected_purchases_new_customer({"channel": ["web", "shop"]}, 52).round(4)
        array([4.0165, 3.0849])
        """
        ahead = _horizons.in_unit("horizon", horizon, self.unit)
        column = self._core.expected_purchases_new_customer(self._read(covariates), ahead)
        return _frames.array(column)

    def simulate(
        self, covariates: Any, T: Any, *, seed: int = 0, threads: int = 0
    ) -> CustomerSummary:
        """Histories of new customers of the rows of a table who behave as the model says.

        Parameters
        ----------
        covariates : data frame or mapping of columns
        T : array, list or Arrow column
            How long each is observed from the first purchase on.
        seed : int
            Row i depends on the seed, its covariates and i alone.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        CustomerSummary
            In the order of the rows, without ids.

        Raises
        ------
        InputError
            As :meth:`PurchaseModel.simulate`, and where there are not as many T as rows.

        Examples
        --------
        >>> import loyalty
        >>> model = loyalty.PurchaseWithCovariates(
        ...     loyalty.BgNbd(r=0.8, alpha=6, a=1, b=3, unit="week"),
        ...     {"channel": ["web", "shop", "shop"]},
        ...     coefficients={"purchase:channel=web": 0.5, "dropout:channel=web": 0.0},
        ... )
        >>> channel = ["web", "shop"] * 2000
        >>> customers = model.simulate({"channel": channel}, [39.0] * 4000, seed=7)
        >>> bool(customers.frequency[::2].mean() > customers.frequency[1::2].mean())
        True
        """
        native = self._core.simulate(
            self._read(covariates),
            _columns.from_values("T", T),
            _check.whole("seed", seed),
            _check.whole("threads", threads),
        )
        return CustomerSummary._of(native, "customer", None)
