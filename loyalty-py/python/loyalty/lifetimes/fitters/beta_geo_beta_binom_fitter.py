"""The BG/BB model."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from loyalty.bg_bb import BgBb
from loyalty.lifetimes._fitting import Asked
from loyalty.lifetimes._histories import Arguments, Floats, by_value
from loyalty.lifetimes._pandas import pd
from loyalty.lifetimes.fitters import BaseFitter, one_index
from loyalty.lifetimes.fitters._purchases import start
from loyalty.lifetimes.generate_data import beta_geometric_beta_binom_model
from loyalty.summary import CustomerSummary

__all__ = ["BetaGeoBetaBinomFitter"]


class BetaGeoBetaBinomFitter(BaseFitter):
    """The BG/BB model of :class:`loyalty.BgBb` behind the interface of lifetimes: customers who can buy
    at set opportunities only.

    Parameters
    ----------
    penalizer_coef : float
        Weight of the penalty Σ θ² on the parameters, taken off the mean log-likelihood per customer.

    Examples
    --------
    The donors of Fader, Hardie & Shang (2010) who gave every time, or never again:

    >>> from loyalty.lifetimes import BetaGeoBetaBinomFitter
    >>> bbf = BetaGeoBetaBinomFitter()
    >>> bbf.params_ = {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}
    >>> bbf.conditional_probability_alive(1, [6, 0], [6, 0], 6).round(2)
    array([0.93, 0.11])
    """

    _kind = BgBb

    def __init__(self, penalizer_coef: float = 0.0) -> None:
        self.penalizer_coef = penalizer_coef

    def fit(
        self,
        frequency: Any,
        recency: Any,
        n_periods: Any,
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
        frequency, recency, n_periods : array or series
            Opportunities with a purchase, the last of them, and how many there were.
        weights, verbose, tol, index, **kwargs
            As for :meth:`BetaGeoFitter.fit`.
        initial_params : array, optional
            Logarithms of alpha, beta, gamma, delta to start from.

        Raises
        ------
        InputError, ConvergenceError
            As :meth:`BetaGeoFitter.fit`.
        """
        given = Arguments(frequency=frequency, recency=recency, n_periods=n_periods)
        x, t_x, n = given.columns
        counts = np.ones(len(x), dtype=np.int64) if weights is None else np.asarray(weights)
        customers = CustomerSummary(frequency=x, recency=t_x, T=n, weights=counts)
        names = ("frequency", "recency", "n_periods")
        columns = {
            name: values.astype(np.int64) for name, values in zip(names, (x, t_x, n), strict=True)
        }
        self.data = pd.DataFrame(columns | {"weights": counts}, index=one_index(index, len(x)))
        begin = start(initial_params, 1.0, (), logs=True)
        # Opportunities are counted, so that no time is scaled.
        return self._estimate(
            customers, 1.0, Asked(self.penalizer_coef, begin, verbose, tol, kwargs)
        )

    def _generate_new_data(self, size: int = 1) -> Any:
        every = np.repeat(self.data["n_periods"].to_numpy(), self.data["weights"].to_numpy(int))
        alpha, beta, gamma, delta = self._unload_params("alpha", "beta", "gamma", "delta")
        return beta_geometric_beta_binom_model(every, alpha, beta, gamma, delta, size)

    def _asked(self, m: Any, frequency: Any, recency: Any, n_periods: Any, question: str) -> Any:
        given = Arguments(m=m, frequency=frequency, recency=recency, n_periods=n_periods)
        ahead, *histories = given.columns
        ask = getattr(self._model(), question)

        def answers(horizon: float, rows: Any) -> Floats:
            return np.asarray(ask(_summary(*(column[rows] for column in histories)), horizon))

        return given.answer(by_value(ahead, answers))

    def conditional_expected_number_of_purchases_up_to_time(
        self, m_periods_in_future: Any, frequency: Any, recency: Any, n_periods: Any
    ) -> Any:
        """Expected purchases at the next `m_periods_in_future` opportunities.

        Parameters
        ----------
        m_periods_in_future, frequency, recency, n_periods : number, array or series

        Examples
        --------
        >>> from loyalty.lifetimes import BetaGeoBetaBinomFitter
        >>> bbf = BetaGeoBetaBinomFitter()
        >>> bbf.params_ = {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}
        >>> print(bbf.conditional_expected_number_of_purchases_up_to_time(5, 6, 6, 6).round(2))
        3.75
        """
        asked = (m_periods_in_future, frequency, recency, n_periods)
        return self._asked(*asked, "expected_purchases")

    def conditional_probability_alive(
        self, m_periods_in_future: Any, frequency: Any, recency: Any, n_periods: Any
    ) -> Any:
        """P(alive) at opportunity ``n_periods + m_periods_in_future``.

        Parameters
        ----------
        m_periods_in_future, frequency, recency, n_periods : number, array or series

        Examples
        --------
        >>> from loyalty.lifetimes import BetaGeoBetaBinomFitter
        >>> bbf = BetaGeoBetaBinomFitter()
        >>> bbf.params_ = {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}
        >>> print(bbf.conditional_probability_alive(1, 2, 4, 6).round(2))
        0.59
        """
        asked = (m_periods_in_future, frequency, recency, n_periods)
        return self._asked(*asked, "p_alive_at")

    def expected_number_of_transactions_in_first_n_periods(self, n: int) -> Any:
        """How many of the customers fitted to make 0, 1, … purchases at their first `n` opportunities.

        Parameters
        ----------
        n : int

        Returns
        -------
        DataFrame
            Column ``model``, indexed by the frequencies of the data.

        Examples
        --------
        >>> import pandas as pd
        >>> from loyalty.lifetimes import BetaGeoBetaBinomFitter
        >>> bbf = BetaGeoBetaBinomFitter()
        >>> bbf.params_ = {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}
        >>> bbf.data = pd.DataFrame({"frequency": [0, 1, 2], "weights": [50, 30, 20]})
        >>> bbf.expected_number_of_transactions_in_first_n_periods(2)["model"].round(1).tolist()
        [39.4, 28.9, 31.7]
        """
        found = self.data.groupby("frequency")["weights"].sum()
        share = self._model().p_n_purchases_new_customer(found.index.to_numpy(), n)
        index = pd.Index(found.index, name="frequency")
        return pd.DataFrame({"model": share * found.sum()}, index=index)


def _summary(frequency: Floats, recency: Floats, n: Floats) -> CustomerSummary:
    """Customers counted in opportunities; who never bought again has a recency of 0."""
    recency = np.where(frequency == 0, 0.0, recency)
    return CustomerSummary(frequency=frequency, recency=recency, T=n)
