"""Plots of models, shops and predictions, with matplotlib: ``pip install "loyalty[plot]"``.

Every function draws what another one computes, on the axes given or on new ones, and returns the axes.

Examples
--------
>>> import loyalty
>>> from loyalty import plotting
>>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week")
>>> model = loyalty.BgNbd.fit(customers)
>>> axes = plotting.plot_repeat_counts(loyalty.repeat_counts(model, customers))
>>> axes.get_ylabel()
'customers'
"""

from loyalty.plotting.diagnostics import (
    plot_alive_calibration,
    plot_holdout_errors,
    plot_reliability,
    plot_repeat_counts,
    plot_tracking,
)
from loyalty.plotting.histories import (
    plot_alive_history,
    plot_frequency_recency_matrix,
    plot_probability_alive_matrix,
)
from loyalty.plotting.shop import plot_behaviour, plot_losses, plot_segments, plot_top_shares

__all__ = [
    "plot_alive_calibration",
    "plot_alive_history",
    "plot_behaviour",
    "plot_frequency_recency_matrix",
    "plot_holdout_errors",
    "plot_losses",
    "plot_probability_alive_matrix",
    "plot_reliability",
    "plot_repeat_counts",
    "plot_segments",
    "plot_top_shares",
    "plot_tracking",
]
