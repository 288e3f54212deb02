"""What the commands print."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from loyalty._display import scores as shown
from loyalty._display.locale import in_currency
from loyalty._display.table import SHOWN, of_arrays, text
from loyalty.cli.steps import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import loyalty


def say(what: str, sentence: str) -> None:
    """A line beside the result, on standard error."""
    beside(f"{what}: {sentence}")


def listed(facts: Mapping[str, Any]) -> str:
    """Facts by their names."""
    return ", ".join(f"{name} {value}" for name, value in facts.items())


def warning(message: Warning | str) -> None:
    """A warning without the place in the code that Python would show."""
    beside(f"warning: {message}")


def scores(
    result: loyalty.Scores,
    output: str | None,
    worded: Callable[[str], str] = str,
    currency: str | None = None,
) -> None:
    """The models, the segments and the most valuable customers; notes in words for the reader."""
    if result.table_report is not None:
        print(worded(result.table_report.sentences[0]))
        print()
    for fit_ in (result.purchases, result.spend):
        if fit_ is not None:
            fit(fit_, None)
    if result.correlation is not None:
        pearson = result.correlation.pearson
        print(f"Frequency and value: Pearson correlation {pearson}, p = {pearson.p_value:.2g}\n")
    locale = in_currency(currency)
    for table in (
        shown.segments(result),
        shown.customers(result),
        shown.behaviours(result),
        shown.treatments(result),
    ):
        if table is not None:
            print(f"{text(table, locale)}\n")
    for name, price in result.shadow_prices.items():
        print(f"one more of {name} is worth {locale.money(price, 2)}")
    for note in result.notes:
        print(f"note: {worded(note)}")
    written(output)


def with_covariates(
    frame: Any, rfm: loyalty.Rfm | None, fits: Sequence[loyalty.Fit[Any] | None], output: str | None
) -> None:
    """The models with covariates, the segments and the most valuable customers."""
    for fit_ in fits:
        if fit_ is not None:
            fit(fit_, None)
    if rfm is not None:
        segments(rfm)
    customers(frame)
    written(output)


def segments(rfm: loyalty.Rfm) -> None:
    """The segments, where the scores have any."""
    if rfm._segments is not None:
        print(f"{text(rfm._segment_table())}\n")


def customers(frame: Any) -> None:
    """The most valuable customers, whose ids stand first."""
    by = next((name for name in ("clv", "expected_purchases") if name in frame.columns), None)
    if by is not None:
        frame = frame.sort(by, descending=True, maintain_order=True)
    of = f"{len(frame):,} in all{f', by {by}' if by else ''}"
    best = frame.select(shown.chosen(frame.columns)).head(SHOWN)
    columns = {name: best[name].to_list() for name in best.columns}
    table = of_arrays(f"Customers ({of})", columns, kinds={best.columns[0]: "id"})
    print(f"{text(table)}\n")


def written(output: str | None) -> None:
    """Where all customers are."""
    print(f"written to {output}" if output else "(-o FILE.csv or FILE.parquet writes them all)")


def fit(result: loyalty.Fit[Any], path: str | None) -> None:
    """A fitted model."""
    print(f"{result.model.title} fitted to {result.customers:,.0f} customers: ", end="")
    print(f"{result.stop_message}, log-likelihood {result.log_likelihood:.3f}")
    print(text(dataclasses.replace(result._estimates(), title="")))
    if result.identification != "interior":
        print(f"  {result.identification_message}")
    if path:
        print(f"saved to {path}")
    print()


def listing(frame: Any, title: str = "") -> None:
    """A frame, a line for each row."""
    columns = {name: frame[name].to_list() for name in frame.columns}
    print(f"{text(of_arrays(title, columns))}\n")
