"""Models that a fit makes and a file keeps."""

from __future__ import annotations

from os import PathLike
from typing import Any, ClassVar, Self

from loyalty._frozen import Frozen


class Fitted(Frozen):
    """A model made by ``fit`` or ``load``, around its native twin."""

    __slots__ = ("_core",)

    _core: Any
    #: The class of the native twin.
    _twin: ClassVar[Any]

    def __init__(self) -> None:
        raise TypeError(f"a {type(self).__name__} is made by fit or load")

    @classmethod
    def _of(cls, native: Any) -> Self:
        model = cls.__new__(cls)
        model._set(_core=native)
        return model

    def save(self, path: str | PathLike[str]) -> None:
        """Saves the model; the file is written whole or not at all.

        Parameters
        ----------
        path : path
            Where to.

        Examples
        --------
        >>> import loyalty, pathlib, tempfile
        >>> ledger = loyalty.Ledger(loyalty.simulate(1500, seed=4).lines, handling=3.0, markdown=0.1)
        >>> model = loyalty.BehaviourModel.fit(ledger)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "behaviours.json"
        ...     model.save(path)
        ...     loyalty.load(path) == model
        True
        """
        self._core.save(path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Loads a model saved in any language.

        Parameters
        ----------
        path : path
            Of a file of this class.

        Returns
        -------
        model

        Raises
        ------
        ModelFileError
            Where it is no such file.

        Examples
        --------
        >>> import loyalty
        >>> loyalty.BehaviourModel.load("nowhere.json")
        Traceback (most recent call last):
            ...
        loyalty.errors.ModelFileError: model file "nowhere.json": No such file or directory (os error 2)
        """
        return cls._of(cls._twin.load(path))

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and bool(self._core == other._core)

    def __hash__(self) -> int:
        return hash(self._core.to_json())

    def __reduce__(self) -> Any:
        return _restore, (type(self), self._core.to_json())


def _restore(model: type[Fitted], text: str) -> Fitted:
    return model._of(model._twin.from_json(text))
