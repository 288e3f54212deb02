"""What the data leave open of a model's parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import numpy as np

from loyalty import _check, _display, _frames, _native
from loyalty._frozen import Frozen
from loyalty.contracts import Contracts
from loyalty.fit import Fit, asked, check_quantity
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from os import PathLike

    import narwhals as nw
    from numpy.typing import NDArray

    from loyalty._model import Model

__all__ = ["Posterior"]

M = TypeVar("M", bound="Model", covariant=True)

#: Points that predictions are averaged over; the ends of an interval then have an error of an eighth of
#: a standard deviation.
POINTS = 400


class Posterior(Frozen, Generic[M]):
    """The parameters of a model as the data and the priors leave them: points with weights.

    Made by the ``posterior`` of a model or of a fit. Points are drawn from t distributions around the
    mode and weighted by importance; ``k_hat``, the shape of the weights' tail, says whether they stand
    for the posterior: up to 0.7 they do. Where they do not, slice sampling takes over; for more than
    50,000 customers, where the posterior is near normal, the points are the few that have its mean and
    covariance, found by quadrature. A parameter
    without a prior has a weak one, which ``priors`` names and which moves with the unit of the data.

    Attributes
    ----------
    mode : Fit
        The fit with the priors: the mode on the scales of the parameters.

    References
    ----------
    Vehtari, Simpson, Gelman, Yao & Gabry (2024), Pareto smoothed importance sampling, Journal of
    Machine Learning Research 25(72); Neal (2003), Slice sampling, Annals of Statistics 31(3).

    Examples
    --------
    >>> import loyalty
    >>> customers = loyalty.datasets.cdnow_orders().summarize(
    ...     unit="week", observation_end="1997-09-30"
    ... )
    >>> posterior = loyalty.BgNbd.posterior(customers, draws=1000)
    >>> posterior.method, posterior.k_hat < 0.7
    ('importance-sampling', True)
    >>> posterior.priors["alpha"]
    'log-normal(median 0.2, sigma 1.5)'
    """

    __slots__ = ("_core", "_frame", "mode")

    mode: Fit[M]
    _core: _native.Posterior
    _frame: nw.Implementation | None

    @classmethod
    def _of(cls, native: _native.Posterior, mode: Fit[Any]) -> Posterior[Any]:
        posterior = Posterior.__new__(Posterior)
        posterior._set(_core=native, mode=mode, _frame=mode._frame)
        return posterior

    @property
    def names(self) -> list[str]:
        """The names of the parameters, in order of the columns of ``points``."""
        return self._core.names

    @property
    def points(self) -> NDArray[np.float64]:
        """The points, a row each, shape (points, parameters)."""
        return np.column_stack([_frames.array(column) for column in self._core.points()])

    @property
    def weights(self) -> NDArray[np.float64]:
        """The weights of the points; they add up to 1."""
        return np.asarray(self._core.weights)

    @property
    def method(self) -> str:
        """``importance-sampling``, ``slice-sampling`` or ``quadrature``."""
        return self._core.method

    @property
    def k_hat(self) -> float | None:
        """Shape of the tail of the importance weights; None for another method."""
        return self._core.k_hat

    @property
    def effective_draws(self) -> float | None:
        """So many independent draws would tell as much; None for a quadrature."""
        return self._core.effective_draws

    @property
    def priors(self) -> dict[str, str]:
        """The priors in words, by parameter: those given, and the weak ones."""
        return dict(self._core.priors)

    def summary(self, level: float = 0.95) -> Any:
        """Mean, standard deviation and interval of every parameter, in the caller's kind of frame.

        Parameters
        ----------
        level : float
            Probability of the interval, above 0 and below 1; its ends are quantiles.

        Returns
        -------
        data frame or dict of arrays
            Columns ``parameter``, ``estimate`` (the mean), ``standard_error`` (the standard deviation), ``lower`` and
            ``upper``, a row per parameter.

        Raises
        ------
        InputError
            For a level outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> log = loyalty.datasets.cdnow("pandas")
        >>> orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
        >>> customers = orders.summarize(unit="week", observation_end="1997-09-30")
        >>> loyalty.BgNbd.posterior(customers).summary(0.9).round(2)
          parameter  estimate  standard_error  lower  upper
        0         r      0.24            0.01   0.22   0.26
        1     alpha      4.44            0.38   3.85   5.07
        2         a      0.84            0.20   0.57   1.21
        3         b      2.62            0.80   1.61   4.13
        """
        columns = [_frames.text_column("parameter", self.names)]
        columns.extend(self._core.parameters(level))
        return _frames.table(columns, self._frame)

    def interval(
        self,
        quantity: Literal["p_alive", "expected_purchases", "expected_spend", "churn", "survival"],
        customers: CustomerSummary | Contracts,
        *,
        covariates: Any = None,
        horizon: float | None = None,
        level: float = 0.95,
        points: int = POINTS,
        threads: int = 0,
    ) -> Any:
        """Every customer's prediction: posterior mean, standard deviation and interval.

        Customers are taken block by block, so memory does not grow with the points. It is the interval
        of the expectation: what the customers then do varies around it.

        Parameters
        ----------
        quantity : {"p_alive", "expected_purchases", "expected_spend", "churn", "survival"}
            The first two from the posterior of a purchase model, the third from that of a spend model,
            the last two from that of a model of contracts.
        customers : CustomerSummary, or Contracts for the last two
        covariates : data frame or mapping of columns, optional
            Those that the model has learnt from; see :meth:`PurchaseWithCovariates.p_alive`.
        horizon : float, optional
            For the expected purchases, in the unit of the model; for the survival, in renewals.
        level : float
            Probability of the intervals, above 0 and below 1; their ends are quantiles.
        points : int
            Most points to average over; they are resampled by their weights.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame or dict of arrays
            Columns estimate, standard_error, lower, upper.

        Raises
        ------
        InputError
            For a quantity that the model does not predict, or a level outside its domain.

        Examples
        --------
        >>> import loyalty
        >>> log = loyalty.datasets.cdnow("pandas")
        >>> orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
        >>> customers = orders.summarize(unit="week", observation_end="1997-09-30")
        >>> posterior = loyalty.BgNbd.posterior(customers)
        >>> posterior.interval("p_alive", customers, level=0.9).round(2).head(2)
           customer_id  estimate  standard_error  lower  upper
        0            1      0.73            0.02   0.70   0.75
        1            2      0.22            0.02   0.18   0.25
        """
        horizon = check_quantity(self.mode.model, "posterior", quantity, horizon)
        ask = getattr(self._core.thinned(_check.whole("points", points)), quantity)
        given = asked(self.mode.model, customers, covariates, horizon)
        return customers._answers(ask(*given, level, _check.whole("threads", threads)))

    def purchase_distribution(
        self,
        customers: CustomerSummary,
        horizon: float,
        *,
        covariates: Any = None,
        most: int = 10,
        points: int = POINTS,
        threads: int = 0,
    ) -> Any:
        """Posterior predictive distribution of every customer's number of purchases within `horizon` after
        the end of observation: the probabilities of 0 to `most` purchases, and of more.

        What a customer does, given all that the data leave open of the parameters: the mean over the
        posterior of the model's ``purchase_distribution``.

        Parameters
        ----------
        customers : CustomerSummary
        horizon : float
            From 0, in the unit of the model.
        covariates : data frame or mapping of columns, optional
            Those that the model has learnt from.
        most : int
            The largest number that has a probability of its own, from 0 to 10000.
        points : int
            Most points to average over; they are resampled by their weights.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        data frame or dict of arrays
            Columns ``p_0`` … ``p_<most>`` and ``p_more``, which add up to 1.

        Raises
        ------
        InputError
            For the posterior of another model than one of purchases, or a horizon or number outside its
            domain.

        Examples
        --------
        >>> import loyalty
        >>> log = loyalty.datasets.cdnow("pandas")
        >>> orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
        >>> customers = orders.summarize(unit="week", observation_end="1997-09-30")
        >>> posterior = loyalty.BgNbd.posterior(customers)
        >>> posterior.purchase_distribution(customers, 39, most=2).round(2).head(2)
           customer_id   p_0   p_1   p_2  p_more
        0            1  0.44  0.24  0.14    0.17
        1            2  0.88  0.07  0.03    0.02
        """
        most = _check.most(most)
        customers = CustomerSummary._given("customers", customers)
        given = asked(self.mode.model, customers, covariates, horizon)
        core: Any = self._core.thinned(_check.whole("points", points))
        threads = _check.whole("threads", threads)
        return customers._answers(core.purchase_distribution(*given, most, threads))

    def to_arviz(self, *, draws: int = POINTS, seed: int = 0) -> Any:
        """The posterior for ArviZ: equally weighted draws in an order without meaning.

        Points are resampled by their weights. The few points of a quadrature stand for a distribution that
        is normal on the scales of the parameters, and the draws are from that.

        Parameters
        ----------
        draws : int
            How many.
        seed : int
            The same gives the same draws.

        Returns
        -------
        xarray.DataTree or arviz.InferenceData
            As ``arviz.from_dict`` makes it, one chain.

        Raises
        ------
        InputError
            For no draws.
        ImportError
            Where ArviZ is not installed: ``pip install loyalty[arviz]``.

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.datasets.cdnow_orders().summarize(observation_end="1997-09-30")
        >>> data = loyalty.Nbd.posterior(customers).to_arviz(draws=200)  # doctest: +SKIP
        >>> data.posterior["r"].shape  # doctest: +SKIP
        (1, 200)
        """
        import arviz

        columns = self._core.draws(_check.whole("draws", draws), _check.whole("seed", seed))
        drawn = zip(self.names, columns, strict=True)
        values = {name: _frames.array(column)[None, :] for name, column in drawn}
        # Release 1 takes the groups as one mapping, those before it by keyword.
        if int(arviz.__version__.partition(".")[0]) < 1:
            return arviz.from_dict(posterior=values)
        return arviz.from_dict({"posterior": values})

    def save(self, path: str | PathLike[str]) -> None:
        """Writes a file, which :func:`loyalty.load` and the C library read to the same bits.

        It has all points: 4,000 are some 300 kB, and :meth:`thinned` to 400 a tenth of that.

        Parameters
        ----------
        path : str or path
            A file of JSON, written over where it is there.

        Raises
        ------
        ModelFileError
            Where it cannot be written.

        Examples
        --------
        >>> import loyalty, pathlib, tempfile
        >>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week")
        >>> posterior = loyalty.BgNbd.posterior(customers).thinned(400)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "posterior.json"
        ...     posterior.save(path)
        ...     loyalty.load(path) == posterior
        True
        """
        self._core.save(path)

    def thinned(self, points: int) -> Posterior[M]:
        """The same with equally weighted points, at most so many; a quadrature stays as it is.

        Parameters
        ----------
        points : int
            From 1.

        Returns
        -------
        Posterior

        Raises
        ------
        InputError
            For no points.

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.datasets.cdnow_orders().summarize(observation_end="1997-09-30")
        >>> posterior = loyalty.Nbd.posterior(customers, draws=1000)
        >>> posterior.thinned(100)
        <Posterior: NBD, 100 points by importance-sampling, k-hat -0.28>
        """
        return Posterior._of(self._core.thinned(_check.whole("points", points)), self.mode)

    def __reduce__(self) -> Any:
        return _from_json, (self._core.to_json(),)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Posterior) and self._core == other._core

    __hash__ = None  # type: ignore[assignment]

    def _worth(self) -> str:
        if self.k_hat is None:
            return self.method
        return f"{self.method}, k-hat {self.k_hat:.2f}"

    def __repr__(self) -> str:
        title = self.mode.model.title
        return f"<Posterior: {title}, {len(self.weights)} points by {self._worth()}>"

    def _shown(self) -> _display.Parts:
        columns = [_frames.array(column) for column in self._core.parameters(0.9)]
        head = ("mean", "standard deviation", "5 %", "95 %")
        estimates: dict[str, Any] = {
            "parameter": self.names,
            **dict(zip(head, columns, strict=True)),
        }
        title = f"{self.mode.model.title}: posterior by {self._worth()}"
        return [
            _display.of_arrays(title, estimates, kinds=dict.fromkeys(head, "estimate")),
            _display.facts("Priors", [(name, x, "text") for name, x in self.priors.items()]),
        ]


def _from_json(text: str) -> Posterior[Any]:
    from loyalty import _model
    from loyalty.covariates import of_native

    native = _native.Posterior.from_json(text)
    twin = native.mode.model
    model: Any = of_native(twin) or _model.Model._classes[twin.kind]._of(twin)
    return Posterior._of(native, Fit._of(native.mode, model))
