"""What a fit that is not determined says on the command line and in HTML."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import loyalty
from loyalty.cli import main

pytestmark = pytest.mark.filterwarnings("ignore::loyalty.LoyaltyWarning")


def log(path: Path, gaps: list[int]) -> Path:
    """Customers who buy at fixed gaps to the end: nobody is seen to leave."""
    start = [f"{who},{2020 + month // 12}-{1 + month % 12:02}-{1 + who % 28:02},{10 + who + month % 3}.5\n" for who in range(60) for month in range(0, 48, gaps[who % len(gaps)])]  # fmt: skip
    path.write_text("customer,date,amount\n" + "".join(start))
    return path


def test_a_boundary_says_what_it_means_and_shows_no_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = log(tmp_path / "orders.csv", [4, 6])
    for command in ("score", "fit"):
        assert main([command, str(path)]) == 0
        printed = capsys.readouterr().out
        assert "boundary: the likelihood rises with" in printed
        assert (
            "nobody is seen to leave: P(alive) is near 1, and forecasts know no decline" in printed
        )
        table = printed[printed.index("BG/NBD") : printed.index("boundary: the likelihood")]
        assert [line.split()[-1] for line in table.splitlines()[3:7]] == ["–"] * 4
    fit = loyalty.BgNbd.fit(loyalty.Orders(loyalty.read_orders(path)).summarize(unit="week"))
    assert fit.stop != "converged"
    html = fit._repr_html_()
    assert fit.identification_message in html
    assert len(re.findall('<td class="r">–</td>', html)) == 4 * 3


def test_a_ridge_is_told_too(shared_data: object, capsys: pytest.CaptureFixture[str]) -> None:
    path = shared_data("raw/sales_data_sample.csv")  # type: ignore[operator]
    assert main(["fit", str(path), "--purchase-model", "bg-nbd"]) == 0
    printed = capsys.readouterr().out
    assert "ridge: a, b can move together at hardly any loss of likelihood" in printed


def test_a_fit_that_is_determined_says_nothing_more(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", str(loyalty.datasets.cdnow_path())]) == 0
    assert "interior" not in capsys.readouterr().out
