"""Fitters of models of continuous time: what they predict, and how they are fitted."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Self

import numpy as np

from loyalty.errors import LoyaltyWarning
from loyalty.lifetimes._fitting import Asked
from loyalty.lifetimes._histories import Arguments, Floats, by_value, summary
from loyalty.lifetimes._pandas import pd
from loyalty.lifetimes.fitters import BaseFitter, one_index


class PurchaseFitter(BaseFitter):
    """A fitter of frequency, recency and T."""

    #: What draws customers like those fitted to.
    _draw: Callable[..., Any]

    def _fit(
        self,
        frequency: Any,
        recency: Any,
        T: Any,
        weights: Any,
        index: Any,
        asked: Asked,
    ) -> Self:
        given = Arguments(frequency=frequency, recency=recency, T=T)
        x, t_x, age = given.columns
        rows = len(x)
        counts = np.ones(rows, dtype=np.int64) if weights is None else np.asarray(weights)
        customers = summary(x, t_x, age, given=True, weights=None if weights is None else counts)
        if at_once := int(((x > 0) & (t_x == 0)).sum()):
            warnings.warn(
                f"{at_once} customers have a recency of 0 and did buy again: purchases of one time "
                "should count as one",
                LoyaltyWarning,
                stacklevel=3,
            )
        self.data = pd.DataFrame(
            {
                "frequency": x.astype(np.int64),
                "recency": np.asarray(recency),
                "T": np.asarray(T),
                "weights": counts,
            },
            index=one_index(index, rows),
        )
        return self._estimate(customers, 1.0 / age.max(), asked)

    def _generate_new_data(self, size: int = 1) -> Any:
        names = self._kind._names
        return type(self)._draw(self.data["T"].to_numpy(), *self._unload_params(*names), size=size)

    def _alive(self, frequency: Any, recency: Any, T: Any) -> tuple[Arguments, Floats]:
        given = Arguments(frequency=frequency, recency=recency, T=T)
        return given, np.asarray(self._model().p_alive(summary(*given.columns)))

    def conditional_expected_number_of_purchases_up_to_time(
        self, t: Any, frequency: Any, recency: Any, T: Any
    ) -> Any:
        """Expected number of purchases in the next `t` units of time.

        Parameters
        ----------
        t, frequency, recency, T : number, array or series
            In the unit that was fitted. A recency where frequency is 0 is taken as 0.

        Returns
        -------
        number, array or series
            As what was given.

        Raises
        ------
        InputError
            For a negative t, a frequency that is no whole number, a recency that is not from 0 to T.

        Examples
        --------
        >>> from loyalty.lifetimes import BetaGeoFitter
        >>> bgf = BetaGeoFitter()
        >>> bgf.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
        >>> print(
        ...     bgf.conditional_expected_number_of_purchases_up_to_time([0, 39], 2, 30.43, 38.86).round(3)
        ... )
        [0.    1.226]
        """
        given = Arguments(t=t, frequency=frequency, recency=recency, T=T)
        horizons, *histories = given.columns
        model = self._model()
        return given.answer(
            by_value(
                horizons,
                lambda horizon, rows: model.expected_purchases(
                    summary(*(column[rows] for column in histories)), horizon
                ),
            )
        )

    def conditional_probability_alive_matrix(
        self, max_frequency: int | None = None, max_recency: int | None = None
    ) -> Floats:
        """P(alive) by recency (rows) and frequency (columns) of customers aged `max_recency`.

        Parameters
        ----------
        max_frequency, max_recency : int, optional
            By default the largest frequency and T of the data.

        Examples
        --------
        >>> from loyalty.lifetimes import BetaGeoFitter
        >>> bgf = BetaGeoFitter()
        >>> bgf.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
        >>> bgf.conditional_probability_alive_matrix(2, 3).shape
        (4, 3)
        """
        recency, frequency, oldest = grid(self, max_frequency, max_recency)
        given, values = self._alive(frequency, recency, oldest)
        return given.array(values)

    def expected_number_of_purchases_up_to_time(self, t: Any) -> Any:
        """Expected number of repeat purchases of a new customer within `t` of their first.

        Parameters
        ----------
        t : number, array or series

        Examples
        --------
        >>> from loyalty.lifetimes import BetaGeoFitter
        >>> bgf = BetaGeoFitter()
        >>> bgf.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
        >>> bgf.expected_number_of_purchases_up_to_time([1, 32]).round(4)
        array([0.0533, 1.0452])
        """
        given = Arguments(t=t)
        return given.answer(self._model().expected_purchases_new_customer(given.columns[0]))


def grid(
    fitter: BaseFitter, max_frequency: int | None, max_recency: int | None
) -> tuple[Floats, Floats, float]:
    """Recencies down, frequencies across, and the age of all: the largest recency."""
    # As there, 0 stands for the default.
    most = max_frequency or int(fitter.data["frequency"].max())
    oldest = max_recency or int(fitter.data["T"].max())
    recency, frequency = np.mgrid[: oldest + 1, : most + 1].astype(float)
    return recency, frequency, float(oldest)


def start(initial_params: Any, scale: float, times: tuple[int, ...], logs: bool) -> Any:
    """Start values in the unit of the data, from those of lifetimes: of times in multiples of the
    largest T, and logarithms for most models."""
    if initial_params is None:
        return None
    values = np.exp(initial_params) if logs else np.array(initial_params, dtype=float)
    values[list(times)] /= scale
    return values.tolist()
