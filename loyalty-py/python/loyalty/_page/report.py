"""The page as an object: its text, its file, its frame in a notebook."""

from __future__ import annotations

import os
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyalty._frozen import Frozen
from loyalty.errors import InputError

if TYPE_CHECKING:
    from loyalty._display import Parts

__all__ = ["Report", "checked", "made"]


class Report(Frozen):
    """One HTML page of what scores say. Made by :meth:`Scores.report`.

    Attributes
    ----------
    title : str
        What stands on top.
    html : str
        The page.
    absent : tuple of str
        What it leaves out and why, a sentence each.

    Examples
    --------
    >>> import loyalty
    >>> page = loyalty.score(loyalty.datasets.cdnow_orders()).report(currency="USD")
    >>> page.html.startswith("<!doctype html>"), "https://" in page.html
    (True, False)
    >>> page.absent[0]
    'Returns: no column and no credit says what came back.'
    """

    __slots__ = ("absent", "html", "title")

    title: str
    html: str
    absent: tuple[str, ...]

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the page, whole or not at all.

        Parameters
        ----------
        path : path
            A file that ends in .html.

        Raises
        ------
        InputError
            Where it cannot be written, or is not to be a page.

        Examples
        --------
        >>> import loyalty, pathlib, tempfile
        >>> page = loyalty.score(loyalty.datasets.cdnow_orders()).report()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "report.html"
        ...     page.save(path)
        ...     path.read_text(encoding="utf-8") == page.html
        True
        """
        name = checked(path)
        beside = f"{name}.{os.getpid()}.partial"
        try:
            Path(beside).write_text(self.html, encoding="utf-8")
            os.replace(beside, name)
        except OSError as error:
            raise InputError(f"{name} cannot be written: {error.strerror or error}") from None
        finally:
            Path(beside).unlink(missing_ok=True)

    def __repr__(self) -> str:
        return f"<Report: {self.title}, {len(self.html.encode()) / 1024:.0f} KiB>"

    def _shown(self) -> Parts:
        return [repr(self)[1:-1], *self.absent]

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{escape(self.html)}" sandbox title="{escape(self.title)}" '
            'style="width:100%;height:42em;border:1px solid rgba(128,128,128,.4)"></iframe>'
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Report) and self.html == other.html

    def __hash__(self) -> int:
        return hash(self.html)

    def __reduce__(self) -> Any:
        return made, (self.title, self.html, self.absent)


def checked(path: str | PathLike[str]) -> str:
    """The name of a file that a page may be written to."""
    name = os.fspath(path)
    if Path(name).suffix.lower() not in (".html", ".htm"):
        raise InputError(f"{name}: expected a .html file to write")
    return name


def made(title: str, html: str, absent: tuple[str, ...]) -> Report:
    """A report of a page."""
    report = Report.__new__(Report)
    report._set(title=title, html=html, absent=absent)
    return report
