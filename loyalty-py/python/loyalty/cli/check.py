"""``loyalty check``: what is to be known of a file before it is scored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalty.cli import inputs
from loyalty.reading.check import check_table
from loyalty.reading.orders import table_of
from loyalty.reading.roles import ROLES

if TYPE_CHECKING:
    import argparse


def add(commands: Any) -> None:
    """Adds the command to the parser."""
    command = commands.add_parser(
        "check",
        help="look an order log over and say what is odd about it",
        description="Says what was understood of an order log, and what is to be mended in it; scores nothing.",
    )
    inputs.add(command, (*inputs.COMMON, *inputs.LINES))
    command.add_argument("--time-zone", metavar="ZONE", help="the zone whose days count")
    command.set_defaults(run=run, invalid="drop")


def run(options: argparse.Namespace) -> None:
    """Prints the report."""
    named = {role: getattr(options, role, None) for role in ROLES}
    how = inputs.reading(options, named)
    print(check_table(table_of(inputs.source(options), how, inputs.label(options))))
