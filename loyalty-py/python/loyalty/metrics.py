"""How good probabilities are, and what they mean in money."""

from __future__ import annotations

from typing import Any, NamedTuple

from loyalty import _columns, _display, _frames, _native
from loyalty._frozen import Frozen

__all__ = ["Calibration", "Predictions", "ReliabilityBin", "ReturnEconomics", "expected_returns"]


class Calibration(NamedTuple):
    """A logistic recalibration: intercept 0 and slope 1 are perfect.

    Attributes
    ----------
    intercept : float
        On the scale of the logit: above 0 where too little was expected.
    slope : float
        Below 1 where high probabilities are too high and low ones too low.

    Examples
    --------
    >>> import loyalty
    >>> found = loyalty.Predictions([0.2, 0.4, 0.6, 0.8], [0, 1, 0, 1]).calibration()
    >>> round(found.intercept, 3), round(found.slope, 3)
    (0.0, 1.102)
    """

    intercept: float
    slope: float

    def _repr_html_(self) -> str:
        return _display.page(_display.record(self))

    def __str__(self) -> str:
        return _display.printed(_display.record(self))


class ReliabilityBin(NamedTuple):
    """Rows of about the same probability: their mean, and the share of them where it happened.

    Attributes
    ----------
    rows : int
        How many.
    probability : float
        Their mean probability.
    happened : float
        The share of them where it happened.

    Examples
    --------
    >>> import loyalty
    >>> lowest = loyalty.Predictions([0.125, 0.5, 0.25, 0.75], [0, 0, 1, 1]).reliability(bins=2)[0]
    >>> lowest.rows, lowest.probability, lowest.happened
    (2, 0.1875, 0.5)
    """

    rows: int
    probability: float
    happened: float

    def _repr_html_(self) -> str:
        return _display.page(_display.record(self))

    def __str__(self) -> str:
        return _display.printed(_display.record(self))


