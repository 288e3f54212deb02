"""Model files: what is in them, that every bit comes back, and that none is half written."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import loyalty
from loyalty import _native

BG = loyalty.BgNbd(r=0.1 + 0.2, alpha=4.414, a=0.793, b=2.426, unit="week")
TEXT: dict[str, Any] = {
    "format": "loyalty-model",
    "version": 1,
    "kind": "bg-nbd",
    "unit": "week",
    "parameters": {"r": 0.1 + 0.2, "alpha": 4.414, "a": 0.793, "b": 2.426},
}
SPEND: dict[str, Any] = {
    "format": "loyalty-model",
    "version": 1,
    "kind": "gamma-gamma",
    "parameters": {"p": 6.25, "q": 3.74, "v": 15.44},
}


def refusal(path: Path, error: type[Exception] = loyalty.ModelFileError) -> str:
    with pytest.raises(error) as caught:
        loyalty.load(path)
    with pytest.raises(error):
        loyalty.load_fit(path)
    return str(caught.value)


def test_the_file_of_a_model_is_the_json_that_the_docs_promise(tmp_path: Path) -> None:
    BG.save(tmp_path / "bg.json")
    text = (tmp_path / "bg.json").read_text(encoding="utf-8")
    assert json.loads(text) == TEXT
    assert '"r": 0.30000000000000004' in text
    loyalty.GammaGamma(p=6.25, q=3.74, v=15.44).save(str(tmp_path / "gg.json"))
    assert json.loads((tmp_path / "gg.json").read_text()) == SPEND


def test_a_file_written_by_hand_is_read(tmp_path: Path) -> None:
    for written, model in ((TEXT, BG), (SPEND, loyalty.GammaGamma(p=6.25, q=3.74, v=15.44))):
        path = tmp_path / "model.json"
        path.write_text(json.dumps(written))
        assert loyalty.load(path) == model
        assert loyalty.load(str(path)) == model
        assert loyalty.load_fit(path) is None
    without_unit = {name: value for name, value in TEXT.items() if name != "unit"}
    path.write_text(json.dumps(without_unit))
    loaded = loyalty.load(path)
    assert isinstance(loaded, loyalty.BgNbd)
    assert loaded.unit is None


positive = st.floats(1e-40, 1e40)


@given(parameters=st.tuples(positive, positive, positive, positive))
def test_every_bit_of_every_parameter_comes_back(
    tmp_path_factory: pytest.TempPathFactory, parameters: tuple[float, float, float, float]
) -> None:
    path = tmp_path_factory.getbasetemp() / "bits.json"
    model = loyalty.BgNbd(
        **dict(zip(("r", "alpha", "a", "b"), parameters, strict=True)), unit="calendar_quarter"
    )
    model.save(path)
    assert loyalty.load(path) == model
    assert (
        tuple(json.loads(path.read_text())["parameters"][n] for n in ("r", "alpha", "a", "b"))
        == parameters
    )


@pytest.mark.parametrize("kind", ["BgNbd", "GammaGamma"])
def test_a_fit_comes_back_with_all_its_facts(
    kind: str,
    purchases: loyalty.Fit[loyalty.BgNbd],
    spend: loyalty.Fit[loyalty.GammaGamma],
    tmp_path: Path,
) -> None:
    fit: loyalty.Fit[Any] = purchases if kind == "BgNbd" else spend
    fit.save(tmp_path / "fit.json")
    again = loyalty.load_fit(tmp_path / "fit.json")
    assert again is not None
    assert again == fit
    assert again.standard_errors == fit.standard_errors
    assert (again.aic, again.bic, again.stop_message) == (fit.aic, fit.bic, fit.stop_message)
    facts = json.loads((tmp_path / "fit.json").read_text())["fit"]
    assert facts["log_likelihood"] == fit.log_likelihood
    assert facts["customers"] == (2357 if kind == "BgNbd" else 946)


@pytest.mark.parametrize("options", [{"max_iterations": 1}, {}], ids=["limit", "no maximum"])
@pytest.mark.filterwarnings("ignore:.*not converged:loyalty.LoyaltyWarning")
def test_a_fit_that_did_not_converge_comes_back_as_such(
    options: dict[str, Any], tmp_path: Path
) -> None:
    customers = loyalty.CustomerSummary(frequency=[3, 1], recency=[5.0, 2.0], T=[9.0, 9.0])
    fit = loyalty.BgNbd.fit(customers, **options)
    assert fit.stop != "converged"
    fit.save(tmp_path / "fit.json")
    again = loyalty.load_fit(tmp_path / "fit.json")
    assert again is not None
    assert again == fit
    assert (again.stop, again.stop_message) == (fit.stop, fit.stop_message)
    with pytest.raises(loyalty.FitError, match="not converged after"):
        again.converged()


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("bg_nbd", loyalty.BgNbd),
        ("gamma_gamma", loyalty.GammaGamma),
        ("return_propensity", loyalty.ReturnPropensity),
        ("behaviours", loyalty.BehaviourModel),
    ],
)
def test_load_reads_every_kind(golden: Path, tmp_path: Path, file: str, kind: type) -> None:
    model = loyalty.load(golden / f"{file}.json")
    assert type(model) is kind
    model.save(tmp_path / "again.json")
    assert type(loyalty.load(tmp_path / "again.json")) is kind
    if isinstance(model, loyalty.BehaviourModel):
        for one in model.distributions.values():
            one.save(tmp_path / "one.json")
            assert loyalty.load(tmp_path / "one.json") == one
            problem = rf'kind "{one.behaviour.replace("_", "-")}" is not "behaviours"'
            with pytest.raises(loyalty.ModelFileError, match=problem):
                loyalty.BehaviourModel.load(tmp_path / "one.json")


def test_either_encoding_of_a_return_model_makes_the_other(golden: Path, tmp_path: Path) -> None:
    compact, json = golden / "return_propensity.compact", golden / "return_propensity.json"
    for path in (compact, json):
        model = loyalty.load(path)
        assert isinstance(model, loyalty.ReturnPropensity)
        model.save(tmp_path / "compact", compact=True)
        model.save(tmp_path / "json")
        assert (tmp_path / "compact").read_bytes() == compact.read_bytes()
        model.facts.save(tmp_path / "fit", compact=True)
        assert (tmp_path / "fit").read_bytes() == compact.read_bytes()
        assert (tmp_path / "json").read_bytes() == json.read_bytes()
        pickle.loads(pickle.dumps(model)).save(tmp_path / "json")
        assert (tmp_path / "json").read_bytes() == json.read_bytes()
    (tmp_path / "compact").write_bytes(compact.read_bytes()[:-1])
    assert refusal(tmp_path / "compact").endswith("its checksum is not that of its content")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nothing.json"
    assert refusal(path) == f'model file "{path}": No such file or directory (os error 2)'
    assert isinstance(loyalty.ModelFileError("x"), OSError)
    refusal(tmp_path)


PARAMETERS = TEXT["parameters"]
KINDS = ", ".join(f'"{kind}"' for kind, _ in _native.PurchaseModel.kinds())
COVARIATES = ", ".join(
    f'"{kind}-with-covariates"' for kind in ("bg-nbd", "mbg-nbd", "pareto-nbd", "gamma-gamma")
)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"format": "other"}, 'format "other" is not "loyalty-model"'),
        ({"version": 2}, "version 2 is unknown, this library reads 1"),
        ({"version": 99, "kind": None, "parameters": []}, "version 99 is unknown, this library reads 1"),
        ({"kind": "weibull-nbd"}, f'kind "weibull-nbd" is none of {KINDS}, "gamma-gamma", "sbg", "bdw", {COVARIATES}'),
        ({"parameters": {"r": 1.0, "alpha": 1.0, "a": 1.0}}, 'parameter "b" is missing'),
        ({"parameters": {**PARAMETERS, "b": "2"}}, 'parameter "b" is missing'),
        ({"parameters": {**PARAMETERS, "b": None}}, 'parameter "b" is missing'),
        ({"kind": "gamma-gamma"}, 'parameter "p" is missing'),
    ],
    ids=str,
)  # fmt: skip
def test_a_file_of_another_format_version_or_kind_is_refused(
    tmp_path: Path, changes: dict[str, Any], problem: str
) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps({**TEXT, **changes}))
    assert refusal(path) == f'model file "{path}": {problem}'


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"version": 1}', json.dumps(TEXT).encode()[:-9]],
    ids=repr,
)
def test_a_file_that_is_no_model_is_refused_by_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(content)
    assert refusal(path).startswith(f'model file "{path}": ')


def test_a_file_with_a_parameter_outside_its_domain_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps({**TEXT, "parameters": {**PARAMETERS, "b": -1.0}}))
    refused = refusal(path, loyalty.ModelFileError)
    assert refused == f'model file "{path}": b must be finite and > 0, got -1'
    path.write_text(json.dumps({**TEXT, "unit": "fortnight"}))
    refused = refusal(path, loyalty.ModelFileError)
    assert refused.startswith(f'model file "{path}": unit must be hour, day, ')


def test_a_file_whose_fit_makes_no_sense_is_refused(
    purchases: loyalty.Fit[loyalty.BgNbd], tmp_path: Path
) -> None:
    path = tmp_path / "fit.json"
    purchases.save(path)
    good = json.loads(path.read_text())
    for name, value in (("stop", "finished"), ("covariance_of_logs", [[1.0]]), ("iterations", -1)):
        path.write_text(json.dumps({**good, "fit": {**good["fit"], name: value}}))
        refusal(path)


def test_a_path_of_the_wrong_type_is_a_type_error() -> None:
    for path in (3, None, b"x.json", [1]):
        with pytest.raises(TypeError):
            loyalty.load(path)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            BG.save(path)  # type: ignore[arg-type]


def test_saving_replaces_a_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text("x" * 10_000)
    BG.save(path)
    assert loyalty.load(path) == BG
    assert os.listdir(tmp_path) == ["model.json"]


def test_saving_into_a_folder_that_is_not_there_or_over_a_folder_leaves_nothing(
    tmp_path: Path,
) -> None:
    with pytest.raises(loyalty.ModelFileError, match="No such file or directory"):
        BG.save(tmp_path / "no" / "model.json")
    folder = tmp_path / "model.json"
    folder.mkdir()
    with pytest.raises(loyalty.ModelFileError) as refused:
        BG.save(folder)
    assert str(refused.value).startswith(f'model file "{folder}": ')
    assert os.listdir(tmp_path) == ["model.json"]
    assert folder.is_dir()


SAVE = """
import os, resource, signal, sys
import loyalty
model = loyalty.BgNbd(r=1.0, alpha=1.0, a=1.0, b=1.0)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (16, 16))  # a disk that is full after 16 bytes
try:
    model.save(sys.argv[1])
except loyalty.ModelFileError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits on the size of files")
def test_a_save_that_fails_half_way_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    BG.save(path)
    done = subprocess.run(
        [sys.executable, "-c", SAVE, path], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == f'model file "{path}": File too large (os error 27)\n'
    assert loyalty.load(path) == BG
    assert os.listdir(tmp_path) == ["model.json"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser writes everywhere"
)
def test_a_save_into_a_folder_without_permission_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    BG.save(path)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(loyalty.ModelFileError, match="Permission denied"):
            loyalty.BgNbd(r=1, alpha=1, a=1, b=1).save(path)
        assert loyalty.load(path) == BG
        assert os.listdir(tmp_path) == ["model.json"]
    finally:
        tmp_path.chmod(0o700)
