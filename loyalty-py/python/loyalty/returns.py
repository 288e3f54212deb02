"""Return propensity: how likely is this order line to be sent back?"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from loyalty import _check, _columns, _display, _frames, _native
from loyalty.errors import LoyaltyWarning
from loyalty.order_lines import OrderLines
from loyalty.orders import Moment, _instant
from loyalty.report import Invalid

if TYPE_CHECKING:
    import narwhals as nw
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["ExpectedReturns", "ReturnFit", "ReturnPropensity"]

#: How the strength of the shrinkage is chosen.
ShrinkageCriterion = Literal["one_step_ahead", "beta_binomial"]


class ReturnPropensity(_display.Shown):
    """The probability that an order line is sent back, known at the time of its order.

    Made by :meth:`fit` or :meth:`load`. It carries its state (what is known of every customer,
    product and category, the lines whose fate is open, the level of returns today) and moves on
    with :meth:`update` and :meth:`update_returns`, at a constant cost per event. Scores rest on
    what was known at the end of the day before, and on the line's own order.

    Any number of threads may score at once; updates wait for them.

    Examples
    --------
    >>> import loyalty
    >>> shop = loyalty.simulate(400, seed=1, return_rate=0.2)
    >>> table = shop.lines
    >>> table["price"] = table["amount"] / table["quantity"]
    >>> lines = loyalty.OrderLines(
    ...     table, customer="customer", product="product", time="time", price="price",
    ...     quantity="quantity", order="order", categories=["category"],
    ...     returned="returned_amount", return_time="return_time",
    ... )
    >>> fit = loyalty.ReturnPropensity.fit(lines, horizon_days=40)
    >>> fit.log_loss < fit.constant_log_loss
    True
    >>> sorted(fit.model.score(lines).columns)
    ['new_customer', 'new_product', 'probability']
    """

    __slots__ = ("_core", "_frame")

    _core: _native.ReturnPropensity
    _frame: nw.Implementation | None

    def __init__(self) -> None:
        raise TypeError(
            "a ReturnPropensity is made by ReturnPropensity.fit or ReturnPropensity.load"
        )

    @classmethod
    def _of(
        cls, native: _native.ReturnPropensity, frame: nw.Implementation | None = None
    ) -> ReturnPropensity:
        model = object.__new__(cls)
        model._core, model._frame = native, frame
        return model

    @classmethod
    def fit(
        cls,
        lines: OrderLines,
        *,
        horizon_days: int | None = None,
        observation_end: Moment | None = None,
        crossed: Sequence[Sequence[str]] = (),
        context: bool = True,
        half_life_days: float | None = None,
        shrinkage: ShrinkageCriterion = "one_step_ahead",
        penalty: float | None = None,
        known_at_order: Sequence[str] = (),
        threads: int = 0,
    ) -> ReturnFit:
        """Learns from lines of known fate.

        ::

            logit p = δ(t) + β₀ + Σ_t w_t (b_t(x) − mean_t)

        docs/returns.md has the features x, the histories among them, and how each part is learnt.

        Parameters
        ----------
        lines : OrderLines
            With the column ``returned`` and, where known, ``return_time``.
        horizon_days : int, optional
            A line that is not back after so many days counts as kept. Lines that old at the end
            of the observation are learnt from; the others are open. By default 60; where no times
            of returns are known, not more than a quarter of the days that the lines span, as nothing
            is heard of a line before the horizon. ``fit.horizon_days`` says which was taken.
        observation_end : date or time, optional
            The fit learns from nothing after that day, by default the last one of the lines. What
            lines up to then say of later days counts from those days on, as in :meth:`update`.
        crossed : sequence of sequences of str
            Histories of crossed keys, such as ``[("brand", "country")]``, beside those kept anyway:
            product × size is, where products come in several sizes.
        context : bool
            Whether the line model looks at more than the customer and the product. Without, it adds
            their two shrunk log-odds, and those of ``crossed``, each with one weight: no other
            history is kept, and nothing of the order itself counts.
        half_life_days : float, optional
            The age at which a line weighs half as much as a new one; by default all weigh the same.
        shrinkage : {"one_step_ahead", "beta_binomial"}
            How the strength of the shrinkage is chosen: by what predicts the next line best, or by
            the beta-binomial likelihood, which shrinks too little where lines of one order come
            back together.
        penalty : float, optional
            λ of the penalty ½ λ Σ β² over standardised terms other than the log-odds of histories,
            which are shrunk already; by default the one under which the first four fifths of the
            lines predict the last fifth best.
        known_at_order : sequence of str
            Categories and numbers that are known at the order although they all but tell whether
            lines come back; others that do are refused.
        threads : int
            How many threads to use; 0 for as many as the machine runs at once. The result is the
            same for every number.

        Returns
        -------
        ReturnFit
            The model with its state at the end of the observation, and how it was found.

        Raises
        ------
        FitError
            Where no line is as old as the horizon.
        InputError
            For options outside their domain, and where a category or a number takes away by itself
            more than half of what is uncertain of the outcome, in log-loss, as a copy of it does.

        Examples
        --------
        >>> import loyalty
        >>> lines = loyalty.OrderLines(
        ...     loyalty.simulate(300, seed=1, return_rate=0.2, backend="polars").lines,
        ...     customer="customer", product="product", time="time", amount="amount", order="order",
        ...     returned="returned_amount", return_time="return_time",
        ... )
        >>> fit = loyalty.ReturnPropensity.fit(lines, horizon_days=40)
        >>> fit.horizon_days, fit.log_loss < fit.constant_log_loss
        (40, True)
        """
        lines = _check.instance("lines", lines, OrderLines)
        end = (
            None if observation_end is None else _instant("observation_end", observation_end, None)
        )
        native, facts = _native.ReturnPropensity.fit(
            lines._core,
            None if horizon_days is None else _check.whole("horizon_days", horizon_days),
            end,
            [list(names) for names in crossed],
            _check.instance("context", context, bool),
            half_life_days,
            shrinkage,
            penalty,
            list(known_at_order),
            _check.whole("threads", threads),
        )
        return ReturnFit._of(cls._of(native, lines._frame), dict(facts))

    def score(self, lines: OrderLines, *, level: float | None = None, threads: int = 0) -> Any:
        """The probability of return of every line, by what is known on the morning of `today`.

        Nothing is learnt from the lines. Returns a frame like the caller's in the order of its rows
        in use, with ``probability``, ``new_customer`` and ``new_product`` (whether nothing is known
        of them and they count as average), and with a `level`, say 0.9, ``lower`` and ``upper``,
        between which the probability lies with that probability, given the histories.

        Parameters
        ----------
        lines : OrderLines
            New ones, with the columns of those of the fit.
        level : float, optional
            Coverage of the intervals, above 0 and below 1; without it there are none.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame
            One row per line, as said above.

        Warns
        -----
        LoyaltyWarning
            Where lines are dated before the first day that the model knows of.

        Raises
        ------
        InputError
            Where the lines lack a column that the model learnt from.

        Examples
        --------
        >>> import loyalty
        >>> lines = loyalty.OrderLines(
        ...     loyalty.simulate(300, seed=1, return_rate=0.2, backend="polars").lines,
        ...     customer="customer", product="product", time="time", amount="amount", order="order",
        ...     returned="returned_amount", return_time="return_time",
        ... )
        >>> model = loyalty.ReturnPropensity.fit(lines, horizon_days=40).model
        >>> model.score(lines, level=0.9).columns
        ['probability', 'new_customer', 'new_product', 'lower', 'upper']
        """
        native = _check.instance("lines", lines, OrderLines)._core
        threads = _check.whole("threads", threads)
        columns, early = self._core.score(native, threads)
        if early:
            warnings.warn(
                f"{early:,} of {len(native):,} lines are dated before the first day that the model "
                f"knows of, and its state is that of {self.today}: they are scored by what became "
                "known after them",
                LoyaltyWarning,
                stacklevel=2,
            )
        if level is not None:
            columns = columns + self._core.intervals(native, level, threads)
        return _frames.table(columns, lines._frame)

    def contributions(self, lines: OrderLines, *, threads: int = 0) -> Any:
        """Why: what each group of features adds to the log-odds of each line, against an average line.

        One column per group (``customer``, ``product``, each category, ``price``, ``basket`` …,
        ``level``) and ``base``; they add up to logit p.

        Parameters
        ----------
        lines : OrderLines
            As for :meth:`score`.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame
            One row per line, in log-odds.

        Examples
        --------
        >>> import loyalty
        >>> lines = loyalty.OrderLines(
        ...     loyalty.simulate(300, seed=1, return_rate=0.2, backend="polars").lines,
        ...     customer="customer", product="product", time="time", amount="amount", order="order",
        ...     returned="returned_amount", return_time="return_time",
        ... )
        >>> model = loyalty.ReturnPropensity.fit(lines, horizon_days=40).model
        >>> parts = model.contributions(lines)
        >>> parts.columns[:2], abs(parts["customer"]).max() > 0.1
        (['base', 'price'], True)
        """
        native = _check.instance("lines", lines, OrderLines)._core
        base, columns = self._core.contributions(native, _check.whole("threads", threads))
        base_column = _frames.float_column("base", [base] * len(native))
        return _frames.table([base_column, *columns], lines._frame)

    def expected_returns(self, lines: OrderLines, *, threads: int = 0) -> ExpectedReturns:
        """What is expected to come back of lines, in lines and money, and what is paid back of it.

        A line of several pieces comes back in part: how much of the value of returned lines is paid
        back is learnt by their pieces and by customer, where the lines of the fit said it by
        ``returned_amount``, or by ``returned`` in pieces. ``share_known`` is false where they did not.

        Parameters
        ----------
        lines : OrderLines
            As for :meth:`score`.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        ExpectedReturns
            Σ over the lines.

        Examples
        --------
        >>> import loyalty
        >>> lines = loyalty.OrderLines(
        ...     loyalty.simulate(300, seed=1, return_rate=0.2, backend="polars").lines,
        ...     customer="customer", product="product", time="time", amount="amount", order="order",
        ...     returned="returned_amount", return_time="return_time",
        ... )
        >>> model = loyalty.ReturnPropensity.fit(lines, horizon_days=40).model
        >>> found = model.expected_returns(lines)
        >>> found.lines < len(lines), found.paid_back <= found.value
        (True, True)
        """
        native = _check.instance("lines", lines, OrderLines)._core
        found = self._core.expected_returns(native, _check.whole("threads", threads))
        return ExpectedReturns(*found, self._core.share_paid_back is not None)

    @property
    def share_paid_back(self) -> float | None:
        """g: the share of the value of returned lines that is paid back; None where not known."""
        return self._core.share_paid_back

    def customers(self, customers: Any, *, level: float = 0.9) -> Any:
        """The propensity of customers: how often an average line comes back if it is theirs.

        ``propensity`` is each customer's own effect at the average product mix, ``lower`` and
        ``upper`` its interval of that level, ``exposure`` the lines known by their maturity,
        ``returns`` how many came back. Unknown customers are average.

        Parameters
        ----------
        customers : array, series or list
            Ids, as in the lines.

        Returns
        -------
        data frame
            One row per id, in their order.

        Examples
        --------
        >>> import loyalty
        >>> lines = loyalty.OrderLines(
        ...     loyalty.simulate(300, seed=1, return_rate=0.2, backend="polars").lines,
        ...     customer="customer", product="product", time="time", amount="amount", order="order",
        ...     returned="returned_amount", return_time="return_time",
        ... )
        >>> model = loyalty.ReturnPropensity.fit(lines, horizon_days=40).model
        >>> found = model.customers([1, 2, -1])  # nobody knows customer -1
        >>> found.columns[:2], found["exposure"][2]
        (['customer', 'propensity'], 0.0)
        """
        return self._propensities("customer", customers, level)

    def products(self, products: Any, *, level: float = 0.9) -> Any:
        """The propensity of products at the average of customers, as :meth:`customers`.

        Parameters
        ----------
        products : array, series or list
            Ids, as in the lines.
        level : float
            Coverage of the intervals.

        Returns
        -------
        data frame
            One row per id, in their order.

        Examples
        --------
        >>> import loyalty
        >>> lines = loyalty.OrderLines(
        ...     loyalty.simulate(300, seed=1, return_rate=0.2, backend="polars").lines,
        ...     customer="customer", product="product", time="time", amount="amount", order="order",
        ...     returned="returned_amount", return_time="return_time",
        ... )
        >>> model = loyalty.ReturnPropensity.fit(lines, horizon_days=40).model
        >>> found = model.products([1, 2])
        >>> bool((found["lower"] < found["upper"]).all())
        True
        """
        return self._propensities("product", products, level)

    def _propensities(self, name: str, ids: Any, level: float) -> Any:
        column = _columns.from_values(name, ids)
        found = self._core.propensities(column, level, name == "customer")
        return _frames.table([column.as_ids(len(column)), *found], self._frame)

    def update(self, lines: OrderLines) -> Any:
        """Scores lines as :meth:`score` does, each by what is known before its day, and takes them in.

        Lines come in order of their days, an order whole in one call; the orders of a day may come in
        any order and be cut into calls anywhere, with the same result to the last bit. Where they carry what became of them, it counts
        from the day after it became known.

        An order told twice, the same lines of the same customer under the same id, changes nothing, so that a log can be
        told again from an earlier point, as after a crash: from as many days before `today` as the horizon has. Lines of
        orders without an id are known by their own.

        Parameters
        ----------
        lines : OrderLines
            Of the day that the model has reached or later, in order of their days.

        Returns
        -------
        data frame
            As :meth:`score` without a level, and ``told_before``: whether the model had taken the line in before. Its
            score is as it was, at the level of today.

        Raises
        ------
        InputError
            Where a new order is from a day that is over, or one was told before with other lines; the model is
            unchanged.

        Examples
        --------
        >>> import loyalty
        >>> table = {
        ...     "line": [1, 2, 3, 4], "who": ["ann", "bob", "ann", "bob"], "what": ["shoe", "shoe", "sock", "sock"],
        ...     "day": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-03-01"], "paid": [60.0, 60.0, 5.0, 5.0],
        ...     "back": [1, 0, 0, 0],
        ... }
        >>> roles = dict(customer="who", product="what", time="day", amount="paid", line="line")
        >>> lines = loyalty.OrderLines(table, **roles, returned="back")
        >>> model = loyalty.ReturnPropensity.fit(lines, horizon_days=40, context=False).model
        >>> new = {"line": [5], "who": ["eve"], "what": ["shoe"], "day": ["2024-04-01"], "paid": [60.0]}
        >>> model.update(loyalty.OrderLines(new, **roles))["new_customer"]
        array([ True])
        >>> model.update(loyalty.OrderLines(new, **roles))["told_before"]
        array([ True])
        >>> model.today
        np.datetime64('2024-04-01')
        """
        native = _check.instance("lines", lines, OrderLines)._core
        return _frames.table(self._core.update(native), lines._frame)

    def update_returns(
        self,
        data: Any,
        *,
        line: str,
        time: str,
        time_zone: str | None = None,
        invalid: Invalid = "raise",
    ) -> dict[str, int]:
        """Takes in returns: the ids of lines, as in ``OrderLines(line=...)``, and when they came back.

        A return counts from the day after it on. Returns how many lines were ``counted``, how many
        returns were of ``unknown`` lines (or of lines that are older than the horizon by then), ``repeated`` (of a line
        whose return is known already) and ``refused``, and how many of those counted are ``ahead``: of
        days that the model has not reached, so that they count once these are over.

        Parameters
        ----------
        data : data frame or mapping of columns
            One row per return.
        line, time : str
            Its columns of the line's id and of the time of the return.
        time_zone : str, optional
            As for :class:`OrderLines`.
        invalid : {"raise", "drop"}
            What becomes of returns that cannot be.

        Returns
        -------
        dict
            The counts.

        Raises
        ------
        InputError
            Where a return has no line or no time, is from before the day of its order, or from a day
            to come more than a year after it; the model is unchanged. With ``invalid="drop"`` such
            returns are left out and counted as ``refused``.

        Examples
        --------
        >>> import loyalty
        >>> table = {
        ...     "line": [1, 2, 3, 4], "who": ["ann", "bob", "ann", "bob"], "what": ["shoe", "shoe", "sock", "sock"],
        ...     "day": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-03-01"], "paid": [60.0, 60.0, 5.0, 5.0],
        ...     "back": [1, 0, 0, 0],
        ... }
        >>> roles = dict(customer="who", product="what", time="day", amount="paid", line="line")
        >>> lines = loyalty.OrderLines(table, **roles, returned="back")
        >>> model = loyalty.ReturnPropensity.fit(lines, horizon_days=40, context=False).model
        >>> came = {"line": [4, 99], "when": ["2024-03-04", "2024-03-04"]}
        >>> counts = model.update_returns(came, line="line", time="when")
        >>> counts["counted"], counts["unknown"]
        (1, 1)
        """
        ids, times = _columns.read(data, [line, time]).columns
        return dict(self._core.update_returns(ids, times, time_zone, invalid))

    def advance(self, day: Moment) -> None:
        """Goes on to the morning of a day, so that what is due by then counts.

        Parameters
        ----------
        day : date or time
            Not before :attr:`today`.

        Raises
        ------
        InputError
            For a day more than 3660 days after :attr:`today`: a wrong date.

        Examples
        --------
        >>> import loyalty
        >>> table = {
        ...     "line": [1, 2, 3, 4], "who": ["ann", "bob", "ann", "bob"], "what": ["shoe", "shoe", "sock", "sock"],
        ...     "day": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-03-01"], "paid": [60.0, 60.0, 5.0, 5.0],
        ...     "back": [1, 0, 0, 0],
        ... }
        >>> roles = dict(customer="who", product="what", time="day", amount="paid", line="line")
        >>> lines = loyalty.OrderLines(table, **roles, returned="back")
        >>> model = loyalty.ReturnPropensity.fit(lines, horizon_days=40, context=False).model
        >>> model.advance("2024-05-01")
        >>> model.today, model.open_lines  # the line of March is older than the horizon
        (np.datetime64('2024-05-01'), 0)
        """
        self._core.advance(_instant("day", day, None) // 86_400_000_000)

    @property
    def histories(self) -> Any:
        """The histories, their priors and keys: ``mean`` m, ``strength`` k (in lines), ``keys``."""
        rows = self._core.histories()
        columns = [
            _frames.text_column("history", [row[0] for row in rows]),
            _frames.float_column("mean", [row[1] for row in rows]),
            _frames.float_column("strength", [row[2] for row in rows]),
            _native.Column.from_integers("keys", [row[3] for row in rows]),
        ]
        return _frames.table(columns, self._frame)

    @property
    def facts(self) -> ReturnFit:
        """How the model was fitted, which its file keeps: the figures of the fit, with this model."""
        return ReturnFit._of(self, dict(self._core.facts()))

    @property
    def lag(self) -> NDArray[np.float64]:
        """F: the share of all returns that are back by 0, 1, … days, up to the horizon."""
        import numpy as np

        return np.array(self._core.lag)

    @property
    def today(self) -> np.datetime64:
        """The day whose morning the state is that of."""
        import numpy as np

        return np.datetime64(self._core.today, "D")

    @property
    def level(self) -> float:
        """δ: how far the log-odds of all lines are shifted today."""
        return self._core.level

    @property
    def open_lines(self) -> int:
        """How many lines are neither back nor older than the horizon."""
        return self._core.open_lines

    def save(self, path: str | PathLike[str], *, compact: bool = False) -> None:
        """Saves model and state; :func:`load` goes on from there, to the last bit, in every language.

        The file is written whole or not at all.

        Parameters
        ----------
        path : path
            Where to.
        compact : bool
            Whether to write the compact encoding in place of JSON: the same numbers in a fourth to a seventh of the
            bytes, which :func:`load` reads some ten times faster.

        Examples
        --------
        >>> import loyalty
        >>> table = {
        ...     "line": [1, 2, 3, 4], "who": ["ann", "bob", "ann", "bob"], "what": ["shoe", "shoe", "sock", "sock"],
        ...     "day": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-03-01"], "paid": [60.0, 60.0, 5.0, 5.0],
        ...     "back": [1, 0, 0, 0],
        ... }
        >>> roles = dict(customer="who", product="what", time="day", amount="paid", line="line")
        >>> lines = loyalty.OrderLines(table, **roles, returned="back")
        >>> model = loyalty.ReturnPropensity.fit(lines, horizon_days=40, context=False).model
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "returns.json"
        ...     model.save(path)
        ...     model.save(path.with_suffix(".compact"), compact=True)
        ...     [bool(loyalty.load(file).today == model.today) for file in sorted(path.parent.iterdir())]
        [True, True]
        """
        self._core.save(path, compact)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> ReturnPropensity:
        """The model of a file.

        Parameters
        ----------
        path : path
            Of a file saved in any language.

        Returns
        -------
        ReturnPropensity

        Raises
        ------
        ModelFileError
            Where it is no file of a return propensity.

        Examples
        --------
        >>> import loyalty
        >>> table = {
        ...     "line": [1, 2, 3, 4], "who": ["ann", "bob", "ann", "bob"], "what": ["shoe", "shoe", "sock", "sock"],
        ...     "day": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-03-01"], "paid": [60.0, 60.0, 5.0, 5.0],
        ...     "back": [1, 0, 0, 0],
        ... }
        >>> roles = dict(customer="who", product="what", time="day", amount="paid", line="line")
        >>> lines = loyalty.OrderLines(table, **roles, returned="back")
        >>> model = loyalty.ReturnPropensity.fit(lines, horizon_days=40, context=False).model
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "returns.json"
        ...     model.save(path)
        ...     loyalty.ReturnPropensity.load(path)
        <ReturnPropensity on 2024-03-02: 4 keys of 2 histories, 1 open lines>
        """
        return cls._of(_native.ReturnPropensity.load(path), _columns.installed_frame())

    def copy(self) -> ReturnPropensity:
        """A model with the same state that moves on by itself.

        Returns
        -------
        ReturnPropensity

        Examples
        --------
        >>> import loyalty
        >>> table = {
        ...     "line": [1, 2, 3, 4], "who": ["ann", "bob", "ann", "bob"], "what": ["shoe", "shoe", "sock", "sock"],
        ...     "day": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-03-01"], "paid": [60.0, 60.0, 5.0, 5.0],
        ...     "back": [1, 0, 0, 0],
        ... }
        >>> roles = dict(customer="who", product="what", time="day", amount="paid", line="line")
        >>> lines = loyalty.OrderLines(table, **roles, returned="back")
        >>> model = loyalty.ReturnPropensity.fit(lines, horizon_days=40, context=False).model
        >>> later = model.copy()
        >>> later.advance("2024-05-01")
        >>> bool(model.today < later.today)
        True
        """
        return self._of(_native.ReturnPropensity.from_json(self._core.to_json()), self._frame)

    def __repr__(self) -> str:
        keys = sum(row[3] for row in self._core.histories())
        return (
            f"<ReturnPropensity on {self.today}: {keys:,} keys of {len(self._core.histories())} "
            f"histories, {self.open_lines:,} open lines>"
        )

    def _shown(self) -> _display.Parts:
        names = ("history", "mean", "strength", "keys")
        columns = dict(zip(names, zip(*self._core.histories(), strict=True), strict=False))
        return [_display.of_arrays(repr(self)[1:-1], columns, kinds={"mean": "share"})]

    def __reduce__(self) -> Any:
        backend = None if self._frame is None else self._frame.value
        return _restore, (self._core.to_json(), backend)


def _restore(json: str, backend: str | None) -> ReturnPropensity:
    import narwhals as nw

    frame = None if backend is None else nw.Implementation(backend)
    return ReturnPropensity._of(_native.ReturnPropensity.from_json(json), frame)


class ExpectedReturns(NamedTuple):
    """What is expected to come back of lines.

    Attributes
    ----------
    lines : float
        Σ p.
    value : float
        Σ p P: what was paid for them, price × quantity.
    paid_back : float
        Σ p g P: what will be paid back, with the share g of lines of as many pieces and of the
        customer.
    share_known : bool
        Whether g is learnt; without, ``paid_back`` is the value.

    Examples
    --------
    >>> import loyalty
    >>> lines = loyalty.OrderLines(
    ...     loyalty.simulate(300, seed=1, return_rate=0.2, backend="polars").lines,
    ...     customer="customer", product="product", time="time", amount="amount", order="order",
    ...     returned="returned_amount", return_time="return_time",
    ... )
    >>> model = loyalty.ReturnPropensity.fit(lines, horizon_days=40).model
    >>> model.expected_returns(lines).share_known  # a flag does not tell how much was paid back
    False
    """

    lines: float
    value: float
    paid_back: float
    share_known: bool

    def _repr_html_(self) -> str:
        return _display.page(_display.record(self))

    def __str__(self) -> str:
        return _display.printed(_display.record(self))


@dataclass(frozen=True, slots=True)
class ReturnFit(_display.Shown):
    """A fitted return propensity and how it was found.

    Attributes
    ----------
    model : ReturnPropensity
        With the state at the end of the observation.
    horizon_days : int
        The horizon, as asked for or taken by default.
    settled, returned : int
        Lines as old as the horizon, which were learnt from, and those of them that came back.
    left_out : int
        Lines after the end of the observation.
    rows : int
        Rows that the line model rests on; where there are many lines, some stand for several.
    penalty : float
        λ.
    iterations : int
        Iterations of the solver.
    log_loss, constant_log_loss : float
        Mean log-loss of the settled lines, each predicted from its past, and that of one
        probability for all.
    clustering : float
        By how much the number of lines overstates what they tell of a customer or product, as those
        of one order come back together.
    design_effect : float
        By how much the number of lines overstates what they tell of the level.

    Examples
    --------
    >>> import loyalty
    >>> lines = loyalty.OrderLines(
    ...     loyalty.simulate(300, seed=1, return_rate=0.2, backend="polars").lines,
    ...     customer="customer", product="product", time="time", amount="amount", order="order",
    ...     returned="returned_amount", return_time="return_time",
    ... )
    >>> fit = loyalty.ReturnPropensity.fit(lines, horizon_days=40)
    >>> fit.returned < fit.settled <= len(lines)
    True
    """

    model: ReturnPropensity
    horizon_days: int
    settled: int
    returned: int
    left_out: int
    rows: int
    penalty: float
    iterations: int
    log_loss: float
    constant_log_loss: float
    clustering: float
    design_effect: float

    @classmethod
    def _of(cls, model: ReturnPropensity, facts: dict[str, float]) -> ReturnFit:
        whole = ("horizon_days", "settled", "returned", "left_out", "rows", "iterations")
        return cls(
            model=model,
            **{name: int(facts[name]) for name in whole},
            **{name: value for name, value in facts.items() if name not in whole},  # type: ignore[arg-type]
        )

    def _shown(self) -> _display.Parts:
        rows: list[Any] = [
            ("settled lines", self.settled),
            ("returned", self.returned),
            ("share returned", self.returned / max(self.settled, 1), "share"),
            ("horizon in days", self.horizon_days),
            ("lines after the end of the observation", self.left_out),
            ("log-loss", self.log_loss, "estimate"),
            ("log-loss of one probability for all", self.constant_log_loss, "estimate"),
            ("design effect", self.design_effect, "estimate"),
        ]
        return [_display.facts("Fitted return propensity", rows), *self.model._shown()]

    def save(self, path: str | PathLike[str], *, compact: bool = False) -> None:
        """Saves the model with its state, as :meth:`ReturnPropensity.save` does.

        Parameters
        ----------
        path : path
            Where to.
        compact : bool
            Whether to write the compact encoding in place of JSON.

        Examples
        --------
        >>> import loyalty
        >>> table = {
        ...     "line": [1, 2, 3, 4], "who": ["ann", "bob", "ann", "bob"], "what": ["shoe", "shoe", "sock", "sock"],
        ...     "day": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-03-01"], "paid": [60.0, 60.0, 5.0, 5.0],
        ...     "back": [1, 0, 0, 0],
        ... }
        >>> roles = dict(customer="who", product="what", time="day", amount="paid", line="line")
        >>> lines = loyalty.OrderLines(table, **roles, returned="back")
        >>> model = loyalty.ReturnPropensity.fit(lines, horizon_days=40, context=False).model
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "returns.json"
        ...     model.facts.save(path)
        ...     loyalty.load(path).facts.settled
        3
        """
        self.model.save(path, compact=compact)

    def __repr__(self) -> str:
        return (
            f"<ReturnFit: {self.returned:,} of {self.settled:,} lines returned within "
            f"{self.horizon_days} days, log-loss {self.log_loss:.5f} against "
            f"{self.constant_log_loss:.5f}>"
        )