class Predictions(Frozen):
    """Predicted probabilities, and whether it happened.

    Parameters
    ----------
    probability : array or series
        From 0 to 1.
    happened : array or series
        Above 0 where it happened.

    Examples
    --------
    >>> import loyalty
    >>> found = loyalty.Predictions([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    >>> found.auc(), round(found.brier(), 6)
    (0.75, 0.158125)
    """

    __slots__ = ("_core", "_rows")

    _core: _native.Predictions
    _rows: int

    def __init__(self, probability: Any, happened: Any) -> None:
        columns = (_numbers("probability", probability), _numbers("happened", happened))
        self._set(_core=_native.Predictions(*columns), _rows=len(columns[0]))

    def log_loss(self) -> float:
        """−1/n Σ y ln p + (1 − y) ln(1 − p), with p held 1e-15 away from 0 and 1.

        Returns
        -------
        float

        Examples
        --------
        >>> import loyalty
        >>> found = loyalty.Predictions([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
        >>> round(found.log_loss(), 4)
        0.4723
        """
        return self._core.log_loss()

    def brier(self) -> float:
        """1/n Σ (p − y)².

        Returns
        -------
        float

        Examples
        --------
        >>> import loyalty
        >>> found = loyalty.Predictions([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
        >>> round(found.brier(), 6)
        0.158125
        """
        return self._core.brier()

    def auc(self) -> float | None:
        """Area under the receiver operating characteristic; None where all rows are alike.

        Returns
        -------
        float or None

        Examples
        --------
        >>> import loyalty
        >>> found = loyalty.Predictions([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
        >>> found.auc()
        0.75
        """
        return self._core.auc()

    def average_precision(self) -> float | None:
        """Area under the precision-recall curve, by steps; None where it never happened.

        Returns
        -------
        float or None

        Examples
        --------
        >>> import loyalty
        >>> found = loyalty.Predictions([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
        >>> round(found.average_precision(), 4)
        0.8333
        """
        return self._core.average_precision()

    def calibration(self) -> Calibration | None:
        """Intercept and slope of the logistic regression of what happened on logit p.

        None where all rows happened or none, where all probabilities are equal, or where they tell
        the two fates apart without fail.

        Returns
        -------
        Calibration or None

        Examples
        --------
        >>> import loyalty
        >>> found = loyalty.Predictions([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
        >>> found.calibration().slope > 0
        True
        """
        found = self._core.calibration()
        return None if found is None else Calibration(*found)

    def reliability(self, bins: int = 10) -> list[ReliabilityBin]:
        """Bins of equal size, the lowest probabilities first: what was predicted, and what happened.

        Parameters
        ----------
        bins : int
            How many.

        Returns
        -------
        list of ReliabilityBin

        Examples
        --------
        >>> import loyalty
        >>> found = loyalty.Predictions([0.125, 0.5, 0.25, 0.75], [0, 0, 1, 1])
        >>> found.reliability(bins=2)[0]
        ReliabilityBin(rows=2, probability=0.1875, happened=0.5)
        """
        return _display.Rows(ReliabilityBin(*found) for found in self._core.reliability(bins))

    def calibration_error(self, bins: int = 20) -> float:
        """Expected calibration error over so many bins of equal size: the mean distance of the two.

        Parameters
        ----------
        bins : int
            How many.

        Returns
        -------
        float

        Examples
        --------
        >>> import loyalty
        >>> found = loyalty.Predictions([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
        >>> round(found.calibration_error(bins=2), 4)
        0.1875
        """
        return self._core.calibration_error(bins)

    def lift(self, share: float = 0.1) -> float:
        """The share of events among the rows of the highest probabilities, against that of all.

        Parameters
        ----------
        share : float
            Which share of the rows, above 0 and at most 1.

        Returns
        -------
        float

        Examples
        --------
        >>> import loyalty
        >>> found = loyalty.Predictions([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
        >>> found.lift(0.25)
        2.0
        """
        return self._core.lift(share)

    def expected_money(
        self,
        threshold: float,
        *,
        hit: float = 0.0,
        false_alarm: float = 0.0,
        miss: float = 0.0,
        correct_pass: float = 0.0,
    ) -> float:
        """Money per row if every row is acted on whose probability is above the threshold.

        The other arguments say what each outcome brings: acted and it would have happened, acted in
        vain, not acted and it happened, not acted and it did not; costs are below 0.

        Parameters
        ----------
        threshold : float
            From 0 to 1.
        hit, false_alarm, miss, correct_pass : float
            What each outcome brings.

        Returns
        -------
        float

        Examples
        --------
        >>> import loyalty
        >>> found = loyalty.Predictions([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
        >>> found.expected_money(0.5, hit=10.0, false_alarm=-2.0)
        2.5
        """
        return self._core.expected_money(threshold, (hit, false_alarm, miss, correct_pass))

    def __len__(self) -> int:
        return self._rows

    def _shown(self) -> _display.Parts:
        facts: list[Any] = [
            ("log-loss", self.log_loss(), "estimate"),
            ("Brier score", self.brier(), "estimate"),
            ("area under the ROC curve", self.auc(), "estimate"),
            ("average precision", self.average_precision(), "estimate"),
            ("lift of the highest tenth", self.lift(), "estimate"),
        ]
        reliability = _display.listed(
            "By probability, a tenth of the rows each", self.reliability()
        )
        return [_display.facts(f"{len(self):,} predictions", facts), reliability]

    def __repr__(self) -> str:
        auc = self.auc()
        ranked = "" if auc is None else f", AUC {auc:.4f}"
        return f"<Predictions: {len(self):,} rows, log-loss {self.log_loss():.5f}{ranked}>"


