"""Types of answers: the same kind of frame out as came in.

``Orders[pandas.DataFrame]`` is made of a pandas frame, and so are its summary, scores and segments.
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypedDict

from numpy.typing import NDArray

from loyalty.reading.named import LineColumns
from loyalty.report import Credits, Dates, DiscountUnit, Guests, Invalid, Joins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import TypeVar

    from loyalty.ledger import Period
    from loyalty.occasions import Moment
    from loyalty.order_lines import OrderLines
    from loyalty.reading.table import OrderTable
    from loyalty.summary import CustomerSummary

    # A class without its parameter answers in any frame. At run time Python knows such defaults from 3.13 on.
    FrameT = TypeVar("FrameT", default=Any, covariant=True)
else:
    from typing import TypeVar

    FrameT = TypeVar("FrameT", covariant=True)

__all__ = [
    "Arrays",
    "Customers",
    "File",
    "FrameT",
    "Lazy",
    "LedgerOptions",
    "LineOptions",
    "LinesIn",
    "Native",
    "NativeT",
    "OfArrays",
    "OfFrame",
    "OrderOptions",
    "SummaryOptions",
]

#: What answers come in where the caller holds arrays.
Arrays: TypeAlias = dict[str, NDArray[Any]]
#: What is read into a polars frame.
File: TypeAlias = "str | PathLike[str] | OrderTable"


#: A summary or the table of one.
Customers: TypeAlias = "CustomerSummary[Any] | Mapping[str, Any] | Native"
#: Customers of whom answers come in arrays.
OfArrays: TypeAlias = "CustomerSummary[Arrays] | Mapping[str, Any]"
#: Customers of whom answers come in a frame.
OfFrame: TypeAlias = "CustomerSummary[NativeT] | NativeT"


#: Order lines, or a table of them in the same kind of frame.
LinesIn: TypeAlias = "OrderLines[NativeT] | Lazy[NativeT] | NativeT"


class Native(Protocol):
    """A frame: of pandas, polars or pyarrow. A lazy one has no shape."""

    @property
    def columns(self) -> Any: ...
    @property
    def shape(self) -> tuple[int, int]: ...


NativeT = TypeVar("NativeT", bound=Native)
LazyT = TypeVar("LazyT", covariant=True)


class Lazy(Protocol[LazyT]):
    """A frame of polars that is not there yet: answers come in the frame that it becomes."""

    def collect(self) -> LazyT: ...


class OrderOptions(TypedDict, total=False):
    """The options of ``Orders``."""

    customer: str | None
    time: str | None
    amount: str | None
    columns: Mapping[str, str | None] | None
    guests: Guests
    dates: Dates
    invalid: Invalid
    time_zone: str | None


class LineOptions(LineColumns, total=False):
    """The options of ``OrderLines``."""

    line: str | None
    opted_out: str | None
    categories: Sequence[str]
    numbers: Sequence[str]
    columns: Mapping[str, str | None] | None
    known_later: Sequence[str]
    credits: Credits
    guests: Guests
    dates: Dates
    discount_unit: DiscountUnit | None
    status_words: Mapping[str, str] | None
    only_currency: str | None
    today: Moment | None
    invalid: Invalid
    time_zone: str | None


class LedgerOptions(LineColumns, total=False):
    """The options of ``Ledger``."""

    contacts: Any
    marketing: Any
    columns: Mapping[str, str | None] | None
    margin: float | None
    handling: float | None
    markdown: float | None
    category_cost: float | None
    start: Moment | None
    end: Moment | None
    period: Period
    period_days: int | None
    joins: Joins
    case_days: int
    opted_out: Any
    invalid: Invalid
    time_zone: str | None
    threads: int


class SummaryOptions(TypedDict, total=False):
    """The options of ``CustomerSummary``."""

    frequency: Any
    recency: Any
    T: Any
    monetary_value: Any
    total_amount: Any
    sum_ln_gaps: Any
    weights: Any
    customer: Any
    columns: Mapping[str, str | None] | None
    unit: str | None
    includes_first: bool
