"""Arguments, commands and exit codes."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import loyalty
from loyalty._display.locale import Language
from loyalty._page.report import checked
from loyalty.cli import check, contracts, covariates, inputs, report, returns, summaries, tables
from loyalty.cli.steps import Steps
from loyalty.errors import FitError, InputError, LoyaltyError, LoyaltyWarning
from loyalty.orders import Unit
from loyalty.predictions import PredictionKind
from loyalty.report import Credits, Dates, DiscountUnit, Guests, Joins, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

UNITS = get_args(Unit)
#: The roles of the columns that scores of order lines rest on.
ROLES = (*inputs.COMMON, *inputs.LINES, "returned")
ECONOMICS = {
    "handling": "what handling a returned line costs",
    "markdown": "what returned goods lose, as a share of what was paid",
    "category_cost": "what a customer costs a year in one category more",
    "materiality": "what a behaviour must cost a year to be labelled (default: 0)",
    "false_discovery_rate": "share of labels that may be wrong (default: 0.1)",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and gives its exit code: 0 done, 1 input that cannot be used, 2 wrong
    arguments, 3 a model that the data cannot determine, 130 interrupted."""
    parser = _parser()
    options = parser.parse_args(arguments)
    options.status_words = dict(getattr(options, "status_words", None) or []) or None
    if options.input is None and options.sql is None and options.database is None:
        parser.error("name a file of orders, or give --sql and --database")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", LoyaltyWarning)
            warnings.showwarning = lambda message, *_, **__: report.warning(message)
            options.run(options)
        sys.stdout.flush()
    except FitError as error:
        return _fail(options, error, 3)
    except LoyaltyError as error:
        return _fail(options, error, 1)
    except BrokenPipeError:
        # The reader of our output has seen enough; Python would try the rest again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("loyalty: interrupted", file=sys.stderr)
        return 130
    return 0


def _fail(options: argparse.Namespace, error: LoyaltyError, code: int) -> int:
    message = inputs.in_options(str(error))
    table = getattr(options, "table", None)
    if table is not None:
        message = table.located(message)
    if "rows cannot be used" in message:
        message += "\n  --invalid drop leaves such rows out and counts them"
    print(f"loyalty: {inputs.label(options)}: {message}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="loyalty",
        description="Customer scoring from an order log: RFM, purchase and spend models, CLV.",
    )
    parser.add_argument("--version", action="version", version=f"loyalty {loyalty.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    score = commands.add_parser(
        "score",
        help="fit models to an order log and score every customer",
        description="Fits a purchase and a spend model to an order log and scores every customer.",
    )
    _orders(score, (*inputs.COMMON, *inputs.LINES))
    _models(score)
    covariates.add(score)
    _lines(score)
    _outlook(score)
    _intervals(score)
    _page(score)
    score.set_defaults(run=_score)
    fit = commands.add_parser(
        "fit",
        help="fit models to an order log and save them",
        description="Fits a purchase and a spend model to an order log, shows and saves them.",
    )
    _orders(fit)
    _models(fit)
    covariates.add(fit)
    fit.add_argument("--purchases", metavar="FILE", help="save the purchase model here (JSON)")
    fit.add_argument("--spend", metavar="FILE", help="save the spend model here (JSON)")
    fit.set_defaults(run=_fit)
    predict = commands.add_parser(
        "predict",
        help="score customers with saved models",
        description="Scores the customers of an order log with models saved before, in any language.",
    )
    _orders(predict)
    _outlook(predict)
    covariates.add_table(predict)
    predict.add_argument(
        "--model",
        metavar="FILE",
        action="append",
        required=True,
        help="a file of a purchase or of a spend model; give both for the lifetime value",
    )
    predict.set_defaults(run=_predict)
    check.add(commands)
    returns.add(commands)
    contracts.add(commands)
    return parser


def _orders(
    command: argparse.ArgumentParser, roles: Sequence[str] = (*inputs.COMMON, "price", "quantity")
) -> None:
    inputs.add(command, roles)
    command.add_argument("--unit", choices=UNITS, help="unit of time (default: week)")
    command.add_argument("--observation-end", metavar="DATE", help="by default the last order")
    command.add_argument("--time-zone", metavar="ZONE", help="the zone whose days count")
    command.add_argument(
        "--invalid",
        choices=("raise", "drop"),
        default="raise",
        help="rows that cannot be used: refuse the log, or leave them out and count them",
    )
    _cells(command)


