"""Models in which what is known of a customer moves how they buy, leave or spend."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from loyalty import _check, _columns, _frames, _horizons, _native
from loyalty._discounting import discounting_of
from loyalty._model import Model
from loyalty.errors import InputError, LoyaltyWarning
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from loyalty._horizons import Horizon
    from loyalty.fit import Fit
    from loyalty.purchase import PurchaseModel
    from loyalty.spend import SpendModel

__all__ = ["PurchaseWithCovariates", "SpendWithCovariates"]


class _WithCovariates(Model):
    """What models with covariates have in common."""

    __slots__ = ()

    @property
    def kind(self) -> str:  # type: ignore[override]
        """What the model is called in files."""
        return str(self._core.kind)

    @property
    def title(self) -> str:  # type: ignore[override]
        """What it is called in messages."""
        return f"{self._core.title} with covariates"

    @classmethod
    def fit(cls, *_: Any, **__: Any) -> NoReturn:
        """Not of its own: the ``fit`` of a model takes ``covariates`` and gives one of these.

        Parameters
        ----------
        *_, **__
            None that would do.

        Returns
        -------
        Never, as it raises.

        Raises
        ------
        TypeError
            Always, with the call that does it.

        Examples
        --------
        >>> import loyalty
        >>> try:
        ...     loyalty.PurchaseWithCovariates.fit(None)
        ... except TypeError as error:
        ...     print(error)
        fit the model that its customers follow, with covariates: loyalty.ParetoNbd.fit(customers, covariates=frame)
        """
        raise TypeError(
            "fit the model that its customers follow, with covariates: "
            "loyalty.ParetoNbd.fit(customers, covariates=frame)"
        )

    @classmethod
    def posterior(cls, *_: Any, **__: Any) -> NoReturn:
        """Not of its own: the ``posterior`` of a model takes ``covariates``, and that of a fit too.

        Parameters
        ----------
        *_, **__
            None that would do.

        Returns
        -------
        Never, as it raises.

        Raises
        ------
        TypeError
            Always, with the call that does it.

        Examples
        --------
        >>> import loyalty
        >>> try:
        ...     loyalty.PurchaseWithCovariates.posterior(None)
        ... except TypeError as error:
        ...     print(str(error).partition(": ")[2])
        loyalty.ParetoNbd.posterior(customers, covariates=frame)
        """
        raise TypeError(
            "take the posterior of the model that its customers follow, with covariates: "
            "loyalty.ParetoNbd.posterior(customers, covariates=frame)"
        )

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name: those where all covariates are 0, then the coefficients."""
        return dict(zip(self._core.names, self._core.values, strict=True))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the model has learnt from, which scoring needs."""
        return tuple(self._core.columns)

    def coefficients(self) -> Any:
        """The coefficients, a row each; :meth:`Fit.summary` has their standard errors.

        Columns are ``parameter`` (their name among the parameters), ``acts`` (on ``purchase``,
        ``dropout``, ``shared`` or ``spend``), ``column``, ``level`` (against the most frequent one;
        missing for a number), ``value`` (γ, for a step of 1), ``factor`` (e^γ, what a step multiplies
        by: the rate to buy or to leave, the odds to leave after a purchase, the mean spend) and
        ``standardised`` (γ for a step of one standard deviation).

        Returns
        -------
        data frame or dict of arrays
            Of pandas or polars, whichever is there.

        Examples
        --------
        >>> import loyalty
        >>> model = loyalty.PurchaseWithCovariates(
        ...     loyalty.BgNbd(r=0.8, alpha=6, a=1, b=3, unit="week"),
        ...     {"channel": ["web", "shop", "shop"]},
        ...     coefficients={"purchase:channel=web": 0.5, "dropout:channel=web": 0.0},
        ... )
        >>> table = model.coefficients()
        >>> list(table["parameter"])
        ['purchase:channel=web', 'dropout:channel=web']
        >>> [round(factor, 4) for factor in table["factor"]]
        [1.6487, 1.0]
        """
        return _frames.table(self._core.coefficients(), _columns.installed_frame())

    def _known(self, covariates: Any, customers: CustomerSummary) -> _native.Covariates:
        if covariates is None:
            names = ", ".join(self.columns)
            raise InputError(f"covariates must be given, as the model has learnt from {names}")
        return self._read(covariates, customers)  # type: ignore[no-any-return]

    def _read(self, covariates: Any, customers: CustomerSummary | None = None) -> Any:
        return read(covariates, self.columns, customers)

    def log_likelihood(  # type: ignore[override]
        self, customers: CustomerSummary, *, covariates: Any
    ) -> float:
        """ln L of customers and what is known of them, the sum over all: each at parameters of their own.

        Parameters
        ----------
        customers : CustomerSummary or a table of one
        covariates : data frame or mapping of columns
            The columns of :attr:`columns`, by name; see :meth:`PurchaseWithCovariates.p_alive`.

        Returns
        -------
        float

        Raises
        ------
        InputError
            As :meth:`PurchaseWithCovariates.p_alive`.

        Examples
        --------
        >>> import loyalty
        >>> known = {"channel": ["web", "shop"] * 500}
        >>> truth = loyalty.PurchaseWithCovariates(
        ...     loyalty.BgNbd(r=0.8, alpha=6, a=1, b=3, unit="week"),
        ...     known,
        ...     coefficients={"purchase:channel=web": 0.5, "dropout:channel=web": 0.0},
        ... )
        >>> customers = truth.simulate(known, [40.0] * 1000, seed=7)
        >>> fit = loyalty.BgNbd.fit(customers, covariates=known)
        >>> round(fit.model.log_likelihood(customers, covariates=known) / fit.log_likelihood, 9)
        1.0
        >>> truth.log_likelihood(customers, covariates=known) < fit.log_likelihood
        True
        """
        customers = CustomerSummary._given("customers", customers)
        known = self._read(covariates, customers)
        return float(self._core.log_likelihood(customers._core, known))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _WithCovariates) and bool(self._core == other._core)

    def __hash__(self) -> int:
        return hash(self._core.to_json())

    def __reduce__(self) -> Any:
        return _restore, (type(self), self._core.to_json())


class PurchaseWithCovariates(_WithCovariates):
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
        roles = (_names("purchase", purchase), _names("dropout", dropout), list(shared))
        table = read(covariates, _used(covariates, *roles), None)
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


class SpendWithCovariates(_WithCovariates):
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


def read(
    covariates: Any, names: Sequence[str], customers: CustomerSummary | None
) -> _native.Covariates:
    """The columns named of a table, in the order of a summary's customers."""
    ids = None if customers is None or customers._core.customer("") is None else customers._customer
    join = ids is not None and ids not in names and ids in _known(covariates)
    wanted = [*names, ids] if join and ids is not None else list(names)
    columns, _ = _columns.read(covariates, wanted)
    if ids is not None and not join:
        warnings.warn(
            f'the covariates have no column "{ids}": their rows are taken in the order of the summary\'s customers',
            LoyaltyWarning,
            stacklevel=4,
        )
    if not join or customers is None:
        return _native.Covariates(columns)
    *columns, own = columns
    table, left_over = _native.Covariates(columns).joined(own, customers._core)
    if left_over:
        rows = "1 row" if left_over == 1 else f"{left_over} rows"
        warnings.warn(
            f"{rows} of the covariates are of no customer of the summary",
            LoyaltyWarning,
            stacklevel=4,
        )
    return table


