"""Models that learn from what else is known of customers: ``--covariates`` of ``score`` and ``fit``, and the
saved ones in ``predict``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import loyalty
from loyalty import _learnt_scores
from loyalty.cli import known, report, summaries, tables
from loyalty.cli.steps import Steps
from loyalty.errors import InputError

if TYPE_CHECKING:
    import argparse

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
        customers = summaries.customers(options, options.unit or "week", steps)
        steps.begin("fit and score")
        table = known.table(options, customers, None, None)
        kind = options.interval_kind or "prediction"
        scores = _scores(
            options, customers, when, amounts, table, interval=options.interval, interval_kind=kind
        )
        steps.begin("write")
        frame = _written(options, scores)
    report.with_covariates(frame, scores.rfm, [scores.purchases, scores.spend], options.output)
    for note in scores.notes:
        print(f"note: {note}")


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
        scores = _scores(
            options,
            customers,
            when if fits[0] is None else fits[0],
            amounts if fits[1] is None else fits[1],
            table,
        )
        steps.begin("write")
        frame = _written(options, scores)
    report.with_covariates(frame, scores.rfm, fits, options.output)


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
    purchases, spend = _learnt_scores.fits(customers, table, when, amounts)
    return customers, purchases, spend, table


def _scores(
    options: argparse.Namespace,
    customers: loyalty.CustomerSummary,
    purchases: Any,
    spend: Any,
    table: pl.DataFrame,
    **further: Any,
) -> loyalty.Scores:
    """The scores by these models."""
    return loyalty.score(
        customers,
        covariates=table,
        purchases=purchases,
        spend=spend or loyalty.GammaGamma,
        horizon=options.horizon,
        annual_discount_rate=options.discount_rate,
        margin=options.margin,
        **further,
    )


def _written(options: argparse.Namespace, scores: loyalty.Scores) -> pl.DataFrame:
    """The table of the scores, in its file where there is one."""
    frame: pl.DataFrame = scores.to_frame()
    if options.output:
        tables.write(frame, options.output)
    return frame
