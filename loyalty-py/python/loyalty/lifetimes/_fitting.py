"""A fit asked for as lifetimes asks: options of scipy's minimize, a penalty by coefficient, errors raised."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

from loyalty._model import Model
from loyalty.errors import FitError, InputError, LoyaltyWarning
from loyalty.fit import Fit, native_options
from loyalty.lifetimes.utils import ConvergenceError
from loyalty.prior import Prior
from loyalty.summary import CustomerSummary

#: Iterations of Newton's method on four parameters; a fit takes ten or so.
MOST_ITERATIONS = 200
#: Tolerances of scipy's solvers. The solver here ends within 1e-16 of the maximum, so that a looser one
#: is kept in any case.
TOLERANCES = ("ftol", "gtol", "xtol", "fatol", "xatol", "xrtol")
#: The calls from a user's line to the warning: fit of the fitter, and of this file.
TO_THE_USER = 4


class Asked(NamedTuple):
    """What a caller of ``fit`` asked for beside the data."""

    penalizer: float
    start: Any
    verbose: bool
    tol: Any
    options: dict[str, Any]
    priors: dict[str, Prior] | None = None


def fit(kind: type[Model], customers: CustomerSummary, asked: Asked) -> Fit[Any]:
    """A fit of a model, or lifetimes' error where there is none.

    Raises
    ------
    ConvergenceError
        Where the data cannot determine the model, or the solver did not get to a maximum.

    Warns
    -----
    LoyaltyWarning
        Where the likelihood has no proper maximum, the mean spend is infinite, or an option of scipy's
        solvers has no meaning here.
    """
    options = native_options(
        asked.start, asked.priors, asked.penalizer, max_iterations=_iterations(asked)
    )
    try:
        found = kind._fit(customers, options, _say if asked.verbose else None)
    except FitError as error:
        raise ConvergenceError(str(error)) from None
    if found.stop in ("iteration_limit", "stalled"):
        raise ConvergenceError(
            f"{kind.title}: not converged after {found.iterations} iterations: {found.stop_message}"
        )
    for concern in (found._concern(), found.model._concern()):
        if concern is not None:
            warnings.warn(f"{kind.title}: {concern}", LoyaltyWarning, stacklevel=TO_THE_USER)
    return found


def _iterations(asked: Asked) -> int:
    """The iterations allowed, every other option looked at."""
    if asked.tol is not None and not asked.tol > 0:
        raise InputError(f"tol must be above 0, got {asked.tol}")
    unknown = [n for n in asked.options if n not in (*TOLERANCES, "maxiter", "disp")]
    if unknown:
        warnings.warn(
            f"{', '.join(unknown)}: options of lifetimes' solver without a meaning here, not used",
            LoyaltyWarning,
            stacklevel=TO_THE_USER + 1,
        )
    # A solver of scipy may need thousands; Newton's method never does.
    return min(int(asked.options.get("maxiter", MOST_ITERATIONS)), MOST_ITERATIONS)


def _say(iterations: int, log_likelihood: float, distance: float) -> None:
    print(f"iteration {iterations}: log-likelihood {log_likelihood:.6f}, {distance:.1e} to go")
