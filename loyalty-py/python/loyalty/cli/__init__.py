"""The command line: scoring without writing code."""

from loyalty.cli.main import main

__all__ = ["main"]
