"""What the commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalty.cli.steps import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import loyalty

#: Customers shown on the terminal; the output file has them all.
SHOWN = 10

#: Labels of behaviours, and the columns of what they cost, which are there where a column tells it.
BEHAVIOURS = {
    "service_demander": "service_impact",
    "revenue_reverser": "reversal_impact",
    "promotion_maximizer": "promotion_impact",
    "fixed_budget": "budget_impact",
}


def say(what: str, sentence: str) -> None:
    """A line beside the result, on standard error."""
    beside(f"{what}: {sentence}")


def listed(facts: Mapping[str, Any]) -> str:
    """Facts by their names."""
    return ", ".join(f"{name} {value}" for name, value in facts.items())


def warning(message: Warning | str) -> None:
    """A warning without the place in the code that Python would show."""
    beside(f"warning: {message}")


def scores(result: loyalty.Scores, output: str | None, worded: Callable[[str], str] = str) -> None:
    """The models, the segments and the most valuable customers; notes in words for the reader."""
    if result.report is not None:
        print(worded(result.report.sentences[0]))
        print()
    for fit_ in (result.purchases, result.spend):
        if fit_ is not None:
            fit(fit_, None)
    if result.correlation is not None:
        pearson = result.correlation.pearson
        print(f"Frequency and value: Pearson correlation {pearson}, p = {pearson.p_value:.2g}")
        print()
    if result.rfm is not None:
        print("Segments (recency and frequency scores of 1 to 5)")
        _frame(result.rfm.segments().drop("mean_recency", "mean_frequency"))
    frame = result.to_frame()
    by = next((name for name in ("clv", "expected_purchases") if name in frame.columns), None)
    if by is not None:
        frame = frame.sort(by, descending=True, maintain_order=True)
    print(f"Customers ({len(result):,} in all{f', by {by}' if by else ''})")
    _frame(frame.select(_shown(frame.columns)).head(SHOWN))
    behaviours = [name for name in BEHAVIOURS if name in frame.columns]
    if behaviours:
        print("Costly behaviours (customers, and what they cost a year)")
        _behaviours(frame, behaviours)
    if "treatment" in frame.columns:
        print("Treatments (customers, and expected gain)")
        _treatments(frame)
    for name, price in result.shadow_prices.items():
        print(f"one more of {name} is worth {price:.4g}")
    for note in result.notes:
        print(f"note: {worded(note)}")
    print(f"written to {output}" if output else "(-o FILE.csv or FILE.parquet writes them all)")


def _shown(columns: Sequence[str]) -> list[str]:
    """The columns that a terminal has room for: of a table of order lines the sums."""
    if "primary" not in columns:
        hidden = ("total_amount", "channel", "reason")
        return [name for name in columns if name not in hidden]
    shown = (
        "frequency",
        "recency",
        "T",
        "segment",
        "p_alive",
        "clv",
        "profit",
        "primary",
        "treatment",
    )
    return [columns[0], *(name for name in shown if name in columns)]


def _behaviours(frame: Any, names: Sequence[str]) -> None:
    rows = []
    for name in names:
        labelled = frame.filter(frame[name].fill_null(False))
        column = BEHAVIOURS[name]
        cost = f"{labelled[column].sum():,.0f}" if column in frame.columns else "not known"
        rows.append([name, f"{len(labelled):,}", cost])
    _table(["behaviour", "customers", "a year"], rows)
    print()


def _treatments(frame: Any) -> None:
    treated = frame.filter(frame["treatment"].is_not_null())
    rows = []
    for name in sorted(treated["treatment"].unique()):
        these = treated.filter(treated["treatment"] == name)
        rows.append([name, f"{len(these):,}", f"{these['treatment_gain'].sum():,.0f}"])
    _table(["treatment", "customers", "gain"], rows)
    print()


def fit(result: loyalty.Fit[Any], path: str | None) -> None:
    """A fitted model."""
    errors = result._errors()
    print(f"{result.model.title} fitted to {result.customers:,.0f} customers: ", end="")
    print(f"{result.stop_message}, log-likelihood {result.log_likelihood:.3f}")
    rows = [
        [name, f"{value:.6g}", f"{errors[name]:.3g}" if name in errors else "–"]
        for name, value in result.parameters.items()
    ]
    _table(["parameter", "estimate", "standard error"], rows)
    if result.identification != "interior":
        print(f"  {result.identification_message}")
    if path:
        print(f"saved to {path}")
    print()


def _frame(frame: Any) -> None:
    _table(frame.columns, [[_text(cell) for cell in row] for row in frame.rows()])
    print()


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.4g}"
    return str(cell)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns side by side, numbers to the right."""
    titles = [_wrapped(name) for name in header]
    height = max(len(title) for title in titles)
    lines = [[""] * (height - len(title)) + title for title in titles]
    cells = [[line[i] for line in lines] for i in range(height)] + [list(row) for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    left = [not any(_is_number(row[column]) for row in rows) for column in range(len(header))]
    for row in cells:
        padded = [
            cell.ljust(width) if to_left else cell.rjust(width)
            for cell, width, to_left in zip(row, widths, left, strict=True)
        ]
        print("  " + "  ".join(padded).rstrip())


def _wrapped(name: str) -> list[str]:
    return name.split("_") if len(name) > 9 else [name]


def _is_number(text: str) -> bool:
    return text.replace(".", "").replace("-", "").replace("e", "").replace("+", "").isdigit()
