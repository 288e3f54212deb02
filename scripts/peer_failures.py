"""The points at which libraries for the BG/NBD fail: what is exact, what loyalty and lifetimes return.

    .venv/bin/python scripts/peer_failures.py

measures both and writes the table into docs/numerics.md. Needs the package and its test requirements.
The exact values are those of scripts/reference_values.
"""

import csv
import sys
import warnings
from pathlib import Path

import numpy as np

import loyalty

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import lifetimes

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "loyalty-core" / "tests" / "reference" / "hard_cases.csv"
PAGE = ROOT / "docs" / "numerics.md"
BEGIN, END = "<!-- made by scripts/peer_failures.py -->\n", "<!-- end -->\n"

#: Relative errors below this count as none.
RIGHT = 1e-12

#: What else was seen to fail, and not run here but for clvkit: PyMC-Marketing 0.19.2, CLVTools 0.12.1,
#: BTYD 2.4.3, clvkit 0.2.1.
OTHERS = {
    ("expected_purchases", "CDNOW", 2000): "NaN: PyMC-Marketing, CLVTools, BTYD, clvkit",
    ("expected_purchases", "CDNOW", 5000): "NaN: PyMC-Marketing, CLVTools, BTYD, clvkit",
    ("expected_purchases", "a = 1.0", 2): "infinite or NaN: CLVTools, clvkit",
    ("p_no_purchase", "CDNOW", 0): "0.926565: PyMC-Marketing",
}


def cases():
    """The rows of the table, numbers as such."""
    with CASES.open(newline="") as file:
        for row in csv.DictReader(file):
            words = {name: row.pop(name) for name in ("quantity", "model")}
            numbers = {name: float(cell) for name, cell in row.items()}
            yield words | numbers | {"x": int(numbers["x"])}


def ours(case):
    """What loyalty returns."""
    model = loyalty.BgNbd(r=case["r"], alpha=case["alpha"], a=case["a"], b=case["b"])
    history = {"frequency": case["x"], "recency": case["t_x"], "T": case["T"]}
    match case["quantity"]:
        case "p_alive":
            return model.p_alive(**history)
        case "probability_of_n_purchases":
            return model.p_n_purchases_new_customer(case["x"], case["horizon"])
        case quantity:
            return getattr(model, quantity)(horizon=case["horizon"], **history)


def of_lifetimes(case):
    """What lifetimes returns; None where it has no such function."""
    fitter = lifetimes.BetaGeoFitter()
    fitter.params_ = {name: case[name] for name in ("r", "alpha", "a", "b")}
    # Columns, as its users pass them.
    history = [np.array([float(case[name])]) for name in ("x", "t_x", "T")]
    horizon = case["horizon"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        match case["quantity"]:
            case "p_alive":
                return float(fitter.conditional_probability_alive(*history)[0])
            case "expected_purchases":
                expected = fitter.conditional_expected_number_of_purchases_up_to_time
                return float(expected(horizon, *history)[0])
            case "probability_of_n_purchases":
                return float(fitter.probability_of_n_purchases_up_to_time(horizon, case["x"]))
            case _:
                return None


def error(got, exact):
    """Relative to the exact value; NaN stays NaN."""
    return 0.0 if got == exact else abs(got - exact) / exact


def judged(got, exact):
    """A cell of the table."""
    if got is None:
        return "–"
    # Where the exact value is no double, 0 is right.
    wrong = error(got, exact)
    if wrong < RIGHT:
        return "right"
    return f"**{wrong:.0e} off**" if wrong < 0.01 else f"**{got:.3g}**"


def described(case):
    """Quantity and point, in words."""
    x, horizon = case["x"], case["horizon"]
    if case["quantity"] == "probability_of_n_purchases":
        return f"P(X({horizon:g}) = {x})"
    point = f"x {x}, t_x {case['t_x']:g}, T {case['T']:g}"
    names = {"p_alive": "P(alive)", "p_no_purchase": f"no purchase in {horizon:g}"}
    name = names.get(case["quantity"], f"purchases in {horizon:g}")
    model = {"CDNOW": "", "young": "lifetimes #302, "}.get(case["model"], f"{case['model']}, ")
    return f"{name}: {model}{point}"


def table():
    """The Markdown table."""
    lines = [
        "| quantity and point | exact | loyalty | lifetimes | others |",
        "|---|---|---|---|---|",
    ]
    for case in cases():
        exact, got = case["exact"], ours(case)
        key = (case["quantity"], case["model"], case["x"])
        cells = [
            described(case),
            f"{exact:.12g}" if exact else "below the smallest double",
            judged(got, exact) + (f" ({error(got, exact):.0e})" if got != exact else ""),
            judged(of_lifetimes(case), exact),
            OTHERS.get(key, ""),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    page = PAGE.read_text("utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(before + BEGIN + table() + END + after, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
