"""``loyalty contracts``: fits, curves and scores of contracts, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import loyalty
from loyalty.cli import main

Call = Callable[..., tuple[int, str, str]]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]
HIGH = [1000, 869, 743, 653, 593, 551, 517, 491]


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """The command in a folder with a table of cohorts and one of contracts."""
    monkeypatch.chdir(tmp_path)
    regular = pl.DataFrame({"cohort": "regular", "renewals": range(8), "customers": REGULAR})
    regular.write_csv("regular.csv")
    high = pl.DataFrame({"cohort": "high", "renewals": range(8), "customers": HIGH})
    pl.concat([regular, high]).write_parquet("cohorts.parquet")
    pl.DataFrame(
        {
            "Churned": ["yes", "no", "yes", "no", "yes", "no"],
            "Renewals": [0, 3, 1, 5, 2, 7],
            "Customer ID": ["a", "b", "c", "d", "e", "f"],
        }
    ).write_csv("contracts.csv")

    def call(*arguments: Any) -> tuple[int, str, str]:
        code = main(["contracts", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_cohorts_give_the_published_fits(call: Call) -> None:
    code, printed, told = call(
        "regular.csv", "--save", "m.json", "-o", "scores.csv", "--margin", 10
    )
    assert code == 0
    assert "regular.csv: CSV, UTF-8, commas" in told
    assert "customers  customers: numbers (by its name)" in told
    # Fader & Hardie (2007), and the BdW of Fader, Hardie & Liu.
    assert "sBG fitted to 1,000 customers: converged, log-likelihood -1680.265" in printed
    assert "BdW fitted to 1,000 customers: converged, log-likelihood -1679.603" in printed
    cohort = loyalty.Contracts.from_cohorts(pl.read_csv("regular.csv"), cohort="cohort")
    fits = {kind: loyalty.ContractModel.kinds()[kind].fit(cohort) for kind in ("sbg", "bdw")}
    best = min(fits.values(), key=lambda fit: fit.aic)
    assert loyalty.load_fit("m.json") == best
    assert f"The {best.model.title} is taken: its AIC is the lowest" in printed
    scores = pl.read_csv("scores.csv")
    churn = best.model.churn(cohort)["churn"].to_list()
    derl = best.model.discounted_renewals(cohort, discount_rate=0.1)
    assert scores["churn"].to_list() == churn
    assert scores["discounted_renewals"].to_list() == pytest.approx(
        derl["discounted_renewals"].to_list(), rel=1e-12
    )
    assert scores["clv"].to_list() == pytest.approx([10 * x for x in scores["discounted_renewals"]])
    first = 1 - REGULAR[1] / REGULAR[0]
    assert (
        f"  {1000:,}  {first:.4f}".split() == printed.split("seen\n")[1].splitlines()[0].split()[3:]
    )


def test_contracts_are_scored_by_a_saved_model(call: Call) -> None:
    assert call("cohorts.parquet", "--contract-model", "sbg", "--save", "m.json")[0] == 0
    ahead = ("--periods", 24, "--discount-rate", 0.12, "--renewals-per-year", 12)
    code, printed, _ = call("contracts.csv", "--model", "m.json", *ahead, "-o", "scores.parquet")
    assert code == 0
    assert "fitted" not in printed
    assert "Contracts still running (3; discounted_renewals within 24 renewals" in printed
    scores = pl.read_parquet("scores.parquet")
    assert scores.columns == ["Customer ID", "renewals", "left", "churn", "discounted_renewals"]
    model = loyalty.load("m.json")
    assert isinstance(model, loyalty.Sbg)
    rate: dict[str, Any] = {"annual_discount_rate": 0.12, "renewals_per_year": 12}
    of_b = model.discounted_renewals(3, periods=24, **rate)
    assert scores["discounted_renewals"].to_list()[:2] == [0.0, of_b]
    assert scores["churn"].to_list()[1] == model.churn(3)


@pytest.mark.parametrize(
    ("table", "arguments", "message", "code"),
    [
        (
            "renewals,left\n0,yes\n3,maybe\n",
            (),
            'column "left", line 3: must be yes or no, got "maybe"',
            1,
        ),
        ("renewals,left\n0,2\n3,0\n", (), 'column "left", line 2: must be yes or no, got "2"', 1),
        ("renewals,left\n0,1\n,0\n", (), 'column "renewals", line 3: a cell is missing', 1),
        (
            "renewals,left\n0,1\n0.5,0\n",
            (),
            "line 3: must be a whole number from 0 to 100000, got 0.5",
            1,
        ),
        ("renewals\n0\n3\n", (), "which column says who has left (--left), or how many", 1),
        ("left\n0\n1\n", (), "which column is the renewals?", 1),
        ("renewals,left,customers\n0,0,5\n", (), "leave one of them out of the table", 1),
        (
            "renewals,customers\n0,5\n1,6\n",
            (),
            "line 3: must be at most the customers one renewal before",
            1,
        ),
        ("renewals,left\n0,0\n3,0\n", (), "", 3),
        (
            "renewals,left\n0,1\n3,0\n",
            ("--discount-rate", "0", "--model", "m.json"),
            "discount_rate",
            1,
        ),
        ("renewals,left\n0,1\n3,0\n", ("--model", "bg.json"), "bg.json holds a BgNbd", 1),
    ],
)
def test_what_cannot_be_used_is_named(
    call: Call, table: str, arguments: tuple[str, ...], message: str, code: int
) -> None:
    Path("t.csv").write_text(table, encoding="utf-8")
    loyalty.Sbg(gamma=0.7, delta=1.2).save("m.json")
    loyalty.BgNbd(r=0.2, alpha=4, a=0.8, b=2.5).save("bg.json")
    found, _, told = call("t.csv", *arguments)
    assert (found, message in told.splitlines()[-1]) == (code, True), told
