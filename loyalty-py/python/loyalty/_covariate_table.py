"""The table of what else is known of customers: which of its columns are taken, and in which order of rows."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from loyalty import _columns, _native
from loyalty.errors import InputError, LoyaltyWarning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loyalty.summary import CustomerSummary

__all__ = ["names_in", "of_customers", "read", "used"]


def read(
    covariates: Any, names: Sequence[str], customers: CustomerSummary | None
) -> _native.Covariates:
    """The columns named of a table, in the order of a summary's customers."""
    ids = None if customers is None or customers._core.customer("") is None else customers._customer
    join = ids is not None and ids not in names and ids in _known(covariates)
    wanted = [*names, ids] if join and ids is not None else list(names)
    columns, _ = _columns.read(covariates, wanted)
    if ids is not None and not join:
        warnings.warn(
            f'the covariates have no column "{ids}": their rows are taken in the order of the summary\'s customers',
            LoyaltyWarning,
            stacklevel=4,
        )
    if not join or customers is None:
        return _native.Covariates(columns)
    *columns, own = columns
    table, left_over = _native.Covariates(columns).joined(own, customers._core)
    if left_over:
        rows = "1 row" if left_over == 1 else f"{left_over} rows"
        warnings.warn(
            f"{rows} of the covariates are of no customer of the summary",
            LoyaltyWarning,
            stacklevel=4,
        )
    return table


def of_customers(
    covariates: Any, ids: str, roles: Mapping[str, Sequence[str] | None]
) -> tuple[_native.Column, _native.Covariates, list[str] | None, list[str] | None, list[str]]:
    """The ids and the columns of a table of customers, and which act on what."""
    purchase, dropout = (names_in(role, roles[role]) for role in ("purchase", "dropout"))
    shared = names_in("shared", roles["shared"]) or []
    names = used(covariates, purchase, dropout, shared, ids)
    if ids not in _known(covariates):
        raise InputError(
            f'the covariates have no column "{ids}", by which their rows are found at every cutoff'
        )
    columns, _ = _columns.read(covariates, [*names, ids])
    return columns[-1], _native.Covariates(columns[:-1]), purchase, dropout, shared


def _known(covariates: Any) -> list[str]:
    """The names of a table's columns."""
    import narwhals as nw

    if isinstance(covariates, Mapping):
        return list(covariates)
    frame = nw.from_native(covariates, pass_through=True)
    if isinstance(frame, nw.DataFrame | nw.LazyFrame):
        return frame.collect_schema().names()
    schema = getattr(covariates, "schema", None)
    return list(getattr(schema, "names", ()))


def names_in(role: str, names: Sequence[str] | None) -> list[str] | None:
    """Names of columns, of which one by itself is no list of letters."""
    if isinstance(names, str):
        raise TypeError(f"{role} must be a list of names, got the text {names!r}")
    return None if names is None else list(names)


def used(
    covariates: Any,
    first: Sequence[str] | None,
    dropout: Sequence[str] | None,
    shared: Sequence[str],
    ids: str | None = None,
) -> list[str]:
    """The columns that act on something, in the order of the table."""
    known = [name for name in _known(covariates) if name != ids]
    if not known:
        raise TypeError(
            "covariates must be a data frame or a mapping of columns, "
            f"got {type(covariates).__name__}"
        )
    if first is None or dropout is None:
        return known
    named = [*first, *dropout, *shared]
    return [name for name in known if name in named] + [name for name in named if name not in known]
