"""Columns of numbers: by name in a frame, by position in an array."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.utils.validation import validate_data

from loyalty.errors import InputError


def columns(estimator: Any, X: Any, roles: Mapping[str, str | int], *, reset: bool) -> Any:
    """The columns of the roles as arrays of floats.

    A name is looked up where `X` has names. Where it has none, the columns stand in the order of the
    roles, unless numbers say where they are.
    """
    # Once fitted, the number of columns is that of the fit.
    least = len(roles) if reset else 1
    matrix = validate_data(estimator, X, reset=reset, dtype=np.float64, ensure_min_features=least)
    names = getattr(estimator, "feature_names_in_", None)
    return {
        role: matrix[:, _position(role, column, place, names, matrix.shape[1])]
        for place, (role, column) in enumerate(roles.items())
    }


def _position(role: str, column: str | int, place: int, names: Any, width: int) -> int:
    if isinstance(column, str):
        if names is None:
            return place
        known = list(names)
        if column not in known:
            raise InputError(
                f'column "{column}" is missing ({role}=); the table has {", ".join(known)}'
            )
        return known.index(column)
    if not 0 <= column < width:
        raise InputError(
            f"{role} must be the name or number of one of {width} columns, got {column!r}"
        )
    return int(column)
