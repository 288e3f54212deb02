"""RFM scores and named segments."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Protocol, cast, overload

from loyalty import _check, _columns, _display, _frames, _native
from loyalty._frame_types import FrameT
from loyalty._frozen import Frozen, Record
from loyalty.errors import InputError, LoyaltyWarning
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    import narwhals as nw

    from loyalty._frame_types import Arrays, Lazy, NativeT, OfArrays, OfFrame

__all__ = ["Rfm", "SegmentTable", "rfm"]

P = ParamSpec("P")

_AXES = ("recency", "frequency", "monetary")
#: Facts that a rule may ask for, besides the scores.
_FACTS = (
    "orders_at_least",
    "orders_at_most",
    "first_order_within_days",
    "first_order_not_within_days",
)


#: The columns of the segments.
_SEGMENTS = (
    "segment",
    "customers",
    "share_of_customers",
    "mean_recency",
    "mean_frequency",
    "mean_monetary",
    "total_monetary",
    "share_of_monetary",
)


class SegmentTable(Frozen):
    """A rule table that gives every customer a segment.

    Parameters
    ----------
    rules : sequence of mappings
        Each with ``name`` and, as pairs of first and last score, ``recency``, ``frequency`` and
        ``monetary``; an axis left out allows every score. Where a name states a fact:
        ``orders_at_least``, ``orders_at_most``, ``first_order_within_days`` and
        ``first_order_not_within_days`` (longer ago, or not known). A name may stand in several rules.
    bins : int
        The scores run from 1 to this.
    otherwise : str, optional
        Without it every customer must have exactly one segment, whatever their scores. With it the
        first matching rule wins, and customers without a rule get this name.

    Raises
    ------
    InputError
        With the first place that has no segment, or two, or with a rule that makes no sense.

    Examples
    --------
    >>> import loyalty
    >>> loyalty.SegmentTable(
    ...     [{"name": "recent", "recency": (4, 5)}, {"name": "gone", "recency": (1, 2)}], bins=5
    ... )
    Traceback (most recent call last):
        ...
    loyalty.errors.InputError: segment table: no segment for recency 3, frequency 1, monetary 1
    >>> loyalty.SegmentTable.customary().names[:3]
    ['Champions', 'Loyal', 'Potential loyalists']
    """

    __slots__ = ("_bins", "_core", "_otherwise")

    _bins: int
    _core: _native.SegmentTable
    _otherwise: str | None

    def __init__(
        self,
        rules: Sequence[Mapping[str, Any]],
        *,
        bins: int = 5,
        otherwise: str | None = None,
    ) -> None:
        bins = _check.whole("bins", bins)
        native = _native.SegmentTable([_rule(rule) for rule in rules], bins, otherwise)
        self._set(_core=native, _bins=bins, _otherwise=otherwise)

    @classmethod
    def customary(cls) -> SegmentTable:
        """The customary ten segments over recency and frequency scores of 1 to 5.

        Returns
        -------
        SegmentTable

        Examples
        --------
        >>> import loyalty
        >>> len(loyalty.SegmentTable.customary().names)
        10
        """
        table = cls.__new__(cls)
        table._set(_core=_native.SegmentTable.customary(), _bins=5, _otherwise=None)
        return table

    @property
    def names(self) -> list[str]:
        """The segments' names, in the order of the rules; last the one of the gaps, if any."""
        return self._core.names

    @property
    def rules(self) -> list[dict[str, Any]]:
        """The rules, as they can be given to the constructor."""
        # An axis that allows every score may be stored without an end.
        return [
            {"name": name}
            | {
                axis: (first, min(last, self._bins))
                for axis, (first, last) in zip(_AXES, scores, strict=True)
            }
            | {fact: value for fact, value in zip(_FACTS, facts, strict=True) if value is not None}
            for name, scores, *facts in self._core.rules
        ]

    def _parts(self) -> tuple[list[dict[str, Any]], int, str | None]:
        return self.rules, self._bins, self._otherwise

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SegmentTable) and self._parts() == other._parts()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<SegmentTable: {', '.join(self.names)}>"

    def _shown(self) -> _display.Parts:
        columns = {"segment": [rule["name"] for rule in self.rules]}
        for axis in _AXES:
            columns[axis] = ["{}–{}".format(*rule[axis]) for rule in self.rules]
        for fact in _FACTS:
            columns[fact] = [rule.get(fact) for rule in self.rules]
        kinds = dict.fromkeys(_AXES, "text")
        return [_display.of_arrays("Segments by their scores", columns, kinds=kinds)]

    def __reduce__(self) -> Any:
        return _restore, self._parts()