def of_customers(
    covariates: Any, ids: str, roles: Mapping[str, Sequence[str] | None]
) -> tuple[_native.Column, _native.Covariates, list[str] | None, list[str] | None, list[str]]:
    """The ids and the columns of a table of customers, and which act on what."""
    purchase, dropout = (_names(role, roles[role]) for role in ("purchase", "dropout"))
    shared = _names("shared", roles["shared"]) or []
    names = _used(covariates, purchase, dropout, shared, ids)
    if ids not in _known(covariates):
        raise InputError(
            f'the covariates have no column "{ids}", by which their rows are found at every cutoff'
        )
    columns, _ = _columns.read(covariates, [*names, ids])
    return columns[-1], _native.Covariates(columns[:-1]), purchase, dropout, shared


def _known(covariates: Any) -> list[str]:
    """The names of a table's columns."""
    import narwhals as nw

    if isinstance(covariates, Mapping):
        return list(covariates)
    frame = nw.from_native(covariates, pass_through=True)
    if isinstance(frame, nw.DataFrame | nw.LazyFrame):
        return frame.collect_schema().names()
    schema = getattr(covariates, "schema", None)
    return list(getattr(schema, "names", ()))


def _names(role: str, names: Sequence[str] | None) -> list[str] | None:
    """Names of columns, of which one by itself is no list of letters."""
    if isinstance(names, str):
        raise TypeError(f"{role} must be a list of names, got the text {names!r}")
    return None if names is None else list(names)


