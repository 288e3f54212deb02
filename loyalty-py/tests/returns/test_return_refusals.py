"""What cannot be used, and columns that tell the outcome."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from shop_lines import DAY, order_lines

import loyalty


def test_what_cannot_be_used_is_refused(
    table: pd.DataFrame, model: loyalty.ReturnPropensity
) -> None:
    with pytest.raises(loyalty.InputError, match="known at the time of the order"):
        order_lines(table, known_later=["age"])
    with pytest.raises(loyalty.InputError, match='column "nope" is missing'):
        order_lines(table, numbers=["nope"])
    with pytest.raises(TypeError, match="categories must be a sequence"):
        order_lines(table, categories="category")
    with pytest.raises(loyalty.InputError, match="return_time needs the column returned"):
        order_lines(table, returned=None)
    broken = table.assign(price=table["price"].where(table.index != 3, -1.0))
    with pytest.raises(loyalty.InputError, match='"price" is negative in 1 row .first: row 3'):
        order_lines(broken)
    assert len(order_lines(broken, invalid="drop")) == len(table) - 1
    early = table.assign(return_time=table["time"] - DAY, returned_amount=1.0)
    with pytest.raises(loyalty.InputError, match="is before the day of the order"):
        order_lines(early)
    with pytest.raises(loyalty.InputError, match="must hold whole numbers, as when the model"):
        model.score(order_lines(table.assign(product=table["product"].astype(str))))
    with pytest.raises(loyalty.InputError, match='the category "category" is missing'):
        model.score(order_lines(table, categories=[]))
    with pytest.raises(loyalty.InputError, match='the number "price" is unknown'):
        model.score(order_lines(table, numbers=["age", "price"]))
    with pytest.raises(loyalty.InputError, match='the number "age" is missing'):
        model.update(order_lines(table, numbers=[]))
    with pytest.raises(loyalty.InputError, match="not before the day"):
        model.update(order_lines(table.head(5)))
    with pytest.raises(loyalty.InputError, match="another id in every line"):
        order_lines(table.assign(line=1))
    with pytest.raises(
        loyalty.InputError, match="shrinkage must be one_step_ahead or beta_binomial"
    ):
        loyalty.ReturnPropensity.fit(order_lines(table), shrinkage="none")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="made by"):
        loyalty.ReturnPropensity()


def known_table(table: pd.DataFrame) -> pd.DataFrame:
    """The shop with columns that nobody can have known at the order."""
    back = table["returned_amount"] > 0
    noise = np.random.default_rng(3).random(len(table)) < 0.03
    return table.assign(
        copy=back.astype(int),
        refund=table["returned_amount"],
        reason=np.where(back, "too small", "none"),
        refund_day=table["return_time"].dt.day_of_year,
        noisy=(back ^ noise).astype(float),
        status=np.where(back, 3, 2 + 2 * (table["line"] % 2)),
    )


@pytest.mark.parametrize("column", ["copy", "refund", "refund_day", "noisy", "status"])
def test_a_number_that_tells_the_outcome_is_refused(table: pd.DataFrame, column: str) -> None:
    lines = order_lines(known_table(table), numbers=["age", column])
    with pytest.raises(loyalty.InputError, match=f'the number "{column}" tells by itself'):
        loyalty.ReturnPropensity.fit(lines, horizon_days=30)
    allowed = loyalty.ReturnPropensity.fit(lines, horizon_days=30, known_at_order=[column])
    assert allowed.log_loss < 0.5 * allowed.constant_log_loss


@pytest.mark.parametrize("column", ["copy", "reason", "status"])
def test_a_category_that_tells_the_outcome_is_refused(table: pd.DataFrame, column: str) -> None:
    lines = order_lines(known_table(table), categories=["category", column])
    with pytest.raises(loyalty.InputError, match=f'the category "{column}" tells by itself'):
        loyalty.ReturnPropensity.fit(lines, horizon_days=30)


def test_the_outcome_is_no_feature_and_leaks_are_named_before_types(table: pd.DataFrame) -> None:
    words = "known at the time of the order, got "
    with pytest.raises(loyalty.InputError, match=f'{words}"returned_amount"'):
        order_lines(table, numbers=["age", "returned_amount"])
    with pytest.raises(loyalty.InputError, match=f'{words}"return_time"'):
        order_lines(table, numbers=["return_time"])
    late = table.assign(delivered=table["time"] + DAY)
    with pytest.raises(loyalty.InputError, match=f'{words}"delivered"'):
        order_lines(late, numbers=["delivered"], known_later=["delivered"])
    # Orders, customers and goods that nobody may send back tell much, and may.
    final = table["category"] % 2 == 0
    sold = table.assign(
        final=final.astype(int), returned_amount=table["returned_amount"].where(~final, 0.0)
    )
    loyalty.ReturnPropensity.fit(
        order_lines(sold, numbers=["final"], categories=["category", "order"]), horizon_days=30
    )
