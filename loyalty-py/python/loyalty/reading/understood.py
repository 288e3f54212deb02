"""What a reader understood of a table, for people."""

from __future__ import annotations

from dataclasses import dataclass

from loyalty import _display

__all__ = ["Understood"]


@dataclass(frozen=True, slots=True)
class Understood(_display.Shown):
    """What was understood of a table. It prints as a table.

    Attributes
    ----------
    source : str
        What was read, by its name; empty for data in memory.
    facts : tuple of (str, str)
        File, encoding, separator, preset, rows, period, amounts and currency.
    columns : tuple of (str, str, str, str)
        Role, column, what its cells are, and how that was decided.
    guessed : tuple of str
        What the file does not say and was taken to be so.
    left_out : tuple of str
        What was passed over, counted.

    Examples
    --------
    >>> import loyalty
    >>> table = loyalty.read_orders(b"Kunde;Bestelldatum;Betrag\\n7;31.01.2024;1.322,18\\n")
    >>> print(table.understood)
    CSV, UTF-8, semicolons
      rows      1
      period    2024-01-31
      amounts   1,322.18 in all
      currency  not stated
      customer  Kunde: whole numbers (by its name)
      time      Bestelldatum: dates, the day first (by its name)
      amount    Betrag: numbers (by its name)
      guessed   the day is first in column "Bestelldatum", by "31.01.2024" in line 2
      guessed   a comma as the decimal mark, by "1.322,18" (line 2)
    """

    source: str
    facts: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str, str, str], ...]
    guessed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def rows(self) -> list[tuple[str, str]]:
        r"""Line by line what is known, each with its title.

        Returns
        -------
        list of tuple
            Title and text.

        Examples
        --------
        >>> import loyalty
        >>> table = loyalty.read_orders(b"Customer ID,Order Date,Sales\n7,2024-01-31,9.5\n8,2024-02-13,2\n")
        >>> table.understood.rows()[0]
        ('rows', '2')
        """
        lines = [fact for fact in self.facts if fact[0] != "file"]
        lines += [(role, f"{name}: {kind} ({how})") for role, name, kind, how in self.columns]
        lines += [("left out", sentence) for sentence in self.left_out]
        return lines + [("guessed", sentence) for sentence in self.guessed]

    @property
    def title(self) -> str:
        """What was read."""
        kind = dict(self.facts).get("file", "")
        return f"{self.source}: {kind}" if self.source else kind

    def __str__(self) -> str:
        rows = self.rows()
        width = max(len(title) for title, _ in rows)
        return "\n".join([self.title, *(f"  {title:{width}}  {text}" for title, text in rows)])

    def _shown(self) -> _display.Parts:
        return [_display.facts(self.title, [(name, x, "text") for name, x in self.rows()])]