class ReturnEconomics(Frozen):
    """What a return costs the shop, against what a sale that is kept brings.

    Parameters
    ----------
    margin : float
        m: contribution margin per money of price, above 0 and at most 1.
    loss : float
        δ: the part of the price that goods lose by coming back, from 0 to 1.
    handling : float
        h: money per line that comes back.
    share : float
        g: the share of a returned line's value that is paid back, above 0 and at most 1, as
        :attr:`ReturnPropensity.share_paid_back` learns it.

    Examples
    --------
    >>> import loyalty
    >>> shoes = loyalty.ReturnEconomics(margin=0.40, loss=0.10, handling=3.0)
    >>> round(shoes.break_even(70.0), 3)
    0.737
    """

    __slots__ = ("_arguments", "_core")

    _core: _native.ReturnEconomics
    _arguments: tuple[float, float, float, float]

    def __init__(
        self, *, margin: float, loss: float = 0.0, handling: float = 0.0, share: float = 1.0
    ) -> None:
        native = _native.ReturnEconomics(margin, loss, handling, share)
        self._set(_core=native, _arguments=(margin, loss, handling, share))

    def break_even(self, value: float) -> float:
        """p* = m / (g m + g δ + h/P), at most 1: where a line of the value P brings nothing.

        Parameters
        ----------
        value : float
            P, above 0.

        Returns
        -------
        float

        Examples
        --------
        >>> import loyalty
        >>> round(loyalty.ReturnEconomics(margin=0.4, loss=0.1, handling=3.0).break_even(30.0), 3)
        0.667
        """
        return self._core.break_even(value)

    def expected_margin(self, probability: Any, value: Any) -> Any:
        """(1 − p g) m P − p (g δ P + h): of one line, or an array for arrays of lines.

        Parameters
        ----------
        probability : float or array
            p.
        value : float or array
            P.

        Returns
        -------
        float or array

        Examples
        --------
        >>> import loyalty
        >>> shoes = loyalty.ReturnEconomics(margin=0.4, loss=0.1, handling=3.0)
        >>> shoes.expected_margin(0.5, 70.0)
        9.0
        >>> shoes.expected_margin([0.5, 0.9], [70.0, 70.0]).round(2)
        array([ 9. , -6.2])
        """
        if isinstance(probability, int | float) and isinstance(value, int | float):
            return self._core.expected_margin(probability, value)
        columns = (_numbers("probability", probability), _numbers("value", value))
        return _frames.array(self._core.expected_margins(*columns))

    def _shown(self) -> _display.Parts:
        margin, loss, handling, share = self._arguments
        rows: list[Any] = [
            ("margin", margin, "share"),
            ("what goods lose by coming back", loss, "share"),
            ("handling", handling, "money"),
            ("paid back of a returned line", share, "share"),
        ]
        return [_display.facts("What a return costs", rows)]

    def __repr__(self) -> str:
        margin, loss, handling, share = self._arguments
        part = "" if share == 1.0 else f", share={share!r}"
        return f"ReturnEconomics(margin={margin!r}, loss={loss!r}, handling={handling!r}{part})"

    def __reduce__(self) -> Any:
        return _economics, self._arguments


def _economics(margin: float, loss: float, handling: float, share: float) -> ReturnEconomics:
    return ReturnEconomics(margin=margin, loss=loss, handling=handling, share=share)


def expected_returns(probability: Any, value: Any) -> tuple[float, float]:
    """Expected returned lines and money of a basket: Σ p and Σ p·value.

    Where lines come back in part, less is paid back: see :meth:`ReturnPropensity.expected_returns`.

    Parameters
    ----------
    probability : array or series
        p of each line.
    value : array or series
        What each costs.

    Returns
    -------
    tuple of float
        Lines and money.

    Examples
    --------
    >>> import loyalty
    >>> loyalty.expected_returns([0.5, 0.25], [60.0, 20.0])
    (0.75, 35.0)
    """
    columns = (_numbers("probability", probability), _numbers("value", value))
    return _native.expected_returns(*columns)


def _numbers(name: str, values: Any) -> _native.Column:
    import numpy as np

    array = np.asarray(values)
    if array.dtype.kind == "b":
        # Arrow's flags are no numbers.
        return _columns.from_values(name, array.astype(np.int64))
    return _columns.from_values(name, values)
