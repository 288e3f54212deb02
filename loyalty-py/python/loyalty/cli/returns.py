"""``loyalty returns``: learn how likely lines are to come back, or score and take in new ones."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import loyalty
from loyalty.cli import columns, inputs, report, tables
from loyalty.cli.steps import Steps
from loyalty.errors import InputError
from loyalty.reading.orders import table_of
from loyalty.reading.roles import ROLES, Names

if TYPE_CHECKING:
    import polars as pl

#: The roles of the columns that the return model rests on: those looked for, those only taken where
#: they are named, and of the former those that it cannot do without.
GUESSED = ("customer", "product", "time", "price", "quantity", "order")
NAMED = ("line", "returned", "return_time")
TAKEN = (*GUESSED, *NAMED)
NEEDED = ("customer", "product", "time", "price")


def add(commands: Any) -> None:
    """Adds the command to the parser."""
    command = commands.add_parser(
        "returns",
        help="how likely each order line is to be sent back",
        description=(
            "Learns from lines of which it is known whether they came back, or, with --model, scores "
            "lines with a model saved before."
        ),
    )
    inputs.add(command, TAKEN)
    command.add_argument(
        "--returns",
        metavar="FILE",
        help="returns in a table of their own, .csv or .parquet, with the columns --line and --return-time",
    )
    command.add_argument(
        "--category",
        metavar="COL",
        action="append",
        default=[],
        help="a column with levels; may be repeated",
    )
    command.add_argument(
        "--number",
        metavar="COL",
        action="append",
        default=[],
        help="a column of numbers; may be repeated",
    )
    command.add_argument(
        "--known-later",
        metavar="COL",
        action="append",
        default=[],
        help="a column that is known only after the order",
    )
    command.add_argument(
        "--known-at-order",
        metavar="COL",
        action="append",
        default=[],
        help="a category or number known at the order although it all but tells whether lines come back",
    )
    command.add_argument(
        "--cross",
        metavar="COL,COL",
        action="append",
        default=[],
        help="a history of a crossed key, such as brand,country",
    )
    command.add_argument(
        "--horizon-days",
        type=int,
        metavar="N",
        help="after which a line counts as kept (default: 60, less for a short log without times of returns)",
    )
    command.add_argument("--observation-end", metavar="DATE", help="by default the last line")
    command.add_argument("--time-zone", metavar="ZONE", help="the zone whose days count")
    command.add_argument("--invalid", choices=("raise", "drop"), default="raise")
    command.add_argument(
        "--model", metavar="FILE", help="score with this model instead of learning one"
    )
    command.add_argument(
        "--update",
        action="store_true",
        help="with --model: take the lines in, and what became of them",
    )
    command.add_argument("--save", metavar="FILE", help="save the model with its state here (JSON)")
    command.add_argument(
        "-o", "--output", metavar="OUT", help="write the scores here, .csv or .parquet"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Learns, or scores."""
    with Steps(3) as steps:
        steps.begin("read")
        frame, lines = _lines(options)
        lines, model = _with_returns(options, lines)
        if len(lines) < len(frame) and options.output:
            raise InputError(
                "with rows left out, scores cannot stand beside the rows: clean the table first"
            )
        steps.begin("score" if options.model else "learn")
        if model is not None:
            fit = None
            scores = model.update(lines) if options.update else model.score(lines)
        else:
            fit = loyalty.ReturnPropensity.fit(
                lines,
                horizon_days=options.horizon_days,
                observation_end=options.observation_end,
                crossed=[names.split(",") for names in options.cross],
                known_at_order=options.known_at_order,
            )
            model = fit.model
            scores = model.score(lines) if options.output else None
        steps.begin("write")
        if options.save:
            model.save(options.save)
        if options.output:
            tables.write(frame.hstack(scores), options.output)
    _show(options, model, fit, scores)


