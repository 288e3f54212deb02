"""Do those who buy often spend more? The lifetime value assumes that they do not."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

from loyalty import _display, _native
from loyalty.errors import LoyaltyWarning
from loyalty.summary import CustomerSummary

__all__ = ["Correlation", "FrequencyValueCorrelation", "frequency_value_correlation"]

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Correlation(_display.Shown):
    """A correlation coefficient with its test.

    Attributes
    ----------
    coefficient : float
        From −1 to 1.
    p_value : float
        The probability of a coefficient as far from 0, were there no relation.
    lower, upper : float
        The ends of the interval.

    Examples
    --------
    >>> import loyalty
    >>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week")
    >>> found = loyalty.frequency_value_correlation(customers)
    >>> bool(found.pearson.p_value < 0.05)
    True
    """

    coefficient: float
    p_value: float
    lower: float
    upper: float

    def exceeds(self, size: float) -> bool:
        """Whether the interval lies beyond a size, above or below 0.

        Parameters
        ----------
        size : float
            From 0 to 1.

        Returns
        -------
        bool

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week")
        >>> found = loyalty.frequency_value_correlation(customers)
        >>> found.pearson.exceeds(0.9)
        False
        """
        return self.lower > size or self.upper < -size

    def __str__(self) -> str:
        return f"{self.coefficient:.2f} ({self.lower:.2f} to {self.upper:.2f})"


@dataclass(frozen=True, slots=True)
class FrequencyValueCorrelation(_display.Shown):
    """The correlation of customers' numbers of purchases with their mean amounts. Made by
    :func:`frequency_value_correlation`.

    Attributes
    ----------
    customers : float
        The customers it is over.
    pearson : Correlation
        Of the numbers.
    spearman : Correlation
        Of the ranks.

    Examples
    --------
    >>> import loyalty
    >>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week")
    >>> found = loyalty.frequency_value_correlation(customers)
    >>> found.customers
    1139.0
    """

    customers: float
    pearson: Correlation
    spearman: Correlation

    def exceeds(self, size: float) -> bool:
        """Whether the data leave no doubt that frequency and value are correlated by more than
        this: Pearson's interval lies beyond it, above or below 0.

        Only Pearson's counts: it speaks of money, which is what a value adds up, and is 0 on average
        where the two are independent. Ranks see a little even there, because the mean of few skewed
        amounts lies mostly below the mean of many.

        Parameters
        ----------
        size : float
            From 0 to 1.

        Returns
        -------
        bool

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week")
        >>> found = loyalty.frequency_value_correlation(customers)
        >>> found.exceeds(0.9)
        False
        """
        return self.pearson.exceeds(size)

    def _shown(self) -> _display.Parts:
        title = f"Frequency and value of {self.customers:,.0f} customers"
        table = _display.listed(title, (self.pearson, self.spearman))
        kinds = ("text", "estimate", "p_value", "estimate", "estimate")
        named = (("Pearson", "Spearman"), *table.columns)
        return [_display.Table(title, ("correlation", *table.names), kinds, named)]


def frequency_value_correlation(
    customers: CustomerSummary, *, level: float = _LEVEL, threads: int = 0
) -> FrequencyValueCorrelation | None:
    """The correlation of customers' numbers of purchases with their mean amounts, with its test.

    The Gamma-Gamma model, and with it every lifetime value, takes the two to be independent. Where
    they are not, the mean of those who came back stands in for those who did not, and values are too
    high or too low.

    It is over the customers that the Gamma-Gamma is fitted to: those with purchases behind their
    mean amount, and a mean above 0. The p-values are by Student's t with n − 2 degrees of freedom;
    the intervals by Fisher's z with standard error 1/√(n−3) for Pearson and √((1+ρ²/2)/(n−3)) for
    Spearman.

    Parameters
    ----------
    customers : CustomerSummary
        With monetary value.
    level : float
        The probability of the intervals.
    threads : int
        Threads to use, 0 for all.

    Returns
    -------
    FrequencyValueCorrelation or None
        None with fewer than four customers, or where all buy equally often or spend the same.

    Raises
    ------
    InputError
        Where the summary has no monetary value, or the level is not between 0 and 1.

    References
    ----------
    Fisher (1921), Metron 1, 3–32; Bonett & Wright (2000), Psychometrika 65(1), 23–28.

    Examples
    --------
    >>> import loyalty
    >>> customers = loyalty.datasets.cdnow_orders().summarize(observation_end="1997-09-30")
    >>> found = loyalty.frequency_value_correlation(customers)
    >>> print(found.pearson, round(found.pearson.p_value, 5))
    0.11 (0.05 to 0.18) 0.00045
    >>> found.exceeds(0.1)
    False
    """
    native = CustomerSummary._given("customers", customers)._core
    found = _native.frequency_value_correlation(native, level, threads)
    if found is None:
        return None
    many, pearson, spearman = found
    return FrequencyValueCorrelation(many, Correlation(*pearson), Correlation(*spearman))


def warn_if_notable(customers: CustomerSummary, threads: int, stacklevel: int) -> None:
    """Warns where a lifetime value rests on an independence that is not there."""
    sentence = _native.notable_correlation(customers._core, _LEVEL, threads)
    if sentence is not None:
        warnings.warn(sentence, LoyaltyWarning, stacklevel=stacklevel + 1)
