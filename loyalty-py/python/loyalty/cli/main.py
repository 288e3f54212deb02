"""Arguments, commands and exit codes."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import loyalty
from loyalty.cli import check, inputs, report, returns, tables
from loyalty.cli.steps import Steps
from loyalty.errors import FitError, InputError, LoyaltyError, LoyaltyWarning
from loyalty.orders import Unit
from loyalty.scoring import _ROLES as SCORED

if TYPE_CHECKING:
    from collections.abc import Sequence

UNITS = get_args(Unit)
#: The roles of the columns that scores of order lines rest on, and of those that a summary rests on.
ROLES = (*inputs.COMMON, *inputs.LINES, "returned")
SUMMARY = (*inputs.COMMON, "price", "quantity", "status", "currency")
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
    message = str(error)
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
    _lines(score)
    _outlook(score)
    score.set_defaults(run=_score)
    fit = commands.add_parser(
        "fit",
        help="fit models to an order log and save them",
        description="Fits a purchase and a spend model to an order log, shows and saves them.",
    )
    _orders(fit)
    _models(fit)
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
    command.add_argument(
        "--guests",
        choices=("leave_out", "refuse", "keep"),
        default="leave_out",
        help="orders without a customer, or with an id that stands for none (default: leave_out)",
    )
    command.add_argument(
        "--dates",
        choices=("refuse", "allow"),
        default="refuse",
        help="times far from all others, such as 2099-12-31 (default: refuse)",
    )


#: How the cells of a table of order lines are read, by option: choices and what it is.
READING: dict[str, tuple[tuple[str, ...], str]] = {
    "value": (("net", "gross"), "whether purchases count less what came back (default: net)"),
    "credits": (("match", "refuse"), "rows that give money back (default: match to purchases)"),
    "joins": (("refuse", "allow"), "contacts most of which name nobody (default: refuse)"),
    "discount_unit": (("money", "share", "per_cent"), "what the column of discounts counts"),
}


def _models(command: argparse.ArgumentParser, purchases: str | None = None) -> None:
    for name, models, usual in (
        ("--purchase-model", loyalty.PurchaseModel, purchases),
        ("--spend-model", loyalty.SpendModel, loyalty.GammaGamma.kind),
    ):
        kinds = models.kinds()
        listed = ", ".join(kinds)
        command.add_argument(
            name,
            choices=kinds,
            default=usual,
            metavar="KIND",
            help=f"which to fit: {listed} (default: {usual or 'the better of mbg-nbd and bg-nbd'})",
        )


def _chosen(
    options: argparse.Namespace,
) -> tuple[type[loyalty.PurchaseModel] | None, type[loyalty.SpendModel]]:
    """The models to fit; None for purchases where the data choose."""
    named = options.purchase_model
    return (
        loyalty.PurchaseModel.kinds()[named] if named else None,
        loyalty.SpendModel.kinds()[options.spend_model],
    )


def _lines(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--contacts", metavar="FILE", help="service contacts, in a table of its own"
    )
    for name, (choices, meaning) in READING.items():
        command.add_argument(f"--{name.replace('_', '-')}", choices=choices, help=meaning)
    command.add_argument(
        "--only-currency",
        dest="currency_code",
        metavar="CODE",
        help="of several currencies the one that is looked at",
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


def _read(options: argparse.Namespace, steps: Steps) -> loyalty.Orders:
    steps.begin("read")
    return _checked(options, inputs.orders(options, SUMMARY))


def _checked(options: argparse.Namespace, table: loyalty.OrderTable) -> loyalty.Orders:
    orders = loyalty.Orders(
        table, invalid=options.invalid, guests=options.guests, dates=options.dates
    )
    if orders.report.kept < orders.report.rows:
        report.say("left out", table.located(str(orders.report)))
    return orders


def _summarize(
    options: argparse.Namespace, orders: loyalty.Orders, unit: str, steps: Steps
) -> loyalty.CustomerSummary:
    steps.begin("summarise")
    customers = orders.summarize(unit=unit, observation_end=options.observation_end)  # type: ignore[arg-type]
    if customers.left_out["occasions"]:
        report.say("after the observation end", report.listed(customers.left_out))
    return customers


def _score(options: argparse.Namespace) -> None:
    with Steps(4) as steps:
        steps.begin("read")
        table = inputs.orders(options, ROLES)
        if options.contacts or _has_lines(table):
            scores = _score_lines(options, table, steps)
        else:
            orders = _checked(options, table)
            unit = options.unit or "week"
            _summarize(options, orders, unit, steps)
            steps.begin("fit and score")
            scores = _scores(
                options,
                orders,
                *_chosen(options),
                unit=unit,
                observation_end=options.observation_end,
                dates=options.dates,
                **_decisions(options),
            )
        _deliver(options, scores, steps)


def _has_lines(table: loyalty.OrderTable) -> bool:
    """Whether there is more to a table than who paid what when: a column of order lines, rows that give
    money back, or quantities that the amounts do not say all about."""
    if "amount" in table.columns and (table.frame[table.columns["amount"]] < 0).any():
        return True
    more = {role for role in table.columns if role in SCORED} - {*inputs.COMMON}
    if more == {"quantity"} and "amount" in table.columns:
        return bool((table.frame[table.columns["quantity"]] <= 0).any())
    return bool(more)


def _score_lines(
    options: argparse.Namespace, table: loyalty.OrderTable, steps: Steps
) -> loyalty.Scores:
    contacts = None
    if options.contacts:
        contacts = inputs.contacts(options, table)
    steps.begin("fit and score")
    return _scores(
        options,
        table,
        *_chosen(options),
        contacts=contacts,
        unit=options.unit or "week",
        observation_end=options.observation_end,
        invalid=options.invalid,
        guests=options.guests,
        dates=options.dates,
        only_currency=options.currency_code,
        **{name: x for name in READING if (x := getattr(options, name)) is not None},
        economics={name: x for name in ECONOMICS if (x := getattr(options, name)) is not None},
        **_decisions(options),
    )


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
    with Steps(4) as steps:
        orders = _read(options, steps)
        customers = _summarize(options, orders, options.unit or "week", steps)
        steps.begin("fit")
        when, amounts = _chosen(options)
        purchases = (when or loyalty.BgNbd).fit(customers)
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
    purchases: loyalty.PurchaseModel | None = None
    spend: loyalty.SpendModel | None = None
    for path in options.model:
        match loyalty.load(path):
            case loyalty.PurchaseModel() as model if purchases is None:
                purchases = model
            case loyalty.SpendModel() as model if spend is None:
                spend = model
            case loyalty.PurchaseModel() | loyalty.SpendModel() as model:
                what = "purchase" if isinstance(model, loyalty.PurchaseModel) else "spend"
                raise InputError(f"{path} holds a second {what} model; predict takes one of each")
            case model:
                raise InputError(
                    f"{path} holds a {type(model).__name__}; predict takes purchase and spend models"
                )
    unit = options.unit or (purchases.unit if purchases else None) or "week"
    with Steps(4) as steps:
        orders = _read(options, steps)
        customers = _summarize(options, orders, unit, steps)
        steps.begin("score")
        scores = _scores(
            options, customers, purchases or loyalty.BgNbd, spend or loyalty.GammaGamma
        )
        _deliver(options, scores, steps)


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
    steps.end()
    report.scores(scores, options.output)
