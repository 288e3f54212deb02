"""The Gamma-Gamma model."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from loyalty import value
from loyalty.errors import FitError, InputError
from loyalty.fit import native_options
from loyalty.gamma_gamma import GammaGamma
from loyalty.lifetimes._fitting import Asked
from loyalty.lifetimes._histories import Arguments, Floats, summary
from loyalty.lifetimes._pandas import pd
from loyalty.lifetimes.fitters import BaseFitter, one_index
from loyalty.lifetimes.fitters._purchases import PurchaseFitter, start
from loyalty.prior import Prior
from loyalty.summary import CustomerSummary

__all__ = ["GammaGammaFitter"]

#: A month in the units that lifetimes knows.
MONTHS = {"W": 4.345, "M": 1.0, "D": 30.0, "H": 720.0}


class GammaGammaFitter(BaseFitter):
    """The Gamma-Gamma model of :class:`loyalty.GammaGamma` behind the interface of lifetimes.

    Parameters
    ----------
    penalizer_coef : float
        Weight of the penalty Σ θ² on the parameters, taken off the mean log-likelihood per customer.

    Examples
    --------
    >>> from loyalty.lifetimes import GammaGammaFitter
    >>> from loyalty.lifetimes.datasets import load_cdnow_summary_data_with_monetary_value
    >>> table = load_cdnow_summary_data_with_monetary_value()
    >>> repeaters = table[table["frequency"] > 0]
    >>> GammaGammaFitter().fit(repeaters["frequency"], repeaters["monetary_value"])
    <lifetimes.GammaGammaFitter: fitted with 946 subjects, p: 6.25, q: 3.74, v: 15.45>
    """

    _kind = GammaGamma

    def __init__(self, penalizer_coef: float = 0.0) -> None:
        self.penalizer_coef = penalizer_coef

    def fit(
        self,
        frequency: Any,
        monetary_value: Any,
        weights: Any = None,
        initial_params: Any = None,
        verbose: bool = False,
        tol: float = 1e-7,
        index: Any = None,
        q_constraint: bool = False,
        **kwargs: Any,
    ) -> Self:
        """Fits the model by maximum likelihood, less the penalty.

        Parameters
        ----------
        frequency, monetary_value : array or series
            Of customers with repeat purchases: their number and their mean amount.
        weights, verbose, tol, index, **kwargs
            As for :meth:`BetaGeoFitter.fit`.
        initial_params : array, optional
            Logarithms of p, q, v to start from.
        q_constraint : bool
            Whether q must be 1 at least. Where the likelihood has its maximum below, q is 1 then.

        Raises
        ------
        InputError
            A ValueError, for amounts that are not above 0 and frequencies that are no whole numbers.
        ConvergenceError
            Where the data cannot determine the model.

        Warns
        -----
        LoyaltyWarning
            Where q is at most 1, so that the mean spend over the customers is infinite.
        """
        x, mean = Arguments(frequency=frequency, monetary_value=monetary_value).columns
        if not (mean > 0).all():
            row = int(np.argmin(mean > 0))
            raise InputError(
                f'column "monetary_value", row {row}: must be above 0, got {mean[row]:g}: give the '
                "customers with repeat purchases that were not free"
            )
        counts = np.ones(len(x), dtype=np.int64) if weights is None else np.asarray(weights)
        self.data = pd.DataFrame(
            {"monetary_value": mean, "frequency": x, "weights": counts},
            index=one_index(index, len(x)),
        )
        begin = start(initial_params, 1.0, (), logs=True)
        asked = Asked(self.penalizer_coef, begin, verbose, tol, kwargs)
        customers = _spenders(x, mean, counts)
        if q_constraint and self._below_one(customers, asked):
            asked = asked._replace(priors={"q": Prior.known(1.0)})
        return self._estimate(customers, 1.0, asked)

    @staticmethod
    def _below_one(customers: CustomerSummary, asked: Asked) -> bool:
        """Whether q is below 1 where nothing keeps it from being so."""
        options = native_options(asked.start, penalizer=asked.penalizer)
        try:
            return GammaGamma._fit(customers, options).model.q < 1
        except FitError:
            return False  # Refused in its own words by the fit that follows.

    def conditional_expected_average_profit(
        self, frequency: Any = None, monetary_value: Any = None
    ) -> Any:
        """Expected amount per purchase.

        Parameters
        ----------
        frequency, monetary_value : number, array or series, optional
            By default those fitted to.

        Returns
        -------
        number, array or series
            As what was given.

        Raises
        ------
        FitError
            Where q is at most 1 and a customer without purchases is among them: their expected spend
            is infinite. lifetimes gives a negative one.

        Examples
        --------
        >>> from loyalty.lifetimes import GammaGammaFitter
        >>> ggf = GammaGammaFitter()
        >>> ggf.params_ = {"p": 6.25, "q": 3.74, "v": 15.44}
        >>> ggf.conditional_expected_average_profit([2, 0], [22.35, 0]).round(2)
        array([24.66, 35.22])
        """
        given = Arguments(
            frequency=self.data["frequency"] if frequency is None else frequency,
            monetary_value=self.data["monetary_value"]
            if monetary_value is None
            else monetary_value,
        )
        return given.answer(np.asarray(self._model().expected_spend(_spenders(*given.columns))))

    def customer_lifetime_value(
        self,
        transaction_prediction_model: Any,
        frequency: Any,
        recency: Any,
        T: Any,
        monetary_value: Any,
        time: float = 12,
        discount_rate: float = 0.01,
        freq: str = "D",
    ) -> Any:
        """Expected value of the purchases of the next months, each month's discounted to today.

        Parameters
        ----------
        transaction_prediction_model : fitter
            Of frequency, recency and T, one of this package.
        frequency, recency, T, monetary_value : array or series
        time : int
            Months.
        discount_rate : float
            Per month.
        freq : {"D", "H", "M", "W"}
            What recency and T are counted in: a month has 30 days, 720 hours or 4.345 weeks.

        Returns
        -------
        Series
            ``clv``, with the index of `frequency`.

        Raises
        ------
        InputError
            For another `freq`, or a model without predictions by time.
        FitError
            As :meth:`conditional_expected_average_profit`.

        Examples
        --------
        >>> import pandas as pd
        >>> from loyalty.lifetimes import BetaGeoFitter, GammaGammaFitter
        >>> bgf, ggf = BetaGeoFitter(), GammaGammaFitter()
        >>> bgf.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
        >>> ggf.params_ = {"p": 6.25, "q": 3.74, "v": 15.44}
        >>> ann = pd.DataFrame({"x": [2], "t_x": [30.43], "T": [38.86], "m": [22.35]}, index=["ann"])
        >>> ggf.customer_lifetime_value(
        ...     bgf, ann["x"], ann["t_x"], ann["T"], ann["m"], freq="W"
        ... ).round(2)
        ann    36.29
        Name: clv, dtype: float64
        """
        if not isinstance(transaction_prediction_model, PurchaseFitter):
            found = type(transaction_prediction_model).__name__
            raise InputError(
                f"transaction_prediction_model must be a BetaGeoFitter, ModifiedBetaGeoFitter or "
                f"ParetoNBDFitter of loyalty.lifetimes, got {found}"
            )
        if freq.upper() not in MONTHS:
            raise InputError(f"freq must be one of {', '.join(MONTHS)}, got {freq!r}")
        given = Arguments(frequency=frequency, recency=recency, T=T, monetary_value=monetary_value)
        *history, mean = given.columns
        values = value.clv(
            summary(*history, monetary_value=np.where(history[0] == 0, 0.0, mean)),
            transaction_prediction_model._model(),
            self._model(),
            periods=int(np.ceil(time)),
            period_length=MONTHS[freq.upper()],
            discount_rate=discount_rate,
        )
        return pd.Series(values, index=given.index, name="clv")


def _spenders(frequency: Floats, mean: Floats, weights: Any = None) -> CustomerSummary:
    """Customers of whom only the amounts matter; of who never bought again there are none."""
    bought = (frequency > 0).astype(float)
    return CustomerSummary(
        frequency=frequency,
        recency=bought,
        T=np.ones(len(frequency)),
        monetary_value=np.where(frequency == 0, 0.0, mean),
        weights=weights,
    )
