"""The commands that save models and score with saved ones."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import loyalty
from loyalty.cli import main

END = "1997-09-30"
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the CDNOW log, in which the commands run."""
    (tmp_path / "orders.csv").write_bytes(loyalty.datasets.cdnow_path().read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def call(folder: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """A command on the CDNOW log up to the end of the calibration."""

    def call(command: str, *arguments: str) -> tuple[int, str, str]:
        code = main([command, "orders.csv", "--observation-end", END, *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_fit_saves_the_fits_of_the_library(
    call: Call, purchases: loyalty.Fit[loyalty.BgNbd], spend: loyalty.Fit[loyalty.GammaGamma]
) -> None:
    files = ("--purchases", "bg.json", "--spend", "gg.json")
    code, printed, _ = call("fit", "--purchase-model", "bg-nbd", *files)
    assert code == 0
    assert loyalty.load_fit("bg.json") == purchases
    assert loyalty.load_fit("gg.json") == spend
    assert printed.count("saved to") == 2
    assert "BG/NBD fitted to 2,357 customers: converged, log-likelihood -9582.429" in printed
    assert "  alpha         4.414    0.3782   3.731   5.221\n" in printed
    assert sorted(os.listdir()) == ["bg.json", "gg.json", "orders.csv"]


def test_fit_takes_the_model_that_scores_take(call: Call) -> None:
    assert call("fit", "--purchases", "mbg.json")[0] == 0
    fit = loyalty.load_fit("mbg.json")
    assert isinstance(fit.model, loyalty.MbgNbd)
    table = loyalty.read_orders("orders.csv", without=["quantity"])
    assert fit == loyalty.score(loyalty.Orders(table), observation_end=END).purchases


def test_fit_without_files_shows_the_models_and_saves_none(call: Call) -> None:
    code, printed, _ = call("fit")
    assert code == 0
    assert "Gamma-Gamma fitted to 946 customers" in printed
    assert "saved" not in printed
    assert os.listdir() == ["orders.csv"]


def test_the_models_to_fit_are_chosen_by_their_kind(
    call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("fit", "score"):
        usual = call(command)
        assert "MBG/NBD fitted to 2,357 customers" in usual[1]
        assert call(command, "--spend-model", "gamma-gamma") == usual
        for model in (loyalty.BgNbd, loyalty.ParetoNbd):
            named = call(command, "--purchase-model", model.kind)[1]
            assert f"\n{model.title} fitted to 2,357 customers" in f"\n{named}"
        for option in ("--purchase-model", "--spend-model"):
            with pytest.raises(SystemExit) as refused:
                call(command, option, "no-such")
            assert refused.value.code == 2
            assert f"argument {option}: invalid choice: 'no-such'" in capsys.readouterr().err


def test_fit_into_a_folder_that_is_not_there_is_refused(call: Call) -> None:
    code, printed, said = call("fit", "--purchases", "no/bg.json")
    assert (code, printed) == (1, "")
    assert said.endswith(
        'loyalty: orders.csv: model file "no/bg.json": No such file or directory (os error 2)\n'
    )


def test_spend_without_amounts_is_refused_and_purchases_are_fitted(
    folder: Path, call: Call
) -> None:
    log = pl.read_csv("orders.csv").select("customer_id", "date")
    log.write_csv("orders.csv")
    code, printed, said = call("fit", "--spend", "gg.json")
    assert (code, printed) == (1, "")
    assert said.endswith("--spend needs amounts: name their column with --amount\n")
    assert call("fit", "--purchases", "bg.json")[0] == 0
    assert sorted(os.listdir()) == ["bg.json", "orders.csv"]


def test_predict_with_saved_models_equals_score(call: Call) -> None:
    assert call("fit", "--purchases", "bg.json", "--spend", "gg.json")[0] == 0
    for options in ([], ["--horizon", "10", "--margin", "0.5", "--discount-rate", "0.2"]):
        assert call("score", "-o", "scored.parquet", *options)[0] == 0
        code, printed, _ = call(
            "predict",
            "--model",
            "gg.json",
            "--model",
            "bg.json",
            "-o",
            "predicted.parquet",
            *options,
        )
        assert code == 0
        assert pl.read_parquet("predicted.parquet").equals(pl.read_parquet("scored.parquet"))
        assert "fitted" not in printed


def test_predict_with_one_model_fits_the_other(call: Call) -> None:
    model = loyalty.BgNbd(r=0.3, alpha=5.0, a=0.8, b=2.5, unit="week")
    model.save("bg.json")
    code, printed, _ = call("predict", "--model", "bg.json", "-o", "predicted.parquet")
    assert code == 0
    assert "Gamma-Gamma fitted to 946 customers" in printed
    assert "BG/NBD fitted" not in printed
    ours = pl.read_parquet("predicted.parquet")
    orders = loyalty.Orders(
        loyalty.datasets.cdnow("polars"), customer="customer_id", time="date", amount="amount"
    )
    expected = loyalty.score(orders, observation_end=END, purchases=model).to_frame()
    assert ours.equals(expected)


def test_predict_counts_in_the_unit_of_the_model(call: Call) -> None:
    loyalty.BgNbd(r=0.3, alpha=5.0, a=0.8, b=2.5, unit="month").save("bg.json")
    assert call("predict", "--model", "bg.json", "-o", "predicted.parquet")[0] == 0
    assert pl.read_parquet("predicted.parquet")["T"].max() == 272 / 30.4375
    code, printed, said = call("predict", "--model", "bg.json", "--unit", "day")
    assert (code, printed) == (1, "")
    assert said.endswith(
        "the model is in month and the customer summary in day: use the same unit for both\n"
    )
    loyalty.BgNbd(r=0.3, alpha=5.0, a=0.8, b=2.5).save("bg.json")
    assert call("predict", "--model", "bg.json", "--unit", "day", "-o", "predicted.parquet")[0] == 0
    assert pl.read_parquet("predicted.parquet")["T"].max() == 272


def test_a_model_that_predicts_no_purchases_is_refused(call: Call, golden: Path) -> None:
    for name, kind in (("behaviours", "BehaviourModel"), ("return_propensity", "ReturnPropensity")):
        code, printed, said = call("predict", "--model", str(golden / f"{name}.json"))
        assert (code, printed) == (1, "")
        assert f"{name}.json holds a {kind}; predict takes purchase and spend models" in said


@pytest.mark.parametrize(
    ("models", "message"),
    [
        (
            ["bg.json", "bg.json"],
            "bg.json holds a second purchase model; predict takes one of each",
        ),
        (
            ["bg.json", "nothing.json"],
            'model file "nothing.json": No such file or directory (os error 2)',
        ),
        (["orders.csv"], 'model file "orders.csv": '),
    ],
)
def test_models_that_cannot_be_used_are_refused_before_the_log_is_read(
    call: Call, models: list[str], message: str
) -> None:
    loyalty.BgNbd(r=0.3, alpha=5.0, a=0.8, b=2.5).save("bg.json")
    code, printed, said = call(
        "predict", *(word for model in models for word in ("--model", model))
    )
    assert (code, printed) == (1, "")
    assert said.startswith(f"loyalty: orders.csv: {message}")
    assert len(said.splitlines()) == 1


def test_a_spend_without_a_mean_gives_the_other_scores_and_a_note(call: Call) -> None:
    loyalty.GammaGamma(p=1.0, q=0.5, v=15.0).save("gg.json")
    code, printed, _ = call("predict", "--model", "gg.json", "-o", "predicted.csv")
    assert code == 0
    assert "note: no expected spend and lifetime value: the expected spend is infinite" in printed
    assert pl.read_csv("predicted.csv").columns[-2:] == ["p_alive", "expected_purchases"]