def _cells(command: argparse.ArgumentParser) -> None:
    """How the cells of a table are read."""
    group = command.add_argument_group("what cells mean")
    for name, words, usual, meaning in (
        ("value", Value, "net", "purchases less what came back of them, or as paid"),
        ("credits", Credits, "match", "rows that give money back: match them to purchases"),
        ("guests", Guests, "leave_out", "rows without a customer"),
        ("dates", Dates, "refuse", "times far from all others"),
    ):
        listed = ", ".join(get_args(words))
        group.add_argument(
            f"--{name}",
            choices=get_args(words),
            default=usual,
            help=f"{meaning}: {listed} (default: {usual})",
        )
    group.add_argument(
        "--discount-unit", choices=get_args(DiscountUnit), help="what a discount is given in"
    )
    group.add_argument("--only-currency", metavar="CODE", help="leave rows of others out")
    group.add_argument("--today", metavar="DATE", help="the last day that a time may have")
    group.add_argument(
        "--status-word",
        dest="status_words",
        metavar="WORD=MEANING",
        action="append",
        type=inputs.pair,
        help="what a word of the status means: bought, refunded, cancelled, pending, on_hold, failed, test",
    )


def _models(command: argparse.ArgumentParser) -> None:
    for name, models, usual in (
        ("--purchase-model", loyalty.PurchaseModel, None),
        ("--spend-model", loyalty.SpendModel, loyalty.GammaGamma.kind),
    ):
        kinds = models.kinds()
        by_default = usual or "mbg-nbd, unless another forecasts better at earlier cutoffs"
        command.add_argument(
            name,
            choices=kinds,
            default=usual,
            metavar="KIND",
            help=f"which to fit: {', '.join(kinds)} (default: {by_default})",
        )


def _chosen(
    options: argparse.Namespace,
) -> tuple[type[loyalty.PurchaseModel] | None, type[loyalty.SpendModel]]:
    """The models to fit; None for the purchase model that fits."""
    kind = options.purchase_model
    return (
        None if kind is None else loyalty.PurchaseModel.kinds()[kind],
        loyalty.SpendModel.kinds()[options.spend_model],
    )


def _lines(command: argparse.ArgumentParser) -> None:
    for name in inputs.TABLES:
        command.add_argument(f"--{name}", metavar="FILE", help=f"{name}, in a table of their own")
    command.add_argument(
        "--joins",
        choices=get_args(Joins),
        default="refuse",
        help="where less than half of their rows name a customer (default: refuse)",
    )
    for name, meaning in ECONOMICS.items():
        command.add_argument(f"--{name.replace('_', '-')}", type=float, metavar="X", help=meaning)
    command.add_argument("--treatments", metavar="FILE", help="a table of treatments (JSON)")
    command.add_argument(
        "--capacity",
        metavar="NAME=N",
        action="append",
        default=[],
        type=_capacity,
        help="how much there is of what treatments take, for instance calls=250",
    )


def _capacity(text: str) -> tuple[str, float]:
    name, _, amount = text.partition("=")
    try:
        return name, float(amount)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected NAME=NUMBER, got {text!r}") from None


def _outlook(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-o", "--output", metavar="OUT", help="write the scores here, .csv or .parquet"
    )
    command.add_argument("--horizon", type=float, metavar="T", help="in the unit (default: a year)")
    command.add_argument(
        "--discount-rate", type=float, default=0.1, metavar="R", help="per year (default: 0.1)"
    )
    command.add_argument(
        "--margin", type=float, metavar="M", help="contribution margin (default: not known)"
    )


def _intervals(command: argparse.ArgumentParser) -> None:
    """Columns of intervals, which are there on request."""
    command.add_argument(
        "--interval",
        type=float,
        metavar="SHARE",
        help="columns of intervals of purchases and lifetime values that hold this share of cases, such as 0.9",
    )
    command.add_argument(
        "--interval-kind",
        choices=get_args(PredictionKind),
        help="of what customers will do, or of what is expected of them (default: prediction)",
    )


def _page(command: argparse.ArgumentParser) -> None:
    """The report for who decides."""
    group = command.add_argument_group("report")
    group.add_argument("--report", metavar="FILE.html", help="write a page of what the scores say")
    group.add_argument(
        "--report-currency", metavar="CODE", help="that money is in (default: what the file says)"
    )
    group.add_argument(
        "--report-language",
        choices=get_args(Language),
        default="en",
        help="of the report (default: en)",
    )


def _score(options: argparse.Namespace) -> None:
    if options.report:
        checked(options.report)
    if covariates.asked(options):
        return covariates.score(options, *_chosen(options))
    with Steps(3) as steps:
        table, orders = summaries.read(options, ROLES, steps)
        steps.begin("fit and score")
        further = _decisions(options) | _asked_intervals(options)
        if orders is None:
            economics = {name: x for name in ECONOMICS if (x := getattr(options, name)) is not None}
            others = {name: inputs.other(options, name, table) for name in inputs.TABLES}
            further |= {
                "economics": economics,
                **others,
                **summaries.how(options),
                "joins": options.joins,
            }
        else:
            ends = {"observation_end": options.observation_end, "unit": options.unit or "week"}
            further |= {**ends, "dates": options.dates, "today": options.today}
        data = table if orders is None else orders
        scores = _scores(options, data, *_chosen(options), **further)
        summaries.after_the_end(scores.customers)
        _deliver(options, scores, steps)