def _used(
    covariates: Any,
    first: Sequence[str] | None,
    dropout: Sequence[str] | None,
    shared: Sequence[str],
    ids: str | None = None,
) -> list[str]:
    """The columns that act on something, in the order of the table."""
    known = [name for name in _known(covariates) if name != ids]
    if not known:
        raise TypeError(
            "covariates must be a data frame or a mapping of columns, "
            f"got {type(covariates).__name__}"
        )
    if first is None or dropout is None:
        return known
    named = [*first, *dropout, *shared]
    return [name for name in known if name in named] + [name for name in named if name not in known]


def fitted(
    model: type[Model],
    customers: object,
    covariates: Any,
    roles: Mapping[str, Sequence[str] | None],
    options: _native.Options,
    progress: Callable[[int, float, float], object] | None,
) -> Fit[Any]:
    """The fit of a model with covariates, which warns nobody."""
    from loyalty.fit import Fit

    customers, table, acting = _acting(model, customers, covariates, roles)
    native = customers._core
    of = _class_of(model)
    make: Any = _native.PurchaseWithCovariates.fit
    asked: tuple[Any, ...] = (model.kind, native)
    if of is SpendWithCovariates:
        make, asked = _native.SpendWithCovariates.fit, (native,)
    found = make(*asked, table, *acting, options, progress)
    return Fit._of(found, of._of(found.model), customers._frame)


def sampled(
    model: type[Model],
    customers: object,
    covariates: Any,
    roles: Mapping[str, Sequence[str] | None],
    options: _native.Options,
    how: tuple[int, int, str | None],
) -> tuple[_native.Posterior, type[_WithCovariates]]:
    """The posterior of a model with covariates, and the class of its model."""
    customers, table, acting = _acting(model, customers, covariates, roles)
    native = customers._core
    of = _class_of(model)
    make: Any = _native.Posterior.of_purchases_with_covariates
    asked: tuple[Any, ...] = (model.kind, native)
    if of is SpendWithCovariates:
        make, asked = _native.Posterior.of_spend_with_covariates, (native,)
    found = make(*asked, table, *acting, options, *how)
    return found, of


def _class_of(model: type[Model]) -> type[_WithCovariates]:
    """The class of such a model with covariates."""
    from loyalty.spend import SpendModel

    return SpendWithCovariates if issubclass(model, SpendModel) else PurchaseWithCovariates


def _acting(
    model: type[Model],
    customers: object,
    covariates: Any,
    roles: Mapping[str, Sequence[str] | None],
) -> tuple[CustomerSummary, _native.Covariates, tuple[Any, ...]]:
    """The customers, what is known of them, and the columns in each role that the model has."""
    customers = CustomerSummary._given("customers", customers)
    of_spend = _class_of(model) is SpendWithCovariates
    for role, names in roles.items():
        if names and (role == "spend") != of_spend:
            raise TypeError(f"{role} is not for a {model.title} model: nothing of it would act")
    purchase, dropout, shared, spend = (
        _names(role, roles.get(role)) for role in ("purchase", "dropout", "shared", "spend")
    )
    ids = customers._customer if customers._core.customer("") is not None else None
    first, second = (spend, []) if of_spend else (purchase, dropout)
    table = read(covariates, _used(covariates, first, second, shared or [], ids), customers)
    return customers, table, (spend,) if of_spend else (purchase, dropout, shared or [])


def of_native(native: Any) -> PurchaseWithCovariates | SpendWithCovariates | None:
    """The model of its native twin, if it is one with covariates."""
    match native:
        case _native.PurchaseWithCovariates():
            return PurchaseWithCovariates._of(native)
        case _native.SpendWithCovariates():
            return SpendWithCovariates._of(native)
        case _:
            return None


def _restore(model: type[_WithCovariates], json: str) -> _WithCovariates:
    return model._of(_native.model_of_json(json))
