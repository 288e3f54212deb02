"""``loyalty returns``: learn how likely lines are to come back, or score and take in new ones."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import loyalty
from loyalty.cli import report, tables
from loyalty.cli.steps import Steps
from loyalty.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import polars as pl

IDS = ("customer", "product", "order", "line")
NUMBERS = ("price", "quantity", "returned")
TIMES = ("time", "return-time")


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
    command.add_argument(
        "input", metavar="INPUT", help="order lines, .csv or .parquet; - for CSV on standard input"
    )
    for role in ("customer", "product", "time", "price"):
        command.add_argument(
            f"--{role}", metavar="COL", required=True, help=f"the column of the {role}"
        )
    for role in ("quantity", "order", "line", "returned", "return-time"):
        command.add_argument(f"--{role}", metavar="COL")
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
        "--cross",
        metavar="COL,COL",
        action="append",
        default=[],
        help="a history of a crossed key, such as brand,country",
    )
    command.add_argument(
        "--horizon-days",
        type=int,
        default=60,
        metavar="N",
        help="after which a line counts as kept (default: 60)",
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
    named = {role: getattr(options, role.replace("-", "_")) for role in (*IDS, *NUMBERS, *TIMES)}
    if options.returns is not None:
        named["return-time"] = None
    named = {role: name for role, name in named.items() if name is not None}
    ids = [named[role] for role in IDS if role in named] + options.category
    numbers = [named[role] for role in NUMBERS if role in named] + options.number
    frame = _read(options.input, ids, numbers, {*options.number, named.get("returned")})
    lines = loyalty.OrderLines(
        frame,
        **{role.replace("-", "_"): name for role, name in named.items()},
        categories=options.category,
        numbers=options.number,
        known_later=options.known_later,
        invalid=options.invalid,
        time_zone=options.time_zone,
    )
    if lines.report.kept < lines.report.rows:
        report.say("left out", {"rows": str(lines.report)})
    return frame, lines


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
    table = _read(options.returns, [options.line])
    columns = {"line": options.line, "time": options.return_time, "time_zone": options.time_zone}
    before = 0 if model is None else model.update_returns(table, **columns)["counted"]
    lines, found = lines.with_returns(table, **columns)
    counts = {"of these lines": found["counted"], "of unknown lines": found["unknown"] - before}
    if model is not None:
        counts["of lines taken in before"] = before
    report.say("returns", {name: f"{count:,}" for name, count in counts.items()})
    return lines, model


def _read(
    path: str, ids: list[str], numbers: Sequence[str] = (), flags: Collection[str | None] = ()
) -> Any:
    """The table, its columns typed by their role; flags are numbers that may say true or false."""
    pl = tables.polars()
    if path != "-" and not Path(path).is_file():
        raise InputError(f"there is no file {path!r}")
    try:
        if path.lower().endswith((".parquet", ".pq")):
            return pl.read_parquet(path)
        frame = pl.read_csv(sys.stdin.buffer.read() if path == "-" else path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{path}: {error}") from None
    for name in (*ids, *numbers):
        if name not in frame.columns:
            listed = ", ".join(frame.columns)
            raise InputError(f'column "{name}" is missing; the table has {listed}')
    for name in ids:
        # Text unless every id is a whole number as it would be printed.
        whole = frame[name].cast(pl.Int64, strict=False)
        if (whole.cast(pl.String) == frame[name]).fill_null(frame[name].is_null()).all():
            frame = frame.with_columns(whole)
    for name in numbers:
        text = frame[name].str.strip_chars()
        if name in flags:
            text = text.str.to_lowercase().replace({"true": "1", "false": "0"})
        values = text.cast(pl.Float64, strict=False)
        broken = (values.is_null() & frame[name].is_not_null()).arg_true()
        if len(broken):
            row = int(broken[0])
            raise InputError(
                f'column "{name}", row {row}: must be a number, got {frame[name][row]!r}'
            )
        frame = frame.with_columns(values)
    return frame


def _show(
    options: argparse.Namespace,
    model: loyalty.ReturnPropensity,
    fit: loyalty.ReturnFit | None,
    scores: pl.DataFrame | None,
) -> None:
    if fit is not None:
        print(f"{fit.returned:,} of {fit.settled:,} settled lines returned")
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
