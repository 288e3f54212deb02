"""Return propensity as a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from loyalty.errors import InputError
from loyalty.order_lines import OrderLines
from loyalty.orders import Moment
from loyalty.returns import ReturnPropensity, ShrinkageCriterion

__all__ = ["ReturnClassifier"]

_RETURNED, _RETURN_TIME = "returned", "return_time"


class ReturnClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """How likely order lines are to be sent back, with the interface of a classifier.

    :class:`loyalty.ReturnPropensity` behind it learns from times: it knows of a line only what was
    known on the morning of its day, and lines younger than the horizon at the end of the fit have no
    outcome yet. A fair test looks ahead: sort by time and split by ``TimeSeriesSplit``.

    Parameters
    ----------
    customer, product, time : str
        Columns of `X`, as for :class:`loyalty.OrderLines`.
    price, amount, quantity, order, size, brand : str, optional
        Further columns; one of price and amount is needed.
    categories, numbers : sequence of str
        Further columns with levels, and of numbers, that are known at the order.
    horizon_days, observation_end, crossed, context, half_life_days, shrinkage, penalty, known_at_order
        As for :meth:`loyalty.ReturnPropensity.fit`.

    Attributes
    ----------
    model_ : ReturnPropensity
        The fitted model: reasons, intervals, updates and files are its methods.
    fit_ : ReturnFit
        How it was found.
    classes_ : array
        The two classes of `y` in their order; the second one is "returned".
    n_features_in_ : int
        The number of columns of `X`.
    feature_names_in_ : array
        Their names.

    Examples
    --------
    >>> import loyalty
    >>> from sklearn.model_selection import TimeSeriesSplit, cross_val_score
    >>> from loyalty.sklearn import ReturnClassifier
    >>> lines = loyalty.simulate(400, seed=1, return_rate=0.2, backend="pandas").lines
    >>> lines = lines.sort_values("time", ignore_index=True)
    >>> y = lines["returned_amount"] > 0
    >>> classifier = ReturnClassifier(amount="amount", price=None, categories=["category"])
    >>> auc = cross_val_score(classifier, lines, y, cv=TimeSeriesSplit(3), scoring="roc_auc")
    >>> bool((auc > 0.55).all())
    True
    """

    def __init__(
        self,
        *,
        customer: str = "customer",
        product: str = "product",
        time: str = "time",
        price: str | None = "price",
        amount: str | None = None,
        quantity: str | None = None,
        order: str | None = None,
        size: str | None = None,
        brand: str | None = None,
        categories: Sequence[str] = (),
        numbers: Sequence[str] = (),
        horizon_days: int | None = None,
        observation_end: Moment | None = None,
        crossed: Sequence[Sequence[str]] = (),
        context: bool = True,
        half_life_days: float | None = None,
        shrinkage: ShrinkageCriterion = "one_step_ahead",
        penalty: float | None = None,
        known_at_order: Sequence[str] = (),
    ) -> None:
        self.customer = customer
        self.product = product
        self.time = time
        self.price = price
        self.amount = amount
        self.quantity = quantity
        self.order = order
        self.size = size
        self.brand = brand
        self.categories = categories
        self.numbers = numbers
        self.horizon_days = horizon_days
        self.observation_end = observation_end
        self.crossed = crossed
        self.context = context
        self.half_life_days = half_life_days
        self.shrinkage = shrinkage
        self.penalty = penalty
        self.known_at_order = known_at_order

    def _lines(self, X: Any, outcome: dict[str, Any], *, reset: bool) -> OrderLines:
        """The lines of a frame, with what became of them where that is known."""
        if not hasattr(X, "columns"):
            raise InputError(
                "X must be a data frame with columns of order lines, as ids and times are no numbers, "
                f"got {type(X).__name__}"
            )
        validate_data(self, X, reset=reset, skip_check_array=True)
        optional = ("price", "amount", "quantity", "order", "size", "brand")
        roles: dict[str, Any] = {
            role: getattr(self, role) for role in ("customer", "product", "time", *optional)
        }
        roles = {role: name for role, name in roles.items() if name is not None}
        names = dict.fromkeys([*roles.values(), *self.categories, *self.numbers])
        known = [str(name) for name in _names(X)]
        for name in names:
            if name not in known:
                raise InputError(f'column "{name}" is missing; the table has {", ".join(known)}')
        table = {name: X[name] for name in names}
        for role in outcome:
            if role in table:
                raise InputError(f'column "{role}" of X tells the outcome: give it as y or {role}=')
        return OrderLines(
            table | outcome,
            **roles,
            returned=_RETURNED if _RETURNED in outcome else None,
            return_time=_RETURN_TIME if _RETURN_TIME in outcome else None,
            categories=list(self.categories),
            numbers=list(self.numbers),
        )

    def fit(self, X: Any, y: Any, *, return_time: Any = None) -> Self:
        """Learns from order lines and what became of them.

        Parameters
        ----------
        X : data frame
            One row per order line, in any order.
        y : array or series
            Whether each came back: two classes, the later one in their order meaning that it did.
        return_time : array or series, optional
            When; looked at only where the line came back. ``cross_val_score`` takes it in `params`.

        Returns
        -------
        ReturnClassifier
            Itself.

        Raises
        ------
        InputError
            As :class:`loyalty.OrderLines` and :meth:`loyalty.ReturnPropensity.fit`, and where `y` has
            not two classes.
        FitError
            Where no line is as old as the horizon.

        Examples
        --------
        >>> import loyalty
        >>> from loyalty.sklearn import ReturnClassifier
        >>> lines = loyalty.simulate(400, seed=1, return_rate=0.2, backend="pandas").lines
        >>> classifier = ReturnClassifier(amount="amount", price=None, context=False)
        >>> classifier.fit(lines, lines["returned_amount"] > 0).fit_.horizon_days
        60
        """
        check_classification_targets(y)
        classes, which = np.unique(column_or_1d(y), return_inverse=True)
        if len(classes) != 2:
            raise InputError(f"y must have two classes, kept and returned, got {len(classes)}")
        outcome: dict[str, Any] = {_RETURNED: which.astype(bool)}
        if return_time is not None:
            outcome[_RETURN_TIME] = return_time
        lines = self._lines(X, outcome, reset=True)
        self.fit_ = ReturnPropensity.fit(
            lines,
            horizon_days=self.horizon_days,
            observation_end=self.observation_end,
            crossed=self.crossed,
            context=self.context,
            half_life_days=self.half_life_days,
            shrinkage=self.shrinkage,
            penalty=self.penalty,
            known_at_order=self.known_at_order,
        )
        self.model_ = self.fit_.model
        self.classes_ = classes
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """The probabilities of being kept and of being sent back.

        Parameters
        ----------
        X : data frame
            With the columns of the fit.

        Returns
        -------
        array
            Two columns, in the order of ``classes_``; one row per line, in row order.

        Raises
        ------
        InputError
            As :class:`loyalty.OrderLines`.

        Warns
        -----
        LoyaltyWarning
            Where lines are dated before the first day that the model knows of.

        Examples
        --------
        >>> import loyalty
        >>> from loyalty.sklearn import ReturnClassifier
        >>> lines = loyalty.simulate(400, seed=1, return_rate=0.2, backend="pandas").lines
        >>> classifier = ReturnClassifier(amount="amount", price=None, context=False)
        >>> classifier.fit(lines, lines["returned_amount"] > 0).predict_proba(lines[:3]).shape
        (3, 2)
        """
        check_is_fitted(self)
        scored = self.model_.score(self._lines(X, {}, reset=False))
        returned = np.asarray(scored["probability"])
        return np.column_stack([1.0 - returned, returned])

    def predict(self, X: Any) -> NDArray[Any]:
        """The likelier of the two classes: "returned" where that is likelier than not.

        Few lines are; to act on returns, weigh the probabilities with what a return costs.

        Parameters
        ----------
        X : data frame
            With the columns of the fit.

        Returns
        -------
        array
            Of the values of ``classes_``.

        Examples
        --------
        >>> import loyalty
        >>> from loyalty.sklearn import ReturnClassifier
        >>> lines = loyalty.simulate(400, seed=1, return_rate=0.2, backend="pandas").lines
        >>> classifier = ReturnClassifier(amount="amount", price=None, context=False)
        >>> came_back = classifier.fit(lines, lines["returned_amount"] > 0).predict(lines)
        >>> bool(came_back.mean() < 0.2)
        True
        """
        likelier = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[likelier])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        # Frames of ids, times, levels and numbers; a matrix of numbers is none.
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def _names(X: Any) -> Any:
    """The names of the columns; pyarrow calls the columns themselves so."""
    return getattr(X, "column_names", None) or X.columns
