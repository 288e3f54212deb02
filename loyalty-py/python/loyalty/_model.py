"""What models of purchases, of spend and of contracts have in common: a kind, parameters, a fit and a file."""

from __future__ import annotations

import warnings
from os import PathLike
from typing import TYPE_CHECKING, Any, ClassVar, Self, overload

from loyalty import _check, _display, _native
from loyalty._frozen import Frozen
from loyalty.contracts import Contracts
from loyalty.errors import LoyaltyWarning
from loyalty.fit import Fit, native_options
from loyalty.posterior import Posterior
from loyalty.summary import CustomerSummary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from loyalty.prior import Prior


class Parameter:
    """A parameter of a model, declared in its class in the order of the core, with its meaning."""

    name: str

    def __init__(self, meaning: str) -> None:
        self.__doc__ = meaning

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, model: None, owner: type) -> Self: ...
    @overload
    def __get__(self, model: Model, owner: type) -> float: ...
    def __get__(self, model: Model | None, owner: type) -> Self | float:
        return self if model is None else model.parameters[self.name]


class Model(Frozen):
    """A model of one of the kinds that the core knows, around its native twin.

    A class of a model names its ``kind`` and declares its parameters; all else stands here and in
    the two classes below this one. A class derived from one of a model stays of its kind.
    """

    __slots__ = ("_core",)

    #: What the model is called in files and on the command line.
    kind: ClassVar[str]
    #: What it is called in messages.
    title: ClassVar[str]
    #: The class of the native twin.
    _twin: ClassVar[Any]
    #: What a fit is made to.
    _table: ClassVar[type[CustomerSummary | Contracts]] = CustomerSummary
    #: What there is in place of ``predict``.
    _instead: ClassVar[str] = "see its methods"
    #: The names of the parameters, in order.
    _names: ClassVar[tuple[str, ...]]
    #: What a fit gives intervals of.
    _intervals: ClassVar[tuple[str, ...]]
    #: The class of every kind.
    _classes: ClassVar[dict[str, type[Model]]] = {}
    _core: Any

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not isinstance(vars(cls).get("kind"), str):
            return
        cls._names = tuple(cls._twin.names(cls.kind))
        declared = tuple(name for name, value in vars(cls).items() if isinstance(value, Parameter))
        if declared != cls._names:
            raise TypeError(f"{cls.__name__} declares {declared}, {cls.kind} has {cls._names}")
        cls.title = dict(cls._twin.kinds())[cls.kind]
        Model._classes[cls.kind] = cls

    @classmethod
    def _of(cls, native: Any) -> Self:
        model = cls.__new__(cls)
        model._set(_core=native)
        return model

    @classmethod
    def _given(cls, name: str, given: object) -> Self:
        """The model that an argument is, or is a fit of."""
        model = given.model if isinstance(given, Fit) else given
        if isinstance(model, cls):
            return model
        found = type(model).__name__ if model is given else f"Fit of {type(model).__name__}"
        raise TypeError(f"{name} must be a {cls.__name__} or a Fit of one, got {found}")

    @classmethod
    def kinds(cls) -> dict[str, type[Self]]:
        """The classes of the models of this sort, by what files and the command line call them.

        Returns
        -------
        dict of str to class

        Examples
        --------
        >>> import loyalty
        >>> loyalty.SpendModel.kinds()
        {'gamma-gamma': <class 'loyalty.gamma_gamma.GammaGamma'>}
        """
        return {kind: found for kind, found in Model._classes.items() if issubclass(found, cls)}

    def _known(self, covariates: Any, customers: CustomerSummary) -> _native.Covariates | None:
        """What a prediction needs of covariates: nothing, but of a model that has learnt from them."""
        if covariates is not None:
            raise TypeError(
                f"covariates are not for a {self.title} model, which has learnt from none"
            )
        return None

    def _learnt(self) -> tuple[type[Model], dict[str, Any]]:
        """The class of the model that customers follow, and which columns act on what."""
        return type(self), {}

    def _arguments(self) -> tuple[Any, ...]:
        """What makes the native twin again."""
        return self.kind, tuple(self._core.values)

    def _concern(self) -> str | None:
        """What the parameters found mean for whoever goes on with them; None where all is well."""
        return None

    @overload
    @classmethod
    def fit(
        cls,
        customers: CustomerSummary | Contracts,
        *,
        covariates: None = None,
        start: Sequence[float] | None = None,
        priors: Mapping[str, Prior] | None = None,
        penalizer: float = 0.0,
        tolerance: float = 1e-16,
        max_iterations: int = 200,
        threads: int = 0,
        progress: Callable[[int, float, float], object] | None = None,
    ) -> Fit[Self]: ...
    @overload
    @classmethod
    def fit(
        cls,
        customers: CustomerSummary,
        *,
        covariates: Any,
        purchase: Sequence[str] | None = None,
        dropout: Sequence[str] | None = None,
        shared: Sequence[str] = (),
        spend: Sequence[str] | None = None,
        start: Sequence[float] | None = None,
        priors: Mapping[str, Prior] | None = None,
        tolerance: float = 1e-16,
        max_iterations: int = 200,
        threads: int = 0,
        progress: Callable[[int, float, float], object] | None = None,
    ) -> Fit[Any]: ...
    @classmethod
    def fit(
        cls,
        customers: CustomerSummary | Contracts,
        *,
        covariates: Any = None,
        purchase: Sequence[str] | None = None,
        dropout: Sequence[str] | None = None,
        shared: Sequence[str] = (),
        spend: Sequence[str] | None = None,
        start: Sequence[float] | None = None,
        priors: Mapping[str, Prior] | None = None,
        penalizer: float = 0.0,
        tolerance: float = 1e-16,
        max_iterations: int = 200,
        threads: int = 0,
        progress: Callable[[int, float, float], object] | None = None,
    ) -> Fit[Any]:
        """Fits the model by maximum likelihood.

        Analytic gradient and Hessian, on the scale on which the parameters are free. Ctrl-C ends it.

        Parameters
        ----------
        customers : CustomerSummary or Contracts
            A purchase model uses frequency, recency, T and weights of a summary, a spend model
            frequency, monetary value and weights; a model of contracts takes :class:`Contracts`.
        covariates : data frame or mapping of columns, optional
            What else is known of the customers: numbers and bools as they are, text as categories. Where the
            table has the column of the summary's customers, rows are found by it, and a customer without
            one is refused; else the rows stand in the summary's order. The fit is then that of a
            :class:`PurchaseWithCovariates` or a :class:`SpendWithCovariates`. For Pareto/NBD, BG/NBD,
            MBG/NBD and Gamma-Gamma.
        purchase, dropout : sequence of str, optional
            The columns that move how often customers buy, and how soon they leave; by default all.
        shared : sequence of str
            Columns with one coefficient for both.
        spend : sequence of str, optional
            The columns that move how much customers spend, of a spend model; by default all.
        start : sequence of float, optional
            The parameters to start from, in order; by default read off the data.
        priors : mapping of str to Prior, optional
            What is known of parameters before the data, by name; see :class:`Prior`.
        penalizer : float
            The ridge penalty of lifetimes' ``penalizer_coef``: n · penalizer · Σ θ² is taken off the
            log-likelihood of n customers, with times in multiples of the largest T and money in its
            own unit. Priors say the same with a meaning; this is for equal results.
        tolerance : float
            Stop when the log-likelihood is this close to its maximum, by the quadratic model.
        max_iterations : int
            Most iterations.
        threads : int
            Threads to use, 0 for all. The result is the same for every number.
        progress : callable, optional
            Called at the start and after every iteration with the iterations made, the
            log-likelihood and the distance to the maximum; what it raises ends the fit.

        Returns
        -------
        Fit
            A fit without a proper maximum is not an error; ``stop`` names it.

        Raises
        ------
        InputError
            For an option outside its domain, a prior of no parameter, or a summary without a column
            that the model needs.
        FitError
            Where the data say nothing of the parameters, for instance as nobody bought again.

        Warns
        -----
        LoyaltyWarning
            Where the fit did not converge, and where the mean that a spend model finds is infinite.

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.datasets.cdnow_orders().summarize(observation_end="1997-09-30")
        >>> fit = loyalty.ParetoNbd.fit(customers)
        >>> fit.stop, round(fit.log_likelihood, 3)
        ('converged', -9594.976)
        >>> loyalty.ParetoNbd.fit(customers, priors={"r": loyalty.Prior.known(0.5)}).parameters["r"]
        0.5
        """
        options = native_options(start, priors, penalizer, tolerance, max_iterations, threads)
        roles = {"purchase": purchase, "dropout": dropout, "shared": shared, "spend": spend}
        if covariates is not None:
            from loyalty.covariates import fitted

            fit = fitted(cls, customers, covariates, roles, options, progress)
        elif given := [role for role, names in roles.items() if names]:
            raise TypeError(f"{given[0]} names columns of covariates, but there are none")
        else:
            fit = cls._fit(customers, options, progress)
        for concern in (fit._concern(), fit.model._concern()):
            if concern is not None:
                warnings.warn(f"{cls.title}: {concern}", LoyaltyWarning, stacklevel=2)
        return fit

    @classmethod
    def _fit(
        cls,
        customers: CustomerSummary | Contracts,
        options: _native.Options,
        progress: Callable[[int, float, float], object] | None = None,
    ) -> Fit[Self]:
        """A fit that warns nobody."""
        if not hasattr(cls, "kind"):
            raise TypeError(f"{cls.__name__} is what models have in common: fit one of them")
        customers = cls._table._given("customers", customers)
        found = cls._twin.fit(cls.kind, customers._core, options, progress)
        return Fit._of(found, cls._of(found.model), customers._frame)

    @overload
    @classmethod
    def posterior(
        cls,
        customers: CustomerSummary | Contracts,
        *,
        covariates: None = None,
        draws: int = 4000,
        seed: int = 0,
        method: str | None = None,
        priors: Mapping[str, Prior] | None = None,
        threads: int = 0,
    ) -> Posterior[Self]: ...
    @overload
    @classmethod
    def posterior(
        cls,
        customers: CustomerSummary,
        *,
        covariates: Any,
        purchase: Sequence[str] | None = None,
        dropout: Sequence[str] | None = None,
        shared: Sequence[str] = (),
        spend: Sequence[str] | None = None,
        draws: int = 4000,
        seed: int = 0,
        method: str | None = None,
        priors: Mapping[str, Prior] | None = None,
        threads: int = 0,
    ) -> Posterior[Any]: ...
    @classmethod
    def posterior(
        cls,
        customers: CustomerSummary | Contracts,
        *,
        covariates: Any = None,
        purchase: Sequence[str] | None = None,
        dropout: Sequence[str] | None = None,
        shared: Sequence[str] = (),
        spend: Sequence[str] | None = None,
        draws: int = 4000,
        seed: int = 0,
        method: str | None = None,
        priors: Mapping[str, Prior] | None = None,
        threads: int = 0,
    ) -> Posterior[Any]:
        """What the data and the priors leave open of the parameters.

        Parameters
        ----------
        customers : CustomerSummary or Contracts
            As for :meth:`fit`.
        covariates, purchase, dropout, shared, spend
            As for :meth:`fit`: the posterior is then that of parameters and coefficients.
        draws : int
            Points drawn, at least 100.
        seed : int
            The same gives the same bits, whatever the threads.
        method : {"importance-sampling", "slice-sampling", "quadrature"}, optional
            By default the first; where its weights say that it does not reach the posterior, the
            second; for more than 50,000 customers the last.
        priors : mapping of str to Prior, optional
            What is known of parameters before the data; a parameter without has a weak prior, a coefficient
            a standard normal one for a step of one standard deviation of its column.
        threads : int
            Threads to use, 0 for all.

        Returns
        -------
        Posterior
            Points with weights; its ``summary()`` is that of the parameters.

        Raises
        ------
        InputError
            As :meth:`fit`, and for fewer than 100 draws or an unknown method.
        FitError
            As :meth:`fit`, and where the fit with the priors has no proper maximum.

        Warns
        -----
        LoyaltyWarning
            Where the points of a method that was asked for do not stand for the posterior.

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week")
        >>> loyalty.Nbd.posterior(customers, draws=500)
        <Posterior: NBD, 500 points by importance-sampling, k-hat -0.17>
        """
        if not hasattr(cls, "kind"):
            raise TypeError(f"{cls.__name__} is what models have in common: take one of them")
        options = native_options(priors=priors, threads=threads)
        how = (_check.whole("draws", draws), _check.whole("seed", seed), method)
        roles = {"purchase": purchase, "dropout": dropout, "shared": shared, "spend": spend}
        of: Any = cls
        if covariates is not None:
            from loyalty.covariates import sampled

            found, of = sampled(cls, customers, covariates, roles, options, how)
        elif given := [role for role, names in roles.items() if names]:
            raise TypeError(f"{given[0]} names columns of covariates, but there are none")
        else:
            customers = cls._table._given("customers", customers)
            make: Any = _native.Posterior
            if cls._table is Contracts:
                make = _native.Posterior.of_contracts
            found = make(cls.kind, customers._core, options, *how)
        mode = Fit._of(found.mode, of._of(found.mode.model), customers._frame)
        if not found.is_believed:
            warnings.warn(
                f"{cls.title}: the points do not stand for the posterior, with a k-hat of "
                f"{found.k_hat:.2f}: leave the method open, or take slice-sampling",
                LoyaltyWarning,
                stacklevel=2,
            )
        return Posterior._of(found, mode)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            if name in ("predict", "transform"):
                message += f": {self._instead}"
            raise AttributeError(message)

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return dict(zip(self._names, self._core.values, strict=True))

    def log_likelihood(self, customers: CustomerSummary | Contracts) -> float:
        """ln L of the customers at these parameters, the sum over all of them: what :meth:`fit` makes as large as it can.

        Parameters
        ----------
        customers : CustomerSummary or Contracts
            As for :meth:`fit`; a customer of weight w counts w times.

        Returns
        -------
        float

        Raises
        ------
        InputError
            Where a column that the model needs is missing, or the summary is in another unit than the model.

        Examples
        --------
        >>> import loyalty
        >>> customers = loyalty.datasets.cdnow_orders().summarize(observation_end="1997-09-30")
        >>> published = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
        >>> round(published.log_likelihood(customers), 1)
        -9582.4
        """
        return float(self._core.log_likelihood(self._table._given("customers", customers)._core))

    def save(self, path: str | PathLike[str]) -> None:
        """Saves the model; :func:`load` reads it in every language, to the same bits.

        The file is written whole or not at all. :meth:`Fit.save` adds the facts of the fit.

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
        >>> model = loyalty.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "model.json"
        ...     model.save(path)
        ...     loyalty.load(path) == model
        True
        """
        self._core.save(path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and bool(self._core == other._core)

    def __hash__(self) -> int:
        return hash(self._arguments())

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"{type(self).__name__}({arguments})"

    def _shown(self) -> _display.Parts:
        rows = [(name, x, "estimate") for name, x in self.parameters.items()]
        return [_display.facts(self.title, rows)]

    def __reduce__(self) -> Any:
        return _restore, (type(self), self._arguments())


def _restore(model: type[Model], arguments: tuple[Any, ...]) -> Model:
    return model._of(model._twin(*arguments))
