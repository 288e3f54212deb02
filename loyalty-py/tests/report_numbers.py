"""The numbers that a report has to have, worked out from the frames and the models."""

from __future__ import annotations

import numpy as np
import polars as pl

import loyalty

YEAR = 365.25 / 7
IMPACTS = {
    "service_demander": "service",
    "revenue_reverser": "reversal",
    "promotion_maximizer": "promotion",
    "fixed_budget": "budget",
}


def total(values: pl.Series) -> float:
    return float(np.nansum(values.to_numpy()))


def of_all(scores: loyalty.Scores) -> dict[str, float]:
    """The numbers of the tiles, from the frame and the models."""
    frame, customers, fit = scores.to_frame(), scores.customers, scores.purchases
    assert fit is not None and scores.spend is not None
    stays_away = fit.model.p_no_purchase(customers, YEAR)["p_no_purchase"]
    orders = loyalty.purchase_interval(customers, fit, YEAR, total=True, level=0.9)
    value = loyalty.clv_interval(
        customers,
        fit,
        scores.spend,
        horizon=YEAR,
        annual_discount_rate=0.1,
        margin=0.3,
        total=True,
        level=0.9,
    )
    active = len(frame) - stays_away.sum()
    return {
        "customers": len(frame),
        "repeaters": int((frame["frequency"] > 0).sum()),
        "active": round(active),
        "active_share": active / len(frame),
        "orders_ahead": round(frame["expected_purchases"].sum()),
        "orders_low": round(orders["lower"][0]),
        "orders_high": round(orders["upper"][0]),
        "value_ahead": frame["clv"].sum(),
        "value_low": value["lower"][0],
        "value_high": value["upper"][0],
    }


def of_data(scores: loyalty.Scores) -> dict[str, float]:
    report = scores.table_report
    assert report is not None
    found: dict[str, float] = {
        "data.kept": report.rows.kept,
        "data.rows": report.rows.rows,
        "came_back": report.came_back,
        "customers_came_back": report.customers_came_back,
    }
    for refusal in (*report.rows.refusals, *report.rows.left_out, *report.rows.defaulted):
        found[f"left_out.{refusal.reason}.rows"] = refusal.rows
    for join in report.joins:
        found |= {f"{join.table}.matched": join.matched, f"{join.table}.rows": join.rows}
    return found


