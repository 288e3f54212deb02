"""RFM scores as a transformer."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from loyalty.errors import LoyaltyWarning
from loyalty.rfm import rfm
from loyalty.sklearn import _numbers

__all__ = ["RFMTransformer"]

_SCORES = ("recency_score", "frequency_score", "monetary_score")


class RFMTransformer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Recency, frequency and monetary scores, by thresholds learnt from the customers of the fit.

    ``fit`` scores as :func:`loyalty.rfm` does and keeps its thresholds; ``transform`` scores any
    customers by them, so that a fold, or the customers of next month, are measured by one rule.

    Parameters
    ----------
    recency, frequency, monetary : str or int
        The columns of time since the last purchase, number of purchases and money, each at least 0:
        names where `X` has names, or positions. Where `X` has no names they are its first three
        columns. Other columns are passed over.
    bins : int
        The scores run from 1 (worst) to this.
    breaks : mapping, optional
        Thresholds of one's own, as for :func:`loyalty.rfm`; nothing is then learnt.

    Attributes
    ----------
    breaks_ : dict
        The thresholds by axis, as ``loyalty.rfm(breaks=)`` takes them.
    n_features_in_ : int
        The number of columns of `X`.
    feature_names_in_ : array
        Their names, where they have names.

    Examples
    --------
    >>> import numpy as np
    >>> from loyalty.sklearn import RFMTransformer
    >>> customers = np.array([[3, 8, 410], [90, 1, 25], [14, 5, 190], [200, 2, 44], [41, 3, 87]])
    >>> RFMTransformer().fit_transform(customers)
    array([[5, 5, 5],
           [2, 1, 1],
           [4, 4, 4],
           [1, 2, 2],
           [3, 3, 3]])
    """

    def __init__(
        self,
        *,
        recency: str | int = "recency",
        frequency: str | int = "frequency",
        monetary: str | int = "monetary",
        bins: int = 5,
        breaks: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        self.recency = recency
        self.frequency = frequency
        self.monetary = monetary
        self.bins = bins
        self.breaks = breaks

    def _measures(self, X: Any, *, reset: bool) -> Any:
        roles = {
            "recency": self.recency,
            "frequency": self.frequency,
            "monetary": self.monetary,
        }
        return _numbers.columns(self, X, roles, reset=reset)

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learns the thresholds between the scores.

        Parameters
        ----------
        X : data frame or array
            One row per customer.
        y : ignored
            Only there because pipelines pass it.

        Returns
        -------
        RFMTransformer
            Itself.

        Raises
        ------
        InputError
            Where a column is missing or a measure is below 0.

        Warns
        -----
        LoyaltyWarning
            Where ties or too few customers leave the best or worst score of an axis without customers.

        Examples
        --------
        >>> from loyalty.sklearn import RFMTransformer
        >>> RFMTransformer(bins=2).fit([[3, 8, 410], [90, 1, 25]]).breaks_["recency"]
        [3.0]
        """
        scored = rfm(self._measures(X, reset=True), bins=self.bins, breaks=self.breaks)
        self.breaks_ = scored.breaks
        return self

    def transform(self, X: Any) -> NDArray[np.int64]:
        """The scores of customers, by the thresholds of the fit.

        Parameters
        ----------
        X : data frame or array
            With the columns of the fit.

        Returns
        -------
        array
            Three columns of scores from 1 to `bins`: recency, frequency, monetary.

        Raises
        ------
        InputError
            Where a measure is below 0.

        Examples
        --------
        >>> from loyalty.sklearn import RFMTransformer
        >>> scorer = RFMTransformer(bins=2).fit([[3, 8, 410], [90, 1, 25]])
        >>> scorer.transform([[2, 2, 30]])
        array([[2, 2, 2]])
        """
        check_is_fitted(self)
        with warnings.catch_warnings():
            # A few customers need not have every score.
            warnings.simplefilter("ignore", LoyaltyWarning)
            scored = rfm(self._measures(X, reset=False), breaks=self.breaks_).to_frame()
        return np.column_stack([scored[name] for name in _SCORES])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """The names of the three scores.

        Parameters
        ----------
        input_features : ignored
            Only there because pipelines pass it.

        Returns
        -------
        array of str

        Examples
        --------
        >>> from loyalty.sklearn import RFMTransformer
        >>> RFMTransformer(bins=2).fit([[3, 8, 410], [90, 1, 25]]).get_feature_names_out().tolist()
        ['recency_score', 'frequency_score', 'monetary_score']
        """
        check_is_fitted(self)
        return np.array(_SCORES, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        # Scores are whole numbers, whatever the measures are.
        tags.transformer_tags.preserves_dtype = []
        return tags
