"""How much customers spend per purchase: what every spend model says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, overload

from loyalty import _check, _native
from loyalty._model import Model
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loyalty._frame_types import Customers, NativeT, OfArrays, OfFrame

__all__ = ["SpendModel"]

_EITHER = "expected a CustomerSummary, or transactions and mean of one customer"


class SpendModel(Model):
    """How much customers spend per purchase: what all spend models have in common.

    A customer's amounts vary around a mean of their own, independent of how often they buy; how the
    means vary between the customers is what the models differ in.

    Examples
    --------
    >>> import loyalty
    >>> isinstance(loyalty.GammaGamma(p=6.25, q=3.74, v=15.44), loyalty.SpendModel)
    True
    """

    __slots__ = ()

    _twin = _native.SpendModel
    _intervals = ("expected_spend",)
    #: What makes the mean over the customers infinite, the parameters filled in.
    _infinite: ClassVar[str]
    _instead = (
        "expected_spend(customers) is what they spend an order; loyalty.clv what they are worth"
    )
    _core: _native.SpendModel

    def _make(self, *values: float) -> None:
        """Sets the parameters, given in the order of the core."""
        self._set(_core=_native.SpendModel(self.kind, list(values)))

    def _concern(self) -> str | None:
        if self.has_finite_mean:
            return None
        return (
            f"{self._infinite.format(**self.parameters)}, so the mean spend over the customers is "
            "infinite: the amounts have too long a tail for expected values"
        )

    @property
    def has_finite_mean(self) -> bool:
        """Whether the mean over the customers is finite.

        Where it is not, nothing can be expected of a customer without purchases, and the expected
        spend of the others hangs on their own purchases alone.
        """
        return self._core.has_finite_mean

    @overload
    def expected_spend(self, customers: OfFrame[NativeT], *, threads: int = 0) -> NativeT: ...
    @overload
    def expected_spend(self, customers: OfArrays, *, threads: int = 0) -> NDArray[np.float64]: ...
    @overload
    def expected_spend(self, *, transactions: int, mean: float) -> float: ...
    def expected_spend(
        self,
        customers: Customers | None = None,
        *,
        transactions: int | None = None,
        mean: float | None = None,
        threads: int = 0,
    ) -> Any:
        """Expected amount per purchase, from the mean of those made; without any it is the mean of a
        new customer.

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
            Where the model has no finite mean for a customer.

        Examples
        --------
        >>> import loyalty
        >>> cdnow = loyalty.GammaGamma(p=6.25, q=3.74, v=15.44)
        >>> round(cdnow.expected_spend(transactions=2, mean=22.35), 2)
        24.66
        """
        if customers is None:
            if transactions is None or mean is None:
                raise TypeError(_EITHER)
            return self._core.expected_spend_one(_check.whole("transactions", transactions), mean)
        if transactions is not None or mean is not None:
            raise TypeError(_EITHER)
        customers = CustomerSummary._given("customers", customers)
        column = self._core.expected_spend(customers._core, _check.whole("threads", threads))
        return customers._answer(column)

    def simulate(self, customers: CustomerSummary, *, seed: int = 0, threads: int = 0) -> Any:
        """Monetary values of customers who spend as the model says.

        Per customer the mean of as many amounts as there are purchases behind their monetary value
        in the summary, 0 without any.

        Parameters
        ----------
        customers : CustomerSummary
            Frequency is used.
        seed : int
            Row i depends on the seed and i alone.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame or array
            As :meth:`expected_spend`.

        Examples
        --------
        >>> import loyalty
        >>> truth = loyalty.GammaGamma(p=6, q=4, v=15)
        >>> customers = loyalty.CustomerSummary(frequency=[0, 3], recency=[0, 5], T=[9, 9])
        >>> (truth.simulate(customers, seed=7) > 0).tolist()
        [False, True]
        """
        customers = CustomerSummary._given("customers", customers)
        seed, threads = _check.whole("seed", seed), _check.whole("threads", threads)
        return customers._answer(self._core.simulate(customers._core, seed, threads))