def _restore(rules: list[dict[str, Any]], bins: int, otherwise: str | None) -> SegmentTable:
    return SegmentTable(rules, bins=bins, otherwise=otherwise)


def _rule(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    unknown = set(rule) - {"name", *_AXES, *_FACTS}
    if unknown or "name" not in rule:
        expected = ", ".join(("name", *_AXES, *_FACTS))
        raise InputError(f"a segment rule has {expected}, got {', '.join(map(str, rule))}")
    scores = [_scores(axis, rule.get(axis)) for axis in _AXES]
    orders = [
        None if (count := rule.get(fact)) is None else _check.whole(fact, count)
        for fact in _FACTS[:2]
    ]
    days = [None if (count := rule.get(fact)) is None else float(count) for fact in _FACTS[2:]]
    return (rule["name"], scores, *orders, *days)


def _scores(axis: str, pair: Any) -> tuple[int, int] | None:
    if pair is None:
        return None
    scores = [_check.whole(axis, score) for score in pair]
    if len(scores) != 2:
        raise InputError(f"{axis} must be a pair of first and last score, got {pair!r}")
    return scores[0], scores[1]


class Rfm(Record, Generic[FrameT]):
    """RFM scores of customers, and their segments.

    Made by :func:`rfm`.

    Attributes
    ----------
    bins : int
        The scores run from 1 to this.
    empty_scores : dict of str to list of int
        For each axis the scores that nobody has, because too many customers share one value.
    breaks : dict of str to list of float or None
        For each axis the thresholds between the scores, ascending; a value that equals one is below it.
        ``rfm(next_month, breaks=this.breaks)`` scores by the same. None of nested scores.

    Examples
    --------
    >>> import loyalty
    >>> customers = {
    ...     "recency": [3, 90, 14, 200, 41],
    ...     "frequency": [8, 1, 5, 2, 3],
    ...     "monetary": [410.0, 25.0, 190.0, 44.0, 87.0],
    ... }
    >>> scored = loyalty.rfm(customers)
    >>> len(scored), scored.bins
    (5, 5)
    """

    __slots__ = ("_columns", "_frame", "_id", "_segments", "bins", "breaks", "empty_scores")

    bins: int
    empty_scores: dict[str, list[int]]
    breaks: dict[str, list[float]] | None
    _columns: tuple[_native.Column, ...]
    _id: str | None
    _segments: tuple[tuple[Any, ...], ...] | None
    _frame: nw.Implementation | None

    @classmethod
    def _of(
        cls,
        scored: _native._RfmScores,
        ids: _native.Column | None,
        frame: nw.Implementation | None,
    ) -> Rfm:
        columns, empty, bins, breaks, _, segmented = scored
        rows = None
        if segmented is not None:
            numbers, rows = segmented
            names = [row[0] for row in rows]
            segments = [names[number] for number in numbers]
            columns = [*columns, _frames.text_column("segment", segments)]
        result = cls.__new__(cls)
        result._set(
            bins=bins,
            breaks=None if breaks is None else dict(zip(_AXES, breaks, strict=True)),
            empty_scores=dict(zip(_AXES, empty, strict=True)),
            _columns=tuple(columns if ids is None else [ids, *columns]),
            _id=None if ids is None else ids.name,
            _segments=None if rows is None else tuple(rows),
            _frame=frame,
        )
        return result

    def to_frame(self) -> FrameT:
        """One row per customer: id, the three measures, their scores and the segment.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> customers = {
        ...     "recency": [3, 90, 14, 200, 41],
        ...     "frequency": [8, 1, 5, 2, 3],
        ...     "monetary": [410.0, 25.0, 190.0, 44.0, 87.0],
        ... }
        >>> scored = loyalty.rfm(customers)
        >>> scored.to_frame()["recency_score"]
        array([5, 2, 4, 1, 3])
        """
        frame: FrameT = _frames.table(self._columns, self._frame)
        return frame

    def segments(self) -> FrameT:
        """One row per segment: customers, their share, means of the measures, money, its share.

        Returns
        -------
        data frame or dict of arrays

        Examples
        --------
        >>> import loyalty
        >>> customers = {
        ...     "recency": [3, 90, 14, 200, 41],
        ...     "frequency": [8, 1, 5, 2, 3],
        ...     "monetary": [410.0, 25.0, 190.0, 44.0, 87.0],
        ... }
        >>> scored = loyalty.rfm(customers)
        >>> segments = scored.segments()
        >>> str(segments["segment"][0]), float(segments["customers"][0])
        ('Champions', 1.0)
        """
        if self._segments is None:
            raise InputError("these scores have no segments: give a table for this number of bins")
        names, *numbers = zip(*self._segments, strict=True)
        columns = [_frames.text_column("segment", names)]
        columns += [
            _frames.float_column(*pair) for pair in zip(_SEGMENTS[1:], numbers, strict=True)
        ]
        frame: FrameT = _frames.table(columns, self._frame)
        return frame

    def __len__(self) -> int:
        return len(self._columns[-1])

    def __repr__(self) -> str:
        return f"<Rfm: {len(self)} customers, scores 1 to {self.bins}>"

    def _shown(self) -> _display.Parts:
        customers = _display.of_columns(
            f"{len(self):,} customers, scores 1 to {self.bins}; the first of them",
            self._columns,
            ids=self._id,
        )
        if self._segments is None:
            return [customers]
        return [self._segment_table(), customers]

    def _segment_table(self) -> _display.Table:
        columns = dict(zip(_SEGMENTS, zip(*(self._segments or ()), strict=True), strict=True))
        # Nobody has no mean.
        for name in ("mean_recency", "mean_frequency", "mean_monetary"):
            rows = zip(columns[name], columns["customers"], strict=True)
            columns[name] = tuple(mean if count else None for mean, count in rows)
        return _display.of_arrays("Segments", columns)


class _Ranking(Protocol[P]):
    """:func:`rfm` for a type checker: in whose frame the scores answer."""

    @overload
    def __call__(
        self, data: OfFrame[NativeT] | Lazy[NativeT], *arguments: P.args, **options: P.kwargs
    ) -> Rfm[NativeT]: ...
    @overload
    def __call__(self, data: OfArrays, *arguments: P.args, **options: P.kwargs) -> Rfm[Arrays]: ...
    @overload
    def __call__(self, data: object, *arguments: P.args, **options: P.kwargs) -> Rfm[Any]: ...


def _by_frame(ranking: Callable[Concatenate[Any, P], Rfm[Any]]) -> _Ranking[P]:
    return cast("_Ranking[P]", ranking)


@_by_frame
def rfm(
    data: Any,
    *,
    recency: str = "recency",
    frequency: str = "frequency",
    monetary: str = "monetary",
    customer: str | None = None,
    weights: str | None = None,
    age_days: str | None = None,
    bins: int = 5,
    nested: bool = False,
    breaks: Mapping[str, Sequence[float]] | None = None,
    segments: SegmentTable | None = None,
) -> Rfm:
    """Recency, frequency and monetary scores from 1 (worst) to `bins` (best), and segments.

    ::

        score = 1 + ⌊bins · (share of customers strictly worse)⌋

    Equal values have equal scores and a better value never has a lower one. For distinct values
    this is the rule by quantiles.

    Parameters
    ----------
    data : CustomerSummary, data frame or mapping of columns
        A summary, or the table of one with ``total_amount``, is measured by the time since the last purchase, T − t_x, the number of purchases,
        x + 1, and the sum of all amounts. Of a frame or mapping the columns named are taken.
    recency, frequency, monetary : str
        The columns of a frame: time since the last purchase, number of purchases, money.
    customer, weights : str, optional
        Further columns of a frame: ids, and how many customers each row stands for.
    age_days : str, optional
        A further column of a frame: days since the first order. Without it nobody is known to be new;
        a summary with a unit knows it.
    bins : int
        From 1 to 1000.
    nested : bool
        Whether frequency is ranked within each recency score and money within each pair of these.
    breaks : mapping, optional
        Thresholds of one's own in place of ranks: for ``recency``, ``frequency`` and ``monetary`` as
        many ascending numbers each, one fewer than scores; `bins` then has no part in it. A value that
        equals a threshold is on its lower side: recency thresholds of 30, 90, 180 and 365 days give
        the best score for a purchase within 30 days, frequency thresholds of 1, 2, 4 and 9 the
        worst for one purchase and the best for ten or more.
    segments : SegmentTable, optional
        By default :meth:`SegmentTable.customary` where scores run to 5, else none.

    Returns
    -------
    Rfm

    Warns
    -----
    LoyaltyWarning
        Where ties, too few customers or thresholds leave the best or worst score of an axis without
        customers.

    Raises
    ------
    InputError
        Where a column is missing or a value is outside its domain, or the table is for another
        number of bins.

    Examples
    --------
    >>> import loyalty
    >>> customers = {
    ...     "who": ["a", "b", "c", "d", "e"],
    ...     "recency": [3, 90, 14, 200, 41],
    ...     "frequency": [8, 1, 5, 2, 3],
    ...     "monetary": [410.0, 25.0, 190.0, 44.0, 87.0],
    ... }
    >>> scored = loyalty.rfm(customers, customer="who").to_frame()
    >>> [str(segment) for segment in scored["segment"]]
    ['Champions', 'Hibernating', 'Loyal', 'Hibernating', 'Need attention']

    Thresholds of one's own, or those of the month before:

    >>> breaks = {"recency": [30, 90], "frequency": [1, 4], "monetary": [50, 200]}
    >>> scored = loyalty.rfm(customers, customer="who", breaks=breaks)
    >>> [int(score) for score in scored.to_frame()["recency_score"]]
    [3, 2, 3, 1, 2]
    >>> scored.breaks == breaks
    True
    """
    bins = _check.whole("bins", bins)
    given = None if breaks is None else _breaks(breaks)
    if segments is None and (bins if given is None else len(given[0]) + 1) == 5:
        segments = SegmentTable.customary()
    table = None if segments is None else _check.instance("segments", segments, SegmentTable)._core
    summary, ids, weight = None, None, None
    recent, count, money, age = None, None, None, None
    if not isinstance(data, CustomerSummary) and _is_summary(data, monetary):
        data = CustomerSummary(data)
    if isinstance(data, CustomerSummary):
        summary, frame = data._core, data._frame
        ids = summary.customer(data._customer)
    else:
        names = [recency, frequency, monetary]
        names += [name for name in (customer, weights, age_days) if name is not None]
        columns, frame = _columns.read(data, names)
        recent, count, money, *further = columns
        ids = further.pop(0).as_ids(len(recent)) if customer is not None else None
        weight = further.pop(0) if weights is not None else None
        age = further.pop(0) if age_days is not None else None
    scored = _native.rfm_scores(
        summary, recent, count, money, weight, age, bins, nested, given, table
    )
    for sentence in scored[4]:
        warnings.warn(sentence, LoyaltyWarning, stacklevel=2)
    return Rfm._of(scored, ids, frame)


def _is_summary(data: Any, monetary: str) -> bool:
    """Whether a table is that of a summary, whose money is called otherwise."""
    names = {*_columns.names(data)}
    return monetary not in names and {"frequency", "recency", "T", "total_amount"} <= names


def _breaks(given: Mapping[str, Sequence[float]]) -> tuple[list[float], list[float], list[float]]:
    if set(given) != set(_AXES):
        raise InputError(
            f"breaks are given for {', '.join(_AXES)}, got {', '.join(map(str, given)) or 'none'}"
        )
    recency, frequency, monetary = ([float(value) for value in given[axis]] for axis in _AXES)
    return recency, frequency, monetary
