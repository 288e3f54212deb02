"""The Gamma-Gamma model: how much customers spend per purchase."""

from __future__ import annotations

import warnings
from os import PathLike
from typing import TYPE_CHECKING, Any, overload

from loyalty import _check, _html, _native
from loyalty import fit as fits
from loyalty._frozen import Frozen
from loyalty.errors import LoyaltyWarning
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from loyalty.fit import Fit
    from loyalty.prior import Prior

__all__ = ["GammaGamma"]


class GammaGamma(Frozen):
    """The Gamma-Gamma model: a customer's purchases vary around a mean of his own.

    Amounts of one customer are Gamma(p, rate ν), independent of how often he buys; over the
    customers ν ~ Gamma(q, rate v). The mean of x amounts is then all that matters of them.

    Parameters
    ----------
    p : float
        Shape of a customer's amounts, above 0.
    q : float
        Shape of the customers' rates, above 0; at q <= 1 the mean over customers is infinite.
    v : float
        Scale of the customers' rates in money, above 0 (γ in the papers).

    Raises
    ------
    InputError
        Unless all three are from 1e-50 to 1e50.

    References
    ----------
    Fader & Hardie (2013), The Gamma-Gamma model of monetary value, note 025; Fader, Hardie & Lee
    (2005), Journal of Marketing Research 42(4), 415–430.

    Examples
    --------
    >>> import loyalty
    >>> cdnow = loyalty.GammaGamma(p=6.25, q=3.74, v=15.44)
    >>> round(cdnow.expected_spend(transactions=2, mean=22.35), 2)
    24.66
    """

    __slots__ = ("_core",)

    _core: _native.GammaGamma

    def __init__(self, p: float, q: float, v: float) -> None:
        self._set(_core=_native.GammaGamma(p, q, v))

    @classmethod
    def _of(cls, native: _native.GammaGamma) -> GammaGamma:
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
    ) -> Fit[GammaGamma]:
        """Fits the model by maximum likelihood to the customers with purchases behind their
        monetary value.

        Customers whose purchases were all free have no place under a gamma distribution;
        ``left_out`` counts them.

        Parameters
        ----------
        customers : CustomerSummary
            Frequency, monetary value and weights are used.
        start : sequence of 3 floats, optional
            p, q, v to start from; by default read off the data.
        priors, tolerance, max_iterations, threads, progress
            As for :meth:`BgNbd.fit`.
        penalizer : float
            As for :meth:`BgNbd.fit`, with v in the unit of the money.

        Returns
        -------
        Fit
            A fit without a proper maximum is not an error; ``stop`` names it.

        Raises
        ------
        InputError
            Where the summary has no monetary value; for an option outside its domain, or a prior of
            no parameter.
        FitError
            Where fewer than two customers spent something, or all spent the same.

        Warns
        -----
        LoyaltyWarning
            Where q is at most 1: the mean over the customers is infinite.
        """
        options = fits.options(start, priors, penalizer, tolerance, max_iterations, threads)
        native = fits.run(_native.GammaGamma.fit, customers, options, progress)
        model = native.model
        assert isinstance(model, _native.GammaGamma)
        if not model.has_finite_mean:
            warnings.warn(infinite_mean(model.parameters[1]), LoyaltyWarning, stacklevel=2)
        return fits.Fit._of(native, cls._of(model), customers._frame)

    def simulate(self, customers: CustomerSummary, *, seed: int = 0, threads: int = 0) -> Any:
        """Monetary values of customers who spend as the model says.

        Per customer the mean of as many amounts as the summary has purchases of his behind its
        monetary value, 0 without any.

        Parameters
        ----------
        customers : CustomerSummary
            Frequency is used.
        seed : int
            Row i depends on the seed and i alone.
        threads : int
            Threads to use, 0 for all.

        Examples
        --------
        >>> import loyalty
        >>> truth = loyalty.GammaGamma(p=6, q=4, v=15)
        >>> customers = loyalty.CustomerSummary(frequency=[0, 3], recency=[0, 5], T=[9, 9])
        >>> (truth.simulate(customers, seed=7) > 0).tolist()
        [False, True]
        """
        native = _check.instance("customers", customers, CustomerSummary)._core
        seed, threads = _check.whole("seed", seed), _check.whole("threads", threads)
        return customers._answer(_native.simulate_spend(self._core, native, seed, threads))

    @property
    def p(self) -> float:
        """Shape of a customer's amounts."""
        return self._core.parameters[0]

    @property
    def q(self) -> float:
        """Shape of the customers' rates."""
        return self._core.parameters[1]

    @property
    def v(self) -> float:
        """Scale of the customers' rates, in money."""
        return self._core.parameters[2]

    @property
    def has_finite_mean(self) -> bool:
        """Whether q is above 1, so that the mean over the customers, p v/(q − 1), is finite.

        Where it is not, nothing can be expected of a customer without purchases, and the expected
        spend of the others hangs on their own purchases alone.
        """
        return self._core.has_finite_mean

    @overload
    def expected_spend(self, customers: CustomerSummary, *, threads: int = 0) -> Any: ...
    @overload
    def expected_spend(self, *, transactions: int, mean: float) -> float: ...
    def expected_spend(
        self,
        customers: CustomerSummary | None = None,
        *,
        transactions: int | None = None,
        mean: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Expected amount per purchase.

        ::

            E[M | x, m] = p (v + x m) / (p x + q − 1)

        With no purchase it is the mean of a new customer, p v / (q − 1).

        Parameters
        ----------
        customers : CustomerSummary
            Or one customer by the number of `transactions` and their `mean` amount.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame, array or float
            A frame keyed by the customers' ids where the summary came from a frame, an array where
            it came from arrays, a float for one customer.

        Raises
        ------
        FitError
            Where ``p x + q <= 1``: the model then has no finite mean for this customer.

        References
        ----------
        Fader & Hardie (2013), note 025, eq. 5.
        """
        either = "expected a CustomerSummary, or transactions and mean of one customer"
        if customers is None:
            if transactions is None or mean is None:
                raise TypeError(either)
            return self._core.expected_spend_one(_check.whole("transactions", transactions), mean)
        if transactions is not None or mean is not None:
            raise TypeError(either)
        native = _check.instance("customers", customers, CustomerSummary)._core
        column = self._core.expected_spend(native, _check.whole("threads", threads))
        return customers._answer(column)

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
        return isinstance(other, GammaGamma) and self._core == other._core

    def __hash__(self) -> int:
        return hash((GammaGamma, self._core.parameters))

    def __repr__(self) -> str:
        p, q, v = self._core.parameters
        return f"GammaGamma(p={p!r}, q={q!r}, v={v!r})"

    def _repr_html_(self) -> str:
        rows = list(zip(("p", "q", "v"), self._core.parameters, strict=True))
        return _html.table("Gamma-Gamma", rows)

    def __reduce__(self) -> Any:
        return _restore, (type(self), self._core.parameters)


def infinite_mean(q: float) -> str:
    """What q at or below 1 means."""
    return (
        f"Gamma-Gamma: q = {q:.4g} is not above 1, so the mean spend over the customers is infinite: "
        "the amounts have too long a tail for expected values"
    )


def _restore(model: type[GammaGamma], parameters: tuple[float, float, float]) -> GammaGamma:
    return model._of(_native.GammaGamma(*parameters))