def of_segments(scores: loyalty.Scores) -> dict[str, float]:
    assert scores.rfm is not None
    frame, found = scores.to_frame(), {}
    keys = {
        "customers": "customers", "share_of_customers": "share_of_customers", "orders": "mean_frequency",
        "total_monetary": "total_monetary", "share_of_monetary": "share_of_monetary",
    }  # fmt: skip
    for row in scores.rfm.segments().iter_rows(named=True):
        if row["customers"]:
            name = row["segment"]
            found |= {f"segments.{name}.{key}": row[column] for key, column in keys.items()}
            found[f"segments.{name}.value"] = frame.filter(segment=name)["clv"].sum()
    best = frame["clv"].sort(descending=True)
    found["top_share"] = best.head(len(best) // 10).sum() / best.sum()
    return found


def of_customers(scores: loyalty.Scores) -> dict[str, float]:
    frame, found = scores.to_frame(), {}
    open_ = frame.filter(pl.col("p_alive").is_between(0.1, 0.6), pl.col("frequency") > 0)
    found["losing"] = len(open_)
    found["losing_paid"] = open_["total_amount"].sum()
    chosen = {
        "best": frame.sort("clv", descending=True, maintain_order=True).head(10),
        "losing": open_.sort("total_amount", descending=True, maintain_order=True).head(10),
        "returns": frame.sort("returned_amount", descending=True, maintain_order=True).head(5),
    }
    keys = {
        "best": ["p_alive", "expected_purchases", "expected_spend", "total_amount", "value"],
        "losing": ["p_alive", "total_amount", "expected_purchases", "value"],
        "returns": ["returned_amount", "total_amount", "profit"],
    }
    for table, rows in chosen.items():
        for row in rows.rename({"clv": "value"}).iter_rows(named=True):
            found |= {f"{table}.{row['customer']}.{key}": row[key] for key in keys[table]}
    back = total(frame["returned_amount"])
    found["returned"] = back
    found["returned_share"] = back / (back + total(frame["total_amount"]))
    found["return_loss"] = total(frame["return_loss"])
    return found


def of_behaviours(scores: loyalty.Scores) -> dict[str, float]:
    frame, found = scores.to_frame(), {}
    for name, short in IMPACTS.items():
        labelled = frame.filter(pl.col(name).fill_null(value=False))
        found[f"behaviours.{name}.labelled"] = len(labelled)
        found[f"behaviours.{name}.impact"] = total(labelled[f"{short}_impact"])
    costs = []
    for row in frame.iter_rows(named=True):
        if row["primary"] in IMPACTS:
            short = IMPACTS[row["primary"]]
            costs.append((-row[f"{short}_impact"], row["customer"], row[f"{short}_p_over"]))
    for cost, customer, p_over in sorted(costs, key=lambda one: one[0])[:5]:
        found |= {f"evidence.{customer}.impact": -cost, f"evidence.{customer}.p_over": p_over}
    treated = frame.filter(pl.col("treatment").is_not_null())
    for name, rows in treated.group_by("treatment"):
        found[f"plan.{name[0]}.customers"] = len(rows)
        found[f"plan.{name[0]}.gain"] = rows["treatment_gain"].sum()
    found["plan.customers"] = len(treated)
    found["plan.all"] = len(frame)
    found["plan.gain"] = treated["treatment_gain"].sum()
    return found | {f"price.{name}": price for name, price in scores.shadow_prices.items()}


def net(shop: loyalty.SimulatedShop) -> pl.DataFrame:
    """Customer, day and amount of the days of which something was kept, by polars."""
    back = pl.col("returned_amount").fill_null(0.0)
    days = shop.lines.group_by("customer", pl.col("time").cast(pl.Date)).agg(
        (pl.col("amount") - back).sum(), back=back.sum()
    )
    return days.filter(~((pl.col("back") > 0) & (pl.col("amount") < 0.006)))


def of_log(shop: loyalty.SimulatedShop) -> dict[str, float]:
    """Cohorts, by polars."""
    found: dict[str, float] = {}
    bought = net(shop).select("customer", month=pl.col("time").dt.truncate("1mo")).unique()
    first = bought.group_by("customer").agg(pl.col("month").min().alias("first"))
    bought = bought.join(first, on="customer")
    sizes = dict(first.group_by("first").len().iter_rows())
    last = bought["month"].max()
    for begin, size in sizes.items():
        name = begin.strftime("%b %Y")
        found[f"cohorts.{name}.customers"] = size
        of = bought.filter(first=begin)
        ahead = (last.year - begin.year) * 12 + last.month - begin.month
        for n in range(1, ahead + 1):
            then = pl.Series([begin]).dt.offset_by(f"{n}mo")[0]
            found[f"cohorts.{name}.{n}"] = len(of.filter(month=then)) / size
    return found


def of_test(
    shop: loyalty.SimulatedShop, scores: loyalty.Scores, split_day: str
) -> dict[str, float]:
    assert scores.purchases is not None
    orders = loyalty.Orders(net(shop), customer="customer", time="time", amount="amount")
    split = orders.calibration_holdout(split_day, unit="week")
    fit = type(scores.purchases.model).fit(split.calibration)
    errors = loyalty.holdout_errors(fit, split)
    spend = loyalty.GammaGamma.fit(split.calibration)
    counts = fit.model.expected_purchases(split.calibration, split.holdout_duration)
    amounts = spend.model.expected_spend(split.calibration)
    money = float((counts["expected_purchases"] * amounts["expected_spend"]).sum())
    assert split.holdout_monetary_value is not None
    paid = float((split.holdout_frequency * split.holdout_monetary_value).sum())
    found = {
        "test_error": errors.expected / errors.actual - 1,
        "test.expected": round(errors.expected),
        "test.actual": errors.actual,
        "test.error": abs(errors.expected / errors.actual - 1),
        "test_money.expected": money,
        "test_money.actual": paid,
        "test_money.error": abs(money / paid - 1),
    }
    before, made = split.calibration, split.holdout_frequency
    assert before.total_amount is not None
    of_each = made * split.holdout_monetary_value
    found |= {
        "test_money.expected_each": money / errors.expected,
        "test_money.actual_each": paid / errors.actual,
        "test_money.each_before": before.total_amount.sum() / (before.frequency + 1).sum(),
        "test_money.of_few": np.sort(of_each)[-10:].sum() / paid,
    }
    track = loyalty.tracking(fit, orders, calibration_end=split_day)
    assert track.start is not None
    for row in track.to_frame().iter_rows(named=True):
        days = np.timedelta64(round(row["end"] * 7) - 1, "D")
        name = str((track.start + days).astype("datetime64[D]"))
        found |= {
            f"tracking.{name}.actual": row["actual"],
            f"tracking.{name}.expected": row["expected"],
        }
    return found
