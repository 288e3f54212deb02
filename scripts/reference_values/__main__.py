"""High-precision values that the Rust tests compare with.

    python3 scripts/reference_values [name ...]

writes loyalty-core/tests/reference/<name>.csv for every name given, or all of them (some
minutes). Needs Python 3.11 and mpmath 1.3. The output is the same on every run.

Inputs are doubles, written so that they read back to the same bits; results have 20 digits of 60
or more. No formula here is the one that the library evaluates: it works with differences taken term
by term, continued fractions and trapezoidal sums, these scripts with plain logarithms of gamma
functions, term-by-term sums, Gauss-Legendre panels and power series.
"""

import itertools
import sys
from pathlib import Path

import cnbd_k
import mpmath
from bg_bb import bg_bb_derivatives_rows, bg_bb_rows
from bg_nbd import (
    bg_nbd_derivatives_rows,
    bg_nbd_future_rows,
    bg_nbd_residual_rows,
    bg_nbd_rows,
)
from contracts import bdw_derivatives_rows, contracts_rows, second_differences_rows
from dropout import renewals_rows, survival_rows
from erlang import erlang_rows
from gamma import differences, trigamma, values
from gamma_gamma import gamma_gamma_derivatives_rows, gamma_gamma_rows
from hard_cases import hard_cases_rows
from log_concave import powers_rows
from mbg_nbd import mbg_nbd_derivatives_rows, mbg_nbd_rows
from mpmath import mp, mpf
from nbd import nbd_rows
from pareto_nbd import (
    pareto_nbd_derivatives_rows,
    pareto_nbd_discounted_rows,
    pareto_nbd_rows,
)
from tails import (
    chi_square_rows,
    correlation_rows,
    negative_binomial_rows,
    upper_tails_rows,
)

OUT = Path(__file__).resolve().parents[2] / "loyalty-core" / "tests" / "reference"


def triangle(names):
    pairs = itertools.combinations_with_replacement(names, 2)
    return ["ln_l", *(f"d_{name}" for name in names), *(f"d_{i}_{j}" for i, j in pairs)]


