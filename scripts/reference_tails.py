"""Upper tails of the gamma and beta distributions to 40 digits, for loyalty-core's unit tests.

    pip install mpmath && python scripts/reference_tails.py
"""

import itertools
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 40
OUT = Path(__file__).parent.parent / "loyalty-core/tests/reference/upper_tails.csv"


def tails(a, b, x):
    """P(Gamma(a) > x a) and P(Beta(a, b) > x a / (x a + b)), at the arguments as floats."""
    at = x * a
    share = mpf(at / (at + b))
    gamma = mp.gammainc(mpf(a), mpf(at), mp.inf, regularized=True)
    return gamma, mp.betainc(mpf(b), mpf(a), 0, 1 - share, regularized=True)


def main():
    shapes = (1e-3, 0.2, 1.0, 2.5, 17.0, 350.0)
    others = (0.05, 1.0, 8.0, 90.0, 2500.0)
    lines = ["a,b,x,gamma,beta"]
    for a, b, x in itertools.product(shapes, others, (0.3, 0.97, 1.02, 1.6, 4.0)):
        gamma, beta = (mp.nstr(value, 20) for value in tails(a, b, x))
        lines.append(f"{a!r},{b!r},{x!r},{gamma},{beta}")
    OUT.write_text("\n".join(lines) + "\n")
    print(f"{len(lines) - 1} rows")


if __name__ == "__main__":
    main()
