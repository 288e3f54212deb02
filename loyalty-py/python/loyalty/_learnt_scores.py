"""Scores by models that have learnt from what else is known of customers."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import narwhals as nw

from loyalty import _columns, _native
from loyalty._discounting import discounting_of
from loyalty.covariates import PurchaseWithCovariates, SpendWithCovariates
from loyalty.errors import InputError, LoyaltyWarning
from loyalty.fit import Fit
from loyalty.mbg_nbd import MbgNbd
from loyalty.summary import CustomerSummary
from loyalty.value import clv_interval, column, learnt_from

__all__ = ["LEFT_OUT", "Asked", "columns", "fits", "named_by_customer", "with_levels"]

T = TypeVar("T")

#: What is said of scores with covariates.
LEFT_OUT = "profit, costly behaviours and treatments are not computed with covariates"
#: What is said once of how the rows of covariates were found.
_SAID = r"the covariates have no column|.* of the covariates are of no customer"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the models."""

    horizon: float
    annual_discount_rate: float
    margin: Any
    #: Coverage of intervals of what is expected; None without.
    interval: float | None
    threads: int


def with_levels(covariates: Any, levels: Sequence[str]) -> Any:
    """The table with columns of numbers that are names of levels as text."""
    if isinstance(levels, str):
        raise TypeError(f"levels must be a list of names, got the text {levels!r}")
    if not levels:
        return covariates
    there = _columns.names(covariates)
    for name in levels:
        if name not in there:
            raise InputError(f'levels: "{name}" is none of the covariates {", ".join(there)}')
    if isinstance(covariates, Mapping):
        return {
            name: [str(value) for value in values] if name in levels else values
            for name, values in covariates.items()
        }
    frame = nw.from_native(covariates)
    return frame.with_columns(nw.col(*levels).cast(nw.String)).to_native()


def fits(customers: CustomerSummary, covariates: Any, purchases: Any, spend: Any) -> list[Any]:
    """Fits of both models, of the classes given; what is a fit or a model already stays as it is."""
    purchases = MbgNbd if purchases is None else purchases
    found = []
    for given in (purchases, spend if customers.monetary_value is not None else None):
        if not isinstance(given, type):
            found.append(given)
            continue
        model: Any = given
        with _saying(first=not found):
            fit = named_by_customer(customers, partial(model.fit, customers, covariates=covariates))
        found.append(fit)
    return found


def columns(
    customers: CustomerSummary, covariates: Any, given: Sequence[Any], asked: Asked
) -> list[_native.Column]:
    """P(alive), expected purchases, expected spend and lifetime value, and intervals on request."""
    when, amounts = (one.model if isinstance(one, Fit) else one for one in given)

    def scored() -> Iterator[_native.Column]:
        core = customers._core
        known = _known(when, covariates, customers)
        yield when._core.p_alive(core, *known, asked.threads)
        yield when._core.expected_purchases(core, *known, asked.horizon, asked.threads)
        if amounts is None:
            return
        of_spend = _known(amounts, covariates, customers)
        yield amounts._core.expected_spend(core, *of_spend, asked.threads)
        both = learnt_from((when, amounts), covariates, customers)
        unit = when.unit or customers.unit
        ahead = discounting_of(unit, asked.horizon, asked.annual_discount_rate, None, None, None)
        yield column(customers, when, amounts, ahead, asked.margin, asked.threads, both)

    with _saying(first=not any(isinstance(one, Fit) for one in given)):
        found = named_by_customer(customers, lambda: list(scored()))
        if asked.interval is not None:
            found += _intervals(customers, covariates, given, asked)
    return found


def _known(model: Any, covariates: Any, customers: CustomerSummary) -> tuple[Any, ...]:
    """What a model takes beside the summary: nothing, or the columns that it has learnt from."""
    if not isinstance(model, PurchaseWithCovariates | SpendWithCovariates):
        return ()
    return (model._known(covariates, customers),)


def _intervals(
    customers: CustomerSummary, covariates: Any, given: Sequence[Any], asked: Asked
) -> list[_native.Column]:
    """The ends of the intervals of what is expected."""
    purchases, spend = given
    plain = CustomerSummary._of(customers._core, customers._customer, None)
    how: dict[str, Any] = {
        "horizon": asked.horizon,
        "level": asked.interval,
        "threads": asked.threads,
    }
    if not isinstance(purchases, Fit) or not (spend is None or isinstance(spend, Fit)):
        raise InputError(
            "interval: with covariates intervals come from the errors of fits, got a model"
        )
    of = covariates if _known(purchases.model, covariates, plain) else None
    tables = {"purchases": purchases.interval("expected_purchases", plain, covariates=of, **how)}
    if spend is not None:
        tables["clv"] = clv_interval(
            plain,
            purchases,
            spend,
            kind="expectation",
            covariates=covariates,
            annual_discount_rate=asked.annual_discount_rate,
            margin=asked.margin,
            **how,
        )
    return [
        _columns.from_values(f"{name}_{end}", table[end])
        for name, table in tables.items()
        for end in ("lower", "upper")
    ]


@contextmanager
def _saying(*, first: bool) -> Iterator[None]:
    """Says but once how the rows of covariates were found."""
    with warnings.catch_warnings():
        if not first:
            warnings.filterwarnings("ignore", message=_SAID, category=LoyaltyWarning)
        yield


def named_by_customer(customers: CustomerSummary, call: Callable[[], T]) -> T:
    """What a call on a table of covariates gives; its errors name customers and not rows."""
    ids = customers.customer
    try:
        return call()
    except InputError as error:
        if ids is None:
            raise
        named = re.sub(r"\brow (\d+)\b", lambda row: f"customer {ids[int(row[1])]}", str(error))
        raise InputError(named) from None
