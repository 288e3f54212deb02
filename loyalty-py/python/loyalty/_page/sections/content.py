"""What the sections of a report are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loyalty import _frames, _native
from loyalty._display.scores import column
from loyalty._page import names
from loyalty._page.markup import Column

if TYPE_CHECKING:
    from loyalty._page.markup import Writer
    from loyalty._page.outlook import Outlook
    from loyalty._page.past import Cohorts, Test
    from loyalty.scoring import Scores

__all__ = ["Content"]


@dataclass(frozen=True, slots=True)
class Content:
    """What a report says, and how.

    Attributes
    ----------
    test : Test, str or None
        The test of the forecast; a sentence why there is none; None without a log.
    """

    scores: Scores
    write: Writer
    outlook: Outlook
    cohorts: Cohorts | None
    test: Test | str | None
    top: int

    def column(self, name: str) -> Any:
        """A column of the scores, None without it."""
        return column(self.scores, name)

    def ids(self, rows: Any) -> list[str]:
        """The customers of some rows, by their ids or their numbers."""
        first = self.scores._columns[0]
        known = self.scores.customers._core.customer("") is not None
        values = _frames.array(first) if known else np.arange(len(self.scores))
        return [str(values[row]) for row in rows]

    def ahead(self) -> str:
        """The horizon in names."""
        unit, language = self.scores.customers.unit, self.write.locale.language
        year = None if unit is None else _native.units_per_year(unit)
        if year is not None and abs(self.outlook.horizon / year - 1) < 0.01:
            return self.write.say("year")
        count = f"{self.outlook.horizon:g}"
        return self.write.say(
            "ahead", count=count, unit=names.units(unit, language, after_preposition=True)
        )

    def returns_note(self) -> str:
        """How purchases of the log count where some came back: as in all of the scores."""
        report = self.scores.table_report
        if report is None or not (report.came_back or report.rows.credits is not None):
            return ""
        return f" {self.write.say(f'{self.scores._asked.value}_note')}"

    def customers(self, name: str, rows: Any, keys: tuple[tuple[str, Any, bool], ...]) -> str:
        """A table of some customers by columns of the scores, those that are there: key, kind, and whether a
        narrow screen does without."""
        ids = self.ids(rows)
        columns = [Column("customer", "id", ids)]
        for key, kind, minor in keys:
            values = self.column({"value": "clv"}.get(key, key))
            if values is not None:
                columns.append(Column(key, kind, [values[row] for row in rows], minor=minor))
        return self.write.table(name, ids, columns)
