"""``loyalty contracts``: who renews, what churn is to be expected, and what contracts are worth."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import numpy as np

import loyalty
from loyalty._display.table import SHOWN
from loyalty.cli import columns, inputs, report, tables
from loyalty.cli.steps import Steps, beside
from loyalty.errors import InputError
from loyalty.reading import cells
from loyalty.reading.roles import ROLES as ORDERS
from loyalty.reading.roles import Names, choose
from loyalty.reading.source import polars
from loyalty.reading.understood import Understood

if TYPE_CHECKING:
    import polars as pl

#: What the columns of a table of contracts, or of cohorts, are called; see :class:`Names`.
ROLES = {
    "customer": ORDERS["customer"],
    "cohort": Names("cohort kohorte", "cohortid cohortmonth segment"),
    "renewals": Names(
        "renewals renewal renewalsmade verlaengerungen verlaengerung", "periods period"
    ),
    "left": Names("left hasleft churned ischurned cancelled canceled gekuendigt", "churn"),
    "customers": Names("customers kunden remaining survivors stillthere", "active retained"),
    "weights": Names("weight weights gewicht contracts"),
}
#: The roles whose cells are ids.
_IDS = ("customer", "cohort")
KINDS = loyalty.ContractModel.kinds()


def add(commands: Any) -> None:
    """Adds the command to the parser."""
    command = commands.add_parser(
        "contracts",
        help="who renews a contract, and what contracts are worth",
        description=(
            "Fits models of contracts to renewals, or takes one saved before, and gives the curve of "
            "churn and what is expected of every contract. A row is a contract (--renewals, --left), or "
            "the count of a cohort after so many renewals (--renewals, --customers)."
        ),
    )
    inputs.add_table(command, "contracts, or counts of cohorts", ROLES)
    command.add_argument(
        "--contract-model",
        choices=KINDS,
        metavar="KIND",
        help=f"which to fit: {', '.join(KINDS)} (default: the one with the lower AIC)",
    )
    command.add_argument("--model", metavar="FILE", help="take this model instead of fitting one")
    command.add_argument("--save", metavar="FILE", help="save the model here (JSON)")
    command.add_argument(
        "-o", "--output", metavar="OUT", help="write a row for each of the table, .csv or .parquet"
    )
    command.add_argument(
        "--margin", type=float, metavar="M", help="what a period brings, in money, for the value"
    )
    command.add_argument(
        "--periods", type=int, metavar="N", help="how many renewals count (default: all to come)"
    )
    command.add_argument(
        "--discount-rate", type=float, default=0.1, metavar="R", help="per year (default: 0.1)"
    )
    command.add_argument(
        "--renewals-per-year",
        type=float,
        default=1,
        metavar="N",
        help="12 for monthly ones (default: 1)",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Fits, or takes a model, and scores."""
    with Steps(3) as steps:
        steps.begin("read")
        contracts = _contracts(options)
        steps.begin("load" if options.model else "fit")
        fits = [] if options.model else _fits(options, contracts)
        model = _loaded(options.model) if options.model else fits[0].model
        steps.begin("write")
        scores = _scores(options, model, contracts)
        if options.save:
            (fits[0] if fits else model).save(options.save)
        if options.output:
            tables.write(scores, options.output)
    _show(options, fits, model, contracts, scores)


def _contracts(options: argparse.Namespace) -> loyalty.Contracts:
    """The table, with what was understood of it said."""
    inputs.refuse_overwriting(options)
    source = inputs.source(options)
    named = {role: name for role in ROLES if (name := getattr(options, role)) is not None}
    choice = choose(
        source.names, named, roles=ROLES, needed=("renewals",), option=lambda role: f"--{role}"
    )
    taken = dict(choice.columns)
    by_cohort = "customers" in taken
    if by_cohort and "left" in taken:
        raise InputError(
            f'column "{taken["left"]}" says who left and column "{taken["customers"]}" how many are still '
            "there: leave one of them out of the table"
        )
    for role in ("customer", "left", "weights") if by_cohort else ("cohort",):
        taken.pop(role, None)
    if not by_cohort and "left" not in taken and not options.model:
        raise InputError(
            "which column says who has left (--left), or how many customers are still there "
            f"(--customers)? The table has {', '.join(source.names)}"
        )
    at = {role: source.names.index(name) for role, name in taken.items()}
    frame = source.load(list(at.values()))
    read = [
        _typed(role, frame[str(at[role])].alias(name), options, source.place)
        for role, name in taken.items()
    ]
    said = [
        (role, taken[role], "ids" if role in _IDS else "numbers", _how(choice.how[role]))
        for role in taken
    ]
    facts = [
        ("file", ", ".join([source.kind, *source.facts.values()])),
        ("rows", f"{len(frame):,}"),
    ]
    understood = Understood(inputs.label(options), tuple(facts), tuple(said), left_out=choice.notes)
    for line in str(understood).splitlines():
        beside(line)
    try:
        return _made(polars().DataFrame(read), taken, by_cohort)
    except InputError as error:
        raise InputError(columns.located(str(error), source.place)) from None


