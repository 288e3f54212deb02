"""docs/comparison.md, call by call: every name of ours is a callable that runs, every name of lifetimes is there."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import loyalty

PAGE = Path(__file__).resolve().parents[2] / "docs" / "comparison.md"
pytestmark = [
    pytest.mark.skipif(not PAGE.exists(), reason="the documentation is not beside the package"),
    pytest.mark.filterwarnings("ignore"),
]


def calls(column: int) -> list[str]:
    """The names in a column of the table, without arguments."""
    if not PAGE.exists():
        return []
    table = PAGE.read_text("utf-8").partition("## Call by call")[2]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("|")]
    return sorted({name for row in rows[2:] for name in re.findall(r"`([^`]+)`", row[column])})


@cache
def cdnow() -> loyalty.Orders:
    return loyalty.datasets.cdnow_orders()


@cache
def split() -> loyalty.CalibrationHoldout:
    return cdnow().calibration_holdout("1997-09-30")


def customers() -> loyalty.CustomerSummary:
    return split().calibration


@cache
def fit() -> loyalty.Fit[loyalty.BgNbd]:
    return loyalty.BgNbd.fit(customers())


@cache
def spend() -> loyalty.Fit[loyalty.GammaGamma]:
    return loyalty.GammaGamma.fit(customers())


@cache
def shop() -> loyalty.SimulatedShop:
    return loyalty.simulate(1500, seed=4, return_rate=0.1)


@cache
def ledger() -> loyalty.Ledger:
    return loyalty.Ledger(shop().lines, contacts=shop().contacts, handling=3.0, markdown=0.1)


def contracts() -> loyalty.Contracts:
    """The renewals of a hundred customers: the first of them leave."""
    return loyalty.Contracts(
        renewals=[row % 6 for row in range(100)], left=[row % 6 < 5 for row in range(100)]
    )


def covariates() -> dict[str, Any]:
    return {"customer_id": customers().customer, "early": customers().T > 33}


YEAR: dict[str, Any] = {"horizon": 52, "annual_discount_rate": 0.1}
ONE: dict[str, Any] = {"frequency": 2, "recency": 30.43, "T": 38.86}


def plotted(name: str, *arguments: Any, **options: Any) -> Any:
    return getattr(loyalty.plotting, name)(*arguments, **options)


def saved(folder: Path) -> Any:
    fit().save(folder / "model.json")
    return loyalty.load(folder / "model.json")


def refused_without_its_file(folder: Path) -> Any:
    with pytest.raises(loyalty.InputError) as refused:
        loyalty.datasets.online_retail_ii(folder / "fetch-it-first.csv")
    return refused.value


def returns() -> Any:
    lines = loyalty.OrderLines(shop().lines)
    return loyalty.ReturnPropensity.fit(lines, horizon_days=30)


#: What each name is called with.
RUNS: dict[str, Callable[[Path], Any]] = {
    "Orders.summarize": lambda _: cdnow().summarize(include_first=True),
    "Orders.calibration_holdout": lambda _: cdnow().calibration_holdout("1997-09-30"),
    "read_orders": lambda _: loyalty.read_orders(loyalty.datasets.cdnow_path(), day_first=True),
    "CustomerSummary": lambda _: loyalty.CustomerSummary(
        frequency=[2, 0], recency=[3, 0], T=[9, 4], weights=[1.0, 2.0]
    ),
    **{
        f"{kind}.fit": lambda _, kind=kind: getattr(loyalty, kind).fit(customers())
        for kind in ("BgNbd", "MbgNbd", "ParetoNbd", "BgCnbdK", "MbgCnbdK", "GammaGamma")
    },
    "BgBb.fit": lambda _: loyalty.BgBb.fit(
        loyalty.BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8).simulate([6.0] * 500, seed=1)
    ),
    "Sbg.fit": lambda _: loyalty.Sbg.fit(contracts()),
    "Bdw.fit": lambda _: loyalty.Bdw.fit(contracts()),
    "PurchaseWithCovariates": lambda _: loyalty.BgNbd.fit(customers(), covariates=covariates()),
    "SpendWithCovariates": lambda _: loyalty.GammaGamma.fit(customers(), covariates=covariates()),
    "Prior.log_normal": lambda _: loyalty.Prior.log_normal(median=0.2, sigma=0.5),
    "Prior.gamma": lambda _: loyalty.Prior.gamma(shape=4, mean=0.5),
    "Prior.known": lambda _: loyalty.Prior.known(2.0),
    "BgNbd.posterior": lambda _: loyalty.BgNbd.posterior(customers(), draws=200),
    "Fit.converged": lambda _: fit().converged(),
    "Fit.summary": lambda _: fit().summary(),
    "Fit.interval": lambda _: fit().interval("p_alive", customers()),
    "Posterior.interval": lambda _: loyalty.BgNbd.posterior(customers(), draws=200).interval(
        "p_alive", customers()
    ),
    "BgNbd.p_alive": lambda _: fit().model.p_alive(**ONE),
    "BgNbd.p_alive_at": lambda _: fit().model.p_alive_at(horizon=9, **ONE),
    "BgNbd.expected_purchases": lambda _: fit().model.expected_purchases(horizon=9, **ONE),
    "BgNbd.expected_purchases_new_customer": lambda _: fit().model.expected_purchases_new_customer(
        9
    ),
    "BgNbd.p_no_purchase": lambda _: fit().model.p_no_purchase(horizon=9, **ONE),
    "BgNbd.p_n_purchases": lambda _: fit().model.p_n_purchases(2, horizon=9, **ONE),
    "BgNbd.purchase_distribution": lambda _: fit().model.purchase_distribution(horizon=9, **ONE),
    "BgNbd.discounted_purchases": lambda _: fit().model.discounted_purchases(
        customers(), horizon=float("inf"), annual_discount_rate=0.1
    ),
    "BgNbd.simulate": lambda _: fit().model.simulate([39.0] * 10, seed=1),
    "BgNbd.simulate_future": lambda _: fit().model.simulate_future(customers(), 9, n=100),
    "purchase_interval": lambda _: loyalty.purchase_interval(customers(), fit(), 9),
    "clv_interval": lambda _: loyalty.clv_interval(customers(), fit(), spend(), **YEAR),
    "clv": lambda _: loyalty.clv(customers(), fit(), spend(), **YEAR),
    "frequency_value_correlation": lambda _: loyalty.frequency_value_correlation(customers()),
    "rfm": lambda _: loyalty.rfm(customers()),
    "compare": lambda _: loyalty.compare(cdnow(), ["bg-nbd", "nbd"], horizon=26),
    "holdout_errors": lambda _: loyalty.holdout_errors(fit(), split(), spend=spend()),
    "spend_calibration": lambda _: loyalty.spend_calibration(fit(), spend(), split(), groups=4),
    "plotting.plot_period_transactions": lambda _: plotted(
        "plot_period_transactions", fit(), customers()
    ),
    "plotting.plot_calibration_purchases_vs_holdout_purchases": lambda _: [
        plotted("plot_calibration_purchases_vs_holdout_purchases", fit(), split(), by=by)
        for by in ("frequency", "recency", "T", "time_since_last")
    ],
    **{
        f"plotting.{name}": lambda _, name=name: plotted(name, fit(), cdnow())
        for name in ("plot_cumulative_transactions", "plot_incremental_transactions")
    },
    "plotting.plot_history_alive": lambda _: plotted(
        "plot_history_alive", fit(), cdnow(), customer=61
    ),
    **{
        f"plotting.{name}": lambda _, name=name: plotted(name, fit())
        for name in (
            "plot_expected_repeat_purchases",
            "plot_transaction_rate_heterogeneity",
            "plot_dropout_rate_heterogeneity",
        )
    },
    **{
        f"plotting.{name}": lambda _, name=name: plotted(name, fit(), customers())
        for name in ("plot_frequency_recency_matrix", "plot_probability_alive_matrix")
    },
    "simulate": lambda _: loyalty.simulate(100, seed=1),
    "datasets.cdnow": lambda _: loyalty.datasets.cdnow(),
    "datasets.online_retail_ii": refused_without_its_file,
    "ReturnPropensity.fit": lambda _: returns(),
    "BehaviourModel.fit": lambda _: loyalty.BehaviourModel.fit(ledger()),
    "Ledger": lambda _: ledger(),
    "select": lambda _: loyalty.select(
        {"who": ["ann"], "frequency": [4], "p_alive": [0.9], "clv": [900.0]},
        customer="who",
        capacities={"calls": 1},
        margin=0.3,
    ),
    "Fit.save": saved,
    "load": saved,
    "Scores.report": lambda _: loyalty.score(cdnow()).report(),
}


@pytest.mark.parametrize("name", calls(4))
def test_every_call_of_ours_runs(name: str, tmp_path: Path) -> None:
    found: Any = loyalty
    for part in name.split("."):
        found = getattr(found, part)
    assert callable(found)
    assert RUNS[name](tmp_path) is not None


def test_nothing_is_run_that_the_page_does_not_name() -> None:
    assert set(RUNS) == set(calls(4))


def test_every_name_of_lifetimes_is_there() -> None:
    lifetimes = pytest.importorskip("lifetimes")
    modules = [lifetimes]
    modules += [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(lifetimes.__path__, "lifetimes.")
    ]
    known: set[str] = set()
    for module in modules:
        for name, found in vars(module).items():
            known.add(name)
            if inspect.isclass(found) and found.__module__.startswith("lifetimes"):
                functions = inspect.getmembers(found, inspect.isfunction)
                known |= {member for member, _ in functions}
                known |= {
                    f"{one}=" for _, f in functions for one in inspect.signature(f).parameters
                }
            elif inspect.isfunction(found):
                known |= {f"{one}=" for one in inspect.signature(found).parameters}
    assert set(calls(2)) - known == set()


def test_the_page_says_of_when_it_is() -> None:
    text = PAGE.read_text("utf-8")
    assert re.search(r"as of (January|\w+) 20\d\d", text)
    assert "lifetimes 0.11.3" in text and "PyMC-Marketing 1.3.0" in text
