"""The report on a table: what is odd, where, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

import loyalty
from loyalty.cli import main

FILE = """order,customer,date,amount,price,quantity,status,currency
1,7,2024-01-02,11.00,5.50,2,paid,EUR
1,7,2024-01-02,11.00,5.50,2,paid,EUR
2,,2024-01-03,4.25,4.25,1,paid,EUR
3,8,2024-01-04,9.00,4.25,1,cancelled,SEK
4,8,2024-01-05,-4.25,-4.25,1,refunded,EUR
"""


def test_a_report_says_what_is_odd_where_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(FILE)
    before = sorted(tmp_path.iterdir())
    found = loyalty.check(path)
    kinds = {finding.kind: finding for finding in found.findings}
    assert {"guest", "cancelled", "currencies", "credits", "duplicates"} <= kinds.keys()
    assert kinds["guest"].examples[0].startswith("line 4: ")
    assert (kinds["cancelled"].rows, kinds["cancelled"].examples[0][:8]) == (1, "line 5: ")
    assert "EUR, SEK" in kinds["currencies"].what
    assert "4.25 back" in kinds["credits"].what
    assert (kinds["duplicates"].rows, kinds["duplicates"].examples[0][:8]) == (1, "line 3: ")
    assert all(
        finding.fix.endswith(".") and finding.what.endswith(".") for finding in found.findings
    )
    assert main(["check", str(path)]) == 0
    printed = capsys.readouterr().out
    assert printed.strip().endswith(str(found).partition("\n")[2].strip())
    assert "fitted" not in printed
    assert sorted(tmp_path.iterdir()) == before
    html = found._repr_html_()
    assert "cancelled" in html and "what to do" in html
    assert repr(found) == f"<Check of 5 rows: {len(found.findings)} findings>"


def test_a_clean_table_has_nothing_to_mend() -> None:
    found = loyalty.check(loyalty.read_orders(loyalty.datasets.cdnow_path(), without=["quantity"]))
    assert [finding.kind for finding in found.findings] in ([], ["duplicates"])


def test_totals_that_stand_on_every_line_are_found() -> None:
    rows = "".join(
        f"{order},{order % 5},2024-01-{1 + order % 28:02},{order}.50,{what}\n"
        for order in range(30)
        for what in "ab"
    )
    found = loyalty.check(f"order,customer,date,total,sku\n{rows}".encode())
    (finding,) = (f for f in found.findings if f.kind == "repeated_totals")
    assert "30 of 30 orders" in finding.what.replace("In 30", "30")


def test_cells_that_cannot_be_read_are_found_and_counted() -> None:
    rows = "".join(
        f"{row % 5},2024-01-{1 + row % 28:02},{'?' if row == 7 else '1.5'}\n" for row in range(50)
    )
    found = loyalty.check(f"customer,date,amount\n{rows}".encode())
    finding = found.findings[0]
    assert (finding.kind, finding.rows, finding.examples) == ("unreadable", 1, ('line 9: "?"',))
