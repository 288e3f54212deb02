"""What models of purchases and of spend with covariates share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from loyalty import _columns, _frames, _native
from loyalty._covariate_table import read
from loyalty._model import Model
from loyalty.errors import InputError
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    pass

__all__ = ["WithCovariates"]


class WithCovariates(Model):
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
        return isinstance(other, WithCovariates) and bool(self._core == other._core)

    def __hash__(self) -> int:
        return hash(self._core.to_json())

    def __reduce__(self) -> Any:
        return _restore, (type(self), self._core.to_json())


def _restore(model: type[WithCovariates], json: str) -> WithCovariates:
    return model._of(_native.model_of_json(json))
