"""The plots of lifetimes, of what this package computes. More, with dates and doubt: :mod:`loyalty.plotting`.

As there, a plot without ``ax`` goes to the current figure of pyplot, and every function returns its axes.
"""

from loyalty.lifetimes.plotting.counts import (
    plot_calibration_purchases_vs_holdout_purchases,
    plot_cumulative_transactions,
    plot_incremental_transactions,
    plot_period_transactions,
)
from loyalty.lifetimes.plotting.customers import (
    plot_dropout_rate_heterogeneity,
    plot_expected_repeat_purchases,
    plot_frequency_recency_matrix,
    plot_history_alive,
    plot_probability_alive_matrix,
    plot_transaction_rate_heterogeneity,
)

__all__ = [
    "plot_calibration_purchases_vs_holdout_purchases",
    "plot_cumulative_transactions",
    "plot_dropout_rate_heterogeneity",
    "plot_expected_repeat_purchases",
    "plot_frequency_recency_matrix",
    "plot_history_alive",
    "plot_incremental_transactions",
    "plot_period_transactions",
    "plot_probability_alive_matrix",
    "plot_transaction_rate_heterogeneity",
]