def _made(frame: pl.DataFrame, taken: dict[str, str], by_cohort: bool) -> loyalty.Contracts:
    if by_cohort:
        return loyalty.Contracts.from_cohorts(frame, **taken)
    return loyalty.Contracts(frame, **taken)


def _typed(role: str, column: pl.Series, options: argparse.Namespace, place: Any) -> pl.Series:
    if role in _IDS:
        return columns.levels(column)
    if role == "left":
        return _left(column, place)
    values = columns.numbers(column, options.decimal, place)
    if values.null_count():
        row = int(values.is_null().arg_true()[0])
        raise InputError(f'column "{column.name}", {place(row)}: a cell is missing')
    return values


def _left(column: pl.Series, place: Any) -> pl.Series:
    """Yes and no, with none missing."""
    text = column.cast(polars().String)
    said = cells.flags(text)
    if said is not None and not said.null_count():
        return said == 1.0
    # The first cell that is neither, or else the first that says it in another word than those before.
    for rows in range(1, len(text) + 1):
        said = cells.flags(text.head(rows))
        if said is None or said.null_count():
            break
    found = text[rows - 1] or ""
    raise InputError(f'column "{column.name}", {place(rows - 1)}: must be yes or no, got "{found}"')


def _how(by: str) -> str:
    return "as named" if by == "named" else "by its name"


def _fits(
    options: argparse.Namespace, contracts: loyalty.Contracts
) -> list[loyalty.Fit[loyalty.ContractModel]]:
    """The model that was asked for, or all of them, that with the lowest AIC first."""
    if options.contract_model:
        return [KINDS[options.contract_model].fit(contracts)]
    return sorted((kind.fit(contracts) for kind in KINDS.values()), key=lambda fit: fit.aic)


def _loaded(path: str) -> loyalty.ContractModel:
    model = loyalty.load(path)
    if not isinstance(model, loyalty.ContractModel):
        raise InputError(
            f"{path} holds a {type(model).__name__}; contracts takes a model of contracts"
        )
    return model


def _scores(
    options: argparse.Namespace, model: loyalty.ContractModel, contracts: loyalty.Contracts
) -> pl.DataFrame:
    """The contracts, and what is expected of each: 0 of those who left."""
    ahead = {
        "periods": options.periods,
        "annual_discount_rate": options.discount_rate,
        "renewals_per_year": options.renewals_per_year,
    }
    scores = {
        "churn": model.churn(contracts),
        "discounted_renewals": model.discounted_renewals(contracts, **ahead),
    }
    if options.margin is not None:
        scores["clv"] = model.clv(contracts, margin=options.margin, **ahead)
    frame: pl.DataFrame = contracts.to_frame()
    return frame.with_columns(
        found[found.columns[-1]].alias(name) for name, found in scores.items()
    )


#: Renewals of the curve.
_CURVE = 12


def _show(
    options: argparse.Namespace,
    fits: list[loyalty.Fit[loyalty.ContractModel]],
    model: loyalty.ContractModel,
    contracts: loyalty.Contracts,
    scores: pl.DataFrame,
) -> None:
    for fit in fits:
        report.fit(fit, options.save if fit is fits[0] else None)
    if len(fits) > 1:
        listed = ", ".join(f"{fit.aic:.1f} for the {fit.model.title}" for fit in fits)
        print(f"The {model.title} is taken: its AIC is the lowest ({listed})")
        print()
    print(f"Churn of new customers by the {model.title}, and what was seen of it")
    report.listing(_curve(model, contracts))
    running = scores.filter(~scores["left"])
    weights = running["weights"] if "weights" in running.columns else 1.0
    by = "clv" if "clv" in running.columns else "discounted_renewals"
    count = running["weights"].sum() if "weights" in running.columns else len(running)
    of = "" if options.periods is None else f" within {options.periods} renewals"
    print(
        f"Contracts still running ({count:,g}; {by}{of} {(running[by] * weights).sum():,.6g} in all)"
    )
    report.listing(running.sort(by, descending=True, maintain_order=True).head(SHOWN))
    report.written(options.output)


def _curve(model: loyalty.ContractModel, contracts: loyalty.Contracts) -> pl.DataFrame:
    """Of each renewal the churn and how many new customers are left after it, and what was seen."""
    ahead = list(range(1, _CURVE + 1))
    seen = contracts.renewal_counts()
    offered = seen["kept"] + seen["lost"]
    share = polars().DataFrame(
        {"renewal": seen["renewal"], "customers": offered, "churn_seen": seen["lost"] / offered}
    )
    expected = polars().DataFrame(
        {
            "renewal": np.asarray(ahead, dtype=np.int64),
            "churn": model.churn(np.asarray(ahead) - 1),
            "survival": [model.survival(0, each) for each in ahead],
        }
    )
    curve: pl.DataFrame = expected.join(
        share.with_columns(polars().col("renewal").cast(polars().Int64)), on="renewal", how="left"
    )
    return curve
