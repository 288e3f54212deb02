"""Models with covariates on the command line: fitted, scored with, saved, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import loyalty
from loyalty.cli import main

END = "1997-09-30"
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pl.DataFrame:
    """What is known of the CDNOW customers, in customers.csv and in the rows of orders.csv."""
    monkeypatch.chdir(tmp_path)
    log = loyalty.datasets.cdnow("polars").sort("date", maintain_order=True)
    first = log.group_by("customer_id", maintain_order=True).first()
    table = first.select(
        "customer_id",
        channel=pl.when(pl.col("amount") > 40).then(pl.lit("web")).otherwise(pl.lit("shop")),
        age=20 + pl.col("customer_id") * 7919 % 50,
        region=pl.col("customer_id") % 3 + 1,
        newsletter=pl.when(pl.col("customer_id") % 3 == 0)
        .then(pl.lit("yes"))
        .otherwise(pl.lit("no")),
    )
    table.reverse().write_csv("customers.csv")
    log.join(table, on="customer_id", maintain_order="left").write_csv("orders.csv")
    return table


@pytest.fixture
def call(known: pl.DataFrame, capsys: pytest.CaptureFixture[str]) -> Call:
    """A command on that log up to the end of the calibration."""

    def call(command: str, *arguments: Any) -> tuple[int, str, str]:
        code = main([command, "orders.csv", "--observation-end", END, *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def customers() -> loyalty.CustomerSummary:
    log = loyalty.datasets.cdnow("polars")
    orders = loyalty.Orders(log, customer="customer_id", time="date", amount="amount")
    return orders.summarize(unit="week", observation_end=END)


def expected(
    purchases: Any, spend: Any, table: pl.DataFrame, margin: float = 1.0
) -> dict[str, list[float]]:
    """What the library says of the customers by these models."""
    whose, year = customers(), loyalty._native.units_per_year("week")
    ahead: dict[str, Any] = {"horizon": year, "annual_discount_rate": 0.1, "margin": margin}
    frames = {
        "p_alive": purchases.p_alive(whose, covariates=table),
        "expected_purchases": purchases.expected_purchases(whose, year, covariates=table),
        "expected_spend": spend.expected_spend(whose, covariates=table),
        "clv": loyalty.clv(whose, purchases, spend, covariates=table, **ahead),
    }
    return {name: frame[name].to_list() for name, frame in frames.items()}


def test_fits_and_scores_are_those_of_the_library(call: Call, known: pl.DataFrame) -> None:
    numbers = known.with_columns(newsletter=known["newsletter"] == "yes")
    table = numbers.select("customer_id", "channel", "age", "newsletter")
    purchases = loyalty.MbgNbd.fit(customers(), covariates=table)
    spend = loyalty.GammaGamma.fit(customers(), covariates=table)
    with_table = ("--customers", "customers.csv", "--covariates", "channel,age,newsletter")
    code, printed, told = call("fit", *with_table, "--purchases", "p.json", "--spend", "s.json")
    assert code == 0
    assert loyalty.load_fit("p.json") == purchases
    assert loyalty.load_fit("s.json") == spend
    assert "MBG/NBD with covariates fitted to 2,357 customers: converged" in printed
    assert "  dropout:channel=web" in printed
    assert "spend:newsletter" in printed
    listed = (
        "channel: levels shop, web; age: numbers from 20 to 69; newsletter: numbers from 0 to 1"
    )
    assert f"covariates: {listed}\n" in told

    scores = expected(purchases.model, spend.model, table, margin=0.3)
    code, printed, _ = call("score", *with_table, "--margin", 0.3, "-o", "scores.csv")
    assert code == 0
    assert "profit, costly behaviours and treatments are not computed with covariates" in printed
    written = pl.read_csv("scores.csv")
    plain = loyalty.score(customers(), margin=0.3).to_frame()
    assert written.columns == plain.columns
    for name, values in scores.items():
        assert written[name].to_list() == values
    same = ["frequency", "T", "monetary_value", "recency_score", "segment"]
    assert written.select(same).equals(plain.select(same), null_equal=True)

    # The models that were saved, and the columns of the log in place of the table.
    files = ("--model", "p.json", "--model", "s.json", "--margin", 0.3)
    for where in ((), ("--customers", "customers.csv")):
        assert call("predict", *files, *where, "-o", "again.csv")[0] == 0
        assert pl.read_csv("again.csv").equals(written)


def test_columns_of_the_log_count_by_the_first_row(call: Call, known: pl.DataFrame) -> None:
    code, printed, told = call(
        "fit", "--covariates", "channel", "--covariates", "quantity", "--purchase-model", "bg-nbd"
    )
    assert code == 0
    assert 'column "quantity" changes within 878 customers: the first row of each counts' in told
    assert "channel" not in told.split("covariates: channel")[0].split("amount")[-1]
    log = loyalty.datasets.cdnow("polars").sort("date", maintain_order=True)
    first = log.group_by("customer_id", maintain_order=True).first()
    table = known.join(first, on="customer_id").select("customer_id", "channel", "quantity")
    fit = loyalty.BgNbd.fit(customers(), covariates=table)
    assert (
        f"BG/NBD with covariates fitted to 2,357 customers: converged, log-likelihood {fit.log_likelihood:.3f}"
        in printed
    )


def test_numbers_may_be_levels(call: Call) -> None:
    code, printed, told = call(
        "fit", "--covariates", "region", "--levels", "region", "--purchases", "p.json"
    )
    assert code == 0
    assert sum(f"purchase:region={level}" in printed for level in (1, 2, 3)) == 2
    assert "region: levels " in told
    assert call("predict", "--model", "p.json", "-o", "scores.csv")[0] == 0
    assert pl.read_csv("scores.csv")["clv"].null_count() == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda table: table.with_columns(
                channel=pl.when(pl.col("customer_id") == 2).then(pl.lit("fax")).otherwise("channel")
            ),
            'column "channel", customer 2: must be a level that the model has learnt from, got "fax"',
        ),
        (lambda table: table.head(50), "customers.csv has no row for the customer"),
        (
            lambda table: pl.concat([table, table.head(1)]),
            "customers.csv has several rows for the customer 1",
        ),
        (
            lambda table: table.with_columns(
                channel=pl.when(pl.col("customer_id") != 7).then("channel")
            ),
            'column "channel" of customers.csv: the cell of the customer 7 is missing',
        ),
        (
            lambda table: table.drop("channel"),
            'column "channel" of customers.csv is missing; the table has customer_id, age, region, newsletter',
        ),
        (
            lambda table: table.with_columns(age=pl.lit("old")),
            'column "age", line 2: must be a number, got "old"',
        ),
        (
            lambda table: table.with_columns(customer_id=pl.concat_str(pl.lit("c"), "customer_id")),
            "they cannot be joined",
        ),
    ],
)
def test_what_a_saved_model_cannot_take_is_named(
    call: Call, known: pl.DataFrame, change: Callable[[pl.DataFrame], pl.DataFrame], message: str
) -> None:
    table = ("--customers", "customers.csv")
    assert call("fit", *table, "--covariates", "channel,age", "--purchases", "p.json")[0] == 0
    change(known).write_csv("customers.csv")
    code, _, told = call("predict", *table, "--model", "p.json")
    assert code == 1
    assert message in told.splitlines()[-1]


def test_options_that_do_not_go_together_are_refused(call: Call) -> None:
    for arguments, message in [
        (("score", "--customers", "customers.csv"), "--customers needs --covariates"),
        (
            ("score", "--covariates", "channel", "--capacity", "calls=3"),
            "--capacity does not go with --covariates",
        ),
        (
            ("fit", "--covariates", "channel", "--levels", "age"),
            '--levels age: "age" is none of the covariates',
        ),
        (("fit", "--covariates", "fax"), 'column "fax" of orders.csv is missing'),
        (
            ("fit", "--covariates", "channel", "--purchase-model", "nbd"),
            "one that takes covariates",
        ),
        (
            (
                "fit",
                "--covariates",
                "age",
                "--customers",
                "customers.csv",
                "--purchases",
                "customers.csv",
            ),
            "would write over the customers that are read",
        ),
    ]:
        code, _, told = call(*arguments)
        assert code == 1
        assert message in told.splitlines()[-1]
