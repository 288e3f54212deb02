"""Returns on the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shop_lines import order_lines

import loyalty


def test_the_command_line_learns_saves_scores_and_goes_on(
    table: pd.DataFrame, split: pd.Timestamp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from loyalty.cli import main

    past, later = table[table["time"] < split], table[table["time"] >= split]
    past.to_csv(tmp_path / "past.csv", index=False)
    later.to_csv(tmp_path / "later.csv", index=False)
    columns = ["--customer=customer", "--product=product", "--time=time", "--price=price"]
    columns += ["--quantity=quantity", "--order=order", "--line=line", "--category=category"]
    known = ["--returned=returned_amount", "--return-time=return_time"]
    model, out = str(tmp_path / "model.json"), str(tmp_path / "scores.csv")
    first = ["returns", str(tmp_path / "past.csv"), *columns, *known, "--horizon-days=30"]
    assert main([*first, "--save", model]) == 0
    assert "settled lines returned" in capsys.readouterr().out
    second = ["returns", str(tmp_path / "later.csv"), *columns, "--model", model, "-o", out]
    assert main([*second, *known, "--update", "--save", model]) == 0
    scores = pd.read_csv(out)["probability"].to_numpy()
    lines = order_lines(past, numbers=[])
    expected = loyalty.ReturnPropensity.fit(lines, horizon_days=30).model
    found = expected.update(order_lines(later, numbers=[]))["probability"]
    np.testing.assert_array_equal(scores, found)
    saved = loyalty.load(model)
    assert isinstance(saved, loyalty.ReturnPropensity) and saved.today == expected.today
    assert main([*second, *known, "--update"]) == 1
    assert "not before the day" in capsys.readouterr().err
    assert main([*first, "--known-later=category"]) == 1


def test_the_command_line_reads_returns_in_a_table_of_their_own(
    table: pd.DataFrame, split: pd.Timestamp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from loyalty.cli import main

    past, later = table[table["time"] < split], table[table["time"] >= split]
    back = table.loc[table["returned_amount"] > 0, ["line", "return_time"]]
    known = back[back["return_time"] < split]
    for name, frame in {"past": past, "later": later, "known": known, "back": back}.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    columns = ["--customer=customer", "--product=product", "--time=time", "--price=price"]
    columns += ["--quantity=quantity", "--order=order", "--line=line", "--category=category"]
    model, out = str(tmp_path / "model.json"), str(tmp_path / "scores.csv")
    returns = ["--return-time=return_time", "--returns"]
    first = ["returns", str(tmp_path / "past.csv"), *columns, "--horizon-days=30", "--save", model]
    assert main([*first, *returns, str(tmp_path / "known.csv")]) == 0
    said = f"returns: of these lines {len(known):,}, of unknown lines 0\n"
    assert said in capsys.readouterr().err
    second = ["returns", str(tmp_path / "later.csv"), *columns, "--model", model, "-o", out]
    second += [*returns, str(tmp_path / "back.csv")]
    assert main(second) == 1
    assert "--returns needs --update" in capsys.readouterr().err
    assert main([*second, "--update"]) == 0
    of_later = back["line"].isin(later["line"]).sum()
    assert f"returns: of these lines {of_later:,}, of unknown lines" in capsys.readouterr().err
    expected = loyalty.ReturnPropensity.fit(order_lines(past, numbers=[]), horizon_days=30).model
    found = expected.update(order_lines(later, numbers=[]))["probability"]
    np.testing.assert_array_equal(pd.read_csv(out)["probability"], found)
    assert main([*first, "--returns", str(tmp_path / "known.csv")]) == 1
    assert "--returns needs --line and --return-time" in capsys.readouterr().err


def test_the_command_line_takes_flags_as_every_tool_writes_them(
    table: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from loyalty.cli import main

    columns = ["--customer=customer", "--product=product", "--time=time", "--price=price"]
    columns += ["--number=sale", "--returned=back", "--horizon-days=30"]
    back, files = table["returned_amount"] > 0, []
    for yes, no in (("True", "False"), ("true", "false"), ("TRUE", "FALSE"), ("1", "0")):
        words = {
            "back": np.where(back, yes, no),
            "sale": np.where(table["line"] % 3 == 0, yes, no),
        }
        path, model = tmp_path / f"{yes}.csv", tmp_path / f"{yes}.json"
        table.assign(**words).to_csv(path, index=False)
        assert main(["returns", str(path), *columns, "--save", str(model)]) == 0
        files.append(model.read_text())
    assert len(set(files)) == 1
    wrong = tmp_path / "wrong.csv"
    table.assign(back="True", sale=0, price="True").to_csv(wrong, index=False)
    assert main(["returns", str(wrong), *columns]) == 1
    assert '"price", line 2: must be a number, got "True"' in capsys.readouterr().err
