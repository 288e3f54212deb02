"""Lifetime value and future purchases as a regressor."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import assert_all_finite, check_consistent_length
from sklearn.utils.validation import check_is_fitted, column_or_1d

from loyalty.errors import InputError
from loyalty.gamma_gamma import GammaGamma
from loyalty.mbg_nbd import MbgNbd
from loyalty.purchase import PurchaseModel
from loyalty.sklearn import _numbers
from loyalty.spend import SpendModel
from loyalty.summary import CustomerSummary
from loyalty.value import clv

__all__ = ["CLVRegressor"]

_TARGETS = ("value", "purchases")


class CLVRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """What customers will bring or how often they will buy, from their histories alone.

    ``fit`` fits a purchase model and a spend model to the histories; it does not look at `y`, as the
    models learn from the past how the future goes on. ``predict`` is :func:`loyalty.clv` or
    :meth:`loyalty.PurchaseModel.expected_purchases`. With what the customers did in a holdout period as `y`,
    ``score`` and ``cross_val_score`` say how good that is, beside any regressor that has learnt from
    `y`.

    Parameters
    ----------
    frequency, recency, T, monetary_value : str or int
        The columns of repeat purchases, time from first to last purchase, time from first purchase to
        the end of observation, and mean amount per repeat purchase, as
        :meth:`loyalty.CustomerSummary.to_frame` writes them: names where `X` has names, or positions. Where
        `X` has no names they are its first four columns. Other columns are passed over.
    target : {"value", "purchases"}
        What is predicted: lifetime value, or the expected number of purchases, for which the first
        three columns suffice.
    horizon : float
        How far, in the unit of the columns; ``math.inf`` needs a rate.
    unit : str, optional
        The unit of recency, T and horizon; an annual rate needs it.
    annual_discount_rate : float, optional
        As for :func:`loyalty.clv`; without it nothing is discounted.
    margin : float
        Contribution margin; 1 gives the value in revenue.
    purchases : class, optional
        The purchase model, such as :class:`loyalty.BgNbd`; by default :class:`loyalty.MbgNbd`.
    spend : class, optional
        The spend model; by default :class:`loyalty.GammaGamma`.

    Attributes
    ----------
    purchases_ : Fit
        The fitted purchase model, with what a fit says of itself.
    spend_ : Fit or None
        The fitted spend model; None for the target ``"purchases"``.
    n_features_in_ : int
        The number of columns of `X`.
    feature_names_in_ : array
        Their names, where they have names.

    Examples
    --------
    >>> import loyalty
    >>> from loyalty.sklearn import CLVRegressor
    >>> split = loyalty.datasets.cdnow_orders().calibration_holdout("1997-09-30", unit="week")
    >>> X, y = split.calibration.to_frame(), split.holdout_frequency
    >>> model = CLVRegressor(target="purchases", horizon=split.holdout_duration, unit="week")
    >>> round(model.fit(X).score(X, y), 3)  # R², of a model that has not seen y
    0.389
    """

    def __init__(
        self,
        *,
        frequency: str | int = "frequency",
        recency: str | int = "recency",
        T: str | int = "T",
        monetary_value: str | int = "monetary_value",
        target: Literal["value", "purchases"] = "value",
        horizon: float = 365.0,
        unit: str | None = "day",
        annual_discount_rate: float | None = None,
        margin: float = 1.0,
        purchases: type[PurchaseModel] | None = None,
        spend: type[SpendModel] | None = None,
    ) -> None:
        self.frequency = frequency
        self.recency = recency
        self.T = T
        self.monetary_value = monetary_value
        self.target = target
        self.horizon = horizon
        self.unit = unit
        self.annual_discount_rate = annual_discount_rate
        self.margin = margin
        self.purchases = purchases
        self.spend = spend

    def _summary(self, X: Any, *, reset: bool) -> CustomerSummary:
        if self.target not in _TARGETS:
            raise InputError(f"target must be one of {', '.join(_TARGETS)}, got {self.target!r}")
        roles = {"frequency": self.frequency, "recency": self.recency, "T": self.T}
        if self.target == "value":
            roles["monetary_value"] = self.monetary_value
        return CustomerSummary(**_numbers.columns(self, X, roles, reset=reset), unit=self.unit)

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fits the models to histories.

        Parameters
        ----------
        X : data frame or array
            One row per customer.
        y : array, optional
            Not learnt from; where it is given, it is checked as any regressor's.

        Returns
        -------
        CLVRegressor
            Itself.

        Raises
        ------
        InputError
            Where a column is missing, or a row is no history: ``frequency`` a whole number from 0,
            ``recency`` from 0 to T and 0 exactly where frequency is.
        FitError
            Where the data cannot determine a model.

        Warns
        -----
        LoyaltyWarning
            Where a fit did not converge.

        Examples
        --------
        >>> import loyalty
        >>> from loyalty.sklearn import CLVRegressor
        >>> X = loyalty.datasets.cdnow_orders().summarize(unit="week").to_frame()
        >>> CLVRegressor(unit="week", horizon=52).fit(X).spend_
        <Fit: GammaGamma(p=4.683453309995163, q=4.189783282208963, v=24.390553764456893), log-likelihood -4884.566321, converged>
        """
        if y is not None:
            y = column_or_1d(y, warn=True)
            check_consistent_length(X, y)
            assert_all_finite(y, input_name="y")
        customers = self._summary(X, reset=True)
        self.purchases_ = (self.purchases or MbgNbd).fit(customers)
        self.spend_ = (self.spend or GammaGamma).fit(customers) if self.target == "value" else None
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """What is expected of customers over the horizon.

        Parameters
        ----------
        X : data frame or array
            With the columns of the fit.

        Returns
        -------
        array
            Lifetime values, or numbers of purchases, in row order.

        Raises
        ------
        InputError
            Where a row is no history, or the horizon or a rate is outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> from loyalty.sklearn import CLVRegressor
        >>> X = loyalty.datasets.cdnow_orders().summarize(unit="week").to_frame()
        >>> CLVRegressor(unit="week", horizon=52, margin=0.3).fit(X).predict(X)[:2].round(2)
        array([9.5, 0.6])
        """
        check_is_fitted(self)
        customers = self._summary(X, reset=False)
        if self.spend_ is None:
            return np.asarray(
                self.purchases_.model.expected_purchases(customers, horizon=self.horizon)
            )
        return np.asarray(
            clv(
                customers,
                self.purchases_,
                self.spend_,
                horizon=self.horizon,
                annual_discount_rate=self.annual_discount_rate,
                margin=self.margin,
            )
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        tags.target_tags.required = False
        tags.regressor_tags.poor_score = True
        return tags