BG_NBD = ["r", "alpha", "a", "b", "x", "t_x", "T"]
CNBD_K = ["r", "alpha", "a", "b", "k", "x", "t_x", "T"]
CNBD_K_FOUND = ["ln_l", "p_alive", "later", "expected", "p_n"]
FUTURE = ["p_alive_at", "p_no_purchase", "p_n", "p_n_or_more"]
PARETO_NBD = ["r", "alpha", "s", "beta", "x", "t_x", "T"]
LATER = ["p_alive", "p_gone", "later", "expected", "p_n", "p_n_or_more", "p_n_new"]
BG_BB = ["alpha", "beta", "gamma", "delta", "x", "t_x", "T"]
BG_BB_FOUND = ["ln_l", "p_alive", "p_gone", "later", "expected", "dert", "p_n", "p_3_or_more"]
BDW = ["gamma", "delta", "c"]
GAMMA_GAMMA = ["p", "q", "v", "x", "mean"]
FILES = {
    "renewals": (renewals_rows, ["s", "z", "a", "b", "G"]),
    "survival": (survival_rows, ["s", "z", "a", "b", "S"]),
    "erlang": (erlang_rows, ["s", "a", "b", "k", "passed", "z", "E", "S"]),
    "ln_gamma": (values(mp.loggamma), ["x", "value"]),
    "ln_gamma_ratio": (differences(mp.loggamma), ["z", "d", "value"]),
    "digamma_rise": (differences(mp.digamma), ["z", "d", "value"]),
    "trigamma_drop": (differences(lambda x: -trigamma(x)), ["z", "d", "value"]),
    "trigamma": (values(trigamma), ["x", "value"]),
    "second_differences": (
        second_differences_rows,
        ["z", "a", "b", "ln_gamma", "digamma", "trigamma"],
    ),
    "contracts": (
        contracts_rows,
        [*BDW, "renewals", "ahead", "rate", "churn", "survival", "within", "forever"],
    ),
    "bdw_derivatives": (bdw_derivatives_rows, [*BDW, "renewals", "left", *triangle(BDW)]),
    "chi_square": (chi_square_rows, ["x", "degrees", "upper_tail"]),
    "upper_tails": (upper_tails_rows, ["a", "b", "x", "gamma", "beta"]),
    "correlation": (correlation_rows, ["r", "n", "p_value"]),
    "negative_binomial": (negative_binomial_rows, ["n", "r", "z", "ln_pmf", "upper_tail"]),
    "bg_nbd": (bg_nbd_rows, [*BG_NBD, "horizon", "n", "ln_l", "p_alive", "expected", "pmf"]),
    "bg_nbd_future": (bg_nbd_future_rows, [*BG_NBD, "horizon", "n", *FUTURE]),
    "bg_nbd_residual": (bg_nbd_residual_rows, [*BG_NBD, "rate", "residual"]),
    "mbg_nbd": (
        mbg_nbd_rows,
        [*BG_NBD, "horizon", "n", "ln_l", "p_alive", "later", "expected", "p_n", "p_n_new"],
    ),
    "mbg_nbd_derivatives": (mbg_nbd_derivatives_rows, [*BG_NBD, *triangle(BG_NBD[:4])]),
    "nbd": (
        nbd_rows,
        ["r", "alpha", "x", "t_x", "T", "horizon", "n", "ln_l", "expected", "p_n"],
    ),
    "bg_bb": (
        bg_bb_rows,
        [*BG_BB, "ahead", "n", "rate", *BG_BB_FOUND],
    ),
    "bg_bb_derivatives": (bg_bb_derivatives_rows, [*BG_BB, *triangle(BG_BB[:4])]),
    "log_concave": (powers_rows, ["a", "b", "c", "k", "low", "high", "ln_integral"]),
    "pareto_nbd": (pareto_nbd_rows, [*PARETO_NBD, "horizon", "n", "ln_l", *LATER]),
    "pareto_nbd_discounted": (
        pareto_nbd_discounted_rows,
        [*PARETO_NBD, "horizon", "rate", "within", "ever"],
    ),
    "pareto_nbd_derivatives": (
        pareto_nbd_derivatives_rows,
        [*PARETO_NBD, *triangle(PARETO_NBD[:4])],
    ),
    **{
        f"{kind}_cnbd_k": (cnbd_k.rows(kind), [*CNBD_K, "horizon", "n", "ln_gaps", *CNBD_K_FOUND])
        for kind in cnbd_k.FIRST
    },
    **{
        f"{kind}_cnbd_k_derivatives": (
            cnbd_k.derivatives_rows(kind),
            [*CNBD_K, *triangle(BG_NBD[:4])],
        )
        for kind in cnbd_k.FIRST
    },
    "mbg_cnbd_k_residual": (cnbd_k.residual_rows, [*CNBD_K, "rate", "residual"]),
    "hard_cases": (hard_cases_rows, ["quantity", "model", *BG_NBD, "horizon", "exact"]),
    "gamma_gamma": (gamma_gamma_rows, [*GAMMA_GAMMA, "ln_density"]),
    "bg_nbd_derivatives": (bg_nbd_derivatives_rows, [*BG_NBD, *triangle(BG_NBD[:4])]),
    "gamma_gamma_derivatives": (
        gamma_gamma_derivatives_rows,
        [*GAMMA_GAMMA, *triangle(GAMMA_GAMMA[:3])],
    ),
}


def written(value):
    if isinstance(value, str):
        return value
    return mpmath.nstr(value, 20) if isinstance(value, mpf) else repr(value)


def main(names):
    for name in names or FILES:
        rows, header = FILES[name]
        lines = [",".join(header)] + [",".join(map(written, row)) for row in rows()]
        (OUT / f"{name}.csv").write_text("\n".join(lines) + "\n")
        print(f"{name}: {len(lines) - 1} rows")


if __name__ == "__main__":
    main(sys.argv[1:])
