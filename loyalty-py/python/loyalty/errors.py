"""What the package raises."""

__all__ = ["FitError", "InputError", "LoyaltyError", "LoyaltyWarning", "ModelFileError"]


class LoyaltyError(Exception):
    """Any error of this package.

    Examples
    --------
    >>> import loyalty
    >>> try:
    ...     loyalty.BgNbd(r=0.24, alpha=4.4, a=0.79, b=-1.0)
    ... except loyalty.LoyaltyError as error:
    ...     print(error)
    b must be finite and > 0, got -1
    """


class InputError(LoyaltyError, ValueError):
    """A column, a row or an option that cannot be used; the message names it and what is allowed.

    Examples
    --------
    >>> import loyalty
    >>> loyalty.CustomerSummary(frequency=[2], recency=[40.0], T=[38.9])
    Traceback (most recent call last):
        ...
    loyalty.errors.InputError: column "recency", row 0: must be finite, >= 0 and <= T, got 40
    """


class FitError(LoyaltyError, RuntimeError):
    """A model that the data cannot determine, or an expectation that the model says is infinite.

    Examples
    --------
    >>> import loyalty
    >>> nobody_returns = loyalty.CustomerSummary(frequency=[0, 0], recency=[0, 0], T=[5, 9])
    >>> loyalty.BgNbd.fit(nobody_returns)
    Traceback (most recent call last):
        ...
    loyalty.errors.FitError: BG/NBD cannot be fitted: no customer bought more than once
    """


class ModelFileError(LoyaltyError, OSError):
    """A model file that cannot be read, written or understood.

    Examples
    --------
    >>> import loyalty
    >>> loyalty.load("no such file")
    Traceback (most recent call last):
        ...
    loyalty.errors.ModelFileError: model file "no such file": No such file or directory (os error 2)
    """


class LoyaltyWarning(UserWarning):
    """Something that was done as asked but may not be what was meant: a fit that did not converge,
    a mean spend that is infinite, lifetime values of customers whose spend goes with their frequency.

    Examples
    --------
    >>> import loyalty, warnings
    >>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week")
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always", loyalty.LoyaltyWarning)
    ...     fit = loyalty.BgNbd.fit(customers, max_iterations=1)
    >>> print(caught[0].message)
    BG/NBD: not converged after 1 iterations: iteration limit reached
    """