def _asked_intervals(options: argparse.Namespace) -> dict[str, Any]:
    """How intervals are asked for."""
    if options.interval is None:
        if options.interval_kind is not None:
            raise InputError("--interval-kind goes with --interval")
        return {}
    return {"interval": options.interval, "interval_kind": options.interval_kind or "prediction"}


def _decisions(options: argparse.Namespace) -> dict[str, Any]:
    """Treatments and capacities, where they are given."""
    decisions: dict[str, Any] = {}
    if options.capacity:
        decisions["capacities"] = dict(options.capacity)
    if options.treatments:
        try:
            text = Path(options.treatments).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{options.treatments}: {error}") from None
        decisions["treatments"] = loyalty.Treatments.from_json(text)
    return decisions


def _fit(options: argparse.Namespace) -> None:
    if covariates.asked(options):
        return covariates.fit(options, *_chosen(options))
    with Steps(4) as steps:
        customers = summaries.customers(options, options.unit or "week", steps)
        steps.begin("fit")
        when, amounts = _chosen(options)
        # The model that scores would take, and where none can be fitted the reason.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LoyaltyWarning)
            chosen = loyalty.score(customers).purchases if when is None else None
        purchases = chosen or (when or loyalty.MbgNbd).fit(customers)
        has_amounts = customers.monetary_value is not None
        if options.spend and not has_amounts:
            raise InputError("--spend needs amounts: name their column with --amount")
        spend = amounts.fit(customers) if has_amounts else None
        steps.begin("save")
        fits: list[tuple[Any, str | None]] = [(purchases, options.purchases)]
        fits += [] if spend is None else [(spend, options.spend)]
        for fit, path in fits:
            if path:
                fit.save(path)
    for fit, path in fits:
        report.fit(fit, path)


def _predict(options: argparse.Namespace) -> None:
    purchases: loyalty.PurchaseModel | loyalty.PurchaseWithCovariates | None = None
    spend: loyalty.SpendModel | loyalty.SpendWithCovariates | None = None
    for path in options.model:
        match loyalty.load(path):
            case loyalty.PurchaseModel() | loyalty.PurchaseWithCovariates() as model:
                if purchases is not None:
                    raise InputError(
                        f"{path} holds a second purchase model; predict takes one of each"
                    )
                purchases = model
            case loyalty.SpendModel() | loyalty.SpendWithCovariates() as model:
                if spend is not None:
                    raise InputError(
                        f"{path} holds a second spend model; predict takes one of each"
                    )
                spend = model
            case model:
                raise InputError(
                    f"{path} holds a {type(model).__name__}; predict takes purchase and spend models"
                )
    unit = options.unit or (purchases.unit if purchases else None) or "week"
    if isinstance(purchases, loyalty.PurchaseWithCovariates) or isinstance(
        spend, loyalty.SpendWithCovariates
    ):
        return covariates.predict(options, purchases, spend, unit)
    covariates.refuse_table(options)
    with Steps(4) as steps:
        customers = summaries.customers(options, unit, steps)
        steps.begin("score")
        scores = _scores(options, customers, purchases, spend or loyalty.GammaGamma)
        _deliver(options, scores, steps)
    return None


def _scores(
    options: argparse.Namespace,
    customers: Any,
    purchases: loyalty.PurchaseModel | type[loyalty.PurchaseModel] | None,
    spend: loyalty.SpendModel | type[loyalty.SpendModel],
    **further: Any,
) -> loyalty.Scores:
    return loyalty.score(
        customers,
        horizon=options.horizon,
        annual_discount_rate=options.discount_rate,
        margin=options.margin,
        purchases=purchases,
        spend=spend,
        **further,
    )


def _deliver(options: argparse.Namespace, scores: loyalty.Scores, steps: Steps) -> None:
    steps.begin("write")
    if options.output:
        tables.write(scores.to_frame(), options.output)
    page = getattr(options, "report", None)
    named = options.table.currencies
    currency = options.only_currency or (named[0] if len(named) == 1 else None)
    if page:
        known = options.report_currency or currency
        scores.report(page, currency=known, language=options.report_language)
    steps.end()
    report.scores(
        scores,
        options.output,
        lambda note: inputs.in_options(options.table.located(note)),
        currency,
    )
    if page:
        print(f"report written to {page}")
