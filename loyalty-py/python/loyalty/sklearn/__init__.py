"""Estimators of scikit-learn around what loyalty computes: for pipelines, cross-validation and comparisons.

Imported only where it is asked for, and with scikit-learn (``pip install "loyalty[sklearn]"``). Every
estimator has ``get_params``, ``set_params`` and ``clone``, and keeps what it has fitted in attributes
that end in ``_``, from where everything else that loyalty says is a call away.
"""

try:
    import sklearn as _  # noqa: F401
except ImportError as error:
    raise ImportError(
        'loyalty.sklearn needs scikit-learn: pip install "loyalty[sklearn]"'
    ) from error

from loyalty.sklearn.clv_regressor import CLVRegressor
from loyalty.sklearn.return_classifier import ReturnClassifier
from loyalty.sklearn.rfm_transformer import RFMTransformer

__all__ = ["CLVRegressor", "RFMTransformer", "ReturnClassifier"]


def __dir__() -> list[str]:
    """What is public."""
    return sorted(__all__)