def _lines(options: argparse.Namespace) -> tuple[pl.DataFrame, loyalty.OrderLines]:
    """The table as it lies in the file, and its lines."""
    inputs.refuse_overwriting(options)
    named = {role: getattr(options, role) for role in TAKEN}
    if options.returns is not None:
        named["return_time"] = None
    source = inputs.source(options)
    roles = {role: ROLES[role] for role in GUESSED} | dict.fromkeys(NAMED, Names(""))
    # Nothing but a price is paid here, whether or not there are quantities.
    roles["price"] = replace(
        roles["price"], sure=f"{roles['price'].sure} {roles['price'].possible}"
    )
    how = replace(inputs.reading(options, named, roles, NEEDED), preset="none")
    table = table_of(source, how, inputs.label(options))
    options.table = table
    inputs.tell(table)
    whole = source.load(list(range(len(source.names))))
    whole.columns = columns.different(source.names)
    if table.rows is not None:
        whole = whole[table.rows]
    frame, features = _with_features(options, table, whole)
    later = [*options.known_later]
    later += [taken for (_, name), taken in features.items() if name in options.known_later]
    by_role: dict[str, Any] = dict(table.columns)
    lines = loyalty.OrderLines(
        frame,
        **by_role,
        categories=[features["category", name] for name in options.category],
        numbers=[features["number", name] for name in options.number],
        known_later=list(dict.fromkeys(later)),
        invalid=options.invalid,
    )
    if lines.report.kept < lines.report.rows:
        report.say("left out", table.located(str(lines.report)))
    return whole, lines


def _with_features(
    options: argparse.Namespace, table: loyalty.OrderTable, whole: pl.DataFrame
) -> tuple[pl.DataFrame, dict[tuple[str, str], str]]:
    """The typed table with the columns of ``--category`` and ``--number``, and what they are called in
    it: a column that has a role of another type beside is there twice."""
    frame = table.frame
    names: dict[tuple[str, str], str] = {}
    wanted = [("category", name) for name in options.category]
    for kind, name in [*wanted, *(("number", name) for name in options.number)]:
        if name not in whole.columns:
            listed = ", ".join(whole.columns)
            raise InputError(f'column "{name}" is missing; the table has {listed}')
        values = (
            columns.levels(whole[name])
            if kind == "category"
            else columns.numbers(whole[name], options.decimal, table.place)
        )
        taken = name
        if name in frame.columns and frame.schema[name] != values.dtype:
            taken = f"{name} ({kind})"
        names[kind, name] = taken
        if taken not in frame.columns:
            frame = frame.with_columns(values.alias(taken))
    return frame, names


def _with_returns(
    options: argparse.Namespace, lines: loyalty.OrderLines
) -> tuple[loyalty.OrderLines, loyalty.ReturnPropensity | None]:
    """The lines and the model of ``--model``, told of the returns of ``--returns``."""
    model = loyalty.ReturnPropensity.load(options.model) if options.model else None
    if options.returns is None:
        return lines, model
    if options.line is None or options.return_time is None:
        raise InputError("--returns needs --line and --return-time, columns of its table")
    if model is not None and not options.update:
        raise InputError("--returns needs --update: scores alone learn nothing")
    named = {"line": options.line, "time": options.return_time}
    table = _returns(options, named)
    named["invalid"] = options.invalid
    before = {} if model is None else model.update_returns(table, **named)
    lines, found = lines.with_returns(table, **named)
    known_before = before.get("counted", 0) + before.get("repeated", 0) + before.get("refused", 0)
    counts = {
        "of these lines": found["counted"],
        "of unknown lines": found["unknown"] - known_before,
    }
    if model is not None:
        counts["of lines taken in before"] = before["counted"]
    for name in ("repeated", "refused"):
        if count := found[name] + before.get(name, 0):
            counts[name] = count
    report.say("returns", report.listed({name: f"{count:,}" for name, count in counts.items()}))
    return lines, model


def _returns(options: argparse.Namespace, named: dict[str, str]) -> pl.DataFrame:
    """The table of ``--returns``, its ids of the type that the lines have."""
    roles = dict.fromkeys(named, Names(""))
    found = inputs.beside_lines(options, options.returns, roles, tuple(named), named)
    return inputs.with_ids_of(options.table, "line", found, "line")


def _show(
    options: argparse.Namespace,
    model: loyalty.ReturnPropensity,
    fit: loyalty.ReturnFit | None,
    scores: pl.DataFrame | None,
) -> None:
    if fit is not None:
        print(
            f"{fit.returned:,} of {fit.settled:,} settled lines returned within "
            f"{fit.horizon_days} days"
        )
        print(
            f"log-loss {fit.log_loss:.5f}, of one probability for all {fit.constant_log_loss:.5f}"
        )
        print("Histories (mean and strength of their priors, keys)")
        for name, mean, strength, keys in model.histories.rows():
            print(f"  {name:32}{mean:8.4f}{strength:12.1f}{keys:12,}")
    if scores is not None:
        expected = sum(scores["probability"].to_list())
        print(f"{len(scores):,} lines scored, {expected:,.1f} returns expected")
    for path in (options.save, options.output):
        if path:
            print(f"written to {path}")
