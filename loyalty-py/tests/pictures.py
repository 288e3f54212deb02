"""The picture gallery of docs/plots.md: what is drawn, and how a picture is written small."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

import loyalty
from loyalty import plotting

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
END = "1997-09-30"
#: Inches and dots: wide enough for a page, small enough for a repository.
SIZE, DPI = (6.4, 4.2), 100
#: So many colours of a picture are kept.
COLOURS = 128


@cache
def orders() -> loyalty.Orders:
    return loyalty.datasets.cdnow_orders()


@cache
def split() -> loyalty.CalibrationHoldout:
    return orders().calibration_holdout(END, unit="week")


@cache
def fit() -> Any:
    return loyalty.MbgNbd.fit(split().calibration)


@cache
def posterior() -> Any:
    return loyalty.MbgNbd.posterior(split().calibration, draws=1000)


@cache
def spend() -> Any:
    return loyalty.GammaGamma.fit(split().calibration)


@cache
def values() -> Any:
    return loyalty.clv(
        split().calibration, fit(), spend(), horizon=52, annual_discount_rate=0.1, margin=0.3
    )


@cache
def scores() -> loyalty.Rfm:
    with warnings.catch_warnings():
        # Ties leave scores without customers.
        warnings.simplefilter("ignore", loyalty.LoyaltyWarning)
        return loyalty.rfm(orders().summarize(unit="week"))


@cache
def ledger() -> loyalty.Ledger:
    shop = loyalty.simulate(3000, seed=4)
    return loyalty.Ledger(shop.lines, contacts=shop.contacts, handling=3.0, markdown=0.1)


@cache
def behaviour() -> loyalty.BehaviourDistribution:
    return loyalty.BehaviourDistribution.fit("revenue_reverser", ledger(), threshold=0.3)


@cache
def returns() -> loyalty.Predictions:
    random = np.random.default_rng(5)
    p = random.beta(1.0, 6.0, 4000)
    return loyalty.Predictions(p, random.random(4000) < p)


def _tracked(**how: Any) -> Any:
    return plotting.plot_tracking(fit(), orders(), calibration_end=END, **how)


def _holdout(by: Any) -> Any:
    return plotting.plot_calibration_purchases_vs_holdout_purchases(fit(), split(), by=by)


#: Every picture by the name of its file.
GALLERY: dict[str, Callable[[], Any]] = {
    "period_transactions": lambda: plotting.plot_period_transactions(fit(), split().calibration),
    "tracking_cumulative": _tracked,
    "tracking_incremental": lambda: _tracked(cumulative=False),
    "holdout_frequency": lambda: _holdout("frequency"),
    "holdout_recency": lambda: _holdout("recency"),
    "holdout_T": lambda: _holdout("T"),
    "holdout_time_since_last": lambda: _holdout("time_since_last"),
    "alive_calibration": lambda: plotting.plot_alive_calibration(
        loyalty.alive_calibration(fit(), split(), by="p_purchase")
    ),
    "reliability": lambda: plotting.plot_reliability(returns()),
    "history_alive": lambda: plotting.plot_history_alive(
        fit(), orders(), customer=61, observation_end="1998-06-30"
    ),
    "frequency_recency_matrix": lambda: plotting.plot_frequency_recency_matrix(
        fit(), split().calibration, horizon=13
    ),
    "probability_alive_matrix": lambda: plotting.plot_probability_alive_matrix(
        fit(), split().calibration
    ),
    "transaction_rate_heterogeneity": lambda: plotting.plot_transaction_rate_heterogeneity(
        posterior()
    ),
    "dropout_rate_heterogeneity": lambda: plotting.plot_dropout_rate_heterogeneity(posterior()),
    "expected_repeat_purchases": lambda: plotting.plot_expected_repeat_purchases(posterior()),
    "clv_distribution": lambda: plotting.plot_clv_distribution(values(), currency="$"),
    "clv_concentration": lambda: plotting.plot_clv_concentration(values()),
    "spend_fit": lambda: plotting.plot_spend_fit(spend(), split().calibration, currency="$"),
    "segments": lambda: plotting.plot_segments(scores()),
    "rfm_map": lambda: plotting.plot_rfm_map(scores()),
    "cohorts": lambda: plotting.plot_cohorts(orders(), period="month"),
    "top_shares": lambda: plotting.plot_top_shares(ledger(), ["revenue", "profit"]),
    "losses": lambda: plotting.plot_losses(ledger(), currency="€"),
    "behaviour": lambda: plotting.plot_behaviour(behaviour()),
}


def drawn(name: str) -> Image.Image:
    """A picture as it is now."""
    with plt.style.context("default"):
        figure = GALLERY[name]().figure
        figure.set_dpi(DPI)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=DPI)
        plt.close(figure)
    return Image.open(stream).convert("RGB")


def write(name: str) -> None:
    """A picture as a file, of few colours."""
    FOLDER.mkdir(exist_ok=True)
    small = drawn(name).quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(FOLDER / f"{name}.png", optimize=True)
