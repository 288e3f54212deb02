"""What the commands print."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from loyalty._display import scores as shown
from loyalty._display.locale import in_currency
from loyalty._display.table import text
from loyalty.cli.steps import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
