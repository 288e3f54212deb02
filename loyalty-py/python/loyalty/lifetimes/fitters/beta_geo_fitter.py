"""The BG/NBD model."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from loyalty._model import Model
from loyalty.bg_nbd import BgNbd
from loyalty.lifetimes._fitting import Asked
from loyalty.lifetimes._histories import Arguments, Floats
from loyalty.lifetimes.fitters._purchases import PurchaseFitter, start
from loyalty.lifetimes.generate_data import beta_geometric_nbd_model

__all__ = ["BetaGeoFitter"]


class BetaGeoFitter(PurchaseFitter):
    """The BG/NBD model of :class:`loyalty.BgNbd` behind the interface of lifetimes.

    Parameters
    ----------
    penalizer_coef : float
        Weight of the penalty Σ θ² on the parameters: penalizer_coef · Σ θ² is taken off the mean
        log-likelihood per customer, times in multiples of the largest T.

    Examples
    --------
    >>> from loyalty.lifetimes import BetaGeoFitter
    >>> from loyalty.lifetimes.datasets import load_cdnow_summary
    >>> table = load_cdnow_summary(index_col=[0])
    >>> bgf = BetaGeoFitter(penalizer_coef=0.001)
    >>> bgf.fit(table["frequency"], table["recency"], table["T"]).params_.round(3).to_dict()
    {'r': 0.243, 'alpha': 4.405, 'a': 0.498, 'b': 1.323}
    """

    _kind: ClassVar[type[Model]] = BgNbd
    _draw = staticmethod(beta_geometric_nbd_model)

    def __init__(self, penalizer_coef: float = 0.0) -> None:
        self.penalizer_coef = penalizer_coef

    def fit(
        self,
        frequency: Any,
        recency: Any,
        T: Any,
        weights: Any = None,
        initial_params: Any = None,
        verbose: bool = False,
        tol: float = 1e-7,
        index: Any = None,
        **kwargs: Any,
    ) -> Self:
        """Fits the model by maximum likelihood, less the penalty.

        Parameters
        ----------
        frequency, recency, T : array or series
            Repeat purchases, time from first to last purchase and to the end of observation.
        weights : array or series, optional
            How many customers each row stands for.
        initial_params : array, optional
            Logarithms of r, alpha, a, b to start from, alpha in multiples of the largest T.
        verbose : bool
            Whether to print every iteration.
        tol : float
            Has no effect: the solver ends within 1e-16 of the maximum in any case.
        index : sequence, optional
            Of ``data``.
        **kwargs
            ``maxiter`` is the most iterations. Tolerances are kept in any case; every other option is
            named in a warning.

        Raises
        ------
        InputError
            A ValueError, for values that no history can have.
        ConvergenceError
            Where the data cannot determine the model.

        Warns
        -----
        LoyaltyWarning
            Where the likelihood has no proper maximum. The errors are NaN then.
        """
        scale = 1.0 / np.max(T)
        begin = start(initial_params, scale, (1,), logs=True)
        asked = Asked(self.penalizer_coef, begin, verbose, tol, kwargs)
        return self._fit(frequency, recency, T, weights, index, asked)

    def conditional_probability_alive(self, frequency: Any, recency: Any, T: Any) -> Floats:
        """P(alive) at the end of observation; 1 for who never bought again, by the model.

        Parameters
        ----------
        frequency, recency, T : number, array or series

        Returns
        -------
        array
            Of one element for one customer.

        Examples
        --------
        >>> from loyalty.lifetimes import BetaGeoFitter
        >>> bgf = BetaGeoFitter()
        >>> bgf.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
        >>> bgf.conditional_probability_alive([0, 2], [0, 30.43], 38.86).round(3)
        array([1.   , 0.727])
        """
        given, values = self._alive(frequency, recency, T)
        return given.array(values)

    def probability_of_n_purchases_up_to_time(self, t: Any, n: Any) -> Any:
        """Probability that a new customer makes `n` repeat purchases within `t` of their first.

        Parameters
        ----------
        t : number or array
        n : int or array of int

        Examples
        --------
        >>> from loyalty.lifetimes import BetaGeoFitter
        >>> bgf = BetaGeoFitter()
        >>> bgf.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
        >>> print(bgf.probability_of_n_purchases_up_to_time(39, 0).round(4))
        0.5738
        """
        given = Arguments(t=t, n=n)
        model = self._model()
        pairs = zip(*(column.tolist() for column in given.columns), strict=True)
        values = [model.p_n_purchases_new_customer(whole(count), time) for time, count in pairs]
        return given.answer(np.array(values))


def whole(count: float) -> Any:
    """A count as an integer where it is one; the model refuses the others by name."""
    return int(count) if count == int(count) else count
