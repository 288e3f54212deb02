"""The Pareto/NBD model."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from loyalty.errors import InputError
from loyalty.lifetimes._fitting import Asked
from loyalty.lifetimes._histories import Arguments, summary
from loyalty.lifetimes.fitters._purchases import PurchaseFitter, start
from loyalty.lifetimes.generate_data import pareto_nbd_model
from loyalty.pareto_nbd import ParetoNbd

__all__ = ["ParetoNBDFitter"]

#: The solvers of scipy's minimize, which the argument names; none is used here.
METHODS = (
    "Nelder-Mead Powell CG BFGS Newton-CG L-BFGS-B TNC COBYLA COBYQA SLSQP trust-constr dogleg "
    "trust-ncg trust-exact trust-krylov"
).lower().split()  # fmt: skip


class ParetoNBDFitter(PurchaseFitter):
    """The Pareto/NBD model of :class:`loyalty.ParetoNbd` behind the interface of lifetimes.

    Beyond lifetimes it has ``variance_matrix_``, ``standard_errors_``, ``confidence_intervals_`` and
    ``summary``.

    Parameters
    ----------
    penalizer_coef : float
        Weight of the penalty Σ θ² on the parameters, times in multiples of the largest T. As in
        lifetimes it is taken off the sum of the log-likelihoods here (off their mean times the number
        of rows, with weights), where all other fitters take it off their mean.

    Examples
    --------
    >>> from loyalty.lifetimes import ParetoNBDFitter
    >>> from loyalty.lifetimes.datasets import load_cdnow_summary
    >>> table = load_cdnow_summary()
    >>> ParetoNBDFitter().fit(table["frequency"], table["recency"], table["T"])
    <lifetimes.ParetoNBDFitter: fitted with 2357 subjects, alpha: 10.58, beta: 11.67, r: 0.55, s: 0.61>
    """

    _kind = ParetoNbd
    _draw = staticmethod(pareto_nbd_model)

    def __init__(self, penalizer_coef: float = 0.0) -> None:
        self.penalizer_coef = penalizer_coef

    @staticmethod
    def _per(weights: Any) -> float:
        return float(weights.mean())

    def fit(
        self,
        frequency: Any,
        recency: Any,
        T: Any,
        weights: Any = None,
        iterative_fitting: int = 1,
        initial_params: Any = None,
        verbose: bool = False,
        tol: float = 1e-4,
        index: Any = None,
        fit_method: str = "Nelder-Mead",
        maxiter: int = 2000,
        **kwargs: Any,
    ) -> Self:
        """Fits the model by maximum likelihood, less the penalty.

        Parameters
        ----------
        frequency, recency, T, weights, verbose, tol, index
            As for :meth:`BetaGeoFitter.fit`.
        iterative_fitting : int
            Has no effect from 1 on: nothing is random here, and one fit is enough.
        initial_params : array, optional
            r, alpha, s, beta to start from, alpha and beta in multiples of the largest T.
        fit_method : str
            Has no effect: the solver is this package's own.
        maxiter : int
            The most iterations.
        **kwargs
            As for :meth:`BetaGeoFitter.fit`.

        Raises
        ------
        InputError, ConvergenceError
            As :meth:`BetaGeoFitter.fit`; a ValueError for an `iterative_fitting` below 1, or above it
            with `initial_params`.
        """
        if iterative_fitting <= 0:
            raise InputError(f"iterative_fitting must be at least 1, got {iterative_fitting}")
        if iterative_fitting > 1 and initial_params is not None:
            raise InputError("give either iterative_fitting or initial_params: one start, one fit")
        if fit_method.lower() not in METHODS:
            raise InputError(f"fit_method must be a solver of scipy, got {fit_method!r}")
        begin = start(initial_params, 1.0 / np.max(T), (1, 3), logs=False)
        # Their sum is not divided by the customers, so that the penalty is that much weaker.
        penalizer = self.penalizer_coef / np.size(frequency)
        asked = Asked(penalizer, begin, verbose, tol, {"maxiter": maxiter, **kwargs})
        return self._fit(frequency, recency, T, weights, index, asked)

    def conditional_probability_alive(self, frequency: Any, recency: Any, T: Any) -> Any:
        """P(alive) at the end of observation.

        Parameters
        ----------
        frequency, recency, T : number, array or series

        Returns
        -------
        number, array or series
            As what was given.

        Examples
        --------
        >>> from loyalty.lifetimes import ParetoNBDFitter
        >>> ptf = ParetoNBDFitter()
        >>> ptf.params_ = {"r": 0.5534, "alpha": 10.5802, "s": 0.6061, "beta": 11.6562}
        >>> print(ptf.conditional_probability_alive(26, 30.86, 31).round(4))
        0.9979
        """
        given, values = self._alive(frequency, recency, T)
        return given.answer(values)

    def conditional_probability_of_n_purchases_up_to_time(
        self, n: int, t: float, frequency: Any, recency: Any, T: Any
    ) -> Any:
        """Probability that customers make exactly `n` purchases in the next `t` units of time.

        Parameters
        ----------
        n : int
        t : number
        frequency, recency, T : number, array or series

        Examples
        --------
        >>> from loyalty.lifetimes import ParetoNBDFitter
        >>> ptf = ParetoNBDFitter()
        >>> ptf.params_ = {"r": 0.5534, "alpha": 10.5802, "s": 0.6061, "beta": 11.6562}
        >>> print(ptf.conditional_probability_of_n_purchases_up_to_time(0, 52, 2, 20, 39).round(3))
        0.565
        """
        given = Arguments(frequency=frequency, recency=recency, T=T)
        customers = summary(*given.columns)
        table = self._model().purchase_distribution(customers, t, most=n)
        return given.answer(table[f"p_{n}"])
