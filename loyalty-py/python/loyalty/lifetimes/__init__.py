"""The interface of lifetimes 0.11.3, computed by this package.

A script that says ``import lifetimes`` goes on with one line changed::

    import loyalty.lifetimes as lifetimes

Names, arguments, defaults and the frames that come back are those of lifetimes; parameters, predictions,
summaries and lifetime values are this package's own. Where lifetimes is wrong the answer differs:
docs/lifetimes.md lists each case with its reason. Every fitter keeps what it found as ``loyalty_fit``,
the way on to intervals, priors, posteriors and model files.

Examples
--------
>>> import loyalty.lifetimes as lifetimes
>>> from loyalty.lifetimes.datasets import load_cdnow_summary
>>> table = load_cdnow_summary(index_col=[0])
>>> bgf = lifetimes.BetaGeoFitter(penalizer_coef=0.0)
>>> bgf.fit(table["frequency"], table["recency"], table["T"])
<lifetimes.BetaGeoFitter: fitted with 2357 subjects, a: 0.79, alpha: 4.41, b: 2.43, r: 0.24>
>>> round(float(bgf.predict(39, 2, 30.43, 38.86)), 3)
1.226
"""

from loyalty.lifetimes import datasets, fitters, generate_data, plotting, utils
from loyalty.lifetimes.fitters import BaseFitter
from loyalty.lifetimes.fitters.beta_geo_beta_binom_fitter import BetaGeoBetaBinomFitter
from loyalty.lifetimes.fitters.beta_geo_fitter import BetaGeoFitter
from loyalty.lifetimes.fitters.gamma_gamma_fitter import GammaGammaFitter
from loyalty.lifetimes.fitters.modified_beta_geo_fitter import ModifiedBetaGeoFitter
from loyalty.lifetimes.fitters.pareto_nbd_fitter import ParetoNBDFitter
from loyalty.lifetimes.version import __version__

__all__ = [
    "BaseFitter",
    "BetaGeoBetaBinomFitter",
    "BetaGeoFitter",
    "GammaGammaFitter",
    "ModifiedBetaGeoFitter",
    "ParetoNBDFitter",
    "__version__",
    "datasets",
    "fitters",
    "generate_data",
    "plotting",
    "utils",
]
