"""A progress bar over the steps of a command."""

from __future__ import annotations

import sys
from typing import Any, Self


def beside(line: str) -> None:
    """Prints a line on standard error, above the bar where there is one."""
    tqdm = sys.modules.get("tqdm")
    if tqdm is None:
        print(line, file=sys.stderr)
    else:
        tqdm.tqdm.write(line, file=sys.stderr)


class Steps:
    """Shows which step is being worked on, where somebody may be watching: on a terminal, with tqdm
    installed. It is written to standard error and disappears when the work is done."""

    def __init__(self, count: int) -> None:
        self._bar: Any = None
        if sys.stderr.isatty():
            try:
                from tqdm import tqdm  # type: ignore[import-untyped]
            except ImportError:
                return
            form = "{desc:15}{bar}| {n_fmt}/{total_fmt} {elapsed}"
            self._bar = tqdm(total=count, leave=False, bar_format=form, file=sys.stderr)

    def begin(self, step: str) -> None:
        """Ends the step before and begins the next."""
        if self._bar is not None:
            if self._bar.desc:
                self._bar.update(1)
            self._bar.set_description_str(step)

    def end(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
