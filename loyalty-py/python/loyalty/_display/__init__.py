"""How results look: the same tables in notebooks, in text and on the command line.

A result says what it shows as a few :class:`Table` and sentences (``_shown``); how a number of each kind
is written stands in one place, ``cells``.
"""

from loyalty._display.record import Parts, Rows, Shown, listed, page, printed, record
from loyalty._display.table import SHOWN, Table, facts, of_arrays, of_columns

__all__ = [
    "SHOWN",
    "Parts",
    "Rows",
    "Shown",
    "Table",
    "facts",
    "listed",
    "of_arrays",
    "of_columns",
    "page",
    "printed",
    "record",
]
