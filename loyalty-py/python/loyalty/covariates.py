"""Models in which what is known of a customer moves how they buy, leave or spend: their fits and posteriors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalty import _native
from loyalty._covariate_table import names_in, read, used
from loyalty.purchase_with_covariates import PurchaseWithCovariates
from loyalty.spend_with_covariates import SpendWithCovariates
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from loyalty._model import Model
    from loyalty._with_covariates import WithCovariates
    from loyalty.fit import Fit

__all__ = ["PurchaseWithCovariates", "SpendWithCovariates"]


def fitted(
    model: type[Model],
    customers: object,
    covariates: Any,
    roles: Mapping[str, Sequence[str] | None],
    options: _native.Options,
    progress: Callable[[int, float, float], object] | None,
) -> Fit[Any]:
    """The fit of a model with covariates, which warns nobody."""
    from loyalty.fit import Fit

    customers, table, acting = _acting(model, customers, covariates, roles)
    native = customers._core
    of = _class_of(model)
    make: Any = _native.PurchaseWithCovariates.fit
    asked: tuple[Any, ...] = (model.kind, native)
    if of is SpendWithCovariates:
        make, asked = _native.SpendWithCovariates.fit, (native,)
    found = make(*asked, table, *acting, options, progress)
    return Fit._of(found, of._of(found.model), customers._frame)


def sampled(
    model: type[Model],
    customers: object,
    covariates: Any,
    roles: Mapping[str, Sequence[str] | None],
    options: _native.Options,
    how: tuple[int, int, str | None],
) -> tuple[_native.Posterior, type[WithCovariates]]:
    """The posterior of a model with covariates, and the class of its model."""
    customers, table, acting = _acting(model, customers, covariates, roles)
    native = customers._core
    of = _class_of(model)
    make: Any = _native.Posterior.of_purchases_with_covariates
    asked: tuple[Any, ...] = (model.kind, native)
    if of is SpendWithCovariates:
        make, asked = _native.Posterior.of_spend_with_covariates, (native,)
    found = make(*asked, table, *acting, options, *how)
    return found, of


def _class_of(model: type[Model]) -> type[WithCovariates]:
    """The class of such a model with covariates."""
    from loyalty.spend import SpendModel

    return SpendWithCovariates if issubclass(model, SpendModel) else PurchaseWithCovariates


def _acting(
    model: type[Model],
    customers: object,
    covariates: Any,
    roles: Mapping[str, Sequence[str] | None],
) -> tuple[CustomerSummary, _native.Covariates, tuple[Any, ...]]:
    """The customers, what is known of them, and the columns in each role that the model has."""
    customers = CustomerSummary._given("customers", customers)
    of_spend = _class_of(model) is SpendWithCovariates
    for role, names in roles.items():
        if names and (role == "spend") != of_spend:
            raise TypeError(f"{role} is not for a {model.title} model: nothing of it would act")
    purchase, dropout, shared, spend = (
        names_in(role, roles.get(role)) for role in ("purchase", "dropout", "shared", "spend")
    )
    ids = customers._customer if customers._core.customer("") is not None else None
    first, second = (spend, []) if of_spend else (purchase, dropout)
    table = read(covariates, used(covariates, first, second, shared or [], ids), customers)
    return customers, table, (spend,) if of_spend else (purchase, dropout, shared or [])


def of_native(native: Any) -> PurchaseWithCovariates | SpendWithCovariates | None:
    """The model of its native twin, if it is one with covariates."""
    match native:
        case _native.PurchaseWithCovariates():
            return PurchaseWithCovariates._of(native)
        case _native.SpendWithCovariates():
            return SpendWithCovariates._of(native)
        case _:
            return None
