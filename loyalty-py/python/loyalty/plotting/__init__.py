"""Plots of models, shops and predictions, with matplotlib: ``pip install "loyalty[plot]"``.

Every function draws what another one computes, on the axes given or on new ones, and returns the axes.
matplotlib is imported when something is drawn. Those that draw what lifetimes draws have its names.

Examples
--------
>>> import loyalty
>>> customers = loyalty.datasets.cdnow_orders().summarize(unit="week")
>>> model = loyalty.BgNbd.fit(customers)
>>> axes = loyalty.plotting.plot_period_transactions(model, customers)
>>> axes.get_ylabel()
'customers'
"""

from loyalty.plotting.counts import (
    plot_cumulative_transactions,
    plot_incremental_transactions,
    plot_period_transactions,
    plot_tracking,
)
from loyalty.plotting.customers import plot_cohorts, plot_rfm_map, plot_segments
from loyalty.plotting.heterogeneity import (
    plot_dropout_rate_heterogeneity,
    plot_expected_repeat_purchases,
    plot_transaction_rate_heterogeneity,
)
from loyalty.plotting.histories import (
    plot_frequency_recency_matrix,
    plot_history_alive,
    plot_probability_alive_matrix,
)
from loyalty.plotting.holdout import (
    plot_alive_calibration,
    plot_calibration_purchases_vs_holdout_purchases,
    plot_reliability,
)
from loyalty.plotting.money import plot_clv_concentration, plot_clv_distribution, plot_spend_fit
from loyalty.plotting.shop import plot_behaviour, plot_losses, plot_top_shares

__all__ = [
    "plot_alive_calibration",
    "plot_behaviour",
    "plot_calibration_purchases_vs_holdout_purchases",
    "plot_clv_concentration",
    "plot_clv_distribution",
    "plot_cohorts",
    "plot_cumulative_transactions",
    "plot_dropout_rate_heterogeneity",
    "plot_expected_repeat_purchases",
    "plot_frequency_recency_matrix",
    "plot_history_alive",
    "plot_incremental_transactions",
    "plot_losses",
    "plot_period_transactions",
    "plot_probability_alive_matrix",
    "plot_reliability",
    "plot_rfm_map",
    "plot_segments",
    "plot_spend_fit",
    "plot_top_shares",
    "plot_tracking",
    "plot_transaction_rate_heterogeneity",
]


def __dir__() -> list[str]:
    """What is public."""
    return sorted(__all__)
