"""Models that learn from what else is known of customers: ``--covariates`` of ``score`` and ``fit``, and the
saved ones in ``predict``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import loyalty
from loyalty import _native
from loyalty.cli import known, report, summaries, tables
from loyalty.cli.steps import Steps
from loyalty.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    import polars as pl

#: Options of ``score`` whose answers rest on the whole pipeline, which takes models without covariates.
_WITHOUT = ("report", "contacts", "marketing", "treatments", "capacity", "handling", "markdown", "category_cost", "materiality", "false_discovery_rate")  # fmt: skip


def add(command: argparse.ArgumentParser) -> None:
    """Adds the columns to learn from to a command, and where they are."""
    command.add_argument(
        "--covariates",
        metavar="COL,COL",
        action="append",
        default=[],
        help="what else is known of customers, for models with covariates: columns of numbers, or of levels; "
        "may be repeated",
    )
    command.add_argument(
        "--levels",
        metavar="COL,COL",
        action="append",
        default=[],
        help="those of them that are levels although they are written as numbers",
    )
    add_table(command)


def add_table(command: argparse.ArgumentParser) -> None:
    """Adds the table with a row for each customer."""
    command.add_argument(
        "--customers",
        dest="known",
        metavar="FILE",
        help="a row for each customer, with the columns of covariates; without it they are columns of the "
        "order log, and each customer's first row counts",
    )


def asked(options: argparse.Namespace) -> bool:
    """Whether models with covariates are to be fitted."""
    if not options.covariates:
        refuse_table(options)
        return False
    for name in _WITHOUT:
        if getattr(options, name, None):
            raise InputError(
                f"--{name.replace('_', '-')} does not go with --covariates: profit, costly behaviours and "
                "treatments rest on models without them"
            )
    return True


def refuse_table(options: argparse.Namespace) -> None:
    """A table of customers of which no column is asked for is a mistake."""
    if options.known:
        raise InputError(
            "--customers needs --covariates, or with predict a model that has learnt from them"
        )


def by(model: object) -> bool:
    """Whether a model takes covariates."""
    return isinstance(model, loyalty.PurchaseWithCovariates | loyalty.SpendWithCovariates)


def fit(
    options: argparse.Namespace,
    when: type[loyalty.PurchaseModel] | None,
    amounts: type[loyalty.SpendModel],
) -> None:
    """Fits both models with covariates, shows and saves them."""
    with Steps(4) as steps:
        _, purchases, spend, _ = _fitted(options, when, amounts, steps)
        steps.begin("save")
        if options.spend and spend is None:
            raise InputError("--spend needs amounts: name their column with --amount")
        saved = [(purchases, options.purchases), (spend, options.spend)]
        for found, path in saved:
            if path and found is not None:
                found.save(path)
    for found, path in saved:
        if found is not None:
            report.fit(found, path)


def score(
    options: argparse.Namespace,
    when: type[loyalty.PurchaseModel] | None,
    amounts: type[loyalty.SpendModel],
) -> None:
    """Fits both models with covariates, and scores every customer by them."""
    with Steps(4) as steps:
        customers, purchases, spend, table = _fitted(options, when, amounts, steps)
        steps.begin("score")
        frame, rfm = _scores(
            options, customers, purchases.model, None if spend is None else spend.model, table
        )
        steps.begin("write")
        if options.output:
            tables.write(frame, options.output)
    report.with_covariates(frame, rfm, [purchases, spend], options.output)
    print("note: profit, costly behaviours and treatments are not computed with covariates")


def predict(
    options: argparse.Namespace,
    purchases: loyalty.PurchaseModel | loyalty.PurchaseWithCovariates | None,
    spend: loyalty.SpendModel | loyalty.SpendWithCovariates | None,
    unit: str,
) -> None:
    """Scores every customer by saved models, of which one or both take covariates."""
    with Steps(4) as steps:
        customers = summaries.customers(options, unit, steps)
        steps.begin("score")
        fits = _without(customers, purchases, spend)
        when, amounts = (
            given if fit_ is None else fit_.model
            for given, fit_ in zip((purchases, spend), fits, strict=True)
        )
        learned: list[Any] = [model for model in (when, amounts) if by(model)]
        names = list(dict.fromkeys(name for model in learned for name in model.columns))
        levels = {row for model in learned for row in _levels(model)}
        table = known.table(options, customers, names, levels)
        frame, rfm = _scores(options, customers, when, amounts, table)
        steps.begin("write")
        if options.output:
            tables.write(frame, options.output)
    report.with_covariates(frame, rfm, fits, options.output)


def _without(customers: loyalty.CustomerSummary, purchases: Any, spend: Any) -> list[Any]:
    """Fits without covariates of the models that were not given."""
    has_amounts = customers.monetary_value is not None
    return [
        loyalty.score(customers).purchases if purchases is None else None,
        loyalty.GammaGamma.fit(customers) if spend is None and has_amounts else None,
    ]


def _levels(model: Any) -> list[str]:
    """The columns that a model has learnt the levels of."""
    frame = model.coefficients()
    pairs = zip(frame["column"].to_list(), frame["level"].to_list(), strict=True)
    return [column for column, level in pairs if isinstance(level, str)]


def _fitted(
    options: argparse.Namespace,
    when: type[loyalty.PurchaseModel] | None,
    amounts: type[loyalty.SpendModel],
    steps: Steps,
) -> tuple[loyalty.CustomerSummary, Any, Any, pl.DataFrame]:
    """The customers, the fits with covariates, and these."""
    customers = summaries.customers(options, options.unit or "week", steps)
    steps.begin("fit")
    table = known.table(options, customers, None, None)
    model = when or loyalty.MbgNbd
    purchases = _by_customer(customers, lambda: model.fit(customers, covariates=table))
    spend = None
    if customers.monetary_value is not None:
        spend = _by_customer(customers, lambda: amounts.fit(customers, covariates=table))
    return customers, purchases, spend, table


def _scores(
    options: argparse.Namespace,
    customers: loyalty.CustomerSummary,
    purchases: Any,
    spend: Any,
    table: pl.DataFrame,
) -> tuple[pl.DataFrame, loyalty.Rfm | None]:
    """The columns that scores without covariates have, by these models."""
    frame: pl.DataFrame = customers.to_frame()
    rfm = None if customers.total_amount is None else loyalty.rfm(customers)
    if rfm is not None:
        ranked = ("recency_score", "frequency_score", "monetary_score", "segment")
        frame = frame.hstack(rfm.to_frame().select(ranked))
    horizon = options.horizon or _native.units_per_year(str(customers.unit))
    of_purchases: dict[str, Any] = {"covariates": table} if by(purchases) else {}
    of_spend: dict[str, Any] = {"covariates": table} if by(spend) else {}

    def scored() -> list[Any]:
        found = []
        if purchases is not None:
            found.append(purchases.p_alive(customers, **of_purchases))
            found.append(purchases.expected_purchases(customers, horizon, **of_purchases))
        if spend is not None and customers.monetary_value is not None:
            found.append(spend.expected_spend(customers, **of_spend))
            if purchases is not None:
                ahead = {"horizon": horizon, "annual_discount_rate": options.discount_rate}
                margin = 1.0 if options.margin is None else options.margin
                both = of_purchases or of_spend
                value = loyalty.clv(customers, purchases, spend, margin=margin, **ahead, **both)
                found.append(value)
        return found

    columns_ = _by_customer(customers, scored)
    return frame.with_columns(each[each.columns[-1]] for each in columns_), rfm


def _by_customer(customers: loyalty.CustomerSummary, call: Callable[[], Any]) -> Any:
    """What a call on the table of covariates gives; its errors name customers and not rows."""
    ids = customers.customer
    try:
        return call()
    except InputError as error:
        if ids is None:
            raise
        named = re.sub(r"\brow (\d+)\b", lambda row: f"customer {ids[int(row[1])]}", str(error))
        raise InputError(named) from None
