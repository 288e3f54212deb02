"""Everything that a table of order lines says of its customers, in one call and on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import loyalty
from loyalty.cli import main

ECONOMICS = {"handling": 3.0, "markdown": 0.1, "category_cost": 8.0}
LABELS = [
    "service_demander",
    "revenue_reverser",
    "promotion_maximizer",
    "coupon_user",
    "fixed_budget",
]
IMPACTS = [
    "service_impact",
    "reversal_impact",
    "promotion_impact",
    "budget_impact",
]
#: Coupon use is a neutral trait: it has no impact and is never the costliest.
COSTLY = [label for label in LABELS if label != "coupon_user"]


@pytest.fixture(scope="module")
def shop() -> loyalty.SimulatedShop:
    return loyalty.simulate(4000, seed=11, backend="polars")


@pytest.fixture(scope="module")
def scored(shop: loyalty.SimulatedShop) -> loyalty.Scores:
    capacities = {"calls": 20, "letters": 100}
    return loyalty.score(
        shop.lines, contacts=shop.contacts, economics=ECONOMICS, capacities=capacities
    )


def test_one_row_per_customer_with_everything(
    shop: loyalty.SimulatedShop, scored: loyalty.Scores
) -> None:
    assert scored.table_report is not None
    gone = scored.table_report.customers_came_back
    frame = scored.to_frame()
    assert 0 < gone < 40
    assert len(frame) == 4000 - gone
    kinds = (
        "occasions came back whole", "purchases: the ", "P(alive) of the", "treatments weigh",
        "effects that are assumed",
    )  # fmt: skip
    assert all(any(kind in note for kind in kinds) for note in scored.notes), scored.notes
    # As paid a table is worth what its orders are.
    plain = loyalty.score(shop.orders()).to_frame()
    gross = loyalty.score(shop.lines, contacts=shop.contacts, economics=ECONOMICS, value="gross")
    assert gross.to_frame().select(plain.columns).equals(plain)
    net = shop.lines.group_by("customer").agg(
        (pl.col("amount") - pl.col("returned_amount")).sum().alias("net")
    )
    totals = frame.join(net, on="customer")
    assert (totals["total_amount"] - totals["net"]).abs().max() < 0.02
    wanted = {"profit", "categories", "returned_amount", "return_loss", "service_cost", "primary"}
    wanted |= {*LABELS, *IMPACTS, "treatment", "channel", "treatment_gain", "reason"}
    assert wanted <= set(frame.columns)
    lines = shop.lines
    sums = lines.group_by("customer").agg(pl.sum("returned_amount"), pl.n_unique("category"))
    both = frame.join(sums, on="customer", suffix="_summed")
    assert (both["returned_amount"] - both["returned_amount_summed"]).abs().max() < 1e-6
    assert (both["categories"] == both["category"]).all()
    numbers = frame.select(pl.selectors.float())
    assert numbers.select(pl.all().is_finite().all()).row(0) == (True,) * len(numbers.columns)


def test_labels_are_mostly_true_and_primary_is_the_costliest(
    shop: loyalty.SimulatedShop, scored: loyalty.Scores
) -> None:
    frame = scored.to_frame().join(shop.truth, on="customer", suffix="_true")
    for label in ("service_demander", "revenue_reverser", "promotion_maximizer"):
        flagged = frame.filter(pl.col(label))
        assert len(flagged) > 20, label
        assert flagged[f"{label}_true"].mean() > 0.8, label
    for row in frame.iter_rows(named=True):
        mine = {
            label: row[impact] for label, impact in zip(COSTLY, IMPACTS, strict=True) if row[label]
        }
        assert (row["label_reason"] is not None) >= any(row[label] for label in LABELS)
        assert row["primary"] == (max(mine, key=mine.__getitem__) if mine else "none")


def test_treatments_fit_labels_and_capacities(scored: loyalty.Scores) -> None:
    frame = scored.to_frame()
    counts = dict(frame["treatment"].value_counts().iter_rows())
    assert counts["personal_call"] == 20
    assert counts["personal_letter"] == 100
    assert set(scored.shadow_prices) == {"calls", "letters"}
    assert min(scored.shadow_prices.values()) > 0
    served = frame.filter(pl.col("treatment").is_in(["self_service", "chat_bot", "info_point"]))
    assert len(served) > 0
    assert served["service_demander"].all()
    without = frame.filter(pl.col("treatment").is_null())
    assert (without["treatment_gain"] == 0).all()
    assert without["reason"].is_null().all()
    assert frame.filter(pl.col("treatment").is_not_null())["reason"].is_not_null().all()


def test_effects_that_nobody_measured_are_named(
    shop: loyalty.SimulatedShop, scored: loyalty.Scores
) -> None:
    [said] = [note for note in scored.notes if "effects that are assumed" in note]
    effects = {one["name"]: one for one in json.loads(loyalty.Treatments.customary().to_json())}
    given = set(scored.to_frame()["treatment"].drop_nulls())
    for name, one in effects.items():
        stated = f"{name} {100 * one['effect']:.0f} % of {one['basis']}"
        assert (stated in said) == (name in given), stated
    own = [{**one, "effect": 0.9 * one["effect"]} for one in effects.values()]
    measured = loyalty.score(
        shop.lines, contacts=shop.contacts, economics=ECONOMICS,
        treatments=loyalty.Treatments.from_json(json.dumps(own)),
    )  # fmt: skip
    assert not any("effects that are assumed" in note for note in measured.notes)


def test_customers_without_scores_can_be_had(
    shop: loyalty.SimulatedShop, scored: loyalty.Scores
) -> None:
    gone, frame = scored.left_out(), scored.to_frame()
    assert scored.table_report is not None
    assert len(gone) == scored.table_report.customers_came_back > 0
    everybody = set(shop.lines["customer"])
    assert set(gone["customer"]) == everybody - set(frame["customer"])
    assert gone["reason"].unique().to_list() == ["sent_back_all"]
    for column in ("revenue", "returned_amount", "orders", "profit"):
        assert gone[column].is_not_null().all(), column
    assert ((gone["revenue"] - gone["returned_amount"]).abs() < 0.01 * gone["orders"] + 0.05).all()
    assert len(loyalty.score(shop.lines, value="gross").left_out()) == 0
    with pytest.raises(loyalty.InputError, match="of a table of order lines alone"):
        loyalty.score(shop.orders()).left_out()


def test_what_is_missing_is_said(shop: loyalty.SimulatedShop) -> None:
    few = shop.lines.select("customer", "time", "amount", "product")
    scores = loyalty.score(few)
    said = "\n".join(scores.notes)
    for label in LABELS[:4]:
        assert f"no {label}: " in said, said
    assert "self_service was not weighed: it needs the column service_demander" in said
    assert "profit" not in scores.to_frame().columns
    assert "treatment" in scores.to_frame().columns


def test_columns_under_other_names_give_the_same_bits(
    shop: loyalty.SimulatedShop, scored: loyalty.Scores
) -> None:
    lines = shop.lines.rename({"customer": "who", "amount": "paid", "returned_amount": "back"})
    again = loyalty.score(
        lines.to_pandas(),
        columns={"customer": "who", "amount": "paid", "returned_amount": "back"},
        contacts=shop.contacts,
        economics=ECONOMICS,
        capacities={"calls": 20, "letters": 100},
        threads=1,
    )
    frame = pl.from_pandas(again.to_frame()).rename({"who": "customer"})
    expected = scored.to_frame()
    for column in expected.columns:
        assert frame[column].equals(expected[column]), column


def test_refusals(shop: loyalty.SimulatedShop) -> None:
    score = loyalty.score
    with pytest.raises(loyalty.InputError, match="go with a table of order lines"):
        score(shop.orders(), contacts=shop.contacts)
    with pytest.raises(loyalty.InputError, match="columns: 'colour' is none of customer"):
        score(shop.lines, columns={"colour": "amount"})
    with pytest.raises(loyalty.InputError, match="which column is the time"):
        score(shop.lines.drop("time"))
    with pytest.raises(loyalty.InputError, match='column "cost" is missing|the column "cost"'):
        score(shop.lines, contacts=shop.contacts.drop("cost"))
    with pytest.raises(loyalty.InputError, match="handling must be finite"):
        score(shop.lines, economics={"handling": -1.0})
    with pytest.raises(loyalty.InputError, match="economics: 'margins' is none of"):
        score(shop.lines, economics={"margins": 0.3})
    with pytest.raises(
        TypeError, match="expected Orders, OrderLines, a CustomerSummary, a data frame"
    ):
        score([1, 2, 3])


def test_lines_that_are_read_score_as_their_table(shop: loyalty.SimulatedShop) -> None:
    how = {"contacts": shop.contacts, "economics": ECONOMICS, "capacities": {"calls": 20}}
    of_table = loyalty.score(shop.lines, **how)
    columns = {role: role for role in shop.lines.columns if role in loyalty.scoring._ROLES}
    lines = loyalty.OrderLines(shop.lines, columns=columns)
    scores = loyalty.score(lines, **how)
    assert scores.to_frame().equals(of_table.to_frame(), null_equal=True)
    assert scores.notes == of_table.notes
    assert str(scores.table_report) == str(of_table.table_report)
    assert scores.left_out().equals(of_table.left_out())
    assert scores.report().html == of_table.report().html


def test_lines_know_their_returns_from_a_table_of_their_own() -> None:
    log = {
        "customer": ["ann", "ann", "bob", "bob"] * 5,
        "time": [f"2024-{month:02}-0{1 + row % 4}" for month in range(1, 6) for row in range(4)],
        "amount": [20.0, 30.0, 50.0, 10.0] * 5,
        "line": list(range(20)),
    }
    lines = loyalty.OrderLines(log, columns={"line": "line"})
    back, counts = lines.with_returns({"line": [2], "on": ["2024-01-05"]}, line="line", time="on")
    assert counts["counted"] == 1
    with pytest.raises(loyalty.InputError, match="returns from a table of their own"):
        loyalty.score(back)


def test_options_of_tables_do_not_go_with_lines_that_are_read(
    shop: loyalty.SimulatedShop,
) -> None:
    lines = loyalty.OrderLines(shop.lines)
    with pytest.raises(loyalty.InputError, match="these are OrderLines already"):
        loyalty.score(lines, customer="customer")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def call(*arguments: Any) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_the_command_line_does_the_same(
    tmp_path: Path, shop: loyalty.SimulatedShop, scored: loyalty.Scores, call: Any
) -> None:
    orders, contacts, out = (tmp_path / name for name in ("o.csv", "c.csv", "scores.parquet"))
    shop.lines.write_csv(orders)
    shop.contacts.write_csv(contacts)
    economics = [f"--{name.replace('_', '-')}={value}" for name, value in ECONOMICS.items()]
    capacities = ["--capacity", "calls=20", "--capacity", "letters=100"]
    code, printed, said = call(
        "score", orders, "--contacts", contacts, "-o", out, *economics, *capacities
    )
    assert code == 0, said
    assert pl.read_parquet(out).equals(scored.to_frame())
    assert "Costly behaviours" in printed
    assert "one more of calls is worth" in printed
    assert "  returned_amount  returned_amount: numbers (by its name)" in said

    table = tmp_path / "treatments.json"
    one = next(t for t in loyalty.Treatments.customary().treatments if t["name"] == "personal_call")
    table.write_text(loyalty.Treatments([one]).to_json())
    code, printed, _ = call(
        "score", orders, "--treatments", table, "--capacity", "calls=7", "-o", out
    )
    assert code == 0
    assert pl.read_parquet(out)["treatment"].drop_nulls().to_list() == ["personal_call"] * 7
    assert "note: no service_demander: " in printed

    code, _, said = call("score", orders, "--treatments", tmp_path / "none.json")
    assert code == 1
    assert "none.json" in said


def test_a_margin_of_1_is_a_margin_and_no_margin_is_none(
    tmp_path: Path, shop: loyalty.SimulatedShop, call: Any
) -> None:
    few = shop.lines.select("customer", "time", "amount", "returned_amount")
    unknown, whole, nearly = (loyalty.score(few, margin=m) for m in (None, 1.0, 0.999999))
    assert "no profit: it needs the column cost, or a margin" in unknown.notes
    assert "profit" not in unknown.to_frame().columns
    assert whole.to_frame().columns == nearly.to_frame().columns
    profits = (scores.to_frame()["profit"] for scores in (whole, nearly))
    differences = [abs(a - b) for a, b in zip(*profits, strict=True)]
    assert max(differences) < 1e-4 * whole.to_frame()["total_amount"].max()
    assert unknown.to_frame()["clv"].equals(whole.to_frame()["clv"])
    assert [missing.what for missing in whole.not_computed if "profit" in missing.what] == []
    lines, out = tmp_path / "lines.csv", tmp_path / "scores.parquet"
    few.write_csv(lines)
    for margin, expected in (([], unknown), (["--margin", "1"], whole)):
        assert call("score", lines, "-o", out, *margin)[0] == 0
        assert pl.read_parquet(out).equals(expected.to_frame())


def test_what_is_missing_names_the_columns_that_would_enable_it(
    shop: loyalty.SimulatedShop,
) -> None:
    scores = loyalty.score(shop.lines.select("customer", "time", "amount"))
    enabled = {missing.what: missing.enabled_by for missing in scores.not_computed}
    assert enabled["service_demander"] == ("contacts",)
    assert enabled["profit"] == ("cost",)
    assert enabled["self_service"] == ("service_demander", "service_impact")
    assert scores.notes[-len(enabled) :] == tuple(map(str, scores.not_computed))


def test_a_row_that_cannot_be_used_counts_nowhere(shop: loyalty.SimulatedShop) -> None:
    """Rows of the first customer name no order: they are no purchases either, in any kind of frame."""
    lines = shop.lines.filter(pl.col("customer") < 60)
    first = lines["customer"].min()
    lines = lines.with_columns(
        pl.when(pl.col("customer") != first).then(pl.col("order")).alias("order")
    )
    scores = loyalty.score(lines, invalid="drop")
    assert first not in scores.to_frame()["customer"].to_list()
    assert scores.table_report is not None
    [refusal] = scores.table_report.rows.refusals
    rows = len(lines.filter(pl.col("customer") == first))
    assert (refusal.reason, refusal.rows) == ("missing_order", rows)
    expected = scores.to_frame()
    for kind in (lines.to_pandas(), lines.to_dict(as_series=False)):
        again = loyalty.score(kind, invalid="drop").to_frame()
        assert list(again["customer"]) == expected["customer"].to_list()
        assert list(again["profit"]) == expected["profit"].to_list()
