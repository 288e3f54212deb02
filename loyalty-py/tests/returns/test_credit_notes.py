"""Credit notes and the purchases that they give back."""

from __future__ import annotations

import pandas as pd
import pytest

import loyalty


def test_credit_notes_find_their_purchases() -> None:
    bought = pd.DataFrame(
        {
            "who": [1, 1, 1, 2],
            "what": ["a", "a", "b", "a"],
            "day": pd.to_datetime(["2024-01-01", "2024-01-05", "2024-01-05", "2024-01-07"]),
            "pieces": [2, 5, 1, 3],
            "price": [9.0, 8.0, 4.0, 8.0],
        }
    )
    notes = pd.DataFrame(
        {
            "who": [1, 1, 1, 1, 2, 3],
            "what": ["a", "a", "a", "b", "a", "a"],
            "day": pd.to_datetime(
                ["2024-01-03"] + ["2024-01-08"] * 3 + ["2024-01-02", "2024-01-09"]
            ),
            "pieces": [2, 4, 3, 2, 1, 1],
            "price": [9.0, 8.0, 8.0, 4.0, 8.0, 8.0],
        }
    )
    found = loyalty.match_credits(
        bought, notes, customer="who", product="what", time="day", quantity="pieces", price="price"
    )
    # Of the notes of one day that with fewer pieces is first, whatever the order of the rows.
    rules = ["exact", "exceeds", "part", "exceeds", "nothing_left", "never_bought"]
    assert found.credits["rule"].tolist() == rules
    assert found.purchases["returned_quantity"].tolist() == [2.0, 5.0, 1.0, 0.0]
    assert found.purchases["return_time"][0] == pd.Timestamp("2024-01-03")
    assert found.purchases["return_time"].isna().tolist() == [False, False, False, True]
    assert found.share_matched == pytest.approx(2 / 6)
    assert found.rules["exceeds"] == 2
    assert [report.rows - report.kept for report in found.reports] == [0, 0]
    roles = dict(customer="who", product="what", time="day", quantity="pieces", price="price")
    broken = notes.assign(pieces=[2, -4, 3, 2, 1, 1], what=["a", "a", None, "b", "a", "a"])
    with pytest.raises(loyalty.InputError, match='"what" is missing .*; column "pieces" is not'):
        loyalty.match_credits(bought, broken, **roles)
    found = loyalty.match_credits(bought, broken, **roles, invalid="drop")
    assert found.credits["rule"].tolist()[:3] == ["exact", "refused", "refused"]
    assert [refusal.reason for refusal in found.reports[1].refusals] == [
        "missing_product", "quantity_out_of_range"
    ]  # fmt: skip
