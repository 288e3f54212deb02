"""The MBG/NBD model."""

from __future__ import annotations

from loyalty.lifetimes.fitters.beta_geo_fitter import BetaGeoFitter
from loyalty.lifetimes.generate_data import modified_beta_geometric_nbd_model
from loyalty.mbg_nbd import MbgNbd

__all__ = ["ModifiedBetaGeoFitter"]


class ModifiedBetaGeoFitter(BetaGeoFitter):
    """The MBG/NBD model of :class:`loyalty.MbgNbd`: customers may leave after their first purchase too.

    Parameters and methods are those of :class:`BetaGeoFitter`.

    Examples
    --------
    >>> from loyalty.lifetimes import ModifiedBetaGeoFitter
    >>> from loyalty.lifetimes.datasets import load_cdnow_summary
    >>> table = load_cdnow_summary()
    >>> ModifiedBetaGeoFitter().fit(table["frequency"], table["recency"], table["T"])
    <lifetimes.ModifiedBetaGeoFitter: fitted with 2357 subjects, a: 0.89, alpha: 6.18, b: 1.61, r: 0.52>
    """

    _kind = MbgNbd
    _draw = staticmethod(modified_beta_geometric_nbd_model)
